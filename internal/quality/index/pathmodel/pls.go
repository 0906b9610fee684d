package pathmodel

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/quality/index"
)

// Scheme is how strongly linked constructs pull at each other while the outer weights are sought.
type Scheme uint8

// The inner schemes: the sign of the correlation; the correlation; or for a construct's predecessors the regression of it on them
// all and for its followers the correlation.
const (
	Centroid Scheme = iota
	Factorial
	PathScheme
)

var schemes = []string{"centroid", "factorial", "path"}

// String names the scheme.
func (s Scheme) String() string { return schemes[s] }

// ParseScheme reads centroid, factorial or path.
func ParseScheme(s string) (Scheme, error) {
	if i := slices.Index(schemes, s); i >= 0 {
		return Scheme(i), nil
	}
	return 0, centre.Errorf(centre.Invalid, "scheme %q: want one of %s", s, strings.Join(schemes, ", "))
}

// PLSOptions settle an estimation; the zero value is what EPSI-style indexes use.
type PLSOptions struct {
	Scheme        Scheme
	CentredOnly   bool    // centre the items but do not standardise them; the zero value standardises with the population deviation
	Tolerance     float64 // see rested; 0 means 1e-10
	MaxIterations int     // 0 means 300
	Missing       MissingRule
}

const (
	// defaultTolerance leaves the weights within about 1e-10 of where they would end.
	defaultTolerance = 1e-10
	// squaresAlone is the finest tolerance at which plspm's rule stands alone; it is that package's default.
	squaresAlone = 1e-6
)

// rested tells whether the weights have come to rest. At tolerances from 1e-6 up it is the rule of R's plspm: the squared changes of
// the raw weights sum to less than the tolerance. That rule squares small changes away, so a finer tolerance must hold for every
// single change as well.
func rested(squares, largest, tolerance float64) bool {
	return squares < tolerance && (tolerance >= squaresAlone || largest < tolerance)
}

// PathFigure is a figure of an ordered pair of constructs: a path coefficient or a total effect.
type PathFigure struct {
	From  string  `json:"from"`
	To    string  `json:"to"`
	Value float64 `json:"value"`
	*Spread
}

// ItemFigure is a figure of an item in its block: an outer weight, a loading.
type ItemFigure struct {
	Construct string  `json:"construct"`
	Item      string  `json:"item"`
	Value     float64 `json:"value"`
	*Spread
}

// ConstructFigure is a figure of a construct, such as its R2.
type ConstructFigure struct {
	Construct string  `json:"construct"`
	Value     float64 `json:"value"`
	*Spread
}

// ConstructIndex is a construct's index on 0 to 100, or the reason why it has none.
type ConstructIndex struct {
	Construct string   `json:"construct"`
	Value     *float64 `json:"value"`
	Reason    string   `json:"reason,omitempty"`
	*Spread
}

// PLS is an estimated model. Constructs stand in the model's order, items in their block's.
type PLS struct {
	Model        Model             `json:"-"`
	Rows         int               `json:"rows"` // respondents used
	Missing      Missing           `json:"missing"`
	Iterations   int               `json:"iterations"`
	Paths        []PathFigure      `json:"paths"`
	Weights      []ItemFigure      `json:"weights"` // outer weights, scaled so that every score has variance 1
	Loadings     []ItemFigure      `json:"loadings"`
	R2           []ConstructFigure `json:"r2"`
	TotalEffects []PathFigure      `json:"total_effects"`
	Index        []ConstructIndex  `json:"index"`
	IndexWeights []ItemFigure      `json:"index_weights"` // unstandardised weights that sum to 1 in a block
	GoF          float64           `json:"gof"`
	Quality      []BlockQuality    `json:"quality"`
	PathQuality  []PathQuality     `json:"path_quality"`
	Draws        *DrawCount        `json:"bootstrap,omitempty"`
	GoFSpread    *Spread           `json:"gof_bootstrap,omitempty"`
	Warnings     []string          `json:"warnings"`

	frame *frame
	data  *block
	fit   *fit
}

// frame is a model in numbers: what stays the same from draw to draw.
type frame struct {
	model   Model
	options PLSOptions
	items   []string
	blocks  [][]int // items of each construct
	before  [][]int // predecessors of each construct
	linked  [][]int // predecessors and followers
	order   []int   // constructs so that every path points forward
	reaches [][]bool
	scales  []index.Scale
	scaled  bool // every item's scale is known
}

// fit is what one set of moments gives.
type fit struct {
	weights    [][]float64 // by construct and place in its block
	loadings   [][]float64
	corr       [][]float64 // of the scores
	paths      [][]float64 // [to][from]
	r2         []float64
	total      [][]float64 // [from][to]
	omega      [][]float64 // index weights; nil where the index is undefined
	undefined  []string    // why
	index      []float64
	gof        float64
	iterations int
}

