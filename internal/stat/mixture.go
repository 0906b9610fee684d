package stat

import (
	"math"
	"slices"

	"sentral/internal/centre"
)

// LognormalMixture is a distribution of durations as a weighted sum of lognormal ones: short calls, ordinary calls, long cases.
type LognormalMixture struct {
	Components []LognormalPart `json:"components"` // by rising mu
}

// LognormalPart is one component: weight of the sum, and exp(Normal(Mu, Sigma)).
type LognormalPart struct {
	Weight float64 `json:"weight"`
	Mu     float64 `json:"mu"`
	Sigma  float64 `json:"sigma"`
}

// MixtureFit is a mixture with how it came about and how well it fits.
type MixtureFit struct {
	LognormalMixture
	LogLikelihood float64 `json:"log_likelihood"`
	BIC           float64 `json:"bic"` // lower is better
	Iterations    int     `json:"iterations"`
	Distance      float64 `json:"distance"` // Kolmogorov-Smirnov: largest gap between the fitted and the observed distribution
}

// FitLognormal fits a mixture of k lognormal components by expectation-maximisation (Dempster, Laird and Rubin 1977) from several
// starts, and carries the likeliest of them to the end. Values must be positive, not all equal, and at least five times k. A component's sigma is kept
// above a hundredth of the whole spread, so that none collapses onto repeated values.
func FitLognormal(values []float64, k int) (MixtureFit, error) {
	logs, err := checkLogs(values, k)
	if err != nil {
		return MixtureFit{}, err
	}
	_, spread := MeanSD(logs)
	floor := spread / 100
	best := MixtureFit{LogLikelihood: math.Inf(-1)}
	starts := 1
	if k > 1 {
		starts = 6
	}
	some := thin(logs, 3000) // enough to tell starts apart
	for start := range starts {
		fit := expectMaximise(some, mixtureStart(some, k, start), floor, 25)
		if fit.LogLikelihood > best.LogLikelihood {
			best = fit
		}
	}
	best = expectMaximise(logs, best.Components, floor, 1000)
	best.LogLikelihood -= Sum(logs) // from the density of the logarithm to that of the value
	best.BIC = float64(3*k-1)*math.Log(float64(len(logs))) - 2*best.LogLikelihood
	slices.SortFunc(best.Components, func(a, b LognormalPart) int { return sign(a.Mu - b.Mu) })
	best.Distance = best.distance(values)
	return best, nil
}

// FitLognormalBest fits one, two and up to most components as long as another one lowers the BIC.
func FitLognormalBest(values []float64, most int) (MixtureFit, error) {
	best, err := FitLognormal(values, 1)
	if err != nil {
		return MixtureFit{}, err
	}
	for k := 2; k <= most && 5*k <= len(values); k++ {
		fit, err := FitLognormal(values, k)
		if err != nil {
			return MixtureFit{}, err
		}
		if fit.BIC >= best.BIC {
			break
		}
		best = fit
	}
	return best, nil
}

func checkLogs(values []float64, k int) ([]float64, error) {
	if k < 1 || len(values) < 5*k || len(values) < 2 {
		return nil, centre.Errorf(centre.Invalid, "mixture of %d components from %d values: want at least one component, and five values for each", k, len(values))
	}
	logs := make([]float64, len(values))
	for i, v := range values {
		if !positive(v) {
			return nil, centre.Errorf(centre.Invalid, "value %d is %v: want a finite number above 0", i+1, v)
		}
		logs[i] = math.Log(v)
	}
	slices.Sort(logs)
	if logs[0] == logs[len(logs)-1] {
		return nil, centre.Errorf(centre.Invalid, "all %d values equal %v: there is no spread to fit", len(values), values[0])
	}
	return logs, nil
}

// thin keeps about most of the sorted values, evenly spread.
func thin(sorted []float64, most int) []float64 {
	if len(sorted) <= most {
		return sorted
	}
	out := make([]float64, most)
	for i := range out {
		out[i] = sorted[i*len(sorted)/most]
	}
	return out
}

// mixtureStart divides the sorted logarithms into k stretches; every start but the first moves the cuts by its own stream.
func mixtureStart(sorted []float64, k, start int) []LognormalPart {
	r := Stream(uint64(start), "mixture", uint64(k))
	cuts := make([]float64, k+1)
	for i := 1; i < k; i++ {
		cuts[i] = float64(i) / float64(k)
		if start > 0 {
			cuts[i] = 0.02 + 0.96*r.Float64()
		}
	}
	cuts[k] = 1
	slices.Sort(cuts)
	parts := make([]LognormalPart, k)
	_, spread := MeanSD(sorted)
	for i := range parts {
		from := int(cuts[i] * float64(len(sorted)))
		end := max(int(cuts[i+1]*float64(len(sorted))), min(from+1, len(sorted)))
		from = min(from, end-1)
		mu, sigma := MeanSD(sorted[from:end])
		parts[i] = LognormalPart{Weight: 1 / float64(k), Mu: mu, Sigma: max(sigma, spread/float64(2*k))}
	}
	return parts
}

