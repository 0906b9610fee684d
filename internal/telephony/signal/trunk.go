package signal

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
)

// Times of a trunk's upkeep.
const (
	keepAliveDefault = 30 * time.Second
	optionsPatience  = 4 * time.Second
	optionsMissed    = 2 // in a row before a trunk counts as down
	resolveEvery     = time.Minute
	retryFirst       = 2 * time.Second
	retryMost        = 2 * time.Minute
)

// trunk is one configured trunk with what is known of it now.
type trunk struct {
	Trunk
	s      *Stack
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu         sync.Mutex
	addrs      []netip.AddrPort
	stops      []func() // of the gate, one for each address
	up         bool
	since      time.Time
	rtt        time.Duration
	missed     int
	fault      TrunkFault
	code       int       // of the answer that the fault is about
	registered time.Time // until when; zero: not
	paused     time.Time // the other side asked not to be tried before (Retry-After)
	active     int
	hops       int // whose turn it is among addrs
}

// TrunkStatus is how a trunk does now, for the leaders' wall and /metrics.
type TrunkStatus struct {
	Key        string
	Up         bool // answers us, or has nobody to ask
	Since      time.Time
	Registered bool // only where the trunk registers
	Calls      int
	RTT        time.Duration // of the last OPTIONS or REGISTER
	Paused     time.Time     // not tried before then, at its own wish
	Fault      TrunkFault    // why it is down, or not registered
	Code       int           // the SIP answer that the fault is about; 0 when there was none
}

// TrunkFault is what is wrong with a trunk; empty for nothing. People read it in their own language.
type TrunkFault string

// The faults of trunks.
const (
	NoName       TrunkFault = "no_name"       // its name was not found
	NoOptions    TrunkFault = "no_options"    // no answer to OPTIONS
	Unready      TrunkFault = "unready"       // OPTIONS answered 503
	NoRegister   TrunkFault = "no_register"   // no answer to REGISTER
	WrongSecret  TrunkFault = "wrong_secret"  // the registrar refused our secret
	NotAccepted  TrunkFault = "not_accepted"  // the registrar answered something else than 200
	CallsRefused TrunkFault = "calls_refused" // calls were not taken
)

// registerFault is why a registration did not come about.
type registerFault struct {
	fault TrunkFault
	code  int
}

// SetTrunks replaces the trunks. Those that stay as they were are left alone; calls on those that go run to their end.
func (s *Stack) SetTrunks(list []Trunk) error {
	seen := map[string]bool{}
	for _, t := range list {
		if err := t.check(); err != nil {
			return err
		}
		if seen[t.Key] {
			return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "is there twice")
		}
		seen[t.Key] = true
		if t.Transport != "" && !s.speaks(t.Transport) || t.Transport == "" && s.udp == nil && t.Host != "" {
			return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "its transport is not listened on")
		}
	}
	s.mu.Lock()
	var keep, begin, end []*trunk
	for _, t := range list {
		i := slices.IndexFunc(s.trunks, func(old *trunk) bool { return reflect.DeepEqual(old.Trunk, t) })
		if i >= 0 {
			keep = append(keep, s.trunks[i])
			continue
		}
		fresh := &trunk{Trunk: t, s: s, up: true, since: s.o.Now()}
		keep, begin = append(keep, fresh), append(begin, fresh)
	}
	for _, old := range s.trunks {
		if !slices.Contains(keep, old) {
			end = append(end, old)
		}
	}
	slices.SortStableFunc(keep, func(a, b *trunk) int { return a.Priority - b.Priority })
	s.trunks = keep
	s.mu.Unlock()
	for _, t := range end {
		t.stop()
	}
	for _, t := range begin {
		t.start()
	}
	s.setRules()
	return nil
}

// setRules tells the gate who may speak.
func (s *Stack) setRules() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rules []rule
	for _, t := range s.trunks {
		t.mu.Lock()
		for _, p := range t.Sources {
			rules = append(rules, rule{prefix: p.Masked(), trunk: t.Key, exact: p.IsSingleIP()})
		}
		for _, a := range t.addrs {
			p := netip.PrefixFrom(a.Addr(), a.Addr().BitLen())
			if len(t.Sources) == 0 || slices.ContainsFunc(t.Sources, func(s netip.Prefix) bool { return s.Contains(a.Addr()) }) {
				rules = append(rules, rule{prefix: p, trunk: t.Key, exact: true})
			}
		}
		t.mu.Unlock()
	}
	if s.o.Accounts != nil {
		for _, p := range s.o.Phones {
			rules = append(rules, rule{prefix: p.Masked()})
		}
	}
	s.gate.rules.Store(&rules)
}

// trunkOf finds the trunk that a source belongs to.
func (s *Stack) trunkOf(from netip.Addr) *trunk {
	r, ok := s.gate.rule(from)
	if !ok || r.trunk == "" {
		return nil
	}
	return s.trunk(r.trunk)
}

