package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
)

var errSilent = errors.New("nothing came within the drain's time")

// visit is one customer: writes, follows the conversation, answers what the agent writes, says how it went.
func (c *crowd) visit(ctx context.Context, n int) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	v := &c.visits[n]
	b := &browser{crowd: c, from: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255)}
	if b.call(ctx, "brand", http.MethodGet, "/api/chat/brand?lang=nb&key="+c.Node.Widget, nil, nil) != nil {
		return
	}
	var token chat.Token
	if b.call(ctx, "visitor", http.MethodPost, "/api/chat/visitor", chat.Introduction{Key: c.Node.Widget}, &token) != nil {
		return
	}
	b.token = token.Token
	start := chat.Start{
		Key: c.key("c", n, 0), Queue: v.queue, Text: words[0], Name: fmt.Sprint(customerName, n), Language: "nb", Page: "https://www.lastprove.example/hjelp",
	}
	c.figures.arrived(n, time.Now())
	var now struct {
		Contact centre.ContactID `json:"contact_id"`
	}
	if b.call(ctx, "start", http.MethodPost, "/api/chat/contacts", start, &now) != nil {
		return
	}
	c.figures.started(n)
	heard, ended := make(chan said, 16), make(chan string, 16)
	follow, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for again := 0; follow.Err() == nil && again < 5; again++ {
			if again > 0 {
				c.figures.dropped()
			}
			if err := b.follow(follow, "/api/chat/live", func(event string, data []byte) { b.event(event, data, heard, ended) }); err != nil && follow.Err() == nil {
				c.figures.failed("chat stream", err)
			}
		}
	}()
	b.talk(ctx, n, now.Contact, heard, ended)
	stop()
	<-done
}

// event takes one event of the visitor's stream.
func (b *browser) event(event string, data []byte, heard chan<- said, ended chan<- string) {
	now := time.Now()
	take := func(m messageEvent, live bool) {
		n, turn, ok := b.keyed(m.Key)
		if !ok || m.Author != "agent" {
			return
		}
		if live {
			b.figures.reachedCustomer(n, turn, now)
		}
		heard <- said{m.ID, n, turn}
	}
	switch event {
	case "message":
		var m messageEvent
		if json.Unmarshal(data, &m) == nil {
			take(m, true)
		}
	case "snapshot", "state":
		var s struct {
			State    string         `json:"state"`
			Survey   string         `json:"survey"`
			Messages []messageEvent `json:"messages"`
		}
		if json.Unmarshal(data, &s) != nil {
			return
		}
		for _, m := range s.Messages {
			take(m, false)
		}
		if s.State == "ended" {
			select {
			case ended <- s.Survey:
			default:
			}
		}
	}
}

// talk goes on until the conversation has ended.
func (b *browser) talk(ctx context.Context, n int, contact centre.ContactID, heard <-chan said, ended <-chan string) {
	v := &b.visits[n]
	seen := 0
	for {
		select {
		case m := <-heard:
			if m.turn < seen {
				continue
			}
			seen = m.turn + 1
			_ = b.call(ctx, "visitor's read", http.MethodPut, "/api/chat/read", map[string]any{"message_id": m.id}, nil)
			if seen < v.turns && !b.answer(ctx, n, m.turn) {
				return
			}
		case survey := <-ended:
			b.figures.over(n)
			if v.survey && survey == "open" {
				a := chat.SurveyAnswer{Contact: contact, OKS: v.oks, Solved: "yes"}
				if b.call(ctx, "survey", http.MethodPost, "/api/chat/survey", a, nil) == nil {
					b.figures.asked()
				}
			}
			return
		case <-ctx.Done():
			return
		}
	}
}

// answer thinks, types and writes.
func (b *browser) answer(ctx context.Context, n, turn int) bool {
	v := &b.visits[n]
	if !pause(ctx, v.think[2*turn+1]/2) {
		return false
	}
	_ = b.call(ctx, "visitor's typing", http.MethodPost, "/api/chat/typing", nil, nil)
	if !pause(ctx, v.think[2*turn+1]/2) {
		return false
	}
	b.figures.customerWrites(n, turn+1, time.Now())
	return b.call(ctx, "write", http.MethodPost, "/api/chat/messages", map[string]any{"key": b.key("c", n, turn+1), "text": words[(2*turn+2)%len(words)]}, nil) == nil
}
