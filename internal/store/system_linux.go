package store

import "golang.org/x/sys/unix"

// clockIsKept asks the kernel whether its clock is kept by a time server.
func clockIsKept() (kept, known bool) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	const unsynchronised = 5 // TIME_ERROR of adjtimex(2)
	return state != unsynchronised, err == nil
}

// freeSpace is how many bytes an ordinary user may still write under a folder.
func freeSpace(folder string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
