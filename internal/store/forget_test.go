package store_test

import (
	"context"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// However long the past is, what was said in old and closed contacts goes, and nothing else, on every database.
func TestForgetTakesOnlyWhatIsOldAndClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		words := store.Conversation{DB: db, Domain: 1}
		const gone, open, late = 1, 2, 3
		write := func(w store.Write) {
			t.Helper()
			if err := db.Update(ctx, w); err != nil {
				t.Fatal(err)
			}
		}
		for id, closed := range map[centre.ContactID]centre.Instant{gone: 5000, open: 0, late: 20_000} {
			write(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO contact (domain, id, created, queue, last_queue, channel, priority, state, agent, answered, ended, closed, wait_ms, talk_ms, wrap_ms,
					offers, lapses, moves, promises, reason, outcome, how, brand, market, customer, case_id) VALUES (1, $1, 0, 1, 1, 'chat', 0, 'closed', 1, 0, 0, $2, 0, 0, 0, 0, 0, 0, 0, 0, '', '', 1, 1, 0, 0)`, id, closed)
				return err
			})
		}
		write(func(ctx context.Context, tx *store.Tx) error { // more than are looked at in one go, of all three in turns
			for n := int64(1); n <= 1500; n++ {
				if err := words.Append(conversation.Message{ID: n, Contact: centre.ContactID(1 + n%3), Author: conversation.ByCustomer, Text: "hei", At: centre.Instant(n)})(ctx, tx); err != nil {
					return err
				}
			}
			return words.AppendNote(conversation.Note{ID: 1501, Contact: gone, Kind: "note", Text: "x", At: 1501})(ctx, tx)
		})
		surveys := store.Survey{DB: db, Domain: 1}
		for id, at := range map[centre.ContactID]centre.Instant{gone: 6000, late: 20_000} {
			write(surveys.Put(store.SurveyAnswer{Contact: id, At: at, OKS: 5, Solved: "yes", Comment: "Takk!"}))
		}
		if err := words.Forget(ctx, 10_000); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[centre.ContactID]int{gone: 0, open: 500, late: 500} {
			if m, _, err := words.Messages(ctx, id, 0, 1000); err != nil || len(m) != want {
				t.Errorf("contact %d has %d messages, %v; want %d", id, len(m), err, want)
			}
		}
		if n, err := words.Notes(ctx, gone); err != nil || len(n) != 0 {
			t.Errorf("notes: %v, %v", n, err)
		}
		for id, want := range map[centre.ContactID]string{gone: "", late: "Takk!"} {
			if a, err := surveys.Answer(ctx, id); err != nil || a.Comment != want || a.OKS != 5 {
				t.Errorf("the answer about %d: %+v, %v", id, a, err)
			}
		}
	})
}
