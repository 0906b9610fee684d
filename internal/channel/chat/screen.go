package chat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/quality/survey"
	"sentral/internal/store"
)

// screen is one stream to one visitor's browser, bounded: who does not keep up is cut off and begins again.
type screen struct {
	visitor string
	contact centre.ContactID
	out     chan told
	closed  bool
	place   Place
	state   State
}

type told struct {
	seq   int64
	event string
	data  any
}

const (
	screenBacklog = 64
	messagesShown = 200
)

// seen is what the engine says of a visitor's contact.
type seen struct {
	contact routing.ContactView
	open    bool
	row     journal.Contact
	place   Place
	seq     int64
}

func (r *Room) look(ctx context.Context, ids map[centre.ContactID]bool) (map[centre.ContactID]seen, error) {
	out := map[centre.ContactID]seen{}
	err := r.Centre.View(ctx, func(v *live.View) error {
		for id := range ids {
			s := seen{seq: v.Seq()}
			s.contact, s.open = v.Engine().Contact(id)
			s.row, _ = v.Contact(id)
			if s.open && (s.contact.Phase == routing.InQueue || s.contact.Phase == routing.InOffer) {
				s.place.Position = v.Engine().Position(id)
				if e := v.Engine().EstimateContact(id); e.Known {
					s.place.LowMS, s.place.HighMS = e.LowMS, e.HighMS
				}
			}
			out[id] = s
		}
		return nil
	})
	return out, err
}

// stateOf says how far a conversation is, in the visitor's words.
func (r *Room) stateOf(ctx context.Context, id centre.ContactID, s seen) State {
	out := State{State: "none", Survey: "none"}
	switch {
	case id == 0:
		return out
	case s.open && s.contact.Phase != routing.InWrapUp:
		out.State = "waiting"
		if s.contact.Phase == routing.InTalk || s.contact.Phase == routing.InPark || s.contact.Phase == routing.InHold || s.contact.Phase == routing.InSnooze {
			out.State, out.Files = "talking", true
			out.Agent = r.firstName(s.contact.Agent)
		}
		return out
	}
	out.State = "ended"
	c, err := r.ended(ctx, id, s)
	if err != nil {
		return out
	}
	out.Agent = r.firstName(c.Agent)
	out.Survey = r.surveyOf(ctx, c)
	return out
}

// ended is a contact whose conversation is over.
func (r *Room) ended(ctx context.Context, id centre.ContactID, s seen) (store.ClosedContact, error) {
	if s.open { // in wrap-up
		c := store.ClosedContact{LastQueue: s.contact.Queue, Answered: s.row.Answered}
		c.Channel, c.ID, c.Agent, c.Ended, c.Brand, c.Created = s.contact.Channel.String(), id, s.contact.Agent, s.row.Ended, s.row.About.Brand, s.contact.Arrived
		return c, nil
	}
	return r.Customers.Contact(ctx, id)
}

// surveyOf tells whether the two questions are to be asked: somebody has helped, the queue asks, and it is not too long ago.
func (r *Room) surveyOf(ctx context.Context, c store.ClosedContact) string {
	book := r.Rules.Book()
	q := book.Queue(c.LastQueue)
	if q == nil || !q.Survey || c.Answered == 0 {
		return "none"
	}
	if done, err := r.Surveys.Answered(ctx, c.ID); err != nil || done {
		return "answered"
	}
	if r.surveyClosed(c) {
		return "none"
	}
	return "open"
}

func (r *Room) surveyClosed(c store.ClosedContact) bool {
	return c.Ended != 0 && centre.At(r.Now()).Sub(c.Ended) > time.Duration(r.Rules.Book().Rules.SurveyOpenH)*time.Hour
}

func (r *Room) firstName(id centre.AgentID) string {
	p, ok := r.Rules.Person(id)
	if !ok {
		return ""
	}
	first, _, _ := strings.Cut(p.Name, " ")
	return first
}

