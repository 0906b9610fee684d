package calendar

import (
	"slices"
	"sync"
	"time"

	"sentral/internal/centre"
)

// Options settle a calendar; the zero value means the whole country with its usual breaks and pay days.
type Options struct {
	Region     string    // ISO 3166-2 without the country, as Regions lists; empty: the whole country
	School     []Break   // replace the usual school holidays when not nil
	Industrial []Break   // replace the usual industrial holidays when not nil
	PayDays    []PayRule // replace the country's usual pay days when not nil
	Own        []Holiday // added: a company's own closed days, a local holiday; Kind Ordinary takes the date's holiday away
}

// Calendar answers what kind of day a date is in one country or region. It is safe for use from several goroutines.
type Calendar struct {
	country Country
	options Options
	mu      sync.Mutex
	years   map[int]*yearTable
	days    map[Date]Day
}

// Bounds on what a calendar remembers; beyond them it begins afresh.
const (
	maxYears = 500
	maxDays  = 20000
)

type yearTable struct {
	holidays   []Holiday
	byDate     map[Date]Holiday // the strongest of each date
	school     []Break
	industrial []Break
}

// New makes the calendar of a country.
func New(country Country, o Options) (*Calendar, error) {
	if _, err := ParseCountry(string(country)); err != nil {
		return nil, err
	}
	if err := checkRegion(country, o.Region); err != nil {
		return nil, err
	}
	for _, b := range append(slices.Clone(o.School), o.Industrial...) {
		if b.Last < b.First || !(b.Share >= 0 && b.Share <= 1) {
			return nil, centre.Errorf(centre.Invalid, "break %s to %s with share %v: want first before last and a share of 0 to 1", b.First, b.Last, b.Share)
		}
	}
	if o.PayDays == nil {
		o.PayDays = usualPayDays[country]
	}
	for _, p := range o.PayDays {
		if err := p.check(); err != nil {
			return nil, err
		}
	}
	return &Calendar{country: country, options: o, years: map[int]*yearTable{}, days: map[Date]Day{}}, nil
}

// Country is the country whose calendar this is.
func (c *Calendar) Country() Country { return c.country }

// Holidays lists the holidays, eves and observances of a year by date.
func (c *Calendar) Holidays(year int) []Holiday { return slices.Clone(c.year(year).holidays) }

// On gives the strongest holiday of a date; false on an ordinary day.
func (c *Calendar) On(d Date) (Holiday, bool) {
	h, found := c.year(d.Year()).byDate[d]
	return h, found
}

// Weekend tells whether the date falls on the country's weekend: Saturday and Sunday, in Israel Friday and Saturday.
func (c *Calendar) Weekend(d Date) bool {
	w := d.Weekday()
	if c.country == Israel {
		return w == time.Friday || w == time.Saturday
	}
	return w == time.Saturday || w == time.Sunday
}

// Closed tells whether offices are shut: on the weekend, a public holiday or its substitute, or a day closed by custom.
func (c *Calendar) Closed(d Date) bool { return c.Weekend(d) || c.kind(d).closes() }

// Bridge tells whether a working day stands alone between two closed days of which at least one is a holiday outside the weekend:
// the Friday after Ascension Day.
func (c *Calendar) Bridge(d Date) bool {
	return !c.Closed(d) && c.Closed(d-1) && c.Closed(d+1) && (c.lostDay(d-1) || c.lostDay(d+1))
}

// School is the share of pupils on holiday on a date, and the break's key; 0 and "" on a school day.
func (c *Calendar) School(d Date) (share float64, key string) {
	return shareOn(d, c.year(d.Year()).school)
}

// Industrial is the share of industry on its common summer holiday on a date.
func (c *Calendar) Industrial(d Date) float64 {
	share, _ := shareOn(d, c.year(d.Year()).industrial)
	return share
}

// Day is everything that a forecast or a schedule may want to know of a date.
type Day struct {
	Date          Date         `json:"date"`
	Weekday       time.Weekday `json:"weekday"`
	Weekend       bool         `json:"weekend"`
	Holiday       string       `json:"holiday,omitempty"` // key of the strongest holiday
	Kind          Kind         `json:"kind"`
	Closed        bool         `json:"closed"`         // weekend, public holiday or closed by custom
	Bridge        bool         `json:"bridge"`         // a working day alone between closed days
	BeforeHoliday bool         `json:"before_holiday"` // the last working day before a weekday that is closed
	AfterHoliday  bool         `json:"after_holiday"`  // the first working day after a weekday that was closed
	FromEaster    int          `json:"from_easter"`    // days from the nearest Easter Day, negative before it
	EasterWeek    bool         `json:"easter_week"`    // Monday before Easter to Easter Monday
	ChristmasWeek bool         `json:"christmas_week"` // 23 December to 1 January
	SchoolShare   float64      `json:"school_share"`   // pupils on holiday, 0..1
	School        string       `json:"school,omitempty"`
	Industrial    float64      `json:"industrial"`     // industry on holiday, 0..1
	PayDay        bool         `json:"pay_day"`        // wages are paid
	SincePayDay   int          `json:"since_pay_day"`  // working days since the latest pay day; -1 when none within 45 days
	MonthDay      int          `json:"month_day"`      // 1..31
	ToMonthEnd    int          `json:"to_month_end"`   // days left in the month
	WorkDay       int          `json:"work_day"`       // working days of the month up to and including this date
	WorkDaysLeft  int          `json:"work_days_left"` // working days of the month after this date
	MonthTurn     int          `json:"month_turn"`     // working days from the turn of the month: 1 the first, -1 the last, 0 no working day
	MiddleDay     bool         `json:"middle_day"`     // between the first and last days of Sukkot or Passover (IL)
}