// EstimatePLS estimates a model by Lohmöller's algorithm (1989), with the conventions of R's plspm 0.4.9: population deviations,
// starting weights of 1, raw weights compared from pass to pass. semPLS and seminr, which stop by other rules, rest at the same
// figures. See docs/spec/index.md.
func EstimatePLS(m Model, a Answers, o PLSOptions) (*PLS, error) {
	f, err := newFrame(m, o)
	if err != nil {
		return nil, err
	}
	data, err := a.complete(f.items, f.options.Missing)
	if err != nil {
		return nil, err
	}
	if len(data.rows) < len(f.items) {
		return nil, centre.Errorf(centre.Invalid, "%d complete rows for %d items: want at least as many rows as items", len(data.rows), len(f.items))
	}
	if err := f.checkScales(data); err != nil {
		return nil, err
	}
	if err := data.checkConstant(); err != nil {
		return nil, err
	}
	var m1 moments
	if err := data.momentsOf(nil, &m1); err != nil {
		return nil, err
	}
	fitted, err := f.estimate(m1)
	if err != nil {
		return nil, err
	}
	p := &PLS{Model: m, Rows: len(data.rows), Missing: data.missing, Iterations: fitted.iterations, frame: f, data: data, fit: fitted, Warnings: []string{}}
	f.report(p)
	if err := f.judge(p, m1); err != nil {
		return nil, err
	}
	return p, nil
}

func newFrame(m Model, o PLSOptions) (*frame, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if o.Tolerance == 0 {
		o.Tolerance = defaultTolerance
	}
	if o.MaxIterations == 0 {
		o.MaxIterations = 300
	}
	if !(o.Tolerance > 0) || o.MaxIterations < 1 {
		return nil, centre.Errorf(centre.Invalid, "tolerance %v and at most %d iterations: both must be positive", o.Tolerance, o.MaxIterations)
	}
	f := &frame{model: m, options: o, scaled: true}
	n := len(m.Constructs)
	at := map[string]int{}
	for i, c := range m.Constructs {
		at[c.Name] = i
		members := make([]int, len(c.Items))
		for j, item := range c.Items {
			if members[j] = slices.Index(f.items, item); members[j] < 0 {
				members[j] = len(f.items)
				f.items = append(f.items, item)
				s, known := m.ScaleOf(item)
				f.scales = append(f.scales, s)
				f.scaled = f.scaled && known
			}
		}
		f.blocks = append(f.blocks, members)
	}
	f.before, f.linked, f.reaches = make([][]int, n), make([][]int, n), make([][]bool, n)
	for _, p := range m.Paths {
		from, to := at[p.From], at[p.To]
		f.before[to] = append(f.before[to], from)
		f.linked[to] = append(f.linked[to], from)
		f.linked[from] = append(f.linked[from], to)
	}
	f.order, _ = m.order()
	for i := range f.reaches {
		f.reaches[i] = make([]bool, n)
	}
	for _, to := range f.order {
		for _, from := range f.before[to] {
			f.reaches[from][to] = true
			for i := range n {
				f.reaches[i][to] = f.reaches[i][to] || f.reaches[i][from]
			}
		}
	}
	return f, nil
}

// checkScales refuses an answer off its item's scale: it is a code such as 99, and would move every figure.
func (f *frame) checkScales(data *block) error {
	for i, item := range f.items {
		s := f.scales[i]
		if s == (index.Scale{}) {
			continue
		}
		for r, row := range data.rows {
			if !s.Contains(row[i]) {
				return centre.Errorf(centre.Invalid, "row %d, %s: %v is off the scale %v to %v", data.kept[r]+1, item, row[i], s.Low, s.High)
			}
		}
	}
	return nil
}

// estimate runs the whole algorithm on one set of moments.
func (f *frame) estimate(m moments) (*fit, error) {
	s, sd, err := f.scatter(m)
	if err != nil {
		return nil, err
	}
	out := &fit{}
	if err := f.iterate(s, out); err != nil {
		return nil, err
	}
	f.load(s, out)
	if err := f.inner(out); err != nil {
		return nil, err
	}
	f.fitness(out)
	f.toIndex(m, sd, out)
	return out, nil
}

