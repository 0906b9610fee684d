// Package load is the crowd that measures a running centre: so many agents with their desks open and so many customers a second, who use the same API
// that browsers use, and the times between what one side does and what the other side sees.
//
// It owns the plan of who comes when and says what (a seed), the simulated browsers and the figures. It refuses every way into the product that a
// customer or an agent would not have: whoever starts the node hands in the agents' sessions. Begin reading with Run; what goes through the log without a
// browser is in log.go.
package load

import (
	"context"
	"net/http"
	"sync"
	"time"

	"sentral/internal/centre"
)

// Node is a running centre and what is needed to use it.
type Node struct {
	Address  string           `json:"address"` // where it answers, and its public address
	Sessions []string         `json:"sessions"`
	Widget   string           `json:"widget_key"`
	Queues   []centre.QueueID `json:"queues"`
	Reason   centre.ReasonID  `json:"reason_id"`
	SIP      string           `json:"sip,omitempty"` // where it takes calls
}

// Options says how many come and what they do.
type Options struct {
	Node      Node
	Agents    int           // desks that are open; at most Node.Sessions
	Rate      float64       // contacts a second
	WarmUp    time.Duration // of which nothing is counted
	Duration  time.Duration // of what is counted
	Turns     int           // answers of the agent in a conversation; default 2
	Think     time.Duration // mean time before anybody writes; default 1.5 s
	Accept    time.Duration // before an offer is accepted; 0 accepts at once
	Drain     time.Duration // how long conversations may go on when nobody new comes; default 60 s
	Seed      uint64
	OnSecond  func(Progress) // told every second how far it is; may be nil
	Transport http.RoundTripper
}

// Progress is how far a run is.
type Progress struct {
	Passed, Whole  time.Duration
	Begun, Over    int // conversations
	Errors         int
	WorstOfferMS   float64
	WorstMessageMS float64
}

// crowd is everybody who takes part in one run.
type crowd struct {
	Options
	run     string // makes the keys of this run unlike those of another on the same data
	visits  []visit
	client  *http.Client
	figures figures
	desks   sync.WaitGroup
	chats   sync.WaitGroup
}

// Run lets the agents sit down, the customers come, and reports what was seen. The error tells what kept the run from taking place; what went wrong in
// it stands in the report.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Agents < 1 || o.Agents > len(o.Node.Sessions) {
		return Report{}, centre.Errorf(centre.Invalid, "%d agents: the node has %d sessions", o.Agents, len(o.Node.Sessions))
	}
	if o.Rate <= 0 || o.Duration <= 0 || o.WarmUp < 0 {
		return Report{}, centre.Errorf(centre.Invalid, "%g contacts a second for %v: both must be above zero", o.Rate, o.Duration)
	}
	o = o.settled()
	c := &crowd{Options: o, run: runName(), visits: plan(o), client: &http.Client{Transport: o.Transport}}
	c.figures.begin(len(c.visits))
	desks, leave := context.WithCancel(ctx)
	defer func() {
		leave()
		c.desks.Wait()
	}()
	if err := c.sitDown(desks); err != nil {
		return Report{}, err
	}
	watch, err := c.watch(ctx)
	if err != nil {
		return Report{}, err
	}
	c.arrive(ctx)
	machine := watch.end()
	c.finish(ctx)
	r := c.report()
	r.Server, r.Machine = machine.server, machine.machine
	return r, ctx.Err()
}

func (o Options) settled() Options {
	if o.Turns <= 0 {
		o.Turns = 2
	}
	if o.Think <= 0 {
		o.Think = 1500 * time.Millisecond
	}
	if o.Drain <= 0 {
		o.Drain = time.Minute
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{MaxIdleConnsPerHost: 2048, IdleConnTimeout: time.Minute, DisableCompression: true}
	}
	return o
}

// sitDown opens every desk and waits until all follow their streams.
func (c *crowd) sitDown(ctx context.Context) error {
	ready := make(chan error, c.Agents)
	for i := range c.Agents {
		d := &desk{crowd: c, number: i, browser: browser{crowd: c, cookie: c.Node.Sessions[i]}}
		c.desks.Go(func() { d.work(ctx, ready) })
	}
	for range c.Agents {
		select {
		case err := <-ready:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// arrive lets the customers come at their times.
func (c *crowd) arrive(ctx context.Context) {
	began := time.Now()
	c.figures.open(began.Add(c.WarmUp), began.Add(c.WarmUp+c.Duration))
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	whole := c.WarmUp + c.Duration
	for i := 0; ; {
		wait := time.Until(began.Add(whole))
		if i < len(c.visits) {
			wait = time.Until(began.Add(c.visits[i].at))
		}
		next := time.NewTimer(max(0, wait))
		select {
		case <-next.C:
			if i == len(c.visits) {
				return
			}
			n := i
			c.chats.Go(func() { c.visit(ctx, n) })
			i++
		case <-seconds.C:
			if c.OnSecond != nil {
				p := c.figures.progress()
				p.Passed, p.Whole = time.Since(began), whole
				c.OnSecond(p)
			}
		case <-ctx.Done():
			next.Stop()
			return
		}
		next.Stop()
	}
}

// finish waits until the conversations are over, as long as the drain lasts.
func (c *crowd) finish(ctx context.Context) {
	over := make(chan struct{})
	go func() {
		c.chats.Wait()
		close(over)
	}()
	limit := time.NewTimer(c.Drain)
	defer limit.Stop()
	select {
	case <-over:
	case <-limit.C:
	case <-ctx.Done():
	}
}

// pause waits; false when the run is over.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
