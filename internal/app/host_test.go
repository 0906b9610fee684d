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
