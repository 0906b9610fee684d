package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sentral/internal/channel/chat"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
)

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
	v.refused(http.StatusConflict, "another message", "POST", "/api/chat/messages", map[string]any{"key": again, "text": "noe annet"})
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
	a.refused(http.StatusConflict, "another message", "POST", on(c.Contact, "/messages"), map[string]any{"key": send["key"], "text": "Noe annet", "after": first.ID})
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
