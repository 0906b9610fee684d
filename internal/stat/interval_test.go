package stat_test

import (
	"math"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// near fails the test when got is further than tolerance from want, or no number.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.10g, want %.10g within %g", what, got, want, tolerance)
	}
}

// must fails the test at once on an error.
func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if centre.KindOf(err) != centre.Invalid || err == nil {
		t.Errorf("%s: error %v, want an invalid one", what, err)
	}
}

func TestQuantilesAreTypeSeven(t *testing.T) {
	values := []float64{7, 1, 3, 12, 5}
	for p, want := range map[float64]float64{0: 1, 0.25: 3, 0.5: 5, 0.6: 5.8, 0.9: 10, 1: 12} {
		got, err := stat.Quantile(values, p)
		near(t, "quantile", must(t, got, err), want, 1e-12)
	}
	for _, bad := range [][]float64{nil, {1, math.NaN()}, {math.Inf(1)}} {
		_, err := stat.Quantile(bad, 0.5)
		refused(t, "quantile of bad values", err)
	}
	_, err := stat.Quantile(values, 1.01)
	refused(t, "quantile at 1.01", err)
	if !math.IsNaN(stat.QuantileSorted(nil, 0.5)) {
		t.Error("QuantileSorted of nothing is a number")
	}
	near(t, "single", stat.QuantileSorted([]float64{4}, 0.3), 4, 0)
}

func TestSumKeepsSmallTerms(t *testing.T) {
	near(t, "sum", stat.Sum([]float64{1, 1e100, 1, -1e100}), 2, 0)
	mean, sd := stat.MeanSD([]float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16})
	near(t, "mean", mean, 1e9+10, 0)
	near(t, "sd", sd, math.Sqrt(30), 1e-12)
}

// Newcombe (1998) and measures 5.1.
func TestWilsonMatchesNewcombesTable(t *testing.T) {
	for _, c := range []struct{ x, n, low, high float64 }{
		{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}, {20, 20, .8389, 1},
	} {
		w, err := stat.Wilson(c.x, c.n, 0.95)
		must(t, w, err)
		near(t, "low", w.Low, c.low, 5e-5)
		near(t, "high", w.High, c.high, 5e-5)
	}
	for _, c := range [][3]float64{{1, 0, .95}, {-1, 5, .95}, {6, 5, .95}, {1, 5, 1}, {1, 5, 0}, {math.NaN(), 5, .95}, {1, math.NaN(), .95}} {
		_, err := stat.Wilson(c[0], c[1], c[2])
		refused(t, "Wilson", err)
	}
}

func TestNewcombeMethodTen(t *testing.T) {
	for _, c := range []struct{ x1, n1, x2, n2, diff, low, high float64 }{
		{56, 70, 48, 80, .2000, .0524, .3339}, {9, 10, 3, 10, .6000, .1705, .8090},
	} {
		d, ci, err := stat.Newcombe(c.x1, c.n1, c.x2, c.n2, 0.95)
		must(t, d, err)
		near(t, "difference", d, c.diff, 5e-5)
		near(t, "low", ci.Low, c.low, 5e-5)
		near(t, "high", ci.High, c.high, 5e-5)
	}
}

func TestMeanT(t *testing.T) {
	e, err := stat.MeanT([]float64{2, 4, 4, 4, 5, 5, 7, 9}, 0.95)
	must(t, e, err)
	near(t, "mean", e.Value, 5, 0)
	near(t, "se", e.SE, math.Sqrt(32.0/7/8), 1e-12)
	near(t, "half width", e.CI.High-5, 2.364624252*e.SE, 1e-7) // t(0.975, 7) of printed tables
	_, err = stat.MeanT([]float64{1}, 0.95)
	refused(t, "t of one value", err)
}

func TestNeededN(t *testing.T) {
	for _, c := range []struct {
		sd, margin float64
		want       int
	}{{14.35, 2, 198}, {25, 2, 601}, {.5, .05, 385}} {
		n, err := stat.NeededN(c.sd, c.margin, 0.95)
		if must(t, n, err) != c.want {
			t.Errorf("n for sd %v, +-%v = %d, want %d", c.sd, c.margin, n, c.want)
		}
	}
	_, err := stat.NeededN(1, 0, 0.95)
	refused(t, "no margin", err)
}
