package pathmodel

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/centre"
)

// BlockQuality tells how well a block's items hang together. A figure that needs several reflective items is nil for other blocks.
type BlockQuality struct {
	Construct  string   `json:"construct"`
	Mode       string   `json:"mode"`
	Items      int      `json:"items"`
	Alpha      *float64 `json:"alpha"`           // Cronbach's, of standardised items
	Rho        *float64 `json:"rho"`             // Dillon and Goldstein's, from the first principal component
	Eigen1     *float64 `json:"eigenvalue_1"`    // of the block's correlations: one large and the rest under 1 means one dimension
	Eigen2     *float64 `json:"eigenvalue_2"`    //
	AVE        float64  `json:"ave"`             // mean communality: squared loading
	Redundancy *float64 `json:"mean_redundancy"` // AVE times R2; nil without predecessors
	SD         *float64 `json:"index_sd"`        // population deviation of the respondents' 0-100 index; nil where there is no index
}

// PathQuality tells what one predecessor adds.
type PathQuality struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	VIF  float64  `json:"vif"` // variance inflation: 1/(1-R2 of the predecessor on the others); 1 for a single predecessor
	F2   *float64 `json:"f2"`  // (R2 - R2 without the predecessor)/(1 - R2); nil where R2 is 1
}

// HTMTFigure is the heterotrait-monotrait ratio of two constructs (Henseler, Ringle and Sarstedt 2015): above 0.9 they are hard to
// tell apart.
type HTMTFigure struct {
	A     string  `json:"a"`
	B     string  `json:"b"`
	Value float64 `json:"value"`
}

// report writes the fit into the figures that callers see.
func (f *frame) report(p *PLS) {
	fit := p.fit
	p.GoF = fit.gof
	at := map[string]int{}
	for j, c := range f.model.Constructs {
		at[c.Name] = j
		for h, item := range c.Items {
			p.Weights = append(p.Weights, ItemFigure{Construct: c.Name, Item: item, Value: fit.weights[j][h]})
			p.Loadings = append(p.Loadings, ItemFigure{Construct: c.Name, Item: item, Value: fit.loadings[j][h]})
			if fit.omega[j] != nil {
				p.IndexWeights = append(p.IndexWeights, ItemFigure{Construct: c.Name, Item: item, Value: fit.omega[j][h]})
			}
		}
		if len(f.before[j]) > 0 {
			p.R2 = append(p.R2, ConstructFigure{Construct: c.Name, Value: fit.r2[j]})
		}
		figure := ConstructIndex{Construct: c.Name, Reason: fit.undefined[j]}
		if fit.undefined[j] == "" {
			figure.Value = new(fit.index[j])
		}
		p.Index = append(p.Index, figure)
	}
	for _, path := range f.model.Paths {
		p.Paths = append(p.Paths, PathFigure{From: path.From, To: path.To, Value: fit.paths[at[path.To]][at[path.From]]})
	}
	for i, from := range f.model.Constructs {
		for j, to := range f.model.Constructs {
			if f.reaches[i][j] {
				p.TotalEffects = append(p.TotalEffects, PathFigure{From: from.Name, To: to.Name, Value: fit.total[i][j]})
			}
		}
	}
}

// judge reckons the quality figures and warns of what a reader should doubt.
func (f *frame) judge(p *PLS, m moments) error {
	p.Warnings = append(p.Warnings, p.data.warn...)
	arrows := 0
	for j, c := range f.model.Constructs {
		arrows = max(arrows, len(f.before[j]))
		q, err := f.blockQuality(j, m, p.fit)
		if err != nil {
			return err
		}
		p.Quality = append(p.Quality, q)
		if q.Alpha != nil && *q.Alpha < 0.7 {
			p.warn("%s: alpha is %.2f; under 0.7 its items do not measure one thing", c.Name, *q.Alpha)
		}
		for h, l := range p.fit.loadings[j] {
			if c.Mode == ModeA && l < 0.4 {
				p.warn("%s: the loading of %s is %.2f; under 0.4 the item hardly belongs", c.Name, c.Items[h], l)
			}
		}
		if reason := p.fit.undefined[j]; f.scaled && reason != "" {
			p.warn("%s has no index: %s", c.Name, reason)
		}
		f.pathQuality(p, j)
	}
	if p.Rows < 10*arrows {
		p.warn("%d rows for up to %d arrows into one construct: want at least 10 rows an arrow", p.Rows, arrows)
	}
	return nil
}

func (p *PLS) warn(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}

