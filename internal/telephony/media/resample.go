package media

import "math"

// The low-pass filter of the resampler: a sinc that falls off at 3.7 kHz, under a Kaiser window.
const (
	zeroCrossings = 24   // of the sinc, on each side
	perCrossing   = 512  // entries of the table between two of them
	passBand      = 0.93 // of the lower of the two half rates
	kaiserBeta    = 8.6  // -90 dB beside the pass band
)

// sinc is one side of the windowed sinc.
var sinc = func() *[zeroCrossings*perCrossing + 2]float32 {
	var t [zeroCrossings*perCrossing + 2]float32
	for i := range zeroCrossings * perCrossing {
		x := float64(i) / perCrossing
		s := 1.0
		if i > 0 {
			s = math.Sin(math.Pi*x) / (math.Pi * x)
		}
		r := x / zeroCrossings
		t[i] = float32(s * bessel(kaiserBeta*math.Sqrt(1-r*r)) / bessel(kaiserBeta))
	}
	return &t
}()

// bessel is the modified Bessel function of the first kind, of order zero, by its series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; k < 60; k++ {
		term *= x / 2 / float64(k)
		sum += term * term
	}
	return sum
}

// resample brings samples of a rate to 8 kHz.
func resample(in []float32, rate int) []int16 {
	ratio := float64(rate) / Rate
	cut := passBand * math.Min(1, 1/ratio) // of the input's half rate
	reach := zeroCrossings / cut
	out := make([]int16, int(int64(len(in))*Rate/int64(rate)))
	for n := range out {
		at := float64(n) * ratio
		from, to := max(int(math.Ceil(at-reach)), 0), min(int(at+reach), len(in)-1)
		var sum float32
		for k := from; k <= to; k++ {
			x := float32(math.Abs(at-float64(k)) * cut * perCrossing)
			i := int(x)
			sum += in[k] * (sinc[i] + (sinc[i+1]-sinc[i])*(x-float32(i)))
		}
		out[n] = toInt16(sum * float32(cut))
	}
	return out
}
