package forecast

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sentral/internal/calendar"
)

// TestStrangeHistories: whatever was recorded and whenever it is asked, the answer is an error or finite numbers in order.
func TestStrangeHistories(t *testing.T) {
	norway := country(t, calendar.Norway)
	rapid.Check(t, func(t *rapid.T) {
		slots := rapid.IntRange(1, 6).Draw(t, "slots")
		s := &Series{Name: "strange", Width: time.Hour, First: time.Duration(rapid.IntRange(0, 17).Draw(t, "first")) * time.Hour}
		date := calendar.DateOf(2025, time.December, 1)
		for range rapid.IntRange(1, 60).Draw(t, "days") {
			date += calendar.Date(rapid.SampledFrom([]int{1, 1, 1, 1, 2, 7, 40}).Draw(t, "gap"))
			counts := make([]float64, slots)
			for j := range counts {
				counts[j] = rapid.SampledFrom([]float64{0, 0, 1, 5, 9, 40, 1e6, math.NaN()}).Draw(t, "count")
			}
			if d := (Day{date, counts}); d.recorded() > 0 {
				s.Days = append(s.Days, d)
			}
		}
		year, month, day := (date + calendar.Date(rapid.IntRange(-3, 20).Draw(t, "later"))).Civil()
		asOf := time.Date(year, month, day, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC)
		r, err := Make(s, asOf, Options{Calendar: norway, Scenarios: 20, Horizon: 5 * 24 * time.Hour, Model: rapid.SampledFrom([]string{"", Profile, EightWeeks}).Draw(t, "model")})
		if err != nil {
			return
		}
		for _, row := range r.Rows {
			last := 0.0
			for _, v := range []float64{row.P025, row.P10, row.P50, row.P90, row.P975} {
				if math.IsNaN(v) || math.IsInf(v, 0) || v < last {
					t.Fatalf("%+v", row)
				}
				last = v
			}
			if math.IsNaN(row.Mean) || math.IsInf(row.Mean, 0) || row.Mean < 0 {
				t.Fatalf("%+v", row)
			}
		}
	})
}
