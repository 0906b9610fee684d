package cli

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones by name, on machines that have none

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/plan/forecast"
	"sentral/internal/plot"
)

// ForecastCommand holds the forecast and its backtest.
type ForecastCommand struct {
	Make     ForecastMakeCommand     `cmd:"" default:"withargs" help:"Forecast contacts per interval from a history (the default)."`
	Backtest ForecastBacktestCommand `cmd:"" help:"Forecast the last days of a history from the days before them, and print each model's errors."`
}

// HistoryFlags say what is known.
type HistoryFlags struct {
	History  string   `required:"" placeholder:"FILE" help:"Counts: wide (date,07:00,07:05,...; a row a day) or long (start,count; a row an interval). May be gzipped."`
	Country  string   `placeholder:"CODE" help:"Whose holidays count: NO, SE, DK, FI, US or IL."`
	Region   string   `placeholder:"CODE" help:"Region of the country, for school holidays."`
	Zone     string   `placeholder:"NAME" help:"Time zone, such as Europe/Oslo, for histories with offsets and days of 23 and 25 hours. Default: that of a Nordic country."`
	Events   string   `placeholder:"FILE" help:"Planned and past events: date,kind[,size[,effect_pct]]; kinds campaign, mailing, invoice, price_change, outage or your own."`
	Like     string   `placeholder:"FILE" help:"History of a similar queue, from which a new one borrows profile and calendar."`
	Interval duration `placeholder:"30m" help:"Length of the rows. Default: the history's own."`
}

// duration is a time.Duration that also knows days and weeks: 10d, 2w, 1d12h.
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(text []byte) error {
	rest, total := string(text), time.Duration(0)
	for _, unit := range []struct {
		letter string
		length time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > 100_000 {
			return fmt.Errorf("%q is not a length of time such as 10d, 36h or 30m", text)
		}
		total, rest = total+time.Duration(n)*unit.length, after
	}
	if rest != "" {
		part, err := time.ParseDuration(rest)
		if err != nil {
			return fmt.Errorf("%q is not a length of time such as 10d, 36h or 30m", text)
		}
		total += part
	}
	*d = duration(total)
	return nil
}

// zones are the usual zones of the countries that have one.
var zones = map[calendar.Country]string{
	calendar.Norway: "Europe/Oslo", calendar.Sweden: "Europe/Stockholm", calendar.Denmark: "Europe/Copenhagen",
	calendar.Finland: "Europe/Helsinki", calendar.Israel: "Asia/Jerusalem",
}

// read reads the files and makes the options that they decide.
func (f HistoryFlags) read() (*forecast.Series, forecast.Options, error) {
	var o forecast.Options
	o.Interval = time.Duration(f.Interval)
	zone := f.Zone
	if f.Country != "" {
		country, err := calendar.ParseCountry(f.Country)
		if err != nil {
			return nil, o, err
		}
		if o.Calendar, err = calendar.New(country, calendar.Options{Region: f.Region}); err != nil {
			return nil, o, err
		}
		if zone == "" {
			zone = zones[country]
		}
	}
	if zone != "" {
		place, err := time.LoadLocation(zone)
		if err != nil {
			return nil, o, centre.Errorf(centre.Invalid, "zone %q: %w", zone, err)
		}
		o.Zone = place
	}
	series, err := readSeries(f.History, o.Zone, "")
	if err != nil {
		return nil, o, err
	}
	if f.Events != "" {
		if err := withFile(f.Events, func(r io.Reader) (err error) { o.Events, err = forecast.ReadEvents(f.Events, r); return err }); err != nil {
			return nil, o, err
		}
	}
	if f.Like != "" {
		if o.Like, err = readSeries(f.Like, o.Zone, ""); err != nil {
			return nil, o, err
		}
	}
	return series, o, nil
}

func readSeries(name string, zone *time.Location, column string) (series *forecast.Series, err error) {
	err = withFile(name, func(r io.Reader) (err error) {
		series, err = forecast.Read(name, r, zone, column)
		return err
	})
	return series, err
}

// withFile opens a file, through gzip when its name ends in .gz.
func withFile(name string, read func(r io.Reader) error) error {
	file, err := os.Open(name)
	if err != nil {
		return centre.Errorf(centre.Missing, "%w", err)
	}
	defer file.Close() // read only
	if !strings.HasSuffix(name, ".gz") {
		return read(file)
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return centre.ErrorAt(centre.Invalid, name, "not gzip: %v", err)
	}
	return read(unpacked)
}

