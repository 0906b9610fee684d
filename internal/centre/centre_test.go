package centre_test

import (
	"fmt"
	"testing"

	"sentral/internal/centre"
)

func TestEveryChannelParsesBackToItself(t *testing.T) {
	for _, c := range centre.Channels() {
		got, err := centre.ParseChannel(c.String())
		if err != nil || got != c {
			t.Errorf("ParseChannel(%q) = %v, %v", c, got, err)
		}
	}
	if len(centre.Channels()) != centre.ChannelCount-1 {
		t.Errorf("%d channels listed, %d declared", len(centre.Channels()), centre.ChannelCount-1)
	}
	if _, err := centre.ParseChannel("telex"); centre.KindOf(err) != centre.Invalid {
		t.Errorf("an unknown channel gave %v", err)
	}
}

func TestKindSurvivesWrapping(t *testing.T) {
	cases := []struct {
		err  error
		want centre.Kind
	}{
		{centre.Errorf(centre.Missing, "queue 7"), centre.Missing},
		{fmt.Errorf("open: %w", centre.Errorf(centre.Conflict, "taken")), centre.Conflict},
		{centre.ErrorAt(centre.Invalid, "queues[0].target", "must be positive"), centre.Invalid},
		{fmt.Errorf("apply: %w", centre.ErrorAt(centre.Invalid, "a", "b")), centre.Invalid},
		{centre.Errorf(centre.Unavailable, "commit: %w", centre.ErrorAt(centre.Invalid, "a", "b")), centre.Unavailable},
		{fmt.Errorf("plain"), centre.Internal},
	}
	for _, c := range cases {
		if got := centre.KindOf(c.err); got != c.want {
			t.Errorf("KindOf(%v) = %v, want %v", c.err, got, c.want)
		}
	}
}
