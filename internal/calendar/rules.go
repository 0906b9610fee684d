package calendar

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/us"
)

// rules holds what rickar/cal knows and, marked by our own constructors, what it lacks: every eve, the Sundays of Norway and Denmark,
// the whole of Finland, and Sweden's change of 2005 (Whit Monday gave way to the National Day).
var rules = map[Country][]rule{
	Norway: {
		{"new_year", Public, no.FoersteNyttaarsdag},
		{"easter_wednesday", Eve, easter(-4)},
		{"maundy_thursday", Public, no.Skjaertorsdag},
		{"good_friday", Public, no.Langfredag},
		{"easter_eve", Eve, easter(-1)},
		{"easter_day", Public, easter(0)},
		{"easter_monday", Public, no.AndrePaaskedag},
		{"labour_day", Public, no.Arbeiderenesdag},
		{"constitution_day_no", Public, no.Grunnlovsdag},
		{"ascension_day", Public, no.Kristihimmelfartsdag},
		{"whit_eve", Eve, easter(48)},
		{"whit_sunday", Public, easter(49)},
		{"whit_monday", Public, no.AndrePinsedag},
		{"midsummer_eve_st_john", Observance, fixed(time.June, 23)},
		{"christmas_eve", Custom, fixed(time.December, 24)},
		{"christmas_day", Public, no.FoersteJuledag},
		{"boxing_day", Public, no.AndreJuledag},
		{"new_years_eve", Eve, fixed(time.December, 31)},
	},
	Sweden: {
		{"new_year", Public, se.Nyarsdagen},
		{"epiphany_eve", Eve, fixed(time.January, 5)},
		{"epiphany", Public, se.TrettondedagJul},
		{"maundy_thursday", Eve, easter(-3)},
		{"good_friday", Public, se.Langfredagen},
		{"easter_eve", Custom, easter(-1)},
		{"easter_day", Public, se.Paskdagen},
		{"easter_monday", Public, se.AnnandagPask},
		{"walpurgis_eve", Eve, fixed(time.April, 30)},
		{"labour_day", Public, se.ForstaMaj},
		{"ascension_day", Public, se.KristiHimmelfardsdag},
		{"whit_eve", Eve, easter(48)},
		{"whit_sunday", Public, se.Pingstdagen},
		{"whit_monday", Public, until(2004, easter(50))},
		{"national_day_se", Public, since(2005, se.Nationaldagen)},
		{"national_day_se", Observance, until(2004, se.Nationaldagen)},
		{"midsummer_eve", Custom, se.Midsommarafton},
		{"midsummer_day", Public, se.Midsommardagen},
		{"all_saints_eve", Eve, weekdayFrom(time.October, 30, time.Friday)},
		{"all_saints_day", Public, se.AllaHelgonsDag},
		{"christmas_eve", Custom, se.Julafton},
		{"christmas_day", Public, se.Juldagen},
		{"boxing_day", Public, se.AnnandagJul},
		{"new_years_eve", Custom, se.Nyarsafton},
	},
	Denmark: {
		{"new_year", Public, dk.Nytaarsdag},
		{"maundy_thursday", Public, dk.Skaertorsdag},
		{"good_friday", Public, dk.Langfredag},
		{"easter_eve", Eve, easter(-1)},
		{"easter_day", Public, easter(0)},
		{"easter_monday", Public, dk.AndenPaaskedag},
		{"great_prayer_day", Public, dk.StoreBededag},
		{"labour_day", Eve, fixed(time.May, 1)},
		{"ascension_day", Public, dk.KristiHimmelfartsdag},
		{"whit_eve", Eve, easter(48)},
		{"whit_sunday", Public, easter(49)},
		{"whit_monday", Public, dk.AndenPinsedag},
		{"constitution_day_dk", Custom, dk.Grundlovsdag},
		{"midsummer_eve_st_john", Observance, fixed(time.June, 23)},
		{"christmas_eve", Custom, fixed(time.December, 24)},
		{"christmas_day", Public, dk.Juledag},
		{"boxing_day", Public, dk.AndenJuledag},
		{"new_years_eve", Custom, fixed(time.December, 31)},
	},
	// Finnish holidays by the laws 388/1937 and 1105/1990: All Saints' and Midsummer lie on Saturdays since 1955, Epiphany and
	// Ascension on their own dates since 1991.
	Finland: {
		{"new_year", Public, fixed(time.January, 1)},
		{"epiphany", Public, since(1991, fixed(time.January, 6))},
		{"maundy_thursday", Observance, easter(-3)},
		{"good_friday", Public, easter(-2)},
		{"easter_eve", Eve, easter(-1)},
		{"easter_day", Public, easter(0)},
		{"easter_monday", Public, easter(1)},
		{"walpurgis_eve", Eve, fixed(time.April, 30)},
		{"labour_day", Public, fixed(time.May, 1)},
		{"ascension_day", Public, since(1991, easter(39))},
		{"whit_sunday", Public, easter(49)},
		{"midsummer_eve", Custom, weekdayFrom(time.June, 19, time.Friday)},
		{"midsummer_day", Public, weekdayFrom(time.June, 20, time.Saturday)},
		{"all_saints_day", Public, weekdayFrom(time.October, 31, time.Saturday)},
		{"independence_day_fi", Public, fixed(time.December, 6)},
		{"christmas_eve", Custom, fixed(time.December, 24)},
		{"christmas_day", Public, fixed(time.December, 25)},
		{"boxing_day", Public, fixed(time.December, 26)},
		{"new_years_eve", Eve, fixed(time.December, 31)},
	},
	UnitedStates: {
		{"new_year", Public, us.NewYear},
		{"martin_luther_king_day", Public, since(1986, us.MlkDay)},
		{"presidents_day", Public, us.PresidentsDay},
		{"good_friday", Observance, easter(-2)},
		{"easter_day", Observance, easter(0)},
		{"memorial_day", Public, us.MemorialDay},
		{"juneteenth", Public, us.Juneteenth},
		{"independence_day_us", Public, us.IndependenceDay},
		{"labor_day", Public, us.LaborDay},
		{"columbus_day", Public, us.ColumbusDay},
		{"veterans_day", Public, us.VeteransDay},
		{"thanksgiving_eve", Observance, thanksgivingEve},
		{"thanksgiving", Public, us.ThanksgivingDay},
		{"day_after_thanksgiving", Eve, us.DayAfterThanksgivingDay},
		{"christmas_eve", Eve, fixed(time.December, 24)},
		{"christmas_day", Public, us.ChristmasDay},
		{"new_years_eve", Eve, fixed(time.December, 31)},
	},
}

var thanksgivingEve = &cal.Holiday{
	Month: time.November, Weekday: time.Thursday, Offset: 4, CalcOffset: -1, Func: cal.CalcWeekdayOffset,
}
