package calendar

import (
	"slices"
	"time"
)

// elections are the days of general elections, a day off by law (Basic Law: The Knesset, section 10), and of the vote for prime
// minister in 2001.
var elections = []Date{
	DateOf(1996, 5, 29), DateOf(1999, 5, 17), DateOf(2001, 2, 6), DateOf(2003, 1, 28), DateOf(2006, 3, 28), DateOf(2009, 2, 10),
	DateOf(2013, 1, 22), DateOf(2015, 3, 17), DateOf(2019, 4, 9), DateOf(2019, 9, 17), DateOf(2020, 3, 2), DateOf(2021, 3, 23),
	DateOf(2022, 11, 1),
}

// israelYear lists the holidays of a Gregorian year as kept in Israel: one day where the diaspora keeps two.
func israelYear(year int) []Holiday {
	var out []Holiday
	first := hebrewYearAt(year)
	for h := first; h <= first+1; h++ {
		out = append(out, hebrewYearHolidays(h)...)
	}
	for _, d := range elections {
		out = append(out, Holiday{Date: d, Key: "election_day", Kind: Public})
	}
	return slices.DeleteFunc(out, func(h Holiday) bool { return h.Date.Year() != year })
}

func hebrewYearHolidays(h int) []Holiday {
	var out []Holiday
	add := func(d Date, key string, kind Kind) { out = append(out, Holiday{Date: d, Key: key, Kind: kind}) }
	t := hebrewNewYear(h) - 1 // so that t+1 is 1 Tishri
	add(t, "rosh_hashanah_eve", Eve)
	add(t+1, "rosh_hashanah", Public)
	add(t+2, "rosh_hashanah_second", Public)
	add(t+9, "yom_kippur_eve", Eve)
	add(t+10, "yom_kippur", Public)
	add(t+14, "sukkot_eve", Eve)
	add(t+15, "sukkot", Public)
	for d := Date(16); d <= 20; d++ {
		add(t+d, "hol_hamoed_sukkot", Observance)
	}
	add(t+21, "hoshana_rabbah", Eve)
	add(t+22, "simchat_torah", Public)
	hanukkah := hebrewDate(h, kislev, 25)
	for d := Date(0); d < 8; d++ {
		add(hanukkah+d, "hanukkah", Observance)
	}
	n := hebrewDate(h, nisan, 1) - 1
	add(n-15, "purim", Observance) // 14 Adar, or Adar II in a leap year: that month has 29 days
	add(n-14, "shushan_purim", Observance)
	add(n+14, "passover_eve", Eve)
	add(n+15, "passover", Public)
	for d := Date(16); d <= 19; d++ {
		add(n+d, "hol_hamoed_passover", Observance)
	}
	add(n+20, "passover_seventh_eve", Eve)
	add(n+21, "passover_seventh", Public)
	add(holocaustDay(h), "holocaust_day", Observance)
	independence := independenceDay(h)
	add(independence-1, "memorial_day_il", Eve)
	add(independence, "independence_day_il", Public)
	add(hebrewDate(h, iyar, 18), "lag_baomer", Observance)
	add(hebrewDate(h, iyar, 28), "jerusalem_day", Observance)
	shavuot := hebrewDate(h, sivan, 6)
	add(shavuot-1, "shavuot_eve", Eve)
	add(shavuot, "shavuot", Public)
	fast := hebrewDate(h, av, 9)
	if fast.Weekday() == time.Saturday {
		fast++
	}
	add(fast, "tisha_bav", Observance)
	return out
}

// independenceDay is 5 Iyar, moved so that neither it nor Memorial Day before it desecrates a Sabbath: from Friday and Saturday to
// Thursday, and since 2004 from Monday to Tuesday.
func independenceDay(h int) Date {
	d := hebrewDate(h, iyar, 5)
	switch d.Weekday() {
	case time.Friday:
		return d - 1
	case time.Saturday:
		return d - 2
	case time.Monday:
		if d.Year() >= 2004 {
			return d + 1
		}
	}
	return d
}

// holocaustDay is 27 Nisan, moved from Friday to Thursday and, since 1997, from Sunday to Monday.
func holocaustDay(h int) Date {
	d := hebrewDate(h, nisan, 27)
	switch d.Weekday() {
	case time.Friday:
		return d - 1
	case time.Sunday:
		if d.Year() >= 1997 {
			return d + 1
		}
	}
	return d
}
