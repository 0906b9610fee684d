package phone

import (
	"context"
	"slices"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/signal"
)

// deskLine is the desk phone of an agent who has chosen it for a line: it is rung whenever the agent is to hear somebody, and put down by us when they no
// longer are. Whoever lifts it accepts, whoever refuses it declines; what its keys do, the screen's would do under the same rules.
type deskLine struct {
	agent   centre.AgentID
	account string

	mu     sync.Mutex
	calls  []*deskCall        // with the phone, oldest first
	stop   context.CancelFunc // of the ringing; nil when it does not ring, and is not being answered
	offer  centre.OfferID     // that it rings for; zero for other reasons
	refers bool               // the phone has asked for a transfer, which is being made
	others bool               // somebody has joined whom the agent asked for
	down   centre.ContactID   // the conversation that its owner has ended by putting it down: nothing to be rung for
	caller bool               // its owner calls a queue or a colleague with it, and cannot be reached meanwhile
}

// deskCall is one dialog with a desk phone: the conversation, or the consultation that the phone dialled beside it.
type deskCall struct {
	*signal.Call
	consults bool
	held     bool // by the phone
}

// DeskPhone is how somebody's desk phone stands.
type DeskPhone struct {
	Account    string `json:"account" doc:"What the phone signs in as; empty when the person has none."`
	Chosen     bool   `json:"chosen" doc:"It is the person's line; otherwise the browser is."`
	Registered bool   `json:"registered" doc:"The phone is signed in now."`
}

// accountOf is the desk phone of somebody; empty when they have none.
func (r *Room) accountOf(agent centre.AgentID) string {
	book := r.Rules.Book()
	for _, a := range book.Phone.Accounts {
		if a.Active && centre.AgentID(book.ID("people", a.Person)) == agent && agent != 0 {
			return a.User
		}
	}
	return ""
}

// deskOf is the desk phone of an agent who has chosen it for a line; nil for everybody else.
func (r *Room) deskOf(agent centre.AgentID) *deskLine {
	if r.stack == nil {
		return nil
	}
	r.mu.Lock()
	chosen := r.chosen[agent]
	r.mu.Unlock()
	if !chosen {
		return nil
	}
	account := r.accountOf(agent)
	if account == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.desks[agent]
	if d == nil || d.account != account {
		d = &deskLine{agent: agent, account: account}
		r.desks[agent] = d
	}
	return d
}

// subjectOf is somebody as the screens act for them.
func (r *Room) subjectOf(agent centre.AgentID) access.Subject {
	p, ok := r.Rules.Person(agent)
	if !ok || !p.Active {
		return access.Subject{Person: agent}
	}
	return access.Subject{Person: agent, Name: p.Name, Team: p.Team, Partner: p.Partner, Grants: p.Grants}
}

// DeskPhone tells somebody how their desk phone stands.
func (r *Room) DeskPhone(_ context.Context, s access.Subject) (DeskPhone, error) {
	if s.Person == 0 || !access.Somewhere(s, access.TakeCalls) {
		return DeskPhone{}, forbidden(access.TakeCalls)
	}
	return r.deskShown(s.Person), nil
}

func (r *Room) deskShown(agent centre.AgentID) DeskPhone {
	d := DeskPhone{Account: r.accountOf(agent)}
	if d.Account == "" || r.stack == nil {
		return d
	}
	d.Registered = r.stack.Registered(d.Account)
	r.mu.Lock()
	defer r.mu.Unlock()
	d.Chosen = r.chosen[agent]
	return d
}

// ChooseLine makes the desk phone, or the browser again, the line of whoever asks. It is remembered.
func (r *Room) ChooseLine(ctx context.Context, s access.Subject, desk bool) (DeskPhone, error) {
	switch {
	case s.Person == 0 || !access.Somewhere(s, access.TakeCalls):
		return DeskPhone{}, forbidden(access.TakeCalls)
	case desk && (r.stack == nil || r.accountOf(s.Person) == ""):
		return DeskPhone{}, centre.ErrorAt(centre.Conflict, "line", "you have no desk phone here")
	case r.inCall(s.Person):
		return DeskPhone{}, centre.ErrorAt(centre.Conflict, "line", "you are in a call: end it first")
	}
	_, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		p.Write(r.Phone.PutDeskLine(s.Person, desk))
		return nil
	}})
	if err != nil {
		return DeskPhone{}, err
	}
	r.mu.Lock()
	r.chosen[s.Person] = desk
	r.mu.Unlock()
	r.changed(s.Person)
	return r.deskShown(s.Person), nil
}

