package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"time"

	"sentral/internal/load"
)

// LoadCallsCommand lets a crowd call a centre whose agents wear headsets.
type LoadCallsCommand struct {
	Calls    int           `default:"300" help:"Calls in all."`
	Agents   int           `help:"Headsets that are worn; default one a call."`
	Rate     float64       `default:"20" help:"Calls that begin each second."`
	Talk     time.Duration `default:"40s" help:"How long each talks."`
	Accept   time.Duration `default:"1500ms" help:"How long it rings at an agent."`
	HangUp   time.Duration `name:"hang-up" help:"Soak: callers hang up at random in every state of a call, within this time of it."`
	Patience time.Duration `default:"60s" help:"How long a caller waits for an agent."`
	Core     int           `name:"server-core" default:"-1" help:"Pin the server to this core, with one processor (taskset); pin this command to another one to measure."`
	Database string        `help:"PostgreSQL for the node that is started; default the embedded database." placeholder:"URL"`
	Profile  string        `type:"path" help:"Folder for processor and memory profiles of the node." placeholder:"DIR"`
	Seed     uint64        `default:"1" help:"The same seed hangs up at the same moments."`
	JSON     bool          `name:"json" help:"Print the report as JSON."`
}

// Run starts a node in a process of its own, lets everybody call and prints what was seen. It fails when something was lost or left behind.
func (c LoadCallsCommand) Run(ctx context.Context, s Streams) error {
	if c.Agents == 0 {
		c.Agents = c.Calls
	}
	sip, err := freePort(ctx)
	if err != nil {
		return err
	}
	args := []string{"--phone", "--sip", sip}
	live := LoadLiveCommand{Agents: c.Agents, Database: c.Database, Profile: c.Profile}
	node, stop, err := live.start(ctx, s, c.pinned, args...)
	if err != nil {
		return err
	}
	defer stop()
	o := load.CallOptions{Node: node, Agents: c.Agents, Calls: c.Calls, Rate: c.Rate, Talk: c.Talk, Accept: c.Accept, Patience: c.Patience, HangUp: c.HangUp, Seed: c.Seed}
	if !c.JSON {
		o.Log = func(text string) { fmt.Fprintln(s.Err, text) }
	}
	r, err := load.Calls(ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.Out, r)
	} else {
		printCallLoad(s.Out, r)
	}
	if err != nil {
		return err
	}
	return c.verdict(r)
}

// pinned keeps the server on one core with one processor.
func (c LoadCallsCommand) pinned(child *exec.Cmd) error {
	if c.Core < 0 {
		return nil
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return fmt.Errorf("--server-core needs taskset: %w", err)
	}
	child.Args = append([]string{"taskset", "-c", strconv.Itoa(c.Core)}, append([]string{child.Path}, child.Args[1:]...)...)
	child.Path = taskset
	child.Env = append(child.Environ(), "GOMAXPROCS=1")
	return nil
}

// verdict is what must hold on any machine.
func (c LoadCallsCommand) verdict(r load.CallReport) error {
	ended := 0.0
	for word, n := range r.After.Outcomes {
		ended += n - r.Before.Outcomes[word]
	}
	switch {
	case r.After.Calls > 0:
		return fmt.Errorf("%g calls are stuck", r.After.Calls)
	case r.After.Goroutines > r.Before.Goroutines+5 || r.After.Files > r.Before.Files+16: // a few are connections of browsers
		return fmt.Errorf("left behind: %g goroutines and %g files more than before", r.After.Goroutines-r.Before.Goroutines, r.After.Files-r.Before.Files)
	case r.After.Agents["free"] < r.Before.Agents["free"]:
		return fmt.Errorf("agents are not free again: %v before, %v after", r.Before.Agents, r.After.Agents)
	case c.HangUp == 0 && r.Sum.HeardAll < r.Sum.Calls:
		return fmt.Errorf("%d of %d callers did not hear their agent", r.Sum.Calls-r.Sum.HeardAll, r.Sum.Calls)
	case int(ended) != r.Sum.Calls:
		return fmt.Errorf("%g outcomes of %d calls: each must have one", ended, r.Sum.Calls)
	}
	return nil
}

// freePort is a port of this machine that is free for UDP and TCP.
func freePort(ctx context.Context) (string, error) {
	for range 50 {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		at := l.Addr().String()
		u, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", at)
		_ = l.Close()
		if err == nil {
			_ = u.Close()
			return at, nil
		}
	}
	return "", fmt.Errorf("no port is free for UDP and TCP")
}

func printCallLoad(out io.Writer, r load.CallReport) {
	fmt.Fprintf(out, "\n%d calls at %g/s to %d agents, %g s of talk, seed %d; %d at once\n\n", r.Sum.Calls, r.Rate, r.Agents, r.Talk, r.Seed, r.Sum.MostAtOnce)
	fmt.Fprintf(out, "%-40s %8s %9s %9s %9s %9s\n", "milliseconds", "n", "p50", "p90", "p99", "max")
	for _, t := range []struct {
		name string
		load.Times
	}{
		{"INVITE to 200", load.Times{N: r.Sum.SetupMS.N, Half: r.Sum.SetupMS.P50, P90: r.Sum.SetupMS.P90, P99: r.Sum.SetupMS.P99, Max: r.Sum.SetupMS.Max}},
		{"INVITE to ringing at the agent's line", r.Rings}, {"accept to the customer's sound", r.Accept}, {"accept to the agent's sound", r.Back},
		{"longest silence on a line", load.Times{N: r.Sum.WorstGapMS.N, Half: r.Sum.WorstGapMS.P50, P90: r.Sum.WorstGapMS.P90, P99: r.Sum.WorstGapMS.P99, Max: r.Sum.WorstGapMS.Max}},
	} {
		fmt.Fprintf(out, "%-40s %8d %9.1f %9.1f %9.1f %9.1f\n", t.name, t.N, t.Half, t.P90, t.P99, t.Max)
	}
	fmt.Fprintf(out, "\noutcomes to callers: %v; in the centre: %v\n", r.Sum.Outcomes, r.After.Outcomes)
	fmt.Fprintf(out, "packets: %d sent, %d received, %d lost (%d in the worst call); the generator's latest packet was %.1f ms late\n", r.Sum.Sent, r.Sum.Received, r.Sum.Lost, r.Sum.LostMost, r.Sum.LateMS)
	fmt.Fprintf(out, "server while all talked: %.2f cores, %g calls, worst tick %.1f ms, %g late ticks, %.0f MB (%.0f MB with headsets alone: %.3f MB a call)\n",
		r.Cores, r.During.Calls, r.During.WorstTick, r.During.LateTicks, r.During.MemoryMB, r.Before.MemoryMB, r.PerCall)
	fmt.Fprintf(out, "server before / after: %g / %g calls, %g / %g goroutines, %g / %g open files; agents %v / %v\n",
		r.Before.Calls, r.After.Calls, r.Before.Goroutines, r.After.Goroutines, r.Before.Files, r.After.Files, r.Before.Agents, r.After.Agents)
	fmt.Fprintf(out, "machine: generator %.2f cores, all %.2f cores busy, others %.2f; load %s before and %s after\n", r.Machine.GeneratorCores, r.Machine.BusyCores, r.Others, r.Machine.LoadBefore, r.Machine.LoadAfter)
	if r.Noisy {
		fmt.Fprintln(out, "NOISY: others used more than a tenth of the machine; times and losses are theirs too.")
	}
	if r.Errors > 0 {
		fmt.Fprintf(out, "%d errors; the first: %s\n", r.Errors, r.First)
	}
}
