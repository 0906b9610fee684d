package signal

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
)

// Stack is our side of SIP on one machine: its sockets, its trunks, its desk phones and its calls.
type Stack struct {
	o    Options
	log  *slog.Logger
	wait timers
	gate *gate
	tp   *sip.TransportLayer
	tx   *sip.TransactionLayer

	udp     *door
	streams []*streamDoor // tcp, tls
	closing []func()

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	byes   sync.WaitGroup

	mu       sync.Mutex
	trunks   []*trunk
	calls    map[string]*Call // by our tag
	fresh    map[string]*Call // by what makes an INVITE the same one (RFC 3261 section 8.2.2.2)
	draining bool
	closed   bool
	gone     bool          // Close waits for what runs; what begins now is not waited for
	emptied  chan struct{} // closed and made anew whenever the last call ends

	phones *registrar
	probe  func(context.Context, *Call) (int, error) // asks a party on hold whether it is there; tests have their own
}

// timers are RFC 3261's, for what our dialogs repeat themselves. sipgo keeps its own for transactions.
type timers struct {
	t1, t2, t4 time.Duration
	least      time.Duration // session interval
}

// door is where a network is listened on.
type door struct{ local netip.AddrPort }

// Addrs are the addresses that a Stack listens on; the zero AddrPort where a transport is off.
type Addrs struct{ UDP, TCP, TLS netip.AddrPort }

// Open listens, reaches out to the trunks and takes calls until Close. Errors say which address could not be had, or which trunk is wrong.
func Open(o Options) (*Stack, error) {
	return open(o, timers{t1: sip.T1, t2: sip.T2, t4: sip.T4, least: sessionLeast})
}

func open(o Options, wait timers) (*Stack, error) {
	o = o.withDefaults()
	if o.Ports == nil {
		return nil, centre.Errorf(centre.Invalid, "signal: no ports for sound")
	}
	for _, d := range o.Digests {
		if d != "MD5" && d != "SHA-256" {
			return nil, centre.Errorf(centre.Invalid, "signal: digest %q is neither MD5 nor SHA-256", d)
		}
	}
	s := &Stack{
		o: o, log: o.Log, wait: wait, calls: map[string]*Call{}, fresh: map[string]*Call{}, emptied: make(chan struct{}), probe: probe,
	}
	s.gate = newGate(o.Limits, o.Now)
	s.phones = newRegistrar(s)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.tp = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil)
	s.tx = sip.NewTransactionLayer(s.tp, sip.WithTransactionLayerUnhandledResponseHandler(s.stray))
	s.tx.OnRequest(s.receive)
	if err := s.listen(); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.SetTrunks(o.Trunks); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Stack) listen() error {
	if s.o.UDP != "" {
		addr, err := net.ResolveUDPAddr("udp", s.o.UDP)
		if err != nil {
			return centre.ErrorAt(centre.Invalid, "udp "+s.o.UDP, "%v", err)
		}
		c, err := net.ListenUDP("udp", addr)
		if err != nil {
			return centre.ErrorAt(centre.Unavailable, "udp "+s.o.UDP, "%v", err)
		}
		_ = c.SetReadBuffer(socketOctets) // the kernel gives what it allows
		_ = c.SetWriteBuffer(socketOctets)
		s.udp = &door{local: netip.MustParseAddrPort(c.LocalAddr().String())}
		d := &packetDoor{UDPConn: c, s: s, ready: make(chan struct{})}
		s.serve(func() { _ = s.tp.ServeUDP(d) }, func() { _ = c.Close() })
		<-d.ready
	}
	for _, d := range []struct{ network, addr string }{{"tcp", s.o.TCP}, {"tls", s.o.TLS}} {
		l, err := s.listenStream(d.network, d.addr)
		if err != nil {
			return err
		}
		door := newStreamDoor(s, d.network, l)
		s.streams = append(s.streams, door)
		serve := s.tp.ServeTCP
		if d.network == "tls" {
			serve = s.tp.ServeTLS
		}
		s.serve(func() { _ = serve(door) }, func() { _ = door.Close() })
	}
	return nil
}

// listenStream opens a TCP or TLS listener; nil when the address is empty: then there are only connections of our own.
func (s *Stack) listenStream(network, addr string) (net.Listener, error) {
	if addr == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, centre.ErrorAt(centre.Unavailable, network+" "+addr, "%v", err)
	}
	if network == "tcp" {
		return l, nil
	}
	if s.o.Certificate == nil {
		l.Close()
		return nil, centre.ErrorAt(centre.Invalid, "tls "+addr, "there is no certificate")
	}
	return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.o.Certificate() }}), nil
}