// Conversation is the visitor's present conversation.
func (r *Room) Conversation(ctx context.Context, who Caller) (Conversation, error) {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return Conversation{}, err
	}
	return r.conversation(ctx, v)
}

func (r *Room) conversation(ctx context.Context, v store.Visitor) (Conversation, error) {
	looks, err := r.look(ctx, map[centre.ContactID]bool{v.Contact: true})
	if err != nil {
		return Conversation{}, err
	}
	s := looks[v.Contact]
	st := r.stateOf(ctx, v.Contact, s)
	out := Conversation{Seq: s.seq, Contact: v.Contact, State: st.State, Agent: st.Agent, Place: s.place, Survey: st.Survey, Files: st.Files, Messages: []conversation.Message{}}
	if v.Contact == 0 {
		return out, nil
	}
	out.Reference = reference(v.Contact)
	if out.Deferred = s.contact.Channel.Deferred(); !s.open {
		c, err := r.Customers.Contact(ctx, v.Contact)
		if err != nil {
			return out, err
		}
		channel, _ := centre.ParseChannel(c.Channel)
		out.Deferred = channel.Deferred()
	}
	out.Messages, _, err = r.messages(ctx, v.Contact)
	return out, err
}

// messages are the newest of a conversation, as the visitor may see them.
func (r *Room) messages(ctx context.Context, id centre.ContactID) ([]conversation.Message, bool, error) {
	list, more, err := r.Words.Messages(ctx, id, 0, messagesShown)
	if list == nil {
		list = []conversation.Message{}
	}
	return list, more, err
}

// Transcript is a conversation as a text to keep.
func (r *Room) Transcript(ctx context.Context, who Caller, id centre.ContactID) (name, text string, err error) {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return "", "", err
	}
	if id == 0 {
		id = v.Contact
	}
	t, err := r.Words.Thread(ctx, id)
	if err != nil || t.Visitor != v.Hash {
		return "", "", centre.ErrorAt(centre.Missing, "contact_id", "you have no such conversation")
	}
	book := r.Rules.Book()
	zone := time.UTC
	brand := ""
	if b := book.Brand(v.Brand); b != nil {
		brand = b.Name
		for _, m := range book.Markets {
			if m.Key == b.Market {
				if z, err := time.LoadLocation(m.TimeZone); err == nil {
					zone = z
				}
			}
		}
	}
	var messages []conversation.Message
	for before, more := int64(0), true; more; before = messages[0].ID {
		var page []conversation.Message
		if page, more, err = r.Words.Messages(ctx, id, before, messagesShown); err != nil {
			return "", "", err
		}
		messages = append(page, messages...)
		if len(messages) == 0 {
			break
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s\n\n", brand, reference(id))
	for _, m := range messages {
		who := m.Name
		if who == "" {
			who = "–"
		}
		if m.Author == conversation.BySystem {
			continue
		}
		fmt.Fprintf(&b, "%s  %s\n%s\n", m.At.Time().In(zone).Format("2006-01-02 15:04"), who, m.Text)
		for _, f := range m.Files {
			fmt.Fprintf(&b, "[%s]\n", f.Name)
		}
		b.WriteString("\n")
	}
	return "chat-" + reference(id) + ".txt", b.String(), nil
}

// Answer takes the two questions after the conversation. A later answer takes the place of an earlier one until the survey closes.
func (r *Room) Answer(ctx context.Context, who Caller, a SurveyAnswer) error {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return err
	}
	t, err := r.Words.Thread(ctx, a.Contact)
	if err != nil || t.Visitor != v.Hash {
		return centre.ErrorAt(centre.Missing, "contact_id", "you have no such conversation")
	}
	if err = r.keepAnswer(ctx, a); errors.Is(err, errMovedOn) {
		err = r.keepAnswer(ctx, a) // closed now, which it stays
	}
	return err
}

// errMovedOn says that a contact has been wrapped up while its answer was on the way.
var errMovedOn = errors.New("the contact is closed now")

