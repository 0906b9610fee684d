package staffing

import (
	"math"
	"sort"
	"time"

	"sentral/internal/centre"
)

// Patience is how long customers are willing to wait. Times are seconds, x >= 0.
type Patience interface {
	Survival(x float64) float64 // share still willing after x seconds; falls from at most 1
	Gone(x float64) float64     // 1 - Survival(x), exact where it is small
	Area(x float64) float64     // integral of Survival from 0 to x
	Limit() float64             // share that never leaves
	Kinks() []float64           // rising places where Survival is not smooth
	Scale() float64             // longest stretch, in seconds, over which Survival is smooth enough for one quadrature panel
}

// Endless is the patience of those who never leave: the queue is Erlang C.
type Endless struct{}

// Survival is 1 at any time.
func (Endless) Survival(float64) float64 { return 1 }

// Gone is 0 at any time.
func (Endless) Gone(float64) float64 { return 0 }

// Area is x.
func (Endless) Area(x float64) float64 { return x }

// Limit is 1.
func (Endless) Limit() float64 { return 1 }

// Kinks has none.
func (Endless) Kinks() []float64 { return nil }

// Scale is as long as you like.
func (Endless) Scale() float64 { return 1e12 }

// Exponential patience with a mean: the queue is Erlang A (Palm; M/M/n+M).
type Exponential struct{ Mean time.Duration }

// Survival is exp(-x/mean).
func (e Exponential) Survival(x float64) float64 { return math.Exp(-x / e.Mean.Seconds()) }

// Gone is 1 - exp(-x/mean).
func (e Exponential) Gone(x float64) float64 { return -math.Expm1(-x / e.Mean.Seconds()) }

// Area is mean (1 - exp(-x/mean)).
func (e Exponential) Area(x float64) float64 { return e.Mean.Seconds() * e.Gone(x) }

// Limit is 0: everybody leaves in the end.
func (Exponential) Limit() float64 { return 0 }

// Kinks has none.
func (Exponential) Kinks() []float64 { return nil }

// Scale is two means.
func (e Exponential) Scale() float64 { return 2 * e.Mean.Seconds() }

// Curve is patience as measured, such as a Kaplan-Meier estimate: straight lines between points. After the last point customers go on
// leaving at the mean rate of the curve's later half, from half the last time onwards; a curve that falls to zero stops there.
type Curve struct {
	at, stay, area []float64
	tail           float64 // leaving per second after the last point
}

// NewCurve makes a Curve from points in the order of time: stay[i] is the share still willing to wait after at[i]. Times may repeat,
// which makes a step; shares lie in [0, 1] and never rise. A first point later than zero is preceded by the point (0, 1).
func NewCurve(at []time.Duration, stay []float64) (*Curve, error) {
	if len(at) == 0 || len(at) != len(stay) {
		return nil, centre.Errorf(centre.Invalid, "patience curve: %d times and %d shares; give as many of each, at least one", len(at), len(stay))
	}
	c := &Curve{}
	if at[0] > 0 {
		c.at, c.stay = append(c.at, 0), append(c.stay, 1)
	}
	for i := range at {
		last := len(c.at) - 1
		switch {
		case math.IsNaN(stay[i]) || stay[i] < 0 || stay[i] > 1:
			return nil, centre.Errorf(centre.Invalid, "patience curve: point %d: the share must be between 0 and 1, not %v", i+1, stay[i])
		case at[i] < 0 || (last >= 0 && at[i].Seconds() < c.at[last]):
			return nil, centre.Errorf(centre.Invalid, "patience curve: point %d: times must rise from zero, and %v does not", i+1, at[i])
		case last >= 0 && stay[i] > c.stay[last]:
			return nil, centre.Errorf(centre.Invalid, "patience curve: point %d: the share rises from %v to %v, but who has left does not come back", i+1, c.stay[last], stay[i])
		}
		c.at, c.stay = append(c.at, at[i].Seconds()), append(c.stay, stay[i])
	}
	c.area = make([]float64, len(c.at))
	for i := 1; i < len(c.at); i++ {
		c.area[i] = c.area[i-1] + (c.at[i]-c.at[i-1])*(c.stay[i]+c.stay[i-1])/2
	}
	last := len(c.at) - 1
	if end := c.at[last]; end > 0 && c.stay[last] > 0 {
		c.tail = 2 / end * math.Log(c.Survival(end/2)/c.stay[last])
	}
	return c, nil
}

// place finds the last point at or before x.
func (c *Curve) place(x float64) int {
	return sort.Search(len(c.at), func(i int) bool { return c.at[i] > x }) - 1
}

// Survival follows the lines between the points, then the tail.
func (c *Curve) Survival(x float64) float64 {
	i := c.place(x)
	switch {
	case i < 0:
		return 1
	case i == len(c.at)-1:
		return c.stay[i] * math.Exp(-c.tail*(x-c.at[i]))
	}
	return c.stay[i] + (c.stay[i+1]-c.stay[i])*(x-c.at[i])/(c.at[i+1]-c.at[i])
}

// Gone is 1 - Survival(x).
func (c *Curve) Gone(x float64) float64 { return 1 - c.Survival(x) }

// Area is exact for the lines and the tail.
func (c *Curve) Area(x float64) float64 {
	i := c.place(x)
	if i < 0 {
		return x
	}
	past := x - c.at[i]
	if i == len(c.at)-1 {
		if c.tail == 0 {
			return c.area[i] + c.stay[i]*past
		}
		return c.area[i] - c.stay[i]/c.tail*math.Expm1(-c.tail*past)
	}
	return c.area[i] + past*(c.stay[i]+c.Survival(x))/2
}

// Limit is what is left of a curve that is flat at its end.
func (c *Curve) Limit() float64 {
	if c.tail > 0 {
		return 0
	}
	return c.stay[len(c.stay)-1]
}

// Kinks are the points.
func (c *Curve) Kinks() []float64 { return c.at }

// Scale bends with the tail; the lines themselves are bounded by the kinks.
func (c *Curve) Scale() float64 {
	if c.tail > 0 {
		return 2 / c.tail
	}
	return 1e12
}
