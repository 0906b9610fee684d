package contact

import (
	"context"
	"encoding/json"
	"sort"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// screen is one stream to one agent's browser. Its channel is bounded: a browser that does not keep up is cut off and begins again from a snapshot.
type screen struct {
	out    chan told
	closed bool
}

type told struct {
	seq   int64
	event string
	data  any
}

const (
	screenBacklog = 256
	screensOfOne  = 16 // windows that one agent may have open
)

// tell puts an event before every screen of an agent; while commits are being taken, when release does. The lock is held.
func (r *Room) tell(seq int64, agent centre.AgentID, event string, data any) {
	if r.held != nil {
		if len(r.screens[agent]) > 0 {
			r.held[agent] = append(r.held[agent], told{seq, event, data})
		}
		return
	}
	r.put(agent, told{seq, event, data})
}

// release tells every agent what some commits up to head mean, now that all of it is known. Only the last event is a place to resume from: a browser that is
// cut off between two of them has seen nothing of these commits. The others say by a negative number what they are of.
func (r *Room) release(head int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.held
	r.held = nil
	for agent, list := range held {
		for i := range list {
			if i == len(list)-1 {
				list[i].seq = head
			} else {
				list[i].seq = -list[i].seq
			}
			r.put(agent, list[i])
		}
	}
}

// put hands an event to every screen of an agent. The lock is held.
func (r *Room) put(agent centre.AgentID, t told) {
	for s := range r.screens[agent] {
		select {
		case s.out <- t:
		default:
			r.drop(agent, s)
		}
	}
}

// drop cuts a screen off. The lock is held.
func (r *Room) drop(agent centre.AgentID, s *screen) {
	if !s.closed {
		s.closed = true
		close(s.out)
	}
	delete(r.screens[agent], s)
	if len(r.screens[agent]) == 0 {
		delete(r.screens, agent)
	}
}

// leave tells colleagues that somebody whose last window has closed looks at nothing any more. The lock is held.
func (r *Room) leave(agent centre.AgentID) {
	for id, all := range r.present {
		p, here := all[agent]
		if !here {
			continue
		}
		delete(all, agent)
		p.Here, p.Typing = false, false
		r.tellPresence(id, p)
	}
}

// tellPresence tells everybody else who looks at a contact, or has it on their desk. The lock is held.
func (r *Room) tellPresence(id centre.ContactID, p Presence) {
	for agent := range r.present[id] {
		if agent != p.Agent {
			r.tell(0, agent, "presence", p)
		}
	}
	if t := r.threads[id]; t != nil {
		for agent := range t.onDesks {
			if _, told := r.present[id][agent]; agent != p.Agent && !told {
				r.tell(0, agent, "presence", p)
			}
		}
	}
}

// dropScreens cuts every screen off: they come back and take a snapshot, here or at the centre's new owner.
func (r *Room) dropScreens() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for agent, all := range r.screens {
		for s := range all {
			r.drop(agent, s)
		}
	}
}

// tellDesks tells everybody on whose desk a contact stands, and everybody who looks on.
func (r *Room) tellDesks(seq int64, contact centre.ContactID, event string, data any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	told := map[centre.AgentID]bool{}
	if t := r.threads[contact]; t != nil {
		for agent := range t.onDesks {
			told[agent] = true
			r.tell(seq, agent, event, data)
		}
	}
	for agent := range r.present[contact] {
		if !told[agent] {
			r.tell(seq, agent, event, data)
		}
	}
}

func (r *Room) tellAll(seq int64, event string, data any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for agent := range r.screens {
		r.tell(seq, agent, event, data)
	}
}

