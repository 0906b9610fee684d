package forecast

import (
	"math"
	"slices"

	"sentral/internal/calendar"
)

// model is what a history taught: how large a day is, what its profile is, and how both vary. All is on the scale r = sqrt(count + 1/4),
// on which counting noise is the same everywhere (about 1/4): r[j] = a (profile[j] + sum over k of score[k] factor[k][j] + rest).
type model struct {
	terms   *terms
	columns []int // where a term's column stands in the size's level; -1: the history never saw it
	shaped  []int // the same for the shapes' levels
	slots   int
	last    calendar.Date
	open    [7][]bool
	profile [7][]float64       // unit length
	typical [classes][]float64 // mean profile of special days
	seen    [classes]float64   // how many special days that rests on
	size    mixture            // of log a
	factor  [][]float64        // shapes by which days differ, unit length
	score   []*level           // of each factor's score
	rest    []float64          // variance of what is left of a slot, relative to a squared, counting noise not counted
	shared  [][]float64        // correlation of the innovations of log a and the scores
	trust   []float64          // by how much the levels' own deviations are scaled, size first, so that half the innovations lie within 0.67
	scatter float64            // usual squared distance of a day's profile from its weekday's
	flags   []Flag
	tuned   []tuning
}

// Flag is a day that counted less because it was far from what was expected of it.
type Flag struct {
	Date      calendar.Date
	Seen      float64 // contacts
	Expected  float64 // contacts
	Deviation float64 // distance in standard deviations of log size
}

// Settings of the shapes; chosen like the priors of terms.
const (
	profilePrior = 8.0  // days that the common profile weighs against a weekday's own
	profileDecay = 0.99 // weight of a day relative to the next
	classPrior   = 2.0  // days that the weekday's profile weighs against that of special days
	factorCount  = 3
	flagBeyond   = 3.0 // standard deviations
)

// history is a series made ready: roots, sizes and weights of its days.
type history struct {
	days   []Day
	roots  [][]float64 // NaN: not recorded
	size   []float64   // a
	share  []float64   // of the profile's squared length that was recorded
	weight []float64
	class  []class
}

func newHistory(days []Day, t *terms) *history {
	n := len(days)
	h := &history{days: days, roots: make([][]float64, n), size: make([]float64, n), share: make([]float64, n), weight: make([]float64, n), class: make([]class, n)}
	for i, d := range days {
		h.roots[i] = make([]float64, len(d.Counts))
		recorded := 0.0
		for j, y := range d.Counts {
			h.roots[i][j] = math.Sqrt(y + 0.25)
			if !math.IsNaN(y) {
				h.size[i] += square(h.roots[i][j])
				recorded++
			}
		}
		h.size[i] = math.Sqrt(h.size[i] * float64(len(d.Counts)) / math.Max(1, recorded))
		h.class[i] = t.dayClass(d.Date)
		h.weight[i] = math.Pow(profileDecay, float64(n-1-i))
		if t.excluded(d.Date) {
			h.weight[i] = 0
		}
	}
	return h
}

// newTerms prepares the regressors for a series.
func newTerms(s *Series, cal *calendar.Calendar, events []Event) *terms {
	t := &terms{cal: cal, events: events}
	var dates []calendar.Date
	recent := s.Days[max(0, len(s.Days)-56):]
	for _, d := range recent {
		t.open[d.Date.Weekday()] = true
	}
	for _, d := range s.Days {
		dates = append(dates, d.Date)
	}
	t.shut = t.holidaysShut(dates)
	t.lay(dates)
	return t
}

// holidaysShut tells whether every public holiday within the history fell on a day that has no counts, and there was one.
func (t *terms) holidaysShut(dates []calendar.Date) bool {
	if t.cal == nil || len(dates) == 0 {
		return false
	}
	missed := 0
	for d, i := dates[0], 0; d <= dates[len(dates)-1]; d++ {
		there := dates[i] == d
		if there {
			i++
		}
		if t.dayClass(d) == holiday && t.open[d.Weekday()] {
			if there {
				return false
			}
			missed++
		}
	}
	return missed > 0
}

// openDays counts the dates after one and up to another on which the series is open, at least 1.
func (t *terms) openDays(after, upTo calendar.Date) int {
	n := 0
	for d := after + 1; d <= upTo && n < 400; d++ {
		if !t.closed(d) {
			n++
		}
	}
	return max(1, n)
}

// fit learns a model. With lessons from an earlier fit the tuning is not searched again. With like the profile, and the calendar's
// effects, of a similar queue stand in for what a short history cannot tell.
func fit(days []Day, t *terms, tuned []tuning, like *model) *model {
	m := &model{terms: t, slots: len(days[0].Counts), last: days[len(days)-1].Date}
	h := newHistory(days, t)
	m.openSlots(h)
	for pass := range 3 {
		m.profiles(h, like)
		m.measure(h)
		if pass < 2 {
			m.doubt(h)
		}
	}
	m.fitSize(h, tuned, like)
	m.fitShapes(h, tuned)
	m.fitRest(h)
	return m
}

