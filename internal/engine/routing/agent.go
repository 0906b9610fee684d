package routing

import (
	"math/bits"

	"sentral/internal/centre"
)

// agent is everything the engine knows of one agent.
type agent struct {
	profile   *Profile // nil for a free slot
	freeSince int64    // when something last left the agent's hands, or the agent came
	id        centre.AgentID
	team      int32 // slot, or none
	offer     int32 // the contact that rings, or none
	hand      int32 // first contact in hand, by id
	talking   int32 // in conversation, dialled or held
	parked    int32
	wrapping  int32
	load      int32  // units in use
	idleMask  uint16 // channels that may be offered with nothing in hand
	mask      uint16 // channels that queues may offer now
	direct    uint16 // channels that may be offered if aimed at this person
	status    Status
	state     State
	signedIn  bool
	lost      bool
	touched   bool
	fresh     bool
	free      bool // counted among the team's free agents
	told      toldAgent
	pause     centre.PauseID
	lapses    int32
	expecting int32   // the promised customer who is rung in sight of this agent
	queues    bitset  // by queue slot: those that may ever come to this agent
	lanes     []int32 // lanes aimed at this person
	since     int64   // when what was told last came to be
	levels    []uint8 // by skill, the first denseSkills of them
	talk      [centre.ChannelCount]int32
	park      [centre.ChannelCount]int32
}

// toldAgent is what the screens were last told.
type toldAgent struct {
	status Status
	state  State
	pause  centre.PauseID
}

// findAgent gives the slot of the agent, none if there is no such agent.
func (e *Engine) findAgent(id centre.AgentID) int32 {
	if id <= 0 || int(id) >= len(e.agentByID) {
		return none
	}
	return e.agentByID[id]
}

// capacity gives the rules of what the agent carries at once; a profile that names none has the first.
func (e *Engine) capacity(ag *agent) *Capacity {
	i := int(ag.profile.Capacity)
	if i >= len(e.settings.Capacity) {
		i = 0
	}
	return &e.settings.Capacity[i]
}

// touch has the agent's state and availability worked out anew before anything is matched or told.
func (e *Engine) touch(a int32) {
	if ag := &e.agents[a]; !ag.touched {
		ag.touched = true
		e.touched = append(e.touched, a)
	}
}

// refreshTouched works out anew every agent whose hands or status have changed.
func (e *Engine) refreshTouched() {
	for _, a := range e.touched[e.refreshed:] {
		e.refresh(a)
	}
	e.refreshed = len(e.touched)
}

// refresh works out what the agent is doing and may be offered.
func (e *Engine) refresh(a int32) {
	ag := &e.agents[a]
	ag.touched = false
	if ag.profile == nil {
		return
	}
	if ag.parked > 0 {
		e.resumeParked(a)
	}
	cp := e.capacity(ag)
	ag.state = ag.stateNow()
	e.turns[a] = turn{freeSince: ag.freeSince, load: ag.load, id: ag.id}
	mask, direct := uint16(0), uint16(0)
	if ag.signedIn && !ag.lost && ag.offer < 0 && (ag.status == Ready || ag.status == DirectOnly) {
		direct = room(ag, cp, ag.idleMask)
		if ag.status == Ready {
			mask = direct
		}
	}
	if gained := (mask &^ ag.mask) | (direct &^ ag.direct); gained != 0 {
		e.freshen(a)
	}
	e.setMasks(a, mask, direct)
	if free := ag.state == Free && ag.status == Ready; free != ag.free {
		ag.free = free
		e.countFree(ag.team, free)
	}
}

// freshen has the agent considered in the next matching.
func (e *Engine) freshen(a int32) {
	if ag := &e.agents[a]; !ag.fresh {
		ag.fresh = true
		e.freshAgents = append(e.freshAgents, a)
	}
}

