package store

import (
	"context"
	"database/sql"
	"errors"

	"sentral/internal/centre"
)

// RecordingRow is one recording. Its sound lies sealed in File, under the folder of recordings.
type RecordingRow struct {
	ID         int64 // sequence number of the fact that tells of it
	Call       int64
	Contact    centre.ContactID
	Brand      centre.BrandID
	Queue      centre.QueueID
	Agent      centre.AgentID
	Purpose    string
	Basis      string // notice or consent; never empty
	State      string // on, done, deleted, lost
	File       string
	Sealed     []byte // the file's key, sealed
	Began      centre.Instant
	Ended      centre.Instant
	DurationMS int64
	Bytes      int64
	KeepUntil  centre.Instant
	DeletedBy  centre.AgentID
}

const recordingColumns = `id, call, contact, brand, queue, agent, purpose, basis, state, file, sealed, began, ended, duration_ms, bytes, keep_until, deleted_by`

func scanRecording(scan func(...any) error) (r RecordingRow, err error) {
	err = scan(&r.ID, &r.Call, &r.Contact, &r.Brand, &r.Queue, &r.Agent, &r.Purpose, &r.Basis, &r.State, &r.File, &r.Sealed, &r.Began, &r.Ended,
		&r.DurationMS, &r.Bytes, &r.KeepUntil, &r.DeletedBy)
	return r, err
}

// PutRecording writes a recording as it is now. One that is deleted stays so.
func (p Phone) PutRecording(r RecordingRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO recording(domain, `+recordingColumns+`) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)
			ON CONFLICT (domain, id) DO UPDATE SET agent=excluded.agent, state=excluded.state, sealed=excluded.sealed, ended=excluded.ended, duration_ms=excluded.duration_ms,
			bytes=excluded.bytes, keep_until=excluded.keep_until, deleted_by=excluded.deleted_by WHERE recording.state<>'deleted'`,
			p.Domain, r.ID, r.Call, r.Contact, r.Brand, r.Queue, r.Agent, r.Purpose, r.Basis, r.State, r.File, r.Sealed, r.Began, r.Ended, r.DurationMS,
			r.Bytes, r.KeepUntil, r.DeletedBy)
	}
}

// Recording is one recording.
func (p Phone) Recording(ctx context.Context, id int64) (r RecordingRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		r, err = scanRecording(tx.QueryRow(ctx, `SELECT `+recordingColumns+` FROM recording WHERE domain=$1 AND id=$2`, p.Domain, id).Scan)
		return none(err, "recording")
	})
	return r, err
}

// RecordingsOf are the recordings of a contact that have not been deleted, oldest first.
func (p Phone) RecordingsOf(ctx context.Context, contact centre.ContactID) ([]RecordingRow, error) {
	return p.recordings(ctx, `contact=$2 AND state<>'deleted' ORDER BY id`, contact)
}

// OpenRecordings are those that no call has closed.
func (p Phone) OpenRecordings(ctx context.Context) ([]RecordingRow, error) {
	return p.recordings(ctx, `state='on' ORDER BY id`)
}

// RecordingFiles are the names of the files that recordings have, deleted ones left out.
func (p Phone) RecordingFiles(ctx context.Context) (map[string]bool, error) {
	all, err := p.recordings(ctx, `state<>'deleted'`)
	out := make(map[string]bool, len(all))
	for i := range all {
		out[all[i].File] = true
	}
	return out, err
}

// RecordingsToDelete are those whose time is up, at most limit.
func (p Phone) RecordingsToDelete(ctx context.Context, now centre.Instant, limit int) ([]RecordingRow, error) {
	return p.recordings(ctx, `state<>'deleted' AND keep_until<=$2 ORDER BY keep_until, id LIMIT $3`, now, limit)
}

func (p Phone) recordings(ctx context.Context, where string, args ...any) (out []RecordingRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			r, err := scanRecording(scan)
			out = append(out, r)
			return err
		}, `SELECT `+recordingColumns+` FROM recording WHERE domain=$1 AND `+where, append([]any{p.Domain}, args...)...)
	})
	return out, err
}

// PromptRow is one sound file that callers hear.
type PromptRow struct {
	Key        string
	Name       string // of the file that was uploaded
	At         centre.Instant
	DurationMS int64
	Bytes      int64
	Body       []byte
}

// Prompts lists the sound files, without their bytes.
func (p Phone) Prompts(ctx context.Context) (out []PromptRow, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var r PromptRow
			err := scan(&r.Key, &r.Name, &r.At, &r.DurationMS, &r.Bytes)
			out = append(out, r)
			return err
		}, `SELECT key, name, at, duration_ms, bytes FROM prompt WHERE domain=$1 ORDER BY key`, p.Domain)
	})
	return out, err
}

// Prompt is one sound file with its bytes.
func (p Phone) Prompt(ctx context.Context, key string) (r PromptRow, err error) {
	r.Key = key
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT name, at, duration_ms, bytes, body FROM prompt WHERE domain=$1 AND key=$2`, p.Domain, key).
			Scan(&r.Name, &r.At, &r.DurationMS, &r.Bytes, &r.Body), "prompt")
	})
	return r, err
}

// SavePrompt keeps a sound file in place of an earlier one.
func (p Phone) SavePrompt(ctx context.Context, r PromptRow) error {
	return p.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO prompt(domain, key, name, at, duration_ms, bytes, body) VALUES($1,$2,$3,$4,$5,$6,$7)
			ON CONFLICT (domain, key) DO UPDATE SET name=excluded.name, at=excluded.at, duration_ms=excluded.duration_ms, bytes=excluded.bytes, body=excluded.body`,
			p.Domain, r.Key, r.Name, r.At, r.DurationMS, r.Bytes, r.Body)
		return err
	})
}

// RemovePrompt deletes a sound file.
func (p Phone) RemovePrompt(ctx context.Context, key string) error {
	return p.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM prompt WHERE domain=$1 AND key=$2`, p.Domain, key)
		if err == nil && n == 0 {
			return centre.Errorf(centre.Missing, "there is no prompt %q", key)
		}
		return err
	})
}

// TrunkSecret is the sealed password of a trunk; nil when it has none.
func (p Phone) TrunkSecret(ctx context.Context, trunk string) (sealed []byte, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT sealed FROM trunk_secret WHERE domain=$1 AND trunk=$2`, p.Domain, trunk).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return sealed, err
}

// SaveTrunkSecret replaces the password of a trunk; without one it is removed.
func (p Phone) SaveTrunkSecret(ctx context.Context, trunk string, sealed []byte) error {
	return p.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		if sealed == nil {
			_, err := tx.Exec(ctx, `DELETE FROM trunk_secret WHERE domain=$1 AND trunk=$2`, p.Domain, trunk)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO trunk_secret(domain, trunk, sealed) VALUES($1,$2,$3) ON CONFLICT (domain, trunk) DO UPDATE SET sealed=excluded.sealed`, p.Domain, trunk, sealed)
		return err
	})
}
