package routing

import "sentral/internal/centre"

// lending is one rule by which a team helps a queue that is not its own, and whether it does so now.
type lending struct {
	rules  Lending
	team   int32
	queue  int32
	own    []int32 // the queues whose first step admits the team
	open   bool
	hand   int8 // a leader's word: 1 open, 0 closed, -1 the rule decides
	byHand bool // there is no rule, only the leader's word
	spare  bool // more agents of the team are free than must stay behind
}

// lends tells whether the lending is open for a contact of the age, with agents to spare.
func (e *Engine) lends(li int32, age int64) bool {
	l := &e.lendings[li]
	return l.open && age >= l.rules.AfterMS && e.teams[l.team].free > l.rules.MinFree
}

// reviewLending opens and closes lending as the lender's own level rises and falls. The gap between the two thresholds keeps it from flapping.
func (e *Engine) reviewLending() {
	for i := range e.lendings {
		l := &e.lendings[i]
		free := e.teams[l.team].free
		open, used := l.open, int64(0)
		switch {
		case l.hand >= 0:
			open = l.hand == 1
		default:
			used = e.levelUsed(l.own)
			if used > int64(l.rules.CloseAbove) {
				open = false
			} else if used < int64(l.rules.OpenBelow) && free >= l.rules.MinFree {
				open = true
			}
		}
		spare := free > l.rules.MinFree
		if open && (!l.open || spare && !l.spare) {
			e.rematch = true
		}
		l.spare = spare
		if open != l.open {
			l.open = open
			e.tellLending(l, used)
		}
	}
}

func (e *Engine) tellLending(l *lending, used int64) {
	d := Decision{Kind: LendingChanged, Team: l.rules.Lender, Queue: l.rules.Queue}
	if l.open {
		d.Count = 1
	}
	if l.hand < 0 {
		d.Why = Why{Rule: BorrowedRule, Score: used, Candidates: e.teams[l.team].free}
	}
	e.emit(d)
}

// levelUsed gives the share of its target, in thousandths, that the worst-off contact of the queues has used.
func (e *Engine) levelUsed(queues []int32) int64 {
	worst := int64(0)
	for _, qi := range queues {
		q := &e.queues[qi]
		for _, li := range q.lanes {
			l := &e.lanes[li]
			if l.aim.advice() || l.aim == aimNotYet {
				continue
			}
			waited := min(max(0, e.now-l.waiting()[0].place), maxDuration)
			worst = max(worst, waited*1000/q.rules.TargetMS)
		}
	}
	return worst
}

// setLending takes a leader's word on a lending, or gives the word back to the rule.
func (e *Engine) setLending(ev *Event) Code {
	ti, qi := e.findTeam(ev.Team), e.findQueue(ev.Queue)
	switch {
	case ti < 0:
		return UnknownTeam
	case qi < 0 || e.queues[qi].gone:
		return UnknownQueue
	}
	hand := int8(min(max(ev.Count, -1), 1))
	for i := range e.lendings {
		l := &e.lendings[i]
		if l.team != ti || l.queue != qi {
			continue
		}
		if l.hand == hand {
			return AlreadyThere
		}
		l.hand = hand
		if l.byHand && hand != 1 {
			if l.open {
				l.open = false
				e.tellLending(l, 0)
			}
			e.lendings = append(e.lendings[:i], e.lendings[i+1:]...)
			e.rebuild()
		}
		return NoCode
	}
	if hand != 1 {
		return AlreadyThere
	}
	e.lendings = append(e.lendings, lending{rules: Lending{Lender: ev.Team, Queue: ev.Queue}, team: ti, queue: qi, hand: 1, byHand: true})
	e.rebuild()
	return NoCode
}

// openQueue opens or closes a queue. Those who wait are served out, unless closing is forced.
func (e *Engine) openQueue(ev *Event) Code {
	qi := e.findQueue(ev.Queue)
	if qi < 0 || e.queues[qi].gone {
		return UnknownQueue
	}
	q := &e.queues[qi]
	open := ev.Kind == QueueOpened
	if q.open == open && (open || !ev.Force) {
		return AlreadyThere
	}
	if q.open != open {
		q.open = open
		e.tellQueue(qi)
	}
	if !open && ev.Force {
		e.closeUnanswered(qi)
	}
	return NoCode
}

func (e *Engine) tellQueue(qi int32) {
	d := Decision{Kind: QueueChanged, Queue: e.queues[qi].rules.ID}
	if e.queues[qi].open {
		d.Count = 1
	}
	e.emit(d)
}

// closeUnanswered ends everybody who waits, rings or is promised in a queue.
func (e *Engine) closeUnanswered(qi int32) {
	e.scratch = e.scratch[:0]
	for i := range e.contacts {
		c := &e.contacts[i]
		if c.id == 0 || c.isLeg() || c.queue != qi {
			continue
		}
		switch c.phase {
		case InQueue, InPromise, InOffer:
			e.scratch = append(e.scratch, int32(i))
		case InDial:
			if c.agent < 0 {
				e.scratch = append(e.scratch, int32(i))
			}
		}
	}
	e.sortByID(e.scratch)
	for _, ci := range e.scratch {
		e.closeContact(ci, ClosedUnanswered)
	}
}

// team is the agents whom one leader leads.
type team struct {
	id     centre.TeamID
	leader centre.AgentID
	gone   bool
	free   int32   // agents who are ready and have nothing in hand
	lanes  []int32 // lanes aimed at the team
}

// findTeam gives the slot of a team of the present rules, or none.
func (e *Engine) findTeam(id centre.TeamID) int32 {
	if id <= 0 || int(id) >= len(e.teamByID) {
		return none
	}
	ti := e.teamByID[id]
	if ti >= 0 && e.teams[ti].gone {
		return none
	}
	return ti
}
