package signal

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

// clockwork is a clock that tests turn.
type clockwork struct{ ch chan time.Time }

func newClockwork() *clockwork {
	c := &clockwork{ch: make(chan time.Time, 1)}
	c.ch <- time.Now()
	return c
}

func (c *clockwork) now() time.Time {
	t := <-c.ch
	c.ch <- t
	return t
}

func (c *clockwork) turn(d time.Duration) { c.ch <- (<-c.ch).Add(d) }

func desk(t *testing.T) (*exchange, *clockwork) {
	c := newClockwork()
	return newExchange(t, func(o *Options) {
		o.Trunks[0].Sources = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
		o.Accounts = func(user string) (string, bool) { return "pass-" + user, user == "desk1" || user == "desk2" }
		o.Now = c.now
		o.Digests = []string{"SHA-256", "MD5"}
	}), c
}

// credentialsFor answers a 401 by hand.
func credentialsFor(t *testing.T, r *reading, algorithm, method, uri, user, secret string, count int) string {
	t.Helper()
	for _, h := range r.headers {
		if h.name != "WWW-Authenticate" {
			continue
		}
		ch, err := digest.ParseChallenge(h.value)
		if err != nil {
			t.Fatal(err)
		}
		if ch.Algorithm != algorithm {
			continue
		}
		cr, err := digest.Digest(ch, digest.Options{Method: method, URI: uri, Username: user, Password: secret, Count: count})
		if err != nil {
			t.Fatal(err)
		}
		return "Authorization: " + cr.String()
	}
	t.Fatalf("no challenge with %s", algorithm)
	return ""
}

func (p *phone) register(user string, extra ...string) {
	p.seq++
	m := p.request("REGISTER", newTag(), p.seq, "", extra...)
	m = strings.Replace(m, "<sip:+4700000200@sentral.example>", "<sip:"+user+"@sentral.example>", 1)
	m = strings.Replace(m, "<sip:+4700000100@carrier.example>", "<sip:"+user+"@sentral.example>", 1)
	p.send(m)
}

func (p *phone) signIn(user, algorithm, secret string, extra ...string) string {
	p.t.Helper()
	p.register(user, extra...)
	r := p.response(401, "REGISTER")
	p.peer = ""
	auth := credentialsFor(p.t, r, algorithm, "REGISTER", "sip:sentral.example", user, secret, 1)
	p.register(user, append(extra, auth)...)
	return auth
}

func TestDeskPhonesRegister(t *testing.T) {
	t.Parallel()
	x, clock := desk(t)
	p := newPhone(t, x.Addrs().UDP)
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		p.signIn("desk1", algorithm, "pass-desk1", "Expires: 120")
		r := p.response(200, "REGISTER")
		p.peer = ""
		if !strings.Contains(r.get("Contact"), "expires=120") {
			t.Errorf("Contact %q", r.get("Contact"))
		}
	}
	if ph := x.Phones(); len(ph) != 1 || ph[0].Account != "desk1" {
		t.Errorf("%+v", ph)
	}
	p.signIn("desk1", "MD5", "pass-desk1", "Expires: 5")
	if r := p.response(423, "REGISTER"); r.get("Min-Expires") != "60" {
		t.Errorf("Min-Expires %q", r.get("Min-Expires"))
	}
	clock.turn(121 * time.Second)
	if ph := x.Phones(); len(ph) != 0 {
		t.Errorf("expired and still here: %+v", ph)
	}
	p.signIn("desk1", "MD5", "pass-desk1")
	p.response(200, "REGISTER")
	p.peer = ""
	p.signIn("desk1", "MD5", "pass-desk1", "Expires: 0")
	p.response(200, "REGISTER")
	if ph := x.Phones(); len(ph) != 0 {
		t.Errorf("unregistered and still here: %+v", ph)
	}
}

func TestSecretsAreChecked(t *testing.T) {
	t.Parallel()
	x, clock := desk(t)
	p := newPhone(t, x.Addrs().UDP)
	used := p.signIn("desk1", "SHA-256", "pass-desk1")
	p.response(200, "REGISTER")
	p.peer = ""
	p.register("desk1", used) // the same again: a replay
	if r := p.response(401, "REGISTER"); !strings.Contains(r.get("WWW-Authenticate"), "stale=true") {
		t.Errorf("a replay: %q", r.get("WWW-Authenticate"))
	}
	p.register("desk1")
	old := credentialsFor(t, p.response(401, "REGISTER"), "MD5", "REGISTER", "sip:sentral.example", "desk1", "pass-desk1", 1)
	clock.turn(6 * time.Minute)
	p.register("desk1", old)
	if r := p.response(401, "REGISTER"); !strings.Contains(r.get("WWW-Authenticate"), "stale=true") {
		t.Errorf("an old nonce: %q", r.get("WWW-Authenticate"))
	}
	forged := &digest.Challenge{Realm: "sentral", Nonce: "bWFkZSB1cCBub25jZQ", Algorithm: "MD5", QOP: []string{"auth"}}
	cr, _ := digest.Digest(forged, digest.Options{Method: "REGISTER", URI: "sip:sentral.example", Username: "desk1", Password: "pass-desk1"})
	p.register("desk1", "Authorization: "+cr.String())
	if r := p.response(401, "REGISTER"); strings.Contains(r.get("WWW-Authenticate"), "stale=true") {
		t.Error("a nonce that is not ours counts as stale")
	}
	p.signIn("desk2", "MD5", "pass-desk1") // another's secret
	p.response(401, "REGISTER")
	p.register("desk2")
	mine := credentialsFor(t, p.response(401, "REGISTER"), "MD5", "REGISTER", "sip:sentral.example", "desk1", "pass-desk1", 1)
	p.register("desk2", mine) // one's own secret for another's address
	p.response(403, "REGISTER")
}

