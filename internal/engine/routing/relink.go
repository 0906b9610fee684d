package routing

// relink puts everything that was read where it belongs: in lanes, at agents, among the deadlines. It trusts nothing that it can check.
func (e *Engine) relink(c *codec, order []int32) {
	e.link()
	for _, ci := range order {
		x := &e.contacts[ci]
		x.pool = e.poolFor(x.queue, x.team, &x.needs, x.needN)
		if e.relinkContact(c, ci); c.err != nil {
			return
		}
	}
	e.timers.clear()
	for i, ci := range order {
		if x := &e.contacts[ci]; x.lane >= 0 && c.dues[i] > 0 {
			e.lanes[x.lane].timerAt = c.dues[i]
			e.arm(laneTimer, x.lane, 0, c.dues[i])
		}
		e.rearm(ci)
	}
	e.recount(c, order)
	if c.err != nil {
		return
	}
	e.refreshTouched()
	for _, a := range e.freshAgents {
		e.agents[a].fresh = false
	}
	e.touched, e.refreshed, e.freshAgents, e.freshLanes, e.out = e.touched[:0], 0, e.freshAgents[:0], e.freshLanes[:0], e.out[:0]
	e.rematch, e.newest, e.relieved = false, 0, e.relieved[:0]
}

// relinkContact puts one contact at its agent or in its lane.
func (e *Engine) relinkContact(c *codec, ci int32) {
	x := &e.contacts[ci]
	switch x.phase {
	case InQueue, InPromise:
		if x.agent >= 0 || x.aim.person() != (x.aimAt >= 0) || (x.phase == InPromise) != (x.aim == aimNotYet) {
			c.fail("contact %d waits, but not where it could", x.id)
			return
		}
		e.intoLane(ci)
		e.lanes[e.contacts[ci].lane].timerAt = 0
	case InOffer:
		if x.agent < 0 || e.agents[x.agent].offer >= 0 {
			c.fail("contact %d rings at nobody, or at somebody at whom another rings", x.id)
			return
		}
		e.agents[x.agent].offer = ci
	case InSnooze:
	case InDial:
		if x.expecter >= 0 {
			e.agents[x.expecter].expecting = ci
		}
		if x.agent >= 0 {
			e.relinkHand(ci)
		}
	default:
		if x.agent < 0 {
			c.fail("contact %d is in nobody's hand", x.id)
			return
		}
		e.relinkHand(ci)
	}
}

// relinkHand puts a contact back into its agent's hand. Contacts come by id, which is the order of the hand.
func (e *Engine) relinkHand(ci int32) {
	x := &e.contacts[ci]
	e.countInHand(x, +1)
	at := &e.agents[x.agent].hand
	for *at >= 0 {
		at = &e.contacts[*at].handNext
	}
	*at = ci
}

// rearm asks for the deadlines of one contact.
func (e *Engine) rearm(ci int32) {
	x := &e.contacts[ci]
	e.arm(phaseTimer, ci, int64(x.id), x.until)
	if x.phase == InQueue {
		e.arm(aimTimer, ci, int64(x.id), x.aimUntil)
	}
	e.arm(windowTimer, ci, int64(x.id), x.window)
	e.arm(coolTimer, ci, int64(x.id), x.coolUntil)
}

// recount compares the counts that were read with what was read.
func (e *Engine) recount(c *codec, order []int32) {
	var counts [phaseCount]int64
	promises := make([]int32, len(e.queues))
	for _, ci := range order {
		x := &e.contacts[ci]
		if x.isLeg() {
			continue
		}
		counts[x.phase]++
		if x.promise {
			promises[x.queue]++
		}
	}
	if counts != e.counts {
		c.fail("counts %v contacts, but has %v", e.counts, counts)
	}
	for qi := range e.queues {
		if q := &e.queues[qi]; q.promises != promises[qi] {
			c.fail("counts %d promises in queue %d, but has %d", q.promises, q.rules.ID, promises[qi])
		}
	}
}
