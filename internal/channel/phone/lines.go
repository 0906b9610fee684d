package phone

import (
	"context"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/webleg"
)

// agentLine is an agent's line: one window with one leg. Another window may take it over.
type agentLine struct {
	agent   centre.AgentID
	subject access.Subject
	poke    chan struct{} // something is to be told
	taken   chan struct{} // closed when another window has the line

	mu   sync.Mutex
	leg  *webleg.Leg
	up   bool
	once sync.Once
}

// LineEnd is a browser's end of a line: what it says, and how it is told. Hear returns an error when the browser has gone.
type LineEnd struct {
	Hear func(ctx context.Context) (LineSaid, error)
	Tell func(ctx context.Context, t LineTold) error
}

// leg is the way to the agent's ears; nil while there is none.
func (r *Room) legOf(agent centre.AgentID) media.Leg {
	if d := r.deskOf(agent); d != nil {
		return d.leg()
	}
	r.mu.Lock()
	l := r.lines[agent]
	r.mu.Unlock()
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leg == nil || !l.up {
		return nil
	}
	return l.leg
}

// seat notes in whose room an agent's leg is, and takes it out of another: a leg is in one room only. A leader who listened elsewhere stops listening.
func (r *Room) seat(agent centre.AgentID, c *call) {
	if agent == 0 {
		return
	}
	r.mu.Lock()
	before := r.seats[agent]
	r.seats[agent] = c
	r.mu.Unlock()
	if before == nil || before == c {
		return
	}
	gone := make(chan struct{})
	before.post(func() {
		if p := before.m.scene.byAgent(agent); p != nil {
			before.sound.leave(p.id)
			if p.kind == aLeader {
				before.m.scene.remove(p.id)
				before.m.do(mix{}, show{})
			}
		}
		close(gone)
	})
	select {
	case <-gone:
	case <-time.After(200 * time.Millisecond): // it is over, or busy: its room closes by itself
	}
}

