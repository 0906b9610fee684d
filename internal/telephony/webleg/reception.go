package webleg

import (
	"time"

	"github.com/pion/rtcp"
)

// reception counts what arrives from one source (RFC 3550 appendix A). The owner's lock guards it.
type reception struct {
	ssrc     uint32
	started  bool
	first    uint32 // extended sequence number
	highest  uint32
	received uint64
	before   struct{ expected, received uint64 } // at the last report
	transit  int64                               // of the last packet, in samples
	jitter   int64                               // sixteenths of a sample
	lsr      uint32                              // middle of the sender's last NTP time
	lsrAt    time.Time
	earlier  uint64 // lost before the source changed
	total    uint64 // received before it changed

	turn      time.Duration // round trip by reports; 0 = unknown
	theirLoss float64       // share of our packets that the other side misses
}

func (r *reception) count(ssrc uint32, seq uint16, stamp uint32, now time.Time) {
	if !r.started || ssrc != r.ssrc {
		r.earlier += r.lost()
		r.total += r.received
		r.ssrc, r.started, r.first, r.highest = ssrc, true, uint32(seq), uint32(seq)
		r.received, r.before.expected, r.before.received, r.lsr = 0, 0, 0, 0
		r.transit = samples(now) - int64(stamp)
	}
	if ahead := seq - uint16(r.highest); ahead < 1<<15 {
		r.highest += uint32(ahead)
	}
	r.received++
	transit := samples(now) - int64(stamp)
	d := transit - r.transit
	r.transit = transit
	if d < 0 {
		d = -d
	}
	if d < 8000 { // a pause or a wrapped stamp is no jitter
		r.jitter += d - (r.jitter+8)>>4
	}
}

func samples(now time.Time) int64 { return now.UnixNano() / int64(samplePeriod) }

func (r *reception) expected() uint64 {
	if !r.started {
		return 0
	}
	return uint64(r.highest-r.first) + 1
}

func (r *reception) lost() uint64 {
	if e := r.expected(); e > r.received {
		return e - r.received
	}
	return 0
}

func (r *reception) reported(at uint64, now time.Time) { r.lsr, r.lsrAt = middle(at), now }

// block is our report of what arrives, and whether anything has since the last one. It starts the next period.
func (r *reception) block(now time.Time) ([]rtcp.ReceptionReport, bool) {
	if !r.started {
		return nil, false
	}
	expected := r.expected()
	out := rtcp.ReceptionReport{SSRC: r.ssrc, LastSequenceNumber: r.highest, TotalLost: uint32(min(r.lost(), 1<<23-1)), Jitter: uint32(r.jitter >> 4), LastSenderReport: r.lsr}
	if e, g := expected-r.before.expected, r.received-r.before.received; e > g {
		out.FractionLost = uint8(min(255, (e-g)<<8/e))
	}
	if r.lsr != 0 {
		out.Delay = uint32(now.Sub(r.lsrAt) << 16 / time.Second)
	}
	news := r.received > r.before.received
	r.before.expected, r.before.received = expected, r.received
	return []rtcp.ReceptionReport{out}, news
}

// ntp is the time in seconds since 1900 with 32 bits of fraction (RFC 5905 section 6).
func ntp(t time.Time) uint64 {
	since := t.UnixNano()
	s, ns := uint64(since/int64(time.Second))+2208988800, uint64(since%int64(time.Second))
	return s<<32 | ns<<32/uint64(time.Second)
}

func middle(at uint64) uint32 { return uint32(at >> 16) }
