package calendar

import (
	"maps"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
)

// Break is a stretch of school or industrial holiday, First and Last included, with the share of pupils (or of industry) that is
// off.
type Break struct {
	Key   string  `json:"key"`
	First Date    `json:"first"`
	Last  Date    `json:"last"`
	Share float64 `json:"share"` // 0..1
}

// region says in which ISO weeks a region's schools have their winter and autumn break. Weight is its share of the country's
// people, used for the country as a whole.
type region struct {
	code           string // the part of ISO 3166-2 after the hyphen
	weight         float64
	winter, autumn int
}

// regions are the usual weeks, as published by county: Norway's for 2024 (winter) and 2021 (autumn), Sweden's for 2020/21, Finland's
// for 2024/25. Schools may differ by municipality and year, so a centre can set its own breaks instead; see docs/spec/calendar.md.
var regions = map[Country][]region{
	Norway: {
		{"03", 12.9, 8, 40}, {"11", 9.1, 9, 41}, {"15", 4.9, 8, 41}, {"18", 4.4, 9, 40}, {"31", 5.6, 8, 40}, {"32", 13.2, 8, 40},
		{"33", 4.9, 9, 40}, {"34", 6.8, 9, 41}, {"39", 4.6, 8, 41}, {"40", 3.2, 8, 41}, {"42", 5.8, 8, 40}, {"46", 11.8, 9, 41},
		{"50", 8.7, 8, 41}, {"55", 3.1, 9, 40}, {"56", 1.4, 9, 40},
	},
	Sweden: {
		{"AB", 23.2, 9, 44}, {"C", 3.8, 8, 44}, {"D", 2.9, 8, 44}, {"E", 4.5, 7, 44}, {"F", 3.5, 7, 44}, {"G", 1.9, 8, 44}, {"H", 2.4, 8, 44},
		{"I", 0.6, 9, 44}, {"K", 1.5, 8, 44}, {"M", 13.5, 8, 44}, {"N", 3.3, 8, 44}, {"O", 16.8, 7, 44}, {"S", 2.7, 9, 44}, {"T", 2.9, 8, 44},
		{"U", 2.7, 9, 44}, {"W", 2.8, 9, 44}, {"X", 2.7, 9, 44}, {"Y", 2.3, 10, 44}, {"Z", 1.3, 10, 44}, {"AC", 2.6, 10, 44}, {"BD", 2.4, 10, 44},
	},
	Denmark: {
		{"81", 10.0, 8, 42}, {"82", 22.8, 7, 42}, {"83", 20.7, 7, 42}, {"84", 32.0, 7, 42}, {"85", 14.5, 8, 42},
	},
	Finland: {
		{"01", 0.5, 8, 43}, {"02", 2.3, 9, 43}, {"03", 3.4, 9, 42}, {"04", 2.4, 9, 42}, {"05", 1.3, 10, 42}, {"06", 3.1, 9, 42},
		{"07", 1.2, 9, 42}, {"08", 4.9, 9, 42}, {"09", 2.9, 9, 43}, {"10", 3.2, 10, 42}, {"11", 9.6, 9, 42}, {"12", 3.2, 9, 42},
		{"13", 2.9, 10, 42}, {"14", 7.5, 10, 42}, {"15", 4.5, 10, 42}, {"16", 3.7, 9, 43}, {"17", 3.8, 8, 42}, {"18", 31.0, 8, 42},
		{"19", 8.7, 8, 42},
	},
}

// Regions lists the region codes of a country, as in ISO 3166-2 without the country: "46" for Vestland. US and IL have none here.
func Regions(c Country) []string {
	var out []string
	for _, r := range regions[c] {
		out = append(out, r.code)
	}
	return out
}

func checkRegion(c Country, code string) error {
	if code == "" || slices.Contains(Regions(c), code) {
		return nil
	}
	return centre.Errorf(centre.Invalid, "region %q of %s: want one of %s", code, c, strings.Join(Regions(c), ", "))
}

