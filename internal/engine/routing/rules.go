package routing

import (
	"slices"

	"sentral/internal/centre"
)

// queue is everything the engine knows of one queue.
type queue struct {
	perTarget int64 // ten times the weight: the score, in thousandths, of a wait as long as the target when divided by it
	target    int64
	guarantee int64
	after     []int64 // ages at which the steps begin
	lanes     []int32 // every lane with somebody waiting
	lends     []int32 // lendings to this queue
	lenders   []int32 // lendings of teams whose own queue it is
	rules     Queue
	open      bool
	gone      bool // no longer in the rules; what is in flight keeps the last rules it had
	cap       int32
	promises  int32
	pool      int32   // who may take a contact without needs of its own
	bounds    []int64 // ages at which somebody more may take a contact, ascending
	counts    [phaseCount]int64
	endings   [endingCount]int64
	arrived   int64
	placed    int64
	measure   measure
	fares     *fares
}

// findQueue gives the slot of a queue, or none.
func (e *Engine) findQueue(id centre.QueueID) int32 {
	if id <= 0 || int(id) >= len(e.queueByID) {
		return none
	}
	return e.queueByID[id]
}

// score is weight x waited / target, in thousandths for the usual weight of 100.
func (q *queue) score(waited int64) int64 {
	return q.perTarget * waited / q.target
}

// changeSettings puts a new rule book in force. Everybody in the centre is carried over: who waits is considered anew, what rings or talks goes on.
func (e *Engine) changeSettings(ev *Event) Code {
	s := ev.Settings
	if s == nil || ValidateSettings(s) != nil {
		return BadSettings
	}
	if e.rulebook != nil && s.Version <= e.settings.Version {
		return StaleSettings
	}
	told := e.settings.Told
	e.settings, e.rulebook, e.carries = s, e.told, carryingFrom(s.Capacity)
	e.teamsFrom(s)
	e.queuesFrom(s)
	e.lendingsFrom(s)
	e.rebuild()
	if s.Told&^told != 0 {
		for _, a := range e.agentByID {
			if a >= 0 {
				e.outOfReach(a)
			}
		}
	}
	return NoCode
}

// teamsFrom takes the teams over. A team keeps its slot for good; one that is left out is gone until it is named again.
func (e *Engine) teamsFrom(s *Settings) {
	for i := range e.teams {
		e.teams[i].gone = true
	}
	for _, t := range s.Teams {
		for int(t.ID) >= len(e.teamByID) {
			e.teamByID = append(e.teamByID, none)
		}
		ti := e.teamByID[t.ID]
		if ti < 0 {
			ti = int32(len(e.teams))
			e.teams = append(e.teams, team{id: t.ID})
			e.teamByID[t.ID] = ti
		}
		e.teams[ti].gone, e.teams[ti].leader = false, t.Leader
	}
}

// queuesFrom takes the queues over. One that is left out takes nobody in and serves out those it has, by the rules it had.
func (e *Engine) queuesFrom(s *Settings) {
	named := make([]bool, len(e.queues)+len(s.Queues))
	for i := range s.Queues {
		rules := s.Queues[i]
		for int(rules.ID) >= len(e.queueByID) {
			e.queueByID = append(e.queueByID, none)
		}
		qi := e.queueByID[rules.ID]
		if qi < 0 {
			qi = int32(len(e.queues))
			e.queues = append(e.queues, queue{gone: true, pool: none, fares: new(fares)})
			e.queueByID[rules.ID] = qi
		}
		named[qi] = true
		q := &e.queues[qi]
		if q.gone || q.rules.Callback.Cap != rules.Callback.Cap {
			q.cap = rules.Callback.Cap
		}
		fresh := q.gone
		q.rules = rules
		if fresh {
			q.gone, q.open = false, rules.Open
			e.tellQueue(qi)
		}
	}
	for qi := range e.queues {
		q := &e.queues[qi]
		if named[qi] || q.gone {
			continue
		}
		q.gone = true
		if q.open {
			q.open = false
			e.tellQueue(int32(qi))
		}
	}
}

