package pathmodel

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sentral/internal/centre"
	"sentral/internal/quality/index"
)

// TestEveryEstimateIsFiniteOrRefused holds, for small coarse tables full of ties, turned items and missing answers, that a model
// gives finite figures that JSON can carry, or an Invalid error; never a panic and never NaN.
func TestEveryEstimateIsFiniteOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 3), 2, 4).Draw(t, "block sizes")
		m := Model{Name: "drawn", Scale: index.Scale{Low: 1, High: 4}}
		var columns []string
		for c, size := range sizes {
			construct := Construct{Name: fmt.Sprintf("C%d", c), Mode: Mode(rapid.IntRange(0, 1).Draw(t, "mode"))}
			for i := range size {
				construct.Items = append(construct.Items, fmt.Sprintf("c%di%d", c, i))
			}
			columns = append(columns, construct.Items...)
			m.Constructs = append(m.Constructs, construct)
			for before := range c {
				if before == c-1 || rapid.Bool().Draw(t, "arrow") {
					m.Paths = append(m.Paths, Path{From: fmt.Sprintf("C%d", before), To: construct.Name})
				}
			}
		}
		a := Answers{Columns: columns}
		for range rapid.IntRange(len(columns), 16).Draw(t, "rows") {
			row := make([]float64, len(columns))
			for i := range row {
				if row[i] = float64(rapid.IntRange(0, 4).Draw(t, "answer")); row[i] == 0 {
					row[i] = math.NaN()
				}
			}
			a.Rows = append(a.Rows, row)
		}
		o := PLSOptions{Scheme: Scheme(rapid.IntRange(0, 2).Draw(t, "scheme")), CentredOnly: rapid.Bool().Draw(t, "centred")}
		p, err := EstimatePLS(m, a, o)
		if err == nil {
			err = p.Bootstrap(context.Background(), BootstrapOptions{Draws: 5})
		}
		if err != nil {
			if centre.KindOf(err) != centre.Invalid {
				t.Fatalf("%v is not an Invalid error", err)
			}
			return
		}
		if _, err := json.Marshal(p); err != nil {
			t.Fatal(err)
		}
		if htmt, err := p.HTMT(); err != nil {
			t.Fatal(err)
		} else if _, err := json.Marshal(htmt); err != nil {
			t.Fatal(err)
		}
		d, err := ExplainBy(context.Background(), a, columns[0], columns[1:], DriverOptions{Missing: MeanReplace, Draws: 5})
		if err != nil {
			if centre.KindOf(err) != centre.Invalid {
				t.Fatalf("%v is not an Invalid error", err)
			}
		} else if _, err := json.Marshal(d); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzParseModel holds that no text makes the model reader panic, and that what it takes is checked without a panic.
func FuzzParseModel(f *testing.F) {
	for _, name := range ShippedModels() {
		text, err := ShippedModelText(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add(smallModel)
	f.Add("+")
	f.Add("A [B] = x1..x3\nB ~ A\nscale 0 1 x1\n->\n=\n[")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseModel("fuzz", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "fuzz:") {
				t.Fatalf("%v does not name the line", err)
			}
			return
		}
		if err := m.Check(); err == nil {
			if _, loop := m.order(); loop != nil {
				t.Fatal("a checked model has a loop")
			}
		}
	})
}
