package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
)

// A customer writes, is answered by the right person, and says how it went.
func TestFromTheFirstWordToTheSurvey(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	agent := w.ready("birger-brattvik")
	desk := agent.follow("/api/live")
	desk.until("snapshot", "")
	kari := w.visitor(norway)
	c := kari.start("strom", "Hvorfor er strømmen borte?")
	if c.State != "waiting" && c.State != "talking" || c.Reference == "" {
		t.Errorf("the visitor sees %+v", c)
	}
	window := kari.follow("/api/chat/live")
	window.until("snapshot", "strømmen borte")
	o := agent.ringing(c.Contact)
	if o.Why.Rule == "" || o.Contact.Preview != "Hvorfor er strømmen borte?" || o.Until <= o.At {
		t.Errorf("the offer says %+v", o)
	}
	desk.until("offer", fmt.Sprintf(`"id":%d`, o.ID))
	d := agent.take(c.Contact)
	window.until("state", `"agent":"Birger"`)
	desk.until("contact", `"state":"talking"`)

	agent.must("PUT", on(c.Contact, "/presence"), map[string]any{"here": true, "typing": true}, nil)
	window.until("typing", "Birger")
	kari.must("POST", "/api/chat/typing", nil, nil)
	desk.until("typing", `"author":"customer"`)

	var said, answer conversation.Message
	agent.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Jeg ser en feil i nettet.", "after": d.Messages[len(d.Messages)-1].ID}, &said)
	window.until("message", "feil i nettet")
	kari.must("PUT", "/api/chat/read", map[string]any{"message_id": said.ID}, nil)
	desk.until("read", fmt.Sprintf(`"message_id":%d`, said.ID))
	kari.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "Takk!"}, &answer)
	desk.until("message", "Takk!")
	agent.must("PUT", on(c.Contact, "/read"), map[string]any{"message_id": answer.ID}, nil)
	window.until("read", fmt.Sprintf(`"message_id":%d`, answer.ID))
	agent.must("PUT", on(c.Contact, "/draft"), map[string]any{"kind": "reply", "text": "Ha en fin"}, nil)
	agent.must("GET", on(c.Contact, ""), nil, &d)
	if len(d.Drafts) != 1 || d.Drafts[0].Text != "Ha en fin" || d.Contact.Unread != 0 {
		t.Errorf("drafts %+v, unread %d", d.Drafts, d.Contact.Unread)
	}

	agent.must("POST", on(c.Contact, "/end"), nil, nil)
	window.until("state", `"survey":"open"`)
	desk.until("contact", `"state":"wrapping"`)
	agent.must("POST", on(c.Contact, "/wrap-up/extend"), map[string]any{"seconds": 60}, nil)
	reason := w.app.Rules.Book().ID("reasons", "annet")
	agent.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": reason, "outcome": "solved", "note": "Nettfeil, varslet drift."}, nil)
	desk.until("contact", `"state":"closed"`)
	agent.must("GET", on(c.Contact, ""), nil, &d)
	if d.Reason != centre.ReasonID(reason) || d.Outcome != "solved" || len(d.Notes) != 1 {
		t.Errorf("kept: %+v", d)
	}

	survey := map[string]any{"contact_id": c.Contact, "oks": 6, "solved": "yes"}
	kari.must("POST", "/api/chat/survey", survey, nil)
	survey["oks"] = 4
	kari.must("POST", "/api/chat/survey", survey, nil) // revised: still one answer
	answers, err := w.app.Surveys().Since(ctx, 0)
	if err != nil || len(answers) != 1 || answers[0].OKS != 4 || answers[0].Team == 0 {
		t.Errorf("answers %+v, %v", answers, err)
	}
	text := kari.do("GET", fmt.Sprintf("/api/chat/transcript?contact_id=%d", c.Contact), nil)
	for _, want := range []string{"Fjordglimt", "Hvorfor er strømmen borte?", "Birger", "Jeg ser en feil i nettet.", "Takk!"} {
		if !strings.Contains(string(text.body), want) {
			t.Errorf("the transcript lacks %q", want)
		}
	}
	w.pass(73 * time.Hour)
	kari.refused(http.StatusConflict, "no longer", "POST", "/api/chat/survey", survey)
	kari.refused(http.StatusNotFound, "contact_id", "POST", "/api/chat/survey", map[string]any{"contact_id": 999, "oks": 6, "solved": "yes"})
	other := w.visitor(norway)
	other.refused(http.StatusNotFound, "contact_id", "POST", "/api/chat/survey", survey)
	other.refused(http.StatusNotFound, "contact_id", "GET", fmt.Sprintf("/api/chat/transcript?contact_id=%d", c.Contact), nil)
}

