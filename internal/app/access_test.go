package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/store"
)

const password = "en lang setning om fjorden"

// known gives somebody a password and tells how to sign in with it.
func (w *world) known(key string) map[string]any {
	w.t.Helper()
	p, _ := w.app.Rules.Book().Person(centre.AgentID(w.app.Rules.Book().ID("people", key)))
	if err := w.app.Access.SetPassword(ctx, p.ID, password); err != nil {
		w.t.Fatal(err)
	}
	return map[string]any{"email": p.Email, "password": password}
}

// signIn signs in as a browser does; the cookie is kept.
func (b *browser) signIn(method, path string, body any) reply {
	b.w.t.Helper()
	r := b.do(method, path, body)
	for _, line := range r.header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil || c.Name != "__Host-sentral" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.SameSite != http.SameSiteLaxMode || c.Domain != "" {
			b.w.t.Errorf("the cookie is %s (%v)", line, err)
			continue
		}
		b.cookie = c.Value
	}
	return r
}

func TestSigningInIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	right := w.known("birger-brattvik")
	wrong := map[string]any{"email": right["email"], "password": "helt feil passord her"}
	unknown := map[string]any{"email": "ingen@fjordglimt.example", "password": "helt feil passord her"}
	b := &browser{w: w, name: "somebody"}
	guess := func(who map[string]any) int { return b.do("POST", "/api/session", who).status }
	var known, strange []int
	for range 7 {
		known, strange = append(known, guess(wrong)), append(strange, guess(unknown))
	}
	want := "[401 401 401 401 401 429 429]"
	if fmt.Sprint(known) != want || fmt.Sprint(strange) != want {
		t.Errorf("guesses at somebody %v, at nobody %v: want both %s", known, strange, want)
	}
	if s := guess(right); s != http.StatusTooManyRequests {
		t.Errorf("the right password during the pause: %d", s)
	}
	w.pass(31 * time.Second)
	if s := guess(right); s != 200 {
		t.Errorf("the right password after the pause: %d", s)
	}

	// Many guesses at once count as many.
	w.pass(time.Hour)
	other := w.known("eirin-kvamsdal")
	other["password"] = "helt feil passord her"
	var wg sync.WaitGroup
	statuses := make([]int, 16)
	for i := range statuses {
		wg.Go(func() { statuses[i] = guess(other) })
	}
	wg.Wait()
	looked := 0
	for _, s := range statuses {
		if s == 401 {
			looked++
		}
	}
	if looked > 5 {
		t.Errorf("%d of 16 parallel guesses were looked at", looked)
	}

	// An account cannot be guessed at more than some hundred times a day, however patiently.
	looked = 0
	for end := w.now().Add(24 * time.Hour); w.now().Before(end); w.pass(14 * time.Minute) {
		if guess(other) == 401 {
			looked++
		}
	}
	if looked > 100 {
		t.Errorf("%d guesses in a day", looked)
	}
}

func TestACodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	who := w.known("birger-brattvik")
	b := &browser{w: w, name: "Birger"}
	b.signIn("POST", "/api/session", who)
	var secret access.TOTPSecret
	b.must("POST", "/api/me/totp", nil, &secret)
	code := func() map[string]any {
		c, err := totp.GenerateCode(secret.Secret, w.now())
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"code": c}
	}
	b.refused(http.StatusUnprocessableEntity, "code", "PUT", "/api/me/totp", map[string]any{"code": "000000"})
	b.must("PUT", "/api/me/totp", code(), nil)

	half := &browser{w: w, name: "half signed in"}
	r := half.signIn("POST", "/api/session", who)
	if !strings.Contains(string(r.body), `"code":true`) {
		t.Fatalf("the second factor is not asked for: %s", r)
	}
	half.refused(http.StatusUnauthorized, "", "GET", "/api/me", nil)
	half.refused(http.StatusUnprocessableEntity, "used", "PUT", "/api/session", code()) // it confirmed the app
	w.pass(30 * time.Second)
	before, now := half.cookie, code()
	// The same code at many places at once opens one session.
	others := make([]*browser, 4)
	for i := range others {
		others[i] = &browser{w: w, name: "another"}
		others[i].signIn("POST", "/api/session", who)
	}
	opened := make([]int, len(others))
	var wg sync.WaitGroup
	for i, o := range others {
		wg.Go(func() { opened[i] = o.do("PUT", "/api/session", now).status })
	}
	wg.Wait()
	n := 0
	for _, s := range opened {
		if s == 200 {
			n++
		}
	}
	if n != 1 {
		t.Errorf("one code opened %d sessions: %v", n, opened)
	}
	w.pass(30 * time.Second)
	half.signIn("PUT", "/api/session", code())
	if half.cookie == before {
		t.Error("the token stayed the same when the sign-in was completed")
	}
	half.must("GET", "/api/me", nil, nil)
	old := &browser{w: w, cookie: before}
	old.refused(http.StatusUnauthorized, "", "GET", "/api/me", nil)

	// Ten minutes later the app is not to be replaced or taken away by whoever finds the desk unlocked.
	w.pass(11 * time.Minute)
	half.refused(http.StatusForbidden, "fresh", "POST", "/api/me/totp", nil)
	half.refused(http.StatusForbidden, "fresh", "DELETE", "/api/me/totp", nil)

	// A lost phone: a new link alone does not let anybody past the second factor, an administrator's decision does.
	admin, link := w.person("randi-haugmoen"), access.Invitation{}
	admin.must("POST", fmt.Sprintf("/api/people/%d/invite", w.person("birger-brattvik").id), nil, &link)
	_, token, _ := strings.Cut(link.Link, "#")
	lost := &browser{w: w, name: "Birger without a phone"}
	if r := lost.signIn("POST", "/api/session/welcome", map[string]any{"token": token, "password": password}); !strings.Contains(string(r.body), `"code":true`) {
		t.Errorf("a link passes the second factor: %s", r)
	}
	lost.refused(http.StatusUnauthorized, "", "GET", "/api/me", nil)
	admin.must("DELETE", fmt.Sprintf("/api/people/%d/second-factor", w.person("birger-brattvik").id), nil, nil)
	lost.signIn("POST", "/api/session", who)
	lost.must("GET", "/api/me", nil, nil)
}

