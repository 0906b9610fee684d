package stat

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext"
)

// Rand is one deterministic stream of random numbers (PCG-DXSM of math/rand/v2). Its identity is fixed when it is made, so that a
// child split from it does not depend on how much has been drawn. It implements math/rand/v2's Source. It is not safe for use from
// several goroutines, and a copy repeats what its original draws: hand the pointer on, or split.
type Rand struct {
	high, low uint64 // identity
	pcg       rand.PCG
}

// Stream opens the stream of a seed for one purpose, such as "arrivals", and for keys that number replications, days or contacts.
// Equal arguments give equal streams on every machine; any difference gives an unrelated stream, so that one purpose can draw more
// without moving another.
func Stream(seed uint64, purpose string, keys ...uint64) *Rand {
	r := &Rand{high: mix(seed ^ 0x9e3779b97f4a7c15), low: mix(seed + 0xd1b54a32d192ed03)}
	name := uint64(14695981039346656037) // FNV-1a
	for i := range len(purpose) {
		name = (name ^ uint64(purpose[i])) * 1099511628211
	}
	r.absorb(name)
	r.absorb(uint64(len(purpose)))
	for _, k := range keys {
		r.absorb(k)
	}
	r.pcg.Seed(r.high, r.low)
	return r
}

// Split opens a child stream that depends only on the identity of r and on the keys, never on what r has drawn.
func (r *Rand) Split(keys ...uint64) *Rand {
	child := &Rand{high: r.high, low: r.low}
	child.absorb(^uint64(len(keys)))
	for _, k := range keys {
		child.absorb(k)
	}
	child.pcg.Seed(child.high, child.low)
	return child
}

// SplitTo makes child the stream that r.Split(key) would return, without allocating.
func (r *Rand) SplitTo(child *Rand, key uint64) { r.Family().To(child, key) }

// Family is the children of one stream that are named by a single key: what their names have in common, worked out once. The simulator
// opens several of them for each contact.
type Family struct{ high, low uint64 }

// Family gives the children of r.
func (r *Rand) Family() Family {
	common := Rand{high: r.high, low: r.low}
	common.absorb(^uint64(1))
	return Family{common.high, common.low}
}

// To makes child the stream that Split(key) of the parent would return, without allocating.
func (f Family) To(child *Rand, key uint64) {
	child.high, child.low = f.high, f.low
	child.absorb(key)
	child.pcg.Seed(child.high, child.low)
}

func (r *Rand) absorb(word uint64) {
	r.high = mix(r.high ^ word*0x9e3779b97f4a7c15)
	r.low = mix(r.low + bits.RotateLeft64(word, 29)*0xd1b54a32d192ed03 + r.high)
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint64 draws 64 random bits.
func (r *Rand) Uint64() uint64 { return r.pcg.Uint64() }

// Float64 draws uniformly from the open interval (0, 1): neither end is ever drawn, so that its logarithm is finite.
func (r *Rand) Float64() float64 { return (float64(r.pcg.Uint64()>>12) + 0.5) * 0x1p-52 }

// IntN draws uniformly from 0..n-1 without bias (Lemire 2019); n below 1 gives 0.
func (r *Rand) IntN(n int) int {
	if n < 1 {
		return 0
	}
	m := uint64(n)
	hi, lo := bits.Mul64(r.pcg.Uint64(), m)
	if lo < m {
		for floor := -m % m; lo < floor; {
			hi, lo = bits.Mul64(r.pcg.Uint64(), m)
		}
	}
	return int(hi)
}

// Shuffle permutes n elements uniformly by calling swap.
func (r *Rand) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, r.IntN(i+1))
	}
}

// Bool is true with probability p.
func (r *Rand) Bool(p float64) bool { return r.Float64() < p }

// Pick draws an index with probability proportional to its weight. Weights that are negative or NaN count as zero; with no positive
// weight it returns -1.
func (r *Rand) Pick(weights []float64) int {
	total, last := 0.0, -1
	for i, w := range weights {
		if w > 0 {
			total, last = total+w, i
		}
	}
	if last < 0 {
		return -1
	}
	u := r.Float64() * total
	for i, w := range weights {
		if w > 0 {
			if u -= w; u < 0 {
				return i
			}
		}
	}
	return last
}

// Normal draws from the standard normal by inversion: one uniform a draw, rising with it, so that common random numbers stay aligned
// and 1-u gives the antithetic value.
func (r *Rand) Normal() float64 { return mathext.NormalQuantile(r.Float64()) }

// Exponential draws from the exponential distribution with the given mean, by inversion.
func (r *Rand) Exponential(mean float64) float64 { return -mean * math.Log(r.Float64()) }

// Lognormal draws exp(mu + sigma Z), by inversion. LognormalFrom gives mu and sigma from a mean and a standard deviation.
func (r *Rand) Lognormal(mu, sigma float64) float64 { return math.Exp(mu + sigma*r.Normal()) }

// Gamma draws from the gamma distribution with the given shape and scale (mean shape*scale) by the method of Marsaglia and Tsang
// (2000). It may use several uniforms. A shape that is not positive gives 0.
func (r *Rand) Gamma(shape, scale float64) float64 {
	if !(shape > 0) {
		return 0
	}
	boost := 1.0
	if shape < 1 {
		boost = math.Pow(r.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.Normal()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := r.Float64()
		if math.Log(u) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v * boost * scale
		}
	}
}

// Poisson draws a count with the given mean, exactly: by inversion under a mean of 10, else by transformed rejection (Hörmann 1993,
// algorithm PTRS). A mean that is not positive gives 0; means are exact up to 2^50, above which the count would lose its last digit.
func (r *Rand) Poisson(mean float64) int {
	switch {
	case !(mean > 0):
		return 0
	case mean < 10:
		return r.poissonSmall(mean)
	case mean > 0x1p50:
		return int(math.Min(mean+math.Sqrt(mean)*r.Normal(), math.MaxInt64/2))
	}
	root := math.Sqrt(mean)
	b := 0.931 + 2.53*root
	a := -0.059 + 0.02483*b
	inverse := 1.1239 + 1.1328/(b-3.4)
	edge := 0.9277 - 3.6224/(b-2)
	log := math.Log(mean)
	for {
		u := r.Float64() - 0.5
		v := r.Float64()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + mean + 0.43)
		if us >= 0.07 && v <= edge {
			return int(k)
		}
		if k < 0 || (us < 0.013 && v > us) {
			continue
		}
		lgamma, _ := math.Lgamma(k + 1)
		if math.Log(v)+math.Log(inverse)-math.Log(a/(us*us)+b) <= k*log-mean-lgamma {
			return int(k)
		}
	}
}

func (r *Rand) poissonSmall(mean float64) int {
	u := r.Float64()
	p := math.Exp(-mean)
	k := 0
	for u > p && k < 200 {
		u -= p
		k++
		p *= mean / float64(k)
	}
	return k
}

// LognormalFrom gives the parameters of the lognormal distribution whose mean and standard deviation are given, both in the unit of
// the mean. A mean or deviation that is not positive gives mu = -Inf or sigma = 0: a constant.
func LognormalFrom(mean, sd float64) (mu, sigma float64) {
	if !(mean > 0) {
		return math.Inf(-1), 0
	}
	if !(sd > 0) {
		return math.Log(mean), 0
	}
	variance := math.Log1p(sd * sd / (mean * mean))
	return math.Log(mean) - variance/2, math.Sqrt(variance)
}
