package sim

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"sentral/internal/engine/routing"
	"sentral/internal/stat"
)

// BenchmarkDay plays one day after another on one core, auditor and faults off. The goal is a figure for a core of its own: beside other work the clock says
// little, so the days are also measured in seconds of processor time, the median day and the best.
func BenchmarkDay(b *testing.B) {
	for _, c := range []*Centre{Textbook(50, 48, time.Minute, time.Minute, 2*time.Minute), Demo(), Large(700)} {
		b.Run(fmt.Sprintf("%d agents %s", len(c.Agents), c.Name), func(b *testing.B) {
			p := newPlayer(c, Options{Days: 1})
			p.play(1)
			events := int64(0)
			var rates []float64
			b.ReportAllocs()
			for seed := uint64(2); b.Loop(); seed++ {
				begun := processorTime(b)
				n := p.play(seed).Events
				events += n
				rates = append(rates, float64(n)/(processorTime(b)-begun).Seconds())
			}
			q, err := stat.Quantiles(rates, 0.5, 1)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(q[0], "events/cpu-s")
			b.ReportMetric(q[1], "best-events/cpu-s")
			b.ReportMetric(float64(events)/float64(b.N), "events/day")
		})
	}
}

// processorTime is what this process has used of all cores.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStepWithTenThousandWaiting times every single Step of a flooded centre of 700 once 10,000 contacts wait, on events recorded
// before: p50, p99 and the longest, in nanoseconds, and what a step allocates.
func BenchmarkStepWithTenThousandWaiting(b *testing.B) {
	c := Large(700)
	for i := range c.Traffic {
		t := &c.Traffic[i]
		t.Patience = Patience{}
		for k := range t.PerInterval {
			t.PerInterval[k] *= 2.6
		}
	}
	c.Behaviour.RuleEvery, c.Behaviour.ProfileEvery = Spread{}, Spread{} // a new rule book is not the steady state
	var events []routing.Event
	if _, err := Record(c, 1, Options{Days: 1}, func(e *routing.Event, _ []routing.Decision) { events = append(events, *e) }); err != nil {
		b.Fatal(err)
	}
	var took []float64
	var before, after runtime.MemStats
	most := int64(0)
	for b.Loop() {
		e := routing.New()
		took = took[:0]
		flooded := false
		for i := range events {
			if !flooded {
				e.Step(events[i])
				if flooded = e.Centre().Counts[routing.InQueue] >= 10_000; flooded {
					runtime.ReadMemStats(&before)
				}
				continue
			}
			if len(took) == 200_000 {
				break
			}
			begun := time.Now()
			e.Step(events[i])
			took = append(took, float64(time.Since(begun).Nanoseconds()))
		}
		runtime.ReadMemStats(&after)
		most = e.Centre().Counts[routing.InQueue]
	}
	if len(took) == 0 {
		b.Fatalf("never 10,000 waiting, at the end %d", most)
	}
	q, err := stat.Quantiles(took, 0.5, 0.99, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(q[0], "p50-ns")
	b.ReportMetric(q[1], "p99-ns")
	b.ReportMetric(q[2], "max-ns")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(len(took)), "allocs/step")
	b.ReportMetric(float64(most), "waiting")
}
