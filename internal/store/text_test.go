package store_test

import (
	"testing"

	"sentral/internal/centre"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// Text messages and survey links are found again as they were written, on every database: a key is there once, a last state is kept, words go when it is reached.
func TestTextKeeps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := store.Text{DB: db, Domain: 1}
		do := func(w ...store.Write) {
			t.Helper()
			for _, one := range w {
				if err := db.Update(ctx, one); err != nil {
					t.Fatal(err)
				}
			}
		}
		row := store.TextRow{ID: 7, Key: "link/1/1", Purpose: "link", Contact: 9, Brand: 1, Recipient: "+4799900001", Sender: "S", Words: "hei", State: store.TextWaiting, CostOre: 39, At: 100, NextAt: 100, Expires: 900}
		again := row
		again.ID, again.Words = 8, "to ganger"
		do(x.Put(row), x.Put(again))
		if got, err := x.Due(ctx, 100, 10); err != nil || len(got) != 1 || got[0] != row {
			t.Fatalf("due: %+v, %v", got, err)
		}
		if got, err := x.Due(ctx, 99, 10); err != nil || len(got) != 0 {
			t.Errorf("due too early: %+v, %v", got, err)
		}
		if at, err := x.NextDue(ctx); err != nil || at != 100 {
			t.Errorf("next due %d, %v", at, err)
		}
		row.State, row.Attempts, row.NextAt = store.TextSending, 1, 900
		do(x.Settle(row))
		if got, err := x.Unsure(ctx); err != nil || len(got) != 1 || got[0] != row {
			t.Errorf("unsure: %+v, %v", got, err)
		}
		if at, err := x.NextDue(ctx); err != nil || at != 0 {
			t.Errorf("next due %d, %v", at, err)
		}
		row.State, row.Settled = store.TextSent, 150
		do(x.Settle(row))
		lost := row
		lost.State, lost.Settled, lost.Cause = store.TextFailed, 160, "late"
		do(x.Settle(lost))
		row.Words = ""
		if got, err := x.Since(ctx, 100); err != nil || len(got) != 1 || got[0] != row {
			t.Errorf("since: %+v, %v", got, err)
		}
		if err := x.Forget(ctx, 150); err != nil {
			t.Fatal(err)
		}
		if got, _ := x.Since(ctx, 0); len(got) != 1 {
			t.Error("deleted too early")
		}
		if err := x.Forget(ctx, 151); err != nil {
			t.Fatal(err)
		}
		if got, _ := x.Since(ctx, 0); len(got) != 0 {
			t.Errorf("kept too long: %+v", got)
		}
		surveyLinks(t, db, do)
	})
}

func surveyLinks(t *testing.T, db *store.DB, do func(...store.Write)) {
	s := store.Survey{DB: db, Domain: 1}
	l := store.SurveyLink{Hash: "h", Contact: 9, Queue: 2, Brand: 1, Team: 3, Partner: 4, Channel: "callback", Language: "sv", At: 5, Until: 500}
	other := l
	other.Hash = "h2"
	do(s.PutLink(l), s.PutLink(other))
	if got, err := s.Link(ctx, "h"); err != nil || got != l {
		t.Errorf("link: %+v, %v", got, err)
	}
	if _, err := s.Link(ctx, "h2"); centre.KindOf(err) != centre.Missing {
		t.Errorf("a second link to one contact: %v", err)
	}
	if _, err := s.Answer(ctx, 9); centre.KindOf(err) != centre.Missing {
		t.Errorf("an answer that nobody gave: %v", err)
	}
	a := store.SurveyAnswer{Contact: 9, At: 6, Queue: 2, Brand: 1, Team: 3, Partner: 4, Channel: "callback", Version: 1, OKS: 5, Solved: "yes", Comment: "fint"}
	do(s.Put(a))
	if got, err := s.Answer(ctx, 9); err != nil || got != a {
		t.Errorf("answer: %+v, %v", got, err)
	}
	if err := s.ForgetLinks(ctx, 501); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Link(ctx, "h"); centre.KindOf(err) != centre.Missing {
		t.Errorf("a link beyond its time: %v", err)
	}
}
