package trial

import (
	"context"
	"math"
	"slices"
	"time"

	"sentral/internal/desk/knowledge"
	"sentral/internal/language"
	"sentral/internal/stat"
)

// Options say how a set is run. The zero value runs it as it is.
type Options struct {
	Edits float64                     // share of the longer words that are misspelt, 0 to 1
	Seed  uint64                      // of the misspelling
	Step  func(context.Context) error // called after each question; nil for nothing
}

// Result is how well the search did on a set. Shares are 0 to 1.
type Result struct {
	Articles, Questions int
	R1, R3, MRR         float64       // right article first, among the first three; mean of one over its place
	Candidates          int           // candidates of all questions together; 0 when the data names none
	Accuracy            float64       // right article first among the question's candidates
	Chance              float64       // the accuracy of a blind choice: questions / candidates
	Alpha               float64       // (accuracy - chance) / (1 - chance), the pseudo-alpha of SuperLim
	Surest              []Surest      // what the confidence is worth, by rising tenths of the questions
	SureShare           float64       // share of the questions whose verdict is sure
	SurePrecision       float64       // right article first among those; NaN when there are none
	FalselySure         float64       // share of the questions that are still sure when their article is taken away
	P50, P99            time.Duration // time of a search
}

// Surest is the precision among the questions whose answers are surest.
type Surest struct {
	Share     float64
	Questions int
	Right     int
	Precision float64
	Low, High float64 // Wilson's 95 % interval of the precision
}

// surestShares are the shares of the questions at which the precision is given.
var surestShares = []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

// Run builds an index of the set's articles and asks it every question three times: among all articles, among the question's
// candidates if it has any, and with the right article taken away.
func Run(ctx context.Context, set Set, o Options) (Result, error) {
	index, err := knowledge.Build(set.Articles)
	if err != nil {
		return Result{}, err
	}
	result := Result{Articles: len(set.Articles), Questions: len(set.Questions)}
	var given []outcome
	var times []time.Duration
	accurate, falselySure := 0, 0
	for i, q := range set.Questions {
		if o.Edits > 0 {
			q.Text = Mistype(q.Text, o.Edits, stat.Stream(o.Seed, "mistype", uint64(i)))
		}
		started := time.Now()
		answer := ask(index, q.Text, nil)
		times = append(times, time.Since(started))
		given = append(given, outcome{answer, place(answer, q.Right)})
		if len(q.Among) > 0 {
			result.Candidates += len(q.Among)
			among := ask(index, q.Text, func(id string) bool { return slices.Contains(q.Among, id) })
			if place(among, q.Right) == 1 {
				accurate++
			}
		}
		if ask(index, q.Text, func(id string) bool { return id != q.Right }).Verdict == knowledge.Sure {
			falselySure++
		}
		if o.Step != nil {
			if err := o.Step(ctx); err != nil {
				return Result{}, err
			}
		}
	}
	if err := result.count(given); err != nil {
		return Result{}, err
	}
	result.FalselySure = float64(falselySure) / float64(len(given))
	if result.Candidates > 0 {
		result.Chance = float64(len(given)) / float64(result.Candidates)
		result.Accuracy = float64(accurate) / float64(len(given))
		result.Alpha = (result.Accuracy - result.Chance) / (1 - result.Chance)
	}
	slices.Sort(times)
	result.P50, result.P99 = times[len(times)/2], times[(len(times)*99)/100]
	return result, nil
}

// hits is how far down an article is looked for.
const hits = 20

func ask(index *knowledge.Index, text string, only func(string) bool) knowledge.Answer {
	return index.Search(knowledge.Query{Text: text, Language: language.Unsure, Limit: hits, Only: only})
}

// outcome is an answer and the place of the right article in it, from 1; 0 when it is not there.
type outcome struct {
	answer knowledge.Answer
	place  int
}

func place(answer knowledge.Answer, right string) int {
	return 1 + slices.IndexFunc(answer.Hits, func(h knowledge.Hit) bool { return h.Article == right })
}

// count fills in the measures of the open questions.
func (r *Result) count(given []outcome) error {
	n := float64(len(given))
	first, early, sure, sureRight, reciprocal := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, g := range given {
		if g.place == 1 {
			first++
		}
		if g.place >= 1 && g.place <= 3 {
			early++
		}
		if g.place >= 1 {
			reciprocal += 1 / float64(g.place)
		}
		if g.answer.Verdict == knowledge.Sure {
			sure++
			if g.place == 1 {
				sureRight++
			}
		}
	}
	r.R1, r.R3, r.MRR = first/n, early/n, reciprocal/n
	r.SureShare = sure / n
	r.SurePrecision = sureRight / sure
	if sure == 0 {
		r.SurePrecision = math.NaN()
	}
	slices.SortStableFunc(given, func(a, b outcome) int {
		switch {
		case a.answer.Confidence > b.answer.Confidence:
			return -1
		case a.answer.Confidence < b.answer.Confidence:
			return 1
		}
		return 0
	})
	for _, share := range surestShares {
		s := Surest{Share: share, Questions: int(math.Ceil(share * n))}
		for _, g := range given[:s.Questions] {
			if g.place == 1 {
				s.Right++
			}
		}
		s.Precision = float64(s.Right) / float64(s.Questions)
		interval, err := stat.Wilson(float64(s.Right), float64(s.Questions), 0.95)
		if err != nil {
			return err
		}
		s.Low, s.High = interval.Low, interval.High
		r.Surest = append(r.Surest, s)
	}
	return nil
}
