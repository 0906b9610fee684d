package webleg

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// The goal: a browser's line is up at once, carries a tone both ways, says within two seconds that its browser has gone, and leaves nothing behind.

func serve(t testing.TB, o Options) *Server {
	t.Helper()
	if o.UDP == "" {
		o.UDP = "127.0.0.1:0"
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ring connects a peer to the server and waits until both sides have keys.
func ring(t testing.TB, s *Server, o PeerOptions) (*Leg, *Peer) {
	t.Helper()
	p, offer, err := NewPeer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	l, answer, err := s.Accept(offer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	up := make(chan struct{})
	l.OnState(func(st State) {
		if st == Up {
			close(up)
			l.OnState(func(State) {})
		}
	})
	if err := p.Answer(answer); err != nil {
		t.Fatal(err)
	}
	for _, c := range []<-chan struct{}{p.Connected(), up} {
		select {
		case <-c:
		case <-time.After(5 * time.Second):
			t.Fatal("not connected within 5 s")
		}
	}
	return l, p
}

// microphone is a leg that says a source and remembers what it hears.
type microphone struct {
	leg    media.Leg
	source media.Source
	heard  []int16
}

// talk moves a leg as a room's clock would: each 20 ms it says a frame of the source and hears one. It stops when enough has been heard or time is up.
func talk(a, b *microphone, hear int, within time.Duration) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(within); time.Now().Before(end); <-tick.C {
		done := true
		for _, m := range []*microphone{a, b} {
			var f media.Frame
			m.source.Read(&f)
			m.leg.Push(&f)
			if m.leg.Pull(&f) {
				m.heard = append(m.heard, f[:]...)
			}
			done = done && len(m.heard) >= hear
		}
		if done {
			return
		}
	}
}

// share is how much of the last half second is the tone.
func (m *microphone) share(hz float64) float64 {
	h := m.heard
	if len(h) > media.Rate/2 {
		h = h[len(h)-media.Rate/2:]
	}
	return media.Heard(h, hz)
}

func TestToneBothWays(t *testing.T) {
	for _, c := range []media.Codec{media.PCMU, media.PCMA} {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			s := serve(t, Options{})
			l, p := ring(t, s, PeerOptions{Codecs: []media.Codec{c}})
			server, browser := &microphone{leg: l, source: media.Tone(440, -10)}, &microphone{leg: p, source: media.Tone(1000, -10)}
			talk(server, browser, media.Rate, 3*time.Second)
			if got := server.share(1000); got < 0.9 {
				t.Errorf("the server hears 1000 Hz with a share of %.2f of %d samples", got, len(server.heard))
			}
			if got := browser.share(440); got < 0.9 {
				t.Errorf("the browser hears 440 Hz with a share of %.2f of %d samples", got, len(browser.heard))
			}
			if st := l.Stats(); st.Received == 0 || st.Sent == 0 || st.Lost > 0 || st.Refused > 0 {
				t.Errorf("stats %+v", st)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	s := serve(t, Options{})
	l, p := ring(t, s, PeerOptions{})
	var mu sync.Mutex
	var got []rune
	l.OnDigit(func(r rune) { mu.Lock(); got = append(got, r); mu.Unlock() })
	p.Press("12#")
	a, b := &microphone{leg: l, source: media.Tone(440, -10)}, &microphone{leg: p, source: media.Tone(1000, -10)}
	talk(a, b, media.Rate, 3*time.Second)
	mu.Lock()
	defer mu.Unlock()
	if string(got) != "12#" {
		t.Errorf("keys %q, want 12#", string(got))
	}
}

// states gathers what a leg says of itself.
func states(l *Leg) <-chan State {
	c := make(chan State, 16)
	l.OnState(func(s State) { c <- s })
	return c
}

func wait(t *testing.T, c <-chan State, want State, within time.Duration) time.Duration {
	t.Helper()
	from := time.Now()
	late := time.After(within)
	for {
		select {
		case s := <-c:
			if s == want {
				return time.Since(from)
			}
		case <-late:
			t.Fatalf("not %s within %s", want, within)
		}
	}
}

// A browser that is killed in the middle of a call is Shaky within a second or so and Lost within two.
func TestLostPeerIsNoticed(t *testing.T) {
	t.Parallel()
	s := serve(t, Options{})
	l, p := ring(t, s, PeerOptions{})
	a, b := &microphone{leg: l, source: media.Tone(440, -10)}, &microphone{leg: p, source: media.Tone(1000, -10)}
	talk(a, b, media.Rate/5, 2*time.Second)
	c := states(l)
	stop := make(chan struct{})
	var room sync.WaitGroup
	room.Go(func() { // the room's clock goes on
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				var f media.Frame
				l.Pull(&f)
				l.Push(&f)
			}
		}
	})
	defer room.Wait()
	defer close(stop)
	p.Close()
	took := wait(t, c, Shaky, 1500*time.Millisecond)
	if took += wait(t, c, Lost, 2*time.Second); took > 2*time.Second {
		t.Errorf("lost after %s, want within 2 s", took)
	}
}

// A leg that is taken into a room and hears nothing is Shaky within about a second, though its browser still answers for itself.
func TestNoSoundIsNoticed(t *testing.T) {
	t.Parallel()
	s := serve(t, Options{})
	l, _ := ring(t, s, PeerOptions{})
	c := states(l)
	stop := make(chan struct{})
	var room sync.WaitGroup
	room.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				var f media.Frame
				l.Pull(&f)
				l.Push(&f)
			}
		}
	})
	wait(t, c, Shaky, 1300*time.Millisecond)
	close(stop)
	room.Wait()
	wait(t, c, Up, time.Second) // out of the room nothing is expected of it
}

