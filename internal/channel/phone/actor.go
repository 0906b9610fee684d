package phone

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/quality/survey"
	"sentral/internal/store"
	"sentral/internal/telephony/media"
)

// wire is the end of a call at a customer or at somebody outside: a SIP dialog, or a visitor's browser.
type wire interface {
	Sound() media.Leg
	Answer(ctx context.Context) error
	Reject(code int) error
	Hangup()
	SendDigits(keys string)
	Ask()          // whether anybody is there, if it has been silent; who is not is gone
	Lost() float64 // share of its packets that never came, 0 to 1
}

// call is the actor of one call: a goroutine that takes what happens from its mail, lets the machine decide, and carries the deeds out. Nobody else touches
// what is below mail.
type call struct {
	room *Room
	id   int64
	name string // of the customer, for the screens

	mu      sync.Mutex
	mail    []func()
	keysIn  int // keys that wait in the mail
	ended   bool
	signal  chan struct{}
	shown   atomic.Pointer[shown]
	cancels map[int64]context.CancelFunc // of numbers being rung

	m       *machine
	sound   *sound
	wires   map[int64]wire
	timers  map[timer]*time.Timer
	rounds  map[timer]int
	writes  int   // commands sent, so that each has a key of its own
	minutes int64 // of calls out, begun so far
	parties map[int64]*store.PartyRow
	tape    *tape
	place   store.PlaceRow // kept for the customer when they left
	asking  *survey.Asking // the link that goes with the call's end; nil for none
	aim     centre.AgentID // the colleague who is called; zero for most
	turn    chan struct{}  // closed when what the screens see changes
	over    bool

	bound []centre.ContactID // what it is known as; of the room's lock
}

// keysBound is how many keys may wait: who presses faster than that is not heard.
const keysBound = 64

func newCall(r *Room, m *machine) *call {
	c := &call{
		room: r, id: m.row.ID, m: m, signal: make(chan struct{}, 1), cancels: map[int64]context.CancelFunc{}, wires: map[int64]wire{}, timers: map[timer]*time.Timer{},
		rounds: map[timer]int{}, parties: map[int64]*store.PartyRow{},
	}
	c.sound = newSound(c)
	return c
}

// post puts something into the call's mail. It never waits; after the end it is dropped.
func (c *call) post(fn func()) {
	c.mu.Lock()
	if !c.ended {
		c.mail = append(c.mail, fn)
	}
	c.mu.Unlock()
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// tell lets the machine hear an event in the actor's own time.
func (c *call) tell(e event) {
	if _, key := e.(keyed); key {
		c.mu.Lock()
		c.keysIn++
		full := c.keysIn > keysBound
		if full {
			c.keysIn--
		}
		c.mu.Unlock()
		if full {
			return
		}
	}
	c.post(func() {
		if _, key := e.(keyed); key {
			c.mu.Lock()
			c.keysIn--
			c.mu.Unlock()
		}
		c.hear(e)
	})
}

// decide lets the machine hear what the engine has decided.
func (c *call) decide(at centre.Instant, d routing.Decision) {
	c.post(func() {
		if w := c.wires[1]; w != nil && (d.Kind == routing.Offered || d.Kind == routing.Connected) {
			w.Ask() // an agent is not to be kept waiting by somebody who has gone
		}
		c.m.decide(at, &d)
	})
}

// ask runs fn in the actor and returns what it says; a call that is over answers Missing.
func (c *call) ask(ctx context.Context, fn func(m *machine) error) error {
	answer := make(chan error, 1)
	c.mu.Lock()
	late := c.ended
	c.mu.Unlock()
	if late {
		return errOver
	}
	c.post(func() {
		if c.m.stage == over {
			answer <- errOver
			return
		}
		c.m.at = max(c.m.at, c.room.instant())
		answer <- fn(c.m)
	})
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return centre.Errorf(centre.Unavailable, "the call did not answer: %w", ctx.Err())
	}
}

var errOver = centre.ErrorAt(centre.Missing, "contact_id", "there is no such call now")

func (c *call) hear(e event) { c.m.hear(c.room.instant(), e) }

// live is the actor: it returns when the call is over.
func (c *call) live() {
	defer c.bury()
	for !c.over {
		<-c.signal
		c.mu.Lock()
		mail := c.mail
		c.mail = nil
		c.mu.Unlock()
		for _, fn := range mail {
			fn()
			c.carryOut()
		}
	}
}

