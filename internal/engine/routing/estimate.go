package routing

import (
	"math/bits"

	"sentral/internal/centre"
)

// measure is what a queue has shown of itself lately, in integers.
type measure struct {
	handlingMS int64 // moving average of conversation and wrap-up
	served     int64 // how many it is made of, at most measureSpan
	exposureMS int64 // fading sum of time that customers spent waiting
	left       int64 // fading count of those who left meanwhile, in 1/1024
}

// fares are one queue's, by channel.
type fares [centre.ChannelCount]fare

const (
	measureSpan       = 32
	usualHandlingMS   = 180_000 // assumed until something has been measured
	longestMeasuredMS = int64(1) << 26
	longestGuessedMS  = int64(1) << 38
)

// noteHandling measures a contact that is done. What agents begin is no part of what queues ask for.
func (e *Engine) noteHandling(c *contact) {
	if c.placed {
		return
	}
	m := &e.queues[c.queue].measure
	if m.served < measureSpan {
		m.served++
	}
	m.handlingMS += (min(c.handled, longestMeasuredMS) - m.handlingMS) / m.served
}

// notePatience measures a wait that ended, by the customer leaving or by an answer. Promises and deferred work show no patience.
func (e *Engine) notePatience(c *contact, left bool) {
	if c.isLeg() || c.promise || c.placed || c.channel.Deferred() {
		return
	}
	m := &e.queues[c.queue].measure
	m.exposureMS += min(max(0, e.now-c.arrived), longestMeasuredMS) - m.exposureMS/256
	m.left -= m.left / 256
	if left {
		m.left += 1024
	}
}

// Estimate is a range for a wait from now on: eight of ten should end inside it. Known is false when nobody who could answer is there.
type Estimate struct {
	LowMS, HighMS int64
	Known         bool
}

// EstimateQueue tells how long somebody who came to the queue now would wait, without needs of their own, in the channel of which the queue has seen most;
// when it has seen none, in the one for which most people are there.
func (e *Engine) EstimateQueue(id centre.QueueID) Estimate {
	qi := e.findQueue(id)
	if qi < 0 || e.queues[qi].gone {
		return Estimate{}
	}
	q := &e.queues[qi]
	ahead := int64(0)
	for _, li := range q.lanes {
		if l := &e.lanes[li]; !l.aim.advice() && l.aim != aimNotYet {
			ahead += int64(len(l.waiting()))
		}
	}
	p, ch, seen, there := &e.pools[q.pool], centre.Phone, int64(-1), int32(0)
	for c := centre.Phone; int(c) < centre.ChannelCount; c++ {
		n, agents := q.fares[c].judged, p.admits[len(p.admits)-1].common(e.duty[c])
		if n > seen || n == seen && agents > there {
			ch, seen, there = c, n, agents
		}
	}
	return e.estimate(qi, q.pool, ch, ahead)
}

// EstimateContact tells how much longer a waiting contact may wait. What the same contact was told before is a ceiling: nobody is told more for
// having waited. The ceiling is a reading aid outside the hashed state.
func (e *Engine) EstimateContact(id centre.ContactID) Estimate {
	ci := e.findContact(id)
	if ci < 0 || e.contacts[ci].phase != InQueue {
		return Estimate{}
	}
	c := &e.contacts[ci]
	x := e.estimate(c.queue, c.pool, c.channel, e.aheadOf(c))
	if !x.Known {
		return x
	}
	if c.told {
		x.LowMS, x.HighMS = min(x.LowMS, c.toldLow), min(x.HighMS, c.toldHigh)
	}
	c.told, c.toldLow, c.toldHigh = true, x.LowMS, x.HighMS
	return x
}

// aheadOf counts the contacts of the same queue that go before this one.
func (e *Engine) aheadOf(c *contact) int64 {
	mine := c.place - e.settings.PriorityCredit[c.priority]
	key := e.keyOf(c)
	n := int64(0)
	for _, li := range e.queues[c.queue].lanes {
		l := &e.lanes[li]
		if l.aim.advice() || l.aim == aimNotYet {
			continue
		}
		if l.laneKey == key {
			n += int64(l.find(entry{place: c.place, id: c.id}))
		} else {
			n += int64(l.find(entry{place: mine + e.settings.PriorityCredit[l.priority], id: c.id}))
		}
	}
	return n
}

// estimate gives the range that the guess and what became of earlier guesses lead to.
func (e *Engine) estimate(qi, pi int32, ch centre.Channel, ahead int64) Estimate {
	p, q := &e.pools[pi], &e.queues[qi]
	low, high, known := e.guess(q, p, ch, ahead)
	switch {
	case !known:
		return Estimate{}
	case ahead == 0 && p.admits[0].meets(e.avail[ch]):
		return Estimate{Known: true, HighMS: q.rules.OfferMS}
	}
	low, high = q.fares[ch].scale(low, high)
	return Estimate{LowMS: low, HighMS: high, Known: true}
}

