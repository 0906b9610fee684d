//go:build unix && !linux

package storetest

import "syscall"

// dieWithParent has no counterpart here: the server of a killed test stays until it is ended by hand.
func dieWithParent(*syscall.SysProcAttr) {}
