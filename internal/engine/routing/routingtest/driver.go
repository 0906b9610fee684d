package routingtest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Driver carries events to an engine in its own way. A scenario begins at the instant zero.
type Driver interface {
	// Send carries out one event, whose At is the scenario's present, and gives what was decided.
	Send(routing.Event) ([]routing.Decision, error)
	// Pass lets time pass until the instant and gives what was decided on the way, timers due at that instant included.
	Pass(until centre.Instant) ([]Decided, error)
}

// Decided is a decision and when it was taken.
type Decided struct {
	At centre.Instant
	routing.Decision
}

// Direct drives an engine with nothing between: the scenario's time is the engine's.
type Direct struct {
	Engine *routing.Engine
	wake   centre.Instant
}

// NewDirect drives a new engine.
func NewDirect() *Direct { return &Direct{Engine: routing.New()} }

// Send carries out one event.
func (d *Direct) Send(ev routing.Event) ([]routing.Decision, error) {
	out := d.Engine.Step(ev)
	for i := range out {
		if out[i].Kind == routing.WakeAt {
			d.wake = out[i].Until
		}
	}
	return out, nil
}

// Pass wakes the engine whenever it asked for it.
func (d *Direct) Pass(until centre.Instant) ([]Decided, error) {
	var all []Decided
	for d.wake != 0 && d.wake <= until {
		at := d.wake
		d.wake = 0
		out, err := d.Send(routing.Event{Kind: routing.Woke, At: at})
		if err != nil {
			return nil, err
		}
		for i := range out {
			all = append(all, Decided{At: at, Decision: out[i]})
		}
	}
	return all, nil
}

// Reborn drives an engine that is stored and restored after every event, beside one that runs on, and fails when the two ever differ. Events and
// decisions pass through their JSON form on the way.
type Reborn struct {
	on     Direct
	reborn *routing.Engine
}

// NewReborn drives two new engines.
func NewReborn() *Reborn { return &Reborn{on: *NewDirect(), reborn: routing.New()} }

// Send carries out one event on both engines.
func (r *Reborn) Send(ev routing.Event) ([]routing.Decision, error) {
	b, err := json.Marshal(&ev)
	if err != nil {
		return nil, err
	}
	var back routing.Event
	if err := json.Unmarshal(b, &back); err != nil {
		return nil, fmt.Errorf("event %s: %w", b, err)
	}
	want, err := r.on.Send(ev)
	if err != nil {
		return nil, err
	}
	return want, r.compare(back, want)
}

func (r *Reborn) compare(ev routing.Event, want []routing.Decision) error {
	got := r.reborn.Step(ev)
	if len(got) != len(want) {
		return fmt.Errorf("restored engine decides %v, the other %v", got, want)
	}
	for i := range got {
		b, err := json.Marshal(&got[i])
		if err != nil {
			return err
		}
		var back routing.Decision
		if err := json.Unmarshal(b, &back); err != nil {
			return fmt.Errorf("decision %s: %w", b, err)
		}
		if back != want[i] {
			return fmt.Errorf("restored engine decides %+v, the other %+v", back, want[i])
		}
	}
	if a, b := r.on.Engine.Hash(), r.reborn.Hash(); a != b {
		return fmt.Errorf("after %v the restored engine hashes %016x, the other %016x", ev.Kind, b, a)
	}
	kept := r.reborn.Snapshot()
	if !bytes.Equal(kept, r.on.Engine.Snapshot()) {
		return fmt.Errorf("after %v the snapshots differ", ev.Kind)
	}
	next := routing.New()
	if err := next.Restore(kept); err != nil {
		return err
	}
	if !bytes.Equal(kept, next.Snapshot()) {
		return fmt.Errorf("after %v a snapshot of the restored engine differs from what it was restored from", ev.Kind)
	}
	r.reborn = next
	return nil
}

// Pass wakes both engines whenever the running one asked for it.
func (r *Reborn) Pass(until centre.Instant) ([]Decided, error) {
	var all []Decided
	for r.on.wake != 0 && r.on.wake <= until {
		at := r.on.wake
		r.on.wake = 0
		out, err := r.Send(routing.Event{Kind: routing.Woke, At: at})
		if err != nil {
			return nil, err
		}
		for i := range out {
			all = append(all, Decided{At: at, Decision: out[i]})
		}
	}
	return all, nil
}
