package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"sentral/internal/load"
)

// LoadCommand measures a running centre under load, or its log alone.
type LoadCommand struct {
	Live  LoadLiveCommand  `cmd:"" default:"withargs" help:"Desks and customers through the API: the times from one side to the other."`
	Calls LoadCallsCommand `cmd:"" help:"Callers and headsets: set-up, sound, load and, with --hang-up, a soak."`
	Log   LoadLogCommand   `cmd:"" help:"Contacts through the log and the read models, without browsers: how many a second, and what one costs as history grows."`
	Node  LoadNodeCommand  `cmd:"" hidden:"" help:"The node that load starts: an invented centre with its agents' sessions."`
}

// LoadLiveCommand lets a crowd use a centre through its API.
type LoadLiveCommand struct {
	Address  string        `help:"A node that is running already, with --node-file; without, one is started in a process of its own on a new folder." placeholder:"URL"`
	NodeFile string        `name:"node-file" type:"existingfile" help:"What the hidden command 'load node' printed when that node started." placeholder:"FILE"`
	Database string        `help:"PostgreSQL for the node that is started; default the embedded database." placeholder:"URL"`
	Agents   int           `default:"500" help:"Desks that are open."`
	Rate     float64       `default:"50" help:"Contacts a second."`
	WarmUp   time.Duration `name:"warm-up" default:"15s" help:"Time before anything is counted."`
	Duration time.Duration `default:"60s" help:"Time that is counted."`
	Turns    int           `default:"2" help:"Answers of the agent in a conversation."`
	Think    time.Duration `default:"1500ms" help:"Mean time before anybody writes."`
	Accept   time.Duration `default:"500ms" help:"Time before an agent accepts; 0 accepts at once."`
	Seed     uint64        `default:"1" help:"The same seed lets the same customers come at the same times."`
	Profile  string        `type:"path" help:"Folder for processor and memory profiles of the node that is started." placeholder:"DIR"`
	JSON     bool          `name:"json" help:"Print the report as JSON."`
}

// Run starts a node unless one is given, lets the crowd come and prints what was seen.
func (c LoadLiveCommand) Run(ctx context.Context, s Streams) error {
	var node load.Node
	if c.NodeFile != "" {
		text, err := os.ReadFile(c.NodeFile)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &node); err != nil {
			return fmt.Errorf("%s: %w", c.NodeFile, err)
		}
		if c.Address != "" {
			node.Address = c.Address
		}
	} else {
		if c.Address != "" {
			return fmt.Errorf("--address needs --node-file: the agents' sessions are made by the node")
		}
		started, stop, err := c.start(ctx, s, func(*exec.Cmd) error { return nil })
		if err != nil {
			return err
		}
		defer stop()
		node = started
	}
	o := load.Options{Node: node, Agents: c.Agents, Rate: c.Rate, WarmUp: c.WarmUp, Duration: c.Duration, Turns: c.Turns, Think: c.Think, Accept: c.Accept, Seed: c.Seed}
	if !c.JSON {
		o.OnSecond = func(p load.Progress) {
			fmt.Fprintf(s.Err, "%4.0f of %.0f s  %6d begun %6d over %4d errors  worst offer %6.1f ms, message %6.1f ms\n",
				p.Passed.Seconds(), p.Whole.Seconds(), p.Begun, p.Over, p.Errors, p.WorstOfferMS, p.WorstMessageMS)
		}
	}
	r, err := load.Run(ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.Out, r)
	}
	printLoad(s.Out, r)
	return nil
}

// start runs this very program as a node on a new folder, and waits until it answers. prepare may change how it is run; more are further arguments.
func (c LoadLiveCommand) start(ctx context.Context, s Streams, prepare func(*exec.Cmd) error, more ...string) (node load.Node, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return node, nil, err
	}
	data, err := os.MkdirTemp("", "sentral-load-")
	if err != nil {
		return node, nil, err
	}
	args := []string{"load", "node", "--data", data, "--listen", "127.0.0.1:0", "--proxy", "127.0.0.1/32", "--agents", strconv.Itoa(c.Agents), "--log-level", "WARN"}
	if c.Database != "" {
		args = append(args, "--database", c.Database)
	}
	if c.Profile != "" {
		args = append(args, "--profile", c.Profile)
	}
	child := exec.CommandContext(ctx, self, append(args, more...)...)
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	child.WaitDelay = 20 * time.Second
	child.Stderr = s.Err
	out, err := child.StdoutPipe()
	if err == nil {
		err = prepare(child)
	}
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		_ = os.RemoveAll(data)
		return node, nil, err
	}
	stop = func() {
		_ = child.Process.Signal(os.Interrupt)
		_ = child.Wait()
		_ = os.RemoveAll(data)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &node)
	}
	if err != nil {
		stop()
		return node, nil, fmt.Errorf("the node did not start: %w", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return node, stop, nil
}

func printLoad(out io.Writer, r load.Report) {
	fmt.Fprintf(out, "\n%d agents, %g contacts/s for %g s, seed %d\n\n", r.Agents, r.Rate, r.DurationS, r.Seed)
	fmt.Fprintf(out, "%-28s %8s %8s %8s %8s %8s\n", "milliseconds", "n", "p50", "p90", "p99", "max")
	for _, t := range []struct {
		name string
		load.Times
	}{{"arrival to offer", r.Offer}, {"message, customer to desk", r.DeskTimes}, {"message, agent to customer", r.ChatTimes}} {
		fmt.Fprintf(out, "%-28s %8d %8.1f %8.1f %8.1f %8.1f\n", t.name, t.N, t.Half, t.P90, t.P99, t.Max)
	}
	fmt.Fprintf(out, "\ncontacts: %d planned, %d started, %d offered (%d again), %d answered, %d over, %d surveys\n", r.Planned, r.Started, r.Offered, r.OfferedMore, r.Answered, r.Over, r.Surveys)
	fmt.Fprintf(out, "messages: %d to desks, %d to customers; %d errors, %d streams dropped, %d agents sent away\n", r.ToDesk, r.ToCustomer, r.Errors, r.Dropped, r.Away)
	if r.FirstError != "" {
		fmt.Fprintf(out, "errors: %v; the first: %s\n", r.FailedBy, r.FirstError)
	}
	fmt.Fprintf(out, "server: %.0f MB at most, %.2f cores, %.0f commits of %.2f ms, %.0f commands\n", r.Server.MaxMemoryMB, r.Server.Cores, r.Server.Commits, r.Server.CommitMeanMS, r.Server.Commands)
	fmt.Fprintf(out, "machine: generator %.2f cores, all %.2f cores busy, load %s before and %s after\n", r.Machine.GeneratorCores, r.Machine.BusyCores, r.Machine.LoadBefore, r.Machine.LoadAfter)
}
