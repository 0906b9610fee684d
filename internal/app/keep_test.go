package app_test

import (
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/conversation"
	"sentral/internal/store"
)

// What was said is deleted when the centre has kept it for as long as it says, contact by contact: what is closed and old goes, what is still open stays, and
// so does the contact's own row.
func TestWordsAreKeptForTheirTime(t *testing.T) {
	t.Parallel()
	var opts *app.Options
	w := begin(t, opening{options: func(o *app.Options) { opts = o }, doc: func(d *config.Document) { d.Rules.KeepMonths = 12 }})
	a := w.ready("birger-brattvik")
	closed := w.visitor(norway).start("strom", "Strømmen er borte")
	a.take(closed.Contact)
	a.must("POST", on(closed.Contact, "/messages"), map[string]any{"key": key(), "text": "Hei, jeg ser på det.", "after": closed.Seq}, nil)
	a.must("POST", on(closed.Contact, "/notes"), map[string]any{"key": key(), "text": "Ringte netteier."}, nil)
	a.must("POST", on(closed.Contact, "/end"), nil, nil)
	a.must("POST", on(closed.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	open := w.visitor(norway).start("strom", "Fortsatt i gang")
	a.take(open.Contact)

	words := func() store.Conversation { return store.Conversation{DB: w.app.DB, Domain: 1} }
	said := func(id centre.ContactID) int {
		t.Helper()
		m, _, err := words().Messages(ctx, id, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		n, err := words().Notes(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return len(m) + len(n)
	}
	before := said(closed.Contact)
	if before < 3 {
		t.Fatalf("%d messages and notes", before)
	}
	if err := words().SaveFile(ctx, conversation.Stored{File: conversation.File{ID: "never sent"}, Owner: "somebody", At: centre.At(w.now()), Body: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	again := func(later time.Duration) {
		w.end()
		w.pass(later)
		w.stopped = make(chan error, 1)
		w.open(*opts)
	}
	again(330 * 24 * time.Hour)
	w.eventually(func() bool {
		_, err := words().File(ctx, "never sent", false)
		return err != nil
	}, "an upload that nobody sent is deleted")
	if n := said(closed.Contact); n != before {
		t.Errorf("too early: %d of %d are left", n, before)
	}
	again(40 * 24 * time.Hour)
	w.eventually(func() bool { return said(closed.Contact) == 0 }, "words past their time are deleted")
	if said(open.Contact) == 0 {
		t.Error("an open conversation lost its words")
	}
	if c, err := (store.Customer{DB: w.app.DB, Domain: 1}).Contact(ctx, closed.Contact); err != nil || c.Outcome != "solved" {
		t.Errorf("the contact's own row: %+v, %v", c, err)
	}
}
