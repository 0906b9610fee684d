package httpapi

import (
	"context"
	"net/http"

	"sentral/internal/centre"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
)

// Key is the sender's own key of a command: a repeated command with the same key is answered like the first and done once.
type Key struct {
	Key string `json:"key" minLength:"8" maxLength:"64" doc:"Made by the client, unique per command."`
}

// ContactIn is embedded in the input of operations on one contact; it is exported because huma reads no parameter of an unexported embedded struct.
type ContactIn struct {
	Who
	ID centre.ContactID `path:"id"`
}

type offerIn struct {
	Who
	ID centre.OfferID `path:"id"`
}

func (a *API) registerDesk() {
	desk := a.Rooms.Desk
	serve(a, operation{method: http.MethodGet, path: "/api/desk", id: "get-desk", tag: "desk", summary: "Everything an agent's desk needs at start"},
		func(ctx context.Context, in *struct{ Who }) (contact.Desk, error) { return desk.Desk(ctx, in.Subject) })

	serve(a, operation{method: http.MethodPut, path: "/api/desk/status", id: "set-status", tag: "desk", summary: "Say whether you take contacts"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Status string         `json:"status" enum:"offline,ready,direct_only,paused"`
				Pause  centre.PauseID `json:"pause_id,omitempty" doc:"Required with paused."`
			}
		}) (contact.Agent, error) {
			return desk.SetStatus(ctx, in.Subject, in.Body.Status, in.Body.Pause)
		})

	run(a, operation{method: http.MethodPut, path: "/api/desk/here", id: "still-here", tag: "desk", summary: "The desk's heartbeat, every few seconds: whoever is not heard for a while is taken for lost and gets no offers"},
		func(ctx context.Context, in *struct{ Who }) error { return desk.Here(ctx, in.Subject) })
	serve(a, operation{method: http.MethodPost, path: "/api/offers/{id}/accept", id: "accept-offer", tag: "desk", summary: "Take the contact offered"},
		func(ctx context.Context, in *offerIn) (contact.Detail, error) {
			return desk.Accept(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodPost, path: "/api/offers/{id}/decline", id: "decline-offer", tag: "desk", summary: "Let somebody else have it"},
		func(ctx context.Context, in *offerIn) error { return desk.Decline(ctx, in.Subject, in.ID) })

	serve(a, operation{method: http.MethodGet, path: "/api/contacts/{id}", id: "get-contact", tag: "contacts", summary: "Open one contact"},
		func(ctx context.Context, in *ContactIn) (contact.Detail, error) {
			return desk.Open(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodPut, path: "/api/contacts/{id}/presence", id: "set-presence", tag: "contacts", summary: "Say that you have it open, or have left it"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Here   bool `json:"here"`
				Typing bool `json:"typing"`
			}
		}) error {
			return desk.Present(ctx, in.Subject, in.ID, in.Body.Here, in.Body.Typing)
		})

	a.registerTalk()
	a.registerHandling()
	a.registerHandOver()
}

