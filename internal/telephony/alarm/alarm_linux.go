package alarm

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kernel waits for an instant by a timer of the runtime and by one of the kernel (timerfd) at once. The runtime's alone is late by whatever a garbage
// collection marks in one stretch while nothing else wants the processor: its idle workers ask the network poller for work, but not the timers. With one
// processor and 450 calls that was 20 to 50 ms every few seconds. The kernel's timer comes by the poller.
type kernel struct {
	file *os.File
	conn syscall.RawConn
	set  unix.ItimerSpec
	arm  func(fd uintptr)      // bound once: waiting allocates nothing
	read func(fd uintptr) bool // as arm
	full [8]byte
}

// Kernel is an alarm that the kernel rings too where it can; elsewhere it is Timer.
func Kernel() Alarm {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return Timer() // later at times, no more
	}
	w := &kernel{file: os.NewFile(uintptr(fd), "clock")}
	if w.conn, err = w.file.SyscallConn(); err != nil || w.file.SetReadDeadline(time.Now().Add(time.Hour)) != nil {
		_ = w.file.Close()
		return Timer()
	}
	w.arm = func(fd uintptr) { _ = unix.TimerfdSettime(int(fd), 0, &w.set, nil) }
	w.read = func(fd uintptr) bool {
		n, err := unix.Read(int(fd), w.full[:])
		return err == nil && n == len(w.full)
	}
	return w
}

func (w *kernel) Wait(until time.Time) bool {
	for {
		left := time.Until(until)
		if left <= 0 {
			return true
		}
		w.set.Value = unix.NsecToTimespec(int64(left))
		if w.file.SetReadDeadline(until) != nil || w.conn.Control(w.arm) != nil {
			return false
		}
		if err := w.conn.Read(w.read); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
	}
}

func (w *kernel) Stop() { _ = w.file.Close() }
