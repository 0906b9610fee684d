package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/feed"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
	"sentral/internal/webhook"
)

var ctx = context.Background()

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// nobody is a directory without people: the tests act as who they say they are.
type nobody struct{}

func (nobody) Person(centre.AgentID) (access.Person, bool) { return access.Person{}, false }
func (nobody) ByEmail(string) (access.Person, bool)        { return access.Person{}, false }
func (nobody) Organisation() string                        { return "Fjordglimt-gruppen" }

func everywhere(r access.Role) access.Subject {
	return access.Subject{Person: 9, Fresh: true, Grants: []access.Grant{{Role: r, Scope: access.Scope{Kind: access.ScopeOrganisation}}}}
}

var (
	administrator = everywhere(access.RoleAdministrator)
	analyst       = everywhere(access.RoleAnalyst)
	agent         = everywhere(access.RoleAgent)
)

// house is a running centre with its webhooks.
type house struct {
	*testing.T
	url     string
	options webhook.Options
	db      *store.DB
	centre  *live.Centre
	hooks   *webhook.Room
	turned  webhook.Secret
	stop    func()
}

// openHouse opens a new centre with one queue and one agent who is ready. The options' Address makes loopback addresses the centre's own.
func openHouse(t *testing.T, url string, o webhook.Options) *house {
	t.Helper()
	if o.Retries == nil {
		o.Retries = []time.Duration{time.Millisecond, time.Millisecond}
	}
	h := &house{T: t, url: url, options: o}
	h.open()
	t.Cleanup(func() { h.stop() })
	s := &routing.Settings{Version: 1, LapsesToAway: 1, Teams: []routing.Team{{ID: 1}}, Queues: []routing.Queue{{ID: 1, Weight: 100, TargetMS: 20_000, OfferMS: 60_000, WrapUpMS: 60_000,
		WrapUpMaxMS: 120_000, Open: true, Steps: []routing.Step{{AllHands: true}}}}}
	c := routing.Capacity{Total: 1}
	c.Weight[centre.Chat], c.Max[centre.Chat] = 1, 1
	s.Capacity = []routing.Capacity{c}
	h.do(routing.Event{Kind: routing.SettingsChanged, Settings: s})
	h.do(routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: 1, Team: 1}})
	h.do(routing.Event{Kind: routing.SignedIn, Agent: 1, Status: routing.Ready})
	return h
}

func (h *house) open() {
	h.Helper()
	log := slog.New(slog.DiscardHandler)
	var err error
	if h.db, err = store.Open(ctx, store.Options{URL: h.url}); err != nil {
		h.Fatal(err)
	}
	// The feed keeps next to nothing, so that who is a little slow has to go to the disk.
	h.centre = live.New(live.Options{Store: h.db, Log: log, Hub: feed.New(feed.Options{KeepMS: 1, KeepAtLeast: 1, KeepAtMost: 3})})
	run, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := h.centre.Run(run); err != nil {
			h.Errorf("the centre ended with %v", err)
		}
	})
	h.until("the centre to open", func() bool { return h.centre.Status().Owner })
	room, err := access.New(access.Options{Address: "https://sentral.example", Master: make([]byte, 32)}, store.Access{DB: h.db, Domain: 1}, nobody{}, time.Now, log)
	if err != nil {
		h.Fatal(err)
	}
	o := h.options
	o.Centre, o.Store, o.Access, o.Seal, o.Unseal, o.Log = h.centre, store.Webhook{DB: h.db, Domain: 1}, room, room.Seal, room.Unseal, log
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Address == "" {
		o.Address = "http://127.0.0.1:8080"
	}
	h.hooks = webhook.New(o)
	wait.Go(func() { h.hooks.Run(run) })
	h.stop = sync.OnceFunc(func() { cancel(); wait.Wait(); h.db.Close() })
}

func (h *house) restart() {
	h.Helper()
	h.stop()
	h.open()
}

func (h *house) until(what string, f func() bool) {
	h.Helper()
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		if f() {
			return
		}
		<-time.After(2 * time.Millisecond)
	}
	h.Fatalf("waited in vain for %s", what)
}

