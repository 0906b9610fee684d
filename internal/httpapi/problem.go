package httpapi

import (
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/centre"
)

var statusOf = map[centre.Kind]int{
	centre.Internal:    http.StatusInternalServerError,
	centre.Invalid:     http.StatusUnprocessableEntity,
	centre.Forbidden:   http.StatusForbidden,
	centre.Unknown:     http.StatusUnauthorized,
	centre.Missing:     http.StatusNotFound,
	centre.Conflict:    http.StatusConflict,
	centre.Exhausted:   http.StatusTooManyRequests,
	centre.Unavailable: http.StatusServiceUnavailable,
}

// problem turns a room's error into an RFC 9457 problem. What went wrong inside is for the log, never for the caller.
func problem(err error) error {
	if err == nil {
		return nil
	}
	var already huma.StatusError
	if errors.As(err, &already) {
		return already
	}
	kind := centre.KindOf(err)
	p := &huma.ErrorModel{Status: statusOf[kind], Title: http.StatusText(statusOf[kind]), Type: "about:blank#" + kind.String(), Detail: err.Error()}
	if kind == centre.Internal {
		p.Detail = "something went wrong on our side; nothing was saved"
	}
	var at *centre.Error
	if errors.As(err, &at) && at.Where != "" {
		p.Detail = at.Text
		p.Errors = []*huma.ErrorDetail{{Location: at.Where, Message: at.Text}}
	}
	return p
}
