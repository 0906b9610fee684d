package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":             {Data: []byte(`<!doctype html><head><meta nonce="__CSP_NONCE__"></head><body></body>`)},
		"assets/index-A1.js":     {Data: []byte("plain")},
		"assets/index-A1.js.br":  {Data: []byte("brotli")},
		"assets/index-A1.js.gz":  {Data: []byte("gzip")},
		"assets/desk-B2.js":      {Data: []byte("desk")},
		"assets/desk-B2.css":     {Data: []byte("css")},
		"favicon.svg":            {Data: []byte("<svg/>")},
		".vite/manifest.json":    {Data: []byte(`{"index.html":{"file":"assets/index-A1.js","isEntry":true},"src/desk/index.tsx":{"file":"assets/desk-B2.js","css":["assets/desk-B2.css"],"imports":["index.html","_shared.js"]},"_shared.js":{"file":"assets/shared-C3.js"}}`)},
		"assets/shared-C3.js":    {Data: []byte("shared")},
		"assets/unknown-D4.wasm": {Data: []byte("?")},
	}
}

func get(t *testing.T, h http.Handler, path, accept string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// Every page has a nonce of its own, in the policy and in the page alike, and hints for the face that its address names.
func TestPageCarriesItsOwnNonceAndTheHintsOfItsFace(t *testing.T) {
	h := appHandler(built())
	seen := map[string]bool{}
	for _, path := range []string{"/", "/desk", "/desk/anything", "/wall"} {
		res, body := get(t, h, path, "br")
		policy := res.Header.Get("Content-Security-Policy")
		m := regexp.MustCompile(`'nonce-([A-Z0-9]+)'`).FindStringSubmatch(policy)
		if m == nil || !strings.Contains(body, `nonce="`+m[1]+`"`) || seen[m[1]] {
			t.Errorf("%s: policy %q does not go with the page %q", path, policy, body)
			continue
		}
		seen[m[1]] = true
		if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q is too weak", path, policy)
		}
		if res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a page with a nonce may be kept", path)
		}
		hinted := strings.Contains(body, `modulepreload" href="/assets/desk-B2.js"`) && strings.Contains(body, `href="/assets/shared-C3.js"`) && strings.Contains(body, `as="style" crossorigin href="/assets/desk-B2.css"`)
		if want := strings.HasPrefix(path, "/desk"); hinted != want {
			t.Errorf("%s: hints for the desk: %v, want %v", path, hinted, want)
		}
	}
}

func TestFilesComeInTheSmallestFormTaken(t *testing.T) {
	h := appHandler(built())
	for _, c := range []struct{ path, accept, body, encoding, cache string }{
		{"/assets/index-A1.js", "gzip, br", "brotli", "br", "public, max-age=31536000, immutable"},
		{"/assets/index-A1.js", "gzip", "gzip", "gzip", "public, max-age=31536000, immutable"},
		{"/assets/index-A1.js", "br;q=0, gzip;q=1", "gzip", "gzip", "public, max-age=31536000, immutable"},
		{"/assets/index-A1.js", "", "plain", "", "public, max-age=31536000, immutable"},
		{"/favicon.svg", "br", "<svg/>", "", "public, max-age=3600"},
	} {
		res, body := get(t, h, c.path, c.accept)
		if body != c.body || res.Header.Get("Content-Encoding") != c.encoding || res.Header.Get("Cache-Control") != c.cache || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s accepting %q: %q, %v", c.path, c.accept, body, res.Header)
		}
	}
}

// A script that is gone must be an error, never the app's page; and what is not for browsers is not served.
func TestWhatIsNotThereIsNeverThePage(t *testing.T) {
	h := appHandler(built())
	for _, path := range []string{"/assets/gone-Z9.js", "/assets/index-A1.js.br", "/.vite/manifest.json", "/assets/unknown-D4.wasm", "/assets/../../serve.go"} {
		if res, body := get(t, h, path, "br"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %q, want 404", path, res.StatusCode, body)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/desk", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST to a page: %d, want 405", w.Code)
	}
}

func TestWithoutABuildEveryPageSaysHowToMakeOne(t *testing.T) {
	h := appHandler(fstest.MapFS{".gitkeep": {}})
	res, body := get(t, h, "/desk", "")
	if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make ui") {
		t.Errorf("%d %q, want 503 and a way out", res.StatusCode, body)
	}
}

// Only the sites of the brand whose key is given may show its chat, and no site's name can add to the policy.
func TestTheChatIsShownByItsBrandsSitesAlone(t *testing.T) {
	files := fstest.MapFS{
		"frame.html":         {Data: []byte(`<script nonce="__CSP_NONCE__" src="/widget/assets/frame-A1.js"></script>`)},
		"widget.js":          {Data: []byte("loader")},
		"assets/frame-A1.js": {Data: []byte("frame")},
	}
	h := widgetHandler(files, func(key string) []string {
		return map[string][]string{"k1": {"https://fjordglimt.example", "https://evil.example; script-src *"}}[key]
	})
	for key, want := range map[string]string{"k1": "frame-ancestors 'self' https://fjordglimt.example", "none": "frame-ancestors 'self'"} {
		res, body := get(t, h, "/widget/frame?key="+key, "")
		if policy := res.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, want) || strings.Contains(policy, "*") || !strings.Contains(body, "nonce=") {
			t.Errorf("key %s: policy %q, want it to end with %q", key, policy, want)
		}
	}
	for path, want := range map[string]string{"/widget.js": "loader", "/widget/assets/frame-A1.js": "frame"} {
		res, body := get(t, h, path, "")
		if body != want || res.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%s: %d %q %v", path, res.StatusCode, body, res.Header)
		}
	}
	if res, _ := get(t, h, "/widget/assets/gone.js", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is gone: %d, want 404", res.StatusCode)
	}
}