func TestTranscriptsAreWhole(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	v := w.visitor(norway)
	v.start("strom", "nummer 0")
	for i := 1; i <= 230; i++ {
		w.pass(3 * time.Second) // a visitor writes at most thirty a minute
		v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": fmt.Sprintf("nummer %d", i)}, nil)
	}
	text := string(v.do("GET", "/api/chat/transcript", nil).body)
	for _, n := range []int{0, 1, 30, 229, 230} {
		if strings.Count(text, fmt.Sprintf("nummer %d\n", n)) != 1 {
			t.Errorf("nummer %d stands there %d times", n, strings.Count(text, fmt.Sprintf("nummer %d\n", n)))
		}
	}
}

// A leader sees who waits, moves one of them ahead, and calls somebody in from a break; another team's leader sees nothing of it.
func TestLeadersMoveWorkAndPeople(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	leader, other, agent := w.person("ingrid-solvang"), w.person("linnea-ekdal"), w.person("birger-brattvik")
	agent.must("PUT", "/api/desk/status", map[string]any{"status": "paused", "pause_id": w.app.Rules.Book().ID("pauses", "lunsj")}, nil)
	first, second := w.visitor(norway).start("strom", "Jeg kom først"), w.visitor(norway).start("strom", "Hjelp, det brenner")
	waiting := func(b *browser) (list []contact.Waiter) {
		b.must("GET", "/api/waiting", nil, &list)
		return list
	}
	var list []contact.Waiter
	w.eventually(func() bool {
		list = waiting(leader)
		return len(list) == 2 && list[1].Preview != ""
	}, "the leader reads what the customers wrote")
	if len(list) != 2 || list[0].ID != first.Contact || list[0].Position != 1 || list[1].Preview != "Hjelp, det brenner" || list[1].Priority != 0 {
		t.Fatalf("the leader sees %+v", list)
	}
	if len(waiting(other)) != 0 || len(waiting(agent)) != 0 {
		t.Errorf("others see %+v, %+v", waiting(other), waiting(agent))
	}
	leader.must("PUT", on(second.Contact, "/priority"), map[string]any{"priority": 9}, nil)
	if list = waiting(leader); list[1].Position != 1 || list[1].Priority != 9 {
		t.Errorf("moved ahead: %+v", list)
	}
	var people []contact.Colleague
	leader.must("GET", "/api/agents", nil, &people)
	for _, p := range people {
		if led := p.Team == centre.TeamID(w.app.Rules.Book().ID("teams", "kraft")) && p.ID != leader.id; p.Led != led {
			t.Errorf("%s led %v, want %v", p.Name, p.Led, led)
		}
	}
	leader.must("PUT", fmt.Sprintf("/api/agents/%d/status", agent.id), map[string]any{"status": "ready"}, nil)
	agent.ringing(second.Contact)
}

// A laptop lid closes: the customer goes back to the same place and to somebody else, and the agent who comes back is not stuck.
func TestAnAgentWhoIsLost(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	c := w.visitor(norway).start("strom", "Hei")
	later := w.visitor(norway).start("strom", "Hei, etterpå")
	a.take(c.Contact)
	b := w.person("camilla-fossgard")
	w.pass(21 * time.Second) // longer than lost_after_s: nobody has heard from Birger
	w.eventually(func() bool {
		return a.do("GET", "/api/desk", nil).status == http.StatusOK && !slices.ContainsFunc(a.desk().Contacts, func(s contact.Summary) bool { return s.ID == c.Contact })
	}, "the contact is taken from who is lost")
	b.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	if got := b.ringing(c.Contact); got.Contact.ID != c.Contact {
		t.Errorf("the contact lost its place: %d rings before it", got.Contact.ID)
	}
	b.take(c.Contact)
	_ = later
	a.refused(http.StatusNotFound, "no open contact", "POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Beklager", "after": 0})
	a.must("PUT", "/api/desk/here", nil, nil)
	w.eventually(func() bool { s := a.desk().Agent.State; return s != "lost" }, "who comes back is found")
}

