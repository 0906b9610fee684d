package pathmodel

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// mostShapley is the largest number of drivers for which every one of the 2^p regressions is run.
const mostShapley = 12

// DriverOptions settle a driver analysis.
type DriverOptions struct {
	Missing MissingRule
	Draws   int      // bootstrap draws for the limits; 0: none
	Seed    uint64   //
	Level   float64  // 0 means 0.95
	Cluster []string // a label a row, such as the customer: whole clusters are resampled; nil: rows
	Step    func() error
}

// Driver is what one item has to do with the outcome. LMG and Johnson's weight both split R2; they say "associated with", not
// "causes".
type Driver struct {
	Name          string   `json:"driver"`
	Correlation   float64  `json:"correlation"`
	Beta          float64  `json:"beta"` // standardised
	VIF           float64  `json:"vif"`
	LMG           *float64 `json:"lmg"` // Shapley value of R2; nil beyond 12 drivers
	Johnson       float64  `json:"johnson"`
	Share         float64  `json:"share"` // of R2, by LMG where there is one
	LMGSpread     *Spread  `json:"lmg_bootstrap,omitempty"`
	JohnsonSpread *Spread  `json:"johnson_bootstrap,omitempty"`
}

// Drivers is a driver analysis.
type Drivers struct {
	Target   string     `json:"target"`
	Rows     int        `json:"rows"`
	Missing  Missing    `json:"missing"`
	R2       float64    `json:"r2"`
	R2Spread *Spread    `json:"r2_bootstrap,omitempty"`
	Drivers  []Driver   `json:"drivers"`
	Draws    *DrawCount `json:"bootstrap,omitempty"`
	Warnings []string   `json:"warnings"`
}

// ExplainBy splits R2 of the target on the drivers: the averaged gain of each over every order of entry (Lindeman, Merenda and Gold
// 1980; Shapley) and Johnson's relative weights (2000). Survey weights of the table are used.
func ExplainBy(ctx context.Context, a Answers, target string, drivers []string, o DriverOptions) (*Drivers, error) {
	if len(drivers) == 0 {
		return nil, centre.Errorf(centre.Invalid, "no driver is named")
	}
	for i, d := range drivers {
		if d == target || slices.Contains(drivers[:i], d) {
			return nil, centre.Errorf(centre.Invalid, "driver %s is the target or is named twice", d)
		}
	}
	items := append([]string{target}, drivers...)
	data, err := a.complete(items, o.Missing)
	if err != nil {
		return nil, err
	}
	if len(data.rows) <= len(items) {
		return nil, centre.Errorf(centre.Invalid, "%d complete rows for %d drivers: want more rows than drivers and the target", len(data.rows), len(drivers))
	}
	if err := data.checkConstant(); err != nil {
		return nil, err
	}
	var m moments
	if err := data.momentsOf(nil, &m); err != nil {
		return nil, err
	}
	corr := correlations(m)
	fit, err := explain(corr, items)
	if err != nil {
		return nil, err
	}
	out := &Drivers{Target: target, Rows: len(data.rows), Missing: data.missing, R2: fit.r2, Warnings: append([]string{}, data.warn...)}
	for i, name := range drivers {
		d := Driver{Name: name, Correlation: corr[0][i+1], Beta: fit.beta[i], Johnson: fit.johnson[i], VIF: inflation(explained(corr, without(len(drivers), i+1), i+1))}
		by := fit.johnson[i]
		if fit.lmg != nil {
			d.LMG, by = &fit.lmg[i], fit.lmg[i]
		}
		if fit.r2 > 0 {
			d.Share = by / fit.r2
		}
		out.Drivers = append(out.Drivers, d)
		out.doubt(d)
	}
	if fit.lmg == nil {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%d drivers: beyond %d only Johnson's weights are reckoned", len(drivers), mostShapley))
	}
	if o.Draws > 0 {
		err = out.bootstrap(ctx, data, items, o)
	}
	return out, err
}

// doubt warns of a driver whose weight a reader should not trust.
func (d *Drivers) doubt(v Driver) {
	if v.Beta*v.Correlation < 0 {
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s: its coefficient %.3f runs against its correlation %.3f (a suppressor): its weight is not a gain to be had", v.Name, v.Beta, v.Correlation))
	}
	if v.VIF > 5 {
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s: VIF is %.1f; over 5 it cannot be told from the other drivers", v.Name, v.VIF))
	}
}

// without lists 1..n less one.
func without(n, skip int) []int {
	var in []int
	for i := 1; i <= n; i++ {
		if i != skip {
			in = append(in, i)
		}
	}
	return in
}

func correlations(m moments) [][]float64 {
	corr := make([][]float64, len(m.mean))
	for i := range corr {
		corr[i] = make([]float64, len(m.mean))
		for j := range corr[i] {
			corr[i][j] = correlation(m, i, j)
		}
	}
	return corr
}

type explanation struct {
	r2      float64
	beta    []float64
	lmg     []float64 // nil beyond mostShapley drivers
	johnson []float64
}

// explain works on a correlation matrix whose first variable is the target.
func explain(corr [][]float64, items []string) (*explanation, error) {
	p := len(corr) - 1
	beta, dependent := regress(corr, without(p, 0), corr[0])
	if dependent >= 0 {
		return nil, centre.Errorf(centre.Invalid, "driver %s is a sum of the drivers before it, so their weights are undefined", items[dependent+1])
	}
	e := &explanation{beta: beta}
	for i, b := range beta {
		e.r2 += b * corr[0][i+1]
	}
	if p <= mostShapley {
		e.lmg = shapley(corr)
	}
	var err error
	e.johnson, err = johnson(corr)
	return e, err
}

