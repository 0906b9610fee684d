package forecast

import (
	"math"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

// Series is what came in: one number per interval of the local day, day after day. Every day has the same slots.
type Series struct {
	Name  string          // for messages: the file it came from
	Width time.Duration   // of a slot; divides the hour
	First time.Duration   // wall clock at the start of slot 0
	Days  []Day           // rising by date; days that are not there were closed or not recorded
	Twice []calendar.Date // dates whose repeated hour stood twice and now holds its mean
}

// Day is one date's counts. NaN means that the slot was not recorded, which differs from zero.
type Day struct {
	Date   calendar.Date
	Counts []float64
}

// Slots is the number of slots in a day.
func (s *Series) Slots() int {
	if len(s.Days) == 0 {
		return 0
	}
	return len(s.Days[0].Counts)
}

// Clock is the wall clock at which slot j begins.
func (s *Series) Clock(j int) time.Duration { return s.First + time.Duration(j)*s.Width }

// Total sums a day's recorded slots.
func (d Day) Total() float64 {
	sum := 0.0
	for _, v := range d.Counts {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

// recorded counts the slots that hold a number.
func (d Day) recorded() int {
	n := 0
	for _, v := range d.Counts {
		if !math.IsNaN(v) {
			n++
		}
	}
	return n
}

// Merge sums slots into intervals of the given width, aligned to midnight. An interval with a slot that was not recorded is itself not
// recorded. The width must be a multiple of the series' own and divide the hour.
func (s *Series) Merge(width time.Duration) (*Series, error) {
	if width == s.Width {
		return s, nil
	}
	if err := calendar.CheckInterval(width); err != nil {
		return nil, err
	}
	if width < s.Width || width%s.Width != 0 {
		return nil, centre.ErrorAt(centre.Invalid, s.Name, "intervals of %v cannot be made of slots of %v", width, s.Width)
	}
	first := s.First - s.First%width
	last := s.Clock(s.Slots() - 1)
	n := int((last-first)/width) + 1
	out := &Series{Name: s.Name, Width: width, First: first, Twice: s.Twice, Days: make([]Day, len(s.Days))}
	cells := make([]float64, n*len(s.Days))
	for i, d := range s.Days {
		counts := cells[i*n : (i+1)*n : (i+1)*n]
		for j, v := range d.Counts {
			counts[int((s.Clock(j)-first)/width)] += v // NaN stays NaN
		}
		out.Days[i] = Day{Date: d.Date, Counts: counts}
	}
	return out, nil
}

// Until cuts the series at a moment: days after its date go, and of its own date the slots that had not ended by its wall clock.
func (s *Series) Until(date calendar.Date, clock time.Duration) *Series {
	out := &Series{Name: s.Name, Width: s.Width, First: s.First, Twice: s.Twice}
	for _, d := range s.Days {
		if d.Date > date {
			break
		}
		if d.Date == date {
			counts := make([]float64, len(d.Counts))
			for j, v := range d.Counts {
				counts[j] = v
				if s.Clock(j)+s.Width > clock {
					counts[j] = math.NaN()
				}
			}
			d = Day{Date: d.Date, Counts: counts}
			if d.recorded() == 0 {
				break
			}
		}
		out.Days = append(out.Days, d)
	}
	return out
}

// MinDays is the least number of days that a forecast is made of; with a similar queue to borrow from it may be fewer.
const MinDays = 5

// check refuses a history that nothing can be learnt from.
func (s *Series) check(borrowed bool) error {
	total := 0.0
	for _, d := range s.Days {
		total += d.Total()
	}
	switch {
	case len(s.Days) == 0:
		return centre.ErrorAt(centre.Invalid, s.Name, "there is no history before the moment asked for")
	case len(s.Days) < MinDays && !borrowed:
		return centre.ErrorAt(centre.Invalid, s.Name, "%d days of history say too little: at least %d are needed, or a similar queue to borrow a profile from", len(s.Days), MinDays)
	case total == 0:
		return centre.ErrorAt(centre.Invalid, s.Name, "every count in the history is zero: there is nothing to forecast")
	}
	return nil
}
