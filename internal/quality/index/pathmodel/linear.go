package pathmodel

import "math"

// collinear is the share of a variable's variance that must be its own, not given by the variables before it. Under it, the
// variable counts as a sum of those others and a regression as undefined.
const collinear = 1e-10

// cholesky is a factor L of a symmetric positive matrix A = L L', grown a variable at a time, so that the variable that is a sum of
// those before it can be named, and so that regressions on every subset share their beginnings.
type cholesky struct {
	rows [][]float64 // row i holds i+1 numbers
	z    []float64   // L z = b
}

// grow adds a variable: its covariances with the variables already in, its variance, and its element of b. It is false, and adds
// nothing, when the variable is a sum of those before it.
func (c *cholesky) grow(cov []float64, variance, b float64) bool {
	k := len(c.rows)
	row := make([]float64, k+1)
	rest := variance
	for i := range k {
		v := cov[i]
		for j := range i {
			v -= row[j] * c.rows[i][j]
		}
		row[i] = v / c.rows[i][i]
		rest -= row[i] * row[i]
	}
	if !(rest > collinear*variance) {
		return false
	}
	row[k] = math.Sqrt(rest)
	for j := range k {
		b -= row[j] * c.z[j]
	}
	c.rows = append(c.rows, row)
	c.z = append(c.z, b/row[k])
	return true
}

// drop takes the variable added last out again.
func (c *cholesky) drop() {
	c.rows = c.rows[:len(c.rows)-1]
	c.z = c.z[:len(c.z)-1]
}

// solution is x of A x = b.
func (c *cholesky) solution() []float64 {
	x := make([]float64, len(c.z))
	for i := len(x) - 1; i >= 0; i-- {
		v := c.z[i]
		for j := i + 1; j < len(x); j++ {
			v -= c.rows[j][i] * x[j]
		}
		x[i] = v / c.rows[i][i]
	}
	return x
}

// regress solves A[in][in] x = b[in] for the chosen variables of a full symmetric matrix. When one of them is a sum of those before
// it, dependent is its place in the choice, else -1.
func regress(a [][]float64, in []int, b []float64) (x []float64, dependent int) {
	var c cholesky
	cov := make([]float64, len(in))
	for i, v := range in {
		for j, w := range in[:i] {
			cov[j] = a[v][w]
		}
		if !c.grow(cov[:i], a[v][v], b[v]) {
			return nil, i
		}
	}
	return c.solution(), -1
}
