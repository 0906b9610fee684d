package testphone

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/netip"
	"testing"
	"time"
)

// callee is a phone that is called.
func callee(t *testing.T, o Options, a Answering) (*Phone, chan Result) {
	t.Helper()
	results := make(chan Result, 64)
	ctx, stop := context.WithCancel(context.Background())
	o.Answers = true
	o.Incoming = func(r *Ring) { results <- a.Take(ctx, r) }
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); p.Close() })
	return p, results
}

func caller(t *testing.T, o Options, server netip.AddrPort) *Phone {
	t.Helper()
	o.Server = server.String()
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func certificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plan := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestEachTransport: sound and keys cross both ways, in the clear and with SRTP, and the reckoning adds up.
func TestEachTransport(t *testing.T) {
	cert := certificate(t)
	for _, x := range []struct {
		name string
		Options
	}{
		{"udp", Options{}}, {"tcp", Options{Transport: TCP}}, {"tls with srtp", Options{Transport: TLS, SRTP: true}}, {"from another address", Options{Many: true}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			b, results := callee(t, Options{Certificate: cert}, Answering{Voice: Tone(1000), Hear: []float64{440}})
			server := b.Addr()
			if x.Transport == TLS {
				server = netip.AddrPortFrom(server.Addr(), server.Port()+1)
			}
			a := caller(t, x.Options, server)
			v := Invite{To: "+4700000100", From: "+4700000201", Voice: Tone(440), Hear: []float64{1000, 600}}
			if x.Many {
				v.Source = netip.MustParseAddr("127.9.8.7")
			}
			keys, err := ParseKeys("42#")
			if err != nil {
				t.Fatal(err)
			}
			r := a.Run(t.Context(), Script{Invite: v, Keys: keys, Talk: 300 * time.Millisecond, Patience: 2 * time.Second})
			if r.Outcome != WasAnswered || r.HeardHz == nil || *r.HeardHz != 1000 || r.HeardAll() || r.Heard[1].FirstMS != nil {
				t.Fatalf("the caller's result is %+v", r)
			}
			if *r.QueuedMS > 400 || r.Lost != 0 || r.Received < 50 || r.EndedBy != Us {
				t.Errorf("the caller's reckoning is %+v, queued %g ms", r, *r.QueuedMS)
			}
			other := <-results
			if other.Outcome != WasAnswered || other.HeardHz == nil || *other.HeardHz != 440 || other.Digits != "42#" || other.EndedBy != Them || other.To != "+4700000100" || other.From != "+4700000201" {
				t.Errorf("the called side's result is %+v", other)
			}
			if a.Calls() != 0 || b.Calls() != 0 {
				t.Errorf("%d and %d calls stand", a.Calls(), b.Calls())
			}
		})
	}
}

// TestHoldAndRefer: a re-INVITE stops the other side's sound and brings it back; REFER hands the call on.
func TestHoldAndRefer(t *testing.T) {
	b, _ := callee(t, Options{}, Answering{Voice: Tone(1000)})
	third, taken := callee(t, Options{}, Answering{Voice: Tone(600), Hear: []float64{1000}, Talk: 50 * time.Millisecond})
	a := caller(t, Options{}, b.Addr())
	ctx := t.Context()
	c, err := a.Dial(ctx, Invite{To: "1", Voice: Tone(440), Hear: []float64{1000}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		do   func(context.Context) error
		want bool
	}{{nil, true}, {c.Hold, false}, {c.Resume, true}} {
		if step.do != nil {
			if err := step.do(ctx); err != nil {
				t.Fatal(err)
			}
		}
		wait, stop := context.WithTimeout(ctx, 600*time.Millisecond)
		_, err := c.Hear(wait, 1000)
		stop()
		if (err == nil) != step.want {
			t.Fatalf("heard: %v, want %v", err, step.want)
		}
	}
	code, err := c.Refer(ctx, "sip:third@"+third.Addr().String())
	if err != nil || code != 200 {
		t.Fatalf("REFER: %d, %v", code, err)
	}
	<-c.Ended()
	if c.EndedBy() != Them {
		t.Errorf("ended by %q", c.EndedBy())
	}
	if r := <-taken; r.HeardHz == nil || *r.HeardHz != 1000 || r.EndedBy != Us || r.To != "third" {
		t.Errorf("the third party's result is %+v", r)
	}
}

// TestOutcomes: each way that a call can end has its word.
func TestOutcomes(t *testing.T) {
	for _, x := range []struct {
		name   string
		answer Answering
		script Script
		want   Outcome
		code   int
	}{
		{"busy", Answering{Code: 486}, Script{}, Busy, 486},
		{"rejected", Answering{Code: 403}, Script{}, Rejected, 403},
		{"failed", Answering{Code: 503}, Script{}, Failed, 503},
		{"rings in vain", Answering{Ring: time.Hour}, Script{Ring: 100 * time.Millisecond}, NoAnswer, 0},
		{"given up while it rings", Answering{Ring: time.Hour}, Script{Moment: Ringing}, Cancelled, 0},
		{"cut off before what was wanted", Answering{Talk: 50 * time.Millisecond}, Script{Invite: Invite{Hear: []float64{1000}}}, Dropped, 200},
		{"the other side hangs up", Answering{Talk: 50 * time.Millisecond}, Script{Talk: time.Minute}, WasAnswered, 200},
		{"never acknowledged", Answering{Talk: time.Second}, Script{Invite: Invite{NoACK: true}, Moment: NotAcked, Vanish: true}, WasAnswered, 200},
		{"hung up on hold", Answering{}, Script{Moment: OnHold}, WasAnswered, 200},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			b, _ := callee(t, Options{}, x.answer)
			a := caller(t, Options{}, b.Addr())
			x.script.To = "+4700000100"
			if r := a.Run(t.Context(), x.script); r.Outcome != x.want || r.Code != x.code {
				t.Errorf("%+v, want %s with code %d", r, x.want, x.code)
			}
		})
	}
}

