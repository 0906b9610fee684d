package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		url  string
		kind centre.Kind
		text string
	}{
		{"", centre.Invalid, "names no file"},
		{"sqlite:", centre.Invalid, "names no file"},
		{":memory:", centre.Invalid, "names no file"},
		{"sqlite:" + folder + "/a.db?_pragma=synchronous(1)", centre.Invalid, "the only setting a path may carry"},
		{"sqlite:" + folder + "/a.db?mode=memory", centre.Invalid, "the only setting a path may carry"},
		{"sqlite:/proc/nowhere/a.db", centre.Unavailable, "nowhere"},
		{"sqlite:" + folder, centre.Unavailable, "unable to open"},
		{"postgres://u:secret@127.0.0.1:1/x?sslmode=disable", centre.Unavailable, "refused"},
		{"postgres://u:secret@127.0.0.1:1/x?sslmode=sometimes", centre.Invalid, "sslmode"},
		{"postgres://u:secret@[::1", centre.Invalid, "URL cannot be read"},
	} {
		db, err := store.Open(ctx, store.Options{URL: c.url})
		if err == nil {
			db.Close()
		}
		if centre.KindOf(err) != c.kind || err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v (%v), want %v with %q", c.url, err, centre.KindOf(err), c.kind, c.text)
		}
	}
}

// weakened opens SQLite connections that do not sync, as a changed driver or build might.
type weakened struct{ driver.Connector }

func (w weakened) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := w.Connector.Connect(ctx)
	if err == nil {
		_, err = c.(driver.ExecerContext).ExecContext(ctx, "PRAGMA synchronous = NORMAL", nil)
	}
	return c, err
}

func TestSQLiteThatMayForgetIsRefused(t *testing.T) {
	_, err := store.Open(ctx, store.Options{URL: storetest.SQLite(t), Between: func(c driver.Connector) driver.Connector { return weakened{c} }})
	if centre.KindOf(err) != centre.Invalid || !strings.Contains(err.Error(), "synchronous is 1") {
		t.Errorf("opened a SQLite with synchronous=NORMAL: %v", err)
	}
}

func TestPostgreSQLThatMayForgetIsRefused(t *testing.T) {
	url := storetest.PostgreSQL(t)
	server := storetest.SharedServer()
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if err := server.Execute(`ALTER SYSTEM SET `+setting+` = off`, `SELECT pg_reload_conf()`); err != nil {
			t.Fatal(err)
		}
		var err error
		for range 100 { // the server reads its settings anew in its own time
			var db *store.DB
			if db, err = store.Open(ctx, store.Options{URL: url}); err != nil {
				break
			}
			db.Close()
		}
		if centre.KindOf(err) != centre.Invalid || !strings.Contains(err.Error(), setting+" is off") {
			t.Errorf("opened a server with %s=off: %v", setting, err)
		}
		if err := server.Execute(`ALTER SYSTEM RESET `+setting, `SELECT pg_reload_conf()`); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		db, err := store.Open(ctx, store.Options{URL: url})
		if err == nil {
			db.Close()
			return
		}
	}
	t.Error("the server stayed refused")
}

