package audit

import (
	"math/bits"

	"sentral/internal/engine/routing"
)

// sweepEvery is how often, in events, everything is counted anew and compared with the engine.
const sweepEvery = 4096

// endOfStep checks what must hold whenever a step is over.
func (a *Auditor) endOfStep(v View) {
	for _, c := range a.between {
		if c.place == nowhere {
			a.breach(OnePlace, "contact %d is nowhere when the step ends", c.id)
		}
	}
	a.between = a.between[:0]
	a.checkPeople()
	a.checkWaits()
	a.checkTime()
	if a.sweep || a.event%sweepEvery == 0 {
		a.checkAll(v)
	}
	in := int64(0)
	for p := queued; p < closed; p++ {
		in += a.places[p]
	}
	if in+a.ended != a.arrived {
		a.breach(Conservation, "%d contacts arrived, %d are somewhere and %d have ended", a.arrived, in, a.ended)
	}
	a.advised = 0
}

// checkPeople compares what was told of everybody who changed with the book, and what they have in hand with what they carry.
func (a *Auditor) checkPeople() {
	for len(a.dirty) > 0 {
		g := a.dirty[len(a.dirty)-1]
		a.dirty = a.dirty[:len(a.dirty)-1]
		g.dirty = false
		if g.leaving {
			g.leaving = false
			if g.talking+g.parked+g.wrapping+g.ringing > 0 {
				a.breach(OnePlace, "agent %d was removed with something in hand", g.id)
			}
			g.profile, g.told = nil, told{}
			a.reindexAgent(g)
			continue
		}
		if now := (told{g.status, g.state(), g.pause}); g.profile != nil && g.told != now {
			a.breach(StatesAgree, "agent %d is %v and %v (pause %d), but was told to be %v and %v (pause %d)",
				g.id, now.status, now.state, now.pause, g.told.status, g.told.state, g.told.pause)
			g.told = now
		}
		if g.ringing > 1 {
			a.breach(Capacity, "%d offers ring at agent %d", g.ringing, g.id)
		}
		if g.ringing > 0 && !a.reaches(g, g.rings.channel) {
			a.breach(NotToTheAbsent, "contact %d rings at agent %d, who cannot be reached in %v", g.rings.id, g.id, g.rings.channel)
		}
	}
	for _, g := range a.fuller {
		if what := a.overload(g); what != "" && !a.loosely {
			a.breach(Capacity, "agent %d has %s", g.id, what)
		}
	}
	a.fuller = a.fuller[:0]
}

// checkWaits sees to it that nobody waits whom somebody free can and may take: those who began to wait in this step, those whose hour
// came, and those whom somebody who became free could take.
func (a *Auditor) checkWaits() {
	for _, c := range a.watch {
		c.watched = false
		switch c.place {
		case closed:
			a.spare = append(a.spare, c)
		case queued:
			a.checkWait(c)
		}
	}
	a.watch = a.watch[:0]
	for _, g := range a.freed {
		g.freed = false
		if g.direct != 0 {
			a.checkFree(g)
		}
	}
	a.freed = a.freed[:0]
}

// checkWait sees to it that nobody could have had this contact.
func (a *Auditor) checkWait(c *contact) {
	if g := a.freeFor(c); g != nil {
		a.breach(EveryWaitEnds, "contact %d waits in queue %d while agent %d is free for it", c.id, a.queues[c.queue].ID, g.id)
	}
}

// freeFor finds somebody who can and may take a waiting contact; nil for nobody.
func (a *Auditor) freeFor(c *contact) (found *agent) {
	if c.toAgent != 0 {
		if g := a.person(c.toAgent); g != nil && a.couldHave(g, c) {
			return g
		}
		return nil
	}
	idle := a.dialling(c)
	a.candidates(c, func(g *agent) {
		if idle--; idle < 0 {
			found = g
		}
	})
	if found == nil && idle <= 0 && len(a.queues[c.queue].loans) > 0 {
		found = a.lentTo(c)
	}
	return found
}

// lentTo finds somebody whom an open loan admits to a contact, and who can take it.
func (a *Auditor) lentTo(c *contact) *agent {
	for w, able := range a.able[c.channel] {
		for ; able != 0; able &= able - 1 {
			g := a.agents[w*64+bits.TrailingZeros64(able)]
			if a.borrows(g, c, a.now) && !c.cooling(g.id, a.now) && a.onlyBorrowed(g, c) {
				return g
			}
		}
	}
	return nil
}

// dialling is how many agents may be awaiting a customer who is rung, and so cannot have another one rung.
func (a *Auditor) dialling(c *contact) int {
	if a.dialsFirst(c) {
		return int(a.places[dialled])
	}
	return 0
}

// checkFree looks for somebody whom a person who became free could have had.
func (a *Auditor) checkFree(g *agent) {
	for i := range a.queues {
		q := &a.queues[i]
		if !q.concerns(g) {
			continue
		}
		for _, c := range q.waiting {
			if g.direct>>c.channel&1 != 0 && a.couldHave(g, c) {
				a.breach(EveryWaitEnds, "contact %d waits in queue %d while agent %d is free for it", c.id, q.ID, g.id)
			}
		}
	}
}

// couldHave tells whether this agent could have this contact now. Promises whose customer is rung first are left aside.
func (a *Auditor) couldHave(g *agent, c *contact) bool {
	bit := uint16(1) << c.channel
	can := g.able&bit != 0 || (c.toAgent == g.id && c.said && g.direct&bit != 0)
	return can && !a.dialsFirst(c) && a.mayTake(g, c, a.now)
}

