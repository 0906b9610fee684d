package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"sentral/internal/centre"
)

// Person is somebody the configuration knows, with grants resolved to ids.
type Person struct {
	ID       centre.AgentID
	Name     string
	Email    string
	Language string
	Team     centre.TeamID
	Partner  centre.PartnerID
	Grants   []Grant
	Active   bool
}

// Directory is who exists; the configuration keeps it.
type Directory interface {
	Person(id centre.AgentID) (Person, bool)
	ByEmail(email string) (Person, bool)
	Organisation() string
}

// Options of a Room. Lifetimes of zero take their defaults.
type Options struct {
	Address  string        // public address of the centre, such as https://kundeservice.nordlys.example: links, cookies and passkeys are bound to it
	Master   []byte        // 32 bytes that seal secrets; kept beside the data, never in the database
	Idle     time.Duration // a session not used for so long ends; default 60 minutes
	Absolute time.Duration // a session ends after so long whatever happens; default 12 hours, a shift
	Fresh    time.Duration // how long after signing in sensitive actions are open; default 10 minutes
	Demo     bool
	// Anchor is a file outside the database that holds the newest line of the audit log, so that lines cut off at its end are missed; empty for none.
	Anchor string
	Knows  func(Scope) bool // whether a scope names something that is there; nil knows everything
}

// Room decides who somebody is and what they may do.
type Room struct {
	options Options
	store   Store
	people  Directory
	now     func() time.Time
	log     *slog.Logger
	web     *webauthn.WebAuthn

	anchoring  sync.Mutex
	mu         sync.Mutex
	known      map[string]cached // session hash or key hash -> who, for a moment
	ceremonies map[string]ceremony
	guesses    *limiter
	strangers  *strangers
}

type cached struct {
	subject Subject
	until   time.Time
}

// remember is how long a session is taken on trust before the store is asked again; ending a session here forgets it at once.
const remember = 5 * time.Second

// New makes a room.
func New(o Options, store Store, people Directory, now func() time.Time, log *slog.Logger) (*Room, error) {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&o.Idle, time.Hour)
	set(&o.Absolute, 12*time.Hour)
	set(&o.Fresh, 10*time.Minute)
	if len(o.Master) != 32 {
		return nil, centre.Errorf(centre.Invalid, "access: the master key must have 32 bytes, not %d", len(o.Master))
	}
	r := &Room{options: o, store: store, people: people, now: now, log: log, known: map[string]cached{}, ceremonies: map[string]ceremony{}, guesses: newLimiter(now), strangers: &strangers{now: now, seen: map[string]stranger{}}}
	nobody()
	var err error
	if r.web, err = relyingParty(o.Address, people.Organisation()); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Room) instant() centre.Instant { return centre.At(r.now()) }

// newToken makes a secret of 256 random bits and the hash under which it is stored.
func newToken() (token, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	token = hex.EncodeToString(b)
	return token, hashToken(token)
}

func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// Identify finds who is asking, by session token or by API key. It fails with Unknown when it is nobody.
func (r *Room) Identify(ctx context.Context, session, bearer string) (Subject, error) {
	switch {
	case strings.HasPrefix(bearer, keyPrefix): // said on purpose; a browser sends its cookie by itself
		return r.byKey(ctx, bearer)
	case session != "":
		return r.bySession(ctx, session)
	}
	return Subject{}, centre.Errorf(centre.Unknown, "nobody is signed in")
}

func (r *Room) bySession(ctx context.Context, token string) (Subject, error) {
	hash := hashToken(token)
	if s, ok := r.recall(hash); ok {
		return s, nil
	}
	row, err := r.store.Session(ctx, hash)
	if err != nil {
		if centre.KindOf(err) == centre.Missing {
			return Subject{}, centre.Errorf(centre.Unknown, "the session has ended: sign in again")
		}
		return Subject{}, err
	}
	now := r.instant()
	if row.Pending || now >= row.Expires || now.Sub(row.Seen) >= r.options.Idle {
		return Subject{}, centre.Errorf(centre.Unknown, "the session has ended: sign in again")
	}
	p, ok := r.people.Person(row.Person)
	if !ok || !p.Active {
		return Subject{}, centre.Errorf(centre.Unknown, "the session has ended: sign in again")
	}
	if now.Sub(row.Seen) > time.Minute {
		if err := r.store.TouchSession(ctx, hash, now); err != nil {
			return Subject{}, err
		}
	}
	s := subjectOf(p)
	s.Session, s.Fresh = hash, now.Sub(row.Proved) < r.options.Fresh
	r.keep(hash, s)
	return s, nil
}

