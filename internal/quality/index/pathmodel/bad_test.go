package pathmodel

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

const smallModel = `
scale 1 7
Service = s1..s3
Trust = t1, t2
Loyalty = l1 l2
Service -> Trust, Loyalty
Trust -> Loyalty
`

// small is a model and made-up answers of 60 people: one common factor, a part of each construct's own, and noise.
func small(t *testing.T) (Model, Answers) {
	t.Helper()
	m, err := ParseModel("small.txt", smallModel)
	if err != nil {
		t.Fatal(err)
	}
	a := Answers{Columns: []string{"s1", "s2", "s3", "t1", "t2", "l1", "l2"}}
	r := stat.Stream(7, "small survey")
	for range 60 {
		common := r.Normal()
		var row []float64
		for _, items := range []int{3, 2, 2} {
			own := 0.8*common + 0.6*r.Normal()
			for range items {
				row = append(row, math.Round(min(max(4.5+own+0.5*r.Normal(), 1), 7)))
			}
		}
		a.Rows = append(a.Rows, row)
	}
	return m, a
}

func TestModelsThatCannotBeEstimatedSayWhy(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"loop", "A = a\nB = b\nC = c\nA -> B\nB -> C\nC -> A", "has a loop: A -> B -> C -> A"},
		{"own loop", "A = a\nB = b\nA -> B\nA -> A", "a loop: A -> A"},
		{"empty block", "A =\nB = b\nA -> B", "construct A has an empty block"},
		{"no block", "A = a\nA -> B", "names B, which has no block"},
		{"lonely", "A = a\nB = b\nC = c\nA -> B", "no path touches construct C"},
		{"twice", "A = a\nA = b\nA -> A", "construct A is named twice"},
		{"item twice", "A = a a\nB = b\nA -> B", "item a is twice in the block of A"},
		{"path twice", "A = a\nB = b\nA -> B\nA -> B", "given twice"},
		{"nothing", "# only a comment", "has no construct"},
		{"scale", "scale 7 1\n", "bad.txt:1: scale 7 to 1: the low end must lie under the high end"},
		{"words", "A = a\nAB\n", "bad.txt:2: \"AB\" is neither"},
		{"mode", "A [C] = a", "bad.txt:1: mode \"C\""},
		{"range", "A = a5..a1", "bad.txt:1: range \"a5..a1\""},
	}
	for _, c := range cases {
		m, err := ParseModel("bad.txt", c.text)
		if err == nil {
			err = m.Check()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || centre.KindOf(err) != centre.Invalid {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestEveryFormOfAModelReadsAlike(t *testing.T) {
	a, err := ParseModel("a", "scale 1 7\nService = s1..s3\nTrust [B] = t1, t2\nLoyalty = l1 l2\nService -> Trust, Loyalty\nTrust -> Loyalty")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseModel("a", "scale 1 7 # ends\nService =~ s1 + s2 + s3\r\nTrust <~ t1 + t2\nLoyalty: l1, l2\nTrust ~ Service\nLoyalty ~ Service + Trust\n")
	if err != nil {
		t.Fatal(err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("two forms of one model differ:\n%s\n%s", x, y)
	}
}

func TestAnswersThatCannotBeEstimatedSayWhy(t *testing.T) {
	nan := math.NaN()
	cases := []struct {
		name    string
		spoil   func(m *Model, a *Answers)
		options PLSOptions
		want    string
	}{
		{"constant", func(_ *Model, a *Answers) { setColumn(a, 3, func(int) float64 { return 4 }) }, PLSOptions{}, "item t1 is constant: every answer is 4"},
		{"nobody", func(_ *Model, a *Answers) { setColumn(a, 1, func(int) float64 { return nan }) }, PLSOptions{}, "nobody answered s2"},
		{"refused", func(_ *Model, a *Answers) { a.Rows[4][2] = nan }, PLSOptions{Missing: RefuseMissing}, "row 5 lacks an answer to s3"},
		{"dropped", func(_ *Model, a *Answers) { setColumn(a, 0, func(int) float64 { return nan }) }, PLSOptions{Missing: DropRows}, "no row of 60 has every answer"},
		{"few rows", func(_ *Model, a *Answers) { a.Rows = a.Rows[:6] }, PLSOptions{}, "6 complete rows for 7 items"},
		{"no column", func(_ *Model, a *Answers) { a.Columns[6] = "x" }, PLSOptions{}, "no column l2"},
		{"off scale", func(_ *Model, a *Answers) { a.Rows[9][0] = 99 }, PLSOptions{}, "row 10, s1: 99 is off the scale 1 to 7"},
		{"negative weight", func(_ *Model, a *Answers) { a.Weights = make([]float64, 60); a.Weights[2] = -1 }, PLSOptions{}, "weight 3 is -1"},
		{"no weight", func(_ *Model, a *Answers) { a.Weights = make([]float64, 60) }, PLSOptions{}, "weights of all rows are zero"},
		{"collinear", func(m *Model, a *Answers) {
			m.Constructs[0].Mode = ModeB
			for _, row := range a.Rows {
				row[2] = (row[0] + row[1]) / 2
			}
		}, PLSOptions{}, "construct Service (mode B): item s3 is a sum of the items before it"},
		{"one predecessor twice", func(m *Model, a *Answers) {
			m.Constructs[1].Items = m.Constructs[0].Items
		}, PLSOptions{}, "Loyalty: its predecessor Trust is a sum of the ones before it"},
		{"no rest", func(*Model, *Answers) {}, PLSOptions{MaxIterations: 1}, "did not come to rest in 1 iterations"},
		{"tolerance", func(*Model, *Answers) {}, PLSOptions{Tolerance: -1}, "must be positive"},
	}
	for _, c := range cases {
		m, a := small(t)
		c.spoil(&m, &a)
		_, err := EstimatePLS(m, a, c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) || centre.KindOf(err) != centre.Invalid {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func setColumn(a *Answers, c int, value func(row int) float64) {
	for r := range a.Rows {
		a.Rows[r][c] = value(r)
	}
}

func TestMissingAnswersAreToldOf(t *testing.T) {
	m, a := small(t)
	a.Rows[0][0], a.Rows[0][1], a.Rows[7][0], a.Rows[8][0], a.Rows[9][0] = math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
	p, err := EstimatePLS(m, a, PLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Missing != (Missing{Rule: "mean", Cells: 5, Rows: 4}) || p.Rows != 60 {
		t.Errorf("missing %+v of %d rows", p.Missing, p.Rows)
	}
	if !strings.Contains(strings.Join(p.Warnings, "\n"), "s1: 6.7 % of its answers are missing") {
		t.Errorf("warnings %q", p.Warnings)
	}
	p, err = EstimatePLS(m, a, PLSOptions{Missing: DropRows})
	if err != nil || p.Rows != 56 {
		t.Errorf("dropped: %d rows, %v", p.Rows, err)
	}
	scores, err := p.Scores()
	if err != nil || scores[0].Row != 1 || scores[6].Row != 10 {
		t.Errorf("scores name rows %d and %d, want 1 and 10 (%v)", scores[0].Row, scores[6].Row, err)
	}
}

func TestANegativeWeightGivesNoIndexButAReason(t *testing.T) {
	m, a := small(t)
	setColumn(&a, 2, func(r int) float64 { return 8 - a.Rows[r][2] })
	p, err := EstimatePLS(m, a, PLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Index[0].Value != nil || !strings.Contains(p.Index[0].Reason, "item s3 has the negative weight") {
		t.Errorf("index of Service: %+v", p.Index[0])
	}
	if p.Index[1].Value == nil {
		t.Error("the other constructs lost their index")
	}
	if err := p.Bootstrap(context.Background(), BootstrapOptions{Draws: 50}); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil || strings.Contains(string(text), "NaN") {
		t.Errorf("json: %v", err)
	}
	if _, err := p.Importances("Loyalty"); err == nil {
		t.Error("importance without an index")
	}
}

// TestTurnedItemsTurnTheScore holds that a construct whose items all run the other way keeps positive loadings.
func TestTurnedItemsTurnTheScore(t *testing.T) {
	m, a := small(t)
	for c := 5; c < 7; c++ {
		setColumn(&a, c, func(r int) float64 { return 8 - a.Rows[r][c] })
	}
	p, err := EstimatePLS(m, a, PLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range p.Loadings {
		if l.Value < 0.5 {
			t.Errorf("loading of %s is %v", l.Item, l.Value)
		}
	}
	if got := lookup(t, p, "path Service>Loyalty"); got > 0 {
		t.Errorf("Service -> Loyalty is %v, want it negative", got)
	}
}

// TestWholeNumberWeightsEqualRepeatedRows holds that a weight of 3 is the row given three times.
func TestWholeNumberWeightsEqualRepeatedRows(t *testing.T) {
	m, a := small(t)
	many := Answers{Columns: a.Columns}
	for r, row := range a.Rows {
		w := float64(1 + r%3)
		a.Weights = append(a.Weights, w)
		for range 1 + r%3 {
			many.Rows = append(many.Rows, row)
		}
	}
	p, err := EstimatePLS(m, a, PLSOptions{Scheme: Factorial})
	if err != nil {
		t.Fatal(err)
	}
	q, err := EstimatePLS(m, many, PLSOptions{Scheme: Factorial})
	if err != nil {
		t.Fatal(err)
	}
	want := q.figures(q.fit)
	for i, v := range p.figures(p.fit) {
		near(t, "figure", v, want[i], 1e-9)
	}
}

func TestBootstrapRefusesBadDraws(t *testing.T) {
	m, a := small(t)
	p, err := EstimatePLS(m, a, PLSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	short := make([]int, 59)
	outside := make([]int, 60)
	outside[3] = 60
	same := make([]int, 60)
	for want, o := range map[string]BootstrapOptions{
		"draw 1 has 59 rows: want 60":       {Rows: [][]int{short}},
		"draw 1 names row 60: want 0 to 59": {Rows: [][]int{outside}},
		"2 of 2 draws could not":            {Rows: [][]int{same, same}},
		"1 draws: want at least 2":          {Draws: 1},
		"level 2":                           {Level: 2},
	} {
		if err := p.Bootstrap(context.Background(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func BenchmarkBootstrapThousandDraws(b *testing.B) {
	t := &testing.T{}
	m, a := small(t)
	for b.Loop() {
		p, err := EstimatePLS(m, a, PLSOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Bootstrap(context.Background(), BootstrapOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
