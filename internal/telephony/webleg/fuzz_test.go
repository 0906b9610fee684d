package webleg

import (
	"net/netip"
	"testing"

	"github.com/pion/stun/v4"
)

// What strangers send never breaks the reader of session descriptions, and what it accepts can be answered.
func FuzzOffer(f *testing.F) {
	_, good, err := NewPeer(PeerOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(replaced(good, "m=audio", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\nm=audio"))
	f.Add("a=rtpmap:0 PCMU/8000\r\na=candidate:1 1 udp 1 ::1 9 typ host")
	host := []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:9000")}
	f.Fuzz(func(t *testing.T, offer string) {
		d, err := readSDP(offer)
		if err != nil {
			return
		}
		answer := writeAnswer(d, newLeg(nil, d), host, "AA")
		if _, err := readSDP(answer); err != nil {
			t.Fatalf("our answer cannot be read: %v\n%q", err, answer)
		}
	})
}

// No datagram breaks the socket's reader, and none is answered unless it proves itself.
func FuzzDatagram(f *testing.F) {
	s, err := New(Options{UDP: "127.0.0.1:0"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	_, offer, err := NewPeer(PeerOptions{})
	if err != nil {
		f.Fatal(err)
	}
	l, _, err := s.Accept(offer)
	if err != nil {
		f.Fatal(err)
	}
	from := netip.MustParseAddrPort("127.0.0.1:9")
	s.settle(l, from, true)
	good, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(l.user+":x"), stun.Fingerprint)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good.Raw)
	f.Add([]byte{22, 254, 253, 0, 0})
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0x80, 200, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > packetMax {
			return
		}
		if len(b) > 0 && b[0] >= 20 && b[0] < 64 {
			return // DTLS has its own reader and its own fuzzing
		}
		s.check(append([]byte(nil), b...), from, new(stun.Message))
		l.take(append([]byte(nil), append(b, 0, 0)...), from)
		if l.Stats().Received > 0 {
			t.Fatal("sound without keys")
		}
	})
}
