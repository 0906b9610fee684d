package forecast

import (
	"math"
	"time"

	"sentral/internal/calendar"
)

// terms turns a date into the regressors of a day's size: what the calendar and the planned events say of it.
type terms struct {
	cal     *calendar.Calendar // nil: only weekdays and the month are known
	open    [7]bool            // weekdays on which the series has counts
	shut    bool               // public holidays are closed, as all in the history were
	names   []string
	prior   []float64 // variances, in units of the deviation that a term may move the logarithm of the square root of a day
	keys    map[string]int
	annual  bool
	events  []Event
	effects map[string]int // first column of a kind of event
	rows    map[calendar.Date]sparse
}

// Prior standard deviations of the terms, on the logarithm of the square root of the contacts: 0.05 is 10 % of the contacts. They were
// chosen on the first 100 days of one public series and the first half of another (docs/spec/forecast.md).
const (
	priorWeekday = 0.03
	priorFirst   = 0.30 // the first day after a closed day, the last before one: how a Tuesday becomes a Monday
	priorMonth   = 0.03
	priorTurn    = 0.01
	priorSeason  = 0.05
	priorNear    = 0.02 // about holidays, school and industrial holidays, pay days
	priorHoliday = 1.0
	priorOneDay  = 0.3 // one holiday apart from the others
	monthWaves   = 2
	yearWaves    = 2
)

// about describes a date; without a calendar it knows weekends and the month only.
func (t *terms) about(d calendar.Date) calendar.Day {
	if t.cal != nil {
		return t.cal.Day(d)
	}
	q := calendar.Day{Date: d, Weekday: d.Weekday(), SincePayDay: -1}
	q.Weekend = q.Weekday == time.Saturday || q.Weekday == time.Sunday
	q.Closed = q.Weekend
	_, _, q.MonthDay = d.Civil()
	q.ToMonthEnd = int(d.MonthEnd() - d)
	for m := d.MonthStart(); m <= d.MonthEnd(); m++ {
		switch weekday := m.Weekday(); {
		case weekday == time.Saturday || weekday == time.Sunday:
		case m <= d:
			q.WorkDay++
		default:
			q.WorkDaysLeft++
		}
	}
	if !q.Closed {
		q.MonthTurn = q.WorkDay
		if q.WorkDaysLeft+1 < q.WorkDay {
			q.MonthTurn = -q.WorkDaysLeft - 1
		}
	}
	return q
}

// special tells whether a date is a holiday or an eve, on which the usual level says little.
func (t *terms) special(d calendar.Date) bool { return t.dayClass(d) != ordinary }

// class is what sort of day it is for its profile.
type class uint8

const (
	ordinary class = iota
	eve            // a half day by custom
	holiday        // offices are shut
	classes
)

func (t *terms) dayClass(d calendar.Date) class {
	switch q := t.about(d); {
	case q.Closed && !q.Weekend:
		return holiday
	case q.Kind == calendar.Eve:
		return eve
	}
	return ordinary
}

// closed tells whether the series is expected to have no counts on a date.
func (t *terms) closed(d calendar.Date) bool {
	return !t.open[d.Weekday()] || t.shut && t.dayClass(d) == holiday
}

// quiet tells whether few or none would turn to the centre on a date, so that they turn to it on the next: it is closed or a holiday.
func (t *terms) quiet(d calendar.Date) bool {
	return !t.open[d.Weekday()] || t.dayClass(d) == holiday
}

