package routing

import "sentral/internal/centre"

// Settings is the whole rule book, told to the engine by a SettingsChanged event and immutable afterwards. It holds ids and numbers only.
// All times are in milliseconds.
type Settings struct {
	Version  int64      `json:"version"` // rises with every change
	Queues   []Queue    `json:"queues"`
	Teams    []Team     `json:"teams"`
	Capacity []Capacity `json:"capacity"` // at least one; a Profile names one by index
	Lending  []Lending  `json:"lending,omitempty"`
	// PriorityCredit is the waiting that each priority is credited with, ascending; it moves a contact forward without stopping the rest.
	PriorityCredit [10]int64 `json:"priority_credit_ms"`
	LostGraceMS    int64     `json:"lost_grace_ms"`   // how long conversations in side-by-side and deferred channels are held for a lost agent
	ReturnHoldMS   int64     `json:"return_hold_ms"`  // how long a contact waits for LastAgent alone when that agent is present but busy; 0 = only if free
	DirectHoldMS   int64     `json:"direct_hold_ms"`  // how long a contact waits for the person or team it was aimed at before its queue may serve it; 0 = until they leave or refuse
	LapsesToAway   int32     `json:"lapses_to_away"`  // so many lapses in a row set Away; 0 means 1
	DeclineCoolMS  int64     `json:"decline_cool_ms"` // how long a declined, lapsed or sent-back contact is not offered to the same agent again; 0 = only others are asked first
	// Told has bit c set for every channel c in which an agent can be reached only while ReachSet says so, such as calls, which need a line. In
	// the other channels whoever is there can be reached.
	Told uint16 `json:"told,omitempty"`
}

// Queue is the rules of one queue.
type Queue struct {
	ID             centre.QueueID `json:"id"`
	Weight         int64          `json:"weight"`           // 100 is usual
	TargetMS       int64          `json:"target_ms"`        // the answer time aimed at; order is by waited/target
	AgeGuaranteeMS int64          `json:"age_guarantee_ms"` // beyond this wait nothing younger goes first, whatever its score; 0 = none
	OfferMS        int64          `json:"offer_ms"`         // how long an offer rings
	WrapUpMS       int64          `json:"wrap_up_ms"`       // 0 = no wrap-up; negative = without limit
	WrapUpMaxMS    int64          `json:"wrap_up_max_ms"`   // how far the agent may extend
	Steps          []Step         `json:"steps"`            // at least one, the first at age 0; each must admit everyone the one before admits
	Callback       Promise        `json:"callback"`
	Open           bool           `json:"open"` // as the rule book starts; QueueOpened and QueueClosed change it
}

// Step is what a contact in a queue asks for from a given age. Steps only relax and widen.
type Step struct {
	AfterMS  int64              `json:"after_ms"`
	Needs    []Need             `json:"needs"`              // all of them
	Teams    []centre.TeamID    `json:"teams,omitempty"`    // whose agents; empty with AllHands false = house agents of every team
	Partners []centre.PartnerID `json:"partners,omitempty"` // partners whose agents may take it
	AllHands bool               `json:"all_hands,omitempty"`
	// DropContactNeeds relaxes the contact's own requirements too.
	DropContactNeeds bool `json:"drop_contact_needs,omitempty"`
}

// Promise is how callbacks are kept in one queue.
type Promise struct {
	CustomerFirst bool  `json:"customer_first"` // ring the customer when the place comes up, then look for the agent; else the agent first
	Attempts      int32 `json:"attempts"`       // at most so many; 0 means 1
	RetryMS       int64 `json:"retry_ms"`
	DialMS        int64 `json:"dial_ms"` // an attempt without a CallbackResult counts as not reached after this; 0 means a minute
	Cap           int32 `json:"cap"`     // promises open at once; negative = without limit, 0 = none
}

// Team is the agents that one leader leads.
type Team struct {
	ID      centre.TeamID    `json:"id"`
	Leader  centre.AgentID   `json:"leader"`
	Partner centre.PartnerID `json:"partner"`
}

// Lending lets a team's agents help a queue beyond its steps while the team's own queues hold their level. It opens when the worst-off contact of
// the lender's own queues (those whose first step admits the team) has used less than OpenBelow of its target and at least MinFree agents of the team are
// free; it closes above CloseAbove. The gap between the two keeps it from flapping.
type Lending struct {
	Lender     centre.TeamID  `json:"lender"`
	Queue      centre.QueueID `json:"queue"`
	AfterMS    int64          `json:"after_ms"`   // only contacts that have waited this long
	MinFree    int32          `json:"min_free"`   // free agents that stay behind
	OpenBelow  int32          `json:"open_below"` // thousandths of target used
	CloseAbove int32          `json:"close_above"`
}

// Capacity is how much one kind of agent carries at once.
type Capacity struct {
	Total  int32                       `json:"total"`                 // units
	Weight [centre.ChannelCount]int32  `json:"weight"`                // units one contact of the channel takes; a phone call usually takes Total
	Max    [centre.ChannelCount]int32  `json:"max"`                   // contacts of the channel at once; 0 = none
	Beside [centre.ChannelCount]uint16 `json:"beside"`                // bit c of Beside[h]: a contact of channel c may be offered while one of channel h is in hand
	Parks  [centre.ChannelCount]uint16 `json:"parks"`                 // bit c of Parks[h]: taking a contact of c parks those of h, whose units are free meanwhile
	WrapUp bool                        `json:"offers_during_wrap_up"` // whether contacts may be offered while another is in wrap-up
}

// Profile is one agent as the engine knows them.
type Profile struct {
	Agent    centre.AgentID   `json:"agent"`
	Team     centre.TeamID    `json:"team"`
	Partner  centre.PartnerID `json:"partner"`
	Capacity int32            `json:"capacity"` // index into Settings.Capacity
	Skills   []Need           `json:"skills"`   // sorted by skill
}