// setMasks enters what the agent may be offered in the sets by channel.
func (e *Engine) setMasks(a int32, mask, direct uint16) {
	ag := &e.agents[a]
	for diff, ch := ag.mask^mask, 0; diff != 0; diff, ch = diff>>1, ch+1 {
		if diff&1 == 0 {
			continue
		}
		if mask&(1<<ch) != 0 {
			e.avail[ch].set(a)
			e.availN[ch]++
		} else {
			e.avail[ch].clear(a)
			e.availN[ch]--
		}
	}
	ag.mask, ag.direct = mask, direct
}

// stateNow reads the agent's state off what is in hand: talking before ringing before wrapping.
func (ag *agent) stateNow() State {
	switch {
	case !ag.signedIn:
		return Gone
	case ag.lost:
		return Lost
	case ag.talking > 0:
		return Talking
	case ag.offer >= 0:
		return Ringing
	case ag.wrapping > 0:
		return Wrapping
	case ag.parked > 0:
		return Talking
	default:
		return Free
	}
}

// unitsUsed sums the capacity that is in use: parked contacts use none, and neither does wrap-up.
func unitsUsed(ag *agent, cp *Capacity) int32 {
	if ag.talking == 0 {
		return 0
	}
	units := int32(0)
	for h := range ag.talk {
		units += ag.talk[h] * cp.Weight[h]
	}
	return units
}

// roomWhenIdle gives the channels of which a contact may be put before an agent who has nothing in hand.
func roomWhenIdle(cp *Capacity) uint16 {
	mask := uint16(0)
	for c := 1; c < centre.ChannelCount; c++ {
		if cp.Max[c] > 0 && cp.Weight[c] <= cp.Total {
			mask |= 1 << c
		}
	}
	return mask
}

// room gives the channels of which one more contact may be put before the agent.
func room(ag *agent, cp *Capacity, idleMask uint16) uint16 {
	if ag.wrapping > 0 && !cp.WrapUp {
		return 0
	}
	if ag.talking+ag.parked == 0 {
		return idleMask
	}
	mask := uint16(0)
	for left := idleMask; left != 0; left &= left - 1 {
		c := bits.TrailingZeros16(left)
		if ag.talk[c]+ag.park[c] < cp.Max[c] && fitsBeside(ag, cp, c) {
			mask |= 1 << c
		}
	}
	return mask
}

// fitsBeside tells whether a contact of channel c may be taken beside or over what is in hand.
func fitsBeside(ag *agent, cp *Capacity, c int) bool {
	units := cp.Weight[c]
	for h := range ag.talk {
		if ag.talk[h] == 0 || cp.Parks[h]&(1<<c) != 0 {
			continue
		}
		if cp.Beside[h]&(1<<c) == 0 {
			return false
		}
		units += ag.talk[h] * cp.Weight[h]
	}
	return units <= cp.Total
}

// weigh works out anew what the agent's rules of capacity make of what is in hand.
func (e *Engine) weigh(a int32) {
	ag := &e.agents[a]
	cp := e.capacity(ag)
	ag.idleMask, ag.load = roomWhenIdle(cp), unitsUsed(ag, cp)
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
func resumable(ag *agent, cp *Capacity, ch centre.Channel) bool {
	units := cp.Weight[ch]
	for h := range ag.talk {
		if ag.talk[h] == 0 {
			continue
		}
		beside := cp.Beside[h]&(1<<ch) != 0 || cp.Beside[ch]&(1<<h) != 0
		if cp.Parks[ch]&(1<<h) != 0 || !beside {
			return false
		}
		units += ag.talk[h] * cp.Weight[h]
	}
	return units <= cp.Total
}

// tellAgents tells of every touched agent whose status, state or pause differs from what was told last.
func (e *Engine) tellAgents() {
	for _, a := range e.touched {
		ag := &e.agents[a]
		now := toldAgent{status: ag.status, state: ag.state, pause: ag.pause}
		if ag.id == 0 || ag.told == now {
			continue
		}
		ag.told, ag.since = now, e.now
		d := e.decide(AgentChanged)
		d.Agent, d.Status, d.State, d.Pause = ag.id, ag.status, ag.state, ag.pause
	}
	e.touched, e.refreshed = e.touched[:0], 0
}
