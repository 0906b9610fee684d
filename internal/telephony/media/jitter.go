package media

import "math/bits"

// The jitter buffer holds what has come, by timestamp, and gives 20 ms each tick. It waits until target samples have gathered; an empty buffer or a
// late packet makes the target grow, five calm seconds make it shrink. Clocks that differ show as a level that rises or falls, and are evened out the same way:
// a frame is blended away, or one made up.
const (
	heldSamples   = 4096             // the ring: 512 ms
	targetLow     = 2 * FrameSamples // 40 ms
	targetHigh    = 6 * FrameSamples // 120 ms
	levelHigh     = 8 * FrameSamples // above this the delay is cut at once
	calmTicks     = 250              // 5 s: the time in which the lowest level is looked for
	forcedAfter   = 50               // ticks to wait for a quiet frame before one is blended away in the middle of a word
	farBehind     = Rate             // a timestamp so long ago is another stream, not a late packet
	farBehindSeen = 3                // when it is seen so often in a row
)

type jitterBuffer struct {
	ring    [heldSamples]int16
	held    [heldSamples / 64]uint64 // which samples of the ring are there
	play    uint32                   // timestamp of the next sample to be heard
	top     uint32                   // timestamp after the last that is held
	begun   bool                     // something has come since the beginning or a restart
	playing bool                     // false while the target gathers
	excused bool                     // the sender has said that nothing comes: noise or a digit
	hushed  bool                     // the sender sends comfort noise
	target  int
	stretch bool // make up one frame, to wait for late packets
	ticks   int  // of the calm window
	low     int  // lowest level seen in it
	surplus int  // frames to blend away
	waited  int  // ticks that the surplus has waited for a quiet frame
	behind  int  // packets seen far behind, in a row

	conceal concealer
	noise   noise

	late, concealed, cut, underruns uint64
}

func (j *jitterBuffer) level() int { return int(int32(j.top - j.play)) }

// restart forgets what is held, as for another stream; the target that was learnt stays.
func (j *jitterBuffer) restart() {
	j.begun, j.playing, j.excused, j.hushed, j.stretch = false, false, false, false, false
	j.surplus, j.behind = 0, 0
	clear(j.held[:])
}

func (j *jitterBuffer) rebase(timestamp uint32) {
	clear(j.held[:])
	j.play, j.top = timestamp, timestamp
	j.begun, j.playing, j.behind = true, false, 0
	j.calm()
}

func (j *jitterBuffer) calm() { j.ticks, j.low = 0, heldSamples }

// put holds the sound of a packet.
func (j *jitterBuffer) put(timestamp uint32, octets []byte, codec Codec) {
	if len(octets) == 0 || len(octets) > heldSamples/2 {
		return
	}
	if j.target == 0 {
		j.target = targetLow
	}
	if !j.begun {
		j.rebase(timestamp)
	}
	ahead := int(int32(timestamp - j.play))
	if !j.playing && j.level() <= 0 && ahead > 0 { // nothing is held: begin here
		j.rebase(timestamp)
		ahead = 0
	}
	if ahead+len(octets) <= 0 {
		j.tooLate(timestamp, octets, codec, -ahead)
		return
	}
	j.behind = 0
	if ahead < 0 {
		octets, timestamp, ahead = octets[-ahead:], j.play, 0
	}
	if ahead+len(octets) > heldSamples {
		j.cut += uint64(max(j.level(), 0))
		j.rebase(timestamp)
	}
	j.hold(timestamp, octets, codec)
	j.excused, j.hushed = false, false
	if !j.playing && j.level() >= j.target {
		j.playing = true
	}
}

func (j *jitterBuffer) tooLate(timestamp uint32, octets []byte, codec Codec, by int) {
	if by < farBehind {
		j.late++
		if j.playing && j.target < targetHigh {
			j.target += FrameSamples
			j.stretch = true
		}
		return
	}
	if j.behind++; j.behind >= farBehindSeen {
		j.rebase(timestamp)
		j.hold(timestamp, octets, codec)
	}
}

func (j *jitterBuffer) hold(timestamp uint32, octets []byte, codec Codec) {
	at := int(timestamp % heldSamples)
	n := min(len(octets), heldSamples-at)
	codec.Decode(j.ring[at:], octets[:n])
	codec.Decode(j.ring[:], octets[n:])
	j.mark(timestamp, len(octets), true)
	if end := timestamp + uint32(len(octets)); int32(end-j.top) > 0 {
		j.top = end
	}
}

// mark notes that n samples from the timestamp are held, or no longer.
func (j *jitterBuffer) mark(timestamp uint32, n int, held bool) {
	for n > 0 {
		at := timestamp % heldSamples
		bit := at % 64
		run := min(n, int(64-bit))
		mask := (^uint64(0) >> (64 - run)) << bit
		if held {
			j.held[at/64] |= mask
		} else {
			j.held[at/64] &^= mask
		}
		timestamp += uint32(run)
		n -= run
	}
}

