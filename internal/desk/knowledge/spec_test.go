package knowledge

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// specTables gives the rows of every table of docs/spec/search.md by the table's header.
func specTables(t *testing.T) map[string][][]string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "spec", "search.md"))
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][][]string{}
	header := ""
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			header = ""
		case header == "":
			header = strings.Join(cells, ", ")
		case !strings.HasPrefix(line, "|--"):
			tables[header] = append(tables[header], cells)
		}
	}
	return tables
}

// Goal: the formulas of docs/spec/search.md hold the program's own constants.
func TestSpecificationHasTheConstants(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "spec", "search.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{
		fmt.Sprintf("%.1f · Σ over grams", gramWeight),
		fmt.Sprintf("k1 = %.1f, b = %.1f", saturation, lengthShare),
		fmt.Sprintf("first score + %.1f · best passage + heading + first score", passageWeight),
		fmt.Sprintf("times %.1f in another language", otherLanguage),
		fmt.Sprintf("a stretch of %d words, stepping %d", passageWords, passageStep),
		fmt.Sprintf("its stop words count %.1f as stems and %.1f as grams", stopwordStem, stopwordGram),
		fmt.Sprintf("beside its stem (%.1f)", ownWeight),
		fmt.Sprintf("the parts' concepts (%.1f each)", partWeight),
		fmt.Sprintf("at most three, together at %.1f", mendedWeight),
		fmt.Sprintf("%.2f + %.2f · words + %.2f · grams + %.2f · margin + %.2f · words · margin",
			confidenceBase, confidenceWords, confidenceGrams, confidenceMargin, confidenceBoth),
		fmt.Sprintf("From %.2f, and with words at %.1f or more", sureFrom, sureWords),
		fmt.Sprintf("from %.2f it is **maybe**", maybeFrom),
	} {
		if !strings.Contains(string(page), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if headingWeight != 1 || localWeight != 1 || titleWeight != 2 || questionWeight != 2 || bodyWeight != 1 || candidates != 20 || mostMendings != 3 {
		t.Error("a weight that the page gives in words has changed")
	}
}

// Goal: docs/spec/search.md says what the program does.
func TestSpecificationIsTrue(t *testing.T) {
	four := func(x float64) string { return fmt.Sprintf("%.4f", x) }
	does := map[string]func(in []float64) []string{
		"articles, holding, rarity":          func(in []float64) []string { return []string{four(rarity(in[0], in[1]))} },
		"count, length / mean length, worth": func(in []float64) []string { return []string{four(saturated(in[0], in[1]))} },
		"words, grams, margin, confidence, verdict": func(in []float64) []string {
			s := signs{words: in[0], grams: in[1], margin: in[2]}
			return []string{fmt.Sprintf("%.2f", s.confidence()), string(s.verdict())}
		},
		"questions, candidates, accuracy, chance, alpha": func(in []float64) []string {
			chance := in[0] / in[1]
			return []string{four(chance), four((in[2] - chance) / (1 - chance))}
		},
	}
	tables := specTables(t)
	for header, do := range does {
		if len(tables[header]) == 0 {
			t.Errorf("the table of %s is gone", header)
		}
		for _, row := range tables[header] {
			var in []float64
			for _, cell := range row {
				if x, err := strconv.ParseFloat(cell, 64); err == nil {
					in = append(in, x)
				}
			}
			got := do(in)
			if want := row[len(row)-len(got):]; strings.Join(got, " | ") != strings.Join(want, " | ") {
				t.Errorf("%s: the page says %q, the program %q", header, row, got)
			}
		}
	}
	if len(tables) != len(does) {
		t.Errorf("the page has %d tables, of which %d are checked", len(tables), len(does))
	}
}
