package cli

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/language"
	"sentral/internal/plot"
	"sentral/internal/quality/insight"
)

// IndexSurge judges the newest count of every series.
type IndexSurge struct {
	Data  string  `required:"" placeholder:"FILE" help:"Columns series, start and count, and factor (what the calendar expects of the day) where known; - is standard input."`
	At    string  `placeholder:"WHEN" help:"The start of the interval to judge; without it, the last in the file."`
	Weeks int     `default:"8" help:"Weeks of history to use."`
	Q     float64 `default:"0.10" help:"Share of false alarms among alarms."`
	OutputFlags
}

// Run judges and prints.
func (c IndexSurge) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	series, at, err := c.series(t)
	if err != nil {
		return err
	}
	alarms, err := insight.Watch(series, insight.WatchOptions{Q: c.Q})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, a := range alarms {
		verdict := "ordinary"
		switch {
		case a.Fired:
			verdict = "surge"
		case a.Reason != "":
			verdict = a.Reason
		}
		rows = append(rows, []string{a.Series, a.Method, decimal(a.Count, 0), orDash(a.Expected, 2), orDash(a.Bound, 2), orDash(a.P, 6), orDash(a.Adjusted, 6), verdict})
	}
	out := map[string]any{"at": at.Time().Format(time.RFC3339), "alarms": alarms}
	return c.print(s.Out, out, []string{"series", "method", "count", "expected", "bound", "p", "p_adjusted", "verdict"}, rows)
}

// series sorts the rows into histories and the newest count of each; a slot is the weekday and time of day.
func (c IndexSurge) series(t *table) ([]insight.Watched, centre.Instant, error) {
	names, err := t.texts("series")
	if err != nil {
		return nil, 0, err
	}
	counts, err := t.numbers("count")
	if err != nil {
		return nil, 0, err
	}
	start, err := t.column("start")
	if err != nil {
		return nil, 0, err
	}
	var factors []float64
	if slices.Contains(t.columns, "factor") {
		if factors, err = t.numbers("factor"); err != nil {
			return nil, 0, err
		}
	}
	starts := make([]centre.Instant, len(names))
	order := make([]int, len(names))
	var now centre.Instant
	for r := range starts {
		if starts[r], err = t.instant(r, start, time.Second); err != nil {
			return nil, 0, err
		}
		order[r] = r
		now = max(now, starts[r])
	}
	if c.At != "" {
		if now, err = parseInstant(c.At, time.Second); err != nil {
			return nil, 0, err
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(min(max(starts[a]-starts[b], -1), 1)) })
	var out []insight.Watched
	seen, place := map[string]bool{}, map[string]int{}
	from := now.Add(-time.Duration(c.Weeks) * 7 * 24 * time.Hour)
	for _, r := range order {
		when := starts[r].Time()
		count := insight.Count{Slot: (int(when.Weekday())*24+when.Hour())*60 + when.Minute(), Count: counts[r]}
		if factors != nil {
			count.Factor = factors[r]
		}
		i, known := place[names[r]]
		if !known {
			i = len(out)
			place[names[r]] = i
			out = append(out, insight.Watched{Series: names[r]})
		}
		switch {
		case starts[r] == now && seen[names[r]]:
			return nil, 0, centre.ErrorAt(centre.Invalid, t.at(r, start), "series %s has this interval twice", names[r])
		case starts[r] == now:
			out[i].Now, seen[names[r]] = count, true
		case starts[r] < now && starts[r] >= from:
			out[i].History = append(out[i].History, count)
		}
	}
	out = slices.DeleteFunc(out, func(w insight.Watched) bool { return !seen[w.Series] })
	if len(out) == 0 {
		return nil, 0, centre.ErrorAt(centre.Invalid, t.name, "no series has a count at %s", now.Time().Format(time.RFC3339))
	}
	return out, now, nil
}

// IndexAttribute finds what a change goes together with.
type IndexAttribute struct {
	Data       string `required:"" placeholder:"FILE" help:"A row a combination: a column a dimension, and the columns forecast and actual; - is standard input."`
	Dimensions string `placeholder:"COLUMN,..." help:"The dimensions; without it, every other column."`
	OutputFlags
}

// Run attributes and prints.
func (c IndexAttribute) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	dimensions := list(c.Dimensions)
	if len(dimensions) == 0 {
		dimensions = slices.DeleteFunc(slices.Clone(t.columns), func(n string) bool { return n == "forecast" || n == "actual" })
	}
	forecast, err := t.numbers("forecast")
	if err != nil {
		return err
	}
	actual, err := t.numbers("actual")
	if err != nil {
		return err
	}
	cells := make([]insight.Cell, len(t.rows))
	for i := range cells {
		cells[i] = insight.Cell{Forecast: forecast[i], Actual: actual[i]}
	}
	for _, name := range dimensions {
		values, err := t.texts(name)
		if err != nil {
			return err
		}
		for i, v := range values {
			cells[i].Values = append(cells[i].Values, v)
		}
	}
	a, err := insight.Attribute(dimensions, cells, insight.AttributionOptions{})
	if err != nil {
		return err
	}
	if err := c.draw(attributionPicture(a).WriteSVG); err != nil {
		return err
	}
	var rows [][]string
	for _, e := range slices.Concat(a.Single, a.Crossed) {
		for _, el := range e.Elements {
			answer := ""
			if a.Chosen != nil && slices.Equal(a.Chosen.Dimensions, e.Dimensions) {
				answer = "answer"
			}
			rows = append(rows, []string{strings.Join(e.Dimensions, " x "), el.Value, decimal(el.Forecast, 1), decimal(el.Actual, 1), decimal(el.Power, 4), decimal(el.Surprise, 6), answer})
		}
	}
	return c.print(s.Out, a, []string{"dimension", "element", "forecast", "actual", "power", "surprise", "chosen"}, rows)
}

