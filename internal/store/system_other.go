//go:build !linux

package store

import "errors"

func clockIsKept() (kept, known bool) { return false, false }

func freeSpace(string) (uint64, error) { return 0, errors.ErrUnsupported }
