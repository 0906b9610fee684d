package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/journal"
	"sentral/internal/feed"
)

// logPage is how many entries of the log are read at once.
const logPage = 500

// eventOf shows an entry to integrators: ids and numbers. The key by which a room finds an open contact is its own business and left out.
func eventOf(e *journal.Entry) (Event, error) {
	body, err := journal.AppendBody(nil, e)
	if err != nil {
		return Event{}, centre.Errorf(centre.Internal, "entry %d: %w", e.Seq, err)
	}
	if e.Kind == journal.About {
		if body, err = withoutKey(body); err != nil {
			return Event{}, centre.Errorf(centre.Internal, "entry %d: %w", e.Seq, err)
		}
	}
	return Event{Seq: e.Seq, At: e.At, Kind: e.Kind, Contact: e.Contact, Agent: e.Agent, Body: body}, nil
}

func withoutKey(body []byte) ([]byte, error) {
	var form map[string]json.RawMessage
	if err := json.Unmarshal(body, &form); err != nil {
		return nil, err
	}
	var fact map[string]json.RawMessage
	if err := json.Unmarshal(form["fact"], &fact); err != nil {
		return nil, err
	}
	if _, has := fact["key"]; !has {
		return body, nil
	}
	delete(fact, "key")
	var err error
	if form["fact"], err = json.Marshal(fact); err != nil {
		return nil, err
	}
	out, err := json.Marshal(form)
	return bytes.Clone(out), err
}

// Events is a page of the centre's log after a sequence number.
func (r *Room) Events(ctx context.Context, s access.Subject, after int64, limit int) (EventPage, error) {
	if err := may(s, access.ReadEvents); err != nil {
		return EventPage{}, err
	}
	if after < 0 {
		return EventPage{}, centre.ErrorAt(centre.Invalid, "after", "%d is not a sequence number", after)
	}
	if !r.Centre.Status().Owner {
		return EventPage{}, centre.Errorf(centre.Unavailable, "this node does not own the centre")
	}
	newest := r.Centre.Head()
	page := EventPage{Events: []Event{}, Next: min(after, newest), Newest: newest}
	entries, err := r.Store.DB.Entries(ctx, r.Store.Domain, page.Next, newest, min(max(limit, 1), 1000))
	if err != nil {
		return EventPage{}, err
	}
	for i := range entries {
		e, err := eventOf(&entries[i])
		if err != nil {
			return EventPage{}, err
		}
		page.Events = append(page.Events, e)
		page.Next = e.Seq
	}
	return page, nil
}

// Follow streams the log after a sequence number, first what is on disk, then what is added; after zero only what is added. Who reads slower than the
// centre writes is served from the disk meanwhile and misses nothing.
func (r *Room) Follow(ctx context.Context, s access.Subject, after int64, send func(seq int64, event string, data any) error) error {
	if err := may(s, access.ReadEvents); err != nil {
		return err
	}
	head := r.Centre.Head()
	switch {
	case after < 0 || after > head:
		return centre.ErrorAt(centre.Conflict, "after", "the log ends at %d: read it again from what you are sure of", head)
	case after == 0:
		after = head
	}
	tell := func(entries []journal.Entry) error {
		for i := range entries {
			e, err := eventOf(&entries[i])
			if err != nil {
				return err
			}
			if e.Seq <= after {
				continue // a commit that the reader had begun
			}
			if err := send(e.Seq, "event", e); err != nil {
				return err
			}
			after = e.Seq
		}
		return nil
	}
	for {
		reader, err := r.Centre.Hub().Subscribe(after)
		if err == nil {
			err = follow(ctx, reader, tell)
			reader.Close()
		}
		if !errors.Is(err, feed.ErrReset) {
			return ended(ctx, err)
		}
		entries, err := r.Store.DB.Entries(ctx, r.Store.Domain, after, r.Centre.Head(), logPage)
		if err != nil {
			return ended(ctx, err)
		}
		if err := tell(entries); err != nil {
			return err
		}
	}
}

func follow(ctx context.Context, reader *feed.Reader, tell func([]journal.Entry) error) error {
	for {
		commits, err := reader.Next(ctx)
		if err != nil {
			return err
		}
		for i := range commits {
			if err := tell(commits[i].Entries); err != nil {
				return err
			}
		}
	}
}

// ended is what a stream ends with: nothing when the reader has left.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, feed.ErrEnded) {
		return centre.Errorf(centre.Unavailable, "this node does not own the centre any more: connect again: %w", err)
	}
	if ctx.Err() == nil {
		return err
	}
	return nil
}
