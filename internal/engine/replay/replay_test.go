package replay_test

import (
	"errors"
	"strings"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/replay"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/sim"
)

// record plays a simulated day with faults and keeps it.
func record(t *testing.T) (steps []replay.Step, hash uint64) {
	t.Helper()
	var r replay.Recorder
	result, err := sim.Record(sim.Large(30), 5, sim.Options{Days: 1, Faults: sim.UsualFaults()}, r.Record)
	if err != nil {
		t.Fatal(err)
	}
	return r.Steps(), result.Hash
}

// Goal: a simulated day replays to the same decisions and the same hash, whole or from a snapshot in its middle.
func TestReplayHashesAlike(t *testing.T) {
	steps, hash := record(t)
	half := len(steps) / 2
	_, report, err := replay.Run(replay.Of(steps), replay.Options{})
	if err != nil || report.Hash != hash || report.Differing != 0 || report.Steps != int64(len(steps)) {
		t.Fatalf("replay of %d steps: hash %016x, want %016x; %d steps differ, first %v; error %v", report.Steps, report.Hash, hash, report.Differing, report.Differences, err)
	}
	e, _, err := replay.Run(replay.Of(steps[:half]), replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, rest, err := replay.Run(replay.Of(steps[half:]), replay.Options{Snapshot: e.Snapshot()})
	if err != nil || rest.Hash != hash || rest.Differing != 0 {
		t.Errorf("replay from a snapshot: hash %016x, want %016x; %v; error %v", rest.Hash, hash, rest.Differences, err)
	}
}

// Goal: a decision that differs is found, counted and named by event and field.
func TestReplayNamesWhatDiffers(t *testing.T) {
	steps, _ := record(t)
	at := -1
	for i := range steps {
		for k := range steps[i].Decisions {
			if d := &steps[i].Decisions[k]; d.Kind == routing.Offered && at < 0 {
				d.Why.Fit += 3
				at = i
			}
		}
	}
	steps[at+5].Decisions = append(steps[at+5].Decisions, routing.Decision{Kind: routing.Dial, Contact: 77})
	_, report, err := replay.Run(replay.Of(steps), replay.Options{Most: 1})
	if err != nil || report.Differing != 2 || len(report.Differences) != 1 {
		t.Fatalf("%d steps differ, %d kept, error %v; want 2, 1 kept", report.Differing, len(report.Differences), err)
	}
	d := report.Differences[0]
	if d.Number != steps[at].Number || !strings.Contains(d.Text, "Why Fit is") {
		t.Errorf("difference %v, want one of Why Fit at event %d", d, steps[at].Number)
	}
	if text := replay.Differ(nil, steps[at+5].Decisions); !strings.Contains(text, "is new") {
		t.Errorf("a new decision is told as %q", text)
	}
}

// Goal: the same day under other rules decides otherwise, and only from where the rules matter.
func TestReplayUnderOtherRules(t *testing.T) {
	steps, hash := record(t)
	rules := sim.Large(30).Settings
	rules.Queues = append([]routing.Queue(nil), rules.Queues...)
	for i := range rules.Queues {
		rules.Queues[i].OfferMS = 5_000
	}
	_, report, err := replay.Run(replay.Of(steps), replay.Options{Rules: &rules})
	if err != nil || report.Differing == 0 || report.Hash == hash {
		t.Fatalf("%d steps differ, error %v", report.Differing, err)
	}
	if d := report.Differences[0]; !strings.Contains(d.Text, "Until") {
		t.Errorf("the first difference is %v, want an offer's Until", d)
	}
}

func TestReplayEndsWithItsRecording(t *testing.T) {
	steps, _ := record(t)
	broken := func(yield func(replay.Step, error) bool) {
		for _, s := range steps[:100] {
			if !yield(s, nil) {
				return
			}
		}
		yield(replay.Step{}, errors.New("the page is torn"))
	}
	if _, report, err := replay.Run(broken, replay.Options{}); err == nil || report.Steps != 100 || !strings.Contains(err.Error(), "after 100 events") {
		t.Errorf("a broken recording gave %d steps and error %v", report.Steps, err)
	}
	if _, _, err := replay.Run(replay.Of(nil), replay.Options{Snapshot: []byte("nonsense")}); centre.KindOf(err) != centre.Invalid {
		t.Errorf("a damaged snapshot gave %v", err)
	}
	noon := sim.Start + centre.Instant(12*3_600_000)
	_, report, err := replay.Run(replay.Until(replay.Of(steps), noon), replay.Options{})
	if err != nil || report.Steps == 0 || report.Steps >= int64(len(steps)) || report.Differing != 0 {
		t.Errorf("until noon: %d of %d steps, error %v", report.Steps, len(steps), err)
	}
}
