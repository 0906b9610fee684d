package publicui

import (
	"net/http"
	"strings"
	"time"
)

// Received is a text message that the demo's mobile phone has received.
type Received struct {
	At             time.Time
	To, From, Text string
}

// mobilePage is what the template of the demo's mobile phone sees.
type mobilePage struct {
	Number   string // whose messages; empty is everybody's
	Messages []shownText
}

// shownText is a message as the page shows it: a link in it can be followed.
type shownText struct {
	Received
	Before, Link, After string
}

// mobileShown is how many messages the page shows.
const mobileShown = 50

// mobile shows what the demo's mobile phone has received, of one number or all.
func (p *pages) mobile(w http.ResponseWriter, r *http.Request) {
	zone, err := time.LoadLocation(p.Rules.Book().Organisation.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	page := mobilePage{Number: strings.ReplaceAll(strings.TrimSpace(r.URL.Query().Get("number")), " ", "")}
	for _, m := range p.Mobile() {
		if len(page.Messages) < mobileShown && strings.HasSuffix(m.To, strings.TrimPrefix(page.Number, "+")) {
			m.At = m.At.In(zone)
			page.Messages = append(page.Messages, linked(m))
		}
	}
	p.show(w, r, http.StatusOK, "mobile", page)
}

// linked finds the first link of a message.
func linked(m Received) shownText {
	out := shownText{Received: m, Before: m.Text}
	i := max(strings.Index(m.Text, "https://"), strings.Index(m.Text, "http://"))
	if i < 0 {
		return out
	}
	link, after, _ := strings.Cut(m.Text[i:], " ")
	out.Before, out.Link, out.After = m.Text[:i], link, after
	return out
}
