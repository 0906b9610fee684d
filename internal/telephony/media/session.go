package media

import (
	"net/netip"
	"time"

	"sentral/internal/centre"
)

// Session is what two ends have agreed by SDP about one leg.
type Session struct {
	Remote      netip.AddrPort // where sound goes until the other end's own packets say better; without an address: nowhere until then
	Reports     netip.AddrPort // where RTCP goes (a=rtcp); none is the port after Remote's
	ReportsMux  bool           // RTCP shares the sound's port (a=rtcp-mux)
	Codec       Codec
	PayloadType uint8 // of the codec; 0 is its static one
	DTMFType    uint8 // of telephone-event; 0 is none: digits are then sent as tones
	CNType      uint8 // of comfort noise, usually 13; 0 is none: silence is then sent as sound
	PtimeMS     int   // sound in a packet that we send: 10 to 60 ms, 0 is 20; what we receive may be any
	Send        bool  // we send sound
	Receive     bool  // we hear what comes
	SRTP        *SRTPKeys
	InBandDTMF  bool // look for digits in the sound, until an event comes
}

func (s *Session) payloadType() uint8 {
	if s.PayloadType == 0 {
		return uint8(s.Codec)
	}
	return s.PayloadType
}

func (s *Session) check(local netip.Addr) error {
	s.Remote = netip.AddrPortFrom(s.Remote.Addr().Unmap(), s.Remote.Port())
	s.Reports = netip.AddrPortFrom(s.Reports.Addr().Unmap(), s.Reports.Port())
	switch {
	case s.Codec != PCMU && s.Codec != PCMA:
		return centre.Errorf(centre.Invalid, "RTP: codec %d is not known", uint8(s.Codec))
	case s.payloadType() > 127 || s.DTMFType > 127 || s.CNType > 127:
		return centre.Errorf(centre.Invalid, "RTP: a payload type above 127")
	case s.DTMFType != 0 && s.DTMFType == s.payloadType():
		return centre.Errorf(centre.Invalid, "RTP: payload type %d is both sound and digits", s.DTMFType)
	case s.PtimeMS < 0 || s.PtimeMS > 60:
		return centre.Errorf(centre.Invalid, "RTP: packets of %d ms; 10 to 60 are sent", s.PtimeMS)
	case s.Remote.Addr().IsValid() && s.Remote.Addr().Is4() != local.Is4():
		return centre.Errorf(centre.Invalid, "RTP: %v cannot be reached from %v", s.Remote.Addr(), local)
	}
	return nil
}

// reachable says whether an address names somebody.
func reachable(a netip.AddrPort) bool {
	return a.IsValid() && a.Port() != 0 && !a.Addr().IsUnspecified()
}

// Stats is what a leg has counted since it was opened. Packets are of sound, digits and noise; durations are of now.
type Stats struct {
	Sent      uint64 // packets
	SendDrops uint64 // packets that the system did not take
	Received  uint64 // packets of the party
	Lost      uint64 // packets that its sequence numbers miss
	Late      uint64 // packets that came after their time
	Duplicate uint64
	Ignored   uint64 // packets of an unknown payload type, or of a source that was not proved
	Malformed uint64 // datagrams that are no RTP
	Injected  uint64 // datagrams from elsewhere than the party, or not under its key: never heard
	Concealed uint64 // frames that were made up, in part or whole
	Digits    uint64 // pressed by the party
	Jitter    time.Duration
	Delay     time.Duration // of the jitter buffer
	Silent    time.Duration // since anything of the party has come, whether we listen or not, to a tenth of a second
	Reports   uint64        // RTCP packets of the party
	RTT       time.Duration // by RTCP; 0 is not known
	// What the party says of our sound, by RTCP: the packets it missed since its last report, in 256ths, in all, and its jitter.
	TheirFractionLost uint8
	TheirLost         int32
	TheirJitter       time.Duration
}
