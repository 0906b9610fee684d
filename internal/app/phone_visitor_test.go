package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sentral/internal/centre"
	"sentral/internal/channel/phone"
	"sentral/internal/desk/contact"
)

// A call from a brand's page knows its customer by the same signed identity as the chat. A bad one is refused with the reason, nothing rings, and the visitor
// may call unknown.
func TestPhoneVisitorIdentity(t *testing.T) {
	w := phones(t)
	book := w.app.Rules.Book()
	secrets := map[string][]byte{"fjordglimt": []byte("0123456789abcdef0123456789abcdef"), "alvljus": []byte("fedcba9876543210fedcba9876543210")}
	for brand, secret := range secrets {
		if err := w.app.Chat.SetBrandSecret(ctx, book.ID("brands", brand), secret); err != nil {
			t.Fatal(err)
		}
	}
	signed := func(brand string, life time.Duration) string {
		c := jwt.MapClaims{"aud": "sentral-widget", "sub": "1001", "name": "Kari Nordmo", "exp": w.now().Add(life).Unix()}
		s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(secrets[brand])
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, bad := range map[string]struct{ identity, why string }{
		"nonsense":      {"a.b.c", "not signed"},
		"another brand": {signed("alvljus", 4*time.Minute), "not signed"},
		"old":           {signed("fjordglimt", -time.Minute), "too old"},
		"long-lived":    {signed("fjordglimt", time.Hour), "five minutes"},
	} {
		told, open := <-w.visitAs(norway, bad.identity).states
		if !open || !strings.HasPrefix(told, "refused: identity: ") || !strings.Contains(told, bad.why) || !strings.HasSuffix(told, " at identity") {
			t.Errorf("%s: told %q", name, told)
		}
	}
	if n := w.app.Phone.Figures().Calls; n != 0 {
		t.Errorf("%d calls were begun by those who were refused", n)
	}

	a := w.line("birger-brattvik", 1000)
	answered := func(identity string) (phone.Call, contact.Detail) {
		v := w.visitAs(norway, identity)
		if v.until("menu", "waiting") == "menu" {
			v.say(phone.LineSaid{Type: "keys", Keys: "0"})
		}
		k := a.take()
		v.until("talking")
		var d contact.Detail
		a.must("GET", on(k.Contact, ""), nil, &d)
		v.conn.CloseNow()
		w.outcome(k)
		a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": book.ID("reasons", "annet"), "outcome": "solved"}, nil)
		return k, d
	}
	var kari centre.CustomerID
	for range 2 { // the same person the second time
		k, d := answered(signed("fjordglimt", 4*time.Minute))
		if d.Customer == nil || d.Customer.Verified != "signed" || d.Customer.Number != "1001" || d.Contact.Name != "Kari Nordmo" || k.Known != "verified" || k.Name != "Kari Nordmo" {
			t.Fatalf("the agent sees %+v of call %+v", d.Customer, k)
		}
		if kari == 0 {
			kari = d.Customer.ID
		}
		if d.Customer.ID != kari {
			t.Errorf("customer %d called, then %d", kari, d.Customer.ID)
		}
	}
	if k, d := answered(""); d.Customer != nil && d.Customer.ID != 0 || k.Known != "none" {
		t.Errorf("a visitor without an identity is %+v in call %+v", d.Customer, k)
	}
}