// keepAnswer writes an answer about a contact as it stands: one that is still in wrap-up has its reason given later, by the wrap-up.
func (r *Room) keepAnswer(ctx context.Context, a SurveyAnswer) error {
	looks, err := r.look(ctx, map[centre.ContactID]bool{a.Contact: true})
	if err != nil {
		return err
	}
	s := looks[a.Contact]
	if s.open && s.contact.Phase != routing.InWrapUp {
		return centre.ErrorAt(centre.Conflict, "contact_id", "the conversation is not over")
	}
	c, err := r.ended(ctx, a.Contact, s)
	if err != nil {
		return err
	}
	if r.surveyOf(ctx, c) == "none" || r.surveyClosed(c) {
		return centre.ErrorAt(centre.Conflict, "contact_id", "this conversation is not asked about, or no longer")
	}
	book := r.Rules.Book()
	row := store.SurveyAnswer{
		Contact: a.Contact, Queue: c.LastQueue, Brand: book.BrandOf(c.LastQueue), Channel: c.Channel, Reason: c.Reason,
		OKS: a.OKS, Solved: a.Solved, Comment: strings.TrimSpace(conversation.Clean(a.Comment)),
	}
	if p, ok := r.Rules.Person(c.Agent); ok {
		row.Team, row.Partner = p.Team, p.Partner
	}
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		if now, ok := p.Contact(a.Contact); ok {
			row.Reason = now.Reason
		} else if s.open {
			return errMovedOn
		}
		survey.Keep(p, r.Surveys, row)
		return nil
	}})
	return err
}

// Follow streams the visitor's conversation: a snapshot, then what is new.
func (r *Room) Follow(ctx context.Context, who Caller, _ int64, send func(seq int64, event string, data any) error) error {
	v, err := r.visitor(ctx, who)
	if err != nil {
		return err
	}
	sc, err := r.open(v)
	if err != nil {
		return err
	}
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.drop(sc)
	}()
	if now, err := r.visitor(ctx, who); err != nil || now.Contact != v.Contact {
		return err // another conversation has begun meanwhile: the browser comes back for that
	}
	c, err := r.conversation(ctx, v)
	if err != nil {
		return err
	}
	if err := send(c.Seq, "snapshot", c); err != nil {
		return err
	}
	for {
		select {
		case t, ok := <-sc.out:
			if !ok {
				return nil
			}
			if err := send(t.seq, t.event, t.data); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// windowsOfOne is how many windows one visitor may have open.
const windowsOfOne = 8

func (r *Room) open(v store.Visitor) (*screen, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.windows[v.Hash]) >= windowsOfOne {
		return nil, centre.Errorf(centre.Exhausted, "too many windows at once")
	}
	sc := &screen{visitor: v.Hash, contact: v.Contact, out: make(chan told, screenBacklog)}
	if r.windows[v.Hash] == nil {
		r.windows[v.Hash] = map[*screen]bool{}
	}
	r.windows[v.Hash][sc] = true
	if v.Contact != 0 {
		if r.screens[v.Contact] == nil {
			r.screens[v.Contact] = map[*screen]bool{}
		}
		r.screens[v.Contact][sc] = true
	}
	return sc, nil
}

// moveOn cuts off the visitor's windows that show another conversation: they come back to this one.
func (r *Room) moveOn(v store.Visitor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for sc := range r.windows[v.Hash] {
		if sc.contact != v.Contact {
			r.drop(sc)
		}
	}
}

// tell puts an event before every window of a conversation. The lock is held.
func (r *Room) tell(id centre.ContactID, seq int64, event string, data any) {
	for s := range r.screens[id] {
		r.tellOne(s, seq, event, data)
	}
}

func (r *Room) tellOne(s *screen, seq int64, event string, data any) {
	select {
	case s.out <- told{seq, event, data}:
	default:
		r.drop(s)
	}
}

// drop cuts a window off. The lock is held.
func (r *Room) drop(s *screen) {
	if !s.closed {
		s.closed = true
		close(s.out)
	}
	delete(r.screens[s.contact], s)
	if len(r.screens[s.contact]) == 0 {
		delete(r.screens, s.contact)
	}
	delete(r.windows[s.visitor], s)
	if len(r.windows[s.visitor]) == 0 {
		delete(r.windows, s.visitor)
	}
}

// AgentTyping tells the visitor that the agent is writing.
func (r *Room) AgentTyping(t conversation.Typing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell(t.Contact, 0, "typing", t)
}

// Run keeps the visitors' windows up to date until the context ends.
func (r *Room) Run(ctx context.Context) {
	feed.Follower{Name: "chat", Log: r.Log, Follow: r.follow, Broken: r.dropAll}.Keep(ctx)
}

// dropAll cuts every window off: each comes back and begins again from how things stand then.
func (r *Room) dropAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, all := range r.windows {
		for s := range all {
			r.drop(s)
		}
	}
}

