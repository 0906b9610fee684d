package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

var statuses = map[string]routing.Status{"offline": routing.Offline, "ready": routing.Ready, "direct_only": routing.DirectOnly, "paused": routing.Paused}

// SetStatus is a person saying whether they take contacts. The first status other than offline signs the person in at the desk.
func (r *Room) SetStatus(ctx context.Context, s access.Subject, status string, pause centre.PauseID) (Agent, error) {
	if !access.Somewhere(s, access.AnswerContacts) {
		return Agent{}, forbidden(access.AnswerContacts)
	}
	if err := r.setStatus(ctx, s, s.Person, status, pause); err != nil {
		return Agent{}, err
	}
	return r.agent(ctx, s)
}

// SetAgentStatus is a leader setting somebody else's status.
func (r *Room) SetAgentStatus(ctx context.Context, s access.Subject, agent centre.AgentID, status string, pause centre.PauseID) error {
	if !r.mayLead(s, agent) {
		return forbidden(access.SetOthersStatus)
	}
	if err := r.setStatus(ctx, s, agent, status, pause); err != nil {
		return err
	}
	return r.Access.Record(ctx, s, "agent.status_set", fmt.Sprintf("agent %d", agent), status)
}

func (r *Room) setStatus(ctx context.Context, s access.Subject, agent centre.AgentID, status string, pause centre.PauseID) error {
	to, ok := statuses[status]
	if !ok {
		return centre.ErrorAt(centre.Invalid, "status", "%q is not a status", status)
	}
	if to == routing.Paused && r.Rules.Book().Pause(pause) == nil {
		return centre.ErrorAt(centre.Invalid, "pause_id", "say why: there is no pause reason %d", pause)
	}
	r.hear(s.Person)
	var refused error
	_, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		a, ok := p.Engine().Agent(agent)
		switch {
		case ok && agent != s.Person && (a.State == routing.Gone || a.State == routing.Lost) && to != routing.Offline:
			return centre.ErrorAt(centre.Conflict, "id", "this person is not at their desk: contacts would ring at an empty chair")
		case !ok:
			return centre.ErrorAt(centre.Conflict, "agent_id", "this person does not answer contacts")
		case to == routing.Offline && a.State == routing.Gone, a.State != routing.Gone && a.Status == to && a.Pause == pause:
			return nil // said twice, in another tab perhaps
		case to == routing.Offline && a.InHand > 0:
			return centre.Errorf(centre.Conflict, "finish or hand over what you have first")
		case to == routing.Offline:
			step(p, &refused, routing.Event{Kind: routing.SignedOut, Agent: agent})
		case a.State == routing.Gone:
			step(p, &refused, routing.Event{Kind: routing.SignedIn, Agent: agent, Status: to, Pause: pause})
		default:
			step(p, &refused, routing.Event{Kind: routing.StatusChanged, Agent: agent, Status: to, Pause: pause})
		}
		return nil
	}})
	if err != nil {
		return err
	}
	return refused
}

// Accept takes the contact that is offered. Accepting again what one has is no mistake.
func (r *Room) Accept(ctx context.Context, s access.Subject, id centre.OfferID) (Detail, error) {
	contact, err := r.answer(ctx, s, id, routing.Accepted)
	if err != nil {
		return Detail{}, err
	}
	return r.Open(ctx, s, contact)
}

// Decline lets somebody else have it.
func (r *Room) Decline(ctx context.Context, s access.Subject, id centre.OfferID) error {
	_, err := r.answer(ctx, s, id, routing.Declined)
	return err
}

func (r *Room) answer(ctx context.Context, s access.Subject, id centre.OfferID, kind routing.EventKind) (centre.ContactID, error) {
	r.hear(s.Person)
	var refused error
	receipt, err := r.Centre.Do(ctx, live.Command{Client: client(s), ID: fmt.Sprintf("offer %d %s", id, kind), Plan: func(p *live.Plan) error {
		a, ok := p.Engine().Agent(s.Person)
		if !ok || a.Offer != id {
			return centre.ErrorAt(centre.Conflict, "id", "this offer is over")
		}
		d := step(p, &refused, routing.Event{Kind: kind, Agent: s.Person, Contact: a.Ringing, Offer: id})
		if kind == routing.Accepted && refused == nil {
			r.joined(p, s, a.Ringing, d)
		}
		p.Result(a.Ringing)
		return nil
	}})
	if err != nil {
		return 0, err
	}
	var contact centre.ContactID
	if err := json.Unmarshal(receipt.Result, &contact); err != nil {
		return 0, centre.Errorf(centre.Internal, "accept: %w", err)
	}
	return contact, refused
}

