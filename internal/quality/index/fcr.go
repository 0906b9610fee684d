package index

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// LoggedContact is a contact as the log knows it, for counting repeats. Customer is any key that is the same for the same customer.
type LoggedContact struct {
	Customer  string
	Reason    string // the reason GROUP: single reasons change between contacts and would hide repeats
	At        centre.Instant
	Outbound  bool // the centre's own call, such as a callback: not a contact by the customer
	Abandoned bool // the customer gave up before anybody answered
	Continues bool // a transfer or a change of channel inside the contact before it
}

// FCRDefinition is how the log tells that a contact was the only one needed. The three differ by several points: name the one shown.
type FCRDefinition uint8

// The definitions, for a window W. In a chained episode each contact comes at most W after the one before; an anchored episode holds
// the contacts at most W after its first; per contact, a contact is solved when no other follows within W.
const (
	Chained FCRDefinition = iota
	Anchored
	PerContact
)

var fcrDefinitions = []string{"chained", "anchored", "per_contact"}

// String names the definition: chained, anchored, per_contact.
func (d FCRDefinition) String() string { return fcrDefinitions[d] }

// FCRDefinitions lists the definitions.
func FCRDefinitions() []FCRDefinition { return []FCRDefinition{Chained, Anchored, PerContact} }

// FCROptions settle a count from the log; the zero value is a window of 7 days within the same reason group.
type FCROptions struct {
	Window    time.Duration  // W; 0 means 7 days
	Until     centre.Instant // the log is complete up to here; 0 means its last contact
	AnyReason bool           // a contact about anything is a repeat
	Redial    time.Duration  // an abandoned contact with an answered one at most this much later is the same wait; 0 means 30 minutes
	Level     float64        // of the interval; 0 means 0.95
}

// FCRFigure is solved at first contact by one definition. Share is nil, with the reason, where no unit's window is over.
type FCRFigure struct {
	Definition string         `json:"definition"`
	Solved     int            `json:"solved"` // episodes of one contact, or contacts without a later one
	Units      int            `json:"units"`
	Censored   int            `json:"censored"` // left out, since their window was not over
	Share      *float64       `json:"share"`
	CI         *stat.Interval `json:"ci,omitempty"` // Wilson
	Reason     string         `json:"reason,omitempty"`
}

// LoggedFCR counts solved at first contact by every definition, each over the same contacts: outbound contacts and continuations are
// left out, and an abandoned contact is merged with the answered one that follows.
func LoggedFCR(log []LoggedContact, o FCROptions) ([]FCRFigure, error) {
	if o.Window == 0 {
		o.Window = 7 * 24 * time.Hour
	}
	if o.Redial == 0 {
		o.Redial = 30 * time.Minute
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Window < 0 || o.Redial < 0 {
		return nil, centre.Errorf(centre.Invalid, "solved at first contact: window %v and redial %v must not be negative", o.Window, o.Redial)
	}
	if len(log) == 0 {
		return nil, centre.Errorf(centre.Invalid, "solved at first contact: the log is empty")
	}
	last := log[0].At
	for i, c := range log {
		if c.Customer == "" {
			return nil, centre.Errorf(centre.Invalid, "contact %d has no customer, so its repeats cannot be found", i+1)
		}
		last = max(last, c.At)
	}
	switch {
	case o.Until == 0:
		o.Until = last
	case last > o.Until:
		return nil, centre.Errorf(centre.Invalid, "a contact at %s lies after the end of the log, %s", last.Time().Format(time.RFC3339), o.Until.Time().Format(time.RFC3339))
	}
	out := make([]FCRFigure, len(fcrDefinitions))
	for i := range out {
		out[i].Definition = fcrDefinitions[i]
	}
	for _, chain := range chains(log, o) {
		countChain(chain, o, out)
	}
	for i := range out {
		f := &out[i]
		if f.Units == 0 {
			f.Reason = "no window is over yet"
			continue
		}
		ci, err := stat.Wilson(float64(f.Solved), float64(f.Units), o.Level)
		if err != nil {
			return nil, err
		}
		f.Share, f.CI = new(float64(f.Solved)/float64(f.Units)), &ci
	}
	return out, nil
}

// chains groups what counts as contacts by customer and reason group, each in order of time.
func chains(log []LoggedContact, o FCROptions) [][]centre.Instant {
	kept := slices.DeleteFunc(slices.Clone(log), func(c LoggedContact) bool { return c.Outbound || c.Continues })
	key := func(a, b LoggedContact) int {
		by := strings.Compare(a.Customer, b.Customer)
		if by == 0 && !o.AnyReason {
			by = strings.Compare(a.Reason, b.Reason)
		}
		return by
	}
	slices.SortStableFunc(kept, func(a, b LoggedContact) int { return cmp.Or(key(a, b), cmp.Compare(a.At, b.At)) })
	answeredSoon := func(i int) bool {
		for _, later := range kept[i+1:] {
			if key(kept[i], later) != 0 || later.At.Sub(kept[i].At) >= o.Redial {
				return false
			}
			if !later.Abandoned {
				return true
			}
		}
		return false
	}
	var out [][]centre.Instant
	for i, c := range kept {
		if i == 0 || key(kept[i-1], c) != 0 {
			out = append(out, nil)
		}
		if c.Abandoned && answeredSoon(i) {
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], c.At)
	}
	return out
}

