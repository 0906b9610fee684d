package stat_test

import (
	"testing"

	"sentral/internal/stat"
)

func BenchmarkDraw(b *testing.B) {
	parent := stat.Stream(1, "speed")
	mu, sigma := stat.LognormalFrom(184.6, 280)
	for name, draw := range map[string]func(r *stat.Rand) float64{
		"uniform":     (*stat.Rand).Float64,
		"exponential": func(r *stat.Rand) float64 { return r.Exponential(180) },
		"lognormal":   func(r *stat.Rand) float64 { return r.Lognormal(mu, sigma) },
		"gamma":       func(r *stat.Rand) float64 { return r.Gamma(10, .1) },
		"poisson-3":   func(r *stat.Rand) float64 { return float64(r.Poisson(3)) },
		"poisson-300": func(r *stat.Rand) float64 { return float64(r.Poisson(300)) },
	} {
		b.Run(name, func(b *testing.B) {
			r := parent.Split(1)
			sum := 0.0
			for b.Loop() {
				sum += draw(r)
			}
			if sum < 0 {
				b.Fatal(sum)
			}
		})
	}
	b.Run("split", func(b *testing.B) {
		var child stat.Rand
		for i := uint64(0); b.Loop(); i++ {
			parent.SplitTo(&child, i)
		}
	})
}

func BenchmarkQuantileRegression(b *testing.B) {
	const n = 30000
	r := stat.Stream(12, "speed")
	x, y := make([][]float64, n), make([]float64, n)
	for i := range x {
		queue, agents := float64(r.IntN(12)), float64(5+r.IntN(10))
		x[i] = []float64{1, queue, agents, queue / agents, r.Float64(), r.Normal()}
		y[i] = 20 + 15*queue - 2*agents + (5+3*queue)*r.Exponential(1)
	}
	for b.Loop() {
		fit, err := stat.QuantileRegression(x, y, .8, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(fit.Steps), "exchanges")
	}
}

func BenchmarkLognormalMixture(b *testing.B) {
	truth := stat.LognormalMixture{Components: []stat.LognormalPart{{Weight: .3, Mu: 2, Sigma: .4}, {Weight: .7, Mu: 5, Sigma: .7}}}
	r := stat.Stream(8, "speed")
	values := make([]float64, 30000)
	for i := range values {
		values[i] = truth.Draw(r)
	}
	for b.Loop() {
		if _, err := stat.FitLognormal(values, 2); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBootstrapBCa(b *testing.B) {
	values := make([]float64, 500)
	r := stat.Stream(8, "speed")
	for i := range values {
		values[i] = r.Normal()
	}
	for b.Loop() {
		if _, err := stat.Bootstrap(r, len(values), meanOf(values), stat.BootstrapOptions{Method: stat.BCa}); err != nil {
			b.Fatal(err)
		}
	}
}
