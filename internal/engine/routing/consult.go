package routing

// askConsult looks for an adviser while the agent keeps the contact. The search is a leg: it waits, rings and talks like a contact, ahead of
// customers who wait, and is not counted as one.
func (e *Engine) askConsult(ev *Event) Code {
	ci, code := e.inHandOf(ev)
	if code != NoCode {
		return code
	}
	if c := &e.contacts[ci]; c.phase != InTalk {
		return WrongState
	} else if c.leg >= 0 {
		return AlreadyThere
	}
	qi, to, ti, why := e.contacts[ci].queue, none, none, aimAdvice
	switch ev.Target {
	case ToPerson, ToLeader:
		if to, code = e.person(ev, ci); code != NoCode {
			return code
		}
	case ToTeam:
		if ti = e.findTeam(ev.Team); ti < 0 {
			return UnknownTeam
		}
		why = aimCouncil
	case ToQueue:
		if qi = e.findQueue(ev.Queue); qi < 0 || e.queues[qi].gone {
			return UnknownQueue
		}
		why = aimExpert
	default:
		return BadTarget
	}
	pi := e.poolFor(qi, ti, &[MaxNeeds]Need{}, 0)
	if to < 0 && !e.teamThere(pi, e.contacts[ci].agent, e.contacts[ci].channel) {
		return BadTarget
	}
	leg := e.newContact(ev.Contact, ci)
	c, l := &e.contacts[ci], &e.contacts[leg]
	c.leg = leg
	l.queue, l.pool, l.team, l.channel = qi, pi, ti, c.channel
	l.since, l.place, l.arrived = e.now, e.now, e.now
	l.aim, l.aimAt = why, to
	l.phase = InQueue
	if ms := e.settings.DirectHoldMS; ms > 0 {
		l.aimUntil = e.now + ms
		e.arm(aimTimer, leg, int64(l.id), l.aimUntil)
	}
	// The asking agent is not the adviser, however long it takes.
	l.cool[0] = cooling{agent: ev.Agent, until: maxInstant}
	l.coolN = 1
	e.tellQueued(leg)
	e.pending = append(e.pending, leg)
	return NoCode
}

// endConsult ends a consultation, said by either of the two.
func (e *Engine) endConsult(ev *Event) Code {
	ci, code := e.known(ev)
	if code != NoCode {
		return code
	}
	a := e.findAgent(ev.Agent)
	leg := e.contacts[ci].leg
	switch {
	case a < 0:
		return UnknownAgent
	case leg < 0:
		return WrongState
	case e.contacts[ci].agent != a && (e.contacts[leg].agent != a || e.contacts[leg].phase == InOffer):
		return NotYours
	}
	e.consultOver(leg)
	return NoCode
}

// consultOver ends a leg in whatever phase: the adviser leaves, the offer is withdrawn, or the search stops.
func (e *Engine) consultOver(leg int32) {
	l := &e.contacts[leg]
	parent := l.parent
	d := Decision{Kind: ConsultOver, Contact: l.id, Consult: true}
	switch {
	case l.phase == InQueue && l.agent < 0 && (l.lane >= 0 || e.isPending(leg)):
		e.leaveQueue(leg)
	case l.phase == InOffer && l.agent >= 0:
		e.endOffer(leg, OfferWithdrawn)
	case l.inHand():
		d.Agent = e.agents[l.agent].id
		e.outOfHand(leg)
	}
	e.contacts[parent].leg = none
	e.emit(d)
	e.freeContact(leg)
}

func (e *Engine) isPending(ci int32) bool {
	for _, p := range e.pending {
		if p == ci {
			return true
		}
	}
	return false
}
