package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

func render(t *testing.T, c *Chart) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, b.String())
		}
	}
	for _, bad := range []string{"NaN", "Inf"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("%s reached the file:\n%s", bad, b.String())
		}
	}
	return b.String()
}

func TestEveryLayerIsDrawnAndGapsStayGaps(t *testing.T) {
	nan := math.NaN()
	x := []float64{0, 1, 2, 3, 4}
	c := &Chart{Title: "Calls < 5 & \"more\"", X: Axis{Label: "day"}, Y: Axis{Label: "calls", FromZero: true}}
	c.Add(
		Band{Name: "80 %", X: x, Low: []float64{1, 2, nan, 2, 1}, High: []float64{3, 4, 5, 4, math.Inf(1)}},
		Line{Name: "mean", X: x, Y: []float64{2, 3, nan, 3, 2}},
		Bars{Name: "staff", X: x, Y: []float64{1, 1, 2, nan, 1}},
		Dots{Name: "seen", X: x, Y: []float64{2, nan, 4, 3, 2}, Low: []float64{1, 1, nan, 2, 1}, High: []float64{3, 3, 3, 4, 3}, Marked: []bool{false, false, true}},
		Rule{Name: "target", At: 2}, Rule{At: 2.5, Upright: true},
	)
	svg := render(t, c)
	for text, want := range map[string]int{
		"<path class=\"c0 a\"":   2, // the band is broken once
		"<rect class=\"c2 b\"":   4,
		"<circle class=\"c3 p\"": 5, // four points and the legend
		"<circle class=\"c3 m\"": 1,
		"<path class=\"c3 w\"":   3,
		"Calls &lt; 5 &amp;":     3, // title, description, heading
		"prefers-color-scheme":   1,
	} {
		if got := strings.Count(svg, text); got != want {
			t.Errorf("%q stands %d times, want %d", text, got, want)
		}
	}
	if again := render(t, c); again != svg {
		t.Error("the same chart gave two different files")
	}
}

func TestAChartWithoutValuesSaysSo(t *testing.T) {
	for _, c := range []*Chart{{}, (&Chart{}).Add(Line{X: []float64{math.NaN()}, Y: []float64{1}})} {
		if svg := render(t, c); !strings.Contains(svg, "no values to show") {
			t.Errorf("an empty chart is silent:\n%s", svg)
		}
	}
}

func TestTicksAreRound(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		about     int
		want      string
	}{
		{0, 10, 5, "0 2 4 6 8 10"},
		{-0.3, 1.1, 4, "-0.5 0.0 0.5 1.0 1.5"},
		{3, 3, 2, "2 3 4"},
		{0, 250000, 3, "0 100000 200000 300000"},
	} {
		s := newScale(Axis{}, span{test.low, test.high}, test.about, 0, 100)
		var got []string
		for _, k := range s.ticks {
			got = append(got, k.text)
		}
		if g := strings.Join(got, " "); g != test.want {
			t.Errorf("ticks of %v..%v = %s, want %s", test.low, test.high, g, test.want)
		}
	}
}

func TestTimesAreShownInTheirPlace(t *testing.T) {
	oslo := time.FixedZone("UTC+2", 7200)
	from := time.Date(2026, 6, 1, 7, 0, 0, 0, oslo)
	times := []time.Time{from, from.Add(14 * time.Hour)}
	svg := render(t, (&Chart{X: Axis{Location: oslo}}).Add(Line{X: Seconds(times), Y: []float64{1, 2}}))
	if !strings.Contains(svg, ">08:00<") || strings.Contains(svg, ">05:00<") {
		t.Errorf("hours are not local:\n%s", svg)
	}
	times[1] = from.AddDate(0, 0, 9)
	svg = render(t, (&Chart{X: Axis{Location: oslo}}).Add(Line{X: Seconds(times), Y: []float64{1, 2}}))
	if !strings.Contains(svg, ">2026-06-02<") {
		t.Errorf("days are not named:\n%s", svg)
	}
	names := []string{"Telefon", "Chat"}
	svg = render(t, (&Chart{X: Axis{Categories: names}}).Add(Bars{X: Positions(2), Y: []float64{70.3, 12}}))
	if !strings.Contains(svg, ">Telefon<") || !strings.Contains(svg, ">Chat<") {
		t.Errorf("categories are not named:\n%s", svg)
	}
}
