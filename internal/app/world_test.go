package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/demo"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		runChild()
		return
	}
	os.Exit(storetest.Main(m))
}

var ctx = context.Background()

// world is a running centre and its clock.
type world struct {
	t       testing.TB
	app     *app.App
	url     string
	ahead   atomic.Int64 // of the rooms' clock before the machine's, in nanoseconds
	stopped chan error
	stop    context.CancelFunc
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// pass lets time pass for the rooms.
func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

// document is the demo's company with a second partner, so that there are two who must not know of each other, and short waits.
func document(t testing.TB) *config.Document {
	t.Helper()
	d, err := demo.Document()
	if err != nil {
		t.Fatal(err)
	}
	d.Partners = append(d.Partners, config.Partner{Identity: config.Identity{Key: "ringeriket"}, Name: "Ringeriket Svar"})
	d.Teams = append(d.Teams, config.Team{Identity: config.Identity{Key: "ringeriket"}, Name: "Ringeriket", Partner: "ringeriket"})
	like := func(model, key, name, team string, roles ...config.GrantText) {
		for _, p := range d.People {
			if p.Key == model {
				p.Key, p.Name, p.Email, p.Team, p.Roles = key, name, strings.ReplaceAll(key, "-", ".")+"@fjordglimt.example", team, roles
				p.Skills = slices.Clone(p.Skills)
				d.People = append(d.People, p)
				return
			}
		}
		t.Fatalf("nobody has the key %s", model)
	}
	grant := func(role, scope, key string) config.GrantText {
		return config.GrantText{Role: role, Scope: scope, Key: key}
	}
	like("kjersti-aamodtun", "ragna-flesberg", "Ragna Flesberg", "ringeriket", grant("agent", "organisation", ""), grant("leader", "partner", "ringeriket"))
	like("kjersti-aamodtun", "sivert-nore", "Sivert Nore", "ringeriket", grant("agent", "organisation", ""))
	like("eskil-tangvik", "brit-merkesgard", "Brit Merkesgard", "", grant("leader", "brand", "fjordglimt"))
	like("eskil-tangvik", "kai-koen", "Kai Køen", "", grant("leader", "queue", "strom"))
	like("eskil-tangvik", "pia-personvern", "Pia Vernås", "", grant("privacy", "organisation", ""))
	like("eskil-tangvik", "adm-kraft", "Tove Lagadm", "kraft", grant("administrator", "team", "kraft"))
	like("eskil-tangvik", "ane-analytiker", "Ane Talle", "", grant("analyst", "organisation", ""))
	like("eskil-tangvik", "ulf-uten", "Ulf Uten", "")
	for i := range d.Queues {
		if d.Queues[i].Key == "strom" { // all three may be asked, one after the other
			for j := range d.Queues[i].Steps {
				if len(d.Queues[i].Steps[j].Partners) > 0 {
					d.Queues[i].Steps[j].Partners = append(slices.Clone(d.Queues[i].Steps[j].Partners), "ringeriket")
				}
			}
		}
	}
	d.Rules.LostGraceS, d.Rules.LostAfterS = 0, 20
	return d
}

type opening struct {
	options func(*app.Options)
	doc     func(*config.Document)
}

// begin opens a centre on an embedded database and lets it answer.
func begin(t testing.TB, o opening) *world {
	t.Helper()
	w := &world{t: t, stopped: make(chan error, 1)}
	d := document(t)
	if o.doc != nil {
		o.doc(d)
	}
	opts := app.Options{Listen: "127.0.0.1:0", Data: t.TempDir(), Document: d, Now: w.now, Log: slog.New(slog.DiscardHandler)}
	if testing.Verbose() {
		opts.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	if o.options != nil {
		o.options(&opts)
	}
	w.open(opts)
	return w
}

func (w *world) open(o app.Options) {
	w.t.Helper()
	a, err := app.Open(ctx, o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.app, w.url = a, "http://"+a.Listen
	run, stop := context.WithCancel(ctx)
	w.stop = stop
	go func() { w.stopped <- a.Serve(run) }()
	w.t.Cleanup(w.end)
}

// end stops the centre in good order; a second time does nothing.
func (w *world) end() {
	if w.stop == nil {
		return
	}
	w.stop()
	w.stop = nil
	if err := <-w.stopped; err != nil {
		w.t.Errorf("serve: %v", err)
	}
	w.app.Close()
}

// browser speaks to the centre as a browser, a visitor or an integrator does.
type browser struct {
	w      *world
	name   string
	cookie string
	bearer string
	origin string
	header map[string]string
	id     centre.AgentID
}

// problem is an error as RFC 9457 has it.
type problem struct {
	Status int
	Type   string
	Title  string
	Detail string
	Errors []struct{ Location, Message string }
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) problem() (p problem) {
	_ = json.Unmarshal(r.body, &p)
	return p
}

func (r reply) String() string {
	return fmt.Sprintf("%d %s", r.status, strings.TrimSpace(string(r.body)))
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (b *browser) request(method, path string, body any) *http.Request {
	b.w.t.Helper()
	var send io.Reader
	kind := ""
	switch v := body.(type) {
	case nil:
	case []byte:
		send, kind = bytes.NewReader(v), "application/octet-stream"
	case string:
		send, kind = strings.NewReader(v), "application/json"
	default:
		text, err := json.Marshal(v)
		if err != nil {
			b.w.t.Fatal(err)
		}
		send, kind = bytes.NewReader(text), "application/json"
	}
	r, err := http.NewRequestWithContext(ctx, method, b.w.url+path, send)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: access.CookieName, Value: b.cookie})
	}
	if b.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	if b.origin != "" {
		r.Header.Set("Origin", b.origin)
	}
	for k, v := range b.header {
		r.Header.Set(k, v)
	}
	return r
}

// do sends one request and returns whatever is answered.
func (b *browser) do(method, path string, body any) reply {
	b.w.t.Helper()
	r, err := b.try(method, path, body)
	if err != nil {
		b.w.t.Fatalf("%s: %s %s: %v", b.name, method, path, err)
	}
	return r
}

func (b *browser) try(method, path string, body any) (reply, error) {
	answer, err := client.Do(b.request(method, path, body))
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, answer.Header, text}, err
}

