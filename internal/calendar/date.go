package calendar

import (
	"time"
	_ "time/tzdata" // time zones on machines that have none installed

	"sentral/internal/centre"
)

// Date is a day of the civil (Gregorian) calendar without place or time: days since 1970-01-01. Dates subtract and compare as
// integers.
type Date int32

// DateOf makes a date; a day beyond its month counts on into the next, as in time.Date.
func DateOf(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DateIn is the civil date of an instant in a zone; a nil zone is UTC.
func DateIn(t time.Time, zone *time.Location) Date {
	return dateOfTime(t.In(orUTC(zone)))
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, centre.Errorf(centre.Invalid, "date %q: want YYYY-MM-DD of a day that exists", s)
	}
	return dateOfTime(t), nil
}

func dateOfTime(t time.Time) Date {
	y, m, d := t.Date()
	return DateOf(y, m, d)
}

// Civil gives year, month and day of the month.
func (d Date) Civil() (year int, month time.Month, day int) { return d.utc().Date() }

// Year is the calendar year.
func (d Date) Year() int { return d.utc().Year() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// ISOWeek is the week number of ISO 8601 and the year that the week belongs to.
func (d Date) ISOWeek() (year, week int) { return d.utc().ISOWeek() }

// String prints YYYY-MM-DD.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := ParseDate(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// Start is the first instant of the date in a zone: midnight, or the end of the gap where the clock leaps over midnight.
func (d Date) Start(zone *time.Location) time.Time { return wall(d, 0, zone, false) }

// At is the instant of a clock time on the date. A time that the clock leaps over becomes the instant of the leap; of a time that
// occurs twice it is the first.
func (d Date) At(c Clock, zone *time.Location) time.Time { return wall(d, c, zone, false) }

// MonthStart is the first date of the month of d.
func (d Date) MonthStart() Date {
	y, m, _ := d.Civil()
	return DateOf(y, m, 1)
}

// MonthEnd is the last date of the month of d.
func (d Date) MonthEnd() Date {
	y, m, _ := d.Civil()
	return DateOf(y, m+1, 0)
}

// WeekStart is the Monday on or before d.
func (d Date) WeekStart() Date { return d - Date((int(d.Weekday())+6)%7) }

// WeekDate is a weekday of an ISO week: WeekDate(2026, 8, time.Monday) is 2026-02-16.
func WeekDate(year, week int, weekday time.Weekday) Date {
	first := DateOf(year, time.January, 4).WeekStart()
	return first + Date(7*(week-1)+(int(weekday)+6)%7)
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// wall finds the instant at which a zone's clocks show c on d. When they show it twice, late chooses the second; when they never
// do, it is the instant at which they leap over it.
func wall(d Date, c Clock, zone *time.Location, late bool) time.Time {
	zone = orUTC(zone)
	naive := d.utc().Add(time.Duration(c) * time.Minute)
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := offset(naive.Add(-36*time.Hour)), offset(naive.Add(36*time.Hour))
	first, second := naive.Add(-before), naive.Add(-after)
	firstHolds, secondHolds := offset(first) == before, offset(second) == after
	switch {
	case firstHolds && secondHolds && late:
		return second.In(zone)
	case firstHolds:
		return first.In(zone)
	case secondHolds:
		return second.In(zone)
	}
	leap, _ := first.In(zone).ZoneBounds() // in a gap the old offset leads past the leap
	return leap
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}
