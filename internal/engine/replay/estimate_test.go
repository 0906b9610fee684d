package replay_test

import (
	"fmt"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/replay"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/sim"
)

// told is what one waiting customer was told.
type told struct {
	at        centre.Instant
	low, high int64
	now       int64 // the high end that was told last
}

// fortunes is how the ranges told on arrival came out. A customer who left shows only that the wait would have been longer.
type fortunes struct {
	waiting                 map[centre.ContactID]*told
	shorter, inside, longer float64
	leftBefore, leftInside  float64
	grew                    int
}

func (f *fortunes) end(w *told, waited int64, left bool) {
	switch {
	case waited > w.high:
		f.longer++
	case waited < w.low && left:
		f.leftBefore++
	case waited < w.low:
		f.shorter++
	case left:
		f.leftInside++
	default:
		f.inside++
	}
}

// shares estimates the share of waits shorter than their range and longer, those that were cut short counted as half (the actuarial estimate).
func (f *fortunes) shares() (n, shorter, longer float64) {
	past := f.inside + f.longer + f.leftInside
	n = f.shorter + f.leftBefore + past
	shorter = f.shorter / (n - f.leftBefore/2)
	return n, shorter, (1 - shorter) * f.longer / (past - f.leftInside/2)
}

func (f *fortunes) watch(s *replay.Step, now []routing.Decision, e *routing.Engine) {
	for i := range now {
		d := &now[i]
		w := f.waiting[d.Contact]
		switch {
		case d.Consult:
		case d.Kind == routing.Queued && s.Event.Kind == routing.Arrived && (d.Channel == centre.Phone || d.Channel == centre.Chat) && d.Agent == 0:
			f.waiting[d.Contact] = &told{at: e.Now()}
		case w == nil:
		case d.Kind == routing.Offered || d.Kind == routing.Closed && d.How == routing.AbandonedQueue:
			if delete(f.waiting, d.Contact); w.high > 0 {
				f.end(w, int64(e.Now()-w.at), d.Kind == routing.Closed)
			}
		case d.Kind == routing.Closed || d.Kind == routing.PromiseMade || d.Kind == routing.Queued:
			delete(f.waiting, d.Contact)
		}
	}
	if w := f.waiting[s.Event.Contact]; w != nil && s.Event.Kind == routing.Arrived {
		if x := e.EstimateContact(s.Event.Contact); x.Known {
			w.low, w.high, w.now = x.LowMS, x.HighMS, x.HighMS
		}
	}
	if s.Number%100 != 0 {
		return
	}
	for id, w := range f.waiting {
		x := e.EstimateContact(id)
		if !x.Known || w.high == 0 {
			continue
		}
		if x.HighMS > w.now {
			f.grew++
		}
		w.now = x.HighMS
	}
}

// Goal: no estimate of the remaining wait ever grows for having waited, and the range told on arrival holds about eight waits of ten in whatever centre, from its first
// day on, with about one shorter and one longer.
func TestWaitEstimatesHoldAndNeverGrow(t *testing.T) {
	for _, c := range []struct {
		centre *sim.Centre
		load   float64
		seed   uint64
	}{{sim.Demo(), 1.1, 1}, {sim.Large(60), 0.95, 2}, {sim.Large(60), 1.2, 3}, {sim.Large(120), 1, 4}} {
		t.Run(fmt.Sprintf("%s, load x %g", c.centre.Name, c.load), func(t *testing.T) {
			for i := range c.centre.Traffic {
				for j := range c.centre.Traffic[i].PerInterval {
					c.centre.Traffic[i].PerInterval[j] *= c.load
				}
			}
			var r replay.Recorder
			if _, err := sim.Record(c.centre, c.seed, sim.Options{Days: 1}, r.Record); err != nil {
				t.Fatal(err)
			}
			f := fortunes{waiting: map[centre.ContactID]*told{}}
			if _, _, err := replay.Run(replay.Of(r.Steps()), replay.Options{Watch: f.watch}); err != nil {
				t.Fatal(err)
			}
			n, shorter, longer := f.shares()
			t.Logf("%.0f waits: %.3f shorter, %.3f longer, %.3f inside; %d estimates grew", n, shorter, longer, 1-shorter-longer, f.grew)
			if n < 500 || shorter < 0.05 || shorter > 0.14 || longer < 0.05 || longer > 0.14 {
				t.Errorf("of %.0f waits %.3f were shorter than the range told on arrival and %.3f longer, want about one of ten each", n, shorter, longer)
			}
			if f.grew > 0 {
				t.Errorf("%d estimates grew for having waited", f.grew)
			}
		})
	}
}
