package sim

import (
	"math"
	"time"

	"sentral/internal/stat"
)

// law is a Spread made ready to draw from, in milliseconds.
type law struct {
	shape Shape
	a, b  float64
}

func lawOf(s Spread) law {
	mean, sd := float64(s.Mean)/float64(time.Millisecond), float64(s.SD)/float64(time.Millisecond)
	if mean <= 0 {
		return law{shape: Constant}
	}
	switch s.Shape {
	case Exponential:
		return law{shape: Exponential, a: mean}
	case Uniform:
		half := sd * math.Sqrt(3) // a uniform of half-width h has the deviation h/sqrt(3)
		return law{shape: Uniform, a: mean - half, b: 2 * half}
	case Constant:
		return law{shape: Constant, a: mean}
	}
	if sd <= 0 {
		return law{shape: Constant, a: mean}
	}
	mu, sigma := stat.LognormalFrom(mean, sd)
	return law{shape: Lognormal, a: mu, b: sigma}
}

// never tells that the law has no duration at all: what it times does not happen.
func (l law) never() bool { return l.shape == Constant && l.a <= 0 }

// longest bounds a single draw, so that sums of instants cannot overflow: thirty days.
const longest = 30 * 24 * 3600 * 1000

// draw takes one duration in whole milliseconds, at least 0 and at most thirty days.
func (l law) draw(r *stat.Rand) int64 {
	var x float64
	switch l.shape {
	case Constant:
		return int64(l.a + 0.5)
	case Exponential:
		x = r.Exponential(l.a)
	case Uniform:
		x = l.a + l.b*r.Float64()
	default:
		x = r.Lognormal(l.a, l.b)
	}
	if x <= 0 {
		return 0
	}
	if x > longest {
		return longest
	}
	return int64(x + 0.5)
}

// patience is a Patience made ready to draw from.
type patience struct {
	atOnce float64
	parts  []law
	until  []float64 // cumulative share of each part
}

func patienceOf(p Patience) patience {
	out := patience{atOnce: p.AtOnce}
	total := 0.0
	for _, part := range p.Parts {
		total += math.Max(part.Share, 0)
	}
	sum := 0.0
	for _, part := range p.Parts {
		sum += math.Max(part.Share, 0) / total
		out.parts = append(out.parts, lawOf(part.Spread))
		out.until = append(out.until, sum)
	}
	return out
}

// draw gives how long one customer waits; endless is true for one who never leaves.
func (p *patience) draw(r *stat.Rand) (ms int64, endless bool) {
	if p.atOnce > 0 && r.Float64() < p.atOnce {
		return 0, false
	}
	if len(p.parts) == 0 {
		return 0, true
	}
	i := 0
	if len(p.parts) > 1 {
		for u := r.Float64(); i < len(p.parts)-1 && u >= p.until[i]; {
			i++
		}
	}
	return p.parts[i].draw(r), false
}