// openSlots finds which slots of which weekday are in use: those recorded on at least two of its last eight days, or on its only one.
func (m *model) openSlots(h *history) {
	var seen [7]int
	var times [7][]int
	for w := range 7 {
		m.open[w], times[w] = make([]bool, m.slots), make([]int, m.slots)
	}
	for i := len(h.days) - 1; i >= 0; i-- {
		w := h.days[i].Date.Weekday()
		if h.class[i] != ordinary && seen[w] > 0 || seen[w] == 8 {
			continue
		}
		seen[w]++
		for j, y := range h.days[i].Counts {
			if !math.IsNaN(y) {
				times[w][j]++
			}
		}
	}
	for w := range 7 {
		for j, n := range times[w] {
			m.open[w][j] = n >= 2 || n == 1 && seen[w] <= 2
		}
	}
}

// profiles estimates the profile of each weekday, drawn towards the common one, or towards that of a similar queue.
func (m *model) profiles(h *history, like *model) {
	var sum, weight [7][]float64
	common, commonWeight := make([]float64, m.slots), make([]float64, m.slots)
	special, specialWeight := [classes][]float64{}, [classes]float64{}
	for w := range 7 {
		sum[w], weight[w] = make([]float64, m.slots), make([]float64, m.slots)
	}
	for c := range special {
		special[c] = make([]float64, m.slots)
	}
	for i, d := range h.days {
		w, c := d.Date.Weekday(), h.class[i]
		if c != ordinary {
			specialWeight[c]++
		}
		for j, r := range h.roots[i] {
			switch {
			case math.IsNaN(r):
			case c != ordinary:
				special[c][j] += r / h.size[i]
			default:
				sum[w][j] += h.weight[i] * r / h.size[i]
				weight[w][j] += h.weight[i]
				common[j] += h.weight[i] * r / h.size[i]
				commonWeight[j] += h.weight[i]
			}
		}
	}
	for j := range common {
		if commonWeight[j] > 0 {
			common[j] /= commonWeight[j]
		} else {
			common[j] = 1 / math.Sqrt(float64(m.slots))
		}
	}
	for w := range 7 {
		base := common
		if like != nil {
			base = like.profile[w]
		}
		prior := m.profileDays(sum[w], weight[w], base)
		m.profile[w] = make([]float64, m.slots)
		for j := range m.slots {
			if m.open[w][j] {
				m.profile[w][j] = (sum[w][j] + prior*base[j]) / (weight[w][j] + prior)
			}
		}
		unit(m.profile[w])
	}
	for c := range special {
		m.typical[c], m.seen[c] = special[c], specialWeight[c]
	}
}

// profileDays is how many days the base profile weighs against a weekday's own: the scatter of days over the squared distance that the
// weekday keeps from the base beyond what chance explains, and at most profilePrior. A Saturday unlike all other days is on its own.
func (m *model) profileDays(sum, weight, base []float64) float64 {
	if m.scatter == 0 {
		return profilePrior
	}
	apart, days := 0.0, 0.0
	for j := range sum {
		if weight[j] > 0 {
			apart += square(sum[j]/weight[j] - base[j])
			days = math.Max(days, weight[j])
		}
	}
	if days == 0 {
		return profilePrior
	}
	apart -= m.scatter / days
	return math.Min(profilePrior, m.scatter/math.Max(apart, m.scatter/profilePrior))
}

// shape is the profile of a date: that of its weekday, or a mixture with what special days have shown.
func (m *model) shape(d calendar.Date) []float64 {
	p := m.profile[d.Weekday()]
	c := m.terms.dayClass(d)
	if c == ordinary || m.seen[c] == 0 {
		return p
	}
	mixed := make([]float64, m.slots)
	for j := range mixed {
		if m.open[d.Weekday()][j] {
			mixed[j] = (m.typical[c][j] + classPrior*p[j]) / (m.seen[c] + classPrior)
		}
	}
	unit(mixed)
	return mixed
}

// unit scales a profile to length one.
func unit(p []float64) {
	length := math.Sqrt(dot(p, p))
	if length == 0 {
		return
	}
	for j := range p {
		p[j] /= length
	}
}

// measure finds each day's size by its profile, over the slots that were recorded.
func (m *model) measure(h *history) {
	for i, d := range h.days {
		p := m.shape(d.Date)
		along, length := 0.0, 0.0
		for j, r := range h.roots[i] {
			if !math.IsNaN(r) && p[j] > 0 {
				along += r * p[j]
				length += p[j] * p[j]
			}
		}
		h.share[i] = length
		if length > 0.01 {
			h.size[i] = along / length
		}
	}
}

// deviations is how each recorded slot of a day differs from its profile, relative to its size; zero where not recorded.
func (m *model) deviations(h *history, i int, into []float64) {
	p := m.shape(h.days[i].Date)
	for j, r := range h.roots[i] {
		into[j] = 0
		if !math.IsNaN(r) && p[j] > 0 {
			into[j] = r/h.size[i] - p[j]
		}
	}
}

// doubt lowers the weight of days whose profile is far from the usual.
func (m *model) doubt(h *history) {
	lengths := m.lengths(h)
	usual := median(lengths)
	m.scatter = square(usual)
	for i, l := range lengths {
		if l > 2*usual {
			h.weight[i] *= square(2 * usual / l)
		}
	}
}

func (m *model) lengths(h *history) []float64 {
	e := make([]float64, m.slots)
	lengths := make([]float64, len(h.days))
	for i := range h.days {
		m.deviations(h, i, e)
		lengths[i] = math.Sqrt(dot(e, e))
	}
	return lengths
}

func median(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	if len(sorted) == 0 {
		return 0
	}
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
