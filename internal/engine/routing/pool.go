package routing

import (
	"slices"

	"sentral/internal/centre"
)

// never marks an agent whom no step of a pool admits.
const never = 255

// pool is who may take the contacts that ask for the same: one queue, the same needs of their own, and perhaps one team alone.
type pool struct {
	queue  int32
	team   int32 // the one team, or -1
	needN  uint8
	used   bool
	needs  [MaxNeeds]Need // by skill
	next   int32          // chain of the key's bucket
	width  int            // how many agents the sets have room for
	store  bitset         // what the sets are made of
	admits []bitset       // by step: the agents whom this step or an earlier one admits
	lent   []bitset       // by lending of the queue, then step: the lender's agents who have the needs; none for one team alone
	joins  []bitset       // by step: the agents whom no earlier step admits
	first  []uint8        // by agent: the first step that admits them, or never
	fit    []int32        // by agent whom the pool reaches: levels above the first step's needs and the contact's own, summed
}

func poolHash(queue, team int32, needs *[MaxNeeds]Need) uint64 {
	h := mix(uint64(uint32(queue)), uint64(uint32(team)))
	for _, n := range needs {
		h = mix(h, uint64(uint32(n.Skill))<<8|uint64(n.Level))
	}
	return h
}

// poolFor gives the pool of a queue, a contact's own needs and perhaps a team.
func (e *Engine) poolFor(queue, team int32, needs *[MaxNeeds]Need, needN uint8) int32 {
	if needN == 0 && team < 0 {
		return e.queues[queue].pool
	}
	h := poolHash(queue, team, needs)
	for pi := e.poolBuckets[h&uint64(len(e.poolBuckets)-1)]; pi >= 0; pi = e.pools[pi].next {
		if p := &e.pools[pi]; p.queue == queue && p.team == team && p.needs == *needs {
			return pi
		}
	}
	return e.addPool(queue, team, needs, needN)
}

// maxIdlePools is how many pools are kept before those that no contact asks for are given back.
const maxIdlePools = 4096

func (e *Engine) addPool(queue, team int32, needs *[MaxNeeds]Need, needN uint8) int32 {
	if len(e.freePools) == 0 && len(e.pools) >= maxIdlePools && len(e.pools) >= 2*e.poolsKept {
		e.dropIdlePools()
	}
	var pi int32
	if n := len(e.freePools); n > 0 {
		pi = e.freePools[n-1]
		e.freePools = e.freePools[:n-1]
	} else {
		pi = int32(len(e.pools))
		e.pools = append(e.pools, pool{})
	}
	p := &e.pools[pi]
	*p = pool{queue: queue, team: team, needs: *needs, needN: needN, used: true,
		store: p.store, admits: p.admits, lent: p.lent, joins: p.joins, first: p.first, fit: p.fit}
	if len(e.pools) > len(e.poolBuckets) {
		e.poolBuckets = emptyBuckets(2 * len(e.poolBuckets))
		e.rebucketPools()
	} else {
		b := &e.poolBuckets[poolHash(queue, team, needs)&uint64(len(e.poolBuckets)-1)]
		p.next, *b = *b, pi
	}
	e.fillPool(p)
	return pi
}

func (e *Engine) rebucketPools() {
	for i := range e.poolBuckets {
		e.poolBuckets[i] = -1
	}
	for i := range e.pools {
		if p := &e.pools[i]; p.used {
			b := &e.poolBuckets[poolHash(p.queue, p.team, &p.needs)&uint64(len(e.poolBuckets)-1)]
			p.next, *b = *b, int32(i)
		}
	}
}

// dropIdlePools gives back the pools that neither a queue nor a contact stands in.
func (e *Engine) dropIdlePools() {
	wanted := make([]bool, len(e.pools))
	for i := range e.queues {
		wanted[e.queues[i].pool] = true
	}
	for i := range e.contacts {
		if c := &e.contacts[i]; c.id != 0 {
			wanted[c.pool] = true
		}
	}
	e.poolsKept = 0
	for i := range e.pools {
		if wanted[i] {
			e.poolsKept++
		} else if e.pools[i].used {
			e.pools[i].used = false
			e.freePools = append(e.freePools, int32(i))
		}
	}
	e.rebucketPools()
}