// checkTime sees to it that what was due has happened and that the engine has asked to be woken for what is due next.
func (a *Auditor) checkTime() {
	for at := a.due.next(a); at > 0 && at <= a.now; at = a.due.next(a) {
		switch d := a.due.pop(); d.kind {
		case aimEnds:
			a.breach(OnTime, "contact %d is kept for agent %d and team %d beyond its time, by %d ms", d.c.id, d.c.toAgent, d.c.toTeam, a.now-d.at)
		default:
			a.breach(OnTime, "contact %d is in %v beyond its time, by %d ms", d.c.id, d.c.place, a.now-d.at)
			d.c.until = 0
		}
	}
	for at := a.chances.next(a); at > 0 && at <= a.now; at = a.chances.next(a) {
		d := a.chances.pop()
		a.checkWait(d.c)
		if d.kind == stepComes {
			a.armStep(d.c)
		}
	}
	if a.wakeAt <= a.now {
		a.wakeAt = 0
	}
	if at := a.due.next(a); at > 0 && (a.wakeAt == 0 || a.wakeAt > at) {
		d := &a.due[0]
		a.breach(OnTime, "contact %d in %v has something due at %d (kind %d), and the engine asked to be woken at %d", d.c.id, d.c.place, at, d.kind, a.wakeAt)
		a.due.pop()
	}
}

// checkAll counts everything anew and compares it with the engine.
func (a *Auditor) checkAll(v View) {
	var byPlace [placeCount]int64
	for _, c := range a.contacts {
		if !c.consult {
			byPlace[c.place]++
			a.compareContact(c, v)
		}
	}
	counts := v.Centre()
	for p := queued; p < closed; p++ {
		if n := counts.Counts[phaseOf(p)]; byPlace[p] != a.places[p] || n != a.places[p] {
			a.breach(Conservation, "%d contacts are in %v, %d were moved there, the engine counts %d", byPlace[p], p, a.places[p], n)
		}
	}
	if counts.Arrived != a.arrived-a.placed || counts.Placed != a.placed || counts.Events != a.event {
		a.breach(Conservation, "%d contacts arrived and %d were begun in %d events, the engine counts %d and %d in %d",
			a.arrived-a.placed, a.placed, a.event, counts.Arrived, counts.Placed, counts.Events)
	}
	for _, g := range a.agents {
		a.compareAgent(g, v)
	}
	for i := range a.queues {
		for _, c := range a.queues[i].waiting {
			a.checkWait(c)
		}
	}
}

func (a *Auditor) compareContact(c *contact, v View) {
	x, ok := v.Contact(c.id)
	switch {
	case !ok:
		a.breach(OnePlace, "contact %d is in %v, the engine does not know it", c.id, c.place)
	case x.Phase != phaseOf(c.place):
		a.breach(OnePlace, "contact %d is in %v, the engine has it %v", c.id, c.place, x.Phase)
	case x.Queue != a.queues[c.queue].ID || x.Priority != c.priority || int64(x.Place) != a.placeOf(c):
		a.breach(OnePlace, "contact %d stands in queue %d at %d with priority %d, the engine has it in queue %d at %d with %d",
			c.id, a.queues[c.queue].ID, a.placeOf(c), c.priority, x.Queue, x.Place, x.Priority)
	case c.agent != 0 && x.Agent != c.agent:
		a.breach(OnePlace, "contact %d is agent %d's, the engine says %d's", c.id, c.agent, x.Agent)
	case c.place == queued && (x.Agent != c.toAgent || x.Team != c.toTeam):
		a.breach(OnePlace, "contact %d waits for agent %d and team %d, the engine says %d and %d", c.id, c.toAgent, c.toTeam, x.Agent, x.Team)
	case int64(x.Until) != c.until:
		a.breach(OnTime, "contact %d is in %v until %d, the engine says %d", c.id, c.place, c.until, x.Until)
	case x.Placed != c.placed:
		a.breach(Conservation, "contact %d was begun by an agent: %v, the engine says %v", c.id, c.placed, x.Placed)
	case x.Promise != c.promise:
		a.breach(PromiseKept, "contact %d is promised a call: %v, the engine says %v", c.id, c.promise, x.Promise)
	}
}

func (a *Auditor) compareAgent(g *agent, v View) {
	x, ok := v.Agent(g.id)
	switch {
	case ok != (g.profile != nil):
		a.breach(StatesAgree, "agent %d is known to one side alone", g.id)
	case !ok:
	case x.Status != g.status || x.State != g.state():
		a.breach(StatesAgree, "agent %d is %v and %v, the engine has %v and %v", g.id, g.status, g.state(), x.Status, x.State)
	case x.InHand != int(g.talking+g.parked+g.wrapping):
		a.breach(Conservation, "agent %d has %d contacts in hand, the engine counts %d", g.id, g.talking+g.parked+g.wrapping, x.InHand)
	case x.Reach != g.reach:
		a.breach(StatesAgree, "agent %d can be reached in the channels %b, the engine says %b", g.id, g.reach, x.Reach)
	case x.Takes != g.able:
		a.breach(Capacity, "agent %d can take the channels %b, the engine says %b", g.id, g.able, x.Takes)
	}
}

// phaseOf is the engine's word for a place.
func phaseOf(p place) routing.Phase {
	switch p {
	case queued:
		return routing.InQueue
	case promised:
		return routing.InPromise
	case offered:
		return routing.InOffer
	case dialled:
		return routing.InDial
	case talking:
		return routing.InTalk
	case parked:
		return routing.InPark
	case held:
		return routing.InHold
	case snoozed:
		return routing.InSnooze
	case wrapping:
		return routing.InWrapUp
	}
	return routing.Nowhere
}

// Finish checks everything once more, after the last event.
func (a *Auditor) Finish(v View) { a.checkAll(v) }
