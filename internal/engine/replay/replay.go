package replay

import (
	"fmt"
	"iter"
	"reflect"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Step is one recorded event with what was decided upon it.
type Step struct {
	Number    int64 // in the recording; told in differences
	Event     routing.Event
	Decisions []routing.Decision
}

// Options say how a recording is replayed. The zero value replays from the first event and keeps ten differences.
type Options struct {
	Snapshot []byte // of the engine before the first step; nil for a new engine
	// Rules, when set, take the place of every rule book in the recording. Decisions then differ where the rules do; commands about offers that
	// are not made now are refused.
	Rules *routing.Settings
	Most  int // differences that are kept; 0 means 10. All are counted.
	// Watch, when set, sees each step as it is replayed, before it is compared; the slice is valid during the call only.
	Watch func(s *Step, now []routing.Decision, e *routing.Engine)
}

// Difference is one step whose decisions differ.
type Difference struct {
	Number   int64
	Event    routing.EventKind
	Recorded []routing.Decision
	Now      []routing.Decision
	Text     string // the first thing that differs
}

// String tells the difference in one line.
func (d Difference) String() string {
	return fmt.Sprintf("event %d (%v): %s", d.Number, d.Event, d.Text)
}

// Report is what a replay gave.
type Report struct {
	Steps       int64
	Decisions   int64 // of now
	Hash        uint64
	Digest      uint64
	Differing   int64        // steps whose decisions differ
	Differences []Difference // the first of them
}

// Run replays the steps in order and gives the engine as it stands after the last. An error of the recording ends it; a damaged snapshot is
// an Invalid error.
func Run(steps iter.Seq2[Step, error], o Options) (*routing.Engine, Report, error) {
	var r Report
	e := routing.New()
	if o.Snapshot != nil {
		if err := e.Restore(o.Snapshot); err != nil {
			return nil, r, fmt.Errorf("replay: %w", err)
		}
	}
	if o.Most == 0 {
		o.Most = 10
	}
	for s, err := range steps {
		if err != nil {
			return e, r, fmt.Errorf("replay after %d events: %w", r.Steps, err)
		}
		ev := s.Event
		if o.Rules != nil && ev.Kind == routing.SettingsChanged && ev.Settings != nil {
			rules := *o.Rules
			rules.Version = ev.Settings.Version
			ev.Settings = &rules
		}
		now := e.Step(ev)
		r.Steps++
		r.Decisions += int64(len(now))
		if o.Watch != nil {
			o.Watch(&s, now, e)
		}
		if slices.Equal(now, s.Decisions) {
			continue
		}
		if r.Differing++; len(r.Differences) < o.Most {
			r.Differences = append(r.Differences, Difference{
				Number: s.Number, Event: s.Event.Kind, Recorded: slices.Clone(s.Decisions), Now: slices.Clone(now), Text: Differ(s.Decisions, now),
			})
		}
	}
	r.Hash, r.Digest = e.Hash(), e.Digest()
	return e, r, nil
}

// Differ says in words the first thing in which two lists of decisions differ; nothing when they are alike.
func Differ(recorded, now []routing.Decision) string {
	for i := range min(len(recorded), len(now)) {
		if recorded[i] != now[i] {
			return fmt.Sprintf("decision %d of %d: %s", i+1, len(now), field(reflect.ValueOf(recorded[i]), reflect.ValueOf(now[i])))
		}
	}
	switch {
	case len(recorded) > len(now):
		return fmt.Sprintf("%d decisions, recorded %d: %v of contact %v, agent %v is missing", len(now), len(recorded), recorded[len(now)].Kind,
			recorded[len(now)].Contact, recorded[len(now)].Agent)
	case len(recorded) < len(now):
		return fmt.Sprintf("%d decisions, recorded %d: %v of contact %v, agent %v is new", len(now), len(recorded), now[len(recorded)].Kind,
			now[len(recorded)].Contact, now[len(recorded)].Agent)
	}
	return ""
}

// field names the first field in which two structs of one type differ.
func field(recorded, now reflect.Value) string {
	for i := range recorded.NumField() {
		a, b := recorded.Field(i), now.Field(i)
		if a.Interface() == b.Interface() {
			continue
		}
		name := recorded.Type().Field(i).Name
		if a.Kind() == reflect.Struct {
			return name + " " + field(a, b)
		}
		return fmt.Sprintf("%s is %v, recorded %v", name, b.Interface(), a.Interface())
	}
	return ""
}

// Recorder keeps every step of an engine, so that a test or a driver can replay it. The zero value is ready.
type Recorder struct{ steps []Step }

// Record keeps one step; the decisions are copied.
func (r *Recorder) Record(e *routing.Event, decisions []routing.Decision) {
	r.steps = append(r.steps, Step{Number: int64(len(r.steps)) + 1, Event: *e, Decisions: slices.Clone(decisions)})
}

// Steps gives what was recorded, in order.
func (r *Recorder) Steps() []Step { return r.steps }

// Of makes a recording of steps that are at hand.
func Of(steps []Step) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for _, s := range steps {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// Until cuts a recording before the first event later than the instant.
func Until(steps iter.Seq2[Step, error], at centre.Instant) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for s, err := range steps {
			if err == nil && s.Event.At > at || !yield(s, err) {
				return
			}
		}
	}
}
