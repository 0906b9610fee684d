package text

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/store"
)

// gateway is the provider as the configuration has it now.
type gateway struct {
	config.Texts
	secret string
	client *http.Client
}

// verdict is what became of one attempt.
type verdict struct {
	state string        // sent, failed, or waiting for another attempt
	cause string        // for operators; never the provider's own words, which may hold the message
	after time.Duration // waiting: what the provider asks for; zero leaves it to us
}

// answerLimit is how much of an answer is read.
const answerLimit = 16 << 10

// identity is what the provider knows a message by, the same at every attempt: never that of another message, also when a database is begun anew.
func identity(row *store.TextRow) string {
	return "t" + strconv.FormatInt(int64(row.At), 36) + "-" + strconv.FormatInt(row.ID, 10)
}

// send makes one attempt.
func (g *gateway) send(ctx context.Context, row *store.TextRow, now time.Time) verdict {
	body, err := g.Body(config.TextFields{To: row.Recipient, From: row.Sender, Text: row.Words, ID: identity(row)})
	if err != nil {
		return verdict{state: store.TextFailed, cause: "template"}
	}
	var under atomic.Bool // something may have reached the provider
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { under.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, g.Method, g.URL, bytes.NewReader(body))
	if err != nil {
		return verdict{state: store.TextFailed, cause: "address"}
	}
	req.Header.Set("Content-Type", map[string]string{"json": "application/json", "form": "application/x-www-form-urlencoded"}[g.Format])
	req.Header.Set("User-Agent", "Sentral-Text/1")
	if g.Repeats { // without it the HTTP client itself does not send a request again that it may have sent
		req.Header.Set("Idempotency-Key", identity(row))
	}
	switch g.Auth {
	case "bearer":
		req.Header.Set("Authorization", "Bearer "+g.secret)
	case "basic":
		req.SetBasicAuth(g.User, g.secret)
	case "header":
		req.Header.Set(g.Header, g.secret)
	}
	res, err := g.client.Do(req)
	if err != nil {
		return g.unanswered(err, under.Load())
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	if err != nil && g.Expect != "" {
		return g.unanswered(err, true)
	}
	return g.judge(res, answer, now)
}

// unanswered judges an attempt that no answer came to. One that may have reached the provider is repeated only where the provider knows a repetition.
func (g *gateway) unanswered(err error, under bool) verdict {
	var timeout net.Error
	cause := "unreachable"
	if errors.As(err, &timeout) && timeout.Timeout() {
		cause = "timeout"
	}
	if under && !g.Repeats {
		return verdict{state: store.TextFailed, cause: "unknown"}
	}
	return verdict{state: store.TextWaiting, cause: cause}
}

// judge judges an answer by its class: 2xx takes the message, 429, 408 and 5xx want it again, everything else never will take it.
func (g *gateway) judge(res *http.Response, answer []byte, now time.Time) verdict {
	cause := fmt.Sprintf("http_%d", res.StatusCode)
	switch c := res.StatusCode; {
	case c >= 200 && c <= 299 && (g.Expect == "" || bytes.Contains(answer, []byte(g.Expect))):
		return verdict{state: store.TextSent}
	case c >= 200 && c <= 299:
		return verdict{state: store.TextFailed, cause: "refused"}
	case c == http.StatusTooManyRequests, c == http.StatusRequestTimeout, c >= 500:
		return verdict{state: store.TextWaiting, cause: cause, after: retryAfter(res.Header.Get("Retry-After"), now)}
	}
	return verdict{state: store.TextFailed, cause: cause}
}

// retryAfter reads the header (RFC 9110, 10.2.3): seconds, or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32); err == nil {
		return time.Duration(max(n, 0)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// secretName is what the gateway's secret is sealed and kept under, beside those of trunks.
const secretName = "texts gateway"

// gateway is the provider as it is configured now; Conflict when nothing can be sent.
func (r *Room) gateway(ctx context.Context) (*gateway, error) {
	g := &gateway{Texts: r.Rules.Book().Phone.Texts}
	if !g.On || g.URL == "" {
		return nil, errOff
	}
	var err error
	if g.URL, err = r.Guard.Check(g.URL); err != nil {
		return nil, err
	}
	if g.Auth != "none" {
		sealed, err := r.Secrets.TrunkSecret(ctx, secretName)
		if err != nil {
			return nil, err
		}
		if sealed == nil {
			return nil, centre.Errorf(centre.Conflict, "the provider's secret is not set")
		}
		secret, err := r.Access.Unseal(sealed, secretName)
		if err != nil {
			return nil, centre.Errorf(centre.Internal, "the provider's secret does not open: %w", err)
		}
		g.secret = string(secret)
	}
	g.client = r.clientOf(time.Duration(g.TimeoutS) * time.Second)
	return g, nil
}
