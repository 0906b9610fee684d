package signal

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// state is where a call stands.
type state uint8

const (
	ringing  state = iota // no final answer yet
	answered              // we said 200 and wait for the ACK
	talking
	over
)

// Call is one telephone call, taken or made, from its INVITE to its Ending. Its methods may be used from any goroutine.
type Call struct {
	s        *Stack
	id       string
	outgoing bool
	trunk    *trunk // nil: a desk phone
	account  string
	who      caller
	began    time.Time
	leg      *media.RTP
	replaces *Call
	done     chan struct{}

	mu         sync.Mutex
	state      state
	ending     Ending
	d          dialog
	talk       *talk
	fresh      string      // its key in Stack.fresh
	onEnd      []func()    // what to give back, once
	invite     *transacted // the INVITE of theirs that waits for our answer or their ACK
	ours       bool        // an INVITE of ours is under way
	confirming bool        // a 2xx of ours waits for its ACK
	sounding   bool        // sound goes to the caller before the answer
	rel        reliable
	timer      sessionTimer
	quiets     int         // how often in a row it was asked whether it is there, though it should have spoken
	quietAt    uint64      // packets heard when it was asked last
	asking     atomic.Bool // it is being asked

	onDigit    func(rune)
	onHold     func(bool)
	onRefer    func(ReferTo) error
	held       bool // what onHold was told last
	heard      heardKey
	keys       []rune // pressed, not told yet
	delivering bool
	notified   chan notice
	offering   chan struct{} // one at a time may make an offer
}

// transacted is an INVITE of theirs.
type transacted struct {
	req       *sip.Request
	tx        *sip.ServerTx
	seq       uint32
	offerless bool
	again     bool   // a re-INVITE
	answer    []byte // to their offer
	session   media.Session
	ack       chan *sip.Request
	settled   chan struct{} // closed when the ACK has been dealt with, or has never come
}

func (s *Stack) newCall(t *trunk, leg *media.RTP) *Call {
	c := &Call{s: s, id: newTag(), trunk: t, leg: leg, began: s.o.Now(), done: make(chan struct{}), notified: make(chan notice, 4), offering: make(chan struct{}, 1)}
	config := &Trunk{}
	if t != nil {
		config = &t.Trunk
	}
	local := leg.Local()
	c.talk = newTalk(netip.AddrPortFrom(s.seen(local.Addr()), local.Port()), config)
	c.d.localTag = c.id
	leg.OnDigit(func(r rune) { c.digit(r, byRTP) })
	return c
}

// ID names the call in log and facts. It is unguessable and says nothing about anybody.
func (c *Call) ID() string { return c.id }

// Outgoing tells whether we made the call.
func (c *Call) Outgoing() bool { return c.outgoing }

// Trunk is the key of the trunk that it came in or goes out on; empty for a desk phone.
func (c *Call) Trunk() string {
	if c.trunk == nil {
		return ""
	}
	return c.trunk.Key
}

// Account is the desk phone's user; empty for a trunk.
func (c *Call) Account() string { return c.account }

// From is the caller's number as it may be shown; empty when the caller withheld it.
func (c *Call) From() string { return c.who.from }

// FromName is the caller's name as the caller says it; it proves nothing.
func (c *Call) FromName() string { return c.who.name }

// Asserted is the number that the trunk vouches for (P-Asserted-Identity, RFC 3325), even when the caller withheld it: not to be shown then.
func (c *Call) Asserted() string { return c.who.asserted }

// To is the number that was dialled: the first of Numbers.
func (c *Call) To() string {
	if len(c.who.numbers) == 0 {
		return ""
	}
	return c.who.numbers[0]
}

// Numbers are the numbers that may be the dialled one, the likeliest first: of Diversion, History-Info, To and the request line, each once.
func (c *Call) Numbers() []string { return slices.Clone(c.who.numbers) }

// Leg is the call's sound.
func (c *Call) Leg() *media.RTP { return c.leg }

// Replaces is the call that this one takes the place of once it is answered (RFC 3891); nil for most.
func (c *Call) Replaces() *Call { return c.replaces }

// Done is closed when the call has ended.
func (c *Call) Done() <-chan struct{} { return c.done }

// Ending says how the call ended; the zero Ending while it has not.
func (c *Call) Ending() Ending {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// end makes the call over, once: whoever comes first says why. Everything it held is given back, but for its dialog, which lives on for what arrives late.
func (c *Call) end(e Ending) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.endLocked(e)
}

