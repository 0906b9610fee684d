package insight

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// Count is a number of contacts in one slot of time.
type Count struct {
	Slot   int     // what is comparable: weekday x hour, say; any label
	Count  float64 // contacts
	Factor float64 // what the calendar says of the day: expected contacts over those of an ordinary one (0.4 on a holiday); 0 means 1
}

func (c Count) factor() float64 {
	if c.Factor == 0 {
		return 1
	}
	return c.Factor
}

func (c Count) check() error {
	if !(c.Count >= 0) || math.IsInf(c.Count, 0) {
		return centre.Errorf(centre.Invalid, "slot %d: the count is %v: want a number of at least 0", c.Slot, c.Count)
	}
	if !(c.factor() > 0) || math.IsInf(c.Factor, 0) {
		return centre.Errorf(centre.Invalid, "slot %d: the calendar factor is %v: want a positive number", c.Slot, c.Factor)
	}
	return nil
}

// FarringtonBound is the upper bound of a count whose expectation mu was estimated with the given variance, when counts vary phi
// times as much as Poisson counts: mu (1 + 2/3 z sqrt(phi/mu + variance/mu^2))^1.5 (Farrington et al. 1996, the 2/3 power).
func FarringtonBound(mu, phi, variance, z float64) (float64, error) {
	if !(mu > 0) || !(phi > 0) || !(variance >= 0) || math.IsNaN(z) || math.IsInf(mu+phi+variance+z, 0) {
		return 0, centre.Errorf(centre.Invalid, "surge bound of mu %v, phi %v, variance %v, z %v: want positive mu and phi", mu, phi, variance, z)
	}
	root := 1 + 2.0/3*z*math.Sqrt(phi/mu+variance/(mu*mu))
	return mu * math.Pow(max(root, 0), 1.5), nil
}

// farringtonZ is how many standard deviations a count lies above its expectation, on the 2/3 power: the z at which it is the bound.
func farringtonZ(y, mu, phi, variance float64) float64 {
	return 1.5 * (math.Pow(y/mu, 2.0/3) - 1) / math.Sqrt(phi/mu+variance/(mu*mu))
}

const (
	// emptySlot is what a slot in which nobody ever came is taken to expect: half a contact.
	emptySlot = 0.5
	// pastSurge is how far above expectation, in standard deviations z, a past count may lie before it is weighed down by
	// (pastSurge/z)^4, so that the last surge does not hide the next. The threshold is that of Noufaily et al. (2013); the fourth
	// power, where Farrington has the second, keeps a week-long surge from raising phi as well.
	pastSurge = 2.58
	// enoughWeeks is the number of comparable past counts that a Farrington bound wants.
	enoughWeeks = 6
)

// Profile is what a series is expected to be, slot by slot, on an ordinary day.
type Profile struct {
	Phi   float64 // how many times the counts vary as Poisson counts, pooled over the slots; at least 1
	slots map[int]slotLevel
}

type slotLevel struct {
	mu       float64
	variance float64 // of mu, in units of phi
	n        int
}

// FitProfile estimates a profile from 6 to 8 weeks of a series. Each slot starts at the median of its counts (each divided by its
// calendar factor); then counts far above it are weighed down and the weighted mean taken, twice.
func FitProfile(history []Count) (Profile, error) {
	by := map[int][]float64{}
	for _, c := range history {
		if err := c.check(); err != nil {
			return Profile{}, err
		}
		by[c.Slot] = append(by[c.Slot], c.Count/c.factor())
	}
	p := Profile{Phi: 1, slots: map[int]slotLevel{}}
	keys := make([]int, 0, len(by))
	for slot, counts := range by {
		median, err := stat.Median(counts)
		if err != nil {
			return Profile{}, err
		}
		p.slots[slot] = slotLevel{mu: max(median, emptySlot), n: len(counts)}
		keys = append(keys, slot)
	}
	slices.Sort(keys)
	p.Phi = p.medianPhi(keys, by)
	for range 2 {
		squares, freedom := 0.0, 0.0
		for _, slot := range keys {
			level, s, f := p.reweigh(p.slots[slot], by[slot])
			p.slots[slot] = level
			squares += s
			freedom += f
		}
		if freedom > 0 {
			p.Phi = max(1, squares/freedom)
		}
	}
	return p, nil
}

