package sim

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/stat"
)

func play(t *testing.T, s Study) Report {
	t.Helper()
	r, err := s.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func noBreach(t *testing.T, r *Report) {
	t.Helper()
	for i := range r.Runs {
		for _, b := range r.Runs[i].Breaches {
			t.Error(b)
		}
		for _, f := range r.Runs[i].Failures {
			t.Errorf("seed %d: %s", r.Runs[i].Seed, f)
		}
	}
}

// Goal: whoever plays the runs, the report is the same; and a run alone is the run among others.
func TestReportDoesNotDependOnWorkers(t *testing.T) {
	s := Study{Centre: Demo(), Seed: 41, Runs: 5, Workers: 1, Options: Options{Days: 1, Faults: UsualFaults()}}
	one := play(t, s)
	s.Workers = 4
	four := play(t, s)
	if one.Hash != four.Hash || one.Events != four.Events {
		t.Errorf("hash %016x with one worker, %016x with four", one.Hash, four.Hash)
	}
	s.Seed, s.Runs = 43, 1
	if alone := play(t, s); alone.Runs[0].Hash != one.Runs[2].Hash {
		t.Errorf("seed 43 hashes %016x alone, %016x among others", alone.Runs[0].Hash, one.Runs[2].Hash)
	}
	if one.Runs[0].Hash == one.Runs[1].Hash {
		t.Error("two seeds hash alike")
	}
}

// Goal: faults and crashes break no law, and a run with crashes elsewhere ends in the same state.
func TestFaultsBreakNothing(t *testing.T) {
	r := play(t, Study{Centre: Large(60), Seed: 1, Runs: 3, Twice: true, Options: Options{Days: 1, Audit: true, Faults: UsualFaults()}})
	noBreach(t, &r)
	if r.Crashes == 0 {
		t.Error("nothing crashed")
	}
	for i := range r.Runs {
		if r.Runs[i].Refused == 0 {
			t.Error("no fault was refused")
		}
	}
}

// Goal: several days run on, with e-mail waiting over night.
func TestDaysFollowEachOther(t *testing.T) {
	r := play(t, Study{Centre: Large(40), Seed: 9, Runs: 1, Options: Options{Days: 3, Audit: true}})
	noBreach(t, &r)
	one := play(t, Study{Centre: Large(40), Seed: 9, Runs: 1, Options: Options{Days: 1}})
	if got, day := r.Runs[0].All.Arrived, one.Runs[0].All.Arrived; got < 2*day || got > 4*day {
		t.Errorf("%d arrivals in three days, %d in one", got, day)
	}
}

// Goal: another rule book meets the same customers.
func TestPolicyDoesNotMoveArrivals(t *testing.T) {
	a, b := Demo(), Demo()
	for i := range b.Settings.Queues {
		b.Settings.Queues[i].TargetMS *= 3
		b.Settings.Queues[i].OfferMS /= 2
	}
	b.Agents = b.Agents[:30]
	x, _ := a.drawDay(3, 0, nil, nil)
	y, _ := b.drawDay(3, 0, nil, nil)
	if !slices.Equal(x, y) || !slices.IsSorted(x) {
		t.Error("the first approaches moved")
	}
	p, q := newPlayer(a, Options{Days: 1}), newPlayer(b, Options{Days: 1})
	p.begin(3)
	q.begin(3)
	for key := uint64(1); key < 100; key++ {
		for what := range purposes {
			if x, y := p.stream(what, key).Float64(), q.stream(what, key).Float64(); x != y {
				t.Fatalf("purpose %v of contact %d drew %v and %v", purposeNames[what], key, x, y)
			}
		}
	}
}

// Goal: arrivals follow their rates, and a day factor spreads days beyond Poisson.
func TestArrivalsFollowTheirRates(t *testing.T) {
	c := Textbook(1, 1, time.Minute, time.Minute, 0)
	c.Traffic[0].Interval, c.Traffic[0].From = time.Hour, 8*time.Hour
	c.Traffic[0].PerInterval = []float64{10, 40, 0, 20}
	want := map[int64]float64{8: 10, 9: 40, 10: 0, 11: 20}
	const days = 2000
	count := map[int64]float64{}
	for d := range days {
		today, _ := c.drawDay(1, d, nil, nil)
		for _, a := range today {
			count[a.ms()/3_600_000]++
		}
	}
	for hour, mean := range want {
		if got := count[hour] / days; math.Abs(got-mean) > 4*math.Sqrt(mean/days)+1e-9 {
			t.Errorf("hour %d: %.2f arrivals a day, want %.0f", hour, got, mean)
		}
	}
	c.DayFactor = 0.2
	var sum, squares float64
	for d := range days {
		today, _ := c.drawDay(2, d, nil, nil)
		n := float64(len(today))
		sum, squares = sum+n, squares+n*n
	}
	mean := sum / days
	cv := math.Sqrt(squares/days-mean*mean) / mean
	if want := math.Hypot(0.2, 1/math.Sqrt(70)); math.Abs(cv-want) > 0.02 || math.Abs(mean-70) > 2 {
		t.Errorf("days have mean %.1f and CV %.3f, want 70 and %.3f", mean, cv, want)
	}
}

func TestAgendaGivesThingsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a agenda
		type planned struct{ at, number int64 }
		var want []planned
		number, now := int64(0), int64(0)
		spans := []int64{0, 20, 300_000, ringSlots << slotBits, 5 * ringSlots << slotBits} // this slot, the ring, and beyond it
		for range rapid.IntRange(1, 200).Draw(t, "n") {
			if len(want) > 0 && rapid.Bool().Draw(t, "take") {
				if at := a.next(); at != want[0].at {
					t.Fatalf("next is at %d, want %d", at, want[0].at)
				}
				if e := a.take(); e.at() != want[0].at || int64(e.ref()) != want[0].number || e.kind() != wrapsUp || e.generation() != 7 {
					t.Fatalf("took %d at %d, want %d at %d", e.ref(), e.at(), want[0].number, want[0].at)
				}
				now, want = want[0].at, want[1:]
				continue
			}
			at := now + rapid.Int64Range(0, rapid.SampledFrom(spans).Draw(t, "span")).Draw(t, "in")
			number++
			a.plan(at, wrapsUp, 7, uint32(number))
			i, _ := slices.BinarySearchFunc(want, at+1, func(p planned, at int64) int { return int(p.at - at) })
			want = slices.Insert(want, i, planned{at, number})
		}
	})
	var a agenda
	if a.next() != endOfTime {
		t.Error("an empty agenda has something next")
	}
}

