package index

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// Contribution is all that a company shares of one cell (industry x channel x reason group) of one wave: sums, never rows.
type Contribution struct {
	Company       string
	N             int     // answers
	Sum           float64 // of s, each 0-100
	Squares       float64 // of s squared
	Frame         int     // contacts from which the answers were drawn; 0: not declared
	Questionnaire string  // version
	Weighting     string  // version
}

// Clamped cuts a contribution to what its declared numbers allow, so that a false one can move a figure only so far: N to the frame,
// the sum to 0..100 N, and the squares to what values of 0..100 with that sum can have.
func (c Contribution) Clamped() (Contribution, error) {
	if c.N < 0 || c.Frame < 0 || math.IsNaN(c.Sum+c.Squares) || math.IsInf(c.Sum+c.Squares, 0) {
		return c, centre.Errorf(centre.Invalid, "contribution of %s: n %d, frame %d, sum %v, squares %v", c.Company, c.N, c.Frame, c.Sum, c.Squares)
	}
	if c.Frame > 0 && c.N > c.Frame {
		scale := float64(c.Frame) / float64(c.N)
		c.N, c.Sum, c.Squares = c.Frame, c.Sum*scale, c.Squares*scale
	}
	if c.N == 0 {
		c.Sum, c.Squares = 0, 0
		return c, nil
	}
	n := float64(c.N)
	c.Sum = min(max(c.Sum, 0), 100*n)
	c.Squares = min(max(c.Squares, c.Sum*c.Sum/n), 100*c.Sum)
	return c, nil
}

// mean and standard error of the company's answers.
func (c Contribution) mean() (mean, se float64) {
	n := float64(c.N)
	mean = c.Sum / n
	return mean, math.Sqrt(max(c.Squares/n-mean*mean, 0) / (n - 1))
}

// PublicationRules say when a cell may be shown.
type PublicationRules struct {
	Companies  int     // at least so many, each with MinN; 0 means 5
	MinN       int     // a company with fewer answers is cut off; 0 means 50
	MaxWeight  float64 // no company may have a larger part of the answers; 0 means 0.25
	PriorShare float64 // p%-rule: the others without the second largest must be at least this part of the largest; 0 means 0.10
}

func (r PublicationRules) defaults() PublicationRules {
	if r.Companies == 0 {
		r.Companies = 5
	}
	if r.MinN == 0 {
		r.MinN = 50
	}
	if r.MaxWeight == 0 {
		r.MaxWeight = 0.25
	}
	if r.PriorShare == 0 {
		r.PriorShare = 0.10
	}
	return r
}

// BenchmarkCell is a cell of the benchmark as anybody may see it. Figures are nil, with the reason, when it may not be published.
type BenchmarkCell struct {
	Companies   int      `json:"companies"` // that count
	CutOff      int      `json:"cut_off"`   // companies with too few answers
	Published   bool     `json:"published"`
	Reason      string   `json:"reason,omitempty"`
	EqualMean   *float64 `json:"mean_of_companies"`
	VolumeMean  *float64 `json:"mean_of_answers"`
	MedianIndex *float64 `json:"median"`
}

// OwnView is what a company sees beside the cell: its own figure always, the others only as quartiles, and its rank with an interval.
type OwnView struct {
	Company   string        `json:"company"`
	N         int           `json:"n"`
	Mean      *MeanFigure   `json:"mean"`
	Quartiles *[3]float64   `json:"quartiles_of_others"`
	Rank      *stat.Rank    `json:"rank"`
	Cell      BenchmarkCell `json:"cell"`
}

// Benchmark joins the contributions to a cell.
func Benchmark(contributions []Contribution, r PublicationRules) (BenchmarkCell, error) {
	in, cell, err := r.defaults().admit(contributions)
	if err != nil {
		return BenchmarkCell{}, err
	}
	cell.fill(in)
	return cell, nil
}

// admit clamps, cuts off the small and judges the rest.
func (r PublicationRules) admit(contributions []Contribution) ([]Contribution, BenchmarkCell, error) {
	var cell BenchmarkCell
	var in []Contribution
	for i, c := range contributions {
		if slices.ContainsFunc(contributions[:i], func(o Contribution) bool { return o.Company == c.Company }) {
			return nil, cell, centre.Errorf(centre.Invalid, "company %s contributes twice to a cell", c.Company)
		}
		c, err := c.Clamped()
		if err != nil {
			return nil, cell, err
		}
		if c.N < r.MinN {
			cell.CutOff++
			continue
		}
		if len(in) > 0 && (c.Questionnaire != in[0].Questionnaire || c.Weighting != in[0].Weighting) {
			return nil, cell, centre.Errorf(centre.Conflict, "companies %s and %s use different questionnaire or weighting versions: they are different series", in[0].Company, c.Company)
		}
		in = append(in, c)
	}
	cell.Companies = len(in)
	cell.Reason = r.refusal(in)
	cell.Published = cell.Reason == ""
	return in, cell, nil
}

// refusal says why a cell may not be published; empty when it may.
func (r PublicationRules) refusal(in []Contribution) string {
	if len(in) < r.Companies {
		return "too few companies with enough answers"
	}
	total, sum := 0, 0.0
	var sums []float64
	for _, c := range in {
		total += c.N
		sum += c.Sum
		sums = append(sums, c.Sum)
	}
	for _, c := range in {
		if float64(c.N) > r.MaxWeight*float64(total) {
			return "one company has too large a part of the answers"
		}
	}
	slices.SortFunc(sums, func(a, b float64) int { return cmp.Compare(b, a) })
	if sum-sums[0]-sums[1] < r.PriorShare*sums[0] {
		return "one company could reckon another's sum too closely"
	}
	return ""
}

