package signal

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func TestACallComesInIsAnsweredAndHungUp(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	if c.From() != "+4700000100" || c.FromName() != "Kari" || c.To() != "+4700000200" || c.Trunk() != "carrier" {
		t.Errorf("from %q %q to %q trunk %q", c.From(), c.FromName(), c.To(), c.Trunk())
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
	if n := x.Calls(); n != 0 {
		p.do("OPTIONS", "")
		t.Errorf("%d calls are left", n)
	}
	for _, word := range []string{"4700000100", "4700000200", "Kari", "v=0"} {
		if strings.Contains(x.log.String(), word) {
			t.Errorf("the log tells %q:\n%s", word, x.log)
		}
	}
}

func TestWeHangUp(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	c.Hangup()
	p.reply(p.arrives("BYE"), 200, "OK", "")
	x.ends(c, WeHungUp)
}

func TestRingingProgressAndRejection(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	branch := p.invite()
	c := x.next()
	if err := c.Ring(); err != nil {
		t.Fatal(err)
	}
	p.response(180, "INVITE")
	if err := c.Progress(); err != nil {
		t.Fatal(err)
	}
	if r := p.response(183, "INVITE"); !strings.Contains(string(r.body), "m=audio") {
		t.Errorf("183 without sound: %q", r.body)
	}
	if err := c.Reject(486); err != nil {
		t.Fatal(err)
	}
	r := p.response(486, "INVITE")
	if !strings.Contains(r.get("To"), p.peer) {
		t.Errorf("486 has another tag than 180: %q", r.get("To"))
	}
	p.send(p.request("ACK", branch, p.seq, ""))
	x.ends(c, Rejected)
	if err := c.Answer(context.Background()); err == nil {
		t.Error("a rejected call was answered")
	}
}

// S3: whoever comes first, CANCEL or answer, the call has one ending and no side is left with half a call.
func TestCancel(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	branch := p.invite()
	c := x.next()
	_ = c.Ring()
	p.response(180, "INVITE")
	p.peer = ""
	p.send(p.request("CANCEL", branch, p.seq, ""))
	p.response(200, "CANCEL")
	p.response(487, "INVITE")
	p.send(p.request("ACK", branch, p.seq, ""))
	x.ends(c, Cancelled)
	if err := c.Answer(context.Background()); err == nil {
		t.Error("a cancelled call was answered")
	}
	p.silence(6*testT1, "after CANCEL", func(r *reading) bool {
		return strings.HasPrefix(r.start, "SIP/2.0 2") && strings.HasSuffix(r.get("CSeq"), "INVITE")
	})
}

func TestCancelCrossesTheAnswer(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	won := map[EndKind]int{}
	for range 40 {
		p := newPhone(t, x.Addrs().UDP)
		branch := p.invite()
		c := x.next()
		done := make(chan error, 1)
		go func() { done <- c.Answer(context.Background()) }()
		p.send(p.request("CANCEL", branch, p.seq, ""))
		p.response(200, "CANCEL")
		r := p.await("a final answer", func(r *reading) bool {
			return strings.HasSuffix(r.get("CSeq"), "INVITE") && !strings.HasPrefix(r.start, "SIP/2.0 1")
		})
		if strings.HasPrefix(r.start, "SIP/2.0 487") {
			p.send(p.request("ACK", branch, p.seq, ""))
			x.ends(c, Cancelled)
			if err := <-done; err == nil {
				t.Fatal("answered and cancelled")
			}
		} else {
			a, _ := parseAddress(r.get("To"))
			p.peer, _ = a.get("tag")
			p.ack("")
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			p.do("BYE", "")
			p.response(200, "BYE")
			x.ends(c, CallerHungUp)
		}
		won[c.Ending().Kind]++
	}
	t.Log(won)
}

// A CANCEL that overtakes what the INVITE begins ends the call before anybody is told of it; it is told of all the same, since it was a call.
func TestCancelledBeforeItIsTold(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.seq++
	branch := newTag()
	parsed := func(method, body string) *sip.Request {
		m, err := sip.ParseMessage([]byte(p.request(method, branch, p.seq, body)))
		if err != nil {
			t.Fatal(err)
		}
		req := m.(*sip.Request)
		req.SetSource(p.local())
		req.SetTransport("UDP")
		return req
	}
	invite := parsed("INVITE", usualSDP)
	tx := sip.NewServerTx(branch, invite, &sip.UDPConnection{PacketConn: p.c, Listener: true}, x.Stack.log)
	if err := tx.Init(); err != nil {
		t.Fatal(err)
	}
	if err := tx.Receive(parsed("CANCEL", "")); err != nil {
		t.Fatal(err)
	}
	x.receive(invite, tx)
	c := x.next()
	x.ends(c, Cancelled)
	if err := c.Answer(context.Background()); err == nil {
		t.Error("answered although it was cancelled")
	}
}

// A trunk's call that is refused for want of room is told of too.
func TestTurnedAwayIsTold(t *testing.T) {
	t.Parallel()
	told := make(chan string, 4)
	x := newExchange(t, func(o *Options) {
		o.Trunks[0].MaxCalls = 1
		o.Turned = func(trunk string, code int) { told <- trunk + " " + strconv.Itoa(code) }
	})
	x.connected()
	q := newPhone(t, x.Addrs().UDP)
	q.invite()
	q.response(503, "INVITE")
	select {
	case got := <-told:
		if got != "carrier 503" {
			t.Errorf("told of %q", got)
		}
	case <-time.After(patience):
		t.Fatal("nobody was told")
	}
}

// S5: the 200 is repeated; when no ACK ever comes, BYE is said.
func TestNoACK(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.invite()
	c := x.next()
	done := make(chan error, 1)
	go func() { done <- c.Answer(context.Background()) }()
	for range 4 {
		p.response(200, "INVITE")
	}
	p.reply(p.arrives("BYE"), 200, "OK", "")
	if err := <-done; err == nil {
		t.Error("answered without an ACK")
	}
	x.ends(c, NoACK)
	if sent := c.Leg().Stats().Sent; sent != 0 {
		t.Errorf("%d packets of sound went to somebody who never confirmed", sent)
	}
}

func TestAnAnswerIsRepeatedUntilALateACK(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.invite()
	c := x.next()
	done := make(chan error, 1)
	go func() { done <- c.Answer(context.Background()) }()
	p.response(200, "INVITE")
	p.response(200, "INVITE")
	p.ack("")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	p.ack("") // and once more, which changes nothing
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// The caller hangs up before its ACK was seen, or we do: the BYE waits for the ACK (RFC 3261 section 15).
func TestHangupBeforeTheACK(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.invite()
	c := x.next()
	go func() { _ = c.Answer(context.Background()) }()
	p.response(200, "INVITE")
	c.Hangup()
	x.ends(c, WeHungUp)
	p.silence(2*testT1, "before the ACK", func(r *reading) bool { return r.method == "BYE" && r.request })
	p.ack("")
	p.reply(p.arrives("BYE"), 200, "OK", "")
}

func TestAnotherCallIsNotFoundAndOldNumbersAreRefused(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	p.send(p.request("INFO", newTag(), p.seq, ""))
	p.response(500, "INFO") // the number of the INVITE: out of order
	tag := p.peer
	p.peer = "nobody"
	p.do("BYE", "")
	p.response(481, "BYE")
	p.peer = tag
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// The same INVITE by two ways is one call (RFC 3261 section 8.2.2.2); a repeated one is answered again, not told of again.
func TestMergedAndRepeatedRequests(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	branch := p.invite()
	c := x.next()
	p.send(p.request("INVITE", branch, p.seq, usualSDP))
	p.send(p.request("INVITE", "other"+branch, p.seq, usualSDP))
	p.response(482, "INVITE")
	_ = c.Reject(480)
	p.response(480, "INVITE")
	x.ends(c, Rejected)
	select {
	case <-x.calls:
		t.Error("the call was told of twice")
	default:
	}
}

func TestDrainRefusesNewCallsOnly(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	x.Drain()
	q := newPhone(t, x.Addrs().UDP)
	q.invite()
	if r := q.response(503, "INVITE"); r.get("Retry-After") == "" {
		t.Error("503 does not say when to come back")
	}
	q.do("OPTIONS", "")
	q.response(503, "OPTIONS")
	ctx, cancel := context.WithTimeout(context.Background(), 2*testT1)
	defer cancel()
	if err := x.Wait(ctx); err == nil {
		t.Error("the call has not ended, Wait says so")
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
	ctx, cancel = context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := x.Wait(ctx); err != nil {
		t.Error(err)
	}
}

// A call without sound and without BYE is held for lost, but not on hold.
func TestALostBYE(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Limits.MediaSilence = 300 * time.Millisecond })
	p, c := x.connected()
	q, held := x.connected()
	q.do("INVITE", strings.Replace(usualSDP, "sendrecv", "inactive", 1))
	q.response(200, "INVITE")
	q.ack("")
	bye := p.arrives("BYE")
	p.reply(bye, 200, "OK", "")
	x.ends(c, MediaLost)
	select {
	case <-held.Done():
		t.Errorf("the call on hold ended: %s", held.Ending())
	case <-time.After(500 * time.Millisecond):
	}
}

func TestMaxCallsOfATrunk(t *testing.T) {
	t.Parallel()
	x := newExchange(t, func(o *Options) { o.Trunks[0].MaxCalls = 1 })
	p, c := x.connected()
	q := newPhone(t, x.Addrs().UDP)
	q.invite()
	q.response(503, "INVITE")
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = x.Wait(ctx)
	x.connected()
}
