package journal_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/sim"
)

// day is an engine with its ledger; times are seconds after nine o'clock on a Monday in Oslo.
type day struct {
	t      *testing.T
	engine *routing.Engine
	ledger *journal.Ledger
	seq    int64
	rows   map[centre.ContactID]journal.Contact
	all    totals
}

// totals is what the counters in a database would hold.
type totals struct {
	quarters, days     map[journal.QueueKey]*journal.QueueCounts
	agent15, agentDays map[journal.AgentKey]*journal.AgentCounts
}

func newTotals() totals {
	return totals{map[journal.QueueKey]*journal.QueueCounts{}, map[journal.QueueKey]*journal.QueueCounts{},
		map[journal.AgentKey]*journal.AgentCounts{}, map[journal.AgentKey]*journal.AgentCounts{}}
}

func (s *totals) add(c *journal.Changes) {
	queue := func(m map[journal.QueueKey]*journal.QueueCounts, rows []journal.QueueRow) {
		for i := range rows {
			if m[rows[i].QueueKey] == nil {
				m[rows[i].QueueKey] = &journal.QueueCounts{}
			}
			m[rows[i].QueueKey].Add(&rows[i].QueueCounts)
		}
	}
	agent := func(m map[journal.AgentKey]*journal.AgentCounts, rows []journal.AgentRow) {
		for i := range rows {
			if m[rows[i].AgentKey] == nil {
				m[rows[i].AgentKey] = &journal.AgentCounts{}
			}
			m[rows[i].AgentKey].Add(&rows[i].AgentCounts)
		}
	}
	queue(s.quarters, c.Quarters)
	queue(s.days, c.Days)
	agent(s.agent15, c.Agent15)
	agent(s.agentDays, c.AgentDays)
}

var (
	oslo, _ = time.LoadLocation("Europe/Oslo")
	nine    = centre.At(time.Date(2026, 11, 23, 9, 0, 0, 0, oslo))
)

func newDay(t *testing.T) *day {
	d := &day{t: t, engine: routing.New(), ledger: journal.NewLedger(oslo), rows: map[centre.ContactID]journal.Contact{}, all: newTotals()}
	s := &routing.Settings{Version: 1, Teams: []routing.Team{{ID: 1}}, LapsesToAway: 1}
	for id := centre.QueueID(1); id <= 2; id++ {
		s.Queues = append(s.Queues, routing.Queue{ID: id, Weight: 100, TargetMS: 20_000, OfferMS: 30_000, WrapUpMS: 600_000, WrapUpMaxMS: 600_000, Open: true,
			Callback: routing.Promise{Cap: -1, Attempts: 1}, Steps: []routing.Step{{AllHands: true}}})
	}
	c := routing.Capacity{Total: 1}
	c.Weight[centre.Phone], c.Max[centre.Phone] = 1, 1
	s.Capacity = []routing.Capacity{c}
	d.tell(-3600, routing.Event{Kind: routing.SettingsChanged, Settings: s})
	for id := centre.AgentID(1); id <= 2; id++ {
		d.tell(-3600, routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: id, Team: 1}})
	}
	return d
}

// tell lets something happen at a second.
func (d *day) tell(second int, e routing.Event) []routing.Decision {
	d.t.Helper()
	d.seq++
	e.At = nine + centre.Instant(second)*1000
	decisions := append([]routing.Decision(nil), d.engine.Step(e)...)
	d.apply(journal.Entry{Seq: d.seq, At: e.At, Kind: journal.Step, Contact: e.Contact, Agent: e.Agent, Event: &e, Decisions: decisions})
	return decisions
}

func (d *day) apply(e journal.Entry) {
	d.t.Helper()
	if err := d.ledger.Apply(&e); err != nil {
		d.t.Fatal(err)
	}
	c := d.ledger.Drain()
	d.ledger.DrainAgents(&c)
	for _, row := range c.Contacts {
		d.rows[row.ID] = row
	}
	d.all.add(&c)
}

func (d *day) arrives(second int, id centre.ContactID, queue centre.QueueID) {
	d.tell(second, routing.Event{Kind: routing.Arrived, Contact: id, Queue: queue, Channel: centre.Phone})
}

