package phone

import (
	"context"
	"errors"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/signal"
)

func asFailure(err error) (*signal.Failure, bool) {
	var f *signal.Failure
	return f, errors.As(err, &f)
}

// answerOf is a refusal of ours in SIP.
func answerOf(err error) int {
	switch centre.KindOf(err) {
	case centre.Forbidden:
		return sipForbidden
	case centre.Invalid, centre.Missing:
		return sipNotFound
	case centre.Conflict:
		return 486
	case centre.Exhausted, centre.Unavailable:
		return sipFull
	}
	return 500
}

// failure is a refusal of ours as a phone that asked for a transfer is told it.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := asFailure(err); ok {
		return f
	}
	return &signal.Failure{Code: answerOf(err), Reason: centre.KindOf(err).String()}
}

// contact is what the call is to the engine; zero while it is nothing.
func (c *call) contact() centre.ContactID {
	if x := c.shown.Load(); x != nil {
		return x.call.Contact
	}
	return 0
}

// display is what a desk phone shows of a call: the customer's number, covered for a partner's people, and who calls whom.
func (c *call) display(agent centre.AgentID) (number, name string) {
	x := c.shown.Load()
	if x == nil {
		return "", ""
	}
	if c.room.subjectOf(agent).Partner == 0 {
		number = x.call.Number
	}
	name = x.call.Name
	if b := c.room.Rules.Book().Brand(x.call.Brand); b != nil {
		if name != "" {
			name += " · "
		}
		name += b.Name
	}
	return number, name
}

// inner is whom or what in the house a number dialled on a desk phone means: a colleague by their desk phone's name or their key, a queue by its key, or
// the queue of one of our own numbers.
func (r *Room) inner(number string, but centre.AgentID) (person centre.AgentID, queue centre.QueueID, l rulebook.PhoneLine, ok bool) {
	book := r.Rules.Book()
	if _, who, found := book.Account(number); found && who != but {
		return who, 0, l, who != 0
	}
	if who := centre.AgentID(book.ID("people", number)); who != 0 && who != but {
		return who, 0, l, true
	}
	if q := centre.QueueID(book.ID("queues", number)); q != 0 {
		return 0, q, l, true
	}
	if line, found := book.Line(number); found && line.Number != "*" {
		return 0, line.Queue, line, line.Queue != 0
	}
	return 0, 0, l, false
}

// fromDesk takes a call that a desk phone makes: a consultation when its owner is in a call, a call to a queue or a colleague, or a call out.
func (r *Room) fromDesk(sc *signal.Call) {
	_, agent, ok := r.Rules.Book().Account(sc.Account())
	d := r.deskOf(agent)
	if !ok || d == nil || d.account != sc.Account() || sc.Replaces() != nil {
		_ = sc.Reject(sipForbidden)
		return
	}
	if !d.take(0, func() {}, true) {
		_ = sc.Reject(486)
		return
	}
	err := r.dialled(d, sc)
	d.taken()
	if err != nil {
		r.Log.Info("a desk phone's call was refused", "agent", agent, "error", err)
		_ = sc.Reject(answerOf(err))
	}
}

// dialled does what a number dialled on a desk phone means. An error is a refusal; who gave up meanwhile is none.
func (r *Room) dialled(d *deskLine, sc *signal.Call) error {
	s := r.subjectOf(d.agent)
	if !access.Somewhere(s, access.TakeCalls) {
		return forbidden(access.TakeCalls)
	}
	at, role := r.roleOf(d.agent)
	person, queue, l, house := r.inner(sc.To(), d.agent)
	switch {
	case at != nil && role == theAgent && d.leg() != nil:
		return r.askFromDesk(d, sc, at, person, queue, house)
	case at != nil:
		return centre.Errorf(centre.Conflict, "the agent is in a call")
	case house:
		return r.callHouse(d, sc, s, person, queue, l)
	}
	return r.callOutFromDesk(d, sc, s)
}

// askFromDesk makes a second call from a phone whose first is held what the screen's consultation is.
func (r *Room) askFromDesk(d *deskLine, sc *signal.Call, at *call, person centre.AgentID, queue centre.QueueID, house bool) (err error) {
	s, id := r.subjectOf(d.agent), at.contact()
	if err := sc.Ring(); err != nil {
		return err
	}
	if house {
		err = r.Desk.Consult(r.ctx, s, id, handOver(person, queue))
	} else {
		err = r.Outside(r.ctx, s, id, OutsideWish{Do: "dial", Number: sc.To()})
	}
	if err != nil {
		return err
	}
	if err := sc.Answer(r.ctx); err != nil {
		r.endAsking(s, at)
		return nil //nolint:nilerr // the phone has given up: there is nobody to refuse
	}
	r.deskUp(d, &deskCall{Call: sc, consults: true})
	return nil
}

func handOver(person centre.AgentID, queue centre.QueueID) contact.HandOver {
	if person != 0 {
		return contact.HandOver{To: "person", Agent: person}
	}
	return contact.HandOver{To: "queue", Queue: queue}
}

// callOutFromDesk calls a number outside for the phone's owner, as the screen would.
func (r *Room) callOutFromDesk(d *deskLine, sc *signal.Call, s access.Subject) error {
	if _, err := r.PlaceCall(r.ctx, s, Place{Number: sc.To()}); err != nil {
		return err
	}
	if err := sc.Answer(r.ctx); err != nil {
		if at, _ := r.roleOf(d.agent); at != nil {
			_ = r.HangUp(r.ctx, s, at.contact())
		}
		return nil //nolint:nilerr // the phone has given up: there is nobody to refuse
	}
	r.deskUp(d, &deskCall{Call: sc})
	return nil
}

