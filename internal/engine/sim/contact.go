package sim

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// contact is one customer's approach as the people around it see it. Its states follow the decisions, never the engine's memory.
// It is 64 bytes, one line of the processor's cache: most of what comes up on the agenda meets a contact that nobody has looked at for minutes.
type contact struct {
	key        uint64 // names its random streams: see arrival.key; redials count up in bits 48-51
	arrived    int64
	until      int64 // in the queue, when patience ends; in conversation, when that ends; while aside, how much of it remains
	waitFrom   int64 // when the present wait began
	offer      centre.OfferID
	agent      centre.AgentID
	generation u24 // of the plans for the present state
	stream     uint16
	leg        uint16 // conversations begun
	offers     uint16
	state      contactState
	channel    centre.Channel
	plan       conclusion
	dials      uint8 // attempts to call back
	promised   bool  // has asked for a callback
	answered   bool  // has been answered at least once
	met        bool  // is measured
}

type contactState uint8

const (
	unborn contactState = iota
	waiting
	offered
	talking
	aside // parked, or held for a lost agent
	wrapping
	snoozed
	gone
)

// conclusion is how the present conversation will end.
type conclusion uint8

const (
	ends conclusion = iota
	hangsUp
	transfers
	requeues
	snoozes
)

const (
	redialShift = 48
	legShift    = 52
)

// legKey names the streams of the present conversation.
func (c *contact) legKey() uint64 { return c.key | uint64(c.leg)<<legShift }

// at gives the contact of an id, or nil when it is not ours or long forgotten.
func (p *player) at(id centre.ContactID) *contact {
	i := int64(id-p.base) - 1
	if i < 0 || i >= int64(len(p.contacts)) {
		return nil
	}
	return &p.contacts[i]
}

// idOf turns an agenda reference back into an id: references are the low 32 bits of ids.
func (p *player) idOf(ref uint32) centre.ContactID {
	return p.base + centre.ContactID(int32(ref-uint32(p.base)))
}

// forgetClosed drops the contacts before the oldest that still lives, once a day.
func (p *player) forgetClosed() {
	n := 0
	for n < len(p.contacts) && p.contacts[n].state == gone {
		n++
	}
	kept := copy(p.contacts, p.contacts[n:])
	p.contacts = p.contacts[:kept]
	p.base += centre.ContactID(n)
}

// arrive brings one customer to the door.
func (p *player) arrive(a arrival) {
	p.approach(a.key(p.today), a.stream(), 0, 0)
}

// approach makes a contact of a first approach or of a redial, and sends it in.
func (p *player) approach(key uint64, stream int, credit int64, last centre.AgentID) {
	t := &p.centre.Traffic[stream]
	p.contacts = append(p.contacts, contact{key: key, arrived: p.now, stream: uint16(stream), channel: t.Channel, state: unborn})
	id := p.base + centre.ContactID(len(p.contacts))
	c := &p.contacts[len(p.contacts)-1]
	c.met = p.tally.arrive(c, p.now)

	e := routing.Event{Kind: routing.Arrived, Contact: id, Queue: t.Queue, Channel: t.Channel, Credit: credit, LastAgent: last}
	b := &p.centre.Behaviour
	r := p.stream(forTraits, key)
	if len(t.Kinds) > 0 {
		u := r.Float64()
		for i := range t.Kinds {
			if u -= t.Kinds[i].Share; u < 0 {
				e.NeedCount = uint8(copy(e.Needs[:], t.Kinds[i].Needs))
				break
			}
		}
	}
	if b.Priority > 0 && r.Float64() < b.Priority {
		e.Priority = uint8(1 + r.IntN(9))
	}
	if last == 0 && b.LastAgent > 0 && r.Float64() < b.LastAgent {
		e.LastAgent = centre.AgentID(1 + r.IntN(len(p.agents)))
	}
	p.send(&e)
}

// beginWait plans what a waiting customer may do. It is called once for each leg: a lapse or a decline does not renew patience.
func (p *player) beginWait(id centre.ContactID, c *contact) {
	b, ref := &p.centre.Behaviour, uint32(id)
	c.until, c.waitFrom = endOfTime, p.now
	if ms, endless := p.laws.patience[c.stream].draw(p.stream(forPatience, c.legKey())); !endless {
		c.until = p.now + ms
		p.agenda.plan(c.until, givesUp, 0, ref)
	}
	if c.leg > 0 || b.Callback+b.Raise+b.Due+b.SelfServe <= 0 {
		return
	}
	r := p.stream(forWait, c.key)
	switch u := r.Float64(); {
	case u < b.Callback:
		if c.channel == centre.Phone {
			p.agenda.plan(p.now+p.laws.askAfter.draw(r), asksCallback, 0, ref)
		}
	case u < b.Callback+b.Raise:
		p.agenda.plan(p.now+p.laws.askAfter.draw(r), raised, 0, ref)
	case u < b.Callback+b.Raise+b.Due:
		p.agenda.plan(p.now+p.laws.askAfter.draw(r), givenDue, 0, ref)
	case u < b.Callback+b.Raise+b.Due+b.SelfServe:
		p.agenda.plan(p.now+p.laws.selfAfter.draw(r), servesSelf, 0, ref)
	}
}

