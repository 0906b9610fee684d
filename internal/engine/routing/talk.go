package routing

import "sentral/internal/centre"

// end is the end of a conversation: wrap-up begins.
func (e *Engine) end(ev *Event) Code {
	ci, code := e.inHandOf(ev)
	if code != NoCode {
		return code
	}
	if e.contacts[ci].phase == InDial {
		e.notReached(ci)
		return NoCode
	}
	e.startWrapUp(ci)
	return NoCode
}

// startWrapUp begins the wrap-up of a contact in hand, or closes it when its queue has none.
func (e *Engine) startWrapUp(ci int32) {
	c := &e.contacts[ci]
	q := &e.queues[c.queue]
	if c.leg >= 0 {
		e.consultOver(c.leg)
	}
	if c.phase == InTalk {
		c.handled += e.now - c.started
	}
	c.started = e.now
	if q.rules.WrapUpMS == 0 {
		e.noteHandling(c)
		e.closeContact(ci, Done)
		return
	}
	e.setPhase(ci, InWrapUp)
	c.until = 0
	switch {
	case q.rules.WrapUpMS > 0:
		c.until = e.now + q.rules.WrapUpMS
	case e.agents[c.agent].lost:
		c.until = e.now + max(e.settings.LostGraceMS, 1)
	}
	e.arm(phaseTimer, ci, int64(c.id), c.until)
	e.touch(c.agent)
	d := e.decide(WrapUpStarted)
	d.Contact, d.Agent, d.Until = c.id, e.agents[c.agent].id, centre.Instant(c.until)
}

