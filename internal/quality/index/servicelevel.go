package index

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
)

// QueueEventKind is what happened to a contact in a queue.
type QueueEventKind uint8

// The kinds. Offered is the contact's entry into the queue; the others end its wait.
const (
	Offered QueueEventKind = iota
	Answered
	Abandoned
	CallbackAsked // the customer leaves the queue with a promise, which is not the same as being served
	FlowedOut     // moved to another queue
)

var queueEventKinds = []string{"offered", "answered", "abandoned", "callback", "flowed-out"}

// String names the kind: offered, answered, abandoned, callback, flowed-out.
func (k QueueEventKind) String() string { return queueEventKinds[k] }

// ParseQueueEventKind reads the kind's name.
func ParseQueueEventKind(s string) (QueueEventKind, error) {
	if i := slices.Index(queueEventKinds, strings.ToLower(s)); i >= 0 {
		return QueueEventKind(i), nil
	}
	return 0, centre.Errorf(centre.Invalid, "event %q: want one of %s", s, strings.Join(queueEventKinds, ", "))
}

// QueueEvent is one line of the event list from which every service level is counted.
type QueueEvent struct {
	Kind QueueEventKind
	At   centre.Instant
	Wait time.Duration // in this queue until At, in whole milliseconds; 0 for Offered
}

// ServiceTarget is what a queue promises. A wait of exactly Within is in time; an abandonment of exactly ShortAbandon is not short.
type ServiceTarget struct {
	Within       time.Duration
	ShortAbandon time.Duration
	FlowOuts     bool // the Genesys switch that counts contacts moved to another queue as not met
}

// Check refuses a target that is not positive and a short abandonment beyond it.
func (t ServiceTarget) Check() error {
	if t.Within <= 0 {
		return centre.Errorf(centre.Invalid, "service target %v: want a positive time", t.Within)
	}
	if t.ShortAbandon < 0 || t.ShortAbandon > t.Within {
		return centre.Errorf(centre.Invalid, "short abandonment %v: want 0 to the target %v", t.ShortAbandon, t.Within)
	}
	return nil
}

// ServiceCounts is everything that any formula needs, in whole contacts. Counts of disjoint lists add up.
type ServiceCounts struct {
	Offered          int64 `json:"offered"`
	AnsweredWithin   int64 `json:"answered_within"`
	AnsweredLate     int64 `json:"answered_late"`
	AbandonedShort   int64 `json:"abandoned_short"`  // before ShortAbandon
	AbandonedWithin  int64 `json:"abandoned_within"` // from there to the target
	AbandonedLate    int64 `json:"abandoned_late"`
	CallbackWithin   int64 `json:"callback_within"`
	CallbackLate     int64 `json:"callback_late"`
	FlowedOutWithin  int64 `json:"flowed_out_within"`
	FlowedOutLate    int64 `json:"flowed_out_late"`
	WaitingInTime    int64 `json:"waiting_in_time"`
	WaitingLate      int64 `json:"waiting_late"` // still waiting, and past the target
	AnsweredWaitMS   int64 `json:"answered_wait_ms"`
	LongestWaitMS    int64 `json:"longest_wait_ms"` // of those answered
	AbandonedWaitMS  int64 `json:"abandoned_wait_ms"`
	CurrentLongestMS int64 `json:"current_longest_ms"` // of those still waiting
}

// Answered is all who were answered.
func (c ServiceCounts) Answered() int64 { return c.AnsweredWithin + c.AnsweredLate }

// Abandoned is all who gave up.
func (c ServiceCounts) Abandoned() int64 {
	return c.AbandonedShort + c.AbandonedWithin + c.AbandonedLate
}

// Add sums the counts of two disjoint lists, such as two intervals or two queues.
func (c ServiceCounts) Add(d ServiceCounts) ServiceCounts {
	c.Offered += d.Offered
	c.AnsweredWithin += d.AnsweredWithin
	c.AnsweredLate += d.AnsweredLate
	c.AbandonedShort += d.AbandonedShort
	c.AbandonedWithin += d.AbandonedWithin
	c.AbandonedLate += d.AbandonedLate
	c.CallbackWithin += d.CallbackWithin
	c.CallbackLate += d.CallbackLate
	c.FlowedOutWithin += d.FlowedOutWithin
	c.FlowedOutLate += d.FlowedOutLate
	c.WaitingInTime += d.WaitingInTime
	c.WaitingLate += d.WaitingLate
	c.AnsweredWaitMS += d.AnsweredWaitMS
	c.AbandonedWaitMS += d.AbandonedWaitMS
	c.LongestWaitMS = max(c.LongestWaitMS, d.LongestWaitMS)
	c.CurrentLongestMS = max(c.CurrentLongestMS, d.CurrentLongestMS)
	return c
}

