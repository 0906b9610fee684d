package routing

import "sentral/internal/centre"

// arrive takes a new contact in, or turns it away.
func (e *Engine) arrive(ev *Event) Code {
	if ev.Contact <= 0 {
		return UnknownContact
	}
	if e.findContact(ev.Contact) >= 0 {
		return AlreadyThere
	}
	if code := e.seen.judge(int64(ev.Contact)); code != NoCode {
		return code
	}
	qi := e.findQueue(ev.Queue)
	code := NoCode
	switch {
	case qi < 0 || e.queues[qi].gone:
		code = UnknownQueue
	case ev.Channel == centre.NoChannel || int(ev.Channel) >= centre.ChannelCount:
		code = UnknownChannel
	case !e.queues[qi].open && !ev.Channel.Deferred():
		code = QueueIsClosed
	case ev.Channel == centre.Callback && e.queues[qi].fullOfPromises():
		code = OverCap
	}
	if code != NoCode {
		e.emit(Decision{Kind: TurnedAway, Contact: ev.Contact, Queue: ev.Queue, Channel: ev.Channel, Code: code})
		return NoCode
	}
	e.seen.enter(int64(ev.Contact))
	needs, n := tidyNeeds(&ev.Needs, ev.NeedCount)
	pi := e.poolFor(qi, none, &needs, n)
	ci := e.newContact(ev.Contact, none)
	c := &e.contacts[ci]
	c.queue, c.pool, c.channel, c.priority = qi, pi, ev.Channel, min(ev.Priority, 9)
	c.needs, c.needN = needs, n
	c.arrived = e.now
	c.since = max(0, e.now-min(max(ev.Credit, 0), maxDuration))
	c.place = c.since
	c.phase = InQueue
	e.arrived++
	e.counts[InQueue]++
	e.queues[qi].counts[InQueue]++
	e.queues[qi].arrived++
	if a := e.findAgent(ev.LastAgent); a >= 0 {
		e.aimAtLast(ci, a)
	}
	e.tellQueued(ci)
	e.pending = append(e.pending, ci)
	if ev.Channel == centre.Callback {
		until := min(max(int64(ev.Until), 0), maxInstant)
		if until <= e.now {
			until = 0
		}
		e.makePromise(ci, until)
	}
	return NoCode
}

// aimAtLast keeps the contact for the agent who helped last, if that agent serves the queue and is there: at once when free, else for as long as
// the rules let it wait.
func (e *Engine) aimAtLast(ci, a int32) {
	c, ag := &e.contacts[ci], &e.agents[a]
	p := &e.pools[c.pool]
	if !ag.signedIn || ag.lost || ag.status != Ready || p.first[a] == never || !e.reaches(ag, c.channel) {
		return
	}
	free := ag.mask&(1<<c.channel) != 0
	if !free && e.settings.ReturnHoldMS <= 0 {
		return
	}
	hold := int64(1) // free: it is offered in this very step
	if !free {
		hold = e.settings.ReturnHoldMS
	}
	e.aimAtPerson(ci, a, aimLast, hold)
}

// aimAtPerson keeps a contact for one agent, for hold milliseconds or (zero) for as long as the agent is there and does not refuse. Who is named may be offered
// it at once, also right after having refused it or handed it on.
func (e *Engine) aimAtPerson(ci, a int32, why aim, hold int64) {
	c := &e.contacts[ci]
	c.aim, c.aimAt = why, a
	e.warm(ci, e.agents[a].id)
	if c.aimUntil = 0; hold > 0 {
		c.aimUntil = e.now + hold
		e.arm(aimTimer, ci, int64(c.id), c.aimUntil)
	}
}

// tellQueued tells that a contact waits, and for whom.
func (e *Engine) tellQueued(ci int32) {
	c := &e.contacts[ci]
	d := e.decide(Queued)
	d.Contact, d.Queue, d.Channel, d.At, d.Consult = c.id, e.queues[c.queue].rules.ID, c.channel, centre.Instant(c.place), c.isLeg()
	if c.aim.person() {
		d.Agent = e.agents[c.aimAt].id
	}
	if c.team >= 0 {
		d.Team = e.teams[c.team].id
	}
}

// tellWaiting tells where a contact waits now: in its queue, or for the time of its promise.
func (e *Engine) tellWaiting(ci int32) {
	c := &e.contacts[ci]
	if c.phase != InPromise {
		e.tellQueued(ci)
		return
	}
	e.emit(Decision{Kind: PromiseMoved, Contact: c.id, Queue: e.queues[c.queue].rules.ID, Channel: c.channel, At: centre.Instant(c.place), Until: centre.Instant(c.until)})
}

// backInQueue puts a contact that was with an agent, put aside or promised back in its place. The limit of an aim goes on running while it rings.
func (e *Engine) backInQueue(ci int32) {
	if e.contacts[ci].inHand() {
		e.outOfHand(ci)
	}
	e.setPhase(ci, InQueue)
	c := &e.contacts[ci]
	c.agent, c.until = none, 0
	if c.aimUntil > 0 && c.aimUntil <= e.now {
		if c.aim.advice() {
			e.consultOver(ci)
			return
		}
		e.dropAim(c)
	}
	e.arm(aimTimer, ci, int64(c.id), c.aimUntil)
	e.tellQueued(ci)
	e.pending = append(e.pending, ci)
}

