package routingtest

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// event reads one line of a story, such as "anna accepts c1". The runner fills in the time and, unless named, the offer.
func (b *book) event(subject string, w *words) (routing.Event, bool) {
	var ev routing.Event
	switch subject {
	case "rules":
		return b.newRules(), true
	case "woke":
		return routing.Event{Kind: routing.Woke}, true
	case "cap":
		ev.Kind, ev.Queue, ev.Count = routing.PromiseCapSet, b.queueID(w), int32(w.number("cap"))
		return ev, true
	case "open", "close":
		ev.Kind, ev.Queue, ev.Force = routing.QueueOpened, b.queueID(w), false
		if subject == "close" {
			ev.Kind = routing.QueueClosed
		}
		ev.Force = b.flag(w, "forced")
		return ev, true
	case "lend":
		return b.lend(w), true
	case "leader":
		ev = b.byAgent(0, w.next("verb"), w)
		return ev, true
	}
	if b.profiles[subject] != nil || b.ids["agent"][subject] != 0 || len(subject) > 1 && subject[:2] == "#a" {
		return b.byAgent(b.agentID(subject), w.next("verb"), w), true
	}
	return b.ofContact(centre.ContactID(b.id("contact", subject)), w), true
}

func (b *book) agentID(name string) centre.AgentID {
	if len(name) > 2 && name[:2] == "#a" {
		name = "#" + name[2:]
	}
	return centre.AgentID(b.id("agent", name))
}

func (b *book) queueID(w *words) centre.QueueID {
	return centre.QueueID(b.id("queue", w.next("queue")))
}

// flag takes the word if it comes next.
func (b *book) flag(w *words, word string) bool {
	if w.more() && w.left[0] == word {
		w.left = w.left[1:]
		return true
	}
	return false
}

// newRules is the rule book as declared so far, as a new version.
func (b *book) newRules() routing.Event {
	b.settings.Version++
	s := b.settings
	s.Queues = append([]routing.Queue(nil), s.Queues...)
	for i := range s.Queues {
		s.Queues[i].Steps = append([]routing.Step(nil), s.Queues[i].Steps...)
		if len(s.Queues[i].Steps) == 0 {
			s.Queues[i].Steps = []routing.Step{{}}
		}
	}
	s.Teams = append([]routing.Team(nil), s.Teams...)
	s.Capacity = append([]routing.Capacity(nil), s.Capacity...)
	if len(s.Capacity) == 0 {
		s.Capacity = []routing.Capacity{usualCapacity()}
	}
	s.Lending = append([]routing.Lending(nil), s.Lending...)
	return routing.Event{Kind: routing.SettingsChanged, Settings: &s}
}

// usualCapacity is one contact of any channel at a time.
func usualCapacity() routing.Capacity {
	c := routing.Capacity{Total: 1}
	for _, ch := range centre.Channels() {
		c.Weight[ch], c.Max[ch] = 1, 1
	}
	return c
}

// defined is the event that tells of an agent as declared.
func (b *book) defined(name string) routing.Event {
	p := *b.profiles[name]
	return routing.Event{Kind: routing.AgentDefined, Agent: p.Agent, Profile: &p}
}

func (b *book) lend(w *words) routing.Event {
	ev := routing.Event{Kind: routing.LendingSet, Team: centre.TeamID(b.id("team", w.next("team"))), Queue: b.queueID(w), Force: true}
	switch word := w.next("open, closed or rule"); word {
	case "open":
		ev.Count = 1
	case "closed":
		ev.Count = 0
	case "rule":
		ev.Count = -1
	default:
		w.fail("lend: %q is not open, closed or rule", word)
	}
	return ev
}

// byAgent reads what an agent says or does, or a leader when agent is zero.
func (b *book) byAgent(agent centre.AgentID, verb string, w *words) routing.Event {
	ev := routing.Event{Agent: agent}
	switch verb {
	case "defined":
		ev = b.defined(b.name("agent", int64(agent)))
	case "removed":
		ev.Kind = routing.AgentRemoved
	case "lost":
		ev.Kind = routing.AgentLost
	case "found":
		ev.Kind = routing.AgentFound
	case "reachable", "unreachable":
		ev.Kind, ev.Channel = routing.ReachSet, w.channel("channel")
		if verb == "reachable" {
			ev.Count = 1
		}
	case "signs":
		ev.Kind = routing.SignedIn
		if w.next("in or out") == "out" {
			ev.Kind = routing.SignedOut
			ev.Force = b.flag(w, "forced")
		} else if w.more() {
			b.status(&ev, w.next("status"), w)
		}
	case "says":
		ev.Kind = routing.StatusChanged
		b.status(&ev, w.next("status"), w)
	default:
		b.withContact(&ev, verb, w)
	}
	return ev
}

func (b *book) status(ev *routing.Event, name string, w *words) {
	if err := ev.Status.UnmarshalText([]byte(name)); err != nil {
		w.fail("%v", err)
	}
	if w.more() {
		ev.Pause = centre.PauseID(b.id("pause", w.next("pause")))
	}
}

