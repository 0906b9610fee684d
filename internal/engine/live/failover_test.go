package live_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sentral/internal/engine/live"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
)

// TestCrashWithPausedOwner runs two owners-to-be on one database (T3) and pauses whoever owns the centre past its lease, between transactions and inside them,
// under load: the other takes over, the paused one writes nothing more, nothing is lost and nothing is done twice.
func TestCrashWithPausedOwner(t *testing.T) {
	url := storetest.PostgreSQL(t)
	makeDidTable(t, storetest.Open(t, url))
	const ttl = 200 * time.Millisecond
	var nodes [2]*live.Centre
	for i := range nodes {
		nodes[i] = live.New(live.Options{Store: storetest.Open(t, url), Node: fmt.Sprint("node ", i), Addr: fmt.Sprint("node ", i), TTL: ttl, SnapshotEvery: 200})
		run, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { defer close(ended); nodes[i].Run(run) }()
		t.Cleanup(func() { stop(); <-ended })
	}
	owner := func() int { return slices.IndexFunc(nodes[:], func(c *live.Centre) bool { return c.Status().Owner }) }
	waitFor(t, "an owner", func() bool { return owner() >= 0 })

	var stop atomic.Bool
	var done atomic.Int64
	var clients sync.WaitGroup
	books := make([]book, 8)
	for i := range books {
		clients.Go(func() { books[i].acks = worksAtEither(nodes, i, &stop, &done) })
	}
	r := rand.New(rand.NewPCG(3, 3))
	for round := range rounds(4, 10) {
		before, at := done.Load(), 0
		waitFor(t, "work to be done", func() bool { at = owner(); return at >= 0 && done.Load() > before+20 })
		long := ttl + time.Duration(r.Int64N(int64(2*ttl)))
		if round%2 == 0 { // asleep between two transactions
			nodes[at].View(ctx, func(*live.View) error { time.Sleep(long); return nil })
		} else { // asleep inside one, holding the lease's row
			nodes[at].Do(ctx, live.Command{Plan: func(p *live.Plan) error {
				p.Write(func(context.Context, *store.Tx) error { time.Sleep(long); return nil })
				return nil
			}})
		}
		waitFor(t, "an owner", func() bool { return owner() >= 0 })
	}
	stop.Store(true)
	clients.Wait()
	b := newBook(len(books))
	for i := range books {
		b.acks = append(b.acks, books[i].acks...)
	}
	b.verify(t, storetest.Open(t, url))
	handovers := nodes[0].Figures().Fenced + nodes[1].Figures().Fenced
	if handovers == 0 {
		t.Error("no owner was ever fenced: the pauses were too short to show anything")
	}
	t.Logf("%d acknowledged, %d owners fenced", len(b.acks), handovers)
}

// worksAtEither is a client that sends each command until it is acknowledged, to the other node whenever one does not answer well in time.
func worksAtEither(nodes [2]*live.Centre, client int, stop *atomic.Bool, count *atomic.Int64) (acks []ack) {
	at := client % 2
	for n := 0; !stop.Load(); n++ {
		for {
			patience, done := context.WithTimeout(ctx, 150*time.Millisecond)
			receipt, err := nodes[at].Do(patience, clientCommand(client, n))
			done()
			if err == nil {
				acks = append(acks, ack{client, n, int(receipt.Seq)})
				count.Add(1)
				break
			}
			if at = 1 - at; stop.Load() {
				return acks
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
	return acks
}

// TestCrashOfTheOwner kills the process that owns the centre while another stands by: the other takes over within the promised time, and nothing is
// lost or done twice. SENTRAL_CRASH says how often.
func TestCrashOfTheOwner(t *testing.T) {
	url := storetest.PostgreSQL(t)
	makeDidTable(t, storetest.Open(t, url))
	b := newBook(8)
	ttl := 5000 * time.Millisecond
	if rounds(0, 20) == 0 {
		ttl = 300 * time.Millisecond // the same protocol, quicker
	}
	orders := func(name string, first int) nodeOrders {
		return nodeOrders{URL: url, Node: name, TTLMS: ttl.Milliseconds(), First: first, Next: slices.Clone(b.next[first : first+4])}
	}
	owner := startNode(t, orders("a", 0))
	owner.until("owner true")
	other := startNode(t, orders("b", 4))
	ownerName, otherName, ownerFirst, otherFirst := "a", "b", 0, 4
	var away []time.Duration
	for range rounds(2, 20) {
		owner.until("ack")
		time.Sleep(ttl / 4) // so that the other has begun to watch
		began := time.Now()
		owner.kill()
		b.add(owner)
		other.until("owner true")
		other.until("ack")
		away = append(away, time.Since(began))
		owner, other = other, startNode(t, orders(ownerName, ownerFirst))
		ownerName, otherName, ownerFirst, otherFirst = otherName, ownerName, otherFirst, ownerFirst
	}
	owner.leave()
	other.kill()
	b.add(owner)
	b.add(other)
	b.verify(t, storetest.Open(t, url))
	slices.Sort(away)
	t.Logf("lease of %v: %d owners killed, %d acknowledged, service away: median %v, longest %v", ttl, len(away), len(b.acks),
		away[len(away)/2].Round(time.Millisecond), away[len(away)-1].Round(time.Millisecond))
	if most := ttl*2 + 3*time.Second; away[len(away)-1] > most {
		t.Errorf("service was away for %v, more than %v", away[len(away)-1], most)
	}
}
