package journal

import (
	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// agentWork is what one agent is doing, and since when.
type agentWork struct {
	Status routing.Status `json:"status"`
	State  routing.State  `json:"state"`
	Since  centre.Instant `json:"since"`
}

// agentChanged counts the stretch that ends, cut at the quarters, and begins the next.
func (l *Ledger) agentChanged(now centre.Instant, d *routing.Decision) {
	w, ok := l.agents[d.Agent]
	if !ok {
		w = &agentWork{Since: now}
		l.agents[d.Agent] = w
	}
	if field := w.time(); field != nil {
		for from := w.Since; from < now; {
			to := min(now, centre.Instant((Bucket(from)+1)*BucketMS))
			*field(at(l.agent15, AgentKey{Bucket(from), d.Agent})) += int64(to - from)
			*field(at(l.agentDs, AgentKey{l.calendar.Day(from), d.Agent})) += int64(to - from)
			from = to
		}
	}
	w.Status, w.State, w.Since = d.Status, d.State, now
	if d.State == routing.Gone {
		delete(l.agents, d.Agent)
	}
}

// time says which of the times the present stretch belongs to; nil when the agent is not signed in.
func (w *agentWork) time() func(*AgentCounts) *int64 {
	switch w.State {
	case routing.Free:
		switch w.Status {
		case routing.DirectOnly:
			return func(c *AgentCounts) *int64 { return &c.DirectMS }
		case routing.Paused:
			return func(c *AgentCounts) *int64 { return &c.PausedMS }
		case routing.Away:
			return func(c *AgentCounts) *int64 { return &c.AwayMS }
		default:
			return func(c *AgentCounts) *int64 { return &c.FreeMS }
		}
	case routing.Ringing:
		return func(c *AgentCounts) *int64 { return &c.RingingMS }
	case routing.Talking:
		return func(c *AgentCounts) *int64 { return &c.TalkingMS }
	case routing.Wrapping:
		return func(c *AgentCounts) *int64 { return &c.WrappingMS }
	case routing.Lost:
		return func(c *AgentCounts) *int64 { return &c.LostMS }
	default:
		return nil
	}
}

// agentCount counts what a decision about a contact means for its agent, in the quarter and the day in which it happens. Placed says that the agent began it.
func (l *Ledger) agentCount(now centre.Instant, d *routing.Decision, placed bool) {
	var change func(*AgentCounts)
	switch d.Kind {
	case routing.Offered:
		change = func(c *AgentCounts) { c.Offered++ }
	case routing.OfferEnded:
		change = func(c *AgentCounts) {
			switch d.End {
			case routing.OfferAccepted:
				c.Accepted++
			case routing.OfferDeclined:
				c.Declined++
			case routing.OfferLapsed:
				c.Lapsed++
			case routing.OfferWithdrawn:
				c.Withdrawn++
			}
		}
	case routing.Connected:
		change = func(c *AgentCounts) {
			switch {
			case d.Consult:
				c.Consulted++
			case placed:
				c.Placed++
			default:
				c.Connected++
			}
		}
	}
	if change == nil || d.Agent == 0 {
		return
	}
	change(at(l.agent15, AgentKey{Bucket(now), d.Agent}))
	change(at(l.agentDs, AgentKey{l.calendar.Day(now), d.Agent}))
}
