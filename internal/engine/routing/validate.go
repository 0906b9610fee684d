package routing

import (
	"fmt"
	"slices"
	"strconv"

	"sentral/internal/centre"
)

// The most of each thing that a rule book may have, so that slots and scores stay small.
const (
	maxSteps    = 16
	maxWeight   = 100_000
	maxCapacity = 1_000_000
	maxSkills   = 4096
)

// ValidateSettings tells whether a rule book can be followed. The error is of kind Invalid and names the field and the reason.
func ValidateSettings(s *Settings) error {
	v := &validation{queues: map[centre.QueueID]int{}, teams: map[centre.TeamID]centre.PartnerID{}}
	v.need(s.Version >= 0, nil, "version", "must not be negative")
	v.duration(nil, "lost_grace_ms", s.LostGraceMS)
	v.duration(nil, "return_hold_ms", s.ReturnHoldMS)
	v.duration(nil, "direct_hold_ms", s.DirectHoldMS)
	v.duration(nil, "decline_cool_ms", s.DeclineCoolMS)
	v.between(nil, "lapses_to_away", int64(s.LapsesToAway), 0, 100)
	v.need(s.Told&1 == 0 && s.Told < 1<<centre.ChannelCount, nil, "told", "must name channels by their bits")
	for i, ms := range s.PriorityCredit {
		at := &place{list: "priority_credit_ms", i: i}
		v.duration(at, "", ms)
		v.need(i == 0 || ms >= s.PriorityCredit[i-1], at, "", "must not be below that of the priority before")
	}
	for i, t := range s.Teams {
		at := &place{list: "teams", i: i}
		v.between(at, "id", int64(t.ID), 1, maxTeamID)
		_, twice := v.teams[t.ID]
		v.need(!twice, at, "id", "another team has it too")
		v.need(t.Leader >= 0 && t.Partner >= 0, at, "", "leader and partner must not be negative")
		v.teams[t.ID] = t.Partner
	}
	for i := range s.Queues {
		v.queue(&place{list: "queues", i: i}, i, &s.Queues[i])
	}
	v.need(len(s.Capacity) > 0, nil, "capacity", "at least one is needed")
	for i := range s.Capacity {
		v.capacity(&place{list: "capacity", i: i}, &s.Capacity[i])
	}
	for i := range s.Lending {
		v.lending(&place{list: "lending", i: i}, s, i)
	}
	return v.err
}

// ValidateProfile tells whether an agent's profile can be followed. The error is of kind Invalid and names the field and the reason.
func ValidateProfile(p *Profile) error {
	v := &validation{}
	v.between(nil, "agent", int64(p.Agent), 1, maxAgentID)
	v.between(nil, "team", int64(p.Team), 0, maxTeamID)
	v.need(p.Partner >= 0, nil, "partner", "must not be negative")
	v.need(p.Capacity >= 0, nil, "capacity", "must not be negative")
	v.between(nil, "skills", int64(len(p.Skills)), 0, maxSkills)
	for i, n := range p.Skills {
		at := &place{list: "skills", i: i}
		v.level(at, n)
		v.need(i == 0 || p.Skills[i-1].Skill < n.Skill, at, "", "skills must be in rising order, each once")
	}
	return v.err
}

// validation keeps the first thing that is wrong.
type validation struct {
	err    error
	queues map[centre.QueueID]int
	teams  map[centre.TeamID]centre.PartnerID
}

// place is where in the rule book something stands. It is put into words only when something is wrong there.
type place struct {
	of   *place
	list string
	i    int
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	s := p.list + "[" + strconv.Itoa(p.i) + "]"
	if p.of != nil {
		s = p.of.String() + "." + s
	}
	return s
}

func (v *validation) fail(at *place, field, format string, args ...any) {
	if v.err != nil {
		return
	}
	where := at.String()
	if where != "" && field != "" {
		where += "."
	}
	v.err = centre.ErrorAt(centre.Invalid, where+field, "%s", fmt.Sprintf(format, args...))
}

func (v *validation) need(ok bool, at *place, field, text string) {
	if !ok {
		v.fail(at, field, "%s", text)
	}
}

func (v *validation) between(at *place, field string, x, low, high int64) {
	if x < low || x > high {
		v.fail(at, field, "must be from %d to %d, is %d", low, high, x)
	}
}

func (v *validation) duration(at *place, field string, ms int64) {
	v.between(at, field, ms, 0, maxDuration)
}

func (v *validation) level(at *place, n Need) {
	v.need(n.Skill > 0, at, "skill", "must be positive")
	v.between(at, "level", int64(n.Level), 1, 9)
}