func (cell *BenchmarkCell) fill(in []Contribution) {
	if !cell.Published {
		return
	}
	var means []float64
	n, sum := 0.0, 0.0
	for _, c := range in {
		mean, _ := c.mean()
		means = append(means, mean)
		n += float64(c.N)
		sum += c.Sum
	}
	slices.Sort(means)
	cell.EqualMean = new(stat.Sum(means) / float64(len(means)))
	cell.VolumeMean = new(sum / n)
	cell.MedianIndex = new(stat.QuantileSorted(means, 0.5))
}

// Own is one company's view of a cell. seed steers the simulation of its rank.
func Own(company string, contributions []Contribution, rules PublicationRules, seed uint64, level float64) (OwnView, error) {
	in, cell, err := rules.defaults().admit(contributions)
	if err != nil {
		return OwnView{}, err
	}
	cell.fill(in)
	out := OwnView{Company: company, Cell: cell}
	at := slices.IndexFunc(contributions, func(c Contribution) bool { return c.Company == company })
	if at < 0 {
		return OwnView{}, centre.Errorf(centre.Missing, "company %s does not contribute to the cell", company)
	}
	own, err := contributions[at].Clamped()
	if err != nil {
		return OwnView{}, err
	}
	out.N = own.N
	if own.N > 1 {
		mean, se := own.mean()
		half := stat.TQuantile(0.5+level/2, float64(own.N-1)) * se
		ci := stat.Interval{Low: mean - half, High: mean + half}.Clamp(0, 100)
		out.Mean = &MeanFigure{Value: mean, SE: se, CI: &ci, Method: "t"}
	}
	mine := slices.IndexFunc(in, func(c Contribution) bool { return c.Company == company })
	if !cell.Published || mine < 0 {
		return out, nil
	}
	var y, se, others []float64
	for i, c := range in {
		mean, e := c.mean()
		y, se = append(y, mean), append(se, max(e, 1e-6))
		if i != mine {
			others = append(others, mean)
		}
	}
	q, err := stat.Quantiles(others, 0.25, 0.5, 0.75)
	if err != nil {
		return OwnView{}, err
	}
	out.Quartiles = (*[3]float64)(q)
	pooled, err := stat.Shrink(y, se)
	if err != nil {
		return OwnView{}, err
	}
	ranks, err := pooled.Ranks(stat.Stream(seed, "benchmark rank"), 0, level)
	if err != nil {
		return OwnView{}, err
	}
	out.Rank = &ranks[mine]
	return out, nil
}

// SamePattern tells whether two periods publish the same cells; a cell shown in one period only could be had by difference. It lists
// the cells to hide in both.
func SamePattern(before, after map[string]bool) (hide []string) {
	for cell, shown := range before {
		if shown != after[cell] {
			hide = append(hide, cell)
		}
	}
	for cell, shown := range after {
		if _, known := before[cell]; !known && shown {
			hide = append(hide, cell)
		}
	}
	slices.Sort(hide)
	return hide
}

// Standardised is a company's mean as it would be with the industry's mix of channels and reasons.
type Standardised struct {
	Raw      float64  `json:"raw"`
	Adjusted *float64 `json:"adjusted"`
	Covered  float64  `json:"covered"` // part of the industry's mix in which the company has answers
	Reason   string   `json:"reason,omitempty"`
}

// Standardise adjusts a company's figure for its mix: the mean of its stratum means, weighted by the industry's share of contacts in
// each stratum (channel x reason group). Strata in which the company has no answers are left out; under 80 % cover the adjusted
// figure is withheld.
func Standardise(company map[string]Contribution, industry map[string]float64) (Standardised, error) {
	var out Standardised
	total, weight, sum, n := 0.0, 0.0, 0.0, 0.0
	strata := make([]string, 0, len(industry))
	for stratum, share := range industry {
		if !(share >= 0) || math.IsInf(share, 0) {
			return out, centre.Errorf(centre.Invalid, "standardisation: stratum %s has the share %v", stratum, share)
		}
		total += share
		strata = append(strata, stratum)
	}
	slices.Sort(strata)
	for _, stratum := range strata {
		c, err := company[stratum].Clamped()
		if err != nil {
			return out, err
		}
		if c.N > 0 {
			weight += industry[stratum]
			sum += industry[stratum] * c.Sum / float64(c.N)
		}
	}
	raw := 0.0
	for _, stratum := range slices.Sorted(maps.Keys(company)) {
		c, err := company[stratum].Clamped()
		if err != nil {
			return out, err
		}
		n += float64(c.N)
		raw += c.Sum
	}
	if n == 0 || total == 0 {
		return out, centre.Errorf(centre.Invalid, "standardisation: the company has no answers, or the industry no contacts")
	}
	out.Raw, out.Covered = raw/n, weight/total
	if out.Covered < 0.8 {
		out.Reason = "the company has answers in too small a part of the industry's mix"
		return out, nil
	}
	out.Adjusted = new(sum / weight)
	return out, nil
}
