package forecast

import (
	"math"

	"sentral/internal/calendar"
)

// Score is a model's error over days that it had not seen.
type Score struct {
	Model   string  `json:"model"`
	Days    int     `json:"days"`
	WAPE    float64 `json:"wape"`     // sum of absolute errors over sum of contacts, by interval
	DayAPE  float64 `json:"day_ape"`  // mean absolute error of a day's total, over that total
	Bias    float64 `json:"bias"`     // sum of errors over sum of contacts; above zero when the forecast is too high
	RMSE    float64 `json:"rmse"`     // of an interval, in contacts
	Contact float64 `json:"contacts"` // that came
}

// tally sums a model's errors.
type tally struct {
	model                            string
	days, slots                      int
	absolute, signed, squared, total float64
	dayAPE                           float64
	dayDays                          int
	offs                             []float64 // log of a day's total over its forecast
	slotVariance                     float64   // squared errors of roots, after the day's own factor, less counting noise
	slotLevel                        float64   // contacts expected, after the day's own factor
}

// add takes in one day: expected and seen, NaN where not recorded.
func (t *tally) add(expected, seen []float64) {
	sumExpected, sumSeen := 0.0, 0.0
	for j, y := range seen {
		if math.IsNaN(y) || math.IsNaN(expected[j]) {
			continue
		}
		e := expected[j] - y
		t.absolute += math.Abs(e)
		t.signed += e
		t.squared += e * e
		t.slots++
		sumExpected += expected[j]
		sumSeen += y
	}
	t.total += sumSeen
	t.days++
	if sumSeen <= 0 {
		return
	}
	t.dayAPE += math.Abs(sumExpected-sumSeen) / sumSeen
	t.dayDays++
	if sumExpected <= 0 {
		return
	}
	t.offs = append(t.offs, math.Log(sumSeen/sumExpected)/2)
	for j, y := range seen {
		if !math.IsNaN(y) && !math.IsNaN(expected[j]) && expected[j] > 0 {
			level := expected[j] * sumSeen / sumExpected
			t.slotVariance += square(math.Sqrt(y+.25)-math.Sqrt(level+.25)) - math.Min(.25, level)
			t.slotLevel += level
		}
	}
}

func (t *tally) score() Score {
	return Score{
		Model: t.model, Days: t.days, WAPE: t.absolute / t.total, DayAPE: t.dayAPE / float64(max(1, t.dayDays)), Bias: t.signed / t.total,
		RMSE: math.Sqrt(t.squared / float64(max(1, t.slots))), Contact: t.total,
	}
}

// spreads is how uncertain a benchmark is by its own errors: variance of log root size, and variance of a slot's root over its square.
type spreads struct{ day, slot float64 }

func (t *tally) spreads() spreads {
	sum := 0.0
	for _, off := range t.offs {
		sum += off * off
	}
	n := float64(len(t.offs))
	return spreads{day: (sum + 0.01) / (n + 1), slot: math.Max(0, t.slotVariance/math.Max(1, t.slotLevel))}
}

// outcome is who won.
type outcome struct {
	best    string
	scores  []Score
	spreads map[string]spreads
}

// The contest looks back over so many open days, in blocks of days that are each forecast from the day before the block.
const (
	contestDays   = 40
	contestBlock  = 5
	contestMemory = 300 // days that a fit of the contest learns from
)

// contest backtests the competitors on the last days of the history: each block of days is forecast from the days before it alone. The
// tuning of the final fit is reused, since searching it again for each block would cost much and change little.
func (f *forecaster) contest(s *Series, t *terms, final *model) outcome {
	tallies := []*tally{{model: Profile}, {model: EightWeeks}, {model: SeasonalLast}}
	from := max(2*contestBlock, len(s.Days)-contestDays, len(s.Days)/3)
	for start := from; start < len(s.Days); start += contestBlock {
		end := min(start+contestBlock, len(s.Days))
		m := fit(s.Days[max(0, start-contestMemory):start], t, final.tuned, f.like)
		var dates []calendar.Date
		for _, d := range s.Days[start:end] {
			dates = append(dates, d.Date)
		}
		looks, _ := m.ahead(dates, f.like, nil)
		for i, d := range s.Days[start:end] {
			for _, tally := range tallies {
				expected := make([]float64, len(d.Counts))
				if tally.model == Profile {
					for j := range expected {
						expected[j] = looks[i].centre(j)
					}
				} else if expected = benchmark(tally.model, s.Days[:start], d.Date); expected == nil {
					continue
				}
				tally.add(expected, d.Counts)
			}
		}
	}
	out := outcome{best: Profile, spreads: map[string]spreads{}}
	best := math.Inf(1)
	for _, tally := range tallies {
		score := tally.score()
		out.spreads[tally.model] = tally.spreads()
		if tally.days == 0 || tally.total == 0 {
			continue
		}
		out.scores = append(out.scores, score)
		if score.WAPE < best {
			best, out.best = score.WAPE, tally.model
		}
	}
	return out
}

// benchmark is the forecast of an average of the same weekday: of the last eight (EightWeeks) or of the last (SeasonalLast). Nil when
// the weekday has not been seen.
func benchmark(model string, days []Day, date calendar.Date) []float64 {
	weeks := 8
	if model == SeasonalLast {
		weeks = 1
	}
	var sum, n []float64
	for i := len(days) - 1; i >= 0 && weeks > 0; i-- {
		if days[i].Date.Weekday() != date.Weekday() {
			continue
		}
		weeks--
		if sum == nil {
			sum, n = make([]float64, len(days[i].Counts)), make([]float64, len(days[i].Counts))
		}
		for j, y := range days[i].Counts {
			if !math.IsNaN(y) {
				sum[j] += y
				n[j]++
			}
		}
	}
	for j := range sum {
		if n[j] > 0 {
			sum[j] /= n[j]
		}
	}
	return sum
}
