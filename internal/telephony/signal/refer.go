package signal

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ReferTo is where the other party wants to be connected (RFC 3515): a number, or the other end of a call that we have with somebody else.
type ReferTo struct {
	Number   string
	Replaces *Call // the call whose place is to be taken; nil for a plain transfer
}

// referred takes a REFER in a call: accepted, tried, and told about with NOTIFY. What may be dialled is decided by whoever set OnRefer.
func (c *Call) referred(req *sip.Request, tx *sip.ServerTx) {
	c.mu.Lock()
	handle, st := c.onRefer, c.state
	c.mu.Unlock()
	to, ok := c.s.referTarget(req)
	switch {
	case !ok:
		_ = respond(req, tx, 400, "One Refer-To Is Needed")
		return
	case handle == nil || st != talking:
		_ = respond(req, tx, 603, "Decline")
		return
	}
	c.mu.Lock()
	contact := c.contactLocked()
	c.mu.Unlock()
	quiet := lower(text(req, "Refer-Sub")) == "false"
	res := response(req, 202, "Accepted", contact)
	if quiet {
		res.AppendHeader(header("Refer-Sub", "false")) // RFC 4488
	}
	_ = tx.Respond(res)
	seq := req.CSeq().SeqNo
	c.s.guard("refer", func() {
		if !quiet {
			c.tell(seq, "active;expires=60", "100 Trying")
		}
		result := "200 OK"
		if err := handle(to); err != nil {
			result = "503 Service Unavailable"
			if f, ok := err.(*Failure); ok { //nolint:errorlint // a wrapped one is a fault of the product's, not an answer
				result = fmt.Sprintf("%d %s", f.Code, clip(printable(f.Reason)))
			}
		}
		if !quiet {
			c.tell(seq, "terminated;reason=noresource", result)
		}
	})
}

// tell sends NOTIFY about a REFER (RFC 3515 section 2.4.4).
func (c *Call) tell(seq uint32, state, line string) {
	ctx, cancel := context.WithTimeout(c.s.ctx, 64*c.s.wait.t1)
	defer cancel()
	_, _ = c.send(ctx, sip.NOTIFY, func(req *sip.Request) {
		req.AppendHeader(header("Event", "refer;id="+strconv.Itoa(int(seq))))
		req.AppendHeader(header("Subscription-State", state))
		req.AppendHeader(header("Content-Type", "message/sipfrag;version=2.0"))
		req.SetBody([]byte("SIP/2.0 " + line + "\r\n"))
	})
}

// referTarget reads Refer-To: a number, and the call that an embedded Replaces names.
func (s *Stack) referTarget(req *sip.Request) (ReferTo, bool) {
	list := req.GetHeaders("Refer-To")
	if len(list) != 1 {
		return ReferTo{}, false
	}
	a, ok := parseAddress(list[0].Value())
	if !ok {
		return ReferTo{}, false
	}
	uri, query, _ := strings.Cut(a.uri, "?")
	to := ReferTo{Number: number(uri)}
	for field := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(field, "=")
		if !strings.EqualFold(name, "Replaces") {
			continue
		}
		plain, err := url.PathUnescape(value)
		r, good := parseReplaces(plain)
		if err != nil || !good {
			return ReferTo{}, false
		}
		// The tags are seen from the one who will get the INVITE: if that is us, ours is to-tag.
		to.Replaces = s.find(r.callID, r.ourTag, r.theirTag)
		if to.Replaces == nil {
			to.Replaces = s.find(r.callID, r.theirTag, r.ourTag)
		}
	}
	return to, to.Number != "" || to.Replaces != nil
}

// notice is what a NOTIFY said of our REFER.
type notice struct {
	code   int
	reason string
	last   bool
}

