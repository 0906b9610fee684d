package routing

import (
	"fmt"

	"sentral/internal/centre"
)

// The text names below are what the journal, the API and scenarios write. A name may be added; none is ever changed or reused.
var (
	eventNames = []string{"", "settings_changed", "agent_defined", "agent_removed", "signed_in", "signed_out", "status_changed", "agent_lost",
		"agent_found", "arrived", "abandoned", "accepted", "declined", "ended", "wrap_up_extended", "wrapped_up", "requeued", "transferred",
		"consult_asked", "consult_ended", "snoozed", "woken", "prioritised", "due_set", "handed_off", "callback_asked", "callback_result",
		"promise_cap_set", "queue_opened", "queue_closed", "lending_set", "woke", "reach_set", "placed"}
	decisionNames = []string{"", "queued", "turned_away", "offered", "offer_ended", "connected", "parked", "resumed", "held", "consult_over",
		"wrap_up_started", "wrap_up_over", "snoozed_until", "closed", "promise_made", "promise_refused", "dial", "promise_retry",
		"agent_changed", "queue_changed", "lending_changed", "refused", "wake_at", "promise_moved"}
	targetNames  = []string{"", "queue", "person", "team", "leader"}
	outcomeNames = []string{"", "solved", "not_solved", "follow_up", "wrong_number"}
	statusNames  = []string{"offline", "ready", "direct_only", "paused", "away"}
	ruleNames    = []string{"", "best_fit", "worst_off", "age_guarantee", "promise_due", "last_agent", "directed", "consult", "borrowed", "held"}
	endNames     = []string{"", "accepted", "declined", "lapsed", "withdrawn"}
	endingNames  = []string{"", "done", "abandoned_queue", "abandoned_offer", "handed_to_self", "promise_expired", "closed_unanswered"}
	phaseNames   = []string{"", "in_queue", "in_promise", "in_offer", "in_dial", "in_talk", "in_park", "in_hold", "in_snooze", "in_wrap_up"}
	stateNames   = []string{"gone", "free", "ringing", "talking", "wrapping", "lost"}
	codeNames    = []string{"", "unknown_contact", "unknown_agent", "unknown_queue", "unknown_offer", "unknown_team", "offer_over", "not_yours",
		"wrong_state", "already_there", "queue_is_closed", "over_cap", "in_conversation", "bad_target", "not_deferred", "too_long",
		"not_qualified", "excluded_agent", "reserved_for", "not_yet_due", "bad_settings", "stale_settings", "contact_over", "no_room",
		"unknown_channel", "too_late", "not_reachable"}
)

func nameOf(what string, names []string, v uint8) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", what, v)
}

func parseName(what string, names []string, b []byte) (uint8, error) {
	for i, n := range names {
		if n == string(b) {
			return uint8(i), nil
		}
	}
	return 0, centre.Errorf(centre.Invalid, "%s %q is not known", what, b)
}

// String names the kind as the journal stores it.
func (k EventKind) String() string { return nameOf("event", eventNames, uint8(k)) }

// MarshalText implements encoding.TextMarshaler.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (k *EventKind) UnmarshalText(b []byte) error {
	v, err := parseName("event", eventNames, b)
	*k = EventKind(v)
	return err
}

// String names the kind as the journal stores it.
func (k DecisionKind) String() string { return nameOf("decision", decisionNames, uint8(k)) }

// MarshalText implements encoding.TextMarshaler.
func (k DecisionKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (k *DecisionKind) UnmarshalText(b []byte) error {
	v, err := parseName("decision", decisionNames, b)
	*k = DecisionKind(v)
	return err
}

// String names the target of a transfer.
func (t TransferTarget) String() string { return nameOf("target", targetNames, uint8(t)) }

// MarshalText implements encoding.TextMarshaler.
func (t TransferTarget) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (t *TransferTarget) UnmarshalText(b []byte) error {
	v, err := parseName("target", targetNames, b)
	*t = TransferTarget(v)
	return err
}

// String names the outcome.
func (o Outcome) String() string { return nameOf("outcome", outcomeNames, uint8(o)) }

// MarshalText implements encoding.TextMarshaler.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (o *Outcome) UnmarshalText(b []byte) error {
	v, err := parseName("outcome", outcomeNames, b)
	*o = Outcome(v)
	return err
}

// String names the status.
func (s Status) String() string { return nameOf("status", statusNames, uint8(s)) }

// MarshalText implements encoding.TextMarshaler.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (s *Status) UnmarshalText(b []byte) error {
	v, err := parseName("status", statusNames, b)
	*s = Status(v)
	return err
}

// String names the rule.
func (r Rule) String() string { return nameOf("rule", ruleNames, uint8(r)) }

// MarshalText implements encoding.TextMarshaler.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (r *Rule) UnmarshalText(b []byte) error {
	v, err := parseName("rule", ruleNames, b)
	*r = Rule(v)
	return err
}

// String names how an offer ended.
func (o OfferEnd) String() string { return nameOf("offer end", endNames, uint8(o)) }

// MarshalText implements encoding.TextMarshaler.
func (o OfferEnd) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (o *OfferEnd) UnmarshalText(b []byte) error {
	v, err := parseName("offer end", endNames, b)
	*o = OfferEnd(v)
	return err
}

// String names how a contact ended.
func (h Ending) String() string { return nameOf("ending", endingNames, uint8(h)) }

// MarshalText implements encoding.TextMarshaler.
func (h Ending) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (h *Ending) UnmarshalText(b []byte) error {
	v, err := parseName("ending", endingNames, b)
	*h = Ending(v)
	return err
}

// String names the place where a contact is.
func (p Phase) String() string { return nameOf("phase", phaseNames, uint8(p)) }

// MarshalText implements encoding.TextMarshaler.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (p *Phase) UnmarshalText(b []byte) error {
	v, err := parseName("phase", phaseNames, b)
	*p = Phase(v)
	return err
}

// String names the state.
func (s State) String() string { return nameOf("state", stateNames, uint8(s)) }

// MarshalText implements encoding.TextMarshaler.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (s *State) UnmarshalText(b []byte) error {
	v, err := parseName("state", stateNames, b)
	*s = State(v)
	return err
}

// String names the code; texts for people are in the catalogues under routing.code.NAME.
func (c Code) String() string { return nameOf("code", codeNames, uint8(c)) }

// MarshalText implements encoding.TextMarshaler.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown name is an Invalid error.
func (c *Code) UnmarshalText(b []byte) error {
	v, err := parseName("code", codeNames, b)
	*c = Code(v)
	return err
}
