package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

// Finding is one thing that was looked at.
type Finding struct {
	What  string `json:"what"`
	State State  `json:"state"`
	Text  string `json:"text"`
}

// State says how something was found.
type State string

// How something was found.
const (
	Fine    State = "ok"
	Warning State = "warning" // look at it soon
	Fault   State = "fault"   // it does not work, or will lose something
)

// Check looks at an open database and at one centre's log in it: its settings, its schema, the lease, whether the end of the log is whole, its snapshots, its
// size, and its clock beside now. It changes nothing and may be called while the centre runs.
func (db *DB) Check(ctx context.Context, domain centre.ID, now time.Time) (found []Finding) {
	add := func(what string, state State, format string, args ...any) {
		found = append(found, Finding{what, state, fmt.Sprintf(format, args...)})
	}
	if err := db.Ping(ctx); err != nil {
		add("database", Fault, "%v", err)
		return found
	}
	version, err := db.versionText(ctx)
	if err != nil {
		add("database", Fault, "%v", err)
		return found
	}
	add("database", Fine, "%s, %s", db.name, version)
	found = append(found, db.checkSchema(ctx))
	lease, err := db.PeekLease(ctx, domain)
	switch {
	case centre.KindOf(err) == centre.Missing:
		add("log", Warning, "the centre has never been opened")
		return append(found, db.checkSize(ctx), db.checkClock(ctx, now))
	case err != nil:
		add("log", Fault, "%v", err)
		return found
	case lease.Owner == "":
		add("lease", Fine, "epoch %d, nobody owns the centre", lease.Epoch)
	default:
		add("lease", Fine, "epoch %d, owned by %s at %s", lease.Epoch, lease.Node, lease.Addr)
	}
	found = append(found, db.checkLog(ctx, domain, lease), db.checkSnapshot(ctx, domain, lease), db.checkSize(ctx), db.checkClock(ctx, now))
	if ahead := lease.LastAt.Time().Sub(now); ahead > 2*time.Second {
		add("log's time", Warning, "the log has come to a time that is %v ahead of this machine's clock: the centre's time goes on from there, slower", ahead.Round(time.Second))
	}
	return found
}

func (db *DB) versionText(ctx context.Context) (version string, err error) {
	query := `SELECT 'SQLite ' || sqlite_version()`
	if db.kind == PostgreSQL {
		query = `SELECT 'PostgreSQL ' || current_setting('server_version') || ', synchronous_commit ' || current_setting('synchronous_commit')`
	}
	err = db.read.QueryRowContext(ctx, query).Scan(&version)
	return version, explain("version", err)
}

func (db *DB) checkSchema(ctx context.Context) Finding {
	var have, newest int64
	if err := db.read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&have); err != nil {
		return Finding{"schema", Fault, explain("schema", err).Error()}
	}
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		return Finding{"schema", Fault, err.Error()}
	}
	for _, n := range names {
		var v int64
		if _, err := fmt.Sscanf(n.Name(), "%d_", &v); err == nil {
			newest = max(newest, v)
		}
	}
	switch {
	case have > newest:
		return Finding{"schema", Fault, fmt.Sprintf("version %d, and this program knows %d: run the newer program", have, newest)}
	case have < newest:
		return Finding{"schema", Warning, fmt.Sprintf("version %d: the next start brings it to %d", have, newest)}
	}
	return Finding{"schema", Fine, fmt.Sprintf("version %d", have)}
}

// checkedEntries is how much of the log's end is read.
const checkedEntries = 20_000

func (db *DB) checkLog(ctx context.Context, domain centre.ID, lease Lease) Finding {
	last := lease.NextSeq - 1
	from := max(0, last-checkedEntries)
	order := journal.Sequence{Last: from}
	err := db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return eachEntry(ctx, tx, domain, from, last, order.Next)
	})
	if err == nil && order.Last != last {
		err = fmt.Errorf("it ends at entry %d, the lease says %d", order.Last, last)
	}
	if err != nil {
		return Finding{"log", Fault, err.Error()}
	}
	return Finding{"log", Fine, fmt.Sprintf("%d entries, the last %d of them read and found whole, up to %s", last, last-from, lease.LastAt.Time().Format(time.RFC3339))}
}

