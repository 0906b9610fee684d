package insight

import (
	"math"
	"strings"
	"testing"
)

var surgeDimensions = []string{"country", "reason", "channel"}

// invoiceRun is the worked example: forecast 400, actual 570, an invoice run with stipulated readings to Swedish customers. The
// marginal totals are those of the published example; the cells below them are ours.
func invoiceRun() []Cell {
	var cells []Cell
	add := func(country, reason string, forecast, actual [3]float64) {
		for i, channel := range []string{"phone", "chat", "e-mail"} {
			cells = append(cells, Cell{Values: []string{country, reason, channel}, Forecast: forecast[i], Actual: actual[i]})
		}
	}
	add("NO", "invoice", [3]float64{42, 15, 10}, [3]float64{60, 20, 15})
	add("NO", "outage", [3]float64{45, 16, 10}, [3]float64{42, 16, 10})
	add("NO", "moving", [3]float64{33, 12, 8}, [3]float64{31, 12, 7})
	add("NO", "other", [3]float64{68, 25, 16}, [3]float64{60, 22, 15})
	add("SE", "invoice", [3]float64{14, 5, 4}, [3]float64{117, 38, 30})
	add("SE", "outage", [3]float64{15, 5, 4}, [3]float64{14, 4, 4})
	add("SE", "moving", [3]float64{13, 5, 4}, [3]float64{11, 5, 4})
	add("SE", "other", [3]float64{20, 7, 4}, [3]float64{25, 3, 5})
	return cells
}

func TestTheSurgeIsSwedenTimesInvoice(t *testing.T) {
	got, err := Attribute(surgeDimensions, invoiceRun(), AttributionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Forecast != 400 || got.Actual != 570 {
		t.Fatalf("forecast %v, actual %v", got.Forecast, got.Actual)
	}
	if got.Answer != "SE x invoice" {
		t.Errorf("answer %q", got.Answer)
	}
	want := []struct {
		dimension, element string
		power, surprise    float64
	}{{"reason", "invoice", 1.1176, .025344}, {"country", "SE", .9412, .015266}, {"channel", "phone", .6471, .000009}}
	for i, w := range want {
		e := got.Single[i]
		if e.Dimensions[0] != w.dimension {
			t.Errorf("place %d is %s, want %s", i+1, e.Dimensions[0], w.dimension)
			continue
		}
		var found *Element
		for j := range e.Elements {
			if e.Elements[j].Value == w.element {
				found = &e.Elements[j]
			}
		}
		if found == nil {
			t.Errorf("%s does not name %s: %v", w.dimension, w.element, e.Elements)
			continue
		}
		near(t, w.element+"'s explanatory power", found.Power, w.power, 5e-5)
		near(t, w.element+"'s surprise", found.Surprise, w.surprise, 5e-7)
	}
}

// TestACauseInOneDimensionIsNotBlamedOnACross holds that the plain answer stays when every country's invoices rise alike.
func TestACauseInOneDimensionIsNotBlamedOnACross(t *testing.T) {
	var cells []Cell
	for _, country := range []string{"NO", "SE", "DK"} {
		for _, reason := range []string{"invoice", "outage", "other"} {
			c := Cell{Values: []string{country, reason}, Forecast: 50, Actual: 50}
			if reason == "invoice" {
				c.Actual = 120
			}
			cells = append(cells, c)
		}
	}
	got, err := Attribute([]string{"country", "reason"}, cells, AttributionOptions{})
	if err != nil || got.Answer != "invoice" {
		t.Errorf("answer %q, %v", got.Answer, err)
	}
	for i := range cells { // a fall is explained the same way
		cells[i].Actual, cells[i].Forecast = cells[i].Forecast, cells[i].Actual
	}
	if got, err = Attribute([]string{"country", "reason"}, cells, AttributionOptions{}); err != nil || got.Answer != "invoice" {
		t.Errorf("of a fall: %q, %v", got.Answer, err)
	}
}

func TestASpreadChangeHasNoAnswer(t *testing.T) {
	var cells []Cell
	for i := range 26 {
		cells = append(cells, Cell{Values: []string{string(rune('a' + i))}, Forecast: 10, Actual: 11})
	}
	got, err := Attribute([]string{"reason"}, cells, AttributionOptions{})
	if err != nil || got.Answer != "" || got.Chosen != nil {
		t.Errorf("answer %q, %v", got.Answer, err)
	}
}

func TestAttributionRefuses(t *testing.T) {
	for want, cells := range map[string][]Cell{
		"at least one dimension": nil,
		"nothing was forecast":   {{Values: []string{"a"}, Actual: 5}},
		"nothing to explain":     {{Values: []string{"a"}, Forecast: 5, Actual: 5}},
		"2 values for 1":         {{Values: []string{"a", "b"}, Forecast: 5, Actual: 6}},
		"cell 1 (a)":             {{Values: []string{"a"}, Forecast: -5, Actual: 6}},
		"actual NaN":             {{Values: []string{"a"}, Forecast: 5, Actual: math.NaN()}},
	} {
		if _, err := Attribute([]string{"reason"}, cells, AttributionOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	silent, err := Attribute([]string{"reason"}, []Cell{{Values: []string{"a"}, Forecast: 5}, {Values: []string{"b"}, Forecast: 1}}, AttributionOptions{})
	if err != nil || silent.Answer != "a" {
		t.Errorf("nobody came: %q, %v", silent.Answer, err)
	}
}
