package routing

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"sentral/internal/centre"
)

var newForm = flag.Bool("new-form", false, "write the sample of the latest form of a snapshot: only for a form that has never been released")

// oldSnapshots are states as the program that first wrote each form left them, and the hash they had.
var oldSnapshots = []struct {
	form int
	hash uint64
}{{1, 0x8a61cd496bc9a30c}, {2, 0x9d59da59caadddb4}, {3, 0xc32bf5232c5ca508}}

// TestOldSnapshotsStayReadable restores a snapshot of every form that ever was: it has the hash that it had, goes on, and is written as it was read.
func TestOldSnapshotsStayReadable(t *testing.T) {
	for _, old := range oldSnapshots {
		path := fmt.Sprintf("testdata/snapshot-%d.bin", old.form)
		if *newForm && old.form == formsToRead {
			if err := os.WriteFile(path, sampleState().Snapshot(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		e := New()
		if err := e.Restore(b); err != nil {
			t.Errorf("form %d: %v", old.form, err)
			continue
		}
		if got := e.Hash(); got != old.hash {
			t.Errorf("form %d: the hash is %016x, it was %016x", old.form, got, old.hash)
		}
		if !bytes.Equal(e.Snapshot(), b) {
			t.Errorf("form %d is not written as it was read", old.form)
		}
		if err := e.check(); err != nil {
			t.Errorf("form %d: %v", old.form, err)
		}
		d, version, last := fromSeed(1), int64(99), centre.ContactID(1000)
		for range 200 {
			ev := drawEvent(d, e, &version, last)
			if ev.Kind == Arrived || ev.Kind == Placed {
				last = max(last, ev.Contact)
			}
			e.Step(ev)
		}
		if err := e.check(); err != nil {
			t.Errorf("form %d, gone on: %v", old.form, err)
		}
	}
}

// sampleState is a state with something of everything that the latest form holds.
func sampleState() *Engine {
	for seed := uint64(1); ; seed++ {
		d, e, version, last := fromSeed(seed), New(), int64(0), centre.ContactID(1)
		begin(d, e)
		for range 160 {
			ev := drawEvent(d, e, &version, last)
			if ev.Kind == Arrived || ev.Kind == Placed {
				last = max(last, ev.Contact)
			}
			e.Step(ev)
			for i := range e.contacts {
				if c := &e.contacts[i]; c.id != 0 && c.guessHigh > 0 && e.placed > 0 && e.settings.Told != 0 && e.counts[InPromise] > 0 && e.queues[c.queue].fares[c.channel].judged > 0 {
					return e
				}
			}
		}
	}
}
