package testphone

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/srtp/v3"

	"sentral/internal/telephony/media"
)

// frame is how long one packet lasts.
const frame = 20 * time.Millisecond

// stream is one call's sound, both ways: a socket, what is said into it and what is heard from it.
type stream struct {
	conn *net.UDPConn

	mu         sync.Mutex
	remote     netip.AddrPort
	codec      media.Codec
	dtmf       uint8
	sending    bool // the descriptions let us speak
	voice      *Voice
	at         int // the voice's next frame
	keys       []tone
	seq        uint16
	ts         uint32
	ssrc       uint32
	enc        *srtp.Context
	dec        *srtp.Context
	sent       int
	silentFrom time.Time // packets are not sent from here on: a party that vanished
	out        []byte

	heard heard
}

// heard is what has come in.
type heard struct {
	sync.Mutex
	ears      []*ear
	first     time.Time // first packet
	last      time.Time
	worstGap  time.Duration
	received  int
	digits    []byte
	digitAt   uint32
	counts    counts
	lost      int // of sources before the present one
	noise     level
	recording []int16 // up to maxRecording samples
	record    bool
	pcm       [960]int16
}

// maxRecording is ten minutes.
const maxRecording = 10 * 60 * media.Rate

// counts is the reckoning of RFC 3550 appendix A.3 for one source.
type counts struct {
	ssrc          uint32
	base, highest int64
	received      int64
	begun         bool
}

func (c *counts) packet(ssrc uint32, seq uint16) {
	if !c.begun {
		*c = counts{ssrc: ssrc, base: int64(seq), highest: int64(seq), received: 1, begun: true}
		return
	}
	c.received++
	if ahead := int64(int16(seq - uint16(c.highest))); ahead > 0 {
		c.highest += ahead
	}
}

func (c *counts) lost() int {
	if !c.begun {
		return 0
	}
	return int(max(0, c.highest-c.base+1-c.received))
}

func newStream(ip netip.Addr) (*stream, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(256 << 10)
	s := &stream{conn: conn, seq: uint16(rand.Uint32()), ts: rand.Uint32(), ssrc: rand.Uint32(), out: make([]byte, 0, 256)}
	go s.listen()
	return s, nil
}