// lay settles the columns for a history.
func (t *terms) lay(dates []calendar.Date) {
	t.keys, t.rows = map[string]int{}, map[calendar.Date]sparse{}
	add := func(name string, deviation float64) {
		t.names, t.prior = append(t.names, name), append(t.prior, square(deviation))
	}
	add("level", 100)
	for w := range 7 {
		add("weekday_"+weekdayNames[w], priorWeekday)
	}
	add("first_after_closed", priorFirst)
	add("last_before_closed", priorFirst)
	for k := range monthWaves {
		for _, name := range []string{"month_cos_", "month_sin_", "work_month_cos_", "work_month_sin_"} {
			add(name+string(rune('1'+k)), priorMonth/math.Sqrt(float64(k+1)))
		}
	}
	for _, name := range []string{"month_last_day", "month_first_day", "month_second_day", "month_third_day"} {
		add(name, priorTurn)
	}
	for _, name := range []string{"after_holiday", "before_holiday", "bridge", "observance", "middle_day", "easter_week", "christmas_week", "school", "industrial", "pay_day", "pay_day_next"} {
		add(name, priorNear)
	}
	add("eve", priorHoliday)
	add("holiday", priorHoliday)
	if t.annual = len(dates) > 0 && dates[len(dates)-1]-dates[0] > 400; t.annual {
		for k := range yearWaves {
			add("year_cos_"+string(rune('1'+k)), priorSeason)
			add("year_sin_"+string(rune('1'+k)), priorSeason)
		}
	}
	for _, d := range dates {
		if q := t.about(d); q.Holiday != "" {
			if _, found := t.keys[q.Holiday]; !found {
				deviation := priorOneDay
				if q.Kind == calendar.Observance {
					deviation = priorNear
				}
				t.keys[q.Holiday] = len(t.names)
				add(q.Holiday, deviation)
			}
		}
	}
	t.layEvents(add)
}

var weekdayNames = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// row is the regressors of a date. Rows are remembered, since every fit of the contest asks for them again.
func (t *terms) row(d calendar.Date) sparse {
	row, found := t.rows[d]
	if !found {
		row = t.describe(d)
		t.rows[d] = row
	}
	return row
}

func (t *terms) describe(d calendar.Date) sparse {
	q := t.about(d)
	var s sparse
	at := 0
	put := func(v float64) {
		if v != 0 {
			s.at, s.value = append(s.at, at), append(s.value, v)
		}
		at++
	}
	flag := func(b bool) {
		if b {
			put(1)
		} else {
			put(0)
		}
	}
	put(1)
	for w := range 7 {
		flag(int(q.Weekday) == w)
	}
	here := !t.quiet(d)
	flag(here && t.quiet(d-1))
	flag(here && t.quiet(d+1))
	month := 2 * math.Pi * (float64(q.MonthDay) - 0.5) / float64(q.MonthDay+q.ToMonthEnd)
	work := 2 * math.Pi * (float64(q.WorkDay) - 0.5) / float64(max(1, q.WorkDay+q.WorkDaysLeft))
	for k := range monthWaves {
		for _, angle := range []float64{month, work} {
			sin, cos := math.Sincos(float64(k+1) * angle)
			put(cos)
			put(sin)
		}
	}
	for _, turn := range []int{-1, 1, 2, 3} {
		flag(q.MonthTurn == turn)
	}
	for _, b := range []bool{q.AfterHoliday, q.BeforeHoliday, q.Bridge, q.Kind == calendar.Observance, q.MiddleDay, q.EasterWeek, q.ChristmasWeek} {
		flag(b)
	}
	put(q.SchoolShare)
	put(q.Industrial)
	flag(q.PayDay)
	flag(q.SincePayDay == 1)
	flag(t.dayClass(d) == eve)
	flag(t.dayClass(d) == holiday)
	if t.annual {
		_, yearDay := d.Year(), float64(d-calendar.DateOf(d.Year(), time.January, 1))
		for k := range yearWaves {
			sin, cos := math.Sincos(2 * math.Pi * float64(k+1) * yearDay / 365.25)
			put(cos)
			put(sin)
		}
	}
	if column, found := t.keys[q.Holiday]; found && q.Holiday != "" {
		s.at, s.value = append(s.at, column), append(s.value, 1)
	}
	t.eventRow(d, &s)
	return s
}
