package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// IndexRake weights answers to the population's margins.
type IndexRake struct {
	Data    string   `required:"" placeholder:"FILE" help:"Answers: a row an answer; - is standard input."`
	Margin  []string `sep:"none" placeholder:"COLUMN:A=1,B=2" help:"A column and the population of each of its categories; repeat for more margins."`
	Margins string   `placeholder:"FILE" help:"The margins as a file with the columns margin, category, target."`
	Base    string   `placeholder:"COLUMN" help:"Design weights to start from; without it every answer weighs 1."`
	Trim    float64  `default:"0" help:"Cut weights at this many times their median and rake again; 0 does not, 5 is usual."`
	Mean    []string `placeholder:"COLUMN,..." help:"Give the weighted mean of these columns."`
	Total   []string `placeholder:"COLUMN,..." help:"Give the weighted total of these columns."`
	Cluster string   `placeholder:"COLUMN" help:"Sampled clusters, for the standard errors."`
	FPC     string   `name:"fpc" placeholder:"COLUMN" help:"Clusters (or rows) in the population, for the finite-population correction."`
	Level   float64  `default:"0.95" help:"Confidence level."`
	OutputFlags
}

// rakeCell is a combination of categories and the weight of its answers.
type rakeCell struct {
	Cell   string  `json:"cell"`
	N      int     `json:"n"`
	Weight float64 `json:"weight"` // mean; all alike when the base weights are
}

// rakeFigure is a weighted mean or total.
type rakeFigure struct {
	Column string `json:"column"`
	stat.Estimate
}

// rakeOutput is what --json prints.
type rakeOutput struct {
	stat.Raked
	Cells  []rakeCell   `json:"cells"`
	Means  []rakeFigure `json:"means"`
	Totals []rakeFigure `json:"totals"`
}

// Run rakes and prints.
func (c IndexRake) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	margins, err := c.margins(t, s)
	if err != nil {
		return err
	}
	base, err := t.weights(c.Base)
	if err != nil {
		return err
	}
	if base == nil {
		base = slices.Repeat([]float64{1}, len(t.rows))
	}
	raked, err := stat.Rake(base, margins, stat.RakeOptions{Trim: c.Trim})
	if err != nil {
		return err
	}
	out := rakeOutput{Raked: raked, Cells: rakeCells(margins, raked.Weight), Means: []rakeFigure{}, Totals: []rakeFigure{}}
	var design stat.Design
	if c.Cluster != "" {
		labels, err := t.texts(c.Cluster)
		if err != nil {
			return err
		}
		design.Cluster = stat.Labels(labels)
	}
	if design.Population, err = t.weights(c.FPC); err != nil {
		return err
	}
	if out.Means, err = c.figures(t, c.Mean, func(v []float64) (stat.Estimate, error) { return raked.Mean(v, design, c.Level) }); err != nil {
		return err
	}
	if out.Totals, err = c.figures(t, c.Total, func(v []float64) (stat.Estimate, error) { return raked.Total(v, design, c.Level) }); err != nil {
		return err
	}
	c.warn(s, raked)
	header, rows := out.table()
	return c.print(s.Out, out, header, rows)
}

func (c IndexRake) warn(s Streams, r stat.Raked) {
	if r.Deff > 2 {
		fmt.Fprintf(s.Err, "warning: the design effect is %.2f: over 2 the weights cost more than half of the answers\n", r.Deff)
	}
	for _, small := range r.Small {
		fmt.Fprintf(s.Err, "warning: %s = %s has %d answers: merge categories with fewer than 20\n", small.Margin, small.Category, small.N)
	}
	if r.OverCap > 0 {
		fmt.Fprintf(s.Err, "warning: %d weights exceed the cap of %.4g, since the margins cannot be met under it\n", r.OverCap, r.Cap)
	}
}

func (c IndexRake) figures(t *table, columns []string, reckon func([]float64) (stat.Estimate, error)) ([]rakeFigure, error) {
	out := []rakeFigure{}
	for _, name := range columns {
		values, err := t.numbers(name)
		if err != nil {
			return nil, err
		}
		e, err := reckon(values)
		if err != nil {
			return nil, err
		}
		out = append(out, rakeFigure{Column: name, Estimate: e})
	}
	return out, nil
}

