// Package text is the text messages (SMS) that the centre sends: links out of a voice menu, links to a survey, trials. docs/spec/text.md says how.
//
// It owns the outbox, its sender and the provider's gateway. A message is written in the transaction of what decided it, so that nothing promised is lost,
// and sent by the node that owns the centre. It refuses numbers that the rules do not allow and messages beyond the caps, takes no message from anybody
// outside, and logs neither numbers nor words. Begin reading with Hold, then sender.go.
package text

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/allowance"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/webhook"
)

// Options is what the room stands on.
type Options struct {
	Centre  *live.Centre
	Rules   *rulebook.Room
	Access  *access.Room
	Texts   store.Text
	Secrets store.Phone   // keeps the gateway's secret, sealed
	Guard   webhook.Guard // which addresses a gateway may have
	Now     func() time.Time
	Chance  func() float64  // from 0 to 1, for the spread of attempts; default the machine's
	Retries []time.Duration // waits between attempts, the last one again and again; default some seconds to ten minutes
	Log     *slog.Logger
}

// FactText is the log's word for a message that is to be sent. The payload holds what it is for, never a number.
const FactText = "text_message"

// asked is the payload of FactText.
type asked struct {
	Purpose string         `json:"purpose"`
	Brand   centre.BrandID `json:"brand,omitempty"`
	Parts   int            `json:"parts"`
}

// The purposes.
const (
	ForLink   = "link"   // a voice menu's
	ForSurvey = "survey" // after a call
	ForTrial  = "test"   // an administrator's
)

// Message is what is to be sent.
type Message struct {
	Key     string // what it is for: nothing is sent twice under one key
	Purpose string
	Contact centre.ContactID
	Brand   centre.BrandID
	To      string // as dialled in Country, or with its country's number
	Country string // NO when empty
	From    string // empty is the service's own
	Words   string
}

// Room is the text messages.
type Room struct {
	Options

	spent  allowance.Ledger[string]
	held   atomic.Int64 // numbers what is held
	bell   chan struct{}
	mu     sync.Mutex
	epoch  int64 // for which the outbox has been taken over
	client *http.Client
	states [len(lastStates)]atomic.Int64
}

// lastStates are the states a message ends in, in the order that metrics show.
var lastStates = [...]string{store.TextSent, store.TextFailed, store.TextExpired}

// New makes a room; Run makes it send.
func New(o Options) *Room {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	if len(o.Retries) == 0 {
		o.Retries = []time.Duration{3 * time.Second, 10 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Room{Options: o, bell: make(chan struct{}, 1)}
}

func (r *Room) instant() centre.Instant { return centre.At(r.Now()) }

// May tells whether messages are sent at all, and to this number: the caps may still refuse.
func (r *Room) May(number, country string) bool {
	_, _, err := r.Rules.Book().MayText(number, country)
	return r.On() && err == nil
}

// On tells whether messages are sent.
func (r *Room) On() bool {
	t := r.Rules.Book().Phone.Texts
	return t.On && t.URL != ""
}

var (
	errOff = centre.Errorf(centre.Conflict, "the centre sends no text messages")
	errCap = centre.ErrorAt(centre.Exhausted, "number", "text messages have reached their limit")
)

// Held is a message within the rules and the caps. Exactly one of Sent and Give follows Write.
type Held struct {
	room  *Room
	row   store.TextRow
	parts int
	entry allowance.Entry[string]
}

// Hold asks the rules and takes the message's cost from the caps. Forbidden is a number that the rules do not allow, Exhausted a cap, Conflict that nothing is
// sent at all.
func (r *Room) Hold(ctx context.Context, m Message) (*Held, error) {
	if !r.On() {
		return nil, errOff
	}
	book := r.Rules.Book()
	number, rule, err := book.MayText(m.To, m.Country)
	if err != nil {
		return nil, err
	}
	if err := r.takeOver(ctx); err != nil { // the caps are known once the day's messages have been read
		return nil, err
	}
	t := book.Phone.Texts
	now := r.instant()
	h := &Held{room: r, parts: Parts(m.Words)}
	h.row = store.TextRow{
		Key: m.Key, Purpose: m.Purpose, Contact: m.Contact, Brand: m.Brand, Recipient: number, Sender: m.From, Words: m.Words, State: store.TextWaiting,
		CostOre: int64(rule.CostPerText) * int64(h.parts),
	}
	if h.row.Sender == "" {
		h.row.Sender = t.From
	}
	h.entry = allowance.Entry[string]{ID: -r.held.Add(1), Who: hashed(number), At: now, CostOre: h.row.CostOre}
	if !r.spent.Reserve(h.entry, capsOf(t.Centre), capsOf(t.Recipient)) {
		return nil, errCap
	}
	return h, nil
}

// Write puts the message into the outbox, in the plan of what decided it. A plan may do it more than once.
func (h *Held) Write(p *live.Plan) {
	row := h.row
	row.At, row.NextAt = p.Now(), p.Now()
	row.Expires = p.Now() + centre.Instant(h.room.Rules.Book().Phone.Texts.ExpireMin)*60_000
	row.ID = p.Fact(FactText, row.Contact, 0, asked{Purpose: row.Purpose, Brand: row.Brand, Parts: h.parts})
	p.Write(h.room.Texts.Put(row))
}

// Sent tells the sender that the message is on disk.
func (h *Held) Sent() {
	select {
	case h.room.bell <- struct{}{}:
	default:
	}
}

// Give takes the message back from the caps: it was not written.
func (h *Held) Give() { h.room.spent.Give(h.entry) }

func capsOf(c config.TextCaps) allowance.Caps {
	return allowance.Caps{HourCount: int64(c.PerHour), DayCount: int64(c.PerDay), HourOre: c.CostOrePerHour, DayOre: c.CostOrePerDay}
}

// hashed is a recipient as the caps know them.
func hashed(number string) string {
	h := sha256.Sum256([]byte("recipient " + number))
	return hex.EncodeToString(h[:16])
}

// takeOver reads the day's messages once in every tenure of this node, and mends what a stop in the middle of sending has left.
func (r *Room) takeOver(ctx context.Context) error {
	s := r.Centre.Status()
	if !s.Owner {
		return centre.Errorf(centre.Unavailable, "another node owns the centre")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch == s.Epoch {
		return nil
	}
	rows, err := r.Texts.Since(ctx, allowance.Since(r.instant()))
	if err != nil {
		return err
	}
	list := make([]allowance.Entry[string], len(rows))
	for i, row := range rows {
		list[i] = allowance.Entry[string]{ID: row.ID, Who: hashed(row.Recipient), At: row.At, CostOre: row.CostOre}
	}
	r.spent.Load(list)
	if err := r.mend(ctx); err != nil {
		return err
	}
	r.epoch = s.Epoch
	return nil
}

// Tidy deletes messages, with numbers and words, that have been kept as long as the configuration says.
func (r *Room) Tidy(ctx context.Context) error {
	return r.Texts.Forget(ctx, centre.At(r.Now().AddDate(0, 0, -int(max(1, r.Rules.Book().Phone.Texts.KeepDays)))))
}

// Figures counts the messages that have come to their last state since the start, by state.
func (r *Room) Figures() map[string]int64 {
	out := map[string]int64{}
	for i, s := range lastStates {
		out[s] = r.states[i].Load()
	}
	return out
}
