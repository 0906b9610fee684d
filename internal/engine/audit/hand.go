package audit

import (
	"fmt"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// offerEnded books the end of an offer, which must be out and must have a cause.
func (a *Auditor) offerEnded(d *routing.Decision, c *contact, e *routing.Event) {
	if c.place != offered || c.offer != d.Offer || c.agent != d.Agent {
		a.breach(OfferEndsOnce, "offer %d of contact %d to agent %d ends, but is not out (offer %d to %d, in %v)", d.Offer, d.Contact, d.Agent, c.offer, c.agent, c.place)
		return
	}
	g := a.person(c.agent)
	answered := e.Contact == c.id && e.Offer == c.offer && e.Agent == c.agent
	switch d.End {
	case routing.OfferAccepted:
		if !answered || e.Kind != routing.Accepted {
			a.breach(OfferEndsOnce, "offer %d ended as accepted by %v", d.Offer, e.Kind)
		}
	case routing.OfferDeclined:
		if !answered || e.Kind != routing.Declined {
			a.breach(OfferEndsOnce, "offer %d ended as declined by %v", d.Offer, e.Kind)
		}
		a.cool(c, c.agent)
	case routing.OfferLapsed:
		if a.now < c.until {
			a.breach(OnTime, "offer %d lapsed %d ms before its time", d.Offer, c.until-a.now)
		}
		g.freeSince = a.now
		g.lapses++
		if g.lapses >= max(a.rules.LapsesToAway, 1) {
			g.lapses, g.status, g.pause = 0, routing.Away, 0
		}
		a.cool(c, c.agent)
	case routing.OfferWithdrawn:
	default:
		a.breach(OfferEndsOnce, "offer %d ended as nothing", d.Offer)
	}
	c.ended = d.End
	a.move(c, nowhere)
	c.agent = 0
}

// connected books the beginning of a conversation.
func (a *Auditor) connected(d *routing.Decision, c *contact, e *routing.Event) {
	switch {
	case c.place == nowhere && c.ended == routing.OfferAccepted:
	case c.place == nowhere && c.placed && e.Kind == routing.Placed && e.Contact == c.id:
	case c.place == dialled && c.agent == d.Agent && e.Kind == routing.CallbackResult && e.Reached:
		a.pledge(c, false)
		a.person(d.Agent).freeSince = a.now
	case a.handedOver(d, c, e):
	default:
		a.breach(OnePlace, "contact %d, in %v, is connected with agent %d without an accepted offer", c.id, c.place, d.Agent)
	}
	c.ended, c.toAgent, c.toTeam, c.snoozer = routing.NotEnded, 0, 0, 0
	a.talkWith(c, d.Agent)
	c.until = 0
}

// handedOver tells whether the agent's adviser takes over a conversation they are part of.
func (a *Auditor) handedOver(d *routing.Decision, c *contact, e *routing.Event) bool {
	if e.Kind != routing.Transferred || e.Contact != c.id || d.Agent != a.advised {
		return false
	}
	if c.place == talking || c.place == parked || c.place == held {
		a.cool(c, c.agent)
	}
	if q := a.queueAt[d.Queue]; q == a.asked {
		a.changeQueue(c, q)
	} else if q != c.queue {
		a.breach(OnePlace, "contact %d goes with its adviser to queue %d, where nobody was asked", c.id, d.Queue)
	}
	return true
}

// talkWith puts a contact into conversation and sees to it that there was room.
func (a *Auditor) talkWith(c *contact, who centre.AgentID) {
	g := a.person(who)
	if g == nil {
		a.breach(NotToTheAbsent, "contact %d is connected with agent %d, whom nobody knows", c.id, who)
		return
	}
	if !g.in || g.lost {
		a.breach(NotToTheAbsent, "contact %d is connected with agent %d, who is not there", c.id, who)
	}
	a.moveTo(c, talking, who)
	a.fuller = append(a.fuller, g)
}

// overload says what an agent has too much of in hand, or beside what it may not be beside; nothing when all is well.
func (a *Auditor) overload(g *agent) string {
	if g.profile == nil || g.lost {
		return ""
	}
	k, units := a.carries(g), int32(0)
	for c := range g.talk {
		if g.talk[c] == 0 {
			continue
		}
		units += g.talk[c] * k.Weight[c]
		if n := g.talk[c] + g.park[c]; n > max(k.Max[c], 1) {
			return fmt.Sprintf("%d contacts in %v", n, centre.Channel(c))
		}
		for h := range c {
			if g.talk[h] > 0 && k.Beside[h]>>c&1 == 0 && k.Beside[c]>>h&1 == 0 {
				return fmt.Sprintf("%v beside %v", centre.Channel(c), centre.Channel(h))
			}
		}
	}
	if units > k.Total {
		return fmt.Sprintf("%d units in use of %d", units, k.Total)
	}
	return ""
}

// movedInHand books Parked, Resumed and Held.
func (a *Auditor) movedInHand(d *routing.Decision, c *contact) {
	if c.agent != d.Agent {
		a.breach(OnePlace, "%v of contact %d for agent %d, but it is agent %d's", d.Kind, c.id, d.Agent, c.agent)
		return
	}
	switch d.Kind {
	case routing.Parked:
		a.from(d, c, talking, held)
		a.move(c, parked)
		c.until = 0
	case routing.Held:
		if a.from(d, c, talking, parked) && !a.person(c.agent).lost {
			a.breach(StatesAgree, "contact %d is held for agent %d, who is not lost", c.id, c.agent)
		}
		a.move(c, held)
		c.until = int64(d.Until)
		a.arm(c, placeEnds, c.until)
	case routing.Resumed:
		a.from(d, c, parked, held)
		a.talkWith(c, c.agent)
		c.until = 0
	}
}

// consultOver books the end of a consultation, from wherever it stood.
func (a *Auditor) consultOver(d *routing.Decision, c *contact) {
	if !c.consult {
		a.breach(OnePlace, "contact %d ends as a consultation", c.id)
		return
	}
	if c.place == talking {
		a.advised, a.asked = c.agent, c.queue
	}
	if c.place == talking && d.Agent != c.agent {
		a.breach(OnePlace, "agent %d leaves the consultation about contact %d, but agent %d was in it", d.Agent, c.id, c.agent)
	}
	a.forget(c)
}

// forget takes a contact out of the book.
func (a *Auditor) forget(c *contact) {
	a.move(c, closed)
	if !c.consult {
		a.places[closed]--
		a.ended++
	}
	delete(a.contacts, keyOf(c.id, c.consult))
	if !c.watched {
		a.spare = append(a.spare, c)
	} // else endOfStep frees it
}

// wrapUpStarted books the beginning of a wrap-up, or a new limit.
func (a *Auditor) wrapUpStarted(d *routing.Decision, c *contact, e *routing.Event) {
	q := &a.queues[c.queue]
	until := int64(d.Until)
	if c.place == wrapping {
		if e.Kind != routing.WrapUpExtended || e.Contact != c.id || until > c.limit {
			a.breach(WrapUpBounded, "the wrap-up of contact %d is moved to %d, its limit is %d", c.id, until, c.limit)
		}
	} else {
		a.from(d, c, talking, parked, held)
		who := c.agent
		a.move(c, wrapping)
		c.limit = a.now + max(q.WrapUpMaxMS, q.WrapUpMS)
		switch g := a.person(who); {
		case q.WrapUpMS > 0 && until != a.now+q.WrapUpMS:
			a.breach(WrapUpBounded, "the wrap-up of contact %d ends at %d, the queue says %d", c.id, until, a.now+q.WrapUpMS)
		case q.WrapUpMS < 0 && until != 0 && !g.lost:
			a.breach(WrapUpBounded, "the wrap-up of contact %d ends at %d, the queue sets no limit", c.id, until)
		}
	}
	c.until = until
	a.arm(c, placeEnds, until)
}

func (a *Auditor) snoozedUntil(d *routing.Decision, c *contact) {
	a.from(d, c, talking, parked, held)
	if !c.channel.Deferred() {
		a.breach(OnlyDeferred, "contact %d in channel %v is snoozed", c.id, c.channel)
	}
	c.snoozer = c.agent
	a.move(c, snoozed)
	c.until = int64(d.Until)
	a.arm(c, placeEnds, c.until)
}

// closedFor books the end of a contact and checks how it may have ended from where it was.
func (a *Auditor) closedFor(d *routing.Decision, c *contact) {
	switch d.How {
	case routing.Done:
		a.from(d, c, nowhere, talking, parked, held)
	case routing.AbandonedQueue:
		a.from(d, c, queued, promised, snoozed, dialled)
	case routing.AbandonedOffer:
		a.from(d, c, nowhere)
	case routing.HandedToSelf, routing.PromiseExpired, routing.ClosedUnanswered:
		a.from(d, c, queued, promised, snoozed, nowhere, dialled)
	default:
		a.breach(OnePlace, "contact %d ends as nothing", c.id)
	}
	if a.contacts[keyOf(c.id, true)] != nil {
		a.breach(OnePlace, "contact %d ends while a colleague is being asked about it", c.id)
	}
	if c.promise {
		a.pledge(c, false)
	}
	a.forget(c)
}

// promiseDecision books what is decided about callbacks.
func (a *Auditor) promiseDecision(d *routing.Decision, c *contact) {
	q := &a.queues[c.queue]
	switch d.Kind {
	case routing.PromiseMade:
		a.from(d, c, queued)
		if q.cap >= 0 && q.pledged >= q.cap {
			a.breach(PromiseKept, "promise to contact %d beyond the cap of %d in queue %d", c.id, q.cap, q.ID)
		}
		if int64(d.At) != a.placeOf(c) {
			a.breach(PromiseKept, "the promise to contact %d does not keep its place: %d, was %d", c.id, d.At, a.placeOf(c))
		}
		a.dequeue(c)
		c.channel = centre.Callback
		a.enqueue(c)
		a.lookAt(c)
		a.pledge(c, true)
		c.window = int64(d.Until)
		a.arm(c, windowEnds, c.window)
		if c.due > a.now {
			a.waitFor(c, c.due)
		}
	case routing.Dial:
		if d.Agent != 0 {
			if a.from(d, c, nowhere) && c.ended != routing.OfferAccepted {
				a.breach(OnePlace, "contact %d is dialled for agent %d without an accepted offer", c.id, d.Agent)
			}
		} else {
			a.from(d, c, queued)
		}
		a.moveTo(c, dialled, d.Agent)
		c.ended, c.toAgent, c.toTeam, c.aimTill = routing.NotEnded, 0, 0, 0
		if c.dials++; c.dials > max(q.Callback.Attempts, 1) || d.Count != c.dials {
			a.breach(PromiseKept, "contact %d is dialled for the %d. time (told %d), the queue allows %d", c.id, c.dials, d.Count, q.Callback.Attempts)
		}
		c.until = int64(d.Until)
		a.arm(c, placeEnds, c.until)
	case routing.PromiseRetry:
		a.from(d, c, dialled)
		a.waitFor(c, int64(d.Until))
		a.arm(c, windowEnds, c.window)
	case routing.PromiseMoved:
		a.promiseMoved(d, c)
	default:
		a.breach(OnePlace, "a decision of no kind: %v", d.Kind)
	}
}

// promiseMoved books that a promise waits for another hour, or stands elsewhere among those whose hour has come.
func (a *Auditor) promiseMoved(d *routing.Decision, c *contact) {
	a.from(d, c, queued, promised)
	until := c.until
	if c.place == queued || a.kind == routing.DueSet {
		until = c.due
	}
	if !c.promise || int64(d.Until) != until || until <= a.now {
		a.breach(PromiseKept, "contact %d is promised a call (%v) and waits until %d, not %d", c.id, c.promise, until, d.Until)
	}
	if int64(d.At) != a.placeOf(c) {
		a.breach(PromiseKept, "contact %d stands at %d in its queue, but its place is %d", c.id, d.At, a.placeOf(c))
	}
	a.waitFor(c, int64(d.Until))
}

// pledge books a promise made or kept.
func (a *Auditor) pledge(c *contact, on bool) {
	if c.promise == on {
		return
	}
	c.promise = on
	if on {
		a.queues[c.queue].pledged++
	} else {
		a.queues[c.queue].pledged--
		c.window = 0
	}
}

// waitFor books that a promise is not offered before its time.
func (a *Auditor) waitFor(c *contact, until int64) {
	a.move(c, promised)
	c.until = until
	c.toAgent, c.toTeam = 0, 0
	a.arm(c, placeEnds, until)
}
