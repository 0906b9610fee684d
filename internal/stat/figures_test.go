package stat_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sentral/internal/stat"
)

var update = flag.Bool("update", false, "rewrite the reckoned rows of docs/figures/statistics.md")

const (
	rowsBegin = "<!-- reckoned rows begin -->\n"
	rowsEnd   = "<!-- reckoned rows end -->\n"
)

// figures collects the rows of the page.
type figures struct {
	t    *testing.T
	rows []string
}

// add sets one figure against its goal. Both print with the goal's digits, and must then be equal.
func (f *figures) add(what, seed string, digits int, got, goal float64) {
	f.t.Helper()
	result, want := fmt.Sprintf("%.*f", digits, got), fmt.Sprintf("%.*f", digits, goal)
	met := "met"
	if result != want {
		met = "not met"
		f.t.Errorf("%s: %s, goal %s", what, result, want)
	}
	f.rows = append(f.rows, fmt.Sprintf("| %s | %s | %s | %s | %s |", what, seed, result, want, met))
}

// within sets one figure against a range.
func (f *figures) within(what, seed string, got, low, high float64) {
	f.t.Helper()
	met := "met"
	if got < low || got > high {
		met = "not met"
	}
	f.rows = append(f.rows, fmt.Sprintf("| %s | %s | %.3f | %g to %g | %s |", what, seed, got, low, high, met))
}

// The published rows are reckoned here, not written by hand.
func TestFiguresPage(t *testing.T) {
	f := &figures{t: t}
	f.surveys()
	f.shares()
	f.charts()
	f.ranks()
	f.coverage()
	path := filepath.Join("..", "..", "docs", "figures", "statistics.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), rowsBegin)
	old, after, closed := strings.Cut(rest, rowsEnd)
	if !found || !closed {
		t.Fatalf("%s has lost its marks", path)
	}
	table := "| what | seed | result | goal | |\n| --- | --- | --- | --- | --- |\n" + strings.Join(f.rows, "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(before+rowsBegin+table+rowsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old != table {
		t.Errorf("%s is not what the code reckons; go test ./internal/stat -run FiguresPage -update\n%s", path, table)
	}
}

func (f *figures) surveys() {
	t := f.t
	api := readTable(t, "survey/apiclus1.csv")
	y, enroll, pw := api.numbers(t, "api00"), api.numbers(t, "enroll"), api.numbers(t, "pw")
	d := stat.Design{Weight: pw, Cluster: stat.Labels(api["dnum"]), Population: api.numbers(t, "fpc")}
	e, err := d.Mean(y, .95)
	must(t, e, err)
	f.add("apiclus1 mean of api00", "-", 2, e.Value, 644.17)
	f.add("its cluster-robust se", "-", 3, e.SE, 23.542)
	naive, err := stat.MeanT(y, .95)
	must(t, naive, err)
	f.add("the naive se", "-", 3, naive.SE, 7.817)
	strat := readTable(t, "survey/apistrat.csv")
	e, err = stat.Design{Weight: strat.numbers(t, "pw"), Stratum: stat.Labels(strat["stype"]), Population: strat.numbers(t, "fpc")}.Mean(strat.numbers(t, "api00"), .95)
	must(t, e, err)
	f.add("apistrat mean of api00", "-", 2, e.Value, 662.29)
	f.add("its stratified se", "-", 4, e.SE, 9.4089)
	margins := []stat.Margin{
		{Name: "stype", Category: api["stype"], Target: map[string]float64{"E": 4421, "H": 755, "M": 1018}},
		{Name: "sch.wide", Category: api["sch.wide"], Target: map[string]float64{"No": 1072, "Yes": 5122}},
	}
	raked, err := stat.Rake(pw, margins, stat.RakeOptions{})
	must(t, raked, err)
	for _, c := range []struct {
		cell string
		goal float64
	}{{"E-No", 39.839236}, {"E-Yes", 29.870675}, {"H-No", 67.125529}, {"H-Yes", 50.329401}, {"M-No", 49.069072}, {"M-Yes", 36.791025}} {
		i := 0
		for i < len(pw) && api["stype"][i]+"-"+api["sch.wide"][i] != c.cell {
			i++
		}
		f.add("apiclus1 raked weight "+c.cell, "-", 6, raked.Weight[i], c.goal)
	}
	f.add("deff of the raked weights", "-", 6, raked.Deff, 1.051657)
	f.add("effective n", "-", 3, raked.EffectiveN, 174.011)
	e, err = raked.Mean(y, d, .95)
	must(t, e, err)
	f.add("raked mean", "-", 6, e.Value, 641.230321)
	f.add("its residual-adjusted se", "-", 3, e.SE, 23.704)
	e, err = raked.Total(enroll, d, .95)
	must(t, e, err)
	f.add("raked total of enroll", "-", 0, e.Value, 3647280)
	f.add("its residual-adjusted se", "-", 0, e.SE, 400603)
	post, err := stat.Rake(pw, margins[:1], stat.RakeOptions{})
	must(t, post, err)
	e, err = post.Mean(y, d, .95)
	must(t, e, err)
	f.add("post-stratified mean", "-", 6, e.Value, 642.310788)
	e, err = post.Total(enroll, d, .95)
	must(t, e, err)
	f.add("post-stratified total", "-", 3, e.Value, 3680892.945)
}

func (f *figures) shares() {
	for _, c := range []struct{ x, n, low, high float64 }{{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}} {
		w, err := stat.Wilson(c.x, c.n, .95)
		must(f.t, w, err)
		f.add(fmt.Sprintf("Wilson %v/%v low", c.x, c.n), "-", 4, w.Low, c.low)
		f.add(fmt.Sprintf("Wilson %v/%v high", c.x, c.n), "-", 4, w.High, c.high)
	}
	for _, c := range []struct{ x1, n1, x2, n2, diff, low, high float64 }{{56, 70, 48, 80, .2, .0524, .3339}, {9, 10, 3, 10, .6, .1705, .8090}} {
		d, ci, err := stat.Newcombe(c.x1, c.n1, c.x2, c.n2, .95)
		must(f.t, d, err)
		name := fmt.Sprintf("Newcombe %v/%v - %v/%v", c.x1, c.n1, c.x2, c.n2)
		f.add(name, "-", 4, d, c.diff)
		f.add(name+" low", "-", 4, ci.Low, c.low)
		f.add(name+" high", "-", 4, ci.High, c.high)
	}
	fit, err := stat.FitTable([][]float64{{40, 30, 20, 10}, {35, 50, 100, 75}, {30, 80, 70, 120}, {20, 30, 40, 50}}, []float64{150, 300, 400, 150}, []float64{200, 300, 400, 100})
	must(f.t, fit, err)
	for j, want := range []float64{64.56, 46.23, 35.38, 3.82} {
		f.add(fmt.Sprintf("fitted table, cell 1,%d", j+1), "-", 2, fit[0][j], want)
	}
}

func (f *figures) charts() {
	c, err := stat.XmR(flow, stat.ChartOptions{})
	must(f.t, c, err)
	f.add("XmR mean", "-", 2, c.Phases[0].Centre, 50.81)
	f.add("XmR mean moving range", "-", 4, c.Phases[0].Spread, 1.8778)
	f.add("XmR upper limit", "-", 4, c.Points[0].Upper, 55.8041)
	f.add("XmR lower limit", "-", 4, c.Points[0].Lower, 45.8159)
	p, err := stat.BenjaminiHochberg([]float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1})
	must(f.t, p, err)
	for i, want := range []float64{.0015, .003, .0095, .035625, .0603} {
		f.add(fmt.Sprintf("Benjamini-Hochberg, adjusted p %d", i+1), "-", 6, p[i], want)
	}
}

