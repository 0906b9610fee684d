package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"

	"sentral/internal/centre"
)

// The sample formats of WAV files that are read.
const (
	wavPCM   = 1
	wavFloat = 3
	wavALaw  = 6
	wavMuLaw = 7
	wavOther = 0xfffe // WAVE_FORMAT_EXTENSIBLE: the format is in the extension
)

const (
	wavHeaderOctets = 44
	wavUnknown      = -1       // a length that is not known while it is written
	longestClip     = 16 << 20 // samples at 8 kHz: 35 minutes, 32 MB
	largestWAV      = 64 << 20 // octets of sound in a file
	mostChannels    = 8
	lowestRate      = 4000
	highestRate     = 192000
)

// wavFormat is the fmt chunk.
type wavFormat struct {
	tag, channels, bits uint16
	rate                uint32
}

func (w wavFormat) block() int { return int(w.channels) * int(w.bits) / 8 }

// header is the 44 octets before n octets of sound; wavUnknown writes the largest length, as streams do.
func (w wavFormat) header(n int64) []byte {
	size, whole := uint32(math.MaxUint32), uint32(math.MaxUint32)
	if n >= 0 && n < math.MaxUint32-wavHeaderOctets {
		size, whole = uint32(n), uint32(n)+wavHeaderOctets-8
	}
	b := make([]byte, 0, wavHeaderOctets)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, whole)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, w.tag)
	b = binary.LittleEndian.AppendUint16(b, w.channels)
	b = binary.LittleEndian.AppendUint32(b, w.rate)
	b = binary.LittleEndian.AppendUint32(b, w.rate*uint32(w.block()))
	b = binary.LittleEndian.AppendUint16(b, uint16(w.block()))
	b = binary.LittleEndian.AppendUint16(b, w.bits)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, size)
}

// Clip is a sound in memory: 8 kHz, mono. It may be played in any number of rooms at once.
type Clip struct{ samples []int16 }

// NewClip is a clip of samples at 8 kHz, which must not change afterwards.
func NewClip(samples []int16) *Clip { return &Clip{samples: samples} }

// Duration is how long the clip lasts.
func (c *Clip) Duration() time.Duration { return samples(len(c.samples)) }

// Samples are the clip's own; they must not be changed.
func (c *Clip) Samples() []int16 { return c.samples }

// Source plays the clip once.
func (c *Clip) Source() Source { return &clipSource{clip: c} }

// Looped plays the clip again and again, without a gap.
func (c *Clip) Looped() Source { return &clipSource{clip: c, loop: true} }

type clipSource struct {
	clip *Clip
	at   int
	loop bool
}

// Read implements Source.
func (s *clipSource) Read(f *Frame) bool {
	if s.at >= len(s.clip.samples) && !s.loop || len(s.clip.samples) == 0 {
		return false
	}
	n := 0
	for n < FrameSamples {
		if s.at >= len(s.clip.samples) {
			if !s.loop {
				clear(f[n:])
				break
			}
			s.at = 0
		}
		k := copy(f[n:], s.clip.samples[s.at:])
		n, s.at = n+k, s.at+k
	}
	return true
}

// Rewind begins the clip again.
func (s *clipSource) Rewind() { s.at = 0 }

func samples(n int) time.Duration { return time.Duration(n) * time.Second / Rate }

func badWAV(format string, args ...any) error {
	return centre.Errorf(centre.Invalid, "WAV: "+format, args...)
}

// ReadWAV reads a WAV file with PCM of 8 to 32 bits, floating point, A-law or mu-law, 1 to 8 channels (they are averaged) and 4 to 192 kHz, and brings it to
// 8 kHz. It reads no more than 64 MB of sound and keeps no more than 35 minutes. What is not such a file is a centre.Invalid that says why.
func ReadWAV(r io.Reader) (*Clip, error) {
	format, sound, err := readChunks(bufio.NewReader(r))
	if err != nil {
		return nil, err
	}
	block := format.block()
	n := len(sound) / block
	if n == 0 {
		return nil, badWAV("there is no sound in it")
	}
	if int64(n)*Rate/int64(format.rate) > longestClip {
		return nil, badWAV("longer than %v", samples(longestClip).Round(time.Minute))
	}
	if format.rate == Rate {
		out := make([]int16, n)
		for i := range out {
			out[i] = toInt16(format.sample(sound[i*block:]))
		}
		return &Clip{samples: out}, nil
	}
	in := make([]float32, n)
	for i := range in {
		in[i] = format.sample(sound[i*block:])
	}
	return &Clip{samples: resample(in, int(format.rate))}, nil
}

