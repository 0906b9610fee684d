package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

// Batch is what one transaction adds to a centre's log and what follows from it. Either all of it is on disk afterwards or none.
type Batch struct {
	Entries     []journal.Entry // without a gap from the term's NextSeq; Commit sets their epoch
	Bodies      []string        // of each entry, by journal.AppendBody
	Days        []int64         // the calendar day of each entry
	Commands    []CommandRow
	Changes     journal.Changes
	Writes      []Write // the rooms' own tables
	NextContact centre.ContactID
	LastAt      centre.Instant
	// Counted says that Changes holds the agents' counters too, up to the last entry of the batch. Nearly every entry changes one agent's, so
	// they are not written with each batch; the lease's CountedSeq says how far they reach.
	Counted bool
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
	insertEvents   = NewBulk(9, `INSERT INTO event (domain, seq, epoch, at, day, kind, contact, agent, body)`, ``)
	insertCommands = NewBulk(6, `INSERT INTO command (domain, client, command, seq, at, result)`, ``)
)

// Commit puts a batch on disk behind the fence. Its errors: ErrFenced (the term is over), ErrRepeated, *WriteError, one with ErrUnknown in its
// chain, or another after which certainly nothing was written. After any of them the term must not be used for another batch before what is in memory has
// been rebuilt.
func (t *Term) Commit(ctx context.Context, b *Batch) error {
	if len(b.Entries) > 0 && b.Entries[0].Seq != t.lease.NextSeq {
		return centre.Errorf(centre.Internal, "store: the batch begins at %d, the log goes on at %d", b.Entries[0].Seq, t.lease.NextSeq)
	}
	next, counted := t.lease.NextSeq+int64(len(b.Entries)), t.lease.CountedSeq
	if b.Counted {
		counted = next - 1
	}
	events := t.eventRows(b)
	commands := t.commandRows(b)
	changes := changeRows(t.domain, &b.Changes)
	err := t.transact(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE lease SET next_seq = $1, next_contact = $2, last_at = $3, counted_seq = $4, beat = beat + 1
			WHERE domain = $5 AND epoch = $6 AND next_seq = $7`, next, b.NextContact, b.LastAt, counted, t.domain, t.lease.Epoch, t.lease.NextSeq)
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrFenced
		}
		if err := insertEvents.Send(ctx, tx, events); err != nil {
			return err
		}
		if err := changes.write(ctx, tx); err != nil {
			return err
		}
		if err := insertCommands.Send(ctx, tx, commands); err != nil {
			return repeated(err)
		}
		if len(b.Writes) > 0 {
			if err := tx.flush(ctx); err != nil {
				return repeated(err)
			}
		}
		return runWrites(ctx, tx, b.Writes)
	})
	if err != nil {
		return explain("commit", repeated(err))
	}
	t.lease.NextSeq, t.lease.NextContact, t.lease.LastAt, t.lease.CountedSeq = next, b.NextContact, b.LastAt, counted
	return nil
}

// repeated turns the conflict of a command that is in the table already into ErrRepeated.
func repeated(err error) error {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg) && pg.Code == "23505" && pg.TableName == "command",
		errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_CONSTRAINT && strings.Contains(lite.Error(), "command.client"):
		return ErrRepeated
	}
	return err
}

// runWrites runs the rooms' writes. One that fails for a reason of its own is named; trouble of the database is not its fault. What PostgreSQL was sent by
// several writes may come back refused while a later one runs: the pipe knows whose it was.
func runWrites(ctx context.Context, tx *Tx, writes []Write) error {
	if tx.pipe != nil {
		tx.pipe.failed = -1
	}
	for i := 0; i <= len(writes); i++ {
		var err error
		if i == len(writes) {
			err = tx.flush(ctx)
		} else {
			if tx.pipe != nil {
				tx.pipe.write = i
			}
			if err = runWrite(ctx, tx, writes[i]); err == nil || (tx.failed != nil && errors.Is(err, context.Canceled)) {
				err = tx.failed // QueryRow ends a query that follows a failed statement
			}
		}
		if err == nil {
			continue
		}
		whose := i
		if tx.pipe != nil && tx.pipe.failed >= 0 {
			whose = tx.pipe.failed
		}
		if err = explain("write", err); (centre.KindOf(err) == centre.Unavailable && tx.failed != nil) || whose == len(writes) {
			return err
		}
		return &WriteError{Index: whose, Err: err}
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

func (t *Term) eventRows(b *Batch) []any {
	rows := make([]any, 0, len(b.Entries)*insertEvents.columns)
	for i := range b.Entries {
		e := &b.Entries[i]
		e.Epoch = t.lease.Epoch
		rows = append(rows, int64(t.domain), e.Seq, e.Epoch, int64(e.At), b.Days[i], e.Kind, int64(e.Contact), int64(e.Agent), b.Bodies[i])
	}
	return rows
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
	err := t.transact(ctx, func(ctx context.Context, tx *Tx) error {
		for group := range slices.Chunk(keys, lookUpAtOnce) {
			query, args := commandsIn(`SELECT client, command, seq, at, result FROM command WHERE domain = $1 AND (client, command) IN (VALUES `,
				t.domain, group)
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

// commandsIn completes a statement about a group of commands. Groups are filled up to a power of two with their last command, so that there are few texts.
func commandsIn(head string, domain centre.ID, group [][2]string) (string, []any) {
	size := 1
	for size < len(group) {
		size *= 2
	}
	q := strings.Builder{}
	q.WriteString(head)
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

// forgetAtOnce is how many commands one call of ForgetCommands looks at.
const forgetAtOnce = 2000

// ForgetCommands walks through the command table in the order of its key, 2,000 commands at a time, and removes those done before an instant: if they
// were repeated from then on, they would run again. It begins after the key `from` and returns where to go on, which is the zero key at the end, and how many it
// removed. There is no index on the time, which every command would have to pay for.
func (db *DB) ForgetCommands(ctx context.Context, domain centre.ID, from [2]string, before centre.Instant) (next [2]string, n int64, err error) {
	var old [][2]string
	seen := 0
	err = db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var at centre.Instant
			if err := scan(&next[0], &next[1], &at); err != nil {
				return err
			}
			if seen++; at < before {
				old = append(old, next)
			}
			return nil
		}, `SELECT client, command, at FROM command WHERE domain = $1 AND (client, command) > ($2, $3) ORDER BY client, command LIMIT $4`,
			domain, from[0], from[1], forgetAtOnce)
	})
	if err != nil {
		return from, 0, err
	}
	if seen < forgetAtOnce {
		next = [2]string{}
	}
	for group := range slices.Chunk(old, lookUpAtOnce) {
		err := db.Update(ctx, func(ctx context.Context, tx *Tx) error {
			query, args := commandsIn(`DELETE FROM command WHERE domain = $1 AND (client, command) IN (VALUES `, domain, group)
			_, err := tx.Exec(ctx, query, args...)
			return err
		})
		if err != nil {
			return from, n, err
		}
		n += int64(len(group))
	}
	return next, n, nil
}

const readEvents = `SELECT seq, epoch, at, kind, contact, agent, body FROM event
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
		err := t.transact(ctx, func(ctx context.Context, tx *Tx) error {
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
		var body []byte
		if err := scan(&e.Seq, &e.Epoch, &e.At, &e.Kind, &e.Contact, &e.Agent, &body); err != nil {
			return err
		}
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
	err := t.transact(ctx, func(ctx context.Context, tx *Tx) error {
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
	err = t.transact(ctx, func(ctx context.Context, tx *Tx) error {
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