func TestAnInvitationIsGoodOnce(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	admin, leader := w.person("randi-haugmoen"), w.person("ingrid-solvang")
	someone := w.person("frode-hellandsmo")
	invite := func() string {
		var i access.Invitation
		admin.must("POST", fmt.Sprintf("/api/people/%d/invite", someone.id), nil, &i)
		_, token, ok := strings.Cut(i.Link, "/welcome#")
		if !ok || len(token) != 64 {
			t.Fatalf("the link is %s", i.Link)
		}
		return token
	}
	leader.refused(http.StatusForbidden, "people.manage", "POST", fmt.Sprintf("/api/people/%d/invite", someone.id), nil)
	first, second, late := invite(), invite(), invite()
	b := &browser{w: w, name: "Frode"}
	b.refused(http.StatusUnprocessableEntity, "password", "POST", "/api/session/welcome", map[string]any{"token": first, "password": "kort"})
	b.refused(http.StatusUnprocessableEntity, "password", "POST", "/api/session/welcome", map[string]any{"token": first, "password": "frode.hellandsmo"})
	if r := b.signIn("POST", "/api/session/welcome", map[string]any{"token": first, "password": password}); r.status != 200 {
		t.Fatalf("welcome: %s", r)
	}
	b.must("GET", "/api/me", nil, nil)
	someone.refused(http.StatusUnauthorized, "", "GET", "/api/me", nil) // a new password ends what was open
	for _, used := range []string{first, second, late, strings.Repeat("0", 64), ""} {
		b.refused(http.StatusNotFound, "link", "POST", "/api/session/welcome", map[string]any{"token": used, "password": password + " 2"})
	}
	old := invite()
	w.pass(25 * time.Hour)
	b.refused(http.StatusNotFound, "link", "POST", "/api/session/welcome", map[string]any{"token": old, "password": password})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	b := w.person("birger-brattvik")
	w.pass(59 * time.Minute)
	b.must("GET", "/api/me", nil, nil) // in use
	w.pass(59 * time.Minute)
	b.must("GET", "/api/me", nil, nil)
	w.pass(61 * time.Minute)
	b.refused(http.StatusUnauthorized, "sign in again", "GET", "/api/me", nil)
	shift := w.person("birger-brattvik")
	for range 14 {
		w.pass(55 * time.Minute)
		shift.do("GET", "/api/me", nil)
	}
	shift.refused(http.StatusUnauthorized, "sign in again", "GET", "/api/me", nil) // twelve hours, whatever happens

	here, there := w.person("birger-brattvik"), w.person("birger-brattvik")
	var list []access.SessionView
	here.must("GET", "/api/me/sessions", nil, &list)
	for _, s := range list {
		if !s.Here {
			here.must("DELETE", "/api/me/sessions/"+s.ID, nil, nil)
		}
	}
	there.refused(http.StatusUnauthorized, "", "GET", "/api/me", nil)
	here.refused(http.StatusNotFound, "id", "DELETE", "/api/me/sessions/0123456789abcdef", nil)
}

