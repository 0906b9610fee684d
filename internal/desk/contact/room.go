package contact

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
	"sentral/internal/store"
)

// Options is what the desk stands on.
type Options struct {
	Centre       *live.Centre
	Rules        *rulebook.Room
	Access       *access.Room
	Conversation store.Conversation
	Customers    store.Customer
	Surveys      store.Survey
	Recent       *conversation.Recent // shared with the channels
	// Levels gives today's service level of a queue in thousandths, -1 when there is none; nil when no board is there.
	Levels func(centre.QueueID) int
	// OnTyping is told when the agent of a contact is writing; the channels set it.
	OnTyping func(conversation.Typing)
	Now      func() time.Time
	Log      *slog.Logger
}

// Room is the desk.
type Room struct {
	Options

	mu       sync.Mutex
	seq      int64
	threads  map[centre.ContactID]*thread
	answers  map[centre.ContactID]conversation.Message    // the newest answer of an agent, as planned: ahead of the threads, which are told after the commit
	mine     map[centre.AgentID]map[centre.ContactID]bool // whose desk a contact stands on, advisers included
	offers   map[centre.AgentID]ringing
	screens  map[centre.AgentID]map[*screen]bool
	held     map[centre.AgentID][]told // while commits are being taken: what they mean to each agent, told together
	present  map[centre.ContactID]map[centre.AgentID]Presence
	heard    map[centre.AgentID]time.Time
	since    map[centre.AgentID]centre.Instant // when status or state last changed
	lastCalm string
	ringing  sync.WaitGroup // offers whose customer's history is being read
}

// ringing is the offer at one agent.
type ringing struct {
	offer   centre.OfferID
	contact centre.ContactID
}

// New makes a room; Run makes it live.
func New(o Options) *Room {
	if o.Levels == nil {
		o.Levels = func(centre.QueueID) int { return -1 }
	}
	return &Room{
		Options: o, threads: map[centre.ContactID]*thread{}, answers: map[centre.ContactID]conversation.Message{}, mine: map[centre.AgentID]map[centre.ContactID]bool{}, offers: map[centre.AgentID]ringing{},
		screens: map[centre.AgentID]map[*screen]bool{}, present: map[centre.ContactID]map[centre.AgentID]Presence{}, heard: map[centre.AgentID]time.Time{}, since: map[centre.AgentID]centre.Instant{},
	}
}

// The log's words for what the desk and the channels add to it. Payloads hold ids only.
const (
	FactMessage = "message"
	FactNote    = "note"
	FactRead    = "read"
)

// Said is the payload of FactMessage and FactNote; the entry's sequence number is the id of what was said.
type Said struct {
	Author conversation.Author `json:"author,omitempty"`
}

// Seen is the payload of FactRead.
type Seen struct {
	Side    conversation.Author `json:"side"`
	Message int64               `json:"message"`
}

func forbidden(a access.Action) error {
	return centre.Errorf(centre.Forbidden, "you may not do this (%s)", a)
}

// object is what access.Can is asked about for a contact in the engine.
func (r *Room) object(c routing.ContactView) access.Object {
	o := access.Object{Queue: c.Queue, Brand: r.Rules.Book().BrandOf(c.Queue), Agent: c.Agent}
	if p, ok := r.Rules.Person(c.Agent); ok {
		o.Team, o.Partner = p.Team, p.Partner
	}
	return o
}

// objectOf is object with the subject's own standing as adviser counted as theirs.
func (r *Room) objectOf(s access.Subject, c routing.ContactView) access.Object {
	o := r.object(c)
	if c.Adviser != 0 && c.Adviser == s.Person {
		o.Agent, o.Team, o.Partner = s.Person, s.Team, s.Partner
	}
	return o
}

// subject is somebody as the screens act for them.
func (r *Room) subject(id centre.AgentID) access.Subject {
	p, ok := r.Rules.Person(id)
	if !ok || !p.Active {
		return access.Subject{Person: id}
	}
	return access.Subject{Person: id, Name: p.Name, Team: p.Team, Partner: p.Partner, Grants: p.Grants}
}

// may tells whether somebody may do a to a contact in the engine. One that nobody has yet belongs to the teams that its queue asks first, so that their
// leaders can see and move it.
func (r *Room) may(s access.Subject, a access.Action, c routing.ContactView) bool {
	o := r.objectOf(s, c)
	if access.Can(s, a, o) {
		return true
	}
	if c.Agent != 0 || s.Partner != 0 {
		return false
	}
	for _, o.Team = range r.Rules.Book().FirstTeams(c.Queue) {
		if access.Can(s, a, o) {
			return true
		}
	}
	return false
}

// act runs one command on a contact in the engine. The plan checks the contact's phase and returns its refusal before it steps. The key makes a
// repetition harmless; an empty one is not recognised again.
func (r *Room) act(ctx context.Context, s access.Subject, a access.Action, id centre.ContactID, key string, plan func(p *live.Plan, c routing.ContactView) error) (live.Receipt, error) {
	r.hear(s.Person)
	return r.Centre.Do(ctx, live.Command{Client: client(s), ID: key, Plan: func(p *live.Plan) error {
		c, ok := p.Engine().Contact(id)
		if !ok {
			return centre.ErrorAt(centre.Missing, "id", "there is no open contact %d", id)
		}
		if !r.may(s, a, c) {
			if !r.may(s, access.ReadContacts, c) {
				return centre.ErrorAt(centre.Missing, "id", "there is no open contact %d", id)
			}
			return forbidden(a)
		}
		return plan(p, c)
	}})
}

func client(s access.Subject) string {
	if s.Key != 0 {
		return fmt.Sprintf("key %d", s.Key)
	}
	return fmt.Sprintf("agent %d", s.Person)
}

// hold refuses when the contact is not in the agent's hands.
func hold(s access.Subject, c routing.ContactView) error {
	switch {
	case c.Agent != s.Person:
		return centre.ErrorAt(centre.Conflict, "id", "the contact is no longer yours")
	case c.Phase != routing.InTalk && c.Phase != routing.InPark && c.Phase != routing.InHold:
		return centre.ErrorAt(centre.Conflict, "id", "the conversation is over")
	}
	return nil
}

// refusal turns what the engine refused, which the plan should have seen, into an error for the caller.
func refusal(decisions []routing.Decision) error {
	for _, d := range decisions {
		if d.Kind == routing.Refused {
			return centre.Errorf(centre.Conflict, "this is not possible now (%s)", d.Code)
		}
	}
	return nil
}

// step tells the engine and keeps its refusal, if it has one, for the caller: what has been stepped stays.
func step(p *live.Plan, refused *error, e routing.Event) []routing.Decision {
	d := p.Step(e)
	*refused = refusal(d)
	return d
}

// hear notes that an agent's desk is there.
func (r *Room) hear(agent centre.AgentID) {
	if agent == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard[agent] = r.Now()
}
