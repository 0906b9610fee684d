package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/plan/staffing"
	"sentral/internal/plot"
)

// StaffCommand turns traffic into people, for one interval or for a file of them.
type StaffCommand struct {
	Calls         float64  `placeholder:"N" help:"Contacts offered per --interval."`
	Volumes       string   `placeholder:"FILE" help:"A row an interval instead of --calls: start,mean or start,count, as sentral forecast --csv prints; p10 and p90 give each row's uncertainty, handle_s its handling time."`
	Interval      duration `default:"30m" help:"Length of the interval that --calls counts."`
	AHT           duration `name:"aht" placeholder:"180s" help:"Mean handling time with wrap-up, of an agent who has one contact at a time."`
	Patience      duration `placeholder:"120s" help:"Mean patience, exponential; for erlang-a."`
	PatienceCurve string   `placeholder:"FILE" help:"Patience as measured: seconds,still_waiting rows, such as a Kaplan-Meier curve; for erlang-a (M/M/n+G)."`
	Model         string   `enum:"erlang-a,erlang-b,erlang-c,auto" default:"auto" help:"erlang-a, erlang-b or erlang-c; auto is erlang-a with a patience and erlang-c without."`

	Agents       *int     `placeholder:"N" xor:"want" help:"Agents at work: how well do they serve?"`
	Target       *float64 `placeholder:"0.8" xor:"want" help:"Goal of the --measure: how many agents does it take?"`
	Measure      string   `enum:"answered-of-offered,answered-of-answered,answered-or-left,answered-of-remaining,answered-of-lasting,wait-probability,abandon-probability,mean-wait,occupancy" default:"answered-of-offered" help:"What --target is set for: ${enum}."`
	AnswerWithin duration `default:"20s" help:"The time of the service level."`
	ShortAbandon duration `default:"5s" help:"For answered-of-lasting: who leaves before this is not counted."`

	Concurrency int     `default:"1" help:"Contacts that an agent handles side by side (chat)."`
	Slowdown    float64 `help:"What each further simultaneous contact adds to the handling time, as a share: 0.25."`
	Shrinkage   float64 `help:"Share of paid time that is not spent at work: adds how many to pay."`
	RateCV      float64 `name:"rate-cv" help:"Uncertainty of the rate: its standard deviation over its mean."`
	Certainty   float64 `help:"With an uncertain rate: meet the target on this share of such days, instead of on average over their contacts."`
	Lag         bool    `help:"With --volumes: staff for the modified offered load, which carries the work of an interval into the next."`
	OutputFlags
}

// staffResult is one solved interval.
type staffResult struct {
	Start                   string `json:"start,omitempty"`
	Model                   string `json:"model"`
	Agents                  int    `json:"agents"`
	LoadErlang              number `json:"load_erlang"`
	WaitProbability         number `json:"wait_probability"`
	ServiceLevelOffered     number `json:"service_level_offered"`
	ServiceLevelAnswered    number `json:"service_level_answered"`
	ServiceLevelAnsweredEnd number `json:"service_level_answered_or_left"`
	AbandonProbability      number `json:"abandon_probability"`
	ASA                     number `json:"asa_s"`
	AnsweredWait            number `json:"answered_wait_s"`
	WaitP90                 number `json:"wait_p90_s"`
	Queue                   number `json:"queue_mean"`
	Occupancy               number `json:"occupancy"`
	Paid                    *int   `json:"paid,omitempty"`
	SquareRoot              *int   `json:"square_root_agents,omitempty"`
	Reason                  string `json:"reason,omitempty"`
	calls                   float64
}

var measures = map[string]staffing.Measure{
	"answered-of-offered": staffing.AnsweredOfOffered, "answered-of-answered": staffing.AnsweredOfAnswered, "answered-or-left": staffing.AnsweredOrLeft,
	"answered-of-remaining": staffing.AnsweredOfRemaining, "answered-of-lasting": staffing.AnsweredOfLasting, "wait-probability": staffing.WaitProbability,
	"abandon-probability": staffing.AbandonProbability, "mean-wait": staffing.MeanWait, "occupancy": staffing.Occupancy,
}

