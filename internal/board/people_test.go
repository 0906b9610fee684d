package board_test

import (
	"testing"
	"time"

	"sentral/internal/board"
	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store/storetest"
	"slices"
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

// TestAMessageLeftAtNightWaitsFromTheMorning leaves a message while the queue is closed: what counts of its wait begins when the queue opens, on the wall and in
// the level, and a board that begins anew from the rows says the same.
func TestAMessageLeftAtNightWaitsFromTheMorning(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), "2026-03-02 01:00") // a Monday; Strøm opens at 08:00
	for _, a := range h.agents() {
		h.status(routing.Paused, a.ID)
	}
	h.do(routing.Event{Kind: routing.Arrived, Contact: 501, Queue: strom, Channel: centre.Form})
	h.do(routing.Event{Kind: routing.Arrived, Contact: 502, Queue: strom, Channel: centre.Form})
	h.pass(6 * time.Hour)
	if s := row(h.wall(board.Filter{}), strom); s.Waiting != 2 || s.LongestWaitMS != 0 {
		t.Errorf("at seven: %d wait, the longest %d ms", s.Waiting, s.LongestWaitMS)
	}
	h.pass(time.Hour + 40*time.Second)
	if s := row(h.wall(board.Filter{}), strom); s.LongestWaitMS != 40_000 {
		t.Errorf("forty seconds past eight the longest wait is %d ms", s.LongestWaitMS)
	}
	h.status(routing.Ready, ada)
	answered := h.accept(ada)
	for _, again := range []bool{false, true} {
		s := row(h.wall(board.Filter{}), strom)
		if s.AnswerMS != 40_000 || s.Level.Numerator != 1 {
			t.Errorf("again %v: contact %d was answered after %d ms, %d in time", again, answered, s.AnswerMS, s.Level.Numerator)
		}
		h.restart()
	}
}
