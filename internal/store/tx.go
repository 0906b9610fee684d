package store

import (
	"context"
	"database/sql"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// runner is what sql.Tx, sql.Conn and sql.DB have in common.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx is a transaction. SQL is written once, with the marks $1, $2 ...; the rules for it are in docs/adr (portable SQL). It belongs to one goroutine.
type Tx struct {
	run    runner
	lite   bool
	keep   *statements // prepared statements of a SQLite writer; nil for none
	failed error       // the first statement that failed
}

// Exec runs a statement and returns the number of rows that it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var (
		res sql.Result
		err error
	)
	if t.keep != nil {
		var s *sql.Stmt
		if s, err = t.keep.prepare(ctx, query); err == nil {
			res, err = s.ExecContext(ctx, args...)
		}
	} else {
		res, err = t.run.ExecContext(ctx, bind(query, t.lite), args...)
	}
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := res.RowsAffected()
	return n, t.fail(err)
}

// Query runs a query; the rows must be closed before the next statement.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.run.QueryContext(ctx, bind(query, t.lite), args...)
	return rows, t.fail(err)
}

// QueryRow runs a query for one row; Scan gives sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.run.QueryRowContext(ctx, bind(query, t.lite), args...)
}

// Each runs a query and calls row for every row; row scans it.
func (t *Tx) Each(ctx context.Context, row func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return t.fail(rows.Err())
}

func (t *Tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

var (
	mark  = regexp.MustCompile(`\$(\d+)`)
	bound sync.Map // query -> query with SQLite's marks
)

// bind turns $1 into ?1 for SQLite. Queries are constants of the program and a few row counts, so every one is turned once.
func bind(query string, lite bool) string {
	if !lite {
		return query
	}
	if b, ok := bound.Load(query); ok {
		return b.(string)
	}
	b := mark.ReplaceAllString(query, "?$1")
	bound.Store(query, b)
	return b
}

// statements keeps the prepared statements of one SQLite connection, which would else be compiled anew each time.
type statements struct {
	conn *sql.Conn
	byID map[string]*sql.Stmt
}

// keptStatements is how many statements are kept; beyond it all are forgotten and prepared again as they come.
const keptStatements = 512

func (s *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := s.byID[query]; ok {
		return st, nil
	}
	if len(s.byID) >= keptStatements {
		s.forget()
	}
	st, err := s.conn.PrepareContext(ctx, bind(query, true))
	if err == nil {
		s.byID[query] = st
	}
	return st, err
}

func (s *statements) forget() {
	for _, st := range s.byID {
		st.Close()
	}
	clear(s.byID)
}

// bulk is an INSERT of many rows in one statement. Rows are sent in groups whose sizes are powers of two, so that a few prepared texts serve every
// number of rows.
type bulk struct {
	head    string // INSERT INTO t(columns)
	columns int
	tail    string // ON CONFLICT ...
	mu      sync.Mutex
	texts   map[int]string
}

// bulkRows is the most rows that one statement takes.
const bulkRows = 256

// exec inserts rows, whose columns stand one after the other in args, and returns the number of rows changed.
func (b *bulk) exec(ctx context.Context, tx *Tx, args []any) (int64, error) {
	var changed int64
	rows := len(args) / b.columns
	most := bulkRows
	for most*b.columns > 30_000 {
		most /= 2
	}
	for size := most; rows > 0; size /= 2 {
		for rows >= size {
			n, err := tx.Exec(ctx, b.text(size), args[:size*b.columns]...)
			if err != nil {
				return changed, err
			}
			changed += n
			args = args[size*b.columns:]
			rows -= size
		}
	}
	return changed, nil
}

func (b *bulk) text(rows int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t, ok := b.texts[rows]; ok {
		return t
	}
	var s strings.Builder
	s.WriteString(b.head + " VALUES ")
	n := 0
	for r := range rows {
		if r > 0 {
			s.WriteByte(',')
		}
		s.WriteByte('(')
		for c := range b.columns {
			if c > 0 {
				s.WriteByte(',')
			}
			n++
			s.WriteString("$" + strconv.Itoa(n))
		}
		s.WriteByte(')')
	}
	s.WriteString(" " + b.tail)
	if b.texts == nil {
		b.texts = map[int]string{}
	}
	b.texts[rows] = s.String()
	return s.String()
}
