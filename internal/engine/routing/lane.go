package routing

import (
	"math/bits"

	"sentral/internal/centre"
)

// aim says for whom a waiting contact is kept apart from its queue's other contacts.
type aim uint8

const (
	noAim      aim = iota
	aimPerson      // transferred to one person
	aimLast        // returns to the agent who helped last
	aimHeld        // returns to the agent it was snoozed for
	aimTeam        // transferred to one team
	aimAdvice      // a consultation: advice from one person
	aimCouncil     // a consultation: advice from anybody in one team
	aimExpert      // a consultation: advice from anybody who serves a queue
	aimNotYet      // a promise whose time has not come: nobody may be offered it
)

// person tells whether the contact waits for one agent alone.
func (a aim) person() bool { return a == aimPerson || a == aimLast || a == aimHeld || a == aimAdvice }

// said tells whether a person named the target, so that an agent who is in DirectOnly may be offered it.
func (a aim) said() bool { return a == aimPerson || a == aimHeld || a == aimAdvice }

// advice tells whether a colleague, not a customer, waits.
func (a aim) advice() bool { return a == aimAdvice || a == aimCouncil || a == aimExpert }

// laneKey is what the contacts of one lane have in common: they ask for the same, so whoever may take one may take every older one of the lane.
type laneKey struct {
	pool     int32 // queue, own needs and team
	agent    int32 // the one agent, or none
	channel  centre.Channel
	priority uint8
	aim      aim
	due      bool // ordered by a promise's time: the overdue of a lane stand before the others
}

func (k laneKey) hash() uint64 {
	return mix(uint64(uint32(k.pool))|uint64(uint32(k.agent))<<32, uint64(k.channel)|uint64(k.priority)<<8|uint64(k.aim)<<16|bit(k.due)<<24)
}

// entry is one waiting contact in its lane.
type entry struct {
	place   int64
	id      centre.ContactID
	slot    int32
	guarded bool // there is more to ask before it is offered: somebody refused it, or it is a promise
}

func (a entry) before(b entry) bool {
	if a.place != b.place {
		return a.place < b.place
	}
	return a.id < b.id
}

// lane is a line of contacts that ask for the same, by place, then id. The waiting ones are entries[head:].
type lane struct {
	laneKey
	queue   int32
	used    bool
	entries []entry
	head    int
	timerAt int64 // when a contact of the lane comes to its next step; zero for none
	next    int32 // chain of the key's bucket
	inQueue int32 // position in the queue's list of lanes
	inOwner int32 // position in the list of the person or team that the lane is aimed at
	scan    int   // where matchAll stands
}

func (l *lane) waiting() []entry { return l.entries[l.head:] }

