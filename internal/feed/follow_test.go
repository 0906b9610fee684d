package feed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sentral/internal/centre"
	"sentral/internal/feed"
)

// TestEachTakesInOrderAndTicks follows a busy feed: every commit comes once and in order, the clock ticks beside them, and whatever fails ends it.
func TestEachTakesInOrderAndTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := feed.New(feed.Options{})
		h.Begin(0, nil)
		r := subscribe(t, h, 0)
		run, stop := context.WithCancel(ctx)
		seen, ticks := int64(0), 0
		ended := make(chan error, 1)
		go func() {
			ended <- r.Each(run, func(list []feed.Commit) error {
				for _, c := range list {
					if seen++; c.Seq != seen {
						return fmt.Errorf("got %d, want %d", c.Seq, seen)
					}
				}
				return nil
			}, time.Second, func() error { ticks++; return nil })
		}()
		for i := range int64(100) {
			h.Publish(commits(10*i+1, 10*i+10))
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if seen != 1000 || ticks < 9 || ticks > 10 {
			t.Errorf("%d commits and %d ticks in ten seconds", seen, ticks)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		no := errors.New("no")
		h.Publish(commits(1001, 1001))
		if err := r.Each(ctx, func([]feed.Commit) error { return no }, time.Hour, nil); !errors.Is(err, no) {
			t.Errorf("a commit that cannot be taken: %v", err)
		}
		if err := r.Each(ctx, nil, time.Second, func() error { return no }); !errors.Is(err, no) {
			t.Errorf("a tick that fails: %v", err)
		}
		h.End()
		if err := r.Each(ctx, nil, time.Hour, nil); !errors.Is(err, feed.ErrEnded) {
			t.Errorf("a tenure that ends: %v", err)
		}
	})
}

// TestKeepBeginsAgain breaks a follower in every way: it forgets, rests and begins again, and only the way that nobody expects is told of.
func TestKeepBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ways := []error{feed.ErrEnded, feed.ErrReset, centre.Errorf(centre.Unavailable, "starting"), errors.New("a bug"), context.Canceled}
		var log bytes.Buffer
		run, stop := context.WithCancel(ctx)
		begun, forgot, at := 0, 0, time.Now()
		feed.Follower{Name: "somebody", Log: slog.New(slog.NewTextHandler(&log, nil)), Follow: func(context.Context) error {
			begun++
			if begun == len(ways) {
				stop()
			}
			return ways[begun-1]
		}, Broken: func() { forgot++ }}.Keep(run)
		if begun != len(ways) || forgot != len(ways)-1 || time.Since(at) < 4*100*time.Millisecond {
			t.Errorf("begun %d times, forgot %d times, in %s", begun, forgot, time.Since(at))
		}
		if told := log.String(); strings.Count(told, "\n") != 1 || !strings.Contains(told, "a bug") {
			t.Errorf("told: %s", told)
		}
	})
}
