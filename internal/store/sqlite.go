package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"

	"sentral/internal/centre"
)

// oldestSQLite is the first release without the bug that could corrupt a database when two connections wrote or checkpointed at once.
const oldestSQLite = "3.51.3"

// writerPragmas are set on the connection that writes. Commits reach the disk before they are acknowledged (synchronous FULL).
var writerPragmas = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "mmap_size(0)",
	"cache_size(-65536)", "journal_size_limit(67108864)", "temp_store(MEMORY)"}

var readerPragmas = []string{"busy_timeout(10000)", "query_only(1)", "mmap_size(0)", "cache_size(-16384)", "temp_store(MEMORY)"}

func (db *DB) openSQLite(ctx context.Context, o Options) error {
	db.kind = SQLite
	path, query, _ := strings.Cut(strings.TrimPrefix(o.URL, "sqlite:"), "?")
	if path == "" || path == ":memory:" {
		return centre.Errorf(centre.Invalid, "store: %q names no file", o.URL)
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return centre.Errorf(centre.Invalid, "store: %q: %w", o.URL, err)
	}
	for key := range given {
		if key != "vfs" {
			return centre.Errorf(centre.Invalid, "store: %q: the only setting a path may carry is vfs: how commits reach the disk is not a choice", o.URL)
		}
	}
	db.path, db.name = path, "sqlite:"+path
	if !o.ReadOnly {
		if err := db.openSQLiteWriter(ctx, o, given.Get("vfs")); err != nil {
			return err
		}
	} else if _, err := os.Stat(path); err != nil {
		return centre.Errorf(centre.Missing, "store: %w", err)
	}
	connector, err := sqlite.NewConnector(sqliteDSN(path, given.Get("vfs"), "", readerPragmas))
	if err != nil {
		return centre.Errorf(centre.Invalid, "store: %w", err)
	}
	db.read = sql.OpenDB(o.Between(connector))
	db.read.SetMaxOpenConns(o.Readers)
	db.read.SetMaxIdleConns(o.Readers)
	db.closers = append(db.closers, db.read.Close)
	return explain("open "+db.name, db.read.PingContext(ctx))
}

func (db *DB) openSQLiteWriter(ctx context.Context, o Options, vfs string) error {
	if err := os.MkdirAll(filepath.Dir(db.path), 0o700); err != nil {
		return centre.Errorf(centre.Unavailable, "store: %w", err)
	}
	lock, err := lockFile(db.path + ".lock")
	if err != nil {
		return err
	}
	db.closers = append(db.closers, lock.Close)
	connector, err := sqlite.NewConnector(sqliteDSN(db.path, vfs, "immediate", writerPragmas))
	if err != nil {
		return centre.Errorf(centre.Invalid, "store: %w", err)
	}
	pool := sql.OpenDB(o.Between(connector))
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(0)
	db.journal = &writer{kind: SQLite, pool: pool}
	db.updates = make(chan *writer, 1)
	db.updates <- db.journal
	db.closers = append(db.closers, db.journal.close)
	return checkSQLite(ctx, db.journal)
}

func sqliteDSN(path, vfs, lock string, pragmas []string) string {
	q := url.Values{"_pragma": pragmas}
	if vfs != "" {
		q.Set("vfs", vfs)
	}
	if lock != "" {
		q.Set("_txlock", lock)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// checkSQLite refuses a SQLite that is too old or that would not keep its commits.
func checkSQLite(ctx context.Context, w *writer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.connect(ctx); err != nil {
		return explain("open", err)
	}
	var version, mode string
	var synchronous int
	err := w.conn.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	if err == nil {
		err = w.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	}
	if err == nil {
		err = w.conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous)
	}
	switch {
	case err != nil:
		return explain("open", err)
	case olderVersion(version, oldestSQLite):
		return centre.Errorf(centre.Invalid, "store: SQLite %s can corrupt its log; want %s or later", version, oldestSQLite)
	case mode != "wal":
		return centre.Errorf(centre.Invalid, "store: SQLite's journal mode is %s and cannot be set to wal: is the file on a network disk?", mode)
	case synchronous < 2:
		return centre.Errorf(centre.Invalid, "store: SQLite's synchronous is %d, and below 2 (FULL) a power cut loses what was acknowledged", synchronous)
	}
	return nil
}

// olderVersion compares dotted version numbers.
func olderVersion(have, want string) bool {
	h, w := strings.Split(have, "."), strings.Split(want, ".")
	for i := range w {
		a, b := 0, 0
		if i < len(h) {
			a, _ = strconv.Atoi(h[i])
		}
		b, _ = strconv.Atoi(w[i])
		if a != b {
			return a < b
		}
	}
	return false
}

// lockFile takes the operating system's lock on a file, which ends with the process however that ends. A second process is refused with Conflict.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "store: %w", err)
	}
	if err := flock(f); err != nil {
		holder := make([]byte, 32)
		n, _ := f.ReadAt(holder, 0)
		f.Close()
		return nil, centre.Errorf(centre.Conflict, "store: %s is in use by process %s: one process at a time may have a SQLite database", path,
			strings.TrimSpace(string(holder[:n])))
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(fmt.Sprintf("%d\n", os.Getpid())), 0)
		if err != nil {
			f.Close()
			return nil, centre.Errorf(centre.Unavailable, "store: %w", err)
		}
	}
	return f, nil
}
