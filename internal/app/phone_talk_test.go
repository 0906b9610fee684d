package app_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sentral/internal/channel/phone"
	"sentral/internal/config"
	"sentral/internal/telephony/testphone"
)

// trunkTo lets the centre call out to a phone at a free port, which is returned.
func trunkTo(t testing.TB) (netip.AddrPort, func(*config.Document)) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(c.LocalAddr().String())
	c.Close()
	return at, func(d *config.Document) {
		d.Phone.Trunks[0].Host = at.String()
		d.Phone.Outbound.Rules = []config.DialRule{{Prefix: "+47999", Allow: true, CostOrePerMin: 100}}
	}
}

// called is a phone at an address that answers every call with a tone of 600 Hz, and hands the calls out.
func (w *world) called(at netip.AddrPort) chan *testphone.Call {
	w.t.Helper()
	calls := make(chan *testphone.Call, 8)
	p, err := testphone.Open(testphone.Options{Server: w.app.Phone.SIPAddrs().UDP.String(), Listen: at, Incoming: func(r *testphone.Ring) {
		if strings.HasSuffix(r.Number, "9999") {
			r.Reject(486, "Busy Here")
			return
		}
		r.Ringing()
		if c, err := r.Answer(testphone.Tone(600), 440, 1000, 1200); err == nil {
			calls <- c
		}
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.Close)
	return calls
}

func (s *softphone) hears(hz ...float64) bool {
	for _, f := range hz {
		if !s.ear.hearsBeside(f) {
			return false
		}
	}
	return true
}

func (e *ear) hearsBeside(hz float64) bool { // beside another tone of the same strength
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.last) >= 2000 && heardShare(e.last, hz) > 0.2
}

// In a call: hold and back, mute, conference with a colleague, a leader who listens, whispers and speaks.
func TestPhoneInACall(t *testing.T) {
	w := phones(t)
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	leader := w.line("ingrid-solvang", 1600)
	leader.must("PUT", "/api/desk/status", map[string]any{"status": "direct_only"}, nil)
	c := w.dial(p, "555", "99900001", 1200, 1600)
	k := a.take()
	both := func() bool { return c.Hears(1000) && a.ear.hears(440) }
	w.eventually(both, "both hear one another")

	a.wish(k, "hold", map[string]any{"on": true})
	w.eventually(func() bool { return !c.Hears(1000) && !a.ear.hears(440) }, "on hold nobody hears the other")
	if !a.call("held").OnHold {
		t.Error("the softphone does not show the hold")
	}
	a.wish(k, "hold", map[string]any{"on": false})
	w.eventually(both, "after the hold both hear one another")
	a.wish(k, "mute", map[string]any{"on": true})
	w.eventually(func() bool { return !c.Hears(1000) && a.ear.hears(440) }, "who is muted is not heard, and hears")
	a.wish(k, "mute", map[string]any{"on": false})
	w.eventually(both, "after the mute")

	listen := func(mode string) {
		leader.must("POST", fmt.Sprintf("/api/phone/calls/%d/listen", k.Contact), map[string]any{"mode": mode}, nil)
	}
	listen("listen")
	w.eventually(func() bool { return leader.hears(440, 1000) && !c.Hears(1600) && !a.hears(1600) }, "a leader who listens hears both and is heard by none")
	w.eventually(func() bool { x := a.call("talking"); return len(x.Watchers) == 1 && x.Watchers[0].Mode == "listen" }, "the agent sees who listens")
	listen("whisper")
	w.eventually(func() bool { return a.hears(1600, 440) && !c.Hears(1600) }, "a whisper is heard by the agent alone")
	listen("barge")
	w.eventually(func() bool { return a.hears(1600, 440) && c.Hears(1600) && c.Hears(1000) }, "who barges in is heard by both")
	listen("off")
	w.eventually(func() bool { return both() && !c.Hears(1600) }, "the leader is out")
	a.refused(404, "no such call", "POST", fmt.Sprintf("/api/phone/calls/%d/listen", k.Contact), map[string]any{"mode": "listen"})

	b := w.line("eirin-kvamsdal", 1200)
	a.must("POST", on(k.Contact, "/consult"), map[string]any{"to": "person", "agent_id": b.id, "words": "Hva gjør vi?"}, nil)
	b.browser.take(k.Contact)
	w.eventually(func() bool { return a.ear.hears(1200) && b.ear.hears(1000) && !c.Hears(1000) && !c.Hears(1200) }, "the two confer, the customer hears music")
	a.wish(k, "conference", map[string]any{"on": true})
	w.eventually(func() bool {
		return a.hears(1200, 440) && b.hears(1000, 440) && c.Hears(1000) && c.Hears(1200)
	}, "all three hear one another")
	a.must("POST", on(k.Contact, "/transfer"), map[string]any{"to": "person", "agent_id": b.id, "words": "Ta over"}, nil)
	w.eventually(func() bool { return b.ear.hears(440) && c.Hears(1200) && !c.Hears(1000) }, "a warm transfer: the colleague has the customer, the agent is out")
	d := w.line("dagfinn-lundteigen", 1000)
	b.must("POST", on(k.Contact, "/transfer"), map[string]any{"to": "person", "agent_id": d.id, "words": "Kan du?"}, nil)
	w.eventually(func() bool { return !c.Hears(1200) }, "the customer hears music")
	d.take()
	w.eventually(func() bool { return c.Hears(1000) && d.ear.hears(440) }, "a cold transfer ends with the person asked for")
	if err := c.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	if out := w.outcome(k); out != "answered" {
		t.Errorf("outcome %q", out)
	}
	recordings := []phone.Recording{}
	w.eventually(func() bool {
		leader.must("GET", on(k.Contact, "/recordings"), nil, &recordings)
		return len(recordings) > 0 && recordings[0].State == "done"
	}, "the recording is closed")
	r := leader.do("GET", fmt.Sprintf("/api/phone/recordings/%d", recordings[0].ID), nil)
	if r.status != 200 || !strings.HasPrefix(string(r.body), "RIFF") || len(r.body) < 8000 {
		t.Errorf("recording: %d, %d bytes", r.status, len(r.body))
	}
	path := fmt.Sprintf("/api/phone/recordings/%d", recordings[0].ID)
	privacy := w.person("pia-personvern")
	w.pass(11 * time.Minute)
	privacy.refused(403, "fresh", "DELETE", path, nil)
	w.person("pia-personvern").must("DELETE", path, nil, nil)
}

// A page that is loaded anew keeps its call; a line that stays away gives the customer to somebody else, at the head of the queue.
func TestPhoneLineGone(t *testing.T) {
	w := phones(t)
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	c := w.dial(p, "555", "99900002", 1200)
	k := a.take()
	w.eventually(func() bool { return c.Hears(1000) }, "they talk")
	a.conn.CloseNow()
	a.peer.Close()
	w.eventually(func() bool { return !c.Hears(1000) }, "the customer hears music while the page is loaded")
	began := time.Now()
	a.connect(false)
	w.eventually(func() bool { return c.Hears(1000) && a.ear.hears(440) }, "the call is there again")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if again := a.call("talking"); again.Contact != k.Contact {
		t.Errorf("another call: %+v", again)
	}
	if testing.Short() {
		return // the line has ten seconds to come back
	}
	b := w.line("eirin-kvamsdal", 1200)
	a.conn.CloseNow()
	a.peer.Close()
	w.eventually(func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return slices.ContainsFunc(b.calls, func(x phone.Call) bool { return x.Contact == k.Contact })
	}, "the customer rings at somebody else")
	b.take()
	w.eventually(func() bool { return c.Hears(1200) && b.ear.hears(440) }, "and is helped")
}

