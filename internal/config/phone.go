package config

import (
	"strings"
	"time"

	"sentral/internal/telephony/ivr"
)

// Phone is everything about calls but secrets, sound files and what costs have been run up: those stay with the rooms that use them.
type Phone struct {
	On        bool          `json:"on" yaml:"on" doc:"Calls are taken here. An agent is then reachable by phone only with a line: a browser signed in, or a desk phone."`
	Trunks    []Trunk       `json:"trunks" yaml:"trunks,omitempty" nullable:"false"`
	Lines     []PhoneLine   `json:"lines" yaml:"lines,omitempty" nullable:"false"`
	Scripts   []Script      `json:"scripts" yaml:"scripts,omitempty" nullable:"false"`
	Recording Recording     `json:"recording" yaml:"recording"`
	Wait      PhoneWait     `json:"wait" yaml:"wait"`
	Outbound  Outbound      `json:"outbound" yaml:"outbound"`
	Accounts  []Account     `json:"accounts" yaml:"accounts,omitempty" nullable:"false"`
	Notices   []PhoneNotice `json:"notices" yaml:"notices,omitempty" nullable:"false"`
	Survey    PhoneSurvey   `json:"survey" yaml:"survey"`
	Whisper   Whisper       `json:"whisper" yaml:"whisper"`
	Texts     Texts         `json:"texts" yaml:"texts,omitempty"`
}

// Trunk is a connection to a telephone company, or to an exchange of one's own. Its secret is kept apart.
type Trunk struct {
	Identity      `yaml:",inline"`
	Name          string   `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Host          string   `json:"host" yaml:"host,omitempty" maxLength:"255" doc:"Name or address, with or without a port; empty for a trunk that only calls in."`
	Transport     string   `json:"transport" yaml:"transport" enum:"udp,tcp,tls"`
	Sources       []string `json:"sources" yaml:"sources,flow" nullable:"false" doc:"Addresses that may call in, such as 192.0.2.0/28; everybody else is met with silence."`
	User          string   `json:"user,omitempty" yaml:"user,omitempty" maxLength:"100" doc:"For digest; the secret is set apart."`
	Register      bool     `json:"register" yaml:"register,omitempty" doc:"Sign in at the other end, so that it knows where we are."`
	Codecs        []string `json:"codecs" yaml:"codecs,flow" nullable:"false" doc:"In order of preference: pcma, pcmu, g722."`
	SRTP          string   `json:"srtp" yaml:"srtp" enum:"off,optional,required"`
	Priority      int32    `json:"priority" yaml:"priority,omitempty" minimum:"0" maximum:"100" doc:"Calls out try the lowest first."`
	MaxCalls      int32    `json:"max_calls" yaml:"max_calls" minimum:"1" maximum:"10000"`
	Rel100        bool     `json:"rel100" yaml:"rel100,omitempty" doc:"Provisional answers are made certain (RFC 3262)."`
	SessionTimers bool     `json:"session_timers" yaml:"session_timers,omitempty" doc:"RFC 4028."`
	KeepAliveS    int32    `json:"keep_alive_s" yaml:"keep_alive_s" minimum:"0" maximum:"3600" doc:"Seconds between questions whether the other end is there; 0 = none."`
	InBandDTMF    bool     `json:"in_band_dtmf" yaml:"in_band_dtmf,omitempty" doc:"Keys are also heard as tones, for trunks that cannot send them otherwise."`
	CallerID      string   `json:"caller_id,omitempty" yaml:"caller_id,omitempty" maxLength:"20" doc:"What those who are called see when the line does not say."`
	Optional      bool     `json:"optional,omitempty" yaml:"optional,omitempty" doc:"May be away: its silence is no warning, and calls out take the next."`
	Active        bool     `json:"active" yaml:"active"`
}

// PhoneLine is a number that customers call, and who they think they call.
type PhoneLine struct {
	Identity `yaml:",inline"`
	Name     string `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Number   string `json:"number" yaml:"number" maxLength:"20" doc:"With the country's number, such as +4700000100; * is every number that no other line has."`
	Brand    string `json:"brand" yaml:"brand"`
	Language string `json:"language" yaml:"language" enum:"nb,nn,sv,en"`
	Script   string `json:"script,omitempty" yaml:"script,omitempty" doc:"What callers meet; empty leads straight to the queue."`
	Queue    string `json:"queue" yaml:"queue" doc:"Where a caller waits when the script does not say."`
	CallerID string `json:"caller_id,omitempty" yaml:"caller_id,omitempty" maxLength:"20" doc:"What those who are called from this line see; empty means its number."`
	TextFrom string `json:"text_from,omitempty" yaml:"text_from,omitempty" maxLength:"16" doc:"Whom text messages from this line say they are from; empty means what the text service says."`
}