// Run solves and prints.
func (c *StaffCommand) Run(s Streams) error {
	if err := c.check(); err != nil {
		return err
	}
	patience, err := c.patience()
	if err != nil {
		return err
	}
	if c.Volumes != "" {
		return c.runVolumes(s, patience)
	}
	q := c.queue(c.Calls, time.Duration(c.Interval), time.Duration(c.AHT), patience)
	r, err := c.solve(q, staffing.Spread{CV: c.RateCV, Certainty: c.Certainty})
	if err != nil {
		return err
	}
	if err := c.draw(func(w io.Writer) error { return c.levelChart(q, r).WriteSVG(w) }); err != nil {
		return err
	}
	header, row := r.cells(c.CSV)
	if c.JSON || c.CSV {
		return c.print(s.Out, r, header, [][]string{row})
	}
	var lines [][]string
	for i, name := range header {
		lines = append(lines, []string{name, row[i]})
	}
	if err := printTable(s.Out, nil, lines); err != nil || r.Reason == "" {
		return err
	}
	_, err = fmt.Fprintln(s.Out, r.Reason)
	return err
}

// check refuses flags that do not go together.
func (c *StaffCommand) check() error {
	switch {
	case c.Agents == nil && c.Target == nil:
		return centre.Errorf(centre.Invalid, "staff: give --agents to see how well they serve, or --target to see how many it takes")
	case c.Volumes == "" && c.AHT <= 0:
		return centre.Errorf(centre.Invalid, "staff: give --aht, the mean handling time, such as 180s")
	case math.IsNaN(c.Calls) || math.IsInf(c.Calls, 0) || c.Calls < 0:
		return centre.Errorf(centre.Invalid, "staff: --calls must be a number, zero or more, not %v", c.Calls)
	case c.Interval <= 0:
		return centre.Errorf(centre.Invalid, "staff: --interval must be longer than zero")
	case c.Agents != nil && (c.RateCV != 0 || c.Certainty != 0):
		return centre.Errorf(centre.Invalid, "staff: --rate-cv and --certainty go with --target")
	case c.Patience < 0 || c.AHT < 0:
		return centre.Errorf(centre.Invalid, "staff: lengths of time must not be negative")
	case c.Patience > 0 && c.PatienceCurve != "":
		return centre.Errorf(centre.Invalid, "staff: give --patience or --patience-curve, not both")
	case c.Model == "erlang-b" && c.Concurrency > 1:
		return centre.Errorf(centre.Invalid, "staff: erlang-b knows one contact an agent")
	}
	patient := c.Patience > 0 || c.PatienceCurve != ""
	if c.Model == "auto" {
		c.Model = "erlang-c"
		if patient {
			c.Model = "erlang-a"
		}
	}
	if c.Model == "erlang-a" && !patient {
		return centre.Errorf(centre.Invalid, "staff: erlang-a needs --patience or --patience-curve")
	}
	return nil
}

// patience makes the patience that the model uses; nil for those that have none.
func (c *StaffCommand) patience() (staffing.Patience, error) {
	switch {
	case c.Model != "erlang-a":
		return nil, nil
	case c.PatienceCurve == "":
		return staffing.Exponential{Mean: time.Duration(c.Patience)}, nil
	}
	var at []time.Duration
	var stay []float64
	err := withFile(c.PatienceCurve, func(r io.Reader) error {
		rows := csv.NewReader(r)
		for first := true; ; first = false {
			record, err := rows.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return centre.ErrorAt(centre.Invalid, c.PatienceCurve, "%v", err)
			}
			line, _ := rows.FieldPos(0)
			if len(record) != 2 {
				return centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d", c.PatienceCurve, line), "want seconds and the share still waiting")
			}
			seconds, err1 := strconv.ParseFloat(strings.TrimSpace(record[0]), 64)
			share, err2 := strconv.ParseFloat(strings.TrimSpace(record[1]), 64)
			if first && err1 != nil && err2 != nil {
				continue // a header
			}
			for field, err := range []error{err1, err2} {
				if err != nil || field == 0 && !(math.Abs(seconds) < 1e7) {
					_, column := rows.FieldPos(field)
					return centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d:%d", c.PatienceCurve, line, column), "%q is not a number", record[field])
				}
			}
			at, stay = append(at, time.Duration(seconds*float64(time.Second))), append(stay, share)
		}
	})
	if err != nil {
		return nil, err
	}
	return staffing.NewCurve(at, stay)
}

