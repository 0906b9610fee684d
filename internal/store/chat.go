package store

import (
	"context"
	"database/sql"
	"errors"

	"sentral/internal/centre"
)

// Chat keeps the visitors of one centre's web chat, and the secrets by which brands vouch for them.
type Chat struct {
	DB     *DB
	Domain centre.ID
}

// Visitor is one browser that has chatted. Only it knows the token; Hash is the token's hash.
type Visitor struct {
	Hash     string
	Brand    centre.BrandID
	Customer centre.CustomerID // zero until known
	Verified bool
	Contact  centre.ContactID // the newest conversation; zero before the first
	Since    centre.Instant
}

// Visitor finds a visitor by the token's hash.
func (c Chat) Visitor(ctx context.Context, hash string) (v Visitor, err error) {
	v.Hash = hash
	var verified int64
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		return none(tx.QueryRow(ctx, `SELECT brand, customer, verified, contact, since FROM visitor WHERE domain=$1 AND hash=$2`, c.Domain, hash).
			Scan(&v.Brand, &v.Customer, &verified, &v.Contact, &v.Since), "visitor")
	})
	v.Verified = verified != 0
	return v, err
}

// AddVisitor keeps a new visitor.
func (c Chat) AddVisitor(ctx context.Context, v Visitor) error {
	return c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO visitor(domain, hash, brand, customer, verified, contact, since) VALUES($1,$2,$3,$4,$5,0,$6)`,
			c.Domain, v.Hash, v.Brand, v.Customer, whether(v.Verified), v.Since)
		return err
	})
}

// SetVisitor moves a visitor to a conversation and a customer.
func (c Chat) SetVisitor(v Visitor) Write {
	return func(ctx context.Context, tx *Tx) error {
		return tx.Send(ctx, `UPDATE visitor SET customer=$3, verified=$4, contact=$5 WHERE domain=$1 AND hash=$2`,
			c.Domain, v.Hash, v.Customer, whether(v.Verified), v.Contact)
	}
}

// BrandSecret is the sealed secret with which a brand signs identities; nil when it has none.
func (c Chat) BrandSecret(ctx context.Context, brand centre.BrandID) (sealed []byte, err error) {
	err = c.DB.Read(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.QueryRow(ctx, `SELECT sealed FROM brand_secret WHERE domain=$1 AND brand=$2`, c.Domain, brand).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return sealed, err
}

// SaveBrandSecret replaces the secret.
func (c Chat) SaveBrandSecret(ctx context.Context, brand centre.BrandID, sealed []byte) error {
	return c.DB.Update(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO brand_secret(domain, brand, sealed) VALUES($1,$2,$3)
			ON CONFLICT (domain, brand) DO UPDATE SET sealed=excluded.sealed`, c.Domain, brand, sealed)
		return err
	})
}
