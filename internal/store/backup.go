package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
)

// A backup is one file of gzipped lines of JSON: what it is, then each table's name and columns with its rows, then how many rows there were and the SHA-256 of all
// lines before. It is of one moment, is taken while the centre runs, and is restored into either database, so that it is also the way from SQLite to
// PostgreSQL.

// backupForm is the version of the form.
const backupForm = 1

// BackupHead says what a backup holds.
type BackupHead struct {
	Form     int              `json:"sentral_backup"`
	From     string           `json:"from"`   // the kind of database
	Schema   int64            `json:"schema"` // its migration
	TakenMS  int64            `json:"taken_ms"`
	LogHeads map[string]int64 `json:"log_heads"` // last sequence number of each centre's log
}

// BackupResult says what was written or restored.
type BackupResult struct {
	BackupHead
	Tables int
	Rows   int64
	SHA256 string
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type backupEnd struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// backupTime is how long the reading may take. Meanwhile SQLite's log of writes cannot be emptied.
const backupTime = 6 * time.Hour

// Backup writes everything that the database holds at one moment. Now is the time that it is marked with.
func (db *DB) Backup(ctx context.Context, w io.Writer, now time.Time) (r BackupResult, err error) {
	ctx, cancel := context.WithTimeout(ctx, backupTime)
	defer cancel()
	pack := gzip.NewWriter(w)
	out := &backupWriter{sum: sha256.New(), to: pack}
	err = db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		r.BackupHead, err = backupHead(ctx, db, tx, now)
		if err != nil {
			return err
		}
		if err := out.line(r.BackupHead); err != nil {
			return err
		}
		tables, err := tablesOf(ctx, db, tx)
		if err != nil {
			return err
		}
		r.Tables = len(tables)
		for _, table := range tables {
			if err := out.table(ctx, tx, table); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	r.Rows, r.SHA256 = out.rows, hex.EncodeToString(out.sum.Sum(nil))
	if err := out.line(backupEnd{r.Rows, r.SHA256}); err != nil {
		return r, explain("backup", err)
	}
	return r, explain("backup", pack.Close())
}

func backupHead(ctx context.Context, db *DB, tx *Tx, now time.Time) (h BackupHead, err error) {
	h = BackupHead{Form: backupForm, From: db.kind.String(), TakenMS: now.UnixMilli(), LogHeads: map[string]int64{}}
	if err := tx.QueryRow(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&h.Schema); err != nil {
		return h, err
	}
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var domain, next int64
		err := scan(&domain, &next)
		h.LogHeads[fmt.Sprint(domain)] = next - 1
		return err
	}, `SELECT domain, next_seq FROM lease ORDER BY domain`)
	return h, err
}

// tablesOf lists the tables that hold data of ours, by name.
func tablesOf(ctx context.Context, db *DB, tx *Tx) (names []string, err error) {
	query := `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'`
	if db.kind == PostgreSQL {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		if name != "goose_db_version" {
			names = append(names, name)
		}
		return err
	}, query)
	slices.Sort(names)
	return names, err
}

type backupWriter struct {
	to   io.Writer
	sum  hash.Hash
	rows int64
	text bytes.Buffer
}

func (w *backupWriter) line(v any) error {
	w.text.Reset()
	e := json.NewEncoder(&w.text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	w.sum.Write(w.text.Bytes())
	_, err := w.to.Write(w.text.Bytes())
	return err
}

func (w *backupWriter) table(ctx context.Context, tx *Tx, name string) error {
	rows, err := tx.Query(ctx, `SELECT * FROM `+name)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	if err := w.line(backupTable{name, columns}); err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range values {
			if values[i], err = backupValue(values[i], types[i].DatabaseTypeName()); err != nil {
				return fmt.Errorf("column %s: %w", columns[i], err)
			}
		}
		if err := w.line(values); err != nil {
			return err
		}
		w.rows++
	}
	return rows.Err()
}

// backupValue gives a value as it stands in a backup: numbers, texts, booleans and null as themselves, and bytes as {"bytes":"base64"}.
func backupValue(v any, kind string) (any, error) {
	kind = strings.ToUpper(kind)
	switch v := v.(type) {
	case nil, string, bool, float64:
		return v, nil
	case int64:
		if kind == "BOOLEAN" || kind == "BOOL" {
			return v != 0, nil
		}
		return v, nil
	case []byte:
		if kind == "JSONB" || kind == "TEXT" || kind == "JSON" {
			return string(v), nil
		}
		return map[string][]byte{"bytes": v}, nil
	default:
		return nil, fmt.Errorf("of a kind that the rules for SQL do not allow: %T (%s)", v, kind)
	}
}

// ErrNotEmpty says that a backup can only be restored into a database that holds nothing.
var ErrNotEmpty = centre.Errorf(centre.Conflict, "store: the database is not empty: a backup is restored into a new one")

// Restore opens a new database at a URL and fills it from a backup: everything or nothing. The leases in it are free, with their epochs, so that the next
// process takes the centre at once.
func Restore(ctx context.Context, o Options, from io.Reader) (r BackupResult, err error) {
	pack, err := gzip.NewReader(bufio.NewReaderSize(from, 1<<16))
	if err != nil {
		return r, centre.Errorf(centre.Invalid, "store: this is not a backup: %w", err)
	}
	in := &backupReader{sum: sha256.New(), from: bufio.NewReaderSize(pack, 1<<16)}
	if err := in.line(&r.BackupHead); err != nil || r.Form == 0 {
		return r, centre.Errorf(centre.Invalid, "store: this is not a backup: it does not begin with what it is")
	}
	if r.Form != backupForm {
		return r, centre.Errorf(centre.Invalid, "store: the backup is of form %d, and this program reads %d", r.Form, backupForm)
	}
	o.schema = r.Schema
	db, err := Open(ctx, o)
	if err != nil {
		return r, err
	}
	err = db.fill(ctx, in)
	r.Tables, r.Rows, r.SHA256 = in.tables, in.rows, in.end.SHA256
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return r, explain("restore", err)
	}
	o.schema = 0
	if db, err = Open(ctx, o); err != nil { // the schema goes on to today's
		return r, err
	}
	return r, db.Close()
}

