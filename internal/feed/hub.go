package feed

import (
	"context"
	"errors"
	"sort"
	"sync"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

// Commit is what one command, or one timer, added to the log. It is shared by all readers and never changed.
type Commit struct {
	Seq     int64 // of its last entry
	At      centre.Instant
	Entries []journal.Entry // the routing events with their decisions and the rooms' facts, in order
}

// Why a reader ends.
var (
	// ErrReset says that what was asked for is no longer in the ring, or never was: begin again from a snapshot of the present.
	ErrReset = errors.New("feed: begin again from a snapshot")
	// ErrEnded says that this node owns the centre no more: connect again, to whoever owns it now, with the last sequence number seen.
	ErrEnded = errors.New("feed: this node no longer owns the centre")
)

// Options bounds a Hub. The zero value works.
type Options struct {
	KeepMS      int64 // how long a commit is kept at least, as far as KeepAtMost allows; default 120,000
	KeepAtLeast int   // commits kept however old; default 4,096
	KeepAtMost  int   // commits kept however young: beyond it the oldest go and slow readers are reset; default 65,536
}

// Hub is the ring of one centre's latest commits. Publishing never waits for a reader; every method may be called from any goroutine.
type Hub struct {
	keep Options

	mu      sync.Mutex
	open    bool
	ring    []Commit // oldest first; replaced, never overwritten, so that readers may keep what they were given
	floor   int64    // every commit after this sequence number, up to head, is in the ring
	head    int64
	readers map[*Reader]struct{}
	resets  int64
}

// New makes an empty hub, closed to readers until Begin.
func New(o Options) *Hub {
	if o.KeepMS <= 0 {
		o.KeepMS = 120_000
	}
	if o.KeepAtLeast <= 0 {
		o.KeepAtLeast = 4096
	}
	if o.KeepAtMost <= 0 {
		o.KeepAtMost = 65536
	}
	return &Hub{keep: o, readers: map[*Reader]struct{}{}}
}

// Begin opens the hub when this node has come to own the centre. Head is the last sequence number on disk; recent is the end of the log up to
// head, so that readers of the owner before can resume here. Readers who had seen more than head are reset.
func (h *Hub) Begin(head int64, recent []Commit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = true
	if h.head != head || len(h.ring) == 0 {
		h.ring, h.floor, h.head = append([]Commit(nil), recent...), head, head
		if len(recent) > 0 {
			h.floor = recent[0].Entries[0].Seq - 1
		}
	}
	h.wakeAll()
}

// End closes the hub when this node owns the centre no more: every reader ends with ErrEnded.
func (h *Hub) End() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = false
	h.wakeAll()
}

// Publish adds commits that are on disk. They must follow the head without a gap.
func (h *Hub) Publish(commits []Commit) {
	if len(commits) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring = append(h.ring, commits...)
	h.head = commits[len(commits)-1].Seq
	h.trim()
	h.wakeAll()
}

// trim forgets the commits that are both old and beyond the least that is kept, and whatever is beyond the most.
func (h *Hub) trim() {
	spare := len(h.ring) - h.keep.KeepAtLeast
	drop := 0
	if over := len(h.ring) - h.keep.KeepAtMost; over > 0 {
		drop = over + h.keep.KeepAtMost/8 // room for a while, so that not every commit copies the ring
	}
	old := h.ring[len(h.ring)-1].At - centre.Instant(h.keep.KeepMS)
	for drop < spare && h.ring[drop].At < old {
		drop++
	}
	if drop < 1024 && len(h.ring) <= h.keep.KeepAtMost { // not worth a copy yet
		return
	}
	if drop > 0 {
		h.floor = h.ring[drop-1].Seq
		h.ring = append(make([]Commit, 0, 2*(len(h.ring)-drop)), h.ring[drop:]...)
	}
}

func (h *Hub) wakeAll() {
	for r := range h.readers {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

// Figures counts what a hub holds and has done.
type Figures struct {
	Readers int   // open now
	Commits int   // in the ring
	Head    int64 // the last sequence number published
	Resets  int64 // readers told to begin again, ever
}

// Figures returns the hub's counters.
func (h *Hub) Figures() Figures {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Figures{Readers: len(h.readers), Commits: len(h.ring), Head: h.head, Resets: h.resets}
}

// Reader is one reader's place in the feed. It belongs to one goroutine.
type Reader struct {
	hub   *Hub
	after int64
	wake  chan struct{}
}

// Subscribe gives a reader that continues after the sequence number it saw last. It fails with ErrReset when that is not in the ring, and with ErrEnded when
// this node does not own the centre. The reader must be closed.
func (h *Hub) Subscribe(after int64) (*Reader, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open {
		return nil, ErrEnded
	}
	if after < h.floor || after > h.head {
		h.resets++
		return nil, ErrReset
	}
	r := &Reader{hub: h, after: after, wake: make(chan struct{}, 1)}
	h.readers[r] = struct{}{}
	return r, nil
}

// atOnce is how many commits Next hands out at most.
const atOnce = 512

// Next waits for commits and returns at least one and at most 512 of them, in order. It fails with ErrReset when the reader was too slow, with
// ErrEnded when this node no longer owns the centre, and with the context's error.
func (r *Reader) Next(ctx context.Context) ([]Commit, error) {
	for {
		commits, err := r.take()
		if err != nil || len(commits) > 0 {
			return commits, err
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (r *Reader) take() ([]Commit, error) {
	h := r.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.open:
		return nil, ErrEnded
	case r.after < h.floor || r.after > h.head:
		h.resets++
		return nil, ErrReset
	}
	from := sort.Search(len(h.ring), func(i int) bool { return h.ring[i].Seq > r.after })
	to := min(len(h.ring), from+atOnce)
	if from == to {
		return nil, nil
	}
	r.after = h.ring[to-1].Seq
	return h.ring[from:to:to], nil
}

// Seq is the last sequence number that the reader was given.
func (r *Reader) Seq() int64 { return r.after }

// Close forgets the reader.
func (r *Reader) Close() {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	delete(r.hub.readers, r)
}
