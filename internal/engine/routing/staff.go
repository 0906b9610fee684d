package routing

import (
	"cmp"
	"slices"

	"sentral/internal/centre"
)

// signIn makes an agent present. One who was lost is found again.
func (e *Engine) signIn(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return UnknownAgent
	}
	ag := &e.agents[a]
	status := ev.Status
	if status == Offline {
		status = Ready
	}
	if status >= statusCount || status == Away {
		return WrongState
	}
	if ag.signedIn && !ag.lost {
		return AlreadyThere
	}
	if ag.lost {
		e.found(a)
	}
	ag.signedIn, ag.lapses = true, 0
	ag.freeSince = e.now
	e.setStatus(a, status, ev.Pause)
	return NoCode
}

// signOut makes an agent leave. Wrap-up ends with it; a conversation must end first, or return to its place when forced.
func (e *Engine) signOut(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return UnknownAgent
	}
	ag := &e.agents[a]
	if !ag.signedIn {
		return AlreadyThere
	}
	if ag.talking+ag.parked > 0 && !ev.Force {
		return InConversation
	}
	e.leave(a)
	return NoCode
}

// leave takes everything from an agent who goes: offers and conversations return to their places, wrap-ups end.
func (e *Engine) leave(a int32) {
	e.dropOffer(a)
	for ci := e.agents[a].hand; ci >= 0; ci = e.agents[a].hand {
		e.letGo(ci)
	}
	ag := &e.agents[a]
	if ag.expecting >= 0 {
		e.contacts[ag.expecting].expecter = none
		ag.expecting = none
	}
	ag.signedIn, ag.lost, ag.lapses = false, false, 0
	e.setStatus(a, Offline, 0)
}

// letGo takes one contact from an agent who is going.
func (e *Engine) letGo(ci int32) {
	c := &e.contacts[ci]
	switch {
	case c.isLeg():
		e.consultOver(ci)
	case c.phase == InWrapUp:
		e.wrapUpOver(ci, 0, NoOutcome)
	case c.phase == InDial:
		e.brokenOff(ci)
	default:
		if c.leg >= 0 {
			e.consultOver(c.leg)
		}
		if c = &e.contacts[ci]; c.phase == InTalk {
			c.handled += e.now - c.started
		}
		e.backInQueue(ci)
	}
}

// dropOffer withdraws the offer that rings at the agent.
func (e *Engine) dropOffer(a int32) {
	if ci := e.agents[a].offer; ci >= 0 {
		e.withdraw(ci)
	}
}

// changeStatus takes what an agent says; it holds for new offers at once.
func (e *Engine) changeStatus(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return UnknownAgent
	}
	ag := &e.agents[a]
	pause := ev.Pause
	if ev.Status != Paused {
		pause = 0
	}
	switch {
	case !ag.signedIn || ev.Status == Offline || ev.Status == Away || ev.Status >= statusCount:
		return WrongState
	case ev.Status == ag.status && pause == ag.pause:
		return AlreadyThere
	}
	ag.lapses = 0
	if ev.Status == Ready && ag.status != Ready {
		ag.freeSince = e.now
	}
	e.setStatus(a, ev.Status, pause)
	return NoCode
}

// setStatus sets a status, withdraws the offer that it forbids and frees the contacts that wait for a person who is no longer there for them.
func (e *Engine) setStatus(a int32, s Status, pause centre.PauseID) {
	ag := &e.agents[a]
	ag.status = s
	if ag.pause = 0; s == Paused {
		ag.pause = pause
	}
	e.touch(a)
	if ci := ag.offer; ci >= 0 && s != Ready && !(s == DirectOnly && e.contacts[ci].aimed) {
		e.withdraw(ci)
	}
	if s != Ready {
		e.freeAimed(a, s == DirectOnly, everyChannel)
	}
}

const everyChannel = ^uint16(0)

