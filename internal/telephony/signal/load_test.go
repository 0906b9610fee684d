package signal

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"golang.org/x/net/ipv4"

	"sentral/internal/telephony/media"
)

// generator makes calls at a rate from one socket: INVITE, ACK, and BYE as soon as it is answered. It repeats an INVITE after T1, as RFC 3261 has it.
type generator struct {
	c  *net.UDPConn
	to netip.AddrPort

	mu    sync.Mutex
	sent  map[string]time.Time // by Call-ID
	setup []time.Duration
	ended int
}

func newGenerator(t testing.TB, to netip.AddrPort) *generator {
	g := &generator{c: loopback(t), to: to, sent: map[string]time.Time{}}
	_ = g.c.SetReadBuffer(socketOctets)
	go g.listen()
	return g
}

func (g *generator) text(method, id, to string, seq int, body string) []byte {
	at := g.c.LocalAddr()
	typed := ""
	if body != "" {
		typed = "Content-Type: application/sdp\r\n"
	}
	return fmt.Appendf(nil, "%s sip:200@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%s%s;rport\r\nMax-Forwards: 70\r\nFrom: <sip:+4700000100@carrier.example>;tag=%s\r\n"+
		"To: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:g@%s>\r\n%sContent-Length: %d\r\n\r\n%s",
		method, g.to, at, id, method, strconv.Itoa(seq), id, to, id, seq, method, at, typed, len(body), body)
}

const unknownTo = "<sip:+4700000200@sentral.example>"

func (g *generator) call(id string) {
	invite := g.text("INVITE", id, unknownTo, 1, usualSDP)
	g.mu.Lock()
	g.sent[id] = time.Now()
	g.mu.Unlock()
	_, _ = g.c.WriteToUDPAddrPort(invite, g.to)
	time.AfterFunc(500*time.Millisecond, func() {
		g.mu.Lock()
		_, waits := g.sent[id]
		g.mu.Unlock()
		if waits {
			_, _ = g.c.WriteToUDPAddrPort(invite, g.to)
		}
	})
}

func (g *generator) listen() {
	buf := make([]byte, 4096)
	for {
		n, _, err := g.c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if !bytes.HasPrefix(buf[:n], []byte("SIP/2.0 200 ")) {
			continue
		}
		at := time.Now()
		_, r := read(bytes.Clone(buf[:n]))
		id := r.get("Call-ID")
		g.mu.Lock()
		if strings.HasSuffix(r.get("CSeq"), "BYE") {
			g.ended++
			g.mu.Unlock()
			continue
		}
		began, first := g.sent[id]
		if first {
			delete(g.sent, id)
			g.setup = append(g.setup, at.Sub(began))
		}
		g.mu.Unlock()
		if first {
			_, _ = g.c.WriteToUDPAddrPort(g.text("ACK", id, r.get("To"), 1, ""), g.to)
			_, _ = g.c.WriteToUDPAddrPort(g.text("BYE", id, r.get("To"), 2, ""), g.to)
		}
	}
}

// run makes n calls at a rate and gives the set-up times, sorted, when all are answered or patience is over.
func (g *generator) run(n, rate int) []time.Duration {
	began := time.Now()
	for i := range n {
		if wait := time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(rate))); wait > 0 {
			<-time.After(wait)
		}
		g.call(newTag())
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		g.mu.Lock()
		done := g.ended >= n
		g.mu.Unlock()
		if done {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	slices.Sort(g.setup)
	return g.setup
}

func quantile(d []time.Duration, permille int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(len(d)-1, len(d)*permille/1000)]
}

