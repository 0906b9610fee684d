package signal

import (
	"fmt"
	"time"

	"sentral/internal/centre"
)

// EndKind says who ended a call, or what did.
type EndKind uint8

// How a call ends. Every call ends in exactly one of them.
const (
	Failed       EndKind = iota // it was never answered, or broke; Ending.Code is the SIP code that says why
	CallerHungUp                // the other party said BYE
	WeHungUp                    // Hangup was called
	Cancelled                   // given up before it was answered, by whoever called
	Rejected                    // Reject was called; Ending.Code
	NoACK                       // we answered and the other side never confirmed it
	TimerExpired                // the session timer was not refreshed in time (RFC 4028), or our refresh got no answer
	MediaLost                   // no sound packet for Limits.MediaSilence, and no BYE either
	Replaced                    // another call took its place (RFC 3891)
	Transferred                 // the other party followed our Refer
	Stopped                     // the Stack was closed
)

var endNames = [...]string{"failed", "caller_hung_up", "we_hung_up", "cancelled", "rejected", "no_ack", "timer_expired", "media_lost", "replaced", "transferred", "stopped"}

// String names the kind as in log and facts.
func (k EndKind) String() string {
	if int(k) < len(endNames) {
		return endNames[k]
	}
	return "failed"
}

// Ending is how a call ended: the kind, the SIP code and words where one applies, and when.
type Ending struct {
	Kind   EndKind
	Code   int    // 0 where none applies
	Reason string // the other side's words, or ours; never a number that somebody dialled
	At     time.Time
}

// String is for the log.
func (e Ending) String() string {
	if e.Code == 0 {
		return e.Kind.String()
	}
	return fmt.Sprintf("%s %d", e.Kind, e.Code)
}

// Failure is why a Dial or a Refer came to nothing.
type Failure struct {
	Code       int    // of the final answer; 408 when there was none, 487 when the caller gave up, 503 when no trunk could take it
	Reason     string // the other side's words
	Trunk      string // whose answer it is; empty: nobody was asked
	RetryAfter time.Duration

	silent bool // nothing at all came back
}

// Error implements error.
func (f *Failure) Error() string {
	if f.Trunk == "" {
		return fmt.Sprintf("call failed: %d %s", f.Code, f.Reason)
	}
	return fmt.Sprintf("call failed on trunk %s: %d %s", f.Trunk, f.Code, f.Reason)
}

// ErrorKind is the error's kind for the edge.
func (f *Failure) ErrorKind() centre.Kind {
	switch f.Code {
	case 401, 403, 407:
		return centre.Forbidden
	case 404, 410, 484, 604:
		return centre.Missing
	case 486, 487, 600, 603:
		return centre.Conflict
	}
	return centre.Unavailable
}

// passOn tells whether another trunk may fare better: this one was silent, broken or full, and nobody has been rung.
func (f *Failure) passOn() bool { return f.Code == 408 || f.Code >= 500 && f.Code < 600 }
