package allowance

import "testing"

// What has gone out counts for an hour and a day, for its spender and for everybody; only the first part of a thing counts as one.
func TestCapsHold(t *testing.T) {
	const minute = 60_000
	caps := Caps{HourCount: 2, DayCount: 3, HourOre: 100, DayOre: 150}
	for _, c := range []struct {
		name      string
		spent     []Entry[string]
		next      Entry[string]
		all, own  Caps
		allowed   bool
		sumsAfter Sums
	}{
		{"the first", nil, Entry[string]{ID: 1, Who: "a", At: minute, CostOre: 40}, caps, caps, true, Sums{1, 1, 40, 40}},
		{"two in an hour", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 1}}, Entry[string]{ID: 3, Who: "a", At: 2}, Caps{}, caps, false, Sums{2, 2, 0, 0}},
		{"an hour later", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 1}}, Entry[string]{ID: 3, Who: "a", At: 60*minute + 1}, Caps{}, caps, true, Sums{1, 3, 0, 0}},
		{"three in a day", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 1}, {ID: 3, Who: "a", At: 2}}, Entry[string]{ID: 4, Who: "a", At: 120 * minute}, Caps{}, caps, false, Sums{0, 3, 0, 0}},
		{"a day later", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 0}, {ID: 3, Who: "a", At: 0}}, Entry[string]{ID: 4, Who: "a", At: day}, caps, caps, true, Sums{1, 1, 0, 0}},
		{"a further part is no new one", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 1}}, Entry[string]{ID: 2, Part: 1, Who: "a", At: 2, CostOre: 1}, caps, caps, true, Sums{2, 2, 1, 1}},
		{"somebody else's cap", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 1}}, Entry[string]{ID: 3, Who: "b", At: 2}, Caps{}, caps, true, Sums{3, 3, 0, 0}},
		{"everybody's cap", []Entry[string]{{ID: 1, Who: "a", At: 0}, {ID: 2, Who: "a", At: 1}}, Entry[string]{ID: 3, Who: "b", At: 2}, caps, Caps{}, false, Sums{2, 2, 0, 0}},
		{"the cost of an hour", []Entry[string]{{ID: 1, Who: "a", At: 0, CostOre: 70}}, Entry[string]{ID: 2, Who: "b", At: 1, CostOre: 31}, caps, Caps{}, false, Sums{1, 1, 70, 70}},
		{"the cost of a day", []Entry[string]{{ID: 1, Who: "a", At: 0, CostOre: 70}}, Entry[string]{ID: 2, Who: "b", At: 61 * minute, CostOre: 81}, caps, Caps{}, false, Sums{0, 1, 0, 70}},
		{"no caps", []Entry[string]{{ID: 1, Who: "a", At: 0, CostOre: 7_000_000}}, Entry[string]{ID: 2, Who: "a", At: 1, CostOre: 1}, Caps{}, Caps{}, true, Sums{2, 2, 7_000_001, 7_000_001}},
	} {
		var l Ledger[string]
		l.Load(c.spent)
		if got := l.Reserve(c.next, c.all, c.own); got != c.allowed {
			t.Errorf("%s: allowed %v, want %v", c.name, got, c.allowed)
		}
		if got := l.Of("", c.next.At); got != c.sumsAfter {
			t.Errorf("%s: sums %+v, want %+v", c.name, got, c.sumsAfter)
		}
	}
}

// What did not go out does not count.
func TestGivenBackDoesNotCount(t *testing.T) {
	var l Ledger[string]
	e := Entry[string]{ID: 1, Who: "a", At: 5, CostOre: 10}
	if !l.Reserve(e, Caps{DayCount: 1}, Caps{}) || l.Reserve(Entry[string]{ID: 2, Who: "b", At: 6}, Caps{DayCount: 1}, Caps{}) {
		t.Fatal("the cap of one does not hold")
	}
	l.Give(e)
	if !l.Reserve(Entry[string]{ID: 2, Who: "b", At: 6}, Caps{DayCount: 1}, Caps{}) {
		t.Error("what was given back still counts")
	}
	if who := l.Who(); len(who) != 1 || who[0] != "b" {
		t.Errorf("spenders: %v", who)
	}
}
