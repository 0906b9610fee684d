package media

import (
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"sentral/internal/centre"
)

// socket is a UDP socket that never waits and that no poller knows: the clock reads it, all that has come by one system call. Its owner's lock guards it.
type socket struct {
	fd       int
	filtered bool
	refused  uint64 // by the machine that we send to
}

const (
	batchSize      = 16   // datagrams read by one system call
	datagramOctets = 1500 // longer ones are no sound
	expedited      = 46 << 2
)

// batch is the room for the datagrams of one system call.
type batch struct {
	headers [batchSize]struct {
		header unix.Msghdr
		octets uint32
	}
	iov     [batchSize]unix.Iovec
	from    [batchSize]unix.RawSockaddrInet6 // large enough for both families
	control [batchSize][64]byte
	buf     [batchSize][datagramOctets]byte
}

func newBatch() *batch {
	b := &batch{}
	for i := range b.headers {
		b.iov[i].Base = &b.buf[i][0]
		b.iov[i].SetLen(datagramOctets)
		h := &b.headers[i].header
		h.Name = (*byte)(unsafe.Pointer(&b.from[i]))
		h.Iov = &b.iov[i]
		h.SetIovlen(1)
		h.Control = &b.control[i][0]
	}
	return b
}

// openSocket binds a socket to the address.
func openSocket(at netip.AddrPort) (s socket, err error) {
	family := unix.AF_INET
	if at.Addr().Is6() && !at.Addr().Is4In6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return socket{fd: -1}, centre.Errorf(centre.Exhausted, "RTP: opening a socket: %w", err)
	}
	var name unix.Sockaddr
	if family == unix.AF_INET {
		name = &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().Unmap().As4()}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, expedited) // a wish: sound goes before other traffic
	} else {
		name = &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, expedited)
	}
	if family == unix.AF_INET { // a wish as well: that we hear when nobody listens at the other end
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	}
	if err := unix.Bind(fd, name); err != nil {
		_ = unix.Close(fd)
		return socket{fd: -1}, centre.Errorf(centre.Conflict, "RTP: %v: %w", at, err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) // without it the jitter is not known, no more
	return socket{fd: fd}, nil
}

// receive fills the batch and gives the number of datagrams.
func (s *socket) receive(b *batch) int {
	for i := range b.headers {
		b.headers[i].header.Namelen = uint32(unsafe.Sizeof(b.from[i]))
		b.headers[i].header.SetControllen(len(b.control[i]))
	}
	for n, again := 0, true; again && n < 2; n++ {
		got, _, errno := syscall.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&b.headers[0])), batchSize, unix.MSG_DONTWAIT, 0, 0)
		if errno == 0 {
			return int(got)
		}
		again = s.refusal(errno)
	}
	return 0
}

// refusal counts what ICMP said of something that we sent, and takes it out of the socket's way; false: the error is another one.
func (s *socket) refusal(errno syscall.Errno) bool {
	if errno != unix.ECONNREFUSED {
		return false
	}
	s.refused++
	var header unix.Msghdr // nothing is read of it: that it is there says all
	_, _, _ = syscall.RawSyscall(unix.SYS_RECVMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&header)), unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	return true
}

// datagram is the i-th of the batch: its octets, its sender and when it came, in nanoseconds of the machine's clock, 0 when that is not known. The octets
// are good until the next receive. One that was cut is empty.
func (b *batch) datagram(i int) (octets []byte, from netip.AddrPort, at int64) {
	h := &b.headers[i]
	octets = b.buf[i][:min(h.octets, datagramOctets)]
	if h.header.Flags&unix.MSG_TRUNC != 0 {
		octets = nil
	}
	name := &b.from[i]
	port := name.Port<<8 | name.Port>>8
	if name.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		from = netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port)
	} else {
		from = netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), port)
	}
	c := &b.control[i]
	if m := (*unix.Cmsghdr)(unsafe.Pointer(c)); int(h.header.Controllen) >= unix.CmsgLen(int(unsafe.Sizeof(unix.Timespec{}))) && m.Level == unix.SOL_SOCKET &&
		m.Type == unix.SO_TIMESTAMPNS {
		at = (*unix.Timespec)(unsafe.Pointer(&c[unix.CmsgLen(0)])).Nano()
	}
	return octets, from, at
}

