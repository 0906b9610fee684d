package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sentral/internal/stat"
)

func TestStaffIndexIsTheMeanOfThemes(t *testing.T) {
	form := []Theme{{"motivation", []string{"m1", "m2"}}, {"leadership", []string{"l1"}}}
	var answers []StaffAnswer
	for i := range 6 {
		a := StaffAnswer{"m1": 5, "l1": float64(1 + i%2*4)}
		if i < 3 {
			a["m2"] = 1
		}
		answers = append(answers, a)
	}
	got, err := StaffIndex(form, Scale{1, 5}, answers, DefaultThresholds(), SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "motivation: three persons at 50, three at 100", got.Themes[0].Mean.Value, 75, 1e-12)
	near(t, "leadership", got.Themes[1].Mean.Value, 50, 1e-12)
	near(t, "index", *got.Value, 62.5, 1e-12)

	small, err := StaffIndex(form, Scale{1, 5}, answers[:4], DefaultThresholds(), SurveyOptions{})
	if err != nil || small.Value != nil || small.Reason != "not_enough_data" || small.Themes != nil {
		t.Errorf("four persons: %+v, %v", small, err)
	}
	delete(answers[0], "l1")
	delete(answers[1], "l1")
	thin, err := StaffIndex(form, Scale{1, 5}, answers, DefaultThresholds(), SurveyOptions{})
	if err != nil || thin.Value != nil || thin.Themes[1].Mean != nil || thin.Themes[1].N != 0 || thin.Themes[0].Mean == nil {
		t.Errorf("a theme with four answers: %+v, %v", thin, err)
	}
	for want, try := range map[string]func() error{
		"never lowered": func() error {
			_, err := StaffIndex(form, Scale{1, 5}, answers, Thresholds{Closed: 3, Open: 10, Cross: 10}, SurveyOptions{})
			return err
		},
		"off the scale 1 to 4": func() error {
			_, err := StaffIndex(form, Scale{1, 4}, answers, DefaultThresholds(), SurveyOptions{})
			return err
		},
		"a theme without a statement": func() error {
			_, err := StaffIndex([]Theme{{Name: "x"}}, Scale{1, 4}, answers, DefaultThresholds(), SurveyOptions{})
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestPulseCountsAPersonOnce(t *testing.T) {
	var answers []PulseAnswer
	for range 20 {
		answers = append(answers, PulseAnswer{"eager", 0})
	}
	for _, p := range []string{"a", "b", "c", "d"} {
		answers = append(answers, PulseAnswer{p, 100})
	}
	wave, err := Pulse(answers, DefaultThresholds())
	if err != nil || wave.N != 5 || *wave.Value != 80 {
		t.Fatalf("%+v, %v", wave, err)
	}
	few, err := Pulse(answers[:23], DefaultThresholds())
	if err != nil || few.Value != nil || few.N != 0 {
		t.Errorf("four persons: %+v, %v", few, err)
	}
	rolling := RollingPulse([]PulseWave{wave, few, {N: 15, Value: new(60.0)}})
	near(t, "rolling", *rolling.Value, 65, 1e-12)
	if none := RollingPulse(nil); none.Value != nil || none.Reason == "" {
		t.Errorf("no wave: %+v", none)
	}
	if _, err := Pulse([]PulseAnswer{{"a", 101}}, DefaultThresholds()); err == nil {
		t.Error("an answer off the scale was taken")
	}
}

// TestPulseItemsReturn holds that every item comes back after the same number of weeks, in an order of the person's own.
func TestPulseItemsReturn(t *testing.T) {
	items := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"}
	seen := map[string][]int{}
	orders := map[string]bool{}
	for person := range 3 {
		r := stat.Stream(1, "pulse items", uint64(person))
		order := ""
		for week := range 10 {
			picked, err := PulseItems(r, items, 4, week)
			if err != nil || len(picked) != 4 {
				t.Fatalf("week %d: %v, %v", week, picked, err)
			}
			order += strings.Join(picked, "")
			if person == 0 {
				for _, p := range picked {
					seen[p] = append(seen[p], week)
				}
			}
		}
		orders[order] = true
	}
	for _, item := range items {
		if w := seen[item]; len(w) != 2 || w[1]-w[0] != 5 {
			t.Errorf("item %s came in weeks %v", item, w)
		}
	}
	if len(orders) != 3 {
		t.Errorf("%d orders for 3 persons", len(orders))
	}
}

func TestGroupsThatWouldGiveOthersAway(t *testing.T) {
	cases := []struct{ story, groups, want string }{
		{"all large", "all=50 a<all=20 b<all=30", "all+ a+ b+"},
		{"one small child takes the next smallest with it", "all=94 a<all=4 b<all=40 c<all=50", "all+ a! b* c+"},
		{"two small children that together are enough", "all=60 a<all=4 b<all=3 c<all=53", "all+ a! b! c+"},
		{"two small ones that are not", "all=60 a<all=1 b<all=2 c<all=57", "all+ a! b! c*"},
		{"the rest that no child holds is a group too", "all=43 a<all=40", "all+ a*"},
		{"a large rest is not", "all=60 a<all=40", "all+ a+"},
		{"a small child beside a rest hides in it", "all=60 a<all=4 b<all=40", "all+ a! b+"},
		{"a small parent hides its children", "all=4 a<all=4", "all! a!"},
		{"a hidden parent hides what it holds", "all=94 a<all=4 b<all=40 b1<b=20 b2<b=20 c<all=50", "all+ a! b* b1* b2* c+"},
		{"a cross needs ten", "all=40 a<all=8x b<all=32x", "all+ a! b*"},
		{"an empty child gives nothing away", "all=40 a<all=0 b<all=40", "all+ a! b+"},
	}
	for _, c := range cases {
		groups := parseGroups(t, c.groups)
		got, err := Suppress(groups, DefaultThresholds())
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for i, g := range groups {
			words = append(words, g.Name+[]string{"+", "!", "*"}[got[i]])
		}
		if s := strings.Join(words, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.story, s, c.want)
		}
	}
	for want, bad := range map[string]string{"parts must be disjoint": "all=10 a<all=8 b<all=8", "-1 respondents": "all=-1"} {
		if _, err := Suppress(parseGroups(t, bad), DefaultThresholds()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func parseGroups(t *testing.T, text string) []RespondentGroup {
	t.Helper()
	var groups []RespondentGroup
	for _, w := range strings.Fields(text) {
		name, n, _ := strings.Cut(w, "=")
		g := RespondentGroup{Parent: -1}
		g.Name, g.Crossed = name, strings.HasSuffix(n, "x")
		if child, parent, ok := strings.Cut(name, "<"); ok {
			g.Name = child
			g.Parent = slices.IndexFunc(groups, func(o RespondentGroup) bool { return o.Name == parent })
		}
		if _, err := fmt.Sscan(strings.TrimSuffix(n, "x"), &g.N); err != nil {
			t.Fatal(err)
		}
		groups = append(groups, g)
	}
	return groups
}

// TestNothingHiddenCanBeReckoned holds, for any flat tree, that the parent less its shown children is nobody, or at least the
// threshold and no single hidden group.
func TestNothingHiddenCanBeReckoned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 15), 1, 8).Draw(t, "sizes")
		groups := []RespondentGroup{{Name: "all", Parent: -1, N: rapid.IntRange(0, 8).Draw(t, "unlisted")}}
		for _, n := range sizes {
			groups = append(groups, RespondentGroup{Name: "child", N: n})
			groups[0].N += n
		}
		got, err := Suppress(groups, DefaultThresholds())
		if err != nil {
			t.Fatal(err)
		}
		if got[0] != Shown {
			return
		}
		rest, hidden := groups[0].N, 0
		for i, g := range groups[1:] {
			switch {
			case got[i+1] == Shown && g.N < 5:
				t.Fatalf("a group of %d is shown", g.N)
			case got[i+1] == Shown:
				rest -= g.N
			case g.N > 0:
				hidden++
			}
		}
		if rest > 0 && rest < 5 {
			t.Fatalf("a rest of %d can be reckoned: %v %v", rest, groups, got)
		}
		unlisted := groups[0].N
		for _, n := range sizes {
			unlisted -= n
		}
		if hidden == 1 && unlisted == 0 && len(sizes) > 1 {
			for i, g := range groups[1:] {
				if got[i+1] == NotEnoughData && g.N > 0 {
					t.Fatalf("the single hidden group %d can be reckoned: %v %v", g.N, groups, got)
				}
			}
		}
	})
}

