package config

import (
	"strings"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

// Opening turns one set of opening hours of a valid document into a calendar that can be asked.
func Opening(d *Document, key string) (*calendar.Hours, error) {
	for _, h := range d.Hours {
		if h.Key == key {
			return h.calendar(d)
		}
	}
	return nil, centre.Errorf(centre.Missing, "there are no opening hours %q", key)
}

func (h Hours) calendar(d *Document) (*calendar.Hours, error) {
	out := &calendar.Hours{Zone: time.UTC, Exceptions: map[calendar.Date]calendar.Periods{}}
	for _, m := range d.Markets {
		if m.Key != h.Market {
			continue
		}
		zone, err := time.LoadLocation(m.TimeZone)
		if err != nil {
			return nil, centre.Errorf(centre.Invalid, "market %s: %w", m.Key, err)
		}
		out.Zone = zone
		if h.Holidays != "closed" {
			continue
		}
		country, err := calendar.ParseCountry(m.Country)
		if err != nil {
			return nil, err
		}
		if out.Calendar, err = calendar.New(country, calendar.Options{}); err != nil {
			return nil, err
		}
	}
	for _, day := range h.Week {
		for i, name := range weekdays {
			if name == day.Day {
				p, err := periodsOf(day.Periods)
				if err != nil {
					return nil, err
				}
				out.Week[(i+1)%7] = p // weekdays begins on Monday, time.Weekday on Sunday
			}
		}
	}
	for _, x := range h.Exceptions {
		date, err := calendar.ParseDate(x.Date)
		if err != nil {
			return nil, err
		}
		if out.Exceptions[date], err = periodsOf(x.Periods); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func periodsOf(list []string) (calendar.Periods, error) {
	if len(list) == 0 {
		return nil, nil
	}
	return calendar.ParsePeriods(strings.Join(list, " "))
}
