package audit

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Canary breaks one law on purpose, once, in what the auditor is shown: the alarm itself is tried. It sees what an auditor sees.
type Canary struct {
	law     Law
	done    bool
	shown   []routing.Decision
	profile map[centre.AgentID]*routing.Profile
	state   map[centre.AgentID]told
	reach   map[centre.AgentID]uint16
	onPhone map[centre.ContactID]centre.AgentID
	rules   *routing.Settings
}

// KnowsCanary tells whether there is a canary of the name: each law has one, by its own name.
func KnowsCanary(name string) bool { return slices.Contains(lawNames[:], name) }

// Canaries lists the names of all canaries.
func Canaries() []string { return append([]string(nil), lawNames[:]...) }

// NewCanary makes the canary of a law; for a name that KnowsCanary does not know, it breaks nothing.
func NewCanary(name string) *Canary {
	return &Canary{
		law: Law(slices.Index(lawNames[:], name)), profile: map[centre.AgentID]*routing.Profile{}, state: map[centre.AgentID]told{},
		reach:   map[centre.AgentID]uint16{},
		onPhone: map[centre.ContactID]centre.AgentID{},
	}
}

// Law is the law that the canary breaks.
func (k *Canary) Law() Law { return k.law }

// Done tells whether it has been broken yet.
func (k *Canary) Done() bool { return k.done }

// Doctor gives the decisions as the auditor is to see them. Until its chance comes, and after it, they are what they were.
func (k *Canary) Doctor(e *routing.Event, decisions []routing.Decision) []routing.Decision {
	k.shown = append(k.shown[:0], decisions...)
	if !k.done {
		if out := k.break1(e, k.shown); out != nil {
			k.done = true
			k.shown = out
		}
	}
	k.follow(e, decisions)
	return k.shown
}

// follow keeps what the canary must know to break its law alone.
func (k *Canary) follow(e *routing.Event, decisions []routing.Decision) {
	switch {
	case e.Profile != nil:
		k.profile[e.Profile.Agent] = e.Profile
	case e.Settings != nil:
		k.rules = e.Settings
	case e.Kind == routing.ReachSet && first(decisions, routing.Refused) < 0:
		k.reach[e.Agent] = k.reach[e.Agent]&^(1<<e.Channel) | uint16(e.Count)<<e.Channel
	}
	for i := range decisions {
		switch d := &decisions[i]; d.Kind {
		case routing.AgentChanged:
			k.state[d.Agent] = told{d.Status, d.State, d.Pause}
		case routing.Connected:
			if d.Channel == centre.Phone && !d.Consult {
				k.onPhone[d.Contact] = d.Agent
			}
		case routing.WrapUpStarted, routing.Closed, routing.Queued, routing.Held:
			delete(k.onPhone, d.Contact)
		}
	}
}

// first finds the first decision of a kind; -1 for none.
func first(ds []routing.Decision, kind routing.DecisionKind) int {
	return slices.IndexFunc(ds, func(d routing.Decision) bool { return d.Kind == kind && !d.Consult })
}

// break1 breaks the law in ds if this step gives the chance, else it returns nil.
func (k *Canary) break1(e *routing.Event, ds []routing.Decision) []routing.Decision {
	switch k.law {
	case OnePlace:
		if i := first(ds, routing.Connected); i >= 0 {
			return slices.Delete(ds, i, i+1)
		}
	case Conservation:
		// The end of one who waits is kept back: the book goes on counting it, the engine does not.
		if i := first(ds, routing.Closed); i >= 0 && ds[i].How == routing.AbandonedQueue {
			return slices.Delete(ds, i, i+1)
		}
	case OfferEndsOnce:
		if i := first(ds, routing.OfferEnded); i >= 0 {
			return slices.Insert(ds, i+1, ds[i])
		}
	case TrueWhy, NoOvertaking, OnTime, Capacity, NotToTheAbsent, Qualified, BestAgent, EveryWaitEnds:
		if i := first(ds, routing.Offered); i >= 0 {
			return k.breakOffer(e, ds, i)
		}
	case NotAgainAtOnce:
		if i := first(ds, routing.Queued); i >= 0 && e.Kind == routing.Declined && first(ds, routing.Offered) < 0 {
			again := routing.Decision{Kind: routing.Offered, Contact: e.Contact, Agent: e.Agent, Offer: e.Offer + 1_000_000, Queue: ds[i].Queue}
			return slices.Insert(ds, i+1, again)
		}
	case StatesAgree:
		if i := first(ds, routing.AgentChanged); i >= 0 && ds[i].State == routing.Free {
			ds[i].State = routing.Wrapping
			return ds
		}
	case RefusalIsEmpty:
		if i := first(ds, routing.Refused); i >= 0 && len(k.state) > 0 {
			return append(ds, routing.Decision{Kind: routing.QueueChanged, Queue: 1, Count: 1})
		}
	case LoanHolds:
		if k.rules != nil && len(k.rules.Teams) > 0 {
			return append(ds, routing.Decision{Kind: routing.LendingChanged, Team: 1 << 15, Queue: 1})
		}
	default:
		return k.breakRest(e, ds)
	}
	return nil
}

