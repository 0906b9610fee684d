package forecast

import (
	"math"

	"sentral/internal/calendar"
)

// offset is what is expected of a date before any learning: planned effects, and that holidays and eves are quiet.
func (m *model) offset(d calendar.Date) float64 {
	offset := m.terms.expected(d)
	switch m.terms.dayClass(d) {
	case holiday:
		offset -= 0.5
	case eve:
		offset -= 0.2
	}
	return offset
}

// compact keeps the columns that the history has seen and that have a prior, so that the filter's work does not grow with the calendar.
func compact(rows []sparse, prior []float64) (columns []int, kept []float64) {
	columns = make([]int, len(prior))
	for k := range columns {
		columns[k] = -1
	}
	for _, row := range rows {
		for _, at := range row.at {
			columns[at] = 0
		}
	}
	for k, v := range prior {
		if columns[k] == 0 && v > 0 {
			columns[k] = len(kept)
			kept = append(kept, v)
		} else {
			columns[k] = -1
		}
	}
	return columns, kept
}

// through renumbers a row; what the history never saw comes back as variance of its prior.
func through(row sparse, columns []int, prior []float64) (out sparse, unseen float64) {
	for k, at := range row.at {
		if columns[at] >= 0 {
			out.at, out.value = append(out.at, columns[at]), append(out.value, row.value[k])
		} else {
			unseen += prior[at] * square(row.value[k])
		}
	}
	return out, unseen
}

// recent is how many days the tuning is searched on: beyond a year more adds time and little else.
const recent = 260

// tail is the last days of a series, for tuning.
func (d *daily) tail() *daily {
	from := max(0, len(d.z)-recent)
	return &daily{z: d.z[from:], known: d.known[from:], x: d.x[from:], step: d.step[from:], aside: d.aside[from:]}
}

// fitSize learns the level of the days' sizes.
func (m *model) fitSize(h *history, tuned []tuning, like *model) {
	rows := make([]sparse, len(h.days))
	for i, d := range h.days {
		rows[i] = m.terms.row(d.Date)
	}
	var prior []float64
	m.columns, prior = compact(rows, m.terms.prior)
	d := &daily{step: m.gaps(h)}
	for i := range h.days {
		x, _ := through(rows[i], m.columns, m.terms.prior)
		d.x = append(d.x, x)
		d.z = append(d.z, math.Log(h.size[i])-m.offset(h.days[i].Date)-like.borrowed(h.days[i].Date))
		d.known = append(d.known, 0.25/square(h.size[i])/math.Max(0.05, h.share[i])+0.02*math.Max(0, 1-h.share[i]))
		d.aside = append(d.aside, h.class[i] != ordinary || m.terms.excluded(h.days[i].Date))
	}
	candidates, widen := []candidate{{firstTuning(len(h.days)), 1}}, 1.0
	switch {
	case len(tuned) > 0:
		candidates, widen = []candidate{{tuned[0], 1}}, tuned[0].week
		m.widen(prior, widen)
	case len(h.days) >= 15:
		widen = m.weekPrior(d, prior)
		m.widen(prior, widen)
		candidates = d.tail().tune(prior, sizeGrids, 1)
	}
	candidates[0].week = widen
	m.tuned = append(m.tuned, candidates[0].tuning)
	seen := make([]innovation, len(h.days))
	for i, c := range candidates {
		var own []innovation
		if i == 0 {
			own = seen
		}
		l, _ := d.filter(prior, c.tuning, own)
		m.size = append(m.size, member{l, c.weight})
	}
	for i, s := range seen {
		k := s.error / s.deviation
		if i >= settling && !d.aside[i] && math.Abs(k) > flagBeyond {
			date, total := h.days[i].Date, h.days[i].Total()
			m.flags = append(m.flags, Flag{Date: date, Seen: total, Expected: total * math.Exp(-2*s.error), Deviation: k})
			h.weight[i] *= square(flagBeyond / k)
		}
	}
	m.shared = [][]float64{standard(seen, d.aside)}
	m.trust = []float64{trust(m.shared[0])}
}

// trust is the robust deviation of standardised innovations, drawn towards 1 while they are few.
func trust(standardised []float64) float64 {
	var sizes []float64
	for _, k := range standardised[max(0, len(standardised)-recent):] {
		if k != 0 {
			sizes = append(sizes, math.Abs(k))
		}
	}
	n := float64(len(sizes))
	return math.Max(0.5, math.Min(1.5, (20+n*1.4826*median(sizes))/(20+n)))
}

