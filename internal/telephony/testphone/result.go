package testphone

import (
	"context"
	"errors"
	"slices"
	"time"

	"sentral/internal/stat"
)

// Outcome is what came of a call, in one word.
type Outcome string

// The outcomes. Every call has exactly one.
const (
	WasAnswered Outcome = "answered"  // the other side answered, and the call ended by a hang-up of either
	Busy        Outcome = "busy"      // 486, 600
	Rejected    Outcome = "rejected"  // another 4xx, or 603: it was told no
	Cancelled   Outcome = "cancelled" // the phone gave up before the answer, as its script said
	NoAnswer    Outcome = "no_answer" // it rang until the phone's time was up, or 408, 480
	Failed      Outcome = "failed"    // nobody there, 5xx, or an answer that could not be used
	Dropped     Outcome = "dropped"   // answered, then cut off: the other side hung up before what was wanted was heard, or no sound came for 8 s
)

// Result is what one call came to. Times are in milliseconds; null where there was nothing to measure.
type Result struct {
	Call        int         `json:"call"` // from 1
	From        string      `json:"from"`
	To          string      `json:"to"`
	Outcome     Outcome     `json:"outcome"`
	Code        int         `json:"code"` // last SIP status; 0 when none came
	Reason      string      `json:"reason,omitempty"`
	Answered    bool        `json:"answered"`
	SetupMS     *float64    `json:"setup_ms"`  // INVITE sent -> 200
	QueuedMS    *float64    `json:"queued_ms"` // 200 -> the first wanted tone began
	HeardHz     *float64    `json:"heard_hz"`  // the wanted tone that was heard strongest
	Heard       []HeardTone `json:"heard"`
	Sent        int         `json:"sent_packets"`
	Received    int         `json:"received_packets"`
	Lost        int         `json:"lost_packets"` // by their numbers
	WorstGapMS  float64     `json:"worst_gap_ms"` // longest time without a packet
	DurationMS  float64     `json:"duration_ms"`  // from the answer to the end
	EndedBy     Party       `json:"ended_by"`
	Digits      string      `json:"digits,omitempty"` // keys that the other side pressed
	Reinvites   int         `json:"reinvites"`
	MomentGiven Moment      `json:"hung_up_at,omitempty"` // the moment that the script chose
	AnsweredAt  time.Time   `json:"-"`
	Recording   []int16     `json:"-"` // what was heard, if that was to be kept
}

// HeardTone is one wanted tone.
type HeardTone struct {
	Hz      float64  `json:"hz"`
	FirstMS *float64 `json:"first_ms"` // from the answer; null: not heard
	WholeMS float64  `json:"whole_ms"` // for how long in all
	Share   float64  `json:"share"`    // greatest share of the energy within 200 ms
}

