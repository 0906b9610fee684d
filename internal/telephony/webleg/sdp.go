package webleg

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// Bounds of what a stranger's description may hold.
const (
	sdpMax      = 64 << 10 // bytes
	sectionsMax = 16
)

// described is what we read of the other side's session description (RFC 8866, RFC 8829): one line of sound, and how many sections it must be answered
// with.
type described struct {
	ufrag, pwd  string
	fingerprint string // sha-256, upper case hex with colons
	setup       string
	codecs      []media.Codec // G.711 that both know, in the other side's order; their payload types are their values
	digits      uint8         // payload type of telephone-event/8000; 0 = none
	sections    []section
	sound       int // index of the section of sound
	hosts       []netip.AddrPort
}

type section struct {
	kind, proto, mid string
	formats          []string
}

// readSDP reads an offer or an answer. What it does not need it passes over.
func readSDP(text string) (described, error) {
	d := described{sound: -1}
	if len(text) > sdpMax {
		return d, centre.Errorf(centre.Invalid, "webleg: a session description of %d bytes; at most %d", len(text), sdpMax)
	}
	for line := range strings.Lines(text) {
		kind, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		switch {
		case !ok:
			continue
		case kind == "m":
			if err := d.section(value); err != nil {
				return d, err
			}
		case kind == "a":
			d.attribute(value)
		}
	}
	switch {
	case d.sound < 0:
		return d, centre.Errorf(centre.Invalid, "webleg: the session description has no line of sound")
	case d.ufrag == "" || d.pwd == "":
		return d, centre.Errorf(centre.Invalid, "webleg: the session description has no ICE user or password")
	case d.fingerprint == "":
		return d, centre.Errorf(centre.Invalid, "webleg: the session description has no sha-256 fingerprint")
	}
	if len(d.codecs) == 0 {
		return d, centre.Errorf(centre.Invalid, "webleg: the other side has neither PCMU nor PCMA")
	}
	return d, nil
}

func (d *described) section(value string) error {
	f := strings.Fields(value)
	if len(f) < 4 {
		return centre.Errorf(centre.Invalid, "webleg: the session description has a broken line m=%.40s", value)
	}
	if len(d.sections) == sectionsMax {
		return centre.Errorf(centre.Invalid, "webleg: the session description has more than %d sections", sectionsMax)
	}
	d.sections = append(d.sections, section{kind: f[0], proto: f[2], formats: f[3:]})
	if f[0] != "audio" || d.sound >= 0 || f[1] == "0" || !strings.HasSuffix(f[2], "SAVPF") {
		return nil
	}
	d.sound = len(d.sections) - 1
	for _, p := range f[3:] { // static payload types need no rtpmap (RFC 3551 section 6)
		switch p {
		case "0":
			d.codecs = append(d.codecs, media.PCMU)
		case "8":
			d.codecs = append(d.codecs, media.PCMA)
		}
	}
	return nil
}

func (d *described) attribute(value string) {
	name, rest, _ := strings.Cut(value, ":")
	here := len(d.sections) - 1
	if name == "mid" && here >= 0 {
		d.sections[here].mid = rest
	}
	if here >= 0 && here != d.sound {
		return
	}
	switch name {
	case "ice-ufrag":
		d.ufrag = rest
	case "ice-pwd":
		d.pwd = rest
	case "setup":
		d.setup = rest
	case "fingerprint":
		if kind, shown, ok := strings.Cut(rest, " "); ok && strings.EqualFold(kind, "sha-256") {
			d.fingerprint = strings.ToUpper(strings.TrimSpace(shown))
		}
	}
	if d.sound < 0 {
		return // what follows is never said of the session as a whole
	}
	switch name {
	case "rtpmap":
		d.rtpmap(rest)
	case "candidate":
		d.candidate(rest)
	}
}

// rtpmap notes the payload type of telephone events; the codecs are static.
func (d *described) rtpmap(rest string) {
	number, name, _ := strings.Cut(rest, " ")
	pt, err := strconv.ParseUint(number, 10, 7)
	if err == nil && pt > 0 && strings.EqualFold(strings.TrimSpace(name), "telephone-event/8000") && slices.Contains(d.sections[d.sound].formats, number) {
		d.digits = uint8(pt)
	}
}

func (d *described) candidate(rest string) {
	f := strings.Fields(rest) // foundation component transport priority address port "typ" type
	if len(f) < 8 || !strings.EqualFold(f[2], "udp") || f[1] != "1" || len(d.hosts) == placesMax {
		return
	}
	a, err := netip.ParseAddr(f[4])
	port, err2 := strconv.ParseUint(f[5], 10, 16)
	if err == nil && err2 == nil {
		d.hosts = append(d.hosts, netip.AddrPortFrom(a, uint16(port)))
	}
}

// writeAnswer is our answer: ICE-lite, passive, one line of G.711; everything else that was offered is refused with port 0 (RFC 3264 section 6).
func writeAnswer(o described, l *Leg, hosts []netip.AddrPort, shown string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE %s\r\na=ice-lite\r\n", l.sound.ssrc, o.sections[o.sound].mid)
	for i, s := range o.sections {
		if i != o.sound {
			fmt.Fprintf(&b, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\na=inactive\r\n", s.kind, s.proto, strings.Join(s.formats, " "), s.mid)
			continue
		}
		fmt.Fprintf(&b, "m=audio %d UDP/TLS/RTP/SAVPF", hosts[0].Port())
		writeFormats(&b, o.codecs, o.digits)
		fmt.Fprintf(&b, "\r\nc=IN %s %s\r\na=mid:%s\r\n", network(hosts[0].Addr()), hosts[0].Addr(), s.mid)
		writeSound(&b, l.user, l.pwd, shown, "passive", o.codecs, o.digits, l.sound)
		for i, h := range hosts {
			fmt.Fprintf(&b, "a=candidate:%d 1 udp %d %s %d typ host\r\n", i+1, 2130706431-i, h.Addr(), h.Port())
		}
		b.WriteString("a=end-of-candidates\r\n")
	}
	return b.String()
}

// writeSound is the part of a line of sound that offer and answer share.
func writeSound(b *strings.Builder, user, pwd, shown, setup string, codecs []media.Codec, digits uint8, s *sound) {
	fmt.Fprintf(b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\na=setup:%s\r\na=sendrecv\r\na=rtcp-mux\r\na=rtcp-rsize\r\n", user, pwd, shown, setup)
	for _, c := range codecs {
		fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", uint8(c), c)
	}
	if digits > 0 {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-16\r\n", digits, digits)
	}
	fmt.Fprintf(b, "a=ptime:20\r\na=maxptime:60\r\na=msid:line sound\r\na=ssrc:%d cname:%s\r\n", s.ssrc, user)
}

func writeFormats(b *strings.Builder, codecs []media.Codec, digits uint8) {
	for _, c := range codecs {
		fmt.Fprintf(b, " %d", uint8(c))
	}
	if digits > 0 {
		fmt.Fprintf(b, " %d", digits)
	}
}

// writeOffer is what a Peer offers: the same line from the other side, without candidates, since the server is where everybody can reach it.
func writeOffer(user, pwd, shown string, codecs []media.Codec, s *sound) string {
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF", s.ssrc)
	writeFormats(&b, codecs, peerDigits)
	b.WriteString("\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n")
	writeSound(&b, user, pwd, shown, "actpass", codecs, peerDigits, s)
	return b.String()
}

func network(a netip.Addr) string {
	if a.Is4() {
		return "IP4"
	}
	return "IP6"
}