// extendWrapUp moves the limit of a wrap-up, at most so far from its beginning as the queue allows.
func (e *Engine) extendWrapUp(ev *Event) Code {
	ci, code := e.wrappingOf(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	until := min(max(int64(ev.Until), 0), maxInstant)
	rules := &e.queues[c.queue].rules
	switch {
	case until <= e.now || c.until == 0:
		return WrongState
	case until == c.until:
		return AlreadyThere
	case until > c.started+max(rules.WrapUpMaxMS, rules.WrapUpMS):
		return TooLong
	}
	c.until = until
	e.arm(phaseTimer, ci, int64(c.id), until)
	e.emit(Decision{Kind: WrapUpStarted, Contact: c.id, Agent: ev.Agent, Until: centre.Instant(until)})
	return NoCode
}

// wrappingOf gives the slot of a contact that the event's agent is wrapping up.
func (e *Engine) wrappingOf(ev *Event) (int32, Code) {
	ci, code := e.known(ev)
	if code != NoCode {
		return none, code
	}
	a := e.findAgent(ev.Agent)
	switch c := &e.contacts[ci]; {
	case a < 0:
		return none, UnknownAgent
	case c.phase != InWrapUp:
		return none, WrongState
	case c.agent != a:
		return none, NotYours
	}
	return ci, NoCode
}

// wrappedUp ends a wrap-up with its reason and outcome.
func (e *Engine) wrappedUp(ev *Event) Code {
	ci, code := e.wrappingOf(ev)
	if code != NoCode {
		return code
	}
	outcome := ev.Outcome
	if outcome >= outcomeCount {
		outcome = NoOutcome
	}
	e.wrapUpOver(ci, ev.Reason, outcome)
	return NoCode
}

// wrapUpOver ends the wrap-up, by the agent or by its limit, and with it the contact.
func (e *Engine) wrapUpOver(ci int32, reason centre.ReasonID, outcome Outcome) {
	c := &e.contacts[ci]
	c.handled += e.now - c.started
	e.noteHandling(c)
	d := e.decide(WrapUpOver)
	d.Contact, d.Agent, d.Reason, d.Outcome = c.id, e.agents[c.agent].id, reason, outcome
	e.closeContact(ci, Done)
}

// requeue sends a contact back to a queue with its place kept. Without an agent it moves a contact that waits, as a leader does.
func (e *Engine) requeue(ev *Event) Code {
	ci, code := e.movable(ev)
	if code != NoCode {
		return code
	}
	qi := e.contacts[ci].queue
	if ev.Queue != 0 {
		if qi = e.findQueue(ev.Queue); qi < 0 || e.queues[qi].gone {
			return UnknownQueue
		}
	}
	if qi == e.contacts[ci].queue && e.contacts[ci].phase == InQueue && e.contacts[ci].aim == noAim {
		return AlreadyThere
	}
	if qi != e.contacts[ci].queue && !e.queues[qi].open && !ev.Force {
		return QueueIsClosed
	}
	e.takeBack(ci)
	e.moveTo(ci, qi)
	e.tellQueued(ci)
	return NoCode
}

// movable gives the slot of a contact that may be sent elsewhere: in the hands of the event's agent, or waiting when no agent is named.
func (e *Engine) movable(ev *Event) (int32, Code) {
	if ev.Agent != 0 {
		ci, code := e.inHandOf(ev)
		if code == NoCode && e.contacts[ci].phase == InDial {
			return none, WrongState
		}
		return ci, code
	}
	ci, code := e.known(ev)
	if code == NoCode && e.contacts[ci].phase != InQueue {
		return none, WrongState
	}
	return ci, code
}

// takeBack makes a movable contact wait in no lane, unaimed, and keeps it from the agent whose it was.
func (e *Engine) takeBack(ci int32) {
	if e.contacts[ci].inHand() {
		a := e.contacts[ci].agent
		if leg := e.contacts[ci].leg; leg >= 0 {
			e.consultOver(leg)
		}
		c := &e.contacts[ci]
		if c.phase == InTalk {
			c.handled += e.now - c.started
		}
		e.outOfHand(ci)
		e.setPhase(ci, InQueue)
		e.coolDown(ci, e.agents[a].id)
		e.pending = append(e.pending, ci)
	} else {
		e.relane(ci)
	}
	c := &e.contacts[ci]
	c.aim, c.aimAt, c.aimUntil, c.team = noAim, none, 0, none
}

// moveTo lets the contact ask for what a queue asks for.
func (e *Engine) moveTo(ci, qi int32) {
	c := &e.contacts[ci]
	if qi != c.queue {
		e.queues[c.queue].counts[c.phase]--
		e.queues[qi].counts[c.phase]++
		if c.promise {
			e.queues[c.queue].promises--
			e.queues[qi].promises++
		}
		c.queue = qi
		c.place = e.orderPlace(c)
		c.guessLow, c.guessHigh = 0, 0
	}
	c.pool = e.poolFor(qi, c.team, &c.needs, c.needN)
}

// transfer hands a contact on: to a queue, a person, a team or the leader. Whoever is aimed at must be there.
func (e *Engine) transfer(ev *Event) Code {
	ci, code := e.movable(ev)
	if code != NoCode {
		return code
	}
	if e.meansAdviser(ci, ev) {
		e.handOver(ci)
		return NoCode
	}
	switch ev.Target {
	case ToQueue:
		if ev.Queue == 0 {
			return UnknownQueue
		}
		return e.requeue(ev)
	case ToTeam:
		return e.transferToTeam(ci, ev)
	case ToPerson, ToLeader:
		to, code := e.person(ev, ci)
		if code != NoCode {
			return code
		}
		e.takeBack(ci)
		e.moveTo(ci, e.contacts[ci].queue)
		e.aimAtPerson(ci, to, aimPerson, e.settings.DirectHoldMS)
		e.tellQueued(ci)
		return NoCode
	}
	return BadTarget
}

// person gives the agent at whom the event aims the contact, other than the one who has it, who must be there, within reach, and take what is aimed at them.
func (e *Engine) person(ev *Event, ci int32) (int32, Code) {
	c := &e.contacts[ci]
	to := e.named(ev)
	if to < 0 && ev.Target == ToLeader && e.findAgent(ev.Agent) < 0 {
		return none, UnknownAgent
	}
	if to < 0 || to == c.agent || !e.takesAimed(to, c.channel) {
		return none, BadTarget
	}
	return to, NoCode
}

// named gives the person or the leader whom the event names, or none.
func (e *Engine) named(ev *Event) int32 {
	if ev.Target == ToPerson {
		return e.findAgent(ev.ToAgent)
	}
	if from := e.findAgent(ev.Agent); from >= 0 && e.agents[from].team >= 0 {
		return e.findAgent(e.teams[e.agents[from].team].leader)
	}
	return none
}

// takesAimed tells whether the agent is there for contacts of the channel that are aimed at the person.
func (e *Engine) takesAimed(a int32, ch centre.Channel) bool {
	ag := &e.agents[a]
	return ag.signedIn && !ag.lost && (ag.status == Ready || ag.status == DirectOnly) && e.reaches(ag, ch)
}

// transferToTeam keeps a contact for one team of which somebody able is there.
func (e *Engine) transferToTeam(ci int32, ev *Event) Code {
	ti := e.findTeam(ev.Team)
	if ti < 0 {
		return UnknownTeam
	}
	c := &e.contacts[ci]
	pi := e.poolFor(c.queue, ti, &c.needs, c.needN)
	if !e.teamThere(pi, c.agent, c.channel) {
		return BadTarget
	}
	e.takeBack(ci)
	c = &e.contacts[ci]
	c.aim, c.team, c.pool = aimTeam, ti, pi
	if ms := e.settings.DirectHoldMS; ms > 0 {
		c.aimUntil = e.now + ms
		e.arm(aimTimer, ci, int64(c.id), c.aimUntil)
	}
	e.tellQueued(ci)
	return NoCode
}

// teamThere tells whether anybody whom the pool ever admits, other than `not`, is there and within reach.
func (e *Engine) teamThere(pi, not int32, ch centre.Channel) bool {
	first := e.pools[pi].first
	for a := range e.agents {
		ag := &e.agents[a]
		if first[a] != never && int32(a) != not && e.onDuty(ag) && e.reaches(ag, ch) {
			return true
		}
	}
	return false
}

// meansAdviser tells whether the event hands the contact to the adviser who is on the line: by name, as the leader, or by the team or queue that was asked.
func (e *Engine) meansAdviser(ci int32, ev *Event) bool {
	leg := e.contacts[ci].leg
	if leg < 0 || e.contacts[leg].phase != InTalk {
		return false
	}
	l := &e.contacts[leg]
	switch ev.Target {
	case ToPerson, ToLeader:
		return e.named(ev) == l.agent
	case ToTeam:
		return l.aim == aimCouncil && l.team == e.findTeam(ev.Team)
	case ToQueue:
		return l.aim == aimExpert && l.queue == e.findQueue(ev.Queue)
	}
	return false
}

// handOver makes the adviser who has been listening the contact's agent, without another offer. An adviser who was asked from another queue takes the contact
// into that queue.
func (e *Engine) handOver(ci int32) {
	leg := e.contacts[ci].leg
	to, qi := e.contacts[leg].agent, e.contacts[leg].queue
	e.consultOver(leg)
	e.takeBack(ci)
	e.moveTo(ci, qi)
	e.leaveQueue(ci)
	e.parkFor(to, e.contacts[ci].channel)
	e.connect(ci, to)
}

// snooze puts deferred work aside until a time.
func (e *Engine) snooze(ev *Event) Code {
	ci, code := e.inHandOf(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	until := min(int64(ev.Until), maxInstant)
	switch {
	case !c.channel.Deferred():
		return NotDeferred
	case until <= e.now:
		return WrongState
	}
	if c.leg >= 0 {
		e.consultOver(c.leg)
	}
	c = &e.contacts[ci]
	if c.phase == InTalk {
		c.handled += e.now - c.started
	}
	a := c.agent
	e.outOfHand(ci)
	e.setPhase(ci, InSnooze)
	c.snoozer, c.until = e.agents[a].id, until
	e.arm(phaseTimer, ci, int64(c.id), until)
	e.emit(Decision{Kind: SnoozedUntil, Contact: c.id, Agent: c.snoozer, Until: centre.Instant(until)})
	return NoCode
}

// woken brings a snoozed contact back before its time, because the customer wrote.
func (e *Engine) woken(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	if e.contacts[ci].phase != InSnooze {
		return WrongState
	}
	e.wake(ci)
	return NoCode
}

// wake brings a snoozed contact back: for the agent who put it aside if that agent is there, else to its place.
func (e *Engine) wake(ci int32) {
	c := &e.contacts[ci]
	if a := e.findAgent(c.snoozer); a >= 0 && e.takesAimed(a, c.channel) {
		e.aimAtPerson(ci, a, aimHeld, e.settings.DirectHoldMS)
	}
	e.backInQueue(ci)
}