// Goal: customers who gave up come again, about four in ten, within the hour, and some find their place again.
func TestRedialsComeBack(t *testing.T) {
	c := Textbook(2, 60, time.Hour, 5*time.Minute, 2*time.Minute)
	c.Behaviour.Redial, c.Behaviour.RedialKeep, c.Behaviour.RedialIn = 0.4, 0.5, Spread{Shape: Exponential, Mean: 14 * time.Minute}
	credited := 0
	o := Options{Days: 5, trace: func(_ int64, e *routing.Event, _ []routing.Decision) {
		if e.Kind == routing.Arrived && e.Credit > 0 {
			credited++
		}
	}}
	r := newPlayer(c, o).play(1)
	share := float64(r.Redials) / float64(r.All.Abandoned)
	if math.Abs(share-0.4) > 0.04 {
		t.Errorf("%.3f of %d who gave up came again, want 0.4", share, r.All.Abandoned)
	}
	if got := float64(credited) / float64(r.Redials); math.Abs(got-0.5) > 0.05 {
		t.Errorf("%.3f of the redials kept their waiting, want 0.5", got)
	}
}

// Goal: the steady state allocates next to nothing in the simulator.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	c := Textbook(20, 19, time.Minute, time.Minute, 2*time.Minute)
	p := newPlayer(c, Options{Days: 2})
	p.play(1)
	events := int64(0)
	perRun := testing.AllocsPerRun(1, func() { events = p.play(1).Events })
	if perEvent := perRun / float64(events); perEvent > 0.002 {
		t.Errorf("%.4f allocations an event (%v in %d)", perEvent, perRun, events)
	}
}

func TestQuantilesAreThoseOfTheSortedWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Counts{waits: rapid.SliceOfN(rapid.Int32Range(0, 9), 1, 40).Draw(t, "waits")}
		sorted := slices.Sorted(slices.Values(c.waits))
		values := make([]float64, len(sorted))
		for i, w := range sorted {
			values[i] = float64(w) / 1000
		}
		for _, q := range []float64{0.5, 0.9, 0.99, 0, 1} {
			if got, want := c.quantile(q), stat.QuantileSorted(values, q); math.Abs(got-want) > 1e-12 {
				t.Fatalf("quantile %v of %v is %v, want %v", q, sorted, got, want)
			}
		}
	})
}

func TestStudyRefusesNonsense(t *testing.T) {
	bad := []Study{
		{Centre: Demo()}, {Centre: Demo(), Options: Options{Days: -1}}, {Centre: Demo(), Runs: -1, Options: Options{Days: 1}},
		{Centre: &Centre{}, Options: Options{Days: 1}}, {Centre: Demo(), Options: Options{Days: 1, WarmUp: 24 * time.Hour}},
	}
	for i, s := range bad {
		if _, err := s.Do(context.Background()); centre.KindOf(err) != centre.Invalid {
			t.Errorf("case %d: error %v, want one of kind Invalid", i, err)
		}
	}
}

func TestStudyEndsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := Study{Centre: Demo(), Runs: 1000, Workers: 2, Options: Options{Days: 1}}
	played := 0
	s.Progress = func(int64) {
		if played++; played == 3 {
			cancel()
		}
	}
	r, err := s.Do(ctx)
	if err != nil || !r.Stopped || len(r.Runs) == 0 || len(r.Runs) > 20 {
		t.Errorf("%d runs, stopped %v, error %v", len(r.Runs), r.Stopped, err)
	}
}

// Goal: the example in the specification is a centre that runs.
func TestSpecificationExampleRuns(t *testing.T) {
	text, err := os.ReadFile("../../../docs/spec/simulation.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```yaml\n")
	example, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatal("the specification shows no example")
	}
	c, err := ReadCentre("example.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	r := play(t, Study{Centre: c, Seed: 1, Options: Options{Days: 1, Audit: true}})
	noBreach(t, &r)
	shares, spreads := new(Behaviour).fields()
	for name := range shares {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("the specification does not name the behaviour %s", name)
		}
	}
	for name := range spreads {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("the specification does not name the behaviour %s", name)
		}
	}
}
