package language

// The Swedish rules are those of https://snowballstem.org/algorithms/swedish/stemmer.html as of Snowball 3.1, with its names for
// the steps.
var (
	svVowels    = setOf("aeiouyäåö")
	svSEnding   = setOf("bcdfghjklmnoprtvy")
	svOstEnding = setOf("iklnprtuv")

	svMain = endings("a", "arna", "erna", "heterna", "orna", "ad", "e", "ade", "ande", "arne", "are", "aste", "en", "anden",
		"aren", "heten", "ern", "ar", "er", "heter", "or", "as", "arnas", "ernas", "ornas", "es", "ades", "andes", "ens", "arens",
		"hetens", "erns", "at", "andet", "het", "ast", "s", "et")
	svKeepsEt = endings("h", "iet", "uit", "fab", "cit", "dit", "alit", "ilit", "mit", "nit", "pit", "rit", "sit", "tit", "ivit",
		"kvit", "xit", "kom", "rak", "pak", "stak")
	svPair  = endings("dd", "gd", "nn", "dt", "gt", "kt", "tt")
	svOther = endings("lig", "ig", "els", "öst", "fullt")
)

func stemSwedish(s string) string {
	word := []rune(s)
	if len(word) < 3 {
		return s
	}
	r1 := max(pastSyllable(word, 0, svVowels), 3)
	word = svMainSuffix(word, r1)
	if _, found := svPair.longest(word, r1); found {
		word = cut(word, 1)
	}
	return string(svOtherSuffix(word, r1))
}

func svMainSuffix(word []rune, r1 int) []rune {
	ending, found := svMain.longest(word, r1)
	if !found {
		return word
	}
	stem := cut(word, len(ending))
	switch string(ending) {
	case "s":
		if ends(stem, "et") && svEtGoes(cut(stem, 2)) {
			return cut(stem, 2)
		}
		if n := len(stem); n == 0 || !svSEnding[stem[n-1]] {
			return word
		}
	case "et":
		if !svEtGoes(stem) {
			return word
		}
	}
	return stem
}

// svEtGoes says whether a final "et" is an ending behind this stem: after a consonant that a vowel precedes, which is not the
// word's first letter, unless the stem is one of those whose "et" belongs to the word (nyhet, societet, alfabet, paket).
func svEtGoes(stem []rune) bool {
	n := len(stem)
	if n < 3 || svVowels[stem[n-1]] || !svVowels[stem[n-2]] {
		return false
	}
	_, keeps := svKeepsEt.longest(stem, 0)
	return !keeps
}

func svOtherSuffix(word []rune, r1 int) []rune {
	ending, found := svOther.longest(word, r1)
	if !found {
		return word
	}
	switch string(ending) {
	case "öst":
		if n := len(word) - 3; n == 0 || !svOstEnding[word[n-1]] {
			return word
		}
		return swap(word, 3, "ös")
	case "fullt":
		return swap(word, 5, "full")
	}
	return cut(word, len(ending))
}
