package webhook

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/store"
)

// runner serves one subscription: it makes deliveries of the log as it grows, and sends those that are due. A slow subscriber delays nobody but itself.
type runner struct {
	room     *Room
	hook     store.WebhookRow
	secret   atomic.Pointer[secrets]
	reached  int64 // deliveries have been made of the log up to here; on disk it may be less far
	failures int64 // attempts failed in a row
	probeAt  time.Time
	hurry    atomic.Bool // somebody asked for one delivery now
	bell     chan struct{}
	stop     context.CancelFunc
}

const (
	backlog    = 10_000 // deliveries that wait at once; beyond it the log itself keeps what is to be told
	sendAtOnce = 64     // deliveries taken up together, of which ...
	sendBeside = 8      // ... so many are under way at once
	probeAfter = 3      // attempts failed in a row, after which one delivery at a time finds out whether the subscriber is back ...
	probeMax   = 5 * time.Minute
	turnPace   = 50 * time.Millisecond // between two turns, so that a busy centre is told in batches
	idleTurn   = 30 * time.Second
	markEvery  = 2000 // entries without anything to tell after which the place in the log is kept all the same
	partRoom   = 10_000
)

func (w *runner) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

func (w *runner) run(ctx context.Context) {
	for ctx.Err() == nil {
		wait, err := w.turn(ctx)
		if err != nil && ctx.Err() == nil {
			if centre.KindOf(err) != centre.Unavailable {
				w.room.Log.Error("a webhook is stuck", "webhook", w.hook.ID, "error", err)
			}
			wait = time.Second
		}
		if !pause(ctx, turnPace, nil) || !pause(ctx, wait-turnPace, w.bell) {
			return
		}
	}
}

// pause waits; a bell ends it early, the end of the context makes it return false.
func pause(ctx context.Context, d time.Duration, bell <-chan struct{}) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-bell:
	case <-ctx.Done():
		return false
	}
	return true
}

// turn makes and sends what there is and says how long nothing is due, unless the bell rings.
func (w *runner) turn(ctx context.Context) (time.Duration, error) {
	waiting, _, err := w.room.Store.WaitingDeliveries(ctx, w.hook.ID, backlog)
	if err != nil {
		return 0, err
	}
	more := false
	if waiting < backlog {
		if more, err = w.make(ctx); err != nil {
			return 0, err
		}
	}
	limit := sendAtOnce
	if w.failures >= probeAfter {
		if until := w.probeAt.Sub(w.room.Now()); until > 0 && !w.hurry.Swap(false) {
			return w.rest(more, until), nil
		}
		limit = 1
	}
	due, err := w.room.Store.DueDeliveries(ctx, w.hook.ID, centre.At(w.room.Now()), limit)
	if err != nil {
		return 0, err
	}
	if len(due) == limit {
		more = true
	}
	if len(due) > 0 {
		if err := w.send(ctx, due); err != nil {
			return 0, err
		}
	}
	if more {
		return 0, nil
	}
	n, first, err := w.room.Store.WaitingDeliveries(ctx, w.hook.ID, 1)
	if err != nil || n == 0 {
		return idleTurn, err
	}
	return min(idleTurn, first.Sub(centre.At(w.room.Now()))), nil
}

func (w *runner) rest(more bool, until time.Duration) time.Duration {
	if more {
		return 0
	}
	return min(until, idleTurn)
}

// make turns the next page of the log into deliveries. It returns whether there is more of the log.
func (w *runner) make(ctx context.Context) (more bool, err error) {
	head := w.room.Centre.Head()
	if w.reached >= head {
		return false, nil
	}
	entries, err := w.room.Store.DB.Entries(ctx, w.room.Store.Domain, w.reached, head, logPage)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	now := centre.At(w.room.Now())
	var list []store.WebhookDelivery
	for i := range entries {
		for part, n := range noticesOf(&entries[i]) {
			if len(w.hook.Kinds) > 0 && !slices.Contains(w.hook.Kinds, n.Kind) {
				continue
			}
			if part >= partRoom {
				return false, centre.Errorf(centre.Internal, "entry %d means more than %d events", n.Seq, partRoom)
			}
			body, err := json.Marshal(n)
			if err != nil {
				return false, err
			}
			list = append(list, store.WebhookDelivery{ID: n.Seq*partRoom + int64(part), Seq: n.Seq, Kind: n.Kind, NextAt: now, At: n.At, Body: body})
		}
	}
	reached := entries[len(entries)-1].Seq
	if len(list) > 0 || reached-w.hook.Reached >= markEvery {
		if err := w.room.Store.AddDeliveries(ctx, w.hook.ID, reached, list); err != nil {
			return false, err
		}
		w.hook.Reached = reached
	}
	w.reached = reached
	return reached < head, nil
}

// send attempts some deliveries and writes down what became of them. A crash in between sends them again: at least once, told apart by their id.
func (w *runner) send(ctx context.Context, due []store.WebhookDelivery) error {
	slots := make(chan struct{}, sendBeside)
	var wait sync.WaitGroup
	failed := make([]bool, len(due))
	for i := range due {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			failed[i] = !w.attempt(ctx, &due[i])
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err() // cut off by our own end, not by the subscriber: not an attempt
	}
	for _, f := range failed {
		if f {
			w.failures++
		} else {
			w.failures = 0
		}
	}
	if w.failures >= probeAfter {
		w.probeAt = w.room.Now().Add(min(probeMax, w.room.backoff(int(w.failures)-probeAfter)))
	}
	if err := w.room.Store.SettleDeliveries(ctx, w.hook.ID, w.failures, due); err != nil || w.failures < int64(w.room.StopAfter) {
		return err
	}
	return w.giveUp(context.WithoutCancel(ctx))
}

// attempt sends one delivery once and enters the outcome into it.
func (w *runner) attempt(ctx context.Context, d *store.WebhookDelivery) (taken bool) {
	var err error
	d.Attempts++
	d.Status, err = w.room.post(ctx, w.hook.URL, w.secret.Load(), d)
	if err == nil {
		d.State, d.Error = "done", ""
		return true
	}
	d.Error = err.Error()
	if d.Attempts > len(w.room.Retries) {
		d.State = "dead"
		return false
	}
	d.NextAt = centre.At(w.room.Now().Add(w.room.backoff(d.Attempts - 1)))
	return false
}

// backoff is how long to wait after so many failures, with up to a fifth more or less, so that many do not come back at once.
func (r *Room) backoff(n int) time.Duration {
	d := r.Retries[min(max(n, 0), len(r.Retries)-1)]
	return time.Duration(float64(d) * (0.8 + 0.4*r.Chance()))
}
