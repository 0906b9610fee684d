package text

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sentral/internal/config"
	"sentral/internal/store"
	"sentral/internal/webhook"
)

func TestParts(t *testing.T) {
	for _, c := range []struct {
		words string
		want  int
	}{
		{"", 1}, {strings.Repeat("å", 160), 1}, {strings.Repeat("Ø", 161), 2}, {strings.Repeat("x", 306), 2}, {strings.Repeat("x", 307), 3},
		{strings.Repeat("€", 80), 1}, {strings.Repeat("€", 81), 2}, {strings.Repeat("š", 70), 1}, {strings.Repeat("š", 71), 2}, {strings.Repeat("😀", 35), 1}, {strings.Repeat("😀", 36), 2},
	} {
		if got := Parts(c.words); got != c.want {
			t.Errorf("%d letters such as %.3q are %d messages, want %d", len([]rune(c.words)), c.words, got, c.want)
		}
	}
}

// gate is a gateway to a server that answers as it is told.
func gate(t *testing.T, set config.Texts, answer http.HandlerFunc) *gateway {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	set.URL = s.URL
	if set.Method == "" {
		set.Method = "POST"
	}
	if set.Format == "" {
		set.Format = "json"
	}
	return &gateway{Texts: set, secret: "pass:word", client: webhook.NewGuard("http://127.0.0.1", false).Client(300*time.Millisecond, nil, 1)}
}

var row = store.TextRow{ID: 77, At: 1_700_000_000_000, Recipient: "+4799900001", Sender: "Fjordglimt", Words: "Hei \"du\" & deg: https://x.example/?a=1&b=2"}

// The class of the answer decides, and Retry-After is believed.
func TestAnswersAreJudged(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		status int
		header string
		body   string
		expect string
		want   verdict
	}{
		{200, "", "", "", verdict{state: store.TextSent}},
		{204, "", "", "", verdict{state: store.TextSent}},
		{200, "", `{"ok":1}`, `"ok":1`, verdict{state: store.TextSent}},
		{200, "", `{"ok":0}`, `"ok":1`, verdict{state: store.TextFailed, cause: "refused"}},
		{301, "", "", "", verdict{state: store.TextFailed, cause: "http_301"}},
		{400, "", "", "", verdict{state: store.TextFailed, cause: "http_400"}},
		{401, "", "", "", verdict{state: store.TextFailed, cause: "http_401"}},
		{408, "", "", "", verdict{state: store.TextWaiting, cause: "http_408"}},
		{429, "12", "", "", verdict{state: store.TextWaiting, cause: "http_429", after: 12 * time.Second}},
		{500, "", "", "", verdict{state: store.TextWaiting, cause: "http_500"}},
		{503, "Sun, 22 Nov 2026 12:01:00 GMT", "", "", verdict{state: store.TextWaiting, cause: "http_503", after: time.Minute}},
		{503, "Sun, 22 Nov 2026 11:00:00 GMT", "", "", verdict{state: store.TextWaiting, cause: "http_503"}},
		{503, "-5", "", "", verdict{state: store.TextWaiting, cause: "http_503"}},
		{503, "soon", "", "", verdict{state: store.TextWaiting, cause: "http_503"}},
	} {
		g := gate(t, config.Texts{Expect: c.expect}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://192.0.2.1/")
			if c.header != "" {
				w.Header().Set("Retry-After", c.header)
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		})
		if got := g.send(context.Background(), &row, at); got != c.want {
			t.Errorf("%d %q %q: %+v, want %+v", c.status, c.header, c.body, got, c.want)
		}
	}
}

// A message whose answer never came is sent again only where the provider knows a repetition; one that never left is always.
func TestNoAnswer(t *testing.T) {
	for _, repeats := range []bool{true, false} {
		var asked atomic.Int64
		wait := make(chan struct{})
		g := gate(t, config.Texts{Repeats: repeats}, func(_ http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if key := r.Header.Get("Idempotency-Key"); (key != "") != repeats {
				t.Errorf("repeats %v: the key is %q", repeats, key)
			}
			<-wait
		})
		want := verdict{state: store.TextWaiting, cause: "timeout"}
		if !repeats {
			want = verdict{state: store.TextFailed, cause: "unknown"}
		}
		if got := g.send(context.Background(), &row, time.Now()); got != want {
			t.Errorf("repeats %v: %+v, want %+v", repeats, got, want)
		}
		close(wait)
		if n := asked.Load(); n != 1 {
			t.Errorf("repeats %v: one attempt became %d requests", repeats, n)
		}
		g.URL = "http://127.0.0.1:1/"
		if got := g.send(context.Background(), &row, time.Now()); got.state != store.TextWaiting || got.cause != "unreachable" {
			t.Errorf("repeats %v, nobody there: %+v", repeats, got)
		}
	}
}

// The secret is shown as the provider wants it, and the body is what the template says.
func TestRequests(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     config.Texts
		header  string
		value   string
		content string
		body    string
	}{
		{"our own", config.Texts{Auth: "bearer"}, "Authorization", "Bearer pass:word", "application/json",
			`{"to":"+4799900001","from":"Fjordglimt","text":"Hei \"du\" \u0026 deg: https://x.example/?a=1\u0026b=2","id":"` + identity(&row) + `"}`},
		{"digits that stand bare", config.Texts{Auth: "header", Header: "X-Api-Key", Template: `{"recipients":[{"msisdn":{{to_digits}}}],"message":"{{text}}","sender":"{{from}}","userref":"{{id}}"}`},
			"X-Api-Key", "pass:word", "application/json",
			`{"recipients":[{"msisdn":4799900001}],"message":"Hei \"du\" & deg: https://x.example/?a=1&b=2","sender":"Fjordglimt","userref":"` + identity(&row) + `"}`},
		{"a form", config.Texts{Auth: "basic", User: "u", Format: "form", Template: "from={{from}}&to={{to}}&message={{text}}"}, "Authorization", "Basic dTpwYXNzOndvcmQ=",
			"application/x-www-form-urlencoded", "from=Fjordglimt&to=%2B4799900001&message=Hei+%22du%22+%26+deg%3A+https%3A%2F%2Fx.example%2F%3Fa%3D1%26b%3D2"},
	} {
		var got *http.Request
		body := ""
		g := gate(t, c.set, func(_ http.ResponseWriter, r *http.Request) {
			got = r
			b := make([]byte, r.ContentLength)
			_, _ = r.Body.Read(b)
			body = string(b)
		})
		if v := g.send(context.Background(), &row, time.Now()); v.state != store.TextSent {
			t.Fatalf("%s: %+v", c.name, v)
		}
		if got.Header.Get(c.header) != c.value || got.Header.Get("Content-Type") != c.content || body != c.body {
			t.Errorf("%s: %s %q, %s\n got %s\nwant %s", c.name, c.header, got.Header.Get(c.header), got.Header.Get("Content-Type"), body, c.body)
		}
	}
}

// An id is never that of another message: neither of another number in the log, nor of the same number in a log that was begun anew.
func TestIdentityIsOnes(t *testing.T) {
	other, anew := row, row
	other.ID, anew.At = 78, row.At+1
	if a, b, c := identity(&row), identity(&other), identity(&anew); a == b || a == c || b == c {
		t.Errorf("%s %s %s", a, b, c)
	}
}
