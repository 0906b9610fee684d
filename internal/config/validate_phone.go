package config

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sentral/internal/telephony/ivr"
)

func (c *checker) phone() {
	p := &c.d.Phone
	for i := range p.Trunks {
		c.trunk(i)
	}
	c.lines()
	for i := range p.Scripts {
		c.script(i)
	}
	c.recording()
	c.wait()
	c.outbound()
	c.texting()
	c.accounts()
	c.notices()
	c.oneOf("phone.survey.by", p.Survey.By, "keys", "link", "off")
	c.oneOf("phone.whisper.when", p.Whisper.When, WhisperRinging, WhisperAnswered, WhisperOff)
	c.blanks("phone.whisper.text", p.Whisper.Text, "brand", "queue", "reason", "wait")
	if p.On && len(p.Lines) == 0 {
		c.warn("phone.lines", "calls are taken, but no number leads anywhere")
	}
	if p.On && len(p.Trunks) == 0 {
		c.warn("phone.trunks", "calls are taken, but there is no trunk that they could come by")
	}
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

func (c *checker) trunk(i int) {
	t := c.d.Phone.Trunks[i]
	at := fmt.Sprintf("phone.trunks[%d].", i)
	c.named(at+"name", t.Name)
	c.host(at+"host", t.Host)
	c.oneOf(at+"transport", t.Transport, "udp", "tcp", "tls")
	c.oneOf(at+"srtp", t.SRTP, "off", "optional", "required")
	for j, s := range t.Sources {
		if _, err := netip.ParsePrefix(s); err != nil {
			if _, err := netip.ParseAddr(s); err != nil {
				c.fault(fmt.Sprintf("%ssources[%d]", at, j), "%q must be an address or a range such as 192.0.2.0/28", s)
			}
		}
	}
	if len(t.Sources) == 0 && t.User == "" {
		c.fault(at+"sources", "must name at least one address that may call in, or the trunk a user that signs in")
	}
	if len(t.Codecs) == 0 {
		c.fault(at+"codecs", "there must be at least one")
	}
	for j, codec := range t.Codecs {
		c.oneOf(fmt.Sprintf("%scodecs[%d]", at, j), codec, "pcma", "pcmu", "g722")
		if codec == "g722" {
			c.warn(fmt.Sprintf("%scodecs[%d]", at, j), "is not spoken here and passed over: calls are offered pcma and pcmu")
		}
	}
	if t.Register && (t.Host == "" || t.User == "") {
		c.fault(at+"register", "to sign in takes a host and a user")
	}
	if t.SRTP == "required" && t.Transport != "tls" {
		c.warn(at+"srtp", "the keys of the sound travel in the clear over %s: use tls", t.Transport)
	}
	c.between(at+"priority", t.Priority, 0, 100)
	c.between(at+"max_calls", t.MaxCalls, 1, 10000)
	c.between(at+"keep_alive_s", t.KeepAliveS, 0, 3600)
	if t.CallerID != "" {
		c.number(at+"caller_id", t.CallerID)
	}
}

// host checks a name or address, with or without a port.
func (c *checker) host(where, host string) {
	if host == "" {
		return
	}
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		name = h
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			c.fault(where, "%q is not a port", port)
			return
		}
	}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return
	}
	if !hostForm.MatchString(name) || len(name) > 253 {
		c.fault(where, "%q must be a host such as sip.example or 192.0.2.10:5060", host)
	}
}

// number checks a telephone number with its country's number.
func (c *checker) number(where, n string) bool {
	if b := Bare(n, ""); b == "" || !strings.HasPrefix(strings.TrimSpace(n), "+") {
		c.fault(where, "%q must be a telephone number with its country's number, such as +4700000100", n)
		return false
	}
	return true
}

func (c *checker) lines() {
	seen := map[string]string{}
	for i, l := range c.d.Phone.Lines {
		at := fmt.Sprintf("phone.lines[%d].", i)
		c.named(at+"name", l.Name)
		if l.Number == "*" || c.number(at+"number", l.Number) {
			bare := Bare(l.Number, "")
			if other, taken := seen[bare]; taken {
				c.fault(at+"number", "%s is the number of %q already", l.Number, other)
			}
			seen[bare] = l.Key
		}
		c.refers(at+"brand", "brands", l.Brand, true)
		c.oneOf(at+"language", l.Language, Languages...)
		c.refers(at+"script", "phone.scripts", l.Script, false)
		c.refers(at+"queue", "queues", l.Queue, true)
		if q, ok := c.keys["queues"][l.Queue]; ok && !slices.Contains(c.d.Queues[q].Channels, "phone") {
			c.fault(at+"queue", "%q does not take calls: phone is not among its channels", l.Queue)
		}
		if l.CallerID != "" {
			c.number(at+"caller_id", l.CallerID)
		}
		c.sender(at+"text_from", l.TextFrom)
	}
}

