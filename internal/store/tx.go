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
	pipe   *pipe       // statements on their way to PostgreSQL together; nil for none
	failed error       // the first statement that failed
}

// Exec runs a statement and returns the number of rows that it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if t.pipe != nil {
		t.pipe.queue(query, args)
		n, err := t.pipe.flush(ctx)
		return n, t.fail(err)
	}
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

// Send runs a statement whose number of rows does not matter. PostgreSQL gets it together with the statements that follow, in one round trip, so that
// its error may come from a later one or from the commit.
func (t *Tx) Send(ctx context.Context, query string, args ...any) error {
	if t.pipe != nil {
		t.pipe.queue(query, args)
		return nil
	}
	_, err := t.Exec(ctx, query, args...)
	return err
}

// flush lets everything that was sent take place.
func (t *Tx) flush(ctx context.Context) error {
	if t.pipe == nil {
		return nil
	}
	_, err := t.pipe.flush(ctx)
	return t.fail(err)
}

// Query runs a query; the rows must be closed before the next statement.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	rows, err := t.run.QueryContext(ctx, bind(query, t.lite), args...)
	return rows, t.fail(err)
}

// QueryRow runs a query for one row; Scan gives sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if err := t.flush(ctx); err != nil {
		ended, end := context.WithCancel(ctx)
		end() // the transaction has failed: so does this
		ctx = ended
	}
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

// bind turns $1 into ?1 for SQLite, or into a bare ? where the marks stand in order, since SQLite looks numbered marks up one by one and a statement
// of many rows would take time with their square. Queries are constants of the program and a few row counts, so every one is turned once.
func bind(query string, lite bool) string {
	if !lite {
		return query
	}
	if b, ok := bound.Load(query); ok {
		return b.(string)
	}
	last, inOrder := 0, true
	for _, m := range mark.FindAllStringSubmatch(query, -1) {
		n, _ := strconv.Atoi(m[1])
		inOrder = inOrder && n == last+1
		last = n
	}
	b := mark.ReplaceAllString(query, map[bool]string{true: "?", false: "?$1"}[inOrder])
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

// Bulk is an INSERT of many rows in one statement. Rows are sent in groups whose sizes are powers of two, so that a few prepared texts serve every
// number of rows. It may be used from any goroutine.
type Bulk struct {
	head    string
	columns int
	tail    string
	mu      sync.Mutex
	texts   map[int]string
}

// NewBulk makes a Bulk of rows of so many columns. Head is "INSERT INTO t (a, b)", tail what stands after the rows, such as "ON CONFLICT ...";
// within one statement a key must not come twice.
func NewBulk(columns int, head, tail string) *Bulk {
	return &Bulk{columns: columns, head: head, tail: tail, texts: map[int]string{}}
}

// bulkRows and bulkMarks are the most rows and the most marks that one statement takes.
const (
	bulkRows  = 256
	bulkMarks = 30_000
)

// Exec inserts rows, whose columns stand one after the other in args, and returns the number of rows changed.
func (b *Bulk) Exec(ctx context.Context, tx *Tx, args []any) (changed int64, err error) {
	err = b.groups(args, func(query string, args []any) error {
		n, err := tx.Exec(ctx, query, args...)
		changed += n
		return err
	})
	return changed, err
}

// Send inserts rows as Exec does, and by Tx.Send.
func (b *Bulk) Send(ctx context.Context, tx *Tx, args []any) error {
	return b.groups(args, func(query string, args []any) error { return tx.Send(ctx, query, args...) })
}

func (b *Bulk) groups(args []any, f func(query string, args []any) error) error {
	rows := len(args) / b.columns
	most := bulkRows
	for most*b.columns > bulkMarks {
		most /= 2
	}
	for size := most; rows > 0; size /= 2 {
		for ; rows >= size; rows -= size {
			if err := f(b.text(size), args[:size*b.columns]); err != nil {
				return err
			}
			args = args[size*b.columns:]
		}
	}
	return nil
}

func (b *Bulk) text(rows int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t, ok := b.texts[rows]; ok {
		return t
	}
	var s strings.Builder
	s.WriteString(b.head + " VALUES ")
	n := 0
	for r := range rows {
		for c := range b.columns {
			n++
			switch {
			case c > 0:
				s.WriteString(",$")
			case r > 0:
				s.WriteString("),($")
			default:
				s.WriteString("($")
			}
			s.WriteString(strconv.Itoa(n))
		}
	}
	s.WriteString(") " + b.tail)
	b.texts[rows] = s.String()
	return b.texts[rows]
}
