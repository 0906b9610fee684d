package routingtest_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"sentral/internal/engine/audit"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/routing/routingtest"
)

// TestSpecificationPage holds docs/spec/routing.md to what is so: it names every law as the auditor does, every word that the engine can answer, and only scenarios
// that exist, all of them; and its own scenario passes.
func TestSpecificationPage(t *testing.T) {
	b, err := os.ReadFile("../../../../docs/spec/routing.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for i, l := range audit.Laws() {
		if row := fmt.Sprintf("| L%d | `%s` |", i+1, l); !strings.Contains(page, row) {
			t.Errorf("there is no row %q", row)
		}
	}
	for c := routing.UnknownContact; c <= routing.NotReachable; c++ {
		if !strings.Contains(page, "`"+c.String()+"`") {
			t.Errorf("code %v is not told", c)
		}
	}
	for r := routing.BestFit; r <= routing.HeldRule; r++ {
		if !strings.Contains(page, "`"+r.String()+"`") {
			t.Errorf("rule %v is not told", r)
		}
	}
	for p := routing.InQueue; p <= routing.InWrapUp; p++ {
		if !strings.Contains(page, p.String()) {
			t.Errorf("phase %v is not drawn", p)
		}
	}
	named := map[string]bool{}
	for _, list := range regexp.MustCompile(`\[([a-z_0-9,\s]+)\]`).FindAllStringSubmatch(page, -1) {
		for _, name := range strings.FieldsFunc(list[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
			named[name] = true
		}
	}
	for _, name := range routingtest.Scenarios() {
		if !named[name] {
			t.Errorf("scenario %s is not named", name)
		}
		delete(named, name)
	}
	for name := range named {
		if strings.Contains(name, "_") {
			t.Errorf("there is no scenario %s", name)
		}
	}
	for _, s := range regexp.MustCompile("(?s)```scenario\n(.*?)```").FindAllStringSubmatch(page, -1) {
		if err := routingtest.Play(s[1], routingtest.NewDirect()); err != nil {
			t.Error(err)
		}
	}
}
