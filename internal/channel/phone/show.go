package phone

import (
	"slices"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
)

// shown is what the screens see of a call: made by the actor, read by anybody, never changed.
type shown struct {
	call  Call
	stage string
	roles map[centre.AgentID]string // who sees it, as what: agent, adviser, leader
	queue centre.QueueID
	agent centre.AgentID // whose it is
}

var stagesShown = map[stage]string{ringingIn: "menu", inMenu: "menu", waiting: "waiting", ringingOut: "ringing", talking: "talking", forwarded: "talking", following: "survey", over: "survey"}

// show makes what the screens see, and tells the lines of those whom it concerns.
func (c *call) show() {
	m := c.m
	s := &shown{stage: stagesShown[m.stage], roles: map[centre.AgentID]string{}, queue: m.row.Queue, agent: m.row.Agent}
	s.call = Call{
		Contact: m.row.Contact, ID: m.row.ID, Direction: m.row.Direction, State: stateOf(m), Number: m.row.Number, Name: c.name, Known: m.row.Known, Brand: m.row.Brand,
		Queue: m.row.Queue, Since: m.since, WaitedMS: m.waitMS, OnHold: m.scene.held || m.scene.private && m.scene.third() != nil, Recording: m.recording, Parties: []Party{}, Watchers: []Watcher{},
		Quality: m.quality, Menu: m.chosen(m.row.Language), Trouble: m.trouble, Whisper: orElse(m.whisper, "none"),
	}
	if m.stage == waiting && m.queued != 0 {
		s.call.WaitedMS = int64(m.at - m.queued)
	}
	for i := range m.scene.people {
		c.showPerson(s, &m.scene.people[i])
	}
	if m.ringing != 0 {
		s.stage, s.agent = "ringing", m.ringing
		s.roles[m.ringing] = "agent"
	}
	if m.stage == ringingOut && m.row.Agent != 0 {
		s.roles[m.row.Agent] = "agent"
	}
	s.call.Agent = s.agent
	before := c.shown.Swap(s)
	c.pokeAll(before)
	c.pokeAll(s)
	c.desks(before, s)
}

// desks lets the desk phones of those who have left go, and what they have dialled to ask somebody once nobody is asked any more.
func (c *call) desks(before, now *shown) {
	c.turns()
	if before != nil {
		for agent := range before.roles {
			if now == nil || now.roles[agent] == "" {
				c.room.release(agent)
				c.room.alone(agent, false)
			}
		}
	}
	if now == nil {
		return
	}
	asked := slices.ContainsFunc(now.call.Parties, func(p Party) bool { return p.Kind == anAdviser || p.Kind == anOutsider })
	for agent, role := range now.roles {
		if role == theAgent {
			c.room.alone(agent, asked)
		}
	}
}

func (c *call) showPerson(s *shown, p *person) {
	party := Party{ID: p.id, Kind: p.kind, Agent: p.agent, Number: p.number, State: "talking", Muted: p.muted, Holds: p.holds}
	switch {
	case p.kind == theCustomer:
		party.Name = c.name
	case p.agent != 0:
		if who, ok := c.room.Rules.Person(p.agent); ok {
			party.Name = who.Name
		}
	}
	switch {
	case p.lost:
		party.State = "lost"
	case p.ringing:
		party.State = "ringing"
	case p.kind == theCustomer && c.m.scene.apart():
		party.State = "held"
	case c.m.scene.waitsAside(p):
		party.State = "held"
	case c.m.scene.private && (p.kind == anAdviser || p.kind == anOutsider):
		party.State = "private"
	}
	s.call.Parties = append(s.call.Parties, party)
	switch p.kind {
	case theAgent:
		s.roles[p.agent], s.agent = "agent", p.agent
		s.call.Muted = p.muted
	case anAdviser:
		s.roles[p.agent] = "adviser"
	case aLeader:
		s.roles[p.agent] = "leader"
		s.call.Watchers = append(s.call.Watchers, Watcher{Name: party.Name, Mode: p.mode})
	}
}

func stateOf(m *machine) string {
	switch {
	case m.stage == over || m.closing || m.stage == following:
		return "ended"
	case m.stage == ringingOut, m.scene.briefing:
		return "connecting"
	case m.stage == talking && m.scene.held:
		return "held"
	case m.stage == talking || m.stage == forwarded:
		return "talking"
	}
	return "ringing"
}

func (c *call) pokeAll(s *shown) {
	if s != nil {
		for agent := range s.roles {
			c.room.pokeLine(agent)
		}
	}
}

// unshow takes a call that is over off the screens.
func (c *call) unshow() {
	before := c.shown.Swap(nil)
	c.pokeAll(before)
	c.desks(before, nil)
}

// callsOf are the calls that somebody's softphone shows: what rings, what they are in.
func (r *Room) callsOf(s access.Subject) []Call {
	out := []Call{}
	for _, c := range r.all() {
		if x := c.shown.Load(); x != nil && x.roles[s.Person] != "" && (x.call.State != "ended" || x.call.Trouble == Unwritten) {
			one := covered(s, x.call)
			one.Role = x.roles[s.Person]
			if one.Role == "adviser" {
				one.OnHold = false // it is the adviser who waits, not the customer
				for _, p := range one.Parties {
					one.OnHold = one.OnHold || p.Agent == s.Person && p.State == "held"
					if p.Agent == s.Person && p.State == "ringing" {
						one.State = "ringing"
					}
				}
			}
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b Call) int { return int(a.ID - b.ID) })
	return out
}

// covered hides numbers from a partner's people, who answer without them.
func covered(s access.Subject, c Call) Call {
	if s.Partner == 0 {
		return c
	}
	c.Number = cover(c.Number)
	c.Parties = slices.Clone(c.Parties)
	for i := range c.Parties {
		c.Parties[i].Number = cover(c.Parties[i].Number)
	}
	return c
}

// cover keeps the last two digits, enough to ask "does it end in ...?".
func cover(number string) string {
	if len(number) <= 4 {
		return strings.Repeat("•", len(number))
	}
	return strings.Repeat("•", len(number)-2) + number[len(number)-2:]
}