// ForecastMakeCommand forecasts.
type ForecastMakeCommand struct {
	HistoryFlags
	AsOf          string   `name:"as-of" placeholder:"TIME" help:"The moment the forecast is made, local time such as 2026-03-02T09:30; nothing after it is used. Default: the end of the history."`
	Horizon       duration `default:"10d" help:"How far ahead, such as 10d, 36h or 2w."`
	Model         string   `default:"auto" help:"profile, average_8_week or seasonal_naive; auto chooses by backtest."`
	Handle        string   `placeholder:"FILE" help:"Mean handling time in seconds per interval, in the form of the history; adds columns for the coming handling time."`
	Scenarios     int      `default:"500" help:"How many futures to draw."`
	ScenariosFile string   `name:"scenarios-file" placeholder:"FILE.csv" help:"Write the futures: a row an interval, a column a future."`
	Seed          uint64   `default:"1" help:"Of the scenarios."`
	OutputFlags
}

// forecastRow is one interval in JSON.
type forecastRow struct {
	Start       string  `json:"start"`
	Mean        number  `json:"mean"`
	P025        number  `json:"p025"`
	P10         number  `json:"p10"`
	P50         number  `json:"p50"`
	P90         number  `json:"p90"`
	P975        number  `json:"p975"`
	HandleS     *number `json:"handle_s,omitempty"`
	HandleP10S  *number `json:"handle_p10_s,omitempty"`
	HandleP90S  *number `json:"handle_p90_s,omitempty"`
	LoadErlangs *number `json:"load_erlang,omitempty"`
}

type forecastFlag struct {
	Date         string `json:"date"`
	Contacts     number `json:"contacts"`
	Expected     number `json:"expected"`
	DeviationsSD number `json:"deviations_sd"`
}

type forecastOutput struct {
	Model   string           `json:"model"`
	AsOf    string           `json:"as_of"`
	Rows    []forecastRow    `json:"rows"`
	Errors  []forecast.Score `json:"backtest"`
	Flagged []forecastFlag   `json:"flagged"`
	Notes   []string         `json:"notes"`
}

const localMinute = "2006-01-02T15:04"

// Run prints the forecast.
func (c *ForecastMakeCommand) Run(s Streams) error {
	series, o, err := c.read()
	if err != nil {
		return err
	}
	asOf, err := c.asOf(series, o.Zone)
	if err != nil {
		return err
	}
	o.Horizon, o.Model, o.Scenarios, o.Seed = time.Duration(c.Horizon), c.Model, c.Scenarios, c.Seed
	if o.Horizon <= 0 {
		return centre.Errorf(centre.Invalid, "forecast: the horizon must be longer than zero")
	}
	result, err := forecast.Make(series, asOf, o)
	if err != nil {
		return err
	}
	out := forecastOutput{Model: result.Model, AsOf: asOf.Format(localMinute), Errors: result.Errors, Notes: result.Notes, Flagged: []forecastFlag{}}
	for _, f := range result.Flags {
		out.Flagged = append(out.Flagged, forecastFlag{f.Date.String(), number(f.Seen), number(f.Expected), number(f.Deviation)})
	}
	for _, r := range result.Rows {
		out.Rows = append(out.Rows, forecastRow{
			Start: r.Start.Format(localMinute), Mean: number(r.Mean),
			P025: number(r.P025), P10: number(r.P10), P50: number(r.P50), P90: number(r.P90), P975: number(r.P975),
		})
	}
	if c.Handle != "" {
		if err := c.addHandling(&out, result, asOf, o); err != nil {
			return err
		}
	}
	c.tell(s.Err, &out)
	if err := c.writeScenarios(result); err != nil {
		return err
	}
	if err := c.draw(func(w io.Writer) error { return forecastChart(result).WriteSVG(w) }); err != nil {
		return err
	}
	header, rows := out.table(c.CSV)
	return c.print(s.Out, out, header, rows)
}

// asOf reads the moment; without one it is the end of the last recorded slot.
func (c *ForecastMakeCommand) asOf(s *forecast.Series, zone *time.Location) (time.Time, error) {
	if c.AsOf == "" {
		if len(s.Days) == 0 {
			return time.Time{}, centre.ErrorAt(centre.Invalid, s.Name, "there is no history")
		}
		year, month, day := s.Days[len(s.Days)-1].Date.Civil()
		return time.Date(year, month, day, 0, int(s.Clock(s.Slots())/time.Minute), 0, 0, time.UTC), nil
	}
	at, err := forecast.ParseLocal(c.AsOf, zone)
	if err != nil {
		return at, centre.ErrorAt(centre.Invalid, "--as-of", "%v", err)
	}
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC), nil
}

