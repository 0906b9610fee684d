package signal

import (
	"context"
	"crypto/rand"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sentral/internal/centre"
)

// peer is where a message goes: over what, and to whom.
type peer struct {
	network    string // udp, tcp or tls
	addr       netip.AddrPort
	name       string // TLS: whom the certificate must name; empty: the address
	unverified bool
}

// dialog is what RFC 3261 section 12 wants remembered of one: who, in which order, and where the next request goes. Its call guards it.
type dialog struct {
	callID              string
	localTag, remoteTag string
	local, remote       sip.Uri
	localName           string
	localSeq, remoteSeq uint32
	sawRemoteSeq        bool
	target              sip.Uri // the other side's Contact, as last told (S7)
	routes              []sip.Uri
	peer                peer // where the last message came from or went to
	pinned              bool // to answer there whatever Contact says: a connection, or a phone behind an address translator
	user                string
	credentials         *credentials // of the trunk's challenge, used again with a rising count
}

// newTag is an unguessable word: a tag, a branch, a Call-ID.
func newTag() string { return rand.Text() }

// contact is our address for a peer's network, as the peer is to see it (S11).
func (s *Stack) contact(network, user string) sip.Uri {
	at := s.shown(network)
	u := sip.Uri{Scheme: "sip", User: user, Host: hostOf(at.Addr()), Port: int(at.Port())}
	if network != "udp" {
		u.UriParams = sip.HeaderParams{{K: "transport", V: network}}
	}
	return u
}

func hostOf(a netip.Addr) string { return a.Unmap().String() } // sipgo adds the brackets of IPv6

// request makes a request outside or inside a dialog: the headers that every request has.
func (s *Stack) request(method sip.RequestMethod, target sip.Uri, to peer) *sip.Request {
	req := sip.NewRequest(method, target)
	at := s.shown(to.network)
	via := &sip.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(to.network), Host: hostOf(at.Addr()), Port: int(at.Port())}
	via.Params = sip.HeaderParams{{K: "branch", V: branchCookie + newTag()}, {K: "rport"}}
	req.AppendHeader(via)
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.SetBody(nil) // a length of 0, without which a stream has no frames
	req.SetTransport(strings.ToUpper(to.network))
	req.SetDestination(to.addr.String())
	if to.network == "udp" && s.udp != nil {
		req.Laddr = sip.Addr{IP: s.udp.local.Addr().AsSlice(), Port: int(s.udp.local.Port())}
	}
	return req
}

// request makes the dialog's next request and counts it, but for ACK and CANCEL, which have the number of their INVITE.
func (d *dialog) request(s *Stack, method sip.RequestMethod) *sip.Request {
	d.localSeq++
	return d.requestSeq(s, method, d.localSeq)
}

func (d *dialog) requestSeq(s *Stack, method sip.RequestMethod, seq uint32) *sip.Request {
	target, routes := d.target, d.routes
	if len(routes) > 0 && !routes[0].UriParams.Has("lr") { // a strict router of the old kind (RFC 3261 section 12.2.1.1)
		routes = append(slices.Clone(routes[1:]), target)
		target = d.routes[0]
	}
	req := s.request(method, target, d.peer)
	for _, r := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: r})
	}
	from := &sip.FromHeader{DisplayName: d.localName, Address: d.local, Params: sip.HeaderParams{{K: "tag", V: d.localTag}}}
	to := &sip.ToHeader{Address: d.remote}
	if d.remoteTag != "" {
		to.Params = sip.HeaderParams{{K: "tag", V: d.remoteTag}}
	}
	id := sip.CallIDHeader(d.callID)
	req.AppendHeader(from)
	req.AppendHeader(to)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	if method == sip.INVITE || method == sip.UPDATE || method == sip.REFER || method == sip.NOTIFY {
		req.AppendHeader(&sip.ContactHeader{Address: s.contact(d.peer.network, d.user)})
	}
	return req
}

// inOrder checks a request's number (RFC 3261 section 12.2.2): lower than one before is out of order.
func (d *dialog) inOrder(req *sip.Request) bool {
	seq := req.CSeq().SeqNo
	if d.sawRemoteSeq && seq <= d.remoteSeq {
		return false
	}
	d.remoteSeq, d.sawRemoteSeq = seq, true
	return true
}

// refresh takes the other side's new Contact (RFC 3261 section 12.2, RFC 3311). The address behind it is looked up when it is next needed.
func (d *dialog) refresh(s *Stack, c *sip.ContactHeader) {
	if c == nil || c.Address.Wildcard || c.Address.Host == "" {
		return
	}
	d.target = *c.Address.Clone()
	if !d.pinned && len(d.routes) == 0 {
		d.aim(s, d.target)
	}
}

