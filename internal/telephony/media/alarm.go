package media

import (
	"sync"
	"time"
)

// alarm lets one goroutine wait for instants.
type alarm interface {
	wait(until time.Time) bool // true: the instant has come; false: stopped
	stop()                     // by any goroutine, once or again
}

// timerAlarm waits by a timer of the runtime.
type timerAlarm struct {
	timer   *time.Timer
	stopped chan struct{}
	once    sync.Once
}

func newTimerAlarm() alarm {
	return &timerAlarm{timer: time.NewTimer(time.Hour), stopped: make(chan struct{})}
}

func (w *timerAlarm) wait(until time.Time) bool {
	left := time.Until(until)
	if left <= 0 {
		select {
		case <-w.stopped:
			return false
		default:
			return true
		}
	}
	w.timer.Reset(left)
	select {
	case <-w.timer.C:
		return true
	case <-w.stopped:
		w.timer.Stop()
		return false
	}
}

func (w *timerAlarm) stop() { w.once.Do(func() { close(w.stopped) }) }
