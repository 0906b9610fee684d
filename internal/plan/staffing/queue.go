// Package staffing turns traffic into people: how well n agents serve a queue, and the least n that meets a target.
//
// It owns the queueing formulas: Erlang B, C and A, M/M/n+G with a patience curve as measured, square-root and Garnett staffing,
// the modified offered load of a day whose rate changes, targets over an uncertain rate, chats side by side, backlogs of mail, and
// shrinkage. It refuses to forecast (plan/forecast) and to place shifts (plan/schedule). Every measure is exact for its model
// to about 1e-12, in arithmetic scaled so that 100,000 agents neither overflow nor take more than milliseconds.
//
// Begin reading with Queue and its methods Solve and Need. Formulas, sources and worked examples: docs/spec/staffing.md.
package staffing

import (
	"math"
	"time"

	"gonum.org/v1/gonum/integrate/quad"

	"sentral/internal/centre"
)

// Queue is one queue before one pool of equal agents: Poisson arrivals, exponential handling times, first come first served, and
// customers who leave when their patience ends (M/M/n+G).
type Queue struct {
	Rate     float64       // contacts offered per second, >= 0
	Handle   time.Duration // mean handling time with wrap-up, of an agent who has one contact at a time; > 0
	Patience Patience      // nil means that nobody ever leaves (Erlang C)
	AtOnce   int           // contacts that an agent handles side by side; 0 means 1
	Slowdown float64       // what each further simultaneous contact adds to the handling time, as a share of Handle: 0.3 = 30 %
}

// MaxPlaces bounds agents x contacts side by side, so that a slip of the keyboard ends in an error and not in an hour of work.
const MaxPlaces = 2_000_000

// Load is the offered work in Erlang: the mean number of contacts in handling if there were no end of agents.
func (q Queue) Load() float64 { return q.Rate * q.Handle.Seconds() }

func (q Queue) atOnce() int { return max(1, q.AtOnce) }

// check refuses what no queue can be.
func (q Queue) check() error {
	switch {
	case math.IsNaN(q.Rate) || math.IsInf(q.Rate, 0) || q.Rate < 0:
		return centre.Errorf(centre.Invalid, "staffing: the rate must be a number of contacts per second, zero or more, not %v", q.Rate)
	case q.Handle <= 0:
		return centre.Errorf(centre.Invalid, "staffing: the handling time must be longer than zero, not %v", q.Handle)
	case q.AtOnce < 0 || q.AtOnce > 100:
		return centre.Errorf(centre.Invalid, "staffing: an agent handles 1 to 100 contacts side by side, not %d", q.AtOnce)
	case math.IsNaN(q.Slowdown) || q.Slowdown < 0 || q.Slowdown > 10:
		return centre.Errorf(centre.Invalid, "staffing: the slowdown must be between 0 and 10, not %v", q.Slowdown)
	}
	return nil
}

// served is the rate, per second, at which n agents complete contacts while j contacts are spread evenly over them, j <= n x AtOnce.
func (q Queue) served(n, j int) float64 {
	mu := 1 / q.Handle.Seconds()
	if q.atOnce() == 1 {
		return float64(j) * mu
	}
	each := func(k int) float64 { return float64(k) * mu / (1 + q.Slowdown*float64(max(0, k-1))) }
	k, rest := j/n, j%n
	return float64(n-rest)*each(k) + float64(rest)*each(k+1)
}

// Solution is the steady state of a queue with a number of agents. It is obtained from Solve.
type Solution struct {
	Agents   int
	Load     float64 // Erlang offered
	Stable   bool    // false: work comes in faster than it can be done and nobody leaves, so that waits grow without end
	Waiting  float64 // share of offered contacts that do not get an agent at once
	Left     float64 // share of offered contacts that leave before they get an agent
	MeanWait float64 // seconds, over all offered contacts, those who leave included; +Inf when not Stable
	Answered float64 // mean wait in seconds of those who are answered; +Inf when not Stable
	Queue    float64 // mean number waiting; +Inf when not Stable
	Busy     float64 // occupancy: contacts completed per second over what the agents could complete at most

	q        Queue
	capacity float64 // contacts per second with every place taken
	peak     float64 // the largest exponent of g, factored out of every integral
	d        float64 // the normaliser D of Zeltyn and Mandelbaum, over exp(peak)
}

