package stat

import (
	"math"
	"slices"
	"strings"

	"sentral/internal/centre"
)

// Margin is one thing known of every contact, such as its channel: the category of each answer, and how many contacts the population
// has of each category.
type Margin struct {
	Name     string
	Category []string           // one an answer
	Target   map[string]float64 // population by category
}

// RakeOptions settle raking; the zero value does not trim and stops when every margin holds to 1e-10 of its target.
type RakeOptions struct {
	Trim      float64 // cut weights at this many times their median and rake again; 0: never. 5 is usual
	Tolerance float64 // largest relative deviation from a target; 0 means 1e-10
	Rounds    int     // rounds before giving up; 0 means 2,000
	Small     int     // categories with fewer answers than this are reported; 0 means 20
}

// Raked is the outcome of raking.
type Raked struct {
	Weight     []float64       `json:"weights"`
	Rounds     int             `json:"rounds"`
	Deff       float64         `json:"deff"`        // Kish's design effect of the weights: over 2 deserves a warning
	EffectiveN float64         `json:"effective_n"` // answers divided by deff
	Cap        float64         `json:"cap"`         // the largest weight allowed, 0 without trimming
	Trimmed    int             `json:"trimmed"`     // weights that lie at the cap
	OverCap    int             `json:"over_cap"`    // weights that had to exceed the cap, because the margins cannot be met under it
	Small      []SmallCategory `json:"small"`       // categories with few answers: merge them (MergeSmall)
	base       []float64
	margins    []Margin
}

// SmallCategory is a category of a margin with too few answers to weight by.
type SmallCategory struct {
	Margin   string `json:"margin"`
	Category string `json:"category"`
	N        int    `json:"n"`
}

// Rake scales base weights until their sums equal the targets of every margin (iterative proportional fitting; Deming and Stephan
// 1940, Deville, Särndal and Sautory 1993). One margin is post-stratification; Cross joins two into one. It refuses a category that
// has people but no answers, or answers but no target, and margins whose totals disagree by more than a millionth.
func Rake(base []float64, margins []Margin, o RakeOptions) (Raked, error) {
	o = o.defaults()
	if o.Trim != 0 && !(o.Trim >= 1 && o.Trim <= 1e6) || !(o.Tolerance > 0 && o.Tolerance < 1) || o.Rounds < 1 {
		return Raked{}, centre.Errorf(centre.Invalid, "raking with trim %v, tolerance %v, %d rounds: want a trim of 1 to a million (or 0), a tolerance of 0 to 1, a round", o.Trim, o.Tolerance, o.Rounds)
	}
	columns, err := rakeColumns(base, margins)
	if err != nil {
		return Raked{}, err
	}
	out := Raked{Weight: slices.Clone(base), Small: []SmallCategory{}, base: base, margins: margins}
	for i, m := range margins {
		for c, name := range columns[i].names {
			if n := columns[i].count[c]; n < o.Small {
				out.Small = append(out.Small, SmallCategory{Margin: m.Name, Category: name, N: n})
			}
		}
	}
	if out.Rounds, err = rakeRounds(out.Weight, columns, math.Inf(1), o); err != nil {
		return Raked{}, err
	}
	if o.Trim > 0 {
		median, err := Median(out.Weight)
		if err != nil {
			return Raked{}, err
		}
		out.Cap = o.Trim * median
		rounds, err := rakeRounds(out.Weight, columns, out.Cap, o)
		if err != nil { // the margins cannot be met under the cap: let them, and say so
			rounds, err = rakeRounds(out.Weight, columns, math.Inf(1), o)
		}
		if err != nil {
			return Raked{}, err
		}
		out.Rounds += rounds
		for _, w := range out.Weight {
			switch {
			case w > out.Cap*(1+1e-9):
				out.OverCap++
			case w >= out.Cap*(1-1e-9):
				out.Trimmed++
			}
		}
	}
	out.Deff, out.EffectiveN, err = DesignEffect(out.Weight)
	return out, err
}

func (o RakeOptions) defaults() RakeOptions {
	if o.Tolerance == 0 {
		o.Tolerance = 1e-10
	}
	if o.Rounds == 0 {
		o.Rounds = 2000
	}
	if o.Small == 0 {
		o.Small = 20
	}
	return o
}

// rakeColumn is a margin with its categories numbered in order of name.
type rakeColumn struct {
	names  []string
	target []float64
	count  []int
	of     []int // category of each answer
}

