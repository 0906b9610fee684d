package board_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"sentral/internal/board"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

var ctx = context.Background()

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// rules is a centre of two brands, two house teams and a partner. Nobody and nothing in it exists.
const rules = `
organisation: {name: Fjordglimt-gruppen, language: nb, time_zone: Europe/Oslo}
markets: [{key: norge, name: Norge, country: "NO", language: nb, time_zone: Europe/Oslo}]
brands:
  - {key: fjord, name: Fjordglimt, market: norge, widget_key: fjord-nett, origins: [], colour: "#0b5aa8", greeting: {nb: Hei}, topics: [{name: {nb: Strøm}, queue: strom}]}
  - {key: alv, name: Älvljus, market: norge, widget_key: alv-webb-1, origins: [], colour: "#0b6b4f", greeting: {nb: Hei}, topics: [{name: {nb: Fiber}, queue: fiber}]}
partners: [{key: svarhuset, name: Svarhuset}]
skills: [{key: strom, name: {nb: Strøm}, kind: product}, {key: fiber, name: {nb: Fiber}, kind: product}]
capacities: [{key: en, name: En, total: 1, channels: [{channel: chat, weight: 1, max: 1}, {channel: form, weight: 1, max: 1}]}]
hours: [{key: dogn, name: Døgn, market: norge, holidays: as_usual, week: [{day: mon, periods: ["08:00-24:00"]}, {day: tue, periods: ["00:00-24:00"]}, {day: wed, periods: ["00:00-24:00"]}, {day: thu, periods: ["00:00-24:00"]}, {day: fri, periods: ["00:00-24:00"]}]}]
teams: [{key: kraft, name: Kraft}, {key: nett, name: Nett}, {key: vest, name: Svarhuset Vest, partner: svarhuset}]
queues:
  - {key: strom, name: Strøm, brand: fjord, channels: [chat], hours: dogn, target_s: 60, goal_percent: 80, formula: answered_of_offered, short_abandon_s: 5, weight: 100, age_guarantee_s: 0, offer_s: 30, wrap_up_s: 60, wrap_up_max_s: 600, survey: true,
     steps: [{after_s: 0, needs: [{skill: strom, level: 1}], teams: [kraft], partners: [svarhuset]}], callback: {attempts: 3, retry_s: 600, cap: 20}}
  - {key: fiber, name: Fiber, brand: alv, channels: [chat], hours: dogn, target_s: 20, goal_percent: 70, formula: cisco_negative, short_abandon_s: 5, weight: 100, age_guarantee_s: 0, offer_s: 30, wrap_up_s: 60, wrap_up_max_s: 600, survey: true,
     steps: [{after_s: 0, needs: [{skill: fiber, level: 1}], teams: [nett]}, {after_s: 600, all_hands: true}]}
reasons: [{key: annet, name: {nb: Annet}, active: true}]
pauses: [{key: lunsj, name: {nb: Lunsj}, kind: break}]
people:
  - {key: ada, name: Ada Lund, email: ada@fjord.example, language: nb, team: kraft, capacity: en, skills: [{skill: strom, level: 5}], roles: [{role: agent, scope: team, key: kraft}], active: true}
  - {key: bo, name: Bo Dahl, email: bo@fjord.example, language: nb, team: nett, capacity: en, skills: [{skill: fiber, level: 5}, {skill: strom, level: 5}], roles: [{role: agent, scope: organisation}], active: true}
  - {key: cleo, name: Cleo Vik, email: cleo@svar.example, language: nb, team: vest, capacity: en, skills: [{skill: strom, level: 5}], roles: [{role: agent, scope: organisation}], active: true}
  - {key: dina, name: Dina Moe, email: dina@fjord.example, language: nb, roles: [{role: administrator, scope: organisation}], active: true}
rules: {priority_credit_s: [0, 30], lost_grace_s: 60, return_hold_s: 0, lapses_to_away: 2, decline_cool_s: 0, lost_after_s: 20, survey_open_h: 72, keep_conversations_months: 24}
`