// Whoever is signed out hears nothing more, not even by what is running; nor does a revoked key, nor one who has left.
func TestRunningStreamsEndWithTheSession(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	admin := w.person("randi-haugmoen")
	ends := func(what string, b *browser, path string, end func()) {
		t.Helper()
		s := b.follow(path)
		if path != "/api/events/live" {
			s.until(map[string]string{"/api/live": "snapshot", "/api/wall/live": "wall"}[path], "")
		}
		end()
		all := s.ended()
		if len(all) == 0 || all[len(all)-1].name != "problem" {
			t.Errorf("%s: the stream ended with %v", what, all)
		}
	}
	a := w.person("birger-brattvik")
	ends("signed out", a, "/api/live", func() { a.must("DELETE", "/api/session", nil, nil) })
	b := w.person("birger-brattvik")
	ends("signed out by an administrator", b, "/api/wall/live", func() { admin.must("DELETE", fmt.Sprintf("/api/people/%d/sessions", b.id), nil, nil) })
	var k access.KeySecret
	admin.must("POST", "/api/keys", map[string]any{"name": "drift", "days": 1, "grants": []any{map[string]any{"role": "analyst", "scope": map[string]any{"kind": "organisation"}}}}, &k)
	key := &browser{w: w, name: "key", bearer: k.Secret}
	ends("a revoked key", key, "/api/events/live", func() { admin.must("DELETE", fmt.Sprintf("/api/keys/%d", k.ID), nil, nil) })
	key.refused(http.StatusUnauthorized, "key", "GET", "/api/events", nil)
	var again access.KeySecret
	admin.must("POST", "/api/keys", map[string]any{"name": "ny", "days": 1, "grants": k.Grants}, &again)
	if again.ID == k.ID {
		t.Error("the id of a revoked key, of which the audit log speaks, was given to another")
	}
	w.pass(25 * time.Hour)
	(&browser{w: w, bearer: again.Secret}).refused(http.StatusUnauthorized, "too old", "GET", "/api/events", nil)
	admin = w.person("randi-haugmoen")
	left := w.person("camilla-fossgard")
	var all []config.Person
	admin.must("GET", "/api/config/people", nil, &all)
	ends("somebody who has left", left, "/api/live", func() {
		for _, p := range all {
			if p.Key == "camilla-fossgard" {
				p.Active = false
				admin.must("PUT", fmt.Sprintf("/api/config/people/%d", p.ID), p, nil)
			}
		}
	})
	left.refused(http.StatusUnauthorized, "", "GET", "/api/me", nil)
}

// The audit log holds what matters, and any line changed, removed or moved is missed.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	admin, reader := w.person("randi-haugmoen"), w.person("pia-personvern")
	for i := range 4 {
		reader.must("GET", "/api/customers?q=Kari", nil, nil)
		admin.must("DELETE", fmt.Sprintf("/api/people/%d/sessions", 10+i), nil, nil)
	}
	var people []config.Person
	admin.must("GET", "/api/config/people", nil, &people)
	for _, p := range people {
		if p.Key == "ulf-uten" {
			p.Roles = []config.GrantText{{Role: "analyst", Scope: "organisation"}}
			admin.must("PUT", fmt.Sprintf("/api/config/people/%d", p.ID), p, nil)
		}
	}
	page := func() (p access.AuditPage) {
		t.Helper()
		reader.must("GET", "/api/audit?limit=200", nil, &p)
		return p
	}
	whole := page()
	if !whole.Whole || whole.More {
		t.Fatalf("the log is not whole: %+v", whole)
	}
	seen := map[string]int{}
	for _, l := range whole.Lines {
		seen[l.What]++
		if strings.Contains(l.Detail+l.Object, "Kari") {
			t.Errorf("the log holds what was searched for: %+v", l)
		}
	}
	for what, n := range map[string]int{"customers.searched": 4, "person.signed_out": 4, "person.roles_changed": 1, "config.changed": 2} {
		if seen[what] != n {
			t.Errorf("%s stands there %d times, want %d", what, seen[what], n)
		}
	}
	paged := 0
	for before, more := int64(0), true; more; {
		var p access.AuditPage
		reader.must("GET", fmt.Sprintf("/api/audit?limit=3&before=%d", before), nil, &p)
		if !p.Whole {
			t.Errorf("the page before %d is not whole", before)
		}
		paged, more, before = paged+len(p.Lines), p.More, p.Lines[len(p.Lines)-1].ID
	}
	if paged != len(whole.Lines) {
		t.Errorf("%d lines in pages, %d at once", paged, len(whole.Lines))
	}
	newest := whole.Lines[0].ID
	for name, spoil := range map[string]string{
		"a changed line":      `UPDATE audit SET object='person 1' WHERE id=4`,
		"a changed instant":   `UPDATE audit SET at=at-1 WHERE id=4`,
		"a line taken out":    `DELETE FROM audit WHERE id=4`,
		"the first taken out": `DELETE FROM audit WHERE id=1`,
		"the last taken out":  fmt.Sprintf(`DELETE FROM audit WHERE id=%d`, newest),
		"two changed about":   `UPDATE audit SET id=CASE id WHEN 4 THEN 1005 ELSE 1004 END WHERE id IN (4,5); UPDATE audit SET id=id-1000 WHERE id>1000`,
	} {
		keep := `CREATE TABLE kept AS SELECT * FROM audit`
		w.sql(append([]string{keep}, strings.Split(spoil, ";")...)...)
		if page().Whole {
			t.Errorf("%s is not missed", name)
		}
		w.sql(`DELETE FROM audit`, `INSERT INTO audit SELECT * FROM kept`, `DROP TABLE kept`)
		if !page().Whole {
			t.Fatalf("after %s was mended the log is not whole", name)
		}
	}
}