// fill loads every table in one transaction, so that what fails leaves nothing behind.
func (db *DB) fill(ctx context.Context, in *backupReader) error {
	w := <-db.updates
	defer func() { db.updates <- w }()
	w.hang = backupTime
	return w.transact(ctx, func(ctx context.Context, tx *Tx) error {
		tables, err := tablesOf(ctx, db, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			var n int64
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+t).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return ErrNotEmpty
			}
		}
		if err := in.tablesInto(ctx, db, tx, tables); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE lease SET owner = '', node = '', addr = ''`)
		return err
	})
}

type backupReader struct {
	from   *bufio.Reader
	sum    hash.Hash
	tables int
	rows   int64
	end    backupEnd
}

// raw reads one line without its end.
func (r *backupReader) raw() ([]byte, error) {
	text, err := r.from.ReadBytes('\n')
	if err != nil {
		return nil, centre.Errorf(centre.Invalid, "store: the backup ends before its end, after %d rows", r.rows)
	}
	return text, nil
}

func (r *backupReader) line(v any) error {
	text, err := r.raw()
	if err != nil {
		return err
	}
	r.sum.Write(text)
	return json.Unmarshal(text, v)
}

// tablesInto reads tables until the end, and checks that.
func (r *backupReader) tablesInto(ctx context.Context, db *DB, tx *Tx, known []string) error {
	var table restoredTable
	for {
		text, err := r.raw()
		if err != nil {
			return err
		}
		if text[0] == '[' {
			r.sum.Write(text)
			r.rows++
			if err := table.add(ctx, tx, text); err != nil {
				return centre.Errorf(centre.Invalid, "store: row %d, of table %s: %w", r.rows, table.name, err)
			}
			continue
		}
		if err := table.flush(ctx, tx); err != nil {
			return err
		}
		var next struct {
			backupTable
			backupEnd
		}
		if err := json.Unmarshal(text, &next); err != nil {
			return centre.Errorf(centre.Invalid, "store: after row %d the backup cannot be read: %w", r.rows, err)
		}
		if next.Table == "" {
			r.end = next.backupEnd
			if sum := hex.EncodeToString(r.sum.Sum(nil)); sum != r.end.SHA256 || r.rows != r.end.Rows {
				return centre.Errorf(centre.Invalid, "store: the backup is damaged: %d rows with the sum %s, it says %d with %s", r.rows, sum, r.end.Rows, r.end.SHA256)
			}
			return nil
		}
		r.sum.Write(text)
		r.tables++
		if !slices.Contains(known, next.Table) {
			return centre.Errorf(centre.Invalid, "store: the backup has a table %q that its schema does not", next.Table)
		}
		if table, err = newRestoredTable(ctx, db, tx, next.backupTable); err != nil {
			return err
		}
	}
}

// restoredTable gathers rows of one table and inserts them many at a time.
type restoredTable struct {
	name    string
	columns int
	bulk    *Bulk
	args    []any
}

func newRestoredTable(ctx context.Context, db *DB, tx *Tx, t backupTable) (r restoredTable, err error) {
	rows, err := tx.Query(ctx, `SELECT * FROM `+t.Table+` WHERE 1 = 0`)
	if err != nil {
		return r, err
	}
	have, err := rows.Columns()
	rows.Close()
	if err != nil {
		return r, err
	}
	for _, c := range t.Columns {
		if !slices.Contains(have, c) {
			return r, centre.Errorf(centre.Invalid, "store: the backup's table %s has a column %q that its schema does not", t.Table, c)
		}
	}
	return restoredTable{name: t.Table, columns: len(t.Columns), bulk: NewBulk(len(t.Columns), fmt.Sprintf("INSERT INTO %s (%s)", t.Table, strings.Join(t.Columns, ", ")), "")}, nil
}

func (t *restoredTable) add(ctx context.Context, tx *Tx, text []byte) error {
	if t.bulk == nil {
		return errors.New("a row before its table")
	}
	values := json.NewDecoder(bytes.NewReader(text))
	values.UseNumber()
	var row []any
	if err := values.Decode(&row); err != nil {
		return err
	}
	if len(row) != t.columns {
		return fmt.Errorf("%d values for %d columns", len(row), t.columns)
	}
	for _, v := range row {
		v, err := restoredValue(v)
		if err != nil {
			return err
		}
		t.args = append(t.args, v)
	}
	if len(t.args) >= bulkRows*t.columns {
		return t.flush(ctx, tx)
	}
	return nil
}

func (t *restoredTable) flush(ctx context.Context, tx *Tx) error {
	if t.bulk == nil || len(t.args) == 0 {
		return nil
	}
	_, err := t.bulk.Exec(ctx, tx, t.args)
	t.args = t.args[:0]
	return err
}

func restoredValue(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		return v.Float64()
	case map[string]any:
		var b struct {
			Bytes []byte `json:"bytes"`
		}
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, &b)
		}
		return b.Bytes, err
	default:
		return v, nil
	}
}
