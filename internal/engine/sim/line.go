package sim

import (
	"math/bits"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/stat"
)

// planLine plans when an agent's line is lost first, where lines matter, and when the agent calls somebody.
func (p *player) planLine(i uint32, a *agent, r *stat.Rand) {
	if p.rules.Told != 0 && !p.laws.lineEvery.never() {
		p.agenda.plan(p.now+p.laws.lineEvery.draw(r), lineDrops, a.generation, i)
	}
	if len(p.laws.calls) > 0 && !p.laws.placeEvery.never() {
		p.agenda.plan(p.now+p.laws.placeEvery.draw(r), places, a.generation, i)
	}
}

// tellReach tells that the agent has a line or none, once for each channel that wants one.
func (p *player) tellReach(a *agent, on bool) {
	if a.line == on {
		return
	}
	a.line = on
	for told := p.rules.Told; told != 0; told &= told - 1 {
		e := routing.Event{Kind: routing.ReachSet, Agent: a.id, Channel: centre.Channel(bits.TrailingZeros16(told))}
		if on {
			e.Count = 1
		}
		p.send(&e)
	}
}

// giveBackMS is how long a customer hears music before a lost line sends the call back to its place.
const giveBackMS = 10_000

// dropLine takes an agent's line away for a while. A call that is in hand then goes back to its queue, if the while is long.
func (p *player) dropLine(i uint32, a *agent) {
	r := p.stream(forShift, p.shiftStream(int(i), 7)^uint64(p.now)<<16)
	length := p.laws.lineFor.draw(r)
	p.agenda.plan(p.now+length, lineReturns, a.generation, i)
	p.agenda.plan(p.now+length+p.laws.lineEvery.draw(r), lineDrops, a.generation, i)
	if length > giveBackMS {
		p.agenda.plan(p.now+giveBackMS, sendsBack, a.generation, i)
	}
	p.tellReach(a, false)
}

// sendBack gives the call of an agent without a line back to its queue.
func (p *player) sendBack(a *agent) {
	if c := p.at(a.call); c != nil && c.state == talking && c.agent == a.id && c.channel == centre.Phone {
		p.send(&routing.Event{Kind: routing.Requeued, Contact: a.call, Agent: a.id})
	}
}

// placedStream stands for a stream of arrivals in the keys of the calls that agents place: it is one beyond what a centre can have but for a very full one.
const placedStream = maxTraffic - 1

// placeCall lets an agent call a customer, if nothing else is in hand, and plans the next call.
func (p *player) placeCall(i uint32, a *agent) {
	r := p.stream(forShift, p.shiftStream(int(i), 8)^uint64(p.now)<<16)
	p.agenda.plan(p.now+p.laws.placeEvery.draw(r), places, a.generation, i)
	if a.leaving || a.lost || (a.state != routing.Free && a.state != routing.Wrapping && !r.Bool(0.05)) { // a few try although they should not
		return
	}
	stream := p.laws.calls[r.IntN(len(p.laws.calls))]
	t := &p.centre.Traffic[stream]
	a.placed++
	key := uint64(p.today+1)<<timeShift | placedStream<<24 | uint64(i)<<12&(1<<24-1) | uint64(a.placed)&(1<<12-1)
	p.contacts = append(p.contacts, contact{key: key, arrived: p.now, stream: stream, channel: t.Channel, state: unborn})
	p.send(&routing.Event{Kind: routing.Placed, Contact: p.base + centre.ContactID(len(p.contacts)), Agent: a.id, Queue: t.Queue, Channel: t.Channel})
}
