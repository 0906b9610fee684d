package language

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared gives the path of a file of the shared data, or skips the test when the data is not there.
func shared(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("SENTRAL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	file := filepath.Join(root, "data", path)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	return file
}

// Goal: every word of the published vocabularies has the published stem.
func TestStemsEqualThePublishedVocabularies(t *testing.T) {
	for code, name := range map[Code]string{Bokmal: "norwegian", Swedish: "swedish", English: "english"} {
		t.Run(name, func(t *testing.T) {
			file, err := os.Open(shared(t, "survey/stem_"+name+"_dev.tsv"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			words, wrong := 0, 0
			for lines := bufio.NewScanner(file); lines.Scan(); {
				word, want, _ := strings.Cut(lines.Text(), "\t")
				words++
				if got := Stem(code, word); got != want {
					if wrong++; wrong <= 20 {
						t.Errorf("Stem(%s, %q) = %q, want %q", code, word, got, want)
					}
				}
			}
			if wrong > 0 || words < 10000 {
				t.Fatalf("%d of %d words are wrong", wrong, words)
			}
		})
	}
}
