package access

import (
	"encoding/json"

	"sentral/internal/centre"
)

// Me is who is signed in and what the screens may offer.
type Me struct {
	Agent        centre.AgentID `json:"agent_id"`
	Name         string         `json:"name"`
	Email        string         `json:"email"`
	Team         centre.TeamID  `json:"team_id,omitempty"`
	Organisation string         `json:"organisation"`
	Grants       []Grant        `json:"grants" nullable:"false"`
	Actions      []Action       `json:"actions" nullable:"false" doc:"What this person may do somewhere; the server decides each time."`
	Preferences  Preferences    `json:"preferences"`
	TOTP         bool           `json:"totp" doc:"An authenticator app is in use."`
	Passkeys     int            `json:"passkeys"`
	Fresh        bool           `json:"fresh" doc:"Signed in within the last minutes: sensitive actions are open."`
	Demo         bool           `json:"demo" doc:"This is the demo centre."`
}

// Preferences are a person's own settings of the screens.
type Preferences struct {
	Language  string          `json:"language" enum:"nb,nn,sv,en"`
	Scheme    string          `json:"scheme" enum:"auto,light,dark"`
	Density   string          `json:"density" enum:"compact,roomy"`
	Shortcuts bool            `json:"shortcuts" doc:"Single-key shortcuts (WCAG 2.1.4)."`
	Sounds    bool            `json:"sounds"`
	Desktop   bool            `json:"desktop_notifications"`
	UndoSend  int             `json:"undo_send_seconds" minimum:"0" maximum:"20"`
	Layout    json.RawMessage `json:"layout,omitempty" doc:"What the screens remember: open panels, sizes."`
}

// SessionView is one place where a person is signed in.
type SessionView struct {
	ID      string         `json:"id"`
	Here    bool           `json:"here"`
	Browser string         `json:"browser"`
	Since   centre.Instant `json:"since_ms"`
	Seen    centre.Instant `json:"seen_ms"`
}

// TOTPSecret is what an authenticator app needs.
type TOTPSecret struct {
	Secret string `json:"secret"`
	URI    string `json:"uri"`
	Image  string `json:"image" doc:"The same as a QR code: a data: address of a PNG."`
}

// PasskeyView is one passkey without its keys.
type PasskeyView struct {
	ID    int64          `json:"id"`
	Name  string         `json:"name"`
	Since centre.Instant `json:"since_ms"`
	Used  centre.Instant `json:"used_ms,omitempty"`
}

// Ceremony is the challenge of a WebAuthn ceremony, for navigator.credentials.
type Ceremony struct {
	ID      string          `json:"id"`
	Options json.RawMessage `json:"options"`
}

// PasskeyAnswer is what the browser's authenticator answered.
type PasskeyAnswer struct {
	ID         string          `json:"id" doc:"The ceremony's id."`
	Name       string          `json:"name" maxLength:"60"`
	Credential json.RawMessage `json:"credential"`
}

// Invitation is a link with which a person chooses a password.
type Invitation struct {
	Link    string         `json:"link" doc:"Shown once; used once."`
	Expires centre.Instant `json:"expires_ms"`
}

// AuditLine is one entry of the audit log.
type AuditLine struct {
	ID     int64          `json:"id"`
	At     centre.Instant `json:"at_ms"`
	Who    string         `json:"who"`
	Agent  centre.AgentID `json:"agent_id,omitempty"`
	What   string         `json:"what"`
	Object string         `json:"object,omitempty"`
	Detail string         `json:"detail,omitempty"`
}

// AuditPage is some entries, and whether the chain of hashes holds over them.
type AuditPage struct {
	Lines []AuditLine `json:"lines" nullable:"false"`
	More  bool        `json:"more"`
	Part  bool        `json:"part" doc:"Only the lines about configuration, access and sign-in; the others are for the privacy role."`
	Whole bool        `json:"whole" doc:"Every hash follows from the one before: nothing was changed, removed or reordered."`
}

// KeyView is an API key without its secret.
type KeyView struct {
	ID      int64          `json:"id"`
	Name    string         `json:"name"`
	Prefix  string         `json:"prefix"`
	Grants  []Grant        `json:"grants" nullable:"false"`
	Since   centre.Instant `json:"since_ms"`
	Used    centre.Instant `json:"used_ms,omitempty"`
	Expires centre.Instant `json:"expires_ms,omitempty"`
}

// NewKey asks for an API key.
type NewKey struct {
	Name   string  `json:"name" minLength:"1" maxLength:"60"`
	Grants []Grant `json:"grants" minItems:"1" maxItems:"20" nullable:"false"`
	Days   int     `json:"days" minimum:"1" maximum:"730" default:"365"`
}

// KeySecret is a new key with its secret, shown once.
type KeySecret struct {
	KeyView
	Secret string `json:"secret"`
}
