package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/store"
)

// Run watches the lease, takes it when nobody holds it, serves while it is held, and does so again when it was lost, until the context ends. Then
// it answers what waits, keeps a snapshot, gives the lease up and returns nil; its error says what of that failed.
func (c *Centre) Run(ctx context.Context) error {
	for first := true; ; first = false {
		term, err := c.acquire(ctx, first)
		if err != nil {
			c.refuse(centre.Errorf(centre.Unavailable, "live: the centre is stopped"), "stopped")
			return nil // the context has ended: there was nothing to give up
		}
		err = c.hold(ctx, term)
		if ctx.Err() != nil {
			return err
		}
		c.o.Log.Warn("the centre is given up", "reason", err)
		if !errors.Is(err, errLost) && !pause(ctx, time.Second) {
			return nil
		}
	}
}

// acquire waits until this node may own the centre, and takes it. Its only error is the context's.
func (c *Centre) acquire(ctx context.Context, first bool) (*store.Term, error) {
	var seen store.Lease
	var since time.Time
	for ctx.Err() == nil {
		lease, err := c.o.Store.Lease(ctx, c.o.Centre)
		if err != nil {
			c.refuse(centre.Errorf(centre.Unavailable, "live: the database does not answer: %w", err), err.Error())
			pause(ctx, min(c.o.TTL/4, 500*time.Millisecond))
			continue
		}
		c.note(lease)
		if lease.Epoch != seen.Epoch || lease.Beat != seen.Beat || since.IsZero() {
			seen, since = lease, time.Now()
		}
		if c.mayTake(lease, first) || time.Since(since) >= c.o.TTL {
			term, err := c.o.Store.Acquire(ctx, c.o.Centre, lease, c.me)
			if err == nil {
				return term, nil
			}
			c.o.Log.Info("the lease was not to be had", "error", err)
			since = time.Time{}
			pause(ctx, 10*time.Millisecond)
			continue
		}
		c.refuse(&NotOwner{Addr: lease.Addr}, "")
		pause(ctx, c.o.TTL/4)
	}
	return nil, ctx.Err()
}

// mayTake tells whether the lease can be taken without watching it stand still: nobody holds it, or the holder is known to be dead. Safety does not rest on
// this: if the holder lives after all, its next write is fenced.
func (c *Centre) mayTake(l store.Lease, first bool) bool {
	return l.Owner == "" || l.Owner == c.me.ID || c.o.Store.Kind() == store.SQLite || (first && l.Node != "" && l.Node == c.me.Node)
}

func (c *Centre) note(l store.Lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = Status{Epoch: l.Epoch, Node: l.Node, Addr: l.Addr}
}

// partingTime is how long a node that stops tries to answer what waits, keep a snapshot and give the lease up while the database does not answer.
const partingTime = 5 * time.Second

// hold serves one tenure from the first rebuild to its end.
func (c *Centre) hold(ctx context.Context, term *store.Term) error {
	t := &tenure{c: c, term: term, memory: newMemory(c.o.RememberCommands), days: journal.NewCalendar(c.o.Zone),
		beaten: time.Now(), careful: time.Now().Add(c.o.Caution)}
	began := time.Now()
	if err := t.rebuild(ctx); err != nil {
		c.refuse(centre.Errorf(centre.Unavailable, "live: the centre cannot be rebuilt: %w", err), err.Error())
		return err
	}
	t.time = newSteady(c.o.Clock, t.state.lastAt)
	recent, err := t.recent(ctx)
	if err != nil {
		return err
	}
	c.head.Store(t.state.next - 1)
	c.o.Hub.Begin(t.state.next-1, recent)
	c.admit(term.Lease())
	c.o.Log.Info("the centre is open", "epoch", term.Lease().Epoch, "seq", t.state.next-1, "took_ms", time.Since(began).Milliseconds())

	forgetting, stop := context.WithCancel(ctx)
	defer stop()
	go c.forgetOldCommands(forgetting)

	err = t.serve(ctx)
	if ctx.Err() != nil && !errors.Is(err, errLost) {
		parting, done := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
		err = t.leave(parting)
		done()
	} else {
		c.refuse(&NotOwner{}, "the lease was lost")
	}
	answerAll(t.again, errNotOwner)
	c.o.Hub.End()
	return err
}