func (c *Call) endLocked(e Ending) bool {
	if c.state == over {
		return false
	}
	c.state = over
	e.At = c.s.o.Now()
	c.ending = e
	c.timer.stop()
	c.rel.stop()
	c.leg.Close()
	if !c.confirming {
		c.giveBackLocked()
	}
	close(c.done)
	key := ""
	if c.trunk != nil {
		key = c.trunk.Key
	}
	c.s.log.Info("call ended", "call", c.id, "trunk", key, "outgoing", c.outgoing, "ending", e.String(), "lasted_ms", e.At.Sub(c.began).Milliseconds())
	return true
}

// giveBackLocked gives back what the call held, last taken first. A call whose 2xx still waits for its ACK keeps its place until that is settled.
func (c *Call) giveBackLocked() {
	give := c.onEnd
	c.onEnd = nil
	for _, f := range slices.Backward(give) {
		f()
	}
}

func (c *Call) giveBackIfOverLocked() {
	if c.state == over {
		c.giveBackLocked()
	}
}

// enlist makes a call known by its tag; it leaves the list when it ends. What arrives for it afterwards gets 481, as if it had never been.
func (s *Stack) enlist(c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.draining && !c.outgoing || len(s.calls) >= s.o.Limits.Calls {
		return false
	}
	s.calls[c.id] = c
	c.onEnd = append(c.onEnd, func() {
		s.mu.Lock()
		delete(s.calls, c.id)
		if c.fresh != "" && s.fresh[c.fresh] == c {
			delete(s.fresh, c.fresh)
		}
		if len(s.calls) == 0 {
			close(s.emptied)
			s.emptied = make(chan struct{})
		}
		s.mu.Unlock()
	})
	return true
}

// Hangup ends the call from our side, at any stage. It does not wait for the other side.
func (c *Call) Hangup() { c.hangup(Ending{Kind: WeHungUp}) }

func (c *Call) hangup(e Ending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.state
	if was == over {
		return
	}
	inv := c.invite
	switch {
	case was == ringing && !c.outgoing:
		c.refuseLocked(inv, 480, "Temporarily Unavailable")
	case was == talking:
		c.byeLocked(e)
	} // answered: confirm says BYE when the ACK has come, or never will (RFC 3261 section 15); ringing and outgoing: place cancels
	c.endLocked(e)
}

// byeLocked sends BYE and forgets about it: the call is over whatever comes back.
func (c *Call) byeLocked(e Ending) {
	req := c.d.request(c.s, sip.BYE)
	if e.Kind == TimerExpired || e.Kind == MediaLost {
		req.AppendHeader(header("Reason", `SIP;cause=408;text="`+e.Kind.String()+`"`)) // RFC 3326
	}
	p, trunk := c.d.peer, c.trunk
	c.s.farewell(func(ctx context.Context) {
		res, err := c.s.do(ctx, p, req)
		if err == nil && asksWho(res) && trunk != nil {
			c.mu.Lock()
			again := c.d.request(c.s, sip.BYE)
			ok := c.d.authorize(again, res, trunk.User, trunk.Secret)
			c.mu.Unlock()
			if ok {
				_, _ = c.s.do(ctx, p, again)
			}
		}
	})
}

// farewell sends what ends a call, in its own goroutine. Close waits a moment for them.
func (s *Stack) farewell(send func(context.Context)) {
	s.byes.Add(1)
	s.guard("farewell", func() {
		defer s.byes.Done()
		ctx, cancel := context.WithTimeout(s.ctx, 64*s.wait.t1)
		defer cancel()
		send(ctx)
	})
}

// OnDigit names the handler of the keys that the other party presses, however they come (RFC 4733, INFO, sound), each once and in order. Keys pressed
// before wait for it.
func (c *Call) OnDigit(handle func(rune)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onDigit = handle
	c.deliverLocked()
}

