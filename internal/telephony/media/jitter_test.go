package media

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"testing"
)

// line is a network between a sender of a tone and an inbound stream: it says for each packet when it comes, in ms after it was sent, or that it is lost.
type line struct {
	ptime   int                                       // ms of sound in a packet
	seconds int                                       // how long the sender speaks
	speed   float64                                   // of the sender's clock; 1 is the receiver's
	delay   func(n int, r *rand.Rand) (float64, bool) // of packet n
	packet  func(n int, p *Packet)                    // changes a packet
	twice   bool                                      // each packet comes twice
}

// hearing is what the receiver heard.
type hearing struct {
	sound   []int16 // frames with nothing are silence
	nothing int     // frames with nothing, after the first sound
	stats   Stats
	most    int // the largest delay of the buffer, in samples, in the second half
	least   int
	buffer  *jitterBuffer
}

// run sends the line's packets in the order in which they come and pulls a frame each 20 ms. The seed is fixed, so that a failure can be repeated.
func (l line) run(t *testing.T) hearing {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 11))
	source, n := Tone(400, -12), l.seconds*1000/l.ptime
	if l.speed == 0 {
		l.speed = 1
	}
	var sound []int16
	for len(sound) < n*l.ptime*8 {
		var f Frame
		source.Read(&f)
		sound = append(sound, f[:]...)
	}
	type arrival struct {
		at float64
		p  Packet
	}
	var coming []arrival
	for i := range n {
		octets := make([]byte, l.ptime*8)
		PCMA.Encode(octets, sound[i*len(octets):(i+1)*len(octets)])
		p := Packet{Sequence: uint16(65500 + i), Timestamp: uint32(1<<32-4000) + uint32(i*len(octets)), SSRC: 5, PayloadType: 8, Payload: octets}
		if l.packet != nil {
			l.packet(i, &p)
		}
		after, comes := 5.0, true
		if l.delay != nil {
			after, comes = l.delay(i, r)
		}
		if comes {
			coming = append(coming, arrival{float64((i+1)*l.ptime)/l.speed + after, p})
			if l.twice {
				coming = append(coming, arrival{float64((i+1)*l.ptime)/l.speed + after + 3, p})
			}
		}
	}
	sort.SliceStable(coming, func(i, j int) bool { return coming[i].at < coming[j].at })
	in := NewInbound(PCMA)
	h := hearing{least: math.MaxInt, buffer: &in.buffer}
	for tick := 1; tick*20 <= l.seconds*1000; tick++ {
		for len(coming) > 0 && coming[0].at < float64(tick*20) {
			in.Put(&coming[0].p, int64(coming[0].at*1e6))
			coming = coming[1:]
		}
		var f Frame
		if _, ok := in.Pull(&f); !ok {
			f = Frame{}
			if len(h.sound) > 0 {
				h.nothing++
			}
		}
		if len(h.sound) > 0 || !f.silent() {
			h.sound = append(h.sound, f[:]...)
		}
		if tick*40 > l.seconds*1000 {
			h.most, h.least = max(h.most, in.Delay()), min(h.least, in.Delay())
		}
	}
	in.Count(&h.stats)
	return h
}

func (h hearing) String() string {
	return fmt.Sprintf("heard %.3f of 400 Hz, %d frames of nothing, %d concealed, %d late, %d lost, delay %d..%d, target %d, cut %d, underruns %d",
		Heard(h.sound, 400), h.nothing, h.stats.Concealed, h.stats.Late, h.stats.Lost, h.least, h.most, h.buffer.target, h.buffer.cut, h.buffer.underruns)
}

