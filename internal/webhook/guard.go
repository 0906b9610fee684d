package webhook

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sentral/internal/centre"
)

// rules say which addresses may be told. Whoever may add a webhook chooses an address that this machine then calls: without rules that is a way into
// everything the machine can reach.
type rules struct {
	loopback bool // this machine
	private  bool // private networks
}

func (r *Room) rules() rules { return NewGuard(r.Address, r.Private).rules }

// Guard says which addresses this machine may call because somebody has written them into a setting. Other rooms that call such addresses share it.
type Guard struct{ rules rules }

// NewGuard allows public addresses; private networks and this machine when private, and this machine alone while the centre's own address is on it.
func NewGuard(address string, private bool) Guard {
	own, err := url.Parse(address)
	return Guard{rules{private: private, loopback: private || (err == nil && address != "" && isLoopback(own.Hostname()))}}
}

// Check refuses what can never be called, and gives an address in its plain form. A name that looks public may still be refused when it is dialled.
func (g Guard) Check(address string) (string, error) { return g.rules.checkURL(address) }

// Client speaks to such addresses: no proxy, no redirects, and every address is checked after its name was resolved, at the moment of dialling, so that a
// name that answers differently the second time gains nothing. A resolver of nil is the machine's; beside is how many connections are kept.
func (g Guard) Client(timeout time.Duration, resolver *net.Resolver, beside int) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Resolver: resolver, Control: g.rules.control}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: timeout,
			ResponseHeaderTimeout: timeout, MaxResponseHeaderBytes: 16 << 10, MaxIdleConnsPerHost: beside, IdleConnTimeout: 30 * time.Second,
			DisableCompression: true,
		},
	}
}

func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// The parts of the address space that are nobody's public server: RFC 6890 and its successors in the IANA special-purpose registries.
var (
	privateNets = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
	neverNets   = prefixes("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
		"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
	globalSix = netip.MustParsePrefix("2000::/3")
	sixToFour = netip.MustParsePrefix("2002::/16")
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

func within(ip netip.Addr, nets []netip.Prefix) bool {
	for _, n := range nets {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// allows tells whether an address may be told. An IPv4 address that is wrapped in an IPv6 one is judged as what it is.
func (r rules) allows(ip netip.Addr) bool {
	ip = ip.Unmap()
	if ip.Zone() != "" {
		return false
	}
	if b := ip.As16(); ip.Is6() {
		switch {
		case sixToFour.Contains(ip):
			return r.allows(netip.AddrFrom4([4]byte(b[2:6])))
		case nat64.Contains(ip):
			return r.allows(netip.AddrFrom4([4]byte(b[12:16])))
		}
	}
	switch {
	case ip.IsLoopback():
		return r.loopback
	case within(ip, privateNets):
		return r.private
	case !ip.IsValid(), ip.IsUnspecified(), within(ip, neverNets):
		return false
	case ip.Is6():
		return globalSix.Contains(ip)
	}
	return true
}

// refusedAddress is an address that a name led to and that may not be told.
type refusedAddress struct{ address string }

// Error implements error.
func (e *refusedAddress) Error() string {
	return "the address " + e.address + " is not a public one, and the operator has not allowed it"
}

// control is asked by the dialler about each address right before it connects.
func (r rules) control(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !r.allows(ip) {
		return &refusedAddress{host}
	}
	return nil
}

// homeNames end names that only mean something inside one network.
var homeNames = []string{"local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "onion"}

// checkURL refuses what can never be a subscriber's address, and gives it in its plain form. A name that looks public may still lead to an address that
// is refused when it is dialled.
func (r rules) checkURL(text string) (string, error) {
	refuse := func(format string, args ...any) (string, error) {
		return "", centre.ErrorAt(centre.Invalid, "url", format, args...)
	}
	if len(text) > 500 {
		return refuse("must be at most 500 characters")
	}
	for _, c := range text {
		if c <= ' ' || c >= 0x7f || c == '\\' {
			return refuse("must be written in plain ASCII without spaces; write names with other letters in their xn-- form")
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Hostname() == "" {
		return refuse("is not a web address")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("must begin with https://")
	case u.Scheme == "http" && !isLoopback(host):
		return refuse("must begin with https://: what is sent would else be read on its way")
	case u.User != nil:
		return refuse("must not hold a name or password: deliveries are signed")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return refuse("must not hold a fragment (#)")
	case strings.HasSuffix(u.Host, ":"):
		return refuse("names no port after the colon")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return refuse("%s is not a port", p)
		}
	}
	if err := r.checkHost(host); err != nil {
		return "", err
	}
	return u.String(), nil
}

func (r rules) checkHost(host string) error {
	refuse := func(format string, args ...any) error {
		return centre.ErrorAt(centre.Invalid, "url", format, args...)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if !r.allows(ip) {
			return refuse("%s is not a public address, and the operator has not allowed it", host)
		}
		return nil
	}
	if isLoopback(host) {
		if !r.loopback {
			return refuse("%s is this machine, and the operator has not allowed it", host)
		}
		return nil
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || l[0] == '-' || l[len(l)-1] == '-' {
			return refuse("%q is not a host name", host)
		}
	}
	last := labels[len(labels)-1]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") { // an address in disguise
		return refuse("%q is not a host name", host)
	}
	if r.private {
		return nil
	}
	if len(labels) < 2 {
		return refuse("%q is a name of a private network", host)
	}
	for _, n := range homeNames {
		if last == n {
			return refuse("%q is a name of a private network", host)
		}
	}
	return nil
}
