package signal

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

func sdpWith(direction, connection string) string {
	s := strings.Replace(usualSDP, "a=sendrecv", "a="+direction, 1)
	return strings.Replace(s, "c=IN IP4 127.0.0.1", "c=IN IP4 "+connection, 1)
}

func bodyHas(t *testing.T, r *reading, want string) {
	t.Helper()
	if !strings.Contains(string(r.body), want) {
		t.Errorf("want %q in\n%s", want, r.body)
	}
}

func version(t *testing.T, r *reading) uint64 {
	t.Helper()
	d, err := parseSDP(r.body)
	if err != nil {
		t.Fatal(err)
	}
	return d.version
}

// S8: every way of holding that is met in the wild.
func TestTheOtherSideHolds(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	held := make(chan bool, 10)
	c.OnHold(func(h bool) { held <- h })
	last := uint64(0)
	for _, step := range []struct {
		sdp, want string
		held      bool
	}{
		{sdpWith("sendonly", "127.0.0.1"), "a=recvonly", true},
		{sdpWith("sendrecv", "127.0.0.1"), "a=sendrecv", false},
		{sdpWith("inactive", "127.0.0.1"), "a=inactive", true},
		{sdpWith("sendrecv", "127.0.0.1"), "a=sendrecv", false},
		{sdpWith("sendrecv", "0.0.0.0"), "a=recvonly", true},
		{sdpWith("sendrecv", "127.0.0.1"), "a=sendrecv", false},
	} {
		p.do("INVITE", step.sdp)
		r := p.response(200, "INVITE")
		p.ack("")
		bodyHas(t, r, step.want)
		if v := version(t, r); v <= last {
			t.Errorf("version %d after %d", v, last)
		} else {
			last = v
		}
		select {
		case h := <-held:
			if h != step.held {
				t.Errorf("told held=%v for %q", h, step.want)
			}
		case <-time.After(patience):
			t.Fatalf("not told of %q", step.want)
		}
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

func TestWeHoldAndResume(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	for _, step := range []struct {
		do        func(context.Context) error
		say, back string
	}{{c.Hold, "a=sendonly", "recvonly"}, {c.Resume, "a=sendrecv", "sendrecv"}} {
		done := make(chan error, 1)
		go func() { done <- step.do(context.Background()) }()
		r := p.arrives("INVITE")
		bodyHas(t, r, step.say)
		p.reply(r, 100, "Trying", "")
		p.reply(r, 200, "OK", sdpWith(step.back, "127.0.0.1"))
		p.arrives("ACK")
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		p.reply(r, 200, "OK", sdpWith(step.back, "127.0.0.1")) // the ACK was lost on the way
		p.arrives("ACK")
	}
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")
	x.ends(c, WeHungUp)
}

// Glare: both sides offer at once. Theirs gets 491 while ours is out; ours is tried again after theirs was 491.
func TestGlare(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	done := make(chan error, 1)
	go func() { done <- c.Hold(context.Background()) }()
	ours := p.arrives("INVITE")
	p.do("INVITE", sdpWith("sendonly", "127.0.0.1"))
	p.response(491, "INVITE")
	p.reply(ours, 491, "Request Pending", "")
	p.arrives("ACK")
	again := p.arrives("INVITE")
	if again.get("CSeq") == ours.get("CSeq") {
		t.Error("the same number again")
	}
	p.reply(again, 200, "OK", sdpWith("recvonly", "127.0.0.1"))
	p.arrives("ACK")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// A refused re-INVITE of either side leaves the call as it was.
func TestARefusedOfferChangesNothing(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	p.do("INVITE", strings.NewReplacer("8 0 96", "18 96").Replace(usualSDP))
	p.response(488, "INVITE")
	p.do("INVITE", "v=0\r\nthis is not one\r\n")
	p.response(400, "INVITE")
	done := make(chan error, 1)
	go func() { done <- c.Hold(context.Background()) }()
	p.reply(p.arrives("INVITE"), 488, "Not Acceptable Here", "")
	var f *Failure
	if err := <-done; !errors.As(err, &f) || f.Code != 488 {
		t.Errorf("hold: %v", err)
	}
	p.do("INVITE", usualSDP)
	bodyHas(t, p.response(200, "INVITE"), "a=sendrecv")
	p.ack("")
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// S8: an INVITE without an offer gets ours in the 200; the answer comes in the ACK.
func TestOfferless(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.sdp = "none"
	p.invite()
	c := x.next()
	if err := c.Progress(); centre.KindOf(err) != centre.Conflict {
		t.Errorf("sound before the answer without an offer: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Answer(context.Background()) }()
	r := p.response(200, "INVITE")
	bodyHas(t, r, "PCMA/8000")
	p.ack(usualSDP)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	p.do("INVITE", "") // and the same within the call
	bodyHas(t, p.response(200, "INVITE"), "PCMA/8000")
	p.ack(usualSDP)
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

func TestOfferlessWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.sdp = "none"
	p.invite()
	c := x.next()
	go func() { _ = c.Answer(context.Background()) }()
	p.response(200, "INVITE")
	p.ack("")
	p.reply(p.arrives("BYE"), 200, "OK", "")
	x.ends(c, Failed)
}

// S7: the BYE goes where the last Contact says, after a re-INVITE and after an UPDATE.
func TestTheTargetMoves(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"INVITE", "UPDATE"} {
		x := newExchange(t, nil)
		p, c := x.connected()
		q := newPhone(t, x.Addrs().UDP)
		body := usualSDP
		if method == "UPDATE" {
			body = ""
		}
		p.seq++
		p.invited = p.seq
		moved := strings.Replace(p.request(method, newTag(), p.seq, body), "<sip:kari@"+p.local(), "<sip:moved@"+q.local(), 1)
		p.send(moved)
		p.response(200, method)
		if method == "INVITE" {
			p.ack("")
			again := make(chan struct{})
			go func() { p.silence(2*testT1, "", func(*reading) bool { return false }); close(again) }()
			<-again
		}
		c.Hangup()
		bye := q.arrives("BYE")
		if !strings.HasPrefix(bye.start, "BYE sip:moved@"+q.local()) {
			t.Errorf("%s: %q", method, bye.start)
		}
		q.reply(bye, 200, "OK", "")
		x.ends(c, WeHungUp)
	}
}

// A call through proxies: our requests carry their Record-Route as Route and go to the first.
func TestTheRouteIsFollowed(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	q := newPhone(t, x.Addrs().UDP)
	p, c := x.connected("Record-Route: <sip:"+q.local()+";lr>", "Record-Route: <sip:192.0.2.7;lr>")
	c.Hangup()
	bye := q.arrives("BYE")
	var routes []string
	for _, h := range bye.headers {
		if h.name == "Route" {
			routes = append(routes, h.value)
		}
	}
	if !strings.HasPrefix(bye.start, "BYE sip:kari@"+p.local()) || len(routes) != 2 || !strings.Contains(routes[0], q.local()) {
		t.Errorf("%q routes %q", bye.start, routes)
	}
	q.reply(bye, 200, "OK", "")
	x.ends(c, WeHungUp)
}

func TestUpdateWithAnOffer(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	p.do("UPDATE", sdpWith("sendonly", "127.0.0.1"))
	bodyHas(t, p.response(200, "UPDATE"), "a=recvonly")
	p.do("UPDATE", strings.Replace(usualSDP, "8 0 96", "18", 1))
	p.response(488, "UPDATE")
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// 100rel as the trunk demands it: the 183 is repeated until PRACK, the 200 waits for it.
func TestReliableProvisional(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.invite("Require: 100rel")
	c := x.next()
	if err := c.Progress(); err != nil {
		t.Fatal(err)
	}
	first := p.response(183, "INVITE")
	second := p.response(183, "INVITE")
	if first.get("RSeq") == "" || first.get("RSeq") != second.get("RSeq") {
		t.Errorf("RSeq %q then %q", first.get("RSeq"), second.get("RSeq"))
	}
	done := make(chan error, 1)
	go func() { done <- c.Answer(context.Background()) }()
	p.silence(2*testT1, "before PRACK", func(r *reading) bool { return strings.HasPrefix(r.start, "SIP/2.0 200") })
	inviteSeq := p.seq
	p.do("PRACK", "", "RAck: "+first.get("RSeq")+" 99 INVITE")
	p.response(481, "PRACK")
	p.do("PRACK", "", "RAck: "+first.get("RSeq")+" "+itoa(inviteSeq)+" INVITE")
	p.response(200, "PRACK")
	p.response(200, "INVITE")
	p.send(p.request("ACK", newTag(), inviteSeq, ""))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

func TestReliableProvisionalWithOurOffer(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.sdp = "none"
	p.invite("Supported: 100rel", "Require: 100rel")
	c := x.next()
	if err := c.Progress(); err != nil {
		t.Fatal(err)
	}
	r := p.response(183, "INVITE")
	bodyHas(t, r, "PCMA")
	seq := p.seq
	p.do("PRACK", usualSDP, "RAck: "+r.get("RSeq")+" "+itoa(seq)+" INVITE")
	p.response(200, "PRACK")
	done := make(chan error, 1)
	go func() { done <- c.Answer(context.Background()) }()
	if r := p.response(200, "INVITE"); len(r.body) != 0 {
		t.Errorf("an offer although there is an answer: %q", r.body)
	}
	p.send(p.request("ACK", newTag(), seq, ""))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")
}

func TestNoPRACK(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.invite("Require: 100rel")
	c := x.next()
	_ = c.Ring()
	p.response(180, "INVITE")
	p.response(504, "INVITE")
	x.ends(c, Failed)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	p.send(strings.Replace(p.request("INFO", newTag(), 2, "Signal=5\r\nDuration=160\r\n"), "application/sdp", "application/dtmf-relay", 1))
	p.response(200, "INFO")
	keys := make(chan rune, 10)
	c.OnDigit(func(r rune) { keys <- r })
	p.send(strings.Replace(p.request("INFO", newTag(), 3, "11"), "application/sdp", "application/dtmf", 1))
	p.response(200, "INFO")
	p.send(strings.Replace(p.request("INFO", newTag(), 4, "zz"), "application/sdp", "application/dtmf", 1))
	p.response(400, "INFO")
	p.send(strings.Replace(p.request("INFO", newTag(), 5, "zz"), "application/sdp", "text/plain", 1))
	p.response(415, "INFO")
	p.seq = 5
	for _, want := range "5#" {
		select {
		case got := <-keys:
			if got != want {
				t.Errorf("key %q, want %q", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("key %q did not come", want)
		}
	}
	c.digit('7', byRTP)
	c.digit('7', byINFO)
	c.digit('8', byINFO)
	for _, want := range "78" {
		if got := <-keys; got != want {
			t.Errorf("key %q, want %q", got, want)
		}
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// RFC 4028, we refresh: by UPDATE where the caller takes it, else by re-INVITE; a call that the other side knows no more is over.
func TestSessionTimerThatWeRefresh(t *testing.T) {
	t.Parallel()
	for _, allow := range []string{"INVITE, ACK, BYE, UPDATE", "INVITE, ACK, BYE"} {
		x := newExchange(t, nil)
		p, c := x.connected("Supported: timer", "Session-Expires: 1;refresher=uas", "Allow: "+allow)
		method := "INVITE"
		if strings.Contains(allow, "UPDATE") {
			method = "UPDATE"
		}
		for range 2 {
			r := p.arrives(method)
			if got := r.get("Session-Expires"); got != "1;refresher=uac" {
				t.Errorf("Session-Expires %q", got)
			}
			body := ""
			if method == "INVITE" {
				body = usualSDP
			}
			p.reply(r, 200, "OK", body, "Session-Expires: 1;refresher=uac", "Require: timer")
			if method == "INVITE" {
				p.arrives("ACK")
			}
		}
		p.reply(p.arrives(method), 481, "Gone", "")
		if method == "UPDATE" {
			p.reply(p.arrives("BYE"), 200, "OK", "")
			x.ends(c, TimerExpired)
		} else {
			<-c.Done()
		}
	}
}

func TestSessionTimerThatTheyForget(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected("Supported: timer", "Session-Expires: 2;refresher=uac")
	bye := p.arrives("BYE")
	if !strings.Contains(bye.get("Reason"), "timer_expired") {
		t.Errorf("Reason %q", bye.get("Reason"))
	}
	p.reply(bye, 200, "OK", "")
	x.ends(c, TimerExpired)
}

func TestSessionTimerThatIsTooShort(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.invite("Supported: timer", "Session-Expires: 0")
	if r := p.response(422, "INVITE"); r.get("Min-SE") != "1" {
		t.Errorf("Min-SE %q", r.get("Min-SE"))
	}
}

func TestSRTPIsNegotiated(t *testing.T) {
	t.Parallel()
	key := "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk\r\n"
	savp := strings.Replace(usualSDP, "RTP/AVP", "RTP/SAVP", 1) + key
	for _, row := range []struct{ mode, sdp, want string }{
		{SRTPOff, savp, "488"},
		{SRTPOff, usualSDP + key, "m=audio"},
		{SRTPOptional, savp, "a=crypto:3 AES_CM_128_HMAC_SHA1_80"},
		{SRTPOptional, usualSDP + key, "a=crypto:3 AES_CM_128_HMAC_SHA1_80"},
		{SRTPOptional, usualSDP, "RTP/AVP"},
		{SRTPOptional, strings.Replace(usualSDP, "RTP/AVP", "RTP/SAVP", 1), "488"},
		{SRTPRequired, usualSDP, "488"},
		{SRTPRequired, savp, "RTP/SAVP"},
	} {
		x := newExchange(t, func(o *Options) { o.Trunks[0].SRTP = row.mode })
		p := newPhone(t, x.Addrs().UDP)
		p.sdp = row.sdp
		p.invite()
		if row.want == "488" {
			p.response(488, "INVITE")
			continue
		}
		c := x.next()
		go func() { _ = c.Answer(context.Background()) }()
		r := p.response(200, "INVITE")
		p.ack("")
		bodyHas(t, r, row.want)
		if has := strings.Contains(string(r.body), "a=crypto"); has != strings.Contains(row.want, "crypto") && row.want != "RTP/SAVP" {
			t.Errorf("%s: crypto %v in\n%s", row.mode, has, r.body)
		}
		p.do("BYE", "")
		p.response(200, "BYE")
	}
}

func TestCodecsAreTheTrunksChoice(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Trunks[0].Codecs = []media.Codec{media.PCMU} })
	p := newPhone(t, x.Addrs().UDP)
	p.invite()
	c := x.next()
	go func() { _ = c.Answer(context.Background()) }()
	r := p.response(200, "INVITE")
	p.ack("")
	bodyHas(t, r, "m=audio")
	bodyHas(t, r, "RTP/AVP 0 96\r\n")
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}
