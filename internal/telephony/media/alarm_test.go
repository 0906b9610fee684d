package media

import (
	"testing"
	"time"
)

// The clock's alarm rings when it is due, not before, allocates nothing, and stop ends a wait.
func TestTheAlarmRingsInTime(t *testing.T) {
	for name, a := range map[string]alarm{"kernel": newAlarm(), "timer": newTimerAlarm()} {
		for range 20 {
			due := time.Now().Add(time.Millisecond)
			if !a.wait(due) || time.Now().Before(due) {
				t.Fatalf("%s: rang too early, or not at all", name)
			}
		}
		if !a.wait(time.Now().Add(-time.Second)) {
			t.Errorf("%s: what is over is waited for", name)
		}
		if n := testing.AllocsPerRun(20, func() { a.wait(time.Now().Add(100 * time.Microsecond)) }); n > 0 {
			t.Errorf("%s: %g allocations a wait", name, n)
		}
		ended := make(chan bool)
		go func() { ended <- a.wait(time.Now().Add(time.Hour)) }()
		time.AfterFunc(time.Millisecond, a.stop)
		select {
		case rang := <-ended:
			if rang {
				t.Errorf("%s: a wait that was stopped has rung", name)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: stop ends no wait", name)
		}
		a.stop()
		if a.wait(time.Now().Add(time.Millisecond)) {
			t.Errorf("%s: rings after stop", name)
		}
	}
}
