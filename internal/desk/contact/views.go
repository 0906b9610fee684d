// Package contact is the desk's work on contacts: the snapshot an agent sees, and every command an agent or leader can give.
//
// It owns the rules of who may do what to which contact (through access.Can) and the screens' view of engine state; it refuses to decide
// routing (engine/routing) and to keep words (desk/conversation). Begin reading in views.go, then room.go.
package contact

import (
	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
)

// State is where one contact is, as screens name it.
type State string

// The states of a contact.
const (
	Waiting  State = "waiting"
	Offered  State = "offered"
	Talking  State = "talking"
	Held     State = "held"    // the agent's connection is gone
	Parked   State = "parked"  // interrupted by something more urgent
	Snoozed  State = "snoozed" // until a time
	Wrapping State = "wrapping"
	Closed   State = "closed"
)

// Summary is one contact in a list.
type Summary struct {
	ID           centre.ContactID  `json:"id"`
	State        State             `json:"state" enum:"waiting,offered,talking,held,parked,snoozed,wrapping,closed"`
	Channel      centre.Channel    `json:"channel" enum:"phone,chat,email,messenger,form,visit,callback,bot"`
	Queue        centre.QueueID    `json:"queue_id"`
	Brand        centre.BrandID    `json:"brand_id"`
	Agent        centre.AgentID    `json:"agent_id,omitempty"`
	Adviser      bool              `json:"adviser,omitempty" doc:"This agent is consulted, not responsible."`
	Customer     centre.CustomerID `json:"customer_id,omitempty"`
	Name         string            `json:"name" doc:"The customer's name, or empty when unknown."`
	Language     string            `json:"language,omitempty"`
	Preview      string            `json:"preview" doc:"The latest message, cut to 120 characters."`
	PreviewBy    string            `json:"preview_by,omitempty" enum:"customer,agent,system"`
	Unread       int               `json:"unread"`
	ArrivedAt    centre.Instant    `json:"arrived_at_ms"`
	AnsweredAt   centre.Instant    `json:"answered_at_ms,omitempty"`
	LastAt       centre.Instant    `json:"last_at_ms" doc:"The latest message from either side."`
	WaitingSince centre.Instant    `json:"customer_waiting_since_ms,omitempty" doc:"The customer's first message that is not yet answered."`
	WrapUpUntil  centre.Instant    `json:"wrap_up_until_ms,omitempty"`
	SnoozedUntil centre.Instant    `json:"snoozed_until_ms,omitempty"`
	Why          *Why              `json:"why,omitempty"`
}

// Why is the engine's reason for an offer in the screens' form.
type Why struct {
	Rule       string           `json:"rule" enum:"best_fit,worst_off,age_guarantee,promise_due,last_agent,directed,consult,borrowed,held"`
	Step       int              `json:"step" doc:"0 is the queue's first step; higher steps have relaxed or widened."`
	WaitedMS   int64            `json:"waited_ms"`
	FreeMS     int64            `json:"free_ms"`
	Fit        int              `json:"fit"`
	Score      int64            `json:"score"`
	Candidates int              `json:"candidates"`
	Overtaken  centre.ContactID `json:"overtaken_contact_id,omitempty"`
	Code       string           `json:"overtaken_because,omitempty"`
}

// Offer is one contact ringing at one agent.
type Offer struct {
	ID      centre.OfferID `json:"id"`
	Contact Summary        `json:"contact"`
	At      centre.Instant `json:"at_ms"`
	Until   centre.Instant `json:"until_ms"`
	Consult bool           `json:"consult,omitempty"`
	From    string         `json:"from,omitempty" doc:"Who transferred or asks for advice."`
	Words   string         `json:"words,omitempty" doc:"What they said about it."`
	Why     Why            `json:"why"`
	History []PastContact  `json:"history" nullable:"false" doc:"The customer's latest contacts."`
}

// OfferEnd tells that an offer no longer rings.
type OfferEnd struct {
	ID      centre.OfferID   `json:"id"`
	Contact centre.ContactID `json:"contact_id"`
	End     string           `json:"end" enum:"accepted,declined,lapsed,withdrawn"`
}

