package testphone

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
)

// Invite is a call to make.
type Invite struct {
	To     string // number, or the user part of a SIP address
	From   string // number that is shown; default anonymous
	Name   string // name that is shown
	Voice  *Voice // what the phone says; nil is silence
	Hear   []float64
	Header map[string]string // more headers of the INVITE
	Source netip.Addr        // with Options.Many: the address it comes from

	Record bool // keeps what is heard, see Call.Recording
	NoACK  bool // never acknowledges the answer
	Late   bool // offers its description in the ACK, not in the INVITE

	Progress func(code int) // hears of each provisional response
}

// Dial calls and waits for the answer. A refusal is a *Refused. When the context ends first, the call is cancelled (and hung up, should the answer cross that).
func (p *Phone) Dial(ctx context.Context, v Invite) (*Call, error) {
	return p.dialAt(ctx, "sip:"+v.To+"@"+p.o.Server, v)
}

// attempt is an INVITE on its way.
type attempt struct {
	*Call
	v        Invite
	uri      string
	m        *message
	x        *exchange
	sent     time.Time
	progress bool // a provisional response has come
}

func (p *Phone) dialAt(ctx context.Context, uri string, v Invite) (*Call, error) {
	w, err := p.way(ctx, v.Source)
	if err != nil {
		return nil, err
	}
	if d, ok := w.(to); ok && !strings.HasSuffix(uri, "@"+p.o.Server) { // a REFER may send us elsewhere
		if a, err := netip.ParseAddrPort(hostPort(uri)); err == nil {
			d.remote = a
			w = d
		}
	}
	c, err := p.newCall(w, token()+"@testphone")
	if err != nil {
		return nil, err
	}
	for _, hz := range v.Hear {
		c.s.heard.ears = append(c.s.heard.ears, newEar(hz))
	}
	c.s.heard.record = v.Record
	c.s.say(v.Voice)
	c.mute = v.NoACK
	from := v.From
	if from == "" {
		from = "anonymous"
	}
	c.from = fmt.Sprintf("%q <sip:%s@%s>;tag=%s", v.Name, from, w.local().Addr(), c.localTag)
	c.to, c.target = "<"+uri+">", uri
	a := &attempt{Call: c, v: v, uri: uri}
	if err := a.call(ctx); err != nil {
		c.end(Us)
		return nil, err
	}
	return c, nil
}

// call sends the INVITE, and once more when credentials are asked for.
func (a *attempt) call(ctx context.Context) error {
	header, value := "", ""
	for {
		final, err := a.once(ctx, header, value)
		if err != nil {
			return err
		}
		if final.code/100 == 2 {
			return a.established(ctx, final)
		}
		a.refuse(final)
		if final.code != 401 && final.code != 407 || header != "" || a.p.o.User == "" {
			return &Refused{Code: final.code, Reason: final.reason, RetryAfter: final.get("Retry-After")}
		}
		header = "Authorization"
		if final.code == 407 {
			header = "Proxy-Authorization"
		}
		if value, err = a.p.authorize(final, "INVITE", a.uri); err != nil {
			return err
		}
	}
}

func (a *attempt) once(ctx context.Context, header, value string) (*message, error) {
	a.mu.Lock()
	a.cseq++
	m := a.within("INVITE", a.cseq)
	m.add("Allow", allowed)
	supported := "replaces"
	if a.p.o.Rel100 {
		supported += ", 100rel"
	}
	m.add("Supported", supported)
	m.add("User-Agent", "testphone")
	for k, v := range a.v.Header {
		m.add(k, v)
	}
	if header != "" {
		m.add(header, value)
	}
	if !a.v.Late {
		m.add("Content-Type", "application/sdp")
		m.body = a.ours.text(a.session, a.version)
	}
	a.m = m
	a.mu.Unlock()
	a.x = a.p.begin(m.branch())
	defer a.p.done(m.branch())
	a.sent = time.Now()
	if err := a.w.send(m); err != nil {
		return nil, centre.Errorf(centre.Unavailable, "%s cannot be reached: %w", a.p.o.Server, err)
	}
	return a.await(ctx)
}

// await waits for the final response; it cancels when the context ends (RFC 3261 section 9.1: not before a provisional response has come).
func (a *attempt) await(ctx context.Context) (*message, error) {
	again := time.NewTimer(t1)
	defer again.Stop()
	wait, cancelled := t1, false
	stop := ctx.Done()
	deadline := time.NewTimer(giveUp)
	defer deadline.Stop()
	for {
		select {
		case r := <-a.x.answers:
			if r.code >= 200 {
				return a.crossed(r, cancelled, ctx)
			}
			deadline.Reset(3 * time.Minute)
			if !a.progress {
				a.progress = true
				again.Stop()
				if cancelled {
					a.sendCancel()
				}
			}
			a.provisional(r)
		case <-again.C:
			if !a.w.reliable() && !a.progress {
				_ = a.w.send(a.m)
			}
			wait *= 2
			again.Reset(wait)
		case <-stop:
			stop, cancelled = nil, true
			deadline.Reset(cancels)
			if a.progress {
				a.sendCancel()
			}
		case <-a.ended:
			return nil, errOff
		case <-deadline.C:
			if cancelled {
				return nil, ctx.Err()
			}
			return nil, centre.Errorf(centre.Unavailable, "%s does not answer", a.p.o.Server)
		}
	}
}

