package routing

import (
	"math/bits"

	"sentral/internal/centre"
)

// carrying is one of the rule book's capacities with what follows from it.
type carrying struct {
	*Capacity
	idle  uint16                      // channels that may be offered with nothing in hand
	over  [centre.ChannelCount]uint16 // by channel: the channels of which a contact may be taken beside or over one of it
	parks [centre.ChannelCount]uint16 // by channel: the channels that a contact of it parks
}

// carryingFrom works out what follows from the capacities of a rule book.
func carryingFrom(all []Capacity) []carrying {
	out := make([]carrying, len(all))
	for i := range all {
		cp := &out[i]
		cp.Capacity = &all[i]
		for c := 1; c < centre.ChannelCount; c++ {
			if cp.Max[c] > 0 && cp.Weight[c] <= cp.Total {
				cp.idle |= 1 << c
			}
			for h := 1; h < centre.ChannelCount; h++ {
				if cp.Parks[h]&(1<<c) != 0 {
					cp.parks[c] |= 1 << h
				}
			}
			cp.over[c] = cp.Parks[c] | cp.Beside[c]
		}
	}
	return out
}

// capacity gives the rules of what the agent carries at once; a profile that names none has the first.
func (e *Engine) capacity(ag *agent) *carrying { return &e.carries[ag.carries] }

// unitsUsed sums the capacity that is in use: what is parked uses none, and neither does wrap-up.
func unitsUsed(ag *agent, cp *carrying) int32 {
	units := int32(0)
	for h := range ag.talk {
		units += ag.talk[h] * cp.Weight[h]
	}
	return units
}

// room gives the channels of which one more contact may be put before the agent.
func (ag *agent) room(cp *carrying) uint16 {
	if ag.wrapping > 0 && !cp.WrapUp {
		return 0
	}
	return ag.roomBeside(cp)
}

// roomBeside is room without regard to wrap-up, which keeps offers away but not what the agent begins.
func (ag *agent) roomBeside(cp *carrying) uint16 {
	if ag.talking+ag.parked == 0 {
		return cp.idle
	}
	mask, left := uint16(0), cp.idle
	for in := ag.talks; in != 0; in &= in - 1 {
		left &= cp.over[bits.TrailingZeros16(in)]
	}
	for ; left != 0; left &= left - 1 {
		c := bits.TrailingZeros16(left)
		if ag.talk[c]+ag.park[c] >= cp.Max[c] {
			continue
		}
		units := ag.load + cp.Weight[c]
		for over := ag.talks & cp.parks[c]; over != 0; over &= over - 1 {
			h := bits.TrailingZeros16(over)
			units -= ag.talk[h] * cp.Weight[h]
		}
		if units <= cp.Total {
			mask |= 1 << c
		}
	}
	return mask
}

// weigh works out anew what the agent's rules of capacity make of what is in hand.
func (e *Engine) weigh(a int32) {
	ag := &e.agents[a]
	if ag.carries = ag.profile.Capacity; int(ag.carries) >= len(e.carries) {
		ag.carries = 0
	}
	ag.load = unitsUsed(ag, e.capacity(ag))
}

// parkFor interrupts what the contact that the agent takes may interrupt.
func (e *Engine) parkFor(a int32, ch centre.Channel) {
	ag := &e.agents[a]
	cp := e.capacity(ag)
	for ci := ag.hand; ci >= 0; ci = e.contacts[ci].handNext {
		c := &e.contacts[ci]
		if c.phase == InTalk && cp.Parks[c.channel]&(1<<ch) != 0 {
			c.handled += e.now - c.started
			e.setPhase(ci, InPark)
			e.emit(Decision{Kind: Parked, Contact: c.id, Agent: ag.id, Consult: c.isLeg()})
		}
	}
	e.touch(a)
}

// resumeParked continues what was interrupted as soon as nothing in hand forbids it, lowest id first; not under a ring, which may not be beside it.
func (e *Engine) resumeParked(a int32) {
	ag := &e.agents[a]
	if ag.lost || ag.offer >= 0 {
		return
	}
	cp := e.capacity(ag)
	if ag.wrapping > 0 && !cp.WrapUp {
		return
	}
	for ci := ag.hand; ci >= 0; ci = e.contacts[ci].handNext {
		c := &e.contacts[ci]
		if c.phase != InPark || !resumable(ag, cp, c.channel) {
			continue
		}
		c.started = e.now
		e.setPhase(ci, InTalk)
		e.emit(Decision{Kind: Resumed, Contact: c.id, Agent: ag.id, Consult: c.isLeg()})
	}
}

// resumable tells whether a parked contact of the channel may go on beside what is in conversation.
func resumable(ag *agent, cp *carrying, ch centre.Channel) bool {
	for left := ag.talks; left != 0; left &= left - 1 {
		h := bits.TrailingZeros16(left)
		beside := cp.Beside[h]&(1<<ch) != 0 || cp.Beside[ch]&(1<<h) != 0
		if cp.Parks[ch]&(1<<h) != 0 || !beside {
			return false
		}
	}
	return ag.load+cp.Weight[ch] <= cp.Total
}
