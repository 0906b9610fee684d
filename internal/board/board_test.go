package board_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"sentral/internal/board"
	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// aMorning is a short day of everything that can happen to a contact.
func aMorning(h *house) {
	h.answer(strom, ada, 10*seconds) // in time, by Kraft
	h.status(routing.Paused, ada, cleo)
	late := h.arrive(strom)
	h.pass(70 * seconds)
	h.status(routing.Ready, cleo) // late, by the partner
	h.accept(cleo)
	h.finish(cleo, late, 30*seconds, 10*seconds)
	h.status(routing.Ready, ada)
	h.answer(fiber, bo, 5*seconds)
	gone := h.arrive(fiber)
	h.pass(30 * seconds)
	h.do(routing.Event{Kind: routing.Abandoned, Contact: gone})
}

func TestEveryQueueIsJudgedByItsOwnFormulaOrTheChosenOne(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	h.answer(strom, ada, 10*seconds)
	h.status(routing.Paused, ada)
	h.answer(strom, cleo, 20*seconds)
	h.status(routing.Paused, cleo)
	left := h.arrive(strom) // nobody is there: gives up within the target
	h.pass(30 * seconds)
	h.do(routing.Event{Kind: routing.Abandoned, Contact: left})
	short := h.arrive(strom)
	h.pass(3 * seconds)
	h.do(routing.Event{Kind: routing.Abandoned, Contact: short})
	h.arrive(strom) // waits past its target
	h.pass(90 * seconds)

	cases := []struct {
		formula  string
		met, of  int64
		permille int
	}{
		{"queue", 2, 4, 500}, // answered_of_offered
		{"answered_of_offered", 2, 4, 500},
		{"answered_of_answered", 2, 2, 1000},
		{"answered_or_abandoned_of_offered", 4, 4, 1000},
		{"connect", 4, 5, 800},
		{"genesys", 2, 4, 500},
		{"genesys_short_off", 2, 3, 667},
		{"genesys_abandons_off", 2, 2, 1000},
		{"cisco_ignored", 2, 3, 667}, // the one past its target counts already
		{"cisco_negative", 2, 5, 400},
		{"cisco_positive", 4, 5, 800},
	}
	for _, c := range cases {
		w := h.wall(board.Filter{Formula: c.formula})
		got := row(w, strom).Level
		name := c.formula
		if name == "queue" {
			name = "answered_of_offered"
		}
		want := board.Level{Permille: c.permille, Numerator: c.met, Denominator: c.of, Formula: name, WithinMS: 60_000, GoalPermille: 800}
		if got != want {
			t.Errorf("%s: %+v, want %+v", c.formula, got, want)
		}
		if now := row(w, strom).LevelNow; now.Numerator != c.met || now.Denominator != c.of {
			t.Errorf("%s this quarter: %+v", c.formula, now)
		}
		if c.formula != "queue" && w.Level.Formula != c.formula || c.formula == "queue" && w.Level.Formula != "queue" {
			t.Errorf("the page names %q for %q", w.Level.Formula, c.formula)
		}
	}
	if _, err := h.board.Wall(ctx, leader, board.Filter{Formula: "guess"}); centre.KindOf(err) != centre.Invalid {
		t.Errorf("an unknown formula gave %v", err)
	}
	until(t, "the desk's level", func() bool { return h.board.Level(strom) == 500 })
	h.status(routing.Paused, bo)
	h.arrive(fiber)
	h.pass(30 * seconds)
	h.arrive(fiber) // the log goes on: the one before has passed its target, which this formula counts at once
	until(t, "the desk's level of who waits", func() bool { return h.board.Level(fiber) == 0 })
	if h.board.Level(99) != -1 {
		t.Error("a queue that does not exist has a level")
	}
}

