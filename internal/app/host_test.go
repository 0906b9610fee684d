package app_test

import (
	"net/http"
	"strings"
	"testing"

	"sentral/internal/app"
)

// A page whose name has been made to point at this machine is of our origin to the browser, but not to us.
func TestOnlyItsOwnNames(t *testing.T) {
	t.Parallel()
	public := begin(t, opening{options: func(o *app.Options) { o.Address = "https://kundeservice.nordlys.example" }})
	everywhere := begin(t, opening{options: func(o *app.Options) { o.Listen = "0.0.0.0:0" }})
	everywhere.url = strings.Replace(everywhere.url, "[::]", "127.0.0.1", 1)
	for _, x := range []struct {
		w          *world
		host, path string
		status     int
	}{
		{public, "kundeservice.nordlys.example", "/api/chat/brand?key=" + norway, 200},
		{public, "Kundeservice.Nordlys.Example.:443", "/api/chat/brand?key=" + norway, 200},
		{public, "127.0.0.1:1", "/api/chat/brand?key=" + norway, 200},
		{public, "localhost:8080", "/sign-in", 200},
		{public, "[::1]:8080", "/sign-in", 200},
		{public, "evil.example", "/api/chat/brand?key=" + norway, 421},
		{public, "evil.example", "/sign-in", 421},
		{public, "evil.example", "/metrics", 421},
		{public, "evil.example", "/healthz", 200},
		{public, "kundeservice.nordlys.example.evil.example", "/sign-in", 421},
		{public, "192.0.2.7", "/sign-in", 421},
		{everywhere, "192.0.2.7:8080", "/sign-in", 200},
		{everywhere, "[2001:db8::7]:8080", "/sign-in", 200},
		{everywhere, "rebound.example", "/sign-in", 421},
	} {
		r := (&browser{w: x.w}).request("GET", x.path, nil)
		r.Host = x.host
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != x.status {
			t.Errorf("%s of %s: %d, want %d", x.path, x.host, answer.StatusCode, x.status)
		}
	}
	r := (&browser{w: public}).request("POST", "/api/chat/visitor", map[string]any{"key": norway})
	r.Host = "evil.example"
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text := make([]byte, 500)
	n, _ := answer.Body.Read(text)
	if answer.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(string(text[:n]), "https://kundeservice.nordlys.example") || !strings.Contains(string(text[:n]), "--address") {
		t.Errorf("the refusal says %s", text[:n])
	}
}

// Who is not signed in meets the sign-in page at once, with the way back; a read-only link of the wall is let through, since its key never reaches a server.
func TestPagesAskForASignIn(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	nobody, agent := &browser{w: w, name: "nobody"}, w.person("birger-brattvik")
	for _, x := range []struct {
		who    *browser
		path   string
		status int
		to     string
	}{
		{nobody, "/desk?c=7", 303, "/sign-in?next=%2Fdesk%3Fc%3D7"},
		{nobody, "/", 303, "/sign-in?next=%2F"},
		{nobody, "/wall?page=team-1", 200, ""},
		{nobody, "/assets/none.js", 404, ""},
		{&browser{w: w, name: "an old cookie", cookie: "0123"}, "/admin", 303, "/sign-in?next=%2Fadmin"},
		{agent, "/desk", 200, ""},
	} {
		r := x.who.do("GET", x.path, nil)
		if r.status == http.StatusServiceUnavailable && strings.Contains(string(r.body), "make ui") {
			t.Skip("the app is not built: make ui")
		}
		if r.status != x.status || r.header.Get("Location") != x.to {
			t.Errorf("%s: %s: %d to %q, want %d to %q", x.who.name, x.path, r.status, r.header.Get("Location"), x.status, x.to)
		}
	}
}
