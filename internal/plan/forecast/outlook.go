package forecast

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/calendar"
)

// outlook is what a model expects of one coming day, before chance: everything that scenarios are drawn from.
type outlook struct {
	date    calendar.Date
	size    float64     // expected log a
	spread  float64     // its variance
	shape   []float64   // profile with the expected scores
	moves   [][]float64 // shapes by which the day may differ
	cov     *mat.SymDense
	rest    []float64 // relative variance of each slot on its own
	open    []bool
	partial *partial  // the day under way, or nil
	mean    []float64 // expected contacts where they do not follow from size and shape: a benchmark's
}

// partial is the day under way: what is known of it so far.
type partial struct {
	day  Day
	from int // first slot that is not known
}

// maxSpread bounds the variance of log a, so that the first holiday that a series meets does not make its scenarios absurd.
const maxSpread = 0.25

// ahead gives the outlooks of the dates, which rise and come after the history; today is the day under way, if it is among them.
func (m *model) ahead(dates []calendar.Date, like *model, today *partial) ([]outlook, *mat.SymDense) {
	size := m.size.clone()
	scores := make([]*level, len(m.score))
	for k, s := range m.score {
		scores[k] = s.clone()
	}
	n := len(dates)
	looks := make([]outlook, n)
	across := mat.NewSymDense(n, nil) // covariance of the sizes of different days
	reach := make([][][]float64, n)   // cov.x of each day, for its covariance with later ones
	steps := make([]int, n)
	last := m.last
	for i, date := range dates {
		steps[i] = m.terms.openDays(last, date)
		last = date
		size.advance(steps[i])
		row := m.terms.row(date)
		x, unseen := through(row, m.columns, m.terms.prior)
		mean, variance, r := size.predict(x)
		reach[i] = r
		o := &looks[i]
		o.date, o.open = date, m.open[date.Weekday()]
		o.size = mean + m.offset(date) + like.borrowed(date)
		o.spread = math.Min(maxSpread, variance*square(m.trust[0])+unseen)
		across.SetSym(i, i, o.spread)
		back := 0
		for j := i - 1; j >= 0; j-- {
			back += steps[j+1]
			across.SetSym(j, i, math.Max(-maxSpread, math.Min(maxSpread, size.carry(reach[j], x, back)*square(m.trust[0]))))
		}
		m.lookShape(o, scores, row, steps[i])
		if today != nil && date == today.day.Date {
			o.partial = today
			m.learnToday(o, size, scores, row)
			across.SetSym(i, i, o.spread)
			_, _, reach[i] = size.predict(x)
		}
	}
	return looks, across
}

// lookShape sets the expected profile, its moves and the covariance of (log a, scores).
func (m *model) lookShape(o *outlook, scores []*level, row sparse, steps int) {
	p := m.shape(o.date)
	o.shape = append([]float64(nil), p...)
	o.moves, o.rest = m.factor, m.rest
	n := len(scores) + 1
	deviation := make([]float64, n)
	deviation[0] = math.Sqrt(o.spread)
	for k, l := range scores {
		l.advance(steps)
		x, _ := through(row, m.shaped, m.terms.shapePrior())
		mean, variance := l.predict(x)
		deviation[k+1] = math.Sqrt(variance+square(l.noise)) * m.trust[k+1]
		if m.terms.dayClass(o.date) == ordinary {
			for j, f := range m.factor[k] {
				o.shape[j] += mean * f
			}
		}
	}
	for j := range o.shape {
		if !o.open[j] || o.shape[j] < 0 {
			o.shape[j] = 0
		}
	}
	o.cov = mat.NewSymDense(n, nil)
	for a := range n {
		for b := a; b < n; b++ {
			o.cov.SetSym(a, b, deviation[a]*deviation[b]*m.shared[a][b])
		}
	}
}

// within is by how much a slot's own variance is raised while learning from a day under way: neighbouring slots err together more than
// the factors say, so that each teaches less.
const within = 4.0

// maxMove bounds by how much a day under way may move the logarithm of its size.
const maxMove = 2.0

