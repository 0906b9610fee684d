package media

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// press is the packets of a key press as RFC 4733 section 2.5 has them: one each 20 ms, the last three times.
func press(key byte, stamp uint32, marker bool) []Packet {
	var out []Packet
	event := byte(strings.IndexByte(digits, key))
	for n := 1; n <= 7; n++ {
		d, end := uint16(min(n, 5)*160), byte(10)
		if n >= 5 {
			end |= 0x80
		}
		out = append(out, Packet{Timestamp: stamp, Marker: marker && n == 1, PayloadType: 101, Payload: []byte{event, end, byte(d >> 8), byte(d)}})
	}
	return out
}

func TestEachPressIsOneDigit(t *testing.T) {
	join := func(p ...[]Packet) (out []Packet) {
		for _, q := range p {
			out = append(out, q...)
		}
		return out
	}
	without := func(p []Packet, gone ...int) (out []Packet) {
		for i, q := range p {
			if !slices.Contains(gone, i) {
				out = append(out, q)
			}
		}
		return out
	}
	moving := press('5', 1000, true)
	for i := range moving { // some senders move the timestamp within an event
		moving[i].Timestamp += uint32(min(i, 4) * 160)
	}
	long := []Packet{
		{Timestamp: 1000, PayloadType: 101, Payload: []byte{7, 10, 0xff, 0xff}},
		{Timestamp: 1000 + 0xffff, PayloadType: 101, Payload: []byte{7, 10, 1, 0}}, // RFC 4733 section 2.5.1.3: the next segment of a long press
		{Timestamp: 1000 + 0xffff, PayloadType: 101, Payload: []byte{7, 0x8a, 2, 0}},
	}
	for _, c := range []struct {
		name    string
		packets []Packet
		want    string
	}{
		{"one key", press('1', 1000, true), "1"},
		{"all keys", func() (p []Packet) {
			for i := range len(digits) {
				p = append(p, press(digits[i], uint32(4000*i), true)...)
			}
			return p
		}(), digits},
		{"the same key twice", join(press('2', 1000, true), press('2', 3000, true)), "22"},
		{"twice, no marker", join(press('2', 1000, false), press('2', 3000, false)), "22"},
		{"the first packets lost", without(press('3', 1000, true), 0, 1, 2), "3"},
		{"the last packets lost", join(without(press('3', 1000, true), 4, 5, 6), press('3', 3000, true)), "33"},
		{"only the first packet came", press('4', 1000, true)[:1], "4"},
		{"only an end came", press('4', 1000, true)[6:], "4"},
		{"an old packet late", join(press('5', 1000, true), press('6', 3000, true), press('5', 1000, true)[2:3]), "56"},
		{"a timestamp that moves", moving, "5"},
		{"a long press in segments", long, "7"},
		{"around zero", join(press('8', 1<<32-400, true), press('8', 1600, true)), "88"},
		{"a flash is no digit", []Packet{{Payload: []byte{16, 0x80, 1, 0}}}, ""},
		{"too short", []Packet{{Payload: []byte{1, 2, 3}}, {}}, ""},
	} {
		var l eventListener
		var got strings.Builder
		for _, p := range c.packets {
			if d := l.hear(&p); d != 0 {
				got.WriteRune(d)
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.String(), c.want)
		}
	}
}

