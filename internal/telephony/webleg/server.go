// Package webleg is the browser's leg of a call: sound to and from an agent's or a customer's browser over WebRTC, on one UDP socket for everybody.
//
// It owns the little of WebRTC that one line of telephone sound needs, as a server that all can reach: ICE-lite (RFC 8445 section 2.5), DTLS-SRTP as
// the passive side (RFC 5764), G.711 and telephone events, RTCP reports, and a TURN relay inside the process for browsers behind firewalls. A leg has no
// goroutine of its own once its keys are agreed, sends nothing while it is in no room, and says within two seconds when its browser has gone.
//
// It refuses video, data channels, other codecs and any trickle of candidates: the server's address is in the answer and the browser's is learnt from its
// first authenticated check. It knows no agents and no calls.
//
// Begin reading with Server.Accept, then Leg.take: what arrives, in the order in which it is trusted.
package webleg

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/stun/v4"

	"sentral/internal/centre"
)

// Options of a Server. The zero value listens on any free port of all addresses, without a relay.
type Options struct {
	UDP       string       // listen address of the one ICE socket, "host:port"; empty = any free port of all addresses
	Advertise []string     // addresses that browsers reach the socket by; empty = the socket's own, or the machine's when it listens on all
	Loopback  bool         // also advertise loopback addresses of the machine (demo and tests)
	TURN      TURN         // the relay; off unless one of its addresses is given
	Legs      int          // most legs at once; 0 = 20,000
	Log       *slog.Logger // nil = silent
}

const (
	legsDefault   = 20_000
	socketBuffer  = 4 << 20 // bytes: 20 ms bursts of all rooms must fit while the reader is off the processor
	watchInterval = 100 * time.Millisecond
	packetMax     = 1500 // bytes; larger datagrams are cut and then refused by their authentication
)

// Server accepts browsers. Make one with New; it is safe for concurrent use.
type Server struct {
	log     *slog.Logger
	conn    *net.UDPConn
	hosts   []netip.AddrPort // advertised, best first
	cert    tls.Certificate
	print   string // fingerprint of cert as SDP writes it
	secured []dtls.ServerOption
	limit   int
	relay   *relay

	mu      sync.RWMutex
	byUser  map[string]*Leg         // by our part of the ICE user name
	byPlace map[netip.AddrPort]*Leg // by an address that a leg has authenticated from
	closed  bool

	stop    chan struct{}
	running sync.WaitGroup
	strange atomic.Uint64 // datagrams of nobody we know
}

// New opens the socket and the relay. A wrong or busy address is centre.Invalid or centre.Unavailable.
func New(o Options) (*Server, error) {
	s := &Server{log: o.Log, limit: o.Legs, byUser: map[string]*Leg{}, byPlace: map[netip.AddrPort]*Leg{}, stop: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.limit <= 0 {
		s.limit = legsDefault
	}
	if err := s.certify(); err != nil {
		return nil, err
	}
	if err := s.listen(o); err != nil {
		return nil, err
	}
	if err := s.openRelay(o.TURN); err != nil {
		_ = s.conn.Close()
		return nil, err
	}
	for range min(runtime.GOMAXPROCS(0), 4) {
		s.running.Go(s.read)
	}
	s.running.Go(s.watch)
	return s, nil
}

func (s *Server) listen(o Options) error {
	listen := o.UDP
	if listen == "" {
		listen = ":0"
	}
	a, err := net.ResolveUDPAddr("udp", listen)
	if err != nil {
		return centre.Errorf(centre.Invalid, "webleg: the UDP address %q: %w", o.UDP, err)
	}
	if s.conn, err = net.ListenUDP("udp", a); err != nil {
		return centre.Errorf(centre.Unavailable, "webleg: listen on %s: %w", listen, err)
	}
	_ = s.conn.SetReadBuffer(socketBuffer)
	_ = s.conn.SetWriteBuffer(socketBuffer)
	if s.hosts, err = advertised(o, s.conn.LocalAddr().(*net.UDPAddr).AddrPort()); err != nil {
		_ = s.conn.Close()
	}
	return err
}

// advertised are the addresses of the answer's candidates.
func advertised(o Options, bound netip.AddrPort) ([]netip.AddrPort, error) {
	var out []netip.AddrPort
	for _, text := range o.Advertise {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, centre.Errorf(centre.Invalid, "webleg: advertise %q is not an IP address", text)
		}
		out = append(out, netip.AddrPortFrom(a, bound.Port()))
	}
	if len(out) > 0 {
		return out, nil
	}
	if a := bound.Addr().Unmap(); !a.IsUnspecified() {
		return []netip.AddrPort{netip.AddrPortFrom(a, bound.Port())}, nil
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "webleg: the machine's addresses: %w", err)
	}
	for _, n := range all {
		p, err := netip.ParsePrefix(n.String())
		if err != nil || p.Addr().IsLinkLocalUnicast() || p.Addr().IsLoopback() && !o.Loopback {
			continue
		}
		out = append(out, netip.AddrPortFrom(p.Addr().Unmap(), bound.Port()))
	}
	if len(out) == 0 {
		return nil, centre.Errorf(centre.Invalid, "webleg: the machine has no address to advertise: set one")
	}
	return out, nil
}

