package signal

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/telephony/media"
)

// inside takes a request that belongs to a dialog: it must name the call by its id and both tags (RFC 3261 section 12.2.2).
func (s *Stack) inside(req *sip.Request, tx *sip.ServerTx, tag string, from netip.AddrPort) {
	theirs, _ := req.From().Params.Get("tag")
	c := s.find(req.CallID().Value(), tag, theirs)
	if c != nil {
		s.gate.prove(from.Addr()) // it knows our tag, so it has heard us
	}
	if req.Method == sip.ACK {
		if c != nil {
			c.acknowledged(req)
		}
		return
	}
	if c == nil {
		_ = respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	if code, reason, more := s.unfit(req); code != 0 {
		_ = respond(req, tx, code, reason, more...)
		return
	}
	c.mu.Lock()
	ordered := req.Method == sip.CANCEL || c.d.inOrder(req)
	c.mu.Unlock()
	if !ordered {
		_ = respond(req, tx, 500, "Out Of Order") // RFC 3261 section 12.2.2
		return
	}
	switch req.Method {
	case sip.INVITE:
		c.reinvited(req, tx)
	case sip.BYE:
		c.bye(req, tx)
	case sip.UPDATE:
		c.updated(req, tx)
	case sip.PRACK:
		c.prack(req, tx)
	case sip.INFO:
		c.info(req, tx)
	case sip.REFER:
		c.referred(req, tx)
	case sip.NOTIFY:
		c.notifiedBy(req, tx)
	case sip.OPTIONS:
		s.asked(req, tx)
	case sip.CANCEL: // of an INVITE that has its final answer
		_ = respond(req, tx, 481, "Call/Transaction Does Not Exist")
	default:
		_ = respond(req, tx, 405, "Method Not Allowed", header("Allow", allowHeader))
	}
}

// acknowledged takes an ACK of a 2xx of ours.
func (c *Call) acknowledged(req *sip.Request) {
	c.mu.Lock()
	inv := c.invite
	c.mu.Unlock()
	if inv == nil || inv.seq != req.CSeq().SeqNo {
		return // one more copy of an ACK that we have
	}
	select {
	case inv.ack <- req:
	default:
	}
}

// bye ends the call from the other side.
func (c *Call) bye(req *sip.Request, tx *sip.ServerTx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = respond(req, tx, 200, "OK")
	if c.state == over {
		return
	}
	kind := CallerHungUp
	if c.state == ringing && !c.outgoing { // a BYE of an early dialog (RFC 3261 section 15)
		c.refuseLocked(c.invite, 487, "Request Terminated")
		kind = Cancelled
	}
	c.endLocked(Ending{Kind: kind, Reason: clip(printable(reasonText(text(req, "Reason"))))})
}

// reasonText is the words of a Reason header (RFC 3326).
func reasonText(v string) string {
	_, rest, _ := strings.Cut(v, ";")
	params, _ := parseParams(";" + rest)
	for _, p := range params {
		if p.name == "text" {
			return strings.Trim(p.value, `"`)
		}
	}
	return ""
}

// reinvited takes a re-INVITE: hold, a new address, a refresh, or a question for our offer.
func (c *Call) reinvited(req *sip.Request, tx *sip.ServerTx) {
	c.awaitSettled()
	c.mu.Lock()
	switch {
	case c.ours: // glare (RFC 3261 section 14.2)
		c.mu.Unlock()
		_ = respond(req, tx, 491, "Request Pending")
		return
	case c.state != talking || c.invite != nil:
		c.mu.Unlock()
		_ = respond(req, tx, 500, "Another INVITE Is Under Way", retryAfter(9*time.Second))
		return
	}
	if code, reason, more := c.s.tooBrief(req); code != 0 {
		c.mu.Unlock()
		_ = respond(req, tx, code, reason, more...)
		return
	}
	body, has := sessionPart(req)
	inv := &transacted{req: req, tx: tx, seq: req.CSeq().SeqNo, offerless: !has, again: true, ack: make(chan *sip.Request, 1), settled: make(chan struct{})}
	res := response(req, 200, "OK", c.contactLocked(), header("Allow", allowHeader), header("Supported", supportedHeader))
	if has {
		answer, code := c.answerLocked(body)
		if code != 0 {
			c.mu.Unlock()
			_ = respond(req, tx, code, reasonOf(code))
			return
		}
		withSDP(res, answer)
	} else {
		withSDP(res, c.talk.offer())
	}
	c.d.refresh(c.s, req.Contact())
	for _, h := range c.agreeTimerLocked(req) {
		res.AppendHeader(h)
	}
	c.startTimerLocked()
	c.invite, c.confirming = inv, true
	c.mu.Unlock()
	c.confirm(inv, res)
}

// awaitSettled gives the ACK of the INVITE before, which may be right behind us in another goroutine, a moment to be seen.
func (c *Call) awaitSettled() {
	c.mu.Lock()
	inv := c.invite
	c.mu.Unlock()
	if inv == nil || inv.settled == nil {
		return
	}
	select {
	case <-inv.settled:
	case <-time.After(c.s.wait.t1):
	}
}

// answerLocked takes an offer within the call; on a failure what was agreed before stands (RFC 3261 section 14.2), and code says what to answer.
func (c *Call) answerLocked(body []byte) (answer []byte, code int) {
	d, err := parseSDP(body)
	if err != nil {
		return nil, 400
	}
	before := *c.talk
	answer, ses, err := c.talk.answer(d)
	if err == nil {
		err = c.applyLocked(ses, false)
	}
	if err != nil {
		version := c.talk.version
		*c.talk = before
		c.talk.version = version
		return nil, 488
	}
	return answer, 0
}

// updated takes UPDATE (RFC 3311): a refresh of the session timer, of the target, or an offer, before the answer as well.
func (c *Call) updated(req *sip.Request, tx *sip.ServerTx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if code, reason, more := c.s.tooBrief(req); code != 0 {
		_ = respond(req, tx, code, reason, more...)
		return
	}
	res := response(req, 200, "OK", c.contactLocked(), header("Allow", allowHeader), header("Supported", supportedHeader))
	if body, ok := sessionPart(req); ok {
		switch {
		case c.ours || c.talk.offered != nil:
			_ = respond(req, tx, 491, "Request Pending")
			return
		case c.state == ringing && !c.sounding || c.state == answered: // their first offer has no answer yet
			_ = respond(req, tx, 500, "Another Offer Is Under Way", retryAfter(9*time.Second))
			return
		}
		answer, code := c.answerLocked(body)
		if code != 0 {
			_ = respond(req, tx, code, reasonOf(code))
			return
		}
		if c.invite != nil {
			c.invite.answer, c.invite.session = answer, c.talk.session
		}
		withSDP(res, answer)
	}
	c.d.refresh(c.s, req.Contact())
	if c.state == talking {
		for _, h := range c.agreeTimerLocked(req) {
			res.AppendHeader(h)
		}
		c.startTimerLocked()
	}
	_ = tx.Respond(res)
}

// info takes keys sent as INFO: application/dtmf-relay (Signal=5) or application/dtmf (5).
func (c *Call) info(req *sip.Request, tx *sip.ServerTx) {
	kind, _, _ := strings.Cut(lower(text(req, "Content-Type")), ";")
	word := ""
	switch strings.TrimSpace(kind) {
	case "":
		if len(req.Body()) == 0 { // a question whether we are there (RFC 6086 section 4.2)
			_ = respond(req, tx, 200, "OK")
			return
		}
	case "application/dtmf-relay":
		for line := range strings.Lines(string(req.Body())) {
			if name, value, ok := strings.Cut(line, "="); ok && strings.EqualFold(strings.TrimSpace(name), "signal") {
				word = strings.TrimSpace(value)
				break
			}
		}
	case "application/dtmf":
		word = strings.TrimSpace(string(req.Body()))
	default:
		_ = respond(req, tx, 415, "Unsupported Media Type", header("Accept", "application/dtmf-relay, application/dtmf"))
		return
	}
	key, ok := keyOf(word)
	if !ok {
		_ = respond(req, tx, 400, "No Key")
		return
	}
	_ = respond(req, tx, 200, "OK")
	c.digit(key, byINFO)
}

// keyOf reads a key, also as the number that RFC 4733 gives it.
func keyOf(word string) (rune, bool) {
	switch word = strings.ToUpper(word); word {
	case "10":
		return '*', true
	case "11":
		return '#', true
	}
	if len(word) == 1 && strings.Contains("0123456789*#ABCD", word) {
		return rune(word[0]), true
	}
	return 0, false
}

// Hold puts the other party on hold: it is sent sound (music) and not heard. Resume takes it back. Both return when the other side has agreed; errors
// are *Failure, or centre.Conflict when the call is not a conversation.
func (c *Call) Hold(ctx context.Context) error { return c.hold(ctx, true) }

// Resume takes the other party back from hold.
func (c *Call) Resume(ctx context.Context) error { return c.hold(ctx, false) }

func (c *Call) hold(ctx context.Context, on bool) error {
	code, err := c.reoffer(ctx, &on)
	if err != nil {
		return err
	}
	if code >= 300 {
		return &Failure{Code: code, Reason: reasonOf(code), Trunk: c.Trunk()}
	}
	return nil
}

const glareTries = 6

// reoffer sends a re-INVITE with our offer, on hold or not (nil: as it is), and gives the final code. Glare is tried again after the wait that RFC 3261
// section 14.1 demands.
func (c *Call) reoffer(ctx context.Context, hold *bool) (int, error) {
	select {
	case c.offering <- struct{}{}:
		defer func() { <-c.offering }()
	case <-ctx.Done():
		return 0, conflict("another offer is under way")
	case <-c.done:
		return 0, conflict("the call has ended")
	}
	var challenge *sip.Response
	for range glareTries {
		c.mu.Lock()
		if c.state != talking {
			c.mu.Unlock()
			return 0, conflict("the call is not a conversation")
		}
		if c.invite != nil { // theirs is under way: it goes first
			c.mu.Unlock()
			if !c.waitGlare(ctx) {
				return 491, nil
			}
			continue
		}
		before := c.talk.weHold
		if hold != nil {
			c.talk.weHold = *hold
		}
		req := c.reinviteLocked(challenge)
		c.ours = true
		p := c.d.peer
		c.mu.Unlock()
		res, err := c.reofferOnce(ctx, p, req)
		c.mu.Lock()
		c.ours = false
		code := 408
		if err == nil {
			code = res.StatusCode
		}
		if code >= 300 {
			c.talk.forget()
			c.talk.weHold = before
		}
		c.mu.Unlock()
		switch {
		case err != nil && c.isOver():
			return 0, conflict("the call has ended")
		case code == 491:
			if !c.waitGlare(ctx) {
				return 491, nil
			}
		case (code == 401 || code == 407) && challenge == nil:
			challenge = res
		case code == 422:
			c.raiseTimer(res)
		case code == 481: // the other side knows the call no more
			c.hangup(Ending{Kind: Failed, Code: code})
			return code, nil
		default:
			return code, nil
		}
	}
	return 491, nil
}

func (c *Call) reinviteLocked(challenge *sip.Response) *sip.Request {
	req := c.d.request(c.s, sip.INVITE)
	req.AppendHeader(header("Allow", allowHeader))
	req.AppendHeader(header("Supported", supportedHeader))
	if c.timer.interval > 0 {
		req.AppendHeader(header("Session-Expires", c.timer.value(c.timer.weRefresh, "uac", "uas")))
	}
	withSDP(req, c.talk.offer())
	if user, secret := c.identity(); challenge != nil {
		_ = c.d.authorize(req, challenge, user, secret)
	}
	return req
}

// waitGlare waits before an INVITE is tried again: longer for the side that made the call, so that the two do not meet again.
func (c *Call) waitGlare(ctx context.Context) bool {
	unit := c.s.wait.t1 / 50 // 10 ms
	steps := rand.IntN(200)
	if c.outgoing {
		steps = 210 + rand.IntN(190)
	}
	select {
	case <-time.After(unit * time.Duration(steps)):
		return true
	case <-ctx.Done():
	case <-c.done:
	}
	return false
}

// reofferOnce carries one re-INVITE to its final answer, and acknowledges a 2xx every time that it comes.
func (c *Call) reofferOnce(ctx context.Context, p peer, req *sip.Request) (*sip.Response, error) {
	stop, err := c.s.reach(ctx, p)
	if err != nil {
		return nil, err
	}
	defer stop()
	tx, err := c.s.tx.Request(ctx, req)
	if err != nil {
		return nil, err
	}
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			if res.IsSuccess() {
				return res, c.reofferTaken(tx, req, res)
			}
			return res, nil // the transaction acknowledges and absorbs what repeats
		case <-tx.Done():
			return nil, tx.Err()
		case <-c.done:
			tx.Terminate()
			return nil, conflict("the call has ended")
		case <-ctx.Done():
			tx.Terminate()
			return nil, ctx.Err()
		}
	}
}

