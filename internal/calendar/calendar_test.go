package calendar_test

import (
	"testing"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func calendarOf(t *testing.T, c calendar.Country, o calendar.Options) *calendar.Calendar {
	t.Helper()
	out, err := calendar.New(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDatesCountAndPrint(t *testing.T) {
	for s, want := range map[string]calendar.Date{"1970-01-01": 0, "1969-12-31": -1, "2000-03-01": 11017, "2026-11-21": 20778} {
		if d := date(t, s); d != want || d.String() != s {
			t.Errorf("%s is day %d and prints %s, want %d", s, d, d, want)
		}
	}
	if d := calendar.DateOf(2024, 2, 30); d.String() != "2024-03-01" {
		t.Errorf("30 February 2024 counts on to %s", d)
	}
	if d := calendar.WeekDate(2026, 8, time.Monday); d.String() != "2026-02-16" {
		t.Errorf("Monday of week 8 of 2026 is %s", d)
	}
	if d := calendar.WeekDate(2020, 53, time.Sunday); d.String() != "2021-01-03" {
		t.Errorf("Sunday of week 53 of 2020 is %s", d)
	}
	d := date(t, "2028-02-17")
	if d.MonthStart().String() != "2028-02-01" || d.MonthEnd().String() != "2028-02-29" || d.WeekStart().String() != "2028-02-14" {
		t.Errorf("around %s: %s %s %s", d, d.MonthStart(), d.MonthEnd(), d.WeekStart())
	}
	for _, bad := range []string{"", "2026-02-30", "26-1-1", "2026-01-01T00:00"} {
		if _, err := calendar.ParseDate(bad); centre.KindOf(err) != centre.Invalid || err == nil {
			t.Errorf("ParseDate(%q): %v", bad, err)
		}
	}
}

// publicDays are the public holidays of a year outside the list of Sundays that are always closed, by official calendars.
func TestPublicHolidaysOfTheNordicCountries(t *testing.T) {
	for _, c := range []struct {
		country calendar.Country
		year    int
		want    string
	}{
		{"NO", 2026, "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-17 05-24 05-25 12-25 12-26"},
		{"NO", 2027, "01-01 03-25 03-26 03-28 03-29 05-01 05-06 05-16 05-17 05-17 12-25 12-26"},
		{"SE", 2026, "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26"},
		{"SE", 2004, "01-01 01-06 04-09 04-11 04-12 05-01 05-20 05-30 05-31 06-26 11-06 12-25 12-26"},
		{"DK", 2023, "01-01 04-06 04-07 04-09 04-10 05-05 05-18 05-28 05-29 12-25 12-26"},
		{"DK", 2026, "01-01 04-02 04-03 04-05 04-06 05-14 05-24 05-25 12-25 12-26"},
		{"FI", 2026, "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-20 10-31 12-06 12-25 12-26"},
		{"FI", 2025, "01-01 01-06 04-18 04-20 04-21 05-01 05-29 06-08 06-21 11-01 12-06 12-25 12-26"},
		{"US", 2026, "01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25"},
		{"US", 2003, "01-01 01-20 02-17 05-26 07-04 09-01 10-13 11-11 11-27 12-25"},
	} {
		got := ""
		for _, h := range calendarOf(t, c.country, calendar.Options{}).Holidays(c.year) {
			if h.Kind == calendar.Public {
				got += " " + h.Date.String()[5:]
			}
		}
		if got[1:] != c.want {
			t.Errorf("%s %d:\n got %s\nwant %s", c.country, c.year, got[1:], c.want)
		}
	}
}

func TestEvesAndDaysClosedByCustom(t *testing.T) {
	for _, c := range []struct {
		country calendar.Country
		day     string
		key     string
		kind    calendar.Kind
	}{
		{"NO", "2026-04-01", "easter_wednesday", calendar.Eve},
		{"NO", "2026-12-24", "christmas_eve", calendar.Custom},
		{"NO", "2026-12-31", "new_years_eve", calendar.Eve},
		{"SE", "2026-06-19", "midsummer_eve", calendar.Custom},
		{"SE", "2026-10-30", "all_saints_eve", calendar.Eve},
		{"SE", "2026-04-30", "walpurgis_eve", calendar.Eve},
		{"DK", "2026-06-05", "constitution_day_dk", calendar.Custom},
		{"FI", "2026-06-19", "midsummer_eve", calendar.Custom},
		{"FI", "2026-04-30", "walpurgis_eve", calendar.Eve},
		{"US", "2026-07-03", "independence_day_us", calendar.Observed},
		{"US", "2021-12-31", "new_year", calendar.Observed},
		{"US", "2003-11-26", "thanksgiving_eve", calendar.Observance},
	} {
		h, found := calendarOf(t, c.country, calendar.Options{}).On(date(t, c.day))
		if !found || h.Key != c.key || h.Kind != c.kind {
			t.Errorf("%s %s is %s (%s), want %s (%s)", c.country, c.day, h.Key, h.Kind, c.key, c.kind)
		}
	}
}

func TestHebrewYearInIsrael(t *testing.T) {
	il := calendarOf(t, "IL", calendar.Options{})
	for _, c := range []struct{ key, day string }{
		{"purim", "1999-03-02"}, {"passover_eve", "1999-03-31"}, {"passover", "1999-04-01"}, {"passover_seventh", "1999-04-07"},
		{"holocaust_day", "1999-04-13"}, {"memorial_day_il", "1999-04-20"}, {"independence_day_il", "1999-04-21"},
		{"lag_baomer", "1999-05-04"}, {"election_day", "1999-05-17"}, {"shavuot", "1999-05-21"}, {"tisha_bav", "1999-07-22"},
		{"rosh_hashanah_eve", "1999-09-10"}, {"rosh_hashanah", "1999-09-11"}, {"rosh_hashanah_second", "1999-09-12"},
		{"yom_kippur", "1999-09-20"}, {"sukkot", "1999-09-25"}, {"simchat_torah", "1999-10-02"}, {"hanukkah", "1999-12-04"},
		{"rosh_hashanah", "2023-09-16"}, {"rosh_hashanah", "2024-10-03"}, {"passover", "2024-04-23"}, {"purim", "2024-03-24"},
		{"independence_day_il", "2021-04-15"}, {"independence_day_il", "2022-05-05"}, {"independence_day_il", "2023-04-26"},
		{"independence_day_il", "2024-05-14"}, {"holocaust_day", "2024-05-06"}, {"tisha_bav", "2022-08-07"}, {"yom_kippur", "2026-09-21"},
	} {
		d := date(t, c.day)
		found := false
		for _, h := range il.Holidays(d.Year()) {
			found = found || h.Key == c.key && h.Date == d
		}
		if !found {
			t.Errorf("%s is not %s", c.day, c.key)
		}
	}
	if !il.Weekend(date(t, "1999-05-14")) || il.Weekend(date(t, "1999-05-16")) {
		t.Error("Israel's weekend is Friday and Saturday")
	}
}

func TestEveryHolidayHasANameInEveryLanguage(t *testing.T) {
	for _, country := range calendar.Countries() {
		c := calendarOf(t, country, calendar.Options{})
		for _, year := range []int{1999, 2003, 2023, 2026} {
			for _, h := range c.Holidays(year) {
				for _, language := range []string{"nb", "nn", "sv", "en"} {
					if name := h.Name(language); name == "" || name == h.Key {
						t.Errorf("%s has no name in %s", h.Key, language)
					}
				}
			}
			for _, b := range append(calendar.SchoolBreaks(country, "", year), calendar.IndustrialBreaks(country, year)...) {
				if b.Name("nn") == b.Key {
					t.Errorf("%s has no name", b.Key)
				}
			}
		}
	}
	midsummer := calendar.Holiday{Key: "midsummer_eve"}
	for language, want := range map[string]string{"sv": "Midsommarafton", "nn": "Midtsommaraftan", "fi": "Juhannusaatto", "xx": "Midsummer Eve"} {
		if got := midsummer.Name(language); got != want {
			t.Errorf("Midsummer Eve in %s: %q, want %q", language, got, want)
		}
	}
}

func TestBridgeDays(t *testing.T) {
	for _, c := range []struct {
		country calendar.Country
		day     string
		want    bool
	}{
		{"NO", "2026-05-15", true}, // Friday after Ascension Day
		{"SE", "2026-05-15", true},
		{"NO", "2027-05-07", true},
		{"NO", "2026-05-18", false},
		{"SE", "2025-06-05", false}, // Thursday before the National Day: Wednesday is a working day
		{"SE", "2024-06-07", true},
		{"FI", "2026-01-05", true},  // Monday before Epiphany
		{"NO", "2026-05-16", false}, // a Saturday
		{"US", "2026-11-27", true},  // between Thanksgiving and the weekend
	} {
		if got := calendarOf(t, c.country, calendar.Options{}).Bridge(date(t, c.day)); got != c.want {
			t.Errorf("%s %s is a bridge day: %v", c.country, c.day, got)
		}
	}
}

func TestSchoolBreaksByRegionAndCountry(t *testing.T) {
	share := func(c calendar.Country, region, day string) float64 {
		s, _ := calendarOf(t, c, calendar.Options{Region: region}).School(date(t, day))
		return s
	}
	for _, c := range []struct {
		country     calendar.Country
		region, day string
		low, high   float64
	}{
		{"NO", "03", "2024-02-20", 1, 1}, {"NO", "46", "2024-02-20", 0, 0}, {"NO", "46", "2024-02-28", 1, 1},
		{"NO", "", "2024-02-20", .5, .7}, {"NO", "", "2024-02-28", .3, .5}, {"NO", "46", "2021-10-13", 1, 1}, {"NO", "03", "2021-10-06", 1, 1},
		{"NO", "", "2026-06-22", 1, 1}, {"NO", "", "2026-06-18", 0, 0}, {"NO", "", "2026-08-18", 0, 0}, {"NO", "", "2026-03-30", 1, 1},
		{"NO", "", "2027-01-02", 1, 1}, {"NO", "", "2026-01-02", 1, 1},
		{"SE", "O", "2026-02-11", 1, 1}, {"SE", "AB", "2026-02-25", 1, 1}, {"SE", "BD", "2026-03-04", 1, 1}, {"SE", "", "2026-10-28", 1, 1},
		{"DK", "83", "2025-02-12", 1, 1}, {"DK", "81", "2025-02-19", 1, 1}, {"DK", "", "2024-06-29", 1, 1}, {"DK", "", "2024-06-28", 0, 0},
		{"DK", "", "2024-08-11", 1, 1}, {"DK", "", "2024-08-12", 0, 0},
		{"FI", "18", "2025-02-18", 1, 1}, {"FI", "13", "2025-03-05", 1, 1}, {"FI", "09", "2025-10-22", 1, 1}, {"FI", "", "2026-05-30", 0, 0},
		{"FI", "", "2026-05-31", 1, 1},
		{"US", "", "2026-07-10", 0, 0},
	} {
		if got := share(c.country, c.region, c.day); got < c.low || got > c.high {
			t.Errorf("%s-%s %s: %v of the pupils are on holiday, want %v to %v", c.country, c.region, c.day, got, c.low, c.high)
		}
	}
	if _, err := calendar.New("NO", calendar.Options{Region: "99"}); centre.KindOf(err) != centre.Invalid || err == nil {
		t.Errorf("region 99: %v", err)
	}
	own := calendarOf(t, "NO", calendar.Options{School: []calendar.Break{{Key: "winter_break", First: date(t, "2026-03-02"), Last: date(t, "2026-03-06"), Share: 1}}})
	if s, _ := own.School(date(t, "2026-03-03")); s != 1 {
		t.Error("an own winter break is not kept")
	}
	if s, _ := own.School(date(t, "2026-02-18")); s != 0 {
		t.Error("the usual winter break stayed beside the own one")
	}
}

func TestIndustrialHolidays(t *testing.T) {
	for country, want := range map[calendar.Country][2]string{
		"NO": {"2026-07-06", "2026-07-26"}, "SE": {"2026-07-06", "2026-08-02"}, "DK": {"2026-07-06", "2026-07-26"}, "FI": {"2026-06-29", "2026-07-26"},
	} {
		c := calendarOf(t, country, calendar.Options{})
		first, last := date(t, want[0]), date(t, want[1])
		if c.Industrial(first) != 1 || c.Industrial(last) != 1 || c.Industrial(first-1) != 0 || c.Industrial(last+1) != 0 {
			t.Errorf("%s: the industrial holiday is not %s to %s", country, first, last)
		}
	}
}

func TestPayDaysMoveToWorkingDays(t *testing.T) {
	paid := func(c *calendar.Calendar, from, to string) string {
		out := ""
		for d := date(t, from); d <= date(t, to); d++ {
			if c.PayDay(d) {
				out += " " + d.String()[5:]
			}
		}
		return out
	}
	for _, c := range []struct {
		country        calendar.Country
		o              calendar.Options
		from, to, want string
	}{
		{"SE", calendar.Options{}, "2026-04-01", "2026-07-31", " 04-24 05-25 06-25 07-24"},
		{"SE", calendar.Options{}, "2026-12-01", "2026-12-31", " 12-23"}, // the 25th and 24th are closed
		{"DK", calendar.Options{}, "2026-05-01", "2026-05-31", " 05-29"},
		{"NO", calendar.Options{PayDays: []calendar.PayRule{{Day: 31}}}, "2026-02-01", "2026-05-31", " 02-27 03-31 04-30 05-29"},
		{"NO", calendar.Options{PayDays: []calendar.PayRule{{Day: 1, After: true}}}, "2026-05-01", "2026-05-31", " 05-04"},
		{"NO", calendar.Options{PayDays: []calendar.PayRule{}}, "2026-01-01", "2026-12-31", ""},
	} {
		if got := paid(calendarOf(t, c.country, c.o), c.from, c.to); got != c.want {
			t.Errorf("%s %s to %s: paid on%s, want%s", c.country, c.from, c.to, got, c.want)
		}
	}
	if _, err := calendar.New("NO", calendar.Options{PayDays: []calendar.PayRule{{Day: 32}}}); err == nil {
		t.Error("pay day 32 was taken")
	}
}

func TestDayTellsWhatAForecastNeeds(t *testing.T) {
	no := calendarOf(t, "NO", calendar.Options{})
	for _, c := range []struct {
		day  string
		want calendar.Day
	}{
		{"2026-04-07", calendar.Day{ // Tuesday after Easter
			Weekday: time.Tuesday, AfterHoliday: true, FromEaster: 2, SincePayDay: 9, MonthDay: 7, ToMonthEnd: 23, WorkDay: 2, WorkDaysLeft: 17, MonthTurn: 2,
		}},
		{"2026-04-01", calendar.Day{
			Weekday: time.Wednesday, Holiday: "easter_wednesday", Kind: calendar.Eve, BeforeHoliday: true, FromEaster: -4, EasterWeek: true,
			SchoolShare: 1, School: "easter_break", SincePayDay: 8, MonthDay: 1, ToMonthEnd: 29, WorkDay: 1, WorkDaysLeft: 18, MonthTurn: 1,
		}},
		{"2026-05-15", calendar.Day{
			Weekday: time.Friday, Bridge: true, AfterHoliday: true, FromEaster: 40, SincePayDay: 2, MonthDay: 15, ToMonthEnd: 16, WorkDay: 9, WorkDaysLeft: 9, MonthTurn: 9,
		}},
		{"2026-05-29", calendar.Day{
			Weekday: time.Friday, FromEaster: 54, SincePayDay: 6, MonthDay: 29, ToMonthEnd: 2, WorkDay: 18, MonthTurn: -1,
		}},
		{"2026-07-14", calendar.Day{
			Weekday: time.Tuesday, FromEaster: 100, SchoolShare: 1, School: "summer_break", Industrial: 1, SincePayDay: 2, MonthDay: 14, ToMonthEnd: 17, WorkDay: 10, WorkDaysLeft: 13, MonthTurn: 10,
		}},
	} {
		c.want.Date = date(t, c.day)
		if got := no.Day(c.want.Date); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.day, got, c.want)
		}
	}
}

func TestOwnDaysAddAndTakeAway(t *testing.T) {
	c := calendarOf(t, "DK", calendar.Options{Own: []calendar.Holiday{
		{Date: date(t, "2026-06-05"), Key: "open_all_the_same", Kind: calendar.Ordinary},
		{Date: date(t, "2026-06-08"), Key: "company_day", Kind: calendar.Custom},
	}})
	if c.Closed(date(t, "2026-06-05")) || !c.Closed(date(t, "2026-06-08")) {
		t.Error("own days do not take precedence")
	}
	if _, err := calendar.New("ZZ", calendar.Options{}); centre.KindOf(err) != centre.Invalid || err == nil {
		t.Errorf("country ZZ: %v", err)
	}
}
