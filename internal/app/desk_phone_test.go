package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sentral/internal/channel/phone"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/signal"
)

// deskPhone is a phone on somebody's desk: it signs in by digest, says a tone, and hears.
type deskPhone struct {
	*browser
	sip   *signal.Stack
	rings chan *signal.Call
	room  *media.Room
	ear   *ear
	in    *media.Member
}

// accounts gives people desk phones: pult-<key>.
func accounts(keys ...string) func(*config.Document) {
	return func(d *config.Document) {
		for i, key := range keys {
			a := config.Account{User: "pult-" + key, Person: key, Active: true}
			a.Key, a.ID = "pult-"+key, int32(i+1)
			d.Phone.Accounts = append(d.Phone.Accounts, a)
		}
	}
}

const deskSecret = "bare-for-prove"

// allowDesk sets the secret of somebody's account.
func (w *world) allowDesk(key string) {
	w.t.Helper()
	w.person("randi-haugmoen").must("PUT", "/api/phone/accounts/pult-"+key+"/secret", map[string]any{"secret": deskSecret}, nil)
}

// desk puts a phone of our own kind on somebody's desk, signs it in, and chooses it.
func (w *world) deskPhone(key string, hz float64, ports uint16) *deskPhone {
	w.t.Helper()
	w.allowDesk(key)
	d := &deskPhone{browser: w.ready(key), rings: make(chan *signal.Call, 8), room: soundClock().NewRoom(), ear: &ear{tone: media.Tone(hz, -9)}}
	var err error
	d.sip, err = signal.Open(signal.Options{
		UDP: "127.0.0.1:0", Ports: media.NewPorts(netip.MustParseAddr("127.0.0.1"), ports, ports+60), Incoming: func(c *signal.Call) { d.rings <- c },
		Trunks: []signal.Trunk{{Key: "centre", Host: w.app.Phone.SIPAddrs().UDP.String(), User: "pult-" + key, Secret: deskSecret, Register: true, KeepAlive: -1}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	d.room.Add(d.ear, media.Role{})
	w.t.Cleanup(func() { d.room.Close(); d.sip.Close() })
	d.choose("desk")
	w.eventually(func() bool { return d.reachable() }, "the desk phone is a line")
	return d
}

func (d *deskPhone) choose(line string) (p phone.DeskPhone) {
	d.w.t.Helper()
	d.must("PUT", "/api/phone/desk", map[string]any{"line": line}, &p)
	return p
}

func (d *deskPhone) reachable() bool { return (&softphone{browser: d.browser}).reachable() }

// speaks connects mouth and ear to a call.
func (d *deskPhone) speaks(c *signal.Call) {
	if d.in != nil {
		d.in.Leave()
	}
	d.in = d.room.Add(c.Leg(), media.Role{})
}

// rung waits until the phone rings.
func (d *deskPhone) rung() *signal.Call {
	d.w.t.Helper()
	select {
	case c := <-d.rings:
		if err := c.Ring(); err != nil {
			d.w.t.Fatal(err)
		}
		return c
	case <-time.After(20 * time.Second):
		d.w.t.Fatal("the desk phone does not ring")
		return nil
	}
}

func (d *deskPhone) lift() *signal.Call {
	d.w.t.Helper()
	c := d.rung()
	if err := c.Answer(ctx); err != nil {
		d.w.t.Fatal(err)
	}
	d.speaks(c)
	return c
}

// dials calls from the phone.
func (d *deskPhone) dials(number string) (*signal.Call, error) {
	late, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c, err := d.sip.Dial(late, signal.Dial{To: number, Trunk: "centre"})
	if err == nil {
		d.speaks(c)
	}
	return c, err
}

// call is the one that the screen shows in one of the states.
func (d *deskPhone) call(states ...string) (c phone.LiveCall) {
	d.w.t.Helper()
	d.w.eventually(func() bool {
		var all []phone.LiveCall
		d.must("GET", "/api/phone/calls", nil, &all)
		for _, c = range all {
			if slices.Contains(states, c.State) {
				return true
			}
		}
		return false
	}, "a call that is %v", states)
	return c
}

func (d *deskPhone) wish(id any, what string, body any) {
	d.w.t.Helper()
	d.must("POST", fmt.Sprintf("/api/phone/calls/%d/%s", id, what), body, nil)
}

func (d *deskPhone) wrapUp(c phone.LiveCall) {
	d.w.t.Helper()
	d.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": d.w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
}

// A desk phone is an agent's line: lifted it accepts, refused it declines, put down it ends the conversation; the screen holds, mutes and ends with it.
func TestDeskPhone(t *testing.T) {
	w := phones(t, accounts("birger-brattvik"))
	p := w.telephone(nil)
	d := w.deskPhone("birger-brattvik", 1000, 25000)
	c := w.dial(p, "555", "99900101")
	ring := d.rung()
	if !strings.Contains(ring.From(), "99900101") || !strings.Contains(ring.FromName(), w.app.Rules.Book().Brand(1).Name) {
		t.Errorf("the phone shows %q %q", ring.From(), ring.FromName())
	}
	if err := ring.Reject(486); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return len(d.desk().Offers) == 0 }, "refused, the offer is declined")
	if err := c.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	d.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	c = w.dial(p, "555", "99900104")
	up := d.lift()
	both := func() bool { return c.Hears(1000) && d.ear.hears(440) }
	w.eventually(both, "both hear one another")
	k := d.call("talking")
	d.wish(k.Contact, "hold", map[string]any{"on": true})
	w.eventually(func() bool { return !c.Hears(1000) && !d.ear.hears(440) }, "held on the screen")
	d.wish(k.Contact, "hold", map[string]any{"on": false})
	w.eventually(both, "after the screen's hold")
	d.wish(k.Contact, "mute", map[string]any{"on": true})
	w.eventually(func() bool { return !c.Hears(1000) && d.ear.hears(440) }, "muted on the screen")
	d.wish(k.Contact, "mute", map[string]any{"on": false})
	if err := up.Hold(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return !c.Hears(1000) && d.call("held").OnHold }, "held by the phone's own key, and shown so")
	if err := up.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually(both, "after the phone's hold")
	d.refused(409, "in a call", "PUT", "/api/phone/desk", map[string]any{"line": "browser"})
	up.Hangup()
	<-c.Ended()
	if out := w.outcome(k.Call); out != "answered" {
		t.Errorf("outcome %q", out)
	}
	d.wrapUp(k)

	c = w.dial(p, "555", "99900102")
	up = d.lift()
	w.eventually(both, "the next call")
	k = d.call("talking")
	d.must("POST", on(k.Contact, "/end"), nil, nil)
	<-c.Ended()
	<-up.Done()
	d.wrapUp(k)
	c = w.dial(p, "555", "99900103")
	_ = d.rung()
	k = d.call("ringing")
	d.browser.take(k.Contact) // accepted on the screen: the phone rings on
	if err := c.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	w.outcome(k.Call)
	w.eventually(func() bool { return d.sip.Calls() == 0 }, "the phone stops ringing")
	d.sip.Close() // signs out
	w.eventually(func() bool { return !d.reachable() }, "a phone that is not signed in is no line")
	if p := d.choose("browser"); p.Chosen || p.Account == "" || p.Registered {
		t.Errorf("%+v", p)
	}
}

