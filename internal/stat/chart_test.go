package stat_test

import (
	"fmt"
	"math"
	"testing"

	"sentral/internal/stat"
)

// NIST/SEMATECH e-Handbook 6.3.2.2, flow rates.
var flow = []float64{49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1}

func TestXmROfTheHandbook(t *testing.T) {
	c, err := stat.XmR(flow, stat.ChartOptions{})
	must(t, c, err)
	p := c.Phases[0]
	near(t, "mean", p.Centre, 50.81, 5e-7)
	near(t, "mean moving range", p.Spread, 1.8778, 5e-5)
	near(t, "upper", c.Points[0].Upper, 55.8041, 5e-5)
	near(t, "lower", c.Points[0].Lower, 45.8159, 5e-5)
	near(t, "range limit", p.RangeLimit, 3.267*p.Spread, 1e-12)
	for i, point := range c.Points {
		if len(point.Fired) > 0 {
			t.Errorf("point %d fired %v", i, point.Fired)
		}
	}
}

func fired(c stat.Chart) string {
	out := ""
	for i, p := range c.Points {
		for _, r := range p.Fired {
			out += fmt.Sprintf(" %d:%s", i, r)
		}
	}
	return out
}

func TestChartRulesFireAtTheRightPoint(t *testing.T) {
	// A baseline that alternates round 50 with sigma 2/1.128, then what each rule is for.
	base := []float64{}
	for i := range 20 {
		base = append(base, 49+2*float64(i%2))
	}
	for name, c := range map[string]struct {
		tail []float64
		want string
	}{
		"quiet":     {[]float64{49, 51, 50}, ""},
		"far out":   {[]float64{56}, " 20:beyond_limits"},
		"a jump":    {[]float64{55, 47}, " 21:range_beyond"},
		"a shift":   {[]float64{50.5, 50.2, 51, 50.9, 50.1, 50.3, 51.2, 50.4}, " 26:eight_one_side 27:eight_one_side"},
		"warnings":  {[]float64{54, 50, 54}, " 22:two_of_three"},
		"two sides": {[]float64{54, 50, 46}, ""},
	} {
		chart, err := stat.XmR(append(append([]float64{}, base...), c.tail...), stat.ChartOptions{Baseline: 20})
		must(t, chart, err)
		if got := fired(chart); got != c.want {
			t.Errorf("%s fired%s, want%s", name, got, c.want)
		}
		if !chart.Phases[0].Frozen {
			t.Errorf("%s: the baseline is not frozen", name)
		}
	}
}

func TestADocumentedChangeBeginsANewBaseline(t *testing.T) {
	var values []float64
	for i := range 24 {
		values = append(values, 50+float64(i%2))
	}
	for i := range 24 {
		values = append(values, 60+float64(i%2))
	}
	unaware, err := stat.XmR(values, stat.ChartOptions{Baseline: 20})
	must(t, unaware, err)
	if fired(unaware) == "" {
		t.Error("a shift of ten went unseen")
	}
	aware, err := stat.XmR(values, stat.ChartOptions{Baseline: 20, Changes: []int{24}})
	must(t, aware, err)
	if got := fired(aware); got != "" {
		t.Errorf("the documented change fired%s", got)
	}
	near(t, "second centre", aware.Phases[1].Centre, 60.5, 1e-12)
	for _, bad := range [][]int{{0}, {48}, {10, 10}, {47}} {
		_, err := stat.XmR(values, stat.ChartOptions{Changes: bad})
		refused(t, fmt.Sprint("changes ", bad), err)
	}
}