func (f *figures) ranks() {
	s, err := stat.Shrink([]float64{28, 8, -3, 7, -1, 1, 18, 12}, []float64{15, 10, 16, 11, 9, 11, 10, 18})
	must(f.t, s, err)
	f.add("eight schools mu", "-", 4, s.Mean, 7.6856)
	f.add("eight schools se", "-", 4, s.SE, 4.0719)
	f.add("eight schools Q", "-", 4, s.Q, 4.7071)
	f.add("eight schools tau2", "-", 4, s.Tau2, 0)
	sd, n := []float64{20, 21, 22, 20, 23, 24}, []float64{420, 300, 95, 60, 240, 35}
	for i := range sd {
		sd[i] /= math.Sqrt(n[i])
	}
	s, err = stat.Shrink([]float64{78.2, 74.5, 71.0, 69.4, 66.1, 62.3}, sd)
	must(f.t, s, err)
	f.add("six teams tau2", "-", 4, s.Tau2, 29.2187)
	f.add("six teams mu", "-", 4, s.Mean, 70.7829)
	for i, want := range []float64{77.966, 74.322, 70.968, 69.657, 66.428, 65.356} {
		f.add(fmt.Sprintf("six teams theta %d", i+1), "-", 3, s.Theta[i], want)
	}
}

// coverage tells how often 95 % intervals hold the truth where the truth is known.
func (f *figures) coverage() {
	const trials = 400
	share := func(interval func(r *stat.Rand) (stat.Interval, float64)) float64 {
		held := 0
		for i := range trials {
			if ci, truth := interval(stat.Stream(2026, "coverage", uint64(i))); ci.Contains(truth) {
				held++
			}
		}
		return float64(held) / trials
	}
	skewed := func(r *stat.Rand, n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = r.Exponential(1)
		}
		return out
	}
	f.within("coverage of Wilson, n 40, p .1", "2026", share(func(r *stat.Rand) (stat.Interval, float64) {
		x := 0.0
		for range 40 {
			if r.Bool(.1) {
				x++
			}
		}
		w, err := stat.Wilson(x, 40, .95)
		return must(f.t, w, err), .1
	}), .93, .98)
	f.within("coverage of t, exponential answers, n 40", "2026", share(func(r *stat.Rand) (stat.Interval, float64) {
		e, err := stat.MeanT(skewed(r, 40), .95)
		return must(f.t, e, err).CI, 1
	}), .93, .98)
	for _, method := range []struct {
		name string
		m    stat.BootstrapMethod
	}{{"percentile", stat.Percentile}, {"BCa", stat.BCa}} {
		f.within("coverage of "+method.name+" bootstrap of the mean, exponential answers, n 20", "2026", share(func(r *stat.Rand) (stat.Interval, float64) {
			b, err := stat.Bootstrap(r.Split(1), 20, meanOf(skewed(r, 20)), stat.BootstrapOptions{Draws: 400, Method: method.m})
			return must(f.t, b, err).CI, 1
		}), .93, .98)
	}
	f.within("coverage of the cluster-robust mean, 25 customers of 1 to 6 answers", "2026", share(func(r *stat.Rand) (stat.Interval, float64) {
		var y []float64
		var customer []int
		for c := range 25 {
			level := r.Normal()
			for range 1 + r.IntN(6) {
				y, customer = append(y, level+.5*r.Normal()), append(customer, c)
			}
		}
		e, err := stat.Design{Cluster: customer}.Mean(y, .95)
		return must(f.t, e, err).CI, 0
	}), .93, .98)
}
