package contact

import (
	"context"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
)

// Room is the desk.
type Room struct{}

var notOpen = centre.Errorf(centre.Unavailable, "not open yet")

func (r *Room) Desk(ctx context.Context, s access.Subject) (v0 Desk, err error) { return v0, notOpen }

func (r *Room) SetStatus(ctx context.Context, s access.Subject, status string, pause centre.PauseID) (v0 Agent, err error) {
	return v0, notOpen
}

func (r *Room) SetAgentStatus(ctx context.Context, s access.Subject, agent centre.AgentID, status string, pause centre.PauseID) error {
	return notOpen
}

func (r *Room) Accept(ctx context.Context, s access.Subject, id centre.OfferID) (v0 Detail, err error) {
	return v0, notOpen
}

func (r *Room) Decline(ctx context.Context, s access.Subject, id centre.OfferID) error {
	return notOpen
}

func (r *Room) Open(ctx context.Context, s access.Subject, id centre.ContactID) (v0 Detail, err error) {
	return v0, notOpen
}

func (r *Room) Present(ctx context.Context, s access.Subject, id centre.ContactID, here, typing bool) error {
	return notOpen
}

func (r *Room) Messages(ctx context.Context, s access.Subject, id centre.ContactID, before int64, limit int) (v0 []conversation.Message, v1 bool, err error) {
	return v0, v1, notOpen
}

func (r *Room) Reply(ctx context.Context, s access.Subject, id centre.ContactID, m Reply) (v0 conversation.Message, err error) {
	return v0, notOpen
}

func (r *Room) Note(ctx context.Context, s access.Subject, id centre.ContactID, key, text string) (v0 conversation.Note, err error) {
	return v0, notOpen
}

func (r *Room) Read(ctx context.Context, s access.Subject, id centre.ContactID, message int64) error {
	return notOpen
}

func (r *Room) SaveDraft(ctx context.Context, s access.Subject, id centre.ContactID, kind, text string) error {
	return notOpen
}

func (r *Room) End(ctx context.Context, s access.Subject, id centre.ContactID) error { return notOpen }

func (r *Room) WrapUp(ctx context.Context, s access.Subject, id centre.ContactID, reason centre.ReasonID, outcome, note string) error {
	return notOpen
}

func (r *Room) ExtendWrapUp(ctx context.Context, s access.Subject, id centre.ContactID, seconds int) error {
	return notOpen
}

func (r *Room) Requeue(ctx context.Context, s access.Subject, id centre.ContactID, queue centre.QueueID, words string) error {
	return notOpen
}

func (r *Room) Transfer(ctx context.Context, s access.Subject, id centre.ContactID, to HandOver) error {
	return notOpen
}

func (r *Room) Consult(ctx context.Context, s access.Subject, id centre.ContactID, to HandOver) error {
	return notOpen
}

func (r *Room) EndConsult(ctx context.Context, s access.Subject, id centre.ContactID) error {
	return notOpen
}

func (r *Room) Snooze(ctx context.Context, s access.Subject, id centre.ContactID, until centre.Instant) error {
	return notOpen
}

func (r *Room) Prioritise(ctx context.Context, s access.Subject, id centre.ContactID, priority int) error {
	return notOpen
}

func (r *Room) Colleagues(ctx context.Context, s access.Subject) (v0 []Colleague, err error) {
	return v0, notOpen
}

func (r *Room) FindCustomers(ctx context.Context, s access.Subject, query string, limit int) (v0 []Customer, err error) {
	return v0, notOpen
}

func (r *Room) Customer(ctx context.Context, s access.Subject, id centre.CustomerID) (v0 Customer, err error) {
	return v0, notOpen
}

func (r *Room) ChangeCustomer(ctx context.Context, s access.Subject, id centre.CustomerID, c CustomerChange) (v0 Customer, err error) {
	return v0, notOpen
}

func (r *Room) Upload(ctx context.Context, s access.Subject, name string, body []byte) (v0 conversation.File, err error) {
	return v0, notOpen
}

func (r *Room) File(ctx context.Context, s access.Subject, id string) (v0 conversation.File, v1 []byte, err error) {
	return v0, v1, notOpen
}

func (r *Room) Preview(ctx context.Context, s access.Subject, p Preview) (v0 PreviewResult, err error) {
	return v0, notOpen
}

func (r *Room) Follow(ctx context.Context, s access.Subject, after int64, send func(seq int64, event string, data any) error) error {
	return notOpen
}