// fillPool works out who may take the pool's contacts, from the rules and profiles as they stand: whole sets of agents at a time.
func (e *Engine) fillPool(p *pool) {
	q := &e.queues[p.queue]
	steps, n := q.rules.Steps, len(e.agents)
	lends := q.lends
	if p.team >= 0 {
		lends = nil
	}
	p.makeRoom(n, len(steps), len(lends))
	e.able, e.group = e.able.grown(n), e.group.grown(n)
	able, group := e.able[:words(n)], e.group[:words(n)]
	for k := range steps {
		able.copyFrom(e.sets.of(e, setKey{kind: everybody}))
		e.keepAble(able, steps[k].Needs)
		if !steps[k].DropContactNeeds {
			e.keepAble(able, p.needs[:p.needN])
		}
		e.groupOf(group, p, &steps[k])
		for w := range group {
			before := uint64(0)
			if k > 0 {
				before = p.admits[k-1][w]
			}
			p.joins[k][w] = group[w] & able[w] &^ before
			p.admits[k][w] = before | p.joins[k][w]
		}
		for i, li := range lends {
			lenders := e.sets.of(e, setKey{kind: inTeam, id: int32(e.teams[e.lendings[li].team].id)})
			p.lent[i*len(steps)+k].copyFrom(able)
			p.lent[i*len(steps)+k].keep(lenders)
		}
		for a := range p.joins[k].each() {
			p.first[a] = uint8(k)
		}
	}
	able.copyFrom(p.admits[len(steps)-1])
	for _, s := range p.lent {
		able.join(s)
	}
	for a := range able.each() {
		p.fit[a] = e.fitOf(p, a)
	}
}

// fitOf sums the agent's levels above the first step's needs and the contact's own.
func (e *Engine) fitOf(p *pool, a int32) int32 {
	ag := &e.agents[a]
	return ag.fit(e.queues[p.queue].rules.Steps[0].Needs) + ag.fit(p.needs[:p.needN])
}

// fitIn is fitOf, which for those whom a step admits has been worked out.
func (e *Engine) fitIn(p *pool, a int32) int32 {
	if p.first[a] != never {
		return p.fit[a]
	}
	return e.fitOf(p, a)
}

// keepAble keeps those who have every need at its level.
func (e *Engine) keepAble(able bitset, needs []Need) {
	for _, n := range needs {
		able.keep(e.sets.of(e, setKey{kind: hasSkill, id: int32(n.Skill), level: n.Level}))
	}
}

// groupOf gathers those whose team or partner a step names, as stepAdmits tells it of one agent.
func (e *Engine) groupOf(group bitset, p *pool, s *Step) {
	group.reset()
	switch {
	case p.team >= 0:
		if t := &e.teams[p.team]; !t.gone {
			group.join(e.sets.of(e, setKey{kind: inTeam, id: int32(t.id)}))
		}
		return
	case s.AllHands:
		group.join(e.sets.of(e, setKey{kind: everybody}))
		return
	case len(s.Teams) == 0:
		group.join(e.sets.of(e, setKey{kind: atPartner}))
	}
	for _, id := range s.Partners {
		if id != 0 {
			group.join(e.sets.of(e, setKey{kind: atPartner, id: int32(id)}))
		}
	}
	for _, id := range s.Teams {
		group.join(e.sets.of(e, setKey{kind: inTeam, id: int32(id)}))
	}
}

// setKey names a set of agents from which pools are made.
type setKey struct {
	kind  uint8
	id    int32
	level uint8
}

const (
	everybody uint8 = iota
	inTeam          // by the id in the profile
	atPartner       // zero for the house
	hasSkill        // at the level or better
)

// maxIdleSets is how many sets are kept when the rules change.
const maxIdleSets = 4096

// agentSets keeps the sets that have been asked for.
type agentSets struct {
	at   map[setKey]int
	keys []setKey
	sets []bitset
}

func (s *agentSets) of(e *Engine, k setKey) bitset {
	if i, ok := s.at[k]; ok {
		return s.sets[i]
	}
	b := make(bitset, words(len(e.agents)))
	for a := range e.agents {
		if ag := &e.agents[a]; ag.profile != nil && ag.belongs(k) {
			b.set(int32(a))
		}
	}
	s.at[k] = len(s.keys)
	s.keys, s.sets = append(s.keys, k), append(s.sets, b)
	return b
}

// belongs tells whether an agent is in a set.
func (ag *agent) belongs(k setKey) bool {
	switch k.kind {
	case inTeam:
		return int32(ag.profile.Team) == k.id
	case atPartner:
		return int32(ag.profile.Partner) == k.id
	case hasSkill:
		return ag.level(centre.SkillID(k.id)) >= k.level
	}
	return true
}

// place puts one agent into the sets that have been asked for, or takes them out.
func (s *agentSets) place(e *Engine, a int32) {
	ag := &e.agents[a]
	for i, k := range s.keys {
		b := s.sets[i].grown(len(e.agents))
		if b.clear(a); ag.profile != nil && ag.belongs(k) {
			b.set(a)
		}
		s.sets[i] = b
	}
}

// forget drops the sets when there are too many to keep up to date.
func (s *agentSets) forget() {
	if len(s.keys) > maxIdleSets {
		clear(s.at)
		s.keys, s.sets = s.keys[:0], s.sets[:0]
	}
}

