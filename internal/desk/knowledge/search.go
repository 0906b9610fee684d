package knowledge

import (
	"slices"

	"sentral/internal/language"
)

// The weights with which the parts of a match are added, and the bounds of the second look. docs/figures/search.md says how they
// were chosen.
const (
	gramWeight    = 0.7 // character n-grams beside stems
	passageWeight = 0.7 // the best passage beside the whole article
	headingWeight = 1.0 // a title or known question that the question says in whole
	localWeight   = 1.0 // rarity counted anew among the candidates
	otherLanguage = 0.8 // an article in another language than the question
	candidates    = 20  // articles that get the second look
	mostAsked     = 300 // words of a question that are read, from its beginning
	passageWords  = 60
	passageStep   = 30
)

// Query is a question to the index.
type Query struct {
	Text     string
	Language language.Code             // of the text; empty or Unsure: guessed, else every language of the index is tried
	Limit    int                       // hits wanted; zero means 10
	Only     func(article string) bool // the articles that may be found, by id; nil means all
}

// Hit is an article that matches.
type Hit struct {
	Article string  // id
	Score   float64 // BM25 points; comparable within one answer only
}

// Search finds the articles that best answer the question, the best first; ties go to the article published first. A question
// without words, or one that no article shares a term with, has no hits.
//
// It looks twice. First every article is scored by BM25 on stems and on character 4-grams. Then the best are looked at closely: the
// best passage, the words that stand together, and each term's rarity among these candidates alone, which tells apart articles on
// one subject.
func (x *Index) Search(q Query) Answer {
	asked := x.read(q)
	scores, allowed := x.firstLook(asked, q.Only)
	best := topOf(scores, allowed, candidates)
	if len(best) == 0 {
		return Answer{Verdict: Abstain}
	}
	found := x.secondLook(asked, best, scores)
	limit := q.Limit
	if limit <= 0 {
		limit = 10
	}
	answer := Answer{Hits: make([]Hit, 0, limit)}
	signs := x.signsOf(asked, found)
	answer.Confidence, answer.Verdict = signs.confidence(), signs.verdict()
	for _, c := range found[:min(limit, len(found))] {
		answer.Hits = append(answer.Hits, Hit{x.articles[c.article].ID, c.score})
	}
	return answer
}

// question is a query cut into terms that the index knows.
type question struct {
	own          language.Code // the query's language, or Unsure
	stems, grams []askedTerm
	byStem       map[int32]int // term -> place in stems
	byGram       map[int32]int
	words        []askedWord // those that carry matter
}

type askedTerm struct {
	id     int32
	weight float64
	rarity float64
}

// askedWord is one word of the query that carries matter, with the stems that stand for it and how well each does.
type askedWord struct {
	stems []weighedTerm // none: no article has the word, nor one that it may be a misspelling of
}

// read cuts the query's text into terms. A word is cut by the rules of the query's language, or of every language of the index if
// that is not known or no article is written in it; a word that the index has not is replaced by those it may be a misspelling of.
func (x *Index) read(q Query) *question {
	asked := &question{own: q.Language}
	if asked.own == "" || asked.own == language.Unsure {
		asked.own = language.Guess(q.Text).Language
	}
	codes := x.languages
	if slices.Contains(x.languages, asked.own) || len(x.languages) == 0 {
		codes = []language.Code{asked.own}
	}
	stems, grams := map[int32]float64{}, map[int32]float64{}
	words := wordsOf(q.Text)
	for _, word := range words[:min(len(words), mostAsked)] {
		stop := asked.isStopword(codes, word)
		stemsOfWord := x.readWord(codes, word, stop, stems, grams)
		if !stop {
			asked.words = append(asked.words, askedWord{stemsOfWord})
		}
	}
	asked.stems, asked.byStem = listed(stems)
	asked.grams, asked.byGram = listed(grams)
	return asked
}

// isStopword asks the query's language, or each of the codes if that is not known.
func (asked *question) isStopword(codes []language.Code, word language.Word) bool {
	if word.Caps {
		return false
	}
	if asked.own != language.Unsure {
		return language.IsStopword(asked.own, word.Text)
	}
	return slices.ContainsFunc(codes, func(c language.Code) bool { return language.IsStopword(c, word.Text) })
}

// readWord adds one word's terms to the question and gives the stems that stand for it.
func (x *Index) readWord(codes []language.Code, word language.Word, stop bool, stems, grams map[int32]float64) []weighedTerm {
	stemShare, gramShare := 1.0, 1.0
	if stop {
		stemShare, gramShare = stopwordStem, stopwordGram
	}
	var found []weighedTerm
	tried := map[string]bool{}
	add := func(w language.Word, share float64) {
		for _, code := range codes {
			for _, t := range stemsOf(code, w) {
				id, known := x.stems.ids[t.text]
				if !known || tried[t.text] {
					continue
				}
				tried[t.text] = true
				stems[id] += stemShare * share * float64(t.weight)
				found = append(found, weighedTerm{id, float32(share) * t.weight})
			}
		}
		for _, gram := range gramsOf(w.Text) {
			if id, known := x.grams.ids[gram]; known {
				grams[id] += gramShare * share
			}
		}
	}
	add(word, 1)
	if len(found) > 0 || stop {
		return found
	}
	mended := x.spelling.mend(language.Fold(word.Text))
	for _, other := range mended {
		add(language.Word{Text: other}, mendedWeight/float64(len(mended)))
	}
	return found
}

