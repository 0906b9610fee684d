package routing_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// todo is one thing that will happen in the little centre below.
type todo struct {
	at      int64
	contact centre.ContactID
	offer   centre.OfferID
	agent   centre.AgentID
	kind    routing.EventKind
}

// agenda is a binary heap of what will happen; with a bare loop around it, it is also the baseline that the engine is compared with.
type agenda []todo

func (h *agenda) push(t todo) {
	s := append(*h, t)
	i := len(s) - 1
	for i > 0 && t.at < s[(i-1)/2].at {
		s[i] = s[(i-1)/2]
		i = (i - 1) / 2
	}
	s[i] = t
	*h = s
}

func (h *agenda) pop() todo {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= len(s) {
			break
		}
		if down+1 < len(s) && s[down+1].at < s[down].at {
			down++
		}
		if last.at <= s[down].at {
			break
		}
		s[i] = s[down]
		i = down
	}
	s[i] = last
	return top
}

// littleCentre is a centre with skills that runs for ever: agents answer, talk, wrap up; customers come, wait and lose patience.
type littleCentre struct {
	engine   *routing.Engine
	agenda   agenda
	rand     *rand.Rand
	queues   int
	gap      float64 // mean milliseconds between arrivals
	patience float64
	next     centre.ContactID
	wake     int64
	events   int
	waiting  [1 << 18]centre.ContactID // by id: those whose patience matters
	spans    [4096]float64             // exponential, mean 1
}

const meanTalkMS = 180_000

func newLittleCentre(agents, queues int, load, patienceMS float64) *littleCentre {
	c := &littleCentre{engine: routing.New(), rand: rand.New(rand.NewPCG(7, 7)), queues: queues, patience: patienceMS, next: 1}
	for i := range c.spans {
		c.spans[i] = -math.Log((float64(i) + 0.5) / float64(len(c.spans)))
	}
	s := &routing.Settings{LostGraceMS: 30_000, ReturnHoldMS: 0, LapsesToAway: 1, DeclineCoolMS: 30_000}
	s.Teams = []routing.Team{{ID: 1}, {ID: 2}, {ID: 3}}
	for q := 1; q <= queues; q++ {
		skill := centre.SkillID(q)
		s.Queues = append(s.Queues, routing.Queue{ID: centre.QueueID(q), Weight: 100, TargetMS: int64(20_000 + 10_000*(q%3)), OfferMS: 20_000, WrapUpMS: 60_000, Open: true,
			AgeGuaranteeMS: 600_000,
			Steps: []routing.Step{
				{Needs: []routing.Need{{Skill: skill, Level: 4}}, Teams: []centre.TeamID{1}},
				{AfterMS: 30_000, Needs: []routing.Need{{Skill: skill, Level: 2}}, Teams: []centre.TeamID{1, 2}},
				{AfterMS: 90_000, Needs: []routing.Need{{Skill: skill, Level: 1}}, AllHands: true},
			}})
	}
	one := routing.Capacity{Total: 6}
	one.Weight[centre.Phone], one.Max[centre.Phone] = 6, 1
	s.Capacity = []routing.Capacity{one}
	c.send(routing.Event{Kind: routing.SettingsChanged, Settings: s})
	for a := 1; a <= agents; a++ {
		p := &routing.Profile{Agent: centre.AgentID(a), Team: centre.TeamID(1 + a%3)}
		for q := 1; q <= queues; q++ {
			if q == 1+a%queues || c.rand.IntN(3) == 0 {
				p.Skills = append(p.Skills, routing.Need{Skill: centre.SkillID(q), Level: uint8(1 + c.rand.IntN(9))})
			}
		}
		c.send(routing.Event{Kind: routing.AgentDefined, Profile: p})
		c.send(routing.Event{Kind: routing.SignedIn, Agent: p.Agent})
	}
	c.gap = (meanTalkMS + 20_000) / (float64(agents) * load)
	c.agenda.push(todo{at: 1, kind: routing.Arrived})
	return c
}

func (c *littleCentre) span(mean float64) int64 {
	return 1 + int64(mean*c.spans[c.rand.IntN(len(c.spans))])
}

// step lets the next thing happen and gives the event that it was.
func (c *littleCentre) step() routing.Event {
	ev := c.draw()
	c.send(ev)
	return ev
}

