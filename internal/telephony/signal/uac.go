package signal

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
)

// Dial is a call to be made.
type Dial struct {
	To   string // a telephone number, dialled on a trunk
	From string // the number to show; empty: the trunk's CallerID
	Name string // the name to show; may be empty

	Trunk   string // the only trunk to try; empty: by priority, those that are up first, with fail-over on silence and 5xx
	Contact string // a desk phone's account instead of To

	Ringing func(early bool) // the other side is being rung; early: its sound is here already
	Early   func(*Call)      // once, when sound comes before the answer: its Leg can be listened to. The call is not answered and may never be
}

// Dial makes a call and returns it when it is answered. When ctx ends first, the other side stops ringing, now or as soon as that can be told to it.
// Errors are *Failure, or centre.Invalid.
func (s *Stack) Dial(ctx context.Context, d Dial) (*Call, error) {
	if d.Contact != "" {
		b, ok := s.phones.find(d.Contact)
		if !ok {
			return nil, &Failure{Code: 480, Reason: "the desk phone is not registered"}
		}
		c, f := s.place(ctx, d, nil, b.peer, b.contact)
		if f != nil && f.silent {
			s.phones.silent(d.Contact, b.contact)
		}
		return c, failed(f)
	}
	if user := printable(d.To); user == "" || user != d.To || len(user) > 64 {
		return nil, centre.Errorf(centre.Invalid, "there is no number to dial")
	}
	last := &Failure{Code: 503, Reason: "no trunk can take the call"}
	for _, t := range s.candidates(d.Trunk) {
		p, ok := t.peer()
		if !ok {
			continue
		}
		c, f := s.place(ctx, d, t, p, t.uri(escapeUser(d.To), p))
		if f == nil {
			return c, nil
		}
		last = f
		if !f.passOn() || ctx.Err() != nil {
			break
		}
		s.log.Log(ctx, t.level(), "a trunk did not take a call", "trunk", t.Key, "code", f.Code)
	}
	return nil, last
}

func failed(f *Failure) error {
	if f == nil {
		return nil
	}
	return f
}

// candidates are the trunks to try in turn: those that are up and not paused first, then the others, since a wrong guess must not keep a call from going.
func (s *Stack) candidates(key string) []*trunk {
	s.mu.Lock()
	list := slices.Clone(s.trunks)
	s.mu.Unlock()
	list = slices.DeleteFunc(list, func(t *trunk) bool { return t.Host == "" || key != "" && t.Key != key })
	slices.SortStableFunc(list, func(a, b *trunk) int {
		switch ra, rb := a.ready(), b.ready(); {
		case ra == rb:
			return 0
		case ra:
			return -1
		}
		return 1
	})
	return list
}

// place makes one attempt: one trunk, or one desk phone (t nil).
func (s *Stack) place(ctx context.Context, d Dial, t *trunk, p peer, target sip.Uri) (*Call, *Failure) {
	key := ""
	if t != nil {
		key = t.Key
		if !t.take() {
			return nil, &Failure{Code: 503, Reason: "the trunk is full", Trunk: key}
		}
	}
	give := func() {
		if t != nil {
			t.give()
		}
	}
	leg, err := s.o.Ports.Open()
	if err != nil {
		give()
		return nil, &Failure{Code: 503, Reason: "no port for sound", Trunk: key}
	}
	c := s.newCall(t, leg)
	c.outgoing, c.account = true, d.Contact
	c.onEnd = append(c.onEnd, give)
	c.aimAt(d, p, target)
	if !s.enlist(c) {
		c.end(Ending{Kind: Failed, Code: 503})
		return nil, &Failure{Code: 503, Reason: "all lines are taken", Trunk: key}
	}
	s.log.Info("call out", "call", c.id, "trunk", key, "desk_phone", d.Contact != "")
	f := c.try(ctx, d)
	if f == nil {
		return c, nil
	}
	f.Trunk = key
	if t != nil && f.passOn() {
		t.heard(false, CallsRefused, 0)
		t.mu.Lock()
		t.code = f.Code
		t.mu.Unlock()
		if f.Code == 408 {
			t.next()
		}
	}
	kind := Failed
	if f.Code == 487 {
		kind = Cancelled
	}
	c.end(Ending{Kind: kind, Code: f.Code, Reason: f.Reason})
	return nil, f
}

