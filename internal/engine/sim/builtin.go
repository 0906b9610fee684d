package sim

import (
	"fmt"
	"math"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Skills of the built-in centres.
const (
	skillPower centre.SkillID = iota + 1
	skillFibre
	skillBilling
	skillMobile
	skillNorwegian
	skillSwedish
	skillEnglish
	skillReception
)

// Capacities of the built-in centres.
const (
	blended = iota
	written
	reception
)

func bit(channels ...centre.Channel) uint16 {
	out := uint16(0)
	for _, c := range channels {
		out |= 1 << c
	}
	return out
}

// capacities are the three kinds of people of the built-in centres: one call at a time, or up to three chats, with e-mail put aside for
// either; writers of up to five; and reception.
func capacities() []routing.Capacity {
	b := routing.Capacity{Total: 60}
	w := routing.Capacity{Total: 60, WrapUp: true}
	r := routing.Capacity{Total: 60}
	for c, units := range map[centre.Channel]int32{
		centre.Phone: 60, centre.Callback: 60, centre.Chat: 20, centre.Messenger: 20, centre.Email: 30, centre.Form: 30, centre.Visit: 60,
	} {
		b.Weight[c], w.Weight[c], r.Weight[c] = units, units, units
	}
	b.Max[centre.Phone], b.Max[centre.Callback], b.Max[centre.Chat], b.Max[centre.Messenger] = 1, 1, 3, 3
	b.Max[centre.Email], b.Max[centre.Form] = 1, 1
	b.Beside[centre.Chat] = bit(centre.Chat, centre.Messenger)
	b.Beside[centre.Messenger] = bit(centre.Chat, centre.Messenger)
	b.Parks[centre.Email] = bit(centre.Phone, centre.Callback, centre.Chat)
	b.Parks[centre.Form] = bit(centre.Phone, centre.Callback, centre.Chat)

	w.Weight[centre.Chat], w.Weight[centre.Messenger], w.Weight[centre.Email], w.Weight[centre.Form] = 12, 12, 20, 20
	w.Max[centre.Chat], w.Max[centre.Messenger], w.Max[centre.Email], w.Max[centre.Form] = 5, 5, 2, 2
	for _, c := range []centre.Channel{centre.Chat, centre.Messenger, centre.Email, centre.Form} {
		w.Beside[c] = bit(centre.Chat, centre.Messenger, centre.Email, centre.Form)
	}

	r.Max[centre.Visit], r.Max[centre.Email], r.Max[centre.Form] = 1, 1, 1
	r.Parks[centre.Email], r.Parks[centre.Form] = bit(centre.Visit), bit(centre.Visit)
	return []routing.Capacity{b, w, r}
}

// usualPriorityCredit gives each priority half a minute more.
func usualPriorityCredit() [10]int64 {
	var out [10]int64
	for i := range out {
		out[i] = int64(i) * 30_000
	}
	return out
}

// usualBehaviour is how people behave in the built-in centres.
func usualBehaviour() Behaviour {
	minute, second := time.Minute, time.Second
	return Behaviour{
		Answer: Spread{Mean: 4 * second, SD: 3 * second}, Decline: 0.01, Lapse: 0.015, Notice: Spread{Mean: 40 * second, SD: 60 * second},
		Late:       Spread{Shape: Exponential, Mean: 3 * minute},
		PauseEvery: Spread{Mean: 95 * minute, SD: 40 * minute}, Pause: Spread{Mean: 14 * minute, SD: 10 * minute},
		LostEvery: Spread{Shape: Exponential, Mean: 20 * time.Hour}, LostFor: Spread{Shape: Exponential, Mean: 90 * second},
		LineEvery: Spread{Shape: Exponential, Mean: 5 * time.Hour}, LineFor: Spread{Mean: 9 * second, SD: 18 * second},
		PlaceEvery: Spread{Mean: 150 * minute, SD: 90 * minute},
		ForceOut:   0.03, DirectOnly: 0.05,
		Transfer: 0.05, Requeue: 0.01, Consult: 0.04, ConsultIn: Spread{Mean: 70 * second, SD: 60 * second},
		Snooze: 0.15, SnoozeFor: Spread{Shape: Exponential, Mean: 2 * time.Hour}, Woken: 0.3, HangUp: 0.05, Extend: 0.08, Forget: 0.03,
		Priority: 0.04, LastAgent: 0.03, Raise: 0.01, Due: 0.02, SelfServe: 0.04, SelfAfter: Spread{Shape: Exponential, Mean: 2 * minute},
		Callback: 0.25, AskAfter: Spread{Shape: Exponential, Mean: 100 * second}, Window: Spread{Mean: 3 * time.Hour, SD: time.Hour},
		Reached: 0.75, Ring: Spread{Mean: 14 * second, SD: 8 * second}, BrokenOff: 0.02,
		Redial: 0.4, RedialIn: Spread{Mean: 14 * minute, SD: 14 * minute}, RedialKeep: 0.3,
		LeverEvery: Spread{Shape: Exponential, Mean: time.Hour}, RuleEvery: Spread{Shape: Exponential, Mean: 5 * time.Hour},
		ProfileEvery: Spread{Shape: Exponential, Mean: 30 * minute}, ForceClose: 0.2,
	}
}

// usualPatience is a mixture near what was measured at a bank's telephone lines: a few leave at once, most stay some minutes, some very
// long.
func usualPatience(scale float64) Patience {
	d := func(seconds float64) time.Duration { return time.Duration(seconds * scale * float64(time.Second)) }
	return Patience{AtOnce: 0.02, Parts: []PatiencePart{
		{Share: 0.25, Spread: Spread{Shape: Exponential, Mean: d(60)}},
		{Share: 0.75, Spread: Spread{Mean: d(700), SD: d(600)}},
	}}
}

// dayShape is the share of a day's contacts in each half hour from 08:00, with peaks at ten and after lunch.
func dayShape(halfHours int) []float64 {
	out, sum := make([]float64, halfHours), 0.0
	for i := range out {
		x := float64(i) / float64(halfHours)
		morning, afternoon := (x-0.22)/0.14, (x-0.6)/0.16
		out[i] = 0.35 + math.Exp(-morning*morning) + 0.75*math.Exp(-afternoon*afternoon)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// wants is one queue of a built-in centre and the share of the centre's working time that its contacts take.
type wants struct {
	name     string
	skills   []centre.SkillID
	channels map[centre.Channel]float64 // share of the load
	target   time.Duration
	handling time.Duration
}

// channelRules is how a channel differs in a built-in centre.
type channelRules struct {
	target   float64 // factor of the queue's target
	handling float64
	patience float64 // factor; 0 = for ever
	beside   float64 // how many go on at once, for the load
}

var builtinChannels = map[centre.Channel]channelRules{
	centre.Phone:     {1, 1, 1, 1},
	centre.Chat:      {2, 1.6, 1.4, 2.2},
	centre.Email:     {180, 1.1, 0, 1.1},
	centre.Messenger: {30, 1.4, 8, 2.2},
	centre.Form:      {360, 1.2, 0, 1.1},
	centre.Visit:     {6, 1.5, 4, 1},
}

var channelOrder = []centre.Channel{centre.Phone, centre.Chat, centre.Email, centre.Messenger, centre.Form, centre.Visit}

// builder collects the parts of a built-in centre.
type builder struct {
	c     *Centre
	load  float64 // working seconds a day to hand out
	shape []float64
}

// add makes one queue for each channel of w: a queue has one target, so channels do not share one.
func (b *builder) add(w wants, teams []centre.TeamID, partners []centre.PartnerID) {
	for _, ch := range channelOrder {
		share, ok := w.channels[ch]
		if !ok {
			continue
		}
		rules := builtinChannels[ch]
		needs := func(level uint8) []routing.Need {
			out := make([]routing.Need, len(w.skills))
			for i, s := range w.skills {
				out[i] = routing.Need{Skill: s, Level: level}
			}
			return out
		}
		target := int64(float64(w.target.Milliseconds()) * rules.target)
		widen := max(target/2, 15_000)
		q := routing.Queue{
			ID: centre.QueueID(len(b.c.Settings.Queues) + 1), Weight: 100, TargetMS: target, AgeGuaranteeMS: target * 20, OfferMS: 20_000,
			WrapUpMS: 60_000, WrapUpMaxMS: 240_000,
			Steps: []routing.Step{
				{Needs: needs(4), Teams: teams},
				{AfterMS: widen, Needs: needs(3), Teams: teams, Partners: partners},
				{AfterMS: 4 * widen, Needs: needs(2), Partners: partners, AllHands: true},
				{AfterMS: 16 * widen, Needs: needs(1), AllHands: true, DropContactNeeds: true},
			},
			Callback: routing.Promise{CustomerFirst: len(b.c.Settings.Queues)%2 == 1, Attempts: 3, RetryMS: 600_000, DialMS: 60_000, Cap: 30},
		}
		if len(teams) == 0 {
			q.Steps[1].Teams = nil
		}
		b.c.Settings.Queues = append(b.c.Settings.Queues, q)
		b.c.QueueNames = append(b.c.QueueNames, w.name+" "+ch.String())
		b.c.Hours = append(b.c.Hours, Hours{8 * time.Hour, 20 * time.Hour})
		handling := time.Duration(float64(w.handling) * rules.handling)
		perDay := b.load * share * rules.beside / (handling.Seconds() + 25)
		t := Traffic{
			Queue: q.ID, Channel: ch, Interval: 30 * time.Minute, From: 7*time.Hour + 30*time.Minute,
			Handling: Spread{Mean: handling, SD: handling * 5 / 4}, WrapUp: Spread{Mean: 25 * time.Second, SD: 20 * time.Second},
			Kinds: []Kind{{Share: 0.08, Needs: []routing.Need{{Skill: skillEnglish, Level: 3}}}},
		}
		t.PerInterval = append(t.PerInterval, 0.003*perDay) // some come before the doors open
		for _, x := range b.shape {
			t.PerInterval = append(t.PerInterval, perDay*x)
		}
		if rules.patience > 0 {
			t.Patience = usualPatience(rules.patience)
		}
		b.c.Traffic = append(b.c.Traffic, t)
		if ch == centre.Phone {
			b.c.Traffic = append(b.c.Traffic, callbacksBeside(t))
		}
	}
}

// callbacksBeside are those who ask for a call on the web instead of calling: three to a hundred calls.
func callbacksBeside(calls Traffic) Traffic {
	calls.Channel, calls.Kinds, calls.Patience = centre.Callback, nil, Patience{}
	asked := make([]float64, len(calls.PerInterval))
	for i, n := range calls.PerInterval {
		asked[i] = 0.03 * n
	}
	calls.PerInterval = asked
	return calls
}

// Large is a centre of the given number of people (at least 20), with products, two markets, three languages, teams of sixteen, an
// outsourcing partner with a third of the people, and phone, chat, e-mail, messenger, forms and visits. The load grows with the people.
func Large(people int) *Centre {
	people = max(people, 20)
	c := &Centre{Name: fmt.Sprintf("large centre of %d", people), DayFactor: 0.06, Behaviour: usualBehaviour()}
	c.Settings = routing.Settings{
		Version: 1, Capacity: capacities(), PriorityCredit: usualPriorityCredit(),
		LostGraceMS: 60_000, ReturnHoldMS: 30_000, DirectHoldMS: 60_000, LapsesToAway: 1, DeclineCoolMS: 30_000,
		Told: bit(centre.Phone, centre.Callback),
	}
	addPeople(c, people)
	b := &builder{c: c, load: float64(people) * 7.2 * 3600 * 0.80, shape: dayShape(24)}
	products := []struct {
		name  string
		skill centre.SkillID
		share float64
	}{{"power", skillPower, 0.3}, {"fibre", skillFibre, 0.25}, {"billing", skillBilling, 0.2}, {"mobile", skillMobile, 0.25}}
	markets := []struct {
		name  string
		skill centre.SkillID
		share float64
	}{{"Norway", skillNorwegian, 0.65}, {"Sweden", skillSwedish, 0.35}}
	for _, m := range markets {
		for _, p := range products {
			s := p.share * m.share
			b.add(wants{
				name: p.name + " " + m.name, skills: []centre.SkillID{p.skill, m.skill}, target: 20 * time.Second, handling: 250 * time.Second,
				channels: map[centre.Channel]float64{
					centre.Phone: 0.58 * s, centre.Chat: 0.2 * s, centre.Email: 0.12 * s, centre.Messenger: 0.05 * s, centre.Form: 0.03 * s,
				},
			}, c.ownTeams(p.skill), []centre.PartnerID{1})
		}
	}
	b.add(wants{
		name: "reception", skills: []centre.SkillID{skillReception}, target: 30 * time.Second, handling: 300 * time.Second,
		channels: map[centre.Channel]float64{centre.Visit: 0.01},
	}, nil, nil)
	for i := range c.Settings.Teams {
		if c.Settings.Teams[i].Partner != 0 {
			continue
		}
		q := centre.QueueID(1 + (i*7+3)%len(c.Settings.Queues))
		c.Settings.Lending = append(c.Settings.Lending, routing.Lending{
			Lender: c.Settings.Teams[i].ID, Queue: q, AfterMS: 20_000, MinFree: 2, OpenBelow: 300, CloseAbove: 700,
		})
	}
	return c
}

// ownTeams are the house teams that work with a product first.
func (c *Centre) ownTeams(s centre.SkillID) []centre.TeamID {
	var out []centre.TeamID
	for i, t := range c.Settings.Teams {
		if t.Partner == 0 && centre.SkillID(i%4+1) == s {
			out = append(out, t.ID)
		}
	}
	return out
}

// addPeople hires: every team leans on one product, knows a second one less, and its people know one or two languages well.
func addPeople(c *Centre, people int) {
	const teamSize = 16
	teams := max((people+teamSize-1)/teamSize, 8)
	starts := []int{8, 8, 9, 12, 8, 10, 12, 9} // o'clock
	for t := range teams {
		team := routing.Team{ID: centre.TeamID(t + 1)}
		if t%3 == 2 {
			team.Partner = 1
		}
		c.Settings.Teams = append(c.Settings.Teams, team)
		c.TeamNames = append(c.TeamNames, fmt.Sprintf("team %d", t+1))
	}
	for i := range people {
		t := i % teams
		team := &c.Settings.Teams[t]
		n := i / teams // number within the team
		p := routing.Profile{Agent: centre.AgentID(i + 1), Team: team.ID, Partner: team.Partner, Capacity: blended}
		if n == 0 {
			team.Leader = p.Agent
		}
		levels := map[centre.SkillID]uint8{
			centre.SkillID(t%4 + 1):     uint8(5 + n%5),
			centre.SkillID((t+1)%4 + 1): uint8(2 + n%3),
			skillEnglish:                uint8(1 + (i*5)%9),
		}
		first, second := skillNorwegian, skillSwedish
		if (t/4)%3 == 1 {
			first, second = second, first
		}
		levels[first] = 9
		if n%3 == 0 {
			levels[second] = 5
		}
		switch {
		case n%4 == 3:
			p.Capacity = written
		case n == 1:
			p.Capacity = reception
			levels[skillReception] = 6
		}
		for s := skillPower; s <= skillReception; s++ {
			if l := levels[s]; l > 0 {
				p.Skills = append(p.Skills, routing.Need{Skill: s, Level: l})
			}
		}
		from := time.Duration(starts[i%len(starts)]) * time.Hour
		c.Agents = append(c.Agents, Agent{Profile: p, From: from, To: from + 8*time.Hour})
	}
}