func (c *Call) reofferTaken(tx *sip.ClientTx, req *sip.Request, res *sip.Response) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.d.refresh(c.s, res.Contact())
	ack := c.ackLocked(req)
	tx.OnRetransmission(func(*sip.Response) { c.s.sendACK(ack) })
	c.s.sendACK(ack)
	c.takeTimerLocked(res)
	c.startTimerLocked()
	body, ok := sessionPart(res)
	if !ok {
		return conflict("no answer in the 200")
	}
	d, err := parseSDP(body)
	if err != nil {
		return err
	}
	var ses media.Session
	if ses, err = c.talk.accept(d); err == nil {
		err = c.applyLocked(ses, false)
	}
	return err
}

// sendACK sends an ACK that may be sent again: sipgo writes into what it sends, so it gets a copy.
func (s *Stack) sendACK(ack *sip.Request) { _ = s.tp.WriteMsg(ack.Clone()) }

// ackLocked makes the ACK of a 2xx: the number and the credentials of its INVITE, a branch of its own (RFC 3261 section 13.2.2.4).
func (c *Call) ackLocked(invite *sip.Request) *sip.Request {
	ack := c.d.requestSeq(c.s, sip.ACK, invite.CSeq().SeqNo)
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		if h := text(invite, name); h != "" {
			ack.AppendHeader(header(name, h))
		}
	}
	return ack
}
