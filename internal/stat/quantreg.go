package stat

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"sentral/internal/centre"
)

// QuantileFit is a linear quantile regression.
type QuantileFit struct {
	Coef  []float64 `json:"coef"`  // one a column of x
	Loss  float64   `json:"loss"`  // sum of weighted pinball losses: no coefficients give less
	Basis []int     `json:"basis"` // the rows that the fitted plane passes through
	Steps int       `json:"steps"` // exchanges made
}

// QuantileRegression finds the coefficients b that minimise the sum of w_i times the pinball loss of y_i - x_i.b at level tau
// (Koenker and Bassett 1978), exactly: it walks from vertex to vertex of the linear programme (Barrodale and Roberts 1974) until the
// dual says that no edge leads down. x holds a row an observation, with a column of ones where an intercept is wanted; weights may be
// nil. Ties and repeated rows are parted by a perturbation of 1e-10 of the spread of y, under which the optimal vertex stays optimal.
// It refuses columns that are linear combinations of others.
func QuantileRegression(x [][]float64, y []float64, tau float64, weights []float64) (QuantileFit, error) {
	q, err := newQuantileProgramme(x, y, tau, weights)
	if err != nil {
		return QuantileFit{}, err
	}
	fit := QuantileFit{}
	limit := 50*len(y) + 1000
	for ; ; fit.Steps++ {
		if fit.Steps > limit {
			return QuantileFit{}, centre.Errorf(centre.Internal, "quantile regression did not settle in %d steps", limit)
		}
		leaving, direction, err := q.edge()
		if err != nil {
			return QuantileFit{}, err
		}
		if leaving < 0 {
			break
		}
		q.exchange(leaving, direction)
	}
	fit.Coef = q.solve(y)
	for j := range fit.Coef {
		fit.Coef[j] /= q.scale[j]
	}
	if err := finite("coefficient", fit.Coef); err != nil {
		return QuantileFit{}, err
	}
	fit.Basis = slices.Clone(q.basis)
	slices.Sort(fit.Basis)
	for i, row := range x {
		fit.Loss += q.w[i] * PinballLoss(y[i]-dot(row, fit.Coef), 0, tau)
	}
	return fit, nil
}

// Predict is the fitted quantile at a row of x.
func (f QuantileFit) Predict(row []float64) float64 { return dot(row, f.Coef) }

type quantileProgramme struct {
	x       [][]float64 // columns scaled to a largest value of 1
	scale   []float64
	y       []float64 // perturbed
	w       []float64
	tau     float64
	slack   float64 // by how much a dual may leave its range through rounding
	basis   []int   // p rows with residual 0
	inBasis []bool  //
	coef    []float64
	lu      mat.LU // of the basis rows
	order   []breakpoint
}

type breakpoint struct {
	at, slope float64
	row       int
}

func newQuantileProgramme(x [][]float64, y []float64, tau float64, weights []float64) (*quantileProgramme, error) {
	n := len(y)
	if n == 0 || len(x) != n || len(x[0]) == 0 || n < len(x[0]) {
		return nil, centre.Errorf(centre.Invalid, "quantile regression of %d values on %d rows: want as many rows as values, and at least as many as columns", n, len(x))
	}
	if !(tau > 0 && tau < 1) {
		return nil, centre.Errorf(centre.Invalid, "quantile level %v: want between 0 and 1", tau)
	}
	if err := finite("value", y); err != nil {
		return nil, err
	}
	p := len(x[0])
	for i, row := range x {
		if len(row) != p {
			return nil, centre.Errorf(centre.Invalid, "row %d has %d columns, row 1 has %d", i+1, len(row), p)
		}
		if err := finite("column", row); err != nil {
			return nil, centre.Errorf(centre.Invalid, "row %d: %w", i+1, err)
		}
	}
	q := &quantileProgramme{y: slices.Clone(y), w: weights, tau: tau, inBasis: make([]bool, n)}
	if err := q.scaleColumns(x); err != nil {
		return nil, err
	}
	if weights == nil {
		q.w = make([]float64, n)
		for i := range q.w {
			q.w[i] = 1
		}
	} else if len(weights) != n {
		return nil, centre.Errorf(centre.Invalid, "%d weights for %d rows", len(weights), n)
	} else if err := checkWeights(weights); err != nil {
		return nil, err
	}
	_, spread := MeanSD(y)
	tallest := 0.0
	for _, v := range y {
		tallest = max(tallest, math.Abs(v))
	}
	part := max(1e-10*spread, 1e-14*tallest, smallest) // more than rounding, less than data
	r := Stream(1, "quantile regression")
	for i := range q.y {
		q.y[i] += part * (r.Float64() - 0.5)
	}
	q.slack = 1e-9 * Sum(q.w) / float64(n)
	return q, q.start()
}

