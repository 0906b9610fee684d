package routing

import (
	"fmt"
	"slices"

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
	v.need(s.Version >= 0, "version", "must not be negative")
	v.duration("lost_grace_ms", s.LostGraceMS)
	v.duration("return_hold_ms", s.ReturnHoldMS)
	v.duration("direct_hold_ms", s.DirectHoldMS)
	v.duration("decline_cool_ms", s.DeclineCoolMS)
	v.need(s.LapsesToAway >= 0 && s.LapsesToAway <= 100, "lapses_to_away", "must be from 0 to 100")
	for i, ms := range s.PriorityCredit {
		v.duration(fmt.Sprintf("priority_credit_ms[%d]", i), ms)
		v.need(i == 0 || ms >= s.PriorityCredit[i-1], fmt.Sprintf("priority_credit_ms[%d]", i), "must not be below that of the priority before")
	}
	for i, t := range s.Teams {
		at := fmt.Sprintf("teams[%d]", i)
		v.need(t.ID > 0 && t.ID <= maxTeamID, at+".id", "must be from 1 to %d", maxTeamID)
		_, twice := v.teams[t.ID]
		v.need(!twice, at+".id", "team %d is there twice", t.ID)
		v.need(t.Leader >= 0 && t.Partner >= 0, at, "leader and partner must not be negative")
		v.teams[t.ID] = t.Partner
	}
	for i := range s.Queues {
		v.queue(fmt.Sprintf("queues[%d]", i), i, &s.Queues[i])
	}
	v.need(len(s.Capacity) > 0, "capacity", "at least one is needed")
	for i := range s.Capacity {
		v.capacity(fmt.Sprintf("capacity[%d]", i), &s.Capacity[i])
	}
	for i := range s.Lending {
		v.lending(fmt.Sprintf("lending[%d]", i), s, i)
	}
	return v.err
}

// ValidateProfile tells whether an agent's profile can be followed. The error is of kind Invalid and names the field and the reason.
func ValidateProfile(p *Profile) error {
	v := &validation{}
	v.need(p.Agent > 0 && p.Agent <= maxAgentID, "agent", "must be from 1 to %d", maxAgentID)
	v.need(p.Team >= 0 && p.Team <= maxTeamID, "team", "must be from 0 to %d", maxTeamID)
	v.need(p.Partner >= 0, "partner", "must not be negative")
	v.need(p.Capacity >= 0, "capacity", "must not be negative")
	v.need(len(p.Skills) <= maxSkills, "skills", "at most %d", maxSkills)
	for i, n := range p.Skills {
		at := fmt.Sprintf("skills[%d]", i)
		v.level(at, n)
		v.need(i == 0 || p.Skills[i-1].Skill < n.Skill, at, "skills must be in rising order, each once")
	}
	return v.err
}

// validation keeps the first thing that is wrong.
type validation struct {
	err    error
	queues map[centre.QueueID]int
	teams  map[centre.TeamID]centre.PartnerID
}

func (v *validation) need(ok bool, where, format string, args ...any) {
	if !ok && v.err == nil {
		v.err = centre.ErrorAt(centre.Invalid, where, format, args...)
	}
}

func (v *validation) duration(where string, ms int64) {
	v.need(ms >= 0 && ms <= maxDuration, where, "must be from 0 to %d ms, is %d", maxDuration, ms)
}

func (v *validation) level(where string, n Need) {
	v.need(n.Skill > 0, where+".skill", "must be positive")
	v.need(n.Level >= 1 && n.Level <= 9, where+".level", "must be from 1 to 9, is %d", n.Level)
}

func (v *validation) queue(at string, i int, q *Queue) {
	v.need(q.ID > 0 && q.ID <= maxQueueID, at+".id", "must be from 1 to %d", maxQueueID)
	_, twice := v.queues[q.ID]
	v.need(!twice, at+".id", "queue %d is there twice", q.ID)
	v.queues[q.ID] = i
	v.need(q.Weight >= 1 && q.Weight <= maxWeight, at+".weight", "must be from 1 to %d, is %d", maxWeight, q.Weight)
	v.need(q.TargetMS >= 1 && q.TargetMS <= maxDuration, at+".target_ms", "must be positive, is %d", q.TargetMS)
	v.duration(at+".age_guarantee_ms", q.AgeGuaranteeMS)
	v.need(q.OfferMS >= 1 && q.OfferMS <= maxDuration, at+".offer_ms", "must be positive, is %d", q.OfferMS)
	v.need(q.WrapUpMS <= maxDuration, at+".wrap_up_ms", "must be at most %d", maxDuration)
	v.duration(at+".wrap_up_max_ms", q.WrapUpMaxMS)
	v.need(q.Callback.Attempts >= 0 && q.Callback.Attempts <= 100, at+".callback.attempts", "must be from 0 to 100")
	v.duration(at+".callback.retry_ms", q.Callback.RetryMS)
	v.duration(at+".callback.dial_ms", q.Callback.DialMS)
	v.need(len(q.Steps) >= 1 && len(q.Steps) <= maxSteps, at+".steps", "must be from 1 to %d, are %d", maxSteps, len(q.Steps))
	for k := range q.Steps {
		var before *Step
		if k > 0 {
			before = &q.Steps[k-1]
		}
		v.step(fmt.Sprintf("%s.steps[%d]", at, k), &q.Steps[k], before)
	}
}

