package board

import (
	"context"
	"encoding/json"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/journal"
	"sentral/internal/quality/index"
	"sentral/internal/rulebook"
	"sentral/internal/store"
)

// crew is whom an agent answers for.
type crew struct {
	team    centre.TeamID
	partner centre.PartnerID
}

// edition is what the wall needs of one version of the configuration. A contact is judged by the target that held when its wait ended, and counts for the
// team that its agent was in then: a change in the middle of the day rewrites nothing.
type edition struct {
	from    centre.Instant
	zone    string
	targets map[centre.QueueID]index.ServiceTarget
	hours   map[centre.QueueID]*calendar.Hours
	crews   map[centre.AgentID]crew
}

func newEdition(from centre.Instant, d *config.Document) edition {
	ids := config.IDs(d)
	e := edition{from: from, zone: zoneOf(d.Organisation.TimeZone).String(), targets: map[centre.QueueID]index.ServiceTarget{},
		hours: map[centre.QueueID]*calendar.Hours{}, crews: map[centre.AgentID]crew{}}
	for i := range d.Queues {
		id := centre.QueueID(d.Queues[i].ID)
		e.targets[id] = targetOf(&d.Queues[i])
		if h, err := config.Opening(d, d.Queues[i].Hours); err == nil { // what was applied has been validated
			e.hours[id] = h
		}
	}
	partners := map[string]centre.PartnerID{}
	for _, t := range d.Teams {
		partners[t.Key] = centre.PartnerID(ids["partners"][t.Partner])
	}
	for i := range d.People {
		p := &d.People[i]
		e.crews[centre.AgentID(p.ID)] = crew{team: centre.TeamID(ids["teams"][p.Team]), partner: partners[p.Team]}
	}
	return e
}

// waited is how much of a wait counts: all of it where a customer hangs on; the time in which the queue was open where a message was left, since nobody has been
// promised an answer at night (docs/spec/index.md, section 3).
func waited(ch centre.Channel, h *calendar.Hours, from, to centre.Instant) centre.Instant {
	if to <= from || !ch.Deferred() || h == nil {
		return max(0, to-from)
	}
	return centre.Instant(h.OpenTime(from.Time(), to.Time()) / time.Millisecond)
}

// targetOf is a queue's promise as the formulas take it.
func targetOf(q *config.Queue) index.ServiceTarget {
	within := time.Duration(q.TargetS) * time.Second
	return index.ServiceTarget{Within: within, ShortAbandon: min(within, time.Duration(q.ShortS)*time.Second)}
}

// zoneOf is the organisation's time zone; UTC when there is no configuration yet.
func zoneOf(name string) *time.Location {
	if z, err := time.LoadLocation(name); err == nil {
		return z
	}
	return time.UTC
}

// editionTold reads the version that an entry of the log tells of.
func (b *Board) editionTold(ctx context.Context, e *journal.Entry) (edition, error) {
	var told rulebook.Changed
	if err := json.Unmarshal(e.Payload, &told); err != nil {
		return edition{}, centre.Errorf(centre.Internal, "board: entry %d: %w", e.Seq, err)
	}
	return b.edition(ctx, told.Version, e.At)
}

func (b *Board) edition(ctx context.Context, version int64, from centre.Instant) (edition, error) {
	v, err := b.versions().At(ctx, version)
	if err != nil {
		return edition{}, err
	}
	var d config.Document
	if err := json.Unmarshal(v.Body, &d); err != nil {
		return edition{}, centre.Errorf(centre.Internal, "board: configuration version %d: %w", version, err)
	}
	return newEdition(from, &d), nil
}

func (b *Board) versions() store.Rulebook {
	return store.Rulebook{DB: b.Counters.DB, Domain: b.Counters.Domain}
}

// editionsSince reads the version that held at an instant and those that followed, oldest first, without looking beyond one later instant.
func (b *Board) editionsSince(ctx context.Context, from, upto centre.Instant) ([]edition, error) {
	var out []edition
	for before, more := int64(0), true; more; {
		page, err := b.versions().Changes(ctx, before, 50)
		if err != nil {
			return nil, err
		}
		for _, v := range page {
			before = v.Version
			if v.At > upto {
				continue // the feed will tell
			}
			ed, err := b.edition(ctx, v.Version, v.At)
			if err != nil {
				return nil, err
			}
			out = append([]edition{ed}, out...)
			if more = v.At >= from; !more {
				break
			}
		}
		more = more && len(page) == 50
	}
	if len(out) == 0 {
		out = append(out, newEdition(0, &config.Document{}))
	}
	return out, nil
}
