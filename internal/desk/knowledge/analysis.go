package knowledge

import (
	"strings"

	"sentral/internal/language"
)

// gramLength is the letters of a character n-gram. Grams carry compounds, inflections and misspellings that stems part.
const gramLength = 4

// The weights of what a word gives to the index and to a question.
const (
	stopwordStem  = 0.3 // a stop word's stem in a question; in an article it counts in full
	stopwordGram  = 0.4 // a stop word's grams in a question
	partWeight    = 0.5 // a part of a compound that the lexicon splits
	conceptWeight = 1   // a concept of the lexicon
	ownWeight     = 0.3 // the stem of a word whose concept is known
)

// The marks that keep concepts and words in capitals apart from stems. No word begins with them.
const (
	conceptMark = "="
	capsMark    = "^"
)

// term is something that articles and questions are matched by, and how much of it there is.
type term struct {
	text   string
	weight float32
}

// wordsOf gives the words of a text. Where several words name one concept together (si opp, e-post), a word that stands for the
// concept follows the last of them.
func wordsOf(text string) []language.Word {
	plain := language.Words(text)
	words := make([]language.Word, 0, len(plain)+len(plain)/16)
	lexicon := language.Trade()
	pending := map[int]string{}
	for i, word := range plain {
		words = append(words, word)
		if concept, length := lexicon.Phrase(plain[i:]); length > 0 {
			pending[i+length-1] = concept
		}
		if concept, due := pending[i]; due {
			words = append(words, language.Word{Text: conceptMark + concept, Start: word.Start})
		}
	}
	return words
}

// stemsOf gives what a word is matched by as a whole: its concept if the trade's lexicon knows it, and its stem; the parts of a
// compound; and the word as it is written if it is written in capitals, since VAR is not var.
func stemsOf(c language.Code, word language.Word) []term {
	if strings.HasPrefix(word.Text, conceptMark) {
		return []term{{word.Text, 1}}
	}
	folded := language.Fold(word.Text)
	stem := language.Stem(c, folded)
	lexicon := language.Trade()
	var terms []term
	if concept, found := lexicon.Concept(folded); found {
		terms = append(terms, term{conceptMark + concept, conceptWeight}, term{stem, ownWeight})
	} else {
		terms = append(terms, term{stem, 1})
		for _, part := range lexicon.Split(folded) {
			terms = append(terms, term{conceptMark + part, partWeight})
		}
	}
	if word.Caps {
		terms = append(terms, term{capsMark + folded, 1})
	}
	return terms
}

// gramsOf gives the character n-grams of a word with its ends marked, each as often as it stands there. A concept has none.
func gramsOf(word string) []string {
	if strings.HasPrefix(word, conceptMark) {
		return nil
	}
	letters := []rune("_" + language.Fold(word) + "_")
	if len(letters) <= gramLength {
		return []string{string(letters)}
	}
	grams := make([]string, 0, len(letters)-gramLength+1)
	for i := 0; i+gramLength <= len(letters); i++ {
		grams = append(grams, string(letters[i:i+gramLength]))
	}
	return grams
}
