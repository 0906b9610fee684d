package staffing

import (
	"math"
	"time"

	"sentral/internal/centre"
)

// Mail is work that can wait: e-mail, forms, tasks. It is planned as a flow, answered in the order it came.
type Mail struct {
	Arrivals []float64     // contacts per interval, in hours worked and not worked alike
	Width    time.Duration // of an interval
	Handle   time.Duration // mean handling time
	Waiting  float64       // contacts that wait when the first interval begins; they are taken to have come just then
}

// Backlog is how a plan of agents fares.
type Backlog struct {
	Waiting []float64       // contacts that wait at the end of each interval
	Oldest  []time.Duration // how long the first in line has then waited
	InTime  float64         // share answered within the promise, seen at interval ends; who still waits in time at the end is not counted
}

func (m Mail) check() error {
	if m.Width <= 0 || m.Handle <= 0 || !(m.Waiting >= 0) || math.IsInf(m.Waiting, 0) {
		return centre.Errorf(centre.Invalid, "backlog: interval and handling time must be longer than zero and the waiting zero or more")
	}
	for i, a := range m.Arrivals {
		if !(a >= 0) || math.IsInf(a, 0) {
			return centre.Errorf(centre.Invalid, "backlog: interval %d: arrivals must be zero or more, not %v", i+1, a)
		}
	}
	return nil
}

// Follow runs the flow with agents[i] at work in interval i; where the slice ends nobody works. Contacts come evenly over an interval.
func (m Mail) Follow(agents []int, promise time.Duration) (Backlog, error) {
	if err := m.check(); err != nil {
		return Backlog{}, err
	}
	n := len(m.Arrivals)
	width := m.Width.Seconds()
	b := Backlog{Waiting: make([]float64, n), Oldest: make([]time.Duration, n)}
	come := make([]float64, n+1) // come[i]: all that came before interval i
	come[0] = m.Waiting
	done := 0.0
	var inTime, judged float64
	first := 0 // the interval in which the first in line came
	for i := range n {
		come[i+1] = come[i] + m.Arrivals[i]
		able := 0.0
		if i < len(agents) {
			able = math.Max(0, float64(agents[i])) * width / m.Handle.Seconds()
		}
		before := done
		done = math.Min(come[i+1], done+able)
		inTime += math.Max(0, done-math.Max(before, m.due(come, float64(i+1)*width-promise.Seconds())))
		judged = math.Max(done, m.due(come, float64(i+1)*width-promise.Seconds()))
		b.Waiting[i] = come[i+1] - done
		for first <= i && come[first+1] <= done {
			first++
		}
		if b.Waiting[i] > 1e-9 {
			since := float64(first) * width
			if done > come[first] {
				since += width * (done - come[first]) / (come[first+1] - come[first])
			} else if first == 0 && done < m.Waiting {
				since = 0
			}
			b.Oldest[i] = time.Duration((float64(i+1)*width - since) * float64(time.Second))
		}
	}
	b.InTime = 1
	if judged > 0 {
		b.InTime = math.Min(1, inTime/judged)
	}
	return b, nil
}

// due is how many contacts came up to the time x, in seconds after the start: those that must be done when x is the promise ago.
func (m Mail) due(come []float64, x float64) float64 {
	width := m.Width.Seconds()
	if x < 0 {
		return 0
	}
	i := int(x / width)
	if i >= len(m.Arrivals) {
		return come[len(m.Arrivals)]
	}
	return come[i] + m.Arrivals[i]*(x/width-float64(i))
}

// Need is the least number of agents, the same in each interval that open marks, with which no contact ever waits longer than the promise.
func (m Mail) Need(open []bool, promise time.Duration) (int, error) {
	if err := m.check(); err != nil {
		return 0, err
	}
	if len(open) != len(m.Arrivals) {
		return 0, centre.Errorf(centre.Invalid, "backlog: %d intervals but %d marks of which are open", len(m.Arrivals), len(open))
	}
	agents := make([]int, len(open))
	kept := func(n int) (bool, error) {
		for i, o := range open {
			agents[i] = 0
			if o {
				agents[i] = n
			}
		}
		b, err := m.Follow(agents, promise)
		if err != nil {
			return false, err
		}
		for _, age := range b.Oldest {
			if age > promise {
				return false, nil
			}
		}
		return true, nil
	}
	if ok, err := kept(0); ok || err != nil {
		return 0, err
	}
	n, err := least(1, MaxPlaces, kept)
	if err != nil {
		return 0, centre.Errorf(centre.Invalid, "backlog: the promise of %v cannot be kept with these opening hours: %w", promise, err)
	}
	return n, nil
}
