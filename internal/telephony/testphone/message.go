package testphone

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sentral/internal/centre"
)

// maxMessage bounds what is read as one SIP message.
const maxMessage = 64 << 10

// header is one line of a message's head, its name in the long form.
type header struct{ name, value string }

// message is a SIP request (method is set) or response (code is set), RFC 3261 section 7.
type message struct {
	method, uri string
	code        int
	reason      string
	headers     []header
	body        []byte
}

// compact are the one-letter names of RFC 3261 section 7.3.3 and those who came after.
var compact = map[string]string{
	"v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact", "c": "Content-Type", "l": "Content-Length", "k": "Supported", "s": "Subject",
	"r": "Refer-To", "b": "Referred-By", "o": "Event", "u": "Allow-Events", "x": "Session-Expires", "e": "Content-Encoding",
}

var errMessage = centre.Errorf(centre.Invalid, "not a SIP message")

// parse reads one message as a datagram carries it.
func parse(b []byte) (*message, error) {
	head, body, found := bytes.Cut(b, []byte("\r\n\r\n"))
	if !found {
		head = bytes.TrimRight(b, "\r\n")
	}
	lines := strings.Split(string(head), "\r\n")
	m := &message{body: body}
	if rest, ok := strings.CutPrefix(lines[0], "SIP/2.0 "); ok {
		code, reason, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(code)
		if err != nil || n < 100 || n > 699 {
			return nil, errMessage
		}
		m.code, m.reason = n, reason
	} else {
		f := strings.Fields(lines[0])
		if len(f) != 3 || f[2] != "SIP/2.0" {
			return nil, errMessage
		}
		m.method, m.uri = f[0], f[1]
	}
	for _, l := range lines[1:] {
		if (strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t")) && len(m.headers) > 0 { // a folded line
			m.headers[len(m.headers)-1].value += " " + strings.TrimSpace(l)
			continue
		}
		name, value, ok := strings.Cut(l, ":")
		if !ok {
			continue
		}
		name = strings.TrimSpace(name)
		if long := compact[strings.ToLower(name)]; long != "" {
			name = long
		}
		m.headers = append(m.headers, header{name, strings.TrimSpace(value)})
	}
	if m.get("Call-ID") == "" || m.get("CSeq") == "" {
		return nil, errMessage
	}
	if n, err := strconv.Atoi(m.get("Content-Length")); err == nil && n >= 0 && n < len(m.body) {
		m.body = m.body[:n]
	}
	return m, nil
}

// read reads one message from a stream, which frames them by Content-Length (RFC 3261 section 18.3). Empty lines between messages are keep-alives.
func read(r *bufio.Reader) (*message, error) {
	var head bytes.Buffer
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			if head.Len() == 0 {
				continue
			}
			break
		}
		head.Write(bytes.TrimRight(line, "\r\n"))
		head.WriteString("\r\n")
		if head.Len() > maxMessage {
			return nil, errMessage
		}
	}
	head.WriteString("\r\n")
	m, err := parse(head.Bytes())
	if err != nil {
		return nil, err
	}
	n, _ := strconv.Atoi(m.get("Content-Length"))
	if n < 0 || n > maxMessage {
		return nil, errMessage
	}
	m.body = make([]byte, n)
	_, err = io.ReadFull(r, m.body)
	return m, err
}

// get is the value of the first header of that name, or "".
func (m *message) get(name string) string {
	for _, h := range m.headers {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

// all are the values of every header of that name; lists in one line are kept as they are.
func (m *message) all(name string) []string {
	var out []string
	for _, h := range m.headers {
		if strings.EqualFold(h.name, name) {
			out = append(out, h.value)
		}
	}
	return out
}

func (m *message) add(name, value string) { m.headers = append(m.headers, header{name, value}) }

// octets is the message as it goes on the wire.
func (m *message) octets() []byte {
	var b bytes.Buffer
	if m.method != "" {
		fmt.Fprintf(&b, "%s %s SIP/2.0\r\n", m.method, m.uri)
	} else {
		fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", m.code, m.reason)
	}
	for _, h := range m.headers {
		b.WriteString(h.name + ": " + h.value + "\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(m.body))
	b.Write(m.body)
	return b.Bytes()
}

// respond makes the response that repeats what a response must repeat (RFC 3261 section 8.2.6).
func (m *message) respond(code int, reason, tag string) *message {
	r := &message{code: code, reason: reason}
	for _, h := range m.headers {
		switch strings.ToLower(h.name) {
		case "via", "from", "call-id", "cseq", "record-route":
			r.headers = append(r.headers, h)
		case "to":
			if tag != "" && code > 100 && parameter(h.value, "tag") == "" {
				h.value += ";tag=" + tag
			}
			r.headers = append(r.headers, h)
		}
	}
	return r
}

// sequence splits a CSeq value.
func (m *message) sequence() (n int, method string) {
	f := strings.Fields(m.get("CSeq"))
	if len(f) == 2 {
		n, _ = strconv.Atoi(f[0])
		method = f[1]
	}
	return n, method
}

// branch is the transaction's mark in the topmost Via.
func (m *message) branch() string {
	via, _, _ := strings.Cut(m.get("Via"), ",")
	return parameter(via, "branch")
}

// parameter finds a parameter behind an address or a Via, "" when it is absent.
func parameter(value, name string) string {
	if i := strings.LastIndexByte(value, '>'); i >= 0 {
		value = value[i:]
	}
	for _, p := range strings.Split(value, ";")[1:] {
		k, v, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return ""
}

// address is the URI within a From, To, Contact or Refer-To.
func address(value string) string {
	if _, after, ok := strings.Cut(value, "<"); ok {
		uri, _, _ := strings.Cut(after, ">")
		return uri
	}
	uri, _, _ := strings.Cut(value, ";")
	return strings.TrimSpace(uri)
}

// user is the part of a SIP or tel URI before the host.
func user(uri string) string {
	if n, ok := strings.CutPrefix(uri, "tel:"); ok {
		n, _, _ = strings.Cut(n, ";")
		return n
	}
	_, rest, _ := strings.Cut(uri, ":")
	u, _, ok := strings.Cut(rest, "@")
	if !ok {
		return ""
	}
	u, _, _ = strings.Cut(u, ";")
	return u
}

// hostPort is the host and port of a SIP URI, 5060 when it names none (5061 for sips and TLS).
func hostPort(uri string) string {
	scheme, rest, _ := strings.Cut(uri, ":")
	if _, after, ok := strings.Cut(rest, "@"); ok {
		rest = after
	}
	host, parameters, _ := strings.Cut(rest, ";")
	host, _, _ = strings.Cut(host, "?")
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host
	}
	if scheme == "sips" || strings.Contains(strings.ToLower(parameters), "transport=tls") {
		return host + ":5061"
	}
	return host + ":5060"
}
