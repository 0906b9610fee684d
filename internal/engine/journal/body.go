package journal

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"sentral/internal/engine/routing"
)

// bodyVersion is the form of body that is written. ParseBody reads every form that ever was: a new one is added beside the old, with a sample in testdata.
const bodyVersion = 1

// AppendBody appends the body of an entry as the log keeps it: one JSON object with the version, and either the event with its decisions or the
// fact. Fields that are zero are left out, and the instant stands beside the body. It writes what encoding/json would, many times faster. Its error says
// that what it wrote could not be read again, such as a status that no list names.
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
			if b, err = appendDecision(b, &e.Decisions[i]); err != nil {
				return nil, err
			}
		}
		b = append(b, ']')
	}
	return append(b, '}'), nil
}

// object writes the fields of one JSON object and leaves out those that are zero.
type object struct {
	b       []byte
	begun   bool
	unnamed error // a word without a name, which could be written and never be read again
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
	if !set {
		return
	}
	word := v.String()
	if strings.HasSuffix(word, ")") { // as in "status(77)"
		o.unnamed = fmt.Errorf("%s has no name: %s", name, word)
	}
	o.name(name)
	o.b = append(o.b, '"')
	o.b = append(o.b, word...)
	o.b = append(o.b, '"')
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
	return append(o.b, '}'), o.unnamed
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

func appendDecision(b []byte, d *routing.Decision) ([]byte, error) {
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
	return append(o.b, '}'), o.unnamed
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

// bodyForm is a body as it is read. Within version 1, names of fields stand beside the fields of routing.Event and routing.Decision.
type bodyForm struct {
	V         int                `json:"v"`
	Event     *routing.Event     `json:"event"`
	Decisions []routing.Decision `json:"decisions"`
	Fact      json.RawMessage    `json:"fact"`
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
	e.Event, e.Decisions = f.Event, f.Decisions
	e.Event.At = e.At
	return nil
}
