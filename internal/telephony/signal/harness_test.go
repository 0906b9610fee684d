package signal

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/telephony/media"
)

// The tests' T1 is a tenth of RFC 3261's: what lasts 32 s on the network lasts 3.2 s here. Real counterparts have the real one (realT1).
const (
	testT1   = 50 * time.Millisecond
	realT1   = 500 * time.Millisecond
	patience = 10 * time.Second // for anything that must happen; only a failure waits so long
)

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		_ = flag.Set("test.parallel", "16") // they wait more than they work
	}
	sip.SetTimers(4*testT1, 8*testT1, 10*testT1) // transactions: a slow machine must not repeat what only waits
	os.Exit(m.Run())
}

// exchange is a Stack under test with the calls that it was told of.
type exchange struct {
	*Stack
	t     *testing.T
	calls chan *Call
	log   *logBuffer
}

type logBuffer struct {
	mu    sync.Mutex
	b     bytes.Buffer
	fault bool // a fault of ours has been written
}

// logKept bounds what a long run keeps of its log, once it is clear that nothing is wrong in it.
const logKept = 1 << 20

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault = l.fault || bytes.Contains(p, []byte("a fault was caught"))
	if !l.fault && l.b.Len() > logKept {
		l.b.Reset()
	}
	return l.b.Write(p)
}

func (l *logBuffer) faulty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fault
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Every test has ports of its own, since tests run side by side.
var (
	portsMu   sync.Mutex
	portsNext = uint16(20000)
)

func testPorts() *media.Ports {
	portsMu.Lock()
	defer portsMu.Unlock()
	low := portsNext
	portsNext += 60
	return media.NewPorts(netip.MustParseAddr("127.0.0.1"), low, low+59)
}

// newExchange listens on loopback with one trunk, carrier, for 127.0.0.1; change may alter the options first.
func newExchange(t *testing.T, change func(*Options)) *exchange {
	t.Helper()
	return newExchangeAt(t, testT1, change)
}