// registered takes that a desk phone has signed in, or is no longer there.
func (r *Room) registered(account string) {
	_, agent, ok := r.Rules.Book().Account(account)
	if ok && agent != 0 && r.deskOf(agent) != nil {
		r.changed(agent)
	}
	if ok && agent != 0 {
		r.pokeLine(agent)
	}
}

// reachable tells whether somebody can be made to hear: by a browser whose line is up, or by a desk phone that is signed in.
func (r *Room) reachable(agent centre.AgentID) bool {
	d := r.deskOf(agent)
	if d == nil {
		return r.legOf(agent) != nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.caller && r.stack.Registered(d.account)
}

// roleOf is the call in which somebody is, and what they are in it; nil when they are in none.
func (r *Room) roleOf(agent centre.AgentID) (*call, string) {
	for _, c := range r.all() {
		if x := c.shown.Load(); x != nil && x.roles[agent] != "" {
			return c, x.roles[agent]
		}
	}
	return nil, ""
}

func (r *Room) inCall(agent centre.AgentID) bool {
	c, _ := r.roleOf(agent)
	return c != nil
}

// leg is what the agent speaks into and hears from: the newest dialog that the phone does not hold. Nil while the phone is down.
func (d *deskLine) leg() media.Leg {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range slices.Backward(d.calls) {
		if !c.held {
			return c.Leg()
		}
	}
	if n := len(d.calls); n > 0 {
		return d.calls[n-1].Leg()
	}
	return nil
}

// take takes the phone for ringing, or for answering it. A phone that rings, or is lifted, is taken already.
func (d *deskLine) take(offer centre.OfferID, stop context.CancelFunc, beside bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil || d.caller || len(d.calls) > 0 && !beside {
		return false
	}
	d.stop, d.offer = stop, offer
	return true
}

// taken ends what take began.
func (d *deskLine) taken() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		d.stop()
	}
	d.stop, d.offer = nil, 0
}

// deskAnswers is how long a desk phone is rung.
const deskAnswers = 30 * time.Second

// lift rings a desk phone until it is lifted, and makes the dialog the agent's line.
func (r *Room) lift(ctx context.Context, d *deskLine, number, name string) error {
	ctx, cancel := context.WithTimeout(ctx, deskAnswers)
	defer cancel()
	sc, err := r.stack.Dial(ctx, signal.Dial{Contact: d.account, From: number, Name: name})
	if err != nil {
		return err
	}
	r.deskUp(d, &deskCall{Call: sc})
	return nil
}

// deskUp makes a dialog with a phone part of the agent's line until it ends.
func (r *Room) deskUp(d *deskLine, c *deskCall) {
	d.mu.Lock()
	d.calls = append(d.calls, c)
	d.mu.Unlock()
	c.OnDigit(func(k rune) {
		if at, role := r.roleOf(d.agent); role == theAgent {
			_ = r.Keys(r.ctx, r.subjectOf(d.agent), at.contact(), string(k))
		}
	})
	c.OnHold(func(held bool) { r.deskHolds(d, c, held) })
	c.OnRefer(func(to signal.ReferTo) error { return r.deskRefers(d, c, to) })
	r.actors.Go(func() {
		<-c.Done()
		r.deskGone(d, c)
	})
	r.changed(d.agent)
}

// ringDesk rings the desk phone of whoever a contact is offered to. Lifted it accepts the offer, refused it declines it.
func (r *Room) ringDesk(c *call, o routing.Decision) {
	d := r.deskOf(o.Agent)
	if d == nil {
		return
	}
	ctx, cancel := context.WithCancel(r.ctx)
	if !d.take(o.Offer, cancel, false) {
		cancel()
		return
	}
	number, name := c.display(o.Agent)
	r.actors.Go(func() {
		defer d.taken()
		s := r.subjectOf(d.agent)
		if err := r.lift(ctx, d, number, name); err != nil {
			if f, ok := asFailure(err); ok && ctx.Err() == nil && f.Code != 408 && f.Code != 487 { // an empty chair lets it lapse
				_ = r.Desk.Decline(r.ctx, s, o.Offer)
			}
			return
		}
		if _, err := r.Desk.Accept(r.ctx, s, o.Offer); err != nil {
			r.Log.Debug("a desk phone was lifted too late", "agent", d.agent, "error", err)
		}
		r.release(d.agent)
	})
}

// unringDesk stops the ringing for an offer that somebody else has, or that is over. One that was accepted on the screen rings until it is lifted.
func (r *Room) unringDesk(o routing.Decision) {
	d := r.deskOf(o.Agent)
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.stop == nil || d.offer != o.Offer || o.Offer == 0:
	case o.End == routing.OfferAccepted:
		d.offer = 0
	default:
		d.stop()
	}
}