// scaleColumns keeps a copy of x with every column's largest value at 1, for the sake of conditioning.
func (q *quantileProgramme) scaleColumns(x [][]float64) error {
	p := len(x[0])
	q.scale = make([]float64, p)
	for j := range q.scale {
		for _, row := range x {
			q.scale[j] = max(q.scale[j], math.Abs(row[j]))
		}
		if q.scale[j] < smallest {
			return centre.Errorf(centre.Invalid, "column %d of the regression is 0 throughout", j+1)
		}
	}
	flat := make([]float64, len(x)*p)
	q.x = make([][]float64, len(x))
	for i, row := range x {
		q.x[i] = flat[i*p : (i+1)*p]
		for j, v := range row {
			q.x[i][j] = v / q.scale[j]
		}
	}
	return nil
}

// start chooses the first vertex: the rows nearest to a weighted least-squares guess that are linearly independent.
func (q *quantileProgramme) start() error {
	guess, err := q.guess()
	if err != nil {
		return err
	}
	n, p := len(q.y), len(q.x[0])
	near := make([]int, n)
	distance := make([]float64, n)
	for i := range near {
		near[i] = i
		distance[i] = math.Abs(q.y[i] - dot(q.x[i], guess))
	}
	slices.SortStableFunc(near, func(a, b int) int { return cmp.Compare(distance[a], distance[b]) })
	// Gram-Schmidt, taking each row that adds a direction.
	var directions [][]float64
	for _, i := range near {
		v := slices.Clone(q.x[i])
		size := dot(v, v)
		for range 2 { // twice, for orthogonality to the last digit
			for _, d := range directions {
				along := dot(v, d)
				for j := range v {
					v[j] -= along * d[j]
				}
			}
		}
		if rest := dot(v, v); rest > 1e-16*size && rest > 0 {
			root := math.Sqrt(rest)
			for j := range v {
				v[j] /= root
			}
			directions = append(directions, v)
			q.basis = append(q.basis, i)
			q.inBasis[i] = true
			if len(q.basis) == p {
				q.refactor()
				return nil
			}
		}
	}
	return centre.Errorf(centre.Invalid, "the %d columns of the regression are linearly dependent: leave one out", p)
}

// guess is a smooth approximation to the answer: ten rounds of least squares reweighted by w*|tau - 1(r<0)|/|r|.
func (q *quantileProgramme) guess() ([]float64, error) {
	n, p := len(q.y), len(q.x[0])
	coef := make([]float64, p)
	weight := slices.Clone(q.w)
	_, spread := MeanSD(q.y)
	for range 10 {
		normal, right := mat.NewSymDense(p, nil), mat.NewVecDense(p, nil)
		for i := range n {
			for a := range p {
				va := weight[i] * q.x[i][a]
				right.SetVec(a, right.AtVec(a)+va*q.y[i])
				for b := a; b < p; b++ {
					normal.SetSym(a, b, normal.At(a, b)+va*q.x[i][b])
				}
			}
		}
		for a := range p { // a touch of ridge: this is only a place to start from
			normal.SetSym(a, a, normal.At(a, a)*(1+1e-10)+1e-300)
		}
		var chol mat.Cholesky
		var next mat.VecDense
		if !chol.Factorize(normal) || chol.SolveVecTo(&next, right) != nil {
			return coef, nil
		}
		for j := range coef {
			coef[j] = next.AtVec(j)
		}
		for i := range n {
			r := q.y[i] - dot(q.x[i], coef)
			side := q.tau
			if r < 0 {
				side = 1 - q.tau
			}
			weight[i] = q.w[i] * side / max(math.Abs(r), 1e-6*spread+smallest)
		}
	}
	return coef, nil
}

