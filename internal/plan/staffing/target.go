package staffing

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"sentral/internal/centre"
)

// Measure is what a target is set for.
type Measure uint8

// The measures. Systems differ in what they call service level; docs/spec/staffing.md names who means which.
const (
	AnsweredOfOffered   Measure = iota // answered within the time / offered: the strictest
	AnsweredOfAnswered                 // answered within the time / answered at all
	AnsweredOrLeft                     // (answered within + left within) / offered
	AnsweredOfRemaining                // answered within / (offered - left within): those who left in time do not count
	AnsweredOfLasting                  // answered within / (offered - left before the short limit)
	WaitProbability                    // share that waits at all; to be kept at or below the goal
	AbandonProbability                 // share that leaves; at or below
	MeanWait                           // mean wait of all offered, in seconds; at or below
	Occupancy                          // at or below
)

// Target is a goal for one measure. The first five are to reach the Goal, the others to stay at or below it.
type Target struct {
	Measure Measure
	Within  time.Duration // for the service levels
	Short   time.Duration // for AnsweredOfLasting: who leaves before this is not counted
	Goal    float64       // a share, or seconds for MeanWait
}

func (t Target) check() error {
	switch {
	case math.IsNaN(t.Goal) || math.IsInf(t.Goal, 0) || t.Within < 0 || t.Short < 0:
		return centre.Errorf(centre.Invalid, "target: the goal must be a number and its times not negative")
	case t.Measure <= AnsweredOfLasting && (t.Goal <= 0 || t.Goal >= 1):
		return centre.Errorf(centre.Invalid, "target: a service level must lie between 0 and 1, such as 0.8, not %v: no number of agents makes it certain", t.Goal)
	case t.Measure > Occupancy:
		return centre.Errorf(centre.Invalid, "target: unknown measure %d", t.Measure)
	case t.Measure > AnsweredOfLasting && t.Goal <= 0:
		return centre.Errorf(centre.Invalid, "target: the goal must be above zero, not %v", t.Goal)
	}
	return nil
}

// Level is the target's measure in the solved state. A service level over nobody is 1 when nobody came, NaN when nobody was answered.
func (t Target) Level(s Solution) float64 {
	return t.level([]Solution{s}, []float64{1})
}

// level pools solutions: every numerator and denominator is weighted by the share p of such days and by their volume.
func (t Target) level(solutions []Solution, p []float64) float64 {
	var offered, answered, left, short, served, sum float64
	for i, s := range solutions {
		weight := p[i] * s.q.Rate
		if s.q.Rate == 0 {
			weight = p[i]
		}
		offered += weight
		switch t.Measure {
		case WaitProbability:
			sum += weight * s.Waiting
		case AbandonProbability:
			sum += weight * s.Left
		case MeanWait:
			sum += weight * s.MeanWait
		case Occupancy:
			sum += weight * s.Busy
		default:
			a, l := s.Within(t.Within)
			answered += weight * a
			left += weight * l
			served += weight * (1 - s.Left)
			if t.Measure == AnsweredOfLasting {
				_, l = s.Within(t.Short)
				short += weight * l
			}
		}
	}
	switch t.Measure {
	case AnsweredOfOffered:
		return answered / offered
	case AnsweredOfAnswered:
		return answered / served
	case AnsweredOrLeft:
		return (answered + left) / offered
	case AnsweredOfRemaining:
		return answered / (offered - left)
	case AnsweredOfLasting:
		return answered / (offered - short)
	}
	return sum / offered
}

func (t Target) met(solutions []Solution, p []float64) bool {
	level := t.level(solutions, p)
	if t.Measure <= AnsweredOfLasting {
		return level >= t.Goal
	}
	return level <= t.Goal
}

// Spread is how uncertain the rate of an interval is: a lognormal factor around the mean rate, as a forecast's day factor.
type Spread struct {
	CV        float64 // standard deviation of the rate over its mean; 0 means that the rate is known
	Points    int     // Gauss-Hermite points; 0 means 9
	Certainty float64 // 0: targets hold on average over the contacts of all such days; 0.8: they hold on 80 % of such days
}

