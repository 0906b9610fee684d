package signal

import (
	"context"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Session timers (RFC 4028): a call whose refreshes stop coming is over, even when no BYE ever says so.
const (
	sessionDefault = 30 * time.Minute
	sessionLeast   = 90 * time.Second // RFC 4028 section 5: less is refused with 422
)

// statusTooBrief is RFC 4028's 422, which has another meaning in HTTP.
const statusTooBrief = 422

// sessionTimer is what the two sides agreed.
type sessionTimer struct {
	interval  time.Duration // 0: none
	weRefresh bool
	update    bool // the other side takes UPDATE, else it is re-INVITE
	t         *time.Timer
}

func (t *sessionTimer) stop() {
	if t.t != nil {
		t.t.Stop()
	}
}

// tooBrief refuses an interval below the least (RFC 4028 section 9).
func (s *Stack) tooBrief(req *sip.Request) (int, string, []sip.Header) {
	v := text(req, "Session-Expires")
	if v == "" {
		return 0, "", nil
	}
	n, _, ok := seconds(v)
	if !ok {
		return 400, "Bad Session-Expires", nil
	}
	if time.Duration(n)*time.Second < s.wait.least {
		return 422, "Session Interval Too Small", []sip.Header{header("Min-SE", itoa(int(s.wait.least/time.Second)))}
	}
	return 0, "", nil
}

// agreeTimerLocked settles the timer for a request of theirs, INVITE or UPDATE, and gives the headers of our 2xx.
func (c *Call) agreeTimerLocked(req *sip.Request) []sip.Header {
	can := says(req, "Supported", "timer") || says(req, "Require", "timer")
	n, params, ok := seconds(text(req, "Session-Expires"))
	t := &c.timer
	t.stop()
	t.update = says(req, "Allow", "UPDATE")
	switch {
	case ok:
		t.interval = time.Duration(n) * time.Second
		t.weRefresh = true
		for _, p := range params {
			if p.name == "refresher" && can {
				t.weRefresh = lower(p.value) != "uac"
			}
		}
	case can && c.trunk != nil && c.trunk.SessionTimers:
		t.interval, t.weRefresh = sessionDefault, true
	case t.interval > 0: // a re-INVITE that does not speak of it ends it (RFC 4028 section 7.4)
		t.interval = 0
		return nil
	default:
		return nil
	}
	out := []sip.Header{header("Session-Expires", t.value(t.weRefresh, "uas", "uac"))}
	if can {
		out = append(out, header("Require", "timer"))
	}
	return out
}

func (t *sessionTimer) value(first bool, yes, no string) string {
	who := no
	if first {
		who = yes
	}
	return itoa(int(t.interval/time.Second)) + ";refresher=" + who
}

// takeTimerLocked settles the timer from a 2xx to a request of ours.
func (c *Call) takeTimerLocked(res *sip.Response) {
	t := &c.timer
	t.stop()
	if allow := values(res, "Allow"); len(allow) > 0 {
		t.update = says(res, "Allow", "UPDATE")
	}
	n, params, ok := seconds(text(res, "Session-Expires"))
	if !ok || n == 0 {
		t.interval = 0
		return
	}
	t.interval, t.weRefresh = max(time.Duration(n)*time.Second, time.Second), true
	for _, p := range params {
		if p.name == "refresher" {
			t.weRefresh = lower(p.value) != "uas"
		}
	}
}

// startTimerLocked begins an interval: half of it until we refresh, or all of it, less a margin, until we give the call up.
func (c *Call) startTimerLocked() {
	t := &c.timer
	t.stop()
	switch {
	case t.interval == 0 || c.state != talking:
	case t.weRefresh:
		t.t = time.AfterFunc(t.interval/2, func() { c.s.guard("session timer", func() { c.refreshSession(t.interval / 2) }) })
	default:
		t.t = time.AfterFunc(t.interval-min(32*time.Second, t.interval/3), func() { c.hangup(Ending{Kind: TimerExpired}) })
	}
}

// refreshSession says that the call lives: by UPDATE if the other side takes it, else by a re-INVITE with what was agreed. It tries again until left has
// passed; a call that cannot be refreshed, or whose other side knows it no more, is ended.
func (c *Call) refreshSession(left time.Duration) {
	began := time.Now()
	for {
		ctx, cancel := context.WithTimeout(c.s.ctx, 32*c.s.wait.t1)
		code := c.refreshOnce(ctx)
		cancel()
		switch {
		case c.isOver() || c.s.ctx.Err() != nil:
			return
		case code >= 200 && code < 300:
			c.mu.Lock()
			c.startTimerLocked()
			c.mu.Unlock()
			return
		case code == 408 || code == 481 || time.Since(began) >= left/2:
			c.hangup(Ending{Kind: TimerExpired, Code: code})
			return
		}
		if !pause(c.s.ctx, min(left/8, 10*time.Second)) {
			return
		}
	}
}

func (c *Call) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == over
}

func (c *Call) refreshOnce(ctx context.Context) int {
	c.mu.Lock()
	update := c.timer.update
	c.mu.Unlock()
	if !update {
		code, _ := c.reoffer(ctx, nil)
		return code
	}
	res, err := c.send(ctx, sip.UPDATE, func(req *sip.Request) {
		req.AppendHeader(header("Session-Expires", c.timer.value(true, "uac", "uas")))
		req.AppendHeader(header("Supported", "timer"))
	})
	switch {
	case err != nil:
		return 408
	case res.StatusCode >= 200 && res.StatusCode < 300:
		c.mu.Lock()
		c.takeTimerLocked(res)
		c.d.refresh(c.s, res.Contact())
		c.mu.Unlock()
	case res.StatusCode == statusTooBrief:
		c.raiseTimer(res)
	}
	return res.StatusCode
}

// raiseTimer takes the other side's least interval after a 422.
func (c *Call) raiseTimer(res *sip.Response) {
	if n, _, ok := seconds(strings.TrimSpace(text(res, "Min-SE"))); ok {
		c.mu.Lock()
		c.timer.interval = max(c.timer.interval, time.Duration(n)*time.Second)
		c.mu.Unlock()
	}
}

// send makes one request in the dialog that is not an INVITE, answering one challenge. make adds to it; it holds the call's lock.
func (c *Call) send(ctx context.Context, method sip.RequestMethod, make func(*sip.Request)) (*sip.Response, error) {
	var last *sip.Response
	for range 3 {
		c.mu.Lock()
		req := c.d.request(c.s, method)
		make(req)
		user, secret := c.identity()
		if last != nil && !c.d.authorize(req, last, user, secret) {
			c.mu.Unlock()
			return last, nil
		}
		p := c.d.peer
		c.mu.Unlock()
		res, err := c.s.do(ctx, p, req)
		if err != nil || !asksWho(res) {
			return res, err
		}
		last = res
	}
	return last, nil
}

// identity is who we are when the other side asks.
func (c *Call) identity() (user, secret string) {
	if c.trunk == nil {
		return "", ""
	}
	return c.trunk.User, c.trunk.Secret
}
