package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"sentral/internal/app"
	"sentral/internal/config"
	"sentral/internal/desk/access"
)

// Whoever finds a desk unlocked cannot make themselves an administrator, nor a key: both ask for the second factor again, and then go through.
func TestSensitiveChangesAskAgain(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	admin := w.person("randi-haugmoen")
	if err := w.app.Access.SetPassword(ctx, admin.id, "fire hester og en gris"); err != nil {
		t.Fatal(err)
	}
	admin = w.person("randi-haugmoen")
	var people []config.Person
	admin.must("GET", "/api/config/people", nil, &people)
	var who config.Person
	for _, p := range people {
		if p.Key == "ulf-uten" {
			who = p
		}
	}
	path := fmt.Sprintf("/api/config/people/%d", who.ID)
	as := func(roles ...config.GrantText) config.Person { p := who; p.Roles = roles; return p }
	grant := func(role string) config.GrantText { return config.GrantText{Role: role, Scope: "organisation"} }
	newKey := map[string]any{"name": "nøkkel", "grants": []any{map[string]any{"role": "analyst", "scope": map[string]any{"kind": "organisation"}}}, "days": 30}
	added := func(key, role string) map[string]any {
		return map[string]any{"id": 0, "key": key, "name": key, "email": key + "@fjordglimt.example", "language": "nb", "capacity": "allround", "skills": []any{}, "team": "kraft", "active": true, "roles": []any{grant(role)}}
	}

	w.pass(11 * time.Minute)
	for what, r := range map[string]reply{
		"a role":          admin.do("PUT", path, as(grant("administrator"))),
		"a new leader":    admin.do("POST", "/api/config/people", added("ny-leder", "leader")),
		"a key":           admin.do("POST", "/api/keys", newKey),
		"a second factor": admin.do("DELETE", fmt.Sprintf("/api/people/%d/second-factor", who.ID), nil),
	} {
		if p := r.problem(); r.status != http.StatusForbidden || len(p.Errors) != 1 || p.Errors[0].Location != "proof" {
			t.Errorf("%s without a proof: %s", what, r)
		}
	}
	renamed := who
	renamed.Name = "Ulf Utenfor"
	admin.must("PUT", path, renamed, nil)                                     // everyday work asks for nothing
	admin.must("POST", "/api/config/people", added("ny-agent", "agent"), nil) // so does letting somebody in to answer
	who = renamed

	admin.refused(http.StatusUnprocessableEntity, "not your password", "POST", "/api/me/proof", map[string]any{"password": "en annen"})
	admin.must("POST", "/api/me/proof", map[string]any{"password": "fire hester og en gris"}, nil)
	admin.must("PUT", path, as(grant("analyst")), nil)
	admin.must("POST", "/api/keys", newKey, nil)

	var secret access.TOTPSecret
	admin.must("POST", "/api/me/totp", nil, &secret)
	code := func() string {
		c, err := totp.GenerateCode(secret.Secret, w.now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	admin.must("PUT", "/api/me/totp", map[string]any{"code": code()}, nil)
	w.pass(11 * time.Minute)
	admin.refused(http.StatusForbidden, "fresh", "POST", "/api/keys", newKey)
	admin.refused(http.StatusUnprocessableEntity, "code", "POST", "/api/me/proof", map[string]any{"password": "fire hester og en gris"})
	admin.must("POST", "/api/me/proof", map[string]any{"code": code()}, nil)
	admin.must("POST", "/api/keys", newKey, nil)
	for range 6 {
		admin.do("POST", "/api/me/proof", map[string]any{"code": "000000"})
	}
	admin.refused(http.StatusTooManyRequests, "too many", "POST", "/api/me/proof", map[string]any{"code": code()})
}

func TestProvingByPasskey(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{options: func(o *app.Options) { o.Address = "https://sentral.fjordglimt.example" }})
	admin := w.person("randi-haugmoen")
	a := &authenticator{site: "sentral.fjordglimt.example", origin: "https://sentral.fjordglimt.example"}
	var c access.Ceremony
	admin.must("POST", "/api/me/passkeys/begin", nil, &c)
	admin.must("POST", "/api/me/passkeys", map[string]any{"id": c.ID, "name": "", "credential": a.make(c.Options)}, nil)
	w.pass(11 * time.Minute)
	answer := func() map[string]any {
		admin.must("POST", "/api/session/passkey/begin", nil, &c)
		return map[string]any{"id": c.ID, "name": "", "credential": a.prove(c.Options, 0x05)}
	}
	w.person("pia-personvern").refused(http.StatusUnprocessableEntity, "somebody else's", "POST", "/api/me/proof/passkey", answer())
	var me access.Me
	admin.must("GET", "/api/me", nil, &me)
	if me.Fresh {
		t.Fatal("fresh without a proof")
	}
	admin.must("POST", "/api/me/proof/passkey", answer(), nil)
	if admin.must("GET", "/api/me", nil, &me); !me.Fresh {
		t.Error("not fresh after a proof")
	}
}

// Administrators see what was set up and who was let in; what concerns customers and the work of single agents is for the privacy role.
func TestAdministratorsSeeTheirPartOfTheLog(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{doc: func(d *config.Document) {
		for i := range d.People {
			if d.People[i].Key == "ane-analytiker" {
				d.People[i].Roles = []config.GrantText{{Role: "administrator", Scope: "organisation"}}
			}
		}
	}})
	admin, privacy, agent := w.person("ane-analytiker"), w.person("pia-personvern"), w.ready("birger-brattvik")
	for range 210 { // more than one reading of the log without a line for administrators
		privacy.must("GET", "/api/customers?q=Kari", nil, nil)
	}
	admin.must("PUT", fmt.Sprintf("/api/agents/%d/status", agent.id), map[string]any{"status": "direct_only"}, nil)
	admin.must("DELETE", fmt.Sprintf("/api/people/%d/sessions", agent.id), nil, nil)
	whole, part := map[string]int{}, map[string]int{}
	for _, x := range []struct {
		who  *browser
		into map[string]int
	}{{privacy, whole}, {admin, part}} {
		for before, more := int64(0), true; more; {
			var p access.AuditPage
			x.who.must("GET", fmt.Sprintf("/api/audit?limit=3&before=%d", before), nil, &p)
			if !p.Whole || p.Part != (x.who == admin) || (p.More && len(p.Lines) != 3) {
				t.Fatalf("%s reads %+v", x.who.name, p)
			}
			for _, l := range p.Lines {
				x.into[l.What]++
				before = l.ID
			}
			more = p.More
		}
	}
	for what, n := range whole {
		hidden := strings.HasPrefix(what, "customer") || strings.HasPrefix(what, "agent.") || strings.HasPrefix(what, "contact.")
		if want := map[bool]int{true: 0, false: n}[hidden]; part[what] != want {
			t.Errorf("the administrator sees %s %d times, want %d", what, part[what], want)
		}
	}
	if whole["customers.searched"] != 210 || whole["agent.status_set"] != 1 || part["sign_in"] == 0 || part["config.changed"] == 0 || part["person.signed_out"] != 1 {
		t.Errorf("privacy sees %v, the administrator %v", whole, part)
	}
}
