package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/engine/live"
	"sentral/internal/rulebook"
	"sentral/internal/store/storetest"
)

// Whatever is sent, the answer is a problem that names what and where, and nothing is lost.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	a.take(c.Contact)
	nobody := &browser{w: w, name: "nobody"}
	foreign := &browser{w: w, name: "a foreign page", cookie: a.cookie, origin: "https://evil.example"}
	fetched := &browser{w: w, name: "a foreign form", cookie: a.cookie, header: map[string]string{"Sec-Fetch-Site": "cross-site"}}
	send := on(c.Contact, "/messages")
	for _, x := range []struct {
		b            *browser
		method, path string
		body         any
		status       int
		about        string
	}{
		{a, "POST", send, `{"key":"abcdefgh","text":"Hei"`, 400, "unexpected end of JSON"},
		{a, "POST", send, `[]`, 422, "expected object"},
		{a, "POST", send, `{"key":"abcdefgh","text":"Hei","after":0,"bcc":"x"}`, 422, "body.bcc"},
		{a, "POST", send, `{"key":"kort","text":"Hei","after":0}`, 422, "body.key"},
		{a, "POST", send, `{"key":"abcdefgh","text":7,"after":0}`, 422, "body.text"},
		{a, "POST", send, `{"key":"abcdefgh","text":"   ","after":0}`, 422, "text"},
		{a, "POST", send, `{"key":"abcdefgh","after":0}`, 422, "required property text"},
		{a, "POST", send, nil, 400, "body is required"},
		{a, "POST", send, `{"key":"abcdefgh","text":"` + strings.Repeat("x", 8001) + `","after":0}`, 422, "body.text"},
		{a, "POST", send, `{"key":"abcdefgh","text":"` + strings.Repeat("x", 70<<10) + `","after":0}`, 413, "large"},
		{a, "POST", "/api/contacts/x/messages", `{}`, 422, "path.id"},
		{a, "POST", "/api/contacts/99999999999999999999/messages", `{}`, 422, "path.id"},
		{a, "GET", "/api/contacts/-1", nil, 404, "id"},
		{a, "GET", on(c.Contact, "/messages?limit=101"), nil, 422, "query.limit"},
		{a, "GET", on(c.Contact, "/messages?limit=x"), nil, 422, "query.limit"},
		{a, "GET", on(c.Contact, "/messages?order=up"), nil, 422, "order"},
		{a, "GET", "/api/customers?q=x", nil, 422, "query.q"},
		{a, "GET", "/api/nothing/here", nil, 404, "address"},
		{a, "DELETE", "/api/desk", nil, 404, "address"},
		{a, "PUT", "/api/desk/status", `{"status":"asleep"}`, 422, "body.status"},
		{foreign, "POST", send, `{"key":"abcdefgh","text":"Hei","after":0}`, 403, "another site"},
		{fetched, "POST", on(c.Contact, "/end"), nil, 403, "another site"},
		{nobody, "POST", send, `{"key":"abcdefgh","text":"Hei","after":0}`, 401, "signed in"},
		{nobody, "POST", "/api/session", `{"email":"a@b.example"}`, 422, "required property password"},
		{v, "POST", "/api/chat/contacts", `{"key":"abcdefgh","text":"Hei","email":"ikke en adresse"}`, 422, "email"},
		{v, "POST", "/api/chat/contacts", `{"key":"abcdefgh","text":"Hei","language":"xx"}`, 422, "body.language"},
		{v, "POST", "/api/chat/survey", fmt.Sprintf(`{"contact_id":%d,"oks":7,"solved":"yes"}`, c.Contact), 422, "body.oks"},
		{v, "POST", "/api/chat/survey", fmt.Sprintf(`{"contact_id":%d,"oks":6,"solved":"yes"}`, c.Contact), 409, "not over"},
		{v, "GET", "/api/chat/files/..%2f..%2fmaster.key", nil, 404, "id"},
	} {
		x.b.refused(x.status, x.about, x.method, x.path, x.body)
	}
	for _, path := range []string{"/sign-in", "/setup"} { // pages for people refuse as strictly
		r := fetched.do("POST", path, nil)
		if r.status != 403 {
			t.Errorf("a foreign form at %s: %s", path, r)
		}
	}
	if r := nobody.do("GET", "/healthz", nil); r.status != 200 {
		t.Errorf("healthz: %s", r)
	}
	var d contact.Detail
	a.must("GET", on(c.Contact, ""), nil, &d)
	if d.Contact.State != contact.Talking || len(d.Messages) != 2 {
		t.Errorf("after all that the contact is %s with %d messages", d.Contact.State, len(d.Messages))
	}
	// Text that only looks dangerous is kept as it is, without what nobody can see.
	var m struct{ Text string }
	a.must("POST", send, map[string]any{"key": key(), "text": "<script>alert(1)</script>\x00\x07 = 'DROP'", "after": d.Messages[1].ID}, &m)
	if m.Text != "<script>alert(1)</script> = 'DROP'" {
		t.Errorf("kept as %q", m.Text)
	}
}

