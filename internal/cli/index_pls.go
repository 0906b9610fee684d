package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/plot"
	"sentral/internal/quality/index"
	"sentral/internal/quality/index/pathmodel"
	"sentral/internal/stat"
)

// IndexModel prints a shipped model.
type IndexModel struct {
	Name string `arg:"" help:"ecsi or satisfaction."`
}

// Run prints the model's text.
func (c IndexModel) Run(s Streams) error {
	text, err := pathmodel.ShippedModelText(c.Name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.Out, text)
	return err
}

// IndexPLS estimates a PLS path model from a file of answers.
type IndexPLS struct {
	Data          string  `required:"" placeholder:"FILE" help:"Answers, comma-separated: a row a respondent, a column an item; - is standard input."`
	ModelName     string  `name:"model" required:"" placeholder:"M" help:"A shipped model (ecsi, satisfaction) or a text file, a construct or path a line."`
	Scheme        string  `default:"centroid" enum:"centroid,factorial,path" help:"Inner scheme: ${enum}."`
	Mode          string  `default:"" help:"A (reflective) or B (formative) for every construct, in place of the model's own."`
	Standardise   bool    `default:"true" negatable:"" help:"Standardise the items; =false only centres them."`
	Tolerance     float64 `default:"1e-10" help:"Stop when the squared changes of the weights sum to less; under 1e-6 each change must be less, too."`
	MaxIterations int     `default:"300" help:"Give up after so many passes."`
	Missing       string  `default:"mean" enum:"mean,drop,refuse" help:"Missing answers: replace by the item's mean, drop the respondent, or refuse."`
	Scale         string  `placeholder:"LOW,HIGH" help:"Ends of the answer scale, in place of the model's."`
	Weight        string  `placeholder:"COLUMN" help:"Survey weights."`
	By            string  `placeholder:"COLUMN" help:"Give the index of each group (company, team) too, by the weights of the whole."`
	Target        string  `placeholder:"CONSTRUCT" help:"Give the importance-performance map of this construct."`
	Bootstrap     int     `placeholder:"N" xor:"draws" help:"Resample the respondents N times for standard errors and limits."`
	BootstrapRows string  `placeholder:"FILE" xor:"draws" help:"Resample as FILE says: a draw a line, the row numbers of its respondents."`
	RowsFrom      string  `default:"auto" enum:"auto,0,1" help:"Whether those row numbers begin at 0 or 1; auto: at 0 if there is a 0."`
	Cluster       string  `placeholder:"COLUMN" help:"Resample whole clusters, such as customers."`
	Seed          uint64  `default:"1" help:"Seed of the resampling."`
	Level         float64 `default:"0.95" help:"Confidence level of the limits."`
	OutputFlags
}

// plsGroup is a group's index by the weights of the whole.
type plsGroup struct {
	Group string             `json:"group"`
	N     int                `json:"n"`
	Index map[string]float64 `json:"index"`
}

// plsOutput is what --json prints.
type plsOutput struct {
	Model        string `json:"model"`
	Scheme       string `json:"scheme"`
	Standardised bool   `json:"standardised"`
	*pathmodel.PLS
	HTMT       []pathmodel.HTMTFigure `json:"htmt"`
	Importance []pathmodel.Importance `json:"importance,omitempty"`
	Groups     []plsGroup             `json:"groups,omitempty"`
}

