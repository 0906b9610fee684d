package signal

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func loopback(t testing.TB) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Whatever a session description says, it is refused or can be answered, and our answer can be read again.
func FuzzSDP(f *testing.F) {
	f.Add([]byte(usualSDP))
	f.Add([]byte("v=0\no=- 1 1 IN IP6 ::1\ns=-\nt=0 0\nm=audio 1 RTP/SAVP 0 13 101\nc=IN IP6 ::1\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk\na=rtcp:5\na=ptime:30"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := parseSDP(text)
		if err != nil {
			return
		}
		k := newTalk(netip.MustParseAddrPort("192.0.2.9:6000"), &Trunk{SRTP: SRTPOptional})
		answer, _, err := k.answer(d)
		if err != nil {
			return
		}
		if _, err := parseSDP(answer); err != nil {
			t.Fatalf("our answer: %v\n%s", err, answer)
		}
		if _, err := parseSDP(k.offer()); err != nil {
			t.Fatalf("our offer: %v", err)
		}
		_, _ = k.accept(d)
	})
}

// What reading passes, and what it writes anew, is well formed when read again and is taken by the parser; its refusals are responses.
func FuzzReading(f *testing.F) {
	for _, path := range []string{"testdata/rfc4475.txt", "testdata/rfc5118.txt"} {
		for _, row := range torture(f, path) {
			f.Add([]byte(row.message))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, _ = frameLength(data)
		v, r := read(data)
		switch v {
		case pass:
			again := r.bytes()
			if v, second := read(again); v != pass || second.dirty && !bytes.Equal(second.bytes(), again) {
				t.Fatalf("not well formed when written (%v):\n%q\n%q", v, again, second.bytes())
			}
		case refuse:
			if !strings.HasPrefix(string(r.answer("tag")), "SIP/2.0 ") {
				t.Fatal("no answer")
			}
		}
	})
}

// Headers that other phones and proxies fill in as they like.
func FuzzHeaders(f *testing.F) {
	for _, s := range []string{"<sip:+4700000801@c.example>;reason=unconditional", "<sip:a@b?Reason=x>;index=1.1, <sip:c@d>;index=1", "id;to-tag=1;from-tag=2;early-only", "1800;refresher=uac", `Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=auth, nc=00000001, cnonce="f"`, "", ",;<>\"\\"} {
		f.Add(s)
	}
	keeper := newDoorkeeper(time.Now)
	f.Fuzz(func(t *testing.T, s string) {
		list := splitList(s, ',')
		diverted(list)
		historyOf(list)
		_, _ = parseReplaces(s)
		_, _, _ = seconds(s)
		_ = number(s)
		_ = reasonText(s)
		_, _ = keyOf(s)
		_, _ = parseCrypto(s)
		_, _ = partOf(s, "b")
		if v, ok := tidyAddresses(s); ok {
			if again, ok := tidyAddresses(v); !ok || again != v {
				t.Fatalf("%q -> %q -> %q", s, v, again)
			}
		}
		if _, p := keeper.check(s, "REGISTER", "b", func(string) (string, bool) { return "x", true }); p == proved {
			t.Fatalf("proven: %q", s)
		}
	})
}

// Whole messages through the handlers: inside a call and outside, no handler panics, and the exchange answers OPTIONS afterwards. Every input is tried as
// it is and with the call's own identity put in, so that in-dialog handlers are reached.
func FuzzHandlers(f *testing.F) {
	for _, row := range torture(f, "testdata/rfc4475.txt") {
		f.Add(row.message)
	}
	for _, method := range []string{"INVITE", "UPDATE", "INFO", "REFER", "NOTIFY", "PRACK", "ACK", "MESSAGE", "CANCEL", "OPTIONS"} {
		f.Add(method + " sip:200@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKBRANCH\r\nFrom: <sip:a@b>;tag=THEIRS\r\nTo: <sip:c@d>;tag=OURS\r\nCall-ID: CALLID\r\nCSeq: 9 " + method +
			"\r\nContact: <sip:a@127.0.0.1:9>\r\nRAck: 1 1 INVITE\r\nRefer-To: <sip:1@b?Replaces=CALLID%3Bto-tag%3DOURS%3Bfrom-tag%3DTHEIRS>\r\nEvent: refer\r\n" +
			"Session-Expires: 90;refresher=uas\r\nReplaces: CALLID;to-tag=OURS;from-tag=THEIRS\r\nContent-Type: application/sdp\r\n\r\n" + usualSDP)
	}
	s, c, p := fuzzed(f)
	n := 0
	f.Fuzz(func(t *testing.T, text string) {
		n++
		branch := newTag()
		text = strings.NewReplacer("BRANCH", branch, "THEIRS", p.tag, "OURS", c.ID(), "CALLID", p.id).Replace(text)
		out, _ := s.judge([]byte(text))
		if s.log2.faulty() {
			t.Fatalf("reading panicked:\n%s", s.log2)
		}
		if out == nil {
			return
		}
		m, err := sip.ParseMessage(out)
		if err != nil {
			return
		}
		req, ok := m.(*sip.Request)
		if !ok || req.Method == sip.BYE {
			return
		}
		req.SetSource(p.local())
		req.SetTransport("UDP")
		conn := &sip.UDPConnection{PacketConn: p.c, Listener: true}
		tx := sip.NewServerTx(branch, req, conn, s.log)
		if tx.Init() != nil {
			return
		}
		go func() { // what waits for an ACK gets none: the handler is left alone
			s.receive(req, tx)
		}()
		if n%200 == 0 {
			for {
				select {
				case call := <-s.calls:
					call.Hangup()
					continue
				default:
				}
				break
			}
		}
		if s.log2.faulty() {
			t.Fatalf("a handler panicked:\n%s", s.log2)
		}
	})
}

type fuzzStack struct {
	*Stack
	calls chan *Call
	log2  *logBuffer
}

// fuzzed is an exchange in a call with a phone.
func fuzzed(f *testing.F) (*fuzzStack, *Call, *phone) {
	x := newExchange(&testing.T{}, func(o *Options) {
		o.Limits.SetupsPerSource, o.Limits.PacketsPerSource = 1<<30, 1<<30
		o.Accounts = func(string) (string, bool) { return "x", true }
	})
	f.Cleanup(x.Close)
	p := &phone{t: x.t, c: loopback(f), to: x.Addrs().UDP, id: newTag(), tag: newTag()}
	p.invite()
	c := x.next()
	go func() { _ = c.Answer(context.Background()) }()
	p.response(200, "INVITE")
	p.ack("")
	c.OnRefer(func(ReferTo) error { return nil })
	return &fuzzStack{x.Stack, x.calls, x.log}, c, p
}
