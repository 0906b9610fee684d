package text

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/store"
)

const (
	atOnce   = 64 // messages taken up together, of which ...
	beside   = 4  // ... so many are under way at once
	idleTurn = 30 * time.Second
	awayTurn = 200 * time.Millisecond // while another node owns the centre, or the database is away
	shutTurn = 2 * time.Second        // while nothing can be sent
)

// Run sends what is due until the context ends, as long as this node owns the centre.
func (r *Room) Run(ctx context.Context) {
	trouble := ""
	for ctx.Err() == nil {
		wait := awayTurn
		if r.Centre.Status().Owner {
			var err error
			if wait, err = r.turn(ctx); err != nil {
				wait = shutTurn
				if text := err.Error(); ctx.Err() == nil && text != trouble && centre.KindOf(err) != centre.Unavailable { // once: a person must act
					trouble = text
					r.Log.Error("text messages wait", "error", err)
				}
			} else {
				trouble = ""
			}
		}
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-timer.C:
		case <-r.bell:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// turn sends what is due and says how long nothing else is.
func (r *Room) turn(ctx context.Context) (time.Duration, error) {
	if err := r.takeOver(ctx); err != nil {
		return 0, err
	}
	list, err := r.Texts.Due(ctx, r.instant(), atOnce)
	if err != nil {
		return 0, err
	}
	var due []store.TextRow
	for _, row := range list {
		if row.Expires > r.instant() {
			due = append(due, row)
		} else if err := r.settle(ctx, row, verdict{state: store.TextExpired, cause: row.Cause}); err != nil {
			return 0, err
		}
	}
	if len(due) > 0 {
		if err := r.hand(ctx, due); err != nil {
			return 0, err
		}
		return 0, nil
	}
	next, err := r.Texts.NextDue(ctx)
	if err != nil || next == 0 {
		return idleTurn, err
	}
	return min(idleTurn, max(next.Sub(r.instant()), 10*time.Millisecond)), nil
}

// hand hands messages to the provider. That they are being sent is on disk before the first byte leaves, under the lease: two nodes never send one message
// beside each other, and after a stop in the middle it is known which ones may have been sent.
func (r *Room) hand(ctx context.Context, due []store.TextRow) error {
	g, err := r.gateway(ctx)
	if err != nil {
		return err
	}
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		for _, row := range due {
			row.State, row.Attempts, row.NextAt = store.TextSending, row.Attempts+1, row.Expires
			p.Write(r.Texts.Settle(row))
		}
		return nil
	}})
	if err != nil {
		return err
	}
	slots := make(chan struct{}, beside)
	var wait sync.WaitGroup
	for i := range due {
		row := due[i]
		row.State, row.Attempts = store.TextSending, row.Attempts+1
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			v := g.send(ctx, &row, r.Now())
			if ctx.Err() != nil && v.state == store.TextWaiting {
				return // cut off by our own end: what was under way is mended at the next start
			}
			if err := r.settle(ctx, row, v); err != nil && ctx.Err() == nil {
				r.Log.Error("what became of a text message could not be kept", "message", row.ID, "error", err)
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// settle writes what became of a message. It is sent again while the database is away: what the provider has taken must not be sent twice.
func (r *Room) settle(ctx context.Context, row store.TextRow, v verdict) error {
	ctx = context.WithoutCancel(ctx)
	row.State, row.Cause = v.state, v.cause
	command := live.Command{Client: "text messages", ID: fmt.Sprintf("%d attempt %d %s", row.ID, row.Attempts, v.state), Plan: func(p *live.Plan) error {
		if row.NextAt, row.Settled = p.Now(), p.Now(); v.state == store.TextWaiting {
			row.Settled, row.NextAt = 0, min(row.Expires, p.Now()+centre.Instant(max(v.after, r.backoff(row.Attempts))/time.Millisecond))
		}
		p.Write(r.Texts.Settle(row))
		return nil
	}}
	var err error
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		if _, err = r.Centre.Do(ctx, command); err == nil || centre.KindOf(err) != centre.Unavailable || !r.Centre.Status().Owner {
			break
		}
		<-time.After(wait)
	}
	if err == nil {
		r.tell(row, v)
	}
	return err
}

// tell counts and logs what became of a message: never to whom, never what it said.
func (r *Room) tell(row store.TextRow, v verdict) {
	for i, s := range lastStates {
		if s == v.state {
			r.states[i].Add(1)
		}
	}
	if v.state != store.TextSent {
		r.Log.Warn("a text message was not sent", "message", row.ID, "purpose", row.Purpose, "state", v.state, "cause", v.cause, "attempts", row.Attempts)
	}
}

// backoff is how long to wait after so many attempts, with up to a fifth more or less.
func (r *Room) backoff(attempts int64) time.Duration {
	d := r.Retries[min(max(int(attempts)-1, 0), len(r.Retries)-1)]
	return time.Duration(float64(d) * (0.8 + 0.4*r.Chance()))
}

// mend takes up what was being sent when the program stopped. Whether the provider had it is not known: it is sent again, under the same id, where the
// provider knows a repetition; else it has failed, since none is better than two.
func (r *Room) mend(ctx context.Context) error {
	unsure, err := r.Texts.Unsure(ctx)
	if err != nil {
		return err
	}
	repeats := r.Rules.Book().Phone.Texts.Repeats
	for _, row := range unsure {
		_, err := r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
			again := row
			again.State, again.NextAt, again.Cause = store.TextWaiting, p.Now(), "stopped"
			if !repeats {
				again.State, again.Settled, again.Cause = store.TextFailed, p.Now(), "unknown"
			}
			p.Write(r.Texts.Settle(again))
			return nil
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// clientOf is the client for a time-out; it is kept until that changes, with its connections.
func (r *Room) clientOf(timeout time.Duration) *http.Client {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.client == nil || r.client.Timeout != timeout {
		r.client = r.Guard.Client(timeout, nil, beside)
	}
	return r.client
}
