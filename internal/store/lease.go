package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sentral/internal/centre"
)

// Lease is the row that says who may write a centre's log. Safety rests on the epoch alone: every write carries it, and a write with an old one
// changes nothing. The beat only shows watchers that the owner lives; no clocks are compared.
type Lease struct {
	Epoch int64 // the term; rises with every change of owner
	Beat  int64 // moves while the owner lives
	Owner string
	Node  string // the owner's lasting name; empty when it gave the lease up
	Addr  string // where the owner can be reached

	NextSeq     int64            // of the log
	NextContact centre.ContactID // never given out yet
	LastAt      centre.Instant   // the log's latest time
	CountedSeq  int64            // the agents' counters follow from the log up to this entry
}

// Owner says who asks for a lease.
type Owner struct {
	ID   string // fresh and random for each start of the process
	Node string // the node's lasting name
	Addr string // where other nodes reach it
}

// Errors of the lease. Both are of kind Unavailable.
var (
	// ErrFenced says that somebody else owns the centre now: nothing was written.
	ErrFenced = centre.Errorf(centre.Unavailable, "store: another node owns the centre now")
	// ErrMoved says that the lease was not as it had been seen: watch again.
	ErrMoved = centre.Errorf(centre.Unavailable, "store: the lease has moved")
)

const readLease = `SELECT epoch, beat, owner, node, addr, next_seq, next_contact, last_at, counted_seq FROM lease WHERE domain = $1`

func scanLease(row *sql.Row) (l Lease, err error) {
	err = row.Scan(&l.Epoch, &l.Beat, &l.Owner, &l.Node, &l.Addr, &l.NextSeq, &l.NextContact, &l.LastAt, &l.CountedSeq)
	return l, err
}

// Lease reads a centre's lease, and makes one that nobody owns for a centre that has none yet.
func (db *DB) Lease(ctx context.Context, domain centre.ID) (Lease, error) {
	l, err := db.PeekLease(ctx, domain)
	if centre.KindOf(err) != centre.Missing {
		return l, err
	}
	err = db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO lease (domain, epoch, beat, owner, node, addr, next_seq, next_contact, last_at, counted_seq)
			VALUES ($1, 0, 0, '', '', '', 1, 1, 0, 0) ON CONFLICT (domain) DO NOTHING`, domain)
		return err
	})
	if err != nil {
		return Lease{}, explain("lease", err)
	}
	return db.PeekLease(ctx, domain)
}

// PeekLease reads a centre's lease; Missing when the centre has none.
func (db *DB) PeekLease(ctx context.Context, domain centre.ID) (l Lease, err error) {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	l, err = scanLease(db.read.QueryRowContext(ctx, bind(readLease, db.kind == SQLite), domain))
	return l, explain("lease", err)
}

// Term is the right to write one centre's log, until somebody takes the next one. It belongs to one goroutine.
type Term struct {
	db     *DB
	domain centre.ID
	lease  Lease
}

// Acquire takes the lease if it still stands as it was seen, and begins a new term. Only what is read after that is known to be durable.
// It fails with ErrMoved when the lease stands otherwise.
func (db *DB) Acquire(ctx context.Context, domain centre.ID, seen Lease, me Owner) (*Term, error) {
	ctx = context.WithoutCancel(ctx)
	t := &Term{db: db, domain: domain}
	err := db.journal.transact(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE lease SET epoch = epoch + 1, beat = 0, owner = $1, node = $2, addr = $3
			WHERE domain = $4 AND epoch = $5 AND beat = $6`, me.ID, me.Node, me.Addr, domain, seen.Epoch, seen.Beat)
		if err == nil && n != 1 {
			err = ErrMoved
		}
		return err
	})
	if err != nil {
		return nil, explain("acquire", err)
	}
	err = db.journal.transact(ctx, func(ctx context.Context, tx *Tx) (err error) {
		t.lease, err = scanLease(tx.QueryRow(ctx, readLease, domain))
		return err
	})
	if err != nil {
		return nil, explain("acquire", err)
	}
	if t.lease.Epoch != seen.Epoch+1 || t.lease.Owner != me.ID {
		return nil, ErrFenced
	}
	return t, nil
}

// transact runs a transaction on the log's own connection. Nobody's patience ends it.
func (t *Term) transact(ctx context.Context, fn Write) error {
	return t.db.journal.transact(context.WithoutCancel(ctx), fn)
}

// Lease gives the lease as this term has it.
func (t *Term) Lease() Lease { return t.lease }

// Beat shows watchers that the owner lives. It fails with ErrFenced when the term is over.
func (t *Term) Beat(ctx context.Context) error {
	return t.fenced(ctx, "beat", `UPDATE lease SET beat = beat + 1 WHERE domain = $1 AND epoch = $2`, t.domain, t.lease.Epoch)
}

// Release gives the lease up, so that the next owner need not wait. The term is over.
func (t *Term) Release(ctx context.Context) error {
	return t.fenced(ctx, "release", `UPDATE lease SET beat = beat + 1, owner = '', node = '', addr = '' WHERE domain = $1 AND epoch = $2`,
		t.domain, t.lease.Epoch)
}

func (t *Term) fenced(ctx context.Context, operation, query string, args ...any) error {
	err := t.transact(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, query, args...)
		if err == nil && n != 1 {
			err = ErrFenced
		}
		return err
	})
	return explain(operation, err)
}

// Landed tells whether the batch that another term of ours tried to commit at this sequence number is in the log. It is asked by the term that follows
// an unknown outcome, whose own epoch is on disk: the earlier term's batch can no longer land after that.
func (t *Term) Landed(ctx context.Context, seq, epoch int64) (bool, error) {
	var have int64
	err := t.transact(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT epoch FROM event WHERE domain = $1 AND seq = $2`, t.domain, seq).Scan(&have)
		if errors.Is(err, sql.ErrNoRows) {
			have, err = 0, nil
		}
		return err
	})
	if err != nil {
		return false, explain(fmt.Sprintf("look for entry %d", seq), err)
	}
	return have == epoch, nil
}
