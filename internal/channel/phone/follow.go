package phone

import (
	"context"
	"fmt"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/store"
)

// Run carries out what the engine decides about calls until the context ends. Whenever this node comes to own the centre it first mends what was cut off.
func (r *Room) Run(ctx context.Context) {
	feed.Follower{Name: "phone", Log: r.Log, Follow: r.follow, Broken: r.letGo}.Keep(ctx)
}

// letGo ends our calls once another node owns the centre: they cannot be carried on.
func (r *Room) letGo() {
	if !r.Centre.Status().Owner {
		for _, c := range r.all() {
			c.tell(stop{"not_owner"})
		}
	}
}

func (r *Room) follow(ctx context.Context) error {
	s := r.Centre.Status()
	if !s.Owner {
		return feed.ErrEnded
	}
	reader, err := r.Centre.Hub().Subscribe(r.Centre.Head())
	if err != nil {
		return err
	}
	defer reader.Close()
	if err := r.takeOver(ctx, s.Epoch); err != nil {
		return err
	}
	if err := r.catchUp(ctx); err != nil {
		return err
	}
	r.ready.Store(true)
	defer r.ready.Store(false)
	return reader.Each(ctx,
		func(commits []feed.Commit) error { r.project(commits); return nil },
		time.Minute, func() error { r.sweep(ctx); return nil })
}

// project hands decisions to the calls that they are about, and begins the calls that the engine asks for.
func (r *Room) project(commits []feed.Commit) {
	for _, commit := range commits {
		for i := range commit.Entries {
			e := &commit.Entries[i]
			for j := range e.Decisions {
				d := &e.Decisions[j]
				if d.Contact == 0 {
					continue
				}
				if d.Kind == routing.Dial {
					r.callBack(d.Contact, d.Agent)
				} else if c := r.of(d.Contact); c != nil {
					c.decide(e.At, *d)
					r.deskHears(c, *d)
				}
			}
		}
	}
}

// deskHears rings the desk phone of whoever is offered a call, and stops the ringing of an offer that is over.
func (r *Room) deskHears(c *call, d routing.Decision) {
	switch d.Kind {
	case routing.Offered:
		r.ringDesk(c, d)
	case routing.OfferEnded:
		r.unringDesk(d)
	default:
	}
}

// catchUp tells every call how its contact stands now: what was decided between two readings of the feed has not been heard. To be told what one knows
// already changes nothing.
func (r *Room) catchUp(ctx context.Context) error {
	type stands struct {
		c       *call
		contact routing.ContactView
		there   bool
	}
	r.mu.Lock()
	list := make([]stands, 0, len(r.byWhat))
	for id, c := range r.byWhat {
		list = append(list, stands{c: c, contact: routing.ContactView{ID: id}})
	}
	r.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	var now centre.Instant
	err := r.Centre.View(ctx, func(v *live.View) error {
		now = v.Now()
		for i := range list {
			if c, ok := v.Engine().Contact(list[i].contact.ID); ok {
				list[i].contact, list[i].there = c, true
			}
		}
		return nil
	})
	for _, s := range list {
		if err == nil {
			for _, d := range decisionsOf(s.contact, s.there) {
				s.c.decide(now, d)
			}
		}
	}
	return err
}

// decisionsOf are what would have led a contact to where it stands.
func decisionsOf(c routing.ContactView, there bool) []routing.Decision {
	d := routing.Decision{Contact: c.ID, Agent: c.Agent, Queue: c.Queue, Offer: c.Offer, Channel: c.Channel}
	switch {
	case !there:
		d.Kind, d.How = routing.Closed, routing.Done
	case c.Phase == routing.InQueue:
		d.Kind = routing.Queued
	case c.Phase == routing.InOffer:
		queued := d
		queued.Kind, d.Kind = routing.Queued, routing.Offered
		return []routing.Decision{queued, d}
	case c.Phase == routing.InTalk:
		d.Kind = routing.Connected
		advice := routing.Decision{Kind: routing.ConsultOver, Contact: c.ID, Consult: true}
		if c.Adviser != 0 {
			advice = routing.Decision{Kind: routing.Connected, Contact: c.ID, Agent: c.Adviser, Consult: true}
		}
		return []routing.Decision{d, advice}
	case c.Phase == routing.InWrapUp:
		d.Kind = routing.WrapUpStarted
	default:
		return nil
	}
	return []routing.Decision{d}
}

