package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
)

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
