package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/desk/access"
)

// subject is one row of the matrix: who asks, and the law as a person would write it down. Everything that is not here is denied.
type subject struct {
	name       string
	everywhere string // actions that hold in the whole organisation
	reads      string // relations of contacts that may be read
	answers    string // relations of contacts that may be answered
	moves      string // relations of contacts that may be moved
	customers  string // relations whose customer may be read
	writes     string // relations whose customer may be corrected
	status     string // relations of people whose status may be set
	invites    string // relations of people for whom a link may be made
	signsOut   string // relations of people who may be signed out
	walls      string // pages of the wall
	desk       bool   // has a desk
	person     bool   // is a person, with an account
}

const (
	allContacts = "team team-closed fiber sweden partner partner-closed rival waiting waiting-fiber"
	allPeople   = "kraft fiber partner rival"
	allWalls    = "organisation brand team-kraft partner rival"
)

// matrix is the law of the demo's company.
var matrix = []subject{
	{name: "birger-brattvik", reads: "own", answers: "own", moves: "own", customers: "own", writes: "own", signsOut: "self", walls: allWalls, everywhere: "search wall", desk: true, person: true},
	{name: "ingrid-solvang", reads: "own team team-closed waiting", moves: "own team team-closed waiting", customers: "", status: "self kraft", signsOut: "self", walls: allWalls, everywhere: "search wall", desk: true, person: true},
	{name: "brit-merkesgard", reads: "own team team-closed fiber partner partner-closed rival waiting waiting-fiber", moves: "own team team-closed fiber partner partner-closed rival waiting waiting-fiber", signsOut: "self", walls: "brand", desk: true, person: true},
	{name: "kai-koen", reads: "own team team-closed fiber partner partner-closed rival waiting", moves: "own team team-closed fiber partner partner-closed rival waiting", signsOut: "self", desk: true, person: true},
	{name: "hanne-myrvoll", reads: "partner partner-closed", moves: "partner partner-closed", status: "self partner", signsOut: "self", walls: "organisation brand partner", desk: true, person: true},
	{name: "kjersti-aamodtun", reads: "partner partner-closed", answers: "partner partner-closed", moves: "partner partner-closed", customers: "partner", signsOut: "self partner", walls: "organisation brand partner", desk: true, person: true},
	{name: "ragna-flesberg", reads: "rival", moves: "rival", status: "self rival", signsOut: "self", walls: "organisation brand rival", desk: true, person: true},
	{name: "sivert-nore", reads: "rival", answers: "rival", moves: "rival", customers: "rival", signsOut: "self rival", walls: "organisation brand rival", desk: true, person: true},
	{name: "ane-analytiker", everywhere: "wall events", signsOut: "self", walls: allWalls, person: true},
	{name: "eskil-tangvik", everywhere: "wall events read-config", signsOut: "self", walls: allWalls, person: true},
	{name: "pia-personvern", everywhere: "log search", customers: "own team team-closed fiber sweden partner partner-closed rival", signsOut: "self", person: true},
	{name: "randi-haugmoen", everywhere: "wall events read-config write-config people keys log search", reads: "own " + allContacts, moves: "own " + allContacts, customers: "own team team-closed fiber sweden partner partner-closed rival", writes: "own team team-closed fiber sweden partner partner-closed rival",
		status: "self " + allPeople, invites: "self " + allPeople, signsOut: "self " + allPeople, walls: allWalls, desk: true, person: true},
	{name: "adm-hele", everywhere: "wall events read-config write-config people keys log", status: "self " + allPeople, invites: "self " + allPeople, signsOut: "self " + allPeople, walls: allWalls, person: true},
	{name: "adm-kraft", status: "self kraft", invites: "self", signsOut: "self kraft", walls: "team-kraft", person: true},
	{name: "ulf-uten", signsOut: "self", person: true},
	{name: "key administrator", everywhere: "wall events read-config write-config people keys log", status: allPeople, signsOut: allPeople, walls: allWalls},
	{name: "key analyst", everywhere: "wall events", walls: allWalls},
	{name: "key leader of kraft", reads: "own team team-closed waiting", moves: "own team team-closed waiting", status: "kraft", walls: "team-kraft", desk: true},
	{name: "key revoked"}, {name: "visitor"}, {name: "nobody"}, {name: "signed out"},
}

