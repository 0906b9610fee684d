package media

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// RTCP (RFC 3550 section 6): each leg reports what it sends and how well it hears, and learns the same of the party.
const (
	senderReport      = 200
	receiverReport    = 201
	sourceDescription = 202
	goodbye           = 203
	reportEvery       = 5 * time.Second
	ntpEpoch          = 2208988800 // seconds from 1900 to 1970
	mostLost          = 1<<23 - 1
)

type reportState struct {
	next               time.Time
	sent               bool
	expected, received uint64 // at the last report
	lastSender         uint32 // the middle of the NTP time of the party's last sender report
	lastSenderAt       int64
	buf                [128]byte
}

// ntp is the instant in the format of NTP.
func ntp(unixNano int64) uint64 {
	s, ns := uint64(unixNano/1e9), uint64(unixNano%1e9)
	return (s+ntpEpoch)<<32 | ns<<32/1e9
}

// sendReport sends what is due.
func (l *RTP) sendReport(now time.Time) {
	r := &l.report
	if r.next.IsZero() { // the legs of a busy centre spread themselves by their sources
		r.next = now.Add(time.Second + time.Duration(l.out.ssrc%4096)*time.Millisecond)
		return
	}
	if now.Before(r.next) || !l.sends || !l.session.Send && !l.session.Receive {
		return
	}
	r.next = now.Add(reportEvery)
	l.transmitReport(l.writeReport(now.UnixNano()))
}

// writeReport gives a sender or receiver report and our name.
func (l *RTP) writeReport(now int64) []byte {
	r := &l.report
	b := r.buf[:0]
	kind := byte(receiverReport)
	if l.out.sent > 0 {
		kind = senderReport
	}
	blocks := byte(0)
	if l.in.begun {
		blocks = 1
	}
	b = append(b, 0x80|blocks, kind, 0, 0)
	b = binary.BigEndian.AppendUint32(b, l.out.ssrc)
	if kind == senderReport {
		b = binary.BigEndian.AppendUint64(b, ntp(now))
		b = binary.BigEndian.AppendUint32(b, l.out.stamp)
		b = binary.BigEndian.AppendUint32(b, uint32(l.out.sent))
		b = binary.BigEndian.AppendUint32(b, uint32(l.out.octets))
	}
	if blocks == 1 {
		b = l.writeBlock(b, now)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	r.sent = true
	from := len(b)
	name := fmt.Sprintf("%08x@sentral", l.out.ssrc)
	b = append(b, 0x81, sourceDescription, 0, 0)
	b = binary.BigEndian.AppendUint32(b, l.out.ssrc)
	b = append(b, 1, byte(len(name)))
	b = append(b, name...)
	b = append(b, 0)
	for (len(b)-from)%4 != 0 {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint16(b[from+2:], uint16((len(b)-from)/4-1))
	return b
}

// writeBlock adds how well we hear (RFC 3550 section 6.4.1).
func (l *RTP) writeBlock(b []byte, now int64) []byte {
	r := &l.report
	expected, received := l.in.expected+l.in.expectedNow(), l.in.received
	fraction := byte(0)
	if e, got := expected-r.expected, received-r.received; e > 0 && got < e {
		fraction = byte(min((e-got)<<8/e, 255))
	}
	r.expected, r.received = expected, received
	b = binary.BigEndian.AppendUint32(b, l.in.ssrc)
	b = binary.BigEndian.AppendUint32(b, uint32(fraction)<<24|uint32(min(l.in.lost(), mostLost)))
	b = binary.BigEndian.AppendUint32(b, l.in.extended())
	b = binary.BigEndian.AppendUint32(b, uint32(l.in.variance))
	since := uint32(0)
	if r.lastSender != 0 {
		since = uint32((now - r.lastSenderAt) << 16 / 1e9)
	}
	b = binary.BigEndian.AppendUint32(b, r.lastSender)
	return binary.BigEndian.AppendUint32(b, since)
}

func (l *RTP) transmitReport(b []byte) {
	if l.crypt != nil {
		if b = l.crypt.seal(b, true); b == nil {
			return
		}
	}
	from := &l.reports
	if l.session.ReportsMux {
		from = &l.sound
	}
	_ = from.send(b, &l.toReports) // a report that is lost is followed by another
}

// sayBye tells the party that no more will come.
func (l *RTP) sayBye() {
	if !l.report.sent || !l.sends {
		return
	}
	b := l.writeReport(time.Now().UnixNano())
	b = append(b, 0x81, goodbye, 0, 1)
	l.transmitReport(binary.BigEndian.AppendUint32(b, l.out.ssrc))
}

// drainReports takes what has come to the port of reports.
func (l *RTP) drainReports() {
	b := l.ports.borrow()
	defer l.ports.give(b)
	n := l.reports.receive(b)
	for i := range n {
		octets, from, at := b.datagram(i)
		if isRTCP(octets) {
			l.reported(octets, from, at)
		} else {
			l.stats.Malformed++
		}
	}
}

// reported takes a compound packet. It counts when it comes from the party's address, whatever its port.
func (l *RTP) reported(b []byte, from netip.AddrPort, at int64) {
	if from.Addr() != l.toAddr.Addr() && from.Addr() != l.session.Remote.Addr() {
		l.stats.Injected++
		return
	}
	if l.crypt != nil {
		if b = l.crypt.open(b, true); b == nil {
			l.stats.Injected++
			return
		}
	}
	if at == 0 {
		at = time.Now().UnixNano()
	}
	l.stats.Reports++
	for len(b) >= 8 && b[0]>>6 == 2 {
		n := 4 * (int(binary.BigEndian.Uint16(b[2:])) + 1)
		if n > len(b) {
			l.stats.Malformed++
			return
		}
		l.readReport(b[:n], at)
		b = b[n:]
	}
}

func (l *RTP) readReport(b []byte, at int64) {
	count, from := int(b[0]&0x1f), 8
	switch b[1] {
	case senderReport:
		if len(b) < 28 {
			return
		}
		l.report.lastSender, l.report.lastSenderAt = binary.BigEndian.Uint32(b[10:]), at
		from = 28
	case receiverReport:
	default:
		return
	}
	for ; count > 0 && len(b) >= from+24; count, from = count-1, from+24 {
		if k := b[from:]; binary.BigEndian.Uint32(k) == l.out.ssrc {
			l.readBlock(k, at)
		}
	}
}

func (l *RTP) readBlock(k []byte, at int64) {
	l.stats.TheirFractionLost = k[4]
	l.stats.TheirLost = int32(binary.BigEndian.Uint32(k[4:])<<8) >> 8
	l.stats.TheirJitter = samples(int(min(binary.BigEndian.Uint32(k[12:]), 10*Rate)))
	sent, held := binary.BigEndian.Uint32(k[16:]), binary.BigEndian.Uint32(k[20:])
	if sent == 0 {
		return
	}
	if rtt := uint32(ntp(at)>>16) - sent - held; rtt < 60<<16 { // a minute: more is a wrong clock
		l.stats.RTT = time.Duration(rtt) * time.Second >> 16
	}
}
