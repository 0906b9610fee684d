package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sentral/internal/app"
	"sentral/internal/demo"
)

// DemoCommand opens an invented centre whose customers and agents use it from outside, so that there is something to see at once.
type DemoCommand struct {
	NodeFlags `embed:""`
	Speed     int   `default:"4" help:"How much faster than life the simulated customers come and talk, 1 to 60."`
	Seed      int64 `default:"1" help:"Which day it is: the same seed gives the same customers."`
	Quiet     bool  `help:"Open the centre without simulated customers and agents."`
}

// freshLog is how few entries the log of a centre has that was opened just now.
const freshLog = 200

// morningHours is how much of the day before now the demo shows.
const morningHours = 6

// Run opens the demo.
func (c DemoCommand) Run(ctx context.Context, s Streams) error {
	if c.Speed < 1 || c.Speed > 60 {
		return fmt.Errorf("--speed %d: must be from 1 to 60", c.Speed)
	}
	d, err := demo.Document()
	if err != nil {
		return err
	}
	o := c.options(s.Err)
	o.Document, o.Demo = d, true
	people := demo.SignIns()
	o.SignIns = people
	zone, err := time.LoadLocation(d.Organisation.TimeZone)
	if err != nil {
		return err
	}
	clock := demo.NewClock(zone, morningHours)
	o.Clock = clock
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := demo.Prepare(ctx, a.Access, a.Rules, people); err != nil {
		return err
	}
	if a.Centre.Head() >= freshLog || c.Quiet {
		clock.Release()
	} else {
		morning := demo.Morning{Clock: clock, Centre: a.Centre, Rules: a.Rules, Surveys: a.Surveys(), Seed: c.Seed}
		if err := morning.Play(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.Out, "\nThe demo centre is open at %s\n\n", a.Address)
	for _, p := range people {
		fmt.Fprintf(s.Out, "  %-14s %-38s %s\n", strings.TrimPrefix(p.Role, "role."), p.Email, p.Password)
	}
	fmt.Fprintf(s.Out, "\nCustomers' pages: %s/brand/fjordglimt and %s/brand/alvljus\n\n", a.Address, a.Address)
	if !c.Quiet {
		stop, err := demo.Start(ctx, demo.Options{Address: "http://" + a.Listen, Origin: a.Address, Speed: c.Speed, Seed: c.Seed, Access: a.Access, Rules: a.Rules, Log: o.Log})
		if err != nil {
			return err
		}
		defer stop()
	}
	return a.Serve(ctx)
}
