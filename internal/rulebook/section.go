package rulebook

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
)

// Section is one list of the configuration, changed an entry at a time.
type Section[T any] struct {
	room *Room
	list func(d *config.Document) *[]T
	asks access.Action // what it takes to change it
}

// entry sees an element of a section as a config.Entry.
func entry[T any](e *T) config.Entry { return any(e).(config.Entry) }

// List is every entry, in the document's order.
func (s Section[T]) List(_ context.Context, who access.Subject) ([]T, error) {
	if err := may(who, access.ReadConfig); err != nil {
		return nil, err
	}
	return slices.Clone(*s.list(&s.room.Book().Document)), nil
}

// Add adds an entry; it gets the next id.
func (s Section[T]) Add(ctx context.Context, who access.Subject, e T) (T, error) {
	*entry(&e).Ident() = 0
	return s.put(ctx, who, *entry(&e).Keyed(), func(d *config.Document) error {
		*s.list(d) = append(*s.list(d), e)
		return nil
	})
}

// Change replaces an entry. Its key stays what it was, since other entries and files refer to it by that. Base is the version at which the entry was
// read: when it has changed since, the change is refused; zero does not check.
func (s Section[T]) Change(ctx context.Context, who access.Subject, id int32, base int64, e T) (T, error) {
	var was *config.Document
	if base != 0 && base != s.room.Book().Version {
		var err error
		if was, err = s.room.at(ctx, base); err != nil {
			return e, err
		}
	}
	*entry(&e).Ident() = id
	return s.put(ctx, who, *entry(&e).Keyed(), func(d *config.Document) error {
		i := s.index(d, id)
		if i < 0 {
			return centre.ErrorAt(centre.Missing, "id", "there is no entry %d", id)
		}
		now := &(*s.list(d))[i]
		if key := *entry(now).Keyed(); key != *entry(&e).Keyed() {
			return centre.ErrorAt(centre.Invalid, "key", "is %q and cannot be changed: other entries refer to it", key)
		}
		if was != nil {
			if j := s.index(was, id); j < 0 || !same((*s.list(was))[j], *now) {
				return centre.ErrorAt(centre.Conflict, "base", "somebody has changed this since you read it: look at their change first")
			}
		}
		*now = e
		return nil
	})
}

func same[T any](a, b T) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && reflect.DeepEqual(x, y)
}

// Remove takes an entry away; what other entries refer to stays, with a reason.
func (s Section[T]) Remove(ctx context.Context, who access.Subject, id int32) error {
	if err := may(who, s.asks); err != nil {
		return err
	}
	_, err := s.room.edit(ctx, who, "", func(d *config.Document) error {
		i := s.index(d, id)
		if i < 0 {
			return centre.ErrorAt(centre.Missing, "id", "there is no entry %d", id)
		}
		*s.list(d) = slices.Delete(*s.list(d), i, i+1)
		return nil
	})
	return err
}

func (s Section[T]) index(d *config.Document, id int32) int {
	return slices.IndexFunc(*s.list(d), func(e T) bool { return *entry(&e).Ident() == id })
}

func (s Section[T]) put(ctx context.Context, who access.Subject, key string, fn func(d *config.Document) error) (out T, err error) {
	if err := may(who, s.asks); err != nil {
		return out, err
	}
	if _, err := s.room.edit(ctx, who, "", fn); err != nil {
		return out, err
	}
	for _, e := range *s.list(&s.room.Book().Document) {
		if *entry(&e).Keyed() == key {
			return e, nil
		}
	}
	return out, centre.Errorf(centre.Internal, "the entry %q is not where it was put", key)
}

// Brands is the section of that name.
func (r *Room) Brands() Section[config.Brand] {
	return Section[config.Brand]{r, func(d *config.Document) *[]config.Brand { return &d.Brands }, access.WriteConfig}
}

// Markets is the section of that name.
func (r *Room) Markets() Section[config.Market] {
	return Section[config.Market]{r, func(d *config.Document) *[]config.Market { return &d.Markets }, access.WriteConfig}
}

// Skills is the section of that name.
func (r *Room) Skills() Section[config.Skill] {
	return Section[config.Skill]{r, func(d *config.Document) *[]config.Skill { return &d.Skills }, access.WriteConfig}
}

// Partners is the section of that name.
func (r *Room) Partners() Section[config.Partner] {
	return Section[config.Partner]{r, func(d *config.Document) *[]config.Partner { return &d.Partners }, access.WriteConfig}
}

// Teams is the section of that name.
func (r *Room) Teams() Section[config.Team] {
	return Section[config.Team]{r, func(d *config.Document) *[]config.Team { return &d.Teams }, access.WriteConfig}
}

// Hours is the section of that name.
func (r *Room) Hours() Section[config.Hours] {
	return Section[config.Hours]{r, func(d *config.Document) *[]config.Hours { return &d.Hours }, access.WriteConfig}
}

// Queues is the section of that name.
func (r *Room) Queues() Section[config.Queue] {
	return Section[config.Queue]{r, func(d *config.Document) *[]config.Queue { return &d.Queues }, access.WriteConfig}
}

// Reasons is the section of that name.
func (r *Room) Reasons() Section[config.Reason] {
	return Section[config.Reason]{r, func(d *config.Document) *[]config.Reason { return &d.Reasons }, access.WriteConfig}
}

// Pauses is the section of that name.
func (r *Room) Pauses() Section[config.Pause] {
	return Section[config.Pause]{r, func(d *config.Document) *[]config.Pause { return &d.Pauses }, access.WriteConfig}
}

// People is the section of that name.
func (r *Room) People() Section[config.Person] {
	return Section[config.Person]{r, func(d *config.Document) *[]config.Person { return &d.People }, access.ManagePeople}
}

// Canned is the section of that name.
func (r *Room) Canned() Section[config.Canned] {
	return Section[config.Canned]{r, func(d *config.Document) *[]config.Canned { return &d.Canned }, access.WriteConfig}
}

// Capacities is the section of that name.
func (r *Room) Capacities() Section[config.Capacity] {
	return Section[config.Capacity]{r, func(d *config.Document) *[]config.Capacity { return &d.Capacities }, access.WriteConfig}
}
