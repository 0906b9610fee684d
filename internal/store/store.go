package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"log/slog"
	"os"
	"strings"
	"time"

	"sentral/internal/centre"
)

// Kind names a database.
type Kind uint8

// The databases.
const (
	SQLite Kind = iota
	PostgreSQL
)

// String names the database as in logs and metrics.
func (k Kind) String() string {
	if k == PostgreSQL {
		return "postgresql"
	}
	return "sqlite"
}

// Options says which database to open, and how. Only URL is needed.
type Options struct {
	// URL is "postgres://...", or "sqlite:PATH", or a bare path of a SQLite file. A path may carry "?vfs=NAME".
	URL string
	// ReadOnly opens nothing that can write and takes no lock, so that a running centre's database can be looked at and backed up.
	ReadOnly bool
	// Hang is how long one transaction may take on PostgreSQL before its socket is closed; default 8 s. The outcome is then unknown.
	Hang time.Duration
	// Readers is the number of connections for reading; default 4.
	Readers int
	// Log receives what an operator should know; nil for none.
	Log *slog.Logger
	// Between is laid between the store and the database's driver; nil for nothing. Failure tests break things here.
	Between func(driver.Connector) driver.Connector

	schema int64 // migrate up to this version only; zero for the newest
}

// DB is one open database. Its methods may be called from any goroutine.
type DB struct {
	kind    Kind
	name    string // for people: no password in it
	path    string // SQLite only
	log     *slog.Logger
	journal *writer      // SQLite: the only one that writes
	updates chan *writer // PostgreSQL: for Update; SQLite: holds journal
	read    *sql.DB
	closers []func() error
}

// Open opens a database and brings its schema up to date. Its errors: Invalid for a URL or setting that is refused, Conflict when another
// process has the SQLite file, Unavailable when the database does not answer.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Hang <= 0 {
		o.Hang = 8 * time.Second
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Between == nil {
		o.Between = func(c driver.Connector) driver.Connector { return c }
	}
	db := &DB{log: o.Log}
	var err error
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		err = db.openPostgres(ctx, o)
	} else {
		err = db.openSQLite(ctx, o)
	}
	if err == nil && !o.ReadOnly {
		if err = db.migrate(ctx, o.schema); err == nil {
			err = db.advise(ctx)
		}
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Kind says which database it is.
func (db *DB) Kind() Kind { return db.kind }

// Name says which database it is for people, without its password.
func (db *DB) Name() string { return db.name }

// Close waits for running writes and closes every connection.
func (db *DB) Close() error {
	var first error
	for i := len(db.closers) - 1; i >= 0; i-- {
		if err := db.closers[i](); err != nil && first == nil {
			first = err
		}
	}
	db.closers = nil
	return first
}

// Write is a write to a room's own tables, made by the room's file in this package and run in somebody else's transaction. It may be run again after a
// failure, so it holds no state.
type Write func(ctx context.Context, tx *Tx) error

// Update runs one transaction on tables outside the log: sessions, drafts. It is not fenced: any node may do it. A cancelled context keeps it
// from beginning and is ignored from then on. A statement that fails fails the whole transaction, whatever fn returns; fn's own
// error comes back as it is. After an Unavailable error the transaction may have taken place.
func (db *DB) Update(ctx context.Context, fn Write) error {
	if db.updates == nil {
		return centre.Errorf(centre.Invalid, "store: opened for reading only")
	}
	select {
	case w := <-db.updates:
		defer func() { db.updates <- w }()
		return explain("update", w.transact(ctx, fn))
	case <-ctx.Done():
		return centre.Errorf(centre.Unavailable, "store: update: %w", ctx.Err())
	}
}

// readLimit is how long one reading transaction may take when its context sets no limit: a long one keeps SQLite's checkpoints waiting and the log of
// writes growing, so reports are cut into slices.
const readLimit = 30 * time.Second

// Read runs fn in one reading transaction: everything it sees is of one moment.
func (db *DB) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, readLimit)
		defer cancel()
	}
	o := &sql.TxOptions{ReadOnly: true}
	if db.kind == PostgreSQL {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.read.BeginTx(ctx, o)
	if err != nil {
		return explain("read", err)
	}
	err = fn(ctx, &Tx{run: tx, lite: db.kind == SQLite})
	tx.Rollback()
	return explain("read", err)
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return explain("ping", db.read.PingContext(ctx)) }

// Size is how much room the database takes, and, for SQLite, its log of writes beside it, which a long reader keeps from being emptied. Both in bytes.
func (db *DB) Size(ctx context.Context) (data, writeLog int64, err error) {
	if db.kind == PostgreSQL {
		err = db.read.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&data)
		return data, 0, explain("size", err)
	}
	info, err := os.Stat(db.path)
	if err != nil {
		return 0, 0, explain("size", err)
	}
	if wal, err := os.Stat(db.path + "-wal"); err == nil {
		writeLog = wal.Size()
	}
	return info.Size(), writeLog, nil
}
