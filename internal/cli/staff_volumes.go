package cli

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/plan/forecast"
	"sentral/internal/plan/staffing"
	"sentral/internal/plot"
)

// volume is one interval to be staffed.
type volume struct {
	start  time.Time
	calls  float64
	cv     float64 // of the rate, beyond chance
	handle time.Duration
}

// runVolumes staffs every interval of a file.
func (c *StaffCommand) runVolumes(s Streams, patience staffing.Patience) error {
	volumes, width, err := c.readVolumes()
	if err != nil {
		return err
	}
	loads, err := c.loads(volumes, width)
	if err != nil {
		return err
	}
	var results []*staffResult
	var header []string
	var rows [][]string
	for i, v := range volumes {
		q := c.queue(v.calls, width, v.handle, patience)
		q.Rate = loads[i] / v.handle.Seconds()
		spread := staffing.Spread{CV: v.cv, Certainty: c.Certainty}
		if c.RateCV > 0 {
			spread.CV = c.RateCV
		}
		r, err := c.solve(q, spread)
		if err != nil {
			return centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s: %s", c.Volumes, v.start.Format(localMinute)), "%v", err)
		}
		r.Start, r.calls = v.start.Format(localMinute), v.calls
		results = append(results, r)
		var row []string
		header, row = r.cells(c.CSV)
		rows = append(rows, row)
	}
	if err := c.draw(func(w io.Writer) error { return needChart(results).WriteSVG(w) }); err != nil {
		return err
	}
	return c.print(s.Out, map[string]any{"intervals": results}, header, rows)
}

// readVolumes reads the file's columns: mean or count, and where they are p10, p90 and handle_s.
func (c *StaffCommand) readVolumes() ([]volume, time.Duration, error) {
	series, err := readSeries(c.Volumes, nil, "")
	if err != nil {
		return nil, 0, err
	}
	column := func(name string) *forecast.Series {
		s, err := readSeries(c.Volumes, nil, name)
		if err != nil {
			return nil // the file has no such column; what is wrong in the file has been said above
		}
		return s
	}
	low, high, handle := column("p10"), column("p90"), column("handle_s")
	var volumes []volume
	for i, d := range series.Days {
		for j, calls := range d.Counts {
			if math.IsNaN(calls) {
				continue
			}
			v := volume{start: dateClock(d.Date, series.Clock(j)), calls: calls, handle: time.Duration(c.AHT)}
			if low != nil && high != nil {
				v.cv = spreadOf(calls, low.Days[i].Counts[j], high.Days[i].Counts[j])
			}
			if handle != nil && c.AHT == 0 {
				if seconds := handle.Days[i].Counts[j]; seconds > 0 {
					v.handle = time.Duration(seconds * float64(time.Second))
				}
			}
			if v.handle <= 0 {
				return nil, 0, centre.ErrorAt(centre.Invalid, c.Volumes, "%s: no handling time: give --aht or a column handle_s", v.start.Format(localMinute))
			}
			volumes = append(volumes, v)
		}
	}
	if len(volumes) == 0 {
		return nil, 0, centre.ErrorAt(centre.Invalid, c.Volumes, "no intervals to staff")
	}
	return volumes, series.Width, nil
}

func dateClock(d calendar.Date, clock time.Duration) time.Time {
	year, month, day := d.Civil()
	return time.Date(year, month, day, 0, int(clock/time.Minute), 0, 0, time.UTC)
}

// spreadOf is the coefficient of variation of the rate behind a count whose 10 % and 90 % points are given: what is left of its
// variance when that of a Poisson count is taken away.
func spreadOf(mean, p10, p90 float64) float64 {
	if !(mean > 0) || math.IsNaN(p10) || math.IsNaN(p90) {
		return 0
	}
	deviation := (p90 - p10) / (2 * 1.2815515655446004)
	return math.Min(2, math.Sqrt(math.Max(0, deviation*deviation-mean))/mean)
}

// loads is the load of each interval in Erlang: the rate times the handling time, or with --lag the modified offered load, day by day.
func (c *StaffCommand) loads(volumes []volume, width time.Duration) ([]float64, error) {
	loads := make([]float64, len(volumes))
	for i, v := range volumes {
		loads[i] = v.calls / width.Seconds() * v.handle.Seconds()
	}
	if !c.Lag {
		return loads, nil
	}
	for from := 0; from < len(volumes); {
		to := from + 1
		for to < len(volumes) && volumes[to].start.Sub(volumes[to-1].start) == width {
			to++
		}
		rates := make([]float64, to-from)
		total, weight := 0.0, 0.0
		for i := range rates {
			rates[i] = volumes[from+i].calls / width.Seconds()
			total += volumes[from+i].calls * volumes[from+i].handle.Seconds()
			weight += volumes[from+i].calls
		}
		if weight > 0 {
			mean := time.Duration(total / weight * float64(time.Second))
			carried, err := staffing.OfferedLoads(rates, width, staffing.ExponentialHandling{Average: mean})
			if err != nil {
				return nil, err
			}
			copy(loads[from:to], carried)
		}
		from = to
	}
	return loads, nil
}

// needChart draws agents and load over the intervals.
func needChart(results []*staffResult) *plot.Chart {
	agents, load, names := make([]float64, len(results)), make([]float64, len(results)), make([]string, len(results))
	for i, r := range results {
		agents[i], load[i], names[i] = float64(r.Agents), float64(r.LoadErlang), r.Start
		if len(r.Start) > 11 && i > 0 && results[i-1].Start[:10] == r.Start[:10] {
			names[i] = r.Start[11:]
		}
	}
	c := &plot.Chart{Title: "Agents needed", Description: "Agents and load over " + strconv.Itoa(len(results)) + " intervals", X: plot.Axis{Categories: names}, Y: plot.Axis{Label: "agents, Erlang", FromZero: true}}
	return c.Add(plot.Bars{Name: "agents", X: plot.Positions(len(agents)), Y: agents}, plot.Line{Name: "load", X: plot.Positions(len(load)), Y: load})
}
