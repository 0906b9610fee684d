package live_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// BenchmarkDurable measures durable events through the whole path (Do, engine, log, contact rows, counters, feed) beside the raw store's figure: the same
// number of clients, one committer that drains its channel, a fence, an event of 165 bytes, the command that was done, one contact row and
// one interval row in the schema that the design was measured with. The lean store leaves out commands and secondary indexes. The ratio is
// what counts, since machines are noisy; cpu-µs is processor time of this process for each event.
func BenchmarkDurable(b *testing.B) {
	databases := map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgresql": storetest.PostgreSQL}
	for _, name := range []string{"sqlite", "postgresql"} {
		for _, clients := range []int{16, 64, 256, 1024} {
			run := func(path string, f func(*testing.B, string)) {
				b.Run(fmt.Sprintf("%s/clients=%d/%s", name, clients, path), func(b *testing.B) { f(b, databases[name](b)) })
			}
			run("raw", func(b *testing.B, url string) { benchRaw(b, url, clients, false) })
			run("lean", func(b *testing.B, url string) { benchRaw(b, url, clients, true) })
			run("whole", func(b *testing.B, url string) { benchWhole(b, url, clients) })
		}
	}
}

// report prints events a second and the times from asking to the answer.
func report(b *testing.B, times [][]time.Duration, took, cpu time.Duration) {
	all := slices.Concat(times...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/took.Seconds(), "ev/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs")
	b.ReportMetric(0, "ns/op")
}

