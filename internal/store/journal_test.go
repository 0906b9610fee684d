package store_test

import (
	"context"
	"errors"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

var ctx = context.Background()

// take acquires the lease as a fresh owner.
func take(t *testing.T, db *store.DB, owner string) *store.Term {
	t.Helper()
	lease, err := db.Lease(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	term, err := db.Acquire(ctx, 7, lease, store.Owner{ID: owner, Node: "n", Addr: "10.0.0.1:80"})
	if err != nil {
		t.Fatal(err)
	}
	return term
}

// steps makes entries that follow on from the term.
func steps(term *store.Term, at centre.Instant, n int) *store.Batch {
	b := &store.Batch{LastAt: at, NextContact: term.Lease().NextContact}
	for i := range n {
		contact := term.Lease().NextContact + centre.ContactID(i)
		b.Entries = append(b.Entries, journal.Entry{Seq: term.Lease().NextSeq + int64(i), At: at, Kind: journal.Step, Contact: contact,
			Event:     &routing.Event{At: at, Kind: routing.Arrived, Contact: contact, Queue: 3, Channel: centre.Chat},
			Decisions: []routing.Decision{{Kind: routing.Queued, Contact: contact, Queue: 3, At: at}}})
		b.Days = append(b.Days, 20_000)
		b.NextContact = contact + 1
	}
	return written(b)
}

// written writes the bodies of a batch's entries.
func written(b *store.Batch) *store.Batch {
	b.Bodies = nil
	for i := range b.Entries {
		body, err := journal.AppendBody(nil, &b.Entries[i])
		if err != nil {
			panic(err)
		}
		b.Bodies = append(b.Bodies, string(body))
	}
	return b
}

func TestLogIsReadAsItWasWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		term := take(t, db, "a")
		first := steps(term, 1000, 300)
		first.Entries[5] = journal.Entry{Seq: 6, At: 1000, Kind: "note", Contact: 4, Agent: 9, Payload: []byte(`{"note":12}`)}
		first.Commands = []store.CommandRow{{Client: "c", ID: "x", Seq: 6, At: 1000, Result: []byte(`{"b":1,"a":2}`)}}
		if err := term.Commit(ctx, written(first)); err != nil {
			t.Fatal(err)
		}
		term = take(t, db, "b")
		if err := term.Commit(ctx, steps(term, 1001, 2)); err != nil {
			t.Fatal(err)
		}
		var got []journal.Entry
		if err := take(t, db, "c").Replay(ctx, 0, func(e *journal.Entry) error { got = append(got, *e); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(got) != 302 || got[5].Kind != "note" || got[5].Agent != 9 || *got[7].Event != *first.Entries[7].Event ||
			got[7].Decisions[0] != first.Entries[7].Decisions[0] || got[301].Epoch != 2 {
			t.Errorf("read %d entries; entry 6 is %+v", len(got), got[5])
		}
		done, err := term.Commands(ctx, [][2]string{{"c", "x"}, {"c", "y"}, {"d", "x"}})
		if err != nil || len(done) != 1 || string(done[[2]string{"c", "x"}].Result) != `{"b":1,"a":2}` {
			t.Errorf("looked up %v, %v", done, err)
		}
	})
}

func TestOldOwnerIsFencedBeforeItWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		old := take(t, db, "old")
		batch := steps(old, 1, 1)
		take(t, db, "new")
		wrote := false
		batch.Writes = []store.Write{func(context.Context, *store.Tx) error { wrote = true; return nil }}
		for name, err := range map[string]error{"commit": old.Commit(ctx, batch), "beat": old.Beat(ctx), "release": old.Release(ctx),
			"snapshot": old.SaveSnapshot(ctx, 0, 0, []byte("x"))} {
			if !errors.Is(err, store.ErrFenced) || centre.KindOf(err) != centre.Unavailable {
				t.Errorf("%s by the old owner: %v", name, err)
			}
		}
		if wrote {
			t.Error("the old owner's write ran")
		}
	})
}
