package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sentral/internal/centre"
)

// exampleDay is the day on which nine formulas give 60 to 75 %: 100 queued, target 20 s, short abandonment 5 s.
func exampleDay() []QueueEvent {
	var day []QueueEvent
	add := func(kind QueueEventKind, n int, wait time.Duration) {
		for range n {
			at := centre.Instant(len(day) * 1000)
			day = append(day, QueueEvent{Kind: Offered, At: at}, QueueEvent{Kind: kind, At: at.Add(wait), Wait: wait})
		}
	}
	add(Answered, 60, 20*time.Second)
	add(Answered, 20, 20*time.Second+time.Millisecond)
	add(Abandoned, 8, 4999*time.Millisecond)
	add(Abandoned, 4, 5*time.Second)
	add(Abandoned, 8, 21*time.Second)
	slices.SortStableFunc(day, func(a, b QueueEvent) int { return int(a.At - b.At) })
	return day
}

var exampleTarget = ServiceTarget{Within: 20 * time.Second, ShortAbandon: 5 * time.Second}

func folded(t interface{ Fatal(...any) }, target ServiceTarget, events []QueueEvent) *ServiceLevel {
	s, err := NewServiceLevel(target)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := s.Fold(e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestOneDayNineFormulas(t *testing.T) {
	want := map[string]string{
		"asterisk_sl":         "75.0 % (asterisk_sl: 60 of 80)",
		"asterisk_sl2":        "72.0 % (asterisk_sl2: 72 of 100)",
		"connect_sl":          "72.0 % (connect_sl: 72 of 100)",
		"genesys_all":         "60.0 % (genesys_all: 60 of 100)",
		"genesys_no_short":    "65.2 % (genesys_no_short: 60 of 92)",
		"genesys_no_abandons": "75.0 % (genesys_no_abandons: 60 of 80)",
		"cisco_ignored":       "68.2 % (cisco_ignored: 60 of 88)",
		"cisco_negative":      "60.0 % (cisco_negative: 60 of 100)",
		"cisco_positive":      "72.0 % (cisco_positive: 72 of 100)",
	}
	figures := folded(t, exampleTarget, exampleDay()).Figures(1 << 40)
	if len(figures) != 9 {
		t.Fatalf("%d formulas", len(figures))
	}
	for _, f := range figures {
		if f.String() != want[f.Formula] {
			t.Errorf("%v, want %s", f, want[f.Formula])
		}
		if parsed, err := ParseFormula(f.Formula); err != nil || parsed.Text() != f.Text {
			t.Errorf("%s does not parse back: %v", f.Formula, err)
		}
	}
	if _, err := ParseFormula("asterisk"); err == nil {
		t.Error("a misspelt formula was taken")
	}
}

// TestServiceLevelStories tells what each kind of event does to a live figure.
func TestServiceLevelStories(t *testing.T) {
	s := 1000 * time.Millisecond
	cases := []struct {
		story  string
		flow   bool
		events []QueueEvent
		now    centre.Instant
		want   string // formula met/of ...
	}{
		{"a callback in time is removed for Connect, an event for nobody else", false,
			[]QueueEvent{{Offered, 0, 0}, {CallbackAsked, 9000, 9 * s}}, 9000, "connect_sl 1/1, cisco_negative 0/0, genesys_all 0/0"},
		{"a callback past the target has passed it for Cisco", false,
			[]QueueEvent{{Offered, 0, 0}, {CallbackAsked, 30000, 30 * s}}, 30000, "connect_sl 0/1, cisco_negative 0/1"},
		{"who waits past the target counts for Cisco at once", false,
			[]QueueEvent{{Offered, 0, 0}, {Offered, 15000, 0}}, 20001, "cisco_negative 0/1, genesys_all 0/0, connect_sl 0/2"},
		{"not at the target itself", false, []QueueEvent{{Offered, 0, 0}}, 20000, "cisco_negative 0/0"},
		{"and not twice when answered", false,
			[]QueueEvent{{Offered, 0, 0}, {Answered, 25000, 25 * s}}, 30000, "cisco_negative 0/1, asterisk_sl 0/1"},
		{"flow-outs count where the switch is on", true,
			[]QueueEvent{{Offered, 0, 0}, {FlowedOut, 5000, 5 * s}, {Offered, 6000, 0}, {Answered, 7000, 1 * s}}, 9000, "genesys_all 1/2, genesys_no_abandons 1/2, asterisk_sl 1/1"},
		{"and not where it is off", false,
			[]QueueEvent{{Offered, 0, 0}, {FlowedOut, 5000, 5 * s}, {Offered, 6000, 0}, {Answered, 7000, 1 * s}}, 9000, "genesys_all 1/1"},
		{"an outcome without its offer is queued too", false, []QueueEvent{{Answered, 5000, 5 * s}}, 9000, "connect_sl 1/1"},
	}
	for _, c := range cases {
		target := exampleTarget
		target.FlowOuts = c.flow
		fold := folded(t, target, c.events)
		got := map[string]string{}
		for _, f := range fold.Figures(c.now) {
			got[f.Formula] = fmt.Sprintf("%s %d/%d", f.Formula, f.Met, f.Of)
			if (f.Share == nil) != (f.Of == 0) || (f.Reason == "") != (f.Share != nil) {
				t.Errorf("%s: %+v wants a share or a reason", c.story, f)
			}
		}
		for _, want := range strings.Split(c.want, ", ") {
			name, _, _ := strings.Cut(want, " ")
			if got[name] != want {
				t.Errorf("%s: %s, want %s", c.story, got[name], want)
			}
		}
	}
}

// TestLiveEqualsHistory holds that a fold asked at any moment equals a fold of the events until then, that contacts are conserved,
// and that two halves add up to the whole once nobody waits.
func TestLiveEqualsHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []QueueEvent
		n := rapid.IntRange(0, 30).Draw(t, "contacts")
		for range n {
			at := centre.Instant(rapid.IntRange(0, 60000).Draw(t, "at"))
			wait := time.Duration(rapid.IntRange(0, 40000).Draw(t, "wait")) * time.Millisecond
			kind := QueueEventKind(rapid.IntRange(1, 4).Draw(t, "kind"))
			events = append(events, QueueEvent{Offered, at, 0}, QueueEvent{kind, at.Add(wait), wait})
		}
		slices.SortStableFunc(events, func(a, b QueueEvent) int {
			if a.At != b.At {
				return int(a.At - b.At)
			}
			return int(a.Kind) - int(b.Kind)
		})
		live, err := NewServiceLevel(exampleTarget)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range events {
			if err := live.Fold(e); err != nil {
				t.Fatal(err)
			}
			c := live.Counts(e.At)
			if then := folded(t, exampleTarget, events[:i+1]).Counts(e.At); c != then {
				t.Fatalf("live %+v, history %+v", c, then)
			}
			ended := c.Answered() + c.Abandoned() + c.CallbackWithin + c.CallbackLate + c.FlowedOutWithin + c.FlowedOutLate
			if c.Offered != ended+c.WaitingInTime+c.WaitingLate {
				t.Fatalf("contacts are not conserved: %+v", c)
			}
			for _, f := range exampleTarget.Figures(c) {
				if f.Met < 0 || f.Met > f.Of {
					t.Fatalf("%v", f)
				}
			}
		}
		if c := live.Counts(1 << 40); c.Offered != int64(n) || c.WaitingLate != 0 {
			t.Fatalf("at the end of the day %+v for %d contacts", c, n)
		}
	})
}

func TestServiceLevelRefuses(t *testing.T) {
	for _, target := range []ServiceTarget{{}, {Within: -1}, {Within: 5, ShortAbandon: 6}, {Within: 5, ShortAbandon: -1}} {
		if _, err := NewServiceLevel(target); centre.KindOf(err) != centre.Invalid || err == nil {
			t.Errorf("target %+v: %v", target, err)
		}
	}
	s := folded(t, exampleTarget, nil)
	for _, e := range []QueueEvent{{Answered, 0, -1}, {9, 0, 0}} {
		if err := s.Fold(e); err == nil {
			t.Errorf("event %+v was taken", e)
		}
	}
	if c := s.Counts(0); c != (ServiceCounts{}) {
		t.Errorf("refused events were counted: %+v", c)
	}
	for _, f := range s.Figures(0) {
		if f.Share != nil || f.Reason == "" {
			t.Errorf("nobody came, and still %+v", f)
		}
	}
}
