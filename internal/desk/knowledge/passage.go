package knowledge

// closeLook is what a close look at one article found.
type closeLook struct {
	stems, grams []float64 // by the question's term: what it is worth in the article, before rarity
	passage      float64   // points of the best passage
	heading      float64   // points of the title or known question that the question says the most of
}

// reader looks closely at articles for one question. It remembers what each word has to do with the question.
type reader struct {
	index   *Index
	asked   *question
	touches map[int32]touch
	stems   []float64 // counts of the passage being read
	grams   []float64
}

// touch is what a word of an article has to do with the question.
type touch struct {
	stems []touched
	grams []touched
}

type touched struct {
	at     int // place in the question's terms
	weight float64
}

func newReader(x *Index, asked *question) *reader {
	return &reader{
		index: x, asked: asked, touches: map[int32]touch{},
		stems: make([]float64, len(asked.stems)), grams: make([]float64, len(asked.grams)),
	}
}

func (r *reader) touch(word int32) touch {
	if t, known := r.touches[word]; known {
		return t
	}
	t := touch{}
	entry := r.index.words[word]
	for _, stem := range entry.stems {
		if at, found := r.asked.byStem[stem.id]; found {
			t.stems = append(t.stems, touched{at, float64(stem.weight)})
		}
	}
	for _, gram := range entry.grams {
		if at, found := r.asked.byGram[gram]; found {
			t.grams = append(t.grams, touched{at, 1})
		}
	}
	r.touches[word] = t
	return t
}

// look reads an article once for its terms, and once more by headings and by passages.
func (r *reader) look(article int) closeLook {
	x, text := r.index, r.index.texts[article]
	look := closeLook{stems: make([]float64, len(r.asked.stems)), grams: make([]float64, len(r.asked.grams))}
	for _, placed := range text {
		t := r.touch(placed.word)
		for _, stem := range t.stems {
			look.stems[stem.at] += stem.weight * float64(placed.weight)
		}
		for _, gram := range t.grams {
			look.grams[gram.at] += float64(placed.weight)
		}
	}
	from := 0
	for _, to := range x.headings[article] {
		look.heading = max(look.heading, r.heading(text[from:to]))
		from = to
	}
	for start := 0; ; start += passageStep {
		end := min(start+passageWords, len(text))
		look.passage = max(look.passage, r.passage(text[start:end]))
		if end == len(text) {
			break
		}
	}
	x.stems.saturate(look.stems, article)
	x.grams.saturate(look.grams, article)
	return look
}

// heading gives the points of a title or known question: the rarity of its words that the question has, times the share of all its
// words' rarity that this is. Half a title is worth a quarter.
func (r *reader) heading(text []placedWord) float64 {
	have, all := 0.0, 0.0
	for _, placed := range text {
		entry := r.index.words[placed.word]
		if entry.stop || len(entry.stems) == 0 {
			continue
		}
		all += r.index.stems.rarityOf(entry.stems[0].id)
		if t := r.touch(placed.word); len(t.stems) > 0 {
			have += r.index.stems.rarityOf(entry.stems[0].id)
		}
	}
	if all == 0 {
		return 0
	}
	return have * have / all
}

// saturate turns counts in an article into BM25's worth.
func (s *space) saturate(counts []float64, article int) {
	for i, count := range counts {
		if count > 0 {
			counts[i] = saturated(count, float64(s.lengths[article])/s.mean)
		}
	}
}

// passage scores a stretch of words as if it were an article of the mean length.
func (r *reader) passage(text []placedWord) float64 {
	clear(r.stems)
	clear(r.grams)
	for _, placed := range text {
		t := r.touch(placed.word)
		for _, stem := range t.stems {
			r.stems[stem.at] += stem.weight
		}
		for _, gram := range t.grams {
			r.grams[gram.at]++
		}
	}
	sum := 0.0
	for i, count := range r.stems {
		if count > 0 {
			sum += r.asked.stems[i].weight * r.asked.stems[i].rarity * saturated(count, 1)
		}
	}
	for i, count := range r.grams {
		if count > 0 {
			sum += gramWeight * r.asked.grams[i].weight * r.asked.grams[i].rarity * saturated(count, 1)
		}
	}
	return sum
}