func TestTheNetworkIsNotHeard(t *testing.T) {
	even := func(ms float64) func(int, *rand.Rand) (float64, bool) {
		return func(_ int, r *rand.Rand) (float64, bool) { return r.Float64() * ms, true }
	}
	for _, c := range []struct {
		name      string
		line      line
		share     float64 // of the tone in what is heard
		concealed uint64  // at most
		nothing   int     // at most
		delay     int     // of the buffer after half the time, at most, in ms
	}{
		{"a good line", line{ptime: 20, seconds: 30}, 0.99, 1, 0, 60},
		{"10 ms packets", line{ptime: 10, seconds: 30}, 0.99, 1, 0, 60},
		{"30 ms packets", line{ptime: 30, seconds: 30}, 0.99, 2, 1, 80},
		{"40 ms packets", line{ptime: 40, seconds: 30}, 0.99, 2, 1, 80},
		{"60 ms packets", line{ptime: 60, seconds: 30}, 0.99, 2, 1, 80},
		{"jitter of 15 ms", line{ptime: 20, seconds: 30, delay: even(15)}, 0.99, 3, 1, 80},
		{"jitter of 60 ms", line{ptime: 20, seconds: 30, delay: even(60)}, 0.98, 10, 2, 100},
		{"jitter of 90 ms", line{ptime: 20, seconds: 30, delay: even(90)}, 0.98, 20, 4, 120},
		{"5 % lost", line{ptime: 20, seconds: 30, delay: func(_ int, r *rand.Rand) (float64, bool) { return 5, r.IntN(20) > 0 }}, 0.98, 90, 0, 90},
		{"every 50th pair swapped", line{ptime: 20, seconds: 30, delay: func(n int, _ *rand.Rand) (float64, bool) {
			if n%50 == 10 {
				return 26, true
			}
			return 5, true
		}}, 0.99, 3, 1, 80},
		{"stalls of 100 ms", line{ptime: 20, seconds: 30, delay: func(n int, _ *rand.Rand) (float64, bool) {
			if k := n % 200; k < 5 && n >= 200 {
				return float64(105 - 20*k), true
			}
			return 5, true
		}}, 0.98, 20, 2, 120},
		{"all twice", line{ptime: 20, seconds: 30, twice: true}, 0.99, 1, 0, 60},
		{"a party that begins anew", line{ptime: 20, seconds: 30, packet: func(n int, p *Packet) {
			if n >= 300 {
				p.SSRC, p.Sequence, p.Timestamp = 77, p.Sequence+9000, p.Timestamp+123456789
			}
		}}, 0.98, 8, 3, 80},
		{"a sequence that jumps", line{ptime: 20, seconds: 30, packet: func(n int, p *Packet) {
			if n >= 300 {
				p.Sequence += 20000
			}
		}}, 0.98, 8, 3, 80},
		{"a timestamp that jumps back", line{ptime: 20, seconds: 30, packet: func(n int, p *Packet) {
			if n >= 300 {
				p.Timestamp -= 1 << 30
			}
		}}, 0.98, 10, 6, 80},
		{"a timestamp that jumps ahead", line{ptime: 20, seconds: 30, packet: func(n int, p *Packet) {
			if n >= 300 {
				p.Timestamp += 1 << 30
			}
		}}, 0.98, 8, 3, 80},
		{"strays of other sources", line{ptime: 20, seconds: 30, packet: func(n int, p *Packet) {
			if n%10 == 3 {
				p.SSRC = uint32(1000 + n)
			}
		}}, 0.95, 170, 2, 80},
		{"a gap without packets", line{ptime: 20, seconds: 30, packet: func(n int, p *Packet) {
			if n >= 300 { // the sender was silent for 10 s, and its timestamps went on
				p.Timestamp += 80000
			}
		}, delay: func(n int, _ *rand.Rand) (float64, bool) {
			if n >= 300 {
				return 10005, true
			}
			return 5, true
		}}, 0.65, 8, 500, 80}, // a third of what is heard is silence
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.line.run(t)
			if Heard(h.sound, 400) < c.share || h.stats.Concealed > c.concealed || h.nothing > c.nothing || h.most > c.delay*8 {
				t.Error(h)
			}
			if want := uint64(c.line.seconds * 1000 / c.line.ptime); c.line.twice && h.stats.Duplicate != want-1 && h.stats.Duplicate != want {
				t.Errorf("%d of %d packets were known to come twice", h.stats.Duplicate, want)
			}
			if testing.Verbose() {
				t.Log(h)
			}
		})
	}
}

func TestClocksThatDifferAreEvenedOut(t *testing.T) {
	for _, ppm := range []float64{-500, -100, 100, 500} {
		h := line{ptime: 20, seconds: 300, speed: 1 + ppm/1e6}.run(t)
		if Heard(h.sound[len(h.sound)/2:], 400) < 0.97 || h.most > 110*8 || h.stats.Concealed > 20 {
			t.Errorf("%+.0f ppm: %v", ppm, h)
		}
		if testing.Verbose() {
			t.Logf("%+.0f ppm: %v", ppm, h)
		}
	}
}

func TestComfortNoiseIsHeardWhenThePartySaysSo(t *testing.T) {
	in := NewInbound(PCMU)
	in.Configure(Session{Codec: PCMU, CNType: 13})
	in.Put(&Packet{Sequence: 1, Timestamp: 160, PayloadType: 13, Payload: []byte{40}}, 0)
	var f Frame
	var all []int16
	for range 50 {
		if _, ok := in.Pull(&f); !ok {
			t.Fatal("nothing is heard after comfort noise was asked for")
		}
		all = append(all, f[:]...)
	}
	var sum float64
	for _, v := range all {
		sum += float64(v) * float64(v)
	}
	if level := 20 * math.Log10(math.Sqrt(sum/float64(len(all)))/32768); math.Abs(level+40) > 1 {
		t.Errorf("noise of %.1f dBov, want -40", level)
	}
	if Heard(all, 1000) > 0.02 {
		t.Error("the noise has a tone in it")
	}
	quiet := make([]byte, 160)
	for i := range quiet {
		quiet[i] = 0xff
	}
	for n := range uint16(10) {
		in.Put(&Packet{Sequence: 2 + n, Timestamp: 160 * uint32(2+n), PayloadType: 0, Payload: quiet}, 0)
	}
	if _, ok := in.Pull(&f); !ok || f != (Frame{}) {
		t.Error("the noise goes on under the sound")
	}
}

func TestJitterIsThatOfRFC3550(t *testing.T) {
	h := line{ptime: 20, seconds: 60, delay: func(n int, _ *rand.Rand) (float64, bool) { return float64(5 + n%2*10), true }}.run(t)
	if ms := h.stats.Jitter.Seconds() * 1000; math.Abs(ms-10) > 0.5 { // transit differs by 10 ms from each packet to the next
		t.Errorf("jitter %.2f ms, want 10", ms)
	}
}
