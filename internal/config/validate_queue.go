package config

import (
	"fmt"
	"strings"
	"time"

	"sentral/internal/calendar"
)

// Formulas are the service-level formulas that a queue's goal may speak of, as package quality/index names them.
var Formulas = []string{
	"answered_of_offered", "answered_of_answered", "answered_or_abandoned_of_offered", "connect",
	"genesys", "genesys_short_off", "genesys_abandons_off", "cisco_ignored", "cisco_negative", "cisco_positive",
}

func (c *checker) queue(i int) {
	q := c.d.Queues[i]
	at := fmt.Sprintf("queues[%d].", i)
	c.named(at+"name", q.Name)
	c.refers(at+"brand", "brands", q.Brand, true)
	c.refers(at+"hours", "hours", q.Hours, true)
	if len(q.Channels) == 0 {
		c.fault(at+"channels", "must name at least one channel")
	}
	for j, ch := range q.Channels {
		c.channel(fmt.Sprintf("%schannels[%d]", at, j), ch)
	}
	c.between(at+"target_s", q.TargetS, 1, 30*24*3600)
	c.between(at+"goal_percent", q.GoalPercent, 1, 100)
	c.oneOf(at+"formula", q.Formula, Formulas...)
	c.between(at+"weight", q.Weight, 1, 10000)
	c.between(at+"offer_s", q.OfferS, 5, 600)
	c.between(at+"wrap_up_s", q.WrapUpS, -1, 3600)
	if q.WrapUpS > 0 && q.WrapUpMaxS < q.WrapUpS {
		c.fault(at+"wrap_up_max_s", "%d must be at least wrap_up_s (%d)", q.WrapUpMaxS, q.WrapUpS)
	}
	if q.GuaranteeS > 0 && q.GuaranteeS < q.TargetS {
		c.warn(at+"age_guarantee_s", "%d is below the target of %d: the queue is served oldest first", q.GuaranteeS, q.TargetS)
	}
	if len(q.Steps) == 0 {
		c.fault(at+"steps", "there must be at least one, from 0 seconds")
	}
	for j := range q.Steps {
		c.step(fmt.Sprintf("%ssteps[%d].", at, j), q.Steps, j)
	}
}

func (c *checker) step(at string, steps []Step, j int) {
	s := steps[j]
	switch {
	case j == 0 && s.AfterS != 0:
		c.fault(at+"after_s", "%d: the first step begins at 0", s.AfterS)
	case j > 0 && s.AfterS <= steps[j-1].AfterS:
		c.fault(at+"after_s", "%d must come after the step before it (%d)", s.AfterS, steps[j-1].AfterS)
	}
	for k, n := range s.Needs {
		c.refers(fmt.Sprintf("%sneeds[%d].skill", at, k), "skills", n.Skill, true)
		c.between(fmt.Sprintf("%sneeds[%d].level", at, k), n.Level, 1, 9)
	}
	for k, t := range s.Teams {
		c.refers(fmt.Sprintf("%steams[%d]", at, k), "teams", t, true)
	}
	for k, p := range s.Partners {
		c.refers(fmt.Sprintf("%spartners[%d]", at, k), "partners", p, true)
	}
	if j == 0 {
		return
	}
	before := steps[j-1]
	for _, n := range s.Needs {
		if !contains(before.Needs, n) {
			c.fault(at+"needs", "asks for %s at level %d, which the step before did not: steps only relax and widen", n.Skill, n.Level)
		}
	}
	if !wider(before, s) {
		c.fault(at+"teams", "leaves out people that the step before admits: steps only relax and widen")
	}
	if before.DropOwn && !s.DropOwn {
		c.fault(at+"drop_contact_needs", "the step before has dropped the contact's own needs already")
	}
}

// contains tells whether the earlier step asked for at least as much of the skill.
func contains(before []NeedText, n NeedText) bool {
	for _, b := range before {
		if b.Skill == n.Skill && b.Level >= n.Level {
			return true
		}
	}
	return false
}

// wider tells whether every agent that a admits by team or partner is admitted by b too.
func wider(a, b Step) bool {
	if b.AllHands {
		return true
	}
	if a.AllHands {
		return false
	}
	anyHouse := func(s Step) bool { return len(s.Teams) == 0 && len(s.Partners) == 0 }
	if !subset(a.Partners, b.Partners) {
		return false
	}
	if anyHouse(b) {
		return len(a.Partners) == 0
	}
	if anyHouse(a) {
		return len(b.Teams) == 0
	}
	return len(b.Teams) == 0 || (len(a.Teams) > 0 && subset(a.Teams, b.Teams)) || (len(a.Teams) == 0 && len(a.Partners) > 0)
}

func subset(a, b []string) bool {
	for _, x := range a {
		found := false
		for _, y := range b {
			found = found || x == y
		}
		if !found {
			return false
		}
	}
	return true
}

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (c *checker) hours() {
	for i, h := range c.d.Hours {
		at := fmt.Sprintf("hours[%d].", i)
		c.named(at+"name", h.Name)
		c.refers(at+"market", "markets", h.Market, true)
		c.oneOf(at+"holidays", h.Holidays, "closed", "as_usual")
		seen := map[string]bool{}
		for j, d := range h.Week {
			here := fmt.Sprintf("%sweek[%d].", at, j)
			c.oneOf(here+"day", d.Day, weekdays...)
			if seen[d.Day] {
				c.fault(here+"day", "%q stands twice", d.Day)
			}
			seen[d.Day] = true
			c.periods(here+"periods", d.Periods)
		}
		for j, x := range h.Exceptions {
			here := fmt.Sprintf("%sexceptions[%d].", at, j)
			if _, err := time.Parse(time.DateOnly, x.Date); err != nil {
				c.fault(here+"date", "%q must be a date such as 2026-12-24", x.Date)
			}
			c.periods(here+"periods", x.Periods)
		}
	}
}

func (c *checker) periods(where string, list []string) {
	if len(list) == 0 {
		return // closed
	}
	if _, err := calendar.ParsePeriods(strings.Join(list, " ")); err != nil {
		c.fault(where, "%v", err)
	}
}
