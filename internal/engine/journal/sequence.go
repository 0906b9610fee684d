package journal

import "fmt"

// Sequence checks that entries follow each other: no gap, no repetition, no epoch and no time that falls.
type Sequence struct {
	Last int64 // the last sequence number seen
	at   int64
	ep   int64
}

// Next takes the next entry; its error names what is broken.
func (s *Sequence) Next(e *Entry) error {
	switch {
	case e.Seq != s.Last+1:
		return fmt.Errorf("entry %d follows entry %d", e.Seq, s.Last)
	case e.Epoch < s.ep:
		return fmt.Errorf("entry %d is of epoch %d, the one before of epoch %d", e.Seq, e.Epoch, s.ep)
	case int64(e.At) < s.at:
		return fmt.Errorf("entry %d is of %d ms, the one before of %d ms", e.Seq, e.At, s.at)
	}
	s.Last, s.ep, s.at = e.Seq, e.Epoch, int64(e.At)
	return nil
}