// Solve computes the steady state with n agents. With an idle queue (rate 0) nobody waits; with no agents nobody is answered.
//
// Method: Zeltyn and Mandelbaum (2005), "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue", with
// H(x) the integral of the patience curve, g(x) = exp(lambda H(x) - c x), c the completion rate with every place taken, and E =
// 1/B(n-1), here the sum over the states below n of any even spread of contacts. Relative error about 1e-12.
func (q Queue) Solve(n int) (Solution, error) {
	if err := q.check(); err != nil {
		return Solution{}, err
	}
	if n < 0 || n > MaxPlaces/q.atOnce() {
		return Solution{}, centre.Errorf(centre.Invalid, "staffing: the number of agents must be between 0 and %d, not %d", MaxPlaces/q.atOnce(), n)
	}
	s := Solution{Agents: n, Load: q.Load(), q: q, Stable: true}
	if q.Rate == 0 {
		return s, nil
	}
	if q.Patience == nil {
		s.q.Patience = Endless{}
	}
	s.capacity = q.served(n, n*q.atOnce())
	if s.q.Patience.Limit()*q.Rate >= s.capacity*(1-1e-12) {
		return s.unstable(), nil
	}
	top := s.top()
	s.peak = s.exponent(top)
	var j, left, wait, answered float64
	s.integrate(0, math.Inf(1), func(x, g, stay float64) {
		j += g
		left += g * s.q.Patience.Gone(x)
		wait += g * s.q.Patience.Area(x)
		answered += g * stay * x
	})
	s.d = q.Rate*j + math.Exp(q.logStates(n, n*q.atOnce()-1)-s.peak)
	if math.IsInf(s.d, 1) { // so many agents that waiting is rarer than the smallest number
		s.Busy = q.Rate / s.capacity
		return s, nil
	}
	s.Waiting = q.Rate * j / s.d
	s.Left = q.Rate * left / s.d
	s.MeanWait = q.Rate * wait / s.d
	s.Queue = q.Rate * s.MeanWait
	s.Answered = q.Rate * answered / s.d / (1 - s.Left)
	s.Busy = q.Rate * (1 - s.Left) / s.capacity
	return s, nil
}

// unstable is the state in which the wait of those who never leave has no end: too few agents for them, or no agents at all.
func (s Solution) unstable() Solution {
	s.Stable, s.Waiting, s.Busy = false, 1, 1
	s.Left = 1 - s.q.Patience.Limit()
	s.MeanWait, s.Answered, s.Queue = math.Inf(1), math.Inf(1), math.Inf(1)
	if s.Agents == 0 {
		s.Busy = 0
	}
	return s
}

// logStates is log(sum of p(k), k = 0..last, / p(last)). It runs down from last by p(k-1) = p(k) served(k)/lambda, halts when what
// follows cannot matter, and takes powers of two out of the sum, so that no load overflows.
func (q Queue) logStates(n, last int) float64 {
	const big, out = 0x1p600, 0x1p-600
	sum, term, taken := 1.0, 1.0, 0
	for k := last; k > 0; k-- {
		ratio := q.served(n, k) / q.Rate
		term *= ratio
		sum += term
		if term > big {
			term, sum, taken = term*out, sum*out, taken+600
		}
		if ratio < 1 && term*ratio/(1-ratio) < sum*1e-18 {
			break
		}
	}
	return math.Log(sum) + float64(taken)*math.Ln2
}

// exponent is lambda H(x) - c x: concave, zero at zero.
func (s Solution) exponent(x float64) float64 { return s.q.Rate*s.q.Patience.Area(x) - s.capacity*x }

// slope is the derivative of the exponent. It never rises, so that over a stretch it is largest, in size, at one of the ends.
func (s Solution) slope(x float64) float64 { return s.q.Rate*s.q.Patience.Survival(x) - s.capacity }

