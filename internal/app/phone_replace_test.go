package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sentral/internal/telephony/testphone"
)

// A party's exchange moves its end of a call to another of its phones (RFC 3891): the agent speaks on with whoever is there now, in the same call, and a call
// that does not exist cannot be taken.
func TestPhonePartyMoves(t *testing.T) {
	w := phones(t)
	desk, mobile := w.telephone(nil), w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	first := w.dial(desk, "555", "99900001")
	k := a.take()
	w.eventually(func() bool { return first.Hears(1000) && a.ear.hears(440) }, "both hear one another")

	moved := testphone.Invite{To: "555", From: "99900001", Voice: testphone.Tone(600), Hear: []float64{1000}, Header: map[string]string{"Replaces": first.Replacing() + "0"}}
	var refused *testphone.Refused
	if _, err := mobile.Dial(ctx, moved); !errors.As(err, &refused) || refused.Code != 481 {
		t.Fatalf("a call that does not exist was taken over: %v", err)
	}
	moved.Header["Replaces"] = first.Replacing()
	second, err := mobile.Dial(ctx, moved)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Vanish)
	w.eventually(func() bool { return second.Hears(1000) && a.ear.hears(600) }, "the agent and the other phone hear one another")
	select {
	case <-first.Ended():
		if by := first.EndedBy(); by != testphone.Them {
			t.Errorf("the end that was moved was ended by %q", by)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the end that was moved goes on")
	}
	if now := a.call("talking"); now.ID != k.ID || now.Contact != k.Contact || w.app.Phone.Figures().Calls != 1 {
		t.Errorf("after the move there is %+v, before it %+v", now, k)
	}
	a.wish(k, "hold", map[string]any{"on": true})
	w.eventually(func() bool { return !second.Hears(1000) }, "the hold reaches the other phone")
	a.wish(k, "hold", map[string]any{"on": false})
	w.eventually(func() bool { return second.Hears(1000) && a.ear.hears(600) }, "after the hold")
	if err := second.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.outcome(k); got != "answered" {
		t.Errorf("outcome %q", got)
	}
	figures := (&browser{w: w, name: "meter"}).do("GET", "/metrics", nil)
	if !strings.Contains(string(figures.body), "\nsentral_sound_faults_total 0\n") {
		t.Errorf("faults in sound on the way, or none counted: %s", figures)
	}
}