// count is how many of the n samples from the timestamp are held.
func (j *jitterBuffer) count(timestamp uint32, n int) int {
	sum := 0
	for n > 0 {
		at := timestamp % heldSamples
		bit := at % 64
		run := min(n, int(64-bit))
		sum += bits.OnesCount64(j.held[at/64] & ((^uint64(0) >> (64 - run)) << bit))
		timestamp += uint32(run)
		n -= run
	}
	return sum
}

// hush notes comfort noise at a level in dB below overload (RFC 3389): until sound comes, noise is heard.
func (j *jitterBuffer) hush(level byte) {
	j.excused, j.hushed = true, true
	j.noise.peak = dBov[min(level&0x7f, 90)]
}

// excuse notes that the sender sends something else than sound just now, so that its absence is not taken for jitter.
func (j *jitterBuffer) excuse() { j.excused = true }

// pull gives the next 20 ms; false says that there is nothing.
func (j *jitterBuffer) pull(f *Frame) bool {
	if !j.begun {
		return j.hushed && j.nothing(f)
	}
	if !j.playing {
		return j.nothing(f)
	}
	level := j.level()
	if level > levelHigh {
		j.skip(level - j.target)
		level = j.target
	}
	if level < FrameSamples {
		return j.underrun(f, level)
	}
	j.low = min(j.low, level)
	if j.ticks++; j.ticks >= calmTicks {
		j.weigh()
	}
	if j.stretch && level <= targetHigh && j.conceal.fill(f[:]) {
		j.stretch = false
		j.concealed++
		return true
	}
	j.next(f)
	if j.surplus > 0 && level >= 2*FrameSamples+targetLow {
		if j.waited++; j.waited > forcedAfter || f.silent() {
			j.blend(f)
		}
	}
	return true
}

// next takes 20 ms out of the ring and makes up what is missing.
func (j *jitterBuffer) next(f *Frame) {
	switch j.count(j.play, FrameSamples) {
	case FrameSamples:
		j.copyOut(f[:])
		j.conceal.heard(f)
	case 0:
		j.concealed++
		if !j.conceal.fill(f[:]) {
			*f = Frame{}
		}
	default:
		j.patch(f)
	}
	j.mark(j.play, FrameSamples, false)
	j.play += FrameSamples
}

func (j *jitterBuffer) copyOut(out []int16) {
	n := copy(out, j.ring[j.play%heldSamples:])
	copy(out[n:], j.ring[:])
}

// patch is next when some of the 20 ms are there: packets of 10 or 30 ms, one of them lost.
func (j *jitterBuffer) patch(f *Frame) {
	j.concealed++
	j.copyOut(f[:])
	for i := 0; i < FrameSamples; {
		n := 1
		here := j.count(j.play+uint32(i), 1) == 1
		for i+n < FrameSamples && (j.count(j.play+uint32(i+n), 1) == 1) == here {
			n++
		}
		if !here && !j.conceal.fill(f[i:i+n]) {
			clear(f[i : i+n])
		}
		i += n
	}
	if j.count(j.play+FrameSamples-1, 1) == 1 {
		j.conceal.at = 0
		j.conceal.heard(f)
	}
}

// underrun is less than a frame left: wait for the target to gather again, a larger one unless the sender had said that nothing comes.
func (j *jitterBuffer) underrun(f *Frame, level int) bool {
	j.playing = false
	if !j.excused {
		j.underruns++
		j.target = min(j.target+FrameSamples, targetHigh)
		if level >= j.target {
			j.playing = true
		}
	}
	return j.nothing(f)
}

// nothing is what is heard when nothing is there: comfort noise, or the end of the fade, or nothing.
func (j *jitterBuffer) nothing(f *Frame) bool {
	if j.hushed {
		j.noise.fill(f[:])
		return true
	}
	if j.conceal.fill(f[:]) {
		j.concealed++
		return true
	}
	return false
}

// weigh ends the calm window: when even the lowest level was more than is needed, the delay shrinks.
func (j *jitterBuffer) weigh() {
	const needed = 3 * FrameSamples
	if j.low >= needed {
		j.target = max(j.target-FrameSamples, targetLow)
		if over := (j.low - needed) / FrameSamples; over > 0 {
			j.surplus, j.waited = over, 0
		}
	}
	j.calm()
}

// blend makes one frame out of two: f fades out while the next fades in.
func (j *jitterBuffer) blend(f *Frame) {
	var then Frame
	j.next(&then)
	for i := range int32(FrameSamples) {
		f[i] = int16((int32(f[i])*(FrameSamples-i) + int32(then[i])*i) / FrameSamples)
	}
	j.surplus--
	j.waited = 0
	j.cut += FrameSamples
}

// skip gives up the oldest samples: a burst after a stall, which would be heard too late for a conversation.
func (j *jitterBuffer) skip(n int) {
	j.mark(j.play, n, false)
	j.play += uint32(n)
	j.cut += uint64(n)
	j.calm()
}
