package forecast

import (
	"math"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

// HandlingTime is what to expect of the mean handling time of an interval, in seconds.
type HandlingTime struct {
	Mean, P10, P90 float64
}

// slotPrior is how many days a slot's usual deviation needs to count half.
const slotPrior = 5.0

// HandlingTimes forecasts the mean handling time of the intervals that begin at starts, from a series of mean handling times in seconds
// (zero or NaN: nobody was handled). It is the contacts' recipe on the logarithm: day level with calendar and AR(1), and a deviation
// for each slot. Starts rise; o.Interval is the length of the intervals.
func HandlingTimes(s *Series, asOf time.Time, starts []time.Time, o Options) ([]HandlingTime, error) {
	date := calendar.DateOf(asOf.Date())
	clock := time.Duration(asOf.Hour())*time.Hour + time.Duration(asOf.Minute())*time.Minute
	known := s.Until(date, clock)
	if err := known.check(false); err != nil {
		return nil, err
	}
	if o.Interval == 0 {
		o.Interval = s.Width
	}
	if o.Interval < s.Width || o.Interval%s.Width != 0 {
		return nil, centre.ErrorAt(centre.Invalid, s.Name, "intervals of %v cannot be made of slots of %v", o.Interval, s.Width)
	}
	h := &handling{series: known, terms: newTerms(known, o.Calendar, o.Events)}
	h.learn()
	out := make([]HandlingTime, len(starts))
	l, last := h.level.clone(), known.Days[len(known.Days)-1].Date
	var level, variance float64
	for i, start := range starts {
		d := calendar.DateOf(start.Date())
		if i == 0 || d != calendar.DateOf(starts[i-1].Date()) {
			if d > last {
				l.advance(h.terms.openDays(last, d))
				last = d
			}
			x, _ := through(h.terms.row(d), h.columns, h.terms.prior)
			level, variance = l.predict(x)
			variance += square(l.noise)
		}
		at := time.Duration(start.Hour())*time.Hour + time.Duration(start.Minute())*time.Minute
		out[i] = h.interval(level, variance, at, o.Interval)
	}
	return out, nil
}

// handling is a model of handling times: log = day's level + slot's deviation + scatter.
type handling struct {
	series  *Series
	terms   *terms
	columns []int
	slot    []float64 // deviation of each slot
	scatter float64   // variance of a slot about the day's level and its deviation
	level   *level
}

func (h *handling) learn() {
	days, slots := h.series.Days, h.series.Slots()
	logs := make([][]float64, len(days))
	level := make([]float64, len(days))
	h.slot = make([]float64, slots)
	for i, d := range days {
		logs[i] = make([]float64, slots)
		for j, v := range d.Counts {
			logs[i][j] = math.NaN()
			if v > 0 {
				logs[i][j] = math.Log(v)
			}
		}
	}
	for range 3 { // level and slots in turn; they part quickly
		sum, n := make([]float64, slots), make([]float64, slots)
		for i := range days {
			level[i], _ = h.dayLevel(logs[i])
			for j, v := range logs[i] {
				if !math.IsNaN(v) && !math.IsNaN(level[i]) {
					sum[j] += v - level[i]
					n[j]++
				}
			}
		}
		for j := range h.slot {
			h.slot[j] = sum[j] / (n[j] + slotPrior)
		}
	}
	squares, cells := 0.0, 0.0
	for i := range days {
		for j, v := range logs[i] {
			if !math.IsNaN(v) && !math.IsNaN(level[i]) {
				squares += square(v - level[i] - h.slot[j])
				cells++
			}
		}
	}
	h.scatter = squares / math.Max(1, cells)
	h.fitLevel(logs)
}

// dayLevel is the mean logarithm of a day without its slots' deviations; NaN when nobody was handled.
func (h *handling) dayLevel(logs []float64) (level float64, slots int) {
	sum := 0.0
	for j, v := range logs {
		if !math.IsNaN(v) {
			sum += v - h.slot[j]
			slots++
		}
	}
	if slots == 0 {
		return math.NaN(), 0
	}
	return sum / float64(slots), slots
}

func (h *handling) fitLevel(logs [][]float64) {
	var rows []sparse
	d := &daily{}
	last := h.series.Days[0].Date
	for i, day := range h.series.Days {
		level, slots := h.dayLevel(logs[i])
		if slots == 0 {
			continue
		}
		row := h.terms.row(day.Date)
		rows = append(rows, row)
		d.z = append(d.z, level)
		d.known = append(d.known, h.scatter/float64(slots))
		d.step = append(d.step, h.terms.openDays(last, day.Date))
		d.aside = append(d.aside, h.terms.special(day.Date))
		last = day.Date
	}
	var prior []float64
	h.columns, prior = compact(rows, h.terms.prior)
	for _, row := range rows {
		x, _ := through(row, h.columns, h.terms.prior)
		d.x = append(d.x, x)
	}
	tune := firstTuning(len(d.z))
	if len(d.z) >= 15 {
		tune = d.tail().tune(prior, sizeGrids, 1)[0].tuning
	}
	h.level, _ = d.filter(prior, tune, nil)
}

// interval puts level and slots together: the mean of a lognormal, and its 10 % and 90 % points.
func (h *handling) interval(level, variance float64, at, width time.Duration) HandlingTime {
	sum, n := 0.0, 0.0
	for j := range h.slot {
		if c := h.series.Clock(j); c >= at && c < at+width {
			sum += h.slot[j]
			n++
		}
	}
	if n > 0 {
		level += sum / n
	}
	all := math.Min(1, variance+h.scatter/math.Max(1, n))
	const z90 = 1.2815515655446004
	return HandlingTime{
		Mean: math.Exp(level + all/2),
		P10:  math.Exp(level - z90*math.Sqrt(all)), P90: math.Exp(level + z90*math.Sqrt(all)),
	}
}
