package language

import (
	_ "embed"
	"strings"
)

//go:embed stopwords.txt
var stopwordText string

// stopwords holds, for each language, the words that carry grammar rather than matter.
var stopwords = readStopwords(stopwordText)

// readStopwords reads lines of a language code, a colon and words. A line without a code continues the language above.
func readStopwords(text string) map[Code]map[string]bool {
	sets := map[Code]map[string]bool{}
	var current Code
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, rest, found := strings.Cut(line, ":"); found {
			current, line = Code(name), rest
			if sets[current] == nil {
				sets[current] = map[string]bool{}
			}
		}
		for _, word := range strings.Fields(line) {
			sets[current][word] = true
		}
	}
	return sets
}

// IsStopword says whether a word, as Words gives it, carries grammar rather than matter in the language: pronouns, articles,
// prepositions, auxiliaries and question words. Negations are never stop words, since they turn the meaning.
func IsStopword(c Code, word string) bool { return stopwords[c][word] }
