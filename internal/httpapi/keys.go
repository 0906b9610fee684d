package httpapi

import (
	"context"
	"net/http"

	"sentral/internal/desk/access"
	"sentral/internal/webhook"
)

func (a *API) registerKeys() {
	room, hooks := a.Rooms.Access, a.Rooms.Webhooks
	serve(a, operation{method: http.MethodGet, path: "/api/keys", id: "list-keys", tag: "integration", summary: "API keys, never their secrets"},
		func(ctx context.Context, in *struct{ Who }) ([]access.KeyView, error) {
			return room.Keys(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/keys", id: "add-key", tag: "integration", summary: "Make an API key; its secret is shown once"},
		func(ctx context.Context, in *struct {
			Who
			Body access.NewKey
		}) (access.KeySecret, error) {
			return room.AddKey(ctx, in.Subject, in.Body)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/keys/{id}", id: "remove-key", tag: "integration", summary: "Revoke an API key at once"},
		func(ctx context.Context, in *IDIn) error {
			return room.RemoveKey(ctx, in.Subject, in.ID)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/webhooks", id: "list-webhooks", tag: "integration", summary: "Outgoing webhooks"},
		func(ctx context.Context, in *struct{ Who }) ([]webhook.Hook, error) {
			return hooks.List(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/webhooks", id: "add-webhook", tag: "integration", summary: "Add a webhook; its signing secret is shown once"},
		func(ctx context.Context, in *struct {
			Who
			Body webhook.NewHook
		}) (webhook.Secret, error) {
			return hooks.Add(ctx, in.Subject, in.Body)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/webhooks/{id}", id: "remove-webhook", tag: "integration", summary: "Remove a webhook"},
		func(ctx context.Context, in *IDIn) error {
			return hooks.Remove(ctx, in.Subject, in.ID)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/webhooks/{id}/secret", id: "turn-webhook-secret", tag: "integration", summary: "Give a webhook a new signing secret, shown once; the one before signs beside it for a day"},
		func(ctx context.Context, in *IDIn) (webhook.Secret, error) {
			return hooks.Turn(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodPost, path: "/api/webhooks/{id}/start", id: "start-webhook", tag: "integration", summary: "Set a stopped webhook going again; it is told everything since it stopped"},
		func(ctx context.Context, in *IDIn) error {
			return hooks.Start(ctx, in.Subject, in.ID)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/webhooks/{id}/deliveries", id: "list-deliveries", tag: "integration", summary: "What was sent, and what could not be"},
		func(ctx context.Context, in *struct {
			IDIn
			Before int64 `query:"before"`
			Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) ([]webhook.Delivery, error) {
			return hooks.Deliveries(ctx, in.Subject, in.ID, in.Before, in.Limit)
		})
	run(a, operation{method: http.MethodPost, path: "/api/webhooks/{id}/deliveries/{delivery}/retry", id: "retry-delivery", tag: "integration", summary: "Send one again now"},
		func(ctx context.Context, in *struct {
			IDIn
			Delivery int64 `path:"delivery"`
		}) error {
			return hooks.Retry(ctx, in.Subject, in.ID, in.Delivery)
		})
}
