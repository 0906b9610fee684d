package httpapi

import (
	"context"
	"net/http"

	"sentral/internal/channel/text"
)

// registerTexts registers what administrators do with text messages. Whom they go to and how is in the configuration.
func (a *API) registerTexts() {
	room := a.Rooms.Texts
	serve(a, operation{method: http.MethodGet, path: "/api/phone/texts", id: "get-texts", tag: "phone", summary: "How sending text messages goes: counts, never numbers or words"},
		func(ctx context.Context, in *struct{ Who }) (text.Status, error) {
			return room.Status(ctx, in.Subject)
		})
	run(a, operation{method: http.MethodPut, path: "/api/phone/texts/secret", id: "set-texts-secret", tag: "phone", summary: "Set the secret of the text message provider; it is never shown again, and an empty one takes it away. Needs a fresh sign-in"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Secret string `json:"secret" maxLength:"400"`
			}
		}) error {
			return room.SetSecret(ctx, in.Subject, in.Body.Secret)
		})
	run(a, operation{method: http.MethodPost, path: "/api/phone/texts/test", id: "try-texts", tag: "phone", summary: "Send a test message, by the same rules and limits as any other. Needs a fresh sign-in"},
		func(ctx context.Context, in *struct {
			Who
			Body text.TrialWish
		}) error {
			return room.Try(ctx, in.Subject, in.Body)
		})
}
