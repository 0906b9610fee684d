package sim

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// What can be planned. The reference is a contact's id (its low 32 bits), an agent's or a queue's index, or a slot.
const (
	dayBegins action = iota

	answers // the agent accepts the offer
	declines
	concludes // the conversation ends as planned
	wrapsUp
	extends
	asksColleague
	endsConsult
	dialled

	givesUp
	asksCallback
	raised
	givenDue
	servesSelf
	writesAgain
	comesAgain // a redial

	signsIn
	pauses
	returns
	notices // an agent who was set Away says Ready
	loses
	found
	lineDrops
	sendsBack
	lineReturns
	places
	goesHome
	surelyOut
	hiredAgain

	opens
	closes
	pullsLever
	changesRules
	changesSkills

	arrivesLate // a command that was held up
)

// act carries out one planned thing, unless it was cancelled.
func (p *player) act(e entry) {
	ref := e.ref()
	switch k := e.kind(); {
	case k == dayBegins:
		p.beginDay()
	case k >= answers && k <= writesAgain:
		if id := p.idOf(ref); p.at(id) != nil {
			p.actContact(k, id, p.at(id), e.generation())
		}
	case k == comesAgain:
		p.comeAgain(ref)
	case k == signsIn:
		if !p.agents[ref].inShift {
			p.signIn(ref)
		}
	case k >= pauses && k <= surelyOut:
		if a := &p.agents[ref]; a.generation&u24Mask == e.generation() {
			p.actAgent(k, ref, a)
		}
	case k == hiredAgain:
		p.hireAgain(ref)
	case k == opens:
		p.send(&routing.Event{Kind: routing.QueueOpened, Queue: centre.QueueID(ref + 1)})
	case k == closes:
		r := p.stream(forCentre, uint64(p.now)^uint64(ref)<<48)
		p.send(&routing.Event{Kind: routing.QueueClosed, Queue: centre.QueueID(ref + 1), Force: r.Bool(p.centre.Behaviour.ForceClose)})
	case k == arrivesLate:
		p.deliverLate(ref)
	default:
		p.administer(k)
	}
}

func (p *player) actAgent(k action, i uint32, a *agent) {
	switch k {
	case pauses:
		if a.leaving || a.lost || a.status != routing.Ready {
			p.agenda.plan(p.now+300_000, pauses, a.generation, i)
			return
		}
		p.pause(i, a)
	case returns:
		if !a.leaving {
			p.comeBack(i, a)
		}
	case notices:
		if a.status == routing.Away && !a.leaving {
			p.send(&routing.Event{Kind: routing.StatusChanged, Agent: a.id, Status: routing.Ready})
		}
	case loses:
		p.lose(i, a)
	case found:
		p.find(i, a)
	case lineDrops:
		p.dropLine(i, a)
	case sendsBack:
		p.sendBack(a)
	case lineReturns:
		p.tellReach(a, true)
	case places:
		p.placeCall(i, a)
	case goesHome, surelyOut:
		if a.status == routing.Offline {
			a.isOut()
		} else {
			p.goHome(i, a)
		}
	}
}

// actContact does what an agent or the customer had planned; current is false when the plan belongs to a state that is over.
func (p *player) actContact(k action, id centre.ContactID, c *contact, generation u24) {
	current := c.generation&u24Mask == generation
	switch k {
	case answers, declines:
		if current && c.state == offered {
			e := routing.Event{Kind: routing.Accepted, Contact: id, Agent: c.agent, Offer: c.offer}
			if k == declines {
				e.Kind = routing.Declined
			}
			p.send(&e)
		}
	case concludes:
		if current && c.state == talking {
			p.conclude(id, c)
		}
	case wrapsUp:
		if current && c.state == wrapping {
			r := p.stream(forWrapUp, ^c.legKey())
			p.send(&routing.Event{
				Kind: routing.WrappedUp, Contact: id, Agent: c.agent,
				Reason: centre.ReasonID(1 + r.IntN(40)), Outcome: routing.Outcome(1 + r.IntN(4)),
			})
		}
	case extends:
		if current && c.state == wrapping {
			r := p.stream(forWrapUp, ^c.legKey())
			until := Start + centre.Instant(p.now) + centre.Instant(r.IntN(180_000))
			p.send(&routing.Event{Kind: routing.WrapUpExtended, Contact: id, Agent: c.agent, Until: until})
		}
	case asksColleague:
		if current && c.state == talking {
			r := p.stream(forPlan, c.legKey()^1<<63)
			e := routing.Event{Kind: routing.ConsultAsked, Contact: id, Agent: c.agent}
			p.aim(&e, r.Float64(), r.Float64())
			p.send(&e)
		}
	case endsConsult:
		if c.state == talking || c.state == aside {
			p.send(&routing.Event{Kind: routing.ConsultEnded, Contact: id, Agent: c.agent})
		}
	case dialled:
		if current {
			r := p.stream(forDial, c.key|uint64(c.dials)<<legShift)
			e := routing.Event{Kind: routing.CallbackResult, Contact: id, Agent: c.agent, Reached: r.Bool(p.centre.Behaviour.Reached)}
			if b := p.centre.Behaviour.BrokenOff; b > 0 && r.Bool(b) {
				e.Reached, e.Force = false, true
			}
			p.send(&e)
		}
	default:
		p.actCustomer(k, id, c)
	}
}

// actCustomer does what a customer does in the queue, or a leader to a customer in it.
func (p *player) actCustomer(k action, id centre.ContactID, c *contact) {
	inQueue := c.state == waiting || c.state == offered
	now := Start + centre.Instant(p.now)
	switch k {
	case givesUp:
		switch {
		case !inQueue || c.until != p.now || c.promised:
		case c.state == offered && c.waitFrom == p.now:
			c.until = endOfTime // would have left at once, but is being answered without waiting
		default:
			p.send(&routing.Event{Kind: routing.Abandoned, Contact: id})
		}
	case asksCallback:
		if c.state == waiting && !c.promised {
			window := p.laws.window.draw(p.stream(forCallback, c.key))
			p.send(&routing.Event{Kind: routing.CallbackAsked, Contact: id, Until: now + centre.Instant(window)})
		}
	case raised:
		if inQueue {
			p.send(&routing.Event{Kind: routing.Prioritised, Contact: id, Priority: uint8(1 + p.stream(forWait, ^c.key).IntN(9))})
		}
	case givenDue:
		if inQueue {
			due := now + centre.Instant(p.stream(forWait, ^c.key).IntN(900_000))
			p.send(&routing.Event{Kind: routing.DueSet, Contact: id, Until: due})
		}
	case servesSelf:
		if inQueue {
			p.send(&routing.Event{Kind: routing.HandedOff, Contact: id})
		}
	case writesAgain:
		if c.state == snoozed {
			p.send(&routing.Event{Kind: routing.Woken, Contact: id})
		}
	}
}
