package signal

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
)

// invited takes an INVITE outside any dialog: a new call, if its source, our limits and its offer allow one.
func (s *Stack) invited(req *sip.Request, tx *sip.ServerTx, from netip.AddrPort) {
	t := s.trunkOf(from.Addr())
	if t != nil && s.o.Accounts != nil && s.phones.at(from) {
		t = nil // a desk phone beside a trunk
	}
	if t == nil && s.o.Accounts == nil {
		tx.Terminate() // an answer's neighbour, not a caller: silence
		return
	}
	account := ""
	if t == nil || t.Challenge {
		var ok bool
		if account, ok = s.phones.authenticate(req, tx, t); !ok {
			return
		}
	}
	if code, reason, more := s.unacceptable(req); code != 0 {
		_ = respond(req, tx, code, reason, more...)
		return
	}
	c, code, reason := s.admit(req, tx, t, from, account)
	if c == nil {
		if t != nil && s.o.Turned != nil {
			s.guard("turned away", func() { s.o.Turned(t.Key, code) })
		}
		var more []sip.Header
		switch code {
		case 503:
			more = append(more, retryAfter(10*time.Second))
		case 488:
			more = append(more, header("Warning", "305 "+s.o.Realm+` "Incompatible media format"`))
		}
		_ = respond(req, tx, code, reason, more...)
		return
	}
	if !tx.OnCancel(func(*sip.Request) { go c.cancelled() }) {
		c.cancelled() // the CANCEL was quicker; it was a call all the same, and is told of
	}
	s.log.Info("call in", "call", c.id, "trunk", c.Trunk(), "desk_phone", account != "")
	if s.o.Incoming == nil {
		_ = c.Reject(480)
		return
	}
	s.guard("incoming", func() { s.o.Incoming(c) })
}

// unacceptable finds what in a new INVITE we cannot follow, before anything is opened for it.
func (s *Stack) unacceptable(req *sip.Request) (int, string, []sip.Header) {
	switch scheme := req.Recipient.Scheme; {
	case scheme != "sip" && scheme != "sips" && scheme != "tel":
		return 416, "Unsupported URI Scheme", nil
	case len(req.GetHeaders("Contact")) > 1 || req.Contact() != nil && req.Contact().Address.Wildcard:
		return 400, "One Contact Is Needed", nil
	}
	if accept := values(req, "Accept"); len(accept) > 0 {
		ok := false
		for _, a := range accept {
			kind, _, _ := strings.Cut(lower(a), ";")
			kind = strings.TrimSpace(kind)
			ok = ok || kind == "application/sdp" || kind == "application/*" || kind == "*/*"
		}
		if !ok {
			return 406, "Not Acceptable", []sip.Header{header("Accept", "application/sdp")}
		}
	}
	return s.tooBrief(req)
}

// admit opens a call for an INVITE, or says why not.
func (s *Stack) admit(req *sip.Request, tx *sip.ServerTx, t *trunk, from netip.AddrPort, account string) (*Call, int, string) {
	var old *Call
	if h := req.GetHeaders("Replaces"); len(h) > 0 {
		var code int
		if old, code = s.replaced(h); code != 0 {
			return nil, code, "Replaces Nothing"
		}
	}
	var offer *description
	if body, ok := sessionPart(req); ok {
		var err error
		if offer, err = parseSDP(body); err != nil {
			return nil, 400, "Bad Session Description"
		}
	}
	if s.full() || t != nil && !t.take() {
		return nil, 503, "Service Unavailable"
	}
	give := func() {
		if t != nil {
			t.give()
		}
	}
	leave, ok := s.gate.enter(from.Addr())
	if !ok {
		give()
		return nil, 503, "Service Unavailable"
	}
	leg, err := s.o.Ports.Open()
	if err != nil {
		give()
		leave()
		s.log.Warn("no port for a call's sound", "error", err.Error())
		return nil, 503, "Service Unavailable"
	}
	c := s.newCall(t, leg)
	c.who, c.replaces, c.account = identify(req), old, account
	c.onEnd = append(c.onEnd, give, leave)
	c.found(req, from)
	c.invite.tx = tx
	refuse := func(code int, reason string) (*Call, int, string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.state = over // it never was a call: nobody is told
		leg.Close()
		c.giveBackLocked()
		return nil, code, reason
	}
	if offer != nil {
		if err := c.offeredLocked(offer); err != nil {
			return refuse(488, "Not Acceptable Here")
		}
	}
	_ = respond(req, tx, 100, "Trying") // before anybody else can answer
	if code := s.first(c); code != 0 {
		return refuse(code, map[int]string{482: "Loop Detected", 503: "Service Unavailable"}[code])
	}
	return c, 0, ""
}

