package signal

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
)

// socketOctets is what the kernel keeps for us of datagrams not read yet: a flood of a second does not push real calls out.
const socketOctets = 8 << 20

// Waiting for somebody who has connected and says nothing, or half a message.
const (
	streamPatience = 15 * time.Second
	writePatience  = 5 * time.Second
	dialPatience   = 5 * time.Second
)

func init() {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler)) // sipgo logs whole messages; whoever wants a trace has tcpdump
	sip.UDPMTUSize = messageOctets                      // an answer goes back the way the request came, whatever its size; requests of ours are short
}

// packetDoor is our UDP socket as sipgo reads it: only what the gate lets in and reading has found well formed comes through.
type packetDoor struct {
	*net.UDPConn
	s     *Stack
	begun sync.Once
	ready chan struct{} // closed when sipgo reads: from then on it also sends here
}

// ReadFrom implements net.PacketConn.
func (d *packetDoor) ReadFrom(b []byte) (int, net.Addr, error) {
	d.begun.Do(func() { close(d.ready) })
	for {
		n, from, err := d.ReadFromUDPAddrPort(b)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return 0, nil, err
			}
			continue // an ICMP error of somebody else's
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if n <= 4 || !d.s.gate.message(from.Addr(), b[:n]) {
			continue
		}
		out, answer := d.s.judge(b[:n])
		if answer != nil {
			_, _ = d.WriteToUDPAddrPort(answer, from)
		}
		if out == nil || len(out) > len(b) {
			continue
		}
		return copy(b, out), net.UDPAddrFromAddrPort(from), nil
	}
}

// judge reads a message: what is to be handled, and what is to be answered at once.
func (s *Stack) judge(data []byte) (out, answer []byte) {
	defer func() {
		if p := recover(); p != nil { // what we cannot even read costs this message only
			s.fault("reading", p)
			out, answer = nil, nil
		}
	}()
	v, r := read(data)
	switch {
	case v == pass && !r.dirty:
		return data, nil
	case v == pass:
		return r.bytes(), nil
	case v == refuse:
		s.gate.refused.Add(1)
		return nil, r.answer(newTag())
	}
	s.gate.malformed.Add(1)
	return nil, nil
}

// streamDoor is TCP or TLS as sipgo serves it: connections that others opened to us, and those that we opened, come out of the same door, so that both
// are framed, judged and counted alike and sipgo never dials.
type streamDoor struct {
	s       *Stack
	network string       // tcp or tls
	listen  net.Listener // nil: only our own connections
	local   netip.AddrPort
	conns   chan *streamConn
	served  chan struct{} // sipgo has taken the connection before
	closed  chan struct{}
	once    sync.Once

	mu   sync.Mutex
	open map[netip.Addr]int
	all  int
}

func newStreamDoor(s *Stack, network string, l net.Listener) *streamDoor {
	d := &streamDoor{s: s, network: network, listen: l, conns: make(chan *streamConn), served: make(chan struct{}), closed: make(chan struct{}), open: map[netip.Addr]int{}}
	d.local = netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	if l != nil {
		d.local = addrPort(l.Addr())
		go d.accept()
	}
	return d
}

