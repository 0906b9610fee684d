package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/store"
)

// identity is who the brand's own site says the visitor is.
type identity struct {
	jwt.RegisteredClaims
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

const (
	audience     = "sentral-widget"
	identityLife = 5 * time.Minute
)

// secretPlace binds a sealed brand secret to its brand.
func secretPlace(brand int32) string { return fmt.Sprintf("widget secret of brand %d", brand) }

// identity verifies a signed identity: HS256 with the brand's secret, for this audience, and no older or longer-lived than five minutes. Nil when none is
// given.
func (r *Room) identity(ctx context.Context, b *config.Brand, token string) (*identity, error) {
	if token == "" {
		return nil, nil
	}
	const where = "identity"
	sealed, err := r.Chat.BrandSecret(ctx, centre.BrandID(b.ID))
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		return nil, centre.ErrorAt(centre.Invalid, where, "%s has no signing secret here: make one first", b.Name)
	}
	secret, err := r.Unseal(sealed, secretPlace(b.ID))
	if err != nil {
		return nil, centre.Errorf(centre.Internal, "the brand's secret does not open: %w", err)
	}
	who := &identity{}
	_, err = jwt.ParseWithClaims(token, who, func(*jwt.Token) (any, error) { return secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithTimeFunc(r.Now), jwt.WithLeeway(10*time.Second))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, centre.ErrorAt(centre.Unknown, where, "is too old: the page must fetch a new one")
	case err != nil:
		return nil, centre.ErrorAt(centre.Unknown, where, "is not signed with the secret of %s", b.Name)
	case who.Subject == "":
		return nil, centre.ErrorAt(centre.Invalid, where, "names nobody: sub is empty")
	case who.ExpiresAt.Sub(r.Now()) > identityLife+10*time.Second:
		return nil, centre.ErrorAt(centre.Invalid, where, "lives longer than five minutes")
	}
	return who, nil
}

// Vouched is the customer whom a brand's signed identity names: a call from the brand's page carries the same one as its chat. A bad one is refused as in
// the chat: Unknown or Invalid, at identity.
func (r *Room) Vouched(ctx context.Context, brand centre.BrandID, token string) (centre.CustomerID, error) {
	b := r.Rules.Book().Brand(brand)
	if b == nil {
		return 0, centre.Errorf(centre.Missing, "there is no brand %d", brand)
	}
	who, err := r.identity(ctx, b, token)
	if err != nil || who == nil {
		return 0, err
	}
	return r.known(ctx, brand, *who)
}

// SetBrandSecret keeps the secret with which a brand's site signs identities.
func (r *Room) SetBrandSecret(ctx context.Context, brand int32, secret []byte) error {
	sealed, err := r.Seal(secret, secretPlace(brand))
	if err != nil {
		return err
	}
	return r.Chat.SaveBrandSecret(ctx, centre.BrandID(brand), sealed)
}

// SecretOf is a new signing secret, shown once.
type SecretOf struct {
	Secret string `json:"secret" doc:"Shown once. Sign identities with it as it stands (HS256)."`
}

// MakeBrandSecret makes a new secret with which a brand's site signs identities; the one before holds no longer.
func (r *Room) MakeBrandSecret(ctx context.Context, s access.Subject, brand centre.BrandID) (SecretOf, error) {
	if !access.Everywhere(s, access.WriteConfig) {
		return SecretOf{}, centre.Errorf(centre.Forbidden, "you may not do this (%s)", access.WriteConfig)
	}
	if r.Rules.Book().Brand(brand) == nil {
		return SecretOf{}, centre.ErrorAt(centre.Missing, "id", "there is no brand %d", brand)
	}
	if err := s.Proved(); err != nil {
		return SecretOf{}, err
	}
	secret := rand.Text() + rand.Text() // 260 bits
	if err := r.SetBrandSecret(ctx, int32(brand), []byte(secret)); err != nil {
		return SecretOf{}, err
	}
	return SecretOf{Secret: secret}, r.Record(ctx, s, "brand.secret_made", fmt.Sprintf("brand %d", brand), "")
}

// known finds or makes the customer of a signed identity.
func (r *Room) known(ctx context.Context, brand centre.BrandID, who identity) (centre.CustomerID, error) {
	subject := subjectKey(brand, who.Subject)
	id, err := r.Customers.ByAddress(ctx, "subject", subject)
	if err != nil || id != 0 {
		return id, err
	}
	_, err = r.Centre.Do(ctx, live.Command{Client: "subject " + hashToken(subject)[:32], ID: "known", Plan: func(p *live.Plan) error {
		id = r.newCustomer(p, store.CustomerRow{Name: who.Name, Email: who.Email, Phone: who.Phone, Number: who.Subject}, subject)
		return nil
	}})
	if err != nil {
		return 0, err
	}
	return r.Customers.ByAddress(ctx, "subject", subject)
}

// subjectKey is a brand's own customer number as an address: number 1001 of one brand is somebody else at another.
func subjectKey(brand centre.BrandID, subject string) string {
	return fmt.Sprintf("%d/%s", brand, subject)
}

// newCustomer makes a customer in the plan; the id is the sequence number of the fact that tells of it.
func (r *Room) newCustomer(p *live.Plan, row store.CustomerRow, subject string) centre.CustomerID {
	row.Name, row.Email = conversation.Cut(row.Name, 100), strings.ToLower(conversation.Cut(row.Email, 254))
	row.Phone, row.Number = conversation.Cut(row.Phone, 32), conversation.Cut(row.Number, 64)
	row.Since = p.Now()
	row.ID = centre.CustomerID(p.Fact("customer", 0, 0, struct{}{}))
	p.Write(r.Customers.Put(row))
	if subject != "" {
		p.Write(r.Customers.Address(row.ID, "subject", subject))
	}
	return row.ID
}

// checkAddress refuses what is not an e-mail address; empty is none.
func checkAddress(email string) error {
	if email == "" {
		return nil
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
		return centre.ErrorAt(centre.Invalid, "email", "%q is not an e-mail address", email)
	}
	return nil
}
