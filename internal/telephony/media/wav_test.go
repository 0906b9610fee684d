package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
)

// wave is a WAV file of tones (and their level, a share of full scale), in any format that is read.
func wave(tag, channels, bits int, rate int, ms int, level float64, hz ...float64) []byte {
	w := wavFormat{tag: uint16(tag), channels: uint16(channels), bits: uint16(bits), rate: uint32(rate)}
	var sound []byte
	for n := range rate * ms / 1000 {
		for c := range channels {
			v := 0.0
			for _, f := range hz {
				v += level * math.Sin(2*math.Pi*f*float64(n)/float64(rate))
			}
			if c > 0 && channels > 2 {
				v = 0
			}
			sound = w.append(sound, v)
		}
	}
	return append(w.header(int64(len(sound))), sound...)
}

func (w wavFormat) append(b []byte, v float64) []byte {
	switch {
	case w.tag == wavALaw || w.tag == wavMuLaw:
		codec := PCMU
		if w.tag == wavALaw {
			codec = PCMA
		}
		var o [1]byte
		codec.Encode(o[:], []int16{int16(v * 32767)})
		return append(b, o[0])
	case w.tag == wavFloat && w.bits == 64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	case w.tag == wavFloat:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
	case w.bits == 8:
		return append(b, byte(int(v*127)+128))
	case w.bits == 16:
		return binary.LittleEndian.AppendUint16(b, uint16(int16(v*32767)))
	case w.bits == 24:
		u := uint32(int32(v * 8388607))
		return append(b, byte(u), byte(u>>8), byte(u>>16))
	}
	return binary.LittleEndian.AppendUint32(b, uint32(int32(v*2147483647)))
}

func TestEveryKindOfWAVIsRead(t *testing.T) {
	for _, format := range [][2]int{{wavPCM, 8}, {wavPCM, 16}, {wavPCM, 24}, {wavPCM, 32}, {wavFloat, 32}, {wavFloat, 64}, {wavALaw, 8}, {wavMuLaw, 8}} {
		for _, rate := range []int{8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000, 8001, 4000} {
			if format != [2]int{wavPCM, 16} && rate != 8000 && rate != 44100 {
				continue
			}
			for _, channels := range []int{1, 2} {
				name := fmt.Sprintf("format %d, %d bits, %d Hz, %d channels", format[0], format[1], rate, channels)
				clip, err := ReadWAV(bytes.NewReader(wave(format[0], channels, format[1], rate, 200, 0.5, 440, 1000)))
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				s := clip.Samples()
				if d := clip.Duration(); d < 199*time.Millisecond || d > 200*time.Millisecond {
					t.Errorf("%s: %v", name, d)
				}
				if a, b := Heard(s, 440), Heard(s, 1000); a < 0.47 || a > 0.53 || b < 0.46 || b > 0.53 {
					t.Errorf("%s: 440 Hz %.3f, 1000 Hz %.3f", name, a, b)
				}
			}
		}
	}
}

// rms is the root mean square of the middle of the samples, away from the ends of the filter.
func rms(s []int16) float64 {
	s = s[len(s)/4 : len(s)*3/4]
	sum := 0.0
	for _, v := range s {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(s)))
}

func TestResamplingKeepsTheVoiceAndLetsNothingElseIn(t *testing.T) {
	for _, rate := range []int{11025, 16000, 22050, 44100, 48000, 96000} {
		for _, hz := range []float64{100, 300, 1000, 2000, 3000, 3400} {
			clip, err := ReadWAV(bytes.NewReader(wave(wavFloat, 1, 32, rate, 250, 0.5, hz)))
			if err != nil {
				t.Fatal(err)
			}
			if db := 20 * math.Log10(rms(clip.samples)/(0.5*32768/math.Sqrt2)); math.Abs(db) > 0.2 {
				t.Errorf("%d Hz: %.0f Hz comes out %+.2f dB", rate, hz, db)
			}
		}
		for _, hz := range []float64{4400, 5000, 6000, 7000, 7900, 12000, 15999, 20000} {
			if hz > float64(rate)/2 {
				continue
			}
			clip, err := ReadWAV(bytes.NewReader(wave(wavFloat, 1, 32, rate, 250, 0.5, hz)))
			if err != nil {
				t.Fatal(err)
			}
			if db := 20 * math.Log10((rms(clip.samples)+1e-9)/(0.5*32768/math.Sqrt2)); db > -60 {
				t.Errorf("%d Hz: %.0f Hz, which 8 kHz cannot hold, comes through at %.0f dB", rate, hz, db)
			}
		}
	}
}

