package language

import (
	"slices"
	"strings"
	"testing"

	"sentral/internal/centre"
)

// Goal: about 300 lemmas, and every concept has words in all four languages or the Nynorsk word is the Bokmål one.
func TestTradeLexiconIsWhole(t *testing.T) {
	lemmas := 0
	for _, concept := range Trade().Concepts() {
		for _, code := range []Code{Bokmal, Swedish, English} {
			if len(concept.Lemmas[code]) == 0 {
				t.Errorf("%s has no word in %s", concept.Name, code)
			}
		}
		for code, list := range concept.Lemmas {
			lemmas += len(list)
			for _, lemma := range list {
				if found := Trade().forms[Fold(lemma)]; found != concept.Name {
					t.Errorf("%s %q is found as %q, want %s", code, lemma, found, concept.Name)
				}
			}
		}
	}
	if lemmas < 300 {
		t.Errorf("the lexicon has %d lemmas", lemmas)
	}
}

func TestConceptsMeetAcrossLanguagesAndForms(t *testing.T) {
	for concept, words := range map[string]string{
		"invoice":      "faktura fakturaen fakturaer fakturaens regningene rekninga rekningane fakturan fakturor räkningen invoices bills",
		"waiting_time": "ventetid ventetiden ventetida väntetiden kø köer queue",
		"grid_rent":    "nettleie nettleien nettleiga nettleige nätavgiften elnätsavgift",
		"power_outage": "strømbrudd strømbruddet straumbrot elavbrott strömavbrottet outages",
		"meter":        "måler målere måleren målarane mätare mätaren meters",
		"move":         "flytte flytter flyttet flyttar flyttade moving moves",
		"overdue":      "forfalte förfallna unpaid",
		"phone_number": "nummer numre numrene numret",
	} {
		for _, word := range strings.Fields(words) {
			if got, _ := Trade().Concept(word); got != concept {
				t.Errorf("%q names %q, want %s", word, got, concept)
			}
		}
	}
	for _, word := range []string{"og", "katt", "elev", "", "nettopp"} {
		if got, found := Trade().Concept(word); found {
			t.Errorf("%q names %s", word, got)
		}
	}
}

func TestCompoundsAreSplit(t *testing.T) {
	for word, want := range map[string]string{
		"strømfaktura": "power invoice", "strømregningene": "power invoice", "straumrekninga": "power invoice",
		"elräkningen": "power invoice", "mobilabonnementet": "mobile subscription", "fiberruteren": "fibre router",
		"leveringsadressen": "delivery address", "fakturagebyr": "invoice fee", "strømfakturagebyr": "power invoice fee",
		"faktura": "", "elev": "", "elefant": "", "nettopp": "", "kodeord": "",
	} {
		if got := strings.Join(Trade().Split(word), " "); got != want {
			t.Errorf("Split(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	for text, want := range map[string]string{
		"e-post til dere": "email 2", "si opp avtalen": "cancel 2", "säga upp nu": "cancel 2", "Min side virker ikke": "my_pages 2",
		"set up the box": "install 2", "opp": " 0", "si det": " 0",
	} {
		name, length := Trade().Phrase(Words(text))
		if got := name + " " + string(rune('0'+length)); got != want {
			t.Errorf("Phrase(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestReadLexiconRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"nb faktura":                         "lexicon:1: a line stands before the first [concept]",
		"[a]\nxx faktura":                    `lexicon:2: "xx" is not nb, nn, sv or en`,
		"[a]\nnb faktura,, regning":          "lexicon:2: a lemma is empty",
		"[a]\nnb faktura\n\n[b]\nsv faktura": `lexicon:5: "faktura" names both a and b`,
	} {
		_, err := ReadLexicon(text)
		if err == nil || err.Error() != want || centre.KindOf(err) != centre.Invalid {
			t.Errorf("ReadLexicon(%q): %v, want %s", text, err, want)
		}
	}
}

func TestReadLexiconLetsAnAmbiguousFormGo(t *testing.T) {
	l, err := ReadLexicon("[a]\nnb gran\n[b]\nnb grane # granen is of both\n")
	if err != nil {
		t.Fatal(err)
	}
	if name, found := l.Concept("granen"); found {
		t.Errorf("granen names %s, but both have that form", name)
	}
	if !slices.Equal([]string{l.forms["gran"], l.forms["grane"]}, []string{"a", "b"}) {
		t.Error("the lemmas themselves are kept")
	}
}
