package app_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sentral/internal/config"
)

// TestStrangersAreTurnedAwayFirst sends every operation that is not for everybody what cannot be read, as everybody who is nobody there: the answer is about who
// asks, never about what.
func TestStrangersAreTurnedAwayFirst(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{})
	out := w.person("randi-haugmoen")
	out.must("DELETE", "/api/session", nil, nil)
	person, visitor := w.person("birger-brattvik"), w.visitor(norway)
	person.cookie, person.bearer = "", person.cookie // a session is no bearer's token
	visitor.cookie, visitor.bearer = visitor.bearer, ""
	strangers := map[string]*browser{
		"nobody": {w: w}, "signed out": out, "a person's cookie as a token": person, "a visitor's token as a cookie": visitor,
		"an invented key": {w: w, bearer: "sk_" + strings.Repeat("a", 40)},
	}
	bodies := map[string]any{"none": nil, "broken": `{"text": `, "not an object": `[1, 2`, "unknown fields": `{"nobody_knows": 1}`, "not JSON at all": []byte("\x00\x01"), "too large": `{"text": "` + strings.Repeat("x", 80<<10)}
	asked := 0
	for path, methods := range w.openapi().Paths {
		for method, op := range methods {
			if len(op.Security) == 0 { // for everybody
				continue
			}
			for _, target := range []string{regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(path, "1"), regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(path, "no-number") + "?nobody=knows"} {
				for who, b := range strangers {
					for what, body := range bodies {
						if method == "get" && body != nil {
							continue
						}
						asked++
						r, err := b.try(strings.ToUpper(method), target, body)
						if err != nil {
							if what == "too large" { // answered, and hung up before all of it was sent
								continue
							}
							t.Fatal(err)
						}
						if p := r.problem(); r.status != http.StatusUnauthorized || p.Status != r.status || len(p.Errors) > 0 {
							t.Errorf("%s %s as %s with a body that is %s: %s", method, target, who, what, r)
						}
					}
				}
			}
		}
	}
	if asked < 5000 {
		t.Errorf("only %d requests were sent", asked)
	}
}

// weights reads the table of docs/spec/access.md: what asks for a proof, by operation.
func weights(t *testing.T) map[string]string {
	page, err := os.ReadFile("../../docs/spec/access.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*) \\| (yes|no|when|itself) \\| .+ \\|$").FindAllStringSubmatch(string(page), -1) {
		for _, op := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(row[1], -1) {
			out[op[1]] = row[2]
		}
	}
	return out
}

// TestWhatAsksForAProof does everything that changes anything as an administrator who has not proved for a while who they are, and holds the table of
// docs/spec/access.md to what is so.
func TestWhatAsksForAProof(t *testing.T) {
	t.Parallel()
	s := stage(t)
	law, d, need := weights(t), s.openapi(), needs()
	old := map[string]*browser{}
	for _, methods := range d.Paths {
		for _, op := range methods {
			old[op.OperationID] = s.person("randi-haugmoen")
		}
	}
	s.pass(11 * time.Minute)
	asks := func(r reply) bool {
		p := r.problem()
		return r.status == http.StatusForbidden && len(p.Errors) == 1 && p.Errors[0].Location == "proof"
	}
	told := 0
	for _, first := range []bool{true, false} { // what asks is tried before anything is carried out
		for path, methods := range d.Paths {
			for method, op := range methods {
				says, listed := law[op.OperationID]
				if (says == "yes") != first || (method == "get" && !listed) || len(op.Security) == 0 || need[op.OperationID] == "visitor" {
					continue
				}
				if op.OperationID == "delete-recording" || op.OperationID == "play-recording" { // there is none in this scene: TestPhoneInACall has one
					continue
				}
				c := call{scene: s, d: &d, method: strings.ToUpper(method), path: path, op: op.OperationID, need: strings.Fields(need[op.OperationID])}
				var body any
				if content, ok := op.RequestBody.Content["application/json"]; ok {
					body = c.sample(content.Schema, "")
				}
				relation := map[string]string{"contact": "waiting", "customer": "own", "file": "own", "people": "kraft", "offer": "offered"}[c.need[0]]
				b := old[op.OperationID]
				r := b.do(c.method, c.target(b, relation), body)
				if asks(r) != first && says != "itself" {
					t.Errorf("%s %s (%s), of which docs/spec/access.md says %q: %s", method, path, op.OperationID, says, r)
				}
				told++
			}
		}
	}
	known := names(need)
	for op := range law {
		if !slices.Contains(sections, op) && !slices.Contains(known, op) {
			t.Errorf("docs/spec/access.md speaks of %s, which is no operation", op)
		}
	}
	if told < 100 {
		t.Errorf("only %d operations were asked", told)
	}
}

