package phone

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
)

// stage is how far a call has come. The drawing is in docs/spec/phone.md.
type stage string

// The stages.
const (
	ringingIn  stage = "ringing"   // not answered yet
	ringingOut stage = "dialling"  // the customer is being rung
	inMenu     stage = "menu"      // the script speaks
	waiting    stage = "waiting"   // for a person
	talking    stage = "talking"   // with somebody of the centre
	forwarded  stage = "forwarded" // with somebody outside, alone
	following  stage = "following" // after the conversation
	over       stage = "over"
)

// Outcome is how a call ended; every call ends in exactly one.
type Outcome string

// The outcomes.
const (
	Answered         Outcome = "answered"          // somebody spoke with the customer
	AbandonedMenu    Outcome = "abandoned_menu"    // the caller left before asking for a person
	AbandonedQueue   Outcome = "abandoned_queue"   // ... while waiting for one
	CallbackPromised Outcome = "callback_promised" // will be called
	SelfServed       Outcome = "self_served"       // the script was all that was needed
	WasClosed        Outcome = "closed"            // was told when it opens
	Forwarded        Outcome = "forwarded"         // the script led outside
	Refused          Outcome = "refused"           // never answered by us
	NotReached       Outcome = "not_reached"       // a call out that nobody answered
	NotAllowed       Outcome = "not_allowed"       // a call out beyond plan or caps
	Broken           Outcome = "failed"            // something broke before anybody spoke
	LostCall         Outcome = "lost"              // the program stopped in the middle of it
	TurnedAway       Outcome = "turned_away"       // never taken in, and not written down: nobody's number, or no room for it
)

// Outcomes lists them in the order that metrics show.
var Outcomes = []Outcome{Answered, AbandonedMenu, AbandonedQueue, CallbackPromised, SelfServed, WasClosed, Forwarded, Refused, NotReached, NotAllowed, Broken, LostCall, TurnedAway}

// terms are what the configuration says of one call, fixed when it begins.
type terms struct {
	queue      string        // of the line: who a person is when the script does not say
	announce   time.Duration // between two announcements; zero for none
	tellPlace  bool
	tellWait   bool
	offerAfter time.Duration             // a wait longer than this is offered a callback; zero for never
	brief      map[string]string         // by language: what the agent is told before the customer is heard; empty for nothing
	whisper    string                    // when: ringing, answered, off
	lifted     func(centre.AgentID) bool // whether an agent's line is a phone that is lifted to answer; nil when none is
	brand      string
	queueNames map[centre.QueueID]string
	grace      time.Duration // how long a line may be gone
	ring       time.Duration // how long somebody is rung
	longest    time.Duration // of a call out; zero without end
	lift       bool          // a call out waits until the agent's desk phone is lifted
	cardPause  time.Duration // a recording that is paused goes on by itself after this; zero only by hand
}

// machine is what one call is doing: events in, deeds out; no clock, no I/O.
type machine struct {
	terms terms
	row   store.CallRow
	run   *ivr.Run // nil for calls out
	scene scene
	stage stage
	at    centre.Instant // of the event in hand
	since centre.Instant // the stage began
	out   []deed

	queued  centre.Instant // began to wait
	ringing centre.AgentID // at whom it rings
	wait    ivr.Wait
	menu    []string   // the steps and keys that led to the queue
	asks    queueing   // how they asked for a person
	redial  *tell      // the arrival that waits for the answer whether a place that is kept for the number is the caller's
	reason  []ivr.Text // what the choices are called
	whisper string     // how far the words to the agent at whom it rings have come
	waitMS  int64      // waited in all, once connected

	words    []say // to be said; the first is being said
	said     int   // ids given out
	breakOff map[int]bool
	listen   time.Duration // the run listens; zero when it does not
	goodbye  string        // hang up once all is said

	promised  bool
	linked    bool
	customer  bool   // the customer's leg is there
	finished  bool   // the engine has been told that the conversation is over
	closing   bool   // the last row is being written
	cause     string // why it ends
	outcome   Outcome
	recording RecordingState
	allowed   *ivr.Recording // on what ground this call may be recorded
	oks       int
	solved    string
	complete  int64 // the outsider with whom the customer is left alone once they answer
	scriptOut int64 // the outsider whom the script rang
	trouble   string
	quality   string
}

