package signal

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"testing"
)

// telling are the characters that the grammars turn on.
const telling = "\r\n;,<>\"=:/ @|%*[]."

// mutate cuts, doubles, swaps and breaks an input as a seed says.
func mutate(r *rand.Rand, seeds [][]byte) []byte {
	b := append([]byte(nil), seeds[r.IntN(len(seeds))]...)
	for range 1 + r.IntN(6) {
		if len(b) == 0 {
			return b
		}
		i := r.IntN(len(b))
		j := min(len(b), i+r.IntN(40))
		switch r.IntN(6) {
		case 0:
			b[i] = byte(r.IntN(256))
		case 1:
			b = append(b[:i], b[j:]...)
		case 2:
			b = append(b[:j], b[i:]...)
		case 3:
			b[i] = telling[r.IntN(len(telling))]
		case 4:
			o := seeds[r.IntN(len(seeds))]
			k := r.IntN(len(o) + 1)
			b = append(b[:i], o[k:min(len(o), k+60)]...)
		case 5:
			b = append(b[:i:i], append([]byte(strconv.FormatUint(r.Uint64(), 10)), b[i:]...)...)
		}
	}
	return b
}

// Broken descriptions, messages and headers by the million: SENTRAL_MUTATIONS says how many of each (20,000 without it), always the same ones. Nothing
// panics, and what is passed can be read again.
func TestMutations(t *testing.T) {
	t.Parallel()
	n := 20_000
	if v, err := strconv.Atoi(os.Getenv("SENTRAL_MUTATIONS")); err == nil {
		n = v
	}
	var messages [][]byte
	for _, path := range []string{"testdata/rfc4475.txt", "testdata/rfc5118.txt"} {
		for _, row := range torture(t, path) {
			messages = append(messages, []byte(row.message))
		}
	}
	sdps := [][]byte{[]byte(usualSDP), []byte("v=0\r\no=- 1 1 IN IP6 ::1\r\ns=-\r\nt=0 0\r\nm=audio 1 RTP/SAVP 0 13 101\r\nc=IN IP6 ::1\r\n" +
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk|2^31\r\na=rtcp:5 IN IP6 ::1\r\na=ptime:30\r\nm=video 0 RTP/AVP 31\r\n")}
	headers := [][]byte{[]byte(`"A \" B" <sip:+4700000801@c.example;user=phone?Reason=x>;reason=unconditional;counter=1`), []byte(`<sip:a@b>;index=1, <tel:+47-00-00>;index=1.1.2`),
		[]byte("call@host;to-tag=1;from-tag=2;early-only"), []byte("1800;refresher=uac"), []byte("SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKx;rport , SIP / 2.0 / TCP h")}
	for _, row := range []struct {
		name  string
		seeds [][]byte
		try   func([]byte) bool
	}{
		{"session descriptions", sdps, func(b []byte) bool {
			d, err := parseSDP(b)
			if err != nil {
				return true
			}
			k := newTalk(netip.AddrPortFrom(netip.IPv6Loopback(), 6000), &Trunk{SRTP: SRTPOptional})
			answer, _, err := k.answer(d)
			if err != nil {
				return true
			}
			_, err = parseSDP(answer)
			return err == nil
		}},
		{"messages", messages, func(b []byte) bool {
			_, _, _ = frameLength(b)
			v, r := read(b)
			if v != pass {
				return true
			}
			v, _ = read(r.bytes())
			return v == pass
		}},
		{"headers", headers, func(b []byte) bool {
			s := string(b)
			list := splitList(s, ',')
			diverted(list)
			historyOf(list)
			_, _ = parseReplaces(s)
			_, _, _ = seconds(s)
			_ = number(s)
			_, _ = tidyVia(s)
			v, ok := tidyAddresses(s)
			if !ok {
				return true
			}
			again, ok := tidyAddresses(v)
			return ok && again == v
		}},
	} {
		r := rand.New(rand.NewPCG(4475, 5118))
		for i := range n {
			if b := mutate(r, row.seeds); !row.try(b) {
				t.Errorf("%s, number %d: what was passed is not well formed: %q", row.name, i, b)
				break
			}
		}
	}
}

func BenchmarkReading(b *testing.B) {
	p := &phone{c: loopback(b), to: netip.MustParseAddrPort("127.0.0.1:5060"), id: "call@host", tag: "t"}
	m := []byte(p.request("INVITE", "b", 1, usualSDP))
	b.ReportAllocs()
	for b.Loop() {
		if v, r := read(m); v != pass || r.dirty {
			b.Fatal("not as usual")
		}
	}
}
