package routing

import "sentral/internal/centre"

// DecisionKind says what the engine decided. Its text name is what the journal stores, so a name is never changed or reused.
type DecisionKind uint8

// What the engine can answer. A decision is carried out only after it is on disk, and carrying it out twice is harmless: it is named by the
// sequence number of its event and its index.
const (
	NoDecision DecisionKind = iota

	Queued         // Contact waits in Queue (arrival, requeue, lapse, return); At is its arrival, so the place is visible
	TurnedAway     // Contact was not taken in: Code says why (closed, unknown queue ...)
	Offered        // Contact, Agent, Offer, Until, Why
	OfferEnded     // Contact, Agent, Offer, End
	Connected      // Contact, Agent: the conversation begins (Consult: the agent joins as adviser)
	Parked         // Contact, Agent: interrupted by something that may interrupt it
	Resumed        // Contact, Agent
	Held           // Contact, Agent: the agent's connection is gone; kept for the agent until Until
	ConsultOver    // Contact, Agent (the adviser leaves)
	WrapUpStarted  // Contact, Agent, Until (zero: no limit)
	WrapUpOver     // Contact, Agent, Reason, Outcome
	SnoozedUntil   // Contact, Agent, Until
	Closed         // Contact, How: the contact has ended for good
	PromiseMade    // Contact, Until: a callback keeps its place
	PromiseRefused // Contact, Code: over the cap, closed ...; the contact keeps waiting
	Dial           // Contact, Agent (zero when customer-first): ring the customer now; attempt Count
	PromiseRetry   // Contact, Until: nobody answered; the next attempt is due then
	AgentChanged   // Agent, Status, State, Pause: whatever of these changed
	QueueChanged   // Queue, Count 1 open, 0 closed
	LendingChanged // Team, Queue, Count 1 open, 0 closed, Why
	Refused        // the event changed nothing: Code says why
	WakeAt         // Until: return a Woke event then; only the latest WakeAt counts
	PromiseMoved   // Contact, Until, At: a promise that waits for its time has another time or place; it is offered from Until on
	decisionKindCount
)

// Decision is one answer of the engine; like Event it is flat, and each kind names the fields it fills.
type Decision struct {
	Kind    DecisionKind     `json:"kind,omitzero"`
	Code    Code             `json:"code,omitzero"`
	End     OfferEnd         `json:"end,omitzero"`
	How     Ending           `json:"how,omitzero"`
	Channel centre.Channel   `json:"channel,omitzero"`
	Status  Status           `json:"status,omitzero"`
	State   State            `json:"state,omitzero"`
	Outcome Outcome          `json:"outcome,omitzero"`
	Consult bool             `json:"consult,omitzero"`
	Contact centre.ContactID `json:"contact,omitzero"`
	Offer   centre.OfferID   `json:"offer,omitzero"`
	Agent   centre.AgentID   `json:"agent,omitzero"`
	Queue   centre.QueueID   `json:"queue,omitzero"`
	Team    centre.TeamID    `json:"team,omitzero"`
	Pause   centre.PauseID   `json:"pause,omitzero"`
	Reason  centre.ReasonID  `json:"reason,omitzero"`
	Count   int32            `json:"count,omitzero"`
	At      centre.Instant   `json:"at,omitzero"`
	Until   centre.Instant   `json:"until,omitzero"`
	Why     Why              `json:"why,omitzero"`
}

// Why is the reason of an offer, complete enough to be told to the agent in words and to be checked by the auditor.
type Why struct {
	Rule        Rule             `json:"rule,omitzero"`
	Step        uint8            `json:"step,omitzero"`         // index of the queue's step that made the agent eligible
	Fit         int32            `json:"fit,omitzero"`          // how well the agent matches: sum of levels above need; higher is better
	Load        int32            `json:"load,omitzero"`         // the agent's used capacity when chosen
	WaitedMS    int64            `json:"waited_ms,omitzero"`    // how long the contact had waited, credit included
	FreeMS      int64            `json:"free_ms,omitzero"`      // how long the agent had been free
	Score       int64            `json:"score,omitzero"`        // the contact's urgency: weight x waited / target, in thousandths
	Candidates  int32            `json:"candidates,omitzero"`   // agents who could have had it
	Overtaken   centre.ContactID `json:"overtaken,omitzero"`    // a contact further ahead that could not be served by this agent; zero for none
	OvertakenBy Code             `json:"overtaken_by,omitzero"` // why that one was passed over
}

