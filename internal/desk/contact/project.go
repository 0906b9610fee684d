package contact

import (
	"context"
	"encoding/json"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/rulebook"
)

// Run keeps every screen up to date until the context ends: it follows the feed, takes one look at the engine for each batch of commits, and tells the
// screens the state of what was touched. The state may be newer than the commit, never older; a screen therefore never ends up behind.
func (r *Room) Run(ctx context.Context) {
	feed.Follower{Name: "desk", Log: r.Log, Follow: r.follow, Broken: r.dropScreens}.Keep(ctx)
}

// follow rebuilds what the desk knows, then follows the feed.
func (r *Room) follow(ctx context.Context) error {
	var head int64
	var open []centre.ContactID
	err := r.Centre.View(ctx, func(v *live.View) error {
		head = v.Seq()
		v.Engine().EachContact(func(c *routing.ContactView) bool {
			open = append(open, c.ID)
			return true
		})
		return nil
	})
	if err != nil {
		return err
	}
	reader, err := r.Centre.Hub().Subscribe(head)
	if err != nil {
		return err
	}
	defer reader.Close()
	defer r.ringing.Wait()
	r.begin(ctx, head, open)
	return reader.Each(ctx,
		func(commits []feed.Commit) error { return r.project(ctx, commits) },
		time.Second, func() error { r.sweep(ctx); return nil })
}

// begin knows every open contact anew.
func (r *Room) begin(ctx context.Context, head int64, open []centre.ContactID) {
	threads := make(map[centre.ContactID]*thread, len(open))
	for _, id := range open {
		threads[id] = r.loadThread(ctx, id)
	}
	r.mu.Lock()
	r.seq, r.threads = head, threads
	r.mine, r.offers, r.heard = map[centre.AgentID]map[centre.ContactID]bool{}, map[centre.AgentID]ringing{}, map[centre.AgentID]time.Time{}
	r.mu.Unlock()
	if err := r.show(ctx, touched{contacts: set(open), agents: r.everybody(ctx)}); err != nil {
		r.Log.Warn("the desks could not be filled", "error", err)
	}
}

func set[K comparable](list []K) map[K]bool {
	out := make(map[K]bool, len(list))
	for _, k := range list {
		out[k] = true
	}
	return out
}

// everybody lists the agents who are signed in, and hears them now: after a start nobody is taken for lost before they had time to come back.
func (r *Room) everybody(ctx context.Context) map[centre.AgentID]bool {
	out := map[centre.AgentID]bool{}
	_ = r.Centre.View(ctx, func(v *live.View) error {
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			if a.State != routing.Gone {
				out[a.ID] = true
			}
			return true
		})
		return nil
	})
	for a := range out {
		r.hear(a)
	}
	return out
}

// touched is what a batch of commits was about.
type touched struct {
	contacts map[centre.ContactID]bool
	agents   map[centre.AgentID]bool
	ended    []endedOffer
	words    []func()
	names    int64
}

type endedOffer struct {
	agent centre.AgentID
	end   OfferEnd
}

// project takes some commits.
func (r *Room) project(ctx context.Context, commits []feed.Commit) error {
	t := touched{contacts: map[centre.ContactID]bool{}, agents: map[centre.AgentID]bool{}}
	for _, c := range commits {
		for i := range c.Entries {
			r.take(ctx, &c.Entries[i], &t)
		}
	}
	head := commits[len(commits)-1].Seq
	r.mu.Lock()
	r.seq, r.held = head, map[centre.AgentID][]told{}
	r.mu.Unlock()
	defer r.release(head)
	if err := r.show(ctx, t); err != nil {
		return err
	}
	for _, tell := range t.words {
		tell()
	}
	if t.names != 0 {
		r.tellAll(head, "names", NamesChanged{Version: t.names})
	}
	return nil
}

// take notes what one entry of the log touches, and what it says.
func (r *Room) take(ctx context.Context, e *journal.Entry, t *touched) {
	if e.Contact != 0 {
		t.contacts[e.Contact] = true
	}
	switch e.Kind {
	case journal.Step:
		if e.Event.Kind == routing.Arrived {
			r.beginThread(e.Contact)
		}
		r.takeStep(e, t)
	case FactMessage:
		m, ok := r.message(ctx, e.Contact, e.Seq)
		if !ok {
			return
		}
		r.mu.Lock()
		if th := r.threads[e.Contact]; th != nil {
			th.heard(m)
		}
		r.mu.Unlock()
		t.words = append(t.words, func() { r.tellDesks(e.Seq, e.Contact, "message", m) })
	case FactNote:
		r.mu.Lock()
		if th := r.threads[e.Contact]; th != nil {
			th.noted = true
		}
		r.mu.Unlock()
		if n, ok := r.noteOf(ctx, e.Contact, e.Seq); ok {
			t.words = append(t.words, func() { r.tellDesks(e.Seq, e.Contact, "note", n) })
		}
	case FactRead:
		r.takeRead(e, t)
	case rulebook.FactChanged:
		var c rulebook.Changed
		if json.Unmarshal(e.Payload, &c) == nil {
			t.names = c.Version
		}
	}
}

func (r *Room) takeRead(e *journal.Entry, t *touched) {
	var s Seen
	if json.Unmarshal(e.Payload, &s) != nil {
		return
	}
	r.mu.Lock()
	if th := r.threads[e.Contact]; th != nil && s.Side == conversation.ByAgent {
		th.read(s.Message)
	}
	r.mu.Unlock()
	t.words = append(t.words, func() {
		r.tellDesks(e.Seq, e.Contact, "read", ReadMark{Contact: e.Contact, Side: s.Side, Message: s.Message, At: e.At})
	})
}

func (r *Room) takeStep(e *journal.Entry, t *touched) {
	for i := range e.Decisions {
		d := e.Decisions[i]
		if d.Contact != 0 {
			t.contacts[d.Contact] = true
		}
		if d.Agent != 0 {
			t.agents[d.Agent] = true
		}
		switch d.Kind {
		case routing.AgentChanged:
			r.mu.Lock()
			r.since[d.Agent] = e.At
			r.mu.Unlock()
		case routing.OfferEnded:
			t.ended = append(t.ended, endedOffer{agent: d.Agent, end: OfferEnd{ID: d.Offer, Contact: d.Contact, End: offerEnds[d.End]}})
		}
	}
}

var offerEnds = map[routing.OfferEnd]string{
	routing.OfferAccepted: "accepted", routing.OfferDeclined: "declined", routing.OfferLapsed: "lapsed", routing.OfferWithdrawn: "withdrawn",
}

// ReadBy reads how far a side has read from an entry of kind FactRead; false when it speaks of the other side.
func ReadBy(e *journal.Entry, side conversation.Author) (message int64, ok bool) {
	var s Seen
	if e.Kind != FactRead || json.Unmarshal(e.Payload, &s) != nil || s.Side != side {
		return 0, false
	}
	return s.Message, true
}