// refactor decomposes the basis and finds the coefficients at its vertex.
func (q *quantileProgramme) refactor() {
	p := len(q.basis)
	m := mat.NewDense(p, p, nil)
	for k, i := range q.basis {
		m.SetRow(k, q.x[i])
	}
	q.lu.Factorize(m)
	q.coef = q.solve(q.y)
}

// solve finds the coefficients whose plane passes through values at the basis rows.
func (q *quantileProgramme) solve(values []float64) []float64 {
	p := len(q.basis)
	right := mat.NewVecDense(p, nil)
	for k, i := range q.basis {
		right.SetVec(k, values[i])
	}
	var out mat.VecDense
	_ = q.lu.SolveVecTo(&out, false, right) // an ill-conditioned basis is still the best there is
	coef := make([]float64, p)
	for j := range coef {
		coef[j] = out.AtVec(j)
	}
	return coef
}

// edge finds the edge from this vertex along which the loss falls fastest: the position in the basis of the row that leaves it, and
// the direction of the coefficients. A position of -1 means that the vertex is optimal: every basis row's dual lies in its range.
func (q *quantileProgramme) edge() (int, []float64, error) {
	p := len(q.basis)
	gradient := mat.NewVecDense(p, nil)
	for i, row := range q.x {
		if q.inBasis[i] {
			continue
		}
		pull := q.w[i] * q.tau
		if q.y[i]-dot(row, q.coef) < 0 {
			pull = q.w[i] * (q.tau - 1)
		}
		for j, v := range row {
			gradient.SetVec(j, gradient.AtVec(j)+pull*v)
		}
	}
	// The dual d of the basis solves sum_k d_k x_k = -gradient; optimal when w(tau-1) <= d <= w tau.
	var dual mat.VecDense
	if err := q.lu.SolveVecTo(&dual, true, gradient); err != nil {
		if ill := mat.Condition(0); !errors.As(err, &ill) {
			return 0, nil, centre.Errorf(centre.Internal, "quantile regression: %w", err)
		}
	}
	leaving, steepest, side := -1, q.slack, 0.0
	for k, i := range q.basis {
		d := -dual.AtVec(k)
		tolerance := 1e-9 * max(q.w[i], math.Abs(d))
		if over := d - q.w[i]*q.tau; over > max(steepest, tolerance) {
			leaving, steepest, side = k, over, -1
		}
		if under := q.w[i]*(q.tau-1) - d; under > max(steepest, tolerance) {
			leaving, steepest, side = k, under, 1
		}
	}
	if leaving < 0 {
		return -1, nil, nil
	}
	unit := mat.NewVecDense(p, nil)
	unit.SetVec(leaving, side)
	var out mat.VecDense
	_ = q.lu.SolveVecTo(&out, false, unit)
	direction := make([]float64, p)
	for j := range direction {
		direction[j] = out.AtVec(j)
	}
	return leaving, direction, nil
}

// exchange walks along the edge until the loss would rise again, and lets the row at which it does into the basis.
func (q *quantileProgramme) exchange(leaving int, direction []float64) {
	out := q.basis[leaving]
	slope := 0.0
	q.order = q.order[:0]
	for i, row := range q.x {
		along := dot(row, direction)
		r := q.y[i] - dot(row, q.coef)
		switch {
		case i == out:
			if along > 0 { // its residual turns negative
				slope += q.w[i] * (1 - q.tau) * along
			} else {
				slope -= q.w[i] * q.tau * along
			}
			continue
		case q.inBasis[i]:
			continue
		case r >= 0:
			slope -= q.w[i] * q.tau * along
		default:
			slope += q.w[i] * (1 - q.tau) * along
		}
		if r >= 0 && along > 0 || r < 0 && along < 0 {
			q.order = append(q.order, breakpoint{at: r / along, slope: q.w[i] * math.Abs(along), row: i})
		}
	}
	slices.SortFunc(q.order, func(a, b breakpoint) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.row, b.row)) })
	for _, b := range q.order {
		if slope += b.slope; slope >= 0 {
			q.basis[leaving] = b.row
			q.inBasis[out], q.inBasis[b.row] = false, true
			q.refactor()
			return
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
