package signal

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

// dialling is an exchange whose trunks are phones by hand, in order of priority.
func dialling(t *testing.T, n int, change func(*Trunk)) (*exchange, []*phone) {
	t.Helper()
	x := newExchange(t, func(o *Options) { o.Trunks = nil; o.Limits.TrunkPatience = patience })
	var phones []*phone
	var trunks []Trunk
	for i := range n {
		p := newPhone(t, x.Addrs().UDP)
		tr := Trunk{Key: "trunk" + itoa(i+1), Host: p.local(), Priority: i, KeepAlive: -1, CallerID: "+4700000900"}
		if change != nil {
			change(&tr)
		}
		phones, trunks = append(phones, p), append(trunks, tr)
	}
	if err := x.SetTrunks(trunks); err != nil {
		t.Fatal(err)
	}
	return x, phones
}

type dialled struct {
	c   *Call
	err error
}

func (x *exchange) dial(ctx context.Context, d Dial) <-chan dialled {
	out := make(chan dialled, 1)
	go func() {
		c, err := x.Dial(ctx, d)
		out <- dialled{c, err}
	}()
	return out
}

func (x *exchange) up(out <-chan dialled) *Call {
	x.t.Helper()
	select {
	case d := <-out:
		if d.err != nil {
			x.t.Fatalf("dial: %v", d.err)
		}
		return d.c
	case <-time.After(patience):
		x.t.Fatal("the call was not set up")
		return nil
	}
}

func (x *exchange) fails(out <-chan dialled, code int) *Failure {
	x.t.Helper()
	select {
	case d := <-out:
		var f *Failure
		if !errors.As(d.err, &f) || f.Code != code {
			x.t.Fatalf("dial: %v, want %d", d.err, code)
		}
		return f
	case <-time.After(patience):
		x.t.Fatalf("dial did not return; want %d", code)
		return nil
	}
}

const number1 = "+4700000300"

func TestACallGoesOut(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	rang := make(chan bool, 2)
	out := x.dial(context.Background(), Dial{To: number1, Name: "Nordlys \"Kraft\"", Ringing: func(early bool) { rang <- early }})
	p := ph[0]
	inv := p.arrives("INVITE")
	if !strings.HasPrefix(inv.start, "INVITE sip:+4700000300@127.0.0.1") || !strings.Contains(inv.get("From"), `"Nordlys Kraft" <sip:+4700000900@`) {
		t.Errorf("%s\nFrom: %s", inv.start, inv.get("From"))
	}
	if n := len(inv.bytes()); n > 1200 {
		t.Errorf("an INVITE of %d octets does not fit every datagram", n)
	}
	p.reply(inv, 180, "Ringing", "")
	if early := <-rang; early {
		t.Error("180 without sound is not early")
	}
	p.reply(inv, 200, "OK", usualSDP)
	p.arrives("ACK")
	c := x.up(out)
	p.reply(inv, 200, "OK", usualSDP) // S5, the other way: it repeats until the ACK is seen
	p.arrives("ACK")
	if st := x.Status()[0]; st.Calls != 1 {
		t.Errorf("%+v", st)
	}
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")
	x.ends(c, WeHungUp)
}

// S2: as many provisional answers as the other side likes.
func TestManyProvisionalAnswers(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	out := x.dial(context.Background(), Dial{To: number1})
	inv := ph[0].arrives("INVITE")
	for range 30 {
		ph[0].reply(inv, 180, "Ringing", "")
	}
	ph[0].reply(inv, 200, "OK", usualSDP)
	ph[0].arrives("ACK")
	c := x.up(out)
	c.Hangup()
	ph[0].reply(ph[0].arrives("BYE"), 200, "OK", "")
}

func TestRefusalsEndTheDial(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 2, nil)
	for _, code := range []int{486, 404, 603, 302} {
		out := x.dial(context.Background(), Dial{To: number1})
		p := ph[0]
		p.reply(p.arrives("INVITE"), code, "No", "")
		p.arrives("ACK")
		if f := x.fails(out, code); f.Trunk != "trunk1" {
			t.Errorf("%+v", f)
		}
	}
	if n := x.Calls(); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}

