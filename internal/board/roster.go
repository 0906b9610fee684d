package board

import (
	"context"
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
)

// look is one look at the engine: what the log's fold does not know.
type look struct {
	taken  time.Time // by the pace of the screens
	now    centre.Instant
	queues map[centre.QueueID]line
	agents []routing.AgentView
}

// line is the customers who wait in one queue now, wherever they arrived. Promised callbacks are not among them: nobody hangs on.
type line struct {
	open    bool
	waiting int
	longest int64 // milliseconds, of who has waited longest as far as it counts
}

// glance gives the latest look, and takes a new one when it is more than a second old.
func (b *Board) glance(ctx context.Context) (*look, error) {
	now := b.Now()
	if b.look != nil && now.Sub(b.look.taken) < lookEvery {
		return b.look, nil
	}
	l := &look{taken: now, queues: map[centre.QueueID]line{}}
	book := b.Rules.Book()
	err := b.Centre.View(ctx, func(v *live.View) error {
		l.now = v.Now()
		e := v.Engine()
		for i := range book.Queues {
			id := centre.QueueID(book.Queues[i].ID)
			open, _ := e.QueueOpen(id)
			l.queues[id] = line{open: open}
		}
		e.EachContact(func(c *routing.ContactView) bool {
			if (c.Phase == routing.InQueue || c.Phase == routing.InOffer) && !c.Promise {
				q := l.queues[c.Queue]
				q.longest = max(q.longest, int64(waited(c.Channel, book.Hours(c.Queue), c.Arrived, l.now)))
				q.waiting++
				l.queues[c.Queue] = q
			}
			return true
		})
		e.EachAgent(func(a *routing.AgentView) bool {
			if a.State != routing.Gone {
				l.agents = append(l.agents, *a)
			}
			return true
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	b.look = l
	return l, nil
}

// roster is who serves what by one version of the configuration, and when the queues open on one day.
type roster struct {
	version int64
	day     centre.Instant
	people  map[centre.QueueID]map[centre.AgentID]bool
	teams   map[centre.QueueID]map[centre.TeamID]bool
	takes   map[centre.QueueID]uint16 // bit c: channel c
	opens   map[centre.QueueID]centre.Instant
}

// rosterOf gives the roster of a book and a day, made when either is new.
func (b *Board) rosterOf(book *rulebook.Book, from, to centre.Instant) *roster {
	if r := b.roster; r != nil && r.version == book.Version && r.day == from {
		return r
	}
	r := &roster{
		version: book.Version, day: from, people: map[centre.QueueID]map[centre.AgentID]bool{}, teams: map[centre.QueueID]map[centre.TeamID]bool{},
		takes: map[centre.QueueID]uint16{}, opens: map[centre.QueueID]centre.Instant{},
	}
	partner := map[string]string{}
	for _, t := range book.Teams {
		partner[t.Key] = t.Partner
	}
	skills := make([]map[string]int32, len(book.People))
	for i := range book.People {
		skills[i] = map[string]int32{}
		for _, n := range book.People[i].Skills {
			skills[i][n.Skill] = n.Level
		}
	}
	for i := range book.Queues {
		q := &book.Queues[i]
		id := centre.QueueID(q.ID)
		r.people[id], r.teams[id] = map[centre.AgentID]bool{}, map[centre.TeamID]bool{}
		for _, t := range book.Teams {
			r.teams[id][centre.TeamID(t.ID)] = slices.ContainsFunc(ordinary(q), func(s config.Step) bool { return admits(s, t.Key, t.Partner) })
		}
		for j := range book.People {
			p := &book.People[j]
			if slices.ContainsFunc(ordinary(q), func(s config.Step) bool { return admits(s, p.Team, partner[p.Team]) && meets(s, skills[j]) }) {
				r.people[id][centre.AgentID(p.ID)] = true
			}
		}
		for _, name := range q.Channels {
			if c, err := centre.ParseChannel(name); err == nil {
				r.takes[id] |= 1 << c
			}
		}
		if h := book.Hours(id); h != nil {
			if spans := h.Spans(from.Time(), to.Time()); len(spans) > 0 {
				r.opens[id] = centre.At(spans[0].Start)
			}
		}
	}
	b.roster = r
	return r
}

// ordinary is a queue's steps before all hands are called, which is not what its people are counted by.
func ordinary(q *config.Queue) []config.Step {
	for i, s := range q.Steps {
		if s.AllHands && i > 0 {
			return q.Steps[:i]
		}
	}
	return q.Steps
}

func admits(s config.Step, team, partner string) bool {
	switch {
	case s.AllHands, slices.Contains(s.Teams, team):
		return true
	case partner != "":
		return slices.Contains(s.Partners, partner)
	default:
		return len(s.Teams) == 0 && len(s.Partners) == 0
	}
}

func meets(s config.Step, skills map[string]int32) bool {
	return !slices.ContainsFunc(s.Needs, func(n config.NeedText) bool { return skills[n.Skill] < n.Level })
}
