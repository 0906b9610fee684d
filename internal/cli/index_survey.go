package cli

import (
	"slices"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/quality/index"
	"sentral/internal/stat"
)

// IndexSurvey reckons one survey measure, of everybody and of each group.
type IndexSurvey struct {
	Data    string  `required:"" placeholder:"FILE" help:"Answers: a row an answer; - is standard input."`
	Measure string  `required:"" enum:"oks,csat,ces,nps,fcr" help:"The measure: ${enum}."`
	Column  string  `default:"answer" help:"The column of answers; for fcr the columns before,solved,again."`
	Scale   string  `placeholder:"LOW,HIGH" help:"Ends of the scale: 1,6 for oks and 1,5 for csat unless given."`
	TopFrom float64 `default:"4" help:"The lowest answer that csat counts as satisfied."`
	By      string  `placeholder:"COLUMN" help:"Give each group too."`
	Weight  string  `placeholder:"COLUMN" help:"Survey weights."`
	Cluster string  `placeholder:"COLUMN" help:"Answers that resemble one another: customer, agent."`
	Level   float64 `default:"0.95" help:"Confidence level."`
	Seed    uint64  `default:"1" help:"Seed of the bootstrap that few answers need."`
	OutputFlags
}

// surveyGroup is a measure of one group; the group of everybody has no name.
type surveyGroup struct {
	Group   string          `json:"group,omitempty"`
	Missing int             `json:"missing"`
	OKS     *index.OKS      `json:"oks,omitempty"`
	CSAT    *surveyCSAT     `json:"csat,omitempty"`
	CES     *index.CES      `json:"ces,omitempty"`
	NPS     *index.NPS      `json:"nps,omitempty"`
	FCR     *index.AskedFCR `json:"fcr,omitempty"`
	Reason  string          `json:"reason,omitempty"`
}

// surveyCSAT keeps the share of satisfied and the mean of the scale apart.
type surveyCSAT struct {
	Satisfied index.ShareFigure `json:"satisfied"`
	MeanS     index.MeanFigure  `json:"mean_s"`
}

// Run reads, reckons and prints.
func (c IndexSurvey) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	names := []string{""}
	group := make([]string, len(t.rows))
	if c.By != "" {
		if group, err = t.texts(c.By); err != nil {
			return err
		}
		for _, g := range group {
			if g != "" && !slices.Contains(names, g) {
				names = append(names, g)
			}
		}
		slices.Sort(names)
	}
	weights, err := t.weights(c.Weight)
	if err != nil {
		return err
	}
	var cluster []int
	if c.Cluster != "" {
		labels, err := t.texts(c.Cluster)
		if err != nil {
			return err
		}
		cluster = stat.Labels(labels)
	}
	var out []surveyGroup
	for _, name := range names {
		in := func(r int) bool { return name == "" || group[r] == name }
		g, err := c.measure(t, in, weights, cluster)
		if err != nil {
			return err
		}
		g.Group = name
		out = append(out, g)
	}
	header, rows := surveyTable(out)
	return c.print(s.Out, map[string]any{"measure": c.Measure, "groups": out}, header, rows)
}

// measure reckons the measure over the rows of one group.
func (c IndexSurvey) measure(t *table, in func(int) bool, weights []float64, cluster []int) (surveyGroup, error) {
	if c.Measure == "fcr" {
		return c.fcr(t, in)
	}
	col, err := t.column(c.Column)
	if err != nil {
		return surveyGroup{}, err
	}
	var g surveyGroup
	var answers []float64
	o := index.SurveyOptions{Level: c.Level, Seed: c.Seed}
	scale, err := c.scale()
	if err != nil {
		return g, err
	}
	for r := range t.rows {
		if !in(r) {
			continue
		}
		if t.missing(r, col) {
			g.Missing++
			continue
		}
		v, err := t.number(r, col)
		if err != nil {
			return g, err
		}
		if !scale.Contains(v) {
			return g, centre.ErrorAt(centre.Invalid, t.at(r, col), "%v is off the scale %v to %v", v, scale.Low, scale.High)
		}
		answers = append(answers, v)
		if weights != nil {
			o.Weights = append(o.Weights, weights[r])
		}
		if cluster != nil {
			o.Cluster = append(o.Cluster, cluster[r])
		}
	}
	if len(answers) == 0 {
		g.Reason = "nobody answered"
		return g, nil
	}
	return g, c.reckon(&g, answers, scale, o)
}

func (c IndexSurvey) reckon(g *surveyGroup, answers []float64, scale index.Scale, o index.SurveyOptions) error {
	switch c.Measure {
	case "oks":
		v, err := index.PerceivedService(answers, scale, o)
		g.OKS = &v
		return err
	case "csat":
		satisfied, err := index.Satisfied(answers, scale, c.TopFrom, o)
		if err != nil {
			return err
		}
		mean, err := index.MeanScore(answers, scale, o)
		g.CSAT = &surveyCSAT{Satisfied: satisfied, MeanS: mean}
		return err
	case "ces":
		v, err := index.Effort(answers, o)
		g.CES = &v
		return err
	}
	v, err := index.NetPromoter(answers, o)
	g.NPS = &v
	return err
}

