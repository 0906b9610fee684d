package journal

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strconv"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// bodyVersion is the form of body that is written. ParseBody reads every form that ever was: a new one is added beside the old, with a sample in testdata.
const bodyVersion = 1

// AppendBody appends the body of an entry as the log keeps it: one JSON object with the version, and either the event with its decisions or the
// fact. Fields that are zero are left out; the instant stands beside the body.
func AppendBody(b []byte, e *Entry) ([]byte, error) {
	b = append(b, `{"v":1`...)
	if e.Kind != Step {
		b = append(b, `,"fact":`...)
		if len(e.Payload) == 0 {
			b = append(b, `{}`...)
		} else {
			b = append(b, e.Payload...)
		}
		return append(b, '}'), nil
	}
	if e.Event == nil {
		return nil, fmt.Errorf("a step without its event")
	}
	b = append(b, `,"event":`...)
	b, err := appendEvent(b, e.Event)
	if err != nil {
		return nil, err
	}
	if len(e.Decisions) > 0 {
		b = append(b, `,"decisions":[`...)
		for i := range e.Decisions {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendDecision(b, &e.Decisions[i])
		}
		b = append(b, ']')
	}
	return append(b, '}'), nil
}

// object writes the fields of one JSON object and leaves out those that are zero.
type object struct {
	b     []byte
	begun bool
}

func (o *object) name(name string) {
	if o.begun {
		o.b = append(o.b, ',')
	}
	o.begun = true
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *object) number(name string, v int64) {
	if v != 0 {
		o.name(name)
		o.b = strconv.AppendInt(o.b, v, 10)
	}
}

func (o *object) flag(name string, v bool) {
	if v {
		o.name(name)
		o.b = append(o.b, "true"...)
	}
}

// word writes a name of one of routing's or centre's lists, which need no escaping; set says whether it is to be written.
func (o *object) word(name string, set bool, v fmt.Stringer) {
	if set {
		o.name(name)
		o.b = append(o.b, '"')
		o.b = append(o.b, v.String()...)
		o.b = append(o.b, '"')
	}
}

func appendEvent(b []byte, e *routing.Event) ([]byte, error) {
	o := object{b: append(b, '{')}
	o.word("kind", true, e.Kind)
	o.word("channel", e.Channel != 0, e.Channel)
	o.word("status", e.Status != 0, e.Status)
	o.number("priority", int64(e.Priority))
	o.flag("force", e.Force)
	o.flag("reached", e.Reached)
	o.word("target", e.Target != 0, e.Target)
	o.word("outcome", e.Outcome != 0, e.Outcome)
	o.number("contact", int64(e.Contact))
	o.number("offer", int64(e.Offer))
	o.number("agent", int64(e.Agent))
	o.number("to_agent", int64(e.ToAgent))
	o.number("last_agent", int64(e.LastAgent))
	o.number("queue", int64(e.Queue))
	o.number("team", int64(e.Team))
	o.number("pause", int64(e.Pause))
	o.number("reason", int64(e.Reason))
	o.number("count", int64(e.Count))
	o.number("until", int64(e.Until))
	o.number("credit_ms", e.Credit)
	o.number("need_count", int64(e.NeedCount))
	if n := needsToWrite(e); n > 0 {
		o.name("needs")
		for i, need := range e.Needs[:n] {
			o.b = append(o.b, map[bool]byte{true: '[', false: ','}[i == 0])
			o.b = append(o.b, `{"skill":`...)
			o.b = strconv.AppendInt(o.b, int64(need.Skill), 10)
			o.b = append(o.b, `,"level":`...)
			o.b = strconv.AppendInt(o.b, int64(need.Level), 10)
			o.b = append(o.b, '}')
		}
		o.b = append(o.b, ']')
	}
	if e.Settings != nil {
		if err := o.whole("settings", e.Settings); err != nil {
			return nil, err
		}
	}
	if e.Profile != nil {
		if err := o.whole("profile", e.Profile); err != nil {
			return nil, err
		}
	}
	return append(o.b, '}'), nil
}

