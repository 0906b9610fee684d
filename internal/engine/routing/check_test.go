package routing

import (
	"fmt"
	"slices"
)

// check looks at every link and count of the engine between two steps. It reports the first that is wrong.
func (e *Engine) check() error {
	for _, f := range []func() error{e.checkContacts, e.checkAgents, e.checkLanes, e.checkPools, e.checkCounts, e.checkMatched, e.checkDeadlines} {
		if err := f(); err != nil {
			return err
		}
	}
	if n := len(e.pending) + len(e.freshAgents) + len(e.freshLanes) + len(e.touched); n > 0 || e.rematch {
		return fmt.Errorf("%d things are left to settle", n)
	}
	return nil
}

func (e *Engine) checkContacts() error {
	for i := range e.contacts {
		c, ci := &e.contacts[i], int32(i)
		if c.id == 0 {
			continue
		}
		inLane := c.phase == InQueue || c.phase == InPromise
		switch {
		case !c.isLeg() && e.findContact(c.id) != ci:
			return fmt.Errorf("contact %d cannot be found", c.id)
		case inLane != (c.lane >= 0):
			return fmt.Errorf("contact %d in %v stands in lane %d", c.id, c.phase, c.lane)
		case c.lane >= 0 && e.lanes[c.lane].laneKey != e.keyOf(c):
			return fmt.Errorf("contact %d stands in lane %+v, belongs to %+v", c.id, e.lanes[c.lane].laneKey, e.keyOf(c))
		case c.lane >= 0 && !slices.ContainsFunc(e.lanes[c.lane].waiting(), func(x entry) bool {
			return x.place == c.place && x.id == c.id && x.slot == ci && (x.guarded || c.coolN == 0 && !c.promise)
		}):
			return fmt.Errorf("contact %d is not in the lane it thinks it is in", c.id)
		case inLane && c.agent >= 0:
			return fmt.Errorf("contact %d waits and is agent %d's", c.id, c.agent)
		case c.phase == InOffer && (c.agent < 0 || e.agents[c.agent].offer != ci):
			return fmt.Errorf("contact %d rings at nobody", c.id)
		case c.inHand() && !slices.Contains(e.handOf(c.agent), ci):
			return fmt.Errorf("contact %d in %v is not in the hand it thinks it is in", c.id, c.phase)
		case c.expecter >= 0 && (c.phase != InDial || e.agents[c.expecter].expecting != ci):
			return fmt.Errorf("contact %d is not expected", c.id)
		case c.leg >= 0 && (e.contacts[c.leg].parent != ci || c.phase != InTalk && c.phase != InPark):
			return fmt.Errorf("contact %d in %v has leg %d", c.id, c.phase, c.leg)
		case !c.isLeg() && c.place != e.orderPlace(c):
			return fmt.Errorf("contact %d stands at %d, should at %d", c.id, c.place, e.orderPlace(c))
		case c.aim.person() != (c.aimAt >= 0) && inLane:
			return fmt.Errorf("contact %d is aimed at nobody", c.id)
		case inLane && c.aim.person() && !c.aim.advice() && !e.takesAimed(c.aimAt, c.channel):
			return fmt.Errorf("contact %d waits for agent %d, who does not take what is aimed", c.id, e.agents[c.aimAt].id)
		}
	}
	return nil
}

func (e *Engine) handOf(a int32) []int32 {
	var out []int32
	for ci := e.agents[a].hand; ci >= 0; ci = e.contacts[ci].handNext {
		out = append(out, ci)
	}
	return out
}