// crossed deals with an answer that came after the call was given up: a 200 is acknowledged and hung up.
func (a *attempt) crossed(r *message, cancelled bool, ctx context.Context) (*message, error) {
	if !cancelled {
		return r, nil
	}
	if r.code/100 != 2 {
		a.refuse(r)
		return nil, ctx.Err()
	}
	a.mute = false
	if err := a.established(context.Background(), r); err == nil {
		bye, stop := context.WithTimeout(context.Background(), cancels)
		defer stop()
		_ = a.HangUp(bye)
	}
	return nil, ctx.Err()
}

// sendCancel repeats the INVITE's way and number (RFC 3261 section 9.1).
func (a *attempt) sendCancel() {
	m := &message{method: "CANCEL", uri: a.m.uri}
	for _, h := range a.m.headers {
		switch h.name {
		case "Via", "From", "To", "Call-ID", "Max-Forwards", "Route":
			m.headers = append(m.headers, h)
		}
	}
	n, _ := a.m.sequence()
	m.add("CSeq", strconv.Itoa(n)+" CANCEL")
	_ = a.w.send(m)
}

// refuse acknowledges a final response that is no (RFC 3261 section 17.1.1.3).
func (a *attempt) refuse(r *message) {
	n, _ := a.m.sequence()
	m := &message{method: "ACK", uri: a.m.uri}
	m.add("Via", a.m.get("Via"))
	m.add("Max-Forwards", "70")
	m.add("From", a.m.get("From"))
	m.add("To", r.get("To"))
	m.add("Call-ID", a.id)
	m.add("CSeq", strconv.Itoa(n)+" ACK")
	_ = a.w.send(m)
}

// provisional takes a 1xx: early sound, and the acknowledgement of a reliable one (RFC 3262).
func (a *attempt) provisional(r *message) {
	if a.v.Progress != nil {
		a.v.Progress(r.code)
	}
	if r.code > 100 && len(r.body) > 0 {
		if theirs, err := describe(r.body); err == nil {
			_ = a.settle(a.ours, theirs)
		}
	}
	number := r.get("RSeq")
	if number == "" || !strings.Contains(r.get("Require"), "100rel") {
		return
	}
	a.mu.Lock()
	if t := parameter(r.get("To"), "tag"); t != "" && parameter(a.to, "tag") == "" {
		a.to += ";tag=" + t
	}
	if t := address(r.get("Contact")); t != "" {
		a.target = t
	}
	a.cseq++
	m := a.within("PRACK", a.cseq)
	n, _ := a.m.sequence()
	m.add("RAck", number+" "+strconv.Itoa(n)+" INVITE")
	w := a.w
	a.mu.Unlock()
	a.p.running.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), giveUp)
		defer cancel()
		_, _ = a.p.ask(ctx, w, m)
	})
}

// established sets the dialog up from the answer.
func (a *attempt) established(ctx context.Context, r *message) error {
	a.mu.Lock()
	a.to = r.get("To")
	a.routes = routeSet(r, true)
	if t := address(r.get("Contact")); t != "" {
		a.target = t
	}
	a.began = time.Now()
	ours := a.ours
	n, _ := a.m.sequence()
	a.mu.Unlock()
	if a.v.Late {
		return a.late(r, n)
	}
	if err := a.agreed(r, ours, n); err != nil {
		bye, stop := context.WithTimeout(context.WithoutCancel(ctx), cancels)
		defer stop()
		_ = a.HangUp(bye)
		return err
	}
	return nil
}

// late answers in the ACK the offer that came in the 200.
func (a *attempt) late(r *message, cseq int) error {
	theirs, err := describe(r.body)
	if err != nil {
		return err
	}
	a.mu.Lock()
	ours := a.ours
	if c, ok := common(theirs.codecs, ours.codecs); ok {
		ours.codecs = append(ours.codecs[:0:0], c)
	}
	ours.dtmf = theirs.dtmf
	if theirs.key == nil {
		ours.key = nil
	}
	a.invited = cseq
	a.ack = a.within("ACK", cseq)
	a.ack.add("Content-Type", "application/sdp")
	a.ack.body = ours.text(a.session, a.version)
	ack := a.ack
	a.mu.Unlock()
	if err := a.w.send(ack); err != nil {
		return err
	}
	return a.settle(ours, theirs)
}
