package store

import (
	"context"
	"database/sql"

	"sentral/internal/centre"
)

// Text keeps the text messages that the centre sends.
type Text struct {
	DB     *DB
	Domain centre.ID
}

// The states of a text message.
const (
	TextWaiting = "waiting"
	TextSending = "sending" // handed to the provider, whose answer has not come
	TextSent    = "sent"
	TextFailed  = "failed"
	TextExpired = "expired"
)

// TextRow is one text message.
type TextRow struct {
	ID        int64
	Key       string // what it is for: nothing is sent twice for the same
	Purpose   string // link, survey, test
	Contact   centre.ContactID
	Brand     centre.BrandID
	Recipient string
	Sender    string
	Words     string
	State     string
	Attempts  int64
	CostOre   int64
	At        centre.Instant
	NextAt    centre.Instant // of the next attempt
	Expires   centre.Instant
	Settled   centre.Instant // when it came to its last state; zero before
	Cause     string         // for operators: why it failed, or why the last attempt did; never the provider's words
}

const textColumns = `id, key, purpose, contact, brand, recipient, sender, words, state, attempts, cost_ore, at, next_at, expires, settled, cause`

func scanText(scan func(...any) error) (r TextRow, err error) {
	err = scan(&r.ID, &r.Key, &r.Purpose, &r.Contact, &r.Brand, &r.Recipient, &r.Sender, &r.Words, &r.State, &r.Attempts, &r.CostOre, &r.At, &r.NextAt, &r.Expires, &r.Settled, &r.Cause)
	return r, err
}

// Put writes a new message; one whose key is there already changes nothing.
func (t Text) Put(r TextRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO text_message(domain, `+textColumns+`) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17) ON CONFLICT (domain, key) DO NOTHING`,
			t.Domain, r.ID, r.Key, r.Purpose, r.Contact, r.Brand, r.Recipient, r.Sender, r.Words, r.State, r.Attempts, r.CostOre, r.At, r.NextAt, r.Expires, r.Settled, r.Cause)
	}
}

// Settle writes what became of a message. One that has come to its last state keeps it, and its words are no longer kept.
func (t Text) Settle(r TextRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `UPDATE text_message SET state=$3, attempts=$4, next_at=$5, settled=$6, cause=$7, words=CASE WHEN $8 THEN '' ELSE words END WHERE domain=$1 AND id=$2 AND settled=0`,
			t.Domain, r.ID, r.State, r.Attempts, r.NextAt, r.Settled, r.Cause, r.Settled > 0)
	}
}

// Due are the messages that wait for an attempt by an instant, the oldest due first.
func (t Text) Due(ctx context.Context, now centre.Instant, limit int) (out []TextRow, err error) {
	return t.list(ctx, `settled=0 AND state='waiting' AND next_at<=$2 ORDER BY next_at, id LIMIT $3`, now, limit)
}

// Unsure are the messages that were handed to the provider, whose answer has not been kept.
func (t Text) Unsure(ctx context.Context) (out []TextRow, err error) {
	return t.list(ctx, `settled=0 AND state='sending' ORDER BY id`)
}

// Since are the messages that began at or after an instant, oldest first.
func (t Text) Since(ctx context.Context, from centre.Instant) (out []TextRow, err error) {
	return t.list(ctx, `at>=$2 ORDER BY at, id`, from)
}

func (t Text) list(ctx context.Context, where string, args ...any) (out []TextRow, err error) {
	err = t.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		out = nil
		return tx.Each(ctx, func(scan func(...any) error) error {
			r, err := scanText(scan)
			out = append(out, r)
			return err
		}, `SELECT `+textColumns+` FROM text_message WHERE domain=$1 AND `+where, append([]any{t.Domain}, args...)...)
	})
	return out, err
}

// NextDue is when the first message that waits is due; zero when none does.
func (t Text) NextDue(ctx context.Context) (at centre.Instant, err error) {
	err = t.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var first sql.NullInt64
		err := tx.QueryRow(ctx, `SELECT min(next_at) FROM text_message WHERE domain=$1 AND settled=0 AND state='waiting'`, t.Domain).Scan(&first)
		at = centre.Instant(first.Int64)
		return err
	})
	return at, err
}

// Forget deletes the messages that came to their last state before an instant, with numbers and words.
func (t Text) Forget(ctx context.Context, before centre.Instant) error {
	return t.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `DELETE FROM text_message WHERE domain=$1 AND settled>0 AND settled<$2`, t.Domain, before)
	})
}