// shapley averages each driver's gain in R2 over all orders of entry. R2 of every subset is found by growing one factor down a tree
// of subsets; a subset of size s without the driver counts s!(p-1-s)!/p!.
func shapley(corr [][]float64) []float64 {
	p := len(corr) - 1
	r2 := make([]float64, 1<<p)
	var c cholesky
	cov := make([]float64, p)
	var in []int
	var grow func(set, next int)
	grow = func(set, next int) {
		for v := next; v < p; v++ {
			for i, w := range in {
				cov[i] = corr[v+1][w+1]
			}
			with := set | 1<<v
			if !c.grow(cov[:len(in)], 1, corr[0][v+1]) { // a sum of those in the set adds nothing to it
				r2[with] = r2[set]
				grow(with, v+1)
				continue
			}
			z := c.z[len(c.z)-1]
			r2[with] = r2[set] + z*z
			in = append(in, v)
			grow(with, v+1)
			in = in[:len(in)-1]
			c.drop()
		}
	}
	grow(0, 0)
	weight := make([]float64, p) // by size of the subset
	weight[0] = 1 / float64(p)
	for s := 1; s < p; s++ {
		weight[s] = weight[s-1] * float64(s) / float64(p-s)
	}
	lmg := make([]float64, p)
	for set := range r2 {
		size := 0
		for v := range p {
			size += set >> v & 1
		}
		for v := range p {
			if set>>v&1 == 0 {
				lmg[v] += weight[size] * (r2[set|1<<v] - r2[set])
			}
		}
	}
	return lmg
}

// johnson replaces the drivers by the nearest uncorrelated ones (L = V sqrt(D) V'), regresses on those, and gives each driver its
// squared share of them: weight_j = sum_k L_jk^2 b_k^2.
func johnson(corr [][]float64) ([]float64, error) {
	p := len(corr) - 1
	sym := mat.NewSymDense(p, nil)
	for i := range p {
		for j := range i + 1 {
			sym.SetSym(i, j, corr[i+1][j+1])
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, true) {
		return nil, centre.Errorf(centre.Internal, "relative weights: the drivers' correlations have no eigenvalues")
	}
	values := eigen.Values(nil)
	var v mat.Dense
	eigen.VectorsTo(&v)
	l, b := make([][]float64, p), make([]float64, p)
	for i := range p {
		l[i] = make([]float64, p)
		for k := range p {
			inverse := 0.0
			for q, d := range values {
				root := math.Sqrt(max(d, collinear))
				l[i][k] += v.At(i, q) * root * v.At(k, q)
				inverse += v.At(i, q) / root * v.At(k, q)
			}
			b[i] += inverse * corr[0][k+1]
		}
	}
	weights := make([]float64, p)
	for j := range p {
		for k := range p {
			weights[j] += l[j][k] * l[j][k] * b[k] * b[k]
		}
	}
	return weights, nil
}

// bootstrap resamples rows or clusters and fills in the spreads.
func (d *Drivers) bootstrap(ctx context.Context, data *block, items []string, o DriverOptions) error {
	if o.Level == 0 {
		o.Level = 0.95
	}
	var cluster []int
	if o.Cluster != nil {
		var kept []string
		for _, k := range data.kept {
			if k >= len(o.Cluster) {
				return centre.Errorf(centre.Invalid, "bootstrap: %d cluster labels for more rows", len(o.Cluster))
			}
			kept = append(kept, o.Cluster[k])
		}
		cluster = stat.Labels(kept)
	}
	var m moments
	ended := false
	first := true
	n := len(d.Drivers)
	results, err := stat.BootstrapMany(stat.Stream(o.Seed, "driver bootstrap"), len(data.rows), 2*n+1, func(rows []int, values []float64) error {
		if ended = ended || ctx.Err() != nil; ended {
			return ctx.Err()
		}
		if o.Step != nil && !first {
			if err := o.Step(); err != nil {
				ended = true
				return err
			}
		}
		first = false
		if err := data.momentsOf(rows, &m); err != nil {
			return err
		}
		for i, v := range m.cov {
			if !(v[i] > 0) {
				return centre.Errorf(centre.Invalid, "%s is constant in a draw", items[i])
			}
		}
		e, err := explain(correlations(m), items)
		if err != nil {
			return err
		}
		values[0] = e.r2
		copy(values[1:], e.johnson)
		copy(values[1+n:], e.lmg)
		return nil
	}, stat.BootstrapOptions{Draws: o.Draws, Level: o.Level, Cluster: cluster})
	if err := ctx.Err(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	spread := func(r stat.BootstrapResult) *Spread { return &Spread{SE: r.SE, Low: r.CI.Low, High: r.CI.High} }
	d.Draws = &DrawCount{Draws: o.Draws, Failed: results[0].Failed, Level: o.Level}
	d.R2Spread = spread(results[0])
	for i := range d.Drivers {
		d.Drivers[i].JohnsonSpread = spread(results[1+i])
		if d.Drivers[i].LMG != nil {
			d.Drivers[i].LMGSpread = spread(results[1+n+i])
		}
	}
	return nil
}
