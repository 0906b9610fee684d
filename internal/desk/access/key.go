package access

import (
	"context"
	"fmt"
	"slices"

	"sentral/internal/centre"
)

// keyPrefix begins every API key, so that scanners of leaked secrets can find one.
const keyPrefix = "sentral_"

// byKey finds whose an API key is.
func (r *Room) byKey(ctx context.Context, secret string) (Subject, error) {
	hash := hashToken(secret)
	if s, ok := r.recall(hash); ok {
		return s, nil
	}
	k, err := r.store.KeyByHash(ctx, hash)
	now := r.instant()
	if err != nil && centre.KindOf(err) != centre.Missing {
		return Subject{}, err
	}
	if err != nil || now >= k.Expires {
		return Subject{}, centre.Errorf(centre.Unknown, "this key is unknown, revoked or too old")
	}
	if now.Sub(k.Used).Minutes() >= 1 {
		if err := r.store.UseKey(ctx, k.ID, now); err != nil {
			return Subject{}, err
		}
	}
	s := Subject{Key: k.ID, Name: k.Name, Grants: k.Grants}
	r.keep(hash, s)
	return s, nil
}

// Keys lists the API keys.
func (r *Room) Keys(ctx context.Context, s Subject) ([]KeyView, error) {
	if !Everywhere(s, ManageKeys) {
		return nil, denied(ManageKeys)
	}
	rows, err := r.store.Keys(ctx)
	var out []KeyView
	for _, k := range rows {
		out = append(out, k.view())
	}
	return out, err
}

func (k KeyRow) view() KeyView {
	return KeyView{ID: k.ID, Name: k.Name, Prefix: k.Prefix, Grants: k.Grants, Since: k.Since, Used: k.Used, Expires: k.Expires}
}

// AddKey makes an API key. Nobody can give a key more than they hold themselves. It needs a fresh sign-in: a key lives longer than any session.
func (r *Room) AddKey(ctx context.Context, s Subject, n NewKey) (KeySecret, error) {
	if !Everywhere(s, ManageKeys) || s.Key != 0 {
		return KeySecret{}, denied(ManageKeys)
	}
	if err := s.Proved(); err != nil {
		return KeySecret{}, err
	}
	for i, g := range n.Grants {
		if _, ok := table[g.Role]; !ok {
			return KeySecret{}, centre.ErrorAt(centre.Invalid, fmt.Sprintf("grants[%d].role", i), "%q is not a role", g.Role)
		}
		if (g.Scope.Kind == ScopeOrganisation) != (g.Scope.ID == 0) || (r.options.Knows != nil && !r.options.Knows(g.Scope)) {
			return KeySecret{}, centre.ErrorAt(centre.Invalid, fmt.Sprintf("grants[%d].scope", i), "there is no %s %d", g.Scope.Kind, g.Scope.ID)
		}
		if !gives(s, g) {
			return KeySecret{}, centre.ErrorAt(centre.Forbidden, fmt.Sprintf("grants[%d]", i), "is more than you may do yourself")
		}
	}
	token, _ := newToken()
	secret := keyPrefix + token
	now := r.instant()
	k := KeyRow{
		Hash: hashToken(secret), Name: n.Name, Prefix: secret[:len(keyPrefix)+6], Grants: n.Grants, By: s.Person,
		Since: now, Expires: now + centre.Instant(n.Days)*24*3600_000,
	}
	var err error
	if k.ID, err = r.store.AddKey(ctx, k); err != nil {
		return KeySecret{}, err
	}
	if err := r.Record(ctx, s, "key.added", fmt.Sprintf("key %d", k.ID), ""); err != nil {
		return KeySecret{}, err
	}
	return KeySecret{KeyView: k.view(), Secret: secret}, nil
}

// gives tells whether somebody holds everything that a grant would give: each of its actions, as far, and as widely.
func gives(s Subject, g Grant) bool {
	for a, far := range table[g.Role] {
		if !slices.ContainsFunc(s.Grants, func(mine Grant) bool {
			return table[mine.Role][a] >= far && (mine.Scope.Kind == ScopeOrganisation || mine.Scope == g.Scope)
		}) {
			return false
		}
	}
	return true
}

// RemoveKey revokes a key at once.
func (r *Room) RemoveKey(ctx context.Context, s Subject, id int64) error {
	if !Everywhere(s, ManageKeys) {
		return denied(ManageKeys)
	}
	if err := r.store.RemoveKey(ctx, id); err != nil {
		return err
	}
	r.Forget()
	return r.Record(ctx, s, "key.removed", fmt.Sprintf("key %d", id), "")
}