// target is an address as the kernel wants it.
type target struct {
	name unix.RawSockaddrInet6
	size uint32
}

func newTarget(to netip.AddrPort, v6 bool) (t target) {
	port := to.Port()<<8 | to.Port()>>8
	if !v6 {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(&t.name))
		v4.Family, v4.Port, v4.Addr = unix.AF_INET, port, to.Addr().Unmap().As4()
		t.size = uint32(unsafe.Sizeof(*v4))
		return t
	}
	t.name = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: port, Addr: to.Addr().As16()}
	t.size = uint32(unsafe.Sizeof(t.name))
	return t
}

// send sends a datagram, or says that it could not.
func (s *socket) send(b []byte, to *target) bool {
	for n, again := 0, true; again && n < 2; n++ {
		_, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_DONTWAIT,
			uintptr(unsafe.Pointer(&to.name)), uintptr(to.size))
		if errno == 0 {
			return true
		}
		again = s.refusal(errno) // of an earlier packet: this one has not been tried yet
	}
	return false
}

// only tells the kernel to drop everything that does not come from the address, before it costs us anything: a flood of strangers' packets cannot push
// the party's own out of the socket's queue. Packets of the payload type events, unless it is 0, may come from any port of the address. The kernel counts
// what it drops.
func (s *socket) only(from netip.AddrPort, events uint8) {
	const (
		loadByte, loadHalf, loadWord = unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, unix.BPF_LD | unix.BPF_H | unix.BPF_ABS, unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal, and, give             = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, unix.BPF_RET | unix.BPF_K
		network, udp                 = 0xfff00000, 8 // SKF_NET_OFF: where the IP header begins; where the RTP header begins after UDP's
		whole                        = 1 << 18
	)
	var f []unix.SockFilter
	addr, at := from.Addr().AsSlice(), uint32(8)
	if from.Addr().Is4() {
		at = 12
	}
	for ; len(addr) >= 4; addr, at = addr[4:], at+4 {
		word := uint32(addr[0])<<24 | uint32(addr[1])<<16 | uint32(addr[2])<<8 | uint32(addr[3])
		f = append(f, unix.SockFilter{Code: loadWord, K: network + at}, unix.SockFilter{Code: equal, Jt: 1, K: word}, unix.SockFilter{Code: give, K: 0})
	}
	f = append(f, unix.SockFilter{Code: loadHalf, K: 0}, unix.SockFilter{Code: equal, Jf: 1, K: uint32(from.Port())}, unix.SockFilter{Code: give, K: whole})
	if events != 0 {
		f = append(f, unix.SockFilter{Code: loadByte, K: udp + 1}, unix.SockFilter{Code: and, K: 0x7f},
			unix.SockFilter{Code: equal, Jf: 1, K: uint32(events)}, unix.SockFilter{Code: give, K: whole})
	}
	f = append(f, unix.SockFilter{Code: give, K: 0})
	s.filtered = unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}) == nil
}

// anyone ends only.
func (s *socket) anyone() {
	if s.filtered {
		s.filtered = false
		_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
	}
}

// strangers is how many datagrams the kernel has dropped for us: those the filter refused, and those of a flood that did not fit its queue.
func (s *socket) strangers() uint64 {
	const drops, memInfo = 8, 55 // SK_MEMINFO_DROPS, SO_MEMINFO
	var info [9]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := syscall.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, memInfo, uintptr(unsafe.Pointer(&info)),
		uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0
	}
	return uint64(info[drops])
}

func (s *socket) close() {
	if s.fd >= 0 {
		_ = unix.Close(s.fd)
		s.fd = -1
	}
}