// needsToWrite is the number of needs up to the last that says anything.
func needsToWrite(e *routing.Event) int {
	n := len(e.Needs)
	for n > 0 && e.Needs[n-1] == (routing.Need{}) {
		n--
	}
	return n
}

func (o *object) whole(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	o.name(name)
	o.b = append(o.b, text...)
	return nil
}

func appendDecision(b []byte, d *routing.Decision) []byte {
	o := object{b: append(b, '{')}
	o.word("kind", true, d.Kind)
	o.word("code", d.Code != 0, d.Code)
	o.word("end", d.End != 0, d.End)
	o.word("how", d.How != 0, d.How)
	o.word("channel", d.Channel != 0, d.Channel)
	o.word("status", d.Status != 0, d.Status)
	o.word("state", d.State != 0, d.State)
	o.word("outcome", d.Outcome != 0, d.Outcome)
	o.flag("consult", d.Consult)
	o.number("contact", int64(d.Contact))
	o.number("offer", int64(d.Offer))
	o.number("agent", int64(d.Agent))
	o.number("queue", int64(d.Queue))
	o.number("team", int64(d.Team))
	o.number("pause", int64(d.Pause))
	o.number("reason", int64(d.Reason))
	o.number("count", int64(d.Count))
	o.number("at", int64(d.At))
	o.number("until", int64(d.Until))
	if d.Why != (routing.Why{}) {
		o.name("why")
		o.b = AppendWhy(o.b, &d.Why)
	}
	return append(o.b, '}')
}

// AppendWhy appends the reason of an offer as the log and the contact table keep it.
func AppendWhy(b []byte, w *routing.Why) []byte {
	o := object{b: append(b, '{')}
	o.word("rule", w.Rule != 0, w.Rule)
	o.number("step", int64(w.Step))
	o.number("fit", int64(w.Fit))
	o.number("load", int64(w.Load))
	o.number("waited_ms", w.WaitedMS)
	o.number("free_ms", w.FreeMS)
	o.number("score", w.Score)
	o.number("candidates", int64(w.Candidates))
	o.number("overtaken", int64(w.Overtaken))
	o.word("overtaken_by", w.OvertakenBy != 0, w.OvertakenBy)
	return append(o.b, '}')
}

// The bodies of version 1 as they are read.
type (
	bodyForm struct {
		V         int             `json:"v"`
		Event     *eventForm      `json:"event"`
		Decisions []decisionForm  `json:"decisions"`
		Fact      json.RawMessage `json:"fact"`
	}
	eventForm struct {
		Kind      routing.EventKind      `json:"kind"`
		Channel   centre.Channel         `json:"channel"`
		Status    routing.Status         `json:"status"`
		Priority  uint8                  `json:"priority"`
		Force     bool                   `json:"force"`
		Reached   bool                   `json:"reached"`
		Target    routing.TransferTarget `json:"target"`
		Outcome   routing.Outcome        `json:"outcome"`
		Contact   centre.ContactID       `json:"contact"`
		Offer     centre.OfferID         `json:"offer"`
		Agent     centre.AgentID         `json:"agent"`
		ToAgent   centre.AgentID         `json:"to_agent"`
		LastAgent centre.AgentID         `json:"last_agent"`
		Queue     centre.QueueID         `json:"queue"`
		Team      centre.TeamID          `json:"team"`
		Pause     centre.PauseID         `json:"pause"`
		Reason    centre.ReasonID        `json:"reason"`
		Count     int32                  `json:"count"`
		Until     centre.Instant         `json:"until"`
		CreditMS  int64                  `json:"credit_ms"`
		NeedCount uint8                  `json:"need_count"`
		Needs     []routing.Need         `json:"needs"`
		Settings  *routing.Settings      `json:"settings"`
		Profile   *routing.Profile       `json:"profile"`
	}
	decisionForm struct {
		Kind    routing.DecisionKind `json:"kind"`
		Code    routing.Code         `json:"code"`
		End     routing.OfferEnd     `json:"end"`
		How     routing.Ending       `json:"how"`
		Channel centre.Channel       `json:"channel"`
		Status  routing.Status       `json:"status"`
		State   routing.State        `json:"state"`
		Outcome routing.Outcome      `json:"outcome"`
		Consult bool                 `json:"consult"`
		Contact centre.ContactID     `json:"contact"`
		Offer   centre.OfferID       `json:"offer"`
		Agent   centre.AgentID       `json:"agent"`
		Queue   centre.QueueID       `json:"queue"`
		Team    centre.TeamID        `json:"team"`
		Pause   centre.PauseID       `json:"pause"`
		Reason  centre.ReasonID      `json:"reason"`
		Count   int32                `json:"count"`
		At      centre.Instant       `json:"at"`
		Until   centre.Instant       `json:"until"`
		Why     WhyForm              `json:"why"`
	}
)

