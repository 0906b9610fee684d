package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"sentral/internal/centre"
)

// Webhook keeps subscriptions and deliveries of one centre.
type Webhook struct {
	DB     *DB
	Domain centre.ID
}

// WebhookRow is one subscription.
type WebhookRow struct {
	ID       int64
	URL      string
	Kinds    []string
	Sealed   []byte // the signing secret
	Since    centre.Instant
	By       centre.AgentID
	Reached  int64 // deliveries have been made of the log up to here
	Failures int64 // attempts that failed since the last that did not

	SealedOld []byte         // the secret before, which signs too until OldUntil
	OldUntil  centre.Instant // zero when there is none
	Stopped   centre.Instant // since when nothing is told because nobody took it; zero while it runs
}

// WebhookDelivery is one thing to tell one subscriber.
type WebhookDelivery struct {
	ID       int64
	Seq      int64
	Kind     string
	State    string // waiting, done, dead
	Attempts int
	Status   int    // of the last answer; zero when there was none
	Error    string // of the last attempt
	NextAt   centre.Instant
	Taken    centre.Instant // NextAt as it was when the delivery was taken up
	At       centre.Instant // of the entry
	Body     []byte
}

// Webhooks lists the subscriptions that have not been removed.
func (w Webhook) Webhooks(ctx context.Context) (out []WebhookRow, err error) {
	err = w.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			h, err := scanWebhook(scan)
			out = append(out, h)
			return err
		}, `SELECT `+webhookColumns+` FROM webhook WHERE domain=$1 AND removed=0 ORDER BY id`, w.Domain)
	})
	return out, err
}

const webhookColumns = `id, url, kinds, sealed, since, made_by, reached, failures, sealed_old, old_until, stopped`

func scanWebhook(scan func(...any) error) (h WebhookRow, err error) {
	var kinds string
	if err = scan(&h.ID, &h.URL, &kinds, &h.Sealed, &h.Since, &h.By, &h.Reached, &h.Failures, &h.SealedOld, &h.OldUntil, &h.Stopped); err != nil {
		return h, err
	}
	return h, json.Unmarshal([]byte(kinds), &h.Kinds)
}

// TurnSecret gives a subscription a new secret; the one before holds beside it until an instant.
func (w Webhook) TurnSecret(ctx context.Context, id int64, sealed []byte, until centre.Instant) (h WebhookRow, err error) {
	err = w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook SET sealed_old=sealed, old_until=$4, sealed=$3 WHERE domain=$1 AND id=$2 AND removed=0`, w.Domain, id, sealed, until)
		if err == nil && n == 0 {
			return centre.ErrorAt(centre.Missing, "id", "there is no webhook %d", id)
		}
		if err != nil {
			return err
		}
		h, err = scanWebhook(tx.QueryRow(ctx, `SELECT `+webhookColumns+` FROM webhook WHERE domain=$1 AND id=$2`, w.Domain, id).Scan)
		return err
	})
	return h, err
}

// StopWebhook notes since when a subscription is stopped, or with zero that it goes on, with its failures forgotten.
func (w Webhook) StopWebhook(ctx context.Context, id int64, at centre.Instant) error {
	return w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook SET stopped=$3, failures=CASE WHEN $3=0 THEN 0 ELSE failures END WHERE domain=$1 AND id=$2 AND removed=0`, w.Domain, id, at)
		if err == nil && n == 0 {
			return centre.ErrorAt(centre.Missing, "id", "there is no webhook %d", id)
		}
		if err == nil && at == 0 { // what waited for the next attempt is told now
			_, err = tx.Exec(ctx, `UPDATE webhook_delivery SET next_at=0 WHERE domain=$1 AND hook=$2 AND state='waiting'`, w.Domain, id)
		}
		return err
	})
}

// AddWebhook keeps a new subscription, which is told what comes after Reached. Seal closes its secret for the id it is given; ids are never used again.
func (w Webhook) AddWebhook(ctx context.Context, h WebhookRow, seal func(id int64) ([]byte, error)) (id int64, err error) {
	kinds, err := json.Marshal(h.Kinds)
	if err != nil {
		return 0, err
	}
	err = w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) + 1 FROM webhook WHERE domain=$1`, w.Domain).Scan(&id); err != nil {
			return err
		}
		sealed, err := seal(id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO webhook(domain, id, url, kinds, sealed, since, made_by, removed, reached, failures)
			VALUES($1,$2,$3,$4,$5,$6,$7,0,$8,0)`, w.Domain, id, h.URL, string(kinds), sealed, h.Since, h.By, h.Reached)
		return err
	})
	return id, err
}

// RemoveWebhook forgets a subscription and its secret; ForgetRemoved its deliveries.
func (w Webhook) RemoveWebhook(ctx context.Context, id int64) error {
	return w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook SET removed=1, sealed=$3, sealed_old=$3, url='' WHERE domain=$1 AND id=$2 AND removed=0`, w.Domain, id, []byte{})
		if err != nil {
			return err
		}
		if n == 0 {
			return centre.ErrorAt(centre.Missing, "id", "there is no webhook %d", id)
		}
		return nil
	})
}

// ForgetRemoved removes so many at most of the deliveries of subscriptions that have been removed.
func (w Webhook) ForgetRemoved(ctx context.Context, limit int) (n int64, err error) {
	err = w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err = tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE domain=$1 AND (hook, id) IN (SELECT hook, id FROM webhook_delivery
			WHERE domain=$1 AND hook IN (SELECT id FROM webhook WHERE domain=$1 AND removed=1) LIMIT $2)`, w.Domain, limit)
		return err
	})
	return n, err
}

