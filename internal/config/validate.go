package config

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// Fault is one thing wrong with a document, and where.
type Fault struct {
	Where string `json:"where" doc:"Such as queues[3].target_s."`
	Line  int    `json:"line,omitempty" doc:"In a file."`
	Text  string `json:"text"`
}

// String prints the fault as an operator reads it.
func (f Fault) String() string {
	if f.Line > 0 {
		return fmt.Sprintf("line %d: %s: %s", f.Line, f.Where, f.Text)
	}
	return f.Where + ": " + f.Text
}

// checker collects faults; its maps hold the keys that other entries may refer to.
type checker struct {
	d                *Document
	faults, warnings []Fault
	keys             map[string]map[string]int // section -> key -> index
}

// Validate finds everything that is wrong with the document. With any error it cannot be applied; warnings are told and let through.
func Validate(d *Document) (errors, warnings []Fault) {
	c := &checker{d: d, keys: map[string]map[string]int{}}
	c.identities()
	c.organisation()
	c.brands()
	c.capacities()
	c.hours()
	c.teams()
	for i := range d.Queues {
		c.queue(i)
	}
	c.texts()
	c.lending()
	administrators := 0
	for i := range d.People {
		c.person(i)
		if d.People[i].Active && slices.Contains(d.People[i].Roles, GrantText{Role: "administrator", Scope: "organisation"}) {
			administrators++
		}
	}
	if administrators == 0 {
		c.fault("people", "nobody active is administrator of the whole organisation: nobody could change anything any more")
	}
	c.rules()
	c.phone()
	if len(c.faults) == 0 { // the engine has the last word, in its own terms
		settings, _ := Routing(identified(d), 1)
		if err := routing.ValidateSettings(settings); err != nil {
			c.fault("queues", "%v", err)
		}
	}
	return c.faults, c.warnings
}

// identified is a copy of the document in which every entry has an id, as it will have once it is applied.
func identified(d *Document) *Document {
	b, err := json.Marshal(d)
	if err != nil {
		panic("config: a document of plain values does not marshal: " + err.Error())
	}
	out := &Document{}
	if err := json.Unmarshal(b, out); err != nil {
		panic("config: a marshalled document does not read back: " + err.Error())
	}
	out.AssignIDs(nil, map[string]int32{})
	return out
}

