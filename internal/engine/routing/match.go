package routing

import (
	"math/bits"

	"sentral/internal/centre"
)

// urgency is where a waiting contact stands in the one order of all who wait.
type urgency struct {
	class uint8 // a colleague who asks, then the overdue, then everybody else
	score int64 // weight x waited / target in thousandths, among everybody else
	entry
}

const (
	usual   uint8 = iota
	overdue       // beyond its queue's age guarantee, or a promise whose time has come
	advice        // a colleague waits with a customer
)

// urgencyOf works out where a contact stands now.
func (e *Engine) urgencyOf(c *contact, slot int32) urgency {
	k := laneKey{aim: c.aim, priority: c.priority, due: c.due > 0}
	return e.urgencyAt(&e.queues[c.queue], &k, entry{place: c.place, id: c.id, slot: slot})
}

// urgencyIn works out where an entry of a lane stands now; everything it takes is in the lane.
func (e *Engine) urgencyIn(l *lane, x entry) urgency {
	return e.urgencyAt(&e.queues[l.queue], &l.laneKey, x)
}

func (e *Engine) urgencyAt(q *queue, k *laneKey, x entry) urgency {
	waited := e.now - x.place
	u := urgency{entry: x, class: q.classOf(k, waited)}
	u.score = q.score(min(max(waited, 0)+e.settings.PriorityCredit[k.priority], maxDuration))
	return u
}

// classOf tells in which class of the order a contact of the lane stands after waiting so long.
func (q *queue) classOf(k *laneKey, waited int64) uint8 {
	switch {
	case k.aim.advice():
		return advice
	case k.due:
		if waited >= q.target { // its place is its due time less the target
			return overdue
		}
	case q.guarantee > 0 && waited >= q.guarantee:
		return overdue
	}
	return usual
}

// ahead tells whether u goes before v. Among the overdue and colleagues it is the older; else the worse off, then the older; then the lower id.
func (u *urgency) ahead(v *urgency) bool {
	switch {
	case u.class != v.class:
		return u.class > v.class
	case u.class == usual && u.score != v.score:
		return u.score > v.score
	}
	return u.before(v.entry)
}

// stepAt gives the index of the queue's step for a contact of the age.
func (q *queue) stepAt(age int64) int {
	k := len(q.after) - 1
	for k > 0 && q.after[k] > age {
		k--
	}
	return k
}

// fewAtOnce is how many new agents, lanes and contacts are considered one by one rather than everybody who waits.
const fewAtOnce = 6

// match offers contacts to agents. With one agent or one contact to consider it looks at no more than that; else at everybody who waits.
func (e *Engine) match() {
	agents, lanes, contacts := len(e.freshAgents), len(e.freshLanes), len(e.pending)
	everybody := e.rematch
	e.rematch = false
	switch {
	case everybody || agents+lanes+contacts > fewAtOnce:
		e.placePending()
		e.matchAll()
	case agents+lanes+contacts > 1:
		e.matchFew()
	case agents == 1:
		for e.serve(e.freshAgents[0]) {
		}
	case lanes == 1:
		if li := e.freshLanes[0]; e.lanes[li].used {
			e.matchLane(li)
		}
	default:
		e.placeOne(e.pending[0])
	}
	for _, a := range e.freshAgents {
		e.agents[a].fresh = false
		e.timeLanesFor(a)
	}
	e.freshAgents, e.freshLanes = e.freshAgents[:0], e.freshLanes[:0]
}

// matchFew offers contacts in the order of all who wait, looking only at what the new agents can take and at the lanes where something is new: nobody
// else who waits can be offered to anybody else who is free.
func (e *Engine) matchFew() {
	for _, ci := range e.pending {
		e.intoLane(ci)
		e.freshLanes = append(e.freshLanes, e.contacts[ci].lane)
	}
	e.pending = e.pending[:0]
	for {
		best := urgency{entry: entry{slot: none}}
		for _, a := range e.freshAgents {
			e.worstOff(a, &best)
		}
		for _, li := range e.freshLanes {
			e.firstServable(li, &best)
		}
		if best.slot < 0 {
			return
		}
		ch := e.bestAgent(best.slot)
		must(ch.agent >= 0, "L10: who can be served can be given to somebody")
		e.give(best.slot, &ch)
	}
}

