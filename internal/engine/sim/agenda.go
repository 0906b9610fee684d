package sim

import (
	"cmp"
	"math/bits"
	"slices"
)

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
func (e entry) slot() int64     { return int64(e.key >> (sequenceBits + slotBits)) }
func (e entry) kind() action    { return action(e.what) }
func (e entry) generation() u24 { return u24(e.what>>8) & u24Mask }
func (e entry) ref() uint32     { return uint32(e.what >> 32) }

// u24 is a generation number: an entry whose generation is not its owner's any more was cancelled.
type u24 uint32

const u24Mask = 1<<24 - 1

// The agenda's ring: slots of a quarter of a second, for a quarter of an hour or a little more.
const (
	slotBits  = 8
	ringSlots = 1 << 12
)

// agenda is everything that will happen. Most of it is planned for the next minutes and lies in a ring of short slots, each a chain in no
// order; only the slot whose turn has come is put in order. What is further away waits in a heap until the ring has come near. So an
// entry costs the same however many there are. Nothing is ever removed from the middle; what was cancelled is dropped when it comes up.
type agenda struct {
	due      []entry // what is left of the slots up to the present one, the earliest first, from head on; empty only when the agenda is
	head     int
	present  int64                  // number of the present slot
	ring     [ringSlots]int32       // the first link of each slot's chain
	filled   [ringSlots / 64]uint64 // which slots have one
	links    []link                 // the one numbered 0 is none
	free     int32                  // the first free link
	far      farHeap
	sequence uint64
}

// link is an entry in the chain of a slot. Chains and the list of free links end at 0.
type link struct {
	entry
	next int32
}

func (a *agenda) reset() {
	*a = agenda{due: a.due[:0], links: a.links[:0], far: a.far[:0]}
}

// plan enters something for the instant; what is planned for one instant happens in the order in which it was planned.
func (a *agenda) plan(at int64, k action, generation u24, ref uint32) {
	a.sequence++
	a.put(entry{key: uint64(at)<<sequenceBits | a.sequence&sequenceMask, what: uint64(k) | uint64(generation&u24Mask)<<8 | uint64(ref)<<32})
}

func (a *agenda) put(e entry) {
	s := e.slot()
	switch {
	case a.head == len(a.due):
		a.present, a.head = s, 0
		a.due = append(a.due[:0], e)
	case s <= a.present:
		a.due = append(a.due, e)
		i := len(a.due) - 1
		for ; i > a.head && a.due[i-1].key > e.key; i-- {
			a.due[i] = a.due[i-1]
		}
		a.due[i] = e
	case s < a.present+ringSlots:
		a.chain(e, s)
	default:
		a.far.push(e)
	}
}

// chain enters what lies within the ring into its slot.
func (a *agenda) chain(e entry, s int64) {
	if len(a.links) == 0 {
		a.links = append(a.links, link{})
	}
	i := a.free
	if i == 0 {
		i = int32(len(a.links))
		a.links = append(a.links, link{})
	} else {
		a.free = a.links[i].next
	}
	at := s % ringSlots
	a.links[i] = link{entry: e, next: a.ring[at]}
	a.ring[at] = i
	a.filled[at/64] |= 1 << (at % 64)
}

// next is the instant of the earliest entry; never when there is none.
func (a *agenda) next() int64 {
	if a.head == len(a.due) {
		return endOfTime
	}
	return a.due[a.head].at()
}

const endOfTime = int64(1) << 39

// take removes the earliest entry; the agenda must not be empty.
func (a *agenda) take() entry {
	e := a.due[a.head]
	if a.head++; a.head == len(a.due) {
		a.turn()
	}
	return e
}

// turn moves the ring on to the next slot with anything in it, now that the present one is done.
func (a *agenda) turn() {
	a.due, a.head = a.due[:0], 0
	if s, ok := a.nextFilled(); ok {
		a.present = s
	} else if len(a.far) > 0 {
		a.present = a.far[0].slot()
	} else {
		return
	}
	at := a.present % ringSlots
	if first := a.ring[at]; first != 0 {
		a.ring[at] = 0
		a.filled[at/64] &^= 1 << (at % 64)
		a.unchain(first)
	}
	for len(a.far) > 0 && a.far[0].slot() < a.present+ringSlots {
		if e := a.far.pop(); e.slot() == a.present {
			a.due = append(a.due, e) // the ring was empty, and the heap gives its entries in order
		} else {
			a.chain(e, e.slot())
		}
	}
}

// nextFilled finds the first slot after the present one that has a chain.
func (a *agenda) nextFilled() (slot int64, ok bool) {
	from := a.present + 1
	first := from % ringSlots
	w := first / 64
	word := a.filled[w] &^ (1<<(first%64) - 1)
	for range len(a.filled) + 1 { // the first word twice: what is before the present one comes last
		if word != 0 {
			at := w*64 + int64(bits.TrailingZeros64(word))
			return from + (at-first+ringSlots)%ringSlots, true
		}
		w = (w + 1) % int64(len(a.filled))
		word = a.filled[w]
	}
	return 0, false
}

// unchain puts a slot's entries in order into what is due, and frees their links.
func (a *agenda) unchain(first int32) {
	last := first
	for i := first; i != 0; i = a.links[i].next {
		a.due = append(a.due, a.links[i].entry)
		last = i
	}
	a.links[last].next, a.free = a.free, first
	if len(a.due) > 32 {
		slices.SortFunc(a.due, func(x, y entry) int { return cmp.Compare(x.key, y.key) })
		return
	}
	for i, e := range a.due {
		for ; i > 0 && a.due[i-1].key > e.key; i-- {
			a.due[i] = a.due[i-1]
		}
		a.due[i] = e
	}
}

// farHeap is a binary heap of entries by value, the earliest first.
type farHeap []entry

func (f *farHeap) push(e entry) {
	h := append(*f, e)
	*f = h
	i := len(h) - 1
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

// pop removes the earliest entry; the heap must not be empty.
func (f *farHeap) pop() entry {
	h := *f
	first, n := h[0], len(h)-1
	last := h[n]
	h = h[:n]
	*f = h
	i := 0
	for child := 1; child < n; child = 2*i + 1 {
		if child+1 < n && h[child+1].key < h[child].key {
			child++
		}
		if h[child].key >= last.key {
			break
		}
		h[i] = h[child]
		i = child
	}
	if n > 0 {
		h[i] = last
	}
	return first
}
