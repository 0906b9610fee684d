package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"sentral/internal/engine/live"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// TestSocketBreaksAtEveryMessage breaks the connection at every message of a batch (T4), before it reaches the server and after, so that COMMIT's outcome is
// unknown in both ways: each command takes place once and is answered as done, named or not.
func TestSocketBreaksAtEveryMessage(t *testing.T) {
	direct := storetest.PostgreSQL(t)
	makeDidTable(t, storetest.Open(t, direct))
	proxy, through := storetest.NewProxy(t, direct)
	c, stop := start(t, storetest.Open(t, through), live.Options{TTL: time.Minute, Caution: time.Nanosecond})
	b := newBook(1)
	n, unnamed := 0, 0
	did := func(named bool) {
		cmd := clientCommand(0, n)
		if !named {
			cmd.Client, cmd.ID = "", ""
			unnamed++
		}
		r := must(t, c, cmd)
		b.acks = append(b.acks, ack{0, n, int(r.Seq)})
		n++
	}
	for range 10 {
		did(true) // every statement has been prepared
	}
	for message := 0; ; message++ {
		before := proxy.Broken()
		for _, forward := range []bool{false, true} {
			for _, named := range []bool{true, false} {
				proxy.BreakAfter(message, forward)
				did(named)
			}
		}
		if proxy.Broken() == before {
			t.Logf("a batch is of %d messages; %d commands, %d of them unnamed; %d outcomes were unknown", message, n, unnamed, c.Figures().UnknownEnds)
			break
		}
		if message > 50 {
			t.Fatal("a batch of more than 50 messages")
		}
	}
	proxy.Disarm()
	if c.Figures().UnknownEnds < 4 {
		t.Errorf("only %d outcomes were unknown", c.Figures().UnknownEnds)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	b.verify(t, storetest.Open(t, direct))
}

// failing is a log that tells when the database has failed.
type failing struct {
	slog.Handler
	told func()
}

// Handle implements slog.Handler.
func (f failing) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "the database failed" {
		f.told()
	}
	return f.Handler.Handle(ctx, r)
}

// TestStoppedWhileItRecovers breaks the connection at every message of a batch, stops the centre in that very moment, and breaks the first attempt to recover as well. The
// batch that was under way, of which nobody knows whether it landed, must not leave the agents' counters that it had taken out of memory to the parting turn.
func TestStoppedWhileItRecovers(t *testing.T) {
	direct := storetest.PostgreSQL(t)
	makeDidTable(t, storetest.Open(t, direct))
	proxy, through := storetest.NewProxy(t, direct)
	db := storetest.Open(t, through)
	b, n := newBook(1), 0
	for message := 0; ; message++ {
		before := proxy.Broken()
		for _, forward := range []bool{false, true} {
			run, stop := context.WithCancel(ctx)
			c := live.New(live.Options{Store: db, TTL: time.Minute, Log: slog.New(failing{slog.NewTextHandler(t.Output(), nil), func() {
				stop()
				proxy.BreakAfter(0, false)
			}})})
			ended := make(chan error, 1)
			go func() { ended <- c.Run(run) }()
			waitFor(t, "the centre to open", func() bool { return c.Status().Owner })
			for range 12 {
				b.acks = append(b.acks, ack{0, n, int(must(t, c, clientCommand(0, n)).Seq)})
				n++
			}
			proxy.BreakAfter(message, forward)
			if r, err := c.Do(ctx, clientCommand(0, n)); err == nil {
				b.acks = append(b.acks, ack{0, n, int(r.Seq)})
			}
			n++
			proxy.Disarm()
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			b.verify(t, db)
		}
		if proxy.Broken() == before {
			break
		}
		if message > 50 {
			t.Fatal("a batch of more than 50 messages")
		}
	}
	t.Logf("%d commands, %d acknowledged, %d connections broken", n, len(b.acks), proxy.Broken())
}