// aimAt makes the beginning of a dialog of ours.
func (c *Call) aimAt(d Dial, p peer, target sip.Uri) {
	from := d.From
	if c.trunk != nil && from == "" {
		from = c.trunk.CallerID
	}
	c.who = caller{from: from, name: d.Name, numbers: []string{d.To}}
	if d.Contact != "" {
		c.who.numbers = []string{d.Contact}
	}
	g := &c.d
	g.callID, g.peer, g.target, g.pinned = newTag(), p, target, p.network != "udp" || c.trunk == nil
	g.remote = target
	g.remote.UriParams = nil
	g.local = sip.Uri{Scheme: "sip", User: escapeUser(from), Host: hostOf(c.s.shown(p.network).Addr())}
	g.localName = printable(d.Name)
	if c.trunk != nil {
		g.user = c.trunk.User
		g.local.Host = c.trunk.ourURI(p).Host
	}
	if from == "" {
		g.local.User = "anonymous"
		if g.user != "" {
			g.local.User = g.user
		}
	}
	if c.trunk != nil && c.trunk.SessionTimers {
		c.timer.interval, c.timer.weRefresh = sessionDefault, true
	}
}

func (c *Call) inviteLocked(challenge *credentials) *sip.Request {
	req := c.d.request(c.s, sip.INVITE)
	req.AppendHeader(header("Allow", allowHeader))
	supported := "timer, replaces"
	if c.trunk != nil && c.trunk.Rel100 {
		supported = supportedHeader
	}
	req.AppendHeader(header("Supported", supported))
	if c.trunk != nil && c.who.from != "" {
		u := c.d.local
		req.AppendHeader(header("P-Asserted-Identity", "<"+u.String()+">"))
	}
	if c.timer.interval > 0 {
		req.AppendHeader(header("Session-Expires", itoa(int(c.timer.interval/time.Second))))
		req.AppendHeader(header("Min-SE", itoa(int(c.s.wait.least/time.Second))))
	}
	if challenge != nil {
		challenge.apply(req)
	}
	withSDP(req, c.talk.offer())
	return req
}

// try sends the INVITE, again where the other side asks who we are or for a longer session timer.
func (c *Call) try(ctx context.Context, d Dial) *Failure {
	var k *credentials
	for tries := 0; ; tries++ {
		c.mu.Lock()
		req := c.inviteLocked(k)
		c.mu.Unlock()
		out := &outgoing{c: c, d: d, req: req}
		res, f := out.run(ctx)
		if res == nil {
			return f
		}
		code := res.StatusCode
		user, secret := c.identity()
		again := tries < 3
		switch {
		case again && (code == 401 || code == 407) && secret != "":
			asked := k
			k = challenged(res, user, secret)
			again = k != nil && (asked == nil || staleChallenge(k))
		case again && code == 422:
			c.raiseTimer(res)
		default:
			again = false
		}
		if !again {
			if c.trunk != nil && code == 503 {
				c.trunk.pause(res)
			}
			return &Failure{Code: code, Reason: clip(printable(res.Reason)), RetryAfter: retryHeader(res)}
		}
		c.mu.Lock()
		c.talk.forget()
		c.d.remoteTag, c.d.routes = "", nil
		c.mu.Unlock()
	}
}

// outgoing is one INVITE of ours until its final answer, and what comes after it.
type outgoing struct {
	c   *Call
	d   Dial
	req *sip.Request
	tx  *sip.ClientTx

	provisional bool   // the other side has said something
	rang        bool   // Ringing was told
	early       bool   // Early was told
	rseq        uint32 // of the last reliable provisional answer

	mu   sync.Mutex
	acks map[string]*sip.Request // by the other side's tag: several may answer, when a proxy forks
}

