package testphone

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// Party is one end of a call.
type Party string

// Who ended a call.
const (
	Nobody Party = ""     // it has not ended, or the phone was switched off
	Us     Party = "us"   // the test phone
	Them   Party = "them" // the other side
)

// Call is a dialog with its sound, from the final answer to a BYE.
type Call struct {
	p *Phone
	s *stream

	id        string
	localTag  string
	from, to  string // our header and theirs, in requests of ours
	began     time.Time
	mu        sync.Mutex
	w         path
	target    string // where requests go
	routes    []string
	cseq      int
	invited   int // CSeq of the INVITE that was acknowledged last
	ack       *message
	mute      bool // never acknowledge
	ours      description
	theirs    description
	session   uint64
	version   uint64
	inviting  bool
	answered  map[string]*message // responses by branch and method, for what is sent again
	unacked   chan struct{}       // closed by the ACK to our 200
	reoffered bool                // our 200 held the offer; the ACK holds the answer
	reinvites int
	notified  chan int
	cancel    func() // while it rings here: the caller gives up

	once  sync.Once
	ended chan struct{}
	by    Party
	at    time.Time
}

func (p *Phone) newCall(w path, id string) (*Call, error) {
	s, err := newStream(w.local().Addr())
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "no port for sound: %w", err)
	}
	now := time.Now()
	c := &Call{p: p, s: s, w: w, id: id, localTag: token(), began: now, session: uint64(now.UnixNano() >> 10), version: 1, answered: map[string]*message{},
		ended: make(chan struct{}), notified: make(chan int, 8)}
	c.ours = description{at: s.local(), codecs: p.o.Codecs, dtmf: 101, direction: "sendrecv"}
	if p.o.SRTP {
		c.ours.key, c.ours.cryptoTag = newKey(), "1"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = s.conn.Close()
		return nil, errOff
	}
	p.calls[id] = c
	return c, nil
}

// end closes the call's sound and forgets the call. Only the first end counts.
func (c *Call) end(by Party) {
	c.once.Do(func() {
		c.p.pace.remove(c.s)
		_ = c.s.conn.Close()
		c.p.mu.Lock()
		delete(c.p.calls, c.id)
		c.p.mu.Unlock()
		c.mu.Lock()
		c.by, c.at = by, time.Now()
		c.mu.Unlock()
		close(c.ended)
	})
}

// Ended is closed when the call is over.
func (c *Call) Ended() <-chan struct{} { return c.ended }

// EndedBy says who hung up.
func (c *Call) EndedBy() Party {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by
}

// Said changes what the phone says; nil is silence.
func (c *Call) Said(v *Voice) { c.s.say(v) }

// Press presses keys, one after the other, and waits until they are sent.
func (c *Call) Press(ctx context.Context, keys string) error {
	for i := range len(keys) {
		if strings.IndexByte(keypad, keys[i]) < 0 {
			return centre.Errorf(centre.Invalid, "%q is no key of a telephone", keys[i])
		}
		c.s.press(keys[i])
	}
	for c.s.pressing() {
		if err := c.pause(ctx, frame); err != nil {
			return err
		}
	}
	return nil
}

// pause waits; it fails when the call or the context ends first.
func (c *Call) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-c.ended:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errEnded = centre.Errorf(centre.Conflict, "the call has ended")

// Hear waits until the tone is heard from now on, and gives the moment it began. Only tones that the call was told to listen for can be heard.
func (c *Call) Hear(ctx context.Context, hz float64) (time.Time, error) {
	from := time.Now()
	c.s.heard.Lock()
	for _, e := range c.s.heard.ears {
		if e.hz == hz {
			e.first, e.runs = time.Time{}, 0
		}
	}
	c.s.heard.Unlock()
	for {
		for _, h := range c.Heard() {
			if h.Hz == hz && !h.First.IsZero() && !h.First.Before(from) {
				return h.First, nil
			}
		}
		if err := c.pause(ctx, 5*time.Millisecond); err != nil {
			return time.Time{}, centre.Errorf(centre.Missing, "%g Hz was not heard: %w", hz, err)
		}
	}
}

// Hears tells whether the tone has been heard within the last fifth of a second.
func (c *Call) Hears(hz float64) bool {
	for _, h := range c.Heard() {
		if h.Hz == hz {
			return time.Since(h.Last) < 200*time.Millisecond
		}
	}
	return false
}

// Heard is what one wanted tone came to.
type Heard struct {
	Hz    float64
	First time.Time     // zero: not heard
	Last  time.Time     // when it was heard last
	Whole time.Duration // for how long in all
	Share float64       // greatest share of the energy in 200 ms
}

