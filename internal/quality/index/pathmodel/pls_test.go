package pathmodel

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/stat"
)

// survey loads a file of the shared survey data; the test skips where there is none.
func survey(t *testing.T, name string) Answers {
	t.Helper()
	root := os.Getenv("SENTRAL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "data", "survey", name))
	if err != nil {
		t.Skipf("needs the shared survey data: %v", err)
	}
	defer file.Close()
	var a Answers
	for lines := bufio.NewScanner(file); lines.Scan(); {
		cells := strings.Split(lines.Text(), ",")
		if a.Columns == nil {
			a.Columns = cells
			continue
		}
		row := make([]float64, len(cells))
		for i, c := range cells {
			v, err := strconv.ParseFloat(c, 64)
			if err != nil {
				v = math.NaN()
			}
			row[i] = v
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s = %.12g, want %.12g within %g", what, got, want, within)
	}
}

// lookup finds a figure of an estimated model by a short name such as "path Image>Loyalty", "weight sat1" or "r2 Value".
func lookup(t *testing.T, p *PLS, name string) float64 {
	t.Helper()
	kind, rest, _ := strings.Cut(name, " ")
	from, to, _ := strings.Cut(rest, ">")
	paths := map[string][]PathFigure{"path": p.Paths, "total": p.TotalEffects}[kind]
	for _, f := range paths {
		if f.From == from && f.To == to {
			return f.Value
		}
	}
	for _, f := range map[string][]ItemFigure{"weight": p.Weights, "loading": p.Loadings, "omega": p.IndexWeights}[kind] {
		if f.Item == rest {
			return f.Value
		}
	}
	for _, f := range p.R2 {
		if kind == "r2" && f.Construct == rest {
			return f.Value
		}
	}
	for i, f := range p.Index {
		if f.Construct != rest {
			continue
		}
		switch kind {
		case "index":
			return *f.Value
		case "alpha":
			return *p.Quality[i].Alpha
		case "rho":
			return *p.Quality[i].Rho
		case "eigen1":
			return *p.Quality[i].Eigen1
		case "eigen2":
			return *p.Quality[i].Eigen2
		}
	}
	if kind == "gof" {
		return p.GoF
	}
	t.Fatalf("no figure %q", name)
	return 0
}

// TestSatisfactionEqualsPlspm holds the figures that R's plspm 0.4.9 gives for its own data frame, with its stop rule.
func TestSatisfactionEqualsPlspm(t *testing.T) {
	data := survey(t, "satisfaction.csv")
	model, err := ShippedModel("satisfaction")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		scheme Scheme
		mode   Mode
		want   map[string]float64
	}{
		{Centroid, ModeA, map[string]float64{
			"r2 Expectation": .335193672, "r2 Quality": .719688235, "r2 Value": .590084373, "r2 Satisfaction": .707320950, "r2 Loyalty": .509922562,
			"path Image>Expectation": .578959128, "path Expectation>Quality": .848344408, "path Expectation>Value": .105477650,
			"path Quality>Value": .676655529, "path Image>Satisfaction": .200724200, "path Expectation>Satisfaction": -.002753995,
			"path Quality>Satisfaction": .122144566, "path Value>Satisfaction": .589330650, "path Image>Loyalty": .275149576,
			"path Satisfaction>Loyalty": .495479322, "gof": .609741624338411, "total Image>Loyalty": .518415622,
			"total Expectation>Satisfaction": .501325436, "weight sat1": .166366549374147, "weight imag1": .0982418501741741,
			"loading sat1": .919797990928334, "alpha Satisfaction": .894010912676559, "alpha Image": .830226690205339,
			"rho Satisfaction": .926700636965068, "eigen1 Satisfaction": 3.03999879, "eigen2 Satisfaction": .42200009,
		}},
		{Factorial, ModeA, map[string]float64{"weight sat1": .166550226780549}},
		{PathScheme, ModeA, map[string]float64{"weight imag1": .0982374837495072}},
		{Centroid, ModeB, map[string]float64{"r2 Expectation": .372046006581529, "r2 Quality": .722837619445379, "r2 Value": .614360808369793,
			"r2 Satisfaction": .732183693952877, "r2 Loyalty": .539969047981518}},
	}
	for _, c := range cases {
		m := model
		m.Constructs = append([]Construct{}, model.Constructs...)
		for i := range m.Constructs {
			m.Constructs[i].Mode = c.mode
		}
		as, err := EstimatePLS(m, data, PLSOptions{CentredOnly: true, Scheme: c.scheme, Tolerance: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		rested, err := EstimatePLS(m, data, PLSOptions{CentredOnly: true, Scheme: c.scheme})
		if err != nil {
			t.Fatal(err)
		}
		if c.mode == ModeA && c.scheme == Centroid && as.Iterations != 4 {
			t.Errorf("%d iterations, plspm takes 4", as.Iterations)
		}
		for name, want := range c.want {
			near(t, fmt.Sprintf("%v %v %s", c.scheme, c.mode, name), lookup(t, as, name), want, 5e-9)
			near(t, fmt.Sprintf("%v %v %s at rest", c.scheme, c.mode, name), lookup(t, rested, name), want, 1e-5)
		}
	}
	p, err := EstimatePLS(model, data, PLSOptions{CentredOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"Image": 74.3983, "Expectation": 74.7758, "Quality": 69.4327, "Value": 70.2749, "Satisfaction": 68.5979, "Loyalty": 71.4902} {
		near(t, "index "+name, lookup(t, p, "index "+name), want, 6e-5)
	}
}

// longWay estimates a model on the scores of every respondent, standardised in each pass, with regressions by QR on the scores, total
// effects by inverting I-B, and the index as the mean over respondents. It shares no step with EstimatePLS.
type longWay struct {
	t           *testing.T
	model       Model
	n           int
	standardise bool
	raw, column map[string][]float64
	w, y        [][]float64
	into        [][]int
}

func newLongWay(t *testing.T, m Model, a Answers, standardise bool) *longWay {
	l := &longWay{t: t, model: m, n: len(a.Rows), standardise: standardise, raw: map[string][]float64{}, column: map[string][]float64{}}
	for c, name := range a.Columns {
		x := make([]float64, l.n)
		for r := range x {
			x[r] = a.Rows[r][c]
		}
		l.raw[name], l.column[name] = x, shift(x)
		if standardise {
			l.column[name] = standard(x)
		}
	}
	at := map[string]int{}
	for j, c := range m.Constructs {
		at[c.Name] = j
		l.w = append(l.w, nil)
		for range c.Items {
			l.w[j] = append(l.w[j], 1)
		}
	}
	l.y, l.into = make([][]float64, len(l.w)), make([][]int, len(l.w))
	for _, p := range m.Paths {
		l.into[at[p.To]] = append(l.into[at[p.To]], at[p.From])
	}
	return l
}

func (l *longWay) score(j int) []float64 {
	s := make([]float64, l.n)
	for h, item := range l.model.Constructs[j].Items {
		for r, x := range l.column[item] {
			s[r] += l.w[j][h] * x
		}
	}
	return s
}

// toward is the inner estimate of construct j.
func (l *longWay) toward(j int, scheme Scheme) []float64 {
	z := make([]float64, l.n)
	pull := func(o int, e float64) {
		for r := range z {
			z[r] += e * l.y[o][r]
		}
	}
	r := func(o int) float64 { return dot(l.y[o], l.y[j]) / float64(l.n) }
	beta := least(l.t, l.y, l.into[j], l.y[j])
	for i, o := range l.into[j] {
		switch scheme {
		case Centroid:
			pull(o, math.Copysign(1, r(o)))
		case Factorial:
			pull(o, r(o))
		default:
			pull(o, beta[i])
		}
	}
	for o := range l.y {
		for _, from := range l.into[o] {
			if from == j && scheme == Centroid {
				pull(o, math.Copysign(1, r(o)))
			} else if from == j {
				pull(o, r(o))
			}
		}
	}
	return z
}

func (l *longWay) pass(scheme Scheme) {
	for j := range l.y {
		l.y[j] = standard(l.score(j))
	}
	next := make([][]float64, len(l.y))
	for j, c := range l.model.Constructs {
		z := l.toward(j, scheme)
		var block [][]float64
		var all []int
		for h, item := range c.Items {
			block, all = append(block, l.column[item]), append(all, h)
			next[j] = append(next[j], dot(l.column[item], z))
		}
		if c.Mode == ModeB {
			next[j] = least(l.t, block, all, z)
		}
	}
	l.w = next
}

// figures runs 400 passes and names every figure as lookup does.
func (l *longWay) figures(scheme Scheme) map[string]float64 {
	for range 400 {
		l.pass(scheme)
	}
	n := float64(l.n)
	out := map[string]float64{}
	for j, c := range l.model.Constructs {
		s := shift(l.score(j))
		sd := math.Sqrt(dot(s, s) / n)
		l.y[j] = standard(s)
		sum, index := 0.0, 0.0
		for h, item := range c.Items {
			u := l.w[j][h] / sd
			out["weight "+item] = u
			out["loading "+item] = dot(standard(l.raw[item]), l.y[j]) / n
			if l.standardise {
				x := shift(l.raw[item])
				u /= math.Sqrt(dot(x, x) / n)
			}
			scale, _ := l.model.ScaleOf(item)
			for _, x := range l.raw[item] {
				index += u * 100 * (x - scale.Low) / (scale.High - scale.Low) / n
			}
			sum += u
		}
		out["index "+c.Name] = index / sum
	}
	l.effects(out)
	return out
}

func (l *longWay) effects(out map[string]float64) {
	k := len(l.y)
	left := mat.NewDense(k, k, nil) // I-B
	for j, c := range l.model.Constructs {
		left.Set(j, j, 1)
		if len(l.into[j]) == 0 {
			continue
		}
		rest := append([]float64{}, l.y[j]...)
		for i, b := range least(l.t, l.y, l.into[j], l.y[j]) {
			o := l.into[j][i]
			out["path "+l.model.Constructs[o].Name+">"+c.Name] = b
			left.Set(j, o, -b)
			for r := range rest {
				rest[r] -= b * l.y[o][r]
			}
		}
		out["r2 "+c.Name] = 1 - dot(rest, rest)/float64(l.n)
	}
	var total mat.Dense
	if err := total.Inverse(left); err != nil {
		l.t.Fatal(err)
	}
	for j := range k {
		for i := range k {
			if i != j && math.Abs(total.At(j, i)) > 1e-12 {
				out["total "+l.model.Constructs[i].Name+">"+l.model.Constructs[j].Name] = total.At(j, i)
			}
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func shift(x []float64) []float64 {
	mean := stat.Sum(x) / float64(len(x))
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] - mean
	}
	return out
}

func standard(x []float64) []float64 {
	out := shift(x)
	sd := math.Sqrt(dot(out, out) / float64(len(x)))
	for i := range out {
		out[i] /= sd
	}
	return out
}

// least is the least-squares regression of z on the chosen columns, by QR.
func least(t *testing.T, columns [][]float64, in []int, z []float64) []float64 {
	t.Helper()
	if len(in) == 0 {
		return nil
	}
	x := mat.NewDense(len(z), len(in), nil)
	for i, c := range in {
		x.SetCol(i, columns[c])
	}
	var beta mat.VecDense
	if err := beta.SolveVec(x, mat.NewVecDense(len(z), append([]float64{}, z...))); err != nil {
		t.Fatal(err)
	}
	return beta.RawVector().Data
}

// TestMomentsEqualScores holds that the estimation on covariances gives what the long way on scores gives: both data sets, three
// schemes, both modes, standardised or only centred.
func TestMomentsEqualScores(t *testing.T) {
	for _, name := range ShippedModels() {
		data := survey(t, map[string]string{"ecsi": "ecsi_mobi.csv", "satisfaction": "satisfaction.csv"}[name])
		model, err := ShippedModel(name)
		if err != nil {
			t.Fatal(err)
		}
		for scheme := Centroid; scheme <= PathScheme; scheme++ {
			for _, formative := range []bool{false, true} {
				m := model
				m.Constructs = append([]Construct{}, model.Constructs...)
				if formative {
					m.Constructs[0].Mode, m.Constructs[2].Mode = ModeB, ModeB
				}
				for _, centred := range []bool{false, true} {
					got, err := EstimatePLS(m, data, PLSOptions{Scheme: scheme, CentredOnly: centred})
					if err != nil {
						t.Fatal(err)
					}
					want := newLongWay(t, m, data, !centred).figures(scheme)
					for figure, v := range want {
						if strings.HasPrefix(figure, "index") && formative {
							continue // mode B gives negative weights here, and then no index
						}
						near(t, fmt.Sprintf("%s %v formative=%v centred=%v %s", name, scheme, formative, centred, figure), lookup(t, got, figure), v, 1e-8)
					}
				}
			}
		}
	}
}

func TestEcsiIndex(t *testing.T) {
	data := survey(t, "ecsi_mobi.csv")
	m, err := ShippedModel("ecsi")
	if err != nil {
		t.Fatal(err)
	}
	p, err := EstimatePLS(m, data, PLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "satisfaction index", lookup(t, p, "index Satisfaction"), 72.5428, 5e-5)
	near(t, "its deviation", *p.Quality[4].SD, 14.35, 0.05) // the population deviation; n-1 gives 14.35
	if p.Rows != 250 || p.Missing.Cells != 0 {
		t.Errorf("%d rows, missing %+v", p.Rows, p.Missing)
	}
	scores, err := p.Scores()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, s := range scores {
		sum += s.Index[4] / float64(len(scores))
	}
	near(t, "mean of the respondents' index", sum, lookup(t, p, "index Satisfaction"), 1e-9)
	places, err := p.Importances("Loyalty")
	if err != nil || len(places) != 6 {
		t.Fatalf("Importances = %v, %v", places, err)
	}
	if htmt, err := p.HTMT(); err != nil || len(htmt) != 15 {
		t.Errorf("HTMT of 6 blocks with several items: %d pairs, %v", len(htmt), err)
	}
}

// TestBootstrapOfTheStudy holds the standard errors of R's plspm roughly, since that program drew its own random numbers.
func TestBootstrapOfTheStudy(t *testing.T) {
	data := survey(t, "satisfaction.csv")
	m, err := ShippedModel("satisfaction")
	if err != nil {
		t.Fatal(err)
	}
	p, err := EstimatePLS(m, data, PLSOptions{CentredOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Bootstrap(context.Background(), BootstrapOptions{Draws: 500, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Paths {
		if want := map[string]float64{"Image>Expectation": .0571, "Value>Satisfaction": .0865, "Satisfaction>Loyalty": .0822}[f.From+">"+f.To]; want > 0 {
			near(t, "se of "+f.From+" -> "+f.To, f.SE, want, 0.2*want)
		}
		if !(f.Low < f.Value && f.Value < f.High) {
			t.Errorf("%s -> %s: %v outside %v to %v", f.From, f.To, f.Value, f.Low, f.High)
		}
	}
	if p.Draws.Failed != 0 {
		t.Errorf("%d draws failed", p.Draws.Failed)
	}
}

// TestAGivenDrawIsAnEstimationOfThoseRows holds that a draw equals estimating the table of its rows.
func TestAGivenDrawIsAnEstimationOfThoseRows(t *testing.T) {
	m, data := small(t)
	p, err := EstimatePLS(m, data, PLSOptions{Scheme: PathScheme})
	if err != nil {
		t.Fatal(err)
	}
	r := stat.Stream(3, "draws")
	draws := make([][]int, 2)
	var each []*PLS
	for i := range draws {
		table := Answers{Columns: data.Columns}
		for range data.Rows {
			row := r.IntN(len(data.Rows))
			draws[i] = append(draws[i], row)
			table.Rows = append(table.Rows, data.Rows[row])
		}
		one, err := EstimatePLS(m, table, PLSOptions{Scheme: PathScheme})
		if err != nil {
			t.Fatal(err)
		}
		each = append(each, one)
	}
	if err := p.Bootstrap(context.Background(), BootstrapOptions{Rows: draws}); err != nil {
		t.Fatal(err)
	}
	for i, f := range p.Paths {
		a, b := each[0].Paths[i].Value, each[1].Paths[i].Value
		near(t, "se of "+f.To, f.SE, math.Abs(a-b)/math.Sqrt2, 1e-9)
		near(t, "low of "+f.To, f.Low, min(a, b)+0.025*math.Abs(a-b), 1e-9)
	}
	for i, f := range p.Index {
		a, b := *each[0].Index[i].Value, *each[1].Index[i].Value
		near(t, "se of index "+f.Construct, f.SE, math.Abs(a-b)/math.Sqrt2, 1e-8)
	}
}
