package board

import (
	"context"
	"log/slog"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"time"
)

// Options is what the board stands on.
type Options struct {
	Centre   *live.Centre
	Rules    *rulebook.Room
	Counters store.Board
	Surveys  store.Survey
	Now      func() time.Time
	Log      *slog.Logger
}

// Board is the wall.
type Board struct{ Options }

// New makes a board; Run makes it live.
func New(o Options) *Board { return &Board{Options: o} }

// Run keeps the figures up to date until the context ends.
func (b *Board) Run(ctx context.Context) { <-ctx.Done() }

// Level is today's service level of a queue in thousandths; -1 when there is none.
func (b *Board) Level(centre.QueueID) int { return -1 }

// Page is one page of the wall that a person may see.
type Page struct {
	Kind string `json:"kind" enum:"organisation,brand,team,partner"`
	ID   int32  `json:"id,omitempty"`
	Name string `json:"name"`
}

var notOpen = centre.Errorf(centre.Unavailable, "not open yet")

func (r *Board) Wall(ctx context.Context, s access.Subject, f Filter) (v0 Wall, err error) {
	return v0, notOpen
}

func (r *Board) Pages(ctx context.Context, s access.Subject) (v0 []Page, err error) {
	return v0, notOpen
}

func (r *Board) Follow(ctx context.Context, s access.Subject, f Filter, send func(seq int64, event string, data any) error) error {
	return notOpen
}
