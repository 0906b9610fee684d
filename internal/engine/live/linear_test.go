package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// claim is what one client tries to do to one contact.
type claim struct {
	verb    string // accept, decline, end, abandon, look
	contact centre.ContactID
	agent   centre.AgentID
	offer   centre.OfferID
}

// fate is where a contact stands: the answer to a claim, and the state of the model.
type fate struct {
	Done  bool // the claim was granted; not part of the state
	Phase string
	Agent centre.AgentID
	Offer centre.OfferID
}

// fateOf reads where a contact stands from the engine.
func fateOf(p *live.Present, id centre.ContactID) fate {
	c, ok := p.Contact(id)
	if !ok {
		return fate{Phase: "gone"}
	}
	f := fate{Phase: string(c.State)}
	if c.State == "talking" {
		f.Agent = c.Agent
	}
	if c.State == "offered" {
		p.Engine().EachAgent(func(a *routing.AgentView) bool {
			if o, rings := p.Engine().OfferTo(a.ID); rings && o.Contact == id {
				f.Agent, f.Offer = a.ID, o.Offer
			}
			return f.Agent == 0
		})
	}
	return f
}

// run carries a claim out and gives the fate of its contact after it. It is a command in any case, so that a look is as true as a deed.
func (c claim) run(do func(live.Command) (live.Receipt, error), client string, n int) (fate, error) {
	r, err := do(live.Command{Client: client, ID: fmt.Sprint(n), Plan: func(p *live.Plan) error {
		e := routing.Event{Contact: c.contact, Agent: c.agent, Offer: c.offer}
		var f fate
		switch c.verb {
		case "accept":
			e.Kind = routing.Accepted
		case "decline":
			e.Kind = routing.Declined
		case "end":
			e.Kind = routing.Ended
		case "abandon":
			e.Kind = routing.Abandoned
		}
		if e.Kind != 0 {
			f.Done = true
			for _, d := range p.Step(e) {
				f.Done = f.Done && d.Kind != routing.Refused
			}
		}
		after := fateOf(&p.Present, c.contact)
		after.Done = f.Done
		p.Result(after)
		return nil
	}})
	var f fate
	if err == nil {
		err = json.Unmarshal(r.Result, &f)
	}
	return f, err
}

// assignment is what must be true of one contact, whoever asks in whatever order: it is offered to one agent at a time, only that agent can accept or decline that
// offer, only who accepted it can end it, and once it is gone it stays gone.
var assignment = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		by := map[centre.ContactID][]porcupine.Operation{}
		for _, op := range history {
			id := op.Input.(claim).contact
			by[id] = append(by[id], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range by {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return fate{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(fate), input.(claim), output.(fate)
		after := out
		after.Done = false
		if s.Phase == "" { // the arrival itself
			return in.verb == "arrive" && out.Phase == "offered", after
		}
		granted := false
		switch in.verb {
		case "accept", "decline":
			granted = s.Phase == "offered" && s.Agent == in.agent && s.Offer == in.offer
		case "end":
			granted = s.Phase == "talking" && s.Agent == in.agent
		case "abandon":
			granted = s.Phase != "gone"
		}
		if out.Done != granted {
			return false, s
		}
		if !granted {
			return after == s, s
		}
		switch in.verb {
		case "accept":
			return after == fate{Phase: "talking", Agent: in.agent}, after
		case "decline": // somebody else has it now
			return after.Phase == "offered" && after.Offer > s.Offer && after.Agent != in.agent, after
		default:
			return after.Phase == "gone", after
		}
	},
	Equal:             func(a, b any) bool { return a == b },
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
}

// claimants let clients fight over the same contacts and gives the history.
func claimants(t *testing.T, do func(client int, cmd live.Command) (live.Receipt, error), clients, contacts int) (history []porcupine.Operation) {
	var mu sync.Mutex
	began := time.Now()
	record := func(client int, in claim, out fate, from, to time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: int64(from), Return: int64(to)})
	}
	for id := 1; id <= contacts; id++ {
		var arrived fate
		from := time.Since(began)
		r, err := do(0, live.Command{Client: "arrivals", ID: fmt.Sprint(id), Plan: func(p *live.Plan) error {
			contact := p.NewContact()
			p.Step(routing.Event{Kind: routing.Arrived, Contact: contact, Queue: 1, Channel: centre.Chat})
			p.Result(fateOf(&p.Present, contact))
			return nil
		}})
		if err == nil {
			err = json.Unmarshal(r.Result, &arrived)
		}
		if err != nil {
			t.Fatal(err)
		}
		contact := centre.ContactID(id)
		record(0, claim{verb: "arrive", contact: contact}, arrived, from, time.Since(began))
		var fight sync.WaitGroup
		for client := range clients {
			fight.Go(func() {
				r := rand.New(rand.NewPCG(uint64(id), uint64(client)))
				known := arrived
				for n := range 3 {
					c := claim{contact: contact, agent: known.Agent, offer: known.Offer}
					switch c.verb = []string{"accept", "accept", "accept", "decline", "decline", "end", "abandon", "look"}[r.IntN(8)]; r.IntN(6) {
					case 0:
						c.agent = centre.AgentID(1 + r.IntN(6)) // whoever it may be
					case 1:
						c.offer = arrived.Offer // as an old tab has it
					}
					from := time.Since(began)
					out, err := c.run(func(cmd live.Command) (live.Receipt, error) { return do(client, cmd) }, fmt.Sprint("claimant ", id, " ", client), n)
					if err != nil {
						t.Error(err)
						return
					}
					record(client, c, out, from, time.Since(began))
					known = out
				}
			})
		}
		fight.Wait()
	}
	return history
}

