package app_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/testphone"
)

func (w *world) agents() (out []routing.AgentView) {
	w.t.Helper()
	if err := w.app.Centre.View(ctx, func(v *live.View) error {
		out = nil
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			out = append(out, *a)
			return true
		})
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) calls() store.Phone { return store.Phone{DB: w.app.DB, Domain: 1} }

// A customer calls, an agent answers, both hear one another; the agent ends it, or the customer does.
func TestPhoneCall(t *testing.T) {
	w := phones(t)
	p := w.telephone(nil)
	for _, who := range []string{"agent", "customer"} {
		a := w.line("birger-brattvik", 1000)
		c := w.dial(p, "555", "99900001")
		k := a.take()
		w.eventually(func() bool { return c.Hears(1000) && a.ear.hears(440) }, "both hear one another")
		if who == "agent" {
			a.must("POST", on(k.Contact, "/end"), nil, nil)
			<-c.Ended()
		} else if err := c.HangUp(ctx); err != nil {
			t.Fatal(err)
		}
		if out := w.outcome(k); out != "answered" {
			t.Errorf("outcome %q", out)
		}
		a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
		a.conn.CloseNow()
		w.eventually(func() bool { return !a.reachable() }, "a line that is gone does not ring")
	}
}

// A node that is told to stop lets the call go on that it carries, sends new callers elsewhere, and stops when the last has ended.
func TestPhoneCallOutlivesTheStop(t *testing.T) {
	w := phones(t)
	w.app.Linger = time.Minute
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	c := w.dial(p, "555", "99900001")
	k := a.take()
	w.eventually(func() bool { return c.Hears(1000) && a.ear.hears(440) }, "both hear one another")
	w.stop()
	w.eventually(func() bool {
		other, err := p.Dial(ctx, testphone.Invite{To: "555", From: "99900002", Voice: testphone.Tone(600)})
		if err == nil {
			other.Vanish()
		}
		var refused *testphone.Refused
		return errors.As(err, &refused) && refused.Code == http.StatusServiceUnavailable
	}, "a new caller is sent elsewhere")
	w.eventually(func() bool { return c.Hears(1000) && a.ear.hears(440) }, "both hear one another still")
	a.must("POST", on(k.Contact, "/end"), nil, nil)
	<-c.Ended()
	w.end()
}

// waiting are the contacts in a queue that nobody has yet, in their order.
func (w *world) waiting(queue string) (out []routing.ContactView) {
	w.t.Helper()
	if err := w.app.Centre.View(ctx, func(v *live.View) error {
		out = nil
		v.Engine().EachContact(func(c *routing.ContactView) bool {
			if c.Queue == w.queue(queue) && (c.Phase == routing.InQueue || c.Phase == routing.InPromise || c.Phase == routing.InOffer) {
				out = append(out, *c)
			}
			return true
		})
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b routing.ContactView) int { return int(a.Place - b.Place) })
	return out
}

func heardShare(samples []int16, hz float64) float64 { return media.Heard(samples, hz) }

func (w *world) isOpen(queue string) (open bool) {
	_ = w.app.Centre.View(ctx, func(v *live.View) error {
		q, ok := v.Engine().Queue(w.queue(queue))
		open = ok && q.Open
		return nil
	})
	return open
}
