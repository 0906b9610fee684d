package forecast

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

// Event is something planned, or known to have happened, that moves the contacts of the days after it.
type Event struct {
	Date   calendar.Date
	Kind   string  // campaign, mailing, invoice, price_change, outage, or a word of your own
	Size   float64 // 1 is the usual size of its kind; effects are proportional to it
	Effect float64 // what is expected of it: the share of contacts added on its strongest day, 0.2 = 20 %; NaN when not known
}

// lagCurves says, for the kinds that are known, how an event's effect is expected to spread over the days after it: the share of its
// strongest day, day by day from its own date. The history corrects it.
var lagCurves = map[string][]float64{
	"campaign":     {1, .8, .6, .4, .3, .2, .1},
	"mailing":      {.2, .6, 1, .9, .7, .5, .3, .2},
	"invoice":      {.1, .4, 1, .9, .7, .5, .3, .2, .1},
	"price_change": {1, .9, .7, .5, .4, .3, .2, .2, .1},
	"outage":       {1, .4, .1},
}

// otherCurve is for kinds that are not known.
var otherCurve = []float64{1, .7, .5, .3, .2, .1}

func lagCurve(kind string) []float64 {
	if curve, found := lagCurves[kind]; found {
		return curve
	}
	return otherCurve
}

// Prior deviations: of a kind's whole curve, and of each day of it apart.
const (
	priorEvent    = 0.10
	priorEventLag = 0.03
)

// ReadEvents reads "date,kind[,size[,effect_pct]]" with a header row. Rows may stand in any order.
func ReadEvents(name string, r io.Reader) ([]Event, error) {
	t := &table{name: name, csv: csv.NewReader(r)}
	t.csv.FieldsPerRecord = -1
	header, err := t.next()
	if errors.Is(err, io.EOF) {
		return nil, centre.ErrorAt(centre.Invalid, name, "the file is empty")
	}
	if err != nil {
		return nil, err
	}
	want := []string{"date", "kind", "size", "effect_pct"}
	for j, h := range header {
		if j >= len(want) || strings.ToLower(strings.TrimSpace(h)) != want[j] {
			return nil, t.fault(j, "the header must be date,kind[,size[,effect_pct]]")
		}
	}
	if len(header) < 2 {
		return nil, t.fault(0, "the header must be date,kind[,size[,effect_pct]]")
	}
	var events []Event
	for {
		record, err := t.next()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		e, err := t.event(record)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
}

func (t *table) event(record []string) (Event, error) {
	e := Event{Size: 1, Effect: math.NaN()}
	if len(record) < 2 || len(record) > 4 {
		return e, t.fault(0, "%d cells, but an event has date, kind and at most size and effect_pct", len(record))
	}
	date, err := calendar.ParseDate(strings.TrimSpace(record[0]))
	if err != nil {
		return e, t.fault(0, "%q is not a date such as 2026-03-02", record[0])
	}
	e.Date, e.Kind = date, strings.ToLower(strings.TrimSpace(record[1]))
	if e.Kind == "" {
		return e, t.fault(1, "the kind is empty")
	}
	number := func(field int, into *float64, low, high, unit float64) error {
		if field >= len(record) || strings.TrimSpace(record[field]) == "" {
			return nil
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(record[field]), 64)
		if err != nil || !(v >= low && v <= high) {
			return t.fault(field, "%q is not a number from %g to %g", record[field], low, high)
		}
		*into = v * unit
		return nil
	}
	if err := number(2, &e.Size, 0, 1000, 1); err != nil {
		return e, err
	}
	return e, number(3, &e.Effect, -99, 10000, 0.01)
}

// layEvents gives each kind a column for its whole curve and one for each day of it.
func (t *terms) layEvents(add func(name string, deviation float64)) {
	t.effects = map[string]int{}
	for _, e := range t.events {
		if _, found := t.effects[e.Kind]; found {
			continue
		}
		t.effects[e.Kind] = len(t.names)
		add("event_"+e.Kind, priorEvent)
		for lag := range lagCurve(e.Kind) {
			add("event_"+e.Kind+"_day_"+strconv.Itoa(lag), priorEventLag)
		}
	}
}

// eventRow adds the regressors of the events that still work on a date.
func (t *terms) eventRow(d calendar.Date, s *sparse) {
	total := map[int]float64{}
	var order []int
	for _, e := range t.events {
		lag := int(d - e.Date)
		curve := lagCurve(e.Kind)
		if lag < 0 || lag >= len(curve) {
			continue
		}
		for _, part := range []struct {
			column int
			value  float64
		}{{t.effects[e.Kind], e.Size * curve[lag]}, {t.effects[e.Kind] + 1 + lag, e.Size}} {
			if _, found := total[part.column]; !found {
				order = append(order, part.column)
			}
			total[part.column] += part.value
		}
	}
	for _, column := range order {
		s.at, s.value = append(s.at, column), append(s.value, total[column])
	}
}

// expected is what the events' stated effects add to the logarithm of the square root of a date's contacts.
func (t *terms) expected(d calendar.Date) float64 {
	sum := 0.0
	for _, e := range t.events {
		lag := int(d - e.Date)
		curve := lagCurve(e.Kind)
		if lag < 0 || lag >= len(curve) || math.IsNaN(e.Effect) {
			continue
		}
		sum += math.Log1p(e.Effect*math.Min(1, e.Size)*curve[lag]) / 2 * math.Max(1, e.Size)
	}
	return sum
}

// excluded tells whether a date is left out of what the level learns: an outage was under way.
func (t *terms) excluded(d calendar.Date) bool {
	for _, e := range t.events {
		if e.Kind == "outage" && e.Date == d {
			return true
		}
	}
	return false
}
