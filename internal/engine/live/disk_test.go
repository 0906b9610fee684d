package live_test

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// load lets clients work until stop is called, which gives what they saw acknowledged at the moment.
func load(t *testing.T, c *live.Centre, clients int) (acked func() []ack, stop func()) {
	run, cancel := context.WithCancel(ctx)
	var mu sync.Mutex
	var acks []ack
	var working sync.WaitGroup
	for i := range clients {
		working.Go(func() {
			clientWorks(run, c, i, 0, func(format string, args ...any) {
				if !strings.HasPrefix(format, "ack") {
					t.Errorf(format, args...)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				acks = append(acks, ack{args[0].(int), args[1].(int), int(args[2].(int64))})
			})
		})
	}
	acked = func() []ack {
		mu.Lock()
		defer mu.Unlock()
		return append([]ack(nil), acks...)
	}
	return acked, func() { cancel(); working.Wait() }
}

// TestCrashByPowerCut takes the power at random moments under load (T2), and opens what is left: nothing that was acknowledged is lost, and every row follows from the
// log.
func TestCrashByPowerCut(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	acknowledged, cuts := 0, 0
	for cuts < rounds(12, 1) {
		disk, url := storetest.NewDisk(t)
		db := storetest.Open(t, url)
		makeDidTable(t, db)
		c, leave := start(t, db, live.Options{SnapshotEvery: 50})
		acked, stop := load(t, c, 6)
		type cut struct {
			b    *book
			left string
		}
		var moments []cut
		for range 12 {
			time.Sleep(time.Duration(r.IntN(15_000)) * time.Microsecond)
			b := &book{acks: acked()} // before the cut, so that all of it must be there
			moments = append(moments, cut{b, disk.CutPower(t, r)})
		}
		stop()
		leave()
		for _, m := range moments {
			left := storetest.Open(t, m.left)
			checkIntegrity(t, left)
			m.b.verify(t, left)
			left.Close()
			acknowledged += len(m.b.acks)
			cuts++
		}
	}
	t.Logf("%d power cuts, after each of which all of %d acknowledged on average were there", cuts, acknowledged/cuts)
}

func checkIntegrity(t *testing.T, db *store.DB) {
	t.Helper()
	var result string
	if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.QueryRow(ctx, `PRAGMA integrity_check`).Scan(&result)
	}); err != nil || result != "ok" {
		t.Errorf("integrity: %s, %v", result, err)
	}
}

// TestCrashOfADiskThatDoesNotSync is the negative control: the same disk under a SQLite with synchronous=NORMAL, which the store refuses, loses commits.
func TestCrashOfADiskThatDoesNotSync(t *testing.T) {
	disk, url := storetest.NewDisk(t)
	path, vfs, _ := strings.Cut(strings.TrimPrefix(url, "sqlite:"), "?")
	raw, err := sql.Open("sqlite", "file:"+path+"?"+vfs+"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	if _, err := raw.Exec(`CREATE TABLE n (n INTEGER PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	lost := 0
	r := rand.New(rand.NewPCG(4, 4))
	for n := range 40 {
		if _, err := raw.Exec(`INSERT INTO n VALUES (?)`, n); err != nil {
			t.Fatal(err)
		}
		left, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(disk.CutPower(t, r), "sqlite:"))
		if err != nil {
			t.Fatal(err)
		}
		var count int
		if err := left.QueryRow(`SELECT count(*) FROM n`).Scan(&count); err != nil || count < n+1 {
			lost++
		}
		left.Close()
	}
	if lost == 0 {
		t.Error("a SQLite that does not sync lost nothing: the power cut proves nothing")
	}
}

