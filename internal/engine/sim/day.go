package sim

import (
	"math"
	"slices"
	"time"

	"sentral/internal/stat"
)

// arrival is one customer's first approach of a day, packed so that sorting orders by time, then stream, then number: 28 bits of
// milliseconds after midnight, 12 of stream, 24 of number within the stream.
type arrival uint64

const timeShift = 36

func packArrival(ms int64, stream, number int) arrival {
	return arrival(uint64(ms)<<timeShift | uint64(stream)<<24 | uint64(number)&(1<<24-1))
}

func (a arrival) ms() int64   { return int64(a >> timeShift) }
func (a arrival) stream() int { return int(a>>24) & (1<<12 - 1) }

// key names the customer for the random streams: the day, the stream and the number in it, so that it does not depend on anything
// that the engine decides.
func (a arrival) key(dayNumber int) uint64 { return uint64(dayNumber+1)<<36 | uint64(a)&(1<<36-1) }

// drawDay draws every first approach of one day, in order, into dst. Gaps are unit exponentials run through the inverse of the
// cumulated rate, so that a day with a larger factor has the same customers earlier and then some more.
func (c *Centre) drawDay(seed uint64, dayNumber int, dst, spare []arrival) (drawn, other []arrival) {
	dst = dst[:0]
	factor := c.dayFactor(seed, dayNumber)
	var r stat.Rand
	root := stat.Stream(seed, "arrivals", uint64(dayNumber))
	for s := range c.Traffic {
		root.SplitTo(&r, uint64(s))
		dst = c.Traffic[s].draw(&r, factor, s, dst)
	}
	return sortByTime(dst, spare)
}

// sortByTime sorts by the milliseconds alone, 14 bits at a time and keeping what is equal in its order: streams were drawn one after the other.
func sortByTime(a, spare []arrival) (sorted, other []arrival) {
	if len(a) == 0 || slices.IsSorted(a) {
		return a, spare
	}
	spare = slices.Grow(spare[:0], len(a))[:len(a)]
	const bits = 14
	var at [1 << bits]int32
	for shift := timeShift; shift < timeShift+2*bits; shift += bits {
		clear(at[:])
		for _, x := range a {
			at[x>>shift&(1<<bits-1)]++
		}
		sum := int32(0)
		for i, n := range at {
			at[i], sum = sum, sum+n
		}
		for _, x := range a {
			digit := x >> shift & (1<<bits - 1)
			spare[at[digit]] = x
			at[digit]++
		}
		a, spare = spare, a
	}
	return a, spare
}

// dayFactor is gamma with mean 1: some days are heavier for every queue alike.
func (c *Centre) dayFactor(seed uint64, dayNumber int) float64 {
	if c.DayFactor <= 0 {
		return 1
	}
	shape := 1 / (c.DayFactor * c.DayFactor)
	return stat.Stream(seed, "day factor", uint64(dayNumber)).Gamma(shape, 1/shape)
}

func (t *Traffic) draw(r *stat.Rand, factor float64, stream int, dst []arrival) []arrival {
	number := 0
	due := r.Exponential(1) // in units of cumulated rate
	width, start := float64(t.Interval/time.Millisecond), float64(t.From/time.Millisecond)
	for i, perInterval := range t.PerInterval {
		mass := perInterval * factor
		if mass <= 0 {
			continue
		}
		for due < mass {
			ms := int64(math.Floor(start + (float64(i)+due/mass)*width))
			dst = append(dst, packArrival(ms, stream, number))
			number++
			due += r.Exponential(1)
		}
		due -= mass
	}
	return dst
}

// expected is the mean number of first approaches a day.
func (c *Centre) expected() float64 {
	sum := 0.0
	for i := range c.Traffic {
		for _, n := range c.Traffic[i].PerInterval {
			sum += n
		}
	}
	return sum
}
