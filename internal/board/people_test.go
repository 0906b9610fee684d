package board_test

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// agents are those who are there.
func (h *house) agents() (out []routing.AgentView) {
	h.Helper()
	if err := h.centre.View(ctx, func(v *live.View) error {
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			if a.State != routing.Gone {
				out = append(out, *a)
			}
			return true
		})
		return nil
	}); err != nil {
		h.Fatal(err)
	}
	return out
}

// contacts are those in the centre, by id.
func (h *house) contacts() (out []routing.ContactView) {
	h.Helper()
	if err := h.centre.View(ctx, func(v *live.View) error {
		v.Engine().EachContact(func(c *routing.ContactView) bool { out = append(out, *c); return true })
		return nil
	}); err != nil {
		h.Fatal(err)
	}
	slices.SortFunc(out, func(a, b routing.ContactView) int { return int(a.ID - b.ID) })
	return out
}

// change gives a queue another target.
func (h *house) change(q centre.QueueID, targetS int32) {
	h.Helper()
	d := h.rules.Book().Document
	d.Queues = slices.Clone(d.Queues)
	for i := range d.Queues {
		if centre.QueueID(d.Queues[i].ID) == q {
			d.Queues[i].TargetS = targetS
		}
	}
	if _, err := h.rules.Apply(ctx, administrator, 0, "another target", d); err != nil {
		h.Fatal(err)
	}
}

// status lets agents say how they are, where they have not said so.
func (h *house) status(s routing.Status, agents ...centre.AgentID) {
	h.Helper()
	for _, a := range h.agents() {
		if slices.Contains(agents, a.ID) && a.Status != s {
			e := routing.Event{Kind: routing.StatusChanged, Agent: a.ID, Status: s}
			if s == routing.Paused {
				e.Pause = 1
			}
			h.do(e)
		}
	}
}

// offered tells whether something rings at an agent.
func (h *house) offered(a centre.AgentID) bool {
	for _, v := range h.agents() {
		if v.ID == a {
			return v.Offer != 0
		}
	}
	return false
}