func (s *stream) local() netip.AddrPort { return s.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// apply takes what the two sides have agreed.
func (s *stream) apply(ours, theirs description, codec media.Codec) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remote, s.codec, s.dtmf = theirs.at, codec, theirs.dtmf
	s.sending = (theirs.direction == "sendrecv" || theirs.direction == "recvonly") && (ours.direction == "sendrecv" || ours.direction == "sendonly") &&
		theirs.at.Port() != 0 && !theirs.at.Addr().IsUnspecified()
	if ours.key == nil || theirs.key == nil {
		return nil
	}
	enc, err := srtp.CreateContext(ours.key[:16], ours.key[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
	if err != nil {
		return err
	}
	dec, err := srtp.CreateContext(theirs.key[:16], theirs.key[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
	if err != nil {
		return err
	}
	if s.enc == nil { // a new agreement with the old keys goes on where it was
		s.enc, s.dec = enc, dec
	}
	return nil
}

func (s *stream) say(v *Voice) {
	s.mu.Lock()
	s.voice, s.at = v, 0
	s.mu.Unlock()
}

// vanish stops sending without a word.
func (s *stream) vanish() {
	s.mu.Lock()
	s.silentFrom = time.Now()
	s.mu.Unlock()
}

// press queues a key (RFC 4733): 160 ms of it and 100 ms of quiet.
func (s *stream) press(key byte) {
	s.mu.Lock()
	s.keys = append(s.keys, tone{event: eventOf(key), left: pressPackets + endPackets + gapPackets})
	s.mu.Unlock()
}

// pressing tells whether keys are still on their way.
func (s *stream) pressing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.keys) > 0
}

// tone is a key on its way out.
type tone struct {
	event byte
	left  int // ticks
	begun bool
	ts    uint32
}

const (
	pressPackets = 8
	endPackets   = 3
	gapPackets   = 5
)

const keypad = "0123456789*#ABCD"

func eventOf(key byte) byte {
	for i := range keypad {
		if keypad[i] == key {
			return byte(i)
		}
	}
	return 0
}

// tick sends 20 ms.
func (s *stream) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ts += media.FrameSamples
	if !s.sending || !s.silentFrom.IsZero() {
		return
	}
	b := append(s.out[:0], 0x80, byte(s.codec), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	ts := s.ts
	if len(s.keys) > 0 && s.dtmf != 0 {
		var event bool
		if b, ts, event = s.key(b); !event {
			b = s.payload(b)
		}
	} else {
		b = s.payload(b)
	}
	s.seq++
	s.sent++
	binary.BigEndian.PutUint16(b[2:], s.seq)
	binary.BigEndian.PutUint32(b[4:], ts)
	binary.BigEndian.PutUint32(b[8:], s.ssrc)
	s.out = b
	if s.enc != nil {
		sealed, err := s.enc.EncryptRTP(nil, b, nil)
		if err != nil {
			return
		}
		b = sealed
	}
	_, _ = s.conn.WriteToUDPAddrPort(b, s.remote)
}

func (s *stream) payload(b []byte) []byte {
	b = append(b, s.voice.packet(s.codec, s.at)...)
	s.at++
	return b
}

// key writes the packet of the key on its way; event is false in the quiet between keys.
func (s *stream) key(b []byte) (_ []byte, ts uint32, event bool) {
	k := &s.keys[0]
	k.left--
	if k.left < 0 || k.left < gapPackets {
		if k.left <= 0 {
			s.keys = s.keys[1:]
		}
		return b, s.ts, false
	}
	marker := byte(0)
	if !k.begun {
		k.begun, k.ts, marker = true, s.ts, 0x80
	}
	lasted := uint16(min(s.ts-k.ts+media.FrameSamples, pressPackets*media.FrameSamples))
	end := byte(0)
	if k.left < gapPackets+endPackets {
		end = 0x80
	}
	b[1] = s.dtmf | marker
	return append(b, k.event, end|10, byte(lasted>>8), byte(lasted)), k.ts, true
}

// listen reads until the socket closes.
func (s *stream) listen() {
	b := make([]byte, 2048)
	var p media.Packet
	for {
		n, _, err := s.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		in := b[:n]
		if n < 12 || (b[1] >= 192 && b[1] <= 223) { // RTCP on the same port (RFC 5761)
			continue
		}
		s.mu.Lock()
		dec, codec, dtmf := s.dec, s.codec, s.dtmf
		s.mu.Unlock()
		if dec != nil {
			if in, err = dec.DecryptRTP(nil, in, nil); err != nil {
				continue
			}
		}
		if media.ParseRTP(in, &p) == nil {
			s.heard.packet(&p, codec, dtmf)
		}
	}
}

// packet takes one packet in.
func (h *heard) packet(p *media.Packet, codec media.Codec, dtmf uint8) {
	now := time.Now()
	h.Lock()
	defer h.Unlock()
	if h.first.IsZero() {
		h.first = now
	} else {
		h.worstGap = max(h.worstGap, now.Sub(h.last))
	}
	h.last = now
	h.received++
	if h.counts.begun && h.counts.ssrc != p.SSRC {
		h.lost += h.counts.lost()
		h.counts = counts{}
	}
	h.counts.packet(p.SSRC, p.Sequence)
	switch {
	case dtmf != 0 && p.PayloadType == dtmf:
		if len(p.Payload) >= 4 && int(p.Payload[0]) < len(keypad) && (len(h.digits) == 0 || h.digitAt != p.Timestamp) {
			h.digits, h.digitAt = append(h.digits, keypad[p.Payload[0]]), p.Timestamp
		}
	case p.PayloadType == uint8(media.PCMU) || p.PayloadType == uint8(media.PCMA):
		if len(p.Payload) > len(h.pcm) {
			return
		}
		if c := media.Codec(p.PayloadType); c != codec { // some change without a word; what is written counts
			codec = c
		}
		pcm := h.pcm[:codec.Decode(h.pcm[:], p.Payload)]
		h.noise.hear(pcm, now)
		for _, e := range h.ears {
			e.hear(pcm, now)
		}
		if h.record && len(h.recording) < maxRecording {
			h.recording = append(h.recording, pcm...)
		}
	}
}

// resumed forgets the gap of a hold.
func (h *heard) resumed() {
	h.Lock()
	h.last = time.Now()
	h.Unlock()
}
