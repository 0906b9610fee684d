package routing

import "sentral/internal/centre"

// How a contact moves. Every arrow is one function; what has no arrow cannot happen.
//
//	Placed, by an agent ──► InTalk
//	Arrived ──► InQueue ──offer──► InOffer ──accept──► InTalk ──end──► InWrapUp ──over──► Closed (Done)
//	              ▲  ▲               │  │                │ ▲ ▲            ▲
//	              │  └─decline,lapse,┘  │                │ │ └─resume─ InPark
//	              │    withdraw         │promise:        │ │             ▲
//	              │                     ▼agent first     │ └─reached─┐   │interrupted
//	              │                   InDial ────────────┼───────────┘   │
//	   time comes │                     │not reached     ├──────────────►┘
//	              │                     ▼                │
//	          InPromise ◄───────────────┘                ├─lost──► InHold ──found──► InTalk, ──grace over──► InQueue
//	              ▲ promise, customer first: InQueue ──► InDial ──reached──► InQueue
//	                                                     └─snooze► InSnooze ──time comes──► InQueue
//	                                                     └─requeue, transfer──► InQueue
//
// A contact can end from every phase: Abandoned, HandedOff, the promise window, a queue closed by force.

// none is no slot: of an agent, a contact, a lane.
const none = int32(-1)

// cooling keeps a contact from an agent who has just refused it.
type cooling struct {
	agent centre.AgentID
	until int64
}

// maxCooling is how many agents one contact can be kept from at once; the one that ends first makes room.
const maxCooling = 6

// contact is everything the engine knows of one contact, or of one consultation about it (a leg): a leg has the id of the contact that it is
// about, is not counted, and waits, rings and talks like a contact.
type contact struct {
	id       centre.ContactID
	place    int64 // the instant by which it is ordered: since, or due less the queue's target
	until    int64 // when the phase ends by itself, zero for never
	offer    centre.OfferID
	queue    int32
	pool     int32
	lane     int32
	agent    int32 // in InOffer, InTalk, InPark, InHold, InWrapUp and agent-first InDial
	handNext int32
	next     int32 // chain of the id's bucket
	phase    Phase
	channel  centre.Channel
	priority uint8
	aim      aim
	needN    uint8
	coolN    uint8
	promise  bool // a callback that has not reached its customer
	placed   bool // begun by an agent
	aimed    bool // the offer that is out was aimed at the agent by a person

	since     int64 // arrival less the credit
	arrived   int64
	due       int64 // a promise's time, zero for none
	aimUntil  int64
	window    int64 // when the promise window closes, zero for never
	started   int64 // when the conversation or the wrap-up began
	handled   int64 // conversation so far, in earlier hands or before a park
	coolUntil int64 // the earliest end among cool

	snoozer   centre.AgentID // whom it returns to
	expecter  int32          // customer-first InDial: the agent in sight of whom the customer is rung
	aimAt     int32          // the agent, for aims at a person
	team      int32          // the team, for aims at a team
	leg       int32          // the consultation about this contact
	parent    int32          // of a leg
	attempts  int32
	wasParked bool // InHold: it was interrupted when the agent was lost
	needs     [MaxNeeds]Need
	offered   int64 // in InOffer: when it was put before the agent, and why
	why       Why
	cool      [maxCooling]cooling
	guessLow  int64 // what was guessed of the wait when it began, zero for nothing
	guessHigh int64

	// What was told of the wait: a reading aid, not hashed.
	told              bool
	toldLow, toldHigh int64
}

// inHand tells whether a contact in this phase is one agent's.
func (c *contact) inHand() bool {
	return c.agent >= 0 && c.phase != InOffer
}

func (c *contact) isLeg() bool { return c.parent >= 0 }

// findContact gives the slot of the contact, none if there is no such contact now.
func (e *Engine) findContact(id centre.ContactID) int32 {
	ci := e.contactBuckets[uint64(id)&uint64(len(e.contactBuckets)-1)]
	for ci >= 0 && e.contacts[ci].id != id {
		ci = e.contacts[ci].next
	}
	return ci
}

// newContact takes a free slot for a contact or a leg; only contacts can be found by id.
func (e *Engine) newContact(id centre.ContactID, parent int32) int32 {
	var ci int32
	if n := len(e.freeContacts); n > 0 {
		ci = e.freeContacts[n-1]
		e.freeContacts = e.freeContacts[:n-1]
	} else {
		ci = int32(len(e.contacts))
		e.contacts = append(e.contacts, contact{})
	}
	c := &e.contacts[ci]
	*c = contact{} // in its place; a literal with values would be made elsewhere and copied
	c.id, c.parent = id, parent
	c.lane, c.agent, c.expecter, c.aimAt, c.team, c.leg, c.handNext, c.next = none, none, none, none, none, none, none, none
	if parent >= 0 {
		return ci
	}
	if e.live++; e.live > len(e.contactBuckets) {
		e.contactBuckets = emptyBuckets(2 * len(e.contactBuckets))
		for i := range e.contacts {
			if c := &e.contacts[i]; c.id != 0 && c.id != id && !c.isLeg() {
				e.bucketContact(int32(i))
			}
		}
	}
	e.bucketContact(ci)
	return ci
}

func (e *Engine) bucketContact(ci int32) {
	c := &e.contacts[ci]
	b := &e.contactBuckets[uint64(c.id)&uint64(len(e.contactBuckets)-1)]
	c.next, *b = *b, ci
}

