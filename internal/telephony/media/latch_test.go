package media

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"sentral/internal/centre"
)

// stranger is a socket that sends packets of a tone to a leg, as somebody would who has guessed its port.
type stranger struct {
	conn *net.UDPConn
	to   netip.AddrPort
	out  *Outbound
	says Source
}

func newStranger(t *testing.T, to *RTP, s Session) *stranger {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	out := NewOutbound()
	s.Send = true
	out.Configure(s)
	return &stranger{conn, to.Local(), out, Tone(voices["third"], -3)}
}

func (s *stranger) address() netip.AddrPort { return s.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (s *stranger) speak(t *testing.T, frames int) {
	t.Helper()
	var f Frame
	for range frames {
		s.says.Read(&f)
		s.out.Push(&f, func(b []byte) {
			if _, err := s.conn.WriteToUDPAddrPort(b, s.to); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// injected is how many packets strangers send in the test: SENTRAL_INJECT sets the full million.
func injected() int {
	if n, err := strconv.Atoi(os.Getenv("SENTRAL_INJECT")); err == nil {
		return n
	}
	return 20000
}

func TestInjectedPacketsAreCountedNeverHeardNorRecorded(t *testing.T) {
	for _, keys := range []*SRTPKeys{nil, {AESCM128HMACSHA1_80, AESCM128HMACSHA1_80.NewKey(), AESCM128HMACSHA1_80.NewKey()}} {
		session := Session{Codec: PCMA, DTMFType: 101, SRTP: keys}
		server, phone := pair(t, session)
		session.SRTP = nil
		room, dst := still(), &memory{}
		agent := &party{says: Tone(voices["agent"], -14)}
		room.Add(server, Role{Side: Customer})
		room.Add(agent, Role{Side: Agent})
		rec := NewRecorder(dst, RecorderOptions{Queue: 100000})
		room.Record(rec)
		thief := newStranger(t, server, session)
		twin := newStranger(t, server, session) // has the party's source and sequence too
		twin.out.ssrc, twin.out.seq = phone.out.ssrc, phone.out.seq
		says, want := Tone(voices["customer"], -14), injected()
		thief.speak(t, 100) // before the party has spoken
		sent := 100
		for sent < want {
			var f Frame
			says.Read(&f)
			phone.Push(&f)
			n := min(want/400+1, want-sent) / 2
			thief.speak(t, n)
			twin.speak(t, n+1)
			sent += 2*n + 1
			move(room, 1)
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		left, right := dst.sides(t)
		for where, heard := range map[string][]int16{"agent": agent.heard, "recording's left": left} {
			if got := tones(heard); got != "customer" || Heard(heard, voices["third"]) > 1e-4 {
				t.Errorf("the %s holds %q, %.6f of it the stranger", where, got, Heard(heard, voices["third"]))
			}
		}
		if got := tones(right); got != "agent" {
			t.Errorf("the recording's right holds %q", got)
		}
		s := server.Stats()
		if s.Injected != uint64(sent) || s.Lost > 0 || s.Digits > 0 {
			t.Errorf("%d packets were injected: %+v", sent, s)
		}
		t.Logf("%d packets injected: %d counted, 0 heard, 0 recorded, %d of the party's lost", sent, s.Injected, s.Lost)
	}
}

// hear moves a leg's frames and says which voices it hears.
func hear(l *RTP, ticks int, each func()) string {
	var all []int16
	for range ticks {
		each()
		var f Frame
		if l.Pull(&f) {
			all = append(all, f[:]...)
		}
	}
	return tones(all)
}

func TestTheSDPsAddressIsBelievedFirst(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA})
	thief := newStranger(t, a, Session{Codec: PCMA})
	thief.speak(t, 5)
	var f Frame
	if a.Pull(&f) || a.latched {
		t.Fatal("a stranger was believed at once")
	}
	says := Tone(voices["customer"], -14)
	got := hear(a, 50, func() {
		thief.speak(t, 1)
		says.Read(&f)
		b.Push(&f)
	})
	if got != "customer" || a.source != b.Local() {
		t.Errorf("%q is heard from %v", got, a.source)
	}
}

func TestAPartyBehindAnAddressTranslatorIsHeardAfterAMoment(t *testing.T) {
	a, _ := pair(t, Session{Codec: PCMA})
	if err := a.Apply(Session{Codec: PCMA, Remote: netip.MustParseAddrPort("192.0.2.7:4000"), Send: true, Receive: true}); err != nil {
		t.Fatal(err)
	}
	phone := newStranger(t, a, Session{Codec: PCMA})
	phone.speak(t, 1)
	var f Frame
	a.Pull(&f)
	a.mu.Lock()
	a.candidateAt -= latchGrace // as if that moment had passed
	a.mu.Unlock()
	if got := hear(a, 50, func() { phone.speak(t, 1) }); got != "third" || a.toAddr != phone.address() {
		t.Errorf("%q is heard, sound goes to %v, the phone is %v", got, a.toAddr, phone.address())
	}
	// A re-INVITE with the same address changes nothing.
	if err := a.Apply(Session{Codec: PCMA, Remote: netip.MustParseAddrPort("192.0.2.7:4000"), Send: true, Receive: true}); err != nil {
		t.Fatal(err)
	}
	if a.toAddr != phone.address() {
		t.Errorf("after a re-INVITE sound goes to %v", a.toAddr)
	}
	phone.speak(t, 1)
	if a.Pull(&f); !a.latched || a.source != phone.address() {
		t.Error("after a re-INVITE the phone is a stranger again")
	}
	// One with another address is believed, from there alone.
	moved := newStranger(t, a, Session{Codec: PCMA})
	moved.says = Tone(voices["leader"], -10)
	if err := a.Apply(Session{Codec: PCMA, Remote: moved.address(), Send: true, Receive: true}); err != nil {
		t.Fatal(err)
	}
	if got := hear(a, 50, func() { phone.speak(t, 1); moved.speak(t, 1) }); got != "leader" {
		t.Errorf("after a move %q is heard", got)
	}
}

func TestAPartyWithoutAnAddressIsBelievedAtOnce(t *testing.T) {
	a, _ := pair(t, Session{Codec: PCMA})
	if err := a.Apply(Session{Codec: PCMA, Remote: netip.MustParseAddrPort("0.0.0.0:4000"), Send: true, Receive: true}); err != nil {
		t.Fatal(err)
	}
	var f Frame
	before := a.Stats().SendDrops
	a.Push(&f)
	if a.Stats().SendDrops != before {
		t.Error("sound was sent nowhere, and that was counted as a drop")
	}
	phone := newStranger(t, a, Session{Codec: PCMA})
	if got := hear(a, 30, func() { phone.speak(t, 1) }); got != "third" {
		t.Errorf("%q is heard", got)
	}
}

func TestAHoldWithoutAnAddressLetsNobodyElseIn(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA})
	says := Tone(voices["customer"], -14)
	var f Frame
	talk := func() { says.Read(&f); b.Push(&f) }
	hear(a, 20, talk)
	if err := a.Apply(Session{Codec: PCMA, Remote: netip.MustParseAddrPort("0.0.0.0:0"), Receive: true}); err != nil {
		t.Fatal(err)
	}
	thief := newStranger(t, a, Session{Codec: PCMA})
	thief.speak(t, 3)
	talk()
	if got := hear(a, 30, func() { thief.speak(t, 1); talk() }); got != "customer" || a.source != b.Local() {
		t.Errorf("%q is heard from %v", got, a.source)
	}
}

func TestNobodyIsHeardBeforeAnythingWasAgreed(t *testing.T) {
	ports := NewPorts(loopback, 42000, 42999)
	a, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	thief := newStranger(t, a, Session{Codec: PCMU})
	if got := hear(a, 10, func() { thief.speak(t, 1) }); got != "" || a.latched || a.Stats().Injected != 10 {
		t.Errorf("%q is heard: %+v", got, a.Stats())
	}
}

func TestDigitsFromAnotherPortOfThePartyCount(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA, DTMFType: 96})
	got := make(chan rune, 10)
	a.OnDigit(func(r rune) { got <- r })
	keys := newStranger(t, a, Session{Codec: PCMA, DTMFType: 96})
	says := Tone(voices["customer"], -14)
	var f Frame
	talk := func() {
		says.Read(&f)
		b.Push(&f)
		keys.speak(t, 1)
	}
	keys.out.Press("1")
	if heard := hear(a, 50, talk); heard != "customer" || <-got != '1' {
		t.Errorf("%q is heard", heard)
	}
	keys.out.Press("2")
	if heard := hear(a, 50, talk); heard != "customer" || <-got != '2' {
		t.Errorf("%q is heard", heard)
	}
	if a.source != b.Local() {
		t.Error("a digit has moved the party")
	}
}