// TestConfigurationThatAsksForAProof changes one thing at a time: what gives power, opens calls out or leads a trunk elsewhere asks, what closes does not.
func TestConfigurationThatAsksForAProof(t *testing.T) {
	t.Parallel()
	w := begin(t, opening{doc: func(d *config.Document) {
		d.Phone.Outbound = config.Outbound{Currency: "NOK", MaxMinutes: 60, Agent: config.DialCaps{CallsPerHour: 30}, Centre: config.DialCaps{CostOrePerDay: 1000},
			Rules: []config.DialRule{{Prefix: "+47", Allow: true, CostOrePerMin: 50}, {Prefix: "+4782", Allow: false}}}
		d.Phone.Trunks = []config.Trunk{{Identity: config.Identity{Key: "linjen"}, Name: "Linjen", Host: "192.0.2.10", Transport: "udp", Sources: []string{"192.0.2.0/28"}, Codecs: []string{"pcma"}, SRTP: "off", MaxCalls: 10, Active: true}}
	}})
	admin := w.person("randi-haugmoen")
	w.pass(11 * time.Minute)
	out := func(d *config.Document) *config.Outbound { return &d.Phone.Outbound }
	for _, c := range []struct {
		what   string
		asks   bool
		change func(d *config.Document)
	}{
		{"another country", true, func(d *config.Document) {
			out(d).Rules = append(out(d).Rules, config.DialRule{Prefix: "+46", Allow: true})
		}},
		{"a refusal taken away", true, func(d *config.Document) { out(d).Rules = out(d).Rules[:1] }},
		{"a price that counts less", true, func(d *config.Document) { out(d).Rules[0].CostOrePerMin = 1 }},
		{"a bound moved up", true, func(d *config.Document) { out(d).Agent.CallsPerHour = 31 }},
		{"a bound taken away", true, func(d *config.Document) { out(d).Centre.CostOrePerDay = 0 }},
		{"longer calls", true, func(d *config.Document) { out(d).MaxMinutes = 61 }},
		{"a trunk to somebody else", true, func(d *config.Document) { d.Phone.Trunks[0].Host = "198.51.100.7" }},
		{"more who may call in", true, func(d *config.Document) {
			d.Phone.Trunks[0].Sources = append(d.Phone.Trunks[0].Sources, "198.51.100.0/24")
		}},
		{"a new administrator", true, func(d *config.Document) {
			for i := range d.People {
				if d.People[i].Key == "ulf-uten" {
					d.People[i].Roles = []config.GrantText{{Role: "administrator", Scope: "organisation"}}
				}
			}
		}},
		{"a country refused", false, func(d *config.Document) { out(d).Rules[0].Allow = false }},
		{"a bound moved down", false, func(d *config.Document) { out(d).Agent.CallsPerHour = 5 }},
		{"a trunk shut", false, func(d *config.Document) { d.Phone.Trunks[0].Active = false }},
		{"a trunk opened again", true, func(d *config.Document) { d.Phone.Trunks[0].Active = true }},
		{"a name", false, func(d *config.Document) { d.Organisation.Name = "Fjordglimt Kraft" }},
	} {
		var now struct {
			Version  int64
			Document config.Document
		}
		admin.must("GET", "/api/config", nil, &now)
		c.change(&now.Document)
		r := admin.do("PUT", fmt.Sprintf("/api/config?base=%d", now.Version), now.Document)
		p := r.problem()
		if asked := r.status == http.StatusForbidden && len(p.Errors) == 1 && p.Errors[0].Location == "proof"; asked != c.asks || (!asked && r.status != 200) {
			t.Errorf("%s: %s", c.what, r)
		}
	}
}
