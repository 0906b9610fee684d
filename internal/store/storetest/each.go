package storetest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"sentral/internal/store"
)

// Main runs a package's tests and stops the PostgreSQL server that they may have started:
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
func Main(m *testing.M) int {
	running = true
	defer stopServer()
	return m.Run()
}

// running says that Main will stop the server.
var running bool

// Each runs f on an empty, migrated database of every kind. PostgreSQL is skipped, with the reason, where its programs are not installed.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { f(t, Open(t, url)) })
}

// EachURL runs f with the URL of an empty database of every kind.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgresql", func(t *testing.T) { f(t, PostgreSQL(t)) })
}

// SQLite gives the URL of a SQLite file that does not exist yet.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "sentral.db")
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{URL: url, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