// medianPhi is a first overdispersion that surges cannot move: the median squared Pearson residual over that of a chi-square.
func (p Profile) medianPhi(keys []int, by map[int][]float64) float64 {
	var squares []float64
	for _, slot := range keys {
		if len(by[slot]) < 2 {
			continue
		}
		mu := p.slots[slot].mu
		for _, y := range by[slot] {
			squares = append(squares, (y-mu)*(y-mu)/mu)
		}
	}
	median, err := stat.Median(squares)
	if err != nil {
		return 1
	}
	const chiSquareMedian = 0.4549364231195724 // of one degree of freedom
	return max(1, median/chiSquareMedian)
}

// reweigh takes one step for a slot: weights from how far each count lies above the level, the weighted mean as the new level, and
// the slot's part of the overdispersion.
func (p Profile) reweigh(old slotLevel, counts []float64) (level slotLevel, squares, freedom float64) {
	sum, weight, weight2 := 0.0, 0.0, 0.0
	weights := make([]float64, len(counts))
	for i, y := range counts {
		weights[i] = 1
		if z := farringtonZ(y, old.mu, p.Phi, 0); z > pastSurge {
			weights[i] = math.Pow(pastSurge/z, 4)
		}
		sum += weights[i] * y
		weight += weights[i]
		weight2 += weights[i] * weights[i]
	}
	level = slotLevel{mu: max(sum/weight, emptySlot), n: old.n, variance: weight2 / (weight * weight)}
	for i, y := range counts {
		squares += weights[i] * (y - level.mu) * (y - level.mu) / level.mu
	}
	return level, squares, weight - 1
}

// Expected is what a profile says of one slot.
type Expected struct {
	Mu       float64
	Variance float64 // of Mu
	Weeks    int     // comparable past counts
}

// Expect gives the expectation of a slot with a calendar factor; false for a slot never seen.
func (p Profile) Expect(slot int, factor float64) (Expected, bool) {
	l, ok := p.slots[slot]
	if !ok {
		return Expected{}, false
	}
	if factor == 0 {
		factor = 1
	}
	return Expected{Mu: l.mu * factor, Variance: p.Phi * l.mu * l.variance * factor * factor, Weeks: l.n}, true
}

// EARS is one of the short-history statistics of the Early Aberration Reporting System (Hutwagner et al. 2003): the newest count
// over the mean and sample deviation of seven before it. C1 takes the seven just before; C2 leaves two days between, so that a surge
// that builds up does not become its own baseline. Above 3 is an alarm. When the seven are alike, the deviation is that of a Poisson
// count of their mean, at least 1.
type EARS struct {
	Mean, SD, Value float64
}

// EARSC1 wants 8 counts, the newest last.
func EARSC1(counts []float64) (EARS, error) { return ears(counts, 0) }

// EARSC2 wants 10 counts, the newest last.
func EARSC2(counts []float64) (EARS, error) { return ears(counts, 2) }

func ears(counts []float64, gap int) (EARS, error) {
	n := len(counts)
	if n < 8+gap {
		return EARS{}, centre.Errorf(centre.Invalid, "EARS of %d counts: want %d, the newest last", n, 8+gap)
	}
	for i, c := range counts {
		if !(c >= 0) || math.IsInf(c, 0) {
			return EARS{}, centre.Errorf(centre.Invalid, "count %d is %v: want a number of at least 0", i+1, c)
		}
	}
	mean, sd := stat.MeanSD(counts[n-8-gap : n-1-gap])
	if sd == 0 {
		sd = math.Sqrt(max(mean, 1))
	}
	return EARS{Mean: mean, SD: sd, Value: (counts[n-1] - mean) / sd}, nil
}

// Watched is one series (reason x country, say) with its newest count.
type Watched struct {
	Series  string
	History []Count // oldest first
	Now     Count
}

// WatchOptions settle a run; the zero value finds one false alarm in ten alarms.
type WatchOptions struct {
	Q     float64 // false discovery rate over all series of the run; 0 means 0.10
	Alpha float64 // one-sided chance at which a single bound is drawn; 0 means 0.005 (z 2.5758)
}

