package index

import (
	"math"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s = %.12g, want %.12g within %g", what, got, want, within)
	}
}

func TestAbandonmentAndSpeedOfTheExampleDay(t *testing.T) {
	c := folded(t, exampleTarget, exampleDay()).Counts(1 << 40)
	near(t, "abandonment", *c.Abandonment(false).Value, 0.20, 1e-12)
	near(t, "without short ones", *c.Abandonment(true).Value, 12.0/92, 1e-12)
	near(t, "ASA", *c.SpeedOfAnswer().Value, 20000.25, 1e-9)
	var none ServiceCounts
	for _, r := range []Ratio{none.Abandonment(false), none.SpeedOfAnswer(), Handling{}.HandlingTime()} {
		if r.Value != nil || r.Reason == "" {
			t.Errorf("%+v wants a reason", r)
		}
	}
	near(t, "AHT", *Handling{Contacts: 4, Talk: 10 * time.Minute, Hold: time.Minute, WrapUp: time.Minute}.HandlingTime().Value, 180000, 0)
}

func TestOccupancyCountsCapacity(t *testing.T) {
	agents := []AgentTime{
		{Staffed: []Span{{0, 600}, {700, 1000}}, Work: []Work{{Span{0, 300}, 333}, {Span{0, 300}, 333}, {Span{200, 400}, 333}, {Span{550, 750}, 1000}}},
		{Staffed: []Span{{0, 100}}},
	}
	got, err := Occupancy(agents)
	if err != nil {
		t.Fatal(err)
	}
	// 0-200 two chats, 200-300 three, 300-400 one, 550-600 and 700-750 a call; 600-700 the call runs on during a pause
	if want := (200*666 + 100*999 + 100*333 + 100*1000) / 1000; got.Load.Part != int64(want) || got.Load.Of != 1000 {
		t.Errorf("load %+v, want %d of 1000", got.Load, want)
	}
	if got.Busy.Part != 500 || got.OutsideMS != 100 {
		t.Errorf("busy %+v, outside %d", got.Busy, got.OutsideMS)
	}
	for want, bad := range map[string]AgentTime{
		"overlap":       {Staffed: []Span{{0, 10}, {5, 15}}},
		"runs backward": {Staffed: []Span{{10, 0}}},
		"2000 permille": {Work: []Work{{Span{0, 1}, 2000}}},
	} {
		if _, err := Occupancy([]AgentTime{bad}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if idle, err := Occupancy(nil); err != nil || idle.Load.Value != nil || idle.Load.Reason == "" {
		t.Errorf("nobody staffed: %+v, %v", idle, err)
	}
}

func TestAdherenceIsNotConformance(t *testing.T) {
	act := func(kind string, from, to centre.Instant) Activity { return Activity{Span{from, to}, kind} }
	schedule := []Activity{act("queue", 0, 100), act("break", 100, 120), act("queue", 120, 200)}
	late := []Activity{act("queue", 10, 100), act("break", 100, 120), act("queue", 120, 210)}
	got, err := Adherence(schedule, late, "queue")
	if err != nil {
		t.Fatal(err)
	}
	near(t, "adherence", *got.Adherence.Value, 190.0/200, 1e-12)
	near(t, "conformance", *got.Conformance.Value, 1, 1e-12)
	if len(got.Out) != 1 || got.Out[0] != (Span{0, 10}) {
		t.Errorf("out %v", got.Out)
	}
	moved, err := Adherence(schedule, []Activity{act("queue", 0, 90), act("break", 90, 110), act("queue", 110, 200)}, "queue")
	if err != nil {
		t.Fatal(err)
	}
	near(t, "a break 10 early", *moved.Adherence.Value, 180.0/200, 1e-12)
	if none, err := Adherence(nil, late, "queue"); err != nil || none.Adherence.Value != nil || none.Conformance.Reason == "" {
		t.Errorf("nothing scheduled: %+v, %v", none, err)
	}
	if _, err := Adherence([]Activity{act("a", 0, 10), act("b", 5, 9)}, nil, "a"); err == nil || !strings.Contains(err.Error(), "schedule: the spans from 0 and from 5 overlap") {
		t.Errorf("overlap: %v", err)
	}
}

func TestMysteryScore(t *testing.T) {
	form := MysteryForm{Areas: []MysteryArea{
		{Name: "answer and wait", Weight: 0.05, Questions: []MysteryQuestion{{"wait", 2}}},
		{Name: "reception", Questions: []MysteryQuestion{{"greets", 1}, {"name noted", 0}}},
		{Name: "the agent", Questions: []MysteryQuestion{{"understands", 3}, {"solves", 6}}},
	}}
	contacts := []MysteryContact{
		{Answered: true, Points: [][]float64{{2}, {1, 0}, {3, 6}}},
		{Answered: true, Points: [][]float64{{1}, {0, 0}, {2, 0}}, Skipped: [][]bool{nil, nil, {false, true}}},
		{Answered: false},
	}
	got, err := form.Score(contacts)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "total", got.Total, 100*(0.05*3/6+0.95*(0.1*1/3+0.9*11/21)), 1e-9)
	if got.Unanswered != 1 || got.Areas[2].Possible != 21 {
		t.Errorf("%+v", got)
	}
	if _, err := form.Score(nil); err == nil {
		t.Error("a score of no contact")
	}
	if _, err := form.Score([]MysteryContact{{Answered: true, Points: [][]float64{{3}, {0, 0}, {0, 0}}}}); err == nil || !strings.Contains(err.Error(), "3 points: want 0 to 2") {
		t.Errorf("too many points: %v", err)
	}
	if _, err := form.Score([]MysteryContact{{Answered: true}}); err == nil || !strings.Contains(err.Error(), "neither scored nor skipped") {
		t.Errorf("no points: %v", err)
	}
	form.Areas[0].Weight = 1.5
	if _, err := form.Score(contacts); err == nil {
		t.Error("a weight over 1")
	}
}

func TestContactsAreSharedByTheKey(t *testing.T) {
	key := map[centre.Channel]float64{centre.Phone: 12, centre.Email: 6, centre.Chat: 5, centre.Messenger: 2}
	got, err := ShareContacts(25, key, []centre.Channel{centre.Phone, centre.Email, centre.Chat})
	if err != nil {
		t.Fatal(err)
	}
	if got[centre.Phone] != 13 || got[centre.Email] != 7 || got[centre.Chat] != 5 {
		t.Errorf("25 contacts without Messenger: %v", got)
	}
	if _, err := ShareContacts(25, key, []centre.Channel{centre.Visit}); err == nil {
		t.Error("a key without any channel offered")
	}
}