// sections are the lists of the configuration.
var sections = []string{"brands", "markets", "skills", "partners", "teams", "hours", "queues", "reasons", "pauses", "people", "canned", "capacities",
	"phone-trunks", "phone-lines", "phone-scripts", "phone-purposes", "phone-accounts", "phone-notices"}

// need says what each operation asks for. An operation that is not here fails the test: whoever adds a route says who may use it.
func needs() map[string]string {
	n := map[string]string{
		"get-config": "everywhere read-config", "list-config-changes": "everywhere read-config", "preview-routing": "everywhere read-config",
		"check-config": "everywhere write-config", "check-config-file": "everywhere write-config", "get-config-file": "everywhere read-config", "apply-config": "everywhere write-config", "undo-config": "everywhere write-config", "make-brand-secret": "everywhere write-config",
		"list-keys": "everywhere keys", "add-key": "everywhere keys", "remove-key": "everywhere keys",
		"list-webhooks": "everywhere keys", "add-webhook": "everywhere keys", "remove-webhook": "everywhere keys", "list-deliveries": "everywhere keys", "retry-delivery": "everywhere keys", "turn-webhook-secret": "everywhere keys", "start-webhook": "everywhere keys",
		"list-audit": "everywhere log", "list-events": "everywhere events", "events-live": "everywhere events", "find-customers": "everywhere search",
		"get-contact": "contact reads", "list-messages": "contact reads", "add-note": "contact reads", "set-presence": "contact reads", "save-draft": "contact reads",
		"send-message": "contact answers", "mark-read": "contact answers", "end-contact": "contact answers", "wrap-up": "contact answers", "extend-wrap-up": "contact answers",
		"snooze-contact": "contact answers", "consult": "contact answers", "end-consult": "contact answers",
		"requeue-contact": "contact moves", "transfer-contact": "contact moves", "prioritise-contact": "contact moves",
		"get-file": "file reads", "get-customer": "customer customers", "update-customer": "customer writes",
		"set-agent-status": "people status", "invite-person": "people invites", "forget-second-factor": "people invites", "sign-person-out": "people signs-out",
		"get-wall": "wall", "wall-live": "wall", "list-wall-pages": "anybody",
		"get-desk": "desk", "desk-live": "desk person", "list-agents": "desk-or-status", "set-status": "agent", "accept-offer": "offer", "decline-offer": "offer", "upload-file": "agent-role",
		"still-here": "anybody", "list-waiting": "anybody", "get-names": "anybody", "get-me": "anybody", "list-sessions": "anybody", "list-passkeys": "anybody",
		"set-preferences": "account", "end-session": "account", "change-password": "account", "begin-totp": "account", "confirm-totp": "account", "remove-totp": "account",
		"begin-passkey": "account", "add-passkey": "account", "remove-passkey": "account", "prove": "account", "prove-by-passkey": "account", "sign-out": "account",
		"sign-in": "public", "give-code": "public", "begin-passkey-sign-in": "public", "passkey-sign-in": "public", "accept-invitation": "public", "get-chat-brand": "public", "become-visitor": "public",
	}
	for _, op := range []string{"list-trunk-states", "get-texts", "list-prompts", "get-prompt", "preview-script", "speak-words"} {
		n[op] = "everywhere read-config"
	}
	for _, op := range []string{"set-trunk-secret", "set-account-secret", "set-texts-secret", "try-texts", "save-prompt", "remove-prompt"} {
		n[op] = "everywhere write-config"
	}
	for _, op := range []string{"hold-call", "mute-call", "confer", "press-keys", "call-outside", "handle-recording", "listen-to-call", "hang-up", "play-recording", "delete-recording"} {
		n[op] = "call" // of the scene's contacts none is one: whoever asks is told that there is no such call
	}
	n["get-desk-phone"], n["choose-line"] = "desk person", "agent-role"
	n["list-calls"], n["place-call"], n["get-spend"], n["list-recordings"] = "desk", "agent-role", "spend", "anybody"
	for _, op := range []string{"start-chat", "get-conversation", "write-message", "visitor-typing", "visitor-read", "end-chat", "answer-survey", "visitor-upload", "visitor-file", "visitor-transcript", "chat-live"} {
		n[op] = "visitor"
	}
	for _, s := range sections {
		change := "everywhere write-config"
		if s == "people" {
			change = "everywhere people"
		}
		n["list-"+s], n["add-"+s], n["change-"+s], n["remove-"+s] = "everywhere read-config", change, change, change
	}
	return n
}

