package testphone

import (
	"context"
	"errors"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// Script is one call as the phone makes it: dial, press keys, wait for what it wants to hear, talk, hang up.
type Script struct {
	Invite
	Keys     []Step
	Talk     time.Duration // how long it talks, from the moment everything wanted has been heard; from the last key when nothing is wanted
	Ring     time.Duration // how long it waits for the answer; default a minute
	Patience time.Duration // how long it waits, from the answer, for what it wants to hear; default a minute
	Moment   Moment        // when it hangs up; default AtTheEnd
	Linger   time.Duration // how long it stays in that moment
	Vanish   bool          // without a word, instead of BYE
}

// Moment is a state of a call in which it can be given up.
type Moment string

// The moments, in the order of a call's life.
const (
	AtTheEnd  Moment = ""
	Inviting  Moment = "invite"  // before anything is answered
	Ringing   Moment = "ringing" // after the first provisional response
	Answered  Moment = "answer"  // just after the ACK, within the first prompt
	NotAcked  Moment = "no_ack"  // the answer is never acknowledged
	Keyed     Moment = "keys"    // after the first key
	Queued    Moment = "queue"   // while it waits for what it wants to hear
	Connected Moment = "agent"   // just after that was heard
	OnHold    Moment = "hold"    // after a re-INVITE of its own
	Talking   Moment = "talk"    // in the middle of the talk
)

// Moments lists every moment but the end.
var Moments = []Moment{Inviting, Ringing, Answered, NotAcked, Keyed, Queued, Connected, OnHold, Talking}

// At makes the script hang up at a moment drawn from the stream, after a time of up to most; some calls go on to the end and some vanish.
func (s *Script) At(rng *stat.Rand, most time.Duration) {
	if n := rng.IntN(len(Moments) + 1); n < len(Moments) {
		s.Moment = Moments[n]
	}
	s.Linger = time.Duration(rng.Float64() * float64(most))
	s.Vanish = s.Moment == NotAcked || s.Moment != AtTheEnd && rng.Bool(.15)
	s.NoACK = s.Moment == NotAcked
}

// Step is one thing to do with the keypad: press, or wait.
type Step struct {
	Press string
	Pause time.Duration // wait so long
	Until string        // wait until: "prompt" (what is being said has ended), "agent" (a wanted tone), "gone" (the wanted tone is gone)
}

// Limits of waits that name no time.
const (
	promptWait = 15 * time.Second
	firstKey   = time.Second // before the first key, so that the other side is ready to hear it
)

// ParseKeys reads a list such as "1,wait,4471#,wait=3s,2". "wait" waits for the end of what is being said, "wait=3s" three seconds, "wait=agent" until a
// wanted tone is heard and "wait=gone" until it is heard no more.
func ParseKeys(text string) ([]Step, error) {
	var out []Step
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		what, value, _ := strings.Cut(word, "=")
		switch {
		case word == "":
			if text != "" {
				return nil, centre.Errorf(centre.Invalid, "keys %q: a comma with nothing beside it", text)
			}
		case what == "wait" && value == "":
			out = append(out, Step{Until: "prompt"})
		case what == "wait" && (value == "prompt" || value == "agent" || value == "gone"):
			out = append(out, Step{Until: value})
		case what == "wait":
			d, err := time.ParseDuration(value)
			if err != nil || d < 0 {
				return nil, centre.Errorf(centre.Invalid, "keys %q: %q is no time, such as 3s, and none of prompt, agent, gone", text, value)
			}
			out = append(out, Step{Pause: d})
		default:
			if i := strings.IndexFunc(word, func(r rune) bool { return !strings.ContainsRune(keypad, r) }); i >= 0 {
				return nil, centre.Errorf(centre.Invalid, "keys %q: %q is no key; keys are 0-9, *, # and A-D", text, word[i:])
			}
			out = append(out, Step{Press: word})
		}
	}
	return out, nil
}

// Run makes the call and says what came of it. When the context ends, the call is hung up.
func (p *Phone) Run(ctx context.Context, s Script) Result {
	if s.Ring <= 0 {
		s.Ring = time.Minute
	}
	if s.Patience <= 0 {
		s.Patience = time.Minute
	}
	r := &run{Script: s, began: time.Now()}
	c, err := r.dial(ctx, p)
	if err != nil {
		return r.refused(err)
	}
	r.call, r.answered = c, time.Now()
	err = r.live(ctx)
	r.finish(err)
	return r.result()
}

// run is a script being played.
type run struct {
	Script
	call     *Call
	began    time.Time
	answered time.Time
	gaveUp   bool // on purpose
	dropped  bool
}

