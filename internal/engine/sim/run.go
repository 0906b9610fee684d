package sim

import (
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/audit"
	"sentral/internal/engine/routing"
	"sentral/internal/stat"
)

// Start is midnight of the first simulated day: Monday 2 March 2026, UTC. Simulated centres live in UTC.
const Start = centre.Instant(1772409600000)

// Options say how one seed is played. The zero value plays nothing: set Days.
type Options struct {
	Days   int
	WarmUp time.Duration // contacts that arrive before it are played but not measured
	Faults Faults        // zero = none
	Audit  bool          // check every law after every step
	Canary string        // break the named law on purpose, in what the auditor is shown

	trace func(number int64, e *routing.Event, decisions []routing.Decision) // for tests that look into one run
}

// player plays runs one after the other and keeps its memory from one to the next, so that a run in the steady state allocates nothing.
type player struct {
	centre  *Centre
	options Options
	seed    uint64
	engine  *routing.Engine
	auditor *audit.Auditor
	canary  *audit.Canary

	now     int64 // milliseconds since Start
	end     int64
	wake    int64 // when the engine wants to be woken
	today   int   // number of the day, from 0
	events  int64
	agenda  agenda
	arrival []arrival
	came    int // of arrival

	arrivalSpare []arrival // room for sorting

	contacts []contact
	base     centre.ContactID // contacts[0] has the id base+1

	freeReturn int32 // first free entry of returns, or -1
	returns    []returning
	agents     []agent
	rules      *routing.Settings
	variants   []routing.Profile // a second profile of each agent, for changes in mid-day

	roots  [purposes]stat.Family
	rand   stat.Rand // scratch, valid until the next draw from another stream
	laws   compiled
	faults faultState
	traced routing.Event
	tally  tally
}

// purpose names one use of chance; each has its own stream for each contact.
type purpose uint8

const (
	forTraits purpose = iota
	forPatience
	forHandling
	forWrapUp
	forAnswer
	forPlan
	forCallback
	forDial
	forRedial
	forSnooze
	forWait
	forShift
	forCentre
	forFaults
	purposes
)

var purposeNames = [purposes]string{
	"traits", "patience", "handling", "wrap-up", "answer", "plan", "callback", "dial", "redial", "snooze", "wait", "shift", "centre", "faults",
}

// stream opens the stream of one contact (or agent) for one purpose; it is valid until the next call.
func (p *player) stream(what purpose, key uint64) *stat.Rand {
	p.roots[what].To(&p.rand, key)
	return &p.rand
}

func newPlayer(c *Centre, o Options) *player {
	p := &player{centre: c, options: o, laws: compile(c)}
	p.variants = make([]routing.Profile, len(c.Agents))
	for i := range c.Agents {
		p.variants[i] = variantOf(c.Agents[i].Profile)
	}
	p.tally.prepare(c)
	return p
}

// Play plays one seed to its end and reports what happened.
func (p *player) play(seed uint64) Result {
	p.begin(seed)
	for {
		at, next := p.agenda.next(), endOfTime
		if p.came < len(p.arrival) {
			next = int64(p.today)*dayMS + p.arrival[p.came].ms()
		}
		t := min(p.wake, at, next)
		if t >= p.end {
			break
		}
		p.now = t
		switch t {
		case p.wake:
			p.wake = endOfTime
			p.deliver(&routing.Event{Kind: routing.Woke})
		case at:
			p.act(p.agenda.take())
		default:
			p.came++
			p.arrive(p.arrival[p.came-1])
		}
	}
	p.now = p.end
	return p.finish()
}

const dayMS = int64(day / time.Millisecond)

func (p *player) begin(seed uint64) {
	p.seed = seed
	p.now, p.wake, p.today, p.events = 0, endOfTime, -1, 0
	p.end = int64(p.options.Days) * dayMS
	p.agenda.reset()
	p.arrival, p.came = p.arrival[:0], 0
	p.contacts, p.base = p.contacts[:0], 0
	p.returns, p.freeReturn = p.returns[:0], -1
	p.engine = routing.New()
	for i := range p.roots {
		p.roots[i] = stat.Stream(seed, purposeNames[i]).Family()
	}
	p.auditor, p.canary = nil, nil
	if p.options.Audit {
		p.auditor = audit.New(seed)
		if p.options.Canary != "" {
			p.canary = audit.NewCanary(p.options.Canary)
		}
	}
	p.beginFaults()
	p.tally.begin(p.options.WarmUp.Milliseconds())
	p.hireAll()
	p.agenda.plan(0, dayBegins, 0, 0)
}

// hireAll tells the engine the rules and the people, before the first day.
func (p *player) hireAll() {
	rules := p.centre.Settings
	rules.Version = 1
	p.rules = &rules
	p.deliver(&routing.Event{Kind: routing.SettingsChanged, Settings: p.rules})
	p.agents = p.agents[:0]
	for i := range p.centre.Agents {
		profile := &p.centre.Agents[i].Profile
		p.agents = append(p.agents, agent{id: profile.Agent})
		p.deliver(&routing.Event{Kind: routing.AgentDefined, Agent: profile.Agent, Profile: profile})
	}
}

// beginDay draws the day's arrivals and plans its shifts and opening hours.
func (p *player) beginDay() {
	p.today++
	p.forgetClosed()
	p.arrival, p.arrivalSpare = p.centre.drawDay(p.seed, p.today, p.arrival, p.arrivalSpare)
	p.came = 0
	midnight := int64(p.today) * dayMS
	for i := range p.centre.Hours {
		p.planHours(i, midnight)
	}
	for i := range p.agents {
		p.planShift(i, midnight)
	}
	if p.today == 0 {
		p.planCentre()
	}
	if p.today+1 < p.options.Days {
		p.agenda.plan(midnight+dayMS, dayBegins, 0, 0)
	}
}

// deliver gives the engine one event at this very instant, shows it to the auditor and acts on what was decided. It is never called
// while decisions are being acted upon: what people do next is planned on the agenda, if only for the same instant.
func (p *player) deliver(e *routing.Event) {
	if e.At == 0 {
		e.At = Start + centre.Instant(p.now)
	}
	decisions := p.step(e)
	p.events++
	if p.options.trace != nil {
		p.traced = *e // a copy, since what a function value is given would move every event to the heap
		p.options.trace(p.events, &p.traced, decisions)
	}
	if p.auditor != nil {
		shown := decisions
		if p.canary != nil {
			shown = p.canary.Doctor(e, decisions)
		}
		p.auditor.Step(e, shown, p.engine)
	}
	for i := range decisions {
		p.react(&decisions[i], e)
	}
}
