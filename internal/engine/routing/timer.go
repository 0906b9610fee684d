package routing

import "sentral/internal/centre"

// timerKind says what a timer is about. Timers that are due in the same millisecond run in this order, then by id.
type timerKind uint8

const (
	phaseTimer  timerKind = iota // the contact's phase ends: offer, wrap-up, hold, snooze, dialling, next attempt
	aimTimer                     // a contact aimed at somebody goes to its queue
	windowTimer                  // the promise window closes
	coolTimer                    // an agent who declined the contact may be offered it again
	laneTimer                    // a contact in the lane comes to its next step
)

// timer is one deadline. It is never taken out of the heap when it becomes void: it is alive only as long as the contact or lane it
// speaks of still names the same deadline.
type timer struct {
	at   int64
	id   int64 // contact; zero for lanes
	slot int32
	kind timerKind
}

func (t *timer) before(o *timer) bool {
	if t.at != o.at {
		return t.at < o.at
	}
	if t.kind != o.kind {
		return t.kind < o.kind
	}
	return t.id < o.id
}

// timerHeap is a binary heap, the earliest first.
type timerHeap []timer

func (h *timerHeap) push(t timer) {
	s := append(*h, t)
	*h = s
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !t.before(&s[up]) {
			break
		}
		s[i] = s[up]
		i = up
	}
	s[i] = t
}

func (h *timerHeap) pop() timer {
	s := *h
	top := s[0]
	last := s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) > 0 {
		s.sink(0, last)
	}
	return top
}

func (h timerHeap) sink(i int, t timer) {
	for {
		down := 2*i + 1
		if down >= len(h) {
			break
		}
		if down+1 < len(h) && h[down+1].before(&h[down]) {
			down++
		}
		if !h[down].before(&t) {
			break
		}
		h[i] = h[down]
		i = down
	}
	h[i] = t
}

// arm asks for a deadline at `at`; zero asks for none.
func (e *Engine) arm(kind timerKind, slot int32, id, at int64) {
	if at <= 0 {
		return
	}
	if len(e.timers) > 1024 && len(e.timers) > 6*(len(e.contacts)+len(e.lanes)) {
		e.dropVoidTimers()
	}
	e.timers.push(timer{at: at, id: id, slot: slot, kind: kind})
}

// dropVoidTimers rebuilds the heap from the timers that are alive, so that far deadlines that became void do not pile up.
func (e *Engine) dropVoidTimers() {
	kept := e.timers[:0]
	for i := range e.timers {
		if t := e.timers[i]; e.alive(&t) {
			kept = append(kept, t)
		}
	}
	e.timers = kept
	for i := len(kept)/2 - 1; i >= 0; i-- {
		kept.sink(i, kept[i])
	}
}

// alive tells whether the deadline still stands.
func (e *Engine) alive(t *timer) bool {
	if t.kind == laneTimer {
		l := &e.lanes[t.slot]
		return l.used && l.timerAt == t.at
	}
	c := &e.contacts[t.slot]
	if int64(c.id) != t.id {
		return false
	}
	switch t.kind {
	case phaseTimer:
		return c.until == t.at
	case aimTimer:
		return c.aimUntil == t.at
	case windowTimer:
		return c.window == t.at
	default:
		return c.coolUntil == t.at
	}
}

// runTimers runs every timer that is due and tells whether there was one. All run at the engine's present time: after a stop, nothing is
// offered and lapsed in a past that nobody saw.
func (e *Engine) runTimers() bool {
	ran := false
	for len(e.timers) > 0 && e.timers[0].at <= e.now {
		t := e.timers.pop()
		if !e.alive(&t) {
			continue
		}
		ran = true
		switch t.kind {
		case phaseTimer:
			e.contacts[t.slot].until = 0
			e.phaseOver(t.slot)
		case aimTimer:
			e.contacts[t.slot].aimUntil = 0
			e.unaim(t.slot)
		case windowTimer:
			e.contacts[t.slot].window = 0
			e.windowOver(t.slot)
		case coolTimer:
			e.contacts[t.slot].coolUntil = 0
			e.coolOver(t.slot)
		case laneTimer:
			e.laneDue(t.slot)
		}
	}
	return ran
}

// phaseOver takes a contact out of a phase whose time is up.
func (e *Engine) phaseOver(ci int32) {
	switch e.contacts[ci].phase {
	case InOffer:
		e.lapse(ci)
	case InWrapUp:
		e.wrapUpOver(ci, 0, NoOutcome)
	case InHold:
		e.backInQueue(ci)
	case InSnooze:
		e.wake(ci)
	case InDial:
		e.notReached(ci)
	case InPromise:
		e.promiseDue(ci)
	default:
		must(false, "L9: only a phase with a limit has a deadline")
	}
}

// nextTimer gives the earliest deadline that stands, zero for none.
func (e *Engine) nextTimer() int64 {
	for len(e.timers) > 0 {
		if e.alive(&e.timers[0]) {
			return e.timers[0].at
		}
		e.timers.pop()
	}
	return 0
}

// askWake asks the driver for a Woke event when the earliest deadline is earlier than the one asked for last. A deadline that became void
// is not taken back: the driver wakes the engine once in vain and is told the next.
func (e *Engine) askWake() {
	at := e.nextTimer()
	if e.asked <= e.now {
		e.asked = 0
	}
	if at > 0 && (e.asked == 0 || at < e.asked) {
		must(at > e.now, "L9: a deadline lies in the future")
		e.asked = at
		e.emit(Decision{Kind: WakeAt, Until: centre.Instant(at)})
	}
}