// A session that ends while its agent writes refuses the message and keeps the draft for when they are back.
func TestSessionEndsWhileWriting(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{doc: func(d *config.Document) { d.Rules.LostAfterS = 600; d.Rules.LostGraceS = 3600 }})
	a := w.ready("birger-brattvik")
	c := w.visitor(norway).start("strom", "Hei")
	a.take(c.Contact)
	a.must("PUT", on(c.Contact, "/draft"), map[string]any{"kind": "reply", "text": "Et langt svar"}, nil)
	if err := w.app.Access.SignPersonOut(ctx, access.Subject{System: true}, a.id); err != nil {
		t.Fatal(err)
	}
	k := key()
	a.refused(http.StatusUnauthorized, "sign in again", "POST", on(c.Contact, "/messages"), map[string]any{"key": k, "text": "Et langt svar", "after": 0})
	again := w.person("birger-brattvik")
	var d contact.Detail
	again.must("GET", on(c.Contact, ""), nil, &d)
	if len(d.Drafts) != 1 || d.Drafts[0].Text != "Et langt svar" {
		t.Errorf("the draft is %+v", d.Drafts)
	}
	again.must("POST", on(c.Contact, "/messages"), map[string]any{"key": k, "text": "Et langt svar", "after": 0}, nil)
}

// The clock is set back while the centre runs: everything goes on, and nothing happens before what came before it.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	a.take(c.Contact)
	w.pass(-2 * time.Hour)
	var m, n struct {
		ID int64
		At int64 `json:"at_ms"`
	}
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "er dere der?"}, &m)
	a.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Ja", "after": m.ID}, &n)
	if n.ID <= m.ID || n.At < m.At {
		t.Errorf("the answer %+v comes before the question %+v", n, m)
	}
	a.must("GET", "/api/me", nil, nil)
	a.must("POST", on(c.Contact, "/end"), nil, nil)
	v.must("POST", "/api/chat/survey", map[string]any{"contact_id": c.Contact, "oks": 5, "solved": "yes"}, nil)
}

