package webhook

import (
	"context"
	"log/slog"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/store"
	"time"
)

// Options is what the room stands on.
type Options struct {
	Centre *live.Centre
	Store  store.Webhook
	Access *access.Room
	Seal   func(secret []byte, about string) ([]byte, error)
	Unseal func(sealed []byte, about string) ([]byte, error)
	Now    func() time.Time
	Log    *slog.Logger
}

// Room tells others.
type Room struct{ Options }

// New makes a room; Run makes it live.
func New(o Options) *Room { return &Room{Options: o} }

// Run delivers until the context ends.
func (r *Room) Run(ctx context.Context) { <-ctx.Done() }

var notOpen = centre.Errorf(centre.Unavailable, "not open yet")

func (r *Room) List(ctx context.Context, s access.Subject) (v0 []Hook, err error) { return v0, notOpen }

func (r *Room) Add(ctx context.Context, s access.Subject, h NewHook) (v0 Secret, err error) {
	return v0, notOpen
}

func (r *Room) Remove(ctx context.Context, s access.Subject, id int64) error { return notOpen }

func (r *Room) Deliveries(ctx context.Context, s access.Subject, id, before int64, limit int) (v0 []Delivery, err error) {
	return v0, notOpen
}

func (r *Room) Retry(ctx context.Context, s access.Subject, id, delivery int64) error { return notOpen }

func (r *Room) Events(ctx context.Context, s access.Subject, after int64, limit int) (v0 EventPage, err error) {
	return v0, notOpen
}

func (r *Room) Follow(ctx context.Context, s access.Subject, after int64, send func(seq int64, event string, data any) error) error {
	return notOpen
}
