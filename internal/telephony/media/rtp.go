package media

import (
	"net/netip"
	"sync"
	"time"
)

// RTP is the SIP side's leg: a pair of UDP ports that speaks RTP or SRTP, and RTCP. Its sockets have no goroutine: the clock that pulls it reads what has
// come. It hears one party alone, the first that speaks from the address of the SDP, or else the first that speaks at all; strangers' packets are counted and
// dropped, by the kernel where it can. Its methods may be called from any goroutine.
type RTP struct {
	ports *Ports
	local netip.AddrPort
	send  func([]byte) // transmit, bound once

	mu      sync.Mutex
	sound   socket
	reports socket
	closed  bool
	session Session
	crypt   *cryption
	in      Inbound
	out     *Outbound

	agreed      bool // Apply was called
	latched     bool
	source      netip.AddrPort // of the party, when latched
	previous    netip.AddrPort // of the party before Apply, when the SDP's address stayed
	candidate   netip.AddrPort // who spoke first, but not from the SDP's address
	candidateAt int64
	sends       bool   // to is known
	to          target // where sound goes
	toAddr      netip.AddrPort
	toReports   target
	strays      eventListener // digits from another port of the party's address

	digits     []rune // found and not yet told
	delivering bool
	onDigit    func(rune)

	pulls, kept uint32 // ticks, and ticks when it was last looked after
	keeps       uint32 // how often it was looked after
	lastCount   uint64 // packets and reports, when it was last looked after
	lastHeard   time.Time
	silentSince time.Time // we have listened in vain
	silentAfter time.Duration
	onSilent    func()
	onRefused   func()
	refused     uint64 // refusals that were told at refusedAt
	refusedAt   time.Time
	report      reportState
	stats       Stats
}

const (
	latchGrace    = int64(200 * time.Millisecond) // a stranger becomes the party when the SDP's address has not spoken so long after it
	drainRounds   = 4                             // batches that are read in a tick; what is left waits for the next
	reportRounds  = 5                             // reports are read every so many times that the leg is looked after: each half second
	digitsPending = 64                            // digits that wait for their handler; more are a storm, and are dropped
)

func newRTP(p *Ports, local netip.AddrPort, sound, reports socket) *RTP {
	l := &RTP{ports: p, local: local, sound: sound, reports: reports, out: NewOutbound()}
	l.send = l.transmit
	return l
}

// Local is the address of the sound's port.
func (l *RTP) Local() netip.AddrPort { return l.local }

// Apply takes what was agreed, first or anew (a re-INVITE). Ports, source and sequence of what we send stay; the party may speak from another address from
// now on. On an error (centre.Invalid) nothing has changed.
func (l *RTP) Apply(s Session) error {
	if err := s.check(l.local.Addr()); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	crypt := l.crypt
	if s.SRTP == nil {
		crypt = nil
	} else if crypt == nil || !crypt.keys.equal(s.SRTP) {
		var err error
		if crypt, err = newCryption(*s.SRTP); err != nil {
			return err
		}
	}
	old := l.session
	l.session, l.crypt = s, crypt
	l.session.SRTP = nil // cryption has its own
	if s.Receive && !old.Receive {
		l.in.buffer.restart()
	}
	l.in.Configure(s)
	l.out.Configure(s)
	l.agreed = true
	if l.latched {
		l.previous = l.source
	}
	if !l.previous.IsValid() || s.Remote != old.Remote && reachable(s.Remote) { // no address at all is an old way to hold: who was heard stays
		l.previous, l.toAddr, l.sends = netip.AddrPort{}, netip.AddrPort{}, false
		if reachable(s.Remote) {
			l.aim(s.Remote)
		}
	} else if l.sends {
		l.aim(l.toAddr) // where reports go may be new
	}
	l.latched, l.candidate = false, netip.AddrPort{}
	l.sound.anyone()
	return nil
}

// aim sends sound and reports to the address from now on.
func (l *RTP) aim(at netip.AddrPort) {
	v6 := l.local.Addr().Is6()
	l.sends, l.toAddr = true, at
	l.to = newTarget(at, v6)
	switch {
	case l.session.ReportsMux:
		l.toReports = l.to
	case reachable(l.session.Reports) && l.session.Reports.Addr().Is6() == v6:
		l.toReports = newTarget(l.session.Reports, v6)
	default:
		l.toReports = newTarget(netip.AddrPortFrom(at.Addr(), at.Port()+1), v6)
	}
}

// Pull implements Leg.
func (l *RTP) Pull(f *Frame) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pulls++
	if l.closed {
		return false
	}
	l.drain()
	if !l.session.Receive {
		return false
	}
	digit, ok := l.in.Pull(f)
	if digit != 0 {
		l.pressed(digit)
	}
	return ok
}

// Restart forgets what the party said before: it joins another room.
func (l *RTP) Restart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.drain() // what the kernel still holds is as old
		l.in.Restart()
	}
}

// Push implements Leg.
func (l *RTP) Push(f *Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.out.Push(f, l.send)
	}
}

// transmit sends a packet of sound.
func (l *RTP) transmit(b []byte) {
	if !l.sends {
		return
	}
	if l.crypt != nil {
		if b = l.crypt.seal(b, false); b == nil {
			l.stats.SendDrops++
			return
		}
	}
	if !l.sound.send(b, &l.to) {
		l.stats.SendDrops++
	}
}

// drain takes what has come to the sound's port.
func (l *RTP) drain() {
	b := l.ports.borrow()
	defer l.ports.give(b)
	for range drainRounds {
		n := l.sound.receive(b)
		for i := range n {
			l.arrived(b.datagram(i))
		}
		if n < batchSize {
			return
		}
	}
}

