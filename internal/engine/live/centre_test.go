package live_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

var ctx = context.Background()

// rules is the smallest rule book: one queue that everybody serves, chats side by side.
func rules(offer time.Duration) *routing.Settings {
	s := &routing.Settings{Version: 1, LapsesToAway: 1, Teams: []routing.Team{{ID: 1}}, Queues: []routing.Queue{{ID: 1, Weight: 100, TargetMS: 20_000,
		OfferMS: offer.Milliseconds(), WrapUpMS: 60_000, WrapUpMaxMS: 120_000, Open: true, Steps: []routing.Step{{AllHands: true}}}}}
	c := routing.Capacity{Total: 3}
	c.Weight[centre.Chat], c.Max[centre.Chat], c.Beside[centre.Chat] = 1, 3, 1<<centre.Chat
	s.Capacity = []routing.Capacity{c}
	return s
}

// start runs a centre until the test ends or stop is called, and waits until it is open.
func start(t testing.TB, db *store.DB, o live.Options) (c *live.Centre, stop func() error) {
	t.Helper()
	o.Store = db
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	c = live.New(o)
	run, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(run) }()
	var once sync.Once
	var err error
	stop = func() error { once.Do(func() { cancel(); err = <-ended }); return err }
	t.Cleanup(func() { stop() })
	waitFor(t, "the centre to open", func() bool { return c.Status().Owner })
	return c, stop
}

func waitFor(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// step is a command of one event.
func step(e routing.Event) live.Command {
	return live.Command{Plan: func(p *live.Plan) error { p.Step(e); return nil }}
}

// open tells a new centre its rules and people.
func open(t testing.TB, c *live.Centre, agents int) {
	t.Helper()
	must(t, c, step(routing.Event{Kind: routing.SettingsChanged, Settings: rules(30 * time.Second)}))
	for i := 1; i <= agents; i++ {
		id := centre.AgentID(i)
		must(t, c, step(routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: id, Team: 1}}))
		must(t, c, step(routing.Event{Kind: routing.SignedIn, Agent: id, Status: routing.Ready}))
	}
}

func must(t testing.TB, c *live.Centre, cmd live.Command) live.Receipt {
	t.Helper()
	r, err := c.Do(ctx, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// arrive is a command that takes a chat in; its result is the contact's id.
func arrive(client string, n int) live.Command {
	return live.Command{Client: client, ID: fmt.Sprint(n), Plan: func(p *live.Plan) error {
		id := p.NewContact()
		p.Step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: 1, Channel: centre.Chat})
		p.About(id, journal.AboutContact{Brand: 2, Key: fmt.Sprintf("%s/%d", client, n)})
		p.Result(id)
		return nil
	}}
}

func TestSameCommandTakesPlaceOnce(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		c, stop := start(t, db, live.Options{})
		open(t, c, 1)
		var wg sync.WaitGroup
		receipts := make([]live.Receipt, 3)
		for i := range receipts {
			wg.Go(func() { receipts[i] = must(t, c, arrive("web", 1)) })
		}
		wg.Wait()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		c, _ = start(t, db, live.Options{})
		receipts = append(receipts, must(t, c, arrive("web", 1)))
		for _, r := range receipts {
			if r.Seq != receipts[0].Seq || string(r.Result) != "1" {
				t.Errorf("receipts %+v", receipts)
			}
		}
		must(t, c, live.Command{Plan: func(p *live.Plan) error {
			if p.ByKey("web/1") != 1 || p.NewContact() != 2 {
				t.Errorf("the key names %v", p.ByKey("web/1"))
			}
			return nil
		}})
	})
}

func TestRefusedPlanLeavesNothing(t *testing.T) {
	c, _ := start(t, storetest.Open(t, storetest.SQLite(t)), live.Options{})
	no := centre.Errorf(centre.Conflict, "taken")
	before := c.Head()
	if _, err := c.Do(ctx, live.Command{Client: "a", ID: "1", Plan: func(*live.Plan) error { return no }}); !errors.Is(err, no) {
		t.Errorf("refused with %v", err)
	}
	if r := must(t, c, live.Command{Client: "a", ID: "1", Plan: func(p *live.Plan) error { p.Result("yes"); return nil }}); string(r.Result) != `"yes"` {
		t.Errorf("after a refusal the same command gave %s", r.Result)
	}
	if c.Head() != before {
		t.Errorf("the log grew from %d to %d", before, c.Head())
	}
}

// TestRepeatedCommandBeyondMemory repeats commands that the memory has forgotten (T5): the table refuses the second, and they are answered with the first receipt,
// together with new ones in the same batch.
func TestRepeatedCommandBeyondMemory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := start(t, db, live.Options{RememberCommands: 3, Caution: time.Nanosecond})
		var first []live.Receipt
		for i := range 10 {
			first = append(first, must(t, c, arrive("a", i)))
		}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				r := must(t, c, arrive("a", i))
				if i < 10 && (r.Seq != first[i].Seq || string(r.Result) != string(first[i].Result)) {
					t.Errorf("command %d: %+v, then %+v", i, first[i], r)
				}
			})
		}
		wg.Wait()
		for i := range 20 { // and once more
			must(t, c, arrive("a", i))
		}
		if f := c.Figures(); f.Rebuilds < 2 || f.Repeated < 25 {
			t.Errorf("%d rebuilds, %d repeated", f.Rebuilds, f.Repeated)
		}
		must(t, c, live.Command{Plan: func(p *live.Plan) error {
			if id := p.NewContact(); id != 21 {
				t.Errorf("the next contact is %d, want 21", id)
			}
			return nil
		}})
	})
}
