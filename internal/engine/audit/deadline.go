package audit

// deadline is an instant at which the clock alone must change something. It is void when its contact has no such deadline any more.
type deadline struct {
	at   int64
	c    *contact
	id   int64 // the contact's key, since its memory is used again
	kind deadlineKind
}

type deadlineKind uint8

const (
	placeEnds   deadlineKind = iota // offer, wrap-up, hold, snooze, dialling, next attempt
	windowEnds                      // the promise closes
	coolingEnds                     // an agent may be offered the contact again
	aimEnds                         // the queue may serve a contact that was kept for a person or a team
	stepComes                       // the contact reaches the next step of its queue, or a loan's age
)

// deadlines is a binary heap.
type deadlines []deadline

func (h *deadlines) push(d deadline) {
	s := append(*h, d)
	*h = s
	i := len(s) - 1
	for i > 0 && d.at < s[(i-1)/2].at {
		s[i] = s[(i-1)/2]
		i = (i - 1) / 2
	}
	s[i] = d
}

func (h *deadlines) pop() deadline {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		k := 2*i + 1
		if k >= len(s) {
			break
		}
		if k+1 < len(s) && s[k+1].at < s[k].at {
			k++
		}
		if last.at <= s[k].at {
			break
		}
		s[i] = s[k]
		i = k
	}
	s[i] = last
	return top
}

// next is the earliest deadline that stands; 0 when there is none.
func (h *deadlines) next(a *Auditor) int64 {
	for len(*h) > 0 {
		if a.stands(&(*h)[0]) {
			return (*h)[0].at
		}
		h.pop()
	}
	return 0
}

// stands tells whether the deadline is still one.
func (a *Auditor) stands(d *deadline) bool {
	c := d.c
	if keyOf(c.id, c.consult) != d.id || c.place == closed {
		return false
	}
	switch d.kind {
	case placeEnds:
		return c.until == d.at
	case windowEnds:
		return c.window == d.at && c.promise && (c.place == queued || c.place == promised || c.place == offered)
	case aimEnds:
		return c.aimTill == d.at && c.place == queued && (c.toAgent != 0 || c.toTeam != 0 || c.consult)
	case coolingEnds:
		if c.place != queued {
			return false
		}
		for _, k := range c.cool {
			if k.until == d.at {
				return true
			}
		}
		return false
	}
	return c.place == queued && c.toAgent == 0 && a.nextStep(c, d.at-1) == d.at
}

// nextStep is when, after the instant `after`, the contact reaches a step or a loan's age; 0 = never.
func (a *Auditor) nextStep(c *contact, after int64) int64 {
	q, place, next := &a.queues[c.queue], a.placeOf(c), int64(0)
	for i := range q.Steps {
		if at := place + q.Steps[i].AfterMS; q.Steps[i].AfterMS > 0 && at > after && (next == 0 || at < next) {
			next = at
		}
	}
	for i := range a.rules.Lending {
		l := &a.rules.Lending[i]
		if l.Queue != q.ID || c.consult || c.toTeam != 0 {
			continue
		}
		if at := place + l.AfterMS; l.AfterMS > 0 && at > after && (next == 0 || at < next) {
			next = at
		}
	}
	return next
}

// armStep expects the engine to look again when the contact reaches its next step.
func (a *Auditor) armStep(c *contact) {
	if c.toAgent != 0 {
		return
	}
	if at := a.nextStep(c, a.now); at > 0 {
		a.arm(c, stepComes, at)
	}
}

func (a *Auditor) arm(c *contact, k deadlineKind, at int64) {
	if at <= 0 {
		return
	}
	d := deadline{at: at, c: c, id: keyOf(c.id, c.consult), kind: k}
	if k == stepComes || k == coolingEnds {
		a.chances.push(d)
	} else {
		a.due.push(d)
	}
}

// missed looks at the chances that came since the last step while the engine slept: had somebody been free who may take the contact
// from then on, it should have asked to be woken.
func (a *Auditor) missed(until int64) {
	now := a.now
	for {
		at := a.chances.next(a)
		if at == 0 || at >= until {
			break
		}
		d := a.chances.pop()
		a.now = at
		asked := a.wakeAt > 0 && a.wakeAt <= at // it did, and was woken late
		if g := a.freeFor(d.c); g != nil && !asked {
			a.breach(OnTime, "contact %d, waiting in queue %d, could have been offered to agent %d %d ms ago (by a loan: %v), and the engine slept",
				d.c.id, a.queues[d.c.queue].ID, g.id, until-at, a.onlyBorrowed(g, d.c))
		}
		if d.kind == stepComes {
			a.armStep(d.c)
		}
	}
	a.now = now
}
