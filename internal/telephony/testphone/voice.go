package testphone

import (
	"context"
	"encoding/binary"
	"math"
	"os/exec"
	"sync"
	"time"

	"sentral/internal/stat"
	"sentral/internal/telephony/media"
)

// Voice is a sound made ready to be sent by any number of calls at once: it is coded once and sent from memory. The nil Voice is silence.
type Voice struct {
	pcm   []int16
	loop  bool
	coded [2]struct {
		once sync.Once
		data []byte
	}
}

// silent is a packet of nothing, for each codec.
var silent = [2][]byte{silence(media.PCMU), silence(media.PCMA)}

func silence(c media.Codec) []byte {
	b := make([]byte, media.FrameSamples)
	c.Encode(b, make([]int16, media.FrameSamples))
	return b
}

func index(c media.Codec) int {
	if c == media.PCMA {
		return 1
	}
	return 0
}

// packet is the n-th frame, coded; silence when the voice has ended.
func (v *Voice) packet(c media.Codec, n int) []byte {
	i := index(c)
	if v == nil || len(v.pcm) == 0 {
		return silent[i]
	}
	x := &v.coded[i]
	x.once.Do(func() {
		x.data = make([]byte, len(v.pcm))
		c.Encode(x.data, v.pcm)
	})
	frames := len(x.data) / media.FrameSamples
	if n >= frames {
		if !v.loop {
			return silent[i]
		}
		n %= frames
	}
	return x.data[n*media.FrameSamples : (n+1)*media.FrameSamples]
}

// PCM are the samples, a whole number of frames.
func (v *Voice) PCM() []int16 { return v.pcm }

// newVoice fills up the last frame.
func newVoice(pcm []int16, loop bool) *Voice {
	if rest := len(pcm) % media.FrameSamples; rest != 0 {
		pcm = append(pcm, make([]int16, media.FrameSamples-rest)...)
	}
	return &Voice{pcm: pcm, loop: loop}
}

// Looped is the same voice over and over, with a pause after each time.
func (v *Voice) Looped(pause time.Duration) *Voice {
	return newVoice(append(append([]int16(nil), v.pcm...), make([]int16, int(pause.Seconds()*media.Rate))...), true)
}

// Tone is an endless sine, 9 dB below full scale. Its frequency is kept to an eighth of a hertz.
func Tone(hz float64) *Voice {
	whole := media.Rate
	if hz != math.Trunc(hz) {
		whole *= 8
		hz = math.Round(hz*8) / 8
	}
	pcm := make([]int16, whole)
	for i := range pcm {
		pcm[i] = int16(11600 * math.Sin(2*math.Pi*hz*float64(i)/media.Rate))
	}
	return newVoice(pcm, true)
}

// FromSource reads a sound to its end, or its first ten minutes.
func FromSource(s media.Source, loop bool) *Voice {
	var pcm []int16
	var f media.Frame
	for len(pcm) < maxRecording && s.Read(&f) {
		pcm = append(pcm, f[:]...)
	}
	return newVoice(pcm, loop)
}

// Spoken is a text read aloud by espeak-ng, or babble of about its length on a machine without it.
func Spoken(ctx context.Context, text, language string, seed uint64) *Voice {
	if voice, err := spoken(ctx, text, language); err == nil {
		return voice
	}
	return Babble(seed, max(1, float64(len(text))/15))
}

func spoken(ctx context.Context, text, language string) (*Voice, error) {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		return nil, err
	}
	if language == "nn" || language == "no" { // it speaks one Norwegian
		language = "nb"
	}
	c := exec.CommandContext(ctx, program, "-v", language, "-s", "165", "--stdout", "--", text)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return nil, err
	}
	clip, err := media.ReadWAV(out)
	if e := c.Wait(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	return FromSource(clip.Source(), false), nil
}

// Babble is speech without words, so many seconds of it: syllables of a voice with harmonics and two formants, in phrases with pauses. It repeats.
func Babble(seed uint64, seconds float64) *Voice {
	rng := stat.Stream(seed, "babble")
	whole := int(seconds * media.Rate)
	pcm := make([]int16, 0, whole+5*media.Rate)
	pitch := 95 + 120*rng.Float64()
	phase := 0.0
	for len(pcm) < whole {
		for range 3 + rng.IntN(9) { // a phrase
			n := int((.09 + .14*rng.Float64()) * media.Rate)
			open, front := 350+500*rng.Float64(), 900+1300*rng.Float64()
			hz := pitch * (.9 + .25*rng.Float64())
			glide := [2]float64{-.3, .25}[rng.IntN(2)]
			for i := range n {
				now := hz * (1 + glide*float64(i)/float64(n))
				phase += 2 * math.Pi * now / media.Rate
				sum := 0.0
				for k := 1; k <= 16; k++ {
					f := now * float64(k)
					a := math.Exp(-math.Abs(f-open)/160) + .5*math.Exp(-math.Abs(f-front)/240)
					sum += a * math.Sin(float64(k)*phase)
				}
				shape := math.Sin(math.Pi * float64(i) / float64(n))
				pcm = append(pcm, int16(max(-30000, min(30000, 5200*shape*sum))))
			}
			pcm = append(pcm, make([]int16, int(.03*media.Rate*rng.Float64()))...)
		}
		pcm = append(pcm, make([]int16, int((.25+.6*rng.Float64())*media.Rate))...)
	}
	return newVoice(pcm, true)
}

// WAV is a file of the samples: mono, 16 bits, 8 kHz.
func WAV(pcm []int16) []byte {
	b := make([]byte, 0, 44+2*len(pcm))
	word := func(v uint32) { b = binary.LittleEndian.AppendUint32(b, v) }
	half := func(v uint16) { b = binary.LittleEndian.AppendUint16(b, v) }
	b = append(b, "RIFF"...)
	word(uint32(36 + 2*len(pcm)))
	b = append(b, "WAVEfmt "...)
	word(16)
	half(1)
	half(1)
	word(media.Rate)
	word(2 * media.Rate)
	half(2)
	half(16)
	b = append(b, "data"...)
	word(uint32(2 * len(pcm)))
	for _, v := range pcm {
		half(uint16(v))
	}
	return b
}
