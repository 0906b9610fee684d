package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// style gives eight series colours (Okabe and Ito, 2008, which the colour-blind can tell apart; darker on light ground, lighter on
// dark) and lets the viewer's scheme choose the ink.
const style = `svg{color-scheme:light dark;background:#fff}text{font:12px system-ui,sans-serif;fill:#222}.t{font-size:15px;font-weight:600}` +
	`.g{stroke:#888;stroke-opacity:.25}.x{stroke:#666}.l{fill:none;stroke-width:1.8;stroke-linejoin:round}.d{stroke-dasharray:5 4}.a{fill-opacity:.28;stroke:none}.b{fill-opacity:.75;stroke:none}` +
	`.c0{--k:#0072b2}.c1{--k:#b84e00}.c2{--k:#00795a}.c3{--k:#a2457b}.c4{--k:#7a6a00}.c5{--k:#2b7fb8}.c6{--k:#8a5a00}.c7{--k:#444}` +
	`.l,.w{stroke:var(--k)}.a,.b,.p{fill:var(--k)}.m{fill:none;stroke:var(--k);stroke-width:2}` +
	`@media(prefers-color-scheme:dark){svg{background:#15181c}text{fill:#e6e6e6}.x{stroke:#aaa}` +
	`.c0{--k:#56b4e9}.c1{--k:#ff9a4d}.c2{--k:#3fd1a4}.c3{--k:#e39ac6}.c4{--k:#f0e442}.c5{--k:#9ad0f5}.c6{--k:#e69f00}.c7{--k:#ccc}}`

const colours = 8

// canvas collects the elements of one figure.
type canvas struct {
	bytes.Buffer
	x, y scale
}

