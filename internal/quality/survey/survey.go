// Package survey asks a customer how it was by a link, in a text message after a call, and takes the answer from the page that the link leads to.
//
// It owns how answers are kept, from whichever channel (Keep), and the links: a secret that nobody can guess leads to one contact for as long as the configuration lets surveys be answered, and the answer may be
// corrected meanwhile. It refuses to choose the formula of any index (quality/index) and to send anything itself (channel/text). Begin reading with Ask.
package survey

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/channel/text"
	"sentral/internal/config"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/pace"
	"sentral/internal/rulebook"
	"sentral/internal/store"
)

// Options is what the room stands on.
type Options struct {
	Centre    *live.Centre
	Rules     *rulebook.Room
	Texts     *text.Room
	Surveys   store.Survey
	Customers store.Customer
	Address   string // the centre's own public address, which the link begins with
	Now       func() time.Time
}

// Room is the surveys by link.
type Room struct {
	Options
	pace pace.Limiter
}

// New makes a room.
func New(o Options) *Room {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Room{Options: o}
}

// FactAnswered is the log's word for a survey answer.
const FactAnswered = "survey_answer"

// Answered is the payload of FactAnswered.
type Answered struct {
	Queue   centre.QueueID   `json:"queue"`
	Brand   centre.BrandID   `json:"brand,omitempty"`
	Team    centre.TeamID    `json:"team,omitempty"`
	Partner centre.PartnerID `json:"partner,omitempty"`
	OKS     int              `json:"oks"`
	Solved  string           `json:"solved"`
}

// Keep writes an answer down, in a plan.
func Keep(p *live.Plan, surveys store.Survey, row store.SurveyAnswer) {
	row.At, row.Version = p.Now(), 1
	p.Fact(FactAnswered, row.Contact, 0, Answered{Queue: row.Queue, Brand: row.Brand, Team: row.Team, Partner: row.Partner, OKS: row.OKS, Solved: row.Solved})
	p.Write(surveys.Put(row))
}

// About is a contact that has ended, and how its customer is reached.
type About struct {
	Contact  centre.ContactID
	Queue    centre.QueueID
	Agent    centre.AgentID
	Channel  string
	Language string
	Number   string
	Country  string // of the line
	From     string // whom the message says it is from; empty is the service's own
}

// Asking is a question on its way. Exactly one of Sent and Give follows Write.
type Asking struct {
	*text.Held
	surveys store.Survey
	link    store.SurveyLink
	open    centre.Instant // for how long it can be answered
}

// Ask prepares the link for a contact that has ended: nil when the queue does not ask, or the number may not be sent messages.
func (r *Room) Ask(ctx context.Context, a About) *Asking {
	book := r.Rules.Book()
	q := book.Queue(a.Queue)
	if q == nil || !q.Survey || a.Contact == 0 || !r.Texts.May(a.Number, a.Country) {
		return nil
	}
	secret := strings.ToLower(rand.Text()) // 130 bits
	k := Asking{surveys: r.Surveys, open: centre.Instant(book.Rules.SurveyOpenH) * 3_600_000}
	k.link = store.SurveyLink{Hash: hashed(secret), Contact: a.Contact, Queue: a.Queue, Brand: book.BrandOf(a.Queue), Channel: a.Channel, Language: a.Language}
	if who, ok := r.Rules.Person(a.Agent); ok {
		k.link.Team, k.link.Partner = who.Team, who.Partner
	}
	brand := ""
	if b := book.Brand(k.link.Brand); b != nil {
		brand = b.Name
	}
	words := strings.ReplaceAll(book.Phone.Survey.Text.In(a.Language), "{{brand}}", brand)
	var err error
	k.Held, err = r.Texts.Hold(ctx, text.Message{
		Key: "survey/" + a.Contact.String(), Purpose: text.ForSurvey, Contact: a.Contact, Brand: k.link.Brand, To: a.Number, Country: a.Country, From: a.From,
		Words: strings.TrimSpace(words + " " + strings.TrimSuffix(r.Address, "/") + "/s/" + secret),
	})
	if err != nil {
		return nil // beyond the caps: not asked
	}
	return &k
}

// Write puts the link and its message on disk, in the plan that ends the contact's conversation. A plan may do it more than once.
func (k *Asking) Write(p *live.Plan) {
	link := k.link
	link.At, link.Until = p.Now(), p.Now()+k.open
	p.Write(k.surveys.PutLink(link))
	k.Held.Write(p)
}

func hashed(secret string) string {
	h := sha256.Sum256([]byte("survey " + secret))
	return hex.EncodeToString(h[:])
}