// TestDiskInTrouble fills the disk, makes it read-only and lets its syncs fail under load (T6): nothing is acknowledged meanwhile, every refusal says so, and when
// the disk is well again the centre goes on by itself. A power cut afterwards finds everything that was ever acknowledged.
func TestDiskInTrouble(t *testing.T) {
	for name, fault := range map[string]storetest.Fault{"full": storetest.Full, "read-only": storetest.ReadOnly, "sync fails": storetest.SyncFails} {
		t.Run(name, func(t *testing.T) {
			disk, url := storetest.NewDisk(t)
			db := storetest.Open(t, url)
			makeDidTable(t, db)
			c, _ := start(t, db, live.Options{SnapshotEvery: 100, Patience: 30 * time.Millisecond})
			acked, stop := load(t, c, 4)
			defer stop()
			r := rand.New(rand.NewPCG(6, 6))
			for range rounds(3, 20) {
				before := len(acked())
				waitFor(t, "work to be done", func() bool { return len(acked()) > before+20 })
				disk.SetFault(fault)
				waitFor(t, "the trouble to be told", func() bool { return c.Status().Trouble != "" })
				quiet, head := len(acked()), c.Head()
				if _, err := c.Do(ctx, arrive("x", quiet)); centre.KindOf(err) != centre.Unavailable {
					t.Errorf("a command on a disk that is %s gave %v", name, err)
				}
				if err := c.View(ctx, func(*live.View) error { return nil }); centre.KindOf(err) != centre.Unavailable {
					t.Errorf("a view on a disk that is %s gave %v", name, err)
				}
				time.Sleep(5 * time.Millisecond)
				if n := len(acked()); n != quiet || c.Head() != head {
					t.Errorf("%d commands were acknowledged on a disk that is %s", n-quiet, name)
				}
				disk.SetFault(storetest.Sound)
				waitFor(t, "the centre to be back", func() bool { return c.Status().Owner })
			}
			before := len(acked())
			waitFor(t, "work to be done", func() bool { return len(acked()) > before+20 })
			b := &book{acks: acked()}
			left := storetest.Open(t, disk.CutPower(t, r))
			checkIntegrity(t, left)
			b.verify(t, left)
		})
	}
}

// TestSlowDisk makes every sync two milliseconds longer: batches grow, and nothing else changes.
func TestSlowDisk(t *testing.T) {
	disk, url := storetest.NewDisk(t)
	db := storetest.Open(t, url)
	makeDidTable(t, db)
	c, leave := start(t, db, live.Options{})
	disk.SetSlow(2 * time.Millisecond)
	acked, stop := load(t, c, 32)
	waitFor(t, "work to be done", func() bool { return len(acked()) > 300 })
	f := c.Figures()
	stop()
	leave()
	if batch := float64(f.Commands) / float64(f.Commits); batch < 4 {
		t.Errorf("32 clients on a slow disk made batches of %.1f commands", batch)
	}
	checkFold(t, db)
}

// TestStoppedInTrouble tells the centre to stop while its disk is full, and mends the disk at some moment of that: what is kept is what was committed.
func TestStoppedInTrouble(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range rounds(8, 10) {
		disk, url := storetest.NewDisk(t)
		db := storetest.Open(t, url)
		makeDidTable(t, db)
		c, leave := start(t, db, live.Options{SnapshotEvery: 20, Patience: 10 * time.Millisecond})
		acked, stop := load(t, c, 4)
		waitFor(t, "work to be done", func() bool { return len(acked()) > 30 })
		disk.SetFault(storetest.Full)
		waitFor(t, "the disk to be full", func() bool { return c.Figures().CommitsFailed > 0 || c.Status().Trouble != "" })
		var mending sync.WaitGroup
		mending.Go(func() {
			time.Sleep(time.Duration(r.IntN(40)) * time.Millisecond)
			disk.SetFault(storetest.Sound)
		})
		time.Sleep(time.Duration(r.IntN(40)) * time.Millisecond)
		_ = leave() // in good order when the disk was mended in time
		stop()
		mending.Wait()
		b := &book{acks: acked()}
		c, leave = start(t, db, live.Options{SnapshotEvery: 20})
		for n := range 30 { // beyond the next snapshot
			b.acks = append(b.acks, ack{7, n, int(must(t, c, clientCommand(7, n)).Seq)})
		}
		if err := leave(); err != nil {
			t.Error(err)
		}
		c, leave = start(t, db, live.Options{})
		if f := c.Figures(); f.Diverged != 0 {
			t.Errorf("%d entries diverge from what the snapshot led to", f.Diverged)
		}
		if err := leave(); err != nil {
			t.Error(err)
		}
		b.verify(t, db)
	}
}
