package rulebook

import (
	"context"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// KeepHours tells the engine when queues open and close, until the context ends. It asks the calendar once for the next change and sleeps until then; a
// new version of the configuration wakes it.
func (r *Room) KeepHours(ctx context.Context) {
	r.OnChange(func(*Book) { r.rouse() })
	for ctx.Err() == nil {
		if r.stale.Load() {
			if err := r.Reload(ctx); err == nil {
				r.stale.Store(false)
			}
		}
		next, err := r.openAndClose(ctx)
		if r.stale.Load() {
			next = min(next, retryHours)
		}
		if err != nil && ctx.Err() == nil {
			r.log.Warn("opening hours could not be told to the engine; trying again", "error", err)
			next = retryHours
		}
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

const (
	retryHours = 5 * time.Second
	longestNap = time.Hour // the wall clock may be set, and daylight saving begins
)

// openAndClose brings the engine's queues in line with the calendar and returns how long that holds.
func (r *Room) openAndClose(ctx context.Context) (time.Duration, error) {
	book := r.Book()
	nap := longestNap
	_, err := r.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		now := p.Now().Time()
		for i := range book.Queues {
			id := centre.QueueID(book.Queues[i].ID)
			h := book.Hours(id)
			if h == nil {
				continue
			}
			q, known := p.Engine().Queue(id)
			should := h.Open(now)
			if known && q.Open != should {
				kind := routing.QueueClosed
				if should {
					kind = routing.QueueOpened
				}
				p.Step(routing.Event{Kind: kind, Queue: id})
			}
			change, ok := h.NextOpening(now)
			if should {
				change, ok = h.NextClosing(now)
			}
			if ok && change.After(now) {
				nap = min(nap, change.Sub(now))
			}
		}
		return nil
	}})
	return nap, err
}
