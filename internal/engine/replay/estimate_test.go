package replay_test

import (
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/replay"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/sim"
)

// Goal: no estimate of the remaining wait ever grows for having waited, and the range told on arrival holds about eight waits of ten.
func TestWaitEstimatesHoldAndNeverGrow(t *testing.T) {
	var r replay.Recorder
	if _, err := sim.Record(sim.Large(120), 1, sim.Options{Days: 1}, r.Record); err != nil {
		t.Fatal(err)
	}
	type told struct {
		at        centre.Instant
		low, high int64
		now       int64 // the high end that was told last
	}
	waiting := map[centre.ContactID]*told{}
	inside, below, above, grew := 0, 0, 0, 0
	watch := func(s *replay.Step, now []routing.Decision, e *routing.Engine) {
		for i := range now {
			d := &now[i]
			switch {
			case d.Consult:
			case d.Kind == routing.Queued && s.Event.Kind == routing.Arrived && d.Channel == centre.Phone && d.Agent == 0:
				waiting[d.Contact] = &told{at: e.Now()}
			case d.Kind == routing.Offered && waiting[d.Contact] != nil:
				w := waiting[d.Contact]
				delete(waiting, d.Contact)
				if w.high == 0 {
					continue
				}
				switch waited := int64(e.Now() - w.at); {
				case waited < w.low:
					below++
				case waited > w.high:
					above++
				default:
					inside++
				}
			case d.Kind == routing.Closed || d.Kind == routing.PromiseMade:
				delete(waiting, d.Contact)
			}
		}
		if s.Number%20 != 0 && s.Event.Kind != routing.Arrived {
			return
		}
		for id, w := range waiting {
			x := e.EstimateContact(id)
			if !x.Known {
				continue
			}
			if w.high == 0 {
				w.low, w.high, w.now = x.LowMS, x.HighMS, x.HighMS
			}
			if x.HighMS > w.now {
				grew++
			}
			w.now = x.HighMS
		}
	}
	if _, _, err := replay.Run(replay.Of(r.Steps()), replay.Options{Watch: watch}); err != nil {
		t.Fatal(err)
	}
	n := inside + below + above
	t.Logf("%d waits: %.3f inside, %.3f shorter, %.3f longer; %d estimates grew", n, float64(inside)/float64(n), float64(below)/float64(n), float64(above)/float64(n), grew)
	if share := float64(inside) / float64(n); n < 1000 || share < 0.75 {
		t.Errorf("%.3f of %d waits ended inside the range told on arrival, want eight of ten", share, n)
	}
	if grew > 0 {
		t.Errorf("%d estimates grew for having waited", grew)
	}
}
