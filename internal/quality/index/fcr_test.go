package index

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
)

// contactLog reads "A 0 3 9 | B 0 | C 0 8" as customers with the days of their contacts. A letter after a day marks it: a abandoned,
// o outbound, t transfer; r=x gives the customer's reason group from there on.
func contactLog(t *testing.T, text string) []LoggedContact {
	t.Helper()
	var log []LoggedContact
	for part := range strings.SplitSeq(text, "|") {
		words := strings.Fields(part)
		reason := "billing"
		for _, w := range words[1:] {
			if r, ok := strings.CutPrefix(w, "r="); ok {
				reason = r
				continue
			}
			c := LoggedContact{Customer: words[0], Reason: reason}
			c.Abandoned, c.Outbound, c.Continues = strings.HasSuffix(w, "a"), strings.HasSuffix(w, "o"), strings.HasSuffix(w, "t")
			var days float64
			if _, err := fmt.Sscan(strings.TrimRight(w, "aot"), &days); err != nil {
				t.Fatal(err)
			}
			c.At = centre.Instant(days * 24 * float64(time.Hour.Milliseconds()))
			log = append(log, c)
		}
	}
	return log
}

func TestLoggedFCRInThreeDefinitions(t *testing.T) {
	day := centre.Instant(24 * time.Hour.Milliseconds())
	cases := []struct {
		story, log string
		until      float64
		any        bool
		want       string // chained, anchored, per contact as solved/units-censored
	}{
		{"the worked example", "A 0 3 9 | B 0 | C 0 8 | D 28", 30, false, "3/4-1 4/5-1 4/6-1"},
		{"a gap of exactly the window is a repeat", "A 0 7", 30, false, "0/1-0 0/1-0 1/2-0"},
		{"one day more is not", "A 0 7.01", 30, false, "2/2-0 2/2-0 2/2-0"},
		{"a window that ends with the log is over", "A 23", 30, false, "1/1-0 1/1-0 1/1-0"},
		{"another reason group is another matter", "A 0 r=outage 1", 30, false, "2/2-0 2/2-0 2/2-0"},
		{"unless any reason counts", "A 0 r=outage 1", 30, true, "0/1-0 0/1-0 1/2-0"},
		{"a redial after giving up is the same wait", "A 0a 0.01", 30, false, "1/1-0 1/1-0 1/1-0"},
		{"and so are three tries", "A 0a 0.005a 0.01", 30, false, "1/1-0 1/1-0 1/1-0"},
		{"giving up and coming back next day is a repeat", "A 0a 1", 30, false, "0/1-0 0/1-0 1/2-0"},
		{"our own call and a transfer are not contacts", "A 0 0.001t 1o", 30, false, "1/1-0 1/1-0 1/1-0"},
		{"an open chain is left out, its contacts are not", "A 20 22 25", 30, false, "0/0-1 0/1-0 0/2-1"},
		{"order in the log does not matter", "A 9 0 3", 30, false, "0/1-0 1/2-0 1/3-0"},
	}
	for _, c := range cases {
		figures, err := LoggedFCR(contactLog(t, c.log), FCROptions{Until: centre.Instant(c.until * float64(day)), AnyReason: c.any})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range figures {
			got = append(got, fmt.Sprintf("%d/%d-%d", f.Solved, f.Units, f.Censored))
			if (f.Share == nil) != (f.Units == 0) || (f.Units == 0) != (f.Reason != "") {
				t.Errorf("%s: %+v wants a share or a reason", c.story, f)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.story, s, c.want)
		}
	}
}

func TestLoggedFCRRefuses(t *testing.T) {
	for want, log := range map[string][]LoggedContact{
		"the log is empty":              nil,
		"contact 1 has no customer":     {{At: 1}},
		"lies after the end of the log": {{Customer: "a", At: 10}},
	} {
		if _, err := LoggedFCR(log, FCROptions{Until: 5}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAskedFCR(t *testing.T) {
	answers := []SolvedAnswers{
		{No, Yes, No}, {No, Yes, No}, {Yes, Yes, No}, {No, No, Yes}, {No, DontKnow, No}, {DontKnow, No, DontKnow}, {NotAsked, Yes, NotAsked},
	}
	got, err := AskFCR(answers, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		f    ShareFigure
		want string
	}{
		{got.Solution, "4/7"}, {got.MustRecontact, "1/6"}, {got.PriorContact, "1/6"},
		{got.FCR, "2/6"}, {got.FCRLeftOut, "2/4"}, {got.FCRBest, "3/6"},
	} {
		if s := fmt.Sprintf("%d/%d", c.f.Count, c.f.Of); s != c.want {
			t.Errorf("%s = %s, want %s", c.f.Measure, s, c.want)
		}
	}
	if empty, err := AskFCR(nil, 0.95); err != nil || empty.FCR.Share != nil || empty.FCR.Reason == "" {
		t.Errorf("nobody asked: %+v, %v", empty.FCR, err)
	}
}
