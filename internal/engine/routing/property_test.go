package routing

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"sentral/internal/centre"
)

// drawn makes a history's choices, from a seed or from a fuzzer's bytes. (Rapid's own integers are mostly small, which makes for dull histories; it
// draws the seed.)
type drawn struct {
	below func(n int) int
}

func fromSeed(seed uint64) drawn {
	r := rand.New(rand.NewPCG(seed, 2))
	return drawn{below: r.IntN}
}

// fromBytes takes two bytes a choice, zero when there are no more.
func fromBytes(b []byte) drawn {
	return drawn{below: func(n int) int {
		if len(b) < 2 {
			return 0
		}
		v := int(b[0])<<8 | int(b[1])
		b = b[2:]
		return v % n
	}}
}

func (d drawn) oneIn(n int) bool { return d.below(n) == 0 }

func (d drawn) ms(spans ...int64) int64 { return spans[d.below(len(spans))] }

// drawSettings makes a small rule book that uses everything.
func drawSettings(d drawn, version int64) *Settings {
	s := &Settings{Version: version, LostGraceMS: d.ms(0, 10_000), ReturnHoldMS: d.ms(0, 5_000), DirectHoldMS: d.ms(0, 7_000),
		LapsesToAway: int32(d.below(3)), DeclineCoolMS: d.ms(0, 3_000, 30_000)}
	if d.oneIn(2) {
		s.Told = 1<<centre.Phone | 1<<centre.Callback
	}
	credit := d.ms(0, 10_000)
	for i := range s.PriorityCredit {
		s.PriorityCredit[i] = int64(i) * credit
	}
	s.Teams = []Team{{ID: 1, Leader: 1}, {ID: 2, Leader: 4}, {ID: 3, Leader: 6, Partner: 1}}
	for id := 1; id <= 3; id++ {
		if id == 3 && d.oneIn(4) {
			continue
		}
		q := Queue{ID: centre.QueueID(id), Weight: d.ms(100, 50, 300), TargetMS: d.ms(1_000, 20_000), AgeGuaranteeMS: d.ms(0, 30_000), OfferMS: d.ms(4_000, 20_000),
			WrapUpMS: d.ms(0, 5_000, -1), WrapUpMaxMS: d.ms(0, 20_000), Open: !d.oneIn(5)}
		q.Steps = []Step{{Needs: []Need{{Skill: 1, Level: uint8(1 + d.below(5))}}, Teams: []centre.TeamID{1}}}
		if d.oneIn(2) {
			q.Steps = append(q.Steps, Step{AfterMS: d.ms(2_000, 6_000), Needs: []Need{{Skill: 1, Level: 1}}, Teams: []centre.TeamID{1, 2}},
				Step{AfterMS: 9_000, AllHands: true, DropContactNeeds: d.oneIn(2)})
		}
		if id == 3 {
			q.Steps = []Step{{Needs: []Need{{Skill: 2, Level: 1}}, Teams: []centre.TeamID{2, 3}}}
		}
		q.Callback = Promise{CustomerFirst: d.oneIn(2), Attempts: int32(d.below(3)), RetryMS: d.ms(0, 4_000), DialMS: d.ms(0, 3_000), Cap: int32(d.below(4)) - 1}
		s.Queues = append(s.Queues, q)
	}
	for range 1 + d.below(2) {
		s.Capacity = append(s.Capacity, drawCapacity(d))
	}
	if d.oneIn(2) {
		s.Lending = []Lending{{Lender: 2, Queue: 1, AfterMS: d.ms(0, 3_000), MinFree: int32(d.below(2)), OpenBelow: 500, CloseAbove: 900}}
	}
	return s
}

func drawCapacity(d drawn) Capacity {
	c := Capacity{Total: 6, WrapUp: d.oneIn(2)}
	c.Weight[centre.Phone], c.Max[centre.Phone] = 6, 1
	c.Weight[centre.Callback], c.Max[centre.Callback] = 6, 1
	c.Weight[centre.Chat], c.Max[centre.Chat] = 2, 3
	c.Weight[centre.Email], c.Max[centre.Email] = 3, 2
	c.Weight[centre.Visit], c.Max[centre.Visit] = 6, 1
	chat, email, phone, visit := uint16(1)<<centre.Chat, uint16(1)<<centre.Email, uint16(1)<<centre.Phone, uint16(1)<<centre.Visit
	c.Beside[centre.Chat] = chat | email
	c.Beside[centre.Email] = email | chat
	if d.oneIn(2) {
		c.Parks[centre.Email] = phone | visit
	}
	if d.oneIn(2) {
		c.Parks[centre.Chat] = visit
	}
	return c
}

