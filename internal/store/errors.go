package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sentral/internal/centre"
)

// explain gives a database's error its kind and says what was being done; errors that have a kind already pass unchanged.
func explain(operation string, err error) error {
	if err == nil {
		return nil
	}
	var known *centre.Error
	if errors.As(err, &known) || centre.KindOf(err) != centre.Internal {
		return err
	}
	return centre.Errorf(kindOf(err), "store: %s: %w", operation, err)
}

// kindOf reads what a database's error means: Unavailable when the database itself is in trouble, Conflict when the statement ran into what
// is there, Missing when a row is, and Internal when the statement is wrong.
func kindOf(err error) centre.Kind {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return centre.Missing
	case errors.Is(err, ErrUnknown), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return centre.Unavailable
	case errors.As(err, &pg):
		return kindOfPostgres(pg.Code)
	case errors.As(err, &lite):
		return kindOfSQLite(lite.Code())
	case errors.Is(err, sql.ErrTxDone), errors.Is(err, sql.ErrConnDone):
		return centre.Unavailable
	}
	var scan interface{ Timeout() bool } // a broken socket, a refused connection, a name that does not resolve
	if errors.As(err, &scan) {
		return centre.Unavailable
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || pgconn.SafeToRetry(err) || brokenPipe(err) {
		return centre.Unavailable
	}
	return centre.Internal
}

func kindOfPostgres(code string) centre.Kind {
	if code == "25006" { // the server has become a standby
		return centre.Unavailable
	}
	if len(code) < 2 {
		return centre.Internal
	}
	switch code[:2] {
	case "23":
		return centre.Conflict
	case "08", "40", "53", "55", "57", "58", "XX":
		return centre.Unavailable
	default:
		return centre.Internal
	}
}

func kindOfSQLite(code int) centre.Kind {
	switch code & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return centre.Conflict
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT:
		return centre.Unavailable
	default:
		return centre.Internal
	}
}

// definite tells whether a failed COMMIT certainly did nothing: the server found a conflict and rolled back.
func definite(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code[:2] == "23" || pg.Code[:2] == "40")
}

// brokenPipe tells whether the connection ended under a statement.
func brokenPipe(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn)
}
