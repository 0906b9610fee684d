package stat_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/stat"
)

// Brownlee's stack loss: the L1 fit is in every text on the subject (Koenker, Quantile Regression, and R's example of rq).
func TestQuantileRegressionOfStackLoss(t *testing.T) {
	air := []float64{80, 80, 75, 62, 62, 62, 62, 62, 58, 58, 58, 58, 58, 58, 50, 50, 50, 50, 50, 56, 70}
	water := []float64{27, 27, 25, 24, 22, 23, 24, 24, 23, 18, 18, 17, 18, 19, 18, 18, 19, 19, 20, 20, 20}
	acid := []float64{89, 88, 90, 87, 87, 87, 93, 93, 87, 80, 89, 88, 82, 93, 89, 86, 72, 79, 80, 82, 91}
	loss := []float64{42, 37, 37, 28, 18, 18, 19, 20, 15, 14, 14, 13, 11, 12, 8, 7, 8, 8, 9, 15, 15}
	var x [][]float64
	for i := range air {
		x = append(x, []float64{1, air[i], water[i], acid[i]})
	}
	fit, err := stat.QuantileRegression(x, loss, 0.5, nil)
	must(t, fit, err)
	for j, want := range []float64{-39.68985507, 0.83188406, 0.57391304, -0.06086957} {
		near(t, "coefficient", fit.Coef[j], want, 5e-9)
	}
}

// lossAt is the objective at given coefficients.
func lossAt(x [][]float64, y []float64, tau float64, w, coef []float64) float64 {
	total := 0.0
	for i, row := range x {
		fitted := 0.0
		for j, v := range row {
			fitted += v * coef[j]
		}
		total += w[i] * stat.PinballLoss(y[i], fitted, tau)
	}
	return total
}

// cheapestVertex tries every basis.
func cheapestVertex(x [][]float64, y []float64, tau float64, w []float64) float64 {
	n, p := len(y), len(x[0])
	best := math.Inf(1)
	basis := make([]int, 0, p)
	var walk func(from int)
	walk = func(from int) {
		if len(basis) == p {
			m, right := mat.NewDense(p, p, nil), mat.NewVecDense(p, nil)
			for k, i := range basis {
				m.SetRow(k, x[i])
				right.SetVec(k, y[i])
			}
			var coef mat.VecDense
			if math.Abs(mat.Det(m)) > 1e-9 && coef.SolveVec(m, right) == nil {
				best = min(best, lossAt(x, y, tau, w, coef.RawVector().Data))
			}
			return
		}
		for i := from; i < n; i++ {
			basis = append(basis, i)
			walk(i + 1)
			basis = basis[:len(basis)-1]
		}
	}
	walk(0)
	return best
}

// Small problems full of ties, repeated rows, zero weights and whole numbers: the loss must be that of the best of all vertices.
func TestQuantileRegressionIsExact(t *testing.T) {
	r := stat.Stream(11, "vertices")
	for trial := range 300 {
		n, p := 6+r.IntN(9), 1+r.IntN(3)
		x, y, w := make([][]float64, n), make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = []float64{1}
			for range p - 1 {
				if trial%2 == 0 {
					x[i] = append(x[i], float64(r.IntN(4)))
				} else {
					x[i] = append(x[i], r.Normal())
				}
			}
			y[i] = float64(r.IntN(5))
			if trial%3 == 0 {
				y[i] = 1e6 + r.Normal()
			}
			w[i] = 1 + float64(r.IntN(3))
			if trial%5 == 0 && i > 4 {
				w[i] = float64(r.IntN(2))
			}
		}
		tau := []float64{.05, .25, .5, .9}[trial%4]
		want := cheapestVertex(x, y, tau, w)
		fit, err := stat.QuantileRegression(x, y, tau, w)
		if math.IsInf(want, 1) {
			refused(t, "dependent columns", err)
			continue
		}
		if err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		if math.Abs(fit.Loss-want) > 1e-8*(1+want) {
			t.Fatalf("trial %d: n %d, p %d, tau %v: loss %.12g, best vertex %.12g", trial, n, p, tau, fit.Loss, want)
		}
	}
}