// Alarm is the verdict on one series.
type Alarm struct {
	Series   string   `json:"series"`
	Method   string   `json:"method"` // farrington, ears_c2, ears_c1; empty when the history is too short
	Count    float64  `json:"count"`
	Expected *float64 `json:"expected"`
	Bound    *float64 `json:"bound"`
	Phi      *float64 `json:"phi,omitempty"`
	P        *float64 `json:"p"`
	Adjusted *float64 `json:"p_adjusted"` // Benjamini and Hochberg over the run
	Fired    bool     `json:"fired"`
	Reason   string   `json:"reason,omitempty"`
}

// Watch judges every series of a run: by a Farrington bound where at least six comparable counts stand behind the slot, else by
// EARS on the newest counts, else not at all, and says which. A series fires when it passes its bound and its p-value survives
// Benjamini and Hochberg over the run. Alarms come with the smallest p first.
func Watch(series []Watched, o WatchOptions) ([]Alarm, error) {
	if o.Q == 0 {
		o.Q = 0.10
	}
	if o.Alpha == 0 {
		o.Alpha = 0.005
	}
	if !(o.Q > 0 && o.Q < 1 && o.Alpha > 0 && o.Alpha < 1) {
		return nil, centre.Errorf(centre.Invalid, "surge: q %v and alpha %v: want numbers between 0 and 1", o.Q, o.Alpha)
	}
	out := make([]Alarm, len(series))
	var p []float64
	for i, s := range series {
		a, err := judge(s, o.Alpha)
		if err != nil {
			return nil, centre.Errorf(centre.Invalid, "series %s: %w", s.Series, err)
		}
		if a.P != nil {
			p = append(p, *a.P)
		}
		out[i] = a
	}
	adjusted, err := stat.BenjaminiHochberg(p)
	if err != nil {
		return nil, err
	}
	next := 0
	for i := range out {
		if out[i].P == nil {
			continue
		}
		out[i].Adjusted = &adjusted[next]
		out[i].Fired = adjusted[next] <= o.Q && out[i].Count > *out[i].Bound
		next++
	}
	slices.SortStableFunc(out, func(a, b Alarm) int {
		pa, pb := 2.0, 2.0
		if a.P != nil {
			pa = *a.P
		}
		if b.P != nil {
			pb = *b.P
		}
		return cmp.Or(cmp.Compare(pa, pb), cmp.Compare(a.Series, b.Series))
	})
	return out, nil
}

func judge(s Watched, alpha float64) (Alarm, error) {
	a := Alarm{Series: s.Series, Count: s.Now.Count}
	if err := s.Now.check(); err != nil {
		return a, err
	}
	profile, err := FitProfile(s.History)
	if err != nil {
		return a, err
	}
	e, known := profile.Expect(s.Now.Slot, s.Now.factor())
	if known && e.Weeks >= enoughWeeks {
		z := stat.NormalQuantile(1 - alpha)
		bound, err := FarringtonBound(e.Mu, profile.Phi, e.Variance, z)
		if err != nil {
			return a, err
		}
		a.Method, a.Expected, a.Bound, a.Phi = "farrington", &e.Mu, &bound, &profile.Phi
		a.P = new(stat.NormalCDF(-farringtonZ(s.Now.Count, e.Mu, profile.Phi, e.Variance)))
		return a, nil
	}
	counts := make([]float64, 0, len(s.History)+1)
	for _, c := range s.History {
		counts = append(counts, c.Count/c.factor())
	}
	counts = append(counts, s.Now.Count/s.Now.factor())
	var figure EARS
	switch n := len(counts); {
	case n >= 10:
		a.Method = "ears_c2"
		figure, err = EARSC2(counts)
	case n >= 8:
		a.Method = "ears_c1"
		figure, err = EARSC1(counts)
	default:
		a.Reason = "the history is too short: want 6 comparable weeks, or 7 counts"
		return a, nil
	}
	if err != nil {
		return a, err
	}
	f := s.Now.factor()
	a.Expected, a.Bound = new(figure.Mean*f), new((figure.Mean+3*figure.SD)*f)
	t := figure.Value / math.Sqrt(1+1.0/7)
	a.P = new(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 6}.Survival(t))
	return a, nil
}