// found makes the dialog of an INVITE that came in (RFC 3261 section 12.1.1).
func (c *Call) found(req *sip.Request, from netip.AddrPort) {
	req.To().Params.Add("tag", c.id)
	d := &c.d
	d.callID = req.CallID().Value()
	d.remoteTag, _ = req.From().Params.Get("tag")
	d.local, d.remote = *req.To().Address.Clone(), *req.From().Address.Clone()
	d.target = d.remote // a caller of RFC 2543 need not name a Contact: it is where it calls from
	if ct := req.Contact(); ct != nil {
		d.target = *ct.Address.Clone()
	}
	d.remoteSeq, d.sawRemoteSeq = req.CSeq().SeqNo, true
	d.localSeq = 100
	d.routes = recordRoutes(req)
	d.user = req.Recipient.User
	d.peer = peer{network: lower(req.Transport()), addr: from}
	if c.trunk != nil {
		if p, ok := c.trunk.peer(); ok {
			d.peer.name, d.peer.unverified = p.name, p.unverified
		}
		d.user = c.trunk.User
	}
	d.pinned = d.peer.network != "udp" || c.trunk == nil || req.Contact() == nil
	d.firstHop(c.s)
	c.onEnd = append(c.onEnd, c.s.gate.speakTo(d.peer.addr.Addr()))
	_, sdp := sessionPart(req)
	c.invite = &transacted{req: req, seq: d.remoteSeq, offerless: !sdp, ack: make(chan *sip.Request, 1), settled: make(chan struct{})}
	c.rel.want = says(req, "Require", "100rel") || c.trunk != nil && c.trunk.Rel100 && says(req, "Supported", "100rel")
	c.fresh = d.callID + "\x00" + d.remoteTag + "\x00" + itoa(int(d.remoteSeq))
}

// offeredLocked composes the answer to the INVITE's offer, to be sent when the call is answered. Nothing sounds yet.
func (c *Call) offeredLocked(o *description) error {
	answer, ses, err := c.talk.answer(o)
	if err != nil {
		return err
	}
	ses.Send = false
	if err := c.leg.Apply(ses); err != nil {
		return err
	}
	c.invite.answer, c.invite.session = answer, c.talk.session
	return nil
}

// first lists a new call; the same INVITE by another way is a loop or a fork that came together again (RFC 3261 section 8.2.2.2).
func (s *Stack) first(c *Call) int {
	s.mu.Lock()
	if s.fresh[c.fresh] != nil {
		s.mu.Unlock()
		return 482
	}
	s.fresh[c.fresh] = c
	s.mu.Unlock()
	if !s.enlist(c) {
		s.mu.Lock()
		delete(s.fresh, c.fresh)
		s.mu.Unlock()
		return 503
	}
	return 0
}

// replaced finds the call that an INVITE's Replaces names (RFC 3891 section 3).
func (s *Stack) replaced(h []sip.Header) (*Call, int) {
	r, ok := parseReplaces(h[0].Value())
	if !ok || len(h) > 1 {
		return nil, 400
	}
	c := s.find(r.callID, r.ourTag, r.theirTag)
	if c == nil {
		return nil, 481
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state == over:
		return nil, 603
	case c.state == ringing && !c.outgoing:
		return nil, 481
	case r.earlyOnly && c.state != ringing:
		return nil, 486
	}
	return c, 0
}