// The phone's own transfers do what the screen's do: to a colleague, to a number outside, and, asked first, to whoever was asked.
func TestDeskPhoneTransfers(t *testing.T) {
	at, allow := trunkTo(t)
	w := phones(t, allow, accounts("birger-brattvik", "eirin-kvamsdal"))
	out := w.called(at)
	p := w.telephone(nil)
	d := w.deskPhone("birger-brattvik", 1000, 25100)
	talk := func(from string) (c interface {
		Hears(float64) bool
		HangUp(context.Context) error
		Ended() <-chan struct{}
	}, up *signal.Call, k phone.LiveCall) {
		call := w.dial(p, "555", from, 600, 1200)
		up = d.lift()
		w.eventually(func() bool { return call.Hears(1000) && d.ear.hears(440) }, "they talk")
		return call, up, d.call("talking")
	}

	c, up, k := talk("99900111")
	if err := up.Refer(ctx, "+8821234567"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a number that is not allowed: %v", err)
	}
	if err := up.Refer(ctx, "+4799909999"); err == nil || !strings.Contains(err.Error(), "486") {
		t.Errorf("a busy number: %v", err)
	}
	w.eventually(func() bool { return c.Hears(1000) && d.ear.hears(440) }, "after transfers in vain they talk on")
	if err := up.Refer(ctx, "+4799900150"); err != nil {
		t.Errorf("transfer outside: %v", err)
	}
	third := <-out
	w.eventually(func() bool { return c.Hears(600) && third.Hears(440) && !c.Hears(1000) }, "the customer speaks with the one outside")
	<-up.Done()
	if err := third.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	<-c.Ended()
	d.wrapUp(k)

	b := w.line("eirin-kvamsdal", 1200)
	d.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	b.must("PUT", "/api/desk/status", map[string]any{"status": "direct_only"}, nil)
	c, up, k = talk("99900112")
	if err := up.Refer(ctx, "pult-eirin-kvamsdal"); err != nil {
		t.Errorf("transfer to a colleague: %v", err)
	}
	b.take()
	w.eventually(func() bool { return c.Hears(1200) && b.ear.hears(440) }, "the colleague has the customer")
	b.must("POST", on(k.Contact, "/end"), nil, nil)
	<-c.Ended()
	b.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)

	c, up, k = talk("99900113")
	if err := up.Hold(ctx); err != nil {
		t.Fatal(err)
	}
	second, err := d.dials("+4799900151")
	if err != nil {
		t.Fatal(err)
	}
	third = <-out
	w.eventually(func() bool { return d.ear.hears(600) && third.Hears(1000) && !c.Hears(1000) && !third.Hears(440) }, "asked from the phone")
	if err := up.ReferInto(ctx, second); err != nil {
		t.Errorf("attended transfer: %v", err)
	}
	w.eventually(func() bool { return c.Hears(600) && third.Hears(440) && !c.Hears(1000) }, "the customer is left with whoever was asked")
	if err := third.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	d.wrapUp(k)
	<-c.Ended()
	w.eventually(func() bool { return d.sip.Calls() == 0 }, "no dialog is left")
}

