package live_test

import (
	"errors"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/store/storetest"
)

// presentTime reads the centre's time by a command, which also puts it into the log.
func presentTime(t *testing.T, c *live.Centre) (now centre.Instant) {
	t.Helper()
	must(t, c, live.Command{Plan: func(p *live.Plan) error { now = p.Now(); p.Fact("tick", 0, 0, struct{}{}); return nil }})
	return now
}

// TestClockSetBack sets the wall clock back by an hour: time goes on, a little slower, until the clock has caught up, over a restart too.
func TestClockSetBack(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	clock := &handClock{wall: time.UnixMilli(1_000_000_000_000)}
	c, stop := start(t, db, live.Options{Clock: clock})
	first := presentTime(t, c)
	clock.set(-time.Hour)
	clock.pass(100 * time.Second)
	if got := presentTime(t, c) - first; got != 95_000 {
		t.Errorf("while the clock was behind, 100 s passed as %d ms", got)
	}
	if f := c.Figures(); f.ClockAhead != time.Hour-5*time.Second {
		t.Errorf("the centre is ahead of the wall clock by %v", f.ClockAhead)
	}
	stop()
	c, _ = start(t, db, live.Options{Clock: clock})
	clock.pass(10 * time.Second)
	if got := presentTime(t, c) - first; got != 95_000+9_500 {
		t.Errorf("after a restart the centre's time is %d ms after the first", got)
	}
	clock.pass(20 * time.Hour)
	if got, want := presentTime(t, c), centre.At(clock.Wall()); got != want {
		t.Errorf("the clock has caught up: the centre's time is %d, the wall clock's %d", got, want)
	}
	clock.set(time.Hour)
	if got, want := presentTime(t, c), centre.At(clock.Wall()); got != want {
		t.Errorf("the clock was set forward: the centre's time is %d, the wall clock's %d", got, want)
	}
}

// TestOfferLapsesByItself sees a timer fire, and fire after a restart.
func TestOfferLapsesByItself(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	clock := &handClock{wall: time.UnixMilli(1_000_000_000_000)}
	hub := feed.New(feed.Options{})
	c, stop := start(t, db, live.Options{Clock: clock, Hub: hub})
	open(t, c, 1)
	must(t, c, arrive("a", 1))
	head := c.Head()
	clock.pass(29 * time.Second)
	if presentTime(t, c); c.Head() != head+1 {
		t.Errorf("something happened before the offer was due to lapse")
	}
	stop()
	c, _ = start(t, db, live.Options{Clock: clock, Hub: hub})
	reader, err := hub.Subscribe(c.Head())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	clock.pass(1100 * time.Millisecond)
	commits, err := reader.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	e := commits[0].Entries[0]
	if e.Kind != journal.Step || e.Event.Kind != routing.Woke || e.Decisions[0].Kind != routing.OfferEnded || e.Decisions[0].End != routing.OfferLapsed {
		t.Errorf("when the offer was due to lapse: %+v", e.Decisions)
	}
}

// TestFeedResumesOverARestart gives a reader what it missed, in order, while the centre began again, and resets one that asks for what never was.
func TestFeedResumesOverARestart(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	c, stop := start(t, db, live.Options{})
	open(t, c, 1)
	seen := c.Head()
	must(t, c, arrive("a", 1))
	stop()
	c, _ = start(t, db, live.Options{Hub: feed.New(feed.Options{})}) // as on another node
	must(t, c, arrive("a", 2))
	reader, err := c.Hub().Subscribe(seen)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for reader.Seq() < c.Head() {
		commits, err := reader.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, commit := range commits {
			for _, e := range commit.Entries {
				if seen++; e.Seq != seen {
					t.Errorf("entry %d, want %d", e.Seq, seen)
				}
			}
		}
	}
	if _, err := c.Hub().Subscribe(c.Head() + 1); !errors.Is(err, feed.ErrReset) {
		t.Errorf("a reader from the future: %v", err)
	}
}