// A series of shares with more scatter than the binomial law gives: the ordinary p chart cries wolf, the p' chart does not.
func TestLaneyWidensWhereDaysDiffer(t *testing.T) {
	r := stat.Stream(4, "laney")
	var counts, sizes []float64
	for range 60 {
		n := 2000 + float64(r.IntN(3000))
		p := 0.8 + 0.03*r.Normal()
		sizes = append(sizes, n)
		counts = append(counts, math.Round(n*p))
	}
	alarms := func(c stat.Chart) (n int) {
		for _, p := range c.Points {
			for _, f := range p.Fired {
				if f == stat.BeyondLimits {
					n++
				}
			}
		}
		return n
	}
	plain, err := stat.LaneyP(counts, sizes, stat.ChartOptions{Plain: true})
	must(t, plain, err)
	prime, err := stat.LaneyP(counts, sizes, stat.ChartOptions{})
	must(t, prime, err)
	if alarms(plain) < 15 || alarms(prime) > 1 {
		t.Errorf("p chart: %d alarms, p' chart: %d", alarms(plain), alarms(prime))
	}
	// By hand: centre and the limits of the first point.
	centre := stat.Sum(counts) / stat.Sum(sizes)
	near(t, "centre", prime.Phases[0].Centre, centre, 1e-12)
	near(t, "upper", prime.Points[0].Upper, centre+3*math.Sqrt(centre*(1-centre)/sizes[0])*prime.Phases[0].Spread, 1e-12)
	if s := prime.Phases[0].Spread; s < 3 || s > 6 {
		t.Errorf("sigma_z %v", s)
	}
	u, err := stat.LaneyU([]float64{10, 12, 9, 11}, []float64{100, 100, 100, 100}, stat.ChartOptions{})
	must(t, u, err)
	// u = .105, se = .0324037; |steps| of z are 2, 3, 2 over .0324037*100, mean 7/3, so sigma_z = .638330...
	near(t, "sigma_z", u.Phases[0].Spread, 7.0/3/100/math.Sqrt(.105/100)/1.128, 1e-12)
	near(t, "z", u.Points[1].Z, (.12-.105)/(7.0/3/100/1.128), 1e-12)
	days, err := stat.LaneyMean([]float64{70, 72, 71, 80}, []float64{1, 2, 1, 1}, stat.ChartOptions{Baseline: 3, Plain: true})
	must(t, days, err)
	near(t, "weighted centre", days.Phases[0].Centre, (70+72.0/4+71)/2.25, 1e-12)
	if got := fired(days); got != " 3:beyond_limits" {
		t.Errorf("the day of 80 fired%s", got)
	}
}

func TestChartsRefuseWhatTheyCannotDraw(t *testing.T) {
	_, err := stat.XmR([]float64{1}, stat.ChartOptions{})
	refused(t, "one point", err)
	_, err = stat.XmR([]float64{1, math.NaN()}, stat.ChartOptions{})
	refused(t, "no number", err)
	_, err = stat.XmR(flow, stat.ChartOptions{Baseline: 1})
	refused(t, "baseline of one", err)
	_, err = stat.LaneyP([]float64{3, 1}, []float64{2, 2}, stat.ChartOptions{})
	refused(t, "3 of 2", err)
	_, err = stat.LaneyP([]float64{0, 1}, []float64{0, 2}, stat.ChartOptions{})
	refused(t, "0 of 0", err)
	_, err = stat.LaneyMean([]float64{1, 2}, []float64{0, 1}, stat.ChartOptions{})
	refused(t, "standard error 0", err)
	flat, err := stat.XmR([]float64{5, 5, 5, 5, 6}, stat.ChartOptions{Baseline: 4})
	must(t, flat, err)
	if got := fired(flat); got != " 4:beyond_limits 4:range_beyond" && got != " 4:range_beyond 4:beyond_limits" {
		t.Errorf("leaving a constant baseline fired%s", got)
	}
	near(t, "z of a constant baseline", flat.Points[4].Z, 0, 0)
}

// NIST/SEMATECH e-Handbook 6.3.2.3.
func TestCusumOfTheHandbook(t *testing.T) {
	values := []float64{
		324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625,
		325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350,
	}
	c, err := stat.Cusum(values, 325, .3175, 4.1959)
	must(t, c, err)
	for i, want := range map[int]float64{12: 3.0075, 13: 4.9400, 14: 7.4475, 19: 19.035} {
		near(t, fmt.Sprintf("S+ at %d", i+1), c.Points[i].High, want, 5e-5)
	}
	if c.Signal != 13 || c.Since != 12 || len(c.Points[12].Fired) != 0 || len(c.Points[13].Fired) != 1 || c.Points[13].Fired[0] != stat.CusumHigh {
		t.Errorf("signal at index %d since %d", c.Signal, c.Since)
	}
	near(t, "shift", c.Shift, .3175+4.94/2, 1e-9)
	down, err := stat.Cusum([]float64{0, 0, -2, -2, -2}, 0, .5, 4)
	must(t, down, err)
	if down.Signal != 4 || down.Points[4].Fired[0] != stat.CusumLow || down.Since != 2 {
		t.Errorf("signal at %d since %d", down.Signal, down.Since)
	}
	near(t, "downward shift", down.Shift, -2, 1e-12)
	_, err = stat.Cusum(values, 325, 1, 0)
	refused(t, "h of 0", err)
}
