package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sentral/internal/store"
)

// The headers of a delivery. The signature is "v1=" and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body, under the
// subscription's secret; while a secret is being changed there are two, with a comma between, of which one is the receiver's. Receivers check it first, refuse a timestamp more than five minutes away, and remember ids to tell repetitions.
const (
	headerTimestamp = "Sentral-Timestamp" // seconds since 1970, of this attempt
	headerSignature = "Sentral-Signature"
	headerEvent     = "Sentral-Event" // the kind
	headerID        = "Sentral-Id"    // of the event, the same at every attempt
)

// Sign gives the signature of a body sent at a time, in seconds since 1970.
func Sign(secret []byte, timestamp int64, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(strconv.AppendInt(nil, timestamp, 10))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// newClient makes the client that speaks to subscribers.
func (r *Room) newClient() *http.Client {
	return Guard{r.rules()}.Client(r.Timeout, r.Resolver, sendBeside)
}

// answerLimit is how much of an answer is read, so that the connection can be used again.
const answerLimit = 16 << 10

// post sends one delivery. An answer of 200 to 299 takes it; everything else is an error, whose text is for the dead-letter view and holds nothing that the
// subscriber wrote.
func (r *Room) post(ctx context.Context, address string, secret *secrets, d *store.WebhookDelivery) (status int, err error) {
	if _, err := r.rules().checkURL(address); err != nil { // what is allowed may have changed since it was added
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(d.Body))
	if err != nil {
		return 0, err
	}
	var n struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(d.Body, &n); err != nil {
		return 0, err
	}
	at := r.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Sentral-Webhook/1")
	req.Header.Set(headerTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(headerSignature, secret.sign(at, d.Body))
	req.Header.Set(headerEvent, d.Kind)
	req.Header.Set(headerID, n.ID)
	res, err := r.client.Do(req)
	if err != nil {
		return 0, plain(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, answerLimit) // what is left of the answer does not matter
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return res.StatusCode, fmt.Errorf("answered %d", res.StatusCode)
	}
	return res.StatusCode, nil
}

// plain says in a few words why nothing came back.
func plain(err error) error {
	var refused *refusedAddress
	var timeout interface{ Timeout() bool }
	var name *net.DNSError
	var outer *url.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &name) && name.IsNotFound:
		return errors.New("the name does not exist")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	case errors.As(err, &outer):
		err = outer.Err
	}
	text := strings.ToValidUTF8(err.Error(), "?")
	return errors.New(text[:min(len(text), 200)])
}
