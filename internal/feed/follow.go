package feed

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sentral/internal/centre"
)

// beginWait is how long a follower rests before it begins again.
const beginWait = 200 * time.Millisecond

// Follower keeps what one room knows in step with the log.
type Follower struct {
	Name   string                          // who follows, for the log of the program
	Log    *slog.Logger                    // told of what was not to be expected
	Follow func(ctx context.Context) error // builds what is known from the present, then follows until something breaks; see Reader.Each
	Broken func()                          // forgets what no longer holds after Follow has returned; nil when there is nothing to forget
}

// Keep follows until the context ends: whenever following breaks, what is known is forgotten and built again from the present. That this node does not own the
// centre, was too slow, or that the centre cannot answer just now is a part of life and told to nobody; anything else is a warning.
func (f Follower) Keep(ctx context.Context) {
	for ctx.Err() == nil {
		err := f.Follow(ctx)
		if f.Broken != nil && ctx.Err() == nil {
			f.Broken()
		}
		ordinary := errors.Is(err, ErrEnded) || errors.Is(err, ErrReset) || centre.KindOf(err) == centre.Unavailable
		if err != nil && ctx.Err() == nil && !ordinary {
			f.Log.Warn("following the log broke; beginning again", "follower", f.Name, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(beginWait):
		}
	}
}

// Each hands out the commits in order as they come, and ticks beside them, both from the caller's goroutine. It ends with the first error of either, with what
// Next fails with, or with the context's error.
func (r *Reader) Each(ctx context.Context, take func([]Commit) error, every time.Duration, tick func() error) error {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		commits, err := r.take()
		switch {
		case err != nil:
			return err
		case len(commits) > 0:
			if err := take(commits); err != nil {
				return err
			}
			select { // a busy feed does not keep the clock waiting
			case <-ticks.C:
				err = tick()
			case <-ctx.Done():
				err = ctx.Err()
			default:
			}
		default:
			select {
			case <-r.wake:
			case <-ticks.C:
				err = tick()
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		if err != nil {
			return err
		}
	}
}
