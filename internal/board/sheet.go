package board

import (
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/quality/index"
)

// sheet is today, folded from the log: it is filled from the contact rows when the board begins and goes on with the feed, and either way comes to the
// same figures. A contact belongs to the queue and the quarter of an hour in which it arrived, as in the counters of history, and is counted once, by
// what ended its wait first.
type sheet struct {
	zone     *time.Location
	from, to centre.Instant // midnight to midnight
	seq      int64          // of the last entry taken
	at       centre.Instant
	version  int64 // rises with everything that may change a page

	ledger   *journal.Ledger
	open     map[centre.ContactID]*open
	finished map[centre.ContactID]bool // read from their rows although the feed is going to tell of them
	editions []edition                 // oldest first

	today    sums
	quarters map[int64]sums // by journal.Bucket of arrival
	voices   map[centre.ContactID]voice
	heard    map[place]*opinion
	history  *history // nil until it has been read
	waits    *waits

	reckoned     int64 // version at which the desk's levels were reckoned
	reckonedBook int64
}

// open is what the sheet knows of a contact that has not left the centre.
type open struct {
	queue    centre.QueueID
	channel  centre.Channel
	created  centre.Instant
	agent    centre.AgentID // who was connected first; zero for nobody yet
	promised centre.Instant // when a callback was promised, if that came first
	counted  bool           // its wait has ended
	place    place          // where it was counted
}

// place says where a contact is counted: in which queue it arrived, and of which team and partner the agent was who answered it first. Nobody's team
// let a contact wait or give up, so those count for the queue alone.
type place struct {
	queue   centre.QueueID
	team    centre.TeamID
	partner centre.PartnerID
}

type sums map[place]*tally

func (m sums) at(p place) *tally {
	t, ok := m[p]
	if !ok {
		t = &tally{}
		m[p] = t
	}
	return t
}

// tally is the contacts of one place and time. Those that still wait are not in the levels: they are added when a page is drawn.
type tally struct {
	arrived  int64
	levels   []*index.ServiceLevel // one for each target that held
	handled  int64                 // answered contacts that are over
	handleMS int64
}

// end counts the end of one wait, by the target that held then.
func (t *tally) end(target index.ServiceTarget, e index.QueueEvent) {
	for _, l := range t.levels {
		if l.Target() == target {
			_ = l.Fold(e) // refuses negative waits only, and the log's time never falls
			return
		}
	}
	l, err := index.NewServiceLevel(target)
	if err != nil {
		return // a queue without a target has no level
	}
	t.levels = append(t.levels, l)
	_ = l.Fold(e)
}

func newSheet(zone *time.Location, at centre.Instant, editions []edition) *sheet {
	s := &sheet{zone: zone, at: at, editions: editions, open: map[centre.ContactID]*open{}, finished: map[centre.ContactID]bool{}}
	s.dawn(at)
	return s
}

// dawn begins the day that an instant lies in.
func (s *sheet) dawn(at centre.Instant) {
	y, m, d := at.Time().In(s.zone).Date()
	s.from = centre.At(time.Date(y, m, d, 0, 0, 0, 0, s.zone))
	s.to = centre.At(time.Date(y, m, d+1, 0, 0, 0, 0, s.zone))
	s.today, s.quarters = sums{}, map[int64]sums{}
	s.voices, s.heard = map[centre.ContactID]voice{}, map[place]*opinion{}
	s.history = nil
	for len(s.editions) > 1 && s.editions[1].from <= s.from {
		s.editions = s.editions[1:]
	}
	s.version++
}

// edition is the version that held at an instant.
func (s *sheet) edition(at centre.Instant) *edition {
	for i := len(s.editions) - 1; i > 0; i-- {
		if s.editions[i].from <= at {
			return &s.editions[i]
		}
	}
	return &s.editions[0]
}

// target is what a queue promised at an instant; a queue that was removed keeps its last promise.
func (s *sheet) target(q centre.QueueID, at centre.Instant) index.ServiceTarget {
	if t, ok := s.edition(at).targets[q]; ok {
		return t
	}
	for _, e := range slices.Backward(s.editions) {
		if t, ok := e.targets[q]; ok {
			return t
		}
	}
	return index.ServiceTarget{}
}

// each calls f with the sums of the day and of the quarter in which something arrived; with none when it did not arrive today.
func (s *sheet) each(created centre.Instant, f func(sums)) {
	if created < s.from || created >= s.to {
		return
	}
	f(s.today)
	b := journal.Bucket(created)
	if s.quarters[b] == nil {
		s.quarters[b] = sums{}
	}
	f(s.quarters[b])
}

