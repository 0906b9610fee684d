package audit

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// decide books one decision and checks that it could be made.
func (a *Auditor) decide(d *routing.Decision, e *routing.Event) {
	switch d.Kind {
	case routing.AgentChanged:
		a.toldOf(d)
		return
	case routing.WakeAt:
		if int64(d.Until) <= a.now {
			a.breach(TimeForward, "woken at %d asked for at %d", d.Until, a.now)
		}
		a.wakeAt = int64(d.Until)
		return
	case routing.Refused, routing.PromiseRefused:
		return
	case routing.TurnedAway:
		a.turnedAway(d, e)
		return
	case routing.QueueChanged:
		if q, ok := a.queueAt[d.Queue]; ok {
			a.queues[q].open = d.Count == 1
		}
		return
	case routing.LendingChanged:
		a.loanChanged(d)
		return
	case routing.Queued:
		a.queuedUp(d, e)
		return
	}
	c := a.contacts[keyOf(d.Contact, d.Consult)]
	if c == nil && d.Kind == routing.Connected && e.Kind == routing.Placed && e.Contact == d.Contact {
		c = a.newPlaced(d, e)
	}
	if c == nil {
		a.breach(OnePlace, "%v of contact %d, which is nowhere", d.Kind, d.Contact)
		return
	}
	switch d.Kind {
	case routing.Offered:
		a.offeredTo(d, c)
	case routing.OfferEnded:
		a.offerEnded(d, c, e)
	case routing.Connected:
		a.connected(d, c, e)
	case routing.Parked, routing.Resumed, routing.Held:
		a.movedInHand(d, c)
	case routing.ConsultOver:
		a.consultOver(d, c)
	case routing.WrapUpStarted:
		a.wrapUpStarted(d, c, e)
	case routing.WrapUpOver:
		if a.from(d, c, wrapping) && d.Agent != c.agent {
			a.breach(OnePlace, "contact %d is wrapped up by agent %d, but is agent %d's", c.id, d.Agent, c.agent)
		}
		a.move(c, nowhere)
	case routing.SnoozedUntil:
		a.snoozedUntil(d, c)
	case routing.Closed:
		a.closedFor(d, c)
	default:
		a.promiseDecision(d, c)
	}
}

// from checks that a contact is where a decision may take it from.
func (a *Auditor) from(d *routing.Decision, c *contact, places ...place) bool {
	if slices.Contains(places, c.place) {
		return true
	}
	a.breach(OnePlace, "%v of contact %d, which is in %v", d.Kind, c.id, c.place)
	return false
}

// move takes a contact from one place to another and keeps every count.
func (a *Auditor) move(c *contact, to place) {
	g, from := a.person(c.agent), c.place
	if g != nil {
		a.countInHand(g, c, -1)
	}
	if from == queued && !a.dequeue(c) {
		a.breach(OnePlace, "contact %d is not where it stood in its queue", c.id)
	}
	if !c.consult {
		a.places[c.place]--
		a.places[to]++
	}
	c.place = to
	switch to {
	case queued:
		c.agent, c.until = 0, 0
		a.enqueue(c)
		a.lookAt(c)
	case nowhere:
		c.until = 0
		a.between = append(a.between, c)
	case promised, snoozed:
		c.agent = 0
	}
	if g != nil {
		if c.agent == g.id {
			a.countInHand(g, c, +1)
		}
		if inHand(from) && (c.agent != g.id || !inHand(to)) {
			g.freeSince = a.now
		}
		a.refresh(g)
	}
}

// inHand tells whether a contact in this place is one agent's; an offer is not yet.
func inHand(p place) bool {
	return p == talking || p == held || p == dialled || p == parked || p == wrapping
}

// moveTo is move into the hands of an agent.
func (a *Auditor) moveTo(c *contact, to place, who centre.AgentID) {
	a.move(c, to)
	if c.agent == who {
		return
	}
	if g := a.person(c.agent); g != nil {
		a.countInHand(g, c, -1)
		if inHand(to) {
			g.freeSince = a.now
		}
		a.refresh(g)
	}
	c.agent = who
	if g := a.person(who); g != nil {
		a.countInHand(g, c, +1)
		a.refresh(g)
	} else if who != 0 {
		a.breach(NotToTheAbsent, "contact %d is with agent %d, whom nobody knows", c.id, who)
	}
}