func TestOneProcessAtATime(t *testing.T) {
	url := storetest.SQLite(t)
	db := storetest.Open(t, url)
	if _, err := store.Open(ctx, store.Options{URL: url}); centre.KindOf(err) != centre.Conflict || !strings.Contains(err.Error(), "in use by process") {
		t.Errorf("opened twice: %v", err)
	}
	reader, err := store.Open(ctx, store.Options{URL: url, ReadOnly: true})
	if err != nil {
		t.Fatalf("opened for reading beside the owner: %v", err)
	}
	if err := reader.Update(ctx, func(context.Context, *store.Tx) error { return nil }); centre.KindOf(err) != centre.Invalid {
		t.Errorf("wrote through a database opened for reading: %v", err)
	}
	reader.Close()
	db.Close()
	storetest.Open(t, url)
	if _, err := store.Open(ctx, store.Options{URL: storetest.SQLite(t), ReadOnly: true}); centre.KindOf(err) != centre.Missing {
		t.Errorf("opened a file for reading that is not there: %v", err)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		update(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, $1)`, true)
		db.Close()
		if _, err := store.Open(ctx, store.Options{URL: url}); centre.KindOf(err) != centre.Invalid || !strings.Contains(err.Error(), "run the newer program") {
			t.Errorf("opened a database from the future: %v", err)
		}
	})
}

func TestNodesMigrateTogether(t *testing.T) {
	url := storetest.PostgreSQL(t)
	var nodes sync.WaitGroup
	for range 4 {
		nodes.Go(func() {
			db, err := store.Open(ctx, store.Options{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	nodes.Wait()
}

// TestFailedStatementFailsItsTransaction: whatever the caller makes of the error.
func TestFailedStatementFailsItsTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		update(t, db, `CREATE TABLE thing_test (id BIGINT NOT NULL, PRIMARY KEY (id))`)
		ours := errors.New("ours")
		for _, c := range []struct {
			name string
			fn   store.Write
			kind centre.Kind
			want error
		}{
			{"a broken statement", func(ctx context.Context, tx *store.Tx) error {
				tx.Exec(ctx, `INSERT INTO thing_test VALUES (1)`)
				tx.Exec(ctx, `SELEKT`)
				return nil
			}, centre.Internal, nil},
			{"a key that is there", func(ctx context.Context, tx *store.Tx) error {
				tx.Exec(ctx, `INSERT INTO thing_test VALUES (2)`)
				tx.Exec(ctx, `INSERT INTO thing_test VALUES (2)`)
				return nil
			}, centre.Conflict, nil},
			{"sent and broken", func(ctx context.Context, tx *store.Tx) error {
				tx.Send(ctx, `INSERT INTO thing_test VALUES (3)`)
				return tx.Send(ctx, `INSERT INTO thing_test VALUES (3)`)
			}, centre.Conflict, nil},
			{"no row", func(ctx context.Context, tx *store.Tx) error {
				tx.Exec(ctx, `INSERT INTO thing_test VALUES (4)`)
				var id int
				return tx.QueryRow(ctx, `SELECT id FROM thing_test WHERE id = 99`).Scan(&id)
			}, centre.Missing, sql.ErrNoRows},
			{"an error of the caller's", func(ctx context.Context, tx *store.Tx) error {
				tx.Exec(ctx, `INSERT INTO thing_test VALUES (5)`)
				return centre.Errorf(centre.Forbidden, "no: %w", ours)
			}, centre.Forbidden, ours},
			{"a panic", func(ctx context.Context, tx *store.Tx) error {
				tx.Exec(ctx, `INSERT INTO thing_test VALUES (6)`)
				panic("a fault")
			}, centre.Internal, nil},
		} {
			err := db.Update(ctx, c.fn)
			if err == nil || centre.KindOf(err) != c.kind || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("%s: %v (%v), want %v", c.name, err, centre.KindOf(err), c.kind)
			}
		}
		if n := update(t, db, `DELETE FROM thing_test`); n != 0 {
			t.Errorf("%d rows of failed transactions stayed", n)
		}
		gone, leave := context.WithCancel(ctx)
		if err := db.Update(gone, func(ctx context.Context, tx *store.Tx) error {
			leave() // ignored from here on
			_, err := tx.Exec(ctx, `INSERT INTO thing_test VALUES (7)`)
			return err
		}); err != nil || update(t, db, `DELETE FROM thing_test`) != 1 {
			t.Errorf("a transaction that had begun was cancelled: %v", err)
		}
		if err := db.Update(gone, func(context.Context, *store.Tx) error { t.Error("it ran"); return nil }); centre.KindOf(err) != centre.Unavailable {
			t.Errorf("a transaction that had not begun: %v", err)
		}
	})
}

func TestReadSeesOneMomentAndWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		update(t, db, `CREATE TABLE thing_test (id BIGINT NOT NULL, PRIMARY KEY (id))`)
		count := func(ctx context.Context, tx *store.Tx) (n int) {
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM thing_test`).Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			before := count(ctx, tx)
			update(t, db, `INSERT INTO thing_test VALUES (1)`)
			if after := count(ctx, tx); after != before {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing_test VALUES (2)`)
			return err
		}); err == nil {
			t.Error("a reading transaction wrote")
		}
	})
}

// TestBulkTakesAnyNumberOfRows inserts numbers of rows around every size of group.
func TestBulkTakesAnyNumberOfRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		update(t, db, `CREATE TABLE pair_test (a BIGINT NOT NULL, b TEXT, PRIMARY KEY (a))`)
		bulk := store.NewBulk(2, `INSERT INTO pair_test (a, b)`, `ON CONFLICT (a) DO UPDATE SET b = excluded.b`)
		for _, n := range []int{0, 1, 2, 3, 5, 17, 255, 256, 257, 600} {
			var rows []any
			for i := range n {
				rows = append(rows, i, strings.Repeat("x", i%7))
			}
			var changed int64
			if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				changed, err = bulk.Exec(ctx, tx, rows)
				if err == nil {
					err = bulk.Send(ctx, tx, rows)
				}
				return err
			}); err != nil || changed != int64(n) {
				t.Fatalf("%d rows: changed %d, %v", n, changed, err)
			}
			if got := update(t, db, `DELETE FROM pair_test`); got != int64(n) {
				t.Errorf("%d rows were there, want %d", got, n)
			}
		}
	})
}

func TestForgottenCommandsAreTheOldOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		term := take(t, db, "a")
		for part := range 3 {
			b := &store.Batch{NextContact: 1}
			for i := range 1500 {
				b.Commands = append(b.Commands, store.CommandRow{Client: "c", ID: string(rune('a'+part)) + strings.Repeat("i", i%40) + string(rune('A'+i%50)) + string(rune('0'+i/50)), Seq: 1, At: centre.Instant(part * 1000)})
			}
			if err := term.Commit(ctx, b); err != nil {
				t.Fatal(err)
			}
		}
		var from [2]string
		gone := int64(0)
		for round := 0; ; round++ {
			next, n, err := db.ForgetCommands(ctx, 7, from, 2000)
			if err != nil {
				t.Fatal(err)
			}
			gone += n
			if from = next; next == ([2]string{}) {
				break
			}
			if round > 10 {
				t.Fatal("it never ends")
			}
		}
		if left := update(t, db, `DELETE FROM command WHERE at = 2000`); gone != 3000 || left != 1500 {
			t.Errorf("%d were forgotten, %d new ones are left", gone, left)
		}
	})
}

func TestLockFileNamesItsHolder(t *testing.T) {
	url := storetest.SQLite(t)
	storetest.Open(t, url)
	text, err := os.ReadFile(filepath.Clean(strings.TrimPrefix(url, "sqlite:") + ".lock"))
	if err != nil || len(strings.TrimSpace(string(text))) == 0 {
		t.Errorf("the lock file holds %q, %v", text, err)
	}
}
