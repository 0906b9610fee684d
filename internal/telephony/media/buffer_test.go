package media

import (
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// octetsOf is a packet's sound, every sample the same.
func octetsOf(value int16, n int) []byte {
	b := make([]byte, n)
	v := make([]int16, n)
	for i := range v {
		v[i] = value
	}
	PCMA.Encode(b, v)
	return b
}

// feed puts packets of 20 ms, numbered from first, each with its number times 256 as its sound.
func feed(j *jitterBuffer, first, n int) {
	for i := first; i < first+n; i++ {
		j.put(uint32(i*FrameSamples), octetsOf(int16(i*256), FrameSamples), PCMA)
	}
}

func TestTheBufferWaitsGrowsAndShrinks(t *testing.T) {
	j := &jitterBuffer{}
	var f Frame
	feed(j, 0, 1)
	if j.pull(&f) {
		t.Error("sound before 40 ms have gathered")
	}
	feed(j, 1, 1)
	next := 2
	calm := func(ticks int) {
		for range ticks {
			if !j.pull(&f) {
				t.Fatal("nothing is heard on a calm line")
			}
			feed(j, next, 1)
			next++
		}
	}
	calm(10)
	if j.level() != 2*FrameSamples || j.target != targetLow {
		t.Fatalf("%d held, target %d", j.level(), j.target)
	}
	for range 4 { // four stalls of 100 ms, and what came meanwhile
		for range 5 {
			j.pull(&f)
		}
		feed(j, next, 5)
		next += 5
		calm(20)
	}
	if j.target < 3*FrameSamples || j.underruns == 0 || j.level() > levelHigh {
		t.Errorf("after stalls: target %d, %d held, %d underruns", j.target, j.level(), j.underruns)
	}
	calm(10 * calmTicks)
	if j.target != targetLow || j.level() > 3*FrameSamples {
		t.Errorf("after calm: target %d, %d held", j.target, j.level())
	}
	feed(j, next, 20) // 400 ms at once: too late for a conversation
	next += 20
	calm(1)
	if j.level() > j.target {
		t.Errorf("%d held after a burst", j.level())
	}
}

func TestALatePacketMakesTheBufferWaitOnce(t *testing.T) {
	j := &jitterBuffer{}
	var f Frame
	feed(j, 0, 4)
	for range 2 {
		j.pull(&f)
	}
	feed(j, 5, 1) // 4 is late
	j.pull(&f)
	j.pull(&f)
	j.pull(&f) // in place of 4 something is made up
	feed(j, 6, 2)
	feed(j, 4, 1)
	if j.late != 1 || !j.stretch || j.target != targetLow+FrameSamples {
		t.Fatalf("%d late, target %d", j.late, j.target)
	}
	before := j.play
	j.pull(&f)
	if j.play != before || j.stretch {
		t.Errorf("the place moved by %d", j.play-before)
	}
	j.pull(&f)
	if j.play != before+FrameSamples {
		t.Errorf("it waited twice")
	}
}

func TestAfterAShortGapTheNextPacketIsHeardNotTheGap(t *testing.T) {
	j := &jitterBuffer{}
	var f Frame
	feed(j, 0, 2)
	for range 8 {
		j.pull(&f)
	}
	feed(j, 7, 4) // five were never sent, or lost
	j.pull(&f)
	if v := f[FrameSamples-1]; v < 7*256-64 || v > 7*256+64 {
		t.Errorf("%d is heard, want the seventh packet", v)
	}
}

func TestWhatIsMadeUpIsBlendedWithWhatComes(t *testing.T) {
	var c concealer
	var f Frame
	s := Tone(100, -6)
	for range 3 {
		s.Read(&f)
		c.heard(&f)
	}
	made := make([]int16, FrameSamples)
	if !c.fill(made) {
		t.Fatal("nothing was made up")
	}
	if share := Heard(append(f[:], made...), 100); share < 0.9 {
		t.Errorf("the voice is %.2f of what was made up", share)
	}
	var loud Frame
	for i := range loud {
		loud[i] = 12000
	}
	c.heard(&loud)
	if step := int(loud[0]) - int(made[FrameSamples-1]); step > 2000 || step < -2000 {
		t.Errorf("a step of %d", step)
	}
	if loud[blendFor] != 12000 {
		t.Error("the blend lasts too long")
	}
	for range 4 {
		c.fill(made)
	}
	if c.fill(made) {
		t.Error("the voice goes on for more than 70 ms after it was lost")
	}
}

func TestSilenceIsSentAsNoiseWhereThatWasAgreed(t *testing.T) {
	o := NewOutbound()
	o.Configure(Session{Codec: PCMA, CNType: 13, Send: true})
	var sent []Packet
	send := func(b []byte) {
		var p Packet
		if err := ParseRTP(b, &p); err != nil {
			t.Fatal(err)
		}
		p.Payload = append([]byte(nil), p.Payload...)
		sent = append(sent, p)
	}
	var loud Frame
	Tone(400, -10).Read(&loud)
	for range 5 {
		o.Push(&loud, send)
	}
	for range hangover - 1 + 2*noiseEvery {
		o.Push(&silence, send)
	}
	o.Push(&loud, send)
	o.Push(&loud, send)
	kinds := map[uint8]int{}
	for i, p := range sent {
		kinds[p.PayloadType]++
		if i > 0 && p.Sequence != sent[i-1].Sequence+1 {
			t.Error("a number is missing")
		}
	}
	last := sent[len(sent)-2]
	if kinds[8] != 5+hangover-1+2 || kinds[13] != 2 || !last.Marker || sent[len(sent)-1].Marker || !sent[0].Marker {
		t.Errorf("%v packets by type; markers %v %v", kinds, last.Marker, sent[len(sent)-1].Marker)
	}
	if want := uint32(5+hangover-1+2*noiseEvery) * FrameSamples; last.Timestamp-sent[0].Timestamp != want {
		t.Errorf("time moved by %d, want %d", last.Timestamp-sent[0].Timestamp, want)
	}
	o.Configure(Session{Codec: PCMA})
	o.Push(&loud, send)
	o.Configure(Session{Codec: PCMA, Send: true})
	if o.Push(&loud, send); !sent[len(sent)-1].Marker {
		t.Error("sound after a hold has no marker")
	}
}

func TestStrangersAreToldApartWhereTheKernelCannot(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA})
	thief := newStranger(t, a, Session{Codec: PCMA})
	hear(a, 10, func() { b.Push(&silence) })
	thief.speak(t, 50)
	var f Frame
	a.Pull(&f)
	if n := a.sound.strangers(); runtime.GOOS == "linux" && n != 50 {
		t.Errorf("the kernel dropped %d of 50", n)
	}
	elsewhere := netip.MustParseAddrPort("192.0.2.9:5000")
	octets := make([]byte, 172)
	before := a.Stats()
	for n := range 5 {
		writeHeader(octets, &Packet{Sequence: uint16(n), SSRC: 3, PayloadType: 8})
		a.arrived(octets, elsewhere, 1e18+int64(n)*latchGrace*2)
		a.arrived([]byte{0x80, 200, 0, 1, 0, 0, 0, 0}, elsewhere, 1)
	}
	if s := a.Stats(); s.Injected != before.Injected+10 || s.Reports != before.Reports || a.source != b.Local() {
		t.Errorf("%+v", s)
	}
}

