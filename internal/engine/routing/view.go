package routing

import (
	"sentral/internal/centre"
)

// ContactView is one contact as screens and the auditor see it.
type ContactView struct {
	ID       centre.ContactID
	Phase    Phase
	Queue    centre.QueueID
	Channel  centre.Channel
	Priority uint8
	Promise  bool           // a callback whose customer has not been reached
	Placed   bool           // begun by an agent
	Agent    centre.AgentID // whose it is or rings at; for a contact that waits, the one agent it is kept for
	Team     centre.TeamID  // the one team that a waiting contact is kept for
	Adviser  centre.AgentID // in conversation with the agent
	Offer    centre.OfferID // in InOffer
	Arrived  centre.Instant // when it came
	Place    centre.Instant // the instant by which it is ordered
	Due      centre.Instant // its promise's time, zero for none
	Until    centre.Instant // when the phase ends by itself, zero for never
	WaitedMS int64          // age by its place
	Score    int64          // weight x waited / target, in thousandths
	Step     int            // index of the queue's step it has come to
	Needs    [MaxNeeds]Need // its own
	NeedN    uint8
}

// AgentView is one agent as screens and the auditor see it.
type AgentView struct {
	ID        centre.AgentID
	Team      centre.TeamID
	Status    Status
	State     State
	Pause     centre.PauseID
	Load      int32 // units of capacity in use
	Total     int32 // units of capacity
	InHand    int   // contacts in conversation, parked, held, dialled or wrapped up, consultations included
	FreeSince centre.Instant
	Since     centre.Instant // when this status, state and pause came to be
	Partner   centre.PartnerID
	Lost      bool
	Offer     centre.OfferID   // what rings
	Ringing   centre.ContactID // what rings
	Takes     uint16           // bit c: queues may offer a contact of channel c now
	Reach     uint16           // bit c: the agent was said to be reachable in channel c; it matters where Settings.Told wants it said
}

// QueueView is one queue as screens see it.
type QueueView struct {
	ID        centre.QueueID
	Open      bool
	InForce   bool // named by the rules in force; else it is served out
	Counts    [int(phaseCount)]int64
	Endings   [int(endingCount)]int64
	Arrived   int64
	Placed    int64 // begun by agents, and not among the arrived
	Promises  int32 // open
	Cap       int32 // of promises; negative for none
	LongestMS int64 // the longest wait among those in InQueue, by place
	Free      int32 // agents whom some step admits and who could be offered something now
	Present   int32 // agents whom some step admits and who are ready, whatever they do
	Handling  int64 // measured conversation and wrap-up, in milliseconds
}

// CentreView is the whole centre in numbers: Arrived and Placed together are always the sum of Counts and Endings.
type CentreView struct {
	Now     centre.Instant
	Events  int64
	Arrived int64
	Placed  int64 // begun by agents
	Counts  [int(phaseCount)]int64
	Endings [int(endingCount)]int64
	Offers  int64 // made so far
}

// Now gives the engine's present.
func (e *Engine) Now() centre.Instant { return centre.Instant(e.now) }

// Settings gives the rules in force, which must not be changed.
func (e *Engine) Settings() *Settings { return e.settings }

// Centre gives the centre in numbers.
func (e *Engine) Centre() CentreView {
	return CentreView{Now: centre.Instant(e.now), Events: e.events, Arrived: e.arrived, Placed: e.placed, Counts: e.counts, Endings: e.endings, Offers: int64(e.nextOffer) - 1}
}

// Contact gives one contact that is in the centre.
func (e *Engine) Contact(id centre.ContactID) (ContactView, bool) {
	ci := e.findContact(id)
	if ci < 0 || id <= 0 {
		return ContactView{}, false
	}
	return e.viewContact(ci), true
}

func (e *Engine) viewContact(ci int32) ContactView {
	c := &e.contacts[ci]
	q := &e.queues[c.queue]
	v := ContactView{ID: c.id, Phase: c.phase, Queue: q.rules.ID, Channel: c.channel, Priority: c.priority, Promise: c.promise, Placed: c.placed,
		Arrived: centre.Instant(c.arrived), Place: centre.Instant(c.place), Due: centre.Instant(c.due), Until: centre.Instant(c.until),
		WaitedMS: e.age(c), Step: q.stepAt(e.age(c)), Needs: c.needs, NeedN: c.needN}
	u := e.urgencyOf(c, ci)
	v.Score = u.score
	switch {
	case c.agent >= 0:
		v.Agent = e.agents[c.agent].id
	case c.phase == InQueue && c.aim.person():
		v.Agent = e.agents[c.aimAt].id
	case c.phase == InSnooze:
		v.Agent = c.snoozer
	}
	if c.phase == InOffer {
		v.Offer = c.offer
	}
	if c.team >= 0 {
		v.Team = e.teams[c.team].id
	}
	if c.leg >= 0 && e.contacts[c.leg].phase == InTalk {
		v.Adviser = e.agents[e.contacts[c.leg].agent].id
	}
	return v
}

