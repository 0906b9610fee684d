package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
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

// Parallel webhooks once made several conversations of one; parallel starts of one visitor make one, and nothing that was taken is lost.
func TestStartingIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	v := w.visitor(norway)
	same := key()
	var wg sync.WaitGroup
	got := make([]chat.Conversation, 12)
	for i := range got {
		wg.Go(func() {
			k, text := same, "Hei"
			if i >= 6 {
				k, text = key(), fmt.Sprintf("fane %d", i)
			}
			v.must("POST", "/api/chat/contacts", map[string]any{"key": k, "text": text}, &got[i])
		})
	}
	wg.Wait()
	for _, c := range got {
		if c.Contact == 0 || c.Contact != got[0].Contact {
			t.Fatalf("two conversations: %d and %d", got[0].Contact, c.Contact)
		}
	}
	var now chat.Conversation
	v.must("GET", "/api/chat/conversation", nil, &now)
	var texts []string
	for _, m := range now.Messages {
		texts = append(texts, m.Text)
	}
	slices.Sort(texts)
	if want := []string{"Hei", "fane 10", "fane 11", "fane 6", "fane 7", "fane 8", "fane 9"}; !slices.Equal(texts, want) {
		t.Errorf("kept %q, want %q", texts, want)
	}

	again := key()
	var first, second conversation.Message
	v.must("POST", "/api/chat/messages", map[string]any{"key": again, "text": "en gang"}, &first)
	v.must("POST", "/api/chat/messages", map[string]any{"key": again, "text": "en gang"}, &second)
	if first.ID == 0 || first.ID != second.ID {
		t.Errorf("one key, messages %d and %d", first.ID, second.ID)
	}
	v.must("POST", "/api/chat/end", nil, nil)
	v.must("POST", "/api/chat/end", nil, nil)
	v.refused(http.StatusConflict, "over", "POST", "/api/chat/messages", map[string]any{"key": key(), "text": "er dere der?"})
	next := v.start("strom", "En ny sak")
	if next.Contact == now.Contact {
		t.Error("an ended conversation went on")
	}
	var old chat.Conversation // a late repetition of the first start must not turn the visitor back
	v.must("POST", "/api/chat/contacts", map[string]any{"key": same, "text": "Hei"}, &old)
	if old.Contact != next.Contact {
		t.Errorf("a late repetition moved the visitor to %d", old.Contact)
	}
}

// Whoever does not see a colleague's answer is told before the customer is answered twice.
func TestNobodyAnswersTwice(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	c := w.visitor(norway).start("strom", "Hei")
	o := a.ringing(c.Contact)
	accept := fmt.Sprintf("/api/offers/%d/accept", o.ID)
	var wg sync.WaitGroup
	for range 4 { // two tabs, a double click, a lost answer: one contact, no mistake
		wg.Go(func() { a.must("POST", accept, nil, nil) })
	}
	wg.Wait()
	if n := len(a.desk().Contacts); n != 1 {
		t.Errorf("the desk has %d contacts", n)
	}
	b := w.ready("camilla-fossgard")
	b.refused(http.StatusConflict, "offer is over", "POST", accept, nil)
	b.refused(http.StatusNotFound, "no open contact", "POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Hei", "after": 0})

	send := map[string]any{"key": key(), "text": "Hei, Birger her.", "after": 0}
	var first, second conversation.Message
	a.must("POST", on(c.Contact, "/messages"), send, &first)
	a.must("POST", on(c.Contact, "/messages"), send, &second)
	if first.ID != second.ID {
		t.Errorf("one key, answers %d and %d", first.ID, second.ID)
	}
	a.must("POST", on(c.Contact, "/transfer"), map[string]any{"to": "person", "agent_id": b.id, "words": "Hun spør om anlegget."}, nil)
	offer := b.ringing(c.Contact)
	if offer.Words != "Hun spør om anlegget." || offer.From != "Birger Brattvik" {
		t.Errorf("the offer says from %q: %q", offer.From, offer.Words)
	}
	b.take(c.Contact)
	p := b.refused(http.StatusConflict, fmt.Sprintf("message %d", first.ID), "POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Hei!", "after": 0})
	if len(p.Errors) != 1 || p.Errors[0].Location != "after" || !strings.Contains(p.Detail, "Birger") {
		t.Errorf("the refusal says %+v", p)
	}
	b.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Camilla tar over.", "after": first.ID}, nil)
	a.refused(http.StatusNotFound, "no open contact", "POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Og", "after": first.ID})
}

