package index

import (
	"slices"

	"sentral/internal/centre"
)

// MysteryForm is the form of a mystery-shopping study or of a quality evaluation: areas of questions, each with points of its own.
type MysteryForm struct {
	Areas []MysteryArea
}

// MysteryArea is a group of questions. Weight is its part of the total, such as 0.05 for answer and waiting time; areas without a
// weight share the rest in proportion to their points.
type MysteryArea struct {
	Name      string
	Weight    float64
	Questions []MysteryQuestion
}

// MysteryQuestion is one observation. Points are what its best answer gives, the worst giving 0; a question of 0 points is noted but
// does not count.
type MysteryQuestion struct {
	Name   string
	Points float64
}

// MysteryContact is one test contact. Points by area and question; NaN is not allowed: leave a question that did not apply out with
// Skipped. A contact that was not answered scores 0 everywhere.
type MysteryContact struct {
	Channel  centre.Channel
	Answered bool
	Points   [][]float64
	Skipped  [][]bool // nil: every question applied
}

// MysteryScore is points obtained of points possible, in percent, by area and in total.
type MysteryScore struct {
	Contacts   int                `json:"contacts"`
	Unanswered int                `json:"unanswered"`
	Total      float64            `json:"total"` // percent, areas by weight
	Areas      []MysteryAreaScore `json:"areas"`
}

// MysteryAreaScore is one area's score.
type MysteryAreaScore struct {
	Area     string   `json:"area"`
	Obtained float64  `json:"obtained"`
	Possible float64  `json:"possible"`
	Weight   float64  `json:"weight"` // of the total, after the rest was shared
	Percent  *float64 `json:"percent"`
}

// Score adds the contacts up.
func (f MysteryForm) Score(contacts []MysteryContact) (MysteryScore, error) {
	weights, err := f.weights()
	if err != nil {
		return MysteryScore{}, err
	}
	if len(contacts) == 0 {
		return MysteryScore{}, centre.Errorf(centre.Invalid, "mystery-shopping score: no contact was made")
	}
	out := MysteryScore{Contacts: len(contacts), Areas: make([]MysteryAreaScore, len(f.Areas))}
	for i, c := range contacts {
		if !c.Answered {
			out.Unanswered++
		}
		if err := f.add(out.Areas, c); err != nil {
			return MysteryScore{}, centre.Errorf(centre.Invalid, "test contact %d: %w", i+1, err)
		}
	}
	used := 0.0
	for i := range out.Areas {
		a := &out.Areas[i]
		a.Area, a.Weight = f.Areas[i].Name, weights[i]
		if a.Possible == 0 {
			continue
		}
		a.Percent = new(100 * a.Obtained / a.Possible)
		out.Total += a.Weight * *a.Percent
		used += a.Weight
	}
	if used == 0 {
		return MysteryScore{}, centre.Errorf(centre.Invalid, "mystery-shopping score: no question with points applied in any contact")
	}
	out.Total /= used
	return out, nil
}

// add puts one contact's points into the areas. Of an unanswered contact every question counts as possible and none as obtained.
func (f MysteryForm) add(areas []MysteryAreaScore, c MysteryContact) error {
	for i, area := range f.Areas {
		for q, question := range area.Questions {
			if !c.Answered {
				areas[i].Possible += question.Points
				continue
			}
			if i < len(c.Skipped) && q < len(c.Skipped[i]) && c.Skipped[i][q] {
				continue
			}
			if i >= len(c.Points) || q >= len(c.Points[i]) {
				return centre.Errorf(centre.Invalid, "%s, %s is neither scored nor skipped", area.Name, question.Name)
			}
			p := c.Points[i][q]
			if !(p >= 0 && p <= question.Points) {
				return centre.Errorf(centre.Invalid, "%s, %s: %v points: want 0 to %v", area.Name, question.Name, p, question.Points)
			}
			areas[i].Obtained += p
			areas[i].Possible += question.Points
		}
	}
	return nil
}

// weights settles each area's part of the total.
func (f MysteryForm) weights() ([]float64, error) {
	fixed, points := 0.0, 0.0
	own := make([]float64, len(f.Areas))
	for i, a := range f.Areas {
		if !(a.Weight >= 0 && a.Weight <= 1) {
			return nil, centre.Errorf(centre.Invalid, "area %s has weight %v: want 0 to 1", a.Name, a.Weight)
		}
		for _, q := range a.Questions {
			if !(q.Points >= 0) {
				return nil, centre.Errorf(centre.Invalid, "%s, %s gives %v points: want at least 0", a.Name, q.Name, q.Points)
			}
			own[i] += q.Points
		}
		fixed += a.Weight
		if a.Weight == 0 {
			points += own[i]
		}
	}
	if fixed > 1+1e-9 || (points == 0 && fixed < 1-1e-9) {
		return nil, centre.Errorf(centre.Invalid, "the areas' weights sum to %v: want 1, or less with other areas to share the rest", fixed)
	}
	out := make([]float64, len(f.Areas))
	for i, a := range f.Areas {
		if out[i] = a.Weight; a.Weight == 0 && points > 0 {
			out[i] = (1 - fixed) * own[i] / points
		}
	}
	return out, nil
}

// ShareContacts spreads a number of test contacts over the channels that a centre offers, by the study's key (any positive numbers).
// What missing channels would have had goes to the others in proportion; the sum is always total, the largest remainders first.
func ShareContacts(total int, key map[centre.Channel]float64, offered []centre.Channel) (map[centre.Channel]int, error) {
	sum := 0.0
	have := slices.Clone(offered)
	slices.Sort(have)
	have = slices.Compact(have)
	for _, c := range have {
		if !(key[c] >= 0) {
			return nil, centre.Errorf(centre.Invalid, "the key gives channel %s %v: want at least 0", c, key[c])
		}
		sum += key[c]
	}
	if total < 0 || sum == 0 {
		return nil, centre.Errorf(centre.Invalid, "%d test contacts over %d channels whose key sums to %v: want a positive key", total, len(have), sum)
	}
	out := map[centre.Channel]int{}
	rest := map[centre.Channel]float64{}
	left := total
	for _, c := range have {
		exact := float64(total) * key[c] / sum
		out[c] = int(exact)
		rest[c] = exact - float64(out[c])
		left -= out[c]
	}
	slices.SortStableFunc(have, func(a, b centre.Channel) int {
		switch {
		case rest[a] > rest[b]:
			return -1
		case rest[a] < rest[b]:
			return 1
		}
		return 0
	})
	for i := range left {
		out[have[i]]++
	}
	return out, nil
}