// bury frees everything the call holds.
func (c *call) bury() {
	c.mu.Lock()
	c.ended, c.mail = true, nil
	c.mu.Unlock()
	for _, t := range c.timers {
		t.Stop()
	}
	for _, cancel := range c.cancels {
		cancel()
	}
	c.endTape()
	for _, w := range c.wires {
		w.Hangup()
	}
	c.sound.close()
	c.room.forget(c)
}

// carryOut does what the machine wants until it wants no more.
func (c *call) carryOut() {
	for list := c.m.take(); len(list) > 0 && !c.over; list = c.m.take() {
		for _, d := range list {
			c.carry(d)
		}
	}
}

func (c *call) carry(d deed) {
	switch d := d.(type) {
	case answerCall:
		c.answer()
	case hangUp:
		c.hangUp(d.person)
	case say:
		c.say(d)
	case brief:
		c.brief(d)
	case unbrief:
		c.sound.unbrief()
	case hush:
		c.sound.hush()
	case wake:
		c.wake(d)
	case mix:
		c.mix()
	case show:
		c.show()
	case keys:
		if w := c.wires[d.person]; w != nil {
			w.SendDigits(d.keys)
		}
	case dial:
		c.dial(d)
	case record:
		c.record(d.do)
	case tell:
		c.write(d)
	case look:
		c.look(d.queue)
	case find:
		c.find(d.number)
	case hours:
		c.hours(d)
	case sendLink:
		c.sendLink(d)
	case callDesk:
		c.room.callDesk(c, d.agent)
	case done:
		c.over = true
	}
}

// answer takes the customer's call; it may last until the other side confirms, so it has a goroutine of its own.
func (c *call) answer() {
	w := c.wires[c.m.caller().id]
	if w == nil {
		c.hear(answered{errOver})
		return
	}
	go func() { c.tell(answered{w.Answer(c.room.ctx)}) }()
}

func (c *call) hangUp(person int64) {
	if cancel := c.cancels[person]; cancel != nil {
		cancel()
		delete(c.cancels, person)
	}
	if w := c.wires[person]; w != nil {
		c.sound.leave(person)
		if c.m.stage == ringingIn && person == 1 {
			_ = w.Reject(480)
		} else {
			go w.Hangup() // may say goodbye over the network
		}
		delete(c.wires, person)
	}
}

// wake sets a timer; one that was set before no longer counts.
func (c *call) wake(w wake) {
	c.rounds[w.timer]++
	round := c.rounds[w.timer]
	if t := c.timers[w.timer]; t != nil {
		t.Stop()
		delete(c.timers, w.timer)
	}
	if w.after <= 0 {
		return
	}
	c.timers[w.timer] = time.AfterFunc(w.after, func() {
		c.post(func() {
			if c.rounds[w.timer] == round {
				c.hear(rang{w.timer})
			}
		})
	})
}

// say plays words to the customer or the agent; words that cannot be spoken count as said.
func (c *call) say(d say) {
	go func() {
		clip, err := c.room.Voice.Prompt(c.room.ctx, d.clip, d.text, d.language)
		c.post(func() {
			if len(c.m.words) == 0 || c.m.words[0].id != d.id {
				return // broken off meanwhile
			}
			if err != nil {
				c.room.Log.Debug("a caller hears a tone for words", "call", c.id, "error", err)
			}
			if clip == nil || clip.Duration() == 0 || !c.sound.say(d, clip) {
				c.hear(spoken{d.id})
			}
		})
	}()
}

// mix makes the sound follow the scene, and notes who came and went.
func (c *call) mix() {
	now := c.m.at
	seen := map[int64]bool{}
	for _, p := range c.m.scene.people {
		seen[p.id] = true
		if c.parties[p.id] == nil && p.kind != theCustomer && !p.ringing {
			c.parties[p.id] = &store.PartyRow{Call: c.id, Party: p.id, Kind: p.kind, Agent: p.agent, Number: p.number, Began: now}
		}
	}
	for id, p := range c.parties {
		if !seen[id] && p.Ended == 0 {
			p.Ended = now
		}
	}
	c.sound.follow(&c.m.scene)
}

// legOf is the way to somebody's ears; nil when there is none now.
func (c *call) legOf(p *person) media.Leg {
	if p.agent != 0 {
		if l := c.room.legOf(p.agent); l != nil {
			return l
		}
		return nil
	}
	if w := c.wires[p.id]; w != nil {
		return w.Sound()
	}
	return nil
}