func TestReleasesMustDifferEnough(t *testing.T) {
	th := DefaultThresholds()
	twelve := []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	cases := []struct {
		story     string
		candidate []uint64
		ok        bool
	}{
		{"the same set again", twelve, true},
		{"three left out", twelve[:9], false},
		{"five left out", twelve[:7], true},
		{"two swapped", append([]uint64{20, 21}, twelve[2:]...), false},
		{"another five", []uint64{30, 31, 32, 33, 34}, true},
		{"too few", twelve[:4], false},
		{"too few, said twice", append(slices.Clone(twelve[:4]), twelve[:4]...), false},
	}
	for _, c := range cases {
		if err := th.MayRelease(c.candidate, [][]uint64{twelve}); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.story, err)
		}
	}
}

func TestSmallGroupsSeeBoundsNotCertainty(t *testing.T) {
	for _, c := range []struct {
		count, of int
		want      CoarseShare
	}{{6, 6, CoarseShare{0.9, "over"}}, {0, 6, CoarseShare{0.1, "under"}}, {3, 6, CoarseShare{Share: 0.5}}} {
		if got, err := Coarsen(c.count, c.of); err != nil || got != c.want {
			t.Errorf("%d of %d: %+v, %v", c.count, c.of, got, err)
		}
	}
	if _, err := Coarsen(1, 0); err == nil {
		t.Error("a share of nobody")
	}
}
