package media

// Inbound is a stream of packets on its way in: it follows sequence numbers and sources (RFC 3550 appendix A), holds sound in the jitter buffer, finds digits
// and comfort noise, and counts. It is for one goroutine at a time; RTP and the browser's leg guard it with their own locks.
type Inbound struct {
	codec                         Codec
	payloadType, dtmfType, cnType uint8

	buffer jitterBuffer
	events eventListener
	tones  *toneListener // nil unless digits are looked for in the sound

	begun    bool
	ssrc     uint32
	top      uint16 // highest sequence number
	wraps    uint32 // sequence numbers before the last return to zero
	base     uint32 // first sequence number
	expected uint64 // packets of streams before a restart
	ignored  uint64 // packets of no stream: probation, stray sources
	nextSSRC uint32 // a source that has sent one packet, and may be the next stream
	nextSeq  uint16 // the sequence number that would prove it
	probing  bool

	received, duplicate uint64
	previous            int64   // transit time of the packet before, for the jitter
	variance            float64 // RFC 3550 section 6.4.1, in samples
	timed               bool
}

// The limits of RFC 3550 appendix A.1, and the payload type of comfort noise in RFC 3551.
const (
	staticNoise = 13
	maxDropout  = 3000 // a larger jump forward is another stream
	maxMisorder = 100  // a larger jump backward as well
)

// NewInbound is an inbound stream of the codec, with no digits and no comfort noise until Configure.
func NewInbound(c Codec) *Inbound {
	in := &Inbound{}
	in.Configure(Session{Codec: c})
	return in
}

// Configure takes the codec and payload types of a session from now on. What is held stays.
func (in *Inbound) Configure(s Session) {
	in.codec, in.payloadType, in.dtmfType, in.cnType = s.Codec, s.payloadType(), s.DTMFType, s.CNType
	if in.cnType == 0 && in.dtmfType != staticNoise && in.payloadType != staticNoise {
		in.cnType = staticNoise // who sends it without having said so means it all the same
	}
	switch {
	case !s.InBandDTMF:
		in.tones = nil
	case in.tones == nil:
		in.tones = &toneListener{}
	}
}

// Put takes a packet that came at an instant in nanoseconds of any steady clock, 0 when it is not known. It gives the digit that the packet begins, or 0.
// The payload is copied.
func (in *Inbound) Put(p *Packet, at int64) (digit rune) {
	if !in.follow(p) {
		return 0
	}
	in.received++
	switch {
	case p.PayloadType == in.dtmfType && in.dtmfType != 0:
		in.buffer.excuse()
		in.tones = nil // who sends events does not need to be listened to
		return in.events.hear(p)
	case p.PayloadType == in.payloadType:
		in.time(p, at)
		in.buffer.put(p.Timestamp, p.Payload, in.codec)
	case p.PayloadType == uint8(PCMU) || p.PayloadType == uint8(PCMA): // the other G.711: who was offered both may change without a word
		in.time(p, at)
		in.buffer.put(p.Timestamp, p.Payload, Codec(p.PayloadType))
	case p.PayloadType == in.cnType && in.cnType != 0 && len(p.Payload) > 0:
		in.buffer.hush(p.Payload[0])
	default:
		in.ignored++
	}
	return 0
}

// Pull gives the next 20 ms, and the digit that was found in the sound, or 0; false says that there is no sound.
func (in *Inbound) Pull(f *Frame) (digit rune, ok bool) {
	ok = in.buffer.pull(f)
	if ok && in.tones != nil {
		digit = in.tones.hear(f)
	}
	return digit, ok
}

// Restart forgets the sound that is held: it was said elsewhere. What was learnt of the network stays.
func (in *Inbound) Restart() {
	in.buffer.restart()
	in.buffer.conceal = concealer{}
}

// follow says whether the packet belongs to the stream. Another source, or a jump in the sequence, must show two packets in a row before it becomes the
// stream: a restart of the other end does, a stray packet does not.
func (in *Inbound) follow(p *Packet) bool {
	if !in.begun {
		in.begin(p)
		return true
	}
	ahead := p.Sequence - in.top
	switch {
	case p.SSRC == in.ssrc && ahead == 0:
		in.duplicate++
		return p.PayloadType == in.dtmfType // some repeat an event under the same number
	case p.SSRC == in.ssrc && ahead < maxDropout:
		if p.Sequence < in.top {
			in.wraps += 1 << 16
		}
		in.top, in.probing = p.Sequence, false
		return true
	case p.SSRC == in.ssrc && ahead > 1<<16-1-maxMisorder:
		return true
	case in.probing && p.SSRC == in.nextSSRC && p.Sequence == in.nextSeq:
		in.expected += in.expectedNow()
		in.buffer.restart()
		in.begin(p)
		return true
	}
	in.probing, in.nextSSRC, in.nextSeq = true, p.SSRC, p.Sequence+1
	in.ignored++
	return false
}

func (in *Inbound) begin(p *Packet) {
	in.begun, in.probing, in.timed = true, false, false
	in.ssrc, in.top, in.base, in.wraps = p.SSRC, p.Sequence, uint32(p.Sequence), 0
	in.events = eventListener{}
}

// time updates the jitter of RFC 3550 section 6.4.1.
func (in *Inbound) time(p *Packet, at int64) {
	if at == 0 {
		return
	}
	transit := at*Rate/1e9 - int64(p.Timestamp)
	if in.timed {
		d := transit - in.previous
		if d = max(d, -d); d < Rate { // a step of the clock is no jitter
			in.variance += (float64(d) - in.variance) / 16
		}
	}
	in.previous, in.timed = transit, true
}

// expectedNow is how many packets the stream's sequence numbers say were sent.
func (in *Inbound) expectedNow() uint64 {
	if !in.begun {
		return 0
	}
	return uint64(in.extended()) - uint64(in.base) + 1
}

// extended is the highest sequence number with its wraps.
func (in *Inbound) extended() uint32 { return in.wraps + uint32(in.top) }

// lost is how many packets have not come.
func (in *Inbound) lost() uint64 {
	if all := in.expected + in.expectedNow(); all > in.received {
		return all - in.received
	}
	return 0
}

// Delay is the sound that the jitter buffer holds now, in samples.
func (in *Inbound) Delay() int { return max(in.buffer.level(), 0) }

// Count adds what the stream has seen to the figures.
func (in *Inbound) Count(s *Stats) {
	s.Received += in.received
	s.Lost += in.lost()
	s.Late += in.buffer.late
	s.Duplicate += in.duplicate
	s.Ignored += in.ignored
	s.Concealed += in.buffer.concealed
	s.Jitter = samples(int(in.variance))
	s.Delay = samples(in.Delay())
}
