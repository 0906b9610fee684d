package forecast

import (
	"math"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/stat"
)

// draw makes scenarios: for each, day sizes that err together over the horizon, scores that err with the size of their day, each
// slot's own deviation, and Poisson counts. It returns contacts per scenario and row.
func draw(looks []outlook, across *mat.SymDense, cells []cell, rows, scenarios int, random *stat.Rand) [][]float64 {
	sizes := rootOf(across)
	shapes := make([]*mat.TriDense, len(looks))
	for i := range looks {
		shapes[i] = rootOf(given(looks[i].cov))
	}
	backing := make([]float64, scenarios*rows)
	paths := make([][]float64, scenarios)
	var work sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), 1+scenarios*len(cells)/20_000)
	for w := range workers {
		work.Go(func() {
			for k := w; k < scenarios; k += workers { // each scenario has a stream of its own, so that the workers change nothing
				paths[k] = backing[k*rows : (k+1)*rows]
				drawPath(looks, sizes, shapes, cells, random.Split(uint64(k)), paths[k])
			}
		})
	}
	work.Wait()
	return paths
}

// drawPath draws one scenario into path.
func drawPath(looks []outlook, sizes *mat.TriDense, shapes []*mat.TriDense, cells []cell, own *stat.Rand, path []float64) {
	n := len(looks)
	z, size, wild, moves := make([]float64, n), make([]float64, n), make([]float64, n), make([][]float64, n)
	for i := range z {
		z[i] = own.Normal()
	}
	for i := range looks {
		off := 0.0
		for j := 0; j <= i; j++ {
			off += sizes.At(i, j) * z[j]
		}
		wild[i] = tailScale * math.Sqrt(tailDegrees/own.Gamma(tailDegrees/2, 2))
		size[i] = math.Exp(looks[i].size + off*wild[i])
		moves[i] = drawMoves(&looks[i], shapes[i], off*wild[i], wild[i], own)
	}
	for _, c := range cells {
		if math.IsNaN(c.known) {
			path[c.row] += drawSlot(&looks[c.look], c.slot, size[c.look], moves[c.look], wild[c.look], own)
		} else {
			path[c.row] += c.known
		}
	}
}

// Days differ in how wild they are: all deviations of a day share one factor, so that each has Student's t distribution, scaled to keep
// the middle 80 % of a normal one. Real series have days that a normal distribution calls impossible.
const (
	tailDegrees = 6.0
	tailScale   = 0.88
)

// drawSlot draws one count, given the day's size and scores.
func drawSlot(o *outlook, j int, size float64, scores []float64, wild float64, random *stat.Rand) float64 {
	part := o.shape[j]
	if part <= 0 {
		return 0
	}
	for k, f := range o.moves {
		part += scores[k] * f[j]
	}
	part += math.Sqrt(o.rest[j]) * wild * random.Normal()
	rate := rateOfRoot(size * math.Max(0, part))
	if rate > 1e8 {
		return rate
	}
	return float64(random.Poisson(rate))
}

// drawMoves draws a day's scores given how far its size is off and how wild it is.
func drawMoves(o *outlook, root *mat.TriDense, off, wild float64, random *stat.Rand) []float64 {
	n := len(o.moves)
	scores := make([]float64, n)
	z := make([]float64, n)
	for k := range z {
		z[k] = random.Normal()
	}
	for k := range scores {
		if v := o.cov.At(0, 0); v > 0 {
			scores[k] = o.cov.At(0, k+1) / v * off
		}
		for j := 0; j <= k; j++ {
			scores[k] += root.At(k, j) * z[j] * wild
		}
	}
	return scores
}

// given is the covariance of the scores once the size is known.
func given(cov *mat.SymDense) *mat.SymDense {
	n := cov.SymmetricDim() - 1
	if n < 1 {
		return nil
	}
	out := mat.NewSymDense(n, nil)
	for a := range n {
		for b := a; b < n; b++ {
			v := cov.At(a+1, b+1)
			if d := cov.At(0, 0); d > 0 {
				v -= cov.At(0, a+1) * cov.At(0, b+1) / d
			}
			out.SetSym(a, b, v)
		}
	}
	return out
}

// rootOf is a lower triangle L with L L' = the covariance. A matrix that is not quite positive definite gets a little more variance.
func rootOf(cov *mat.SymDense) *mat.TriDense {
	if cov == nil {
		return nil
	}
	n := cov.SymmetricDim()
	root := mat.NewTriDense(n, mat.Lower, nil)
	fixed := mat.NewSymDense(n, nil)
	for more := 1e-12; more < 10; more *= 10 {
		fixed.CopySym(cov)
		for i := range n {
			fixed.SetSym(i, i, math.Max(0, cov.At(i, i))*(1+more)+1e-18)
		}
		var c mat.Cholesky
		if c.Factorize(fixed) {
			c.LTo(root)
			return root
		}
	}
	for i := range n {
		root.SetTri(i, i, math.Sqrt(math.Max(0, cov.At(i, i))))
	}
	return root
}
