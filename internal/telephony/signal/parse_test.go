package signal

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/telephony/media"
)

func TestSessionDescriptions(t *testing.T) {
	t.Parallel()
	ok := func(s string) string {
		return strings.ReplaceAll("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"+s, "\n", "\r\n")
	}
	for _, row := range []struct{ name, text, want string }{
		{"usual", ok("m=audio 4000 RTP/AVP 8 0 96\na=rtpmap:96 telephone-event/8000\na=ptime:20"), "192.0.2.1:4000 pcma/8 pcmu/0 telephone-event/96 sendrecv 20"},
		{"LF only and no last line end", strings.ReplaceAll(ok("m=audio 4000 RTP/AVP 0"), "\r\n", "\n"), "192.0.2.1:4000 pcmu/0 sendrecv 0"},
		{"direction of the session", ok("a=sendonly\nm=audio 4000 RTP/AVP 0"), "192.0.2.1:4000 pcmu/0 sendonly 0"},
		{"direction of the stream wins", ok("a=sendonly\nm=audio 4000 RTP/AVP 0\na=inactive"), "192.0.2.1:4000 pcmu/0 inactive 0"},
		{"address of the stream wins", ok("m=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::1"), "[2001:db8::1]:4000 pcmu/0 sendrecv 0"},
		{"video first", ok("m=video 5000 RTP/AVP 31\nm=audio 4000 RTP/AVP 0"), "192.0.2.1:4000 pcmu/0 sendrecv 0"},
		{"two audios: the first that is open", ok("m=audio 0 RTP/AVP 0\nm=audio 4002 RTP/AVP 8"), "192.0.2.1:4002 pcma/8 sendrecv 0"},
		{"wide codecs are not ours", ok("m=audio 4000 RTP/AVP 9 0\na=rtpmap:9 G722/8000"), "192.0.2.1:4000 g722/9 pcmu/0 sendrecv 0"},
		{"a number of their own for PCMA", ok("m=audio 4000 RTP/AVP 110\na=rtpmap:110 PCMA/8000/1"), "192.0.2.1:4000 pcma/110 sendrecv 0"},
		{"fax only", ok("m=image 4000 udptl t38"), "no audio"},
		{"no stream", ok(""), "no audio"},
		{"empty", "", "error"},
		{"no origin", "v=0\r\ns=-\r\n", "error"},
		{"version 1", strings.Replace(ok("m=audio 1 RTP/AVP 0"), "v=0", "v=1", 1), "error"},
		{"no connection", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", "error"},
		{"multicast", strings.Replace(ok("m=audio 4000 RTP/AVP 0"), "c=IN IP4 192.0.2.1", "c=IN IP4 224.0.0.1/127", 1), "error"},
		{"a name", strings.Replace(ok("m=audio 4000 RTP/AVP 0"), "c=IN IP4 192.0.2.1", "c=IN IP4 host.example", 1), "error"},
		{"a port beyond", ok("m=audio 70000 RTP/AVP 0"), "error"},
		{"many lines", ok(strings.Repeat("a=x\n", 500)), "error"},
		{"many streams", ok(strings.Repeat("m=audio 1 RTP/AVP 0\n", 20)), "error"},
		{"large", ok("a=" + strings.Repeat("x", 20000)), "error"},
		{"no letter", ok("nonsense"), "error"},
	} {
		d, err := parseSDP([]byte(row.text))
		got := "error"
		switch {
		case err != nil:
		case d.audio < 0:
			got = "no audio"
		default:
			s := d.streams[d.audio]
			got = netip.AddrPortFrom(s.addr, s.port).String()
			for _, c := range s.codecs {
				got += fmt.Sprintf(" %s/%d", c.name, c.pt)
			}
			got += fmt.Sprintf(" %s %d", s.direction, s.ptime)
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q (%v)", row.name, got, row.want, err)
		}
	}
}

func TestCryptoLines(t *testing.T) {
	t.Parallel()
	key := "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk"
	for line, want := range map[string]bool{
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + key:                       true,
		"1 AES_CM_128_HMAC_SHA1_32 inline:" + key + "|2^31":             true,
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|2^20|1:4":         false, // a master key identifier
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " UNENCRYPTED_SRTP": false,
		"1 AES_CM_128_HMAC_SHA1_80 inline:" + key + ";inline:" + key:    false,
		"1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ":                      false,
		"1 F8_128_HMAC_SHA1_80 inline:" + key:                           false,
		"x AES_CM_128_HMAC_SHA1_80 inline:" + key:                       false,
		"": false,
	} {
		if _, ok := parseCrypto(line); ok != want {
			t.Errorf("%q: %v", line, ok)
		}
	}
}

// Whoever offers no events is listened to for keys as sound, whatever the trunk says; whoever offers them is not.
func TestKeysAsSoundWithoutEvents(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		media  string
		inBand bool
	}{{"m=audio 4000 RTP/AVP 0\n", true}, {"m=audio 4000 RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000\n", false}} {
		d, err := parseSDP([]byte("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n" + row.media))
		if err != nil {
			t.Fatal(err)
		}
		k := newTalk(netip.MustParseAddrPort("192.0.2.9:6000"), &Trunk{})
		if _, ses, err := k.answer(d); err != nil || ses.InBandDTMF != row.inBand {
			t.Errorf("%q: in band %v, %v", row.media, ses.InBandDTMF, err)
		}
		ours := newTalk(netip.MustParseAddrPort("192.0.2.9:6000"), &Trunk{})
		ours.offer()
		if ses, err := ours.accept(d); err != nil || ses.InBandDTMF != row.inBand {
			t.Errorf("%q answered: in band %v, %v", row.media, ses.InBandDTMF, err)
		}
	}
}