// must sends a request that is to succeed.
func (b *browser) must(method, path string, body, out any) {
	b.w.t.Helper()
	r := b.do(method, path, body)
	if r.status >= 300 {
		b.w.t.Fatalf("%s: %s %s: %s", b.name, method, path, r)
	}
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			b.w.t.Fatalf("%s %s: %v in %s", method, path, err, r)
		}
	}
}

// refused sends a request that is to fail with a status, and a text about it.
func (b *browser) refused(status int, about, method, path string, body any) problem {
	b.w.t.Helper()
	r := b.do(method, path, body)
	p := r.problem()
	if r.status != status || !strings.Contains(string(r.body), about) || p.Status != status || !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") {
		b.w.t.Errorf("%s: %s %s: got %s (%s), want %d about %q", b.name, method, path, r, r.header.Get("Content-Type"), status, about)
	}
	return p
}

// person opens a session for somebody of the configuration.
func (w *world) person(key string) *browser {
	w.t.Helper()
	id := centre.AgentID(w.app.Rules.Book().ID("people", key))
	s, err := w.app.Access.SessionFor(ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, name: key, cookie: s.Token, id: id}
}

// ready is a person who takes contacts.
func (w *world) ready(key string) *browser {
	w.t.Helper()
	b := w.person(key)
	b.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	return b
}

// visitor is a new browser at a brand's chat.
func (w *world) visitor(widgetKey string) *browser {
	w.t.Helper()
	b := &browser{w: w, name: "visitor of " + widgetKey}
	var token chat.Token
	b.must("POST", "/api/chat/visitor", map[string]any{"key": widgetKey}, &token)
	b.bearer = token.Token
	return b
}

const norway, sweden = "fjordglimt-nett", "alvljus-webb"

func (w *world) queue(key string) centre.QueueID {
	return centre.QueueID(w.app.Rules.Book().ID("queues", key))
}

var keys atomic.Int64

// key is an idempotency key that nobody has used.
func key() string { return fmt.Sprintf("key-%08d", keys.Add(1)) }

// start begins a conversation.
func (b *browser) start(queue, text string) (c chat.Conversation) {
	b.w.t.Helper()
	b.must("POST", "/api/chat/contacts", map[string]any{"key": key(), "queue_id": b.w.queue(queue), "text": text, "language": "nb"}, &c)
	return c
}

