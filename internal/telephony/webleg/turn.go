package webleg

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // by the draft that browsers' credentials follow; the secret is 256 bits
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/turn/v5"

	"sentral/internal/centre"
)

// TURN says where the relay listens. A browser whose network lets no UDP out reaches us through it, over TCP or TLS.
type TURN struct {
	UDP, TCP, TLS string                           // listen addresses, "host:port"; empty = off
	Certificate   func() (*tls.Certificate, error) // for TLS
	Name          string                           // host name or address that browsers use; empty = the server's first advertised address
	Secret        []byte                           // of the credentials; empty = chosen at random, so that they end with the process
	Lifetime      time.Duration                    // of credentials; 0 = 12 hours: a shift
}

// ICEServer is one entry of a browser's RTCConfiguration.iceServers.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

const (
	realm            = "line"
	lifetimeDefault  = 12 * time.Hour
	relaysMax        = 4000 // allocations; a browser uses two or three
	relayConnections = 4000 // TCP and TLS connections, signed in or not
	relayQueue       = 64   // packets towards one browser
)

// relayed is the address that all relayed browsers seem to come from, with a port for each. It is the IPv4 dummy address (RFC 7600): no packet of the
// network bears it, and a relay to anywhere else does not exist, because nothing here opens a socket.
var relayed = netip.AddrFrom4([4]byte{192, 0, 0, 8})

// relay is the TURN server and the browsers behind it. Their packets go to the ICE socket's reader by a function call.
type relay struct {
	server   *Server
	turn     *turn.Server
	secret   []byte
	lifetime time.Duration
	urls     []string

	mu    sync.Mutex
	next  uint16
	ports map[uint16]*relayPort
}

func (s *Server) openRelay(o TURN) error {
	r := &relay{server: s, secret: o.Secret, lifetime: o.Lifetime, ports: map[uint16]*relayPort{}}
	s.relay = r
	if o.UDP == "" && o.TCP == "" && o.TLS == "" {
		return nil
	}
	if r.lifetime <= 0 {
		r.lifetime = lifetimeDefault
	}
	if len(r.secret) == 0 {
		r.secret = make([]byte, 32)
		if _, err := rand.Read(r.secret); err != nil {
			return centre.Errorf(centre.Internal, "webleg: a secret for the relay: %w", err)
		}
	}
	name := o.Name
	if name == "" {
		name = s.hosts[0].Addr().String()
	}
	conf := turn.ServerConfig{Realm: realm, AuthHandler: r.authenticate, LoggerFactory: silent,
		QuotaHandler: func(string, string, net.Addr) bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.ports) < relaysMax }}
	if err := r.listen(o, name, &conf); err != nil {
		closeAll(conf)
		return err
	}
	t, err := turn.NewServer(conf)
	if err != nil {
		closeAll(conf)
		return centre.Errorf(centre.Internal, "webleg: the relay: %w", err)
	}
	r.turn = t
	return nil
}

func (r *relay) listen(o TURN, name string, conf *turn.ServerConfig) error {
	if o.UDP != "" {
		c, err := net.ListenPacket("udp", o.UDP)
		if err != nil {
			return centre.Errorf(centre.Unavailable, "webleg: the relay's UDP address %s: %w", o.UDP, err)
		}
		conf.PacketConnConfigs = append(conf.PacketConnConfigs, turn.PacketConnConfig{PacketConn: c, RelayAddressGenerator: r, PermissionHandler: r.permitted})
		r.urls = append(r.urls, relayURL("turn", name, c.LocalAddr(), "udp"))
	}
	for _, tcp := range []struct{ scheme, addr string }{{"turn", o.TCP}, {"turns", o.TLS}} {
		if tcp.addr == "" {
			continue
		}
		l, err := net.Listen("tcp", tcp.addr)
		if err != nil {
			return centre.Errorf(centre.Unavailable, "webleg: the relay's address %s: %w", tcp.addr, err)
		}
		r.urls = append(r.urls, relayURL(tcp.scheme, name, l.Addr(), "tcp"))
		l = &limited{Listener: l, places: make(chan struct{}, relayConnections)}
		if tcp.scheme == "turns" {
			if o.Certificate == nil {
				_ = l.Close()
				return centre.Errorf(centre.Invalid, "webleg: the relay's TLS needs a certificate")
			}
			l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return o.Certificate() }})
		}
		conf.ListenerConfigs = append(conf.ListenerConfigs, turn.ListenerConfig{Listener: l, RelayAddressGenerator: r, PermissionHandler: r.permitted})
	}
	return nil
}

func relayURL(scheme, name string, at net.Addr, transport string) string {
	_, port, _ := net.SplitHostPort(at.String())
	return scheme + ":" + net.JoinHostPort(name, port) + "?transport=" + transport
}

func closeAll(conf turn.ServerConfig) {
	for _, c := range conf.PacketConnConfigs {
		_ = c.PacketConn.Close()
	}
	for _, l := range conf.ListenerConfigs {
		_ = l.Listener.Close()
	}
}

func (s *Server) closeRelay() {
	if s.relay == nil || s.relay.turn == nil {
		return
	}
	_ = s.relay.turn.Close()
	s.relay.mu.Lock()
	ports := make([]*relayPort, 0, len(s.relay.ports))
	for _, p := range s.relay.ports {
		ports = append(ports, p)
	}
	s.relay.mu.Unlock()
	for _, p := range ports {
		_ = p.Close()
	}
}