func (w *world) sql(statements ...string) {
	w.t.Helper()
	err := w.app.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// authenticator is a passkey in software: one key pair bound to one site.
type authenticator struct {
	site, origin string
	key          *ecdsa.PrivateKey
	id, user     []byte
	count        uint32
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (a *authenticator) data(flags byte) []byte {
	hash := sha256.Sum256([]byte(a.site))
	a.count++
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.count)
}

func (a *authenticator) client(kind string, options json.RawMessage) ([]byte, map[string]any) {
	var o struct {
		PublicKey map[string]any `json:"publicKey"`
	}
	_ = json.Unmarshal(options, &o)
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": o.PublicKey["challenge"], "origin": a.origin, "crossOrigin": false})
	return text, o.PublicKey
}

// make answers a registration (WebAuthn, section 7.1) with an attestation of format none.
func (a *authenticator) make(options json.RawMessage) map[string]any {
	client, o := a.client("webauthn.create", options)
	user, _ := o["user"].(map[string]any)
	a.user, _ = base64.RawURLEncoding.DecodeString(user["id"].(string))
	a.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.id = make([]byte, 16)
	_, _ = rand.Read(a.id)
	data := append(a.data(0x45), make([]byte, 16)...) // present, verified, with a key
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(data, a.id...)
	data = append(data, 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20) // COSE: EC2, ES256, P-256, x ...
	data = append(data, a.key.X.FillBytes(make([]byte, 32))...)
	data = append(data, 0x22, 0x58, 0x20)
	data = append(data, a.key.Y.FillBytes(make([]byte, 32))...)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(append(object, 0x67), "attStmt"...), 0xa0)
	object = append(append(append(object, 0x68), "authData"...), 0x58, byte(len(data)))
	object = append(object, data...)
	return map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": map[string]any{"clientDataJSON": b64(client), "attestationObject": b64(object)}}
}

