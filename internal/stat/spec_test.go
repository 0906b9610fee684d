package stat_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sentral/internal/stat"
)

// specified reckons the examples of docs/spec/statistics.md; each gets its arguments as lists of numbers.
var specified = map[string]func(a [][]float64, raw []string) ([]float64, error){
	"lognormal_from": func(a [][]float64, _ []string) ([]float64, error) {
		mu, sigma := stat.LognormalFrom(a[0][0], a[1][0])
		return []float64{mu, sigma}, nil
	},
	"quantile": func(a [][]float64, _ []string) ([]float64, error) {
		q, err := stat.Quantile(a[0], a[1][0])
		return []float64{q}, err
	},
	"wilson": func(a [][]float64, _ []string) ([]float64, error) {
		w, err := stat.Wilson(a[0][0], a[1][0], a[2][0])
		return []float64{w.Low, w.High}, err
	},
	"newcombe": func(a [][]float64, _ []string) ([]float64, error) {
		d, ci, err := stat.Newcombe(a[0][0], a[1][0], a[2][0], a[3][0], a[4][0])
		return []float64{d, ci.Low, ci.High}, err
	},
	"mean_t": func(a [][]float64, _ []string) ([]float64, error) {
		e, err := stat.MeanT(a[0], a[1][0])
		return []float64{e.Value, e.SE, e.CI.Low, e.CI.High}, err
	},
	"needed_n": func(a [][]float64, _ []string) ([]float64, error) {
		n, err := stat.NeededN(a[0][0], a[1][0], a[2][0])
		return []float64{float64(n)}, err
	},
	"cluster_mean": func(a [][]float64, raw []string) ([]float64, error) {
		e, err := stat.Design{Cluster: stat.Labels(strings.Split(raw[1], ","))}.Mean(a[0], 0.95)
		return []float64{e.Value, e.SE}, err
	},
	"deff": func(a [][]float64, _ []string) ([]float64, error) {
		deff, n, err := stat.DesignEffect(a[0])
		return []float64{deff, n}, err
	},
	"fit_table": func(a [][]float64, raw []string) ([]float64, error) {
		var rows [][]float64
		for _, r := range strings.Split(raw[0], ";") {
			rows = append(rows, numbers(r))
		}
		fit, err := stat.FitTable(rows, a[1], a[2])
		if err != nil {
			return nil, err
		}
		return fit[0], nil
	},
	"xmr": func(a [][]float64, _ []string) ([]float64, error) {
		c, err := stat.XmR(a[0], stat.ChartOptions{})
		if err != nil {
			return nil, err
		}
		return []float64{c.Phases[0].Centre, c.Phases[0].Spread, c.Points[0].Upper, c.Points[0].Lower}, nil
	},
	"laney_u": func(a [][]float64, _ []string) ([]float64, error) {
		c, err := stat.LaneyU(a[0], a[1], stat.ChartOptions{})
		if err != nil {
			return nil, err
		}
		return []float64{c.Phases[0].Centre, c.Phases[0].Spread}, nil
	},
	"cusum": func(a [][]float64, _ []string) ([]float64, error) {
		c, err := stat.Cusum(a[0], a[1][0], a[2][0], a[3][0])
		if err != nil {
			return nil, err
		}
		return []float64{float64(c.Signal), c.Points[c.Signal].High, c.Points[len(c.Points)-1].High}, nil
	},
	"bh": func(a [][]float64, _ []string) ([]float64, error) {
		p, err := stat.BenjaminiHochberg(a[0])
		if err != nil {
			return nil, err
		}
		return p[:5], nil
	},
	"shrink": func(a [][]float64, _ []string) ([]float64, error) {
		s, err := stat.Shrink(a[0], a[1])
		return []float64{s.Mean, s.SE, s.Q, s.Tau2}, err
	},
	"quantile_regression": func(a [][]float64, _ []string) ([]float64, error) {
		var x [][]float64
		for _, v := range a[0] {
			x = append(x, []float64{1, v})
		}
		fit, err := stat.QuantileRegression(x, a[1], a[2][0], nil)
		return fit.Coef, err
	},
	"kaplan_meier": func(a [][]float64, _ []string) ([]float64, error) {
		var times []float64
		var event []bool
		for _, v := range a[0] {
			times, event = append(times, math.Abs(v)), append(event, v > 0)
		}
		c, err := stat.KaplanMeier(times, event)
		if err != nil {
			return nil, err
		}
		mean, _, err := c.RestrictedMean(a[3][0])
		return []float64{c.At(a[1][0]), c.At(a[2][0]), mean}, err
	},
	"wape": func(a [][]float64, _ []string) ([]float64, error) {
		w, err := stat.WAPE(a[0], a[1])
		return []float64{w}, err
	},
	"pinball": func(a [][]float64, _ []string) ([]float64, error) {
		p, err := stat.Pinball(a[0], [][]float64{a[1]}, a[2])
		return []float64{p}, err
	},
	"brier": func(a [][]float64, _ []string) ([]float64, error) {
		var event []bool
		for _, v := range a[1] {
			event = append(event, v == 1)
		}
		b, err := stat.Brier(a[0], event, 0, 0.95)
		return []float64{b.Score, b.Reliability, b.Resolution, b.Climatology}, err
	},
}

func numbers(list string) []float64 {
	var out []float64
	for _, s := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' }) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			v = math.NaN()
		}
		out = append(out, v)
	}
	return out
}

// The page may not say what the code does not answer.
func TestSpecificationPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "spec", "statistics.md"))
	if err != nil {
		t.Fatal(err)
	}
	inside, seen := false, map[string]bool{}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "```") {
			inside = line == "```example"
			continue
		}
		if inside {
			name, err := checkExample(line)
			seen[name] = true
			if err != nil {
				t.Errorf("statistics.md:%d: %v", i+1, err)
			}
		}
	}
	for name := range specified {
		if !seen[name] {
			t.Errorf("the page has no example of %s", name)
		}
	}
}

// checkExample recomputes one line "name arguments = results", each result to the digits that it is printed with.
func checkExample(line string) (string, error) {
	left, right, found := strings.Cut(line, " = ")
	words := strings.Fields(left)
	if !found || len(words) < 2 || specified[words[0]] == nil {
		return "", fmt.Errorf("%q is no known example", line)
	}
	var lists [][]float64
	for _, w := range words[1:] {
		lists = append(lists, numbers(w))
	}
	got, err := specified[words[0]](lists, words[1:])
	if err != nil {
		return words[0], err
	}
	want := strings.Fields(right)
	if len(got) != len(want) {
		return words[0], fmt.Errorf("%s gives %d numbers, the page %d", words[0], len(got), len(want))
	}
	for i, w := range want {
		value, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return words[0], err
		}
		digits := 0
		if _, fraction, has := strings.Cut(w, "."); has {
			digits = len(fraction)
		}
		if !(math.Abs(got[i]-value) <= 0.5001*math.Pow10(-digits)) {
			return words[0], fmt.Errorf("%s: result %d is %.10g, the page says %s", words[0], i+1, got[i], w)
		}
	}
	return words[0], nil
}