func TestHoldStopsWhatItMust(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMU})
	says := Tone(voices["customer"], -14)
	var f Frame
	talk := func() {
		says.Read(&f)
		b.Push(&f)
		a.Push(&f)
	}
	apply := func(send, receive bool) {
		if err := a.Apply(Session{Codec: PCMU, Remote: b.Local(), Send: send, Receive: receive}); err != nil {
			t.Fatal(err)
		}
	}
	seq := func() uint16 { return a.out.seq }
	apply(true, false)
	if got := hear(a, 20, talk); got != "" {
		t.Errorf("sendonly hears %q", got)
	}
	before := seq()
	apply(false, true)
	if got := hear(a, 20, talk); got != "customer" || seq() != before {
		t.Errorf("recvonly hears %q and sent %d", got, seq()-before)
	}
	stamp := a.out.stamp
	apply(false, false)
	if got := hear(a, 20, talk); got != "" || seq() != before || a.out.stamp != stamp+20*FrameSamples {
		t.Errorf("inactive hears %q, sent %d, and its time moved by %d", got, seq()-before, a.out.stamp-stamp)
	}
	apply(true, true)
	if got := hear(a, 20, talk); got != "customer" || seq() != before+20 {
		t.Errorf("resumed hears %q and sent %d", got, seq()-before)
	}
}

