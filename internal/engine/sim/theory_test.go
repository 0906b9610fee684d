package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
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
			report, err := Study{Centre: c.centre, Seed: 1, Runs: 16, Workers: 2, Options: Options{Days: 1, WarmUp: 3 * time.Hour}}.Do(context.Background())
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
		r, err := Study{Centre: c, Seed: 5, Runs: 80, Options: Options{Days: 1}}.Do(context.Background())
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

// The published day of the CallCC example of L'Ecuyer: 13 hours with their own staff and rates, a busy or quiet day, one in ten who will not
// wait. The published intervals are of 90 %. The source does not say whether those who leave early count as within 20 s: only answered of all
// arrived meets it (0.847 here, 0.872 with them).
func TestSimulatedDayMatchesCallCC(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a second")
	}
	staff := []int{4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4}
	rates := []float64{100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60}
	c := Textbook(0, 0, time.Minute, 100*time.Second, 0)
	c.DayFactor = 1 / math.Sqrt(10)
	c.Traffic[0].Interval, c.Traffic[0].From, c.Traffic[0].PerInterval = time.Hour, 8*time.Hour, rates
	c.Traffic[0].Patience = Patience{AtOnce: 0.1, Parts: []PatiencePart{{Share: 1, Spread: Spread{Shape: Exponential, Mean: 1000 * time.Second}}}}
	for level := 1; level <= 8; level++ {
		for h := 0; h < len(staff); h++ {
			from := h
			for h < len(staff) && staff[h] >= level {
				h++
			}
			if h > from {
				profile := routing.Profile{Agent: centre.AgentID(len(c.Agents) + 1), Team: 1}
				c.Agents = append(c.Agents, Agent{Profile: profile, From: time.Duration(8+from) * time.Hour, To: time.Duration(8+h) * time.Hour})
			}
		}
	}
	r := play(t, Study{Centre: c, Seed: 1, Runs: 400, Options: Options{Days: 1}})
	ratio := func(num, den func(*Result) int64) float64 {
		n, d := int64(0), int64(0)
		for i := range r.Runs {
			n, d = n+num(&r.Runs[i]), d+den(&r.Runs[i])
		}
		return float64(n) / float64(d)
	}
	arrived := func(x *Result) int64 { return x.All.Arrived }
	wait := ratio(func(x *Result) int64 { return x.All.SumAllWaitMS }, arrived) / 1000
	in := ratio(func(x *Result) int64 { return x.All.AnsweredInTarget }, arrived)
	lost := ratio(func(x *Result) int64 { return x.All.Abandoned }, arrived)
	for _, f := range []struct {
		name           string
		got, low, high float64
	}{{"mean wait, s", wait, 10.06, 13.61}, {"share within 20 s", in, 0.844, 0.862}, {"share lost", lost, 0.0311, 0.0374}} {
		if f.got < f.low || f.got > f.high {
			t.Errorf("%s = %.4f, published interval %.4f to %.4f", f.name, f.got, f.low, f.high)
		}
	}
}