// WhyForm is the reason of an offer as the log, the contact table and the API write it.
type WhyForm struct {
	Rule        routing.Rule     `json:"rule,omitzero"`
	Step        uint8            `json:"step,omitempty"`
	Fit         int32            `json:"fit,omitempty"`
	Load        int32            `json:"load,omitempty"`
	WaitedMS    int64            `json:"waited_ms,omitempty"`
	FreeMS      int64            `json:"free_ms,omitempty"`
	Score       int64            `json:"score,omitempty"`
	Candidates  int32            `json:"candidates,omitempty"`
	Overtaken   centre.ContactID `json:"overtaken,omitempty"`
	OvertakenBy routing.Code     `json:"overtaken_by,omitzero"`
}

// ParseBody reads the body of an entry into the fields that AppendBody wrote it from. Kind and At must be set already.
func ParseBody(e *Entry, body []byte) error {
	var f bodyForm
	if err := json.Unmarshal(body, &f); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if f.V != bodyVersion {
		return fmt.Errorf("body of version %d: this program reads up to %d", f.V, bodyVersion)
	}
	if e.Kind != Step {
		e.Payload = f.Fact
		return nil
	}
	if f.Event == nil {
		return fmt.Errorf("body: a step without its event")
	}
	if len(f.Event.Needs) > routing.MaxNeeds {
		return fmt.Errorf("body: %d needs, at most %d", len(f.Event.Needs), routing.MaxNeeds)
	}
	e.Event = f.Event.event(e.At)
	e.Decisions = make([]routing.Decision, len(f.Decisions))
	for i := range f.Decisions {
		e.Decisions[i] = f.Decisions[i].decision()
	}
	return nil
}

func (f *eventForm) event(at centre.Instant) *routing.Event {
	e := &routing.Event{At: at, Kind: f.Kind, Channel: f.Channel, Status: f.Status, Priority: f.Priority, NeedCount: f.NeedCount, Force: f.Force,
		Reached: f.Reached, Target: f.Target, Outcome: f.Outcome, Contact: f.Contact, Offer: f.Offer, Agent: f.Agent, ToAgent: f.ToAgent,
		LastAgent: f.LastAgent, Queue: f.Queue, Team: f.Team, Pause: f.Pause, Reason: f.Reason, Count: f.Count, Until: f.Until, Credit: f.CreditMS,
		Settings: f.Settings, Profile: f.Profile}
	copy(e.Needs[:], f.Needs)
	return e
}

func (f *decisionForm) decision() routing.Decision {
	return routing.Decision{Kind: f.Kind, Code: f.Code, End: f.End, How: f.How, Channel: f.Channel, Status: f.Status, State: f.State, Outcome: f.Outcome,
		Consult: f.Consult, Contact: f.Contact, Offer: f.Offer, Agent: f.Agent, Queue: f.Queue, Team: f.Team, Pause: f.Pause, Reason: f.Reason,
		Count: f.Count, At: f.At, Until: f.Until, Why: f.Why.Why()}
}

// Why gives the reason itself.
func (f *WhyForm) Why() routing.Why { return routing.Why(*f) }

var _ encoding.TextUnmarshaler = (*routing.EventKind)(nil) // the forms above rely on names, not numbers
