package contact

import (
	"context"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
)

// thread is what the desk knows of one open contact's words, so that a list can show it without a query.
type thread struct {
	conversation.Thread
	preview      string
	previewBy    conversation.Author
	unread       []int64 // the customer's messages that the agent has not seen, at most unreadKept
	lastAt       centre.Instant
	waitingSince centre.Instant // the customer's first message that nobody has answered
	lastAnswer   int64          // the newest answer of an agent
	answeredBy   centre.AgentID
	onDesks      map[centre.AgentID]bool // where it was shown last
	noted        bool                    // there may be notes in the store
}

const (
	previewLength = 120
	unreadKept    = 99
)

// read notes that the agent has seen the messages up to one.
func (t *thread) read(upTo int64) {
	t.AgentRead = max(t.AgentRead, upTo)
	t.unread = slices.DeleteFunc(t.unread, func(id int64) bool { return id <= upTo })
}

// heard takes one more message into the thread.
func (t *thread) heard(m conversation.Message) {
	switch m.Author {
	case conversation.ByCustomer:
		if m.ID > t.AgentRead && len(t.unread) < unreadKept {
			t.unread = append(t.unread, m.ID)
		}
		if t.waitingSince == 0 {
			t.waitingSince = m.At
		}
	case conversation.ByAgent:
		t.waitingSince = 0
		t.lastAnswer, t.answeredBy = m.ID, m.Agent
	case conversation.BySystem:
		return
	}
	t.preview, t.previewBy, t.lastAt = conversation.Cut(m.Text, previewLength), m.Author, m.At
	if t.preview == "" && len(m.Files) > 0 {
		t.preview = m.Files[0].Name
	}
}

// beginThread begins the thread of a contact that arrives now: all that will be said of it passes by, so nothing needs to be read.
func (r *Room) beginThread(id centre.ContactID) {
	known, ok := r.Recent.Thread(id)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.threads[id] == nil {
		r.threads[id] = &thread{Thread: known, onDesks: map[centre.AgentID]bool{}}
	}
}

// loadThread builds a thread from the store: after a start, or when a contact began long ago.
func (r *Room) loadThread(ctx context.Context, id centre.ContactID) *thread {
	t := &thread{onDesks: map[centre.AgentID]bool{}, noted: true}
	known, ok := r.Recent.Thread(id)
	if !ok {
		var err error
		if known, err = r.Conversation.Thread(ctx, id); err != nil && centre.KindOf(err) != centre.Missing {
			r.Log.Error("a contact's thread could not be read", "contact", id, "error", err)
		}
	}
	known.Contact = id
	t.Thread = known
	messages, _, err := r.Conversation.Messages(ctx, id, 0, pageOfMessages)
	if err != nil {
		r.Log.Error("a contact's messages could not be read", "contact", id, "error", err)
	}
	for _, m := range messages {
		t.heard(m)
	}
	return t
}

// message finds the words that an entry of the log speaks of.
func (r *Room) message(ctx context.Context, contact centre.ContactID, id int64) (conversation.Message, bool) {
	if m, ok := r.Recent.Message(contact, id); ok {
		return m, true
	}
	m, err := r.Conversation.Message(ctx, id)
	if err != nil {
		r.Log.Error("a message could not be read", "message", id, "error", err)
	}
	return m, err == nil
}

func (r *Room) noteOf(ctx context.Context, contact centre.ContactID, id int64) (conversation.Note, bool) {
	if n, ok := r.Recent.Note(contact, id); ok {
		return n, true
	}
	notes, err := r.Conversation.Notes(ctx, contact)
	if err != nil {
		r.Log.Error("a note could not be read", "note", id, "error", err)
	}
	for _, n := range notes {
		if n.ID == id {
			return n, true
		}
	}
	return conversation.Note{}, false
}