// margins reads the margins from the flags and the file.
func (c IndexRake) margins(t *table, s Streams) ([]stat.Margin, error) {
	var out []stat.Margin
	target := func(column, category string, value float64) error {
		i := slices.IndexFunc(out, func(m stat.Margin) bool { return m.Name == column })
		if i < 0 {
			texts, err := t.texts(column)
			if err != nil {
				return err
			}
			i = len(out)
			out = append(out, stat.Margin{Name: column, Category: texts, Target: map[string]float64{}})
		}
		if _, twice := out[i].Target[category]; twice {
			return centre.Errorf(centre.Invalid, "margin %s gives category %s twice", column, category)
		}
		out[i].Target[category] = value
		return nil
	}
	for _, m := range c.Margin {
		column, rest, ok := strings.Cut(m, ":")
		if !ok {
			return nil, centre.Errorf(centre.Invalid, "--margin %q: want COLUMN:CATEGORY=NUMBER,...", m)
		}
		for part := range strings.SplitSeq(rest, ",") {
			at := strings.LastIndexByte(part, '=')
			if at < 0 {
				return nil, centre.Errorf(centre.Invalid, "--margin %q: %q is not CATEGORY=NUMBER", m, part)
			}
			value, err := strconv.ParseFloat(part[at+1:], 64)
			if err != nil {
				return nil, centre.Errorf(centre.Invalid, "--margin %q: %q is not a number", m, part[at+1:])
			}
			if err := target(column, part[:at], value); err != nil {
				return nil, err
			}
		}
	}
	if c.Margins != "" {
		file, err := readTable(c.Margins, s.In)
		if err != nil {
			return nil, err
		}
		names, err1 := file.texts("margin")
		categories, err2 := file.texts("category")
		targets, err3 := file.numbers("target")
		for _, err := range []error{err1, err2, err3} {
			if err != nil {
				return nil, err
			}
		}
		for r, name := range names {
			if err := target(name, categories[r], targets[r]); err != nil {
				return nil, err
			}
		}
	}
	if len(out) == 0 {
		return nil, centre.Errorf(centre.Invalid, "no margin is given: use --margin COLUMN:A=1,B=2 or --margins FILE")
	}
	return out, nil
}

func rakeCells(margins []stat.Margin, weights []float64) []rakeCell {
	var out []rakeCell
	at := map[string]int{}
	for r, w := range weights {
		var parts []string
		for _, m := range margins {
			parts = append(parts, m.Category[r])
		}
		name := strings.Join(parts, "-")
		i, seen := at[name]
		if !seen {
			i = len(out)
			at[name] = i
			out = append(out, rakeCell{Cell: name})
		}
		out[i].N++
		out[i].Weight += w
	}
	for i := range out {
		out[i].Weight /= float64(out[i].N)
	}
	slices.SortFunc(out, func(a, b rakeCell) int { return strings.Compare(a.Cell, b.Cell) })
	return out
}

func (o rakeOutput) table() (header []string, rows [][]string) {
	add := func(what, name string, value float64, decimals int, e *stat.Estimate) {
		row := []string{what, name, decimal(value, decimals), noValue, noValue, noValue}
		if e != nil {
			row[3], row[4], row[5] = decimal(e.SE, decimals), decimal(e.CI.Low, decimals), decimal(e.CI.High, decimals)
		}
		rows = append(rows, row)
	}
	for _, c := range o.Cells {
		add("weight", c.Cell, c.Weight, 6, nil)
	}
	for _, m := range o.Means {
		add("mean", m.Column, m.Value, 6, &m.Estimate)
	}
	for _, m := range o.Totals {
		add("total", m.Column, m.Value, 3, &m.Estimate)
	}
	add("deff", "", o.Deff, 6, nil)
	add("effective_n", "", o.EffectiveN, 3, nil)
	add("rounds", "", float64(o.Rounds), 0, nil)
	return []string{"figure", "of", "value", "se", "low", "high"}, rows
}
