package sim

import (
	"fmt"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/stat"
)

// Faults is what goes wrong between people and the engine, as shares of all commands. The zero value is a perfect network.
type Faults struct {
	Duplicate float64 // sent twice, the second at once or after LateBy
	Late      float64 // delivered only after LateBy
	Reordered float64 // delivered after the next command
	ClockBack float64 // of the late ones: carry the instant at which they were sent
	Stray     float64 // make-believe commands beside each real one: wrong ids, wrong states
	LateBy    Spread
	Crashes   float64 // mean number a day, each at a random step and restored from a snapshot and the log since
}

// UsualFaults is what --faults plays.
func UsualFaults() Faults {
	return Faults{
		Duplicate: 0.02, Late: 0.02, Reordered: 0.02, ClockBack: 0.3, Stray: 0.01,
		LateBy: Spread{Shape: Exponential, Mean: 20e9}, Crashes: 6,
	}
}

// stepsPerContact is about how many events one contact makes, for spreading crashes over the day.
const stepsPerContact = 6

// faultState is what the faults of one run need to remember.
type faultState struct {
	on       bool
	rand     *stat.Rand
	lateBy   law
	heldBack routing.Event // a reordered command, waiting for the next; NoEvent when there is none
	late     []lateEvent
	free     int32

	attempt   uint64 // crashes come at other steps in each attempt at the same seed
	crash     *stat.Rand
	every     float64 // mean number of steps between crashes
	nextCrash int64
	nextSnap  int64
	snapshot  []byte
	log       []routing.Event // since the snapshot
	crashes   int
	failures  []string // restores that did not come out alike
}

type lateEvent struct {
	event routing.Event
	next  int32
}

func (p *player) beginFaults() {
	f, o := &p.faults, &p.options.Faults
	*f = faultState{late: f.late[:0], log: f.log[:0], snapshot: f.snapshot[:0], free: -1, attempt: f.attempt}
	f.on = o.Duplicate+o.Late+o.Reordered+o.Stray > 0
	f.rand = stat.Stream(p.seed, purposeNames[forFaults])
	f.lateBy = lawOf(o.LateBy)
	f.nextCrash, f.nextSnap = -1, -1
	if o.Crashes > 0 {
		f.every = p.centre.expected()*stepsPerContact/o.Crashes + 1
		f.crash = stat.Stream(p.seed, "crashes", f.attempt)
		f.nextCrash = int64(f.crash.Exponential(f.every))
		f.nextSnap = 0
	}
}

// step hands one event to the engine, which may just have crashed.
func (p *player) step(e *routing.Event) []routing.Decision {
	f := &p.faults
	if f.nextSnap >= 0 {
		if p.events >= f.nextCrash && len(f.snapshot) > 0 {
			p.crash()
		}
		if p.events >= f.nextSnap {
			f.snapshot, f.log = p.engine.Snapshot(), f.log[:0]
			f.nextSnap = p.events + int64(f.crash.Exponential(f.every/3)) + 1
		}
		f.log = append(f.log, *e)
	}
	return p.engine.StepBy(e)
}

// crash throws the engine away, restores another from the last snapshot, replays what came since, and goes on with that one.
func (p *player) crash() {
	f := &p.faults
	f.crashes++
	f.nextCrash = p.events + int64(f.crash.Exponential(f.every)) + 1
	restored := routing.New()
	if err := restored.Restore(f.snapshot); err != nil {
		f.failures = append(f.failures, fmt.Sprintf("event %d: restore: %v", p.events, err))
		return
	}
	for i := range f.log {
		restored.StepBy(&f.log[i])
	}
	if got, want := restored.Hash(), p.engine.Hash(); got != want {
		f.failures = append(f.failures, fmt.Sprintf("event %d: restored from %d events before, hash %016x, want %016x", p.events, len(f.log), got, want))
	}
	p.engine = restored
}

