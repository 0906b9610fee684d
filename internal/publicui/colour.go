package publicui

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// colour is red, green and blue, 0 to 255.
type colour [3]float64

func parseColour(hex string) (colour, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 || hex[0] != '#' {
		return colour{}, false
	}
	return colour{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}, true
}

// String is the colour as style sheets write it.
func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0])), int(math.Round(c[1])), int(math.Round(c[2])))
}

// luminance is the relative luminance of WCAG 2.2.
func (c colour) luminance() float64 {
	part := func(x float64) float64 {
		if x /= 255; x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	}
	return .2126*part(c[0]) + .7152*part(c[1]) + .0722*part(c[2])
}

// contrast is the contrast ratio of WCAG 2.2, 1 to 21.
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func (c colour) towards(d colour, share float64) colour {
	for i := range c {
		c[i] += (d[i] - c[i]) * share
	}
	return c
}

var (
	white   = colour{255, 255, 255}
	black   = colour{0, 0, 0}
	inLight = []colour{white, {0xf4, 0xf6, 0xf9}}              // what stands behind, in the light ...
	inDark  = []colour{{0x15, 0x1b, 0x24}, {0x0d, 0x12, 0x19}} // ... and in the dark
	leastOn = 4.6                                              // text on a colour, with a little to spare above the 4.5 of level AA
)

// accent is the brand's colour, moved away from what stands behind until it can be read there, and what can be read on it.
func accent(brand colour, behind []colour, away colour) (shade, on colour) {
	shade = brand
	for i := 1; i <= 20; i++ {
		good := true
		for _, b := range behind {
			good = good && contrast(shade, b) >= leastOn
		}
		if good {
			break
		}
		shade = brand.towards(away, float64(i)/20)
	}
	if on = white; contrast(white, shade) < contrast(black, shade) {
		on = black
	}
	return shade, on
}

// brandStyle is the little that a brand's look changes: the accent, in the light and in the dark.
func (p *pages) brandStyle(w http.ResponseWriter, r *http.Request) {
	for _, b := range p.Rules.Book().Brands {
		c, ok := parseColour(b.Colour)
		if b.Key != r.PathValue("key") || !ok {
			continue
		}
		light, onLight := accent(c, inLight, black)
		dark, onDark := accent(c, inDark, white)
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "max-age=300")
		_, _ = fmt.Fprintf(w, ":root { --accent: %s; --on: %s }\n@media (prefers-color-scheme: dark) { :root { --accent: %s; --on: %s } }\n", light, onLight, dark, onDark)
		return
	}
	http.NotFound(w, r)
}
