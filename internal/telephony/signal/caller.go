package signal

import (
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// caller is who calls and what was dialled, as far as an INVITE says.
type caller struct {
	from, name, asserted string
	numbers              []string
}

const nameRunes = 80

// identify reads who calls (From, P-Asserted-Identity, Privacy) and which number was dialled (Diversion, History-Info, To, request line). Only what a
// known trunk says is ever read, so P-Asserted-Identity can be trusted as far as the trunk is.
func identify(req *sip.Request) caller {
	var w caller
	from := req.From()
	w.from = number(from.Address.String())
	w.name = clip(printable(strings.ReplaceAll(from.DisplayName, `\`, "")))
	for _, v := range values(req, "P-Asserted-Identity") {
		if a, ok := parseAddress(v); ok && w.asserted == "" {
			w.asserted = number(a.uri)
		}
	}
	private := false
	for _, v := range splitList(text(req, "Privacy"), ';') {
		v = lower(strings.TrimSpace(v))
		private = private || v == "id" || v == "user" || v == "header"
	}
	anonymous := strings.EqualFold(w.from, "anonymous") || strings.HasSuffix(lower(from.Address.Host), "anonymous.invalid")
	switch {
	case private || anonymous:
		w.from, w.name = "", ""
	case w.asserted != "":
		w.from = w.asserted // a From can say anything
	}
	for _, n := range slices.Concat(diverted(values(req, "Diversion")), historyOf(values(req, "History-Info")),
		[]string{number(req.To().Address.String()), number(req.Recipient.String())}) {
		if n != "" && !slices.Contains(w.numbers, n) {
			w.numbers = append(w.numbers, n)
		}
	}
	return w
}

// diverted gives the numbers that a call was diverted from (RFC 5806): the last entry is the one dialled first.
func diverted(list []string) []string {
	var out []string
	for _, v := range slices.Backward(list) {
		if a, ok := parseAddress(v); ok && number(a.uri) != "" {
			out = append(out, number(a.uri))
		}
	}
	return out
}

// historyOf gives the number dialled first by History-Info (RFC 7044): the entry with the lowest index, if the call has been anywhere else since.
func historyOf(list []string) []string {
	best, first := []int(nil), ""
	for _, v := range list {
		a, ok := parseAddress(v)
		if !ok {
			continue
		}
		word, _ := a.get("index")
		index := indexOf(word)
		if index == nil || best != nil && slices.Compare(index, best) >= 0 {
			continue
		}
		uri, _, _ := strings.Cut(a.uri, "?") // the headers say why, not where
		best, first = index, number(uri)
	}
	if len(list) < 2 || first == "" {
		return nil
	}
	return []string{first}
}

// indexOf reads an index such as 1.2.1; nil when it is not one.
func indexOf(word string) []int {
	var out []int
	for part := range strings.SplitSeq(word, ".") {
		n, ok := decimal(part, 1<<20)
		if !ok || len(out) == 16 {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// replacing is what a Replaces header names (RFC 3891 section 6.1), seen from its receiver.
type replacing struct {
	callID, ourTag, theirTag string
	earlyOnly                bool
}

func parseReplaces(value string) (replacing, bool) {
	id, rest, ok := strings.Cut(value, ";")
	r := replacing{callID: strings.TrimSpace(id)}
	params, good := parseParams(";" + rest)
	if !ok || !good || r.callID == "" || len(value) > 1024 {
		return r, false
	}
	for _, p := range params {
		switch p.name {
		case "to-tag":
			r.ourTag = p.value
		case "from-tag":
			r.theirTag = p.value
		case "early-only":
			r.earlyOnly = true
		}
	}
	return r, r.ourTag != "" && r.theirTag != ""
}

func clip(s string) string {
	if r := []rune(s); len(r) > nameRunes {
		return string(r[:nameRunes])
	}
	return strings.TrimSpace(s)
}

func joined(list []string) string { return strings.Join(list, ", ") }

// sessionPart finds the session description in a request's or response's body: the body itself, or the one part of a multipart that is one.
func sessionPart(m sip.Message) ([]byte, bool) {
	kind, params, _ := strings.Cut(text(m, "Content-Type"), ";")
	kind = lower(strings.TrimSpace(kind))
	switch {
	case kind == "application/sdp":
		return m.Body(), true
	case !strings.HasPrefix(kind, "multipart/"):
		return nil, false
	}
	list, ok := parseParams(";" + params)
	if !ok {
		return nil, false
	}
	boundary := ""
	for _, p := range list {
		if p.name == "boundary" {
			boundary = strings.Trim(p.value, `"`)
		}
	}
	return partOf(string(m.Body()), boundary)
}

// partOf finds application/sdp among the parts of a MIME body (RFC 2046 section 5.1.1).
func partOf(body, boundary string) ([]byte, bool) {
	if boundary == "" || len(boundary) > 70 {
		return nil, false
	}
	for i, part := range strings.SplitN("\r\n"+body, "\r\n--"+boundary, 18) {
		head, content, ok := strings.Cut(part, "\r\n\r\n")
		if i == 0 || !ok || strings.HasPrefix(part, "--") {
			continue
		}
		for line := range strings.SplitSeq(head, "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			value, _, _ = strings.Cut(value, ";")
			if strings.EqualFold(strings.TrimSpace(name), "Content-Type") && strings.EqualFold(strings.TrimSpace(value), "application/sdp") {
				return []byte(content), true
			}
		}
	}
	return nil, false
}

// seconds reads a delta such as Session-Expires: 1800;refresher=uac.
func seconds(value string) (n int, params []param, ok bool) {
	word, rest, _ := strings.Cut(value, ";")
	n, ok = decimal(strings.TrimSpace(word), 1<<31-1)
	if strings.TrimSpace(rest) != "" {
		params, _ = parseParams(";" + rest)
	}
	return n, params, ok
}

func itoa(n int) string { return strconv.Itoa(n) }