func wideRules() *routing.Settings {
	s := rules(time.Hour)
	s.DeclineCoolMS = 3_600_000
	s.Queues[0].WrapUpMS = 0
	s.Capacity[0].Total, s.Capacity[0].Max[centre.Chat] = 1000, 1000
	return s
}

func openWide(t *testing.T, c *live.Centre) {
	t.Helper()
	must(t, c, step(routing.Event{Kind: routing.SettingsChanged, Settings: wideRules()}))
	for id := centre.AgentID(1); id <= 40; id++ {
		must(t, c, step(routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: id, Team: 1}}))
		must(t, c, step(routing.Event{Kind: routing.SignedIn, Agent: id, Status: routing.Ready}))
	}
}

func checkLinear(t *testing.T, history []porcupine.Operation) {
	t.Helper()
	granted := 0
	for _, op := range history {
		if op.Output.(fate).Done {
			granted++
		}
	}
	if result := porcupine.CheckOperationsTimeout(assignment, history, 30*time.Second); result != porcupine.Ok {
		t.Errorf("the history of %d claims is not one of contacts offered to one agent at a time: %v", len(history), result)
	}
	t.Logf("%d claims, %d granted", len(history), granted)
}

// TestAssignmentsAreLinear lets clients fight over contacts and checks that what each was told fits one order of events.
func TestAssignmentsAreLinear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := start(t, db, live.Options{})
		openWide(t, c)
		history := claimants(t, func(_ int, cmd live.Command) (live.Receipt, error) { return c.Do(ctx, cmd) }, 6, rounds(40, 5))
		checkLinear(t, history)

		spoilt := append([]porcupine.Operation(nil), history...)
		for i := range spoilt { // the check must notice one lie
			in, out := spoilt[i].Input.(claim), spoilt[i].Output.(fate)
			if in.verb == "accept" && !out.Done {
				out.Done = true
				spoilt[i].Output = out
				break
			}
		}
		if porcupine.CheckOperations(assignment, spoilt) {
			t.Error("a claim granted twice went unnoticed")
		}
	})
}

// TestCrashedHistoriesAreLinear does the same at two nodes whose owner is paused past its lease again and again.
func TestCrashedHistoriesAreLinear(t *testing.T) {
	url := storetest.PostgreSQL(t)
	const ttl = 150 * time.Millisecond
	var nodes [2]*live.Centre
	for i := range nodes {
		nodes[i] = live.New(live.Options{Store: storetest.Open(t, url), Node: fmt.Sprint("node ", i), Addr: fmt.Sprint("node ", i), TTL: ttl})
		run, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { defer close(ended); nodes[i].Run(run) }()
		t.Cleanup(func() { stop(); <-ended })
		if i == 0 {
			waitFor(t, "the first owner", func() bool { return nodes[0].Status().Owner })
			openWide(t, nodes[0])
		}
	}
	quit, paused := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(paused)
		for {
			select {
			case <-quit:
				return
			case <-time.After(100 * time.Millisecond):
				for _, c := range nodes {
					c.View(ctx, func(*live.View) error { time.Sleep(2 * ttl); return nil })
				}
			}
		}
	}()
	either := func(client int, cmd live.Command) (live.Receipt, error) {
		for at := client; ; at++ {
			patience, done := context.WithTimeout(ctx, 100*time.Millisecond)
			r, err := nodes[at%2].Do(patience, cmd)
			done()
			if centre.KindOf(err) != centre.Unavailable {
				return r, err
			}
			time.Sleep(time.Millisecond)
		}
	}
	history := claimants(t, either, 6, rounds(15, 10))
	close(quit)
	<-paused
	checkLinear(t, history)
	t.Logf("%d owners fenced", nodes[0].Figures().Fenced+nodes[1].Figures().Fenced)
}
