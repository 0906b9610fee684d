package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
)

// Conversation keeps what was said in one centre's contacts.
type Conversation struct {
	DB     *DB
	Domain centre.ID
}

const messageColumns = `id, contact, author, agent, name, text, code, files, at, read_at, client_key`

func scanMessage(scan func(...any) error) (m conversation.Message, err error) {
	var files string
	if err = scan(&m.ID, &m.Contact, &m.Author, &m.Agent, &m.Name, &m.Text, &m.Code, &files, &m.At, &m.ReadAt, &m.ClientKey); err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(files), &m.Files)
}

// Append writes a message. Its files become the contact's.
func (c Conversation) Append(m conversation.Message) Write {
	return func(ctx context.Context, tx *Tx) error {
		if m.Files == nil {
			m.Files = []conversation.File{}
		}
		files, err := json.Marshal(m.Files)
		if err != nil {
			return err
		}
		for _, f := range m.Files {
			if err := tx.Send(ctx, `UPDATE file SET contact=$3 WHERE domain=$1 AND id=$2`, c.Domain, f.ID, m.Contact); err != nil {
				return err
			}
		}
		return tx.Send(ctx, `INSERT INTO message(domain, `+messageColumns+`) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
			c.Domain, m.ID, m.Contact, string(m.Author), m.Agent, m.Name, m.Text, m.Code, string(files), m.At, m.ReadAt, m.ClientKey)
	}
}

// Messages is a page of a contact's messages with ids below before (zero: the newest), oldest first, and whether there are older ones.
func (c Conversation) Messages(ctx context.Context, contact centre.ContactID, before int64, limit int) (out []conversation.Message, more bool, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			m, err := scanMessage(scan)
			out = append(out, m)
			return err
		}, `SELECT `+messageColumns+` FROM message WHERE domain=$1 AND contact=$2 AND id<$3 ORDER BY id DESC LIMIT $4`, c.Domain, contact, before, limit+1)
	})
	if len(out) > limit {
		out, more = out[:limit], true
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, more, err
}

// After is a contact's messages with ids above after, oldest first, at most limit.
func (c Conversation) After(ctx context.Context, contact centre.ContactID, after int64, limit int) (out []conversation.Message, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			m, err := scanMessage(scan)
			out = append(out, m)
			return err
		}, `SELECT `+messageColumns+` FROM message WHERE domain=$1 AND contact=$2 AND id>$3 ORDER BY id LIMIT $4`, c.Domain, contact, after, limit)
	})
	return out, err
}

// Message is one message by its id.
func (c Conversation) Message(ctx context.Context, id int64) (m conversation.Message, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		m, err = scanMessage(tx.QueryRow(ctx, `SELECT `+messageColumns+` FROM message WHERE domain=$1 AND id=$2`, c.Domain, id).Scan)
		return none(err, "message")
	})
	return m, err
}

// MarkRead stamps what the other side wrote up to a message as seen, and moves the side's mark; marks never go back.
func (c Conversation) MarkRead(contact centre.ContactID, side conversation.Author, upTo int64, at centre.Instant) Write {
	column, other := "agent_read", conversation.ByCustomer
	if side == conversation.ByCustomer {
		column, other = "customer_read", conversation.ByAgent
	}
	return func(ctx context.Context, tx *Tx) error {
		if err := tx.Send(ctx, `UPDATE message SET read_at=$4 WHERE domain=$1 AND contact=$2 AND id<=$3 AND author=$5 AND read_at=0`,
			c.Domain, contact, upTo, at, string(other)); err != nil {
			return err
		}
		return tx.Send(ctx, `UPDATE thread SET `+column+`=$3 WHERE domain=$1 AND contact=$2 AND `+column+`<$3`, c.Domain, contact, upTo)
	}
}

// AppendNote writes an internal remark.
func (c Conversation) AppendNote(n conversation.Note) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO note(domain, id, contact, agent, name, kind, text, at) VALUES($1,$2,$3,$4,$5,$6,$7,$8)`,
			c.Domain, n.ID, n.Contact, n.Agent, n.Name, n.Kind, n.Text, n.At)
	}
}

// Notes are a contact's internal remarks, oldest first.
func (c Conversation) Notes(ctx context.Context, contact centre.ContactID) (out []conversation.Note, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var n conversation.Note
			err := scan(&n.ID, &n.Contact, &n.Agent, &n.Name, &n.Kind, &n.Text, &n.At)
			out = append(out, n)
			return err
		}, `SELECT id, contact, agent, name, kind, text, at FROM note WHERE domain=$1 AND contact=$2 ORDER BY id`, c.Domain, contact)
	})
	return out, err
}

// SaveDraft keeps unsent text; empty text deletes it.
func (c Conversation) SaveDraft(ctx context.Context, person centre.AgentID, contact centre.ContactID, d conversation.Draft) error {
	return c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		if d.Text == "" {
			_, err := tx.Exec(ctx, `DELETE FROM draft WHERE domain=$1 AND person=$2 AND contact=$3 AND kind=$4`, c.Domain, person, contact, d.Kind)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO draft(domain, person, contact, kind, text, at) VALUES($1,$2,$3,$4,$5,$6)
			ON CONFLICT (domain, person, contact, kind) DO UPDATE SET text=excluded.text, at=excluded.at`, c.Domain, person, contact, d.Kind, d.Text, d.At)
		return err
	})
}

// DropDraft deletes a draft in the transaction that sends it.
func (c Conversation) DropDraft(person centre.AgentID, contact centre.ContactID, kind string) Write {
	return func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM draft WHERE domain=$1 AND person=$2 AND contact=$3 AND kind=$4`, c.Domain, person, contact, kind)
		return err
	}
}

