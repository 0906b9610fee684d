package staffing

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestLeastAgentsForEightyTwenty(t *testing.T) {
	for _, c := range []struct {
		load    float64
		c, a, i int // Erlang C, patience 600 s, patience 180 s
	}{
		{1, 3, 3, 3}, {5, 8, 8, 7}, {10, 14, 13, 12}, {20, 24, 24, 23}, {50, 56, 54, 52},
		{100, 107, 104, 99}, {200, 208, 202, 193}, {500, 510, 496, 470}, {1000, 1011, 983, 928},
	} {
		for _, p := range []struct {
			patience Patience
			want     int
		}{{nil, c.c}, {Exponential{600 * second}, c.a}, {Exponential{180 * second}, c.i}} {
			n, err := Queue{Rate: c.load / 180, Handle: 180 * second, Patience: p.patience}.Need(Target{Within: 20 * second, Goal: 0.8})
			if err != nil || n != p.want {
				t.Errorf("load %v patience %v: %d agents (%v), want %d", c.load, p.patience, n, err, p.want)
			}
		}
	}
}

// TestTheLeastIsTheLeast: for any measure n meets the goal and n-1 does not.
func TestTheLeastIsTheLeast(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 14))
	curve, err := NewCurve([]time.Duration{0, 30 * second, 60 * second, 300 * second}, []float64{.97, .9, .82, .53})
	if err != nil {
		t.Fatal(err)
	}
	goals := []Target{
		{AnsweredOfOffered, 20 * second, 0, 0.8}, {AnsweredOfAnswered, 30 * second, 0, 0.9}, {AnsweredOrLeft, 10 * second, 0, 0.7},
		{AnsweredOfRemaining, 20 * second, 0, 0.75}, {AnsweredOfLasting, 20 * second, 5 * second, 0.85},
		{Measure: WaitProbability, Goal: 0.2}, {Measure: AbandonProbability, Goal: 0.03}, {Measure: MeanWait, Goal: 15}, {Measure: Occupancy, Goal: 0.85},
	}
	for range 60 {
		q := Queue{Rate: math.Exp(random.Float64()*9-5) / 60, Handle: time.Duration(20+random.Float64()*600) * second}
		if random.IntN(3) > 0 {
			q.Patience = curve
		}
		if random.IntN(4) == 0 {
			q.AtOnce, q.Slowdown = 3, 0.2
		}
		target := goals[random.IntN(len(goals))]
		if q.Patience == nil && target.Measure == AbandonProbability {
			continue
		}
		n, err := q.Need(target)
		if err != nil {
			t.Fatalf("%+v %+v: %v", q, target, err)
		}
		if !target.met([]Solution{solve(t, q, n)}, []float64{1}) {
			t.Errorf("%+v: %d agents do not meet %+v", q, n, target)
		}
		if n > 1 && target.met([]Solution{solve(t, q, n-1)}, []float64{1}) {
			t.Errorf("%+v: %d agents would meet %+v, not only %d", q, n-1, target, n)
		}
	}
}