// firstServable looks at the first contact of a lane for whom somebody is free.
func (e *Engine) firstServable(li int32, best *urgency) {
	l := &e.lanes[li]
	if !l.used {
		return
	}
	w := l.waiting()
	for i := range w {
		if !e.anybodyFor(l, w[i].place) {
			return
		}
		if ch := e.bestAgent(w[i].slot); ch.agent >= 0 {
			if u := e.urgencyIn(l, w[i]); best.slot < 0 || u.ahead(best) {
				*best = u
			}
			return
		}
	}
}

func (e *Engine) placePending() {
	for _, ci := range e.pending {
		e.intoLane(ci)
	}
	e.pending = e.pending[:0]
}

// placeOne finds an agent for the one contact that has come to wait. Those ahead of it could not be served by an agent who is free now, or they
// would have been; so only if nobody takes it must it stand in line.
func (e *Engine) placeOne(ci int32) {
	c := &e.contacts[ci]
	if c.phase == InQueue {
		if best := e.bestAgent(ci); best.agent >= 0 {
			e.give(ci, &best)
			return
		}
	}
	e.intoLane(ci)
	e.pending = e.pending[:0]
}

// choice is an agent for a contact, and what the reason needs to know of the others.
type choice struct {
	agent      int32
	step       uint8
	borrowed   bool
	candidates int32
}

// bestAgent gives the free agent who suits a waiting contact best, or none: one whom an earlier step admits, then best fit, then least loaded,
// then longest free, then the lower id.
func (e *Engine) bestAgent(ci int32) choice {
	c := &e.contacts[ci]
	if c.aim.person() {
		return e.aimedAgent(c)
	}
	if e.availN[c.channel] == 0 {
		return choice{agent: none}
	}
	p, q := &e.pools[c.pool], &e.queues[c.queue]
	age := e.age(c)
	k := q.stepAt(age)
	free := e.avail[c.channel]
	for step := range k + 1 {
		if step == 1 && !p.admits[k].meets(free) {
			break
		}
		if ch := e.pick(c, p, p.joins[step], free); ch.agent >= 0 {
			ch.step = uint8(step)
			if step < k {
				ch.candidates = p.admits[k].common(free) - e.cooledAmong(c, p.admits[k], free)
			}
			return ch
		}
	}
	for i, li := range q.lends {
		if c.aim != noAim || !e.lends(li, age) {
			continue
		}
		if ch := e.pick(c, p, p.lent[i*len(q.rules.Steps)+k], free); ch.agent >= 0 {
			ch.step, ch.borrowed = uint8(k), true
			return ch
		}
	}
	return choice{agent: none}
}

// aimedAgent gives the one agent the contact waits for, if that agent can take it now.
func (e *Engine) aimedAgent(c *contact) choice {
	ag := &e.agents[c.aimAt]
	mask := ag.mask
	if c.aim.said() {
		mask = ag.direct
	}
	if mask&(1<<c.channel) == 0 || c.cooled(ag.id) || e.mustNotDial(c, c.aimAt) {
		return choice{agent: none}
	}
	step := e.pools[c.pool].first[c.aimAt]
	if step == never {
		step = uint8(e.queues[c.queue].stepAt(e.age(c)))
	}
	return choice{agent: c.aimAt, step: step, candidates: 1}
}

// mustNotDial tells whether the contact is a promise to ring in sight of an agent who is awaiting another customer.
func (e *Engine) mustNotDial(c *contact, a int32) bool {
	return c.promise && e.agents[a].expecting >= 0 && e.queues[c.queue].rules.Callback.CustomerFirst
}

// pick gives the best of the free agents in the set, with how many there are.
func (e *Engine) pick(c *contact, p *pool, set, free bitset) choice {
	best, most := choice{agent: none}, int32(0)
	guarded := c.coolN > 0 || c.promise
	for w := range min(len(set), len(free)) {
		for m := set[w] & free[w]; m != 0; m &= m - 1 {
			a := int32(w*64 + bits.TrailingZeros64(m))
			if guarded && (c.cooled(e.agents[a].id) || e.mustNotDial(c, a)) {
				continue
			}
			best.candidates++
			fit := p.fit[a]
			if best.agent < 0 || fit > most || fit == most && e.turns[a].before(&e.turns[best.agent]) {
				best.agent, most = a, fit
			}
		}
	}
	return best
}

