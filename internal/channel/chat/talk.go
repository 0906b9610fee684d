package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
	"sentral/internal/store"
)

// Start begins a conversation with its first message. A repeated start with the same key is that conversation; one with another key while a conversation
// is open adds its words to that: what has been taken is never lost.
func (r *Room) Start(ctx context.Context, who Caller, in Start) (Conversation, error) {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return Conversation{}, err
	}
	if err := r.allow(v.Hash, r.MessagesPerMinute); err != nil {
		return Conversation{}, err
	}
	if err := r.allow("start from "+who.Address, r.VisitorsPerMinute); err != nil {
		return Conversation{}, err
	}
	if err := checkAddress(in.Email); err != nil {
		return Conversation{}, err
	}
	text := strings.TrimSpace(conversation.Clean(in.Text))
	if text == "" {
		return Conversation{}, centre.ErrorAt(centre.Invalid, "text", "is empty")
	}
	queue, err := r.queueFor(v, in)
	if err != nil {
		return Conversation{}, err
	}
	language := in.Language
	if language == "" {
		language = "nb"
	}
	s := starting{Visitor: v, queue: queue, text: text, language: language, page: page(in.Page), in: in}
	if err := r.begin(ctx, &s); err != nil {
		return Conversation{}, err
	}
	r.forget(v.Hash)
	if v, err = r.byToken(ctx, who.Authorization); err != nil {
		return Conversation{}, err
	}
	r.moveOn(v)
	return r.conversation(ctx, v)
}

// queueFor is the queue that a conversation goes to: that of the topic chosen, or of the first one.
func (r *Room) queueFor(v store.Visitor, in Start) (centre.QueueID, error) {
	book := r.Rules.Book()
	brand := book.Brand(v.Brand)
	if brand == nil || len(brand.Topics) == 0 {
		return 0, centre.Errorf(centre.Conflict, "the brand has no chat")
	}
	queue, offered := in.Queue, false
	for i, t := range brand.Topics {
		id := centre.QueueID(book.ID("queues", t.Queue))
		if queue == 0 && i == 0 {
			queue = id
		}
		offered = offered || id == queue
	}
	switch {
	case !offered:
		return 0, centre.ErrorAt(centre.Invalid, "queue_id", "the brand's chat does not lead to queue %d", queue)
	case !in.Deferred:
		return queue, nil
	case in.Email == "" && !v.Verified:
		return 0, centre.ErrorAt(centre.Invalid, "email", "is needed where nobody waits for the answer")
	}
	if queue = r.mailbox(book, brand, queue); queue == 0 {
		return 0, centre.ErrorAt(centre.Conflict, "deferred", "%s takes no messages here while it is closed", brand.Name)
	}
	return queue, nil
}

// mailbox is where a brand's messages go that are left while the chat is closed: the queue of the topic where that takes forms, else the brand's first
// queue that does; zero when it has none.
func (r *Room) mailbox(book *rulebook.Book, brand *config.Brand, topic centre.QueueID) centre.QueueID {
	takes := func(q *config.Queue) bool {
		return q != nil && q.Brand == brand.Key && slices.Contains(q.Channels, centre.Form.String())
	}
	if takes(book.Queue(topic)) {
		return topic
	}
	for i := range book.Queues {
		if takes(&book.Queues[i]) {
			return centre.QueueID(book.Queues[i].ID)
		}
	}
	return 0
}

// page keeps an address without its query, which may hold what is nobody's business.
func page(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	return conversation.Cut(address, 300)
}

type starting struct {
	store.Visitor
	queue    centre.QueueID
	text     string
	language string
	page     string
	in       Start
	told     bool // the visitor says more of themselves than is known
}

// customerOf is what is known of who begins. What somebody whom no brand vouches for has said of themselves, they may say anew.
func (r *Room) customerOf(ctx context.Context, s *starting) (store.CustomerRow, error) {
	if s.Customer == 0 {
		return store.CustomerRow{}, nil
	}
	row, err := r.Customers.Get(ctx, s.Customer)
	if centre.KindOf(err) == centre.Missing {
		return store.CustomerRow{}, nil
	}
	if err != nil || s.Verified {
		return row, err
	}
	was := row
	if s.in.Name != "" {
		row.Name = conversation.Cut(s.in.Name, 100)
	}
	if s.in.Email != "" {
		row.Email = strings.ToLower(conversation.Cut(s.in.Email, 254))
	}
	s.told = row != was
	return row, nil
}

