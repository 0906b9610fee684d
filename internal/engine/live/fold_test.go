package live_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/sim"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// rowsOf is everything that follows from a log.
type rowsOf struct {
	Contacts  map[centre.ContactID]journal.Contact
	Quarters  map[journal.QueueKey]journal.QueueCounts
	Days      map[journal.QueueKey]journal.QueueCounts
	Agent15   map[journal.AgentKey]journal.AgentCounts
	AgentDays map[journal.AgentKey]journal.AgentCounts
}

func newRows() rowsOf {
	return rowsOf{map[centre.ContactID]journal.Contact{}, map[journal.QueueKey]journal.QueueCounts{}, map[journal.QueueKey]journal.QueueCounts{},
		map[journal.AgentKey]journal.AgentCounts{}, map[journal.AgentKey]journal.AgentCounts{}}
}

// kept is what the contact table keeps of a contact.
func kept(c journal.Contact) journal.Contact {
	c.Candidate, c.TalkSince, c.TalkAgent, c.Wraps, c.Counted = nil, 0, 0, nil, 0
	c.About.Key = ""
	return c
}

func (r rowsOf) add(c *journal.Changes) {
	for _, row := range c.Contacts {
		r.Contacts[row.ID] = kept(row)
	}
	for _, part := range []struct {
		into map[journal.QueueKey]journal.QueueCounts
		rows []journal.QueueRow
	}{{r.Quarters, c.Quarters}, {r.Days, c.Days}} {
		for i := range part.rows {
			sum := part.into[part.rows[i].QueueKey]
			sum.Add(&part.rows[i].QueueCounts)
			part.into[part.rows[i].QueueKey] = sum
		}
	}
	for _, part := range []struct {
		into map[journal.AgentKey]journal.AgentCounts
		rows []journal.AgentRow
	}{{r.Agent15, c.Agent15}, {r.AgentDays, c.AgentDays}} {
		for i := range part.rows {
			sum := part.into[part.rows[i].AgentKey]
			sum.Add(&part.rows[i].AgentCounts)
			part.into[part.rows[i].AgentKey] = sum
		}
	}
}

// checkFold fails the test when what is on disk does not follow from the log, which it returns.
func checkFold(t testing.TB, db *store.DB) []journal.Entry {
	t.Helper()
	entries, different := foldDifference(t, db)
	if different != "" {
		t.Error(different)
	}
	return entries
}

// foldDifference folds the log of centre 1 and compares with every row that is on disk: contacts and queue counters up to the log's end, agents' counters
// up to where the lease says that they reach. It returns the log, and the first difference in words.
func foldDifference(t testing.TB, db *store.DB) (entries []journal.Entry, different string) {
	t.Helper()
	lease, err := db.PeekLease(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	entries, err = db.Entries(ctx, 1, 0, lease.NextSeq-1, int(lease.NextSeq))
	if err != nil {
		t.Fatal(err)
	}
	want, ledger, order := newRows(), journal.NewLedger(time.UTC), journal.Sequence{}
	for i := range entries {
		if err := order.Next(&entries[i]); err != nil {
			return entries, err.Error()
		}
		if err := ledger.Apply(&entries[i]); err != nil {
			return entries, err.Error()
		}
		if entries[i].Seq == lease.CountedSeq {
			c := journal.Changes{}
			ledger.DrainAgents(&c)
			want.add(&c)
		}
	}
	if order.Last != lease.NextSeq-1 {
		return entries, fmt.Sprintf("the log ends at %d, the lease says %d", order.Last, lease.NextSeq-1)
	}
	c := ledger.Drain()
	want.add(&c)
	if diff := firstDifference(readRows(t, db), want); diff != "" {
		return entries, "what is on disk does not follow from the log: " + diff
	}
	return entries, ""
}

func readRows(t testing.TB, db *store.DB) rowsOf {
	t.Helper()
	const ever = 1 << 60
	got := newRows()
	if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		var c journal.Changes
		if c.Contacts, err = store.Contacts(ctx, tx, 1, 0, ever, 0, 10_000_000); err != nil {
			return err
		}
		if c.Quarters, err = store.QueueQuarters(ctx, tx, 1, 0, ever); err != nil {
			return err
		}
		if c.Days, err = store.QueueDays(ctx, tx, 1, 0, ever); err != nil {
			return err
		}
		if c.Agent15, err = store.AgentQuarters(ctx, tx, 1, 0, ever); err != nil {
			return err
		}
		c.AgentDays, err = store.AgentDays(ctx, tx, 1, 0, ever)
		got.add(&c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// firstDifference names one row in which two sets of rows differ; nothing when they are alike.
func firstDifference(got, want rowsOf) string {
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		keys := append(g.Field(i).MapKeys(), w.Field(i).MapKeys()...)
		slices.SortFunc(keys, func(a, b reflect.Value) int { return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b))) })
		for _, k := range keys {
			a, b := g.Field(i).MapIndex(k), w.Field(i).MapIndex(k)
			switch {
			case !a.IsValid():
				return fmt.Sprintf("%s %v is missing, want %+v", g.Type().Field(i).Name, k, b)
			case !b.IsValid():
				return fmt.Sprintf("%s %v should not be there: %+v", g.Type().Field(i).Name, k, a)
			case !reflect.DeepEqual(a.Interface(), b.Interface()):
				return fmt.Sprintf("%s %v is %+v, want %+v", g.Type().Field(i).Name, k, a, b)
			}
		}
	}
	return ""
}

// TestRowsFollowFromTheLog plays a simulated day with faults through the whole path (T9), with restarts on the way, and compares every row and counter on disk
// with the fold over the log.
func TestRowsFollowFromTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := &handClock{wall: sim.Start.Time()}
		c, stop := start(t, db, live.Options{Clock: clock, SnapshotEvery: 3000})
		var events []routing.Event
		_, err := sim.Record(sim.Large(5), 3, sim.Options{Days: 1, Faults: sim.UsualFaults()}, func(e *routing.Event, _ []routing.Decision) { events = append(events, *e) })
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range events {
			if e.Kind == routing.Woke {
				continue // the live centre wakes by itself
			}
			if d := e.At.Sub(centre.At(clock.Wall())); d > 0 {
				passTimers(t, c, clock, e.At)
			}
			if _, err := journal.AppendBody(nil, &journal.Entry{Kind: journal.Step, Event: &e}); err != nil {
				continue // senseless beyond what a room can ask for
			}
			must(t, c, live.Command{Client: "sim", ID: fmt.Sprint(i), Plan: func(p *live.Plan) error { p.Step(e); return nil }})
			if i%2500 == 2499 {
				if err := stop(); err != nil {
					t.Fatal(err)
				}
				c, stop = start(t, db, live.Options{Clock: clock, SnapshotEvery: 3000})
			}
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if n := len(checkFold(t, db)); n < 1000 {
			t.Errorf("a day of %d entries", n)
		}
	})
}

// passTimers lets time pass up to an instant and every timer on the way fire at its time.
func passTimers(t *testing.T, c *live.Centre, clock *handClock, until centre.Instant) {
	for {
		var wake centre.Instant
		if err := c.View(ctx, func(v *live.View) error { wake = v.Wake(); return nil }); err != nil {
			t.Fatal(err)
		}
		if wake == 0 || wake > until {
			break
		}
		head := c.Head()
		clock.pass(wake.Sub(centre.At(clock.Wall())))
		waitFor(t, "the timer", func() bool { return c.Head() > head })
	}
	clock.pass(until.Sub(centre.At(clock.Wall())))
}
