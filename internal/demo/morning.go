package demo

import (
	"container/heap"
	"context"
	"math"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/quality/survey"
	"sentral/internal/rulebook"
	"sentral/internal/stat"
	"sentral/internal/store"
)

// Clock is the centre's clock in the demo: it tells an earlier time while the morning is played, and the machine's from then on.
type Clock struct {
	live.Clock
	early atomic.Int64 // milliseconds; zero for the machine's time
}

// NewClock makes the demo's clock. It begins some hours back, within the day of the zone: a clock that has shown the present cannot show the morning.
func NewClock(zone *time.Location, hours int) *Clock {
	c := &Clock{Clock: live.SystemClock()}
	now := time.Now()
	y, m, d := now.In(zone).Date()
	c.early.Store(max(time.Date(y, m, d, 0, 0, 0, 0, zone).UnixMilli(), now.Add(-time.Duration(hours)*time.Hour).UnixMilli()))
	return c
}

// Release lets the clock show the present from now on.
func (c *Clock) Release() { c.early.Store(0) }

// Wall implements live.Clock.
func (c *Clock) Wall() time.Time {
	if ms := c.early.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return c.Clock.Wall()
}

// Morning is what plays the hours before the demo was opened, so that the wall has a day to show: contacts come, are answered by the real engine and are
// asked how it went, all through the centre's own log. Nobody writes anything: there are no words from that time.
type Morning struct {
	Clock   *Clock
	Centre  *live.Centre
	Rules   *rulebook.Room
	Surveys store.Survey
	Seed    int64
}

// earlyTraffic is how much of the day's traffic comes in the morning, and earlyStaff how many of its agents are there.
const (
	earlyTraffic = .34
	earlyStaff   = .6
)

// bucket is the grain of the morning's time: what happens within it is one commit.
const bucket = 10_000

// kinds of what is to happen.
const (
	comes = iota
	givesUp
	accepts
	ends
	wraps
	answers
)

type happening struct {
	at      int64
	kind    int
	contact centre.ContactID
	agent   centre.AgentID
	offer   centre.OfferID
	queue   centre.QueueID
}

type agenda []happening

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at < a[j].at }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(happening)) }
func (a *agenda) Pop() any {
	old := *a
	x := old[len(old)-1]
	*a = old[:len(old)-1]
	return x
}

// Play plays the morning and leaves the clock at the present.
func (m Morning) Play(ctx context.Context) error {
	defer m.Clock.Release()
	p := &played{Morning: m, rng: stat.Stream(uint64(m.Seed), "demo morning"), rung: map[centre.OfferID]bool{}, until: time.Now().UnixMilli() - 60_000}
	p.queues()
	return p.run(ctx, m.Clock.early.Load()+bucket)
}

type played struct {
	Morning
	rng    *stat.Rand
	until  int64
	agenda agenda
	rates  map[centre.QueueID]float64 // contacts an hour
	ids    []centre.QueueID
	rung   map[centre.OfferID]bool // offers that somebody will answer
}

// queues settles how many come to each.
func (p *played) queues() {
	p.rates = map[centre.QueueID]float64{}
	for _, b := range p.Rules.Book().Brands {
		if perHour[b.Key] == 0 {
			continue
		}
		for _, t := range b.Topics {
			id := centre.QueueID(p.Rules.Book().ID("queues", t.Queue))
			p.rates[id] = perHour[b.Key] * earlyTraffic / float64(len(b.Topics))
			p.ids = append(p.ids, id)
		}
	}
}

func (p *played) run(ctx context.Context, from int64) error {
	people := p.agents()
	first := from / bucket * bucket
	err := p.commit(ctx, first, func(plan *live.Plan) {
		for _, a := range people {
			plan.Step(routing.Event{Kind: routing.SignedIn, Agent: a, Status: routing.Ready})
		}
	})
	if err != nil {
		return err
	}
	for _, q := range p.ids {
		p.next(q, first)
	}
	for len(p.agenda) > 0 && p.agenda[0].at < p.until && ctx.Err() == nil {
		at := p.agenda[0].at / bucket * bucket
		var due []happening
		for len(p.agenda) > 0 && p.agenda[0].at < at+bucket {
			due = append(due, heap.Pop(&p.agenda).(happening))
		}
		if err := p.commit(ctx, at, func(plan *live.Plan) { p.play(plan, due) }); err != nil {
			return err
		}
	}
	return p.goHome(ctx, people)
}

// goHome ends what is open and signs everybody out: from here on the simulated people use the screens' own API.
func (p *played) goHome(ctx context.Context, people []centre.AgentID) error {
	return p.commit(ctx, p.until, func(plan *live.Plan) {
		var open []routing.ContactView
		plan.Engine().EachContact(func(c *routing.ContactView) bool {
			open = append(open, *c)
			return true
		})
		for _, c := range open {
			switch c.Phase {
			case routing.InTalk, routing.InPark, routing.InHold:
				plan.Step(routing.Event{Kind: routing.Ended, Contact: c.ID, Agent: c.Agent})
				plan.Step(routing.Event{Kind: routing.WrappedUp, Contact: c.ID, Agent: c.Agent, Outcome: routing.Solved})
			case routing.InWrapUp:
				plan.Step(routing.Event{Kind: routing.WrappedUp, Contact: c.ID, Agent: c.Agent, Outcome: routing.Solved})
			default:
				plan.Step(routing.Event{Kind: routing.Abandoned, Contact: c.ID})
			}
		}
		for _, a := range people {
			plan.Step(routing.Event{Kind: routing.SignedOut, Agent: a, Force: true})
		}
	})
}