// callDesk rings the desk phone of somebody who is in a call without being heard: they called out on the screen, or put the phone down unasked.
func (r *Room) callDesk(c *call, agent centre.AgentID) {
	d := r.deskOf(agent)
	if d == nil {
		return
	}
	ctx, cancel := context.WithCancel(r.ctx)
	if !d.take(0, cancel, false) {
		cancel()
		return
	}
	number, name := c.display(agent)
	r.actors.Go(func() {
		defer d.taken()
		if d.ended(c.contact()) {
			return
		}
		if err := r.lift(ctx, d, number, name); err != nil && ctx.Err() == nil {
			c.tell(line{agent: agent, refused: true})
			return
		}
		r.release(agent)
	})
}

// release puts down the phone of somebody who is in no call any more.
func (r *Room) release(agent centre.AgentID) {
	d := r.deskOf(agent)
	if d == nil || r.inCall(agent) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refers {
		return // the phone hangs up by itself when it has been told
	}
	if d.stop != nil && d.offer == 0 {
		d.stop()
	}
	for _, c := range d.calls {
		go c.Hangup()
	}
}

// alone ends what the phone dialled to ask somebody once nobody is asked any more.
func (r *Room) alone(agent centre.AgentID, others bool) {
	d := r.deskOf(agent)
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.others && !others && !d.refers {
		for _, c := range d.calls {
			if c.consults {
				go c.Hangup()
			}
		}
	}
	d.others = others
}

// deskGone takes that a dialog with a phone has ended. Who puts the phone down ends the conversation; a phone that is merely gone may come back.
func (r *Room) deskGone(d *deskLine, c *deskCall) {
	d.mu.Lock()
	d.calls = slices.DeleteFunc(d.calls, func(o *deskCall) bool { return o == c })
	left := len(d.calls)
	down := c.Ending().Kind == signal.CallerHungUp && !d.refers
	d.mu.Unlock()
	at, role := r.roleOf(d.agent)
	s := r.subjectOf(d.agent)
	switch {
	case at == nil:
	case c.consults && down:
		r.endAsking(s, at)
	case left > 0 || !down:
	case role == aLeader:
		_ = r.Listen(r.ctx, s, at.contact(), "off")
	case role == "adviser":
		_ = r.Desk.EndConsult(r.ctx, s, at.contact())
	default:
		d.mu.Lock()
		d.down = at.contact()
		d.mu.Unlock()
		if err := r.HangUp(r.ctx, s, at.contact()); err != nil {
			r.Log.Debug("a desk phone was put down after its call", "agent", d.agent, "error", err)
		}
	}
	r.changed(d.agent)
}

// endAsking ends the consultation that an agent has: with a colleague, or with somebody outside.
func (r *Room) endAsking(s access.Subject, c *call) {
	if err := r.Outside(r.ctx, s, c.contact(), OutsideWish{Do: "drop"}); err != nil {
		r.Log.Debug("nobody outside was being asked", "error", err)
	}
	_ = r.Desk.EndConsult(r.ctx, s, c.contact())
}

// deskHolds takes that a phone holds a dialog, or takes it back.
func (r *Room) deskHolds(d *deskLine, c *deskCall, held bool) {
	d.mu.Lock()
	c.held = held
	d.mu.Unlock()
	if at, role := r.roleOf(d.agent); role == theAgent && !c.consults {
		_ = r.Hold(r.ctx, r.subjectOf(d.agent), at.contact(), held)
	}
	r.changed(d.agent)
}

// ended tells whether the phone was put down to end this very conversation.
func (d *deskLine) ended(id centre.ContactID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return id != 0 && d.down == id
}

// liftFor makes sure that somebody can hear: a desk phone is rung and waited for.
func (r *Room) liftFor(ctx context.Context, s access.Subject) error {
	d := r.deskOf(s.Person)
	switch {
	case r.legOf(s.Person) != nil:
		return nil
	case d == nil || !r.reachable(s.Person):
		return noLine(d != nil)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !d.take(0, cancel, false) {
		return centre.Errorf(centre.Conflict, "your desk phone rings already")
	}
	defer d.taken()
	if err := r.lift(ctx, d, "", s.Name); err != nil {
		return centre.Errorf(centre.Conflict, "your desk phone was not lifted")
	}
	return nil
}

func noLine(desk bool) error {
	if desk {
		return centre.Errorf(centre.Conflict, "your desk phone is not signed in")
	}
	return centre.Errorf(centre.Conflict, "your line is not there: open the desk and let it use the microphone")
}