// Follow streams an agent's desk: a snapshot, the messages that came after the last event seen, then what is new.
func (r *Room) Follow(ctx context.Context, s access.Subject, after int64, send func(seq int64, event string, data any) error) error {
	if s.Person == 0 {
		return centre.Errorf(centre.Forbidden, "a desk belongs to a person")
	}
	if err := r.Here(ctx, s); err != nil {
		return err
	}
	sc := &screen{out: make(chan told, screenBacklog)}
	r.mu.Lock()
	if len(r.screens[s.Person]) >= screensOfOne {
		r.mu.Unlock()
		return centre.Errorf(centre.Exhausted, "too many windows at once")
	}
	if r.screens[s.Person] == nil {
		r.screens[s.Person] = map[*screen]bool{}
	}
	r.screens[s.Person][sc] = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.drop(s.Person, sc)
		if len(r.screens[s.Person]) == 0 {
			r.leave(s.Person)
		}
	}()
	desk, err := r.Desk(ctx, s)
	if err != nil {
		return err
	}
	if after <= 0 {
		err = send(desk.Seq, "snapshot", desk)
	} else if err = send(-desk.Seq, "snapshot", desk); err == nil {
		err = r.missed(ctx, desk, after, send)
	}
	if err != nil {
		return err
	}
	for {
		select {
		case t, ok := <-sc.out:
			if !ok {
				return nil // cut off: the browser comes back and begins again
			}
			if err := send(t.seq, t.event, t.data); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// missed sends the messages of the desk's contacts that came after an event. What ends it is the place to resume from.
func (r *Room) missed(ctx context.Context, desk Desk, after int64, send func(int64, string, any) error) error {
	for _, c := range desk.Contacts {
		list, err := r.Conversation.After(ctx, c.ID, after, 200)
		if err != nil {
			return err
		}
		for _, m := range list {
			if err := send(-m.ID, "message", m); err != nil {
				return err
			}
		}
	}
	return send(desk.Seq, "agent", desk.Agent)
}

// Here is the desk's heartbeat: whoever is not heard for a while is lost, and back when heard again.
func (r *Room) Here(ctx context.Context, s access.Subject) error {
	r.hear(s.Person)
	lost := false
	err := r.Centre.View(ctx, func(v *live.View) error {
		a, ok := v.Engine().Agent(s.Person)
		lost = ok && a.State == routing.Lost
		return nil
	})
	if err != nil || !lost {
		return err
	}
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		if a, ok := p.Engine().Agent(s.Person); ok && a.State == routing.Lost {
			p.Step(routing.Event{Kind: routing.AgentFound, Agent: s.Person})
		}
		return nil
	}})
	return err
}

// sweep takes agents for lost who have not been heard for too long, and sends the calm summary when it changed.
func (r *Room) sweep(ctx context.Context) {
	limit := time.Duration(r.Rules.Book().Rules.LostAfterS) * time.Second
	if limit <= 0 {
		return
	}
	var here []centre.AgentID
	err := r.Centre.View(ctx, func(v *live.View) error {
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			if a.State != routing.Gone && a.State != routing.Lost {
				here = append(here, a.ID)
			}
			return true
		})
		return nil
	})
	if err != nil {
		return
	}
	now := r.Now()
	for _, id := range here {
		r.mu.Lock()
		at, known := r.heard[id]
		if !known {
			r.heard[id] = now
		}
		r.mu.Unlock()
		if !known || now.Sub(at) < limit {
			continue
		}
		_, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
			p.Step(routing.Event{Kind: routing.AgentLost, Agent: id})
			return nil
		}})
		if err != nil {
			r.Log.Warn("an agent who is gone could not be told to the engine", "agent", id, "error", err)
		}
	}
	r.calm(ctx)
}

