package routing

import (
	"math/bits"

	"sentral/internal/centre"
)

// lending is one rule by which a team helps a queue that is not its own, and whether it does so now.
type lending struct {
	rules  Lending
	team   int32
	queue  int32
	own    bitset // the queues whose first step admits the team
	open   bool
	hand   int8 // a leader's word: 1 open, 0 closed, -1 the rule decides
	byHand bool // there is no rule, only the leader's word
}

// reviewEveryMS is how often lending is reviewed while it can make no difference, so that the screens tell how it stands.
const reviewEveryMS = 60_000

// lends tells whether the lending is open for a contact of the age, with agents to spare.
func (e *Engine) lends(li int32, age int64) bool {
	l := &e.lendings[li]
	return l.open && age >= l.rules.AfterMS && e.teams[l.team].free > l.rules.MinFree
}

// countFree counts an agent into or out of the team's free ones.
func (e *Engine) countFree(ti int32, free bool) {
	if ti < 0 {
		return
	}
	t := &e.teams[ti]
	if !free {
		t.free--
		if len(t.lends) > 0 && t.free == t.keeps {
			e.sparing--
		}
		return
	}
	t.free++
	if len(t.lends) == 0 {
		return
	}
	if t.free == t.keeps+1 {
		e.sparing++
	}
	for _, li := range t.lends {
		if l := &e.lendings[li]; l.open && t.free == l.rules.MinFree+1 && len(e.queues[l.queue].lanes) > 0 {
			e.rematch = true
		}
	}
}

// reviewLending opens and closes lending as the lender's own level rises and falls: at once when it can matter to what is about to be matched, else
// now and then. The gap between the two thresholds keeps it from flapping.
func (e *Engine) reviewLending() {
	if len(e.lendings) == 0 {
		return
	}
	switch {
	case e.now >= e.reviewAt:
		e.reviewAt = e.now + reviewEveryMS
		for i := range e.lendings {
			e.review(int32(i))
		}
	case e.sparing == 0, !e.rematch && len(e.freshAgents)+len(e.pending)+len(e.freshLanes)+len(e.relieved) == 0:
	case e.rematch:
		for i := range e.lendings {
			if l := &e.lendings[i]; e.teams[l.team].free > l.rules.MinFree && len(e.queues[l.queue].lanes) > 0 {
				e.review(int32(i))
			}
		}
	default:
		e.reviewWhatMatters()
	}
	e.relieved = e.relieved[:0]
}

// reviewWhatMatters reviews the lendings of the agents and to the queues that are about to be matched, and those that the end of a wait may open.
func (e *Engine) reviewWhatMatters() {
	for _, a := range e.freshAgents {
		ti := e.agents[a].team
		if ti < 0 || e.teams[ti].free <= e.teams[ti].keeps {
			continue
		}
		for _, li := range e.teams[ti].lends {
			if l := &e.lendings[li]; e.teams[ti].free > l.rules.MinFree && len(e.queues[l.queue].lanes) > 0 {
				e.review(li)
			}
		}
	}
	for _, ci := range e.pending {
		e.reviewFor(&e.queues[e.contacts[ci].queue])
	}
	for _, li := range e.freshLanes {
		e.reviewFor(&e.queues[e.lanes[li].queue])
	}
	for _, qi := range e.relieved {
		for _, li := range e.queues[qi].lenders {
			if l := &e.lendings[li]; !l.open && e.teams[l.team].free > l.rules.MinFree && len(e.queues[l.queue].lanes) > 0 {
				e.review(li)
			}
		}
	}
}

func (e *Engine) reviewFor(q *queue) {
	for _, li := range q.lends {
		if l := &e.lendings[li]; e.teams[l.team].free > l.rules.MinFree {
			e.review(li)
		}
	}
}

// review opens or closes one lending by its rule.
func (e *Engine) review(li int32) {
	l := &e.lendings[li]
	if l.hand >= 0 || !l.open && e.teams[l.team].free < l.rules.MinFree {
		return
	}
	if used := e.levelUsed(l); l.open && used > int64(l.rules.CloseAbove) {
		e.openLending(l, false, used)
	} else if !l.open && used < int64(l.rules.OpenBelow) {
		e.openLending(l, true, used)
	}
}

// openLending opens or closes a lending and tells of it.
func (e *Engine) openLending(l *lending, open bool, used int64) {
	if l.open == open {
		return
	}
	l.open = open
	e.rematch = e.rematch || open
	e.tellLending(l, used)
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

// levelUsed gives the share of its target, in thousandths, that the worst-off contact of the lender's own queues has used.
func (e *Engine) levelUsed(l *lending) int64 {
	worst := int64(0)
	for w := range min(len(l.own), len(e.busy)) {
		for m := l.own[w] & e.busy[w]; m != 0; m &= m - 1 {
			q := &e.queues[w*64+bits.TrailingZeros64(m)]
			if first := e.firstPlace(q); first < e.now {
				worst = max(worst, min(e.now-first, maxDuration)*1000/q.target)
			}
		}
	}
	return worst
}

// firstPlace gives the earliest place among the customers who wait in the queue.
func (e *Engine) firstPlace(q *queue) int64 {
	first := maxInstant
	for _, li := range q.lanes {
		if l := &e.lanes[li]; !l.aim.advice() && l.aim != aimNotYet {
			first = min(first, l.waiting()[0].place)
		}
	}
	return first
}

// linkLending works out which queues each lending helps and which are its lender's own.
func (e *Engine) linkLending() {
	for ti := range e.teams {
		e.teams[ti].lends, e.teams[ti].keeps = e.teams[ti].lends[:0], 0
	}
	for qi := range e.queues {
		e.queues[qi].lenders = e.queues[qi].lenders[:0]
	}
	for i := range e.lendings {
		l := &e.lendings[i]
		q, t := &e.queues[l.queue], &e.teams[l.team]
		if q.lends = append(q.lends, int32(i)); len(t.lends) == 0 || l.rules.MinFree < t.keeps {
			t.keeps = l.rules.MinFree
		}
		t.lends = append(t.lends, int32(i))
		l.own = l.own.grown(len(e.queues))
		l.own.reset()
		for qi := range e.queues {
			if q := &e.queues[qi]; !q.gone && qi != int(l.queue) && e.firstStepNames(q, l.team) {
				l.own.set(int32(qi))
				q.lenders = append(q.lenders, int32(i))
			}
		}
	}
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
		switch {
		case hand >= 0:
			e.openLending(l, hand == 1, 0)
		case l.byHand:
			e.openLending(l, false, 0)
		default:
			e.reviewAt = e.now
		}
		if l.byHand && hand != 1 {
			e.lendings = append(e.lendings[:i], e.lendings[i+1:]...)
			e.rebuild()
		}
		return NoCode
	}
	if hand != 1 {
		return AlreadyThere
	}
	e.lendings = append(e.lendings, lending{rules: Lending{Lender: ev.Team, Queue: ev.Queue}, team: ti, queue: qi, hand: 1, byHand: true})
	e.openLending(&e.lendings[len(e.lendings)-1], true, 0)
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
	keeps  int32   // the fewest of them that a lending of the team leaves behind
	lends  []int32 // its lendings
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
