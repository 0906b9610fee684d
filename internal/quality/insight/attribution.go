package insight

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"sentral/internal/centre"
)

// Cell is one combination of values, a value a dimension, with the contacts that were forecast and those that came.
type Cell struct {
	Values   []string
	Forecast float64
	Actual   float64
}

// AttributionOptions are Adtributor's thresholds; the zero value has those of the paper.
type AttributionOptions struct {
	Each  float64 // the least explanatory power of an element that counts; 0 means 0.10
	Total float64 // the explanatory power at which a set explains the change; 0 means 0.67
}

// Element is one value of a dimension, or one combination of two, in an explanation.
type Element struct {
	Value    string  `json:"value"` // "invoice", or "SE x invoice"
	Forecast float64 `json:"forecast"`
	Actual   float64 `json:"actual"`
	Power    float64 `json:"explanatory_power"` // its part of the whole change
	Surprise float64 `json:"surprise"`
}

// Explanation is a dimension, or a cross of two, and the fewest elements of it that explain the change.
type Explanation struct {
	Dimensions []string  `json:"dimensions"`
	Elements   []Element `json:"elements"`
	Power      float64   `json:"explanatory_power"` // of the elements together
	Surprise   float64   `json:"surprise"`
	Explains   bool      `json:"explains"` // whether Power reaches the threshold
}

// Attribution is what a change goes together with.
type Attribution struct {
	Forecast float64       `json:"forecast"`
	Actual   float64       `json:"actual"`
	Answer   string        `json:"answer"`     // the elements of the chosen explanation, joined by " + "; empty when nothing explains
	Chosen   *Explanation  `json:"chosen"`     //
	Single   []Explanation `json:"dimensions"` // every single dimension, the most surprising explanation first
	Crossed  []Explanation `json:"crosses"`    // every cross of two dimensions, likewise
}

// crossGain is how much more surprising a cross must be than the better of its two dimensions. Splitting values up never lowers the
// surprise, so a cross that merely ties says nothing new.
const crossGain = 1.1

// Attribute explains the difference between forecast and actual by Adtributor (Bhagwan et al., NSDI 2014): for each element e the
// explanatory power EP = (A_e - F_e)/(A - F) and the surprise S, its term of the Jensen-Shannon divergence between its forecast and
// actual shares; per dimension the elements by falling S, of EP at least Each, until their EP reaches Total. Adtributor handles one
// dimension at a time, so it is also run on every cross of two. The cross is chosen over the best single dimension when it explains
// the change with no more elements and clearly more surprise.
func Attribute(dimensions []string, cells []Cell, o AttributionOptions) (Attribution, error) {
	if o.Each == 0 {
		o.Each = 0.10
	}
	if o.Total == 0 {
		o.Total = 0.67
	}
	var out Attribution
	if err := checkCells(dimensions, cells, o); err != nil {
		return out, err
	}
	for _, c := range cells {
		out.Forecast += c.Forecast
		out.Actual += c.Actual
	}
	if out.Forecast <= 0 {
		return out, centre.Errorf(centre.Invalid, "attribution: nothing was forecast, so no share can surprise")
	}
	if change := out.Actual - out.Forecast; math.Abs(change) < 1e-9*out.Forecast {
		return out, centre.Errorf(centre.Invalid, "attribution: actual equals forecast (%v), so there is nothing to explain", out.Actual)
	}
	for i := range dimensions {
		out.Single = append(out.Single, out.explain([]int{i}, dimensions, cells, o))
		for j := range i {
			out.Crossed = append(out.Crossed, out.explain([]int{j, i}, dimensions, cells, o))
		}
	}
	for _, list := range [][]Explanation{out.Single, out.Crossed} {
		slices.SortStableFunc(list, func(a, b Explanation) int {
			if a.Explains != b.Explains {
				return map[bool]int{true: -1, false: 1}[a.Explains]
			}
			return cmp.Or(cmp.Compare(b.Surprise, a.Surprise), strings.Compare(strings.Join(a.Dimensions, "\x00"), strings.Join(b.Dimensions, "\x00")))
		})
	}
	out.choose()
	return out, nil
}

