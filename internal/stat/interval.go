package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"sentral/internal/centre"
)

// Interval is a range that covers the unknown value with the stated level of confidence.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Contains tells whether v lies in the interval, ends included.
func (i Interval) Contains(v float64) bool { return v >= i.Low && v <= i.High }

// Clamp cuts the interval to lo..hi, such as 0..100 for an index.
func (i Interval) Clamp(lo, hi float64) Interval {
	return Interval{Low: min(max(i.Low, lo), hi), High: min(max(i.High, lo), hi)}
}

// Estimate is a value with its standard error and interval.
type Estimate struct {
	Value float64  `json:"value"`
	SE    float64  `json:"se"`
	CI    Interval `json:"ci"`
	DF    float64  `json:"df"` // degrees of freedom of the t interval; 0 where none was used
	N     int      `json:"n"`  // answers behind it
}

// Z is the standard normal quantile of a two-sided level: 1.959964 for 0.95.
func Z(level float64) float64 { return NormalQuantile(0.5 + level/2) }

// NormalQuantile is the inverse of the standard normal distribution function.
func NormalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// NormalCDF is the standard normal distribution function.
func NormalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// TQuantile is the inverse of Student's t distribution function with df degrees of freedom.
func TQuantile(p, df float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(p)
}

// Wilson is the score interval of a share (Wilson 1927; Newcombe 1998, method 3). Both counts may be fractions, so that a weighted
// share p goes in as p*m of m with m the effective n. n must be positive and 0 <= successes <= n.
func Wilson(successes, n, level float64) (Interval, error) {
	if err := checkShare(successes, n); err != nil {
		return Interval{}, err
	}
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	z := Z(level)
	p := successes / n
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	out := Interval{Low: (middle - half) / scale, High: (middle + half) / scale}.Clamp(0, 1)
	if successes == 0 {
		out.Low = 0
	}
	if successes == n {
		out.High = 1
	}
	return out, nil
}

// Newcombe is the difference of two independent shares, first minus second, with the interval of Newcombe (1998b), method 10:
// squares of the Wilson limits' distances, added.
func Newcombe(successes1, n1, successes2, n2, level float64) (difference float64, ci Interval, err error) {
	w1, err := Wilson(successes1, n1, level)
	if err != nil {
		return 0, Interval{}, centre.Errorf(centre.Invalid, "first share: %w", err)
	}
	w2, err := Wilson(successes2, n2, level)
	if err != nil {
		return 0, Interval{}, centre.Errorf(centre.Invalid, "second share: %w", err)
	}
	p1, p2 := successes1/n1, successes2/n2
	difference = p1 - p2
	return difference, Interval{
		Low:  difference - math.Hypot(p1-w1.Low, w2.High-p2),
		High: difference + math.Hypot(w1.High-p1, p2-w2.Low),
	}, nil
}

// MeanT is the mean of values with Student's t interval. It wants at least two values; use it from about 30, and Bootstrap below.
func MeanT(values []float64, level float64) (Estimate, error) {
	if err := checkLevel(level); err != nil {
		return Estimate{}, err
	}
	if len(values) < 2 {
		return Estimate{}, centre.Errorf(centre.Invalid, "t interval of %d values: want at least 2", len(values))
	}
	if err := finite("value", values); err != nil {
		return Estimate{}, err
	}
	mean, sd := MeanSD(values)
	n := len(values)
	return tEstimate(mean, sd/math.Sqrt(float64(n)), float64(n-1), n, level), nil
}

// tEstimate dresses a value and its standard error with a t interval of df degrees of freedom.
func tEstimate(value, se, df float64, n int, level float64) Estimate {
	half := TQuantile(0.5+level/2, df) * se
	return Estimate{Value: value, SE: se, DF: df, N: n, CI: Interval{Low: value - half, High: value + half}}
}

// NeededN is the number of answers that gives a mean a 95 % style margin of +-margin at the level when single answers have standard
// deviation sd: (z sd / margin)^2, rounded up. For a share use sd = 0.5 and the margin as a share.
func NeededN(sd, margin, level float64) (int, error) {
	if err := checkLevel(level); err != nil {
		return 0, err
	}
	if !atLeastZero(sd) || !positive(margin) {
		return 0, centre.Errorf(centre.Invalid, "needed n for sd %v and margin %v: want sd >= 0 and margin > 0", sd, margin)
	}
	n := math.Ceil(math.Pow(Z(level)*sd/margin, 2))
	if n > 1e12 {
		return 0, centre.Errorf(centre.Invalid, "margin %v needs more than 10^12 answers at sd %v", margin, sd)
	}
	return int(n), nil
}

func checkShare(successes, n float64) error {
	if !positive(n) {
		return centre.Errorf(centre.Invalid, "share of %v answers: want more than none", n)
	}
	if !(successes >= 0 && successes <= n) {
		return centre.Errorf(centre.Invalid, "share %v of %v: want 0 to %v", successes, n, n)
	}
	return nil
}

func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return centre.Errorf(centre.Invalid, "confidence level %v: want a number between 0 and 1, such as 0.95", level)
	}
	return nil
}
