package signal

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// Bounds of a session description. What passes them is refused, not cut.
const (
	sdpOctets  = 16 << 10
	sdpLines   = 400
	sdpStreams = 16
	sdpFormats = 64
	sdpCrypto  = 8
)

// direction is what the describing side does with sound (RFC 3264 section 5.1). Bits, so that "both agree" is an and.
type direction uint8

const (
	inactive direction = 0
	sendonly direction = 1
	recvonly direction = 2
	sendrecv direction = 3
)

func (d direction) String() string {
	return [...]string{"inactive", "sendonly", "recvonly", "sendrecv"}[d&3]
}

// seenFromHere turns the other side's direction into ours: what it sends, we receive.
func (d direction) seenFromHere() direction { return d>>1&1 | d<<1&2 }

// description is the part of a session description (RFC 8866) that a telephone call needs.
type description struct {
	version uint64
	streams []stream // every m= line, in order, since an answer must have them all
	audio   int      // index of the one we can speak on; -1 when there is none
}

// stream is one m= line.
type stream struct {
	kind, proto string
	port        uint16
	formats     []string
	addr        netip.Addr
	null        bool // c=0.0.0.0 or ::, the old way to hold
	direction   direction
	codecs      []format
	ptime       int // milliseconds; 0: not said
	crypto      []cryptoLine
	rtcpMux     bool
	reports     netip.AddrPort // a=rtcp (RFC 3605); zero: the port after the sound's
}

// format is one payload type with its name.
type format struct {
	pt   uint8
	name string // lower case, such as pcma
	rate int
}

// cryptoLine is one a=crypto line that we can use (RFC 4568 section 9.1).
type cryptoLine struct {
	tag   int
	suite media.SRTPSuite
	key   []byte // master key and salt
}

func badSDP(line int, what string) error {
	return centre.ErrorAt(centre.Invalid, "sdp line "+strconv.Itoa(line), "%s", what)
}

// parseSDP reads a session description. It forgives what is met in the wild (LF alone, a last line without an end, unknown lines and attributes) and
// refuses what it would have to guess at. Errors are centre.Invalid and name the line.
func parseSDP(text []byte) (*description, error) {
	if len(text) > sdpOctets {
		return nil, centre.Errorf(centre.Invalid, "sdp: %d octets are more than %d", len(text), sdpOctets)
	}
	p := sdpParser{d: &description{audio: -1}, all: stream{direction: sendrecv}}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if n > sdpLines {
			return nil, badSDP(n, "too many lines")
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			return nil, badSDP(n, "not of the form x=...")
		}
		if n == 1 && line[0] != 'v' {
			return nil, badSDP(n, "does not begin with v=")
		}
		if err := p.line(line[0], strings.TrimSpace(line[2:])); err != "" {
			return nil, badSDP(n, err)
		}
	}
	return p.finish()
}

type sdpParser struct {
	d              *description
	all            stream // session level: what streams inherit
	sawV, sawO     bool
	sawConnection  bool
	saidConnection []bool
	saidDirection  []bool
}

// at is the stream being described, or the session.
func (p *sdpParser) at() *stream {
	if n := len(p.d.streams); n > 0 {
		return &p.d.streams[n-1]
	}
	return &p.all
}

func (p *sdpParser) line(kind byte, value string) string {
	switch kind {
	case 'v':
		if value != "0" || p.sawV {
			return "version is not 0"
		}
		p.sawV = true
	case 'o':
		f := strings.Fields(value)
		if len(f) != 6 || p.sawO {
			return "origin has not six fields"
		}
		p.sawO = true
		v, err := strconv.ParseUint(f[2], 10, 64)
		if err != nil {
			return "origin's version is not a number"
		}
		p.d.version = v
	case 'c':
		return p.connection(value)
	case 'm':
		return p.media(value)
	case 'a':
		return p.attribute(value)
	}
	return ""
}

func (p *sdpParser) connection(value string) string {
	f := strings.Fields(value)
	if len(f) != 3 || f[0] != "IN" || (f[1] != "IP4" && f[1] != "IP6") {
		return "connection is not IN IP4 or IN IP6"
	}
	host, _, _ := strings.Cut(f[2], "/") // multicast scope: never used for a call
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.IsMulticast() || (f[1] == "IP4") != addr.Is4() {
		return "connection's address is not one to speak with"
	}
	s := p.at()
	s.addr, s.null = addr, addr.IsUnspecified()
	if n := len(p.saidConnection); n > 0 {
		p.saidConnection[n-1] = true
	} else {
		p.sawConnection = true
	}
	return ""
}