func (b *browser) desk() (d contact.Desk) {
	b.w.t.Helper()
	b.must("GET", "/api/desk", nil, &d)
	return d
}

// ringing waits for the offer of a contact.
func (b *browser) ringing(id centre.ContactID) (o contact.Offer) {
	b.w.t.Helper()
	b.w.eventually(func() bool {
		for _, x := range b.desk().Offers {
			if x.Contact.ID == id {
				o = x
				return true
			}
		}
		return false
	}, "%s is offered contact %d", b.name, id)
	return o
}

// take waits for the offer of a contact and accepts it.
func (b *browser) take(id centre.ContactID) (d contact.Detail) {
	b.w.t.Helper()
	b.must("POST", fmt.Sprintf("/api/offers/%d/accept", b.ringing(id).ID), nil, &d)
	return d
}

func on(id centre.ContactID, what string) string { return fmt.Sprintf("/api/contacts/%d%s", id, what) }

// eventually waits until something holds. What it waits for comes from goroutines of the centre; it is given long enough that only what never comes fails.
func (w *world) eventually(holds func() bool, what string, args ...any) {
	w.t.Helper()
	for end := time.Now().Add(15 * time.Second); !holds(); {
		if time.Now().After(end) {
			w.t.Fatalf("never: "+what, args...)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stream is a running event stream.
type stream struct {
	b      *browser
	events chan event
	status int
	close  context.CancelFunc
}

type event struct {
	id, name, data string
}

// follow opens a stream.
func (b *browser) follow(path string) *stream {
	b.w.t.Helper()
	run, cancel := context.WithCancel(ctx)
	b.w.t.Cleanup(cancel)
	s := &stream{b: b, events: make(chan event, 1024), close: cancel}
	answer, err := (&http.Client{Transport: client.Transport}).Do(b.request("GET", path, nil).WithContext(run))
	if err != nil {
		b.w.t.Fatal(err)
	}
	s.status = answer.StatusCode
	go func() {
		defer close(s.events)
		defer answer.Body.Close()
		var e event
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			switch line := lines.Text(); {
			case line == "":
				if e.name != "" {
					s.events <- e
				}
				e = event{}
			case strings.HasPrefix(line, "id: "):
				e.id = line[4:]
			case strings.HasPrefix(line, "event: "):
				e.name = line[7:]
			case strings.HasPrefix(line, "data: "):
				e.data = line[6:]
			}
		}
	}()
	return s
}

// until reads events until one of a name holds a text, and returns it; the events before it are handed to seen.
func (s *stream) until(name, text string, seen ...func(event)) event {
	s.b.w.t.Helper()
	late := time.After(15 * time.Second)
	for {
		select {
		case e, ok := <-s.events:
			if !ok {
				s.b.w.t.Fatalf("%s: the stream ended before %s with %q", s.b.name, name, text)
			}
			for _, fn := range seen {
				fn(e)
			}
			if e.name == name && strings.Contains(e.data, text) {
				return e
			}
		case <-late:
			s.b.w.t.Fatalf("%s: no event %s with %q", s.b.name, name, text)
		}
	}
}

// ended waits until the centre ends the stream and returns its last events.
func (s *stream) ended() (all []event) {
	s.b.w.t.Helper()
	late := time.After(15 * time.Second)
	for {
		select {
		case e, ok := <-s.events:
			if !ok {
				return all
			}
			all = append(all, e)
		case <-late:
			s.b.w.t.Fatalf("%s: the stream goes on", s.b.name)
		}
	}
}

func jsonInto(t testing.TB, text []byte, out any) {
	t.Helper()
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// described is the API's own description, as far as the tests walk it.
type described struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Security    []map[string][]string
		RequestBody struct {
			Content map[string]struct{ Schema schema }
		} `json:"requestBody"`
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Properties map[string]schema
	Required   []string
	Enum       []any
	Items      *schema
	Pattern    string
	Format     string
	Minimum    *float64
	MinLength  *int `json:"minLength"`
	MinItems   *int `json:"minItems"`
}

func (w *world) openapi() (d described) {
	w.t.Helper()
	r := (&browser{w: w}).do("GET", "/api/openapi.json", nil)
	jsonInto(w.t, r.body, &d)
	return d
}
