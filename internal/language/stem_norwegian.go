package language

import "slices"

// The Norwegian rules are those of https://snowballstem.org/algorithms/norwegian/stemmer.html as of Snowball 3.1, with its names
// for the steps. They serve Bokmål and Nynorsk alike.
var (
	noVowels  = setOf("aeêioòóôuyæåø")
	noSEnding = setOf("bcdfghjlmnoptvyz")

	noMain = endings("a", "e", "ede", "ande", "ende", "ane", "ene", "hetene", "en", "heten", "ar", "er", "heter", "as", "es",
		"edes", "endes", "enes", "hetenes", "ens", "hetens", "ets", "et", "het", "ast", "ers", "s", "erte", "ert")
	noKeepsErs = endings("amm", "ast", "ind", "kap", "kk", "lt", "nk", "omm", "pp", "v", "øst")
	noLosesErs = endings("giv", "hav", "skap")
	noPair     = endings("dt", "vt")
	noOther    = endings("leg", "eleg", "ig", "eig", "lig", "elig", "els", "lov", "elov", "slov", "hetslov")
)

func stemNorwegian(s string) string {
	word := []rune(s)
	if len(word) < 3 {
		return s
	}
	r1 := noRegion(word)
	word = noMainSuffix(word, r1)
	if _, found := noPair.longest(word, r1); found {
		word = cut(word, 1)
	}
	if ending, found := noOther.longest(word, r1); found {
		word = cut(word, len(ending))
	}
	if ends(word, "'") {
		word = cut(word, 1)
	}
	return string(word)
}

// noRegion finds R1: behind the first apostrophe if there is one, else behind the first syllable, and never before the fourth letter.
func noRegion(word []rune) int {
	r1 := pastSyllable(word, 0, noVowels)
	if i := slices.Index(word, '\''); i >= 0 {
		r1 = i + 1
	}
	return max(r1, 3)
}

func noMainSuffix(word []rune, r1 int) []rune {
	ending, found := noMain.longest(word, r1)
	if !found {
		return word
	}
	stem := cut(word, len(ending))
	switch string(ending) {
	case "ers":
		_, keeps := noKeepsErs.longest(stem, 0)
		if _, loses := noLosesErs.longest(stem, 0); keeps && !loses {
			return word
		}
		return stem
	case "s":
		if noSGoes(stem) {
			return stem
		}
		return word
	case "erte", "ert":
		return swap(word, len(ending), "er")
	}
	return stem
}

// noSGoes says whether a final s is an ending behind this stem: after a valid s-ending, an r that no e precedes, or a k that a
// consonant precedes.
func noSGoes(stem []rune) bool {
	n := len(stem)
	switch {
	case n == 0:
		return false
	case noSEnding[stem[n-1]]:
		return true
	case stem[n-1] == 'r':
		return n < 2 || stem[n-2] != 'e'
	case stem[n-1] == 'k':
		return n >= 2 && !noVowels[stem[n-2]]
	}
	return false
}
