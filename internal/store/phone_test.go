package store_test

import (
	"context"
	"reflect"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// What the phone keeps is found again as it was written, on every database.
func TestPhoneKeeps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := store.Phone{DB: db, Domain: 1}
		do := func(w ...store.Write) {
			t.Helper()
			for _, one := range w {
				if err := db.Update(ctx, one); err != nil {
					t.Fatal(err)
				}
			}
		}
		c := store.CallRow{ID: 7, Direction: "in", Line: "main", Trunk: "t", Brand: 1, Queue: 2, Language: "nb", Number: "+4799900001", Known: "none", Began: 1000}
		do(p.PutCall(c))
		open, err := p.OpenCalls(ctx)
		if err != nil || len(open) != 1 || open[0] != c {
			t.Fatalf("open calls: %+v, %v", open, err)
		}
		c.Contact, c.Agent, c.Connected, c.Ended, c.Outcome, c.Cause = 9, 3, 1500, 2000, "answered", "caller_hung_up"
		do(p.PutCall(c), p.PutCall(store.CallRow{ID: 7, Outcome: "lost"}))
		if got, err := p.CallsOf(ctx, 9); err != nil || len(got) != 1 || got[0] != c {
			t.Errorf("a call that has ended was ended again: %+v, %v", got, err)
		}
		if open, err = p.OpenCalls(ctx); err != nil || len(open) != 0 {
			t.Errorf("open calls after the end: %+v, %v", open, err)
		}
		party := store.PartyRow{Call: 7, Party: 1, Kind: "agent", Agent: 3, Began: 1500}
		do(p.PutParty(party))
		party.Ended = 2000
		do(p.PutParty(party))
		if got, err := p.Parties(ctx, 7); err != nil || len(got) != 1 || got[0] != party {
			t.Errorf("parties: %+v, %v", got, err)
		}
		promise := store.PromiseRow{Contact: 9, Number: "+4799900001", Line: "main", Language: "sv", Customer: 4, Known: "probably", At: 5}
		do(p.PutPromise(promise))
		if got, err := p.Promise(ctx, 9); err != nil || got != promise {
			t.Errorf("promise: %+v, %v", got, err)
		}
		do(p.KeepPlace(store.PlaceRow{ID: 11, Caller: "h", Customer: 4, Queue: 2, WaitedMS: 60_000, At: 100, Until: 900}))
		if got, err := p.Places(ctx, 500); err != nil || len(got) != 1 || got[0].WaitedMS != 60_000 {
			t.Errorf("places: %+v, %v", got, err)
		}
		if got, err := p.Places(ctx, 900); err != nil || len(got) != 0 {
			t.Errorf("a place is kept beyond its time: %+v, %v", got, err)
		}
		do(p.TakePlace(11), p.PutSpend(store.SpendRow{Call: 7, Agent: 3, At: 50, CostOre: 120}), p.PutSpend(store.SpendRow{Call: 7, Agent: 3, At: 51, CostOre: 999}))
		if got, err := p.Spent(ctx, 50); err != nil || len(got) != 1 || got[0].CostOre != 120 {
			t.Errorf("spent: %+v, %v", got, err)
		}
		phoneSound(t, p)
	})
}

func phoneSound(t *testing.T, p store.Phone) {
	r := store.RecordingRow{ID: 20, Call: 7, Contact: 9, Queue: 2, Agent: 3, Purpose: "quality", Basis: "consent", State: "on", File: "20.rec", Sealed: []byte{1}, Began: 5, KeepUntil: 100}
	put := func(r store.RecordingRow) error { return p.DB.Update(ctx, p.PutRecording(r)) }
	if err := put(r); err != nil {
		t.Fatal(err)
	}
	if err := put(store.RecordingRow{ID: 21, State: "on", File: "x", Sealed: []byte{}}); centre.KindOf(err) != centre.Conflict {
		t.Errorf("a recording without a basis was kept: %v", err)
	}
	if got, err := p.OpenRecordings(ctx); err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], r) {
		t.Errorf("open recordings: %+v, %v", got, err)
	}
	if got, err := p.RecordingsToDelete(ctx, 100, 10); err != nil || len(got) != 1 {
		t.Errorf("recordings to delete: %+v, %v", got, err)
	}
	gone := r
	gone.State, gone.DeletedBy, gone.Sealed = "deleted", 3, []byte{}
	if err := put(gone); err != nil {
		t.Fatal(err)
	}
	if err := put(r); err != nil { // late
		t.Fatal(err)
	}
	if got, err := p.Recording(ctx, 20); err != nil || got.State != "deleted" {
		t.Errorf("a deleted recording came back: %+v, %v", got, err)
	}
	if err := p.SavePrompt(ctx, store.PromptRow{Key: "hello", Name: "a.wav", DurationMS: 3, Bytes: 2, Body: []byte{1, 2}}); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Prompt(ctx, "hello"); err != nil || len(got.Body) != 2 {
		t.Errorf("prompt: %+v, %v", got, err)
	}
	if err := p.RemovePrompt(ctx, "hello"); err != nil {
		t.Error(err)
	}
	if err := p.RemovePrompt(ctx, "hello"); centre.KindOf(err) != centre.Missing {
		t.Errorf("removed twice: %v", err)
	}
	for _, sealed := range [][]byte{{1, 2, 3}, nil} {
		if err := p.SaveTrunkSecret(context.Background(), "t", sealed); err != nil {
			t.Fatal(err)
		}
		if got, err := p.TrunkSecret(ctx, "t"); err != nil || !reflect.DeepEqual(got, sealed) {
			t.Errorf("secret: %v, %v", got, err)
		}
	}
}