// run waits for the final answer. It gives a failure's response, or the failure when there is none, or neither when the call is up.
func (o *outgoing) run(ctx context.Context) (*sip.Response, *Failure) {
	c := o.c
	c.mu.Lock()
	p := c.d.peer
	c.mu.Unlock()
	stop, err := c.s.reach(ctx, p)
	if err != nil {
		return nil, &Failure{Code: 503, Reason: "not reached"}
	}
	o.acks = map[string]*sip.Request{}
	tx, err := c.s.tx.Request(context.WithoutCancel(ctx), o.req)
	if err != nil {
		stop()
		return nil, &Failure{Code: 503, Reason: "not sent"}
	}
	o.tx = tx
	tx.OnRetransmission(o.again)
	tx.OnTerminate(func(string, error) { stop() })
	patience := time.NewTimer(c.s.o.Limits.TrunkPatience)
	defer patience.Stop()
	for {
		select {
		case res := <-tx.Responses():
			patience.Stop()
			switch {
			case res.IsProvisional():
				o.provisional = true
				o.heard(res)
			case res.IsSuccess():
				return nil, o.taken(res)
			default:
				return res, nil
			}
		case <-tx.Done():
			if errors.Is(tx.Err(), sip.ErrTransactionTimeout) {
				return nil, &Failure{Code: 408, Reason: "no answer", silent: true}
			}
			return nil, &Failure{Code: 503, Reason: "not sent"}
		case <-patience.C:
			o.abandon()
			return nil, &Failure{Code: 408, Reason: "the trunk says nothing", silent: true}
		case <-ctx.Done():
			o.abandon()
			return nil, &Failure{Code: 487, Reason: "given up"}
		case <-c.done:
			o.abandon()
			return nil, &Failure{Code: 487, Reason: "given up"}
		}
	}
}

// heard takes a provisional answer: somebody rings, or sounds, or wants an acknowledgement.
func (o *outgoing) heard(res *sip.Response) {
	c := o.c
	if res.StatusCode == sip.StatusTrying {
		return
	}
	c.mu.Lock()
	if c.state != ringing {
		c.mu.Unlock()
		return
	}
	if tag, ok := res.To().Params.Get("tag"); ok {
		if tag != c.d.remoteTag {
			o.rseq = 0
		}
		c.joinLocked(tag, res)
	}
	reliable := says(res, "Require", "100rel")
	seq, ok := decimal(text(res, "RSeq"), 1<<31-1)
	reliable = reliable && ok
	if reliable && o.rseq != 0 && uint32(seq) != o.rseq+1 {
		c.mu.Unlock()
		return // one that we have, or one too early (RFC 3262 section 4)
	}
	early := false
	if body, ok := sessionPart(res); ok {
		early = c.earlyLocked(body, reliable)
	}
	if reliable {
		o.rseq = uint32(seq)
		o.prackLocked()
	}
	tell := res.StatusCode >= 180 && (!o.rang || early && !o.early)
	c.mu.Unlock()
	if early && !o.early {
		o.early = true
		if o.d.Early != nil {
			o.d.Early(c)
		}
	}
	if tell {
		o.rang = true
		if o.d.Ringing != nil {
			o.d.Ringing(o.early)
		}
	}
}

// joinLocked takes the other side's half of the dialog from an answer of its (RFC 3261 section 12.1.2).
func (c *Call) joinLocked(tag string, res *sip.Response) {
	d := &c.d
	d.remoteTag = tag
	d.routes = recordRoutes(res)
	slices.Reverse(d.routes)
	if ct := res.Contact(); ct != nil && ct.Address.Host != "" && !ct.Address.Wildcard {
		d.target = *ct.Address.Clone()
	}
	d.firstHop(c.s)
}

// earlyLocked opens sound before the answer. What an unreliable 18x says is a preview: the answer proper comes with the 200 (RFC 3261 section 13.2.1).
func (c *Call) earlyLocked(body []byte, reliable bool) bool {
	offered := c.talk.offered
	d, err := parseSDP(body)
	if err != nil || offered == nil {
		return false
	}
	ses, err := c.talk.accept(d)
	if !reliable || err != nil {
		c.talk.offered = offered
	}
	return err == nil && c.applyLocked(ses, false) == nil
}

func (o *outgoing) prackLocked() {
	c := o.c
	prack := c.d.request(c.s, sip.PRACK)
	prack.AppendHeader(header("RAck", itoa(int(o.rseq))+" "+itoa(int(o.req.CSeq().SeqNo))+" INVITE"))
	if h := text(o.req, "Proxy-Authorization"); h != "" {
		prack.AppendHeader(header("Proxy-Authorization", h))
	}
	p := c.d.peer
	c.s.farewell(func(ctx context.Context) { _, _ = c.s.do(ctx, p, prack) })
}