func drawProfile(d drawn, id centre.AgentID) *Profile {
	p := &Profile{Agent: id, Team: centre.TeamID(1 + (int(id)-1)/2), Capacity: 0}
	if p.Team == 3 {
		p.Partner = 1
	}
	if d.oneIn(6) {
		p.Team = centre.TeamID(d.below(5))
	}
	for s := 1; s <= 2; s++ {
		if !d.oneIn(4) {
			p.Skills = append(p.Skills, Need{Skill: centre.SkillID(s), Level: uint8(1 + d.below(9))})
		}
	}
	return p
}

// drawEvent makes an event: most make sense, one in five is anything at all.
func drawEvent(d drawn, e *Engine, version *int64, last centre.ContactID) Event {
	ev := anyEvent(d, e, last)
	if d.oneIn(5) {
		ev.Kind = EventKind(d.below(int(eventKindCount) + 1))
	} else {
		sensible(d, e, &ev)
	}
	switch ev.Kind {
	case Arrived:
		arrival(d, &ev, last)
	case Placed:
		placing(d, &ev, last)
	case ReachSet:
		ev.Channel, ev.Count = []centre.Channel{centre.Phone, centre.Phone, centre.Callback, centre.Chat, 0, 99}[min(d.below(12), 5)], int32(min(d.below(8), 2))
		if ev.Count == 2 && !d.oneIn(5) {
			ev.Count = 1
		}
	case CallbackAsked:
		if !d.oneIn(4) {
			ev.Until = 0
		}
	case AgentRemoved:
		if !d.oneIn(4) {
			ev.Kind = Woke
		}
	case SettingsChanged:
		ev.Kind = NoEvent
		if d.oneIn(3) {
			ev.Kind = SettingsChanged
			*version += int64(d.below(3))
			ev.Settings = drawSettings(d, *version)
		}
	case AgentDefined:
		ev.Profile = drawProfile(d, centre.AgentID(1+d.below(drawnAgents)))
	}
	return ev
}

// anyEvent fills in every field with something.
func anyEvent(d drawn, e *Engine, last centre.ContactID) Event {
	ev := Event{At: centre.Instant(e.now + d.ms(0, 0, 0, 0, 1, 100, 400, 700, 1_000, -700, 5_000))}
	ev.Contact = max(0, last-centre.ContactID(d.below(12)))
	ev.Agent = centre.AgentID(d.below(drawnAgents + 2))
	ev.ToAgent = centre.AgentID(d.below(drawnAgents + 2))
	ev.Offer = e.nextOffer - centre.OfferID(d.below(5))
	ev.Queue = centre.QueueID(d.below(drawnQueues + 2))
	ev.Team = centre.TeamID(d.below(5))
	ev.Target = TransferTarget(d.below(int(transferTargetCount) + 1))
	ev.Status = []Status{Ready, Ready, Ready, DirectOnly, Paused, Away, Offline, 9}[d.below(8)]
	ev.Force, ev.Reached = d.oneIn(4), d.oneIn(2)
	ev.Count = int32(d.below(5)) - 2
	ev.Until = ev.At + centre.Instant(d.ms(-5, 0, 1, 3_000, 15_000))
	ev.Pause, ev.Outcome, ev.Priority = centre.PauseID(d.below(3)), Outcome(d.below(7)), uint8(d.below(12))
	return ev
}

func arrival(d drawn, ev *Event, last centre.ContactID) {
	ev.Contact = last + centre.ContactID(d.below(4))
	ev.Channel = []centre.Channel{centre.Phone, centre.Chat, centre.Email, centre.Visit, 0, 99}[min(d.below(20), 5)]
	if !d.oneIn(5) {
		ev.Channel = []centre.Channel{centre.Phone, centre.Phone, centre.Chat, centre.Email, centre.Visit, centre.Callback}[d.below(6)]
		ev.Queue = centre.QueueID(1 + d.below(drawnQueues))
	}
	ev.LastAgent, ev.Credit = centre.AgentID(d.below(drawnAgents*2)), d.ms(0, 0, 4_000, -5)
	if d.oneIn(4) {
		ev.NeedCount = uint8(d.below(6))
		for i := range ev.Needs {
			ev.Needs[i] = Need{Skill: centre.SkillID(d.below(3)), Level: uint8(d.below(5))}
		}
	}
}