// countChain adds one customer's contacts about one thing to every definition.
func countChain(chain []centre.Instant, o FCROptions, out []FCRFigure) {
	over := func(from centre.Instant) bool { return from.Add(o.Window) <= o.Until }
	unit := func(d FCRDefinition, from centre.Instant, solved bool) {
		switch {
		case !over(from):
			out[d].Censored++
		case solved:
			out[d].Solved++
			fallthrough
		default:
			out[d].Units++
		}
	}
	linked, anchor, anchored := 0, 0, 0 // contacts in the chained episode; the anchor's place and its episode's contacts
	for i, at := range chain {
		follows := i+1 < len(chain) && chain[i+1].Sub(at) <= o.Window
		unit(PerContact, at, !follows)
		linked++
		if !follows {
			unit(Chained, at, linked == 1)
			linked = 0
		}
		anchored++
		if i+1 == len(chain) || chain[i+1].Sub(chain[anchor]) > o.Window {
			unit(Anchored, chain[anchor], anchored == 1)
			anchor, anchored = i+1, 0
		}
	}
}

// Reply is an answer to a yes-or-no question.
type Reply uint8

// The replies.
const (
	NotAsked Reply = iota
	Yes
	No
	DontKnow
)

// SolvedAnswers are one customer's answers to the three questions: had you contacted us about this before, is it solved, must you
// contact us again.
type SolvedAnswers struct {
	Before, Solved, Again Reply
}

// ShareFigure is a share of answers with its Wilson interval, or the reason why it has no value.
type ShareFigure struct {
	Measure string         `json:"measure"`
	Count   int            `json:"count"`
	Of      int            `json:"of"`
	Share   *float64       `json:"share"`
	CI      *stat.Interval `json:"ci,omitempty"`
	Reason  string         `json:"reason,omitempty"`
}

func newShare(measure string, count, of int, level float64) (ShareFigure, error) {
	f := ShareFigure{Measure: measure, Count: count, Of: of}
	if of == 0 {
		f.Reason = "nobody answered"
		return f, nil
	}
	ci, err := stat.Wilson(float64(count), float64(of), level)
	if err != nil {
		return f, centre.Errorf(centre.Invalid, "%s: %w", measure, err)
	}
	f.Share, f.CI = new(float64(count)/float64(of)), &ci
	return f, nil
}

// AskedFCR is solved at first contact as customers see it, with what "don't know" can do to it.
type AskedFCR struct {
	Solution      ShareFigure `json:"solution_rate"`   // "solved" answered yes, of those asked
	MustRecontact ShareFigure `json:"must_recontact"`  // "again" answered yes
	PriorContact  ShareFigure `json:"prior_contact"`   // "before" answered yes
	FCR           ShareFigure `json:"fcr"`             // not before, solved, not again; "don't know" counts as not
	FCRLeftOut    ShareFigure `json:"fcr_known_only"`  // of those who knew all three
	FCRBest       ShareFigure `json:"fcr_upper_bound"` // "don't know" counted the good way
}

// AskFCR reckons the asked measures; a customer who was not asked all three does not count toward FCR.
func AskFCR(answers []SolvedAnswers, level float64) (AskedFCR, error) {
	var solved, again, before, asked [2]int // count, of
	fcr, known, knownFCR, best := 0, 0, 0, 0
	add := func(c *[2]int, r Reply) {
		if r != NotAsked {
			c[1]++
		}
		if r == Yes {
			c[0]++
		}
	}
	is := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	for _, a := range answers {
		add(&solved, a.Solved)
		add(&again, a.Again)
		add(&before, a.Before)
		if a.Before == NotAsked || a.Solved == NotAsked || a.Again == NotAsked {
			continue
		}
		asked[1]++
		good := a.Before == No && a.Solved == Yes && a.Again == No
		fcr += is(good)
		best += is(a.Before != Yes && a.Solved != No && a.Again != Yes)
		if a.Before != DontKnow && a.Solved != DontKnow && a.Again != DontKnow {
			known++
			knownFCR += is(good)
		}
	}
	var out AskedFCR
	var err error
	for _, f := range []struct {
		to        *ShareFigure
		name      string
		count, of int
	}{
		{&out.Solution, "solution rate", solved[0], solved[1]}, {&out.MustRecontact, "must recontact", again[0], again[1]},
		{&out.PriorContact, "prior contact", before[0], before[1]}, {&out.FCR, "FCR asked", fcr, asked[1]},
		{&out.FCRLeftOut, "FCR asked, known only", knownFCR, known}, {&out.FCRBest, "FCR asked, upper bound", best, asked[1]},
	} {
		if *f.to, err = newShare(f.name, f.count, f.of, level); err != nil {
			return out, err
		}
	}
	return out, nil
}