// countInHand counts a contact into or out of what an agent has.
func (a *Auditor) countInHand(g *agent, c *contact, by int32) {
	switch c.place {
	case offered:
		g.ringing += by
		g.rings = c
	case talking, held, dialled:
		g.talk[c.channel] += by
		g.talking += by
	case parked:
		g.park[c.channel] += by
		g.parked += by
	case wrapping:
		g.wrapping += by
	default:
		return
	}
}

// lookAt has a contact's wait looked at when the step ends.
func (a *Auditor) lookAt(c *contact) {
	if !c.watched {
		c.watched = true
		a.watch = append(a.watch, c)
	}
}

// queuedUp books that a contact waits: a new one, one that came back, or one whose aim or place changed.
func (a *Auditor) queuedUp(d *routing.Decision, e *routing.Event) {
	q, known := a.queueAt[d.Queue]
	if !known {
		a.breach(OnePlace, "contact %d waits in queue %d, which is not in the rules", d.Contact, d.Queue)
		return
	}
	c := a.contacts[keyOf(d.Contact, d.Consult)]
	switch {
	case c != nil:
		a.from(d, c, queued, nowhere, talking, parked, held, dialled, promised, snoozed)
	case d.Consult:
		if c = a.newConsult(d, e); c == nil {
			return
		}
	default:
		if c = a.newContact(d, e); c == nil {
			return
		}
	}
	kept := c.toAgent
	switch c.place {
	case queued:
		a.dequeue(c)
		a.aim(d, c, e)
		a.changeQueue(c, q)
		a.enqueue(c)
		a.lookAt(c)
	default:
		was := c.place
		a.aim(d, c, e)
		if had := c.agent; had != 0 && !c.consult && (e.Kind == routing.Requeued || e.Kind == routing.Transferred) && e.Contact == c.id {
			a.cool(c, had)
		}
		if was == dialled {
			a.backFromDial(c, e)
		}
		a.returning(d, c, e, was)
		a.changeQueue(c, q)
		a.move(c, queued)
	}
	if e.Kind == routing.Transferred && e.Contact == c.id && !c.consult && a.advised != 0 && e.Target == routing.ToPerson && e.ToAgent == a.advised {
		a.breach(OnePlace, "contact %d is handed to agent %d, who was on the line, and must wait", c.id, a.advised)
	}
	if want := a.placeOf(c); int64(d.At) != want {
		a.breach(PromiseKept, "contact %d stands at %d in its queue, but its place is %d", c.id, d.At, want)
	}
	a.checkAim(d, c, e, kept)
	a.armStep(c)
}

// backFromDial books that a promised customer who was rung waits again: on the line, or because our side broke the attempt off, which then is none.
func (a *Auditor) backFromDial(c *contact, e *routing.Event) {
	if result := e.Kind == routing.CallbackResult && e.Contact == c.id; result && e.Reached {
		a.pledge(c, false)
		return
	} else if result && !e.Force {
		a.breach(PromiseKept, "contact %d was rung in vain, and the attempt is not counted", c.id)
	}
	c.dials--
	a.arm(c, windowEnds, c.window)
}

// aim notes for whom a contact is kept, and for how long at most. Who helped last is not a person's word; everybody else is.
func (a *Auditor) aim(d *routing.Decision, c *contact, e *routing.Event) {
	same := d.Agent == c.toAgent && d.Team == c.toTeam && !(c.consult && c.place == nowhere)
	if d.Agent != c.toAgent {
		c.said = e.Kind != routing.Arrived
	}
	if d.Agent != 0 && (d.Agent != c.toAgent || e.Kind == routing.Transferred && e.Contact == c.id) {
		c.cool = slices.DeleteFunc(c.cool, func(k cooling) bool { return k.agent == d.Agent }) // who is named may be asked at once
	}
	c.toAgent, c.toTeam = d.Agent, d.Team
	switch {
	case same:
		if c.aimTill > 0 && c.aimTill <= a.now && (d.Agent != 0 || d.Team != 0) {
			a.breach(OnTime, "contact %d goes on being kept for agent %d and team %d beyond its time", c.id, d.Agent, d.Team)
		}
		return
	case d.Agent == 0 && d.Team == 0 && !c.consult:
		c.aimTill = 0
		return
	case d.Agent != 0 && !c.said:
		c.aimTill = a.now + max(a.rules.ReturnHoldMS, 1)
	case a.rules.DirectHoldMS > 0:
		c.aimTill = a.now + a.rules.DirectHoldMS
	default:
		c.aimTill = 0
	}
	a.arm(c, aimEnds, c.aimTill)
}