// SchoolBreaks lists the school holidays that begin in a year: those of one region, or with an empty region those of the country,
// each week with the share of its people who live where it is kept. Dates are the usual ones, not a school's own timetable.
func SchoolBreaks(c Country, code string, year int) []Break {
	out := append(weekBreaks(c, code, year, "winter_break", func(r region) int { return r.winter }),
		weekBreaks(c, code, year, "autumn_break", func(r region) int { return r.autumn })...)
	e := dateOfTime(easterSunday(year))
	saturday := func(week int) Date { return WeekDate(year, week, time.Saturday) }
	switch c {
	case Norway: // summer from the Saturday of week 25 until week 34 begins
		out = append(out, Break{"easter_break", e - 8, e + 1, 1}, Break{"summer_break", saturday(25), saturday(33) + 1, 1},
			Break{"christmas_break", DateOf(year, 12, 21), DateOf(year+1, 1, 2), 1})
	case Sweden: // about half keep the week before Easter, half the week after
		out = append(out, Break{"easter_break", e - 8, e - 3, 0.5}, Break{"easter_break", e - 2, e + 1, 1}, Break{"easter_break", e + 2, e + 7, 0.5},
			Break{"summer_break", DateOf(year, 6, 13), DateOf(year, 8, 17), 1},
			Break{"christmas_break", DateOf(year, 12, 21), DateOf(year+1, 1, 7), 1})
	case Denmark: // summer from the last Saturday of June, 44 days
		june := DateOf(year, 6, 30)
		last := june - Date((int(june.Weekday())+1)%7)
		out = append(out, Break{"easter_break", e - 8, e + 1, 1}, Break{"summer_break", last, last + 43, 1},
			Break{"christmas_break", DateOf(year, 12, 21), DateOf(year+1, 1, 3), 1})
	case Finland: // summer from the Sunday after the Saturday of week 22
		out = append(out, Break{"easter_break", e - 2, e + 1, 1}, Break{"summer_break", saturday(22) + 1, DateOf(year, 8, 8), 1},
			Break{"christmas_break", DateOf(year, 12, 21), DateOf(year+1, 1, 6), 1})
	default:
		return nil
	}
	slices.SortStableFunc(out, func(a, b Break) int { return int(a.First - b.First) })
	return out
}

func weekBreaks(c Country, code string, year int, key string, week func(region) int) []Break {
	share, total := map[int]float64{}, 0.0
	for _, r := range regions[c] {
		if code == "" || code == r.code {
			share[week(r)] += r.weight
			total += r.weight
		}
	}
	var out []Break
	for _, w := range slices.Sorted(maps.Keys(share)) {
		first := WeekDate(year, w, time.Monday)
		out = append(out, Break{Key: key, First: first, Last: first + 6, Share: share[w] / total})
	}
	return out
}

// IndustrialBreaks lists the common summer holiday of industry in a year: Norway's weeks 28-30 (the recommendation of employers and
// unions), Sweden's 28-31, Denmark's 28-30 and Finland's 27-30. It is a custom, not a law; a centre can set its own.
func IndustrialBreaks(c Country, year int) []Break {
	weeks := map[Country][2]int{Norway: {28, 30}, Sweden: {28, 31}, Denmark: {28, 30}, Finland: {27, 30}}
	w, found := weeks[c]
	if !found {
		return nil
	}
	return []Break{{Key: "industrial_holiday", First: WeekDate(year, w[0], time.Monday), Last: WeekDate(year, w[1], time.Sunday), Share: 1}}
}

// Name is the break's name in nb, nn, sv, en, da or fi; in any other language in English.
func (b Break) Name(language string) string { return holidayName(b.Key, language) }

func easterSunday(year int) time.Time {
	t, _ := easter(0).Calc(year)
	return t.Add(3 * time.Hour) // see rule.dates
}
