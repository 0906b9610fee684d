package sim

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// react lets people act on one decision: what they see on a screen or hear on the line. It only plans; nothing is sent from here.
func (p *player) react(d *routing.Decision, e *routing.Event) {
	switch d.Kind {
	case routing.WakeAt:
		p.wake = endOfTime
		if d.Until > 0 {
			p.wake = max(int64(d.Until-Start), p.now)
		}
		return
	case routing.AgentChanged:
		p.seeAgent(d)
		return
	case routing.Refused:
		p.refused(e)
		return
	case routing.Offered:
		p.tally.offers++
	}
	c := p.at(d.Contact)
	if c == nil {
		return
	}
	if d.Consult {
		p.seeConsult(d)
		return
	}
	switch d.Kind {
	case routing.Queued:
		p.seeQueued(d, c)
	case routing.TurnedAway:
		p.tally.turnedAway(c)
		c.state = gone
		c.generation++
	case routing.Offered:
		p.seeOffer(d, c)
	case routing.Connected:
		p.seeConnected(d, c)
	case routing.Parked, routing.Held:
		if c.state == talking {
			c.state, c.until = aside, max(c.until-p.now, 0)
			c.generation++
		}
	case routing.Resumed:
		c.state, c.agent = talking, d.Agent
		c.generation++
		c.until += p.now
		p.agenda.plan(c.until, concludes, c.generation, uint32(d.Contact))
	case routing.WrapUpStarted:
		p.seeWrapUp(d, c)
	case routing.SnoozedUntil:
		c.state = snoozed
		c.generation++
	case routing.PromiseMade:
		c.promised = true
		p.tally.promised(c)
	case routing.Dial:
		c.dials++
		c.agent = d.Agent
		c.generation++
		r := p.stream(forDial, ^(c.key | uint64(c.dials)<<legShift))
		p.agenda.plan(p.now+p.laws.ring.draw(r), dialled, c.generation, uint32(d.Contact))
	case routing.Closed:
		p.seeClosed(d, c)
	}
}

// refused lets an agent whose command came to nothing try again: nobody is left in a conversation or a wrap-up for ever.
func (p *player) refused(e *routing.Event) {
	p.tally.refused++
	switch e.Kind {
	case routing.Placed:
		if c := p.at(e.Contact); c != nil && c.state == unborn {
			c.state = gone
		}
		return
	case routing.Ended, routing.Abandoned, routing.Requeued, routing.Transferred, routing.Snoozed, routing.WrappedUp:
	default:
		return
	}
	c := p.at(e.Contact)
	switch {
	case c == nil:
	case c.state == talking && e.Kind != routing.WrappedUp:
		p.agenda.plan(p.now+5_000, concludes, c.generation, uint32(e.Contact))
	case c.state == wrapping && e.Kind == routing.WrappedUp:
		p.agenda.plan(p.now+5_000, wrapsUp, c.generation, uint32(e.Contact))
	}
}

func (p *player) seeQueued(d *routing.Decision, c *contact) {
	first := c.state != waiting && c.state != offered
	c.state = waiting
	c.generation++
	if first {
		p.beginWait(d.Contact, c)
	}
}

func (p *player) seeOffer(d *routing.Decision, c *contact) {
	b := &p.centre.Behaviour
	c.offers++
	r := p.stream(forAnswer, c.key|uint64(c.offers)<<legShift)
	c.state, c.offer, c.agent = offered, d.Offer, d.Agent
	c.generation++
	what := answers
	if b.Decline+b.Lapse > 0 {
		switch u := r.Float64(); {
		case u < b.Decline:
			what = declines
		case u < b.Decline+b.Lapse:
			return
		}
	}
	p.agenda.plan(p.now+p.laws.answer.draw(r), what, c.generation, uint32(d.Contact))
}

func (p *player) seeConnected(d *routing.Decision, c *contact) {
	if !c.answered {
		c.answered = true
		p.tally.answer(c, p.now)
	}
	if i := int(d.Agent) - 1; c.channel == centre.Phone && i >= 0 && i < len(p.agents) {
		p.agents[i].call = d.Contact
	}
	p.beginTalk(d.Contact, c, d.Agent)
}

func (p *player) seeWrapUp(d *routing.Decision, c *contact) {
	b := &p.centre.Behaviour
	c.state, c.agent = wrapping, d.Agent
	c.generation++
	r := p.stream(forWrapUp, c.legKey())
	length := p.laws.wrapUp[c.stream].draw(r)
	if d.Until > 0 {
		if r.Float64() < b.Forget {
			return
		}
		if r.Float64() < b.Extend {
			p.agenda.plan(max(int64(d.Until-Start)-1_000, p.now), extends, c.generation, uint32(d.Contact))
			length += 30_000
		}
	}
	p.agenda.plan(p.now+length, wrapsUp, c.generation, uint32(d.Contact))
}

func (p *player) seeClosed(d *routing.Decision, c *contact) {
	c.state = gone
	c.generation++
	p.tally.close(c, d.How, p.now)
	if (d.How == routing.AbandonedQueue || d.How == routing.AbandonedOffer) && p.centre.Behaviour.Redial > 0 {
		p.redial(c)
	}
}

func (p *player) seeAgent(d *routing.Decision) {
	i := int(d.Agent) - 1
	if i < 0 || i >= len(p.agents) {
		return
	}
	a := &p.agents[i]
	p.tally.agent(a, p.now)
	was := a.status
	a.status, a.state = d.Status, d.State
	switch {
	case d.Status == routing.Away && was != routing.Away && a.inShift:
		r := p.stream(forShift, uint64(i)<<48^uint64(p.now))
		p.agenda.plan(p.now+p.laws.notice.draw(r), notices, a.generation, uint32(i))
	case d.Status == routing.Offline && was != routing.Offline:
		a.isOut()
	}
}

// seeConsult lets a colleague answer a question, or not, and ends the consultation after a while.
func (p *player) seeConsult(d *routing.Decision) {
	b, c := &p.centre.Behaviour, p.at(d.Contact)
	switch d.Kind {
	case routing.Offered:
		c.offers++
		r := p.stream(forAnswer, c.key|uint64(c.offers)<<legShift)
		e := routing.Event{Kind: routing.Accepted, Contact: d.Contact, Agent: d.Agent, Offer: d.Offer}
		u, delay := r.Float64(), p.laws.answer.draw(r)
		switch {
		case u < b.Decline:
			e.Kind = routing.Declined
		case u < b.Decline+b.Lapse:
			return
		}
		p.later(&e, delay)
	case routing.Connected:
		length := p.laws.consultIn.draw(p.stream(forPlan, c.key^uint64(c.leg)<<56))
		p.agenda.plan(p.now+length, endsConsult, c.generation, uint32(d.Contact))
	}
}