// dropAim lets the contact's queue serve it.
func (e *Engine) dropAim(c *contact) {
	c.aim, c.aimAt, c.team, c.aimUntil = noAim, none, none, 0
	c.pool = e.poolFor(c.queue, none, &c.needs, c.needN)
}

// leaveQueue takes a contact that waits out of its lane, or out of those that have yet to enter one.
func (e *Engine) leaveQueue(ci int32) {
	if e.contacts[ci].lane >= 0 {
		e.outOfLane(ci)
		return
	}
	for i, p := range e.pending {
		if p == ci {
			e.pending = append(e.pending[:i], e.pending[i+1:]...)
			return
		}
	}
	must(false, "L1: a waiting contact stands in a lane or is about to")
}

// relane moves a waiting contact to where it belongs after change has altered what it asks for or its place.
func (e *Engine) relane(ci int32) {
	e.contacts[ci].guessLow, e.contacts[ci].guessHigh = 0, 0
	if e.contacts[ci].lane >= 0 {
		e.pending = append(e.pending, ci)
		e.outOfLane(ci)
	}
}

// unaim lets the contact's queue serve it; a consultation with one person ends instead.
func (e *Engine) unaim(ci int32) {
	c := &e.contacts[ci]
	if c.aim == noAim || c.aim == aimNotYet {
		return
	}
	if c.aim.advice() {
		e.consultOver(ci)
		return
	}
	waiting := c.phase == InQueue
	if waiting && c.lane >= 0 {
		e.outOfLane(ci)
		e.pending = append(e.pending, ci)
	}
	e.dropAim(c)
	if waiting {
		e.tellQueued(ci)
	}
}

// closeContact ends a contact for good.
func (e *Engine) closeContact(ci int32, how Ending) {
	c := &e.contacts[ci]
	switch {
	case c.phase == InQueue || c.phase == InPromise:
		e.leaveQueue(ci)
	case c.phase == InOffer:
		e.endOffer(ci, OfferWithdrawn)
	case c.inHand():
		e.outOfHand(ci)
	}
	e.endExpecting(ci)
	if leg := e.contacts[ci].leg; leg >= 0 {
		e.consultOver(leg)
	}
	c = &e.contacts[ci]
	q := &e.queues[c.queue]
	if c.promise {
		q.promises--
	}
	e.counts[c.phase]--
	q.counts[c.phase]--
	e.endings[how]++
	e.closed++
	q.endings[how]++
	d := e.decide(Closed)
	d.Contact, d.How, d.Queue, d.Channel = c.id, how, q.rules.ID, c.channel
	e.freeContact(ci)
}

// known gives the slot of the contact an event names, or the code of the refusal.
func (e *Engine) known(ev *Event) (int32, Code) {
	ci := e.findContact(ev.Contact)
	if ci >= 0 && ev.Contact > 0 {
		return ci, NoCode
	}
	if ev.Contact > 0 && e.seen.judge(int64(ev.Contact)) != NoCode {
		return none, ContactOver
	}
	return none, UnknownContact
}

// inHandOf gives the slot of a contact that the event's agent has in conversation, parked, held or dialled.
func (e *Engine) inHandOf(ev *Event) (int32, Code) {
	ci, code := e.known(ev)
	if code != NoCode {
		return none, code
	}
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return none, UnknownAgent
	}
	c := &e.contacts[ci]
	switch {
	case !c.inHand():
		return none, WrongState
	case c.agent != a:
		return none, NotYours
	case c.phase == InWrapUp:
		return none, WrongState
	}
	return ci, NoCode
}

// abandon takes a customer who left. In conversation it is the end of the conversation.
func (e *Engine) abandon(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	switch c.phase {
	case InQueue, InPromise, InSnooze:
		e.notePatience(c, true)
		e.judgeGuess(c, true)
		e.closeContact(ci, AbandonedQueue)
	case InOffer:
		e.notePatience(c, true)
		e.closeContact(ci, AbandonedOffer)
	case InDial:
		e.closeContact(ci, AbandonedQueue)
	case InTalk, InPark, InHold:
		e.startWrapUp(ci)
	default:
		return WrongState
	}
	return NoCode
}

// handOff takes a contact that self-service has answered, or that needs no agent any more.
func (e *Engine) handOff(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	switch e.contacts[ci].phase {
	case InQueue, InPromise, InSnooze, InOffer:
		e.closeContact(ci, HandedToSelf)
		return NoCode
	}
	return WrongState
}

// prioritise moves one contact ahead or back by the credit of its new priority.
func (e *Engine) prioritise(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	p := min(ev.Priority, 9)
	if c.priority == p {
		return AlreadyThere
	}
	if c.phase == InQueue || c.phase == InPromise {
		e.relane(ci)
		e.contacts[ci].priority = p
		e.tellWaiting(ci)
		return NoCode
	}
	if c.phase == InWrapUp {
		return WrongState
	}
	c.priority = p
	return NoCode
}

// setDue gives a contact a time by which it is ordered; a callback is not dialled before it.
func (e *Engine) setDue(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	due := min(max(int64(ev.Until), 0), maxInstant)
	switch {
	case due == c.due:
		return AlreadyThere
	case c.phase == InWrapUp:
		return WrongState
	}
	waiting := c.phase == InQueue || c.phase == InPromise
	if waiting {
		e.relane(ci)
	}
	c.due = due
	c.place = e.orderPlace(c)
	if c.promise && waiting {
		e.promiseUntil(ci, max(due, e.now))
	}
	if waiting {
		e.tellWaiting(ci)
	}
	return NoCode
}
