package staffing

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"sentral/internal/centre"
)

// Handling is the distribution of handling times, which the modified offered load needs whole and not only by its mean.
type Handling interface {
	Mean() time.Duration
	StillAt(x float64) float64 // share of contacts still in handling after x seconds
}

// ExponentialHandling has exponential handling times.
type ExponentialHandling struct{ Average time.Duration }

// Mean is the average.
func (h ExponentialHandling) Mean() time.Duration { return h.Average }

// StillAt is exp(-x/mean).
func (h ExponentialHandling) StillAt(x float64) float64 { return math.Exp(-x / h.Average.Seconds()) }

// LognormalHandling has lognormal handling times with a mean and a coefficient of variation > 0, as most centres measure.
type LognormalHandling struct {
	Average time.Duration
	CV      float64
}

// Mean is the average.
func (h LognormalHandling) Mean() time.Duration { return h.Average }

// StillAt is the lognormal survival function.
func (h LognormalHandling) StillAt(x float64) float64 {
	if x <= 0 {
		return 1
	}
	variance := math.Log1p(h.CV * h.CV)
	mu := math.Log(h.Average.Seconds()) - variance/2
	return distuv.UnitNormal.Survival((math.Log(x) - mu) / math.Sqrt(variance))
}

// OfferedLoads is the modified offered load in Erlang, averaged over each interval of the given width: m(t) = integral of lambda(t-u)
// P(handling > u) du, where rates[i] (contacts per second) holds throughout interval i and nothing came before the first.
//
// Staffing each interval for load m instead of lambda x mean carries the work of one interval into the next: a peak of the load comes
// later and lower than the peak of the arrivals (Eick, Massey and Whitt 1993; Green, Kolesar and Whitt 2007).
func OfferedLoads(rates []float64, width time.Duration, h Handling) ([]float64, error) {
	if width <= 0 || h.Mean() <= 0 {
		return nil, centre.Errorf(centre.Invalid, "offered load: the interval and the mean handling time must be longer than zero, not %v and %v", width, h.Mean())
	}
	for i, r := range rates {
		if !(r >= 0) || math.IsInf(r, 0) {
			return nil, centre.Errorf(centre.Invalid, "offered load: interval %d: the rate must be zero or more, not %v", i+1, r)
		}
	}
	reach := spill(len(rates), width.Seconds(), h)
	loads := make([]float64, len(rates))
	for i := range rates {
		for back := 0; back <= i; back++ {
			loads[i] += rates[i-back] * reach[back]
		}
	}
	return loads, nil
}

// spill is the mean load in the interval that lies back intervals later, of one contact per second throughout one interval: the mean
// over the interval of I(t) - I(t-width), where I(x) is the integral of P(handling > u) from 0 to x.
func spill(n int, width float64, h Handling) []float64 {
	const cells = 8 // panels per interval, 20 Gauss-Legendre points each
	still := make([]float64, n)
	later := make([]float64, n)
	for i := range n {
		// still[i] is the integral of P over interval i, later[i] of P(u) times the share of the interval that lies after u.
		for c := range cells {
			for k, node := range nodes {
				part := (float64(c) + node) / cells
				p := h.StillAt((float64(i)+part)*width) * weights[k] * width / cells
				still[i] += p
				later[i] += p * (1 - part)
			}
		}
	}
	reach := make([]float64, n)
	for i := range n {
		reach[i] = later[i]
		if i > 0 {
			reach[i] += still[i-1] - later[i-1]
		}
	}
	return reach
}
