package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"sentral/internal/plot"
	"sentral/internal/quality/index"
	"sentral/internal/quality/index/pathmodel"
)

// IndexDrivers splits R2 of an answer over its drivers.
type IndexDrivers struct {
	Data      string  `required:"" placeholder:"FILE" help:"Answers: a row a respondent; - is standard input."`
	Target    string  `required:"" placeholder:"COLUMN" help:"The answer to explain."`
	Drivers   string  `required:"" placeholder:"COLUMN,..." help:"The answers to explain it by."`
	Weight    string  `placeholder:"COLUMN" help:"Survey weights."`
	Missing   string  `default:"drop" enum:"mean,drop,refuse" help:"Missing answers: ${enum}."`
	Bootstrap int     `default:"0" placeholder:"N" help:"Resample N times for limits."`
	Cluster   string  `placeholder:"COLUMN" help:"Resample whole clusters, such as customers."`
	Seed      uint64  `default:"1" help:"Seed of the resampling."`
	Level     float64 `default:"0.95" help:"Confidence level of the limits."`
	OutputFlags
}

// Run explains and prints.
func (c IndexDrivers) Run(ctx context.Context, s Streams) error {
	t, err := readTable(c.Data, s.In)
	if err != nil {
		return err
	}
	drivers := list(c.Drivers)
	a, err := readAnswers(t, append([]string{c.Target}, drivers...), func(string) (index.Scale, bool) { return index.Scale{}, false })
	if err != nil {
		return err
	}
	if a.Weights, err = t.weights(c.Weight); err != nil {
		return err
	}
	missing, err := pathmodel.ParseMissingRule(c.Missing)
	if err != nil {
		return err
	}
	o := pathmodel.DriverOptions{Missing: missing, Draws: c.Bootstrap, Seed: c.Seed, Level: c.Level}
	if c.Cluster != "" {
		if o.Cluster, err = t.texts(c.Cluster); err != nil {
			return err
		}
	}
	if c.Bootstrap > 0 {
		done := newProgress(s, "sentral index drivers", "draws", c.Bootstrap)
		o.Step = func() error { return done.step(ctx, 1) }
	}
	d, err := pathmodel.ExplainBy(ctx, a, c.Target, drivers, o)
	if err != nil {
		return err
	}
	for _, w := range d.Warnings {
		fmt.Fprintln(s.Err, "warning:", w)
	}
	if err := c.draw(func(w io.Writer) error { return driverPicture(d).WriteSVG(w) }); err != nil {
		return err
	}
	var rows [][]string
	for _, v := range d.Drivers {
		row := []string{v.Name, decimal(v.Correlation, 4), decimal(v.Beta, 4), orDash(v.LMG, 6), decimal(v.Johnson, 6), percent(v.Share, 1), decimal(v.VIF, 2), noValue, noValue}
		if spread := bestSpread(v); spread != nil {
			row[7], row[8] = decimal(spread.Low, 4), decimal(spread.High, 4)
		}
		rows = append(rows, row)
	}
	rows = append(rows, []string{"R2 of " + d.Target + ", n " + strconv.Itoa(d.Rows), noValue, noValue, decimal(d.R2, 6), decimal(d.R2, 6), noValue, noValue, noValue, noValue})
	return c.print(s.Out, d, []string{"driver", "r", "beta", "lmg", "johnson", "share", "vif", "low", "high"}, rows)
}

// bestSpread is the spread of LMG, or of Johnson's weight where there is no LMG.
func bestSpread(d pathmodel.Driver) *pathmodel.Spread {
	if d.LMGSpread != nil {
		return d.LMGSpread
	}
	return d.JohnsonSpread
}

func driverPicture(d *pathmodel.Drivers) *plot.Chart {
	bars := plot.Bars{X: plot.Positions(len(d.Drivers))}
	var names []string
	for _, v := range d.Drivers {
		names = append(names, v.Name)
		bars.Y = append(bars.Y, 100*v.Share)
	}
	chart := &plot.Chart{
		Title: "What is associated with " + d.Target, X: plot.Axis{Categories: names}, Y: plot.Axis{Label: "% of what the drivers explain", FromZero: true},
	}
	return chart.Add(bars)
}