// notifiedBy takes the other side's news of our REFER.
func (c *Call) notifiedBy(req *sip.Request, tx *sip.ServerTx) {
	event, _, _ := strings.Cut(text(req, "Event"), ";")
	if lower(strings.TrimSpace(event)) != "refer" {
		_ = respond(req, tx, 489, "Bad Event", header("Allow-Events", "refer"))
		return
	}
	_ = respond(req, tx, 200, "OK")
	line, _, _ := strings.Cut(string(req.Body()), "\r\n")
	f := strings.SplitN(strings.TrimSpace(line), " ", 3)
	if len(f) < 2 || f[0] != "SIP/2.0" {
		return
	}
	code, ok := decimal(f[1], 699)
	if !ok {
		return
	}
	n := notice{code: code, last: code >= 200 || strings.HasPrefix(lower(text(req, "Subscription-State")), "terminated")}
	if len(f) == 3 {
		n.reason = clip(printable(f[2]))
	}
	select {
	case c.notified <- n:
	default:
	}
}

// Refer asks the other party to call target itself (a number, or a SIP URI), and returns when it says that it got through: then the call here ends with
// Transferred. Few trunks follow it (S13): it is an option beside a new call of ours. Errors are *Failure; the call here goes on.
func (c *Call) Refer(ctx context.Context, target string) error { return c.refer(ctx, target, "") }

// ReferInto asks the other party to take the place that we have in another call: an attended transfer (RFC 5589 section 7.3).
func (c *Call) ReferInto(ctx context.Context, other *Call) error {
	other.mu.Lock()
	target := other.d.target
	target.UriParams, target.Headers = nil, nil
	replaces := other.d.callID + ";to-tag=" + other.d.remoteTag + ";from-tag=" + other.d.localTag
	other.mu.Unlock()
	return c.refer(ctx, target.String(), replaces)
}

func (c *Call) refer(ctx context.Context, target, replaces string) error {
	c.mu.Lock()
	if c.state != talking {
		c.mu.Unlock()
		return conflict("the call is not a conversation")
	}
	if scheme, _, ok := strings.Cut(target, ":"); !ok || !schemeName(scheme) {
		u := c.d.remote
		u.User, u.UriParams, u.Headers = escapeUser(target), nil, nil
		target = u.String()
	}
	if replaces != "" {
		target += "?Replaces=" + url.QueryEscape(replaces)
	}
	us := c.d.local
	for len(c.notified) > 0 {
		<-c.notified
	}
	c.mu.Unlock()
	res, err := c.send(ctx, sip.REFER, func(req *sip.Request) {
		req.AppendHeader(header("Refer-To", "<"+target+">"))
		req.AppendHeader(header("Referred-By", "<"+us.String()+">"))
	})
	if err != nil {
		return &Failure{Code: 408, Reason: "no answer to REFER", Trunk: c.Trunk()}
	}
	if res.StatusCode >= 300 {
		return &Failure{Code: res.StatusCode, Reason: clip(printable(res.Reason)), Trunk: c.Trunk()}
	}
	return c.awaitTransfer(ctx)
}

// awaitTransfer follows the news until they end. A party that simply hangs up after 202 has gone where it was sent.
func (c *Call) awaitTransfer(ctx context.Context) error {
	patience := time.NewTimer(64 * c.s.wait.t1)
	defer patience.Stop()
	for {
		select {
		case n := <-c.notified:
			switch {
			case n.code >= 200 && n.code < 300:
				c.hangup(Ending{Kind: Transferred})
				return nil
			case n.last:
				return &Failure{Code: max(n.code, 300), Reason: n.reason, Trunk: c.Trunk()}
			}
		case <-c.done:
			if c.Ending().Kind == CallerHungUp {
				return nil
			}
			return conflict("the call ended: " + c.Ending().String())
		case <-patience.C:
			return &Failure{Code: 408, Reason: "no news of the transfer", Trunk: c.Trunk()}
		case <-ctx.Done():
			return &Failure{Code: 487, Reason: "given up", Trunk: c.Trunk()}
		}
	}
}

// escapeUser writes a number as the user part of a URI.
func escapeUser(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; alphanumeric(c) || strings.IndexByte("-_.!~*'()+&=$,", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
