package live_test

import (
	"sync"
	"time"
)

// handClock is a clock that a test sets by hand.
type handClock struct {
	mu      sync.Mutex
	wall    time.Time
	elapsed time.Duration
	timers  []*handTimer
}

type handTimer struct {
	at time.Duration
	c  chan time.Time
}

func (c *handClock) Wall() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall
}

func (c *handClock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed
}

func (c *handClock) After(d time.Duration) (<-chan time.Time, func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &handTimer{at: c.elapsed + d, c: make(chan time.Time, 1)}
	c.timers = append(c.timers, t)
	return t.c, func() bool { return true }
}

// pass lets time pass, on the wall and in truth.
func (c *handClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.elapsed += d
	c.wall = c.wall.Add(d)
	kept := c.timers[:0]
	for _, t := range c.timers {
		if t.at <= c.elapsed {
			t.c <- c.wall
		} else {
			kept = append(kept, t)
		}
	}
	c.timers = kept
}

// set sets the wall clock to another time, as a person or a time server does.
func (c *handClock) set(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = c.wall.Add(by)
}
