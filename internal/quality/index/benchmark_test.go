package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// companies makes contributions "a=60:70" (n=60, mean 70, every answer sd 20).
func companies(t *testing.T, text string) []Contribution {
	t.Helper()
	var out []Contribution
	for _, w := range strings.Fields(text) {
		name, rest, _ := strings.Cut(w, "=")
		c := Contribution{Company: name, Questionnaire: "2026", Weighting: "1"}
		var mean float64
		if _, err := fmt.Sscanf(rest, "%d:%f", &c.N, &mean); err != nil {
			t.Fatal(err)
		}
		c.Sum = float64(c.N) * mean
		c.Squares = float64(c.N) * (mean*mean + 400)
		out = append(out, c)
	}
	return out
}

func TestCellsArePublishedByTheRules(t *testing.T) {
	cases := []struct{ story, in, reason string }{
		{"five alike", "a=100:70 b=100:71 c=100:72 d=100:73 e=100:74", ""},
		{"four", "a=100:70 b=100:71 c=100:72 d=100:73", "too few companies"},
		{"the fifth is cut off", "a=100:70 b=100:71 c=100:72 d=100:73 e=49:74", "too few companies"},
		{"one is half of it", "a=400:70 b=100:71 c=100:72 d=100:73 e=100:74", "too large a part"},
		{"exactly a quarter", "a=250:70 b=250:71 c=250:72 d=125:73 e=125:74", ""},
	}
	for _, c := range cases {
		cell, err := Benchmark(companies(t, c.in), PublicationRules{})
		if err != nil {
			t.Fatal(err)
		}
		if cell.Published != (c.reason == "") || !strings.Contains(cell.Reason, c.reason) || (cell.EqualMean != nil) != cell.Published {
			t.Errorf("%s: %+v", c.story, cell)
		}
	}
	cell, err := Benchmark(companies(t, "a=50:60 b=100:70 c=100:70 d=100:70 e=100:70 f=50:80 g=20:1"), PublicationRules{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of companies", *cell.EqualMean, 70, 1e-9)
	near(t, "mean of answers", *cell.VolumeMean, 70, 1e-9)
	if cell.CutOff != 1 || cell.Companies != 6 {
		t.Errorf("%+v", cell)
	}
	tight, err := Benchmark(companies(t, "a=100:100 b=100:100 c=100:3 d=100:3 e=100:3"), PublicationRules{})
	if err != nil || tight.Published || !strings.Contains(tight.Reason, "too closely") {
		t.Errorf("p%%-rule: %+v, %v", tight, err)
	}
}

func TestACompanySeesItselfAndQuartilesOfTheOthers(t *testing.T) {
	in := companies(t, "a=420:78.2 b=300:74.5 c=195:71 d=260:69.4 e=240:66.1 f=135:62.3")
	view, err := Own("c", in, PublicationRules{MaxWeight: 0.3}, 1, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "own mean", view.Mean.Value, 71, 1e-9)
	near(t, "lower quartile of the others", view.Quartiles[0], 66.1, 1e-9)
	near(t, "their median", view.Quartiles[1], 69.4, 1e-9)
	if view.Rank == nil || view.Rank.CI[0] > 3 || view.Rank.CI[1] < 3 {
		t.Errorf("rank %+v", view.Rank)
	}
	few, err := Own("a", in[:3], PublicationRules{}, 1, 0.95)
	if err != nil || few.Quartiles != nil || few.Rank != nil || few.Mean == nil || few.Cell.Published {
		t.Errorf("three companies: %+v, %v", few, err)
	}
	if _, err := Own("x", in, PublicationRules{}, 1, 0.95); err == nil {
		t.Error("a company that does not contribute has a view")
	}
}

func TestContributionsAreClampedAndComparable(t *testing.T) {
	c, err := Contribution{Company: "a", N: 200, Sum: 90000, Squares: 1e12, Frame: 100}.Clamped()
	if err != nil || c.N != 100 || c.Sum != 10000 || c.Squares != 1e6 {
		t.Errorf("clamped %+v, %v", c, err)
	}
	in := companies(t, "a=100:70 b=100:71 c=100:72 d=100:73 e=100:74")
	in[2].Questionnaire = "2025"
	if _, err := Benchmark(in, PublicationRules{}); err == nil || !strings.Contains(err.Error(), "different series") {
		t.Errorf("two questionnaires: %v", err)
	}
	if _, err := Benchmark(append(companies(t, "a=100:70"), companies(t, "a=90:70")...), PublicationRules{}); err == nil {
		t.Error("a company contributed twice")
	}
	if _, err := Benchmark([]Contribution{{Company: "a", N: -1}}, PublicationRules{}); err == nil {
		t.Error("negative n")
	}
}

func TestOnePatternInEveryPeriod(t *testing.T) {
	got := SamePattern(map[string]bool{"phone": true, "chat": false, "email": true}, map[string]bool{"phone": true, "chat": true, "email": true, "visit": true})
	if !slices.Equal(got, []string{"chat", "visit"}) {
		t.Errorf("hide %v", got)
	}
}

func TestStandardisationTakesTheMixOut(t *testing.T) {
	c := companies(t, "phone=300:80 mail=100:60")
	got, err := Standardise(map[string]Contribution{"phone": c[0], "mail": c[1]}, map[string]float64{"phone": 500, "mail": 500})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "raw", got.Raw, 75, 1e-9)
	near(t, "with the industry's mix", *got.Adjusted, 70, 1e-9)
	thin, err := Standardise(map[string]Contribution{"phone": c[0]}, map[string]float64{"phone": 500, "mail": 500})
	if err != nil || thin.Adjusted != nil || thin.Reason == "" || thin.Covered != 0.5 {
		t.Errorf("half the mix: %+v, %v", thin, err)
	}
	if _, err := Standardise(nil, map[string]float64{"phone": 1}); err == nil {
		t.Error("a company without answers")
	}
}