func (s *Stack) trunk(key string) *trunk {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.trunks {
		if t.Key == key {
			return t
		}
	}
	return nil
}

// Status tells how every trunk does, in order of priority.
func (s *Stack) Status() []TrunkStatus {
	s.mu.Lock()
	trunks := slices.Clone(s.trunks)
	s.mu.Unlock()
	out := make([]TrunkStatus, 0, len(trunks))
	for _, t := range trunks {
		t.mu.Lock()
		out = append(out, TrunkStatus{Key: t.Key, Up: t.up, Since: t.since, Registered: t.registered.After(s.o.Now()), Calls: t.active, RTT: t.rtt, Paused: t.paused, Fault: t.fault, Code: t.code})
		t.mu.Unlock()
	}
	return out
}

func (t *trunk) network() string {
	if t.Transport == "" {
		return "udp"
	}
	return t.Transport
}

// start looks the trunk's host up and keeps in touch with it. A host that is an address is known at once.
func (t *trunk) start() {
	ctx, cancel := context.WithCancel(t.s.ctx)
	t.cancel = cancel
	if t.Host == "" {
		return
	}
	if addr, err := netip.ParseAddrPort(t.Host); err == nil {
		t.setAddrs([]netip.AddrPort{addr})
	} else if a, err := netip.ParseAddr(t.Host); err == nil {
		t.setAddrs([]netip.AddrPort{netip.AddrPortFrom(a, uint16(sip.DefaultPort(t.network())))})
	} else {
		t.run(func() { t.resolve(ctx) })
	}
	if t.Register {
		t.run(func() { t.keepRegistered(ctx) })
	}
	if t.KeepAlive >= 0 {
		t.run(func() { t.keepAlive(ctx) })
	}
}

func (t *trunk) run(f func()) {
	t.ended.Add(1)
	t.s.guard("trunk", func() {
		defer t.ended.Done()
		f()
	})
}

// leave ends the registration, so that no more calls come, and then does what is left to do. Close waits for it a moment.
func (t *trunk) leave(then func()) {
	t.mu.Lock()
	is := t.registered.After(t.s.o.Now())
	t.mu.Unlock()
	if !is {
		then()
		return
	}
	t.s.farewell(func(ctx context.Context) {
		defer then()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _ = t.register(ctx, 0, newRegistration())
	})
}

// stop ends everything. Only when goodbye has been said is the other end's address strange again.
func (t *trunk) stop() {
	if t.cancel == nil {
		return
	}
	t.cancel()
	t.mu.Lock()
	stops := t.stops
	t.stops = nil
	t.mu.Unlock()
	t.leave(func() {
		for _, stop := range stops {
			stop()
		}
	})
}

func (t *trunk) setAddrs(list []netip.AddrPort) {
	t.mu.Lock()
	old := t.stops
	t.addrs, t.stops = nil, nil
	for _, a := range list {
		a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
		t.addrs = append(t.addrs, a)
		t.stops = append(t.stops, t.s.gate.speakTo(a.Addr()))
	}
	t.mu.Unlock()
	for _, stop := range old {
		stop()
	}
}

