package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
)

// browser speaks the API as a browser does: with a session cookie or a visitor's token, and nothing else.
type browser struct {
	address, origin string
	cookie, token   string
	client          *http.Client
}

// call sends one request; out, if not nil, takes the answer.
func (b *browser) call(ctx context.Context, method, path string, body, out any) error {
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(text)
	}
	r, err := b.request(ctx, method, path, send)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return centre.Errorf(kindOf(answer.StatusCode), "%s %s: %s", method, path, strings.TrimSpace(string(text)))
	}
	if out != nil {
		return json.Unmarshal(text, out)
	}
	return nil
}

func kindOf(status int) centre.Kind {
	switch status {
	case http.StatusConflict:
		return centre.Conflict
	case http.StatusNotFound:
		return centre.Missing
	case http.StatusTooManyRequests:
		return centre.Exhausted
	case http.StatusServiceUnavailable:
		return centre.Unavailable
	}
	return centre.Internal
}

func (b *browser) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.address+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Origin", b.origin)
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: access.CookieName, Value: b.cookie})
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	return r, nil
}

// follow reads an event stream until it ends, calling fn for each event.
func (b *browser) follow(ctx context.Context, path string, fn func(event string, data []byte)) error {
	r, err := b.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 0, 64<<10), 4<<20)
	event := ""
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "event: "):
			event = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			fn(event, []byte(line[len("data: "):]))
		}
	}
	return lines.Err()
}
