package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sort"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/board"
	"sentral/internal/channel/chat"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
)

const (
	heartbeat     = 15 * time.Second
	writeDeadline = 10 * time.Second
)

// emit writes one event of a stream. Seq goes out as the event's id, so that a browser resumes by the last one it saw; zero sends no id. A negative one
// says what the event is of without being a place to resume from, since more of the same is to come: it goes out as a field of our own, which
// readers that do not know it pass over (HTML standard, section 9.2.6).
type emit func(seq int64, event string, data any) error

func (a *API) registerLive() {
	stream(a, operation{method: http.MethodGet, path: "/api/live", id: "desk-live", tag: "desk", summary: "The desk as it changes: a snapshot first, then what is new, by sequence number"},
		contact.StreamEvents(),
		func(ctx context.Context, in *struct {
			Who
			LastEventID int64 `header:"Last-Event-ID"`
			After       int64 `query:"after" doc:"As Last-Event-ID, for clients that cannot set headers."`
		}, send emit) error {
			return a.Rooms.Desk.Follow(ctx, in.Subject, max(in.LastEventID, in.After), send)
		})
	stream(a, operation{method: http.MethodGet, path: "/api/wall/live", id: "wall-live", tag: "wall", summary: "One page of the wall, whole, at most twice a second"},
		map[string]any{"wall": board.Wall{}},
		func(ctx context.Context, in *struct {
			Who
			board.Filter
		}, send emit) error {
			return a.Rooms.Board.Follow(ctx, in.Subject, in.Filter, send)
		})
	stream(a, operation{method: http.MethodGet, path: "/api/chat/live", id: "chat-live", tag: "chat", visitor: true, summary: "The visitor's conversation as it changes"},
		chat.StreamEvents(),
		func(ctx context.Context, in *struct {
			Visitor
			LastEventID int64 `header:"Last-Event-ID"`
		}, send emit) error {
			return a.Rooms.Chat.Follow(ctx, in.caller(), in.LastEventID, send)
		})
	a.registerEvents()
}

// stream registers a server-sent event stream whose events and payloads are part of the description.
func stream[I any](a *API, op operation, events map[string]any, fn func(ctx context.Context, in *I, send emit) error) {
	h := op.huma()
	h.Responses = map[string]*huma.Response{"200": {
		Description: "A stream of events", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: streamSchema(a.huma, events)}},
	}}
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) { pump(a, hc, in, fn) }}, nil
	})
}

// pump carries one stream until the client leaves, the room ends it or a write stalls.
func pump[I any](a *API, hc huma.Context, in *I, fn func(ctx context.Context, in *I, send emit) error) {
	hc.SetHeader("Content-Type", "text/event-stream")
	hc.SetHeader("Cache-Control", "no-store")
	hc.SetHeader("X-Accel-Buffering", "no")
	w := hc.BodyWriter()
	rw, _ := w.(http.ResponseWriter)
	control := http.NewResponseController(rw)
	ctx, cancel := context.WithCancel(hc.Context())
	defer cancel()
	lines := make(chan []byte)
	written := make(chan struct{})
	go func() { // the one writer: events from the room and heartbeats between them
		defer close(written)
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		for {
			var b []byte
			select {
			case <-ctx.Done():
				return
			case b = <-lines:
			case <-beat.C:
				b = []byte(": still here\n\n")
			}
			_ = control.SetWriteDeadline(time.Now().Add(writeDeadline))
			if _, err := w.Write(b); err != nil {
				cancel()
				return
			}
			_ = control.Flush()
		}
	}()
	put := func(b []byte) error {
		select {
		case lines <- b:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := put([]byte("retry: 1000\n\n"))
	if who, ok := any(in).(interface{ subject() access.Subject }); ok {
		go a.watch(ctx, who.subject(), func(err error) {
			_ = put(fmt.Appendf(nil, "event: problem\ndata: %s\n\n", a.problemJSON(err)))
			cancel()
		})
	}
	if err == nil {
		err = fn(ctx, in, func(seq int64, event string, data any) error {
			b, err := json.Marshal(data)
			if err != nil {
				return err
			}
			id := ""
			switch {
			case seq > 0:
				id = fmt.Sprintf("id: %d\n", seq)
			case seq < 0:
				id = fmt.Sprintf("seq: %d\n", -seq)
			}
			return put(fmt.Appendf(nil, "%sevent: %s\ndata: %s\n\n", id, event, b))
		})
	}
	if err != nil && ctx.Err() == nil {
		_ = put(fmt.Appendf(nil, "event: problem\ndata: %s\n\n", a.problemJSON(err)))
	}
	cancel()
	<-written
}

// recheck is how often a running stream asks whether its session or key still holds.
const recheck = 2 * time.Second

// watch ends a stream once whoever it is for has been signed out, or may do less than when it began.
func (a *API) watch(ctx context.Context, s access.Subject, end func(error)) {
	tick := time.NewTicker(recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.Rooms.Access.Still(ctx, s); err != nil && ctx.Err() == nil {
				end(err)
				return
			}
		}
	}
}

func (a *API) problemJSON(err error) []byte {
	b, _ := json.Marshal(a.problem(err))
	return b
}

// streamSchema describes the events of a stream the way OpenAPI readers expect: an array of one-of, each with its event name and payload.
func streamSchema(api huma.API, events map[string]any) *huma.Schema {
	names := make([]string, 0, len(events))
	for n := range events {
		names = append(names, n)
	}
	sort.Strings(names)
	var kinds []*huma.Schema
	for _, n := range names {
		t := reflect.TypeOf(events[n])
		data := api.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
		kinds = append(kinds, &huma.Schema{Type: "object", Required: []string{"event", "data"}, Properties: map[string]*huma.Schema{
			"id":    {Type: "integer", Description: "The sequence number."},
			"event": {Type: "string", Extensions: map[string]any{"const": n}},
			"data":  data,
		}})
	}
	return &huma.Schema{Type: "array", Items: &huma.Schema{OneOf: kinds}}
}