func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// clientsDo lets so many clients do b.N things between them, each waiting for its answer, and reports.
func clientsDo(b *testing.B, clients int, one func(client, n int)) {
	var left atomic.Int64
	left.Store(int64(b.N))
	times := make([][]time.Duration, clients)
	var wg sync.WaitGroup
	b.ResetTimer()
	began, cpu := time.Now(), processorTime()
	for i := range clients {
		wg.Go(func() {
			for n := 0; left.Add(-1) >= 0; n++ {
				asked := time.Now()
				one(i, n)
				times[i] = append(times[i], time.Since(asked))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	b.StopTimer()
	report(b, times, took, processorTime()-cpu)
}

// benchWhole takes contacts through arrival, acceptance, end and wrap-up, each an event of its own by Do.
func benchWhole(b *testing.B, url string, clients int) {
	db := storetest.Open(b, url)
	c, _ := start(b, db, live.Options{Caution: time.Nanosecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	open(b, c, min(clients, 700))
	work, before := make([]routing.Event, clients), c.Figures()
	clientsDo(b, clients, func(client, n int) {
		e := work[client]
		_, err := c.Do(ctx, live.Command{Client: fmt.Sprint("c", client), ID: fmt.Sprint(n), Plan: func(p *live.Plan) error {
			if e.Kind == routing.NoEvent {
				e = routing.Event{Kind: routing.Arrived, Contact: p.NewContact(), Queue: 1, Channel: centre.Chat}
			}
			work[client] = nextWork(e, p.Step(e))
			return nil
		}})
		if err != nil {
			b.Error(err)
		}
	})
	after := c.Figures()
	b.ReportMetric(float64(after.Entries-before.Entries)/float64(after.Commits-before.Commits), "batch")
}

// nextWork is the event that follows on an event of a contact in a day without trouble; none when it is over.
func nextWork(e routing.Event, decisions []routing.Decision) routing.Event {
	switch e.Kind {
	case routing.Arrived:
		for _, d := range decisions {
			if d.Kind == routing.Offered && d.Contact == e.Contact {
				return routing.Event{Kind: routing.Accepted, Contact: d.Contact, Agent: d.Agent, Offer: d.Offer}
			}
		}
		return routing.Event{Kind: routing.Abandoned, Contact: e.Contact}
	case routing.Accepted:
		return routing.Event{Kind: routing.Ended, Contact: e.Contact, Agent: e.Agent}
	case routing.Ended:
		return routing.Event{Kind: routing.WrappedUp, Contact: e.Contact, Agent: e.Agent, Reason: 4, Outcome: routing.Solved}
	default:
		return routing.Event{}
	}
}

// rawEvent is what one client of the raw store wants written.
type rawEvent struct {
	client, n, contact int64
	done               chan struct{}
}

// rawSchema is the schema that the design measured its stores with: lease, events, the commands that were done, contacts with three indexes, and intervals.
var rawSchema = []string{
	`CREATE TABLE raw_lease (domain BIGINT NOT NULL, epoch BIGINT NOT NULL, next_seq BIGINT NOT NULL, PRIMARY KEY (domain)) /*clustered*/`,
	`INSERT INTO raw_lease VALUES (1, 1, 1)`,
	`CREATE TABLE raw_event (domain BIGINT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL, at BIGINT NOT NULL, day BIGINT NOT NULL,
		kind TEXT NOT NULL, contact BIGINT NOT NULL, agent BIGINT NOT NULL, client TEXT, command BIGINT, body JSONB NOT NULL,
		PRIMARY KEY (domain, seq)) /*clustered*/`,
	`CREATE INDEX raw_event_contact ON raw_event (domain, contact, seq)`,
	`CREATE TABLE raw_command (domain BIGINT NOT NULL, client TEXT NOT NULL, command BIGINT NOT NULL, seq BIGINT NOT NULL,
		PRIMARY KEY (domain, client, command)) /*clustered*/`,
	`CREATE TABLE raw_contact (domain BIGINT NOT NULL, id BIGINT NOT NULL, created BIGINT NOT NULL, queue BIGINT, channel BIGINT, agent BIGINT,
		state TEXT, answered BIGINT, ended BIGINT, wait_ms BIGINT, talk_ms BIGINT, wrap_ms BIGINT, outcome BIGINT, customer TEXT,
		attrs JSONB NOT NULL, PRIMARY KEY (domain, id)) /*clustered*/`,
	`CREATE INDEX raw_contact_queue ON raw_contact (domain, queue, created)`,
	`CREATE INDEX raw_contact_agent ON raw_contact (domain, agent, created)`,
	`CREATE INDEX raw_contact_customer ON raw_contact (domain, customer, created)`,
	`CREATE TABLE raw_iv (domain BIGINT, bucket BIGINT, queue BIGINT, channel BIGINT, offered BIGINT, answered BIGINT, wait_ms BIGINT,
		PRIMARY KEY (domain, bucket, queue, channel)) /*clustered*/`,
}

func benchRaw(b *testing.B, url string, clients int, lean bool) {
	db := storetest.Open(b, url)
	clustered := map[store.Kind]string{store.SQLite: "WITHOUT ROWID"}[db.Kind()]
	if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, q := range rawSchema {
			if lean && (strings.HasPrefix(q, "CREATE INDEX") || strings.Contains(q, "raw_command")) {
				continue
			}
			if _, err := tx.Exec(ctx, strings.ReplaceAll(q, "/*clustered*/", clustered)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	in := make(chan *rawEvent, 4*clients)
	ended := make(chan struct{})
	go func() { defer close(ended); rawCommitter(b, db, in, lean) }()
	clientsDo(b, clients, func(client, n int) { // four events a contact, one after the other
		e := &rawEvent{client: int64(client), n: int64(n), contact: int64(n/4*clients + client), done: make(chan struct{}, 1)}
		in <- e
		<-e.done
	})
	close(in)
	<-ended
}

func rawCommitter(b *testing.B, db *store.DB, in chan *rawEvent, lean bool) {
	seq := int64(1)
	for e := range in {
		batch := []*rawEvent{e}
		for more := true; more && len(batch) < 256; {
			select {
			case e, ok := <-in:
				if more = ok; ok {
					batch = append(batch, e)
				}
			default:
				more = false
			}
		}
		if err := db.Update(ctx, rawWrite(seq, batch, lean)); err != nil {
			b.Error(err)
			return
		}
		seq += int64(len(batch))
		for _, e := range batch {
			e.done <- struct{}{}
		}
	}
}

var (
	rawEvents   = store.NewBulk(11, `INSERT INTO raw_event (domain, seq, epoch, at, day, kind, contact, agent, client, command, body)`, ``)
	rawCommands = store.NewBulk(4, `INSERT INTO raw_command (domain, client, command, seq)`, ``)
	rawContacts = store.NewBulk(15, `INSERT INTO raw_contact (domain, id, created, queue, channel, agent, state, answered, ended, wait_ms, talk_ms, wrap_ms,
		outcome, customer, attrs)`, `ON CONFLICT (domain, id) DO UPDATE SET agent = excluded.agent, state = excluded.state, answered = excluded.answered,
		ended = excluded.ended, wait_ms = excluded.wait_ms, talk_ms = excluded.talk_ms, wrap_ms = excluded.wrap_ms, outcome = excluded.outcome`)
	rawIntervals = store.NewBulk(7, `INSERT INTO raw_iv (domain, bucket, queue, channel, offered, answered, wait_ms)`,
		`ON CONFLICT (domain, bucket, queue, channel) DO UPDATE SET offered = raw_iv.offered + excluded.offered,
		 answered = raw_iv.answered + excluded.answered, wait_ms = raw_iv.wait_ms + excluded.wait_ms`)
)

// rawWrite is one transaction of the raw store. Intervals are summed up beforehand.
func rawWrite(seq int64, batch []*rawEvent, lean bool) store.Write {
	return func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE raw_lease SET next_seq = $1 WHERE domain = 1 AND epoch = 1 AND next_seq = $2`, seq+int64(len(batch)), seq)
		if err != nil || n != 1 {
			return fmt.Errorf("fenced: %w", err)
		}
		const at = int64(1_750_000_000_000)
		var events, commands, contacts, intervals []any
		counts := map[int64]int64{}
		for i, e := range batch {
			agent := int64(0)
			if e.n%4 > 0 {
				agent = e.client%700 + 1
			}
			client := fmt.Sprint("c", e.client)
			events = append(events, int64(1), seq+int64(i), int64(1), at, at/86_400_000, "assigned", e.contact, agent, client, e.n, fmt.Sprintf(
				`{"contact":%d,"queue":%d,"agent":%d,"channel":"voice","from":"+4799%07d","skills":["billing","nb"],"priority":5,"reason":"longest-idle","wait_ms":%d}`,
				e.contact, e.contact%60, agent, e.contact%2_000_000, e.n%90_000))
			commands = append(commands, int64(1), client, e.n, seq+int64(i))
			contacts = append(contacts, int64(1), e.contact, at, e.contact%60, int64(1), agent, "talking", at, at, e.n%90_000, int64(0), int64(0), int64(1),
				fmt.Sprintf("+4799%07d", e.contact%2_000_000), `{"lang":"nb","skill":"billing","topic":"invoice"}`)
			counts[e.contact%60]++
		}
		for queue, n := range counts {
			intervals = append(intervals, int64(1), at/900_000, queue, int64(1), n, n, n*100)
		}
		if lean {
			commands = nil
		}
		for _, part := range []struct {
			into *store.Bulk
			rows []any
		}{{rawEvents, events}, {rawCommands, commands}, {rawContacts, contacts}, {rawIntervals, intervals}} {
			if err := part.into.Send(ctx, tx, part.rows); err != nil {
				return err
			}
		}
		return nil
	}
}