// top is where the exponent is largest: where those still patient arrive as fast as agents complete.
func (s Solution) top() float64 {
	rising := func(x float64) bool { return s.slope(x) > 0 }
	if !rising(0) {
		return 0
	}
	low, high := 0.0, 1.0
	for rising(high) {
		low, high = high, 2*high
	}
	for range 200 {
		mid := (low + high) / 2
		if mid <= low || mid >= high {
			break
		}
		if rising(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// nodes and weights of the 20-point Gauss-Legendre rule on [0, 1].
var nodes, weights = func() (x, w [20]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return x, w
}()

// integrate sums f over Gauss-Legendre points of panels that cover [from, to]: x is the wait, g the weighted density exp(exponent -
// peak), stay the patience curve at x. A panel ends at every kink of the curve and before the exponent can have moved by 5, so that the rule
// is exact to rounding. An infinite end is put where g is below e^-60 of its peak.
func (s Solution) integrate(from, to float64, f func(x, g, stay float64)) {
	kinks := s.q.Patience.Kinks()
	next := 0
	for next < len(kinks) && kinks[next] <= from {
		next++
	}
	step := s.q.Patience.Scale()
	x, at := from, s.exponent(from)
	for x < to {
		if at < s.peak-60 && s.slope(x) < 0 {
			return
		}
		end := to
		if next < len(kinks) {
			end = math.Min(end, kinks[next])
		}
		step = math.Min(2*step, s.q.Patience.Scale())
		for step > 1e-12*x && step*math.Max(math.Abs(s.slope(x)), math.Abs(s.slope(x+step))) > 5 {
			step /= 2
		}
		stop := x + step
		if stop >= end {
			stop = end
		}
		if next < len(kinks) && stop >= kinks[next] {
			next++
		}
		width := stop - x
		for i, node := range nodes {
			at := x + node*width
			f(at, weights[i]*width*math.Exp(s.exponent(at)-s.peak), s.q.Patience.Survival(at))
		}
		x, at = stop, s.exponent(stop)
	}
}

// beyond is the probability that an arriving contact with endless patience would wait longer than t seconds, P(V > t).
func (s Solution) beyond(t float64) float64 {
	if s.q.Rate == 0 || math.IsInf(s.d, 1) {
		return 0
	}
	if !s.Stable {
		return 1
	}
	var j float64
	s.integrate(t, math.Inf(1), func(_, g, _ float64) { j += g })
	return s.q.Rate * j / s.d
}

// Within returns which shares of all offered contacts are answered, and leave, within t of arrival (at most t, zero included).
func (s Solution) Within(t time.Duration) (answered, left float64) {
	x := math.Max(0, t.Seconds())
	switch {
	case s.q.Rate == 0 || (s.Stable && math.IsInf(s.d, 1)):
		return 1, 0
	case !s.Stable:
		return 0, s.q.Patience.Gone(x)
	}
	s.integrate(0, x, func(_, g, stay float64) { answered += g * stay })
	answered = 1 - s.Waiting + s.q.Rate*answered/s.d
	done := 1 - s.beyond(x)*s.q.Patience.Survival(x)
	return clamp(answered), clamp(done - answered)
}

// WaitQuantile is the wait in seconds that the share p of all offered contacts does not exceed, whether it ends with an agent or with
// leaving. It is +Inf when waits grow without end, or when p is 1 or more.
func (s Solution) WaitQuantile(p float64) float64 {
	longer := func(x float64) float64 { return s.beyond(x) * s.q.Patience.Survival(x) }
	switch {
	case s.q.Rate == 0 || p <= 1-s.Waiting:
		return 0
	case p >= 1:
		return math.Inf(1)
	}
	high := 1.0
	for longer(high) > 1-p {
		if high *= 2; high > 1e12 {
			return math.Inf(1)
		}
	}
	low := 0.0
	for range 100 {
		mid := (low + high) / 2
		if high-low < 1e-12*high {
			break
		}
		if longer(mid) > 1-p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

func clamp(p float64) float64 { return math.Min(1, math.Max(0, p)) }
