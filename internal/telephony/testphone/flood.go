package testphone

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// FloodOptions says how a centre is flooded with INVITEs that nobody means: none is acknowledged, cancelled or hung up.
type FloodOptions struct {
	Server  string
	To      string
	Rate    float64 // INVITEs a second
	Sources int     // addresses of 127/8 that they come from, in turn
	For     time.Duration
	First   netip.Addr // the first of those addresses; default 127.64.0.1
}

// FloodReport is what was sent and what came back.
type FloodReport struct {
	Sent     int         `json:"sent"`
	PerS     float64     `json:"sent_per_s"`
	Answers  map[int]int `json:"answers"` // by SIP code, retransmissions included
	Requests int         `json:"requests"`
	Seconds  float64     `json:"seconds"`
}

// Flood sends until the time is over. Linux only.
func Flood(ctx context.Context, o FloodOptions) (FloodReport, error) {
	a, err := net.ResolveUDPAddr("udp4", o.Server)
	if err != nil {
		return FloodReport{}, centre.Errorf(centre.Invalid, "%s: %w", o.Server, err)
	}
	if o.Rate <= 0 || o.Sources < 1 || o.Sources > 1<<20 {
		return FloodReport{}, centre.Errorf(centre.Invalid, "a flood needs a rate above zero and 1 to 1048576 sources")
	}
	if !o.First.IsValid() {
		o.First = netip.AddrFrom4([4]byte{127, 64, 0, 1})
	}
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return FloodReport{}, centre.Errorf(centre.Unavailable, "no socket: %w", err)
	}
	many := ipv4.NewPacketConn(conn)
	r := FloodReport{Answers: map[int]int{}}
	var mu sync.Mutex
	var reading sync.WaitGroup
	reading.Go(func() {
		b := make([]byte, maxMessage)
		for {
			n, _, err := conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			if m, err := parse(b[:n]); err == nil {
				mu.Lock()
				if m.code != 0 {
					r.Answers[m.code]++
				} else {
					r.Requests++
				}
				mu.Unlock()
			}
		}
	})
	port := uint16(conn.LocalAddr().(*net.UDPAddr).Port)
	began := time.Now()
	for time.Since(began) < o.For && ctx.Err() == nil {
		due := int(time.Since(began).Seconds() * o.Rate)
		for ; r.Sent < due; r.Sent++ {
			from := netip.AddrPortFrom(after(o.First, r.Sent%o.Sources), port)
			if _, err := many.WriteTo(invitation(o, from), &ipv4.ControlMessage{Src: from.Addr().AsSlice()}, a); err != nil {
				break
			}
		}
		if !sleepUntil(ctx, time.Now().Add(time.Millisecond)) {
			break
		}
	}
	took := time.Since(began).Seconds()
	sleepUntil(ctx, time.Now().Add(300*time.Millisecond)) // what is on its way
	_ = conn.Close()
	reading.Wait()
	r.PerS, r.Seconds = float64(r.Sent)/took, took
	return r, nil
}

// after is the n-th address behind the first.
func after(first netip.Addr, n int) netip.Addr {
	b := first.As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	v += uint32(n)
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

func invitation(o FloodOptions, from netip.AddrPort) []byte {
	id := token()
	m := &message{method: "INVITE", uri: "sip:" + o.To + "@" + o.Server}
	m.add("Via", "SIP/2.0/UDP "+from.String()+";branch=z9hG4bK"+id+";rport")
	m.add("Max-Forwards", "70")
	m.add("From", fmt.Sprintf("<sip:1%s@%s>;tag=%s", id[:6], from.Addr(), id))
	m.add("To", "<"+m.uri+">")
	m.add("Call-ID", id)
	m.add("CSeq", "1 INVITE")
	m.add("Contact", "<sip:x@"+from.String()+">")
	m.add("Content-Type", "application/sdp")
	m.body = description{at: netip.AddrPortFrom(from.Addr(), 40000), codecs: []media.Codec{media.PCMA}, dtmf: 101, direction: "sendrecv"}.text(1, 1)
	return m.octets()
}