// Page is what a link leads to.
type Page struct {
	Brand    config.Brand
	Language string
	Open     bool // it can be answered, also again
	Given    bool // it has been
	Answer   Answer
}

// Answer is the two questions after the conversation (S1, S2).
type Answer struct {
	OKS     int // 1-6
	Solved  string
	Comment string
}

const (
	perAddress = 40 // pages and answers a minute of one network address
	perLink    = 20 // of one link
	longest    = 2000
)

// Look gives the page of a link; Missing when there is no such link.
func (r *Room) Look(ctx context.Context, secret, address string) (Page, error) {
	l, err := r.link(ctx, secret, address)
	if err != nil {
		return Page{}, err
	}
	out := Page{Language: l.Language, Open: r.open(l)}
	if b := r.Rules.Book().Brand(l.Brand); b != nil {
		out.Brand = *b
	}
	a, err := r.Surveys.Answer(ctx, l.Contact)
	switch {
	case err == nil:
		out.Given, out.Answer = true, Answer{OKS: a.OKS, Solved: a.Solved, Comment: a.Comment}
	case centre.KindOf(err) != centre.Missing:
		return Page{}, err
	}
	return out, nil
}

func (r *Room) open(l store.SurveyLink) bool { return centre.At(r.Now()) < l.Until }

// link finds a link, not too often.
func (r *Room) link(ctx context.Context, secret, address string) (store.SurveyLink, error) {
	now := r.Now()
	if err := r.pace.Take("from "+address, perAddress, now); err != nil {
		return store.SurveyLink{}, err
	}
	if len(secret) < 20 || len(secret) > 64 {
		return store.SurveyLink{}, centre.Errorf(centre.Missing, "there is no such survey")
	}
	hash := hashed(secret)
	l, err := r.Surveys.Link(ctx, hash)
	if err == nil {
		err = r.pace.Take("link "+hash, perLink, now)
	}
	return l, err
}

// errClosed says that the link's time is over.
var errClosed = centre.Errorf(centre.Conflict, "the survey is closed")

// errMovedOn says that a contact has been wrapped up while its answer was on the way.
var errMovedOn = errors.New("the contact is closed now")

// Answer takes an answer; a later one by the same link takes its place until the link's time is over. Conflict is a link whose time is.
func (r *Room) Answer(ctx context.Context, secret, address string, a Answer) error {
	if a.OKS < 1 || a.OKS > 6 {
		return centre.ErrorAt(centre.Invalid, "oks", "must be from 1 to 6")
	}
	if a.Solved != "yes" && a.Solved != "no" && a.Solved != "dont_know" {
		return centre.ErrorAt(centre.Invalid, "solved", "%q is not yes, no or dont_know", a.Solved)
	}
	l, err := r.link(ctx, secret, address)
	if err != nil {
		return err
	}
	if !r.open(l) {
		return errClosed
	}
	a.Comment = conversation.Cut(strings.TrimSpace(conversation.Clean(a.Comment)), longest)
	if err = r.keep(ctx, l, a); errors.Is(err, errMovedOn) {
		err = r.keep(ctx, l, a) // closed now, which it stays
	}
	return err
}

// keep writes an answer about a contact as it stands: one that is still in wrap-up is given its reason later, by the wrap-up.
func (r *Room) keep(ctx context.Context, l store.SurveyLink, a Answer) error {
	row := store.SurveyAnswer{Contact: l.Contact, Queue: l.Queue, Brand: l.Brand, Team: l.Team, Partner: l.Partner, Channel: l.Channel, OKS: a.OKS, Solved: a.Solved, Comment: a.Comment}
	open := false
	err := r.Centre.View(ctx, func(v *live.View) error {
		_, open = v.Contact(l.Contact)
		return nil
	})
	if err != nil {
		return err
	}
	if !open {
		closed, err := r.Customers.Contact(ctx, l.Contact)
		if err != nil && centre.KindOf(err) != centre.Missing {
			return err
		}
		row.Reason = closed.Reason
	}
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		final := row
		if now, ok := p.Contact(l.Contact); ok {
			final.Reason = now.Reason
		} else if open {
			return errMovedOn
		}
		Keep(p, r.Surveys, final)
		return nil
	}})
	return err
}

// Tidy deletes the links whose time was over a month ago: until then their page says so kindly.
func (r *Room) Tidy(ctx context.Context) error {
	return r.Surveys.ForgetLinks(ctx, centre.At(r.Now().AddDate(0, -1, 0)))
}
