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

const (
	measureSpan       = 32
	usualHandlingMS   = 180_000 // assumed until something has been measured
	longestMeasuredMS = int64(1) << 26
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

// EstimateQueue tells how long somebody who came to the queue now would wait, without needs of their own.
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
	return e.estimate(qi, q.pool, ahead)
}

// EstimateContact tells how much longer a waiting contact may wait. What the same contact was told before is a ceiling: nobody is told more for
// having waited. The ceiling is a reading aid outside the hashed state.
func (e *Engine) EstimateContact(id centre.ContactID) Estimate {
	ci := e.findContact(id)
	if ci < 0 || e.contacts[ci].phase != InQueue {
		return Estimate{}
	}
	c := &e.contacts[ci]
	x := e.estimate(c.queue, c.pool, e.aheadOf(c))
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
	n := int64(0)
	for _, li := range e.queues[c.queue].lanes {
		l := &e.lanes[li]
		if l.aim.advice() || l.aim == aimNotYet {
			continue
		}
		if l.laneKey == e.keyOf(c) {
			n += int64(l.find(entry{place: c.place, id: c.id}))
		} else {
			n += int64(l.find(entry{place: mine + e.settings.PriorityCredit[l.priority], id: c.id}))
		}
	}
	return n
}

// estimate sums the time until each of those ahead and the contact itself is taken: agents finish at the rate measured, and those ahead may
// leave. The low end has every qualified agent for this queue; the high end shares them with the other queues they serve.
func (e *Engine) estimate(qi, pi int32, ahead int64) Estimate {
	p, q := &e.pools[pi], &e.queues[qi]
	agents, share := e.staff(qi, p, ahead)
	if agents == 0 {
		return Estimate{}
	}
	if ahead == 0 && e.freeNow(p) {
		return Estimate{Known: true, HighMS: q.rules.OfferMS}
	}
	lowMean, lowSpread := q.measure.queueing(agents*1000, ahead)
	highMean, highSpread := q.measure.queueing(share, ahead)
	return Estimate{LowMS: max(0, lowMean-lowSpread), HighMS: highMean + highSpread, Known: true}
}

// freeNow tells whether anybody in the pool could be offered a call or a chat this moment.
func (e *Engine) freeNow(p *pool) bool {
	return p.admits[0].meets(e.avail[centre.Phone]) || p.admits[0].meets(e.avail[centre.Chat])
}

// staff counts the agents who are there and may take the pool's contacts, and how many thousandths of them the queue gets when the load of the other
// queues they serve is counted.
func (e *Engine) staff(qi int32, p *pool, ahead int64) (agents, share int64) {
	last := p.admits[len(p.admits)-1]
	mine := (ahead + 1) * e.queues[qi].measure.handling()
	others := int64(0)
	for a := range e.agents {
		if e.onDuty(&e.agents[a]) && last.has(int32(a)) {
			agents++
		}
	}
	for w := range e.busy {
		for m := e.busy[w]; m != 0; m &= m - 1 {
			o := int32(w*64 + bits.TrailingZeros64(m))
			if o != qi {
				others += e.sharedLoad(o, last)
			}
		}
	}
	return agents, max(1, agents*1000*mine/(mine+others))
}

func (e *Engine) onDuty(ag *agent) bool { return ag.signedIn && !ag.lost && ag.status == Ready }

// sharedLoad gives the work that waits in another queue, as far as its agents are the same.
func (e *Engine) sharedLoad(o int32, mine bitset) int64 {
	q := &e.queues[o]
	theirs := e.pools[q.pool].admits[len(q.rules.Steps)-1]
	all, both := int64(0), int64(0)
	for a := range e.agents {
		if e.onDuty(&e.agents[a]) && theirs.has(int32(a)) {
			all++
			if mine.has(int32(a)) {
				both++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return q.counts[InQueue] * q.measure.handling() * both / all
}

func (m *measure) handling() int64 {
	if m.served == 0 {
		return usualHandlingMS
	}
	return max(1000, m.handlingMS)
}

// queueing gives the mean time until `ahead` contacts and one more have been taken by agents (in thousandths), and 1.28 standard deviations of it:
// the sum of exponential stages of rate agents/handling + j/patience, j from ahead to 0.
func (m *measure) queueing(agents, ahead int64) (mean, spread int64) {
	h, patience := m.handling(), int64(0)
	if m.left > 0 {
		patience = min(max(1000, m.exposureMS/m.left*1024), longestMeasuredMS)
	}
	stride := ahead/256 + 1
	variance := int64(0)
	for j := ahead; j >= 0; j -= stride {
		n := min(stride, j+1)
		stage := 1000 * h / agents
		if patience > 0 {
			stage = 1000 * h * patience / (agents*patience + j*1000*h)
		}
		stage = min(stage, longestMeasuredMS)
		mean += n * stage
		variance += n * min(stage*stage, int64(1)<<46)
	}
	return mean, root(variance) * 128 / 100
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
