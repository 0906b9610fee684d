package config

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is wrong with how text messages are sent is told where it stands.
func TestFaultsOfTexts(t *testing.T) {
	good := func() *Document {
		d := &Document{}
		d.Phone.Outbound.Rules = []DialRule{{Prefix: "+479", Texts: true}}
		d.Phone.Texts = Texts{On: true, URL: "https://sms.example/messages", From: "Nordlys", Auth: "bearer"}
		d.Phone.Defaults()
		d.Phone.Survey.By = "off"
		return d
	}
	check := func(d *Document) (faults, warnings []Fault) {
		c := &checker{d: d}
		c.texting()
		return c.faults, c.warnings
	}
	if faults, warnings := check(good()); len(faults)+len(warnings) > 0 {
		t.Fatalf("good: %v %v", faults, warnings)
	}
	for _, c := range []struct {
		name, where string
		fault       bool
		change      func(p *Phone)
	}{
		{"no address", "texts.url", true, func(p *Phone) { p.Texts.URL = "" }},
		{"http elsewhere", "texts.url", true, func(p *Phone) { p.Texts.URL = "http://sms.example/" }},
		{"a password in the address", "texts.url", true, func(p *Phone) { p.Texts.URL = "https://u:p@sms.example/" }},
		{"no address at all", "texts.url", true, func(p *Phone) { p.Texts.URL = "sms.example" }},
		{"no user", "texts.user", true, func(p *Phone) { p.Texts.Auth = "basic" }},
		{"a header that is ours", "texts.header", true, func(p *Phone) { p.Texts.Auth, p.Texts.Header = "header", "Content-Type" }},
		{"a sender too long", "texts.from", true, func(p *Phone) { p.Texts.From = "Kundeservice AS" }},
		{"a sender of digits alone", "texts.from", true, func(p *Phone) { p.Texts.From = "12345" }},
		{"no sender", "texts.from", false, func(p *Phone) { p.Texts.From = "" }},
		{"a blank that nobody fills in", "texts.template", true, func(p *Phone) { p.Texts.Template = `{"t":"{{text}}{{to}}{{name}}"}` }},
		{"no number", "texts.template", true, func(p *Phone) { p.Texts.Template = `{"t":"{{text}}"}` }},
		{"words that stand bare", "texts.template", true, func(p *Phone) { p.Texts.Template = `{"to":"{{to}}","t":{{text}}}` }},
		{"no form", "texts.template", true, func(p *Phone) { p.Texts.Format, p.Texts.Template = "form", "{{to}} {{text}}" }},
		{"no rule", "texts.on", false, func(p *Phone) { p.Outbound.Rules[0].Texts = false }},
		{"every number", "outbound.rules[0].texts", false, func(p *Phone) { p.Outbound.Rules[0].Prefix = "+" }},
		{"no bound", "texts.centre.messages_per_day", false, func(p *Phone) { p.Texts.Centre = TextCaps{} }},
		{"below nothing", "texts.recipient", true, func(p *Phone) { p.Texts.Recipient.PerDay = -1 }},
		{"kept for ever", "texts.keep_days", true, func(p *Phone) { p.Texts.KeepDays = 4000 }},
		{"nobody is asked", "survey.by", false, func(p *Phone) { p.Survey.By, p.Texts.On = "link", false }},
	} {
		d := good()
		c.change(&d.Phone)
		faults, warnings := check(d)
		list := warnings
		if c.fault {
			list = faults
		} else if len(faults) > 0 {
			t.Errorf("%s: faults %v", c.name, faults)
		}
		if len(list) != 1 || list[0].Where != "phone."+c.where {
			t.Errorf("%s: %v, want one at %s", c.name, list, c.where)
		}
	}
}

// Whatever a message says, it comes out of the body as it went in, and nothing beside it changes.
func TestTextBodyCarriesEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := TextFields{To: "+4799900001", From: rapid.String().Draw(t, "from"), Text: strings.ToValidUTF8(rapid.String().Draw(t, "text"), "?"), ID: "t1-2"}
		f.From = strings.ToValidUTF8(f.From, "?")
		for _, template := range []string{"", `{"to":"{{to}}","text":"{{text}}","from":"{{from}}","id":"{{id}}"}`} {
			b, err := (&Texts{Format: "json", Template: template}).Body(f)
			var got map[string]string
			if err != nil || json.Unmarshal(b, &got) != nil || len(got) != 4 || got["text"] != f.Text || got["from"] != f.From || got["to"] != f.To || got["id"] != f.ID {
				t.Fatalf("%q: %s (%v)", template, b, err)
			}
		}
		b, err := (&Texts{Format: "form"}).Body(f)
		got, bad := url.ParseQuery(string(b))
		if err != nil || bad != nil || len(got) != 4 || got.Get("text") != f.Text || got.Get("from") != f.From || got.Get("to") != f.To {
			t.Fatalf("form: %s (%v %v)", b, err, bad)
		}
	})
}
