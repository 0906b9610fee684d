package stat

import (
	"math"

	"sentral/internal/centre"
)

// Design says how answers were sampled, so that an estimate's standard error counts customers and not their repeated answers. Every
// slice is as long as the values, or nil.
type Design struct {
	Weight     []float64 // 1 / probability of being asked, raked or not; nil: all equal
	Stratum    []int     // stratum labels; nil: one stratum
	Cluster    []int     // who is sampled at the first stage: customer, agent, district; nil: every row alone
	Population []float64 // first-stage units in the row's stratum of the population, for the finite-population correction; nil: none
}

// Labels numbers texts by first appearance, for the labels of Design and BootstrapOptions.
func Labels(texts []string) []int {
	index := map[string]int{}
	out := make([]int, len(texts))
	for i, s := range texts {
		n, seen := index[s]
		if !seen {
			n = len(index)
			index[s] = n
		}
		out[i] = n
	}
	return out
}

// Mean is the weighted mean with its linearised, cluster-robust standard error and a t interval with clusters minus strata degrees
// of freedom (Cochran 1977, chapter 11; equal to R survey's svymean). A share is the mean of zeros and ones.
func (d Design) Mean(values []float64, level float64) (Estimate, error) {
	ones := make([]float64, len(values))
	for i := range ones {
		ones[i] = 1
	}
	return d.Ratio(values, ones, level)
}

// Ratio is sum(w*numerator)/sum(w*denominator), such as contacts per customer, with its linearised standard error.
func (d Design) Ratio(numerator, denominator []float64, level float64) (Estimate, error) {
	if len(numerator) != len(denominator) {
		return Estimate{}, centre.Errorf(centre.Invalid, "ratio of %d values to %d", len(numerator), len(denominator))
	}
	if err := d.check(numerator, level); err != nil {
		return Estimate{}, err
	}
	if err := finite("denominator", denominator); err != nil {
		return Estimate{}, err
	}
	top, bottom := d.total(numerator), d.total(denominator)
	if math.Abs(bottom) < smallest {
		return Estimate{}, centre.Errorf(centre.Invalid, "ratio to a weighted sum of %v: want other than zero", bottom)
	}
	ratio := top / bottom
	influence := make([]float64, len(numerator))
	for i := range influence {
		influence[i] = d.weight(i) * (numerator[i] - ratio*denominator[i]) / bottom
	}
	return d.estimate(ratio, influence, level)
}

// Total is the weighted sum with its standard error.
func (d Design) Total(values []float64, level float64) (Estimate, error) {
	if err := d.check(values, level); err != nil {
		return Estimate{}, err
	}
	influence := make([]float64, len(values))
	for i, v := range values {
		influence[i] = d.weight(i) * v
	}
	return d.estimate(Sum(influence), influence, level)
}

// estimate turns the influence of each row into a standard error: in each stratum (1-f) n/(n-1) sum (z - mean z)^2 over its n
// clusters, z the sum of a cluster's influences and f the share of the population's clusters that were sampled.
func (d Design) estimate(value float64, influence []float64, level float64) (Estimate, error) {
	strata, err := d.strata(len(influence))
	if err != nil {
		return Estimate{}, err
	}
	variance, df := 0.0, 0.0
	for _, s := range strata {
		n := float64(len(s.clusters))
		z := make([]float64, len(s.clusters))
		for c, rows := range s.clusters {
			for _, i := range rows {
				z[c] += influence[i]
			}
		}
		_, sd := MeanSD(z)
		fraction := 0.0
		if s.population > 0 {
			fraction = n / s.population
		}
		variance += (1 - fraction) * n * sd * sd
		df += n - 1
	}
	if err := finite("estimate", []float64{value, math.Sqrt(variance)}); err != nil {
		return Estimate{}, err
	}
	return tEstimate(value, math.Sqrt(variance), df, len(influence), level), nil
}

type stratum struct {
	clusters   [][]int
	population float64 // 0: no correction
}

func (d Design) strata(n int) ([]stratum, error) {
	groups := [][]int{nil}
	var err error
	if d.Stratum != nil {
		groups, err = Groups(n, d.Stratum)
		if err != nil {
			return nil, err
		}
	} else {
		for i := range n {
			groups[0] = append(groups[0], i)
		}
	}
	var out []stratum
	for _, rows := range groups {
		var labels []int
		if d.Cluster != nil {
			for _, i := range rows {
				labels = append(labels, d.Cluster[i])
			}
		}
		clusters, err := Groups(len(rows), labels)
		if err != nil {
			return nil, err
		}
		s := stratum{clusters: make([][]int, len(clusters))}
		for c, members := range clusters {
			for _, m := range members {
				s.clusters[c] = append(s.clusters[c], rows[m])
			}
		}
		if len(clusters) < 2 {
			return nil, centre.Errorf(centre.Invalid, "the stratum of row %d has a single cluster: its variance cannot be told", rows[0]+1)
		}
		if d.Population != nil {
			s.population = d.Population[rows[0]]
			for _, i := range rows {
				if d.Population[i] != s.population {
					return nil, centre.Errorf(centre.Invalid, "row %d says that its stratum has %v units, row %d says %v", i+1, d.Population[i], rows[0]+1, s.population)
				}
			}
			if !(s.population >= float64(len(clusters))) {
				return nil, centre.Errorf(centre.Invalid, "%d clusters were sampled of the %v that the stratum of row %d has", len(clusters), s.population, rows[0]+1)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func (d Design) weight(i int) float64 {
	if d.Weight == nil {
		return 1
	}
	return d.Weight[i]
}

func (d Design) total(values []float64) float64 {
	terms := make([]float64, len(values))
	for i, v := range values {
		terms[i] = d.weight(i) * v
	}
	return Sum(terms)
}

func (d Design) check(values []float64, level float64) error {
	if err := checkLevel(level); err != nil {
		return err
	}
	n := len(values)
	if n < 2 {
		return centre.Errorf(centre.Invalid, "estimate from %d answers: want at least 2", n)
	}
	if d.Weight != nil && len(d.Weight) != n || d.Stratum != nil && len(d.Stratum) != n ||
		d.Cluster != nil && len(d.Cluster) != n || d.Population != nil && len(d.Population) != n {
		return centre.Errorf(centre.Invalid, "the design's columns are not as long as the %d values", n)
	}
	if err := finite("value", values); err != nil {
		return err
	}
	return checkWeights(d.Weight)
}

func checkWeights(weights []float64) error {
	sum := 0.0
	for i, w := range weights {
		if !atLeastZero(w) {
			return centre.Errorf(centre.Invalid, "weight %d is %v: want a finite number of at least 0", i+1, w)
		}
		sum += w
	}
	if weights != nil && sum == 0 {
		return centre.Errorf(centre.Invalid, "every weight is 0")
	}
	return nil
}

// DesignEffect is Kish's loss by unequal weights, deff = n sum w^2 / (sum w)^2, and the effective number of answers n/deff. Tests on
// weighted shares use the effective number; over a deff of 2 the weights deserve a look.
func DesignEffect(weights []float64) (deff, effective float64, err error) {
	if len(weights) == 0 {
		return 0, 0, centre.Errorf(centre.Invalid, "design effect of no weights")
	}
	if err := checkWeights(weights); err != nil {
		return 0, 0, err
	}
	squares := make([]float64, len(weights))
	for i, w := range weights {
		squares[i] = w * w
	}
	sum := Sum(weights)
	n := float64(len(weights))
	deff = n * Sum(squares) / (sum * sum)
	return deff, n / deff, nil
}