// Fail-over: a trunk that answers 5xx, one that says nothing and one that cannot be reached hand the call to the next; a pause that was asked for is kept.
func TestFailOver(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 3, nil)
	x.o.Limits.TrunkPatience = 8 * testT1
	out := x.dial(context.Background(), Dial{To: number1})
	ph[0].reply(ph[0].arrives("INVITE"), 503, "Full", "", "Retry-After: 60 (maintenance)")
	ph[0].arrives("ACK")
	ph[1].arrives("INVITE") // and says nothing
	inv := ph[2].arrives("INVITE")
	ph[2].reply(inv, 200, "OK", usualSDP)
	ph[2].arrives("ACK")
	c := x.up(out)
	if c.Trunk() != "trunk3" {
		t.Errorf("on %s", c.Trunk())
	}
	if st := x.Status()[0]; st.Paused.IsZero() {
		t.Errorf("Retry-After was not heeded: %+v", st)
	}
	c.Hangup()
	ph[2].reply(ph[2].arrives("BYE"), 200, "OK", "")
	out = x.dial(context.Background(), Dial{To: number1}) // trunk1 is paused: trunk2 is tried first
	inv = ph[1].arrives("INVITE")
	ph[1].reply(inv, 486, "Busy", "")
	if f := x.fails(out, 486); f.Trunk != "trunk2" {
		t.Errorf("%+v", f)
	}
}

func TestALateAnswerOfASilentTrunkIsHungUpOn(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	x.o.Limits.TrunkPatience = 2 * testT1
	out := x.dial(context.Background(), Dial{To: number1})
	inv := ph[0].arrives("INVITE")
	x.fails(out, 408)
	ph[0].reply(inv, 200, "OK", usualSDP)
	ph[0].arrives("ACK")
	ph[0].reply(ph[0].arrives("BYE"), 200, "OK", "")
}

// S3 and S4: giving up returns at once; the other side is told as soon as it may be.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	p := ph[0]
	t.Run("while it rings", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		rang := make(chan bool, 1)
		out := x.dial(ctx, Dial{To: number1, Ringing: func(bool) { rang <- true }})
		inv := p.arrives("INVITE")
		p.reply(inv, 180, "Ringing", "")
		<-rang
		cancel()
		x.fails(out, 487)
		c := p.arrives("CANCEL")
		if c.get("Via") != inv.get("Via") || strings.Contains(c.get("To"), "tag=") {
			t.Errorf("Via %q, To %q", c.get("Via"), c.get("To"))
		}
		p.reply(c, 200, "OK", "")
		p.reply(inv, 487, "Request Terminated", "")
		p.arrives("ACK")
	})
	t.Run("before anything was said", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		out := x.dial(ctx, Dial{To: number1})
		inv := p.arrives("INVITE")
		cancel()
		x.fails(out, 487)
		p.reply(inv, 100, "Trying", "")
		p.reply(p.arrives("CANCEL"), 200, "OK", "")
		p.reply(inv, 487, "Request Terminated", "")
		p.arrives("ACK")
	})
	t.Run("while it answers", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		rang := make(chan bool, 1)
		out := x.dial(ctx, Dial{To: number1, Ringing: func(bool) { rang <- true }})
		inv := p.arrives("INVITE")
		p.reply(inv, 180, "Ringing", "")
		<-rang
		cancel()
		x.fails(out, 487)
		c := p.arrives("CANCEL")
		p.reply(inv, 200, "OK", usualSDP) // crosses the CANCEL
		p.reply(c, 481, "Gone", "")
		p.arrives("ACK")
		p.reply(p.arrives("BYE"), 200, "OK", "")
	})
	if n := x.Calls(); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}

// A proxy forked: two phones answer. The first has the call, the second is acknowledged and hung up on.
func TestForkedAnswers(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	p := ph[0]
	out := x.dial(context.Background(), Dial{To: number1})
	inv := p.arrives("INVITE")
	p.send(p.replyText(inv, 180, "Ringing", "one", ""))
	p.send(p.replyText(inv, 180, "Ringing", "two", ""))
	p.send(p.replyText(inv, 200, "OK", "two", usualSDP))
	p.await("ACK for two", func(r *reading) bool { return r.method == "ACK" && strings.Contains(r.get("To"), "tag=two") })
	c := x.up(out)
	p.send(p.replyText(inv, 200, "OK", "one", usualSDP))
	p.await("ACK for one", func(r *reading) bool { return r.method == "ACK" && strings.Contains(r.get("To"), "tag=one") })
	bye := p.arrives("BYE")
	if !strings.Contains(bye.get("To"), "tag=one") {
		t.Errorf("BYE to %q", bye.get("To"))
	}
	p.reply(bye, 200, "OK", "")
	c.Hangup()
	if bye = p.arrives("BYE"); !strings.Contains(bye.get("To"), "tag=two") {
		t.Errorf("BYE to %q", bye.get("To"))
	}
	p.reply(bye, 200, "OK", "")
}

