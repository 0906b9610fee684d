package access

import (
	"context"

	"sentral/internal/centre"
)

// Store keeps credentials, sessions, keys and the audit log. Tokens reach it only as hashes. Times are milliseconds UTC.
type Store interface {
	Credential(ctx context.Context, person centre.AgentID) (Credential, error) // Missing when the person has none
	// ChangeCredential lets fn change a person's credential, an empty one when there is none, while nobody else can; fn's error changes nothing. fn may
	// run more than once and must be quick.
	ChangeCredential(ctx context.Context, person centre.AgentID, fn func(c *Credential) error) error

	AddSession(ctx context.Context, s Session) error
	Session(ctx context.Context, hash string) (Session, error) // Missing when there is none
	TouchSession(ctx context.Context, hash string, seen centre.Instant) error
	ProveSession(ctx context.Context, hash string, proved centre.Instant) error
	SessionsOf(ctx context.Context, person centre.AgentID) ([]Session, error)
	EndSession(ctx context.Context, hash string) error
	EndSessionsOf(ctx context.Context, person centre.AgentID, except string) error
	EndSessionsBefore(ctx context.Context, expired centre.Instant) error

	AddInvitation(ctx context.Context, i InvitationRow) error
	DropInvitationsOf(ctx context.Context, person centre.AgentID) error
	TakeInvitation(ctx context.Context, hash string, now centre.Instant) (InvitationRow, error) // once; Missing afterwards

	Passkeys(ctx context.Context, person centre.AgentID) ([]PasskeyRow, error)
	PasskeyByCredential(ctx context.Context, credential []byte) (PasskeyRow, error)
	AddPasskey(ctx context.Context, p PasskeyRow) error
	UsePasskey(ctx context.Context, id int64, body []byte, at centre.Instant) error
	DropPasskeysOf(ctx context.Context, person centre.AgentID) error
	RemovePasskey(ctx context.Context, person centre.AgentID, id int64) error

	Keys(ctx context.Context) ([]KeyRow, error)
	KeyByHash(ctx context.Context, hash string) (KeyRow, error)
	KeyByID(ctx context.Context, id int64) (KeyRow, error) // Missing when there is none, or it is revoked
	AddKey(ctx context.Context, k KeyRow) (int64, error)
	UseKey(ctx context.Context, id int64, at centre.Instant) error
	RemoveKey(ctx context.Context, id int64) error

	Preferences(ctx context.Context, person centre.AgentID) ([]byte, error) // nil when none
	SavePreferences(ctx context.Context, person centre.AgentID, body []byte) error

	// AppendAudit writes the line that make builds from the newest one, in one transaction, so that the chain has no forks.
	AppendAudit(ctx context.Context, make func(newest AuditRow) AuditRow) error
	AuditPage(ctx context.Context, before int64, limit int) ([]AuditRow, error) // newest first
}

// Credential is how one person proves who they are. Secrets are sealed with the centre's master key before they come here.
type Credential struct {
	Person      centre.AgentID
	Password    string // PHC text; empty when none is chosen
	TOTP        []byte // sealed secret; nil when not in use
	TOTPPending []byte // sealed secret that waits for its first code
	TOTPLast    int64  // the newest time step accepted: a code is good once
	Failures    int    // wrong passwords or codes in a row
	LockedUntil centre.Instant
	Changed     centre.Instant
}

// Session is one place where a person is signed in.
type Session struct {
	Hash    string // SHA-256 of the token
	Person  centre.AgentID
	Pending bool // the password was right, the second factor is still to come
	Browser string
	Since   centre.Instant
	Seen    centre.Instant
	Proved  centre.Instant // when the person last proved who they are
	Expires centre.Instant
}

// InvitationRow is a link with which a person chooses a password.
type InvitationRow struct {
	Hash    string
	Person  centre.AgentID
	Expires centre.Instant
}

// PasskeyRow is one passkey.
type PasskeyRow struct {
	ID         int64
	Person     centre.AgentID
	Credential []byte // the authenticator's id of it
	Name       string
	Body       []byte // webauthn.Credential in JSON
	Since      centre.Instant
	Used       centre.Instant
}

// KeyRow is one API key.
type KeyRow struct {
	ID      int64
	Hash    string
	Name    string
	Prefix  string
	Grants  []Grant
	By      centre.AgentID
	Since   centre.Instant
	Used    centre.Instant
	Expires centre.Instant
}

// AuditRow is one line of the audit log. Hash covers everything in it and the line before.
type AuditRow struct {
	ID     int64
	At     centre.Instant
	Agent  centre.AgentID
	Key    int64
	What   string
	Object string
	Detail string
	Prev   string
	Hash   string
}
