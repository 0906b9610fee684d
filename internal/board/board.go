package board

import (
	"context"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
)

// Board is the wall.
type Board struct{}

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