// Line is an agent's line until the context or the browser ends it.
func (r *Room) Line(ctx context.Context, s access.Subject, end LineEnd) error {
	if s.Person == 0 || !access.Somewhere(s, access.TakeCalls) {
		return forbidden(access.TakeCalls)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &agentLine{agent: s.Person, subject: s, poke: make(chan struct{}, 1), taken: make(chan struct{})}
	defer r.drop(l)
	heard := make(chan LineSaid)
	failed := make(chan error, 1)
	go func() {
		for {
			said, err := end.Hear(ctx)
			if err != nil {
				failed <- err
				return
			}
			select {
			case heard <- said:
			case <-ctx.Done():
				return
			}
		}
	}()
	if err := end.Tell(ctx, LineTold{Type: "hello", ICEServers: r.iceServersFor(client(s)), Desk: r.deskTold(s.Person)}); err != nil {
		return err
	}
	for {
		select {
		case said := <-heard:
			answer, err := r.heard(l, said)
			if err != nil {
				answer = LineTold{Type: "problem", Text: err.Error()}
			}
			if answer.Type != "" {
				if err := end.Tell(ctx, answer); err != nil {
					return err
				}
			}
		case <-l.poke:
			if err := end.Tell(ctx, LineTold{Type: "calls", Calls: r.callsOf(l.subject), Desk: r.deskTold(l.agent)}); err != nil {
				return err
			}
		case <-l.taken:
			return end.Tell(ctx, LineTold{Type: "taken"})
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// heard takes one thing that a browser says.
func (r *Room) heard(l *agentLine, said LineSaid) (LineTold, error) {
	switch said.Type {
	case "offer":
		return r.connectLine(l, said)
	case "watch":
		return r.watchLine(l, said)
	case "ping":
		return LineTold{Type: "pong"}, nil
	case "quality":
		r.quality(l.agent, said)
	}
	return LineTold{}, nil
}

// deskTold is what a window is told of its person's desk phone; nil when there is none.
func (r *Room) deskTold(agent centre.AgentID) *DeskPhone {
	d := r.deskShown(agent)
	if d.Account == "" {
		return nil
	}
	return &d
}

// watchLine gives a window the calls of a line whose sound goes to the desk phone.
func (r *Room) watchLine(l *agentLine, said LineSaid) (LineTold, error) {
	if r.deskOf(l.agent) == nil {
		return LineTold{}, centre.Errorf(centre.Conflict, "the desk phone is not the line")
	}
	r.mu.Lock()
	other := r.lines[l.agent]
	if other != nil && other != l && !said.TakeOver {
		r.mu.Unlock()
		return LineTold{Type: "taken"}, nil
	}
	r.lines[l.agent] = l
	r.mu.Unlock()
	if other != nil && other != l {
		other.give()
	}
	r.changed(l.agent)
	return LineTold{}, nil
}

// connectLine gives the window a leg. A line that another window has is taken over only when that is asked for, or the other one's leg is gone.
func (r *Room) connectLine(l *agentLine, said LineSaid) (LineTold, error) {
	r.mu.Lock()
	other := r.lines[l.agent]
	r.mu.Unlock()
	if other != nil && other != l && !said.TakeOver && other.alive() {
		return LineTold{Type: "taken"}, nil
	}
	leg, answer, err := r.web.Accept(said.SDP)
	if err != nil {
		return LineTold{}, err
	}
	r.mu.Lock()
	if other = r.lines[l.agent]; other != l {
		r.lines[l.agent] = l
	}
	r.mu.Unlock()
	if other != nil && other != l {
		other.give()
	}
	l.mu.Lock()
	before := l.leg
	l.leg, l.up = leg, false
	l.mu.Unlock()
	if before != nil {
		before.Close()
	}
	leg.OnState(func(s webleg.State) { r.legState(l, leg, s) })
	return LineTold{Type: "answer", SDP: answer}, nil
}

// alive tells whether sound can reach the window's leg.
func (l *agentLine) alive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leg != nil && l.leg.State() != webleg.Lost
}

// give ends this window's hold of the line.
func (l *agentLine) give() {
	l.once.Do(func() { close(l.taken) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leg != nil {
		l.leg.Close()
		l.leg = nil
	}
	l.up = false
}

// legState follows a leg: an agent is reachable by phone while sound can flow.
func (r *Room) legState(l *agentLine, leg *webleg.Leg, s webleg.State) {
	l.mu.Lock()
	if l.leg != leg {
		l.mu.Unlock()
		return
	}
	was := l.up
	switch s {
	case webleg.Up:
		l.up = true
	case webleg.Lost:
		l.up = false
	}
	now := l.up
	l.mu.Unlock()
	if was == now {
		return
	}
	r.changed(l.agent)
}

// changed tells the engine and the calls whether an agent's line is there now.
func (r *Room) changed(agent centre.AgentID) {
	up := r.legOf(agent) != nil // of a desk phone: lifted
	for _, c := range r.all() {
		if s := c.shown.Load(); s != nil && s.roles[agent] != "" {
			c.tell(line{agent: agent, up: up})
		}
	}
	r.pokeLine(agent)
	r.actors.Go(func() { r.reach(agent) })
}

// reach tells the engine whether an agent can be reached by phone, as it is when the engine takes it.
func (r *Room) reach(agent centre.AgentID) {
	_, err := r.send("", "", func(p *live.Plan) error {
		v, ok := p.Engine().Agent(agent)
		if !ok {
			return nil
		}
		var count int32
		if r.reachable(agent) {
			count = 1
		}
		for _, ch := range []centre.Channel{centre.Phone, centre.Callback} {
			if has := v.Reach&(1<<ch) != 0; has != (count == 1) {
				p.Step(routing.Event{Kind: routing.ReachSet, Agent: agent, Channel: ch, Count: count})
			}
		}
		return nil
	})
	if err != nil && r.ctx.Err() == nil {
		r.Log.Warn("the engine does not know whether an agent can be reached", "agent", agent, "error", err)
	}
}

// drop ends a window's line, if it still has it.
func (r *Room) drop(l *agentLine) {
	r.mu.Lock()
	mine := r.lines[l.agent] == l
	if mine {
		delete(r.lines, l.agent)
	}
	r.mu.Unlock()
	l.mu.Lock()
	leg := l.leg
	l.leg, l.up = nil, false
	l.mu.Unlock()
	if leg != nil {
		leg.Close()
	}
	if mine {
		r.changed(l.agent)
	}
}

func (r *Room) pokeLine(agent centre.AgentID) {
	r.mu.Lock()
	l := r.lines[agent]
	r.mu.Unlock()
	if l == nil {
		return
	}
	select {
	case l.poke <- struct{}{}:
	default:
	}
}

// quality notes how the agent's browser fares; the calls it is in show the worse of both ends.
func (r *Room) quality(agent centre.AgentID, said LineSaid) {
	q := grade(said.Loss, said.JitterMS, said.RTTMS)
	for _, c := range r.all() {
		if s := c.shown.Load(); s != nil && s.roles[agent] == "agent" {
			c.post(func() {
				worse := worst(q, grade(c.lost(), 0, 0))
				if c.m.quality != worse {
					c.m.quality = worse
					c.m.do(show{})
				}
			})
		}
	}
}

// lost is the share of the customer's packets that never came.
func (c *call) lost() float64 {
	if w := c.wires[1]; w != nil {
		return w.Lost()
	}
	return 0
}

// grade names a network: beyond 2 % loss, 30 ms of jitter or 300 ms there and back words suffer; beyond 5 %, 60 ms or 500 ms they are lost.
func grade(loss, jitterMS, rttMS float64) string {
	switch {
	case loss > 0.05 || jitterMS > 60 || rttMS > 500:
		return "bad"
	case loss > 0.02 || jitterMS > 30 || rttMS > 300:
		return "fair"
	}
	return "good"
}

func worst(a, b string) string {
	for _, q := range []string{"bad", "fair"} {
		if a == q || b == q {
			return q
		}
	}
	return "good"
}
