package contact

import (
	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
)

// Reply is a message on its way to the customer.
type Reply struct {
	Key   string // the sender's own key: a repeat is answered like the first
	Text  string
	Files []string
	After int64 // the newest message the writer had seen
}

// HandOver is a transfer or a request for advice, always with words (C5).
type HandOver struct {
	To    string         `json:"to" enum:"queue,person,team,leader"`
	Queue centre.QueueID `json:"queue_id,omitempty"`
	Agent centre.AgentID `json:"agent_id,omitempty"`
	Team  centre.TeamID  `json:"team_id,omitempty"`
	Words string         `json:"words" maxLength:"2000" doc:"Who, why and what has been said."`
}

// Colleague is somebody a contact can be handed to.
type Colleague struct {
	ID     centre.AgentID   `json:"id"`
	Name   string           `json:"name"`
	Team   centre.TeamID    `json:"team_id"`
	Status string           `json:"status" enum:"offline,ready,direct_only,paused,away"`
	Pause  centre.PauseID   `json:"pause_id,omitempty"`
	State  string           `json:"state" enum:"gone,free,ringing,talking,wrapping,lost"`
	Skills []centre.SkillID `json:"skill_ids" nullable:"false"`
	Leader bool             `json:"leader"`
	Led    bool             `json:"led" doc:"You may set this person's status."`
}

// CustomerChange is what may be corrected; absent fields stay as they are.
type CustomerChange struct {
	Version  string  `json:"version" minLength:"1" maxLength:"64" doc:"As the customer was read; refused (409) when somebody has changed them since."`
	Name     *string `json:"name,omitempty" maxLength:"200"`
	Email    *string `json:"email,omitempty" maxLength:"254"`
	Phone    *string `json:"phone,omitempty" maxLength:"32"`
	Language *string `json:"language,omitempty" enum:"nb,nn,sv,en,da"`
	Remark   *string `json:"remark,omitempty" maxLength:"1000"`
}

// Preview asks who would get a contact now.
type Preview struct {
	Queue    centre.QueueID `json:"queue_id"`
	Channel  centre.Channel `json:"channel" enum:"phone,chat,email,messenger,form,visit,callback,bot"`
	Priority int            `json:"priority,omitempty" minimum:"0" maximum:"9"`
	Skills   []SkillNeed    `json:"skills" required:"false" nullable:"false" maxItems:"4"`
}

// SkillNeed is a skill at a level or better.
type SkillNeed struct {
	Skill centre.SkillID `json:"skill_id"`
	Level int            `json:"level" minimum:"1" maximum:"9"`
}

// PreviewResult is who would get it, and for everyone else the reason why not.
type PreviewResult struct {
	Agent      centre.AgentID `json:"agent_id,omitempty" doc:"Absent when it would wait."`
	Name       string         `json:"name,omitempty"`
	Why        *Why           `json:"why,omitempty"`
	WaitLowMS  int64          `json:"wait_low_ms,omitempty"`
	WaitHighMS int64          `json:"wait_high_ms,omitempty"`
	Steps      []StepPool     `json:"steps" nullable:"false"`
}

// StepPool is who could take it at one step.
type StepPool struct {
	AfterMS   int64            `json:"after_ms"`
	Qualified int              `json:"qualified" doc:"Agents with the skills, signed in or not."`
	SignedIn  int              `json:"signed_in"`
	Free      int              `json:"free"`
	Agents    []centre.AgentID `json:"agent_ids" nullable:"false" doc:"Those free now, best first, at most ten."`
}

// ReadMark tells how far a side has read.
type ReadMark struct {
	Contact centre.ContactID    `json:"contact_id"`
	Side    conversation.Author `json:"side" enum:"customer,agent"`
	Message int64               `json:"message_id"`
	At      centre.Instant      `json:"at_ms"`
}

// Queues is the calm summary, sent at most once a second when it changed.
type Queues struct {
	Queues []QueueCalm `json:"queues" nullable:"false"`
}

// NamesChanged tells that the configuration has a new version: names are to be fetched again.
type NamesChanged struct {
	Version int64 `json:"version"`
}

// Reset tells that the stream cannot go on from where the browser was: take a new snapshot, which follows.
type Reset struct {
	Seq int64 `json:"seq"`
}

// StreamEvents are the events of the desk's live stream with their payloads.
func StreamEvents() map[string]any {
	return map[string]any{
		"snapshot": Desk{}, "reset": Reset{}, "agent": Agent{}, "offer": Offer{}, "offer_end": OfferEnd{}, "contact": Summary{},
		"message": conversation.Message{}, "note": conversation.Note{}, "typing": conversation.Typing{}, "read": ReadMark{},
		"presence": Presence{}, "queues": Queues{}, "names": NamesChanged{},
	}
}
