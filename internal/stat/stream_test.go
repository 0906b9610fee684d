package stat_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"sentral/internal/stat"
)

func TestStreamsRepeatAndDiffer(t *testing.T) {
	head := func(r *stat.Rand) [3]uint64 { return [3]uint64{r.Uint64(), r.Uint64(), r.Uint64()} }
	streams := map[string]*stat.Rand{
		"arrivals":       stat.Stream(7, "arrivals"),
		"patience":       stat.Stream(7, "patience"),
		"other seed":     stat.Stream(8, "arrivals"),
		"replication 0":  stat.Stream(7, "arrivals", 0),
		"replication 1":  stat.Stream(7, "arrivals", 1),
		"two keys":       stat.Stream(7, "arrivals", 1, 0),
		"keys exchanged": stat.Stream(7, "arrivals", 0, 1),
		"child":          stat.Stream(7, "arrivals").Split(),
		"child 0":        stat.Stream(7, "arrivals").Split(0),
		"child 1":        stat.Stream(7, "arrivals").Split(1),
		"child 1 0":      stat.Stream(7, "arrivals").Split(1, 0),
		"grandchild":     stat.Stream(7, "arrivals").Split(1).Split(0),
	}
	seen := map[[3]uint64]string{}
	for name, r := range streams {
		h := head(r)
		if other, dup := seen[h]; dup {
			t.Errorf("%s and %s draw the same numbers", name, other)
		}
		seen[h] = name
	}
	if first, second := head(stat.Stream(7, "arrivals", 1)), head(stat.Stream(7, "arrivals", 1)); first != second {
		t.Error("equal arguments gave different streams")
	}
	// A recorded simulation must replay for ever: these numbers may never change.
	if got, want := head(stat.Stream(42, "arrivals", 3)), goldenStream; got != want {
		t.Errorf("stream 42 arrivals 3 starts %#x, want %#x", got, want)
	}
}

var goldenStream = [3]uint64{0x3362992d17f92df0, 0x4a2357189d849b0a, 0xb28ab9945332df2}

func TestSplitIgnoresWhatWasDrawn(t *testing.T) {
	fresh, used := stat.Stream(1, "contacts"), stat.Stream(1, "contacts")
	for range 1000 {
		used.Normal()
	}
	var reused stat.Rand
	used.SplitTo(&reused, 9)
	a, b := fresh.Split(9), used.Split(9)
	for range 10 {
		x, y, z := a.Uint64(), b.Uint64(), reused.Uint64()
		if x != y || x != z {
			t.Fatalf("child 9 drew %d, %d and %d", x, y, z)
		}
	}
}

func TestDrawsFollowTheirDistribution(t *testing.T) {
	const n = 20000
	mu, sigma := stat.LognormalFrom(184.6, 280)
	cases := []struct {
		name string
		draw func(r *stat.Rand) float64
		cdf  func(x float64) float64
	}{
		{"uniform", (*stat.Rand).Float64, distuv.Uniform{Min: 0, Max: 1}.CDF},
		{"normal", (*stat.Rand).Normal, distuv.UnitNormal.CDF},
		{"exponential", func(r *stat.Rand) float64 { return r.Exponential(180) }, distuv.Exponential{Rate: 1.0 / 180}.CDF},
		{"lognormal", func(r *stat.Rand) float64 { return r.Lognormal(mu, sigma) }, distuv.LogNormal{Mu: mu, Sigma: sigma}.CDF},
		{"gamma 10", func(r *stat.Rand) float64 { return r.Gamma(10, 0.1) }, distuv.Gamma{Alpha: 10, Beta: 10}.CDF},
		{"gamma 0.3", func(r *stat.Rand) float64 { return r.Gamma(0.3, 2) }, distuv.Gamma{Alpha: 0.3, Beta: 0.5}.CDF},
	}
	for i, c := range cases {
		r := stat.Stream(20260101, c.name, uint64(i))
		x := make([]float64, n)
		for j := range x {
			x[j] = c.draw(r)
		}
		slices.Sort(x)
		d := 0.0
		for j, v := range x {
			f := c.cdf(v)
			d = max(d, f-float64(j)/n, float64(j+1)/n-f)
		}
		if limit := 1.95 / math.Sqrt(n); d > limit { // p about 0.001
			t.Errorf("%s: Kolmogorov-Smirnov distance %.4f of %d draws, limit %.4f", c.name, d, n, limit)
		}
	}
}

func TestPoissonCountsMatchTheirProbabilities(t *testing.T) {
	const n = 20000
	for _, mean := range []float64{0.2, 3.7, 9.99, 10, 47, 4421.5, 3e6} {
		r := stat.Stream(5, "poisson", math.Float64bits(mean))
		p := distuv.Poisson{Lambda: mean}
		counts := map[int]float64{}
		for range n {
			counts[r.Poisson(mean)]++
		}
		// Chi-square over about twenty cells of similar probability.
		chi, cells, expected, observed := 0.0, 0, 0.0, 0.0
		lowest, highest := int(mean-9*math.Sqrt(mean)-9), int(mean+9*math.Sqrt(mean)+20)
		seen := 0.0
		for k := max(lowest, 0); k <= highest; k++ {
			expected += n * p.Prob(float64(k))
			observed += counts[k]
			seen += counts[k]
			if expected > n/20 {
				chi += (observed - expected) * (observed - expected) / expected
				cells++
				expected, observed = 0, 0
			}
		}
		if expected > 5 {
			chi += (observed - expected) * (observed - expected) / expected
			cells++
		}
		if seen != n {
			t.Errorf("mean %v: %v of %d draws lie beyond nine standard deviations", mean, n-seen, n)
		}
		if limit := (distuv.ChiSquared{K: math.Max(1, float64(cells-1))}).Quantile(0.999); chi > limit {
			t.Errorf("mean %v: chi-square %.1f over %d cells, limit %.1f", mean, chi, cells, limit)
		}
	}
	for _, mean := range []float64{0, -1, math.NaN()} {
		if k := stat.Stream(1, "p").Poisson(mean); k != 0 {
			t.Errorf("Poisson(%v) = %d", mean, k)
		}
	}
}

func TestIntNAndPickAreFair(t *testing.T) {
	r := stat.Stream(3, "fair")
	counts := make([]float64, 7)
	picks := make([]float64, 4)
	const n = 70000
	for range n {
		counts[r.IntN(7)]++
		picks[r.Pick([]float64{1, 0, 3, math.NaN()})]++
	}
	chi := 0.0
	for _, c := range counts {
		chi += (c - n/7) * (c - n/7) / (n / 7)
	}
	if chi > 22.5 { // 6 degrees of freedom, p = 0.001
		t.Errorf("IntN(7): chi-square %.1f, counts %v", chi, counts)
	}
	if picks[1] != 0 || picks[3] != 0 || math.Abs(picks[2]/n-0.75) > 0.006 {
		t.Errorf("Pick of weights 1, 0, 3, NaN drew %v", picks)
	}
	if got := r.Pick([]float64{0, -1}); got != -1 {
		t.Errorf("Pick without a positive weight = %d", got)
	}
	if got := r.IntN(0); got != 0 {
		t.Errorf("IntN(0) = %d", got)
	}
}

func TestLognormalFromKeepsMeanAndDeviation(t *testing.T) {
	mu, sigma := stat.LognormalFrom(184.6, 280)
	d := distuv.LogNormal{Mu: mu, Sigma: sigma}
	near(t, "mean", d.Mean(), 184.6, 1e-9)
	near(t, "sd", d.StdDev(), 280, 1e-9)
}
