package webleg

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/stun/v4"
)

// placesMax bounds the addresses that one leg may prove; a browser has a handful (networks x relay).
const placesMax = 8

// check answers an ICE connectivity check (RFC 8445 section 7.3, the lite side) and remembers where it came from. A check for nobody, or with a wrong
// password, gets no answer: nothing is sent to an address that has not proved that it knows a leg's secret.
func (s *Server) check(b []byte, from netip.AddrPort, m *stun.Message) {
	m.Raw = append(m.Raw[:0], b...)
	if m.Decode() != nil || m.Type != stun.BindingRequest {
		return
	}
	var name stun.Username
	if name.GetFrom(m) != nil {
		return
	}
	ours, _, _ := strings.Cut(string(name), ":")
	s.mu.RLock()
	l := s.byUser[ours]
	s.mu.RUnlock()
	if l == nil || l.integrity.Check(m) != nil {
		s.strange.Add(1)
		return
	}
	out := []stun.Setter{stun.NewTransactionIDSetter(m.TransactionID)}
	if m.Contains(stun.AttrICEControlled) { // both think that the other decides: the lite side never does (RFC 8445 section 7.3.1.1)
		out = append(out, stun.BindingError, stun.CodeRoleConflict)
	} else {
		a := from.Addr()
		out = append(out, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IP(a.AsSlice()), Port: int(from.Port())})
		s.settle(l, from, m.Contains(stun.AttrUseCandidate))
	}
	r, err := stun.Build(append(out, l.integrity, stun.Fingerprint)...)
	if err != nil {
		return
	}
	_ = s.send(r.Raw, from)
}

// settle notes that the leg's browser is at from, and moves the leg there when the browser has chosen it.
func (s *Server) settle(l *Leg, from netip.AddrPort, chosen bool) {
	s.mu.RLock()
	known := s.byPlace[from] == l
	s.mu.RUnlock()
	if !known {
		s.mu.Lock()
		if s.byUser[l.user] != l { // closed meanwhile
			s.mu.Unlock()
			return
		}
		if len(l.places) == placesMax {
			oldest := 0
			if now := l.remote.Load(); now != nil && l.places[0] == *now {
				oldest = 1
			}
			delete(s.byPlace, l.places[oldest])
			l.places = slices.Delete(l.places, oldest, oldest+1)
		}
		l.places = append(l.places, from)
		s.byPlace[from] = l
		s.mu.Unlock()
	}
	l.alive()
	if now := l.remote.Load(); now == nil || chosen && *now != from {
		l.remote.Store(&from)
	}
}
