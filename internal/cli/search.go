package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"sentral/internal/centre"
	"sentral/internal/desk/knowledge/trial"
	"sentral/internal/language"
	"sentral/internal/plot"
)

// SearchCommand groups what is done with the knowledge base's search.
type SearchCommand struct {
	Eval SearchEvalCommand `cmd:"" help:"Measure the search on questions whose right answer is known."`
}

// SearchEvalCommand measures the search on a file of questions and answers.
type SearchEvalCommand struct {
	OutputFlags `embed:""`

	Data     string  `required:"" placeholder:"FILE" help:"Questions and answers: SweFAQ's JSON lines, or NorQuAD's (SQuAD's) JSON."`
	Half     string  `default:"all" enum:"all,tuning,report" help:"Which questions: all, the half that weights were tuned on, or the half kept for reporting. Halves are whole categories or whole texts."`
	Edits    float64 `default:"0" placeholder:"SHARE" help:"Misspell this share of the words of five letters or more, one edit each."`
	Seed     uint64  `default:"1" help:"Seed of the misspelling."`
	Language string  `default:"" placeholder:"nb|nn|sv|da|en" help:"Language of the texts; guessed from all of them by default."`
	Timing   bool    `help:"Also give the time of a search, which differs from run to run."`
}

// searchFigures is what search eval prints as JSON.
type searchFigures struct {
	Data            string  `json:"data"`
	Half            string  `json:"half"`
	EditsShare      float64 `json:"edits_share"`
	Seed            uint64  `json:"seed"`
	Articles        int     `json:"articles"`
	Questions       int     `json:"questions"`
	R1              number  `json:"r1"`
	R3              number  `json:"r3"`
	MRR             number  `json:"mrr"`
	Accuracy        number  `json:"accuracy"`
	Alpha           number  `json:"alpha"`
	AccuracyReason  string  `json:"accuracy_reason,omitempty"`
	Precision20     number  `json:"precision_at_20"`
	Precision30     number  `json:"precision_at_30"`
	Precision50     number  `json:"precision_at_50"`
	SureShare       number  `json:"sure_share"`
	SurePrecision   number  `json:"sure_precision"`
	SureReason      string  `json:"sure_precision_reason,omitempty"`
	FalselySure     number  `json:"sure_without_article_share"`
	R1Unedited      *number `json:"r1_unedited,omitempty"`
	R1Lost          *number `json:"r1_lost,omitempty"`
	SearchP50Millis *number `json:"search_p50_ms,omitempty"`
	SearchP99Millis *number `json:"search_p99_ms,omitempty"`
}

// Run reads the file, asks every question and prints the measures.
func (c SearchEvalCommand) Run(ctx context.Context, s Streams) error {
	if !(c.Edits >= 0 && c.Edits <= 1) {
		return centre.Errorf(centre.Invalid, "--edits %v is not a share from 0 to 1", c.Edits)
	}
	set, err := c.read()
	if err != nil {
		return err
	}
	options := trial.Options{Edits: c.Edits, Seed: c.Seed}
	if len(set.Questions) >= 1000 {
		told := newProgress(s, "sentral search eval", "questions", len(set.Questions))
		options.Step = func(ctx context.Context) error { return told.step(ctx, 1) }
	}
	result, err := trial.Run(ctx, set, options)
	if err != nil {
		return err
	}
	figures := c.figures(result)
	if c.Edits > 0 {
		options.Edits = 0
		plain, err := trial.Run(ctx, set, options)
		if err != nil {
			return err
		}
		unedited, lost := number(plain.R1), number(plain.R1-result.R1)
		figures.R1Unedited, figures.R1Lost = &unedited, &lost
	}
	if err := c.draw(func(w io.Writer) error { return searchPicture(result).WriteSVG(w) }); err != nil {
		return err
	}
	header, rows := searchRows(figures)
	return c.print(s.Out, figures, header, rows)
}