func (h *house) do(e routing.Event) (out []routing.Decision) {
	h.Helper()
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error { out = p.Step(e); return nil }}); err != nil {
		h.Fatal(err)
	}
	return out
}

// contact takes one contact from its arrival through the survey, and returns its id.
func (h *house) contact() (id centre.ContactID) {
	h.Helper()
	var offer centre.OfferID
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		id = p.NewContact()
		for _, d := range p.Step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: 1, Channel: centre.Chat}) {
			if d.Kind == routing.Offered {
				offer = d.Offer
			}
		}
		p.About(id, journal.AboutContact{Brand: 2, Key: "chat/a-visitors-hash", Attributes: map[string]string{"language": "nn"}})
		return nil
	}}); err != nil {
		h.Fatal(err)
	}
	h.do(routing.Event{Kind: routing.Accepted, Contact: id, Agent: 1, Offer: offer})
	h.do(routing.Event{Kind: routing.Ended, Contact: id, Agent: 1})
	h.do(routing.Event{Kind: routing.WrappedUp, Contact: id, Agent: 1, Reason: 4, Outcome: routing.Solved})
	if _, err := h.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		p.Fact("survey_answer", id, 0, map[string]any{"queue": 1, "brand": 2, "team": 1, "oks": 6, "solved": "yes"})
		return nil
	}}); err != nil {
		h.Fatal(err)
	}
	return id
}

// add subscribes to some kinds.
func (h *house) add(url string, kinds ...string) webhook.Secret {
	h.Helper()
	s, err := h.hooks.Add(ctx, administrator, webhook.NewHook{URL: url, Kinds: kinds})
	if err != nil {
		h.Fatal(err)
	}
	return s
}

// deliveries are those of one subscription, oldest first.
func (h *house) deliveries(id int64) (out []webhook.Delivery) {
	h.Helper()
	page, err := h.hooks.Deliveries(ctx, administrator, id, 0, 200)
	if err != nil {
		h.Fatal(err)
	}
	for i := len(page) - 1; i >= 0; i-- {
		out = append(out, page[i])
	}
	return out
}

// got is one request that a subscriber received.
type got struct {
	header http.Header
	body   []byte
	notice notice
}

// notice is what a subscriber reads of a body.
type notice struct {
	ID      string           `json:"id"`
	Kind    string           `json:"kind"`
	Seq     int64            `json:"seq"`
	At      centre.Instant   `json:"at_ms"`
	Contact centre.ContactID `json:"contact_id"`
	Agent   centre.AgentID   `json:"agent_id"`
	Queue   centre.QueueID   `json:"queue_id"`
	Reason  centre.ReasonID  `json:"reason_id"`
	Outcome string           `json:"outcome"`
	How     string           `json:"how"`
	State   string           `json:"state"`
	Brand   centre.BrandID   `json:"brand_id"`
	OKS     int              `json:"oks"`
	Solved  string           `json:"solved"`
}

// subscriber is a real HTTP server that keeps what it is told.
type subscriber struct {
	*httptest.Server
	mu   sync.Mutex
	all  []got
	what func(n int, w http.ResponseWriter, r *http.Request) // the n-th request, from 0
}

func subscribe(t *testing.T, what func(n int, w http.ResponseWriter, r *http.Request)) *subscriber {
	t.Helper()
	s := &subscriber{what: what}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		g := got{header: r.Header.Clone(), body: body}
		if err := json.Unmarshal(body, &g.notice); err != nil {
			t.Errorf("the body %q: %v", body, err)
		}
		s.mu.Lock()
		n := len(s.all)
		s.all = append(s.all, g)
		what := s.what
		s.mu.Unlock()
		if what != nil {
			what(n, w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *subscriber) got() []got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]got(nil), s.all...)
}

// now lets the subscriber behave otherwise from here on.
func (s *subscriber) now(what func(n int, w http.ResponseWriter, r *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.what = what
}

// ids are the ids of what was told, each once, and how often the first of them came.
func (s *subscriber) ids() map[string]int {
	out := map[string]int{}
	for _, g := range s.got() {
		out[g.notice.ID]++
	}
	return out
}
