package pathmodel

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/quality/index"
)

// Answers is a table of answers: a row a respondent, a column an item. A missing answer ("don't know", not asked) is NaN.
type Answers struct {
	Columns []string
	Rows    [][]float64
	Weights []float64 // a survey weight a row, >= 0; nil: every row counts once
}

// MissingRule says what to do with a row that lacks an answer.
type MissingRule uint8

// The rules. MeanReplace fills the item's (weighted) mean in, as SmartPLS and seminr do; it keeps the respondent but makes the item
// vary less. DropRows leaves the respondent out, as semPLS does. RefuseMissing gives an error that names the first.
const (
	MeanReplace MissingRule = iota
	DropRows
	RefuseMissing
)

var missingRules = []string{"mean", "drop", "refuse"}

// String names the rule: mean, drop or refuse.
func (r MissingRule) String() string { return missingRules[r] }

// ParseMissingRule reads mean, drop or refuse.
func ParseMissingRule(s string) (MissingRule, error) {
	if i := slices.Index(missingRules, s); i >= 0 {
		return MissingRule(i), nil
	}
	return 0, centre.Errorf(centre.Invalid, "missing answers: %q: want one of %s", s, strings.Join(missingRules, ", "))
}

// Missing tells how many answers were missing and what was done.
type Missing struct {
	Rule  string `json:"rule"`
	Cells int    `json:"cells"` // answers that were missing
	Rows  int    `json:"rows"`  // respondents who lacked at least one
}

// warnMissing is the share of an item's answers above which mean replacement is warned of.
const warnMissing = 0.05

// block is the answers to a model's items, complete, with their weights.
type block struct {
	items   []string
	rows    [][]float64
	weights []float64 // nil: all 1
	kept    []int     // the row of the table that each row was
	missing Missing
	warn    []string
}

// complete picks the items out of the table and deals with missing answers by the rule.
func (a Answers) complete(items []string, rule MissingRule) (*block, error) {
	b := &block{items: items, missing: Missing{Rule: rule.String()}}
	if a.Weights != nil {
		if err := index.CheckWeights(a.Weights, len(a.Rows)); err != nil {
			return nil, err
		}
		b.weights = []float64{}
	}
	columns := make([]int, len(items))
	for i, item := range items {
		if columns[i] = slices.Index(a.Columns, item); columns[i] < 0 {
			return nil, centre.Errorf(centre.Invalid, "the data have no column %s", item)
		}
	}
	for r, row := range a.Rows {
		x := make([]float64, len(items))
		lacks := false
		for i, c := range columns {
			x[i] = row[c]
			if math.IsInf(x[i], 0) {
				return nil, centre.Errorf(centre.Invalid, "row %d, %s: infinite", r+1, items[i])
			}
			if !math.IsNaN(x[i]) {
				continue
			}
			if rule == RefuseMissing {
				return nil, centre.Errorf(centre.Invalid, "row %d lacks an answer to %s", r+1, items[i])
			}
			lacks = true
			b.missing.Cells++
		}
		if lacks {
			b.missing.Rows++
			if rule == DropRows {
				continue
			}
		}
		b.rows = append(b.rows, x)
		b.kept = append(b.kept, r)
		if a.Weights != nil {
			b.weights = append(b.weights, a.Weights[r])
		}
	}
	if len(b.rows) == 0 {
		return nil, centre.Errorf(centre.Invalid, "no row of %d has every answer", len(a.Rows))
	}
	return b, b.replaceMissing()
}

// replaceMissing fills each gap with the mean of the item's given answers, and warns where they are many.
func (b *block) replaceMissing() error {
	for i, item := range b.items {
		sum, total, gaps := 0.0, 0.0, 0
		for r, row := range b.rows {
			if math.IsNaN(row[i]) {
				gaps++
				continue
			}
			w := b.weight(r)
			sum += w * row[i]
			total += w
		}
		if gaps == 0 {
			continue
		}
		if total == 0 {
			return centre.Errorf(centre.Invalid, "nobody answered %s", item)
		}
		if share := float64(gaps) / float64(len(b.rows)); share > warnMissing {
			b.warn = append(b.warn, fmt.Sprintf("%s: %.1f %% of its answers are missing and were replaced by its mean, which weakens its relations", item, 100*share))
		}
		for _, row := range b.rows {
			if math.IsNaN(row[i]) {
				row[i] = sum / total
			}
		}
	}
	return nil
}

func (b *block) weight(row int) float64 {
	if b.weights == nil {
		return 1
	}
	return b.weights[row]
}

// checkConstant refuses an item to which everybody gives the same answer.
func (b *block) checkConstant() error {
	for i, item := range b.items {
		first, varies := math.NaN(), false
		for r, row := range b.rows {
			if b.weight(r) == 0 {
				continue
			}
			if math.IsNaN(first) {
				first = row[i]
			}
			varies = varies || row[i] != first
		}
		if !varies {
			return centre.Errorf(centre.Invalid, "item %s is constant: every answer is %v", item, first)
		}
	}
	return nil
}

// moments are the weighted means and population covariances (divisor: the sum of weights) of a block's items.
type moments struct {
	mean []float64
	cov  [][]float64
}

// momentsOf reckons the moments of the chosen rows, which may repeat; nil means every row once. It reuses into's memory.
func (b *block) momentsOf(rows []int, into *moments) error {
	p := len(b.items)
	if into.mean == nil {
		into.mean = make([]float64, p)
		into.cov = make([][]float64, p)
		for i := range into.cov {
			into.cov[i] = make([]float64, p)
		}
	}
	count := make([]float64, len(b.rows))
	if rows == nil {
		for r := range count {
			count[r] = b.weight(r)
		}
	}
	for _, r := range rows {
		count[r] += b.weight(r)
	}
	clear(into.mean)
	total := 0.0
	for r, c := range count {
		total += c
		for i, x := range b.rows[r] {
			into.mean[i] += c * x
		}
	}
	if !(total > 0) {
		return centre.Errorf(centre.Invalid, "the weights of all rows are zero")
	}
	for i := range into.mean {
		into.mean[i] /= total
		clear(into.cov[i])
	}
	centred := make([]float64, p)
	for r, c := range count {
		if c == 0 {
			continue
		}
		for i, x := range b.rows[r] {
			centred[i] = x - into.mean[i]
		}
		for i, d := range centred {
			cov, cd := into.cov[i][:i+1], c*d
			for j := range cov {
				cov[j] += cd * centred[j]
			}
		}
	}
	for i := range p {
		for j := range i + 1 {
			into.cov[i][j] /= total
			into.cov[j][i] = into.cov[i][j]
		}
	}
	return nil
}