// The database goes away under a running centre, and comes back: clear refusals meanwhile, nobody is signed out, nothing that was taken is lost, no restart.
func TestDatabaseGoneAndBack(t *testing.T) {
	t.Parallel()
	server, err := storetest.StartServer()
	if err != nil {
		t.Skipf("no PostgreSQL here: %v", err)
	}
	defer server.Stop()
	if err := server.Create("gone"); err != nil {
		t.Fatal(err)
	}
	w := begin(t, opening{options: func(o *app.Options) { o.Database, o.TTL = server.URL("gone"), time.Second }})
	a := w.ready("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	a.take(c.Contact)
	kept := key()
	v.must("POST", "/api/chat/messages", map[string]any{"key": kept, "text": "tatt imot"}, nil)
	server.Kill()
	w.pass(6 * time.Second) // no session is taken on trust any more
	late := key()
	w.eventually(func() bool {
		r := a.do("POST", on(c.Contact, "/messages"), map[string]any{"key": late, "text": "svar", "after": 0})
		if r.status == http.StatusServiceUnavailable {
			p := r.problem()
			if p.Detail == "" || strings.Contains(p.Detail, "dial") || strings.Contains(p.Detail, "sql") {
				t.Errorf("the refusal says %q", p.Detail)
			}
			return true
		}
		t.Errorf("without a database: %s", r)
		return true
	}, "refused")
	if r := (&browser{w: w}).do("GET", "/readyz", nil); r.status != http.StatusServiceUnavailable {
		t.Errorf("readyz without a database: %s", r)
	}
	if r := (&browser{w: w}).do("GET", "/healthz", nil); r.status != 200 {
		t.Errorf("healthz without a database: %s", r)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool {
		return a.do("POST", on(c.Contact, "/messages"), map[string]any{"key": late, "text": "svar", "after": 0}).status == 200
	}, "the centre is back by itself")
	var now chat.Conversation
	v.must("GET", "/api/chat/conversation", nil, &now)
	texts := map[string]int{}
	for _, m := range now.Messages {
		texts[m.Text]++
	}
	if texts["tatt imot"] != 1 || texts["svar"] != 1 {
		t.Errorf("kept: %v", texts)
	}
}

// The rulebook: versions, conflicts, undo, ids, and an engine that is told.
func TestRulebook(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	admin := w.person("randi-haugmoen")
	versioned := func() (v rulebook.Versioned) {
		t.Helper()
		admin.must("GET", "/api/config", nil, &v)
		return v
	}
	first := versioned()
	d := first.Document
	queue := func(d *config.Document, key string) *config.Queue {
		for i := range d.Queues {
			if d.Queues[i].Key == key {
				return &d.Queues[i]
			}
		}
		t.Fatalf("no queue %s", key)
		return nil
	}
	apply := func(base int64, d config.Document) reply {
		t.Helper()
		return admin.do("PUT", fmt.Sprintf("/api/config?base=%d&note=test", base), d)
	}
	if r := apply(first.Version, d); r.status != 200 || versioned().Version != first.Version {
		t.Errorf("the same document made a version: %s", r)
	}
	// An error changes nothing, and is named by place.
	queue(&d, "strom").Hours = "nattid"
	if r := apply(first.Version, d); r.status != 422 || !strings.Contains(string(r.body), "queues[0].hours") {
		t.Errorf("a wrong document: %s", r)
	}
	queue(&d, "strom").Hours = "dogn-norge"
	queue(&d, "strom").OfferS = 31
	var change rulebook.Change
	admin.must("PUT", fmt.Sprintf("/api/config?base=%d&note=raskere", first.Version), d, &change)
	if change.Version != first.Version+1 || len(change.Lines) != 1 || change.Lines[0].Where != "queues[strom].offer_s" || change.Note != "raskere" || change.Who != "Randi Haugmoen" {
		t.Errorf("the change log says %+v", change)
	}
	if r := apply(first.Version, d); r.status != 409 || !strings.Contains(string(r.body), "base") {
		t.Errorf("from an old version: %s", r)
	}
	offerOf := func() time.Duration { // the engine's own word: how long an offer rings
		t.Helper()
		a, v := w.ready("birger-brattvik"), w.visitor(norway)
		c := v.start("strom", "Hei")
		o := a.ringing(c.Contact)
		v.must("POST", "/api/chat/end", nil, nil)
		return time.Duration(o.Until-o.At) * time.Millisecond
	}
	if got := offerOf(); got != 31*time.Second {
		t.Errorf("the engine lets an offer ring for %v", got)
	}

	// Two people change one entry: the second is told; other entries are nobody's business.
	one, two := *queue(&d, "strom"), *queue(&d, "strom")
	one.TargetS, two.TargetS = 30, 40
	at := versioned().Version
	path := fmt.Sprintf("/api/config/queues/%d?base=%d", one.ID, at)
	admin.must("PUT", path, one, nil)
	admin.refused(http.StatusConflict, "somebody has changed this", "PUT", path, two)
	fiber := *queue(&d, "fiber")
	fiber.OfferS = 33
	admin.must("PUT", fmt.Sprintf("/api/config/queues/%d?base=%d", fiber.ID, at), fiber, nil)
	fiber.Key = "fiber-ny"
	admin.refused(http.StatusUnprocessableEntity, "key", "PUT", fmt.Sprintf("/api/config/queues/%d", fiber.ID), fiber)

	// Undo takes back what it changed and nothing else; what has been changed since is left, with a reason.
	admin.refused(http.StatusConflict, "queues[strom]", "POST", "/api/config/undo", map[string]any{"version": change.Version})
	admin.must("POST", "/api/config/undo", map[string]any{"version": at + 1}, &change)
	now := versioned()
	if q := queue(&now.Document, "strom"); q.TargetS != 60 || q.OfferS != 31 || queue(&now.Document, "fiber").OfferS != 33 || change.Undoes != at+1 {
		t.Errorf("after undo: %+v, %+v", q, change)
	}

	// People are told to the engine, and an id is never another's.
	p := config.Person{Identity: config.Identity{Key: "ny-person"}, Name: "Ny Person", Email: "ny.person@fjordglimt.example", Language: "nb", Team: "kraft", Capacity: "allround", Active: true,
		Skills: []config.NeedText{{Skill: "strom", Level: 5}, {Skill: "norsk", Level: 9}}, Roles: []config.GrantText{{Role: "agent", Scope: "organisation"}}}
	var added config.Person
	admin.must("POST", "/api/config/people", p, &added)
	there := func() (ok bool) {
		_ = w.app.Centre.View(ctx, func(v *live.View) error {
			_, ok = v.Engine().Agent(centre.AgentID(added.ID))
			return nil
		})
		return ok
	}
	if added.ID == 0 || !there() {
		t.Errorf("the engine does not know %+v", added)
	}
	stream := w.person("ny-person").follow("/api/live")
	stream.until("snapshot", "")
	admin.must("DELETE", fmt.Sprintf("/api/config/people/%d", added.ID), nil, nil)
	stream.ended()
	if there() {
		t.Error("the engine keeps who has left")
	}
	p.Key, p.Email = "enda-en", "enda.en@fjordglimt.example"
	var next config.Person
	admin.must("POST", "/api/config/people", p, &next)
	if next.ID <= added.ID {
		t.Errorf("id %d was given to %s, then %d to %s", added.ID, added.Key, next.ID, next.Key)
	}
	stolen := versioned()
	p.Key, p.Email, p.ID = "tyv", "tyv@fjordglimt.example", added.ID
	stolen.Document.People = append(stolen.Document.People, p)
	if r := apply(stolen.Version, stolen.Document); r.status != 422 || !strings.Contains(string(r.body), "never used again") {
		t.Errorf("the id of who has left: %s", r)
	}
	swap := versioned()
	swap.Document.People[0].ID, swap.Document.People[1].ID = swap.Document.People[1].ID, swap.Document.People[0].ID
	if r := apply(swap.Version, swap.Document); r.status != 422 || !strings.Contains(string(r.body), "keys keep their ids") {
		t.Errorf("swapped ids: %s", r)
	}

	// What others refer to stays; the last administrator stays.
	admin.refused(http.StatusUnprocessableEntity, "teams", "DELETE", fmt.Sprintf("/api/config/teams/%d", w.app.Rules.Book().ID("teams", "kraft")), nil)
	randi := swap.Document.People[0]
	for _, x := range versioned().Document.People {
		if x.Key == "randi-haugmoen" {
			randi = x
		}
	}
	randi.Active = false
	admin.refused(http.StatusUnprocessableEntity, "administrator", "PUT", fmt.Sprintf("/api/config/people/%d", randi.ID), randi)
	var log []rulebook.Change
	admin.must("GET", "/api/config/changes?limit=100", nil, &log)
	if int64(len(log)) != versioned().Version {
		t.Errorf("%d lines in the change log of version %d", len(log), versioned().Version)
	}
	admin.must("GET", "/api/config/changes?limit=2&before=3", nil, &log)
	if len(log) != 2 || log[0].Version != 2 {
		t.Errorf("a page of the change log: %+v", log)
	}
}

// The configuration goes out as a file and comes back in a browser; what is wrong with it is said by line, and nothing is changed by looking.
func TestTheFileInTheBrowser(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	admin := w.person("randi-haugmoen")
	out := admin.do("GET", "/api/config/file", nil)
	if out.status != 200 || !strings.Contains(out.header.Get("Content-Disposition"), "sentral-1.yaml") || !strings.Contains(string(out.body), "organisation:") {
		t.Fatalf("the file: %d %v", out.status, out.header)
	}
	check := func(text string) (v rulebook.FileReview) {
		t.Helper()
		admin.must("POST", "/api/config/file", []byte(text), &v)
		return v
	}
	text := string(out.body)
	if v := check(text); v.Document == nil || len(v.Errors) != 0 || len(v.Lines) != 0 || v.Base != 1 {
		t.Errorf("the same file: %d errors, %d lines, base %d", len(v.Errors), len(v.Lines), v.Base)
	}
	lineOf := func(text, what string) int {
		return 1 + strings.Count(text[:strings.Index(text, what)], "\n")
	}
	changed := strings.Replace(text, "offer_s: 25", "offer_s: 31", 1)
	if v := check(changed); len(v.Lines) != 1 || v.Lines[0].Where != "queues[strom].offer_s" {
		t.Errorf("a change: %+v", v.Lines)
	} else {
		var change rulebook.Change
		admin.must("PUT", fmt.Sprintf("/api/config?base=%d", v.Base), v.Document, &change)
		if change.Version != 2 {
			t.Errorf("applied as %+v", change)
		}
	}
	for _, x := range []struct{ from, to, about string }{
		{"offer_s: 25", "offer_s: 3", "offer_s"},
		{"offer_s: 25", "offer_z: 25", "offer_z"},
		{"formula: connect", "formula: conect", "conect"},
	} {
		wrong := strings.Replace(text, x.from, x.to, 1)
		v := check(wrong)
		if len(v.Errors) == 0 || v.Errors[0].Line != lineOf(wrong, x.to) || !strings.Contains(v.Errors[0].Where+v.Errors[0].Text, x.about) {
			t.Errorf("%s: %+v, want line %d", x.to, v.Errors, lineOf(wrong, x.to))
		}
	}
	if v := check("organisation: [\n"); v.Document != nil || len(v.Errors) == 0 {
		t.Errorf("half a file: %+v", v)
	}
	if v := check(`{"organisation": {"name": "X"}`); v.Document != nil || len(v.Errors) == 0 {
		t.Errorf("half a JSON: %+v", v)
	}
}
