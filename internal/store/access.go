package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
)

// Access keeps the tables of package access for one centre.
type Access struct {
	DB     *DB
	Domain centre.ID
}

// none turns "no row" into a Missing error that names what was looked for.
func none(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return centre.Errorf(centre.Missing, "%s: there is none", what)
	}
	return err
}

// Credential implements access.Store.
func (a Access) Credential(ctx context.Context, person centre.AgentID) (c access.Credential, err error) {
	c.Person = person
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT password, totp, totp_pending, totp_last, failures, locked_until, changed FROM credential
			WHERE domain=$1 AND person=$2`, a.Domain, person).
			Scan(&c.Password, &c.TOTP, &c.TOTPPending, &c.TOTPLast, &c.Failures, &c.LockedUntil, &c.Changed), "credential")
	})
	return c, err
}

// ChangeCredential implements access.Store. The first statement takes the row's lock, or makes the row, so that what fn sees is what it changes.
func (a Access) ChangeCredential(ctx context.Context, person centre.AgentID, fn func(c *access.Credential) error) error {
	return a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		c := access.Credential{Person: person}
		err := tx.QueryRow(ctx, `INSERT INTO credential(domain, person, password, totp_last, failures, locked_until, changed) VALUES($1,$2,'',0,0,0,0)
			ON CONFLICT (domain, person) DO UPDATE SET person=excluded.person RETURNING password, totp, totp_pending, totp_last, failures, locked_until, changed`,
			a.Domain, person).Scan(&c.Password, &c.TOTP, &c.TOTPPending, &c.TOTPLast, &c.Failures, &c.LockedUntil, &c.Changed)
		if err != nil {
			return err
		}
		if err := fn(&c); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE credential SET password=$3, totp=$4, totp_pending=$5, totp_last=$6, failures=$7, locked_until=$8, changed=$9
			WHERE domain=$1 AND person=$2`, a.Domain, person, c.Password, c.TOTP, c.TOTPPending, c.TOTPLast, c.Failures, c.LockedUntil, c.Changed)
		return err
	})
}

