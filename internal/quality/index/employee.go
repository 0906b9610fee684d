package index

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// Theme is a group of statements of the employee survey.
type Theme struct {
	Name  string
	Items []string
}

// StaffThemes names the eight themes of the employee index, in order: what staff of customer centres say moves their working day.
// A wave's form gives each theme its statements.
func StaffThemes() []string {
	return []string{"wellbeing", "nearest_leader", "involvement", "competence", "tools", "workload", "meaning", "rest_of_company"}
}

// StaffAnswer is one person's answers to a wave, by item, on the form's scale. A missing item was not answered.
type StaffAnswer map[string]float64

// ThemeFigure is a theme's mean on 0-100 over the persons who answered any of it.
type ThemeFigure struct {
	Theme  string      `json:"theme"`
	N      int         `json:"n"`
	Mean   *MeanFigure `json:"mean"`
	Reason string      `json:"reason,omitempty"`
}

// EmployeeIndex is the mean over themes of the theme mean of s. Value is nil, with the reason, for a group under the threshold or
// with a theme under it.
type EmployeeIndex struct {
	N      int           `json:"n"`
	Value  *float64      `json:"value"`
	Themes []ThemeFigure `json:"themes"`
	Reason string        `json:"reason,omitempty"`
}

// StaffIndex reckons a group's employee index. Each person's theme score is the mean of the statements answered; a theme is the mean
// over persons. HME (nine statements in three themes) is the same formula with its own form.
func StaffIndex(form []Theme, s Scale, answers []StaffAnswer, th Thresholds, o SurveyOptions) (EmployeeIndex, error) {
	if err := s.Check(); err != nil {
		return EmployeeIndex{}, centre.Errorf(centre.Invalid, "employee index: %w", err)
	}
	if err := th.Check(); err != nil {
		return EmployeeIndex{}, err
	}
	if len(form) == 0 || slices.ContainsFunc(form, func(t Theme) bool { return len(t.Items) == 0 }) {
		return EmployeeIndex{}, centre.Errorf(centre.Invalid, "employee index: the form has no theme, or a theme without a statement")
	}
	out := EmployeeIndex{N: len(answers)}
	if out.N < th.Closed {
		out.Reason = NotEnoughData.String()
		return out, nil
	}
	sum, shown := 0.0, 0
	for _, theme := range form {
		scores, err := theme.scores(s, answers)
		if err != nil {
			return EmployeeIndex{}, err
		}
		f := ThemeFigure{Theme: theme.Name, N: len(scores)}
		if len(scores) < th.Closed {
			f.N, f.Reason = 0, NotEnoughData.String()
		} else {
			mean, err := meanFigure(scores, Scale{0, 100}, SurveyOptions{Level: o.Level, Seed: o.Seed})
			if err != nil {
				return EmployeeIndex{}, err
			}
			f.Mean = &mean
			sum += mean.Value
			shown++
		}
		out.Themes = append(out.Themes, f)
	}
	if shown < len(form) {
		out.Reason = "a theme has too few answers"
		return out, nil
	}
	out.Value = new(sum / float64(shown))
	return out, nil
}

// scores is each person's mean of s over the theme's statements, of those who answered any.
func (t Theme) scores(s Scale, answers []StaffAnswer) ([]float64, error) {
	var out []float64
	for p, a := range answers {
		sum, n := 0.0, 0
		for _, item := range t.Items {
			x, ok := a[item]
			if !ok {
				continue
			}
			if !s.Contains(x) {
				return nil, centre.Errorf(centre.Invalid, "employee index: person %d, %s: %v is off the scale %v to %v", p+1, item, x, s.Low, s.High)
			}
			sum += s.Rescale(x)
			n++
		}
		if n > 0 {
			out = append(out, sum/float64(n))
		}
	}
	return out, nil
}

// PulseAnswer is one answer to a pulse question, s on 0-100. Person is the wave's own token, which means nothing in another wave.
type PulseAnswer struct {
	Person string
	S      float64
}

// PulseWave is one wave's figure: one score per person first, then the mean over persons, so that those who answer often do not
// weigh more. Sum and N stay whole, so that waves can be added.
type PulseWave struct {
	N      int      `json:"n"` // persons
	Value  *float64 `json:"value"`
	Reason string   `json:"reason,omitempty"`
}

// Pulse reckons a wave.
func Pulse(answers []PulseAnswer, th Thresholds) (PulseWave, error) {
	if err := th.Check(); err != nil {
		return PulseWave{}, err
	}
	type person struct{ sum, n float64 }
	by := map[string]*person{}
	var order []string
	for i, a := range answers {
		if !(a.S >= 0 && a.S <= 100) {
			return PulseWave{}, centre.Errorf(centre.Invalid, "pulse answer %d is %v: want 0 to 100", i+1, a.S)
		}
		if by[a.Person] == nil {
			by[a.Person] = &person{}
			order = append(order, a.Person)
		}
		by[a.Person].sum += a.S
		by[a.Person].n++
	}
	if len(by) < th.Closed {
		return PulseWave{Reason: NotEnoughData.String()}, nil
	}
	sum := 0.0
	for _, p := range order {
		sum += by[p].sum / by[p].n
	}
	return PulseWave{N: len(by), Value: new(sum / float64(len(by)))}, nil
}

// RollingPulse is the n-weighted mean of waves; waves without a value are left out.
func RollingPulse(waves []PulseWave) PulseWave {
	var out PulseWave
	sum := 0.0
	for _, w := range waves {
		if w.Value != nil {
			sum += float64(w.N) * *w.Value
			out.N += w.N
		}
	}
	if out.N == 0 {
		out.Reason = NotEnoughData.String()
		return out
	}
	out.Value = new(sum / float64(out.N))
	return out
}

// PulseItems picks a person's questions for a week: a stream of the person's own shuffles the items once, and each week takes the
// next few, so that every item returns after the same number of weeks, ceil(items/perWeek). Aim at 4 to 6.
func PulseItems(person *stat.Rand, items []string, perWeek, week int) ([]string, error) {
	if perWeek < 1 || week < 0 || len(items) == 0 {
		return nil, centre.Errorf(centre.Invalid, "pulse: %d of %d items in week %d: want at least one item a week and a week from 0", perWeek, len(items), week)
	}
	order := slices.Clone(items)
	person.Split(0).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	weeks := (len(order) + perWeek - 1) / perWeek
	from := week % weeks * perWeek
	return order[from:min(from+perWeek, len(order))], nil
}