// Rule names the rule that led to an offer.
type Rule uint8

// The rules of choice.
const (
	NoRule       Rule = iota
	BestFit           // the contact arrived and this was the best free agent
	WorstOff          // the agent became free and this contact was worst off against its target
	AgeGuarantee      // waited beyond the queue's guarantee: oldest first
	PromiseDue        // a promise whose time has come
	LastAgent         // returned to who helped last
	Directed          // aimed at this person or team
	ConsultRule       // asked to advise
	BorrowedRule      // taken from a team that lends
	HeldRule          // came back to the agent it was held or snoozed for
	ruleCount
)

// OfferEnd says how an offer ended; every offer ends exactly once.
type OfferEnd uint8

// The ends of an offer.
const (
	NotEnded OfferEnd = iota
	OfferAccepted
	OfferDeclined
	OfferLapsed
	OfferWithdrawn
	offerEndCount
)

// Ending says how a contact left the centre; every contact ends exactly once.
type Ending uint8

// The endings.
const (
	NotClosed        Ending = iota
	Done                    // served and wrapped up
	AbandonedQueue          // the customer left while waiting
	AbandonedOffer          // ... while an agent was being offered it
	HandedToSelf            // taken over by self-service
	PromiseExpired          // the promise window closed, or every attempt was used
	ClosedUnanswered        // the queue was closed by force
	endingCount
)

// Phase is the one place where a contact is. The drawing of how it moves is in contact.go.
type Phase uint8

// The phases. Every contact that was taken in and has not ended is in exactly one.
const (
	Nowhere   Phase = iota // never arrived, or ended
	InQueue                // waits for an agent; a live customer or deferred work
	InPromise              // waits for the time of its promise or of the next attempt; nobody is offered it
	InOffer                // rings at one agent
	InDial                 // the promised customer is being rung
	InTalk                 // in conversation with one agent
	InPark                 // interrupted, still the same agent's
	InHold                 // kept for an agent whose connection is gone
	InSnooze               // put aside until a time; returns to the same agent
	InWrapUp               // the customer has gone, the agent is finishing
	phaseCount
)

// State is what the engine knows of an agent; Status is what the person said.
type State uint8

// The states.
const (
	Gone     State = iota // not signed in
	Free                  // nothing in hand
	Ringing               // an offer is out
	Talking               // at least one conversation
	Wrapping              // only wrap-up left
	Lost                  // signed in, connection gone
	stateCount
)

// Code is a reason in one word, for refusals and overtaking.
type Code uint8

// The codes. Texts for people are in the catalogues under routing.code.NAME.
const (
	NoCode Code = iota
	UnknownContact
	UnknownAgent
	UnknownQueue
	UnknownOffer
	UnknownTeam
	OfferOver    // the offer had already ended, and how is known
	NotYours     // the contact or offer is with another agent
	WrongState   // the contact or agent is not in a state that allows this
	AlreadyThere // a contact of this id exists, or the thing is already so: the event was doubled
	QueueIsClosed
	OverCap        // as many promises as may be kept are open
	InConversation // cannot sign out in a conversation
	BadTarget      // a transfer to nobody, to oneself, or to someone who is not there
	NotDeferred    // only deferred channels can be snoozed
	TooLong        // the wrap-up's extension is beyond the limit
	NotQualified   // overtaking: the agent lacks a requirement of the contact ahead
	ExcludedAgent  // overtaking: the contact ahead was just declined by or came from this agent
	ReservedFor    // overtaking: the contact ahead waits for one person or team
	NotYetDue      // overtaking: a promise ahead whose time has not come
	BadSettings    // the rule book or profile breaks a rule: ValidateSettings or ValidateProfile says which
	StaleSettings  // a rule book of this version or a later one is already in force
	ContactOver    // the contact has ended for good: the event was late or doubled
	NoRoom         // overtaking: the agent's capacity does not allow the channel of the contact ahead
	UnknownChannel // the arrival names no channel
	TooLate        // the arrival's id is so far behind the newest that it cannot be told from a doubled one
	NotReachable   // the agent cannot be reached in the channel now; also overtaking: in that of the contact ahead
	codeCount
)