// makeRoom empties the pool's sets and gives them room for n agents and a word's worth to come.
func (p *pool) makeRoom(n, steps, lends int) {
	w := words(n)
	p.width = w * 64
	sets := (2 + lends) * steps
	p.store = slices.Grow(p.store[:0], sets*w)[:sets*w]
	p.store.reset()
	cut := func(into []bitset, from, count int) []bitset {
		into = slices.Grow(into[:0], count)[:count]
		for i := range into {
			into[i] = p.store[(from+i)*w : (from+i+1)*w : (from+i+1)*w]
		}
		return into
	}
	p.admits, p.joins, p.lent = cut(p.admits, 0, steps), cut(p.joins, steps, steps), cut(p.lent, 2*steps, lends*steps)
	p.first = slices.Grow(p.first[:0], p.width)[:p.width]
	p.fit = slices.Grow(p.fit[:0], p.width)[:p.width]
	clear(p.fit)
	for n := 0; n < p.width; n += copy(p.first[n:], allNever[:]) {
	}
}

// allNever is what `first` begins as, to be copied.
var allNever = func() (a [256]uint8) {
	for i := range a {
		a[i] = never
	}
	return a
}()

// fillPoolAgent works out one agent's part of a pool.
func (e *Engine) fillPoolAgent(p *pool, a int32) {
	ag, q := &e.agents[a], &e.queues[p.queue]
	if p.team >= 0 && p.team != ag.team && p.first[a] == never {
		return // one of the many pools of other teams, and no part of it before
	}
	steps := q.rules.Steps
	p.first[a], p.fit[a] = never, 0
	for k := range steps {
		p.admits[k].clear(a)
		p.joins[k].clear(a)
	}
	for k := range p.lent {
		p.lent[k].clear(a)
	}
	if ag.profile == nil {
		return
	}
	reached := false
	for k := range steps {
		admitted := p.first[a] != never
		if admitted {
			p.admits[k].set(a)
			if len(p.lent) == 0 {
				continue
			}
		}
		able := ag.has(steps[k].Needs) && (steps[k].DropContactNeeds || ag.has(p.needs[:p.needN]))
		if !admitted && able && e.stepAdmits(p, &steps[k], ag) {
			p.first[a] = uint8(k)
			p.joins[k].set(a)
			p.admits[k].set(a)
		}
		for i, li := range q.lends {
			if able && len(p.lent) > 0 && e.lendings[li].team == ag.team {
				p.lent[i*len(steps)+k].set(a)
				reached = true
			}
		}
	}
	if reached || p.first[a] != never {
		p.fit[a] = e.fitOf(p, a)
	}
}

// stepAdmits tells whether a step's teams and partners include the agent. A pool of one team takes no notice of the step's.
func (e *Engine) stepAdmits(p *pool, s *Step, ag *agent) bool {
	switch {
	case p.team >= 0:
		return ag.team == p.team
	case s.AllHands:
		return true
	case slices.Contains(s.Partners, ag.profile.Partner) && ag.profile.Partner != 0:
		return true
	case len(s.Teams) == 0:
		return ag.profile.Partner == 0
	default:
		return slices.Contains(s.Teams, ag.profile.Team)
	}
}

// has tells whether the agent has every need at its level.
func (ag *agent) has(needs []Need) bool {
	for _, n := range needs {
		if ag.level(n.Skill) < n.Level {
			return false
		}
	}
	return true
}

// fit sums how far the agent's levels are above the needs.
func (ag *agent) fit(needs []Need) int32 {
	sum := int32(0)
	for _, n := range needs {
		sum += int32(ag.level(n.Skill)) - int32(n.Level)
	}
	return sum
}

// level gives the agent's level of a skill, zero for none.
func (ag *agent) level(s centre.SkillID) uint8 {
	if int(s) < len(ag.levels) {
		return ag.levels[s]
	}
	for i := range ag.profile.Skills {
		if ag.profile.Skills[i].Skill == s {
			return ag.profile.Skills[i].Level
		}
	}
	return 0
}

// denseSkills is how many skills have their levels in an array; those of higher numbers are looked for.
const denseSkills = 1024

// learnSkills takes the levels of a profile into the agent's array.
func (ag *agent) learnSkills() {
	clear(ag.levels)
	for _, n := range ag.profile.Skills {
		if n.Skill >= denseSkills {
			return // they are in rising order
		}
		for len(ag.levels) <= int(n.Skill) {
			ag.levels = append(ag.levels, 0)
		}
		ag.levels[n.Skill] = n.Level
	}
}

// tidyNeeds sorts a contact's own needs by skill, drops the void ones and keeps the higher level of two that name one skill.
func tidyNeeds(in *[MaxNeeds]Need, n uint8) (out [MaxNeeds]Need, count uint8) {
	for i := range min(int(n), MaxNeeds) {
		x := in[i]
		if x.Skill <= 0 || x.Level == 0 {
			continue
		}
		x.Level = min(x.Level, 9)
		j := 0
		for j < int(count) && out[j].Skill < x.Skill {
			j++
		}
		if j < int(count) && out[j].Skill == x.Skill {
			out[j].Level = max(out[j].Level, x.Level)
			continue
		}
		copy(out[j+1:], out[j:count])
		out[j] = x
		count++
	}
	return out, count
}
