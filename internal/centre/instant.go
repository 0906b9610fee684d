package centre

import "time"

// Instant is a moment in milliseconds since 1970-01-01T00:00:00Z. It is the only time the engine, the journal and the store know.
type Instant int64

// At converts a time to an Instant, dropping what is finer than a millisecond.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time converts back to a time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Add returns the instant d later; d is cut to milliseconds.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// Sub returns how much later i is than j.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Millisecond }