// TestCrashOfBackends lets an administrator end and cancel the server's processes at random under load, and stops the centre wherever that has left it (T4).
func TestCrashOfBackends(t *testing.T) {
	u := storetest.PostgreSQL(t)
	makeDidTable(t, storetest.Open(t, u))
	name := databaseOf(t, u)
	c, stop := start(t, storetest.Open(t, u), live.Options{TTL: time.Minute})
	books := make([]book, 6)
	run, end := context.WithCancel(ctx)
	var clients sync.WaitGroup
	for i := range books {
		clients.Go(func() {
			clientWorks(run, c, i, 0, func(format string, args ...any) {
				if strings.HasPrefix(format, "ack") {
					books[i].acks = append(books[i].acks, ack{args[0].(int), args[1].(int), int(args[2].(int64))})
				} else {
					t.Errorf(format, args...)
				}
			})
		})
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range rounds(12, 2) {
		time.Sleep(time.Duration(r.IntN(30_000)) * time.Microsecond)
		verb := []string{"pg_terminate_backend", "pg_cancel_backend"}[r.IntN(2)]
		if err := storetest.SharedServer().Execute(fmt.Sprintf(`SELECT %s(pid) FROM pg_stat_activity WHERE datname = '%s'`, verb, name)); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "the centre to be back", func() bool { return c.Status().Owner })
	end()
	clients.Wait()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	b := newBook(len(books))
	for i := range books {
		b.acks = append(b.acks, books[i].acks...)
	}
	b.verify(t, storetest.Open(t, u))
	t.Logf("%d acknowledged, %d commits failed, %d of them with an unknown outcome", len(b.acks), c.Figures().CommitsFailed, c.Figures().UnknownEnds)
}

func databaseOf(t *testing.T, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return path.Base(u.Path)
}

// TestCommitThatWasNotReplicated takes away the standby that commits wait for. Cancelled in its wait, PostgreSQL says that the commit succeeded, with a warning; cut
// off by the watchdog, it says nothing. Neither is acknowledged before a standby has it, and nothing is shown before.
func TestCommitThatWasNotReplicated(t *testing.T) {
	for _, how := range []string{"cancelled", "watchdog"} {
		t.Run(how, func(t *testing.T) {
			u := storetest.PostgreSQL(t)
			makeDidTable(t, storetest.Open(t, u))
			name, server := databaseOf(t, u), storetest.SharedServer()
			hang := time.Minute
			if how == "watchdog" {
				hang = 300 * time.Millisecond
			}
			db, err := store.Open(ctx, store.Options{URL: u, Hang: hang, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			c, stop := start(t, db, live.Options{TTL: time.Minute, Patience: time.Minute})
			defer stop()
			b := newBook(1)
			b.acks = append(b.acks, ack{0, 0, int(must(t, c, clientCommand(0, 0)).Seq)})

			if err := server.Standby("nobody"); err != nil {
				t.Fatal(err)
			}
			restore := func() {
				if err := server.Standby(""); err != nil {
					t.Error(err)
				}
			}
			defer restore()
			answered := make(chan live.Receipt, 1)
			go func() { // as clients do: what is not known to be saved is sent again, the same command
				defer close(answered)
				for range 100 {
					r, err := c.Do(ctx, clientCommand(0, 1))
					if err == nil {
						answered <- r
						return
					}
					t.Log("not known to be saved: ", err)
					time.Sleep(50 * time.Millisecond)
				}
			}()
			waiting := func() (pids []string) {
				lines, err := server.Activity(name)
				if err != nil {
					t.Fatal(err)
				}
				for _, line := range lines {
					if pid, ok := strings.CutSuffix(line, " SyncRep"); ok {
						pids = append(pids, pid)
					}
				}
				return pids
			}
			waitFor(t, "the commit to wait for the standby", func() bool { return len(waiting()) > 0 })
			head := c.Head()
			if how == "cancelled" {
				server.Execute(`SELECT pg_cancel_backend(` + waiting()[0] + `)`)
				waitFor(t, "the next commit to wait", func() bool { return len(waiting()) > 0 })
			} else {
				time.Sleep(3 * hang) // the watchdog has cut the socket, and the server has not been asked to cancel
				n := 0
				db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
					return tx.QueryRow(ctx, `SELECT count(*) FROM did_test`).Scan(&n)
				})
				if n != 1 {
					t.Errorf("others see %d rows of a commit that no standby has", n-1)
				}
			}
			select {
			case r := <-answered:
				t.Errorf("acknowledged without a standby: %+v", r)
			case <-time.After(100 * time.Millisecond):
			}
			if c.Head() != head {
				t.Error("the feed was told")
			}
			restore()
			r, ok := <-answered
			if !ok {
				t.Fatal("never acknowledged")
			}
			b.acks = append(b.acks, ack{0, 1, int(r.Seq)})
			stop()
			b.verify(t, storetest.Open(t, u))
		})
	}
}

// TestSocketBreaksWhileLookingUp breaks the connection while a batch of old and new commands is looked up: the old ones get their receipts, and the new ones take
// place and are not taken for done.
func TestSocketBreaksWhileLookingUp(t *testing.T) {
	direct := storetest.PostgreSQL(t)
	proxy, through := storetest.NewProxy(t, direct)
	c, _ := start(t, storetest.Open(t, through), live.Options{TTL: time.Minute, RememberCommands: 1, Caution: time.Hour})
	old := must(t, c, arrive("old", 0))
	must(t, c, arrive("other", 0)) // memory holds but this
	for message := range 4 {
		for half, forward := range []bool{false, true} {
			n := 2*message + half
			hold, held := make(chan struct{}), make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() { c.View(ctx, func(*live.View) error { close(held); <-hold; return nil }) })
			<-held
			wg.Go(func() {
				if r := must(t, c, arrive("old", 0)); r.Seq != old.Seq {
					t.Errorf("the old command has the receipt %+v, had %+v", r, old)
				}
			})
			waitFor(t, "the old command to wait", func() bool { return c.Figures().Waiting == 1 })
			wg.Go(func() {
				if r := must(t, c, arrive("new", n)); r.Seq <= old.Seq || string(r.Result) != fmt.Sprint(n+3) {
					t.Errorf("the new command has the receipt %+v", r)
				}
			})
			waitFor(t, "both to wait", func() bool { return c.Figures().Waiting == 2 })
			proxy.BreakAfter(message, forward)
			close(hold)
			wg.Wait()
		}
	}
}
