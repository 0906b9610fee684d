package signal

import (
	"bytes"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// gate decides, before anything is parsed, who may speak to us and how much. Strangers get silence: no answer, no state, no log line. Neighbours get
// budgets of messages and of new calls; one that has completed a call has proven that it hears our answers, so it is trusted with more. A flood of new
// calls from sources that never have, even from addresses that a trunk allows, can therefore take only the newcomers' share.
type gate struct {
	limits Limits
	now    func() time.Time
	rules  atomic.Pointer[[]rule]

	mu        sync.Mutex
	meters    map[netip.Addr]*meter
	spoken    map[netip.Addr]int // peers of dialogs and trunks outside all rules, by how many
	newcomers bucket
	halfOpen  int

	strangers, limited, malformed, refused atomic.Uint64
}

// rule lets one range of addresses in, for a trunk or (trunk empty) as desk phones.
type rule struct {
	prefix netip.Prefix
	trunk  string
	exact  bool // the trunk's own address, which needs no proof
}

// meter is what one source has left.
type meter struct {
	packets, setups bucket
	proven, seen    time.Time
}

// bucket is a token bucket: rate a second, as many again at once.
type bucket struct {
	left float64
	last time.Time
}

func (b *bucket) take(now time.Time, rate int) bool {
	full := float64(rate)
	if b.last.IsZero() {
		b.left = full
	} else {
		b.left = min(full, b.left+full*now.Sub(b.last).Seconds())
	}
	b.last = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// Bounds of what the gate remembers.
const (
	metersMax    = 20_000
	provenFor    = 24 * time.Hour
	forgetMeters = time.Minute
)

func newGate(l Limits, now func() time.Time) *gate {
	g := &gate{limits: l, now: now, meters: map[netip.Addr]*meter{}, spoken: map[netip.Addr]int{}}
	g.rules.Store(&[]rule{})
	return g
}

// known tells whether a source may speak at all.
func (g *gate) known(from netip.Addr) bool {
	if _, ok := g.rule(from); ok {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spoken[from] > 0
}

// rule finds the narrowest rule for a source.
func (g *gate) rule(from netip.Addr) (rule, bool) {
	var best rule
	found := false
	for _, r := range *g.rules.Load() {
		if r.prefix.Contains(from) && (!found || better(r, best)) {
			best, found = r, true
		}
	}
	return best, found
}

// better prefers trunks to desk phones, then the narrower range.
func better(a, b rule) bool {
	if (a.trunk == "") != (b.trunk == "") {
		return a.trunk != ""
	}
	return a.prefix.Bits() > b.prefix.Bits()
}

var invitePrefix = []byte("INVITE ")

// message lets one datagram, or one framed message of a connection, in or not.
func (g *gate) message(from netip.Addr, data []byte) bool {
	r, ok := g.rule(from)
	g.mu.Lock()
	defer g.mu.Unlock()
	if !ok && g.spoken[from] == 0 {
		g.strangers.Add(1)
		return false
	}
	now := g.now()
	m := g.meter(from, now)
	proven := r.exact || now.Sub(m.proven) < provenFor
	pass := m.packets.take(now, g.limits.PacketsPerSource)
	if pass && bytes.HasPrefix(data, invitePrefix) {
		if proven {
			pass = m.setups.take(now, g.limits.SetupsPerSource)
		} else {
			pass = m.setups.take(now, g.limits.SetupsNewcomer) && g.newcomers.take(now, g.limits.SetupsNewcomers)
		}
	}
	if !pass {
		g.limited.Add(1)
	}
	return pass
}

func (g *gate) meter(from netip.Addr, now time.Time) *meter {
	m := g.meters[from]
	if m == nil {
		if len(g.meters) >= metersMax {
			g.forget(now)
		}
		m = &meter{}
		g.meters[from] = m
	}
	m.seen = now
	return m
}

// forget makes room: the idle first, then whoever comes, but never the proven.
func (g *gate) forget(now time.Time) {
	for a, m := range g.meters {
		if now.Sub(m.seen) > forgetMeters && now.Sub(m.proven) > provenFor {
			delete(g.meters, a)
		}
	}
	for a, m := range g.meters {
		if len(g.meters) < metersMax*9/10 {
			return
		}
		if now.Sub(m.proven) > provenFor {
			delete(g.meters, a)
		}
	}
}

// prove notes that a source hears our answers: it has acknowledged one, or answered a request of ours.
func (g *gate) prove(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	m := g.meter(from, now)
	if now.Sub(m.proven) >= provenFor {
		m.setups = bucket{} // the newcomer's small bucket may be empty: begin anew
	}
	m.proven = now
}

// enter takes a place among the half-open calls for a source that is not proven; leave tells whether there was one to give back.
func (g *gate) enter(from netip.Addr) (leave func(), ok bool) {
	r, _ := g.rule(from)
	g.mu.Lock()
	defer g.mu.Unlock()
	if m := g.meters[from]; r.exact || m != nil && g.now().Sub(m.proven) < provenFor {
		return func() {}, true
	}
	if g.halfOpen >= g.limits.HalfOpen {
		return nil, false
	}
	g.halfOpen++
	return sync.OnceFunc(func() {
		g.mu.Lock()
		g.halfOpen--
		g.mu.Unlock()
	}), true
}

// speakTo opens the gate for the answers of somebody to whom we send, until the returned function is called.
func (g *gate) speakTo(addr netip.Addr) (stop func()) {
	g.mu.Lock()
	g.spoken[addr]++
	g.mu.Unlock()
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.spoken[addr]--; g.spoken[addr] <= 0 {
			delete(g.spoken, addr)
		}
	})
}
