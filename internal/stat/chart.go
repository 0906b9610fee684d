package stat

import (
	"math"

	"sentral/internal/centre"
)

// Rule is a reason why a control chart speaks up.
type Rule uint8

// The rules (Western Electric 1956; NIST/SEMATECH e-Handbook 6.3.2).
const (
	BeyondLimits Rule = iota + 1 // one point outside three sigma
	EightOneSide                 // eight points in a row on one side of the centre
	TwoOfThree                   // two of three points in a row outside two sigma on the same side
	RangeBeyond                  // the step from the point before exceeds the limit of the moving range (XmR)
	CusumHigh                    // the upper cumulative sum exceeds h
	CusumLow                     // the lower cumulative sum exceeds h
)

var ruleNames = [...]string{"", "beyond_limits", "eight_one_side", "two_of_three", "range_beyond", "cusum_high", "cusum_low"}

// String names the rule as in JSON.
func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// ChartPoint is one point of a chart with the limits that hold there.
type ChartPoint struct {
	Value  float64 `json:"value"`
	Centre float64 `json:"centre"`
	Lower  float64 `json:"lower"`
	Upper  float64 `json:"upper"`
	Z      float64 `json:"z"`     // (value - centre) / sigma; 0 where the baseline does not vary
	Fired  []Rule  `json:"fired"` // the rules that this point completes
	Phase  int     `json:"phase"` // index into Chart.Phases
}

// ChartPhase is a stretch with one baseline.
type ChartPhase struct {
	Start    int     `json:"start"`    // index of its first point
	Baseline int     `json:"baseline"` // points that set its limits
	Frozen   bool    `json:"frozen"`   // the baseline is as long as asked for, and later points do not move it
	Centre   float64 `json:"centre"`
	Spread   float64 `json:"spread"` // XmR: mean moving range; Laney: sigma_z
	// RangeLimit is the upper limit of the moving range (XmR), else 0.
	RangeLimit float64 `json:"range_limit"`
}

// Chart is a control chart.
type Chart struct {
	Points []ChartPoint `json:"points"`
	Phases []ChartPhase `json:"phases"`
}

// ChartOptions settle the baseline.
type ChartOptions struct {
	Baseline int   // the first points of a phase that set its limits for good, 20 or more advised; 0: all points of the phase
	Changes  []int // rising indices of points at which a documented change begins a new phase
	Plain    bool  // Laney charts without sigma_z: the ordinary p, u or z chart
	Min, Max *float64
}

// d2 and D4 for moving ranges of two points (Montgomery, appendix VI).
const (
	d2OfTwo = 1.128
	d4OfTwo = 3.267
)

// XmR is the chart of single values, such as a weekly index: centre the mean, limits three times the mean moving range over 1.128
// from it, and 3.267 mean moving ranges as the limit of the step between two points.
func XmR(values []float64, o ChartOptions) (Chart, error) {
	if err := finite("value", values); err != nil {
		return Chart{}, err
	}
	return drawChart(len(values), o, func(c *Chart, p *ChartPhase, from, end int) {
		base := values[from : from+p.Baseline]
		p.Centre, _ = MeanSD(base)
		p.Spread = meanStep(base)
		p.RangeLimit = d4OfTwo * p.Spread
		for i := from; i < end; i++ {
			c.Points[i] = o.point(values[i], p.Centre, p.Spread/d2OfTwo)
			if i > from && math.Abs(values[i]-values[i-1]) > p.RangeLimit {
				c.Points[i].Fired = append(c.Points[i].Fired, RangeBeyond)
			}
		}
	})
}

// LaneyP is the p' chart of shares count/size over time: the limits of each point are three of its own binomial standard errors,
// widened by sigma_z = mean |z_t - z_(t-1)| / 1.128, so that large samples do not cry wolf (Laney 2002).
func LaneyP(counts, sizes []float64, o ChartOptions) (Chart, error) {
	if err := checkCounts(counts, sizes); err != nil {
		return Chart{}, err
	}
	for i, c := range counts {
		if c > sizes[i] {
			return Chart{}, centre.Errorf(centre.Invalid, "point %d counts %v of %v: a share cannot exceed 1", i+1, c, sizes[i])
		}
	}
	zero, one := 0.0, 1.0
	o.Min, o.Max = &zero, &one
	return laney(counts, sizes, o, func(p, n float64) float64 { return math.Sqrt(p * (1 - p) / n) })
}

// LaneyU is the u' chart of counts per unit, such as contacts per thousand customers; see LaneyP.
func LaneyU(counts, sizes []float64, o ChartOptions) (Chart, error) {
	if err := checkCounts(counts, sizes); err != nil {
		return Chart{}, err
	}
	zero := 0.0
	o.Min = &zero
	return laney(counts, sizes, o, func(u, n float64) float64 { return math.Sqrt(u / n) })
}

func laney(counts, sizes []float64, o ChartOptions, sigma func(rate, n float64) float64) (Chart, error) {
	values, errors := make([]float64, len(counts)), make([]float64, len(counts))
	for i := range counts {
		values[i] = counts[i] / sizes[i]
	}
	return drawChart(len(values), o, func(c *Chart, p *ChartPhase, from, end int) {
		p.Centre = Sum(counts[from:from+p.Baseline]) / Sum(sizes[from:from+p.Baseline])
		for i := from; i < end; i++ {
			errors[i] = sigma(p.Centre, sizes[i])
		}
		o.standardised(c, p, values, errors, from, end)
	})
}

