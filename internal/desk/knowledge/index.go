package knowledge

import (
	"sentral/internal/language"
)

// Index is a set of published articles made ready for search. It never changes: a new publication makes a new one.
type Index struct {
	articles  []Article
	numbers   map[string]int  // article id -> number
	languages []language.Code // of the articles, each once
	spoken    []language.Code // by article
	words     []indexedWord
	wordIDs   map[wordKey]int32
	texts     [][]placedWord // by article: its words in order, those of title and known questions first
	headings  [][]int        // by article: where its title and each known question end in its text
	stems     *space
	grams     *space
	spelling  *spelling
}

// wordKey tells words apart that are cut differently.
type wordKey struct {
	code language.Code
	text string
	caps bool
}

// indexedWord is a distinct word of the articles with the terms that it is matched by.
type indexedWord struct {
	text  string
	stems []weighedTerm
	grams []int32
	stop  bool
}

type weighedTerm struct {
	id     int32
	weight float32
}

// placedWord is a word where it stands in an article.
type placedWord struct {
	word   int32
	weight float32
}

// Build indexes the articles. It refuses an article without an id or with another's id (centre.Invalid, centre.Conflict).
func Build(articles []Article) (*Index, error) {
	x := &Index{
		articles: articles,
		numbers:  make(map[string]int, len(articles)),
		wordIDs:  map[wordKey]int32{},
		stems:    newSpace(),
		grams:    newSpace(),
	}
	seen := map[string]bool{}
	spoken := map[language.Code]bool{}
	var stems, grams tally
	for number, article := range articles {
		if err := article.check(seen); err != nil {
			return nil, err
		}
		x.numbers[article.ID] = number
		code := article.Language
		if code == language.Unsure || code == "" {
			code = language.Guess(article.Title + "\n" + article.Body).Language
		}
		spoken[code] = true
		x.spoken = append(x.spoken, code)
		x.add(number, code, article.fields(), &stems, &grams)
	}
	for _, code := range language.Codes {
		if spoken[code] {
			x.languages = append(x.languages, code)
		}
	}
	x.stems.finish()
	x.grams.finish()
	x.spelling = newSpelling(x.words)
	return x, nil
}

func (x *Index) add(number int, code language.Code, fields []field, stems, grams *tally) {
	var text []placedWord
	var ends []int
	for _, field := range fields {
		for _, word := range wordsOf(field.text) {
			id := x.wordID(code, word)
			text = append(text, placedWord{id, field.weight})
			for _, t := range x.words[id].stems {
				stems.add(t.id, t.weight*field.weight)
			}
			for _, gram := range x.words[id].grams {
				grams.add(gram, field.weight)
			}
		}
		ends = append(ends, len(text))
	}
	x.texts = append(x.texts, text)
	x.headings = append(x.headings, ends[:len(ends)-1])
	x.stems.put(number, stems)
	x.grams.put(number, grams)
}

// wordID gives a word's number; a word met for the first time is cut into its terms once and for all.
func (x *Index) wordID(code language.Code, word language.Word) int32 {
	key := wordKey{code, word.Text, word.Caps}
	if id, known := x.wordIDs[key]; known {
		return id
	}
	entry := indexedWord{text: language.Fold(word.Text), stop: language.IsStopword(code, word.Text) && !word.Caps}
	for _, t := range stemsOf(code, word) {
		entry.stems = append(entry.stems, weighedTerm{x.stems.id(t.text), t.weight})
	}
	for _, gram := range gramsOf(word.Text) {
		entry.grams = append(entry.grams, x.grams.id(gram))
	}
	id := int32(len(x.words))
	x.words = append(x.words, entry)
	x.wordIDs[key] = id
	return id
}

// Len is the number of articles.
func (x *Index) Len() int { return len(x.articles) }

// Article gives the article with an id, and whether there is one.
func (x *Index) Article(id string) (Article, bool) {
	number, found := x.numbers[id]
	if !found {
		return Article{}, false
	}
	return x.articles[number], true
}
