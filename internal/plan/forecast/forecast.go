// Package forecast tells how many contacts will come in each interval, how long they will take, and how sure that is.
//
// It owns the model (day x profile on the square-root scale with calendar regressors, planned events and an AR(1) day effect), the
// benchmarks that it must beat (8-week average, seasonal naive), the choice between them by backtest, scenarios, and the reading of
// history files. It refuses to staff (plan/staffing) and to keep anything: histories come in, forecasts go out, the same for the same
// input and seed.
//
// Begin reading with Make, then model.go and outlook.go. Formulas, sources and worked examples: docs/spec/forecast.md.
package forecast

import (
	"math"
	"time"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/stat"
)

// Names of the models that compete.
const (
	Profile      = "profile"        // day x profile, the model of this room
	EightWeeks   = "average_8_week" // mean of the last eight same weekdays
	SeasonalLast = "seasonal_naive" // the same weekday of last week
	Automatic    = "auto"           // the best of them by backtest
)

// Options settle a forecast; the zero value works.
type Options struct {
	Calendar  *calendar.Calendar // holidays; nil: none are known
	Events    []Event
	Like      *Series        // a similar queue to borrow from while the history is short
	Model     string         // Profile, EightWeeks or SeasonalLast; "" or Automatic: chosen by backtest
	Interval  time.Duration  // of the rows; 0: the history's own
	Horizon   time.Duration  // 0: ten days
	Zone      *time.Location // for the rows of days of 23 and 25 hours; nil: every day has 24
	Scenarios int            // 0: 500
	Seed      uint64
}

// Result is a forecast.
type Result struct {
	Model  string
	Rows   []Row
	Paths  [][]float64 // scenarios: contacts of each row
	Flags  []Flag      // days of the history that were damped
	Errors []Score     // the competitors' errors in the backtest that chose the model; empty when it was not run
	Notes  []string    // what a reader should know: gaps, borrowed profiles, too little history to choose
}

// Row is one interval.
type Row struct {
	Start                     time.Time // local wall clock
	Mean                      float64   // contacts expected; for the interval under way with those that have come
	P025, P10, P50, P90, P975 float64   // quantiles of the scenarios
}

const (
	defaultHorizon   = 240 * time.Hour
	defaultScenarios = 500
	maxHorizon       = 400 * 24 * time.Hour
	maxScenarios     = 100_000
	borrowDays       = 15 // below so many days of its own a series borrows
)

func (o *Options) defaults(s *Series) error {
	if o.Interval == 0 {
		o.Interval = s.Width
	}
	if o.Horizon == 0 {
		o.Horizon = defaultHorizon
	}
	if o.Scenarios == 0 {
		o.Scenarios = defaultScenarios
	}
	switch {
	case o.Horizon < 0 || o.Horizon > maxHorizon:
		return centre.Errorf(centre.Invalid, "forecast: the horizon must be up to 400 days, not %v", o.Horizon)
	case o.Scenarios < 20 || o.Scenarios > maxScenarios:
		return centre.Errorf(centre.Invalid, "forecast: the number of scenarios must be between 20 and %d, not %d", maxScenarios, o.Scenarios)
	}
	if err := calendar.CheckInterval(o.Interval); err != nil {
		return err
	}
	if o.Interval < s.Width || o.Interval%s.Width != 0 {
		return centre.ErrorAt(centre.Invalid, s.Name, "intervals of %v cannot be made of slots of %v", o.Interval, s.Width)
	}
	switch o.Model {
	case "", Automatic, Profile, EightWeeks, SeasonalLast:
		return nil
	}
	return centre.Errorf(centre.Invalid, "forecast: no model is named %q; there are %s, %s and %s", o.Model, Profile, EightWeeks, SeasonalLast)
}

// Make forecasts from a moment on, using nothing after it. The moment's wall clock counts, not its zone.
func Make(s *Series, asOf time.Time, o Options) (*Result, error) {
	if err := o.defaults(s); err != nil {
		return nil, err
	}
	date := calendar.DateOf(asOf.Date())
	clock := time.Duration(asOf.Hour())*time.Hour + time.Duration(asOf.Minute())*time.Minute
	width := o.Interval
	if clock%o.Interval != 0 && clock < s.Clock(s.Slots()) {
		width = s.Width // the moment falls inside an interval: learn from the slots before it
	}
	known := s.Until(date, clock)
	if err := known.check(o.Like != nil); err != nil {
		return nil, err
	}
	merged, err := known.Merge(width)
	if err != nil {
		return nil, err
	}
	f := &forecaster{options: o, series: merged, ends: s.Clock(s.Slots())}
	f.divide(date, clock)
	if f.history == nil {
		return nil, centre.ErrorAt(centre.Invalid, s.Name, "there is no whole day of history before %s", date)
	}
	if o.Like != nil && len(f.history) < borrowDays {
		if f.like, err = f.borrow(width); err != nil {
			return nil, err
		}
	}
	return f.run(asOf, date, clock)
}