// Heard lists the wanted tones, in the order they were asked for.
func (c *Call) Heard() []Heard {
	h := &c.s.heard
	h.Lock()
	defer h.Unlock()
	out := make([]Heard, len(h.ears))
	for i, e := range h.ears {
		out[i] = Heard{Hz: e.hz, First: e.first, Last: e.last, Whole: e.whole, Share: e.share}
	}
	return out
}

// Sounding gives when the other side last made a sound, and when that sound began; pauses of less than 0.7 s are part of it.
func (c *Call) Sounding() (since, last time.Time) {
	h := &c.s.heard
	h.Lock()
	defer h.Unlock()
	return h.noise.since, h.noise.sounded
}

// Digits are the keys that the other side has pressed.
func (c *Call) Digits() string {
	h := &c.s.heard
	h.Lock()
	defer h.Unlock()
	return string(h.digits)
}

// Record keeps what is heard from now on, up to ten minutes.
func (c *Call) Record() {
	h := &c.s.heard
	h.Lock()
	h.record = true
	h.Unlock()
}

// Recording is what has been kept: 8 kHz, mono.
func (c *Call) Recording() []int16 {
	h := &c.s.heard
	h.Lock()
	defer h.Unlock()
	return append([]int16(nil), h.recording...)
}

// Sound is the reckoning of a call's packets.
type Sound struct {
	Sent, Received, Lost int
	First                time.Time     // first packet
	WorstGap             time.Duration // longest time between two packets, holds left out
	Codec                media.Codec
	Reinvites            int // of the other side
}

// Sound gives the reckoning so far.
func (c *Call) Sound() Sound {
	c.s.mu.Lock()
	s := Sound{Sent: c.s.sent, Codec: c.s.codec}
	c.s.mu.Unlock()
	h := &c.s.heard
	h.Lock()
	s.Received, s.Lost, s.First, s.WorstGap = h.received, h.lost+h.counts.lost(), h.first, h.worstGap
	h.Unlock()
	c.mu.Lock()
	s.Reinvites = c.reinvites
	c.mu.Unlock()
	return s
}

// Local and Remote are where the call's sound comes from and goes to.
func (c *Call) Local() string { return c.s.local().String() }

// Remote is where the call's sound goes.
func (c *Call) Remote() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.theirs.at.String()
}

// Replacing is the value of a Replaces header by which another phone takes over this end of the call (RFC 3891).
func (c *Call) Replacing() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, theirs, _ := strings.Cut(c.to, ";tag=")
	return c.id + ";to-tag=" + theirs + ";from-tag=" + c.localTag
}

// within makes the next request of the dialog (RFC 3261 section 12.2.1.1). The caller holds c.mu.
func (c *Call) within(method string, cseq int) *message {
	m := &message{method: method, uri: c.target}
	m.add("Via", via(c.w, newBranch()))
	m.add("Max-Forwards", "70")
	for _, r := range c.routes {
		m.add("Route", r)
	}
	m.add("From", c.from)
	m.add("To", c.to)
	m.add("Call-ID", c.id)
	m.add("CSeq", strconv.Itoa(cseq)+" "+method)
	if method == "INVITE" || method == "UPDATE" || method == "REFER" {
		m.add("Contact", contact(c.w, "testphone"))
	}
	return m
}

// ask sends a request of the dialog and waits for its answer.
func (c *Call) ask(ctx context.Context, method string, dress func(*message)) (*message, error) {
	c.mu.Lock()
	c.cseq++
	m := c.within(method, c.cseq)
	w := c.w
	c.mu.Unlock()
	if dress != nil {
		dress(m)
	}
	return c.p.ask(ctx, w, m)
}

// HangUp says BYE. The call is over at once, whatever is answered; the error tells what was.
func (c *Call) HangUp(ctx context.Context) error {
	select {
	case <-c.ended:
		return nil
	default:
	}
	c.s.vanish()
	a, err := c.ask(ctx, "BYE", nil)
	c.end(Us)
	if err == nil && a.code/100 != 2 {
		return &Refused{Code: a.code, Reason: a.reason}
	}
	return err
}

// Vanish stops everything without a word, as a phone does whose battery is empty.
func (c *Call) Vanish() { c.end(Us) }

// Freeze stops sending sound but leaves the call standing.
func (c *Call) Freeze() { c.s.vanish() }

// Hold stops listening, Resume goes on: a re-INVITE each.
func (c *Call) Hold(ctx context.Context) error { return c.reinvite(ctx, "sendonly") }

