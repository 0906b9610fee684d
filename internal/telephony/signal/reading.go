package signal

import (
	"bytes"
	"errors"
	"hash/fnv"
	"strconv"
	"strings"
)

// Bounds of one message. RFC 3261 knows none; no trunk comes near them.
const (
	messageOctets = 16 << 10
	messageLines  = 256
	nameOctets    = 256
)

// verdict is what reading made of a message.
type verdict uint8

const (
	pass   verdict = iota // well formed: out is it, in the form that the parser likes
	refuse                // a request that breaks the grammar: code and reason are the answer
	drop                  // a broken response or ACK, or nothing to answer to
)

// reading is one message as lines: the form in which it is judged before sipgo sees it. sipgo's parser is quick and trusting; this one knows what the
// RFC demands (RFC 4475 is its test), and rewrites what is legal but unusual (folded lines, compact names, space around separators) to the usual form.
type reading struct {
	start   string
	request bool
	method  string
	headers []headerLine
	body    []byte
	dirty   bool // must be rewritten
	code    int
	reason  string
}

type headerLine struct{ name, value string }

// read judges one whole message (a datagram, or one framed from a stream). For refuse it gives the answer to send.
func read(data []byte) (verdict, *reading) {
	r := &reading{}
	data = bytes.TrimLeft(data, "\r\n")
	if len(data) > messageOctets || !r.split(data) {
		return drop, r
	}
	if !r.startLine() {
		return r.fail(400, "Bad Request Line")
	}
	if !r.request {
		if code, what := r.judge(); code != 0 {
			r.code, r.reason = code, what
			return drop, r
		}
		return pass, r
	}
	if code, what := r.judge(); code != 0 {
		return r.fail(code, what)
	}
	return pass, r
}

func (r *reading) fail(code int, reason string) (verdict, *reading) {
	r.code, r.reason = code, reason
	if r.method == "ACK" || !r.request || r.get("Via") == "" {
		return drop, r
	}
	return refuse, r
}

