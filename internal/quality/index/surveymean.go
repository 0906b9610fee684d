package index

import (
	"math"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// meanFigure is the weighted mean of values that lie within bounds. Its interval is Student's t, cluster-robust where clusters are
// given, and the bootstrap's (BCa) under 30 values; it never leaves the bounds.
func meanFigure(values []float64, bounds Scale, o SurveyOptions) (MeanFigure, error) {
	if err := o.check(len(values)); err != nil {
		return MeanFigure{}, err
	}
	if len(values) == 1 {
		return MeanFigure{Value: values[0], Reason: "one answer has no interval"}, nil
	}
	design := stat.Design{Weight: o.Weights, Cluster: o.Cluster}
	alike := true
	for _, v := range values {
		alike = alike && v == values[0]
	}
	if alike {
		return MeanFigure{Value: values[0], Reason: "every answer is alike, so they do not tell how far they may be off"}, nil
	}
	if groups, err := stat.Groups(len(values), o.Cluster); err != nil {
		return MeanFigure{}, err
	} else if len(groups) < 2 {
		return MeanFigure{Value: weightedMean(values, o.Weights, nil), Reason: "all answers are of one cluster"}, nil
	}
	e, err := design.Mean(values, o.level())
	if err != nil {
		return MeanFigure{}, err
	}
	out := MeanFigure{Value: e.Value, SE: e.SE, Method: "t"}
	if o.Cluster != nil {
		out.Method = "cluster"
	}
	ci := e.CI
	if len(values) < fewAnswers {
		out.Method = "bca"
		b, err := stat.Bootstrap(stat.Stream(o.Seed, "few answers"), len(values), func(rows []int) (float64, error) {
			return weightedMean(values, o.Weights, rows), nil
		}, stat.BootstrapOptions{Method: stat.BCa, Level: o.level(), Cluster: o.Cluster})
		if err != nil {
			return MeanFigure{}, err
		}
		ci = b.CI
	}
	ci = ci.Clamp(bounds.Low, bounds.High)
	out.CI = &ci
	return out, nil
}

// weightedMean is the mean over the chosen rows, which may repeat; nil rows mean all.
func weightedMean(values, weights []float64, rows []int) float64 {
	sum, total := 0.0, 0.0
	add := func(r int) {
		w := 1.0
		if weights != nil {
			w = weights[r]
		}
		sum += w * values[r]
		total += w
	}
	for _, r := range rows {
		add(r)
	}
	if rows == nil {
		for r := range values {
			add(r)
		}
	}
	return sum / total
}

// shareFigure is the weighted share of answers that hold, with the Wilson interval at the effective number of answers: Kish's for
// weights, and p(1-p)/se^2 where clusters make it smaller.
func shareFigure(measure string, answers []float64, holds func(float64) bool, o SurveyOptions) (ShareFigure, error) {
	if err := o.check(len(answers)); err != nil {
		return ShareFigure{}, centre.Errorf(centre.Invalid, "%s: %w", measure, err)
	}
	count := 0
	ones := make([]float64, len(answers))
	for i, x := range answers {
		if holds(x) {
			ones[i] = 1
			count++
		}
	}
	if o.Weights == nil && o.Cluster == nil {
		return newShare(measure, count, len(answers), o.level())
	}
	p := weightedMean(ones, o.Weights, nil)
	n := effective(o.Weights, len(answers))
	if p > 0 && p < 1 && o.Cluster != nil {
		if e, err := (stat.Design{Weight: o.Weights, Cluster: o.Cluster}).Mean(ones, o.level()); err == nil && e.SE > 0 {
			n = min(n, p*(1-p)/(e.SE*e.SE))
		}
	}
	p = min(max(p, 0), 1)
	ci, err := stat.Wilson(p*n, n, o.level())
	if err != nil {
		return ShareFigure{}, centre.Errorf(centre.Invalid, "%s: %w", measure, err)
	}
	return ShareFigure{Measure: measure, Count: count, Of: len(answers), Share: &p, CI: &ci}, nil
}

// effective is Kish's effective number of answers.
func effective(weights []float64, n int) float64 {
	if weights == nil {
		return float64(n)
	}
	if _, e, err := stat.DesignEffect(weights); err == nil {
		return e
	}
	return 0
}

func (o SurveyOptions) check(n int) error {
	if o.Weights != nil {
		if err := CheckWeights(o.Weights, n); err != nil {
			return err
		}
	}
	if o.Cluster != nil && len(o.Cluster) != n {
		return centre.Errorf(centre.Invalid, "%d cluster labels for %d answers", len(o.Cluster), n)
	}
	if l := o.level(); !(l > 0 && l < 1) {
		return centre.Errorf(centre.Invalid, "confidence level %v: want a number between 0 and 1", l)
	}
	return nil
}

// CheckWeights refuses survey weights that are not as many as the rows, negative, without a value, or all zero.
func CheckWeights(weights []float64, rows int) error {
	if len(weights) != rows {
		return centre.Errorf(centre.Invalid, "%d weights for %d rows", len(weights), rows)
	}
	total := 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return centre.Errorf(centre.Invalid, "weight %d is %v: want a number of at least 0", i+1, w)
		}
		total += w
	}
	if rows > 0 && total == 0 {
		return centre.Errorf(centre.Invalid, "the weights of all rows are zero")
	}
	return nil
}
