package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

// Batch is what one transaction adds to a centre's log and what follows from it. Either all of it is on disk afterwards or none.
type Batch struct {
	Entries     []journal.Entry // without a gap from the term's NextSeq; Commit sets their epoch
	Days        []int64         // the calendar day of each entry
	Commands    []CommandRow
	Changes     journal.Changes
	Writes      []Write // the rooms' own tables
	NextContact centre.ContactID
	LastAt      centre.Instant
}

// CommandRow remembers a command, so that its repetition is answered and not run.
type CommandRow struct {
	Client, ID string
	Seq        int64
	At         centre.Instant
	Result     []byte // JSON; nil for none
}

// WriteError says which write of a batch failed, and that therefore nothing of the batch was written.
type WriteError struct {
	Index int
	Err   error
}

// Error implements error.
func (e *WriteError) Error() string { return fmt.Sprintf("store: write %d: %v", e.Index, e.Err) }

// Unwrap gives the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// ErrRepeated says that a command of the batch is in the command table already: nothing was written; look them up first.
var ErrRepeated = centre.Errorf(centre.Conflict, "store: a command of the batch has been done before")

var (
	insertEvents = &bulk{columns: 11,
		head: `INSERT INTO event (domain, seq, epoch, at, day, kind, contact, agent, client, command, body)`}
	insertCommands = &bulk{columns: 6, tail: `ON CONFLICT (domain, client, command) DO NOTHING`,
		head: `INSERT INTO command (domain, client, command, seq, at, result)`}
)

