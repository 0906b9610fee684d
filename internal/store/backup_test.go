package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// makeAnything makes a table with every kind of column that the rules for SQL allow.
func makeAnything(t *testing.T, db *store.DB) {
	t.Helper()
	update(t, db, `CREATE TABLE anything_test (id BIGINT NOT NULL, word TEXT, yes BOOLEAN, part DOUBLE PRECISION, body JSONB, raw BYTEA, PRIMARY KEY (id))`)
}

func fillAnything(t *testing.T, db *store.DB) {
	t.Helper()
	update(t, db, `INSERT INTO anything_test (id, word, yes, part, body, raw) VALUES ($1, $2, $3, $4, $5, $6)`,
		1, "blåbær <&> \"quoted\"\nnext line", true, 0.1, `{"a": [1, "b"]}`, []byte{0, 255, 10})
	update(t, db, `INSERT INTO anything_test (id, word, yes, part, body, raw) VALUES ($1, NULL, $2, NULL, NULL, NULL)`, int64(1)<<62, false)
	update(t, db, `INSERT INTO anything_test (id, word, yes, part, body, raw) VALUES (3, '', NULL, 1e300, '{}', $1)`, []byte{})
}

func update(t testing.TB, db *store.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// TestBackupGoesAnywhere takes a backup of each database and restores it into each: what is there afterwards gives the same backup again (T10).
func TestBackupGoesAnywhere(t *testing.T) {
	made := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	take1 := func(t *testing.T, db *store.DB) (store.BackupResult, []byte) {
		var b bytes.Buffer
		r, err := db.Backup(ctx, &b, made)
		if err != nil {
			t.Fatal(err)
		}
		return r, b.Bytes()
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		term := take(t, db, "a")
		b := steps(term, 1000, 700)
		b.Commands = []store.CommandRow{{Client: "c", ID: "x", Seq: 6, At: 1000, Result: []byte(`{"b":1}`)}}
		if err := term.Commit(ctx, b); err != nil {
			t.Fatal(err)
		}
		if err := term.SaveSnapshot(ctx, 700, 1000, []byte{1, 2, 3}); err != nil {
			t.Fatal(err)
		}
		makeAnything(t, db)
		fillAnything(t, db)
		want := readAnything(t, db)
		result, kept := take1(t, db)
		if result.LogHeads["7"] != 700 || result.Rows < 703 {
			t.Errorf("backup of %+v", result)
		}
		storetest.EachURL(t, func(t *testing.T, url string) {
			empty := storetest.Open(t, url)
			makeAnything(t, empty)
			otherProcess(t, empty, url)
			restored, err := store.Restore(ctx, store.Options{URL: url}, bytes.NewReader(kept))
			if err != nil || restored.Rows != result.Rows || restored.Tables != result.Tables {
				t.Fatalf("restored %+v, %v; the backup is %+v", restored, err, result)
			}
			to := storetest.Open(t, url)
			if lease, err := to.PeekLease(ctx, 7); err != nil || lease.Owner != "" || lease.NextSeq != 701 || lease.Epoch != 1 {
				t.Errorf("the lease came back as %+v, %v", lease, err)
			}
			if got := readAnything(t, to); got != want {
				t.Errorf("came back as %s\nwant         %s", got, want)
			}
			n := 0
			if err := take(t, to, "b").Replay(ctx, 0, func(*journal.Entry) error { n++; return nil }); err != nil || n != 700 {
				t.Errorf("replayed %d entries, %v", n, err)
			}
			if _, err := store.Restore(ctx, store.Options{URL: otherProcess(t, to, url)}, bytes.NewReader(kept)); centre.KindOf(err) != centre.Conflict {
				t.Errorf("restored over a database that is not empty: %v", err)
			}
		})
	})
}

// readAnything writes the table's rows in words that are the same for both databases.
func readAnything(t *testing.T, db *store.DB) string {
	t.Helper()
	var b strings.Builder
	if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var id int64
			var word sql.NullString
			var yes sql.NullBool
			var part sql.NullFloat64
			var body, raw []byte
			err := scan(&id, &word, &yes, &part, &body, &raw)
			fmt.Fprintf(&b, "%d %v %v %v %s %v\n", id, word, yes, part, strings.ReplaceAll(string(body), " ", ""), raw)
			return err
		}, `SELECT id, word, yes, part, body, raw FROM anything_test ORDER BY id`)
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// otherProcess lets go of a database so that it can be opened again.
func otherProcess(t *testing.T, db *store.DB, url string) string {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return url
}

// TestDamagedBackupRestoresNothing cuts and changes a backup in many places: nothing of it is restored.
func TestDamagedBackupRestoresNothing(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	term := take(t, db, "a")
	if err := term.Commit(ctx, steps(term, 1000, 50)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := db.Backup(ctx, &b, time.Now()); err != nil {
		t.Fatal(err)
	}
	unpack, err := gzip.NewReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpack)
	if err != nil {
		t.Fatal(err)
	}
	pack := func(text []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(text)
		w.Close()
		return b.Bytes()
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for name, spoilt := range map[string][]byte{
		"not a backup":    []byte("hello"),
		"another thing":   pack([]byte("{}\n")),
		"newer form":      pack([]byte(`{"sentral_backup":9}` + "\n")),
		"newer schema":    pack(bytes.Replace(text, []byte(`"schema":`), []byte(`"schema":99`), 1)),
		"cut":             pack(bytes.Join(lines[:len(lines)-3], nil)),
		"cut in a line":   pack(text[:len(text)-90]),
		"a row less":      pack(append(bytes.Join(lines[:20], nil), bytes.Join(lines[21:], nil)...)),
		"a changed row":   pack(bytes.Replace(text, []byte(`arrived`), []byte(`arriveD`), 1)),
		"unknown table":   pack(bytes.Replace(text, []byte(`"table":"event"`), []byte(`"table":"evil"`), 1)),
		"unknown column":  pack(bytes.Replace(text, []byte(`"epoch"`), []byte(`"ep och"`), 1)),
		"damaged package": append(append([]byte(nil), b.Bytes()[:200]...), b.Bytes()[220:]...),
	} {
		url := storetest.SQLite(t)
		_, err := store.Restore(ctx, store.Options{URL: url}, bytes.NewReader(spoilt))
		if centre.KindOf(err) != centre.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(name, "backup") || strings.Contains(name, "newer") || name == "another thing" {
			continue // the database was not even made
		}
		left := storetest.Open(t, url)
		if _, err := left.PeekLease(ctx, 7); centre.KindOf(err) != centre.Missing {
			t.Errorf("%s: something was restored: %v", name, err)
		}
	}
}
