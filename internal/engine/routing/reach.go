package routing

import "sentral/internal/centre"

// setReach takes whether an agent can be reached in a channel. It holds at once for new offers and for the one that rings; what the agent has in hand stays.
func (e *Engine) setReach(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	switch {
	case a < 0:
		return UnknownAgent
	case ev.Channel == centre.NoChannel || int(ev.Channel) >= centre.ChannelCount:
		return UnknownChannel
	case ev.Count != 0 && ev.Count != 1:
		return WrongState
	}
	ag, bit := &e.agents[a], uint16(1)<<ev.Channel
	if ag.reach&bit != 0 == (ev.Count == 1) {
		return AlreadyThere
	}
	ag.reach ^= bit
	e.touch(a)
	e.outOfReach(a)
	return NoCode
}

// outOfReach takes from an agent what rings or waits for the agent in channels where the agent cannot be reached.
func (e *Engine) outOfReach(a int32) {
	ag := &e.agents[a]
	gone := ^e.reachOf(ag)
	if gone == 0 {
		return
	}
	if ci := ag.offer; ci >= 0 && gone&(1<<e.contacts[ci].channel) != 0 {
		e.withdraw(ci)
	}
	e.freeAimed(a, false, gone)
}

// placeCall begins a conversation that the agent asked for. It did not wait and was not offered, so it is no arrival. Status does not matter, and neither
// does wrap-up: the agent chose.
func (e *Engine) placeCall(ev *Event) Code {
	a, qi := e.findAgent(ev.Agent), e.findQueue(ev.Queue)
	switch {
	case ev.Contact <= 0:
		return UnknownContact
	case e.findContact(ev.Contact) >= 0:
		return AlreadyThere
	case a < 0:
		return UnknownAgent
	case qi < 0 || e.queues[qi].gone:
		return UnknownQueue
	case ev.Channel == centre.NoChannel || ev.Channel == centre.Callback || int(ev.Channel) >= centre.ChannelCount:
		return UnknownChannel
	}
	if code := e.seen.judge(int64(ev.Contact)); code != NoCode {
		return code
	}
	ag := &e.agents[a]
	switch {
	case !ag.signedIn || ag.lost:
		return WrongState
	case !e.reaches(ag, ev.Channel):
		return NotReachable
	case ag.offer >= 0 || ag.roomBeside(e.capacity(ag))&(1<<ev.Channel) == 0:
		return NoRoom
	}
	e.seen.enter(int64(ev.Contact))
	needs, n := tidyNeeds(&ev.Needs, ev.NeedCount)
	pi := e.poolFor(qi, none, &needs, n)
	ci := e.newContact(ev.Contact, none)
	c := &e.contacts[ci]
	c.queue, c.pool, c.channel, c.priority = qi, pi, ev.Channel, min(ev.Priority, 9)
	c.needs, c.needN = needs, n
	c.arrived, c.since, c.place = e.now, e.now, e.now
	c.placed = true
	c.phase = InQueue // for no time: connect takes it on
	e.placed++
	e.counts[InQueue]++
	e.queues[qi].counts[InQueue]++
	e.queues[qi].placed++
	e.parkFor(a, ev.Channel)
	e.connect(ci, a)
	return NoCode
}
