package load

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// LogOptions says what goes through the log.
type LogOptions struct {
	Centre   *live.Centre
	Words    store.Conversation
	Queues   []centre.QueueID
	Agents   []centre.AgentID
	Reason   centre.ReasonID
	Contacts int
	Clients  int            // at once; each waits until what it asked for is on disk
	OnStage  func(LogStage) // told after each stage; may be nil
}

// LogStage is what the contacts between two sizes of history cost.
type LogStage struct {
	History          int     `json:"history"` // contacts when the stage was over
	Contacts         int     `json:"contacts"`
	PerSecond        float64 `json:"contacts_per_s"`
	CPUMicros        float64 `json:"cpu_us_per_contact"` // of this process, without a database server
	CommandMS        Times   `json:"command_ms"`
	CommitsPerSecond float64 `json:"commits_per_s"`
}

// Log takes contacts through arrival with their first words, an accepted offer, an answer, the end and wrap-up: five commands on disk each, with the
// rows of contacts, threads, messages and intervals. It reports at 1,000, 2,000, 5,000, 10,000 and so on.
func Log(ctx context.Context, o LogOptions) ([]LogStage, error) {
	if o.Contacts < 1 || o.Clients < 1 || len(o.Agents) == 0 || len(o.Queues) == 0 {
		return nil, centre.Errorf(centre.Invalid, "%d contacts of %d clients: both must be above zero", o.Contacts, o.Clients)
	}
	_, err := o.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		for _, a := range o.Agents {
			p.Step(routing.Event{Kind: routing.SignedIn, Agent: a, Status: routing.Ready})
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	var out []LogStage
	for done := 0; done < o.Contacts; {
		next := min(o.Contacts, nextStage(done))
		s, err := o.stage(ctx, done, next)
		if err != nil {
			return out, err
		}
		out = append(out, s)
		if o.OnStage != nil {
			o.OnStage(s)
		}
		done = next
	}
	return out, nil
}

// nextStage is the next of 1,000, 2,000, 5,000, 10,000 ...
func nextStage(n int) int {
	for size := 1000; ; size *= 10 {
		for _, k := range []int{1, 2, 5} {
			if k*size > n {
				return k * size
			}
		}
	}
}

func (o *LogOptions) stage(ctx context.Context, from, to int) (LogStage, error) {
	var left atomic.Int64
	left.Store(int64(from))
	times := make([][]float64, o.Clients)
	failed := make(chan error, o.Clients)
	began, cpu, before := time.Now(), ProcessorTime(), o.Centre.Figures()
	var running sync.WaitGroup
	for i := range o.Clients {
		running.Go(func() {
			for ctx.Err() == nil {
				n := left.Add(1)
				if n > int64(to) {
					return
				}
				if err := o.contact(ctx, int(n), &times[i]); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	running.Wait()
	select {
	case err := <-failed:
		return LogStage{}, err
	default:
	}
	took, after := time.Since(began), o.Centre.Figures()
	n := float64(to - from)
	return LogStage{
		History: to, Contacts: to - from, PerSecond: n / took.Seconds(), CPUMicros: float64((ProcessorTime() - cpu).Microseconds()) / n,
		CommandMS: timesOf(slices.Concat(times...)), CommitsPerSecond: float64(after.Commits-before.Commits) / took.Seconds(),
	}, ctx.Err()
}

// contact takes one through its life.
func (o *LogOptions) contact(ctx context.Context, n int, times *[]float64) error {
	client := fmt.Sprintf("load %d", n)
	var id centre.ContactID
	var agent centre.AgentID
	do := func(what string, plan func(p *live.Plan) error) error {
		began := time.Now()
		_, err := o.Centre.Do(ctx, live.Command{Client: client, ID: what, Plan: plan})
		*times = append(*times, ms(time.Since(began)))
		return err
	}
	step := func(p *live.Plan, e routing.Event) error {
		p.Step(e)
		return nil
	}
	var offer centre.OfferID
	err := do("start", func(p *live.Plan) error {
		id, offer = p.NewContact(), 0
		for _, d := range p.Step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: o.Queues[n%len(o.Queues)], Channel: centre.Chat}) {
			if d.Kind == routing.Offered && d.Contact == id {
				offer, agent = d.Offer, d.Agent
			}
		}
		p.About(id, journal.AboutContact{Brand: 1, Market: 1, Key: client, Attributes: map[string]string{"language": "nb"}})
		p.Write(o.Words.PutThread(conversation.Thread{Contact: id, Language: "nb"}))
		o.say(p, conversation.Message{Contact: id, Author: conversation.ByCustomer, Text: words[0]})
		return nil
	})
	if err != nil {
		return err
	}
	if offer == 0 { // nobody was free: more clients than the agents carry
		return do("leave", func(p *live.Plan) error { return step(p, routing.Event{Kind: routing.Abandoned, Contact: id}) })
	}
	for _, what := range []struct {
		name string
		plan func(p *live.Plan) error
	}{
		{"accept", func(p *live.Plan) error {
			return step(p, routing.Event{Kind: routing.Accepted, Contact: id, Agent: agent, Offer: offer})
		}},
		{"answer", func(p *live.Plan) error {
			o.say(p, conversation.Message{Contact: id, Author: conversation.ByAgent, Agent: agent, Text: words[1]})
			return nil
		}},
		{"end", func(p *live.Plan) error {
			return step(p, routing.Event{Kind: routing.Ended, Contact: id, Agent: agent})
		}},
		{"wrap-up", func(p *live.Plan) error {
			return step(p, routing.Event{Kind: routing.WrappedUp, Contact: id, Agent: agent, Reason: o.Reason, Outcome: routing.Solved})
		}},
	} {
		if err := do(what.name, what.plan); err != nil {
			return err
		}
	}
	return nil
}

// say writes a message in the plan, as the chat and the desk do.
func (o *LogOptions) say(p *live.Plan, m conversation.Message) {
	m.At, m.Files = p.Now(), []conversation.File{}
	m.ID = p.Fact(contact.FactMessage, m.Contact, m.Agent, contact.Said{Author: m.Author})
	p.Write(o.Words.Append(m))
}