// registerTalk registers what is said on a contact.
func (a *API) registerTalk() {
	desk := a.Rooms.Desk
	serve(a, operation{method: http.MethodGet, path: "/api/contacts/{id}/messages", id: "list-messages", tag: "contacts", summary: "Older messages, a page at a time"},
		func(ctx context.Context, in *struct {
			ContactIn
			Before int64 `query:"before" doc:"Messages with a lower id than this."`
			Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"30"`
		}) (messagePage, error) {
			m, more, err := desk.Messages(ctx, in.Subject, in.ID, in.Before, in.Limit)
			return messagePage{Messages: m, More: more}, err
		})
	serve(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/messages", id: "send-message", tag: "contacts", summary: "Write to the customer"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Key
				Text  string   `json:"text" maxLength:"8000"`
				Files []string `json:"files" maxItems:"10" required:"false" nullable:"false" doc:"Ids given by POST /api/files."`
				After int64    `json:"after" doc:"The newest message the writer had seen; refused (409) when a colleague has answered since."`
			}
		}) (conversation.Message, error) {
			return desk.Reply(ctx, in.Subject, in.ID, contact.Reply{Key: in.Body.Key.Key, Text: in.Body.Text, Files: in.Body.Files, After: in.Body.After})
		})
	serve(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/notes", id: "add-note", tag: "contacts", summary: "Write an internal note; the customer never sees it"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Key
				Text string `json:"text" minLength:"1" maxLength:"8000"`
			}
		}) (conversation.Note, error) {
			return desk.Note(ctx, in.Subject, in.ID, in.Body.Key.Key, in.Body.Text)
		})
	run(a, operation{method: http.MethodPut, path: "/api/contacts/{id}/read", id: "mark-read", tag: "contacts", summary: "The messages up to this one have been seen"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Message int64 `json:"message_id"`
			}
		}) error {
			return desk.Read(ctx, in.Subject, in.ID, in.Body.Message)
		})
	run(a, operation{method: http.MethodPut, path: "/api/contacts/{id}/draft", id: "save-draft", tag: "contacts", summary: "Keep unsent text; empty text deletes it"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Kind string `json:"kind" enum:"reply,note"`
				Text string `json:"text" maxLength:"8000"`
			}
		}) error {
			return desk.SaveDraft(ctx, in.Subject, in.ID, in.Body.Kind, in.Body.Text)
		})
}

type messagePage struct {
	Messages []conversation.Message `json:"messages" nullable:"false"`
	More     bool                   `json:"more"`
}

// registerHandling registers what ends or moves a contact.
func (a *API) registerHandling() {
	desk := a.Rooms.Desk
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/end", id: "end-contact", tag: "contacts", summary: "The conversation is over; wrap-up begins"},
		func(ctx context.Context, in *ContactIn) error { return desk.End(ctx, in.Subject, in.ID) })
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/wrap-up", id: "wrap-up", tag: "contacts", summary: "Record reason and outcome, and be done"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Reason  centre.ReasonID `json:"reason_id"`
				Outcome string          `json:"outcome" enum:"solved,not_solved,follow_up,wrong_number"`
				Note    string          `json:"note,omitempty" maxLength:"4000"`
			}
		}) error {
			return desk.WrapUp(ctx, in.Subject, in.ID, in.Body.Reason, in.Body.Outcome, in.Body.Note)
		})
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/wrap-up/extend", id: "extend-wrap-up", tag: "contacts", summary: "Ask for more wrap-up time"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Seconds int `json:"seconds" minimum:"10" maximum:"900"`
			}
		}) error {
			return desk.ExtendWrapUp(ctx, in.Subject, in.ID, in.Body.Seconds)
		})
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/requeue", id: "requeue-contact", tag: "contacts", summary: "Give it back; it keeps its place"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Queue centre.QueueID `json:"queue_id,omitempty" doc:"Another queue; the same when left out."`
				Words string         `json:"words,omitempty" maxLength:"2000"`
			}
		}) error {
			return desk.Requeue(ctx, in.Subject, in.ID, in.Body.Queue, in.Body.Words)
		})
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/transfer", id: "transfer-contact", tag: "contacts", summary: "Hand it over, with words"},
		func(ctx context.Context, in *handOver) error {
			return desk.Transfer(ctx, in.Subject, in.ID, in.Body)
		})
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/snooze", id: "snooze-contact", tag: "contacts", summary: "Put a deferred contact away until a time"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Until centre.Instant `json:"until_ms"`
			}
		}) error {
			return desk.Snooze(ctx, in.Subject, in.ID, in.Body.Until)
		})
}

// registerHandOver registers what involves a colleague or a leader.
func (a *API) registerHandOver() {
	desk := a.Rooms.Desk
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/consult", id: "consult", tag: "contacts", summary: "Ask somebody to advise while you keep it"},
		func(ctx context.Context, in *handOver) error {
			return desk.Consult(ctx, in.Subject, in.ID, in.Body)
		})
	run(a, operation{method: http.MethodPost, path: "/api/contacts/{id}/consult/end", id: "end-consult", tag: "contacts", summary: "The advice is over"},
		func(ctx context.Context, in *ContactIn) error { return desk.EndConsult(ctx, in.Subject, in.ID) })
	serve(a, operation{method: http.MethodGet, path: "/api/waiting", id: "list-waiting", tag: "contacts", summary: "Contacts that wait and that you may move, who came first first (leaders)"},
		func(ctx context.Context, in *struct{ Who }) ([]contact.Waiter, error) {
			return desk.Waiting(ctx, in.Subject)
		})
	run(a, operation{method: http.MethodPut, path: "/api/contacts/{id}/priority", id: "prioritise-contact", tag: "contacts", summary: "Move one waiting contact (leaders)"},
		func(ctx context.Context, in *struct {
			ContactIn
			Body struct {
				Priority int `json:"priority" minimum:"0" maximum:"9"`
			}
		}) error {
			return desk.Prioritise(ctx, in.Subject, in.ID, in.Body.Priority)
		})
	run(a, operation{method: http.MethodPut, path: "/api/agents/{id}/status", id: "set-agent-status", tag: "desk", summary: "Set another agent's status (leaders)"},
		func(ctx context.Context, in *struct {
			Who
			ID   centre.AgentID `path:"id"`
			Body struct {
				Status string         `json:"status" enum:"offline,ready,direct_only,paused"`
				Pause  centre.PauseID `json:"pause_id,omitempty"`
			}
		}) error {
			return desk.SetAgentStatus(ctx, in.Subject, in.ID, in.Body.Status, in.Body.Pause)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/agents", id: "list-agents", tag: "desk", summary: "Colleagues a contact can be handed to, and their state"},
		func(ctx context.Context, in *struct{ Who }) ([]contact.Colleague, error) {
			return desk.Colleagues(ctx, in.Subject)
		})
}

type handOver struct {
	ContactIn
	Body contact.HandOver
}