// Agent is one agent's own state.
type Agent struct {
	ID     centre.AgentID `json:"id"`
	Name   string         `json:"name"`
	Status string         `json:"status" enum:"offline,ready,direct_only,paused,away"`
	Pause  centre.PauseID `json:"pause_id,omitempty"`
	State  string         `json:"state" enum:"gone,free,ringing,talking,wrapping,lost"`
	Since  centre.Instant `json:"since_ms"`
	Load   int            `json:"load"`
	Total  int            `json:"total"`
}

// QueueCalm is the desk's calm summary of one queue the agent serves.
type QueueCalm struct {
	ID            centre.QueueID `json:"id"`
	Name          string         `json:"name"`
	Waiting       int            `json:"waiting"`
	LongestWaitMS int64          `json:"longest_wait_ms"`
	Open          bool           `json:"open"`
	LevelPermille int            `json:"service_level_permille" doc:"Today, by the queue's own formula; -1 when nothing is finished yet."`
	GoalPermille  int            `json:"goal_permille"`
}

// Desk is everything an agent's desk needs at start; deltas with higher sequence numbers follow on the live stream.
type Desk struct {
	Seq      int64          `json:"seq"`
	Now      centre.Instant `json:"now_ms" doc:"The server's clock, so that timers agree."`
	Agent    Agent          `json:"agent"`
	Offers   []Offer        `json:"offers" nullable:"false"`
	Contacts []Summary      `json:"contacts" nullable:"false"`
	Queues   []QueueCalm    `json:"queues" nullable:"false"`
}

// PastContact is one line of a customer's history.
type PastContact struct {
	ID      centre.ContactID `json:"id"`
	Channel centre.Channel   `json:"channel" enum:"phone,chat,email,messenger,form,visit,callback,bot"`
	Queue   centre.QueueID   `json:"queue_id"`
	Brand   centre.BrandID   `json:"brand_id"`
	Agent   string           `json:"agent,omitempty"`
	Reason  centre.ReasonID  `json:"reason_id,omitempty"`
	Outcome string           `json:"outcome,omitempty" enum:"solved,not_solved,follow_up,wrong_number"`
	At      centre.Instant   `json:"at_ms"`
	EndedAt centre.Instant   `json:"ended_at_ms,omitempty"`
	Summary string           `json:"summary,omitempty" doc:"The wrap-up's note, cut to 200 characters."`
}

// Customer is the side panel.
type Customer struct {
	ID       centre.CustomerID `json:"id"`
	Name     string            `json:"name"`
	Email    string            `json:"email,omitempty"`
	Phone    string            `json:"phone,omitempty"`
	Number   string            `json:"customer_number,omitempty"`
	Language string            `json:"language,omitempty"`
	Verified string            `json:"verified" enum:"none,signed" doc:"signed: the brand's own site vouched for the identity."`
	Remark   string            `json:"remark,omitempty" doc:"Preferences that follow the customer (H2)."`
	Version  string            `json:"version,omitempty" doc:"Changes with what is known; PATCH /api/customers/{id} wants it. Absent for those who may not change customers."`
	Page     string            `json:"page,omitempty" doc:"The page the visitor wrote from."`
	History  []PastContact     `json:"history" nullable:"false"`
}

// Detail is one contact opened.
type Detail struct {
	Seq      int64                  `json:"seq"`
	Contact  Summary                `json:"contact"`
	Customer *Customer              `json:"customer,omitempty"`
	Messages []conversation.Message `json:"messages" nullable:"false" doc:"The newest page, oldest first."`
	More     bool                   `json:"more" doc:"Older messages exist: ask with before."`
	Notes    []conversation.Note    `json:"notes" nullable:"false"`
	Drafts   []conversation.Draft   `json:"drafts" nullable:"false"`
	Present  []Presence             `json:"present" nullable:"false" doc:"Colleagues who have it open."`
	Reason   centre.ReasonID        `json:"reason_id,omitempty"`
	Outcome  string                 `json:"outcome,omitempty"`
}

// Presence is a colleague who has the contact open.
type Presence struct {
	Contact centre.ContactID `json:"contact_id"`
	Agent   centre.AgentID   `json:"agent_id"`
	Name    string           `json:"name"`
	Typing  bool             `json:"typing"`
	Here    bool             `json:"here"`
}
