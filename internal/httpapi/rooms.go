package httpapi

import (
	"log/slog"

	"sentral/internal/board"
	"sentral/internal/channel/chat"
	"sentral/internal/channel/phone"
	"sentral/internal/channel/text"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/rulebook"
	"sentral/internal/webhook"
)

// Rooms are what the operations call. Every method takes the subject who acts, and the room itself asks access.Can.
type Rooms struct {
	Access   *access.Room
	Desk     *contact.Room
	Board    *board.Board
	Config   *rulebook.Room
	Chat     *chat.Room
	Webhooks *webhook.Room
	Phone    *phone.Room
	Texts    *text.Room
	Log      *slog.Logger // what went wrong inside; nil for nowhere
}
