package speech

import (
	"math"
	"sync"

	"sentral/internal/telephony/media"
)

// Attention is two soft notes: something would be said here if it could be.
var Attention = sync.OnceValue(func() *media.Clip {
	const length = media.Rate * 7 / 10
	out := make([]float64, length)
	strike(out, 0, 523.25, 1, 3)
	strike(out, media.Rate/5, 659.26, 1, 3)
	fade := media.Rate / 20
	for i := range fade {
		out[length-1-i] *= float64(i) / float64(fade)
	}
	return media.NewClip(pcm(out, -22))
})

// HouseMusic is the house's own music for those who wait: 43 seconds that go round without a seam. A slow broken chord over a held one, soft, between 230 and
// 800 Hz where a telephone sounds best, and without the notes that tests of a line listen for (440 and 1000 Hz).
var HouseMusic = sync.OnceValue(func() *media.Clip {
	out := make([]float64, len(bars)*beatsPerBar*beat)
	for b, bar := range bars {
		at := b * beatsPerBar * beat
		for _, n := range bar.held {
			hold(out, at, beatsPerBar*beat, pitch(n))
		}
		for i, n := range bar.broken {
			if n != rest {
				strike(out, at+i*beat, pitch(n), loudness[i%len(loudness)], 1.6)
			}
		}
	}
	return media.NewClip(pcm(echo(out), -24))
})

const (
	beat        = media.Rate * 45 / 100 // samples
	beatsPerBar = 8
	rest        = -1000
)

// loudness makes the first of each group of notes a little stronger.
var loudness = []float64{1, 0.6, 0.75, 0.6, 0.85, 0.55, 0.7, 0.5}

// bars are notes in half steps from middle C. The key is E flat with the A's left out.
var bars = []struct{ held, broken []int }{
	{[]int{-9, -2, 3}, []int{3, 7, 10 + 5, 7, 5, 7, 3, rest}},
	{[]int{-12, -5, 3}, []int{0, 3, 7, 12, 7, 3, 5, rest}},
	{[]int{-7, 0, 5}, []int{0, 5, 7, 12, 7, 5, 3, rest}},
	{[]int{-2, 3, 5}, []int{3, 5, 15, 12, 7, 5, 3, rest}},
	{[]int{-9, -2, 7}, []int{7, 15, 12, 7, 5, 3, 5, rest}},
	{[]int{-12, 0, 7}, []int{3, 7, 12, 15, 12, 7, 3, rest}},
	{[]int{-7, 0, 7}, []int{5, 7, 12, 7, 15, 12, 7, rest}},
	{[]int{-2, 3, 5}, []int{5, 3, 5, 12, 7, 5, 3, rest}},
	{[]int{-9, -2, 3}, []int{3, rest, 7, rest, 15, rest, 12, rest}},
	{[]int{-12, -5, 3}, []int{7, rest, 5, rest, 3, rest, 0, rest}},
	{[]int{-7, 0, 5}, []int{0, rest, 5, rest, 7, 5, 3, rest}},
	{[]int{-2, 3, 5}, []int{3, rest, 5, rest, 3, rest, rest, rest}},
}

func pitch(n int) float64 { return 261.63 * math.Pow(2, float64(n)/12) }

// strike adds a note that dies away, going round at the end. fall is how quickly, per second.
func strike(out []float64, at int, hz, loud, fall float64) {
	for i := range min(len(out), media.Rate*3) {
		x := float64(i) / media.Rate
		rise := math.Min(1, x*80)
		w := 2 * math.Pi * hz * x
		tone := math.Sin(w) + 0.22*math.Exp(-3*x)*math.Sin(2*w) + 0.06*math.Exp(-6*x)*math.Sin(3*w)
		end := math.Min(1, (3-x)*4)
		out[(at+i)%len(out)] += loud * rise * end * math.Exp(-fall*x) * tone
	}
}

// hold adds a note that swells and sinks over its length.
func hold(out []float64, at, length int, hz float64) {
	overlap := length / 4
	for i := range length + overlap {
		x := float64(i) / media.Rate
		swell := math.Sin(math.Pi * float64(i) / float64(length+overlap))
		out[(at+i)%len(out)] += 0.16 * swell * (math.Sin(2*math.Pi*hz*x) + 0.5*math.Sin(2*math.Pi*hz*1.003*x))
	}
}

// echo lets the music come back softly, round the seam.
func echo(in []float64) []float64 {
	out := make([]float64, len(in))
	for i := range in {
		n := len(in)
		out[i] = in[i] + 0.25*in[(i-beat*3/2+n)%n] + 0.1*in[(i-3*beat+n)%n]
	}
	return out
}

// pcm brings sound to a level in dB below full scale, never louder than 8 dB below at its peaks.
func pcm(in []float64, db float64) []int16 {
	var sum, peak float64
	for _, s := range in {
		sum += s * s
		peak = math.Max(peak, math.Abs(s))
	}
	if peak == 0 {
		return make([]int16, len(in))
	}
	gain := math.Pow(10, db/20) / math.Sqrt(sum/float64(len(in)))
	gain = math.Min(gain, math.Pow(10, -8.0/20)/peak) * 32767
	out := make([]int16, len(in))
	for i, s := range in {
		out[i] = int16(math.Round(s * gain))
	}
	return out
}

// spokenDB is how loud speech is: as people on a telephone line are. ceiling is where its peaks are bent, 3 dB below full scale.
const (
	spokenDB = -22
	ceiling  = 0.7
)

// level brings speech to the loudness of the other voices on the line. Its peaks are bent, not cut.
func level(in []int16) []int16 {
	var sum float64
	for _, s := range in {
		sum += float64(s) * float64(s)
	}
	if sum == 0 {
		return in
	}
	gain := math.Pow(10, spokenDB/20.0) / math.Sqrt(sum/float64(len(in)))
	out := make([]int16, len(in))
	for i, s := range in {
		out[i] = int16(math.Round(32767 * ceiling * math.Tanh(gain*float64(s)/ceiling)))
	}
	return out
}

// trim cuts the silence before and after speech down to a tenth of a second.
func trim(in []int16) []int16 {
	const quiet, keep = 120, media.Rate / 10
	first, last := 0, len(in)
	for first < last && in[first] < quiet && in[first] > -quiet {
		first++
	}
	for last > first && in[last-1] < quiet && in[last-1] > -quiet {
		last--
	}
	return in[max(0, first-keep):min(len(in), last+keep)]
}
