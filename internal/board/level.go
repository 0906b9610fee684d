package board

import (
	"slices"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/engine/journal"
	"sentral/internal/quality/index"
)

// ownFormula asks for each queue's own formula.
const ownFormula = "queue"

// formula is one of quality/index's, and whether contacts that left the queue for another place count as not met.
type formula struct {
	of       index.Formula
	flowOuts bool
}

// formulas are the configuration's names of the formulas.
var formulas = map[string]formula{
	"answered_of_offered":              {of: index.GenesysAll},
	"answered_of_answered":             {of: index.AsteriskSL},
	"answered_or_abandoned_of_offered": {of: index.AsteriskSL2},
	"connect":                          {of: index.ConnectSL},
	"genesys":                          {of: index.GenesysAll, flowOuts: true},
	"genesys_short_off":                {of: index.GenesysNoShort, flowOuts: true},
	"genesys_abandons_off":             {of: index.GenesysNoAbandons, flowOuts: true},
	"cisco_ignored":                    {of: index.CiscoIgnored},
	"cisco_negative":                   {of: index.CiscoNegative},
	"cisco_positive":                   {of: index.CiscoPositive},
}

// account is what one row of a page adds up: the contacts of one queue, or of all.
type account struct {
	parts    []part
	arrived  int64
	handled  int64
	handleMS int64
}

// part is the contacts that are judged by one target.
type part struct {
	target index.ServiceTarget
	counts index.ServiceCounts
}

func (a *account) add(target index.ServiceTarget, c index.ServiceCounts) {
	for i := range a.parts {
		if a.parts[i].target == target {
			a.parts[i].counts = a.parts[i].counts.Add(c)
			return
		}
	}
	a.parts = append(a.parts, part{target, c})
}

// counts are all contacts together, whatever they are judged by.
func (a *account) counts() (c index.ServiceCounts) {
	for _, p := range a.parts {
		c = c.Add(p.counts)
	}
	return c
}

func (a *account) merge(o *account) {
	for _, p := range o.parts {
		a.add(p.target, p.counts)
	}
	a.arrived += o.arrived
	a.handled += o.handled
	a.handleMS += o.handleMS
}

// level is the service level of a queue's contacts by a formula; those of an hour with another target are judged by that.
func (a *account) level(q *config.Queue, name string) Level {
	l := Level{Formula: name, WithinMS: int64(q.TargetS) * 1000, GoalPermille: int(q.GoalPercent) * 10}
	f, known := formulas[name]
	if !known {
		f = formulas["answered_of_offered"]
	}
	for _, p := range a.parts {
		p.target.FlowOuts = f.flowOuts
		figure := p.target.Level(f.of, p.counts)
		l.Numerator += figure.Met
		l.Denominator += figure.Of
	}
	return l.shared()
}

// shared reckons the share.
func (l Level) shared() Level {
	l.Permille = -1
	if l.Denominator > 0 {
		l.Permille = int((2000*l.Numerator + l.Denominator) / (2 * l.Denominator))
	}
	return l
}

// together is the level of several queues: those met of all who count, each by its queue's target and formula. What the queues do not agree on is left out:
// the formula is then called "queue", the target zero; the goal is the mean weighted by who counts.
func together(levels []Level) Level {
	if len(levels) == 0 {
		return Level{Formula: ownFormula}.shared()
	}
	out := Level{Formula: levels[0].Formula, WithinMS: levels[0].WithinMS}
	var goals, weighted int64
	for _, l := range levels {
		if l.Formula != out.Formula {
			out.Formula = ownFormula
		}
		if l.WithinMS != out.WithinMS {
			out.WithinMS = 0
		}
		out.Numerator += l.Numerator
		out.Denominator += l.Denominator
		goals += int64(l.GoalPermille)
		weighted += int64(l.GoalPermille) * l.Denominator
	}
	out.GoalPermille = int(goals / int64(len(levels)))
	if out.Denominator > 0 {
		out.GoalPermille = int(weighted / out.Denominator)
	}
	return out.shared()
}

// gather adds up some sums by queue, for the places that count.
func (s *sheet) gather(m sums, counts func(place) bool) map[centre.QueueID]*account {
	out := map[centre.QueueID]*account{}
	for p, t := range m {
		if !counts(p) {
			continue
		}
		a := out[p.queue]
		if a == nil {
			a = &account{}
			out[p.queue] = a
		}
		a.arrived += t.arrived
		a.handled += t.handled
		a.handleMS += t.handleMS
		for _, l := range t.levels {
			a.add(l.Target(), l.Counts(s.at))
		}
	}
	return out
}

// waits are the contacts of today that still wait, by queue, as the formulas see them: some formulas count those past their target already. Every page
// drawn at the same moment shares them.
type waits struct {
	version        int64
	now            centre.Instant
	today, quarter map[centre.QueueID]part
}

func (s *sheet) waiting(now centre.Instant) *waits {
	if w := s.waits; w != nil && w.version == s.version && w.now == now {
		return w
	}
	_, quarter := quarterOf(now)
	today, lately := map[centre.QueueID][]centre.Instant{}, map[centre.QueueID][]centre.Instant{}
	for _, o := range s.open {
		if !o.counted && o.created >= s.from && o.created < s.to {
			since := now - s.waited(o, now)
			today[o.queue] = append(today[o.queue], since)
			if o.created >= quarter {
				lately[o.queue] = append(lately[o.queue], since)
			}
		}
	}
	w := &waits{version: s.version, now: now, today: map[centre.QueueID]part{}, quarter: map[centre.QueueID]part{}}
	for q, list := range today {
		w.today[q] = waitingNow(s.target(q, now), list, now)
	}
	for q, list := range lately {
		w.quarter[q] = waitingNow(s.target(q, now), list, now)
	}
	s.waits = w
	return w
}

// waitingNow counts contacts that wait since these instants.
func waitingNow(target index.ServiceTarget, since []centre.Instant, now centre.Instant) part {
	l, err := index.NewServiceLevel(target)
	if err != nil {
		return part{} // a queue without a target has no level
	}
	slices.Sort(since)
	for _, at := range since {
		_ = l.Fold(index.QueueEvent{Kind: index.Offered, At: at}) // refuses negative waits only
	}
	return part{target, l.Counts(now)}
}

// quarterOf gives the quarter of an hour that an instant lies in, and when it began.
func quarterOf(at centre.Instant) (bucket int64, from centre.Instant) {
	bucket = journal.Bucket(at)
	return bucket, centre.Instant(bucket * journal.BucketMS)
}