func newExchangeAt(t *testing.T, t1 time.Duration, change func(*Options)) *exchange {
	t.Helper()
	x := &exchange{t: t, calls: make(chan *Call, 1000), log: &logBuffer{}}
	o := Options{
		UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Ports: testPorts(),
		Trunks:   []Trunk{{Key: "carrier", Sources: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, KeepAlive: -1}},
		Incoming: func(c *Call) { x.calls <- c },
		Log:      slog.New(slog.NewTextHandler(x.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	s, err := open(o, timers{t1: t1, t2: 8 * t1, t4: 2 * testT1, least: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	x.Stack = s
	t.Cleanup(func() {
		s.Close()
		if x.log.faulty() {
			t.Errorf("a handler panicked:\n%s", x.log)
		}
		if n := o.Ports.InUse(); n != 0 {
			t.Errorf("%d ports were not given back", n)
		}
	})
	return x
}

// next is the next call that came in.
func (x *exchange) next() *Call {
	x.t.Helper()
	select {
	case c := <-x.calls:
		return c
	case <-time.After(patience):
		x.t.Fatal("no call came in")
		return nil
	}
}

// answered takes the next call and answers it.
func (x *exchange) answered() *Call {
	x.t.Helper()
	c := x.next()
	if err := c.Answer(context.Background()); err != nil {
		x.t.Fatalf("answer: %v", err)
	}
	return c
}

func (x *exchange) ends(c *Call, kind EndKind) {
	x.t.Helper()
	select {
	case <-c.Done():
	case <-time.After(patience):
		x.t.Fatalf("the call did not end; want %s", kind)
	}
	if e := c.Ending(); e.Kind != kind {
		x.t.Errorf("the call ended %s, want %s", e, kind)
	}
}

// phone is the other side, by hand: it sends what it is told and repeats nothing by itself.
type phone struct {
	t       *testing.T
	c       *net.UDPConn
	to      netip.AddrPort
	id      string
	tag     string
	seq     int
	got     []*reading      // read, not wanted yet
	seen    map[string]bool // requests that came
	peer    string          // the other side's tag
	rtp     int
	sdp     string // of our INVITEs; empty: the usual
	invited int    // the number of the last INVITE
	lenient bool   // takes answers that quote what was malformed
}

func newPhone(t *testing.T, to netip.AddrPort) *phone { return newPhoneAt(t, to, "127.0.0.1:0") }

func newPhoneAt(t *testing.T, to netip.AddrPort, at string) *phone {
	t.Helper()
	addr, err := net.ResolveUDPAddr("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &phone{t: t, c: c, to: to, id: newTag(), tag: newTag(), rtp: 4000}
}

func (p *phone) local() string { return p.c.LocalAddr().String() }

func (p *phone) send(message string) {
	p.t.Helper()
	if _, err := p.c.WriteToUDPAddrPort([]byte(message), p.to); err != nil {
		p.t.Fatal(err)
	}
}

const usualSDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 96\r\n" +
	"a=rtpmap:96 telephone-event/8000\r\na=sendrecv\r\n"

// request composes a request of this phone's; extra are whole header lines.
func (p *phone) request(method, branch string, seq int, body string, extra ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s sip:200@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\n", method, p.to, p.local(), branch)
	to := "<sip:+4700000200@sentral.example>"
	if p.peer != "" {
		to += ";tag=" + p.peer
	}
	fmt.Fprintf(&b, "From: \"Kari\" <sip:+4700000100@carrier.example>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:kari@%s>\r\n", p.tag, to, p.id, seq, method, p.local())
	for _, h := range extra {
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return b.String()
}

// invite sends an INVITE and gives its branch.
func (p *phone) invite(extra ...string) string {
	p.t.Helper()
	p.seq++
	p.invited = p.seq
	branch := newTag()
	sdp := p.sdp
	switch sdp {
	case "":
		sdp = usualSDP
	case "none":
		sdp = ""
	}
	p.send(p.request("INVITE", branch, p.seq, sdp, extra...))
	return branch
}

// do sends any other request in its turn.
func (p *phone) do(method string, body string, extra ...string) {
	p.t.Helper()
	p.seq++
	if method == "INVITE" {
		p.invited = p.seq
	}
	p.send(p.request(method, newTag(), p.seq, body, extra...))
}

func (p *phone) ack(body string) {
	p.t.Helper()
	p.send(p.request("ACK", newTag(), p.invited, body))
}

// await reads until want says yes; what comes in between is kept for later.
func (p *phone) await(what string, want func(*reading) bool) *reading {
	p.t.Helper()
	for i, r := range p.got {
		if want(r) {
			p.got = append(p.got[:i], p.got[i+1:]...)
			return r
		}
	}
	deadline := time.Now().Add(patience)
	buf := make([]byte, 65536)
	for {
		_ = p.c.SetReadDeadline(deadline)
		n, from, err := p.c.ReadFromUDPAddrPort(buf)
		if err == nil && from != p.to {
			continue // the sound of a call that had this port before
		}
		if err != nil {
			var seen []string
			for _, r := range p.got {
				seen = append(seen, r.start+" ["+r.get("CSeq")+"]")
			}
			p.t.Fatalf("%s did not come; there was %q", what, seen)
		}
		v, r := read(bytes.Clone(buf[:n]))
		if v != pass && !p.lenient {
			p.t.Fatalf("we were sent something malformed (%d %s):\n%s", r.code, r.reason, buf[:n])
		}
		if p.repeated(r) {
			continue
		}
		if want(r) {
			return r
		}
		p.got = append(p.got, r)
	}
}

// repeated tells whether a request came before: a slow machine makes the other side repeat itself. ACKs repeat on purpose.
func (p *phone) repeated(r *reading) bool {
	if !r.request || r.method == "ACK" {
		return false
	}
	key := r.method + r.get("Via")
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	was := p.seen[key]
	p.seen[key] = true
	return was
}

// response waits for an answer to a method and remembers the other side's tag.
func (p *phone) response(code int, method string) *reading {
	p.t.Helper()
	r := p.await(strconv.Itoa(code)+" to "+method, func(r *reading) bool {
		return !r.request && strings.HasPrefix(r.start, "SIP/2.0 "+strconv.Itoa(code)+" ") && strings.HasSuffix(r.get("CSeq"), " "+method) &&
			(method != "INVITE" || p.invited == 0 || r.get("CSeq") == strconv.Itoa(p.invited)+" INVITE")
	})
	if a, ok := parseAddress(r.get("To")); ok && code > 100 {
		if tag, ok := a.get("tag"); ok && code < 300 {
			p.peer = tag
		}
	}
	return r
}

// arrives waits for a request of the other side's.
func (p *phone) arrives(method string) *reading {
	p.t.Helper()
	return p.await(method, func(r *reading) bool { return r.request && r.method == method })
}

// reply answers a request of the other side's.
func (p *phone) reply(r *reading, code int, reason, body string, extra ...string) {
	p.t.Helper()
	p.send(p.replyText(r, code, reason, p.tag, body, extra...))
}

func (p *phone) replyText(r *reading, code int, reason, tag, body string, extra ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", code, reason)
	for _, h := range r.headers {
		switch h.name {
		case "Via", "From", "Call-ID", "CSeq", "Record-Route":
			b.WriteString(h.name + ": " + h.value + "\r\n")
		case "To":
			if !strings.Contains(h.value, ";tag=") && code > 100 {
				h.value += ";tag=" + tag
			}
			b.WriteString("To: " + h.value + "\r\n")
		}
	}
	fmt.Fprintf(&b, "Contact: <sip:kari@%s>\r\n", p.local())
	for _, h := range extra {
		b.WriteString(h + "\r\n")
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return b.String()
}

// silence checks that nothing of the kind comes for a while.
func (p *phone) silence(d time.Duration, what string, unwanted func(*reading) bool) {
	p.t.Helper()
	deadline := time.Now().Add(d)
	buf := make([]byte, 65536)
	for {
		_ = p.c.SetReadDeadline(deadline)
		n, from, err := p.c.ReadFromUDPAddrPort(buf)
		if err != nil {
			break
		}
		if from != p.to {
			continue // the sound of a call that had this port before
		}
		if _, r := read(bytes.Clone(buf[:n])); r != nil && !p.repeated(r) {
			p.got = append(p.got, r)
		}
	}
	for _, r := range p.got {
		if unwanted(r) {
			p.t.Errorf("%s: %s [%s]", what, r.start, r.get("CSeq"))
		}
	}
}

func anything(*reading) bool { return true }

// connected makes a call from the phone and has it answered.
func (x *exchange) connected(extra ...string) (*phone, *Call) {
	x.t.Helper()
	p := newPhone(x.t, x.Addrs().UDP)
	c := x.connect(p, extra...)
	return p, c
}

func (x *exchange) connect(p *phone, extra ...string) *Call {
	x.t.Helper()
	p.invite(extra...)
	c := x.next()
	done := make(chan error, 1)
	go func() { done <- c.Answer(context.Background()) }()
	p.response(200, "INVITE")
	p.ack("")
	if err := <-done; err != nil {
		x.t.Fatalf("answer: %v", err)
	}
	return c
}

// requestAt is a request of a phone that has no socket of its own.
func (p *phone) requestAt(method, at, body string) string {
	p.seq++
	return fmt.Sprintf("%s sip:200@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: <sip:kari@carrier.example>;tag=%s\r\n"+
		"To: <sip:200@sentral.example>\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:kari@%s>\r\nContent-Length: %d\r\n\r\n%s",
		method, p.to, at, newTag(), p.tag, p.id, p.seq, method, at, len(body), body)
}

func dialTCP(t *testing.T, x *exchange, from string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	c, err := d.Dial("tcp", x.Addrs().TCP.String())
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { c.Close() })
	return c
}