// nodes are the factors of the rate and their probabilities.
func (r Spread) nodes() (factors, p []float64, err error) {
	if !(r.CV >= 0 && r.CV <= 5) || r.Points < 0 || r.Points > 64 || !(r.Certainty >= 0 && r.Certainty < 1) {
		return nil, nil, centre.Errorf(centre.Invalid, "spread: the coefficient of variation must lie in 0..5, the points in 0..64 and the certainty be below 1")
	}
	variance := math.Log1p(r.CV * r.CV)
	if r.Certainty > 0 {
		z := distuv.UnitNormal.Quantile(r.Certainty)
		return []float64{math.Exp(z*math.Sqrt(variance) - variance/2)}, []float64{1}, nil
	}
	if r.CV == 0 {
		return []float64{1}, []float64{1}, nil
	}
	points := r.Points
	if points == 0 {
		points = 9
	}
	z, p := normalPoints(points)
	for i := range z {
		z[i] = math.Exp(z[i]*math.Sqrt(variance) - variance/2)
	}
	return z, p, nil
}

// Need is the least number of agents with which every target is met.
func (q Queue) Need(targets ...Target) (int, error) { return q.NeedOver(Spread{}, targets...) }

// NeedOver is the least number of agents with which every target is met over an uncertain rate. Staffing for the mean rate alone
// understaffs, since a bad day loses more than a good day wins. Each measure improves with every agent, so bisection finds the least n.
func (q Queue) NeedOver(spread Spread, targets ...Target) (int, error) {
	if err := q.check(); err != nil {
		return 0, err
	}
	if len(targets) == 0 {
		return 0, centre.Errorf(centre.Invalid, "staffing: no target to meet")
	}
	for _, t := range targets {
		if err := t.check(); err != nil {
			return 0, err
		}
	}
	factors, p, err := spread.nodes()
	if err != nil {
		return 0, err
	}
	if q.Rate == 0 {
		return 0, nil
	}
	solutions := make([]Solution, len(factors))
	enough := func(n int) (bool, error) {
		for i, factor := range factors {
			day := q
			day.Rate *= factor
			if solutions[i], err = day.Solve(n); err != nil {
				return false, err
			}
		}
		for _, t := range targets {
			if !t.met(solutions, p) {
				return false, nil
			}
		}
		return true, nil
	}
	return least(int(q.Load()/float64(q.atOnce())), MaxPlaces/q.atOnce(), enough)
}

// least finds the smallest n in 1..limit with enough(n), where enough turns from false to true once; guess is where the search begins.
func least(guess, limit int, enough func(int) (bool, error)) (int, error) {
	low, high := 0, max(1, min(guess, limit)) // enough(low) is false, or low is 0
	step := 1 + int(math.Sqrt(float64(high)))
	for {
		ok, err := enough(high)
		if err != nil {
			return 0, err
		}
		if ok {
			break
		}
		if high == limit {
			return 0, centre.Errorf(centre.Invalid, "staffing: not even %d agents meet the target", limit)
		}
		low, high, step = high, min(limit, high+step), 2*step
	}
	if low == 0 { // the guess was enough: go down from it in growing steps first
		for down := step; high-down > 0; down *= 2 {
			ok, err := enough(high - down)
			if err != nil {
				return 0, err
			}
			if !ok {
				low = high - down
				break
			}
			high -= down
		}
	}
	for high-low > 1 {
		mid := low + (high-low)/2
		ok, err := enough(mid)
		if err != nil {
			return 0, err
		}
		if ok {
			high = mid
		} else {
			low = mid
		}
	}
	return high, nil
}

// NeedB is the least number of agents, or lines, with which at most the share blocked of contacts is lost in Erlang B.
func NeedB(load, blocked float64) (int, error) {
	if !(load >= 0) || math.IsInf(load, 0) || !(blocked > 0 && blocked < 1) {
		return 0, centre.Errorf(centre.Invalid, "staffing: the load must be zero or more and the share lost between 0 and 1, not %v and %v", load, blocked)
	}
	if load == 0 {
		return 0, nil
	}
	return least(int(math.Min(load, MaxPlaces)), MaxPlaces, func(n int) (bool, error) { return ErlangB(n, load) <= blocked, nil })
}