// joined tells the customer that somebody is here, unless the agent only advises.
func (r *Room) joined(p *live.Plan, s access.Subject, contact centre.ContactID, decisions []routing.Decision) {
	for _, d := range decisions {
		if d.Kind == routing.Connected && d.Contact == contact && d.Agent == s.Person && !d.Consult {
			r.say(p, conversation.Message{Contact: contact, Author: conversation.BySystem, Agent: s.Person, Name: firstName(s.Name), Code: "joined"})
		}
	}
}

// firstName is what a customer sees of an agent's name.
func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// say writes a message in the plan: its id is the sequence number of its fact.
func (r *Room) say(p *live.Plan, m conversation.Message) conversation.Message {
	m.At = p.Now()
	m.ID = p.Fact(FactMessage, m.Contact, m.Agent, Said{Author: m.Author})
	if m.Files == nil {
		m.Files = []conversation.File{}
	}
	p.Write(r.Conversation.Append(m))
	r.Recent.Put(m)
	if m.Author == conversation.ByAgent {
		r.mu.Lock()
		r.answers[m.Contact] = m
		r.mu.Unlock()
	}
	return m
}

// note writes an internal remark in the plan.
func (r *Room) note(p *live.Plan, n conversation.Note) conversation.Note {
	n.At = p.Now()
	n.ID = p.Fact(FactNote, n.Contact, n.Agent, Said{})
	p.Write(r.Conversation.AppendNote(n))
	r.Recent.PutNote(n)
	return n
}