// ServiceLevel folds a queue's events, one by one, into the counts behind every formula. Live and history are this same function:
// feed it events as they come and ask Counts now, or feed it a day and ask at its end. It holds one instant per waiting contact.
type ServiceLevel struct {
	target  ServiceTarget
	counts  ServiceCounts
	waiting []centre.Instant // arrivals of those who wait, rising
}

// NewServiceLevel starts a fold for one target.
func NewServiceLevel(t ServiceTarget) (*ServiceLevel, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	return &ServiceLevel{target: t}, nil
}

// Target is what the fold measures against.
func (s *ServiceLevel) Target() ServiceTarget { return s.target }

// Fold takes the next event. A contact that ends without having been offered to this fold (it came before the fold began, or the
// list gives outcomes only) is counted as offered too. A negative wait, and a kind that is not known, are refused and not counted.
func (s *ServiceLevel) Fold(e QueueEvent) error {
	if e.Wait < 0 {
		return centre.Errorf(centre.Invalid, "%v at %d: the wait %v is negative", e.Kind, e.At, e.Wait)
	}
	wait := e.Wait.Truncate(time.Millisecond)
	within := wait <= s.target.Within
	c := &s.counts
	switch e.Kind {
	case Offered:
		c.Offered++
		at, _ := slices.BinarySearch(s.waiting, e.At)
		s.waiting = slices.Insert(s.waiting, at, e.At)
		return nil
	case Answered:
		tally(within, &c.AnsweredWithin, &c.AnsweredLate)
		c.AnsweredWaitMS += wait.Milliseconds()
		c.LongestWaitMS = max(c.LongestWaitMS, wait.Milliseconds())
	case Abandoned:
		if wait < s.target.ShortAbandon {
			c.AbandonedShort++
		} else {
			tally(within, &c.AbandonedWithin, &c.AbandonedLate)
		}
		c.AbandonedWaitMS += wait.Milliseconds()
	case CallbackAsked:
		tally(within, &c.CallbackWithin, &c.CallbackLate)
	case FlowedOut:
		tally(within, &c.FlowedOutWithin, &c.FlowedOutLate)
	default:
		return centre.Errorf(centre.Invalid, "queue event of kind %d is not known", uint8(e.Kind))
	}
	if at, found := slices.BinarySearch(s.waiting, e.At.Add(-wait)); found {
		s.waiting = slices.Delete(s.waiting, at, at+1)
	} else {
		c.Offered++
	}
	return nil
}

func tally(within bool, in, late *int64) {
	if within {
		*in++
	} else {
		*late++
	}
}

// Counts is the state of the fold at now, which settles which of the waiting are past the target.
func (s *ServiceLevel) Counts(now centre.Instant) ServiceCounts {
	c := s.counts
	late, _ := slices.BinarySearch(s.waiting, now.Add(-s.target.Within))
	c.WaitingLate = int64(late)
	c.WaitingInTime = int64(len(s.waiting) - late)
	if len(s.waiting) > 0 {
		c.CurrentLongestMS = max(0, now.Sub(s.waiting[0]).Milliseconds())
	}
	return c
}

// Figures is every formula at now, in the order of Formulas.
func (s *ServiceLevel) Figures(now centre.Instant) []ServiceFigure {
	return s.target.Figures(s.Counts(now))
}

// Formula is one of the definitions of service level in use. A figure is never shown without its formula's name.
type Formula uint8

// The formulas of Asterisk's app_queue, Amazon Connect, Genesys Cloud (three settings of its switches) and Cisco (three treatments
// of abandonments).
const (
	AsteriskSL Formula = iota
	AsteriskSL2
	ConnectSL
	GenesysAll
	GenesysNoShort
	GenesysNoAbandons
	CiscoIgnored
	CiscoNegative
	CiscoPositive
)