// breakRest is break1 for the laws about promises, doors, wrap-up, snoozing and time.
func (k *Canary) breakRest(e *routing.Event, ds []routing.Decision) []routing.Decision {
	switch k.law {
	case PromiseKept:
		if i := first(ds, routing.PromiseMade); i >= 0 {
			ds[i].At += 60_000
			return ds
		}
	case DoorsHold:
		if i := first(ds, routing.TurnedAway); i >= 0 && ds[i].Code == routing.QueueIsClosed && e.Credit == 0 {
			ds[i] = routing.Decision{Kind: routing.Queued, Contact: e.Contact, Queue: e.Queue, Channel: e.Channel, At: e.At}
			return ds
		}
	case WrapUpBounded:
		if i := first(ds, routing.WrapUpStarted); i >= 0 {
			ds[i].Until += 3_600_000
			return ds
		}
	case OnlyDeferred:
		if i := first(ds, routing.WrapUpStarted); i >= 0 && k.onPhone[ds[i].Contact] == ds[i].Agent && ds[i].Agent != 0 {
			ds[i].Kind, ds[i].Until = routing.SnoozedUntil, e.At+60_000
			return ds
		}
	case TimeForward:
		if i := first(ds, routing.WakeAt); i >= 0 {
			ds[i].Until = e.At - 1
			return ds
		}
	}
	return nil
}

// breakOffer breaks a law about the offer ds[i].
func (k *Canary) breakOffer(e *routing.Event, ds []routing.Decision, i int) []routing.Decision {
	d := &ds[i]
	switch k.law {
	case TrueWhy:
		d.Why.WaitedMS += 1000
		return ds
	case OnTime:
		d.Until += 1000
		return ds
	case NoOvertaking:
		if d.Why.Overtaken != 0 && d.Why.OvertakenBy != routing.NotYetDue && d.Why.Rule != routing.ConsultRule {
			d.Why.Overtaken, d.Why.OvertakenBy = 0, routing.NoCode
			return ds
		}
	case EveryWaitEnds:
		if d.Why.Rule == routing.BestFit {
			return slices.Delete(ds, i, i+1)
		}
	case Capacity:
		for _, id := range k.onPhone {
			if id != d.Agent && k.state[id].status == routing.Ready && d.Channel == centre.Phone && k.reaches(id, d.Channel) {
				d.Agent = id
				return ds
			}
		}
	default:
		if id := k.otherThan(e, d); id != 0 {
			d.Agent = id
			return ds
		}
	}
	return nil
}

// otherThan finds somebody to whom the offer may not go: by absence, by skill, or because another suits it better.
func (k *Canary) otherThan(e *routing.Event, d *routing.Decision) centre.AgentID {
	chosen := k.profile[d.Agent]
	if chosen == nil || d.Why.Rule != routing.BestFit || e.Contact != d.Contact || e.NeedCount > 0 {
		return 0
	}
	for id := centre.AgentID(1); int(id) <= len(k.profile); id++ {
		p, s := k.profile[id], k.state[id]
		if p == nil || id == d.Agent {
			continue
		}
		free := s.state == routing.Free && s.status == routing.Ready && k.reaches(id, d.Channel)
		switch k.law {
		case NotToTheAbsent:
			if s.state == routing.Gone {
				return id
			}
		case Qualified:
			if free && !k.knowsAny(p, d.Queue) {
				return id
			}
		case BestAgent:
			if free && p.Team == chosen.Team && p.Capacity == chosen.Capacity && k.meets(p, d.Queue) && k.sum(p, d.Queue) < k.sum(chosen, d.Queue) {
				return id
			}
		}
	}
	return 0
}

// reaches tells whether the agent can be reached in a channel.
func (k *Canary) reaches(id centre.AgentID, ch centre.Channel) bool {
	return (k.reach[id]|^k.rules.Told)>>ch&1 != 0
}

// needsOf is what a queue's step asks for; the last step when last is true, else the first.
func (k *Canary) needsOf(q centre.QueueID, last bool) []routing.Need {
	for i := range k.rules.Queues {
		if r := &k.rules.Queues[i]; r.ID == q {
			if last {
				return r.Steps[len(r.Steps)-1].Needs
			}
			return r.Steps[0].Needs
		}
	}
	return nil
}

func levelOf(p *routing.Profile, s centre.SkillID) int {
	for _, n := range p.Skills {
		if n.Skill == s {
			return int(n.Level)
		}
	}
	return 0
}

// knowsAny tells whether the agent has what even the last step asks for, or nothing is asked.
func (k *Canary) knowsAny(p *routing.Profile, q centre.QueueID) bool {
	for _, n := range k.needsOf(q, true) {
		if levelOf(p, n.Skill) < int(n.Level) {
			return false
		}
	}
	return true
}

func (k *Canary) meets(p *routing.Profile, q centre.QueueID) bool {
	for _, n := range k.needsOf(q, false) {
		if levelOf(p, n.Skill) < int(n.Level) {
			return false
		}
	}
	return true
}

func (k *Canary) sum(p *routing.Profile, q centre.QueueID) int {
	sum := 0
	for _, n := range k.needsOf(q, false) {
		sum += levelOf(p, n.Skill)
	}
	return sum
}