// beginTalk plans how the conversation that begins now will end.
func (p *player) beginTalk(id centre.ContactID, c *contact, who centre.AgentID) {
	c.state, c.agent = talking, who
	c.generation++
	b, ref := &p.centre.Behaviour, uint32(id)
	length := p.laws.handling[c.stream].draw(p.stream(forHandling, c.legKey()))
	c.plan = ends
	if p.laws.conclusions {
		r := p.stream(forPlan, c.legKey())
		u := r.Float64()
		switch {
		case u < b.Transfer && c.leg < 6:
			c.plan = transfers
		case u < b.Transfer+b.Requeue && c.leg < 6:
			c.plan = requeues
		case u < b.Transfer+b.Requeue+b.HangUp:
			c.plan = hangsUp
		case c.channel.Deferred() && u > 1-b.Snooze && c.leg < 12:
			c.plan = snoozes
		}
		if r.Float64() < b.Consult {
			p.agenda.plan(p.now+int64(r.Float64()*float64(length)), asksColleague, c.generation, ref)
		}
	}
	c.leg++
	c.until = p.now + length
	p.agenda.plan(c.until, concludes, c.generation, ref)
}

// conclude ends the conversation as planned.
func (p *player) conclude(id centre.ContactID, c *contact) {
	e := routing.Event{Kind: routing.Ended, Contact: id, Agent: c.agent}
	switch c.plan {
	case hangsUp:
		e.Kind = routing.Abandoned
	case requeues:
		e.Kind = routing.Requeued
		if r := p.stream(forPlan, ^c.legKey()); r.Bool(0.3) {
			e.Queue = centre.QueueID(1 + r.IntN(len(p.rules.Queues)))
		}
	case transfers:
		e.Kind = routing.Transferred
		r := p.stream(forPlan, ^c.legKey())
		p.aim(&e, r.Float64(), r.Float64())
	case snoozes:
		e.Kind = routing.Snoozed
		s := p.stream(forSnooze, c.legKey())
		length := p.laws.snoozeFor.draw(s)
		e.Until = Start + centre.Instant(p.now+length)
		if s.Bool(p.centre.Behaviour.Woken) {
			p.agenda.plan(p.now+int64(s.Float64()*float64(length)), writesAgain, 0, uint32(id))
		}
	}
	c.plan = ends // should the engine refuse, the agent then just ends it: see refused
	p.send(&e)
}

// aim points a transfer or a question at a queue, a person, a team or the leader.
func (p *player) aim(e *routing.Event, which, whom float64) {
	switch {
	case which < 0.4:
		e.Target, e.Queue = routing.ToQueue, centre.QueueID(1+int(whom*float64(len(p.rules.Queues))))
	case which < 0.7:
		e.Target, e.ToAgent = routing.ToPerson, centre.AgentID(1+int(whom*float64(len(p.agents))))
	case which < 0.9 && len(p.rules.Teams) > 0:
		e.Target, e.Team = routing.ToTeam, p.rules.Teams[int(whom*float64(len(p.rules.Teams)))].ID
	default:
		e.Target = routing.ToLeader
	}
}

// returning is one who gave up and will approach again.
type returning struct {
	key    uint64
	credit int64
	stream uint16
	next   int32 // of the free list
}

// redial lets one who gave up approach again, with the waiting so far as credit or without.
func (p *player) redial(c *contact) {
	b := &p.centre.Behaviour
	times := c.key >> redialShift & 15
	r := p.stream(forRedial, c.key)
	if times == 15 || r.Float64() >= b.Redial {
		return
	}
	again := returning{key: c.key + 1<<redialShift, stream: c.stream}
	if r.Float64() < b.RedialKeep {
		again.credit = p.now - c.arrived
	}
	slot := p.freeReturn
	if slot < 0 {
		slot = int32(len(p.returns))
		p.returns = append(p.returns, again)
	} else {
		p.freeReturn = p.returns[slot].next
		p.returns[slot] = again
	}
	p.agenda.plan(p.now+p.laws.redialIn.draw(r), comesAgain, 0, uint32(slot))
}

func (p *player) comeAgain(slot uint32) {
	again := p.returns[slot]
	p.returns[slot].next, p.freeReturn = p.freeReturn, int32(slot)
	if !p.centre.takes(&p.centre.Traffic[again.stream], p.now%dayMS) {
		return // closed: that customer comes another day
	}
	p.tally.redials++
	p.approach(again.key, int(again.stream), again.credit, 0)
}
