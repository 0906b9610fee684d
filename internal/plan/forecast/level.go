package forecast

import (
	"cmp"
	"math"
	"slices"
)

// level is a Gaussian model of one number a day, kept up to date by the Kalman filter: z = x.b + u + noise. The coefficients b are
// fixed, with normal priors; b[0], the level, walks at random; u is an AR(1) day effect. The last state is u.
type level struct {
	n     int       // states: the coefficients, then u
	state []float64 // means
	cov   []float64 // n x n covariance, symmetric
	work  []float64 // cov.x of the last predict
	tuning
}

// tuning is what cannot be learnt day by day. It is chosen by likelihood, in units of z.
type tuning struct {
	noise float64 // standard deviation of what is a day's own
	day   float64 // standard deviation of u
	rho   float64 // how much of u stays from one open day to the next
	walk  float64 // standard deviation of the level's step
	week  float64 // by how much the weekdays' prior is widened; not used by the filter
}

func newLevel(prior []float64, t tuning) *level {
	n := len(prior) + 1
	l := &level{n: n, state: make([]float64, n), cov: make([]float64, n*n), work: make([]float64, n), tuning: t}
	for i, v := range prior {
		l.cov[i*n+i] = v
	}
	l.cov[n*n-1] = square(t.day)
	return l
}

func (l *level) clone() *level {
	c := *l
	c.state = append([]float64(nil), l.state...)
	c.cov = append([]float64(nil), l.cov...)
	c.work = make([]float64, l.n)
	return &c
}

// advance moves so many open days on.
func (l *level) advance(days int) {
	n, u := l.n, l.n-1
	stay := math.Pow(l.rho, float64(days))
	l.state[u] *= stay
	for i := range n {
		l.cov[i*n+u] *= stay
		l.cov[u*n+i] *= stay
	}
	l.cov[u*n+u] += square(l.day) * (1 - stay*stay)
	l.cov[0] += float64(days) * square(l.walk)
}

// sparse is a row of regressors by its values that are not zero.
type sparse struct {
	at    []int
	value []float64
}

// predict gives the mean and variance of z, noise not counted, and leaves cov.x in work.
func (l *level) predict(x sparse) (mean, variance float64) {
	n := l.n
	for i := range n {
		row := l.cov[i*n : i*n+n]
		sum := row[n-1]
		for k, at := range x.at {
			sum += row[at] * x.value[k]
		}
		l.work[i] = sum
	}
	mean, variance = l.state[n-1], l.work[n-1]
	for k, at := range x.at {
		mean += x.value[k] * l.state[at]
		variance += x.value[k] * l.work[at]
	}
	return mean, variance
}

// observe takes in z; work holds cov.x from predict.
func (l *level) observe(innovation, variance, noise float64) {
	n := l.n
	total := variance + noise
	work := l.work
	for i, w := range work {
		if w == 0 {
			continue
		}
		gain := w / total
		l.state[i] += gain * innovation
		row := l.cov[i*n : i*n+n : i*n+n]
		for k := range row {
			row[k] -= gain * work[k]
		}
	}
}

// Robustness: a day further than outlier standard deviations from what was expected counts less and less (its influence falls with the
// third power of its distance), and lets the day effect move more freely on the next day, so that a lasting shift is soon believed.
const (
	outlier      = 2.0
	outlierPower = 4.0
	outlierBump  = 4.0
	asideNoise   = 0.01 // variance of a special day on top of its own term, so that the level does not follow it
	settling     = 6    // days before the model knows enough to call a day an outlier
)

// daily is a series of daily numbers to be explained.
type daily struct {
	z     []float64
	known []float64 // variance of z that is known beforehand: counting noise
	x     []sparse
	step  []int  // open days since the day before
	aside []bool // special days: their own terms learn from them, the level does not
}

// innovation is how far a day was from what was expected of it the day before.
type innovation struct {
	error, deviation float64 // deviation includes the noise
}

// filter runs through the days; it returns the level after the last and the log likelihood of the robust model, and fills seen, if given.
func (d *daily) filter(prior []float64, t tuning, seen []innovation) (*level, float64) {
	l := newLevel(prior, t)
	likelihood := 0.0
	for i, z := range d.z {
		l.advance(d.step[i])
		mean, variance := l.predict(d.x[i])
		noise := square(t.noise) + d.known[i]
		total := variance + noise
		e := z - mean
		if seen != nil {
			seen[i] = innovation{e, math.Sqrt(total)}
		}
		if d.aside[i] {
			l.observe(e, variance, asideNoise)
			continue
		}
		k := math.Abs(e) / math.Sqrt(total)
		far := k > outlier && i >= settling
		if i >= settling {
			likelihood -= 0.5 * (math.Log(total) + square(math.Min(k, outlier)))
			likelihood -= outlier * math.Max(0, k-outlier)
		}
		if far {
			noise = total*math.Pow(k/outlier, outlierPower) - variance
		}
		l.observe(e, variance, noise)
		if far {
			l.cov[l.n*l.n-1] += outlierBump * square(t.day) * math.Min(1, (k-outlier)/outlier)
		}
	}
	return l, likelihood
}

