package live_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

func engineHash(t testing.TB, c *live.Centre) (hash uint64) {
	t.Helper()
	if err := c.View(ctx, func(v *live.View) error { hash = v.Engine().Hash(); return nil }); err != nil {
		t.Fatal(err)
	}
	return hash
}

func execute(t testing.TB, db *store.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func logOf(t testing.TB, db *store.DB, c *live.Centre) []journal.Entry {
	t.Helper()
	entries, err := db.Entries(ctx, 1, 0, c.Head(), 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestRebuildFromAnySnapshot spoils snapshots one after the other: the state comes out the same from an earlier one, and from the log alone.
func TestRebuildFromAnySnapshot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, stop := start(t, db, live.Options{SnapshotEvery: 10})
		open(t, c, 3)
		for i := range 40 {
			must(t, c, arrive("a", i))
		}
		want := engineHash(t, c)
		for _, spoil := range []string{`UPDATE snapshot SET seq = seq`, `UPDATE snapshot SET body = $1 WHERE seq = (SELECT max(seq) FROM snapshot)`,
			`UPDATE snapshot SET body = $1`, `DELETE FROM snapshot`} {
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			if spoil[len(spoil)-3:] == "seq" || spoil[0] == 'D' {
				execute(t, db, spoil)
			} else {
				execute(t, db, spoil, []byte("sentral snapshot 1\nnonsense"))
			}
			c, stop = start(t, db, live.Options{SnapshotEvery: 10})
			if got := engineHash(t, c); got != want {
				t.Errorf("after %s the engine hashes %016x, want %016x", spoil, got, want)
			}
		}
	})
}

// TestHistoryStandsWhenDecisionsDiffer changes a decision in the log, as if an earlier version of the program had taken it otherwise.
func TestHistoryStandsWhenDecisionsDiffer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, stop := start(t, db, live.Options{})
		open(t, c, 1)
		must(t, c, arrive("a", 1))
		stop()
		execute(t, db, `DELETE FROM snapshot`)
		entries := logOf(t, db, c)
		i := slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Event != nil && e.Event.Kind == routing.Arrived })
		for k := range entries[i].Decisions {
			entries[i].Decisions[k].Why.Fit += 5
		}
		body, err := journal.AppendBody(nil, &entries[i])
		if err != nil {
			t.Fatal(err)
		}
		execute(t, db, `UPDATE event SET body = $1 WHERE seq = $2`, string(body), entries[i].Seq)

		c, stop = start(t, db, live.Options{})
		waitFor(t, "the report", func() bool { return c.Head() == int64(len(entries))+1 })
		if f := c.Figures(); f.Diverged != 1 {
			t.Errorf("%d entries were found to differ", f.Diverged)
		}
		after := logOf(t, db, c)
		told := struct{ Entries, First, Last int64 }{}
		if err := json.Unmarshal(after[len(after)-1].Payload, &told); err != nil || after[len(after)-1].Kind != live.Divergence || told.First != entries[i].Seq || told.Entries != 1 {
			t.Errorf("the log ends with %s %s, %v", after[len(after)-1].Kind, after[len(after)-1].Payload, err)
		}
		if !slices.Equal(after[i].Decisions, entries[i].Decisions) {
			t.Error("the log was rewritten")
		}
		waitFor(t, "a snapshot", func() bool { return c.Figures().Snapshots == 1 })
		stop()
		if c, _ = start(t, db, live.Options{}); c.Figures().Diverged != 0 {
			t.Error("the same difference was found again")
		}
	})
}

// TestBrokenLogIsNotOpened removes an entry: the centre says so and takes nothing.
func TestBrokenLogIsNotOpened(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	c, stop := start(t, db, live.Options{})
	open(t, c, 2)
	stop()
	execute(t, db, `DELETE FROM snapshot`)
	execute(t, db, `DELETE FROM event WHERE seq = 3`)
	c = live.New(live.Options{Store: db})
	run, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- c.Run(run) }()
	waitFor(t, "trouble", func() bool { return c.Status().Trouble != "" })
	if _, err := c.Do(ctx, arrive("a", 1)); centre.KindOf(err) != centre.Unavailable {
		t.Errorf("a command on a broken log gave %v", err)
	}
	cancel()
	<-ended
}