// taken takes the 2xx: the ACK goes out at once, the call is up if there is sound in common.
func (o *outgoing) taken(res *sip.Response) *Failure {
	c := o.c
	tag, _ := res.To().Params.Get("tag")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.joinLocked(tag, res)
	o.acknowledge(tag, c.ackLocked(o.req))
	if c.state != ringing { // given up at the same moment (S3)
		c.byeLocked(Ending{})
		return &Failure{Code: 487, Reason: "given up"}
	}
	if err := c.takenSoundLocked(res); err != nil {
		c.byeLocked(Ending{})
		return &Failure{Code: 488, Reason: "no sound in common"}
	}
	c.onEnd = append(c.onEnd, c.s.gate.speakTo(c.d.peer.addr.Addr()))
	c.takeTimerLocked(res)
	c.upLocked()
	return nil
}

func (c *Call) takenSoundLocked(res *sip.Response) error {
	body, ok := sessionPart(res)
	if c.talk.offered == nil || !ok && c.talk.agreed { // the answer came reliably before
		return c.applyLocked(c.talk.session, false)
	}
	if !ok {
		return conflict("no answer in the 200")
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

func (o *outgoing) acknowledge(tag string, ack *sip.Request) {
	o.mu.Lock()
	o.acks[tag] = ack
	o.mu.Unlock()
	o.c.s.sendACK(ack)
}

// again takes a 2xx that repeats, which wants its ACK again, and one of another phone that a fork rang as well: that one is acknowledged and hung up on
// (RFC 3261 section 13.2.2.4).
func (o *outgoing) again(res *sip.Response) {
	if !res.IsSuccess() {
		return
	}
	tag, _ := res.To().Params.Get("tag")
	o.mu.Lock()
	ack, known := o.acks[tag]
	if known {
		o.mu.Unlock()
		o.c.s.sendACK(ack)
		return
	}
	full := len(o.acks) >= 32
	o.mu.Unlock()
	if !full {
		o.refuseFork(tag, res)
	}
}

// refuseFork acknowledges a 2xx that nobody wants and says BYE to it.
func (o *outgoing) refuseFork(tag string, res *sip.Response) {
	c := o.c
	c.mu.Lock()
	side := &Call{s: c.s, trunk: c.trunk, outgoing: true, d: c.d}
	side.d.routes = nil
	c.mu.Unlock()
	side.joinLocked(tag, res)
	o.acknowledge(tag, side.ackLocked(o.req))
	side.byeLocked(Ending{})
}

// abandon gives the INVITE up behind the caller's back: CANCEL as soon as it may be sent (RFC 3261 section 9.1), ACK and BYE if an answer crosses it.
func (o *outgoing) abandon() {
	c := o.c
	c.s.farewell(func(ctx context.Context) {
		defer o.tx.Terminate()
		cancelled := false
		for {
			if o.provisional && !cancelled {
				cancelled = true
				c.s.farewell(func(ctx context.Context) { o.cancel(ctx) })
			}
			select {
			case res := <-o.tx.Responses():
				switch {
				case res.IsProvisional():
					o.provisional = true
				case res.IsSuccess():
					tag, _ := res.To().Params.Get("tag")
					o.refuseFork(tag, res)
					<-time.After(c.s.wait.t1) // for the 2xx that is on its way again
					return
				default:
					return
				}
			case <-o.tx.Done():
				return
			case <-ctx.Done():
				return
			}
		}
	})
}

// cancel sends CANCEL: the INVITE's line, branch, tags and number (RFC 3261 section 9.1).
func (o *outgoing) cancel(ctx context.Context) {
	req := sip.NewRequest(sip.CANCEL, o.req.Recipient)
	req.AppendHeader(sip.HeaderClone(o.req.Via()))
	for _, name := range []string{"Route", "Max-Forwards", "From", "To", "Call-ID"} {
		for _, h := range o.req.GetHeaders(name) {
			req.AppendHeader(sip.HeaderClone(h))
		}
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: o.req.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetBody(nil)
	req.SetTransport(o.req.Transport())
	req.SetDestination(o.req.Destination())
	req.Laddr = o.req.Laddr
	o.c.mu.Lock()
	p := o.c.d.peer
	o.c.mu.Unlock()
	p.network = lower(strings.TrimSpace(o.req.Transport()))
	_, _ = o.c.s.do(ctx, p, req)
}

// stray takes an answer that belongs to no transaction any more: a fault of the other side's, or a very late one.
func (s *Stack) stray(*sip.Response) {}