// aim points the dialog at a URI if its host is an address; a name is only followed at the start of a dialog, when the trunk is resolved.
func (d *dialog) aim(s *Stack, u sip.Uri) {
	addr, err := netip.ParseAddr(strings.Trim(u.Host, "[]"))
	if err != nil {
		return
	}
	network := d.peer.network
	if t, ok := u.UriParams.Get("transport"); ok && s.speaks(lower(t)) {
		network = lower(t)
	}
	port := u.Port
	if port == 0 {
		port = sip.DefaultPort(network)
	}
	if port > 0 && port < 65536 && addr.Unmap().IsValid() && !addr.IsUnspecified() && !addr.IsMulticast() {
		d.peer.network, d.peer.addr = network, netip.AddrPortFrom(addr.Unmap(), uint16(port))
	}
}

// firstHop points a new dialog at its first route, or its target.
func (d *dialog) firstHop(s *Stack) {
	switch {
	case d.pinned:
	case len(d.routes) > 0:
		d.aim(s, d.routes[0])
	default:
		d.aim(s, d.target)
	}
}

// recordRoutes reads the route set of a message that founds a dialog.
func recordRoutes(m sip.Message) []sip.Uri {
	var out []sip.Uri
	for _, h := range m.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok && len(out) < 20 {
			out = append(out, *r.Address.Clone())
		}
	}
	return out
}

// reach makes sure that there is a connection to a peer, where one is needed, and that its answers come through the gate until stop is called.
func (s *Stack) reach(ctx context.Context, p peer) (stop func(), err error) {
	stop = s.gate.speakTo(p.addr.Addr())
	if p.network == "udp" {
		if s.udp == nil {
			stop()
			return nil, centre.Errorf(centre.Unavailable, "UDP is off")
		}
		return stop, nil
	}
	door := s.door(p.network)
	if door == nil {
		stop()
		return nil, centre.Errorf(centre.Unavailable, "%s is off", p.network)
	}
	if c, err := s.tp.GetConnection(p.network, p.addr.String()); err == nil {
		_, _ = c.TryClose() // gives the reference back; the pool keeps its own
		return stop, nil
	}
	if err := door.dial(ctx, p.addr, p.name, p.unverified); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

// do sends a request that is not an INVITE and waits for its final answer. Errors are centre.Unavailable: nothing came, or nothing could be sent.
func (s *Stack) do(ctx context.Context, p peer, req *sip.Request) (*sip.Response, error) {
	stop, err := s.reach(ctx, p)
	if err != nil {
		return nil, err
	}
	defer stop()
	tx, err := s.tx.Request(ctx, req)
	if err != nil {
		return nil, centre.Errorf(centre.Unavailable, "%s: %w", req.Method, err)
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, centre.Errorf(centre.Unavailable, "%s: %w", req.Method, tx.Err())
		case <-ctx.Done():
			return nil, centre.Errorf(centre.Unavailable, "%s: %w", req.Method, ctx.Err())
		}
	}
}

// respond answers a request. Our tag is in the request's To already, so every answer of one transaction bears the same.
func respond(req *sip.Request, tx *sip.ServerTx, code int, reason string, headers ...sip.Header) error {
	return tx.Respond(response(req, code, reason, headers...))
}

func response(req *sip.Request, code int, reason string, headers ...sip.Header) *sip.Response {
	res := sip.NewResponseFromRequest(req, code, reason, nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	return res
}

func header(name, value string) sip.Header { return sip.NewHeader(name, value) }

func withSDP(m sip.Message, sdp []byte) {
	m.AppendHeader(header("Content-Type", "application/sdp"))
	m.SetBody(sdp)
}

// retryAfter is between one and span seconds, so that those who were refused together do not come back together.
func retryAfter(span time.Duration) sip.Header {
	var b [1]byte
	_, _ = rand.Read(b[:]) // never fails
	return header("Retry-After", strconv.Itoa(1+int(b[0])*int(span/time.Second)/256))
}

// values are the comma-separated values of all headers of a name, trimmed, at most 64.
func values(m sip.Message, name string) []string {
	var out []string
	for _, h := range m.GetHeaders(name) {
		for _, v := range splitList(h.Value(), ',') {
			if v = strings.TrimSpace(v); v != "" && len(out) < 64 {
				out = append(out, v)
			}
		}
	}
	return out
}

// says tells whether one of a header's values is the given word.
func says(m sip.Message, name, word string) bool {
	return slices.ContainsFunc(values(m, name), func(v string) bool { return strings.EqualFold(v, word) })
}

// text is a header's value, empty when it is not there.
func text(m sip.Message, name string) string {
	if h := m.GetHeaders(name); len(h) > 0 {
		return h[0].Value()
	}
	return ""
}