func TestQuantileRegressionOfManyRows(t *testing.T) {
	const n = 6000
	r := stat.Stream(12, "many")
	x, y := make([][]float64, n), make([]float64, n)
	below := 0
	for i := range x {
		queue, agents := float64(r.IntN(12)), float64(5+r.IntN(10))
		x[i] = []float64{1, queue, agents, queue / agents}
		y[i] = math.Round(20 + 15*queue - 2*agents + (5+3*queue)*r.Exponential(1))
	}
	fit, err := stat.QuantileRegression(x, y, 0.8, nil)
	must(t, fit, err)
	for i := range y {
		if y[i] < fit.Predict(x[i]) {
			below++
		}
	}
	near(t, "share below the 0.8 plane", float64(below)/n, 0.8, 0.01)
	if fit.Steps > 400 {
		t.Errorf("%d exchanges", fit.Steps)
	}
	for range 2000 { // no small step in any direction gains anything
		c := slices.Clone(fit.Coef)
		for j := range c {
			c[j] += math.Pow(10, -1-5*r.Float64()) * r.Normal()
		}
		if l := lossAt(x, y, 0.8, ones(n), c); l < fit.Loss-1e-7*fit.Loss {
			t.Fatalf("coefficients %v lose %v, the fit %v", c, l, fit.Loss)
		}
	}
}

func TestQuantileRegressionRefuses(t *testing.T) {
	y := []float64{1, 2, 3, 4}
	for what, x := range map[string][][]float64{
		"dependent columns": {{1, 2}, {1, 2}, {1, 2}, {1, 2}}, "a zero column": {{1, 0}, {1, 0}, {1, 0}, {1, 0}},
		"few rows": {{1}, {1}}, "ragged rows": {{1}, {1, 2}, {1}, {1}}, "no number": {{1}, {math.NaN()}, {1}, {1}}, "no columns": {{}, {}, {}, {}},
	} {
		_, err := stat.QuantileRegression(x, y, .5, nil)
		refused(t, what, err)
	}
	_, err := stat.QuantileRegression([][]float64{{1}, {1}, {1}, {1}}, y, 1, nil)
	refused(t, "level 1", err)
	fit, err := stat.QuantileRegression([][]float64{{1}, {1}, {1}, {1}}, []float64{5, 5, 5, 5}, .3, nil)
	must(t, fit, err)
	near(t, "constant", fit.Coef[0], 5, 0)
}

// Freireich et al. (1963), remission in weeks under 6-MP: the example of every text on survival.
func TestKaplanMeierOfTheLeukaemiaTrial(t *testing.T) {
	weeks := []float64{6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35}
	relapse := []bool{true, true, true, false, true, false, true, false, false, true, true, false, false, false, true, true, false, false, false, false, false}
	c, err := stat.KaplanMeier(weeks, relapse)
	must(t, c, err)
	for at, want := range map[float64][2]float64{
		6: {.857, .0764}, 7: {.807, .0869}, 10: {.753, .0963}, 13: {.690, .1068}, 16: {.627, .1141}, 22: {.538, .1282}, 23: {.448, .1346},
	} {
		near(t, "S", c.At(at), want[0], 5e-4)
		for _, s := range c.Steps {
			if s.Time == at {
				near(t, "se", s.SE, want[1], 5e-5)
			}
		}
	}
	near(t, "S(5)", c.At(5), 1, 0)
	near(t, "S(9)", c.At(9), .8067, 5e-5)
	median, reached := c.Quantile(0.5)
	if !reached || median != 23 {
		t.Errorf("median %v", median)
	}
	if _, reached := c.Quantile(0.9); reached {
		t.Error("the curve does not fall to 0.1")
	}
	mean, se, err := c.RestrictedMean(35)
	must(t, mean, err)
	near(t, "restricted mean", mean, 23.287, 5e-4) // R: print(survfit(...), rmean = 35) gives 23.29, se 2.83
	near(t, "its se", se, 2.827, 5e-3)
	ci, err := c.Interval(23, .95)
	must(t, ci, err)
	near(t, "low", ci.Low, .188, 5e-4) // R: conf.type = "log-log"
	near(t, "high", ci.High, .680, 5e-4)
}