// leave ends a tenure in good order: whoever waits has their turn, the state is kept, and the lease is given up so that the next owner need not wait.
func (t *tenure) leave(ctx context.Context) error {
	calls, views := t.c.close()
	if t.broken != nil {
		if err := t.recover(ctx, t.broken, nil); err != nil {
			answerAll(calls, errNotOwner)
			for _, v := range views {
				v.done <- errNotOwner
			}
			return err
		}
	}
	t.show(views)
	for calls = append(t.again, calls...); len(calls) > 0; {
		n := min(len(calls), t.c.o.BatchCommands)
		t.again = nil
		if err := t.turn(ctx, calls[:n]); err != nil {
			answerAll(calls[n:], errNotOwner)
			return err
		}
		calls = append(t.again, calls[n:]...)
	}
	t.again = nil
	if t.state.next-1 > t.state.snapshotAt {
		t.counted = time.Time{}
		if t.countingDue() {
			if err := t.turn(ctx, nil); err != nil {
				return err
			}
		}
		if err := t.snapshot(ctx); err != nil {
			return err
		}
	}
	return t.term.Release(ctx)
}

// close stops taking commands and hands over those that wait.
func (c *Centre) close() ([]*call, []*viewCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls, views := c.calls, c.views
	c.calls, c.views = nil, nil
	c.open, c.refusal = false, centre.Errorf(centre.Unavailable, "live: the centre is stopping")
	return calls, views
}

// forgetEvery is the time between two looks at a piece of the command table.
const forgetEvery = 10 * time.Second

// forgetOldCommands keeps the command table from growing for ever, in small pieces beside the commits.
func (c *Centre) forgetOldCommands(ctx context.Context) {
	var at key
	for wait := forgetEvery; pause(ctx, wait); {
		next, n, err := c.o.Store.ForgetCommands(ctx, c.o.Centre, at, centre.At(c.o.Clock.Wall().Add(-c.o.RememberFor)))
		if err != nil {
			c.o.Log.Warn("old commands stay", "error", err)
		}
		at, wait = next, forgetEvery
		if n > 0 {
			wait = forgetEvery / 100 // here are more of them
		}
	}
}

// recentEntries is how much of the log's end readers of the owner before can resume from.
const recentEntries = 4000

// recent reads the end of the log for the feed, one commit for each entry.
func (t *tenure) recent(ctx context.Context) ([]feed.Commit, error) {
	var recent []feed.Commit
	err := t.term.Replay(ctx, max(0, t.state.next-1-recentEntries), func(e *journal.Entry) error {
		recent = append(recent, feed.Commit{Seq: e.Seq, At: e.At, Entries: []journal.Entry{*e}})
		return nil
	})
	return recent, err
}

// rebuild makes the state anew from the latest snapshot that can be read and the entries after it.
func (t *tenure) rebuild(ctx context.Context) error {
	t.c.figures.rebuilds.Add(1)
	began := time.Now()
	lease := t.term.Lease()
	s, err := t.restore(ctx, lease.CountedSeq)
	if err != nil {
		return err
	}
	var diverged []int64
	err = t.term.Replay(ctx, s.snapshotAt, func(e *journal.Entry) error {
		same, err := s.replay(e)
		if !same {
			diverged = append(diverged, e.Seq)
		}
		if e.Seq == lease.CountedSeq {
			s.ledger.DrainAgents(&journal.Changes{}) // on disk already
		}
		return err
	})
	if err != nil {
		return err
	}
	if s.next != lease.NextSeq {
		return centre.Errorf(centre.Internal, "live: the state stands at entry %d, the lease at %d", s.next, lease.NextSeq)
	}
	s.nextContact = max(s.nextContact, lease.NextContact)
	s.lastAt = max(s.lastAt, lease.LastAt)
	s.ledger.Drain() // what follows from the log is on disk already
	t.state = s
	t.c.figures.rebuildNanos.Store(int64(time.Since(began)))
	if len(diverged) > 0 {
		t.reportDivergence(diverged)
	}
	return nil
}

