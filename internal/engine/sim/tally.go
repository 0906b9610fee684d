package sim

import "sentral/internal/engine/routing"

// SlotMinutes is the length of the intervals of the day in which a run is measured.
const SlotMinutes = 30

const slots = 24 * 60 / SlotMinutes

// Counts is what one run saw of some contacts: those of a stream, a queue, a channel or all.
type Counts struct {
	Arrived          int64 `json:"arrived"`
	Answered         int64 `json:"answered"`           // by an agent, without asking for a callback
	AnsweredInTarget int64 `json:"answered_in_target"` // within the queue's target time
	Waited           int64 `json:"waited"`             // answered or gone, after a wait of more than nothing
	Abandoned        int64 `json:"abandoned"`
	AbandonedSoon    int64 `json:"abandoned_in_target"` // within the target time
	TurnedAway       int64 `json:"turned_away"`
	Promised         int64 `json:"promised"` // asked for a callback: not counted as answered
	SelfServed       int64 `json:"self_served"`
	SumWaitMS        int64 `json:"-"` // of the answered
	SumAllWaitMS     int64 `json:"-"` // of the answered and those who gave up
	waits            []int32
}

func (c *Counts) add(o *Counts) {
	c.Arrived += o.Arrived
	c.Answered += o.Answered
	c.AnsweredInTarget += o.AnsweredInTarget
	c.Waited += o.Waited
	c.Abandoned += o.Abandoned
	c.AbandonedSoon += o.AbandonedSoon
	c.TurnedAway += o.TurnedAway
	c.Promised += o.Promised
	c.SelfServed += o.SelfServed
	c.SumWaitMS += o.SumWaitMS
	c.SumAllWaitMS += o.SumAllWaitMS
	c.waits = append(c.waits, o.waits...)
}

// Slot is one interval of the day, over all days of a run, for live channels.
type Slot struct {
	Arrived, InTarget int64
	SumWaitMS         int64 // of the answered who arrived in it
	Answered          int64
	BusyMS, ReadyMS   int64 // of agents
}

// tally measures one run.
type tally struct {
	centre *Centre
	warmUp int64
	stream []Counts // by stream of arrivals
	slot   [slots]Slot

	busyMS, readyMS int64 // of agents with something in hand, and of those ready for it or busy
	offers, refused int64
	redials         int64
}

func (t *tally) prepare(c *Centre) {
	t.centre = c
	t.stream = make([]Counts, len(c.Traffic))
}

func (t *tally) begin(warmUp int64) {
	for i := range t.stream {
		t.stream[i] = Counts{waits: t.stream[i].waits[:0]}
	}
	*t = tally{centre: t.centre, stream: t.stream, warmUp: warmUp}
}

func slotOf(ms int64) int { return int(ms % dayMS / (SlotMinutes * 60_000)) }

// arrive counts one approach and tells whether it is to be measured.
func (t *tally) arrive(c *contact, now int64) bool {
	if now < t.warmUp {
		return false
	}
	t.stream[c.stream].Arrived++
	if !c.channel.Deferred() {
		t.slot[slotOf(now)].Arrived++
	}
	return true
}

func (t *tally) target(c *contact) int64 {
	return t.centre.Settings.Queues[t.centre.Traffic[c.stream].Queue-1].TargetMS
}

func (t *tally) answer(c *contact, now int64) {
	if !c.met || c.promised {
		return
	}
	s, wait := &t.stream[c.stream], now-c.arrived
	in := wait <= t.target(c)
	s.Answered++
	s.SumWaitMS += wait
	s.SumAllWaitMS += wait
	s.waits = append(s.waits, int32(min(wait, 1<<31-1)))
	if wait > 0 {
		s.Waited++
	}
	if in {
		s.AnsweredInTarget++
	}
	if c.channel.Deferred() {
		return
	}
	slot := &t.slot[slotOf(c.arrived)]
	slot.Answered++
	slot.SumWaitMS += wait
	if in {
		slot.InTarget++
	}
}

func (t *tally) turnedAway(c *contact) {
	if c.met {
		t.stream[c.stream].TurnedAway++
		if !c.channel.Deferred() {
			t.slot[slotOf(c.arrived)].Arrived--
		}
	}
}

func (t *tally) promised(c *contact) {
	if c.met && !c.answered {
		t.stream[c.stream].Promised++
	}
}

func (t *tally) close(c *contact, how routing.Ending, now int64) {
	if !c.met || c.answered || c.promised {
		return
	}
	s, wait := &t.stream[c.stream], now-c.arrived
	switch how {
	case routing.AbandonedQueue, routing.AbandonedOffer:
		s.Abandoned++
		s.SumAllWaitMS += wait
		if wait > 0 {
			s.Waited++
		}
		if wait <= t.target(c) {
			s.AbandonedSoon++
		}
	case routing.HandedToSelf:
		s.SelfServed++
	}
}

// agent books the time since the agent last changed; it is called before the change and once at the end.
func (t *tally) agent(a *agent, now int64) {
	from := max(a.since, t.warmUp)
	a.since = now
	if now <= from {
		return
	}
	busy := a.state == routing.Talking || a.state == routing.Wrapping
	if !busy && (a.status != routing.Ready || a.state == routing.Gone || a.state == routing.Lost) {
		return
	}
	for from < now {
		to := min(now, (from/(SlotMinutes*60_000)+1)*SlotMinutes*60_000)
		slot := &t.slot[slotOf(from)]
		t.readyMS += to - from
		slot.ReadyMS += to - from
		if busy {
			t.busyMS += to - from
			slot.BusyMS += to - from
		}
		from = to
	}
}

// Figures is what is read from Counts. A figure without anything to count is NaN.
type Figures struct {
	ServiceLevel     float64 // answered within target / (arrived - turned away)
	ServiceLevelAC   float64 // (answered + abandoned within target) / (arrived - turned away), as Amazon Connect and Cisco "positive"
	Abandonment      float64 // abandoned / (arrived - turned away)
	Waited           float64 // share of the answered and abandoned who waited at all
	MeanWaitS        float64 // of the answered, in seconds
	MeanAllWaitS     float64 // of the answered and abandoned, in seconds
	P50S, P90S, P99S float64 // of the waits of the answered, in seconds
}

// figures reorders the waits.
func (c *Counts) figures() Figures {
	offered := float64(c.Arrived - c.TurnedAway)
	f := Figures{
		ServiceLevel: float64(c.AnsweredInTarget) / offered, ServiceLevelAC: float64(c.AnsweredInTarget+c.AbandonedSoon) / offered,
		Abandonment: float64(c.Abandoned) / offered, Waited: float64(c.Waited) / float64(c.Answered+c.Abandoned),
		MeanWaitS: float64(c.SumWaitMS) / float64(c.Answered) / 1000, MeanAllWaitS: float64(c.SumAllWaitMS) / float64(c.Answered+c.Abandoned) / 1000,
	}
	f.P50S, f.P90S, f.P99S = c.quantile(0.5), c.quantile(0.9), c.quantile(0.99)
	return f
}
