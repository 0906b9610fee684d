package access

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"image/png"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"sentral/internal/centre"
)

// Seal encrypts a secret with the master key (AES-256-GCM); about binds it to its place, so that a row copied elsewhere does not open.
func (r *Room) Seal(secret []byte, about string) ([]byte, error) {
	g, err := r.gcm()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, g.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return g.Seal(nonce, nonce, secret, []byte(about)), nil
}

// Unseal opens what Seal closed at the same place.
func (r *Room) Unseal(sealed []byte, about string) ([]byte, error) {
	g, err := r.gcm()
	if err != nil {
		return nil, err
	}
	if len(sealed) < g.NonceSize() {
		return nil, centre.Errorf(centre.Internal, "a sealed secret is cut short")
	}
	return g.Open(nil, sealed[:g.NonceSize()], sealed[g.NonceSize():], []byte(about))
}

func (r *Room) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(r.options.Master)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func totpPlace(id centre.AgentID) string { return fmt.Sprintf("totp of person %d", id) }

var noApp = centre.Errorf(centre.Forbidden, "a key has no authenticator app")

// BeginTOTP makes a new secret for an authenticator app. It counts only once ConfirmTOTP has seen its first code.
func (r *Room) BeginTOTP(ctx context.Context, s Subject) (TOTPSecret, error) {
	p, ok := r.people.Person(s.Person)
	if !ok {
		return TOTPSecret{}, noApp
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: r.people.Organisation(), AccountName: p.Email})
	if err != nil {
		return TOTPSecret{}, centre.Errorf(centre.Internal, "totp: %w", err)
	}
	sealed, err := r.Seal([]byte(key.Secret()), totpPlace(s.Person))
	if err != nil {
		return TOTPSecret{}, err
	}
	err = r.store.ChangeCredential(ctx, s.Person, func(c *Credential) error {
		if c.TOTP != nil { // whoever finds a desk unlocked must not put their own phone in the place of its owner's
			if err := s.Proved(); err != nil {
				return err
			}
		}
		c.TOTPPending = sealed
		return nil
	})
	if err != nil {
		return TOTPSecret{}, err
	}
	picture, err := key.Image(240, 240)
	if err != nil {
		return TOTPSecret{}, centre.Errorf(centre.Internal, "totp: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return TOTPSecret{}, centre.Errorf(centre.Internal, "totp: %w", err)
	}
	return TOTPSecret{Secret: key.Secret(), URI: key.URL(), Image: "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())}, nil
}

// ConfirmTOTP takes the app's first code; from now on signing in asks for one.
func (r *Room) ConfirmTOTP(ctx context.Context, s Subject, code string) error {
	if s.Person == 0 {
		return noApp
	}
	err := r.store.ChangeCredential(ctx, s.Person, func(c *Credential) error {
		if c.TOTPPending == nil {
			return centre.Errorf(centre.Conflict, "begin with a new secret first")
		}
		c.TOTPLast = 0 // another secret, other codes
		if err := r.checkCode(c, c.TOTPPending, code); err != nil {
			return err
		}
		c.TOTP, c.TOTPPending = c.TOTPPending, nil
		return nil
	})
	if err != nil {
		return err
	}
	return r.Record(ctx, s, "totp.added", fmt.Sprintf("person %d", s.Person), "")
}

// RemoveTOTP stops asking for codes. It needs a fresh sign-in.
func (r *Room) RemoveTOTP(ctx context.Context, s Subject) error {
	if s.Person == 0 {
		return noApp
	}
	if err := s.Proved(); err != nil {
		return err
	}
	err := r.store.ChangeCredential(ctx, s.Person, func(c *Credential) error {
		c.TOTP, c.TOTPPending, c.TOTPLast = nil, nil, 0
		return nil
	})
	if err != nil {
		return err
	}
	return r.Record(ctx, s, "totp.removed", fmt.Sprintf("person %d", s.Person), "")
}

// checkCode accepts the code of this half minute or of one beside it, and each of them once (RFC 6238 section 5.2).
func (r *Room) checkCode(c *Credential, sealed []byte, code string) error {
	secret, err := r.Unseal(sealed, totpPlace(c.Person))
	if err != nil {
		return centre.Errorf(centre.Internal, "the stored secret does not open: %w", err)
	}
	now := r.now()
	for _, d := range []int64{0, -1, 1} {
		step := now.Unix()/30 + d
		want, err := totp.GenerateCodeCustom(string(secret), time.Unix(step*30, 0), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return centre.Errorf(centre.Internal, "totp: %w", err)
		}
		if want == code && step > c.TOTPLast {
			c.TOTPLast = step
			return nil
		}
	}
	return centre.ErrorAt(centre.Invalid, "code", "the code is wrong, or has been used")
}