// Numbers outside: asked for advice, brought into a conference, given the customer; busy and forbidden ones leave the call as it was.
func TestPhoneOutside(t *testing.T) {
	at, allow := trunkTo(t)
	w := phones(t, allow)
	out := w.called(at)
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	c := w.dial(p, "555", "99900003", 600)
	k := a.take()
	w.eventually(func() bool { return c.Hears(1000) }, "they talk")
	a.refused(403, "do not allow", "POST", fmt.Sprintf("/api/phone/calls/%d/outside", k.Contact), map[string]any{"do": "dial", "number": "+8821234567"})
	a.wish(k, "outside", map[string]any{"do": "dial", "number": "+4799909999"})
	w.eventually(func() bool { return a.call("talking").Trouble == "busy" && c.Hears(1000) }, "a busy number leaves the two together")
	a.wish(k, "outside", map[string]any{"do": "dial", "number": "+4799900050"})
	third := <-out
	w.eventually(func() bool { return a.ear.hears(600) && third.Hears(1000) && !c.Hears(1000) && !third.Hears(440) }, "the agent asks somebody outside")
	a.wish(k, "conference", map[string]any{"on": true})
	w.eventually(func() bool { return a.hears(600, 440) && third.Hears(440) && c.Hears(600) && c.Hears(1000) }, "all three")
	a.wish(k, "outside", map[string]any{"do": "complete"})
	w.eventually(func() bool { return c.Hears(600) && third.Hears(440) && !c.Hears(1000) }, "the customer is left with them")
	if a.desk().Contacts[0].State != "wrapping" {
		t.Errorf("the agent: %+v", a.desk().Contacts)
	}
	if err := third.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	<-c.Ended()
	if got := w.outcome(k); got != "answered" {
		t.Errorf("outcome %q", got)
	}
}

