package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"sentral/internal/load"
	"sentral/internal/telephony/testphone"
)

// machineSample is how much work this process and the machine had done at a moment.
type machineSample struct {
	at        time.Time
	generator time.Duration
	busy      float64
}

// machineUse is how busy the machine was while calls were measured. What is neither this process nor the centre is noise.
type machineUse struct {
	Seconds        float64 `json:"wall_s"`
	GeneratorCores float64 `json:"generator_cores"` // used by this process
	BusyCores      float64 `json:"busy_cores"`      // used by all
	LoadAverage    string  `json:"load_average"`
}

func takeMachine() machineSample {
	return machineSample{at: time.Now(), generator: load.ProcessorTime(), busy: load.BusySeconds()}
}

func (m machineSample) since(before machineSample) machineUse {
	u := machineUse{Seconds: m.at.Sub(before.at).Seconds()}
	if u.Seconds > 0 {
		u.GeneratorCores, u.BusyCores = (m.generator-before.generator).Seconds()/u.Seconds, (m.busy-before.busy)/u.Seconds
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		u.LoadAverage = strings.Join(strings.Fields(string(text))[:3], " ")
	}
	return u
}

// String says it in a line.
func (u machineUse) String() string {
	return fmt.Sprintf("this test phone %.2f cores, all %.2f cores busy, load average %s", u.GeneratorCores, u.BusyCores, u.LoadAverage)
}

// TestphoneFloodCommand sends INVITEs that nobody means.
type TestphoneFloodCommand struct {
	Server  string        `default:"127.0.0.1:5060" help:"Host and port of the centre's SIP." placeholder:"HOST:PORT"`
	To      string        `default:"+4700000100" help:"Number in the INVITEs." placeholder:"NUMBER"`
	Rate    float64       `default:"5000" help:"INVITEs a second."`
	Sources int           `default:"10000" help:"Addresses of 127/8 that they come from."`
	For     time.Duration `default:"10s" help:"How long."`
	JSON    bool          `name:"json" help:"Print the report as JSON."`
}

// Run floods and reports.
func (c TestphoneFloodCommand) Run(ctx context.Context, s Streams) error {
	r, err := testphone.Flood(ctx, testphone.FloodOptions{Server: c.Server, To: c.To, Rate: c.Rate, Sources: c.Sources, For: c.For})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.Out, r)
	}
	fmt.Fprintf(s.Out, "%d INVITEs in %.1f s (%.0f/s) from %d addresses; answers by code: %v, requests that came back: %d\n", r.Sent, r.Seconds, r.PerS, c.Sources, r.Answers, r.Requests)
	return nil
}
