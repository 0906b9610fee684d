package routing

import "sentral/internal/centre"

// endedOffers is how many ended offers are remembered, so that a late command is told how its offer ended.
const endedOffers = 512

type endedOffer struct {
	offer centre.OfferID
	end   OfferEnd
}

// makeOffer puts the contact before the agent.
func (e *Engine) makeOffer(ci, a int32, why *Why, aimed bool) {
	ag := &e.agents[a]
	e.leaveQueue(ci)
	e.setPhase(ci, InOffer)
	c := &e.contacts[ci]
	if c.guessHigh > 0 {
		e.judgeGuess(c, false)
	}
	q := &e.queues[c.queue]
	c.agent, c.offer, c.aimed = a, e.nextOffer, aimed
	c.offered, c.why = e.now, *why
	e.nextOffer++
	c.until = e.now + q.rules.OfferMS
	e.arm(phaseTimer, ci, int64(c.id), c.until)
	ag.offer = ci
	if ag.free {
		ag.free = false
		e.countFree(ag.team, false)
	}
	e.setMasks(a, 0, 0)
	e.touch(a)
	d := e.decide(Offered)
	d.Contact, d.Agent, d.Offer, d.Queue, d.Channel = c.id, ag.id, c.offer, q.rules.ID, c.channel
	d.Until, d.Consult, d.Why = centre.Instant(c.until), c.isLeg(), *why
}

// endOffer ends the offer that rings, once; the caller says where the contact goes.
func (e *Engine) endOffer(ci int32, end OfferEnd) {
	c := &e.contacts[ci]
	a := c.agent
	ag := &e.agents[a]
	must(c.phase == InOffer && ag.offer == ci, "L4: an offer ends once")
	e.ended[int(c.offer)%endedOffers] = endedOffer{offer: c.offer, end: end}
	d := e.decide(OfferEnded)
	d.Contact, d.Agent, d.Offer, d.End, d.Consult = c.id, ag.id, c.offer, end, c.isLeg()
	ag.offer = none
	e.touch(a)
	c.agent, c.until, c.offered, c.why = none, 0, 0, Why{}
}

// offerOf gives the contact or leg whose offer the event answers.
func (e *Engine) offerOf(ev *Event) (int32, Code) {
	a := e.findAgent(ev.Agent)
	if a < 0 {
		return none, UnknownAgent
	}
	ci, code := e.known(ev)
	if code != NoCode {
		return none, code
	}
	for _, at := range [2]int32{ci, e.contacts[ci].leg} {
		if at < 0 {
			continue
		}
		if c := &e.contacts[at]; c.phase == InOffer && c.offer == ev.Offer {
			if c.agent != a {
				return none, NotYours
			}
			return at, NoCode
		}
	}
	if ev.Offer <= 0 || ev.Offer >= e.nextOffer {
		return none, UnknownOffer
	}
	return none, OfferOver
}

// refuseOffer answers a command about an offer that is over, and says how it ended if that is still known.
func (e *Engine) refuseOffer(ev *Event, code Code) Code {
	if code != OfferOver && code != ContactOver {
		return code
	}
	d := Decision{Kind: Refused, Code: code, Contact: ev.Contact, Offer: ev.Offer, Agent: ev.Agent}
	if ev.Offer > 0 {
		if r := e.ended[int(ev.Offer)%endedOffers]; r.offer == ev.Offer {
			d.End = r.end
		}
	}
	e.emit(d)
	return NoCode
}

// accept begins the conversation, or the dialling of a promised customer.
func (e *Engine) accept(ev *Event) Code {
	ci, code := e.offerOf(ev)
	if code != NoCode {
		return e.refuseOffer(ev, code)
	}
	c := &e.contacts[ci]
	a := c.agent
	e.agents[a].lapses = 0
	e.endOffer(ci, OfferAccepted)
	e.parkFor(a, c.channel)
	if c.promise && !c.isLeg() {
		e.dialFor(ci, a)
		return NoCode
	}
	e.connect(ci, a)
	return NoCode
}

// connect begins or continues the conversation with the agent.
func (e *Engine) connect(ci, a int32) {
	e.intoHand(ci, a, InTalk)
	c := &e.contacts[ci]
	c.started, c.snoozer = e.now, 0
	c.aimAt, c.aimUntil = none, 0
	if c.aim != aimCouncil && c.aim != aimExpert { // whom an adviser was asked among is remembered: the contact may be handed over to "that team"
		c.aim = noAim
	}
	if !c.isLeg() {
		if c.team >= 0 {
			c.team, c.pool = none, e.poolFor(c.queue, none, &c.needs, c.needN)
		}
		e.notePatience(c, false)
	}
	d := e.decide(Connected)
	d.Contact, d.Agent, d.Queue, d.Channel, d.Consult = c.id, e.agents[a].id, e.queues[c.queue].rules.ID, c.channel, c.isLeg()
}

// decline puts the contact back in its place; the agent stays in the status said.
func (e *Engine) decline(ev *Event) Code {
	ci, code := e.offerOf(ev)
	if code != NoCode {
		return e.refuseOffer(ev, code)
	}
	a := e.contacts[ci].agent
	e.agents[a].lapses = 0
	e.agents[a].freeSince = e.now
	e.endOffer(ci, OfferDeclined)
	e.refusedBy(ci, a)
	return NoCode
}

// lapse puts the contact back in its place and, after so many in a row, the agent on Away: no customer rings at an empty chair.
func (e *Engine) lapse(ci int32) {
	a := e.contacts[ci].agent
	ag := &e.agents[a]
	e.endOffer(ci, OfferLapsed)
	ag.freeSince = e.now
	ag.lapses++
	if ag.lapses >= max(e.settings.LapsesToAway, 1) {
		ag.lapses = 0
		e.setStatus(a, Away, 0)
	}
	e.refusedBy(ci, a)
}

// refusedBy keeps a contact from the agent for a while and sends it back: what was aimed at that agent goes to its queue.
func (e *Engine) refusedBy(ci, a int32) {
	c := &e.contacts[ci]
	e.coolDown(ci, e.agents[a].id)
	if c.aim.advice() && c.aim.person() {
		e.consultOver(ci)
		return
	}
	if c.aim.person() {
		c.aim, c.aimAt, c.aimUntil = noAim, none, 0
	}
	e.backInQueue(ci)
}

// withdraw takes an offer back because the agent may not have it any more.
func (e *Engine) withdraw(ci int32) {
	e.endOffer(ci, OfferWithdrawn)
	c := &e.contacts[ci]
	if c.aim.person() && !c.aim.advice() {
		c.aim, c.aimAt, c.aimUntil = noAim, none, 0
	} else if c.aim == aimAdvice {
		e.consultOver(ci)
		return
	}
	e.backInQueue(ci)
}
