package testphone

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"sentral/internal/centre"
)

// Transport is how SIP travels.
type Transport string

// The transports.
const (
	UDP Transport = "UDP"
	TCP Transport = "TCP"
	TLS Transport = "TLS"
)

// path is where messages of one dialog go out and come in.
type path interface {
	send(m *message) error
	local() netip.AddrPort // what goes into Via and Contact
	reliable() bool
	transport() Transport
}

// datagrams is a UDP socket that everybody at the phone shares.
type datagrams struct {
	conn *net.UDPConn
	many *ipv4.PacketConn // set when the phone speaks from many addresses of 127/8
}

// to is the way over UDP to one counterpart, from one of our addresses.
type to struct {
	*datagrams
	remote netip.AddrPort
	from   netip.Addr
}

func (t to) send(m *message) error {
	if t.many != nil {
		_, err := t.many.WriteTo(m.octets(), &ipv4.ControlMessage{Src: t.from.AsSlice()}, net.UDPAddrFromAddrPort(t.remote))
		return err
	}
	_, err := t.conn.WriteToUDPAddrPort(m.octets(), t.remote)
	return err
}

func (t to) local() netip.AddrPort {
	return netip.AddrPortFrom(t.from, t.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
}
func (t to) reliable() bool       { return false }
func (t to) transport() Transport { return UDP }

// stretch is a TCP or TLS connection to one counterpart. It is closed when the phone is, or by the counterpart.
type stretch struct {
	conn   net.Conn
	secure bool
	listen netip.AddrPort // where the counterpart can open one of its own; the connection's own end when nowhere
	mu     sync.Mutex
}

func (s *stretch) send(m *message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_, err := s.conn.Write(m.octets())
	return err
}

func (s *stretch) local() netip.AddrPort {
	if s.listen.IsValid() {
		return s.listen
	}
	return s.conn.LocalAddr().(*net.TCPAddr).AddrPort()
}
func (s *stretch) reliable() bool { return true }
func (s *stretch) transport() Transport {
	if s.secure {
		return TLS
	}
	return TCP
}

// openUDP binds the phone's socket. With many, it may speak from any address of 127/8 and hears all of them.
func (p *Phone) openUDP(at netip.AddrPort, many bool) error {
	if many {
		at = netip.AddrPortFrom(netip.IPv4Unspecified(), at.Port())
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return centre.Errorf(centre.Unavailable, "the test phone cannot listen: %w", err)
	}
	_ = conn.SetReadBuffer(4 << 20)
	_ = conn.SetWriteBuffer(1 << 20)
	p.udp = &datagrams{conn: conn}
	if many {
		p.udp.many = ipv4.NewPacketConn(conn)
		if err := p.udp.many.SetControlMessage(ipv4.FlagDst, true); err != nil {
			return err
		}
	}
	p.running.Go(func() { p.readUDP(p.udp) })
	return nil
}

func (p *Phone) readUDP(d *datagrams) {
	b := make([]byte, maxMessage)
	own := d.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	for {
		var n int
		var from netip.AddrPort
		at := own.Addr()
		if d.many != nil {
			k, c, a, err := d.many.ReadFrom(b)
			if err != nil {
				return
			}
			n, from = k, a.(*net.UDPAddr).AddrPort()
			if c != nil {
				at, _ = netip.AddrFromSlice(c.Dst.To4())
			}
		} else {
			k, a, err := d.conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			n, from = k, a
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if at = at.Unmap(); at.IsUnspecified() {
			at = towards(from)
		}
		if m, err := parse(b[:n]); err == nil {
			m.body = append([]byte(nil), m.body...)
			p.take(to{datagrams: d, remote: from, from: at}, m)
		}
	}
}

// towards is the address of ours that the machine would use to reach the other side.
func towards(remote netip.AddrPort) netip.Addr {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(remote))
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// openStream listens for connections where the phone is called over TCP or TLS.
func (p *Phone) openStream(at netip.AddrPort, certificate *tls.Certificate) (net.Listener, error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "the test phone cannot listen: %w", err)
	}
	var out net.Listener = l
	if certificate != nil {
		out = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
	}
	p.running.Go(func() {
		for {
			conn, err := out.Accept()
			if err != nil {
				return
			}
			p.attach(&stretch{conn: conn, secure: certificate != nil, listen: l.Addr().(*net.TCPAddr).AddrPort()})
		}
	})
	return out, nil
}

// connect opens the connection to the server.
func (p *Phone) connect(ctx context.Context) (*stretch, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	d := net.Dialer{}
	if a := p.o.Listen.Addr(); a.IsValid() && !a.IsUnspecified() {
		d.LocalAddr = &net.TCPAddr{IP: a.AsSlice()}
	}
	conn, err := d.DialContext(ctx, "tcp", p.o.Server)
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "%s does not answer: %w", p.o.Server, err)
	}
	if p.o.Transport == TLS {
		c := tls.Client(conn, p.tlsConfig())
		if err := c.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, centre.Errorf(centre.Unavailable, "%s: TLS: %w", p.o.Server, err)
		}
		conn = c
	}
	s := &stretch{conn: conn, secure: p.o.Transport == TLS}
	p.attach(s)
	return s, nil
}

func (p *Phone) tlsConfig() *tls.Config {
	host, _, _ := net.SplitHostPort(p.o.Server)
	if p.o.Roots != nil {
		return &tls.Config{ServerName: host, RootCAs: p.o.Roots, MinVersion: tls.VersionTLS12}
	}
	return &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} //nolint:gosec // a test phone calls centres with certificates of their own making
}

// attach reads a connection until it ends. Calls that went over it notice when they next send.
func (p *Phone) attach(s *stretch) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		_ = s.conn.Close()
		return
	}
	p.stretches[s] = true
	p.mu.Unlock()
	p.running.Go(func() {
		r := bufio.NewReader(s.conn)
		for {
			m, err := read(r)
			if err != nil {
				break
			}
			p.take(s, m)
		}
		_ = s.conn.Close()
		p.mu.Lock()
		delete(p.stretches, s)
		p.mu.Unlock()
	})
}

// via is our line of the way back.
func via(w path, branch string) string {
	return "SIP/2.0/" + string(w.transport()) + " " + w.local().String() + ";branch=" + branch + ";rport"
}

// contact is where requests of the dialog reach us.
func contact(w path, user string) string {
	s := "<sip:" + user + "@" + w.local().String()
	if w.transport() != UDP {
		s += ";transport=" + strings.ToLower(string(w.transport()))
	}
	return s + ">"
}