// send is the way of every command to the engine: most arrive at once, in order and once.
func (p *player) send(e *routing.Event) {
	f := &p.faults
	if !f.on {
		p.deliver(e)
		return
	}
	o := &p.options.Faults
	held := f.heldBack
	f.heldBack.Kind = routing.NoEvent
	switch u := f.rand.Float64(); {
	case u < o.Duplicate:
		again := *e
		p.deliver(e)
		if f.rand.Bool(0.5) {
			p.deliver(&again)
		} else {
			p.later(&again, f.lateBy.draw(f.rand))
		}
	case u < o.Duplicate+o.Late:
		if f.rand.Bool(o.ClockBack) {
			e.At = Start + centre.Instant(p.now)
		}
		p.later(e, f.lateBy.draw(f.rand))
	case u < o.Duplicate+o.Late+o.Reordered:
		f.heldBack = *e
	default:
		p.deliver(e)
	}
	if held.Kind != routing.NoEvent {
		p.deliver(&held)
	}
	if f.rand.Float64() < o.Stray {
		p.stray()
	}
}

// later delivers a command after a delay.
func (p *player) later(e *routing.Event, delay int64) {
	f := &p.faults
	slot := f.free
	if slot < 0 {
		slot = int32(len(f.late))
		f.late = append(f.late, lateEvent{})
	} else {
		f.free = f.late[slot].next
	}
	f.late[slot].event = *e
	p.agenda.plan(p.now+delay, arrivesLate, 0, uint32(slot))
}

func (p *player) deliverLate(slot uint32) {
	f := &p.faults
	e := f.late[slot].event
	f.late[slot].next, f.free = f.free, int32(slot)
	p.deliver(&e)
}

// strayKinds are the commands that anyone could send by mistake.
var strayKinds = [...]routing.EventKind{
	routing.Abandoned, routing.Accepted, routing.Declined, routing.Ended, routing.WrapUpExtended, routing.WrappedUp, routing.Requeued,
	routing.Transferred, routing.ConsultAsked, routing.ConsultEnded, routing.Snoozed, routing.Woken, routing.Prioritised, routing.DueSet,
	routing.HandedOff, routing.CallbackAsked, routing.CallbackResult, routing.Woke, routing.SignedIn, routing.AgentFound, routing.StatusChanged,
	routing.AgentLost, routing.LendingSet, routing.NoEvent, routing.SettingsChanged, routing.Placed, routing.ReachSet,
}

// stray sends a command that nobody meant: any kind with ids that may exist, belong to others, or never were.
func (p *player) stray() {
	r := p.faults.rand
	e := routing.Event{
		Kind:    strayKinds[r.IntN(len(strayKinds))],
		Contact: p.base + centre.ContactID(len(p.contacts)-r.IntN(400)+3),
		Agent:   centre.AgentID(r.IntN(len(p.agents) + 2)),
		ToAgent: centre.AgentID(r.IntN(len(p.agents) + 2)),
		Queue:   centre.QueueID(r.IntN(len(p.rules.Queues) + 2)),
		Team:    centre.TeamID(r.IntN(len(p.rules.Teams) + 2)),
		Target:  routing.TransferTarget(r.IntN(6)),
		Status:  routing.Status(r.IntN(6)),
		Count:   int32(r.IntN(7) - 3),
		Until:   Start + centre.Instant(p.now) + centre.Instant(r.IntN(7_200_000)-600_000),
	}
	if e.Kind == routing.SettingsChanged {
		e.Settings = p.rules // in force already: stale
	}
	if c := p.at(e.Contact); c != nil && r.Bool(0.5) {
		e.Agent, e.Offer = c.agent, c.offer
	}
	if int(e.Agent) < 1 || int(e.Agent) > len(p.agents) || !p.agents[e.Agent-1].inShift {
		switch e.Kind {
		case routing.SignedIn, routing.AgentFound, routing.StatusChanged, routing.AgentLost:
			return // these would be obeyed, and nobody would be there to answer
		}
	}
	p.deliver(&e)
}