// A call dialled on the phone is the agent's placed contact under the plan; a click rings the phone first; a queue can be called; a leader listens by it.
func TestDeskPhoneCalls(t *testing.T) {
	at, allow := trunkTo(t)
	w := phones(t, allow, accounts("birger-brattvik", "ingrid-solvang"))
	out := w.called(at)
	d := w.deskPhone("birger-brattvik", 1000, 25200)
	for number, code := range map[string]string{"+8821234567": "403", "ingen-slik": "404"} {
		if _, err := d.dials(number); err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v", number, err)
		}
	}
	up, err := d.dials("99900160")
	if err != nil {
		t.Fatal(err)
	}
	third := <-out
	w.eventually(func() bool { return d.ear.hears(600) && third.Hears(1000) }, "a call out from the phone")
	k := d.call("talking")
	if k.Direction != "out" || k.Agent != d.id {
		t.Errorf("%+v", k.Call)
	}
	up.Hangup()
	<-third.Ended()
	d.wrapUp(k)

	d.must("POST", "/api/phone/calls", map[string]any{"number": "99900161"}, nil)
	up = d.lift()
	third = <-out
	w.eventually(func() bool { return d.ear.hears(600) && third.Hears(1000) }, "a click rings the phone, then the customer")
	leader := w.deskPhone("ingrid-solvang", 1600, 25300)
	leader.must("PUT", "/api/desk/status", map[string]any{"status": "direct_only"}, nil)
	k = d.call("talking")
	listened := make(chan error, 1)
	go func() {
		r, err := leader.try("POST", fmt.Sprintf("/api/phone/calls/%d/listen", k.Contact), map[string]any{"mode": "listen"})
		if err == nil && r.status >= 300 {
			err = fmt.Errorf("%d %s", r.status, r.body)
		}
		listened <- err
	}()
	leader.lift()
	if err := <-listened; err != nil {
		t.Fatal(err)
	}
	hears := func(e *ear, hz ...float64) bool {
		return !slices.ContainsFunc(hz, func(f float64) bool { return !e.hearsBeside(f) })
	}
	w.eventually(func() bool { return hears(leader.ear, 600, 1000) && !hears(d.ear, 1600) }, "a leader listens with a desk phone")
	leader.wish(k.Contact, "listen", map[string]any{"mode": "whisper"})
	w.eventually(func() bool { return hears(d.ear, 1600, 600) && !third.Hears(1600) }, "and whispers")
	leader.wish(k.Contact, "listen", map[string]any{"mode": "off"})
	w.eventually(func() bool { return leader.sip.Calls() == 0 }, "the leader's phone is put down")
	d.must("POST", on(k.Contact, "/end"), nil, nil)
	<-up.Done()
	d.wrapUp(k)
	if up, err = d.dials("strom"); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 && !d.reachable() }, "the phone's owner waits in the queue, and is not rung meanwhile")
	up.Hangup()
	w.eventually(func() bool { return len(w.waiting("strom")) == 0 && d.reachable() }, "and can be reached again")
}

