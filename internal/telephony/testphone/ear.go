package testphone

import (
	"math"
	"time"

	"sentral/internal/telephony/media"
)

// What counts as hearing a tone: a fifth of the energy of the last 200 ms and of the block that just came lies at it, and it is no whisper. A fifth lets
// three parties of a conference be told apart, and no speech or music has it at one frequency for so long.
const (
	earShare  = .2
	earBlocks = 10
	earNeeds  = 8  // blocks before anything is said
	earFloor  = 60 // root mean square of the quietest tone, of 32767
)

// ear listens for one tone with Goertzel's sum over a sliding window of blocks.
type ear struct {
	hz float64

	step, phase float64
	ring        [earBlocks]block
	n           int

	run   time.Time // when the present run of blocks with the tone began
	runs  int
	first time.Time
	last  time.Time
	whole time.Duration
	share float64 // greatest share of a whole window
}

// block is one packet's correlation with the tone and its energy.
type block struct {
	re, im, energy float64
	samples        int
}

func newEar(hz float64) *ear { return &ear{hz: hz, step: 2 * math.Pi * hz / media.Rate} }

func (e *ear) hear(pcm []int16, now time.Time) {
	b := block{samples: len(pcm)}
	sin, cos := math.Sincos(e.phase)
	dsin, dcos := math.Sincos(e.step)
	for _, v := range pcm {
		x := float64(v)
		b.re += x * cos
		b.im += x * sin
		b.energy += x * x
		sin, cos = sin*dcos+cos*dsin, cos*dcos-sin*dsin
	}
	e.phase = math.Mod(e.phase+e.step*float64(len(pcm)), 2*math.Pi)
	e.ring[e.n%earBlocks] = b
	e.n++
	if b.heard() < earShare {
		e.runs = 0
		return
	}
	if e.runs++; e.runs == 1 {
		e.run = now
	}
	var sum block
	for i := range min(e.runs, earBlocks) {
		x := e.ring[(e.n-1-i)%earBlocks]
		sum.re, sum.im, sum.energy, sum.samples = sum.re+x.re, sum.im+x.im, sum.energy+x.energy, sum.samples+x.samples
	}
	if share := sum.heard(); e.runs >= earNeeds && share >= earShare {
		e.share = max(e.share, share)
		if e.first.IsZero() {
			e.first = e.run
		}
		if e.runs == earNeeds {
			e.whole += earNeeds * frame
		} else {
			e.whole += frame
		}
		e.last = now
	}
}

// heard is the share of the block's energy at the tone, 0 when it is too quiet to matter.
func (b block) heard() float64 {
	if b.samples == 0 || b.energy < earFloor*earFloor*float64(b.samples) {
		return 0
	}
	return 2 * (b.re*b.re + b.im*b.im) / (b.energy * float64(b.samples))
}

// level follows whether the other side makes any sound, to know when a prompt has ended.
type level struct {
	sounded time.Time // last block that was not quiet
	since   time.Time // when the sound now heard, or heard last, began
}

// quietAfter is how long a pause ends a prompt.
const quietAfter = 700 * time.Millisecond

func (l *level) hear(pcm []int16, now time.Time) {
	var energy float64
	for _, v := range pcm {
		energy += float64(v) * float64(v)
	}
	if energy < 100*100*float64(len(pcm)) {
		return
	}
	if now.Sub(l.sounded) > quietAfter {
		l.since = now
	}
	l.sounded = now
}
