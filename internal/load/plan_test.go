package load

import (
	"reflect"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
)

func planned(seed uint64) []visit {
	o := Options{Node: Node{Queues: []centre.QueueID{1, 2, 3}}, Rate: 50, WarmUp: time.Second, Duration: 59 * time.Second, Seed: seed}
	return plan(o.settled())
}

// TestPlanIsTheSeeds: the same seed lets the same customers come, another seed others, at the rate that was asked for.
func TestPlanIsTheSeeds(t *testing.T) {
	a := planned(7)
	if !reflect.DeepEqual(a, planned(7)) {
		t.Error("the same seed gave another plan")
	}
	if reflect.DeepEqual(a, planned(8)) {
		t.Error("another seed gave the same plan")
	}
	if n := len(a); n < 3000-4*55 || n > 3000+4*55 { // four standard deviations of a Poisson count
		t.Errorf("%d customers in a minute of 50 a second", n)
	}
	byQueue := map[centre.QueueID]int{}
	last := time.Duration(0)
	for i, v := range a {
		if v.at < last || v.at >= time.Minute || len(v.think) != 2*v.turns || v.oks < 1 || v.oks > 6 {
			t.Fatalf("visit %d is %+v, after one at %v", i, v, last)
		}
		last = v.at
		byQueue[v.queue]++
	}
	for q, n := range byQueue {
		if n < 850 || n > 1150 {
			t.Errorf("queue %d gets %d of %d", q, n, len(a))
		}
	}
}

// TestKeysAreReadBack: one side knows the other's message by its key, and nobody else's.
func TestKeysAreReadBack(t *testing.T) {
	c := &crowd{run: "r1", visits: make([]visit, 10)}
	if v, turn, ok := c.keyed(c.key("a", 9, 3)); !ok || v != 9 || turn != 3 {
		t.Errorf("read back as %d, %d, %v", v, turn, ok)
	}
	other := &crowd{run: "r2", visits: c.visits}
	for _, key := range []string{other.key("a", 1, 1), c.key("a", 10, 0), c.key("a", -1, 0), "", "load", "load-r1-a-x-1", "demo-1"} {
		if _, _, ok := c.keyed(key); ok {
			t.Errorf("%q was taken for a key of this run", key)
		}
	}
	for _, name := range []string{"Kunde 10", "Kunde", "Astrid", "Kunde -1"} {
		if _, ok := c.named(name); ok {
			t.Errorf("%q was taken for a customer of this run", name)
		}
	}
}

// TestTimesAreQuantiles: the smallest time that so many of a hundred do not pass.
func TestTimesAreQuantiles(t *testing.T) {
	var list []float64
	for i := 200; i > 0; i-- {
		list = append(list, float64(i))
	}
	if got, want := timesOf(list), (Times{N: 200, Half: 100, P90: 180, P99: 198, Max: 200}); got != want {
		t.Errorf("of 1 to 200: %+v, want %+v", got, want)
	}
	if got, want := timesOf([]float64{5}), (Times{N: 1, Half: 5, P90: 5, P99: 5, Max: 5}); got != want {
		t.Errorf("of one: %+v", got)
	}
	if got := timesOf(nil); got != (Times{}) {
		t.Errorf("of none: %+v", got)
	}
}

// TestOnlyTheCountedTimeCounts: warm-up is left out of the times but not of the counts, and a message is counted once.
func TestOnlyTheCountedTimeCounts(t *testing.T) {
	var f figures
	f.begin(2)
	zero := time.Unix(1000, 0)
	f.open(zero.Add(10*time.Second), zero.Add(20*time.Second))
	f.arrived(0, zero.Add(9*time.Second))
	f.offered(0, zero.Add(11*time.Second))
	f.arrived(1, zero.Add(19*time.Second))
	f.offered(1, zero.Add(21*time.Second))
	f.offered(1, zero.Add(30*time.Second))
	if f.count.Offered != 2 || f.count.OfferedMore != 1 || len(f.offerMS) != 1 || f.offerMS[0] != 2000 {
		t.Errorf("offered %d and again %d, times %v", f.count.Offered, f.count.OfferedMore, f.offerMS)
	}
	f.agentWrites(1, 0, zero.Add(12*time.Second))
	for range 2 {
		f.reachedCustomer(1, 0, zero.Add(12*time.Second+30*time.Millisecond))
	}
	if f.count.ToCustomer != 1 || len(f.chatMS) != 1 || f.chatMS[0] != 30 {
		t.Errorf("%d messages, times %v", f.count.ToCustomer, f.chatMS)
	}
}

// TestDocumentIsInOrder: the invented centre is a configuration that the product takes, of any size, and every queue has somebody from its first step.
func TestDocumentIsInOrder(t *testing.T) {
	for _, agents := range []int{1, 5, 20, 45, 500} {
		d := Document(agents)
		if faults, _ := config.Validate(d); len(faults) > 0 {
			t.Fatalf("%d agents: %v", agents, faults)
		}
		if len(d.People) != agents {
			t.Errorf("%d people, want %d", len(d.People), agents)
		}
		for _, q := range d.Queues {
			served := 0
			for _, p := range d.People {
				levels := map[string]int32{}
				for _, s := range p.Skills {
					levels[s.Skill] = s.Level
				}
				fits := true
				for _, n := range q.Steps[0].Needs {
					fits = fits && levels[n.Skill] >= n.Level
				}
				if fits {
					served++
				}
			}
			if served == 0 {
				t.Errorf("%d agents: nobody serves %s", agents, q.Key)
			}
		}
	}
}

// TestStages: history is looked at in 1, 2, 5 steps.
func TestStages(t *testing.T) {
	var got []int
	for n := 0; n < 60_000; n = nextStage(n) {
		got = append(got, nextStage(n))
	}
	if want := []int{1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000}; !reflect.DeepEqual(got, want) {
		t.Errorf("stages %v, want %v", got, want)
	}
}