func TestSmoothSurvivalDrawsBackItsCurve(t *testing.T) {
	r := stat.Stream(3, "patience")
	var waits []float64
	var lost []bool
	for range 3000 {
		patience, wait := r.Exponential(200), r.Exponential(150)
		waits = append(waits, math.Round(min(patience, wait)))
		lost = append(lost, patience < wait)
	}
	c, err := stat.KaplanMeier(waits, lost)
	must(t, c, err)
	for _, at := range []float64{0.5, 10, 100, 300, 2000} {
		s := c.Smooth(at)
		near(t, "S", s, math.Exp(-at/200), .06)
		near(t, "inverse", c.Inverse(s), at, 1e-6*at)
	}
	over := 0.0
	for range 20000 {
		if c.Draw(r) > 100 {
			over++
		}
	}
	near(t, "drawn beyond 100 s", over/20000, c.Smooth(100), .012)
	dead, err := stat.KaplanMeier([]float64{1, 2, 4}, []bool{true, true, true})
	must(t, dead, err)
	near(t, "half way down", dead.Smooth(3), 1.0/6, 1e-12)
	near(t, "and back", dead.Inverse(1.0/6), 3, 1e-12)
	near(t, "beyond", dead.Smooth(5), 0, 0)
	_, err = stat.KaplanMeier([]float64{1, 2}, []bool{false, false})
	refused(t, "nobody hung up", err)
	_, err = stat.KaplanMeier([]float64{-1}, []bool{true})
	refused(t, "a negative wait", err)
	_, err = stat.KaplanMeier(nil, nil)
	refused(t, "no waits", err)
}

func TestLognormalMixtureFindsItsParts(t *testing.T) {
	truth := stat.LognormalMixture{Components: []stat.LognormalPart{{Weight: .3, Mu: 2, Sigma: .4}, {Weight: .7, Mu: 5, Sigma: .7}}}
	r := stat.Stream(8, "handling")
	values := make([]float64, 3000)
	for i := range values {
		values[i] = truth.Draw(r)
	}
	fit, err := stat.FitLognormalBest(values, 4)
	must(t, fit, err)
	if len(fit.Components) != 2 {
		t.Fatalf("BIC chose %d components: %+v", len(fit.Components), fit.Components)
	}
	for i, c := range fit.Components {
		near(t, "weight", c.Weight, truth.Components[i].Weight, .03)
		near(t, "mu", c.Mu, truth.Components[i].Mu, .06)
		near(t, "sigma", c.Sigma, truth.Components[i].Sigma, .05)
	}
	near(t, "mean", fit.Mean(), truth.Mean(), .04*truth.Mean())
	near(t, "sd", fit.SD(), truth.SD(), .12*truth.SD())
	for _, p := range []float64{.01, .3, .5, .99} {
		near(t, "quantile and back", fit.CDF(fit.Quantile(p)), p, 1e-12)
	}
	one, err := stat.FitLognormal(values, 1)
	must(t, one, err)
	mean, sd := 0.0, 0.0
	logs := make([]float64, len(values))
	for i, v := range values {
		logs[i] = math.Log(v)
	}
	mean, sd = stat.MeanSD(logs)
	near(t, "mu of one", one.Components[0].Mu, mean, 1e-9)
	near(t, "sigma of one", one.Components[0].Sigma, sd*math.Sqrt(2999.0/3000), 1e-9)
	if one.Distance < 3*fit.Distance || one.BIC < fit.BIC {
		t.Errorf("one component is %v off, two %v", one.Distance, fit.Distance)
	}
	few := values[:200]
	right, err := stat.FitLognormal(few, 2)
	must(t, right, err)
	good, err := right.GoodnessOfFit(r.Split(1), len(few), 60)
	if must(t, good, err) < .05 {
		t.Errorf("the right model has p = %v", good)
	}
	wrong, err := stat.FitLognormal(few, 1)
	must(t, wrong, err)
	bad, err := wrong.GoodnessOfFit(r.Split(2), len(few), 60)
	if must(t, bad, err) > .05 {
		t.Errorf("the wrong model has p = %v", bad)
	}
}

