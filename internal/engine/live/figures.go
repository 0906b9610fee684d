package live

import (
	"errors"
	"sync/atomic"
	"time"

	"sentral/internal/store"
)

// CommitBounds are the upper bounds of the classes in which commit times and answer times are counted; one more class holds what is longer.
var CommitBounds = [...]time.Duration{200 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond,
	10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 5 * time.Second}

// Histogram counts durations by CommitBounds.
type Histogram struct {
	Counts [len(CommitBounds) + 1]int64
	Sum    time.Duration
}

// Figures are a centre's counters since the process started, for metrics.
type Figures struct {
	Owner         bool
	Epoch         int64
	Head          int64 // sequence number of the last entry on disk
	Waiting       int   // commands that wait for their turn
	Commands      int64 // answered after a commit
	Refused       int64 // of these, refused by their plan
	Repeated      int64 // commands that were recognised and answered with their first receipt
	Exhausted     int64 // refused because too many waited
	Entries       int64 // written
	Commits       int64
	CommitsFailed int64
	UnknownEnds   int64 // commits whose outcome was not known at first
	Fenced        int64 // tenures that ended because another node had taken the lease
	Rebuilds      int64
	RebuildTime   time.Duration // the last
	Snapshots     int64
	Diverged      int64         // entries whose decisions came out otherwise when replayed
	ClockAhead    time.Duration // of the centre's time before the wall clock
	CommitTime    Histogram
	AnswerTime    Histogram // from Do to the answer
}

type histogram struct {
	counts [len(CommitBounds) + 1]atomic.Int64
	sum    atomic.Int64
}

func (h *histogram) add(d time.Duration) {
	i := 0
	for i < len(CommitBounds) && d > CommitBounds[i] {
		i++
	}
	h.counts[i].Add(1)
	h.sum.Add(int64(d))
}

func (h *histogram) read() (r Histogram) {
	for i := range h.counts {
		r.Counts[i] = h.counts[i].Load()
	}
	r.Sum = time.Duration(h.sum.Load())
	return r
}

type figures struct {
	commands, refused, repeated, exhausted, entries, commits, failed, unknown atomic.Int64
	fenced, rebuilds, rebuildNanos, snapshots, diverged, ahead                atomic.Int64
	commitTime, answerTime                                                    histogram
}

func (f *figures) commit(took time.Duration, entries int, err error) {
	switch {
	case err == nil:
		f.commits.Add(1)
		f.entries.Add(int64(entries))
		f.commitTime.add(took)
	case errors.Is(err, store.ErrUnknown):
		f.unknown.Add(1)
		f.failed.Add(1)
	default:
		f.failed.Add(1)
	}
}

func (f *figures) answered(k *call) {
	f.commands.Add(1)
	if k.refused != nil {
		f.refused.Add(1)
	}
	f.answerTime.add(time.Since(k.asked))
}

// Figures returns the centre's counters.
func (c *Centre) Figures() Figures {
	c.mu.Lock()
	owner, epoch, waiting := c.open, c.status.Epoch, len(c.calls)
	c.mu.Unlock()
	f := &c.figures
	return Figures{
		Owner: owner, Epoch: epoch, Head: c.head.Load(), Waiting: waiting,
		Commands: f.commands.Load(), Refused: f.refused.Load(), Repeated: f.repeated.Load(), Exhausted: f.exhausted.Load(),
		Entries: f.entries.Load(), Commits: f.commits.Load(), CommitsFailed: f.failed.Load(), UnknownEnds: f.unknown.Load(),
		Fenced: f.fenced.Load(), Rebuilds: f.rebuilds.Load(), RebuildTime: time.Duration(f.rebuildNanos.Load()), Snapshots: f.snapshots.Load(),
		Diverged: f.diverged.Load(), ClockAhead: time.Duration(f.ahead.Load()),
		CommitTime: f.commitTime.read(), AnswerTime: f.answerTime.read(),
	}
}