// scatter is the matrix that the algorithm works on: correlations, or covariances when items are only centred. sd are the items'
// population deviations.
func (f *frame) scatter(m moments) (s [][]float64, sd []float64, err error) {
	sd = make([]float64, len(f.items))
	for i := range sd {
		sd[i] = math.Sqrt(m.cov[i][i])
		if !(sd[i] > 1e-9*math.Abs(m.mean[i])) {
			return nil, nil, centre.Errorf(centre.Invalid, "item %s is constant", f.items[i])
		}
	}
	if f.options.CentredOnly {
		return m.cov, sd, nil
	}
	s = make([][]float64, len(sd))
	for i := range s {
		s[i] = make([]float64, len(sd))
		for j := range s[i] {
			s[i][j] = m.cov[i][j] / (sd[i] * sd[j])
		}
		s[i][i] = 1
	}
	return s, sd, nil
}

// iterate seeks the outer weights: outer estimate, inner estimate, new weights, until the weights rest.
func (f *frame) iterate(s [][]float64, out *fit) error {
	out.weights = make([][]float64, len(f.blocks))
	old := make([][]float64, len(f.blocks))
	for j, b := range f.blocks {
		out.weights[j] = slices.Repeat([]float64{1}, len(b))
	}
	if _, err := f.normalise(s, out.weights); err != nil {
		return err
	}
	for j := range old {
		old[j] = slices.Clone(out.weights[j])
	}
	squares, largest := 0.0, 0.0
	for out.iterations = 1; out.iterations <= f.options.MaxIterations; out.iterations++ {
		cross, err := f.normalise(s, out.weights)
		if err != nil {
			return err
		}
		out.corr = f.between(cross, out.weights)
		if err := f.outer(s, cross, out); err != nil {
			return err
		}
		squares, largest = 0, 0
		for j, w := range out.weights {
			for h := range w {
				d := math.Abs(w[h]) - math.Abs(old[j][h])
				squares += d * d
				largest = max(largest, math.Abs(d))
				old[j][h] = w[h]
			}
		}
		if rested(squares, largest, f.options.Tolerance) {
			return f.orient(s, out)
		}
	}
	return centre.Errorf(centre.Invalid, "the weights did not come to rest in %d iterations: the last change was %.3g, the tolerance is %.3g",
		f.options.MaxIterations, largest, f.options.Tolerance)
}

// normalise scales each construct's weights so that its score has variance 1, and gives the covariances of every item with every
// score.
func (f *frame) normalise(s [][]float64, weights [][]float64) (cross [][]float64, err error) {
	cross = make([][]float64, len(f.blocks))
	for j, b := range f.blocks {
		c := make([]float64, len(f.items))
		for i := range c {
			for h, item := range b {
				c[i] += s[i][item] * weights[j][h]
			}
		}
		variance := 0.0
		for h, item := range b {
			variance += weights[j][h] * c[item]
		}
		if !(variance > 1e-300) {
			return nil, centre.Errorf(centre.Invalid, "the score of %s does not vary: its items cancel one another, or nothing that it is linked with correlates with them", f.model.Constructs[j].Name)
		}
		scale := 1 / math.Sqrt(variance)
		for h := range weights[j] {
			weights[j][h] *= scale
		}
		for i := range c {
			c[i] *= scale
		}
		cross[j] = c
	}
	return cross, nil
}

// between are the correlations of the scores.
func (f *frame) between(cross, weights [][]float64) [][]float64 {
	corr := make([][]float64, len(f.blocks))
	for j := range corr {
		corr[j] = make([]float64, len(f.blocks))
		corr[j][j] = 1
		for k := range j {
			r := 0.0
			for h, item := range f.blocks[j] {
				r += weights[j][h] * cross[k][item]
			}
			corr[j][k], corr[k][j] = r, r
		}
	}
	return corr
}

// outer replaces the weights by those that the inner estimates call for.
func (f *frame) outer(s, cross [][]float64, out *fit) error {
	for j, b := range f.blocks {
		pull, err := f.pull(j, out.corr)
		if err != nil {
			return err
		}
		toward := make([]float64, len(f.items)) // covariance of each item with the inner estimate
		for i, k := range f.linked[j] {
			for _, item := range b {
				toward[item] += pull[i] * cross[k][item]
			}
		}
		if f.model.Constructs[j].Mode == ModeB {
			w, dependent := regress(s, b, toward)
			if dependent >= 0 {
				return centre.Errorf(centre.Invalid, "construct %s (mode B): item %s is a sum of the items before it, so their weights are undefined", f.model.Constructs[j].Name, f.items[b[dependent]])
			}
			out.weights[j] = w
			continue
		}
		for h, item := range b {
			out.weights[j][h] = toward[item]
		}
	}
	return nil
}