// The people and queues of the rules, by their ids in the order of the file.
const (
	ada, bo, cleo    = centre.AgentID(1), centre.AgentID(2), centre.AgentID(3)
	strom, fiber     = centre.QueueID(1), centre.QueueID(2)
	kraft, nett      = centre.TeamID(1), centre.TeamID(2)
	fjord, alv       = centre.BrandID(1), centre.BrandID(2)
	svarhuset        = centre.PartnerID(1)
	monday           = "2026-03-02 09:00"
	quarter, seconds = 15 * time.Minute, time.Second
)

var oslo, _ = time.LoadLocation("Europe/Oslo")

// clock is time as the test wants it. Timers fire when it is moved.
type clock struct {
	mu     sync.Mutex
	wall   time.Time
	start  time.Time
	timers map[chan time.Time]time.Time
}

func clockAt(t *testing.T, local string) *clock {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, oslo)
	if err != nil {
		t.Fatal(err)
	}
	return &clock{wall: at, start: at, timers: map[chan time.Time]time.Time{}}
}

func (c *clock) Wall() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.wall }

func (c *clock) Elapsed() time.Duration { return c.Wall().Sub(c.start) }

func (c *clock) After(d time.Duration) (<-chan time.Time, func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	c.timers[ch] = c.wall.Add(d)
	return ch, func() bool { c.mu.Lock(); defer c.mu.Unlock(); delete(c.timers, ch); return true }
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = c.wall.Add(d)
	for ch, due := range c.timers {
		if !due.After(c.wall) {
			ch <- c.wall
			delete(c.timers, ch)
		}
	}
}

var quiet = slog.New(slog.DiscardHandler)

// house is a running centre with its board.
type house struct {
	*testing.T
	url    string
	clock  *clock
	db     *store.DB
	centre *live.Centre
	rules  *rulebook.Room
	board  *board.Board
	stop   func()
	ticks  time.Time
}

// openHouse opens a new centre with everybody signed in.
func openHouse(t *testing.T, url, at string) *house {
	t.Helper()
	h := &house{T: t, url: url, clock: clockAt(t, at), ticks: time.Unix(0, 0)}
	h.open()
	t.Cleanup(func() { h.stop() })
	doc, faults := config.Read([]byte(rules))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, err := h.rules.Setup(ctx, *doc); err != nil {
		t.Fatal(err)
	}
	for _, a := range []centre.AgentID{ada, bo, cleo} {
		h.do(routing.Event{Kind: routing.SignedIn, Agent: a, Status: routing.Ready})
	}
	return h
}

// open starts everything on the database that is there.
func (h *house) open() {
	h.Helper()
	log := quiet
	var err error
	if h.db, err = store.Open(ctx, store.Options{URL: h.url}); err != nil {
		h.Fatal(err)
	}
	h.centre = live.New(live.Options{Store: h.db, Clock: h.clock, Log: log, Zone: oslo})
	run, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := h.centre.Run(run); err != nil {
			h.Errorf("the centre ended with %v", err)
		}
	})
	until(h, "the centre to open", func() bool { return h.centre.Status().Owner })
	if h.rules, err = rulebook.New(ctx, store.Rulebook{DB: h.db, Domain: 1}, h.centre, log); err != nil {
		h.Fatal(err)
	}
	h.board = board.New(board.Options{Centre: h.centre, Rules: h.rules, Counters: store.Board{DB: h.db, Domain: 1}, Surveys: store.Survey{DB: h.db, Domain: 1}, Log: log,
		Now: func() time.Time { h.ticks = h.ticks.Add(time.Second); return h.ticks }}) // every look is a new one
	wait.Go(func() { h.board.Run(run) })
	h.stop = sync.OnceFunc(func() { cancel(); wait.Wait(); h.db.Close() })
}

// restart stops everything and starts it again on the same database.
func (h *house) restart() {
	h.Helper()
	h.stop()
	h.open()
}