func TestEarlyMediaAndPRACK(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, func(tr *Trunk) { tr.Rel100 = true })
	p := ph[0]
	rang, early := make(chan bool, 3), make(chan *Call, 1)
	out := x.dial(context.Background(), Dial{To: number1, Ringing: func(e bool) { rang <- e }, Early: func(c *Call) { early <- c }})
	inv := p.arrives("INVITE")
	if !strings.Contains(inv.get("Supported"), "100rel") {
		t.Errorf("Supported: %s", inv.get("Supported"))
	}
	p.reply(inv, 183, "Session Progress", usualSDP, "Require: 100rel", "RSeq: 7")
	prack := p.arrives("PRACK")
	if want := "7 " + strings.Fields(inv.get("CSeq"))[0] + " INVITE"; prack.get("RAck") != want {
		t.Errorf("RAck %q, want %q", prack.get("RAck"), want)
	}
	p.reply(prack, 200, "OK", "")
	p.reply(inv, 183, "Session Progress", usualSDP, "Require: 100rel", "RSeq: 7") // again: it is not acknowledged twice
	if e := <-rang; !e {
		t.Error("183 with sound is early")
	}
	c := <-early
	p.reply(inv, 180, "Ringing", "", "Require: 100rel", "RSeq: 8")
	p.reply(p.arrives("PRACK"), 200, "OK", "")
	p.reply(inv, 200, "OK", "")
	p.arrives("ACK")
	if got := x.up(out); got != c {
		t.Error("another call was answered than sounded")
	}
	p.silence(2*testT1, "twice", func(r *reading) bool { return r.method == "PRACK" && r.request })
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")
}

// The 200 says something else than the 183 did: it counts.
func TestThePreviewIsReplacedByTheAnswer(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	p := ph[0]
	early := make(chan *Call, 1)
	out := x.dial(context.Background(), Dial{To: number1, Early: func(c *Call) { early <- c }})
	inv := p.arrives("INVITE")
	p.reply(inv, 183, "Session Progress", usualSDP)
	<-early
	p.reply(inv, 200, "OK", strings.Replace(usualSDP, "8 0 96", "0", 1))
	p.arrives("ACK")
	c := x.up(out)
	if got := c.talk.session.Codec; got != 0 {
		t.Errorf("codec %v", got)
	}
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")
}

func TestAnAnswerWithoutSoundInCommon(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, nil)
	p := ph[0]
	out := x.dial(context.Background(), Dial{To: number1})
	p.reply(p.arrives("INVITE"), 200, "OK", strings.Replace(usualSDP, "8 0 96", "18", 1))
	p.arrives("ACK")
	p.reply(p.arrives("BYE"), 200, "OK", "")
	x.fails(out, 488)
}

func checkDigest(t *testing.T, r *reading, ch *digest.Challenge, name, secret string) {
	t.Helper()
	cr, err := digest.ParseCredentials(r.get(name))
	if err != nil {
		t.Fatalf("%s %q: %v", name, r.get(name), err)
	}
	want, err := digest.Digest(ch, digest.Options{Method: r.method, URI: cr.URI, Username: cr.Username, Password: secret, Count: cr.Nc, Cnonce: cr.Cnonce})
	if err != nil || want.Response != cr.Response {
		t.Errorf("digest %q, want %q (%v)", cr.Response, want.Response, err)
	}
}

