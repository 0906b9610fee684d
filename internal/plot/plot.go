// Package plot draws figures as small stand-alone SVG files: lines, bands, bars and dots over two axes.
//
// It owns the look (scales, ticks, legend and colours that stay readable on a light and on a dark ground) and refuses to compute
// statistics: hand it the numbers that are to be shown. Values that are NaN or infinite leave a gap; they never reach the file.
// Begin reading with Chart.
package plot

import (
	"math"
	"time"
)

// Chart is one figure. The zero value with some layers added works; Title and Description are read aloud to those who cannot see it.
type Chart struct {
	Title       string
	Description string // one sentence on what the figure shows; default is the title
	X, Y        Axis
	Width       int // pixels; default 860
	Height      int // pixels; default 420
	layers      []Layer
}

// Axis says how values on one side of the figure are named.
type Axis struct {
	Label      string         // with its unit, such as "calls per 30 min"
	Categories []string       // names for the whole numbers 0, 1, 2, ...; empty means a scale of numbers
	Location   *time.Location // when set, values are Unix seconds and are shown as times in this place
	FromZero   bool           // let the scale begin at zero
}

// Layer is one of Line, Band, Bars, Dots and Rule.
type Layer interface {
	extent(x, y *span)
	name() string
	mark() string // the SVG element kind for the legend: line, area or dot
	draw(c *canvas, colour int)
}

// Line joins the points (X[i], Y[i]) in order; a value that is not finite breaks it. X and Y have the same length.
type Line struct {
	Name   string
	X, Y   []float64
	Dashed bool
}

// Band fills the area between Low and High, drawn under what comes after it. The three slices have the same length.
type Band struct {
	Name         string
	X, Low, High []float64
}

// Bars stand on zero, centred at X; Width is in units of X and defaults to 0.8.
type Bars struct {
	Name  string
	X, Y  []float64
	Width float64
}

// Dots are points, each with an optional interval from Low to High (in units of Y, both or neither) and an optional ring that marks it.
type Dots struct {
	Name      string
	X, Y      []float64
	Low, High []float64
	Marked    []bool
}

// Rule is a straight line across the whole figure at the value At: of Y when it lies, of X when Upright.
type Rule struct {
	Name    string
	At      float64
	Upright bool
}

// Add puts layers on the chart; later ones are drawn on top. It returns the chart so that calls can be chained.
func (c *Chart) Add(layers ...Layer) *Chart {
	c.layers = append(c.layers, layers...)
	return c
}

// Seconds turns times into the values of an Axis with a Location.
func Seconds(times []time.Time) []float64 {
	x := make([]float64, len(times))
	for i, t := range times {
		x[i] = float64(t.UnixMilli()) / 1000
	}
	return x
}

// Positions gives 0, 1, ..., n-1: the x values of n categories.
func Positions(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

// span is the range of the values seen so far; it is empty while low > high.
type span struct{ low, high float64 }

func (s *span) add(values ...float64) {
	for _, v := range values {
		if finite(v) {
			s.low, s.high = math.Min(s.low, v), math.Max(s.high, v)
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (l Line) extent(x, y *span) { x.add(l.X...); y.add(l.Y...) }
func (b Band) extent(x, y *span) { x.add(b.X...); y.add(b.Low...); y.add(b.High...) }
func (b Bars) extent(x, y *span) {
	for _, v := range b.X {
		x.add(v-b.width()/2, v+b.width()/2)
	}
	y.add(0)
	y.add(b.Y...)
}
func (d Dots) extent(x, y *span) { x.add(d.X...); y.add(d.Y...); y.add(d.Low...); y.add(d.High...) }
func (r Rule) extent(x, y *span) {
	if r.Upright {
		x.add(r.At)
	} else {
		y.add(r.At)
	}
}

func (b Bars) width() float64 {
	if b.Width > 0 {
		return b.Width
	}
	return 0.8
}

func (l Line) name() string { return l.Name }
func (b Band) name() string { return b.Name }
func (b Bars) name() string { return b.Name }
func (d Dots) name() string { return d.Name }
func (r Rule) name() string { return r.Name }

func (l Line) mark() string { return "line" }
func (b Band) mark() string { return "area" }
func (b Bars) mark() string { return "area" }
func (d Dots) mark() string { return "dot" }
func (r Rule) mark() string { return "line" }
