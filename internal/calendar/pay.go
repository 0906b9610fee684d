package calendar

import "sentral/internal/centre"

// PayRule says on which day of each month wages are paid: Day 1-31 (the last day of a shorter month), or 0 for the month's last
// working day. A pay day on a closed day moves to the working day before it, or with After to the one after.
type PayRule struct {
	Day   int  `json:"day"`
	After bool `json:"after"`
}

// usualPayDays are customs, which differ between employers: a centre sets those of its own customers. Norway: the state's 12th and
// the pensions' 20th; Sweden: the 25th; Denmark and Finland: the last working day, in Finland the 15th too; US: the 15th and the last;
// Israel: by law before the 10th.
var usualPayDays = map[Country][]PayRule{
	Norway: {{Day: 12}, {Day: 20}}, Sweden: {{Day: 25}}, Denmark: {{Day: 0}}, Finland: {{Day: 15}, {Day: 0}},
	UnitedStates: {{Day: 15}, {Day: 0}}, Israel: {{Day: 9}},
}

func (p PayRule) check() error {
	if p.Day < 0 || p.Day > 31 {
		return centre.Errorf(centre.Invalid, "pay day %d: want 1 to 31, or 0 for the last working day", p.Day)
	}
	return nil
}

// date is the day on which the rule pays in the month that begins on start.
func (c *Calendar) payDate(p PayRule, start Date) Date {
	d := start.MonthEnd()
	if p.Day > 0 {
		d = min(d, start+Date(p.Day-1))
	}
	step := Date(-1)
	if p.After && p.Day > 0 {
		step = 1
	}
	for c.Closed(d) {
		d += step
	}
	return d
}

// PayDay tells whether a usual wage is paid on the date.
func (c *Calendar) PayDay(d Date) bool {
	for _, p := range c.options.PayDays {
		// A moved pay day can land in the month before or after its own.
		for _, start := range []Date{d.MonthStart(), d.MonthEnd() + 1, (d.MonthStart() - 1).MonthStart()} {
			if c.payDate(p, start) == d {
				return true
			}
		}
	}
	return false
}

// sincePayDay counts working days since the latest pay day, 0 on it; -1 when none lies within 45 days.
func (c *Calendar) sincePayDay(d Date) int {
	work := 0
	for m := d; m > d-45; m-- {
		if c.PayDay(m) {
			return work
		}
		if !c.Closed(m) {
			work++
		}
	}
	return -1
}
