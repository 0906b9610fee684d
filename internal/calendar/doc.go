// Package calendar knows when a centre is open, what kind of day a date is and how a day divides into intervals.
//
// It owns civil dates, opening hours with exceptions, intervals of a local day through daylight saving, and the public holidays,
// eves, bridge days, school and industrial holidays and pay days of NO, SE, DK and FI, with the public holidays of US and IL for the
// forecast's test series. It refuses a clock of its own: every question carries its date or instant. Public holidays come from
// rickar/cal where it has them; docs/spec/calendar.md says what is exact and what is an approximation.
//
// Begin reading in date.go, then hours.go and day.go.
package calendar
