package httpapi

import (
	"context"
	"net/http"

	"sentral/internal/board"
)

func (a *API) registerWall() {
	serve(a, operation{method: http.MethodGet, path: "/api/wall", id: "get-wall", tag: "wall", summary: "One page of the wall"},
		func(ctx context.Context, in *struct {
			Who
			board.Filter
		}) (board.Wall, error) {
			return a.Rooms.Board.Wall(ctx, in.Subject, in.Filter)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/wall/pages", id: "list-wall-pages", tag: "wall", summary: "The pages this person may see: organisation, brands, teams, partners"},
		func(ctx context.Context, in *struct{ Who }) ([]board.Page, error) {
			return a.Rooms.Board.Pages(ctx, in.Subject)
		})
}
