package cli

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/plot"
	"sentral/internal/stat"
)

// IndexChart draws a control chart of a measure over time and says which rule fired where.
type IndexChart struct {
	Data     string   `required:"" placeholder:"FILE" help:"A row a point, in order of time; - is standard input."`
	Kind     string   `default:"xmr" enum:"xmr,p,u,mean,cusum" help:"xmr: single values; p: shares and u: rates with sizes (Laney); mean: means with standard errors; cusum."`
	Value    string   `default:"value" placeholder:"COLUMN" help:"The values; for p and u the counts."`
	Size     string   `default:"n" placeholder:"COLUMN" help:"Sizes, for p and u."`
	SE       string   `default:"se" placeholder:"COLUMN" help:"Standard errors, for mean."`
	Label    string   `placeholder:"COLUMN" help:"Names of the points, such as dates."`
	Baseline int      `default:"0" help:"Points that set the limits for good, 20 or more advised; 0: all."`
	Change   []string `placeholder:"LABEL,..." help:"Points (by label, or number from 1) at which a documented change begins a new phase."`
	Plain    bool     `help:"Leave Laney's widening out."`
	Target   *float64 `help:"cusum: the value to hold."`
	K        float64  `name:"k" default:"0" help:"cusum: allowance, half of the shift to find."`
	H        float64  `name:"h" default:"0" help:"cusum: alarm."`
	OutputFlags
}

// Run draws and prints.
func (c IndexChart) Run(s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	values, err := t.numbers(c.Value)
	if err != nil {
		return err
	}
	labels := make([]string, len(values))
	for i := range labels {
		labels[i] = strconv.Itoa(i + 1)
	}
	if c.Label != "" {
		if labels, err = t.texts(c.Label); err != nil {
			return err
		}
	}
	if c.Kind == "cusum" {
		return c.cusum(s, values, labels)
	}
	o := stat.ChartOptions{Baseline: c.Baseline, Plain: c.Plain}
	for _, change := range c.Change {
		at := slices.Index(labels, change)
		if n, err := strconv.Atoi(change); at < 0 && err == nil {
			at = n - 1
		}
		if at < 0 {
			return centre.Errorf(centre.Invalid, "--change %q is neither a label nor a point's number", change)
		}
		o.Changes = append(o.Changes, at)
	}
	slices.Sort(o.Changes)
	chart, err := c.chart(t, values, o)
	if err != nil {
		return err
	}
	if err := c.draw(func(w io.Writer) error { return chartPicture(chart, labels, c.Value).WriteSVG(w) }); err != nil {
		return err
	}
	var rows [][]string
	for i, p := range chart.Points {
		rows = append(rows, []string{labels[i], decimal(p.Value, 4), decimal(p.Centre, 4), decimal(p.Lower, 4), decimal(p.Upper, 4), decimal(p.Z, 3), fired(p.Fired)})
	}
	out := struct {
		Kind   string   `json:"kind"`
		Labels []string `json:"labels"`
		stat.Chart
	}{c.Kind, labels, chart}
	return c.print(s.Out, out, []string{"point", "value", "centre", "lower", "upper", "z", "fired"}, rows)
}

func (c IndexChart) chart(t *table, values []float64, o stat.ChartOptions) (stat.Chart, error) {
	switch c.Kind {
	case "p", "u":
		sizes, err := t.numbers(c.Size)
		if err != nil {
			return stat.Chart{}, err
		}
		if c.Kind == "p" {
			return stat.LaneyP(values, sizes, o)
		}
		return stat.LaneyU(values, sizes, o)
	case "mean":
		ses, err := t.numbers(c.SE)
		if err != nil {
			return stat.Chart{}, err
		}
		return stat.LaneyMean(values, ses, o)
	}
	return stat.XmR(values, o)
}

func (c IndexChart) cusum(s Streams, values []float64, labels []string) error {
	if c.Target == nil || c.H == 0 {
		return centre.Errorf(centre.Invalid, "cusum wants --target, --k and --h in the unit of the values, such as half a sigma and five sigma")
	}
	chart, err := stat.Cusum(values, *c.Target, c.K, c.H)
	if err != nil {
		return err
	}
	high, low := make([]float64, len(values)), make([]float64, len(values))
	var rows [][]string
	for i, p := range chart.Points {
		high[i], low[i] = p.High, -p.Low
		rows = append(rows, []string{labels[i], decimal(p.Value, 4), decimal(p.High, 4), decimal(p.Low, 4), fired(p.Fired)})
	}
	x := plot.Positions(len(values))
	picture := (&plot.Chart{Title: "CUSUM of " + c.Value, X: plot.Axis{Label: "point"}, Y: plot.Axis{Label: "cumulative sum"}}).
		Add(plot.Line{Name: "upward", X: x, Y: high}, plot.Line{Name: "downward", X: x, Y: low}, plot.Rule{At: c.H}, plot.Rule{At: -c.H})
	if err := c.draw(picture.WriteSVG); err != nil {
		return err
	}
	out := struct {
		Kind   string   `json:"kind"`
		Labels []string `json:"labels"`
		stat.CusumChart
	}{c.Kind, labels, chart}
	return c.print(s.Out, out, []string{"point", "value", "high", "low", "fired"}, rows)
}

// fired names the rules, or gives a blank.
func fired(rules []stat.Rule) string {
	var names []string
	for _, r := range rules {
		names = append(names, r.String())
	}
	return strings.Join(names, " ")
}

func chartPicture(chart stat.Chart, labels []string, value string) *plot.Chart {
	n := len(chart.Points)
	x := plot.Positions(n)
	values, centre, low, high := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	marked := make([]bool, n)
	for i, p := range chart.Points {
		values[i], centre[i], low[i], high[i] = p.Value, p.Centre, p.Lower, p.Upper
		marked[i] = len(p.Fired) > 0
		if i > 0 && p.Phase != chart.Points[i-1].Phase {
			centre[i-1] = math.NaN() // the line breaks where a new phase begins
		}
	}
	picture := &plot.Chart{Title: "Control chart of " + value, X: plot.Axis{Categories: labels}, Y: plot.Axis{Label: value}}
	return picture.Add(plot.Band{Name: "limits", X: x, Low: low, High: high}, plot.Line{Name: "centre", X: x, Y: centre, Dashed: true},
		plot.Line{Name: value, X: x, Y: values}, plot.Dots{X: x, Y: values, Marked: marked})
}