func (r *Room) follow(ctx context.Context) error {
	reader, err := r.Centre.Hub().Subscribe(r.Centre.Head())
	if err != nil {
		return err
	}
	defer reader.Close()
	r.mu.Lock()
	clear(r.visits) // they may have moved on at the node that owned the centre before
	r.mu.Unlock()
	return reader.Each(ctx,
		func(commits []feed.Commit) error { return r.project(ctx, commits) },
		// everybody's place moves when anybody is answered: all windows are looked at together
		2*time.Second, func() error { return r.show(ctx, r.watched()) })
}

func (r *Room) watched() map[centre.ContactID]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[centre.ContactID]bool, len(r.screens))
	for id := range r.screens {
		out[id] = true
	}
	return out
}

// project tells the windows what some commits said, and the state of the conversations they touched.
func (r *Room) project(ctx context.Context, commits []feed.Commit) error {
	watched := r.watched()
	touched := map[centre.ContactID]bool{}
	for _, c := range commits {
		for i := range c.Entries {
			e := &c.Entries[i]
			if watched[e.Contact] {
				touched[e.Contact] = true
				r.take(ctx, e)
			}
			for _, d := range e.Decisions {
				if watched[d.Contact] {
					touched[d.Contact] = true
				}
			}
		}
	}
	if len(touched) == 0 {
		return nil
	}
	return r.show(ctx, touched)
}

func (r *Room) take(ctx context.Context, e *journal.Entry) {
	switch e.Kind {
	case contact.FactMessage:
		m, ok := r.Recent.Message(e.Contact, e.Seq)
		if !ok {
			var err error
			if m, err = r.Words.Message(ctx, e.Seq); err != nil {
				r.Log.Error("a message could not be read", "message", e.Seq, "error", err)
				return
			}
		}
		r.mu.Lock()
		r.tell(e.Contact, e.Seq, "message", m)
		r.mu.Unlock()
	case contact.FactRead:
		if mark, ok := contact.ReadBy(e, conversation.ByAgent); ok {
			r.mu.Lock()
			r.tell(e.Contact, e.Seq, "read", ReadMark{Message: mark, At: e.At})
			r.mu.Unlock()
		}
	}
}

// show tells each window the state and place of its conversation where they differ from what it was told before.
func (r *Room) show(ctx context.Context, ids map[centre.ContactID]bool) error {
	if len(ids) == 0 {
		return nil
	}
	looks, err := r.look(ctx, ids)
	if err != nil {
		return err
	}
	states := map[centre.ContactID]State{}
	for id, s := range looks {
		states[id] = r.stateOf(ctx, id, s)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, s := range looks {
		for sc := range r.screens[id] {
			if sc.state != states[id] {
				sc.state = states[id]
				r.tellOne(sc, s.seq, "state", states[id])
			}
			if sc.place != s.place {
				sc.place = s.place
				r.tellOne(sc, 0, "place", s.place)
			}
		}
	}
	return nil
}
