package calendar

import (
	"time"

	"sentral/internal/centre"
)

// Slot is one interval of a local day.
type Slot struct {
	Start, End time.Time
	Date       Date
	Clock      Clock // what the wall shows at Start
	Repeat     bool  // the second pass of an hour that occurs twice
}

// CheckInterval refuses an interval that does not divide the hour into whole minutes: 5, 6, 15, 30 and 60 minutes are in use.
func CheckInterval(size time.Duration) error {
	if size <= 0 || size%time.Minute != 0 || time.Hour%size != 0 {
		return centre.Errorf(centre.Invalid, "interval %s: want whole minutes that divide the hour, such as 5m, 15m, 30m or 60m", size)
	}
	return nil
}

// Slots divides a local day into intervals whose starts show a multiple of size on the wall. In a zone that moves by whole hours a
// day of 23 hours has 92 quarters and one of 25 hours 100, the repeated hour told by Repeat; where the clock moves by less than an
// interval, the interval is cut at the move. CheckInterval says which sizes go.
func Slots(d Date, zone *time.Location, size time.Duration) ([]Slot, error) {
	if err := CheckInterval(size); err != nil {
		return nil, err
	}
	zone = orUTC(zone)
	out := make([]Slot, 0, 25*time.Hour/size)
	for t, end := d.Start(zone), (d + 1).Start(zone); t.Before(end); {
		s := slotFrom(t, size)
		if s.End.After(end) {
			s.End = end
		}
		out = append(out, s)
		t = s.End
	}
	return out, nil
}

// SlotAt is the interval that an instant falls in.
func SlotAt(t time.Time, zone *time.Location, size time.Duration) (Slot, error) {
	if err := CheckInterval(size); err != nil {
		return Slot{}, err
	}
	local := t.In(orUTC(zone))
	into := sinceMidnight(local) % size
	start := local.Add(-into)
	if from, _ := local.ZoneBounds(); !from.IsZero() && start.Before(from) {
		start = from
	}
	return slotFrom(start, size), nil
}

// slotFrom is the interval that begins at t, which carries its zone.
func slotFrom(t time.Time, size time.Duration) Slot {
	clock := sinceMidnight(t)
	s := Slot{Start: t, End: t.Add(size - clock%size), Date: dateOfTime(t), Clock: Clock(clock / time.Minute)}
	from, until := t.ZoneBounds()
	if !until.IsZero() && t.Before(until) && until.Before(s.End) {
		s.End = until
	}
	if !from.IsZero() {
		_, now := t.Zone()
		_, earlier := from.Add(-time.Second).Zone()
		back := time.Duration(earlier-now) * time.Second
		s.Repeat = back > 0 && t.Sub(from) < back
	}
	return s
}

func sinceMidnight(local time.Time) time.Duration {
	h, m, s := local.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(local.Nanosecond())
}
