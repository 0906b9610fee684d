package audit

import (
	"fmt"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// View is what the auditor asks the engine itself; *routing.Engine answers it.
type View interface {
	Centre() routing.CentreView
	Contact(centre.ContactID) (routing.ContactView, bool)
	Agent(centre.AgentID) (routing.AgentView, bool)
}

// Auditor follows one engine from its first event. It is not safe for concurrent use.
type Auditor struct {
	book
	seed     uint64
	event    int64
	kind     routing.EventKind // of the event
	now      int64
	broken   int
	breaches []Breach
	word     map[loanKey]int32 // a leader's last word on a lending: 1 open, 0 closed, less when the rule decides
	heard    uint32            // laws of which a breach is kept

	arrived int64 // and begun by agents
	placed  int64 // of these, begun by agents
	ended   int64
	places  [placeCount]int64 // of contacts, consultations apart
	lastID  centre.OfferID    // of offers
	wakeAt  int64             // the waking that was asked for last; 0 = none stands
	watch   []*contact        // to be looked at when the step ends
	between []*contact        // out of one place and not yet in the next
	due     deadlines         // what the clock alone must do
	chances deadlines         // when the clock may let somebody else take a contact
	loosely bool              // the rules changed in this step, or who is led by whom: order within it is not judged
	sweep   bool              // everybody's wait is looked at when the step ends
	refused bool
	advised centre.AgentID // the adviser who left a consultation in this step
	asked   int32          // and the queue in which that adviser was asked
	fuller  []*agent       // those to whom something was added in this step
	seen    map[int64]uint64
}

// mostBreaches is how many breaches are kept, and beyond them the first of each law; all are counted.
const mostBreaches = 20

// New makes an auditor that knows nobody; the seed is told with every breach.
func New(seed uint64) *Auditor {
	a := &Auditor{seed: seed}
	a.rules = &routing.Settings{Capacity: []routing.Capacity{{}}}
	a.queueAt = map[centre.QueueID]int32{}
	a.contacts = map[int64]*contact{}
	a.teams = map[centre.TeamID]*team{}
	a.word = map[loanKey]int32{}
	a.seen = map[int64]uint64{}
	return a
}

// Broken gives the number of laws broken so far and the first of the breaches.
func (a *Auditor) Broken() (int, []Breach) { return a.broken, a.breaches }

// breach records one broken law.
func (a *Auditor) breach(l Law, format string, args ...any) {
	a.broken++
	first := a.heard>>l&1 == 0
	a.heard |= 1 << l
	if first || len(a.breaches) < mostBreaches {
		a.breaches = append(a.breaches, Breach{Law: l, Seed: a.seed, Event: a.event, Kind: a.kind, Text: fmt.Sprintf(format, args...)})
	}
}

// Step books one event with what was decided upon it, and checks every law. The slice is not kept.
func (a *Auditor) Step(e *routing.Event, decisions []routing.Decision, v View) {
	a.event++
	a.kind = e.Kind
	now := max(a.now, int64(e.At))
	a.missed(now)
	a.now = now
	a.refused, a.loosely, a.sweep = false, false, false
	dueBefore := a.due.next(a) // what the clock alone may do in this step
	for i := range decisions {
		if decisions[i].Kind == routing.Refused {
			a.refused = true
		}
	}
	if a.refused {
		a.checkRefusal(e, decisions, dueBefore)
	} else {
		a.hear(e)
	}
	for i := range decisions {
		a.decide(&decisions[i], e)
	}
	a.endOfStep(v)
}

// checkRefusal sees to it that a refused event did nothing but what its hour did.
func (a *Auditor) checkRefusal(e *routing.Event, decisions []routing.Decision, due int64) {
	if due > 0 && due <= a.now {
		return
	}
	for i := range decisions {
		switch decisions[i].Kind {
		case routing.Refused, routing.WakeAt:
		case routing.LendingChanged:
			return // lending follows the clock, and offers follow it
		default:
			a.breach(RefusalIsEmpty, "%v was refused, and yet %v was decided", e.Kind, decisions[i].Kind)
			return
		}
	}
}

// hear books what the event itself says, before its decisions.
func (a *Auditor) hear(e *routing.Event) {
	switch e.Kind {
	case routing.SettingsChanged:
		a.takeRules(e.Settings)
	case routing.AgentDefined:
		a.takeProfile(e.Profile)
	case routing.LendingSet:
		a.word[loanKey{e.Team, e.Queue}] = e.Count
	case routing.PromiseCapSet:
		if q, ok := a.queueAt[e.Queue]; ok {
			a.queues[q].cap = max(e.Count, -1)
		}
	case routing.Prioritised:
		a.restand(e.Contact, func(c *contact) { c.priority = min(e.Priority, 9) })
	case routing.DueSet:
		a.restand(e.Contact, func(c *contact) { c.due = max(int64(e.Until), 0) })
	case routing.ReachSet:
		if g := a.person(e.Agent); g != nil {
			if g.reach &^= 1 << e.Channel; e.Count == 1 {
				g.reach |= 1 << e.Channel
			}
			a.refresh(g)
		}
	case routing.Accepted:
		if g := a.person(e.Agent); g != nil {
			g.lapses = 0
		}
	case routing.Declined:
		if g := a.person(e.Agent); g != nil {
			g.lapses, g.freeSince = 0, a.now
		}
	case routing.SignedIn, routing.SignedOut, routing.StatusChanged, routing.AgentLost, routing.AgentFound, routing.AgentRemoved:
		if g := a.person(e.Agent); g != nil {
			a.bookPerson(g, e)
			a.refresh(g)
		}
	}
}

// bookPerson books what one person says of themselves or what is seen of their connection.
func (a *Auditor) bookPerson(g *agent, e *routing.Event) {
	switch e.Kind {
	case routing.SignedIn:
		g.in, g.lost, g.lapses, g.freeSince = true, false, 0, a.now
		if g.status = e.Status; e.Status == routing.Offline {
			g.status = routing.Ready
		}
		g.pause = pauseOf(g.status, e.Pause)
	case routing.StatusChanged:
		if e.Status == routing.Ready && g.status != routing.Ready {
			g.freeSince = a.now
		}
		g.lapses, g.status, g.pause = 0, e.Status, pauseOf(e.Status, e.Pause)
	case routing.SignedOut, routing.AgentRemoved:
		g.in, g.lost, g.lapses, g.status, g.pause = false, false, 0, routing.Offline, 0
		if e.Kind == routing.AgentRemoved {
			g.leaving, g.reach = true, 0
		}
	case routing.AgentLost:
		g.lost = true
	case routing.AgentFound:
		g.lost, g.freeSince = false, a.now
	}
}

func pauseOf(s routing.Status, p centre.PauseID) centre.PauseID {
	if s == routing.Paused {
		return p
	}
	return 0
}

// restand changes what a contact is ordered by.
func (a *Auditor) restand(id centre.ContactID, change func(*contact)) {
	c := a.contacts[keyOf(id, false)]
	if c == nil {
		return
	}
	in := c.place == queued
	if in {
		a.dequeue(c)
	}
	change(c)
	if in {
		a.enqueue(c)
		a.lookAt(c)
	}
}

// keyOf names a contact or the consultation about it.
func keyOf(id centre.ContactID, consult bool) int64 {
	k := int64(id) << 1
	if consult {
		k |= 1
	}
	return k
}

// takeRules books a new rule book; what is in flight is carried over. A queue that is left out serves out those it has by the rules it had.
func (a *Auditor) takeRules(s *routing.Settings) {
	a.loosely, a.sweep = true, true
	a.rules = s
	for i := range s.Queues {
		rules := &s.Queues[i]
		at, known := a.queueAt[rules.ID]
		if !known {
			at = int32(len(a.queues))
			a.queueAt[rules.ID] = at
			a.queues = append(a.queues, queueRules{open: rules.Open, cap: rules.Callback.Cap})
		}
		q := &a.queues[at]
		if known && (q.Callback.Cap != rules.Callback.Cap || q.gone) {
			q.cap = rules.Callback.Cap
		}
		q.Queue = *rules
	}
	for i := range a.queues {
		q := &a.queues[i]
		q.gone = !slices.ContainsFunc(s.Queues, func(r routing.Queue) bool { return r.ID == q.ID })
		q.waiting, q.perCh, q.channels, q.aimed = q.waiting[:0], [centre.ChannelCount]int32{}, 0, 0
		a.termsOf(q)
	}
	a.reindex()
	for _, c := range a.contacts {
		if c.place == queued {
			a.enqueue(c)
			a.armStep(c)
		}
	}
}

// takeProfile books a new or changed person.
func (a *Auditor) takeProfile(p *routing.Profile) {
	a.loosely, a.sweep = true, true
	g := a.person(p.Agent)
	if g == nil {
		g = &agent{id: p.Agent, index: len(a.agents), profile: p, team: a.teamOf(p.Team)}
		a.agents = append(a.agents, g)
		for int(p.Agent) >= len(a.byID) {
			a.byID = append(a.byID, nil)
		}
		a.byID[p.Agent] = g
		if a.words() > len(a.everybody) {
			a.reindex()
			return
		}
	}
	if g.free {
		g.free = false
		g.team.free--
	}
	g.profile, g.team, g.leaving = p, a.teamOf(p.Team), false
	a.reindexAgent(g)
}
