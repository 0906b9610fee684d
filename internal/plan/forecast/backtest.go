package forecast

import (
	"math"
	"time"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/stat"
)

// BacktestOptions settle a backtest; the zero value works.
type BacktestOptions struct {
	Options
	Days     int                         // how many of the last days are forecast; 0: 40, or two thirds of a shorter history
	Ahead    []int                       // how many recorded days ahead; empty: 1, 5 and 10
	At       []time.Duration             // clocks within the day: forecast its rest from its first part instead of whole days
	Progress func(done, total int) error // called after each day; its error ends the work
}

// BacktestScore is one line of the error table.
type BacktestScore struct {
	Ahead int           `json:"days_ahead"` // 0: the rest of the day under way
	At    time.Duration `json:"-"`          // since when, if it is
	Score
	Cover80 float64 `json:"cover_80"` // share of intervals within the middle 80 % of the scenarios; NaN for benchmarks
	Cover95 float64 `json:"cover_95"`
	Pinball float64 `json:"pinball"` // mean pinball loss over ten quantiles, over contacts
}

// DayError is the error history: what one model said of one day, or of its rest since At, and what came.
type DayError struct {
	At       time.Duration `json:"-"`
	Date     calendar.Date `json:"date"`
	Ahead    int           `json:"days_ahead"`
	Model    string        `json:"model"`
	Expected float64       `json:"expected"`
	Seen     float64       `json:"seen"`
	Absolute float64       `json:"absolute"` // sum of absolute errors of the intervals
}

// BacktestResult is the error table and the history under it.
type BacktestResult struct {
	Scores []BacktestScore
	Errors []DayError
}

// NoUpdate names, in a backtest within the day, the forecast made before the day began; RatioRule the industry's update, which scales
// it by what has come over what was expected so far.
const (
	NoUpdate  = "no_update"
	RatioRule = "ratio_rule"
)

// Backtest forecasts each of the last days of a history from nothing but the days before, with everything learnt afresh each time.
func Backtest(s *Series, o BacktestOptions) (*BacktestResult, error) {
	if err := o.defaults(s); err != nil {
		return nil, err
	}
	merged, err := s.Merge(o.Interval)
	if err != nil {
		return nil, err
	}
	if err := merged.check(false); err != nil {
		return nil, err
	}
	if o.Days == 0 {
		o.Days = min(40, len(merged.Days)*2/3)
	}
	if len(o.Ahead) == 0 {
		o.Ahead = []int{1, 5, 10}
	}
	most := 1
	for _, a := range o.Ahead {
		if a < 1 || a > 60 {
			return nil, centre.Errorf(centre.Invalid, "backtest: days ahead must be between 1 and 60, not %d", a)
		}
		most = max(most, a)
	}
	first := len(merged.Days) - o.Days
	if o.Days < 1 || first < MinDays {
		return nil, centre.ErrorAt(centre.Invalid, s.Name, "%d days of history cannot test %d of them: at least %d must come before", len(merged.Days), o.Days, MinDays)
	}
	for _, at := range o.At {
		if at%o.Interval != 0 || at <= merged.First || at >= merged.Clock(merged.Slots()) {
			return nil, centre.Errorf(centre.Invalid, "backtest: %s does not lie on an interval of %v within the day, %s to %s", clockText(at), o.Interval, clockText(merged.First), clockText(merged.Clock(merged.Slots())))
		}
	}
	b := &backtest{o: o, s: merged, first: first, tallies: map[test]*tally{}, covers: map[test]*coverage{}}
	if len(o.At) > 0 {
		most = 1
	}
	return b.run(most)
}

// test is one line of the table being made.
type test struct {
	ahead int
	at    time.Duration
	model string
}

// coverage counts how often intervals held.
type coverage struct{ n, in80, in95, pinball, total float64 }

type backtest struct {
	o       BacktestOptions
	s       *Series
	first   int
	order   []test
	tallies map[test]*tally
	covers  map[test]*coverage
	errors  []DayError
}

func (b *backtest) run(most int) (*BacktestResult, error) {
	from := max(MinDays, b.first-most+1)
	for origin := from; origin < len(b.s.Days); origin++ {
		past := &Series{Name: b.s.Name, Width: b.s.Width, First: b.s.First, Days: b.s.Days[:origin]}
		m := fit(past.Days, newTerms(past, b.o.Calendar, b.o.Events), nil, nil)
		for _, at := range b.o.At {
			b.within(origin, m, at)
		}
		if len(b.o.At) == 0 {
			b.whole(origin, m, most)
		}
		if b.o.Progress != nil {
			if err := b.o.Progress(origin-from+1, len(b.s.Days)-from); err != nil {
				return nil, err
			}
		}
	}
	out := &BacktestResult{Errors: b.errors}
	for _, key := range b.order {
		score := BacktestScore{Ahead: key.ahead, At: key.at, Score: b.tallies[key].score(), Cover80: math.NaN(), Cover95: math.NaN(), Pinball: math.NaN()}
		score.Model = key.model
		if c := b.covers[key]; c != nil && c.n > 0 {
			score.Cover80, score.Cover95, score.Pinball = c.in80/c.n, c.in95/c.n, c.pinball/c.total
		}
		if b.tallies[key].total > 0 {
			out.Scores = append(out.Scores, score)
		}
	}
	return out, nil
}