func TestHandingOver(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a, b := w.ready("birger-brattvik"), w.person("eirin-kvamsdal")
	leader := w.person("ingrid-solvang")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	a.take(c.Contact)
	to := func(what string, m map[string]any) map[string]any { m["words"], m["to"] = "Ta denne", what; return m }
	a.refused(http.StatusUnprocessableEntity, "queue_id", "POST", on(c.Contact, "/transfer"), to("queue", map[string]any{"queue_id": 99}))
	a.refused(http.StatusUnprocessableEntity, "agent_id", "POST", on(c.Contact, "/transfer"), to("person", map[string]any{"agent_id": a.id}))
	a.refused(http.StatusUnprocessableEntity, "agent_id", "POST", on(c.Contact, "/transfer"), to("person", map[string]any{"agent_id": 4711}))
	a.refused(http.StatusConflict, "not there now", "POST", on(c.Contact, "/transfer"), to("person", map[string]any{"agent_id": b.id}))
	a.refused(http.StatusUnprocessableEntity, "team_id", "POST", on(c.Contact, "/transfer"), to("team", map[string]any{"team_id": 99}))
	a.refused(http.StatusUnprocessableEntity, "to", "POST", on(c.Contact, "/transfer"), to("nobody", map[string]any{}))
	a.refused(http.StatusConflict, "here and now", "POST", on(c.Contact, "/snooze"), map[string]any{"until_ms": time.Now().Add(time.Hour).UnixMilli()})
	a.refused(http.StatusConflict, "not waiting", "PUT", on(c.Contact, "/priority"), map[string]any{"priority": 9})

	b.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	a.must("POST", on(c.Contact, "/consult"), to("person", map[string]any{"agent_id": b.id}), nil)
	if o := b.ringing(c.Contact); !o.Consult {
		t.Errorf("a request for advice rings as %+v", o)
	}
	b.take(c.Contact)
	b.refused(http.StatusConflict, "no longer yours", "POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Hei kunde", "after": 0})
	b.must("POST", on(c.Contact, "/notes"), map[string]any{"key": key(), "text": "Se på rutine 4."}, nil)
	a.must("POST", on(c.Contact, "/consult/end"), nil, nil)
	w.eventually(func() bool { return len(b.desk().Contacts) == 0 }, "the adviser is done")
	b.must("PUT", "/api/desk/status", map[string]any{"status": "offline"}, nil)

	a.must("POST", on(c.Contact, "/requeue"), map[string]any{"queue_id": w.queue("faktura"), "words": "Gjelder faktura"}, nil)
	w.eventually(func() bool {
		return slices.IndexFunc(a.desk().Contacts, func(s contact.Summary) bool { return s.ID == c.Contact }) < 0
	}, "it has left the desk")
	var now chat.Conversation
	v.must("GET", "/api/chat/conversation", nil, &now)
	if now.State != "waiting" {
		t.Errorf("a requeued contact is %s", now.State)
	}

	// The leader moves one waiting contact ahead; nobody else may.
	a.must("PUT", "/api/desk/status", map[string]any{"status": "paused", "pause_id": w.app.Rules.Book().ID("pauses", "pause")}, nil)
	second := w.visitor(norway).start("faktura", "Nummer to")
	a.refused(http.StatusNotFound, "no open contact", "PUT", on(second.Contact, "/priority"), map[string]any{"priority": 9})
	leader.must("PUT", on(second.Contact, "/priority"), map[string]any{"priority": 9}, nil)
	w.person("linnea-ekdal").refused(http.StatusNotFound, "no open contact", "PUT", on(second.Contact, "/priority"), map[string]any{"priority": 0})
	e := w.ready("eirin-kvamsdal")
	if got := firstOffer(w, e); got != second.Contact {
		t.Errorf("contact %d rings first, not %d", got, second.Contact)
	}

	// Nobody is made ready who is not there, and nobody leaves with work in hand.
	leader.refused(http.StatusConflict, "empty chair", "PUT", fmt.Sprintf("/api/agents/%d/status", w.person("frode-hellandsmo").id), map[string]any{"status": "ready"})
	e.take(second.Contact)
	e.refused(http.StatusConflict, "first", "PUT", "/api/desk/status", map[string]any{"status": "offline"})
	leader.must("PUT", fmt.Sprintf("/api/agents/%d/status", e.id), map[string]any{"status": "direct_only"}, nil)
	e.refused(http.StatusUnprocessableEntity, "pause_id", "PUT", "/api/desk/status", map[string]any{"status": "paused", "pause_id": 99})
}

