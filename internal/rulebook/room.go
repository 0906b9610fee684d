package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// FactChanged is the log's word for a new version; its payload is the version's number.
const FactChanged = "config"

// Changed is the payload of FactChanged.
type Changed struct {
	Version int64 `json:"version"`
}

// Room keeps the configuration.
type Room struct {
	store  store.Rulebook
	centre *live.Centre
	log    *slog.Logger
	book   atomic.Pointer[Book]
	one    sync.Mutex  // one change at a time
	stale  atomic.Bool // a change was sent of which nobody knows whether it was kept: the store is to be asked
	mu     sync.Mutex
	after  []func(*Book)
	audit  Auditor
	wake   chan struct{} // wakes KeepHours
}

// Auditor writes a line of the audit log.
type Auditor func(ctx context.Context, s access.Subject, what, object, detail string) error

// New makes a room and reads the newest version; without any the book is empty, and Setup is to be called.
func New(ctx context.Context, st store.Rulebook, c *live.Centre, log *slog.Logger) (*Room, error) {
	r := &Room{wake: make(chan struct{}, 1), store: st, centre: c, log: log, audit: func(context.Context, access.Subject, string, string, string) error { return nil }}
	return r, r.Reload(ctx)
}

// Reload reads the newest version from the store.
func (r *Room) Reload(ctx context.Context) error {
	v, err := r.store.Newest(ctx)
	if err != nil {
		return err
	}
	var d config.Document
	if v.Version > 0 {
		if err := json.Unmarshal(v.Body, &d); err != nil {
			return centre.Errorf(centre.Internal, "configuration version %d: %w", v.Version, err)
		}
		d.Fill()
	}
	b, err := open(v.Version, d)
	if err != nil {
		return err
	}
	r.hold(b)
	return nil
}

// OnChange calls fn after every change, and now.
func (r *Room) OnChange(fn func(*Book)) {
	r.mu.Lock()
	r.after = append(r.after, fn)
	r.mu.Unlock()
	fn(r.Book())
}

// Audit names who writes changes of the configuration and of people's roles into the audit log. It is to be called before the room is used.
func (r *Room) Audit(a Auditor) { r.audit = a }

// hold makes b the book that holds; an older one than that which holds already is late and counts for nothing.
func (r *Room) hold(b *Book) {
	r.mu.Lock()
	after := slices.Clone(r.after)
	if now := r.book.Load(); now != nil && now.Version > b.Version {
		r.mu.Unlock()
		return
	}
	r.book.Store(b)
	r.mu.Unlock()
	for _, fn := range after {
		fn(b)
	}
}

// Book is the version that holds now.
func (r *Room) Book() *Book { return r.book.Load() }

// Empty tells whether there is no configuration yet.
func (r *Room) Empty() bool { return r.Book().Version == 0 }

// Person implements access.Directory.
func (r *Room) Person(id centre.AgentID) (access.Person, bool) { return r.Book().Person(id) }

// ByEmail implements access.Directory.
func (r *Room) ByEmail(email string) (access.Person, bool) {
	b := r.Book()
	return b.Person(b.emails[strings.ToLower(strings.TrimSpace(email))])
}

// Knows tells whether a scope names something that is there.
func (r *Room) Knows(s access.Scope) bool {
	if s.Kind == access.ScopeOrganisation {
		return true
	}
	for _, id := range r.Book().ids[string(s.Kind)+"s"] {
		if id == s.ID {
			return true
		}
	}
	return false
}

// Organisation implements access.Directory.
func (r *Room) Organisation() string {
	if name := r.Book().Organisation.Name; name != "" {
		return name
	}
	return "Sentral"
}

// Names are what the screens need to name things. A partner's people never learn who the other partners are.
func (r *Room) Names(_ context.Context, s access.Subject) (Names, error) {
	b := r.Book()
	n := b.names()
	if s.Partner != 0 {
		n.Partners = slices.DeleteFunc(n.Partners, func(p Named) bool { return p.ID != int32(s.Partner) })
		n.Teams = slices.DeleteFunc(n.Teams, func(t Named) bool {
			p := b.PartnerOf(centre.TeamID(t.ID))
			return p != 0 && p != s.Partner
		})
	}
	return n, nil
}

func may(s access.Subject, a access.Action) error {
	if !access.Everywhere(s, a) {
		return centre.Errorf(centre.Forbidden, "you may not do this (%s)", a)
	}
	return nil
}

// Current is the whole configuration.
func (r *Room) Current(_ context.Context, s access.Subject) (Versioned, error) {
	if err := may(s, access.ReadConfig); err != nil {
		return Versioned{}, err
	}
	b := r.Book()
	return Versioned{Version: b.Version, Document: b.Document}, nil
}