// Resume takes the call back from hold.
func (c *Call) Resume(ctx context.Context) error { return c.reinvite(ctx, "sendrecv") }

// reinvite offers a new description. Glare (491) is tried again after a moment.
func (c *Call) reinvite(ctx context.Context, direction string) error {
	for range 5 {
		c.mu.Lock()
		c.cseq++
		c.inviting = true
		c.version++
		ours := c.ours
		ours.direction = direction
		cseq := c.cseq
		m := c.within("INVITE", cseq)
		m.add("Content-Type", "application/sdp")
		m.body = ours.text(c.session, c.version)
		w := c.w
		c.mu.Unlock()
		a, err := c.p.ask(ctx, w, m)
		c.mu.Lock()
		c.inviting = false
		c.mu.Unlock()
		if err != nil {
			return err
		}
		if a.code/100 == 2 {
			return c.agreed(a, ours, cseq)
		}
		c.mu.Lock()
		refuse := c.within("ACK", cseq)
		refuse.headers[0].value = m.get("Via")
		refuse.uri = m.uri
		c.mu.Unlock()
		_ = w.send(refuse)
		if a.code != 491 {
			return &Refused{Code: a.code, Reason: a.reason}
		}
		if err := c.pause(ctx, 300*time.Millisecond); err != nil {
			return err
		}
	}
	return &Refused{Code: 491, Reason: "Request Pending"}
}

// agreed takes a 200 to an INVITE of ours: sound is set up and the ACK sent.
func (c *Call) agreed(a *message, ours description, cseq int) error {
	theirs, err := describe(a.body)
	c.mu.Lock()
	if t := address(a.get("Contact")); t != "" {
		c.target = t
	}
	c.invited = cseq
	c.ack = c.within("ACK", cseq)
	ack, w, mute := c.ack, c.w, c.mute
	c.mu.Unlock()
	if mute {
		return nil
	}
	if e := w.send(ack); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	return c.settle(ours, theirs)
}

// settle starts the sound that both sides agreed upon.
func (c *Call) settle(ours, theirs description) error {
	codec, ok := common(ours.codecs, theirs.codecs)
	if !ok {
		return centre.Errorf(centre.Conflict, "no codec in common")
	}
	if ours.key != nil && theirs.key == nil && theirs.at.Port() != 0 {
		return centre.Errorf(centre.Conflict, "SRTP was offered and answered in the clear")
	}
	c.mu.Lock()
	c.ours, c.theirs = ours, theirs
	c.mu.Unlock()
	if err := c.s.apply(ours, theirs, codec); err != nil {
		return err
	}
	c.s.heard.resumed()
	c.p.pace.remove(c.s)
	c.p.pace.add(c.s)
	return nil
}

func common(offered, answered []media.Codec) (media.Codec, bool) {
	for _, a := range answered {
		for _, o := range offered {
			if a == o {
				return a, true
			}
		}
	}
	return 0, false
}

// acknowledgeAgain repeats the ACK for a 200 that was sent again.
func (c *Call) acknowledgeAgain(a *message) {
	n, _ := a.sequence()
	c.mu.Lock()
	ack, w := c.ack, c.w
	if n != c.invited || c.mute {
		ack = nil
	}
	c.mu.Unlock()
	if ack != nil {
		_ = w.send(ack)
	}
}

// Refer asks the other side to call somebody else instead (RFC 3515) and waits for the code of what came of it.
func (c *Call) Refer(ctx context.Context, uri string) (int, error) {
	a, err := c.ask(ctx, "REFER", func(m *message) {
		m.add("Refer-To", "<"+uri+">")
		m.add("Referred-By", c.from)
	})
	if err != nil {
		return 0, err
	}
	if a.code/100 != 2 {
		return a.code, &Refused{Code: a.code, Reason: a.reason}
	}
	for {
		select {
		case code := <-c.notified:
			if code >= 200 {
				return code, nil
			}
		case <-c.ended:
			return 0, errEnded
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// Info sends a key as a message (the way of application/dtmf-relay) instead of as sound.
func (c *Call) Info(ctx context.Context, key byte) error {
	a, err := c.ask(ctx, "INFO", func(m *message) {
		m.add("Content-Type", "application/dtmf-relay")
		m.body = fmt.Appendf(nil, "Signal=%c\r\nDuration=160\r\n", key)
	})
	if err == nil && a.code/100 != 2 {
		err = &Refused{Code: a.code, Reason: a.reason}
	}
	return err
}