// weekPrior finds, by likelihood, how much wider than usual the weekdays' prior must be: a centre that is nearly empty on Saturdays needs
// a wide one.
func (m *model) weekPrior(d *daily, prior []float64) float64 {
	best, bestLikelihood := 1.0, math.Inf(-1)
	for _, widen := range []float64{1, 4, 16, 64} {
		wide := append([]float64(nil), prior...)
		m.widen(wide, widen)
		middle := tuning{noise: .03, day: .02, rho: .7, walk: .003}
		if _, likelihood := d.tail().filter(wide, middle, nil); likelihood > bestLikelihood {
			best, bestLikelihood = widen, likelihood
		}
	}
	return best
}

// widen multiplies the prior deviation of the weekdays, in the size's own columns.
func (m *model) widen(prior []float64, by float64) {
	for w := range 7 {
		if at := m.columns[1+w]; at >= 0 {
			prior[at] *= square(by)
		}
	}
}

// firstTuning is for histories too short to choose by: wide.
func firstTuning(days int) tuning {
	return tuning{noise: 0.05 + 0.3/float64(max(1, days)), day: 0.05, rho: 0.7, walk: 0.01}
}

// standard is the innovations in units of their deviation, clipped, and zero on days set aside.
func standard(seen []innovation, aside []bool) []float64 {
	out := make([]float64, len(seen))
	for i, s := range seen {
		if i >= settling && !aside[i] {
			out[i] = math.Max(-2.5, math.Min(2.5, s.error/s.deviation))
		}
	}
	return out
}

// gaps counts the open days between one day and the next.
func (m *model) gaps(h *history) []int {
	steps := make([]int, len(h.days))
	for i := range steps {
		steps[i] = 1
		if i > 0 {
			steps[i] = m.terms.openDays(h.days[i-1].Date, h.days[i].Date)
		}
	}
	return steps
}

// borrowed is what a similar queue knows of a date beyond its own level.
func (m *model) borrowed(d calendar.Date) float64 {
	if m == nil {
		return 0
	}
	x, _ := through(m.terms.row(d), m.columns, m.terms.prior)
	sum := m.offset(d)
	for k, at := range x.at {
		if at != 0 {
			sum += x.value[k] * m.size.coefficient(at)
		}
	}
	return sum
}

// shapePrior is the prior variance of the terms of a score, in units of its deviation squared: the few that shapes are known to follow.
func (t *terms) shapePrior() []float64 {
	known := map[string]float64{
		"level": .5, "first_after_closed": .5, "last_before_closed": .5, "after_holiday": .5, "before_holiday": .5,
		"month_cos_1": .3, "month_sin_1": .3, "month_cos_2": .2, "month_sin_2": .2,
	}
	for _, w := range weekdayNames {
		known["weekday_"+w] = .6
	}
	prior := make([]float64, len(t.prior))
	for k, name := range t.names {
		prior[k] = square(known[name])
	}
	return prior
}

// fitShapes finds the factors by which profiles differ from day to day and learns the level of each one's score.
func (m *model) fitShapes(h *history, tuned []tuning) {
	n, count := len(h.days), min(factorCount, m.slots-1, len(h.days)/8)
	if count < 1 {
		return
	}
	deviations, use := make([][]float64, n), make([]float64, n)
	usual := 2 * median(m.lengths(h))
	if usual < 1e-9 {
		return // all days have one shape
	}
	for i := range h.days {
		deviations[i] = make([]float64, m.slots)
		m.deviations(h, i, deviations[i])
		if h.class[i] == ordinary && h.share[i] > 0.9 && h.weight[i] > 0 {
			use[i] = math.Min(1, square(usual/math.Max(usual, math.Sqrt(dot(deviations[i], deviations[i])))))
		}
	}
	m.factor = principal(deviations, use, count)
	full := m.terms.shapePrior()
	rows := make([]sparse, n)
	for i, d := range h.days {
		rows[i] = m.terms.row(d.Date)
	}
	var kept []float64
	m.shaped, kept = compact(rows, full)
	base := &daily{step: m.gaps(h)}
	for i := range h.days {
		x, _ := through(rows[i], m.shaped, full)
		base.x = append(base.x, x)
		base.known = append(base.known, 0.25/square(h.size[i])/math.Max(0.05, h.share[i]))
		base.aside = append(base.aside, use[i] == 0)
	}
	for k, f := range m.factor {
		d := *base
		d.z = make([]float64, n)
		var sizes []float64
		for i := range h.days {
			d.z[i] = dot(deviations[i], f)
			if use[i] > 0 {
				sizes = append(sizes, math.Abs(d.z[i]))
			}
		}
		scale := math.Max(1e-6, 1.4826*median(sizes))
		prior := make([]float64, len(kept))
		for i, v := range kept {
			prior[i] = v * square(scale)
		}
		var tune tuning
		if len(tuned) > k+1 {
			tune = tuned[k+1]
		} else {
			tune = d.tail().tune(prior, shapeGrids, scale)[0].tuning
		}
		m.tuned = append(m.tuned, tune)
		seen := make([]innovation, n)
		l, _ := d.filter(prior, tune, seen)
		m.score = append(m.score, l)
		m.shared = append(m.shared, standard(seen, d.aside))
		m.trust = append(m.trust, trust(m.shared[k+1]))
	}
}

