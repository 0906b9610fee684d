package routing

import "sentral/internal/centre"

// dialTimeMS is how long an attempt may take when the queue does not say.
const dialTimeMS = 60_000

// askCallback lets a waiting customer hang up and keep the place, within the cap. A promise is not an answer: the contact goes on waiting.
func (e *Engine) askCallback(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	q := &e.queues[c.queue]
	until := min(max(int64(ev.Until), 0), maxInstant)
	switch {
	case c.promise:
		return AlreadyThere
	case c.phase != InQueue || c.isLeg():
		return WrongState
	case !q.open:
		code = QueueIsClosed
	case q.fullOfPromises():
		code = OverCap
	case until != 0 && until <= e.now:
		code = TooLong
	}
	if code != NoCode {
		e.emit(Decision{Kind: PromiseRefused, Contact: c.id, Queue: q.rules.ID, Code: code})
		return NoCode
	}
	e.relane(ci)
	if c = &e.contacts[ci]; c.aim.person() && !e.takesAimed(c.aimAt, centre.Callback) {
		e.dropAim(c)
		e.tellQueued(ci)
	}
	e.makePromise(ci, until)
	if c = &e.contacts[ci]; c.due > e.now {
		e.promiseUntil(ci, c.due)
	}
	return NoCode
}

// fullOfPromises tells whether as many promises are open as may be kept.
func (q *queue) fullOfPromises() bool { return q.cap >= 0 && q.promises >= q.cap }

// makePromise makes a promise of a contact that waits in no lane; until closes its window, zero leaves it open.
func (e *Engine) makePromise(ci int32, until int64) {
	c := &e.contacts[ci]
	q := &e.queues[c.queue]
	c.promise, c.channel = true, centre.Callback
	c.guessLow, c.guessHigh = 0, 0
	q.promises++
	c.window = until
	e.arm(windowTimer, ci, int64(c.id), until)
	e.emit(Decision{Kind: PromiseMade, Contact: c.id, Queue: q.rules.ID, Channel: c.channel, At: centre.Instant(c.place), Until: centre.Instant(until)})
}

// promiseUntil keeps a promise from being offered before its time. The contact waits in no lane.
func (e *Engine) promiseUntil(ci int32, at int64) {
	c := &e.contacts[ci]
	c.until = 0
	if at <= e.now {
		e.setPhase(ci, InQueue)
		if c.aim == aimNotYet {
			c.aim = noAim
		}
		return
	}
	e.setPhase(ci, InPromise)
	c.aim, c.aimAt, c.aimUntil = aimNotYet, none, 0
	if c.team >= 0 {
		c.team, c.pool = none, e.poolFor(c.queue, none, &c.needs, c.needN)
	}
	c.until = at
	e.arm(phaseTimer, ci, int64(c.id), at)
}

// promiseDue lets a promise whose time has come be offered.
func (e *Engine) promiseDue(ci int32) {
	e.relane(ci)
	e.promiseUntil(ci, e.now)
	e.tellQueued(ci)
}

// dialFor rings the customer for the agent who accepted the promise.
func (e *Engine) dialFor(ci, a int32) {
	e.dropAim(&e.contacts[ci])
	e.intoHand(ci, a, InDial)
	e.dial(ci, e.agents[a].id)
}

// dialInSight rings the customer before an agent is taken: the agent in sight goes on being offered other contacts, but no second customer is
// rung in sight of the same agent.
func (e *Engine) dialInSight(ci, a int32) {
	e.leaveQueue(ci)
	e.dropAim(&e.contacts[ci])
	e.setPhase(ci, InDial)
	e.contacts[ci].expecter = a
	e.agents[a].expecting = ci
	e.dial(ci, 0)
}

func (e *Engine) dial(ci int32, agent centre.AgentID) {
	c := &e.contacts[ci]
	p := &e.queues[c.queue].rules.Callback
	ms := p.DialMS
	if ms <= 0 {
		ms = dialTimeMS
	}
	c.attempts++
	c.started = e.now
	c.until = e.now + ms
	e.arm(phaseTimer, ci, int64(c.id), c.until)
	e.emit(Decision{Kind: Dial, Contact: c.id, Agent: agent, Queue: e.queues[c.queue].rules.ID, Channel: c.channel, Count: c.attempts, Until: centre.Instant(c.until)})
}

// callbackResult takes whether the promised customer answered.
func (e *Engine) callbackResult(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	c := &e.contacts[ci]
	if c.phase != InDial {
		return WrongState
	}
	if c.agent >= 0 && e.agents[c.agent].id != ev.Agent {
		return NotYours
	}
	switch {
	case !ev.Reached && ev.Force:
		e.brokenOff(ci)
		return NoCode
	case !ev.Reached:
		e.notReached(ci)
		return NoCode
	}
	e.promiseKept(ci)
	if c.agent >= 0 {
		a := c.agent
		e.outOfHand(ci)
		e.connect(ci, a)
		return NoCode
	}
	e.endExpecting(ci)
	e.backInQueue(ci)
	return NoCode
}

// brokenOff gives a promise back its place after an attempt that we broke off ourselves, which is none.
func (e *Engine) brokenOff(ci int32) {
	c := &e.contacts[ci]
	if c.window == windowClosed {
		e.closeContact(ci, PromiseExpired)
		return
	}
	c.attempts--
	e.endExpecting(ci)
	e.backInQueue(ci)
}

// promiseKept ends the promise: the customer is on the line.
func (e *Engine) promiseKept(ci int32) {
	c := &e.contacts[ci]
	c.promise, c.window = false, 0
	e.queues[c.queue].promises--
}

// endExpecting lets another customer be rung in sight of the agent.
func (e *Engine) endExpecting(ci int32) {
	c := &e.contacts[ci]
	if c.expecter < 0 {
		return
	}
	ag := &e.agents[c.expecter]
	ag.expecting = none
	if ag.mask != 0 {
		e.freshen(c.expecter)
	}
	c.expecter = none
}

// notReached plans the next attempt, or gives the promise up when all are used.
func (e *Engine) notReached(ci int32) {
	c := &e.contacts[ci]
	p := &e.queues[c.queue].rules.Callback
	if c.attempts >= max(p.Attempts, 1) || c.window == windowClosed {
		e.closeContact(ci, PromiseExpired)
		return
	}
	if c.inHand() {
		e.outOfHand(ci)
	}
	e.endExpecting(ci)
	c.until = 0
	at := e.now + max(p.RetryMS, 1)
	e.emit(Decision{Kind: PromiseRetry, Contact: c.id, Queue: e.queues[c.queue].rules.ID, Until: centre.Instant(at), Count: c.attempts})
	e.promiseUntil(ci, at)
	e.pending = append(e.pending, ci)
}

// windowClosed is the window of a promise whose time ran out while its customer was being rung.
const windowClosed = -1

// windowOver ends a promise that was not kept in its window. A customer who is being rung is not given up, but is not rung again.
func (e *Engine) windowOver(ci int32) {
	switch c := &e.contacts[ci]; {
	case !c.promise:
	case c.phase == InDial:
		c.window = windowClosed
	default:
		e.closeContact(ci, PromiseExpired)
	}
}

// setPromiseCap sets how many promises of a queue may be open at once.
func (e *Engine) setPromiseCap(ev *Event) Code {
	qi := e.findQueue(ev.Queue)
	if qi < 0 {
		return UnknownQueue
	}
	q := &e.queues[qi]
	n := max(ev.Count, -1)
	if q.cap == n {
		return AlreadyThere
	}
	q.cap = n
	return NoCode
}
