package journal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Ledger is the fold over the log: the contacts that have not closed, what every agent is doing, and what changed since the last Drain. The
// same entries give the same rows, live or replayed. It belongs to one goroutine.
type Ledger struct {
	calendar *Calendar
	open     map[centre.ContactID]*Contact
	keys     map[string]centre.ContactID
	agents   map[centre.AgentID]*agentWork
	targets  map[centre.QueueID]int64 // answer time aimed at, in milliseconds

	touched []*Contact                   // whose rows the present entry writes
	dirty   map[centre.ContactID]Contact // rows to write, as they were after the entry that wrote them last
	quarter map[QueueKey]*QueueCounts
	days    map[QueueKey]*QueueCounts
	agent15 map[AgentKey]*AgentCounts
	agentDs map[AgentKey]*AgentCounts
}

// Changes are the rows to write after some entries. Contacts are whole rows; counters are to be added to what is there, their longest waits
// compared. Every slice is sorted by key.
type Changes struct {
	Contacts  []Contact
	Quarters  []QueueRow
	Days      []QueueRow
	Agent15   []AgentRow
	AgentDays []AgentRow
}

// NewLedger makes the ledger of a centre without a log. The zone is the one whose midnights begin the days of the day counters.
func NewLedger(zone *time.Location) *Ledger {
	l := &Ledger{
		calendar: NewCalendar(zone),
		open:     map[centre.ContactID]*Contact{},
		keys:     map[string]centre.ContactID{},
		agents:   map[centre.AgentID]*agentWork{},
		targets:  map[centre.QueueID]int64{},
	}
	l.forget()
	return l
}

func (l *Ledger) forget() {
	l.dirty = map[centre.ContactID]Contact{}
	l.quarter, l.days = map[QueueKey]*QueueCounts{}, map[QueueKey]*QueueCounts{}
	l.agent15, l.agentDs = map[AgentKey]*AgentCounts{}, map[AgentKey]*AgentCounts{}
}

// Drain hands out the contact rows and queue counters that changed since the last Drain. The agents' counters stay.
func (l *Ledger) Drain() Changes {
	c := Changes{Quarters: sortedQueueRows(l.quarter), Days: sortedQueueRows(l.days)}
	for _, id := range slices.Sorted(maps.Keys(l.dirty)) {
		c.Contacts = append(c.Contacts, l.dirty[id])
	}
	clear(l.dirty)
	clear(l.quarter)
	clear(l.days)
	return c
}

// DrainAgents adds the agents' counters that changed since the last DrainAgents. They change with nearly every entry, and are written less often.
func (l *Ledger) DrainAgents(c *Changes) {
	c.Agent15, c.AgentDays = sortedAgentRows(l.agent15), sortedAgentRows(l.agentDs)
	clear(l.agent15)
	clear(l.agentDs)
}

// AgentsPending tells whether DrainAgents has anything to hand out.
func (l *Ledger) AgentsPending() bool { return len(l.agent15) > 0 }

// Contact gives the row of a contact that has not closed.
func (l *Ledger) Contact(id centre.ContactID) (Contact, bool) {
	c, ok := l.open[id]
	if !ok {
		return Contact{}, false
	}
	return *c, true
}

// Contacts calls f with every contact that has not closed, by rising id, until f returns false.
func (l *Ledger) Contacts(f func(Contact) bool) {
	for _, id := range slices.Sorted(maps.Keys(l.open)) {
		if !f(*l.open[id]) {
			return
		}
	}
}

// ByKey finds the contact that has not closed by the key an About fact gave it; zero when there is none.
func (l *Ledger) ByKey(key string) centre.ContactID { return l.keys[key] }

// Apply takes the next entry of the log. Its error says that the entry cannot be read, which is a fault of ours.
func (l *Ledger) Apply(e *Entry) error {
	defer l.keepTouched()
	switch e.Kind {
	case Step:
		l.step(e)
		return nil
	case About:
		var about AboutContact
		if err := json.Unmarshal(e.Payload, &about); err != nil {
			return fmt.Errorf("entry %d: about: %w", e.Seq, err)
		}
		l.about(e.Contact, about)
	}
	return nil
}

// keepTouched copies the rows that the entry writes, so that they depend on the log alone and not on where commits fall.
func (l *Ledger) keepTouched() {
	for _, c := range l.touched {
		l.dirty[c.ID] = *c
	}
	l.touched = l.touched[:0]
}

func (l *Ledger) about(id centre.ContactID, about AboutContact) {
	c, ok := l.open[id]
	if !ok {
		return
	}
	if about.Key != "" && about.Key != c.About.Key {
		if l.keys[c.About.Key] == id {
			delete(l.keys, c.About.Key)
		}
		c.About.Key = about.Key
		l.keys[about.Key] = id
	}
	if about.Brand != 0 {
		c.About.Brand = about.Brand
	}
	if about.Market != 0 {
		c.About.Market = about.Market
	}
	if about.Customer != 0 {
		c.About.Customer = about.Customer
	}
	if about.Case != 0 {
		c.About.Case = about.Case
	}
	if len(about.Attributes) > 0 {
		merged := maps.Clone(c.About.Attributes) // the old map may be in a row handed out
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, about.Attributes)
		c.About.Attributes = merged
	}
	l.touched = append(l.touched, c)
}

