package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sentral/internal/centre"
)

// Attempt is somebody trying to sign in.
type Attempt struct {
	Email    string
	Password string
	Address  string // the network address it came from, to bound guessing; never stored
	Browser  string
}

// SignedIn is how far an attempt came. Token goes into the cookie; with Code set it only opens the second step.
type SignedIn struct {
	Token   string
	Code    bool // a code from the authenticator app is still asked for
	Expires centre.Instant
}

const (
	pendingMinutes = 5
	failuresFree   = 5 // wrong guesses before an account is slowed down
	lockBase       = 30_000
	lockMost       = 15 * 60_000
)

var wrong = centre.Errorf(centre.Unknown, "the address or the password is wrong")

// SignIn takes an address and a password. An unknown address, a wrong password and a person who has left are answered alike, and take as long.
func (r *Room) SignIn(ctx context.Context, a Attempt) (SignedIn, error) {
	if !r.guesses.allow(a.Address) {
		return SignedIn{}, centre.Errorf(centre.Exhausted, "too many attempts from here: wait a minute")
	}
	p, known := r.people.ByEmail(a.Email)
	if !known || !p.Active {
		if wait := r.strangers.guess(strings.ToLower(strings.TrimSpace(a.Email))); wait > 0 {
			return SignedIn{}, slowed(wait)
		}
		passwordFits(nobody(), a.Password) // takes as long as a known one
		return SignedIn{}, wrong
	}
	c, err := r.guess(ctx, p.ID)
	if err != nil {
		return SignedIn{}, err
	}
	stored := c.Password
	if stored == "" {
		stored = nobody()
	}
	if !passwordFits(stored, a.Password) {
		return SignedIn{}, r.noteSlowed(ctx, c, wrong)
	}
	if err := r.passed(ctx, p.ID, c.TOTP != nil); err != nil {
		return SignedIn{}, err
	}
	return r.open(ctx, p, a.Browser, c.TOTP != nil)
}

func slowed(wait time.Duration) error {
	return centre.Errorf(centre.Exhausted, "too many attempts for this account: wait %d seconds", wait.Milliseconds()/1000+1)
}

// guess counts an attempt before anybody looks at it, so that many attempts at once are counted as many, and slows the account down: 30 s after the
// fifth, doubling up to 15 minutes - at most some 100 guesses a day. What was right is taken back by passed.
func (r *Room) guess(ctx context.Context, id centre.AgentID) (c Credential, err error) {
	err = r.store.ChangeCredential(ctx, id, func(x *Credential) error {
		now := r.instant()
		if x.LockedUntil > now {
			return slowed(x.LockedUntil.Sub(now))
		}
		x.Failures++
		if over := x.Failures - failuresFree; over >= 0 {
			x.LockedUntil = now + centre.Instant(min(lockMost, lockBase<<min(over, 10)))
		}
		c = *x
		return nil
	})
	return c, err
}

// noteSlowed writes into the audit log that an account has begun to be slowed down, and hands on why the attempt failed.
func (r *Room) noteSlowed(ctx context.Context, c Credential, why error) error {
	if c.Failures == failuresFree {
		if err := r.Record(ctx, Subject{Person: c.Person}, "sign_in.slowed", fmt.Sprintf("person %d", c.Person), ""); err != nil {
			return err
		}
	}
	return why
}

// passed takes a right attempt back from the count. Where a second factor is still to come the earlier wrong ones stay counted.
func (r *Room) passed(ctx context.Context, id centre.AgentID, half bool) error {
	return r.store.ChangeCredential(ctx, id, func(c *Credential) error {
		c.LockedUntil = 0
		if half {
			c.Failures = max(0, c.Failures-1)
		} else {
			c.Failures = 0
		}
		return nil
	})
}

// open makes a new session; its token is new whatever the browser held before.
func (r *Room) open(ctx context.Context, p Person, browser string, pending bool) (SignedIn, error) {
	token, hash := newToken()
	now := r.instant()
	s := Session{Hash: hash, Person: p.ID, Pending: pending, Browser: shorten(browser, 120), Since: now, Seen: now, Proved: now, Expires: now.Add(r.options.Absolute)}
	if pending {
		s.Expires = now + pendingMinutes*60_000
	}
	if err := r.store.AddSession(ctx, s); err != nil {
		return SignedIn{}, err
	}
	if !pending {
		if err := r.Record(ctx, subjectOf(p), "sign_in", fmt.Sprintf("person %d", p.ID), ""); err != nil {
			return SignedIn{}, err
		}
	}
	return SignedIn{Token: token, Code: pending, Expires: s.Expires}, nil
}

