package load

import (
	"slices"
	"sync"
	"time"
)

// Report is what a run saw. Only what began within the counted time is in the times; counts and errors are of the whole run.
type Report struct {
	Agents      int            `json:"agents"`
	Rate        float64        `json:"contacts_per_s"`
	DurationS   float64        `json:"duration_s"`
	WarmUpS     float64        `json:"warm_up_s"`
	AcceptMS    int64          `json:"accept_after_ms"`
	Seed        uint64         `json:"seed"`
	Planned     int            `json:"planned"` // contacts of the whole run
	Started     int            `json:"started"`
	Offered     int            `json:"offered"`
	OfferedMore int            `json:"offered_again"` // offers of a contact after its first
	Answered    int            `json:"answered"`
	Over        int            `json:"over"` // conversations that ended as they should
	Surveys     int            `json:"surveys"`
	ToDesk      int            `json:"messages_to_desk"`
	ToCustomer  int            `json:"messages_to_customer"`
	Away        int            `json:"agents_sent_away"`
	Dropped     int            `json:"streams_dropped"`
	Errors      int            `json:"errors"`
	FailedBy    map[string]int `json:"errors_by,omitempty"`
	FirstError  string         `json:"first_error,omitempty"`
	Offer       Times          `json:"arrival_to_offer_ms"` // from just before the POST of the start to the offer's event at the desk
	DeskTimes   Times          `json:"message_to_desk_ms"`
	ChatTimes   Times          `json:"message_to_customer_ms"`
	Server      Server         `json:"server"`
	Machine     Machine        `json:"machine"`
}

// Times are quantiles in milliseconds.
type Times struct {
	N    int     `json:"n"`
	Half float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// figures gathers while the run goes on.
type figures struct {
	mu         sync.Mutex
	from, to   time.Time
	visits     []seenVisit
	offerMS    []float64
	deskMS     []float64
	chatMS     []float64
	count      Report // the counts of it
	lastOffer  float64
	lastSpoken float64
}

type seenVisit struct {
	arrived, offered time.Time
	fromAgent        map[int]time.Time
	fromCustomer     map[int]time.Time
}

func (f *figures) begin(visits int) {
	f.visits = make([]seenVisit, visits)
	f.count.FailedBy = map[string]int{}
}

func (f *figures) open(from, to time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.from, f.to = from, to
}

// counts tells whether what began at t belongs to the counted time.
func (f *figures) counts(t time.Time) bool { return !t.Before(f.from) && t.Before(f.to) }

func (f *figures) arrived(n int, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.visits[n].arrived = at
}

func (f *figures) started(int) { f.add(&f.count.Started) }

func (f *figures) add(to *int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*to++
}

func (f *figures) offered(n int, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := &f.visits[n]
	if !v.offered.IsZero() {
		f.count.OfferedMore++
		return
	}
	v.offered = at
	f.count.Offered++
	if took := ms(at.Sub(v.arrived)); f.counts(v.arrived) {
		f.offerMS = append(f.offerMS, took)
		f.lastOffer = max(f.lastOffer, took)
	}
}

func (f *figures) answered()     { f.add(&f.count.Answered) }
func (f *figures) over(int)      { f.add(&f.count.Over) }
func (f *figures) asked()        { f.add(&f.count.Surveys) }
func (f *figures) wentAway()     { f.add(&f.count.Away) }
func (f *figures) dropped()      { f.add(&f.count.Dropped) }
func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (f *figures) agentWrites(n, turn int, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.visits[n].fromAgent == nil {
		f.visits[n].fromAgent = map[int]time.Time{}
	}
	f.visits[n].fromAgent[turn] = at
}

func (f *figures) customerWrites(n, turn int, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.visits[n].fromCustomer == nil {
		f.visits[n].fromCustomer = map[int]time.Time{}
	}
	f.visits[n].fromCustomer[turn] = at
}

func (f *figures) reachedDesk(n, turn int, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reached(f.visits[n].fromCustomer, turn, at, &f.deskMS) {
		f.count.ToDesk++
	}
}

func (f *figures) reachedCustomer(n, turn int, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reached(f.visits[n].fromAgent, turn, at, &f.chatMS) {
		f.count.ToCustomer++
	}
}

// reached notes that a message has reached the other side, once.
func (f *figures) reached(sent map[int]time.Time, turn int, at time.Time, times *[]float64) bool {
	began, ok := sent[turn]
	if !ok {
		return false
	}
	delete(sent, turn)
	if f.counts(began) {
		*times = append(*times, ms(at.Sub(began)))
		f.lastSpoken = max(f.lastSpoken, ms(at.Sub(began)))
	}
	return true
}

func (f *figures) failed(what string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count.Errors++
	f.count.FailedBy[what]++
	if f.count.FirstError == "" {
		f.count.FirstError = what + ": " + err.Error()
	}
}

// progress gives how far the run is, with the worst times since it was asked last.
func (f *figures) progress() Progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := Progress{Begun: f.count.Started, Over: f.count.Over, Errors: f.count.Errors, WorstOfferMS: f.lastOffer, WorstMessageMS: f.lastSpoken}
	f.lastOffer, f.lastSpoken = 0, 0
	return p
}

func (c *crowd) report() Report {
	f := &c.figures
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.count
	r.FailedBy = map[string]int{}
	for what, n := range f.count.FailedBy {
		r.FailedBy[what] = n
	}
	r.Agents, r.Rate, r.DurationS, r.WarmUpS, r.AcceptMS, r.Seed = c.Agents, c.Rate, c.Duration.Seconds(), c.WarmUp.Seconds(), c.Accept.Milliseconds(), c.Seed
	r.Planned = len(c.visits)
	r.Offer, r.DeskTimes, r.ChatTimes = timesOf(f.offerMS), timesOf(f.deskMS), timesOf(f.chatMS)
	return r
}

// timesOf takes the quantiles: the smallest time that so many of the whole do not pass.
func timesOf(list []float64) Times {
	if len(list) == 0 {
		return Times{}
	}
	s := slices.Sorted(slices.Values(list))
	at := func(permille int) float64 { return s[min(len(s)-1, (len(s)*permille+999)/1000-1)] }
	return Times{N: len(s), Half: at(500), P90: at(900), P99: at(990), Max: s[len(s)-1]}
}
