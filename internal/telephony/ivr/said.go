package ivr

import (
	"strings"
	"time"
)

// Said is words in a language.
type Said struct{ Text, Language string }

// Ahead lists the words that callers of a script are sure to hear sooner or later, in the languages given: its own texts, what every script shares, the
// first places and waits. Whoever speaks them can do so before anybody waits for them. Texts that depend on a caller are left out.
func Ahead(s *Script, languages []string, brand string) []Said {
	var out []Said
	seen := map[Said]bool{}
	add := func(t Text) {
		for _, l := range languages {
			words, in := t.In(l)
			words = strings.ReplaceAll(words, "{{brand}}", brand)
			if one := (Said{words, in}); words != "" && !strings.Contains(words, "{{") && !seen[one] {
				seen[one] = true
				out = append(out, one)
			}
		}
	}
	for i := range s.Steps {
		if s.Steps[i].Clip == "" {
			add(s.Steps[i].Text)
		}
		add(s.Steps[i].Again)
	}
	for _, name := range []string{"person", "wrong_key", "still_here", "next", "offer_waiting", "keeps_place", "survey_oks", "survey_solved", "thanks"} {
		add(Phrase(name))
	}
	for n := 2; n <= 5; n++ {
		add(PositionText(n))
	}
	for _, minutes := range []int{1, 2, 4, 6, 10} {
		add(WaitText(0, time.Duration(minutes)*time.Minute))
	}
	return out
}
