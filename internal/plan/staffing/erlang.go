package staffing

import (
	"math"
	"time"

	"gonum.org/v1/gonum/integrate/quad"

	"sentral/internal/centre"
)

// ErlangB is the share of contacts that find all n agents busy, when those who do are lost: M/M/n/n with load Erlang. It is
// 1 / sum over k of n!/(n-k)!/load^k, summed from the top and scaled (Erlang 1917).
func ErlangB(n int, load float64) float64 {
	if load <= 0 {
		return 0
	}
	q := Queue{Rate: load, Handle: time.Second}
	return math.Exp(-q.logStates(n, n))
}

// ErlangC is the share of contacts that wait, when nobody leaves: M/M/n with load Erlang. It is 1 when the load is n or more.
func ErlangC(n int, load float64) float64 {
	if load >= float64(n) {
		return 1
	}
	b := ErlangB(n, load)
	return float64(n) * b / (float64(n) - load*(1-b))
}

// hazard is phi(x)/Phi(-x), the rate at which a standard normal variable ends at x. Far out, where both underflow, it is the continued
// fraction x + 1/(x + 2/(x + 3/(x + ...))).
func hazard(x float64) float64 {
	if x < 20 {
		return math.Sqrt(2/math.Pi) * math.Exp(-x*x/2) / math.Erfc(x/math.Sqrt2)
	}
	tail := x
	for k := 40; k >= 1; k-- {
		tail = x + float64(k)/tail
	}
	return tail
}

// HalfinWhitt approximates ErlangC for n = load + beta sqrt(load), beta > 0: alpha = 1/(1 + beta Phi(beta)/phi(beta)).
// Halfin and Whitt (1981).
func HalfinWhitt(beta float64) float64 {
	return 1 / (1 + beta/hazard(-beta))
}

// Garnett approximates the share who wait in Erlang A for n = load + beta sqrt(load), any beta, where ratio is the mean handling time
// over the mean patience: alpha = 1/(1 + sqrt(ratio) h(beta/sqrt(ratio))/h(-beta)). Garnett, Mandelbaum and Reiman (2002).
func Garnett(beta, ratio float64) float64 {
	if ratio <= 0 {
		return HalfinWhitt(beta)
	}
	root := math.Sqrt(ratio)
	return 1 / (1 + root*hazard(beta/root)/hazard(-beta))
}

// SquareRootBeta is the beta at which the share alpha of contacts waits, 0 < alpha < 1, with ratio as in Garnett (0: nobody leaves).
func SquareRootBeta(alpha, ratio float64) (float64, error) {
	if !(alpha > 0 && alpha < 1) || !(ratio >= 0) || math.IsInf(ratio, 0) {
		return 0, centre.Errorf(centre.Invalid, "square root staffing: the share who wait must lie between 0 and 1 and the ratio be zero or more, not %v and %v", alpha, ratio)
	}
	low, high := -1.0, 1.0
	if ratio == 0 {
		low = 0
	}
	for Garnett(high, ratio) > alpha {
		high *= 2
	}
	for ratio > 0 && Garnett(low, ratio) < alpha {
		low *= 2
	}
	for range 200 {
		mid := (low + high) / 2
		if Garnett(mid, ratio) > alpha {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2, nil
}

// SquareRootAgents is load + beta sqrt(load), rounded up: a rule of thumb that Need makes exact.
func SquareRootAgents(load, beta float64) int {
	return int(math.Max(0, math.Ceil(load+beta*math.Sqrt(load)-1e-9)))
}

// Paid is how many must be paid for so many to be at work, when the share shrinkage of paid time is spent otherwise (leave, illness,
// training, meetings, breaks), 0 <= shrinkage < 1: n/(1-shrinkage) rounded up.
func Paid(agents int, shrinkage float64) (int, error) {
	if !(shrinkage >= 0 && shrinkage < 1) {
		return 0, centre.Errorf(centre.Invalid, "shrinkage: must be a share from 0 to less than 1, not %v", shrinkage)
	}
	return int(math.Ceil(float64(agents)/(1-shrinkage) - 1e-9)), nil
}

// normalPoints are the places (in standard deviations) and probabilities of the k-point Gauss-Hermite rule for a normal variable.
func normalPoints(k int) (z, p []float64) {
	z, p = make([]float64, k), make([]float64, k)
	quad.Hermite{}.FixedLocations(z, p, math.Inf(-1), math.Inf(1))
	for i := range z {
		z[i] *= math.Sqrt2
		p[i] /= math.Sqrt(math.Pi)
	}
	return z, p
}
