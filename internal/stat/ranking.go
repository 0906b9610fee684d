package stat

import (
	"math"
	"slices"

	"sentral/internal/centre"
)

// BenjaminiHochberg adjusts p-values so that rejecting those at or under q keeps the expected share of false alarms at q (Benjamini
// and Hochberg 1995). The adjusted values come in the order given.
func BenjaminiHochberg(p []float64) ([]float64, error) {
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, centre.Errorf(centre.Invalid, "p-value %d is %v: want 0 to 1", i+1, v)
		}
	}
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(p))
	least := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		out[i] = least
	}
	return out, nil
}

// Pooled is a set of groups drawn towards their common mean.
type Pooled struct {
	Mean  float64   `json:"mean"`  // random-effects mean mu
	SE    float64   `json:"se"`    // of the mean
	Q     float64   `json:"q"`     // Cochran's heterogeneity
	Tau2  float64   `json:"tau2"`  // variance between groups, 0 when the groups differ no more than chance
	I2    float64   `json:"i2"`    // share of the scatter that is between groups, 0..1
	Theta []float64 `json:"theta"` // each group's shrunken value
	y, se []float64
}

// Shrink estimates the variance between groups by DerSimonian and Laird (1986) and draws each group's value y, of standard error se,
// towards the common mean: theta = mu + tau2/(tau2+se^2) (y-mu). It wants at least two groups and positive standard errors.
func Shrink(y, se []float64) (Pooled, error) {
	if len(y) < 2 || len(y) != len(se) {
		return Pooled{}, centre.Errorf(centre.Invalid, "shrinkage of %d values with %d standard errors: want at least 2 of each", len(y), len(se))
	}
	if err := finite("value", y); err != nil {
		return Pooled{}, err
	}
	var w, w2, wy float64
	for i, s := range se {
		if !positive(s) {
			return Pooled{}, centre.Errorf(centre.Invalid, "standard error %d is %v: want a finite number above 0", i+1, s)
		}
		v := 1 / (s * s)
		w, w2, wy = w+v, w2+v*v, wy+v*y[i]
	}
	fixed := wy / w
	out := Pooled{y: slices.Clone(y), se: slices.Clone(se)}
	for i := range y {
		out.Q += (y[i] - fixed) * (y[i] - fixed) / (se[i] * se[i])
	}
	df := float64(len(y) - 1)
	out.Tau2 = max(0, (out.Q-df)/(w-w2/w))
	if out.Q > 0 {
		out.I2 = max(0, (out.Q-df)/out.Q)
	}
	out.Mean, out.SE = out.mean(out.Tau2)
	for i := range y {
		out.Theta = append(out.Theta, out.Mean+out.Tau2/(out.Tau2+se[i]*se[i])*(y[i]-out.Mean))
	}
	return out, nil
}

// mean is the random-effects mean at a variance between groups, with its standard error.
func (p Pooled) mean(tau2 float64) (mu, se float64) {
	w, wy := 0.0, 0.0
	for i := range p.y {
		v := 1 / (tau2 + p.se[i]*p.se[i])
		w, wy = w+v, wy+v*p.y[i]
	}
	return wy / w, 1 / math.Sqrt(w)
}

// Rank is where a group stands among the others.
type Rank struct {
	Rank   int     `json:"rank"` // 1 is the highest shrunken value
	CI     [2]int  `json:"ci"`   // ranks that cover its true place with the level
	Median int     `json:"median"`
	Best   float64 `json:"best"` // probability of being first
}

// Ranks places the groups, the highest value first, with an interval of each rank by simulation: draws of the groups' true values
// given y and se, with the variance between groups drawn too (flat prior on its root; Gelman 2006), so that few groups and little
// difference give the wide intervals they deserve. 4,000 draws when draws is 0.
func (p Pooled) Ranks(r *Rand, draws int, level float64) ([]Rank, error) {
	if err := checkLevel(level); err != nil {
		return nil, err
	}
	if draws == 0 {
		draws = 4000
	}
	if draws < 0 || draws > 1e7 {
		return nil, centre.Errorf(centre.Invalid, "%d draws: want 1 to 10 million", draws)
	}
	n := len(p.y)
	taus, weights := p.tauPosterior()
	places := make([][]int, n)
	theta := make([]float64, n)
	order := make([]int, n)
	for range draws {
		tau := taus[r.Pick(weights)]
		mu, se := p.mean(tau * tau)
		mu += se * r.Normal()
		for i := range theta {
			b := tau * tau / (tau*tau + p.se[i]*p.se[i])
			theta[i] = mu + b*(p.y[i]-mu) + math.Sqrt(b)*p.se[i]*r.Normal()
		}
		for i := range order {
			order[i] = i
		}
		r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] }) // breaks ties by lot
		slices.SortStableFunc(order, func(a, b int) int { return sign(theta[b] - theta[a]) })
		for place, i := range order {
			places[i] = append(places[i], place+1)
		}
	}
	return p.summarise(places, level), nil
}

func (p Pooled) summarise(places [][]int, level float64) []Rank {
	n := len(p.y)
	out := make([]Rank, n)
	for i := range out {
		slices.Sort(places[i])
		draws := len(places[i])
		tail := int(float64(draws) * (1 - level) / 2)
		out[i].CI = [2]int{places[i][tail], places[i][draws-1-tail]}
		out[i].Median = places[i][draws/2]
		first := 0
		for first < draws && places[i][first] == 1 {
			first++
		}
		out[i].Best = float64(first) / float64(draws)
		out[i].Rank = 1
		for j := range p.Theta {
			if p.Theta[j] > p.Theta[i] || p.Theta[j] == p.Theta[i] && p.y[j] > p.y[i] {
				out[i].Rank++
			}
		}
	}
	return out
}

// tauPosterior lays a grid over the standard deviation between groups and weighs each by its posterior with mu integrated out
// (Gelman et al., Bayesian Data Analysis, equation 5.21).
func (p Pooled) tauPosterior() (taus, weights []float64) {
	_, spread := MeanSD(p.y)
	widest := 3*spread + slices.Max(p.se)
	const steps = 400
	best := math.Inf(-1)
	for i := range steps {
		tau := widest * (float64(i) + 0.5) / steps
		mu, se := p.mean(tau * tau)
		log := math.Log(se)
		for j := range p.y {
			v := tau*tau + p.se[j]*p.se[j]
			log -= 0.5*math.Log(v) + (p.y[j]-mu)*(p.y[j]-mu)/(2*v)
		}
		taus, weights = append(taus, tau), append(weights, log)
		best = max(best, log)
	}
	for i := range weights {
		weights[i] = math.Exp(weights[i] - best)
	}
	return taus, weights
}