func newMachine(t terms, row store.CallRow, run *ivr.Run) *machine {
	m := &machine{terms: t, row: row, run: run, stage: ringingIn, breakOff: map[int]bool{}, recording: RecordingState{State: "none"}, quality: "unknown", since: row.Began, at: row.Began}
	m.scene.add(person{kind: theCustomer, number: row.Number, ringing: true})
	if row.Direction == "out" || row.Direction == "callback" {
		m.stage = ringingOut
	}
	return m
}

func (m *machine) do(d ...deed) { m.out = append(m.out, d...) }

// take gives what is to be done.
func (m *machine) take() []deed {
	out := m.out
	m.out = nil
	return out
}

func (m *machine) become(s stage) {
	if m.stage != s {
		m.stage, m.since = s, m.at
	}
}

// theCustomer is in the scene from the beginning to the end.
func (m *machine) caller() *person { return m.scene.one(theCustomer) }

// begin takes a call whose row is on disk.
func (m *machine) begin() {
	if m.stage == ringingOut && m.terms.lift {
		m.do(callDesk{m.row.Agent}, wake{lineTimer, m.terms.ring}, show{})
		return
	}
	m.set()
}

// set begins to ring the customer, or answers them.
func (m *machine) set() {
	if m.stage == ringingOut {
		m.do(dial{person: m.caller().id, number: m.row.Number}, wake{ringTimer, m.terms.ring}, show{})
		return
	}
	m.do(answerCall{})
}

// hear takes one event.
func (m *machine) hear(at centre.Instant, e event) {
	m.at = max(m.at, at)
	if m.stage == over {
		return
	}
	switch e := e.(type) {
	case answered:
		m.hearAnswered(e)
	case keyed:
		m.key(e.key)
	case spoken:
		m.spoke(e.id)
	case rang:
		m.time(e.timer)
	case gone:
		m.leg(e)
	case dialled:
		m.dialled(e)
	case told:
		m.told(e)
	case looked:
		m.looked(e)
	case found:
		if e.customer != 0 {
			m.row.Customer, m.row.Known = e.customer, "verified"
		}
		m.tellRun(ivr.Identified(e.customer != 0))
	case opening:
		m.tellRun(ivr.Opening(e.open, e.opens))
	case sent:
		m.linked = m.linked || e.ok
		m.tellRun(ivr.Sent(e.ok))
	case line:
		m.line(e)
	case holding:
		if p := m.scene.byID(e.person); p != nil {
			p.holds = e.held
			m.do(show{})
		}
	case recorded:
		m.recorded(e)
	case briefed:
		m.briefed(e)
	case spent:
		if !e.ok {
			m.trouble = "cap"
			m.end("cap", m.row.Agent)
		}
	case stop:
		m.end(e.cause, m.row.Agent)
	}
}

func (m *machine) hearAnswered(e answered) {
	if e.err != nil {
		m.close("not_answered")
		return
	}
	m.row.Answered, m.customer = m.at, true
	m.caller().ringing = false
	m.become(inMenu)
	m.do(mix{}, show{})
	m.act(m.run.Begin())
}

func (m *machine) tellRun(e ivr.Event) {
	if m.run != nil {
		m.act(m.run.Hear(e))
	}
}

