package signal

import (
	"encoding/hex"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
)

type tortureRow struct{ name, section, want, why, message string }

var octets = regexp.MustCompile(`\{\{[0-9A-F ]*\}\}`)

// torture reads a file of messages in the form that testdata/rfc4475.txt explains.
func torture(t testing.TB, path string) []tortureRow {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []tortureRow
	for _, part := range strings.Split(string(text), "\n== ")[1:] {
		head, message, _ := strings.Cut(part, "\n")
		f := strings.Split(head, " | ")
		message = strings.TrimSuffix(strings.TrimSuffix(message, "\n"), "|")
		message = octets.ReplaceAllStringFunc(strings.ReplaceAll(message, "\n", "\r\n"), func(s string) string {
			b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(s, "{}"), " ", ""))
			if err != nil {
				t.Fatalf("%s: %v", f[0], err)
			}
			return string(b)
		})
		out = append(out, tortureRow{f[0], f[1], f[2], f[3], message})
	}
	if len(out) == 0 {
		t.Fatalf("%s: no messages", path)
	}
	return out
}

// tortured is an exchange, with desk phones too, and a phone at the standard port, where old hops send their answers.
func tortured(t *testing.T) (*exchange, *phone) {
	x := newExchange(t, func(o *Options) {
		o.Trunks[0].Sources = []netip.Prefix{netip.MustParsePrefix("127.0.0.77/32")}
		o.Accounts = func(string) (string, bool) { return "", false }
		o.Limits.ConnectionsEach = 200
	})
	p := newPhoneAt(t, x.Addrs().UDP, "127.0.0.77:5060")
	p.lenient = true
	return x, p
}

// well asks whether the other side still answers.
func (p *phone) well() {
	p.t.Helper()
	p.peer = ""
	p.do("OPTIONS", "")
	p.response(200, "OPTIONS")
}

// RFC 4475 and RFC 5118: each message has the reaction that the RFC wants, and the exchange is well after every one.
func TestTorture(t *testing.T) {
	x, p := tortured(t)
	for _, path := range []string{"testdata/rfc4475.txt", "testdata/rfc5118.txt"} {
		for _, row := range torture(t, path) {
			t.Run(row.section+" "+row.name, func(t *testing.T) {
				p.t, x.t = t, t
				p.send(row.message)
				want := row.want
				switch want {
				case "call":
					c := x.next()
					if err := c.Reject(480); err != nil {
						t.Fatal(err)
					}
					want = "480"
				case "drop":
					p.well()
					_, sent := read([]byte(row.message))
					for _, r := range p.got {
						if r.get("Call-ID") == sent.get("Call-ID") {
							t.Errorf("answered: %s", r.start)
						}
					}
					return
				}
				_, sent := read([]byte(row.message))
				r := p.await(want, func(r *reading) bool {
					return !r.request && !strings.HasPrefix(r.start, "SIP/2.0 100 ") && r.get("Call-ID") == sent.get("Call-ID") && r.get("CSeq") == sent.get("CSeq")
				})
				if !strings.HasPrefix(r.start, "SIP/2.0 "+want+" ") {
					t.Errorf("%s: answered %q, want %s", row.why, r.start, want)
				}
				p.got = nil
				p.well()
			})
		}
	}
	p.t, x.t = t, t
}

// The same over TCP, where a message also has to end in the right place.
func TestTortureOverTCP(t *testing.T) {
	x, _ := tortured(t)
	for _, path := range []string{"testdata/rfc4475.txt", "testdata/rfc5118.txt"} {
		for _, row := range torture(t, path) {
			c := dialTCP(t, x, "127.0.0.77")
			if _, err := c.Write([]byte(row.message)); err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
	}
	c := dialTCP(t, x, "127.0.0.77")
	p := &phone{t: t, to: x.Addrs().TCP, id: newTag(), tag: newTag()}
	_, _ = c.Write([]byte(strings.Replace(strings.Replace(p.requestAt("OPTIONS", "127.0.0.77:9", ""), "SIP/2.0/UDP", "SIP/2.0/TCP", 1), ";rport", "", 1)))
	buf := make([]byte, 2000)
	n, err := c.Read(buf)
	if err != nil || !strings.HasPrefix(string(buf[:n]), "SIP/2.0 200") {
		t.Errorf("%q %v", buf[:n], err)
	}
	for len(x.calls) > 0 {
		_ = (<-x.calls).Reject(480)
	}
}
