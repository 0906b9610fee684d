package calendar_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sentral/internal/calendar"
)

// specified answers the examples of docs/spec/calendar.md.
var specified = map[string]func(t *testing.T, a []string) string{
	"open": func(t *testing.T, a []string) string {
		z, d := zone(t, a[0]), date(t, a[1])
		h := calendar.Hours{Zone: z, Exceptions: map[calendar.Date]calendar.Periods{d: periods(t, a[2])}}
		return h.OpenTime(d.Start(z), (d + 1).Start(z)).String()
	},
	"slots": func(t *testing.T, a []string) string {
		size, err := time.ParseDuration(a[2])
		if err != nil {
			return err.Error()
		}
		s, err := calendar.Slots(date(t, a[1]), zone(t, a[0]), size)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(len(s))
	},
	"public": func(t *testing.T, a []string) string {
		var out []string
		for _, h := range nation(t, a[0]).Holidays(date(t, a[1]+"-01-01").Year()) {
			if h.Kind == calendar.Public {
				out = append(out, h.Date.String()[5:])
			}
		}
		return strings.Join(out, " ")
	},
	"day": func(t *testing.T, a []string) string {
		h, _ := nation(t, a[0]).On(date(t, a[1]))
		return h.Key + " " + h.Kind.String()
	},
	"bridge": func(t *testing.T, a []string) string { return fmt.Sprint(nation(t, a[0]).Bridge(date(t, a[1]))) },
	"school": func(t *testing.T, a []string) string {
		share, _ := calendarOf(t, calendar.Country(a[0]), calendar.Options{Region: a[1]}).School(date(t, a[2]))
		return fmt.Sprint(share)
	},
	"industrial": func(t *testing.T, a []string) string { return fmt.Sprint(nation(t, a[0]).Industrial(date(t, a[1]))) },
	"paid": func(t *testing.T, a []string) string {
		var out []string
		c, first := nation(t, a[0]), date(t, a[1]+"-01")
		for d := first; d <= first.MonthEnd(); d++ {
			if c.PayDay(d) {
				out = append(out, d.String()[8:])
			}
		}
		return strings.Join(out, " ")
	},
	"month_turn": func(t *testing.T, a []string) string { return fmt.Sprint(nation(t, a[0]).Day(date(t, a[1])).MonthTurn) },
	"after_holiday": func(t *testing.T, a []string) string {
		return fmt.Sprint(nation(t, a[0]).Day(date(t, a[1])).AfterHoliday)
	},
}

func nation(t *testing.T, code string) *calendar.Calendar {
	return calendarOf(t, calendar.Country(code), calendar.Options{})
}

// The page may not say what the code does not answer.
func TestSpecificationPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "spec", "calendar.md"))
	if err != nil {
		t.Fatal(err)
	}
	inside, seen := false, map[string]bool{}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "```") {
			inside = line == "```example"
			continue
		}
		if !inside {
			continue
		}
		left, want, found := strings.Cut(line, " = ")
		words := strings.Fields(left)
		if !found || len(words) < 2 || specified[words[0]] == nil {
			t.Errorf("calendar.md:%d: %q is no known example", i+1, line)
			continue
		}
		seen[words[0]] = true
		if got := specified[words[0]](t, words[1:]); got != want {
			t.Errorf("calendar.md:%d: %s is %s, the page says %s", i+1, left, got, want)
		}
	}
	for name := range specified {
		if !seen[name] {
			t.Errorf("the page has no example of %s", name)
		}
	}
}
