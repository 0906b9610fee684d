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

// deadlines keeps every timer. Most are asked for a fixed span ahead (an offer, a wrap-up), so that they come in the order in which they are asked
// for and stand in a line of their own; the others are in a heap.
type deadlines struct {
	lines []timerLine
	heap  timerHeap
	n     int
	due   int64 // no timer is due before; zero when there is none
}

// timerLine is the timers of one span, the earliest first: those in ring[head:].
type timerLine struct {
	span int64
	ring []timer
	head int
}

// maxLines is how many spans have a line of their own.
const maxLines = 16

// learn gives a span a line of its own.
func (d *deadlines) learn(span int64) {
	if span <= 0 || len(d.lines) == maxLines {
		return
	}
	for i := range d.lines {
		if d.lines[i].span == span {
			return
		}
	}
	d.lines = append(d.lines, timerLine{span: span})
}

func (d *deadlines) push(now int64, t timer) {
	d.n++
	if d.due == 0 || t.at < d.due {
		d.due = t.at
	}
	for i := range d.lines {
		if l := &d.lines[i]; l.span == t.at-now {
			l.push(t)
			return
		}
	}
	d.heap.push(t)
}

func (l *timerLine) push(t timer) {
	if len(l.ring) == cap(l.ring) && l.head > len(l.ring)/2 {
		l.ring = l.ring[:copy(l.ring, l.ring[l.head:])]
		l.head = 0
	}
	l.ring = append(l.ring, t)
	for i := len(l.ring) - 1; i > l.head && t.before(&l.ring[i-1]); i-- {
		l.ring[i], l.ring[i-1] = l.ring[i-1], t
	}
}

// first gives the earliest timer and where it stands: the line, or -1 for the heap. It gives nil when there is none.
func (d *deadlines) first() (*timer, int) {
	var best *timer
	at := -1
	if len(d.heap) > 0 {
		best = &d.heap[0]
	}
	for i := range d.lines {
		l := &d.lines[i]
		if l.head < len(l.ring) && (best == nil || l.ring[l.head].before(best)) {
			best, at = &l.ring[l.head], i
		}
	}
	if best == nil {
		d.due = 0
	} else {
		d.due = best.at
	}
	return best, at
}

// drop takes the first timer of a line, or of the heap, away.
func (d *deadlines) drop(line int) {
	d.n--
	if line < 0 {
		d.heap.pop()
		return
	}
	l := &d.lines[line]
	if l.head++; l.head == len(l.ring) {
		l.ring, l.head = l.ring[:0], 0
	}
}

func (d *deadlines) clear() {
	for i := range d.lines {
		d.lines[i].ring, d.lines[i].head = d.lines[i].ring[:0], 0
	}
	d.heap, d.n, d.due = d.heap[:0], 0, 0
}

// arm asks for a deadline at `at`; zero asks for none.
func (e *Engine) arm(kind timerKind, slot int32, id, at int64) {
	if at <= 0 {
		return
	}
	if e.timers.n > 1024 && e.timers.n > 6*(len(e.contacts)+len(e.lanes)) {
		e.dropVoidTimers()
	}
	if e.newest == 0 || at < e.newest {
		e.newest = at
	}
	e.timers.push(e.now, timer{at: at, id: id, slot: slot, kind: kind})
}

// dropVoidTimers keeps only the timers that are alive, so that far deadlines that became void do not pile up.
func (e *Engine) dropVoidTimers() {
	d := &e.timers
	for i := range d.lines {
		l := &d.lines[i]
		l.ring, l.head = e.onlyAlive(l.ring[l.head:], l.ring[:0]), 0
	}
	d.heap = e.onlyAlive(d.heap, d.heap[:0])
	for i := len(d.heap)/2 - 1; i >= 0; i-- {
		d.heap.sink(i, d.heap[i])
	}
	d.n = len(d.heap)
	for i := range d.lines {
		d.n += len(d.lines[i].ring)
	}
}

func (e *Engine) onlyAlive(from, to []timer) []timer {
	for i := range from {
		if t := from[i]; e.alive(&t) {
			to = append(to, t)
		}
	}
	return to
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
		return c.aimUntil == t.at && c.phase == InQueue
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
	for e.timers.due > 0 && e.timers.due <= e.now {
		first, line := e.timers.first()
		if first == nil || first.at > e.now {
			break
		}
		t := *first
		e.timers.drop(line)
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
		must(false, "L11: only a phase with a limit has a deadline")
	}
}

// nextTimer gives the earliest deadline that stands, zero for none.
func (e *Engine) nextTimer() int64 {
	for {
		first, line := e.timers.first()
		if first == nil {
			return 0
		}
		if e.alive(first) {
			return first.at
		}
		e.timers.drop(line)
	}
}

// askWake asks the driver for a Woke event when the earliest deadline is earlier than the one asked for last. A deadline that became void
// is not taken back: the driver wakes the engine once in vain and is told the next. While an earlier wish stands, only a deadline that this step has
// made can be earlier still.
func (e *Engine) askWake() {
	made := e.newest
	e.newest = 0
	if e.asked > e.now && (made == 0 || made >= e.asked) {
		return
	}
	if e.asked <= e.now {
		e.asked = 0
	}
	at := e.nextTimer()
	if at > 0 && (e.asked == 0 || at < e.asked) {
		must(at > e.now, "L20: a deadline lies in the future")
		e.asked = at
		e.decide(WakeAt).Until = centre.Instant(at)
	}
}
