package routingtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// render writes a decision in the words of a scenario. Times are counted from the scenario's beginning.
func (b *book) render(d *routing.Decision) string {
	var s []string
	add := func(words ...string) { s = append(s, words...) }
	add(d.Kind.String())
	if d.Consult {
		add("advice-on")
	}
	if d.Contact != 0 {
		add(b.name("contact", int64(d.Contact)))
	}
	if d.Team != 0 {
		add("team", b.name("team", int64(d.Team)))
	}
	if d.Agent != 0 {
		add(b.name("agent", int64(d.Agent)))
	}
	switch d.Kind {
	case routing.Queued, routing.TurnedAway, routing.Closed, routing.QueueChanged, routing.LendingChanged:
		add("in", b.name("queue", int64(d.Queue)))
	}
	switch d.Kind {
	case routing.OfferEnded:
		add(d.End.String())
	case routing.Closed:
		add(d.How.String())
	case routing.AgentChanged:
		add(d.Status.String(), d.State.String())
		if d.Pause != 0 {
			add(b.name("pause", int64(d.Pause)))
		}
	case routing.WrapUpOver:
		if d.Outcome != routing.NoOutcome {
			add(d.Outcome.String())
		}
		if d.Reason != 0 {
			add(b.name("reason", int64(d.Reason)))
		}
	case routing.Dial, routing.PromiseRetry:
		add("attempt", strconv.Itoa(int(d.Count)))
	case routing.QueueChanged, routing.LendingChanged:
		add(map[int32]string{0: "closed", 1: "open"}[d.Count])
	case routing.Queued, routing.PromiseMoved:
		add("from", when(d.At))
	}
	if d.Code != routing.NoCode {
		add(d.Code.String())
		if d.End != routing.NotEnded {
			add(d.End.String())
		}
	}
	if d.Until != 0 {
		add("until", when(d.Until))
	}
	if d.Kind == routing.Offered {
		add(b.why(&d.Why)...)
	}
	return strings.Join(s, " ")
}

func (b *book) why(w *routing.Why) []string {
	s := []string{w.Rule.String(), "step", strconv.Itoa(int(w.Step)), "fit", strconv.Itoa(int(w.Fit)), "load", strconv.Itoa(int(w.Load)),
		"waited", span(w.WaitedMS), "free", span(w.FreeMS), "score", strconv.FormatInt(w.Score, 10), "of", strconv.Itoa(int(w.Candidates))}
	if w.Overtaken != 0 {
		s = append(s, "past", b.name("contact", int64(w.Overtaken)), w.OvertakenBy.String())
	}
	return s
}

func when(t centre.Instant) string { return span(int64(t)) }

// span writes milliseconds as 1m30s, without the parts that are zero.
func span(ms int64) string {
	s := (time.Duration(ms) * time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// matches tells whether every word of the expectation comes in the rendered decision in that order, the first word first.
func matches(want, got string) bool {
	w, g := strings.Fields(want), strings.Fields(got)
	if len(w) == 0 || len(g) == 0 || w[0] != g[0] {
		return false
	}
	i := 0
	for _, word := range g {
		if i < len(w) && w[i] == word {
			i++
		}
	}
	return i == len(w)
}

// quiet tells whether a decision need not be expected: it is told by the others.
func quiet(k routing.DecisionKind) bool { return k == routing.AgentChanged || k == routing.WakeAt }

// line writes a decision as an expectation, with its time when that is not the time of the event before it.
func (b *book) line(d *Decided, at centre.Instant) string {
	if d.At != at {
		return fmt.Sprintf("> @%s %s", when(d.At), b.render(&d.Decision))
	}
	return "> " + b.render(&d.Decision)
}