// listener hears half a second of a room.
type listener struct {
	mu  sync.Mutex
	all []int16
}

func (l *listener) Pull(*media.Frame) bool { return false }
func (l *listener) Push(f *media.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, f[:]...)
}

// heard is what came; nil before half a second has.
func (l *listener) heard() []int16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) < media.Rate/2 {
		return nil
	}
	return l.all
}

// To be played to is not to be in a room: nothing is expected of a browser that only listens. What was said before a leg joined a room is not heard there.
func TestPlayedToAtRest(t *testing.T) {
	t.Parallel()
	s := serve(t, Options{})
	l, p := ring(t, s, PeerOptions{})
	tone := media.Tone(440, -10)
	var f media.Frame
	for range 20 { // said before: it lies in the leg's buffer
		tone.Read(&f)
		p.Push(&f)
		l.Push(&f)
	}
	for late := time.Now().Add(5 * time.Second); l.Stats().Received < 20; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d packets came", l.Stats().Received)
		}
	}
	if l.InRoom() {
		t.Error("a leg that is only pushed counts as being in a room")
	}
	clock := media.NewClock(1)
	defer clock.Close()
	room, ear := clock.NewRoom(), &listener{}
	defer room.Close()
	room.Add(l, media.Role{})
	room.Add(ear, media.Role{})
	for late := time.Now().Add(5 * time.Second); ear.heard() == nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the room does not tick")
		}
	}
	if share := media.Heard(ear.heard(), 440); share > 0.01 {
		t.Errorf("the room hears what was said before it: %.2f", share)
	}
	if !l.InRoom() {
		t.Error("a leg that a room pulls is not in a room")
	}
}

// The line follows a browser that changes its network: the same keys from another address.
func TestMove(t *testing.T) {
	t.Parallel()
	s := serve(t, Options{})
	l, p := ring(t, s, PeerOptions{})
	a, b := &microphone{leg: l, source: media.Tone(440, -10)}, &microphone{leg: p, source: media.Tone(1000, -10)}
	talk(a, b, media.Rate/5, 2*time.Second)
	was := *l.remote.Load()
	if err := p.Move(); err != nil {
		t.Fatal(err)
	}
	a.heard, b.heard = nil, nil
	talk(a, b, media.Rate, 3*time.Second)
	if now := *l.remote.Load(); now == was {
		t.Fatal("the leg is still at the old address")
	}
	if a.share(1000) < 0.9 || b.share(440) < 0.9 {
		t.Errorf("after the move: server %.2f, browser %.2f", a.share(1000), b.share(440))
	}
}

// An idle leg sends nothing at all but answers to checks, however long a room before it was.
func TestIdleIsSilent(t *testing.T) {
	t.Parallel()
	s := serve(t, Options{})
	l, p := ring(t, s, PeerOptions{})
	a, b := &microphone{leg: l, source: media.Tone(440, -10)}, &microphone{leg: p, source: media.Tone(1000, -10)}
	talk(a, b, media.Rate/2, 2*time.Second)
	sent := l.Stats().Sent
	l.look(time.Now().Add(time.Second))
	if got := l.Stats().Sent; got != sent {
		t.Errorf("sent %d packets while idle", got-sent)
	}
}

// Sound that does not bear the browser's seal is neither heard nor counted as life.
func TestInjectedIsRefused(t *testing.T) {
	s := serve(t, Options{})
	l, p := ring(t, s, PeerOptions{})
	from := *l.remote.Load()
	before := l.packet.Load()
	fake := make([]byte, 172)
	fake[0] = 0x80
	for range 1000 {
		s.receive(append([]byte(nil), fake...), from, nil)
	}
	if st := l.Stats(); st.Refused != 1000 || st.Received != 0 || l.packet.Load() != before {
		t.Errorf("stats %+v", st)
	}
	_ = p
}

func TestBadOffers(t *testing.T) {
	s := serve(t, Options{})
	_, good, err := NewPeer(PeerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, offer := range map[string]string{
		"empty":          "",
		"noise":          "v=0\r\nhello\r\nm=\r\n",
		"no fingerprint": without(good, "a=fingerprint"),
		"no password":    without(good, "a=ice-pwd"),
		"no sound":       without(good, "m=audio"),
		"other codecs":   replaced(good, "SAVPF 0 8 126", "SAVPF 111 126"),
		"not secured":    replaced(good, "UDP/TLS/RTP/SAVPF", "RTP/AVP"),
		"passive":        replaced(good, "actpass", "passive"),
		"huge":           good + string(make([]byte, sdpMax)),
	} {
		if _, _, err := s.Accept(offer); centre.KindOf(err) != centre.Invalid {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
	if s.Legs() != 0 {
		t.Errorf("%d legs of bad offers are left", s.Legs())
	}
}

func TestTooManyLegs(t *testing.T) {
	s := serve(t, Options{Legs: 1})
	_, offer, err := NewPeer(PeerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	l, _, err := s.Accept(offer)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Accept(offer); centre.KindOf(err) != centre.Exhausted {
		t.Fatalf("a second leg: %v", err)
	}
	l.Close()
	if l, _, err = s.Accept(offer); err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	l.Close()
}

// Nothing is left of legs that are gone: goroutines, places, names.
func TestNothingIsLeft(t *testing.T) {
	s := serve(t, Options{})
	before := runtime.NumGoroutine()
	for range 3 {
		l, p := ring(t, s, PeerOptions{})
		p.Close()
		l.Close()
	}
	settle := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(settle) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", now, before, buf[:runtime.Stack(buf, true)])
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.byUser)+len(s.byPlace) > 0 {
		t.Errorf("%d names and %d places are left", len(s.byUser), len(s.byPlace))
	}
}
