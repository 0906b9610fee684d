package config

import (
	"context"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
)

// Room keeps the configuration.
type Room struct{}

// Section is one list of the configuration, changed an entry at a time.
type Section[T any] struct{ room *Room }

func (s Section[T]) List(ctx context.Context, who access.Subject) (v []T, err error) {
	return v, notOpen
}
func (s Section[T]) Add(ctx context.Context, who access.Subject, e T) (v T, err error) {
	return v, notOpen
}
func (s Section[T]) Change(ctx context.Context, who access.Subject, id int32, base int64, e T) (v T, err error) {
	return v, notOpen
}
func (s Section[T]) Remove(ctx context.Context, who access.Subject, id int32) error { return notOpen }

var notOpen = centre.Errorf(centre.Unavailable, "not open yet")

func (r *Room) Brands() Section[Brand]        { return Section[Brand]{room: r} }
func (r *Room) Markets() Section[Market]      { return Section[Market]{room: r} }
func (r *Room) Skills() Section[Skill]        { return Section[Skill]{room: r} }
func (r *Room) Partners() Section[Partner]    { return Section[Partner]{room: r} }
func (r *Room) Teams() Section[Team]          { return Section[Team]{room: r} }
func (r *Room) Hours() Section[Hours]         { return Section[Hours]{room: r} }
func (r *Room) Queues() Section[Queue]        { return Section[Queue]{room: r} }
func (r *Room) Reasons() Section[Reason]      { return Section[Reason]{room: r} }
func (r *Room) Pauses() Section[Pause]        { return Section[Pause]{room: r} }
func (r *Room) People() Section[Person]       { return Section[Person]{room: r} }
func (r *Room) Canned() Section[Canned]       { return Section[Canned]{room: r} }
func (r *Room) Capacities() Section[Capacity] { return Section[Capacity]{room: r} }

func (r *Room) Names(ctx context.Context, s access.Subject) (v0 Names, err error) { return v0, notOpen }

func (r *Room) Current(ctx context.Context, s access.Subject) (v0 Versioned, err error) {
	return v0, notOpen
}

func (r *Room) Review(ctx context.Context, s access.Subject, d Document) (v0 Review, err error) {
	return v0, notOpen
}

func (r *Room) Apply(ctx context.Context, s access.Subject, base int64, note string, d Document) (v0 Change, err error) {
	return v0, notOpen
}

func (r *Room) Changes(ctx context.Context, s access.Subject, before int64, limit int) (v0 []Change, err error) {
	return v0, notOpen
}

func (r *Room) Undo(ctx context.Context, s access.Subject, version int64) (v0 Change, err error) {
	return v0, notOpen
}