var insertDeliveries = NewBulk(12, `INSERT INTO webhook_delivery (domain, hook, id, seq, kind, state, attempts, status, error, next_at, at, body)`,
	`ON CONFLICT (domain, hook, id) DO NOTHING`)

// AddDeliveries keeps what is to be told to a subscriber of the log up to reached, and how far that is: both or neither.
func (w Webhook) AddDeliveries(ctx context.Context, hook, reached int64, list []WebhookDelivery) error {
	rows := make([]any, 0, len(list)*insertDeliveries.columns)
	for i := range list {
		d := &list[i]
		rows = append(rows, w.Domain, hook, d.ID, d.Seq, d.Kind, "waiting", 0, 0, "", d.NextAt, d.At, string(d.Body))
	}
	return w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook SET reached=$3 WHERE domain=$1 AND id=$2 AND removed=0 AND reached<=$3`, w.Domain, hook, reached)
		if err != nil || n == 0 { // removed meanwhile, or another node has come further
			return err
		}
		_, err = insertDeliveries.Exec(ctx, tx, rows)
		return err
	})
}

const deliveryColumns = `id, seq, kind, state, attempts, status, error, next_at, at, body`

func (w Webhook) deliveries(ctx context.Context, query string, args ...any) (out []WebhookDelivery, err error) {
	err = w.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var d WebhookDelivery
			var body string
			err := scan(&d.ID, &d.Seq, &d.Kind, &d.State, &d.Attempts, &d.Status, &d.Error, &d.NextAt, &d.At, &body)
			d.Body, d.Taken = []byte(body), d.NextAt
			out = append(out, d)
			return err
		}, query, args...)
	})
	return out, err
}

// DueDeliveries gives what is to be sent to a subscriber by now, the longest due first.
func (w Webhook) DueDeliveries(ctx context.Context, hook int64, now centre.Instant, limit int) ([]WebhookDelivery, error) {
	return w.deliveries(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE domain=$1 AND hook=$2 AND state='waiting' AND next_at<=$3
		ORDER BY next_at, id LIMIT $4`, w.Domain, hook, now, limit)
}

// WaitingDeliveries tells how many deliveries to a subscriber wait, counted up to a limit, and when the first is due.
func (w Webhook) WaitingDeliveries(ctx context.Context, hook int64, limit int) (n int, first centre.Instant, err error) {
	err = w.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT id FROM webhook_delivery WHERE domain=$1 AND hook=$2 AND state='waiting' LIMIT $3) AS w`,
			w.Domain, hook, limit).Scan(&n); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT next_at FROM webhook_delivery WHERE domain=$1 AND hook=$2 AND state='waiting' ORDER BY next_at, id LIMIT 1`,
			w.Domain, hook).Scan(&first)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return n, first, err
}

// SettleDeliveries writes what became of some attempts, and how many have failed in a row. A delivery that somebody asked for again meanwhile stays due.
func (w Webhook) SettleDeliveries(ctx context.Context, hook, failures int64, list []WebhookDelivery) error {
	return w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		for i := range list {
			d := &list[i]
			if _, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state=$4, attempts=$5, status=$6, error=$7, next_at=$8
				WHERE domain=$1 AND hook=$2 AND id=$3 AND next_at=$9`, w.Domain, hook, d.ID, d.State, d.Attempts, d.Status, d.Error, d.NextAt, d.Taken); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE webhook SET failures=$3 WHERE domain=$1 AND id=$2`, w.Domain, hook, failures)
		return err
	})
}

// Deliveries is a page of a subscriber's deliveries with ids below before (zero: the newest), newest first. Missing when there is no such subscription.
func (w Webhook) Deliveries(ctx context.Context, hook, before int64, limit int) ([]WebhookDelivery, error) {
	if err := w.exists(ctx, hook); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = 1<<63 - 1
	}
	return w.deliveries(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE domain=$1 AND hook=$2 AND id<$3 ORDER BY id DESC LIMIT $4`,
		w.Domain, hook, before, limit)
}

func (w Webhook) exists(ctx context.Context, hook int64) error {
	return w.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `SELECT id FROM webhook WHERE domain=$1 AND id=$2 AND removed=0`, w.Domain, hook).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return centre.ErrorAt(centre.Missing, "id", "there is no webhook %d", hook)
		}
		return err
	})
}

// RetryDelivery makes a delivery due before all others, whatever became of it before.
func (w Webhook) RetryDelivery(ctx context.Context, hook, id int64) error {
	return w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state='waiting', next_at=0 WHERE domain=$1 AND hook=$2 AND id=$3`, w.Domain, hook, id)
		if err == nil && n == 0 {
			return centre.ErrorAt(centre.Missing, "delivery", "webhook %d has no delivery %d", hook, id)
		}
		return err
	})
}

// ForgetDeliveries removes so many at most of the deliveries that are in one state and tell of what happened before an instant.
func (w Webhook) ForgetDeliveries(ctx context.Context, hook int64, state string, before centre.Instant, limit int) (n int64, err error) {
	err = w.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err = tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE domain=$1 AND hook=$2 AND id IN (SELECT id FROM webhook_delivery
			WHERE domain=$1 AND hook=$2 AND state=$3 AND at<$4 ORDER BY id LIMIT $5)`, w.Domain, hook, state, before, limit)
		return err
	})
	return n, err
}
