package language

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/guess.txt
var knownLanguages string

// Goal: at least nine of ten short texts are found, and none is taken for a language that it is not, save one in fifty.
func TestGuessOfShortTexts(t *testing.T) {
	found, wrong, texts := 0, 0, 0
	for line := range strings.Lines(knownLanguages) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "#" || name == "" {
			continue
		}
		texts++
		switch guess := Guess(text); {
		case string(guess.Language) == name:
			found++
		case guess.Language == Unsure:
			t.Logf("unsure of %s %q: %s %.2f", name, text, guess.Likeliest, guess.Probability)
		default:
			wrong++
			t.Logf("%s %q is taken for %s, %.2f", name, text, guess.Language, guess.Probability)
		}
	}
	t.Logf("%d texts: %d found, %d wrong", texts, found, wrong)
	if found*10 < texts*9 || wrong*50 > texts {
		t.Errorf("of %d texts %d are found and %d are wrong", texts, found, wrong)
	}
}

// Goal: naming the languages that come into question makes a short text sure.
func TestGuessAmongTheLanguagesOfABrand(t *testing.T) {
	const text = "hvor er min regning"
	if guess := Guess(text); guess.Language != Unsure {
		t.Errorf("%q can be Danish, but is taken for %s", text, guess.Language)
	}
	if guess := Guess(text, Bokmal, Swedish, English); guess.Language != Bokmal {
		t.Errorf("%q is %s among nb, sv and en, want nb", text, guess.Language)
	}
	if guess := Guess("Jag förstår inte", Bokmal, English); guess.Language == Swedish {
		t.Error("a language that was not asked for is found")
	}
}

// A word of a thousand letters is less likely than the smallest float64, and says no more than any other new word.
func TestGuessOfAnEndlessWord(t *testing.T) {
	if guess := Guess("jeg forstår ikke " + strings.Repeat("ab", 500)); guess.Likeliest != Bokmal || !(guess.Probability > 0 && guess.Probability <= 1) {
		t.Errorf("%+v", guess)
	}
}

func TestGuessOfNothing(t *testing.T) {
	for _, text := range []string{"", " ", "123", "\xff\xfe", "!?"} {
		if guess := Guess(text); guess.Language != Unsure || guess.Probability != 0 {
			t.Errorf("Guess(%q) = %+v", text, guess)
		}
	}
}
