package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/centre"
	"sentral/internal/channel/phone"
	"sentral/internal/desk/access"
)

// CallIn is embedded in the input of operations on one live call.
type CallIn struct {
	Who
	ID centre.ContactID `path:"contact_id"`
}

// KeyIn is embedded in the input of operations on something with a key.
type KeyIn struct {
	Who
	Key string `path:"key" maxLength:"45"`
}

func (a *API) registerPhone(mux *http.ServeMux) {
	room := a.Rooms.Phone
	a.registerLines(mux)
	serve(a, operation{method: http.MethodGet, path: "/api/phone/calls", id: "list-calls", tag: "phone", summary: "The calls of now that you may know of"},
		func(ctx context.Context, in *struct{ Who }) ([]phone.LiveCall, error) {
			return room.Live(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/phone/calls", id: "place-call", tag: "phone", summary: "Call a number"},
		func(ctx context.Context, in *struct {
			Who
			Body phone.Place
		}) (phone.Call, error) {
			return room.PlaceCall(ctx, in.Subject, in.Body)
		})
	a.registerDeskPhone()
	a.registerCallWishes()
	serve(a, operation{method: http.MethodGet, path: "/api/phone/spend", id: "get-spend", tag: "phone", summary: "What calls out have cost, and the limits"},
		func(ctx context.Context, in *struct{ Who }) (phone.Spend, error) {
			return room.Spend(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodGet, path: "/api/phone/trunks", id: "list-trunk-states", tag: "phone", summary: "How every trunk is"},
		func(ctx context.Context, in *struct{ Who }) ([]phone.Trunk, error) {
			return room.Trunks(ctx, in.Subject)
		})
	for what, id := range map[string]string{"trunk": "set-trunk-secret", "account": "set-account-secret"} {
		run(a, operation{method: http.MethodPut, path: "/api/phone/" + what + "s/{key}/secret", id: id, tag: "phone", summary: "Set the secret of a " + what + "; it is never shown again, and an empty one takes it away"},
			func(ctx context.Context, in *struct {
				KeyIn
				Body struct {
					Secret string `json:"secret" maxLength:"200"`
				}
			}) error {
				return room.SetSecret(ctx, in.Subject, what, in.Key, in.Body.Secret)
			})
	}
	serve(a, operation{method: http.MethodPost, path: "/api/phone/scripts/preview", id: "preview-script", tag: "phone", summary: "Every path of a voice script, and what is wrong with it"},
		func(ctx context.Context, in *struct {
			Who
			Body phone.Trial
		}) (phone.Tried, error) {
			return room.Preview(ctx, in.Subject, in.Body)
		})
	a.registerPrompts()
	a.registerSpeech()
	a.registerRecordings()
}

// registerDeskPhone registers the choice between browser and desk phone.
func (a *API) registerDeskPhone() {
	room := a.Rooms.Phone
	serve(a, operation{method: http.MethodGet, path: "/api/phone/desk", id: "get-desk-phone", tag: "phone", summary: "Your desk phone, and whether it is your line"},
		func(ctx context.Context, in *struct{ Who }) (phone.DeskPhone, error) {
			return room.DeskPhone(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPut, path: "/api/phone/desk", id: "choose-line", tag: "phone", summary: "Take calls on the desk phone, or on the browser again; it is remembered"},
		func(ctx context.Context, in *struct {
			Who
			Body struct {
				Line string `json:"line" enum:"browser,desk"`
			}
		}) (phone.DeskPhone, error) {
			return room.ChooseLine(ctx, in.Subject, in.Body.Line == "desk")
		})
}

// registerCallWishes registers what somebody in a call can do with it. Transfers and consultations to people of the centre are the desk's own.
func (a *API) registerCallWishes() {
	room := a.Rooms.Phone
	type switched struct {
		CallIn
		Body struct {
			On bool `json:"on"`
		}
	}
	for _, w := range []struct {
		do, id, summary string
		fn              func(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error
	}{
		{"hold", "hold-call", "Put the customer on hold, or take them back", func(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error {
			return room.Hold(ctx, s, id, on)
		}},
		{"mute", "mute-call", "Be unheard in the call, or heard again", func(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error {
			return room.Mute(ctx, s, id, on)
		}},
		{"conference", "confer", "Let everybody in the call hear one another, or part the customer again", func(ctx context.Context, s access.Subject, id centre.ContactID, on bool) error {
			return room.Conference(ctx, s, id, on)
		}},
	} {
		run(a, operation{method: http.MethodPost, path: "/api/phone/calls/{contact_id}/" + w.do, id: w.id, tag: "phone", summary: w.summary},
			func(ctx context.Context, in *switched) error { return w.fn(ctx, in.Subject, in.ID, in.Body.On) })
	}
	run(a, operation{method: http.MethodPost, path: "/api/phone/calls/{contact_id}/digits", id: "press-keys", tag: "phone", summary: "Press keys towards whoever is on the line"},
		func(ctx context.Context, in *struct {
			CallIn
			Body struct {
				Keys string `json:"keys" pattern:"^[0-9*#]{1,32}$"`
			}
		}) error {
			return room.Keys(ctx, in.Subject, in.ID, in.Body.Keys)
		})
	run(a, operation{method: http.MethodPost, path: "/api/phone/calls/{contact_id}/outside", id: "call-outside", tag: "phone", summary: "Ring a number outside for the call: to ask, to confer, or to hand the customer over"},
		func(ctx context.Context, in *struct {
			CallIn
			Body phone.OutsideWish
		}) error {
			return room.Outside(ctx, in.Subject, in.ID, in.Body)
		})
	run(a, operation{method: http.MethodPost, path: "/api/phone/calls/{contact_id}/recording", id: "handle-recording", tag: "phone", summary: "Pause the recording (for card data), go on, or delete it"},
		func(ctx context.Context, in *struct {
			CallIn
			Body struct {
				Do string `json:"do" enum:"pause,resume,delete"`
			}
		}) error {
			return room.Record(ctx, in.Subject, in.ID, in.Body.Do)
		})
	run(a, operation{method: http.MethodPost, path: "/api/phone/calls/{contact_id}/listen", id: "listen-to-call", tag: "phone", summary: "Listen in, whisper to the agent, or speak with everybody (leaders); logged and shown to the agent"},
		func(ctx context.Context, in *struct {
			CallIn
			Body struct {
				Mode string `json:"mode" enum:"listen,whisper,barge,off"`
			}
		}) error {
			return room.Listen(ctx, in.Subject, in.ID, in.Body.Mode)
		})
	run(a, operation{method: http.MethodPost, path: "/api/phone/calls/{contact_id}/hangup", id: "hang-up", tag: "phone", summary: "Hang up"},
		func(ctx context.Context, in *CallIn) error { return room.HangUp(ctx, in.Subject, in.ID) })
}

// largestPrompt is how large a sound file may be: half an hour at 16 kHz, or some minutes in the quality of a studio.
const largestPrompt = 64 << 20

func (a *API) registerPrompts() {
	room := a.Rooms.Phone
	serve(a, operation{method: http.MethodGet, path: "/api/phone/prompts", id: "list-prompts", tag: "phone", summary: "The sound files that callers hear"},
		func(ctx context.Context, in *struct{ Who }) ([]phone.Prompt, error) {
			return room.Prompts(ctx, in.Subject)
		})
	serve(a, operation{method: http.MethodPut, path: "/api/phone/prompts/{key}", id: "save-prompt", tag: "phone", summary: "Put a WAV file in place of an earlier one", limit: largestPrompt},
		func(ctx context.Context, in *struct {
			KeyIn
			Name    string `query:"name" maxLength:"200"`
			RawBody []byte `contentType:"audio/wav"`
		}) (phone.Prompt, error) {
			return room.SavePrompt(ctx, in.Subject, in.Key, in.Name, in.RawBody)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/phone/prompts/{key}", id: "remove-prompt", tag: "phone", summary: "Delete a sound file"},
		func(ctx context.Context, in *KeyIn) error { return room.RemovePrompt(ctx, in.Subject, in.Key) })
	sound(a, operation{method: http.MethodGet, path: "/api/phone/prompts/{key}", id: "get-prompt", tag: "phone", summary: "A sound file as it was uploaded"},
		func(ctx context.Context, in *KeyIn) (io.Reader, int64, error) {
			b, err := room.PromptSound(ctx, in.Subject, in.Key)
			return bytes.NewReader(b), int64(len(b)), err
		})
}

func (a *API) registerSpeech() {
	sound(a, operation{method: http.MethodPost, path: "/api/phone/speech", id: "speak-words", tag: "phone", summary: "Words as callers hear them, or the music of those who wait"},
		func(ctx context.Context, in *struct {
			Who
			Body phone.Words
		}) (io.Reader, int64, error) {
			b, err := a.Rooms.Phone.Sound(ctx, in.Subject, in.Body)
			return bytes.NewReader(b), int64(len(b)), err
		})
}

func (a *API) registerRecordings() {
	room := a.Rooms.Phone
	serve(a, operation{method: http.MethodGet, path: "/api/contacts/{id}/recordings", id: "list-recordings", tag: "phone", summary: "The recordings of a contact that you may hear"},
		func(ctx context.Context, in *ContactIn) ([]phone.Recording, error) {
			return room.Recordings(ctx, in.Subject, in.ID)
		})
	sound(a, operation{method: http.MethodGet, path: "/api/phone/recordings/{id}", id: "play-recording", tag: "phone", summary: "The sound of a recording; the customer is left, everybody else right. Logged"},
		func(ctx context.Context, in *IDIn) (io.Reader, int64, error) {
			return room.Play(ctx, in.Subject, in.ID)
		})
	run(a, operation{method: http.MethodDelete, path: "/api/phone/recordings/{id}", id: "delete-recording", tag: "phone", summary: "Delete a recording for good"},
		func(ctx context.Context, in *IDIn) error {
			return room.DeleteRecording(ctx, in.Subject, in.ID)
		})
}

// sound registers an operation that answers with a WAV file. What can be closed is closed when it has been sent.
func sound[I any](a *API, op operation, fn func(ctx context.Context, in *I) (io.Reader, int64, error)) {
	h := op.huma()
	h.Responses = map[string]*huma.Response{"200": {
		Description: "Sound", Content: map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		r, size, err := fn(ctx, in)
		if err != nil {
			return nil, a.problem(err)
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			if c, ok := r.(io.Closer); ok {
				defer c.Close()
			}
			hc.SetHeader("Content-Type", "audio/wav")
			hc.SetHeader("Content-Length", strconv.FormatInt(size, 10))
			hc.SetHeader("Content-Disposition", `inline; filename="recording.wav"`)
			_, _ = io.Copy(hc.BodyWriter(), r) // whoever listens may leave in the middle
		}}, nil
	})
}
