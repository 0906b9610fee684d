package app

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"sentral/internal/centre"
)

// named refuses requests for names that are not the centre's own. A page elsewhere can have its name point at this machine (DNS rebinding) and would then
// be of the same origin in the browser's eyes; the name it asks for gives it away. Probes of health tell nothing and are answered under any name.
func (a *App) named(next http.Handler) http.Handler {
	known := a.hosts()
	everywhere := false
	if host, _, err := net.SplitHostPort(a.Listen); err == nil {
		ip, err := netip.ParseAddr(host)
		everywhere = err == nil && ip.IsUnspecified()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := hostname(r.Host)
		ip, err := netip.ParseAddr(name)
		literal := err == nil
		switch {
		case known[name], name == "localhost", strings.HasSuffix(name, ".localhost"), literal && ip.IsLoopback():
		case literal && everywhere: // every address of the machine is one that it listens on; a name points at it, an address is it
		case r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
		default:
			refuse(w, http.StatusMisdirectedRequest, centre.Invalid, fmt.Sprintf(
				"this centre answers at %s and not as %q: whoever runs it sets its public address with --address", a.Address, name))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hosts are the names of the centre's own: of its public address, of where it listens and of where other nodes reach it.
func (a *App) hosts() map[string]bool {
	out := map[string]bool{hostname(a.Listen): true, hostname(a.NodeAddr): true}
	if u, err := url.Parse(a.Address); err == nil {
		out[hostname(u.Host)] = true
	}
	delete(out, "")
	return out
}

// hostname is the name of a host without its port, as names are compared.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}
