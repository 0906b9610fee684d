// Package chat is the web chat: visitors, their one conversation at a time, its place in the queue and the messages both ways.
//
// It owns visitors' tokens, signed identities, origins and quotas; it refuses routing (engine/routing) and words' storage (desk/conversation).
// Begin reading in views.go, then room.go.
package chat

import (
	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
)

// Caller is what a request of a visitor says of who sends it.
type Caller struct {
	Authorization string // Bearer and the visitor's token
	Origin        string // the site that the browser was on; empty when the browser did not say
	Address       string // the network address, to bound what one of them may do; never stored
}

// Brand is how one brand's chat looks and whether it is open.
type Brand struct {
	Name     string         `json:"name"`
	Language string         `json:"language" enum:"nb,nn,sv,en"`
	Colour   string         `json:"colour" doc:"#rrggbb; the widget takes care of contrast."`
	Greeting string         `json:"greeting"`
	Privacy  string         `json:"privacy_url,omitempty"`
	Phone    string         `json:"phone,omitempty"`
	Open     bool           `json:"open"`
	Deferred bool           `json:"deferred" doc:"While it is closed a message may be left: see deferred of POST /api/chat/contacts."`
	OpensAt  centre.Instant `json:"opens_at_ms,omitempty"`
	Hours    []string       `json:"hours" nullable:"false" doc:"The week's opening hours as lines of text in the language."`
	Topics   []Topic        `json:"topics" nullable:"false" doc:"What the visitor may choose first; each leads to its queue."`
	MaxFile  int64          `json:"max_file_bytes"`
	Origins  []string       `json:"-"`
}

// Topic is one choice before the chat starts.
type Topic struct {
	Queue centre.QueueID `json:"queue_id"`
	Name  string         `json:"name"`
}

// Introduction is how a browser becomes a visitor.
type Introduction struct {
	Key      string `json:"key" maxLength:"64" doc:"The brand's public widget key."`
	Identity string `json:"identity,omitempty" maxLength:"4000" doc:"A short-lived JWT made by the brand's own site (HS256, aud sentral-widget, exp within 5 minutes): sub, name, email, phone."`
	Previous string `json:"previous,omitempty" maxLength:"100" doc:"A token from before: the same visitor goes on."`
}

// Token is the visitor's secret.
type Token struct {
	Token    string `json:"token"`
	Verified bool   `json:"verified"`
}

// Start begins a conversation.
type Start struct {
	Key      string         `json:"key" minLength:"8" maxLength:"64" doc:"Made by the browser: a repeated start is the same conversation."`
	Queue    centre.QueueID `json:"queue_id,omitempty"`
	Text     string         `json:"text" minLength:"1" maxLength:"4000"`
	Deferred bool           `json:"deferred,omitempty" doc:"Left as a message: nobody waits at the screen, it is answered in this conversation when somebody has time, and it is taken while the chat is closed. Needs an e-mail address or a signed identity."`
	Name     string         `json:"name,omitempty" maxLength:"100"`
	Email    string         `json:"email,omitempty" maxLength:"254"`
	Language string         `json:"language,omitempty" enum:"nb,nn,sv,en"`
	Page     string         `json:"page,omitempty" maxLength:"500" doc:"Address of the page the visitor writes from, without its query."`
}

// Conversation is what the visitor sees.
type Conversation struct {
	Seq       int64                  `json:"seq"`
	Contact   centre.ContactID       `json:"contact_id,omitempty" doc:"Absent when there is none."`
	State     string                 `json:"state" enum:"none,waiting,talking,ended"`
	Deferred  bool                   `json:"deferred" doc:"Left as a message: answered when somebody has time."`
	Reference string                 `json:"reference,omitempty" doc:"To quote on the phone."`
	Agent     string                 `json:"agent,omitempty" doc:"First name of who answers."`
	Place     Place                  `json:"place"`
	Messages  []conversation.Message `json:"messages" nullable:"false"`
	Survey    string                 `json:"survey" enum:"none,open,answered"`
	Files     bool                   `json:"files" doc:"Files may be attached: a person has joined."`
}

// Place is the visitor's place in the queue; the wait is a range and never grows for having waited.
type Place struct {
	Position int   `json:"position" doc:"0 when not waiting."`
	LowMS    int64 `json:"wait_low_ms"`
	HighMS   int64 `json:"wait_high_ms" doc:"0 when unknown."`
}

// State tells that the conversation moved on.
type State struct {
	State  string `json:"state" enum:"none,waiting,talking,ended"`
	Agent  string `json:"agent,omitempty"`
	Survey string `json:"survey" enum:"none,open,answered"`
	Files  bool   `json:"files"`
}

// ReadMark tells how far the other side has read.
type ReadMark struct {
	Message int64          `json:"message_id"`
	At      centre.Instant `json:"at_ms"`
}

// SurveyAnswer is the two questions after the conversation (S1, S2).
type SurveyAnswer struct {
	Contact centre.ContactID `json:"contact_id"`
	OKS     int              `json:"oks" minimum:"1" maximum:"6"`
	Solved  string           `json:"solved" enum:"yes,no,dont_know"`
	Comment string           `json:"comment,omitempty" maxLength:"2000"`
}

// StreamEvents are the events of the visitor's live stream with their payloads.
func StreamEvents() map[string]any {
	return map[string]any{
		"snapshot": Conversation{}, "message": conversation.Message{}, "typing": conversation.Typing{}, "read": ReadMark{}, "place": Place{}, "state": State{},
	}
}