func TestAHundredThousandAgentsTakeMilliseconds(t *testing.T) {
	q := Queue{Rate: 100000. / 180, Handle: 180 * second, Patience: Exponential{600 * second}}
	best := time.Hour
	var n int
	for range 20 {
		start := time.Now()
		var err error
		if n, err = q.Need(Target{Within: 20 * second, Goal: 0.8}); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	t.Logf("%d agents for 100,000 Erlang, found in %v", n, best)
	if n < 95000 || n > 100000 || best > 10*time.Millisecond {
		t.Errorf("%d agents in %v; want about 97,500 in less than 10 ms", n, best)
	}
	if n, err := (Queue{Rate: 100000. / 180, Handle: 180 * second}).Need(Target{Within: 20 * second, Goal: 0.8}); err != nil || n != leastC(100000, 180, 20, 0.8) {
		t.Errorf("Erlang C: %d, %v, want %d", n, err, leastC(100000, 180, 20, 0.8))
	}
}

// leastC finds the least n by the recursion, one agent at a time.
func leastC(load, handle, within, goal float64) int {
	b := 1.0
	for n := 1; ; n++ {
		b = load * b / (float64(n) + load*b)
		spare := float64(n) - load
		if spare > 0 && 1-float64(n)*b/(float64(n)-load*(1-b))*math.Exp(-spare/handle*within) >= goal {
			return n
		}
	}
}

func TestErlangBNeed(t *testing.T) {
	for load, want := range map[float64]int{4.461: 10, 12.030: 20, 37.901: 50, 84.064: 100, 0: 0} {
		if n, err := NeedB(load, 0.01); err != nil || n != want {
			t.Errorf("lines for %v Erlang at 1 %%: %d, %v, want %d", load, n, err, want)
		}
	}
	if _, err := NeedB(5, 0); err == nil {
		t.Error("a loss of zero was accepted")
	}
}

func TestUncertainRateNeedsMore(t *testing.T) {
	q := Queue{Rate: 100. / 180, Handle: 180 * second, Patience: Exponential{600 * second}}
	target := Target{Within: 20 * second, Goal: 0.8}
	sure, _ := q.Need(target)
	average, err := q.NeedOver(Spread{CV: 0.15}, target)
	if err != nil {
		t.Fatal(err)
	}
	certain, err := q.NeedOver(Spread{CV: 0.15, Certainty: 0.9}, target)
	if err != nil {
		t.Fatal(err)
	}
	if !(sure < average && average < certain) {
		t.Errorf("agents: known rate %d, on average %d, on 90 %% of days %d; want rising", sure, average, certain)
	}
	// The pooled level by brute force over a fine grid of day factors.
	variance := math.Log1p(0.15 * 0.15)
	var answered, offered float64
	for i := range 2000 {
		z := -6 + 12*(float64(i)+.5)/2000
		factor := math.Exp(z*math.Sqrt(variance) - variance/2)
		day := q
		day.Rate *= factor
		a, _ := solve(t, day, average).Within(20 * second)
		w := math.Exp(-z*z/2) * factor
		answered, offered = answered+w*a, offered+w
	}
	factors, p, _ := Spread{CV: 0.15}.nodes()
	var solutions []Solution
	for _, f := range factors {
		day := q
		day.Rate *= f
		solutions = append(solutions, solve(t, day, average))
	}
	near(t, "pooled service level", target.level(solutions, p), answered/offered, 2e-3)
	var mass, mean float64
	for i := range p {
		mass += p[i]
		mean += p[i] * factors[i]
	}
	near(t, "probabilities", mass, 1, 1e-12)
	near(t, "mean factor", mean, 1, 1e-12)
}

func TestBadInputIsRefusedWithAReason(t *testing.T) {
	fine := Queue{Rate: 1, Handle: second}
	for _, c := range []struct {
		q    Queue
		t    Target
		want string
	}{
		{Queue{Rate: math.NaN(), Handle: second}, Target{Goal: .8}, "rate"},
		{Queue{Rate: -1, Handle: second}, Target{Goal: .8}, "rate"},
		{Queue{Rate: math.Inf(1), Handle: second}, Target{Goal: .8}, "rate"},
		{Queue{Rate: 1}, Target{Goal: .8}, "handling"},
		{Queue{Rate: 1, Handle: second, AtOnce: 101}, Target{Goal: .8}, "side by side"},
		{Queue{Rate: 1, Handle: second, Slowdown: -1}, Target{Goal: .8}, "slowdown"},
		{fine, Target{Goal: 1}, "between 0 and 1"},
		{fine, Target{Goal: 0}, "between 0 and 1"},
		{fine, Target{Goal: math.NaN()}, "number"},
		{fine, Target{Measure: 77, Goal: .5}, "unknown measure"},
		{fine, Target{Measure: MeanWait, Goal: 0}, "above zero"},
		{Queue{Rate: 1e9, Handle: 1000 * second}, Target{Goal: .8}, "not even"},
	} {
		if n, err := c.q.Need(c.t); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v %+v: %d, %v; want an error with %q", c.q, c.t, n, err, c.want)
		}
	}
	if _, err := fine.Need(); err == nil {
		t.Error("no target was accepted")
	}
	if _, err := fine.Solve(-1); err == nil {
		t.Error("fewer than no agents were accepted")
	}
	if _, err := fine.NeedOver(Spread{CV: -1}, Target{Goal: .8}); err == nil {
		t.Error("a negative spread was accepted")
	}
}

func TestTheEdgesOfAQueue(t *testing.T) {
	idle := solve(t, Queue{Handle: second}, 3)
	if idle.Waiting != 0 || idle.MeanWait != 0 || (Target{Within: second}).Level(idle) != 1 {
		t.Errorf("nobody calls: %+v", idle)
	}
	if n, err := (Queue{Handle: second}).Need(Target{Goal: .8}); n != 0 || err != nil {
		t.Errorf("nobody calls: %d agents, %v", n, err)
	}
	over := solve(t, Queue{Rate: 3, Handle: second}, 2)
	if over.Stable || over.Waiting != 1 || !math.IsInf(over.MeanWait, 1) || (Target{Within: time.Hour}).Level(over) != 0 || !math.IsInf(over.WaitQuantile(.5), 1) {
		t.Errorf("more work than hands: %+v", over)
	}
	nobody := solve(t, Queue{Rate: 3, Handle: second, Patience: Exponential{10 * second}}, 0)
	if a, left := nobody.Within(10 * second); a != 0 || math.Abs(left-(1-math.Exp(-1))) > 1e-12 || nobody.Left != 1 {
		t.Errorf("no agents: answered %v left %v, %+v", a, left, nobody)
	}
	near(t, "median wait until leaving", nobody.WaitQuantile(.5), 10*math.Ln2, 1e-9)
	plenty := solve(t, Queue{Rate: 1, Handle: second, Patience: Exponential{second}}, 100000)
	if plenty.Waiting != 0 || plenty.Busy != 1e-5 || (Target{Within: second}).Level(plenty) != 1 {
		t.Errorf("hands enough: %+v", plenty)
	}
	if paid, err := Paid(70, 0.3); paid != 100 || err != nil {
		t.Errorf("70 at work at 30 %% shrinkage: %d paid, %v", paid, err)
	}
	if _, err := Paid(70, 1); err == nil {
		t.Error("a shrinkage of 100 % was accepted")
	}
}