func subjectOf(p Person) Subject {
	return Subject{Person: p.ID, Name: p.Name, Team: p.Team, Partner: p.Partner, Grants: p.Grants}
}

func (r *Room) recall(hash string) (Subject, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.known[hash]
	if !ok || r.now().After(c.until) {
		return Subject{}, false
	}
	return c.subject, true
}

func (r *Room) keep(hash string, s Subject) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) > 20_000 { // far more than there are people: somebody is playing
		clear(r.known)
	}
	r.known[hash] = cached{subject: s, until: r.now().Add(remember)}
}

// Forget drops what is remembered of everybody, so that new grants hold at once. The configuration calls it after a change.
func (r *Room) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.known)
}

// Me tells who is signed in and what the screens may offer.
func (r *Room) Me(ctx context.Context, s Subject) (Me, error) {
	me := Me{Agent: s.Person, Name: s.Name, Team: s.Team, Organisation: r.people.Organisation(), Grants: s.Grants, Actions: Actions(s), Fresh: s.Fresh, Demo: r.options.Demo}
	p, ok := r.people.Person(s.Person)
	if !ok {
		return me, nil // an API key
	}
	me.Email = p.Email
	me.Preferences = Preferences{Language: p.Language, Scheme: "auto", Density: "compact", Shortcuts: true, Sounds: true}
	body, err := r.store.Preferences(ctx, s.Person)
	if err != nil {
		return me, err
	}
	if body != nil {
		if err := json.Unmarshal(body, &me.Preferences); err != nil {
			return me, centre.Errorf(centre.Internal, "preferences of agent %d: %w", s.Person, err)
		}
	}
	c, err := r.credential(ctx, s.Person)
	if err != nil {
		return me, err
	}
	me.TOTP = c.TOTP != nil
	keys, err := r.store.Passkeys(ctx, s.Person)
	me.Passkeys = len(keys)
	return me, err
}

// SetPreferences keeps a person's own settings.
func (r *Room) SetPreferences(ctx context.Context, s Subject, p Preferences) error {
	if s.Person == 0 {
		return centre.Errorf(centre.Forbidden, "a key has no preferences")
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if len(body) > 32<<10 {
		return centre.ErrorAt(centre.Invalid, "layout", "is larger than 32 kB")
	}
	return r.store.SavePreferences(ctx, s.Person, body)
}

// credential is a person's, or an empty one.
func (r *Room) credential(ctx context.Context, id centre.AgentID) (Credential, error) {
	c, err := r.store.Credential(ctx, id)
	if centre.KindOf(err) == centre.Missing && err != nil {
		return Credential{Person: id}, nil
	}
	return c, err
}

// Still tells whether a subject's session or key holds now, with the same grants: streams ask it while they run, so that whoever is signed out hears
// nothing more, and whoever may do less begins again with less.
func (r *Room) Still(ctx context.Context, s Subject) error {
	now, grants := r.instant(), s.Grants
	switch {
	case s.System:
	case s.Key != 0:
		k, err := r.store.KeyByID(ctx, s.Key)
		if err != nil && centre.KindOf(err) != centre.Missing {
			return nil // the store is in trouble; that does not sign anybody out
		}
		if err != nil || now >= k.Expires {
			return centre.Errorf(centre.Unknown, "this key is unknown, revoked or too old")
		}
	default:
		row, err := r.store.Session(ctx, s.Session)
		if err != nil && centre.KindOf(err) != centre.Missing {
			return nil
		}
		p, ok := r.people.Person(s.Person)
		if err != nil || now >= row.Expires || !ok || !p.Active {
			return centre.Errorf(centre.Unknown, "the session has ended: sign in again")
		}
		if !slices.Equal(p.Grants, grants) || p.Team != s.Team || p.Partner != s.Partner {
			return centre.Errorf(centre.Conflict, "what you may do has changed: begin again")
		}
	}
	return nil
}

// Tidy deletes sessions and invitations that have ended.
func (r *Room) Tidy(ctx context.Context) error { return r.store.EndSessionsBefore(ctx, r.instant()) }