// learnToday conditions a day on its slots so far (a Gaussian update of log a and the scores together) and tells the levels, so that
// the days after it profit too. A start that is far from what was expected widens the expectation first, so that it is believed.
func (m *model) learnToday(o *outlook, size mixture, scores []*level, row sparse) {
	n := o.cov.SymmetricDim()
	before := mat.NewSymDense(n, nil)
	before.CopySym(o.cov)
	wider := m.widening(o)
	before.SetSym(0, 0, wider*before.At(0, 0))
	for k := 1; k < n; k++ {
		before.SetSym(0, k, math.Sqrt(wider)*before.At(0, k))
	}
	theta, cov := mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	for range 3 { // each pass linearises at what the one before it found
		at := mat.VecDenseCopyOf(theta)
		theta.Zero()
		cov.CopySym(before)
		for j := range o.partial.from {
			h, left, noise, known := m.slotSeen(o, j, at)
			if !known {
				continue
			}
			left += mat.Dot(h, at) - mat.Dot(h, theta)
			var gain mat.VecDense
			gain.MulVec(cov, h)
			total := mat.Dot(h, &gain) + noise
			theta.AddScaledVec(theta, left/total, &gain)
			cov.SymRankOne(cov, -1/total, &gain)
		}
		theta.SetVec(0, math.Max(-maxMove, math.Min(maxMove, theta.AtVec(0))))
	}
	x, _ := through(row, m.columns, m.terms.prior)
	for _, l := range size {
		l.learn(x, theta.AtVec(0), before.At(0, 0), cov.At(0, 0))
	}
	for k, l := range scores {
		x, _ := through(row, m.shaped, m.terms.shapePrior())
		l.learn(x, theta.AtVec(k+1), before.At(k+1, k+1), cov.At(k+1, k+1))
	}
	o.size += theta.AtVec(0)
	for k, f := range o.moves {
		for j := range o.shape {
			if o.shape[j] > 0 {
				o.shape[j] = math.Max(0, o.shape[j]+theta.AtVec(k+1)*f[j])
			}
		}
	}
	o.cov, o.spread = cov, cov.At(0, 0)
}

// slotSeen linearises a slot that has come at theta: r = expected + h.(t - theta) + noise. left is r - expected.
func (m *model) slotSeen(o *outlook, j int, theta *mat.VecDense) (h *mat.VecDense, left, noise float64, known bool) {
	y := o.partial.day.Counts[j]
	if math.IsNaN(y) || o.shape[j] <= 0 {
		return nil, 0, 0, false
	}
	a := math.Exp(o.size + theta.AtVec(0))
	part := o.shape[j]
	h = mat.NewVecDense(o.cov.SymmetricDim(), nil)
	for k, f := range o.moves {
		part += theta.AtVec(k+1) * f[j]
		h.SetVec(k+1, a*f[j])
	}
	h.SetVec(0, a*part)
	return h, math.Sqrt(y+0.25) - a*part, (0.25 + square(a)*o.rest[j]) * within, true
}

// widening is by how much the variance expected of a day's size must grow for its size so far to lie within so many standard deviations as
// makes an outlier; 1 when it does already.
func (m *model) widening(o *outlook) float64 {
	n := o.cov.SymmetricDim()
	zero, sum := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	off, variance := 0.0, 0.0
	for j := range o.partial.from {
		h, left, noise, known := m.slotSeen(o, j, zero)
		if !known {
			continue
		}
		weight := h.AtVec(0) / noise
		off += weight * left
		variance += square(weight) * noise
		sum.AddScaledVec(sum, weight, h)
	}
	own := mat.Inner(sum, o.cov, sum)
	if own <= 0 {
		return 1
	}
	return math.Max(1, (square(off/outlier)-variance)/own)
}

// learn passes on to a level what a day under way has shown: an observation of such variance as takes the day's own variance from
// before to after, with the mean moved.
func (l *level) learn(x sparse, moved, before, after float64) {
	if after >= before*(1-1e-9) {
		return
	}
	_, variance := l.predict(x)
	seen := before * after / (before - after)
	l.observe(moved*before/(before-after), variance, math.Max(1e-12, before-variance)+seen)
}

// centre is the expected number of contacts of a slot, given the day's expected size and shape: the mean of the Poisson counts whose
// mean root is the one expected.
func (o *outlook) centre(j int) float64 {
	if !o.open[j] {
		return 0
	}
	if o.mean != nil {
		return o.mean[j]
	}
	if o.shape[j] <= 0 {
		return 0
	}
	vary := o.rest[j]
	for k, f := range o.moves {
		vary += square(f[j]) * o.cov.At(k+1, k+1)
	}
	return rateOfRoot(math.Exp(o.size)*o.shape[j])*math.Exp(2*math.Min(o.spread, maxLift)) + math.Exp(2*o.size)*math.Min(vary, square(o.shape[j]))
}

// maxLift bounds the variance that lifts the mean above the middle of the scenarios.
const maxLift = 0.01

// rootTable is the mean of sqrt(Y + 1/4) for Poisson Y of mean 0, 0.1, 0.2, ... 40.
var rootTable = func() [401]float64 {
	var table [401]float64
	for i := range table {
		rate := float64(i) / 10
		p := math.Exp(-rate)
		for k := range 120 {
			table[i] += p * math.Sqrt(float64(k)+0.25)
			p *= rate / float64(k+1)
		}
	}
	return table
}()

// rateOfRoot is the Poisson mean at which the mean of sqrt(Y + 1/4) is root. Above 40 the two differ by less than 1e-4.
func rateOfRoot(root float64) float64 {
	if root <= rootTable[0] {
		return 0
	}
	if root >= rootTable[400] {
		return 40 + square(root) - square(rootTable[400])
	}
	low, high := 0, 400
	for high-low > 1 {
		mid := (low + high) / 2
		if rootTable[mid] <= root {
			low = mid
		} else {
			high = mid
		}
	}
	return (float64(low) + (root-rootTable[low])/(rootTable[high]-rootTable[low])) / 10
}
