package media

import "testing"

// rings is a leg that says the same frame each time and hears everything: the cheapest party there is.
type rings struct{ f Frame }

func (r *rings) Pull(f *Frame) bool { *f = r.f; return true }
func (r *rings) Push(*Frame)        {}

func BenchmarkRoom(b *testing.B) {
	for _, c := range []struct {
		name    string
		members int
		record  bool
		duck    int
	}{{"2", 2, false, 0}, {"2 recorded", 2, true, 0}, {"2 with a ducked sound", 2, true, 10}, {"3", 3, false, 0}, {"20", 20, false, 0}} {
		b.Run(c.name, func(b *testing.B) {
			r := still()
			for i := range c.members {
				r.Add(&rings{}, Role{Side: Side(1 + i)})
			}
			if c.record {
				rec := NewRecorder(&memory{}, RecorderOptions{Queue: 1})
				defer rec.Close()
				r.Record(rec)
			}
			if c.duck > 0 {
				r.Play(Tone(440, -10), Play{DuckDB: c.duck})
			}
			var x mixer
			b.ReportAllocs()
			for b.Loop() {
				r.tick(&x)
			}
		})
	}
}

// BenchmarkLegs is a frame from one leg to another over the loopback: two system calls, and the kernel's way between them.
func BenchmarkLegs(b *testing.B) {
	for _, c := range []struct {
		name string
		s    Session
	}{
		{"RTP", Session{Codec: PCMA}},
		{"SRTP", Session{Codec: PCMA, SRTP: &SRTPKeys{AESCM128HMACSHA1_80, AESCM128HMACSHA1_80.NewKey(), AESCM128HMACSHA1_80.NewKey()}}},
		{"SRTP GCM", Session{Codec: PCMA, SRTP: &SRTPKeys{AEADAES128GCM, AEADAES128GCM.NewKey(), AEADAES128GCM.NewKey()}}},
		{"in-band digits", Session{Codec: PCMA, InBandDTMF: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			from, to := pair(b, c.s)
			var f, g Frame
			Tone(440, -10).Read(&f)
			b.ReportAllocs()
			for b.Loop() {
				from.Push(&f)
				to.Pull(&g)
			}
		})
	}
}

func BenchmarkCodec(b *testing.B) {
	var f Frame
	var octets [FrameSamples]byte
	Tone(440, -10).Read(&f)
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			PCMA.Encode(octets[:], f[:])
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			PCMA.Decode(f[:], octets[:])
		}
	})
}

func BenchmarkResample(b *testing.B) {
	in := make([]float32, 44100)
	b.SetBytes(int64(len(in) * 2))
	for b.Loop() {
		resample(in, 44100)
	}
}