// principal finds the directions in which the rows vary most, by orthogonal iteration on their weighted sum of squares.
func principal(rows [][]float64, weight []float64, count int) [][]float64 {
	n := len(rows[0])
	products := make([]float64, n*n)
	for i, row := range rows {
		if weight[i] == 0 {
			continue
		}
		for a, v := range row {
			v *= weight[i]
			for b := a; b < n; b++ {
				products[a*n+b] += v * row[b]
			}
		}
	}
	for a := range n {
		for b := range a {
			products[a*n+b] = products[b*n+a]
		}
	}
	directions := make([][]float64, count)
	for k := range directions {
		directions[k] = make([]float64, n)
		for j := range n {
			directions[k][j] = math.Sin(float64((k + 1) * (j + 1))) // any start that is not orthogonal to the answer
		}
	}
	for range 20 {
		for k, d := range directions {
			next := make([]float64, n)
			for a := range n {
				next[a] = dot(products[a*n:a*n+n], d)
			}
			for _, earlier := range directions[:k] {
				c := dot(next, earlier)
				for j := range next {
					next[j] -= c * earlier[j]
				}
			}
			unit(next)
			directions[k] = next
		}
	}
	return directions
}

// fitRest measures what the factors leave of each slot, smoothed towards the slots' mean, and how the innovations move together.
func (m *model) fitRest(h *history) {
	m.rest = make([]float64, m.slots)
	weight := make([]float64, m.slots)
	e := make([]float64, m.slots)
	for i := range h.days {
		if h.class[i] != ordinary || h.weight[i] == 0 {
			continue
		}
		m.deviations(h, i, e)
		for _, f := range m.factor {
			c := dot(e, f)
			for j := range e {
				e[j] -= c * f[j]
			}
		}
		trust := h.weight[i] / math.Pow(profileDecay, float64(len(h.days)-1-i))
		counting := 0.25 / square(h.size[i])
		for j, r := range h.roots[i] {
			if !math.IsNaN(r) {
				m.rest[j] += trust * (e[j]*e[j] - counting)
				weight[j] += trust
			}
		}
	}
	mean, total := 0.0, 0.0
	for j := range m.rest {
		mean += m.rest[j]
		total += weight[j]
	}
	mean = math.Max(0, mean/math.Max(1, total))
	lost := 1 + float64(len(m.factor)+1)/float64(max(1, m.slots-len(m.factor)-1)) // degrees of freedom that size and factors took
	for j := range m.rest {
		m.rest[j] = math.Max(mean/4, (m.rest[j]+20*mean)/(weight[j]+20)) * lost
	}
	m.correlate()
}

// correlate turns the innovations of size and scores into their correlations, drawn halfway to none.
func (m *model) correlate() {
	n := len(m.shared)
	matrix := make([][]float64, n)
	for a := range n {
		matrix[a] = make([]float64, n)
		for b := range n {
			matrix[a][b] = 1
			if a != b {
				length := math.Sqrt(dot(m.shared[a], m.shared[a]) * dot(m.shared[b], m.shared[b]))
				matrix[a][b] = 0
				if length > 0 {
					matrix[a][b] = 0.5 * dot(m.shared[a], m.shared[b]) / length
				}
			}
		}
	}
	m.shared = matrix
}
