package contact

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

const pageOfMessages = 30

// partnerRemembers is how long a partner's people may read a contact after it ended.
const partnerRemembers = 7 * 24 * time.Hour

// readable finds a contact, open or closed, that the subject may read.
func (r *Room) readable(ctx context.Context, s access.Subject, id centre.ContactID) (open bool, o access.Object, err error) {
	mayRead := false
	err = r.Centre.View(ctx, func(v *live.View) error {
		if c, ok := v.Engine().Contact(id); ok {
			open, o = true, r.objectOf(s, c)
			mayRead = r.may(s, access.ReadContacts, c)
		}
		return nil
	})
	if err != nil {
		return false, o, err
	}
	if !open {
		c, err := r.Customers.Contact(ctx, id)
		if err != nil && centre.KindOf(err) != centre.Missing {
			return false, o, err
		}
		if err != nil || (s.Partner != 0 && centre.At(r.Now()).Sub(c.Ended) > partnerRemembers) {
			return false, o, centre.ErrorAt(centre.Missing, "id", "there is no contact %d", id)
		}
		o = access.Object{Queue: c.LastQueue, Brand: c.Brand, Agent: c.Agent}
		if p, ok := r.Rules.Person(c.Agent); ok {
			o.Team, o.Partner = p.Team, p.Partner
		}
	}
	if !mayRead && !(!open && access.Can(s, access.ReadContacts, o)) && !r.historyOf(ctx, s, o, id) {
		return false, o, centre.ErrorAt(centre.Missing, "id", "there is no contact %d", id)
	}
	return open, o, nil
}

// historyOf tells whether a contact belongs to a customer whom the agent is helping right now: an earlier contact may then be read.
func (r *Room) historyOf(ctx context.Context, s access.Subject, o access.Object, id centre.ContactID) bool {
	if !access.Reaches(s, access.AnswerContacts, o) {
		return false
	}
	t, err := r.Conversation.Thread(ctx, id)
	if err != nil || t.Customer == 0 {
		return false
	}
	return r.helping(s.Person, t.Customer)
}

// helping tells whether a customer's contact stands on an agent's desk, or rings there.
func (r *Room) helping(agent centre.AgentID, customer centre.CustomerID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.mine[agent] {
		if t := r.threads[id]; t != nil && t.Customer == customer {
			return true
		}
	}
	if o, ok := r.offers[agent]; ok {
		if t := r.threads[o.contact]; t != nil && t.Customer == customer {
			return true
		}
	}
	return false
}

