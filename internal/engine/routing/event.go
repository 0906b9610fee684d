package routing

import "sentral/internal/centre"

// EventKind says what happened. Its text name is what the journal stores, so a name is never changed or reused.
type EventKind uint8

// What the engine can be told. Commands of people and facts from channels are alike: late, doubled and reordered ones are answered with a
// Refused decision and change nothing.
const (
	NoEvent EventKind = iota

	// Rules and people.
	SettingsChanged // Settings: the whole new rule book; contacts and agents in flight are carried over
	AgentDefined    // Profile: skills, team and capacity of one agent, new or changed
	AgentRemoved    // Agent: leaves for good; like AgentLost first

	// What a person says about themselves, and what the driver sees of their connection.
	SignedIn      // Agent: present, in Status (Ready unless told otherwise)
	SignedOut     // Agent: leaves; refused while in a conversation unless Force
	StatusChanged // Agent, Status, Pause: takes effect at once for new offers; an offer that is ringing is withdrawn when the new status forbids it
	AgentLost     // Agent: the connection is gone beyond the grace; offers are withdrawn, live contacts return to their place
	AgentFound    // Agent: the connection is back; conversations held for the agent continue

	// Contacts.
	Arrived        // Contact, Queue, Channel, Priority, Needs, LastAgent, Credit; in the channel callback a promise from the start, with its window Until
	Abandoned      // Contact: the customer left, in whatever state
	Accepted       // Contact, Agent, Offer
	Declined       // Contact, Agent, Offer
	Ended          // Contact, Agent: the conversation is over; wrap-up begins
	WrapUpExtended // Contact, Agent, Until
	WrappedUp      // Contact, Agent, Reason, Outcome
	Requeued       // Contact, Agent, Queue: back to a queue (the same when zero) with the place kept
	Transferred    // Contact, Agent, To...: to a queue, a person, a team or the leader, with words written elsewhere
	ConsultAsked   // Contact, Agent, To...: ask another person while keeping the contact
	ConsultEnded   // Contact, Agent
	Snoozed        // Contact, Agent, Until: deferred channels only; returns to the same agent when present, else to its place
	Woken          // Contact: a snoozed contact returns now (the customer wrote)
	Prioritised    // Contact, Priority: a leader moves one contact
	DueSet         // Contact, Until: a promise's due time
	HandedOff      // Contact: taken over by self-service or answered without an agent; leaves the queue

	// Promises.
	CallbackAsked  // Contact: the waiting customer hangs up and keeps the place; Until closes the promise window
	CallbackResult // Contact, Agent, Reached: the customer answered, or did not; with Force we broke the attempt off ourselves, and it counts as none
	PromiseCapSet  // Queue, Count: at most so many promises open at once

	// Opening hours and levers, told by the calendar and by people.
	QueueOpened // Queue
	QueueClosed // Queue: new contacts are turned away, except in deferred channels, whose writer is gone; those waiting are served out unless Force
	LendingSet  // Team, Queue, Force: a leader opens or closes lending by hand; Count 1 open, 0 closed, -1 back to the rule

	// Time itself.
	Woke // a timer the engine asked for with WakeAt

	// What an agent can be reached by, and what an agent begins. They stand last because a kind's number is part of the hash.
	ReachSet // Agent, Channel, Count 1 or 0: whether the agent can be reached in the channel now; it matters where Settings.Told says so
	Placed   // Contact, Agent, Queue, Channel, Priority, Needs: the agent calls a customer; the conversation begins in the agent's hand
	eventKindCount
)

// Event is one thing that happened. It is a flat value so that a step allocates nothing; each kind above names the fields it reads, and
// fields that a kind does not read are ignored. In JSON, fields that are zero are left out.
type Event struct {
	At        centre.Instant   `json:"at,omitzero"`
	Kind      EventKind        `json:"kind,omitzero"`
	Channel   centre.Channel   `json:"channel,omitzero"`
	Status    Status           `json:"status,omitzero"`
	Priority  uint8            `json:"priority,omitzero"` // 0 (usual) to 9
	NeedCount uint8            `json:"need_count,omitzero"`
	Force     bool             `json:"force,omitzero"`
	Reached   bool             `json:"reached,omitzero"`
	Target    TransferTarget   `json:"target,omitzero"`
	Outcome   Outcome          `json:"outcome,omitzero"`
	Contact   centre.ContactID `json:"contact,omitzero"`
	Offer     centre.OfferID   `json:"offer,omitzero"`
	Agent     centre.AgentID   `json:"agent,omitzero"`
	ToAgent   centre.AgentID   `json:"to_agent,omitzero"`
	LastAgent centre.AgentID   `json:"last_agent,omitzero"` // who helped this customer last; zero for none
	Queue     centre.QueueID   `json:"queue,omitzero"`
	Team      centre.TeamID    `json:"team,omitzero"`
	Pause     centre.PauseID   `json:"pause,omitzero"`
	Reason    centre.ReasonID  `json:"reason,omitzero"`
	Count     int32            `json:"count,omitzero"`
	Until     centre.Instant   `json:"until,omitzero"`
	Credit    int64            `json:"credit_ms,omitzero"` // waiting credited at arrival, in milliseconds (a redial that finds its place again)
	Needs     [MaxNeeds]Need   `json:"needs,omitzero"`
	Settings  *Settings        `json:"settings,omitzero"` // SettingsChanged only
	Profile   *Profile         `json:"profile,omitzero"`  // AgentDefined only
}

// MaxNeeds is how many requirements of its own one contact may carry beside its queue's.
const MaxNeeds = 4

// Need is one requirement: a skill at a level from 1 to 9, or better.
type Need struct {
	Skill centre.SkillID `json:"skill"`
	Level uint8          `json:"level"`
}

// TransferTarget says whom a transfer or a consultation is aimed at.
type TransferTarget uint8

// The targets of Transferred and ConsultAsked.
const (
	ToNobody TransferTarget = iota
	ToQueue                 // Event.Queue
	ToPerson                // Event.ToAgent
	ToTeam                  // Event.Team, within the contact's queue
	ToLeader                // the leader of Event.Agent's team
	transferTargetCount
)

// Outcome says how a conversation went, as the agent recorded it in wrap-up.
type Outcome uint8

// The outcomes of a wrapped-up contact.
const (
	NoOutcome Outcome = iota
	Solved
	NotSolved   // we could not help: recorded as just that, and followed up (S5)
	FollowUp    // promised to come back
	WrongNumber // misdirected, spam or silent
	outcomeCount
)

// Status is what a person says about themselves. State, in decision.go, is what the engine knows of them.
type Status uint8

// The statuses.
const (
	Offline    Status = iota
	Ready             // takes contacts
	DirectOnly        // takes transfers and consultations aimed at the person, nothing from queues
	Paused            // takes nothing; Event.Pause says why
	Away              // set by the engine when an offer lapsed: takes nothing until the person says Ready
	statusCount
)