// whole forecasts the days ahead of an origin.
func (b *backtest) whole(origin int, m *model, most int) {
	last := min(origin+most, len(b.s.Days))
	var dates []calendar.Date
	for _, d := range b.s.Days[origin:last] {
		dates = append(dates, d.Date)
	}
	looks, across := m.ahead(dates, nil, nil)
	for _, ahead := range b.o.Ahead {
		i := origin + ahead - 1
		if i < b.first || i >= last {
			continue
		}
		d := b.s.Days[i]
		b.add(test{ahead, 0, Profile}, d, looks[ahead-1].centres(), 0)
		b.cover(test{ahead, 0, Profile}, d, looks[ahead-1], across, ahead-1, 0)
		for _, name := range []string{EightWeeks, SeasonalLast} {
			if expected := benchmark(name, b.s.Days[:origin], d.Date); expected != nil {
				b.add(test{ahead, 0, name}, d, expected, 0)
			}
		}
	}
}

// within forecasts the rest of the day after an origin from a clock on.
func (b *backtest) within(origin int, m *model, at time.Duration) {
	if origin < b.first {
		return
	}
	d := b.s.Days[origin]
	from := int((at - b.s.First) / b.s.Width)
	before, _ := m.ahead([]calendar.Date{d.Date}, nil, nil)
	after, across := m.ahead([]calendar.Date{d.Date}, nil, &partial{day: d, from: from})
	plain := before[0].centres()
	came, expected := 0.0, 0.0
	for j := range from {
		if !math.IsNaN(d.Counts[j]) {
			came, expected = came+d.Counts[j], expected+plain[j]
		}
	}
	ratio := make([]float64, len(plain))
	for j := range ratio {
		ratio[j] = plain[j]
		if expected > 0 {
			ratio[j] *= came / expected
		}
	}
	b.add(test{0, at, Profile}, d, after[0].centres(), from)
	b.cover(test{0, at, Profile}, d, after[0], across, 0, from)
	b.add(test{0, at, NoUpdate}, d, plain, from)
	b.add(test{0, at, RatioRule}, d, ratio, from)
}

// centres is the expectation of every slot.
func (o *outlook) centres() []float64 {
	out := make([]float64, len(o.shape))
	for j := range out {
		out[j] = o.centre(j)
	}
	return out
}

func (b *backtest) add(key test, d Day, expected []float64, from int) {
	t := b.tallies[key]
	if t == nil {
		t = &tally{model: key.model}
		b.tallies[key] = t
		b.order = append(b.order, key)
	}
	t.add(expected[from:], d.Counts[from:])
	e := DayError{Date: d.Date, Ahead: key.ahead, At: key.at, Model: key.model}
	for j := from; j < len(d.Counts); j++ {
		if y := d.Counts[j]; !math.IsNaN(y) {
			e.Expected += expected[j]
			e.Seen += y
			e.Absolute += math.Abs(expected[j] - y)
		}
	}
	b.errors = append(b.errors, e)
}

// cover draws scenarios of one day and counts where what came lies among them.
func (b *backtest) cover(key test, d Day, look outlook, across *mat.SymDense, at, from int) {
	c := b.covers[key]
	if c == nil {
		c = &coverage{}
		b.covers[key] = c
	}
	var cells []cell
	for j := from; j < len(d.Counts); j++ {
		if look.open[j] && !math.IsNaN(d.Counts[j]) {
			cells = append(cells, cell{slot: j, row: len(cells), known: math.NaN()})
		}
	}
	own := mat.NewSymDense(1, []float64{across.At(at, at)})
	paths := draw([]outlook{look}, own, cells, len(cells), b.o.Scenarios, stat.Stream(b.o.Seed, "backtest", uint64(d.Date), uint64(key.ahead)))
	column := make([]float64, len(paths))
	for _, cell := range cells {
		for k, p := range paths {
			column[k] = p[cell.row]
		}
		y := d.Counts[cell.slot]
		q, err := stat.Quantiles(column, .025, .1, .9, .975, .05, .15, .25, .35, .45, .55, .65, .75, .85, .95)
		if err != nil {
			continue // there are always scenarios
		}
		c.n++
		c.total += y
		if y >= q[1] && y <= q[2] {
			c.in80++
		}
		if y >= q[0] && y <= q[3] {
			c.in95++
		}
		for i := range 10 {
			p, miss := .05+float64(i)/10, y-q[4+i]
			c.pinball += math.Max(p*miss, (p-1)*miss) / 10
		}
	}
}
