package stat_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"sentral/internal/stat"
)

// shared opens a file of the shared test data, or skips the test where that is not laid out beside the repository.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	root := os.Getenv("SENTRAL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(root, "data", name))
	if err != nil {
		t.Skipf("shared data is not here: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// table is a comma-separated file with a header, by column.
type table map[string][]string

func readTable(t *testing.T, name string) table {
	t.Helper()
	rows, err := csv.NewReader(shared(t, name)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := table{}
	for i, header := range rows[0] {
		for _, r := range rows[1:] {
			out[header] = append(out[header], r[i])
		}
	}
	return out
}

func (tb table) numbers(t *testing.T, column string) []float64 {
	t.Helper()
	out := make([]float64, len(tb[column]))
	for i, s := range tb[column] {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = v
	}
	return out
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

func TestClusterRobustMeanOfApiclus1(t *testing.T) {
	api := readTable(t, "survey/apiclus1.csv")
	y := api.numbers(t, "api00")
	d := stat.Design{Weight: api.numbers(t, "pw"), Cluster: stat.Labels(api["dnum"]), Population: api.numbers(t, "fpc")}
	e, err := d.Mean(y, 0.95)
	must(t, e, err)
	near(t, "mean", e.Value, 644.17, 5e-3)
	near(t, "se", e.SE, 23.542, 5e-4)
	near(t, "df", e.DF, 14, 0)
	naive, err := stat.MeanT(y, 0.95)
	must(t, naive, err)
	near(t, "naive se", naive.SE, 7.817, 5e-4)
	total, err := d.Total(api.numbers(t, "enroll"), 0.95)
	must(t, total, err)
	near(t, "total enroll", total.Value, 3404940, 0.5) // R survey's example: svytotal(~enroll, dclus1)
	near(t, "se of total enroll", total.SE, 932235, 0.5)
}

func TestStratifiedMeanOfApistrat(t *testing.T) {
	api := readTable(t, "survey/apistrat.csv")
	d := stat.Design{Weight: api.numbers(t, "pw"), Stratum: stat.Labels(api["stype"]), Population: api.numbers(t, "fpc")}
	e, err := d.Mean(api.numbers(t, "api00"), 0.95)
	must(t, e, err)
	near(t, "mean", e.Value, 662.29, 5e-3)
	near(t, "se", e.SE, 9.4089, 5e-5)
}

func TestRakingOfApiclus1(t *testing.T) {
	api := readTable(t, "survey/apiclus1.csv")
	stype := stat.Margin{Name: "stype", Category: api["stype"], Target: map[string]float64{"E": 4421, "H": 755, "M": 1018}}
	wide := stat.Margin{Name: "sch.wide", Category: api["sch.wide"], Target: map[string]float64{"No": 1072, "Yes": 5122}}
	base := api.numbers(t, "pw")
	d := stat.Design{Cluster: stat.Labels(api["dnum"]), Population: api.numbers(t, "fpc")}
	y, enroll := api.numbers(t, "api00"), api.numbers(t, "enroll")

	raked, err := stat.Rake(base, []stat.Margin{stype, wide}, stat.RakeOptions{})
	must(t, raked, err)
	near(t, "deff", raked.Deff, 1.051657, 5e-7)
	near(t, "effective n", raked.EffectiveN, 174.011, 5e-4)
	cells := map[string]float64{}
	for i := range raked.Weight {
		cells[api["stype"][i]+"-"+api["sch.wide"][i]] = raked.Weight[i]
	}
	for cell, want := range map[string]float64{
		"E-No": 39.839236, "E-Yes": 29.870675, "H-No": 67.125529, "H-Yes": 50.329401, "M-No": 49.069072, "M-Yes": 36.791025,
	} {
		near(t, "weight "+cell, cells[cell], want, 5e-7)
	}
	mean, err := raked.Mean(y, d, 0.95)
	must(t, mean, err)
	near(t, "raked mean", mean.Value, 641.230321, 5e-7)
	near(t, "its se", mean.SE, 23.704, 5e-4)
	total, err := raked.Total(enroll, d, 0.95)
	must(t, total, err)
	near(t, "raked total", total.Value, 3647280, 0.5)
	near(t, "its se", total.SE, 400603, 0.5)

	post, err := stat.Rake(base, []stat.Margin{stype}, stat.RakeOptions{})
	must(t, post, err)
	mean, err = post.Mean(y, d, 0.95)
	must(t, mean, err)
	near(t, "post-stratified mean", mean.Value, 642.310788, 5e-7)
	total, err = post.Total(enroll, d, 0.95)
	must(t, total, err)
	near(t, "post-stratified total", total.Value, 3680892.945, 5e-4)
	near(t, "its se", total.SE, 406293, 0.5) // R survey's example: svytotal(~enroll, dclus1p)
}

func TestRakingTrimsAndSaysWhatItCannotDo(t *testing.T) {
	var channel, language []string
	for i := range 200 {
		channel = append(channel, map[bool]string{true: "chat", false: "phone"}[i%20 == 0])
		language = append(language, map[bool]string{true: "sv", false: "nb"}[i%4 == 0])
	}
	margins := []stat.Margin{
		{Name: "channel", Category: channel, Target: map[string]float64{"phone": 700, "chat": 300}},
		{Name: "language", Category: language, Target: map[string]float64{"nb": 600, "sv": 400}},
	}
	free, err := stat.Rake(ones(200), margins, stat.RakeOptions{})
	must(t, free, err)
	trimmed, err := stat.Rake(ones(200), margins, stat.RakeOptions{Trim: 5})
	must(t, trimmed, err)
	// All ten chat answers are Swedish, and 300 contacts on ten answers need a weight of 30: no cap under that can hold.
	near(t, "cap", trimmed.Cap, 5*600.0/150, 1e-9)
	if trimmed.OverCap != 10 || trimmed.Trimmed != 0 || len(trimmed.Small) != 1 || trimmed.Small[0].Category != "chat" {
		t.Errorf("over the cap %d, at it %d, small %v", trimmed.OverCap, trimmed.Trimmed, trimmed.Small)
	}
	// With a margin that leaves room, the cap holds and every margin is met all the same.
	a := make([]string, 100)
	b := make([]string, 100)
	for i := range a {
		a[i], b[i] = "a0", "b0"
		if i < 30 {
			a[i] = "a1"
		}
		if i >= 24 && i < 44 {
			b[i] = "b1"
		}
	}
	room := []stat.Margin{
		{Name: "a", Category: a, Target: map[string]float64{"a0": 50, "a1": 50}}, {Name: "b", Category: b, Target: map[string]float64{"b0": 50, "b1": 50}},
	}
	loose, err := stat.Rake(ones(100), room, stat.RakeOptions{})
	must(t, loose, err)
	held, err := stat.Rake(ones(100), room, stat.RakeOptions{Trim: 6})
	must(t, held, err)
	sum := 0.0
	for i, w := range held.Weight {
		if w > held.Cap*(1+1e-9) {
			t.Fatalf("weight %d is %v, over the cap %v", i+1, w, held.Cap)
		}
		if a[i] == "a1" {
			sum += w
		}
	}
	near(t, "margin a1", sum, 50, 1e-7)
	if held.Trimmed == 0 || held.Deff >= loose.Deff {
		t.Errorf("trimmed %d weights; deff %v, without trimming %v", held.Trimmed, held.Deff, loose.Deff)
	}
}

func TestRakingRefusesWhatItCannotWeight(t *testing.T) {
	phone := []string{"phone", "phone", "chat"}
	target := map[string]float64{"phone": 60, "chat": 40}
	for what, margins := range map[string][]stat.Margin{
		"no margin":            nil,
		"an empty category":    {{Name: "channel", Category: []string{"phone", "phone", "phone"}, Target: target}},
		"an unknown category":  {{Name: "channel", Category: []string{"phone", "chat", "fax"}, Target: target}},
		"a zero target":        {{Name: "channel", Category: phone, Target: map[string]float64{"phone": 60, "chat": 0}}},
		"a short column":       {{Name: "channel", Category: phone[:2], Target: target}},
		"margins that differ":  {{Name: "channel", Category: phone, Target: target}, {Name: "x", Category: phone, Target: map[string]float64{"phone": 60, "chat": 41}}},
		"contradicting margin": {{Name: "channel", Category: phone, Target: target}, {Name: "x", Category: phone, Target: map[string]float64{"phone": 50, "chat": 50}}},
	} {
		_, err := stat.Rake(ones(3), margins, stat.RakeOptions{Rounds: 200})
		refused(t, what, err)
	}
	_, err := stat.Rake([]float64{1, 0, 1}, []stat.Margin{{Name: "channel", Category: phone, Target: target}}, stat.RakeOptions{})
	refused(t, "a base weight of 0", err)
	_, _, err = stat.DesignEffect(nil)
	refused(t, "design effect of nothing", err)
	one := stat.Design{Stratum: []int{1, 1, 2}}
	_, err = one.Mean([]float64{1, 2, 3}, 0.95)
	refused(t, "a stratum of one", err)
	few := stat.Design{Population: []float64{2, 2, 2}}
	_, err = few.Mean([]float64{1, 2, 3}, 0.95)
	refused(t, "more sampled than there are", err)
}

func TestMergeSmallCategories(t *testing.T) {
	m := stat.Margin{Name: "channel", Target: map[string]float64{"phone": 600, "chat": 200, "mail": 150, "visit": 40, "fax": 10}}
	for name, n := range map[string]int{"phone": 50, "chat": 30, "mail": 18, "visit": 3} {
		for range n {
			m.Category = append(m.Category, name)
		}
	}
	merged := stat.MergeSmall(m, 20)
	want := map[string]float64{"phone": 600, "chat": 200, "fax + mail + visit": 200}
	if len(merged.Target) != len(want) {
		t.Fatalf("merged into %v", merged.Target)
	}
	for name, n := range want {
		near(t, name, merged.Target[name], n, 0)
	}
	_, err := stat.Rake(ones(len(merged.Category)), []stat.Margin{merged}, stat.RakeOptions{})
	must(t, 0, err)
}

func TestFitTable(t *testing.T) {
	start := [][]float64{{40, 30, 20, 10}, {35, 50, 100, 75}, {30, 80, 70, 120}, {20, 30, 40, 50}}
	fit, err := stat.FitTable(start, []float64{150, 300, 400, 150}, []float64{200, 300, 400, 100})
	must(t, fit, err)
	for j, want := range []float64{64.56, 46.23, 35.38, 3.82} {
		near(t, "first row", fit[0][j], want, 5e-3)
	}
	for i, want := range []float64{150, 300, 400, 150} {
		near(t, "row sum", stat.Sum(fit[i]), want, 1e-8)
	}
	_, err = stat.FitTable(start, []float64{150, 300, 400, 150}, []float64{200, 300, 400, 101})
	refused(t, "totals that differ", err)
	_, err = stat.FitTable([][]float64{{0, 0}, {1, 1}}, []float64{1, 1}, []float64{1, 1})
	refused(t, "an empty row", err)
	_, err = stat.FitTable([][]float64{{1, 0}, {1, 0}}, []float64{1, 1}, []float64{1, 1})
	refused(t, "an empty column", err)
	_, err = stat.FitTable([][]float64{{1, math.NaN()}, {1, 0}}, []float64{1, 1}, []float64{1, 1})
	refused(t, "a cell that is no number", err)
}