// callHouse is an agent who calls a queue, or a colleague, with the desk phone: a call like any other, without a customer. The caller cannot be reached
// meanwhile.
func (r *Room) callHouse(d *deskLine, sc *signal.Call, s access.Subject, person centre.AgentID, queue centre.QueueID, l rulebook.PhoneLine) error {
	book := r.Rules.Book()
	if l.PhoneLine == nil {
		var ok bool
		if l, ok = r.lineOut(book, "", s); !ok {
			return centre.Errorf(centre.Conflict, "there is no line")
		}
	}
	if queue == 0 { // a colleague: the contact stands in their line's queue, aimed at them
		queue = l.Queue
	}
	q := book.Queue(queue)
	if q == nil {
		return centre.Errorf(centre.Missing, "there is no such queue")
	}
	own := *l.PhoneLine
	own.Queue, own.Script = q.Key, ""
	l.PhoneLine, l.Queue, l.Script = &own, queue, &ivr.Script{}
	row := store.CallRow{Direction: "in", Line: l.Key, Brand: l.Brand, Language: l.Language, Known: "none"}
	c, err := r.write(row, l)
	if err != nil {
		return err
	}
	c.name, c.aim = s.Name, person
	c.wires[1] = sipWire{sc}
	d.mu.Lock()
	d.caller = true
	d.mu.Unlock()
	r.changed(d.agent)
	sc.OnDigit(func(k rune) { c.tell(keyed{k}) })
	r.start(c)
	r.actors.Go(func() {
		<-sc.Done()
		d.mu.Lock()
		d.caller = false
		d.mu.Unlock()
		r.changed(d.agent)
		c.tell(gone{person: 1, cause: endOf(sc.Ending())})
	})
	return nil
}

// aimAt hands a contact that has just arrived to the colleague who was called.
func aimAt(person centre.AgentID, id centre.ContactID) routing.Event {
	return routing.Event{Kind: routing.Transferred, Contact: id, Target: routing.ToPerson, ToAgent: person}
}

// transferPatience is how long a phone that asked for a transfer is kept waiting for what came of it.
const transferPatience = 45 * time.Second

// deskRefers makes a transfer that a phone asks for: to a number, or, with Replaces, to whoever its other call is with.
func (r *Room) deskRefers(d *deskLine, c *deskCall, to signal.ReferTo) error {
	at, role := r.roleOf(d.agent)
	if role != theAgent {
		return &signal.Failure{Code: 603, Reason: "Decline"}
	}
	d.mu.Lock()
	d.refers = true
	d.mu.Unlock()
	defer time.AfterFunc(2*time.Second, func() { // the phone hangs up itself once it has been told
		d.mu.Lock()
		d.refers = false
		d.mu.Unlock()
		r.changed(d.agent)
		r.release(d.agent)
	})
	s := r.subjectOf(d.agent)
	ctx, cancel := context.WithTimeout(r.ctx, transferPatience)
	defer cancel()
	if to.Replaces != nil {
		if !d.has(to.Replaces) || to.Replaces == c.Call {
			return &signal.Failure{Code: 603, Reason: "Decline"}
		}
		return failure(r.handToAsked(ctx, s, at))
	}
	person, queue, _, house := r.inner(to.Number, d.agent)
	if house {
		return failure(r.Desk.Transfer(ctx, s, at.contact(), handOver(person, queue)))
	}
	if err := r.Outside(ctx, s, at.contact(), OutsideWish{Do: "transfer", Number: to.Number}); err != nil {
		return failure(err)
	}
	return failure(at.transferred(ctx, d.agent))
}

func (d *deskLine) has(c *signal.Call) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.calls {
		if o.Call == c {
			return true
		}
	}
	return false
}

// handToAsked leaves the customer with whoever the agent has asked.
func (r *Room) handToAsked(ctx context.Context, s access.Subject, at *call) error {
	x := at.shown.Load()
	if x == nil {
		return errOver
	}
	for _, p := range x.call.Parties {
		switch p.Kind {
		case anAdviser:
			return r.Desk.Transfer(ctx, s, at.contact(), contact.HandOver{To: "person", Agent: p.Agent})
		case anOutsider:
			if err := r.Outside(ctx, s, at.contact(), OutsideWish{Do: "complete"}); err != nil {
				return err
			}
			return at.transferred(ctx, s.Person)
		}
	}
	return centre.Errorf(centre.Conflict, "nobody is being asked")
}

// transferred waits until an agent is out of the call, or the one who was rung for it could not be had.
func (c *call) transferred(ctx context.Context, agent centre.AgentID) error {
	for {
		turn := c.turned()
		x := c.shown.Load()
		switch {
		case x == nil || x.roles[agent] == "":
			return nil
		case x.call.Trouble != "":
			return &signal.Failure{Code: codeOf(x.call.Trouble), Reason: x.call.Trouble}
		}
		select {
		case <-turn:
		case <-ctx.Done():
			return &signal.Failure{Code: 408, Reason: "no answer"}
		}
	}
}

// codeOf is the other way round from causeOf.
func codeOf(trouble string) int {
	switch trouble {
	case "busy":
		return 486
	case "no_answer":
		return 480
	case "no_such_number":
		return 404
	case "not_allowed", "cap":
		return 403
	}
	return 503
}

// turned is closed at the next change of what the screens see.
func (c *call) turned() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turn == nil {
		c.turn = make(chan struct{})
	}
	return c.turn
}

// turns tells whoever waits for a change.
func (c *call) turns() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turn != nil {
		close(c.turn)
		c.turn = nil
	}
}