// placing lets an agent call somebody.
func placing(d drawn, ev *Event, last centre.ContactID) {
	arrival(d, ev, last)
	if !d.oneIn(4) {
		ev.Contact = last + 1
	}
}

// fitting gives what can happen to a contact in a phase.
var fitting = [phaseCount][]EventKind{
	InQueue:   {CallbackAsked, CallbackAsked, Abandoned, Prioritised, DueSet, HandedOff, Requeued, Transferred, Woke, Woke, Woke},
	InPromise: {DueSet, Abandoned, Woke, Woke, Woke, Prioritised},
	InOffer:   {Accepted, Accepted, Accepted, Accepted, Accepted, Accepted, Declined, Abandoned, DueSet, Prioritised, HandedOff},
	InDial:    {CallbackResult, CallbackResult, CallbackResult, Ended, Abandoned},
	InTalk:    {Ended, Ended, Requeued, Transferred, Transferred, ConsultAsked, ConsultAsked, ConsultAsked, ConsultEnded, Snoozed, Snoozed, Abandoned, Woke, Woke},
	InPark:    {Ended, Requeued, Abandoned, Snoozed, Woke, Woke},
	InHold:    {Ended, Transferred, AgentFound, AgentFound},
	InSnooze:  {Woken, Woken, Abandoned, Woke},
	InWrapUp:  {WrappedUp, WrappedUp, WrapUpExtended, Woke},
}

// sensible lets the event speak of what is there.
func sensible(d drawn, e *Engine, ev *Event) {
	switch n := d.below(100); {
	case n < 22:
		ev.Kind = Arrived
	case n < 48: // somebody answers what rings
		ev.Agent = centre.AgentID(1 + d.below(drawnAgents))
		if o, ok := e.OfferTo(ev.Agent); ok {
			ev.Kind, ev.Contact, ev.Offer = []EventKind{Accepted, Accepted, Accepted, Declined}[d.below(4)], o.Contact, o.Offer
		}
	case n < 80:
		var all []ContactView
		e.EachContact(func(v *ContactView) bool {
			all = append(all, *v)
			return true
		})
		if len(all) == 0 {
			return
		}
		v := all[d.below(len(all))]
		kinds := fitting[v.Phase]
		ev.Kind, ev.Contact, ev.Agent, ev.Offer = kinds[d.below(len(kinds))], v.ID, v.Agent, v.Offer
		if d.oneIn(2) {
			ev.Target = ToPerson
		}
		if d.oneIn(2) && ev.Kind == ConsultEnded && v.Adviser != 0 {
			ev.Agent = v.Adviser
		}
	case n < 92:
		kinds := []EventKind{SignedIn, SignedIn, SignedIn, StatusChanged, StatusChanged, StatusChanged, AgentLost, AgentFound, SignedOut, AgentDefined,
			ReachSet, ReachSet, ReachSet, ReachSet, Placed, Placed}
		ev.Kind, ev.Agent = kinds[d.below(len(kinds))], centre.AgentID(1+d.below(drawnAgents))
	default:
		kinds := []EventKind{QueueOpened, QueueOpened, QueueClosed, LendingSet, PromiseCapSet, SettingsChanged, AgentRemoved}
		ev.Kind = kinds[d.below(len(kinds))]
	}
}

const (
	drawnAgents = 6
	drawnQueues = 3
)

// begin tells an engine rules and people.
func begin(d drawn, e *Engine) {
	s := drawSettings(d, 0)
	must(ValidateSettings(s) == nil, "the rules that tests draw are good")
	e.Step(Event{Kind: SettingsChanged, At: 1_000, Settings: s})
	for id := centre.AgentID(1); id <= drawnAgents; id++ {
		e.Step(Event{Kind: AgentDefined, At: 1_000, Profile: drawProfile(d, id)})
		if !d.oneIn(4) {
			e.Step(Event{Kind: SignedIn, At: 1_000, Agent: id})
			e.Step(Event{Kind: ReachSet, At: 1_000, Agent: id, Channel: centre.Phone, Count: 1})
			e.Step(Event{Kind: ReachSet, At: 1_000, Agent: id, Channel: centre.Callback, Count: 1})
		}
	}
}

