package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
)

// ErrUnknown is in the chain of an error after which nobody knows whether the transaction took place: the answer to its COMMIT did not arrive, or
// PostgreSQL said that it did not wait for the standby. Who must know takes a new epoch by a write and then reads what is there.
var ErrUnknown = errors.New("the outcome of the commit is unknown")

// writer is one connection on which transactions run one at a time. It is opened when needed and thrown away when it is of no use any more.
type writer struct {
	kind  Kind
	pool  *sql.DB // hands out new connections; keeps none
	hang  time.Duration
	mu    sync.Mutex
	conn  *sql.Conn
	keep  *statements
	leash *leash // PostgreSQL: the socket under conn
}

// transact runs fn in a transaction. Once it has begun nothing cancels it but the watchdog, which closes the socket without a cancel request: a
// cancel would end PostgreSQL's wait for its standby and show others a commit that may yet be lost. A connection that turns out to have died while it
// lay idle is replaced once; fn then runs again.
func (w *writer) transact(ctx context.Context, fn Write) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return centre.Errorf(centre.Unavailable, "store: not begun: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	used := w.conn != nil
	err := w.attempt(ctx, fn)
	if err != nil && used && w.conn == nil && !errors.Is(err, ErrUnknown) {
		err = w.attempt(ctx, fn)
	}
	return err
}

func (w *writer) attempt(ctx context.Context, fn Write) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	if w.leash != nil {
		guard := time.AfterFunc(w.hang, w.leash.cut)
		defer guard.Stop()
		w.leash.doubt.Store(false)
	}
	tx, err := w.begin(ctx)
	if err != nil {
		w.drop()
		return err
	}
	err = w.run(ctx, tx, fn)
	if err == nil {
		err = tx.flush(ctx)
	}
	if tx.failed != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = tx.failed
	}
	if err != nil {
		w.rollback(ctx)
		return err
	}
	return w.commit(ctx)
}

// run calls fn and turns a panic in it into an error, so that a fault of one room never leaves the connection inside a transaction.
func (w *writer) run(ctx context.Context, tx *Tx, fn Write) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = centre.Errorf(centre.Internal, "store: write panicked: %v", r)
		}
	}()
	return fn(ctx, tx)
}

func (w *writer) begin(ctx context.Context) (*Tx, error) {
	if w.kind == SQLite {
		_, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE")
		return &Tx{run: w.conn, lite: true, keep: w.keep}, err
	}
	tx := &Tx{run: w.conn, pipe: &pipe{conn: w.conn}}
	return tx, tx.Send(ctx, "BEGIN")
}

func (w *writer) rollback(ctx context.Context) {
	if _, err := w.conn.ExecContext(ctx, "ROLLBACK"); err != nil && w.kind == PostgreSQL {
		w.drop()
	}
}

// commit ends the transaction. On SQLite a failed COMMIT keeps its connection: the pages it wrote are overwritten by the next commit only as long as
// the log's index in shared memory lives; opening anew after a failed fsync would read pages back as good that may never reach the disk.
func (w *writer) commit(ctx context.Context) error {
	_, err := w.conn.ExecContext(ctx, "COMMIT")
	if err == nil && w.leash != nil && w.leash.doubt.Load() {
		err = errors.New("not replicated")
	}
	if err == nil {
		return nil
	}
	if w.kind == SQLite {
		w.rollback(ctx)
	} else {
		w.drop()
		if definite(err) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// connectLimit bounds the time for opening a connection, all hosts together.
const connectLimit = 6 * time.Second

func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return err
	}
	w.conn = conn
	if w.kind == SQLite {
		w.keep = &statements{conn: conn, byID: map[string]*sql.Stmt{}}
		return nil
	}
	w.leash, err = leashOf(conn)
	if err != nil {
		w.drop()
	}
	return err
}

// drop closes the connection, the socket first, so that nothing is said to the server on the way out.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	if w.leash != nil {
		w.leash.cut()
	}
	if w.keep != nil {
		w.keep.forget()
	}
	w.conn.Close()
	w.conn, w.keep, w.leash = nil, nil, nil
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop()
	return w.pool.Close()
}

// leash holds the socket under one PostgreSQL connection.
type leash struct {
	cut   func()
	doubt atomic.Bool // PostgreSQL warned that it did not wait for the standby
}
