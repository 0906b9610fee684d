package journal

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// ContactState says where a contact is, in the word that the contact table holds.
type ContactState string

// The states of a contact row. A contact is in exactly one of them.
const (
	Waiting    ContactState = "waiting"
	Offered    ContactState = "offered"
	Talking    ContactState = "talking"
	Parked     ContactState = "parked"
	Held       ContactState = "held"
	Snoozed    ContactState = "snoozed"
	Promised   ContactState = "promised"
	Wrapping   ContactState = "wrapping"
	Closed     ContactState = "closed"
	TurnedAway ContactState = "turned_away" // never taken in
)

// Contact is one row of the contact table: what the log says of one contact so far. Times are instants, zero when it has not happened. What its
// pointers, slices and maps lead to is replaced, never written into, so that a copy stays as it was.
type Contact struct {
	ID        centre.ContactID `json:"id"`
	Created   centre.Instant   `json:"created"`
	Queue     centre.QueueID   `json:"queue"`      // where it arrived: its counters are kept there
	LastQueue centre.QueueID   `json:"last_queue"` // where it is, or was last
	Channel   centre.Channel   `json:"channel"`
	Priority  uint8            `json:"priority,omitempty"`
	Placed    bool             `json:"placed,omitempty"` // begun by an agent: it neither came nor waited, and Answered stays zero
	State     ContactState     `json:"state"`
	Agent     centre.AgentID   `json:"agent,omitempty"` // who has it, or had it last

	Answered centre.Instant `json:"answered,omitempty"` // first connected
	Ended    centre.Instant `json:"ended,omitempty"`    // last conversation over
	Closed   centre.Instant `json:"closed,omitempty"`
	WaitMS   int64          `json:"wait_ms,omitempty"` // from arrival to the first answer, or to leaving unanswered
	TalkMS   int64          `json:"talk_ms,omitempty"`
	WrapMS   int64          `json:"wrap_ms,omitempty"`

	Offers    int32           `json:"offers,omitempty"`
	Lapses    int32           `json:"lapses,omitempty"`    // offers that lapsed or were declined
	Moves     int32           `json:"moves,omitempty"`     // transfers and requeues
	Promises  int32           `json:"promises,omitempty"`  // callbacks promised
	Reason    centre.ReasonID `json:"reason,omitempty"`    // as recorded in wrap-up
	Outcome   routing.Outcome `json:"outcome,omitempty"`   // as recorded in wrap-up
	How       routing.Ending  `json:"how,omitempty"`       // once closed
	Why       *routing.Why    `json:"why,omitempty"`       // of the offer that was accepted last
	Candidate *routing.Why    `json:"candidate,omitempty"` // of the offer that is out

	About AboutContact `json:"about"`

	TalkSince centre.Instant `json:"talk_since,omitempty"` // of the spell that is running
	TalkAgent centre.AgentID `json:"talk_agent,omitempty"`
	Wraps     []Spell        `json:"wraps,omitempty"` // wrap-ups that are running
	Counted   Disposition    `json:"counted,omitempty"`
}

// Spell is a stretch of work that one agent has begun.
type Spell struct {
	Agent centre.AgentID `json:"agent"`
	Since centre.Instant `json:"since"`
}

// Disposition says how a contact has been counted. It is counted once, by what came first, whatever happens to it afterwards.
type Disposition uint8

// The dispositions.
const (
	NotCounted Disposition = iota
	CountedAnswered
	CountedAbandoned
	CountedPromised
	CountedHandedOff
	CountedUnanswered
	CountedPlaced
)

// stopTalk ends the running spell of conversation, if it is with this agent or agent is zero, and returns its length.
func (c *Contact) stopTalk(at centre.Instant, agent centre.AgentID) int64 {
	if c.TalkSince == 0 || (agent != 0 && agent != c.TalkAgent) {
		return 0
	}
	ms := int64(at - c.TalkSince)
	c.TalkMS += ms
	c.Ended = at
	c.TalkSince, c.TalkAgent = 0, 0
	return ms
}

// stopWrap ends the running wrap-up of this agent, or of everybody when agent is zero, and returns its length.
func (c *Contact) stopWrap(at centre.Instant, agent centre.AgentID) int64 {
	var ms int64
	kept := c.Wraps[:0:0]
	for _, w := range c.Wraps {
		if agent == 0 || w.Agent == agent {
			ms += int64(at - w.Since)
		} else {
			kept = append(kept, w)
		}
	}
	c.Wraps = kept
	c.WrapMS += ms
	return ms
}