// begin is the one command of a start.
func (r *Room) begin(ctx context.Context, s *starting) error {
	known, err := r.customerOf(ctx, s)
	if err != nil {
		return err
	}
	name := known.Name
	book := r.Rules.Book()
	visitor := s.Visitor
	receipt, err := r.Centre.Do(ctx, live.Command{Client: client(visitor), ID: "start " + s.in.Key, Plan: func(p *live.Plan) error {
		s.Visitor = visitor
		if open := p.ByKey(visitorKey(visitor)); open != 0 {
			if c, ok := p.Engine().Contact(open); ok && c.Phase != routing.InWrapUp {
				r.hearFrom(p, open, c)
				r.say(p, conversation.Message{Contact: open, Author: conversation.ByCustomer, Name: name, Text: s.text, ClientKey: s.in.Key})
				p.Result(open)
				return nil // the conversation that is open goes on
			}
		}
		if q, ok := p.Engine().Queue(s.queue); !ok || (!q.Open && !s.in.Deferred) {
			return centre.ErrorAt(centre.Conflict, "queue_id", "is closed now")
		}
		id := p.NewContact()
		if s.Customer == 0 && (s.in.Name != "" || s.in.Email != "") {
			s.Customer = r.newCustomer(p, store.CustomerRow{Name: s.in.Name, Email: s.in.Email, Language: s.language}, "")
			name = conversation.Cut(s.in.Name, 100)
		} else if s.told {
			p.Write(r.Customers.Put(known))
		}
		s.Contact = id
		p.Step(r.arrival(book.SkillsFor(s.language, s.queue), id, s))
		p.About(id, journal.AboutContact{
			Brand: s.Brand, Market: book.MarketOf(s.Brand), Customer: s.Customer, Key: visitorKey(visitor), Attributes: map[string]string{"language": s.language},
		})
		t := conversation.Thread{Contact: id, Customer: s.Customer, Verified: s.Verified, Name: name, Language: s.language, Page: s.page, Visitor: s.Hash}
		p.Write(r.Words.PutThread(t))
		r.Recent.PutThread(t)
		r.say(p, conversation.Message{Contact: id, Author: conversation.ByCustomer, Name: name, Text: s.text, ClientKey: s.in.Key})
		p.Write(r.Chat.SetVisitor(s.Visitor))
		p.Result(id)
		return nil
	}})
	if err != nil {
		return err
	}
	return json.Unmarshal(receipt.Result, &s.Contact)
}

// visitorKey finds a visitor's open contact in the log.
func visitorKey(v store.Visitor) string { return "chat/" + v.Hash[:32] }

// arrival is the engine's event, with the language as a need of the contact's own where the centre has it as a skill.
func (r *Room) arrival(need routing.Need, id centre.ContactID, s *starting) routing.Event {
	e := routing.Event{Kind: routing.Arrived, Contact: id, Queue: s.queue, Channel: centre.Chat}
	if s.in.Deferred {
		e.Channel = centre.Form
	}
	if need.Skill != 0 {
		e.Needs[0], e.NeedCount = need, 1
	}
	return e
}

// say writes a message in the plan: its id is the sequence number of its fact.
func (r *Room) say(p *live.Plan, m conversation.Message) conversation.Message {
	m.At = p.Now()
	m.ID = p.Fact(contact.FactMessage, m.Contact, 0, contact.Said{Author: m.Author})
	if m.Files == nil {
		m.Files = []conversation.File{}
	}
	p.Write(r.Words.Append(m))
	r.Recent.Put(m)
	return m
}

// Write writes to the centre. The same key again is the same message; with other words it is refused.
func (r *Room) Write(ctx context.Context, who Caller, key, text string, files []string) (conversation.Message, error) {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return conversation.Message{}, err
	}
	if err := r.allow(v.Hash, r.MessagesPerMinute); err != nil {
		return conversation.Message{}, err
	}
	text = strings.TrimSpace(conversation.Clean(text))
	if text == "" && len(files) == 0 {
		return conversation.Message{}, centre.ErrorAt(centre.Invalid, "text", "is empty")
	}
	attached, err := r.attach(ctx, v, files)
	if err != nil {
		return conversation.Message{}, err
	}
	name := ""
	if t, ok := r.Recent.Thread(v.Contact); ok {
		name = t.Name
	}
	var id centre.ContactID
	receipt, err := r.Centre.Do(ctx, live.Command{Client: client(v), ID: "message " + key, Plan: func(p *live.Plan) error {
		id = p.ByKey(visitorKey(v))
		c, ok := p.Engine().Contact(id)
		if id == 0 || !ok || c.Phase == routing.InWrapUp {
			return centre.Errorf(centre.Conflict, "the conversation is over: begin a new one")
		}
		r.hearFrom(p, id, c)
		m := r.say(p, conversation.Message{Contact: id, Author: conversation.ByCustomer, Name: name, Text: text, Files: attached, ClientKey: key})
		p.Result(m.ID)
		return nil
	}})
	if err != nil {
		return conversation.Message{}, err
	}
	var n int64
	if err := json.Unmarshal(receipt.Result, &n); err != nil {
		return conversation.Message{}, centre.Errorf(centre.Internal, "receipt: %w", err)
	}
	m, ok := r.Recent.Message(v.Contact, n)
	if !ok {
		if m, err = r.Words.Message(ctx, n); err != nil {
			return conversation.Message{}, err
		}
	}
	return m, m.Repeats(m.Contact, text)
}