// returning checks that a contact comes back to the agent who helped last, or put it aside, whenever the rules say so.
func (a *Auditor) returning(d *routing.Decision, c *contact, e *routing.Event, was place) {
	if was == snoozed {
		g, want := a.person(c.snoozer), centre.AgentID(0)
		if g != nil && g.in && !g.lost && (g.status == routing.Ready || g.status == routing.DirectOnly) && a.reaches(g, c.channel) {
			want = g.id
		}
		if d.Agent != want {
			a.breach(OnePlace, "contact %d comes back to agent %d, but was put aside by %d and should come to %d", c.id, d.Agent, c.snoozer, want)
		}
	}
	if e.Kind != routing.Arrived || c.last == 0 {
		return
	}
	g := a.person(c.last)
	if g == nil || g.profile == nil || !g.in || g.lost || g.status != routing.Ready || !a.reaches(g, c.channel) || a.firstStep(g, c) < 0 {
		return
	}
	if free := g.able>>c.channel&1 != 0; (free || a.rules.ReturnHoldMS > 0) && d.Agent != g.id {
		a.breach(OnePlace, "contact %d asked for agent %d, who is there, and is not kept for them", c.id, g.id)
	}
}

// changeQueue gives a contact that stands in no order to another queue.
func (a *Auditor) changeQueue(c *contact, q int32) {
	if c.promise && q != c.queue {
		a.queues[c.queue].pledged--
		a.queues[q].pledged++
	}
	c.queue = q
}

// newContact books an arrival.
func (a *Auditor) newContact(d *routing.Decision, e *routing.Event) *contact {
	if e.Kind != routing.Arrived || e.Contact != d.Contact {
		a.breach(OnePlace, "contact %d waits without having arrived", d.Contact)
		return nil
	}
	if q := &a.queues[a.queueAt[d.Queue]]; !q.open && !e.Channel.Deferred() {
		a.breach(DoorsHold, "contact %d came into queue %d, which is closed", d.Contact, d.Queue)
	}
	if d.Queue != e.Queue {
		a.breach(OnePlace, "contact %d came for queue %d and waits in queue %d", d.Contact, e.Queue, d.Queue)
	}
	c := a.begin(e, a.queueAt[d.Queue])
	c.last, c.since = e.LastAgent, max(0, a.now-max(e.Credit, 0))
	return c
}

// newPlaced books a conversation that an agent begins: nobody who is absent, out of reach or without room does.
func (a *Auditor) newPlaced(d *routing.Decision, e *routing.Event) *contact {
	g, c := a.person(e.Agent), a.begin(e, a.queueAt[d.Queue])
	c.placed = true
	a.placed++
	switch {
	case d.Agent != e.Agent || d.Queue != e.Queue || d.Channel != e.Channel:
		a.breach(OnePlace, "contact %d is begun by agent %d in queue %d, and told of agent %d in queue %d", c.id, e.Agent, e.Queue, d.Agent, d.Queue)
	case g == nil || !g.in || g.lost:
		a.breach(NotToTheAbsent, "contact %d is begun by agent %d, who is not there", c.id, e.Agent)
	case !a.reaches(g, c.channel):
		a.breach(NotToTheAbsent, "contact %d is begun by agent %d, who cannot be reached in %v", c.id, e.Agent, c.channel)
	case g.ringing > 0 || !a.holds(g, c.channel):
		a.breach(Capacity, "contact %d in %v is begun by agent %d, who has no room beside %v, parked %v, %d ringing", c.id, c.channel, g.id, g.talk, g.park, g.ringing)
	}
	return c
}

