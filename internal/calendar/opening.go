package calendar

import (
	"slices"
	"time"
)

// Span is a stretch of time from Start up to but not including End.
type Span struct{ Start, End time.Time }

// horizon bounds the search for the next opening or closing: what does not change within it counts as never.
const horizon = 800 * 24 * time.Hour

// Spans lists the stretches of opening between two instants, in order, joined where they touch (so that day follows day without a
// seam where a centre never closes) and cut to from..to. Where the clock is set back, a period opens at the first and closes at the
// last occurrence of its time, so that no repeated hour is lost.
func (h *Hours) Spans(from, to time.Time) []Span {
	var found []Span
	if !from.Before(to) {
		return nil
	}
	// A period may reach into the day after its own.
	for d := DateIn(from, h.Zone) - 2; d <= DateIn(to, h.Zone); d++ {
		for _, p := range h.On(d) {
			s := Span{Start: wall(d, p.Open, h.Zone, false), End: wall(d, p.Close, h.Zone, true)}
			if s.Start.Before(from) {
				s.Start = from
			}
			if s.End.After(to) {
				s.End = to
			}
			if s.Start.Before(s.End) {
				found = append(found, s)
			}
		}
	}
	slices.SortFunc(found, func(a, b Span) int { return a.Start.Compare(b.Start) })
	var out []Span
	for _, s := range found {
		if n := len(out); n > 0 && !s.Start.After(out[n-1].End) {
			if s.End.After(out[n-1].End) {
				out[n-1].End = s.End
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// Open tells whether it is open at an instant.
func (h *Hours) Open(t time.Time) bool { return len(h.Spans(t, t.Add(time.Nanosecond))) > 0 }

// NextOpening is the first instant at or after t at which it is open: t itself when open. It is false when it stays closed for the
// next 800 days.
func (h *Hours) NextOpening(t time.Time) (time.Time, bool) {
	for width := 8 * 24 * time.Hour; width <= horizon; width *= 10 {
		if spans := h.Spans(t, t.Add(width)); len(spans) > 0 {
			return spans[0].Start, true
		}
	}
	return time.Time{}, false
}

// NextClosing is the first instant at or after t at which it is closed: t itself when closed. It is false when it stays open for
// the next 800 days.
func (h *Hours) NextClosing(t time.Time) (time.Time, bool) {
	for width := 8 * 24 * time.Hour; width <= horizon; width *= 10 {
		end := t.Add(width)
		spans := h.Spans(t, end)
		if len(spans) == 0 || spans[0].Start.After(t) {
			return t, true
		}
		if spans[0].End.Before(end) {
			return spans[0].End, true
		}
	}
	return time.Time{}, false
}

// NextChange is the first instant after t at which it opens or closes, and which of the two; false when nothing changes within 800
// days.
func (h *Hours) NextChange(t time.Time) (at time.Time, opens, ok bool) {
	if h.Open(t) {
		at, ok = h.NextClosing(t)
		return at, false, ok
	}
	at, ok = h.NextOpening(t)
	return at, true, ok
}

// OpenTime is how long it is open between two instants.
func (h *Hours) OpenTime(from, to time.Time) time.Duration {
	total := time.Duration(0)
	for _, s := range h.Spans(from, to) {
		total += s.End.Sub(s.Start)
	}
	return total
}

// After is the instant at which d of opening has passed since t: the end of a promise given in opening hours. It is false when the
// next 800 days do not hold that much.
func (h *Hours) After(t time.Time, d time.Duration) (time.Time, bool) {
	if d <= 0 {
		return t, true
	}
	for width := 8 * 24 * time.Hour; width <= horizon; width *= 10 {
		left := d
		for _, s := range h.Spans(t, t.Add(width)) {
			if open := s.End.Sub(s.Start); open < left {
				left -= open
				continue
			}
			return s.Start.Add(left), true
		}
	}
	return time.Time{}, false
}