// The trunk asks who we are: SHA-256 is taken before MD5, a stale nonce is answered again, a refused secret is not.
func TestTheTrunkChallengesACall(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, func(tr *Trunk) { tr.User, tr.Secret = "centre", "s3cret" })
	p := ph[0]
	md5 := &digest.Challenge{Realm: "carrier.example", Nonce: "n1", Algorithm: "MD5", QOP: []string{"auth"}}
	sha := &digest.Challenge{Realm: "carrier.example", Nonce: "n1", Algorithm: "SHA-256", QOP: []string{"auth"}}
	out := x.dial(context.Background(), Dial{To: number1})
	p.reply(p.arrives("INVITE"), 407, "Proxy Authentication Required", "", "Proxy-Authenticate: "+md5.String(), "Proxy-Authenticate: "+sha.String())
	p.arrives("ACK")
	inv := p.arrives("INVITE")
	checkDigest(t, inv, sha, "Proxy-Authorization", "s3cret")
	old := &digest.Challenge{Realm: "carrier.example", Nonce: "n2", Algorithm: "MD5", QOP: []string{"auth"}, Stale: true}
	p.reply(inv, 407, "Proxy Authentication Required", "", "Proxy-Authenticate: "+old.String())
	p.arrives("ACK")
	inv = p.arrives("INVITE")
	checkDigest(t, inv, old, "Proxy-Authorization", "s3cret")
	p.reply(inv, 200, "OK", usualSDP)
	if ack := p.arrives("ACK"); ack.get("Proxy-Authorization") != inv.get("Proxy-Authorization") {
		t.Error("the ACK does not carry the INVITE's credentials")
	}
	c := x.up(out)
	c.Hangup()
	bye := p.arrives("BYE")
	p.reply(bye, 407, "Proxy Authentication Required", "", "Proxy-Authenticate: "+md5.String())
	bye = p.arrives("BYE")
	checkDigest(t, bye, md5, "Proxy-Authorization", "s3cret")
	p.reply(bye, 200, "OK", "")

	out = x.dial(context.Background(), Dial{To: number1})
	p.reply(p.arrives("INVITE"), 401, "Unauthorized", "", "WWW-Authenticate: "+md5.String())
	p.arrives("ACK")
	p.reply(p.arrives("INVITE"), 401, "Unauthorized", "", "WWW-Authenticate: "+md5.String())
	x.fails(out, 401)
}

func TestTheTrunkWantsALongerSessionTimer(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, func(tr *Trunk) { tr.SessionTimers = true })
	p := ph[0]
	out := x.dial(context.Background(), Dial{To: number1})
	p.reply(p.arrives("INVITE"), 422, "Session Interval Too Small", "", "Min-SE: 7200")
	p.arrives("ACK")
	inv := p.arrives("INVITE")
	if inv.get("Session-Expires") != "7200" {
		t.Errorf("Session-Expires %q", inv.get("Session-Expires"))
	}
	p.reply(inv, 200, "OK", usualSDP, "Session-Expires: 2;refresher=uas", "Require: timer")
	p.arrives("ACK")
	c := x.up(out)
	p.reply(p.arrives("BYE"), 200, "OK", "") // it promised to refresh and did not
	x.ends(c, TimerExpired)
}

func TestCallsOutAreLimited(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 1, func(tr *Trunk) { tr.MaxCalls = 1 })
	out := x.dial(context.Background(), Dial{To: number1})
	inv := ph[0].arrives("INVITE")
	x.fails(x.dial(context.Background(), Dial{To: number1}), 503)
	ph[0].reply(inv, 486, "Busy Here", "")
	x.fails(out, 486)
	for _, bad := range []string{"", "47\r\nEvil: yes", strings.Repeat("4", 65), "<x>"} {
		if _, err := x.Dial(context.Background(), Dial{To: bad}); err == nil {
			t.Errorf("dialled %q", bad)
		}
	}
	if _, err := x.Dial(context.Background(), Dial{To: number1, Trunk: "none"}); err == nil {
		t.Error("dialled on a trunk that there is not")
	}
}

// OPTIONS tell whether a trunk is there; whatever it answers, it is.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Trunks = nil })
	p := newPhone(t, x.Addrs().UDP)
	if err := x.SetTrunks([]Trunk{{Key: "t", Host: p.local(), KeepAlive: 2 * testT1}}); err != nil {
		t.Fatal(err)
	}
	p.reply(p.arrives("OPTIONS"), 404, "Not Found", "")
	p.reply(p.arrives("OPTIONS"), 503, "Not Now", "")
	p.reply(p.arrives("OPTIONS"), 503, "Not Now", "")
	waitFor(t, "the trunk is down", func() bool { return !x.Status()[0].Up })
	p.reply(p.arrives("OPTIONS"), 200, "OK", "")
	waitFor(t, "the trunk is up", func() bool { return x.Status()[0].Up })
	if x.Status()[0].RTT <= 0 {
		t.Errorf("%+v", x.Status()[0])
	}
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if is() {
			return
		}
		<-time.After(time.Millisecond)
	}
	t.Fatalf("not so: %s", what)
}

