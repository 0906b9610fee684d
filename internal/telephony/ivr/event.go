package ivr

import "time"

// EventKind says what happened.
type EventKind uint8

// The events that a run hears.
const (
	NoEvent      EventKind = iota
	KeyPressed             // Key: 0-9, * or #
	WordsSaid              // ID: a Speak has been said to its end
	NoKey                  // nothing was pressed for as long as Listen said
	CustomerIs             // OK: the number keyed in belongs to a customer
	HoursAre               // OK: open; Opens: else when it opens next
	PromiseMay             // OK: the queue can promise a callback now
	PromiseMade            // OK: the callback is promised and on disk
	LinkSent               // OK: the text message has been handed over
	QueueRefused           // the queue takes nobody now; Opens: when it opens next
	DialEnded              // OK: the number outside answered, and that conversation is over
	TalkBegan              // somebody has answered: what is being asked is dropped
	TalkEnded              // the conversation is over and the caller is still there
)

// Event is one thing that happened to a caller.
type Event struct {
	Kind  EventKind
	Key   rune
	ID    int
	OK    bool
	Opens Moment
}

// Digit is a key pressed.
func Digit(key rune) Event { return Event{Kind: KeyPressed, Key: key} }

// Spoken tells that the words with the id have been said to their end. No run waits for it: it is there for those who log what a caller has heard.
func Spoken(id int) Event { return Event{Kind: WordsSaid, ID: id} }

// Silence tells that no key came in time.
func Silence() Event { return Event{Kind: NoKey} }

// Identified answers CheckCustomer.
func Identified(ok bool) Event { return Event{Kind: CustomerIs, OK: ok} }

// Opening answers CheckHours; opens is when it opens next, for a caller who meets a closed door.
func Opening(open bool, opens Moment) Event { return Event{Kind: HoursAre, OK: open, Opens: opens} }

// Promisable answers CheckPromise.
func Promisable(ok bool) Event { return Event{Kind: PromiseMay, OK: ok} }

// CallbackPromised answers OfferCallback.
func CallbackPromised(ok bool) Event { return Event{Kind: PromiseMade, OK: ok} }

// Sent answers SendLink.
func Sent(ok bool) Event { return Event{Kind: LinkSent, OK: ok} }

// Refused answers Enqueue when the queue takes nobody.
func Refused(opens Moment) Event { return Event{Kind: QueueRefused, Opens: opens} }

// Dialled tells how Dial ended: answered and over, or not answered at all.
func Dialled(answered bool) Event { return Event{Kind: DialEnded, OK: answered} }

// Answered tells that somebody has taken the call: a question that is being asked is dropped.
func Answered() Event { return Event{Kind: TalkBegan} }

// Talked tells that the conversation is over while the caller is still there.
func Talked() Event { return Event{Kind: TalkEnded} }

// Moment is a time of day as it is told: how many days from today, and the clock there. The zero Moment is not known.
type Moment struct {
	Known   bool
	Days    int // 0 = today, 1 = tomorrow
	Weekday time.Weekday
	Day     int
	Month   time.Month
	Hour    int
	Minute  int
}

// MomentOf tells at as seen from now, both in the zone that the caller's clock shows.
func MomentOf(now, at time.Time) Moment {
	day := func(t time.Time) int64 {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	at = at.In(now.Location())
	return Moment{
		Known: true, Days: int(day(at) - day(now)), Weekday: at.Weekday(), Day: at.Day(), Month: at.Month(), Hour: at.Hour(), Minute: at.Minute(),
	}
}

// Action is one thing to be done for a caller: one of the types below. Actions are carried out in their order; those that speak are heard one after
// another, and what follows them does not wait for the words except Hangup, which does.
type Action interface{ action() }

type (
	// Speak says words, or plays the clip when there is one of that key. A key that is pressed stops it when it is Interruptible.
	Speak struct {
		ID            int
		Text          string
		Language      string
		Clip          string
		Interruptible bool
	}
	// Listen hands every key to the run, and Silence when none has come for TimeoutMS after the last word was said and the last key pressed.
	Listen struct{ TimeoutMS int64 }
	// CheckHours asks whether these opening hours are open now; an empty key means those of the queue. Opening answers it.
	CheckHours struct{ Hours, Queue string }
	// CheckCustomer asks whose number this is. Identified answers it.
	CheckCustomer struct{ Digits string }
	// CheckPromise asks whether the queue can promise a callback, and whether the wait is such that one is offered. Promisable answers it.
	CheckPromise struct{ Queue string }
	// OfferCallback promises to call the number, keeping the place of one who waits already. CallbackPromised answers it.
	OfferCallback struct{ Queue, Number string }
	// SendLink sends a text message. Sent answers it.
	SendLink struct{ Number, Text, URL string }
	// Recording says on what basis the conversation may be recorded for one purpose, or that it may not.
	Recording struct {
		Purpose string
		Basis   string
		Allowed bool
	}
	// Speaking tells that the caller has chosen a language.
	Speaking struct{ Language string }
	// Enqueue lets the caller wait for a person. Refused answers it when the queue takes nobody.
	Enqueue struct {
		Queue    string
		Needs    []Need
		Priority int32
		Chosen   []string // the steps and keys that led here, such as "valg 2", for the log
		Reason   []Text   // what those choices are called, for people
		Why      string   // chosen, silence, zero, unclear, failed
	}
	// KeepWaiting goes back to the music: the caller keeps the place in the queue.
	KeepWaiting struct{}
	// Dial connects the caller to a number outside. Dialled answers it.
	Dial struct{ Number string }
	// SurveyAnswer is one answer: oks is 1-6; solved is 1 for yes, 0 for no.
	SurveyAnswer struct {
		Question string
		Value    int
	}
	// Hangup ends the call once the words before it have been said.
	Hangup struct{ Why string }
)

func (Speak) action()         {}
func (Listen) action()        {}
func (CheckHours) action()    {}
func (CheckCustomer) action() {}
func (CheckPromise) action()  {}
func (OfferCallback) action() {}
func (SendLink) action()      {}
func (Recording) action()     {}
func (Speaking) action()      {}
func (Enqueue) action()       {}
func (KeepWaiting) action()   {}
func (Dial) action()          {}
func (SurveyAnswer) action()  {}
func (Hangup) action()        {}

// Why a caller is led to a person.
const (
	WhyChosen  = "chosen"  // the script led there
	WhySilence = "silence" // nothing was pressed
	WhyZero    = "zero"    // 0 was pressed
	WhyUnclear = "unclear" // keys that meant nothing, again and again
	WhyFailed  = "failed"  // something the script leaned on did not work
)

// Why a call is ended.
const (
	EndSaid     = "said"     // the script says so
	EndPromised = "promised" // a callback has been promised
	EndClosed   = "closed"   // closed, and the caller has been told when it opens
	EndTalked   = "talked"   // the conversation and what follows it are over
)
