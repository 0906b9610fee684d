package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sentral/internal/centre"
)

const invitationHours = 24

// Invite makes a link with which a person chooses a password. It is good once and for 24 hours; the person's old password holds until then. It needs a fresh
// sign-in: whoever holds the link can become that person.
func (r *Room) Invite(ctx context.Context, s Subject, id centre.AgentID) (Invitation, error) {
	p, ok := r.people.Person(id)
	if s.Key != 0 || !Can(s, ManagePeople, Object{Team: p.Team, Partner: p.Partner}) || !within(s, ManagePeople, p) {
		return Invitation{}, denied(ManagePeople)
	}
	if !ok || !p.Active {
		return Invitation{}, centre.ErrorAt(centre.Missing, "id", "no active person has the id %d", id)
	}
	if err := s.Proved(); err != nil {
		return Invitation{}, err
	}
	token, hash := newToken()
	until := r.instant() + invitationHours*3600_000
	if err := r.store.AddInvitation(ctx, InvitationRow{Hash: hash, Person: id, Expires: until}); err != nil {
		return Invitation{}, err
	}
	if err := r.Record(ctx, s, "person.invited", fmt.Sprintf("person %d", id), ""); err != nil {
		return Invitation{}, err
	}
	// The token stands after the # so that it never reaches a log, a proxy or another site's Referer.
	return Invitation{Link: strings.TrimSuffix(r.options.Address, "/") + "/welcome#" + token, Expires: until}, nil
}

// Welcome takes an invitation and the password its holder chose, and signs them in.
func (r *Room) Welcome(ctx context.Context, token, password string, from Attempt) (SignedIn, error) {
	if !r.guesses.allow(from.Address) {
		return SignedIn{}, centre.Errorf(centre.Exhausted, "too many attempts from here: wait a minute")
	}
	if len([]rune(password)) < 12 { // before the link is used up
		return SignedIn{}, checkPassword(password, "", "")
	}
	i, err := r.store.TakeInvitation(ctx, hashToken(token), r.instant())
	if err != nil {
		if centre.KindOf(err) == centre.Missing {
			return SignedIn{}, centre.Errorf(centre.Missing, "this link has been used, or is too old: ask for a new one")
		}
		return SignedIn{}, err
	}
	p, ok := r.people.Person(i.Person)
	if !ok || !p.Active {
		return SignedIn{}, centre.Errorf(centre.Missing, "this link is of no use any more: ask for a new one")
	}
	if err := checkPassword(password, p.Name, p.Email); err != nil {
		if back := r.store.AddInvitation(ctx, i); back != nil {
			return SignedIn{}, back
		}
		return SignedIn{}, err
	}
	if err := r.SetPassword(ctx, i.Person, password); err != nil {
		return SignedIn{}, err
	}
	c, err := r.credential(ctx, i.Person)
	if err != nil {
		return SignedIn{}, err
	}
	return r.open(ctx, p, from.Browser, c.TOTP != nil) // a link is one factor: who has a second is still asked for it
}

// ForgetSecondFactor takes away the authenticator app and the passkeys of somebody who has lost them, and ends their sessions. Their password, or a new
// link, lets them in again. It needs a fresh sign-in.
func (r *Room) ForgetSecondFactor(ctx context.Context, s Subject, id centre.AgentID) error {
	p, ok := r.people.Person(id)
	if s.Key != 0 || !Can(s, ManagePeople, Object{Team: p.Team, Partner: p.Partner}) || !within(s, ManagePeople, p) {
		return denied(ManagePeople)
	}
	if !ok {
		return centre.ErrorAt(centre.Missing, "id", "nobody has the id %d", id)
	}
	if err := s.Proved(); err != nil {
		return err
	}
	err := r.store.ChangeCredential(ctx, id, func(c *Credential) error {
		c.TOTP, c.TOTPPending, c.TOTPLast = nil, nil, 0
		return nil
	})
	if err == nil {
		err = r.store.DropPasskeysOf(ctx, id)
	}
	if err != nil {
		return err
	}
	r.Forget()
	if err := r.store.EndSessionsOf(ctx, id, ""); err != nil {
		return err
	}
	return r.Record(ctx, s, "person.second_factor_removed", fmt.Sprintf("person %d", id), "")
}

// within tells whether somebody reaches no further than who would manage them: whoever makes a link for a person could become that person.
func within(s Subject, a Action, p Person) bool {
	if Everywhere(s, a) {
		return true
	}
	for _, g := range p.Grants {
		if !slices.ContainsFunc(s.Grants, func(mine Grant) bool { return table[mine.Role][a] == all && mine.Scope == g.Scope }) {
			return false
		}
	}
	return true
}

// SetPassword gives a person a password and ends their sessions. The first-run wizard, invitations and the demo use it.
func (r *Room) SetPassword(ctx context.Context, id centre.AgentID, password string) error {
	if err := r.choose(ctx, id, password); err != nil {
		return err
	}
	if err := r.store.DropInvitationsOf(ctx, id); err != nil { // an older link must not open the account again
		return err
	}
	r.Forget()
	if err := r.store.EndSessionsOf(ctx, id, ""); err != nil {
		return err
	}
	return r.Record(ctx, Subject{Person: id}, "password.chosen", fmt.Sprintf("person %d", id), "")
}

// CheckPassword says what is wrong with a password before it is chosen.
func CheckPassword(password, name, email string) error { return checkPassword(password, name, email) }