func TestSRTPHidesAndRefuses(t *testing.T) {
	for _, suite := range SRTPSuites {
		keys := &SRTPKeys{suite, suite.NewKey(), suite.NewKey()}
		a, b := pair(t, Session{Codec: PCMA, SRTP: keys})
		says := Tone(voices["customer"], -14)
		var f Frame
		talk := func() { says.Read(&f); b.Push(&f) }
		if got := hear(a, 30, talk); got != "customer" || a.Stats().Injected > 0 {
			t.Errorf("%s: %q is heard, %+v", suite, got, a.Stats())
		}
		if err := a.Apply(Session{Codec: PCMA, Remote: b.Local(), Receive: true, SRTP: &SRTPKeys{suite, keys.Local, suite.NewKey()}}); err != nil {
			t.Fatal(err)
		}
		hear(a, 10, func() {}) // what was held is heard out
		if got := hear(a, 30, talk); got != "" || a.Stats().Injected < 30 {
			t.Errorf("%s: %q is heard under another key, %+v", suite, got, a.Stats())
		}
	}
	for name, keys := range map[string]*SRTPKeys{
		"no keys":       {Suite: AESCM128HMACSHA1_80},
		"unknown suite": {Suite: "ROT13", Local: make([]byte, 30), Remote: make([]byte, 30)},
	} {
		a, b := pair(t, Session{Codec: PCMA})
		if err := a.Apply(Session{Codec: PCMA, Remote: b.Local(), SRTP: keys}); centre.KindOf(err) != centre.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if !a.session.Receive {
			t.Errorf("%s: a session that was refused has changed something", name)
		}
	}
}

func TestASessionThatCannotBe(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA})
	for name, s := range map[string]Session{
		"codec":   {Codec: 3, Remote: b.Local()},
		"types":   {Codec: PCMA, PayloadType: 101, DTMFType: 101, Remote: b.Local()},
		"type":    {Codec: PCMA, PayloadType: 200, Remote: b.Local()},
		"packets": {Codec: PCMA, PtimeMS: 500, Remote: b.Local()},
		"family":  {Codec: PCMA, Remote: netip.MustParseAddrPort("[2001:db8::1]:4000")},
	} {
		if err := a.Apply(s); centre.KindOf(err) != centre.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReportsTellEachSideOfTheOther(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Session
	}{
		{"on their own port", Session{Codec: PCMA}},
		{"on one port", Session{Codec: PCMA, ReportsMux: true}},
		{"encrypted", Session{Codec: PCMA, SRTP: &SRTPKeys{AESCM128HMACSHA1_80, AESCM128HMACSHA1_80.NewKey(), AESCM128HMACSHA1_80.NewKey()}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, c.s)
			var f Frame
			for n := range 100 {
				if n%10 != 0 { // a tenth of what b says is lost on its way
					b.Push(&silence)
				} else {
					b.out.Push(&silence, func([]byte) {})
				}
				a.Push(&silence)
				a.Pull(&f)
				b.Pull(&f)
			}
			fraction := uint8(0)
			for range 4 {
				for _, l := range []*RTP{a, b} {
					l.mu.Lock()
					l.report.next, l.keeps = time.Unix(1, 0), reportRounds-1 // both are due
					l.mu.Unlock()
					l.keep(time.Now().Add(-5 * time.Millisecond)) // as if the way took so long
				}
				a.Pull(&f)
				b.Pull(&f)
				fraction = max(fraction, b.Stats().TheirFractionLost)
			}
			s, o := a.Stats(), b.Stats()
			if s.Reports == 0 || o.Reports == 0 || fraction < 20 || fraction > 30 || o.TheirLost < 9 || o.TheirLost > 10 || s.TheirLost != 0 || s.Lost < 9 || s.Lost > 10 {
				t.Errorf("a %+v\nb %+v", s, o)
			}
			if o.RTT < 9*time.Millisecond || o.RTT > 100*time.Millisecond {
				t.Errorf("round trip %v", o.RTT)
			}
		})
	}
}

