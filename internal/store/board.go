package store

import (
	"context"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

// Board reads the counters behind the wall of one centre.
type Board struct {
	DB     *DB
	Domain centre.ID
}

// Queues names the queues in which contacts arrived from a quarter of an hour on, as journal.Bucket numbers them.
func (b Board) Queues(ctx context.Context, slot int64) (out []centre.QueueID, err error) {
	err = b.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var q centre.QueueID
			err := scan(&q)
			out = append(out, q)
			return err
		}, `SELECT DISTINCT queue FROM iv15 WHERE domain=$1 AND slot>=$2 ORDER BY queue`, b.Domain, slot)
	})
	return out, err
}

// Closed calls f with every contact that arrived in one queue from one instant up to, and not with, another, and has left the centre. Only what the
// wall needs is filled in.
func (b Board) Closed(ctx context.Context, queue centre.QueueID, from, to centre.Instant, f func(*journal.Contact)) error {
	return b.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		c := journal.Contact{Queue: queue, State: journal.Closed}
		var how string
		return tx.Each(ctx, func(scan func(...any) error) error {
			if err := scan(&c.ID, &c.Created, &c.Agent, &c.Answered, &c.Closed, &c.WaitMS, &c.TalkMS, &c.WrapMS, &c.Offers, &c.Lapses, &c.Moves,
				&c.Promises, &how); err != nil {
				return err
			}
			if err := c.How.UnmarshalText([]byte(how)); err != nil {
				return err
			}
			f(&c)
			return nil
		}, `SELECT id, created, agent, answered, closed, wait_ms, talk_ms, wrap_ms, offers, lapses, moves, promises, how FROM contact
			WHERE domain=$1 AND queue=$2 AND created>=$3 AND created<$4 AND state='closed'`, b.Domain, queue, from, to)
	})
}

// Steps calls f with the engine's entries about each of these contacts, in order.
func (b Board) Steps(ctx context.Context, contacts []centre.ContactID, f func(*journal.Entry)) error {
	return b.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		for _, id := range contacts {
			err := tx.Each(ctx, func(scan func(...any) error) error {
				e := journal.Entry{Kind: journal.Step, Contact: id}
				var body []byte
				if err := scan(&e.Seq, &e.At, &e.Agent, &body); err != nil {
					return err
				}
				if err := journal.ParseBody(&e, body); err != nil {
					return centre.Errorf(centre.Internal, "entry %d: %w", e.Seq, err)
				}
				f(&e)
				return nil
			}, `SELECT seq, at, agent, body FROM event WHERE domain=$1 AND contact=$2 AND contact>0 AND kind='step' ORDER BY seq`, b.Domain, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Arrivals counts the contacts taken in by queue and quarter of an hour, from one slot up to, and not with, another.
func (b Board) Arrivals(ctx context.Context, from, to int64, f func(slot int64, queue centre.QueueID, arrived int64)) error {
	return b.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var slot, arrived int64
			var queue centre.QueueID
			if err := scan(&slot, &queue, &arrived); err != nil {
				return err
			}
			f(slot, queue, arrived)
			return nil
		}, `SELECT slot, queue, CAST(SUM(arrived) AS BIGINT) FROM iv15 WHERE domain=$1 AND slot>=$2 AND slot<$3 GROUP BY slot, queue`, b.Domain, from, to)
	})
}
