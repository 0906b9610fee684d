// Package webhook tells other systems what happens in the centre: the log by sequence number, and signed outgoing webhooks with retries.
//
// It owns subscriptions, signatures and deliveries; it refuses words, names and addresses, which the log never holds. Begin reading in views.go.
package webhook

import (
	"encoding/json"

	"sentral/internal/centre"
)

// Event is one entry of the centre's log as integrators see it.
type Event struct {
	Seq     int64            `json:"seq"`
	At      centre.Instant   `json:"at_ms"`
	Kind    string           `json:"kind" doc:"step for the engine's events with their decisions, else the room's fact."`
	Contact centre.ContactID `json:"contact_id,omitempty"`
	Agent   centre.AgentID   `json:"agent_id,omitempty"`
	Body    json.RawMessage  `json:"body"`
}

// EventPage is some entries and where to go on.
type EventPage struct {
	Events []Event `json:"events" nullable:"false"`
	Next   int64   `json:"next" doc:"Ask after this; equal to the newest when there is no more."`
	Newest int64   `json:"newest"`
}

// Hook is one subscription.
type Hook struct {
	ID      int64          `json:"id"`
	URL     string         `json:"url"`
	Kinds   []string       `json:"kinds" nullable:"false" doc:"contact.arrived, contact.placed, contact.offered, contact.answered, contact.ended, contact.abandoned, contact.wrapped_up, survey.answered, agent.changed; empty means all."`
	Active  bool           `json:"active"`
	Created centre.Instant `json:"created_at_ms"`
	Failing int            `json:"failures_in_a_row"`
	Stopped centre.Instant `json:"stopped_at_ms,omitempty" doc:"Stopped because nothing was taken for long. Nothing is lost: started again it is told everything since."`
	// OldUntil is when the secret before the present one stops signing.
	OldUntil centre.Instant `json:"old_secret_until_ms,omitempty" doc:"Until then deliveries are signed with the secret before too."`
}

// NewHook asks for a subscription.
type NewHook struct {
	URL   string   `json:"url" format:"uri" maxLength:"500" doc:"HTTPS, or HTTP on a loopback address; never a private network unless the operator allows it."`
	Kinds []string `json:"kinds" nullable:"false" maxItems:"20"`
}

// Secret is a new hook with its signing secret, shown once.
type Secret struct {
	Hook
	Secret string `json:"secret"`
}

// Delivery is one attempt to tell.
type Delivery struct {
	ID       int64          `json:"id"`
	Seq      int64          `json:"seq"`
	Kind     string         `json:"kind"`
	State    string         `json:"state" enum:"waiting,done,dead"`
	Attempts int            `json:"attempts"`
	Status   int            `json:"last_status,omitempty"`
	Error    string         `json:"last_error,omitempty"`
	NextAt   centre.Instant `json:"next_at_ms,omitempty"`
	At       centre.Instant `json:"at_ms"`
}
