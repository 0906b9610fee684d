package testphone

import (
	"context"
	"sync"
	"time"
)

// Crowd is many calls by one phone.
type Crowd struct {
	Calls  int
	Rate   float64          // calls a second; 0 starts them all at once
	Script func(int) Script // of the n-th call, from 1
	Result func(Result)     // hears of each call as it ends; may be nil. One at a time
}

// RunMany makes the calls and sums them up. Results are in the order the calls began. When the context ends, no more calls begin and those that stand are
// hung up.
func (p *Phone) RunMany(ctx context.Context, c Crowd) ([]Result, Sum) {
	var (
		wait    sync.WaitGroup
		mu      sync.Mutex
		results = make([]Result, 0, c.Calls)
		most    int
	)
	all := make([]*Result, c.Calls)
	began := time.Now()
	for i := range c.Calls {
		if c.Rate > 0 && !sleepUntil(ctx, began.Add(time.Duration(float64(i)/c.Rate*float64(time.Second)))) || ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			r := p.Run(ctx, c.Script(i+1))
			r.Call = i + 1
			mu.Lock()
			defer mu.Unlock()
			all[i] = &r
			if c.Result != nil {
				c.Result(r)
			}
		})
		most = max(most, p.Calls())
	}
	wait.Wait()
	for _, r := range all {
		if r != nil {
			results = append(results, *r)
		}
	}
	s := Add(results)
	s.MostAtOnce = max(most, min(1, len(results)))
	s.LateMS = milliseconds(p.pace.worst())
	return results, s
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Answering is how a called phone answers.
type Answering struct {
	Code   int           // refuse with this code instead, such as 486
	Ring   time.Duration // how long it rings
	Voice  *Voice
	Hear   []float64
	Keys   []Step
	Talk   time.Duration // hangs up so long after it heard what it wants; 0: waits for the other side
	Record bool
}

// Take answers one call by the script and says what came of it.
func (a Answering) Take(ctx context.Context, r *Ring) Result {
	began := time.Now()
	refused := Result{From: r.From, To: r.Number, Heard: []HeardTone{}}
	if a.Code != 0 {
		r.Reject(a.Code, "Refused")
		refused.Code, refused.Outcome = a.Code, outcomeOf(a.Code)
		return refused
	}
	r.Ringing()
	t := time.NewTimer(a.Ring)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Cancelled():
		refused.Code, refused.Outcome = 487, Cancelled
		return refused
	case <-ctx.Done():
		r.Reject(480, "Temporarily Unavailable")
		refused.Code, refused.Outcome = 480, NoAnswer
		return refused
	}
	c, err := r.Answer(a.Voice, a.Hear...)
	if err != nil {
		refused.Code, refused.Outcome, refused.Reason = 488, Failed, err.Error()
		return refused
	}
	if a.Record {
		c.Record()
	}
	s := Script{Invite: Invite{From: r.From, To: r.Number, Hear: a.Hear}, Keys: a.Keys, Talk: a.Talk, Patience: 24 * time.Hour}
	if a.Talk == 0 {
		s.Talk = 24 * time.Hour
	}
	play := &run{Script: s, call: c, began: began, answered: time.Now()}
	play.finish(play.live(ctx))
	return play.result()
}
