package routing_test

import (
	"math/rand/v2"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// TestFailureWaitEstimateGrowsForHavingWaited: seen elsewhere, the spoken wait grows again once the average has passed. Here what a contact was told is
// a ceiling, whatever happens to the staff.
func TestFailureWaitEstimateGrowsForHavingWaited(t *testing.T) {
	e := small(4)
	at := centre.Instant(0)
	step := func(ev routing.Event) {
		ev.At = at
		e.Step(ev)
	}
	for c := centre.ContactID(1); c <= 30; c++ {
		at += 500
		step(routing.Event{Kind: routing.Arrived, Contact: c, Queue: 2, Channel: centre.Phone})
	}
	last := e.EstimateContact(30)
	if !last.Known || last.LowMS <= 0 || last.HighMS <= last.LowMS {
		t.Fatalf("the last of 30 is told %+v", last)
	}
	if front := e.EstimateContact(8); front.HighMS >= last.HighMS || front.LowMS > last.LowMS {
		t.Errorf("the eighth is told %+v, the thirtieth %+v", front, last)
	}
	for i := range 20 {
		at += 30_000
		if i == 5 { // half of the staff goes home, and those who stay are slow
			step(routing.Event{Kind: routing.SignedOut, Agent: 3, Force: true})
			step(routing.Event{Kind: routing.SignedOut, Agent: 4, Force: true})
		}
		step(routing.Event{Kind: routing.Woke})
		now := e.EstimateContact(30)
		if now.Known && (now.HighMS > last.HighMS || now.LowMS > last.LowMS) {
			t.Fatalf("after %d ms it is told %+v, before %+v", at, now, last)
		}
		if now.Known {
			last = now
		}
	}
	if fresh := e.EstimateQueue(2); fresh.Known && fresh.HighMS <= last.HighMS {
		t.Errorf("a newcomer is told %+v, who waits %+v: a ceiling is one contact's own", fresh, last)
	}
}

// TestWaitEstimateFromPositionStaffAndHandling compares with the sums worked out by hand: 60 s of handling, n agents, k ahead.
func TestWaitEstimateFromPositionStaffAndHandling(t *testing.T) {
	e := small(2)
	at := centre.Instant(0)
	id := centre.ContactID(0)
	offers := map[centre.ContactID]routing.Decision{}
	step := func(ev routing.Event) {
		ev.At = at
		for _, d := range e.Step(ev) {
			if d.Kind == routing.Offered {
				offers[d.Contact] = d
			}
		}
	}
	for range 40 { // handled one after the other, a minute each with the wrap-up
		id++
		step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: 2, Channel: centre.Phone})
		o := offers[id]
		step(routing.Event{Kind: routing.Accepted, Contact: id, Agent: o.Agent, Offer: o.Offer})
		at += 55_000
		step(routing.Event{Kind: routing.Ended, Contact: id, Agent: o.Agent})
		at += 5_000
		step(routing.Event{Kind: routing.WrappedUp, Contact: id, Agent: o.Agent})
	}
	if q, _ := e.Queue(2); q.Handling != 60_000 {
		t.Fatalf("handling is measured as %d ms", q.Handling)
	}
	if x := e.EstimateQueue(2); x != (routing.Estimate{Known: true, HighMS: 20_000}) {
		t.Errorf("with agents free a newcomer is told %+v", x)
	}
	for range 2 + 9 {
		id++
		step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: 2, Channel: centre.Phone})
	}
	// Nine wait; a tenth must see ten taken by two agents: ten stages of 30 s, a gamma of mean 300 s whose tenths end at 186.6 s and 426.2 s.
	x := e.EstimateQueue(2)
	if x.LowMS < 186_000 || x.LowMS > 187_000 || x.HighMS < 425_700 || x.HighMS > 426_700 {
		t.Errorf("with nine waiting a newcomer is told %+v", x)
	}
	if p := e.Position(id); p != 9 {
		t.Errorf("the last stands at %d", p)
	}
	// One who leaves shows patience, and patience shortens the wait of those behind.
	at += 60_000
	step(routing.Event{Kind: routing.Abandoned, Contact: id})
	if y := e.EstimateQueue(2); y.HighMS >= x.HighMS {
		t.Errorf("after one has left a newcomer is told %+v, before %+v", y, x)
	}
	for a := centre.AgentID(1); a <= 2; a++ {
		step(routing.Event{Kind: routing.SignedOut, Agent: a, Force: true})
	}
	if y := e.EstimateQueue(2); y.Known {
		t.Errorf("with nobody there a newcomer is told %+v", y)
	}
}

// TestWaitEstimateLearns: agents are busy with another queue too, so that waits are longer than the number of people promises. Once enough waits have ended, about eight
// of ten end inside the range that was told when they began.
func TestWaitEstimateLearns(t *testing.T) {
	e := small(4)
	r := rand.New(rand.NewPCG(4, 4))
	at, id := centre.Instant(0), centre.ContactID(0)
	type busy struct {
		until   centre.Instant
		contact centre.ContactID
	}
	hands := [5]busy{}
	told := map[centre.ContactID]routing.Estimate{}
	came := map[centre.ContactID]centre.Instant{}
	inside, n := 0, 0
	step := func(ev routing.Event) {
		ev.At = at
		for _, d := range e.Step(ev) {
			if d.Kind != routing.Offered {
				continue
			}
			hands[d.Agent] = busy{at + centre.Instant(r.ExpFloat64()*60_000) + 1, d.Contact}
			if x, waited := told[d.Contact]; waited && d.Contact > 4000 {
				n++
				if w := int64(at - came[d.Contact]); w >= x.LowMS && w <= x.HighMS {
					inside++
				}
			}
			defer func() {
				e.Step(routing.Event{Kind: routing.Accepted, At: at, Contact: d.Contact, Agent: d.Agent, Offer: d.Offer})
			}()
		}
	}
	for id < 8000 {
		next := at + centre.Instant(r.ExpFloat64()*16_500) + 1
		for {
			first := 0
			for a := 1; a <= 4; a++ {
				if hands[a].contact != 0 && (first == 0 || hands[a].until < hands[first].until) {
					first = a
				}
			}
			if first == 0 || hands[first].until > next {
				break
			}
			at = max(at, hands[first].until)
			contact := hands[first].contact
			hands[first] = busy{}
			step(routing.Event{Kind: routing.Ended, Contact: contact, Agent: centre.AgentID(first)})
			step(routing.Event{Kind: routing.WrappedUp, Contact: contact, Agent: centre.AgentID(first)})
		}
		at = max(at, next)
		id++
		queue := centre.QueueID(2)
		if r.IntN(3) > 0 {
			queue = 1
		}
		came[id] = at
		step(routing.Event{Kind: routing.Arrived, Contact: id, Queue: queue, Channel: centre.Phone})
		if x := e.EstimateContact(id); x.Known && queue == 2 {
			told[id] = x
		}
	}
	if share := float64(inside) / float64(n); n < 500 || share < 0.76 || share > 0.84 {
		t.Errorf("%.3f of %d waits ended inside what was told when they began, want eight of ten", share, n)
	}
}
