package stat

import (
	"math"
	"slices"

	"sentral/internal/centre"
)

// SurvivalCurve is the Kaplan-Meier estimate of how long something lasts when some were still going on when last seen: patience,
// where an answered caller's patience is only known to exceed the wait.
type SurvivalCurve struct {
	Steps []SurvivalStep `json:"steps"` // one a distinct time of an event, rising
	N     int            `json:"n"`
	Last  float64        `json:"last"` // the longest time observed, of an event or not
}

// SurvivalStep is the curve just after the events of one time.
type SurvivalStep struct {
	Time     float64 `json:"time"`
	AtRisk   float64 `json:"at_risk"`
	Events   float64 `json:"events"`
	Survival float64 `json:"survival"`
	SE       float64 `json:"se"` // Greenwood (1926)
}

// KaplanMeier estimates the survival curve (Kaplan and Meier 1958) from durations and whether each ended in the event (true) or was
// censored (false). At equal times events come before censorings. At least one event is wanted.
func KaplanMeier(durations []float64, event []bool) (SurvivalCurve, error) {
	if len(durations) == 0 || len(durations) != len(event) {
		return SurvivalCurve{}, centre.Errorf(centre.Invalid, "survival of %d durations with %d outcomes: want as many, and at least one", len(durations), len(event))
	}
	order := make([]int, len(durations))
	for i, d := range durations {
		if !atLeastZero(d) {
			return SurvivalCurve{}, centre.Errorf(centre.Invalid, "duration %d is %v: want a finite number of at least 0", i+1, d)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return sign(durations[a] - durations[b]) })
	c := SurvivalCurve{N: len(order), Last: durations[order[len(order)-1]]}
	survival, greenwood := 1.0, 0.0
	for i := 0; i < len(order); {
		t, atRisk, events := durations[order[i]], float64(len(order)-i), 0.0
		for i < len(order) && durations[order[i]] == t {
			if event[order[i]] {
				events++
			}
			i++
		}
		if events == 0 {
			continue
		}
		survival *= 1 - events/atRisk
		if events < atRisk {
			greenwood += events / (atRisk * (atRisk - events))
		}
		c.Steps = append(c.Steps, SurvivalStep{Time: t, AtRisk: atRisk, Events: events, Survival: survival, SE: survival * math.Sqrt(greenwood)})
	}
	if len(c.Steps) == 0 {
		return SurvivalCurve{}, centre.Errorf(centre.Invalid, "none of %d durations ended in the event: the curve is unknown", len(order))
	}
	return c, nil
}

// At is the probability of lasting longer than t: a step function, held at its last value beyond the last event.
func (c SurvivalCurve) At(t float64) float64 {
	if s, found := c.step(t); found {
		return s.Survival
	}
	return 1
}

func (c SurvivalCurve) step(t float64) (SurvivalStep, bool) {
	i, found := slices.BinarySearchFunc(c.Steps, t, func(s SurvivalStep, t float64) int { return sign(s.Time - t) })
	if found {
		return c.Steps[i], true
	}
	if i == 0 {
		return SurvivalStep{}, false
	}
	return c.Steps[i-1], true
}

// Interval is the pointwise interval of the curve at t on the log-log scale, which stays within 0..1. Before the first event and
// where the curve has reached 0 there is nothing to tell, and it is the value itself.
func (c SurvivalCurve) Interval(t, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	s, found := c.step(t)
	if !found {
		return Interval{Low: 1, High: 1}, nil
	}
	if s.Survival <= 0 {
		return Interval{}, nil
	}
	spread := Z(level) * s.SE / (s.Survival * math.Abs(math.Log(s.Survival)))
	return Interval{Low: math.Pow(s.Survival, math.Exp(spread)), High: math.Pow(s.Survival, math.Exp(-spread))}, nil
}

// Quantile is the first time at which the share p has met the event: 0.5 gives the median. It is false where the curve does not fall
// so far.
func (c SurvivalCurve) Quantile(p float64) (float64, bool) {
	for _, s := range c.Steps {
		if s.Survival <= 1-p+1e-12 {
			return s.Time, true
		}
	}
	return 0, false
}

// RestrictedMean is the mean of the duration cut at a horizon, the area under the curve to there, with its standard error. Beyond
// the longest duration observed the curve is held, which is why the horizon should not pass it.
func (c SurvivalCurve) RestrictedMean(horizon float64) (mean, se float64, err error) {
	if !positive(horizon) {
		return 0, 0, centre.Errorf(centre.Invalid, "horizon %v: want a finite number above 0", horizon)
	}
	var area []float64 // under the curve from each step to the next
	from, level := 0.0, 1.0
	for _, s := range c.Steps {
		if s.Time >= horizon {
			break
		}
		area = append(area, level*(s.Time-from))
		from, level = s.Time, s.Survival
	}
	area = append(area, level*(horizon-from))
	mean = Sum(area)
	rest, variance := 0.0, 0.0
	for i := len(area) - 1; i > 0; i-- {
		rest += area[i]
		s := c.Steps[i-1]
		if s.Events < s.AtRisk {
			variance += rest * rest * s.Events / (s.AtRisk * (s.AtRisk - s.Events))
		}
	}
	return mean, math.Sqrt(variance), nil
}

// Smooth is the curve without steps, for formulas and draws: its logarithm is linear between events, and beyond the last event it
// falls at the mean rate so far, so that it always reaches 0. A curve that drops to 0 at its last event does so there.
func (c SurvivalCurve) Smooth(t float64) float64 {
	if t <= 0 {
		return 1
	}
	from, level := 0.0, 1.0
	for _, s := range c.Steps {
		if t < s.Time {
			if s.Survival <= 0 {
				return level * (s.Time - t) / (s.Time - from)
			}
			return level * math.Pow(s.Survival/level, (t-from)/(s.Time-from))
		}
		from, level = s.Time, s.Survival
	}
	if level <= 0 {
		return 0
	}
	return level * math.Exp(-c.tailRate()*(t-from))
}

// Inverse is the time at which Smooth falls to s, for 0 < s <= 1; a uniform draw put in gives a duration.
func (c SurvivalCurve) Inverse(s float64) float64 {
	if s >= 1 {
		return 0
	}
	from, level := 0.0, 1.0
	for _, p := range c.Steps {
		if s >= p.Survival && p.Survival < level {
			if p.Survival <= 0 {
				return p.Time - (p.Time-from)*s/level
			}
			return from + (p.Time-from)*math.Log(level/s)/math.Log(level/p.Survival)
		}
		from, level = p.Time, p.Survival
	}
	return from + math.Log(level/s)/c.tailRate()
}

// Draw draws a duration from the smooth curve.
func (c SurvivalCurve) Draw(r *Rand) float64 { return c.Inverse(r.Float64()) }

// tailRate is events per time at risk over the whole curve: the exponential rate that goes on where observation ends.
func (c SurvivalCurve) tailRate() float64 {
	last := c.Steps[len(c.Steps)-1]
	span := last.Time
	if span <= 0 {
		span = c.Last
	}
	if last.Survival <= 0 || span <= 0 {
		return 1
	}
	return -math.Log(last.Survival) / span
}