// takeOver mends what a stop in the middle of calls has left: customers who waited are out of the queue and their place is kept, conversations are over,
// agents are free, and whom we had promised to call is called again. It is done once in every tenure.
func (r *Room) takeOver(ctx context.Context, epoch int64) error {
	r.mu.Lock()
	done := r.epoch == epoch
	r.mu.Unlock()
	if done {
		return r.unreach(ctx)
	}
	places, err := r.Phone.Places(ctx, r.instant())
	if err != nil {
		return err
	}
	r.places.set(places)
	chosen, err := r.Phone.DeskLines(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.chosen = chosen
	r.mu.Unlock()
	if err := r.spend.load(ctx, r.Phone, r.instant()); err != nil {
		return err
	}
	open, err := r.Phone.OpenCalls(ctx)
	if err != nil {
		return err
	}
	for _, row := range open {
		if r.callByID(row.ID) == nil {
			if err := r.mend(ctx, row); err != nil {
				return err
			}
		}
	}
	if err := r.mendRecordings(ctx); err != nil {
		return err
	}
	if err := r.clearFolder(ctx); err != nil {
		r.Log.Warn("the folder of recordings could not be cleared", "error", err)
	}
	r.sweep(ctx) // what was due while nobody owned the centre
	if err := r.mendPromises(ctx); err != nil {
		return err
	}
	if err := r.unreach(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	r.epoch = epoch
	r.mu.Unlock()
	return nil
}

func (r *Room) callByID(id int64) *call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[id]
}

// mend ends a call that the program stopped in the middle of.
func (r *Room) mend(ctx context.Context, row store.CallRow) error {
	within := time.Duration(r.Rules.Book().Phone.Wait.RedialS) * time.Second
	var kept store.PlaceRow
	_, err := r.Centre.Do(ctx, live.Command{Client: fmt.Sprintf("call %d", row.ID), ID: "mend", Plan: func(p *live.Plan) error {
		kept = store.PlaceRow{}
		v, ok := p.Engine().Contact(row.Contact)
		switch {
		case !ok || row.Contact == 0:
		case v.Promise && v.Phase != routing.InDial: // the promise stands without the call that made it
		case v.Phase == routing.InDial:
			p.Step(routing.Event{Kind: routing.CallbackResult, Contact: row.Contact, Agent: v.Agent, Force: true})
		default:
			if (v.Phase == routing.InQueue || v.Phase == routing.InOffer) && within > 0 {
				kept = r.keepPlaceOf(p, v, row, "", within)
			}
			finish(p, row.Contact)
		}
		row.Ended, row.Outcome, row.Cause = p.Now(), string(LostCall), "stopped"
		if row.Connected != 0 {
			row.Outcome = string(Answered)
		} else if ok && v.Promise && v.Phase != routing.InDial {
			row.Outcome = string(CallbackPromised)
		}
		p.Fact(FactCall, row.Contact, row.Agent, Told{Call: row.ID, Outcome: row.Outcome, Cause: row.Cause})
		p.Write(r.Phone.PutCall(row))
		return nil
	}})
	if err == nil {
		r.count(Outcome(row.Outcome))
		if kept.ID != 0 {
			r.places.keep(kept)
		}
	}
	return err
}

// mendPromises rings again whom we were ringing when the program stopped: a ring that we broke off ourselves is no attempt.
func (r *Room) mendPromises(ctx context.Context) error {
	var cut []routing.ContactView
	err := r.Centre.View(ctx, func(v *live.View) error {
		cut = nil
		v.Engine().EachContact(func(c *routing.ContactView) bool {
			if c.Phase == routing.InDial && r.of(c.ID) == nil {
				cut = append(cut, *c)
			}
			return true
		})
		return nil
	})
	for _, c := range cut {
		if err == nil {
			_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
				if v, ok := p.Engine().Contact(c.ID); ok && v.Phase == routing.InDial {
					p.Step(routing.Event{Kind: routing.CallbackResult, Contact: c.ID, Agent: v.Agent, Force: true})
				}
				return nil
			}})
		}
	}
	return err
}

// unreach tells the engine of every agent who has no line here that they cannot be reached by phone: the engine outlasts lines.
func (r *Room) unreach(ctx context.Context) error {
	var wrong []centre.AgentID
	err := r.Centre.View(ctx, func(v *live.View) error {
		wrong = nil
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			if reach := a.Reach&(1<<centre.Phone|1<<centre.Callback) != 0; reach != r.reachable(a.ID) {
				wrong = append(wrong, a.ID)
			}
			return true
		})
		return nil
	})
	if err != nil {
		return err
	}
	for _, a := range wrong {
		r.reach(a)
	}
	return nil
}

// tellFaults puts faults of ours in sound, which end no call but their room's, in the log.
func (r *Room) tellFaults() {
	f := r.Figures()
	if f.Faults == r.faults {
		return
	}
	r.faults = f.Faults
	last := f.Clock.LastFault
	if r.ports != nil {
		if _, at := r.ports.Faults(); at != "" {
			last = at
		}
	}
	r.Log.Error("faults in sound were caught", "faults", f.Faults, "last", last)
}

// sweep deletes what has been kept long enough, and tells what has gone wrong unheard.
func (r *Room) sweep(ctx context.Context) {
	r.tellFaults()
	if err := r.sweepRecordings(ctx); err != nil && ctx.Err() == nil {
		r.Log.Error("recordings whose time is up could not be deleted", "error", err)
	}
	if err := r.Phone.ForgetPhone(ctx, r.instant()-centre.Instant(48*time.Hour/time.Millisecond)); err != nil && ctx.Err() == nil {
		r.Log.Warn("what has passed could not be forgotten", "error", err)
	}
}
