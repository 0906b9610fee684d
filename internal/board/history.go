package board

import (
	"context"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
)

const (
	weeksBack      = 8
	quartersOfADay = 96
)

// history is how many contacts arrived in each queue and quarter of an hour on this weekday of the last weeks, by the clock on the wall.
type history struct {
	zone   *time.Location
	known  [weeksBack]bool // anything arrived that day at all
	queues map[centre.QueueID]*[weeksBack][quartersOfADay]int64
}

func (b *Board) readHistory(ctx context.Context, today centre.Instant, zone *time.Location) (*history, error) {
	h := &history{zone: zone, queues: map[centre.QueueID]*[weeksBack][quartersOfADay]int64{}}
	y, m, d := today.Time().In(zone).Date()
	for w := range weeksBack {
		from := centre.At(time.Date(y, m, d-7*(w+1), 0, 0, 0, 0, zone))
		to := centre.At(time.Date(y, m, d-7*(w+1)+1, 0, 0, 0, 0, zone))
		err := b.Counters.Arrivals(ctx, journal.Bucket(from), journal.Bucket(to), func(slot int64, q centre.QueueID, arrived int64) {
			if h.queues[q] == nil {
				h.queues[q] = &[weeksBack][quartersOfADay]int64{}
			}
			h.known[w] = h.known[w] || arrived > 0
			h.queues[q][w][h.quarter(centre.Instant(slot*journal.BucketMS))] += arrived
		})
		if err != nil {
			return nil, err
		}
	}
	return h, nil
}

// quarter numbers the quarters of the day as the clock shows them: where it is set back, two hours share theirs.
func (h *history) quarter(at centre.Instant) int {
	t := at.Time().In(h.zone)
	return (t.Hour()*60 + t.Minute()) / 15
}

// typical is the mean and the range of what arrived in the same quarter on the days known; nothing when there are none, and no range of a single one.
func (h *history) typical(start centre.Instant, counts func(centre.QueueID) bool) (mean, low, high *float64) {
	if h == nil {
		return nil, nil, nil
	}
	at, n := h.quarter(start), 0
	var sum, least, most int64
	for w, known := range h.known {
		if !known {
			continue
		}
		var arrived int64
		for q, days := range h.queues {
			if counts(q) {
				arrived += days[w][at]
			}
		}
		if n == 0 {
			least, most = arrived, arrived
		}
		least, most = min(least, arrived), max(most, arrived)
		sum += arrived
		n++
	}
	if n == 0 {
		return nil, nil, nil
	}
	mean = new(float64(sum) / float64(n))
	if n > 1 {
		low, high = new(float64(least)), new(float64(most))
	}
	return mean, low, high
}
