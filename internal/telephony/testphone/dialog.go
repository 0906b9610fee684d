package testphone

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// request handles what the other side asks within the dialog.
func (c *Call) request(w path, m *message) {
	if m.method == "ACK" {
		c.acknowledged(m)
		return
	}
	key := m.branch() + m.method
	c.mu.Lock()
	old := c.answered[key]
	c.mu.Unlock()
	if old != nil {
		_ = w.send(old)
		return
	}
	switch m.method {
	case "INVITE":
		c.reinvited(w, m)
	case "UPDATE":
		c.updated(w, m)
	case "BYE":
		c.respond(w, m, m.respond(200, "OK", c.localTag))
		c.end(Them)
	case "CANCEL":
		c.cancelled(w, m)
	case "NOTIFY":
		c.respond(w, m, m.respond(200, "OK", c.localTag))
		c.notify(m)
	case "REFER":
		c.referred(w, m)
	case "INFO", "OPTIONS", "PRACK", "MESSAGE":
		c.respond(w, m, m.respond(200, "OK", c.localTag))
	default:
		r := m.respond(405, "Method Not Allowed", c.localTag)
		r.add("Allow", allowed)
		c.respond(w, m, r)
	}
}

// respond sends a response and keeps it for what is sent again.
func (c *Call) respond(w path, m, r *message) {
	c.mu.Lock()
	if len(c.answered) > 64 {
		clear(c.answered)
	}
	c.answered[m.branch()+m.method] = r
	c.mu.Unlock()
	_ = w.send(r)
}

// reinvited answers a new offer, or makes one when there is none (RFC 3264 section 8, RFC 3261 section 14.2).
func (c *Call) reinvited(w path, m *message) {
	c.mu.Lock()
	busy := c.inviting
	c.reinvites++
	c.mu.Unlock()
	if busy {
		c.respond(w, m, m.respond(491, "Request Pending", c.localTag))
		return
	}
	c.respond(w, m, m.respond(100, "Trying", ""))
	r, err := c.answer(m)
	if err != nil {
		c.respond(w, m, m.respond(488, "Not Acceptable Here", c.localTag))
		return
	}
	c.mu.Lock()
	if t := address(m.get("Contact")); t != "" {
		c.target = t
	}
	c.mu.Unlock()
	c.respond(w, m, r)
	c.repeat(w, r)
}

// answer makes the 200 to an INVITE or UPDATE with its description, and sets the sound up if the offer was there.
func (c *Call) answer(m *message) (*message, error) {
	r := m.respond(200, "OK", c.localTag)
	r.add("Contact", contact(c.w, "testphone"))
	r.add("Allow", allowed)
	if x := m.get("Session-Expires"); x != "" && strings.Contains(x, "refresher") {
		r.add("Session-Expires", x)
	}
	if len(m.body) == 0 && m.method == "UPDATE" {
		return r, nil
	}
	c.mu.Lock()
	ours := c.ours
	ours.direction = "sendrecv"
	c.version++
	version := c.version
	c.reoffered = len(m.body) == 0
	c.mu.Unlock()
	if len(m.body) > 0 {
		theirs, err := describe(m.body)
		if err != nil {
			return nil, err
		}
		codec, ok := common(theirs.codecs, ours.codecs)
		if !ok {
			return nil, fmt.Errorf("no codec in common")
		}
		ours.direction = turned(theirs.direction)
		answer := ours
		answer.codecs = append(answer.codecs[:0:0], codec)
		answer.dtmf = theirs.dtmf
		if theirs.key == nil {
			answer.key = nil
		} else if answer.key == nil {
			answer.key = newKey()
		}
		answer.cryptoTag = theirs.cryptoTag
		ours.key, ours.cryptoTag = answer.key, answer.cryptoTag
		if err := c.settle(ours, theirs); err != nil {
			return nil, err
		}
		r.body = answer.text(c.session, version)
	} else {
		r.body = ours.text(c.session, version)
	}
	r.add("Content-Type", "application/sdp")
	return r, nil
}

// updated answers an UPDATE (RFC 3311), with or without an offer.
func (c *Call) updated(w path, m *message) {
	r, err := c.answer(m)
	if err != nil {
		r = m.respond(488, "Not Acceptable Here", c.localTag)
	}
	c.respond(w, m, r)
}

// repeat sends a 200 again until its ACK comes (RFC 3261 section 13.3.1.4).
func (c *Call) repeat(w path, r *message) {
	acked := make(chan struct{})
	c.mu.Lock()
	c.unacked = acked
	c.mu.Unlock()
	c.p.running.Go(func() {
		for wait, whole := t1, time.Duration(0); whole < giveUp; whole, wait = whole+wait, min(2*wait, t2) {
			t := time.NewTimer(wait)
			select {
			case <-t.C:
				_ = w.send(r)
			case <-acked:
				t.Stop()
				return
			case <-c.ended:
				t.Stop()
				return
			}
		}
	})
}

func (c *Call) acknowledged(m *message) {
	c.mu.Lock()
	first := c.unacked
	c.unacked = nil
	late := c.reoffered
	c.reoffered = false
	ours := c.ours
	c.mu.Unlock()
	if first == nil {
		return
	}
	close(first)
	if late {
		if theirs, err := describe(m.body); err == nil {
			ours.direction = "sendrecv"
			_ = c.settle(ours, theirs)
		}
	}
}

// notify takes the progress of a REFER of ours: a body of one status line (RFC 3515 section 2.4.5).
func (c *Call) notify(m *message) {
	rest, ok := strings.CutPrefix(string(m.body), "SIP/2.0 ")
	if !ok || len(rest) < 3 {
		return
	}
	if code, err := strconv.Atoi(rest[:3]); err == nil {
		select {
		case c.notified <- code:
		default:
		}
	}
}