// End ends the conversation; wrap-up begins.
func (r *Room) End(ctx context.Context, s access.Subject, id centre.ContactID) error {
	var refused error
	_, err := r.act(ctx, s, access.AnswerContacts, id, fmt.Sprintf("end %d", id), func(p *live.Plan, c routing.ContactView) error {
		if err := hold(s, c); err != nil {
			return err
		}
		if step(p, &refused, routing.Event{Kind: routing.Ended, Contact: id, Agent: s.Person}); refused == nil {
			r.say(p, conversation.Message{Contact: id, Author: conversation.BySystem, Agent: s.Person, Name: firstName(s.Name), Code: "closed"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

var outcomes = map[string]routing.Outcome{"solved": routing.Solved, "not_solved": routing.NotSolved, "follow_up": routing.FollowUp, "wrong_number": routing.WrongNumber}

// WrapUp records why the customer was in touch and how it went, and is done.
func (r *Room) WrapUp(ctx context.Context, s access.Subject, id centre.ContactID, reason centre.ReasonID, outcome, note string) error {
	if c := r.Rules.Book().Reason(reason); c == nil || !c.Active {
		return centre.ErrorAt(centre.Invalid, "reason_id", "there is no reason %d", reason)
	}
	o, ok := outcomes[outcome]
	if !ok {
		return centre.ErrorAt(centre.Invalid, "outcome", "%q is not an outcome", outcome)
	}
	var refused error
	_, err := r.act(ctx, s, access.AnswerContacts, id, fmt.Sprintf("wrap-up %d", id), func(p *live.Plan, c routing.ContactView) error {
		if c.Agent != s.Person {
			return centre.ErrorAt(centre.Conflict, "id", "the contact is no longer yours")
		}
		if c.Phase != routing.InWrapUp {
			if err := hold(s, c); err != nil {
				return err
			}
			step(p, &refused, routing.Event{Kind: routing.Ended, Contact: id, Agent: s.Person})
			r.say(p, conversation.Message{Contact: id, Author: conversation.BySystem, Agent: s.Person, Name: firstName(s.Name), Code: "closed"})
		}
		if text := strings.TrimSpace(conversation.Clean(note)); text != "" {
			r.note(p, conversation.Note{Contact: id, Agent: s.Person, Name: s.Name, Kind: "wrap_up", Text: text})
		}
		if step(p, &refused, routing.Event{Kind: routing.WrappedUp, Contact: id, Agent: s.Person, Reason: reason, Outcome: o}); refused == nil {
			p.Write(r.Surveys.Because(id, reason))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

// ExtendWrapUp asks for more time.
func (r *Room) ExtendWrapUp(ctx context.Context, s access.Subject, id centre.ContactID, seconds int) error {
	var refused error
	_, err := r.act(ctx, s, access.AnswerContacts, id, "", func(p *live.Plan, c routing.ContactView) error {
		if c.Agent != s.Person || c.Phase != routing.InWrapUp {
			return centre.ErrorAt(centre.Conflict, "id", "the wrap-up is over")
		}
		step(p, &refused, routing.Event{Kind: routing.WrapUpExtended, Contact: id, Agent: s.Person, Until: max(c.Until, p.Now()) + centre.Instant(seconds)*1000})
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

// Requeue gives the contact back; it keeps its place.
func (r *Room) Requeue(ctx context.Context, s access.Subject, id centre.ContactID, queue centre.QueueID, words string) error {
	return r.move(ctx, s, id, words, "requeued", routing.Event{Kind: routing.Requeued, Queue: queue}, func(p *live.Plan, c routing.ContactView) error {
		return r.queueThere(p, s, queue, true)
	})
}

func (r *Room) queueThere(p *live.Plan, s access.Subject, queue centre.QueueID, same bool) error {
	if queue == 0 && same {
		return nil
	}
	if q, ok := p.Engine().Queue(queue); !ok || !q.InForce || !r.mayReachQueue(s, queue) {
		return centre.ErrorAt(centre.Invalid, "queue_id", "there is no queue %d", queue)
	}
	return nil
}

// mayReachQueue tells whether somebody may put a contact into a queue: a partner's people only into queues that are shared with the partner, and whoever
// was granted single brands or queues only into those.
func (r *Room) mayReachQueue(s access.Subject, queue centre.QueueID) bool {
	book := r.Rules.Book()
	if s.Partner != 0 {
		return book.Shares(queue, s.Partner)
	}
	o := access.Object{Queue: queue, Brand: book.BrandOf(queue)}
	narrow := false
	for _, g := range s.Grants {
		if g.Scope.Kind != access.ScopeBrand && g.Scope.Kind != access.ScopeQueue {
			return true
		}
		narrow = true
	}
	return narrow && access.Reaches(s, access.MoveContacts, o)
}

// Transfer hands the contact over, with words (C5).
func (r *Room) Transfer(ctx context.Context, s access.Subject, id centre.ContactID, to HandOver) error {
	e, err := target(to)
	if err != nil {
		return err
	}
	e.Kind = routing.Transferred
	return r.move(ctx, s, id, to.Words, "transferred", e, func(p *live.Plan, c routing.ContactView) error {
		return r.reachable(p, s, e)
	})
}

// Consult asks somebody to advise while the agent keeps the contact.
func (r *Room) Consult(ctx context.Context, s access.Subject, id centre.ContactID, to HandOver) error {
	e, err := target(to)
	if err != nil {
		return err
	}
	e.Kind = routing.ConsultAsked
	var refused error
	_, err = r.act(ctx, s, access.AnswerContacts, id, "", func(p *live.Plan, c routing.ContactView) error {
		if err := hold(s, c); err != nil {
			return err
		}
		if err := r.reachable(p, s, e); err != nil {
			return err
		}
		e.Contact, e.Agent = id, s.Person
		step(p, &refused, e)
		if refused != nil {
			return nil
		}
		if words := strings.TrimSpace(conversation.Clean(to.Words)); words != "" {
			r.note(p, conversation.Note{Contact: id, Agent: s.Person, Name: s.Name, Kind: "transfer", Text: words})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

// EndConsult ends the advice, from either side.
func (r *Room) EndConsult(ctx context.Context, s access.Subject, id centre.ContactID) error {
	var refused error
	_, err := r.act(ctx, s, access.AnswerContacts, id, "", func(p *live.Plan, c routing.ContactView) error {
		step(p, &refused, routing.Event{Kind: routing.ConsultEnded, Contact: id, Agent: s.Person})
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

func target(to HandOver) (routing.Event, error) {
	switch to.To {
	case "queue":
		return routing.Event{Target: routing.ToQueue, Queue: to.Queue}, nil
	case "person":
		return routing.Event{Target: routing.ToPerson, ToAgent: to.Agent}, nil
	case "team":
		return routing.Event{Target: routing.ToTeam, Team: to.Team}, nil
	case "leader":
		return routing.Event{Target: routing.ToLeader}, nil
	}
	return routing.Event{}, centre.ErrorAt(centre.Invalid, "to", "%q must be one of queue, person, team, leader", to.To)
}

// reachable refuses a hand-over to what is not there, before anything is stepped.
func (r *Room) reachable(p *live.Plan, s access.Subject, e routing.Event) error {
	switch e.Target {
	case routing.ToQueue:
		return r.queueThere(p, s, e.Queue, false)
	case routing.ToPerson:
		a, ok := p.Engine().Agent(e.ToAgent)
		if who, _ := r.Rules.Person(e.ToAgent); !ok || e.ToAgent == s.Person || (s.Partner != 0 && who.Partner != s.Partner) {
			return centre.ErrorAt(centre.Invalid, "agent_id", "choose a colleague who answers contacts")
		}
		if a.State == routing.Gone || a.State == routing.Lost || a.Status == routing.Paused || a.Status == routing.Away {
			return centre.ErrorAt(centre.Conflict, "agent_id", "this colleague is not there now")
		}
	case routing.ToTeam:
		book := r.Rules.Book()
		if other := book.PartnerOf(e.Team); book.Team(e.Team) == nil || (s.Partner != 0 && other != 0 && other != s.Partner) {
			return centre.ErrorAt(centre.Invalid, "team_id", "there is no team %d", e.Team)
		}
	case routing.ToLeader:
		t := r.Rules.Book().Team(s.Team)
		if t == nil || t.Leader == "" {
			return centre.Errorf(centre.Conflict, "your team has no leader")
		}
	}
	return nil
}

// move gives the contact away: the words become a note that whoever gets it reads first.
func (r *Room) move(ctx context.Context, s access.Subject, id centre.ContactID, words, code string, e routing.Event, check func(*live.Plan, routing.ContactView) error) error {
	var refused error
	_, err := r.act(ctx, s, access.MoveContacts, id, "", func(p *live.Plan, c routing.ContactView) error {
		if c.Agent == 0 || c.Phase == routing.InOffer {
			return centre.ErrorAt(centre.Conflict, "id", "nobody has this contact yet: change its priority instead")
		}
		if c.Agent == s.Person {
			if err := hold(s, c); err != nil {
				return err
			}
		}
		if err := check(p, c); err != nil {
			return err
		}
		e.Contact, e.Agent = id, c.Agent
		if step(p, &refused, e); refused != nil {
			return nil
		}
		if text := strings.TrimSpace(conversation.Clean(words)); text != "" {
			r.note(p, conversation.Note{Contact: id, Agent: s.Person, Name: s.Name, Kind: "transfer", Text: text})
		}
		r.say(p, conversation.Message{Contact: id, Author: conversation.BySystem, Agent: s.Person, Name: firstName(s.Name), Code: code})
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

// Snooze puts a deferred contact away until a time.
func (r *Room) Snooze(ctx context.Context, s access.Subject, id centre.ContactID, until centre.Instant) error {
	var refused error
	_, err := r.act(ctx, s, access.AnswerContacts, id, "", func(p *live.Plan, c routing.ContactView) error {
		switch {
		case !c.Channel.Deferred():
			return centre.ErrorAt(centre.Conflict, "id", "only what was written can be put away: the customer is waiting here and now")
		case until <= p.Now():
			return centre.ErrorAt(centre.Invalid, "until_ms", "must be in the future")
		case until > p.Now()+90*24*3600_000:
			return centre.ErrorAt(centre.Invalid, "until_ms", "must be within ninety days")
		}
		if err := hold(s, c); err != nil {
			return err
		}
		step(p, &refused, routing.Event{Kind: routing.Snoozed, Contact: id, Agent: s.Person, Until: until})
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

// Prioritise moves one waiting contact.
func (r *Room) Prioritise(ctx context.Context, s access.Subject, id centre.ContactID, priority int) error {
	var refused error
	_, err := r.act(ctx, s, access.MoveContacts, id, "", func(p *live.Plan, c routing.ContactView) error {
		if c.Phase != routing.InQueue {
			return centre.ErrorAt(centre.Conflict, "id", "the contact is not waiting")
		}
		step(p, &refused, routing.Event{Kind: routing.Prioritised, Contact: id, Priority: uint8(priority)})
		return nil
	})
	if err != nil {
		return err
	}
	if refused != nil {
		return refused
	}
	return r.Access.Record(ctx, s, "contact.prioritised", fmt.Sprintf("contact %d", id), fmt.Sprint(priority))
}
