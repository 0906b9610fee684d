package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSpecPagesTellTheTruth runs the worked examples of the pages on staffing and forecast. A block fenced as "file NAME" is written to a
// folder; in a block fenced as "console" each line "$ sentral ..." is run there, and the lines after it must be what it prints.
func TestSpecPagesTellTheTruth(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"staffing.md", "forecast.md"} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root, "docs", "spec", page))
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			ran := 0
			for i, part := range strings.Split(string(text), "\n```") {
				info, body, _ := strings.Cut(part, "\n")
				switch name, isFile := strings.CutPrefix(info, "file "); {
				case i%2 == 0: // prose between blocks
				case isFile:
					if err := os.WriteFile(name, []byte(body+"\n"), 0o600); err != nil {
						t.Fatal(err)
					}
				case info == "console":
					ran += runExamples(t, body)
				}
			}
			if ran == 0 {
				t.Error("the page has no example")
			}
		})
	}
}

// runExamples runs the commands of one block and compares what they print.
func runExamples(t *testing.T, body string) int {
	t.Helper()
	commands := strings.Split("\n"+body, "\n$ sentral ")
	for _, c := range commands[1:] {
		line, want, _ := strings.Cut(c, "\n")
		var out, errOut bytes.Buffer
		if code := Main(context.Background(), strings.Fields(line), strings.NewReader(""), &out, &errOut); code != 0 {
			t.Errorf("sentral %s: exit code %d: %s", line, code, errOut.String())
			continue
		}
		if got := strings.TrimSpace(out.String()); got != strings.TrimSpace(want) {
			t.Errorf("sentral %s\nprints\n%s\nbut the page says\n%s", line, got, want)
		}
	}
	return len(commands) - 1
}
