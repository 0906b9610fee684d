package signal

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// The grammar of RFC 3261 section 25, as far as it decides what is well formed.

// token tells whether s is a non-empty token.
func token(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !alphanumeric(c) && !strings.ContainsRune("-.!%*_+`'~", rune(c)) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// decimal reads an unsigned number with nothing around it, at most limit.
func decimal(s string, limit int) (int, bool) {
	if s == "" || len(s) > 20 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return int(n), err == nil && int(n) <= limit
}

func schemeName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && (i == 0 || c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != "" && (s[0] < '0' || s[0] > '9')
}

// methods that we know; allowHeader says so in OPTIONS and refusals.
const allowHeader = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, REGISTER"

// allowed tells whether a method is one that RFC 3261 or its extensions define and that we know by name.
func allowed(method string) bool {
	switch method {
	case "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE", "INFO", "REFER", "NOTIFY", "REGISTER", "SUBSCRIBE", "MESSAGE", "PUBLISH":
		return true
	}
	return false
}

// unbalanced tells whether a quoted string in s never ends.
func unbalanced(s string) bool {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		}
	}
	return quoted
}

// splitList cuts s at separators that stand outside quotes and angle brackets.
func splitList(s string, sep byte) []string {
	var out []string
	quoted, angle, from := false, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == sep && !angle:
			out, from = append(out, s[from:i]), i+1
		}
	}
	return append(out, s[from:])
}

// address is one name-addr or addr-spec with its header parameters.
type address struct {
	display string // as it stood, without quotes
	quoted  bool
	uri     string
	angle   bool
	params  []param
}

type param struct{ name, value string }

func (a *address) get(name string) (string, bool) {
	for _, p := range a.params {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// parseAddress reads one address. It is strict: no space within the brackets, no unquoted display name but tokens, no empty parameter.
func parseAddress(s string) (address, bool) {
	var a address
	s = strings.TrimSpace(s)
	if unbalanced(s) || s == "" {
		return a, false
	}
	if s == "*" {
		a.uri = "*"
		return a, true
	}
	rest := s
	if s[0] == '"' {
		end := 1
		for end < len(s) && s[end] != '"' {
			if s[end] == '\\' {
				end++
			}
			end++
		}
		a.display, a.quoted, rest = s[1:end], true, strings.TrimSpace(s[end+1:])
		if !strings.HasPrefix(rest, "<") {
			return a, false
		}
	}
	if open := strings.IndexByte(rest, '<'); open >= 0 && !strings.ContainsAny(rest[:open], ":;") {
		if !a.quoted {
			a.display = strings.Join(strings.Fields(rest[:open]), " ")
			for _, word := range strings.Fields(a.display) {
				if !token(word) {
					return a, false
				}
			}
		}
		end := strings.IndexByte(rest, '>')
		if end < open {
			return a, false
		}
		a.uri, a.angle, rest = rest[open+1:end], true, rest[end+1:]
	} else {
		a.uri, rest, _ = strings.Cut(rest, ";")
		if a.uri = strings.TrimSpace(a.uri); strings.ContainsAny(a.uri, "?,") { // RFC 3261 section 20: then it must stand in brackets
			return a, false
		}
		if len(a.uri) < len(strings.TrimSpace(s)) {
			rest = ";" + rest
		}
	}
	var ok bool
	a.params, ok = parseParams(rest)
	return a, ok && goodURI(a.uri)
}

// parseParams reads ;name[=value]... with any space around the separators.
func parseParams(s string) ([]param, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, true
	}
	if s[0] != ';' {
		return nil, false
	}
	var out []param
	for _, part := range splitList(s[1:], ';') {
		name, value, has := strings.Cut(part, "=")
		name, value = lower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if !token(name) || has && !paramValue(value) {
			return nil, false
		}
		out = append(out, param{name, value})
	}
	return out, true
}

// paramValue tells whether a parameter's value is a token, a host or a quoted string: anything but separators without quotes.
func paramValue(v string) bool {
	if strings.HasPrefix(v, `"`) {
		return len(v) > 1 && strings.HasSuffix(v, `"`)
	}
	return v != "" && !strings.ContainsAny(v, " \t,;<>\"")
}

func (a *address) write(b *strings.Builder) {
	switch {
	case a.quoted:
		b.WriteString(`"` + a.display + `" `)
	case a.display != "":
		b.WriteString(a.display + " ")
	}
	if a.angle {
		b.WriteString("<" + a.uri + ">")
	} else {
		b.WriteString(a.uri)
	}
	writeParams(b, a.params)
}

func writeParams(b *strings.Builder, params []param) {
	for _, p := range params {
		b.WriteString(";" + p.name)
		if p.value != "" {
			b.WriteString("=" + p.value)
		}
	}
}

// tidyAddresses checks a list of addresses and puts it in the usual form.
func tidyAddresses(value string) (string, bool) {
	var b strings.Builder
	for i, part := range splitList(value, ',') {
		a, ok := parseAddress(part)
		if !ok {
			return "", false
		}
		if i > 0 {
			b.WriteString(",")
		}
		a.write(&b)
	}
	return b.String(), true
}

// goodURI tells whether a URI of any scheme may stand in an address.
func goodURI(uri string) bool {
	if uri == "*" {
		return true
	}
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || rest == "" || !schemeName(scheme) || strings.ContainsAny(rest, " \t<>\"") {
		return false
	}
	switch lower(scheme) {
	case "sip", "sips":
		return sipURI(rest)
	}
	return true
}

// sipURI checks what follows sip: or sips:, that is [user[:password]@]host[:port][;params][?headers].
func sipURI(s string) bool {
	if at := strings.LastIndexByte(s, '@'); at >= 0 { // a user may hold ? and ; but no @
		if at == 0 || strings.Contains(s[:at], "@") {
			return false
		}
		s = s[at+1:]
	}
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, ";")
	return hostPort(s)
}