// dial calls; giving up before the answer is the end of its context.
func (r *run) dial(ctx context.Context, p *Phone) (*Call, error) {
	dialling, cancel := context.WithTimeout(ctx, r.Ring)
	defer cancel()
	v := r.Invite
	switch r.Moment {
	case Inviting:
		t := time.AfterFunc(min(r.Linger, 20*time.Millisecond), cancel)
		defer t.Stop()
		r.gaveUp = true
	case Ringing:
		v.Progress = func(int) {
			if !r.gaveUp {
				r.gaveUp = true
				t := time.AfterFunc(r.Linger, cancel)
				context.AfterFunc(dialling, func() { t.Stop() })
			}
		}
	}
	return p.Dial(dialling, v)
}

var errMoment = errors.New("the moment to hang up")

// here hangs up if this is the moment.
func (r *run) here(ctx context.Context, m Moment) error {
	if r.Moment != m {
		return nil
	}
	if err := r.call.pause(ctx, r.Linger); err != nil {
		return err
	}
	return errMoment
}

// live goes through the call from its answer.
func (r *run) live(ctx context.Context) error {
	for _, m := range []Moment{NotAcked, Answered, Inviting, Ringing} { // the answer may have crossed the cancel
		if err := r.here(ctx, m); err != nil {
			return err
		}
	}
	for i, step := range r.Keys {
		if i == 0 {
			if err := r.call.pause(ctx, firstKey); err != nil {
				return err
			}
		}
		if err := r.step(ctx, step); err != nil {
			return err
		}
		if err := r.here(ctx, Keyed); err != nil {
			return err
		}
	}
	if err := r.wanted(ctx); err != nil {
		return err
	}
	if err := r.here(ctx, Connected); err != nil {
		return err
	}
	if r.Moment == OnHold {
		if err := r.call.Hold(ctx); err != nil {
			return err
		}
	}
	for _, m := range []Moment{OnHold, Talking, Queued, Keyed} {
		if err := r.here(ctx, m); err != nil {
			return err
		}
	}
	return r.talk(ctx)
}

// step does one thing with the keypad.
func (r *run) step(ctx context.Context, s Step) error {
	switch {
	case s.Press != "":
		return r.call.Press(ctx, s.Press)
	case s.Pause > 0:
		return r.call.pause(ctx, s.Pause)
	}
	limit := promptWait
	if s.Until != "prompt" {
		limit = r.Patience
	}
	from := time.Now()
	for time.Since(from) < limit {
		if err := r.call.pause(ctx, frame); err != nil {
			return err
		}
		switch since, last := r.call.Sounding(); s.Until {
		case "prompt":
			if last.After(from) && time.Since(last) > quietAfter && !since.IsZero() {
				return nil
			}
		case "agent":
			if r.hearsAny() {
				return nil
			}
		case "gone":
			if r.heardAll() && !r.hearsAny() {
				return nil
			}
		}
	}
	return nil
}

func (r *run) hearsAny() bool {
	for _, h := range r.call.Heard() {
		if time.Since(h.Last) < quietAfter {
			return true
		}
	}
	return false
}

func (r *run) heardAll() bool {
	for _, h := range r.call.Heard() {
		if h.First.IsZero() {
			return false
		}
	}
	return true
}

// mediaLost is how long a call may bring nothing before it counts as dropped.
const mediaLost = 8 * time.Second

// wanted waits until everything wanted has been heard, or patience ends.
func (r *run) wanted(ctx context.Context) error {
	queued := time.Now()
	for !r.heardAll() {
		if r.Moment == Queued && time.Since(queued) >= r.Linger {
			return errMoment
		}
		if time.Since(r.answered) > r.Patience {
			return errPatience
		}
		if err := r.flowing(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

var (
	errPatience = errors.New("what was wanted was not heard")
	errSilence  = errors.New("no sound comes any more")
)

// flowing waits a little, and fails when packets have stopped coming.
func (r *run) flowing(ctx context.Context, d time.Duration) error {
	if err := r.call.pause(ctx, d); err != nil {
		return err
	}
	h := &r.call.s.heard
	h.Lock()
	last := h.last
	h.Unlock()
	if last.Before(r.answered) {
		last = r.answered
	}
	if time.Since(last) > mediaLost {
		return errSilence
	}
	return nil
}

func (r *run) talk(ctx context.Context) error {
	until := time.Now().Add(r.Talk)
	for {
		left := time.Until(until)
		if left <= 0 {
			return nil
		}
		if err := r.flowing(ctx, min(left, 500*time.Millisecond)); err != nil {
			return err
		}
	}
}

// finish ends the call in the way that the script and what happened ask for.
func (r *run) finish(err error) {
	r.gaveUp = errors.Is(err, errMoment)
	r.dropped = errors.Is(err, errSilence) || errors.Is(err, errEnded) && !r.heardAll()
	if r.gaveUp && r.Vanish {
		r.call.Vanish()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cancels)
	defer cancel()
	_ = r.call.HangUp(ctx)
}
