package media

import (
	"net/netip"
	"testing"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// pair is two legs that talk to each other over the loopback, each in no room: the test moves their frames.
func pair(t testing.TB, s Session) (a, b *RTP) {
	t.Helper()
	ports := NewPorts(loopback, 42000, 42999)
	open := func() *RTP {
		l, err := ports.Open()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		return l
	}
	a, b = open(), open()
	s.Send, s.Receive = true, true
	for _, to := range [][2]*RTP{{a, b}, {b, a}} {
		mine := s
		mine.Remote = to[1].Local()
		if s.SRTP != nil && to[0] == b {
			mine.SRTP = &SRTPKeys{Suite: s.SRTP.Suite, Local: s.SRTP.Remote, Remote: s.SRTP.Local}
		}
		if err := to[0].Apply(mine); err != nil {
			t.Fatal(err)
		}
	}
	return a, b
}

func TestWhatOneLegIsToldTheOtherSays(t *testing.T) {
	for _, codec := range []Codec{PCMU, PCMA} {
		for _, ptime := range []int{10, 20, 30, 40, 60} {
			a, b := pair(t, Session{Codec: codec, PtimeMS: ptime})
			source := Tone(440, -10)
			var said, heard Frame
			var all []int16
			for range 100 {
				source.Read(&said)
				a.Push(&said)
				if b.Pull(&heard) {
					all = append(all, heard[:]...)
				}
			}
			if share := Heard(all[len(all)/2:], 440); share < 0.97 {
				t.Errorf("%v at %d ms: the tone has %.3f of what is heard", codec, ptime, share)
			}
			if s := b.Stats(); s.Lost+s.Injected+s.Malformed > 0 || s.Received < uint64(100*20/ptime)-1 {
				t.Errorf("%v at %d ms: %+v", codec, ptime, s)
			}
		}
	}
}
