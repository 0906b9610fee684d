package media

import "testing"

func TestG711IsThatOfTheITU(t *testing.T) {
	for _, c := range []struct {
		codec Codec
		octet byte
		value int16
	}{
		{PCMU, 0x00, -32124}, {PCMU, 0x80, 32124}, {PCMU, 0xff, 0}, {PCMU, 0x7f, 0}, {PCMU, 0xef, 132}, {PCMU, 0x6f, -132}, {PCMU, 0xfe, 8},
		{PCMA, 0xd5, 8}, {PCMA, 0x55, -8}, {PCMA, 0x2a, -32256}, {PCMA, 0xaa, 32256}, {PCMA, 0xd4, 24},
	} {
		var got [1]int16
		c.codec.Decode(got[:], []byte{c.octet})
		if got[0] != c.value {
			t.Errorf("%v %#02x is %d, want %d", c.codec, c.octet, got[0], c.value)
		}
	}
	for _, codec := range []Codec{PCMU, PCMA} {
		for i := range 256 {
			var v [1]int16
			var back [1]byte
			codec.Decode(v[:], []byte{byte(i)})
			codec.Encode(back[:], v[:])
			if back[0] != byte(i) && !(codec == PCMU && i == 0x7f && back[0] == 0xff) { // mu-law has two zeros
				t.Errorf("%v %#02x comes back as %#02x", codec, i, back[0])
			}
		}
		for s := -32768; s <= 32767; s++ { // within half a step of the segment
			var v [1]int16
			var o [1]byte
			codec.Encode(o[:], []int16{int16(s)})
			codec.Decode(v[:], o[:])
			size := max(s, -s)
			if d := distance(v[0], s); d > size/30+10 && size < 32100 {
				t.Fatalf("%v: %d comes back as %d", codec, s, v[0])
			}
		}
		if f := (Frame{}); codec.Encode(make([]byte, 160), f[:]) != 160 {
			t.Error("a frame is not 160 octets")
		}
		var quiet [1]byte
		if codec.Encode(quiet[:], []int16{0}); quiet[0] != codec.quiet() {
			t.Errorf("%v: silence is %#02x", codec, quiet[0])
		}
	}
}
