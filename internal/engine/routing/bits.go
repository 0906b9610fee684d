package routing

import (
	"iter"
	"math/bits"
)

// bitset is a set of small dense numbers (agent or queue slots), one bit each.
type bitset []uint64

func words(n int) int { return (n + 63) / 64 }

func (b bitset) has(i int32) bool {
	return int(i>>6) < len(b) && b[i>>6]&(1<<uint(i&63)) != 0
}

func (b bitset) set(i int32) { b[i>>6] |= 1 << uint(i&63) }

func (b bitset) clear(i int32) { b[i>>6] &^= 1 << uint(i&63) }

// grown gives the set room for n numbers, keeping those it holds.
func (b bitset) grown(n int) bitset {
	for len(b) < words(n) {
		b = append(b, 0)
	}
	return b
}

func (b bitset) reset() {
	for i := range b {
		b[i] = 0
	}
}

// meets tells whether the two sets have a member in common.
func (b bitset) meets(o bitset) bool {
	for i := range min(len(b), len(o)) {
		if b[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// common counts the members that the two sets share.
func (b bitset) common(o bitset) int32 {
	n := 0
	for i := range min(len(b), len(o)) {
		n += bits.OnesCount64(b[i] & o[i])
	}
	return int32(n)
}

func (b bitset) count() int32 {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return int32(n)
}

func (b bitset) copyFrom(o bitset) {
	b.reset()
	copy(b, o)
}

// keep takes out what is not in the other set.
func (b bitset) keep(o bitset) {
	for i := range b {
		if i < len(o) {
			b[i] &= o[i]
		} else {
			b[i] = 0
		}
	}
}

// join puts in what is in the other set.
func (b bitset) join(o bitset) {
	for i := range min(len(b), len(o)) {
		b[i] |= o[i]
	}
}

// each gives the members in rising order.
func (b bitset) each() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for w, m := range b {
			for ; m != 0; m &= m - 1 {
				if !yield(int32(w*64 + bits.TrailingZeros64(m))) {
					return
				}
			}
		}
	}
}