// act carries out what the script wants.
func (m *machine) act(list []ivr.Action) {
	for _, a := range list {
		switch a := a.(type) {
		case ivr.Speak:
			m.speak(say{id: a.ID, text: a.Text, language: a.Language, clip: a.Clip}, a.Interruptible)
		case ivr.Listen:
			m.listen = time.Duration(a.TimeoutMS) * time.Millisecond
			m.armKey()
		case ivr.CheckHours:
			m.do(hours{a.Hours, a.Queue})
		case ivr.CheckCustomer:
			m.do(find{a.Digits})
		case ivr.CheckPromise:
			m.do(look{queue: a.Queue})
		case ivr.OfferCallback:
			m.promise(a)
		case ivr.SendLink:
			m.do(sendLink{number: a.Number, text: a.Text + " " + a.URL})
		case ivr.Recording:
			m.ground(a)
		case ivr.Speaking:
			m.row.Language = a.Language
		case ivr.Enqueue:
			m.menu, m.reason = a.Chosen, a.Reason
			m.asks = queueing{queue: a.Queue, needs: a.Needs, priority: a.Priority, menu: a.Chosen}
			m.become(waiting)
			m.queued = m.at
			m.do(mix{}, tell{what: tellArrive, queueing: m.asks}, show{})
		case ivr.KeepWaiting:
			m.listen = 0
			m.do(wake{keyTimer, 0})
			m.announceLater()
		case ivr.Dial:
			m.scriptOut = m.scene.add(person{kind: anOutsider, number: a.Number, ringing: true})
			m.do(mix{}, dial{person: m.scriptOut, number: a.Number}, wake{ringTimer, m.terms.ring})
		case ivr.SurveyAnswer:
			m.survey(a)
		case ivr.Hangup:
			m.goodbye = a.Why
			m.part()
		}
	}
}

// promise asks for a callback: of the contact that waits, or of one that is begun for it.
func (m *machine) promise(a ivr.OfferCallback) {
	q := queueing{queue: a.Queue, menu: m.menu}
	m.do(tell{what: tellPromise, queueing: q, number: a.Number})
}

// ground notes on what basis the call may be recorded. Whoever says no to one purpose is not recorded for it.
func (m *machine) ground(a ivr.Recording) {
	switch {
	case a.Allowed && m.allowed == nil:
		m.allowed = &a
	case !a.Allowed && m.allowed == nil:
		m.recording.State = "refused"
	}
}

func (m *machine) survey(a ivr.SurveyAnswer) {
	switch a.Question {
	case "oks":
		m.oks = a.Value
	case "solved":
		m.solved = map[bool]string{true: "yes", false: "no"}[a.Value == 1]
	}
	if m.oks > 0 {
		m.do(tell{what: tellSurvey, oks: m.oks, solved: m.solved})
	}
}

// speak puts words behind those that are being said.
func (m *machine) speak(s say, breakable bool) {
	m.said++
	if s.id == 0 {
		s.id = -m.said // ours: the script's count from one
	}
	m.breakOff[s.id] = breakable
	m.words = append(m.words, s)
	if len(m.words) == 1 {
		m.do(s)
	}
	if m.listen > 0 {
		m.do(wake{keyTimer, 0})
	}
}

// spoke goes on with what is to be said next.
func (m *machine) spoke(id int) {
	if len(m.words) == 0 || m.words[0].id != id {
		return // was broken off
	}
	first := m.words[0]
	m.words = m.words[1:]
	delete(m.breakOff, id)
	if first.toAgent {
		m.meet()
	} else {
		m.tellRun(ivr.Spoken(id))
	}
	m.goOn()
}

func (m *machine) goOn() {
	if len(m.words) > 0 {
		m.do(m.words[0])
		return
	}
	m.armKey()
	m.part()
}

// silence drops everything that is being said.
func (m *machine) silence() {
	if len(m.words) > 0 {
		m.words = nil
		clear(m.breakOff)
		m.do(hush{})
	}
}

// armKey lets the time for an answer run once nothing is being said.
func (m *machine) armKey() {
	if m.listen > 0 && len(m.words) == 0 {
		m.do(wake{keyTimer, m.listen})
	}
}

// key takes a key of the customer's. What can be cut short is.
func (m *machine) key(k rune) {
	if m.run == nil || (m.stage != inMenu && m.stage != waiting && m.stage != following) {
		return
	}
	cut := false
	for len(m.words) > 0 && m.breakOff[m.words[0].id] {
		delete(m.breakOff, m.words[0].id)
		m.words = m.words[1:]
		cut = true
	}
	if cut {
		m.do(hush{})
		if len(m.words) > 0 {
			m.do(m.words[0])
		}
	}
	m.armKey()
	if m.redial != nil {
		m.claim(k == '1')
		return
	}
	m.tellRun(ivr.Digit(k))
}

// part hangs up once the last word has been said.
func (m *machine) part() {
	if m.goodbye != "" && len(m.words) == 0 {
		m.close(m.goodbye)
	}
}