// Whoever guesses gets silence after a while, a known secret or not.
func TestGuessingEndsInSilence(t *testing.T) {
	t.Parallel()
	x, clock := desk(t)
	p := newPhone(t, x.Addrs().UDP)
	for range authFailures + 1 {
		p.signIn("desk1", "MD5", "guess")
		p.response(401, "REGISTER")
	}
	p.register("desk1")
	p.silence(4*testT1, "after guessing", anything)
	if n := strings.Count(x.log.String(), "guesses secrets"); n != 1 {
		t.Errorf("told %d times", n)
	}
	clock.turn(2 * time.Minute)
	p.signIn("desk1", "MD5", "pass-desk1")
	p.response(200, "REGISTER")
}

func TestWildcardAndManyPhones(t *testing.T) {
	t.Parallel()
	x, _ := desk(t)
	var last *phone
	for range 7 {
		last = newPhone(t, x.Addrs().UDP)
		last.signIn("desk1", "MD5", "pass-desk1")
		last.response(200, "REGISTER")
	}
	if ph := x.Phones(); len(ph) != 5 {
		t.Errorf("%d phones of one account", len(ph))
	}
	last.peer = ""
	star := func(expires string) {
		last.register("desk1")
		r := last.response(401, "REGISTER")
		auth := credentialsFor(t, r, "MD5", "REGISTER", "sip:sentral.example", "desk1", "pass-desk1", 1)
		last.seq++
		m := last.request("REGISTER", newTag(), last.seq, "", auth, "Expires: "+expires)
		m = strings.Replace(m, "<sip:+4700000200@sentral.example>", "<sip:desk1@sentral.example>", 1)
		last.send(strings.Replace(m, "<sip:kari@"+last.local()+">", "*", 1))
	}
	star("60")
	last.response(400, "REGISTER")
	star("0")
	last.response(200, "REGISTER")
	if ph := x.Phones(); len(ph) != 0 {
		t.Errorf("%d phones after *", len(ph))
	}
}

// A desk phone is called where it registered from, and calls as its account once it has proven itself.
func TestADeskPhoneIsCalledAndCalls(t *testing.T) {
	t.Parallel()
	x, _ := desk(t)
	p := newPhone(t, x.Addrs().UDP)
	x.fails(x.dial(context.Background(), Dial{Contact: "desk1"}), 480)
	p.signIn("desk1", "SHA-256", "pass-desk1")
	p.response(200, "REGISTER")
	p.peer, p.got = "", nil
	out := x.dial(context.Background(), Dial{Contact: "desk1", Name: "Nordlys"})
	inv := p.arrives("INVITE")
	if !strings.HasPrefix(inv.start, "INVITE sip:kari@"+p.local()) {
		t.Errorf("%q", inv.start)
	}
	p.reply(inv, 200, "OK", usualSDP)
	p.arrives("ACK")
	c := x.up(out)
	if c.Account() != "desk1" || c.Trunk() != "" {
		t.Errorf("account %q trunk %q", c.Account(), c.Trunk())
	}
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")

	q := newPhone(t, x.Addrs().UDP)
	branch := q.invite()
	r := q.response(401, "INVITE")
	q.send(q.request("ACK", branch, q.seq, ""))
	q.peer = ""
	q.invite(credentialsFor(t, r, "MD5", "INVITE", "sip:200@sentral.example", "desk2", "pass-desk2", 1))
	in := x.next()
	if in.Account() != "desk2" {
		t.Errorf("account %q", in.Account())
	}
	_ = in.Reject(603)
	q.response(603, "INVITE")
}

func TestATrunkThatIsChallenged(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) {
		o.Digests = []string{"SHA-256"}
		o.Trunks[0].Challenge, o.Trunks[0].User, o.Trunks[0].Secret = true, "carrier", "s3cret"
	})
	p := newPhone(t, x.Addrs().UDP)
	branch := p.invite()
	r := p.response(401, "INVITE")
	p.send(p.request("ACK", branch, p.seq, ""))
	p.peer = ""
	p.invite(credentialsFor(t, r, "SHA-256", "INVITE", "sip:200@sentral.example", "carrier", "s3cret", 1))
	c := x.next()
	if c.Trunk() != "carrier" || c.Account() != "carrier" {
		t.Errorf("trunk %q account %q", c.Trunk(), c.Account())
	}
	_ = c.Reject(480)
	p.response(480, "INVITE")
}
