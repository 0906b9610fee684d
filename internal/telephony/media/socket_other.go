//go:build !linux

package media

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"sentral/internal/centre"
)

// socket is a UDP socket with a goroutine that reads it into a bounded queue: where the kernel offers no way to take many datagrams by one call. Strangers'
// packets are told apart by the leg alone.
type socket struct {
	conn  *net.UDPConn
	mu    *sync.Mutex
	queue *[]received

	refused uint64 // no such sign is taken here
}

const (
	batchSize      = 16
	datagramOctets = 1500
	queuedMost     = 64 // datagrams that wait to be taken; newer ones are dropped
)

type received struct {
	octets []byte
	from   netip.AddrPort
	at     int64
}

type batch struct{ taken []received }

func newBatch() *batch { return &batch{} }

func openSocket(at netip.AddrPort) (socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return socket{}, centre.Errorf(centre.Conflict, "RTP: %v: %w", at, err)
	}
	s := socket{conn: conn, mu: new(sync.Mutex), queue: new([]received)}
	go s.read()
	return s, nil
}

func (s socket) read() {
	for {
		b := make([]byte, datagramOctets)
		n, from, err := s.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		s.mu.Lock()
		if len(*s.queue) < queuedMost {
			*s.queue = append(*s.queue, received{b[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), time.Now().UnixNano()})
		}
		s.mu.Unlock()
	}
}

func (s *socket) receive(b *batch) int {
	if s.conn == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(*s.queue), batchSize)
	b.taken = append(b.taken[:0], (*s.queue)[:n]...)
	*s.queue = (*s.queue)[n:]
	return n
}

func (b *batch) datagram(i int) (octets []byte, from netip.AddrPort, at int64) {
	r := b.taken[i]
	return r.octets, r.from, r.at
}

type target struct{ to netip.AddrPort }

func newTarget(to netip.AddrPort, _ bool) target { return target{to} }

func (s *socket) send(b []byte, to *target) bool {
	if s.conn == nil {
		return false
	}
	_, err := s.conn.WriteToUDPAddrPort(b, to.to)
	return err == nil
}

func (s *socket) only(netip.AddrPort, uint8) {}
func (s *socket) anyone()                    {}
func (s *socket) strangers() uint64          { return 0 }

func (s *socket) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}
