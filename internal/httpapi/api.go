package httpapi

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/desk/access"
)

// API is every operation, bound to the rooms that carry them out.
type API struct {
	Rooms Rooms
	huma  huma.API
}

// New registers every operation on mux.
func New(mux *http.ServeMux, rooms Rooms) *API {
	huma.DefaultArrayNullable = false // an empty list is [], never null: see listed
	cfg := huma.DefaultConfig("Sentral", "1")
	cfg.Info.Description = "Everything the screens of a Sentral centre do, for integrators too. Times are milliseconds since 1970 (UTC); errors are RFC 9457 problems."
	cfg.CreateHooks = nil // no $schema links in bodies
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/openapi", "", ""
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: access.CookieName},
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key of the centre."},
		"visitor": {Type: "http", Scheme: "bearer", Description: "A visitor's token, given by POST /api/chat/visitor."},
	}
	a := &API{Rooms: rooms, huma: humago.New(mux, cfg)}
	a.huma.UseMiddleware(a.identify)
	a.registerSignIn()
	a.registerSession()
	a.registerDesk()
	a.registerCustomers()
	a.registerWall()
	a.registerConfig()
	a.registerKeys()
	a.registerChat()
	a.registerLive()
	a.registerPhone(mux)
	a.registerTexts()
	return a
}

// schemaName names a schema after its room and type, so that config.Queue and board.Queue are ConfigQueue and BoardQueue.
func schemaName(t reflect.Type, hint string) string {
	var name string
	for _, word := range strings.FieldsFunc(huma.DefaultSchemaNamer(t, hint), func(r rune) bool { return r == '-' || r == ' ' }) {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	room := path.Base(t.PkgPath())
	if t.Name() == "" || room == "." || room == "httpapi" || room == "huma" || room == "v2" {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// OpenAPI gives the description of every operation.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// Who is embedded in the input of every operation that needs somebody signed in.
type Who struct {
	Subject access.Subject `json:"-" hidden:"true"`
}

func (w *Who) subject() access.Subject { return w.Subject }

// IDIn is embedded in the input of operations on something with a number.
type IDIn struct {
	Who
	ID int64 `path:"id"`
}

// PersonIn is embedded in the input of operations on a person.
type PersonIn struct {
	Who
	ID centre.AgentID `path:"id"`
}

type subjectKey struct{}

// Resolve takes the subject that identify found.
func (w *Who) Resolve(ctx huma.Context) []error {
	who, ok := ctx.Context().Value(subjectKey{}).(access.Subject)
	if !ok {
		return []error{huma.Error401Unauthorized("nobody is signed in")}
	}
	w.Subject = who
	return nil
}

// identify finds who is asking, by session cookie, API key or visitor's token, and hands a subject to the operations. Whoever may not ask is refused here, before
// a byte of the body is read: a stranger learns nothing of what a body should look like.
func (a *API) identify(ctx huma.Context, next func(huma.Context)) {
	ways := map[string]bool{}
	for _, way := range ctx.Operation().Security {
		for name := range way {
			ways[name] = true
		}
	}
	var err error
	switch authorization := ctx.Header("Authorization"); {
	case ways["visitor"] && a.Rooms.Chat != nil:
		err = a.Rooms.Chat.Welcome(ctx.Context(), chat.Caller{Authorization: authorization, Origin: ctx.Header("Origin")})
	case ways["session"] && a.Rooms.Access != nil:
		token, _ := strings.CutPrefix(authorization, "Bearer ")
		cookie := ""
		if c, missing := huma.ReadCookie(ctx, access.CookieName); missing == nil {
			cookie = c.Value
		}
		var s access.Subject
		if s, err = a.Rooms.Access.Identify(ctx.Context(), cookie, token); err == nil {
			ctx = huma.WithValue(ctx, subjectKey{}, s)
		}
	}
	if err != nil {
		_, w := humago.Unwrap(ctx)
		a.refuse(w, err)
		return
	}
	next(ctx)
}

// Body wraps a response.
type Body[T any] struct {
	Body T
}

// Nothing is the input of an operation that takes none, or the output of one that gives none.
type Nothing struct{}

type operation struct {
	method, path, id, summary, tag string
	public                         bool // no one needs to be signed in
	visitor                        bool // a chat visitor's token
	status                         int
	limit                          int64 // body bytes; 0 means 64 KiB
}

// serve registers one operation whose handler answers with a body of type O.
func serve[I, O any](a *API, op operation, fn func(ctx context.Context, in *I) (O, error)) {
	huma.Register(a.huma, op.huma(), func(ctx context.Context, in *I) (*Body[O], error) {
		out, err := fn(ctx, in)
		if err != nil {
			return nil, a.problem(err)
		}
		return &Body[O]{Body: listed(out)}, nil
	})
}

// listed turns a list that a room left nil into an empty one, as the description promises.
func listed[O any](out O) O {
	v := reflect.ValueOf(&out).Elem()
	if v.Kind() == reflect.Slice && v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	return out
}

// run registers one operation that answers 204 with no body.
func run[I any](a *API, op operation, fn func(ctx context.Context, in *I) error) {
	op.status = http.StatusNoContent
	huma.Register(a.huma, op.huma(), func(ctx context.Context, in *I) (*Nothing, error) {
		return nil, a.problem(fn(ctx, in))
	})
}

func (o operation) huma() huma.Operation {
	h := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag},
		DefaultStatus: o.status, MaxBodyBytes: 64 << 10, RejectUnknownQueryParameters: true,
	}
	if o.limit > 0 {
		h.MaxBodyBytes = o.limit
	}
	switch {
	case o.visitor:
		h.Security = []map[string][]string{{"visitor": {}}}
	case !o.public:
		h.Security = []map[string][]string{{"session": {}}, {"key": {}}}
	}
	return h
}
