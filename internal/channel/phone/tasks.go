package phone

import "sync"

// tasks counts what runs. Unlike a sync.WaitGroup it may be added to while somebody waits: lines come and go until the sockets are closed.
type tasks struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed when nothing runs; nil when nothing ever has
}

// Go runs f beside the caller.
func (t *tasks) Go(f func()) {
	t.mu.Lock()
	if t.n++; t.n == 1 {
		t.none = make(chan struct{})
	}
	t.mu.Unlock()
	go func() {
		defer t.end()
		f()
	}()
}

func (t *tasks) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 {
		close(t.none)
	}
}

// Ended is closed once nothing runs.
func (t *tasks) Ended() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.none == nil {
		t.none = make(chan struct{})
		close(t.none)
	}
	return t.none
}
