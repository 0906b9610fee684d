package webleg

import (
	"crypto/rand"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/stun/v4"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// State is how a leg is.
type State uint8

// The states of a leg. Lost is not the end: a browser that comes back from a tunnel is Up again, until somebody closes the leg.
const (
	Fresh State = iota // no keys agreed yet
	Up                 // sound can flow
	Shaky              // in a room and no sound for a second, or idle and silent for longer than its checks should be apart
	Lost               // nothing at all from the browser: treat it as gone
)

var stateNames = [...]string{"fresh", "up", "shaky", "lost"}

// String names the state as logs do.
func (s State) String() string { return stateNames[s] }

// How long silence may last. In a room fifty packets a second should come; outside one only a check every 2.5 to 5 s (RFC 7675: consent lasts 30 s).
const (
	roomWithin  = 200 * time.Millisecond // since the last Pull: the leg is in a room
	shakyRoom   = 900 * time.Millisecond
	lostRoom    = 1700 * time.Millisecond
	shakyIdle   = 8 * time.Second
	lostIdle    = 15 * time.Second
	lostNew     = 15 * time.Second       // no keys after this long
	lostGoodbye = 300 * time.Millisecond // after what looked like a goodbye
)

// Stats are a leg's counts since it was accepted.
type Stats struct {
	Sent, Received uint64
	Lost           uint64        // packets of the browser's that never came
	Refused        uint64        // packets that did not carry the browser's seal, or came twice
	Jitter         time.Duration // of arrival (RFC 3550 section 6.4.1)
	RoundTrip      time.Duration // by RTCP; 0 = not known yet
	LostOut        float64       // share of our packets that the browser missed, 0 to 1, by its last report
}

// Leg is one browser's line. It implements media.Leg; its room's clock pulls and pushes.
type Leg struct {
	server    *Server
	user, pwd string // our ICE credentials
	integrity stun.MessageIntegrity
	shown     string // the browser's fingerprint
	sound     *sound
	push      func([]byte) error

	remote atomic.Pointer[netip.AddrPort] // where the browser has chosen to be
	places []netip.AddrPort               // guarded by server.mu

	born    time.Time
	packet  atomic.Int64 // Unix nanoseconds of the last thing that was proven to be the browser's
	packets atomic.Int64 // and of the last sound
	room    atomic.Int64 // last Pull
	since   atomic.Int64 // in a room since
	goodbye atomic.Int64 // an alert that looked like a goodbye

	mu      sync.Mutex
	shaking *tunnel // the handshake, while there is one
	agreed  bool
	closed  bool
	state   State
	onState func(State)
	telling sync.Mutex // one state at a time, in order
}

func newLeg(s *Server, o described) *Leg {
	l := &Leg{server: s, user: rand.Text()[:12], pwd: rand.Text(), shown: o.fingerprint, sound: newSound(), born: time.Now()}
	l.integrity = stun.NewShortTermIntegrity(l.pwd)
	l.sound.agreed(o.codecs[0], o.digits)
	l.push = func(b []byte) error {
		to := l.remote.Load()
		if to == nil {
			return centre.Errorf(centre.Unavailable, "webleg: the browser has not been heard of")
		}
		return l.server.send(b, *to)
	}
	return l
}

// OnState has f called at every change of state, one at a time and in order; at once when the state is no longer Fresh. f must not block.
func (l *Leg) OnState(f func(State)) {
	l.mu.Lock()
	l.onState = f
	now := l.state
	l.mu.Unlock()
	if now != Fresh {
		f(now)
	}
}

// OnDigit has f called for every key that the browser sends as a telephone event (RFC 4733), once a press. f must not block.
func (l *Leg) OnDigit(f func(rune)) { l.sound.onDigit.Store(&f) }

// State is how the leg is now.
func (l *Leg) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// Stats are the counts so far.
func (l *Leg) Stats() Stats { return l.sound.stats() }

func (s *sound) stats() Stats {
	s.reading.Lock()
	defer s.reading.Unlock()
	r := &s.heard
	return Stats{Sent: s.sent.Load(), Received: r.total + r.received, Lost: r.earlier + r.lost(), Refused: s.refused.Load(),
		Jitter: time.Duration(r.jitter>>4) * samplePeriod, RoundTrip: r.turn, LostOut: r.theirLoss}
}

// Pull implements media.Leg: what the browser's microphone said.
func (l *Leg) Pull(f *media.Frame) bool {
	l.inRoom(time.Now().UnixNano())
	return l.sound.pull(f)
}

// Push implements media.Leg: what the browser is to play. It sends at once.
func (l *Leg) Push(f *media.Frame) { l.sound.push(f, time.Now(), l.push) }

// InRoom tells whether a room listens to the leg: something may be played to a line that is open and at rest.
func (l *Leg) InRoom() bool { return time.Now().UnixNano()-l.room.Load() <= int64(roomWithin) }

// Restart forgets what the browser said before: it joins another room.
func (l *Leg) Restart() { l.sound.restart() }

func (l *Leg) inRoom(now int64) {
	if now-l.room.Swap(now) > int64(roomWithin) {
		l.since.Store(now)
	}
}

// Close ends the leg. The browser learns of it from whoever signals. It is idempotent.
func (l *Leg) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.closed, l.onState = true, nil
	t := l.shaking
	l.shaking = nil
	l.mu.Unlock()
	if t != nil {
		_ = t.Close()
	}
	l.server.forget(l)
}

