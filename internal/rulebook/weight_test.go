package rulebook

import (
	"testing"

	"sentral/internal/config"
)

// What lets text messages reach further, cost more or go elsewhere asks for a proof; what closes something does not.
func TestWhatOpensTexts(t *testing.T) {
	begin := func() config.Phone {
		return config.Phone{
			Outbound: config.Outbound{Rules: []config.DialRule{{Prefix: "+47", Allow: true}, {Prefix: "+479", Allow: true, Texts: true, CostPerText: 39}}},
			Texts:    config.Texts{On: true, URL: "https://sms.example/", Auth: "bearer", Centre: config.TextCaps{PerDay: 100}},
		}
	}
	for _, c := range []struct {
		name   string
		opens  bool
		change func(p *config.Phone)
	}{
		{"nothing", false, func(*config.Phone) {}},
		{"another provider", true, func(p *config.Phone) { p.Texts.URL = "https://other.example/" }},
		{"another way to show the secret", true, func(p *config.Phone) { p.Texts.Auth = "none" }},
		{"a cap that is raised", true, func(p *config.Phone) { p.Texts.Centre.PerDay = 101 }},
		{"a cap that is gone", true, func(p *config.Phone) { p.Texts.Centre.PerDay = 0 }},
		{"a cap that is lowered", false, func(p *config.Phone) { p.Texts.Centre.PerDay = 99 }},
		{"a prefix that is let through", true, func(p *config.Phone) { p.Outbound.Rules[0].Texts = true }},
		{"a prefix that is no longer", false, func(p *config.Phone) { p.Outbound.Rules[1].Texts = false }},
		{"a lower price", true, func(p *config.Phone) { p.Outbound.Rules[1].CostPerText = 1 }},
		{"off", false, func(p *config.Phone) { p.Texts.On, p.Texts.URL = false, "https://other.example/" }},
		{"another template", false, func(p *config.Phone) { p.Texts.Template = "x" }},
	} {
		old, next := begin(), begin()
		c.change(&next)
		if got := opensTexts(&old, &next); got != c.opens {
			t.Errorf("%s: opens %v, want %v", c.name, got, c.opens)
		}
	}
	off, on := begin(), begin()
	off.Texts.On = false
	if !opensTexts(&off, &on) {
		t.Error("to begin to send asks for nothing")
	}
}
