package media

import "strings"

// digits are the keys of RFC 4733 section 3.2 in the order of their event codes.
const digits = "0123456789*#ABCD"

// eventOctets is the length of a telephone-event's payload: event, end and volume, duration.
const eventOctets = 4

// eventListener finds the digits among telephone-events. It acts on the first packet of an event that it sees, since the last may be lost, and is not
// deceived by repetitions, by segments of a long press, or by senders that move the timestamp within an event.
type eventListener struct {
	any      bool
	ended    bool
	event    byte
	stamp    uint32
	duration uint32
}

// hear gives the digit that begins with the packet, or 0.
func (l *eventListener) hear(p *Packet) rune {
	if len(p.Payload) < eventOctets || int(p.Payload[0]) >= len(digits) {
		return 0
	}
	event, end := p.Payload[0], p.Payload[1]&0x80 != 0
	duration := uint32(p.Payload[2])<<8 | uint32(p.Payload[3])
	if l.any {
		since := int32(p.Timestamp - l.stamp)
		if since < 0 && since > -farBehind { // an old packet, late
			return 0
		}
		going := event == l.event && !l.ended && !p.Marker && since >= 0 && uint32(since) <= max(l.duration, FrameSamples)+FrameSamples/2
		if since == 0 || going {
			l.stamp, l.duration, l.ended = p.Timestamp, duration, l.ended || end
			return 0
		}
	}
	*l = eventListener{any: true, ended: end, event: event, stamp: p.Timestamp, duration: duration}
	return rune(digits[event])
}

// The times of a digit that is sent, in frames of 20 ms, and its volume in dB below full scale.
const (
	pressFrames  = 5  // 100 ms
	endPackets   = 3  // the end is said three times
	gapFrames    = 4  // 80 ms between digits
	commaFrames  = 25 // a comma waits half a second
	eventVolume  = 10
	digitsQueued = 64
)

// keypad is the queue of digits to be sent and where it stands in the first of them.
type keypad struct {
	queue string
	frame int    // of the digit that is being sent
	rest  int    // frames to wait before the next
	stamp uint32 // when the event began
	tone  [2]tone
}

// press queues digits; what is no key is left out, and more than 64 are not taken.
func (k *keypad) press(keys string) {
	var b strings.Builder
	b.WriteString(k.queue)
	for _, r := range strings.ToUpper(keys) {
		if b.Len() < digitsQueued && (r == ',' || strings.ContainsRune(digits, r)) {
			b.WriteRune(r)
		}
	}
	k.queue = b.String()
}

// busy says whether the frame belongs to a digit, and moves on. It is called once a frame.
func (k *keypad) busy() bool {
	if k.rest > 0 {
		k.rest--
		return false
	}
	if k.queue == "" {
		return false
	}
	if k.queue[0] == ',' {
		k.queue, k.rest = k.queue[1:], commaFrames
		return false
	}
	return true
}

// done ends the digit that was being sent.
func (k *keypad) done() { k.queue, k.frame, k.rest = k.queue[1:], 0, gapFrames }

// event writes the payload of the next packet of the digit; first is true for its first packet, last for its last.
func (k *keypad) event(b []byte, stamp uint32) (first, last bool) {
	first = k.frame == 0
	if first {
		k.stamp = stamp
	}
	k.frame++
	duration := uint16(min(k.frame, pressFrames) * FrameSamples)
	b[0], b[1] = byte(strings.IndexByte(digits, k.queue[0])), eventVolume
	b[2], b[3] = byte(duration>>8), byte(duration)
	if k.frame >= pressFrames {
		b[1] |= 0x80
	}
	return first, k.frame == pressFrames+endPackets-1
}

// lows and highs are the tones of the keys' rows and columns (ITU-T Q.23).
var (
	lows  = [4]float64{697, 770, 852, 941}
	highs = [4]float64{1209, 1336, 1477, 1633}
)

// keys are the digits by row and column.
var keys = [4]string{"123A", "456B", "789C", "*0#D"}

// sound fills a frame with the tones of the digit; last is true when it ends with this frame.
func (k *keypad) sound(f *Frame) (last bool) {
	if k.frame == 0 {
		for row, line := range keys {
			if col := strings.IndexByte(line, k.queue[0]); col >= 0 {
				k.tone[0] = *Tone(lows[row], -11).(*tone)
				k.tone[1] = *Tone(highs[col], -9).(*tone)
			}
		}
	}
	var high Frame
	k.tone[0].Read(f)
	k.tone[1].Read(&high)
	for i, v := range high {
		f[i] = saturate(int32(f[i]) + int32(v))
	}
	k.frame++
	return k.frame >= pressFrames
}

// toneListener finds the digits that are sent as tones in the sound, for trunks that know nothing else. A key counts when two frames in a row hold its
// two tones and little else.
type toneListener struct {
	last    byte // the key of the last frame, 0 for none
	told    bool // the key was told
	quarter [8]float64
}

const (
	pairShare    = 0.75 // of the frame's energy must be in the two tones: speech has less
	loudest      = 6.3  // how many times as strong as the second of its group a tone must be: 8 dB
	twistHigh    = 6.3  // the high tone may be 8 dB louder
	twistLow     = 6.3  // and the low tone
	weakestTones = 1e9  // squared magnitude below which nothing counts: about -40 dBm
)

// hear gives the digit that the frame completes, or 0.
func (l *toneListener) hear(f *Frame) rune {
	key := l.key(f)
	if key == 0 || key != l.last {
		l.last, l.told = key, false
		return 0
	}
	if l.told {
		return 0
	}
	l.told = true
	return rune(key)
}

func (l *toneListener) key(f *Frame) byte {
	var energy float64
	for _, v := range f {
		energy += float64(v) * float64(v)
	}
	if energy*FrameSamples/2 < weakestTones {
		return 0
	}
	for i := range 4 {
		l.quarter[i], l.quarter[4+i] = goertzel(f[:], lows[i]), goertzel(f[:], highs[i])
	}
	row, low, rest := strongest(l.quarter[:4])
	col, high, other := strongest(l.quarter[4:])
	switch {
	case 2*(low+high) < pairShare*energy*FrameSamples, low < rest*loudest, high < other*loudest, high > low*twistHigh, low > high*twistLow:
		return 0
	}
	return keys[row][col]
}

func strongest(of []float64) (at int, most, second float64) {
	for i, v := range of {
		if v > most {
			at, most, second = i, v, most
		} else if v > second {
			second = v
		}
	}
	return at, most, second
}
