package httpapi

import (
	"context"
	"net/http"

	"sentral/internal/webhook"
)

func (a *API) registerEvents() {
	hooks := a.Rooms.Webhooks
	serve(a, operation{method: http.MethodGet, path: "/api/events", id: "list-events", tag: "integration", summary: "The centre's log after a sequence number: ids and numbers, never words"},
		func(ctx context.Context, in *struct {
			Who
			After int64 `query:"after"`
			Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"200"`
		}) (webhook.EventPage, error) {
			return hooks.Events(ctx, in.Subject, in.After, in.Limit)
		})
	stream(a, operation{method: http.MethodGet, path: "/api/events/live", id: "events-live", tag: "integration", summary: "The centre's log as it grows"},
		map[string]any{"event": webhook.Event{}},
		func(ctx context.Context, in *struct {
			Who
			LastEventID int64 `header:"Last-Event-ID"`
			After       int64 `query:"after"`
		}, send emit) error {
			return hooks.Follow(ctx, in.Subject, max(in.LastEventID, in.After), send)
		})
}
