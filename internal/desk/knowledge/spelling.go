package knowledge

import (
	"sentral/internal/language"
)

// The bounds of misspelling: shorter words are too near to each other to be mended, and longer ones are no words.
const (
	mendableLetters = 5
	longestMendable = 40
	mendedWeight    = 0.8 // of a word that stands in for the one that was written
	mostMendings    = 3
)

// spelling finds the words of the index that a word not in it may be a misspelling of.
type spelling struct {
	known     map[string]bool
	skeletons map[string][]string
	lessOne   map[string][]string // a word with one letter left out -> the words that it can come from
}

func newSpelling(words []indexedWord) *spelling {
	s := &spelling{known: map[string]bool{}, skeletons: map[string][]string{}, lessOne: map[string][]string{}}
	for _, word := range words {
		if s.known[word.text] {
			continue
		}
		s.known[word.text] = true
		letters := []rune(word.text)
		if len(letters) < mendableLetters-1 || len(letters) > longestMendable+1 || word.stop {
			continue
		}
		skeleton := language.Skeleton(word.text)
		s.skeletons[skeleton] = append(s.skeletons[skeleton], word.text)
		for _, shorter := range leaveOneOut(letters) {
			s.lessOne[shorter] = append(s.lessOne[shorter], word.text)
		}
	}
	return s
}

// leaveOneOut gives the words that arise when one letter is left out.
func leaveOneOut(letters []rune) []string {
	out := make([]string, 0, len(letters))
	for i := range letters {
		if i > 0 && letters[i] == letters[i-1] {
			continue
		}
		out = append(out, string(letters[:i])+string(letters[i+1:]))
	}
	return out
}

// mend gives the index's words that differ from a folded word by its skeleton's spelling or by one edit: a letter too many, too few
// or another, or two letters exchanged. It gives none for a word that the index has, and none for a short one.
func (s *spelling) mend(word string) []string {
	letters := []rune(word)
	if s.known[word] || len(letters) < mendableLetters || len(letters) > longestMendable {
		return nil
	}
	if same := s.skeletons[language.Skeleton(word)]; len(same) > 0 {
		return same[:min(len(same), mostMendings)]
	}
	var found []string
	try := func(candidates []string) {
		for _, candidate := range candidates {
			if len(found) < mostMendings && oneEdit(letters, []rune(candidate)) && !contains(found, candidate) {
				found = append(found, candidate)
			}
		}
	}
	try(s.lessOne[word])
	for _, shorter := range leaveOneOut(letters) {
		if s.known[shorter] {
			try([]string{shorter})
		}
		try(s.lessOne[shorter])
	}
	return found
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// oneEdit says whether two words differ by one letter added, left out or exchanged for another, or by two neighbours that changed
// places.
func oneEdit(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(b) == len(a)+1 {
		return string(a[i:]) == string(b[i+1:])
	}
	if len(a) != len(b) || i == len(a) {
		return false
	}
	if string(a[i+1:]) == string(b[i+1:]) {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && string(a[i+2:]) == string(b[i+2:])
}
