package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/load"
	"sentral/internal/store"
)

// LoadNodeCommand is a node with an invented centre that says on its output how its agents are signed in. It opens only a new folder or one of its own:
// nobody's centre can be entered by it.
type LoadNodeCommand struct {
	NodeFlags `embed:""`
	Agents    int    `default:"500"`
	Profile   string `type:"path" placeholder:"DIR"`
	Telephone bool   `name:"phone"`
}

// Run opens the node, prints the sessions as one line of JSON and serves.
func (c LoadNodeCommand) Run(ctx context.Context, s Streams) error {
	o := c.options(s.Err)
	o.Document = load.Document(c.Agents)
	if c.Telephone {
		o.Document = load.CallDocument(c.Agents)
		o.Phone.Silent = true // no program that speaks takes part in what is measured
	}
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	node, err := loadNode(ctx, a, c.Agents)
	if err != nil {
		return err
	}
	node.SIP = c.Phone.SIP
	if c.Profile != "" {
		stop, err := profile(c.Profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	if err := json.NewEncoder(s.Out).Encode(node); err != nil {
		return err
	}
	return a.Serve(ctx)
}

// loadNode signs the agents of the invented centre in.
func loadNode(ctx context.Context, a *app.App, agents int) (load.Node, error) {
	book := a.Rules.Book()
	if book.Organisation.Name != load.Organisation || len(book.People) < agents {
		return load.Node{}, fmt.Errorf("%s holds another centre: choose a new folder", a.Data)
	}
	node := load.Node{Address: a.Address, Widget: load.WidgetKey, Reason: centre.ReasonID(book.Reasons[0].ID)}
	for _, q := range book.Queues {
		node.Queues = append(node.Queues, centre.QueueID(q.ID))
	}
	for _, p := range book.People[:agents] {
		signed, err := a.Access.SessionFor(ctx, centre.AgentID(p.ID))
		if err != nil {
			return node, err
		}
		node.Sessions = append(node.Sessions, signed.Token)
	}
	return node, nil
}

// profile writes what the processor did until stop, and what stands in memory then.
func profile(folder string) (stop func(), err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	cpu, err := os.Create(filepath.Join(folder, "cpu.pprof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = cpu.Close()
		runtime.GC()
		if heap, err := os.Create(filepath.Join(folder, "heap.pprof")); err == nil {
			_ = pprof.Lookup("allocs").WriteTo(heap, 0)
			_ = heap.Close()
		}
	}, nil
}

// LoadLogCommand sends contacts through the log and the read models.
type LoadLogCommand struct {
	Database string `help:"PostgreSQL; default the embedded database in a new folder." placeholder:"URL"`
	Contacts int    `default:"10000" help:"How many."`
	Clients  int    `default:"256" help:"How many at once."`
	Agents   int    `default:"500" help:"Agents who answer."`
	Profile  string `type:"path" placeholder:"DIR" help:"Folder for profiles."`
	JSON     bool   `name:"json" help:"Print the report as JSON."`
}

// Run opens a centre in this process and prints what contacts cost as their history grows.
func (c LoadLogCommand) Run(ctx context.Context, s Streams) error {
	data, err := os.MkdirTemp("", "sentral-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	d := load.Document(c.Agents)
	d.Rules.LostAfterS = 600
	a, err := app.Open(ctx, app.Options{Listen: "127.0.0.1:0", Data: data, Database: c.Database, Document: d})
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Profile != "" {
		stop, err := profile(c.Profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	book := a.Rules.Book()
	o := load.LogOptions{Centre: a.Centre, Words: store.Conversation{DB: a.DB, Domain: 1}, Contacts: c.Contacts, Clients: c.Clients, Reason: centre.ReasonID(book.Reasons[0].ID)}
	for _, q := range book.Queues {
		o.Queues = append(o.Queues, centre.QueueID(q.ID))
	}
	for _, p := range book.People[:c.Agents] {
		o.Agents = append(o.Agents, centre.AgentID(p.ID))
	}
	if !c.JSON {
		fmt.Fprintf(s.Out, "%12s %12s %14s %10s %10s %10s\n", "history", "contacts/s", "cpu µs/contact", "p50 ms", "p99 ms", "commits/s")
		o.OnStage = func(p load.LogStage) {
			fmt.Fprintf(s.Out, "%12d %12.0f %14.0f %10.2f %10.2f %10.0f\n", p.History, p.PerSecond, p.CPUMicros, p.CommandMS.Half, p.CommandMS.P99, p.CommitsPerSecond)
		}
	}
	stages, err := load.Log(ctx, o)
	if err == nil && c.JSON {
		err = printJSON(s.Out, stages)
	}
	return err
}
