package sim

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// agent is one person who answers, as seen from outside the engine.
type agent struct {
	id         centre.AgentID
	generation u24 // of the plans for the present shift
	inShift    bool
	leaving    bool
	lost       bool
	changed    bool // skills differ from the profile's
	line       bool // has told that calls can come
	placed     uint16
	call       centre.ContactID // the latest conversation by phone
	status     routing.Status
	state      routing.State
	tries      uint8 // of signing out
	since      int64 // when status or state last changed
	shiftEnds  int64
}

// pauses are the reasons that simulated people give.
const (
	pauseBreak centre.PauseID = iota + 1
	pauseGoingHome
	pauseReasons = 3
)

// shiftStream opens the stream of one agent for one day, so that another rule book meets the same shifts.
func (p *player) shiftStream(i int, what uint64) uint64 {
	return uint64(p.today+1)<<32 | uint64(i)<<8 | what
}

func (p *player) planShift(i int, midnight int64) {
	a := &p.centre.Agents[i]
	from, to := a.From.Milliseconds(), a.To.Milliseconds()
	if to <= from {
		if p.today == 0 {
			p.agents[i].shiftEnds = endOfTime
			p.agenda.plan(0, signsIn, 0, uint32(i))
		}
		return
	}
	late := p.laws.late.draw(p.stream(forShift, p.shiftStream(i, 0)))
	p.agents[i].shiftEnds = midnight + to
	p.agenda.plan(midnight+min(from+late, to), signsIn, 0, uint32(i))
}

func (p *player) signIn(i uint32) {
	a := &p.agents[i]
	a.generation++
	a.inShift, a.leaving, a.lost, a.tries = true, false, false, 0
	r := p.stream(forShift, p.shiftStream(int(i), 1))
	if !p.laws.pauseEvery.never() {
		p.agenda.plan(p.now+p.laws.pauseEvery.draw(r), pauses, a.generation, i)
	}
	if !p.laws.lostEvery.never() {
		p.agenda.plan(p.now+p.laws.lostEvery.draw(r), loses, a.generation, i)
	}
	if a.shiftEnds < endOfTime {
		p.agenda.plan(max(a.shiftEnds, p.now), goesHome, a.generation, i)
	}
	p.planLine(i, a, r)
	p.send(&routing.Event{Kind: routing.SignedIn, Agent: a.id, Status: routing.Ready})
	p.tellReach(a, true)
}

// pause begins a break; its end and the next break are planned from the shift's stream at this instant.
func (p *player) pause(i uint32, a *agent) {
	r := p.stream(forShift, p.shiftStream(int(i), 2)^uint64(p.now)<<16)
	e := routing.Event{Kind: routing.StatusChanged, Agent: a.id, Status: routing.Paused, Pause: centre.PauseID(1 + r.IntN(pauseReasons))}
	if r.Bool(p.centre.Behaviour.DirectOnly) {
		e.Status, e.Pause = routing.DirectOnly, 0
	}
	p.agenda.plan(p.now+p.laws.pause.draw(r), returns, a.generation, i)
	p.send(&e)
}

// comeBack ends a break, or the absence that a lapsed offer began.
func (p *player) comeBack(i uint32, a *agent) {
	r := p.stream(forShift, p.shiftStream(int(i), 3)^uint64(p.now)<<16)
	if !p.laws.pauseEvery.never() {
		p.agenda.plan(p.now+p.laws.pauseEvery.draw(r), pauses, a.generation, i)
	}
	p.send(&routing.Event{Kind: routing.StatusChanged, Agent: a.id, Status: routing.Ready})
}

func (p *player) lose(i uint32, a *agent) {
	r := p.stream(forShift, p.shiftStream(int(i), 4)^uint64(p.now)<<16)
	a.lost = true
	p.agenda.plan(p.now+p.laws.lostFor.draw(r), found, a.generation, i)
	p.send(&routing.Event{Kind: routing.AgentLost, Agent: a.id})
}

func (p *player) find(i uint32, a *agent) {
	r := p.stream(forShift, p.shiftStream(int(i), 5)^uint64(p.now)<<16)
	a.lost = false
	p.agenda.plan(p.now+p.laws.lostEvery.draw(r), loses, a.generation, i)
	p.send(&routing.Event{Kind: routing.AgentFound, Agent: a.id})
}

// goHome signs an agent out at the end of the shift: first no new contacts, then out when the last one is over. After half an hour,
// or in a hurry, it is forced.
func (p *player) goHome(i uint32, a *agent) {
	if a.tries == 0 {
		r := p.stream(forShift, p.shiftStream(int(i), 6))
		a.leaving = true
		if r.Bool(p.centre.Behaviour.ForceOut) {
			a.tries = mostTries
		} else if a.state != routing.Free {
			p.send(&routing.Event{Kind: routing.StatusChanged, Agent: a.id, Status: routing.Paused, Pause: pauseGoingHome})
		}
	}
	a.tries++
	if a.tries <= mostTries {
		p.agenda.plan(p.now+60_000, goesHome, a.generation, i)
	} else {
		p.agenda.plan(p.now+60_000, surelyOut, a.generation, i)
	}
	p.send(&routing.Event{Kind: routing.SignedOut, Agent: a.id, Force: a.tries > mostTries})
}

