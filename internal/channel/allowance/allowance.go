// Package allowance bounds what goes out at the centre's cost: minutes of calls, text messages. It holds what went out in the last day and says whether
// one more is within the caps.
//
// It refuses to know where that is written down: whoever spends reserves first, writes, and gives back what could not be written. Begin reading with Ledger.
package allowance

import (
	"slices"
	"sync"
	"time"

	"sentral/internal/centre"
)

// Caps bound an hour and a day. 0 is no bound.
type Caps struct{ HourCount, DayCount, HourOre, DayOre int64 }

// Entry is one thing that went out, or a further part of it.
type Entry[W comparable] struct {
	ID      int64 // of the call or message
	Part    int64 // counts from zero; only the first part counts as a call or message
	Who     W     // on whose cap it stands: an agent, a recipient
	At      centre.Instant
	CostOre int64
}

// Sums is what has gone out in the last hour and day.
type Sums struct{ HourCount, DayCount, HourOre, DayOre int64 }

// Ledger holds the last day. Its zero value is empty and may be used from any goroutine. The zero W stands for everybody.
type Ledger[W comparable] struct {
	mu   sync.Mutex
	rows []Entry[W] // oldest first
}

const (
	day  = centre.Instant(24 * time.Hour / time.Millisecond)
	hour = centre.Instant(time.Hour / time.Millisecond)
)

// Since is from when on entries count: Load wants those.
func Since(now centre.Instant) centre.Instant { return now - day }

// Load puts what is on disk in the place of what is held, oldest first.
func (l *Ledger[W]) Load(rows []Entry[W]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = rows
}

// Of sums what somebody, or with the zero W everybody, has spent by now.
func (l *Ledger[W]) Of(who W, now centre.Instant) Sums {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of(who, now)
}

func (l *Ledger[W]) of(who W, now centre.Instant) (x Sums) {
	var everybody W
	for _, r := range l.rows {
		if (who != everybody && r.Who != who) || r.At <= now-day {
			continue
		}
		one := int64(0)
		if r.Part == 0 {
			one = 1
		}
		x.DayOre += r.CostOre
		x.DayCount += one
		if r.At > now-hour {
			x.HourOre += r.CostOre
			x.HourCount += one
		}
	}
	return x
}

// Who lists everybody who has spent anything in the last day, in the order in which they began.
func (l *Ledger[W]) Who() (out []W) {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := map[W]bool{}
	for _, r := range l.rows {
		if !seen[r.Who] {
			seen[r.Who] = true
			out = append(out, r.Who)
		}
	}
	return out
}

// above tells whether one more entry goes beyond caps.
func above[W comparable](x Sums, caps Caps, e Entry[W]) bool {
	over := func(have, more, most int64) bool { return most > 0 && have+more > most }
	return e.Part == 0 && (over(x.HourCount, 1, caps.HourCount) || over(x.DayCount, 1, caps.DayCount)) ||
		over(x.HourOre, e.CostOre, caps.HourOre) || over(x.DayOre, e.CostOre, caps.DayOre)
}

// Reserve enters what is about to go out if everybody's caps allow it, and those of who spends. It counts from now on; Give takes it back.
func (l *Ledger[W]) Reserve(e Entry[W], everybody, own Caps) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rows) > 0 && l.rows[0].At <= e.At-day {
		l.rows = slices.DeleteFunc(l.rows, func(r Entry[W]) bool { return r.At <= e.At-day })
	}
	var all W
	if above(l.of(all, e.At), everybody, e) || (e.Who != all && above(l.of(e.Who, e.At), own, e)) {
		return false
	}
	l.rows = append(l.rows, e)
	return true
}

// Give takes an entry back that did not go out.
func (l *Ledger[W]) Give(e Entry[W]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = slices.DeleteFunc(l.rows, func(r Entry[W]) bool { return r == e })
}
