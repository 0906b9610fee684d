package index

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sentral/internal/centre"
)

// TestSpecificationPage recomputes every line of the example blocks of docs/spec/index.md.
func TestSpecificationPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "spec", "index.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := specified(t)
	inside := false
	for i, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "```") {
			inside = line == "```example"
			continue
		}
		if !inside {
			continue
		}
		name, value, _ := strings.Cut(line, " = ")
		reckoned, known := want[name]
		if !known {
			t.Errorf("line %d: nothing reckons %q", i+1, name)
		} else if reckoned != value {
			t.Errorf("line %d: %s = %s, the page says %s", i+1, name, reckoned, value)
		}
		delete(want, name)
	}
	for name, value := range want {
		t.Errorf("the page lacks: %s = %s", name, value)
	}
}

func specified(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	specifiedAnswers(t, out)
	specifiedContacts(t, out)
	specifiedHandling(t, out)
	specifiedGroups(t, out)
	return out
}

func specifiedAnswers(t *testing.T, out map[string]string) {
	oks, err := PerceivedService(repeated(6, 20, 5, 10, 4, 5, 2, 3, 1, 2), OKSScale, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out["OKS of 20 x 6, 10 x 5, 5 x 4, 3 x 2, 2 x 1"] = fmt.Sprintf("%.2f (%.2f to %.2f), top2 %.1f %%, bottom2 %.1f %%",
		oks.Mean.Value, oks.Mean.CI.Low, oks.Mean.CI.High, 100**oks.Top2.Share, 100**oks.Bottom2.Share)
	csat, err := Satisfied(repeated(5, 50, 4, 20, 3, 10, 2, 10, 1, 10), Scale{1, 5}, 4, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out["CSAT of 50 x 5, 20 x 4, 10 x 3, 10 x 2, 10 x 1"] = fmt.Sprintf("%.1f %% (%.1f to %.1f %%)", 100**csat.Share, 100*csat.CI.Low, 100*csat.CI.High)
	ces, err := Effort(repeated(7, 30, 5, 20, 4, 30, 1, 20), SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out["CES of 30 x 7, 20 x 5, 30 x 4, 20 x 1"] = fmt.Sprintf("%.2f, easy %.1f %%", ces.Mean.Value, 100**ces.Easy.Share)
	for _, n := range [][3]int{{100, 60, 40}, {10, 0, 0}} {
		nps, err := NetPromoterOf(n[0], n[1], n[2], 0.95)
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("NPS of %d promoters, %d passives, %d detractors", n[0], n[1], n[2])] = fmt.Sprintf("%.1f, se %.4f, %.2f to %.2f", nps.Value, nps.SE, nps.CI.Low, nps.CI.High)
	}
}

func specifiedContacts(t *testing.T, out map[string]string) {
	day := centre.Instant(86400000)
	figures, err := LoggedFCR(contactLog(t, "A 0 3 9 | B 0 | C 0 8 | D 28"), FCROptions{Until: 30 * day})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		out["FCR "+f.Definition] = fmt.Sprintf("%d of %d = %.4f, %d left out", f.Solved, f.Units, *f.Share, f.Censored)
	}
	counts := folded(t, exampleTarget, exampleDay()).Counts(1 << 40)
	for _, f := range exampleTarget.Figures(counts) {
		out[f.Formula] = fmt.Sprintf("%.1f %% (%d of %d)", 100**f.Share, f.Met, f.Of)
	}
	for _, r := range []Ratio{counts.Abandonment(false), counts.Abandonment(true)} {
		out[r.Measure] = fmt.Sprintf("%.1f %% (%d of %d)", 100**r.Value, r.Part, r.Of)
	}
}

func specifiedHandling(t *testing.T, out map[string]string) {
	busy, err := Occupancy([]AgentTime{{
		Staffed: []Span{{0, 1000}},
		Work:    []Work{{Span{0, 300}, 333}, {Span{0, 300}, 333}, {Span{200, 400}, 333}, {Span{500, 600}, 1000}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	out["occupancy by load"] = fmt.Sprintf("%.4f", *busy.Load.Value)
	out["occupancy by busy"] = fmt.Sprintf("%.4f", *busy.Busy.Value)
	plan := []Activity{{Span{0, 200}, "queue"}}
	kept, err := Adherence(plan, []Activity{{Span{10, 210}, "queue"}}, "queue")
	if err != nil {
		t.Fatal(err)
	}
	out["adherence"] = fmt.Sprintf("%.4f", *kept.Adherence.Value)
	out["conformance"] = fmt.Sprintf("%.4f", *kept.Conformance.Value)
	form := MysteryForm{Areas: []MysteryArea{
		{"wait", 0.05, []MysteryQuestion{{"wait", 2}}}, {"reception", 0, []MysteryQuestion{{"greets", 1}}}, {"agent", 0, []MysteryQuestion{{"understands", 3}, {"solves", 6}}},
	}}
	score, err := form.Score([]MysteryContact{
		{Answered: true, Points: [][]float64{{2}, {1}, {3, 6}}},
		{Answered: true, Points: [][]float64{{1}, {0}, {2, 0}}, Skipped: [][]bool{nil, nil, {false, true}}},
		{},
	})
	if err != nil {
		t.Fatal(err)
	}
	name := "score of"
	for i, a := range score.Areas {
		name += fmt.Sprintf("%s %g/%g", []string{"", ",", " and"}[i], a.Obtained, a.Possible)
	}
	name += " points, weights"
	for _, a := range score.Areas {
		name += fmt.Sprintf(" %.4g", a.Weight)
	}
	out[name] = fmt.Sprintf("%.4f %%", score.Total)
}

func specifiedGroups(t *testing.T, out map[string]string) {
	for _, sizes := range [][]int{{4, 40, 50}, {4, 3, 53}} {
		groups := []RespondentGroup{{Name: "all", Parent: -1}}
		for _, n := range sizes {
			groups = append(groups, RespondentGroup{N: n})
			groups[0].N += n
		}
		seen, err := Suppress(groups, DefaultThresholds())
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("%d %d %d of %d", sizes[0], sizes[1], sizes[2], groups[0].N)] = fmt.Sprintf("%v %v %v", seen[1], seen[2], seen[3])
	}
	cell, err := Benchmark(companies(t, "a=50:60 b=100:70 c=100:70 d=100:70 e=100:70 f=50:80"), PublicationRules{})
	if err != nil {
		t.Fatal(err)
	}
	out["mean of companies"] = fmt.Sprintf("%.2f", *cell.EqualMean)
	out["mean of answers"] = fmt.Sprintf("%.2f", *cell.VolumeMean)
	closed, err := Benchmark(companies(t, "a=400:70 b=100:71 c=100:72 d=100:73 e=100:74"), PublicationRules{})
	if err != nil {
		t.Fatal(err)
	}
	out["with 400:70 and four of 100"] = closed.Reason
}
