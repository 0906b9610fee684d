package signal

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Times that a desk phone may register for.
const (
	bindLeast = time.Minute
	bindMost  = time.Hour
)

// registrar keeps where the desk phones are (RFC 3261 section 10.3).
type registrar struct {
	s      *Stack
	keeper *doorkeeper

	mu     sync.Mutex
	bound  map[string][]binding // by account
	expiry map[string]*time.Timer
	told   map[string]bool // what Registered was told last
}

// binding is one phone of an account: where it says it is, and where its messages come from, which is where we send (it may be behind a translator).
type binding struct {
	contact sip.Uri
	peer    peer
	callID  string
	seq     uint32
	until   time.Time
}

// Phone is one registered desk phone.
type Phone struct {
	Account string
	From    netip.AddrPort
	Until   time.Time
}

func newRegistrar(s *Stack) *registrar {
	return &registrar{s: s, keeper: newDoorkeeper(s.o.Now), bound: map[string][]binding{}, expiry: map[string]*time.Timer{}, told: map[string]bool{}}
}

// noteLocked tells whether an account has a phone now, if that has changed, and looks again when the first of its phones expires.
func (r *registrar) noteLocked(user string) {
	list := r.liveLocked(user)
	if t := r.expiry[user]; t != nil {
		t.Stop()
		delete(r.expiry, user)
	}
	if len(list) > 0 {
		first := slices.MinFunc(list, func(a, b binding) int { return a.until.Compare(b.until) }).until
		r.expiry[user] = time.AfterFunc(max(first.Sub(r.s.o.Now()), 0)+time.Millisecond, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.noteLocked(user)
		})
	}
	up := len(list) > 0
	if handle := r.s.o.Registered; up != r.told[user] {
		r.told[user] = up
		if handle != nil {
			r.s.guard("registered", func() { handle(user) })
		}
	}
}

// silent forgets a phone that has said nothing at all to an INVITE: it is not there any more.
func (r *registrar) silent(user string, contact sip.Uri) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bound[user] = slices.DeleteFunc(r.bound[user], func(b binding) bool { return b.contact.Addr() == contact.Addr() })
	r.noteLocked(user)
}

// stop ends the watch over expiry.
func (r *registrar) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.expiry {
		t.Stop()
	}
	clear(r.expiry)
}

// at tells whether a desk phone is registered from an address: it is one, also where a trunk's addresses hold it.
func (r *registrar) at(from netip.AddrPort) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for user := range r.bound {
		if slices.ContainsFunc(r.liveLocked(user), func(b binding) bool { return b.peer.addr == from }) {
			return true
		}
	}
	return false
}

// Phones lists the desk phones that are registered now.
func (s *Stack) Phones() []Phone {
	r := s.phones
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Phone
	for user := range r.bound {
		for _, b := range r.liveLocked(user) {
			out = append(out, Phone{Account: user, From: b.peer.addr, Until: b.until})
		}
	}
	slices.SortFunc(out, func(a, b Phone) int { return a.From.Compare(b.From) })
	return out
}

// liveLocked drops what has expired.
func (r *registrar) liveLocked(user string) []binding {
	now := r.s.o.Now()
	list := slices.DeleteFunc(r.bound[user], func(b binding) bool { return !b.until.After(now) })
	if len(list) == 0 {
		delete(r.bound, user)
		return nil
	}
	r.bound[user] = list
	return list
}

// Registered tells whether an account has a phone now.
func (s *Stack) Registered(account string) bool {
	_, ok := s.phones.find(account)
	return ok
}

// find gives the phone that registered last for an account.
func (r *registrar) find(user string) (binding, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.liveLocked(user)
	if len(list) == 0 {
		return binding{}, false
	}
	return list[len(list)-1], true
}

