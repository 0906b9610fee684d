package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"sentral/internal/app"
	"sentral/internal/config"
	"sentral/internal/demo"
)

// DemoCommand opens an invented centre whose customers and agents use it from outside, so that there is something to see at once.
type DemoCommand struct {
	NodeFlags `embed:""`
	Speed     int     `default:"4" help:"How much faster than life the simulated customers come and talk, 1 to 60."`
	Seed      int64   `default:"1" help:"Which day it is: the same seed gives the same customers."`
	Quiet     bool    `help:"Open the centre without simulated customers and agents."`
	AgentTone float64 `name:"agent-tone" help:"Every simulated agent answers at once and sends this tone until the caller hangs up; no simulated customers come." placeholder:"HZ"`
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
	if c.AgentTone < 0 || c.AgentTone >= 4000 {
		return fmt.Errorf("--agent-tone %g: must be from 0 to 4000", c.AgentTone)
	}
	d, err := demo.Document()
	if err != nil {
		return err
	}
	if err := c.findSIP(ctx, s.Err); err != nil {
		return err
	}
	o := c.options(s.Err)
	mobile := demo.NewMobile()
	o.Document, o.Demo, o.Mobile = d, true, mobile
	people := demo.SignIns()
	o.SignIns = people
	zone, err := time.LoadLocation(d.Organisation.TimeZone)
	if err != nil {
		return err
	}
	if err := demo.AddWorkshop(d, time.Now().In(zone)); err != nil {
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
	if err := mobile.Connect(ctx, a.Rules, a.Texts, a.Listen); err != nil {
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
	fmt.Fprintf(s.Out, "\nCustomers' pages: %s/brand/fjordglimt and %s/brand/alvljus; closed, taking messages: %s/brand/verksted\nTheir mobile phone: %s/demo/mobile\n\n", a.Address, a.Address, a.Address, a.Address)
	c.printPhone(s.Out, d)
	if !c.Quiet {
		stop, err := demo.Start(ctx, demo.Options{Address: "http://" + a.Listen, Origin: a.Address, Speed: c.Speed, Seed: c.Seed, Mobile: mobile, SIP: c.Phone.SIP, AgentTone: c.AgentTone, Access: a.Access, Rules: a.Rules, Log: o.Log})
		if err != nil {
			return err
		}
		defer stop()
	}
	return a.Serve(ctx)
}

// findSIP keeps the demo's telephone ringing when another program has the port: it takes a free one and says so. TLS is on the next port unless it is set.
func (c *DemoCommand) findSIP(ctx context.Context, errOut io.Writer) error {
	if c.Phone.SIP == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(c.Phone.SIP)
	if err != nil {
		return fmt.Errorf("--sip %s: give address and port, such as 127.0.0.1:5060", c.Phone.SIP)
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 0 || n > 65534 {
		return fmt.Errorf("--sip %s: give address and port, such as 127.0.0.1:5060", c.Phone.SIP)
	}
	tls := c.Phone.TLS == ""
	for try := range 50 {
		at := n
		if try > 0 || n == 0 {
			at = 5060 + 10*try + n%10
		}
		if !free(ctx, host, at) || tls && !free(ctx, host, at+1) {
			continue
		}
		if at != n && n != 0 {
			fmt.Fprintf(errOut, "Port %d or the one after it is taken by another program: the demo takes calls at port %d instead.\n", n, at)
		}
		c.Phone.SIP = net.JoinHostPort(host, strconv.Itoa(at))
		if tls {
			c.Phone.TLS = net.JoinHostPort(host, strconv.Itoa(at+1))
		}
		return nil
	}
	return fmt.Errorf("--sip %s: the port is taken, and no other was found free", c.Phone.SIP)
}

// free tells whether a port can be had for UDP and TCP.
func free(ctx context.Context, host string, port int) bool {
	at := net.JoinHostPort(host, strconv.Itoa(port))
	u, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", at)
	if err != nil {
		return false
	}
	defer u.Close()
	t, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at)
	if err != nil {
		return false
	}
	return t.Close() == nil
}

// printPhone says how to call the demo without a telephone.
func (c *DemoCommand) printPhone(out io.Writer, d *config.Document) {
	if c.Phone.SIP == "" {
		return
	}
	fmt.Fprintf(out, "The phone takes calls at sip:%s (UDP and TCP) and over TLS at %s; any SIP program on this machine may call.\n", c.Phone.SIP, c.Phone.TLS)
	for _, line := range demo.Numbers(d) {
		fmt.Fprintf(out, "  %s\n", line)
	}
	hear := ""
	if c.AgentTone > 0 {
		hear = fmt.Sprintf(" --hear %g", c.AgentTone)
	}
	fmt.Fprintf(out, "Try: sentral testphone call --server %s --to +4700000101 --tone 440%s --talk 20s\n\n", c.Phone.SIP, hear)
}
