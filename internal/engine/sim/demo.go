package sim

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Demo is a centre of forty people like the one that make run opens: power and fibre, Norway and Sweden, two house teams and a partner.
func Demo() *Centre {
	c := &Centre{Name: "power and fibre, forty people", DayFactor: 0.08, Behaviour: usualBehaviour()}
	c.Settings = routing.Settings{
		Version: 1, Capacity: capacities(), PriorityCredit: usualPriorityCredit(),
		LostGraceMS: 60_000, ReturnHoldMS: 30_000, DirectHoldMS: 60_000, LapsesToAway: 1, DeclineCoolMS: 30_000,
		Told:  bit(centre.Phone, centre.Callback),
		Teams: []routing.Team{{ID: 1, Leader: 1}, {ID: 2, Leader: 15}, {ID: 3, Leader: 29, Partner: 1}},
	}
	c.TeamNames = []string{"north", "south", "partner"}
	for i := range 40 {
		c.Agents = append(c.Agents, demoAgent(i))
	}
	b := &builder{c: c, load: 40 * 7.2 * 3600 * 0.68, shape: dayShape(24)}
	for _, w := range []wants{
		{name: "power Norway", skills: []centre.SkillID{skillPower, skillNorwegian}, channels: demoChannels(0.35)},
		{name: "fibre Norway", skills: []centre.SkillID{skillFibre, skillNorwegian}, channels: demoChannels(0.3)},
		{name: "power Sweden", skills: []centre.SkillID{skillPower, skillSwedish}, channels: demoChannels(0.2)},
		{name: "fibre Sweden", skills: []centre.SkillID{skillFibre, skillSwedish}, channels: demoChannels(0.14)},
		{name: "reception", skills: []centre.SkillID{skillReception}, channels: map[centre.Channel]float64{centre.Visit: 0.006}},
	} {
		w.target, w.handling = 30*time.Second, 260*time.Second
		b.add(w, nil, []centre.PartnerID{1})
	}
	c.Settings.Lending = []routing.Lending{
		{Lender: 1, Queue: 3, AfterMS: 30_000, MinFree: 1, OpenBelow: 300, CloseAbove: 800},
		{Lender: 2, Queue: 1, AfterMS: 30_000, MinFree: 1, OpenBelow: 300, CloseAbove: 800},
	}
	return c
}

func demoChannels(share float64) map[centre.Channel]float64 {
	return map[centre.Channel]float64{
		centre.Phone: 0.55 * share, centre.Chat: 0.25 * share, centre.Email: 0.12 * share, centre.Messenger: 0.05 * share, centre.Form: 0.03 * share,
	}
}

func demoAgent(i int) Agent {
	p := routing.Profile{Agent: centre.AgentID(i + 1), Team: centre.TeamID(1 + i/14), Capacity: blended}
	if p.Team == 3 {
		p.Partner = 1
	}
	levels := map[centre.SkillID]uint8{
		skillPower: uint8(4 + i%5), skillFibre: uint8(4 + (i+3)%5), skillNorwegian: 9, skillEnglish: uint8(2 + i%7),
	}
	if i%2 == 1 {
		levels[skillSwedish] = uint8(5 + i%4)
	}
	if i%5 == 4 {
		p.Capacity = written
	}
	if i%10 == 2 {
		p.Capacity, levels[skillReception] = reception, 7
	}
	for s := skillPower; s <= skillReception; s++ {
		if levels[s] > 0 {
			p.Skills = append(p.Skills, routing.Need{Skill: s, Level: levels[s]})
		}
	}
	from := time.Duration([]int{8, 8, 12, 9, 12, 10, 8}[i%7]) * time.Hour
	return Agent{Profile: p, From: from, To: from + 8*time.Hour}
}
