package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/rulebook"
)

func (a *API) registerConfig() {
	room := a.Rooms.Config
	serve(a, operation{method: http.MethodGet, path: "/api/names", id: "get-names", tag: "config", summary: "What the screens need to name: queues, teams, brands, reasons, pauses, skills, partners, canned texts"},
		func(ctx context.Context, in *struct{ Who }) (rulebook.Names, error) {
			return room.Names(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/config", id: "get-config", tag: "config", summary: "The whole configuration and its version"},
		func(ctx context.Context, in *struct{ Who }) (rulebook.Versioned, error) {
			return room.Current(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/config/check", id: "check-config", tag: "config", limit: 4 << 20, summary: "What applying this configuration would change, and what is wrong with it"},
		func(ctx context.Context, in *struct {
			Who
			Body config.Document
		}) (rulebook.Review, error) {
			return room.Review(ctx, in.Subject, in.Body)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/config/file", id: "check-config-file", tag: "config", limit: 4 << 20, summary: "As check-config, of a configuration file in YAML or JSON: what is wrong is said by line"},
		func(ctx context.Context, in *struct {
			Who
			RawBody []byte `contentType:"application/octet-stream"`
		}) (rulebook.FileReview, error) {
			return room.ReviewFile(ctx, in.Subject, in.RawBody)
		})
	huma.Register(a.huma, operation{method: http.MethodGet, path: "/api/config/file", id: "get-config-file", tag: "config", summary: "The whole configuration as a file in YAML"}.huma(),
		func(ctx context.Context, in *struct{ Who }) (*fileOut, error) {
			version, file, err := room.File(ctx, in.Subject)
			if err != nil {
				return nil, a.problem(err)
			}
			out := attachment(conversation.File{Name: fmt.Sprintf("sentral-%d.yaml", version), Type: "application/yaml"}, file)
			return out, nil
		})
	serve(a, operation{method: http.MethodPut, path: "/api/config", id: "apply-config", tag: "config", limit: 4 << 20, summary: "Apply a whole configuration; an error changes nothing"},
		func(ctx context.Context, in *struct {
			Who
			Base int64  `query:"base" doc:"The version it was made from; refused (409) when another has been applied since."`
			Note string `query:"note" maxLength:"500"`
			Body config.Document
		}) (rulebook.Change, error) {
			return room.Apply(ctx, in.Subject, in.Base, in.Note, in.Body)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/config/changes", id: "list-config-changes", tag: "config", summary: "Who changed what, newest first"},
		func(ctx context.Context, in *struct {
			Who
			Before int64 `query:"before"`
			Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"30"`
		}) ([]rulebook.Change, error) {
			return room.Changes(ctx, in.Subject, in.Before, in.Limit)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/config/undo", id: "undo-config", tag: "config", summary: "Take one change back"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Version int64 `json:"version" doc:"The change to take back."`
			}
		}) (rulebook.Change, error) {
			return room.Undo(ctx, in.Subject, in.Body.Version)
		})
	a.registerRoutingPreview()
	a.registerSections()
}

func (a *API) registerRoutingPreview() {
	serve(a, operation{method: http.MethodPost, path: "/api/preview", id: "preview-routing", tag: "config", summary: "Who would get this contact now, and why"},
		func(ctx context.Context, in *struct {
			Who
			Body contact.Preview
		}) (contact.PreviewResult, error) {
			return a.Rooms.Desk.Preview(ctx, in.Subject, in.Body)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/config/brands/{id}/secret", id: "make-brand-secret", tag: "config", summary: "Make a new secret with which this brand's site signs its visitors' identities; shown once"},
		func(ctx context.Context, in *struct {
			Who
			ID centre.BrandID `path:"id"`
		}) (chat.SecretOf, error) {
			return a.Rooms.Chat.MakeBrandSecret(ctx, in.Subject, in.ID)
		})
}

// registerSections registers the lists of the configuration.
func (a *API) registerSections() {
	room := a.Rooms.Config
	entity(a, "brands", "brand", room.Brands())
	entity(a, "markets", "market", room.Markets())
	entity(a, "skills", "skill", room.Skills())
	entity(a, "partners", "partner", room.Partners())
	entity(a, "teams", "team", room.Teams())
	entity(a, "hours", "opening hours", room.Hours())
	entity(a, "queues", "queue", room.Queues())
	entity(a, "reasons", "reason", room.Reasons())
	entity(a, "pauses", "pause reason", room.Pauses())
	entity(a, "people", "person", room.People())
	entity(a, "canned", "canned text", room.Canned())
	entity(a, "capacities", "capacity", room.Capacities())
	entity(a, "phone-trunks", "trunk", room.Trunks())
	entity(a, "phone-lines", "telephone line", room.PhoneLines())
	entity(a, "phone-scripts", "voice script", room.Scripts())
	entity(a, "phone-purposes", "purpose of recording", room.Purposes())
	entity(a, "phone-notices", "notice to callers", room.PhoneNotices())
	entity(a, "phone-accounts", "desk phone", room.Accounts())
}

// entity registers list, add, change and remove of one section of the configuration.
func entity[T any](a *API, plural, name string, s rulebook.Section[T]) {
	type One struct {
		Who
		ID int32 `path:"id"`
	}
	base := "/api/config/" + plural
	serve(a, operation{method: http.MethodGet, path: base, id: "list-" + plural, tag: "config", summary: "Every " + name},
		func(ctx context.Context, in *struct{ Who }) ([]T, error) { return s.List(ctx, in.Subject) })
	serve(a, operation{method: http.MethodPost, path: base, id: "add-" + plural, tag: "config", summary: "Add a " + name, limit: 256 << 10},
		func(ctx context.Context, in *struct {
			Who
			Body T
		}) (T, error) {
			return s.Add(ctx, in.Subject, in.Body)
		})
	serve(a, operation{method: http.MethodPut, path: base + "/{id}", id: "change-" + plural, tag: "config", summary: "Change a " + name, limit: 256 << 10},
		func(ctx context.Context, in *struct {
			One
			Base int64 `query:"base" doc:"The configuration's version it was read at; refused (409) when this entry has changed since. 0 does not check."`
			Body T
		}) (T, error) {
			return s.Change(ctx, in.Subject, in.ID, in.Base, in.Body)
		})
	run(a, operation{method: http.MethodDelete, path: base + "/{id}", id: "remove-" + plural, tag: "config", summary: "Remove a " + name + " that nothing refers to"},
		func(ctx context.Context, in *One) error { return s.Remove(ctx, in.Subject, in.ID) })
}
