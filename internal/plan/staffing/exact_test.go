package staffing

import (
	"math"
	"testing"
	"time"
)

const second = time.Second

// near compares to 1e-9 of the value, or to half a unit of the last digit given where the published figure has fewer digits.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %.15g, want %.15g (off by %.2g)", what, got, want, got-want)
	}
}

func solve(t *testing.T, q Queue, n int) Solution {
	t.Helper()
	s, err := q.Solve(n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestErlangBExactValues(t *testing.T) {
	for _, c := range []struct {
		n       int
		a, want float64
	}{
		{1, 1, 0.5}, {2, 1, 0.2}, {5, 3, 0.1100543478260870}, {10, 5, 0.01838457033664813},
		{10, 4.461, 0.009997786688}, {20, 12.031, 0.010002591800}, {50, 37.901, 0.009998689504}, {100, 84.064, 0.009999682903},
		{100, 100, 0.07570045271086}, {1000, 1000, 0.02481191764616}, {10000, 10000, 0.007936563248806}, {100000, 100000, 0.002518893423547},
		{17, 10, 0.01294887522473}, {1000, 900, 5.929862670146e-5}, {100000, 99000, 8.225775598504e-6},
		{0, 5, 1}, {5, 0, 0},
	} {
		near(t, "B", ErlangB(c.n, c.a), c.want, 1e-12)
	}
	if b := ErlangB(100000, 1); b != 0 && !(b > 0) {
		t.Errorf("B(100000, 1) = %v", b)
	}
	near(t, "B(10, 1e6)", ErlangB(10, 1e6), 1-10/1e6, 1e-9)
}

// TestErlangBRecursion checks the scaled sum against the textbook recursion at every n.
func TestErlangBRecursion(t *testing.T) {
	for _, a := range []float64{0.3, 7.7, 250, 900} {
		b := 1.0
		for n := 1; n <= 1200; n++ {
			b = a * b / (float64(n) + a*b)
			if b < 1e-290 {
				break
			}
			if got := ErlangB(n, a); math.Abs(got/b-1) > 1e-11 {
				t.Fatalf("B(%d, %v) = %v, recursion gives %v", n, a, got, b)
			}
		}
	}
}

func TestErlangCExactValues(t *testing.T) {
	for _, c := range []struct {
		n       int
		a, want float64
	}{
		{2, 1, 1.0 / 3}, {3, 2, 4.0 / 9}, {10, 8, 0.409180150796444}, {20, 18, 0.550769004816118},
		{100, 90, 0.216940480906366}, {100, 95, 0.506456853913021}, {1000, 950, 0.068253415377141}, {1000, 990, 0.659080421880854},
		{10000, 9900, 0.222776928864148}, {100000, 99500, 0.070906199355}, {100, 100, 1}, {3, 7, 1},
	} {
		near(t, "C", ErlangC(c.n, c.a), c.want, 2e-12)
		if c.a < float64(c.n) {
			s := solve(t, Queue{Rate: c.a / 180, Handle: 180 * second}, c.n)
			near(t, "Solve without patience", s.Waiting, c.want, 2e-12)
			near(t, "mean wait", s.MeanWait, c.want*180/(float64(c.n)-c.a), 1e-9)
		}
	}
}

func TestPublishedErlangCCases(t *testing.T) {
	for _, c := range []struct {
		calls, interval float64
		handle, within  time.Duration
		n               int
		wait, sl, asa   float64 // NaN: not published
		asaTolerance    float64
	}{
		{100, 1800, 180 * second, 20 * second, 14, 0.174131933595, 0.888350019179, 7.835937, 1e-6},
		{100, 1800, 180 * second, 20 * second, 13, math.NaN(), 0.795594788418, 17.116227, 1e-6},
		{100, 1800, 180 * second, 20 * second, 11, math.NaN(), 0.389613811729, 122.781277, 1e-6},
		{360, 1800, 240 * second, 15 * second, 55, 0.238700936378, 0.845883092171, 8.184032, 1e-6},
		{48, 60, 60 * second, 20 * second, 50, math.NaN(), math.NaN(), 20.833668, 1e-6},
	} {
		s := solve(t, Queue{Rate: c.calls / c.interval, Handle: c.handle}, c.n)
		if !math.IsNaN(c.wait) {
			near(t, "P(wait)", s.Waiting, c.wait, 1e-12)
		}
		if !math.IsNaN(c.sl) {
			for _, m := range []Measure{AnsweredOfOffered, AnsweredOfAnswered, AnsweredOrLeft, AnsweredOfRemaining, AnsweredOfLasting} {
				near(t, "service level", Target{Measure: m, Within: c.within}.Level(s), c.sl, 1e-12)
			}
		}
		near(t, "ASA", s.MeanWait, c.asa, c.asaTolerance)
		near(t, "answered ASA", s.Answered, s.MeanWait, 1e-9)
	}
	s := solve(t, Queue{Rate: 48. / 60, Handle: 60 * second}, 50)
	near(t, "90th percentile", s.WaitQuantile(0.9), 58.1387, 5e-5)
	near(t, "queue", s.Queue, 16.6669, 5e-5)
	near(t, "occupancy", solve(t, Queue{Rate: 100. / 1800, Handle: 180 * second}, 14).Busy, 0.714286, 5e-7)
}

func TestErlangAExactValues(t *testing.T) {
	exp := func(mean float64) Patience { return Exponential{time.Duration(mean * float64(second))} }
	garnett := solve(t, Queue{Rate: 48. / 60, Handle: 60 * second, Patience: exp(120)}, 50)
	near(t, "P(wait)", garnett.Waiting, 0.467774068554, 1e-12)
	near(t, "P(left)", garnett.Left, 0.030912249162, 1e-12)
	near(t, "E[W]", garnett.MeanWait, 3.7094699, 5e-8)
	near(t, "queue", garnett.Queue, 2.967575920, 5e-10)
	near(t, "SL of offered", Target{Within: 20 * second}.Level(garnett), 0.943018954747, 1e-12)
	near(t, "SL of answered", Target{Measure: AnsweredOfAnswered, Within: 20 * second}.Level(garnett), 0.973099653702, 1e-12)

	a10 := solve(t, Queue{Rate: 10. / 180, Handle: 180 * second, Patience: exp(300)}, 13)
	near(t, "P(wait)", a10.Waiting, 0.225797084047, 1e-12)
	near(t, "P(left)", a10.Left, 0.024963303634, 1e-12)
	near(t, "E[W]", a10.MeanWait, 7.488991, 5e-7)
	near(t, "SL", Target{Within: 20 * second}.Level(a10), 0.858177700031, 1e-12)

	even := solve(t, Queue{Rate: 10. / 180, Handle: 180 * second, Patience: exp(180)}, 10)
	near(t, "P(wait)", even.Waiting, 0.542070285528, 1e-12)
	near(t, "P(left)", even.Left, 0.125110035721, 1e-12)
	near(t, "SL", Target{Within: 20 * second}.Level(even), 0.586979980287, 1e-12)

	for _, c := range []struct {
		n                         int
		a, theta, wait, left, emu float64
	}{
		{100, 100, 1, 0.513298798279, 0.039860996809, math.NaN()},
		{90, 100, .5, 0.937676960750, 0.103364481359, 0.206728962717},
		{1000, 1000, .5, 0.589260087356, 0.010450542896, math.NaN()},
		{950, 1000, .5, 0.989238432856, 0.050146475170, math.NaN()},
	} {
		s := solve(t, Queue{Rate: c.a, Handle: second, Patience: exp(1 / c.theta)}, c.n)
		near(t, "P(wait)", s.Waiting, c.wait, 1e-12)
		near(t, "P(left)", s.Left, c.left, 1e-12)
		if !math.IsNaN(c.emu) {
			near(t, "E[W] mu", s.MeanWait, c.emu, 1e-12)
		}
	}
}

// birthDeath is Erlang A by its state probabilities, a second way to the same figures: from the mode outwards.
func birthDeath(n int, load, theta float64) (waiting, left float64) {
	const limit = 1e-25
	sum, wait, lost := 0.0, 0.0, 0.0
	visit := func(k int, p float64) {
		sum += p
		if k >= n {
			wait += p
			lost += p * theta * float64(k-n)
		}
	}
	death := func(k int) float64 { return math.Min(float64(k), float64(n)) + theta*math.Max(0, float64(k-n)) }
	mode := 0
	for death(mode+1) <= load {
		mode++
	}
	visit(mode, 1)
	for k, p := mode, 1.0; k > 0 && p > limit; k-- {
		p *= death(k) / load
		visit(k-1, p)
	}
	for k, p := mode, 1.0; p > limit; k++ {
		p *= load / death(k+1)
		visit(k+1, p)
	}
	return wait / sum, lost / sum / load
}

func TestErlangAEqualsItsBirthDeathProcess(t *testing.T) {
	for _, load := range []float64{0.01, 0.8, 5, 42, 700, 5000, 100000} {
		for _, theta := range []float64{0.01, 0.3, 1, 8} {
			for _, beta := range []float64{-8, -1, 0, 0.7, 4} {
				n := max(1, int(load+beta*math.Sqrt(load)))
				s := solve(t, Queue{Rate: load, Handle: second, Patience: Exponential{time.Duration(float64(second) / theta)}}, n)
				wait, left := birthDeath(n, load, theta)
				if math.Abs(s.Waiting-wait) > 1e-9 || math.Abs(s.Left-left) > 1e-9 {
					t.Errorf("load %v theta %v n %d: waiting %.12g left %.12g, birth-death %.12g %.12g", load, theta, n, s.Waiting, s.Left, wait, left)
				}
				near(t, "Little: E[W] theta = P(left)", s.MeanWait*theta, s.Left, 1e-9)
				near(t, "flow: busy", s.Busy*float64(n), load*(1-s.Left), 1e-6*load)
				answered, gone := s.Within(1e6 * second)
				near(t, "everybody ends", answered+gone, 1, 1e-9)
				near(t, "answered in the end", answered, 1-s.Left, 1e-9)
			}
		}
	}
}

func TestApproximations(t *testing.T) {
	for _, c := range []struct{ alpha, beta float64 }{
		{.8, 0.17281}, {.5, 0.50605}, {.3, 0.82894}, {.2, 1.06152}, {.1, 1.42019}, {.05, 1.73984}, {.01, 2.37489},
	} {
		beta, err := SquareRootBeta(c.alpha, 0)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "beta", beta, c.beta, 5.1e-6)
		near(t, "alpha again", HalfinWhitt(beta), c.alpha, 1e-12)
	}
	near(t, "alpha(1)", HalfinWhitt(1), 0.223361, 5e-7)
	near(t, "alpha(0.5)", HalfinWhitt(0.5), 0.504539, 5e-7)
	near(t, "alpha(2)", HalfinWhitt(2), 0.026881, 5e-7)
	near(t, "exact C near it", ErlangC(110, 100), 0.237008, 5e-7)
	near(t, "exact C nearer", ErlangC(10100, 10000), 0.224763, 5e-7)
	near(t, "Garnett", Garnett(0, 0.5), 0.585786, 5e-7)
	near(t, "exact A", solve(t, Queue{Rate: 100, Handle: second, Patience: Exponential{2 * second}}, 100).Waiting, 0.596703, 5e-7)
	near(t, "hazard joins its continued fraction", hazard(20-1e-9), hazard(20), 1e-8)
	for _, bad := range [][2]float64{{0, 1}, {1, 1}, {.5, -1}, {math.NaN(), 1}, {.5, math.Inf(1)}} {
		if _, err := SquareRootBeta(bad[0], bad[1]); err == nil {
			t.Errorf("SquareRootBeta(%v, %v) was accepted", bad[0], bad[1])
		}
	}
	if beta, err := SquareRootBeta(0.9, 0.5); err != nil || beta >= 0 {
		t.Errorf("with patience most may wait below the load: beta %v, %v", beta, err)
	}
	if got := SquareRootAgents(100, 1); got != 110 {
		t.Errorf("100 Erlang + 10 = %d", got)
	}
}
