package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"sentral/internal/centre"
)

// Rulebook keeps the versions of one centre's configuration.
type Rulebook struct {
	DB     *DB
	Domain centre.ID
}

// RulebookVersion is one version with who, when and why.
type RulebookVersion struct {
	Version int64
	At      centre.Instant
	Agent   centre.AgentID
	Who     string
	Note    string
	Undoes  int64
	Lines   []byte           // what it changed, JSON
	Used    map[string]int32 // the highest id ever given out, by section
	Body    []byte           // the document, JSON
}

// Newest is the version that holds; version 0 when there is none.
func (r Rulebook) Newest(ctx context.Context) (RulebookVersion, error) {
	v, err := r.one(ctx, `SELECT version, body FROM rulebook WHERE domain=$1 ORDER BY version DESC LIMIT 1`, r.Domain)
	if centre.KindOf(err) == centre.Missing && err != nil {
		return RulebookVersion{}, nil
	}
	return v, err
}

// At is one version; version 0 is the empty document.
func (r Rulebook) At(ctx context.Context, version int64) (RulebookVersion, error) {
	if version == 0 {
		return RulebookVersion{Body: []byte("{}")}, nil
	}
	return r.one(ctx, `SELECT version, body FROM rulebook WHERE domain=$1 AND version=$2`, r.Domain, version)
}

func (r Rulebook) one(ctx context.Context, query string, args ...any) (v RulebookVersion, err error) {
	err = r.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, query, args...).Scan(&v.Version, &v.Body), "configuration version")
	})
	return v, err
}

// Used is the highest id ever given out, by section.
func (r Rulebook) Used(ctx context.Context) (map[string]int32, error) {
	used := map[string]int32{}
	err := r.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var text string
		err := tx.QueryRow(ctx, `SELECT used FROM rulebook WHERE domain=$1 ORDER BY version DESC LIMIT 1`, r.Domain).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &used)
	})
	return used, err
}

// Append writes a version, which must be the one after the newest.
func (r Rulebook) Append(v RulebookVersion) Write {
	return func(ctx context.Context, tx *Tx) error {
		used, err := json.Marshal(v.Used)
		if err != nil {
			return err
		}
		var newest int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) FROM rulebook WHERE domain=$1`, r.Domain).Scan(&newest); err != nil {
			return err
		}
		if newest != v.Version-1 {
			return centre.ErrorAt(centre.Conflict, "base", "version %d has been made meanwhile: look at its changes and try again", newest)
		}
		_, err = tx.Exec(ctx, `INSERT INTO rulebook(domain, version, at, agent, who, note, undoes, lines, used, body)
			VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, r.Domain, v.Version, v.At, v.Agent, v.Who, v.Note, v.Undoes, v.Lines, string(used), v.Body)
		return err
	}
}

// Changes is a page of the versions before one, newest first, without their documents.
func (r Rulebook) Changes(ctx context.Context, before int64, limit int) (out []RulebookVersion, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	err = r.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var v RulebookVersion
			err := scan(&v.Version, &v.At, &v.Agent, &v.Who, &v.Note, &v.Undoes, &v.Lines)
			out = append(out, v)
			return err
		}, `SELECT version, at, agent, who, note, undoes, lines FROM rulebook WHERE domain=$1 AND version<$2 ORDER BY version DESC LIMIT $3`,
			r.Domain, before, limit)
	})
	return out, err
}