// What the window is told: the calls without a microphone of its own, and how the phone stands.
func TestDeskPhoneOnTheScreen(t *testing.T) {
	w := phones(t, accounts("birger-brattvik"))
	d := w.deskPhone("birger-brattvik", 1000, 25400)
	header := http.Header{"Cookie": {access.CookieName + "=" + d.cookie}, "Origin": {w.url}}
	conn, _, err := websocket.Dial(ctx, strings.Replace(w.url, "http", "ws", 1)+"/api/phone/line", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	next := func(kind string) (told phone.LineTold) {
		t.Helper()
		for told.Type != kind {
			late, cancel := context.WithTimeout(ctx, 20*time.Second)
			_, b, err := conn.Read(late)
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			told = phone.LineTold{}
			if err := json.Unmarshal(b, &told); err != nil {
				t.Fatal(err)
			}
		}
		return told
	}
	if told := next("hello"); told.Desk == nil || !told.Desk.Chosen || !told.Desk.Registered || told.Desk.Account != "pult-birger-brattvik" {
		t.Fatalf("%+v", told.Desk)
	}
	if err := conn.Write(ctx, websocket.MessageText, []byte(`{"type":"watch"}`)); err != nil {
		t.Fatal(err)
	}
	w.dial(w.telephone(nil), "555", "99900171")
	for told := next("calls"); len(told.Calls) != 1 || told.Calls[0].State != "ringing"; told = next("calls") {
	}
	d.lift()
	for told := next("calls"); len(told.Calls) != 1 || told.Calls[0].State != "talking"; told = next("calls") {
	}
	d.sip.Close()
	for told := next("calls"); len(told.Calls) != 0; told = next("calls") {
	}
}

// A party's own hold is shown to the agent; a transfer that a party asks for is refused, and the call goes on.
func TestPartyHoldsAndRefers(t *testing.T) {
	w := phones(t)
	a := w.line("birger-brattvik", 1000)
	party, err := signal.Open(signal.Options{
		UDP: "127.0.0.1:0", Ports: media.NewPorts(netip.MustParseAddr("127.0.0.1"), 25500, 25560),
		Trunks: []signal.Trunk{{Key: "centre", Host: w.app.Phone.SIPAddrs().UDP.String(), KeepAlive: -1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer party.Close()
	c, err := party.Dial(ctx, signal.Dial{To: "555", From: "99900181"})
	if err != nil {
		t.Fatal(err)
	}
	k := a.take()
	holds := func() bool {
		for _, p := range a.call("talking", "held").Parties {
			if p.Kind == "customer" {
				return p.Holds
			}
		}
		return false
	}
	if err := c.Hold(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually(holds, "the agent sees that the customer holds")
	if err := c.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return !holds() }, "and is back")
	if err := c.Refer(ctx, "+8821234567"); err == nil || !strings.Contains(err.Error(), "603") {
		t.Errorf("a party's transfer: %v", err)
	}
	if got := a.call("talking"); got.Contact != k.Contact {
		t.Errorf("the call did not go on: %+v", got)
	}
	c.Hangup()
	w.outcome(k)
}