func listed(weights map[int32]float64) ([]askedTerm, map[int32]int) {
	terms := make([]askedTerm, 0, len(weights))
	for id, weight := range weights {
		terms = append(terms, askedTerm{id: id, weight: weight})
	}
	slices.SortFunc(terms, func(a, b askedTerm) int { return int(a.id - b.id) })
	place := make(map[int32]int, len(terms))
	for i, t := range terms {
		place[t.id] = i
	}
	return terms, place
}

// firstLook scores every article that may be found. Rarity is counted among those articles.
func (x *Index) firstLook(asked *question, only func(string) bool) (scores []float64, allowed []bool) {
	scores = make([]float64, len(x.articles))
	n := float64(len(x.articles))
	if only != nil {
		allowed = make([]bool, len(x.articles))
		n = 0
		for i, article := range x.articles {
			if allowed[i] = only(article.ID); allowed[i] {
				n++
			}
		}
	}
	x.stems.score(asked.stems, 1, n, allowed, scores)
	x.grams.score(asked.grams, gramWeight, n, allowed, scores)
	return scores, allowed
}

// score adds the terms' BM25 to the scores and notes each term's rarity among the n articles that may be found.
func (s *space) score(terms []askedTerm, share, n float64, allowed []bool, scores []float64) {
	for i := range terms {
		t := &terms[i]
		list := s.postings[t.id]
		holding := float64(len(list))
		if allowed != nil {
			holding = 0
			for _, p := range list {
				if allowed[p.article] {
					holding++
				}
			}
		}
		t.rarity = rarity(n, holding)
		points := share * t.weight * t.rarity
		for _, p := range list {
			if allowed == nil || allowed[p.article] {
				scores[p.article] += points * float64(p.worth)
			}
		}
	}
}

// topOf gives the numbers of the best articles, the best first, leaving out those without a point.
func topOf(scores []float64, allowed []bool, most int) []int {
	best := make([]int, 0, most+1)
	for i, score := range scores {
		if score <= 0 || (allowed != nil && !allowed[i]) {
			continue
		}
		if len(best) == most && score <= scores[best[most-1]] {
			continue
		}
		at := len(best)
		for at > 0 && scores[best[at-1]] < score {
			at--
		}
		best = slices.Insert(best, at, i)
		best = best[:min(len(best), most)]
	}
	return best
}

// candidate is an article in the second look.
type candidate struct {
	article int
	score   float64
	look    closeLook
}

// secondLook ranks the candidates by all parts of the match.
func (x *Index) secondLook(asked *question, best []int, scores []float64) []candidate {
	found := make([]candidate, len(best))
	reader := newReader(x, asked)
	for i, article := range best {
		found[i] = candidate{article: article, score: scores[article], look: reader.look(article)}
	}
	localStems, localGrams := localRarity(found, asked)
	for i := range found {
		look := found[i].look
		local := look.points(asked, localStems, localGrams)
		found[i].score += passageWeight*look.passage + headingWeight*look.heading + localWeight*local
		if x.speaksOther(asked, found[i].article) {
			found[i].score *= otherLanguage
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return a.article - b.article
	})
	return found
}

// speaksOther says whether an article is in another language than the question, although the index has articles in the question's. The
// two forms of Norwegian count as one.
func (x *Index) speaksOther(asked *question, article int) bool {
	own := norwegian(asked.own)
	return norwegian(x.spoken[article]) != own && slices.ContainsFunc(x.languages, func(c language.Code) bool { return norwegian(c) == own })
}

func norwegian(c language.Code) language.Code {
	if c == language.Nynorsk {
		return language.Bokmal
	}
	return c
}

// localRarity counts each term's rarity among the candidates.
func localRarity(found []candidate, asked *question) (stems, grams []float64) {
	stems, grams = make([]float64, len(asked.stems)), make([]float64, len(asked.grams))
	for _, c := range found {
		for i, worth := range c.look.stems {
			if worth > 0 {
				stems[i]++
			}
		}
		for i, worth := range c.look.grams {
			if worth > 0 {
				grams[i]++
			}
		}
	}
	n := float64(len(found))
	for i, holding := range stems {
		stems[i] = rarity(n, holding)
	}
	for i, holding := range grams {
		grams[i] = rarity(n, holding)
	}
	return stems, grams
}

// points is the candidate's BM25 with rarities counted among the candidates.
func (l closeLook) points(asked *question, stems, grams []float64) float64 {
	sum := 0.0
	for i, worth := range l.stems {
		sum += asked.stems[i].weight * stems[i] * worth
	}
	for i, worth := range l.grams {
		sum += gramWeight * asked.grams[i].weight * grams[i] * worth
	}
	return sum
}