// resolve keeps the addresses of a host that is a name: its SRV records in their order when no port is named (RFC 3263), else its addresses.
func (t *trunk) resolve(ctx context.Context) {
	for {
		list, err := lookup(ctx, t.Host, t.network())
		if err != nil {
			t.s.log.Log(ctx, t.level(), "a trunk's name was not found", "trunk", t.Key)
			t.heard(false, NoName, 0)
		} else {
			t.setAddrs(list)
			t.s.setRules()
		}
		wait := resolveEvery
		if err != nil {
			wait = retryFirst
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

func lookup(ctx context.Context, host, network string) ([]netip.AddrPort, error) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		service, proto := "sip", network
		if network == "tls" {
			service, proto = "sips", "tcp"
		}
		if _, records, err := net.DefaultResolver.LookupSRV(ctx, service, proto, host); err == nil {
			var out []netip.AddrPort
			for _, r := range records {
				ips, _ := net.DefaultResolver.LookupNetIP(ctx, "ip", r.Target)
				for _, ip := range ips {
					out = append(out, netip.AddrPortFrom(ip, r.Port))
				}
			}
			if len(out) > 0 {
				return out, nil
			}
		}
		name, port = host, strconv.Itoa(sip.DefaultPort(network))
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	if err != nil {
		return nil, err
	}
	var out []netip.AddrPort
	for _, ip := range ips {
		out = append(out, netip.AddrPortFrom(ip, uint16(n)))
	}
	return out, nil
}

// peer is where the trunk's next message goes.
func (t *trunk) peer() (peer, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.addrs) == 0 {
		return peer{}, false
	}
	name, _, err := net.SplitHostPort(t.Host)
	if err != nil {
		name = t.Host
	}
	return peer{network: t.network(), addr: t.addrs[t.hops%len(t.addrs)], name: name, unverified: t.Unverified}, true
}

// next turns to the host's next address: this one was silent.
func (t *trunk) next() {
	t.mu.Lock()
	t.hops++
	t.mu.Unlock()
}

// heard notes whether the trunk answered.
func (t *trunk) heard(ok bool, fault TrunkFault, rtt time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.up
	if ok {
		t.missed, t.up, t.fault, t.code, t.rtt = 0, true, "", 0, rtt
	} else {
		t.missed++
		t.fault, t.code = fault, 0
		t.up = t.up && t.missed < optionsMissed
	}
	if t.up != was {
		t.since = t.s.o.Now()
		t.s.log.Log(t.s.ctx, t.level(), "a trunk changed", "trunk", t.Key, "up", t.up, "fault", t.fault)
	}
}

// level is how loudly the log speaks of the trunk: one that may be away is nobody's worry.
func (t *trunk) level() slog.Level {
	if t.Optional {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// keepAlive asks the trunk every KeepAlive whether it is there.
func (t *trunk) keepAlive(ctx context.Context) {
	every := t.KeepAlive
	if every == 0 {
		every = keepAliveDefault
	}
	for {
		t.options(ctx)
		if !pause(ctx, every) {
			return
		}
	}
}

func (t *trunk) options(ctx context.Context) {
	p, ok := t.peer()
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, optionsPatience)
	defer cancel()
	began := t.s.o.Now()
	d := &dialog{callID: newTag(), localTag: newTag(), peer: p, user: t.User, target: t.uri("", p)}
	d.local, d.remote = t.ourURI(p), d.target
	req := d.request(t.s, sip.OPTIONS)
	req.AppendHeader(header("Accept", "application/sdp"))
	res, err := t.s.do(ctx, p, req)
	switch {
	case ctx.Err() != nil && t.s.ctx.Err() != nil:
	case err != nil:
		t.heard(false, NoOptions, 0)
		t.next()
	case res.StatusCode == sip.StatusServiceUnavailable:
		t.heard(false, Unready, 0)
		t.pause(res)
	default: // whatever it says, it is there and speaks SIP
		t.s.gate.prove(p.addr.Addr())
		t.heard(true, "", t.s.o.Now().Sub(began))
	}
}

// pause keeps from trying a trunk as long as its answer asks for.
func (t *trunk) pause(res *sip.Response) {
	wait := retryHeader(res)
	if wait == 0 {
		return
	}
	t.mu.Lock()
	t.paused = t.s.o.Now().Add(min(wait, 5*time.Minute))
	t.mu.Unlock()
}

// ready tells whether the trunk should be tried now.
func (t *trunk) ready() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.up && !t.paused.After(t.s.o.Now())
}

// take counts a call in, if there is room; give counts it out.
func (t *trunk) take() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.MaxCalls > 0 && t.active >= t.MaxCalls {
		return false
	}
	t.active++
	return true
}

func (t *trunk) give() {
	t.mu.Lock()
	t.active--
	t.mu.Unlock()
}

// uri is a user at the trunk, named as the trunk is in the configuration.
func (t *trunk) uri(user string, p peer) sip.Uri {
	u := sip.Uri{Scheme: "sip", User: user, Host: t.domain(p)}
	if p.addr.Port() != uint16(sip.DefaultPort(p.network)) {
		u.Port = int(p.addr.Port())
	}
	if p.network != "udp" {
		u.UriParams = sip.HeaderParams{{K: "transport", V: p.network}}
	}
	return u
}

func (t *trunk) domain(p peer) string {
	if p.name != "" {
		return p.name
	}
	return hostOf(p.addr.Addr())
}

// ourURI is who we are to the trunk: our user there, or our own address.
func (t *trunk) ourURI(p peer) sip.Uri {
	if t.User != "" {
		return sip.Uri{Scheme: "sip", User: t.User, Host: t.domain(p)}
	}
	return sip.Uri{Scheme: "sip", User: "sentral", Host: hostOf(t.s.shown(p.network).Addr())}
}

// pause waits; false: ctx ended first. A tenth more or less keeps many from doing the same at the same moment.
func pause(ctx context.Context, d time.Duration) bool {
	d += time.Duration((rand.Float64() - 0.5) * 0.2 * float64(d))
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func retryHeader(res *sip.Response) time.Duration {
	word := text(res, "Retry-After")
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			word = word[:i]
			break
		}
	}
	n, ok := decimal(word, 1<<31-1)
	if !ok {
		return 0
	}
	return time.Duration(min(n, 86400)) * time.Second
}
