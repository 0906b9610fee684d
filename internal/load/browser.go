package load

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

// browser speaks the API as a browser does: with a session's cookie or a visitor's token, and nothing else.
type browser struct {
	*crowd
	cookie, token string
	from          string // the network address that the reverse proxy in front reports; empty without
}

func (b *browser) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.Node.Address+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Origin", b.Node.Address)
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: access.CookieName, Value: b.cookie})
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	if b.from != "" {
		r.Header.Set("X-Forwarded-For", b.from)
	}
	return r, nil
}

// call sends one request; out, if not nil, takes the answer. What fails is counted under what.
func (b *browser) call(ctx context.Context, what, method, path string, body, out any) error {
	err := b.send(ctx, method, path, body, out)
	if err != nil && ctx.Err() == nil {
		b.figures.failed(what, err)
	}
	return err
}

func (b *browser) send(ctx context.Context, method, path string, body, out any) error {
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
		return centre.Errorf(centre.Conflict, "%s %s: %d %s", method, path, answer.StatusCode, strings.TrimSpace(string(text)))
	}
	if out != nil {
		return json.Unmarshal(text, out)
	}
	return nil
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
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		return fmt.Errorf("%s: %s %s", path, answer.Status, text)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 0, 4<<10), 4<<20)
	event := ""
	for lines.Scan() {
		line := lines.Bytes()
		switch {
		case bytes.HasPrefix(line, []byte("event: ")):
			event = string(line[len("event: "):])
		case bytes.HasPrefix(line, []byte("data: ")):
			fn(event, line[len("data: "):])
		}
	}
	return lines.Err()
}