// Open shows one contact with its newest messages, notes, drafts and customer.
func (r *Room) Open(ctx context.Context, s access.Subject, id centre.ContactID) (Detail, error) {
	r.hear(s.Person)
	var d Detail
	open, _, err := r.readable(ctx, s, id)
	if err != nil {
		return d, err
	}
	if open {
		d.Seq, d.Contact, err = r.summary(ctx, s.Person, id)
	} else {
		d, err = r.closed(ctx, id)
	}
	if err != nil {
		return d, err
	}
	if d.Messages, d.More, err = r.Conversation.Messages(ctx, id, 0, pageOfMessages); err != nil {
		return d, err
	}
	if d.Notes, err = r.Conversation.Notes(ctx, id); err != nil {
		return d, err
	}
	if d.Drafts, err = r.Conversation.Drafts(ctx, s.Person, id); err != nil {
		return d, err
	}
	if d.Contact.Customer != 0 {
		c, err := r.customer(ctx, s, d.Contact.Customer, id)
		if err != nil && centre.KindOf(err) != centre.Missing {
			return d, err
		}
		if err == nil {
			d.Customer = &c
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for agent, p := range r.present[id] {
		if agent != s.Person {
			d.Present = append(d.Present, p)
		}
	}
	return fill(d), nil
}

// fill turns lists that are nil into empty ones, as the description promises.
func fill(d Detail) Detail {
	if d.Messages == nil {
		d.Messages = []conversation.Message{}
	}
	if d.Notes == nil {
		d.Notes = []conversation.Note{}
	}
	if d.Drafts == nil {
		d.Drafts = []conversation.Draft{}
	}
	if d.Present == nil {
		d.Present = []Presence{}
	}
	return d
}

// closed shows a contact that has left the engine.
func (r *Room) closed(ctx context.Context, id centre.ContactID) (Detail, error) {
	c, err := r.Customers.Contact(ctx, id)
	if err != nil {
		return Detail{}, err
	}
	channel, err := centre.ParseChannel(c.Channel)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Seq: r.Centre.Head(), Reason: c.Reason, Outcome: c.Outcome}
	d.Contact = Summary{ID: id, State: Closed, Channel: channel, Queue: c.LastQueue, Brand: c.Brand, Agent: c.Agent, Customer: c.Customer, ArrivedAt: c.Created, AnsweredAt: c.Answered, LastAt: c.Ended}
	t, err := r.Conversation.Thread(ctx, id)
	if err == nil {
		d.Contact.Name, d.Contact.Language = t.Name, t.Language
	} else if centre.KindOf(err) != centre.Missing {
		return d, err
	}
	return d, nil
}

// Messages is a page of older messages.
func (r *Room) Messages(ctx context.Context, s access.Subject, id centre.ContactID, before int64, limit int) ([]conversation.Message, bool, error) {
	if _, _, err := r.readable(ctx, s, id); err != nil {
		return nil, false, err
	}
	return r.Conversation.Messages(ctx, id, before, limit)
}

// Reply writes to the customer. It is refused when anybody has answered since the writer last looked - a colleague, or the writer in another window - so
// that no customer is answered twice; the error names the newer message.
func (r *Room) Reply(ctx context.Context, s access.Subject, id centre.ContactID, m Reply) (conversation.Message, error) {
	text := strings.TrimSpace(conversation.Clean(m.Text))
	if text == "" && len(m.Files) == 0 {
		return conversation.Message{}, centre.ErrorAt(centre.Invalid, "text", "is empty")
	}
	files, err := r.attach(ctx, client(s), id, m.Files)
	if err != nil {
		return conversation.Message{}, err
	}
	var newest conversation.Message
	receipt, err := r.act(ctx, s, access.AnswerContacts, id, "message "+m.Key, func(p *live.Plan, c routing.ContactView) error {
		if err := hold(s, c); err != nil {
			return err
		}
		if newest = r.answeredSince(p.Seq(), id, m); newest.ID != 0 {
			who := newest.Name + " has"
			if newest.Agent == s.Person {
				who = "you have, in another window,"
			}
			return centre.ErrorAt(centre.Conflict, "after", "%s answered meanwhile (message %d): read it, then send again", who, newest.ID)
		}
		out := r.say(p, conversation.Message{Contact: id, Author: conversation.ByAgent, Agent: s.Person, Name: firstName(s.Name), Text: text, Files: files, ClientKey: m.Key})
		p.Write(r.Conversation.DropDraft(s.Person, id, "reply"))
		p.Result(out.ID)
		return nil
	})
	if err != nil {
		return conversation.Message{}, err
	}
	said, err := r.sent(ctx, id, receipt)
	if err != nil {
		return conversation.Message{}, err
	}
	return said, said.Repeats(id, text)
}

// sent finds the message that a receipt speaks of: just written, or by an earlier try.
func (r *Room) sent(ctx context.Context, id centre.ContactID, receipt live.Receipt) (conversation.Message, error) {
	var n int64
	if err := json.Unmarshal(receipt.Result, &n); err != nil {
		return conversation.Message{}, centre.Errorf(centre.Internal, "receipt: %w", err)
	}
	if m, ok := r.Recent.Message(id, n); ok {
		return m, nil
	}
	return r.Conversation.Message(ctx, n)
}

// answeredSince finds an agent's answer that the writer of a reply had not seen: a colleague's, or the writer's own from another window. What this plan
// stands on goes as far as seq; an answer beyond that was planned once and never committed.
func (r *Room) answeredSince(seq int64, id centre.ContactID, reply Reply) conversation.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m, ok := r.answers[id]; ok && m.ID <= seq && m.ID > reply.After && m.ClientKey != reply.Key {
		return m
	}
	t := r.threads[id]
	if t == nil || t.lastAnswer <= reply.After {
		return conversation.Message{}
	}
	m, _ := r.Recent.Message(id, t.lastAnswer)
	m.ID, m.Agent = t.lastAnswer, t.answeredBy
	return m
}

