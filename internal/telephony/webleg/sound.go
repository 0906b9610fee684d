package webleg

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"sentral/internal/telephony/media"
)

const (
	headerLen    = 12                    // bytes of an RTP header without extensions
	sealMax      = 16                    // bytes that SRTP adds at most
	pauseAfter   = 60 * time.Millisecond // a longer gap between two frames is a pause: the time stamp jumps over it
	reportEvery  = 5 * time.Second       // RTCP (RFC 3550 section 6.2)
	samplePeriod = time.Second / media.Rate
)

// sound is the sealed G.711 of one party, both ways. It is safe for one that pulls, one that pushes and any number that bring packets.
type sound struct {
	ssrc uint32

	sending  sync.Mutex
	outbound *media.Outbound
	out      *srtp.Context // nil until keys are agreed
	sealed   func([]byte)  // seal, bound once: a tick allocates nothing
	wire     func([]byte) error
	written  rtp.Header
	shift    uint32    // what is added to the time stamps of outbound, which knows nothing of pauses
	resumed  bool      // the next packet follows a pause
	stamp    uint32    // of the last packet
	last     time.Time // when the last frame was sent
	report   time.Time // when the last report was
	octets   uint32
	sent     atomic.Uint64

	reading sync.Mutex
	inbound *media.Inbound
	in      *srtp.Context // nil until keys are agreed
	header  rtp.Header
	parsed  media.Packet
	heard   reception
	refused atomic.Uint64

	onDigit atomic.Pointer[func(rune)]
}

func newSound() *sound {
	o := media.NewOutbound()
	s := &sound{ssrc: o.SSRC(), outbound: o, inbound: media.NewInbound(media.PCMU)}
	s.sealed = s.seal
	return s
}

// agreed takes the codec and the payload type of telephone events, 0 for none.
func (s *sound) agreed(c media.Codec, digits uint8) {
	m := media.Session{Codec: c, PayloadType: uint8(c), DTMFType: digits, PtimeMS: 20, Send: true, Receive: true}
	s.sending.Lock()
	s.outbound.Configure(m)
	s.sending.Unlock()
	s.reading.Lock()
	s.inbound.Configure(m)
	s.reading.Unlock()
}

// keyed starts the flow.
func (s *sound) keyed(in, out *srtp.Context) {
	s.reading.Lock()
	s.in = in
	s.reading.Unlock()
	s.sending.Lock()
	s.out = out
	s.sending.Unlock()
}

// push seals a frame and hands its packet to send, which must not keep it.
func (s *sound) push(f *media.Frame, now time.Time, send func([]byte) error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	if s.out == nil {
		return
	}
	if gap := now.Sub(s.last); gap > pauseAfter {
		if !s.last.IsZero() {
			s.shift += uint32(gap/samplePeriod) - media.FrameSamples
		}
		s.resumed = true
	}
	s.last = now
	s.wire = send
	s.outbound.Push(f, s.sealed)
}

// seal sends one packet of outbound's, in place; the caller holds sending.
func (s *sound) seal(b []byte) {
	s.stamp = binary.BigEndian.Uint32(b[4:]) + s.shift
	binary.BigEndian.PutUint32(b[4:], s.stamp)
	if s.resumed {
		b[1] |= 0x80
		s.resumed = false
	}
	s.octets += uint32(len(b) - headerLen)
	if out, err := s.out.EncryptRTP(b[:0], b, &s.written); err == nil && s.wire(out) == nil {
		s.sent.Add(1)
	}
}

// press queues keys to be sent as telephone events while frames are pushed.
func (s *sound) press(keys string) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.outbound.Press(keys)
}

// pull gives the next 20 ms of what the other side says.
func (s *sound) pull(f *media.Frame) bool {
	s.reading.Lock()
	defer s.reading.Unlock()
	_, ok := s.inbound.Pull(f)
	return ok
}

// restart forgets what is held.
func (s *sound) restart() {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.inbound.Restart()
}

// take opens a packet of sound, in place. It says whether the packet was the other side's own.
func (s *sound) take(b []byte, now time.Time) bool {
	if len(b) < headerLen {
		return false
	}
	s.reading.Lock()
	if s.in == nil {
		s.reading.Unlock()
		return false
	}
	if kind := b[1] & 0x7f; kind >= 64 && kind < 96 { // RFC 5761 section 4
		ok := s.control(b, now)
		s.reading.Unlock()
		return ok
	}
	plain, err := s.in.DecryptRTP(b[:0], b, &s.header)
	p := &s.parsed
	if err != nil || media.ParseRTP(plain, p) != nil {
		s.reading.Unlock()
		s.refused.Add(1)
		return false
	}
	s.heard.count(p.SSRC, p.Sequence, p.Timestamp, now)
	digit := s.inbound.Put(p, now.UnixNano())
	s.reading.Unlock()
	if on := s.onDigit.Load(); on != nil && digit != 0 {
		(*on)(digit)
	}
	return true
}

// control reads the other side's reports; the caller holds reading.
func (s *sound) control(b []byte, now time.Time) bool {
	plain, err := s.in.DecryptRTCP(nil, b, nil)
	if err != nil {
		s.refused.Add(1)
		return false
	}
	all, err := rtcp.Unmarshal(plain)
	if err != nil {
		return true // sealed by the other side, and nonsense
	}
	for _, p := range all {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			s.heard.reported(p.NTPTime, now)
			s.about(p.Reports, now)
		case *rtcp.ReceiverReport:
			s.about(p.Reports, now)
		}
	}
	return true
}

// about notes what the other side says of the sound that we send.
func (s *sound) about(reports []rtcp.ReceptionReport, now time.Time) {
	for _, r := range reports {
		if r.SSRC != s.ssrc {
			continue
		}
		s.heard.theirLoss = float64(r.FractionLost) / 256
		if r.LastSenderReport != 0 {
			if turn := middle(ntp(now)) - r.LastSenderReport - r.Delay; turn < 60<<16 { // in 1/65536 s
				s.heard.turn = time.Duration(turn) * time.Second >> 16
			}
		}
	}
}

// speak sends the report that is due: a sender's while we send, a receiver's while we only hear, nothing while the line is idle.
func (s *sound) speak(now time.Time, send func([]byte) error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	if s.out == nil || now.Sub(s.report) < reportEvery {
		return
	}
	s.reading.Lock()
	blocks, news := s.heard.block(now)
	s.reading.Unlock()
	var p rtcp.Packet
	switch {
	case s.last.After(s.report):
		p = &rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp(now), RTPTime: s.stamp + media.FrameSamples + uint32(now.Sub(s.last)/samplePeriod), PacketCount: uint32(s.sent.Load()), OctetCount: s.octets, Reports: blocks}
	case news:
		p = &rtcp.ReceiverReport{SSRC: s.ssrc, Reports: blocks}
	default:
		return
	}
	s.report = now
	plain, err := p.Marshal()
	if err != nil {
		return
	}
	if sealed, err := s.out.EncryptRTCP(nil, plain, nil); err == nil {
		_ = send(sealed)
	}
}