// scale is the measure's own scale unless --scale says otherwise.
func (c IndexSurvey) scale() (index.Scale, error) {
	own := map[string]index.Scale{"oks": index.OKSScale, "csat": {Low: 1, High: 5}, "ces": index.CESScale, "nps": {Low: 0, High: 10}}[c.Measure]
	if c.Scale == "" {
		return own, nil
	}
	if c.Measure == "ces" || c.Measure == "nps" {
		return own, centre.Errorf(centre.Invalid, "--scale: %s has its own scale, %v to %v", c.Measure, own.Low, own.High)
	}
	low, high, _ := strings.Cut(c.Scale, ",")
	l, err1 := strconv.ParseFloat(low, 64)
	h, err2 := strconv.ParseFloat(high, 64)
	if err1 != nil || err2 != nil || !(l < h) {
		return own, centre.Errorf(centre.Invalid, "--scale %q: want two rising numbers, such as 1,6", c.Scale)
	}
	return index.Scale{Low: l, High: h}, nil
}

// replies are the words that a yes-or-no question is answered with, in the languages of the surveys.
var replies = map[string]index.Reply{
	"yes": index.Yes, "y": index.Yes, "ja": index.Yes, "1": index.Yes, "true": index.Yes,
	"no": index.No, "n": index.No, "nei": index.No, "nej": index.No, "0": index.No, "false": index.No,
	"dk": index.DontKnow, "don't know": index.DontKnow, "vet ikke": index.DontKnow, "veit ikkje": index.DontKnow, "vet inte": index.DontKnow, "?": index.DontKnow,
}

func (c IndexSurvey) fcr(t *table, in func(int) bool) (surveyGroup, error) {
	names := list(c.Column)
	if c.Column == "answer" {
		names = []string{"before", "solved", "again"}
	}
	if len(names) != 3 {
		return surveyGroup{}, centre.Errorf(centre.Invalid, "--column %q: fcr wants three columns, such as before,solved,again", c.Column)
	}
	var columns [3]int
	for i, name := range names {
		var err error
		if columns[i], err = t.column(name); err != nil {
			return surveyGroup{}, err
		}
	}
	var answers []index.SolvedAnswers
	for r, row := range t.rows {
		if !in(r) {
			continue
		}
		var a [3]index.Reply
		for i, col := range columns {
			if t.missing(r, col) {
				continue
			}
			reply, ok := replies[strings.ToLower(row[col])]
			if !ok {
				return surveyGroup{}, centre.ErrorAt(centre.Invalid, t.at(r, col), "%q is not yes, no or dk", row[col])
			}
			a[i] = reply
		}
		answers = append(answers, index.SolvedAnswers{Before: a[0], Solved: a[1], Again: a[2]})
	}
	v, err := index.AskFCR(answers, c.Level)
	return surveyGroup{FCR: &v}, err
}

func surveyTable(groups []surveyGroup) (header []string, rows [][]string) {
	for _, g := range groups {
		name := g.Group
		if name == "" {
			name = "all"
		}
		share := func(label string, f index.ShareFigure) {
			row := []string{name, label, strconv.Itoa(f.Of), shareOrDash(f.Share, 1), noValue, noValue}
			if f.CI != nil {
				row[4], row[5] = percent(f.CI.Low, 1), percent(f.CI.High, 1)
			}
			rows = append(rows, row)
		}
		mean := func(label string, n int, f index.MeanFigure) {
			row := []string{name, label, strconv.Itoa(n), decimal(f.Value, 2), noValue, noValue}
			if f.CI != nil {
				row[4], row[5] = decimal(f.CI.Low, 2), decimal(f.CI.High, 2)
			}
			rows = append(rows, row)
		}
		switch {
		case g.OKS != nil:
			mean("OKS", g.OKS.N, g.OKS.Mean)
			share("top2", g.OKS.Top2)
			share("bottom2", g.OKS.Bottom2)
		case g.CSAT != nil:
			share("CSAT", g.CSAT.Satisfied)
			mean("mean of s", g.CSAT.Satisfied.Of, g.CSAT.MeanS)
		case g.CES != nil:
			mean("CES", g.CES.N, g.CES.Mean)
			share("easy (5-7)", g.CES.Easy)
		case g.NPS != nil:
			rows = append(rows, []string{name, "NPS", strconv.Itoa(g.NPS.N), decimal(g.NPS.Value, 1), decimal(g.NPS.CI.Low, 1), decimal(g.NPS.CI.High, 1)})
		case g.FCR != nil:
			for _, f := range []index.ShareFigure{g.FCR.FCR, g.FCR.FCRLeftOut, g.FCR.FCRBest, g.FCR.Solution, g.FCR.MustRecontact, g.FCR.PriorContact} {
				share(f.Measure, f)
			}
		default:
			rows = append(rows, []string{name, g.Reason, "0", noValue, noValue, noValue})
		}
	}
	return []string{"group", "measure", "n", "value", "low", "high"}, rows
}
