package webleg

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/stun/v4"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// PeerOptions of a Peer. The zero value offers PCMU and PCMA from any free port.
type PeerOptions struct {
	Codecs []media.Codec // offered, best first; empty = PCMU, PCMA
	Bind   string        // address to send from; empty = any
}

// Peer is the browser's side of a line: for simulated agents, for load and for tests. It implements media.Leg: Pull gives what it hears of the server, Push
// is what it says. A room's clock moves it as it moves every leg.
type Peer struct {
	user, pwd string
	codecs    []media.Codec
	bind      string
	sound     *sound
	push      func([]byte) error

	mu      sync.Mutex
	conn    *net.UDPConn
	theirs  described
	to      netip.AddrPort
	request stun.MessageIntegrity // with the server's password
	shaking *tunnel
	agreed  bool
	closed  bool
	timer   *time.Timer
	delay   time.Duration // to the next check while none has been answered

	reached   atomic.Bool
	connected chan struct{}
	running   sync.WaitGroup
}

const (
	peerDigits = 126 // payload type of telephone events, as Chromium offers it
	checkFirst = 20 * time.Millisecond
	checkAfter = 2500 * time.Millisecond // as Chromium, once connected
)

// Every peer of a process shows the same certificate: making one costs more than a handshake.
var peerCertificate = sync.OnceValues(func() (certificate, error) {
	c, shown, err := certified()
	return certificate{c, shown}, err
})

type certificate struct {
	pair  tls.Certificate
	shown string
}

// NewPeer gives a peer and the offer to send to the server.
func NewPeer(o PeerOptions) (*Peer, string, error) {
	cert, err := peerCertificate()
	if err != nil {
		return nil, "", err
	}
	p := &Peer{user: rand.Text()[:8], pwd: rand.Text(), codecs: o.Codecs, bind: o.Bind, delay: checkFirst, connected: make(chan struct{})}
	if len(p.codecs) == 0 {
		p.codecs = []media.Codec{media.PCMU, media.PCMA}
	}
	p.sound = newSound()
	p.push = p.send
	return p, writeOffer(p.user, p.pwd, cert.shown, p.codecs, p.sound), nil
}

// Answer takes the server's answer and begins to connect.
func (p *Peer) Answer(sdp string) error {
	d, err := readSDP(sdp)
	if err != nil {
		return err
	}
	if len(d.hosts) == 0 {
		return centre.Errorf(centre.Invalid, "webleg: the answer has no address")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.conn != nil {
		return centre.Errorf(centre.Conflict, "webleg: the peer is closed or has had its answer")
	}
	p.theirs, p.to = d, d.hosts[0]
	p.sound.agreed(d.codecs[0], d.digits)
	p.request = stun.NewShortTermIntegrity(d.pwd)
	return p.open()
}

// Move leaves the local address for a fresh one, as a computer does that changes network; the line follows at the next check, which goes out at once.
func (p *Peer) Move() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.conn == nil {
		return centre.Errorf(centre.Conflict, "webleg: the peer is not open")
	}
	_ = p.conn.Close()
	p.timer.Stop()
	return p.open()
}

// open listens and sends the first check; the caller holds mu.
func (p *Peer) open() error {
	a, err := net.ResolveUDPAddr("udp", net.JoinHostPort(p.bind, "0"))
	if err != nil {
		return centre.Errorf(centre.Invalid, "webleg: the peer's address %q: %w", p.bind, err)
	}
	c, err := net.ListenUDP("udp", a)
	if err != nil {
		return centre.Errorf(centre.Unavailable, "webleg: the peer's socket: %w", err)
	}
	p.conn = c
	p.running.Go(func() { p.read(c) })
	p.timer = time.AfterFunc(0, p.check)
	return nil
}

// Connected is closed when keys are agreed.
func (p *Peer) Connected() <-chan struct{} { return p.connected }

// Stats are the peer's own counts.
func (p *Peer) Stats() Stats { return p.sound.stats() }

// Pull implements media.Leg.
func (p *Peer) Pull(f *media.Frame) bool { return p.sound.pull(f) }

// Push implements media.Leg.
func (p *Peer) Push(f *media.Frame) { p.sound.push(f, time.Now(), p.push) }

// Press queues keys to be sent as telephone events while frames are pushed: 0-9, *, #, A-D, and a comma for half a second's wait.
func (p *Peer) Press(keys string) { p.sound.press(keys) }

// Close ends the peer without a goodbye, as a browser that is killed.
func (p *Peer) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.conn != nil {
		_ = p.conn.Close()
	}
	if p.shaking != nil {
		_ = p.shaking.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

func (p *Peer) send(b []byte) error {
	p.mu.Lock()
	c, to := p.conn, p.to
	p.mu.Unlock()
	if c == nil {
		return net.ErrClosed
	}
	_, err := c.WriteToUDPAddrPort(b, to)
	return err
}

// check sends a connectivity check as the controlling side, which chooses at once, and plans the next.
func (p *Peer) check() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(p.theirs.ufrag+":"+p.user), priority, controlling,
		stun.RawAttribute{Type: stun.AttrUseCandidate}, p.request, stun.Fingerprint)
	if err == nil {
		_, _ = p.conn.WriteToUDPAddrPort(m.Raw, p.to)
	}
	next := checkAfter
	if !p.reached.Load() {
		next, p.delay = p.delay, min(2*p.delay, time.Second)
	}
	p.timer.Reset(next)
	if p.agreed {
		go p.sound.speak(time.Now(), p.push)
	}
}

var (
	priority    = stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{110, 0, 30, 255}}
	controlling = stun.RawAttribute{Type: stun.AttrICEControlling, Value: []byte{1, 2, 3, 4, 5, 6, 7, 8}}
)

func (p *Peer) read(c *net.UDPConn) {
	buf := make([]byte, packetMax)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || n < 2 || netip.AddrPortFrom(from.Addr().Unmap(), from.Port()) != p.to {
			continue
		}
		switch b := buf[:n]; {
		case b[0] < 4:
			p.checked(b)
		case b[0] >= 20 && b[0] < 64:
			p.mu.Lock()
			if p.shaking != nil {
				_, _ = p.shaking.in.Write(b)
			}
			p.mu.Unlock()
		case b[0] >= 128 && b[0] < 192:
			p.sound.take(b, time.Now())
		}
	}
}

// checked takes the answer to a check; the first one begins DTLS.
func (p *Peer) checked(b []byte) {
	m := stun.Message{Raw: append([]byte(nil), b...)}
	if m.Decode() != nil || m.Type != stun.BindingSuccess || p.request.Check(&m) != nil {
		return
	}
	if p.reached.Swap(true) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.timer.Reset(checkAfter)
	p.shaking = newTunnel(func(b []byte) { _ = p.push(b) })
	t := p.shaking
	p.running.Go(func() { p.agree(t) })
}

// agree runs DTLS as the active side.
func (p *Peer) agree(t *tunnel) {
	cert, err := peerCertificate()
	if err != nil {
		return
	}
	var opts []dtls.ClientOption
	for _, o := range common(cert.pair) {
		opts = append(opts, o)
	}
	opts = append(opts, dtls.WithVerifyPeerCertificate(proven(p.theirs.fingerprint)))
	c, err := dtls.ClientWithOptions(t, nowhere, opts...)
	if err != nil {
		return
	}
	in, out, err := agree(t, c, true, func() {
		p.mu.Lock()
		p.shaking = nil
		p.mu.Unlock()
	})
	if err != nil {
		return
	}
	p.sound.keyed(in, out)
	p.mu.Lock()
	p.agreed = true
	p.mu.Unlock()
	close(p.connected)
}
