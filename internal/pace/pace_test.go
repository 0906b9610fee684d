package pace

import (
	"testing"
	"time"

	"sentral/internal/centre"
)

// A bucket holds what a minute allows, refills evenly, and is nobody else's.
func TestBucketRefills(t *testing.T) {
	var l Limiter
	now := time.Unix(1_000_000, 0)
	for i := range 3 {
		if err := l.Take("a", 3, now); err != nil {
			t.Fatalf("take %d: %v", i, err)
		}
	}
	if err := l.Take("a", 3, now); centre.KindOf(err) != centre.Exhausted {
		t.Errorf("the fourth of three: %v", err)
	}
	if err := l.Take("b", 3, now); err != nil {
		t.Errorf("somebody else's bucket: %v", err)
	}
	if err := l.Take("a", 3, now.Add(20*time.Second)); err != nil {
		t.Errorf("a third of a minute later: %v", err)
	}
	if err := l.Take("a", 3, now.Add(-time.Hour)); err == nil {
		t.Error("a clock set back gave one more")
	}
}