func TestTheWallShowsWhoWaitsAndWhoIsThere(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	aMorning(h)
	h.arrive(strom)
	h.pass(5 * seconds)
	h.status(routing.Paused, bo)
	h.arrive(fiber)
	h.pass(40 * seconds) // the offer to somebody in Strøm has lapsed and gone on
	w := h.wall(board.Filter{})
	if w.Waiting != 2 || w.LongestWaitMS != 45_000 || w.LongestTargetMS != 60_000 {
		t.Errorf("%d wait, the longest %d ms of %d", w.Waiting, w.LongestWaitMS, w.LongestTargetMS)
	}
	s, f := row(w, strom), row(w, fiber)
	if s.Offered != 3 || s.Answered != 2 || s.Abandoned != 0 || s.AnswerMS != 40_000 || s.HandleMS != 40_000 || s.Waiting != 1 {
		t.Errorf("Strøm: %+v", s)
	}
	if f.Offered != 3 || f.Answered != 1 || f.Abandoned != 1 || f.AnswerMS != 5_000 || f.Waiting != 1 || f.LongestWaitMS != 40_000 {
		t.Errorf("Fiber: %+v", f)
	}
	if w.Contacts != 6 || w.Handled != 3 || w.Abandoned != 1 {
		t.Errorf("%d contacts, %d answered, %d gave up", w.Contacts, w.Handled, w.Abandoned)
	}
	if f.SignedIn != 1 || f.Free != 0 || s.SignedIn != 2 {
		t.Errorf("Fiber has %d there and %d free, Strøm %d there", f.SignedIn, f.Free, s.SignedIn)
	}
	if a := w.Agents; a.Paused != 1 || a.Free+a.Ringing+a.Paused+a.Away != 3 || a.Ringing != 1 {
		t.Errorf("states: %+v", a)
	}
	if !s.Open || s.Name != "Strøm" || s.Brand != fjord || !slices.Equal(s.Channels, []string{"chat"}) || w.Title != "Fjordglimt-gruppen" {
		t.Errorf("names: %+v, %q", s, w.Title)
	}
}

func TestATeamsPageCountsWhatItsPeopleAnswered(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	aMorning(h)
	h.arrive(strom)
	for _, c := range []struct {
		name              string
		filter            board.Filter
		title             string
		queues            []centre.QueueID
		contacts, met, of int64
		waiting, agents   int
	}{
		{"the organisation", board.Filter{}, "Fjordglimt-gruppen", []centre.QueueID{strom, fiber}, 5, 2, 4, 1, 3},
		{"Kraft", board.Filter{Team: kraft}, "Kraft", []centre.QueueID{strom}, 1, 1, 1, 1, 1},
		{"Nett", board.Filter{Team: nett}, "Nett", []centre.QueueID{fiber}, 1, 1, 1, 0, 1},
		{"the partner", board.Filter{Partner: svarhuset}, "Svarhuset", []centre.QueueID{strom}, 1, 0, 1, 1, 1},
		{"Fjordglimt", board.Filter{Brand: fjord}, "Fjordglimt", []centre.QueueID{strom}, 3, 1, 2, 1, 2},
		{"Älvljus", board.Filter{Brand: alv}, "Älvljus", []centre.QueueID{fiber}, 2, 1, 2, 0, 1},
		{"Kraft for Älvljus", board.Filter{Brand: alv, Team: kraft}, "Kraft · Älvljus", nil, 0, 0, 0, 0, 0},
	} {
		w := h.wall(c.filter)
		var queues []centre.QueueID
		for _, q := range w.Queues {
			queues = append(queues, q.ID)
		}
		if w.Title != c.title || !slices.Equal(queues, c.queues) || w.Contacts != c.contacts || w.Level.Numerator != c.met || w.Level.Denominator != c.of || w.Waiting != c.waiting {
			t.Errorf("%s: %q, queues %v, %d contacts, %d of %d, %d wait", c.name, w.Title, queues, w.Contacts, w.Level.Numerator, w.Level.Denominator, w.Waiting)
		}
		if n := w.Agents.Free + w.Agents.Ringing; n != c.agents {
			t.Errorf("%s: %d agents, want %d", c.name, n, c.agents)
		}
		var arrived int64
		for _, i := range w.Intervals {
			arrived += i.Arrived
		}
		if arrived != c.contacts {
			t.Errorf("%s: %d contacts in the intervals, %d on the page", c.name, arrived, c.contacts)
		}
	}
}

