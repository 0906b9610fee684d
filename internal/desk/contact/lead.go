package contact

import (
	"context"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// Waiter is a contact that waits, as its leader sees it.
type Waiter struct {
	Summary
	Priority int `json:"priority" doc:"0-9; each step counts as so much waiting, by the centre's rules."`
	Position int `json:"position" doc:"1 is the first of its queue."`
}

const (
	waitersOfQueue = 50
	waitersShown   = 100
)

// Waiting are the contacts that wait and that the subject may move, who came first first; at most a hundred, and fifty of one queue.
func (r *Room) Waiting(ctx context.Context, s access.Subject) ([]Waiter, error) {
	out := []Waiter{}
	err := r.Centre.View(ctx, func(v *live.View) error {
		v.Engine().EachQueue(func(q *routing.QueueView) bool {
			n := 0
			v.Engine().Waiting(q.ID, func(w routing.WaitingContact) bool {
				c, ok := v.Engine().Contact(w.Contact)
				if !ok || !r.may(s, access.MoveContacts, c) {
					return true
				}
				row, _ := v.Contact(w.Contact)
				out = append(out, Waiter{Summary: r.summarise(c.ID, c, true, row, &thread{}), Priority: int(c.Priority), Position: w.Position})
				n++
				return n < waitersOfQueue
			})
			return true
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Waiter) int {
		if a.ArrivedAt != b.ArrivedAt {
			return int(a.ArrivedAt - b.ArrivedAt)
		}
		return int(a.ID - b.ID)
	})
	out = out[:min(len(out), waitersShown)]
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range out {
		if th := r.threads[out[i].ID]; th != nil {
			w := &out[i]
			w.Name, w.Preview, w.PreviewBy, w.Language, w.Customer = th.Name, th.preview, string(th.previewBy), th.Language, th.Customer
		}
	}
	return out, nil
}

// mayLead tells whether the subject may set somebody's status.
func (r *Room) mayLead(s access.Subject, id centre.AgentID) bool {
	p, ok := r.Rules.Person(id)
	return ok && access.Can(s, access.SetOthersStatus, access.Object{Team: p.Team, Partner: p.Partner})
}