// attach finds uploads that are the sender's own and not sent to anybody else.
func (r *Room) attach(ctx context.Context, owner string, contact centre.ContactID, ids []string) ([]conversation.File, error) {
	out := []conversation.File{}
	for i, id := range ids {
		f, err := r.Conversation.File(ctx, id, false)
		if err != nil || f.Owner != owner || (f.Contact != 0 && f.Contact != contact) {
			return nil, centre.ErrorAt(centre.Missing, fmt.Sprintf("files[%d]", i), "there is no such file of yours")
		}
		out = append(out, f.File)
	}
	return out, nil
}

// Note writes an internal remark.
func (r *Room) Note(ctx context.Context, s access.Subject, id centre.ContactID, key, text string) (conversation.Note, error) {
	text = strings.TrimSpace(conversation.Clean(text))
	if text == "" {
		return conversation.Note{}, centre.ErrorAt(centre.Invalid, "text", "is empty")
	}
	var out conversation.Note
	receipt, err := r.act(ctx, s, access.ReadContacts, id, "note "+key, func(p *live.Plan, _ routing.ContactView) error {
		out = r.note(p, conversation.Note{Contact: id, Agent: s.Person, Name: s.Name, Kind: "note", Text: text})
		p.Write(r.Conversation.DropDraft(s.Person, id, "note"))
		p.Result(out.ID)
		return nil
	})
	if err != nil || out.ID != 0 {
		return out, err
	}
	var n int64 // a repeated command: find what the first one wrote
	if err := json.Unmarshal(receipt.Result, &n); err != nil {
		return out, centre.Errorf(centre.Internal, "receipt: %w", err)
	}
	notes, err := r.Conversation.Notes(ctx, id)
	for _, x := range notes {
		if x.ID == n {
			return x, nil
		}
	}
	return out, err
}

// Read notes that the agent has seen the messages up to one.
func (r *Room) Read(ctx context.Context, s access.Subject, id centre.ContactID, message int64) error {
	_, err := r.act(ctx, s, access.AnswerContacts, id, fmt.Sprintf("read %d %d", id, message), func(p *live.Plan, c routing.ContactView) error {
		if c.Agent != s.Person || message > p.Seq() {
			return nil // only who answers moves the customer's read mark
		}
		p.Fact(FactRead, id, s.Person, Seen{Side: conversation.ByAgent, Message: message})
		p.Write(r.Conversation.MarkRead(id, conversation.ByAgent, message, p.Now()))
		return nil
	})
	return err
}

// SaveDraft keeps unsent text.
func (r *Room) SaveDraft(ctx context.Context, s access.Subject, id centre.ContactID, kind, text string) error {
	r.hear(s.Person)
	if _, _, err := r.readable(ctx, s, id); err != nil {
		return err
	}
	return r.Conversation.SaveDraft(ctx, s.Person, id, conversation.Draft{Kind: kind, Text: conversation.Clean(text), At: centre.At(r.Now())})
}

// Upload keeps a file until a message sends it.
func (r *Room) Upload(ctx context.Context, s access.Subject, name string, body []byte) (conversation.File, error) {
	if !access.Somewhere(s, access.AnswerContacts) {
		return conversation.File{}, forbidden(access.AnswerContacts)
	}
	f, err := conversation.NewFile(name, client(s), body, centre.At(r.Now()))
	if err != nil {
		return conversation.File{}, err
	}
	return f.File, r.Conversation.SaveFile(ctx, f)
}

// File is an attachment of a contact that the subject may read, or an upload of their own.
func (r *Room) File(ctx context.Context, s access.Subject, id string) (conversation.File, []byte, error) {
	f, err := r.Conversation.File(ctx, id, true)
	if err != nil {
		return conversation.File{}, nil, err
	}
	if f.Contact == 0 && f.Owner != client(s) {
		return conversation.File{}, nil, centre.ErrorAt(centre.Missing, "id", "there is no such file")
	}
	if f.Contact != 0 {
		if _, _, err := r.readable(ctx, s, f.Contact); err != nil {
			return conversation.File{}, nil, centre.ErrorAt(centre.Missing, "id", "there is no such file")
		}
	}
	return f.File, f.Body, nil
}
