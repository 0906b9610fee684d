package httpapi

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/desk/access"
)

// From is embedded where the network address and the browser of somebody who is not signed in matter.
type From struct {
	address, browser string
}

// Resolve reads both from the request.
func (f *From) Resolve(ctx huma.Context) []error {
	f.address, f.browser = ctx.RemoteAddr(), ctx.Header("User-Agent")
	if host, _, err := net.SplitHostPort(f.address); err == nil {
		f.address = host
	}
	return nil
}

type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      struct {
		Code bool `json:"code" doc:"A code of the authenticator app is still asked for: PUT /api/session."`
	}
}

// SessionCookie is the cookie of a session that has come so far.
func SessionCookie(s access.SignedIn) http.Cookie {
	return http.Cookie{
		Name: access.CookieName, Value: s.Token, Path: "/", Expires: time.UnixMilli(int64(s.Expires)), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (a *API) registerSignIn() {
	room := a.Rooms.Access
	answer := func(s access.SignedIn, err error) (*signedIn, error) {
		if err != nil {
			return nil, a.problem(err)
		}
		out := &signedIn{SetCookie: SessionCookie(s)}
		out.Body.Code = s.Code
		return out, nil
	}
	huma.Register(a.huma, operation{method: http.MethodPost, path: "/api/session", id: "sign-in", tag: "session", public: true, summary: "Sign in with address and password"}.huma(),
		func(ctx context.Context, in *struct {
			From
			Body struct {
				Email    string `json:"email" maxLength:"254"`
				Password string `json:"password" maxLength:"200"`
			}
		}) (*signedIn, error) {
			return answer(room.SignIn(ctx, access.Attempt{Email: in.Body.Email, Password: in.Body.Password, Address: in.address, Browser: in.browser}))
		})
	huma.Register(a.huma, operation{method: http.MethodPut, path: "/api/session", id: "give-code", tag: "session", public: true, summary: "The second step: the code of the authenticator app"}.huma(),
		func(ctx context.Context, in *struct {
			From
			Cookie string `cookie:"__Host-sentral"`
			Body   struct {
				Code string `json:"code" pattern:"^[0-9]{6}$"`
			}
		}) (*signedIn, error) {
			return answer(room.GiveCode(ctx, in.Cookie, in.Body.Code, in.browser))
		})
	serve(a, operation{method: http.MethodPost, path: "/api/session/passkey/begin", id: "begin-passkey-sign-in", tag: "session", public: true, summary: "Begin to sign in with a passkey"},
		func(ctx context.Context, in *struct{ From }) (access.Ceremony, error) {
			return room.BeginPasskeySignIn(ctx, in.address)
		})
	huma.Register(a.huma, operation{method: http.MethodPost, path: "/api/session/passkey", id: "passkey-sign-in", tag: "session", public: true, summary: "Sign in with what the authenticator answered"}.huma(),
		func(ctx context.Context, in *struct {
			From
			Body access.PasskeyAnswer
		}) (*signedIn, error) {
			return answer(room.PasskeySignIn(ctx, in.Body, in.browser))
		})
	huma.Register(a.huma, operation{method: http.MethodPost, path: "/api/session/welcome", id: "accept-invitation", tag: "session", public: true, summary: "Choose a password with an invitation, and be signed in"}.huma(),
		func(ctx context.Context, in *struct {
			From
			Body struct {
				Token    string `json:"token" maxLength:"100"`
				Password string `json:"password" maxLength:"200"`
			}
		}) (*signedIn, error) {
			return answer(room.Welcome(ctx, in.Body.Token, in.Body.Password, access.Attempt{Address: in.address, Browser: in.browser}))
		})
}
