package sim

// entry is one thing that will happen. Its key is the instant (milliseconds since the run began) above a running number, so that one
// comparison orders by time and then by when it was planned; what holds kind, generation and reference.
type entry struct {
	key  uint64
	what uint64
}

const (
	sequenceBits = 24
	sequenceMask = 1<<sequenceBits - 1
)

// action is the kind of an entry.
type action uint8

func (e entry) at() int64       { return int64(e.key >> sequenceBits) }
func (e entry) kind() action    { return action(e.what) }
func (e entry) generation() u24 { return u24(e.what>>8) & u24Mask }
func (e entry) ref() uint32     { return uint32(e.what >> 32) }

// u24 is a generation number: an entry whose generation is not its owner's any more was cancelled.
type u24 uint32

const u24Mask = 1<<24 - 1

// agenda is a binary heap of entries by value: no boxing and no allocation once it has grown. Nothing is ever removed from its middle;
// what was cancelled is dropped when it comes up.
type agenda struct {
	heap     []entry
	sequence uint64
}

func (a *agenda) reset() { a.heap, a.sequence = a.heap[:0], 0 }

func (a *agenda) plan(at int64, k action, generation u24, ref uint32) {
	a.sequence++
	e := entry{key: uint64(at)<<sequenceBits | a.sequence&sequenceMask, what: uint64(k) | uint64(generation&u24Mask)<<8 | uint64(ref)<<32}
	a.heap = append(a.heap, e)
	h, i := a.heap, len(a.heap)-1
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].key <= e.key {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

// next is the instant of the earliest entry; never when there is none.
func (a *agenda) next() int64 {
	if len(a.heap) == 0 {
		return endOfTime
	}
	return a.heap[0].at()
}

const endOfTime = int64(1) << 39

// take removes the earliest entry; the agenda must not be empty. The hole sinks to the bottom along the smaller children and the last
// entry rises from there, which halves the comparisons since the last entry is nearly always late.
func (a *agenda) take() entry {
	h := a.heap
	first, n := h[0], len(h)-1
	last := h[n]
	h = h[:n]
	a.heap = h
	if n == 0 {
		return first
	}
	i := 0
	for child := 1; child < n; child = 2*i + 1 {
		if child+1 < n && h[child+1].key < h[child].key {
			child++
		}
		h[i] = h[child]
		i = child
	}
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].key <= last.key {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = last
	return first
}