// addHandling puts the coming handling time beside the contacts.
func (c *ForecastMakeCommand) addHandling(out *forecastOutput, result *forecast.Result, asOf time.Time, o forecast.Options) error {
	series, err := readSeries(c.Handle, o.Zone, "aht_s")
	if err != nil {
		return err
	}
	starts := make([]time.Time, len(result.Rows))
	for i, r := range result.Rows {
		starts[i] = r.Start
	}
	times, err := forecast.HandlingTimes(series, asOf, starts, o)
	if err != nil {
		return err
	}
	for i, t := range times {
		mean, low, high, load := number(t.Mean), number(t.P10), number(t.P90), number(t.Mean*result.Rows[i].Mean/o.Interval.Seconds())
		r := &out.Rows[i]
		r.HandleS, r.HandleP10S, r.HandleP90S, r.LoadErlangs = &mean, &low, &high, &load
	}
	return nil
}

// tell writes to standard error what a reader of the numbers should know.
func (c *ForecastMakeCommand) tell(w io.Writer, out *forecastOutput) {
	if c.JSON {
		return // it stands in the object
	}
	for _, n := range out.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	for _, f := range out.Flagged {
		fmt.Fprintf(w, "note: %s had %s contacts where %s were expected: it counts less\n", f.Date, decimal(float64(f.Contacts), 0), decimal(float64(f.Expected), 0))
	}
	for _, e := range out.Errors {
		mark := ""
		if e.Model == out.Model {
			mark = "  <- used"
		}
		fmt.Fprintf(w, "backtest: %-15s WAPE %s over %d days%s\n", e.Model, percent(e.WAPE, 2), e.Days, mark)
	}
}

// table is the rows for CSV, in full precision, or for reading.
func (o *forecastOutput) table(full bool) (header []string, rows [][]string) {
	header = []string{"start", "mean", "p025", "p10", "p50", "p90", "p975"}
	handled := len(o.Rows) > 0 && o.Rows[0].HandleS != nil
	if handled {
		header = append(header, "handle_s", "handle_p10_s", "handle_p90_s", "load_erlang")
	}
	decimals := 1
	if full {
		decimals = 4
	}
	for _, r := range o.Rows {
		cells := []string{r.Start}
		for _, v := range []number{r.Mean, r.P025, r.P10, r.P50, r.P90, r.P975} {
			cells = append(cells, decimal(float64(v), decimals))
		}
		if handled {
			for _, v := range []*number{r.HandleS, r.HandleP10S, r.HandleP90S, r.LoadErlangs} {
				cells = append(cells, decimal(float64(*v), decimals))
			}
		}
		rows = append(rows, cells)
	}
	return header, rows
}

// writeScenarios writes the --scenarios-file.
func (c *ForecastMakeCommand) writeScenarios(r *forecast.Result) error {
	if c.ScenariosFile == "" {
		return nil
	}
	header := []string{"start"}
	for k := range r.Paths {
		header = append(header, "s"+strconv.Itoa(k+1))
	}
	rows := make([][]string, len(r.Rows))
	for i, row := range r.Rows {
		rows[i] = append(rows[i], row.Start.Format(localMinute))
		for _, p := range r.Paths {
			rows[i] = append(rows[i], decimal(p[i], -1))
		}
	}
	return OutputFlags{Plot: c.ScenariosFile}.draw(func(w io.Writer) error { return printCSV(w, header, rows) })
}

// forecastChart draws mean and intervals over time; nights are gaps.
func forecastChart(r *forecast.Result) *plot.Chart {
	var x, mean, p025, p10, p90, p975 []float64
	for i, row := range r.Rows {
		if i > 0 && row.Start.Sub(r.Rows[i-1].Start) > 3*time.Hour {
			x, mean, p025, p10, p90, p975 = gap(x), gap(mean), gap(p025), gap(p10), gap(p90), gap(p975)
		}
		x, mean = append(x, float64(row.Start.Unix())), append(mean, row.Mean)
		p025, p10, p90, p975 = append(p025, row.P025), append(p10, row.P10), append(p90, row.P90), append(p975, row.P975)
	}
	c := &plot.Chart{
		Title: "Contacts expected", Description: "Contacts per interval with the ranges that hold 80 and 95 of 100 scenarios; model " + r.Model,
		X: plot.Axis{Location: time.UTC}, Y: plot.Axis{Label: "contacts per interval", FromZero: true},
	}
	return c.Add(plot.Band{Name: "95 %", X: x, Low: p025, High: p975}, plot.Band{Name: "80 %", X: x, Low: p10, High: p90}, plot.Line{Name: "mean", X: x, Y: mean})
}
