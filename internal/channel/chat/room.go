package chat

import (
	"context"
	"sentral/internal/centre"
	"sentral/internal/desk/conversation"
)

// Room is the chat.
type Room struct{}

var notOpen = centre.Errorf(centre.Unavailable, "not open yet")

func (r *Room) Brand(ctx context.Context, key, language string) (v0 Brand, err error) {
	return v0, notOpen
}

func (r *Room) Introduce(ctx context.Context, origin string, in Introduction) (v0 Token, err error) {
	return v0, notOpen
}

func (r *Room) Start(ctx context.Context, authorization string, in Start) (v0 Conversation, err error) {
	return v0, notOpen
}

func (r *Room) Conversation(ctx context.Context, authorization string) (v0 Conversation, err error) {
	return v0, notOpen
}

func (r *Room) Write(ctx context.Context, authorization string, key, text string, files []string) (v0 conversation.Message, err error) {
	return v0, notOpen
}

func (r *Room) Typing(ctx context.Context, authorization string) error { return notOpen }

func (r *Room) Read(ctx context.Context, authorization string, message int64) error { return notOpen }

func (r *Room) End(ctx context.Context, authorization string) error { return notOpen }

func (r *Room) Answer(ctx context.Context, authorization string, a SurveyAnswer) error {
	return notOpen
}

func (r *Room) Upload(ctx context.Context, authorization string, name string, body []byte) (v0 conversation.File, err error) {
	return v0, notOpen
}

func (r *Room) File(ctx context.Context, authorization string, id string) (v0 conversation.File, v1 []byte, err error) {
	return v0, v1, notOpen
}

func (r *Room) Transcript(ctx context.Context, authorization string, id centre.ContactID) (v0 string, v1 string, err error) {
	return v0, v1, notOpen
}

func (r *Room) Follow(ctx context.Context, authorization string, after int64, send func(seq int64, event string, data any) error) error {
	return notOpen
}
