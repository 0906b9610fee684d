//go:build !linux

package alarm

// Kernel is Timer on this system.
func Kernel() Alarm { return Timer() }