// Day describes a date. What it has described once it remembers, so that a long history is cheap.
func (c *Calendar) Day(d Date) Day {
	c.mu.Lock()
	known, found := c.days[d]
	c.mu.Unlock()
	if found {
		return known
	}
	out := c.describe(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.days) >= maxDays {
		clear(c.days)
	}
	c.days[d] = out
	return out
}

func (c *Calendar) describe(d Date) Day {
	h, _ := c.On(d)
	out := Day{
		Date: d, Weekday: d.Weekday(), Weekend: c.Weekend(d), Holiday: h.Key, Kind: h.Kind, Closed: c.Closed(d), Bridge: c.Bridge(d),
		FromEaster: fromEaster(d), Industrial: c.Industrial(d), PayDay: c.PayDay(d), SincePayDay: c.sincePayDay(d),
		MiddleDay: h.Key == "hol_hamoed_sukkot" || h.Key == "hol_hamoed_passover",
	}
	out.SchoolShare, out.School = c.School(d)
	out.EasterWeek = out.FromEaster >= -6 && out.FromEaster <= 1
	_, month, day := d.Civil()
	out.ChristmasWeek = month == time.December && day >= 23 || month == time.January && day == 1
	out.MonthDay, out.ToMonthEnd = day, int(d.MonthEnd()-d)
	for m := d.MonthStart(); m <= d.MonthEnd(); m++ {
		switch {
		case c.Closed(m):
		case m <= d:
			out.WorkDay++
		default:
			out.WorkDaysLeft++
		}
	}
	if !out.Closed {
		out.BeforeHoliday, out.AfterHoliday = c.lostNear(d, 1), c.lostNear(d, -1)
		out.MonthTurn = out.WorkDay
		if out.WorkDaysLeft+1 < out.WorkDay {
			out.MonthTurn = -out.WorkDaysLeft - 1
		}
	}
	return out
}

// lostDay tells whether a weekday is closed.
func (c *Calendar) lostDay(d Date) bool { return c.kind(d).closes() && !c.Weekend(d) }

// lostNear walks over the closed days next to d, forwards or backwards, and tells whether one of them is a weekday.
func (c *Calendar) lostNear(d Date, step Date) bool {
	for m := d + step; c.Closed(m); m += step {
		if c.lostDay(m) {
			return true
		}
	}
	return false
}

func (c *Calendar) kind(d Date) Kind {
	h, _ := c.On(d)
	return h.Kind
}

func (c *Calendar) year(year int) *yearTable {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, found := c.years[year]; found {
		return t
	}
	if len(c.years) >= maxYears {
		clear(c.years)
	}
	t := &yearTable{holidays: holidaysOf(c.country, year), byDate: map[Date]Holiday{}, school: c.options.School, industrial: c.options.Industrial}
	for _, h := range c.options.Own {
		if h.Date.Year() == year {
			t.holidays = append(t.holidays, h)
		}
	}
	slices.SortStableFunc(t.holidays, func(a, b Holiday) int { return int(a.Date - b.Date) })
	for _, h := range t.holidays {
		if kept, found := t.byDate[h.Date]; !found || h.Kind < kept.Kind {
			t.byDate[h.Date] = h
		}
	}
	if t.school == nil {
		t.school = append(SchoolBreaks(c.country, c.options.Region, year-1), SchoolBreaks(c.country, c.options.Region, year)...)
	}
	if t.industrial == nil {
		t.industrial = IndustrialBreaks(c.country, year)
	}
	c.years[year] = t
	return t
}

func shareOn(d Date, breaks []Break) (share float64, key string) {
	for _, b := range breaks {
		if d >= b.First && d <= b.Last {
			share += b.Share
			key = b.Key
		}
	}
	return min(share, 1), key
}

func fromEaster(d Date) int {
	best := int(d - dateOfTime(easterSunday(d.Year())))
	for _, y := range []int{d.Year() - 1, d.Year() + 1} {
		if n := int(d - dateOfTime(easterSunday(y))); n*n < best*best {
			best = n
		}
	}
	return best
}