func (c SearchEvalCommand) read() (set trial.Set, err error) {
	code := language.Unsure
	if c.Language != "" {
		if code, err = language.ParseCode(c.Language); err != nil {
			return trial.Set{}, err
		}
	}
	file, err := os.Open(c.Data)
	if err != nil {
		return trial.Set{}, centre.Errorf(centre.Missing, "search eval: %w", err)
	}
	defer file.Close()
	set, err = trial.Read(file, filepath.Base(c.Data), code)
	if err != nil {
		return trial.Set{}, err
	}
	set = set.Take(trial.Half(c.Half))
	if len(set.Questions) == 0 {
		return trial.Set{}, centre.ErrorAt(centre.Invalid, set.Name, "the %s half holds no question", c.Half)
	}
	return set, nil
}

func (c SearchEvalCommand) figures(r trial.Result) searchFigures {
	f := searchFigures{
		Data: filepath.Base(c.Data), Half: c.Half, EditsShare: c.Edits, Seed: c.Seed, Articles: r.Articles, Questions: r.Questions,
		R1: number(r.R1), R3: number(r.R3), MRR: number(r.MRR), Accuracy: number(r.Accuracy), Alpha: number(r.Alpha),
		Precision20: surestAt(r, 0.2), Precision30: surestAt(r, 0.3), Precision50: surestAt(r, 0.5),
		SureShare: number(r.SureShare), SurePrecision: number(r.SurePrecision), FalselySure: number(r.FalselySure),
	}
	if r.Candidates == 0 {
		f.Accuracy, f.Alpha = number(math.NaN()), number(math.NaN())
		f.AccuracyReason = "the data names no candidates to choose among"
	}
	if math.IsNaN(r.SurePrecision) {
		f.SureReason = "no answer is sure"
	}
	if c.Timing {
		p50, p99 := number(r.P50.Seconds()*1000), number(r.P99.Seconds()*1000)
		f.SearchP50Millis, f.SearchP99Millis = &p50, &p99
	}
	return f
}

func surestAt(r trial.Result, share float64) number {
	for _, s := range r.Surest {
		if math.Abs(s.Share-share) < 1e-9 {
			return number(s.Precision)
		}
	}
	return number(math.NaN())
}

func searchRows(f searchFigures) (header []string, rows [][]string) {
	add := func(name string, value number) { rows = append(rows, []string{name, decimal(float64(value), 4)}) }
	rows = append(rows, []string{"articles", strconv.Itoa(f.Articles)}, []string{"questions", strconv.Itoa(f.Questions)})
	add("r1", f.R1)
	add("r3", f.R3)
	add("mrr", f.MRR)
	add("accuracy", f.Accuracy)
	add("alpha", f.Alpha)
	add("precision_at_20", f.Precision20)
	add("precision_at_30", f.Precision30)
	add("precision_at_50", f.Precision50)
	add("sure_share", f.SureShare)
	add("sure_precision", f.SurePrecision)
	add("sure_without_article_share", f.FalselySure)
	for _, optional := range []struct {
		name  string
		value *number
	}{{"r1_unedited", f.R1Unedited}, {"r1_lost", f.R1Lost}, {"search_p50_ms", f.SearchP50Millis}, {"search_p99_ms", f.SearchP99Millis}} {
		if optional.value != nil {
			add(optional.name, *optional.value)
		}
	}
	return []string{"measure", "value"}, rows
}

// searchPicture shows what the confidence is worth: precision against the share of questions answered, the surest first.
func searchPicture(r trial.Result) *plot.Chart {
	var share, precision, low, high []float64
	for _, s := range r.Surest {
		share = append(share, 100*s.Share)
		precision = append(precision, 100*s.Precision)
		low = append(low, 100*s.Low)
		high = append(high, 100*s.High)
	}
	chart := &plot.Chart{
		Title:       "Precision of the surest answers",
		Description: fmt.Sprintf("Share of right answers among the surest of %d questions, with 95 %% intervals.", r.Questions),
		X:           plot.Axis{Label: "questions answered, surest first (%)", FromZero: true},
		Y:           plot.Axis{Label: "right article first (%)", FromZero: true},
	}
	return chart.Add(plot.Band{Name: "95 % interval", X: share, Low: low, High: high}, plot.Line{Name: "precision", X: share, Y: precision})
}