func firstOffer(w *world, b *browser) (id centre.ContactID) {
	w.eventually(func() bool {
		d := b.desk()
		if len(d.Offers) > 0 {
			id = d.Offers[0].Contact.ID
		}
		return id != 0
	}, "%s is offered something", b.name)
	return id
}

// What is written for colleagues never reaches the customer, by any route or stream that a visitor has.
func TestNotesNeverReachTheVisitor(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a, b := w.ready("birger-brattvik"), w.ready("camilla-fossgard")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	s := v.follow("/api/chat/live")
	s.until("snapshot", "")
	var holder, other = a, b
	w.eventually(func() bool {
		if len(b.desk().Offers) > 0 {
			holder, other = b, a
		}
		return len(a.desk().Offers)+len(b.desk().Offers) > 0
	}, "it is offered")
	holder.take(c.Contact)
	const secret = "HEMMELIG-4471"
	holder.must("POST", on(c.Contact, "/notes"), map[string]any{"key": key(), "text": secret}, nil)
	holder.must("PUT", on(c.Contact, "/draft"), map[string]any{"kind": "reply", "text": secret}, nil)
	holder.must("PUT", on(c.Contact, "/draft"), map[string]any{"kind": "note", "text": secret}, nil)
	holder.must("POST", on(c.Contact, "/transfer"), map[string]any{"to": "person", "agent_id": other.id, "words": secret}, nil)
	other.take(c.Contact)
	other.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved", "note": secret}, nil)

	none := func(e event) {
		if strings.Contains(e.data, secret) || e.name == "note" {
			t.Errorf("the visitor was told %s %s", e.name, e.data)
		}
	}
	s.until("state", `"ended"`, none)
	v.follow("/api/chat/live").until("snapshot", "", none)
	for path := range w.openapi().Paths { // every route there is, asked with the visitor's token
		if strings.HasSuffix(path, "/live") {
			continue
		}
		if r := v.do("GET", strings.NewReplacer("{id}", fmt.Sprint(c.Contact), "{delivery}", "1").Replace(path), nil); strings.Contains(string(r.body), secret) {
			t.Errorf("GET %s told the visitor", path)
		}
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.person("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	png := []byte("\x89PNG\r\n\x1a\n rest")
	v.refused(http.StatusConflict, "joined", "POST", "/api/chat/files?name=bilde.png", png)
	a.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	a.take(c.Contact)
	var f conversation.File
	v.must("POST", "/api/chat/files?name=..%2F..%2Fbilde%E2%80%AEgnp.png", png, &f)
	if f.Type != "image/png" || strings.ContainsAny(f.Name, "/\\\u202e") {
		t.Errorf("the file is %+v", f)
	}
	v.refused(http.StatusUnprocessableEntity, "this kind", "POST", "/api/chat/files?name=virus.exe", png)
	v.refused(http.StatusBadRequest, "body is required", "POST", "/api/chat/files?name=tom.txt", []byte{})
	v.refused(http.StatusRequestEntityTooLarge, "", "POST", "/api/chat/files?name=stor.bin", bytes.Repeat([]byte("x"), 12<<20))
	stranger := w.visitor(norway)
	stranger.start("strom", "Hei")
	stranger.refused(http.StatusNotFound, "no such file", "GET", "/api/chat/files/"+f.ID, nil)
	stranger.refused(http.StatusNotFound, "files[0]", "POST", "/api/chat/messages", map[string]any{"key": key(), "text": "se", "files": []string{f.ID}})
	a.refused(http.StatusNotFound, "no such file", "GET", "/api/files/"+f.ID, nil) // not sent yet
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "", "files": []string{f.ID}}, nil)
	r := a.do("GET", "/api/files/"+f.ID, nil)
	if r.status != 200 || !bytes.Equal(r.body, png) || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") || !strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") || r.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the attachment came as %v", r.header)
	}
	w.person("camilla-fossgard").refused(http.StatusNotFound, "no such file", "GET", "/api/files/"+f.ID, nil)
	var mine conversation.File
	a.must("POST", "/api/files?name=svar.txt", []byte("svar"), &mine)
	v.refused(http.StatusNotFound, "no such file", "GET", "/api/chat/files/"+mine.ID, nil)
	a.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Se vedlegg", "files": []string{mine.ID}, "after": 0}, nil)
	if r := v.do("GET", "/api/chat/files/"+mine.ID, nil); string(r.body) != "svar" {
		t.Errorf("the visitor gets %s", r)
	}
	stranger.must("POST", "/api/chat/end", nil, nil)
	a.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	a.must("PUT", "/api/desk/status", map[string]any{"status": "ready"}, nil)
	next := w.visitor(norway).start("strom", "En annen")
	a.take(next.Contact)
	a.refused(http.StatusNotFound, "files[0]", "POST", on(next.Contact, "/messages"), map[string]any{"key": key(), "text": "Se", "files": []string{mine.ID}, "after": 0})
}