// An agent calls out: plan and caps decide, and the cost is written down.
func TestPhonePlaced(t *testing.T) {
	at, allow := trunkTo(t)
	w := phones(t, allow, func(d *config.Document) {
		d.Phone.Outbound.Agent = config.DialCaps{CallsPerHour: 3, CostOrePerHour: 250}
	})
	out := w.called(at)
	a := w.line("birger-brattvik", 1000)
	a.refused(403, "do not allow", "POST", "/api/phone/calls", map[string]any{"number": "+8821234567"})
	for i := range 2 {
		var k phone.Call
		a.must("POST", "/api/phone/calls", map[string]any{"number": "99900060"}, &k)
		third := <-out
		w.eventually(func() bool { return a.ear.hears(600) && third.Hears(1000) }, "they talk")
		if i == 0 {
			a.must("POST", on(k.Contact, "/end"), nil, nil)
			<-third.Ended()
		} else if err := third.HangUp(ctx); err != nil {
			t.Fatal(err)
		}
		if got := w.outcome(k); got != "answered" {
			t.Errorf("outcome %q", got)
		}
		a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	}
	var k phone.Call
	a.must("POST", "/api/phone/calls", map[string]any{"number": "99900060"}, &k)
	if got := w.outcome(k); got != "not_allowed" {
		t.Errorf("beyond the cap: outcome %q", got)
	}
	var spend phone.Spend
	a.must("GET", "/api/phone/spend", nil, &spend)
	if spend.HourOre != 200 || spend.HourCapOre != 250 {
		t.Errorf("spent %+v", spend)
	}
}

// presses a key again and again until something is so: whoever asks for it may not be listening yet.
func (w *world) presses(c *testphone.Call, key string, done func() bool, what string) {
	w.t.Helper()
	last := time.Time{}
	w.eventually(func() bool {
		if !done() && time.Since(last) > 600*time.Millisecond {
			last = time.Now()
			_ = c.Press(ctx, key)
		}
		return done()
	}, "%s", what)
}

// Who gives up finds the place again; who asks for it is called back.
func TestPhoneWaits(t *testing.T) {
	at, allow := trunkTo(t)
	w := phones(t, allow, func(d *config.Document) {
		d.Phone.Wait.CallbackAboveS, d.Phone.Wait.EveryS = 0, 1
		for i := range d.Queues {
			if d.Queues[i].Key == "strom" {
				d.Queues[i].Callback = config.Callback{Attempts: 2, RetryS: 1, Cap: -1, DialS: 20}
			}
		}
	})
	out := w.called(at)
	p := w.telephone(nil)
	first := w.dial(p, "555", "99900070")
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "one waits")
	place := w.waiting("strom")[0].Arrived
	if err := first.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return len(w.waiting("strom")) == 0 }, "has left")
	other := w.dial(p, "555", "99900071")
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "another waits")
	again := w.dial(p, "555", "99900070")
	w.presses(again, "1", func() bool { return len(w.waiting("strom")) == 2 }, "and the first again, who asks for the place")
	if q := w.waiting("strom"); q[0].Place > q[1].Place || q[0].Place.Sub(place) > time.Second {
		t.Errorf("the place was not found again: %+v, was %v", q, place)
	}
	if err := again.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	late, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for done := false; !done; { // the offer comes with the next announcement
		_ = other.Press(late, "1")
		select {
		case <-other.Ended():
			done = true
		case <-time.After(1500 * time.Millisecond):
		case <-late.Done():
			t.Fatal("no callback was promised")
		}
	}
	promised := w.waiting("strom")
	if len(promised) != 1 || !promised[0].Promise {
		t.Fatalf("promised: %+v", promised)
	}
	a := w.line("birger-brattvik", 1000)
	a.browser.take(promised[0].ID)
	back := <-out
	w.eventually(func() bool { return a.ear.hears(600) && back.Hears(1000) }, "the promised customer is called")
	k := a.call("talking")
	if k.Direction != "callback" {
		t.Errorf("%+v", k)
	}
	if err := back.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.outcome(k); got != "answered" {
		t.Errorf("outcome %q", got)
	}
}

// A visitor calls from the brand's page, and a promised customer is rung before an agent is asked.
func TestPhoneVisitorAndCustomerFirst(t *testing.T) {
	at, allow := trunkTo(t)
	w := phones(t, allow, func(d *config.Document) {
		d.Phone.Wait.CallbackAboveS, d.Phone.Wait.EveryS = 0, 1
		for i := range d.Queues {
			if d.Queues[i].Key == "strom" {
				d.Queues[i].Callback = config.Callback{CustomerFirst: true, Attempts: 2, RetryS: 1, Cap: -1, DialS: 20}
			}
		}
	})
	out := w.called(at)
	p := w.telephone(nil)
	c := w.dial(p, "555", "99900080")
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		_ = c.Press(ctx, "1")
		select {
		case <-c.Ended():
			end = time.Now()
		case <-time.After(1500 * time.Millisecond):
		}
	}
	a := w.line("birger-brattvik", 1000)
	back := <-out
	k := a.take()
	w.eventually(func() bool { return a.ear.hears(600) && back.Hears(1000) }, "the customer who was rung first talks with the agent")
	if err := back.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.outcome(k); got != "answered" {
		t.Errorf("outcome %q", got)
	}
	a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)

	v := w.visit(norway)
	state := v.until("menu", "waiting")
	v.say(phone.LineSaid{Type: "keys", Keys: "0"})
	if state == "menu" {
		v.until("waiting")
	}
	k = a.take()
	v.until("talking")
	w.eventually(func() bool { return a.ear.hears(440) && v.ear.hears(1000) }, "the visitor and the agent talk")
	v.conn.CloseNow()
	if got := w.outcome(k); got != "answered" || k.Direction != "browser" {
		t.Errorf("outcome %q of %+v", got, k)
	}
}