func TestAWAVThatIsNotOne(t *testing.T) {
	good := wave(wavPCM, 1, 16, 8000, 100, 0.5, 440)
	change := func(at int, octets ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], octets)
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		why  string
	}{
		{"empty", nil, "RIFF"},
		{"a page", []byte("<!doctype html><title>not found</title>"), "RIFF"},
		{"an MP3", append([]byte("ID3\x03\x00"), make([]byte, 100)...), "RIFF"},
		{"a RIFF of another kind", change(8, []byte("AVI ")...), "RIFF"},
		{"a header alone", good[:12], "without a data chunk"},
		{"a cut fmt chunk", good[:30], "cut off"},
		{"no data chunk", good[:36], "without a data chunk"},
		{"no sound", good[:44], "no sound"},
		{"a short fmt chunk", change(16, 4, 0, 0, 0), "fmt chunk"},
		{"a giant fmt chunk", change(16, 255, 255, 255, 255), "fmt chunk"},
		{"compressed", change(20, 0x55, 0), "format 85"},
		{"12 bits", change(34, 12, 0), "12 bits"},
		{"no channels", change(22, 0, 0), "0 channels"},
		{"many channels", change(22, 255, 255), "65535 channels"},
		{"no rate", change(24, 0, 0, 0, 0), "0 samples"},
		{"a mad rate", change(24, 255, 255, 255, 255), "4294967295 samples"},
		{"a chunk that never ends", append(bytes.Clone(good[:12]), "LIST\xff\xff\xff\xff"...), "cut off"},
		{"data before fmt", append(bytes.Clone(good[:12]), good[36:]...), "before the fmt"},
		{"too long a clip", append(wavFormat{tag: wavPCM, channels: 1, bits: 8, rate: 4000}.header(40<<20), make([]byte, 40<<20)...), "longer than"},
	} {
		clip, err := ReadWAV(bytes.NewReader(c.file))
		if err == nil || centre.KindOf(err) != centre.Invalid || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, %v; want an error that says %q", c.name, clip, err, c.why)
		}
	}
}

func TestAWAVThatIsOneAllTheSame(t *testing.T) {
	good := wave(wavPCM, 1, 16, 8000, 100, 0.5, 440)
	with := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	extensible := with(good[:12], []byte("fmt "), []byte{40, 0, 0, 0, 0xfe, 0xff}, good[22:36], []byte{22, 0, 16, 0, 4, 0, 0, 0, 1, 0}, make([]byte, 14), good[36:])
	for name, file := range map[string][]byte{
		"a stream of unknown length": with(good[:40], []byte{255, 255, 255, 255}, good[44:]),
		"a cut file":                 good[:len(good)-200],
		"an odd chunk before":        with(good[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), good[12:]),
		"a chunk after":              with(good, []byte("LIST\x04\x00\x00\x00abcd")),
		"extensible":                 extensible,
		"half a sample at the end":   with(good[:40], []byte{0x41, 0x06, 0, 0}, good[44:], []byte{9}),
	} {
		clip, err := ReadWAV(bytes.NewReader(file))
		if err != nil || Heard(clip.samples, 440) < 0.95 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALoopHasNoGap(t *testing.T) {
	clip := NewClip([]int16{1, 2, 3, 4, 5, 6, 7})
	s := clip.Looped()
	want := 0
	for range 30 {
		var f Frame
		if !s.Read(&f) {
			t.Fatal("a loop ended")
		}
		for _, v := range f {
			if int(v) != want%7+1 {
				t.Fatalf("%d after %d samples", v, want)
			}
			want++
		}
	}
	if NewClip(nil).Looped().Read(new(Frame)) {
		t.Error("an empty loop has sound")
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(wave(wavPCM, 1, 16, 8000, 20, 0.5, 440))
	f.Add(wave(wavFloat, 2, 32, 44100, 20, 0.5, 440))
	f.Add(wave(wavALaw, 1, 8, 11025, 20, 0.5, 440))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		clip, err := ReadWAV(bytes.NewReader(b))
		if err != nil && centre.KindOf(err) != centre.Invalid {
			t.Fatalf("%v is of kind %v", err, centre.KindOf(err))
		}
		if err == nil && len(clip.samples) > longestClip {
			t.Fatalf("%d samples", len(clip.samples))
		}
	})
}
