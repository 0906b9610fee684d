package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
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

// problem answers with a room's error. What went wrong inside is for the log, never for the caller.
func (a *API) problem(err error) error {
	if kind := centre.KindOf(err); err != nil && (kind == centre.Internal || kind == centre.Unavailable) && !errors.Is(err, context.Canceled) {
		var already huma.StatusError
		if a.Rooms.Log != nil && !errors.As(err, &already) {
			a.Rooms.Log.Error("a request failed", "kind", kind.String(), "error", err)
		}
	}
	return problemOf(err)
}

// problemOf turns a room's error into an RFC 9457 problem.
func problemOf(err error) error {
	if err == nil {
		return nil
	}
	var already huma.StatusError
	if errors.As(err, &already) {
		return already
	}
	kind := centre.KindOf(err)
	p := &huma.ErrorModel{Status: statusOf[kind], Title: http.StatusText(statusOf[kind]), Type: "about:blank#" + kind.String(), Detail: err.Error()}
	switch kind { // what lies behind these is for the log
	case centre.Internal:
		p.Detail = "something went wrong on our side; nothing was saved"
	case centre.Unavailable:
		p.Detail = "the centre cannot answer right now: try again in a moment"
		if errors.Is(err, live.ErrUnknown) {
			p.Detail = "it is not known whether this was saved: send it again, with the same key"
		}
	}
	var at *centre.Error
	if errors.As(err, &at) && at.Where != "" {
		p.Detail = at.Text
		p.Errors = []*huma.ErrorDetail{{Location: at.Where, Message: at.Text}}
	}
	return p
}

// refuse answers a request that reaches no operation.
func (a *API) refuse(w http.ResponseWriter, err error) {
	said := a.problem(err)
	status := http.StatusInternalServerError
	var p huma.StatusError
	if errors.As(said, &p) {
		status = p.GetStatus()
	}
	body, _ := json.Marshal(said)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
