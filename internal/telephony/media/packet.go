package media

import (
	"encoding/binary"

	"sentral/internal/centre"
)

// Packet is an RTP packet as it was read. Payload points into the octets that were parsed.
type Packet struct {
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32
	PayloadType uint8
	Marker      bool
	Payload     []byte
}

// headerOctets is the length of the RTP header that this room sends: no contributing sources, no extension.
const headerOctets = 12

var (
	errShort   = centre.Errorf(centre.Invalid, "RTP: shorter than its header")
	errVersion = centre.Errorf(centre.Invalid, "RTP: not version 2")
	errPadding = centre.Errorf(centre.Invalid, "RTP: padding longer than the packet")
)

// ParseRTP reads the octets of a datagram into p (RFC 3550 section 5.1). Padding, contributing sources and header extensions are skipped.
func ParseRTP(b []byte, p *Packet) error {
	if len(b) < headerOctets {
		return errShort
	}
	if b[0]>>6 != 2 {
		return errVersion
	}
	from := headerOctets + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 { // a header extension: profile, length in words, words
		if len(b) < from+4 {
			return errShort
		}
		from += 4 + 4*int(binary.BigEndian.Uint16(b[from+2:]))
	}
	if len(b) < from {
		return errShort
	}
	to := len(b)
	if b[0]&0x20 != 0 {
		pad := int(b[to-1])
		if pad == 0 || from+pad > to {
			return errPadding
		}
		to -= pad
	}
	p.Marker = b[1]&0x80 != 0
	p.PayloadType = b[1] & 0x7f
	p.Sequence = binary.BigEndian.Uint16(b[2:])
	p.Timestamp = binary.BigEndian.Uint32(b[4:])
	p.SSRC = binary.BigEndian.Uint32(b[8:])
	p.Payload = b[from:to]
	return nil
}

// writeHeader puts p's header, without its payload, into the first 12 octets of b.
func writeHeader(b []byte, p *Packet) {
	b[0], b[1] = 0x80, p.PayloadType&0x7f
	if p.Marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], p.Sequence)
	binary.BigEndian.PutUint32(b[4:], p.Timestamp)
	binary.BigEndian.PutUint32(b[8:], p.SSRC)
}

// isRTCP tells the two protocols apart when they share a port (RFC 5761 section 4).
func isRTCP(b []byte) bool { return len(b) >= 2 && b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223 }
