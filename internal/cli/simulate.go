package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"sentral/internal/centre"
	"sentral/internal/engine/audit"
	"sentral/internal/engine/sim"
)

// SimulateCommand plays simulated days of a centre through the real engine.
type SimulateCommand struct {
	OutputFlags
	Seed     uint64        `help:"Seed of the first run; each further run has the next." default:"1"`
	Days     int           `help:"Days in each run." default:"1"`
	Runs     int           `help:"Number of runs." default:"1"`
	Workers  int           `help:"Runs played at once; 0 is one for each processor. The result does not depend on it." default:"0"`
	Centre   string        `help:"Centre to simulate, from a file; see docs/spec/simulation.md." placeholder:"FILE" type:"existingfile"`
	Agents   int           `help:"Without --centre: people of the generated centre; 40 is the demo's." default:"40"`
	WarmUp   time.Duration `help:"Measure only contacts that arrive after this." placeholder:"DURATION"`
	Faults   bool          `help:"Send commands twice, late and out of order, and crash and restore the engine."`
	Audit    bool          `help:"Check every law after every step." default:"true" negatable:""`
	Twice    bool          `help:"Play every seed twice, with crashes elsewhere, and compare the hashes."`
	Language string        `help:"Language of the summary: en, nb, nn or sv." enum:"en,nb,nn,sv" default:"en"`
	Progress bool          `help:"Show progress even when standard error is no terminal."`
	Canary   string        `help:"Break one law on purpose, in what the auditor sees." hidden:""`
}

// Run plays the study and prints it. A broken law, or a seed that does not repeat, is an error after the printing.
func (c *SimulateCommand) Run(ctx context.Context, s Streams) error {
	study, err := c.study()
	if err != nil {
		return err
	}
	stop := c.showProgress(s.Err, &study)
	report, err := study.Do(ctx)
	stop()
	if err != nil {
		return err
	}
	if len(report.Runs) == 0 {
		return ctx.Err()
	}
	result := newSimulateResult(c, &study, &report)
	if c.JSON || c.CSV {
		header, rows := result.rows()
		err = c.print(s.Out, result, header, rows)
	} else {
		err = result.summary(s.Out, c.Language)
	}
	if err == nil {
		err = c.draw(func(w io.Writer) error { return result.plot(w, &report) })
	}
	switch {
	case err != nil:
		return err
	case report.Broken > 0:
		return centre.Errorf(centre.Internal, "%d laws broken, first: %s", report.Broken, result.Breaches[0].Text)
	case report.Unlike > 0:
		return centre.Errorf(centre.Internal, "%d seeds do not hash alike, first: %s", report.Unlike, result.Unlike[0])
	case report.Stopped:
		return centre.Errorf(centre.Unavailable, "interrupted after %d of %d runs", len(report.Runs), study.Runs)
	}
	return nil
}

func (c *SimulateCommand) study() (sim.Study, error) {
	study := sim.Study{
		Seed: c.Seed, Runs: c.Runs, Workers: c.Workers, Twice: c.Twice,
		Options: sim.Options{Days: c.Days, WarmUp: c.WarmUp, Audit: c.Audit, Canary: c.Canary},
	}
	if c.Runs < 1 || c.Workers < 0 {
		return study, centre.Errorf(centre.Invalid, "simulate: want at least one run and no negative number of workers")
	}
	if c.Faults {
		study.Faults = sim.UsualFaults()
	}
	if c.Canary != "" && !audit.KnowsCanary(c.Canary) {
		return study, centre.Errorf(centre.Invalid, "no canary is called %q; there are %v", c.Canary, audit.Canaries())
	}
	switch {
	case c.Centre != "":
		text, err := os.ReadFile(c.Centre)
		if err != nil {
			return study, centre.Errorf(centre.Invalid, "centre: %w", err)
		}
		study.Centre, err = sim.ReadCentre(c.Centre, text)
		return study, err
	case c.Agents == 40:
		study.Centre = sim.Demo()
	case c.Agents >= 20 && c.Agents <= 20_000:
		study.Centre = sim.Large(c.Agents)
	default:
		return study, centre.Errorf(centre.Invalid, "--agents %d: want 20 to 20000", c.Agents)
	}
	return study, nil
}

// showProgress puts a bar on standard error when a person is there to see it, and returns what ends it.
func (c *SimulateCommand) showProgress(w io.Writer, study *sim.Study) (stop func()) {
	file, isFile := w.(*os.File)
	if !c.Progress && (!isFile || !term.IsTerminal(int(file.Fd()))) {
		return func() {}
	}
	begun, events := time.Now(), int64(0)
	bar := progressbar.NewOptions(study.Runs, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("simulate"),
		progressbar.OptionSetWidth(30), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200*time.Millisecond))
	study.Progress = func(more int64) {
		events += more
		bar.Describe(fmt.Sprintf("simulate, %.1f M events/s", float64(events)/time.Since(begun).Seconds()/1e6))
		// The bar is only to be looked at: a closed standard error must not end the work.
		_ = bar.Add(1)
	}
	return func() {
		_ = bar.Exit()
		fmt.Fprintln(w)
	}
}