// Registration: digest, 423, refresh at half expiry with the same Call-ID, and an end of it.
func TestATrunkRegisters(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Trunks = nil })
	p := newPhone(t, x.Addrs().UDP)
	if err := x.SetTrunks([]Trunk{{Key: "t", Host: p.local(), User: "centre", Secret: "s3cret", Register: true, KeepAlive: -1}}); err != nil {
		t.Fatal(err)
	}
	ch := &digest.Challenge{Realm: "carrier.example", Nonce: "n1", Algorithm: "SHA-256", QOP: []string{"auth"}}
	first := p.arrives("REGISTER")
	p.reply(first, 401, "Unauthorized", "", "WWW-Authenticate: "+ch.String())
	r := p.arrives("REGISTER")
	checkDigest(t, r, ch, "Authorization", "s3cret")
	p.reply(r, 423, "Interval Too Brief", "", "Min-Expires: 900")
	r = p.arrives("REGISTER")
	if r.get("Expires") != "900" {
		t.Errorf("Expires %q", r.get("Expires"))
	}
	contact := r.get("Contact")
	p.reply(r, 200, "OK", "", "Contact: "+contact+";expires=1")
	waitFor(t, "registered", func() bool { return x.Status()[0].Registered })
	r = p.arrives("REGISTER") // at half expiry
	if r.get("Call-ID") != first.get("Call-ID") {
		t.Error("a refresh has another Call-ID")
	}
	if cr, err := digest.ParseCredentials(r.get("Authorization")); err != nil || cr.Nc < 2 {
		t.Errorf("the nonce's count does not rise: %+v %v", cr, err)
	}
	p.reply(r, 200, "OK", "", "Contact: "+contact+";expires=60")
	waitFor(t, "refreshed", func() bool { return x.Status()[0].Registered })
	x.Drain()
	r = p.arrives("REGISTER")
	if r.get("Expires") != "0" {
		t.Errorf("not unregistered: Expires %q", r.get("Expires"))
	}
	p.reply(r, 200, "OK", "")
}

func TestARegistrarThatRefuses(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Trunks = nil })
	p := newPhone(t, x.Addrs().UDP)
	if err := x.SetTrunks([]Trunk{{Key: "t", Host: p.local(), User: "centre", Secret: "wrong", Register: true, KeepAlive: -1}}); err != nil {
		t.Fatal(err)
	}
	ch := &digest.Challenge{Realm: "carrier.example", Nonce: "n1", Algorithm: "MD5", QOP: []string{"auth"}}
	p.reply(p.arrives("REGISTER"), 401, "Unauthorized", "", "WWW-Authenticate: "+ch.String())
	p.reply(p.arrives("REGISTER"), 401, "Unauthorized", "", "WWW-Authenticate: "+ch.String())
	waitFor(t, "the fault is told", func() bool { return x.Status()[0].Fault == WrongSecret })
	p.silence(4*testT1, "again at once", func(r *reading) bool { return r.method == "REGISTER" && r.request })
}

func TestTrunksAreReplaced(t *testing.T) {
	t.Parallel()
	x, ph := dialling(t, 2, nil)
	kept := x.trunk("trunk1")
	if err := x.SetTrunks([]Trunk{kept.Trunk, {Key: "new", Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, KeepAlive: -1}}); err != nil {
		t.Fatal(err)
	}
	if x.trunk("trunk1") != kept || x.trunk("trunk2") != nil || x.trunk("new") == nil {
		t.Error("not the trunks that were set")
	}
	for _, bad := range [][]Trunk{{{Key: "a"}}, {{Host: "x"}}, {kept.Trunk, kept.Trunk}, {{Key: "a", Host: "192.0.2.1", Transport: "carrier pigeon"}}, {{Key: "a", Host: "192.0.2.1", SRTP: "maybe"}},
		{{Key: "a", Host: "192.0.2.1", Register: true}}, {{Key: "a", Host: "192.0.2.1", Challenge: true}}} {
		if err := x.SetTrunks(bad); err == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
	_ = ph
}