func TestLognormalMixtureOfAwkwardValues(t *testing.T) {
	repeated := make([]float64, 60)
	for i := range repeated {
		repeated[i] = 10
		if i%2 == 0 {
			repeated[i] = 10 + float64(i)
		}
	}
	fit, err := stat.FitLognormal(repeated, 3)
	must(t, fit, err)
	for _, c := range fit.Components {
		if !(c.Sigma > 0) || math.IsNaN(c.Mu) || !(c.Weight > 0) {
			t.Errorf("component %+v", c)
		}
	}
	for what, values := range map[string][]float64{
		"a zero": {1, 2, 0, 4, 5}, "too few": {1, 2}, "no spread": {3, 3, 3, 3, 3}, "no number": {1, 2, 3, 4, math.NaN()}, "nothing": nil,
	} {
		_, err := stat.FitLognormal(values, 1)
		refused(t, what, err)
	}
}

func TestAccuracyMeasures(t *testing.T) {
	actual, forecast := []float64{10, 20, 30, 40}, []float64{12, 18, 33, 40}
	wape, err := stat.WAPE(actual, forecast)
	near(t, "WAPE", must(t, wape, err), .07, 1e-12)
	rmse, err := stat.RMSE(actual, forecast)
	near(t, "RMSE", must(t, rmse, err), math.Sqrt(17.0/4), 1e-12)
	bias, err := stat.Bias(actual, forecast)
	near(t, "bias", must(t, bias, err), .75, 1e-12)
	pinball, err := stat.Pinball(actual, [][]float64{forecast, {20, 20, 20, 20}}, []float64{.5, .9})
	near(t, "pinball", must(t, pinball, err), (.5*(2+2+3)+.1*10+.9*(0+10+20))/8, 1e-12)
	coverage, err := stat.Coverage(actual, []float64{10, 21, 0, 0}, []float64{10, 30, 50, 39})
	near(t, "coverage", must(t, coverage, err), .5, 0)
	_, err = stat.WAPE([]float64{0, 0}, []float64{1, 1})
	refused(t, "WAPE of nothing", err)
	_, err = stat.RMSE(actual, forecast[:2])
	refused(t, "fewer forecasts", err)
	_, err = stat.Coverage(actual, actual, []float64{1, 2, 3, math.NaN()})
	refused(t, "a limit that is no number", err)
}

func TestBrierScoreDecomposes(t *testing.T) {
	p := []float64{.1, .1, .1, .1, .1, .8, .8, .8, .8, .8}
	e := []bool{false, false, false, false, true, true, true, true, true, false}
	b, err := stat.Brier(p, e, 0, .95)
	must(t, b, err)
	near(t, "score", b.Score, (4*.01+.81+4*.04+.64)/10, 1e-12)
	near(t, "climatology", b.Climatology, .25, 1e-12)
	near(t, "reliability", b.Reliability, .005, 1e-12)
	near(t, "resolution", b.Resolution, .09, 1e-12)
	near(t, "sum", b.Reliability-b.Resolution+b.Climatology+b.Within, b.Score, 1e-12)
	near(t, "worst gap", b.WorstGap, .1, 1e-12)
	if len(b.Bins) != 2 || b.Bins[1].N != 5 || b.Bins[1].Low != .8 {
		t.Errorf("bins %+v", b.Bins)
	}
	r := stat.Stream(2, "brier")
	var forecasts []float64
	var events []bool
	for range 3000 {
		f := r.Float64()
		forecasts, events = append(forecasts, f), append(events, r.Bool(f))
	}
	fair, err := stat.Brier(forecasts, events, 10, .95)
	must(t, fair, err)
	near(t, "sum with spread inside the bins", fair.Reliability-fair.Resolution+fair.Climatology+fair.Within, fair.Score, 1e-12)
	if fair.WorstGap > .06 || fair.Skill < .25 {
		t.Errorf("a fair forecast has gap %v and skill %v", fair.WorstGap, fair.Skill)
	}
	always, err := stat.Brier([]float64{1, 1}, []bool{true, true}, 10, .95)
	must(t, always, err)
	near(t, "skill where all happened", always.Skill, 0, 0)
	_, err = stat.Brier([]float64{1.1}, []bool{true}, 10, .95)
	refused(t, "probability 1.1", err)
}
