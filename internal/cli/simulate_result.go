package cli

import (
	"fmt"
	"io"
	"math"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/sim"
	"sentral/internal/plot"
)

// simulateResult is what simulate prints.
type simulateResult struct {
	Centre     string  `json:"centre"`
	Agents     int     `json:"agents"`
	Seed       uint64  `json:"seed"`
	Days       int     `json:"days"`
	Runs       int     `json:"runs"`
	Faults     bool    `json:"faults"`
	Audited    bool    `json:"audited"`
	Hash       string  `json:"hash"`
	Events     int64   `json:"events"`
	EventsPerS number  `json:"events_per_s"`
	ElapsedS   number  `json:"elapsed_s"`
	LawsBroken int     `json:"laws_broken"`
	Crashes    int     `json:"crashes"`
	SeedsAlike int     `json:"seeds_alike"`
	SeedsOther int     `json:"seeds_unlike"`
	Level      float64 `json:"interval_level"`
	Interval   string  `json:"interval"`

	ServiceLevel estimate `json:"service_level"`
	Formula      string   `json:"service_level_formula"`
	WaitMean     estimate `json:"wait_mean_s"`
	WaitP50      estimate `json:"wait_p50_s"`
	WaitP90      estimate `json:"wait_p90_s"`
	WaitP99      estimate `json:"wait_p99_s"`
	Abandonment  estimate `json:"abandonment"`
	Occupancy    estimate `json:"occupancy"`
	Redials      estimate `json:"redials_per_run"`

	Live     simulateGroup    `json:"live"`
	Deferred simulateGroup    `json:"deferred"`
	Channels []simulateGroup  `json:"channels"`
	Queues   []simulateGroup  `json:"queues"`
	Breaches []simulateBreach `json:"breaches"`
	Unlike   []string         `json:"unlike"`
}

// estimate is a mean over runs with its interval.
type estimate struct {
	Mean number `json:"mean"`
	Low  number `json:"low"`
	High number `json:"high"`
	SE   number `json:"se"`
}

type simulateGroup struct {
	Name         string   `json:"name"`
	TargetS      number   `json:"target_s"`
	Arrived      estimate `json:"arrived_per_run"`
	ServiceLevel estimate `json:"service_level"`
	WithGivenUp  estimate `json:"service_level_with_abandoned"`
	Waited       estimate `json:"waited"`
	WaitMean     estimate `json:"wait_mean_s"`
	WaitMeanAll  estimate `json:"wait_mean_with_abandoned_s"`
	WaitP50      estimate `json:"wait_p50_s"`
	WaitP90      estimate `json:"wait_p90_s"`
	WaitP99      estimate `json:"wait_p99_s"`
	Abandonment  estimate `json:"abandonment"`
	Promised     estimate `json:"promised_per_run"`
}

type simulateBreach struct {
	Law   string `json:"law"`
	Seed  uint64 `json:"seed"`
	Event int64  `json:"event"`
	Text  string `json:"text"`
}

const serviceLevelFormula = "answered within the queue's target / (arrived - turned away); live channels; a promised callback is not counted as answered"