// cooledAmong counts the free agents in the set who may not be offered the contact.
func (e *Engine) cooledAmong(c *contact, set, free bitset) int32 {
	n := int32(0)
	if c.coolN == 0 && !c.promise {
		return 0
	}
	for w := range min(len(set), len(free)) {
		for m := set[w] & free[w]; m != 0; m &= m - 1 {
			if a := int32(w*64 + bits.TrailingZeros64(m)); c.cooled(e.agents[a].id) || e.mustNotDial(c, a) {
				n++
			}
		}
	}
	return n
}

// turn is what decides between agents who fit a contact alike, kept apart from the rest of the agent for the sake of the many that are compared.
type turn struct {
	freeSince int64
	load      int32
	id        centre.AgentID
}

// before tells whether the agent whose turn it is goes before another who fits alike: the less loaded, then the longer free, then the lower id.
func (x *turn) before(y *turn) bool {
	switch {
	case x.load != y.load:
		return x.load < y.load
	case x.freeSince != y.freeSince:
		return x.freeSince < y.freeSince
	}
	return x.id < y.id
}

// suits tells whether agent a, whom the same step admits, is a better choice than b.
func (e *Engine) suits(p *pool, a, b int32) bool {
	if p.fit[a] != p.fit[b] {
		return p.fit[a] > p.fit[b]
	}
	return e.turns[a].before(&e.turns[b])
}

// serve finds the contact that is worst off among those the agent can take, and tells whether the agent may be considered once more.
func (e *Engine) serve(a int32) bool {
	best := urgency{entry: entry{slot: none}}
	e.worstOff(a, &best)
	if best.slot < 0 {
		return false
	}
	ch := e.choiceOf(best.slot, a)
	must(ch.agent >= 0, "L10: who waits for this agent can be given to this agent")
	e.give(best.slot, &ch)
	return e.agents[a].direct != 0
}

// worstOff looks for the contact that is worst off among those the agent can take.
func (e *Engine) worstOff(a int32, best *urgency) {
	ag := &e.agents[a]
	if ag.direct == 0 {
		return
	}
	for w := range min(len(e.busy), len(ag.queues)) {
		for m := e.busy[w] & ag.queues[w]; m != 0; m &= m - 1 {
			for _, li := range e.queues[w*64+bits.TrailingZeros64(m)].lanes {
				if l := &e.lanes[li]; l.agent < 0 && l.aim != aimTeam && l.aim != aimCouncil {
					e.worstOffFor(l, a, best)
				}
			}
		}
	}
	for _, li := range ag.lanes {
		e.worstOffFor(&e.lanes[li], a, best)
	}
	if ag.team >= 0 {
		for _, li := range e.teams[ag.team].lanes {
			e.worstOffFor(&e.lanes[li], a, best)
		}
	}
}

// choiceOf gives the choice for the contact that is worst off for an agent who has just become free. Nobody else who is free can take it, or would
// have been offered it before; only where lending comes in, whose conditions change with others, it is asked again.
func (e *Engine) choiceOf(ci, a int32) choice {
	c := &e.contacts[ci]
	if c.aim != noAim || len(e.queues[c.queue].lends) > 0 {
		return e.bestAgent(ci)
	}
	return choice{agent: a, step: e.pools[c.pool].first[a], candidates: 1}
}