func TestVisitorsAreBounded(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	v := w.visitor(norway)
	v.start("strom", "Hei")
	said := 0
	var last reply
	for ; said < 60; said++ {
		if last = v.do("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "mer"}); last.status != 200 {
			break
		}
	}
	if last.status != http.StatusTooManyRequests || said > 31 {
		t.Errorf("after %d messages: %s", said, last)
	}
	v.refused(http.StatusUnprocessableEntity, "text", "POST", "/api/chat/messages", map[string]any{"key": key(), "text": strings.Repeat("x", 4001)})
	made := 0
	b := &browser{w: w, name: "somebody"}
	for ; made < 60; made++ {
		if last = b.do("POST", "/api/chat/visitor", map[string]any{"key": norway}); last.status != 200 {
			break
		}
	}
	if last.status != http.StatusTooManyRequests || made > 31 {
		t.Errorf("after %d visitors from one address: %s", made, last)
	}
	w.pass(time.Minute)
	idle := w.visitor(norway)
	for range 20 { // windows without a conversation are each visitor's own
		w.pass(5 * time.Second)
		w.visitor(norway).follow("/api/chat/live").until("snapshot", `"none"`)
	}
	for range 8 {
		idle.follow("/api/chat/live").until("snapshot", `"none"`)
	}
	idle.follow("/api/chat/live").until("problem", "too many windows")
}