// begin makes a contact that is nowhere yet.
func (a *Auditor) begin(e *routing.Event, queue int32) *contact {
	word, bit := int64(e.Contact)>>6, uint64(1)<<(e.Contact&63)
	if a.seen[word]&bit != 0 {
		a.breach(OnePlace, "contact %d comes twice", e.Contact)
	}
	a.seen[word] |= bit
	c := a.take()
	*c = contact{id: e.Contact, place: nowhere, channel: e.Channel, priority: min(e.Priority, 9), queue: queue, since: a.now, cool: c.cool[:0]}
	for _, n := range e.Needs[:min(int(e.NeedCount), routing.MaxNeeds)] {
		if n.Skill > 0 && n.Level > 0 {
			c.needs[c.needCount] = routing.Need{Skill: n.Skill, Level: min(n.Level, 9)}
			c.needCount++
		}
	}
	a.contacts[keyOf(c.id, false)] = c
	a.arrived++
	a.places[nowhere]++
	return c
}

// newConsult books the search for an adviser.
func (a *Auditor) newConsult(d *routing.Decision, e *routing.Event) *contact {
	parent := a.contacts[keyOf(d.Contact, false)]
	if e.Kind != routing.ConsultAsked || parent == nil || parent.place != talking || parent.agent != e.Agent {
		a.breach(OnePlace, "a consultation about contact %d that its agent did not ask for", d.Contact)
		return nil
	}
	c := a.take()
	*c = contact{id: d.Contact, consult: true, place: nowhere, channel: parent.channel, queue: a.queueAt[d.Queue], since: a.now, cool: c.cool[:0]}
	c.cool = append(c.cool, cooling{e.Agent, 1 << 62})
	a.contacts[keyOf(c.id, true)] = c
	return c
}

// take gives memory for a contact.
func (a *Auditor) take() *contact {
	if n := len(a.spare); n > 0 {
		c := a.spare[n-1]
		a.spare = a.spare[:n-1]
		return c
	}
	return &contact{}
}

// checkAim sees to it that a contact waits for one person or team only because somebody said so.
func (a *Auditor) checkAim(d *routing.Decision, c *contact, e *routing.Event, kept centre.AgentID) {
	said := e.Contact == c.id && (e.Kind == routing.Transferred || e.Kind == routing.ConsultAsked)
	switch {
	case d.Agent == 0 && d.Team == 0:
	case said, d.Agent != 0 && d.Agent == kept:
	case d.Agent != 0 && d.Agent == c.last && e.Kind == routing.Arrived:
	case d.Agent != 0 && d.Agent == c.snoozer:
	case d.Team != 0: // a team's contact comes back to the team after a refusal
	default:
		a.breach(Qualified, "contact %d is kept for agent %d, and nobody said so", c.id, d.Agent)
	}
}

// cool keeps a contact from an agent, and expects the engine to look again when that ends.
func (a *Auditor) cool(c *contact, g centre.AgentID) {
	a.arm(c, coolingEnds, a.keepFrom(c, g, a.now))
}

func (a *Auditor) turnedAway(d *routing.Decision, e *routing.Event) {
	q, known := a.queueAt[e.Queue]
	full := known && e.Channel == centre.Callback && a.queues[q].cap >= 0 && a.queues[q].pledged >= a.queues[q].cap
	if e.Kind != routing.Arrived || e.Contact != d.Contact {
		a.breach(OnePlace, "contact %d is turned away without having come", d.Contact)
	} else if known && !full && a.queues[q].open && !a.queues[q].gone && e.Channel != centre.NoChannel && int(e.Channel) < centre.ChannelCount {
		a.breach(DoorsHold, "contact %d is turned away from queue %d, which is open", d.Contact, d.Queue)
	}
}

func (a *Auditor) loanChanged(d *routing.Decision) {
	q, known := a.queueAt[d.Queue]
	if !known || !a.lend(d.Team, q, d.Count == 1) {
		a.breach(LoanHolds, "the loan of team %d to queue %d changes to what it was", d.Team, d.Queue)
	}
	a.sweep = a.sweep || d.Count == 1
}

// toldOf notes what the engine tells of an agent; endOfStep compares it with the book.
func (a *Auditor) toldOf(d *routing.Decision) {
	g := a.person(d.Agent)
	if g == nil {
		a.breach(StatesAgree, "agent %d, whom nobody knows, changes", d.Agent)
		return
	}
	g.told = told{d.Status, d.State, d.Pause}
	a.refresh(g)
}