// forecaster is one forecast being made.
type forecaster struct {
	options Options
	series  *Series
	ends    time.Duration // wall clock at which the history's days end
	history []Day         // whole days
	today   *partial      // the day under way
	like    *model
	result  Result
}

// divide parts the whole days from the day under way.
func (f *forecaster) divide(date calendar.Date, clock time.Duration) {
	days := f.series.Days
	if n := len(days); n > 0 && days[n-1].Date == date && clock < f.ends {
		from := 0
		for j, y := range days[n-1].Counts {
			if !math.IsNaN(y) {
				from = j + 1
			}
		}
		f.today = &partial{day: days[n-1], from: from}
		days = days[:n-1]
	}
	if len(days) > 0 {
		f.history = days
	}
}

// borrow fits the similar queue.
func (f *forecaster) borrow(width time.Duration) (*model, error) {
	like, err := f.options.Like.Merge(width)
	if err != nil {
		return nil, err
	}
	if err := like.check(false); err != nil {
		return nil, err
	}
	if like.First != f.series.First || like.Slots() != f.series.Slots() {
		return nil, centre.ErrorAt(centre.Invalid, like.Name, "the similar queue's day is %s to %s, but this one's is %s to %s: they must be alike", clockText(like.First), clockText(like.Clock(like.Slots())), clockText(f.series.First), clockText(f.series.Clock(f.series.Slots())))
	}
	return fit(like.Days, newTerms(like, f.options.Calendar, nil), nil, nil), nil
}

func (f *forecaster) run(asOf time.Time, date calendar.Date, clock time.Duration) (*Result, error) {
	whole := &Series{Name: f.series.Name, Width: f.series.Width, First: f.series.First, Days: f.history}
	t := newTerms(whole, f.options.Calendar, f.options.Events)
	m := fit(f.history, t, nil, f.like)
	if f.like != nil {
		for w, open := range f.like.terms.open {
			t.open[w] = t.open[w] || open
		}
		f.like.lend(m)
	}
	f.result.Model, f.result.Flags = f.options.Model, m.flags
	var uncertain spreads
	if f.options.Model != Profile {
		c := f.contest(whole, t, m)
		f.result.Errors = c.scores
		if f.options.Model == "" || f.options.Model == Automatic {
			f.result.Model = c.best
		}
		uncertain = c.spreads[f.result.Model]
	}
	f.notes(whole, m)
	dates := f.dates(t, asOf, date, clock)
	if len(dates) == 0 {
		return &f.result, nil
	}
	looks, across := m.ahead(dates, f.like, f.today)
	if f.result.Model != Profile {
		var before []outlook
		if f.today != nil {
			before, _ = m.ahead(dates[:1], f.like, nil)
		}
		f.replace(looks, before, across, uncertain)
	}
	f.rows(looks, across, asOf, date, clock)
	return &f.result, nil
}

// lend gives a short history the slots that its sister opens.
func (m *model) lend(to *model) {
	for w := range 7 {
		for j := range m.open[w] {
			if !to.open[w][j] && m.open[w][j] {
				to.open[w][j], to.profile[w][j] = true, m.profile[w][j]
			}
		}
	}
}

// notes says what a reader should know.
func (f *forecaster) notes(s *Series, m *model) {
	say := func(format string, args ...any) {
		f.result.Notes = append(f.result.Notes, centre.Errorf(centre.Invalid, format, args...).Error())
	}
	if f.like != nil {
		say("profile and calendar borrowed from %s, since the history has %d days", f.options.Like.Name, len(s.Days))
	} else if len(s.Days) < 15 {
		say("only %d days of history: the interval is wide and the calendar unknown", len(s.Days))
	}
	for _, d := range f.series.Twice {
		say("clocks went back on %s: its repeated hour holds the mean of both", d)
	}
	for i := 1; i < len(s.Days); i++ {
		if gap := m.terms.openDays(s.Days[i-1].Date, s.Days[i].Date); gap > 10 {
			say("nothing recorded from %s to %s", s.Days[i-1].Date+1, s.Days[i].Date-1)
		}
	}
}

// dates lists the open dates of the horizon.
func (f *forecaster) dates(t *terms, asOf time.Time, date calendar.Date, clock time.Duration) []calendar.Date {
	begin := date
	if clock >= f.ends {
		begin++
	}
	last := calendar.DateOf(asOf.Add(f.options.Horizon).Date())
	var dates []calendar.Date
	for d := begin; d <= last; d++ {
		if t.closed(d) && (f.today == nil || d != f.today.day.Date) {
			continue
		}
		if d > f.history[len(f.history)-1].Date {
			dates = append(dates, d)
		}
	}
	return dates
}