// Wherever a desk's stream is cut, what comes after the last id holds every message that had not been seen: an id never stands on an event with more of the
// same commits behind it.
func TestResumingMissesNothing(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	desk := a.follow("/api/live")
	desk.until("snapshot", "")
	v := w.visitor(norway)
	c := v.start("strom", "nummer 0")
	a.take(c.Contact)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": fmt.Sprintf("nummer %d", i+1)}, nil)
		})
	}
	wg.Wait()
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "sist"}, nil)
	last := 0
	messages := 0
	see := func(e event) {
		id := 0
		if e.id != "" {
			if _, err := fmt.Sscan(e.id, &id); err != nil || id <= last {
				t.Errorf("id %q of %s after %d", e.id, e.name, last)
			}
		}
		if e.name == "message" {
			var m conversation.Message
			jsonInto(t, []byte(e.data), &m)
			if messages++; m.ID <= int64(last) {
				t.Errorf("message %d comes after id %d: who resumes there misses it", m.ID, last)
			}
		}
		last = max(last, id)
	}
	desk.until("message", `"sist"`, see)
	if messages < 21 || last == 0 {
		t.Errorf("%d messages, last id %d", messages, last)
	}
	desk.close()
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "imens"}, nil)
	a.header = map[string]string{"Last-Event-ID": fmt.Sprint(last)}
	again := a.follow("/api/live")
	first := again.until("snapshot", "")
	if first.id != "" {
		t.Error("the snapshot is a place to resume from although what was missed comes after it")
	}
	again.until("message", "imens")
	if e := again.until("agent", ""); e.id == "" {
		t.Error("what was missed ends without a place to resume from")
	}
}

// Two windows of one agent, in which the same draft stands, answer at the same instant: the customer hears it once. The same window writes on.
func TestTwoWindowsAnswerOnce(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	d := a.take(c.Contact)
	seen := d.Messages[len(d.Messages)-1].ID
	replies := make([]reply, 8)
	var wg sync.WaitGroup
	for i := range replies {
		wg.Go(func() {
			replies[i] = a.do("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Hei, Birger her.", "after": seen})
		})
	}
	wg.Wait()
	var first conversation.Message
	for _, r := range replies {
		switch r.status {
		case http.StatusOK:
			jsonInto(t, r.body, &first)
		case http.StatusConflict:
			if p := r.problem(); !strings.Contains(p.Detail, "another window") || p.Errors[0].Location != "after" {
				t.Errorf("the refusal says %+v", p)
			}
		default:
			t.Errorf("answered %s", r)
		}
	}
	a.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Og én ting til.", "after": first.ID}, nil)
	var now chat.Conversation
	v.must("GET", "/api/chat/conversation", nil, &now)
	heard := 0
	for _, m := range now.Messages {
		if m.Text == "Hei, Birger her." {
			heard++
		}
	}
	if heard != 1 || len(now.Messages) != 4 {
		t.Errorf("heard %d times: %+v", heard, now.Messages)
	}
}

