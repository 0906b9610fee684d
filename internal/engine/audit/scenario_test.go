package audit_test

import (
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/audit"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/routing/routingtest"
)

// watched drives an engine whose every step an auditor sees.
type watched struct {
	engine  *routing.Engine
	auditor *audit.Auditor
	wake    centre.Instant
}

func (w *watched) Send(ev routing.Event) ([]routing.Decision, error) {
	decisions := w.engine.Step(ev)
	w.auditor.Step(&ev, decisions, w.engine)
	for i := range decisions {
		if decisions[i].Kind == routing.WakeAt {
			w.wake = decisions[i].Until
		}
	}
	return decisions, nil
}

func (w *watched) Pass(until centre.Instant) (all []routingtest.Decided, err error) {
	for w.wake != 0 && w.wake <= until {
		at := w.wake
		w.wake = 0
		decisions, err := w.Send(routing.Event{Kind: routing.Woke, At: at})
		if err != nil {
			return nil, err
		}
		for i := range decisions {
			all = append(all, routingtest.Decided{At: at, Decision: decisions[i]})
		}
	}
	return all, nil
}

// Goal: the auditor agrees with every scenario that was written by hand.
func TestEveryScenarioKeepsTheLaws(t *testing.T) {
	routingtest.RunAll(t, func(t *testing.T) routingtest.Driver {
		w := &watched{engine: routing.New(), auditor: audit.New(0)}
		t.Cleanup(func() {
			w.auditor.Finish(w.engine)
			if _, breaches := w.auditor.Broken(); len(breaches) > 0 {
				t.Error(breaches[0])
			}
		})
		return w
	})
}