func (e *Engine) checkAgents() error {
	free := make([]int32, len(e.teams))
	for a := range e.agents {
		ag := &e.agents[a]
		if ag.profile == nil {
			if ag.mask|ag.direct != 0 || ag.hand >= 0 || ag.offer >= 0 || len(ag.lanes) > 0 {
				return fmt.Errorf("free slot %d holds something", a)
			}
			continue
		}
		var want agent
		for _, ci := range e.handOf(int32(a)) {
			c := &e.contacts[ci]
			if c.agent != int32(a) || !c.inHand() {
				return fmt.Errorf("agent %d has contact %d in hand, which is in %v at %d", ag.id, c.id, c.phase, c.agent)
			}
			switch c.phase {
			case InTalk, InDial, InHold:
				want.talk[c.channel]++
				want.talking++
			case InPark:
				want.park[c.channel]++
				want.parked++
			case InWrapUp:
				want.wrapping++
			}
			if (c.phase == InHold) != ag.lost && c.phase != InWrapUp && c.phase != InPark {
				return fmt.Errorf("agent %d (lost %v) has contact %d in %v", ag.id, ag.lost, c.id, c.phase)
			}
		}
		if want.talk != ag.talk || want.park != ag.park || want.talking != ag.talking || want.parked != ag.parked || want.wrapping != ag.wrapping {
			return fmt.Errorf("agent %d counts %d+%d+%d, has %d+%d+%d", ag.id, ag.talking, ag.parked, ag.wrapping, want.talking, want.parked, want.wrapping)
		}
		if ag.offer >= 0 && (e.contacts[ag.offer].phase != InOffer || e.contacts[ag.offer].agent != int32(a)) {
			return fmt.Errorf("agent %d rings with contact %d, which does not", ag.id, e.contacts[ag.offer].id)
		}
		if ag.offer >= 0 && (!ag.signedIn || ag.lost || ag.status != Ready && ag.status != DirectOnly) {
			return fmt.Errorf("something rings at agent %d, who is %v", ag.id, ag.status)
		}
		if !ag.signedIn && (ag.hand >= 0 || ag.lost) {
			return fmt.Errorf("agent %d is gone and has contacts", ag.id)
		}
		if ag.state != ag.stateNow() || ag.load != unitsUsed(ag, e.capacity(ag)) {
			return fmt.Errorf("agent %d is said to be %v with load %d", ag.id, ag.state, ag.load)
		}
		for ch := range e.avail {
			if e.avail[ch].count() != e.availN[ch] {
				return fmt.Errorf("channel %d counts %d available, has %d", ch, e.availN[ch], e.avail[ch].count())
			}
			if e.duty[ch].has(int32(a)) != (e.onDuty(ag) && e.capacity(ag).idle&e.reachOf(ag)&(1<<ch) != 0) {
				return fmt.Errorf("agent %d: duty for channel %d is out of step", ag.id, ch)
			}
			if e.avail[ch].has(int32(a)) != (ag.mask&(1<<ch) != 0) {
				return fmt.Errorf("agent %d: availability for channel %d is out of step", ag.id, ch)
			}
		}
		if ag.free != (ag.state == Free && ag.status == Ready) {
			return fmt.Errorf("agent %d is counted as free: %v", ag.id, ag.free)
		}
		if ag.free && ag.team >= 0 {
			free[ag.team]++
		}
		if ag.fresh || ag.touched {
			return fmt.Errorf("agent %d is still marked", ag.id)
		}
	}
	for ti := range e.teams {
		if e.teams[ti].free != free[ti] {
			return fmt.Errorf("team %d counts %d free, has %d", e.teams[ti].id, e.teams[ti].free, free[ti])
		}
	}
	return nil
}

func (e *Engine) checkLanes() error {
	n := 0
	for i := range e.lanes {
		l := &e.lanes[i]
		if !l.used {
			continue
		}
		n++
		w := l.waiting()
		if len(w) == 0 {
			return fmt.Errorf("lane %d is empty and kept", i)
		}
		for k := 1; k < len(w); k++ {
			if !w[k-1].before(w[k]) {
				return fmt.Errorf("lane %d is out of order", i)
			}
		}
		if e.laneFor(l.laneKey) != int32(i) {
			return fmt.Errorf("lane %d cannot be found", i)
		}
		if !slices.Contains(e.queues[l.queue].lanes, int32(i)) || !e.busy.has(l.queue) {
			return fmt.Errorf("lane %d is not at its queue", i)
		}
		if owner := e.laneOwner(l); owner != nil && !slices.Contains(*owner, int32(i)) {
			return fmt.Errorf("lane %d is not at its owner", i)
		}
	}
	listed := 0
	for qi := range e.queues {
		listed += len(e.queues[qi].lanes)
		if e.busy.has(int32(qi)) != (len(e.queues[qi].lanes) > 0) {
			return fmt.Errorf("queue slot %d: busy is out of step", qi)
		}
	}
	if listed != n {
		return fmt.Errorf("%d lanes are listed, %d are used", listed, n)
	}
	return nil
}

// checkPools works out every pool anew.
func (e *Engine) checkPools() error {
	for i := range e.pools {
		p := &e.pools[i]
		if !p.used {
			continue
		}
		n := &pool{queue: p.queue, team: p.team, needs: p.needs, needN: p.needN}
		e.fillPool(n)
		for a := range e.agents {
			if n.first[a] != p.first[a] || n.fit[a] != p.fit[a] {
				return fmt.Errorf("pool %d: agent slot %d is out of date", i, a)
			}
			for k := range n.admits {
				if n.admits[k].has(int32(a)) != p.admits[k].has(int32(a)) {
					return fmt.Errorf("pool %d: step %d is out of date", i, k)
				}
			}
			for k := range n.lent {
				if n.lent[k].has(int32(a)) != p.lent[k].has(int32(a)) {
					return fmt.Errorf("pool %d: lending %d is out of date", i, k)
				}
			}
		}
	}
	return nil
}

