package app

import (
	"context"
	"crypto/subtle"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/publicui"
)

// setup is the first-run wizard: open while the centre has no configuration.
type setup struct {
	mu   sync.Mutex
	code string
}

// SetupCode is the one-time code that opens the first-run wizard; empty once there is an administrator, and at nodes that do not own the centre.
func (a *App) SetupCode() string {
	a.setup.mu.Lock()
	defer a.setup.mu.Unlock()
	if !a.Rules.Empty() {
		a.setup.code = ""
	}
	return a.setup.code
}

// openWizard makes the code of an empty centre, once. A node that becomes the owner later tells it in its log.
func (a *App) openWizard() {
	if !a.Rules.Empty() || a.Document != nil {
		return
	}
	a.setup.mu.Lock()
	defer a.setup.mu.Unlock()
	if a.setup.code == "" {
		a.setup.code = newSetupCode()
		a.Log.Info("the centre is new: its first-run wizard is open", "path", "/setup", "code", a.setup.code)
	}
}

// setUp is the first-run wizard's last step: the first version of the configuration with its administrator, and their password.
func (a *App) setUp(ctx context.Context, in publicui.First, from access.Attempt) (access.SignedIn, error) {
	code := a.SetupCode()
	if code == "" {
		return access.SignedIn{}, centre.Errorf(centre.Conflict, "the centre has been set up already: sign in")
	}
	if subtle.ConstantTimeCompare([]byte(strings.TrimSpace(in.Code)), []byte(code)) != 1 {
		return access.SignedIn{}, centre.ErrorAt(centre.Forbidden, "code", "is not the code that the program printed when it started")
	}
	if err := access.CheckPassword(in.Password, in.Name, in.Email); err != nil {
		return access.SignedIn{}, err
	}
	if _, err := time.LoadLocation(in.TimeZone); err != nil {
		return access.SignedIn{}, centre.ErrorAt(centre.Invalid, "time_zone", "%q is not a known time zone", in.TimeZone)
	}
	d := firstDocument(in)
	if _, err := a.Rules.Setup(ctx, d); err != nil {
		return access.SignedIn{}, err
	}
	p, ok := a.Rules.ByEmail(in.Email)
	if !ok {
		return access.SignedIn{}, centre.Errorf(centre.Internal, "the administrator is not where they were put")
	}
	if err := a.Access.SetPassword(ctx, p.ID, in.Password); err != nil {
		return access.SignedIn{}, err
	}
	return a.Access.SignIn(ctx, access.Attempt{Email: in.Email, Password: in.Password, Address: from.Address, Browser: from.Browser})
}

// firstDocument is a centre to begin from: one market, one brand, one queue that is open on weekdays, and one person who may change everything.
func firstDocument(in publicui.First) config.Document {
	all := []string{"phone", "chat", "email", "messenger", "form", "visit", "callback"}
	capacity := config.Capacity{Identity: config.Identity{Key: "vanlig"}, Name: "Standard", Total: 12}
	for _, ch := range all {
		share := config.ChannelShare{Channel: ch, Weight: 12, Max: 1}
		if ch == "chat" || ch == "messenger" || ch == "email" || ch == "form" {
			share.Weight, share.Max, share.Beside = 4, 3, []string{"chat", "messenger", "email", "form"}
		}
		capacity.Channels = append(capacity.Channels, share)
	}
	var week []config.Day
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri"} {
		week = append(week, config.Day{Day: d, Periods: []string{"08:00-16:00"}})
	}
	d := config.Document{
		Organisation: config.Organisation{Name: in.Organisation, Language: in.Language, TimeZone: in.TimeZone},
		Markets:      []config.Market{{Identity: config.Identity{Key: "hjemme"}, Name: in.Country, Country: in.Country, Language: in.Language, TimeZone: in.TimeZone}},
		Brands: []config.Brand{{
			Identity: config.Identity{Key: "merke"}, Name: in.Organisation, Market: "hjemme", WidgetKey: "merke-" + strings.ToLower(newSetupCode()), Colour: "#0b5aa8",
			Greeting: config.Text{"nb": "Hei! Hva kan vi hjelpe deg med?", "nn": "Hei! Kva kan vi hjelpe deg med?", "sv": "Hej! Vad kan vi hjälpa dig med?", "en": "Hello! How can we help you?"},
			Topics:   []config.Topic{{Name: config.Text{"nb": "Kundeservice", "nn": "Kundeservice", "sv": "Kundservice", "en": "Customer service"}, Queue: "kundeservice"}},
		}},
		Capacities: []config.Capacity{capacity},
		Hours:      []config.Hours{{Identity: config.Identity{Key: "kontortid"}, Name: "08–16", Market: "hjemme", Week: week, Holidays: "closed"}},
		Teams:      []config.Team{{Identity: config.Identity{Key: "lag"}, Name: in.Organisation}},
		Queues: []config.Queue{{
			Identity: config.Identity{Key: "kundeservice"}, Name: "Kundeservice", Brand: "merke", Channels: all, Hours: "kontortid", TargetS: 60, GoalPercent: 80,
			Formula: config.Formulas[0], ShortS: 5, Weight: 100, OfferS: 20, WrapUpS: 60, WrapUpMaxS: 900, Survey: true, Steps: []config.Step{{}},
		}},
		Reasons: []config.Reason{
			{Identity: config.Identity{Key: "sporsmal"}, Name: config.Text{"nb": "Spørsmål", "nn": "Spørsmål", "sv": "Fråga", "en": "Question"}, Active: true},
			{Identity: config.Identity{Key: "klage"}, Name: config.Text{"nb": "Klage", "nn": "Klage", "sv": "Klagomål", "en": "Complaint"}, Active: true},
		},
		Pauses: []config.Pause{{Identity: config.Identity{Key: "pause"}, Name: config.Text{"nb": "Pause", "nn": "Pause", "sv": "Rast", "en": "Break"}, Kind: "break", LimitMin: 30}},
		People: []config.Person{{
			Identity: config.Identity{Key: "administrator"}, Name: in.Name, Email: in.Email, Language: in.Language, Team: "lag", Capacity: "vanlig", Active: true,
			Roles: []config.GrantText{{Role: "administrator", Scope: "organisation"}, {Role: "privacy", Scope: "organisation"}, {Role: "leader", Scope: "organisation"}, {Role: "agent", Scope: "organisation"}},
		}},
		Rules: config.Rules{LostGraceS: 60, ReturnHoldS: 20, DeclineCoolS: 60},
	}
	d.Defaults()
	return d
}