// Run estimates, resamples when asked, and prints.
func (c IndexPLS) Run(ctx context.Context, s Streams) error {
	model, err := c.model()
	if err != nil {
		return err
	}
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	answers, err := c.answers(t, model)
	if err != nil {
		return err
	}
	scheme, err := pathmodel.ParseScheme(c.Scheme)
	if err != nil {
		return err
	}
	missing, err := pathmodel.ParseMissingRule(c.Missing)
	if err != nil {
		return err
	}
	p, err := pathmodel.EstimatePLS(model, answers, pathmodel.PLSOptions{
		Scheme: scheme, CentredOnly: !c.Standardise, Tolerance: c.Tolerance, MaxIterations: c.MaxIterations, Missing: missing,
	})
	if err != nil {
		return err
	}
	if err := c.resample(ctx, s, t, p); err != nil {
		return err
	}
	out := plsOutput{Model: model.Name, Scheme: c.Scheme, Standardised: c.Standardise, PLS: p}
	if out.HTMT, err = p.HTMT(); err != nil {
		return err
	}
	if c.Target != "" {
		if out.Importance, err = p.Importances(c.Target); err != nil {
			return err
		}
	}
	if out.Groups, err = c.groups(t, p, answers.Weights); err != nil {
		return err
	}
	for _, w := range p.Warnings {
		fmt.Fprintln(s.Err, "warning:", w)
	}
	if err := c.draw(func(w io.Writer) error { return plsPicture(p).WriteSVG(w) }); err != nil {
		return err
	}
	header, rows := out.table()
	return c.print(s.Out, out, header, rows)
}

// model loads the model and settles its mode and scale.
func (c IndexPLS) model() (pathmodel.Model, error) {
	var m pathmodel.Model
	var err error
	if slices.Contains(pathmodel.ShippedModels(), c.ModelName) {
		m, err = pathmodel.ShippedModel(c.ModelName)
	} else {
		var text []byte
		if text, err = os.ReadFile(c.ModelName); err != nil {
			return m, centre.Errorf(centre.Missing, "model %q is neither shipped (%s) nor a file that can be read: %w", c.ModelName, strings.Join(pathmodel.ShippedModels(), ", "), err)
		}
		m, err = pathmodel.ParseModel(filepath.Base(c.ModelName), string(text))
	}
	if err != nil {
		return m, err
	}
	if c.Mode != "" {
		mode, err := pathmodel.ParseMode(c.Mode)
		if err != nil {
			return m, err
		}
		for i := range m.Constructs {
			m.Constructs[i].Mode = mode
		}
	}
	if c.Scale != "" {
		ends := list(c.Scale)
		if len(ends) != 2 {
			return m, centre.Errorf(centre.Invalid, "--scale %q: want its two ends, such as 1,10", c.Scale)
		}
		low, err1 := strconv.ParseFloat(ends[0], 64)
		high, err2 := strconv.ParseFloat(ends[1], 64)
		if err1 != nil || err2 != nil || !(low < high) {
			return m, centre.Errorf(centre.Invalid, "--scale %q: want two rising numbers, such as 1,10", c.Scale)
		}
		m.Scale = index.Scale{Low: low, High: high}
	}
	return m, m.Check()
}

// answers reads the model's items out of the table; an empty cell or NA is a missing answer.
func (c IndexPLS) answers(t *table, m pathmodel.Model) (pathmodel.Answers, error) {
	var items []string
	for _, construct := range m.Constructs {
		for _, item := range construct.Items {
			if !slices.Contains(items, item) {
				items = append(items, item)
			}
		}
	}
	a, err := readAnswers(t, items, func(item string) (index.Scale, bool) { return m.ScaleOf(item) })
	if err != nil {
		return a, err
	}
	a.Weights, err = t.weights(c.Weight)
	return a, err
}

// readAnswers reads the named columns as answers, refusing text and, where the scale is known, what lies off it.
func readAnswers(t *table, items []string, scale func(string) (index.Scale, bool)) (pathmodel.Answers, error) {
	a := pathmodel.Answers{Columns: items}
	columns := make([]int, len(items))
	for i, item := range items {
		var err error
		if columns[i], err = t.column(item); err != nil {
			return a, err
		}
	}
	for r := range t.rows {
		row := make([]float64, len(items))
		for i, col := range columns {
			if t.missing(r, col) {
				row[i] = math.NaN()
				continue
			}
			v, err := t.number(r, col)
			if err != nil {
				return a, err
			}
			if s, known := scale(items[i]); known && !s.Contains(v) {
				return a, centre.ErrorAt(centre.Invalid, t.at(r, col), "%v is off the scale %v to %v", v, s.Low, s.High)
			}
			row[i] = v
		}
		a.Rows = append(a.Rows, row)
	}
	return a, nil
}

