package testphone

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/icholy/digest"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// Timers of RFC 3261 section 17.
const (
	t1      = 500 * time.Millisecond
	t2      = 4 * time.Second
	giveUp  = 64 * t1
	cancels = 6 * time.Second // how long a cancelled INVITE is waited for
)

// Options says what kind of phone it is. The zero value is a phone on 127.0.0.1 that nobody calls, over UDP and in the clear.
type Options struct {
	Server      string         // host:port that it calls and registers at
	Transport   Transport      // default UDP
	Listen      netip.AddrPort // own address; default 127.0.0.1 and any port
	Answers     bool           // is called over TCP too, and over TLS on the next port if Certificate is set
	Many        bool           // may call from any address of 127/8 (Invite.Source); Linux only
	SRTP        bool           // offers SRTP with SDES keys (RFC 4568)
	Codecs      []media.Codec  // offered in this order; default PCMU, PCMA
	Rel100      bool           // supports reliable provisional responses (RFC 3262)
	User        string         // for digest
	Secret      string
	Roots       *x509.CertPool   // nil: any certificate will do
	Incoming    func(*Ring)      // somebody calls; it runs in a goroutine of its own. nil: 486
	Refer       func(string)     // asked to call that URI instead (REFER); nil: it calls, and tells how that went
	Certificate *tls.Certificate // of a phone that is called over TLS
}

// Phone is a user agent: one or two sockets and any number of calls.
type Phone struct {
	o         Options
	udp       *datagrams
	listeners []net.Listener
	running   sync.WaitGroup
	pace      *pacer

	off chan struct{} // closed by Close

	mu        sync.Mutex
	closed    bool
	calls     map[string]*Call
	waits     map[string]*exchange
	stretches map[*stretch]bool
	server    *stretch // to Options.Server
}

// Open makes a phone ready to call and to be called.
func Open(o Options) (*Phone, error) {
	if o.Transport == "" {
		o.Transport = UDP
	}
	if !o.Listen.IsValid() {
		o.Listen = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), o.Listen.Port())
	}
	if len(o.Codecs) == 0 {
		o.Codecs = []media.Codec{media.PCMU, media.PCMA}
	}
	p := &Phone{o: o, off: make(chan struct{}), calls: map[string]*Call{}, waits: map[string]*exchange{}, stretches: map[*stretch]bool{}}
	if err := p.listen(); err != nil {
		return nil, err
	}
	p.pace = newPacer()
	p.running.Go(p.pace.run)
	return p, nil
}

// listen binds the phone's address; without a port of its own it looks for one that is free for every transport.
func (p *Phone) listen() error {
	for try := 0; ; try++ {
		if err := p.openUDP(p.o.Listen, p.o.Many); err != nil || !p.o.Answers {
			return err
		}
		err := p.openStreams()
		if err == nil {
			return nil
		}
		_ = p.udp.conn.Close()
		for _, l := range p.listeners {
			_ = l.Close()
		}
		p.listeners = nil
		if p.o.Listen.Port() != 0 || try == 50 {
			p.running.Wait()
			return err
		}
	}
}

func (p *Phone) openStreams() error {
	l, err := p.openStream(p.Addr(), nil)
	if err != nil {
		return err
	}
	p.listeners = append(p.listeners, l)
	if p.o.Certificate == nil {
		return nil
	}
	if l, err = p.openStream(netip.AddrPortFrom(p.Addr().Addr(), p.Addr().Port()+1), p.o.Certificate); err == nil {
		p.listeners = append(p.listeners, l)
	}
	return err
}

// Addr is where the phone is called over UDP (and TCP when it answers).
func (p *Phone) Addr() netip.AddrPort {
	a := p.udp.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	if a.Addr().Unmap().IsUnspecified() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// Close ends what still goes on without a word to anybody, and waits until nothing of the phone runs.
func (p *Phone) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	close(p.off)
	var calls []*Call
	for _, c := range p.calls {
		calls = append(calls, c)
	}
	_ = p.udp.conn.Close()
	for _, l := range p.listeners {
		_ = l.Close()
	}
	for s := range p.stretches {
		_ = s.conn.Close()
	}
	p.mu.Unlock()
	for _, c := range calls {
		c.end(Nobody)
	}
	if p.pace != nil {
		p.pace.close()
	}
	p.running.Wait()
}

// Calls is how many calls stand.
func (p *Phone) Calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls)
}

// way is the path to the server.
func (p *Phone) way(ctx context.Context, source netip.Addr) (path, error) {
	if p.o.Transport == UDP {
		a, err := net.ResolveUDPAddr("udp", p.o.Server)
		if err != nil {
			return nil, centre.Errorf(centre.Invalid, "%s: %w", p.o.Server, err)
		}
		remote := a.AddrPort()
		if !source.IsValid() {
			source = p.Addr().Addr()
		}
		return to{datagrams: p.udp, remote: netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()), from: source}, nil
	}
	p.mu.Lock()
	s := p.server
	alive := s != nil && p.stretches[s]
	p.mu.Unlock()
	if alive {
		return s, nil
	}
	s, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.server = s
	p.mu.Unlock()
	return s, nil
}

