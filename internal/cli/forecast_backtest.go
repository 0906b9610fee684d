package cli

import (
	"context"
	"io"
	"math"
	"slices"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/plan/forecast"
	"sentral/internal/plot"
)

// without drops a column.
func without(header []string, rows [][]string, column int) ([]string, [][]string) {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = slices.Delete(slices.Clone(row), column, column+1)
	}
	return slices.Delete(slices.Clone(header), column, column+1), out
}

// gap adds a break to a line.
func gap(v []float64) []float64 { return append(v, math.NaN()) }

// ForecastBacktestCommand measures the models on days they have not seen.
type ForecastBacktestCommand struct {
	HistoryFlags
	AsOf       string   `name:"as-of" placeholder:"TIME" help:"Use nothing of the history after this moment."`
	Days       int      `placeholder:"N" help:"Forecast the last N recorded days. Default: 40, or two thirds of a shorter history."`
	Ahead      []int    `default:"1,5,10" help:"How many recorded days ahead."`
	At         []string `placeholder:"HH:MM,..." help:"Forecast the rest of each day from its part before these clock times, beside no update and the ratio rule."`
	Scenarios  int      `default:"500" help:"How many futures to draw for the coverage of the ranges."`
	Seed       uint64   `default:"1" help:"Of the scenarios."`
	ErrorsFile string   `name:"errors-file" placeholder:"FILE.csv" help:"Write the error history: a row a day, model and days ahead."`
	OutputFlags
}

type backtestRow struct {
	Model     string `json:"model"`
	DaysAhead int    `json:"days_ahead"`
	At        string `json:"at,omitempty"` // the rest of the day since then
	Days      int    `json:"days"`
	WAPE      number `json:"wape"`
	DayAPE    number `json:"day_ape"`
	Bias      number `json:"bias"`
	RMSE      number `json:"rmse"`
	Cover80   number `json:"cover_80"`
	Cover95   number `json:"cover_95"`
	Pinball   number `json:"pinball"`
}

type backtestOutput struct {
	Interval string        `json:"interval"`
	Best     string        `json:"best"`
	Scores   []backtestRow `json:"scores"`
}

// Run prints the error table.
func (c *ForecastBacktestCommand) Run(ctx context.Context, s Streams) error {
	series, o, err := c.read()
	if err != nil {
		return err
	}
	if c.AsOf != "" {
		at, err := forecast.ParseLocal(c.AsOf, o.Zone)
		if err != nil {
			return centre.ErrorAt(centre.Invalid, "--as-of", "%v", err)
		}
		series = series.Until(calendar.DateOf(at.Date()), time.Duration(at.Hour())*time.Hour+time.Duration(at.Minute())*time.Minute)
	}
	o.Scenarios, o.Seed = c.Scenarios, c.Seed
	options := forecast.BacktestOptions{Options: o, Days: c.Days, Ahead: c.Ahead}
	for _, text := range c.At {
		clock, err := calendar.ParseClock(text)
		if err != nil {
			return centre.ErrorAt(centre.Invalid, "--at", "%v", err)
		}
		options.At = append(options.At, time.Duration(clock)*time.Minute)
	}
	var bar *progress
	options.Progress = func(done, total int) error {
		if bar == nil {
			bar = newProgress(s, "backtest", "days", total)
		}
		return bar.step(ctx, 1)
	}
	result, err := forecast.Backtest(series, options)
	if err != nil {
		return err
	}
	if err := c.writeErrors(result); err != nil {
		return err
	}
	if err := c.draw(func(w io.Writer) error { return backtestChart(result).WriteSVG(w) }); err != nil {
		return err
	}
	out, header, rows := c.table(result, o.Interval, series.Width)
	return c.print(s.Out, out, header, rows)
}

// table is the scores as JSON prints them, and as rows.
func (c *ForecastBacktestCommand) table(result *forecast.BacktestResult, interval, width time.Duration) (out backtestOutput, header []string, rows [][]string) {
	if interval == 0 {
		interval = width
	}
	out = backtestOutput{Interval: interval.String(), Scores: []backtestRow{}}
	share := func(v float64) string { return percent(v, 2) }
	if c.CSV {
		share = func(v float64) string { return decimal(v, 6) }
	}
	least := math.Inf(1)
	for _, r := range result.Scores {
		out.Scores = append(out.Scores, backtestRow{
			r.Model, r.Ahead, clockOf(r.At), r.Days, number(r.WAPE), number(r.DayAPE), number(r.Bias), number(r.RMSE), number(r.Cover80), number(r.Cover95), number(r.Pinball),
		})
		if r.Ahead <= 1 && r.WAPE < least {
			least, out.Best = r.WAPE, r.Model
		}
		rows = append(rows, []string{
			r.Model, decimal(float64(r.Ahead), 0), clockOf(r.At), decimal(float64(r.Days), 0), share(r.WAPE), share(r.DayAPE), share(r.Bias), decimal(r.RMSE, 3),
			share(r.Cover80), share(r.Cover95), decimal(r.Pinball, 5),
		})
	}
	header = []string{"model", "days_ahead", "at", "days", "wape", "day_ape", "bias", "rmse", "cover_80", "cover_95", "pinball"}
	if len(c.At) == 0 {
		header, rows = without(header, rows, 2)
	}
	return out, header, rows
}

// clockOf shows a clock time; none is empty.
func clockOf(at time.Duration) string {
	if at == 0 {
		return ""
	}
	return calendar.Clock(at / time.Minute).String()
}

func (c *ForecastBacktestCommand) writeErrors(r *forecast.BacktestResult) error {
	var rows [][]string
	for _, e := range r.Errors {
		rows = append(rows, []string{e.Date.String(), decimal(float64(e.Ahead), 0), clockOf(e.At), e.Model, decimal(e.Expected, 3), decimal(e.Seen, 3), decimal(e.Absolute, 3)})
	}
	return OutputFlags{Plot: c.ErrorsFile}.draw(func(w io.Writer) error {
		return printCSV(w, []string{"date", "days_ahead", "at", "model", "expected", "seen", "absolute"}, rows)
	})
}

// backtestChart draws each day's relative error by model, one recorded day ahead or for the rest of the day.
func backtestChart(r *forecast.BacktestResult) *plot.Chart {
	lines := map[string]*plot.Line{}
	var names []string
	for _, e := range r.Errors {
		if e.Ahead > 1 || e.Seen <= 0 {
			continue
		}
		name := e.Model
		if e.At > 0 {
			name += " since " + clockOf(e.At)
		}
		l := lines[name]
		if l == nil {
			l = &plot.Line{Name: name}
			lines[name] = l
			names = append(names, name)
		}
		l.X, l.Y = append(l.X, float64(e.Date.Start(time.UTC).Unix())), append(l.Y, 100*e.Absolute/e.Seen)
	}
	c := &plot.Chart{Title: "Error by day", X: plot.Axis{Location: time.UTC}, Y: plot.Axis{Label: "absolute error, % of contacts", FromZero: true}}
	for _, name := range names {
		c.Add(*lines[name])
	}
	return c
}
