package httpapi

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/coder/websocket"

	"sentral/internal/centre"
	"sentral/internal/channel/phone"
	"sentral/internal/desk/access"
)

// registerLines registers the two WebSockets: an agent's line, and a visitor's call from a brand's page. They are not operations, but what is said on them
// is described with the rest.
func (a *API) registerLines(mux *http.ServeMux) {
	for _, t := range []any{phone.LineSaid{}, phone.LineTold{}} {
		a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(t), true, "")
	}
	mux.HandleFunc("GET /api/phone/line", a.agentLine)
	mux.HandleFunc("GET /api/call/line", a.visitorLine)
}

const (
	lineMessage = 64 << 10 // bytes: an offer has a few thousand
	lineBeat    = 5 * time.Second
)

// agentLine carries the line of whoever is signed in, by session only. It ends with the session.
func (a *API) agentLine(w http.ResponseWriter, r *http.Request) {
	cookie := ""
	if c, err := r.Cookie(access.CookieName); err == nil {
		cookie = c.Value
	}
	s, err := a.Rooms.Access.Identify(r.Context(), cookie, "")
	if err != nil {
		a.refuse(w, err)
		return
	}
	options := &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled}
	if u, err := url.Parse(a.Rooms.Phone.Address); err == nil {
		options.OriginPatterns = []string{u.Host}
	}
	a.carry(w, r, options, func(ctx context.Context, end phone.LineEnd, close func(error)) error {
		go a.watch(ctx, s, close)
		return a.Rooms.Phone.Line(ctx, s, end)
	})
}

// visitorLine carries a visitor's call. The room asks whether the site may do that.
func (a *API) visitorLine(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v := phone.Visitor{Key: q.Get("key"), Language: q.Get("language"), Origin: r.Header.Get("Origin"), Address: r.RemoteAddr}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		v.Address = host
	}
	a.carry(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled, InsecureSkipVerify: true}, func(ctx context.Context, end phone.LineEnd, _ func(error)) error {
		return a.Rooms.Phone.VisitorLine(ctx, v, end)
	})
}

// carry opens a WebSocket, lets serve use it, and closes it with why.
func (a *API) carry(w http.ResponseWriter, r *http.Request, o *websocket.AcceptOptions, serve func(ctx context.Context, end phone.LineEnd, close func(error)) error) {
	conn, err := websocket.Accept(w, r, o)
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(lineMessage)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() { // a browser that has gone without a word is missed
		beat := time.NewTicker(lineBeat)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				ping, done := context.WithTimeout(ctx, lineBeat)
				err := conn.Ping(ping)
				done()
				if err != nil {
					cancel()
					return
				}
			}
		}
	}()
	end := phone.LineEnd{
		Hear: func(ctx context.Context) (said phone.LineSaid, err error) {
			kind, b, err := conn.Read(ctx)
			if err == nil && (kind != websocket.MessageText || json.Unmarshal(b, &said) != nil) {
				err = centre.Errorf(centre.Invalid, "this is not a message of a line")
			}
			return said, err
		},
		Tell: func(ctx context.Context, t phone.LineTold) error {
			b, err := json.Marshal(t)
			if err != nil {
				return err
			}
			ctx, done := context.WithTimeout(ctx, writeDeadline)
			defer done()
			return conn.Write(ctx, websocket.MessageText, b)
		},
	}
	ended := make(chan error, 1)
	err = serve(ctx, end, func(err error) {
		select {
		case ended <- err:
		default:
		}
		cancel()
	})
	select {
	case err = <-ended:
	default:
	}
	switch {
	case err == nil || centre.KindOf(err) == centre.Internal:
		_ = conn.Close(websocket.StatusNormalClosure, "")
	case centre.KindOf(err) == centre.Unknown:
		_ = conn.Close(4401, "the session has ended")
	default:
		why := err.Error()
		_ = conn.Close(4400+websocket.StatusCode(centre.KindOf(err)), why[:min(len(why), 100)])
	}
}