func (l *Leg) alive() { l.packet.Store(time.Now().UnixNano()) }

// take reads what came from an address that the browser has proven to be its own: DTLS until keys are agreed, then sound.
func (l *Leg) take(b []byte, from netip.AddrPort) {
	switch {
	case b[0] >= 20 && b[0] < 64:
		l.handshake(b, from)
	case b[0] >= 128 && b[0] < 192:
		now := time.Now()
		if !l.sound.take(b, now) {
			return
		}
		n := now.UnixNano()
		l.packet.Store(n)
		if b[1]&0x7f < 64 || b[1]&0x7f >= 96 {
			l.packets.Store(n)
		}
	}
}

const alertRecord = 21 // RFC 6347 section 4.1, content type

func (l *Leg) handshake(b []byte, from netip.AddrPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if l.agreed && b[0] == alertRecord {
		// Sealed with keys that we have let go of. Forged or not, it is only a hint: the leg is lost if nothing else comes soon after.
		l.goodbye.CompareAndSwap(0, time.Now().UnixNano())
	}
	if l.shaking == nil {
		if l.agreed {
			return
		}
		l.shaking = newTunnel(func(p []byte) { _ = l.push(p) })
		l.server.running.Add(1)
		go l.agree(l.shaking)
	}
	_, _ = l.shaking.in.Write(b)
}

// agree runs DTLS as the passive side.
func (l *Leg) agree(t *tunnel) {
	defer l.server.running.Done()
	opts := append(append([]dtls.ServerOption(nil), l.server.secured...), dtls.WithVerifyPeerCertificate(proven(l.shown)))
	c, err := dtls.ServerWithOptions(t, nowhere, opts...)
	if err == nil {
		in, out, failed := agree(t, c, false, l.settled)
		if err = failed; err == nil {
			l.sound.keyed(in, out)
		}
	}
	l.mu.Lock()
	if err != nil {
		l.shaking = nil // the browser may try again until the leg is given up
	}
	l.agreed = err == nil
	l.mu.Unlock()
	if err != nil {
		l.server.log.Info("webleg: handshake failed", "cause", err.Error())
		return
	}
	l.alive()
	l.become(Up)
}

// settled lets go of the handshake.
func (l *Leg) settled() {
	l.mu.Lock()
	l.shaking = nil
	l.mu.Unlock()
}

// look is the watch's turn: it tells a change of state and sends the report that is due.
func (l *Leg) look(now time.Time) {
	l.mu.Lock()
	state, agreed := l.state, l.agreed
	l.mu.Unlock()
	if !agreed {
		if state == Fresh && now.Sub(l.born) > lostNew {
			l.become(Lost)
		}
		return
	}
	l.become(l.judge(now.UnixNano()))
	l.sound.speak(now, l.push)
}

// judge says how a leg with keys is at an instant.
func (l *Leg) judge(now int64) State {
	quiet := time.Duration(now - l.packet.Load())
	if bye := l.goodbye.Load(); bye != 0 {
		if l.packet.Load() > bye+int64(50*time.Millisecond) {
			l.goodbye.Store(0)
		} else if time.Duration(now-bye) > lostGoodbye {
			return Lost
		}
	}
	if now-l.room.Load() > int64(roomWithin) {
		switch {
		case quiet > lostIdle:
			return Lost
		case quiet > shakyIdle:
			return Shaky
		}
		return Up
	}
	switch unheard := time.Duration(now - max(l.packets.Load(), l.since.Load())); {
	case unheard > lostRoom && quiet > lostRoom:
		return Lost
	case unheard > shakyRoom:
		return Shaky
	}
	return Up
}

func (l *Leg) become(s State) {
	l.telling.Lock()
	defer l.telling.Unlock()
	l.mu.Lock()
	if l.state == s || l.closed {
		l.mu.Unlock()
		return
	}
	l.state = s
	tell := l.onState
	l.mu.Unlock()
	if tell != nil {
		tell(s)
	}
}
