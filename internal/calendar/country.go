package calendar

import (
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"sentral/internal/centre"
)

// Country is an ISO 3166-1 code whose holidays this room knows.
type Country string

// The countries. US and IL have public holidays and observances only: no school, industrial or regional ones.
const (
	Norway       Country = "NO"
	Sweden       Country = "SE"
	Denmark      Country = "DK"
	Finland      Country = "FI"
	UnitedStates Country = "US"
	Israel       Country = "IL"
)

// Countries lists every country known here.
func Countries() []Country {
	return []Country{Norway, Sweden, Denmark, Finland, UnitedStates, Israel}
}

// ParseCountry reads a country's code in either case.
func ParseCountry(s string) (Country, error) {
	c := Country(strings.ToUpper(s))
	if !slices.Contains(Countries(), c) {
		return "", centre.Errorf(centre.Invalid, "country %q: want one of NO, SE, DK, FI, US, IL", s)
	}
	return c, nil
}

// Kind says what a holiday does to a working day.
type Kind uint8

// The kinds, the stronger first.
const (
	Ordinary   Kind = iota // no holiday at all
	Public                 // a holiday by law
	Observed               // the working day that stands in for a public holiday on a weekend (US)
	Custom                 // closed by custom or agreement, not by law: Swedish Midsummer Eve, Danish Constitution Day
	Eve                    // a half day by custom
	Observance             // kept by many, but work goes on
)

var kindNames = [...]string{"ordinary", "public", "observed", "custom", "eve", "observance"}

// String names the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "ordinary"
}

// MarshalText implements encoding.TextMarshaler.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// closes tells whether offices are shut.
func (k Kind) closes() bool { return k == Public || k == Observed || k == Custom }

// Holiday is one date with a name.
type Holiday struct {
	Date Date   `json:"date"`
	Key  string `json:"key"` // the same in every country and year: "easter_monday"
	Kind Kind   `json:"kind"`
}

// Name is the holiday's name in nb, nn, sv, en, da or fi; in any other language, or where none is known, in English.
func (h Holiday) Name(language string) string { return holidayName(h.Key, language) }

// rule makes the dates of one holiday. cal.Holiday does the reckoning, whether it comes from that library or is added here.
type rule struct {
	key    string
	kind   Kind
	source *cal.Holiday
}

// dates appends the holiday of a year, and the day that stands in for it when that is another.
func (r rule) dates(year int, out []Holiday) []Holiday {
	actual, observed := r.source.Calc(year)
	if actual.IsZero() {
		return out
	}
	// The library answers with midnight in the machine's zone, which some zones leap over on some nights: look a little later.
	const past = 3 * time.Hour
	out = append(out, Holiday{Date: dateOfTime(actual.Add(past)), Key: r.key, Kind: r.kind})
	if !observed.Equal(actual) {
		out = append(out, Holiday{Date: dateOfTime(observed.Add(past)), Key: r.key, Kind: Observed})
	}
	return out
}

func easter(offset int) *cal.Holiday { return &cal.Holiday{Offset: offset, Func: cal.CalcEasterOffset} }

func fixed(month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

// weekdayFrom is the first such weekday on or after a date.
func weekdayFrom(month time.Month, day int, weekday time.Weekday) *cal.Holiday {
	return &cal.Holiday{Month: month, Day: day, Weekday: weekday, Offset: 1, Func: cal.CalcWeekdayFrom}
}

func since(year int, h *cal.Holiday) *cal.Holiday { return h.Clone(&cal.Holiday{StartYear: year}) }

func until(year int, h *cal.Holiday) *cal.Holiday { return h.Clone(&cal.Holiday{EndYear: year}) }

// holidaysOf lists a country's holidays of a year by date, the stronger kind first where two meet.
func holidaysOf(country Country, year int) []Holiday {
	var out []Holiday
	if country == Israel {
		out = israelYear(year)
	} else {
		// A New Year's Day on a Saturday is observed in the year before.
		for y := year - 1; y <= year+1; y++ {
			for _, r := range rules[country] {
				out = r.dates(y, out)
			}
		}
		out = slices.DeleteFunc(out, func(h Holiday) bool { return h.Date.Year() != year })
	}
	slices.SortStableFunc(out, func(a, b Holiday) int {
		if a.Date != b.Date {
			return int(a.Date - b.Date)
		}
		return int(a.Kind) - int(b.Kind)
	})
	return out
}