func TestEitherG711IsHeardWhicheverWasAgreed(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA})
	says := Tone(voices["customer"], -14)
	var f Frame
	for _, codec := range []Codec{PCMA, PCMU, PCMA} {
		b.mu.Lock()
		b.out.codec, b.out.payloadType = codec, uint8(codec)
		b.mu.Unlock()
		if got := hear(a, 30, func() { says.Read(&f); b.Push(&f) }); got != "customer" || a.Stats().Ignored > 0 {
			t.Errorf("%v: %q is heard, %+v", codec, got, a.Stats())
		}
	}
}

func TestAPacketMayBeSealedWhereItLies(t *testing.T) {
	for _, ptime := range []int{10, 20, 30, 40} {
		o, in := NewOutbound(), NewInbound(PCMA)
		o.Configure(Session{Codec: PCMA, PtimeMS: ptime, Send: true})
		source := Tone(440, -10)
		var f Frame
		var all []int16
		for range 100 {
			source.Read(&f)
			o.Push(&f, func(b []byte) {
				var p Packet
				if err := ParseRTP(b, &p); err != nil {
					t.Fatal(err)
				}
				in.Put(&p, 0)
				clear(append(b, make([]byte, 32)...))
			})
			if _, ok := in.Pull(&f); ok {
				all = append(all, f[:]...)
			}
		}
		if share := Heard(all, 440); share < 0.99 {
			t.Errorf("%d ms: the tone is %.3f of what is heard", ptime, share)
		}
	}
}

func TestALegInNoRoomIsLookedAfter(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA, DTMFType: 101})
	got := make(chan rune, 10)
	b.OnDigit(func(r rune) { got <- r })
	a.SendDigits("7")
	for range 400 { // eight seconds of sound that nobody pulls
		a.Push(&silence)
	}
	if r := <-got; r != '7' { // nobody pulls: the ports' own goroutine has found it
		t.Errorf("%q was pressed", r)
	}
	a.Close()
	b.Close()
	for deadline := time.After(10 * time.Second); ; {
		b.ports.mu.Lock()
		keeping := b.ports.keeping
		b.ports.mu.Unlock()
		if !keeping {
			return
		}
		select {
		case <-deadline:
			t.Fatal("the goroutine that looks after legs outlives them")
		case <-time.After(keepEvery / 4):
		}
	}
}