func (db *DB) checkSnapshot(ctx context.Context, domain centre.ID, lease Lease) (f Finding) {
	f = Finding{What: "snapshot", State: Fine}
	err := db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var seq int64
		var body []byte
		err := tx.QueryRow(ctx, `SELECT seq, body FROM snapshot WHERE domain = $1 ORDER BY seq DESC LIMIT 1`, domain).Scan(&seq, &body)
		if centre.KindOf(explain("snapshot", err)) == centre.Missing {
			f.Text = "none yet"
			return nil
		}
		if err == nil {
			_, err = journal.ParseSnapshot(body)
		}
		f.Text = fmt.Sprintf("of entry %d, %d entries ago, %d kB", seq, lease.NextSeq-1-seq, len(body)>>10)
		return err
	})
	if err != nil {
		return Finding{"snapshot", Warning, err.Error() + ": an earlier one or the whole log is read instead"}
	}
	return f
}

func (db *DB) checkSize(ctx context.Context) Finding {
	data, writes, err := db.Size(ctx)
	switch {
	case err != nil:
		return Finding{"size", Fault, err.Error()}
	case writes > 512<<20:
		return Finding{"size", Warning, fmt.Sprintf("%d MB, and %d MB of log of writes: a long reader keeps it from being emptied", data>>20, writes>>20)}
	}
	return Finding{"size", Fine, fmt.Sprintf("%d MB, log of writes %d MB", data>>20, writes>>20)}
}

// checkClock compares this machine's clock with the database server's, and asks the system whether the clock is kept by a time server.
func (db *DB) checkClock(ctx context.Context, now time.Time) Finding {
	if db.kind == PostgreSQL {
		var theirs float64
		began := time.Now()
		if err := db.read.QueryRowContext(ctx, `SELECT extract(epoch FROM clock_timestamp())::float8`).Scan(&theirs); err != nil {
			return Finding{"clock", Fault, explain("clock", err).Error()}
		}
		took := time.Since(began)
		apart := time.Duration(theirs*float64(time.Second)) - time.Duration(now.UnixNano())
		if apart.Abs() > 2*time.Second+took {
			return Finding{"clock", Warning, fmt.Sprintf("the database server's clock is %v from this machine's", apart.Round(time.Millisecond))}
		}
	}
	kept, known := clockIsKept()
	switch {
	case !known:
		return Finding{"clock", Fine, now.UTC().Format(time.RFC3339)}
	case !kept:
		return Finding{"clock", Warning, now.UTC().Format(time.RFC3339) + ", and no time server keeps it, as far as the system knows"}
	}
	return Finding{"clock", Fine, now.UTC().Format(time.RFC3339) + ", kept by a time server"}
}

// The disk's limits: below them it is full soon, or so slow that every command waits.
const (
	littleSpace = 1 << 30
	slowSync    = 50 * time.Millisecond
)

// CheckFolder looks at the disk under a folder: whether it can be written, how much room there is, and how long a write takes until it is safe.
func CheckFolder(folder string) Finding {
	probe := filepath.Join(folder, ".check")
	took, err := syncTimes(probe)
	os.Remove(probe)
	if err != nil {
		return Finding{"disk", Fault, err.Error()}
	}
	median, worst := took[len(took)/2], took[len(took)-1]
	text := fmt.Sprintf("%s: a write is safe after %v, %v at worst", folder, median.Round(time.Microsecond), worst.Round(time.Microsecond))
	state := Fine
	if median > slowSync {
		state = Warning
	}
	free, err := freeSpace(folder)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
	case err != nil:
		return Finding{"disk", Fault, err.Error()}
	default:
		text += fmt.Sprintf("; %d MB free", free>>20)
		if free < littleSpace {
			state = Warning
		}
	}
	return Finding{"disk", state, text}
}

// syncTimes writes a page and syncs it, twenty times; the times are sorted.
func syncTimes(path string) (took []time.Duration, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	page := make([]byte, 4096)
	for i := range 20 {
		began := time.Now()
		if _, err := f.WriteAt(page, int64(i*len(page))); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took, nil
}