// hearFrom wakes a contact that was put away: its customer is writing.
func (r *Room) hearFrom(p *live.Plan, id centre.ContactID, c routing.ContactView) {
	if c.Phase == routing.InSnooze {
		p.Step(routing.Event{Kind: routing.Woken, Contact: id})
	}
}

// attach finds uploads that are the visitor's own and not of an earlier conversation.
func (r *Room) attach(ctx context.Context, v store.Visitor, ids []string) ([]conversation.File, error) {
	out := []conversation.File{}
	for i, id := range ids {
		f, err := r.Words.File(ctx, id, false)
		if err != nil || f.Owner != client(v) || (f.Contact != 0 && f.Contact != v.Contact) {
			return nil, centre.ErrorAt(centre.Missing, fmt.Sprintf("files[%d]", i), "there is no such file of yours")
		}
		out = append(out, f.File)
	}
	return out, nil
}

// Typing tells the desk that the visitor is writing. It is never stored.
func (r *Room) Typing(ctx context.Context, who Caller) error {
	v, err := r.visitor(ctx, who)
	if err != nil || v.Contact == 0 {
		return err
	}
	if err := r.allow("typing "+v.Hash, 60); err != nil {
		return err
	}
	name := ""
	if t, ok := r.Recent.Thread(v.Contact); ok {
		name = t.Name
	}
	r.OnTyping(conversation.Typing{Contact: v.Contact, Author: conversation.ByCustomer, Name: name, Until: centre.At(r.Now().Add(6 * time.Second))})
	return nil
}

// Read notes that the visitor has seen the messages up to one.
func (r *Room) Read(ctx context.Context, who Caller, message int64) error {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return err
	}
	if err := r.allow("read "+v.Hash, 120); err != nil {
		return err
	}
	_, err = r.Centre.Do(ctx, live.Command{Client: client(v), ID: fmt.Sprintf("read %d", message), Plan: func(p *live.Plan) error {
		if v.Contact == 0 || message > p.Seq() {
			return nil
		}
		p.Fact(contact.FactRead, v.Contact, 0, contact.Seen{Side: conversation.ByCustomer, Message: message})
		p.Write(r.Words.MarkRead(v.Contact, conversation.ByCustomer, message, p.Now()))
		return nil
	}})
	return err
}

// End is the visitor ending the conversation: leaving the queue, or saying goodbye.
func (r *Room) End(ctx context.Context, who Caller) error {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return err
	}
	_, err = r.Centre.Do(ctx, live.Command{Client: client(v), ID: fmt.Sprintf("end %d", v.Contact), Plan: func(p *live.Plan) error {
		id := p.ByKey(visitorKey(v))
		c, ok := p.Engine().Contact(id)
		if id == 0 || !ok {
			return nil // over already
		}
		switch c.Phase {
		case routing.InTalk, routing.InPark, routing.InHold:
			r.say(p, conversation.Message{Contact: id, Author: conversation.BySystem, Code: "left"})
			p.Step(routing.Event{Kind: routing.Ended, Contact: id, Agent: c.Agent})
		case routing.InWrapUp:
		default:
			r.say(p, conversation.Message{Contact: id, Author: conversation.BySystem, Code: "left"})
			p.Step(routing.Event{Kind: routing.Abandoned, Contact: id})
		}
		return nil
	}})
	return err
}

// Upload keeps a file until a message sends it. Files are taken once a person has joined.
func (r *Room) Upload(ctx context.Context, who Caller, name string, body []byte) (conversation.File, error) {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return conversation.File{}, err
	}
	if err := r.allow("file "+v.Hash, 10); err != nil {
		return conversation.File{}, err
	}
	c, err := r.conversation(ctx, v)
	if err != nil {
		return conversation.File{}, err
	}
	if !c.Files {
		return conversation.File{}, centre.Errorf(centre.Conflict, "files can be sent once somebody has joined")
	}
	f, err := conversation.NewFile(name, client(v), body, centre.At(r.Now()))
	if err != nil {
		return conversation.File{}, err
	}
	return f.File, r.Words.SaveFile(ctx, f)
}

// File is an attachment of the visitor's present conversation, or an upload of their own.
func (r *Room) File(ctx context.Context, who Caller, id string) (conversation.File, []byte, error) {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return conversation.File{}, nil, err
	}
	f, err := r.Words.File(ctx, id, true)
	if err != nil || (f.Owner != client(v) && (f.Contact == 0 || f.Contact != v.Contact)) {
		return conversation.File{}, nil, centre.ErrorAt(centre.Missing, "id", "there is no such file")
	}
	return f.File, f.Body, nil
}