// expectMaximise improves parts on logarithms until a round gains next to nothing in log-likelihood (a millionth, or a thousand-millionth
// a value where that is more), or for so many rounds.
func expectMaximise(logs []float64, parts []LognormalPart, floor float64, rounds int) MixtureFit {
	k, n := len(parts), float64(len(logs))
	share, height, width := make([]float64, k), make([]float64, k), make([]float64, k)
	before, least := math.Inf(-1), max(1e-6, 1e-9*n)
	fit := MixtureFit{}
	for fit.Iterations = 1; fit.Iterations < rounds; fit.Iterations++ {
		likelihood := 0.0
		sum, mean, square := make([]float64, k), make([]float64, k), make([]float64, k)
		for j, p := range parts {
			height[j], width[j] = math.Log(p.Weight/p.Sigma)-0.5*math.Log(2*math.Pi), -0.5/(p.Sigma*p.Sigma)
		}
		for _, x := range logs {
			top := math.Inf(-1)
			for j := range parts {
				d := x - parts[j].Mu
				share[j] = height[j] + width[j]*d*d
				top = max(top, share[j])
			}
			total := 0.0
			for j := range share {
				share[j] = math.Exp(share[j] - top)
				total += share[j]
			}
			likelihood += top + math.Log(total)
			for j := range share {
				w := share[j] / total
				d := x - parts[j].Mu // about the old centre, so that the squares keep their digits
				sum[j] += w
				mean[j] += w * d
				square[j] += w * d * d
			}
		}
		fit.LogLikelihood = likelihood
		if likelihood-before < least {
			break
		}
		before = likelihood
		for j := range parts {
			if sum[j] < 1e-8*n {
				parts[j].Weight = 1e-12 // nothing belongs to it
				continue
			}
			move := mean[j] / sum[j]
			parts[j].Weight = sum[j] / n
			parts[j].Mu += move
			parts[j].Sigma = max(floor, math.Sqrt(max(0, square[j]/sum[j]-move*move)))
		}
	}
	fit.Components = parts
	return fit
}

// CDF is the probability of at most x.
func (m LognormalMixture) CDF(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	p := 0.0
	for _, c := range m.Components {
		p += c.Weight * NormalCDF((math.Log(x)-c.Mu)/c.Sigma)
	}
	return min(p, 1)
}

// Mean is the mean, in the unit of the values.
func (m LognormalMixture) Mean() float64 {
	sum := 0.0
	for _, c := range m.Components {
		sum += c.Weight * math.Exp(c.Mu+c.Sigma*c.Sigma/2)
	}
	return sum
}

// SD is the standard deviation, in the unit of the values.
func (m LognormalMixture) SD() float64 {
	square, mean := 0.0, m.Mean()
	for _, c := range m.Components {
		square += c.Weight * math.Exp(2*c.Mu+2*c.Sigma*c.Sigma)
	}
	return math.Sqrt(max(0, square-mean*mean))
}

// Quantile is the value that the share p does not exceed, for 0 < p < 1, by bisection to the last digits.
func (m LognormalMixture) Quantile(p float64) float64 {
	if !(p > 0 && p < 1) || len(m.Components) == 0 {
		return math.NaN()
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range m.Components {
		at := c.Mu + c.Sigma*NormalQuantile(p)
		low, high = min(low, at), max(high, at)
	}
	for range 200 {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			break
		}
		if m.CDF(math.Exp(middle)) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Exp((low + high) / 2)
}

// Draw draws a value with two uniforms: which component, and where in it.
func (m LognormalMixture) Draw(r *Rand) float64 {
	u := r.Float64()
	for i, c := range m.Components {
		if u -= c.Weight; u < 0 || i == len(m.Components)-1 {
			return r.Lognormal(c.Mu, c.Sigma)
		}
	}
	return 0
}

// distance is the Kolmogorov-Smirnov distance to values.
func (m LognormalMixture) distance(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n, d := float64(len(sorted)), 0.0
	for i, v := range sorted {
		p := m.CDF(v)
		d = max(d, p-float64(i)/n, float64(i+1)/n-p)
	}
	return d
}

// GoodnessOfFit is the probability of a Kolmogorov-Smirnov distance as large as the fit's if the values did come from it, by
// parametric bootstrap: each of draws samples is drawn from the fit, fitted anew and measured (the printed tables do not hold for
// fitted parameters). A small value says that the mixture does not describe the data; with many thousand values it nearly always
// will be, and Distance is then the better guide.
func (f MixtureFit) GoodnessOfFit(r *Rand, n, draws int) (float64, error) {
	if n < 2 || draws < 1 || len(f.Components) == 0 {
		return 0, centre.Errorf(centre.Invalid, "goodness of fit of %d components from %d draws of %d values: want at least 1, 1 and 2", len(f.Components), draws, n)
	}
	worse := 1
	values := make([]float64, n)
	for i := range draws {
		stream := r.Split(uint64(i))
		for j := range values {
			values[j] = f.Draw(stream)
		}
		fit, err := FitLognormal(values, len(f.Components))
		if err != nil {
			return 0, err
		}
		if fit.Distance >= f.Distance {
			worse++
		}
	}
	return float64(worse) / float64(draws+1), nil
}