// calm sends the summary of the queues to every desk when something in it changed.
func (r *Room) calm(ctx context.Context) {
	queues, err := r.queues(ctx)
	if err != nil {
		return
	}
	text, err := json.Marshal(queues)
	if err != nil || string(text) == r.lastCalm {
		return
	}
	r.lastCalm = string(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	for agent := range r.screens {
		r.tell(0, agent, "queues", Queues{Queues: r.served(agent, queues)})
	}
}

func (r *Room) queues(ctx context.Context) ([]QueueCalm, error) {
	out := []QueueCalm{}
	book := r.Rules.Book()
	err := r.Centre.View(ctx, func(v *live.View) error {
		v.Engine().EachQueue(func(q *routing.QueueView) bool {
			c := book.Queue(q.ID)
			if !q.InForce || c == nil {
				return true
			}
			out = append(out, QueueCalm{
				ID: q.ID, Name: c.Name, Waiting: int(q.Counts[routing.InQueue]), LongestWaitMS: q.LongestMS / 1000 * 1000, Open: q.Open,
				LevelPermille: -1, GoalPermille: int(c.GoalPercent) * 10,
			})
			return true
		})
		return nil
	})
	for i := range out {
		out[i].LevelPermille = r.Levels(out[i].ID)
	}
	return out, err
}

// served keeps the queues that an agent has the skills for, at the queue's easiest step before all hands are called.
func (r *Room) served(agent centre.AgentID, all []QueueCalm) []QueueCalm {
	out := []QueueCalm{}
	book := r.Rules.Book()
	skills := book.SkillsOf(agent)
	for _, q := range all {
		if c := book.Queue(q.ID); c != nil && book.Serves(skills, c) {
			out = append(out, q)
		}
	}
	return out
}

// Desk is the snapshot.
func (r *Room) Desk(ctx context.Context, s access.Subject) (Desk, error) {
	if !access.Somewhere(s, access.AnswerContacts) && !access.Somewhere(s, access.ReadContacts) {
		return Desk{}, forbidden(access.AnswerContacts)
	}
	d := Desk{Now: centre.At(r.Now()), Offers: []Offer{}, Contacts: []Summary{}}
	t := touched{contacts: map[centre.ContactID]bool{}, agents: map[centre.AgentID]bool{s.Person: true}}
	r.mu.Lock()
	for id := range r.mine[s.Person] {
		t.contacts[id] = true
	}
	d.Seq = r.seq
	r.mu.Unlock()
	look, err := r.look(ctx, t)
	if err != nil {
		return d, err
	}
	queues, err := r.queues(ctx)
	if err != nil {
		return d, err
	}
	d.Queues = r.served(s.Person, queues)
	r.mu.Lock()
	if a, ok := look.agents[s.Person]; ok {
		d.Agent = r.agentView(a)
		if a.Offer != 0 {
			if o, ok := r.offer(s.Person, look); ok {
				d.Offers = append(d.Offers, o)
			}
		}
	} else {
		d.Agent = Agent{ID: s.Person, Name: s.Name, Status: "offline", State: "gone"}
	}
	for id := range t.contacts {
		c, open := look.contacts[id]
		if th := r.threads[id]; th != nil && open && (c.Agent == s.Person || c.Adviser == s.Person) {
			sum := r.summarise(id, c, true, look.rows[id], th)
			sum.Adviser = c.Adviser == s.Person && c.Agent != s.Person
			d.Contacts = append(d.Contacts, sum)
		}
	}
	r.mu.Unlock()
	sort.Slice(d.Contacts, func(i, j int) bool { return d.Contacts[i].ID < d.Contacts[j].ID })
	for i := range d.Offers {
		r.completeOffer(ctx, s.Person, &d.Offers[i])
	}
	return d, nil
}

// agent is the subject's own state.
func (r *Room) agent(ctx context.Context, s access.Subject) (Agent, error) {
	var now routing.AgentView
	err := r.Centre.View(ctx, func(v *live.View) error {
		now, _ = v.Engine().Agent(s.Person)
		return nil
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.agentView(now), err
}

// summary is one contact in the engine as an agent sees it.
func (r *Room) summary(ctx context.Context, agent centre.AgentID, id centre.ContactID) (int64, Summary, error) {
	look, err := r.look(ctx, touched{contacts: map[centre.ContactID]bool{id: true}})
	if err != nil {
		return 0, Summary{}, err
	}
	r.mu.Lock()
	th := r.threads[id]
	r.mu.Unlock()
	if th == nil {
		th = r.loadThread(ctx, id)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c, open := look.contacts[id]
	sum := r.summarise(id, c, open, look.rows[id], th)
	sum.Adviser = open && c.Adviser == agent && c.Agent != agent
	return r.seq, sum, nil
}

// Present tells colleagues that somebody has a contact open, or has left it, and the customer when its agent is writing.
func (r *Room) Present(ctx context.Context, s access.Subject, id centre.ContactID, here, typing bool) error {
	r.hear(s.Person)
	open, o, err := r.readable(ctx, s, id)
	if err != nil {
		return err
	}
	if !open {
		return nil
	}
	p := Presence{Contact: id, Agent: s.Person, Name: s.Name, Here: here, Typing: here && typing}
	r.mu.Lock()
	if here {
		if r.present[id] == nil {
			r.present[id] = map[centre.AgentID]Presence{}
		}
		r.present[id][s.Person] = p
	} else {
		delete(r.present[id], s.Person)
	}
	r.tellPresence(id, p)
	visitorWaits := r.OnTyping != nil && typing && o.Agent == s.Person
	r.mu.Unlock()
	if visitorWaits {
		r.OnTyping(conversation.Typing{Contact: id, Author: conversation.ByAgent, Name: firstName(s.Name), Until: centre.At(r.Now()) + typingMS})
	}
	return nil
}

const typingMS = 6000

// CustomerTyping tells the desks that a customer is writing.
func (r *Room) CustomerTyping(t conversation.Typing) {
	r.tellDesks(0, t.Contact, "typing", t)
}