func (f *frame) blockQuality(j int, m moments, fit *fit) (BlockQuality, error) {
	c := f.model.Constructs[j]
	b := f.blocks[j]
	q := BlockQuality{Construct: c.Name, Mode: c.Mode.String(), Items: len(b)}
	for _, l := range fit.loadings[j] {
		q.AVE += l * l / float64(len(b))
	}
	if len(f.before[j]) > 0 {
		q.Redundancy = new(q.AVE * fit.r2[j])
	}
	if fit.omega[j] != nil {
		variance := 0.0
		for h, a := range b {
			for k, o := range b {
				step := func(i, item int) float64 {
					return fit.omega[j][i] * 100 / (f.scales[item].High - f.scales[item].Low)
				}
				variance += step(h, a) * step(k, o) * m.cov[a][o]
			}
		}
		q.SD = new(math.Sqrt(max(variance, 0)))
	}
	if len(b) < 2 || c.Mode != ModeA {
		return q, nil
	}
	k := float64(len(b))
	corr := mat.NewSymDense(len(b), nil)
	sum := 0.0
	for h, a := range b {
		for i, o := range b[:h+1] {
			r := correlation(m, a, o)
			corr.SetSym(h, i, r)
			if h != i {
				sum += 2 * r
			}
		}
	}
	q.Alpha = new(max(0, sum/(sum+k)*k/(k-1)))
	var eigen mat.EigenSym
	if !eigen.Factorize(corr, true) {
		return q, centre.Errorf(centre.Internal, "%s: the principal components of its block could not be found", c.Name)
	}
	values := eigen.Values(nil) // rising
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	first := len(b) - 1
	q.Eigen1, q.Eigen2 = &values[first], &values[first-1]
	loads := 0.0
	for h := range b {
		loads += vectors.At(h, first) * math.Sqrt(values[first])
	}
	q.Rho = new(loads * loads / max(loads*loads+k-values[first], collinear))
	return q, nil
}

func correlation(m moments, a, b int) float64 {
	if a == b {
		return 1
	}
	return m.cov[a][b] / math.Sqrt(m.cov[a][a]*m.cov[b][b])
}

// pathQuality adds VIF and f2 of every path into construct j.
func (f *frame) pathQuality(p *PLS, j int) {
	to := f.model.Constructs[j].Name
	for _, k := range f.before[j] {
		others := slices.DeleteFunc(slices.Clone(f.before[j]), func(o int) bool { return o == k })
		q := PathQuality{From: f.model.Constructs[k].Name, To: to, VIF: inflation(explained(p.fit.corr, others, k))}
		if rest := 1 - p.fit.r2[j]; rest > collinear {
			q.F2 = new((p.fit.r2[j] - explained(p.fit.corr, others, j)) / rest)
		}
		p.PathQuality = append(p.PathQuality, q)
		if q.VIF > 5 {
			p.warn("%s -> %s: VIF is %.1f; over 5 the predecessors cannot be told apart", q.From, q.To, q.VIF)
		}
	}
}

// explained is R2 of y on the chosen variables of a correlation matrix. A variable that is a sum of those before it adds nothing.
func explained(corr [][]float64, in []int, y int) float64 {
	var c cholesky
	cov := make([]float64, 0, len(in))
	var used []int
	r2 := 0.0
	for _, v := range in {
		cov = cov[:0]
		for _, w := range used {
			cov = append(cov, corr[v][w])
		}
		if c.grow(cov, corr[v][v], corr[v][y]) {
			used = append(used, v)
			r2 += c.z[len(c.z)-1] * c.z[len(c.z)-1]
		}
	}
	return r2
}

// inflation is VIF of a variable that the others explain to r2.
func inflation(r2 float64) float64 { return 1 / max(1-r2, collinear) }

// HTMT gives the heterotrait-monotrait ratio of every two reflective constructs with at least two items each.
func (p *PLS) HTMT() ([]HTMTFigure, error) {
	var m moments
	if err := p.data.momentsOf(nil, &m); err != nil {
		return nil, err
	}
	mean := func(a, b []int) float64 {
		sum, n := 0.0, 0.0
		for _, x := range a {
			for _, y := range b {
				if x != y {
					sum += math.Abs(correlation(m, x, y))
					n++
				}
			}
		}
		return sum / n
	}
	var out []HTMTFigure
	for j, c := range p.Model.Constructs {
		for k, d := range p.Model.Constructs[:j] {
			a, b := p.frame.blocks[j], p.frame.blocks[k]
			if len(a) < 2 || len(b) < 2 || c.Mode != ModeA || d.Mode != ModeA {
				continue
			}
			if within := math.Sqrt(mean(a, a) * mean(b, b)); within > 0 {
				out = append(out, HTMTFigure{A: d.Name, B: c.Name, Value: mean(a, b) / within})
			}
		}
	}
	return out, nil
}

// Importance is a driver's place in the importance-performance map of a target construct.
type Importance struct {
	Construct   string  `json:"construct"`
	Importance  float64 `json:"importance"`  // points of the target's index that go with one point of the driver's
	Performance float64 `json:"performance"` // the driver's index, 0-100
}

// Importances is the importance-performance map of a target: for every construct that drives it, the total effect in index points
// and the driver's index. Target and drivers must have an index.
func (p *PLS) Importances(target string) ([]Importance, error) {
	at := slices.IndexFunc(p.Model.Constructs, func(c Construct) bool { return c.Name == target })
	if at < 0 {
		return nil, centre.Errorf(centre.Missing, "importance: the model has no construct %s", target)
	}
	if p.Quality[at].SD == nil {
		return nil, centre.Errorf(centre.Invalid, "importance: %s has no index: %s", target, p.Index[at].Reason)
	}
	var out []Importance
	for _, t := range p.TotalEffects {
		if t.To != target {
			continue
		}
		from := slices.IndexFunc(p.Model.Constructs, func(c Construct) bool { return c.Name == t.From })
		if p.Quality[from].SD == nil {
			return nil, centre.Errorf(centre.Invalid, "importance: %s has no index: %s", t.From, p.Index[from].Reason)
		}
		out = append(out, Importance{Construct: t.From, Importance: t.Value * *p.Quality[at].SD / *p.Quality[from].SD, Performance: *p.Index[from].Value})
	}
	return out, nil
}
