package stat

import (
	"math"
	"slices"

	"sentral/internal/centre"
)

// Quantile is the p-quantile of values by linear interpolation between order statistics, type 7 of Hyndman and Fan (1996), which is
// the default of R and NumPy. It sorts a copy. No values, a NaN among them or p outside 0..1 is an Invalid error.
func Quantile(values []float64, p float64) (float64, error) {
	q, err := Quantiles(values, p)
	if err != nil {
		return 0, err
	}
	return q[0], nil
}

// Quantiles are the type-7 quantiles of values at each p; see Quantile.
func Quantiles(values []float64, ps ...float64) ([]float64, error) {
	if len(values) == 0 {
		return nil, centre.Errorf(centre.Invalid, "quantile of no values")
	}
	if err := finite("value", values); err != nil {
		return nil, err
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	out := make([]float64, len(ps))
	for i, p := range ps {
		if !(p >= 0 && p <= 1) {
			return nil, centre.Errorf(centre.Invalid, "quantile at %v: want 0 to 1", p)
		}
		out[i] = QuantileSorted(sorted, p)
	}
	return out, nil
}

// QuantileSorted is the type-7 quantile of values that are already in rising order, for loops that ask often. It gives NaN for no
// values, and takes p below 0 as 0 and above 1 as 1.
func QuantileSorted(sorted []float64, p float64) float64 {
	n := len(sorted)
	if n == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	h := float64(n-1) * min(max(p, 0), 1)
	i := int(h)
	if i >= n-1 {
		return sorted[n-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

// Median is the middle value: the 0.5-quantile.
func Median(values []float64) (float64, error) { return Quantile(values, 0.5) }

// Sum adds with Neumaier's compensation, so that long series of small numbers keep their digits.
func Sum(values []float64) float64 {
	sum, lost := 0.0, 0.0
	for _, v := range values {
		t := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			lost += (sum - t) + v
		} else {
			lost += (v - t) + sum
		}
		sum = t
	}
	return sum + lost
}

// MeanSD gives the mean and the sample standard deviation (divisor n-1; zero for one value). No values give zeros.
func MeanSD(values []float64) (mean, sd float64) {
	n := float64(len(values))
	if n == 0 {
		return 0, 0
	}
	mean = Sum(values) / n
	if n == 1 {
		return mean, 0
	}
	squares, rest := 0.0, 0.0
	for _, v := range values {
		d := v - mean
		squares += d * d
		rest += d
	}
	return mean, math.Sqrt((squares - rest*rest/n) / (n - 1))
}

// Numbers are reckoned with between these sizes, so that no square or quotient of them overflows. No count, duration or index of a
// centre comes near either.
const (
	largest  = 1e50
	smallest = 1e-50
)

// finite refuses NaN, infinities and numbers beyond largest, naming the first that it meets.
func finite(what string, values []float64) error {
	for i, v := range values {
		if !(math.Abs(v) <= largest) {
			return centre.Errorf(centre.Invalid, "%s %d is %v: want a finite number", what, i+1, v)
		}
	}
	return nil
}

// positive tells whether v is a number above 0 of a size that can be reckoned with.
func positive(v float64) bool { return v >= smallest && v <= largest }

// atLeastZero tells whether v is 0 or positive.
func atLeastZero(v float64) bool { return v == 0 || positive(v) }