// LaneyMean is the z' chart of means, such as the daily index, each with its own standard error: the centre weighs a day by
// 1/se^2, and the limits are widened by sigma_z as in LaneyP. Every se must be positive.
func LaneyMean(means, ses []float64, o ChartOptions) (Chart, error) {
	if len(means) != len(ses) {
		return Chart{}, centre.Errorf(centre.Invalid, "%d means with %d standard errors", len(means), len(ses))
	}
	if err := finite("mean", means); err != nil {
		return Chart{}, err
	}
	for i, s := range ses {
		if !positive(s) {
			return Chart{}, centre.Errorf(centre.Invalid, "standard error %d is %v: want a finite number above 0", i+1, s)
		}
	}
	return drawChart(len(means), o, func(c *Chart, p *ChartPhase, from, end int) {
		sum, weight := 0.0, 0.0
		for i := from; i < from+p.Baseline; i++ {
			w := 1 / (ses[i] * ses[i])
			sum, weight = sum+w*means[i], weight+w
		}
		p.Centre = sum / weight
		o.standardised(c, p, means, ses, from, end)
	})
}

// standardised fills the points of a phase whose points have their own standard errors.
func (o ChartOptions) standardised(c *Chart, p *ChartPhase, values, errors []float64, from, end int) {
	p.Spread = 1
	if !o.Plain {
		z := make([]float64, p.Baseline)
		for i := range z {
			if e := errors[from+i]; e > 0 {
				z[i] = (values[from+i] - p.Centre) / e
			}
		}
		p.Spread = meanStep(z) / d2OfTwo
	}
	for i := from; i < end; i++ {
		c.Points[i] = o.point(values[i], p.Centre, errors[i]*p.Spread)
	}
}

// drawChart divides n points into phases, has each filled by fill, and applies the rules.
func drawChart(n int, o ChartOptions, fill func(c *Chart, p *ChartPhase, from, end int)) (Chart, error) {
	if o.Baseline < 0 || o.Baseline == 1 {
		return Chart{}, centre.Errorf(centre.Invalid, "baseline of %d points: want 0 (all) or at least 2", o.Baseline)
	}
	starts := []int{0}
	for _, at := range o.Changes {
		if at <= starts[len(starts)-1] || at >= n {
			return Chart{}, centre.Errorf(centre.Invalid, "change at point %d: want rising indices from 1 to %d", at, n-1)
		}
		starts = append(starts, at)
	}
	c := Chart{Points: make([]ChartPoint, n)}
	for k, from := range starts {
		end := n
		if k+1 < len(starts) {
			end = starts[k+1]
		}
		p := ChartPhase{Start: from, Baseline: end - from}
		if o.Baseline > 0 && p.Baseline >= o.Baseline {
			p.Baseline, p.Frozen = o.Baseline, true
		}
		if p.Baseline < 2 {
			return Chart{}, centre.Errorf(centre.Invalid, "the chart's phase from point %d has %d points: want at least 2", from+1, p.Baseline)
		}
		fill(&c, &p, from, end)
		runRules(c.Points[from:end])
		for i := from; i < end; i++ {
			c.Points[i].Phase = k
		}
		c.Phases = append(c.Phases, p)
	}
	return c, nil
}

func (o ChartOptions) point(value, mid, sigma float64) ChartPoint {
	p := ChartPoint{Value: value, Centre: mid, Lower: mid - 3*sigma, Upper: mid + 3*sigma, Fired: []Rule{}}
	if sigma > 0 {
		p.Z = (value - mid) / sigma
	}
	if value < p.Lower || value > p.Upper {
		p.Fired = append(p.Fired, BeyondLimits)
	}
	if o.Min != nil {
		p.Lower = max(p.Lower, *o.Min)
	}
	if o.Max != nil {
		p.Upper = min(p.Upper, *o.Max)
	}
	return p
}

// runRules adds the rules that look back over several points.
func runRules(points []ChartPoint) {
	side, run := 0, 0
	for i := range points {
		p := &points[i]
		now := sign(p.Value - p.Centre)
		if now != 0 && now == side {
			run++
		} else {
			side, run = now, 1
		}
		if side != 0 && run >= 8 {
			p.Fired = append(p.Fired, EightOneSide)
		}
		if math.Abs(p.Z) > 2 {
			same := 1
			for back := max(0, i-2); back < i; back++ {
				if points[back].Z*float64(sign(p.Z)) > 2 {
					same++
				}
			}
			if same >= 2 {
				p.Fired = append(p.Fired, TwoOfThree)
			}
		}
	}
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// meanStep is the mean absolute difference of neighbours.
func meanStep(values []float64) float64 {
	steps := make([]float64, len(values)-1)
	for i := range steps {
		steps[i] = math.Abs(values[i+1] - values[i])
	}
	return Sum(steps) / float64(len(steps))
}

func checkCounts(counts, sizes []float64) error {
	if len(counts) != len(sizes) {
		return centre.Errorf(centre.Invalid, "%d counts with %d sizes", len(counts), len(sizes))
	}
	for i := range counts {
		if !atLeastZero(counts[i]) {
			return centre.Errorf(centre.Invalid, "count %d is %v: want a finite number of at least 0", i+1, counts[i])
		}
		if !positive(sizes[i]) {
			return centre.Errorf(centre.Invalid, "size %d is %v: want a finite number above 0 (leave out days without answers)", i+1, sizes[i])
		}
	}
	return nil
}