func (p *sdpParser) media(value string) string {
	f := strings.Fields(value)
	if len(f) < 4 {
		return "media line has fewer than four fields"
	}
	if len(p.d.streams) == sdpStreams || len(f)-3 > sdpFormats {
		return "too many streams or formats"
	}
	port, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "port is not a number"
	}
	s := stream{kind: f[0], proto: f[2], port: uint16(n), formats: f[3:], direction: sendrecv}
	p.d.streams = append(p.d.streams, s)
	p.saidConnection = append(p.saidConnection, false)
	p.saidDirection = append(p.saidDirection, false)
	return ""
}

func (p *sdpParser) attribute(value string) string {
	name, rest, _ := strings.Cut(value, ":")
	s := p.at()
	switch name {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		for d := inactive; d <= sendrecv; d++ {
			if d.String() == name {
				s.direction = d
			}
		}
		if n := len(p.saidDirection); n > 0 {
			p.saidDirection[n-1] = true
		}
	case "ptime":
		if n, err := strconv.ParseFloat(rest, 64); err == nil && n >= 5 && n <= 200 { // some write 20.0
			s.ptime = int(n)
		}
	case "rtcp-mux":
		s.rtcpMux = true
	case "rtcp":
		s.rtcp(rest)
	case "rtpmap":
		s.rtpmap(rest)
	case "crypto":
		if c, ok := parseCrypto(rest); ok && len(s.crypto) < sdpCrypto {
			s.crypto = append(s.crypto, c)
		}
	}
	return ""
}

func (s *stream) rtcp(value string) {
	f := strings.Fields(value)
	if len(f) == 0 {
		return
	}
	port, err := strconv.ParseUint(f[0], 10, 16)
	if err != nil {
		return
	}
	addr := netip.Addr{} // the stream's, filled in at the end
	if len(f) == 4 {
		addr, _ = netip.ParseAddr(f[3])
	}
	s.reports = netip.AddrPortFrom(addr, uint16(port))
}

func (s *stream) rtpmap(value string) {
	pt, coding, ok := strings.Cut(value, " ")
	n, err := strconv.ParseUint(pt, 10, 7)
	parts := strings.Split(strings.TrimSpace(coding), "/")
	if !ok || err != nil || len(parts) < 2 || len(s.codecs) == sdpFormats {
		return
	}
	rate, err := strconv.Atoi(parts[1])
	if err != nil || len(parts) > 2 && parts[2] != "1" {
		return
	}
	s.codecs = append(s.codecs, format{pt: uint8(n), name: strings.ToLower(parts[0]), rate: rate})
}

// parseCrypto reads one a=crypto value. Lines that ask for what we do not do (a master key identifier, session parameters, another suite) are not used.
func parseCrypto(value string) (cryptoLine, bool) {
	f := strings.Fields(value)
	if len(f) != 3 || media.SRTPSuite(f[1]).KeyOctets() == 0 {
		return cryptoLine{}, false
	}
	suite := media.SRTPSuite(f[1])
	tag, err := strconv.ParseUint(f[0], 10, 30)
	inline, ok := strings.CutPrefix(f[2], "inline:")
	if err != nil || !ok || strings.Contains(inline, ";") {
		return cryptoLine{}, false
	}
	parts := strings.Split(inline, "|")
	for _, p := range parts[1:] {
		if strings.Contains(p, ":") {
			return cryptoLine{}, false
		}
	}
	key, err := base64.StdEncoding.DecodeString(parts[0])
	if err != nil {
		key, err = base64.RawStdEncoding.DecodeString(parts[0])
	}
	if err != nil || len(key) != suite.KeyOctets() {
		return cryptoLine{}, false
	}
	return cryptoLine{tag: int(tag), suite: suite, key: key}, true
}

