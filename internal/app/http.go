package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/web"
)

// around lays what every request passes around the routes: a recovered panic, headers, the check against cross-site requests, and the way to the node
// that owns the centre.
func (a *App) around(routes *http.ServeMux) (http.Handler, error) {
	routes.Handle("/", web.Handler(a.DevUI))
	widget := web.Widget(a.Chat.Sites)
	routes.Handle("GET /widget.js", widget)
	routes.Handle("GET /widget/", widget)
	a.operations(routes)
	guard := http.NewCrossOriginProtection()
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
	return a.recovering(a.measured(headers(a.atOwner(visitors)))), nil
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
				if p == http.ErrAbortHandler {
					panic(p)
				}
				a.Log.Error("a request panicked", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				http.Error(w, `{"status":500,"title":"Internal Server Error","detail":"something went wrong on our side; nothing was saved"}`, http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

const forwarded = "Sentral-Forwarded"

// atOwner hands requests for the centre to the node that owns it. Pages, health and metrics are answered here.
func (a *App) atOwner(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := a.Centre.Status()
		if s.Owner || !strings.HasPrefix(r.URL.Path, "/api/") || r.Header.Get(forwarded) != "" {
			next.ServeHTTP(w, r)
			return
		}
		if s.Addr == "" || s.Addr == a.NodeAddr {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintf(w, `{"status":503,"title":"Service Unavailable","type":"about:blank#unavailable","detail":"the centre is changing hands: try again in a moment"}`)
			return
		}
		proxy := httputil.ReverseProxy{
			Rewrite: func(p *httputil.ProxyRequest) {
				p.SetURL(&url.URL{Scheme: "http", Host: s.Addr})
				p.Out.Host = p.In.Host // the check against cross-site requests compares it with the origin
				p.SetXForwarded()
				p.Out.Header.Set(forwarded, a.Node)
			},
			FlushInterval: -1,
			ErrorLog:      slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusServiceUnavailable)
				fmt.Fprintf(w, `{"status":503,"title":"Service Unavailable","type":"about:blank#unavailable","detail":"the node that owns the centre does not answer: try again in a moment"}`)
			},
		}
		proxy.ServeHTTP(w, r)
	})
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