func (s *Stack) serve(run, stop func()) {
	s.closing = append(s.closing, stop)
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		run()
	}()
}

// Addrs gives the addresses listened on.
func (s *Stack) Addrs() Addrs {
	var a Addrs
	if s.udp != nil {
		a.UDP = s.udp.local
	}
	for _, d := range s.streams {
		switch {
		case d.listen == nil:
		case d.network == "tcp":
			a.TCP = d.local
		default:
			a.TLS = d.local
		}
	}
	return a
}

// speaks tells whether messages can be sent over a network.
func (s *Stack) speaks(network string) bool {
	return network == "udp" && s.udp != nil || s.door(network) != nil
}

func (s *Stack) door(network string) *streamDoor {
	for _, d := range s.streams {
		if d.network == network {
			return d
		}
	}
	return nil
}

// shown is our address on a network as others are to see it.
func (s *Stack) shown(network string) netip.AddrPort {
	at := netip.AddrPort{}
	if network == "udp" && s.udp != nil {
		at = s.udp.local
	} else if d := s.door(network); d != nil {
		at = d.local
	}
	return netip.AddrPortFrom(s.seen(at.Addr()), at.Port())
}

// seen is an address of ours as others are to see it: Advertise, or the address itself, or that of the first interface.
func (s *Stack) seen(local netip.Addr) netip.Addr {
	switch {
	case s.o.Advertise.IsValid():
		return s.o.Advertise
	case local.IsValid() && !local.IsUnspecified():
		return local.Unmap()
	}
	if list, err := net.InterfaceAddrs(); err == nil {
		for _, a := range list {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && p.Addr().IsGlobalUnicast() {
				return p.Addr()
			}
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// receive is where every request of the network comes in, in a goroutine of its own.
func (s *Stack) receive(req *sip.Request, tx *sip.ServerTx) {
	defer s.caught(req, tx)
	from, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		tx.Terminate()
		return
	}
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	if via := req.Via(); via != nil && via.Host != from.Addr().String() && req.Method != sip.ACK {
		via.Params.Add("received", from.Addr().String()) // RFC 3261 section 18.2.1
	}
	to := req.To()
	tag, inside := to.Params.Get("tag")
	if !inside && req.Method != sip.ACK {
		to.Params.Add("tag", newTag()) // every answer of this transaction bears it
	}
	if inside || req.Method == sip.ACK {
		s.inside(req, tx, tag, from)
		return
	}
	if code, reason, more := s.unfit(req); code != 0 {
		_ = respond(req, tx, code, reason, more...)
		return
	}
	switch req.Method {
	case sip.INVITE:
		s.invited(req, tx, from)
	case sip.OPTIONS:
		s.asked(req, tx)
	case sip.REGISTER:
		s.phones.register(req, tx, from)
	case sip.CANCEL, sip.BYE, sip.PRACK, sip.UPDATE, sip.INFO, sip.NOTIFY:
		_ = respond(req, tx, 481, "Call/Transaction Does Not Exist")
	default: // a REFER outside a call would make us call somebody: never (toll fraud)
		_ = respond(req, tx, 405, "Method Not Allowed", header("Allow", allowHeader))
	}
}

// unfit applies what RFC 3261 section 8.2 has every request go through before its method is looked at.
func (s *Stack) unfit(req *sip.Request) (int, string, []sip.Header) {
	if !allowed(string(req.Method)) {
		return 501, "Not Implemented", []sip.Header{header("Allow", allowHeader)}
	}
	if req.Method == sip.CANCEL || req.Method == sip.ACK {
		return 0, "", nil
	}
	var unknown []string
	for _, name := range []string{"Require", "Proxy-Require"} {
		for _, tag := range values(req, name) {
			if !extension(tag) || name == "Proxy-Require" {
				unknown = append(unknown, tag)
			}
		}
	}
	if len(unknown) > 0 {
		list := header("Unsupported", joined(unknown))
		return 420, "Bad Extension", []sip.Header{list}
	}
	if len(req.Body()) == 0 || req.Method != sip.INVITE && req.Method != sip.UPDATE && req.Method != sip.PRACK {
		return 0, "", nil
	}
	if text(req, "Content-Encoding") != "" && lower(text(req, "Content-Encoding")) != "identity" {
		return 415, "Unsupported Media Type", []sip.Header{header("Accept-Encoding", "identity")}
	}
	if _, ok := sessionPart(req); !ok && !says(req, "Content-Disposition", "session;handling=optional") {
		return 415, "Unsupported Media Type", []sip.Header{header("Accept", "application/sdp")}
	}
	return 0, "", nil
}

// supportedHeader names the extensions that we follow.
const supportedHeader = "100rel, timer, replaces"

func extension(tag string) bool {
	switch lower(tag) {
	case "100rel", "timer", "replaces":
		return true
	}
	return false
}

// asked answers OPTIONS as an INVITE would be (RFC 3261 section 11.2): while draining, trunks are to look elsewhere.
func (s *Stack) asked(req *sip.Request, tx *sip.ServerTx) {
	if s.full() {
		_ = respond(req, tx, 503, "Service Unavailable", retryAfter(30*time.Second))
		return
	}
	_ = respond(req, tx, 200, "OK", header("Allow", allowHeader), header("Accept", "application/sdp"), header("Supported", supportedHeader))
}

func (s *Stack) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining || s.closed || len(s.calls) >= s.o.Limits.Calls
}

// caught keeps a fault of ours in one handler from ending every call (S1).
func (s *Stack) caught(req *sip.Request, tx *sip.ServerTx) {
	if p := recover(); p != nil {
		s.fault("request", p)
		_ = respond(req, tx, 500, "Server Internal Error")
	}
	if req.Method == sip.ACK { // it has no answer, so nothing else would end its transaction
		tx.Terminate()
	}
}

func (s *Stack) fault(where string, p any) {
	s.log.Error("a fault was caught", "where", where, "fault", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// guard runs a handler of the product's in its own goroutine; a panic in it ends nothing else.
func (s *Stack) guard(where string, run func()) {
	done := func() {}
	s.mu.Lock()
	if !s.gone {
		s.work.Add(1)
		done = s.work.Done
	}
	s.mu.Unlock()
	go func() {
		defer done()
		defer func() {
			if p := recover(); p != nil {
				s.fault(where, p)
			}
		}()
		run()
	}()
}

// Drain refuses new calls from now on, with 503 and a time to come back, and leaves the registrars, so that trunks send callers elsewhere. Calls go on. A second
// time it does nothing.
func (s *Stack) Drain() {
	s.mu.Lock()
	drained, trunks := s.draining, s.trunks
	s.draining = true
	s.mu.Unlock()
	if drained {
		return
	}
	for _, t := range trunks {
		t.leave(func() {})
	}
	s.log.Info("draining: new calls are refused", "calls", s.Calls())
}

// Calls is how many calls there are.
func (s *Stack) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// Wait waits until the last call has ended, or ctx has.
func (s *Stack) Wait(ctx context.Context) error {
	for {
		s.mu.Lock()
		n, emptied := len(s.calls), s.emptied
		s.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-emptied:
		case <-ctx.Done():
			return centre.Errorf(centre.Unavailable, "%d calls have not ended: %w", n, ctx.Err())
		}
	}
}

// closePatience is how long Close waits for the answers to what it said last.
const closePatience = time.Second

// Close ends every call and gives back every socket. It waits for our own goroutines, and a moment for the other side's answers.
func (s *Stack) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed, s.draining = true, true
	trunks := s.trunks
	var calls []*Call
	for _, c := range s.calls {
		calls = append(calls, c)
	}
	s.mu.Unlock()
	for _, c := range calls {
		c.hangup(Ending{Kind: Stopped})
	}
	for _, t := range trunks {
		t.stop()
	}
	s.phones.stop()
	said := make(chan struct{})
	go func() {
		s.byes.Wait()
		close(said)
	}()
	select {
	case <-said:
	case <-time.After(closePatience):
	}
	s.cancel()
	s.tx.Close()
	for _, stop := range s.closing {
		stop()
	}
	_ = s.tp.Close()
	s.mu.Lock()
	s.gone = true
	s.mu.Unlock()
	s.work.Wait()
}

// Stats is what the Stack has counted since it was opened.
type Stats struct {
	Calls     int    // now
	Strangers uint64 // messages and connections of unknown sources: never answered
	Limited   uint64 // messages beyond a source's budget: never answered
	Refused   uint64 // requests that broke the grammar: answered 4xx without state
	Malformed uint64 // responses and fragments that broke the grammar: dropped
}

// Stats gives the counts.
func (s *Stack) Stats() Stats {
	g := s.gate
	return Stats{Calls: s.Calls(), Strangers: g.strangers.Load(), Limited: g.limited.Load(), Refused: g.refused.Load(), Malformed: g.malformed.Load()}
}
