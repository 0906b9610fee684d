package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"sentral/internal/centre"
)

// updateWriters is how many connections Update has on PostgreSQL.
const updateWriters = 4

func (db *DB) openPostgres(ctx context.Context, o Options) error {
	db.kind = PostgreSQL
	u, err := url.Parse(o.URL)
	if err != nil {
		return centre.Errorf(centre.Invalid, "store: the database's URL cannot be read") // the cause would show the password
	}
	db.name = u.Redacted()
	q := u.Query()
	if !q.Has("target_session_attrs") && !o.ReadOnly {
		q.Set("target_session_attrs", "read-write")
	}
	if !q.Has("connect_timeout") {
		q.Set("connect_timeout", "2")
	}
	if !q.Has("application_name") {
		q.Set("application_name", "sentral")
	}
	u.RawQuery = q.Encode()
	cfg, err := pgx.ParseConfig(u.String())
	if err != nil {
		return centre.Errorf(centre.Invalid, "store: %s: %s", db.name, strings.ReplaceAll(err.Error(), o.URL, db.name))
	}
	open := func(settings map[string]string) *sql.DB {
		c := cfg.Copy()
		for k, v := range settings {
			c.RuntimeParams[k] = v
		}
		return sql.OpenDB(o.Between(&pgConnector{cfg: c, log: o.Log}))
	}
	if !o.ReadOnly {
		// A node that is paused inside a transaction would hold the lease's row against its successor: the server ends such a session.
		settings := map[string]string{"idle_in_transaction_session_timeout": "3000"}
		db.updates = make(chan *writer, updateWriters)
		for i := range updateWriters + 1 {
			w := &writer{kind: PostgreSQL, pool: open(settings), hang: o.Hang}
			w.pool.SetMaxIdleConns(0)
			db.closers = append(db.closers, w.close)
			if i == 0 {
				db.journal = w
			} else {
				db.updates <- w
			}
		}
	}
	db.read = open(nil)
	db.read.SetMaxOpenConns(o.Readers)
	db.read.SetMaxIdleConns(o.Readers)
	db.read.SetConnMaxLifetime(10 * time.Minute)
	db.closers = append(db.closers, db.read.Close)
	return db.checkPostgres(ctx)
}

// checkPostgres refuses a server that would not keep its commits.
func (db *DB) checkPostgres(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var value string
		if err := db.read.QueryRowContext(ctx, "SHOW "+setting).Scan(&value); err != nil {
			return explain("open "+db.name, err)
		}
		if value == "off" {
			return centre.Errorf(centre.Invalid, "store: %s: %s is off, and a crash of the server would lose what was acknowledged", db.name, setting)
		}
	}
	return nil
}

// pgConnector opens connections whose socket can be cut, that listen for the server's warnings, and that can never dial a second time: pgx dials its
// cancel requests by itself, and a cancelled wait for the standby shows others a commit that may yet be lost.
type pgConnector struct {
	cfg *pgx.ConnConfig
	log *slog.Logger
}

// Driver implements driver.Connector.
func (c *pgConnector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// Connect implements driver.Connector.
func (c *pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	cfg := c.cfg.Copy()
	var sealed atomic.Bool
	dialer := &net.Dialer{KeepAlive: 5 * time.Second, Timeout: cfg.ConnectTimeout, Control: giveUpUnanswered}
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if sealed.Load() {
			return nil, errors.New("this connection dials once only")
		}
		return dialer.DialContext(ctx, network, address)
	}
	l := &leash{}
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.Code == "01000" && strings.Contains(n.Message, "synchronous replication") {
			l.doubt.Store(true)
		}
		c.log.Warn("the database says", "severity", n.Severity, "code", n.Code, "message", n.Message)
	}
	conn, err := stdlib.GetConnector(*cfg).Connect(ctx)
	sealed.Store(true)
	if err != nil {
		return nil, err
	}
	pc, ok := conn.(*stdlib.Conn)
	if !ok {
		_ = conn.Close()
		return nil, errors.New("store: the driver's connection is of another kind")
	}
	socket := pc.Conn().PgConn().Conn()
	l.cut = func() { socket.Close() }
	return &pgConn{Conn: pc, leash: l}, nil
}

// pgConn is pgx's connection with its leash.
type pgConn struct {
	*stdlib.Conn
	leash *leash
}

// underneath finds our connection, whatever lies around it.
func underneath(c any) (*pgConn, bool) {
	for {
		switch d := c.(type) {
		case *pgConn:
			return d, true
		case interface{ Unwrap() driver.Conn }:
			c = d.Unwrap()
		default:
			return nil, false
		}
	}
}

// leashOf finds the leash of a PostgreSQL connection.
func leashOf(conn *sql.Conn) (l *leash, err error) {
	err = conn.Raw(func(c any) error {
		pc, ok := underneath(c)
		if !ok {
			return errors.New("store: the connection has no socket to close")
		}
		l = pc.leash
		return nil
	})
	return l, err
}
