package access

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"sentral/internal/centre"
)

// ceremony is one WebAuthn challenge that waits for its answer.
type ceremony struct {
	person centre.AgentID // zero when signing in: the passkey says who
	data   webauthn.SessionData
	until  time.Time
}

const (
	ceremonyMinutes = 5
	ceremoniesMost  = 10_000
)

// relyingParty binds passkeys to the centre's public address. Browsers know no passkeys for bare network addresses, so those give nil: passkeys are
// then refused with a reason and everything else works.
func relyingParty(address, organisation string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, centre.Errorf(centre.Invalid, "public address %q: want one such as https://kundeservice.nordlys.example", address)
	}
	if net.ParseIP(u.Hostname()) != nil {
		return nil, nil
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: organisation, RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, centre.Errorf(centre.Invalid, "passkeys for %s: %w", address, err)
	}
	return w, nil
}

// holder is a person as the WebAuthn library wants to see one.
type holder struct {
	person Person
	keys   []webauthn.Credential
}

func (h holder) WebAuthnID() []byte { return binary.BigEndian.AppendUint64(nil, uint64(h.person.ID)) }

func (h holder) WebAuthnName() string { return h.person.Email }

func (h holder) WebAuthnDisplayName() string { return h.person.Name }

func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (r *Room) holder(ctx context.Context, id centre.AgentID) (holder, error) {
	p, ok := r.people.Person(id)
	if !ok || !p.Active {
		return holder{}, centre.Errorf(centre.Unknown, "nobody here has this passkey")
	}
	rows, err := r.store.Passkeys(ctx, id)
	if err != nil {
		return holder{}, err
	}
	h := holder{person: p}
	for _, row := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal(row.Body, &c); err != nil {
			return holder{}, centre.Errorf(centre.Internal, "passkey %d: %w", row.ID, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

func (r *Room) begin(person centre.AgentID, options any, data *webauthn.SessionData) (Ceremony, error) {
	body, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, centre.Errorf(centre.Internal, "passkey: %w", err)
	}
	id, _ := newToken()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for k, c := range r.ceremonies {
		if now.After(c.until) {
			delete(r.ceremonies, k)
		}
	}
	if len(r.ceremonies) >= ceremoniesMost {
		return Ceremony{}, centre.Errorf(centre.Exhausted, "too many sign-ins at once: try again in a minute")
	}
	r.ceremonies[id] = ceremony{person: person, data: *data, until: now.Add(ceremonyMinutes * time.Minute)}
	return Ceremony{ID: id, Options: body}, nil
}

// take hands out a ceremony once.
func (r *Room) take(id string) (ceremony, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.ceremonies[id]
	delete(r.ceremonies, id)
	if !ok || r.now().After(c.until) {
		return ceremony{}, centre.ErrorAt(centre.Conflict, "id", "this has taken too long: begin again")
	}
	return c, nil
}

var noPasskeys = centre.Errorf(centre.Conflict, "passkeys need the centre to have a name of its own as public address, not a bare network address")

var noPerson = centre.Errorf(centre.Forbidden, "a key has no passkeys")

// Passkeys lists a person's passkeys.
func (r *Room) Passkeys(ctx context.Context, s Subject) ([]PasskeyView, error) {
	rows, err := r.store.Passkeys(ctx, s.Person)
	var out []PasskeyView
	for _, row := range rows {
		out = append(out, PasskeyView{ID: row.ID, Name: row.Name, Since: row.Since, Used: row.Used})
	}
	return out, err
}

// BeginPasskey makes the challenge for a new passkey.
func (r *Room) BeginPasskey(ctx context.Context, s Subject) (Ceremony, error) {
	if s.Person == 0 {
		return Ceremony{}, noPerson
	}
	if r.web == nil {
		return Ceremony{}, noPasskeys
	}
	if err := s.Proved(); err != nil {
		return Ceremony{}, err
	}
	h, err := r.holder(ctx, s.Person)
	if err != nil {
		return Ceremony{}, err
	}
	options, data, err := r.web.BeginRegistration(h,
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, centre.Errorf(centre.Internal, "passkey: %w", err)
	}
	return r.begin(s.Person, options, data)
}

// AddPasskey keeps the passkey that the browser made.
func (r *Room) AddPasskey(ctx context.Context, s Subject, a PasskeyAnswer) error {
	if s.Person == 0 {
		return noPerson
	}
	c, err := r.take(a.ID)
	if err != nil {
		return err
	}
	if c.person != s.Person || r.web == nil {
		return centre.ErrorAt(centre.Forbidden, "id", "this ceremony is somebody else's")
	}
	h, err := r.holder(ctx, s.Person)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBody(bytes.NewReader(a.Credential))
	if err != nil {
		return centre.ErrorAt(centre.Invalid, "credential", "is not an answer of an authenticator")
	}
	made, err := r.web.CreateCredential(h, c.data, parsed)
	if err != nil {
		return centre.ErrorAt(centre.Invalid, "credential", "the authenticator's answer does not fit the challenge")
	}
	body, err := json.Marshal(made)
	if err != nil {
		return centre.Errorf(centre.Internal, "passkey: %w", err)
	}
	name := strings.TrimSpace(a.Name)
	if name == "" {
		name = "Passkey"
	}
	if err := r.store.AddPasskey(ctx, PasskeyRow{Person: s.Person, Credential: made.ID, Name: name, Body: body, Since: r.instant()}); err != nil {
		return err
	}
	return r.Record(ctx, s, "passkey.added", fmt.Sprintf("person %d", s.Person), "")
}

// RemovePasskey forgets one. It needs a fresh sign-in.
func (r *Room) RemovePasskey(ctx context.Context, s Subject, id int64) error {
	if s.Person == 0 {
		return noPerson
	}
	if err := s.Proved(); err != nil {
		return err
	}
	if err := r.store.RemovePasskey(ctx, s.Person, id); err != nil {
		return err
	}
	return r.Record(ctx, s, "passkey.removed", fmt.Sprintf("person %d", s.Person), "")
}

// BeginPasskeySignIn makes a challenge that any passkey of the centre can answer: nobody types an address.
func (r *Room) BeginPasskeySignIn(_ context.Context, address string) (Ceremony, error) {
	if r.web == nil {
		return Ceremony{}, noPasskeys
	}
	if !r.guesses.allow(address) {
		return Ceremony{}, centre.Errorf(centre.Exhausted, "too many attempts from here: wait a minute")
	}
	options, data, err := r.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, centre.Errorf(centre.Internal, "passkey: %w", err)
	}
	return r.begin(0, options, data)
}

// PasskeySignIn takes the authenticator's answer and signs its holder in. A passkey with user verification is two factors in itself.
func (r *Room) PasskeySignIn(ctx context.Context, a PasskeyAnswer, browser string) (SignedIn, error) {
	h, err := r.answered(ctx, a)
	if err != nil {
		return SignedIn{}, err
	}
	return r.open(ctx, h.person, browser, false)
}

// answered finds whose passkey has answered a challenge that anybody's may answer.
func (r *Room) answered(ctx context.Context, a PasskeyAnswer) (holder, error) {
	c, err := r.take(a.ID)
	if err != nil {
		return holder{}, err
	}
	if c.person != 0 || r.web == nil {
		return holder{}, noPasskeys
	}
	parsed, err := protocol.ParseCredentialRequestResponseBody(bytes.NewReader(a.Credential))
	if err != nil {
		return holder{}, centre.ErrorAt(centre.Invalid, "credential", "is not an answer of an authenticator")
	}
	row, err := r.store.PasskeyByCredential(ctx, parsed.RawID)
	if err != nil {
		return holder{}, centre.Errorf(centre.Unknown, "nobody here has this passkey")
	}
	h, err := r.holder(ctx, row.Person)
	if err != nil {
		return holder{}, err
	}
	used, err := r.web.ValidateDiscoverableLogin(func(_, user []byte) (webauthn.User, error) {
		if !bytes.Equal(user, h.WebAuthnID()) {
			return nil, centre.Errorf(centre.Unknown, "nobody here has this passkey")
		}
		return h, nil
	}, c.data, parsed)
	if err != nil || used.Authenticator.CloneWarning {
		return holder{}, centre.Errorf(centre.Unknown, "the passkey's answer does not fit")
	}
	body, err := json.Marshal(used)
	if err != nil {
		return holder{}, centre.Errorf(centre.Internal, "passkey: %w", err)
	}
	if err := r.store.UsePasskey(ctx, row.ID, body, r.instant()); err != nil {
		return holder{}, err
	}
	return h, nil
}