func (a Access) exec(ctx context.Context, query string, args ...any) error {
	return a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

const sessionColumns = `hash, person, pending, browser, since, seen, proved, expires`

func scanSession(scan func(...any) error) (s access.Session, err error) {
	var pending int64
	err = scan(&s.Hash, &s.Person, &pending, &s.Browser, &s.Since, &s.Seen, &s.Proved, &s.Expires)
	s.Pending = pending != 0
	return s, err
}

// AddSession implements access.Store.
func (a Access) AddSession(ctx context.Context, s access.Session) error {
	pending := 0
	if s.Pending {
		pending = 1
	}
	return a.exec(ctx, `INSERT INTO session(domain, `+sessionColumns+`) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
		a.Domain, s.Hash, s.Person, pending, s.Browser, s.Since, s.Seen, s.Proved, s.Expires)
}

// Session implements access.Store.
func (a Access) Session(ctx context.Context, hash string) (s access.Session, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var err error
		s, err = scanSession(tx.QueryRow(ctx, `SELECT `+sessionColumns+` FROM session WHERE domain=$1 AND hash=$2`, a.Domain, hash).Scan)
		return none(err, "session")
	})
	return s, err
}

// TouchSession implements access.Store.
func (a Access) TouchSession(ctx context.Context, hash string, seen centre.Instant) error {
	return a.exec(ctx, `UPDATE session SET seen=$3 WHERE domain=$1 AND hash=$2`, a.Domain, hash, seen)
}

// ProveSession implements access.Store.
func (a Access) ProveSession(ctx context.Context, hash string, proved centre.Instant) error {
	return a.exec(ctx, `UPDATE session SET proved=$3 WHERE domain=$1 AND hash=$2`, a.Domain, hash, proved)
}

// SessionsOf implements access.Store.
func (a Access) SessionsOf(ctx context.Context, person centre.AgentID) (out []access.Session, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			s, err := scanSession(scan)
			out = append(out, s)
			return err
		}, `SELECT `+sessionColumns+` FROM session WHERE domain=$1 AND person=$2 ORDER BY seen DESC, hash`, a.Domain, person)
	})
	return out, err
}

// EndSession implements access.Store.
func (a Access) EndSession(ctx context.Context, hash string) error {
	return a.exec(ctx, `DELETE FROM session WHERE domain=$1 AND hash=$2`, a.Domain, hash)
}

// EndSessionsOf implements access.Store.
func (a Access) EndSessionsOf(ctx context.Context, person centre.AgentID, except string) error {
	return a.exec(ctx, `DELETE FROM session WHERE domain=$1 AND person=$2 AND hash<>$3`, a.Domain, person, except)
}

// EndSessionsBefore implements access.Store.
func (a Access) EndSessionsBefore(ctx context.Context, expired centre.Instant) error {
	return a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE domain=$1 AND expires<$2`, a.Domain, expired); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM invitation WHERE domain=$1 AND expires<$2`, a.Domain, expired)
		return err
	})
}

// AddInvitation implements access.Store.
func (a Access) AddInvitation(ctx context.Context, i access.InvitationRow) error {
	return a.exec(ctx, `INSERT INTO invitation(domain, hash, person, expires) VALUES($1,$2,$3,$4)`, a.Domain, i.Hash, i.Person, i.Expires)
}

// DropInvitationsOf implements access.Store.
func (a Access) DropInvitationsOf(ctx context.Context, person centre.AgentID) error {
	return a.exec(ctx, `DELETE FROM invitation WHERE domain=$1 AND person=$2`, a.Domain, person)
}

// TakeInvitation implements access.Store.
func (a Access) TakeInvitation(ctx context.Context, hash string, now centre.Instant) (i access.InvitationRow, err error) {
	i.Hash = hash
	err = a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `DELETE FROM invitation WHERE domain=$1 AND hash=$2 AND expires>$3 RETURNING person, expires`, a.Domain, hash, now).
			Scan(&i.Person, &i.Expires), "invitation")
	})
	return i, err
}

const passkeyColumns = `id, person, credential, name, body, since, used`

func scanPasskey(scan func(...any) error) (p access.PasskeyRow, err error) {
	err = scan(&p.ID, &p.Person, &p.Credential, &p.Name, &p.Body, &p.Since, &p.Used)
	return p, err
}

// Passkeys implements access.Store.
func (a Access) Passkeys(ctx context.Context, person centre.AgentID) (out []access.PasskeyRow, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			p, err := scanPasskey(scan)
			out = append(out, p)
			return err
		}, `SELECT `+passkeyColumns+` FROM passkey WHERE domain=$1 AND person=$2 ORDER BY id`, a.Domain, person)
	})
	return out, err
}

// PasskeyByCredential implements access.Store.
func (a Access) PasskeyByCredential(ctx context.Context, credential []byte) (p access.PasskeyRow, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var err error
		p, err = scanPasskey(tx.QueryRow(ctx, `SELECT `+passkeyColumns+` FROM passkey WHERE domain=$1 AND credential=$2`, a.Domain, credential).Scan)
		return none(err, "passkey")
	})
	return p, err
}

// AddPasskey implements access.Store.
func (a Access) AddPasskey(ctx context.Context, p access.PasskeyRow) error {
	return a.exec(ctx, `INSERT INTO passkey(domain, id, person, credential, name, body, since, used)
		SELECT $1, COALESCE(MAX(id),0)+1, $2, $3, $4, $5, $6, 0 FROM passkey WHERE domain=$1`, a.Domain, p.Person, p.Credential, p.Name, p.Body, p.Since)
}

// UsePasskey implements access.Store.
func (a Access) UsePasskey(ctx context.Context, id int64, body []byte, at centre.Instant) error {
	return a.exec(ctx, `UPDATE passkey SET body=$3, used=$4 WHERE domain=$1 AND id=$2`, a.Domain, id, body, at)
}

// DropPasskeysOf implements access.Store.
func (a Access) DropPasskeysOf(ctx context.Context, person centre.AgentID) error {
	return a.exec(ctx, `DELETE FROM passkey WHERE domain=$1 AND person=$2`, a.Domain, person)
}

// RemovePasskey implements access.Store.
func (a Access) RemovePasskey(ctx context.Context, person centre.AgentID, id int64) error {
	return a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM passkey WHERE domain=$1 AND person=$2 AND id=$3`, a.Domain, person, id)
		if err == nil && n == 0 {
			err = centre.ErrorAt(centre.Missing, "id", "you have no such passkey")
		}
		return err
	})
}

const keyColumns = `id, hash, name, prefix, grants, made_by, since, used, expires`

func scanKey(scan func(...any) error) (k access.KeyRow, err error) {
	var grants string
	if err = scan(&k.ID, &k.Hash, &k.Name, &k.Prefix, &grants, &k.By, &k.Since, &k.Used, &k.Expires); err != nil {
		return k, err
	}
	return k, json.Unmarshal([]byte(grants), &k.Grants)
}

// Keys implements access.Store.
func (a Access) Keys(ctx context.Context) (out []access.KeyRow, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			k, err := scanKey(scan)
			out = append(out, k)
			return err
		}, `SELECT `+keyColumns+` FROM api_key WHERE domain=$1 AND expires>=0 ORDER BY id`, a.Domain)
	})
	return out, err
}