// scene is what the matrix is asked about.
type scene struct {
	*world
	contacts  map[string]centre.ContactID // by relation
	customers map[string]centre.CustomerID
	files     map[string]string
	offers    map[string]centre.OfferID
	people    map[string]centre.AgentID
	who       map[string]*browser
	browsers  map[string]*browser // of the agents in the scene
}

func TestAuthorisationMatrix(t *testing.T) {
	t.Parallel()
	s := stage(t)
	law := needs()
	d := s.openapi()
	var cells, allowed atomic.Int64
	var work []func()
	for path, methods := range d.Paths {
		for method, op := range methods {
			need, ok := law[op.OperationID]
			if !ok {
				t.Errorf("%s %s (%s): the matrix does not say who may use it", method, path, op.OperationID)
				continue
			}
			delete(law, op.OperationID)
			if need == "public" {
				continue
			}
			c := call{scene: s, d: &d, method: strings.ToUpper(method), path: path, op: op.OperationID, need: strings.Fields(need)}
			if body, ok := op.RequestBody.Content["application/json"]; ok {
				c.schema = &body.Schema
			}
			for _, row := range matrix {
				for _, relation := range c.relations() {
					work = append(work, func() {
						if c.check(t, row, relation, &allowed) {
							cells.Add(1)
						}
					})
				}
			}
		}
	}
	for op := range law {
		t.Errorf("the matrix speaks of %s, which is no operation", op)
	}
	// The denials first: they change nothing. What is allowed is only looked at where it changes nothing either.
	queue := make(chan func())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for fn := range queue {
				fn()
			}
		})
	}
	for _, fn := range work {
		queue <- fn
	}
	close(queue)
	wg.Wait()
	for relation, id := range s.contacts { // nothing of all this has changed anything
		if strings.HasPrefix(relation, "closed") || relation == "unknown" {
			continue
		}
		if d := s.who["randi-haugmoen"].do("GET", on(id, ""), nil); d.status != 200 {
			t.Errorf("after the matrix the contact %q: %s", relation, d)
		}
	}
	t.Logf("%d cells, of which %d allowed; %d subjects", cells.Load(), allowed.Load(), len(matrix))
	if cells.Load() < 4000 {
		t.Errorf("only %d cells were asked", cells.Load())
	}
}

// stage plays what the matrix is asked about: conversations with people of each team, brand and partner.
func stage(t *testing.T) *scene {
	w := begin(t, opening{
		doc: func(d *config.Document) {
			d.Rules.LostAfterS = 600
			for _, p := range d.People {
				if p.Key == "ane-analytiker" {
					p.Key, p.Name, p.Email, p.Roles = "adm-hele", "Sverre Adm", "sverre.adm@fjordglimt.example", []config.GrantText{{Role: "administrator", Scope: "organisation"}}
					d.People = append(d.People, p)
				}
			}
		},
		options: func(o *app.Options) { o.Demo, o.Address = true, "https://sentral.fjordglimt.example" },
	})
	s := &scene{
		world: w, contacts: map[string]centre.ContactID{"unknown": 987654}, customers: map[string]centre.CustomerID{"unknown": 987654}, files: map[string]string{"unknown": "NOSUCHFILE"},
		offers: map[string]centre.OfferID{"unknown": 987654}, people: map[string]centre.AgentID{"unknown": 9999}, who: map[string]*browser{}, browsers: map[string]*browser{},
	}
	s.play()
	for _, row := range matrix {
		s.who[row.name] = s.browserOf(row.name)
	}
	return s
}

