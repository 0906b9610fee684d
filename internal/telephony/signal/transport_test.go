package signal

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sentral/internal/telephony/media"
)

// certificate is one for 127.0.0.1, signed by itself, and the pool that trusts it.
func certificate(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sentral.example"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

// two exchanges that are each other's trunk over one transport.
func two(t *testing.T, network string, change func(a, b *Trunk)) (a, b *exchange) {
	t.Helper()
	cert, pool := certificate(t)
	open := func(o *Options) {
		o.TLS, o.Trunks, o.Roots = "127.0.0.1:0", nil, pool
		o.Certificate = func() (*tls.Certificate, error) { return cert, nil }
	}
	a, b = newExchange(t, open), newExchange(t, open)
	addr := func(x *exchange) string {
		return map[string]netip.AddrPort{"udp": x.Addrs().UDP, "tcp": x.Addrs().TCP, "tls": x.Addrs().TLS}[network].String()
	}
	ta := Trunk{Key: "to-b", Host: addr(b), Transport: network, KeepAlive: -1}
	tb := Trunk{Key: "to-a", Host: addr(a), Transport: network, KeepAlive: -1}
	if change != nil {
		change(&ta, &tb)
	}
	if err := a.SetTrunks([]Trunk{ta}); err != nil {
		t.Fatal(err)
	}
	if err := b.SetTrunks([]Trunk{tb}); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// ear is a leg in a room that keeps what it hears.
type ear struct{ heard chan []int16 }

func (e *ear) Pull(*media.Frame) bool { return false }
func (e *ear) Push(f *media.Frame) {
	select {
	case e.heard <- append([]int16(nil), f[:]...):
	default:
	}
}

// hears puts a call into a room where a tone of ours is played to it, and tells which share of what comes back is at the other's tone.
func hears(t *testing.T, clock *media.Clock, c *Call, ours float64) func(theirs float64) {
	t.Helper()
	room := clock.NewRoom()
	e := &ear{heard: make(chan []int16, 500)}
	m := room.Add(c.Leg(), media.Role{Side: media.Customer})
	room.Add(e, media.Role{Side: media.Agent})
	room.Play(media.Tone(ours, -10), media.Play{Only: []*media.Member{m}})
	t.Cleanup(room.Close)
	return func(theirs float64) {
		t.Helper()
		var window []int16
		deadline := time.After(patience)
		for {
			select {
			case f := <-e.heard:
				window = append(window, f...)
				if len(window) > 10*media.FrameSamples {
					window = window[media.FrameSamples:]
				}
				if len(window) >= 10*media.FrameSamples && media.Heard(window, theirs) > 0.8 {
					return
				}
			case <-deadline:
				t.Fatalf("the tone of %v Hz did not come: share %v", theirs, media.Heard(window, theirs))
			}
		}
	}
}

// A call over each transport, with and without SRTP: tones reach the other side, hold and hangup work from both ends.
func TestTwoExchangesSpeak(t *testing.T) {
	t.Parallel()
	clock := media.NewClock(1)
	t.Cleanup(clock.Close)
	for _, row := range []struct{ network, srtp string }{{"udp", SRTPOff}, {"tcp", SRTPOptional}, {"tls", SRTPRequired}} {
		t.Run(row.network+" "+row.srtp, func(t *testing.T) {
			a, b := two(t, row.network, func(ta, tb *Trunk) {
				ta.SRTP, tb.SRTP = row.srtp, row.srtp
				ta.Rel100, tb.Rel100, ta.SessionTimers, tb.SessionTimers = true, true, true, true
			})
			a.t, b.t = t, t
			out := a.dial(context.Background(), Dial{To: number1, From: "+4700000100", Name: "Kari Nordmann"})
			in := b.next()
			if in.FromName() != "Kari Nordmann" || in.From() != "+4700000100" || in.Asserted() != "+4700000100" || in.To() != number1 || in.Trunk() != "to-a" {
				t.Errorf("from %q %q asserted %q to %q trunk %q", in.From(), in.FromName(), in.Asserted(), in.To(), in.Trunk())
			}
			_ = in.Ring()
			_ = in.Progress()
			if err := in.Answer(context.Background()); err != nil {
				t.Fatal(err)
			}
			c := a.up(out)
			if secured := c.talk.session.SRTP != nil; secured != (row.srtp != SRTPOff) {
				t.Errorf("SRTP %v", secured)
			}
			atA, atB := hears(t, clock, c, 440), hears(t, clock, in, 1000)
			atA(1000)
			atB(440)
			held := make(chan bool, 2)
			in.OnHold(func(h bool) { held <- h })
			if err := c.Hold(context.Background()); err != nil {
				t.Fatal(err)
			}
			if !<-held {
				t.Error("not told of the hold")
			}
			atB(440) // music goes on
			if err := c.Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
			<-held
			atA(1000)
			in.Hangup()
			a.ends(c, CallerHungUp)
			b.ends(in, WeHungUp)

			back := b.dial(context.Background(), Dial{To: number1})
			in = a.answered()
			c = b.up(back)
			in.OnDigit(nil)
			c.Hangup()
			a.ends(in, CallerHungUp)
		})
	}
}

// A certificate that nobody vouches for is refused, unless the trunk says that it may be any.
func TestCertificates(t *testing.T) {
	t.Parallel()
	_, other := certificate(t)
	a, b := two(t, "tls", nil)
	a.o.Roots = other
	a.fails(a.dial(context.Background(), Dial{To: number1}), 503)
	tr := a.trunk("to-b").Trunk
	tr.Unverified = true
	if err := a.SetTrunks([]Trunk{tr}); err != nil {
		t.Fatal(err)
	}
	out := a.dial(context.Background(), Dial{To: number1})
	in := b.answered()
	c := a.up(out)
	c.Hangup()
	b.ends(in, CallerHungUp)
}

// A connection that sends nothing, half a message or noise is closed, and bounds hold.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Limits.ConnectionsEach = 3 })
	ping := dialTCP(t, x, "127.0.0.1")
	if _, err := ping.Write([]byte("\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	if n, err := ping.Read(buf); err != nil || string(buf[:n]) != "\r\n" {
		t.Errorf("ping answered %q %v", buf[:n], err)
	}
	for _, noise := range []string{
		"INVITE sip:a@b SIP/2.0\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 20),
		"INVITE sip:a@b SIP/2.0\r\nVia: x\r\nContent-Type: x\r\n\r\n",
		"INVITE sip:a@b SIP/2.0\r\nContent-Length: 99999999\r\n\r\n",
		strings.Repeat("z", 20000),
	} {
		c := dialTCP(t, x, "127.0.0.1")
		_, _ = c.Write([]byte(noise))
		if _, err := c.Read(buf); err == nil {
			t.Errorf("answered noise: %q", buf)
		}
		c.Close()
	}
	p := &phone{t: t, to: x.Addrs().TCP, id: newTag(), tag: newTag()}
	whole := strings.Replace(p.requestAt("OPTIONS", "127.0.0.1:9", ""), "SIP/2.0/UDP", "SIP/2.0/TCP", 1)
	slow := dialTCP(t, x, "127.0.0.1")
	go func() { // octet by octet, and two messages in one
		for i := range len(whole) {
			_, _ = slow.Write([]byte(whole[i : i+1]))
		}
		_, _ = slow.Write([]byte(strings.Replace(whole, "branch=", "branch=z9hG4bKb", 1) + strings.Replace(whole, "branch=", "branch=z9hG4bKc", 1)))
	}()
	big := make([]byte, 8192)
	for got := ""; strings.Count(got, "SIP/2.0 200") < 3; {
		n, err := slow.Read(big)
		if err != nil {
			t.Fatalf("%d answers: %v", strings.Count(got, "SIP/2.0 200"), err)
		}
		got += string(big[:n])
	}
	third := dialTCP(t, x, "127.0.0.1")
	one := dialTCP(t, x, "127.0.0.1")
	if _, err := one.Read(buf); err == nil {
		t.Error("a fourth connection of one source")
	}
	third.Close()
	stranger := dialTCP(t, x, "127.0.0.9")
	if _, err := stranger.Read(buf); err == nil {
		t.Error("a stranger's connection was kept")
	}
}