func (c IndexPLS) resample(ctx context.Context, s Streams, t *table, p *pathmodel.PLS) error {
	o := pathmodel.BootstrapOptions{Draws: c.Bootstrap, Seed: c.Seed, Level: c.Level}
	if c.BootstrapRows != "" {
		rows, err := readDraws(c.BootstrapRows, c.RowsFrom, p.Rows)
		if err != nil {
			return err
		}
		o.Rows, o.Draws = rows, len(rows)
	}
	if o.Draws == 0 {
		return nil
	}
	if c.Cluster != "" {
		labels, err := t.texts(c.Cluster)
		if err != nil {
			return err
		}
		o.Cluster = stat.Labels(labels)
	}
	done := newProgress(s, "sentral index pls", "draws", o.Draws)
	o.Step = func() error { return done.step(ctx, 1) }
	return p.Bootstrap(ctx, o)
}

// readDraws reads bootstrap draws: a draw a line, its row numbers parted by commas, semicolons, tabs or spaces; a line of words is
// skipped as a header. A file with as many lines as respondents, and another number of columns, is read by columns. A file that
// begins with a bracket is a JSON list of lists.
func readDraws(name, from string, n int) ([][]int, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, centre.Errorf(centre.Invalid, "bootstrap rows: %w", err)
	}
	base := filepath.Base(name)
	draws, err := parseDraws(base, string(text))
	if err != nil {
		return nil, err
	}
	if len(draws) == 0 {
		return nil, centre.ErrorAt(centre.Invalid, base, "the file holds no draw")
	}
	if len(draws) == n && len(draws[0]) != n {
		draws = turned(draws)
	}
	if from == "1" || (from == "auto" && slices.Min(slices.Concat(draws...)) >= 1) {
		for _, d := range draws {
			for j := range d {
				d[j]--
			}
		}
	}
	return draws, nil
}

func parseDraws(base, text string) (draws [][]int, err error) {
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		if err := json.Unmarshal([]byte(text), &draws); err != nil {
			return nil, centre.ErrorAt(centre.Invalid, base, "%v: want a list of lists of row numbers", err)
		}
		draws = slices.DeleteFunc(draws, func(d []int) bool { return len(d) == 0 })
		return draws, nil
	}
	for i, line := range strings.Split(text, "\n") {
		cells := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;\t \r", r) })
		if len(cells) == 0 {
			continue
		}
		row := make([]int, len(cells))
		for j, cell := range cells {
			if row[j], err = strconv.Atoi(strings.Trim(cell, `"`)); err != nil {
				break
			}
		}
		if err != nil && len(draws) == 0 && i == 0 {
			continue
		}
		if err != nil {
			return nil, centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d", base, i+1), "%v: want whole row numbers", err)
		}
		draws = append(draws, row)
	}
	return draws, nil
}

// turned makes the columns rows; short lines end their columns early.
func turned(lines [][]int) [][]int {
	out := make([][]int, len(lines[0]))
	for _, line := range lines {
		for j := range min(len(out), len(line)) {
			out[j] = append(out[j], line[j])
		}
	}
	return out
}

