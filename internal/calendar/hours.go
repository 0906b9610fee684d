package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
)

// Clock is a time of day in minutes after local midnight as the clock on the wall shows it. Up to 48:00 it reaches into the next day.
type Clock int

// String prints HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// ParseClock reads HH:MM from 00:00 to 24:00.
func ParseClock(s string) (Clock, error) {
	hour, minute, found := strings.Cut(s, ":")
	h, errH := strconv.Atoi(hour)
	m, errM := strconv.Atoi(minute)
	if !found || errH != nil || errM != nil || len(minute) != 2 || len(hour) == 0 || len(hour) > 2 ||
		h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, centre.Errorf(centre.Invalid, "clock time %q: want HH:MM from 00:00 to 24:00", s)
	}
	return Clock(h*60 + m), nil
}

// Period is one stretch of opening, from Open up to but not including Close. A Close past 24:00 lies in the next day.
type Period struct{ Open, Close Clock }

// Periods are the stretches of one day, in order and apart. None means closed. Its text form is "08:00-12:00 13:00-20:00" or
// "closed"; a period such as 20:00-02:00 ends on the next day.
type Periods []Period

// AllDay is open from midnight to midnight.
var AllDay = Periods{{Open: 0, Close: 24 * 60}}

// ParsePeriods reads the text form of Periods. Spaces or commas part the stretches.
func ParsePeriods(s string) (Periods, error) {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	if len(fields) == 1 && fields[0] == "closed" {
		return nil, nil
	}
	if len(fields) == 0 {
		return nil, centre.Errorf(centre.Invalid, "opening hours are empty: want \"closed\" or periods such as 08:00-16:00")
	}
	var out Periods
	for _, f := range fields {
		from, to, found := strings.Cut(f, "-")
		if !found {
			return nil, centre.Errorf(centre.Invalid, "opening period %q: want HH:MM-HH:MM", f)
		}
		open, err := ParseClock(from)
		if err != nil {
			return nil, err
		}
		end, err := ParseClock(to)
		if err != nil {
			return nil, err
		}
		if end < open {
			end += 24 * 60
		}
		out = append(out, Period{Open: open, Close: end})
	}
	return out, out.check()
}

// String is the text form.
func (p Periods) String() string {
	if len(p) == 0 {
		return "closed"
	}
	parts := make([]string, len(p))
	for i, s := range p {
		end := s.Close
		if end > 24*60 {
			end -= 24 * 60
		}
		parts[i] = s.Open.String() + "-" + end.String()
	}
	return strings.Join(parts, " ")
}

// MarshalText implements encoding.TextMarshaler.
func (p Periods) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Periods) UnmarshalText(text []byte) error {
	v, err := ParsePeriods(string(text))
	if err == nil {
		*p = v
	}
	return err
}

func (p Periods) check() error {
	for i, s := range p {
		switch {
		case s.Open < 0 || s.Open >= 24*60:
			return centre.Errorf(centre.Invalid, "period %s-%s opens outside the day", s.Open, s.Close)
		case s.Close <= s.Open:
			return centre.Errorf(centre.Invalid, "period %s-%s is empty", s.Open, s.Close)
		case s.Close > s.Open+24*60:
			return centre.Errorf(centre.Invalid, "period %s-%s is longer than a day", s.Open, s.Close)
		case i > 0 && s.Open < p[i-1].Close:
			return centre.Errorf(centre.Invalid, "period %s-%s begins before %s-%s has ended", s.Open, s.Close, p[i-1].Open, p[i-1].Close)
		}
	}
	return nil
}

// Hours says when something is open. The day's periods come from the first of these that speaks: Exceptions, a public holiday, an
// eve, the week. A period that reaches past midnight belongs to the day on which it opens.
type Hours struct {
	Zone       *time.Location   // the clock on the wall; nil is UTC
	Week       [7]Periods       // by time.Weekday, Sunday first
	Calendar   *Calendar        // whose holidays and eves apply; nil: none
	OnHoliday  Periods          // on public holidays and days closed by custom; none: closed
	OnEve      *Periods         // on eves (half days by custom); nil: as the week
	Exceptions map[Date]Periods // single dates that differ
}

// Check refuses periods that overlap, are empty or begin outside their day.
func (h *Hours) Check() error {
	for day, p := range h.Week {
		if err := p.check(); err != nil {
			return centre.Errorf(centre.Invalid, "%s: %w", time.Weekday(day), err)
		}
	}
	if err := h.OnHoliday.check(); err != nil {
		return centre.Errorf(centre.Invalid, "on holidays: %w", err)
	}
	if h.OnEve != nil {
		if err := h.OnEve.check(); err != nil {
			return centre.Errorf(centre.Invalid, "on eves: %w", err)
		}
	}
	dates := make([]Date, 0, len(h.Exceptions))
	for d := range h.Exceptions {
		dates = append(dates, d)
	}
	slices.Sort(dates)
	for _, d := range dates {
		if err := h.Exceptions[d].check(); err != nil {
			return centre.Errorf(centre.Invalid, "%s: %w", d, err)
		}
	}
	return nil
}

// On gives the periods of a date.
func (h *Hours) On(d Date) Periods {
	if p, found := h.Exceptions[d]; found {
		return p
	}
	if h.Calendar != nil {
		switch h.Calendar.kind(d) {
		case Public, Observed, Custom:
			return h.OnHoliday
		case Eve:
			if h.OnEve != nil {
				return *h.OnEve
			}
		}
	}
	return h.Week[d.Weekday()]
}