// WriteSVG draws the chart. The output is the same for the same chart, byte by byte. A chart without finite values says so in words.
func (c *Chart) WriteSVG(w io.Writer) error {
	width, height := c.Width, c.Height
	if width <= 0 {
		width = 860
	}
	if height <= 0 {
		height = 420
	}
	sx, sy := span{math.Inf(1), math.Inf(-1)}, span{math.Inf(1), math.Inf(-1)}
	for _, l := range c.layers {
		l.extent(&sx, &sy)
	}
	legend := c.legendRows(width)
	top, bottom, left, right := 34+18*legend, height-52, 68, width-18
	k := &canvas{
		x: newScale(c.X, sx, max(2, (right-left)/95), float64(left), float64(right)),
		y: newScale(c.Y, sy, max(2, (bottom-top)/48), float64(bottom), float64(top)),
	}
	description := c.Description
	if description == "" {
		description = c.Title
	}
	fmt.Fprintf(k, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t d">`+"\n", width, height, width, height)
	fmt.Fprintf(k, "<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n<style>%s</style>\n", escape(c.Title), escape(description), style)
	fmt.Fprintf(k, "<text class=\"t\" x=\"%d\" y=\"20\">%s</text>\n", left, escape(c.Title))
	c.drawLegend(k, left, width)
	c.drawAxes(k, top, bottom, left, right)
	if sx.low > sx.high || sy.low > sy.high {
		fmt.Fprintf(k, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">no values to show</text>\n", (left+right)/2, (top+bottom)/2)
	}
	for i, l := range c.layers {
		l.draw(k, i%colours)
	}
	k.WriteString("</svg>\n")
	_, err := w.Write(k.Bytes())
	return err
}

// legendWidth is a guess of the pixels that a name takes, since fonts differ between viewers.
func legendWidth(name string) int { return 40 + 7*len([]rune(name)) }

func (c *Chart) legendRows(width int) int {
	rows, used := 0, width
	for _, l := range c.layers {
		if l.name() == "" {
			continue
		}
		if used+legendWidth(l.name()) > width-18 {
			rows, used = rows+1, 68
		}
		used += legendWidth(l.name())
	}
	return rows
}

func (c *Chart) drawLegend(k *canvas, left, width int) {
	x, y := width, 20
	for i, l := range c.layers {
		if l.name() == "" {
			continue
		}
		if x+legendWidth(l.name()) > width-18 {
			x, y = left, y+18
		}
		colour := i % colours
		switch l.mark() {
		case "area":
			fmt.Fprintf(k, "<rect class=\"c%d a\" x=\"%d\" y=\"%d\" width=\"20\" height=\"10\"/>", colour, x, y-9)
		case "dot":
			fmt.Fprintf(k, "<circle class=\"c%d p\" cx=\"%d\" cy=\"%d\" r=\"3.5\"/>", colour, x+10, y-4)
		default:
			fmt.Fprintf(k, "<path class=\"c%d l\" d=\"M%d %dh20\"/>", colour, x, y-4)
		}
		fmt.Fprintf(k, "<text x=\"%d\" y=\"%d\">%s</text>\n", x+25, y, escape(l.name()))
		x += legendWidth(l.name())
	}
}

func (c *Chart) drawAxes(k *canvas, top, bottom, left, right int) {
	for _, t := range k.y.ticks {
		at := px(k.y.pixel(t.at))
		fmt.Fprintf(k, "<path class=\"g\" d=\"M%d %sH%d\"/><text x=\"%d\" y=\"%s\" dy=\"4\" text-anchor=\"end\">%s</text>\n", left, at, right, left-6, at, escape(t.text))
	}
	for _, t := range k.x.ticks {
		at := px(k.x.pixel(t.at))
		fmt.Fprintf(k, "<path class=\"x\" d=\"M%s %dv4\"/><text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", at, bottom, at, bottom+18, escape(t.text))
	}
	fmt.Fprintf(k, "<path class=\"x\" fill=\"none\" d=\"M%d %dV%dH%d\"/>\n", left, top, bottom, right)
	if c.X.Label != "" {
		fmt.Fprintf(k, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", (left+right)/2, bottom+40, escape(c.X.Label))
	}
	if c.Y.Label != "" {
		fmt.Fprintf(k, "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n", (top+bottom)/2, escape(c.Y.Label))
	}
}

func (l Line) draw(c *canvas, colour int) {
	class := "l"
	if l.Dashed {
		class = "l d"
	}
	if d := c.path(l.X, l.Y); d != "" {
		fmt.Fprintf(c, "<path class=\"c%d %s\" d=\"%s\"/>\n", colour, class, d)
	}
}

// path joins finite points with lines and begins anew after a gap; a point alone between two gaps becomes a short stroke.
func (c *canvas) path(x, y []float64) string {
	var b strings.Builder
	for i := range min(len(x), len(y)) {
		if !finite(x[i]) || !finite(y[i]) {
			continue
		}
		verb := "L"
		if i == 0 || !finite(x[i-1]) || !finite(y[i-1]) {
			verb = "M"
		}
		fmt.Fprintf(&b, "%s%s %s", verb, px(c.x.pixel(x[i])), px(c.y.pixel(y[i])))
		if verb == "M" {
			b.WriteString("h.01")
		}
	}
	return b.String()
}

func (b Band) draw(c *canvas, colour int) {
	n := min(len(b.X), len(b.Low), len(b.High))
	for i := 0; i < n; {
		if !finite(b.X[i]) || !finite(b.Low[i]) || !finite(b.High[i]) {
			i++
			continue
		}
		j := i
		var up, down []string
		for ; j < n && finite(b.X[j]) && finite(b.Low[j]) && finite(b.High[j]); j++ {
			x := px(c.x.pixel(b.X[j]))
			up = append(up, x+" "+px(c.y.pixel(b.High[j])))
			down = append(down, x+" "+px(c.y.pixel(b.Low[j])))
		}
		slices.Reverse(down)
		fmt.Fprintf(c, "<path class=\"c%d a\" d=\"M%sL%sZ\"/>\n", colour, strings.Join(up, "L"), strings.Join(down, "L"))
		i = j
	}
}

func (b Bars) draw(c *canvas, colour int) {
	zero := c.y.pixel(0)
	for i := range min(len(b.X), len(b.Y)) {
		if !finite(b.X[i]) || !finite(b.Y[i]) {
			continue
		}
		from, to, y := c.x.pixel(b.X[i]-b.width()/2), c.x.pixel(b.X[i]+b.width()/2), c.y.pixel(b.Y[i])
		fmt.Fprintf(c, "<rect class=\"c%d b\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", colour, px(from), px(math.Min(y, zero)), px(to-from), px(math.Abs(y-zero)))
	}
}

func (d Dots) draw(c *canvas, colour int) {
	for i := range min(len(d.X), len(d.Y)) {
		if !finite(d.X[i]) || !finite(d.Y[i]) {
			continue
		}
		x, y := px(c.x.pixel(d.X[i])), px(c.y.pixel(d.Y[i]))
		if i < len(d.Low) && i < len(d.High) && finite(d.Low[i]) && finite(d.High[i]) {
			fmt.Fprintf(c, "<path class=\"c%d w\" d=\"M%s %sV%s\"/>", colour, x, px(c.y.pixel(d.Low[i])), px(c.y.pixel(d.High[i])))
		}
		fmt.Fprintf(c, "<circle class=\"c%d p\" cx=\"%s\" cy=\"%s\" r=\"3.5\"/>", colour, x, y)
		if i < len(d.Marked) && d.Marked[i] {
			fmt.Fprintf(c, "<circle class=\"c%d m\" cx=\"%s\" cy=\"%s\" r=\"7.5\"/>", colour, x, y)
		}
		c.WriteByte('\n')
	}
}

func (r Rule) draw(c *canvas, colour int) {
	if !finite(r.At) {
		return
	}
	if r.Upright {
		x := px(c.x.pixel(r.At))
		fmt.Fprintf(c, "<path class=\"c%d l d\" d=\"M%s %sV%s\"/>\n", colour, x, px(c.y.start), px(c.y.stop))
		return
	}
	fmt.Fprintf(c, "<path class=\"c%d l d\" d=\"M%s %sH%s\"/>\n", colour, px(c.x.start), px(c.y.pixel(r.At)), px(c.x.stop))
}

// px formats a pixel to two decimals, without trailing zeros.
func px(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

func escape(s string) string {
	var b bytes.Buffer
	if xml.EscapeText(&b, []byte(s)) != nil { // a bytes.Buffer does not fail to write
		return ""
	}
	return b.String()
}
