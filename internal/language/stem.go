package language

import "slices"

// Stem cuts a word down to its Snowball stem by the rules of Snowball 3.1 (2026): Norwegian for Bokmål and Nynorsk, Swedish, and
// English (Porter2). Danish has no rules of its own here and takes the Norwegian ones, with which most Danish forms meet the
// Norwegian word. The word must be in lower case with composed letters, as Words gives it. For Unsure the word is its own stem.
func Stem(c Code, word string) string {
	switch c {
	case Bokmal, Nynorsk, Danish:
		return stemNorwegian(word)
	case Swedish:
		return stemSwedish(word)
	case English:
		return stemEnglish(word)
	}
	return word
}

// suffixes is a list of endings, the longest first, so that the first that fits is the longest that fits.
type suffixes [][]rune

func endings(list ...string) suffixes {
	s := make(suffixes, len(list))
	for i, ending := range list {
		s[i] = []rune(ending)
	}
	slices.SortStableFunc(s, func(a, b []rune) int { return len(b) - len(a) })
	return s
}

// longest gives the longest of the endings that lies in word[from:], and whether there is one.
func (s suffixes) longest(word []rune, from int) ([]rune, bool) {
	for _, ending := range s {
		if start := len(word) - len(ending); start >= from && slices.Equal(word[start:], ending) {
			return ending, true
		}
	}
	return nil, false
}

// cut removes the last n letters.
func cut(word []rune, n int) []rune { return word[:len(word)-n] }

// swap puts an ending in the place of the last n letters.
func swap(word []rune, n int, ending string) []rune {
	return append(cut(word, n), []rune(ending)...)
}

// ends says whether the word ends so.
func ends(word []rune, ending string) bool {
	e := []rune(ending)
	return len(word) >= len(e) && slices.Equal(word[len(word)-len(e):], e)
}

// letters is a set of letters.
type letters map[rune]bool

func setOf(s string) letters {
	set := letters{}
	for _, r := range s {
		set[r] = true
	}
	return set
}

// pastSyllable gives the place behind the first non-vowel that follows a vowel at or after from; the word's length if there is
// none. This is how Snowball marks its regions R1 and R2.
func pastSyllable(word []rune, from int, vowels letters) int {
	i := from
	for i < len(word) && !vowels[word[i]] {
		i++
	}
	for i < len(word) && vowels[word[i]] {
		i++
	}
	return min(i+1, len(word))
}