func rakeColumns(base []float64, margins []Margin) ([]rakeColumn, error) {
	if len(base) == 0 || len(margins) == 0 {
		return nil, centre.Errorf(centre.Invalid, "raking of %d answers to %d margins: want at least one of each", len(base), len(margins))
	}
	for i, w := range base {
		if !positive(w) {
			return nil, centre.Errorf(centre.Invalid, "base weight %d is %v: want a finite number above 0", i+1, w)
		}
	}
	out := make([]rakeColumn, len(margins))
	first := 0.0
	for i, m := range margins {
		c, total, err := newRakeColumn(m, len(base))
		if err != nil {
			return nil, err
		}
		out[i] = c
		if i == 0 {
			first = total
		} else if math.Abs(total-first) > 1e-6*first {
			return nil, centre.Errorf(centre.Invalid, "margins disagree: %q adds up to %v, %q to %v", margins[0].Name, first, m.Name, total)
		}
	}
	return out, nil
}

func newRakeColumn(m Margin, n int) (c rakeColumn, total float64, err error) {
	if len(m.Category) != n {
		return c, 0, centre.Errorf(centre.Invalid, "margin %q has %d categories for %d answers", m.Name, len(m.Category), n)
	}
	index := map[string]int{}
	for name := range m.Target {
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
	c.count = make([]int, len(c.names))
	for i, name := range c.names {
		index[name] = i
		target := m.Target[name]
		if !positive(target) {
			return c, 0, centre.Errorf(centre.Invalid, "margin %q, category %q: target %v: want a finite number above 0", m.Name, name, target)
		}
		c.target = append(c.target, target)
		total += target
	}
	for row, name := range m.Category {
		i, known := index[name]
		if !known {
			return c, 0, centre.Errorf(centre.Invalid, "answer %d: margin %q has no target for category %q", row+1, m.Name, name)
		}
		c.of = append(c.of, i)
		c.count[i]++
	}
	for i, name := range c.names {
		if c.count[i] == 0 {
			return c, 0, centre.Errorf(centre.Invalid, "margin %q: nobody answered in category %q, which has %v in the population; merge it with another", m.Name, name, c.target[i])
		}
	}
	return c, total, nil
}

// rakeRounds fits weights to every column in turn, cutting them at limit between rounds, until a round begins with every margin met.
func rakeRounds(weights []float64, columns []rakeColumn, limit float64, o RakeOptions) (int, error) {
	for round := 0; ; round++ {
		for i, w := range weights {
			weights[i] = min(w, limit)
		}
		off, where := 0.0, 0
		for k, c := range columns {
			for i, sum := range c.sums(weights) {
				if d := math.Abs(sum-c.target[i]) / c.target[i]; d > off {
					off, where = d, k
				}
			}
		}
		if off <= o.Tolerance {
			return round, nil
		}
		if round == o.Rounds {
			return round, centre.Errorf(centre.Invalid, "raking did not settle in %d rounds: margin %d is off by %.3g of its target; do the margins contradict each other?", o.Rounds, where+1, off)
		}
		for _, c := range columns {
			sums := c.sums(weights)
			for row, i := range c.of {
				weights[row] *= c.target[i] / sums[i]
			}
		}
	}
}

func (c rakeColumn) sums(weights []float64) []float64 {
	sums := make([]float64, len(c.names))
	for row, i := range c.of {
		sums[i] += weights[row]
	}
	return sums
}

// Mean is the raked mean with a standard error that credits the margins: the influence of each answer is taken after removing what
// the margins explain (Deville and Särndal 1992). The design's own weights are not used.
func (r Raked) Mean(values []float64, d Design, level float64) (Estimate, error) {
	d.Weight = r.Weight
	e, err := d.Mean(values, level)
	if err != nil {
		return Estimate{}, err
	}
	centred := make([]float64, len(values))
	for i, v := range values {
		centred[i] = v - e.Value
	}
	return r.adjusted(e, centred, Sum(r.Weight), d, level)
}

// Total is the raked sum with a standard error that credits the margins; see Mean.
func (r Raked) Total(values []float64, d Design, level float64) (Estimate, error) {
	d.Weight = r.Weight
	e, err := d.Total(values, level)
	if err != nil {
		return Estimate{}, err
	}
	return r.adjusted(e, slices.Clone(values), 1, d, level)
}

func (r Raked) adjusted(e Estimate, residual []float64, scale float64, d Design, level float64) (Estimate, error) {
	if err := r.sweep(residual); err != nil {
		return Estimate{}, err
	}
	for i := range residual {
		residual[i] *= r.Weight[i] / scale
	}
	return d.estimate(e.Value, residual, level)
}

// sweep subtracts the base-weighted least-squares fit on the margins' categories, one margin after the other until nothing moves.
func (r Raked) sweep(values []float64) error {
	columns, err := rakeColumns(r.base, r.margins)
	if err != nil {
		return err
	}
	_, size := MeanSD(values)
	for range 5000 {
		moved := 0.0
		for _, c := range columns {
			sum, weight := make([]float64, len(c.names)), make([]float64, len(c.names))
			for row, i := range c.of {
				sum[i] += r.base[row] * values[row]
				weight[i] += r.base[row]
			}
			for row, i := range c.of {
				values[row] -= sum[i] / weight[i]
			}
			for i := range sum {
				moved = max(moved, math.Abs(sum[i]/weight[i]))
			}
		}
		if moved <= 1e-12*size {
			break
		}
	}
	return nil
}

// Cross joins the categories of two columns, "phone x invoice", so that their cells can be one margin.
func Cross(a, b []string) ([]string, error) {
	if len(a) != len(b) {
		return nil, centre.Errorf(centre.Invalid, "cross of %d and %d categories", len(a), len(b))
	}
	out := make([]string, len(a))
	for i := range a {
		out[i] = a[i] + " x " + b[i]
	}
	return out, nil
}

// MergeSmall joins every category with fewer than minimum answers (none at all included) with the smallest other one, under the name
// "a + b", until all are large enough or one is left. The margin given is not changed.
func MergeSmall(m Margin, minimum int) Margin {
	type group struct {
		names  []string
		n      int
		target float64
	}
	var groups []group
	for name, target := range m.Target {
		g := group{names: []string{name}, target: target}
		for _, c := range m.Category {
			if c == name {
				g.n++
			}
		}
		groups = append(groups, g)
	}
	smallFirst := func(a, b group) int {
		if a.n != b.n {
			return a.n - b.n
		}
		return strings.Compare(a.names[0], b.names[0])
	}
	slices.SortFunc(groups, smallFirst)
	for len(groups) > 1 && groups[0].n < minimum {
		groups[1] = group{append(groups[0].names, groups[1].names...), groups[0].n + groups[1].n, groups[0].target + groups[1].target}
		groups = groups[1:]
		slices.SortFunc(groups, smallFirst)
	}
	out := Margin{Name: m.Name, Category: slices.Clone(m.Category), Target: map[string]float64{}}
	for _, g := range groups {
		slices.Sort(g.names)
		name := strings.Join(g.names, " + ")
		out.Target[name] = g.target
		for i, c := range m.Category {
			if slices.Contains(g.names, c) {
				out.Category[i] = name
			}
		}
	}
	return out
}

// FitTable scales a table of counts until its rows and columns add up to the targets, keeping its associations (iterative
// proportional fitting, columns last). It refuses targets whose totals differ and an empty row or column with a target.
func FitTable(table [][]float64, rows, columns []float64) ([][]float64, error) {
	out, err := checkTable(table, rows, columns)
	if err != nil {
		return nil, err
	}
	const rounds = 10000
	for range rounds {
		off := 0.0
		for i := range out {
			sum := Sum(out[i])
			if sum > 0 {
				off = max(off, math.Abs(sum-rows[i])/max(rows[i], 1e-300))
				for j := range out[i] {
					out[i][j] *= rows[i] / sum
				}
			}
		}
		for j := range columns {
			sum := 0.0
			for i := range out {
				sum += out[i][j]
			}
			if sum > 0 {
				for i := range out {
					out[i][j] *= columns[j] / sum
				}
			}
		}
		if off < 1e-12 {
			return out, nil
		}
	}
	return nil, centre.Errorf(centre.Invalid, "the table did not settle in %d rounds: its empty cells contradict the targets", rounds)
}

func checkTable(table [][]float64, rows, columns []float64) ([][]float64, error) {
	if len(table) == 0 || len(table) != len(rows) {
		return nil, centre.Errorf(centre.Invalid, "table of %d rows for %d row targets", len(table), len(rows))
	}
	if a, b := Sum(rows), Sum(columns); !(math.Abs(a-b) <= 1e-6*max(a, b)) {
		return nil, centre.Errorf(centre.Invalid, "row targets add up to %v, column targets to %v", a, b)
	}
	for _, target := range slices.Concat(rows, columns) {
		if !atLeastZero(target) {
			return nil, centre.Errorf(centre.Invalid, "target %v: want a finite number of at least 0", target)
		}
	}
	out := make([][]float64, len(table))
	filled := make([]float64, len(columns))
	for i, row := range table {
		if len(row) != len(columns) {
			return nil, centre.Errorf(centre.Invalid, "table row %d has %d cells for %d column targets", i+1, len(row), len(columns))
		}
		sum := 0.0
		for j, v := range row {
			if !atLeastZero(v) {
				return nil, centre.Errorf(centre.Invalid, "table row %d, column %d is %v: want a finite number of at least 0", i+1, j+1, v)
			}
			sum += v
			filled[j] += v
		}
		if sum == 0 && rows[i] > 0 {
			return nil, centre.Errorf(centre.Invalid, "table row %d is empty but should add up to %v", i+1, rows[i])
		}
		out[i] = slices.Clone(row)
	}
	for j, sum := range filled {
		if sum == 0 && columns[j] > 0 {
			return nil, centre.Errorf(centre.Invalid, "table column %d is empty but should add up to %v", j+1, columns[j])
		}
	}
	return out, nil
}
