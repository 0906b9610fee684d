package testphone

import (
	"sync"
	"time"

	"sentral/internal/telephony/media"
)

// Booth moves the sound of people whose legs are not SIP's: simulated agents with a line of their own. One clock serves them all.
type Booth struct {
	pace    *pacer
	running sync.WaitGroup
}

// NewBooth opens a booth. Close ends it.
func NewBooth() *Booth {
	b := &Booth{pace: newPacer()}
	b.running.Go(b.pace.run)
	return b
}

// Close stops the clock; nobody speaks or hears any more.
func (b *Booth) Close() {
	b.pace.close()
	b.running.Wait()
}

// Talker is one person in a booth: speaks into a leg and listens to it.
type Talker struct {
	b   *Booth
	leg media.Leg
	in  media.Frame

	mu    sync.Mutex
	voice *Voice
	at    int
	ears  []*ear
	noise level
}

// Sit seats a person at a leg, listening for tones. Nothing is sent until there is something to say.
func (b *Booth) Sit(leg media.Leg, hear ...float64) *Talker {
	t := &Talker{b: b, leg: leg}
	for _, hz := range hear {
		t.ears = append(t.ears, newEar(hz))
	}
	b.pace.add(t)
	return t
}

// Leave gets up. The leg is not closed.
func (t *Talker) Leave() { t.b.pace.remove(t) }

// Say changes what is said; nil says nothing, and sends nothing. What is being said already goes on.
func (t *Talker) Say(v *Voice) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.voice != v {
		t.voice, t.at = v, 0
	}
}

// Heard lists the tones that the person listens for.
func (t *Talker) Heard() []Heard {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]Heard, len(t.ears))
	for i, e := range t.ears {
		out[i] = Heard{Hz: e.hz, First: e.first, Last: e.last, Whole: e.whole, Share: e.share}
	}
	return out
}

// Forget lets every tone be heard for the first time again.
func (t *Talker) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.ears {
		e.first, e.last, e.whole, e.share, e.runs = time.Time{}, time.Time{}, 0, 0, 0
	}
}

// Hears tells whether the tone has been heard within the last fifth of a second.
func (t *Talker) Hears(hz float64) bool {
	for _, h := range t.Heard() {
		if h.Hz == hz {
			return time.Since(h.Last) < 200*time.Millisecond
		}
	}
	return false
}

// Sounded is when the person last heard anything at all.
func (t *Talker) Sounded() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.noise.sounded
}

func (t *Talker) tick() {
	heard := t.leg.Pull(&t.in)
	t.mu.Lock()
	if heard {
		now := time.Now()
		t.noise.hear(t.in[:], now)
		for _, e := range t.ears {
			e.hear(t.in[:], now)
		}
	}
	f := t.voice.frame(t.at)
	t.at++
	t.mu.Unlock()
	if f != nil {
		t.leg.Push(f)
	}
}

// frame is the n-th frame as samples; nil when there is nothing to say. A voice that has ended is silence.
func (v *Voice) frame(n int) *media.Frame {
	if v == nil || len(v.pcm) == 0 {
		return nil
	}
	frames := len(v.pcm) / media.FrameSamples
	if n >= frames {
		if !v.loop {
			return &nothing
		}
		n %= frames
	}
	return (*media.Frame)(v.pcm[n*media.FrameSamples:])
}

var nothing media.Frame
