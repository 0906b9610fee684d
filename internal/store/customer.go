package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"sentral/internal/centre"
)

// Customer keeps who the customers are, how they can be reached, and what became of their contacts.
type Customer struct {
	DB     *DB
	Domain centre.ID
}

// CustomerRow is one customer.
type CustomerRow struct {
	ID       centre.CustomerID
	Name     string
	Email    string
	Phone    string
	Number   string // the customer number of the brand's own systems
	Language string
	Remark   string
	Since    centre.Instant
}

// words is the text that a search looks in: everything a person might type, in lower case.
func (c CustomerRow) words() string {
	return strings.ToLower(strings.Join([]string{c.Name, c.Email, c.Phone, strings.ReplaceAll(c.Phone, " ", ""), c.Number}, " "))
}

const customerColumns = `id, name, email, phone, number, language, remark, since`

func scanCustomer(scan func(...any) error) (c CustomerRow, err error) {
	err = scan(&c.ID, &c.Name, &c.Email, &c.Phone, &c.Number, &c.Language, &c.Remark, &c.Since)
	return c, err
}

// Get is one customer.
func (c Customer) Get(ctx context.Context, id centre.CustomerID) (row CustomerRow, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		row, err = scanCustomer(tx.QueryRow(ctx, `SELECT `+customerColumns+` FROM customer WHERE domain=$1 AND id=$2`, c.Domain, id).Scan)
		return none(err, "customer")
	})
	return row, err
}

// ByAddress finds the customer who has an address; zero when nobody has.
func (c Customer) ByAddress(ctx context.Context, kind, value string) (id centre.CustomerID, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT customer FROM customer_address WHERE domain=$1 AND kind=$2 AND value=$3`, c.Domain, kind, value).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return id, err
}

// Put writes a customer, new or known.
func (c Customer) Put(row CustomerRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO customer(domain, `+customerColumns+`, words) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
			ON CONFLICT (domain, id) DO UPDATE SET name=excluded.name, email=excluded.email, phone=excluded.phone, number=excluded.number,
			language=excluded.language, remark=excluded.remark, words=excluded.words`,
			c.Domain, row.ID, row.Name, row.Email, row.Phone, row.Number, row.Language, row.Remark, row.Since, row.words())
	}
}

// Change writes a known customer who is still as was; somebody else's change in between makes it a Conflict.
func (c Customer) Change(row, was CustomerRow) Write {
	return func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE customer SET name=$3, email=$4, phone=$5, language=$6, remark=$7, words=$8
			WHERE domain=$1 AND id=$2 AND name=$9 AND email=$10 AND phone=$11 AND language=$12 AND remark=$13`,
			c.Domain, row.ID, row.Name, row.Email, row.Phone, row.Language, row.Remark, row.words(), was.Name, was.Email, was.Phone, was.Language, was.Remark)
		if err == nil && n == 0 {
			return ErrCustomerChanged
		}
		return err
	}
}

// ErrCustomerChanged says that a customer is no longer as the change took them to be.
var ErrCustomerChanged = centre.ErrorAt(centre.Conflict, "version", "somebody has changed this customer meanwhile: read it again")

// Version changes whenever what is known of the customer does.
func (c CustomerRow) Version() string {
	h := sha256.New()
	for _, field := range []string{c.Name, c.Email, c.Phone, c.Language, c.Remark} {
		fmt.Fprintf(h, "%d:%s", len(field), field) // lengths keep two fields from trading letters
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Address gives a customer an address; one that somebody else has stays theirs.
func (c Customer) Address(id centre.CustomerID, kind, value string) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `INSERT INTO customer_address(domain, kind, value, customer) VALUES($1,$2,$3,$4) ON CONFLICT (domain, kind, value) DO NOTHING`,
			c.Domain, kind, value, id)
	}
}

// Find looks for customers whose name, address or number holds every word, by name.
func (c Customer) Find(ctx context.Context, query string, limit int) (out []CustomerRow, err error) {
	where, args := "", []any{c.Domain, limit}
	for _, w := range strings.Fields(strings.ToLower(query)) {
		args = append(args, "%"+escapeLike(w)+"%")
		where += ` AND words LIKE $` + number(len(args)) + ` ESCAPE '!'`
	}
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			row, err := scanCustomer(scan)
			out = append(out, row)
			return err
		}, `SELECT `+customerColumns+` FROM customer WHERE domain=$1`+where+` ORDER BY name, id LIMIT $2`, args...)
	})
	return out, err
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func number(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return number(n/10) + number(n%10)
}

// PastContact is one line of a customer's history.
type PastContact struct {
	ID      centre.ContactID
	Channel string
	Queue   centre.QueueID
	Brand   centre.BrandID
	Agent   centre.AgentID
	Reason  centre.ReasonID
	Outcome string
	Created centre.Instant
	Ended   centre.Instant
	Summary string // the words of its wrap-up
}

// History is a customer's latest contacts, newest first.
func (c Customer) History(ctx context.Context, id centre.CustomerID, limit int) (out []PastContact, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var p PastContact
			err := scan(&p.ID, &p.Channel, &p.Queue, &p.Brand, &p.Agent, &p.Reason, &p.Outcome, &p.Created, &p.Ended, &p.Summary)
			out = append(out, p)
			return err
		}, `SELECT c.id, c.channel, c.queue, c.brand, c.agent, c.reason, c.outcome, c.created, c.ended,
			COALESCE((SELECT n.text FROM note n WHERE n.domain=c.domain AND n.contact=c.id AND n.kind='wrap_up' ORDER BY n.id DESC LIMIT 1), '')
			FROM contact c WHERE c.domain=$1 AND c.customer=$2 AND c.customer>0 ORDER BY c.created DESC, c.id DESC LIMIT $3`, c.Domain, id, limit)
	})
	return out, err
}

// ClosedContact is what authorisation and screens need of a contact that has left the engine.
type ClosedContact struct {
	PastContact
	LastQueue centre.QueueID
	State     string
	Customer  centre.CustomerID
	Answered  centre.Instant
}

// Contact is the row of one contact.
func (c Customer) Contact(ctx context.Context, id centre.ContactID) (p ClosedContact, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT id, channel, queue, brand, agent, reason, outcome, created, ended, last_queue, state, customer, answered
			FROM contact WHERE domain=$1 AND id=$2`, c.Domain, id).Scan(&p.ID, &p.Channel, &p.Queue, &p.Brand, &p.Agent, &p.Reason, &p.Outcome,
			&p.Created, &p.Ended, &p.LastQueue, &p.State, &p.Customer, &p.Answered), "contact")
	})
	return p, err
}
