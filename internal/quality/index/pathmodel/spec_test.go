package pathmodel

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSpecificationPage recomputes every line of the example blocks of docs/spec/index.md that speak of this room.
func TestSpecificationPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "spec", "index.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := specified(t)
	inside := false
	for i, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "```") {
			inside = line == "```example pathmodel"
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
	m, err := ParseModel("example", "scale 1 7\nService = s1 s2\nLoyalty = l1 l2\nService -> Loyalty")
	if err != nil {
		t.Fatal(err)
	}
	p, err := EstimatePLS(m, Answers{
		Columns: []string{"s1", "s2", "l1", "l2"}, Rows: [][]float64{{5, 6, 5, 6}, {3, 3, 4, 3}, {7, 6, 7, 7}, {2, 3, 1, 2}, {4, 4, 5, 4}, {6, 5, 6, 5}},
	}, PLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out["path Service -> Loyalty"] = fmt.Sprintf("%.6f", p.Paths[0].Value)
	out["weight s1"] = fmt.Sprintf("%.6f", p.Weights[0].Value)
	for _, i := range p.Index {
		out["index "+i.Construct] = fmt.Sprintf("%.4f", *i.Value)
	}
	e, err := explain([][]float64{{1, .6, .4}, {.6, 1, .5}, {.4, .5, 1}}, []string{"y", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	out["LMG"] = fmt.Sprintf("%.7f %.7f", e.lmg[0], e.lmg[1])
	out["Johnson"] = fmt.Sprintf("%.7f %.7f", e.johnson[0], e.johnson[1])
	return out
}

// TestTwoDerivationsOfECSI prints how far the estimation and the long way differ on the mobile operator's survey: see
// docs/figures/index.md.
func TestTwoDerivationsOfECSI(t *testing.T) {
	data := survey(t, "ecsi_mobi.csv")
	m, err := ShippedModel("ecsi")
	if err != nil {
		t.Fatal(err)
	}
	for scheme := Centroid; scheme <= PathScheme; scheme++ {
		p, err := EstimatePLS(m, data, PLSOptions{Scheme: scheme})
		if err != nil {
			t.Fatal(err)
		}
		want := newLongWay(t, m, data, true).figures(scheme)
		worst := 0.0
		for name, v := range want {
			worst = max(worst, math.Abs(lookup(t, p, name)-v))
		}
		if worst > 1e-9 {
			t.Errorf("ecsi, %v: the two derivations differ by %g", scheme, worst)
		}
		t.Logf("ecsi, %v: %d figures, the two derivations differ by at most %.1e; satisfaction index %.6f", scheme, len(want), worst, lookup(t, p, "index Satisfaction"))
	}
}
