package language

import "strings"

// The English rules are Porter2, https://snowballstem.org/algorithms/english/stemmer.html as of Snowball 3.1, with its names for
// the steps. A y that acts as a consonant is written Y while the word is being cut.
var (
	enVowels    = setOf("aeiouy")
	enNotShort  = setOf("aeiouywxY")
	enLiEndings = setOf("cdeghkmnrt")

	enWhole = map[string]string{
		"skies": "sky", "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
		"sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
	}
	enRegionStarts = []string{"gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter"}
	enKeepsEed     = map[string]bool{"proc": true, "exc": true, "succ": true}
	enKeepsIng     = map[string]bool{"inn": true, "out": true, "cann": true, "herr": true, "earr": true, "even": true}

	enPossessive = endings("'", "'s", "'s'")
	enPlural     = endings("sses", "ied", "ies", "s", "us", "ss")
	enParticiple = endings("eed", "eedly", "ed", "edly", "ing", "ingly")
	enTakesE     = endings("at", "bl", "iz")
	enDouble     = endings("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")

	enStep2 = rewriting("tional tion", "enci ence", "anci ance", "abli able", "entli ent", "izer ize", "ization ize", "ational ate",
		"ation ate", "ator ate", "alism al", "aliti al", "alli al", "fulness ful", "ousli ous", "ousness ous", "iveness ive",
		"iviti ive", "biliti ble", "bli ble", "ogist og", "ogi og", "fulli ful", "lessli less", "li")
	enStep3 = rewriting("tional tion", "ational ate", "alize al", "icate ic", "iciti ic", "ical ic", "ful", "ness", "ative")
	enStep4 = endings("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate", "iti", "ous",
		"ive", "ize", "ion")
)

// rewrites are endings and what stands in their place.
type rewrites struct {
	from suffixes
	to   map[string]string
}

// rewriting reads "ending replacement" pairs; a lone ending is deleted.
func rewriting(pairs ...string) rewrites {
	w := rewrites{to: map[string]string{}}
	var from []string
	for _, pair := range pairs {
		ending, replacement, _ := strings.Cut(pair, " ")
		from = append(from, ending)
		w.to[ending] = replacement
	}
	w.from = endings(from...)
	return w
}

// english is a word while it is being cut, with the starts of its regions R1 and R2.
type english struct {
	word   []rune
	r1, r2 int
}

func stemEnglish(s string) string {
	if stem, whole := enWhole[s]; whole {
		return stem
	}
	if len([]rune(s)) < 3 {
		return s
	}
	e := english{word: []rune(strings.TrimPrefix(s, "'"))}
	e.markConsonantY()
	e.markRegions()
	e.step1a()
	e.step1b()
	e.step1c()
	e.step2()
	e.step3()
	e.step4()
	e.step5()
	return strings.ReplaceAll(string(e.word), "Y", "y")
}

func (e *english) markConsonantY() {
	for i, r := range e.word {
		if r == 'y' && (i == 0 || enVowels[e.word[i-1]]) {
			e.word[i] = 'Y'
		}
	}
}

func (e *english) markRegions() {
	e.r1 = pastSyllable(e.word, 0, enVowels)
	for _, start := range enRegionStarts {
		if strings.HasPrefix(string(e.word), start) {
			e.r1 = len(start)
			break
		}
	}
	e.r2 = pastSyllable(e.word, e.r1, enVowels)
}

func hasVowel(word []rune) bool {
	for _, r := range word {
		if enVowels[r] {
			return true
		}
	}
	return false
}

// shortSyllable says whether the letters end in a short syllable.
func shortSyllable(word []rune) bool {
	n := len(word)
	switch {
	case n >= 3 && !enNotShort[word[n-1]] && enVowels[word[n-2]] && !enVowels[word[n-3]]:
		return true
	case n == 2 && !enVowels[word[1]] && enVowels[word[0]]:
		return true
	}
	return ends(word, "past")
}

func (e *english) step1a() {
	if ending, found := enPossessive.longest(e.word, 0); found {
		e.word = cut(e.word, len(ending))
	}
	ending, found := enPlural.longest(e.word, 0)
	if !found {
		return
	}
	n := len(e.word) - len(ending)
	switch string(ending) {
	case "sses":
		e.word = cut(e.word, 2)
	case "ied", "ies":
		if n > 1 {
			e.word = cut(e.word, 2)
		} else {
			e.word = cut(e.word, 1)
		}
	case "s":
		if n > 0 && hasVowel(e.word[:n-1]) {
			e.word = cut(e.word, 1)
		}
	}
}

func (e *english) step1b() {
	ending, found := enParticiple.longest(e.word, 0)
	if !found {
		return
	}
	n := len(e.word) - len(ending)
	before := e.word[:n]
	switch string(ending) {
	case "eed", "eedly":
		if n >= e.r1 && !enKeepsEed[string(before)] {
			e.word = swap(e.word, len(ending), "ee")
		}
		return
	case "ing":
		if n == 2 && before[1] == 'y' && !enVowels[before[0]] {
			e.word = swap(e.word, 4, "ie")
			return
		}
		if enKeepsIng[string(before)] {
			return
		}
	}
	if hasVowel(before) {
		e.word = before
		e.mend()
	}
}

// mend repairs the end of a word that has lost its -ed or -ing.
func (e *english) mend() {
	n := len(e.word)
	if _, found := enTakesE.longest(e.word, 0); found {
		e.word = append(e.word, 'e')
		return
	}
	if _, found := enDouble.longest(e.word, 0); found {
		if first := e.word[0]; n == 3 && (first == 'a' || first == 'e' || first == 'o') {
			return
		}
		e.word = cut(e.word, 1)
		return
	}
	if n == e.r1 && shortSyllable(e.word) {
		e.word = append(e.word, 'e')
	}
}

func (e *english) step1c() {
	n := len(e.word)
	if n > 2 && (e.word[n-1] == 'y' || e.word[n-1] == 'Y') && !enVowels[e.word[n-2]] {
		e.word[n-1] = 'i'
	}
}

func (e *english) step2() {
	ending, found := enStep2.from.longest(e.word, 0)
	n := len(e.word) - len(ending)
	if !found || n < e.r1 {
		return
	}
	switch string(ending) {
	case "ogi":
		if n == 0 || e.word[n-1] != 'l' {
			return
		}
	case "li":
		if n == 0 || !enLiEndings[e.word[n-1]] {
			return
		}
	}
	e.word = swap(e.word, len(ending), enStep2.to[string(ending)])
}

func (e *english) step3() {
	ending, found := enStep3.from.longest(e.word, 0)
	n := len(e.word) - len(ending)
	if !found || n < e.r1 || (string(ending) == "ative" && n < e.r2) {
		return
	}
	e.word = swap(e.word, len(ending), enStep3.to[string(ending)])
}

func (e *english) step4() {
	ending, found := enStep4.longest(e.word, 0)
	n := len(e.word) - len(ending)
	if !found || n < e.r2 {
		return
	}
	if string(ending) == "ion" && (n == 0 || (e.word[n-1] != 's' && e.word[n-1] != 't')) {
		return
	}
	e.word = e.word[:n]
}

func (e *english) step5() {
	n := len(e.word) - 1
	switch {
	case n < 0:
	case e.word[n] == 'e':
		if n >= e.r2 || (n >= e.r1 && !shortSyllable(e.word[:n])) {
			e.word = e.word[:n]
		}
	case e.word[n] == 'l':
		if n >= e.r2 && n > 0 && e.word[n-1] == 'l' {
			e.word = e.word[:n]
		}
	}
}
