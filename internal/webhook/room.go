package webhook

import (
	"context"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/feed"
	"sentral/internal/store"
)

// Options is what the room stands on. The fields from Address on may be left at their zero values.
type Options struct {
	Centre *live.Centre
	Store  store.Webhook
	Access *access.Room
	Seal   func(secret []byte, about string) ([]byte, error)
	Unseal func(sealed []byte, about string) ([]byte, error)
	Now    func() time.Time
	Log    *slog.Logger

	// Address is the centre's own public address. While that is a loopback address, such as on a developer's machine, loopback addresses may be told.
	Address string
	// Private allows loopback addresses and private networks: the operator's decision, since whoever may add webhooks then reaches what this machine
	// reaches. Link-local addresses, where clouds keep their secrets, are never told.
	Private bool
	// Retries is how long to wait after each failed attempt, before jitter; after the last a delivery is dead. Default 5 s to 12 h, ten attempts.
	Retries []time.Duration
	// StopAfter is how many attempts in a row may fail before a subscription is stopped; default some three days of them.
	StopAfter int
	// Timeout is how long one attempt may take; default 10 s.
	Timeout time.Duration
	// Chance gives numbers from 0 up to 1 for the jitter; default a random source.
	Chance func() float64
	// Resolver finds addresses of names; default the machine's.
	Resolver *net.Resolver
}

// defaultRetries let a subscriber be away over a night: after the ninth a delivery waits for a person.
var defaultRetries = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
}

// Room tells others. While this node owns the centre, one runner for each subscription makes deliveries of the log and sends them.
type Room struct {
	Options
	client *http.Client

	mu      sync.Mutex
	runners map[int64]*runner
	changed chan struct{} // subscriptions were added or removed
}

// mostHooks is how many subscriptions there may be at once.
const mostHooks = 50

