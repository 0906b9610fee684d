package routing

import "sentral/internal/centre"

// reason tells why this contact goes to this agent now.
func (e *Engine) reason(ci int32, ch *choice) Why {
	c, ag := &e.contacts[ci], &e.agents[ch.agent]
	u := e.urgencyOf(c, ci)
	w := Why{
		Rule:       e.ruleFor(c, ch, &u),
		Step:       ch.step,
		Fit:        e.fitIn(&e.pools[c.pool], ch.agent),
		Load:       ag.load,
		WaitedMS:   e.age(c),
		FreeMS:     e.now - ag.freeSince,
		Score:      u.score,
		Candidates: ch.candidates,
	}
	if !c.aim.person() {
		w.Overtaken, w.OvertakenBy = e.overtaken(ci, &u, ch.agent)
	}
	return w
}

func (e *Engine) ruleFor(c *contact, ch *choice, u *urgency) Rule {
	switch {
	case c.aim.advice():
		return ConsultRule
	case c.aim == aimPerson || c.aim == aimTeam:
		return Directed
	case c.aim == aimLast:
		return LastAgent
	case c.aim == aimHeld:
		return HeldRule
	case ch.borrowed:
		return BorrowedRule
	case u.class == overdue && c.due > 0 && c.due <= e.now:
		return PromiseDue
	case u.class == overdue:
		return AgeGuarantee
	case e.agents[ch.agent].fresh:
		return WorstOff
	default:
		return BestFit
	}
}

// overtaken gives the contact of the same queue that is furthest ahead of this one and still waits, and why this agent does not get it.
func (e *Engine) overtaken(ci int32, u *urgency, a int32) (id centre.ContactID, code Code) {
	q := &e.queues[e.contacts[ci].queue]
	first := *u
	for _, li := range q.lanes {
		l := &e.lanes[li]
		if l.aim.advice() {
			continue
		}
		x := l.waiting()[0]
		if x.slot == ci {
			continue
		}
		if v := e.urgencyIn(l, x); v.ahead(&first) {
			first, code = v, e.passedOver(l, &e.contacts[x.slot], a)
		}
	}
	if first.slot == ci {
		return 0, NoCode
	}
	return first.id, code
}

// passedOver tells why the agent is not given a contact that is further ahead.
func (e *Engine) passedOver(l *lane, c *contact, a int32) Code {
	ag := &e.agents[a]
	switch {
	case l.aim == aimNotYet:
		return NotYetDue
	case l.agent >= 0 && l.agent != a, e.pools[l.pool].team >= 0 && e.pools[l.pool].team != ag.team:
		return ReservedFor
	case c.cooled(ag.id):
		return ExcludedAgent
	case l.agent < 0 && !e.admitsNow(&e.pools[l.pool], &e.queues[l.queue], l, a, e.age(c)):
		return NotQualified
	case !e.reaches(ag, l.channel):
		return NotReachable
	default:
		return NoRoom
	}
}