// register takes REGISTER of a desk phone. Without accounts there is nobody to register: silence.
func (r *registrar) register(req *sip.Request, tx *sip.ServerTx, from netip.AddrPort) {
	if r.s.o.Accounts == nil {
		tx.Terminate()
		return
	}
	user, ok := r.authenticate(req, tx, nil)
	if !ok {
		return
	}
	if scheme := req.To().Address.Scheme; scheme != "sip" && scheme != "sips" || req.To().Address.User != user {
		_ = respond(req, tx, 403, "Forbidden") // one's own address only
		return
	}
	contacts := contactsOf(req)
	r.mu.Lock()
	defer r.mu.Unlock()
	code, reason := r.bindLocked(user, req, contacts, from)
	r.noteLocked(user)
	switch code {
	case 200:
		_ = respond(req, tx, 200, "OK", r.listLocked(user)...)
	case 423:
		_ = respond(req, tx, 423, reason, header("Min-Expires", itoa(int(bindLeast/time.Second))))
	default:
		_ = respond(req, tx, code, reason)
	}
}

func contactsOf(req *sip.Request) []*sip.ContactHeader {
	var out []*sip.ContactHeader
	for _, h := range req.GetHeaders("Contact") {
		if c, ok := h.(*sip.ContactHeader); ok {
			out = append(out, c)
		}
	}
	return out
}

func (r *registrar) bindLocked(user string, req *sip.Request, contacts []*sip.ContactHeader, from netip.AddrPort) (int, string) {
	list := r.liveLocked(user)
	id, seq := req.CallID().Value(), req.CSeq().SeqNo
	if slices.ContainsFunc(contacts, func(c *sip.ContactHeader) bool { return c.Address.Wildcard }) {
		if n, ok := decimal(text(req, "Expires"), 1<<31-1); !ok || n != 0 || len(contacts) != 1 {
			return 400, "Wildcard Without Expires 0"
		}
		delete(r.bound, user)
		return 200, ""
	}
	fresh := slices.Clone(list)
	for _, c := range contacts {
		life, ok := lifeOf(c, req)
		switch {
		case !ok || c.Address.Host == "" || c.Address.Scheme != "sip" && c.Address.Scheme != "sips":
			return 400, "Bad Contact"
		case life > 0 && life < bindLeast:
			return 423, "Interval Too Brief"
		}
		address := c.Address.Addr()
		for _, old := range fresh {
			if old.contact.Addr() == address && old.callID == id && seq <= old.seq {
				return 500, "Out Of Order"
			}
		}
		fresh = slices.DeleteFunc(fresh, func(b binding) bool { return b.contact.Addr() == address })
		if life == 0 {
			continue
		}
		u := *c.Address.Clone()
		u.Headers = nil // RFC 4475 section 3.1.1.5: never become headers of ours
		fresh = append(fresh, binding{
			contact: u, peer: peer{network: lower(req.Transport()), addr: from}, callID: id, seq: seq, until: r.s.o.Now().Add(life),
		})
	}
	if over := len(fresh) - r.s.o.Limits.Bindings; over > 0 {
		fresh = fresh[over:] // the oldest phones are forgotten
	}
	if len(fresh) == 0 {
		delete(r.bound, user)
		return 200, ""
	}
	r.bound[user] = fresh
	return 200, ""
}

// lifeOf is for how long a contact asks to be bound: its own parameter, the header, or an hour.
func lifeOf(c *sip.ContactHeader, req *sip.Request) (time.Duration, bool) {
	v, ok := c.Params.Get("expires")
	if !ok {
		v = text(req, "Expires")
	}
	if v == "" {
		return bindMost, true
	}
	n, ok := decimal(v, 1<<32-1)
	return min(time.Duration(n)*time.Second, bindMost), ok
}

func (r *registrar) listLocked(user string) []sip.Header {
	var out []sip.Header
	for _, b := range r.liveLocked(user) {
		left := int(b.until.Sub(r.s.o.Now()) / time.Second)
		out = append(out, &sip.ContactHeader{Address: b.contact, Params: sip.HeaderParams{{K: "expires", V: itoa(left)}}})
	}
	return out
}
