package webhook

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/store"
)

// overlap is how long an old secret signs beside the new one: time to bring the new one to the receiver.
const overlap = 24 * time.Hour

// stopAfter is how many attempts in a row may fail before a subscription is stopped: some three days, at the pace at which one who is away is probed.
const stopAfter = 900

// secrets are what a subscription is signed with: the second only until an instant.
type secrets struct {
	now, old []byte
	oldUntil centre.Instant
}

// newSecret makes a signing secret.
func newSecret() string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails: crypto/rand ends the program instead
	return secretPrefix + hex.EncodeToString(random)
}

// unsealed opens the secrets of a subscription.
func (r *Room) unsealed(h store.WebhookRow) (*secrets, error) {
	s := &secrets{oldUntil: h.OldUntil}
	var err error
	if s.now, err = r.Unseal(h.Sealed, about(h.ID)); err != nil {
		return nil, err
	}
	if len(h.SealedOld) > 0 {
		s.old, err = r.Unseal(h.SealedOld, about(h.ID))
	}
	return s, err
}

// sign signs a body with the present secret, and with the one before as long as it holds: a receiver takes a delivery when one of them is its own.
func (s *secrets) sign(at time.Time, body []byte) string {
	out := Sign(s.now, at.Unix(), body)
	if s.old != nil && centre.At(at) < s.oldUntil {
		out += "," + Sign(s.old, at.Unix(), body)
	}
	return out
}

// Turn gives a subscription a new signing secret, shown once. The one before signs beside it for a day.
func (r *Room) Turn(ctx context.Context, s access.Subject, id int64) (Secret, error) {
	if err := may(s, access.ManageKeys); err != nil {
		return Secret{}, err
	}
	if err := s.Proved(); err != nil {
		return Secret{}, err
	}
	secret := newSecret()
	sealed, err := r.Seal([]byte(secret), about(id))
	if err != nil {
		return Secret{}, err
	}
	h, err := r.Store.TurnSecret(ctx, id, sealed, centre.At(r.Now().Add(overlap)))
	if err != nil {
		return Secret{}, err
	}
	r.rearrange()
	if err := r.Access.Record(ctx, s, "webhook.secret_turned", about(id), ""); err != nil {
		return Secret{}, err
	}
	return Secret{Hook: view(h), Secret: secret}, nil
}

// Start sets a stopped subscription going again: it is told everything since it stopped.
func (r *Room) Start(ctx context.Context, s access.Subject, id int64) error {
	if err := may(s, access.ManageKeys); err != nil {
		return err
	}
	if err := r.Store.StopWebhook(ctx, id, 0); err != nil {
		return err
	}
	r.rearrange()
	return r.Access.Record(ctx, s, "webhook.started", about(id), "")
}

// giveUp stops a subscription whose receiver has taken nothing for long. Nothing is lost by it: the log keeps what is to be told.
func (w *runner) giveUp(ctx context.Context) error {
	r := w.room
	if err := r.Store.StopWebhook(ctx, w.hook.ID, centre.At(r.Now())); err != nil {
		return err
	}
	r.Log.Error("a webhook is stopped: its receiver has taken nothing for long", "webhook", w.hook.ID, "failures", w.failures)
	w.stop()
	r.rearrange()
	return r.Access.Record(ctx, access.Subject{System: true}, "webhook.stopped", about(w.hook.ID), "")
}