func shorten(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// GiveCode is the second step: the code of the authenticator app. The session gets a new token.
func (r *Room) GiveCode(ctx context.Context, token, code, browser string) (SignedIn, error) {
	hash := hashToken(token)
	s, err := r.store.Session(ctx, hash)
	now := r.instant()
	if err != nil || !s.Pending || now >= s.Expires {
		return SignedIn{}, centre.Errorf(centre.Unknown, "this sign-in has taken too long: begin again")
	}
	p, ok := r.people.Person(s.Person)
	if !ok || !p.Active {
		return SignedIn{}, wrong
	}
	c, err := r.guess(ctx, s.Person)
	if err != nil {
		return SignedIn{}, err
	}
	err = r.store.ChangeCredential(ctx, s.Person, func(c *Credential) error {
		if c.TOTP == nil {
			return centre.Errorf(centre.Unknown, "this sign-in has taken too long: begin again")
		}
		if err := r.checkCode(c, c.TOTP, code); err != nil {
			return err
		}
		c.Failures, c.LockedUntil = 0, 0
		return nil
	})
	if err != nil {
		return SignedIn{}, r.noteSlowed(ctx, c, err)
	}
	if err := r.store.EndSession(ctx, hash); err != nil {
		return SignedIn{}, err
	}
	return r.open(ctx, p, browser, false)
}

// SignOut ends the session that asks.
func (r *Room) SignOut(ctx context.Context, s Subject) error {
	if s.Session == "" {
		return centre.Errorf(centre.Forbidden, "a key does not sign out: revoke it")
	}
	return r.end(ctx, s.Session)
}

func (r *Room) end(ctx context.Context, hash string) error {
	r.mu.Lock()
	delete(r.known, hash)
	r.mu.Unlock()
	return r.store.EndSession(ctx, hash)
}

// Sessions lists where a person is signed in. The id shown is a part of the hash: enough to choose by, useless to sign in with.
func (r *Room) Sessions(ctx context.Context, s Subject) ([]SessionView, error) {
	rows, err := r.store.SessionsOf(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	var out []SessionView
	for _, row := range rows {
		if !row.Pending && row.Expires > r.instant() {
			out = append(out, SessionView{ID: row.Hash[:16], Here: row.Hash == s.Session, Browser: row.Browser, Since: row.Since, Seen: row.Seen})
		}
	}
	return out, nil
}

// EndSession signs a person out in one place of their own.
func (r *Room) EndSession(ctx context.Context, s Subject, id string) error {
	rows, err := r.store.SessionsOf(ctx, s.Person)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Hash[:16] == id {
			return r.end(ctx, row.Hash)
		}
	}
	return centre.ErrorAt(centre.Missing, "id", "you are not signed in there")
}

// SignPersonOut ends every session of somebody, at once.
func (r *Room) SignPersonOut(ctx context.Context, s Subject, id centre.AgentID) error {
	p, ok := r.people.Person(id)
	if !Can(s, ManagePeople, Object{Team: p.Team, Partner: p.Partner, Agent: id}) && s.Person != id {
		return denied(ManagePeople)
	}
	if !ok {
		return centre.ErrorAt(centre.Missing, "id", "nobody has the id %d", id)
	}
	r.Forget()
	if err := r.store.EndSessionsOf(ctx, id, ""); err != nil {
		return err
	}
	return r.Record(ctx, s, "person.signed_out", fmt.Sprintf("person %d", id), "")
}

// ChangePassword takes a new password, and ends every other session.
func (r *Room) ChangePassword(ctx context.Context, s Subject, old, password string) error {
	p, ok := r.people.Person(s.Person)
	if !ok {
		return centre.Errorf(centre.Forbidden, "a key has no password")
	}
	c, err := r.credential(ctx, s.Person)
	if err != nil {
		return err
	}
	if c.Password != "" { // who signs in by passkey may have none yet
		if c, err = r.guess(ctx, s.Person); err != nil {
			return err
		}
		if !passwordFits(c.Password, old) {
			return r.noteSlowed(ctx, c, centre.ErrorAt(centre.Invalid, "old", "is not your password"))
		}
	} else if err := s.Proved(); err != nil {
		return err
	}
	if err := checkPassword(password, p.Name, p.Email); err != nil {
		if back := r.passed(ctx, s.Person, true); back != nil {
			return back
		}
		return err
	}
	if err := r.choose(ctx, s.Person, password); err != nil {
		return err
	}
	r.Forget()
	if err := r.store.EndSessionsOf(ctx, s.Person, s.Session); err != nil {
		return err
	}
	return r.Record(ctx, s, "password.changed", fmt.Sprintf("person %d", s.Person), "")
}

// choose keeps a new password.
func (r *Room) choose(ctx context.Context, id centre.AgentID, password string) error {
	hash := hashPassword(password)
	return r.store.ChangeCredential(ctx, id, func(c *Credential) error {
		c.Password, c.Changed, c.Failures, c.LockedUntil = hash, r.instant(), 0, 0
		return nil
	})
}

// SessionFor opens a session for somebody without asking for anything. The demo's simulated agents use it in place of a password; no route reaches it.
func (r *Room) SessionFor(ctx context.Context, id centre.AgentID) (SignedIn, error) {
	p, ok := r.people.Person(id)
	if !ok || !p.Active {
		return SignedIn{}, centre.Errorf(centre.Missing, "nobody active has the id %d", id)
	}
	return r.open(ctx, p, "demo", false)
}
