package insight

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"sentral/internal/centre"
)

// Terms is one text as terms: words, stems or concepts, as room language gives them, and who wrote it.
type Terms struct {
	Respondent string
	Terms      []string
}

// Corpus counts the terms of a set of texts.
type Corpus struct {
	Total  int
	Counts map[string]int
	people map[string]map[string]bool // by term
}

// NewCorpus counts. Two texts by one respondent count as one person.
func NewCorpus(texts []Terms) Corpus {
	c := Corpus{Counts: map[string]int{}, people: map[string]map[string]bool{}}
	for _, t := range texts {
		for _, term := range t.Terms {
			c.Total++
			c.Counts[term]++
			if c.people[term] == nil {
				c.people[term] = map[string]bool{}
			}
			c.people[term][t.Respondent] = true
		}
	}
	return c
}

// Respondents is the number of different persons who used the term.
func (c Corpus) Respondents(term string) int { return len(c.people[term]) }

// KeynessOptions are what a term must reach to be called key.
type KeynessOptions struct {
	G2          float64 // 0 means 15.13, the 0.0001 level of one degree of freedom
	LogRatio    float64 // doublings of its relative frequency; 0 means 1
	Respondents int     // different persons in the target; 0 means 5
	Prior       float64 // of the weighted log-odds, for every term; 0 means 0.05
}

// Keyword is a term that sets the target texts apart from the reference.
type Keyword struct {
	Term        string  `json:"term"`
	Target      int     `json:"target"`
	Reference   int     `json:"reference"`
	Respondents int     `json:"respondents"`
	G2          float64 `json:"g2"`
	LogRatio    float64 `json:"log_ratio"` // base 2, with half an occurrence where the reference has none
	LogOdds     float64 `json:"log_odds"`  // weighted: Monroe's delta
	Z           float64 `json:"z"`         // delta over its standard deviation
}

// LogLikelihood is Dunning's G2 of a term that occurs a times among c and b times among d: 2(a ln(a/E1) + b ln(b/E2)) with
// E1 = c(a+b)/(c+d), E2 = d(a+b)/(c+d) (Rayson and Garside 2000).
func LogLikelihood(a, b, c, d int) (float64, error) {
	if a < 0 || b < 0 || a > c || b > d || c == 0 || d == 0 {
		return 0, centre.Errorf(centre.Invalid, "G2 of %d in %d against %d in %d: want counts within texts that are not empty", a, c, b, d)
	}
	term := func(observed, total int) float64 {
		if observed == 0 {
			return 0
		}
		expected := float64(total) * float64(a+b) / float64(c+d)
		return float64(observed) * math.Log(float64(observed)/expected)
	}
	return max(0, 2*(term(a, c)+term(b, d))), nil
}

// Keyness lists the terms that the target uses more than the reference, by falling G2: those that pass G2, effect and respondents
// together, since in many texts a tiny difference is significant, and one angry person can write a word fifty times.
func Keyness(target, reference Corpus, o KeynessOptions) ([]Keyword, error) {
	if o.G2 == 0 {
		o.G2 = 15.13
	}
	if o.LogRatio == 0 {
		o.LogRatio = 1
	}
	if o.Respondents == 0 {
		o.Respondents = 5
	}
	odds, err := LogOdds(target, reference, o.Prior)
	if err != nil {
		return nil, err
	}
	var out []Keyword
	for _, k := range odds {
		if k.Target == 0 {
			continue
		}
		if k.G2, err = LogLikelihood(k.Target, k.Reference, target.Total, reference.Total); err != nil {
			return nil, err
		}
		b := max(float64(k.Reference), 0.5)
		k.LogRatio = math.Log2(float64(k.Target) / float64(target.Total) / (b / float64(reference.Total)))
		if k.G2 >= o.G2 && k.LogRatio >= o.LogRatio && k.Respondents >= o.Respondents {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(a, b Keyword) int { return cmp.Compare(b.G2, a.G2) })
	return out, nil
}

// LogOdds is the weighted log-odds of every term of either corpus, with the same prior for all (Monroe, Colaresi and Quinn 2008):
// delta = ln((y1+a)/(n1+a0-y1-a)) - ln((y2+a)/(n2+a0-y2-a)), a0 the prior times the number of terms, z = delta/sqrt(1/(y1+a)+1/(y2+a)).
// A prior of 0 means 0.05. Terms come by falling z.
func LogOdds(target, reference Corpus, prior float64) ([]Keyword, error) {
	if prior == 0 {
		prior = 0.05
	}
	if !(prior > 0) || math.IsInf(prior, 0) {
		return nil, centre.Errorf(centre.Invalid, "log-odds prior %v: want a positive number", prior)
	}
	if target.Total == 0 || reference.Total == 0 {
		return nil, centre.Errorf(centre.Invalid, "keyness: %d terms against %d: one side has no text", target.Total, reference.Total)
	}
	vocabulary := maps.Clone(target.Counts)
	maps.Copy(vocabulary, reference.Counts)
	terms := slices.Sorted(maps.Keys(vocabulary))
	if len(terms) == 1 {
		return nil, centre.Errorf(centre.Invalid, "keyness: both sides hold the one term %s and nothing else", terms[0])
	}
	all := prior * float64(len(terms))
	odds := func(y, n int) float64 {
		have := float64(y) + prior
		return math.Log(have / (float64(n) + all - have))
	}
	out := make([]Keyword, len(terms))
	for i, t := range terms {
		k := Keyword{Term: t, Target: target.Counts[t], Reference: reference.Counts[t], Respondents: target.Respondents(t)}
		k.LogOdds = odds(k.Target, target.Total) - odds(k.Reference, reference.Total)
		k.Z = k.LogOdds / math.Sqrt(1/(float64(k.Target)+prior)+1/(float64(k.Reference)+prior))
		out[i] = k
	}
	slices.SortStableFunc(out, func(a, b Keyword) int {
		return cmp.Or(cmp.Compare(b.Z, a.Z), strings.Compare(a.Term, b.Term))
	})
	return out, nil
}
