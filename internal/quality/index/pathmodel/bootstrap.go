package pathmodel

import (
	"context"
	"math"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// Spread is what the bootstrap says of a figure: the standard deviation of its draws (divisor draws - 1) and the percentile limits
// (type-7 quantiles).
type Spread struct {
	SE   float64 `json:"se"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// DrawCount tells how the bootstrap went.
type DrawCount struct {
	Draws  int     `json:"draws"`
	Failed int     `json:"failed"` // draws that could not be estimated: a constant item, collinear predecessors, no rest
	Level  float64 `json:"level"`
}

// BootstrapOptions settle a bootstrap of a PLS model.
type BootstrapOptions struct {
	Draws   int     // how many; 0 means 1,000. Ignored when Rows is given
	Rows    [][]int // given draws: for each, the numbers (from 0) of the respondents in it, counted over the rows that were used
	Seed    uint64
	Level   float64      // 0 means 0.95
	Cluster []int        // a label a row of the table, such as the customer: whole clusters are resampled together
	Step    func() error // called after every draw: progress, and an end when it gives an error
}

// Bootstrap resamples respondents, estimates the model anew on each draw with the scores turned to agree with the original's, and
// fills in the spread of every figure.
func (p *PLS) Bootstrap(ctx context.Context, o BootstrapOptions) error {
	if o.Level == 0 {
		o.Level = 0.95
	}
	if !(o.Level > 0 && o.Level < 1) {
		return centre.Errorf(centre.Invalid, "bootstrap: level %v: want a number between 0 and 1", o.Level)
	}
	draw, count, err := p.drawer(o)
	if err != nil {
		return err
	}
	figures := p.figures(p.fit)
	values := make([][]float64, len(figures))
	failed := 0
	var m moments
	for i := range count {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.data.momentsOf(draw(i), &m); err != nil {
			failed++
		} else if fit, err := p.frame.estimate(m); err != nil {
			failed++
		} else {
			p.align(fit, m)
			for k, v := range p.figures(fit) {
				if !math.IsNaN(v) {
					values[k] = append(values[k], v)
				}
			}
		}
		if o.Step != nil {
			if err := o.Step(); err != nil {
				return err
			}
		}
	}
	if count-failed < 2 {
		return centre.Errorf(centre.Invalid, "bootstrap: %d of %d draws could not be estimated", failed, count)
	}
	p.Draws = &DrawCount{Draws: count, Failed: failed, Level: o.Level}
	p.spread(values, o.Level)
	return nil
}

// drawer gives the rows of draw i and the number of draws.
func (p *PLS) drawer(o BootstrapOptions) (draw func(i int) []int, count int, err error) {
	n := len(p.data.rows)
	if o.Rows != nil {
		for i, rows := range o.Rows {
			if len(rows) != n {
				return nil, 0, centre.Errorf(centre.Invalid, "bootstrap draw %d has %d rows: want %d, as many as respondents used", i+1, len(rows), n)
			}
			for _, r := range rows {
				if r < 0 || r >= n {
					return nil, 0, centre.Errorf(centre.Invalid, "bootstrap draw %d names row %d: want 0 to %d", i+1, r, n-1)
				}
			}
		}
		return func(i int) []int { return o.Rows[i] }, len(o.Rows), nil
	}
	if o.Draws == 0 {
		o.Draws = 1000
	}
	if o.Draws < 2 {
		return nil, 0, centre.Errorf(centre.Invalid, "bootstrap: %d draws: want at least 2", o.Draws)
	}
	var cluster []int
	if o.Cluster != nil {
		for _, kept := range p.data.kept {
			if kept >= len(o.Cluster) {
				return nil, 0, centre.Errorf(centre.Invalid, "bootstrap: %d cluster labels for more rows", len(o.Cluster))
			}
			cluster = append(cluster, o.Cluster[kept])
		}
	}
	groups, err := stat.Groups(n, cluster)
	if err != nil {
		return nil, 0, err
	}
	stream := stat.Stream(o.Seed, "pls bootstrap")
	rows := make([]int, 0, n)
	return func(i int) []int {
		rows = stat.Resample(stream.Split(uint64(i)), groups, rows[:0])
		return rows
	}, o.Draws, nil
}

// align turns each score of a draw round when, over the draw's respondents, it runs against the score by the original weights.
func (p *PLS) align(fit *fit, m moments) {
	for j, b := range p.frame.blocks {
		agree := 0.0
		for h, a := range b {
			for k, o := range b {
				sa, so := 1.0, 1.0
				if !p.frame.options.CentredOnly {
					sa, so = math.Sqrt(m.cov[a][a]), math.Sqrt(m.cov[o][o])
				}
				agree += fit.weights[j][h] * p.fit.weights[j][k] * m.cov[a][o] / (sa * so)
			}
		}
		if agree >= 0 {
			continue
		}
		for h := range b {
			fit.weights[j][h] *= -1
			fit.loadings[j][h] *= -1
		}
		for k := range p.frame.blocks {
			fit.paths[j][k] *= -1
			fit.paths[k][j] *= -1
			fit.total[j][k] *= -1
			fit.total[k][j] *= -1
		}
	}
}

// figures lists every reported figure of a fit in one fixed order: paths, weights, loadings, R2, total effects, index, GoF. An index
// that is undefined is NaN.
func (p *PLS) figures(fit *fit) []float64 {
	f := p.frame
	var out []float64
	at := map[string]int{}
	for j, c := range f.model.Constructs {
		at[c.Name] = j
	}
	for _, path := range f.model.Paths {
		out = append(out, fit.paths[at[path.To]][at[path.From]])
	}
	out = append(out, slices.Concat(fit.weights...)...)
	out = append(out, slices.Concat(fit.loadings...)...)
	for j := range f.blocks {
		if len(f.before[j]) > 0 {
			out = append(out, fit.r2[j])
		}
	}
	for i := range f.blocks {
		for j := range f.blocks {
			if f.reaches[i][j] {
				out = append(out, fit.total[i][j])
			}
		}
	}
	for j := range f.blocks {
		if fit.undefined[j] != "" {
			out = append(out, math.NaN())
			continue
		}
		out = append(out, fit.index[j])
	}
	return append(out, fit.gof)
}

// spread writes the spreads beside the figures, in the order of figures.
func (p *PLS) spread(values [][]float64, level float64) {
	next := 0
	one := func() *Spread {
		draws := values[next]
		next++
		if len(draws) < 2 {
			return nil
		}
		slices.Sort(draws)
		_, sd := stat.MeanSD(draws)
		tail := (1 - level) / 2
		return &Spread{SE: sd, Low: stat.QuantileSorted(draws, tail), High: stat.QuantileSorted(draws, 1-tail)}
	}
	for i := range p.Paths {
		p.Paths[i].Spread = one()
	}
	for i := range p.Weights {
		p.Weights[i].Spread = one()
	}
	for i := range p.Loadings {
		p.Loadings[i].Spread = one()
	}
	for i := range p.R2 {
		p.R2[i].Spread = one()
	}
	for i := range p.TotalEffects {
		p.TotalEffects[i].Spread = one()
	}
	for i := range p.Index {
		if p.Index[i].Spread = one(); p.Index[i].Value == nil {
			p.Index[i].Spread = nil
		}
	}
	p.GoFSpread = one()
}

// Score is one respondent's or group's index for every construct.
type Score struct {
	Row   int       `json:"row"`   // of the table, from 0
	Index []float64 `json:"index"` // by construct, in the model's order
}

// Scores applies the estimated index weights to the respondents used. The weights are those of the whole wave, so that groups or
// companies differ by their answers alone. It wants an index for every construct.
func (p *PLS) Scores() ([]Score, error) {
	for _, i := range p.Index {
		if i.Value == nil {
			return nil, centre.Errorf(centre.Invalid, "scores: %s has no index: %s", i.Construct, i.Reason)
		}
	}
	out := make([]Score, len(p.data.rows))
	for r, row := range p.data.rows {
		index := make([]float64, len(p.frame.blocks))
		for j, b := range p.frame.blocks {
			for h, item := range b {
				index[j] += p.fit.omega[j][h] * p.frame.scales[item].Rescale(row[item])
			}
		}
		out[r] = Score{Row: p.data.kept[r], Index: index}
	}
	return out, nil
}
