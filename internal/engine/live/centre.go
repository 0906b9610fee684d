package live

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/store"
)

// Options says what a centre runs on. Store is needed; the zero value of everything else works.
type Options struct {
	Centre centre.ID // default 1
	Store  *store.DB
	Hub    *feed.Hub // told of every commit; default a hub of its own
	// Node is this node's lasting name: a process that finds its own name in the lease knows that the owner before it is dead, and need not
	// wait. Default Addr. Two nodes must never share a name.
	Node string
	Addr string // where other nodes reach this one, such as "10.0.0.5:8080"
	// TTL is how long a lease must stand still before another node dares to take it; default 5 s.
	TTL time.Duration
	// Zone is the one whose midnights begin the days of the day counters; default UTC.
	Zone  *time.Location
	Clock Clock // default SystemClock
	Log   *slog.Logger
	// BatchCommands is how many commands one transaction takes at most; default 256.
	BatchCommands int
	// SnapshotEvery is the number of entries between two snapshots; default 10,000.
	SnapshotEvery int64
	// QueueCommands is how many commands may wait for their turn; beyond it they are refused with Exhausted. Default 4,096.
	QueueCommands int
	// Patience is how long commands wait for a lost database to come back before they are answered that nobody knows their outcome; default 3 s.
	Patience time.Duration
	// Caution is how long after a start, and after a command was found to be repeated, commands unknown to the memory are looked up on disk
	// before they run. Later ones are still caught by the command table, at the cost of a rebuild. Default 1 minute.
	Caution time.Duration
	// RememberCommands is how many commands are kept in memory, and RememberFor how long they are kept on disk; default 65,536 and 48 h.
	RememberCommands int
	RememberFor      time.Duration
}