// New makes a room; Run makes it live.
func New(o Options) *Room {
	if len(o.Retries) == 0 {
		o.Retries = defaultRetries
	}
	if o.StopAfter <= 0 {
		o.StopAfter = stopAfter
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Chance == nil {
		o.Chance = mathrand.Float64
	}
	r := &Room{Options: o, runners: map[int64]*runner{}, changed: make(chan struct{}, 1)}
	r.client = r.newClient()
	return r
}

// Run delivers until the context ends, whenever this node owns the centre.
func (r *Room) Run(ctx context.Context) {
	feed.Follower{Name: "webhooks", Log: r.Log, Follow: r.serve}.Keep(ctx)
}

const (
	tidyEvery  = time.Minute
	tidyAtOnce = 1000
	keepDone   = 24 * time.Hour
	keepDead   = 30 * 24 * time.Hour
)

// serve runs the runners of one tenure. The feed only wakes them: what they tell they read from the log, so that nothing is lost however long they slept.
func (r *Room) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer func() {
		cancel()
		running.Wait()
		r.mu.Lock()
		clear(r.runners)
		r.mu.Unlock()
	}()
	reader, err := r.Centre.Hub().Subscribe(r.Centre.Head())
	if err != nil {
		return err
	}
	defer reader.Close()
	if err := r.arrange(ctx, &running); err != nil {
		return err
	}
	broken := make(chan error, 1)
	running.Go(func() {
		for {
			if _, err := reader.Next(ctx); err != nil {
				broken <- err
				return
			}
			r.wake()
		}
	})
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	for {
		select {
		case <-r.changed:
			err = r.arrange(ctx, &running)
		case <-tidy.C:
			err = r.tidy(ctx)
		case err = <-broken:
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// arrange starts a runner for each subscription that has none, and stops those whose subscription was removed or is stopped.
func (r *Room) arrange(ctx context.Context, running *sync.WaitGroup) error {
	rows, err := r.Store.Webhooks(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, w := range r.runners {
		if !slices.ContainsFunc(rows, func(h store.WebhookRow) bool { return h.ID == id && h.Stopped == 0 }) {
			w.stop()
			delete(r.runners, id)
		}
	}
	for _, h := range rows {
		if h.Stopped != 0 {
			continue
		}
		secret, err := r.unsealed(h)
		if err != nil {
			r.Log.Error("a webhook's secret cannot be read: is it the right master key?", "webhook", h.ID, "error", err)
			continue
		}
		if w := r.runners[h.ID]; w != nil {
			w.secret.Store(secret)
			continue
		}
		own, stop := context.WithCancel(ctx)
		w := &runner{room: r, hook: h, reached: h.Reached, failures: h.Failures, bell: make(chan struct{}, 1), stop: stop}
		w.secret.Store(secret)
		r.runners[h.ID] = w
		running.Go(func() { w.run(own) })
	}
	return nil
}

// wake rings every runner.
func (r *Room) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.runners {
		w.ring()
	}
}

// tidy forgets deliveries that nobody asks for any more.
func (r *Room) tidy(ctx context.Context) error {
	now := centre.At(r.Now())
	rows, err := r.Store.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, h := range rows {
		for state, keep := range map[string]time.Duration{"done": keepDone, "dead": keepDead} {
			if _, err := r.Store.ForgetDeliveries(ctx, h.ID, state, now.Add(-keep), tidyAtOnce); err != nil {
				return err
			}
		}
	}
	_, err = r.Store.ForgetRemoved(ctx, tidyAtOnce)
	return err
}

func about(id int64) string { return fmt.Sprintf("webhook %d", id) }

func may(s access.Subject, a access.Action) error {
	if !access.Everywhere(s, a) {
		return centre.Errorf(centre.Forbidden, "you may not do this (%s)", a)
	}
	return nil
}

// List is every subscription.
func (r *Room) List(ctx context.Context, s access.Subject) ([]Hook, error) {
	if err := may(s, access.ManageKeys); err != nil {
		return nil, err
	}
	rows, err := r.Store.Webhooks(ctx)
	out := []Hook{}
	for _, h := range rows {
		out = append(out, view(h))
	}
	return out, err
}

func view(h store.WebhookRow) Hook {
	return Hook{
		ID: h.ID, URL: h.URL, Kinds: append([]string{}, h.Kinds...), Active: h.Stopped == 0, Created: h.Since, Failing: int(h.Failures), Stopped: h.Stopped,
		OldUntil: h.OldUntil,
	}
}

// secretPrefix begins every signing secret, so that scanners of leaked secrets can find one.
const secretPrefix = "whsec_"

// Add makes a subscription to what happens from now on. Its signing secret is in the answer and never shown again.
func (r *Room) Add(ctx context.Context, s access.Subject, n NewHook) (Secret, error) {
	if err := may(s, access.ManageKeys); err != nil {
		return Secret{}, err
	}
	if err := s.Proved(); err != nil {
		return Secret{}, err
	}
	address, err := r.rules().checkURL(n.URL)
	if err != nil {
		return Secret{}, err
	}
	for i, k := range n.Kinds {
		if !slices.Contains(kinds, k) {
			return Secret{}, centre.ErrorAt(centre.Invalid, fmt.Sprintf("kinds[%d]", i), "%q is not a kind of event", k)
		}
	}
	rows, err := r.Store.Webhooks(ctx)
	if err != nil {
		return Secret{}, err
	}
	if len(rows) >= mostHooks {
		return Secret{}, centre.Errorf(centre.Exhausted, "there are %d webhooks already: remove one first", len(rows))
	}
	secret := newSecret()
	h := store.WebhookRow{URL: address, Kinds: append([]string{}, n.Kinds...), Since: centre.At(r.Now()), By: s.Person, Reached: r.Centre.Head()}
	if h.ID, err = r.Store.AddWebhook(ctx, h, func(id int64) ([]byte, error) { return r.Seal([]byte(secret), about(id)) }); err != nil {
		return Secret{}, err
	}
	r.rearrange()
	if err := r.Access.Record(ctx, s, "webhook.added", about(h.ID), h.URL); err != nil {
		return Secret{}, err
	}
	return Secret{Hook: view(h), Secret: secret}, nil
}

func (r *Room) rearrange() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// Remove ends a subscription. What has not been told is forgotten.
func (r *Room) Remove(ctx context.Context, s access.Subject, id int64) error {
	if err := may(s, access.ManageKeys); err != nil {
		return err
	}
	if err := r.Store.RemoveWebhook(ctx, id); err != nil {
		return err
	}
	r.rearrange()
	return r.Access.Record(ctx, s, "webhook.removed", about(id), "")
}

// Deliveries is a page of what was told to a subscriber and what was not, newest first, with ids below before (zero: the newest).
func (r *Room) Deliveries(ctx context.Context, s access.Subject, id, before int64, limit int) ([]Delivery, error) {
	if err := may(s, access.ManageKeys); err != nil {
		return nil, err
	}
	rows, err := r.Store.Deliveries(ctx, id, before, limit)
	out := []Delivery{}
	for _, d := range rows {
		v := Delivery{ID: d.ID, Seq: d.Seq, Kind: d.Kind, State: d.State, Attempts: d.Attempts, Status: d.Status, Error: d.Error, At: d.At}
		if d.State == "waiting" {
			v.NextAt = d.NextAt
		}
		out = append(out, v)
	}
	return out, err
}

// Retry sends a delivery again now, also one that is dead or has been taken.
func (r *Room) Retry(ctx context.Context, s access.Subject, id, delivery int64) error {
	if err := may(s, access.ManageKeys); err != nil {
		return err
	}
	if err := r.Store.RetryDelivery(ctx, id, delivery); err != nil {
		return err
	}
	r.mu.Lock()
	if w := r.runners[id]; w != nil {
		w.hurry.Store(true)
		w.ring()
	}
	r.mu.Unlock()
	return r.Access.Record(ctx, s, "webhook.retried", about(id), fmt.Sprintf("delivery %d", delivery))
}