// script asks the voice menu's own room, with what this document has to refer to.
func (c *checker) script(i int) {
	s := &c.d.Phone.Scripts[i]
	at := fmt.Sprintf("phone.scripts[%d].", i)
	c.named(at+"name", s.Name)
	for _, f := range ivr.Validate(&s.Script, ScriptNames(c.d, s.Key)) {
		if f.Warning {
			c.warn(at+f.Where, "%s", f.Text)
		} else {
			c.fault(at+f.Where, "%s", f.Text)
		}
	}
	for j := range s.Steps {
		st := &s.Steps[j]
		if q, ok := c.keys["queues"][st.Queue]; ok && st.Do == ivr.Queue && !slices.Contains(c.d.Queues[q].Channels, "phone") {
			c.fault(fmt.Sprintf("%ssteps[%d].queue", at, j), "%q does not take calls: phone is not among its channels", st.Queue)
		}
		if st.Do == ivr.Link && !c.d.Phone.Texts.On {
			c.warn(fmt.Sprintf("%ssteps[%d].do", at, j), "no text messages are sent: callers are led to a person instead")
		}
		if st.Do == ivr.Outside {
			if r := c.d.Phone.Outbound.Rule(Bare(st.Number, c.countryOf(s.Key))); r == nil || !r.Allow {
				c.warn(fmt.Sprintf("%ssteps[%d].number", at, j), "no rule for calls out allows %s: callers are led to a person instead", st.Number)
			}
		}
	}
}

// countryOf is the country of the first line that uses a script.
func (c *checker) countryOf(script string) string {
	for _, l := range c.d.Phone.Lines {
		if l.Script == script {
			return CountryOf(c.d, l.Brand)
		}
	}
	return "NO"
}

// ScriptNames are what a script of the document may refer to: the languages are those of the lines that use it.
func ScriptNames(d *Document, script string) ivr.Names {
	n := ivr.Names{Queues: []string{}, Skills: []string{}, Hours: []string{}, Purposes: map[string]string{}, Line: true}
	for _, q := range d.Queues {
		n.Queues = append(n.Queues, q.Key)
	}
	for _, s := range d.Skills {
		n.Skills = append(n.Skills, s.Key)
	}
	for _, h := range d.Hours {
		n.Hours = append(n.Hours, h.Key)
	}
	for _, p := range d.Phone.Recording.Purposes {
		n.Purposes[p.Key] = p.Basis
	}
	for _, l := range d.Phone.Lines {
		if l.Script == script {
			n.Languages = append(n.Languages, l.Language)
		}
	}
	return n
}

func (c *checker) recording() {
	r := c.d.Phone.Recording
	c.between("phone.recording.card_pause_max_s", r.CardPauseMaxS, 0, 3600)
	for i, p := range r.Purposes {
		at := fmt.Sprintf("phone.recording.purposes[%d].", i)
		c.words(at+"name", p.Name, true)
		c.oneOf(at+"basis", p.Basis, "none", "notice", "consent")
		c.between(at+"retention_days", p.RetentionDays, 1, 3650)
	}
}

func (c *checker) wait() {
	w := c.d.Phone.Wait
	c.between("phone.wait.every_s", w.EveryS, 0, 600)
	if w.EveryS > 0 && w.EveryS < 15 {
		c.warn("phone.wait.every_s", "%d is so often that callers hear little else", w.EveryS)
	}
	c.between("phone.wait.callback_above_s", w.CallbackAboveS, 0, 86400)
	c.between("phone.wait.promise_within_s", w.PromiseWithinS, 300, 3*86400)
	c.between("phone.wait.redial_s", w.RedialS, 0, 7200)
}

