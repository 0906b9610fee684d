package media

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/telephony/alarm"
)

const (
	frameTime = 20 * time.Millisecond
	// phases spreads the rooms of a shard over the 20 ms, so that one in four is walked each 5 ms: the sockets see no bursts and the last room of
	// a crowd is not late.
	phases = 4
	phase  = frameTime / phases
	// behind is how late a shard may be before it gives up what it has missed: later than this the frames are of no use to anybody.
	behind = 200 * time.Millisecond
)

// Clock moves the sound of every room, a frame each 20 ms. It has as many shards as processors; a room belongs to one shard, and a shard walks its rooms
// in one goroutine by absolute deadlines, so that a late tick is followed by an early one and no time is lost.
type Clock struct {
	shards []*shard
	ended  sync.WaitGroup
}

// ClockStats is what the clock has seen since it was opened. A tick is one walk over a quarter of a shard's rooms.
type ClockStats struct {
	Rooms     int
	Ticks     uint64
	LateTicks uint64        // ended more than 20 ms after they were due
	Skipped   uint64        // were given up because the machine stood still for longer than 200 ms
	WorstTick time.Duration // from the moment that a tick was due to its end
	Busy      time.Duration // spent in ticks, by all shards
	Faults    uint64        // rooms that were closed because a tick in them panicked, and handlers of a sound's end that did: faults of ours
	LastFault string        // where the last one happened
}

// NewClock opens a clock with the shards, one for each processor when shards is 0.
func NewClock(shards int) *Clock { return newClock(shards, alarm.Kernel) }

func newClock(shards int, alarms func() alarm.Alarm) *Clock {
	if shards <= 0 {
		shards = runtime.GOMAXPROCS(0)
	}
	c := &Clock{}
	for range shards {
		s := &shard{alarm: alarms()}
		c.shards = append(c.shards, s)
		c.ended.Go(s.run)
	}
	return c
}

// NewRoom opens a room in the shard that has the fewest.
func (c *Clock) NewRoom() *Room {
	least := slices.MinFunc(c.shards, func(a, b *shard) int { return int(a.count.Load() - b.count.Load()) })
	r := &Room{shard: least}
	least.add(r)
	return r
}

// Stats sums the shards.
func (c *Clock) Stats() ClockStats {
	var sum ClockStats
	for _, s := range c.shards {
		sum.Rooms += int(s.count.Load())
		sum.Ticks += s.ticks.Load()
		sum.LateTicks += s.late.Load()
		sum.Skipped += s.skipped.Load()
		sum.WorstTick = max(sum.WorstTick, time.Duration(s.worst.Load()))
		sum.Busy += time.Duration(s.busy.Load())
		n, last := s.faults.seen()
		if sum.Faults += n; last != "" {
			sum.LastFault = last
		}
	}
	return sum
}

// ResetWorst forgets the worst tick, so that a measurement can begin afresh.
func (c *Clock) ResetWorst() {
	for _, s := range c.shards {
		s.worst.Store(0)
	}
}

// Close ends the clock and waits for its goroutines. Rooms stand still afterwards; legs and recorders stay their owners' to close.
func (c *Clock) Close() {
	for _, s := range c.shards {
		s.stopped.Store(true)
		s.alarm.Stop()
	}
	c.ended.Wait()
}

type shard struct {
	mu    sync.Mutex // held by whoever changes rooms
	rooms [phases]atomic.Pointer[[]*Room]
	alarm alarm.Alarm

	count                atomic.Int64
	ticks, late, skipped atomic.Uint64
	worst, busy          atomic.Int64
	stopped              atomic.Bool
	faults               faults

	mix mixer // of the shard's own goroutine
}

func (s *shard) run() {
	due := time.Now()
	for n := 0; ; n = (n + 1) % phases {
		due = due.Add(phase)
		if !s.alarm.Wait(due) || s.stopped.Load() {
			return
		}
		if late := time.Since(due); late > behind {
			missed := late - late%frameTime
			s.skipped.Add(uint64(missed / frameTime))
			due = due.Add(missed)
		}
		s.walk(n, due)
	}
}

// walk ticks the rooms of one phase.
func (s *shard) walk(n int, due time.Time) {
	rooms := s.rooms[n].Load()
	if rooms == nil || len(*rooms) == 0 {
		return
	}
	began := time.Now()
	for _, r := range *rooms {
		s.tick(r)
	}
	end := time.Now()
	s.ticks.Add(1)
	s.busy.Add(int64(end.Sub(began)))
	took := end.Sub(due)
	if took > frameTime {
		s.late.Add(1)
	}
	if int64(took) > s.worst.Load() {
		s.worst.Store(int64(took))
	}
}

// tick moves one room's frame. A panic would end every call of the process; instead it ends this room, and is counted.
func (s *shard) tick(r *Room) {
	defer func() {
		if s.faults.note(recover()) {
			s.remove(r)
		}
	}()
	r.tick(&s.mix)
}

func (s *shard) add(r *Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fewest, least := 0, -1
	for i := range s.rooms {
		n := 0
		if list := s.rooms[i].Load(); list != nil {
			n = len(*list)
		}
		if least < 0 || n < least {
			fewest, least = i, n
		}
	}
	r.phase = fewest
	var list []*Room
	if old := s.rooms[fewest].Load(); old != nil {
		list = *old
	}
	list = append(slices.Clone(list), r)
	s.rooms[fewest].Store(&list)
	s.count.Add(1)
}

func (s *shard) remove(r *Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.rooms[r.phase].Load()
	if old == nil {
		return
	}
	at := slices.Index(*old, r)
	if at < 0 {
		return
	}
	list := slices.Delete(slices.Clone(*old), at, at+1)
	s.rooms[r.phase].Store(&list)
	s.count.Add(-1)
}
