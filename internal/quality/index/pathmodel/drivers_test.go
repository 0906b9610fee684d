package pathmodel

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"sentral/internal/stat"
)

var swissDrivers = []string{"Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"}

// TestSwissDriversEqualRelaimpo holds LMG and R2 of R's relaimpo and Johnson's weights of relativeImp, unweighted and weighted.
func TestSwissDriversEqualRelaimpo(t *testing.T) {
	data := survey(t, "swiss.csv")
	check := func(r2 float64, lmg, johnson []float64) {
		t.Helper()
		got, err := ExplainBy(context.Background(), data, "Fertility", swissDrivers, DriverOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "R2", got.R2, r2, 1e-12)
		sumL, sumJ := 0.0, 0.0
		for i, d := range got.Drivers {
			near(t, "LMG of "+d.Name, *d.LMG, lmg[i], 1e-12)
			if johnson != nil {
				near(t, "Johnson's weight of "+d.Name, d.Johnson, johnson[i], 1e-12)
			}
			sumL += *d.LMG
			sumJ += d.Johnson
		}
		near(t, "sum of LMG", sumL, got.R2, 1e-12)
		near(t, "sum of Johnson's weights", sumJ, got.R2, 1e-12)
	}
	check(.706735001593, []float64{.0570912207681, .1711730289002, .2601346786244, .1055701503735, .1127659229265},
		[]float64{.048416895812, .154708249806, .271964104646, .114680029948, .116965721381})
	for r := range data.Rows {
		data.Weights = append(data.Weights, float64(1+(r+1)%3))
	}
	check(.694332891423, []float64{.0518208063017, .1549452302086, .2559770835712, .1019573530969, .1296324182449}, nil)
}

func TestTwoDriversByHand(t *testing.T) {
	e, err := explain([][]float64{{1, .6, .4}, {.6, 1, .5}, {.4, .5, 1}}, []string{"y", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.2866667, .0866667} {
		near(t, "LMG", e.lmg[i], want, 5e-8)
		near(t, "Johnson", e.johnson[i], want, 5e-8)
	}
}

// orders averages gains over every order of entry, the definition itself.
func orders(corr [][]float64) []float64 {
	p := len(corr) - 1
	out := make([]float64, p)
	count := 0.0
	var walk func(in []int)
	walk = func(in []int) {
		if len(in) == p {
			count++
			for i, v := range in {
				out[v-1] += explained(corr, in[:i+1], 0) - explained(corr, in[:i], 0)
			}
			return
		}
		for v := 1; v <= p; v++ {
			if !strings.Contains(fmt.Sprint(in)+" ", fmt.Sprint(v)) {
				walk(append(in[:len(in):len(in)], v))
			}
		}
	}
	walk(nil)
	for i := range out {
		out[i] /= count
	}
	return out
}

func madeUpDrivers(rows, drivers int) Answers {
	r := stat.Stream(11, "drivers")
	a := Answers{Columns: []string{"y"}}
	for d := range drivers {
		a.Columns = append(a.Columns, fmt.Sprintf("d%d", d+1))
	}
	for range rows {
		common := r.Normal()
		row := []float64{r.Normal()}
		for d := range drivers {
			x := common + r.Normal()
			row = append(row, x)
			row[0] += x / float64(d+1)
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

func TestShapleyEqualsEveryOrder(t *testing.T) {
	a := madeUpDrivers(80, 5)
	data, err := a.complete(a.Columns, RefuseMissing)
	if err != nil {
		t.Fatal(err)
	}
	var m moments
	if err := data.momentsOf(nil, &m); err != nil {
		t.Fatal(err)
	}
	corr := correlations(m)
	for i, want := range orders(corr) {
		near(t, "LMG", shapley(corr)[i], want, 1e-12)
	}
}

func TestDriversWarnAndRefuse(t *testing.T) {
	ctx := context.Background()
	a := madeUpDrivers(60, 3)
	for r := range a.Rows { // d3 nearly equals d2, and works against it
		a.Rows[r][3] = a.Rows[r][2] + 0.1*a.Rows[r][3]
		a.Rows[r][0] = a.Rows[r][2] - 0.5*a.Rows[r][3] + 0.1*a.Rows[r][0]
	}
	got, err := ExplainBy(ctx, a, "y", []string{"d1", "d2", "d3"}, DriverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	warned := strings.Join(got.Warnings, "\n")
	if !strings.Contains(warned, "suppressor") || !strings.Contains(warned, "VIF") {
		t.Errorf("warnings %q", warned)
	}
	many := madeUpDrivers(60, 13)
	got, err = ExplainBy(ctx, many, "y", many.Columns[1:], DriverOptions{})
	if err != nil || got.Drivers[0].LMG != nil || !strings.Contains(strings.Join(got.Warnings, ""), "13 drivers") {
		t.Errorf("13 drivers: %+v, %v", got, err)
	}
	collinear := madeUpDrivers(60, 3)
	for r := range collinear.Rows {
		collinear.Rows[r][3] = collinear.Rows[r][1] - collinear.Rows[r][2]
	}
	for want, try := range map[string]func() (*Drivers, error){
		"driver d3 is a sum": func() (*Drivers, error) {
			return ExplainBy(ctx, collinear, "y", collinear.Columns[1:], DriverOptions{})
		},
		"no driver is named": func() (*Drivers, error) { return ExplainBy(ctx, a, "y", nil, DriverOptions{}) },
		"is the target":      func() (*Drivers, error) { return ExplainBy(ctx, a, "y", []string{"y"}, DriverOptions{}) },
		"no column x":        func() (*Drivers, error) { return ExplainBy(ctx, a, "y", []string{"x"}, DriverOptions{}) },
		"3 complete rows": func() (*Drivers, error) {
			return ExplainBy(ctx, Answers{Columns: a.Columns, Rows: a.Rows[:3]}, "y", []string{"d1", "d2"}, DriverOptions{})
		},
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestDriverLimitsHoldTheirValue(t *testing.T) {
	a := madeUpDrivers(80, 3)
	got, err := ExplainBy(context.Background(), a, "y", a.Columns[1:], DriverOptions{Draws: 200, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range got.Drivers {
		if s := d.LMGSpread; s == nil || !(s.Low < *d.LMG && *d.LMG < s.High) || !(s.SE > 0) {
			t.Errorf("%s: LMG %v, %+v", d.Name, *d.LMG, s)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ExplainBy(ctx, a, "y", a.Columns[1:], DriverOptions{Draws: 200}); err == nil {
		t.Error("an interrupted bootstrap went on")
	}
}