// draw takes the next thing that happens, as an event.
func (c *littleCentre) draw() routing.Event {
	for {
		if c.wake > 0 && c.wake <= c.agenda[0].at {
			at := c.wake
			c.wake = 0
			return routing.Event{Kind: routing.Woke, At: centre.Instant(at)}
		}
		t := c.agenda.pop()
		ev := routing.Event{At: centre.Instant(t.at), Kind: t.kind, Contact: t.contact, Agent: t.agent, Offer: t.offer}
		switch t.kind {
		case routing.Arrived:
			ev.Contact = c.next
			ev.Queue, ev.Channel = centre.QueueID(1+c.rand.IntN(c.queues)), centre.Phone
			c.next++
			c.agenda.push(todo{at: t.at + c.span(c.gap), kind: routing.Arrived})
			c.waiting[int(ev.Contact)%len(c.waiting)] = ev.Contact
			c.agenda.push(todo{at: t.at + c.span(c.patience), kind: routing.Abandoned, contact: ev.Contact})
		case routing.Abandoned:
			if c.waiting[int(t.contact)%len(c.waiting)] != t.contact {
				continue
			}
		}
		return ev
	}
}

func (c *littleCentre) send(ev routing.Event) {
	c.events++
	out := c.engine.Step(ev)
	now := int64(ev.At)
	for i := range out {
		switch d := &out[i]; d.Kind {
		case routing.Offered:
			c.agenda.push(todo{at: now + 2000 + int64(c.rand.IntN(3000)), kind: routing.Accepted, contact: d.Contact, offer: d.Offer, agent: d.Agent})
		case routing.Connected:
			c.waiting[int(d.Contact)%len(c.waiting)] = 0
			c.agenda.push(todo{at: now + c.span(meanTalkMS), kind: routing.Ended, contact: d.Contact, agent: d.Agent})
		case routing.WrapUpStarted:
			c.agenda.push(todo{at: now + 10_000 + int64(c.rand.IntN(20_000)), kind: routing.WrappedUp, contact: d.Contact, agent: d.Agent})
		case routing.WakeAt:
			c.wake = int64(d.Until)
		}
	}
}

// run lets n things happen.
func (c *littleCentre) run(n int) {
	for range n {
		c.step()
	}
}

// processorTime is how long this program has had a processor: on a machine that others use too, the only time that says something.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bare times the agenda alone: as many pushes and pops at the same length, with the same random numbers, and no engine.
func bare(n, length int) time.Duration {
	r := rand.New(rand.NewPCG(7, 7))
	var h agenda
	for range length {
		h.push(todo{at: int64(r.IntN(meanTalkMS))})
	}
	start := processorTime()
	for range n {
		t := h.pop()
		t.at += int64(r.IntN(meanTalkMS))
		h.push(t)
	}
	return processorTime() - start
}

// BenchmarkDay is the simulator's inner loop: events of a busy centre with skills and steps, one after the other. It reports how much longer the whole
// takes than a bare heap loop of the same length, timed in the same run.
func BenchmarkDay(b *testing.B) {
	for _, load := range []float64{0.75, 0.92, 1.05} {
		b.Run(fmt.Sprintf("agents=700/load=%.2f", load), func(b *testing.B) {
			c := newLittleCentre(700, 12, load, 600_000)
			c.run(300_000)
			b.ReportAllocs()
			b.ResetTimer()
			start := processorTime()
			c.run(b.N)
			took := processorTime() - start
			b.StopTimer()
			b.ReportMetric(float64(b.N)/took.Seconds()/1e6, "Mevents/s")
			b.ReportMetric(float64(took)/float64(bare(b.N, len(c.agenda))), "x-bare-heap")
		})
	}
}

// TestNothingIsAllocated holds the steady state to no allocation at all.
func TestNothingIsAllocated(t *testing.T) {
	c := newLittleCentre(200, 12, 1.02, 600_000)
	c.run(200_000)
	if n := testing.AllocsPerRun(10, func() { c.run(5_000) }); n > 0 {
		t.Errorf("%v allocations in 5,000 events", n)
	}
}

// backlog brings a centre of 700 agents to 10,000 contacts waiting.
func backlog() *littleCentre {
	c := newLittleCentre(700, 12, 1.6, 60*60*60_000)
	for c.engine.Centre().Counts[routing.InQueue] < 10_000 {
		c.run(1_000)
	}
	return c
}

// TestStepAtTenThousandWaiting measures single steps with 700 agents and 10,000 contacts waiting. The limit is loose, for machines that are busy with
// other things; the figure is published by hand.
func TestStepAtTenThousandWaiting(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	c := backlog()
	took := make([]time.Duration, 0, 50_000)
	for range cap(took) {
		ev := c.draw()
		start := time.Now()
		c.send(ev)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)-1))] }
	t.Logf("waiting %d: p50 %v, p90 %v, p99 %v, p99.9 %v, longest %v", c.engine.Centre().Counts[routing.InQueue], at(.5), at(.9), at(.99), at(.999), at(1))
	if at(.99) > 100*time.Microsecond {
		t.Errorf("p99 is %v", at(.99))
	}
}
