package knowledge

import (
	"sentral/internal/centre"
	"sentral/internal/language"
)

// Article is one answer as it was published: the unit that is indexed, shown and linked to contacts.
type Article struct {
	ID        string        // unique among the published articles
	Language  language.Code // the language that it is written in; Unsure lets the index guess
	Title     string        // what it is called, in the customers' words
	Questions []string      // questions that it answers, as customers have put them
	Body      string        // the answer in plain text
}

// The weights of an article's fields: how many times a word counts by where it stands.
const (
	titleWeight    = 2
	questionWeight = 2
	bodyWeight     = 1
)

// check refuses what cannot be indexed. seen holds the ids before it.
func (a Article) check(seen map[string]bool) error {
	switch {
	case a.ID == "":
		return centre.Errorf(centre.Invalid, "knowledge: an article has no id (title %q)", a.Title)
	case seen[a.ID]:
		return centre.ErrorAt(centre.Conflict, a.ID, "knowledge: two articles have this id")
	}
	seen[a.ID] = true
	return nil
}

// field is a text of an article and the weight of its words.
type field struct {
	text   string
	weight float32
}

func (a Article) fields() []field {
	fields := make([]field, 0, 2+len(a.Questions))
	fields = append(fields, field{a.Title, titleWeight})
	for _, question := range a.Questions {
		fields = append(fields, field{question, questionWeight})
	}
	return append(fields, field{a.Body, bodyWeight})
}