// Commit puts a batch on disk behind the fence. Its errors: ErrFenced (the term is over), ErrRepeated, *WriteError, one with ErrUnknown in its
// chain, or another after which certainly nothing was written. After any of them the term must not be used for another batch before what is in memory has
// been rebuilt.
func (t *Term) Commit(ctx context.Context, b *Batch) error {
	if len(b.Entries) > 0 && b.Entries[0].Seq != t.lease.NextSeq {
		return centre.Errorf(centre.Internal, "store: the batch begins at %d, the log goes on at %d", b.Entries[0].Seq, t.lease.NextSeq)
	}
	next := t.lease.NextSeq + int64(len(b.Entries))
	events, err := t.eventRows(b)
	if err != nil {
		return err
	}
	commands := t.commandRows(b)
	changes := changeRows(t.domain, &b.Changes)
	err = t.db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE lease SET next_seq = $1, next_contact = $2, last_at = $3, beat = beat + 1
			WHERE domain = $4 AND epoch = $5 AND next_seq = $6`, next, b.NextContact, b.LastAt, t.domain, t.lease.Epoch, t.lease.NextSeq)
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrFenced
		}
		if _, err := insertEvents.exec(ctx, tx, events); err != nil {
			return err
		}
		if n, err := insertCommands.exec(ctx, tx, commands); err != nil {
			return err
		} else if n != int64(len(b.Commands)) {
			return ErrRepeated
		}
		if err := changes.write(ctx, tx); err != nil {
			return err
		}
		return runWrites(ctx, tx, b.Writes)
	})
	if err != nil {
		return explain("commit", err)
	}
	t.lease.NextSeq, t.lease.NextContact, t.lease.LastAt = next, b.NextContact, b.LastAt
	return nil
}

// runWrites runs the rooms' writes. One that fails for a reason of its own is named; trouble of the database is not its fault.
func runWrites(ctx context.Context, tx *Tx, writes []Write) error {
	for i, w := range writes {
		err := runWrite(ctx, tx, w)
		if err == nil {
			err = tx.failed
		}
		if err != nil {
			if err = explain("write", err); centre.KindOf(err) == centre.Unavailable && tx.failed != nil {
				return err
			}
			return &WriteError{Index: i, Err: err}
		}
	}
	return nil
}

func runWrite(ctx context.Context, tx *Tx, w Write) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = centre.Errorf(centre.Internal, "store: write panicked: %v", r)
		}
	}()
	return w(ctx, tx)
}

func (t *Term) eventRows(b *Batch) ([]any, error) {
	rows := make([]any, 0, len(b.Entries)*insertEvents.columns)
	var body []byte
	for i := range b.Entries {
		e := &b.Entries[i]
		e.Epoch = t.lease.Epoch
		var err error
		if body, err = journal.AppendBody(body[:0], e); err != nil {
			return nil, centre.Errorf(centre.Internal, "store: entry %d: %w", e.Seq, err)
		}
		rows = append(rows, int64(t.domain), e.Seq, e.Epoch, int64(e.At), b.Days[i], e.Kind, int64(e.Contact), int64(e.Agent),
			optional(e.Client), optional(e.Command), string(body))
	}
	return rows, nil
}

func (t *Term) commandRows(b *Batch) []any {
	rows := make([]any, 0, len(b.Commands)*insertCommands.columns)
	for i := range b.Commands {
		c := &b.Commands[i]
		rows = append(rows, int64(t.domain), c.Client, c.ID, c.Seq, int64(c.At), optional(string(c.Result)))
	}
	return rows
}

// optional is NULL for an empty text.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// lookUpAtOnce is how many commands one query looks up.
const lookUpAtOnce = 64

// Commands looks up which of these commands, each a client and an id, have been done.
func (t *Term) Commands(ctx context.Context, keys [][2]string) (map[[2]string]CommandRow, error) {
	done := map[[2]string]CommandRow{}
	err := t.db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
		for group := range slices.Chunk(keys, lookUpAtOnce) {
			query, args := lookUp(t.domain, group)
			err := tx.Each(ctx, func(scan func(...any) error) error {
				var c CommandRow
				var result sql.NullString
				if err := scan(&c.Client, &c.ID, &c.Seq, &c.At, &result); err != nil {
					return err
				}
				if result.Valid {
					c.Result = []byte(result.String)
				}
				done[[2]string{c.Client, c.ID}] = c
				return nil
			}, query, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return done, explain("look up commands", err)
}

// lookUp writes the query for a group of commands. Groups are filled up to a power of two with their last command, so that there are few texts.
func lookUp(domain centre.ID, group [][2]string) (string, []any) {
	size := 1
	for size < len(group) {
		size *= 2
	}
	var q strings.Builder
	q.WriteString(`SELECT client, command, seq, at, result FROM command WHERE domain = $1 AND (client, command) IN (VALUES `)
	args := []any{int64(domain)}
	for i := range size {
		k := group[min(i, len(group)-1)]
		if i > 0 {
			q.WriteByte(',')
		}
		fmt.Fprintf(&q, "($%d,$%d)", len(args)+1, len(args)+2)
		args = append(args, k[0], k[1])
	}
	q.WriteByte(')')
	return q.String(), args
}

// ForgetCommands removes the oldest commands that were done before an instant, 500 at most, and returns how many; if they were repeated they would run again.
// It is done in small pieces beside the owner's commits.
func (db *DB) ForgetCommands(ctx context.Context, domain centre.ID, before centre.Instant) (n int64, err error) {
	err = db.Update(ctx, func(ctx context.Context, tx *Tx) (err error) {
		n, err = tx.Exec(ctx, `DELETE FROM command WHERE domain = $1 AND (client, command) IN
			(SELECT client, command FROM command WHERE domain = $1 AND at < $2 ORDER BY at LIMIT 500)`, domain, before)
		return err
	})
	return n, err
}

const readEvents = `SELECT seq, epoch, at, kind, contact, agent, client, command, body FROM event
	WHERE domain = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`

// replayAtOnce is how many entries one query fetches.
const replayAtOnce = 5000

// Replay calls f with the log's entries after a sequence number, as this term found it, in order and without a gap. Its errors: f's own, and Internal
// when the log has a gap, an epoch that falls, or an entry that cannot be read.
func (t *Term) Replay(ctx context.Context, after int64, f func(*journal.Entry) error) error {
	check := journal.Sequence{Last: after}
	last := t.lease.NextSeq - 1
	for from := after; from < last; from += replayAtOnce {
		to := min(last, from+replayAtOnce)
		err := t.db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
			return eachEntry(ctx, tx, t.domain, from, to, func(e *journal.Entry) error {
				if err := check.Next(e); err != nil {
					return centre.Errorf(centre.Internal, "store: log of centre %d: %w", t.domain, err)
				}
				return f(e)
			})
		})
		if err != nil {
			return explain("replay", err)
		}
	}
	if check.Last != max(last, after) {
		return centre.Errorf(centre.Internal, "store: log of centre %d ends at %d, the lease says %d", t.domain, check.Last, last)
	}
	return nil
}

func eachEntry(ctx context.Context, tx *Tx, domain centre.ID, after, to int64, f func(*journal.Entry) error) error {
	return tx.Each(ctx, func(scan func(...any) error) error {
		e := &journal.Entry{}
		var client, command sql.NullString
		var body []byte
		if err := scan(&e.Seq, &e.Epoch, &e.At, &e.Kind, &e.Contact, &e.Agent, &client, &command, &body); err != nil {
			return err
		}
		e.Client, e.Command = client.String, command.String
		if err := journal.ParseBody(e, body); err != nil {
			return centre.Errorf(centre.Internal, "store: entry %d of centre %d: %w", e.Seq, domain, err)
		}
		return f(e)
	}, readEvents, domain, after, to)
}

// Entries gives up to limit entries of a centre's log after a sequence number and not beyond the other, in order. Upto comes from the owner, who knows what has
// been acknowledged: what stands beyond may yet be lost.
func (db *DB) Entries(ctx context.Context, domain centre.ID, after, upto int64, limit int) (entries []journal.Entry, err error) {
	err = db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return eachEntry(ctx, tx, domain, after, min(upto, after+int64(limit)), func(e *journal.Entry) error {
			entries = append(entries, *e)
			return nil
		})
	})
	return entries, err
}

// keptSnapshots is how many snapshots are kept: the latest, and two to fall back on.
const keptSnapshots = 3

// SaveSnapshot keeps a snapshot of the state after an entry, behind the fence, and forgets the oldest.
func (t *Term) SaveSnapshot(ctx context.Context, seq int64, at centre.Instant, body []byte) error {
	err := t.db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE lease SET beat = beat + 1 WHERE domain = $1 AND epoch = $2`, t.domain, t.lease.Epoch)
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrFenced
		}
		if _, err = tx.Exec(ctx, `INSERT INTO snapshot (domain, seq, at, body) VALUES ($1, $2, $3, $4)
			ON CONFLICT (domain, seq) DO UPDATE SET at = excluded.at, body = excluded.body`, t.domain, seq, at, body); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM snapshot WHERE domain = $1 AND seq NOT IN
			(SELECT seq FROM snapshot WHERE domain = $1 ORDER BY seq DESC LIMIT $2)`, t.domain, keptSnapshots)
		return err
	})
	return explain("snapshot", err)
}

// Snapshot gives the latest snapshot at or before an entry; ok is false when there is none.
func (t *Term) Snapshot(ctx context.Context, upto int64) (seq int64, body []byte, ok bool, err error) {
	err = t.db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT seq, body FROM snapshot WHERE domain = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1`, t.domain, upto).
			Scan(&seq, &body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return seq, body, ok, explain("snapshot", err)
}