// EachContact shows every contact in the centre until f returns false. The order is that of storage: sort by ID where it matters.
func (e *Engine) EachContact(f func(*ContactView) bool) {
	for i := range e.contacts {
		if c := &e.contacts[i]; c.id != 0 && !c.isLeg() {
			if v := e.viewContact(int32(i)); !f(&v) {
				return
			}
		}
	}
}

// EachWaiting shows the contacts that wait in one queue, in no particular order between lanes, until f returns false.
func (e *Engine) EachWaiting(id centre.QueueID, f func(*ContactView) bool) {
	qi := e.findQueue(id)
	if qi < 0 {
		return
	}
	for _, li := range e.queues[qi].lanes {
		l := &e.lanes[li]
		if l.aim.advice() {
			continue
		}
		for _, x := range l.waiting() {
			if v := e.viewContact(x.slot); !f(&v) {
				return
			}
		}
	}
}

// Agent gives one agent.
func (e *Engine) Agent(id centre.AgentID) (AgentView, bool) {
	a := e.findAgent(id)
	if a < 0 {
		return AgentView{}, false
	}
	return e.viewAgent(a), true
}

func (e *Engine) viewAgent(a int32) AgentView {
	ag := &e.agents[a]
	v := AgentView{ID: ag.id, Team: ag.profile.Team, Status: ag.status, State: ag.state, Pause: ag.pause, Load: ag.load,
		Total: e.capacity(ag).Total, InHand: int(ag.talking + ag.parked + ag.wrapping), FreeSince: centre.Instant(ag.freeSince),
		Since: centre.Instant(ag.since), Partner: ag.profile.Partner, Lost: ag.lost, Takes: ag.mask, Reach: ag.reach}
	if ag.offer >= 0 {
		v.Offer, v.Ringing = e.contacts[ag.offer].offer, e.contacts[ag.offer].id
	}
	return v
}

// EachAgent shows every agent by rising id until f returns false.
func (e *Engine) EachAgent(f func(*AgentView) bool) {
	for _, a := range e.agentByID {
		if a < 0 {
			continue
		}
		if v := e.viewAgent(a); !f(&v) {
			return
		}
	}
}

// Queue gives one queue, also one that the rules no longer name.
func (e *Engine) Queue(id centre.QueueID) (QueueView, bool) {
	qi := e.findQueue(id)
	if qi < 0 {
		return QueueView{}, false
	}
	q := &e.queues[qi]
	v := QueueView{ID: id, Open: q.open, InForce: !q.gone, Counts: q.counts, Endings: q.endings, Arrived: q.arrived, Placed: q.placed, Promises: q.promises, Cap: q.cap,
		Handling: q.measure.handlingMS}
	for _, li := range q.lanes {
		l := &e.lanes[li]
		if !l.aim.advice() && l.aim != aimNotYet {
			v.LongestMS = max(v.LongestMS, e.now-l.waiting()[0].place)
		}
	}
	first := e.pools[q.pool].first
	for a := range e.agents {
		ag := &e.agents[a]
		if first[a] == never {
			continue
		}
		if ag.mask != 0 {
			v.Free++
		}
		if e.onDuty(ag) {
			v.Present++
		}
	}
	return v, true
}

// EachQueue shows every queue by rising id until f returns false.
func (e *Engine) EachQueue(f func(*QueueView) bool) {
	for id := range e.queueByID {
		if v, ok := e.Queue(centre.QueueID(id)); ok && !f(&v) {
			return
		}
	}
}

// Lending tells whether a team lends to a queue now.
func (e *Engine) Lending(t centre.TeamID, q centre.QueueID) (open, known bool) {
	for i := range e.lendings {
		if l := &e.lendings[i]; l.rules.Lender == t && l.rules.Queue == q {
			return l.open, true
		}
	}
	return false, false
}
