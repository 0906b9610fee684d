package alarm

import (
	"testing"
	"time"
)

// The clock's alarm rings when it is due, not before, allocates nothing, and stop ends a wait.
func TestTheAlarmRingsInTime(t *testing.T) {
	for name, a := range map[string]Alarm{"kernel": Kernel(), "timer": Timer()} {
		for range 20 {
			due := time.Now().Add(time.Millisecond)
			if !a.Wait(due) || time.Now().Before(due) {
				t.Fatalf("%s: rang too early, or not at all", name)
			}
		}
		if !a.Wait(time.Now().Add(-time.Second)) {
			t.Errorf("%s: what is over is waited for", name)
		}
		if n := testing.AllocsPerRun(20, func() { a.Wait(time.Now().Add(100 * time.Microsecond)) }); n > 0 {
			t.Errorf("%s: %g allocations a wait", name, n)
		}
		ended := make(chan bool)
		go func() { ended <- a.Wait(time.Now().Add(time.Hour)) }()
		time.AfterFunc(time.Millisecond, a.Stop)
		select {
		case rang := <-ended:
			if rang {
				t.Errorf("%s: a wait that was stopped has rung", name)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: stop ends no wait", name)
		}
		a.Stop()
		if a.Wait(time.Now().Add(time.Millisecond)) {
			t.Errorf("%s: rings after stop", name)
		}
	}
}