// TestNobodyThere: what cannot be called fails with the reason.
func TestNobodyThere(t *testing.T) {
	a := caller(t, Options{Transport: TCP}, netip.MustParseAddrPort("127.0.0.1:1"))
	if r := a.Run(t.Context(), Script{Invite: Invite{To: "1"}}); r.Outcome != Failed || r.Reason == "" {
		t.Errorf("%+v", r)
	}
}

// TestKeys: what --keys may say, and what it may not.
func TestKeys(t *testing.T) {
	steps, err := ParseKeys("1, wait,4471#,wait=3s,wait=agent")
	if err != nil || len(steps) != 5 || steps[1].Until != "prompt" || steps[2].Press != "4471#" || steps[3].Pause != 3*time.Second || steps[4].Until != "agent" {
		t.Errorf("%+v, %v", steps, err)
	}
	for _, bad := range []string{"1,,2", "x", "wait=soon", "1,wait=-1s", ","} {
		if _, err := ParseKeys(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if steps, err := ParseKeys(""); err != nil || len(steps) != 0 {
		t.Errorf("%+v, %v", steps, err)
	}
}

// TestEar: a tone is found in a mixture and dated to the block where it began; speech and music are no tone.
func TestEar(t *testing.T) {
	start := time.Unix(0, 0)
	feed := func(e *ear, pcm []int16) {
		for i := 0; i+160 <= len(pcm); i += 160 {
			e.hear(pcm[i:i+160], start.Add(time.Duration(i/8)*time.Millisecond))
		}
	}
	mixed := append(make([]int16, 1600), Tone(1000).PCM()[:4000]...)
	for i := range mixed {
		mixed[i] = mixed[i]/2 + Tone(440).PCM()[i]/3 + Tone(600).PCM()[i]/3
	}
	e := newEar(1000)
	feed(e, mixed)
	if e.first.Sub(start) != 200*time.Millisecond || e.share < .3 || e.share > .7 {
		t.Errorf("first after %v, share %g", e.first.Sub(start), e.share)
	}
	for _, hz := range []float64{440, 600, 1000} {
		e := newEar(hz)
		feed(e, Babble(3, 20).PCM())
		if !e.first.IsZero() {
			t.Errorf("%g Hz in babble after %v with %g", hz, e.first.Sub(start), e.share)
		}
	}
}

// TestCrowd: many calls at a rate, each with one outcome, given up at every moment; nothing is left standing.
func TestCrowd(t *testing.T) {
	b, _ := callee(t, Options{}, Answering{Voice: Tone(1000), Talk: 200 * time.Millisecond, Ring: 20 * time.Millisecond})
	a := caller(t, Options{}, b.Addr())
	results, sum := a.RunMany(t.Context(), Crowd{Calls: 30, Rate: 100, Script: func(n int) Script {
		s := Script{Invite: Invite{To: "1", Hear: []float64{1000}}, Linger: 10 * time.Millisecond, Talk: 50 * time.Millisecond}
		s.Moment = append([]Moment{AtTheEnd}, Moments...)[n%(len(Moments)+1)]
		s.NoACK = s.Moment == NotAcked
		return s
	}})
	if len(results) != 30 || sum.Calls != 30 || sum.Outcomes[WasAnswered]+sum.Outcomes[Cancelled] != 30 || sum.Outcomes[Cancelled] < 3 || sum.SetupMS.P99 <= 0 {
		t.Errorf("%+v", sum)
	}
	if a.Calls() != 0 {
		t.Errorf("%d calls stand", a.Calls())
	}
}

// TestRefusedIsAnError: whoever dials by hand sees the code.
func TestRefusedIsAnError(t *testing.T) {
	b, _ := callee(t, Options{}, Answering{Code: 603})
	_, err := caller(t, Options{}, b.Addr()).Dial(t.Context(), Invite{To: "1"})
	var r *Refused
	if !errors.As(err, &r) || r.Code != 603 {
		t.Errorf("%v", err)
	}
}