// grids are the tunings that are tried, in units of a scale.
type grids struct{ noise, day, rho, walk []float64 }

// sizeGrids suit the logarithm of a day's size (on the square-root scale, where 0.01 is 2 % of the contacts); shapeGrids suit the
// scores of a day's shape in units of their deviation.
var (
	sizeGrids = grids{
		noise: []float64{.005, .01, .02, .04, .08, .16}, day: []float64{.003, .006, .012, .025, .05, .1},
		rho: []float64{.3, .5, .7, .8, .9}, walk: []float64{.0005, .001, .002, .004, .008, .016},
	}
	shapeGrids = grids{noise: []float64{.3, .6, 1}, day: []float64{.1, .3, .6}, rho: []float64{.3, .5, .7, .85}, walk: []float64{.01, .03, .08}}
)

// candidate is a tuning and how much it is believed.
type candidate struct {
	tuning
	weight float64
}

// A log likelihood this much below the best is left out, and so is what comes after so many candidates. The weights are tempered, since
// a robust likelihood says more than it knows.
const (
	candidateTemper = 3.0
	candidateDepth  = 10.0
	candidateCount  = 12
)

// tune finds the tunings of the greatest likelihood, by going along one grid at a time from its middle. The best comes first; its
// neighbours follow, weighted by their likelihood: few days decide little between them, and their average errs less than any one.
func (d *daily) tune(prior []float64, g grids, scale float64) []candidate {
	axes := [4][]float64{g.noise, g.day, g.rho, g.walk}
	at := [4]int{len(g.noise) / 2, len(g.day) / 2, len(g.rho) / 2, len(g.walk) / 2}
	pick := func(at [4]int) tuning {
		return tuning{noise: axes[0][at[0]] * scale, day: axes[1][at[1]] * scale, rho: axes[2][at[2]], walk: axes[3][at[3]] * scale}
	}
	known := map[[4]int]float64{}
	var tried [][4]int
	score := func(at [4]int) float64 {
		v, found := known[at]
		if !found {
			if _, v = d.filter(prior, pick(at), nil); math.IsNaN(v) {
				v = math.Inf(-1)
			}
			known[at] = v
			tried = append(tried, at)
		}
		return v
	}
	best := score(at)
	for changed := true; changed; {
		changed = false
		for axis := range axes {
			for _, step := range []int{-1, 1} {
				for {
					next := at
					next[axis] += step
					if next[axis] < 0 || next[axis] >= len(axes[axis]) || score(next) <= best+1e-9 {
						break
					}
					best, at, changed = score(next), next, true
				}
			}
		}
	}
	if math.IsInf(best, -1) {
		return []candidate{{pick(at), 1}}
	}
	slices.SortStableFunc(tried, func(a, b [4]int) int { return cmp.Compare(known[b], known[a]) })
	var out []candidate
	total := 0.0
	for _, at := range tried[:min(candidateCount, len(tried))] {
		if known[at] > best-candidateDepth {
			out = append(out, candidate{pick(at), math.Exp((known[at] - best) / candidateTemper)})
			total += out[len(out)-1].weight
		}
	}
	for i := range out {
		out[i].weight /= total
	}
	return out
}

// mixture is the same level under several tunings, and how much each is believed.
type mixture []member

type member struct {
	*level
	weight float64
}

func (m mixture) clone() mixture {
	out := make(mixture, len(m))
	for i, l := range m {
		out[i] = member{l.level.clone(), l.weight}
	}
	return out
}

func (m mixture) advance(days int) {
	for _, l := range m {
		l.level.advance(days)
	}
}

// predict gives the mean and variance of z, noise included, and each member's cov.x.
func (m mixture) predict(x sparse) (mean, variance float64, reach [][]float64) {
	means := make([]float64, len(m))
	for i, l := range m {
		var own float64
		means[i], own = l.level.predict(x)
		mean += l.weight * means[i]
		variance += l.weight * (own + square(l.noise))
		reach = append(reach, append([]float64(nil), l.work...))
	}
	for i, l := range m {
		variance += l.weight * square(means[i]-mean)
	}
	return mean, variance, reach
}

// carry is the covariance of z of a day, whose reach is given, with that of a day so many open days later: coefficients stay, u fades.
func (m mixture) carry(reach [][]float64, x sparse, back int) float64 {
	total := 0.0
	for i, l := range m {
		sum := reach[i][l.n-1] * math.Pow(l.rho, float64(back))
		for k, at := range x.at {
			sum += x.value[k] * reach[i][at]
		}
		total += l.weight * sum
	}
	return total
}

// coefficient is the mean of one coefficient.
func (m mixture) coefficient(at int) float64 {
	sum := 0.0
	for _, l := range m {
		sum += l.weight * l.state[at]
	}
	return sum
}

func square(x float64) float64 { return x * x }

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