// readChunks finds the format and the sound.
func readChunks(r *bufio.Reader) (wavFormat, []byte, error) {
	var format wavFormat
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return format, nil, badWAV("does not begin with RIFF and WAVE")
	}
	for {
		var h [8]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return format, nil, badWAV("ends without a data chunk")
		}
		size := int64(binary.LittleEndian.Uint32(h[4:]))
		switch string(h[:4]) {
		case "fmt ":
			var err error
			if format, err = readFormat(r, size); err != nil {
				return format, nil, err
			}
		case "data":
			if format.tag == 0 {
				return format, nil, badWAV("the data chunk comes before the fmt chunk")
			}
			sound, err := readSound(r, size)
			return format, sound, err
		default:
			if _, err := io.CopyN(io.Discard, r, min(size+size&1, largestWAV)); err != nil {
				return format, nil, badWAV("the chunk %q is cut off", h[:4])
			}
		}
	}
}

func readSound(r io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	if size < 1<<20 {
		b.Grow(int(size))
	}
	_, err := io.Copy(&b, io.LimitReader(r, min(size, largestWAV+1))) // a stream says the largest length and simply ends
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, badWAV("reading: %w", err)
	}
	if b.Len() > largestWAV {
		return nil, badWAV("more than %d MB of sound", largestWAV>>20)
	}
	return b.Bytes(), nil
}

func readFormat(r io.Reader, size int64) (wavFormat, error) {
	var w wavFormat
	if size < 16 || size > 1024 {
		return w, badWAV("the fmt chunk has %d octets", size)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, b); err != nil {
		return w, badWAV("the fmt chunk is cut off")
	}
	w.tag, w.channels = binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
	w.rate, w.bits = binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint16(b[14:])
	if w.tag == wavOther && size >= 26 {
		w.tag = binary.LittleEndian.Uint16(b[24:])
	}
	known := false
	switch w.tag {
	case wavPCM:
		known = w.bits == 8 || w.bits == 16 || w.bits == 24 || w.bits == 32
	case wavFloat:
		known = w.bits == 32 || w.bits == 64
	case wavALaw, wavMuLaw:
		known = w.bits == 8
	}
	if !known {
		return w, badWAV("format %d with %d bits is not read; PCM, floating point, A-law and mu-law are", w.tag, w.bits)
	}
	if w.channels == 0 || w.channels > mostChannels {
		return w, badWAV("%d channels; 1 to %d are read", w.channels, mostChannels)
	}
	if w.rate < lowestRate || w.rate > highestRate {
		return w, badWAV("%d samples a second; %d to %d are read", w.rate, lowestRate, highestRate)
	}
	return w, nil
}

// sample is the average of the channels at b, in 16-bit units.
func (w wavFormat) sample(b []byte) float32 {
	var sum float64
	width := int(w.bits) / 8
	for c := range int(w.channels) {
		sum += w.value(b[c*width : (c+1)*width])
	}
	return float32(sum / float64(w.channels))
}

func (w wavFormat) value(b []byte) float64 {
	switch {
	case w.tag == wavALaw:
		return float64(aDecoded[b[0]])
	case w.tag == wavMuLaw:
		return float64(muDecoded[b[0]])
	case w.tag == wavFloat && len(b) == 8:
		return finite(math.Float64frombits(binary.LittleEndian.Uint64(b))) * 32768
	case w.tag == wavFloat:
		return finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))) * 32768
	case len(b) == 1:
		return (float64(b[0]) - 128) * 256
	case len(b) == 2:
		return float64(int16(binary.LittleEndian.Uint16(b)))
	case len(b) == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / 65536
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / 65536
}

// finite keeps what is no number, or far too loud, from spreading.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -4), 4)
}

func toInt16(v float32) int16 {
	return int16(math.Round(float64(min(max(v, -32768), 32767))))
}
