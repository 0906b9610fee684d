package chat

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/pace"
	"sentral/internal/rulebook"
	"sentral/internal/store"
)

// Options is what the chat stands on.
type Options struct {
	Centre    *live.Centre
	Rules     *rulebook.Room
	Words     store.Conversation
	Customers store.Customer
	Chat      store.Chat
	Surveys   store.Survey
	Recent    *conversation.Recent
	Seal      func(secret []byte, about string) ([]byte, error) // with the centre's master key
	Unseal    func(sealed []byte, about string) ([]byte, error)
	Record    rulebook.Auditor // writes a line of the audit log
	Address   string           // the centre's own public address: its pages may always show the widget
	// OnTyping is told when a customer is writing; the desk sets it.
	OnTyping func(conversation.Typing)
	Now      func() time.Time
	Log      *slog.Logger
	// Quotas; zero takes the default.
	MessagesPerMinute int // of one visitor; default 30
	VisitorsPerMinute int // of one network address; default 30
}

// Room is the chat.
type Room struct {
	Options

	mu      sync.Mutex
	pace    pace.Limiter
	screens map[centre.ContactID]map[*screen]bool
	windows map[string]map[*screen]bool // the same screens, and those without a conversation, by visitor
	visits  map[string]store.Visitor    // hash -> visitor, for a moment
}

// New makes a room; Run makes it live.
func New(o Options) *Room {
	if o.MessagesPerMinute <= 0 {
		o.MessagesPerMinute = 30
	}
	if o.VisitorsPerMinute <= 0 {
		o.VisitorsPerMinute = 30
	}
	if o.Record == nil {
		o.Record = func(context.Context, access.Subject, string, string, string) error { return nil }
	}
	if o.OnTyping == nil {
		o.OnTyping = func(conversation.Typing) {}
	}
	return &Room{Options: o, screens: map[centre.ContactID]map[*screen]bool{}, windows: map[string]map[*screen]bool{}, visits: map[string]store.Visitor{}}
}

// paceTable bounds what is kept of visitors for a moment.
const paceTable = 100_000

// allow takes one from the bucket of who.
func (r *Room) allow(who string, perMinute int) error { return r.pace.Take(who, perMinute, r.Now()) }

// Brand is how a brand's chat looks, and whether it is open.
func (r *Room) Brand(_ context.Context, key, language string) (Brand, error) {
	book := r.Rules.Book()
	b := book.ByWidget(key)
	if b == nil {
		return Brand{}, centre.ErrorAt(centre.Missing, "key", "no brand has this widget key")
	}
	out := Brand{
		Name: b.Name, Language: language, Colour: b.Colour, Greeting: b.Greeting.In(language), Privacy: b.Privacy, Phone: b.Phone,
		Hours: []string{}, Topics: []Topic{}, MaxFile: conversation.MaxFileBytes,
	}
	now := r.Now()
	var opens time.Time
	for _, t := range b.Topics {
		id := centre.QueueID(book.ID("queues", t.Queue))
		out.Topics = append(out.Topics, Topic{Queue: id, Name: t.Name.In(language)})
		h := book.Hours(id)
		if h == nil {
			continue
		}
		if h.Open(now) {
			out.Open = true
		} else if next, ok := h.NextOpening(now); ok && (opens.IsZero() || next.Before(opens)) {
			opens = next
		}
	}
	out.Deferred = r.mailbox(book, b, 0) != 0
	if !out.Open && !opens.IsZero() {
		out.OpensAt = centre.At(opens)
	}
	if len(b.Topics) > 0 {
		out.Hours = r.hours(book, b.Topics[0].Queue, language)
	}
	return out, nil
}