// referred does what a REFER asks: calls the target with the same voice and ears, and hangs up here when it answers.
func (c *Call) referred(w path, m *message) {
	target := address(m.get("Refer-To"))
	if target == "" {
		c.respond(w, m, m.respond(400, "Bad Request", c.localTag))
		return
	}
	c.respond(w, m, m.respond(202, "Accepted", c.localTag))
	if c.p.o.Refer != nil {
		c.p.o.Refer(target)
		return
	}
	c.p.running.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), giveUp)
		defer cancel()
		c.tell(ctx, "100 Trying")
		target, _, _ = strings.Cut(target, "?")
		next, err := c.p.dialAt(ctx, target, Invite{To: user(target), From: user(address(c.from)), Voice: c.s.voice, Hear: c.wanted()})
		status := "200 OK"
		var refused *Refused
		if errors.As(err, &refused) {
			status = refused.Error()
		} else if err != nil {
			status = "503 Service Unavailable"
		}
		c.tell(ctx, status)
		if next != nil {
			_ = c.HangUp(ctx)
		}
	})
}

func (c *Call) wanted() []float64 {
	var out []float64
	for _, h := range c.Heard() {
		out = append(out, h.Hz)
	}
	return out
}

func (c *Call) tell(ctx context.Context, status string) {
	state := "active"
	if !strings.HasPrefix(status, "1") {
		state = "terminated;reason=noresource"
	}
	_, _ = c.ask(ctx, "NOTIFY", func(m *message) {
		m.add("Event", "refer")
		m.add("Subscription-State", state)
		m.add("Content-Type", "message/sipfrag;version=2.0")
		m.body = []byte("SIP/2.0 " + status + "\r\n")
	})
}

// Ring is a call that came in and is not answered yet.
type Ring struct {
	From, To string // numbers
	Number   string // of the request line: who was dialled
	Header   func(name string) string

	c         *Call
	m         *message
	w         path
	cancelled chan struct{}
}

// ring takes an INVITE that belongs to no call.
func (p *Phone) ring(w path, m *message) {
	if parameter(m.get("To"), "tag") != "" {
		_ = w.send(m.respond(481, "Call/Transaction Does Not Exist", token()))
		return
	}
	_ = w.send(m.respond(100, "Trying", ""))
	if p.o.Incoming == nil {
		_ = w.send(m.respond(486, "Busy Here", token()))
		return
	}
	c, err := p.newCall(w, m.get("Call-ID"))
	if err != nil {
		_ = w.send(m.respond(503, "Service Unavailable", token()))
		return
	}
	c.from, c.to = m.get("To")+";tag="+c.localTag, m.get("From")
	c.target, c.routes = address(m.get("Contact")), routeSet(m, false)
	r := &Ring{From: user(address(m.get("From"))), To: user(address(m.get("To"))), Number: user(m.uri), Header: m.get, c: c, m: m, w: w, cancelled: make(chan struct{})}
	c.mu.Lock()
	c.answered[m.branch()+"INVITE"] = m.respond(100, "Trying", "")
	c.mu.Unlock()
	c.mu.Lock()
	c.cancel = r.cancel
	c.mu.Unlock()
	p.running.Go(func() { p.o.Incoming(r) })
}

// cancelled answers a CANCEL, and the INVITE when it still rings (RFC 3261 section 9.2).
func (c *Call) cancelled(w path, m *message) {
	c.respond(w, m, m.respond(200, "OK", c.localTag))
	c.mu.Lock()
	rings := c.cancel
	c.cancel = nil
	c.mu.Unlock()
	if rings != nil {
		rings()
	}
}

func (r *Ring) cancel() {
	r.c.respond(r.w, r.m, r.m.respond(487, "Request Terminated", r.c.localTag))
	close(r.cancelled)
	r.c.linger()
}

// linger keeps a call that came to nothing until what is still on its way has come.
func (c *Call) linger() { time.AfterFunc(t2, func() { c.end(Them) }) }

// Cancelled is closed when the caller has given up.
func (r *Ring) Cancelled() <-chan struct{} { return r.cancelled }

// Ringing says that it rings.
func (r *Ring) Ringing() {
	answer := r.m.respond(180, "Ringing", r.c.localTag)
	answer.add("Contact", contact(r.w, "testphone"))
	r.c.respond(r.w, r.m, answer)
}

// Reject refuses the call with a code, such as 486.
func (r *Ring) Reject(code int, reason string) {
	r.c.mu.Lock()
	rings := r.c.cancel != nil
	r.c.cancel = nil
	r.c.mu.Unlock()
	if !rings {
		return
	}
	r.c.respond(r.w, r.m, r.m.respond(code, reason, r.c.localTag))
	r.c.linger()
}

// Answer takes the call.
func (r *Ring) Answer(voice *Voice, hear ...float64) (*Call, error) {
	c := r.c
	c.s.say(voice)
	for _, hz := range hear {
		c.s.heard.ears = append(c.s.heard.ears, newEar(hz))
	}
	answer, err := c.answer(r.m)
	if err != nil {
		r.Reject(488, "Not Acceptable Here")
		return nil, err
	}
	c.mu.Lock()
	rings := c.cancel != nil
	c.cancel = nil
	c.began = time.Now()
	c.mu.Unlock()
	if !rings {
		return nil, errEnded
	}
	c.respond(r.w, r.m, answer)
	c.repeat(r.w, answer)
	return c, nil
}

// routeSet is the way that Record-Route asks for, reversed for who called (RFC 3261 section 12.1).
func routeSet(m *message, caller bool) []string {
	var out []string
	for _, v := range m.all("Record-Route") {
		for _, r := range strings.Split(v, ",") {
			out = append(out, strings.TrimSpace(r))
		}
	}
	if caller {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}