// Addr is the first advertised address of the socket.
func (s *Server) Addr() netip.AddrPort { return s.hosts[0] }

// Legs counts the legs that are open.
func (s *Server) Legs() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.byUser)
}

// Strange counts datagrams that came from nobody we know and were dropped unread.
func (s *Server) Strange() uint64 { return s.strange.Load() }

// Accept takes a browser's offer and gives the leg and the answer to send back. An offer without a usable line of sound is centre.Invalid, too many legs
// centre.Exhausted. The leg is Fresh until the browser has proved itself; it must be closed by the caller.
func (s *Server) Accept(offer string) (*Leg, string, error) {
	o, err := readSDP(offer)
	if err != nil {
		return nil, "", err
	}
	if o.setup == "passive" {
		return nil, "", centre.Errorf(centre.Invalid, "webleg: the offer wants us to call its DTLS; it must be actpass or active")
	}
	l := newLeg(s, o)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, "", centre.Errorf(centre.Unavailable, "webleg: the server is closed")
	case len(s.byUser) >= s.limit:
		return nil, "", centre.Errorf(centre.Exhausted, "webleg: %d browsers have a line: no more", s.limit)
	}
	s.byUser[l.user] = l
	return l, writeAnswer(o, l, s.hosts, s.print), nil
}

// Close ends all legs and the relay.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	legs := make([]*Leg, 0, len(s.byUser))
	for _, l := range s.byUser {
		legs = append(legs, l)
	}
	s.mu.Unlock()
	for _, l := range legs {
		l.Close()
	}
	close(s.stop)
	s.closeRelay()
	_ = s.conn.Close()
	s.running.Wait()
}

func (s *Server) read() {
	buf := make([]byte, packetMax)
	m := new(stun.Message)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // an ICMP answer to something we sent: of no interest here
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if from.Addr() == relayed {
			continue
		}
		s.receive(buf[:n], from, m)
	}
}

// receive sorts a datagram by its first byte (RFC 7983) and gives it to the leg it belongs to. It must not keep b.
func (s *Server) receive(b []byte, from netip.AddrPort, m *stun.Message) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("webleg: a datagram broke its reader", "panic", r)
		}
	}()
	if len(b) < 2 {
		return
	}
	if b[0] < 4 {
		s.check(b, from, m)
		return
	}
	s.mu.RLock()
	l := s.byPlace[from]
	s.mu.RUnlock()
	if l == nil {
		s.strange.Add(1)
		return
	}
	l.take(b, from)
}

// send puts a datagram on the wire, or in the hands of the relay.
func (s *Server) send(b []byte, to netip.AddrPort) error {
	if to.Addr() == relayed {
		return s.relay.deliver(b, to)
	}
	_, err := s.conn.WriteToUDPAddrPort(b, to)
	return err
}

// watch looks at all legs: who has gone silent, who is due a report.
func (s *Server) watch() {
	t := time.NewTicker(watchInterval)
	defer t.Stop()
	var legs []*Leg
	for {
		select {
		case <-s.stop:
			return
		case now := <-t.C:
			legs = legs[:0]
			s.mu.RLock()
			for _, l := range s.byUser {
				legs = append(legs, l)
			}
			s.mu.RUnlock()
			for i, l := range legs {
				l.look(now)
				legs[i] = nil
			}
		}
	}
}

// forget takes a leg out of the house.
func (s *Server) forget(l *Leg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byUser, l.user)
	for _, p := range l.places {
		if s.byPlace[p] == l {
			delete(s.byPlace, p)
		}
	}
}
