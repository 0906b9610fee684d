package language

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzText holds for any bytes: nothing panics, words are in lower case and not empty, a stem grows by no more than the letter that
// Porter2 may add, and a guess is a probability.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"Strøm-avtalen min på 16.000 kr!", "don't 'quote'", "yyyying feed eed ied", "a\u030a\xff\x00", "ers ets öst 'et", "si opp e-post", strings.Repeat("lang", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := Words(text)
		for i, word := range words {
			if word.Text == "" || word.Text != strings.ToLower(word.Text) {
				t.Fatalf("Words(%q) gives %q", text, word.Text)
			}
			for _, c := range Codes {
				if stem := Stem(c, word.Text); utf8.RuneCountInString(stem) > utf8.RuneCountInString(word.Text)+1 {
					t.Fatalf("Stem(%s, %q) = %q", c, word.Text, stem)
				}
			}
			Trade().Split(word.Text)
			if _, length := Trade().Phrase(words[i:]); length > len(words)-i {
				t.Fatalf("a phrase of %d words is found in %d", length, len(words)-i)
			}
		}
		if guess := Guess(text); !(guess.Probability >= 0 && guess.Probability <= 1) {
			t.Fatalf("Guess(%q) = %+v", text, guess)
		}
	})
}
