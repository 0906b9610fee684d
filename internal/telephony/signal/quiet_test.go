package signal

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"sentral/internal/telephony/media"
)

// heldCall is a call whose other party has put it on hold as sdp says, on a clock that only the test's waiting moves. probe answers for the party.
func heldCall(t *testing.T, attribute string, probe func(context.Context, *Call) (int, error)) *Call {
	t.Helper()
	s := &Stack{o: Options{Log: slog.New(slog.DiscardHandler), Limits: Limits{MediaQuiet: time.Minute}}.withDefaults(), log: slog.New(slog.DiscardHandler), calls: map[string]*Call{}, probe: probe}
	s.ctx = t.Context()
	leg, err := media.NewPorts(netip.MustParseAddr("127.0.0.1"), 17000, 17999).Open()
	if err != nil {
		t.Fatal(err)
	}
	c := s.newCall(nil, leg)
	o, err := parseSDP([]byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=" + attribute + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, _, err := c.talk.answer(o); err != nil {
		t.Fatal(err)
	}
	if err := c.applyLocked(c.talk.session, false); err != nil {
		t.Fatal(err)
	}
	c.state = answered // so that its end needs no BYE; what is asked here is who is missed
	c.leg.OnSilent(s.o.Limits.MediaSilence, c.quiet)
	return c
}

// putDown ends a call and lets what looks after its sound see that.
func putDown(c *Call) {
	c.end(Ending{Kind: Stopped})
	time.Sleep(time.Second)
}

// A party that holds the call may be silent as long as it likes, but is asked every minute whether it is there; one that is not there is missed.
func TestSilentPartyOnHoldIsAsked(t *testing.T) {
	for _, held := range []string{"sendonly", "inactive", "recvonly"} {
		for name, one := range map[string]struct {
			code  int
			err   error
			there bool
		}{
			"answers": {200, nil, true}, "knows no OPTIONS": {405, nil, true}, "does not know the call": {481, nil, false},
			"timeout": {408, nil, false}, "unreachable": {0, errors.New("gone"), false},
		} {
			t.Run(held+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					asked := 0
					c := heldCall(t, held, func(context.Context, *Call) (int, error) { asked++; return one.code, one.err })
					defer putDown(c)
					time.Sleep(c.s.o.Limits.MediaSilence - time.Second)
					synctest.Wait()
					if asked != 0 {
						t.Fatal("asked too early")
					}
					time.Sleep(2 * time.Second)
					synctest.Wait()
					if asked != 1 || c.isOver() == one.there {
						t.Fatalf("asked %d times, over %v", asked, c.isOver())
					}
					if !one.there {
						if c.Ending().Kind != MediaLost {
							t.Errorf("ending %s", c.Ending())
						}
						return
					}
					time.Sleep(10 * c.s.o.Limits.MediaSilence)
					synctest.Wait()
					if asked != 11 || c.isOver() {
						t.Errorf("asked %d times in eleven minutes, over %v", asked, c.isOver())
					}
				})
			})
		}
	}
}

// A party that says nothing to the question has ten seconds.
func TestPartyOnHoldHasTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := heldCall(t, "inactive", func(ctx context.Context, _ *Call) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		defer putDown(c)
		time.Sleep(c.s.o.Limits.MediaSilence + answersWithin - time.Second)
		synctest.Wait()
		if c.isOver() {
			t.Fatal("missed before it could answer")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if c.Ending().Kind != MediaLost {
			t.Errorf("ending %s", c.Ending())
		}
	})
}

// Who should speak and does not is missed without being asked.
func TestSilentTalkerIsMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := heldCall(t, "sendrecv", func(context.Context, *Call) (int, error) { t.Error("asked"); return 200, nil })
		defer putDown(c)
		time.Sleep(c.s.o.Limits.MediaSilence + time.Second)
		synctest.Wait()
		if c.Ending().Kind != MediaLost {
			t.Errorf("ending %s", c.Ending())
		}
	})
}

// Who should speak and does not is asked every ten seconds, and missed as soon as the other side knows of no call; what answers is missed after a minute.
func TestSilentTalkerIsAskedEarly(t *testing.T) {
	for name, one := range map[string]struct {
		code   int
		missed time.Duration
		asked  int
	}{"gone": {481, 10 * time.Second, 1}, "there": {200, time.Minute, 5}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				c := heldCall(t, "sendrecv", func(context.Context, *Call) (int, error) { asked++; return one.code, nil })
				defer putDown(c)
				c.s.o.Limits.MediaQuiet = 10 * time.Second
				c.leg.OnSilent(c.s.o.Limits.MediaQuiet, c.quiet)
				time.Sleep(one.missed - 500*time.Millisecond)
				synctest.Wait()
				if c.isOver() {
					t.Fatal("missed too early")
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if c.Ending().Kind != MediaLost || asked != one.asked {
					t.Errorf("asked %d times, ending %s", asked, c.Ending())
				}
			})
		})
	}
}

// Before an agent is given to a caller, one who has been silent is asked; who speaks is not, and nobody is asked twice at once.
func TestAskedBeforeAnAgentIsGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := heldCall(t, "sendrecv", func(ctx context.Context, _ *Call) (int, error) { asked++; <-ctx.Done(); return 0, ctx.Err() })
		defer putDown(c)
		c.mu.Lock()
		c.state = talking
		c.mu.Unlock()
		time.Sleep(time.Second)
		c.AskIfSilent(2 * time.Second)
		synctest.Wait()
		if asked != 0 {
			t.Fatal("asked after a second of silence")
		}
		time.Sleep(2 * time.Second)
		c.AskIfSilent(2 * time.Second)
		c.AskIfSilent(2 * time.Second)
		synctest.Wait()
		if asked != 1 {
			t.Fatalf("asked %d times", asked)
		}
		c.mu.Lock()
		c.state = answered // so that its end needs no BYE
		c.mu.Unlock()
		time.Sleep(answersWithin)
		synctest.Wait()
		if c.Ending().Kind != MediaLost {
			t.Errorf("ending %s", c.Ending())
		}
	})
}

// A phone that registers is told of once, and once when its time is over, also where nobody asks.
func TestRegistrationIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan string, 8)
		s := &Stack{o: Options{Registered: func(account string) { told <- account }}.withDefaults(), log: slog.New(slog.DiscardHandler)}
		s.phones = newRegistrar(s)
		at := netip.MustParseAddrPort("127.0.0.1:5062")
		bind := func(life time.Duration) {
			s.phones.mu.Lock()
			defer s.phones.mu.Unlock()
			s.phones.bound["desk1"] = []binding{{peer: peer{network: "udp", addr: at}, until: time.Now().Add(life)}}
			s.phones.noteLocked("desk1")
		}
		bind(2 * time.Minute)
		synctest.Wait()
		if len(told) != 1 || !s.Registered("desk1") || !s.phones.at(at) {
			t.Fatalf("told %d times", len(told))
		}
		time.Sleep(time.Minute)
		bind(2 * time.Minute) // refreshed
		time.Sleep(2*time.Minute - time.Second)
		synctest.Wait()
		if len(told) != 1 || !s.Registered("desk1") {
			t.Fatalf("a refresh was told, or lost: %d", len(told))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(told) != 2 || s.Registered("desk1") || s.phones.at(at) {
			t.Errorf("told %d times", len(told))
		}
		s.phones.stop()
	})
}