// KeyByHash implements access.Store.
func (a Access) KeyByHash(ctx context.Context, hash string) (k access.KeyRow, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var err error
		k, err = scanKey(tx.QueryRow(ctx, `SELECT `+keyColumns+` FROM api_key WHERE domain=$1 AND hash=$2`, a.Domain, hash).Scan)
		return none(err, "key")
	})
	return k, err
}

// KeyByID implements access.Store.
func (a Access) KeyByID(ctx context.Context, id int64) (k access.KeyRow, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var err error
		k, err = scanKey(tx.QueryRow(ctx, `SELECT `+keyColumns+` FROM api_key WHERE domain=$1 AND id=$2 AND expires>=0`, a.Domain, id).Scan)
		return none(err, "key")
	})
	return k, err
}

// AddKey implements access.Store.
func (a Access) AddKey(ctx context.Context, k access.KeyRow) (id int64, err error) {
	grants, err := json.Marshal(k.Grants)
	if err != nil {
		return 0, err
	}
	err = a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.QueryRow(ctx, `INSERT INTO api_key(domain, id, hash, name, prefix, grants, made_by, since, used, expires)
			SELECT $1, COALESCE(MAX(id),0)+1, $2, $3, $4, $5, $6, $7, 0, $8 FROM api_key WHERE domain=$1 RETURNING id`,
			a.Domain, k.Hash, k.Name, k.Prefix, string(grants), k.By, k.Since, k.Expires).Scan(&id)
	})
	return id, err
}

// UseKey implements access.Store.
func (a Access) UseKey(ctx context.Context, id int64, at centre.Instant) error {
	return a.exec(ctx, `UPDATE api_key SET used=$3 WHERE domain=$1 AND id=$2`, a.Domain, id, at)
}

// RemoveKey implements access.Store. The row stays, without its hash, so that its id, which the audit log speaks of, is never given to another key.
func (a Access) RemoveKey(ctx context.Context, id int64) error {
	return a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE api_key SET hash='revoked ' || CAST(id AS TEXT), expires=-1 WHERE domain=$1 AND id=$2 AND expires>=0`, a.Domain, id)
		if err == nil && n == 0 {
			err = centre.ErrorAt(centre.Missing, "id", "there is no key %d", id)
		}
		return err
	})
}

// Preferences implements access.Store.
func (a Access) Preferences(ctx context.Context, person centre.AgentID) (body []byte, err error) {
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT body FROM preference WHERE domain=$1 AND person=$2`, a.Domain, person).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return body, err
}

// SavePreferences implements access.Store.
func (a Access) SavePreferences(ctx context.Context, person centre.AgentID, body []byte) error {
	return a.exec(ctx, `INSERT INTO preference(domain, person, body) VALUES($1,$2,$3)
		ON CONFLICT (domain, person) DO UPDATE SET body=excluded.body`, a.Domain, person, body)
}

const auditColumns = `id, at, agent, api_key, what, object, detail, prev, hash`

func scanAudit(scan func(...any) error) (l access.AuditRow, err error) {
	err = scan(&l.ID, &l.At, &l.Agent, &l.Key, &l.What, &l.Object, &l.Detail, &l.Prev, &l.Hash)
	return l, err
}

// auditTries is how often a line is tried when another node has just written one of the same number.
const auditTries = 8

// AppendAudit implements access.Store.
func (a Access) AppendAudit(ctx context.Context, make func(newest access.AuditRow) access.AuditRow) (err error) {
	for range auditTries {
		taken := false
		err = a.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
			newest, err := scanAudit(tx.QueryRow(ctx, `SELECT `+auditColumns+` FROM audit WHERE domain=$1 ORDER BY id DESC LIMIT 1`, a.Domain).Scan)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			l := make(newest)
			n, err := tx.Exec(ctx, `INSERT INTO audit(domain, `+auditColumns+`) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (domain, id) DO NOTHING`,
				a.Domain, l.ID, l.At, l.Agent, l.Key, l.What, l.Object, l.Detail, l.Prev, l.Hash)
			taken = err == nil && n == 0
			return err
		})
		if !taken {
			return err
		}
	}
	return centre.Errorf(centre.Unavailable, "audit: too many lines are being written at once")
}

// AuditPage implements access.Store.
func (a Access) AuditPage(ctx context.Context, before int64, limit int) (out []access.AuditRow, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	err = a.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			l, err := scanAudit(scan)
			out = append(out, l)
			return err
		}, `SELECT `+auditColumns+` FROM audit WHERE domain=$1 AND id<$2 ORDER BY id DESC LIMIT $3`, a.Domain, before, limit)
	})
	return out, err
}
