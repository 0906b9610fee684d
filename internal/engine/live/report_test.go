package live_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// TestReportsBesideWrites reads the whole contact table page by page, again and again, while clients work (T8): commits stay quick and SQLite's log of writes stays
// small.
func TestReportsBesideWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeDidTable(t, db)
		c, _ := start(t, db, live.Options{})
		fillHistory(t, c, 2000)
		acked, stop := load(t, c, 8)
		quit := make(chan struct{})
		var reporting sync.WaitGroup
		var reports atomic.Int64
		reporting.Go(func() {
			for ; ; reports.Add(1) {
				for after, more := centre.ContactID(0), true; more; {
					select {
					case <-quit:
						return
					default:
					}
					if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
						rows, err := store.Contacts(ctx, tx, 1, 0, 1<<60, after, 500)
						if more = len(rows) == 500; len(rows) > 0 {
							after = rows[len(rows)-1].ID
						}
						return err
					}); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
		before := c.Figures()
		target := len(acked()) + 400
		waitFor(t, "work beside reports", func() bool { return len(acked()) >= target && reports.Load() >= 2 })
		after := c.Figures()
		close(quit)
		reporting.Wait()
		stop()
		_, writeLog, err := db.Size(ctx)
		if err != nil {
			t.Fatal(err)
		}
		slow := int64(0)
		for i, bound := range live.CommitBounds {
			if bound >= time.Second {
				slow += after.CommitTime.Counts[i+1] - before.CommitTime.Counts[i+1]
			}
		}
		commits := after.Commits - before.Commits
		if slow*100 > commits || writeLog > 32<<20 {
			t.Errorf("beside reports %d of %d commits took more than a second, and the log of writes is of %d bytes", slow, commits, writeLog)
		}
		t.Logf("%d reports beside %d commits of %v on average; log of writes %d kB", reports.Load(), commits, (after.CommitTime.Sum-before.CommitTime.Sum)/time.Duration(commits), writeLog>>10)
	})
}
