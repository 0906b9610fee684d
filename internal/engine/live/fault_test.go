package live_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// notes makes a table for a room's own rows.
func notes(t testing.TB, db *store.DB) {
	t.Helper()
	if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE note_test (id BIGINT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (id))`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func note(id int64) store.Write {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO note_test (id, words) VALUES ($1, $2)`, id, "words")
		return err
	}
}

func countNotes(t testing.TB, db *store.DB) (n int) {
	t.Helper()
	if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM note_test`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// sentNote writes by Send, so that PostgreSQL refuses it while a later write runs.
func sentNote(id int64) store.Write {
	return func(ctx context.Context, tx *store.Tx) error {
		return tx.Send(ctx, `INSERT INTO note_test (id, words) VALUES ($1, $2)`, id, "words")
	}
}

// askingNote writes by Send and then asks, so that the query finds its own statement, or an earlier one, refused.
func askingNote(id int64) store.Write {
	return func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Send(ctx, `INSERT INTO note_test (id, words) VALUES ($1, $2)`, id, "words"); err != nil {
			return err
		}
		var n int
		return tx.QueryRow(ctx, `SELECT count(*) FROM note_test`).Scan(&n)
	}
}

// TestFailedWriteUndoesItsCommandAlone sends commands together, of which one breaks a rule of its room's table.
func TestFailedWriteUndoesItsCommandAlone(t *testing.T) {
	for name, write := range map[string]func(int64) store.Write{"executed": note, "sent": sentNote, "asking": askingNote} {
		t.Run(name, func(t *testing.T) { failedWrites(t, write) })
	}
}

func failedWrites(t *testing.T, write func(int64) store.Write) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		notes(t, db)
		c, _ := start(t, db, live.Options{})
		open(t, c, 1)
		var wg sync.WaitGroup
		errs := make([]error, 20)
		hold := make(chan struct{})
		wg.Go(func() { c.View(ctx, func(*live.View) error { <-hold; return nil }) }) // so that all come in one batch
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = c.Do(ctx, live.Command{Client: "w", ID: fmt.Sprint(i), Plan: func(p *live.Plan) error {
					p.Fact("note", 0, 0, struct{}{})
					p.Write(write(int64(i / 2 * 2))) // each id twice: the second runs into the first
					return nil
				}})
			})
		}
		close(hold)
		wg.Wait()
		kinds := map[centre.Kind]int{}
		for _, err := range errs {
			if err != nil {
				kinds[centre.KindOf(err)]++
			}
		}
		if kinds[centre.Conflict] != 10 || len(kinds) != 1 || countNotes(t, db) != 10 {
			t.Errorf("refused %v; %d notes", kinds, countNotes(t, db))
		}
		facts := 0
		entries, err := db.Entries(ctx, 1, 0, c.Head(), 1000)
		for _, e := range entries {
			if e.Kind == "note" {
				facts++
			}
		}
		if err != nil || facts != 10 || int64(len(entries)) != c.Head() {
			t.Errorf("%d facts in a log of %d, %v", facts, len(entries), err)
		}
	})
}

// TestBrokenPlansHurtNobodyElse sends plans that panic, or fail after they have changed things, among good ones.
func TestBrokenPlansHurtNobodyElse(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	notes(t, db)
	c, stop := start(t, db, live.Options{})
	open(t, c, 1)
	bad := []func(p *live.Plan) error{
		func(p *live.Plan) error { panic("a fault") },
		func(p *live.Plan) error { p.Step(routing.Event{Kind: routing.Woke}); panic("a fault after a step") },
		func(p *live.Plan) error {
			p.Fact("note", 0, 0, struct{}{})
			return centre.Errorf(centre.Conflict, "too late")
		},
		func(p *live.Plan) error { p.Fact("note", 0, 0, 12); return nil },
		func(p *live.Plan) error { p.Fact("step", 0, 0, struct{}{}); return nil },
		func(p *live.Plan) error { p.Result(func() {}); return nil },
		func(p *live.Plan) error { p.Step(routing.Event{Kind: 77}); return nil },
		func(p *live.Plan) error {
			p.Write(func(context.Context, *store.Tx) error { panic("a fault in a write") })
			return nil
		},
		func(p *live.Plan) error {
			p.Write(func(ctx context.Context, tx *store.Tx) error { tx.Exec(ctx, `SELEKT`); return nil })
			return nil
		},
	}
	var wg sync.WaitGroup
	for round := range 3 {
		for i, plan := range bad {
			wg.Go(func() {
				if _, err := c.Do(ctx, live.Command{Client: "bad", ID: fmt.Sprint(round, i), Plan: plan}); centre.KindOf(err) != centre.Internal || err == nil {
					t.Errorf("plan %d gave %v", i, err)
				}
			})
			wg.Go(func() { must(t, c, arrive("good", round*100+i)) })
		}
	}
	if err := c.View(ctx, func(*live.View) error { panic("a fault in a view") }); centre.KindOf(err) != centre.Internal {
		t.Errorf("a view's fault gave %v", err)
	}
	wg.Wait()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	arrivals := 0
	entries, _ := db.Entries(ctx, 1, 0, c.Head(), 1000)
	for _, e := range entries {
		if e.Event != nil && e.Event.Kind == routing.Arrived {
			arrivals++
		}
	}
	if want := 3 * len(bad); arrivals != want {
		t.Errorf("%d contacts arrived, want %d", arrivals, want)
	}
}

// TestTooManyWait fills the queue of commands while the centre is held up.
func TestTooManyWait(t *testing.T) {
	c, _ := start(t, storetest.Open(t, storetest.SQLite(t)), live.Options{QueueCommands: 5})
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { c.View(ctx, func(*live.View) error { close(held); <-hold; return nil }) })
	<-held
	for i := range 5 {
		wg.Go(func() { must(t, c, arrive("a", i)) })
	}
	waitFor(t, "five commands to wait", func() bool { return c.Figures().Waiting == 5 })
	if _, err := c.Do(ctx, arrive("a", 6)); centre.KindOf(err) != centre.Exhausted {
		t.Errorf("the sixth command gave %v", err)
	}
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, err := c.Do(gone, arrive("a", 7)); centre.KindOf(err) != centre.Exhausted {
		t.Errorf("the seventh command gave %v", err)
	}
	close(hold)
	wg.Wait()
}

// TestCallerGoneBeforeItsTurn gives up a command before it was planned: it does not take place.
func TestCallerGoneBeforeItsTurn(t *testing.T) {
	c, _ := start(t, storetest.Open(t, storetest.SQLite(t)), live.Options{})
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { c.View(ctx, func(*live.View) error { close(held); <-hold; return nil }) })
	<-held
	gone, leave := context.WithCancel(ctx)
	wg.Go(func() {
		if _, err := c.Do(gone, arrive("a", 1)); !errors.Is(err, live.ErrUnknown) || centre.KindOf(err) != centre.Unavailable {
			t.Errorf("given up with %v", err)
		}
	})
	waitFor(t, "the command to wait", func() bool { return c.Figures().Waiting == 1 })
	leave()
	time.Sleep(time.Millisecond)
	close(hold)
	wg.Wait()
	if r := must(t, c, arrive("a", 2)); string(r.Result) != "1" {
		t.Errorf("the next contact is %s", r.Result)
	}
}

// TestHopelessCommandIsGivenUp lets one command end the connection that it is written on, every time: the others are not kept waiting, and it is told.
func TestHopelessCommandIsGivenUp(t *testing.T) {
	c, _ := start(t, storetest.Open(t, storetest.PostgreSQL(t)), live.Options{TTL: time.Minute})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Do(ctx, live.Command{Client: "x", ID: "1", Plan: func(p *live.Plan) error {
			p.Fact("note", 0, 0, struct{}{})
			p.Write(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
				return err
			})
			return nil
		}})
		if centre.KindOf(err) != centre.Unavailable {
			t.Errorf("given up with %v", err)
		}
	})
	for i := range 20 {
		wg.Go(func() { must(t, c, arrive("good", i)) })
	}
	wg.Wait()
	must(t, c, arrive("good", 20))
}