// lendingsFrom takes the lendings over; one that stays keeps whether it is open and the leader's word.
func (e *Engine) lendingsFrom(s *Settings) {
	old := e.lendings
	e.lendings = nil
	for _, r := range s.Lending {
		l := lending{rules: r, team: e.findTeam(r.Lender), queue: e.findQueue(r.Queue), hand: -1}
		for i := range old {
			if old[i].team == l.team && old[i].queue == l.queue {
				l.open, l.hand = old[i].open, old[i].hand
				old[i].hand = -1
			}
		}
		e.lendings = append(e.lendings, l)
	}
	for _, l := range old {
		if l.byHand && l.hand == 1 && !e.teams[l.team].gone && !e.queues[l.queue].gone {
			e.lendings = append(e.lendings, l)
		}
	}
}

// rebuild works out anew everything that follows from rules and agents, and has everybody who waits considered.
func (e *Engine) rebuild() {
	for i := range e.contacts {
		if c := &e.contacts[i]; c.id != 0 && c.lane >= 0 {
			e.outOfLane(int32(i))
			e.pending = append(e.pending, int32(i))
		}
	}
	e.link()
	for i := range e.contacts {
		if e.contacts[i].id != 0 {
			e.carryOver(int32(i))
		}
	}
	e.rematch = true
}

// link works out what follows from rules and agents: who lends to whom, who is in which team, and who may take what.
func (e *Engine) link() {
	for i := range e.queues {
		e.timers.learn(e.queues[i].rules.OfferMS)
		e.timers.learn(e.queues[i].rules.WrapUpMS)
	}
	e.timers.learn(e.settings.DeclineCoolMS)
	for i := range e.queues {
		e.queues[i].lends = e.queues[i].lends[:0]
		e.queues[i].pool = none
	}
	e.linkLending()
	e.rebuildAgents()
	e.rebuildPools()
}

// firstStepNames tells whether the queue's first step is for the team.
func (e *Engine) firstStepNames(q *queue, ti int32) bool {
	s := &q.rules.Steps[0]
	if slices.Contains(s.Teams, e.teams[ti].id) || s.AllHands {
		return true
	}
	for _, t := range e.settings.Teams {
		if t.ID == e.teams[ti].id {
			return t.Partner == 0 && len(s.Teams) == 0 || t.Partner != 0 && slices.Contains(s.Partners, t.Partner)
		}
	}
	return false
}

// rebuildAgents finds every agent's team anew and counts who is free from nothing.
func (e *Engine) rebuildAgents() {
	e.sparing = 0
	for i := range e.teams {
		e.teams[i].free = 0
	}
	for _, a := range e.agentByID {
		if a < 0 {
			continue
		}
		ag := &e.agents[a]
		ag.team, ag.free = e.findTeam(ag.profile.Team), false
		e.weigh(a)
		e.touch(a)
	}
}

// rebuildPools forgets every pool and makes those of the queues and contacts again.
func (e *Engine) rebuildPools() {
	e.freePools, e.poolsKept = e.freePools[:0], 0
	e.sets.forget()
	for i := range e.pools {
		e.pools[i].used = false
		e.freePools = append(e.freePools, int32(i))
	}
	for i := range e.poolBuckets {
		e.poolBuckets[i] = -1
	}
	e.busy = e.busy.grown(len(e.queues))
	for qi := range e.queues {
		q := &e.queues[qi]
		q.perTarget, q.target, q.guarantee = q.rules.Weight*10, q.rules.TargetMS, q.rules.AgeGuaranteeMS
		q.after = q.after[:0]
		for _, s := range q.rules.Steps {
			q.after = append(q.after, s.AfterMS)
		}
		q.bounds = append(q.bounds[:0], q.after[1:]...)
		for _, li := range q.lends {
			if ms := e.lendings[li].rules.AfterMS; ms > 0 {
				q.bounds = append(q.bounds, ms)
			}
		}
		slices.Sort(q.bounds)
		q.bounds = slices.Compact(q.bounds)
		q.pool = e.addPool(int32(qi), none, &[MaxNeeds]Need{}, 0)
	}
	for _, a := range e.agentByID {
		if a >= 0 {
			e.findQueues(a)
		}
	}
}