// A later offer of ours has every stream that was ever described, in its place, and the numbers that were agreed.
func TestOffersKeepWhatWasAgreed(t *testing.T) {
	t.Parallel()
	k := newTalk(netip.MustParseAddrPort("192.0.2.9:6000"), &Trunk{Codecs: []media.Codec{media.PCMU, media.PCMA}})
	d, err := parseSDP([]byte("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=video 5000 RTP/AVP 31\nm=audio 4000 RTP/AVP 8 97\na=rtpmap:97 telephone-event/8000\n"))
	if err != nil {
		t.Fatal(err)
	}
	answer, ses, err := k.answer(d)
	if err != nil || ses.Codec != media.PCMA || ses.DTMFType != 97 {
		t.Fatalf("%+v %v", ses, err)
	}
	if !strings.Contains(string(answer), "m=video 0 RTP/AVP 31\r\nm=audio 6000 RTP/AVP 8 97\r\n") {
		t.Errorf("%s", answer)
	}
	k.weHold = true
	offer := string(k.offer())
	if !strings.Contains(offer, "m=video 0 RTP/AVP 31\r\nm=audio 6000 RTP/AVP 8 0 97\r\n") || !strings.Contains(offer, "a=sendonly") {
		t.Errorf("%s", offer)
	}
	again, err := parseSDP([]byte(offer))
	if err != nil || again.version != k.version {
		t.Errorf("our own offer: %v, version %d of %d", err, again.version, k.version)
	}
}