// guess gives the tenth and the ninetieth percentile of the time until those ahead and one more have been taken, if all the agents who may ever take
// them worked for this queue alone at the rate measured, while those ahead may leave.
func (e *Engine) guess(q *queue, p *pool, ch centre.Channel, ahead int64) (low, high int64, known bool) {
	agents := int64(p.admits[len(p.admits)-1].common(e.duty[ch]))
	if agents == 0 {
		return 0, 0, false
	}
	mean, deviation := q.measure.queueing(agents, ahead)
	low, high = tenths(mean, deviation)
	return low, high, true
}

// onDuty tells whether the agent is there for what queues offer, whatever is in hand.
func (e *Engine) onDuty(ag *agent) bool { return ag.signedIn && !ag.lost && ag.status == Ready }

func (m *measure) handling() int64 {
	if m.served == 0 {
		return usualHandlingMS
	}
	return max(1000, m.handlingMS)
}

// stages is how many sums of equal stages a long line is cut into.
const stages = 64

// queueing gives the mean time until `ahead` contacts and one more have been taken by so many agents, and its standard deviation: the sum of exponential
// stages of rate agents/handling + j/patience, j from ahead to 0.
func (m *measure) queueing(agents, ahead int64) (mean, deviation int64) {
	h, patience := m.handling(), int64(0)
	if m.left > 0 {
		patience = min(max(1000, m.exposureMS/m.left*1024), longestMeasuredMS)
	}
	ahead = min(ahead, 1<<20)
	stride := ahead/stages + 1
	variance := int64(0)
	for j := ahead; j >= 0; j -= stride {
		n := min(stride, j+1)
		stage := h / agents
		if patience > 0 {
			stage = h * patience / (agents*patience + j*h)
		}
		stage = min(max(stage, 1), longestMeasuredMS)
		mean += n * stage
		variance += n * min(stage*stage, int64(1)<<42)
	}
	return min(mean, longestGuessedMS), min(root(variance), longestGuessedMS)
}

// tenths gives the tenth and the ninetieth percentile of a gamma distribution by its mean and deviation (Wilson and Hilferty's cube, in millionths).
func tenths(mean, deviation int64) (low, high int64) {
	const one, z = 1_000_000, 1_281_552
	third := deviation * one / max(mean, 1) / 3
	middle, spread := one-third*third/one, z*third/one
	cube := func(f int64) int64 {
		f = max(f, 0)
		return mean * (f * f / one * f / one) / one
	}
	return cube(middle - spread), cube(middle + spread)
}

// fare is how the guesses of one queue and channel have fared: its factors, in thousandths, have let one wait of ten be shorter and one longer.
type fare struct {
	low, high int64 // less 1000, so that zero is a factor of one
	judged    int64 // waits that are in it, at most fareSpan
}

const (
	fareFirst = 20  // how few waits the first step of the factors is made as if of
	fareSpan  = 180 // and how many more the last
	fareLeast = 20
	fareMost  = 50_000
)

// scale applies the factors.
func (f *fare) scale(low, high int64) (int64, int64) {
	return low * (1000 + f.low) / 1000, high * (1000 + f.high) / 1000
}

// judge learns from one wait. A factor is moved one way by nine steps when the wait fell in its tenth, the other way by one step when it did not: it rests
// where one wait of ten falls there. A customer who left shows only that the wait would have been longer.
func (f *fare) judge(low, high, waited int64, left bool) {
	low, high = f.scale(low, high)
	r := fareFirst + f.judged
	if a := 1000 + f.low; waited >= low {
		f.low = a + max(a/r, 1) - 1000
	} else if !left {
		f.low = a - max(9*a/r, 1) - 1000
	}
	if b := 1000 + f.high; waited > high {
		f.high = b + max(9*b/r, 1) - 1000
	} else if !left {
		f.high = b - max(b/r, 1) - 1000
	}
	f.low = min(max(f.low, fareLeast-1000), fareMost-1000)
	f.high = min(max(f.high, fareLeast-1000), fareMost-1000)
	f.judged = min(f.judged+1, fareSpan)
}

// noteGuess keeps what is guessed of a contact that begins to wait, to be judged when the wait ends. Promises, deferred work and what is kept for
// somebody show nothing of the queue.
func (e *Engine) noteGuess(c *contact) {
	if c.arrived != e.now || c.guessHigh > 0 || c.isLeg() || c.promise || c.placed || c.aim != noAim || c.channel.Deferred() {
		return
	}
	if low, high, known := e.guess(&e.queues[c.queue], &e.pools[c.pool], c.channel, e.aheadOf(c)); known {
		c.guessLow, c.guessHigh = low, max(high, 1)
	}
}

// judgeGuess ends a wait of which something was guessed, by an offer or by the customer leaving. One that did not wait at all is no wait.
func (e *Engine) judgeGuess(c *contact, left bool) {
	if c.guessHigh > 0 && e.now > c.arrived {
		e.queues[c.queue].fares[c.channel].judge(c.guessLow, c.guessHigh, e.now-c.arrived, left)
	}
	c.guessLow, c.guessHigh = 0, 0
}

// root gives the integer square root.
func root(v int64) int64 {
	if v <= 0 {
		return 0
	}
	x := int64(1) << ((bits.Len64(uint64(v)) + 1) / 2)
	for {
		y := (x + v/x) / 2
		if y >= x {
			return x
		}
		x = y
	}
}