func (s *scene) play() {
	w := s.world
	dealer := w.ready("dagfinn-lundteigen")
	visit := func(relation, widget, queue string) (*browser, centre.ContactID) {
		v := w.visitor(widget)
		var c chat.Conversation
		v.must("POST", "/api/chat/contacts", map[string]any{"key": key(), "queue_id": w.queue(queue), "text": "Hei fra " + relation, "name": "Kunde " + relation, "email": relation + "@kunde.example"}, &c)
		s.contacts[relation] = c.Contact
		return v, c.Contact
	}
	talk := func(relation, agent string) *browser {
		v, id := visit(relation, norway, "strom")
		dealer.take(id)
		a := s.browsers[agent]
		if a == nil {
			a = w.person(agent)
			a.must("PUT", "/api/desk/status", map[string]any{"status": "direct_only"}, nil)
			s.browsers[agent] = a
		}
		dealer.must("POST", on(id, "/transfer"), map[string]any{"to": "person", "agent_id": a.id, "words": "Ta denne"}, nil)
		d := a.take(id)
		s.customers[relation] = d.Contact.Customer
		var f struct{ ID string }
		v.must("POST", "/api/chat/files?name=a.txt", []byte("vedlegg"), &f)
		v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "se vedlegg", "files": []string{f.ID}}, nil)
		s.files[relation] = f.ID
		return a
	}
	done := func(relation string, a *browser) {
		a.must("POST", on(s.contacts[relation], "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
		w.eventually(func() bool { return a.do("GET", on(s.contacts[relation], ""), nil).status == 200 }, "closed")
	}
	done("team-closed", talk("team-closed", "eirin-kvamsdal"))
	done("partner-closed", talk("partner-closed", "kjersti-aamodtun"))
	talk("own", "birger-brattvik")
	talk("team", "eirin-kvamsdal")
	talk("partner", "kjersti-aamodtun")
	talk("rival", "sivert-nore")
	talk("fiber", "tor-arne-lid")
	dealer.must("PUT", "/api/desk/status", map[string]any{"status": "offline"}, nil)
	sverige := w.ready("linnea-ekdal")
	_, id := visit("sweden", sweden, "el-sverige")
	s.customers["sweden"] = sverige.take(id).Contact.Customer
	visit("waiting", norway, "strom")
	visit("waiting-fiber", norway, "fiber")
	_, id = visit("offered", sweden, "el-sverige")
	s.offers["offered"] = sverige.ringing(id).ID
	for relation, k := range map[string]string{"kraft": "frode-hellandsmo", "fiber": "tor-arne-lid", "partner": "kjersti-aamodtun", "rival": "sivert-nore"} {
		s.people[relation] = centre.AgentID(w.app.Rules.Book().ID("people", k))
	}
}

func (s *scene) browserOf(name string) *browser {
	admin := s.world.person("randi-haugmoen")
	newKey := func(role, scope string, id int32) (*browser, int64) {
		var k access.KeySecret
		admin.must("POST", "/api/keys", map[string]any{"name": name, "days": 1, "grants": []any{map[string]any{"role": role, "scope": map[string]any{"kind": scope, "id": id}}}}, &k)
		return &browser{w: s.world, name: name, bearer: k.Secret}, k.ID
	}
	switch name {
	case "key administrator":
		b, _ := newKey("administrator", "organisation", 0)
		return b
	case "key analyst":
		b, _ := newKey("analyst", "organisation", 0)
		return b
	case "key leader of kraft":
		b, _ := newKey("leader", "team", s.app.Rules.Book().ID("teams", "kraft"))
		return b
	case "key revoked":
		b, id := newKey("administrator", "organisation", 0)
		admin.must("DELETE", fmt.Sprintf("/api/keys/%d", id), nil, nil)
		return b
	case "visitor":
		return s.world.visitor(norway)
	case "nobody":
		return &browser{w: s.world, name: name}
	case "signed out":
		b := s.world.person("randi-haugmoen")
		b.must("DELETE", "/api/session", nil, nil)
		return b
	}
	return s.world.person(name)
}

// call is one operation.
type call struct {
	*scene
	d                *described
	method, path, op string
	need             []string
	schema           *schema
}

// relations are the objects that the operation is asked about.
func (c call) relations() []string {
	var of []string
	switch c.need[0] {
	case "contact":
		of = names(c.contacts)
	case "file":
		of = names(c.files)
	case "customer":
		of = names(c.customers)
	case "people":
		return append(names(c.people), "self")
	case "offer":
		of = names(c.offers)
	case "wall":
		return strings.Fields(allWalls + " unknown")
	default:
		return []string{""}
	}
	return slices.DeleteFunc(of, func(r string) bool { return r == "offered" && c.need[0] != "offer" })
}

func names[V any](m map[string]V) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// may is what the law says.
func (c call) may(row subject, relation string) bool {
	has := func(list string) bool { return slices.Contains(strings.Fields(list), relation) }
	known := row.person || (strings.HasPrefix(row.name, "key ") && row.name != "key revoked")
	switch c.need[0] {
	case "everywhere":
		if c.op == "add-key" && !row.person { // a key makes no keys
			return false
		}
		return slices.Contains(strings.Fields(row.everywhere), c.need[1])
	case "contact":
		if c.op == "wrap-up" && relation == "partner-closed" { // done once already: the same command again is answered like the first
			return row.name == "kjersti-aamodtun"
		}
		return has(map[string]string{"reads": row.reads, "answers": row.answers, "moves": row.moves}[c.need[1]]) && !(c.isCommand() && strings.HasSuffix(relation, "-closed"))
	case "file":
		return has(row.reads)
	case "customer":
		if c.need[1] == "writes" {
			return has(row.writes)
		}
		return has(row.customers)
	case "people":
		return has(map[string]string{"status": row.status, "invites": row.invites, "signs-out": row.signsOut}[c.need[1]])
	case "wall":
		return has(row.walls)
	case "spend":
		return row.desk && row.person && row.name != "brit-merkesgard" && row.name != "kai-koen" || slices.Contains(strings.Fields(row.everywhere), "read-config")
	case "desk":
		return row.desk && (len(c.need) == 1 || row.person)
	case "desk-or-status":
		return row.desk || row.status != ""
	case "agent", "agent-role": // may answer something, somewhere
		return row.desk
	case "anybody":
		return known
	case "account":
		return row.person
	case "visitor":
		return row.name == "visitor"
	}
	return false // an offer is its agent's alone
}

// isCommand tells whether the operation needs a contact that is open.
func (c call) isCommand() bool {
	return c.need[0] == "contact" && !slices.Contains([]string{"get-contact", "list-messages", "set-presence", "save-draft"}, c.op)
}

// harmless tells whether an operation that is allowed may be carried out without changing what other cells ask about.
func (c call) harmless() bool {
	return c.method == http.MethodGet || slices.Contains([]string{"save-draft", "still-here", "preview-routing", "preview-script", "speak-words", "check-config", "set-presence"}, c.op)
}

func (c call) check(t *testing.T, row subject, relation string, allowed *atomic.Int64) bool {
	may := c.may(row, relation)
	if may {
		allowed.Add(1)
		if !c.harmless() {
			return false
		}
	}
	b := c.who[row.name]
	path := c.target(b, relation)
	var body any
	if c.schema != nil {
		body = c.sample(*c.schema, "")
		if c.op == "apply-config" || c.op == "check-config" {
			body = c.app.Rules.Book().Document
		}
	} else if strings.HasSuffix(c.path, "/files") && c.method == http.MethodPost || slices.Contains([]string{"check-config-file", "save-prompt"}, c.op) {
		body = []byte("fil")
	}
	status, text := c.ask(b, path, body)
	denied := status == 401 || status == 403 || status == 404 || (c.need[0] == "offer" && status == 409)
	switch {
	case !may && !denied:
		t.Errorf("UNEXPECTED ALLOW: %s: %s %s (%s of %q): %d %s", row.name, c.method, path, c.op, relation, status, text)
	case may && status == 404 && slices.Contains([]string{"list-deliveries", "get-prompt", "visitor-file", "visitor-transcript"}, c.op): // let in, but there is nothing of that number
	case may && denied:
		t.Errorf("unexpected deny: %s: %s %s (%s of %q): %d %s", row.name, c.method, path, c.op, relation, status, text)
	case status == 0 || status >= 500:
		t.Errorf("%s: %s %s: %d %s", row.name, c.method, path, status, text)
	}
	return true
}

// target is the path with the ids of what the relation names.
func (c call) target(b *browser, relation string) string {
	id := "1"
	query := ""
	switch c.need[0] {
	case "contact":
		id = fmt.Sprint(int64(c.contacts[relation]))
	case "customer":
		id = fmt.Sprint(int64(c.customers[relation]))
	case "file":
		id = c.files[relation]
	case "offer":
		id = fmt.Sprint(int64(c.offers[relation]))
	case "people":
		id = fmt.Sprint(int64(c.people[relation]))
		if relation == "self" {
			id = fmt.Sprint(int64(b.id))
		}
	case "wall":
		book := c.app.Rules.Book()
		query = map[string]string{
			"brand": fmt.Sprintf("?brand_id=%d", book.ID("brands", "fjordglimt")), "team-kraft": fmt.Sprintf("?team_id=%d", book.ID("teams", "kraft")),
			"partner": fmt.Sprintf("?partner_id=%d", book.ID("partners", "svarhuset")), "rival": fmt.Sprintf("?partner_id=%d", book.ID("partners", "ringeriket")), "unknown": "?team_id=999",
		}[relation]
		if relation == "organisation" && !strings.Contains(allWallsOf(b.name), "organisation") {
			query = "?partner_id=999" // without a page everybody gets their own: ask for one that is not
		}
	}
	switch {
	case c.op == "find-customers":
		query = "?q=Kunde"
	case strings.HasSuffix(c.path, "/files") && c.method == http.MethodPost:
		query = "?name=a.txt"
	}
	return strings.NewReplacer("{contact_id}", id, "{key}", "noe", "{id}", id, "{delivery}", "1").Replace(c.path) + query
}

func allWallsOf(name string) string {
	for _, row := range matrix {
		if row.name == name {
			return row.walls
		}
	}
	return ""
}

// ask sends the request; of a stream it waits for the first event, whose problem is its status.
func (c call) ask(b *browser, path string, body any) (int, string) {
	if !strings.Contains(path, "/live") {
		r := b.do(c.method, path, body)
		return r.status, string(r.body)
	}
	s := b.follow(path)
	defer s.close()
	if s.status != 200 {
		return s.status, ""
	}
	select {
	case e := <-s.events:
		if e.name == "problem" {
			var p problem
			_ = json.Unmarshal([]byte(e.data), &p)
			return p.Status, e.data
		}
		return 200, ""
	case <-time.After(time.Second): // a stream that has nothing to say yet
		return 200, ""
	}
}

// sample makes a body that the description allows, so that a refusal is about who asks and not about what.
func (c call) sample(s schema, name string) any {
	if s.Ref != "" {
		return c.sample(c.d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]], name)
	}
	book := c.app.Rules.Book()
	switch name {
	case "key":
		return strings.ToLower(key())
	case "email":
		return "noen@kunde.example"
	case "queue_id":
		return c.queue("strom")
	case "reason_id":
		return book.ID("reasons", "annet")
	case "to":
		return "queue"
	case "until_ms":
		return time.Now().Add(time.Hour).UnixMilli()
	case "number":
		return "+4799900001"
	case "keys":
		return "12"
	case "code":
		return "123456"
	case "address":
		return "https://hooks.kunde.example/sentral"
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	kind, _ := s.Type.(string)
	switch kind {
	case "object":
		out := map[string]any{}
		for _, field := range s.Required {
			out[field] = c.sample(s.Properties[field], field)
		}
		if _, ok := s.Properties["queue_id"]; ok {
			out["queue_id"] = c.queue("strom")
		}
		return out
	case "array":
		n := 0
		if s.MinItems != nil {
			n = *s.MinItems
		}
		out := make([]any, n)
		for i := range out {
			out[i] = c.sample(*s.Items, "")
		}
		return out
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return true
	case "string":
		switch {
		case s.Pattern == "^#[0-9a-fA-F]{6}$":
			return "#0b5aa8"
		case strings.HasPrefix(s.Pattern, "^[a-z0-9"):
			return "noe-nytt-her"
		case strings.HasPrefix(s.Format, "uri"):
			return "https://hooks.kunde.example/sentral"
		}
		return "noe langt nok til at det er lov"
	}
	return map[string]any{}
}
