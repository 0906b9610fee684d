package language

import (
	"embed"
	"math"
	"slices"
	"strings"
	"sync"
)

//go:embed samples/*.txt
var samples embed.FS

// Guessed is a language guess.
type Guessed struct {
	Language    Code    // Unsure unless the probability reaches what is asked
	Likeliest   Code    // the best of the languages, however weak; Unsure for a text without words or in a language not known here
	Probability float64 // of the likeliest among those considered, 0 to 1
}

// The bounds of a guess. docs/spec/language.md tells how they were set.
const (
	sureProbability = 0.8  // below it the answer is Unsure
	temper          = 0.5  // words of one text speak for each other, so that their evidence counts half
	wholeWordShare  = 0.95 // of a word's probability that the whole words carry, beside its letters
	stopwordCount   = 6    // how often a stop word counts as seen, beside the samples
)

// mostGuessed is how many words of a text are read, from its beginning: they decide long before.
const mostGuessed = 200

// The most that one word can speak against a language, in nats before they are tempered.
const (
	knownWordBound = 12.0
	newLetterBound = 8.0
	newWordBound   = 2.0
)

// expected is how likely a language is before the text is read, where Bokmål, Swedish and English are 1. Danish is rare in the
// markets served, and half of the short Bokmål texts are possible Danish.
var expected = map[Code]float64{Bokmal: 1, Nynorsk: 0.6, Swedish: 1, Danish: 0.25, English: 1, other: 0.3}

// other is the model of the languages not known here: a text that it fits best is in none of ours.
const other Code = "other"

// Guess finds the language of a text, of a word or two up to a message: Bokmål, Nynorsk, Swedish, Danish, English, or Unsure if the
// text is too short to tell, fits two of them alike, or is in another language. Name the languages that come into question, such as
// a brand's, and only they are considered, which makes short texts sure more often.
//
// Each language has a model of its words and of its letters in threes, made from a few thousand letters of sample text. A text's
// probability is the product over its words.
func Guess(text string, among ...Code) Guessed {
	considered := slices.Clone(models())
	if len(among) > 0 {
		considered = slices.DeleteFunc(considered, func(m *model) bool { return m.code != other && !slices.Contains(among, m.code) })
	}
	scores := make([]float64, len(considered))
	for i, m := range considered {
		scores[i] = math.Log(expected[m.code])
	}
	spoken := 0
	words := Words(text)
	for _, word := range words[:min(len(words), mostGuessed)] {
		if hasLetter(word.Text) {
			weigh(word.Text, considered, scores)
			spoken++
		}
	}
	if spoken == 0 {
		return Guessed{Language: Unsure, Likeliest: Unsure}
	}
	best, sum := 0, 0.0
	for i, score := range scores {
		if score > scores[best] {
			best = i
		}
	}
	for _, score := range scores {
		sum += math.Exp(score - scores[best])
	}
	code := considered[best].code
	if code == other {
		return Guessed{Language: Unsure, Likeliest: Unsure, Probability: 1 / sum}
	}
	guess := Guessed{Language: code, Likeliest: code, Probability: 1 / sum}
	if guess.Probability < sureProbability {
		guess.Language = Unsure
	}
	return guess
}

// weigh adds one word's evidence to the scores. A word that no model has seen may be a name, and can turn the guess only so far; a
// letter that only some of the languages use says more.
func weigh(word string, considered []*model, scores []float64) {
	bound := newWordBound
	if strings.ContainsAny(word, "æøäö") {
		bound = newLetterBound
	}
	logs := make([]float64, len(considered))
	highest := math.Inf(-1)
	for i, m := range considered {
		logs[i] = m.logProbability(word)
		highest = max(highest, logs[i])
		if m.words[word] > 0 {
			bound = knownWordBound
		}
	}
	for i := range scores {
		scores[i] += temper * max(logs[i]-highest, -bound)
	}
}

func hasLetter(word string) bool {
	for _, r := range word {
		if r >= 'a' {
			return true
		}
	}
	return false
}

// model is what is known of a language's words and letters.
type model struct {
	code   Code
	words  map[string]float64
	total  float64
	three  map[[3]rune]float64 // counts of letters in threes, of their first two, and so on down
	two    map[[2]rune]float64
	one    map[rune]float64
	letter float64
}

// models are made from the samples at the first guess.
var models = sync.OnceValue(func() []*model {
	var all []*model
	for _, code := range append(slices.Clone(Codes), other) {
		text, err := samples.ReadFile("samples/" + string(code) + ".txt")
		if err != nil {
			panic(err) // the samples are part of the program
		}
		m := &model{code: code, words: map[string]float64{}, three: map[[3]rune]float64{}, two: map[[2]rune]float64{}, one: map[rune]float64{}}
		for _, word := range Words(string(text)) {
			m.learn(word.Text, 1)
		}
		for word := range stopwords[code] {
			m.learn(word, stopwordCount)
		}
		all = append(all, m)
	}
	return all
})

func (m *model) learn(word string, times float64) {
	m.words[word] += times
	m.total += times
	letters := bounded(word)
	for i := 2; i < len(letters); i++ {
		m.three[[3]rune(letters[i-2:i+1])] += times
		m.two[[2]rune(letters[i-2:i])] += times
		m.one[letters[i]] += times
		m.letter += times
	}
}

// bounded marks a word's beginning twice and its end once.
func bounded(word string) []rune {
	return append(append([]rune{'_', '_'}, []rune(word)...), '_')
}

// logProbability is the natural logarithm of the chance that the language's next word is this one: a mixture of the words seen and
// of a word spelt letter by letter, each letter given the two before it.
func (m *model) logProbability(word string) float64 {
	spelt := 0.0
	letters := bounded(word)
	for i := 2; i < len(letters); i++ {
		single := (m.one[letters[i]] + 0.02) / (m.letter + 2)
		context := m.two[[2]rune(letters[i-2:i])]
		seen := m.three[[3]rune(letters[i-2:i+1])]
		spelt += math.Log((seen + 3*single) / (context + 3))
	}
	whole := m.words[word] / m.total
	if whole == 0 { // a long word's chance is too small for a float64, its logarithm is not
		return math.Log(1-wholeWordShare) + spelt
	}
	return math.Log(wholeWordShare*whole + (1-wholeWordShare)*math.Exp(spelt))
}