var dayNames = map[string][]string{
	"nb": {"mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"},
	"nn": {"måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "sundag"},
	"sv": {"måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"},
	"en": {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
}

var closedWord = map[string]string{"nb": "stengt", "nn": "stengt", "sv": "stängt", "en": "closed"}

// hours prints the week's opening hours of a queue, a line for each run of days that are alike.
func (r *Room) hours(book *rulebook.Book, queue, language string) []string {
	out := []string{}
	h := book.Hours(centre.QueueID(book.ID("queues", queue)))
	names := dayNames[language]
	if h == nil || names == nil {
		return out
	}
	text := func(i int) string {
		p := h.Week[(i+1)%7]
		if len(p) == 0 {
			return closedWord[language]
		}
		return strings.ReplaceAll(p.String(), "-", "–")
	}
	for i := 0; i < 7; {
		j := i
		for j < 6 && text(j+1) == text(i) {
			j++
		}
		days := names[i]
		if j > i {
			days += "–" + names[j]
		}
		out = append(out, days+" "+text(i))
		i = j + 1
	}
	return out
}

// Sites lists the origins that may show a brand's widget in a frame; empty when no brand has the key.
func (r *Room) Sites(key string) []string {
	b := r.Rules.Book().ByWidget(key)
	if b == nil {
		return nil
	}
	return b.Origins
}

// fromHere tells whether an origin may speak for a brand: its own sites and the centre's. An origin is absent when a page of the centre itself asks by GET.
func (r *Room) fromHere(b *config.Brand, origin string) bool {
	if origin == "" || slices.Contains(b.Origins, origin) {
		return true
	}
	u, err := url.Parse(r.Address)
	return err == nil && origin == u.Scheme+"://"+u.Host
}

// tokenPrefix begins every visitor's token.
const tokenPrefix = "visitor_"

func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// Introduce makes a browser a visitor. A token from before goes on being the same visitor; a signed identity makes it a known customer.
func (r *Room) Introduce(ctx context.Context, from Caller, in Introduction) (Token, error) {
	if err := r.allow("visitor from "+from.Address, r.VisitorsPerMinute); err != nil {
		return Token{}, err
	}
	origin := from.Origin
	book := r.Rules.Book()
	b := book.ByWidget(in.Key)
	if b == nil {
		return Token{}, centre.ErrorAt(centre.Missing, "key", "no brand has this widget key")
	}
	if !r.fromHere(b, origin) {
		return Token{}, centre.ErrorAt(centre.Forbidden, "origin", "%s may not show the chat of %s", origin, b.Name)
	}
	who, err := r.identity(ctx, b, in.Identity)
	if err != nil {
		return Token{}, err
	}
	if in.Previous != "" {
		v, err := r.Chat.Visitor(ctx, hashToken(in.Previous))
		if err == nil && v.Brand == centre.BrandID(b.ID) {
			same, err := r.samePerson(ctx, v, who)
			if err != nil {
				return Token{}, err
			}
			if same {
				return r.again(ctx, v, who, in.Previous)
			}
		}
		if err != nil && centre.KindOf(err) != centre.Missing {
			return Token{}, err
		}
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	token := tokenPrefix + hex.EncodeToString(secret)
	v := store.Visitor{Hash: hashToken(token), Brand: centre.BrandID(b.ID), Since: centre.At(r.Now())}
	if who != nil {
		if v.Customer, err = r.known(ctx, v.Brand, *who); err != nil {
			return Token{}, err
		}
		v.Verified = true
	}
	return Token{Token: token, Verified: v.Verified}, r.Chat.AddVisitor(ctx, v)
}

// samePerson tells whether a visitor from before may go on under the identity given now. Two people share a browser: whom the brand vouches for now
// must be whom it vouched for then, and without an identity nobody goes on as a customer who had one.
func (r *Room) samePerson(ctx context.Context, v store.Visitor, who *identity) (bool, error) {
	switch {
	case v.Verified && who == nil:
		return false, nil
	case v.Verified:
		id, err := r.Customers.ByAddress(ctx, "subject", subjectKey(v.Brand, who.Subject))
		return id == v.Customer, err
	default:
		return who == nil || v.Customer == 0, nil
	}
}

// again goes on with a visitor from before; a signed identity that has come since then is added.
func (r *Room) again(ctx context.Context, v store.Visitor, who *identity, token string) (Token, error) {
	if who == nil || v.Verified {
		return Token{Token: token, Verified: v.Verified}, nil
	}
	customer, err := r.known(ctx, v.Brand, *who)
	if err != nil {
		return Token{}, err
	}
	v.Customer, v.Verified = customer, true
	_, err = r.Centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		p.Write(r.Chat.SetVisitor(v))
		return nil
	}})
	r.forget(v.Hash)
	return Token{Token: token, Verified: true}, err
}

// Welcome tells whether somebody is a visitor of ours, from a site that may show the brand's chat.
func (r *Room) Welcome(ctx context.Context, who Caller) error {
	_, err := r.visitor(ctx, who)
	return err
}

// visitor finds who asks, and refuses sites that may not show the brand's chat.
func (r *Room) visitor(ctx context.Context, who Caller) (store.Visitor, error) {
	v, err := r.byToken(ctx, who.Authorization)
	if err != nil {
		return v, err
	}
	if b := r.Rules.Book().Brand(v.Brand); b != nil && !r.fromHere(b, who.Origin) {
		return v, centre.ErrorAt(centre.Forbidden, "origin", "%s may not show the chat of %s", who.Origin, b.Name)
	}
	return v, nil
}

func (r *Room) byToken(ctx context.Context, authorization string) (store.Visitor, error) {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok || !strings.HasPrefix(token, tokenPrefix) {
		return store.Visitor{}, centre.Errorf(centre.Unknown, "introduce yourself first: POST /api/chat/visitor")
	}
	hash := hashToken(token)
	r.mu.Lock()
	v, ok := r.visits[hash]
	r.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := r.Chat.Visitor(ctx, hash)
	if err != nil {
		if centre.KindOf(err) == centre.Missing {
			return v, centre.Errorf(centre.Unknown, "this visitor is not known here any more: introduce yourself again")
		}
		return v, err
	}
	r.keep(v)
	return v, nil
}

func (r *Room) keep(v store.Visitor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.visits) > paceTable {
		clear(r.visits)
	}
	r.visits[v.Hash] = v
}

func (r *Room) forget(hash string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.visits, hash)
}

func client(v store.Visitor) string { return "visitor " + v.Hash[:32] }

// reference is what a customer quotes on the phone.
func reference(id centre.ContactID) string { return fmt.Sprintf("%06d", int64(id)) }
