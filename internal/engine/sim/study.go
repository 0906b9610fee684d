package sim

import (
	"context"
	"math"
	"runtime"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/stat"
)

// Study is many runs of one centre, each with a seed of its own.
type Study struct {
	Centre  *Centre
	Seed    uint64 // of the first run; run r has Seed + r, so that one run can be repeated alone
	Runs    int    // default 1
	Workers int    // default one for each processor
	Twice   bool   // play each seed twice, with crashes at other steps the second time, and compare the hashes
	Options
	Progress func(events int64) // called after each run, from one goroutine at a time; may be nil
}

// Report is what a study gave. Runs are in the order of their seeds, whoever played them.
type Report struct {
	Hash    uint64 // of the runs' hashes, in order
	Events  int64
	Played  int // plays, counting repetitions
	Elapsed time.Duration
	Broken  int
	Unlike  int // seeds whose repetition or restore hashed otherwise
	Crashes int
	Runs    []Result
	Stopped bool // interrupted: only the runs before the first unplayed one are here
}

// Do plays the study. It ends early, with what it has, when ctx is done.
func (s Study) Do(ctx context.Context) (Report, error) {
	if err := s.check(); err != nil {
		return Report{}, err
	}
	results, played := make([]Result, s.Runs), make([]bool, s.Runs)
	var (
		mu      sync.Mutex
		next    int
		workers sync.WaitGroup
		begun   = time.Now()
		count   int
	)
	for range min(s.Workers, s.Runs) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			p := newPlayer(s.Centre, s.Options)
			for {
				mu.Lock()
				r := next
				next++
				mu.Unlock()
				if r >= s.Runs || ctx.Err() != nil {
					return
				}
				result, plays, events := s.playSeed(p, s.Seed+uint64(r))
				mu.Lock()
				results[r], played[r] = result, true
				count += plays
				if s.Progress != nil {
					s.Progress(events)
				}
				mu.Unlock()
			}
		}()
	}
	workers.Wait()
	return gather(results, played, count, time.Since(begun)), nil
}

func (s *Study) check() error {
	if s.Runs == 0 {
		s.Runs = 1
	}
	if s.Workers == 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	if s.Runs < 0 || s.Workers < 0 || s.Days < 1 || s.Days > maxDays {
		return centre.Errorf(centre.Invalid, "simulate: want runs and workers of at least 1 and 1 to %d days", maxDays)
	}
	if s.Options.WarmUp < 0 || s.Options.WarmUp >= time.Duration(s.Days)*day {
		return centre.Errorf(centre.Invalid, "simulate: the warm-up must end before the last day does")
	}
	return s.Centre.Validate()
}

// maxDays keeps the instants of a run within the agenda's keys.
const maxDays = 4000

// Record plays one seed and shows every event with its decisions, as they come; the slice is valid during the call only.
func Record(c *Centre, seed uint64, o Options, show func(e *routing.Event, decisions []routing.Decision)) (Result, error) {
	s := Study{Centre: c, Seed: seed, Options: o}
	if err := s.check(); err != nil {
		return Result{}, err
	}
	o.trace = func(_ int64, e *routing.Event, decisions []routing.Decision) { show(e, decisions) }
	return newPlayer(c, o).play(seed), nil
}

// playSeed plays one seed, and once more when asked.
func (s *Study) playSeed(p *player, seed uint64) (r Result, plays int, events int64) {
	p.faults.attempt = 1
	r = p.play(seed)
	if !s.Twice {
		return r, 1, r.Events
	}
	// Equal hashes mean equal decisions, so that the auditor has seen the second play when it has seen the first.
	p.faults.attempt, p.options.Audit = 2, false
	again := p.play(seed)
	p.options.Audit = s.Audit
	r.Crashes += again.Crashes
	r.Failures = append(r.Failures, again.Failures...)
	if again.Hash != r.Hash || again.Events != r.Events {
		r.Failures = append(r.Failures, "the second play hashed otherwise")
	}
	return r, 2, r.Events + again.Events
}

func gather(results []Result, played []bool, count int, elapsed time.Duration) Report {
	out := Report{Elapsed: elapsed, Played: count, Hash: 14695981039346656037}
	for i := range results {
		if !played[i] {
			out.Stopped = true
			break
		}
		r := &results[i]
		for shift := 0; shift < 64; shift += 8 {
			out.Hash = (out.Hash ^ r.Hash>>shift&0xff) * 1099511628211 // FNV-1a
		}
		out.Events += r.Events
		out.Broken += r.Broken
		out.Crashes += r.Crashes
		if len(r.Failures) > 0 {
			out.Unlike++
		}
		out.Runs = append(out.Runs, *r)
	}
	return out
}

// Estimate is a mean over runs with its 95 % Student's t interval; without two runs the interval is NaN, and without any value all is.
type Estimate struct{ Mean, Low, High, SE float64 }

// Over reads one figure from every run, leaving out those where it has no value.
func (r *Report) Over(figure func(*Result) float64) Estimate {
	values := make([]float64, 0, len(r.Runs))
	for i := range r.Runs {
		if v := figure(&r.Runs[i]); !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v)
		}
	}
	nan := math.NaN()
	switch len(values) {
	case 0:
		return Estimate{nan, nan, nan, nan}
	case 1:
		return Estimate{values[0], nan, nan, nan}
	}
	e, err := stat.MeanT(values, 0.95)
	if err != nil {
		return Estimate{nan, nan, nan, nan}
	}
	return Estimate{Mean: e.Value, Low: e.CI.Low, High: e.CI.High, SE: e.SE}
}
