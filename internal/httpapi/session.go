package httpapi

import (
	"context"
	"net/http"

	"sentral/internal/desk/access"
)

func (a *API) registerSession() {
	room := a.Rooms.Access
	serve(a, operation{method: http.MethodGet, path: "/api/me", id: "get-me", tag: "session", summary: "Who is signed in, and what they may do"},
		func(ctx context.Context, in *struct{ Who }) (access.Me, error) { return room.Me(ctx, in.Subject) })
	run(a, operation{method: http.MethodPut, path: "/api/me/preferences", id: "set-preferences", tag: "session", summary: "Language, look, sounds and shortcuts of this person"},
		func(ctx context.Context, in *struct {
			Who
			Body access.Preferences
		}) error {
			return room.SetPreferences(ctx, in.Subject, in.Body)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/me/sessions", id: "list-sessions", tag: "session", summary: "Where you are signed in"},
		func(ctx context.Context, in *struct{ Who }) ([]access.SessionView, error) {
			return room.Sessions(ctx, in.Subject)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/me/sessions/{id}", id: "end-session", tag: "session", summary: "Sign out elsewhere"},
		func(ctx context.Context, in *struct {
			Who
			ID string `path:"id" maxLength:"64"`
		}) error {
			return room.EndSession(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodPut, path: "/api/me/password", id: "change-password", tag: "session", summary: "Choose a new password"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Old string `json:"old" maxLength:"200"`
				New string `json:"new" minLength:"12" maxLength:"200"`
			}
		}) error {
			return room.ChangePassword(ctx, in.Subject, in.Body.Old, in.Body.New)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/me/totp", id: "begin-totp", tag: "session", summary: "Begin to use an authenticator app"},
		func(ctx context.Context, in *struct{ Who }) (access.TOTPSecret, error) {
			return room.BeginTOTP(ctx, in.Subject)
		})
	run(a, operation{method: http.MethodPut, path: "/api/me/totp", id: "confirm-totp", tag: "session", summary: "Confirm the authenticator app with its first code"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Code string `json:"code" pattern:"^[0-9]{6}$"`
			}
		}) error {
			return room.ConfirmTOTP(ctx, in.Subject, in.Body.Code)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/me/totp", id: "remove-totp", tag: "session", summary: "Stop using the authenticator app (a fresh sign-in is needed)"},
		func(ctx context.Context, in *struct{ Who }) error { return room.RemoveTOTP(ctx, in.Subject) })
	run(a, operation{method: http.MethodPost, path: "/api/me/proof", id: "prove", tag: "session", summary: "Prove again who you are, before a sensitive action: a code of the authenticator app where one is in use, else the password"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Password string `json:"password,omitempty" maxLength:"200"`
				Code     string `json:"code,omitempty" maxLength:"6"`
			}
		}) error {
			return room.Prove(ctx, in.Subject, in.Body.Password, in.Body.Code)
		})
	run(a, operation{method: http.MethodPost, path: "/api/me/proof/passkey", id: "prove-by-passkey", tag: "session", summary: "Prove again who you are with a passkey; the challenge is that of POST /api/session/passkey/begin"},
		func(ctx context.Context, in *struct {
			Who
			Body access.PasskeyAnswer
		}) error {
			return room.ProveByPasskey(ctx, in.Subject, in.Body)
		})
	a.registerPasskeys()
	run(a, operation{method: http.MethodDelete, path: "/api/session", id: "sign-out", tag: "session", summary: "Sign out here"},
		func(ctx context.Context, in *struct{ Who }) error { return room.SignOut(ctx, in.Subject) })
	a.registerPeople()
}

func (a *API) registerPasskeys() {
	room := a.Rooms.Access
	serve(a, operation{method: http.MethodGet, path: "/api/me/passkeys", id: "list-passkeys", tag: "session", summary: "Your passkeys"},
		func(ctx context.Context, in *struct{ Who }) ([]access.PasskeyView, error) {
			return room.Passkeys(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/me/passkeys/begin", id: "begin-passkey", tag: "session", summary: "Begin to add a passkey"},
		func(ctx context.Context, in *struct{ Who }) (access.Ceremony, error) {
			return room.BeginPasskey(ctx, in.Subject)
		})
	run(a, operation{method: http.MethodPost, path: "/api/me/passkeys", id: "add-passkey", tag: "session", summary: "Add the passkey that the browser made"},
		func(ctx context.Context, in *struct {
			Who
			Body access.PasskeyAnswer
		}) error {
			return room.AddPasskey(ctx, in.Subject, in.Body)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/me/passkeys/{id}", id: "remove-passkey", tag: "session", summary: "Remove a passkey"},
		func(ctx context.Context, in *IDIn) error {
			return room.RemovePasskey(ctx, in.Subject, in.ID)
		})
}

func (a *API) registerPeople() {
	room := a.Rooms.Access
	serve(a, operation{method: http.MethodPost, path: "/api/people/{id}/invite", id: "invite-person", tag: "people", summary: "Make a link with which this person chooses a password; used once, good for 24 hours"},
		func(ctx context.Context, in *PersonIn) (access.Invitation, error) {
			return room.Invite(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/people/{id}/second-factor", id: "forget-second-factor", tag: "people", summary: "Take away the authenticator app and the passkeys of somebody who has lost them (a fresh sign-in is needed)"},
		func(ctx context.Context, in *PersonIn) error {
			return room.ForgetSecondFactor(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/people/{id}/sessions", id: "sign-person-out", tag: "people", summary: "Sign this person out everywhere"},
		func(ctx context.Context, in *PersonIn) error {
			return room.SignPersonOut(ctx, in.Subject, in.ID)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/audit", id: "list-audit", tag: "people", summary: "The audit log, newest first"},
		func(ctx context.Context, in *struct {
			Who
			Before int64 `query:"before"`
			Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (access.AuditPage, error) {
			return room.Audit(ctx, in.Subject, in.Before, in.Limit)
		})
}