// take folds one entry of the log. Fresh holds the versions of the configuration that the log tells of, by sequence number.
func (s *sheet) take(e *journal.Entry, fresh map[int64]edition) error {
	if e.At >= s.to {
		s.settle()
		s.dawn(e.At)
	}
	if err := s.ledger.Apply(e); err != nil {
		return centre.Errorf(centre.Internal, "board: %w", err)
	}
	s.seq, s.at = e.Seq, e.At
	s.version++
	switch e.Kind {
	case journal.Step:
		s.step(e)
	case factAnswered:
		return s.hear(e)
	default:
		if ed, ok := fresh[e.Seq]; ok {
			s.settle()
			s.editions = append(s.editions, ed)
		}
	}
	return nil
}

// step notes who comes and who is connected; what became of a contact is read from its row by settle.
func (s *sheet) step(e *journal.Entry) {
	if id := e.Event.Contact; e.Event.Kind == routing.Arrived && s.open[id] == nil && !s.finished[id] {
		if c, ok := s.ledger.Contact(id); ok {
			s.arrive(&c)
		}
	}
	for i := range e.Decisions {
		d := &e.Decisions[i]
		if d.Consult || (d.Kind != routing.Connected && d.Kind != routing.PromiseMade) {
			continue
		}
		if o := s.open[d.Contact]; o != nil && o.agent == 0 && o.promised == 0 {
			if d.Kind == routing.Connected {
				o.agent = d.Agent
			} else {
				o.promised = e.At
			}
		}
	}
}

func (s *sheet) arrive(c *journal.Contact) *open {
	o := &open{queue: c.Queue, channel: c.Channel, created: c.Created}
	s.open[c.ID] = o
	s.each(c.Created, func(m sums) { m.at(place{queue: c.Queue}).arrived++ })
	return o
}

// settle counts the contacts whose rows have changed since it was last called.
func (s *sheet) settle() {
	changed := s.ledger.Drain()
	s.ledger.DrainAgents(&changed) // the agents' counters are history's; left in the ledger they would only grow
	for i := range changed.Contacts {
		c := &changed.Contacts[i]
		o := s.open[c.ID]
		if o == nil {
			continue
		}
		if !o.counted && c.Counted != journal.NotCounted {
			s.count(o, endOf(c, o))
		}
		if c.State == journal.Closed {
			s.finish(o, c)
			delete(s.open, c.ID)
		}
	}
}

// ending is how a wait ended.
type ending struct {
	kind index.QueueEventKind
	wait int64 // milliseconds
}

// endOf reads from a contact's row how its wait ended. Who was taken over by self-service, or was sent away when the queue was closed by force, has left
// the queue for another place: neither answered nor given up.
func endOf(c *journal.Contact, o *open) ending {
	switch c.Counted {
	case journal.CountedAnswered:
		return ending{index.Answered, int64(c.Answered - c.Created)}
	case journal.CountedAbandoned:
		return ending{index.Abandoned, c.WaitMS}
	case journal.CountedPromised:
		return ending{index.CallbackAsked, int64(o.promised - c.Created)}
	default:
		return ending{index.FlowedOut, c.WaitMS}
	}
}

// count enters the end of a wait.
func (s *sheet) count(o *open, e ending) {
	at := o.created + centre.Instant(e.wait)
	o.counted, o.place = true, place{queue: o.queue}
	if e.kind == index.Answered {
		c := s.edition(at).crews[o.agent]
		o.place.team, o.place.partner = c.team, c.partner
	}
	target, wait := s.target(o.queue, at), s.waited(o, at)
	s.each(o.created, func(m sums) {
		m.at(o.place).end(target, index.QueueEvent{Kind: e.kind, At: at, Wait: time.Duration(wait) * time.Millisecond})
	})
}

// waited is how long an open contact has waited by an instant, as far as it counts.
func (s *sheet) waited(o *open, at centre.Instant) centre.Instant {
	return waited(o.channel, s.edition(at).hours[o.queue], o.created, at)
}

// finish counts what an answered contact took once it is over.
func (s *sheet) finish(o *open, c *journal.Contact) {
	if c.Answered == 0 {
		return
	}
	p := o.place
	if c.Counted == journal.CountedPromised { // the callback was kept: not answered in time, but handled
		p = place{queue: o.queue}
	}
	s.each(o.created, func(m sums) {
		t := m.at(p)
		t.handled++
		t.handleMS += c.TalkMS + c.WrapMS
	})
}
