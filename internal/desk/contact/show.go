package contact

import (
	"context"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// seen is one look at the engine.
type seen struct {
	contacts map[centre.ContactID]routing.ContactView
	rows     map[centre.ContactID]journal.Contact
	agents   map[centre.AgentID]routing.AgentView
	offers   map[centre.AgentID]routing.OfferOut // what rings at them
}

// look takes the state of what was touched, and of what rings at the agents touched.
func (r *Room) look(ctx context.Context, t touched) (seen, error) {
	s := seen{contacts: map[centre.ContactID]routing.ContactView{}, rows: map[centre.ContactID]journal.Contact{}, agents: map[centre.AgentID]routing.AgentView{}, offers: map[centre.AgentID]routing.OfferOut{}}
	err := r.Centre.View(ctx, func(v *live.View) error {
		take := func(id centre.ContactID) {
			if c, ok := v.Engine().Contact(id); ok {
				s.contacts[id] = c
			}
			if row, ok := v.Contact(id); ok {
				s.rows[id] = row
			}
		}
		for id := range t.contacts {
			take(id)
		}
		for id := range t.agents {
			if a, ok := v.Engine().Agent(id); ok {
				s.agents[id] = a
				if o, ok := v.Engine().OfferTo(id); ok {
					s.offers[id] = o
					take(o.Contact)
				}
			}
		}
		return nil
	})
	return s, err
}

// show tells the screens the state of what was touched.
func (r *Room) show(ctx context.Context, t touched) error {
	s, err := r.look(ctx, t)
	if err != nil {
		return err
	}
	for id := range s.contacts { // threads of what is new here are read before the lock
		r.mu.Lock()
		known := r.threads[id] != nil
		r.mu.Unlock()
		if !known {
			th := r.loadThread(ctx, id)
			r.mu.Lock()
			if r.threads[id] == nil {
				r.threads[id] = th
			}
			r.mu.Unlock()
		}
	}
	var ring []func()
	r.mu.Lock()
	for _, e := range t.ended {
		r.tell(r.seq, e.agent, "offer_end", e.end)
	}
	for id := range t.contacts {
		r.showContact(id, s)
	}
	for id, a := range s.agents {
		r.tell(r.seq, id, "agent", r.agentView(a))
		if call := r.showOffer(ctx, id, a, s); call != nil {
			ring = append(ring, call)
		}
	}
	r.mu.Unlock()
	for _, call := range ring { // at most one for each agent; what is read for one offer keeps nobody else waiting
		r.ringing.Go(call)
	}
	return nil
}

// showContact tells a contact's state to every desk that has it or had it. The lock is held.
func (r *Room) showContact(id centre.ContactID, s seen) {
	th := r.threads[id]
	if th == nil {
		return
	}
	c, open := s.contacts[id]
	now := map[centre.AgentID]bool{}
	if open && c.Phase != routing.InOffer && c.Phase != routing.InQueue {
		if c.Agent != 0 {
			now[c.Agent] = true
		}
		if c.Adviser != 0 {
			now[c.Adviser] = true
		}
	}
	sum := r.summarise(id, c, open, s.rows[id], th)
	for agent := range union(now, th.onDesks) {
		mine := sum
		mine.Adviser = open && c.Adviser == agent && c.Agent != agent
		if now[agent] {
			if r.mine[agent] == nil {
				r.mine[agent] = map[centre.ContactID]bool{}
			}
			r.mine[agent][id] = true
		} else {
			delete(r.mine[agent], id)
			if mine.Agent == agent {
				mine.State = Closed
			}
		}
		r.tell(r.seq, agent, "contact", mine)
	}
	for agent := range r.present[id] { // leaders who look on
		if now[agent] {
			continue
		}
		if s := r.subject(agent); open && !r.may(s, access.ReadContacts, c) {
			delete(r.present[id], agent) // it has gone where they may not follow
			continue
		}
		if !th.onDesks[agent] {
			r.tell(r.seq, agent, "contact", sum)
		}
	}
	th.onDesks = now
	if !open {
		delete(r.threads, id)
		delete(r.answers, id)
		delete(r.present, id)
	}
}

func union(a, b map[centre.AgentID]bool) map[centre.AgentID]bool {
	out := make(map[centre.AgentID]bool, len(a)+len(b))
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

// showOffer begins or ends what rings at an agent. The customer's history is fetched without the lock, by the function returned.
func (r *Room) showOffer(ctx context.Context, id centre.AgentID, a routing.AgentView, s seen) func() {
	had := r.offers[id]
	if a.Offer == 0 {
		delete(r.offers, id)
		return nil
	}
	if had.offer == a.Offer {
		return nil
	}
	r.offers[id] = ringing{offer: a.Offer, contact: a.Ringing}
	o, ok := r.offer(id, s)
	if !ok {
		return nil
	}
	return func() {
		r.completeOffer(ctx, id, &o)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.offers[id].offer == o.ID {
			r.tell(0, id, "offer", o) // without a number: later events may have gone before
		}
	}
}

// offer is what rings at an agent, without what needs the store. The lock is held.
func (r *Room) offer(agent centre.AgentID, s seen) (Offer, bool) {
	out, rings := s.offers[agent]
	c, ok := s.contacts[out.Contact]
	th := r.threads[out.Contact]
	if !rings || !ok || th == nil {
		return Offer{}, false
	}
	o := Offer{
		ID: out.Offer, Contact: r.summarise(out.Contact, c, true, s.rows[out.Contact], th), At: out.At, Until: out.Until, Consult: out.Consult, Why: why(out.Why),
		History: []PastContact{},
	}
	if p, ok := r.Rules.Person(out.From); ok {
		o.From = p.Name
	}
	return o, true
}

// completeOffer adds what stands in the store: the customer's latest contacts, and what a colleague said about this one.
func (r *Room) completeOffer(ctx context.Context, agent centre.AgentID, o *Offer) {
	if o.Contact.Customer != 0 {
		past, err := r.Customers.History(ctx, o.Contact.Customer, historyLength)
		if err != nil && ctx.Err() == nil {
			r.Log.Error("a customer's history could not be read", "customer", o.Contact.Customer, "error", err)
		}
		for _, p := range past {
			if p.ID != o.Contact.ID && len(o.History) < 3 && r.mayKnow(r.subject(agent), p) {
				o.History = append(o.History, r.past(p))
			}
		}
	}
	r.mu.Lock()
	th := r.threads[o.Contact.ID]
	noted := th == nil || th.noted
	r.mu.Unlock()
	if !noted {
		return
	}
	notes, err := r.Conversation.Notes(ctx, o.Contact.ID)
	if err != nil && ctx.Err() == nil {
		r.Log.Error("a contact's notes could not be read", "contact", o.Contact.ID, "error", err)
	}
	for _, n := range notes {
		if n.Kind == "transfer" {
			o.From, o.Words = n.Name, n.Text
		}
	}
}

var phases = map[routing.Phase]State{
	routing.InQueue: Waiting, routing.InPromise: Waiting, routing.InOffer: Offered, routing.InDial: Talking, routing.InTalk: Talking,
	routing.InPark: Parked, routing.InHold: Held, routing.InSnooze: Snoozed, routing.InWrapUp: Wrapping,
}

// summarise is a contact as a line in a list. The lock is held.
func (r *Room) summarise(id centre.ContactID, c routing.ContactView, open bool, row journal.Contact, th *thread) Summary {
	s := Summary{
		ID: id, State: Closed, Channel: c.Channel, Queue: c.Queue, Brand: r.Rules.Book().BrandOf(c.Queue), Agent: c.Agent,
		Customer: th.Customer, Name: th.Name, Language: th.Language, Preview: th.preview, PreviewBy: string(th.previewBy), Unread: len(th.unread),
		ArrivedAt: c.Arrived, LastAt: th.lastAt, WaitingSince: th.waitingSince, AnsweredAt: row.Answered,
	}
	if !open {
		s.Channel, s.Queue, s.Agent, s.ArrivedAt = row.Channel, row.LastQueue, row.Agent, row.Created
		s.Brand = r.Rules.Book().BrandOf(row.LastQueue)
		return s
	}
	s.State = phases[c.Phase]
	switch c.Phase {
	case routing.InWrapUp:
		s.WrapUpUntil = c.Until
	case routing.InSnooze:
		s.SnoozedUntil = c.Until
	}
	if row.Why != nil {
		w := why(*row.Why)
		s.Why = &w
	}
	return s
}

func why(w routing.Why) Why {
	return Why{
		Rule: ruleNames[w.Rule], Step: int(w.Step), WaitedMS: w.WaitedMS, FreeMS: w.FreeMS, Fit: int(w.Fit), Score: w.Score, Candidates: int(w.Candidates),
		Overtaken: w.Overtaken, Code: codeName(w.OvertakenBy),
	}
}

var ruleNames = map[routing.Rule]string{
	routing.BestFit: "best_fit", routing.WorstOff: "worst_off", routing.AgeGuarantee: "age_guarantee", routing.PromiseDue: "promise_due",
	routing.LastAgent: "last_agent", routing.Directed: "directed", routing.ConsultRule: "consult", routing.BorrowedRule: "borrowed", routing.HeldRule: "held",
}

func codeName(c routing.Code) string {
	if c == routing.NoCode {
		return ""
	}
	return c.String()
}

var statusNames = map[routing.Status]string{
	routing.Offline: "offline", routing.Ready: "ready", routing.DirectOnly: "direct_only", routing.Paused: "paused", routing.Away: "away",
}

var stateNames = map[routing.State]string{
	routing.Gone: "gone", routing.Free: "free", routing.Ringing: "ringing", routing.Talking: "talking", routing.Wrapping: "wrapping", routing.Lost: "lost",
}

// agentView is an agent's own state. The lock is held.
func (r *Room) agentView(a routing.AgentView) Agent {
	out := Agent{ID: a.ID, Status: statusNames[a.Status], State: stateNames[a.State], Pause: a.Pause, Since: a.FreeSince, Load: int(a.Load), Total: int(a.Total)}
	if at := r.since[a.ID]; at != 0 {
		out.Since = at
	}
	if out.Since == 0 {
		out.Since = centre.At(r.Now())
	}
	if p, ok := r.Rules.Person(a.ID); ok {
		out.Name = p.Name
	}
	return out
}