// worstOffFor looks at the first contact of a lane that the agent can take: those behind it are younger and ask for no less.
func (e *Engine) worstOffFor(l *lane, a int32, best *urgency) {
	ag := &e.agents[a]
	mask := ag.mask
	if l.aim.said() {
		mask = ag.direct
	}
	if mask&(1<<l.channel) == 0 || l.aim == aimNotYet {
		return
	}
	q := &e.queues[l.queue]
	w := l.waiting()
	for i := range w {
		x := &w[i]
		waited := e.now - x.place
		u := urgency{entry: *x, class: q.classOf(&l.laneKey, waited)}
		if u.class == usual {
			u.score = q.score(min(max(waited, 0)+e.settings.PriorityCredit[l.priority], maxDuration))
		}
		if best.slot >= 0 && !u.ahead(best) {
			return // nor is anybody behind it in the lane, and whether the agent may take it need not be asked
		}
		if l.agent < 0 && !e.admitsNow(&e.pools[l.pool], q, l, a, max(0, waited)) {
			return
		}
		if x.guarded {
			c := &e.contacts[x.slot]
			if c.cooled(ag.id) || c.promise && e.mustNotDial(c, a) {
				continue
			}
		}
		*best = u
		return
	}
}

// admitsNow tells whether the agent may take a contact of the lane that has waited for age.
func (e *Engine) admitsNow(p *pool, q *queue, l *lane, a int32, age int64) bool {
	if first := p.first[a]; first != never && q.after[first] <= age {
		return true
	}
	if len(q.lends) == 0 {
		return false
	}
	return e.lentNow(p, q, l, a, age)
}

// lentNow tells whether a lending lets the agent take a contact of the lane that has waited for age.
func (e *Engine) lentNow(p *pool, q *queue, l *lane, a int32, age int64) bool {
	k := q.stepAt(age)
	for i, li := range q.lends {
		if l.aim == noAim && p.lent[i*len(q.rules.Steps)+k].has(a) && e.lends(li, age) {
			return true
		}
	}
	return false
}

// matchLane offers the contacts of one lane until the agents who are free can take none of them.
func (e *Engine) matchLane(li int32) {
	for i := 0; e.lanes[li].used; {
		l := &e.lanes[li]
		if i >= len(l.waiting()) || !e.anybodyFor(l, l.waiting()[i].place) {
			return
		}
		x := l.waiting()[i]
		if best := e.bestAgent(x.slot); best.agent >= 0 {
			e.give(x.slot, &best)
		} else {
			i++
		}
	}
}

// anybodyFor tells whether some free agent may take a contact of the lane with this place, leaving refusals aside.
func (e *Engine) anybodyFor(l *lane, place int64) bool {
	if l.aim == aimNotYet {
		return false
	}
	if l.agent >= 0 {
		ag := &e.agents[l.agent]
		return (ag.mask|ag.direct)&(1<<l.channel) != 0
	}
	if e.availN[l.channel] == 0 {
		return false
	}
	p, q := &e.pools[l.pool], &e.queues[l.queue]
	age := max(0, e.now-place)
	k := q.stepAt(age)
	free := e.avail[l.channel]
	if p.admits[k].meets(free) {
		return true
	}
	for i, lend := range q.lends {
		if l.aim == noAim && e.lends(lend, age) && p.lent[i*len(q.rules.Steps)+k].meets(free) {
			return true
		}
	}
	return false
}

// matchAll offers contacts in the one order of all who wait, until the agents who are free can take none. It is the rule itself; serve and
// placeOne are what remains of it when only one agent or one contact is new.
func (e *Engine) matchAll() {
	for i := range e.lanes {
		e.lanes[i].scan = 0
	}
	for {
		best := urgency{entry: entry{slot: none}}
		for i := range e.lanes {
			l := &e.lanes[i]
			if !l.used || l.scan >= len(l.waiting()) {
				continue
			}
			x := l.waiting()[l.scan]
			if !e.anybodyFor(l, x.place) {
				continue
			}
			if u := e.urgencyIn(l, x); best.slot < 0 || u.ahead(&best) {
				best = u
			}
		}
		if best.slot < 0 {
			return
		}
		if ch := e.bestAgent(best.slot); ch.agent >= 0 {
			e.give(best.slot, &ch)
		} else {
			e.lanes[e.contacts[best.slot].lane].scan++
		}
	}
}

// give offers the contact to the agent that was chosen, or rings the customer first.
func (e *Engine) give(ci int32, ch *choice) {
	c := &e.contacts[ci]
	if c.promise && e.queues[c.queue].rules.Callback.CustomerFirst {
		e.dialInSight(ci, ch.agent)
		return
	}
	why := e.reason(ci, ch)
	e.makeOffer(ci, ch.agent, &why, c.aim.said())
}
