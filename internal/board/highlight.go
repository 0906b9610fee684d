package board

import (
	"slices"
	"time"

	"sentral/internal/centre"
)

// What is worth a line. Shares and OKS are in hundredths, waits in milliseconds.
const (
	enoughContacts = 10 // fewer say nothing of a level
	oksHigh        = 80.0
	oksLow         = 60.0
	solvedHigh     = 80.0
	abandonHigh    = 8.0
	linesEach      = 3 // good beside bad, as many of each
)

// candidate is a line and how strongly it speaks: 1 is a whole scale's length.
type candidate struct {
	Highlight
	weight float64
}

// highlights chooses what went well and what needs a hand: at most three of each, the strongest first, good and bad by turns.
func (d *drawing) highlights(w *Wall) []Highlight {
	var all []candidate
	for i := range w.Queues {
		all = append(all, ofQueue(&w.Queues[i])...)
	}
	all = append(all, ofPage(w)...)
	if best, ok := d.bestHour(w.Intervals); ok {
		all = append(all, best)
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	var good, bad []Highlight
	for _, c := range all {
		if c.Good && len(good) < linesEach {
			good = append(good, c.Highlight)
		} else if !c.Good && len(bad) < linesEach {
			bad = append(bad, c.Highlight)
		}
	}
	out := []Highlight{}
	for i := range linesEach {
		if i < len(good) {
			out = append(out, good[i])
		}
		if i < len(bad) {
			out = append(out, bad[i])
		}
	}
	return out
}

// ofQueue are the lines about one queue.
func ofQueue(q *Queue) (out []candidate) {
	add := func(good bool, code string, value, goal, weight float64) {
		out = append(out, candidate{Highlight{Good: good, Code: code, Queue: q.ID, Name: q.Name, Value: value, Goal: goal}, weight})
	}
	if l := q.Level; l.Denominator >= enoughContacts {
		value, goal := float64(l.Permille)/10, float64(l.GoalPermille)/10
		if value >= goal {
			add(true, "level_above_goal", value, goal, (value-goal)/100+0.05)
		} else {
			add(false, "level_below_goal", value, goal, (goal-value)/100+0.05)
		}
	}
	if target := q.Level.WithinMS; q.LongestWaitMS > target && q.Waiting > 0 {
		add(false, "longest_wait_over_target", float64(q.LongestWaitMS), float64(target), min(1, float64(q.LongestWaitMS-target)/float64(4*target)))
	}
	if ended := q.Answered + q.Abandoned; ended >= enoughContacts {
		if share := 100 * float64(q.Abandoned) / float64(ended); share >= abandonHigh {
			add(false, "abandon_high", share, abandonHigh, share/100)
		}
	}
	if q.OKS.Mean != nil && q.OKS.N >= fewForInterval {
		switch mean := *q.OKS.Mean; {
		case mean >= oksHigh:
			add(true, "oks_high", mean, oksHigh, (mean-oksHigh)/100+0.1)
		case mean < oksLow:
			add(false, "oks_low", mean, oksLow, (oksLow-mean)/100+0.1)
		}
	}
	if q.Solved.Mean != nil && q.Solved.N >= fewForInterval && *q.Solved.Mean >= solvedHigh {
		add(true, "solved_high", *q.Solved.Mean, solvedHigh, (*q.Solved.Mean-solvedHigh)/100+0.08)
	}
	return out
}

// ofPage are the lines about the page as a whole.
func ofPage(w *Wall) (out []candidate) {
	open := slices.ContainsFunc(w.Queues, func(q Queue) bool { return q.Open })
	if w.Waiting == 0 && open {
		out = append(out, candidate{Highlight{Good: true, Code: "no_waiting"}, 0.04})
	}
	if w.Abandoned == 0 && w.Handled >= enoughContacts {
		out = append(out, candidate{Highlight{Good: true, Code: "all_answered", Value: float64(w.Handled)}, 0.3})
	}
	return out
}

// bestHour is the hour of today, the present one not counted, with the greatest share answered within the target; its name is when it began. It is told
// only when there are two to compare, and it was a good one.
func (d *drawing) bestHour(intervals []Interval) (candidate, bool) {
	type hour struct{ in, ended int64 }
	hours := map[centre.Instant]*hour{}
	present := d.hourOf(d.now)
	for _, iv := range intervals {
		start := d.hourOf(iv.Start)
		if start == present {
			continue
		}
		if hours[start] == nil {
			hours[start] = &hour{}
		}
		hours[start].in += iv.InTarget
		hours[start].ended += iv.Answered + iv.Abandoned
	}
	var best centre.Instant
	share, n := -1.0, 0
	for start, h := range hours {
		if h.ended < enoughContacts {
			continue
		}
		n++
		if s := 100 * float64(h.in) / float64(h.ended); s > share || (s == share && start < best) {
			best, share = start, s
		}
	}
	if n < 2 || share < solvedHigh {
		return candidate{}, false
	}
	return candidate{Highlight{Good: true, Code: "best_hour", Name: best.Time().In(d.sheet.zone).Format("15:04"), Value: share}, 0.07}, true
}

func (d *drawing) hourOf(at centre.Instant) centre.Instant {
	t := at.Time().In(d.sheet.zone)
	return centre.At(t.Add(-time.Duration(t.Minute())*time.Minute-time.Duration(t.Second())*time.Second)) / 1000 * 1000
}