// A machine that says that nobody listens is told of, and costs neither what is sent nor what is heard.
func TestARefusalIsTold(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only this kernel tells")
	}
	a, b := pair(t, Session{Codec: PCMA})
	told := make(chan struct{}, 10)
	a.OnRefused(func() { told <- struct{}{} })
	var f Frame
	a.Push(&silence)
	b.Pull(&f)
	now := time.Now()
	a.keep(now)
	if len(told) > 0 {
		t.Fatal("told although b listens")
	}
	b.Close()
	for end := now.Add(time.Minute); len(told) == 0 && now.Before(end); time.Sleep(time.Millisecond) {
		now = now.Add(keepEvery)
		a.Push(&silence)
		a.Pull(&f)
		a.keep(now)
	}
	<-told
	if n := a.Stats().SendDrops; n != 0 {
		t.Errorf("%d packets were not sent for it", n)
	}
}

func TestASilentPartyIsNoticed(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA})
	told := make(chan struct{}, 10)
	a.OnSilent(time.Minute, func() { told <- struct{}{} })
	now := time.Now()
	pass := func(d time.Duration) {
		for end := now.Add(d); now.Before(end); {
			now = now.Add(keepEvery)
			a.keep(now)
		}
	}
	speak := func() {
		b.Push(&silence)
		a.keep(now)
	}
	pass(59 * time.Second)
	speak()
	pass(59 * time.Second)
	if len(told) > 0 {
		t.Error("told too early")
	}
	pass(time.Second)
	<-told
	if s := a.Stats().Silent; s != time.Minute {
		t.Errorf("silent for %v", s)
	}
	pass(59 * time.Second)
	if len(told) > 0 {
		t.Error("told again too early")
	}
	pass(2 * time.Second)
	<-told
	speak()
	pass(59 * time.Second)
	if err := a.Apply(Session{Codec: PCMA, Remote: b.Local(), Send: true}); err != nil {
		t.Fatal(err)
	}
	pass(time.Second)
	<-told // nothing is to come: whoever was told can ask the party by other means
	pass(5 * time.Minute)
	for range 5 {
		<-told
	}
	if s := a.Stats().Silent; s < 5*time.Minute {
		t.Errorf("silent for %v", s)
	}
}

func TestPortsAreGivenBack(t *testing.T) {
	p := NewPorts(loopback, 43001, 43010)
	var legs []*RTP
	for range 4 {
		l, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		if l.Local().Port()%2 != 0 || l.Local().Port() < 43002 || l.Local().Port() > 43008 {
			t.Errorf("port %d", l.Local().Port())
		}
		legs = append(legs, l)
	}
	if _, err := p.Open(); centre.KindOf(err) != centre.Exhausted {
		t.Errorf("a fifth leg: %v", err)
	}
	legs[2].Close()
	legs[2].Close()
	var f Frame
	if legs[2].Pull(&f) {
		t.Error("a closed leg hears")
	}
	legs[2].Push(&f)
	again, err := p.Open()
	if err != nil || again.Local() != legs[2].Local() {
		t.Errorf("%v, %v", again, err)
	}
	again.Close()
	for _, l := range legs {
		l.Close()
	}
	if p.InUse() != 0 {
		t.Errorf("%d ports in use", p.InUse())
	}
	taken, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 43002})
	if err != nil {
		t.Skip("somebody else has the port")
	}
	defer taken.Close()
	for range 3 {
		l, err := p.Open()
		if err != nil || l.Local().Port() == 43002 {
			t.Errorf("%v, %v", l, err)
		}
		defer l.Close()
	}
}

func TestASixthVersionAddressWorksToo(t *testing.T) {
	p := NewPorts(netip.MustParseAddr("::1"), 44000, 44100)
	a, err := p.Open()
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	b, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	for _, to := range [][2]*RTP{{a, b}, {b, a}} {
		if err := to[0].Apply(Session{Codec: PCMA, Remote: to[1].Local(), Send: true, Receive: true}); err != nil {
			t.Fatal(err)
		}
	}
	says := Tone(voices["customer"], -14)
	var f Frame
	if got := hear(a, 50, func() { says.Read(&f); b.Push(&f) }); got != "customer" || a.Stats().Lost > 0 {
		t.Errorf("%q is heard: %+v", got, a.Stats())
	}
}