// accepts lets the agent take what rings.
func (d *day) accepts(second int, agent centre.AgentID) {
	d.t.Helper()
	o, ok := d.engine.OfferTo(agent)
	if !ok {
		d.t.Fatalf("nothing rings at agent %d", agent)
	}
	d.tell(second, routing.Event{Kind: routing.Accepted, Contact: o.Contact, Agent: agent, Offer: o.Offer})
}

// TestRowsAndCountersOfADay tells a short day and compares with what a person counts.
func TestRowsAndCountersOfADay(t *testing.T) {
	d := newDay(t)
	d.arrives(0, 1, 1)
	d.tell(10, routing.Event{Kind: routing.SignedIn, Agent: 1, Status: routing.Ready})
	d.accepts(12, 1) // within the target of 20 s
	d.apply(journal.Entry{Seq: 100, At: nine + 13_000, Kind: journal.About, Contact: 1, Payload: []byte(`{"brand":3,"customer":8,"key":"chat/x","attributes":{"language":"nn"}}`)})
	if d.ledger.ByKey("chat/x") != 1 {
		t.Error("an open contact is not found by its key")
	}
	d.arrives(20, 2, 1)
	d.tell(24, routing.Event{Kind: routing.Abandoned, Contact: 2}) // a short one
	d.arrives(30, 3, 1)
	d.tell(72, routing.Event{Kind: routing.Ended, Contact: 1, Agent: 1})
	d.tell(80, routing.Event{Kind: routing.WrappedUp, Contact: 1, Agent: 1, Reason: 7, Outcome: routing.Solved}) // contact 3 rings now
	d.tell(110, routing.Event{Kind: routing.Woke})                                                               // and lapses: the agent is away
	d.tell(120, routing.Event{Kind: routing.StatusChanged, Agent: 1, Status: routing.Ready})
	d.accepts(125, 1) // after 95 s
	d.tell(130, routing.Event{Kind: routing.StatusChanged, Agent: 1, Status: routing.Paused})
	d.tell(130, routing.Event{Kind: routing.Transferred, Contact: 3, Agent: 1, Target: routing.ToQueue, Queue: 2})
	d.arrives(140, 4, 2)
	d.tell(150, routing.Event{Kind: routing.CallbackAsked, Contact: 4, Until: nine + 3_600_000})
	d.tell(1000, routing.Event{Kind: routing.Abandoned, Contact: 3})
	d.tell(1000, routing.Event{Kind: routing.Abandoned, Contact: 4})
	if d.ledger.ByKey("chat/x") != 0 {
		t.Error("a closed contact is still found by its key")
	}

	for id, want := range map[centre.ContactID]string{
		1: "closed done q1>q1 a1 wait 12000 talk 60000 wrap 8000 offers 1 lapses 0 moves 0 reason 7 solved brand 3 nn why worst_off",
		2: "closed abandoned_queue q1>q1 a0 wait 4000 talk 0 wrap 0 offers 0 lapses 0 moves 0 reason 0  brand 0 ",
		4: "closed abandoned_queue q2>q2 a0 wait 860000 talk 0 wrap 0 offers 0 lapses 0 moves 0 reason 0  brand 0 ",
	} {
		if got := tellRow(d.rows[id]); got != want {
			t.Errorf("contact %d: %s\nwant       %s", id, got, want)
		}
	}
	if c := d.rows[3]; c.Queue != 1 || c.LastQueue != 2 || c.WaitMS != 95_000 || c.TalkMS != 5_000 || c.Moves != 1 || c.Lapses != 1 || c.Offers != 2 || c.Counted != journal.CountedAnswered {
		t.Errorf("contact 3: %s", tellRow(c))
	}

	slot := journal.Bucket(nine)
	q1 := d.all.quarters[journal.QueueKey{Slot: slot, Queue: 1, Channel: centre.Phone}]
	want := journal.QueueCounts{Arrived: 3, Answered: 2, AnsweredIn: 1, Abandoned: 1, AbandonedIn: 1, AbandonedShort: 1, Moved: 1, WaitMS: 107_000,
		WaitMaxMS: 95_000, AbandonMS: 4_000, TalkMS: 65_000, WrapMS: q1.WrapMS}
	want.AnsweredBy[2], want.AnsweredBy[5], want.AbandonedBy[0] = 1, 1, 1
	if *q1 != want {
		t.Errorf("queue 1 counts %+v\nwant           %+v", *q1, want)
	}
	q2 := d.all.quarters[journal.QueueKey{Slot: slot, Queue: 2, Channel: centre.Phone}]
	if *q2 != (journal.QueueCounts{Arrived: 1, Promised: 1}) {
		t.Errorf("queue 2 counts %+v: a promise is neither answered nor abandoned", *q2)
	}
	a := d.all.agent15[journal.AgentKey{Slot: slot, Agent: 1}]
	if a.Offered != 3 || a.Accepted != 2 || a.Lapsed != 1 || a.Connected != 2 || a.AwayMS != 10_000 || a.RingingMS != 2_000+30_000+5_000 || a.TalkingMS != 65_000 {
		t.Errorf("agent 1 counts %+v", *a)
	}
}

