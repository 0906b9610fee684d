// Package alarm lets one goroutine wait for instants, such as the next frame of sound, and wakes it in time although the runtime is busy with itself. It owns
// that one wait; what is done then is its caller's. Begin reading at Kernel.
package alarm

import (
	"sync"
	"time"
)

// Alarm lets one goroutine wait for instants.
type Alarm interface {
	Wait(until time.Time) bool // true: the instant has come; false: stopped
	Stop()                     // by any goroutine, once or again
}

// timer waits by a timer of the runtime.
type timer struct {
	t       *time.Timer
	stopped chan struct{}
	once    sync.Once
}

// Timer is an alarm by a timer of the runtime: the one to use under a time that tests make up.
func Timer() Alarm {
	return &timer{t: time.NewTimer(time.Hour), stopped: make(chan struct{})}
}

func (w *timer) Wait(until time.Time) bool {
	left := time.Until(until)
	if left <= 0 {
		select {
		case <-w.stopped:
			return false
		default:
			return true
		}
	}
	w.t.Reset(left)
	select {
	case <-w.t.C:
		return true
	case <-w.stopped:
		w.t.Stop()
		return false
	}
}

func (w *timer) Stop() { w.once.Do(func() { close(w.stopped) }) }