// Two people correct one customer: the second is told, and sees what the first wrote.
func TestCustomersAreChangedOneAtATime(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a, admin := w.ready("birger-brattvik"), w.person("randi-haugmoen")
	v := w.visitor(norway)
	var c chat.Conversation
	v.must("POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Hei", "name": "Kari", "email": "kari@kunde.example"}, &c)
	who := a.take(c.Contact).Customer
	path := fmt.Sprintf("/api/customers/%d", who.ID)
	var wg sync.WaitGroup
	var taken atomic.Int32
	for i := range 6 {
		wg.Go(func() {
			by := []*browser{a, admin}[i%2]
			r := by.do("PATCH", path, map[string]any{"version": who.Version, "phone": fmt.Sprintf("+47 815 493 0%d", i)})
			if r.status == http.StatusOK {
				taken.Add(1)
			} else if p := r.problem(); r.status != http.StatusConflict || p.Errors[0].Location != "version" {
				t.Errorf("refused with %s", r)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d changes from one version were taken", taken.Load())
	}
	var now contact.Customer
	a.must("GET", path, nil, &now)
	if now.Version == who.Version || now.Phone == "" {
		t.Errorf("now %+v", now)
	}
	a.must("PATCH", path, map[string]any{"version": now.Version, "name": "Kari Nordvik"}, &now)
	a.refused(http.StatusUnprocessableEntity, "version", "PATCH", path, map[string]any{"name": "Kari"})
}

// Customers answer the two questions while the agent still writes up: the answer gets the reason that the wrap-up finds.
func TestAnAnswerBeforeTheWrapUpGetsItsReason(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	a := w.ready("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	a.take(c.Contact)
	a.must("POST", on(c.Contact, "/end"), nil, nil)
	v.must("POST", "/api/chat/survey", map[string]any{"contact_id": c.Contact, "oks": 6, "solved": "yes"}, nil)
	reason := w.app.Rules.Book().ID("reasons", "nett-avbrudd")
	a.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": reason, "outcome": "solved", "note": ""}, nil)
	answers, err := w.app.Surveys().Since(ctx, 0)
	if err != nil || len(answers) != 1 || answers[0].Reason != centre.ReasonID(reason) {
		t.Errorf("answers %+v, %v", answers, err)
	}
	v.must("POST", "/api/chat/survey", map[string]any{"contact_id": c.Contact, "oks": 5, "solved": "yes"}, nil)
	if answers, err = w.app.Surveys().Since(ctx, 0); err != nil || answers[0].Reason != centre.ReasonID(reason) || answers[0].OKS != 5 {
		t.Errorf("revised to %+v, %v", answers, err)
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
	list := waiting(leader)
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

func TestClosedHours(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{doc: func(d *config.Document) {
		for i := range d.Hours {
			if d.Hours[i].Key == "dogn-norge" {
				d.Hours[i].Week = nil // never open
			}
		}
	}})
	var b chat.Brand
	v := w.visitor(norway)
	v.must("GET", "/api/chat/brand?key="+norway, nil, &b)
	if b.Open || len(b.Topics) == 0 || len(b.Hours) == 0 {
		t.Errorf("the brand says %+v", b)
	}
	if !b.Deferred {
		t.Error("a brand with a queue that takes forms takes no messages")
	}
	v.refused(http.StatusConflict, "closed", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Hei"})
	var c chat.Conversation
	v.must("GET", "/api/chat/conversation", nil, &c)
	if c.State != "none" {
		t.Errorf("a refused start left %+v", c)
	}
	swede := w.visitor(sweden)
	swede.start("el-sverige", "Hej") // open all the same
	swede.must("GET", "/api/chat/brand?key="+sweden, nil, &b)
	if b.Deferred {
		t.Error("a brand without a queue that takes forms says it takes messages")
	}
	w.visitor(sweden).refused(http.StatusConflict, "takes no messages", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Hej", "deferred": true, "email": "s@exempel.example"})
}

// Outside opening hours the customer leaves a message, goes away, and finds the answer in the same conversation; meanwhile the agent may put it away.
func TestAMessageLeftWhileClosed(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{doc: func(d *config.Document) {
		for i := range d.Hours {
			d.Hours[i].Week, d.Hours[i].Exceptions = nil, nil // never open
		}
	}})
	v := w.visitor(norway)
	v.refused(http.StatusUnprocessableEntity, "email", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Jeg vil klage", "deferred": true})
	v.refused(http.StatusUnprocessableEntity, "email", "POST", "/api/chat/contacts", map[string]any{"key": key(), "text": "Jeg vil klage", "deferred": true, "email": "ikke en adresse"})
	leave := map[string]any{"key": key(), "text": "Ring meg ikke, skriv.", "deferred": true, "name": "Kari", "email": "Kari@kunde.example", "queue_id": w.queue("strom")}
	var c, again chat.Conversation
	v.must("POST", "/api/chat/contacts", leave, &c)
	v.must("POST", "/api/chat/contacts", leave, &again)
	if c.State != "waiting" || !c.Deferred || c.Reference == "" || again.Contact != c.Contact || len(again.Messages) != 1 {
		t.Errorf("the visitor sees %+v, and again %+v", c, again)
	}
	agent := w.ready("astrid-solheimsnes")
	d := agent.take(c.Contact)
	if d.Contact.Channel != centre.Form || d.Customer == nil || d.Customer.Email != "kari@kunde.example" || d.Contact.Name != "Kari" {
		t.Errorf("the agent sees %+v, %+v", d.Contact, d.Customer)
	}
	until := centre.At(w.now().Add(time.Hour))
	agent.must("POST", on(c.Contact, "/snooze"), map[string]any{"until_ms": until}, nil)
	if open := agent.desk().Contacts; len(open) != 1 || open[0].State != contact.Snoozed || open[0].SnoozedUntil != until {
		t.Errorf("put away, the desk shows %+v", open)
	}
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "Jeg glemte noe."}, nil) // wakes it
	w.eventually(func() bool {
		o := agent.desk()
		for _, x := range o.Offers {
			agent.must("POST", fmt.Sprintf("/api/offers/%d/accept", x.ID), nil, nil)
		}
		return len(o.Contacts) == 1 && o.Contacts[0].State == contact.Talking
	}, "the contact is back on the desk that put it away")
	agent.must("GET", on(c.Contact, ""), nil, &d)
	agent.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "Nå er det ordnet.", "after": d.Messages[len(d.Messages)-1].ID}, nil)
	agent.must("POST", on(c.Contact, "/end"), nil, nil)
	agent.must("POST", on(c.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved", "note": ""}, nil)
	v.must("GET", "/api/chat/conversation", nil, &c)
	if c.State != "ended" || !c.Deferred || c.Survey != "open" || !slices.ContainsFunc(c.Messages, func(m conversation.Message) bool { return m.Text == "Nå er det ordnet." }) {
		t.Errorf("the visitor comes back to %+v", c)
	}
	v.must("POST", "/api/chat/survey", map[string]any{"contact_id": c.Contact, "oks": 5, "solved": "yes"}, nil)
	answers, err := w.app.Surveys().Since(ctx, 0)
	if err != nil || len(answers) != 1 || answers[0].Channel != centre.Form.String() {
		t.Errorf("answers %+v, %v", answers, err)
	}
}

// A window that was open before the conversation began, or shows the one before, comes over to the new one.
func TestWindowsFollowTheVisitor(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	v := w.visitor(norway)
	before := v.follow("/api/chat/live")
	before.until("snapshot", `"none"`)
	v.start("strom", "Hei")
	before.ended() // the browser comes back
	s := v.follow("/api/chat/live")
	s.until("snapshot", "Hei")
	s.until("place", `"position":1`)
	v.must("POST", "/api/chat/end", nil, nil)
	s.until("state", "ended")
	v.start("strom", "Igjen")
	s.ended()
}