func (p *played) agents() []centre.AgentID {
	var out []centre.AgentID
	for _, x := range p.Rules.Book().People {
		if x.Capacity != "" && !isPersona(x.Email) && float64(x.ID%10) < 10*earlyStaff {
			out = append(out, centre.AgentID(x.ID))
		}
	}
	return out
}

func (p *played) commit(ctx context.Context, at int64, fn func(*live.Plan)) error {
	p.Clock.early.Store(at)
	_, err := p.Centre.Do(ctx, live.Command{Plan: func(plan *live.Plan) error {
		fn(plan)
		return nil
	}})
	return err
}

// next sets down when the next contact comes to a queue: more towards ten and towards two, fewer at lunch.
func (p *played) next(q centre.QueueID, after int64) {
	hour := float64(after%86_400_000) / 3_600_000
	rate := p.rates[q] * (.55 + .45*math.Sin(hour*1.1)*math.Sin(hour*1.1))
	p.then(happening{at: after + int64(p.rng.Exponential(3_600_000/rate)), kind: comes, queue: q})
}

func (p *played) then(h happening) { heap.Push(&p.agenda, h) }

// play does what is due at one moment.
func (p *played) play(plan *live.Plan, due []happening) {
	for _, h := range due {
		var d []routing.Decision
		c, open := plan.Engine().Contact(h.contact)
		switch {
		case h.kind == comes:
			p.next(h.queue, h.at)
			d = p.arrive(plan, h)
		case h.kind == answers:
			p.answer(plan, h)
		case !open:
		case h.kind == givesUp && c.Phase == routing.InQueue:
			d = plan.Step(routing.Event{Kind: routing.Abandoned, Contact: h.contact})
		case h.kind == accepts && c.Phase == routing.InOffer && c.Offer == h.offer:
			d = plan.Step(routing.Event{Kind: routing.Accepted, Contact: h.contact, Agent: h.agent, Offer: h.offer})
		case h.kind == ends && c.Phase == routing.InTalk:
			d = plan.Step(routing.Event{Kind: routing.Ended, Contact: h.contact, Agent: c.Agent})
		case h.kind == wraps && c.Phase == routing.InWrapUp:
			d = plan.Step(routing.Event{Kind: routing.WrappedUp, Contact: h.contact, Agent: c.Agent, Outcome: routing.Solved, Reason: p.reason(h)})
		}
		p.follow(plan, d, h.at)
	}
	p.lookRound(plan, int64(plan.Now()))
}

// lookRound answers what rings since the centre's own timers were last heard, and brings back whoever let something lapse.
func (p *played) lookRound(plan *live.Plan, at int64) {
	plan.Engine().EachAgent(func(a *routing.AgentView) bool {
		if a.Offer != 0 && !p.rung[a.Offer] {
			p.follow(plan, []routing.Decision{{Kind: routing.Offered, Contact: a.Ringing, Agent: a.ID, Offer: a.Offer}}, at)
		}
		return true
	})
	for _, id := range p.agents() {
		if a, ok := plan.Engine().Agent(id); ok && a.Status == routing.Away {
			p.follow(plan, plan.Step(routing.Event{Kind: routing.StatusChanged, Agent: id, Status: routing.Ready}), at)
		}
	}
}

func (p *played) arrive(plan *live.Plan, h happening) []routing.Decision {
	id := plan.NewContact()
	d := plan.Step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: h.queue, Channel: centre.Chat})
	book := p.Rules.Book()
	plan.About(id, journal.AboutContact{Brand: book.BrandOf(h.queue), Market: book.MarketOf(book.BrandOf(h.queue))})
	plan.Write(store.Conversation{DB: p.Surveys.DB, Domain: p.Surveys.Domain}.PutThread(conversation.Thread{Contact: id, Language: "nb"}))
	p.then(happening{at: h.at + 60_000 + int64(p.rng.Exponential(420_000)), kind: givesUp, contact: id})
	return d
}

func (p *played) reason(h happening) centre.ReasonID {
	reasons := p.Rules.Book().Reasons
	return centre.ReasonID(reasons[int(h.contact)%len(reasons)].ID)
}

// follow sets down what the engine's decisions lead to.
func (p *played) follow(plan *live.Plan, decisions []routing.Decision, at int64) {
	for _, d := range decisions {
		switch d.Kind {
		case routing.Offered:
			p.rung[d.Offer] = true
			p.then(happening{at: at + 3_000 + int64(p.rng.Exponential(5_000)), kind: accepts, contact: d.Contact, agent: d.Agent, offer: d.Offer})
		case routing.Connected:
			p.then(happening{at: at + 40_000 + int64(p.rng.Lognormal(4.9, .6)*1000), kind: ends, contact: d.Contact})
		case routing.WrapUpStarted:
			p.then(happening{at: at + 8_000 + int64(p.rng.Exponential(25_000)), kind: wraps, contact: d.Contact})
			if c, ok := plan.Engine().Contact(d.Contact); ok && p.rng.Bool(.55) {
				p.then(happening{at: at + 15_000 + int64(p.rng.Exponential(40_000)), kind: answers, contact: d.Contact, agent: d.Agent, queue: c.Queue})
			}
		}
	}
}

// answer is a customer's answer to the two questions.
func (p *played) answer(plan *live.Plan, h happening) {
	book := p.Rules.Book()
	a := store.SurveyAnswer{
		Contact: h.contact, Queue: h.queue, Brand: book.BrandOf(h.queue), Channel: centre.Chat.String(),
		OKS: []int{2, 3, 4, 5, 5, 6, 6}[p.rng.IntN(7)], Solved: []string{"yes", "yes", "yes", "yes", "no"}[p.rng.IntN(5)],
	}
	if who, ok := book.Person(h.agent); ok {
		a.Team, a.Partner = who.Team, who.Partner
	}
	survey.Keep(plan, p.Surveys, a)
}