// Review says what applying a document would change and what is wrong with it. Nothing is changed.
func (r *Room) Review(ctx context.Context, s access.Subject, d config.Document) (Review, error) {
	if err := may(s, access.WriteConfig); err != nil {
		return Review{}, err
	}
	b := r.Book()
	used, err := r.store.Used(ctx)
	if err != nil {
		return Review{}, err
	}
	wrong := config.ForeignIDs(&b.Document, &d, used)
	d.AssignIDs(&b.Document, used)
	out := Review{Base: b.Version, Lines: config.Diff(&b.Document, &d)}
	out.Errors, out.Warnings = config.Validate(&d)
	out.Errors = append(append([]config.Fault{}, wrong...), out.Errors...)
	if out.Warnings == nil {
		out.Warnings = []config.Fault{}
	}
	return out, nil
}

// Apply makes a document the one that holds. Base is the version that it was made from; zero does not check. An error changes nothing.
func (r *Room) Apply(ctx context.Context, s access.Subject, base int64, note string, d config.Document) (Change, error) {
	if err := may(s, access.WriteConfig); err != nil {
		return Change{}, err
	}
	r.one.Lock()
	defer r.one.Unlock()
	if now := r.Book().Version; base != 0 && base != now {
		return Change{}, centre.ErrorAt(centre.Conflict, "base", "it was made from version %d, but version %d holds now: look at the changes and try again", base, now)
	}
	return r.put(ctx, s, note, 0, d)
}

// Edit changes a copy of the document by fn and applies it. Sections use it.
func (r *Room) edit(ctx context.Context, s access.Subject, note string, fn func(d *config.Document) error) (Change, error) {
	if err := may(s, access.WriteConfig); err != nil {
		return Change{}, err
	}
	r.one.Lock()
	defer r.one.Unlock()
	d, err := clone(&r.Book().Document)
	if err != nil {
		return Change{}, err
	}
	if err := fn(d); err != nil {
		return Change{}, err
	}
	return r.put(ctx, s, note, 0, *d)
}

func clone(d *config.Document) (*config.Document, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	out := &config.Document{}
	return out, json.Unmarshal(b, out)
}

// Setup makes the first version. It is refused once there is one.
func (r *Room) Setup(ctx context.Context, d config.Document) (Change, error) {
	r.one.Lock()
	defer r.one.Unlock()
	if !r.Empty() {
		return Change{}, centre.Errorf(centre.Conflict, "the centre has been set up already")
	}
	return r.put(ctx, access.Subject{System: true}, "set up", 0, d)
}

// put validates, tells the engine, writes the version and holds it: all in one command, so that the engine and the version never differ.
func (r *Room) put(ctx context.Context, s access.Subject, note string, undoes int64, d config.Document) (Change, error) {
	d.Fill()
	old := r.Book()
	used, err := r.store.Used(ctx)
	if err != nil {
		return Change{}, err
	}
	var faults []config.Fault
	if undoes == 0 { // taking a change back may bring back an entry with the id it had
		faults = config.ForeignIDs(&old.Document, &d, used)
	}
	d.AssignIDs(&old.Document, used)
	wrong, _ := config.Validate(&d)
	if faults = append(faults, wrong...); len(faults) > 0 {
		return Change{}, centre.ErrorAt(centre.Invalid, faults[0].Where, "%s%s", faults[0].Text, more(len(faults)-1))
	}
	lines := config.Diff(&old.Document, &d)
	if len(lines) == 0 && old.Version > 0 {
		return Change{Version: old.Version, Lines: lines}, nil
	}
	next, err := open(old.Version+1, d)
	if err != nil {
		return Change{}, err
	}
	if old.Version > 0 && (empowers(old, next) || opensCalls(&old.Document.Phone, &next.Document.Phone) || opensTexts(&old.Document.Phone, &next.Document.Phone)) {
		if err := s.Proved(); err != nil {
			return Change{}, err
		}
	}
	body, err := json.Marshal(d)
	if err != nil {
		return Change{}, err
	}
	row := store.RulebookVersion{Version: next.Version, Agent: s.Person, Who: s.Name, Note: note, Undoes: undoes, Body: body, Used: used}
	if row.Lines, err = json.Marshal(lines); err != nil {
		return Change{}, err
	}
	_, err = r.centre.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
		row.At = p.Now()
		tell(p, old, next)
		p.Fact(FactChanged, 0, s.Person, Changed{Version: next.Version})
		p.Write(r.store.Append(row))
		return nil
	}})
	if err != nil {
		return Change{}, r.unsure(ctx, err)
	}
	r.hold(next)
	if err := r.record(ctx, s, old, next); err != nil {
		return Change{}, err
	}
	return Change{Version: row.Version, At: row.At, Agent: row.Agent, Who: row.Who, Note: note, Undoes: undoes, Lines: lines}, nil
}