func tellRow(c journal.Contact) string {
	s := fmt.Sprintf("%s %s q%d>q%d a%d wait %d talk %d wrap %d offers %d lapses %d moves %d reason %d %s brand %d %s", c.State, c.How, c.Queue, c.LastQueue,
		c.Agent, c.WaitMS, c.TalkMS, c.WrapMS, c.Offers, c.Lapses, c.Moves, c.Reason, c.Outcome, c.About.Brand, c.About.Attributes["language"])
	if c.Why != nil {
		s += " why " + c.Why.Rule.String()
	}
	return strings.ReplaceAll(s, "  why", " why")
}

// TestAgentsTimeIsCutAtQuartersAndMidnight follows one agent over midnight of the night in which summer time ends.
func TestAgentsTimeIsCutAtQuartersAndMidnight(t *testing.T) {
	d := newDay(t)
	d.tell(0, routing.Event{Kind: routing.SignedIn, Agent: 1, Status: routing.Paused, Pause: 2})
	d.tell(86_400, routing.Event{Kind: routing.SignedOut, Agent: 1})
	var quarters int64
	for k, c := range d.all.agent15 {
		if c.PausedMS != journal.BucketMS {
			t.Errorf("quarter %d holds %d ms", k.Slot, c.PausedMS)
		}
		quarters += c.PausedMS
	}
	first := journal.NewCalendar(oslo).Day(nine)
	if a, b := d.all.agentDays[journal.AgentKey{Slot: first, Agent: 1}].PausedMS, d.all.agentDays[journal.AgentKey{Slot: first + 1, Agent: 1}].PausedMS; a != 15*3_600_000 ||
		b != 9*3_600_000 || quarters != a+b {
		t.Errorf("days of %d and %d ms, quarters of %d ms", a, b, quarters)
	}
	autumn := time.Date(2026, 10, 25, 0, 30, 0, 0, oslo)
	days := journal.NewCalendar(oslo)
	if a, b := days.Day(centre.At(autumn)), days.Day(centre.At(autumn.Add(24*time.Hour))); a != b {
		t.Errorf("the day of 25 hours is %d at its beginning and %d at its end", a, b)
	}
}

