package index

import (
	"cmp"
	"slices"
	"time"

	"sentral/internal/centre"
)

// Ratio is two counts, and their quotient only for showing. Value is nil, with the reason, where the divisor is zero.
type Ratio struct {
	Measure string   `json:"measure"`
	Part    int64    `json:"part"`
	Of      int64    `json:"of"`
	Value   *float64 `json:"value"`
	Reason  string   `json:"reason,omitempty"`
}

func newRatio(measure string, part, of int64, none string) Ratio {
	r := Ratio{Measure: measure, Part: part, Of: of}
	if of == 0 {
		r.Reason = none
		return r
	}
	r.Value = new(float64(part) / float64(of))
	return r
}

// Abandonment is the share of ended contacts whose customer gave up, with short abandonments left out of both counts when noShort is
// set. A callback asked for is a promise, neither answered nor abandoned; it stays in the divisor.
func (c ServiceCounts) Abandonment(noShort bool) Ratio {
	ended := c.Answered() + c.Abandoned() + c.CallbackWithin + c.CallbackLate + c.FlowedOutWithin + c.FlowedOutLate
	if noShort {
		return newRatio("abandonment_no_short", c.Abandoned()-c.AbandonedShort, ended-c.AbandonedShort, "no contact has ended")
	}
	return newRatio("abandonment", c.Abandoned(), ended, "no contact has ended")
}

// SpeedOfAnswer is ASA in milliseconds: the mean wait of those answered.
func (c ServiceCounts) SpeedOfAnswer() Ratio {
	return newRatio("asa_ms", c.AnsweredWaitMS, c.Answered(), "nobody was answered")
}

// Handling sums what answered contacts took.
type Handling struct {
	Contacts           int64
	Talk, Hold, WrapUp time.Duration
}

// HandlingTime is AHT in milliseconds: talk, hold and wrap-up a contact.
func (h Handling) HandlingTime() Ratio {
	return newRatio("aht_ms", (h.Talk + h.Hold + h.WrapUp).Milliseconds(), h.Contacts, "no contact was handled")
}

// Span is a stretch of time, From included and To not.
type Span struct {
	From, To centre.Instant
}

// Work is a stretch in which an agent had one contact, and the part of the agent's capacity that it takes, in permille: 1000 for a
// call, 333 for one of three chats.
type Work struct {
	Span
	Permille int64
}

// AgentTime is one agent's day: when the agent stood ready or worked (pauses left out), and the contacts.
type AgentTime struct {
	Staffed []Span
	Work    []Work
}

// OccupancyFigures are two answers to "how busy": Load counts the capacity taken, so that one chat of three is a third; Busy counts
// any contact as fully busy, as Amazon Connect does. Both are milliseconds of staffed milliseconds.
type OccupancyFigures struct {
	Load      Ratio `json:"load"`
	Busy      Ratio `json:"busy"`
	OutsideMS int64 `json:"outside_ms"` // contact time outside staffed time, in no figure: a sign of wrong status
}

// Occupancy reckons how busy agents were while staffed. Capacity taken above the whole counts as the whole.
func Occupancy(agents []AgentTime) (OccupancyFigures, error) {
	var load, busy, staffed, outside int64
	for i, a := range agents {
		if err := checkSpans(a.Staffed); err != nil {
			return OccupancyFigures{}, centre.Errorf(centre.Invalid, "agent %d, staffed: %w", i+1, err)
		}
		type edge struct {
			at             centre.Instant
			staff, n, load int64
		}
		var edges []edge
		for _, s := range a.Staffed {
			edges = append(edges, edge{s.From, 1, 0, 0}, edge{s.To, -1, 0, 0})
		}
		for _, w := range a.Work {
			if w.To < w.From || w.Permille < 0 || w.Permille > 1000 {
				return OccupancyFigures{}, centre.Errorf(centre.Invalid, "agent %d: a contact from %d to %d takes %d permille: want a rising span and 0 to 1000", i+1, w.From, w.To, w.Permille)
			}
			edges = append(edges, edge{w.From, 0, 1, w.Permille}, edge{w.To, 0, -1, -w.Permille})
		}
		slices.SortFunc(edges, func(x, y edge) int { return cmp.Compare(x.at, y.at) })
		var now edge
		for _, e := range edges {
			d := int64(e.at - now.at)
			switch {
			case now.staff > 0:
				staffed += d
				load += d * min(now.load, 1000)
				busy += d * min(now.n, 1)
			default:
				outside += d * min(now.n, 1)
			}
			now = edge{e.at, now.staff + e.staff, now.n + e.n, now.load + e.load}
		}
	}
	const none = "nobody was staffed"
	return OccupancyFigures{
		Load: newRatio("occupancy_load", load/1000, staffed, none), Busy: newRatio("occupancy_busy", busy, staffed, none), OutsideMS: outside,
	}, nil
}

// Activity is a stretch of a schedule, or of what was done, such as "queue", "break", "training".
type Activity struct {
	Span
	Kind string
}

// AdherenceFigures tell how a day kept to its schedule. Adherence is the scheduled time in which the agent did just what was planned;
// conformance is the time worked over the time planned to work, whenever it was: a late start made up for in the evening conforms
// but does not adhere.
type AdherenceFigures struct {
	Adherence   Ratio  `json:"adherence"`
	Conformance Ratio  `json:"conformance"`
	Out         []Span `json:"out"` // scheduled stretches spent on something else, or away
}

// Adherence compares what was done with the schedule; work is the kind that conformance counts.
func Adherence(schedule, done []Activity, work string) (AdherenceFigures, error) {
	for name, list := range map[string][]Activity{"schedule": schedule, "done": done} {
		spans := make([]Span, len(list))
		for i, a := range list {
			spans[i] = a.Span
		}
		if err := checkSpans(spans); err != nil {
			return AdherenceFigures{}, centre.Errorf(centre.Invalid, "adherence, %s: %w", name, err)
		}
	}
	var edges []centre.Instant
	for _, a := range slices.Concat(schedule, done) {
		edges = append(edges, a.From, a.To)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	at := func(list []Activity, t centre.Instant) string {
		for _, a := range list {
			if a.From <= t && t < a.To {
				return a.Kind
			}
		}
		return ""
	}
	var out AdherenceFigures
	var kept, planned, worked, toWork int64
	for i := 1; i < len(edges); i++ {
		d := int64(edges[i] - edges[i-1])
		plan, did := at(schedule, edges[i-1]), at(done, edges[i-1])
		if did == work {
			worked += d
		}
		if plan == work {
			toWork += d
		}
		if plan == "" {
			continue
		}
		planned += d
		if plan == did {
			kept += d
			continue
		}
		if n := len(out.Out); n > 0 && out.Out[n-1].To == edges[i-1] {
			out.Out[n-1].To = edges[i]
		} else {
			out.Out = append(out.Out, Span{edges[i-1], edges[i]})
		}
	}
	out.Adherence = newRatio("adherence", kept, planned, "nothing was scheduled")
	out.Conformance = newRatio("conformance", worked, toWork, "no "+work+" was scheduled")
	return out, nil
}

// checkSpans refuses a span that runs backward and two that overlap.
func checkSpans(spans []Span) error {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for i, s := range sorted {
		if s.To < s.From {
			return centre.Errorf(centre.Invalid, "the span from %d to %d runs backward", s.From, s.To)
		}
		if i > 0 && s.From < sorted[i-1].To {
			return centre.Errorf(centre.Invalid, "the spans from %d and from %d overlap", sorted[i-1].From, s.From)
		}
	}
	return nil
}