func (c *StaffCommand) queue(calls float64, interval, handle time.Duration, patience staffing.Patience) staffing.Queue {
	return staffing.Queue{Rate: calls / interval.Seconds(), Handle: handle, Patience: patience, AtOnce: c.Concurrency, Slowdown: c.Slowdown}
}

func (c *StaffCommand) target() staffing.Target {
	return staffing.Target{Measure: measures[c.Measure], Within: time.Duration(c.AnswerWithin), Short: time.Duration(c.ShortAbandon), Goal: *c.Target}
}

// solve finds the agents, if they are asked for, and how they serve.
func (c *StaffCommand) solve(q staffing.Queue, spread staffing.Spread) (*staffResult, error) {
	r := &staffResult{Model: c.Model, LoadErlang: number(q.Load())}
	var err error
	switch {
	case c.Agents != nil:
		r.Agents = *c.Agents
	case c.Model == "erlang-b":
		goal := 1 - *c.Target // the share that finds an agent, unless the share lost is asked for
		if c.Measure == "abandon-probability" || c.Measure == "wait-probability" {
			goal = *c.Target
		} else if !strings.HasPrefix(c.Measure, "answered-") {
			return nil, centre.Errorf(centre.Invalid, "staff: erlang-b has no %s", c.Measure)
		}
		r.Agents, err = staffing.NeedB(q.Load(), goal)
	default:
		r.Agents, err = q.NeedOver(spread, c.target())
	}
	if err != nil {
		return nil, err
	}
	if c.Shrinkage != 0 {
		paid, err := staffing.Paid(r.Agents, c.Shrinkage)
		if err != nil {
			return nil, err
		}
		r.Paid = &paid
	}
	if c.Model == "erlang-b" {
		return r, c.fillB(r, q)
	}
	return r, c.fill(r, q)
}

// fillB fills in Erlang B: nobody waits; who finds all agents busy is lost.
func (c *StaffCommand) fillB(r *staffResult, q staffing.Queue) error {
	if _, err := q.Solve(max(0, r.Agents)); err != nil { // the same bounds and the same words as for the other models
		return err
	}
	if r.Agents < 0 {
		return centre.Errorf(centre.Invalid, "staff: fewer than no agents")
	}
	b := staffing.ErlangB(r.Agents, q.Load())
	r.WaitProbability, r.AbandonProbability = number(b), number(b)
	r.ServiceLevelOffered, r.ServiceLevelAnswered, r.ServiceLevelAnsweredEnd = number(1-b), 1, 1
	if b >= 1 {
		r.ServiceLevelAnswered, r.Reason = number(math.NaN()), "nobody is answered, so that their service level has no value"
	}
	if r.Agents > 0 {
		r.Occupancy = number(q.Load() * (1 - b) / float64(r.Agents))
	}
	return nil
}