// find gives the call of a dialog; nil when there is none.
func (s *Stack) find(callID, ourTag, theirTag string) *Call {
	s.mu.Lock()
	c := s.calls[ourTag]
	s.mu.Unlock()
	if c == nil || c.d.callID != callID {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.d.remoteTag != theirTag && !(c.outgoing && c.state == ringing) {
		return nil
	}
	return c
}

// Ring tells the caller that somebody is being rung (180).
func (c *Call) Ring() error { return c.provisional(180, "Ringing") }

// Progress opens the sound towards the caller before the call is answered (183): announcements that cost nothing. When the caller made no offer and
// cannot acknowledge ours, the error is centre.Conflict and nothing sounds.
func (c *Call) Progress() error { return c.provisional(183, "Session Progress") }

func (c *Call) provisional(code int, reason string) error {
	if err := c.awaitPRACK(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	inv := c.invite
	if c.state != ringing || c.outgoing || inv == nil {
		return conflict("the call is not ringing")
	}
	res := response(inv.req, code, reason, c.contactLocked(), header("Allow", allowHeader))
	if code == 183 {
		switch {
		case inv.offerless && !c.rel.want:
			return conflict("no sound before the answer: the caller made no offer")
		case inv.offerless:
			withSDP(res, c.talk.offer())
			c.rel.offered = true
		default:
			if err := c.applyLocked(inv.session, false); err != nil {
				return err
			}
			withSDP(res, inv.answer)
			c.sounding = true
		}
	}
	if c.rel.want {
		c.sendReliablyLocked(res)
		return nil
	}
	return inv.tx.Respond(res)
}

func (c *Call) contactLocked() sip.Header {
	return &sip.ContactHeader{Address: c.s.contact(c.d.peer.network, c.d.user)}
}

// Answer takes the call and returns when the caller has confirmed it. Without a confirmation the call ends with NoACK; when ctx ends first, with
// WeHungUp. Errors are centre.Conflict: it was not ringing (any more).
func (c *Call) Answer(ctx context.Context) error {
	if err := c.awaitPRACK(); err != nil {
		return err
	}
	c.mu.Lock()
	inv := c.invite
	if c.state != ringing || c.outgoing || inv == nil {
		c.mu.Unlock()
		return conflict("the call is not ringing")
	}
	res := response(inv.req, 200, "OK", c.contactLocked(), header("Allow", allowHeader), header("Supported", supportedHeader))
	for _, h := range c.agreeTimerLocked(inv.req) {
		res.AppendHeader(h)
	}
	switch {
	case !inv.offerless:
		withSDP(res, inv.answer)
		if err := c.applyLocked(inv.session, !c.sounding); err != nil {
			c.refuseLocked(inv, 488, "Not Acceptable Here")
			c.endLocked(Ending{Kind: Failed, Code: 488})
			c.mu.Unlock()
			return err
		}
	case !c.rel.answered: // with 100rel our offer may have been answered by PRACK already
		withSDP(res, c.talk.offer())
	}
	c.state = answered
	c.confirming = true
	c.mu.Unlock()
	sure := make(chan struct{})
	c.s.guard("answer", func() {
		defer close(sure)
		c.confirm(inv, res)
	})
	select {
	case <-sure:
	case <-ctx.Done():
		c.Hangup()
		return centre.Errorf(centre.Conflict, "answer: %w", ctx.Err())
	}
	if e := c.Ending(); !e.At.IsZero() {
		return centre.Errorf(centre.Conflict, "the call ended: %s", e)
	}
	return nil
}

// confirm sends a 2xx and repeats it until its ACK comes (RFC 3261 section 13.3.1.4), then carries on with the call; without an ACK it says BYE (S5).
func (c *Call) confirm(inv *transacted, res *sip.Response) {
	if err := inv.tx.Respond(res); err != nil {
		// A CANCEL won, or the connection is gone. sipgo would repeat what it was given last: that must be the refusal.
		c.mu.Lock()
		defer c.mu.Unlock()
		c.confirming, c.invite = false, nil
		if inv.again {
			c.giveBackIfOverLocked()
			return
		}
		_ = respond(inv.req, inv.tx, 487, "Request Terminated")
		c.endLocked(Ending{Kind: Cancelled, Code: 487})
		c.giveBackIfOverLocked()
		return
	}
	ack := c.awaitACK(inv, res)
	if ack != nil && c.s.wait.t4 > 0 {
		time.AfterFunc(c.s.wait.t4, inv.tx.Terminate) // sipgo would keep it for 32 s; nothing can come for it any more
	}
	c.settleInvite(inv, ack)
}

func (c *Call) awaitACK(inv *transacted, res *sip.Response) *sip.Request {
	every := c.s.wait.t1
	again := time.NewTimer(every)
	defer again.Stop()
	limit := time.NewTimer(64 * c.s.wait.t1)
	defer limit.Stop()
	done := c.done
	for {
		select {
		case ack := <-inv.ack:
			return ack
		case <-again.C:
			_ = inv.tx.Respond(res)
			every = min(2*every, c.s.wait.t2)
			again.Reset(every)
		case <-limit.C:
			return nil
		case <-done:
			if e := c.Ending(); e.Kind == CallerHungUp || e.Kind == Cancelled || e.Kind == Stopped {
				return nil
			}
			done = nil // we hung up: that is said when the ACK has come
		}
	}
}

// settleInvite carries on after the ACK, or its absence.
func (c *Call) settleInvite(inv *transacted, ack *sip.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(inv.settled)
	c.confirming = false
	if c.invite == inv {
		c.invite = nil
	}
	if c.state == over {
		if k := c.ending.Kind; k != CallerHungUp && k != Cancelled {
			c.byeLocked(c.ending)
		}
		c.giveBackLocked()
		return
	}
	if ack == nil {
		c.byeLocked(Ending{})
		c.endLocked(Ending{Kind: NoACK})
		return
	}
	if err := c.ackedLocked(inv, ack); err != nil {
		c.byeLocked(Ending{})
		c.endLocked(Ending{Kind: Failed, Code: 488, Reason: "no sound in common"})
		return
	}
	if c.state == answered {
		c.upLocked()
		if old := c.replaces; old != nil {
			go old.hangup(Ending{Kind: Replaced})
		}
	}
}

// ackedLocked opens the sound: with the answer that the ACK brings when the offer was ours, else with what was agreed.
func (c *Call) ackedLocked(inv *transacted, ack *sip.Request) error {
	if c.talk.offered == nil {
		if !c.talk.agreed {
			return conflict("no answer in ACK")
		}
		return c.applyLocked(c.talk.session, false)
	}
	body, ok := sessionPart(ack)
	if !ok {
		return conflict("no answer in ACK")
	}
	d, err := parseSDP(body)
	if err != nil {
		return err
	}
	ses, err := c.talk.accept(d)
	if err != nil {
		return err
	}
	return c.applyLocked(ses, false)
}

// Reject refuses the call with a SIP code from 300 to 699, such as 486 (busy) or 603 (decline).
func (c *Call) Reject(code int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != ringing || c.outgoing || c.invite == nil {
		return conflict("the call is not ringing")
	}
	if code < 300 || code > 699 {
		return centre.Errorf(centre.Invalid, "%d is no code to refuse a call with", code)
	}
	c.refuseLocked(c.invite, code, reasonOf(code))
	c.endLocked(Ending{Kind: Rejected, Code: code})
	return nil
}

// refuseLocked answers an INVITE of theirs with a failure.
func (c *Call) refuseLocked(inv *transacted, code int, reason string) {
	if inv == nil || inv.tx == nil {
		return
	}
	c.invite = nil
	res := response(inv.req, code, reason)
	if code == 503 {
		res.AppendHeader(retryAfter(10 * time.Second))
	}
	if err := inv.tx.Respond(res); err != nil {
		_ = respond(inv.req, inv.tx, 487, "Request Terminated") // a CANCEL came first: its refusal is the one to repeat
	}
}

// cancelled ends a call that the caller gave up; sipgo has answered CANCEL with 200 and the INVITE with 487.
func (c *Call) cancelled() { c.end(Ending{Kind: Cancelled, Code: 487}) }

func reasonOf(code int) string {
	switch code {
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 480:
		return "Temporarily Unavailable"
	case 486:
		return "Busy Here"
	case 488:
		return "Not Acceptable Here"
	case 503:
		return "Service Unavailable"
	case 600:
		return "Busy Everywhere"
	case 603:
		return "Decline"
	}
	return "Refused"
}