// unsure deals with a change that failed: where another node's version came first, or nobody knows whether this one was kept, the store is asked.
func (r *Room) unsure(ctx context.Context, err error) error {
	switch centre.KindOf(err) {
	case centre.Conflict:
		if again := r.Reload(ctx); again != nil {
			r.stale.Store(true)
		}
	case centre.Unavailable:
		r.stale.Store(true)
		r.rouse()
	}
	return err
}

// rouse wakes KeepHours.
func (r *Room) rouse() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// record tells the audit log of a change, and of everybody whose roles it changed.
func (r *Room) record(ctx context.Context, s access.Subject, old, next *Book) error {
	if err := r.audit(ctx, s, "config.changed", fmt.Sprintf("version %d", next.Version), ""); err != nil {
		return err
	}
	if old.Version == 0 { // the first version: everybody is new
		return nil
	}
	for _, p := range next.Document.People {
		id := centre.AgentID(p.ID)
		was, now := old.people[id], next.people[id]
		if was.Active == now.Active && slices.Equal(was.Grants, now.Grants) {
			continue
		}
		if err := r.audit(ctx, s, "person.roles_changed", fmt.Sprintf("person %d", id), fmt.Sprintf("version %d", next.Version)); err != nil {
			return err
		}
	}
	return nil
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}

// tell turns the difference between two books into the engine's events: people who have left, the rules, people new or changed, and who is open now.
func tell(p *live.Plan, old, next *Book) {
	settings, people := config.Routing(&next.Document, next.Version)
	_, was := config.Routing(&old.Document, old.Version)
	gone := map[centre.AgentID]routing.Profile{}
	for _, a := range was {
		gone[a.Agent] = a
	}
	known := map[centre.AgentID]routing.Profile{}
	for _, a := range people {
		if b, ok := gone[a.Agent]; ok {
			known[a.Agent] = b
		}
		delete(gone, a.Agent)
	}
	for _, a := range was { // in order of ids
		if _, left := gone[a.Agent]; left {
			p.Step(routing.Event{Kind: routing.AgentRemoved, Agent: a.Agent})
		}
	}
	now := p.Now().Time()
	for i := range settings.Queues {
		if h := next.Hours(settings.Queues[i].ID); h != nil {
			settings.Queues[i].Open = h.Open(now)
		}
	}
	p.Step(routing.Event{Kind: routing.SettingsChanged, Settings: settings})
	for i, a := range people {
		if !reflect.DeepEqual(known[a.Agent], a) {
			p.Step(routing.Event{Kind: routing.AgentDefined, Agent: a.Agent, Profile: &people[i]})
		}
	}
}

// Changes is the change log, newest first.
func (r *Room) Changes(ctx context.Context, s access.Subject, before int64, limit int) ([]Change, error) {
	if err := may(s, access.ReadConfig); err != nil {
		return nil, err
	}
	rows, err := r.store.Changes(ctx, before, limit)
	out := []Change{}
	for _, v := range rows {
		c := Change{Version: v.Version, At: v.At, Agent: v.Agent, Who: v.Who, Note: v.Note, Undoes: v.Undoes}
		if err := json.Unmarshal(v.Lines, &c.Lines); err != nil {
			return nil, centre.Errorf(centre.Internal, "change %d: %w", v.Version, err)
		}
		out = append(out, c)
	}
	return out, err
}

// Undo takes one change back: what it changed gets its old value again, where nothing has changed it since. The undo is a change like any other.
func (r *Room) Undo(ctx context.Context, s access.Subject, version int64) (Change, error) {
	if err := may(s, access.WriteConfig); err != nil {
		return Change{}, err
	}
	r.one.Lock()
	defer r.one.Unlock()
	after, err := r.at(ctx, version)
	if err != nil {
		return Change{}, err
	}
	before, err := r.at(ctx, version-1)
	if err != nil {
		return Change{}, err
	}
	d, err := config.Revert(&r.Book().Document, before, after)
	if err != nil {
		return Change{}, err
	}
	return r.put(ctx, s, "", version, *d)
}

func (r *Room) at(ctx context.Context, version int64) (*config.Document, error) {
	v, err := r.store.At(ctx, version)
	if err != nil {
		if centre.KindOf(err) == centre.Missing {
			return nil, centre.ErrorAt(centre.Missing, "version", "there is no version %d", version)
		}
		return nil, err
	}
	d := &config.Document{}
	if err := json.Unmarshal(v.Body, d); err != nil {
		return nil, centre.Errorf(centre.Internal, "configuration version %d: %w", version, err)
	}
	d.Fill()
	return d, nil
}
