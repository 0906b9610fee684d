package testphone

import (
	"sync"
	"time"
)

// phases spreads the streams over a frame, as calls from the world are.
const phases = 8

// paced is what does something every 20 ms.
type paced interface{ tick() }

// pacer is the clock of every stream of a phone. It keeps absolute time: a late tick is made up for and none is skipped, unless it is later than a fifth of
// a second, when the machine has been away and catching up would be a burst.
type pacer struct {
	mu      sync.Mutex
	streams [phases]map[paced]bool
	next    int
	count   int
	some    chan struct{} // a stream came when there was none
	stop    chan struct{}
	late    time.Duration
}

func newPacer() *pacer {
	p := &pacer{stop: make(chan struct{}), some: make(chan struct{}, 1)}
	for i := range p.streams {
		p.streams[i] = map[paced]bool{}
	}
	return p
}

func (p *pacer) add(s paced) {
	p.mu.Lock()
	p.streams[p.next%phases][s] = true
	p.next++
	p.count++
	p.mu.Unlock()
	select {
	case p.some <- struct{}{}:
	default:
	}
}

func (p *pacer) remove(s paced) {
	p.mu.Lock()
	for i := range p.streams {
		if p.streams[i][s] {
			delete(p.streams[i], s)
			p.count--
		}
	}
	p.mu.Unlock()
}

func (p *pacer) run() {
	const step = frame / phases
	timer := time.NewTimer(0)
	defer timer.Stop()
	next := time.Now()
	var due []paced
	for i := 0; ; i++ {
		next = next.Add(step)
		if d := time.Until(next); d > 0 {
			timer.Reset(d)
			select {
			case <-timer.C:
			case <-p.stop:
				return
			}
		} else if d < -200*time.Millisecond {
			next = time.Now()
		}
		p.mu.Lock()
		if p.count == 0 {
			p.mu.Unlock()
			select {
			case <-p.some:
			case <-p.stop:
				return
			}
			next = time.Now()
			continue
		}
		p.late = max(p.late, -time.Until(next))
		due = due[:0]
		for s := range p.streams[i%phases] {
			due = append(due, s)
		}
		p.mu.Unlock()
		for _, s := range due {
			s.tick()
		}
	}
}

func (p *pacer) close() { close(p.stop) }

// worst is how late the latest tick was.
func (p *pacer) worst() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.late
}
