package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/centre"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
)

func (a *API) registerCustomers() {
	desk := a.Rooms.Desk
	serve(a, operation{method: http.MethodGet, path: "/api/customers", id: "find-customers", tag: "customers", summary: "Find customers by name, address or number (logged)"},
		func(ctx context.Context, in *struct {
			Who
			Query string `query:"q" minLength:"2" maxLength:"100"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
		}) ([]contact.Customer, error) {
			return desk.FindCustomers(ctx, in.Subject, in.Query, in.Limit)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/customers/{id}", id: "get-customer", tag: "customers", summary: "One customer with history"},
		func(ctx context.Context, in *struct {
			Who
			ID centre.CustomerID `path:"id"`
		}) (contact.Customer, error) {
			return desk.Customer(ctx, in.Subject, in.ID)
		})
	serve(a, operation{method: http.MethodPatch, path: "/api/customers/{id}", id: "update-customer", tag: "customers", summary: "Correct what is known of a customer"},
		func(ctx context.Context, in *struct {
			Who
			ID   centre.CustomerID `path:"id"`
			Body contact.CustomerChange
		}) (contact.Customer, error) {
			return desk.ChangeCustomer(ctx, in.Subject, in.ID, in.Body)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/files", id: "upload-file", tag: "files", limit: 11 << 20, summary: "Upload an attachment of at most 10 MB; its type is read from its bytes"},
		func(ctx context.Context, in *struct {
			Who
			Name    string `query:"name" minLength:"1" maxLength:"200"`
			RawBody []byte `contentType:"application/octet-stream"`
		}) (conversation.File, error) {
			return desk.Upload(ctx, in.Subject, in.Name, in.RawBody)
		})
	huma.Register(a.huma, operation{method: http.MethodGet, path: "/api/files/{id}", id: "get-file", tag: "files", summary: "Download an attachment"}.huma(),
		func(ctx context.Context, in *struct {
			Who
			ID string `path:"id" maxLength:"64"`
		}) (*fileOut, error) {
			f, body, err := desk.File(ctx, in.Subject, in.ID)
			if err != nil {
				return nil, a.problem(err)
			}
			return attachment(f, body), nil
		})
}

type fileOut struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Sniff       string `header:"X-Content-Type-Options"`
	Body        []byte
}