// split takes a message apart: start line, unfolded headers, body. False: there is no head at all, or it passes the bounds.
func (r *reading) split(data []byte) bool {
	head, body, ok := bytes.Cut(data, []byte("\r\n\r\n"))
	if !ok {
		return false
	}
	r.body = body
	lines := strings.Split(string(head), "\r\n")
	if len(lines) > messageLines {
		return false
	}
	r.start = lines[0]
	r.request = !strings.HasPrefix(r.start, "SIP/")
	r.method, _, _ = strings.Cut(r.start, " ")
	for _, line := range lines[1:] {
		if line == "" || strings.ContainsAny(line, "\r\n") {
			return false
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(r.headers) == 0 {
				return false
			}
			h := &r.headers[len(r.headers)-1]
			h.value = strings.TrimSpace(h.value + " " + strings.TrimSpace(line))
			r.dirty = true
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		trimmed := strings.TrimRight(name, " \t")
		if !ok || len(trimmed) > nameOctets || !token(trimmed) {
			r.code = 400
			continue
		}
		if full, ok := compactNames[lower(trimmed)]; ok {
			trimmed = full
		}
		r.dirty = r.dirty || trimmed != name
		r.headers = append(r.headers, headerLine{trimmed, strings.TrimSpace(value)})
	}
	return true
}

// compactNames are the one-letter header names (RFC 3261 section 7.3.3 and the IANA registry).
var compactNames = map[string]string{
	"a": "Accept-Contact", "b": "Referred-By", "c": "Content-Type", "e": "Content-Encoding", "f": "From", "i": "Call-ID", "k": "Supported",
	"l": "Content-Length", "m": "Contact", "o": "Event", "r": "Refer-To", "s": "Subject", "t": "To", "u": "Allow-Events", "v": "Via",
	"x": "Session-Expires", "j": "Reject-Contact", "d": "Request-Disposition",
}

func lower(s string) string { return strings.ToLower(s) }

func (r *reading) get(name string) string {
	for _, h := range r.headers {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

func (r *reading) has(name string) bool {
	for _, h := range r.headers {
		if strings.EqualFold(h.name, name) {
			return true
		}
	}
	return false
}

// startLine checks a request line (method SP uri SP version) or a status line.
func (r *reading) startLine() bool {
	parts := strings.SplitN(r.start, " ", 3)
	if !r.request {
		if len(parts) == 2 { // no reason phrase and no space before it: seen in the wild
			r.start, r.dirty = r.start+" ", true
			parts = append(parts, "")
		}
		if len(parts) != 3 || parts[0] != "SIP/2.0" || len(parts[1]) != 3 {
			return false
		}
		code, ok := decimal(parts[1], 699)
		return ok && code >= 100
	}
	return len(parts) == 3 && token(parts[0]) && parts[1] != "" && !strings.ContainsAny(parts[1], "<>\" \t") &&
		!strings.ContainsAny(parts[2], " \t")
}

// single are the headers that a message has at most once (RFC 3261 section 7.3.1, RFC 4475 section 3.3.8).
var single = []string{"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type", "Expires", "Min-Expires", "Session-Expires"}

// judge applies the rules that need the headers. It gives 0 or the code and words of a refusal.
func (r *reading) judge() (int, string) {
	if r.code != 0 {
		return 400, "Bad Header Line"
	}
	for _, name := range single {
		n := 0
		for _, h := range r.headers {
			if strings.EqualFold(h.name, name) {
				n++
			}
		}
		if n > 1 {
			return 400, "Multiple " + name
		}
	}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		if r.get(name) == "" {
			return 400, "Missing " + name
		}
	}
	if r.request {
		if code, what := r.judgeRequest(); code != 0 {
			return code, what
		}
	}
	if code, what := r.judgeNumbers(); code != 0 {
		return code, what
	}
	return r.judgeAddresses()
}

func (r *reading) judgeRequest() (int, string) {
	parts := strings.SplitN(r.start, " ", 3)
	if parts[2] != "SIP/2.0" {
		return 505, "Version Not Supported"
	}
	scheme, rest, ok := strings.Cut(parts[1], ":")
	if !ok || rest == "" || !schemeName(scheme) {
		return 400, "Bad Request-URI"
	}
	switch lower(scheme) {
	case "sip", "sips":
		if !sipURI(rest) || uriHeaders(rest) { // RFC 3261 section 19.1.1: no headers in a Request-URI
			return 400, "Bad Request-URI"
		}
	case "tel":
	default:
		return 416, "Unsupported URI Scheme"
	}
	return 0, ""
}

func (r *reading) judgeNumbers() (int, string) {
	number, method, _ := strings.Cut(r.get("CSeq"), " ")
	method = strings.TrimSpace(method)
	if n, ok := decimal(number, 1<<31-1); !ok || n < 0 {
		return 400, "Bad CSeq"
	} else if want := strconv.Itoa(n) + " " + method; want != r.get("CSeq") {
		r.set("CSeq", want)
	}
	if r.request && method != r.method {
		if !allowed(r.method) {
			return 501, "Not Implemented"
		}
		return 400, "CSeq Method Mismatch"
	}
	if v := r.get("Max-Forwards"); v != "" {
		n, ok := decimal(v, 255)
		if !ok {
			return 400, "Bad Max-Forwards"
		}
		r.set("Max-Forwards", strconv.Itoa(n))
	}
	for _, name := range []string{"Expires", "Min-Expires"} {
		if v := r.get(name); v != "" && r.request {
			if _, ok := decimal(v, 1<<32-1); !ok {
				return 400, "Bad " + name
			}
		}
	}
	return r.judgeLength()
}

func (r *reading) judgeLength() (int, string) {
	v := r.get("Content-Length")
	if v == "" && !r.has("Content-Length") {
		r.headers, r.dirty = append(r.headers, headerLine{"Content-Length", strconv.Itoa(len(r.body))}), true
		return 0, ""
	}
	n, ok := decimal(v, messageOctets)
	if !ok || n > len(r.body) {
		return 400, "Bad Content-Length"
	}
	if n < len(r.body) {
		r.body, r.dirty = r.body[:n], true // RFC 3261 section 18.3: what follows the length is not the message's
	}
	return 0, ""
}

// addressHeaders carry a name and an address; their values are checked and put in the usual form.
var addressHeaders = map[string]bool{"from": true, "to": true, "contact": true, "route": true, "record-route": true, "refer-to": true,
	"referred-by": true, "p-asserted-identity": true, "diversion": true}

func (r *reading) judgeAddresses() (int, string) {
	var out []headerLine
	for i := range r.headers {
		h := &r.headers[i]
		name := lower(h.name)
		switch {
		case name == "via":
			hops, ok := tidyVia(h.value)
			if !ok {
				return 400, "Bad Via"
			}
			r.dirty = r.dirty || len(hops) != 1 || hops[0] != h.value
			for _, hop := range hops {
				out = append(out, headerLine{h.name, hop})
			}
			continue
		case addressHeaders[name]:
			v, ok := tidyAddresses(h.value)
			if !ok {
				return 400, "Bad " + h.name
			}
			r.put(h, v)
		case name == "authorization" && unbalanced(h.value):
			return 400, "Bad " + h.name
		}
		out = append(out, *h)
	}
	r.headers = out
	r.oldStyle()
	return 0, ""
}

func (r *reading) put(h *headerLine, value string) {
	if h.value != value {
		h.value, r.dirty = value, true
	}
}

func (r *reading) set(name, value string) {
	for i := range r.headers {
		if strings.EqualFold(r.headers[i].name, name) {
			r.put(&r.headers[i], value)
			return
		}
	}
}

// oldStyle gives a request of an RFC 2543 sender a branch made of what identified a transaction then, so that it matches like any other.
func (r *reading) oldStyle() {
	via := r.get("Via")
	_, branch, has := strings.Cut(via, ";branch=")
	branch, _, _ = strings.Cut(branch, ";")
	if !r.request || has && len(branch) > len(branchCookie) && strings.HasPrefix(branch, branchCookie) {
		return
	}
	number, _, _ := strings.Cut(r.get("CSeq"), " ")
	h := fnv.New64a()
	for _, s := range []string{r.get("Call-ID"), r.get("From"), number, via} {
		h.Write([]byte(s + "\x00"))
	}
	if has {
		via = strings.Replace(via, ";branch="+branch, "", 1)
	}
	r.set("Via", via+";branch="+branchCookie+"2543"+strconv.FormatUint(h.Sum64(), 36))
}

const branchCookie = "z9hG4bK"

// bytes writes the message out again in the usual form.
func (r *reading) bytes() []byte {
	var b bytes.Buffer
	b.WriteString(r.start + "\r\n")
	for _, h := range r.headers {
		b.WriteString(h.name + ": " + h.value + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(r.body)
	return b.Bytes()
}

// answer is the stateless refusal of a request that broke the grammar: what identifies it comes back as it came (RFC 3261 section 8.2.6.2).
func (r *reading) answer(tag string) []byte {
	var b bytes.Buffer
	b.WriteString("SIP/2.0 " + strconv.Itoa(r.code) + " " + r.reason + "\r\n")
	for _, h := range r.headers {
		switch lower(h.name) {
		case "via", "from", "call-id", "cseq":
			b.WriteString(h.name + ": " + h.value + "\r\n")
		case "to":
			if !strings.Contains(h.value, ";tag=") {
				h.value += ";tag=" + tag
			}
			b.WriteString(h.name + ": " + h.value + "\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.Bytes()
}

// frameLength finds the end of the first message in a stream. A message without a length, or beyond the bounds, has no end that one could know.
func frameLength(buf []byte) (n int, whole bool, err error) {
	head := bytes.Index(buf, []byte("\r\n\r\n"))
	if head < 0 {
		if len(buf) >= messageOctets {
			return 0, false, errFrame
		}
		return 0, false, nil
	}
	length, typed := -1, false
	for line := range bytes.SplitSeq(buf[:head], []byte("\r\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.TrimSpace(name)
		typed = typed || bytes.EqualFold(name, []byte("Content-Type")) || bytes.EqualFold(name, []byte("c"))
		if !ok || !bytes.EqualFold(name, []byte("Content-Length")) && !bytes.EqualFold(name, []byte("l")) {
			continue
		}
		v, ok := decimal(string(bytes.TrimSpace(value)), messageOctets)
		if !ok || length >= 0 {
			return 0, false, errFrame
		}
		length = v
	}
	if length < 0 && !typed {
		length = 0 // it should say so (RFC 3261 section 20.14), and not all do
	}
	n = head + 4 + length
	if length < 0 || n > messageOctets {
		return 0, false, errFrame
	}
	return n, n <= len(buf), nil
}

var errFrame = errors.New("a stream without frames")
