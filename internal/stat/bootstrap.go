package stat

import (
	"math"
	"slices"

	"sentral/internal/centre"
)

// BootstrapMethod says how limits are read from the resampled values.
type BootstrapMethod uint8

// The methods (Efron and Tibshirani 1993, chapters 13 and 14).
const (
	Percentile BootstrapMethod = iota // type-7 quantiles of the resampled values
	BCa                               // bias-corrected and accelerated, with a jackknife over rows or clusters
)

// BootstrapOptions settle a bootstrap; the zero value resamples single rows 2,000 times and gives 95 % percentile limits.
type BootstrapOptions struct {
	Draws   int             // resamples; 0 means 2,000
	Level   float64         // confidence level; 0 means 0.95
	Method  BootstrapMethod // zero value: Percentile
	Cluster []int           // a label a row: whole clusters (customers, agents) are resampled together; nil means every row alone
}

// BootstrapResult is one statistic with what its resamples said.
type BootstrapResult struct {
	Value        float64   `json:"value"` // of the original rows
	SE           float64   `json:"se"`    // standard deviation of the resampled values
	Bias         float64   `json:"bias"`  // mean of the resampled values minus Value
	CI           Interval  `json:"ci"`
	BiasZ        float64   `json:"bias_z"`       // z0 of BCa, 0 for Percentile
	Acceleration float64   `json:"acceleration"` // a of BCa, 0 for Percentile
	Failed       int       `json:"failed"`       // resamples on which the statistic gave an error or no finite number
	Draws        []float64 `json:"-"`            // the resampled values, rising
}

// Bootstrap resamples n rows and reckons the limits of one statistic of the chosen rows. Rows may repeat. Draw i uses r.Split(i), so
// the result does not depend on what else r is used for. It fails when the statistic fails on the original rows or on more than
// half of the resamples.
func Bootstrap(r *Rand, n int, statistic func(rows []int) (float64, error), o BootstrapOptions) (BootstrapResult, error) {
	out, err := BootstrapMany(r, n, 1, func(rows []int, values []float64) error {
		v, err := statistic(rows)
		values[0] = v
		return err
	}, o)
	if err != nil {
		return BootstrapResult{}, err
	}
	return out[0], nil
}

// BootstrapMany is Bootstrap for a statistic of k values, which it writes into values (of length k) on each call.
func BootstrapMany(r *Rand, n, k int, statistic func(rows []int, values []float64) error, o BootstrapOptions) ([]BootstrapResult, error) {
	if o.Draws == 0 {
		o.Draws = 2000
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if err := checkLevel(o.Level); err != nil {
		return nil, err
	}
	if n < 1 || k < 1 || o.Draws < 2 {
		return nil, centre.Errorf(centre.Invalid, "bootstrap of %d rows, %d values, %d draws: want at least 1, 1 and 2", n, k, o.Draws)
	}
	groups, err := Groups(n, o.Cluster)
	if err != nil {
		return nil, err
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	values := make([]float64, k)
	if err := statistic(rows, values); err != nil {
		return nil, err
	}
	if err := finite("statistic", values); err != nil {
		return nil, err
	}
	out := make([]BootstrapResult, k)
	for j := range out {
		out[j].Value = values[j]
	}
	failed := 0
	for i := range o.Draws {
		rows = Resample(r.Split(uint64(i)), groups, rows[:0])
		if statistic(rows, values) != nil || finite("statistic", values) != nil {
			failed++
			continue
		}
		for j := range out {
			out[j].Draws = append(out[j].Draws, values[j])
		}
	}
	if failed*2 > o.Draws {
		return nil, centre.Errorf(centre.Invalid, "the statistic failed on %d of %d resamples", failed, o.Draws)
	}
	for j := range out {
		out[j].summarise(o.Level, failed)
	}
	if o.Method == BCa {
		err = accelerate(out, groups, statistic, o.Level)
	}
	return out, err
}

// Groups lists the rows of each cluster, in order of first appearance; nil labels make every row its own. Labels must be as many as
// rows.
func Groups(n int, cluster []int) ([][]int, error) {
	if cluster == nil {
		groups := make([][]int, n)
		all := make([]int, n)
		for i := range groups {
			all[i] = i
			groups[i] = all[i : i+1 : i+1]
		}
		return groups, nil
	}
	if len(cluster) != n {
		return nil, centre.Errorf(centre.Invalid, "%d cluster labels for %d rows", len(cluster), n)
	}
	index := map[int]int{}
	var groups [][]int
	for row, label := range cluster {
		g, seen := index[label]
		if !seen {
			g = len(groups)
			index[label] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], row)
	}
	return groups, nil
}

// Resample draws as many groups as there are, with replacement, and appends their rows to dst.
func Resample(r *Rand, groups [][]int, dst []int) []int {
	for range groups {
		dst = append(dst, groups[r.IntN(len(groups))]...)
	}
	return dst
}

func (b *BootstrapResult) summarise(level float64, failed int) {
	mean, sd := MeanSD(b.Draws)
	b.SE, b.Bias, b.Failed = sd, mean-b.Value, failed
	slices.Sort(b.Draws)
	tail := (1 - level) / 2
	b.CI = Interval{Low: QuantileSorted(b.Draws, tail), High: QuantileSorted(b.Draws, 1-tail)}
}

// accelerate replaces percentile limits by BCa limits. The acceleration comes from leaving out one group at a time; where that
// changes nothing, or the statistic fails without a group, it is zero, which leaves the bias correction.
func accelerate(out []BootstrapResult, groups [][]int, statistic func([]int, []float64) error, level float64) error {
	if len(groups) < 2 {
		return centre.Errorf(centre.Invalid, "BCa limits need at least 2 rows or clusters, got %d", len(groups))
	}
	k := len(out)
	kept := make([][]float64, k)
	values := make([]float64, k)
	var rows []int
	for skip := range groups {
		rows = rows[:0]
		for g := range groups {
			if g != skip {
				rows = append(rows, groups[g]...)
			}
		}
		if statistic(rows, values) != nil || finite("statistic", values) != nil {
			continue
		}
		for j := range values {
			kept[j] = append(kept[j], values[j])
		}
	}
	for j := range out {
		out[j].bca(kept[j], level)
	}
	return nil
}

func (b *BootstrapResult) bca(jackknife []float64, level float64) {
	below := 0.0
	for _, d := range b.Draws {
		if d < b.Value {
			below++
		} else if d == b.Value {
			below += 0.5
		}
	}
	n := float64(len(b.Draws))
	b.BiasZ = NormalQuantile(min(max(below/n, 0.5/n), 1-0.5/n))
	mean, _ := MeanSD(jackknife)
	squares, cubes := 0.0, 0.0
	for _, v := range jackknife {
		d := mean - v
		squares += d * d
		cubes += d * d * d
	}
	if squares > 0 {
		b.Acceleration = cubes / (6 * math.Pow(squares, 1.5))
	}
	limit := func(z float64) float64 {
		s := b.BiasZ + z
		stretch := max(1-b.Acceleration*s, 1e-9) // a steep acceleration ends at the outermost draw
		return NormalCDF(b.BiasZ + s/stretch)
	}
	z := Z(level)
	b.CI = Interval{Low: QuantileSorted(b.Draws, limit(-z)), High: QuantileSorted(b.Draws, limit(z))}
}
