package board

import (
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/quality/index"
)

// aBusyDay makes the log of so many contacts, each of which arrives, is offered, answered, wrapped up and asked: what the feed tells of it.
func aBusyDay(contacts int) []journal.Entry {
	e := routing.New()
	var log []journal.Entry
	at := centre.At(time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC))
	step := func(ev routing.Event) []routing.Decision {
		at += 1
		ev.At = at
		d := append([]routing.Decision(nil), e.Step(ev)...)
		log = append(log, journal.Entry{Seq: int64(len(log) + 1), At: at, Kind: journal.Step, Contact: ev.Contact, Agent: ev.Agent, Event: &ev, Decisions: d})
		return d
	}
	s := &routing.Settings{Version: 1, LapsesToAway: 1, Teams: []routing.Team{{ID: 1}}}
	for q := range 30 {
		s.Queues = append(s.Queues, routing.Queue{ID: centre.QueueID(q + 1), Weight: 100, TargetMS: 20_000, OfferMS: 60_000, WrapUpMS: 60_000, WrapUpMaxMS: 120_000, Open: true, Steps: []routing.Step{{AllHands: true}}})
	}
	c := routing.Capacity{Total: 1}
	c.Weight[centre.Chat], c.Max[centre.Chat] = 1, 1
	s.Capacity = []routing.Capacity{c}
	step(routing.Event{Kind: routing.SettingsChanged, Settings: s})
	for a := centre.AgentID(1); a <= 700; a++ {
		step(routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: a, Team: 1}})
		step(routing.Event{Kind: routing.SignedIn, Agent: a, Status: routing.Ready})
	}
	for id := centre.ContactID(1); id <= centre.ContactID(contacts); id++ {
		for _, d := range step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: centre.QueueID(id%30 + 1), Channel: centre.Chat}) {
			if d.Kind == routing.Offered {
				step(routing.Event{Kind: routing.Accepted, Contact: id, Agent: d.Agent, Offer: d.Offer})
				step(routing.Event{Kind: routing.Ended, Contact: id, Agent: d.Agent})
				step(routing.Event{Kind: routing.WrappedUp, Contact: id, Agent: d.Agent})
			}
		}
		at += 4
		log = append(log, journal.Entry{Seq: int64(len(log) + 1), At: at, Kind: factAnswered, Contact: id, Payload: []byte(`{"queue":1,"team":1,"oks":5,"solved":"yes"}`)})
	}
	return log
}

// BenchmarkFold is what one contact costs the board, from its arrival to its survey.
func BenchmarkFold(b *testing.B) {
	log := aBusyDay(b.N)
	s := newSheet(time.UTC, log[0].At, []edition{newEdition(0, &config.Document{})})
	s.ledger = journal.NewLedger(time.UTC)
	for q := range 30 {
		s.editions[0].targets[centre.QueueID(q+1)] = index.ServiceTarget{Within: 20 * time.Second}
	}
	b.ResetTimer()
	for i := range log {
		if err := s.take(&log[i], nil); err != nil {
			b.Fatal(err)
		}
		if i%16 == 0 {
			s.settle()
		}
	}
	s.settle()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "contacts/s")
	b.ReportMetric(230*b.Elapsed().Seconds()/float64(b.N)*100, "%core@230/s")
	if n := s.today[place{1, 0, 0}]; b.N >= 30 && (n == nil || n.arrived == 0) {
		b.Fatal("nothing was counted")
	}
}
