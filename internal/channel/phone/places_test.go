package phone

import (
	"testing"

	"sentral/internal/centre"
	"sentral/internal/store"
)

// A number that shows, which anybody can send, gives nobody a place: a customer number does, or the number with the same answers, or with the key that asks.
func TestWhosePlaceItIs(t *testing.T) {
	const number, queue = "+4799900001", centre.QueueID(2)
	place := func(id int64, from, answers string, customer centre.CustomerID) store.PlaceRow {
		return store.PlaceRow{ID: id, Caller: hashed(from) + dotted(hashed(answers)), Customer: customer, Queue: queue, At: 100, Until: 900}
	}
	one := []store.PlaceRow{place(1, number, "main|menu 1", 7)}
	silent := []store.PlaceRow{place(2, number, "", 0)}
	two := []store.PlaceRow{place(1, number, "main|menu 1", 7), place(2, number, "", 0)}
	both := []store.PlaceRow{place(1, number, "main|menu 1", 7), place(3, number, "main|menu 1", 0)}
	caller := store.CallRow{Number: number, Known: "probably"}
	proved := func(id centre.CustomerID) store.CallRow {
		return store.CallRow{Known: "verified", Customer: id, Number: number}
	}
	for _, x := range []struct {
		name  string
		kept  []store.PlaceRow
		call  store.CallRow
		shown proof
		queue centre.QueueID
		at    centre.Instant
		id    int64
		ask   bool
	}{
		{"the number alone is asked", one, caller, proof{}, queue, 200, 0, true},
		{"other answers are asked", one, caller, proof{answers: "main|menu 2"}, queue, 200, 0, true},
		{"the same answers", one, caller, proof{answers: "main|menu 1"}, queue, 200, 1, false},
		{"the key", silent, caller, proof{claimed: true}, queue, 200, 2, false},
		{"no answers are nobody's proof", silent, caller, proof{}, queue, 200, 0, true},
		{"the same answers among two", two, caller, proof{answers: "main|menu 1"}, queue, 200, 1, false},
		{"two and a key: it cannot be told whose", two, caller, proof{claimed: true}, queue, 200, 0, false},
		{"two alike: it cannot be told whose", both, caller, proof{answers: "main|menu 1"}, queue, 200, 0, false},
		{"a hidden number", one, store.CallRow{Known: "none"}, proof{answers: "main|menu 1", claimed: true}, queue, 200, 0, false},
		{"the customer who has proved it, from anywhere", one, store.CallRow{Known: "verified", Customer: 7, Number: "+4799900009"}, proof{}, queue, 200, 1, false},
		{"another customer who has proved it", one, proved(8), proof{answers: "main|menu 1", claimed: true}, queue, 200, 0, false},
		{"another queue", one, caller, proof{answers: "main|menu 1"}, 3, 200, 0, false},
		{"too late", one, caller, proof{answers: "main|menu 1"}, queue, 900, 0, false},
	} {
		p := places{kept: x.kept}
		got, found, ask := p.find(x.call, x.queue, x.at, x.shown)
		if found != (x.id != 0) || got.ID != x.id || ask != x.ask {
			t.Errorf("%s: place %d, found %v, ask %v; want %d, ask %v", x.name, got.ID, found, ask, x.id, x.ask)
		}
	}
}