func TestDigitsThatAreSentAreFound(t *testing.T) {
	for _, c := range []struct {
		name    string
		session Session
	}{
		{"as events", Session{Codec: PCMA, DTMFType: 96}},
		{"as tones", Session{Codec: PCMU, InBandDTMF: true}},
		{"as events, tones looked for too", Session{Codec: PCMU, DTMFType: 101, InBandDTMF: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, c.session)
			got := make(chan rune, 100)
			b.OnDigit(func(r rune) { got <- r })
			a.SendDigits("12x 34,567890*#abcd")
			source := Tone(300, -20)
			var f Frame
			for range 500 {
				source.Read(&f)
				a.Push(&f)
				b.Pull(&f)
			}
			var all strings.Builder
			for range len("1234567890*#ABCD") {
				all.WriteRune(<-got)
			}
			if all.String() != "1234567890*#ABCD" || len(got) > 0 || b.Stats().Digits != 16 {
				t.Errorf("found %q and %d more", all.String(), len(got))
			}
			if s := b.Stats(); s.Lost+s.Ignored > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestAHandlerThatPanicsEndsNothing(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA, DTMFType: 101})
	got := make(chan rune, 10)
	b.OnDigit(func(r rune) {
		if r == '1' {
			panic("whoever hears of keys is broken")
		}
		got <- r
	})
	a.SendDigits("12")
	var f Frame
	for range 50 {
		a.Push(&f)
		b.Pull(&f)
	}
	if r := <-got; r != '2' {
		t.Errorf("%q is told", r)
	}
	if n, last := b.ports.Faults(); n != 1 || !strings.Contains(last, "broken") {
		t.Errorf("%d faults, the last %q", n, last)
	}
}

func TestAStormOfDigitsIsBounded(t *testing.T) {
	a, b := pair(t, Session{Codec: PCMA, DTMFType: 101})
	a.SendDigits(strings.Repeat("9", 10000))
	if n := len(a.out.keypad.queue); n != digitsQueued {
		t.Errorf("%d digits wait to be sent", n)
	}
	for range 1000 {
		b.mu.Lock()
		b.pressed('1')
		b.mu.Unlock()
	}
	if len(b.digits) != digitsPending || b.Stats().Digits != 1000 {
		t.Errorf("%d digits wait for their handler", len(b.digits))
	}
}

func TestSpeechIsNoKeyPress(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var l toneListener
	found := 0
	for range 50 * 20 { // a minute of voiced sound, three frames a sound: a gliding pitch with its overtones, and noise
		var f Frame
		pitch := 90 + 160*r.Float64()
		var parts []*tone
		for k := 1; float64(k)*pitch < 3400; k++ {
			parts = append(parts, Tone(float64(k)*pitch, -20-float64(k)).(*tone))
		}
		for _, p := range parts {
			var g Frame
			p.Read(&g)
			for i := range f {
				f[i] = saturate(int32(f[i]) + int32(g[i]))
			}
		}
		for i := range f {
			f[i] += int16(r.IntN(400) - 200)
		}
		for range 3 {
			if l.hear(&f) != 0 {
				found++
			}
		}
	}
	for hz := 300.0; hz < 3000; hz += 7 { // whistles
		s := Tone(hz, -10)
		for range 5 {
			var f Frame
			s.Read(&f)
			if l.hear(&f) != 0 {
				found++
			}
		}
	}
	if found > 0 {
		t.Errorf("%d keys were found in speech", found)
	}
}

func FuzzRTP(f *testing.F) {
	b := make([]byte, 12, 200)
	writeHeader(b, &Packet{Sequence: 7, Timestamp: 160, SSRC: 9, PayloadType: 8, Marker: true})
	f.Add(append(b, make([]byte, 160)...), uint8(101), uint8(13))
	f.Add([]byte{0xbf, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 4}, uint8(0), uint8(0))
	f.Add([]byte{0x90, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0, 0, 0, 0, 1, 0x8a, 0, 160}, uint8(101), uint8(13))
	f.Fuzz(func(t *testing.T, b []byte, dtmf, cn uint8) {
		in := NewInbound(PCMA)
		in.Configure(Session{Codec: PCMA, DTMFType: dtmf & 127, CNType: cn & 127, InBandDTMF: dtmf&128 != 0})
		b = b[:min(len(b), 600)]
		var out Frame
		for len(b) > 0 { // the octets are cut into packets by their first, so that a stream is found too
			n := min(int(b[0])+1, len(b))
			var p Packet
			if ParseRTP(b[:n], &p) == nil {
				if len(p.Payload) > n {
					t.Fatal("a payload longer than its packet")
				}
				in.Put(&p, int64(n))
			}
			in.Pull(&out)
			b = b[n:]
		}
		if level := in.buffer.level(); level > heldSamples {
			t.Fatalf("%d samples are held", level)
		}
	})
}

func FuzzDigits(f *testing.F) {
	f.Add([]byte{1, 10, 0, 160, 0, 0, 4, 0, 1, 0x8a, 3, 32, 0, 0, 4, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var l eventListener
		for ; len(b) >= 8; b = b[8:] {
			d := l.hear(&Packet{Timestamp: uint32(b[4])<<24 | uint32(b[5])<<16 | uint32(b[6])<<8 | uint32(b[7]), Marker: b[0]&0x80 != 0, Payload: b[:4]})
			if d != 0 && !strings.ContainsRune(digits, d) {
				t.Fatalf("%q is no key", d)
			}
		}
	})
}

func FuzzReports(f *testing.F) {
	f.Add([]byte{0x81, 200, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5})
	f.Add([]byte{0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 7, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		l := &RTP{out: &Outbound{ssrc: 7}}
		l.reported(b, l.local, 1e18)
		if l.stats.RTT < 0 || l.stats.TheirJitter < 0 {
			t.Fatalf("%+v", l.stats)
		}
	})
}