func TestWhoMayShowTheChat(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	for origin, want := range map[string]int{"https://www.fjordglimt.example": 200, w.url: 200, "": 200, "https://www.alvljus.example": 403, "https://evil.example": 403, "null": 403, "http://www.fjordglimt.example": 403} {
		b := &browser{w: w, name: "a page of " + origin, origin: origin}
		if r := b.do("POST", "/api/chat/visitor", map[string]any{"key": norway}); r.status != want {
			t.Errorf("a page of %q: %s, want %d", origin, r, want)
		}
	}
	(&browser{w: w}).refused(http.StatusNotFound, "key", "POST", "/api/chat/visitor", map[string]any{"key": "no-such-key"})
	v := w.visitor(norway)
	v.origin = "https://evil.example" // checked on every call, not at the first alone
	v.refused(http.StatusForbidden, "origin", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Hei"})
	v.refused(http.StatusForbidden, "origin", "GET", "/api/chat/conversation", nil)
	v.origin = ""
	v.refused(http.StatusUnprocessableEntity, "queue_id", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Hei", "queue_id": w.queue("el-sverige")})
	nobody := &browser{w: w, bearer: "visitor_" + strings.Repeat("0", 64)}
	nobody.refused(http.StatusUnauthorized, "introduce", "GET", "/api/chat/conversation", nil)
}

// A brand vouches for its customers by a short-lived signed identity; nothing else makes a visitor somebody.
func TestSignedIdentity(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	secret := []byte("0123456789abcdef0123456789abcdef")
	norge, sverige := w.app.Rules.Book().ID("brands", "fjordglimt"), w.app.Rules.Book().ID("brands", "alvljus")
	b := &browser{w: w, name: "site"}
	claims := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"aud": "sentral-widget", "sub": "1001", "name": "Kari Nordmo", "email": "kari@kunde.example", "exp": w.now().Add(4 * time.Minute).Unix()}
		change(c)
		return c
	}
	signed := func(m jwt.SigningMethod, key any, c jwt.MapClaims) string {
		s, err := jwt.NewWithClaims(m, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	as := func(identity, widget, previous string) reply {
		return b.do("POST", "/api/chat/visitor", map[string]any{"key": widget, "identity": identity, "previous": previous})
	}
	keep := func(jwt.MapClaims) {}
	good := signed(jwt.SigningMethodHS256, secret, claims(keep))
	if r := as(good, norway, ""); r.status != 422 || !strings.Contains(string(r.body), "signing secret") {
		t.Errorf("before there is a secret: %s", r)
	}
	for _, brand := range []int32{norge, sverige} {
		if err := w.app.Chat.SetBrandSecret(ctx, brand, secret); err != nil {
			t.Fatal(err)
		}
	}
	for name, bad := range map[string]string{
		"wrong key":      signed(jwt.SigningMethodHS256, []byte("another secret, as long as that"), claims(keep)),
		"no signature":   signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims(keep)),
		"other method":   signed(jwt.SigningMethodHS512, secret, claims(keep)),
		"old":            signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { c["exp"] = w.now().Add(-time.Minute).Unix() })),
		"long-lived":     signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { c["exp"] = w.now().Add(time.Hour).Unix() })),
		"without end":    signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { delete(c, "exp") })),
		"other audience": signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { c["aud"] = "other" })),
		"nobody":         signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { delete(c, "sub") })),
		"nonsense":       "a.b.c",
	} {
		if r := as(bad, norway, ""); r.status != 401 && r.status != 422 || !strings.Contains(string(r.body), "identity") {
			t.Errorf("%s: %s", name, r)
		}
	}
	token := func(r reply) *browser {
		t.Helper()
		var out chat.Token
		if r.status != 200 {
			t.Fatalf("%s", r)
		}
		jsonInto(t, r.body, &out)
		return &browser{w: w, name: "Kari", bearer: out.Token}
	}
	kari := token(as(good, norway, ""))
	c := kari.start("strom", "Hei")
	agent := w.ready("birger-brattvik")
	d := agent.take(c.Contact)
	if d.Customer == nil || d.Customer.Verified != "signed" || d.Customer.Number != "1001" || d.Contact.Name != "Kari Nordmo" {
		t.Fatalf("the agent sees %+v", d.Customer)
	}
	if again := token(as(good, norway, kari.bearer)); again.bearer != kari.bearer {
		t.Error("the same person did not go on")
	}
	ola := signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { c["sub"], c["name"] = "2002", "Ola" }))
	for name, r := range map[string]reply{"another person": as(ola, norway, kari.bearer), "nobody": as("", norway, kari.bearer)} {
		next := token(r)
		var seen chat.Conversation
		next.must("GET", "/api/chat/conversation", nil, &seen)
		if next.bearer == kari.bearer || seen.Contact != 0 {
			t.Errorf("%s at the same browser goes on as Kari", name)
		}
	}
	svea := token(as(signed(jwt.SigningMethodHS256, secret, claims(func(c jwt.MapClaims) { c["name"] = "Svea" })), sweden, ""))
	cs := svea.start("el-sverige", "Hej")
	d2 := w.ready("linnea-ekdal").take(cs.Contact)
	if d2.Customer == nil || d2.Customer.ID == d.Customer.ID {
		t.Error("number 1001 of one brand became number 1001 of another")
	}
}
