package audit

import (
	"math/bits"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// offeredTo books an offer and checks every law about offers: number, presence, room, admission, cooling, order, choice and reason.
func (a *Auditor) offeredTo(d *routing.Decision, c *contact) {
	if !a.from(d, c, queued) {
		return
	}
	g := a.person(d.Agent)
	if g == nil || g.profile == nil {
		a.breach(NotToTheAbsent, "offer %d of contact %d to agent %d, whom nobody knows", d.Offer, c.id, d.Agent)
		return
	}
	if d.Offer <= a.lastID {
		a.breach(OfferEndsOnce, "offer %d has a number that was used (%d)", d.Offer, a.lastID)
	}
	a.lastID = max(a.lastID, d.Offer)
	q := &a.queues[c.queue]
	if int64(d.Until) != a.now+q.OfferMS {
		a.breach(OnTime, "offer %d ends at %d, the queue says %d", d.Offer, d.Until, a.now+q.OfferMS)
	}
	a.checkPresence(c, g)
	switch {
	case c.cooling(g.id, a.now):
		a.breach(NotAgainAtOnce, "contact %d is offered again to agent %d, who had it a moment ago", c.id, g.id)
	case !a.mayTake(g, c, a.now):
		a.breach(Qualified, "contact %d (aimed at agent %d, team %d) is offered to agent %d, whom step %d of queue %d does not admit",
			c.id, c.toAgent, c.toTeam, g.id, a.step(c, a.now), q.ID)
	default:
		a.checkOrder(d, c, g)
		a.checkChoice(d, c, g)
		a.checkWhy(d, c, g)
	}
	a.moveTo(c, offered, g.id)
	c.offer, c.until = d.Offer, int64(d.Until)
	a.arm(c, placeEnds, c.until)
}

// checkPresence sees to it that the agent is there, reachable for this and has room.
func (a *Auditor) checkPresence(c *contact, g *agent) {
	bit := uint16(1) << c.channel
	said := c.toAgent != 0 && c.said
	if g.able&bit != 0 || (said && g.direct&bit != 0) {
		return
	}
	switch {
	case !g.in || g.lost:
		a.breach(NotToTheAbsent, "contact %d is offered to agent %d, who is not there", c.id, g.id)
	case g.status != routing.Ready && !(said && g.status == routing.DirectOnly):
		a.breach(NotToTheAbsent, "contact %d is offered to agent %d, who is %v", c.id, g.id, g.status)
	case !a.reaches(g, c.channel):
		a.breach(NotToTheAbsent, "contact %d is offered to agent %d, who cannot be reached in %v", c.id, g.id, c.channel)
	case g.ringing > 0:
		a.breach(Capacity, "contact %d is offered to agent %d, at whom another rings", c.id, g.id)
	default:
		a.breach(Capacity, "contact %d in %v is offered to agent %d, who has no room beside %v, parked %v, %d in wrap-up", c.id, c.channel, g.id, g.talk, g.park, g.wrapping)
	}
}

// urgency is how far ahead a contact stands: class first (colleagues, then the overdue), then score, then place, then id.
type urgency struct {
	class uint8
	score int64
	place int64
	id    centre.ContactID
}

func (a *Auditor) urgencyOf(c *contact) urgency {
	q := &a.queues[c.queue]
	u := urgency{place: a.placeOf(c), id: c.id}
	waited := a.now - u.place
	switch {
	case c.consult:
		u.class = 2
	case c.due > 0 && c.due <= a.now, q.AgeGuaranteeMS > 0 && waited >= q.AgeGuaranteeMS:
		u.class = 1
	}
	u.score = score(&q.Queue, max(waited, 0)+a.rules.PriorityCredit[c.priority])
	return u
}

// score is weight x waited / target in thousandths, a usual weight being 100.
func score(q *routing.Queue, waited int64) int64 {
	hi, lo := bits.Mul64(uint64(waited), uint64(q.Weight)*10)
	target := uint64(max(q.TargetMS, 1))
	if hi >= target {
		return 1<<63 - 1
	}
	quotient, _ := bits.Div64(hi, lo, target)
	return int64(min(quotient, 1<<63-1))
}

func (u urgency) ahead(v urgency) bool {
	switch {
	case u.class != v.class:
		return u.class > v.class
	case u.class == 0 && u.score != v.score:
		return u.score > v.score
	case u.place != v.place:
		return u.place < v.place
	}
	return u.id < v.id
}

// checkOrder sees to it that nobody whom this agent could take stands further ahead, and that who is passed over in the same queue is named.
func (a *Auditor) checkOrder(d *routing.Decision, c *contact, g *agent) {
	if c.toAgent != 0 {
		return // kept for this agent: the order of the rest is not its concern, but see below
	}
	mine := a.urgencyOf(c)
	for i := range a.queues {
		q := &a.queues[i]
		if !q.concerns(g) {
			continue
		}
		for _, w := range q.waiting {
			if w == c || g.able>>w.channel&1 == 0 && !(w.toAgent == g.id && w.said && g.direct>>w.channel&1 != 0) || a.dialsFirst(w) || !a.mayTake(g, w, a.now) {
				continue
			}
			if theirs := a.urgencyOf(w); theirs.ahead(mine) {
				a.breach(NoOvertaking, "agent %d is offered contact %d (%v, score %d, class %d) before contact %d (score %d, class %d), which waits in queue %d",
					g.id, c.id, d.Why.Rule, mine.score, mine.class, w.id, theirs.score, theirs.class, q.ID)
			}
			break
		}
	}
	a.checkPassedOver(d, c, mine)
}

// checkPassedOver checks the contact that the offer says was overtaken.
func (a *Auditor) checkPassedOver(d *routing.Decision, c *contact, mine urgency) {
	if d.Why.Overtaken == 0 {
		for _, w := range a.queues[c.queue].waiting {
			if w != c && !w.consult && a.urgencyOf(w).ahead(mine) {
				a.breach(NoOvertaking, "contact %d overtakes contact %d in its queue, and the offer does not say so", c.id, w.id)
				return
			}
			if w == c {
				return
			}
		}
		return
	}
	w := a.contacts[keyOf(d.Why.Overtaken, false)]
	switch {
	case w == nil || (w.place != queued && w.place != promised) || w.queue != c.queue || !a.urgencyOf(w).ahead(mine):
		a.breach(TrueWhy, "contact %d did not overtake contact %d", c.id, d.Why.Overtaken)
	case d.Why.OvertakenBy == routing.NoCode:
		a.breach(TrueWhy, "contact %d overtakes contact %d without a reason", c.id, w.id)
	}
}

// dialsFirst tells whether the contact is a promise whose customer is rung before an agent is chosen.
func (a *Auditor) dialsFirst(c *contact) bool {
	return c.promise && a.queues[c.queue].Callback.CustomerFirst
}

// checkChoice sees to it that no other agent who could have had the contact suits it better.
func (a *Auditor) checkChoice(d *routing.Decision, c *contact, g *agent) {
	if c.toAgent != 0 || d.Why.Rule == routing.BorrowedRule {
		return
	}
	best := a.suitOf(g, c)
	candidates := 0
	a.candidates(c, func(o *agent) {
		candidates++
		if o != g {
			if s := a.suitOf(o, c); s.better(best) {
				a.breach(BestAgent, "contact %d goes to agent %d (step %d, fit %d, load %d), but agent %d (step %d, fit %d, load %d) suits it better",
					c.id, g.id, best.first, best.fit, best.load, o.id, s.first, s.fit, s.load)
			}
		}
	})
	if int(d.Why.Candidates) != candidates {
		a.breach(TrueWhy, "contact %d had %d candidates, the offer says %d", c.id, candidates, d.Why.Candidates)
	}
}

// suit is how well an agent suits a contact.
type suit struct {
	first, fit, load int32
	freeSince        int64
	id               centre.AgentID
}

func (s suit) better(o suit) bool {
	switch {
	case s.first != o.first:
		return s.first < o.first
	case s.fit != o.fit:
		return s.fit > o.fit
	case s.load != o.load:
		return s.load < o.load
	case s.freeSince != o.freeSince:
		return s.freeSince < o.freeSince
	}
	return s.id < o.id
}

func (a *Auditor) suitOf(g *agent, c *contact) suit {
	s := suit{first: a.firstStep(g, c), fit: a.fit(g, c), freeSince: g.freeSince, id: g.id}
	k := a.carries(g)
	for ch := range g.talk {
		s.load += g.talk[ch] * k.Weight[ch]
	}
	return s
}

// firstStep is the first step of its queue, own needs and team included, that admits the agent to a contact; -1 for none.
func (a *Auditor) firstStep(g *agent, c *contact) int32 {
	q := &a.queues[c.queue]
	for k := range q.Steps {
		admitted := has(q.own[k], g.index)
		if c.toTeam != 0 {
			admitted = g.profile.Team == c.toTeam && g.meets(q.Steps[k].Needs)
		}
		if admitted && (q.Steps[k].DropContactNeeds || g.meets(c.needs[:c.needCount])) {
			return int32(k)
		}
	}
	return -1
}

// fit sums how far the agent's levels are above the first step's needs and the contact's own.
func (a *Auditor) fit(g *agent, c *contact) int32 {
	sum := int32(0)
	for _, n := range a.queues[c.queue].Steps[0].Needs {
		sum += int32(g.level(n.Skill)) - int32(n.Level)
	}
	for _, n := range c.needs[:c.needCount] {
		sum += int32(g.level(n.Skill)) - int32(n.Level)
	}
	return sum
}

// candidates calls f for every agent who can and may take a contact that is aimed at no one person, loans aside.
func (a *Auditor) candidates(c *contact, f func(*agent)) {
	q := &a.queues[c.queue]
	set := q.admits[a.step(c, a.now)]
	if c.toTeam != 0 {
		set = a.everybody
	}
	for w, able := range a.able[c.channel] {
		for m := able & set[w]; m != 0; m &= m - 1 {
			g := a.agents[w*64+bits.TrailingZeros64(m)]
			if (c.needCount == 0 && c.toTeam == 0 && len(c.cool) == 0) || a.mayTake(g, c, a.now) && !a.onlyBorrowed(g, c) {
				f(g)
			}
		}
	}
}

// onlyBorrowed tells whether nothing but a loan admits the agent.
func (a *Auditor) onlyBorrowed(g *agent, c *contact) bool {
	first := a.firstStep(g, c)
	return first < 0 || int(first) > a.step(c, a.now)
}

// checkWhy compares what the offer says with the book.
func (a *Auditor) checkWhy(d *routing.Decision, c *contact, g *agent) {
	w, s := &d.Why, a.suitOf(g, c)
	switch {
	case w.WaitedMS != a.age(c, a.now):
		a.breach(TrueWhy, "contact %d waited %d ms, the offer says %d", c.id, a.age(c, a.now), w.WaitedMS)
	case w.FreeMS != a.now-g.freeSince:
		a.breach(TrueWhy, "agent %d has been free for %d ms, the offer of contact %d says %d", g.id, a.now-g.freeSince, c.id, w.FreeMS)
	case w.Load != s.load:
		a.breach(TrueWhy, "agent %d carries %d units, the offer of contact %d says %d", g.id, s.load, c.id, w.Load)
	case w.Fit != s.fit:
		a.breach(TrueWhy, "agent %d fits contact %d by %d, the offer says %d", g.id, c.id, s.fit, w.Fit)
	case w.Score != a.urgencyOf(c).score:
		a.breach(TrueWhy, "contact %d has the score %d, the offer says %d", c.id, a.urgencyOf(c).score, w.Score)
	case w.Rule == routing.NoRule:
		a.breach(TrueWhy, "the offer of contact %d has no rule", c.id)
	case w.Rule != routing.BorrowedRule && s.first >= 0 && int32(w.Step) != s.first:
		a.breach(TrueWhy, "step %d admits agent %d to contact %d, the offer says %d", s.first, g.id, c.id, w.Step)
	case w.Rule == routing.BorrowedRule && !a.borrows(g, c, a.now):
		a.breach(LoanHolds, "contact %d is offered to agent %d as a loan, and none is open", c.id, g.id)
	case w.Rule == routing.BorrowedRule:
		a.checkLoan(c, g)
	case (w.Rule == routing.ConsultRule) != c.consult:
		a.breach(TrueWhy, "contact %d is offered by the rule %v", c.id, w.Rule)
	}
}

// loanKey names a lending rule.
type loanKey struct {
	team  centre.TeamID
	queue centre.QueueID
}

// checkLoan sees to it that the lender's own queues hold their level, unless a leader has said that the team lends.
func (a *Auditor) checkLoan(c *contact, g *agent) {
	q := &a.queues[c.queue]
	if word, said := a.word[loanKey{g.profile.Team, q.ID}]; said && word >= 0 {
		return
	}
	for i := range a.rules.Lending {
		if l := &a.rules.Lending[i]; l.Lender == g.profile.Team && l.Queue == q.ID {
			if used := a.levelUsed(g.profile.Team, q); used > int64(l.CloseAbove) {
				a.breach(LoanHolds, "team %d lends to queue %d while %d thousandths of the target are used in its own queues, it should close above %d",
					g.profile.Team, q.ID, used, l.CloseAbove)
			}
			return
		}
	}
}

// levelUsed is how many thousandths of its target the worst-off contact of a team's own queues has used, those that began to wait in this
// step aside.
func (a *Auditor) levelUsed(id centre.TeamID, lent *queueRules) int64 {
	worst := int64(0)
	for i := range a.queues {
		q := &a.queues[i]
		if q == lent || q.gone || !a.servesFirst(&q.Steps[0], id) {
			continue
		}
		for _, c := range q.waiting {
			if !c.consult && !c.watched {
				worst = max(worst, a.age(c, a.now)*1000/max(q.TargetMS, 1))
			}
		}
	}
	return worst
}

// servesFirst tells whether a queue's first step is for the team.
func (a *Auditor) servesFirst(s *routing.Step, id centre.TeamID) bool {
	if s.AllHands || slices.Contains(s.Teams, id) {
		return true
	}
	for _, t := range a.rules.Teams {
		if t.ID == id {
			return t.Partner == 0 && len(s.Teams) == 0 || t.Partner != 0 && slices.Contains(s.Partners, t.Partner)
		}
	}
	return false
}