func TestWhoCallsAndWhatWasDialled(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ headers, from, name, asserted, numbers string }{
		{"", "+4700000100", "Kari", "", "+4700000200 200"},
		{"P-Asserted-Identity: \"K\" <sip:+4700000111@c.example>, <tel:+4700000111>", "+4700000111", "Kari", "+4700000111", "+4700000200 200"},
		{"P-Asserted-Identity: <tel:+47-00-00-01-11>\r\nPrivacy: id", "", "", "+4700000111", "+4700000200 200"},
		{"Diversion: <sip:+4700000802@c.example>;reason=no-answer\r\nDiversion: <sip:+4700000801@c.example>;reason=unconditional", "+4700000100", "Kari", "", "+4700000801 +4700000802 +4700000200 200"},
		{"History-Info: <sip:+4700000701@c.example>;index=1, <sip:+4700000702@c.example?Reason=SIP%3Bcause%3D302>;index=1.1", "+4700000100", "Kari", "", "+4700000701 +4700000200 200"},
		{"History-Info: <sip:+4700000702@c.example>;index=1.1.1\r\nHistory-Info: <sip:+4700000701@c.example>;index=1.1", "+4700000100", "Kari", "", "+4700000701 +4700000200 200"},
		{"History-Info: <sip:200@c.example>;index=1", "+4700000100", "Kari", "", "+4700000200 200"},
		{"Diversion: nonsense\r\nHistory-Info: ,,;index=x", "+4700000100", "Kari", "", "+4700000200 200"},
	} {
		p := &phone{t: t, to: netip.MustParseAddrPort("192.0.2.1:5060"), id: "i", tag: "t"}
		p.c = loopback(t)
		var extra []string
		if row.headers != "" {
			extra = strings.Split(row.headers, "\r\n")
		}
		m, err := sip.ParseMessage([]byte(p.request("INVITE", "b", 1, "", extra...)))
		if err != nil {
			t.Fatal(err)
		}
		w := identify(m.(*sip.Request))
		if w.from != row.from || w.name != row.name || w.asserted != row.asserted || strings.Join(w.numbers, " ") != row.numbers {
			t.Errorf("%q: %+v", row.headers, w)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"sip:+47%2022%2033@a": "+472233", "tel:+47(22)33-44;phone-context=a": "+47223344", "sip:kari:secret@a": "kari", "sip:a.example": "", "isbn:123": "",
		"sip:%22%3Cscript%3E@a": "script", "sip:%ff%00@a": "", "sips:12%3Bx@a": "12;x", "": "",
	} {
		if got := number(uri); got != want {
			t.Errorf("%q: %q, want %q", uri, got, want)
		}
	}
}

// The gate: strangers get nothing, newcomers little, those that have proven themselves what they need, and a flood of newcomers takes nothing from them.
func TestTheGate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	o := Options{}.withDefaults()
	g := newGate(o.Limits, func() time.Time { return now })
	g.rules.Store(&[]rule{{prefix: netip.MustParsePrefix("198.51.0.0/16"), trunk: "wide"}, {prefix: netip.MustParsePrefix("198.51.100.1/32"), trunk: "one", exact: true}})
	addr := netip.MustParseAddr
	invite, bye := []byte("INVITE sip:a@b SIP/2.0\r\n"), []byte("BYE sip:a@b SIP/2.0\r\n")
	count := func(a netip.Addr, what []byte, n int) (passed int) {
		for range n {
			if g.message(a, what) {
				passed++
			}
		}
		return passed
	}
	if n := count(addr("203.0.113.1"), invite, 1000); n != 0 || len(g.meters) != 0 {
		t.Errorf("%d messages of a stranger, %d meters", n, len(g.meters))
	}
	if n := count(addr("198.51.7.7"), invite, 1000); n != 25 {
		t.Errorf("%d INVITEs of a newcomer", n)
	}
	if n := count(addr("198.51.7.7"), bye, 1000); n != 1000 {
		t.Errorf("%d of 1000 other messages of a newcomer", n)
	}
	flood := 0
	for i := range 5000 {
		flood += count(netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}), invite, 1)
	}
	if flood > 50 {
		t.Errorf("%d INVITEs of a flood", flood)
	}
	if n := count(addr("198.51.100.1"), invite, 100); n != 100 {
		t.Errorf("%d of 100 INVITEs of the trunk's own address", n)
	}
	g.prove(addr("198.51.7.7"))
	if n := count(addr("198.51.7.7"), invite, 100); n != 100 {
		t.Errorf("%d of 100 INVITEs of one that has proven itself", n)
	}
	stop := g.speakTo(addr("203.0.113.1"))
	if !g.message(addr("203.0.113.1"), bye) {
		t.Error("one that we speak to is not heard")
	}
	stop()
	stop()
	if g.known(addr("203.0.113.1")) {
		t.Error("one that we spoke to is known for ever")
	}
	for i := range 3 * metersMax {
		g.message(netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}), bye)
	}
	if len(g.meters) > metersMax {
		t.Errorf("%d meters", len(g.meters))
	}
	if r, _ := g.rule(addr("198.51.100.1")); r.trunk != "one" {
		t.Errorf("the narrower range does not win: %+v", r)
	}
}

func TestSplitting(t *testing.T) {
	t.Parallel()
	if got := splitList(`"a,b" <sip:x,y>, "c\",d" <z>`, ','); !slices.Equal(got, []string{`"a,b" <sip:x,y>`, ` "c\",d" <z>`}) {
		t.Errorf("%q", got)
	}
}
