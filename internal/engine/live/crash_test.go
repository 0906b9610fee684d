package live_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sentral/internal/engine/live"
	"sentral/internal/store/storetest"
)

// TestCrashAtAnyPoint kills the process at random instants under load (T1) and lets its successor go on: nothing that was acknowledged is lost, nothing is
// done twice, and every row follows from the log. SENTRAL_CRASH says how often.
func TestCrashAtAnyPoint(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		makeDidTable(t, db)
		db.Close()
		r := rand.New(rand.NewPCG(7, 7))
		b := newBook(8)
		var backAfter []time.Duration
		for range rounds(6, 1) {
			began := time.Now()
			n := startNode(t, nodeOrders{URL: url, Node: "a", TTLMS: 5000, Next: slices.Clone(b.next)})
			n.until("owner true")
			n.until("ack")
			backAfter = append(backAfter, time.Since(began))
			time.Sleep(time.Duration(r.IntN(60_000)) * time.Microsecond)
			n.kill()
			b.add(n)
		}
		slices.Sort(backAfter)
		db = storetest.Open(t, url)
		b.verify(t, db)
		t.Logf("%d kills, %d acknowledged, first acknowledgement after a start: median %v, longest %v", len(backAfter), len(b.acks),
			backAfter[len(backAfter)/2].Round(time.Millisecond), backAfter[len(backAfter)-1].Round(time.Millisecond))
	})
}

// TestCheckNoticesWhatIsWrong spoils a good database in every way that the checks of this file look for.
func TestCheckNoticesWhatIsWrong(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	makeDidTable(t, db)
	c, stop := start(t, db, live.Options{})
	b := newBook(1)
	for n := range 60 {
		r := must(t, c, clientCommand(0, n))
		b.acks = append(b.acks, ack{0, n, int(r.Seq)})
	}
	stop()
	b.verify(t, db)
	for _, c := range []struct{ spoil, mend string }{
		{`UPDATE did_test SET n = 1000 WHERE n = 7`, `UPDATE did_test SET n = 7 WHERE n = 1000`},
		{`INSERT INTO did_test SELECT client, n, seq + 1 FROM did_test WHERE n = 9`, `DELETE FROM did_test WHERE seq = (SELECT max(seq) FROM did_test WHERE n = 9) AND n = 9`},
		{`UPDATE did_test SET seq = seq + 1 WHERE n = 11`, `UPDATE did_test SET seq = seq - 1 WHERE n = 11`},
		{`UPDATE iv15 SET answered = answered + 1`, `UPDATE iv15 SET answered = answered - 1`},
		{`UPDATE ivday SET h0 = h0 - 1`, `UPDATE ivday SET h0 = h0 + 1`},
		{`UPDATE agent15 SET talking_ms = talking_ms + 1`, `UPDATE agent15 SET talking_ms = talking_ms - 1`},
		{`UPDATE agentday SET offered = offered + 1`, `UPDATE agentday SET offered = offered - 1`},
		{`UPDATE contact SET agent = 77 WHERE id = 2`, `UPDATE contact SET agent = 1 WHERE id = 2`},
		{`UPDATE event SET epoch = 99 WHERE seq = 10`, `UPDATE event SET epoch = 2 WHERE seq = 10`},
		{`DELETE FROM event WHERE seq = 30`, ``},
	} {
		if n := execute(t, db, c.spoil); n == 0 {
			t.Errorf("%s changed nothing", c.spoil)
		}
		if len(b.check(t, db)) == 0 {
			t.Errorf("nothing was found wrong after %s", c.spoil)
		}
		if c.mend != "" {
			execute(t, db, c.mend)
			b.verify(t, db)
		}
	}
}
