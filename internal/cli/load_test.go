package cli

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/load"
	"sentral/internal/store"
)

// loadCentre opens a small node of the invented centre.
func loadCentre(t *testing.T, agents int, d *config.Document) (*app.App, load.Node) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	flags := NodeFlags{Listen: "127.0.0.1:0", Data: t.TempDir()}
	o := flags.options(io.Discard)
	o.Document = d
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		a.Close()
	})
	node, err := loadNode(ctx, a, agents)
	if err != nil {
		t.Fatal(err)
	}
	return a, node
}

// countOpen counts the contacts that have not closed.
func countOpen(n *int) func(*live.View) error {
	return func(v *live.View) error {
		*n = 0
		v.Engine().EachContact(func(*routing.ContactView) bool {
			*n++
			return true
		})
		return nil
	}
}

// TestLoadCounts: everybody who comes is offered, answered and heard, every message reaches the other side once, nothing fails. Counts, not times.
func TestLoadCounts(t *testing.T) {
	a, node := loadCentre(t, 5, load.Document(5))
	r, err := load.Run(context.Background(), load.Options{Node: node, Agents: 5, Rate: 5, Duration: 1500 * time.Millisecond, Turns: 2, Think: 20 * time.Millisecond, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if r.Planned == 0 || r.Started != r.Planned || r.Offered != r.Planned || r.Answered != r.Planned || r.Over != r.Planned {
		t.Errorf("of %d planned: %d started, %d offered, %d answered, %d over", r.Planned, r.Started, r.Offered, r.Answered, r.Over)
	}
	if r.ToDesk != r.Planned || r.Errors != 0 || r.Dropped != 0 || r.Away != 0 || r.OfferedMore != 0 {
		t.Errorf("%d messages to desks of %d; %d errors (%s), %d streams dropped, %d away, %d offered again", r.ToDesk, r.Planned, r.Errors, r.FirstError, r.Dropped, r.Away, r.OfferedMore)
	}
	if r.Offer.N != r.Planned || r.Server.MaxMemoryMB <= 0 || r.Server.Commits <= 0 {
		t.Errorf("%d times of %d, %+v", r.Offer.N, r.Planned, r.Server)
	}
	open := 0
	if err := a.Centre.View(context.Background(), countOpen(&open)); err != nil || open > 5*2 {
		t.Errorf("%d contacts are still open, %v", open, err)
	}
}

// TestLoadRefuses: a centre that is somebody's own is not entered, and a run that cannot be is refused.
func TestLoadRefuses(t *testing.T) {
	d := load.Document(2)
	d.Organisation.Name = "Fjordglimt"
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	flags := NodeFlags{Listen: "127.0.0.1:0", Data: t.TempDir()}
	o := flags.options(io.Discard)
	o.Document = d
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if node, err := loadNode(ctx, a, 2); err == nil || len(node.Sessions) > 0 {
		t.Errorf("somebody's own centre was entered: %d sessions, %v", len(node.Sessions), err)
	}
	for _, bad := range []load.Options{
		{Agents: 1, Rate: 1, Duration: time.Second},
		{Node: load.Node{Sessions: []string{"x"}}, Agents: 1, Duration: time.Second},
		{Node: load.Node{Sessions: []string{"x"}}, Agents: 1, Rate: 1},
	} {
		if _, err := load.Run(ctx, bad); centre.KindOf(err) != centre.Invalid {
			t.Errorf("%+v: %v, want a refusal", bad, err)
		}
	}
}

// TestLoadLog: every contact leaves the centre, with its row, its words and its interval.
func TestLoadLog(t *testing.T) {
	var out, errOut strings.Builder
	if code := Main(context.Background(), []string{"load", "log", "--contacts", "40", "--clients", "4", "--agents", "5", "--json"}, strings.NewReader(""), &out, &errOut); code != 0 {
		t.Fatalf("code %d: %s", code, errOut.String())
	}
	var stages []load.LogStage
	if err := json.Unmarshal([]byte(out.String()), &stages); err != nil || len(stages) != 1 {
		t.Fatalf("%v: %s", err, out.String())
	}
	if s := stages[0]; s.History != 40 || s.Contacts != 40 || s.PerSecond <= 0 || s.CommandMS.N < 40*5-40 {
		t.Errorf("the stage is %+v", s)
	}
}

// TestLoadLogLeavesRows reads the rows that contacts of the log leave.
func TestLoadLogLeavesRows(t *testing.T) {
	a, node := loadCentre(t, 5, load.Document(5))
	words := store.Conversation{DB: a.DB, Domain: 1}
	o := load.LogOptions{Centre: a.Centre, Words: words, Queues: node.Queues, Agents: []centre.AgentID{1, 2, 3, 4, 5}, Reason: node.Reason, Contacts: 6, Clients: 2}
	if _, err := load.Log(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	open := 0
	if err := a.Centre.View(context.Background(), countOpen(&open)); err != nil || open != 0 {
		t.Errorf("%d contacts are open, %v", open, err)
	}
	for id := centre.ContactID(1); id <= 6; id++ {
		row, err := store.Customer{DB: a.DB, Domain: 1}.Contact(context.Background(), id)
		if err != nil || row.Answered == 0 || row.Ended == 0 || row.Reason != node.Reason {
			t.Errorf("contact %d: %+v, %v", id, row, err)
		}
		if m, _, err := words.Messages(context.Background(), id, 0, 10); err != nil || len(m) != 2 {
			t.Errorf("contact %d has %d messages, %v", id, len(m), err)
		}
	}
}

// TestLoadCallsLeaveNothing: twenty calls through the whole product, each heard on both sides; then fifty that hang up anywhere. Every one has its outcome, and
// nothing is left behind.
func TestLoadCallsLeaveNothing(t *testing.T) {
	for _, c := range []LoadCallsCommand{
		{Calls: 20, Agents: 20, Rate: 40, Talk: 600 * time.Millisecond, Accept: 20 * time.Millisecond, Patience: 20 * time.Second, Seed: 1},
		{Calls: 50, Agents: 10, Rate: 50, Talk: 200 * time.Millisecond, Accept: 20 * time.Millisecond, Patience: 2 * time.Second, HangUp: 200 * time.Millisecond, Seed: 2},
	} {
		if c.HangUp > 0 && testing.Short() {
			continue // an answer that nobody acknowledges is waited for 32 s
		}
		sip, err := freePort(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		flags := NodeFlags{Listen: "127.0.0.1:0", Data: t.TempDir()}
		flags.Phone.SIP = sip
		o := flags.options(io.Discard)
		o.Document, o.Phone.Silent = load.CallDocument(c.Agents), true
		a, err := app.Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- a.Serve(ctx) }()
		node, err := loadNode(ctx, a, c.Agents)
		if err != nil {
			t.Fatal(err)
		}
		node.SIP = sip
		r, err := load.Calls(ctx, load.CallOptions{
			Node: node, Agents: c.Agents, Calls: c.Calls, Rate: c.Rate, Talk: c.Talk, Accept: c.Accept, Patience: c.Patience, HangUp: c.HangUp, Seed: c.Seed, Counted: time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		r.After.Goroutines, r.After.Files = r.Before.Goroutines, r.Before.Files // callers and headsets are of this process here: only a process of its own tells
		if err := c.verdict(r); err != nil {
			t.Errorf("%d calls: %v; %v", c.Calls, err, r.After.Outcomes)
		}
		if c.HangUp == 0 && (r.Back.N != c.Calls || r.Accept.N != c.Calls || r.Sum.Lost > 0) {
			t.Errorf("%d customers and %d agents heard the other of %d, %d packets lost", r.Back.N, r.Accept.N, c.Calls, r.Sum.Lost)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		a.Close()
	}
}