func (l *Ledger) step(e *Entry) {
	switch e.Event.Kind {
	case routing.SettingsChanged:
		if e.Event.Settings != nil && !refused(e.Decisions) {
			for _, q := range e.Event.Settings.Queues {
				l.targets[q.ID] = q.TargetMS
			}
		}
	case routing.Arrived:
		l.arrived(e)
	case routing.Placed:
		l.placed(e)
	case routing.Requeued, routing.Transferred:
		if c, ok := l.open[e.Event.Contact]; ok && !refused(e.Decisions) {
			c.Moves++
			if !c.Placed {
				l.count(c, func(n *QueueCounts) { n.Moved++ })
			}
		}
	case routing.Prioritised:
		if c, ok := l.open[e.Event.Contact]; ok && !refused(e.Decisions) {
			c.Priority = e.Event.Priority
			l.touched = append(l.touched, c)
		}
	}
	for i := range e.Decisions {
		d := &e.Decisions[i]
		if d.Kind == routing.AgentChanged {
			l.agentChanged(e.At, d)
		} else if c, ok := l.open[d.Contact]; ok {
			l.contactStep(e.At, c, d)
		} else if d.Contact != 0 {
			l.agentCount(e.At, d, false)
		}
	}
}

// refused tells whether the event itself changed nothing. What timers decided in the same step may stand before the refusal.
func refused(decisions []routing.Decision) bool {
	return slices.ContainsFunc(decisions, func(d routing.Decision) bool { return d.Kind == routing.Refused })
}

func (l *Ledger) arrived(e *Entry) {
	if refused(e.Decisions) {
		return
	}
	c := &Contact{ID: e.Event.Contact, Created: e.At, Queue: e.Event.Queue, LastQueue: e.Event.Queue, Channel: e.Event.Channel,
		Priority: e.Event.Priority, State: Waiting}
	for i := range e.Decisions {
		if e.Decisions[i].Kind == routing.TurnedAway {
			c.State, c.Closed = TurnedAway, e.At
			l.touched = append(l.touched, c)
			l.count(c, func(n *QueueCounts) { n.TurnedAway++ })
			return
		}
	}
	l.open[c.ID] = c
	l.touched = append(l.touched, c)
	l.count(c, func(n *QueueCounts) { n.Arrived++ })
}

// placed begins a contact that an agent began. It is counted as that and as nothing else.
func (l *Ledger) placed(e *Entry) {
	if refused(e.Decisions) {
		return
	}
	c := &Contact{ID: e.Event.Contact, Created: e.At, Queue: e.Event.Queue, LastQueue: e.Event.Queue, Channel: e.Event.Channel,
		Priority: e.Event.Priority, State: Waiting, Placed: true, Counted: CountedPlaced}
	l.open[c.ID] = c
	l.touched = append(l.touched, c)
	l.count(c, func(n *QueueCounts) { n.Placed++ })
}

// countTime adds conversation and wrap-up to the counters of what arrived, or of what agents began.
func (l *Ledger) countTime(c *Contact, talkMS, wrapMS int64) {
	if talkMS <= 0 && wrapMS <= 0 {
		return
	}
	l.count(c, func(n *QueueCounts) {
		if c.Placed {
			n.PlacedTalkMS += talkMS
			n.PlacedWrapMS += wrapMS
		} else {
			n.TalkMS += talkMS
			n.WrapMS += wrapMS
		}
	})
}

// count changes the counters of the quarter and the day in which the contact arrived.
func (l *Ledger) count(c *Contact, change func(*QueueCounts)) {
	key := QueueKey{Bucket(c.Created), c.Queue, c.Channel}
	change(at(l.quarter, key))
	key.Slot = l.calendar.Day(c.Created)
	change(at(l.days, key))
}

func at[K comparable, V any](m map[K]*V, key K) *V {
	v, ok := m[key]
	if !ok {
		v = new(V)
		m[key] = v
	}
	return v
}