// simulated is a recorded day with faults.
func simulated(t *testing.T, seed uint64) []journal.Entry {
	t.Helper()
	var entries []journal.Entry
	var at centre.Instant
	_, err := sim.Record(sim.Large(30), seed, sim.Options{Days: 1, Faults: sim.UsualFaults()}, func(e *routing.Event, decisions []routing.Decision) {
		event := *e
		at = max(at, e.At) // late events are of now
		entries = append(entries, journal.Entry{Seq: int64(len(entries) + 1), At: at, Kind: journal.Step, Contact: e.Contact, Agent: e.Agent, Event: &event,
			Decisions: append([]routing.Decision(nil), decisions...)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestCountersAddUp folds a simulated day with faults and checks what must hold between the counters and the rows.
func TestCountersAddUp(t *testing.T) {
	d := &day{t: t, ledger: journal.NewLedger(oslo), rows: map[centre.ContactID]journal.Contact{}, all: newTotals()}
	entries := simulated(t, 11)
	for _, e := range entries {
		d.apply(e)
	}
	var quarters, days journal.QueueCounts
	for _, c := range d.all.quarters {
		quarters.Add(c)
	}
	for _, c := range d.all.days {
		days.Add(c)
	}
	if quarters != days {
		t.Errorf("quarters sum to %+v\ndays to         %+v", quarters, days)
	}
	open := int64(0)
	d.ledger.Contacts(func(c journal.Contact) bool {
		if c.Counted == journal.NotCounted {
			open++
		}
		return true
	})
	if out := quarters.Answered + quarters.Abandoned + quarters.Promised + quarters.HandedOff + quarters.Unanswered; quarters.Arrived != out+open || out == 0 {
		t.Errorf("%d arrived, %d were answered or left, %d have neither", quarters.Arrived, out, open)
	}
	var rows, talk, placed, placedTalk, by int64
	for _, c := range d.rows {
		switch {
		case c.Placed:
			placed++
			placedTalk += c.TalkMS
			continue
		case c.State != journal.TurnedAway:
			rows++
		}
		talk += c.TalkMS
	}
	if placed != quarters.Placed || placedTalk != quarters.PlacedTalkMS || placed == 0 {
		t.Errorf("%d rows that agents began with %d ms of talk; counted %d and %d", placed, placedTalk, quarters.Placed, quarters.PlacedTalkMS)
	}
	for i := range quarters.AnsweredBy {
		by += quarters.AnsweredBy[i]
	}
	if rows != quarters.Arrived || talk != quarters.TalkMS || by != quarters.Answered {
		t.Errorf("%d rows with %d ms of talk and %d answered by wait; counted %d, %d and %d", rows, talk, by, quarters.Arrived, quarters.TalkMS, quarters.Answered)
	}
	var a15, aday, signed int64
	for _, c := range d.all.agent15 {
		a15 += c.FreeMS + c.DirectMS + c.PausedMS + c.AwayMS + c.RingingMS + c.TalkingMS + c.WrappingMS + c.LostMS
	}
	for _, c := range d.all.agentDays {
		aday += c.FreeMS + c.DirectMS + c.PausedMS + c.AwayMS + c.RingingMS + c.TalkingMS + c.WrappingMS + c.LostMS
	}
	since := map[centre.AgentID]centre.Instant{}
	for i := range entries {
		for _, x := range entries[i].Decisions {
			if x.Kind != routing.AgentChanged {
				continue
			}
			from, in := since[x.Agent]
			if x.State == routing.Gone && in {
				signed += int64(entries[i].At - from)
				delete(since, x.Agent)
			} else if x.State != routing.Gone && !in {
				since[x.Agent] = entries[i].At
			}
		}
	}
	if a15 != aday || a15 != signed || signed == 0 {
		t.Errorf("agents were signed in for %d ms; quarters hold %d, days %d", signed, a15, aday)
	}
}

// TestSnapshotContinuesTheLedger cuts a day in the middle, takes a snapshot through its bytes, and finds the same rows and counters after it.
func TestSnapshotContinuesTheLedger(t *testing.T) {
	entries := simulated(t, 12)
	half := len(entries) / 2
	whole := journal.NewLedger(oslo)
	for i := range entries[:half] {
		whole.Apply(&entries[i])
	}
	c := whole.Drain()
	whole.DrainAgents(&c)
	body, err := whole.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	snap := journal.Snapshot{Seq: int64(half), At: entries[half-1].At, Hash: 1 << 63, Engine: []byte("engine"), Ledger: body}
	kept, err := snap.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := journal.ParseSnapshot(kept)
	if err != nil || !reflect.DeepEqual(*back, snap) {
		t.Fatalf("the snapshot came back as %+v, %v", back, err)
	}
	cut, err := journal.RestoreLedger(back.Ledger, oslo)
	if err != nil {
		t.Fatal(err)
	}
	for i := range entries[half:] {
		whole.Apply(&entries[half+i])
		cut.Apply(&entries[half+i])
	}
	a, b := whole.Drain(), cut.Drain()
	whole.DrainAgents(&a)
	cut.DrainAgents(&b)
	if !reflect.DeepEqual(a, b) || len(a.Contacts) == 0 || len(a.Agent15) == 0 {
		t.Error("the ledger restored from a snapshot gave other rows")
	}
	for _, at := range []int{5, 30, len(kept) / 2, len(kept) - 1} {
		broken := append([]byte(nil), kept...)
		broken[at] ^= 1
		if _, err := journal.ParseSnapshot(broken); err == nil {
			t.Errorf("a snapshot with a flipped bit at %d was read", at)
		}
		if _, err := journal.ParseSnapshot(kept[:at]); err == nil {
			t.Errorf("a snapshot cut at %d was read", at)
		}
	}
}

// TestPlacedCallsAreCountedApart lets an agent call a customer and hand the call on: no count of those who come, wait and are answered moves.
func TestPlacedCallsAreCountedApart(t *testing.T) {
	l := journal.NewLedger(time.UTC)
	at := centre.Instant(journal.BucketMS)
	take := func(ev routing.Event, decisions ...routing.Decision) {
		t.Helper()
		ev.At = at
		if err := l.Apply(&journal.Entry{Kind: journal.Step, At: at, Event: &ev, Decisions: decisions}); err != nil {
			t.Fatal(err)
		}
		at += 10_000
	}
	take(routing.Event{Kind: routing.Placed, Contact: 9, Agent: 1, Queue: 2, Channel: centre.Phone}, routing.Decision{Kind: routing.Refused, Contact: 9, Code: routing.NoRoom})
	if _, there := l.Contact(9); there {
		t.Error("a call that was refused is there")
	}
	take(routing.Event{Kind: routing.Placed, Contact: 9, Agent: 1, Queue: 2, Channel: centre.Phone},
		routing.Decision{Kind: routing.Connected, Contact: 9, Agent: 1, Queue: 2, Channel: centre.Phone})
	take(routing.Event{Kind: routing.Transferred, Contact: 9, Agent: 1, Target: routing.ToQueue, Queue: 3}, routing.Decision{Kind: routing.Queued, Contact: 9, Queue: 3})
	take(routing.Event{Kind: routing.Accepted, Contact: 9, Agent: 4}, routing.Decision{Kind: routing.OfferEnded, Contact: 9, Agent: 4, End: routing.OfferAccepted},
		routing.Decision{Kind: routing.Connected, Contact: 9, Agent: 4, Queue: 3, Channel: centre.Phone})
	take(routing.Event{Kind: routing.Ended, Contact: 9, Agent: 4}, routing.Decision{Kind: routing.WrapUpStarted, Contact: 9, Agent: 4})
	take(routing.Event{Kind: routing.WrappedUp, Contact: 9, Agent: 4}, routing.Decision{Kind: routing.WrapUpOver, Contact: 9, Agent: 4},
		routing.Decision{Kind: routing.Closed, Contact: 9, How: routing.Done})
	c := l.Drain()
	l.DrainAgents(&c)
	if want := (journal.QueueCounts{Placed: 1, PlacedTalkMS: 20_000, PlacedWrapMS: 10_000}); len(c.Quarters) != 1 || c.Quarters[0].QueueCounts != want || c.Quarters[0].Queue != 2 {
		t.Errorf("counted %+v, want %+v", c.Quarters, want)
	}
	if row := c.Contacts[0]; !row.Placed || row.Answered != 0 || row.WaitMS != 0 || row.TalkMS != 20_000 || row.WrapMS != 10_000 || row.LastQueue != 3 || row.Moves != 1 {
		t.Errorf("the row is %+v", row)
	}
	if len(c.Agent15) != 2 || c.Agent15[0].Placed != 1 || c.Agent15[0].Connected != 0 || c.Agent15[1].Placed != 0 || c.Agent15[1].Connected != 1 {
		t.Errorf("the agents' counters are %+v", c.Agent15)
	}
}

// TestAPromiseThatIsMovedStaysAPromise keeps the state of a promise through another attempt and another hour.
func TestAPromiseThatIsMovedStaysAPromise(t *testing.T) {
	l := journal.NewLedger(time.UTC)
	for i, d := range []routing.Decision{
		{Kind: routing.Queued, Contact: 5, Queue: 2}, {Kind: routing.PromiseMade, Contact: 5}, {Kind: routing.PromiseMoved, Contact: 5, Until: 900_000},
		{Kind: routing.Queued, Contact: 5, Queue: 2}, {Kind: routing.Dial, Contact: 5}, {Kind: routing.PromiseRetry, Contact: 5, Until: 1_000_000},
	} {
		ev := routing.Event{Kind: routing.Woke}
		if i == 0 {
			ev = routing.Event{Kind: routing.Arrived, Contact: 5, Queue: 2, Channel: centre.Callback}
		}
		if err := l.Apply(&journal.Entry{Kind: journal.Step, At: 1000, Event: &ev, Decisions: []routing.Decision{d}}); err != nil {
			t.Fatal(err)
		}
		if c, _ := l.Contact(5); i == 2 && c.State != journal.Promised || i == 5 && c.State != journal.Promised {
			t.Errorf("after %v the contact is %s", d.Kind, c.State)
		}
	}
}