// Drafts are a person's unsent texts on a contact.
func (c Conversation) Drafts(ctx context.Context, person centre.AgentID, contact centre.ContactID) (out []conversation.Draft, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var d conversation.Draft
			err := scan(&d.Kind, &d.Text, &d.At)
			out = append(out, d)
			return err
		}, `SELECT kind, text, at FROM draft WHERE domain=$1 AND person=$2 AND contact=$3 ORDER BY kind`, c.Domain, person, contact)
	})
	return out, err
}

// PutThread begins what the screens say of a contact.
func (c Conversation) PutThread(t conversation.Thread) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO thread(domain, contact, customer, verified, language, page, visitor, customer_read, agent_read)
			VALUES($1,$2,$3,$4,$5,$6,$7,0,0)`, c.Domain, t.Contact, t.Customer, whether(t.Verified), t.Language, t.Page, t.Visitor)
	}
}

func whether(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Thread is what the screens say of a contact.
func (c Conversation) Thread(ctx context.Context, contact centre.ContactID) (t conversation.Thread, err error) {
	t.Contact = contact
	var verified int64
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT t.customer, t.verified, t.language, t.page, t.visitor, t.customer_read, t.agent_read, COALESCE(c.name, '')
			FROM thread t LEFT JOIN customer c ON c.domain=t.domain AND c.id=t.customer WHERE t.domain=$1 AND t.contact=$2`,
			c.Domain, contact).Scan(&t.Customer, &verified, &t.Language, &t.Page, &t.Visitor, &t.CustomerRead, &t.AgentRead, &t.Name), "contact")
	})
	t.Verified = verified != 0
	return t, err
}

// SaveFile keeps an upload until a message sends it.
func (c Conversation) SaveFile(ctx context.Context, f conversation.Stored) error {
	return c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO file(domain, id, name, type, bytes, owner, contact, at, body) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
			c.Domain, f.ID, f.Name, f.Type, f.Bytes, f.Owner, f.Contact, f.At, f.Body)
		return err
	})
}

// File is an upload; its bytes only when asked for.
func (c Conversation) File(ctx context.Context, id string, body bool) (f conversation.Stored, err error) {
	f.ID = id
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT name, type, bytes, owner, contact, at FROM file WHERE domain=$1 AND id=$2`, c.Domain, id).
			Scan(&f.Name, &f.Type, &f.Bytes, &f.Owner, &f.Contact, &f.At)
		if err != nil || !body {
			return none(err, "file")
		}
		return tx.QueryRow(ctx, `SELECT body FROM file WHERE domain=$1 AND id=$2`, c.Domain, id).Scan(&f.Body)
	})
	return f, err
}

// DropUnsentFiles deletes uploads that nobody sent before an instant.
func (c Conversation) DropUnsentFiles(ctx context.Context, before centre.Instant) error {
	return c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM file WHERE domain=$1 AND contact=0 AND at<$2`, c.Domain, before)
		return err
	})
}

// oldAtOnce is how many messages are looked at in one transaction, so that a long past does not hold up the present.
const oldAtOnce = 500

// ofClosed narrows a deletion from a table to contacts of domain $1 that were closed before $2, asked one by one: few rows are old enough to be asked about.
func ofClosed(table string) string {
	return ` AND EXISTS (SELECT 1 FROM contact c WHERE c.domain=$1 AND c.id=` + table + `.contact AND c.closed>0 AND c.closed<$2)`
}

// Forget deletes what was said, noted, drafted and attached in contacts that were closed before an instant, and what customers wrote beside their answers
// before it; the contacts' rows and all figures stay.
func (c Conversation) Forget(ctx context.Context, before centre.Instant) error {
	for _, table := range []string{"message", "note"} {
		for from, more := int64(0), true; more; {
			var err error
			if from, more, err = c.forgetSome(ctx, table, from, before); err != nil {
				return err
			}
		}
	}
	return c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		for _, table := range []string{"draft", "file"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE domain=$1 AND contact>0 AND at<$2`+ofClosed(table), c.Domain, before); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE survey_answer SET comment='' WHERE domain=$1 AND at<$2 AND comment<>''`, c.Domain, before)
		return err
	})
}

// forgetSome looks at the rows after one, oldest first since the log numbers them, and tells whether there may be more that are old enough.
func (c Conversation) forgetSome(ctx context.Context, table string, from int64, before centre.Instant) (last int64, more bool, err error) {
	err = c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		var n, oldest, newest int64
		row := tx.QueryRow(ctx, `SELECT count(*), COALESCE(max(id), 0), COALESCE(min(at), 0), COALESCE(max(at), 0) FROM (SELECT id, at FROM `+table+` WHERE domain=$1 AND id>$2 ORDER BY id LIMIT $3) x`, c.Domain, from, oldAtOnce)
		if err := row.Scan(&n, &last, &oldest, &newest); err != nil || n == 0 || oldest >= int64(before) {
			return err
		}
		more = n == oldAtOnce && newest < int64(before)
		_, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE domain=$1 AND id>$3 AND id<=$4 AND at<$2`+ofClosed(table), c.Domain, before, from, last)
		return err
	})
	return last, more, err
}

// LastMessage is the newest message of a contact; false when there is none.
func (c Conversation) LastMessage(ctx context.Context, contact centre.ContactID) (m conversation.Message, found bool, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		m, err = scanMessage(tx.QueryRow(ctx, `SELECT `+messageColumns+` FROM message WHERE domain=$1 AND contact=$2 ORDER BY id DESC LIMIT 1`, c.Domain, contact).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	return m, found, err
}
