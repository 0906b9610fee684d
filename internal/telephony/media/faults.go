package media

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

// faults counts panics that were caught. A panic would end every call of the process, so that none may pass; whoever owns the counter shows it.
type faults struct {
	n    atomic.Uint64
	last atomic.Pointer[string]
}

// note takes what recover gave, and says whether it was a panic.
func (f *faults) note(p any) bool {
	if p == nil {
		return false
	}
	at := fmt.Sprintf("%v\n%s", p, debug.Stack())
	f.last.Store(&at)
	f.n.Add(1)
	return true
}

// guard calls what may panic.
func (f *faults) guard(call func()) {
	defer func() { f.note(recover()) }()
	call()
}

func (f *faults) seen() (n uint64, last string) {
	if at := f.last.Load(); at != nil {
		last = *at
	}
	return f.n.Load(), last
}