// restore reads the latest snapshot that can be read; a centre without one begins empty.
func (t *tenure) restore(ctx context.Context, upto int64) (*state, error) {
	for upto > 0 {
		seq, body, ok, err := t.term.Snapshot(ctx, upto)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		s, err := readSnapshot(body, t.c.o.Zone)
		if err == nil && s.next != seq+1 {
			err = fmt.Errorf("it is of entry %d", s.next-1)
		}
		if err == nil {
			return s, nil
		}
		t.c.o.Log.Error("a snapshot cannot be read: an earlier one is taken", "seq", seq, "error", err)
		upto = seq - 1
	}
	return &state{engine: routing.New(), ledger: journal.NewLedger(t.c.o.Zone), next: 1, nextContact: 1}, nil
}

func readSnapshot(body []byte, zone *time.Location) (*state, error) {
	snap, err := journal.ParseSnapshot(body)
	if err != nil {
		return nil, err
	}
	engine := routing.New()
	if err := engine.Restore(snap.Engine); err != nil {
		return nil, err
	}
	if hash := engine.Hash(); hash != snap.Hash {
		return nil, fmt.Errorf("the engine's hash is %016x, it was %016x", hash, snap.Hash)
	}
	ledger, err := journal.RestoreLedger(snap.Ledger, zone)
	if err != nil {
		return nil, err
	}
	return &state{engine: engine, ledger: ledger, next: snap.Seq + 1, nextContact: snap.NextContact, lastAt: snap.At, wake: snap.Wake,
		diverged: snap.Diverged, snapshotAt: snap.Seq}, nil
}

func (s *state) snapshot() ([]byte, error) {
	ledger, err := s.ledger.Snapshot()
	if err != nil {
		return nil, err
	}
	snap := journal.Snapshot{Seq: s.next - 1, At: s.lastAt, NextContact: s.nextContact, Wake: s.wake, Hash: s.engine.Hash(), Diverged: s.diverged,
		Engine: s.engine.Snapshot(), Ledger: ledger}
	return snap.Marshal()
}

// replay takes an entry of the log again. It tells whether the engine decides as it decided then. What follows for the rows is taken from the
// log, never from today's decisions: history does not change because code changed.
func (s *state) replay(e *journal.Entry) (same bool, err error) {
	same = true
	if e.Kind == journal.Step {
		same = slices.Equal(s.step(e.Event), e.Decisions)
		if !same {
			s.diverged++
		}
	}
	s.next = e.Seq + 1
	s.lastAt = max(s.lastAt, e.At)
	s.nextContact = max(s.nextContact, e.Contact+1)
	return same, s.ledger.Apply(e)
}

// reportDivergence tells an operator, and the log, that today's program decides otherwise than the one that wrote the log. A snapshot at the next turn
// keeps it from being found again.
func (t *tenure) reportDivergence(seqs []int64) {
	t.c.figures.diverged.Add(int64(len(seqs)))
	t.c.o.Log.Error("replaying the log gave other decisions than it holds: the log stands, the engine goes on from its own",
		"entries", len(seqs), "first", seqs[0], "last", seqs[len(seqs)-1])
	payload := divergence{Entries: int64(len(seqs)), First: seqs[0], Last: seqs[len(seqs)-1]}
	t.again = append(t.again, &call{ctx: context.Background(), answer: make(chan answer, 1), asked: time.Now(), cmd: Command{
		Plan: func(p *Plan) error {
			p.Fact(Divergence, 0, 0, payload)
			return nil
		},
	}})
	t.state.snapshotAt = -t.c.o.SnapshotEvery // due at once
}

// Divergence is the kind of the fact that records that a replay decided otherwise than the log holds.
const Divergence = "divergence"

type divergence struct {
	Entries int64 `json:"entries"`
	First   int64 `json:"first"`
	Last    int64 `json:"last"`
}