func newSimulateResult(c *SimulateCommand, study *sim.Study, r *sim.Report) *simulateResult {
	out := &simulateResult{
		Centre: study.Centre.Name, Agents: len(study.Centre.Agents), Seed: study.Seed, Days: study.Days, Runs: len(r.Runs), Faults: c.Faults, Audited: c.Audit,
		Hash: fmt.Sprintf("%016x", r.Hash), Events: r.Events, EventsPerS: number(float64(r.Played) * float64(r.Events) / float64(len(r.Runs)) / r.Elapsed.Seconds()),
		ElapsedS: number(r.Elapsed.Seconds()), LawsBroken: r.Broken, Crashes: r.Crashes, SeedsOther: r.Unlike, SeedsAlike: len(r.Runs) - r.Unlike,
		Level: 0.95, Interval: "Student's t over runs", Formula: serviceLevelFormula,
		Occupancy: over(r, func(x *sim.Result) float64 { return x.Occupancy }),
		Redials:   over(r, func(x *sim.Result) float64 { return float64(x.Redials) }),
		Breaches:  []simulateBreach{}, Unlike: []string{},
	}
	if len(r.Runs) < 2 {
		out.Interval = "none: one run has no interval"
	}
	out.Live = groupOver(r, "live", math.NaN(), func(x *sim.Result) *sim.Group { return &x.All })
	out.Deferred = groupOver(r, "deferred", math.NaN(), func(x *sim.Result) *sim.Group { return &x.Deferred })
	out.ServiceLevel, out.Abandonment = out.Live.ServiceLevel, out.Live.Abandonment
	out.WaitMean, out.WaitP50, out.WaitP90, out.WaitP99 = out.Live.WaitMean, out.Live.WaitP50, out.Live.WaitP90, out.Live.WaitP99
	for _, ch := range centre.Channels() {
		g := groupOver(r, ch.String(), math.NaN(), func(x *sim.Result) *sim.Group { return &x.Channels[ch] })
		if g.Arrived.Mean > 0 {
			out.Channels = append(out.Channels, g)
		}
	}
	for i, name := range study.Centre.QueueNames {
		target := float64(study.Centre.Settings.Queues[i].TargetMS) / 1000
		out.Queues = append(out.Queues, groupOver(r, name, target, func(x *sim.Result) *sim.Group { return &x.Queues[i] }))
	}
	for i := range r.Runs {
		x := &r.Runs[i]
		for _, b := range x.Breaches {
			if len(out.Breaches) < 20 {
				out.Breaches = append(out.Breaches, simulateBreach{Law: b.Law.String(), Seed: b.Seed, Event: b.Event, Text: b.String()})
			}
		}
		for _, f := range x.Failures {
			out.Unlike = append(out.Unlike, fmt.Sprintf("seed %d: %s", x.Seed, f))
		}
	}
	return out
}

func over(r *sim.Report, figure func(*sim.Result) float64) estimate {
	e := r.Over(figure)
	return estimate{number(e.Mean), number(e.Low), number(e.High), number(e.SE)}
}

func groupOver(r *sim.Report, name string, target float64, of func(*sim.Result) *sim.Group) simulateGroup {
	read := func(f func(*sim.Group) float64) estimate {
		return over(r, func(x *sim.Result) float64 { return f(of(x)) })
	}
	return simulateGroup{
		Name: name, TargetS: number(target),
		Arrived:      read(func(g *sim.Group) float64 { return float64(g.Arrived) }),
		ServiceLevel: read(func(g *sim.Group) float64 { return g.ServiceLevel }),
		WithGivenUp:  read(func(g *sim.Group) float64 { return g.ServiceLevelAC }),
		Waited:       read(func(g *sim.Group) float64 { return g.Figures.Waited }),
		WaitMean:     read(func(g *sim.Group) float64 { return g.MeanWaitS }),
		WaitMeanAll:  read(func(g *sim.Group) float64 { return g.MeanAllWaitS }),
		WaitP50:      read(func(g *sim.Group) float64 { return g.P50S }),
		WaitP90:      read(func(g *sim.Group) float64 { return g.P90S }),
		WaitP99:      read(func(g *sim.Group) float64 { return g.P99S }),
		Abandonment:  read(func(g *sim.Group) float64 { return g.Abandonment }),
		Promised:     read(func(g *sim.Group) float64 { return float64(g.Promised) }),
	}
}

// groups lists every group in the order of printing.
func (r *simulateResult) groups() []simulateGroup {
	out := []simulateGroup{r.Live, r.Deferred}
	return append(append(out, r.Channels...), r.Queues...)
}

// rows are the figures for --csv: one row a group, each figure with its interval.
func (r *simulateResult) rows() (header []string, rows [][]string) {
	header = []string{"group", "target_s"}
	columns := []struct {
		name string
		of   func(*simulateGroup) estimate
	}{
		{"arrived_per_run", func(g *simulateGroup) estimate { return g.Arrived }}, {"service_level", func(g *simulateGroup) estimate { return g.ServiceLevel }},
		{"wait_mean_s", func(g *simulateGroup) estimate { return g.WaitMean }}, {"wait_p50_s", func(g *simulateGroup) estimate { return g.WaitP50 }},
		{"wait_p90_s", func(g *simulateGroup) estimate { return g.WaitP90 }}, {"wait_p99_s", func(g *simulateGroup) estimate { return g.WaitP99 }},
		{"abandonment", func(g *simulateGroup) estimate { return g.Abandonment }},
	}
	for _, c := range columns {
		header = append(header, c.name, c.name+"_low", c.name+"_high")
	}
	groups := r.groups()
	for i := range groups {
		g := &groups[i]
		row := []string{g.Name, decimal(float64(g.TargetS), -1)}
		for _, c := range columns {
			e := c.of(g)
			row = append(row, decimal(float64(e.Mean), 6), decimal(float64(e.Low), 6), decimal(float64(e.High), 6))
		}
		rows = append(rows, row)
	}
	return header, rows
}