// findQueues works out which queues may ever come to the agent, by any step or lending.
func (e *Engine) findQueues(a int32) {
	ag := &e.agents[a]
	ag.queues = ag.queues.grown(len(e.queues))
	ag.queues.reset()
	for qi := range e.queues {
		q := &e.queues[qi]
		p := &e.pools[q.pool]
		may := p.first[a] != never
		for _, s := range p.lent {
			may = may || s.has(a)
		}
		if may {
			ag.queues.set(int32(qi))
		}
	}
}

// carryOver lets a contact in flight ask for what the new rules ask for.
func (e *Engine) carryOver(ci int32) {
	c := &e.contacts[ci]
	if c.team >= 0 && e.teams[c.team].gone {
		if c.isLeg() {
			e.consultOver(ci)
			return
		}
		c.aim, c.team, c.aimUntil = noAim, none, 0
	}
	needs, n := c.needs, c.needN
	c.pool = e.poolFor(c.queue, c.team, &needs, n)
	if !c.isLeg() {
		c.place = e.orderPlace(c)
	}
}

// defineAgent tells of a new agent or changes one. What the agent has in hand stays.
func (e *Engine) defineAgent(ev *Event) Code {
	p := ev.Profile
	if p == nil || ValidateProfile(p) != nil || int(p.Capacity) >= len(e.settings.Capacity) {
		return BadSettings
	}
	for int(p.Agent) >= len(e.agentByID) {
		e.agentByID = append(e.agentByID, none)
	}
	a := e.agentByID[p.Agent]
	if a < 0 {
		a = e.newAgent(p.Agent)
	}
	ag := &e.agents[a]
	if ag.free {
		ag.free = false
		e.countFree(ag.team, false)
	}
	ag.profile = p
	ag.learnSkills()
	e.sets.place(e, a)
	ag.team = e.findTeam(p.Team)
	e.weigh(a)
	e.enrol(a)
	e.touch(a)
	e.freshen(a)
	return NoCode
}

// newAgent takes a free slot for an agent and makes room for it in every set.
func (e *Engine) newAgent(id centre.AgentID) int32 {
	var a int32
	if n := len(e.freeAgents); n > 0 {
		a = e.freeAgents[n-1]
		e.freeAgents = e.freeAgents[:n-1]
	} else {
		a = int32(len(e.agents))
		e.agents = append(e.agents, agent{})
		e.turns = append(e.turns, turn{})
		for ch := range e.avail {
			e.avail[ch] = e.avail[ch].grown(len(e.agents))
			e.duty[ch] = e.duty[ch].grown(len(e.agents))
		}
	}
	ag := &e.agents[a]
	*ag = agent{id: id, team: none, offer: none, hand: none, expecting: none, levels: ag.levels[:0], queues: ag.queues, lanes: ag.lanes[:0]}
	e.agentByID[id] = a
	return a
}

// enrol works out the agent's part in every pool and the queues that may come to them.
func (e *Engine) enrol(a int32) {
	n := len(e.agents)
	for i := range e.pools {
		p := &e.pools[i]
		if !p.used {
			continue
		}
		if n > p.width {
			e.fillPool(p)
			continue
		}
		e.fillPoolAgent(p, a)
	}
	e.findQueues(a)
}

// removeAgent lets an agent go for good.
func (e *Engine) removeAgent(ev *Event) Code {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return UnknownAgent
	}
	e.leave(a)
	e.refresh(a)
	ag := &e.agents[a]
	if gone := (toldAgent{}); ag.told != gone {
		e.emit(Decision{Kind: AgentChanged, Agent: ag.id, Status: Offline, State: Gone})
	}
	e.agentByID[ag.id] = none
	must(ag.hand < 0 && ag.offer < 0 && len(ag.lanes) == 0, "L1: who has left holds nothing")
	ag.id, ag.profile, ag.told = 0, nil, toldAgent{}
	e.sets.place(e, a)
	for i := range e.pools {
		if p := &e.pools[i]; p.used {
			e.fillPoolAgent(p, a)
		}
	}
	e.freeAgents = append(e.freeAgents, a)
	return NoCode
}
