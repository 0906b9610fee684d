package knowledge

import "math"

// Verdict says what may be done with an answer.
type Verdict string

// The verdicts.
const (
	Sure    Verdict = "sure"    // the first hit may be given as the answer
	Maybe   Verdict = "maybe"   // offer up to three titles: did you mean
	Abstain Verdict = "abstain" // say so and offer a person
)

// Answer is what a search found and how sure it is.
type Answer struct {
	Hits       []Hit
	Confidence float64 // probability that the first hit is the right article, 0 to 1
	Verdict    Verdict
}

// The logistic regression that makes a confidence, and the confidences from which an answer is sure or may be offered. They are
// fitted by trial's Fit to the tuning halves; docs/spec/search.md says how, and what they promise on the other halves.
const (
	confidenceBase   = -2.62
	confidenceStems  = 1.03 // per share of the question's stems, by rarity, that the first hit has
	confidenceGrams  = 2.03 // the same of its grams
	confidenceMargin = 4.95 // per share of its score by which the first hit leads

	sureFrom  = 0.80
	maybeFrom = 0.35
)

// signs are what a confidence is made from, each 0 to 1.
type signs struct {
	stems, grams float64 // share of the question that the first hit covers
	margin       float64 // lead over the second hit, as a share of the first hit's score
}

// confidence is the probability that the first hit is right.
func (s signs) confidence() float64 {
	logit := confidenceBase + confidenceStems*s.stems + confidenceGrams*s.grams + confidenceMargin*s.margin
	return 1 / (1 + math.Exp(-logit))
}

func verdictOf(confidence float64) Verdict {
	switch {
	case confidence >= sureFrom:
		return Sure
	case confidence >= maybeFrom:
		return Maybe
	}
	return Abstain
}

// signsOf gives the signs of an answer, whose candidates stand the best first.
func (x *Index) signsOf(asked *question, found []candidate) signs {
	first := found[0]
	s := signs{margin: 1}
	if len(found) > 1 {
		s.margin = 1 - found[1].score/first.score
	}
	unknown := asked.unknown * rarity(float64(len(x.articles)), 1)
	s.stems = covered(asked.stems, first.look.stems, unknown)
	s.grams = covered(asked.grams, first.look.grams, 0)
	return s
}

// covered is the share of the terms, each by its weight and rarity, that is worth anything in an article. Unknown is the weight of
// words that no article has.
func covered(terms []askedTerm, worth []float64, unknown float64) float64 {
	have, all := 0.0, unknown
	for i, t := range terms {
		all += t.weight * t.rarity
		if worth[i] > 0 {
			have += t.weight * t.rarity
		}
	}
	if all == 0 {
		return 0
	}
	return have / all
}