func (e *Engine) checkCounts() error {
	var counts [phaseCount]int64
	perQueue := make([][phaseCount]int64, len(e.queues))
	promises := make([]int32, len(e.queues))
	live := 0
	for i := range e.contacts {
		c := &e.contacts[i]
		if c.id == 0 || c.isLeg() {
			continue
		}
		live++
		counts[c.phase]++
		perQueue[c.queue][c.phase]++
		if c.promise {
			promises[c.queue]++
		}
	}
	if counts != e.counts || live != e.live {
		return fmt.Errorf("counts %v, has %v", e.counts, counts)
	}
	for qi := range e.queues {
		if perQueue[qi] != e.queues[qi].counts || promises[qi] != e.queues[qi].promises {
			return fmt.Errorf("queue %d counts %v and %d promises, has %v and %d", e.queues[qi].rules.ID, e.queues[qi].counts, e.queues[qi].promises, perQueue[qi], promises[qi])
		}
	}
	return nil
}

// checkMatched looks for a waiting contact that an agent could be offered.
func (e *Engine) checkMatched() error {
	for i := range e.contacts {
		c := &e.contacts[i]
		if c.id == 0 || c.phase != InQueue {
			continue
		}
		if ch := e.bestAgent(int32(i)); ch.agent >= 0 {
			return fmt.Errorf("contact %d waits although agent %d could be offered it", c.id, e.agents[ch.agent].id)
		}
	}
	return nil
}

// checkDeadlines looks for a deadline that no timer stands for, or that the driver was not asked to wake for.
func (e *Engine) checkDeadlines() error {
	stands := map[timer]bool{}
	n := len(e.timers.heap)
	for _, t := range e.timers.heap {
		stands[t] = true
	}
	for i := range e.timers.lines {
		l := &e.timers.lines[i]
		line := l.ring[l.head:]
		for k := range line {
			if k > 0 && line[k].before(&line[k-1]) {
				return fmt.Errorf("the timers of %d ms are out of order", l.span)
			}
			stands[line[k]] = true
		}
		n += len(line)
	}
	if n != e.timers.n {
		return fmt.Errorf("%d timers are counted, %d stand", e.timers.n, n)
	}
	earliest := int64(0)
	need := func(kind timerKind, slot int32, id, at int64) error {
		if at == 0 || at == windowClosed && kind == windowTimer {
			return nil
		}
		if earliest == 0 || at < earliest {
			earliest = at
		}
		if at <= e.now || !stands[timer{at: at, id: id, slot: slot, kind: kind}] {
			return fmt.Errorf("now %d: deadline %d of kind %d for contact %d does not stand", e.now, at, kind, id)
		}
		return nil
	}
	for i := range e.contacts {
		c, ci := &e.contacts[i], int32(i)
		if c.id == 0 {
			continue
		}
		aimEnds := int64(0)
		if c.phase == InQueue {
			aimEnds = c.aimUntil
		}
		for _, err := range []error{need(phaseTimer, ci, int64(c.id), c.until), need(aimTimer, ci, int64(c.id), aimEnds),
			need(windowTimer, ci, int64(c.id), c.window), need(coolTimer, ci, int64(c.id), c.coolUntil)} {
			if err != nil {
				return err
			}
		}
	}
	for i := range e.lanes {
		l := &e.lanes[i]
		if !l.used {
			continue
		}
		if err := need(laneTimer, int32(i), 0, l.timerAt); err != nil {
			return err
		}
		if l.agent >= 0 || l.aim == aimNotYet {
			continue
		}
		p, q := &e.pools[l.pool], &e.queues[l.queue]
		for _, x := range l.waiting() {
			for _, b := range q.bounds {
				at, k := x.place+b, q.stepAt(b)
				if at <= e.now || l.timerAt > 0 && l.timerAt <= at {
					continue
				}
				matters := false
				for a := range e.agents {
					matters = matters || q.rules.Steps[k].AfterMS == b && e.avail[l.channel].has(int32(a)) && p.admits[k].has(int32(a)) && !p.admits[k-1].has(int32(a))
				}
				for i := range q.lends {
					matters = matters || l.aim == noAim && p.lent[i*len(q.rules.Steps)+k].meets(e.avail[l.channel])
				}
				if matters {
					return fmt.Errorf("lane %d is due at %d, contact %d comes to a step at %d and somebody is free", i, l.timerAt, x.id, at)
				}
			}
		}
	}
	if earliest > 0 && (e.asked == 0 || e.asked > earliest || e.asked <= e.now) {
		return fmt.Errorf("at %d the earliest deadline is %d, asked to be woken at %d", e.now, earliest, e.asked)
	}
	return nil
}
