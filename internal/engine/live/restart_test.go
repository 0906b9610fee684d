package live_test

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store/storetest"
)

// TestRestartToFirstOffer kills a process and measures how long its successor takes from its start until an offer is on disk, with a history of so many
// contacts (SENTRAL_HISTORY, 100,000 in the published figure).
func TestRestartToFirstOffer(t *testing.T) {
	history, err := strconv.Atoi(os.Getenv("SENTRAL_HISTORY"))
	if err != nil {
		history = 500
	}
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		makeDidTable(t, db)
		c, _ := start(t, db, live.Options{Node: "a"})
		fillHistory(t, c, history)
		head := c.Head()
		db.Close() // as if killed: no snapshot, no farewell; what it still tries fails

		var took []time.Duration
		for range 5 {
			began := time.Now()
			n := startNode(t, nodeOrders{URL: url, Node: "a", TTLMS: 5000, Next: []int{0}})
			n.until("offered")
			took = append(took, time.Since(began))
			n.kill()
		}
		t.Logf("%d contacts, log of %d entries: from the process's start to the first offer on disk %v", history, head, took)
		if took[0] > 2*time.Second {
			t.Errorf("the first took %v, more than 2 s", took[0])
		}
	})
}

// fillHistory takes contacts through arrival, acceptance, end and wrap-up, many at a time.
func fillHistory(t testing.TB, c *live.Centre, contacts int) {
	t.Helper()
	for id := centre.AgentID(1); id <= 200; id++ {
		must(t, c, step(routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: id, Team: 1}}))
		must(t, c, step(routing.Event{Kind: routing.SignedIn, Agent: id, Status: routing.Ready}))
	}
	var workers sync.WaitGroup
	const at = 200
	for w := range at {
		workers.Go(func() {
			for n := range (contacts + at - 1) / at {
				e := routing.Event{}
				for i := 0; i == 0 || e.Kind != 0; i++ {
					must(t, c, live.Command{Client: fmt.Sprint("history ", w), ID: fmt.Sprint(n, " ", i), Plan: func(p *live.Plan) error {
						now := e
						if i == 0 {
							now = routing.Event{Kind: routing.Arrived, Contact: p.NewContact(), Queue: 1, Channel: centre.Chat}
						}
						e = nextWork(now, p.Step(now))
						return nil
					}})
				}
			}
		})
	}
	workers.Wait()
}
