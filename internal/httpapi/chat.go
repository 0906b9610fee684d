package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/desk/conversation"
)

// Visitor is embedded in the input of the operations of a chat visitor, who proves with a token that only their browser knows.
type Visitor struct {
	From
	Authorization string `header:"Authorization" doc:"Bearer and the visitor's token."`
	Origin        string `header:"Origin"`
}

func (v *Visitor) caller() chat.Caller {
	return chat.Caller{Authorization: v.Authorization, Origin: v.Origin, Address: v.address}
}

func (a *API) registerChat() {
	room := a.Rooms.Chat
	op := func(method, path, id, summary string) operation {
		return operation{method: method, path: path, id: id, summary: summary, tag: "chat", visitor: true}
	}
	serve(a, operation{method: http.MethodGet, path: "/api/chat/brand", id: "get-chat-brand", tag: "chat", public: true, summary: "How a brand's chat looks, and whether it is open"},
		func(ctx context.Context, in *struct {
			Key      string `query:"key" required:"true" maxLength:"64" doc:"The brand's public widget key."`
			Language string `query:"lang" enum:"nb,nn,sv,en" default:"nb"`
		}) (chat.Brand, error) {
			return room.Brand(ctx, in.Key, in.Language)
		})
	serve(a, operation{method: http.MethodPost, path: "/api/chat/visitor", id: "become-visitor", tag: "chat", public: true, summary: "Become a visitor: the token is shown once and kept by the browser"},
		func(ctx context.Context, in *struct {
			From
			Origin string `header:"Origin"`
			Body   chat.Introduction
		}) (chat.Token, error) {
			return room.Introduce(ctx, chat.Caller{Origin: in.Origin, Address: in.address}, in.Body)
		})
	serve(a, op(http.MethodPost, "/api/chat/contacts", "start-chat", "Start a conversation with its first message"),
		func(ctx context.Context, in *struct {
			Visitor
			Body chat.Start
		}) (chat.Conversation, error) {
			return room.Start(ctx, in.caller(), in.Body)
		})
	serve(a, op(http.MethodGet, "/api/chat/conversation", "get-conversation", "The visitor's present conversation, its place and messages"),
		func(ctx context.Context, in *struct{ Visitor }) (chat.Conversation, error) {
			return room.Conversation(ctx, in.caller())
		})
	serve(a, op(http.MethodPost, "/api/chat/messages", "write-message", "Write to the centre"),
		func(ctx context.Context, in *struct {
			Visitor
			Body struct {
				Key
				Text  string   `json:"text" maxLength:"4000"`
				Files []string `json:"files" maxItems:"5" required:"false" nullable:"false"`
			}
		}) (conversation.Message, error) {
			return room.Write(ctx, in.caller(), in.Body.Key.Key, in.Body.Text, in.Body.Files)
		})
	run(a, op(http.MethodPost, "/api/chat/typing", "visitor-typing", "The visitor is writing"),
		func(ctx context.Context, in *struct{ Visitor }) error { return room.Typing(ctx, in.caller()) })
	run(a, op(http.MethodPut, "/api/chat/read", "visitor-read", "The visitor has seen the messages up to this one"),
		func(ctx context.Context, in *struct {
			Visitor
			Body struct {
				Message int64 `json:"message_id"`
			}
		}) error {
			return room.Read(ctx, in.caller(), in.Body.Message)
		})
	run(a, op(http.MethodPost, "/api/chat/end", "end-chat", "The visitor ends the conversation"),
		func(ctx context.Context, in *struct{ Visitor }) error { return room.End(ctx, in.caller()) })
	run(a, op(http.MethodPost, "/api/chat/survey", "answer-survey", "Two questions after the conversation"),
		func(ctx context.Context, in *struct {
			Visitor
			Body chat.SurveyAnswer
		}) error {
			return room.Answer(ctx, in.caller(), in.Body)
		})
	a.registerChatFiles(op)
}

func (a *API) registerChatFiles(op func(method, path, id, summary string) operation) {
	room := a.Rooms.Chat
	up := op(http.MethodPost, "/api/chat/files", "visitor-upload", "Attach a file of at most 10 MB, once a person has joined")
	up.limit = 11 << 20
	serve(a, up, func(ctx context.Context, in *struct {
		Visitor
		Name    string `query:"name" minLength:"1" maxLength:"200"`
		RawBody []byte `contentType:"application/octet-stream"`
	}) (conversation.File, error) {
		return room.Upload(ctx, in.caller(), in.Name, in.RawBody)
	})
	huma.Register(a.huma, op(http.MethodGet, "/api/chat/files/{id}", "visitor-file", "Download an attachment of the conversation").huma(),
		func(ctx context.Context, in *struct {
			Visitor
			ID string `path:"id" maxLength:"64"`
		}) (*fileOut, error) {
			f, body, err := room.File(ctx, in.caller(), in.ID)
			if err != nil {
				return nil, a.problem(err)
			}
			return attachment(f, body), nil
		})
	huma.Register(a.huma, op(http.MethodGet, "/api/chat/transcript", "visitor-transcript", "The conversation as a text to keep").huma(),
		func(ctx context.Context, in *struct {
			Visitor
			Contact centre.ContactID `query:"contact_id"`
		}) (*fileOut, error) {
			name, text, err := room.Transcript(ctx, in.caller(), in.Contact)
			if err != nil {
				return nil, a.problem(err)
			}
			return attachment(conversation.File{Name: name, Type: "text/plain; charset=utf-8"}, []byte(text)), nil
		})
}