// history is the property: whatever happens, no law breaks, and an engine that is restored anywhere goes on alike.
func history(d drawn, steps int) error {
	e, version, last := New(), int64(0), centre.ContactID(1)
	begin(d, e)
	twin := New()
	if err := renew(twin, e); err != nil {
		return err
	}
	for i := range steps {
		ev := drawEvent(d, e, &version, last)
		if ev.Kind == Arrived || ev.Kind == Placed {
			last = max(last, ev.Contact)
		}
		got := fmt.Sprint(e.Step(ev))
		if want := fmt.Sprint(twin.Step(ev)); want != got {
			return fmt.Errorf("step %d: %+v\nrestored engine decides %s\nthe other           %s", i, ev, want, got)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("step %d: %+v\ndecides %s\n%w", i, ev, got, err)
		}
		if e.Hash() != twin.Hash() {
			return fmt.Errorf("step %d: %+v: hashes differ", i, ev)
		}
		if d.oneIn(8) {
			if err := renew(twin, e); err != nil {
				return fmt.Errorf("step %d: %+v: %w", i, ev, err)
			}
		}
	}
	return nil
}

// renew makes twin what e is, by way of a snapshot.
func renew(twin, e *Engine) error {
	b := e.Snapshot()
	if err := twin.Restore(b); err != nil {
		return err
	}
	if err := twin.check(); err != nil {
		return fmt.Errorf("restored: %w", err)
	}
	if !bytes.Equal(twin.Snapshot(), b) {
		return fmt.Errorf("a snapshot of the restored engine is different")
	}
	return nil
}

// TestAForgedSnapshotDoesNoHarm changes snapshots and makes the checksum fit: they are refused, or restored to something that can be asked and stepped, or
// stopped by a law, but nothing is followed out of bounds.
func TestAForgedSnapshotDoesNoHarm(t *testing.T) {
	refused := 0
	for seed := range uint64(10) {
		d, e, version, last := fromSeed(seed), New(), int64(0), centre.ContactID(1)
		begin(d, e)
		for range 120 {
			ev := drawEvent(d, e, &version, last)
			if ev.Kind == Arrived || ev.Kind == Placed {
				last = max(last, ev.Contact)
			}
			e.Step(ev)
		}
		whole := e.Snapshot()
		for range 200 {
			b := append([]byte(nil), whole[:len(whole)-8]...)
			for range 1 + d.below(3) {
				b[d.below(len(b))] = byte(d.below(256))
			}
			b = binary.LittleEndian.AppendUint64(b, sum(0, b))
			n := New()
			if err := n.Restore(b); err != nil {
				refused++
				continue
			}
			n.EachContact(func(*ContactView) bool { return true })
			n.Snapshot()
		}
	}
	if refused == 0 {
		t.Error("no forged snapshot was refused")
	}
}

func TestNoHistoryBreaksALaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		if err := history(fromSeed(seed), 250); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	})
}

func FuzzNoHistoryBreaksALaw(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := history(fromBytes(b), min(200, len(b)/8)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestHistoriesReachEverything keeps the drawn histories worth running: every kind of decision must come in a hundred of them.
func TestHistoriesReachEverything(t *testing.T) {
	reached := map[DecisionKind]int{}
	codes := map[Code]int{}
	placed := int64(0)
	for seed := range uint64(100) {
		d := fromSeed(seed)
		e, version, last := New(), int64(0), centre.ContactID(1)
		begin(d, e)
		for range 250 {
			ev := drawEvent(d, e, &version, last)
			if ev.Kind == Arrived || ev.Kind == Placed {
				last = max(last, ev.Contact)
			}
			for _, x := range e.Step(ev) {
				reached[x.Kind]++
				codes[x.Code]++
			}
		}
		placed += e.placed
	}
	if placed == 0 {
		t.Error("no history has an agent call anybody")
	}
	for k := Queued; k < decisionKindCount; k++ {
		if reached[k] == 0 {
			t.Errorf("no history decides %v", k)
		}
	}
	t.Log(reached, codes)
}
