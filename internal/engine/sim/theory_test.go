package sim

import (
	"context"
	"math"
	"testing"
	"time"
)

// The exact values of Erlang C and Erlang A that the real engine must reach in simulation, within three standard errors over runs.
func TestSimulatedQueuesMatchErlang(t *testing.T) {
	if testing.Short() {
		t.Skip("needs two seconds")
	}
	cases := []struct {
		name   string
		centre *Centre
		target time.Duration
		want   map[string]float64
	}{
		{"M/M/14, 100 calls per 30 min, 180 s", Textbook(14, 100, 30*time.Minute, 180*time.Second, 0), 20 * time.Second,
			map[string]float64{"wait": 0.174131933595, "in target": 0.888350019179, "mean wait": 7.835937}},
		{"M/M/50+M, 48 per min, 1 min, patience 2 min", Textbook(50, 48, time.Minute, time.Minute, 2*time.Minute), 20 * time.Second,
			map[string]float64{"wait": 0.467774068554, "abandon": 0.030912249162, "mean wait of all": 3.7094699, "in target": 0.943018954747}},
	}
	figures := map[string]func(*Result) float64{
		"wait":             func(r *Result) float64 { return r.All.Figures.Waited },
		"abandon":          func(r *Result) float64 { return r.All.Abandonment },
		"mean wait":        func(r *Result) float64 { return r.All.MeanWaitS },
		"mean wait of all": func(r *Result) float64 { return r.All.MeanAllWaitS },
		"in target":        func(r *Result) float64 { return r.All.ServiceLevel },
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.centre.Settings.Queues[0].TargetMS = c.target.Milliseconds()
			report, err := Study{Centre: c.centre, Seed: 1, Runs: 12, Workers: 2, Options: Options{Days: 2, WarmUp: 12 * time.Hour}}.Do(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range c.want {
				e := report.Over(figures[name])
				if z := (e.Mean - want) / e.SE; math.Abs(z) > 3 || math.IsNaN(z) {
					t.Errorf("%s = %.6f, want %.6f: %.2f standard errors of %.6f away", name, e.Mean, want, z, e.SE)
				}
			}
		})
	}
}

// The published results of the Java library ContactCenters for one day of M/M/12 from empty, within its intervals and ours together.
func TestSimulatedDayMatchesContactCenters(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a second")
	}
	day8 := func(patience time.Duration) *Centre {
		c := Textbook(12, 4.2, time.Minute, 2*time.Minute, patience)
		c.Traffic[0].PerInterval = c.Traffic[0].PerInterval[:8*60]
		return c
	}
	within := func(t *testing.T, name string, e Estimate, low, high float64) {
		t.Helper()
		if e.Mean < low-3*e.SE || e.Mean > high+3*e.SE {
			t.Errorf("%s = %.4f (se %.4f), published interval %.4f to %.4f", name, e.Mean, e.SE, low, high)
		}
	}
	do := func(c *Centre) Report {
		r, err := Study{Centre: c, Seed: 5, Runs: 150, Options: Options{Days: 1}}.Do(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := do(day8(0))
	within(t, "answered within 20 s", r.Over(func(x *Result) float64 { return x.All.ServiceLevel }), 0.900, 0.904)
	within(t, "mean wait, min", r.Over(func(x *Result) float64 { return x.All.MeanWaitS / 60 }), 0.097, 0.102)
	r = do(day8(time.Minute))
	within(t, "abandoned a day", r.Over(func(x *Result) float64 { return float64(x.All.Abandoned) }), 57.7, 59.6)
}