func (o Options) withDefaults() Options {
	fill := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	fill(&o.TTL, 5*time.Second)
	fill(&o.Patience, 3*time.Second)
	fill(&o.Caution, time.Minute)
	fill(&o.RememberFor, 48*time.Hour)
	count := func(n *int, v int) {
		if *n <= 0 {
			*n = v
		}
	}
	count(&o.BatchCommands, 256)
	count(&o.QueueCommands, 4096)
	count(&o.RememberCommands, 65_536)
	if o.SnapshotEvery <= 0 {
		o.SnapshotEvery = 10_000
	}
	if o.Centre == 0 {
		o.Centre = 1
	}
	if o.Hub == nil {
		o.Hub = feed.New(feed.Options{})
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Clock == nil {
		o.Clock = SystemClock()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Node == "" {
		o.Node = o.Addr
	}
	return o
}

// Centre drives one centre. Its methods may be called from any goroutine; Run is called once.
type Centre struct {
	o  Options
	me store.Owner

	mu      sync.Mutex
	open    bool    // this node owns the centre and its state is rebuilt
	refusal error   // what is answered while it is not open
	calls   []*call // waiting for their turn
	views   []*viewCall
	status  Status
	signal  chan struct{}

	head    atomic.Int64
	figures figures
}

// Status says how this node stands to its centre.
type Status struct {
	Owner   bool   // this node owns it and answers
	Epoch   int64  // of the lease, as last seen
	Node    string // the owner's name
	Addr    string // where the owner can be reached; empty when nobody owns it or it is not known
	Trouble string // for operators: why nobody answers; empty when all is well
}

// New makes a centre; nothing happens before Run.
func New(o Options) *Centre {
	o = o.withDefaults()
	return &Centre{
		o: o, me: store.Owner{ID: rand.Text(), Node: o.Node, Addr: o.Addr},
		refusal: centre.Errorf(centre.Unavailable, "live: the centre is starting"),
		signal:  make(chan struct{}, 1),
	}
}

// Hub is where the centre's commits are told.
func (c *Centre) Hub() *feed.Hub { return c.o.Hub }

// Head is the sequence number of the last entry that is known to be on disk.
func (c *Centre) Head() int64 { return c.head.Load() }

// Status says how this node stands to its centre now.
func (c *Centre) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.status
	s.Owner = c.open
	return s
}

// NotOwner says that another node owns the centre. Its kind is Unavailable.
type NotOwner struct {
	Addr string // where the owner can be reached; empty when it is not known
}

// Error implements error.
func (e *NotOwner) Error() string { return "live: another node owns the centre: " + e.Addr }

// Unwrap gives the error its kind.
func (e *NotOwner) Unwrap() error { return errNotOwner }

var errNotOwner = centre.Errorf(centre.Unavailable, "live: this node does not own the centre")

// ErrUnknown is in the chain of an Unavailable error after which the command may have taken place: send it again with the same Client and ID.
var ErrUnknown = store.ErrUnknown

// call is one command on its way.
type call struct {
	ctx    context.Context
	cmd    Command
	answer chan answer
	asked  time.Time
	told   bool // answered
	// failures counts the turns with this call that the database did not take.
	failures int

	// What the plan did, when it was run last.
	effects bool // it has begun to change things
	first   int  // of its entries in the turn
	entries int
	writes  []store.Write
	result  json.RawMessage
	seq     int64
	refused error // what the plan refused with
	fault   error // what was wrong with what the plan asked for
}

type answer struct {
	receipt Receipt
	err     error
}

type viewCall struct {
	f    func(*View) error
	done chan error
}

func (c *Centre) do(ctx context.Context, cmd Command) (Receipt, error) {
	k := &call{ctx: ctx, cmd: cmd, answer: make(chan answer, 1), asked: time.Now()}
	c.mu.Lock()
	switch {
	case !c.open:
		defer c.mu.Unlock()
		return Receipt{}, c.refusal
	case len(c.calls) >= c.o.QueueCommands:
		defer c.mu.Unlock()
		c.figures.exhausted.Add(1)
		return Receipt{}, centre.Errorf(centre.Exhausted, "live: %d commands are waiting", len(c.calls))
	}
	c.calls = append(c.calls, k)
	c.mu.Unlock()
	c.wakeUp()
	select {
	case a := <-k.answer:
		return a.receipt, a.err
	case <-ctx.Done():
		return Receipt{}, centre.Errorf(centre.Unavailable, "live: %w: %w", ErrUnknown, ctx.Err())
	}
}

func (c *Centre) view(ctx context.Context, f func(*View) error) error {
	v := &viewCall{f: f, done: make(chan error, 1)}
	c.mu.Lock()
	if !c.open {
		defer c.mu.Unlock()
		return c.refusal
	}
	c.views = append(c.views, v)
	c.mu.Unlock()
	c.wakeUp()
	select {
	case err := <-v.done:
		return err
	case <-ctx.Done():
		return centre.Errorf(centre.Unavailable, "live: view: %w", ctx.Err())
	}
}

func (c *Centre) wakeUp() {
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// admit opens the centre for commands.
func (c *Centre) admit(l store.Lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open, c.refusal = true, nil
	c.status = Status{Epoch: l.Epoch, Node: l.Node, Addr: l.Addr}
}

// refuse closes the centre; whoever waits is answered with the same error as whoever comes.
func (c *Centre) refuse(err error, trouble string) {
	c.mu.Lock()
	c.open, c.refusal, c.status.Trouble = false, err, trouble
	calls, views := c.calls, c.views
	c.calls, c.views = nil, nil
	c.mu.Unlock()
	answerAll(calls, err)
	for _, v := range views {
		v.done <- err
	}
}

// gather lets those who were just answered ask for more before the next batch is closed, as long as each round brings some. It waits for nobody: with
// nothing else to run it returns at once.
func (c *Centre) gather() {
	for before := -1; ; {
		c.mu.Lock()
		n := len(c.calls)
		c.mu.Unlock()
		if n <= before || n >= c.o.BatchCommands {
			return
		}
		before = n
		runtime.Gosched()
	}
}

// take gives the next calls and all views.
func (c *Centre) take(most int) ([]*call, []*viewCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(most, len(c.calls))
	calls := c.calls[:n:n]
	c.calls = c.calls[n:]
	if len(c.calls) == 0 {
		c.calls = nil
	}
	views := c.views
	c.views = nil
	return calls, views
}

func answerAll(calls []*call, err error) {
	for _, k := range calls {
		k.tell(answer{err: err})
	}
}

// tell answers a call, once.
func (k *call) tell(a answer) {
	if !k.told {
		k.told = true
		k.answer <- a
	}
}

// state is everything that one owner of a centre holds in memory. It follows from the log alone.
type state struct {
	engine      *routing.Engine
	ledger      *journal.Ledger
	next        int64 // sequence number of the next entry
	nextContact centre.ContactID
	lastAt      centre.Instant
	wake        centre.Instant // when the engine asked to be woken; zero for never
	diverged    int64
	snapshotAt  int64 // sequence number of the last snapshot
}