// uriHeaders tells whether a SIP URI has headers.
func uriHeaders(s string) bool {
	return strings.Contains(s[strings.LastIndexByte(s, '@')+1:], "?")
}

// hostPort checks host[:port], where an IPv6 address stands in brackets.
func hostPort(s string) bool {
	var host, port string
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return false
		}
		host = strings.Replace(s[1:end], ":::", "::", 1) // RFC 5118 section 4.10: the ABNF once allowed it
		if _, err := netip.ParseAddr(host); err != nil {
			return false
		}
		if s = s[end+1:]; s == "" {
			return true
		}
		if s[0] != ':' {
			return false
		}
		port = s[1:]
	} else {
		var has bool
		host, port, has = strings.Cut(s, ":")
		for i := range len(host) {
			if !alphanumeric(host[i]) && host[i] != '.' && host[i] != '-' && host[i] != '_' {
				return false
			}
		}
		if host == "" {
			return false
		}
		if !has {
			return true
		}
	}
	_, ok := decimal(port, 65535)
	return ok
}

// tidyVia checks the hops of a Via value and gives each in the usual form.
func tidyVia(value string) ([]string, bool) {
	var out []string
	for _, hop := range splitList(value, ',') {
		protocol := strings.SplitN(hop, "/", 3)
		if len(protocol) != 3 {
			return nil, false
		}
		rest := strings.TrimLeft(protocol[2], " \t")
		end := strings.IndexAny(rest, " \t")
		if end < 0 {
			return nil, false
		}
		name, version, transport := strings.TrimSpace(protocol[0]), strings.TrimSpace(protocol[1]), rest[:end]
		sentBy, params, more := strings.Cut(rest[end:], ";")
		sentBy = strings.Join(strings.Fields(sentBy), "")
		if !token(name) || !token(version) || !token(transport) || !hostPort(sentBy) {
			return nil, false
		}
		var b strings.Builder
		b.WriteString(name + "/" + version + "/" + transport + " " + sentBy)
		if more {
			list, ok := parseParams(";" + params)
			if !ok {
				return nil, false
			}
			writeParams(&b, list)
		}
		out = append(out, b.String())
	}
	return out, true
}

// number gives the telephone number, or the user, that a sip, sips or tel URI names; empty when it names none.
func number(uri string) string {
	scheme, rest, _ := strings.Cut(uri, ":")
	switch lower(scheme) {
	case "sip", "sips":
		user, _, ok := strings.Cut(rest, "@")
		if !ok {
			return ""
		}
		rest = user
	case "tel":
	default:
		return ""
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest, _, _ = strings.Cut(rest, ":")
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	if len(rest) > 64 {
		rest = rest[:64]
	}
	if digits := strings.Map(visual, rest); digits != "" && strings.Trim(digits, "+0123456789*#") == "" {
		return digits
	}
	return printable(rest)
}

// visual drops the separators that make a telephone number readable (RFC 3966 section 3).
func visual(c rune) rune {
	if strings.ContainsRune("-.() ", c) {
		return -1
	}
	return c
}

// printable drops what must never reach a screen or a header: control characters, quotes, brackets.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x20 || c == 0x7f || c == 0xfffd || strings.ContainsRune("<>\"\\", c) {
			return -1
		}
		return c
	}, s)
}
