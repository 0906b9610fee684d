package audit

import (
	"fmt"

	"sentral/internal/engine/routing"
)

// Law names one thing that must always hold. docs/spec/routing.md says each in full.
type Law uint8

// The laws.
const (
	OnePlace       Law = iota // a contact is in exactly one place, arrives once and leaves once
	Conservation              // arrived = waiting + offered + talking + wrapping + ... + gone, and the engine counts alike
	Capacity                  // nobody has more in hand than their capacity, and nothing beside what may not be beside it
	OfferEndsOnce             // every offer has a number of its own and ends once: accepted, declined, lapsed or withdrawn
	NotToTheAbsent            // nothing is offered to or connected with someone who is not there, not ready or not reachable
	Qualified                 // an offer goes to someone whom the queue's step, the contact's needs or an open loan admits
	NoOvertaking              // an agent is offered the contact that is worst off among those they can take, and who is passed over is named
	BestAgent                 // a contact is offered to the best fit, then the least loaded, then the longest free
	TrueWhy                   // what an offer says about its reason is so
	EveryWaitEnds             // nobody waits while someone who can and may take the contact is free
	OnTime                    // offers, wrap-ups, snoozes, holds and promises end when they were said to end
	NotAgainAtOnce            // a contact that an agent declined or let lapse is not offered to the same agent while it cools
	PromiseKept               // promises stay under their cap, are dialled no oftener than said, and keep their place
	StatesAgree               // what is told about an agent's status and state is what follows from what happened
	RefusalIsEmpty            // a refused event changes nothing
	LoanHolds                 // a team lends only while its lending is open, and opening and closing alternate
	DoorsHold                 // a closed queue takes nobody new in
	WrapUpBounded             // a wrap-up ends by its limit, and is extended no further than the queue allows
	OnlyDeferred              // only deferred channels are snoozed
	TimeForward               // nothing is dated before what came earlier, and no waking is asked for in the past
	lawCount
)

var lawNames = [lawCount]string{
	"one_place", "conservation", "capacity", "offer_ends_once", "not_to_the_absent", "qualified", "no_overtaking", "best_agent", "true_why",
	"every_wait_ends", "on_time", "not_again_at_once", "promise_kept", "states_agree", "refusal_is_empty", "loan_holds", "doors_hold",
	"wrap_up_bounded", "only_deferred", "time_forward",
}

// String names the law as in reports.
func (l Law) String() string {
	if l < lawCount {
		return lawNames[l]
	}
	return fmt.Sprintf("law(%d)", uint8(l))
}

// Laws lists every law.
func Laws() []Law {
	out := make([]Law, lawCount)
	for i := range out {
		out[i] = Law(i)
	}
	return out
}

// Breach is one broken law.
type Breach struct {
	Law   Law
	Seed  uint64
	Event int64 // number of the event, from 1
	Kind  routing.EventKind
	Text  string
}

// String tells the breach in one line.
func (b Breach) String() string {
	return fmt.Sprintf("law %s broken at event %d (%v) of seed %d: %s", b.Law, b.Event, b.Kind, b.Seed, b.Text)
}