func (c *StaffCommand) fill(r *staffResult, q staffing.Queue) error {
	s, err := q.Solve(r.Agents)
	if err != nil {
		return err
	}
	level := func(m staffing.Measure) number {
		return number(staffing.Target{Measure: m, Within: time.Duration(c.AnswerWithin)}.Level(s))
	}
	r.WaitProbability, r.AbandonProbability = number(s.Waiting), number(s.Left)
	r.ServiceLevelOffered, r.ServiceLevelAnswered, r.ServiceLevelAnsweredEnd = level(staffing.AnsweredOfOffered), level(staffing.AnsweredOfAnswered), level(staffing.AnsweredOrLeft)
	r.ASA, r.AnsweredWait, r.Queue, r.Occupancy = number(s.MeanWait), number(s.Answered), number(s.Queue), number(s.Busy)
	r.WaitP90 = number(s.WaitQuantile(0.9))
	switch {
	case !s.Stable && r.Agents == 0:
		r.Reason = "no agents: nobody is answered"
	case !s.Stable:
		r.Reason = "more work comes in than the agents can do and nobody leaves: waits grow without end, so that they have no mean"
	}
	if c.Target != nil && c.Measure == "wait-probability" && *c.Target > 0 && *c.Target < 1 && c.Concurrency <= 1 {
		ratio := 0.0
		if c.Model == "erlang-a" && c.Patience > 0 {
			ratio = float64(c.AHT) / float64(c.Patience)
		}
		beta, err := staffing.SquareRootBeta(*c.Target, ratio)
		if err != nil {
			return err
		}
		n := staffing.SquareRootAgents(q.Load(), beta)
		r.SquareRoot = &n
	}
	return nil
}

// cells is the result as a header and a row.
func (r *staffResult) cells(full bool) (header, row []string) {
	decimals := 4
	if full {
		decimals = 12
	}
	put := func(name, text string) { header, row = append(header, name), append(row, text) }
	if r.Start != "" {
		put("start", r.Start)
		put("calls", decimal(r.calls, 2))
	}
	put("agents", strconv.Itoa(r.Agents))
	if r.Paid != nil {
		put("paid", strconv.Itoa(*r.Paid))
	}
	for _, figure := range []struct {
		name  string
		value number
	}{
		{"load_erlang", r.LoadErlang}, {"wait_probability", r.WaitProbability}, {"service_level_offered", r.ServiceLevelOffered},
		{"service_level_answered", r.ServiceLevelAnswered}, {"service_level_answered_or_left", r.ServiceLevelAnsweredEnd},
		{"abandon_probability", r.AbandonProbability}, {"asa_s", r.ASA}, {"answered_wait_s", r.AnsweredWait}, {"wait_p90_s", r.WaitP90},
		{"queue_mean", r.Queue}, {"occupancy", r.Occupancy},
	} {
		put(figure.name, decimal(float64(figure.value), decimals))
	}
	if r.SquareRoot != nil {
		put("square_root_agents", strconv.Itoa(*r.SquareRoot))
	}
	return header, row
}

// levelChart draws the service level around the number of agents.
func (c *StaffCommand) levelChart(q staffing.Queue, r *staffResult) *plot.Chart {
	var x, offered, left []float64
	around := max(5, int(1.5*math.Sqrt(float64(r.Agents))))
	step := max(1, around/20)
	for n := max(1, r.Agents-around); n <= r.Agents+around; n += step {
		at, err := c.at(q, n)
		if err != nil {
			continue // beyond what may be solved: the picture ends there
		}
		x, offered, left = append(x, float64(n)), append(offered, 100*float64(at.ServiceLevelOffered)), append(left, 100*float64(at.AbandonProbability))
	}
	chart := &plot.Chart{
		Title: fmt.Sprintf("Service by number of agents (%s, %.1f Erlang)", c.Model, q.Load()),
		X:     plot.Axis{Label: "agents"}, Y: plot.Axis{Label: "% of offered contacts", FromZero: true},
	}
	return chart.Add(plot.Line{Name: "answered within " + time.Duration(c.AnswerWithin).String(), X: x, Y: offered}, plot.Line{Name: "left", X: x, Y: left},
		plot.Rule{Name: "agents", At: float64(r.Agents), Upright: true})
}

// at solves for n agents whatever was asked for.
func (c *StaffCommand) at(q staffing.Queue, n int) (*staffResult, error) {
	r := &staffResult{Agents: n}
	if c.Model == "erlang-b" {
		return r, c.fillB(r, q)
	}
	return r, c.fill(r, q)
}