func (c IndexPLS) groups(t *table, p *pathmodel.PLS, weights []float64) ([]plsGroup, error) {
	if c.By == "" {
		return nil, nil
	}
	names, err := t.texts(c.By)
	if err != nil {
		return nil, err
	}
	scores, err := p.Scores()
	if err != nil {
		return nil, err
	}
	sums, totals, count := map[string][]float64{}, map[string]float64{}, map[string]int{}
	for _, s := range scores {
		g, w := names[s.Row], 1.0
		if weights != nil {
			w = weights[s.Row]
		}
		if sums[g] == nil {
			sums[g] = make([]float64, len(s.Index))
		}
		for j, v := range s.Index {
			sums[g][j] += w * v
		}
		totals[g] += w
		count[g]++
	}
	var out []plsGroup
	for g, sum := range sums {
		if totals[g] == 0 {
			continue
		}
		group := plsGroup{Group: g, N: count[g], Index: map[string]float64{}}
		for j, construct := range p.Model.Constructs {
			group.Index[construct.Name] = sum[j] / totals[g]
		}
		out = append(out, group)
	}
	slices.SortFunc(out, func(a, b plsGroup) int { return strings.Compare(a.Group, b.Group) })
	return out, nil
}

// table lists every figure, one a row.
func (o plsOutput) table() (header []string, rows [][]string) {
	add := func(figure, from, to string, value string, s *pathmodel.Spread) {
		row := []string{figure, from, to, value, noValue, noValue, noValue}
		if s != nil {
			row[4], row[5], row[6] = decimal(s.SE, 6), decimal(s.Low, 6), decimal(s.High, 6)
		}
		rows = append(rows, row)
	}
	for _, i := range o.Index {
		add("index", i.Construct, i.Reason, orDash(i.Value, 4), i.Spread)
	}
	for _, r := range o.R2 {
		add("r2", r.Construct, "", decimal(r.Value, 9), r.Spread)
	}
	for _, p := range o.Paths {
		add("path", p.From, p.To, decimal(p.Value, 9), p.Spread)
	}
	for _, p := range o.TotalEffects {
		add("total_effect", p.From, p.To, decimal(p.Value, 9), p.Spread)
	}
	for _, w := range o.Weights {
		add("weight", w.Construct, w.Item, decimal(w.Value, 9), w.Spread)
	}
	for _, l := range o.Loadings {
		add("loading", l.Construct, l.Item, decimal(l.Value, 9), l.Spread)
	}
	for _, q := range o.Quality {
		add("alpha", q.Construct, "", orDash(q.Alpha, 6), nil)
		add("rho", q.Construct, "", orDash(q.Rho, 6), nil)
		add("ave", q.Construct, "", decimal(q.AVE, 6), nil)
	}
	for _, m := range o.Importance {
		add("importance", m.Construct, "", decimal(m.Importance, 6), nil)
	}
	for _, g := range o.Groups {
		for _, construct := range o.PLS.Model.Constructs {
			add("group_index", g.Group, construct.Name, decimal(g.Index[construct.Name], 4), nil)
		}
	}
	add("gof", "", "", decimal(o.GoF, 9), o.GoFSpread)
	add("iterations", "", "", strconv.Itoa(o.Iterations), nil)
	add("rows", "", "", strconv.Itoa(o.Rows), nil)
	add("missing_cells", o.Missing.Rule, "", strconv.Itoa(o.Missing.Cells), nil)
	return []string{"figure", "from", "to", "value", "se", "low", "high"}, rows
}

// plsPicture shows each construct's index with its limits.
func plsPicture(p *pathmodel.PLS) *plot.Chart {
	var dots plot.Dots
	var names []string
	for i, f := range p.Index {
		names = append(names, f.Construct)
		if f.Value == nil {
			continue
		}
		dots.X, dots.Y = append(dots.X, float64(i)), append(dots.Y, *f.Value)
		if p.Draws == nil {
			continue
		}
		low, high := math.NaN(), math.NaN()
		if f.Spread != nil {
			low, high = f.Low, f.High
		}
		dots.Low, dots.High = append(dots.Low, low), append(dots.High, high)
	}
	chart := &plot.Chart{Title: "Index by construct", X: plot.Axis{Categories: names}, Y: plot.Axis{Label: "index, 0-100"}}
	return chart.Add(dots)
}
