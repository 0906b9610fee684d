package phone

import (
	"context"
	"fmt"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/text"
	"sentral/internal/engine/live"
	"sentral/internal/quality/survey"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
)

// tellLink is a link that a voice menu promised.
const tellLink tellKind = "link"

func (r *Room) sendsTexts() bool { return r.Texts != nil && r.Texts.On() }

// fixed tells whether the number that a caller shows cannot be sent text messages.
func (r *Room) fixed(number, country string) bool {
	return number != "" && r.sendsTexts() && !r.Texts.May(number, country)
}

// holdLimit is how long a caller may be kept waiting for what the caps say.
const holdLimit = 2 * time.Second

// sendLink sends what a voice menu promises. The caller is told that it is on its way only when it is on disk.
func (c *call) sendLink(d sendLink) {
	if !c.room.sendsTexts() {
		c.hear(sent{})
		return
	}
	ctx, cancel := context.WithTimeout(c.room.ctx, holdLimit)
	defer cancel()
	l, _ := c.room.Rules.Book().LineByKey(c.m.row.Line)
	held, err := c.room.Texts.Hold(ctx, text.Message{
		Key: fmt.Sprintf("link/%d/%d", c.id, c.writes+1), Purpose: text.ForLink, Contact: c.m.row.Contact, Brand: c.m.row.Brand, To: d.number, Country: l.Country,
		From: senderOf(l), Words: d.text,
	})
	if err == nil {
		_, err = c.command(tellLink, func(p *live.Plan) error {
			held.Write(p)
			c.putRow(p)
			return nil
		})
		if err == nil {
			held.Sent()
		} else {
			held.Give()
		}
	}
	if err != nil { // its words may hold the number
		c.room.Log.Warn("a link was not sent", "call", c.id, "why", centre.KindOf(err).String())
	}
	c.hear(sent{ok: err == nil})
}

func senderOf(l rulebook.PhoneLine) string {
	if l.PhoneLine == nil {
		return ""
	}
	return l.TextFrom
}

// channelOf is the channel that a call's contact is of.
func channelOf(row store.CallRow) centre.Channel {
	if row.Direction == "callback" {
		return centre.Callback
	}
	return centre.Phone
}

// askAfter prepares the survey by link when the call's last row is about to be written: of a conversation with a customer whom nobody asked on the line.
func (c *call) askAfter() {
	r, row := c.room, c.m.row
	c.asking = nil
	if r.Asks == nil || !c.m.closing || row.Outcome != string(Answered) || row.Direction == "out" || row.Number == "" || r.Rules.Book().Phone.Survey.By != "link" ||
		(c.m.run != nil && c.m.run.Asked()) {
		return
	}
	ctx, cancel := context.WithTimeout(r.ctx, holdLimit)
	defer cancel()
	l, _ := r.Rules.Book().LineByKey(row.Line)
	c.asking = r.Asks.Ask(ctx, survey.About{
		Contact: row.Contact, Queue: row.Queue, Agent: row.Agent, Channel: channelOf(row).String(), Language: row.Language, Number: row.Number, Country: l.Country,
		From: senderOf(l),
	})
}

// asked sends the link off once it is on disk.
func (c *call) asked(kept bool) {
	switch {
	case c.asking == nil:
	case kept:
		c.asking.Sent()
	default:
		c.asking.Give()
	}
	c.asking = nil
}

// afterwards is the script of a promised call: nothing but the two questions, when the centre asks by keys; nil when it does not.
func (r *Room) afterwards(l rulebook.PhoneLine, row store.CallRow) *ivr.Run {
	book := r.Rules.Book()
	if q := book.Queue(row.Queue); book.Phone.Survey.By != "keys" || q == nil || !q.Survey {
		return nil
	}
	run := ivr.NewRun(straight(true), ivr.Caller{Number: row.Number, Language: row.Language, Queue: l.PhoneLine.Queue})
	run.Begin() // to the queue at once, where somebody has the customer already
	return run
}
