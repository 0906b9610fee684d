package media

import "math"

// Tone is an endless sine of the frequency, at the level in dB below full scale (0 is the loudest, -12 is comfortable).
func Tone(hz float64, dbfs float64) Source {
	return &tone{step: 2 * math.Pi * hz / Rate, amplitude: 32767 * math.Pow(10, math.Min(dbfs, 0)/20)}
}

type tone struct{ step, phase, amplitude float64 }

func (t *tone) Read(f *Frame) bool {
	for i := range f {
		f[i] = int16(math.Round(t.amplitude * math.Sin(t.phase)))
		t.phase += t.step
	}
	t.phase = math.Mod(t.phase, 2*math.Pi)
	return true
}

// Heard is the share, from 0 to 1, of the samples' energy that lies at the frequency, by Goertzel's algorithm: 1 for a pure tone, 0 for silence. The
// width of what counts is about Rate/len(samples) Hz.
func Heard(samples []int16, hz float64) (share float64) {
	power, energy := goertzel(samples, hz), 0.0
	for _, v := range samples {
		energy += float64(v) * float64(v)
	}
	if energy == 0 {
		return 0
	}
	return math.Min(1, 2*power/(energy*float64(len(samples))))
}

// goertzel is the squared magnitude of the samples at the frequency.
func goertzel(samples []int16, hz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hz/Rate)
	var s1, s2 float64
	for _, v := range samples {
		s1, s2 = float64(v)+c*s1-s2, s1
	}
	return s1*s1 + s2*s2 - c*s1*s2
}