func (c *checker) outbound() {
	o := c.d.Phone.Outbound
	seen := map[string]bool{}
	for i, r := range o.Rules {
		at := fmt.Sprintf("phone.outbound.rules[%d].", i)
		if !prefixForm.MatchString(r.Prefix) {
			c.fault(at+"prefix", "%q must be the beginning of a number with its country's number, such as +47; + alone is every number", r.Prefix)
		} else if seen[r.Prefix] {
			c.fault(at+"prefix", "%q is used twice in rules", r.Prefix)
		}
		seen[r.Prefix] = true
		c.between(at+"cost_ore_per_min", r.CostOrePerMin, 0, 1_000_000)
		if r.Prefix == "+" && r.Allow {
			c.warn(at+"allow", "every number in the world may be called: a stolen session is then as dear as the caps allow")
		}
	}
	c.oneOf("phone.outbound.currency", o.Currency, "NOK", "SEK", "DKK", "EUR")
	c.between("phone.outbound.max_minutes", o.MaxMinutes, 1, 1440)
	c.refers("phone.outbound.line", "phone.lines", o.Line, false)
	for name, caps := range map[string]DialCaps{"agent": o.Agent, "centre": o.Centre} {
		if caps.CallsPerHour < 0 || caps.CallsPerDay < 0 || caps.CostOrePerHour < 0 || caps.CostOrePerDay < 0 {
			c.fault("phone.outbound."+name, "must not be below 0")
		}
	}
	if allows := slices.ContainsFunc(o.Rules, func(r DialRule) bool { return r.Allow }); allows && o.Agent.CostOrePerDay == 0 && o.Centre.CostOrePerDay == 0 {
		c.warn("phone.outbound.agent.cost_ore_per_day", "there is no bound on what calls out may cost")
	}
}

var prefixForm = regexp.MustCompile(`^\+[0-9]{0,15}$`)

// Rule is the one that decides for a number with its country's number: that of the longest prefix. Nil refuses, as there is none.
func (o *Outbound) Rule(number string) *DialRule {
	var best *DialRule
	for i := range o.Rules {
		r := &o.Rules[i]
		if number != "" && strings.HasPrefix(number, r.Prefix) && (best == nil || len(r.Prefix) > len(best.Prefix)) {
			best = r
		}
	}
	return best
}

func (c *checker) accounts() {
	users := map[string]bool{}
	for i, a := range c.d.Phone.Accounts {
		at := fmt.Sprintf("phone.accounts[%d].", i)
		if !userForm.MatchString(a.User) {
			c.fault(at+"user", "%q must be 1-40 lower-case letters, digits, dots and hyphens", a.User)
		} else if users[a.User] {
			c.fault(at+"user", "%q is used twice in accounts", a.User)
		}
		users[a.User] = true
		c.refers(at+"person", "people", a.Person, true)
	}
}

func (c *checker) notices() {
	for i, n := range c.d.Phone.Notices {
		at := fmt.Sprintf("phone.notices[%d].", i)
		c.words(at+"text", n.Text, true)
		c.refers(at+"brand", "brands", n.Brand, false)
		c.refers(at+"queue", "queues", n.Queue, false)
		c.between(at+"above_s", n.AboveS, 0, 86400)
		if n.AboveS > 0 && n.Queue == "" {
			c.fault(at+"above_s", "must name the queue whose wait it is about")
		}
		for _, l := range Languages {
			if len([]rune(n.Text[l])) > ivr.MaxWords {
				c.fault(at+"text."+l, "%d characters are too long to listen to: at most %d", len([]rune(n.Text[l])), ivr.MaxWords)
			}
		}
		if _, err := time.Parse(time.RFC3339, n.Until); n.Until != "" && err != nil {
			c.fault(at+"until", "%q must be a moment such as 2026-12-24T12:00:00+01:00", n.Until)
		}
		for _, l := range c.d.Phone.Lines {
			if n.Active && (n.Brand == "" || n.Brand == l.Brand) && n.Text[l.Language] == "" {
				c.warn(at+"text", "lacks words in %s, which callers may have chosen", l.Language)
				break
			}
		}
	}
}

var userForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

var blankForm = regexp.MustCompile(`\{\{([^}]*)\}\}`)

// blanks checks that a text asks only for what is filled in.
func (c *checker) blanks(where string, t Text, known ...string) {
	c.words(where, t, false)
	for _, l := range Languages {
		for _, m := range blankForm.FindAllStringSubmatch(t[l], -1) {
			if !slices.Contains(known, m[1]) {
				c.fault(where+"."+l, "{{%s}} is not known: there are {{%s}}", m[1], strings.Join(known, "}}, {{"))
			}
		}
	}
}