const mostTries = 30

// isOut ends the shift once the engine has said that the agent is gone.
func (a *agent) isOut() {
	if a.leaving {
		a.inShift, a.leaving = false, false
		a.generation++
	}
}

// planHours plans one queue's opening and closing for a day.
func (p *player) planHours(i int, midnight int64) {
	h := p.centre.Hours[i]
	if h.To <= h.From {
		if p.today == 0 {
			p.agenda.plan(0, opens, 0, uint32(i))
		}
		return
	}
	p.agenda.plan(midnight+h.From.Milliseconds(), opens, 0, uint32(i))
	p.agenda.plan(midnight+h.To.Milliseconds(), closes, 0, uint32(i))
}

// takes tells whether the stream's queue is open at this time of day.
func (c *Centre) takes(t *Traffic, ms int64) bool {
	h := c.Hours[t.Queue-1]
	return h.To <= h.From || (ms >= h.From.Milliseconds() && ms < h.To.Milliseconds())
}

// planCentre plans what leaders and administrators do: levers, new rules, changed skills.
func (p *player) planCentre() {
	for k, l := range []law{p.laws.leverEvery, p.laws.ruleEvery, p.laws.profileEvery} {
		if !l.never() {
			p.agenda.plan(p.now+l.draw(p.stream(forCentre, uint64(k))), pullsLever+action(k), 0, 0)
		}
	}
}

// administer does one thing of planCentre's and plans the next.
func (p *player) administer(k action) {
	r := p.stream(forCentre, uint64(k)<<56^uint64(p.now))
	switch k {
	case pullsLever:
		p.agenda.plan(p.now+p.laws.leverEvery.draw(r), k, 0, 0)
		p.pullLever(r.IntN(1<<30), r.IntN(1<<30))
	case changesRules:
		p.agenda.plan(p.now+p.laws.ruleEvery.draw(r), k, 0, 0)
		p.changeRules(r.IntN(1<<30), r.IntN(1<<30))
	case changesSkills:
		p.agenda.plan(p.now+p.laws.profileEvery.draw(r), k, 0, 0)
		p.changeSkills(uint32(r.IntN(len(p.agents))), r.Bool(0.1))
	}
}

func (p *player) pullLever(u, v int) {
	if n := len(p.rules.Lending); n > 0 && u%2 == 0 {
		l := &p.rules.Lending[v%n]
		p.send(&routing.Event{Kind: routing.LendingSet, Team: l.Lender, Queue: l.Queue, Count: int32(u/2%3) - 1})
		return
	}
	q := &p.rules.Queues[v%len(p.rules.Queues)]
	p.send(&routing.Event{Kind: routing.PromiseCapSet, Queue: q.ID, Count: int32(u / 2 % 40)})
}

// changeRules tells the engine a new rule book: one queue's target and steps move, and move back with the next change.
func (p *player) changeRules(u, v int) {
	rules := *p.rules
	rules.Version++
	rules.Queues = append([]routing.Queue(nil), p.centre.Settings.Queues...)
	q := &rules.Queues[v%len(rules.Queues)]
	if u%2 == 0 {
		q.TargetMS += q.TargetMS / 2
	} else {
		steps := append([]routing.Step(nil), q.Steps...)
		for i := range steps[1:] {
			steps[i+1].AfterMS /= 2
		}
		q.Steps = steps
	}
	p.rules = &rules
	p.send(&routing.Event{Kind: routing.SettingsChanged, Settings: p.rules})
}

// changeSkills gives one agent another profile, or the usual one back; leaves makes the agent go and come anew.
func (p *player) changeSkills(i uint32, leaves bool) {
	a := &p.agents[i]
	if leaves {
		a.generation++
		a.inShift, a.leaving, a.line = false, false, false
		p.send(&routing.Event{Kind: routing.AgentRemoved, Agent: a.id})
		p.agenda.plan(p.now+600_000, hiredAgain, 0, i)
		return
	}
	a.changed = !a.changed
	p.send(&routing.Event{Kind: routing.AgentDefined, Agent: a.id, Profile: p.profile(i)})
}

func (p *player) hireAgain(i uint32) {
	a := &p.agents[i]
	p.send(&routing.Event{Kind: routing.AgentDefined, Agent: a.id, Profile: p.profile(i)})
	if p.now < a.shiftEnds {
		p.agenda.plan(p.now, signsIn, 0, i)
	}
}

func (p *player) profile(i uint32) *routing.Profile {
	if p.agents[i].changed {
		return &p.variants[i]
	}
	return &p.centre.Agents[i].Profile
}

// variantOf is the profile with its first skill one level away, or without it when it is at level 1.
func variantOf(profile routing.Profile) routing.Profile {
	skills := append([]routing.Need(nil), profile.Skills...)
	switch {
	case len(skills) == 0:
	case skills[0].Level > 1:
		skills[0].Level--
	default:
		skills = skills[1:]
	}
	profile.Skills = skills
	return profile
}