// replace puts a benchmark's expectation and its own measured spread in the place of the model's. A day under way keeps the model's
// update: the benchmark is moved, slot by slot, by as much as the model was; before is the model's outlook of that day without it.
func (f *forecaster) replace(looks, before []outlook, across *mat.SymDense, s spreads) {
	for i := range looks {
		o := &looks[i]
		counts := benchmark(f.result.Model, f.history, o.date)
		if counts == nil {
			continue
		}
		total := 0.0
		for j := range counts {
			if o.partial != nil && len(before) > 0 {
				if was := before[0].centre(j); was > 0 {
					counts[j] *= math.Min(square(math.Exp(maxMove)), o.centre(j)/was)
				}
			}
			total += counts[j]
		}
		if o.partial == nil || o.spread > s.day {
			o.spread = s.day
		}
		o.mean, o.moves = counts, nil
		o.size = math.Log(math.Max(0.1, math.Sqrt(total))) - o.spread
		o.rest = make([]float64, len(counts))
		for j, y := range counts {
			share := y / math.Max(0.01, total)
			o.rest[j] = math.Min(0.9, s.slot) * share
			o.shape[j] = math.Sqrt(share - o.rest[j])
		}
		o.cov = mat.NewSymDense(1, []float64{o.spread})
		for j := range i {
			across.SetSym(j, i, math.Sqrt(o.spread*looks[j].spread)/2)
		}
		across.SetSym(i, i, o.spread)
	}
}

// rows draws the scenarios and sums slots into rows.
func (f *forecaster) rows(looks []outlook, across *mat.SymDense, asOf time.Time, date calendar.Date, clock time.Duration) {
	cells := f.cells(looks, date, clock, asOf)
	paths := draw(looks, across, cells, len(f.result.Rows), f.options.Scenarios, stat.Stream(f.options.Seed, "forecast"))
	column := make([]float64, len(paths))
	for i := range f.result.Rows {
		for k, p := range paths {
			column[k] = p[i]
		}
		q, err := stat.Quantiles(column, .025, .1, .5, .9, .975)
		if err != nil {
			continue // no scenarios: Options forbids it
		}
		r := &f.result.Rows[i]
		r.P025, r.P10, r.P50, r.P90, r.P975 = q[0], q[1], q[2], q[3], q[4]
	}
	f.result.Paths = paths
}

// cell is one slot of one outlook and the row that it belongs to.
type cell struct {
	look, slot, row int
	known           float64 // contacts that have come; NaN when it is still to come
}

// cells lists the slots of the horizon and makes the rows, with their means.
func (f *forecaster) cells(looks []outlook, date calendar.Date, clock time.Duration, asOf time.Time) []cell {
	var cells []cell
	end := asOf.Add(f.options.Horizon)
	endDate, endClock := calendar.DateOf(end.Date()), time.Duration(end.Hour())*time.Hour+time.Duration(end.Minute())*time.Minute
	for i := range looks {
		o := &looks[i]
		row := -1
		var at pass
		for _, p := range f.passes(o.date) {
			j := p.slot
			slot := f.series.Clock(j)
			start := slot - slot%f.options.Interval
			if !o.open[j] || o.date == date && start+f.options.Interval <= clock || o.date == endDate && start >= endClock {
				continue
			}
			c := cell{look: i, slot: j, known: math.NaN()}
			if o.partial != nil && j < o.partial.from {
				c.known = o.partial.day.Counts[j]
			} else if o.date == date && slot < clock {
				continue
			}
			if now := (pass{int(start), p.again}); row < 0 || now != at {
				row, at = len(f.result.Rows), now
				year, month, day := o.date.Civil()
				f.result.Rows = append(f.result.Rows, Row{Start: time.Date(year, month, day, 0, int(start/time.Minute), 0, 0, time.UTC)})
			}
			c.row = row
			cells = append(cells, c)
			if math.IsNaN(c.known) {
				f.result.Rows[row].Mean += o.centre(j)
			} else {
				f.result.Rows[row].Mean += c.known
			}
		}
	}
	return cells
}

// pass is one time that the wall clock passes a slot; again on the second time in the night when clocks go back.
type pass struct {
	slot  int
	again bool
}

// passes lists a date's slots in the order in which they come. Where clocks go forward some do not come at all.
func (f *forecaster) passes(date calendar.Date) []pass {
	var out []pass
	n := f.series.Slots()
	if f.options.Zone != nil {
		slots, err := calendar.Slots(date, f.options.Zone, f.series.Width)
		if err == nil && len(slots) != int(24*time.Hour/f.series.Width) {
			for _, s := range slots {
				if j := int((time.Duration(s.Clock)*time.Minute - f.series.First) / f.series.Width); j >= 0 && j < n && time.Duration(s.Clock)*time.Minute >= f.series.First {
					out = append(out, pass{j, s.Repeat})
				}
			}
			return out
		}
	}
	for j := range n {
		out = append(out, pass{j, false})
	}
	return out
}