// OnHold names the handler that is told when the other party puts us on hold, and when it takes us back.
func (c *Call) OnHold(handle func(held bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onHold = handle
}

// OnRefer names the handler of a transfer that the other party asks for. It connects the call elsewhere and returns nil, or says why not. Without one,
// transfers are refused.
func (c *Call) OnRefer(handle func(ReferTo) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onRefer = handle
}

// ways that a key press can come.
const (
	byRTP = iota
	byINFO
)

// heardKey is the last key and the way it came: some phones send one press both as RTP event and as INFO.
type heardKey struct {
	key rune
	way int
	at  time.Time
}

const samePress = 400 * time.Millisecond

const keysPending = 64 // more, with nobody to hear them, are forgotten

func (c *Call) digit(key rune, way int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.s.o.Now()
	if h := c.heard; h.key == key && h.way != way && now.Sub(h.at) < samePress {
		c.heard.key = 0 // the other copy of the same press
		return
	}
	c.heard = heardKey{key, way, now}
	if len(c.keys) < keysPending {
		c.keys = append(c.keys, key)
		c.deliverLocked()
	}
}

// deliverLocked begins to tell the keys that wait, unless somebody already does.
func (c *Call) deliverLocked() {
	if c.delivering || c.onDigit == nil || len(c.keys) == 0 {
		return
	}
	c.delivering = true
	c.s.guard("digit", func() {
		told := false
		defer func() {
			if !told { // the handler panicked: the next key is told again
				c.mu.Lock()
				c.delivering = false
				c.mu.Unlock()
			}
		}()
		for {
			c.mu.Lock()
			if len(c.keys) == 0 || c.onDigit == nil {
				c.delivering, told = false, true
				c.mu.Unlock()
				return
			}
			key, handle := c.keys[0], c.onDigit
			c.keys = c.keys[1:]
			c.mu.Unlock()
			handle(key)
		}
	})
}

// applyLocked gives the leg what was agreed, and tells of a hold. listening: do not send yet (S5).
func (c *Call) applyLocked(ses media.Session, listening bool) error {
	if listening {
		ses.Send = false
	}
	if err := c.leg.Apply(ses); err != nil {
		return err
	}
	if handle := c.onHold; c.talk.theyHold != c.held && handle != nil && c.state != ringing {
		held := c.talk.theyHold
		c.s.guard("hold", func() { handle(held) })
	}
	c.held = c.talk.theyHold
	return nil
}

// up makes the call a conversation: timers run, silence is watched.
func (c *Call) upLocked() {
	c.state = talking
	c.leg.OnSilent(c.s.o.Limits.MediaQuiet, c.quiet)
	c.leg.OnRefused(func() { c.AskIfSilent(refusedFor) })
	c.startTimerLocked()
}

// quiet takes that the other party has been silent for another Limits.MediaQuiet: it is asked whether it is there still, and is lost when it is not. Who may
// be silent, since either side holds the call or nothing was to come, is asked as long as it lasts; any other is lost after Limits.MediaSilence whatever it
// answers.
func (c *Call) quiet() {
	heard := c.leg.Stats()
	n := heard.Received + heard.Reports
	c.mu.Lock()
	may := c.talk.theyHold || c.talk.weHold || !c.talk.session.Receive
	if may || n != c.quietAt {
		c.quietAt, c.quiets = n, 0
	}
	if !may {
		c.quiets++
	}
	lost := time.Duration(c.quiets)*c.s.o.Limits.MediaQuiet >= c.s.o.Limits.MediaSilence
	c.mu.Unlock()
	if lost || !c.answers() {
		c.hangup(Ending{Kind: MediaLost})
	}
}

// AskIfSilent asks the other side whether it is there still when nothing has been heard from it for so long; when it is not, the call ends with MediaLost. It
// does not wait for the answer.
func (c *Call) AskIfSilent(after time.Duration) {
	if c.leg.Stats().Silent < after {
		return
	}
	c.mu.Lock()
	up := c.state == talking
	c.mu.Unlock()
	if up {
		c.s.guard("asking", func() {
			if !c.answers() {
				c.hangup(Ending{Kind: MediaLost})
			}
		})
	}
}

// refusedFor is how long a party must have been silent to be asked because its machine says that nobody listens there.
const refusedFor = time.Second

// answersWithin is how long a silent party has to show that it is there.
const answersWithin = 10 * time.Second

// answers asks a silent party whether it is there still (RFC 3261 section 11.2: OPTIONS within the dialog), unless it is being asked already. Any answer but
// one that denies the call will do.
func (c *Call) answers() bool {
	if !c.asking.CompareAndSwap(false, true) {
		return true
	}
	defer c.asking.Store(false)
	ctx, cancel := context.WithTimeout(c.s.ctx, answersWithin)
	defer cancel()
	code, err := c.s.probe(ctx, c)
	if c.s.ctx.Err() != nil {
		return true
	}
	return err == nil && code != sip.StatusCallTransactionDoesNotExists && code != sip.StatusRequestTimeout
}

// probe sends OPTIONS within a call and gives the answer's code.
func probe(ctx context.Context, c *Call) (int, error) {
	res, err := c.send(ctx, sip.OPTIONS, func(*sip.Request) {})
	if err != nil {
		return 0, err
	}
	return res.StatusCode, nil
}

func conflict(what string) error { return centre.Errorf(centre.Conflict, "%s", what) }
