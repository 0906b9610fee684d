package calendar

import "time"

// The Hebrew calendar by the arithmetic of its fixed rules (Reingold and Dershowitz, Calendrical Calculations, chapter 8). Months
// count from Nisan = 1; Tishri is 7 and begins the year; Adar is 12 and in leap years Adar II is 13.
const (
	nisan  = 1
	iyar   = 2
	sivan  = 3
	av     = 5
	tishri = 7
	kislev = 9
	adar   = 12
)

// hebrewEpoch is 1 Tishri of the year 1 as a Date: the Julian 7 October 3761 BCE.
const hebrewEpoch = -2092590

func hebrewLeap(year int) bool { return (7*year+1)%19 < 7 }

// hebrewElapsed counts the days from the epoch to the molad of Tishri of a year, moved by the rules that keep Yom Kippur off a
// Friday and a Sunday.
func hebrewElapsed(year int) int {
	months := (235*year - 234) / 19
	parts := 12084 + 13753*months
	day := 29*months + parts/25920
	if 3*(day+1)%7 < 3 {
		day++
	}
	return day
}

// hebrewNewYear is 1 Tishri, moved once more so that no year has an impossible length.
func hebrewNewYear(year int) Date {
	last, now, next := hebrewElapsed(year-1), hebrewElapsed(year), hebrewElapsed(year+1)
	switch {
	case next-now == 356:
		now += 2
	case now-last == 382:
		now++
	}
	return Date(hebrewEpoch + now)
}

func hebrewMonthLength(year, month int) int {
	length := int(hebrewNewYear(year+1) - hebrewNewYear(year))
	switch month {
	case 2, 4, 6, 10, 13:
		return 29
	case 8: // Marheshvan is long in a complete year
		if length%10 == 5 {
			return 30
		}
		return 29
	case kislev: // short in a deficient year
		if length%10 == 3 {
			return 29
		}
		return 30
	case adar:
		if hebrewLeap(year) {
			return 30
		}
		return 29
	}
	return 30
}

// hebrewDate converts a date of the Hebrew calendar.
func hebrewDate(year, month, day int) Date {
	d := hebrewNewYear(year) + Date(day-1)
	last := adar
	if hebrewLeap(year) {
		last = adar + 1
	}
	for m := tishri; m != month; {
		d += Date(hebrewMonthLength(year, m))
		if m++; m > last {
			m = nisan
		}
	}
	return d
}

// hebrewYearAt is the Hebrew year in which the Gregorian year begins.
func hebrewYearAt(year int) int {
	h := year + 3760
	for hebrewNewYear(h+1) <= DateOf(year, time.January, 1) {
		h++
	}
	return h
}
