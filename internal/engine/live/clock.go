package live

import (
	"time"

	"sentral/internal/centre"
)

// Clock is what drives a centre. Wall may jump either way; Elapsed only grows, by what has really passed.
type Clock interface {
	Wall() time.Time
	Elapsed() time.Duration
	// After sends once d has elapsed; stop gives the timer back.
	After(d time.Duration) (c <-chan time.Time, stop func() bool)
}

// SystemClock is the clock of the machine.
func SystemClock() Clock { return FastClock(1) }

// FastClock runs from now on so many times faster than the machine's clock: a demo's day in minutes.
func FastClock(speed float64) Clock { return &fastClock{start: time.Now(), speed: speed} }

type fastClock struct {
	start time.Time
	speed float64
}

func (c *fastClock) Wall() time.Time {
	if c.speed == 1 {
		return time.Now()
	}
	return c.start.Add(c.Elapsed())
}

func (c *fastClock) Elapsed() time.Duration {
	return time.Duration(float64(time.Since(c.start)) * c.speed)
}

func (c *fastClock) After(d time.Duration) (<-chan time.Time, func() bool) {
	t := time.NewTimer(time.Duration(float64(d) / c.speed))
	return t.C, t.Stop
}

// steady makes of a clock that jumps a time that never goes back and never stands still. When the wall clock falls behind - it was set back, or the log
// already holds a later time - steady time goes on by what has elapsed, one part in twenty slower, until the wall clock has caught up.
// When the wall clock jumps ahead, steady time follows: that time has passed, as when the machine slept.
type steady struct {
	clock   Clock
	at      centre.Instant // at the anchor
	elapsed time.Duration  // at the anchor
}

// slower is the part of the elapsed time that is left out while the wall clock is behind.
const slower = 20

func newSteady(c Clock, floor centre.Instant) *steady {
	return &steady{clock: c, at: max(floor, centre.At(c.Wall())), elapsed: c.Elapsed()}
}

// now gives the time and how far it is ahead of the wall clock.
func (s *steady) now() (now centre.Instant, ahead time.Duration) {
	wall, elapsed := centre.At(s.clock.Wall()), s.clock.Elapsed()
	since := elapsed - s.elapsed
	own := s.at.Add(since - since/slower)
	if wall >= own {
		s.at, s.elapsed = wall, elapsed
		return wall, 0
	}
	return own, own.Sub(wall)
}