// summary prints what a leader wants to know, in the leader's language.
func (r *simulateResult) summary(w io.Writer, language string) error {
	t := simulateTexts[language]
	head := fmt.Sprintf(t.head, r.Centre, r.Agents, r.Runs, r.Days, r.Seed)
	share := func(e estimate) string {
		return between(percent(float64(e.Mean), 1), percent(float64(e.Low), 1), percent(float64(e.High), 1))
	}
	secs := func(e estimate) string {
		return between(decimal(float64(e.Mean), 1), decimal(float64(e.Low), 1), decimal(float64(e.High), 1)) + " s"
	}
	if _, err := fmt.Fprintf(w, "%s\n\n", head); err != nil {
		return err
	}
	lines := [][]string{
		{t.serviceLevel, share(r.ServiceLevel), t.serviceLevelNote}, {t.meanWait, secs(r.WaitMean), t.meanWaitNote},
		{t.longWait, secs(r.WaitP90), t.longWaitNote}, {t.worstWait, secs(r.WaitP99), t.worstWaitNote},
		{t.gaveUp, share(r.Abandonment), t.gaveUpNote}, {t.occupancy, share(r.Occupancy), t.occupancyNote},
	}
	if err := printTable(w, nil, lines); err != nil {
		return err
	}
	fmt.Fprintln(w)
	var rows [][]string
	for _, g := range append([]simulateGroup{r.Live, r.Deferred}, r.Queues...) {
		name := g.Name
		if translated, ok := t.groups[name]; ok {
			name = translated
		}
		rows = append(rows, []string{
			name, decimal(float64(g.TargetS), 0), decimal(float64(g.Arrived.Mean)/float64(r.Days), 0), percent(float64(g.ServiceLevel.Mean), 1),
			decimal(float64(g.WaitMean.Mean), 0), decimal(float64(g.WaitP90.Mean), 0), percent(float64(g.Abandonment.Mean), 1),
		})
	}
	if err := printTable(w, t.columns, rows); err != nil {
		return err
	}
	laws := fmt.Sprintf(t.laws, r.LawsBroken, r.Events)
	if !r.Audited {
		laws = fmt.Sprintf(t.unaudited, r.Events)
	}
	_, err := fmt.Fprintf(w, "\n%s\n%s\n", laws, fmt.Sprintf(t.pace, float64(r.EventsPerS)/1e6, float64(r.ElapsedS), r.Hash))
	for _, b := range r.Breaches {
		fmt.Fprintln(w, b.Text)
	}
	for _, u := range r.Unlike {
		fmt.Fprintln(w, u)
	}
	return err
}

func between(mean, low, high string) string {
	if low == noValue {
		return mean
	}
	return fmt.Sprintf("%s (%s - %s)", mean, low, high)
}

// plot draws service level and load over the day.
func (r *simulateResult) plot(w io.Writer, report *sim.Report) error {
	var x, level, low, high, occupancy []float64
	for s := range report.Runs[0].Slots {
		var shares []float64
		busy, ready := int64(0), int64(0)
		for i := range report.Runs {
			slot := &report.Runs[i].Slots[s]
			if slot.Arrived > 0 {
				shares = append(shares, 100*float64(slot.InTarget)/float64(slot.Arrived))
			}
			busy, ready = busy+slot.BusyMS, ready+slot.ReadyMS
		}
		if len(shares) == 0 {
			continue
		}
		slices.Sort(shares)
		at := func(p float64) float64 { return shares[int(p*float64(len(shares)-1)+0.5)] }
		x = append(x, float64(s)*sim.SlotMinutes/60)
		level, low, high = append(level, at(0.5)), append(low, at(0.1)), append(high, at(0.9))
		occupancy = append(occupancy, 100*float64(busy)/float64(ready))
	}
	chart := &plot.Chart{
		Title:       r.Centre,
		Description: fmt.Sprintf("Service level and occupancy by half hour of the day, over %d runs from seed %d.", r.Runs, r.Seed),
		X:           plot.Axis{Label: "hour of the day"}, Y: plot.Axis{Label: "per cent", FromZero: true},
	}
	chart.Add(plot.Band{Name: "service level, 8 of 10 runs", X: x, Low: low, High: high}, plot.Line{Name: "service level, middle run", X: x, Y: level},
		plot.Line{Name: "occupancy", X: x, Y: occupancy, Dashed: true})
	return chart.WriteSVG(w)
}
