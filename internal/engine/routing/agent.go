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
	carries   int32  // which of the rules of capacity are the agent's
	talks     uint16 // channels of what is in conversation, dialled or held
	mask      uint16 // channels that queues may offer now
	direct    uint16 // channels that may be offered if aimed at this person
	reach     uint16 // channels in which the agent was said to be reachable
	duty      uint16 // channels of which queues may offer the agent contacts, now or when something is done
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
	ag.state = ag.stateNow()
	e.turns[a] = turn{freeSince: ag.freeSince, load: ag.load, id: ag.id}
	mask, direct, duty := uint16(0), uint16(0), uint16(0)
	if ag.signedIn && !ag.lost && (ag.status == Ready || ag.status == DirectOnly) {
		cp, reach := e.capacity(ag), e.reachOf(ag)
		if ag.offer < 0 {
			direct = ag.room(cp) & reach
		}
		if ag.status == Ready {
			mask, duty = direct, cp.idle&reach
		}
	}
	if gained := (mask &^ ag.mask) | (direct &^ ag.direct); gained != 0 {
		e.freshen(a)
	}
	if mask != ag.mask || direct != ag.direct {
		e.setMasks(a, mask, direct)
	}
	if duty != ag.duty {
		e.setDuty(a, duty)
	}
	if free := ag.state == Free && ag.status == Ready; free != ag.free {
		ag.free = free
		e.countFree(ag.team, free)
	}
}

// reachOf gives the channels in which the agent can be reached, presence and room aside.
func (e *Engine) reachOf(ag *agent) uint16 { return ag.reach | ^e.settings.Told }

// reaches tells whether the agent can be reached in the channel.
func (e *Engine) reaches(ag *agent, ch centre.Channel) bool { return e.reachOf(ag)&(1<<ch) != 0 }

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
	for diff := ag.mask ^ mask; diff != 0; diff &= diff - 1 {
		ch := bits.TrailingZeros16(diff)
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

// setDuty enters the channels for which the agent is on duty in their sets.
func (e *Engine) setDuty(a int32, duty uint16) {
	ag := &e.agents[a]
	for ch := range e.duty {
		if duty&(1<<ch) != 0 {
			e.duty[ch].set(a)
		} else {
			e.duty[ch].clear(a)
		}
	}
	ag.duty = duty
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
