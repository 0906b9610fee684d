package access

import (
	"sync"
	"time"
)

// limiter counts guesses per address, in a bounded table: when it is full the oldest are forgotten, so that the limiter itself cannot be used to
// fill the memory.
type limiter struct {
	now  func() time.Time
	mu   sync.Mutex
	seen map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const (
	guessBurst     = 20.0
	guessPerSecond = 0.2
	guessTable     = 50_000
)

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, seen: map[string]*bucket{}}
}

// allow takes one guess from what is left for the address; it refills at 0.2 a second to at most 20.
func (l *limiter) allow(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.seen[address]
	if b == nil {
		if len(l.seen) >= guessTable {
			l.forget(now)
		}
		b = &bucket{left: guessBurst, at: now}
		l.seen[address] = b
	}
	b.left = min(guessBurst, b.left+max(0, now.Sub(b.at).Seconds())*guessPerSecond) // a clock set back gives nothing and takes nothing
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// forget drops the addresses that have refilled, and everything when that is not enough.
func (l *limiter) forget(now time.Time) {
	for a, b := range l.seen {
		if b.left+now.Sub(b.at).Seconds()*guessPerSecond >= guessBurst {
			delete(l.seen, a)
		}
	}
	if len(l.seen) >= guessTable {
		clear(l.seen)
	}
}

// strangers slows down guesses at addresses that nobody here has, just as those at addresses that somebody has: the answers must not tell which is
// which. The table is bounded; when it is full it begins again.
type strangers struct {
	now  func() time.Time
	mu   sync.Mutex
	seen map[string]stranger
}

type stranger struct {
	failures int
	until    time.Time
}

// guess counts an attempt and gives how long to wait first; zero lets it pass.
func (s *strangers) guess(email string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if len(s.seen) >= guessTable {
		clear(s.seen)
	}
	x := s.seen[email]
	if x.until.After(now) {
		return x.until.Sub(now)
	}
	x.failures++
	if over := x.failures - failuresFree; over >= 0 {
		x.until = now.Add(time.Duration(min(lockMost, lockBase<<min(over, 10))) * time.Millisecond)
	}
	s.seen[email] = x
	return 0
}
