package media

import (
	"net/netip"
	"sync"
	"time"

	"sentral/internal/centre"
)

// Ports is a range of UDP ports for RTP legs: an even port for sound and the odd one after it for its reports. While legs are open one goroutine looks after
// all of them ten times a second: it sends reports, notices silence, and empties the sockets of legs that are in no room.
type Ports struct {
	ip        netip.Addr
	low, high uint16 // even; high is the last that may be used

	mu      sync.Mutex
	open    map[uint16]*RTP
	next    uint16
	keeping bool // the goroutine runs

	faults faults // of handlers of digits and silence

	free struct {
		sync.Mutex
		batches []*batch
	}
}

// keepEvery is how often legs are looked after.
const keepEvery = 100 * time.Millisecond

// NewPorts is the range from low to high, both included, on an address of this machine.
func NewPorts(ip netip.Addr, low, high uint16) *Ports {
	low += low & 1
	if high&1 == 0 {
		high--
	}
	return &Ports{ip: ip.Unmap(), low: low, high: high, next: low, open: map[uint16]*RTP{}}
}

// Open takes the next free pair of ports. When all are in use, by us or by others, the error is centre.Exhausted.
func (p *Ports) Open() (*RTP, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var last error
	for range (int(p.high) - int(p.low) + 1) / 2 {
		port := p.next
		if p.next += 2; p.next >= p.high || p.next < p.low {
			p.next = p.low
		}
		if p.open[port] != nil {
			continue
		}
		l, err := p.bind(port)
		if err != nil {
			if centre.KindOf(err) == centre.Exhausted {
				return nil, err
			}
			last = err
			continue
		}
		p.open[port] = l
		if !p.keeping {
			p.keeping = true
			go p.keep()
		}
		return l, nil
	}
	if last != nil {
		return nil, centre.Errorf(centre.Exhausted, "RTP: no free port from %d to %d (%d are ours): %w", p.low, p.high, len(p.open), last)
	}
	return nil, centre.Errorf(centre.Exhausted, "RTP: all ports from %d to %d are in use", p.low, p.high)
}

func (p *Ports) bind(port uint16) (*RTP, error) {
	sound, err := openSocket(netip.AddrPortFrom(p.ip, port))
	if err != nil {
		return nil, err
	}
	reports, err := openSocket(netip.AddrPortFrom(p.ip, port+1))
	if err != nil {
		sound.close()
		return nil, err
	}
	return newRTP(p, netip.AddrPortFrom(p.ip, port), sound, reports), nil
}

// InUse is how many legs are open.
func (p *Ports) InUse() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open)
}

// Faults is how many handlers of digits and silence have panicked, and where the last one did: faults of ours, which end no call.
func (p *Ports) Faults() (n uint64, last string) { return p.faults.seen() }

func (p *Ports) release(port uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, port)
}

// keep looks after the legs until none is open.
func (p *Ports) keep() {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	var legs []*RTP
	for now := range tick.C {
		p.mu.Lock()
		if len(p.open) == 0 {
			p.keeping = false
			p.mu.Unlock()
			return
		}
		legs = legs[:0]
		for _, l := range p.open {
			legs = append(legs, l)
		}
		p.mu.Unlock()
		for _, l := range legs {
			l.keep(now)
		}
		clear(legs)
	}
}

// borrow gives room for datagrams, which give takes back. There are as many as shards that read at the same time.
func (p *Ports) borrow() *batch {
	p.free.Lock()
	defer p.free.Unlock()
	n := len(p.free.batches)
	if n == 0 {
		return newBatch()
	}
	b := p.free.batches[n-1]
	p.free.batches = p.free.batches[:n-1]
	return b
}

func (p *Ports) give(b *batch) {
	p.free.Lock()
	defer p.free.Unlock()
	p.free.batches = append(p.free.batches, b)
}