// HeardAll tells whether every wanted tone was heard.
func (r Result) HeardAll() bool {
	return !slices.ContainsFunc(r.Heard, func(h HeardTone) bool { return h.FirstMS == nil })
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (r *run) result() Result {
	c := r.call
	c.mu.Lock()
	setup, ended := c.began.Sub(r.began), c.at
	c.mu.Unlock()
	s := c.Sound()
	ms := milliseconds(setup)
	out := Result{From: r.From, To: r.To, Outcome: WasAnswered, Code: 200, Answered: true, SetupMS: &ms, Heard: []HeardTone{}, Sent: s.Sent, Received: s.Received, Lost: s.Lost,
		WorstGapMS: milliseconds(s.WorstGap), DurationMS: milliseconds(ended.Sub(r.answered)), EndedBy: c.EndedBy(), Digits: c.Digits(), Reinvites: s.Reinvites, Recording: c.Recording(), AnsweredAt: r.answered}
	if r.gaveUp {
		out.MomentGiven = r.Moment
	}
	if r.dropped {
		out.Outcome = Dropped
	}
	out.hear(c.Heard(), r.answered)
	return out
}

// hear fills in what was heard.
func (r *Result) hear(all []Heard, answered time.Time) {
	best := 0.0
	for _, h := range all {
		t := HeardTone{Hz: h.Hz, WholeMS: milliseconds(h.Whole), Share: h.Share}
		if !h.First.IsZero() {
			first := max(0, milliseconds(h.First.Sub(answered)))
			t.FirstMS = &first
			if r.QueuedMS == nil || first < *r.QueuedMS {
				r.QueuedMS = &first
			}
			if h.Share > best {
				best = h.Share
				r.HeardHz = &h.Hz
			}
		}
		r.Heard = append(r.Heard, t)
	}
}

// refused is the result of a call that was not answered.
func (r *run) refused(err error) Result {
	out := Result{From: r.From, To: r.To, Outcome: Failed, Reason: err.Error(), Heard: []HeardTone{}}
	for _, hz := range r.Hear {
		out.Heard = append(out.Heard, HeardTone{Hz: hz})
	}
	var no *Refused
	switch {
	case errors.As(err, &no):
		out.Code, out.Reason, out.Outcome = no.Code, no.Reason, outcomeOf(no.Code)
	case r.gaveUp && (r.Moment == Inviting || r.Moment == Ringing):
		out.Outcome, out.MomentGiven, out.Reason = Cancelled, r.Moment, ""
	case errors.Is(err, context.DeadlineExceeded):
		out.Outcome, out.Reason = NoAnswer, ""
	case errors.Is(err, context.Canceled):
		out.Outcome, out.Reason = Cancelled, ""
	}
	return out
}

func outcomeOf(code int) Outcome {
	switch {
	case code == 486 || code == 600:
		return Busy
	case code == 408 || code == 480:
		return NoAnswer
	case code == 487:
		return Cancelled
	case code/100 == 5:
		return Failed
	}
	return Rejected
}

// Spread is how a time is spread over calls, in milliseconds.
type Spread struct {
	N   int     `json:"n"`
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	slices.Sort(values)
	at := func(p float64) float64 { return stat.QuantileSorted(values, p) }
	return Spread{N: len(values), P50: at(.5), P90: at(.9), P99: at(.99), Max: values[len(values)-1]}
}

// Sum is what many calls came to.
type Sum struct {
	Calls      int             `json:"calls"`
	Outcomes   map[Outcome]int `json:"outcomes"`
	Answered   int             `json:"answered"`
	HeardAll   int             `json:"heard"`    // answered calls that heard every tone they wanted
	HeardHz    *float64        `json:"heard_hz"` // the tone that was heard strongest by most
	SetupMS    Spread          `json:"setup_ms"`
	QueuedMS   Spread          `json:"queued_ms"`
	DurationMS Spread          `json:"duration_ms"`
	WorstGapMS Spread          `json:"worst_gap_ms"`
	Sent       int             `json:"sent_packets"`
	Received   int             `json:"received_packets"`
	Lost       int             `json:"lost_packets"`
	LostMost   int             `json:"lost_packets_worst_call"`
	MostAtOnce int             `json:"most_at_once"`      // calls that stood at the same time
	LateMS     float64         `json:"generator_late_ms"` // how late this phone's own latest packet was: above 20, the machine was too busy to judge
}

// Add sums results up.
func Add(results []Result) Sum {
	s := Sum{Calls: len(results), Outcomes: map[Outcome]int{}}
	var setup, queued, duration, gap []float64
	tones := map[float64]int{}
	for _, r := range results {
		s.Outcomes[r.Outcome]++
		s.Sent, s.Received, s.Lost, s.LostMost = s.Sent+r.Sent, s.Received+r.Received, s.Lost+r.Lost, max(s.LostMost, r.Lost)
		if !r.Answered {
			continue
		}
		s.Answered++
		setup, duration, gap = append(setup, *r.SetupMS), append(duration, r.DurationMS), append(gap, r.WorstGapMS)
		if r.QueuedMS != nil {
			queued = append(queued, *r.QueuedMS)
		}
		if r.HeardHz != nil {
			tones[*r.HeardHz]++
		}
		if r.HeardAll() {
			s.HeardAll++
		}
	}
	for hz, n := range tones {
		if s.HeardHz == nil || n > tones[*s.HeardHz] || n == tones[*s.HeardHz] && hz < *s.HeardHz {
			s.HeardHz = &hz
		}
	}
	s.SetupMS, s.QueuedMS, s.DurationMS, s.WorstGapMS = spread(setup), spread(queued), spread(duration), spread(gap)
	return s
}
