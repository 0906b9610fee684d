package forecast

import (
	"math"
	"testing"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/stat"
)

// twoYears is a Norwegian queue of 730 days, 07:00 to 22:00 on weekdays and shorter on Saturdays.
func twoYears(width time.Duration, seed uint64) *Series {
	random := stat.Stream(seed, "speed")
	s := &Series{Name: "speed", Width: width, First: 7 * time.Hour}
	slots := int(15 * time.Hour / width)
	for d := calendar.DateOf(2024, time.March, 1); d < calendar.DateOf(2026, time.March, 1); d++ {
		if d.Weekday() == time.Sunday {
			continue
		}
		counts := make([]float64, slots)
		level := 40 * math.Exp(0.08*random.Normal())
		for j := range counts {
			counts[j] = float64(random.Poisson(level * (0.3 + math.Sin(math.Pi*(float64(j)+.5)/float64(slots)))))
		}
		s.Days = append(s.Days, Day{d, counts})
	}
	return s
}

// BenchmarkTwoYears fits two years and draws ten days of scenarios, the contest of models included. The goal is 200 ms.
func BenchmarkTwoYears(b *testing.B) {
	norway, err := calendar.New(calendar.Norway, calendar.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, width := range []time.Duration{30 * time.Minute, 15 * time.Minute, 5 * time.Minute} {
		s := twoYears(width, 1)
		b.Run(width.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := Make(s, time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC), Options{Calendar: norway}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
