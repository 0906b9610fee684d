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

// The logistic regression that makes a confidence, and the confidences from which an answer is sure or may be offered. They were
// fitted to the tuning halves of two public data sets, as docs/spec/search.md tells; docs/figures/search.md says what they are worth
// on the other halves.
const (
	confidenceBase   = -3.48
	confidenceWords  = 1.44 // for the share of the question's words that the first hit has
	confidenceGrams  = 2.60 // for the share of its grams
	confidenceMargin = 1.72 // for the lead over the second hit
	confidenceBoth   = 5.27 // for words times margin: a lead is worth the more, the more of the question is met

	sureFrom  = 0.80
	maybeFrom = 0.35
	sureWords = 0.5 // a hit that has less than half of what is asked is never sure, however far it leads
)

// signs are what a confidence is made from, each 0 to 1.
type signs struct {
	words  float64 // share of the question's words, by rarity, that the first hit has
	grams  float64 // share of its grams, by rarity
	margin float64 // lead over the second hit, as a share of the first hit's score
}

// confidence is the probability that the first hit is right.
func (s signs) confidence() float64 {
	logit := confidenceBase + confidenceWords*s.words + confidenceGrams*s.grams + confidenceMargin*s.margin +
		confidenceBoth*s.words*s.margin
	return 1 / (1 + math.Exp(-logit))
}

func (s signs) verdict() Verdict {
	switch confidence := s.confidence(); {
	case confidence >= sureFrom && s.words >= sureWords:
		return Sure
	case confidence >= maybeFrom:
		return Maybe
	}
	return Abstain
}

// signsOf gives the signs of an answer, whose candidates stand the best first.
func (x *Index) signsOf(asked *question, found []candidate) signs {
	first := found[0]
	s := signs{margin: 1, words: x.wordsCovered(asked, first.look), grams: gramsCovered(asked, first.look)}
	if len(found) > 1 {
		s.margin = 1 - found[1].score/first.score
	}
	return s
}

// wordsCovered is the share of the question's words, each by its rarity, that an article has. A word is as rare as the rarest stem that
// stands for it; one that no article has is rarer than all.
func (x *Index) wordsCovered(asked *question, look closeLook) float64 {
	have, all := 0.0, 0.0
	for _, word := range asked.words {
		rarest, covered := 0.0, 0.0
		if len(word.stems) == 0 {
			rarest = rarity(float64(len(x.articles)), 0)
		}
		for _, stem := range word.stems {
			at := asked.byStem[stem.id]
			rarest = max(rarest, asked.stems[at].rarity)
			if look.stems[at] > 0 {
				covered = max(covered, float64(stem.weight))
			}
		}
		have += covered * rarest
		all += rarest
	}
	if all == 0 {
		return 0
	}
	return have / all
}

// gramsCovered is the share of the question's grams, each by its weight and rarity, that an article has.
func gramsCovered(asked *question, look closeLook) float64 {
	have, all := 0.0, 0.0
	for i, gram := range asked.grams {
		all += gram.weight * gram.rarity
		if look.grams[i] > 0 {
			have += gram.weight * gram.rarity
		}
	}
	if all == 0 {
		return 0
	}
	return have / all
}