var formulas = []struct{ name, text string }{
	{"asterisk_sl", "answered in time / answered"},
	{"asterisk_sl2", "(answered in time + abandoned in time) / (answered + abandoned)"},
	{"connect_sl", "(answered + abandoned + callback asked, each in time) / queued"},
	{"genesys_all", "(answered - answered late) / (answered + abandoned [+ flowed out])"},
	{"genesys_no_short", "(answered - answered late) / (answered + abandoned - short abandoned [+ flowed out])"},
	{"genesys_no_abandons", "(answered - answered late) / (answered [+ flowed out])"},
	{"cisco_ignored", "answered in time / (contacts with a service level event - abandoned in time)"},
	{"cisco_negative", "answered in time / contacts with a service level event"},
	{"cisco_positive", "(answered in time + abandoned in time) / contacts with a service level event"},
}

// Formulas lists every formula.
func Formulas() []Formula {
	out := make([]Formula, len(formulas))
	for i := range out {
		out[i] = Formula(i)
	}
	return out
}

// String is the formula's name in configuration, API and store.
func (f Formula) String() string { return formulas[f].name }

// Text says the formula in words.
func (f Formula) Text() string { return formulas[f].text }

// ParseFormula reads a formula's name; an unknown one is refused with the list, never replaced by another.
func ParseFormula(s string) (Formula, error) {
	known := make([]string, len(formulas))
	for i, f := range formulas {
		if known[i] = f.name; f.name == s {
			return Formula(i), nil
		}
	}
	return 0, centre.Errorf(centre.Invalid, "service level formula %q: want one of %s", s, strings.Join(known, ", "))
}

// ServiceFigure is a service level: two counts, and their ratio only for showing. Share is nil, with the reason, while nobody counts.
type ServiceFigure struct {
	Formula string   `json:"formula"`
	Text    string   `json:"text"`
	Met     int64    `json:"met"`
	Of      int64    `json:"of"`
	Share   *float64 `json:"share"`
	Reason  string   `json:"reason,omitempty"`
}

// Figures is every formula over the counts.
func (t ServiceTarget) Figures(c ServiceCounts) []ServiceFigure {
	out := make([]ServiceFigure, len(formulas))
	for i := range out {
		out[i] = t.Level(Formula(i), c)
	}
	return out
}

// Level is one formula over the counts. Contacts with a service level event, as Cisco counts them, are those answered, abandoned or
// past the target, whichever came first: one that left by callback or flowed out in time has none.
func (t ServiceTarget) Level(f Formula, c ServiceCounts) ServiceFigure {
	out := ServiceFigure{Formula: f.String(), Text: f.Text()}
	abandonedInTime := c.AbandonedShort + c.AbandonedWithin
	flowed := int64(0)
	if t.FlowOuts {
		flowed = c.FlowedOutWithin + c.FlowedOutLate
	}
	events := c.Answered() + c.Abandoned() + c.CallbackLate + c.FlowedOutLate + c.WaitingLate
	none := "nobody was answered or gave up"
	switch out.Met = c.AnsweredWithin; f {
	case AsteriskSL:
		out.Of, none = c.Answered(), "nobody was answered"
	case AsteriskSL2:
		out.Met += abandonedInTime
		out.Of = c.Answered() + c.Abandoned()
	case ConnectSL:
		out.Met += abandonedInTime + c.CallbackWithin
		out.Of, none = c.Offered, "nobody was queued"
	case GenesysAll:
		out.Of = c.Answered() + c.Abandoned() + flowed
	case GenesysNoShort:
		out.Of, none = c.Answered()+c.Abandoned()-c.AbandonedShort+flowed, "nobody was answered or gave up late enough to count"
	case GenesysNoAbandons:
		out.Of, none = c.Answered()+flowed, "nobody was answered"
	case CiscoIgnored:
		out.Of, none = events-abandonedInTime, "nobody was answered or waited past the target"
	case CiscoNegative:
		out.Of = events
	case CiscoPositive:
		out.Met += abandonedInTime
		out.Of = events
	}
	if out.Of == 0 {
		out.Reason = none
		return out
	}
	out.Share = new(float64(out.Met) / float64(out.Of))
	return out
}

// String shows the figure with its formula, such as "75.0 % (asterisk_sl: 60 of 80)".
func (f ServiceFigure) String() string {
	if f.Share == nil {
		return fmt.Sprintf("- (%s: %s)", f.Formula, f.Reason)
	}
	return fmt.Sprintf("%.1f %% (%s: %d of %d)", 100**f.Share, f.Formula, f.Met, f.Of)
}
