package phone

import (
	"context"
	"fmt"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
)

func forbidden(a access.Action) error {
	return centre.Errorf(centre.Forbidden, "you may not do this (%s)", a)
}

func client(s access.Subject) string {
	if s.Key != 0 {
		return fmt.Sprintf("key %d", s.Key)
	}
	return fmt.Sprintf("agent %d", s.Person)
}

// mine runs fn in a call that the subject speaks in.
func (r *Room) mine(ctx context.Context, s access.Subject, id centre.ContactID, fn func(m *machine, me *person) error) error {
	c := r.of(id)
	if c == nil || s.Person == 0 {
		return errOver
	}
	return c.ask(ctx, func(m *machine) error {
		me := m.scene.byAgent(s.Person)
		if me == nil || me.kind == aLeader {
			return errOver
		}
		return fn(m, me)
	})
}

// owned is mine for what only the call's agent may do.
func (r *Room) owned(ctx context.Context, s access.Subject, id centre.ContactID, fn func(m *machine) error) error {
	return r.mine(ctx, s, id, func(m *machine, me *person) error {
		if me.kind != theAgent {
			return centre.ErrorAt(centre.Conflict, "contact_id", "you advise on this call: it is your colleague's")
		}
		return fn(m)
	})
}

// Hold puts the customer on hold, or takes them back. With somebody else brought in, that one waits in the customer's place: the agent speaks with one of them.
func (r *Room) Hold(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error {
	return r.owned(ctx, s, id, func(m *machine) error {
		if m.stage != talking {
			return centre.ErrorAt(centre.Conflict, "contact_id", "nobody is on the line yet")
		}
		m.hold(on)
		return nil
	})
}

func (m *machine) hold(on bool) {
	switch {
	case m.scene.third() != nil && (m.scene.private || m.scene.aside):
		m.scene.swap(on)
	case m.scene.held != on:
		m.scene.held, m.since = on, m.at
	default:
		return
	}
	m.do(mix{}, show{})
}

// Mute makes the subject unheard in the call, or heard again.
func (r *Room) Mute(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error {
	return r.mine(ctx, s, id, func(m *machine, me *person) error {
		me.muted = on
		m.do(mix{}, show{})
		return nil
	})
}

// Keys presses keys towards somebody outside who is in the call, else towards the customer.
func (r *Room) Keys(ctx context.Context, s access.Subject, id centre.ContactID, pressed string) error {
	if err := r.owned(ctx, s, id, func(*machine) error { return nil }); err != nil {
		return err
	}
	if pressed == "" || strings.Trim(pressed, "0123456789*#") != "" || len(pressed) > 32 {
		return centre.ErrorAt(centre.Invalid, "keys", "up to 32 of 0-9, * and #")
	}
	return r.owned(ctx, s, id, func(m *machine) error {
		to := m.caller()
		if o := m.scene.one(anOutsider); o != nil && o.there() {
			to = o
		}
		m.do(keys{person: to.id, keys: pressed})
		return nil
	})
}

// Conference lets everybody in the call hear one another, or parts the customer from the others again.
func (r *Room) Conference(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error {
	return r.owned(ctx, s, id, func(m *machine) error {
		if m.scene.one(anAdviser) == nil && m.scene.one(anOutsider) == nil {
			return centre.ErrorAt(centre.Conflict, "contact_id", "there is nobody to confer with")
		}
		m.scene.private, m.scene.aside, m.scene.held = !on, false, false
		m.do(mix{}, show{})
		return nil
	})
}

// Outside does something with a number outside the centre.
func (r *Room) Outside(ctx context.Context, s access.Subject, id centre.ContactID, w OutsideWish) error {
	if err := r.owned(ctx, s, id, func(*machine) error { return nil }); err != nil {
		return err
	}
	if w.Do == "dial" || w.Do == "transfer" {
		if !access.Can(s, access.CallOut, access.Object{Agent: s.Person, Team: s.Team, Partner: s.Partner}) {
			return forbidden(access.CallOut)
		}
		if r.stack == nil {
			return centre.Errorf(centre.Conflict, "the centre has no trunk to call by")
		}
	}
	return r.owned(ctx, s, id, func(m *machine) error {
		out := m.scene.one(anOutsider)
		switch w.Do {
		case "dial", "transfer":
			if m.stage != talking || out != nil || m.scene.one(anAdviser) != nil {
				return centre.ErrorAt(centre.Conflict, "do", "end what is going on first")
			}
			number, _, err := r.Rules.Book().MayDial(w.Number, r.countryOf(m.row.Brand))
			if err != nil {
				return err
			}
			to := m.scene.add(person{kind: anOutsider, number: number, ringing: true})
			m.trouble = ""
			m.scene.swap(true)
			if w.Do == "transfer" {
				m.complete = to
			}
			m.do(mix{}, dial{person: to, number: number}, wake{ringTimer, m.terms.ring}, show{})
		case "complete":
			if out == nil {
				return centre.ErrorAt(centre.Conflict, "do", "there is nobody outside to leave the customer with")
			}
			m.complete = out.id
			if out.there() {
				m.leaveAlone()
			}
		case "drop":
			if out == nil {
				return nil
			}
			m.do(hangUp{out.id}, wake{ringTimer, 0})
			m.scene.remove(out.id)
			m.outsideGone(out.id, true)
		default:
			return centre.ErrorAt(centre.Invalid, "do", "%q is not dial, transfer, complete or drop", w.Do)
		}
		return nil
	})
}

func (r *Room) countryOf(brand centre.BrandID) string {
	if l, ok := r.Rules.Book().LineOfBrand(brand, ""); ok {
		return l.Country
	}
	return ""
}

// Record pauses the recording, goes on with it, or deletes what has been recorded.
func (r *Room) Record(ctx context.Context, s access.Subject, id centre.ContactID, do string) error {
	if err := r.owned(ctx, s, id, func(*machine) error { return nil }); err != nil {
		return err
	}
	if do != "pause" && do != "resume" && do != "delete" {
		return centre.ErrorAt(centre.Invalid, "do", "%q is not pause, resume or delete", do)
	}
	err := r.owned(ctx, s, id, func(m *machine) error {
		if m.recording.State != "on" && m.recording.State != "paused" {
			return centre.ErrorAt(centre.Conflict, "contact_id", "this call is not recorded")
		}
		switch do {
		case "resume":
			m.resumeRecording()
			return nil
		case "delete":
			m.recording.State = "deleted"
		default:
			m.recording.State = "paused"
		}
		m.do(record{do}, show{})
		return nil
	})
	if err != nil {
		return err
	}
	return r.Access.Record(ctx, s, "recording."+do+"d", fmt.Sprintf("contact %d", id), "")
}

// resumeRecording goes on after a pause.
func (m *machine) resumeRecording() {
	if m.recording.State == "paused" {
		m.recording.State = "on"
		m.do(record{"resume"}, show{})
	}
}

// Listen lets a leader into a call: to listen, to whisper to the agent, to speak with everybody; off lets them out. It is in the audit log, and the agent sees it.
func (r *Room) Listen(ctx context.Context, s access.Subject, id centre.ContactID, mode string) error {
	c := r.of(id)
	if c == nil {
		return errOver
	}
	x := c.shown.Load()
	if x == nil || s.Person == 0 || !access.Can(s, access.ListenToContacts, r.objectOfCall(x)) {
		return errOver
	}
	if mode != "off" {
		if mode != modeListen && mode != modeWhisper && mode != modeBarge {
			return centre.ErrorAt(centre.Invalid, "mode", "%q is not listen, whisper, barge or off", mode)
		}
		if err := r.idle(ctx, s.Person, c); err != nil {
			return err
		}
		if err := r.liftFor(ctx, s); err != nil {
			return err
		}
		if err := r.Access.Record(ctx, s, "call."+mode, fmt.Sprintf("contact %d", id), fmt.Sprintf("agent %d", x.agent)); err != nil {
			return err
		}
	}
	return c.ask(ctx, func(m *machine) error {
		p := m.scene.byAgent(s.Person)
		switch {
		case p != nil && p.kind != aLeader:
			return centre.ErrorAt(centre.Conflict, "contact_id", "you are in this call already")
		case mode == "off":
			if p != nil {
				m.scene.remove(p.id)
			}
		case m.stage != talking:
			return centre.ErrorAt(centre.Conflict, "contact_id", "nobody is talking yet")
		case p != nil:
			p.mode = mode
		default:
			m.scene.add(person{kind: aLeader, agent: s.Person, mode: mode})
		}
		m.do(mix{}, show{})
		return nil
	})
}

// idle refuses somebody who speaks in another call.
func (r *Room) idle(_ context.Context, agent centre.AgentID, here *call) error {
	for _, c := range r.all() {
		if x := c.shown.Load(); c != here && x != nil && (x.roles[agent] == "agent" || x.roles[agent] == "adviser") {
			return centre.Errorf(centre.Conflict, "you are in a call of your own")
		}
	}
	return nil
}

func (r *Room) objectOfCall(x *shown) access.Object {
	o := access.Object{Brand: x.call.Brand, Queue: x.queue, Agent: x.agent}
	if p, ok := r.Rules.Person(x.agent); ok {
		o.Team, o.Partner = p.Team, p.Partner
	}
	return o
}

// Live lists the calls of now that the subject may know of.
func (r *Room) Live(_ context.Context, s access.Subject) ([]LiveCall, error) {
	if !access.Somewhere(s, access.ListenToContacts) && !access.Somewhere(s, access.ReadContacts) {
		return nil, forbidden(access.ListenToContacts)
	}
	out := []LiveCall{}
	for _, c := range r.all() {
		x := c.shown.Load()
		if x == nil || !access.Can(s, access.ReadContacts, r.objectOfCall(x)) {
			continue
		}
		one := LiveCall{Call: covered(s, x.call), Stage: x.stage}
		one.Role = orElse(x.roles[s.Person], "leader")
		if p, ok := r.Rules.Person(x.agent); ok {
			one.AgentName = p.Name
		}
		out = append(out, one)
	}
	return out, nil
}

// HangUp ends a call out, or a conversation, for its agent: what the desk's own button does.
func (r *Room) HangUp(ctx context.Context, s access.Subject, id centre.ContactID) error {
	return r.owned(ctx, s, id, func(m *machine) error {
		if m.stage == ringingOut {
			m.end("agent_hung_up", s.Person)
			return nil
		}
		m.do(tell{what: tellEnd, agent: s.Person})
		return nil
	})
}

// Trunks tells how every trunk is.
func (r *Room) Trunks(ctx context.Context, s access.Subject) ([]Trunk, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return nil, forbidden(access.ReadConfig)
	}
	out := []Trunk{}
	for _, t := range r.Rules.Book().Phone.Trunks {
		one := Trunk{Key: t.Key, State: "unknown"}
		sealed, err := r.Phone.TrunkSecret(ctx, "trunk "+t.Key)
		if err != nil {
			return nil, err
		}
		one.Secret = sealed != nil
		if r.stack != nil {
			for _, st := range r.stack.Status() {
				if st.Key == t.Key {
					one.State = map[bool]string{true: "up", false: "down"}[st.Up]
					one.Registered, one.Calls, one.Problem, one.Code = st.Registered, st.Calls, string(st.Fault), st.Code
					if !st.Since.IsZero() {
						one.Since = centre.At(st.Since)
					}
				}
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// SetSecret sets the secret of a trunk or of a desk phone's account; an empty one takes it away. It is never shown again.
func (r *Room) SetSecret(ctx context.Context, s access.Subject, what, key, secret string) error {
	if !access.Everywhere(s, access.WriteConfig) {
		return forbidden(access.WriteConfig)
	}
	if err := s.Proved(); err != nil {
		return err
	}
	name := what + " " + key
	var sealed []byte
	if secret != "" {
		var err error
		if sealed, err = r.Access.Seal([]byte(secret), name); err != nil {
			return err
		}
	}
	if err := r.Phone.SaveTrunkSecret(ctx, name, sealed); err != nil {
		return err
	}
	r.configured(r.Rules.Book())
	return r.Access.Record(ctx, s, "phone.secret_set", name, "")
}
