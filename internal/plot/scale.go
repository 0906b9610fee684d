package plot

import (
	"math"
	"strconv"
	"time"
)

// tick is one labelled place on an axis.
type tick struct {
	at   float64
	text string
}

// scale maps the values of an axis to pixels.
type scale struct {
	low, high   float64 // values
	start, stop float64 // pixels
	ticks       []tick
}

func (s scale) pixel(v float64) float64 {
	return s.start + (v-s.low)/(s.high-s.low)*(s.stop-s.start)
}

// newScale chooses a range that holds the values and about so many ticks at round numbers or times.
func newScale(a Axis, seen span, about int, start, stop float64) scale {
	if seen.low > seen.high {
		seen = span{0, 1}
	}
	if a.FromZero {
		seen.add(0)
	}
	switch {
	case len(a.Categories) > 0:
		seen.add(-0.5, float64(len(a.Categories))-0.5)
	case seen.high == seen.low:
		pad := math.Max(1, math.Abs(seen.low)*0.1)
		seen = span{seen.low - pad, seen.high + pad}
	}
	s := scale{low: seen.low, high: seen.high, start: start, stop: stop}
	switch {
	case len(a.Categories) > 0:
		s.ticks = categoryTicks(a.Categories, about)
	case a.Location != nil:
		s.ticks = timeTicks(seen, about, a.Location)
	default:
		step := roundStep((seen.high - seen.low) / float64(about))
		s.low, s.high = math.Floor(seen.low/step)*step, math.Ceil(seen.high/step)*step
		s.ticks = numberTicks(s.low, s.high, step)
	}
	return s
}

// roundStep is the least of 1, 2, 2.5, 5 times a power of ten that is at least rough.
func roundStep(rough float64) float64 {
	if !finite(rough) || rough <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*power >= rough*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

func numberTicks(low, high, step float64) []tick {
	decimals := 0
	for scaled := step; decimals < 9 && math.Abs(scaled-math.Round(scaled)) > 1e-6*scaled; decimals++ {
		scaled *= 10
	}
	var ticks []tick
	for i := range 51 {
		at := low + float64(i)*step
		if at > high+step/1e6 {
			break
		}
		if math.Abs(at) < step/1e6 {
			at = 0 // not -0
		}
		ticks = append(ticks, tick{at, strconv.FormatFloat(at, 'f', decimals, 64)})
	}
	return ticks
}

func categoryTicks(names []string, about int) []tick {
	every := max(1, (len(names)+2*about-1)/(2*about))
	var ticks []tick
	for i := 0; i < len(names); i += every {
		ticks = append(ticks, tick{float64(i), names[i]})
	}
	return ticks
}

// timeTicks labels whole minutes, hours or local midnights, whichever gives about so many.
func timeTicks(seen span, about int, place *time.Location) []tick {
	rough := (seen.high - seen.low) / float64(about)
	first := time.Unix(int64(math.Floor(seen.low)), 0).In(place)
	y, m, d := first.Date()
	var ticks []tick
	if rough > 12*3600 {
		days := max(1, int(math.Round(rough/86400)))
		for i := 0; ; i += days {
			at := time.Date(y, m, d+i, 0, 0, 0, 0, place)
			v := float64(at.Unix())
			if v > seen.high {
				return ticks
			}
			if v >= seen.low {
				ticks = append(ticks, tick{v, at.Format("2006-01-02")})
			}
		}
	}
	step := 12 * time.Hour
	for _, s := range []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour} {
		if s.Seconds() >= rough {
			step = s
			break
		}
	}
	for minute := 0; ; minute += int(step / time.Minute) {
		at := time.Date(y, m, d, 0, minute, 0, 0, place)
		v := float64(at.Unix())
		if v > seen.high {
			return ticks
		}
		if v >= seen.low {
			text := at.Format("15:04")
			if at.Hour() == 0 && at.Minute() == 0 {
				text = at.Format("01-02")
			}
			ticks = append(ticks, tick{v, text})
		}
	}
}
