// Package pace keeps one visitor, address or session from doing too much at once: a bucket for each that refills evenly.
//
// It holds nothing on disk and refuses to say who is meant by a name: rooms choose those. Begin reading with Limiter.
package pace

import (
	"sync"
	"time"

	"sentral/internal/centre"
)

// Limiter is the buckets. Its zero value is full and may be used from any goroutine.
type Limiter struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket is what one may still do now.
type bucket struct {
	left float64
	at   time.Time
}

// table is how many buckets are kept.
const table = 100_000

// Take takes one from the bucket of who, which holds perMinute and refills in a minute; an empty one is Exhausted.
func (l *Limiter) Take(who string, perMinute int, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[string]*bucket{}
	}
	b := l.buckets[who]
	if b == nil {
		if len(l.buckets) >= table { // somebody is playing: forget those who have refilled, and everybody when that is not enough
			for k, v := range l.buckets {
				if now.Sub(v.at) > time.Minute {
					delete(l.buckets, k)
				}
			}
			if len(l.buckets) >= table {
				clear(l.buckets)
			}
		}
		b = &bucket{left: float64(perMinute), at: now}
		l.buckets[who] = b
	}
	b.left = min(float64(perMinute), b.left+max(0, now.Sub(b.at).Minutes())*float64(perMinute)) // a clock set back gives nothing and takes nothing
	b.at = now
	if b.left < 1 {
		return centre.Errorf(centre.Exhausted, "too much at once: wait a few seconds")
	}
	b.left--
	return nil
}