// arrived takes a datagram.
func (l *RTP) arrived(b []byte, from netip.AddrPort, at int64) {
	if isRTCP(b) {
		l.reported(b, from, at)
		return
	}
	if !l.agreed {
		l.stats.Injected++
		return
	}
	ours := l.latched && from == l.source
	mayPress := !ours && l.mayPress(b, from)
	if l.latched && !ours && !mayPress {
		l.stats.Injected++
		return
	}
	if l.crypt != nil {
		if b = l.crypt.open(b, false); b == nil {
			l.stats.Injected++
			return
		}
	}
	var p Packet
	if err := ParseRTP(b, &p); err != nil {
		l.stats.Malformed++
		return
	}
	if mayPress {
		if digit := l.strays.hear(&p); digit != 0 {
			l.pressed(digit)
		}
		return
	}
	if !ours && !l.latch(from, at) {
		l.stats.Injected++
		return
	}
	if digit := l.in.Put(&p, at); digit != 0 {
		l.pressed(digit)
	}
}

// mayPress says whether the datagram is an event from the party's address, though from another port: some send sound and digits by different sockets. A
// digit does not latch.
func (l *RTP) mayPress(b []byte, from netip.AddrPort) bool {
	of := l.source
	if !l.latched {
		of = l.session.Remote
	}
	return l.session.DTMFType != 0 && len(b) > 1 && b[1]&0x7f == l.session.DTMFType && from.Addr() == of.Addr() && from != l.session.Remote
}

// latch decides whether the sender is the party, once for each Apply.
func (l *RTP) latch(from netip.AddrPort, at int64) bool {
	if from != l.session.Remote && from != l.previous && (reachable(l.session.Remote) || l.previous.IsValid()) {
		if at == 0 {
			at = time.Now().UnixNano()
		}
		if !l.candidate.IsValid() {
			l.candidate, l.candidateAt = from, at
		}
		if from != l.candidate || at-l.candidateAt < latchGrace {
			return false
		}
	}
	l.latched, l.source = true, from
	l.sound.only(from, l.session.DTMFType)
	l.aim(from)
	return true
}

// OnDigit names the handler of digits that the party presses. It is called in order, in a goroutine of its own; digits that came before wait for it.
func (l *RTP) OnDigit(handle func(rune)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.onDigit = handle
	l.deliver()
}

func (l *RTP) pressed(digit rune) {
	l.stats.Digits++
	if len(l.digits) < digitsPending {
		l.digits = append(l.digits, digit)
		l.deliver()
	}
}

// deliver begins to tell the digits that wait, unless somebody already does.
func (l *RTP) deliver() {
	if l.delivering || l.onDigit == nil || len(l.digits) == 0 {
		return
	}
	l.delivering = true
	go func() {
		for {
			l.mu.Lock()
			if len(l.digits) == 0 || l.onDigit == nil {
				l.delivering = false
				l.mu.Unlock()
				return
			}
			digit, handle := l.digits[0], l.onDigit
			l.digits = l.digits[1:]
			l.mu.Unlock()
			l.ports.faults.guard(func() { handle(digit) })
		}
	}()
}

// SendDigits presses keys towards the party, one after the other: as events when the session has them, else as tones. Time passes only in a room.
func (l *RTP) SendDigits(keys string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out.Press(keys)
}

// OnSilent names what is called, in a goroutine of its own, when neither sound nor report has come for so long, listening or not, and again each time
// that so long has passed without either: whoever need not speak, on hold, can be asked again. 0 ends it. Stats says how long it has been.
func (l *RTP) OnSilent(after time.Duration, handle func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silentAfter, l.onSilent, l.silentSince = after, handle, time.Time{}
}

// OnRefused names what is called, in a goroutine of its own and every 2 s at most, when the machine that we send to says that nobody listens there (ICMP): a sign and no proof.
func (l *RTP) OnRefused(handle func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.onRefused = handle
}

// keep looks after the leg: reports, silence, and the socket of a leg that no room pulls.
func (l *RTP) keep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if l.pulls == l.kept {
		l.drain()
	}
	l.kept = l.pulls
	if l.keeps++; l.keeps%reportRounds == 0 {
		l.drainReports()
	}
	l.sendReport(now)
	if heard := l.in.received + l.stats.Reports; heard != l.lastCount || l.lastHeard.IsZero() {
		l.lastCount, l.lastHeard, l.silentSince = heard, now, now
	}
	l.stats.Silent = now.Sub(l.lastHeard)
	if l.silentSince.IsZero() {
		l.silentSince = now
	}
	if l.silentAfter > 0 && now.Sub(l.silentSince) >= l.silentAfter && l.onSilent != nil {
		l.silentSince = now
		go l.ports.faults.guard(l.onSilent)
	}
	if n := l.sound.refused; n != l.refused && l.onRefused != nil && now.Sub(l.refusedAt) >= 2*time.Second {
		l.refused, l.refusedAt = n, now
		go l.ports.faults.guard(l.onRefused)
	}
}

// Stats is what the leg has counted.
func (l *RTP) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	s.Sent = l.out.sent - s.SendDrops
	l.in.Count(&s)
	if !l.closed {
		s.Injected += l.sound.strangers()
	}
	return s
}

// Close says goodbye by RTCP and gives the ports back. It may be called again.
func (l *RTP) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.sayBye()
	l.closed = true
	l.stats.Injected += l.sound.strangers()
	l.sound.close()
	l.reports.close()
	l.mu.Unlock()
	l.ports.release(l.local.Port())
}
