// Package web carries the built browser side inside the program and serves it: the staff app with a fresh nonce in its content security policy, its
// assets precompressed and immutable, and the chat widget with a frame policy of its own.
//
// It refuses the API and the pages that need no scripts (httpapi, publicui). Begin reading in serve.go; the sources of the screens are in src.
package web

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"sort"
	"strings"
)

// appPolicy is the content security policy of the staff app; the nonce is for the style elements that Mantine makes.
const appPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-NONCE'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"media-src 'self' blob:; frame-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sentral</title>
<h1>The screens have not been built</h1><p>Sentral is running and its API works, but this program was built without its browser side. Run <code>make ui</code> (Node 20.19 or newer), then build and start again.</p>`

// Handler serves the staff app: hashed assets for a year, index.html fresh with a nonce, every other path to the app, which routes it itself. Without
// a built app every page is a 503 that says how to build it. A devURL sends everything to a running Vite server instead (make dev).
func Handler(devURL string) http.Handler {
	if devURL != "" {
		u, err := url.Parse(devURL)
		if err != nil {
			panic("dev-ui is not an address: " + devURL)
		}
		return httputil.NewSingleHostReverseProxy(u)
	}
	app, err := fs.Sub(dist, "dist/app")
	if err != nil {
		panic(err) // only an invalid path fails
	}
	return appHandler(app)
}

func appHandler(app fs.FS) http.Handler {
	index, err := fs.ReadFile(app, "index.html")
	if err != nil {
		return http.HandlerFunc(serveNotBuilt)
	}
	hints := preloads(app)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "this page can only be read", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		secure(h)
		p := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if strings.HasPrefix(p, "assets/") || (p != "" && strings.Contains(path.Base(p), ".")) {
			serveFile(w, r, app, p)
			return
		}
		nonce := rand.Text()
		h.Set("Content-Security-Policy", strings.Replace(appPolicy, "NONCE", nonce, 1))
		h.Set("X-Frame-Options", "DENY")
		face, _, _ := strings.Cut(p, "/")
		page := bytes.Replace(index, []byte("</head>"), append(bytes.Clone(hints[face]), "</head>"...), 1)
		writePage(w, page, nonce)
	})
}

// framePolicy is the content security policy of the chat's frame; who may show it is added for each brand.
const framePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-NONCE'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// Widget serves the chat widget: /widget.js, the loader that a brand's page runs; /widget/frame, the chat itself, which only the sites of the brand
// with that key may show in a frame; and /widget/assets. An unknown key has no sites, so its frame can be shown by the centre alone.
func Widget(sites func(key string) []string) http.Handler {
	files, err := fs.Sub(dist, "dist/widget")
	if err != nil {
		panic(err) // only an invalid path fails
	}
	return widgetHandler(files, sites)
}

func widgetHandler(files fs.FS, sites func(key string) []string) http.Handler {
	frame, err := fs.ReadFile(files, "frame.html")
	if err != nil {
		return http.HandlerFunc(serveNotBuilt)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "this can only be read", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		secure(h)
		p := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if p != "widget/frame" {
			h.Set("Cross-Origin-Resource-Policy", "cross-origin") // the loader runs on the brands' own sites
			serveFile(w, r, files, strings.TrimPrefix(p, "widget/"))
			return
		}
		nonce := rand.Text()
		policy := strings.Replace(framePolicy, "NONCE", nonce, 1)
		for _, site := range sites(r.URL.Query().Get("key")) {
			if !strings.ContainsAny(site, " ;,'\"\r\n") { // a policy is a list of words: none may smuggle in another
				policy += " " + site
			}
		}
		h.Set("Content-Security-Policy", policy)
		writePage(w, frame, nonce)
	})
}

func serveNotBuilt(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(notBuilt))
}

// secure sets the headers that every answer of this room carries.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// writePage answers with a page whose placeholders are this request's nonce; it is never kept, since the nonce is good once.
func writePage(w http.ResponseWriter, page []byte, nonce string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(bytes.ReplaceAll(page, []byte("__CSP_NONCE__"), []byte(nonce)))
}

var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json",
	".png": "image/png", ".webmanifest": "application/manifest+json",
}

// serveFile answers with one built file in the smallest form that the browser takes. A file that is not there is 404, never the app: a script that
// turned into a page would fail in a way nobody understands.
func serveFile(w http.ResponseWriter, r *http.Request, files fs.FS, p string) {
	h := w.Header()
	kind := types[path.Ext(p)]
	if kind == "" || strings.HasPrefix(p, ".") || strings.Contains(p, "/.") {
		http.NotFound(w, r)
		return
	}
	name, encoding := p, ""
	for _, e := range [][2]string{{"br", ".br"}, {"gzip", ".gz"}} {
		if accepts(r, e[0]) {
			if _, err := fs.Stat(files, p+e[1]); err == nil {
				name, encoding = p+e[1], e[0]
				break
			}
		}
	}
	body, err := fs.ReadFile(files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", kind)
	h.Set("Vary", "Accept-Encoding")
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if strings.HasPrefix(p, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "public, max-age=3600")
	}
	_, _ = w.Write(body)
}

// accepts tells whether the browser takes an encoding; one refused with q=0 is not taken.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == encoding {
			return strings.ReplaceAll(params, " ", "") != "q=0"
		}
	}
	return false
}

type chunk struct {
	File    string   `json:"file"`
	Imports []string `json:"imports"`
	CSS     []string `json:"css"`
	IsEntry bool     `json:"isEntry"`
}

// preloads reads Vite's manifest and gives for each face, src/FACE/index.tsx, the hints for what its first view needs, so that the browser asks for it
// together with the entry instead of after it has run.
func preloads(app fs.FS) map[string][]byte {
	out := map[string][]byte{}
	manifest := map[string]chunk{}
	b, err := fs.ReadFile(app, ".vite/manifest.json")
	if err != nil || json.Unmarshal(b, &manifest) != nil {
		return out
	}
	sources := make([]string, 0, len(manifest))
	for src := range manifest {
		sources = append(sources, src)
	}
	sort.Strings(sources)
	for _, src := range sources {
		if face, ok := strings.CutSuffix(src, "/index.tsx"); ok && path.Dir(face) == "src" {
			out[path.Base(face)] = hintsOf(manifest, src)
		}
	}
	return out
}

func hintsOf(manifest map[string]chunk, src string) []byte {
	var out []byte
	seen := map[string]bool{}
	var walk func(string)
	walk = func(k string) {
		c, ok := manifest[k]
		if !ok || c.IsEntry || seen[c.File] {
			return
		}
		seen[c.File] = true
		out = append(out, `<link rel="modulepreload" href="/`+c.File+`">`...)
		for _, css := range c.CSS {
			out = append(out, `<link rel="preload" as="style" crossorigin href="/`+css+`">`...)
		}
		for _, i := range c.Imports {
			walk(i)
		}
	}
	walk(src)
	return out
}