// busy is the machine's and our own CPU time so far.
func busy() (all, own time.Duration) {
	if b, err := os.ReadFile("/proc/stat"); err == nil {
		line, _, _ := strings.Cut(string(b), "\n")
		for i, f := range strings.Fields(line)[1:] {
			if n, err := strconv.Atoi(f); err == nil && i != 3 && i != 4 {
				all += time.Duration(n) * 10 * time.Millisecond
			}
		}
	}
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return all, time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loaded is an exchange with RFC 3261's timers that answers every call.
func loaded(t *testing.T, sources string) *exchange {
	sip.SetTimers(500*time.Millisecond, 4*time.Second, 5*time.Second)
	x := &exchange{t: t, log: &logBuffer{}}
	s, err := Open(Options{
		UDP: "127.0.0.1:0", Ports: media.NewPorts(netip.MustParseAddr("127.0.0.1"), 20000, 59998),
		Trunks:   []Trunk{{Key: "carrier", Sources: []netip.Prefix{netip.MustParsePrefix(sources)}, KeepAlive: -1}},
		Incoming: func(c *Call) { _ = c.Answer(context.Background()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	x.Stack = s
	t.Cleanup(s.Close)
	return x
}

// The goal: 5,000 INVITE/s from 10,000 sources while 50 real calls come in: all 50 answered, set-up p99 below 300 ms. Once with sources that no trunk
// allows, and once with sources that one does, which is worse than any carrier's configuration.
func TestFlood(t *testing.T) {
	if os.Getenv("SENTRAL_FLOOD") == "" {
		t.Skip("set SENTRAL_FLOOD=1: it loads the machine for half a minute")
	}
	for _, row := range []struct{ name, sources string }{{"strangers", "127.0.0.1/32"}, {"newcomers of an allowed range", "127.0.0.0/8"}} {
		t.Run(row.name, func(t *testing.T) {
			x := loaded(t, row.sources)
			g := newGenerator(t, x.Addrs().UDP)
			g.run(1, 1) // the carrier has called before
			g.setup, g.ended = nil, 0
			ctx, cancel := context.WithCancel(context.Background())
			sent := make(chan int, 1)
			go func() { sent <- flood(ctx, t, x.Addrs().UDP, 5000, 10000) }()
			all, own := busy()
			began := time.Now()
			setup := g.run(50, 5)
			took := time.Since(began)
			cancel()
			n := <-sent
			all2, own2 := busy()
			st := x.Stats()
			t.Logf("flood %d INVITE in %v (%.0f/s); answered %d of 50, set-up p50 %v p99 %v; strangers %d limited %d; CPU own %.0f %% others %.0f %% of one core", n, took.Round(time.Millisecond),
				float64(n)/took.Seconds(), len(setup), quantile(setup, 500), quantile(setup, 990), st.Strangers, st.Limited,
				100*(own2-own).Seconds()/took.Seconds(), 100*(all2-all-(own2-own)).Seconds()/took.Seconds())
			if len(setup) != 50 || quantile(setup, 990) > 300*time.Millisecond {
				t.Errorf("answered %d of 50, p99 %v", len(setup), quantile(setup, 990))
			}
		})
	}
}

// flood sends INVITEs from many addresses of 127.0.0.0/8 until ctx ends, and tells how many.
func flood(ctx context.Context, t *testing.T, to netip.AddrPort, rate, sources int) int {
	c, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Error(err)
		return 0
	}
	defer c.Close()
	p := ipv4.NewPacketConn(c)
	dst := net.UDPAddrFromAddrPort(to)
	g := &generator{c: loopback(t), to: to}
	began := time.Now()
	n := 0
	for ctx.Err() == nil {
		for due := int(time.Since(began).Seconds() * float64(rate)); n < due; n++ {
			i := n%sources + 300
			src := net.IPv4(127, byte(1+i>>16), byte(i>>8), byte(i))
			_, _ = p.WriteTo(g.text("INVITE", "flood"+strconv.Itoa(n), unknownTo, 1, usualSDP), &ipv4.ControlMessage{Src: src}, dst)
		}
		<-time.After(2 * time.Millisecond)
	}
	return n
}

// The goal: 1,000 caller-only set-ups a second with p99 below 10 ms.
func TestSetupsPerSecond(t *testing.T) {
	if os.Getenv("SENTRAL_SETUPS") == "" {
		t.Skip("set SENTRAL_SETUPS=1, or the number of calls: it loads the machine for half a minute")
	}
	x := loaded(t, "127.0.0.1/32")
	g := newGenerator(t, x.Addrs().UDP)
	g.run(50, 50)
	g.setup, g.ended = nil, 0
	all, own := busy()
	began := time.Now()
	n := 10000
	if v, err := strconv.Atoi(os.Getenv("SENTRAL_SETUPS")); err == nil && v > 1 {
		n = v
	}
	setup := g.run(n, 1000)
	took := time.Since(began)
	all2, own2 := busy()
	t.Logf("%d of %d set up and hung up in %v; p50 %v p99 %v max %v; CPU own (with generator) %.0f %% others %.0f %% of one core", len(setup), n, took.Round(time.Millisecond), quantile(setup, 500),
		quantile(setup, 990), quantile(setup, 1000), 100*(own2-own).Seconds()/took.Seconds(), 100*(all2-all-(own2-own)).Seconds()/took.Seconds())
	if len(setup) != n || quantile(setup, 990) > 10*time.Millisecond {
		t.Errorf("%d set up, p99 %v", len(setup), quantile(setup, 990))
	}
}