func (c *checker) fault(where, format string, args ...any) {
	c.faults = append(c.faults, Fault{Where: where, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) warn(where, format string, args ...any) {
	c.warnings = append(c.warnings, Fault{Where: where, Text: fmt.Sprintf(format, args...)})
}

// identities checks keys and ids of every section: present, well formed, used once.
func (c *checker) identities() {
	ids := map[string]map[int32]string{}
	c.d.each(func(section string, i int, e Entry) {
		where := fmt.Sprintf("%s[%d].key", section, i)
		key := *e.Keyed()
		if c.keys[section] == nil {
			c.keys[section], ids[section] = map[string]int{}, map[int32]string{}
		}
		switch {
		case !wellFormed(key):
			c.fault(where, "%q must be 1-40 lower-case letters, digits and hyphens, beginning with a letter or digit", key)
		case c.has(section, key):
			c.fault(where, "%q is used twice in %s", key, section)
		}
		c.keys[section][key] = i
		if id := *e.Ident(); id != 0 {
			if other, taken := ids[section][id]; taken {
				c.fault(fmt.Sprintf("%s[%d].id", section, i), "%d is the id of %q already", id, other)
			}
			ids[section][id] = key
		}
	})
}

func wellFormed(key string) bool {
	if key == "" || len(key) > 40 || key[0] == '-' {
		return false
	}
	return strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (c *checker) has(section, key string) bool {
	_, ok := c.keys[section][key]
	return ok
}

// refers checks that key names an entry of section; an empty key is a fault only when need is set.
func (c *checker) refers(where, section, key string, need bool) {
	switch {
	case key == "" && need:
		c.fault(where, "must name one of %s: %s", section, c.known(section))
	case key != "" && !c.has(section, key):
		c.fault(where, "%q is not one of %s: %s", key, section, c.known(section))
	}
}

func (c *checker) known(section string) string {
	var all []string
	for k := range c.keys[section] {
		all = append(all, k)
	}
	slices.Sort(all)
	if len(all) > 12 {
		all = append(all[:12], "...")
	}
	if len(all) == 0 {
		return "(there is none)"
	}
	return strings.Join(all, ", ")
}

func (c *checker) oneOf(where, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		c.fault(where, "%q must be one of %s", value, strings.Join(allowed, ", "))
	}
}

func (c *checker) between(where string, value, low, high int32) {
	if value < low || value > high {
		c.fault(where, "%d must be from %d to %d", value, low, high)
	}
}

func (c *checker) named(where, name string) {
	if strings.TrimSpace(name) == "" {
		c.fault(where, "must not be empty")
	}
}

func (c *checker) zone(where, name string) {
	if name == "" {
		c.fault(where, "must be a time zone such as Europe/Oslo")
	} else if _, err := time.LoadLocation(name); err != nil {
		c.fault(where, "%q is not a known time zone", name)
	}
}

func (c *checker) words(where string, t Text, need bool) {
	for l := range t {
		if !slices.Contains(Languages, l) {
			c.fault(where+"."+l, "is not a language of the screens: nb, nn, sv, en")
		}
	}
	if need && t.In("nb") == "" {
		c.fault(where, "must have words in at least one of nb, nn, sv, en")
	}
}

func (c *checker) organisation() {
	o := c.d.Organisation
	c.named("organisation.name", o.Name)
	c.oneOf("organisation.language", o.Language, Languages...)
	c.zone("organisation.time_zone", o.TimeZone)
	for i, m := range c.d.Markets {
		at := fmt.Sprintf("markets[%d].", i)
		c.named(at+"name", m.Name)
		c.oneOf(at+"country", m.Country, "NO", "SE", "DK", "FI")
		c.oneOf(at+"language", m.Language, Languages...)
		c.zone(at+"time_zone", m.TimeZone)
	}
}

func (c *checker) brands() {
	widgets := map[string]string{}
	for i, b := range c.d.Brands {
		at := fmt.Sprintf("brands[%d].", i)
		c.named(at+"name", b.Name)
		c.refers(at+"market", "markets", b.Market, true)
		if len(b.WidgetKey) < 8 || !wellFormedLong(b.WidgetKey) {
			c.fault(at+"widget_key", "%q must be 8-64 lower-case letters, digits and hyphens", b.WidgetKey)
		} else if other, taken := widgets[b.WidgetKey]; taken {
			c.fault(at+"widget_key", "is the widget key of %q already", other)
		}
		widgets[b.WidgetKey] = b.Key
		if len(b.Colour) != 7 || b.Colour[0] != '#' || strings.Trim(strings.ToLower(b.Colour[1:]), "0123456789abcdef") != "" {
			c.fault(at+"colour", "%q must be a colour such as #0b5aa8", b.Colour)
		}
		for j, o := range b.Origins {
			u, err := url.Parse(o)
			if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.TrimSuffix(o, "/") != u.Scheme+"://"+u.Host {
				c.fault(fmt.Sprintf("%sorigins[%d]", at, j), "%q must be a site such as https://www.nordlys.example, without a path", o)
			}
		}
		c.words(at+"greeting", b.Greeting, false)
		for j, t := range b.Topics {
			c.words(fmt.Sprintf("%stopics[%d].name", at, j), t.Name, true)
			c.refers(fmt.Sprintf("%stopics[%d].queue", at, j), "queues", t.Queue, true)
		}
	}
}

func wellFormedLong(key string) bool {
	return len(key) <= 64 && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (c *checker) capacities() {
	if len(c.d.Capacities) == 0 && len(c.d.People) > 0 {
		c.fault("capacities", "there must be at least one, or nobody can take a contact")
	}
	for i, p := range c.d.Capacities {
		at := fmt.Sprintf("capacities[%d].", i)
		c.named(at+"name", p.Name)
		c.between(at+"total", p.Total, 1, 1000)
		seen := map[string]bool{}
		for j, s := range p.Channels {
			here := fmt.Sprintf("%schannels[%d].", at, j)
			c.channel(here+"channel", s.Channel)
			if seen[s.Channel] {
				c.fault(here+"channel", "%q stands twice", s.Channel)
			}
			seen[s.Channel] = true
			c.between(here+"weight", s.Weight, 1, p.Total)
			c.between(here+"max", s.Max, 0, 100)
			for _, b := range s.Beside {
				c.channel(here+"beside", b)
			}
			for _, b := range s.Parks {
				c.channel(here+"parked_by", b)
			}
		}
	}
}

func (c *checker) channel(where, name string) {
	if _, err := centre.ParseChannel(name); err != nil {
		c.fault(where, "%v", err)
	}
}

func (c *checker) teams() {
	for i, t := range c.d.Teams {
		at := fmt.Sprintf("teams[%d].", i)
		c.named(at+"name", t.Name)
		c.refers(at+"leader", "people", t.Leader, false)
		c.refers(at+"partner", "partners", t.Partner, false)
	}
}

// texts checks the sections that are mostly words: skills, reasons, pauses and canned texts.
func (c *checker) texts() {
	for i, s := range c.d.Skills {
		c.words(fmt.Sprintf("skills[%d].name", i), s.Name, true)
		c.oneOf(fmt.Sprintf("skills[%d].kind", i), s.Kind, "product", "language", "brand", "market", "task")
	}
	for i, r := range c.d.Reasons {
		at := fmt.Sprintf("reasons[%d].", i)
		c.words(at+"name", r.Name, true)
		c.refers(at+"parent", "reasons", r.Parent, false)
		c.refers(at+"owner", "people", r.Owner, false)
		if c.loops(r.Key) {
			c.fault(at+"parent", "%q is its own ancestor", r.Key)
		}
	}
	for i, p := range c.d.Pauses {
		c.words(fmt.Sprintf("pauses[%d].name", i), p.Name, true)
		c.oneOf(fmt.Sprintf("pauses[%d].kind", i), p.Kind, "break", "meeting", "training", "other_work", "private")
	}
	for i, t := range c.d.Canned {
		at := fmt.Sprintf("canned[%d].", i)
		c.words(at+"title", t.Title, true)
		c.words(at+"text", t.Text, true)
		c.refers(at+"brand", "brands", t.Brand, false)
	}
}

// loops tells whether a reason is its own ancestor.
func (c *checker) loops(key string) bool {
	at := key
	for range len(c.d.Reasons) + 1 {
		i, ok := c.keys["reasons"][at]
		if !ok {
			return false
		}
		if at = c.d.Reasons[i].Parent; at == "" {
			return false
		}
		if at == key {
			return true
		}
	}
	return true
}

func (c *checker) lending() {
	for i, l := range c.d.Lending {
		at := fmt.Sprintf("lending[%d].", i)
		c.refers(at+"team", "teams", l.Team, true)
		c.refers(at+"queue", "queues", l.Queue, true)
		if l.CloseAbovePercent <= l.OpenBelowPercent {
			c.fault(at+"close_above_percent", "%d must be above open_below_percent (%d), or lending would flap", l.CloseAbovePercent, l.OpenBelowPercent)
		}
	}
}

func (c *checker) person(i int) {
	p := c.d.People[i]
	at := fmt.Sprintf("people[%d].", i)
	c.named(at+"name", p.Name)
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
		c.fault(at+"email", "%q is not an e-mail address", p.Email)
	}
	for j := range c.d.People[:i] {
		if p.Email != "" && strings.EqualFold(c.d.People[j].Email, p.Email) {
			c.fault(at+"email", "is the address of %q already", c.d.People[j].Key)
		}
	}
	c.oneOf(at+"language", p.Language, Languages...)
	c.refers(at+"team", "teams", p.Team, false)
	answers := false
	for j, g := range p.Roles {
		here := fmt.Sprintf("%sroles[%d].", at, j)
		c.oneOf(here+"role", g.Role, Roles...)
		answers = answers || g.Role == "agent"
		switch g.Scope {
		case "organisation":
			if g.Key != "" {
				c.fault(here+"key", "must be empty for the whole organisation")
			}
		case "brand", "team", "queue", "partner":
			c.refers(here+"key", g.Scope+"s", g.Key, true)
		default:
			c.oneOf(here+"scope", g.Scope, "organisation", "brand", "team", "queue", "partner")
		}
	}
	c.refers(at+"capacity", "capacities", p.Capacity, answers)
	seen := map[string]bool{}
	for j, n := range p.Skills {
		here := fmt.Sprintf("%sskills[%d].", at, j)
		c.refers(here+"skill", "skills", n.Skill, true)
		c.between(here+"level", n.Level, 1, 9)
		if seen[n.Skill] {
			c.fault(here+"skill", "%q stands twice", n.Skill)
		}
		seen[n.Skill] = true
	}
	if answers && p.Active && p.Team == "" {
		c.warn(at+"team", "%q answers contacts but is in no team, so no leader sees them", p.Key)
	}
}

func (c *checker) rules() {
	r := c.d.Rules
	for i, v := range r.PriorityCreditS {
		if i > 0 && v < r.PriorityCreditS[i-1] {
			c.fault(fmt.Sprintf("rules.priority_credit_s[%d]", i), "%d is less than the priority before it", v)
		}
	}
	if len(r.PriorityCreditS) > 10 {
		c.fault("rules.priority_credit_s", "there are ten priorities, 0 to 9")
	}
	c.between("rules.lost_after_s", r.LostAfterS, 5, 600)
	c.between("rules.lapses_to_away", r.LapsesToAway, 1, 10)
	c.between("rules.survey_open_h", r.SurveyOpenH, 1, 720)
	c.between("rules.keep_conversations_months", r.KeepMonths, 1, 120)
}