// Script is a voice script that lines may share.
type Script struct {
	Identity   `yaml:",inline"`
	Name       string `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	ivr.Script `yaml:",inline"`
}

// Recording is what conversations may be recorded for, and how long that is kept.
type Recording struct {
	Purposes       []Purpose `json:"purposes" yaml:"purposes,omitempty" nullable:"false"`
	CardPauseMaxS  int32     `json:"card_pause_max_s" yaml:"card_pause_max_s,omitempty" minimum:"0" maximum:"3600" doc:"A recording paused for card data goes on by itself after this; 0 = only by hand."`
	DeleteInWrapUp bool      `json:"delete_in_wrap_up" yaml:"delete_in_wrap_up,omitempty" doc:"The agent may delete the recording in wrap-up, when the customer asks."`
}

// Purpose is one thing that recordings are for.
type Purpose struct {
	Identity      `yaml:",inline"`
	Name          Text   `json:"name" yaml:"name"`
	Basis         string `json:"basis" yaml:"basis" enum:"none,notice,consent" doc:"none = not recorded; notice = the caller is told; consent = the caller presses 1."`
	RetentionDays int32  `json:"retention_days" yaml:"retention_days" minimum:"1" maximum:"3650"`
}

// PhoneWait is what a caller who waits is told and offered.
type PhoneWait struct {
	EveryS         int32  `json:"every_s" yaml:"every_s" minimum:"0" maximum:"600" doc:"Seconds between announcements; 0 = none."`
	Position       bool   `json:"position" yaml:"position" doc:"Tell the place in the queue."`
	Expected       bool   `json:"expected" yaml:"expected" doc:"Tell the expected wait as a range."`
	CallbackAboveS int32  `json:"callback_above_s" yaml:"callback_above_s" minimum:"0" maximum:"86400" doc:"Offer a callback when the expected wait is longer; 0 = always."`
	CallbackOff    bool   `json:"callback_off" yaml:"callback_off,omitempty" doc:"Never offer one to a caller who waits."`
	PromiseWithinS int32  `json:"promise_within_s" yaml:"promise_within_s" minimum:"300" maximum:"259200" doc:"How soon a promised call comes."`
	RedialS        int32  `json:"redial_s" yaml:"redial_s" minimum:"0" maximum:"7200" doc:"A caller who was cut off or gave up finds the place again within this; 0 = never."`
	Music          string `json:"music,omitempty" yaml:"music,omitempty" maxLength:"40" doc:"A sound file; empty is the house's own."`
}

// Outbound is whom the centre may call, and at what cost. What no rule allows is refused.
type Outbound struct {
	Rules      []DialRule `json:"rules" yaml:"rules,omitempty" nullable:"false"`
	Currency   string     `json:"currency" yaml:"currency" enum:"NOK,SEK,DKK,EUR"`
	Agent      DialCaps   `json:"agent" yaml:"agent" doc:"For each agent."`
	Centre     DialCaps   `json:"centre" yaml:"centre" doc:"For all together."`
	MaxMinutes int32      `json:"max_minutes" yaml:"max_minutes" minimum:"1" maximum:"1440" doc:"A call out is ended after so many."`
	Line       string     `json:"line,omitempty" yaml:"line,omitempty" doc:"The line whose number is shown when the agent does not choose one."`
}

// DialRule allows or refuses the numbers that begin with a prefix; the longest prefix decides.
type DialRule struct {
	Prefix        string `json:"prefix" yaml:"prefix" maxLength:"16" doc:"Such as +47; + is every number."`
	Allow         bool   `json:"allow" yaml:"allow"`
	CostOrePerMin int32  `json:"cost_ore_per_min" yaml:"cost_ore_per_min,omitempty" minimum:"0" maximum:"1000000" doc:"In hundredths of the currency."`
	Texts         bool   `json:"texts" yaml:"texts,omitempty" doc:"Text messages may be sent to these numbers: mobile numbers of countries that are meant."`
	CostPerText   int32  `json:"cost_ore_per_text" yaml:"cost_ore_per_text,omitempty" minimum:"0" maximum:"1000000" doc:"For each part of a text message, in hundredths of the currency."`
	Name          string `json:"name,omitempty" yaml:"name,omitempty" maxLength:"60"`
}

// DialCaps bound what calls out may come to. 0 is no bound.
type DialCaps struct {
	CallsPerHour   int32 `json:"calls_per_hour" yaml:"calls_per_hour,omitempty" minimum:"0" maximum:"100000"`
	CallsPerDay    int32 `json:"calls_per_day" yaml:"calls_per_day,omitempty" minimum:"0" maximum:"1000000"`
	CostOrePerHour int64 `json:"cost_ore_per_hour" yaml:"cost_ore_per_hour,omitempty" minimum:"0"`
	CostOrePerDay  int64 `json:"cost_ore_per_day" yaml:"cost_ore_per_day,omitempty" minimum:"0"`
}

// Account is a desk phone that signs in by itself. Its secret is kept apart.
type Account struct {
	Identity `yaml:",inline"`
	User     string `json:"user" yaml:"user" pattern:"^[a-z0-9][a-z0-9._-]{0,39}$" doc:"What the phone signs in as."`
	Person   string `json:"person" yaml:"person" doc:"Whose desk it stands on."`
	Active   bool   `json:"active" yaml:"active"`
}

// PhoneNotice is what callers are told before they choose, while it holds: an outage, a long wait, a number that has moved.
type PhoneNotice struct {
	Identity `yaml:",inline"`
	Text     Text   `json:"text" yaml:"text"`
	Brand    string `json:"brand,omitempty" yaml:"brand,omitempty" doc:"Whose callers; empty is everybody's."`
	Until    string `json:"until,omitempty" yaml:"until,omitempty" doc:"RFC 3339; empty is until it is taken away."`
	Queue    string `json:"queue,omitempty" yaml:"queue,omitempty" doc:"Told only while this queue is in a state: while its expected wait is above above_s, or while it is closed though its hours say open. Empty is told always."`
	AboveS   int32  `json:"above_s,omitempty" yaml:"above_s,omitempty" minimum:"0" maximum:"86400" doc:"Of the queue: seconds of expected wait above which it is told; 0 = while it is closed outside its hours' plan."`
	Active   bool   `json:"active" yaml:"active"`
}

// Holds tells whether callers of a brand are told at a moment, as far as the calendar goes: a notice with a queue also asks how that stands.
func (n PhoneNotice) Holds(brand string, now time.Time) bool {
	if !n.Active || (n.Brand != "" && n.Brand != brand) {
		return false
	}
	until, err := time.Parse(time.RFC3339, n.Until)
	return n.Until == "" || (err == nil && now.Before(until))
}

// PhoneSurvey is how callers are asked afterwards, when the script has no survey of its own.
type PhoneSurvey struct {
	By   string `json:"by" yaml:"by" enum:"keys,link,off" doc:"keys = two questions on the line, also after a callback; link = by text message to everybody who was not asked on the line."`
	Text Text   `json:"text,omitempty" yaml:"text,omitempty" doc:"The text message; {{brand}} is filled in and the link put after it."`
}

// Whisper is what the agent hears before the customer does.
type Whisper struct {
	When string `json:"when" yaml:"when,omitempty" enum:"ringing,answered,off" doc:"ringing = while it rings, ended by the answer; answered = between answer and customer, two seconds at most; off = not at all. A desk phone is told once it is lifted."`
	Text Text   `json:"text,omitempty" yaml:"text,omitempty" doc:"{{brand}}, {{reason}} (what was chosen in the menu, else the queue), {{queue}} and {{wait}} are filled in."`
}

// When an agent is told who calls.
const (
	WhisperRinging  = "ringing"
	WhisperAnswered = "answered"
	WhisperOff      = "off"
)

func (w *Whisper) defaults() {
	if w.When == "" {
		w.When = WhisperRinging
	}
	if len(w.Text) == 0 {
		w.Text = Text{
			"nb": "{{brand}}, {{reason}}. Har ventet i {{wait}}.", "nn": "{{brand}}, {{reason}}. Har venta i {{wait}}.",
			"sv": "{{brand}}, {{reason}}. Har väntat i {{wait}}.", "en": "{{brand}}, {{reason}}. Has waited for {{wait}}.",
		}
	}
}

// Defaults fills in what a document without this section, or a file, leaves out.
func (p *Phone) Defaults() {
	set := func(v *int32, to int32) {
		if *v == 0 {
			*v = to
		}
	}
	if p.Wait == (PhoneWait{}) {
		p.Wait = PhoneWait{EveryS: 45, Position: true, Expected: true, CallbackAboveS: 180, RedialS: 600}
	}
	set(&p.Wait.PromiseWithinS, 4*3600)
	set(&p.Outbound.MaxMinutes, 120)
	if p.Outbound.Currency == "" {
		p.Outbound.Currency = "NOK"
	}
	if p.Outbound.Agent == (DialCaps{}) && p.Outbound.Centre == (DialCaps{}) {
		p.Outbound.Agent = DialCaps{CallsPerHour: 60, CallsPerDay: 300, CostOrePerHour: 10_000, CostOrePerDay: 30_000}
		p.Outbound.Centre = DialCaps{CallsPerHour: 2000, CallsPerDay: 10_000, CostOrePerHour: 200_000, CostOrePerDay: 1_000_000}
	}
	p.Survey.defaults()
	p.Texts.defaults()
	p.Whisper.defaults()
	for i := range p.Trunks {
		t := &p.Trunks[i]
		set(&t.MaxCalls, 100)
		if t.Transport == "" {
			t.Transport = "udp"
		}
		if t.SRTP == "" {
			t.SRTP = "optional"
		}
		if len(t.Codecs) == 0 {
			t.Codecs = []string{"pcma", "pcmu"}
		}
	}
	for i := range p.Scripts {
		p.Scripts[i].Defaults()
	}
	for i := range p.Recording.Purposes {
		set(&p.Recording.Purposes[i].RetentionDays, 90)
	}
}

// Bare makes one of the ways in which people write a number into the one in which lines and rules are compared: +4700000100. Without a country's number it
// is taken to be one of the country given; what is no number comes back empty. The catch-all * stays what it is.
func Bare(number, country string) string {
	if number == "*" {
		return number
	}
	var b strings.Builder
	for i, c := range strings.TrimSpace(number) {
		switch {
		case c >= '0' && c <= '9', c == '+' && i == 0:
			b.WriteRune(c)
		case strings.ContainsRune(" -()./\u00a0", c):
		default:
			return ""
		}
	}
	n := b.String()
	switch {
	case strings.HasPrefix(n, "+"):
	case strings.HasPrefix(n, "00") && !strings.HasPrefix(n, "000"): // no country's number begins with 0
		n = "+" + n[2:]
	default:
		n = national(n, country)
	}
	if len(n) < 4 || len(n) > 16 || strings.HasPrefix(n, "+0") {
		return ""
	}
	return n
}

// callingCodes are the countries' numbers; those with a trunk prefix drop a leading 0.
var callingCodes = map[string]struct {
	code  string
	drops bool
}{"NO": {"47", false}, "SE": {"46", true}, "DK": {"45", false}, "FI": {"358", true}}

// national makes an international number of one dialled within a country. One that carries the country's number without + is told by its length.
func national(n, country string) string {
	c, ok := callingCodes[country]
	if !ok {
		c = callingCodes["NO"]
	}
	if strings.HasPrefix(n, c.code) && len(n) > 8+len(c.code)-1 && !(c.drops && strings.HasPrefix(n, "0")) {
		return "+" + n
	}
	if c.drops {
		n = strings.TrimPrefix(n, "0")
	}
	return "+" + c.code + n
}

// CountryOf is the country of a line's brand: NO when it is not known.
func CountryOf(d *Document, brand string) string {
	for _, b := range d.Brands {
		if b.Key != brand {
			continue
		}
		for _, m := range d.Markets {
			if m.Key == b.Market {
				return m.Country
			}
		}
	}
	return "NO"
}