// ICEServers are what a signed-in user's browser needs to use the relay: credentials that end by themselves (the TURN REST draft:
// draft-uberti-behave-turn-rest-00). Empty when there is no relay.
func (s *Server) ICEServers(user string) []ICEServer {
	r := s.relay
	if r == nil || r.turn == nil {
		return []ICEServer{}
	}
	name := strconv.FormatInt(time.Now().Add(r.lifetime).Unix(), 10) + ":" + strings.ReplaceAll(user, ":", "_")
	return []ICEServer{{URLs: r.urls, Username: name, Credential: r.password(name)}}
}

func (r *relay) password(name string) string {
	m := hmac.New(sha1.New, r.secret)
	m.Write([]byte(name))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func (r *relay) authenticate(ra *turn.RequestAttributes) (string, []byte, bool) {
	until, user, _ := strings.Cut(ra.Username, ":")
	at, err := strconv.ParseInt(until, 10, 64)
	if err != nil || time.Now().Unix() > at {
		return "", nil, false
	}
	return user, turn.GenerateAuthKey(ra.Username, ra.Realm, r.password(ra.Username)), true
}

// permitted lets a browser speak to our own sound alone.
func (r *relay) permitted(_ net.Addr, to net.IP) bool {
	a, ok := netip.AddrFromSlice(to)
	if !ok {
		return false
	}
	for _, h := range r.server.hosts {
		if h.Addr() == a.Unmap() {
			return true
		}
	}
	return false
}

// Validate implements turn.RelayAddressGenerator.
func (r *relay) Validate() error { return nil }

var errUDPOnly = errors.New("webleg: the relay carries datagrams to our own sound only")

// AllocateListener implements turn.RelayAddressGenerator; there are no relayed TCP connections.
func (r *relay) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errUDPOnly
}

// AllocateConn implements turn.RelayAddressGenerator; there are no relayed TCP connections.
func (r *relay) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errUDPOnly }

// AllocatePacketConn implements turn.RelayAddressGenerator: a port of the address that does not exist.
func (r *relay) AllocatePacketConn(turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ports) >= relaysMax {
		return nil, nil, fmt.Errorf("webleg: %d browsers are relayed: no more", relaysMax)
	}
	for r.next < 1024 || r.ports[r.next] != nil {
		r.next++
	}
	p := &relayPort{relay: r, addr: netip.AddrPortFrom(relayed, r.next), in: packetio.NewBuffer()}
	p.in.SetLimitCount(relayQueue)
	r.ports[r.next] = p
	r.next++
	return p, net.UDPAddrFromAddrPort(p.addr), nil
}

// deliver hands a packet of ours to a relayed browser. A full queue drops it, as a network would.
func (r *relay) deliver(b []byte, to netip.AddrPort) error {
	r.mu.Lock()
	p := r.ports[to.Port()]
	r.mu.Unlock()
	if p == nil {
		return net.ErrClosed
	}
	_, err := p.in.Write(b)
	return err
}

// relayPort is one browser's place behind the relay. Reading gives what we send to it, writing is what it sends to us.
type relayPort struct {
	relay *relay
	addr  netip.AddrPort
	in    *packetio.Buffer
	mu    sync.Mutex
	m     stun.Message
}

// ReadFrom implements net.PacketConn.
func (p *relayPort) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.in.Read(b)
	return n, net.UDPAddrFromAddrPort(p.relay.server.hosts[0]), err
}

// WriteTo implements net.PacketConn. What is not for our sound is dropped.
func (p *relayPort) WriteTo(b []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok || !p.relay.permitted(nil, u.IP) || uint16(u.Port) != p.relay.server.hosts[0].Port() || len(b) > packetMax {
		return len(b), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.relay.server.receive(b, p.addr, &p.m)
	return len(b), nil
}

// Close implements net.PacketConn.
func (p *relayPort) Close() error {
	p.relay.mu.Lock()
	if p.relay.ports[p.addr.Port()] == p {
		delete(p.relay.ports, p.addr.Port())
	}
	p.relay.mu.Unlock()
	return p.in.Close()
}

// LocalAddr implements net.PacketConn.
func (p *relayPort) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.addr) }

// SetDeadline implements net.PacketConn.
func (p *relayPort) SetDeadline(t time.Time) error { return p.in.SetReadDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (p *relayPort) SetReadDeadline(t time.Time) error { return p.in.SetReadDeadline(t) }

// SetWriteDeadline implements net.PacketConn; writing never waits.
func (p *relayPort) SetWriteDeadline(time.Time) error { return nil }

// limited bounds the connections of a listener: a place is given back when its connection closes. A stranger who says nothing loses its own.
type limited struct {
	net.Listener
	places chan struct{}
}

// helloWithin is how long a new connection of the relay may take to say its first word.
const helloWithin = 10 * time.Second

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.places <- struct{}{}:
			_ = c.SetReadDeadline(time.Now().Add(helloWithin))
			return &placed{Conn: c, free: sync.OnceFunc(func() { <-l.places })}, nil
		default:
			_ = c.Close()
		}
	}
}

// idleWithin ends a connection of the relay that has said nothing at all: an allocation refreshes itself every few minutes, a browser's checks every 2.5 s.
const idleWithin = 2 * time.Minute

type placed struct {
	net.Conn
	free func()
}

// Read implements net.Conn and moves the deadline on.
func (c *placed) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil {
		_ = c.SetReadDeadline(time.Now().Add(idleWithin))
	}
	return n, err
}

// Close implements net.Conn.
func (c *placed) Close() error {
	c.free()
	return c.Conn.Close()
}
