package language

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// specTables gives the rows of every table of docs/spec/language.md by the table's header.
func specTables(t *testing.T) map[string][][]string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "spec", "language.md"))
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

// Goal: docs/spec/language.md says what the program does.
func TestSpecificationIsTrue(t *testing.T) {
	does := map[string]func(cells []string) []string{
		"text, words": func(c []string) []string {
			var words []string
			for _, word := range Words(c[0]) {
				words = append(words, word.Text)
			}
			return []string{c[0], strings.Join(words, " ")}
		},
		"language, word, stem": func(c []string) []string { return []string{c[0], c[1], Stem(Code(c[0]), c[1])} },
		"word, concept": func(c []string) []string {
			name, _ := Trade().Concept(c[0])
			return []string{c[0], name}
		},
		"compound, parts": func(c []string) []string { return []string{c[0], strings.Join(Trade().Split(c[0]), " ")} },
		"text, guess, probability": func(c []string) []string {
			guess := Guess(c[0])
			return []string{c[0], string(guess.Language), fmt.Sprintf("%.2f", guess.Probability)}
		},
	}
	tables := specTables(t)
	for header, do := range does {
		if len(tables[header]) == 0 {
			t.Errorf("the table of %s is gone", header)
		}
		for _, row := range tables[header] {
			if got := do(row); strings.Join(got, " | ") != strings.Join(row, " | ") {
				t.Errorf("the page says %q, the program %q", row, got)
			}
		}
	}
	if len(tables) != len(does) {
		t.Errorf("the page has %d tables, of which %d are checked", len(tables), len(does))
	}
}
