package demo

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sentral/internal/channel/text"
	"sentral/internal/desk/access"
	"sentral/internal/publicui"
	"sentral/internal/rulebook"
	"sentral/internal/stat"
)

// Mobile is the demo's provider of text messages and the mobile phone of everybody it sends them to. It takes a message as docs/spec/text.md says, once for
// each id, and keeps the last ones in memory.
type Mobile struct {
	secret string

	mu      sync.Mutex
	kept    []publicui.Received // oldest first
	known   map[string]bool     // ids
	arrives func(publicui.Received)
}

// mobileKeeps is how many messages the demo keeps.
const mobileKeeps = 500

// NewMobile makes the demo's mobile phone.
func NewMobile() *Mobile { return &Mobile{secret: rand.Text(), known: map[string]bool{}} }

// Received is what has arrived, newest first.
func (m *Mobile) Received() []publicui.Received {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.kept)
	slices.Reverse(out)
	return out
}

// onArrival calls fn for every message that arrives from now on.
func (m *Mobile) onArrival(fn func(publicui.Received)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.arrives = fn
}

// ServeHTTP takes a message as a provider does.
func (m *Mobile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	shown := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(shown), []byte(m.secret)) != 1 {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	var in struct{ To, From, Text, ID string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&in); err != nil || in.To == "" || in.ID == "" {
		http.Error(w, "not a message", http.StatusBadRequest)
		return
	}
	m.take(in.ID, publicui.Received{At: time.Now(), To: in.To, From: in.From, Text: in.Text})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]string{"id": in.ID}) // whoever asked may have gone
}

// take keeps a message that has not come before.
func (m *Mobile) take(id string, got publicui.Received) {
	m.mu.Lock()
	fresh, arrives := !m.known[id], m.arrives
	if fresh {
		m.known[id] = true
		if m.kept = append(m.kept, got); len(m.kept) > mobileKeeps {
			m.kept = m.kept[1:]
		}
	}
	m.mu.Unlock()
	if fresh && arrives != nil {
		arrives(got)
	}
}

// Connect lets the centre send its messages to the demo's mobile phone, which is reached at the address that the centre listens at.
func (m *Mobile) Connect(ctx context.Context, rules *rulebook.Room, texts *text.Room, listen string) error {
	system := access.Subject{System: true, Name: "demo"}
	if err := texts.SetSecret(ctx, system, m.secret); err != nil {
		return err
	}
	_, port, ok := strings.Cut(listen, "]:")
	if !ok {
		_, port, _ = strings.Cut(listen, ":")
	}
	book := rules.Book()
	d, at := book.Document, "http://127.0.0.1:"+port+"/demo/mobile/messages"
	if d.Phone.Texts.URL == at || !strings.HasSuffix(d.Phone.Texts.URL, "/demo/mobile/messages") {
		return nil
	}
	d.Phone.Texts.URL = at
	_, err := rules.Apply(ctx, system, book.Version, "", d)
	return err
}

// ownNumbers begin the numbers of simulated customers.
var ownNumbers = []string{"+47003", "+4670174"}

// answerTexts lets simulated customers answer the surveys that they get a link to.
func (c *cast) answerTexts(ctx context.Context) {
	if c.Mobile == nil {
		return
	}
	rng := stat.Stream(uint64(c.Seed), "demo texts", 0)
	n := uint64(0)
	var mu sync.Mutex
	c.Mobile.onArrival(func(m publicui.Received) {
		i := strings.Index(m.Text, "/s/")
		if i < 0 || !slices.ContainsFunc(ownNumbers, func(p string) bool { return strings.HasPrefix(m.To, p) }) || ctx.Err() != nil {
			return
		}
		path, _, _ := strings.Cut(m.Text[i:], " ")
		mu.Lock()
		n++
		own := rng.Split(n)
		mu.Unlock()
		c.running.Go(func() { c.answerLink(ctx, path, own) })
	})
}

// answerLink is one customer with a link: some six of ten follow it and answer.
func (c *cast) answerLink(ctx context.Context, path string, rng *stat.Rand) {
	if rng.Float64() > .6 || !c.pause(ctx, seconds(8+rng.Exponential(40))) {
		return
	}
	answer := url.Values{"oks": {fmt.Sprint(4 + rng.IntN(3))}, "solved": {"yes"}}
	if rng.Bool(.25) {
		answer = url.Values{"oks": {fmt.Sprint(1 + rng.IntN(4))}, "solved": {[]string{"no", "dont_know"}[rng.IntN(2)]}}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Address+path, strings.NewReader(answer.Encode()))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.client.Do(req)
	if err != nil {
		return
	}
	c.Log.Debug("a demo customer answered by link", "status", res.StatusCode)
	_ = res.Body.Close()
}
