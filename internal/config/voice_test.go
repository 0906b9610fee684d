package config_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/telephony/ivr"
)

var example = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// Every example of docs/spec/voice.md reads as configuration; put together they are a script without a fault that has a step of every kind.
func TestTheScriptLanguageIsAsItsPageSays(t *testing.T) {
	page, err := os.ReadFile("../../docs/spec/voice.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []ivr.Step
	for i, m := range example.FindAllStringSubmatch(string(page), -1) {
		if i == 0 {
			var s config.Script
			if err := yaml.UnmarshalWithOptions([]byte(m[1]), &s, yaml.Strict()); err != nil || len(s.Steps) != 2 {
				t.Fatalf("%v\n%s", err, m[1])
			}
			s.Defaults()
			if faults := ivr.Validate(&s.Script, ivr.Names{Line: true, Languages: []string{"nb"}}); len(faults) > 0 {
				t.Errorf("the whole script: %v", faults)
			}
			continue
		}
		var steps []ivr.Step
		if err := yaml.UnmarshalWithOptions([]byte(m[1]), &steps, yaml.Strict()); err != nil {
			t.Errorf("%v\n%s", err, m[1])
		}
		all = append(all, steps...)
	}
	order := []string{"hei", "sprak", "tid", "varsel", "valg", "kunde", "opptak", "faktura", "strom", "lenke", "stengt", "vakt", "ring-meg", "farvel", "spor"}
	all = append(all, ivr.Step{Key: "strom", Do: ivr.Queue, Queue: "strom"})
	slices.SortFunc(all, func(a, b ivr.Step) int { return slices.Index(order, a.Key) - slices.Index(order, b.Key) })
	kinds := map[string]bool{}
	for i := range all {
		s := &all[i]
		kinds[s.Do] = true
		if len(s.Text) > 0 {
			s.Text["en"] = s.Text["nb"] // English may be chosen
		}
		if len(s.Message) > 0 {
			s.Message["en"] = s.Message["nb"]
		}
		switch s.Key {
		case "valg":
			s.Choices = append(s.Choices, ivr.Choice{Press: "3", To: "lenke"})
			s.Choices[1].To = "kunde"
		}
	}
	script := &ivr.Script{Person: "strom", Steps: all}
	for _, f := range ivr.Validate(script, ivr.Names{Languages: []string{"nb"}, Queues: []string{"strom", "faktura"}, Skills: []string{"faktura"}, Hours: []string{"kontortid"}}) {
		t.Errorf("the examples together: %+v", f)
	}
	for _, k := range ivr.Kinds {
		if !kinds[k] || !strings.Contains(string(page), "### "+k+":") {
			t.Errorf("the page has no example of %s", k)
		}
	}
}

// Whoever breaks the phone section is told what, and on which line.
func TestFaultsOfThePhoneNameLineAndReason(t *testing.T) {
	file, _ := read(t, demo)
	cases := []struct{ name, old, new, where, text string }{
		{"a menu that goes in a ring", `en: Power}, to: strom}`, `en: Power}, to: sprak}`, "phone.scripts[1].steps[5].choices[0].to", "could go round for ever"},
		{"a script that is not there", `script: alvljus,`, `script: alvljuus,`, "phone.lines[1].script", `"alvljuus" is not one of phone.scripts`},
		{"two lines of one number", `number: "+4700000101"`, `number: "+47 00 00 01 00"`, "phone.lines[2].number", `is the number of "fjordglimt" already`},
		{"a number without its country", `number: "+4700000101"`, `number: "00000101"`, "phone.lines[2].number", "must be a telephone number with its country's number"},
		{"a source that is none", `sources: [127.0.0.1/32, 127.0.0.0/8]`, `sources: [127.0.0.0/88]`, "phone.trunks[0].sources[0]", "must be an address or a range"},
		{"consent that is only told", `basis: consent
          text:`, `basis: notice
          text:`, "phone.scripts[2].steps[5].basis", "a notice is not enough"},
		{"a prefix that is none", `prefix: "+358"`, `prefix: "358"`, "phone.outbound.rules[10].prefix", "must be the beginning of a number"},
		{"a phone on nobody's desk", `person: ingrid-solvang, active: false`, `person: ingrid, active: false`, "phone.accounts[0].person", "is not one of people"},
		{"an unknown blank in the whisper", `sv: "{{brand}}, {{reason}}. Har väntat i {{wait}}."`, `sv: "{{merke}}. Har väntat i {{wait}}."`, "phone.whisper.text.sv", "{{merke}} is not known"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(string(file), c.old) {
				t.Fatalf("demo.yaml has no %q", c.old)
			}
			broken := []byte(strings.Replace(string(file), c.old, c.new, 1))
			d, faults := config.Read(broken)
			if len(faults) == 0 {
				faults, _ = config.Validate(d)
			}
			if len(faults) == 0 {
				t.Fatal("nothing was found wrong")
			}
			f := config.Locate(broken, faults)[0]
			line := 1 + strings.Count(string(file[:strings.Index(string(file), c.old)]), "\n")
			if !strings.HasPrefix(f.Where, c.where) || !strings.Contains(f.Text, c.text) || f.Line != line {
				t.Errorf("told %q, want line %d, %s, %s", f, line, c.where, c.text)
			}
		})
	}
}

