package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/web"
)

// around lays what every request passes around the routes: a recovered panic, headers, the check against cross-site requests, and the way to the node
// that owns the centre.
func (a *App) around(routes *http.ServeMux) (http.Handler, error) {
	routes.Handle("/", a.signedIn(web.Handler(a.DevUI)))
	widget := web.Widget(a.Chat.Sites)
	routes.Handle("/widget.js", widget)
	routes.Handle("/widget/", widget)
	routes.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, centre.Missing, "the API has no "+method(r.Method)+" of this address: see /api/openapi.json")
	})
	a.operations(routes)
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, centre.Forbidden, "this came from another site, and only the centre's own pages may do this")
	}))
	if err := guard.AddTrustedOrigin(origin(a.Address)); err != nil {
		return nil, centre.Errorf(centre.Invalid, "public address %q: %w", a.Address, err)
	}
	// Visitors prove themselves with a token that no browser sends by itself, from sites that the brand names: the room checks the origin.
	visitors := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/chat/") {
			routes.ServeHTTP(w, r)
			return
		}
		guard.Handler(routes).ServeHTTP(w, r)
	})
	return a.recovering(a.measured(headers(a.named(a.addressed(a.atOwner(visitors)))))), nil
}

// signedIn sends whoever opens a page of the app without being signed in to the sign-in page, before the app is fetched only to find that out. The wall is
// let through: a read-only link carries its key behind the #, which no server sees.
func (a *App) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := r.Method == http.MethodGet && !strings.Contains(path.Base(r.URL.Path), ".") && !strings.HasPrefix(r.URL.Path, "/assets/") &&
			r.URL.Path != "/wall" && (a.DevUI == "" || strings.Contains(r.Header.Get("Accept"), "text/html"))
		if page {
			token := ""
			if c, err := r.Cookie(access.CookieName); err == nil {
				token = c.Value
			}
			if _, err := a.Access.Identify(r.Context(), token, ""); centre.KindOf(err) == centre.Unknown {
				w.Header().Set("Cache-Control", "no-store")
				http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers with a problem (RFC 9457) before any room is asked.
func refuse(w http.ResponseWriter, status int, kind centre.Kind, detail string) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "title": http.StatusText(status), "type": "about:blank#" + kind.String(), "detail": detail})
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// headers sets what holds for every answer; pages and files say more themselves.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			h.Set("Cache-Control", "no-store")
		}
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovering turns a panic in one request into that request's failure.
func (a *App) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				a.Log.Error("a request panicked", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				refuse(w, http.StatusInternalServerError, centre.Internal, "something went wrong on our side")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// The headers with which a node hands a request to the owner: who hands it on, and the browser's address with a proof that a node of this centre saw it.
const (
	forwarded   = "Sentral-Forwarded"
	forwardedBy = "Sentral-Browser"
)

// atOwner hands requests for the centre, and the pages that read or change it, to the node that owns it. The app's own files, health and metrics are
// answered here.
func (a *App) atOwner(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := a.Centre.Status()
		switch {
		case !ofCentre(r.URL.Path):
			next.ServeHTTP(w, r)
		case s.Owner:
			if err := a.catchUp(r.Context(), s.Epoch); err != nil {
				a.Log.Error("the configuration could not be read", "error", err)
				refuse(w, http.StatusServiceUnavailable, centre.Unavailable, "the centre is starting here: try again in a moment")
				return
			}
			next.ServeHTTP(w, r)
		case s.Addr == "" || s.Addr == a.NodeAddr || r.Header.Get(forwarded) != "":
			refuse(w, http.StatusServiceUnavailable, centre.Unavailable, "the centre is changing hands: try again in a moment")
		default:
			a.toOwner(s.Addr).ServeHTTP(w, r)
		}
	})
}

// ofCentre tells whether an address needs the centre itself, and not only the files of the app.
func ofCentre(path string) bool {
	for _, p := range []string{"/api/", "/sign-in", "/setup", "/welcome", "/brand/", "/s/", "/widget/frame"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// toOwner hands a request on.
func (a *App) toOwner(addr string) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: a.nodes,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: addr})
			p.Out.Host = p.In.Host // the check against cross-site requests compares it with the origin
			p.Out.Header.Set(forwarded, a.Node)
			p.Out.Header.Set(forwardedBy, p.In.RemoteAddr+" "+a.vouch(p.In.RemoteAddr))
			if proto := p.In.Header.Get("X-Forwarded-Proto"); proto != "" {
				p.Out.Header.Set("X-Forwarded-Proto", proto)
			}
		},
		FlushInterval: -1,
		ErrorLog:      slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			refuse(w, http.StatusServiceUnavailable, centre.Unavailable, "the node that owns the centre does not answer: try again in a moment")
		},
	}
}

// vouch proves to another node of this centre, which has the same master key, that this one saw a browser's address.
func (a *App) vouch(address string) string {
	m := hmac.New(sha256.New, a.master)
	m.Write([]byte("browser " + address))
	return hex.EncodeToString(m.Sum(nil))
}

// addressed finds the browser's own address behind the reverse proxies and nodes that it came through, so that limits bound browsers and not proxies.
// Nobody else is believed.
func (a *App) addressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if address, proof, ok := strings.Cut(r.Header.Get(forwardedBy), " "); ok && hmac.Equal([]byte(proof), []byte(a.vouch(address))) {
			r.RemoteAddr = address
		} else if a.isProxy(r.RemoteAddr) {
			hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for i := len(hops) - 1; i >= 0 && a.isProxy(r.RemoteAddr); i-- {
				hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
				if err != nil {
					break
				}
				r.RemoteAddr = netip.AddrPortFrom(hop, 0).String()
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) isProxy(address string) bool {
	peer, err := netip.ParseAddrPort(address)
	return err == nil && slices.ContainsFunc(a.Proxies, func(p netip.Prefix) bool { return p.Contains(peer.Addr().Unmap()) })
}

// measured counts and times requests by route.
func (a *App) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		m := &metered{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(m, r)
		a.count(r, m.status, time.Since(began))
	})
}

// metered remembers the status of an answer. Unwrap lets streams reach the connection.
type metered struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (m *metered) WriteHeader(status int) {
	m.status = status
	m.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the writer below.
func (m *metered) Unwrap() http.ResponseWriter { return m.ResponseWriter }