var errOff = centre.Errorf(centre.Unavailable, "the phone is switched off")

// exchange is a client transaction: a request and what is answered to it.
type exchange struct {
	answers chan *message
}

func (p *Phone) begin(branch string) *exchange {
	x := &exchange{answers: make(chan *message, 16)}
	p.mu.Lock()
	p.waits[branch] = x
	p.mu.Unlock()
	return x
}

func (p *Phone) done(branch string) {
	p.mu.Lock()
	delete(p.waits, branch)
	p.mu.Unlock()
}

// ask sends a request that is not an INVITE and waits for its final response.
func (p *Phone) ask(ctx context.Context, w path, m *message) (*message, error) {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	branch := m.branch()
	x := p.begin(branch)
	defer p.done(branch)
	if err := w.send(m); err != nil {
		return nil, centre.Errorf(centre.Unavailable, "%s: %w", m.method, err)
	}
	again := time.NewTimer(t1)
	defer again.Stop()
	for wait := t1; ; {
		select {
		case a := <-x.answers:
			if a.code >= 200 {
				return a, nil
			}
			wait = t2
		case <-again.C:
			if !w.reliable() {
				_ = w.send(m)
			}
			wait = min(2*wait, t2)
			again.Reset(wait)
		case <-p.off:
			return nil, errOff
		case <-ctx.Done():
			return nil, centre.Errorf(centre.Unavailable, "%s was not answered", m.method)
		}
	}
}

// take handles one message that came in.
func (p *Phone) take(w path, m *message) {
	p.mu.Lock()
	c := p.calls[m.get("Call-ID")]
	x := p.waits[m.branch()]
	p.mu.Unlock()
	if m.code != 0 {
		_, method := m.sequence()
		switch {
		case x != nil:
			select {
			case x.answers <- m:
			default:
			}
		case c != nil && method == "INVITE" && m.code/100 == 2:
			c.acknowledgeAgain(m)
		}
		return
	}
	switch {
	case c != nil:
		c.request(w, m)
	case m.method == "INVITE":
		p.ring(w, m)
	case m.method == "OPTIONS" && parameter(m.get("To"), "tag") == "": // within a dialog that is gone it is 481
		r := m.respond(200, "OK", token())
		r.add("Allow", allowed)
		r.add("Accept", "application/sdp")
		_ = w.send(r)
	case m.method != "ACK":
		_ = w.send(m.respond(481, "Call/Transaction Does Not Exist", token()))
	}
}

const allowed = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"

// Register says where the user is called, for so many seconds; 0 takes it back.
func (p *Phone) Register(ctx context.Context, seconds int) error {
	w, err := p.way(ctx, netip.Addr{})
	if err != nil {
		return err
	}
	me := "<sip:" + p.o.User + "@" + p.o.Server + ">"
	id, tag := token(), token()
	authorization := ""
	for n := 1; n <= 3; n++ {
		m := &message{method: "REGISTER", uri: "sip:" + p.o.Server}
		m.add("Via", via(w, newBranch()))
		m.add("Max-Forwards", "70")
		m.add("From", me+";tag="+tag)
		m.add("To", me)
		m.add("Call-ID", id)
		m.add("CSeq", fmt.Sprintf("%d REGISTER", n))
		m.add("Contact", contact(w, p.o.User))
		m.add("Expires", fmt.Sprint(seconds))
		if authorization != "" {
			m.add("Authorization", authorization)
		}
		a, err := p.ask(ctx, w, m)
		if err != nil {
			return err
		}
		if a.code == 200 {
			return nil
		}
		if a.code != 401 || authorization != "" {
			return &Refused{Code: a.code, Reason: a.reason}
		}
		if authorization, err = p.authorize(a, "REGISTER", m.uri); err != nil {
			return err
		}
	}
	return &Refused{Code: 401, Reason: "Unauthorized"}
}

// authorize answers the challenges of a 401 or 407 (RFC 8760: the first algorithm that we know, and the server names its favourite first).
func (p *Phone) authorize(a *message, method, uri string) (string, error) {
	name := "WWW-Authenticate"
	if a.code == 407 {
		name = "Proxy-Authenticate"
	}
	err := errors.New("no challenge")
	for _, v := range a.all(name) {
		var c *digest.Challenge
		if c, err = digest.ParseChallenge(v); err != nil || !digest.CanDigest(c) {
			continue
		}
		var answer *digest.Credentials
		if answer, err = digest.Digest(c, digest.Options{Method: method, URI: uri, Username: p.o.User, Password: p.o.Secret, Count: 1}); err == nil {
			return answer.String(), nil
		}
	}
	return "", centre.Errorf(centre.Invalid, "%d %s: the challenge cannot be answered: %w", a.code, a.reason, err)
}

// Refused is a final answer that is no: its code and reason.
type Refused struct {
	Code       int
	Reason     string
	RetryAfter string
}

// Error implements error.
func (r *Refused) Error() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, r.Reason)) }

func token() string { return strings.ToLower(rand.Text()[:16]) }

func newBranch() string { return "z9hG4bK" + token() }
