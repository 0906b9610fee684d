package staffing

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// bank is the patience of the public bank data by Kaplan-Meier.
func bank(t *testing.T) *Curve {
	t.Helper()
	c, err := NewCurve([]time.Duration{10 * second, 30 * second, 60 * second, 120 * second, 300 * second, 600 * second}, []float64{.964, .902, .825, .719, .534, .358})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestACurveThatIsExponentialIsErlangA: a fine table of exp(-x/180) gives the figures of exponential patience.
func TestACurveThatIsExponentialIsErlangA(t *testing.T) {
	var at []time.Duration
	var stay []float64
	for x := time.Duration(0); x <= 1200*second; x += second {
		at, stay = append(at, x), append(stay, math.Exp(-x.Seconds()/180))
	}
	curve, err := NewCurve(at, stay)
	if err != nil {
		t.Fatal(err)
	}
	exact := solve(t, Queue{Rate: 10. / 180, Handle: 180 * second, Patience: Exponential{180 * second}}, 10)
	got := solve(t, Queue{Rate: 10. / 180, Handle: 180 * second, Patience: curve}, 10)
	near(t, "P(wait)", got.Waiting, exact.Waiting, 5e-6)
	near(t, "P(left)", got.Left, exact.Left, 5e-6)
	near(t, "E[W]", got.MeanWait, exact.MeanWait, 1e-3)
	near(t, "tail", curve.Survival(2000), math.Exp(-2000./180), 1e-9)
}

// TestDeterministicPatience: everybody leaves after exactly d. With n = 1, lambda = mu = 1, the state density can be integrated by hand:
// E = 1, J = integral over [0, d] of 1 + integral beyond of e^-(x-d) = d + 1.
func TestDeterministicPatience(t *testing.T) {
	step, err := NewCurve([]time.Duration{0, 2 * second, 2 * second}, []float64{1, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	s := solve(t, Queue{Rate: 1, Handle: second, Patience: step}, 1)
	near(t, "P(wait)", s.Waiting, 3./4, 1e-12)
	near(t, "P(left)", s.Left, 1./4, 1e-12)
	near(t, "E[W]", s.MeanWait, (2+2*1)/4., 1e-12)
	answered, left := s.Within(time.Second)
	near(t, "answered within 1", answered, 1./4+1./4, 1e-12)
	near(t, "left within 1", left, 0, 1e-12)
}

// TestMeasuredPatienceAgainstSimulation runs M/M/n+G event by event with the bank's patience curve, and chats side by side.
func TestMeasuredPatienceAgainstSimulation(t *testing.T) {
	curve := bank(t)
	for name, c := range map[string]struct {
		q Queue
		n int
	}{
		"measured":   {Queue{Rate: 20. / 180, Handle: 180 * second, Patience: curve}, 19},
		"overloaded": {Queue{Rate: 20. / 180, Handle: 180 * second, Patience: curve}, 15},
		"chats":      {Queue{Rate: 14. / 300, Handle: 300 * second, Patience: curve, AtOnce: 3, Slowdown: 0.25}, 6},
	} {
		exact := solve(t, c.q, c.n)
		wait, left, within := imitate(c.q, c.n, curve, 300000)
		sl, _ := exact.Within(20 * second)
		near(t, name+": P(wait)", wait, exact.Waiting, 0.012)
		near(t, name+": P(left)", left, exact.Left, 0.006)
		near(t, name+": answered within 20 s", within, sl, 0.012)
	}
}

// imitate simulates customers in order of arrival. While places are free the completion rate depends on the number in handling, so the
// process is simulated as a Markov chain; who waits is followed one by one.
func imitate(q Queue, n int, patience Patience, customers int) (waited, left, within float64) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() float64 { // inverse of the survival curve by bisection
		u, low, high := random.Float64(), 0.0, 1e6
		for range 50 {
			mid := (low + high) / 2
			if patience.Survival(mid) > u {
				low = mid
			} else {
				high = mid
			}
		}
		return low
	}
	places, busy, now := n*q.atOnce(), 0, 0.0
	type customer struct{ came, leaves float64 }
	var queue []customer
	var w, l, in float64
	for seen := 0; seen < customers; {
		total := q.Rate + q.served(n, busy)
		now += random.ExpFloat64() / total
		kept := queue[:0]
		for _, c := range queue {
			if c.leaves <= now {
				l++
				continue
			}
			kept = append(kept, c)
		}
		queue = kept
		if random.Float64()*total < q.Rate {
			seen++
			if busy < places {
				busy++
				in++
				continue
			}
			w++
			queue = append(queue, customer{now, now + draw()})
			continue
		}
		if len(queue) > 0 {
			if now-queue[0].came <= 20 {
				in++
			}
			queue = queue[1:]
			continue
		}
		busy--
	}
	return w / float64(customers), l / float64(customers), in / float64(customers)
}

func TestBadPatienceCurvesAreRefused(t *testing.T) {
	for _, c := range []struct {
		at   []time.Duration
		stay []float64
	}{
		{nil, nil}, {[]time.Duration{1}, nil},
		{[]time.Duration{0, second}, []float64{.5, .6}},
		{[]time.Duration{second, 0}, []float64{.5, .4}},
		{[]time.Duration{0}, []float64{1.1}}, {[]time.Duration{0}, []float64{math.NaN()}}, {[]time.Duration{-1}, []float64{1}},
	} {
		if _, err := NewCurve(c.at, c.stay); err == nil {
			t.Errorf("%v %v was accepted", c.at, c.stay)
		}
	}
}

// TestOfferedLoadOfASine: lambda(t) = 100 + 20 sin t with exponential mean 1 gives m(t) = 100 + 10 (sin t - cos t): amplitude 14.1421,
// pi/4 late (Eick, Massey and Whitt 1993).
func TestOfferedLoadOfASine(t *testing.T) {
	const per = 200 // intervals a unit of time
	var rates []float64
	for i := range 12 * per {
		from, to := float64(i)/per, float64(i+1)/per
		rates = append(rates, 100+20*(math.Cos(from)-math.Cos(to))*per)
	}
	loads, err := OfferedLoads(rates, second/per, ExponentialHandling{second})
	if err != nil {
		t.Fatal(err)
	}
	peak, when := 0.0, 0.0
	for i := 9 * per / 2; i < len(loads); i++ {
		x := (float64(i) + .5) / per
		want := 100 + 10*(math.Sin(x)-math.Cos(x)) - 90*math.Exp(-x) // from an empty start
		near(t, "m(t)", loads[i], want, 1e-3)
		if loads[i] > peak {
			peak, when = loads[i], x
		}
	}
	near(t, "peak", peak, 114.1421, 0.02)
	near(t, "when", when, math.Pi/2+2*math.Pi+math.Pi/4, 0.02)
}

func TestOfferedLoadKeepsTheWork(t *testing.T) {
	rates := make([]float64, 60)
	rates[3] = 0.5
	for _, h := range []Handling{ExponentialHandling{400 * second}, LognormalHandling{400 * second, 1.4}} {
		loads, err := OfferedLoads(rates, 300*second, h)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, m := range loads {
			sum += m
		}
		near(t, "work in = work out", sum, 0.5*400, 1.2)
		if loads[2] != 0 || !(loads[4] > loads[5]) {
			t.Errorf("load runs backwards: %v", loads[:8])
		}
	}
	if _, err := OfferedLoads([]float64{-1}, second, ExponentialHandling{second}); err == nil {
		t.Error("a negative rate was accepted")
	}
}

func TestMailBacklog(t *testing.T) {
	// 12 mails an hour of 10 minutes each = 2 agents; open every other hour needs 4.
	m := Mail{Arrivals: []float64{12, 12, 12, 12, 12, 12}, Width: time.Hour, Handle: 10 * time.Minute}
	b, err := m.Follow([]int{0, 4, 0, 4, 0, 4}, 2*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{12, 0, 12, 0, 12, 0} {
		near(t, "waiting", b.Waiting[i], want, 1e-9)
	}
	if b.Oldest[0] != time.Hour || b.Oldest[1] != 0 || b.InTime != 1 {
		t.Errorf("oldest %v, in time %v", b.Oldest, b.InTime)
	}
	n, err := m.Need([]bool{false, true, false, true, false, true}, time.Hour)
	if err != nil || n != 4 {
		t.Errorf("agents for a promise of an hour: %d, %v; want 4", n, err)
	}
	m.Waiting = 60
	b, err = m.Follow([]int{2, 2, 2, 2, 2, 2}, 2*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "a backlog that stays", b.Waiting[5], 60, 1e-9)
	if b.Oldest[5] != 5*time.Hour || b.InTime > 0.5 {
		t.Errorf("oldest %v, in time %v", b.Oldest, b.InTime)
	}
	if _, err := m.Need([]bool{false, false, false, false, false, false}, time.Hour); err == nil {
		t.Error("a promise without opening hours was accepted")
	}
	if n, err := (Mail{Arrivals: make([]float64, 2), Width: time.Hour, Handle: time.Minute}).Need(make([]bool, 2), time.Hour); n != 0 || err != nil {
		t.Errorf("no mail: %d, %v", n, err)
	}
}