// A version written before there were phones reads with phones off and everything else as before.
func TestADocumentFromBeforePhonesIsStillRead(t *testing.T) {
	_, d := read(t, demo)
	d.AssignIDs(nil, map[string]int32{})
	if s, _ := config.Routing(d, 1); s.Told != 1<<centre.Phone|1<<centre.Callback {
		t.Errorf("with phones on the engine was told %b, want phone and callback", s.Told)
	}
	d.Phone = config.Phone{}
	d.Fill()
	d.AssignIDs(nil, map[string]int32{})
	if faults, _ := config.Validate(d); len(faults) > 0 {
		t.Fatal(faults)
	}
	if d.Phone.On || d.Phone.Lines == nil || d.Phone.Wait.EveryS == 0 || d.Phone.Outbound.Agent.CostOrePerDay == 0 || len(d.Phone.Outbound.Rules) != 0 {
		t.Errorf("filled in as %+v", d.Phone)
	}
	if s, _ := config.Routing(d, 1); s.Told != 0 {
		t.Errorf("the engine was told %b: everybody would be out of reach", s.Told)
	}
}

// One change within the phone section is taken back while a later one beside it stays.
func TestAChangeOfALineIsTakenBackAlone(t *testing.T) {
	_, v1 := read(t, demo)
	v1.AssignIDs(nil, map[string]int32{})
	_, v2 := read(t, demo)
	v2.AssignIDs(v1, map[string]int32{})
	v2.Phone.Lines[0].Language = "sv"
	_, v3 := read(t, demo)
	v3.AssignIDs(v1, map[string]int32{})
	v3.Phone.Lines[0].Language = "sv"
	v3.Phone.Scripts[1].Steps[0].Text["nb"] = "Hei."
	v3.Phone.Wait.EveryS = 60

	back, err := config.Revert(v3, v1, v2)
	if err != nil {
		t.Fatal(err)
	}
	if l := back.Phone.Lines[0]; l.Language != "nb" || back.Phone.Scripts[1].Steps[0].Text["nb"] != "Hei." || back.Phone.Wait.EveryS != 60 {
		t.Errorf("taken back: %+v, %q, %d", l, back.Phone.Scripts[1].Steps[0].Text["nb"], back.Phone.Wait.EveryS)
	}
	if diff := fmt.Sprint(config.Diff(v1, v3)); !strings.Contains(diff, "phone.lines[fjordglimt].language") || !strings.Contains(diff, "phone.scripts[fjordglimt].steps[hei].text.nb") {
		t.Errorf("the difference is told as %s", diff)
	}
	v3.Phone.Lines[0].Language = "en"
	if _, err := config.Revert(v3, v1, v2); err == nil || !strings.Contains(err.Error(), "phone.lines[fjordglimt]") {
		t.Errorf("a line changed again since was taken back: %v", err)
	}
}

func TestNumbersAreComparedInOneWay(t *testing.T) {
	for _, c := range [][3]string{
		{"+47 00 00 01 00", "NO", "+4700000100"}, {"00000100", "NO", "+4700000100"}, {"004799999901", "SE", "+4799999901"}, {"4799999901", "NO", "+4799999901"},
		{"08-465 004 00", "SE", "+46846500400"}, {"070-174 06 05", "SE", "+46701740605"}, {"02800", "NO", "+4702800"}, {"+1 (202) 555-0100", "NO", "+12025550100"},
		{"*", "NO", "*"}, {"", "NO", ""}, {"abc", "NO", ""}, {"+", "NO", ""}, {"1+2", "NO", ""}, {"+12345678901234567", "NO", ""},
	} {
		if got := config.Bare(c[0], c[1]); got != c[2] {
			t.Errorf("%q in %s is %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func FuzzBare(f *testing.F) {
	f.Add("+47 00 00 01 00", "NO")
	f.Fuzz(func(t *testing.T, number, country string) {
		n := config.Bare(number, country)
		if n == "" || n == "*" {
			return
		}
		if again := config.Bare(n, country); again != n || n[0] != '+' || strings.Trim(n[1:], "0123456789") != "" {
			t.Fatalf("%q became %q, and that %q", number, n, again)
		}
	})
}
