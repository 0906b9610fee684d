package sim

import (
	"math"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/audit"
)

// Result is what one seed gave.
type Result struct {
	Seed     uint64
	Hash     uint64 // of every event and decision
	Events   int64
	Crashes  int
	Broken   int            // laws broken, all told
	Breaches []audit.Breach // the first few of them
	Failures []string       // restores or repetitions that did not come out alike

	All      Group   // live channels: phone, chat, visit and other channels where the customer stays
	Deferred Group   // e-mail, messenger and forms
	Queues   []Group // every channel of each queue, by index
	Channels []Group // by channel

	Occupancy float64 // busy / (busy + ready) of all agents, 0 to 1
	Redials   int64
	Offers    int64
	Refused   int64
	Slots     [slots]Slot
}

// Group is the figures of some of the contacts of one run.
type Group struct {
	Counts
	Figures
}

// finish closes the books of the run.
func (p *player) finish() Result {
	for i := range p.agents {
		p.tally.agent(&p.agents[i], p.now)
	}
	t := &p.tally
	r := Result{
		Seed: p.seed, Hash: p.engine.Hash(), Events: p.events, Crashes: p.faults.crashes, Failures: p.faults.failures,
		Queues: make([]Group, len(p.centre.Settings.Queues)), Channels: make([]Group, centre.ChannelCount),
		Occupancy: float64(t.busyMS) / float64(t.readyMS), Redials: t.redials, Offers: t.offers, Refused: t.refused, Slots: t.slot,
	}
	for i := range t.stream {
		traffic, c := &p.centre.Traffic[i], &t.stream[i]
		r.Queues[traffic.Queue-1].add(c)
		r.Channels[traffic.Channel].add(c)
		if traffic.Channel.Deferred() {
			r.Deferred.add(c)
		} else {
			r.All.add(c)
		}
	}
	for _, group := range []([]Group){r.Queues, r.Channels} {
		for i := range group {
			group[i].read()
		}
	}
	r.All.read()
	r.Deferred.read()
	if p.auditor != nil {
		p.auditor.Finish(p.engine)
		r.Broken, r.Breaches = p.auditor.Broken()
	}
	return r
}

// read computes the figures and lets go of the single waits.
func (g *Group) read() {
	g.Figures = g.Counts.figures()
	g.waits = nil
}

// quantile is the type-7 quantile of the waits, in seconds; NaN for none. It reorders them only as far as it must.
func (c *Counts) quantile(q float64) float64 {
	n := len(c.waits)
	if n == 0 {
		return math.NaN()
	}
	h := float64(n-1) * q
	i := int(h)
	low := float64(selectAt(c.waits, i))
	if i >= n-1 {
		return low / 1000
	}
	// What stands behind i is no less than what stands at i; the next in order is the least of it.
	return (low + (h-float64(i))*(float64(slices.Min(c.waits[i+1:]))-low)) / 1000
}

// selectAt puts the value that belongs at index k in rising order there, less or equal ones before and the others behind (Hoare 1961).
func selectAt(v []int32, k int) int32 {
	for low, high := 0, len(v)-1; low < high; {
		pivot := v[(low+high)/2]
		i, j := low, high
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		if k <= j {
			high = j
		} else if k >= i {
			low = i
		} else {
			break
		}
	}
	return v[k]
}