func TestWhatCustomersAnsweredIsShownWithItsUncertainty(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	id := h.answer(strom, ada, seconds)
	say := func(n centre.ContactID, oks int, solved string) { h.survey(n, strom, kraft, 0, oks, solved) }
	say(id, 1, "no")
	say(id, 6, "yes") // thinks better of it: counted once
	say(1002, 6, "yes")
	w := h.wall(board.Filter{})
	if w.OKS.N != 2 || w.OKS.Mean != nil || w.Solved.N != 2 || w.Solved.Mean != nil {
		t.Errorf("two answers show a mean: %+v, %+v", w.OKS, w.Solved)
	}
	say(1003, 1, "dont_know")
	w = h.wall(board.Filter{})
	if w.OKS.Mean == nil || fmt.Sprintf("%.2f", *w.OKS.Mean) != "66.67" || w.OKS.Low != nil {
		t.Errorf("three answers: %+v", w.OKS)
	}
	say(1004, 5, "no")
	h.survey(1005, fiber, nett, 0, 3, "yes")
	w = h.wall(board.Filter{})
	// 100, 100, 0, 80, 40: mean 64, standard error 19.4, t 2.776; three of five solved, Wilson.
	if w.OKS.N != 5 || *w.OKS.Mean != 64 || fmt.Sprintf("%.1f %.1f", *w.OKS.Low, *w.OKS.High) != "10.2 100.0" {
		t.Errorf("OKS: %d %v %v %v", w.OKS.N, *w.OKS.Mean, *w.OKS.Low, *w.OKS.High)
	}
	if w.Solved.N != 5 || *w.Solved.Mean != 60 || fmt.Sprintf("%.1f %.1f", *w.Solved.Low, *w.Solved.High) != "23.1 88.2" {
		t.Errorf("solved: %+v %v %v %v", w.Solved.N, *w.Solved.Mean, *w.Solved.Low, *w.Solved.High)
	}
	if q := row(w, strom); q.OKS.N != 4 || row(w, fiber).OKS.N != 1 {
		t.Errorf("by queue: %d and %d", q.OKS.N, row(w, fiber).OKS.N)
	}
	if n := h.wall(board.Filter{Team: nett}).OKS.N; n != 1 {
		t.Errorf("Nett has %d answers", n)
	}
}

// alike compares two drawings but for when they were made.
func alike(a, b board.Wall) bool {
	a.Seq, a.Now = b.Seq, b.Now
	return reflect.DeepEqual(a, b)
}

var everyPage = []board.Filter{{}, {Team: kraft}, {Team: nett}, {Partner: svarhuset}, {Brand: fjord}, {Brand: alv}, {Formula: "connect"}, {Formula: "cisco_negative", Brand: fjord}}

func TestARestartShowsTheSameFigures(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := openHouse(t, url, "2026-03-02 23:50")
		h.answer(strom, ada, 10*seconds) // yesterday
		late := h.arrive(strom)
		h.pass(15 * time.Minute) // past midnight
		h.do(routing.Event{Kind: routing.Abandoned, Contact: late})
		h.status(routing.Ready, ada, cleo) // offers lapsed over midnight
		aMorning(h)
		// Ada answers and hands over to Bo's team: the contact stays Kraft's, who answered it.
		id := h.arrive(strom)
		who := h.ringing()
		h.accept(who)
		h.pass(20 * seconds)
		h.do(routing.Event{Kind: routing.Transferred, Contact: id, Agent: who, Target: routing.ToPerson, ToAgent: bo})
		h.accept(bo)
		h.finish(bo, id, 10*seconds, 5*seconds)
		// A callback is promised after 50 s and kept later; another customer waits still.
		h.status(routing.Paused, ada, cleo)
		promised := h.arrive(strom)
		h.pass(50 * seconds)
		h.do(routing.Event{Kind: routing.CallbackAsked, Contact: promised, Until: centre.At(h.clock.Wall().Add(4 * time.Hour))})
		h.arrive(strom)
		h.pass(10 * seconds)
		h.survey(id, strom, kraft, 0, 5, "yes")
		before := map[board.Filter]board.Wall{}
		for _, f := range everyPage {
			before[f] = h.wall(f)
		}
		all := before[board.Filter{}]
		if all.Contacts != 7 || all.Handled != 4 || all.Abandoned != 1 || all.OKS.N != 1 {
			t.Errorf("before: %+v", all)
		}
		h.restart()
		for _, f := range everyPage {
			if after := h.wall(f); !alike(before[f], after) {
				t.Errorf("%+v\nbefore %+v\nafter  %+v", f, before[f], after)
			}
		}
	})
}

// ringing is the agent at whom something rings.
func (h *house) ringing() centre.AgentID {
	h.Helper()
	for _, a := range h.agents() {
		if a.Offer != 0 {
			return a.ID
		}
	}
	h.Fatal("nothing rings")
	return 0
}

// TestTheWallAgreesWithHistory plays a day of chance with a change of target at noon, and compares the wall with the journal's own counters of the same day,
// and with what a restart makes of it.
func TestTheWallAgreesWithHistory(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 1))
	h := openHouse(t, storetest.SQLite(t), monday)
	for n := range 260 {
		if n == 130 {
			h.change(strom, 25)
		}
		h.pass(time.Duration(r.IntN(40)) * seconds)
		h.chance(r)
	}
	for _, f := range everyPage {
		before := h.wall(f)
		if f == (board.Filter{}) {
			h.compare(before)
		}
		h.restart()
		if after := h.wall(f); !alike(before, after) {
			t.Errorf("seed %d, %+v\nbefore %+v\nafter  %+v", seed, f, before, after)
		}
	}
}