// accept takes connections in as long as the door is open. Strangers are closed on at once.
func (d *streamDoor) accept() {
	for {
		c, err := d.listen.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			select { // out of descriptors, most likely
			case <-d.closed:
				return
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		from := addrPort(c.RemoteAddr()).Addr()
		if !d.s.gate.known(from) || !d.enter(from) {
			d.s.gate.strangers.Add(1)
			c.Close()
			continue
		}
		d.give(d.wrap(c))
	}
}

func (d *streamDoor) enter(from netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all >= d.s.o.Limits.Connections || d.open[from] >= d.s.o.Limits.ConnectionsEach {
		return false
	}
	d.all++
	d.open[from]++
	return true
}

func (d *streamDoor) leave(from netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all--
	if d.open[from]--; d.open[from] <= 0 {
		delete(d.open, from)
	}
}

func (d *streamDoor) wrap(c net.Conn) *streamConn {
	return &streamConn{Conn: c, door: d, from: addrPort(c.RemoteAddr()).Addr(), buf: make([]byte, 0, 4096), born: time.Now()}
}

// give hands a connection to sipgo and waits until it can be found in its pool.
func (d *streamDoor) give(c *streamConn) bool {
	select {
	case d.conns <- c:
	case <-d.closed:
		_ = c.Close()
		return false
	}
	select {
	case <-d.served:
		return true
	case <-d.closed:
		return false
	}
}

// Accept implements net.Listener.
func (d *streamDoor) Accept() (net.Conn, error) {
	for {
		select {
		case c := <-d.conns:
			return c, nil
		case d.served <- struct{}{}: // sipgo asks for the next: it has taken the one before
		case <-d.closed:
			return nil, net.ErrClosed
		}
	}
}

// Close implements net.Listener.
func (d *streamDoor) Close() error {
	d.once.Do(func() {
		close(d.closed)
		if d.listen != nil {
			d.listen.Close()
		}
	})
	return nil
}

// Addr implements net.Listener.
func (d *streamDoor) Addr() net.Addr { return net.TCPAddrFromAddrPort(d.local) }

// dial opens a connection to a trunk or phone. For TLS, name is what the certificate must say; empty: its address.
func (d *streamDoor) dial(ctx context.Context, to netip.AddrPort, name string, unverified bool) error {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
	if err != nil {
		return centre.Errorf(centre.Unavailable, "connect: %w", err)
	}
	if d.network == "tls" {
		if name == "" {
			name = to.Addr().String()
		}
		t := tls.Client(c, &tls.Config{ServerName: name, RootCAs: d.s.o.Roots, InsecureSkipVerify: unverified, MinVersion: tls.VersionTLS12})
		if err := t.HandshakeContext(ctx); err != nil {
			c.Close()
			return centre.Errorf(centre.Unavailable, "TLS: %w", err)
		}
		c = t
	}
	if !d.enter(to.Addr()) {
		c.Close()
		return centre.Errorf(centre.Exhausted, "too many connections")
	}
	w := d.wrap(c)
	w.stop = d.s.gate.speakTo(to.Addr())
	if !d.give(w) {
		return centre.Errorf(centre.Unavailable, "closing")
	}
	return nil
}

// streamConn is one connection that gives whole, judged messages: each Read returns one, or a part of one that did not fit.
type streamConn struct {
	net.Conn
	door *streamDoor
	from netip.Addr
	born time.Time
	buf  []byte // read, not framed yet
	out  []byte // framed, not given yet
	once sync.Once
	stop func()
}

// Read implements net.Conn.
func (c *streamConn) Read(b []byte) (int, error) {
	for len(c.out) == 0 {
		if err := c.frame(); err != nil {
			return 0, err
		}
		if len(c.out) > 0 {
			break
		}
		if len(c.buf) == cap(c.buf) {
			if cap(c.buf) >= messageOctets {
				return 0, io.ErrShortBuffer
			}
			c.buf = append(make([]byte, 0, min(2*cap(c.buf), messageOctets)), c.buf...)
		}
		deadline := time.Time{}
		if len(c.buf) > 0 || !c.born.IsZero() {
			deadline = time.Now().Add(streamPatience)
		}
		_ = c.SetReadDeadline(deadline)
		n, err := c.Conn.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+n]
		if err != nil {
			return 0, err
		}
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

// frame takes the next whole message from what has been read (RFC 3261 section 18.3) and judges it. What has no frame ends the connection.
func (c *streamConn) frame() error {
	for {
		for len(c.buf) >= 2 && c.buf[0] == '\r' && c.buf[1] == '\n' {
			if len(c.buf) >= 4 && c.buf[2] == '\r' && c.buf[3] == '\n' { // RFC 5626 section 3.5.1: ping, answered with pong
				if _, err := c.Write([]byte("\r\n")); err != nil {
					return err
				}
				c.buf = c.buf[2:]
			}
			c.buf = c.buf[2:]
		}
		n, ok, err := frameLength(c.buf)
		if err != nil || !ok {
			return err
		}
		msg := c.buf[:n]
		if c.door.s.gate.message(c.from, msg) {
			c.born = time.Time{}
			out, answer := c.door.s.judge(msg)
			if answer != nil {
				if _, err := c.Write(answer); err != nil {
					return err
				}
			}
			c.out = append(c.out[:0:0], out...)
		}
		rest := c.buf[n:]
		c.buf = append(make([]byte, 0, max(4096, len(rest))), rest...)
		if len(c.out) > 0 {
			return nil
		}
	}
}

// Write implements net.Conn: somebody who does not read does not hold us up.
func (c *streamConn) Write(b []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(writePatience))
	return c.Conn.Write(b)
}

// Close implements net.Conn.
func (c *streamConn) Close() error {
	c.once.Do(func() {
		c.door.leave(c.from)
		if c.stop != nil {
			c.stop()
		}
	})
	return c.Conn.Close()
}

func addrPort(a net.Addr) netip.AddrPort {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

func hostAndPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
