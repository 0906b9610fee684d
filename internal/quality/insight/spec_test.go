package insight

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sentral/internal/stat"
)

// TestSpecificationPage recomputes every line of the example blocks of docs/spec/insight.md.
func TestSpecificationPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "spec", "insight.md"))
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
	bound, err := FarringtonBound(40, 1.5, 2, stat.NormalQuantile(0.995))
	if err != nil {
		t.Fatal(err)
	}
	out["Farrington bound"] = fmt.Sprintf("%.4f", bound)
	c1, err := EARSC1([]float64{31, 28, 35, 30, 33, 29, 36, 55})
	if err != nil {
		t.Fatal(err)
	}
	out["EARS C1"] = fmt.Sprintf("%.4f (mean %.4f, sd %.4f)", c1.Value, c1.Mean, c1.SD)
	a, err := Attribute(surgeDimensions, invoiceRun(), AttributionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range a.Single {
		first := e.Elements[0]
		out[first.Value] = fmt.Sprintf("%g -> %g, EP %.4f, S %.6f", first.Forecast, first.Actual, first.Power, first.Surprise)
		for _, el := range e.Elements {
			if el.Value == "phone" {
				delete(out, first.Value)
				out["phone"] = fmt.Sprintf("%g -> %g, EP %.4f, S %.6f", el.Forecast, el.Actual, el.Power, el.Surprise)
			}
		}
	}
	out["answer"] = a.Answer
	for _, n := range [][4]int{{60, 20, 10000, 40000}, {150, 40, 80000, 100000}} {
		g2, err := LogLikelihood(n[0], n[1], n[2], n[3])
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("G2 of %d/%d and %d/%d", n[0], n[2], n[1], n[3])] = fmt.Sprintf("%.6f", g2)
	}
	corpus := func(s string) Corpus { return NewCorpus([]Terms{{"a", strings.Fields(s)}}) }
	odds, err := LogOdds(corpus("the quick brown fox jumps over the lazy pig"), corpus("the lazy purple pig jumps over the lazier donkey"), 0.05)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range odds {
		if k.Term == "fox" || k.Term == "donkey" || k.Term == "lazy" {
			out["z of "+k.Term] = fmt.Sprintf("%.11f", k.Z)
		}
	}
	groups, err := NearDuplicates([]Text{{"a", "Takk for hjelpen!"}, {"b", "takk for hjelpen"}}, DuplicateOptions{})
	if err != nil || len(groups) != 1 {
		t.Fatal(groups, err)
	}
	out[`two of "Takk for hjelpen!" and "takk for hjelpen"`] = fmt.Sprintf("%d group, %d texts, %d persons", len(groups), len(groups[0].Texts), groups[0].Persons)
	return out
}
