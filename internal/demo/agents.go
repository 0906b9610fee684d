package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/stat"
	"sentral/internal/telephony/headset"
)

// desk is one simulated agent at work.
type desk struct {
	*cast
	b   *browser
	who *config.Person
	rng *stat.Rand

	nudge chan struct{} // the line's calls have changed

	mu    sync.Mutex
	set   *headset.Headset // nil while there is no line
	talks map[centre.ContactID]chan conversation.Message
}

// agent works until the demo ends: signs in, follows the desk's stream, answers what is offered, takes a break now and then.
func (c *cast) agent(ctx context.Context, b *browser, who *config.Person, rng *stat.Rand) {
	d := &desk{cast: c, b: b, who: who, rng: rng, nudge: make(chan struct{}, 1), talks: map[centre.ContactID]chan conversation.Message{}}
	if c.AgentTone == 0 && !c.pause(ctx, seconds(rng.Float64()*4)) {
		return
	}
	c.running.Go(func() { d.beat(ctx) })
	if c.AgentTone == 0 {
		c.running.Go(func() { d.breaks(ctx, rng.Split(1)) })
	}
	if c.booth != nil {
		c.running.Go(func() { d.wear(ctx) })
	}
	for ctx.Err() == nil {
		if err := d.status(ctx, "ready", 0); err != nil && ctx.Err() == nil {
			c.Log.Debug("a demo agent could not sign in", "error", err)
		}
		_ = b.follow(ctx, "/api/live", func(event string, data []byte) { d.event(ctx, event, data) })
		d.forget()
		t := time.NewTimer(time.Second)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

func (d *desk) status(ctx context.Context, status string, pause centre.PauseID) error {
	return d.b.call(ctx, http.MethodPut, "/api/desk/status", map[string]any{"status": status, "pause_id": pause}, nil)
}

// beat says every few seconds that the desk is there, as the browser does.
func (d *desk) beat(ctx context.Context) {
	for {
		t := time.NewTimer(6 * time.Second)
		select {
		case <-t.C:
			_ = d.b.call(ctx, http.MethodPut, "/api/desk/here", nil, nil)
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// breaks takes a pause about once in two hours of demo time.
func (d *desk) breaks(ctx context.Context, rng *stat.Rand) {
	pauses := d.Rules.Book().Pauses
	for d.pause(ctx, seconds(1800+rng.Exponential(5400))) {
		p := pauses[rng.IntN(len(pauses))]
		if d.status(ctx, "paused", centre.PauseID(p.ID)) == nil {
			if !d.pause(ctx, seconds(300+rng.Exponential(600))) {
				return
			}
			_ = d.status(ctx, "ready", 0)
		}
	}
}

// event takes one event of the desk's stream.
func (d *desk) event(ctx context.Context, event string, data []byte) {
	switch event {
	case "snapshot":
		var s contact.Desk
		if json.Unmarshal(data, &s) != nil {
			return
		}
		for _, o := range s.Offers {
			d.offered(ctx, o)
		}
		for _, c := range s.Contacts {
			d.begin(ctx, c)
		}
	case "offer":
		var o contact.Offer
		if json.Unmarshal(data, &o) == nil {
			d.offered(ctx, o)
		}
	case "message":
		var m conversation.Message
		if json.Unmarshal(data, &m) == nil && m.Author == conversation.ByCustomer {
			d.mu.Lock()
			ch := d.talks[m.Contact]
			d.mu.Unlock()
			if ch != nil {
				offer(ch, m)
			}
		}
	case "agent":
		var a contact.Agent
		if json.Unmarshal(data, &a) == nil && a.Status == "away" {
			d.running.Go(func() {
				if d.pause(ctx, 40*time.Second) {
					_ = d.status(ctx, "ready", 0)
				}
			})
		}
	}
}

// offered answers an offer after a moment; one in fifty rings in vain.
func (d *desk) offered(ctx context.Context, o contact.Offer) {
	rng := d.rng.Split(uint64(o.ID))
	d.running.Go(func() {
		if d.AgentTone == 0 && (rng.Float64() < .02 || !d.pause(ctx, seconds(2+rng.Exponential(4)))) {
			return
		}
		if d.b.call(ctx, http.MethodPost, fmt.Sprintf("/api/offers/%d/accept", o.ID), nil, nil) == nil && !o.Consult {
			d.begin(ctx, o.Contact)
		}
	})
}

// begin takes up a conversation.
func (d *desk) begin(ctx context.Context, c contact.Summary) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.talks[c.ID] != nil {
		return
	}
	ch := make(chan conversation.Message, 64)
	d.talks[c.ID] = ch
	d.running.Go(func() {
		defer func() {
			d.mu.Lock()
			delete(d.talks, c.ID)
			d.mu.Unlock()
		}()
		if c.State == contact.Wrapping {
			d.wrapUp(ctx, c, nil)
			return
		}
		if onPhone(c) {
			d.talk(ctx, c)
			return
		}
		d.converse(ctx, c, ch)
	})
}

func (d *desk) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.talks)
}

// converse answers turn by turn until the matter is over.
func (d *desk) converse(ctx context.Context, c contact.Summary, ch chan conversation.Message) {
	path := fmt.Sprintf("/api/contacts/%d", c.ID)
	var detail contact.Detail
	if d.b.call(ctx, http.MethodGet, path, nil, &detail) != nil {
		return
	}
	script, turn := d.script(detail)
	for {
		if n := len(detail.Messages); n > 0 {
			_ = d.b.call(ctx, http.MethodPut, path+"/read", map[string]any{"message_id": detail.Messages[n-1].ID}, nil)
		}
		if script == nil || turn >= len(script.lines) {
			break
		}
		if !d.reply(ctx, path, c, script.lines[turn]) {
			return
		}
		turn += 2
		if turn-1 >= len(script.lines) { // the agent had the last word
			break
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return
		case <-time.After(4 * time.Minute / time.Duration(d.Speed)):
		}
	}
	if !d.pause(ctx, seconds(4+d.rng.Split(uint64(c.ID), 2).Exponential(10))) {
		return
	}
	_ = d.b.call(ctx, http.MethodPost, path+"/end", nil, nil)
	d.wrapUp(ctx, c, script)
}

// reply reads, types and writes; false when the contact is gone or the demo is over.
func (d *desk) reply(ctx context.Context, path string, c contact.Summary, text string) bool {
	rng := d.rng.Split(uint64(c.ID), uint64(len(text)))
	if !d.pause(ctx, seconds(10+rng.Exponential(22))) {
		return false
	}
	_ = d.b.call(ctx, http.MethodPut, path+"/presence", map[string]any{"here": true, "typing": true}, nil)
	if !d.pause(ctx, seconds(3+float64(len(text))/9)) {
		return false
	}
	var now contact.Detail
	if d.b.call(ctx, http.MethodGet, path, nil, &now) != nil || now.Contact.Agent != centre.AgentID(d.who.ID) {
		return false
	}
	after := int64(0)
	if n := len(now.Messages); n > 0 {
		after = now.Messages[n-1].ID
	}
	body := map[string]any{"key": fmt.Sprintf("demo-%d-%016x", c.ID, rng.Uint64()), "text": text, "after": after, "files": []string{}}
	return d.b.call(ctx, http.MethodPost, path+"/messages", body, nil) == nil
}

// script finds what the customer's first words belong to, and which line is the agent's next; nil when a person is on the other end.
func (d *desk) script(detail contact.Detail) (*dialogue, int) {
	first, answers := "", 0
	for _, m := range detail.Messages {
		switch {
		case m.Author == conversation.ByCustomer && first == "":
			first = m.Text
		case m.Author == conversation.ByAgent:
			answers++
		}
	}
	for _, list := range dialogues {
		if i := slices.IndexFunc(list, func(x dialogue) bool { return x.lines[0] == first }); i >= 0 {
			return &list[i], 1 + 2*answers
		}
	}
	return strangers[detail.Contact.Language], 1 + 2*answers
}

// strangers is how a simulated agent answers a person who tries the demo.
var strangers = map[string]*dialogue{
	"nb": {lines: []string{"", "Hei! Du snakker med en simulert medarbeider i demosenteret. Hva gjelder det?", "", "Takk! I et ekte senter ville en kollega hjulpet deg nå. Logg inn som medarbeider for å svare selv."}},
	"nn": {lines: []string{"", "Hei! Du snakkar med ein simulert medarbeidar i demosenteret. Kva gjeld det?", "", "Takk! I eit ekte senter ville ein kollega hjelpt deg no. Logg inn som medarbeidar for å svare sjølv."}},
	"sv": {lines: []string{"", "Hej! Du pratar med en simulerad medarbetare i democentret. Vad gäller det?", "", "Tack! I ett riktigt center hade en kollega hjälpt dig nu. Logga in som medarbetare för att svara själv."}},
	"en": {lines: []string{"", "Hello! You are talking to a simulated agent of the demo centre. What is it about?", "", "Thank you! In a real centre a colleague would help you now. Sign in as an agent to answer yourself."}},
}

// wrapUp records why and how it went.
func (d *desk) wrapUp(ctx context.Context, c contact.Summary, script *dialogue) {
	rng := d.rng.Split(uint64(c.ID), 7)
	if !d.pause(ctx, seconds(5+rng.Exponential(15))) {
		return
	}
	reason, outcome := d.reasons["annet"], "solved"
	if script != nil && script.reason != "" {
		reason, outcome = d.reasons[script.reason], script.outcome
	}
	_ = d.b.call(ctx, http.MethodPost, fmt.Sprintf("/api/contacts/%d/wrap-up", c.ID), map[string]any{"reason_id": reason, "outcome": outcome}, nil)
}