// chance lets one thing of several happen.
func (h *house) chance(r *rand.Rand) {
	h.Helper()
	switch x := r.IntN(10); {
	case x < 5:
		h.arrive([]centre.QueueID{strom, fiber}[r.IntN(2)])
	case x < 7:
		for _, c := range h.contacts() {
			if c.Phase == routing.InQueue && !c.Promise {
				e := routing.Event{Kind: routing.Abandoned, Contact: c.ID}
				if c.Queue == strom && r.IntN(2) == 0 {
					e = routing.Event{Kind: routing.CallbackAsked, Contact: c.ID, Until: centre.At(h.clock.Wall().Add(time.Hour))}
				}
				h.do(e)
				return
			}
		}
	default:
		for _, a := range h.agents() {
			h.work(a, r)
		}
	}
}

// work lets an agent do the next thing.
func (h *house) work(a routing.AgentView, r *rand.Rand) {
	h.Helper()
	switch a.State {
	case routing.Free:
		if a.Status != routing.Ready {
			h.do(routing.Event{Kind: routing.StatusChanged, Agent: a.ID, Status: routing.Ready})
		}
	case routing.Ringing:
		if h.offered(a.ID) { // it may have lapsed since
			h.accept(a.ID)
		}
	case routing.Talking, routing.Wrapping:
		for _, c := range h.contacts() {
			switch {
			case c.Agent != a.ID:
			case c.Phase == routing.InDial:
				h.do(routing.Event{Kind: routing.CallbackResult, Contact: c.ID, Agent: a.ID, Reached: r.IntN(2) == 0})
			case c.Phase == routing.InTalk && r.IntN(6) == 0:
				h.do(routing.Event{Kind: routing.Transferred, Contact: c.ID, Agent: a.ID, Target: routing.ToQueue, Queue: []centre.QueueID{strom, fiber}[r.IntN(2)]})
			case c.Phase == routing.InTalk:
				h.do(routing.Event{Kind: routing.Ended, Contact: c.ID, Agent: a.ID})
			case c.Phase == routing.InWrapUp:
				h.do(routing.Event{Kind: routing.WrappedUp, Contact: c.ID, Agent: a.ID})
			}
		}
	}
}

// compare holds the wall against the counters of the same day.
func (h *house) compare(w board.Wall) {
	h.Helper()
	var rows []journal.QueueRow
	err := h.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		rows, err = store.QueueQuarters(ctx, tx, 1, 0, 1<<40)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	want := map[centre.Instant]board.Interval{}
	byQueue := map[centre.QueueID]journal.QueueCounts{}
	for _, c := range rows {
		at := centre.Instant(c.Slot * journal.BucketMS)
		i := want[at]
		i.Start = at
		i.Arrived += c.Arrived
		i.Answered += c.Answered
		i.Abandoned += c.Abandoned
		i.InTarget += c.AnsweredIn
		want[at] = i
		sum := byQueue[c.Queue]
		sum.Add(&c.QueueCounts)
		byQueue[c.Queue] = sum
	}
	seen := 0
	for _, i := range w.Intervals {
		if i.Arrived > 0 {
			seen++
		}
		if x := want[i.Start]; i.Arrived != x.Arrived || i.Answered != x.Answered || i.Abandoned != x.Abandoned || i.InTarget != x.InTarget {
			h.Errorf("at %v the wall has %+v, history %+v", i.Start.Time().In(oslo), i, x)
		}
	}
	if seen != len(want) || seen < 4 {
		h.Errorf("%d quarters on the wall, %d in history", seen, len(want))
	}
	for id, c := range byQueue {
		q := row(w, id)
		if q.Answered != c.Answered || q.Abandoned != c.Abandoned || q.Offered != c.Arrived || (c.Answered > 0 && q.AnswerMS != c.WaitMS/c.Answered) {
			h.Errorf("queue %d: %+v, history %+v", id, q, c)
		}
		if c.Promised == 0 && id == strom || c.Moved == 0 {
			h.Errorf("queue %d saw %d callbacks and %d transfers: the day is too quiet to prove anything", id, c.Promised, c.Moved)
		}
		if q.Level.Denominator == 0 || (id == strom && q.Level.Numerator != c.AnsweredIn) {
			h.Errorf("queue %d: level %+v, history %d in time", id, q.Level, c.AnsweredIn)
		}
	}
}