// contactStep takes one decision about an open contact. Its row is written when it is queued, connected, promised a callback or closed; what happens
// in between, such as an offer, reaches the row with the next of these, and the screens by the feed.
func (l *Ledger) contactStep(now centre.Instant, c *Contact, d *routing.Decision) {
	l.agentCount(now, d, c.Placed && c.Agent == 0)
	if d.Consult {
		return // the adviser's part leaves the contact where it is
	}
	switch d.Kind {
	case routing.Queued:
		l.leaveConversation(now, c)
		c.State, c.LastQueue = Waiting, d.Queue
		l.touched = append(l.touched, c)
	case routing.Offered:
		why := d.Why
		l.leaveConversation(now, c)
		c.State, c.Candidate = Offered, &why
		c.Offers++
	case routing.OfferEnded:
		l.offerEnded(c, d)
	case routing.Connected:
		l.connected(now, c, d)
		l.touched = append(l.touched, c)
	case routing.Resumed:
		l.connected(now, c, d)
	case routing.Parked:
		l.leaveConversation(now, c)
		c.State = Parked
	case routing.Held:
		l.leaveConversation(now, c)
		c.State = Held
	case routing.SnoozedUntil:
		l.leaveConversation(now, c)
		c.State = Snoozed
	case routing.WrapUpStarted:
		l.wrapUpStarted(now, c, d)
	case routing.WrapUpOver:
		l.wrapUpOver(now, c, d)
	case routing.PromiseMade:
		c.State = Promised
		c.Promises++
		l.dispose(c, CountedPromised, now)
		l.touched = append(l.touched, c)
	case routing.PromiseRetry, routing.PromiseMoved:
		c.State = Promised
		l.touched = append(l.touched, c)
	case routing.Closed:
		l.closed(now, c, d)
	}
}

// leaveConversation ends the running spell of conversation, if there is one.
func (l *Ledger) leaveConversation(now centre.Instant, c *Contact) {
	l.countTime(c, c.stopTalk(now, 0), 0)
}

func (l *Ledger) offerEnded(c *Contact, d *routing.Decision) {
	if c.State != Offered {
		return
	}
	switch d.End {
	case routing.OfferAccepted:
		c.Why = c.Candidate
	case routing.OfferDeclined, routing.OfferLapsed:
		c.Lapses++
	}
	c.Candidate = nil
	c.State = Waiting // unless the next decision says otherwise
}

func (l *Ledger) connected(now centre.Instant, c *Contact, d *routing.Decision) {
	l.leaveConversation(now, c)
	c.State, c.Agent = Talking, d.Agent
	c.TalkSince, c.TalkAgent = now, d.Agent
	if d.Queue != 0 {
		c.LastQueue = d.Queue // an adviser may take it into another queue
	}
	if c.Answered == 0 && !c.Placed {
		c.Answered = now
		c.WaitMS = int64(now - c.Created)
		l.dispose(c, CountedAnswered, now)
	}
}

func (l *Ledger) wrapUpStarted(now centre.Instant, c *Contact, d *routing.Decision) {
	l.countTime(c, c.stopTalk(now, d.Agent), 0)
	for _, w := range c.Wraps {
		if w.Agent == d.Agent {
			return // extended, not begun again
		}
	}
	c.Wraps = append(c.Wraps[:len(c.Wraps):len(c.Wraps)], Spell{d.Agent, now})
	if c.State == Talking && c.Agent == d.Agent || c.State == Parked || c.State == Held {
		c.State = Wrapping
	}
}

func (l *Ledger) wrapUpOver(now centre.Instant, c *Contact, d *routing.Decision) {
	l.countTime(c, 0, c.stopWrap(now, d.Agent))
	if d.Reason != 0 {
		c.Reason = d.Reason
	}
	if d.Outcome != 0 {
		c.Outcome = d.Outcome
	}
}

func (l *Ledger) closed(now centre.Instant, c *Contact, d *routing.Decision) {
	l.leaveConversation(now, c)
	l.countTime(c, 0, c.stopWrap(now, 0))
	c.State, c.Closed, c.How, c.Candidate = Closed, now, d.How, nil
	if c.Answered == 0 && !c.Placed {
		c.WaitMS = int64(now - c.Created)
	}
	switch d.How {
	case routing.AbandonedQueue, routing.AbandonedOffer:
		l.dispose(c, CountedAbandoned, now)
	case routing.HandedToSelf:
		l.dispose(c, CountedHandedOff, now)
	default:
		l.dispose(c, CountedUnanswered, now)
	}
	if c.About.Key != "" && l.keys[c.About.Key] == c.ID {
		delete(l.keys, c.About.Key)
	}
	delete(l.open, c.ID)
	l.touched = append(l.touched, c)
}

// dispose counts a contact, once: what came first stands.
func (l *Ledger) dispose(c *Contact, as Disposition, now centre.Instant) {
	if c.Counted != NotCounted {
		return
	}
	c.Counted = as
	wait := int64(now - c.Created)
	target, aimed := l.targets[c.Queue]
	in := int64(0)
	if aimed && wait <= target {
		in = 1
	}
	l.count(c, func(n *QueueCounts) {
		switch as {
		case CountedAnswered:
			n.Answered++
			n.AnsweredIn += in
			n.WaitMS += wait
			n.WaitMaxMS = max(n.WaitMaxMS, wait)
			n.AnsweredBy[waitClass(wait)]++
		case CountedAbandoned:
			n.Abandoned++
			n.AbandonedIn += in
			if wait <= ShortAbandonMS {
				n.AbandonedShort++
			}
			n.AbandonMS += wait
			n.WaitMaxMS = max(n.WaitMaxMS, wait)
			n.AbandonedBy[waitClass(wait)]++
		case CountedPromised:
			n.Promised++
		case CountedHandedOff:
			n.HandedOff++
		case CountedUnanswered:
			n.Unanswered++
		}
	})
}
