package httpapi

import (
	"mime"

	"sentral/internal/desk/conversation"
)

// attachment answers with a file that the browser may only save, whatever it claims to be.
func attachment(f conversation.File, body []byte) *fileOut {
	return &fileOut{
		Type:        f.Type,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}),
		Policy:      "default-src 'none'; sandbox",
		Sniff:       "nosniff",
		Body:        body,
	}
}