func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		if f() {
			return
		}
		<-time.After(time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// do lets one thing happen and returns what the engine decided.
func (h *house) do(e routing.Event) (out []routing.Decision) {
	h.Helper()
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error { out = p.Step(e); return nil }}); err != nil {
		h.Fatal(err)
	}
	for _, d := range out {
		if d.Kind == routing.Refused {
			h.Fatalf("%v was refused: %v", e.Kind, d.Code)
		}
	}
	return out
}

// pass lets time go by, and what was to happen in it happen.
func (h *house) pass(d time.Duration) {
	h.Helper()
	h.clock.move(d)
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(*live.Plan) error { return nil }}); err != nil {
		h.Fatal(err)
	}
}

// arrive lets a customer come.
func (h *house) arrive(q centre.QueueID) (id centre.ContactID) {
	h.Helper()
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		id = p.NewContact()
		p.Step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: q, Channel: centre.Chat})
		return nil
	}}); err != nil {
		h.Fatal(err)
	}
	return id
}

// accept lets an agent take what rings.
func (h *house) accept(a centre.AgentID) centre.ContactID {
	h.Helper()
	var o routing.OfferOut
	ok := false
	if err := h.centre.View(ctx, func(v *live.View) error { o, ok = v.Engine().OfferTo(a); return nil }); err != nil || !ok {
		h.Fatalf("nothing rings at agent %d (%v)", a, err)
	}
	h.do(routing.Event{Kind: routing.Accepted, Contact: o.Contact, Agent: a, Offer: o.Offer})
	return o.Contact
}

// finish ends a conversation after a time and wraps it up after another.
func (h *house) finish(a centre.AgentID, id centre.ContactID, talk, wrap time.Duration) {
	h.Helper()
	h.pass(talk)
	h.do(routing.Event{Kind: routing.Ended, Contact: id, Agent: a})
	h.pass(wrap)
	h.do(routing.Event{Kind: routing.WrappedUp, Contact: id, Agent: a, Reason: 1, Outcome: routing.Solved})
}

// answer lets a customer come to an agent who is free, wait, be helped and be done.
func (h *house) answer(q centre.QueueID, a centre.AgentID, wait time.Duration) centre.ContactID {
	h.Helper()
	id := h.arrive(q)
	h.pass(wait)
	h.accept(a)
	h.finish(a, id, 30*seconds, 10*seconds)
	return id
}

// survey lets a customer say how it went.
func (h *house) survey(id centre.ContactID, q centre.QueueID, team centre.TeamID, partner centre.PartnerID, oks int, solved string) {
	h.Helper()
	surveys := store.Survey{DB: h.db, Domain: 1}
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		p.Fact("survey_answer", id, 0, map[string]any{"queue": q, "team": team, "partner": partner, "oks": oks, "solved": solved})
		p.Write(surveys.Put(store.SurveyAnswer{Contact: id, At: p.Now(), Queue: q, Team: team, Partner: partner, Channel: "chat", OKS: oks, Solved: solved}))
		return nil
	}}); err != nil {
		h.Fatal(err)
	}
}

// leader sees everything.
var leader = access.Subject{Person: 90, Grants: []access.Grant{{Role: access.RoleLeader, Scope: access.Scope{Kind: access.ScopeOrganisation}}}}

// wall is a page that knows all that has happened so far.
func (h *house) wall(f board.Filter) (w board.Wall) {
	h.Helper()
	head := h.centre.Head()
	until(h, "the wall", func() bool {
		var err error
		w, err = h.board.Wall(ctx, leader, f)
		if err != nil && centre.KindOf(err) != centre.Unavailable {
			h.Fatal(err)
		}
		return err == nil && w.Seq >= head
	})
	return w
}

func row(w board.Wall, q centre.QueueID) board.Queue {
	for _, r := range w.Queues {
		if r.ID == q {
			return r
		}
	}
	return board.Queue{}
}

// administrator changes the rules.
var administrator = access.Subject{Person: 4, Grants: []access.Grant{{Role: access.RoleAdministrator, Scope: access.Scope{Kind: access.ScopeOrganisation}}}}
