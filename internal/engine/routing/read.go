package routing

import (
	"slices"

	"sentral/internal/centre"
)

// QueueOpen tells whether a queue takes new contacts in, and whether the rules in force name it.
func (e *Engine) QueueOpen(id centre.QueueID) (open, known bool) {
	qi := e.findQueue(id)
	if qi < 0 || e.queues[qi].gone {
		return false, false
	}
	return e.queues[qi].open, true
}

// WaitingContact is one contact in line.
type WaitingContact struct {
	Contact  centre.ContactID
	Arrived  centre.Instant
	Position int // 1 is the first of its queue
}

// Waiting shows the contacts that wait in one queue in the order in which they stand now, until f returns false. Who is served next depends also on
// who becomes free.
func (e *Engine) Waiting(id centre.QueueID, f func(WaitingContact) bool) {
	qi := e.findQueue(id)
	if qi < 0 {
		return
	}
	var line []urgency
	for _, li := range e.queues[qi].lanes {
		l := &e.lanes[li]
		if l.aim.advice() || l.aim == aimNotYet {
			continue
		}
		for _, x := range l.waiting() {
			line = append(line, e.urgencyIn(l, x))
		}
	}
	slices.SortFunc(line, func(a, b urgency) int {
		if a.ahead(&b) {
			return -1
		}
		return 1
	})
	for i, u := range line {
		if !f(WaitingContact{Contact: u.id, Arrived: centre.Instant(e.contacts[u.slot].arrived), Position: i + 1}) {
			return
		}
	}
}

// Position gives a waiting contact's place in its queue, 1 for the first; zero when it does not wait.
func (e *Engine) Position(id centre.ContactID) int {
	ci := e.findContact(id)
	if ci < 0 || e.contacts[ci].phase != InQueue {
		return 0
	}
	return int(e.aheadOf(&e.contacts[ci])) + 1
}

// HeldContact is a contact that an agent has something to do with.
type HeldContact struct {
	Contact centre.ContactID
	Adviser bool // the agent advises a colleague on it
	Phase   Phase
}

// ContactsOf gives what an agent has in hand by contact id, and after it what is snoozed for the agent.
func (e *Engine) ContactsOf(id centre.AgentID) []HeldContact {
	a := e.findAgent(id)
	if a < 0 {
		return nil
	}
	var out []HeldContact
	for ci := e.agents[a].hand; ci >= 0; ci = e.contacts[ci].handNext {
		c := &e.contacts[ci]
		out = append(out, HeldContact{Contact: c.id, Adviser: c.isLeg(), Phase: c.phase})
	}
	inHand := len(out)
	for i := range e.contacts {
		if c := &e.contacts[i]; c.id != 0 && c.phase == InSnooze && c.snoozer == id {
			out = append(out, HeldContact{Contact: c.id, Phase: InSnooze})
		}
	}
	slices.SortFunc(out[inHand:], func(x, y HeldContact) int { return int(min(max(x.Contact-y.Contact, -1), 1)) })
	return out
}

// OfferOut is an offer that rings.
type OfferOut struct {
	Offer   centre.OfferID
	Contact centre.ContactID
	Queue   centre.QueueID
	Channel centre.Channel
	At      centre.Instant // when it was made
	Until   centre.Instant // when it lapses
	Consult bool
	From    centre.AgentID // who asks for advice; zero for a customer
	Why     Why
}

// OfferTo gives the offer that rings at an agent.
func (e *Engine) OfferTo(id centre.AgentID) (OfferOut, bool) {
	a := e.findAgent(id)
	if a < 0 || e.agents[a].offer < 0 {
		return OfferOut{}, false
	}
	c := &e.contacts[e.agents[a].offer]
	o := OfferOut{Offer: c.offer, Contact: c.id, Queue: e.queues[c.queue].rules.ID, Channel: c.channel, At: centre.Instant(c.offered),
		Until: centre.Instant(c.until), Consult: c.isLeg(), Why: c.why}
	if c.isLeg() {
		o.From = e.agents[e.contacts[c.parent].agent].id
	}
	return o, true
}

// StepPool is who could take a contact from one step of its queue on.
type StepPool struct {
	AfterMS   int64
	Qualified int              // agents whom the step admits, whether they are there or not
	SignedIn  int              // of them: there
	Free      int              // of them: could be offered the contact now
	Best      []centre.AgentID // the free ones in the order in which they would be chosen, at most eight
}

// WhoWouldGet tells who would be offered a contact that arrived now as the event says, and why, and who could take it step by step. It changes
// nothing: a copy of the engine takes the event. Agent zero means that the contact would wait.
func (e *Engine) WhoWouldGet(ev Event) (centre.AgentID, Why, []StepPool) {
	n := New()
	if err := n.Restore(e.Snapshot()); err != nil {
		must(false, "L21: a snapshot can be restored")
	}
	ev.Kind, ev.At = Arrived, centre.Instant(e.now)
	if ev.Contact == 0 {
		ev.Contact = centre.ContactID(n.seen.top + 1)
	}
	var agent centre.AgentID
	var why Why
	for _, d := range n.Step(ev) {
		if d.Kind == Offered && d.Contact == ev.Contact {
			agent, why = d.Agent, d.Why
		}
	}
	qi := n.findQueue(ev.Queue)
	if qi < 0 || ev.Channel == centre.NoChannel || int(ev.Channel) >= centre.ChannelCount {
		return agent, why, nil
	}
	needs, needN := tidyNeeds(&ev.Needs, ev.NeedCount)
	return agent, why, e.stepPools(qi, &needs, needN, ev.Channel)
}

func (e *Engine) stepPools(qi int32, needs *[MaxNeeds]Need, needN uint8, ch centre.Channel) []StepPool {
	p := &e.pools[e.poolFor(qi, none, needs, needN)]
	var out []StepPool
	for k, s := range e.queues[qi].rules.Steps {
		sp := StepPool{AfterMS: s.AfterMS, Qualified: int(p.admits[k].count()), Free: int(p.admits[k].common(e.avail[ch]))}
		var free []int32
		for a := range e.agents {
			if !p.admits[k].has(int32(a)) {
				continue
			}
			if e.agents[a].signedIn {
				sp.SignedIn++
			}
			if e.avail[ch].has(int32(a)) {
				free = append(free, int32(a))
			}
		}
		slices.SortFunc(free, func(x, y int32) int {
			if p.first[x] != p.first[y] {
				return int(p.first[x]) - int(p.first[y])
			}
			if e.suits(p, x, y) {
				return -1
			}
			return 1
		})
		for _, a := range free[:min(8, len(free))] {
			sp.Best = append(sp.Best, e.agents[a].id)
		}
		out = append(out, sp)
	}
	return out
}