func (p *sdpParser) finish() (*description, error) {
	if !p.sawV || !p.sawO {
		return nil, centre.Errorf(centre.Invalid, "sdp: no v= or o= line")
	}
	for i := range p.d.streams {
		s := &p.d.streams[i]
		if !p.saidConnection[i] {
			s.addr, s.null = p.all.addr, p.all.null
		}
		if !p.saidDirection[i] {
			s.direction = p.all.direction
		}
		if s.ptime == 0 {
			s.ptime = p.all.ptime
		}
		if s.reports.Port() != 0 && !s.reports.Addr().IsValid() {
			s.reports = netip.AddrPortFrom(s.addr, s.reports.Port())
		}
		s.nameStatic()
		if p.d.audio < 0 && s.kind == "audio" && s.port != 0 && s.rtp() {
			if !s.addr.IsValid() {
				return nil, centre.Errorf(centre.Invalid, "sdp: the audio stream has no connection address")
			}
			p.d.audio = i
		}
	}
	return p.d, nil
}

// rtp tells whether the stream's protocol is one that we speak. AVPF differs in feedback only, which we never ask for.
func (s *stream) rtp() bool {
	return s.proto == "RTP/AVP" || s.proto == "RTP/SAVP" || s.proto == "RTP/AVPF" || s.proto == "RTP/SAVPF"
}

func (s *stream) secure() bool { return s.proto == "RTP/SAVP" || s.proto == "RTP/SAVPF" }

// nameStatic gives the payload types that RFC 3551 numbers their names, where no rtpmap has, and leaves out names of types that are not offered.
func (s *stream) nameStatic() {
	var out []format
	for _, f := range s.formats {
		n, err := strconv.ParseUint(f, 10, 7)
		if err != nil {
			continue
		}
		found := false
		for _, c := range s.codecs {
			if c.pt == uint8(n) {
				out, found = append(out, c), true
				break
			}
		}
		static := map[uint64]string{0: "pcmu", 8: "pcma", 13: "cn"}[n]
		if !found && static != "" {
			out = append(out, format{pt: uint8(n), name: static, rate: media.Rate})
		}
	}
	s.codecs = out
}

// find gives the stream's payload type of that name at 8 kHz.
func (s *stream) find(name string) (uint8, bool) {
	for _, c := range s.codecs {
		if c.name == name && c.rate == media.Rate {
			return c.pt, true
		}
	}
	return 0, false
}

// sdpWriter composes a description. It keeps lines short: with every option on, an offer stays below 700 octets, since a request must fit a datagram.
type sdpWriter struct{ b strings.Builder }

func (w *sdpWriter) line(parts ...string) {
	for _, p := range parts {
		w.b.WriteString(p)
	}
	w.b.WriteString("\r\n")
}

// session begins a description: who, which version, at which address.
func (w *sdpWriter) session(id, version uint64, at netip.Addr) {
	family := "IP4 "
	if at.Is6() && !at.Is4In6() {
		family = "IP6 "
	}
	where := family + at.Unmap().String()
	w.line("v=0")
	w.line("o=- ", strconv.FormatUint(id, 10), " ", strconv.FormatUint(version, 10), " IN ", where)
	w.line("s=-")
	w.line("c=IN ", where)
	w.line("t=0 0")
}

// audio adds the stream that we speak on.
func (w *sdpWriter) audio(s *stream) {
	var formats strings.Builder
	for _, c := range s.codecs {
		formats.WriteByte(' ')
		formats.WriteString(strconv.Itoa(int(c.pt)))
	}
	w.line("m=audio ", strconv.Itoa(int(s.port)), " ", s.proto, formats.String())
	for _, c := range s.codecs {
		pt := strconv.Itoa(int(c.pt))
		name := strings.ToUpper(c.name)
		if c.name == "telephone-event" {
			name = c.name
		}
		w.line("a=rtpmap:", pt, " ", name, "/", strconv.Itoa(c.rate))
		if c.name == "telephone-event" {
			w.line("a=fmtp:", pt, " 0-15")
		}
	}
	if s.ptime > 0 {
		w.line("a=ptime:", strconv.Itoa(s.ptime))
	}
	for _, c := range s.crypto {
		w.line("a=crypto:", strconv.Itoa(c.tag), " ", string(c.suite), " inline:", base64.StdEncoding.EncodeToString(c.key))
	}
	if s.rtcpMux {
		w.line("a=rtcp-mux")
	}
	w.line("a=", s.direction.String())
}

// refused adds a stream of the offer that we do not want: the same line with port 0 (RFC 3264 section 6).
func (w *sdpWriter) refused(s *stream) {
	w.line("m=", s.kind, " 0 ", s.proto, " ", strings.Join(s.formats, " "))
}

func (w *sdpWriter) text() []byte { return []byte(w.b.String()) }