func (v *validation) queue(at *place, i int, q *Queue) {
	v.between(at, "id", int64(q.ID), 1, maxQueueID)
	_, twice := v.queues[q.ID]
	v.need(!twice, at, "id", "another queue has it too")
	v.queues[q.ID] = i
	v.between(at, "weight", q.Weight, 1, maxWeight)
	v.between(at, "target_ms", q.TargetMS, 1, maxDuration)
	v.duration(at, "age_guarantee_ms", q.AgeGuaranteeMS)
	v.between(at, "offer_ms", q.OfferMS, 1, maxDuration)
	v.between(at, "wrap_up_ms", max(q.WrapUpMS, -1), -1, maxDuration)
	v.duration(at, "wrap_up_max_ms", q.WrapUpMaxMS)
	v.between(at, "callback.attempts", int64(q.Callback.Attempts), 0, 100)
	v.duration(at, "callback.retry_ms", q.Callback.RetryMS)
	v.duration(at, "callback.dial_ms", q.Callback.DialMS)
	v.between(at, "steps", int64(len(q.Steps)), 1, maxSteps)
	for k := range q.Steps {
		var before *Step
		if k > 0 {
			before = &q.Steps[k-1]
		}
		v.step(&place{of: at, list: "steps", i: k}, &q.Steps[k], before)
	}
}

// step checks that a step admits everybody whom the step before admits.
func (v *validation) step(at *place, s, before *Step) {
	v.duration(at, "after_ms", s.AfterMS)
	for i, n := range s.Needs {
		v.level(&place{of: at, list: "needs", i: i}, n)
	}
	for i, t := range s.Teams {
		if _, known := v.teams[t]; !known {
			v.fail(&place{of: at, list: "teams", i: i}, "", "team %d is not in teams", t)
		}
	}
	for i, p := range s.Partners {
		v.need(p > 0, &place{of: at, list: "partners", i: i}, "", "must be positive")
	}
	if before == nil {
		v.need(s.AfterMS == 0, at, "after_ms", "the first step must begin at 0")
		return
	}
	v.need(s.AfterMS > before.AfterMS, at, "after_ms", "must be later than the step before")
	v.need(s.DropContactNeeds || !before.DropContactNeeds, at, "drop_contact_needs", "what a step has dropped must stay dropped")
	for i, n := range s.Needs {
		asked := slices.ContainsFunc(before.Needs, func(b Need) bool { return b.Skill == n.Skill && b.Level >= n.Level })
		v.need(asked, &place{of: at, list: "needs", i: i}, "", "asks for more than the step before: steps only relax")
	}
	if !s.AllHands {
		v.need(!before.AllHands, at, "", "leaves out agents whom the step before admits: steps only widen")
		v.widens(at, s, before)
	}
}

// widens checks that a step leaves out no team or partner of the step before.
func (v *validation) widens(at *place, s, before *Step) {
	for _, p := range before.Partners {
		if !slices.Contains(s.Partners, p) {
			v.fail(at, "partners", "leaves out partner %d of the step before: steps only widen", p)
		}
	}
	if len(before.Teams) == 0 {
		v.need(len(s.Teams) == 0, at, "teams", "leaves out house teams that the step before admits: steps only widen")
	}
	for _, t := range before.Teams {
		partner := v.teams[t]
		if !slices.Contains(s.Teams, t) && (len(s.Teams) > 0 || partner != 0) && (partner == 0 || !slices.Contains(s.Partners, partner)) {
			v.fail(at, "teams", "leaves out team %d of the step before: steps only widen", t)
		}
	}
}

func (v *validation) capacity(at *place, c *Capacity) {
	v.between(at, "total", int64(c.Total), 1, maxCapacity)
	for ch := range c.Weight {
		switch {
		case c.Weight[ch] < 0 || c.Weight[ch] > maxCapacity:
			v.fail(at, "weight["+centre.Channel(ch).String()+"]", "must be from 0 to %d", maxCapacity)
		case c.Max[ch] < 0 || c.Max[ch] > 1000:
			v.fail(at, "max["+centre.Channel(ch).String()+"]", "must be from 0 to 1000")
		case c.Max[ch] > 0 && c.Weight[ch] > c.Total:
			v.fail(at, "weight["+centre.Channel(ch).String()+"]", "one contact is heavier than the total of %d", c.Total)
		case c.Parks[ch]&(1<<ch) != 0:
			v.fail(at, "parks["+centre.Channel(ch).String()+"]", "a channel cannot interrupt itself")
		}
	}
}

func (v *validation) lending(at *place, s *Settings, i int) {
	l := &s.Lending[i]
	_, team := v.teams[l.Lender]
	_, queue := v.queues[l.Queue]
	v.need(team, at, "lender", "names a team that is not in teams")
	v.need(queue, at, "queue", "names a queue that is not in queues")
	v.duration(at, "after_ms", l.AfterMS)
	v.need(l.MinFree >= 0, at, "min_free", "must not be negative")
	v.need(l.OpenBelow >= 0, at, "open_below", "must not be negative")
	v.need(l.CloseAbove >= l.OpenBelow, at, "close_above", "must not be below open_below, or lending would flap")
	for _, o := range s.Lending[:i] {
		v.need(o.Lender != l.Lender || o.Queue != l.Queue, at, "", "the team lends to the queue twice")
	}
}
