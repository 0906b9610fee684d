package access

import (
	"context"
	"sentral/internal/centre"
)

// Room decides.
type Room struct{}

var notOpen = centre.Errorf(centre.Unavailable, "not open yet")

func (r *Room) Identify(ctx context.Context, cookie, bearer string) (v0 Subject, err error) {
	return v0, notOpen
}

func (r *Room) Me(ctx context.Context, s Subject) (v0 Me, err error) { return v0, notOpen }

func (r *Room) SetPreferences(ctx context.Context, s Subject, p Preferences) error { return notOpen }

func (r *Room) Sessions(ctx context.Context, s Subject) (v0 []SessionView, err error) {
	return v0, notOpen
}

func (r *Room) EndSession(ctx context.Context, s Subject, id string) error { return notOpen }

func (r *Room) ChangePassword(ctx context.Context, s Subject, old, password string) error {
	return notOpen
}

func (r *Room) BeginTOTP(ctx context.Context, s Subject) (v0 TOTPSecret, err error) {
	return v0, notOpen
}

func (r *Room) ConfirmTOTP(ctx context.Context, s Subject, code string) error { return notOpen }

func (r *Room) RemoveTOTP(ctx context.Context, s Subject) error { return notOpen }

func (r *Room) Passkeys(ctx context.Context, s Subject) (v0 []PasskeyView, err error) {
	return v0, notOpen
}

func (r *Room) BeginPasskey(ctx context.Context, s Subject) (v0 Ceremony, err error) {
	return v0, notOpen
}

func (r *Room) AddPasskey(ctx context.Context, s Subject, p PasskeyAnswer) error { return notOpen }

func (r *Room) RemovePasskey(ctx context.Context, s Subject, id int64) error { return notOpen }

func (r *Room) SignOut(ctx context.Context, s Subject) error { return notOpen }

func (r *Room) Invite(ctx context.Context, s Subject, id centre.AgentID) (v0 Invitation, err error) {
	return v0, notOpen
}

func (r *Room) SignPersonOut(ctx context.Context, s Subject, id centre.AgentID) error { return notOpen }

func (r *Room) Audit(ctx context.Context, s Subject, before int64, limit int) (v0 AuditPage, err error) {
	return v0, notOpen
}

func (r *Room) Keys(ctx context.Context, s Subject) (v0 []KeyView, err error) { return v0, notOpen }

func (r *Room) AddKey(ctx context.Context, s Subject, k NewKey) (v0 KeySecret, err error) {
	return v0, notOpen
}

func (r *Room) RemoveKey(ctx context.Context, s Subject, id int64) error { return notOpen }
