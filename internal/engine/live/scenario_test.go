package live_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/routing/routingtest"
	"sentral/internal/feed"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// alive drives a live centre, through its commands, its timers, its log and its feed, beside a bare engine, and fails when the two ever hash
// otherwise.
type alive struct {
	t      *testing.T
	c      *live.Centre
	stop   func() error
	again  func() (*live.Centre, func() error)
	clock  *handClock
	reader *feed.Reader
	bare   *routing.Engine
	wake   centre.Instant
}

func (a *alive) now() centre.Instant { return centre.At(a.clock.Wall()) }

func (a *alive) Send(ev routing.Event) ([]routing.Decision, error) {
	if ev.At > a.now() { // one that is late is of now
		return nil, fmt.Errorf("the scenario is at %d, the clock at %d", ev.At, a.now())
	}
	var decisions []routing.Decision
	if _, err := a.c.Do(ctx, live.Command{Plan: func(p *live.Plan) error { decisions = p.Step(ev); return nil }}); err != nil {
		return nil, err
	}
	_, err := a.follow()
	return decisions, err
}

// follow reads the feed up to the head, lets the bare engine take the same events and compares.
func (a *alive) follow() (decided []routingtest.Decided, err error) {
	for a.reader.Seq() < a.c.Head() {
		commits, err := a.reader.Next(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range commits {
			for _, e := range c.Entries {
				a.bare.Step(*e.Event)
				if a.wake <= e.At {
					a.wake = 0
				}
				for _, d := range e.Decisions {
					decided = append(decided, routingtest.Decided{At: e.At, Decision: d})
					if d.Kind == routing.WakeAt {
						a.wake = d.Until
					}
				}
			}
		}
	}
	return decided, a.compare()
}

func (a *alive) compare() error {
	return a.c.View(ctx, func(v *live.View) error {
		if got, want := v.Engine().Hash(), a.bare.Hash(); got != want {
			return fmt.Errorf("after entry %d the live engine hashes %016x, the bare one %016x", v.Seq(), got, want)
		}
		return nil
	})
}

func (a *alive) Pass(until centre.Instant) (all []routingtest.Decided, err error) {
	for a.wake != 0 && a.wake <= until {
		head := a.c.Head()
		a.clock.pass(a.wake.Sub(a.now()))
		waitFor(a.t, "the timer", func() bool { return a.c.Head() > head })
		decided, err := a.follow()
		if err != nil {
			return nil, err
		}
		all = append(all, decided...)
	}
	a.clock.pass(until.Sub(a.now()))
	return all, nil
}

// over starts the centre again and finds the engine rebuilt to the same hash, with every decision as it was.
func (a *alive) over() {
	if err := a.stop(); err != nil {
		a.t.Error(err)
	}
	a.c, a.stop = a.again()
	if err := a.compare(); err != nil {
		a.t.Errorf("after a restart: %v", err)
	}
	if f := a.c.Figures(); f.Diverged != 0 {
		a.t.Errorf("%d entries were decided otherwise when replayed", f.Diverged)
	}
}

// TestScenariosOverTheWholePath plays every scenario of the engine through Do, the log and the feed.
func TestScenariosOverTheWholePath(t *testing.T) {
	if testing.Short() {
		t.Skip("plays every scenario through a database")
	}
	db := storetest.Open(t, storetest.SQLite(t))
	id := centre.ID(0)
	routingtest.RunAll(t, func(t *testing.T) routingtest.Driver {
		if strings.HasSuffix(t.Name(), "/clock_that_goes_back") {
			t.Skip("the time of a live centre never goes back: TestClockSetBack")
		}
		id++
		return newAlive(t, db, id)
	})
}

func newAlive(t *testing.T, db *store.DB, id centre.ID) *alive {
	a := &alive{t: t, clock: &handClock{wall: time.UnixMilli(0)}, bare: routing.New()}
	hub := feed.New(feed.Options{})
	a.again = func() (*live.Centre, func() error) {
		return start(t, db, live.Options{Centre: id, Clock: a.clock, Hub: hub, SnapshotEvery: 7})
	}
	a.c, a.stop = a.again()
	var err error
	if a.reader, err = hub.Subscribe(0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.over)
	return a
}
