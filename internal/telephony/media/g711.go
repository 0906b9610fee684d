package media

import "slices"

// Codec is how sound is coded on the wire. Its value is the static payload type of RFC 3551, table 4.
type Codec uint8

// The codecs.
const (
	PCMU Codec = 0 // G.711 mu-law, North America and Japan
	PCMA Codec = 8 // G.711 A-law, everywhere else
)

// String is the codec's encoding name in SDP.
func (c Codec) String() string {
	if c == PCMA {
		return "PCMA"
	}
	return "PCMU"
}

// Encode codes samples, one octet each, into dst, which must be as long, and gives the octets written.
func (c Codec) Encode(dst []byte, samples []int16) int {
	enc := &muEncoded
	if c == PCMA {
		enc = &aEncoded
	}
	dst = dst[:len(samples)]
	for i, v := range samples {
		dst[i] = enc[uint16(v)>>2]
	}
	return len(samples)
}

// Decode turns octets into samples in dst, which must be as long, and gives the samples written.
func (c Codec) Decode(dst []int16, octets []byte) int {
	dec := &muDecoded
	if c == PCMA {
		dec = &aDecoded
	}
	dst = dst[:len(octets)]
	for i, b := range octets {
		dst[i] = dec[b]
	}
	return len(octets)
}

// quiet is the octet of a sample of zero.
func (c Codec) quiet() byte {
	if c == PCMA {
		return 0xd5
	}
	return 0xff
}

// The tables of ITU-T G.711. Mu-law has 14 significant bits and A-law 13, so that the encoding tables are indexed by the sample without its two lowest bits
// and stay in the processor's nearest caches.
var (
	muDecoded, aDecoded = decodings()
	muEncoded           = encoding(&muDecoded)
	aEncoded            = encoding(&aDecoded)
)

func decodings() (mu, a [256]int16) {
	for i := range 256 {
		u := ^byte(i)
		m := (int(u&0x0f)<<3 + 0x84) << (u & 0x70 >> 4)
		mu[i] = int16(m - 0x84)
		if u&0x80 != 0 {
			mu[i] = -mu[i]
		}
		x := byte(i) ^ 0x55
		v := int(x&0x0f)<<4 + 8
		if seg := int(x & 0x70 >> 4); seg > 0 {
			v = (v + 0x100) << (seg - 1)
		}
		if x&0x80 == 0 {
			v = -v
		}
		a[i] = int16(v)
	}
	return mu, a
}

// encoding finds for each sample the octet whose value is nearest; of the two zeros of mu-law it takes the positive one, 0xff.
func encoding(dec *[256]int16) [16384]byte {
	var rising [256]byte
	for i := range rising {
		rising[i] = byte(i)
	}
	slices.SortStableFunc(rising[:], func(a, b byte) int { return int(dec[a]) - int(dec[b]) })
	var out [16384]byte
	k := 0
	for s := -8192; s < 8192; s++ {
		centre := s*4 + 2 // the middle of the four samples that share the entry
		if s*4 == 0 {
			centre = 0
		}
		for k+1 < len(rising) && distance(dec[rising[k+1]], centre) <= distance(dec[rising[k]], centre) {
			k++
		}
		out[uint16(s*4)>>2] = rising[k]
	}
	return out
}

func distance(v int16, s int) int { return max(int(v)-s, s-int(v)) }