// freeAimed lets the queues serve what waited in the channels for this agent alone; saidToo keeps what a person aimed.
func (e *Engine) freeAimed(a int32, saidToo bool, channels uint16) {
	e.scratch = e.scratch[:0]
	for _, li := range e.agents[a].lanes {
		l := &e.lanes[li]
		if saidToo && l.aim.said() || channels&(1<<l.channel) == 0 {
			continue
		}
		for _, x := range l.waiting() {
			e.scratch = append(e.scratch, x.slot)
		}
	}
	for _, ci := range e.pending {
		if c := &e.contacts[ci]; c.aim.person() && c.aimAt == a && !(saidToo && c.aim.said()) && channels&(1<<c.channel) != 0 {
			e.scratch = append(e.scratch, ci)
		}
	}
	e.sortByID(e.scratch)
	for _, ci := range e.scratch {
		e.unaim(ci)
	}
}

// sortByID puts contacts in the order of their ids, legs after the contact they are about.
func (e *Engine) sortByID(slots []int32) {
	slices.SortFunc(slots, func(x, y int32) int {
		a, b := &e.contacts[x], &e.contacts[y]
		if a.id != b.id {
			return cmp.Compare(a.id, b.id)
		}
		return cmp.Compare(a.parent, b.parent)
	})
}

// holdable tells whether a conversation can outlast the agent's connection: the customer of a call hears nothing, who wrote can wait.
func holdable(ch centre.Channel) bool {
	return ch == centre.Chat || ch == centre.Visit || ch.Deferred()
}

// loseAgent takes an agent whose connection is gone: the offer is withdrawn, calls return to their place, writing is held for a while.
func (e *Engine) loseAgent(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return UnknownAgent
	}
	ag := &e.agents[a]
	switch {
	case !ag.signedIn:
		return WrongState
	case ag.lost:
		return AlreadyThere
	}
	e.dropOffer(a)
	e.agents[a].lost = true
	e.touch(a)
	e.freeAimed(a, false, everyChannel)
	e.scratch = e.scratch[:0]
	for ci := e.agents[a].hand; ci >= 0; ci = e.contacts[ci].handNext {
		e.scratch = append(e.scratch, ci)
	}
	for _, ci := range e.scratch {
		e.loseHold(ci)
	}
	return NoCode
}

// loseHold decides what becomes of one contact in the hands of an agent who is lost.
func (e *Engine) loseHold(ci int32) {
	c := &e.contacts[ci]
	grace := e.settings.LostGraceMS
	switch {
	case c.phase == InWrapUp:
		if c.until == 0 {
			c.until = e.now + max(grace, 1)
			e.arm(phaseTimer, ci, int64(c.id), c.until)
		}
	case c.isLeg() || !holdable(c.channel) || grace <= 0:
		e.letGo(ci)
	default:
		if c.leg >= 0 {
			e.consultOver(c.leg)
		}
		c = &e.contacts[ci]
		if c.phase == InTalk {
			c.handled += e.now - c.started
		}
		c.wasParked = c.phase == InPark
		e.setPhase(ci, InHold)
		c.until = e.now + grace
		e.arm(phaseTimer, ci, int64(c.id), c.until)
		e.emit(Decision{Kind: Held, Contact: c.id, Agent: e.agents[c.agent].id, Until: centre.Instant(c.until)})
	}
}

// findAgentAgain takes an agent whose connection is back.
func (e *Engine) findAgentAgain(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return UnknownAgent
	}
	switch ag := &e.agents[a]; {
	case !ag.signedIn:
		return WrongState
	case !ag.lost:
		return AlreadyThere
	}
	e.found(a)
	return NoCode
}

// found continues the conversations that were held for the agent, and lets a wrap-up without limit have none again.
func (e *Engine) found(a int32) {
	ag := &e.agents[a]
	ag.lost = false
	ag.freeSince = e.now
	e.touch(a)
	for ci := ag.hand; ci >= 0; ci = e.contacts[ci].handNext {
		c := &e.contacts[ci]
		if c.phase == InWrapUp && e.queues[c.queue].rules.WrapUpMS < 0 {
			c.until = 0
		}
		if c.phase != InHold {
			continue
		}
		c.until = 0
		if c.wasParked {
			e.setPhase(ci, InPark)
			e.emit(Decision{Kind: Parked, Contact: c.id, Agent: ag.id})
			continue
		}
		c.started = e.now
		e.setPhase(ci, InTalk)
		e.emit(Decision{Kind: Resumed, Contact: c.id, Agent: ag.id})
	}
}