// find gives the index in waiting() of the first entry that is not before x.
func (l *lane) find(x entry) int {
	w := l.waiting()
	lo, hi := 0, len(w)
	for lo < hi {
		mid := (lo + hi) / 2
		if w[mid].before(x) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// after gives the index in waiting() of the first entry whose place is later than `place`.
func (l *lane) after(place int64) int {
	return l.find(entry{place: place + 1})
}

func (l *lane) insert(x entry) {
	n := len(l.entries)
	switch {
	case n == l.head:
		l.entries, l.head = append(l.entries[:0], x), 0
		return
	case l.entries[n-1].before(x):
		if n == cap(l.entries) && l.head > n/2 {
			l.entries = l.entries[:copy(l.entries, l.entries[l.head:])]
			l.head = 0
		}
		l.entries = append(l.entries, x)
		return
	}
	i := l.find(x)
	if l.head > 0 && i < (n-l.head)/2 {
		copy(l.entries[l.head-1:], l.entries[l.head:l.head+i])
		l.head--
		l.entries[l.head+i] = x
		return
	}
	l.entries = append(l.entries, entry{})
	w := l.waiting()
	copy(w[i+1:], w[i:])
	w[i] = x
}

func (l *lane) remove(x entry) {
	i := l.find(x)
	w := l.waiting()
	must(i < len(w) && w[i].slot == x.slot && w[i].id == x.id, "L1: a waiting contact stands in its lane")
	if i < len(w)/2 {
		copy(w[1:], w[:i])
		l.head++
		return
	}
	copy(w[i:], w[i+1:])
	l.entries = l.entries[:len(l.entries)-1]
}

// laneFor gives the lane of the key, a new one when there is none.
func (e *Engine) laneFor(k laneKey) int32 {
	h := k.hash() & uint64(len(e.laneBuckets)-1)
	for li := e.laneBuckets[h]; li >= 0; li = e.lanes[li].next {
		if e.lanes[li].laneKey == k {
			return li
		}
	}
	var li int32
	if n := len(e.freeLanes); n > 0 {
		li = e.freeLanes[n-1]
		e.freeLanes = e.freeLanes[:n-1]
	} else {
		if len(e.lanes) >= len(e.laneBuckets) {
			e.growLaneBuckets()
			h = k.hash() & uint64(len(e.laneBuckets)-1)
		}
		li = int32(len(e.lanes))
		e.lanes = append(e.lanes, lane{})
	}
	l := &e.lanes[li]
	q := e.pools[k.pool].queue
	*l = lane{laneKey: k, queue: q, used: true, entries: l.entries[:0], next: e.laneBuckets[h]}
	e.laneBuckets[h] = li
	e.joinLists(li)
	return li
}

func (e *Engine) growLaneBuckets() {
	e.laneBuckets = emptyBuckets(2 * len(e.laneBuckets))
	for i := range e.lanes {
		if l := &e.lanes[i]; l.used {
			h := l.hash() & uint64(len(e.laneBuckets)-1)
			l.next, e.laneBuckets[h] = e.laneBuckets[h], int32(i)
		}
	}
}

func emptyBuckets(n int) []int32 {
	b := make([]int32, n)
	for i := range b {
		b[i] = -1
	}
	return b
}

// joinLists enters a new lane where matching looks for it: at its queue, and at the person or team it is aimed at.
func (e *Engine) joinLists(li int32) {
	l := &e.lanes[li]
	q := &e.queues[l.queue]
	l.inQueue = int32(len(q.lanes))
	q.lanes = append(q.lanes, li)
	if len(q.lanes) == 1 {
		e.busy.set(l.queue)
	}
	if owner := e.laneOwner(l); owner != nil {
		l.inOwner = int32(len(*owner))
		*owner = append(*owner, li)
	}
}

// laneOwner gives the list of lanes of the person or team that the lane is aimed at, nil for an ordinary lane.
func (e *Engine) laneOwner(l *lane) *[]int32 {
	if l.aim.person() {
		return &e.agents[l.agent].lanes
	}
	if t := e.pools[l.pool].team; t >= 0 && l.aim != aimNotYet {
		return &e.teams[t].lanes
	}
	return nil
}

// dropLane gives an empty lane back.
func (e *Engine) dropLane(li int32) {
	l := &e.lanes[li]
	q := &e.queues[l.queue]
	last := q.lanes[len(q.lanes)-1]
	q.lanes[l.inQueue] = last
	e.lanes[last].inQueue = l.inQueue
	q.lanes = q.lanes[:len(q.lanes)-1]
	if len(q.lanes) == 0 {
		e.busy.clear(l.queue)
	}
	if owner := e.laneOwner(l); owner != nil {
		last := (*owner)[len(*owner)-1]
		(*owner)[l.inOwner] = last
		e.lanes[last].inOwner = l.inOwner
		*owner = (*owner)[:len(*owner)-1]
	}
	p := &e.laneBuckets[l.hash()&uint64(len(e.laneBuckets)-1)]
	for *p != li {
		p = &e.lanes[*p].next
	}
	*p = l.next
	l.used, l.timerAt = false, 0
	e.freeLanes = append(e.freeLanes, li)
}

// keyOf gives the key of the lane where the contact belongs.
func (e *Engine) keyOf(c *contact) laneKey {
	k := laneKey{pool: c.pool, agent: -1, channel: c.channel, priority: c.priority, aim: c.aim, due: c.due > 0}
	if c.aim.person() {
		k.agent = c.aimAt
	}
	return k
}

// intoLane puts a waiting contact where it belongs and, if somebody who is free could have it later, asks to be woken then.
func (e *Engine) intoLane(ci int32) {
	if c := &e.contacts[ci]; c.arrived == e.now {
		e.noteGuess(c)
	}
	li := e.laneFor(e.keyOf(&e.contacts[ci]))
	c, l := &e.contacts[ci], &e.lanes[li]
	l.insert(entry{place: c.place, id: c.id, slot: ci, guarded: c.coolN > 0 || c.promise})
	c.lane = li
	for _, b := range e.queues[l.queue].bounds {
		if at := c.place + b; at > e.now && e.matters(l, b) {
			e.armLane(li, at)
			break
		}
	}
}

// matters tells whether somebody is free now who comes to be admitted at that age. While all of them are busy nobody need be woken for it; whoever becomes
// free finds the contacts at the step to which they have come.
func (e *Engine) matters(l *lane, age int64) bool {
	if l.agent >= 0 || l.aim == aimNotYet || e.availN[l.channel] == 0 {
		return false
	}
	p, q := &e.pools[l.pool], &e.queues[l.queue]
	k, free := q.stepAt(age), e.avail[l.channel]
	if q.after[k] == age && p.joins[k].meets(free) {
		return true
	}
	for i := range q.lends {
		if l.aim == noAim && p.lent[i*len(q.after)+k].meets(free) {
			return true
		}
	}
	return false
}

// outOfLane takes a waiting contact out of its lane.
func (e *Engine) outOfLane(ci int32) {
	c := &e.contacts[ci]
	l := &e.lanes[c.lane]
	l.remove(entry{place: c.place, id: c.id, slot: ci})
	if e.sparing > 0 && len(e.queues[l.queue].lenders) > 0 {
		e.relieved = append(e.relieved, l.queue)
	}
	if len(l.waiting()) == 0 {
		e.dropLane(c.lane)
	}
	c.lane = -1
}

func (e *Engine) armLane(li int32, at int64) {
	if l := &e.lanes[li]; l.timerAt == 0 || at < l.timerAt {
		l.timerAt = at
		e.arm(laneTimer, li, 0, at)
	}
}

// laneDue marks the lane for matching and asks to be woken when the next of its contacts comes to a step.
func (e *Engine) laneDue(li int32) {
	e.lanes[li].timerAt = 0
	e.timeLane(li)
	e.freshLanes = append(e.freshLanes, li)
}

// timeLane asks to be woken when the next contact of the lane comes to an age that matters.
func (e *Engine) timeLane(li int32) {
	l := &e.lanes[li]
	for _, b := range e.queues[l.queue].bounds {
		if e.matters(l, b) {
			e.timeBound(li, b)
		}
	}
}

// timeBound asks to be woken when the next contact of the lane comes to the age.
func (e *Engine) timeBound(li int32, age int64) {
	l := &e.lanes[li]
	if i := l.after(e.now - age); i < len(l.waiting()) {
		e.armLane(li, l.waiting()[i].place+age)
	}
}

// timeLanesFor asks to be woken for the lanes to which an agent who stays free will be admitted later.
func (e *Engine) timeLanesFor(a int32) {
	ag := &e.agents[a]
	if ag.mask == 0 {
		return
	}
	for w := range min(len(e.busy), len(ag.queues)) {
		for m := e.busy[w] & ag.queues[w]; m != 0; m &= m - 1 {
			for _, li := range e.queues[w*64+bits.TrailingZeros64(m)].lanes {
				e.timeLaneFor(li, a)
			}
		}
	}
	if ag.team >= 0 {
		for _, li := range e.teams[ag.team].lanes {
			e.timeLaneFor(li, a)
		}
	}
}

func (e *Engine) timeLaneFor(li, a int32) {
	l := &e.lanes[li]
	if l.agent >= 0 || l.aim == aimNotYet || e.agents[a].mask&(1<<l.channel) == 0 {
		return
	}
	p, q := &e.pools[l.pool], &e.queues[l.queue]
	if first := p.first[a]; first != never && first > 0 {
		e.timeBound(li, q.after[first])
	}
	for _, lend := range q.lends {
		if e.lendings[lend].team == e.agents[a].team {
			e.timeLane(li)
			return
		}
	}
}
