package language

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Word is one word of a text, in lower case with composed letters, and where it stands.
type Word struct {
	Text  string
	Start int  // byte offset into the composed text
	Head  bool // the first word of a sentence or line
	Caps  bool // written in capitals only, two letters or more: PUK, VAR, NIX
}

// Words cuts a text into its words. Letters and digits make words; an apostrophe, or the point or comma of a number, between two of
// them belongs to the word; a hyphen parts words. The separators of thousands are dropped, so that 16.000 and 16000 are one word.
// A soft hyphen is no letter and parts nothing.
func Words(text string) []Word {
	runes := []rune(compose(text))
	words := make([]Word, 0, len(runes)/6)
	head, start, upper, lower := true, -1, 0, 0
	offset := 0
	var b strings.Builder
	flush := func() {
		if start < 0 {
			return
		}
		words = append(words, Word{Text: joinThousands(b.String()), Start: start, Head: head, Caps: upper > 1 && lower == 0})
		b.Reset()
		head, start, upper, lower = false, -1, 0, 0
	}
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			if start < 0 {
				start = offset
			}
			if unicode.IsUpper(r) {
				upper++
			} else {
				lower++
			}
			b.WriteRune(unicode.ToLower(r))
		case start >= 0 && i+1 < len(runes) && joins(runes[i-1], r, runes[i+1]):
			if r != '’' {
				b.WriteRune(r)
			} else {
				b.WriteRune('\'')
			}
		default:
			flush()
			if strings.ContainsRune(".!?\n:", r) {
				head = true
			}
		}
		offset += len(string(r))
	}
	flush()
	return words
}

// Normalise writes a word or text as Words, Stem and the lexicon expect it: composed letters, in lower case.
func Normalise(text string) string { return strings.ToLower(compose(text)) }

// compose puts base letters and their marks together (NFC) and drops soft hyphens and zero-width spaces.
func compose(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u00ad', '\u200b', '\ufeff':
			return -1
		case '\u00a0', '\u202f':
			return ' '
		}
		return r
	}, norm.NFC.String(text))
}

func joins(before, r, after rune) bool {
	switch r {
	case '\'', '’':
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	case '.', ',':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

// joinThousands drops the separators of a number whose groups all have three digits: 16.000 is 16000, and 2,35 stays.
func joinThousands(word string) string {
	if !strings.ContainsAny(word, ".,") {
		return word
	}
	groups := strings.FieldsFunc(word, func(r rune) bool { return r == '.' || r == ',' })
	for _, group := range groups[1:] {
		if len(group) != 3 {
			return word
		}
	}
	return strings.Join(groups, "")
}

// Fold makes the Norwegian and the Swedish spelling of a word meet, and drops the accents that people leave out: æ is ä, ø is ö, é is
// e. The letters å, ä and ö stay, for they tell words apart.
func Fold(word string) string {
	plain := true
	for i := range len(word) {
		if word[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return word
	}
	var b strings.Builder
	for _, r := range word {
		switch r {
		case 'å', 'ä', 'ö':
			b.WriteRune(r)
		case 'æ':
			b.WriteRune('ä')
		case 'ø':
			b.WriteRune('ö')
		default:
			for _, part := range norm.NFD.String(string(r)) {
				if !unicode.Is(unicode.Mn, part) {
					b.WriteRune(part)
				}
			}
		}
	}
	return b.String()
}

// Skeleton is what is left of a word when it is written on a keyboard without Nordic letters or in haste: å and aa are a; æ, ä and ae
// are a; ø, ö and oe are o; a doubled letter is single. Words with one skeleton are likely one word misspelt.
func Skeleton(word string) string {
	r := []rune(Fold(word))
	out := make([]rune, 0, len(r))
	for i := 0; i < len(r); i++ {
		c := r[i]
		next := rune(0)
		if i+1 < len(r) {
			next = r[i+1]
		}
		switch {
		case c == 'å' || c == 'ä':
			c = 'a'
		case c == 'ö':
			c = 'o'
		case (c == 'a' || c == 'o') && next == 'e':
			i++
		}
		if len(out) == 0 || out[len(out)-1] != c {
			out = append(out, c)
		}
	}
	return string(out)
}
