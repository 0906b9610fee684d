// Package conversation owns what was said: messages, internal notes, read marks, typing and drafts of one contact.
//
// A note can never reach the customer: notes and messages are different tables, different commands and different types on purpose. It refuses
// to decide who answers (engine/routing) and to know how a channel delivers (channel). Begin reading in message.go.
package conversation

import "sentral/internal/centre"

// Author says which side wrote.
type Author string

// The authors of a message.
const (
	ByCustomer Author = "customer"
	ByAgent    Author = "agent"
	BySystem   Author = "system" // told by the centre: joined, transferred, closed
)

// Message is one thing said in a contact, by either side.
type Message struct {
	ID        int64            `json:"id" doc:"Rises within the centre; the order of the conversation."`
	Contact   centre.ContactID `json:"contact_id"`
	Author    Author           `json:"author" enum:"customer,agent,system"`
	Agent     centre.AgentID   `json:"agent_id,omitempty"`
	Name      string           `json:"name" doc:"The author's name as the reader should see it."`
	Text      string           `json:"text"`
	Code      string           `json:"code,omitempty" doc:"For system messages: joined, left, transferred, closed, requeued; the screen words it."`
	Files     []File           `json:"files" nullable:"false"`
	At        centre.Instant   `json:"at_ms"`
	ReadAt    centre.Instant   `json:"read_at_ms,omitempty" doc:"When the other side first saw it."`
	ClientKey string           `json:"key,omitempty" doc:"The sender's own key: a repeated send is the same message."`
}

// Repeats refuses words that came under a key which wrote something else in its time: they would be lost without anybody noticing.
func (m Message) Repeats(contact centre.ContactID, text string) error {
	if m.Contact != contact || m.Text != text {
		return centre.ErrorAt(centre.Conflict, "key", "has written another message before (message %d): send this one under a new key", m.ID)
	}
	return nil
}

// File is an attachment as the conversation shows it.
type File struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Type  string `json:"type"`
	Bytes int64  `json:"bytes"`
}

// Note is an internal remark on a contact. It is never shown to the customer.
type Note struct {
	ID      int64            `json:"id"`
	Contact centre.ContactID `json:"contact_id"`
	Agent   centre.AgentID   `json:"agent_id"`
	Name    string           `json:"name"`
	Kind    string           `json:"kind" enum:"note,transfer,wrap_up" doc:"Written on its own, as the words of a hand-over, or in wrap-up."`
	Text    string           `json:"text"`
	At      centre.Instant   `json:"at_ms"`
}

// Thread is what the screens say of one contact beyond the log: who the customer is, their page and language, and how far each side has read.
type Thread struct {
	Contact      centre.ContactID
	Customer     centre.CustomerID
	Verified     bool
	Name         string // the customer's, as known when last read; empty when unknown
	Language     string
	Page         string
	Visitor      string // hash of the visitor's token; empty when it did not come by chat
	CustomerRead int64
	AgentRead    int64
}

// Stored is an attachment with its bytes. Owner says who uploaded it; Contact is zero until it is sent.
type Stored struct {
	File
	Owner   string
	Contact centre.ContactID
	At      centre.Instant
	Body    []byte
}

// Draft is unsent text, kept on the server per person, contact and kind.
type Draft struct {
	Kind string         `json:"kind" enum:"reply,note"`
	Text string         `json:"text"`
	At   centre.Instant `json:"at_ms"`
}

// Typing tells that somebody is writing right now; it is never stored.
type Typing struct {
	Contact centre.ContactID `json:"contact_id"`
	Author  Author           `json:"author" enum:"customer,agent"`
	Name    string           `json:"name"`
	Until   centre.Instant   `json:"until_ms"`
}