func checkCells(dimensions []string, cells []Cell, o AttributionOptions) error {
	if len(dimensions) == 0 || len(cells) == 0 {
		return centre.Errorf(centre.Invalid, "attribution: want at least one dimension and one cell")
	}
	if !(o.Each > 0 && o.Each <= 1 && o.Total > 0 && o.Total <= 1) {
		return centre.Errorf(centre.Invalid, "attribution: thresholds %v and %v: want numbers over 0 and up to 1", o.Each, o.Total)
	}
	for i, c := range cells {
		if len(c.Values) != len(dimensions) {
			return centre.Errorf(centre.Invalid, "attribution: cell %d has %d values for %d dimensions", i+1, len(c.Values), len(dimensions))
		}
		if !(c.Forecast >= 0 && c.Actual >= 0) || math.IsInf(c.Forecast+c.Actual, 0) {
			return centre.Errorf(centre.Invalid, "attribution: cell %d (%s) has forecast %v and actual %v: want numbers of at least 0", i+1, strings.Join(c.Values, ", "), c.Forecast, c.Actual)
		}
	}
	return nil
}

// explain runs Adtributor over the values of one dimension, or the combinations of two.
func (a Attribution) explain(by []int, dimensions []string, cells []Cell, o AttributionOptions) Explanation {
	var e Explanation
	for _, d := range by {
		e.Dimensions = append(e.Dimensions, dimensions[d])
	}
	at := map[string]int{}
	var elements []Element
	for _, c := range cells {
		var values []string
		for _, d := range by {
			values = append(values, c.Values[d])
		}
		name := strings.Join(values, " x ")
		i, seen := at[name]
		if !seen {
			i = len(elements)
			at[name] = i
			elements = append(elements, Element{Value: name})
		}
		elements[i].Forecast += c.Forecast
		elements[i].Actual += c.Actual
	}
	for i := range elements {
		el := &elements[i]
		el.Power = (el.Actual - el.Forecast) / (a.Actual - a.Forecast)
		q := 0.0
		if a.Actual > 0 {
			q = el.Actual / a.Actual
		}
		el.Surprise = surprise(el.Forecast/a.Forecast, q)
	}
	slices.SortStableFunc(elements, func(x, y Element) int {
		return cmp.Or(cmp.Compare(y.Surprise, x.Surprise), strings.Compare(x.Value, y.Value))
	})
	for _, el := range elements {
		if el.Power < o.Each {
			continue
		}
		e.Elements = append(e.Elements, el)
		e.Power += el.Power
		e.Surprise += el.Surprise
		if e.Explains = e.Power >= o.Total; e.Explains {
			break
		}
	}
	return e
}

// surprise is 0.5 (p ln(2p/(p+q)) + q ln(2q/(p+q))).
func surprise(p, q float64) float64 {
	term := func(x float64) float64 {
		if x == 0 {
			return 0
		}
		return x * math.Log(2*x/(p+q))
	}
	return 0.5 * (term(p) + term(q))
}

// choose settles the answer.
func (a *Attribution) choose() {
	if len(a.Single) > 0 && a.Single[0].Explains {
		a.Chosen = &a.Single[0]
	}
	for i := range a.Crossed {
		c := &a.Crossed[i]
		if !c.Explains {
			break
		}
		if a.Chosen == nil || (len(c.Elements) <= len(a.Chosen.Elements) && c.Surprise > crossGain*a.parents(c)) {
			a.Chosen = c
			break
		}
	}
	if a.Chosen == nil {
		return
	}
	var names []string
	for _, e := range a.Chosen.Elements {
		names = append(names, e.Value)
	}
	a.Answer = strings.Join(names, " + ")
}

// parents is the larger surprise of a cross's two dimensions alone, and of the chosen explanation.
func (a *Attribution) parents(c *Explanation) float64 {
	most := a.Chosen.Surprise
	for _, s := range a.Single {
		if slices.Contains(c.Dimensions, s.Dimensions[0]) {
			most = max(most, s.Surprise)
		}
	}
	return most
}

// String shows an element as "SE x invoice: 20 -> 190 (EP 1.00, S 0.0576)".
func (e Element) String() string {
	return fmt.Sprintf("%s: %g -> %g (EP %.4f, S %.6f)", e.Value, e.Forecast, e.Actual, e.Power, e.Surprise)
}