// freeContact gives the slot back; the contact must be out of every lane and hand.
func (e *Engine) freeContact(ci int32) {
	c := &e.contacts[ci]
	must(c.lane < 0 && c.agent < 0 && c.expecter < 0, "L1: an ended contact is nowhere")
	if !c.isLeg() {
		p := &e.contactBuckets[uint64(c.id)&uint64(len(e.contactBuckets)-1)]
		for *p != ci {
			p = &e.contacts[*p].next
		}
		*p = c.next
		e.live--
	}
	c.id, c.phase, c.parent = 0, Nowhere, none
	e.freeContacts = append(e.freeContacts, ci)
}

// setPhase moves a contact, in the counts of the centre, the queue and the agent who has it in hand.
func (e *Engine) setPhase(ci int32, p Phase) {
	c := &e.contacts[ci]
	if c.inHand() {
		e.countInHand(c, -1)
	}
	if !c.isLeg() {
		e.counts[c.phase]--
		e.counts[p]++
		q := &e.queues[c.queue]
		q.counts[c.phase]--
		q.counts[p]++
	}
	c.phase = p
	if c.inHand() {
		e.countInHand(c, +1)
	}
}

// countInHand counts a contact into or out of what its agent has in hand.
func (e *Engine) countInHand(c *contact, by int32) {
	ag := &e.agents[c.agent]
	switch c.phase {
	case InTalk, InDial, InHold:
		ag.talk[c.channel] += by
		ag.talking += by
		if ag.talk[c.channel] > 0 {
			ag.talks |= 1 << c.channel
		} else {
			ag.talks &^= 1 << c.channel
		}
		ag.load += by * e.capacity(ag).Weight[c.channel]
	case InPark:
		ag.park[c.channel] += by
		ag.parked += by
	case InWrapUp:
		ag.wrapping += by
	default:
		must(false, "L1: a contact in hand is dialled, talked to, parked, held or wrapped up")
	}
}

// intoHand gives the contact to the agent in the phase. What an agent has in hand is listed by contact id.
func (e *Engine) intoHand(ci, a int32, p Phase) {
	c, ag := &e.contacts[ci], &e.agents[a]
	must(c.agent < 0, "L1: a contact is in one hand at most")
	e.setPhase(ci, p)
	c.agent = a
	e.countInHand(c, +1)
	at := &ag.hand
	for *at >= 0 && e.contacts[*at].id < c.id {
		at = &e.contacts[*at].handNext
	}
	c.handNext, *at = *at, ci
	e.touch(a)
}

// outOfHand takes the contact from its agent; the caller moves it on at once.
func (e *Engine) outOfHand(ci int32) {
	c := &e.contacts[ci]
	must(c.inHand(), "L1: only what is in hand can be given away")
	ag := &e.agents[c.agent]
	e.countInHand(c, -1)
	at := &ag.hand
	for *at != ci {
		at = &e.contacts[*at].handNext
	}
	*at, c.handNext = c.handNext, none
	ag.freeSince = e.now
	e.touch(c.agent)
	c.agent, c.until = none, 0
}

// coolDown keeps the contact from the agent for as long as the rules say, and for a millisecond at least: others are asked first.
func (e *Engine) coolDown(ci int32, a centre.AgentID) {
	ms := max(e.settings.DeclineCoolMS, 1)
	c := &e.contacts[ci]
	at := 0
	for i := range int(c.coolN) {
		if c.cool[i].agent == a {
			at = i
			break
		}
		if c.cool[i].until < c.cool[at].until {
			at = i
		}
	}
	if (c.coolN == 0 || c.cool[at].agent != a) && c.coolN < maxCooling {
		at = int(c.coolN)
		c.coolN++
	}
	c.cool[at] = cooling{agent: a, until: e.now + ms}
	e.armCool(ci)
}

// warm lets the agent be offered the contact again.
func (e *Engine) warm(ci int32, a centre.AgentID) {
	c := &e.contacts[ci]
	for i := range int(c.coolN) {
		if c.cool[i].agent == a {
			c.coolN--
			c.cool[i] = c.cool[c.coolN]
			e.armCool(ci)
			return
		}
	}
}

// armCool asks to be woken when the first agent may be offered the contact again.
func (e *Engine) armCool(ci int32) {
	c := &e.contacts[ci]
	c.coolUntil = 0
	for i := range int(c.coolN) {
		if c.coolUntil == 0 || c.cool[i].until < c.coolUntil {
			c.coolUntil = c.cool[i].until
		}
	}
	e.arm(coolTimer, ci, int64(c.id), c.coolUntil)
}

// coolOver lets the agents whose time is up be offered the contact again.
func (e *Engine) coolOver(ci int32) {
	c := &e.contacts[ci]
	n := uint8(0)
	for i := range int(c.coolN) {
		if c.cool[i].until > e.now {
			c.cool[n] = c.cool[i]
			n++
		}
	}
	c.coolN = n
	e.armCool(ci)
	if c.phase == InQueue && c.lane >= 0 {
		e.freshLanes = append(e.freshLanes, c.lane)
	}
}

// cooled tells whether the contact is kept from the agent for now.
func (c *contact) cooled(a centre.AgentID) bool {
	for i := range int(c.coolN) {
		if c.cool[i].agent == a {
			return true
		}
	}
	return false
}

// age is how long the contact has waited, redials' credit included; a promise is young until its target's time before it is due.
func (e *Engine) age(c *contact) int64 { return max(0, e.now-c.place) }

// orderPlace works out the instant by which a contact is ordered.
func (e *Engine) orderPlace(c *contact) int64 {
	if c.due > 0 {
		return c.due - e.queues[c.queue].rules.TargetMS
	}
	return c.since
}
