package replay_test

import (
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/replay"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/routing/routingtest"
)

// kept drives an engine and records it.
type kept struct {
	engine *routing.Engine
	record replay.Recorder
	wake   centre.Instant
}

func (k *kept) Send(ev routing.Event) ([]routing.Decision, error) {
	decisions := k.engine.Step(ev)
	k.record.Record(&ev, decisions)
	for i := range decisions {
		if decisions[i].Kind == routing.WakeAt {
			k.wake = decisions[i].Until
		}
	}
	return decisions, nil
}

func (k *kept) Pass(until centre.Instant) (all []routingtest.Decided, err error) {
	for k.wake != 0 && k.wake <= until {
		at := k.wake
		k.wake = 0
		decisions, err := k.Send(routing.Event{Kind: routing.Woke, At: at})
		if err != nil {
			return nil, err
		}
		for i := range decisions {
			all = append(all, routingtest.Decided{At: at, Decision: decisions[i]})
		}
	}
	return all, nil
}

// Goal: every scenario that was written by hand replays to the same decisions and the same hash.
func TestEveryScenarioReplaysAlike(t *testing.T) {
	routingtest.RunAll(t, func(t *testing.T) routingtest.Driver {
		k := &kept{engine: routing.New()}
		t.Cleanup(func() {
			_, report, err := replay.Run(replay.Of(k.record.Steps()), replay.Options{})
			if err != nil || report.Differing > 0 || report.Hash != k.engine.Hash() {
				t.Errorf("replayed to hash %016x, want %016x; differences %v; error %v", report.Hash, k.engine.Hash(), report.Differences, err)
			}
		})
		return k
	})
}