// step checks that a step admits everybody whom the step before admits.
func (v *validation) step(at string, s, before *Step) {
	v.duration(at+".after_ms", s.AfterMS)
	for i, n := range s.Needs {
		v.level(fmt.Sprintf("%s.needs[%d]", at, i), n)
	}
	for i, t := range s.Teams {
		_, known := v.teams[t]
		v.need(known, fmt.Sprintf("%s.teams[%d]", at, i), "team %d is not in teams", t)
	}
	for i, p := range s.Partners {
		v.need(p > 0, fmt.Sprintf("%s.partners[%d]", at, i), "must be positive")
	}
	if before == nil {
		v.need(s.AfterMS == 0, at+".after_ms", "the first step must begin at 0")
		return
	}
	v.need(s.AfterMS > before.AfterMS, at+".after_ms", "must be later than the step before")
	v.need(s.DropContactNeeds || !before.DropContactNeeds, at+".drop_contact_needs", "what a step has dropped must stay dropped")
	for i, n := range s.Needs {
		asked := slices.ContainsFunc(before.Needs, func(b Need) bool { return b.Skill == n.Skill && b.Level >= n.Level })
		v.need(asked, fmt.Sprintf("%s.needs[%d]", at, i), "asks for more than the step before: steps only relax")
	}
	if s.AllHands {
		return
	}
	v.need(!before.AllHands, at, "leaves out agents whom the step before admits: steps only widen")
	for _, p := range before.Partners {
		v.need(slices.Contains(s.Partners, p), at+".partners", "leaves out partner %d of the step before: steps only widen", p)
	}
	if len(before.Teams) == 0 {
		v.need(len(s.Teams) == 0, at+".teams", "leaves out house teams that the step before admits: steps only widen")
	}
	for _, t := range before.Teams {
		partner := v.teams[t]
		in := slices.Contains(s.Teams, t) || len(s.Teams) == 0 && partner == 0 || partner != 0 && slices.Contains(s.Partners, partner)
		v.need(in, at+".teams", "leaves out team %d of the step before: steps only widen", t)
	}
}

func (v *validation) capacity(at string, c *Capacity) {
	v.need(c.Total >= 1 && c.Total <= maxCapacity, at+".total", "must be from 1 to %d, is %d", maxCapacity, c.Total)
	for ch := range c.Weight {
		name := centre.Channel(ch).String()
		v.need(c.Weight[ch] >= 0 && c.Weight[ch] <= maxCapacity, at+".weight["+name+"]", "must be from 0 to %d", maxCapacity)
		v.need(c.Max[ch] >= 0 && c.Max[ch] <= 1000, at+".max["+name+"]", "must be from 0 to 1000")
		v.need(c.Max[ch] == 0 || c.Weight[ch] <= c.Total, at+".weight["+name+"]", "one contact is heavier than the total of %d", c.Total)
		v.need(c.Parks[ch]&(1<<ch) == 0, at+".parks["+name+"]", "a channel cannot interrupt itself")
	}
}

func (v *validation) lending(at string, s *Settings, i int) {
	l := &s.Lending[i]
	_, team := v.teams[l.Lender]
	_, queue := v.queues[l.Queue]
	v.need(team, at+".lender", "team %d is not in teams", l.Lender)
	v.need(queue, at+".queue", "queue %d is not in queues", l.Queue)
	v.duration(at+".after_ms", l.AfterMS)
	v.need(l.MinFree >= 0, at+".min_free", "must not be negative")
	v.need(l.OpenBelow >= 0, at+".open_below", "must not be negative")
	v.need(l.CloseAbove >= l.OpenBelow, at+".close_above", "must not be below open_below, or lending would flap")
	for _, o := range s.Lending[:i] {
		v.need(o.Lender != l.Lender || o.Queue != l.Queue, at, "team %d lends to queue %d twice", l.Lender, l.Queue)
	}
}
