package media

import (
	"crypto/rand"
	"encoding/binary"
)

// Outbound is a stream of packets on its way out: it gathers frames into packets of the session's length, sends digits as events or as tones, and comfort
// noise instead of silence where that was agreed. It is for one goroutine at a time.
type Outbound struct {
	codec                         Codec
	payloadType, dtmfType, cnType uint8
	packet                        int // samples in a packet
	sending                       bool

	ssrc   uint32
	seq    uint16
	stamp  uint32 // of the next sample
	marker bool   // the next sound follows a gap
	keypad keypad
	quiet  int // frames of silence in a row
	filled int // octets gathered
	gather [longestPacket + FrameSamples]byte
	buf    [headerOctets + longestPacket + sealOctets]byte

	sent, octets uint64
}

const (
	longestPacket = 60 * Rate / 1000 // octets in a packet of 60 ms
	sealOctets    = 32               // room after a packet, to seal it where it lies
	hangover      = 10               // frames of silence before comfort noise replaces them
	noiseEvery    = 25               // frames between two packets of comfort noise
	noiseLevel    = 70               // dB below overload of the noise that stands for our silence
)

// NewOutbound is an outbound stream with chance numbers for its source, sequence and timestamp (RFC 3550 section 5.1). It sends nothing before Configure.
func NewOutbound() *Outbound {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return &Outbound{
		ssrc: binary.BigEndian.Uint32(b[:]), seq: binary.BigEndian.Uint16(b[4:]), stamp: binary.BigEndian.Uint32(b[6:]),
		marker: true, packet: FrameSamples,
	}
}

// SSRC is the stream's source, which it keeps for life.
func (o *Outbound) SSRC() uint32 { return o.ssrc }

// Configure takes the codec, payload types, packet length and direction of a session from now on.
func (o *Outbound) Configure(s Session) {
	if s.Codec != o.codec {
		o.filled = 0
	}
	o.codec, o.payloadType, o.dtmfType, o.cnType = s.Codec, s.payloadType(), s.DTMFType, s.CNType
	o.packet = FrameSamples
	if s.PtimeMS > 0 {
		o.packet = min(max(s.PtimeMS/10*10, 10), 60) * Rate / 1000
	}
	if o.sending && !s.Send {
		o.filled = 0
	}
	o.sending = s.Send
}

// Press queues digits to be sent: 0-9, *, #, A-D, and a comma for half a second's wait. What is no key is left out; at most 64 wait.
func (o *Outbound) Press(keys string) { o.keypad.press(keys) }

// Push sends a frame: send is called with each whole packet. It must not keep it, but may change it, and has room for 32 octets more after it, so that it
// can be sealed where it lies. While the session does not send, time passes all the same.
func (o *Outbound) Push(f *Frame, send func([]byte)) {
	if !o.sending {
		o.stamp += FrameSamples
		o.filled, o.marker = 0, true
		return
	}
	if o.keypad.busy() {
		if o.dtmfType != 0 {
			o.sendEvent(send)
			return
		}
		var sound Frame
		if o.keypad.sound(&sound) {
			o.keypad.done()
		}
		f = &sound
	}
	if o.cnType != 0 && o.hush(f, send) {
		return
	}
	if f == &silence {
		fill := o.codec.quiet()
		for i := range o.gather[o.filled : o.filled+FrameSamples] {
			o.gather[o.filled+i] = fill
		}
	} else {
		o.codec.Encode(o.gather[o.filled:o.filled+FrameSamples], f[:])
	}
	o.filled += FrameSamples
	o.stamp += FrameSamples
	for o.filled >= o.packet {
		o.sendSound(send)
	}
}

// sendSound sends the oldest gathered octets.
func (o *Outbound) sendSound(send func([]byte)) {
	copy(o.buf[headerOctets:], o.gather[:o.packet])
	o.write(o.payloadType, o.stamp-uint32(o.filled), o.marker, o.packet, send)
	o.marker = false
	o.filled = copy(o.gather[:], o.gather[o.packet:o.filled])
}

// write puts a header before n octets of payload in the buffer and sends them.
func (o *Outbound) write(payloadType uint8, stamp uint32, marker bool, n int, send func([]byte)) {
	o.seq++
	writeHeader(o.buf[:], &Packet{Sequence: o.seq, Timestamp: stamp, SSRC: o.ssrc, PayloadType: payloadType, Marker: marker})
	o.sent++
	o.octets += uint64(n)
	send(o.buf[:headerOctets+n])
}

func (o *Outbound) sendEvent(send func([]byte)) {
	o.filled = 0
	first, last := o.keypad.event(o.buf[headerOctets:headerOctets+eventOctets], o.stamp)
	o.write(o.dtmfType, o.keypad.stamp, first, eventOctets, send)
	if last {
		o.keypad.done()
	}
	o.stamp += FrameSamples
	o.marker = true
}

// hush sends comfort noise instead of a silence that lasts; false says that the frame is to be sent as sound.
func (o *Outbound) hush(f *Frame, send func([]byte)) bool {
	if f != &silence && !f.silent() {
		o.quiet = 0
		return false
	}
	o.quiet++
	if o.quiet < hangover {
		return false
	}
	if (o.quiet-hangover)%noiseEvery == 0 {
		o.filled = 0
		o.buf[headerOctets] = noiseLevel
		o.write(o.cnType, o.stamp, false, 1, send)
	}
	o.stamp += FrameSamples
	o.marker = true
	return true
}
