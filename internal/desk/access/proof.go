package access

import (
	"context"
	"fmt"

	"sentral/internal/centre"
)

// Stale refuses what only somebody may do who has proved within the last minutes who they are: screens ask for the proof and try again.
var Stale = centre.ErrorAt(centre.Forbidden, "proof", "sign in again first: this needs a fresh sign-in")

// Proved returns Stale for a person who has not proved lately who they are. Keys and the program itself are never asked: a key was made after such a proof, and
// there is nobody to ask. What calls it is listed in docs/spec/access.md.
func (s Subject) Proved() error {
	if s.Person != 0 && !s.Fresh {
		return Stale
	}
	return nil
}

// Prove takes a proof that whoever is signed in here still sits here: a code of the authenticator app where one is in use, else the password. It opens
// sensitive actions for some minutes in this one session.
func (r *Room) Prove(ctx context.Context, s Subject, password, code string) error {
	if s.Session == "" {
		return centre.Errorf(centre.Forbidden, "a key proves nothing: sign in")
	}
	c, err := r.guess(ctx, s.Person)
	if err != nil {
		return err
	}
	switch {
	case c.TOTP != nil:
		err = r.store.ChangeCredential(ctx, s.Person, func(c *Credential) error { return r.checkCode(c, c.TOTP, code) })
	case c.Password == "":
		err = centre.ErrorAt(centre.Invalid, "password", "you have none: use your passkey")
	case !passwordFits(c.Password, password):
		err = centre.ErrorAt(centre.Invalid, "password", "is not your password")
	}
	if err != nil {
		return r.noteSlowed(ctx, c, err)
	}
	if err := r.passed(ctx, s.Person, false); err != nil {
		return err
	}
	return r.proved(ctx, s)
}

// ProveByPasskey is Prove with a passkey; the challenge is that of signing in.
func (r *Room) ProveByPasskey(ctx context.Context, s Subject, a PasskeyAnswer) error {
	if s.Session == "" {
		return noPerson
	}
	h, err := r.answered(ctx, a)
	if err != nil {
		return err
	}
	if h.person.ID != s.Person {
		return centre.ErrorAt(centre.Invalid, "credential", "this is somebody else's passkey")
	}
	return r.proved(ctx, s)
}

func (r *Room) proved(ctx context.Context, s Subject) error {
	if err := r.store.ProveSession(ctx, s.Session, r.instant()); err != nil {
		return err
	}
	r.mu.Lock()
	delete(r.known, s.Session)
	r.mu.Unlock()
	return r.Record(ctx, s, "sign_in.proved", fmt.Sprintf("person %d", s.Person), "")
}