// withContact reads what an agent does with a contact.
func (b *book) withContact(ev *routing.Event, verb string, w *words) {
	ev.Contact = centre.ContactID(b.id("contact", w.next("contact")))
	switch verb {
	case "accepts":
		ev.Kind, ev.Offer = routing.Accepted, b.offer(w)
	case "declines":
		ev.Kind, ev.Offer = routing.Declined, b.offer(w)
	case "ends":
		ev.Kind = routing.Ended
	case "extends":
		ev.Kind, ev.Until = routing.WrapUpExtended, centre.Instant(w.span("until"))
	case "wraps":
		ev.Kind = routing.WrappedUp
		if w.more() {
			if err := ev.Outcome.UnmarshalText([]byte(w.next("outcome"))); err != nil {
				w.fail("%v", err)
			}
		}
		if w.more() {
			ev.Reason = centre.ReasonID(b.id("reason", w.next("reason")))
		}
	case "places":
		b.places(ev, w)
	case "requeues":
		ev.Kind = routing.Requeued
		if w.more() && w.left[0] != "forced" {
			ev.Queue = b.queueID(w)
		}
		ev.Force = b.flag(w, "forced")
	case "transfers":
		ev.Kind = routing.Transferred
		b.target(ev, w)
	case "consults":
		ev.Kind = routing.ConsultAsked
		b.target(ev, w)
	case "stops-consulting":
		ev.Kind = routing.ConsultEnded
	case "snoozes":
		ev.Kind, ev.Until = routing.Snoozed, centre.Instant(w.span("until"))
	case "reaches":
		ev.Kind, ev.Reached = routing.CallbackResult, true
	case "misses":
		ev.Kind = routing.CallbackResult
		ev.Force = b.flag(w, "broken-off")
	default:
		w.fail("%q is nothing an agent does", verb)
	}
}

// offer reads "offer 3"; without it the runner takes the latest offer of the contact to the agent.
func (b *book) offer(w *words) centre.OfferID {
	if b.flag(w, "offer") {
		return centre.OfferID(w.number("offer"))
	}
	return 0
}

func (b *book) target(ev *routing.Event, w *words) {
	switch word := w.next("target"); word {
	case "queue":
		ev.Target, ev.Queue = routing.ToQueue, b.queueID(w)
	case "person":
		ev.Target, ev.ToAgent = routing.ToPerson, b.agentID(w.next("agent"))
	case "team":
		ev.Target, ev.Team = routing.ToTeam, centre.TeamID(b.id("team", w.next("team")))
	case "leader":
		ev.Target = routing.ToLeader
	default:
		w.fail("target %q: want queue, person, team or leader", word)
	}
	ev.Force = b.flag(w, "forced")
}

// ofContact reads what happens to a contact.
func (b *book) ofContact(id centre.ContactID, w *words) routing.Event {
	ev := routing.Event{Contact: id}
	switch verb := w.next("verb"); verb {
	case "arrives":
		b.arrives(&ev, w)
	case "abandons":
		ev.Kind = routing.Abandoned
	case "woken":
		ev.Kind = routing.Woken
	case "priority":
		ev.Kind, ev.Priority = routing.Prioritised, uint8(w.number(verb))
	case "due":
		ev.Kind, ev.Until = routing.DueSet, centre.Instant(w.span(verb))
	case "answered-itself":
		ev.Kind = routing.HandedOff
	case "asks-callback":
		ev.Kind = routing.CallbackAsked
		if w.more() {
			ev.Until = centre.Instant(w.span("until"))
		}
	case "answers":
		ev.Kind, ev.Reached = routing.CallbackResult, true
	case "does-not-answer":
		ev.Kind = routing.CallbackResult
		ev.Force = b.flag(w, "broken-off")
	default:
		w.fail("%q is nothing that happens to a contact", verb)
	}
	return ev
}

// places reads whom an agent calls: the queue, and the channel if it is not the phone.
func (b *book) places(ev *routing.Event, w *words) {
	ev.Kind, ev.Queue, ev.Channel = routing.Placed, b.queueID(w), centre.Phone
	if w.more() {
		ev.Channel = w.channel("channel")
	}
}

func (b *book) arrives(ev *routing.Event, w *words) {
	ev.Kind, ev.Queue, ev.Channel = routing.Arrived, b.queueID(w), centre.Phone
	if w.more() {
		if ch, err := centre.ParseChannel(w.left[0]); err == nil {
			ev.Channel = ch
			w.next("channel")
		}
	}
	for w.more() {
		switch what := w.next("word"); what {
		case "priority":
			ev.Priority = uint8(w.number(what))
		case "needs":
			for i, n := range w.needs(b) {
				if i < routing.MaxNeeds {
					ev.Needs[i] = n
					ev.NeedCount++
				}
			}
		case "last":
			ev.LastAgent = b.agentID(w.next(what))
		case "credit":
			ev.Credit = w.span(what)
		case "until":
			ev.Until = centre.Instant(w.span(what))
		default:
			w.fail("arrives: %q is not known", what)
		}
	}
}