// pull gives the inner weights of construct j toward each construct that it is linked with.
func (f *frame) pull(j int, corr [][]float64) ([]float64, error) {
	pull := make([]float64, len(f.linked[j]))
	var beta []float64
	if f.options.Scheme == PathScheme && len(f.before[j]) > 0 {
		var dependent int
		if beta, dependent = regress(corr, f.before[j], corr[j]); dependent >= 0 {
			return nil, f.collinearPredecessor(j, dependent)
		}
	}
	for i, k := range f.linked[j] {
		r := corr[j][k]
		at := slices.Index(f.before[j], k)
		switch {
		case f.options.Scheme == PathScheme && at >= 0:
			pull[i] = beta[at]
		case f.options.Scheme == Centroid:
			pull[i] = sign(r)
		default:
			pull[i] = r
		}
	}
	return pull, nil
}

func (f *frame) collinearPredecessor(j, dependent int) error {
	return centre.Errorf(centre.Invalid, "%s: its predecessor %s is a sum of the ones before it, so the paths are undefined",
		f.model.Constructs[j].Name, f.model.Constructs[f.before[j][dependent]].Name)
}

// orient scales the final weights, and turns round each score that most of its items oppose.
func (f *frame) orient(s [][]float64, out *fit) error {
	cross, err := f.normalise(s, out.weights)
	if err != nil {
		return err
	}
	for j, b := range f.blocks {
		with := 0.0
		for _, item := range b {
			with += sign(cross[j][item])
		}
		if with < 0 {
			for h := range out.weights[j] {
				out.weights[j][h] *= -1
			}
		}
	}
	return nil
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// load reckons the correlations of the scores and the loadings.
func (f *frame) load(s [][]float64, out *fit) {
	cross := make([][]float64, len(f.blocks))
	out.loadings = make([][]float64, len(f.blocks))
	for j, b := range f.blocks {
		c := make([]float64, len(f.items))
		for i := range c {
			for h, item := range b {
				c[i] += s[i][item] * out.weights[j][h]
			}
		}
		cross[j] = c
		out.loadings[j] = make([]float64, len(b))
		for h, item := range b {
			out.loadings[j][h] = c[item] / math.Sqrt(s[item][item])
		}
	}
	out.corr = f.between(cross, out.weights)
}

// inner regresses every construct on its predecessors and adds up the total effects.
func (f *frame) inner(out *fit) error {
	n := len(f.blocks)
	out.r2 = make([]float64, n)
	out.paths, out.total = make([][]float64, n), make([][]float64, n)
	for j := range n {
		out.paths[j], out.total[j] = make([]float64, n), make([]float64, n)
		if len(f.before[j]) == 0 {
			continue
		}
		beta, dependent := regress(out.corr, f.before[j], out.corr[j])
		if dependent >= 0 {
			return f.collinearPredecessor(j, dependent)
		}
		for i, k := range f.before[j] {
			out.paths[j][k] = beta[i]
			out.r2[j] += beta[i] * out.corr[j][k]
		}
	}
	for _, to := range f.order {
		for from := range n {
			out.total[from][to] = out.paths[to][from]
			for _, via := range f.before[to] {
				out.total[from][to] += out.total[from][via] * out.paths[to][via]
			}
		}
	}
	return nil
}

// fitness is GoF: the root of the mean communality of blocks with several items, each item counting once, times the mean R2 of the
// constructs that have predecessors (Tenenhaus et al. 2005).
func (f *frame) fitness(out *fit) {
	communality, items, r2, explained := 0.0, 0.0, 0.0, 0.0
	for j, loadings := range out.loadings {
		if len(loadings) > 1 {
			for _, l := range loadings {
				communality += l * l
				items++
			}
		}
		if len(f.before[j]) > 0 {
			r2 += out.r2[j]
			explained++
		}
	}
	if items == 0 {
		communality, items = 1, 1
	}
	out.gof = math.Sqrt(communality / items * max(r2, 0) / explained)
}

// toIndex gives each construct's mean on 0 to 100, by the weights of the unstandardised items (Fornell et al. 1996).
func (f *frame) toIndex(m moments, sd []float64, out *fit) {
	n := len(f.blocks)
	out.omega, out.undefined, out.index = make([][]float64, n), make([]string, n), make([]float64, n)
	for j, b := range f.blocks {
		if !f.scaled {
			out.undefined[j] = "the model does not give the answer scale"
			continue
		}
		omega, sum := make([]float64, len(b)), 0.0
		for h, item := range b {
			omega[h] = out.weights[j][h]
			if !f.options.CentredOnly {
				omega[h] /= sd[item]
			}
			if omega[h] < 0 {
				out.undefined[j] = fmt.Sprintf("item %s has the negative weight %.4f: an index is a weighted mean of its items", f.items[item], out.weights[j][h])
			}
			sum += omega[h]
		}
		if out.undefined[j] != "" {
			continue
		}
		for h, item := range b {
			omega[h] /= sum
			out.index[j] += omega[h] * f.scales[item].Rescale(m.mean[item])
		}
		out.omega[j] = omega
	}
}