// prove answers a sign-in (WebAuthn, section 7.2).
func (a *authenticator) prove(options json.RawMessage, flags byte) map[string]any {
	client, _ := a.client("webauthn.get", options)
	data, hash := a.data(flags), sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, _ := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	return map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.user),
	}}
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{options: func(o *app.Options) { o.Address = "https://sentral.fjordglimt.example" }})
	b := w.person("birger-brattvik")
	a := &authenticator{site: "sentral.fjordglimt.example", origin: "https://sentral.fjordglimt.example"}
	var c access.Ceremony
	start := func(who *browser, path string) { c = access.Ceremony{}; who.must("POST", path, nil, &c) }
	start(b, "/api/me/passkeys/begin")
	answer := map[string]any{"id": c.ID, "name": "Nøkkelen min", "credential": a.make(c.Options)}
	w.person("camilla-fossgard").refused(http.StatusForbidden, "somebody else's", "POST", "/api/me/passkeys", answer)
	b.refused(http.StatusConflict, "begin again", "POST", "/api/me/passkeys", answer) // a challenge is good once, right or wrong
	start(b, "/api/me/passkeys/begin")
	answer["id"], answer["credential"] = c.ID, a.make(c.Options)
	b.must("POST", "/api/me/passkeys", answer, nil)

	n := &browser{w: w, name: "sign-in"}
	try := func(change func(map[string]any), with *authenticator, flags byte) int {
		start(n, "/api/session/passkey/begin")
		body := map[string]any{"id": c.ID, "name": "", "credential": with.prove(c.Options, flags)}
		change(body)
		return n.signIn("POST", "/api/session/passkey", body).status
	}
	keep := func(map[string]any) {}
	if s := try(keep, a, 0x05); s != 200 {
		t.Fatalf("a passkey signs in: %d", s)
	}
	var me access.Me
	n.must("GET", "/api/me", nil, &me)
	if me.Agent != b.id || me.Passkeys != 1 || !me.Fresh {
		t.Errorf("signed in as %+v", me)
	}
	other := *a
	other.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	evil := *a
	evil.origin = "https://evil.example"
	stranger := *a
	stranger.user = []byte{0, 0, 0, 0, 0, 0, 0, 1}
	for name, status := range map[string]int{
		"another key":            try(keep, &other, 0x05),
		"another site":           try(keep, &evil, 0x05),
		"another person's":       try(keep, &stranger, 0x05),
		"nobody touched it":      try(keep, a, 0x00),
		"not verified who it is": try(keep, a, 0x01),
		"a used challenge":       try(func(m map[string]any) { m["id"] = answer["id"] }, a, 0x05),
		"nonsense":               try(func(m map[string]any) { m["credential"] = map[string]any{"id": "x"} }, a, 0x05),
	} {
		if status == 200 || status >= 500 {
			t.Errorf("%s: %d", name, status)
		}
	}
	cloned := *a
	cloned.count = 0
	if s := try(keep, &cloned, 0x05); s != http.StatusUnauthorized {
		t.Errorf("a cloned passkey signs in: %d", s)
	}
	w.pass(6 * time.Minute)
	start(n, "/api/session/passkey/begin")
	late := map[string]any{"id": c.ID, "name": "", "credential": a.prove(c.Options, 0x05)}
	w.pass(6 * time.Minute)
	n.refused(http.StatusConflict, "begin again", "POST", "/api/session/passkey", late)
	b.refused(http.StatusForbidden, "fresh", "POST", "/api/me/passkeys/begin", nil)
	b.refused(http.StatusForbidden, "fresh", "DELETE", "/api/me/passkeys/1", nil)
}

// The first-run wizard makes one administrator, with the code that only the console shows, and then never again.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{options: func(o *app.Options) { o.Document = nil }})
	code := w.app.SetupCode()
	if len(code) != 12 {
		t.Fatalf("the code is %q", code)
	}
	b := &browser{w: w, name: "first"}
	post := func(change func(url.Values)) reply {
		f := url.Values{"code": {code}, "organisation": {"Nordlys"}, "country": {"NO"}, "language": {"nb"}, "name": {"Åse Admin"}, "email": {"ase@nordlys.example"}, "password": {password}}
		change(f)
		r := b.request("POST", "/setup", f.Encode())
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return reply{status: answer.StatusCode, header: answer.Header}
	}
	if r := b.do("GET", "/sign-in", nil); r.status != http.StatusSeeOther || r.header.Get("Location") != "/setup" {
		t.Errorf("an empty centre shows %s", r)
	}
	for name, change := range map[string]func(url.Values){
		"a wrong code":      func(f url.Values) { f.Set("code", "AAAAAAAAAAAA") },
		"no code":           func(f url.Values) { f.Del("code") },
		"a short password":  func(f url.Values) { f.Set("password", "kort") },
		"no e-mail address": func(f url.Values) { f.Set("email", "ase") },
		"no organisation":   func(f url.Values) { f.Set("organisation", "") },
		"no such country":   func(f url.Values) { f.Set("country", "US") },
	} {
		if r := post(change); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	var wg sync.WaitGroup
	made := make([]int, 4)
	for i := range made {
		wg.Go(func() { made[i] = post(func(url.Values) {}).status })
	}
	wg.Wait()
	n := 0
	for _, s := range made {
		if s == http.StatusSeeOther {
			n++
		}
	}
	if n != 1 || w.app.SetupCode() != "" || len(w.app.Rules.Book().People) != 1 {
		t.Errorf("%d of 4 became the administrator (%v); the code is %q now", n, made, w.app.SetupCode())
	}
	if r := post(func(url.Values) {}); r.status == http.StatusSeeOther && r.header.Get("Location") == "/" {
		t.Error("a second administrator was made")
	}
	if r := b.signIn("POST", "/api/session", map[string]any{"email": "ASE@nordlys.example", "password": password}); r.status != 200 {
		t.Errorf("the administrator signs in: %s", r)
	}
	b.must("GET", "/api/config", nil, nil)
}
