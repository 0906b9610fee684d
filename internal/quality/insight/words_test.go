package insight

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLogLikelihoodOfTheExamples(t *testing.T) {
	for _, c := range []struct {
		a, b, n1, n2 int
		want         float64
	}{{60, 20, 10000, 40000, 112.084668}, {150, 40, 80000, 100000, 94.733795}, {5, 5, 100, 100, 0}} {
		got, err := LogLikelihood(c.a, c.b, c.n1, c.n2)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("G2 of %d/%d v %d/%d", c.a, c.n1, c.b, c.n2), got, c.want, 5e-7)
	}
	for _, bad := range [][4]int{{5, 0, 4, 10}, {1, 1, 0, 5}, {-1, 0, 5, 5}} {
		if _, err := LogLikelihood(bad[0], bad[1], bad[2], bad[3]); err == nil {
			t.Errorf("G2 of %v", bad)
		}
	}
}

func TestLogOddsOfTheFox(t *testing.T) {
	corpus := func(s string) Corpus { return NewCorpus([]Terms{{"a", strings.Fields(s)}}) }
	odds, err := LogOdds(corpus("the quick brown fox jumps over the lazy pig"), corpus("the lazy purple pig jumps over the lazier donkey"), 0.05)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"brown": 1, "fox": 1, "quick": 1, "donkey": -1, "lazier": -1, "purple": -1}
	for _, k := range odds {
		near(t, k.Term, k.Z, 0.68942278868*want[k.Term], 1e-11)
	}
	if odds[0].Term != "brown" || odds[len(odds)-1].Term != "purple" {
		t.Errorf("order %v ... %v", odds[0].Term, odds[len(odds)-1].Term)
	}
}

// TestKeynessWantsEffectAndPeople holds that one person's outburst and a common word are not key.
func TestKeynessWantsEffectAndPeople(t *testing.T) {
	var target, reference []Terms
	for i := range 40 {
		target = append(target, Terms{fmt.Sprint("t", i), strings.Fields("invoice estimated meter the the again the my for of")})
		reference = append(reference, Terms{fmt.Sprint("r", i), strings.Fields("invoice paid late the the again the my for of")})
	}
	target = append(target, Terms{"shouter", slices.Repeat([]string{"scandal"}, 60)})
	keys, err := Keyness(NewCorpus(target), NewCorpus(reference), KeynessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range keys {
		got = append(got, fmt.Sprintf("%s/%d", k.Term, k.Respondents))
	}
	slices.Sort(got)
	if strings.Join(got, " ") != "estimated/40 meter/40" {
		t.Errorf("key %v", got)
	}
	if _, err := Keyness(NewCorpus(nil), NewCorpus(reference), KeynessOptions{}); err == nil || !strings.Contains(err.Error(), "one side has no text") {
		t.Errorf("no texts: %v", err)
	}
	one := NewCorpus([]Terms{{"a", []string{"x"}}})
	if _, err := Keyness(one, one, KeynessOptions{}); err == nil {
		t.Error("one term against itself")
	}
}

func TestNearDuplicates(t *testing.T) {
	long := "Fakturaen for mai er beregnet på stipulert forbruk og ikke på avlest måler, og jeg vil ha den rettet så snart som mulig"
	texts := []Text{
		{"a", long},
		{"b", strings.ToUpper(long) + "!!"},
		{"c", strings.Replace(long, "snart", "fort", 1)},
		{"d", "Strømmen har vært borte siden i går kveld og vi har små barn i huset, når kommer den tilbake"},
		{"a", long + "."},
		{"e", "Takk for hjelpen!"},
		{"f", "takk for hjelpen"},
		{"g", "Takk for hjelpa"},
		{"h", "ringte 12 ganger"},
		{"i", "ringte 7 ganger"},
		{"j", ""}, {"k", "..."},
		{"l", "fungerer ikke"},
	}
	groups, err := NearDuplicates(texts, DuplicateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(groups)
	if want := "[{[0 1 2 4] 3} {[5 6] 2} {[8 9] 2}]"; got != want {
		t.Errorf("groups %s, want %s", got, want)
	}
	strict, err := NearDuplicates(texts, DuplicateOptions{Jaccard: 0.95})
	if err != nil || len(strict) == 0 || !slices.Equal(strict[0].Texts, []int{0, 1, 4}) {
		t.Errorf("at 0.95: %v, %v", strict, err)
	}
	if _, err := NearDuplicates(texts, DuplicateOptions{Jaccard: 2}); err == nil {
		t.Error("similarity of 2")
	}
}

// TestBandsFindWhatJaccardKnows holds that texts of about 0.8 similarity nearly always meet, and that ten thousand copies are quick.
func TestBandsFindWhatJaccardKnows(t *testing.T) {
	var texts []Text
	for i := range 100 {
		var words []string
		for w := range 40 {
			words = append(words, fmt.Sprintf("w%dx%d", i, w))
		}
		plain := strings.Join(words, " ")
		words[0] = "changed"
		texts = append(texts, Text{"p", plain}, Text{"q", strings.Join(words[:38], " ")})
	}
	groups, err := NearDuplicates(texts, DuplicateOptions{})
	if err != nil || len(groups) != 100 {
		t.Errorf("%d pairs of 100 found, %v", len(groups), err)
	}
	copies := make([]Text, 10000)
	for i := range copies {
		copies[i] = Text{fmt.Sprint(i % 100), "the same words again and again in one long line of text"}
	}
	if groups, err = NearDuplicates(copies, DuplicateOptions{}); err != nil || len(groups) != 1 || groups[0].Persons != 100 {
		t.Errorf("copies: %d groups, %v", len(groups), err)
	}
}
