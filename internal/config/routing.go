package config

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Routing turns a valid document into the engine's rule book and the profiles of those who answer, both in the order of ids. Opening is not
// here: queues start closed and the calendar tells the engine.
func Routing(d *Document, version int64) (*routing.Settings, []routing.Profile) {
	t := newTable(d)
	s := &routing.Settings{
		Version:       version,
		LostGraceMS:   ms(d.Rules.LostGraceS),
		ReturnHoldMS:  ms(d.Rules.ReturnHoldS),
		LapsesToAway:  d.Rules.LapsesToAway,
		DeclineCoolMS: ms(d.Rules.DeclineCoolS),
	}
	if d.Phone.On { // a call needs a line to be answered on
		s.Told = 1<<centre.Phone | 1<<centre.Callback
	}
	for i := range s.PriorityCredit {
		if i < len(d.Rules.PriorityCreditS) {
			s.PriorityCredit[i] = ms(d.Rules.PriorityCreditS[i])
		} else if i > 0 {
			s.PriorityCredit[i] = s.PriorityCredit[i-1]
		}
	}
	for _, q := range d.Queues {
		s.Queues = append(s.Queues, t.queue(q))
	}
	for _, m := range d.Teams {
		s.Teams = append(s.Teams, routing.Team{
			ID: centre.TeamID(m.ID), Leader: centre.AgentID(t.people[m.Leader]), Partner: centre.PartnerID(t.partners[m.Partner]),
		})
	}
	for _, c := range d.Capacities {
		s.Capacity = append(s.Capacity, capacity(c))
	}
	for _, l := range d.Lending {
		s.Lending = append(s.Lending, routing.Lending{
			Lender: centre.TeamID(t.teams[l.Team]), Queue: centre.QueueID(t.queues[l.Queue]), AfterMS: ms(l.AfterS),
			MinFree: l.MinFree, OpenBelow: l.OpenBelowPercent * 10, CloseAbove: l.CloseAbovePercent * 10,
		})
	}
	slices.SortFunc(s.Queues, func(a, b routing.Queue) int { return int(a.ID - b.ID) })
	slices.SortFunc(s.Teams, func(a, b routing.Team) int { return int(a.ID - b.ID) })
	return s, t.profiles(d)
}

// table finds ids by key.
type table struct {
	people, partners, teams, queues, skills map[string]int32
	partnerOf                               map[string]string
	capacities                              map[string]int32 // index, not id
}

func newTable(d *Document) *table {
	t := &table{
		people: map[string]int32{}, partners: map[string]int32{}, teams: map[string]int32{}, queues: map[string]int32{}, skills: map[string]int32{},
		partnerOf: map[string]string{}, capacities: map[string]int32{},
	}
	byName := map[string]map[string]int32{"people": t.people, "partners": t.partners, "teams": t.teams, "queues": t.queues, "skills": t.skills}
	d.each(func(section string, i int, e Entry) {
		if m := byName[section]; m != nil {
			m[*e.Keyed()] = *e.Ident()
		}
		if section == "capacities" {
			t.capacities[*e.Keyed()] = int32(i)
		}
	})
	for _, m := range d.Teams {
		t.partnerOf[m.Key] = m.Partner
	}
	return t
}

func ms(seconds int32) int64 { return int64(seconds) * 1000 }

func (t *table) needs(list []NeedText) []routing.Need {
	out := make([]routing.Need, 0, len(list))
	for _, n := range list {
		out = append(out, routing.Need{Skill: centre.SkillID(t.skills[n.Skill]), Level: uint8(n.Level)})
	}
	slices.SortFunc(out, func(a, b routing.Need) int { return int(a.Skill - b.Skill) })
	return out
}

func (t *table) queue(q Queue) routing.Queue {
	out := routing.Queue{
		ID: centre.QueueID(q.ID), Weight: int64(q.Weight), TargetMS: ms(q.TargetS), AgeGuaranteeMS: ms(q.GuaranteeS), OfferMS: ms(q.OfferS),
		WrapUpMS: ms(q.WrapUpS), WrapUpMaxMS: ms(q.WrapUpMaxS),
		Callback: routing.Promise{
			CustomerFirst: q.Callback.CustomerFirst, Attempts: q.Callback.Attempts, RetryMS: ms(q.Callback.RetryS), DialMS: ms(q.Callback.DialS), Cap: q.Callback.Cap,
		},
	}
	for _, s := range q.Steps {
		step := routing.Step{AfterMS: ms(s.AfterS), Needs: t.needs(s.Needs), AllHands: s.AllHands, DropContactNeeds: s.DropOwn}
		for _, k := range s.Teams {
			step.Teams = append(step.Teams, centre.TeamID(t.teams[k]))
		}
		for _, k := range s.Partners {
			step.Partners = append(step.Partners, centre.PartnerID(t.partners[k]))
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

func capacity(c Capacity) routing.Capacity {
	out := routing.Capacity{Total: c.Total, WrapUp: c.OffersDuringWrapUp}
	for _, s := range c.Channels {
		ch, err := centre.ParseChannel(s.Channel)
		if err != nil {
			continue // Validate has refused it
		}
		out.Weight[ch], out.Max[ch] = s.Weight, s.Max
		out.Beside[ch], out.Parks[ch] = bits(s.Beside), bits(s.Parks)
	}
	return out
}

func bits(names []string) uint16 {
	var b uint16
	for _, n := range names {
		if ch, err := centre.ParseChannel(n); err == nil {
			b |= 1 << ch
		}
	}
	return b
}

// profiles are the active people who answer, by id.
func (t *table) profiles(d *Document) []routing.Profile {
	var out []routing.Profile
	for _, p := range d.People {
		if !p.Active || !slices.ContainsFunc(p.Roles, func(g GrantText) bool { return g.Role == "agent" }) {
			continue
		}
		out = append(out, routing.Profile{
			Agent: centre.AgentID(p.ID), Team: centre.TeamID(t.teams[p.Team]), Partner: centre.PartnerID(t.partners[t.partnerOf[p.Team]]),
			Capacity: t.capacities[p.Capacity], Skills: t.needs(p.Skills),
		})
	}
	slices.SortFunc(out, func(a, b routing.Profile) int { return int(a.Agent - b.Agent) })
	return out
}
