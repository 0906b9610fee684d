package board_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sentral/internal/board"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

func grant(r access.Role, kind access.ScopeKind, id int32) access.Grant {
	return access.Grant{Role: r, Scope: access.Scope{Kind: kind, ID: id}}
}

func TestWhoSeesWhichPages(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	all := []board.Filter{{}, {Team: kraft}, {Team: nett}, {Team: 3}, {Brand: fjord}, {Brand: alv}, {Partner: svarhuset}, {Brand: fjord, Partner: svarhuset}, {Team: kraft, Brand: alv}}
	no := "-"
	for _, c := range []struct {
		name  string
		who   access.Subject
		pages string
		sees  []string // the title of each page of all
	}{
		{"a leader of everything", leader, "organisation brand1 brand2 team1 team2 team3 partner1",
			[]string{"Fjordglimt-gruppen", "Kraft", "Nett", "Svarhuset Vest", "Fjordglimt", "Älvljus", "Svarhuset", "Svarhuset · Fjordglimt", "Kraft · Älvljus"}},
		{"an agent of Kraft", access.Subject{Person: ada, Team: kraft, Grants: []access.Grant{grant(access.RoleAgent, access.ScopeTeam, 1)}}, "team1",
			[]string{"Kraft", "Kraft", no, no, no, no, no, no, "Kraft · Älvljus"}},
		{"an analyst of Älvljus", access.Subject{Person: 70, Grants: []access.Grant{grant(access.RoleAnalyst, access.ScopeBrand, 2)}}, "brand2",
			[]string{"Älvljus", no, no, no, no, "Älvljus", no, no, "Kraft · Älvljus"}},
		{"a leader at the partner, whatever was granted", access.Subject{Person: cleo, Team: 3, Partner: svarhuset, Grants: []access.Grant{grant(access.RoleLeader, access.ScopeOrganisation, 0)}},
			"partner1 team3", []string{"Svarhuset", no, no, "Svarhuset Vest", "Svarhuset · Fjordglimt", "Svarhuset · Älvljus", "Svarhuset", "Svarhuset · Fjordglimt", no}},
		{"the planner for the partner", access.Subject{Person: 71, Grants: []access.Grant{grant(access.RolePlanner, access.ScopePartner, 1)}}, "team3 partner1",
			[]string{"Svarhuset Vest", no, no, "Svarhuset Vest", no, no, "Svarhuset", "Svarhuset · Fjordglimt", no}},
		{"the data protection officer", access.Subject{Person: 72, Grants: []access.Grant{grant(access.RolePrivacy, access.ScopeOrganisation, 0)}}, "",
			[]string{no, no, no, no, no, no, no, no, no}},
		{"nobody", access.Subject{}, "", []string{no, no, no, no, no, no, no, no, no}},
	} {
		pages, err := h.board.Pages(ctx, c.who)
		if err != nil || pages == nil {
			t.Errorf("%s: %v, %v", c.name, pages, err)
		}
		var names []string
		for _, p := range pages {
			name := p.Kind
			if p.ID != 0 {
				name += fmt.Sprint(p.ID)
			}
			names = append(names, name)
		}
		if got := strings.Join(names, " "); got != c.pages {
			t.Errorf("%s: pages %q, want %q", c.name, got, c.pages)
		}
		for i, f := range all {
			var w board.Wall
			until(t, "the wall", func() bool { w, err = h.board.Wall(ctx, c.who, f); return centre.KindOf(err) != centre.Unavailable })
			got := w.Title
			if err != nil {
				if got = no; centre.KindOf(err) != centre.Forbidden {
					t.Errorf("%s, %+v: %v", c.name, f, err)
				}
				if err := h.board.Follow(ctx, c.who, f, nil); centre.KindOf(err) != centre.Forbidden {
					t.Errorf("%s follows %+v: %v", c.name, f, err)
				}
			}
			if got != c.sees[i] {
				t.Errorf("%s, %+v: %q, want %q", c.name, f, got, c.sees[i])
			}
		}
	}
	for _, f := range []board.Filter{{Team: 9}, {Brand: 9}, {Partner: 9}, {Team: kraft, Partner: svarhuset}} {
		if _, err := h.board.Wall(ctx, leader, f); centre.KindOf(err) != centre.Missing {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestAScreenIsSentWhatHasChangedAndASignOfLife(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	b := board.New(board.Options{Centre: h.centre, Rules: h.rules, Counters: store.Board{DB: h.db, Domain: 1}, Surveys: store.Survey{DB: h.db, Domain: 1}, Now: time.Now, Log: quiet,
		Pace: 20 * time.Millisecond})
	run, stop := context.WithCancel(ctx)
	defer stop()
	go b.Run(run)
	until(t, "the wall", func() bool { _, err := b.Wall(ctx, leader, board.Filter{}); return err == nil })

	sent := make(chan board.Wall, 1000)
	follow, leave := context.WithCancel(ctx)
	ended := make(chan error, 1)
	began := time.Now()
	go func() {
		ended <- b.Follow(follow, leader, board.Filter{}, func(seq int64, event string, data any) error {
			w := data.(board.Wall)
			if event != "wall" || seq != w.Seq {
				t.Errorf("sent %q as %d: %+v", event, seq, w)
			}
			sent <- w
			return nil
		})
	}()
	next := func() board.Wall {
		select {
		case w := <-sent:
			return w
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was sent")
		}
		return board.Wall{}
	}
	first := next()
	if again := next(); !alike(first, again) || time.Since(began) < 9*20*time.Millisecond {
		t.Errorf("after %v an unchanged page was sent again: %v", time.Since(began), alike(first, again))
	}
	id := h.answer(strom, ada, seconds)
	h.survey(id, strom, kraft, 0, 6, "yes")
	n := 0
	for w := first; w.Handled != 1 || w.OKS.N != 1; n++ {
		w = next()
	}
	took := time.Since(began)
	leave()
	if err := <-ended; err != nil {
		t.Errorf("who leaves gets %v", err)
	}
	if most := int(took/(20*time.Millisecond)) + 3; n > most {
		t.Errorf("%d pages in %v", n, took)
	}
	broken := errors.New("the browser is gone")
	if err := b.Follow(ctx, leader, board.Filter{}, func(int64, string, any) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a stream that cannot be written ends with %v", err)
	}
}

func TestTheWallIsBuiltAnewWhenTheCentreWasLost(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	aMorning(h)
	before := h.wall(board.Filter{})
	lease, err := h.db.PeekLease(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.Acquire(ctx, 1, lease, store.Owner{ID: "somebody", Node: "else"}); err != nil { // who then dies at once
		t.Fatal(err)
	}
	lost := false
	until(t, "the centre to be lost and taken again", func() bool {
		_, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error { p.Fact("note", 0, 0, struct{}{}); return nil }})
		lost = lost || err != nil
		return lost && err == nil
	})
	after := h.wall(board.Filter{})
	if !alike(before, after) {
		t.Errorf("before %+v\nafter  %+v", before, after)
	}
	h.answer(strom, ada, seconds)
	if w := h.wall(board.Filter{}); w.Handled != before.Handled+1 {
		t.Errorf("%d answered after %d", w.Handled, before.Handled)
	}
}

// TestABoardThatBeginsAmidTrafficCountsEveryContactOnce lets all that can happen to a contact happen between the first look at the centre and the reading
// of the rows, within one millisecond, so that no time tells what came first.
func TestABoardThatBeginsAmidTrafficCountsEveryContactOnce(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	aMorning(h)
	h.status(routing.Paused, bo, cleo)
	waits := h.arrive(fiber)
	rings := h.arrive(strom) // at Ada
	w, err := h.board.Around(ctx, h.centre.Head, func() {
		h.accept(ada)
		h.do(routing.Event{Kind: routing.Ended, Contact: rings, Agent: ada})
		h.do(routing.Event{Kind: routing.WrappedUp, Contact: rings, Agent: ada})
		h.do(routing.Event{Kind: routing.Abandoned, Contact: waits})
		h.do(routing.Event{Kind: routing.Abandoned, Contact: h.arrive(fiber)}) // comes and goes
		whole := h.arrive(strom)
		h.accept(ada)
		h.do(routing.Event{Kind: routing.Ended, Contact: whole, Agent: ada})
		h.do(routing.Event{Kind: routing.WrappedUp, Contact: whole, Agent: ada})
		h.arrive(fiber) // comes and stays
		h.survey(whole, strom, kraft, 0, 6, "yes")
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.Contacts != 9 || w.Handled != 5 || w.Abandoned != 3 || w.OKS.N != 1 || w.Level.Denominator != 8 {
		t.Errorf("%d contacts, %d answered, %d gone, level %+v, %d answers", w.Contacts, w.Handled, w.Abandoned, w.Level, w.OKS.N)
	}
	if other := h.wall(board.Filter{}); !alike(w, other) {
		t.Errorf("the board that was there all the time has\n%+v, not\n%+v", other, w)
	}
}

func TestADayBeginsAtMidnightAndIsComparedWithItsLikes(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), "2026-03-16 09:05") // a Monday; on 29 March the clocks go forward
	h.status(routing.Paused, ada, bo, cleo)
	come := func(n int) {
		for range n {
			id := h.arrive(strom)
			h.do(routing.Event{Kind: routing.Abandoned, Contact: id})
		}
	}
	come(3)
	h.pass(7 * 24 * time.Hour)
	come(5)
	h.pass(7*24*time.Hour - 10*time.Hour) // the clock shows 00:05
	w := h.wall(board.Filter{})
	if at := w.Now.Time().In(oslo).Format("2006-01-02 15:04"); at != "2026-03-30 00:05" {
		t.Fatalf("it is %s", at)
	}
	if w.Contacts != 0 || w.Abandoned != 0 || len(w.Intervals) != 0 || w.Level.Permille != -1 {
		t.Errorf("the day begins with %+v", w)
	}
	h.pass(8*time.Hour + 55*time.Minute)
	come(2)
	h.restart() // which reads what other Mondays were like at once
	w = h.wall(board.Filter{})
	if len(w.Intervals) != 5 { // from 08:00, when the queues open
		t.Fatalf("%d intervals", len(w.Intervals))
	}
	last := w.Intervals[4]
	if last.Start.Time().In(oslo).Format("15:04") != "09:00" || last.Arrived != 2 || *last.Typical != 4 || *last.TypicalLow != 3 || *last.TypicalHigh != 5 {
		t.Errorf("the last interval: %+v, typical %v (%v-%v)", last, *last.Typical, *last.TypicalLow, *last.TypicalHigh)
	}
	if first := w.Intervals[0]; first.Start.Time().In(oslo).Format("15:04") != "08:00" || *first.Typical != 0 {
		t.Errorf("the first interval: %+v", first)
	}
	if v := h.wall(board.Filter{Brand: alv}).Intervals[4]; *v.Typical != 0 {
		t.Errorf("Älvljus is told of others' Mondays: %v", *v.Typical)
	}
	if v := h.wall(board.Filter{Team: kraft}).Intervals; slices.ContainsFunc(v, func(i board.Interval) bool { return i.Typical != nil }) {
		t.Error("a team's page tells what is typical of everybody")
	}
}

func TestGoodNewsStandBesideBad(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), monday)
	for range 12 {
		h.answer(strom, ada, seconds)
		h.status(routing.Paused, cleo)
	}
	h.status(routing.Paused, bo)
	for i := range 12 {
		id := h.arrive(fiber)
		h.pass(30 * seconds)
		h.do(routing.Event{Kind: routing.Abandoned, Contact: id})
		if i < 5 {
			h.survey(centre.ContactID(5000+i), strom, kraft, 0, 6, "yes")
			h.survey(centre.ContactID(6000+i), fiber, nett, 0, 1, "no")
		}
	}
	h.arrive(fiber)
	h.pass(10 * time.Minute)
	w := h.wall(board.Filter{})
	var got []string
	for _, x := range w.Highlights {
		got = append(got, fmt.Sprintf("%v %s %s %.0f/%.0f", x.Good, x.Code, x.Name, x.Value, x.Goal))
	}
	want := []string{
		"true oks_high Strøm 100/80", "false longest_wait_over_target Fiber 600000/20000",
		"true solved_high Strøm 100/80", "false abandon_high Fiber 100/8",
		"true level_above_goal Strøm 100/80", "false level_below_goal Fiber 0/70",
	}
	if !slices.Equal(got, want) {
		t.Errorf("highlights\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	calm := h.wall(board.Filter{Brand: fjord})
	var codes []string
	for _, x := range calm.Highlights {
		codes = append(codes, x.Code)
	}
	if slices.ContainsFunc(calm.Highlights, func(x board.Highlight) bool { return !x.Good }) || !slices.Contains(codes, "all_answered") {
		t.Errorf("a calm page says %v", codes)
	}
}
