package feed_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/feed"
)

var ctx = context.Background()

// commits makes commits of one entry each, a second apart.
func commits(from, to int64) []feed.Commit {
	var all []feed.Commit
	for seq := from; seq <= to; seq++ {
		at := centre.Instant(seq * 1000)
		all = append(all, feed.Commit{Seq: seq, At: at, Entries: []journal.Entry{{Seq: seq, At: at}}})
	}
	return all
}

// read reads until a sequence number and fails unless every one came, in order.
func read(t *testing.T, r *feed.Reader, upto int64) {
	t.Helper()
	for r.Seq() < upto {
		seen := r.Seq()
		got, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got {
			if seen++; c.Seq != seen {
				t.Fatalf("got %d, want %d", c.Seq, seen)
			}
		}
	}
}

func subscribe(t *testing.T, h *feed.Hub, after int64) *feed.Reader {
	t.Helper()
	r, err := h.Subscribe(after)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestReadersResumeBySequenceNumber(t *testing.T) {
	h := feed.New(feed.Options{})
	if _, err := h.Subscribe(0); !errors.Is(err, feed.ErrEnded) {
		t.Errorf("before the node owns the centre: %v", err)
	}
	h.Begin(10, commits(7, 10))
	read(t, subscribe(t, h, 6), 10)
	h.Publish(commits(11, 2000))
	read(t, subscribe(t, h, 8), 2000)
	for _, after := range []int64{5, 2001} {
		if _, err := h.Subscribe(after); !errors.Is(err, feed.ErrReset) {
			t.Errorf("after %d: %v", after, err)
		}
	}
	if f := h.Figures(); f.Resets != 2 || f.Head != 2000 || f.Readers != 2 {
		t.Errorf("figures %+v", f)
	}
}

func TestSlowReaderIsReset(t *testing.T) {
	h := feed.New(feed.Options{KeepAtLeast: 10, KeepAtMost: 2000, KeepMS: 300_000})
	h.Begin(0, nil)
	slow, quick := subscribe(t, h, 0), subscribe(t, h, 0)
	for seq := int64(1); seq <= 10_000; seq += 100 {
		h.Publish(commits(seq, seq+99))
		read(t, quick, seq+99)
	}
	if _, err := slow.Next(ctx); !errors.Is(err, feed.ErrReset) {
		t.Errorf("the slow reader got %v", err)
	}
	if f := h.Figures(); f.Commits > 2000+100 {
		t.Errorf("%d commits are kept, at most 2,000 should be", f.Commits)
	}
	read(t, subscribe(t, h, 9_990), 10_000)
}

func TestWhatIsYoungIsKept(t *testing.T) {
	h := feed.New(feed.Options{KeepAtLeast: 10, KeepMS: 3_600_000})
	h.Begin(0, nil)
	h.Publish(commits(1, 9_000))
	if _, err := h.Subscribe(9_000 - 3_600); err != nil {
		t.Errorf("an hour ago: %v", err)
	}
}

func TestReadersEndWithTheTenure(t *testing.T) {
	h := feed.New(feed.Options{})
	h.Begin(3, commits(1, 3))
	r := subscribe(t, h, 3)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := r.Next(ctx); !errors.Is(err, feed.ErrEnded) {
			t.Errorf("the reader ended with %v", err)
		}
	})
	h.End()
	waiting.Wait()
	h.Begin(5, commits(2, 5)) // owned again; somebody else wrote 4 and 5 meanwhile
	read(t, subscribe(t, h, 3), 5)
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, err := subscribe(t, h, 5).Next(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader that left got %v", err)
	}
}

// TestManyReadersAndOneWriter reads at every pace while commits are published; run with -race it also shows that what readers hold is not written into.
func TestManyReadersAndOneWriter(t *testing.T) {
	h := feed.New(feed.Options{KeepAtLeast: 100, KeepAtMost: 1000, KeepMS: 1})
	h.Begin(0, nil)
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			r, err := h.Subscribe(0)
			for seen := int64(0); seen < 20_000; {
				if err != nil { // too slow, or too early: begin again at the present
					if r, err = h.Subscribe(h.Figures().Head); err == nil {
						seen = r.Seq()
					}
					continue
				}
				var got []feed.Commit
				if got, err = r.Next(ctx); err == nil {
					for _, c := range got {
						if seen++; c.Seq != seen || c.Entries[0].Seq != seen {
							t.Errorf("reader %d got %d, want %d", i, c.Seq, seen)
							return
						}
					}
				}
			}
			r.Close()
		})
	}
	for seq := int64(1); seq <= 20_000; seq += 7 {
		h.Publish(commits(seq, min(seq+6, 20_000)))
	}
	readers.Wait()
}
