package language

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"Strøm-avtalen min på 16.000 kr, ja!": "strøm avtalen min på 16000 kr ja",
		"Det kostar 2,35 kr":                  "det kostar 2,35 kr",
		"I don’t know; 'quoted' words":        "i don't know quoted words",
		"funktions\u00adnedsättning\u200b":    "funktionsnedsättning",
		"Ja\u030aden\u00a0og A\u0308rendet":   "jåden og ärendet",
		"1.234.567 og 12.34.5":                "1234567 og 12.34.5",
		"\xff\xfe ikke gyldig \x00 utf-8":     "ikke gyldig utf 8",
		"e-post: ola@kunde.example":           "e post ola kunde example",
	} {
		var got []string
		for _, word := range Words(text) {
			got = append(got, word.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Words(%q) = %q, want %q", text, strings.Join(got, " "), want)
		}
	}
}

func TestHeadsOfSentences(t *testing.T) {
	var heads []string
	for _, word := range Words("Ja, det kan du. Ring oss\nNei takk") {
		if word.Head {
			heads = append(heads, word.Text)
		}
	}
	if !slices.Equal(heads, []string{"ja", "ring", "nei"}) {
		t.Errorf("heads of sentences: %q", heads)
	}
}

func TestFoldAndSkeleton(t *testing.T) {
	for _, pair := range [][2]string{{"ærend", "ärend"}, {"én", "en"}, {"søk", "sök"}, {"idé", "ide"}, {"låna", "låna"}} {
		if got := Fold(pair[0]); got != pair[1] {
			t.Errorf("Fold(%q) = %q, want %q", pair[0], got, pair[1])
		}
	}
	for _, pair := range [][2]string{{"strøm", "stroem"}, {"strøm", "strom"}, {"måler", "maaler"}, {"måler", "maler"},
		{"avläsning", "avlasning"}, {"avläsning", "avlaesning"}, {"faktura", "fakktura"}} {
		if Skeleton(pair[0]) != Skeleton(pair[1]) {
			t.Errorf("the skeletons of %q and %q differ: %q, %q", pair[0], pair[1], Skeleton(pair[0]), Skeleton(pair[1]))
		}
	}
	if Skeleton("nett") == Skeleton("natt") {
		t.Error("nett and natt have one skeleton")
	}
}

func TestNegationsAreNotStopwords(t *testing.T) {
	for _, word := range []string{"ikke", "ikkje", "inte", "not", "ingen", "aldri", "aldrig", "no", "uten", "utan", "never", "don't"} {
		for _, c := range Codes {
			if c != Nynorsk && IsStopword(c, word) {
				t.Errorf("%q is a stop word of %s", word, c)
			}
		}
	}
	if !IsStopword(Nynorsk, "kva") || !IsStopword(Swedish, "jag") || IsStopword(Swedish, "faktura") {
		t.Error("kva and jag are stop words, faktura is none")
	}
}
