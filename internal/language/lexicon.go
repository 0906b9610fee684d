package language

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sentral/internal/centre"
)

//go:embed lexicon.txt
var lexiconText string

// Lexicon is a list of concepts of a trade, each with the words that name it in several languages. Words of one concept are
// synonyms: faktura, regning, rekning, räkning, invoice. It also splits compounds whose parts are all in it: strømfaktura is power
// and invoice. A Lexicon does not change after ReadLexicon.
type Lexicon struct {
	concepts []Concept
	forms    map[string]string // folded form, its words parted by a space -> concept
	first    map[string]bool   // the first words of the forms of several words
	lead     map[string]string // folded first part of a compound -> concept
	longest  int               // letters of the longest first part
}

// Concept is one meaning and the words for it.
type Concept struct {
	Name   string
	Lemmas map[Code][]string
}

// endingsOf are the inflections that a lemma is tried with. They serve all word classes at once: a form that no one writes does no
// harm, and a form that two concepts would share is left to neither. Bokmål lemmas take the Nynorsk endings as well.
var endingsOf = map[Code][]string{
	Bokmal:  strings.Fields("a de e en ende ene enes ens er es et ets ne r s t te"),
	Nynorsk: strings.Fields("a ane ar ast de e en ene er et i ne r s st t te"),
	Swedish: strings.Fields("a ad ade an ande ar are arna as at d de e en ens er erna es et ets n na or orna r s t te"),
	English: strings.Fields("d ed es ing s 's"),
}

// Trade gives the lexicon of power, fibre and telecom that the program carries.
var Trade = sync.OnceValue(func() *Lexicon {
	lexicon, err := ReadLexicon(lexiconText)
	if err != nil {
		panic(err) // the embedded file is part of the program and is checked by its tests
	}
	return lexicon
})

// ReadLexicon reads a lexicon's text. A concept begins with its name in square brackets; below it stands a line for each language:
// its code and its lemmas, parted by commas. A lemma may be of several words, of which the first is inflected, and a hyphen counts as
// a space between them. Words in parentheses behind a lemma are forms that the endings do not make (nummer (numre numrene)). A number
// sign begins a comment. Errors are centre.Invalid and name the line.
func ReadLexicon(text string) (*Lexicon, error) {
	l := &Lexicon{forms: map[string]string{}, first: map[string]bool{}, lead: map[string]string{}}
	made := map[string][]string{} // inflected form -> concepts
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if name, found := strings.CutPrefix(line, "["); found {
			l.concepts = append(l.concepts, Concept{Name: strings.TrimSuffix(name, "]"), Lemmas: map[Code][]string{}})
			continue
		}
		if err := l.readLemmas(line, made); err != nil {
			return nil, centre.ErrorAt(centre.Invalid, fmt.Sprintf("lexicon:%d", number), "%v", err)
		}
	}
	for form, concepts := range made {
		slices.Sort(concepts)
		if concepts = slices.Compact(concepts); len(concepts) == 1 && l.forms[form] == "" {
			l.forms[form] = concepts[0]
		}
	}
	return l, nil
}

func (l *Lexicon) readLemmas(line string, made map[string][]string) error {
	if len(l.concepts) == 0 {
		return fmt.Errorf("a line stands before the first [concept]")
	}
	concept := &l.concepts[len(l.concepts)-1]
	name, rest, _ := strings.Cut(line, " ")
	code := Code(name)
	if endingsOf[code] == nil {
		return fmt.Errorf("%q is not nb, nn, sv or en", name)
	}
	for entry := range strings.SplitSeq(rest, ",") {
		entry, irregular, _ := strings.Cut(strings.TrimSpace(entry), "(")
		lemma, bases, rest := parted(entry)
		if lemma == "" {
			return fmt.Errorf("a lemma is empty")
		}
		concept.Lemmas[code] = append(concept.Lemmas[code], lemma)
		for _, form := range append(strings.Fields(strings.TrimSuffix(strings.TrimSpace(irregular), ")")), lemma) {
			form = Fold(form)
			l.noteFirst(form)
			if other := l.forms[form]; other != "" && other != concept.Name {
				return fmt.Errorf("%q names both %s and %s", form, other, concept.Name)
			}
			l.forms[form] = concept.Name
		}
		for _, base := range bases {
			for _, ending := range endingsOf[code] {
				form := Fold(base + ending + rest)
				l.noteFirst(form)
				made[form] = append(made[form], concept.Name)
			}
			if rest == "" {
				l.addLead(Fold(base), concept.Name)
			}
		}
	}
	return nil
}

// parted takes a lemma's entry apart: the lemma, the bases that endings are put on, and the words behind those. The bases are the
// first word, and that word without a final a or e.
func parted(entry string) (lemma string, bases []string, rest string) {
	entry = strings.Join(strings.Fields(strings.ReplaceAll(entry, "-", " ")), " ")
	first, rest, several := strings.Cut(entry, " ")
	if several {
		rest = " " + rest
	}
	bases = []string{first}
	if base := strings.TrimRight(first, "ae"); len(base) == len(first)-1 && len(base) > 3 {
		bases = append(bases, base)
	}
	return entry, bases, rest
}

func (l *Lexicon) noteFirst(form string) {
	if first, _, several := strings.Cut(form, " "); several {
		l.first[first] = true
	}
}

func (l *Lexicon) addLead(part, concept string) {
	if l.lead[part] == "" {
		l.lead[part] = concept
		l.longest = max(l.longest, len(part))
	}
}

// Concepts lists the lexicon's concepts in the order of its text.
func (l *Lexicon) Concepts() []Concept { return l.concepts }

// Concept finds the concept that a word names in any language and inflection.
func (l *Lexicon) Concept(word string) (name string, found bool) {
	name, found = l.forms[Fold(word)]
	return name, found
}

// longestPhrase is the most words that a lemma has.
const longestPhrase = 3

// Phrase finds the concept that the words name together from the first of them on (si opp, e-post), and how many words it takes. A
// single word is no phrase.
func (l *Lexicon) Phrase(words []Word) (name string, length int) {
	if len(words) < 2 || !l.first[Fold(words[0].Text)] {
		return "", 0
	}
	form := Fold(words[0].Text)
	for i, word := range words[1:min(len(words), longestPhrase)] {
		form += " " + Fold(word.Text)
		if concept, found := l.forms[form]; found {
			name, length = concept, i+2
		}
	}
	return name, length
}

// shortestPart is the fewest letters that the last part of a compound may have; shorter ones split words that are none.
const shortestPart = 4

// Split parts a compound into the concepts of its parts, first to last, and gives nil for a word that is not wholly made of the
// lexicon's words. The joints are none, -s- and -e-. A word that itself is in the lexicon is not split.
func (l *Lexicon) Split(word string) []string {
	word = Fold(word)
	if _, whole := l.forms[word]; whole || len(word) < 6 {
		return nil
	}
	return l.split(word, 0)
}

func (l *Lexicon) split(word string, depth int) []string {
	if depth > 3 {
		return nil
	}
	for end := min(l.longest, len(word)-shortestPart); end >= 2; end-- {
		concept, found := l.lead[word[:end]]
		if !found {
			continue
		}
		for _, joint := range []string{"", "s", "e"} {
			rest, joined := strings.CutPrefix(word[end:], joint)
			if !joined || len([]rune(rest)) < shortestPart {
				continue
			}
			if last, whole := l.forms[rest]; whole {
				return []string{concept, last}
			}
			if more := l.split(rest, depth+1); more != nil {
				return append([]string{concept}, more...)
			}
		}
	}
	return nil
}
