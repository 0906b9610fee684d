package store

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// giveUpUnanswered lets the system give up a connection whose packets have not been answered for five seconds, as when the other machine has
// lost its power.
func giveUpUnanswered(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 5000)
	}); e != nil {
		return e
	}
	return err
}
