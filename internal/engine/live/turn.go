package live

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/store"
)

// turn is one round of the centre's goroutine: commands planned one after the other against the state, to be put on disk together. Until they
// are, the state is ahead of the disk and nobody may see it.
type turn struct {
	planned   bool // else it is a list of calls whose turn has not begun
	state     *state
	now       centre.Instant
	counting  bool // the agents' counters are on disk up to here with this turn
	flushing  bool // it has some of them to write
	entries   []journal.Entry
	bodies    []string
	body      []byte
	spans     []span
	calls     []*call
	followers map[*call]*call // the same command again in the same batch, and the first of it
	first     map[key]*call
	culprit   *call // its plan broke a rule after it had changed things
	fault     error
}

// span is the entries of one command, or of one timer.
type span struct{ first, count int }

// key names a command.
type key = [2]string

func (k *call) key() (key, bool) {
	return key{k.cmd.Client, k.cmd.ID}, k.cmd.Client != "" && k.cmd.ID != ""
}

// woke lets the engine's timer fire.
func (t *turn) woke() {
	t.enter(nil, journal.Entry{Kind: journal.Step, Event: &routing.Event{Kind: routing.Woke}})
	t.spans = append(t.spans, span{len(t.entries) - 1, 1})
}

// plan runs one command's plan. It returns false when the plan broke a rule: the state is then of no use any more.
func (t *turn) plan(k *call) bool {
	k.reset()
	k.first = len(t.entries)
	err, panicked := t.runPlan(k)
	if k.fault != nil {
		err = k.fault
	}
	if panicked || k.fault != nil || (err != nil && k.effects) {
		t.culprit, t.fault = k, centre.Errorf(centre.Internal, "live: a plan failed after it had changed things: %w", err)
		return false
	}
	k.refused = err
	k.entries = len(t.entries) - k.first
	if k.entries > 0 {
		t.spans = append(t.spans, span{k.first, k.entries})
	}
	k.seq = t.state.next - 1
	t.calls = append(t.calls, k)
	return true
}

func (t *turn) runPlan(k *call) (err error, panicked bool) {
	defer func() {
		if r := recover(); r != nil {
			err, panicked = fmt.Errorf("panic: %v\n%s", r, debug.Stack()), true
		}
	}()
	return k.cmd.Plan(&Plan{Present: Present{state: t.state, now: t.now}, call: k, turn: t}), false
}

// enter gives the next entry of the log its number and lets the state follow from it.
func (t *turn) enter(k *call, e journal.Entry) []routing.Decision {
	s := t.state
	e.Seq, e.At = s.next, t.now
	if k != nil {
		k.effects = true
	}
	if e.Kind == journal.Step {
		e.Event.At = t.now
		e.Contact, e.Agent = e.Event.Contact, e.Event.Agent
		e.Decisions = s.step(e.Event)
	}
	body, err := journal.AppendBody(t.body[:0], &e)
	if err == nil {
		err = s.ledger.Apply(&e)
	}
	if err != nil && k != nil && k.fault == nil {
		k.fault = fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	t.body = body
	s.next++
	s.lastAt = t.now
	s.nextContact = max(s.nextContact, e.Contact+1)
	t.entries = append(t.entries, e)
	t.bodies = append(t.bodies, string(body))
	return e.Decisions
}

// step lets the engine take one event and keeps what it decided. A wake-up that has been asked for is over when its time has come, with
// whatever event.
func (s *state) step(e *routing.Event) []routing.Decision {
	if s.wake <= e.At {
		s.wake = 0
	}
	decisions := slices.Clone(s.engine.Step(*e))
	for i := range decisions {
		if decisions[i].Kind == routing.WakeAt {
			s.wake = decisions[i].Until
		}
	}
	return decisions
}

func (t *turn) step(k *call, e routing.Event) []routing.Decision {
	return t.enter(k, journal.Entry{Kind: journal.Step, Event: &e})
}

func (t *turn) fact(k *call, kind string, contact centre.ContactID, agent centre.AgentID, payload any) int64 {
	body, err := json.Marshal(payload)
	if err == nil && (len(body) == 0 || body[0] != '{') {
		err = fmt.Errorf("fact %q: the payload is not an object", kind)
	}
	if kind == "" || kind == journal.Step {
		err = fmt.Errorf("fact of kind %q", kind)
	}
	if err != nil {
		k.effects, k.fault = true, err
		return 0
	}
	t.enter(k, journal.Entry{Kind: kind, Contact: contact, Agent: agent, Payload: body})
	return t.state.next - 1
}

func (t *turn) newContact() centre.ContactID {
	id := t.state.nextContact
	t.state.nextContact++
	return id
}

func (t *turn) write(k *call, w store.Write) {
	k.effects = true
	k.writes = append(k.writes, w)
}

func (t *turn) result(k *call, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		k.effects, k.fault = true, err
		return
	}
	k.result = body
}

// batch is what the turn puts on disk. The second answer names the call of each write.
func (t *turn) batch(days *journal.Calendar) (*store.Batch, []*call) {
	b := &store.Batch{Entries: t.entries, Bodies: t.bodies, Changes: t.state.ledger.Drain(), NextContact: t.state.nextContact, LastAt: t.state.lastAt, Counted: t.counting}
	if t.counting {
		t.state.ledger.DrainAgents(&b.Changes)
	}
	b.Days = make([]int64, len(b.Entries))
	for i := range b.Entries {
		b.Days[i] = days.Day(b.Entries[i].At)
	}
	var owners []*call
	for _, k := range t.calls {
		if k.refused != nil {
			continue
		}
		if id, named := k.key(); named {
			b.Commands = append(b.Commands, store.CommandRow{Client: id[0], ID: id[1], Seq: k.seq, At: t.now, Result: k.result})
		}
		for _, w := range k.writes {
			b.Writes = append(b.Writes, w)
			owners = append(owners, k)
		}
	}
	return b, owners
}

// empty tells whether there is nothing to put on disk.
func (t *turn) empty() bool {
	if len(t.entries) > 0 || t.flushing {
		return false
	}
	for _, k := range t.calls {
		_, named := k.key()
		if k.refused == nil && (named || len(k.writes) > 0) {
			return false
		}
	}
	return true
}

// commits is what the feed is told.
func (t *turn) commits() []feed.Commit {
	commits := make([]feed.Commit, len(t.spans))
	for i, s := range t.spans {
		entries := t.entries[s.first : s.first+s.count : s.first+s.count]
		commits[i] = feed.Commit{Seq: entries[s.count-1].Seq, At: t.now, Entries: entries}
	}
	return commits
}

func (k *call) reset() {
	k.effects, k.first, k.entries, k.writes, k.fault, k.result, k.refused, k.seq = false, 0, 0, nil, nil, nil, nil, 0
}

func (k *call) reply() answer {
	if k.refused != nil {
		return answer{err: k.refused}
	}
	return answer{receipt: Receipt{Seq: k.seq, Result: k.result}}
}
