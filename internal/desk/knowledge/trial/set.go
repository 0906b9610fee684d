package trial

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/knowledge"
	"sentral/internal/language"
)

// Set is articles and questions whose right article is known.
type Set struct {
	Name      string
	Articles  []knowledge.Article
	Questions []Question
}

// Question is one question of a set.
type Question struct {
	Text  string
	Right string   // the id of the article that answers it
	Among []string // the ids that it is to be told from when the data names candidates; else nil
	Group uint32   // questions on one text or of one category share it; halves are made of whole groups
}

// Half names a part of a set. Weights and thresholds are chosen on the tuning half alone, so that the other half measures.
type Half string

// The parts of a set.
const (
	All    Half = "all"
	Tuning Half = "tuning" // the groups with an even number
	Report Half = "report" // the groups with an odd number
)

// Take keeps the questions of a half; every article stays.
func (s Set) Take(half Half) Set {
	if half == All || half == "" {
		return s
	}
	part := s
	part.Questions = nil
	for _, q := range s.Questions {
		if (q.Group%2 == 0) == (half == Tuning) {
			part.Questions = append(part.Questions, q)
		}
	}
	return part
}

// Read reads a set in either of two formats and finds out which: JSON lines with category_id, question, candidate_answers and label
// (SweFAQ), or one JSON object with data[].paragraphs[].context and qas[].question (SQuAD, NorQuAD). Answers and contexts become
// articles, once each; a context's first line is its title when it is short. The articles' language is guessed from all of them
// together unless code names it. Errors are centre.Invalid and name the line or the place.
func Read(r io.Reader, name string, code language.Code) (Set, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Set{}, centre.Errorf(centre.Unavailable, "read %s: %w", name, err)
	}
	set := &reader{set: Set{Name: name}, ids: map[string]string{}}
	if first, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n")); json.Valid(first) && bytes.Contains(first, []byte(`"candidate_answers"`)) {
		err = set.readLines(data)
	} else {
		err = set.readObject(data)
	}
	if err != nil {
		return Set{}, err
	}
	if len(set.set.Questions) == 0 {
		return Set{}, centre.ErrorAt(centre.Invalid, name, "holds no question")
	}
	set.speak(code)
	return set.set, nil
}

// reader gathers a set.
type reader struct {
	set Set
	ids map[string]string // the article's group and text -> its id
}

// article gives the id of a text, which becomes an article the first time it is met in its group.
func (r *reader) article(group, title, body string) string {
	key := group + "\x00" + title + "\x00" + body
	if id, known := r.ids[key]; known {
		return id
	}
	id := strconv.Itoa(len(r.set.Articles) + 1)
	r.ids[key] = id
	r.set.Articles = append(r.set.Articles, knowledge.Article{ID: id, Title: title, Body: body})
	return id
}

// faqLine is a line of the SweFAQ format.
type faqLine struct {
	Category *int     `json:"category_id"`
	Question string   `json:"question"`
	Answers  []string `json:"candidate_answers"`
	Label    *int     `json:"label"`
}

func (r *reader) readLines(data []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		where := fmt.Sprintf("%s:%d", r.set.Name, number)
		var line faqLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return centre.ErrorAt(centre.Invalid, where, "is not JSON: %v", err)
		}
		switch {
		case line.Category == nil:
			return centre.ErrorAt(centre.Invalid, where, "category_id is missing")
		case strings.TrimSpace(line.Question) == "":
			return centre.ErrorAt(centre.Invalid, where, "question is empty")
		case line.Label == nil || *line.Label < 0 || *line.Label >= len(line.Answers):
			return centre.ErrorAt(centre.Invalid, where, "label does not point into candidate_answers, of which there are %d", len(line.Answers))
		}
		q := Question{Text: line.Question, Group: uint32(*line.Category)}
		for _, answer := range line.Answers {
			q.Among = append(q.Among, r.article(strconv.Itoa(*line.Category), "", answer))
		}
		q.Right = q.Among[*line.Label]
		r.set.Questions = append(r.set.Questions, q)
	}
	return nil
}

// squad is an object of the SQuAD format.
type squad struct {
	Data []struct {
		Paragraphs []struct {
			Context string `json:"context"`
			QAs     []struct {
				Question string `json:"question"`
			} `json:"qas"`
		} `json:"paragraphs"`
	} `json:"data"`
}

// longestTitle is the most bytes of a first line that is taken for a title.
const longestTitle = 150

func (r *reader) readObject(data []byte) error {
	var object squad
	if err := json.Unmarshal(data, &object); err != nil {
		return centre.ErrorAt(centre.Invalid, r.set.Name, "is neither JSON lines with candidate_answers nor a JSON object with data[]: %v", err)
	}
	for i, entry := range object.Data {
		for j, paragraph := range entry.Paragraphs {
			where := fmt.Sprintf("%s: data[%d].paragraphs[%d]", r.set.Name, i, j)
			if strings.TrimSpace(paragraph.Context) == "" {
				return centre.ErrorAt(centre.Invalid, where, "context is empty")
			}
			title, body, titled := strings.Cut(paragraph.Context, "\n")
			if !titled || len(title) >= longestTitle {
				title, body = "", paragraph.Context
			}
			id := r.article("", title, body)
			group := fnv.New32()
			_, _ = io.WriteString(group, paragraph.Context) // a hash cannot fail to be written to
			for k, qa := range paragraph.QAs {
				if strings.TrimSpace(qa.Question) == "" {
					return centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s.qas[%d]", where, k), "question is empty")
				}
				r.set.Questions = append(r.set.Questions, Question{Text: qa.Question, Right: id, Group: group.Sum32()})
			}
		}
	}
	return nil
}

// speak gives the articles a language: the one named, or the one that most of them are likeliest to be in.
func (r *reader) speak(code language.Code) {
	if code == "" || code == language.Unsure {
		votes := map[language.Code]int{}
		for _, article := range r.set.Articles {
			votes[language.Guess(article.Title+"\n"+article.Body).Language]++
		}
		code = language.Bokmal
		for _, c := range language.Codes {
			if votes[c] > votes[code] {
				code = c
			}
		}
	}
	for i := range r.set.Articles {
		r.set.Articles[i].Language = code
	}
}
