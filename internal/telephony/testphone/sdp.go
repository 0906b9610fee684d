package testphone

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// description is what an SDP says about our one stream of sound (RFC 8866, RFC 3264).
type description struct {
	at        netip.AddrPort
	codecs    []media.Codec
	dtmf      uint8  // payload type of telephone-event; 0 = none
	direction string // sendrecv, sendonly, recvonly, inactive
	key       []byte // SDES key and salt (RFC 4568), nil in the clear
	cryptoTag string
}

// suite is the only one of RFC 4568 that every counterpart has.
const suite = "AES_CM_128_HMAC_SHA1_80"

// keyOctets is the length of its key and salt.
const keyOctets = 16 + 14

func newKey() []byte {
	k := make([]byte, keyOctets)
	_, _ = rand.Read(k)
	return k
}

// text is the description as a body; version rises with every offer (RFC 3264 section 8).
func (d description) text(session, version uint64) []byte {
	var b strings.Builder
	family, profile := "IP4", "RTP/AVP"
	if d.at.Addr().Is6() {
		family = "IP6"
	}
	if d.key != nil {
		profile = "RTP/SAVP"
	}
	fmt.Fprintf(&b, "v=0\r\no=testphone %d %d IN %s %s\r\ns=-\r\nc=IN %[3]s %[4]s\r\nt=0 0\r\nm=audio %d %s", session, version, family, d.at.Addr(), d.at.Port(), profile)
	for _, c := range d.codecs {
		fmt.Fprintf(&b, " %d", c)
	}
	if d.dtmf != 0 {
		fmt.Fprintf(&b, " %d", d.dtmf)
	}
	b.WriteString("\r\n")
	for _, c := range d.codecs {
		fmt.Fprintf(&b, "a=rtpmap:%d %s/8000\r\n", c, c)
	}
	if d.dtmf != 0 {
		fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%[1]d 0-15\r\n", d.dtmf)
	}
	if d.key != nil {
		fmt.Fprintf(&b, "a=crypto:%s %s inline:%s\r\n", d.cryptoTag, suite, base64.StdEncoding.EncodeToString(d.key))
	}
	fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", d.direction)
	return []byte(b.String())
}

// describe reads the first stream of sound of an SDP.
func describe(body []byte) (description, error) {
	d := description{direction: "sendrecv"}
	var at netip.Addr
	port, inAudio, seen := 0, false, false
	for _, l := range strings.Split(string(body), "\n") {
		l = strings.TrimSpace(l)
		if len(l) < 2 || l[1] != '=' {
			continue
		}
		switch v := l[2:]; l[0] {
		case 'm':
			if inAudio = !seen && strings.HasPrefix(v, "audio "); inAudio {
				seen = true
				port = d.audio(strings.Fields(v))
			}
		case 'c':
			if f := strings.Fields(v); len(f) == 3 && (inAudio || !seen) {
				at, _ = netip.ParseAddr(f[2])
			}
		case 'a':
			if inAudio || !seen {
				d.attribute(v)
			}
		}
	}
	if !seen || !at.IsValid() {
		return d, centre.Errorf(centre.Invalid, "the SDP offers no sound")
	}
	d.at = netip.AddrPortFrom(at, uint16(port))
	return d, nil
}

// audio reads the m= line and gives its port.
func (d *description) audio(f []string) int {
	if len(f) < 3 {
		return 0
	}
	for _, t := range f[3:] {
		switch t {
		case "0":
			d.codecs = append(d.codecs, media.PCMU)
		case "8":
			d.codecs = append(d.codecs, media.PCMA)
		}
	}
	port, _ := strconv.Atoi(f[1])
	return port
}

func (d *description) attribute(v string) {
	switch name, rest, _ := strings.Cut(v, ":"); name {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		d.direction = name
	case "rtpmap":
		if t, what, _ := strings.Cut(rest, " "); strings.HasPrefix(strings.ToLower(what), "telephone-event/8000") {
			n, _ := strconv.Atoi(t)
			d.dtmf = uint8(n)
		}
	case "crypto":
		f := strings.Fields(rest)
		if len(f) < 3 || f[1] != suite || d.key != nil {
			return
		}
		inline, _ := strings.CutPrefix(f[2], "inline:")
		inline, _, _ = strings.Cut(inline, "|")
		if k, err := base64.StdEncoding.DecodeString(inline); err == nil && len(k) == keyOctets {
			d.key, d.cryptoTag = k, f[0]
		}
	}
}

// turned is the direction seen from the other side.
func turned(direction string) string {
	switch direction {
	case "sendonly":
		return "recvonly"
	case "recvonly":
		return "sendonly"
	}
	return direction
}