func attributionPicture(a insight.Attribution) *plot.Chart {
	var names []string
	bars := plot.Bars{}
	if a.Chosen != nil {
		for i, e := range a.Chosen.Elements {
			names = append(names, e.Value)
			bars.X, bars.Y = append(bars.X, float64(i)), append(bars.Y, e.Actual-e.Forecast)
		}
	}
	chart := &plot.Chart{Title: "What the change goes together with", X: plot.Axis{Categories: names}, Y: plot.Axis{Label: "contacts over forecast", FromZero: true}}
	return chart.Add(bars)
}

// IndexKeyness finds the words that set texts apart from others.
type IndexKeyness struct {
	Target      string  `required:"" placeholder:"FILE" help:"The texts to describe, a row a text."`
	Reference   string  `required:"" placeholder:"FILE" help:"The texts to compare them with."`
	Text        string  `default:"text" placeholder:"COLUMN" help:"The column of texts."`
	Respondent  string  `placeholder:"COLUMN" help:"Who wrote it; without it every text is by another person."`
	Language    string  `placeholder:"CODE" help:"Leave the stopwords of nb, nn, sv, da or en out and join the forms of a word."`
	Respondents int     `default:"5" help:"Different persons that a word needs."`
	G2          float64 `name:"g2" default:"15.13" help:"Log-likelihood that a word needs: 15.13 is the 0.0001 level, 6.63 the 0.01 level."`
	OutputFlags
}

// Run compares and prints.
func (c IndexKeyness) Run(s Streams) error {
	target, err := c.corpus(c.Target, s)
	if err != nil {
		return err
	}
	reference, err := c.corpus(c.Reference, s)
	if err != nil {
		return err
	}
	words, err := insight.Keyness(target, reference, insight.KeynessOptions{Respondents: c.Respondents, G2: c.G2})
	if err != nil {
		return err
	}
	if words == nil {
		words = []insight.Keyword{}
	}
	var rows [][]string
	for _, w := range words {
		rows = append(rows, []string{w.Term, strconv.Itoa(w.Target), strconv.Itoa(w.Reference), strconv.Itoa(w.Respondents), decimal(w.G2, 2), decimal(w.LogRatio, 2), decimal(w.Z, 2)})
	}
	return c.print(s.Out, map[string]any{"keywords": words}, []string{"word", "target", "reference", "persons", "g2", "log_ratio", "z"}, rows)
}

func (c IndexKeyness) corpus(file string, s Streams) (insight.Corpus, error) {
	texts, err := readTexts(file, c.Text, c.Respondent, s.In)
	if err != nil {
		return insight.Corpus{}, err
	}
	code := language.Unsure
	if c.Language != "" {
		if code, err = language.ParseCode(c.Language); err != nil {
			return insight.Corpus{}, err
		}
	}
	var out []insight.Terms
	for _, t := range texts {
		terms := insight.Terms{Respondent: t.Respondent}
		for _, w := range language.Words(t.Text) {
			switch {
			case code == language.Unsure:
				terms.Terms = append(terms.Terms, w.Text)
			case !language.IsStopword(code, w.Text):
				terms.Terms = append(terms.Terms, language.Stem(code, w.Text))
			}
		}
		out = append(out, terms)
	}
	return insight.NewCorpus(out), nil
}

// readTexts reads a column of texts and who wrote each.
func readTexts(file, text, respondent string, in io.Reader) ([]insight.Text, error) {
	t, err := readTable(file, in)
	if err != nil {
		return nil, err
	}
	texts, err := t.texts(text)
	if err != nil {
		return nil, err
	}
	who, err := t.optional(respondent)
	if err != nil {
		return nil, err
	}
	out := make([]insight.Text, len(texts))
	for i := range out {
		out[i] = insight.Text{Respondent: strconv.Itoa(i), Text: texts[i]}
		if who >= 0 {
			out[i].Respondent = t.rows[i][who]
		}
	}
	return out, nil
}

// IndexDuplicates groups texts that say nearly the same.
type IndexDuplicates struct {
	Data       string  `required:"" placeholder:"FILE" help:"A row a text; - is standard input."`
	Text       string  `default:"text" placeholder:"COLUMN" help:"The column of texts."`
	Respondent string  `placeholder:"COLUMN" help:"Who wrote it; without it every text is by another person."`
	Similarity float64 `default:"0.7" help:"Jaccard similarity of three-word shingles."`
	OutputFlags
}

// Run groups and prints.
func (c IndexDuplicates) Run(s Streams) error {
	texts, err := readTexts(c.Data, c.Text, c.Respondent, s.In)
	if err != nil {
		return err
	}
	groups, err := insight.NearDuplicates(texts, insight.DuplicateOptions{Jaccard: c.Similarity})
	if err != nil {
		return err
	}
	if groups == nil {
		groups = []insight.DuplicateGroup{}
	}
	var rows [][]string
	for _, g := range groups {
		var numbers []string
		for _, i := range g.Texts {
			numbers = append(numbers, strconv.Itoa(i+1))
		}
		rows = append(rows, []string{strconv.Itoa(len(g.Texts)), strconv.Itoa(g.Persons), strings.Join(numbers, " "), texts[g.Texts[0]].Text})
	}
	return c.print(s.Out, map[string]any{"groups": groups}, []string{"texts", "persons", "rows", "first"}, rows)
}
