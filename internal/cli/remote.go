package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/rulebook"
)

// remote is a running centre, asked through its API with a key.
type remote struct {
	address, key string
	client       *http.Client
}

func newRemote(address, key string) (*remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("--address %q: want one such as https://kundeservice.nordlys.example", address)
	}
	if key == "" {
		return nil, fmt.Errorf("--address needs an API key in SENTRAL_KEY: make one under Administration, Integrations")
	}
	return &remote{address: strings.TrimSuffix(address, "/"), key: key, client: &http.Client{Timeout: 30 * time.Second}}, nil
}

func (r *remote) call(ctx context.Context, method, path string, body, out any) error {
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(text)
	}
	q, err := http.NewRequestWithContext(ctx, method, r.address+path, send)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+r.key)
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	answer, err := r.client.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return refusal(answer.Status, text)
	}
	return json.Unmarshal(text, out)
}

// refusal reads a problem (RFC 9457) into an error that names what and where.
func refusal(status string, body []byte) error {
	var p struct {
		Detail string
		Errors []struct{ Location, Message string }
	}
	if json.Unmarshal(body, &p) != nil || p.Detail == "" {
		return fmt.Errorf("the centre answered %s", status)
	}
	text := p.Detail
	for _, e := range p.Errors {
		if e.Message != p.Detail {
			text += fmt.Sprintf("\n  %s: %s", e.Location, e.Message)
		} else {
			text = e.Location + ": " + text
		}
	}
	return fmt.Errorf("the centre answered %s: %s", status, text)
}

func (r *remote) current(ctx context.Context) (v rulebook.Versioned, err error) {
	return v, r.call(ctx, http.MethodGet, "/api/config", nil, &v)
}

func (r *remote) review(ctx context.Context, d *config.Document) (v rulebook.Review, err error) {
	return v, r.call(ctx, http.MethodPost, "/api/config/check", d, &v)
}

func (r *remote) apply(ctx context.Context, base int64, note string, d *config.Document) (c rulebook.Change, err error) {
	return c, r.call(ctx, http.MethodPut, fmt.Sprintf("/api/config?base=%d&note=%s", base, url.QueryEscape(note)), d, &c)
}

func (r *remote) brandSecret(ctx context.Context, brand int32) (string, error) {
	var s chat.SecretOf
	err := r.call(ctx, http.MethodPost, fmt.Sprintf("/api/config/brands/%d/secret", brand), nil, &s)
	return s.Secret, err
}

func (r *remote) close() {}
