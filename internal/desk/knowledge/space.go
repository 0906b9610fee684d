package knowledge

import "math"

// The constants of BM25 (Robertson and Zaragoza 2009): how soon a repeated term stops counting, and how much a long article pays.
const (
	saturation  = 1.2 // k1
	lengthShare = 0.6 // b
)

// posting says that a term stands in an article, and how much of BM25 it is worth there before its rarity is counted.
type posting struct {
	article int32
	worth   float32
}

// space is one inverted index: the terms of one kind, and the articles that hold each of them.
type space struct {
	ids      map[string]int32
	postings [][]posting
	lengths  []float32
	mean     float64 // of the lengths
	articles int
}

func newSpace() *space { return &space{ids: map[string]int32{}} }

// id gives a term's number, and a new one to a new term.
func (s *space) id(text string) int32 {
	id, known := s.ids[text]
	if !known {
		id = int32(len(s.postings))
		s.ids[text] = id
		s.postings = append(s.postings, nil)
	}
	return id
}

// tally counts the terms of one article. It is used again for the next one.
type tally struct {
	count   []float32 // by term
	touched []int32
}

func (t *tally) add(id int32, weight float32) {
	for int(id) >= len(t.count) {
		t.count = append(t.count, make([]float32, len(t.count)+1024)...)
	}
	if t.count[id] == 0 {
		t.touched = append(t.touched, id)
	}
	t.count[id] += weight
}

// put ends an article: its counts become postings whose worth is the bare count until finish.
func (s *space) put(article int, t *tally) {
	var length float32
	for _, id := range t.touched {
		s.postings[id] = append(s.postings[id], posting{int32(article), t.count[id]})
		length += t.count[id]
		t.count[id] = 0
	}
	t.touched = t.touched[:0]
	s.lengths = append(s.lengths, length)
	s.articles++
}

// finish turns counts into worths, now that the mean length is known.
func (s *space) finish() {
	var sum float64
	for _, length := range s.lengths {
		sum += float64(length)
	}
	s.mean = math.Max(1, sum/math.Max(1, float64(s.articles)))
	for _, list := range s.postings {
		for i, p := range list {
			list[i].worth = float32(saturated(float64(p.worth), float64(s.lengths[p.article])/s.mean))
		}
	}
}

// saturated is BM25's share of a count in a text whose length is the given multiple of the mean.
func saturated(count, relativeLength float64) float64 {
	return count * (saturation + 1) / (count + saturation*(1-lengthShare+lengthShare*relativeLength))
}

// rarity is BM25's inverse document frequency: of n articles, holding have the term.
func rarity(n, holding float64) float64 {
	return math.Log(1 + (n-holding+.5)/(holding+.5))
}

// rarityOf is a term's rarity among all articles.
func (s *space) rarityOf(id int32) float64 {
	return rarity(float64(s.articles), float64(len(s.postings[id])))
}
