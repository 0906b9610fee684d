package trial

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/language"
	"sentral/internal/stat"
)

const smallFAQ = `{"category_id": 1, "question": "När är ni öppna?", "candidate_answers": ["Fakturan skickas i början av månaden.", "Vi har öppet mellan åtta och fyra."], "label": 1}
{"category_id": 1, "question": "När skickas fakturan?", "candidate_answers": ["Fakturan skickas i början av månaden.", "Vi har öppet mellan åtta och fyra."], "label": 0}

{"category_id": 2, "question": "Hur byter jag lösenord?", "candidate_answers": ["Byt lösenord under inställningar."], "label": 0}
`

const smallSQuAD = `{"data": [{"paragraphs": [{"context": "Fjellet\nFjellet er to tusen meter høyt og ligger i vest.",
  "qas": [{"question": "Hvor høyt er fjellet?"}, {"question": "Hvor ligger fjellet?"}]}]},
 {"paragraphs": [{"context": "Elva renner gjennom byen og ut i havet.", "qas": [{"question": "Hvor renner elva?"}]}]}]}`

func read(t *testing.T, text string) Set {
	t.Helper()
	set, err := Read(strings.NewReader(text), "small", language.Unsure)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestReadBothFormats(t *testing.T) {
	faq := read(t, smallFAQ)
	if len(faq.Articles) != 3 || len(faq.Questions) != 3 || faq.Articles[0].Language != language.Swedish {
		t.Errorf("the small FAQ: %+v", faq)
	}
	if q := faq.Questions[0]; q.Right != "2" || len(q.Among) != 2 || q.Group != 1 {
		t.Errorf("its first question: %+v", q)
	}
	squad := read(t, smallSQuAD)
	if len(squad.Articles) != 2 || len(squad.Questions) != 3 || squad.Articles[0].Title != "Fjellet" || squad.Articles[1].Title != "" {
		t.Errorf("the small SQuAD: %+v", squad)
	}
	if squad.Articles[0].Language != language.Bokmal || squad.Questions[1].Right != "1" {
		t.Errorf("the small SQuAD: %+v", squad)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":            "small: is neither",
		"[]":          "small: is neither",
		`{"data":[]}`: "small: holds no question",
		`{"data":[{"paragraphs":[{"context":" ","qas":[]}]}]}`:                         "small: data[0].paragraphs[0]: context is empty",
		`{"data":[{"paragraphs":[{"context":"a","qas":[{"question":""}]}]}]}`:          "small: data[0].paragraphs[0].qas[0]: question is empty",
		`{"candidate_answers":["a"],"question":"b","label":0}`:                         "small:1: category_id is missing",
		`{"category_id":1,"candidate_answers":["a"],"question":" ","label":0}`:         "small:1: question is empty",
		`{"category_id":1,"candidate_answers":["a"],"question":"b","label":1}`:         "small:1: label does not point into candidate_answers, of which there are 1",
		`{"category_id":1,"candidate_answers":["a"],"question":"b"}`:                   "small:1: label does not point",
		"{\"candidate_answers\":[],\"category_id\":1}\n{":                              "small:1: question is empty",
		`{"category_id":1,"candidate_answers":["a"],"question":"b","label":0}` + "\n{": "small:2: is not JSON",
	} {
		_, err := Read(strings.NewReader(text), "small", language.Unsure)
		if err == nil || !strings.HasPrefix(err.Error(), want) || centre.KindOf(err) != centre.Invalid {
			t.Errorf("Read(%q): %v, want %s", text, err, want)
		}
	}
}

func TestHalvesAreWholeGroupsAndPartTheSet(t *testing.T) {
	set := read(t, smallFAQ)
	tuning, report := set.Take(Tuning), set.Take(Report)
	if len(tuning.Questions) != 1 || len(report.Questions) != 2 || len(set.Take(All).Questions) != 3 {
		t.Errorf("%d, %d of %d", len(tuning.Questions), len(report.Questions), len(set.Questions))
	}
	if len(tuning.Articles) != 3 {
		t.Error("a half keeps every article")
	}
}

func TestRunCountsWhatItSays(t *testing.T) {
	result, err := Run(context.Background(), read(t, smallFAQ), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Five candidates in all, so that a blind choice is right for 3 of 5.
	if result.Candidates != 5 || result.Chance != 0.6 || result.Accuracy != 1 || result.Alpha != 1 || result.R1 != 1 || result.MRR != 1 {
		t.Errorf("%+v", result)
	}
	if s := result.Surest[2]; s.Share != 0.3 || s.Questions != 1 || s.Right != 1 || s.Low >= s.Precision || s.High != 1 {
		t.Errorf("the surest 30 %%: %+v", s)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, read(t, smallFAQ), Options{Step: func(ctx context.Context) error { return ctx.Err() }}); err == nil {
		t.Error("a cancelled run gives a result")
	}
}

func TestMistypeMakesOneEditInTheShareAsked(t *testing.T) {
	const text = "hvorfor virker ikke ruteren etter oppdateringen i natt"
	if got := Mistype(text, 0, stat.Stream(1, "mistype")); got != text {
		t.Errorf("a share of nought changes %q", got)
	}
	if a, b := Mistype(text, 0.5, stat.Stream(1, "mistype")), Mistype(text, 0.5, stat.Stream(1, "mistype")); a != b {
		t.Errorf("one seed gives %q and %q", a, b)
	}
	changed, long := 0, 0
	for seed := range uint64(300) {
		got := strings.Fields(Mistype(text, 0.3, stat.Stream(seed, "mistype")))
		for i, word := range strings.Fields(text) {
			if len([]rune(word)) < longerWord {
				if got[i] != word {
					t.Fatalf("the short word %q became %q", word, got[i])
				}
				continue
			}
			long++
			if got[i] != word {
				changed++
			}
		}
	}
	// One edit in sixteen or so changes nothing: a letter exchanged for itself, or the last one with its missing neighbour.
	if share := float64(changed) / float64(long); math.Abs(share-0.28) > 0.04 {
		t.Errorf("%.3f of the longer words are changed, want about 0.28", share)
	}
}

// shared opens a file of the shared data, or skips the test when the data is not there.
func shared(t *testing.T, path string) *os.File {
	t.Helper()
	root := os.Getenv("SENTRAL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "data", path))
	if err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// Goals of the issue on the half that nothing was tuned on. Where the bound lies below the goal, docs/figures/search.md says so.
func TestPublicQuestionsOfTheReportingHalf(t *testing.T) {
	for _, c := range []struct {
		file               string
		alpha, r1, r3, p30 float64
		lost               float64
	}{
		{"swefaq/swefaq_dev.jsonl", 0.62, 0.60, 0.75, 0.85, 0.08},
		{"norquad/norquad_validation.json", math.Inf(-1), 0.93, 0.975, 0.85, 0.08},
	} {
		t.Run(c.file, func(t *testing.T) {
			set, err := Read(shared(t, c.file), c.file, language.Unsure)
			if err != nil {
				t.Fatal(err)
			}
			set = set.Take(Report)
			plain, err := Run(context.Background(), set, Options{})
			if err != nil {
				t.Fatal(err)
			}
			edited, err := Run(context.Background(), set, Options{Edits: 0.3, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("alpha %.3f, R@1 %.3f, R@3 %.3f, surest 30 %% %.3f, edited R@1 %.3f", plain.Alpha, plain.R1, plain.R3, plain.Surest[2].Precision, edited.R1)
			if plain.Candidates > 0 && plain.Alpha < c.alpha || plain.R1 < c.r1 || plain.R3 < c.r3 || plain.Surest[2].Precision < c.p30 {
				t.Errorf("below its bound: %+v", plain)
			}
			if plain.R1-edited.R1 >= c.lost {
				t.Errorf("edits cost %.3f of R@1", plain.R1-edited.R1)
			}
		})
	}
}
