package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"sentral/internal/centre"
)

// beatEvery is how often a desk says that it is there, as the web's does.
const beatEvery = 6 * time.Second

// desk is one simulated agent.
type desk struct {
	*crowd
	browser
	number int
	talks  sync.Map // centre.ContactID -> chan said
}

type said struct {
	id    int64
	visit int
	turn  int
}

// What the generator reads of the desk's events: less than a browser does, since the processor is shared with what is measured.
type (
	offerEvent struct {
		ID      centre.OfferID `json:"id"`
		Contact struct {
			ID   centre.ContactID `json:"id"`
			Name string           `json:"name"`
		} `json:"contact"`
	}
	messageEvent struct {
		ID      int64            `json:"id"`
		Contact centre.ContactID `json:"contact_id"`
		Author  string           `json:"author"`
		Key     string           `json:"key"`
	}
	agentEvent struct {
		Status string `json:"status"`
	}
)

// work keeps the desk open until the run ends. It says once on ready whether it could sit down.
func (d *desk) work(ctx context.Context, ready chan<- error) {
	sat := sync.OnceFunc(func() { ready <- nil })
	if err := d.ready(ctx); err != nil {
		ready <- err
		return
	}
	d.desks.Go(func() { d.beat(ctx) })
	for n := 0; ctx.Err() == nil; n++ {
		if n > 0 {
			d.figures.dropped()
			if !pause(ctx, time.Second) {
				return
			}
		}
		err := d.follow(ctx, "/api/live", func(event string, data []byte) {
			if event == "snapshot" {
				sat()
			}
			d.event(ctx, event, data)
		})
		if err != nil && ctx.Err() == nil {
			d.figures.failed("desk stream", err)
		}
	}
}

func (d *desk) ready(ctx context.Context) error {
	return d.call(ctx, "status", http.MethodPut, "/api/desk/status", map[string]any{"status": "ready"}, nil)
}

// beat begins at a time of each desk's own: people do not sit down in step.
func (d *desk) beat(ctx context.Context) {
	if !pause(ctx, beatEvery*time.Duration(d.number)/time.Duration(d.Agents)) {
		return
	}
	for pause(ctx, beatEvery) {
		_ = d.call(ctx, "here", http.MethodPut, "/api/desk/here", nil, nil)
	}
}

func (d *desk) event(ctx context.Context, event string, data []byte) {
	now := time.Now()
	switch event {
	case "offer":
		var o offerEvent
		if json.Unmarshal(data, &o) != nil {
			return
		}
		if n, ok := d.named(o.Contact.Name); ok {
			d.figures.offered(n, now)
			d.desks.Go(func() { d.take(ctx, o, n) })
		}
	case "message":
		var m messageEvent
		if json.Unmarshal(data, &m) != nil || m.Author != "customer" {
			return
		}
		if n, turn, ok := d.keyed(m.Key); ok {
			d.figures.reachedDesk(n, turn, now)
			if ch, ok := d.talks.Load(m.Contact); ok {
				ch.(chan said) <- said{m.ID, n, turn}
			}
		}
	case "agent":
		var a agentEvent
		if json.Unmarshal(data, &a) == nil && a.Status == "away" {
			d.figures.wentAway()
			d.desks.Go(func() { _ = d.ready(ctx) })
		}
	}
}

// take accepts an offer and talks until the matter is over.
func (d *desk) take(ctx context.Context, o offerEvent, n int) {
	if d.Accept > 0 && !pause(ctx, d.Accept) {
		return
	}
	ch := make(chan said, 16)
	d.talks.Store(o.Contact.ID, ch)
	defer d.talks.Delete(o.Contact.ID)
	var detail struct {
		Messages []messageEvent `json:"messages"`
	}
	if d.call(ctx, "accept", http.MethodPost, fmt.Sprintf("/api/offers/%d/accept", o.ID), nil, &detail) != nil {
		return
	}
	d.figures.answered()
	path := fmt.Sprintf("/api/contacts/%d", o.Contact.ID)
	last := int64(0)
	if k := len(detail.Messages); k > 0 {
		last = detail.Messages[k-1].ID
	}
	v := &d.visits[n]
	for turn := range v.turns {
		if turn > 0 {
			select {
			case m := <-ch:
				last = m.id
			case <-time.After(d.Drain):
				d.figures.failed("customer's answer", errSilent)
				return
			case <-ctx.Done():
				return
			}
		}
		_ = d.call(ctx, "read", http.MethodPut, path+"/read", map[string]any{"message_id": last}, nil)
		if !d.reply(ctx, path, n, turn, last) {
			return
		}
	}
	if d.call(ctx, "end", http.MethodPost, path+"/end", nil, nil) != nil || !pause(ctx, v.think[0]) {
		return
	}
	_ = d.call(ctx, "wrap-up", http.MethodPost, path+"/wrap-up", map[string]any{"reason_id": d.Node.Reason, "outcome": "solved"}, nil)
}

// reply types and writes.
func (d *desk) reply(ctx context.Context, path string, n, turn int, after int64) bool {
	v := &d.visits[n]
	if !pause(ctx, v.think[2*turn]/2) {
		return false
	}
	_ = d.call(ctx, "presence", http.MethodPut, path+"/presence", map[string]any{"here": true, "typing": true}, nil)
	if !pause(ctx, v.think[2*turn]/2) {
		return false
	}
	body := map[string]any{"key": d.key("a", n, turn), "text": words[(2*turn+1)%len(words)], "after": after, "files": []string{}}
	d.figures.agentWrites(n, turn, time.Now())
	return d.call(ctx, "reply", http.MethodPost, path+"/messages", body, nil) == nil
}
