package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Texts is how the centre sends text messages: a provider's web address, how it is spoken to, and what may be sent at most. Whom it may send to is said by
// the rules for calls out. The secret is kept apart.
type Texts struct {
	On        bool     `json:"on" yaml:"on" doc:"Text messages are sent."`
	URL       string   `json:"url" yaml:"url,omitempty" maxLength:"500" doc:"Where the provider takes messages; https, or http on this machine."`
	Method    string   `json:"method" yaml:"method,omitempty" enum:"POST,PUT"`
	Auth      string   `json:"auth" yaml:"auth,omitempty" enum:"none,bearer,basic,header" doc:"How the secret is shown: as a bearer token, as the password of user, or in a header."`
	User      string   `json:"user,omitempty" yaml:"user,omitempty" maxLength:"100" doc:"basic: the user."`
	Header    string   `json:"header,omitempty" yaml:"header,omitempty" maxLength:"60" doc:"header: its name, such as X-Api-Key."`
	Format    string   `json:"format" yaml:"format,omitempty" enum:"json,form"`
	Template  string   `json:"template,omitempty" yaml:"template,omitempty" maxLength:"4000" doc:"The body; {{to}}, {{to_digits}}, {{from}}, {{text}} and {{id}} are filled in. Empty sends {\"to\", \"from\", \"text\", \"id\"}."`
	Expect    string   `json:"expect,omitempty" yaml:"expect,omitempty" maxLength:"200" doc:"What an answer must hold for the message to count as taken, for providers that answer 200 to everything."`
	From      string   `json:"from" yaml:"from,omitempty" maxLength:"16" doc:"Whom messages say they are from: a number with its country's number, or up to 11 letters and digits."`
	TimeoutS  int32    `json:"timeout_s" yaml:"timeout_s,omitempty" minimum:"1" maximum:"60"`
	Repeats   bool     `json:"repeats" yaml:"repeats,omitempty" doc:"The provider knows an id that comes twice and sends once. Without this, a message whose answer never came is not sent again."`
	ExpireMin int32    `json:"expire_min" yaml:"expire_min,omitempty" minimum:"1" maximum:"1440" doc:"A message that could not be handed over within so many minutes is given up."`
	KeepDays  int32    `json:"keep_days" yaml:"keep_days,omitempty" minimum:"1" maximum:"365" doc:"Numbers and words of messages are deleted after so many days."`
	Recipient TextCaps `json:"recipient" yaml:"recipient,omitempty" doc:"For each number."`
	Centre    TextCaps `json:"centre" yaml:"centre,omitempty" doc:"For all together."`
}

// TextCaps bound what text messages may come to. 0 is no bound.
type TextCaps struct {
	PerHour        int32 `json:"messages_per_hour" yaml:"messages_per_hour,omitempty" minimum:"0" maximum:"1000000"`
	PerDay         int32 `json:"messages_per_day" yaml:"messages_per_day,omitempty" minimum:"0" maximum:"10000000"`
	CostOrePerHour int64 `json:"cost_ore_per_hour" yaml:"cost_ore_per_hour,omitempty" minimum:"0"`
	CostOrePerDay  int64 `json:"cost_ore_per_day" yaml:"cost_ore_per_day,omitempty" minimum:"0"`
}

// TextFields are what a template is filled in with.
type TextFields struct {
	To   string // with + and the country's number
	From string
	Text string
	ID   string // the same at every attempt
}

// textBlanks are the places that a template may have.
var textBlanks = []string{"to", "to_digits", "from", "text", "id"}

// defaults fills in what a document leaves out.
func (t *Texts) defaults() {
	set := func(v *int32, to int32) {
		if *v == 0 {
			*v = to
		}
	}
	word := func(v *string, to string) {
		if *v == "" {
			*v = to
		}
	}
	set(&t.TimeoutS, 10)
	set(&t.ExpireMin, 60)
	set(&t.KeepDays, 30)
	word(&t.Method, "POST")
	word(&t.Auth, "none")
	word(&t.Format, "json")
	if t.Recipient == (TextCaps{}) && t.Centre == (TextCaps{}) {
		t.Recipient = TextCaps{PerHour: 5, PerDay: 10}
		t.Centre = TextCaps{PerHour: 1000, PerDay: 5000, CostOrePerHour: 50_000, CostOrePerDay: 250_000}
	}
}

func (s *PhoneSurvey) defaults() {
	if s.By == "" {
		s.By = "keys"
	}
	if len(s.Text) == 0 {
		s.Text = Text{
			"nb": "Takk for praten med {{brand}}. Hvordan var det? To korte spørsmål:", "nn": "Takk for praten med {{brand}}. Korleis var det? To korte spørsmål:",
			"sv": "Tack för samtalet med {{brand}}. Hur var det? Två korta frågor:", "en": "Thank you for talking to {{brand}}. How was it? Two short questions:",
		}
	}
}

// Body is what is sent to the provider for one message.
func (t *Texts) Body(f TextFields) ([]byte, error) {
	if t.Template == "" && t.Format != "form" {
		return json.Marshal(struct {
			To   string `json:"to"`
			From string `json:"from"`
			Text string `json:"text"`
			ID   string `json:"id"`
		}{f.To, f.From, f.Text, f.ID})
	}
	template, quote := t.Template, inJSON
	if t.Format == "form" {
		quote = url.QueryEscape
		if template == "" {
			template = "to={{to}}&from={{from}}&text={{text}}&id={{id}}"
		}
	}
	body := strings.NewReplacer("{{to}}", quote(f.To), "{{to_digits}}", quote(strings.TrimPrefix(f.To, "+")), "{{from}}", quote(f.From), "{{text}}", quote(f.Text),
		"{{id}}", quote(f.ID)).Replace(template)
	if t.Format != "form" && !json.Valid([]byte(body)) {
		return nil, fmt.Errorf("the template does not make JSON")
	}
	return []byte(body), nil
}

// inJSON is a text as it stands between the quotation marks of a JSON string.
func inJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always can be
	return b.String()[1 : b.Len()-len("\"\n")]
}

var headerForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,59}$`)

// senderForm is a name as a sender: what networks take from letters and digits, with at least one letter.
var senderForm = regexp.MustCompile(`^[A-Za-z0-9 ]{1,11}$`)

// texting checks how text messages are sent.
func (c *checker) texting() {
	t := &c.d.Phone.Texts
	const at = "phone.texts."
	c.oneOf(at+"method", t.Method, "POST", "PUT")
	c.oneOf(at+"auth", t.Auth, "none", "bearer", "basic", "header")
	c.oneOf(at+"format", t.Format, "json", "form")
	c.between(at+"timeout_s", t.TimeoutS, 1, 60)
	c.between(at+"expire_min", t.ExpireMin, 1, 1440)
	c.between(at+"keep_days", t.KeepDays, 1, 365)
	c.textAddress(at+"url", t.URL)
	if t.On && t.URL == "" {
		c.fault(at+"url", "must be set: text messages are sent, but nobody is told where")
	}
	if t.Auth == "basic" && (t.User == "" || strings.Contains(t.User, ":")) {
		c.fault(at+"user", "must be set and hold no colon when the secret is shown as basic")
	}
	if t.Auth == "header" && (!headerForm.MatchString(t.Header) || slices.Contains([]string{"host", "content-type", "content-length", "idempotency-key"}, strings.ToLower(t.Header))) {
		c.fault(at+"header", "%q is not a header that a secret can stand in", t.Header)
	}
	c.sender(at+"from", t.From)
	if t.On && t.From == "" {
		c.warn(at+"from", "messages do not say whom they are from: many providers refuse them")
	}
	c.textTemplate(at+"template", t)
	for name, caps := range map[string]TextCaps{"recipient": t.Recipient, "centre": t.Centre} {
		if caps.PerHour < 0 || caps.PerDay < 0 || caps.CostOrePerHour < 0 || caps.CostOrePerDay < 0 {
			c.fault(at+name, "must not be below 0")
		}
	}
	rules := c.d.Phone.Outbound.Rules
	for i, r := range rules {
		where := fmt.Sprintf("phone.outbound.rules[%d].", i)
		c.between(where+"cost_ore_per_text", r.CostPerText, 0, 1_000_000)
		if r.Prefix == "+" && r.Texts {
			c.warn(where+"texts", "every number in the world may be sent text messages")
		}
	}
	if t.On && !slices.ContainsFunc(rules, func(r DialRule) bool { return r.Texts }) {
		c.warn(at+"on", "no rule for calls out lets text messages through: none is sent")
	}
	if t.On && t.Centre.CostOrePerDay == 0 && t.Centre.PerDay == 0 {
		c.warn(at+"centre.messages_per_day", "there is no bound on what text messages may cost")
	}
	c.blanks("phone.survey.text", c.d.Phone.Survey.Text, "brand")
	if c.d.Phone.Survey.By == "link" && !t.On {
		c.warn("phone.survey.by", "nobody is asked: the link goes by text message, and none is sent")
	}
}

// textAddress checks a provider's address.
func (c *checker) textAddress(where, address string) {
	if address == "" {
		return
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		c.fault(where, "%q must be an address such as https://sms.example/messages", address)
	case u.User != nil || u.Fragment != "":
		c.fault(where, "must not hold a name, a password or a fragment: the secret is set apart")
	case u.Scheme == "http" && !onThisMachine(u.Hostname()):
		c.fault(where, "must begin with https://: numbers, words and the secret would else be read on their way")
	}
}

func onThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

// sender checks whom messages say they are from.
func (c *checker) sender(where, from string) {
	if from == "" || senderForm.MatchString(from) && strings.Trim(from, "0123456789 ") != "" {
		return
	}
	if b := Bare(from, ""); b == "" || b == "*" || !strings.HasPrefix(from, "+") {
		c.fault(where, "%q must be a number such as +4700000100, or up to 11 letters and digits", from)
	}
}

// textTemplate fills a template in with what nobody would send, to see that it holds: numbers may stand bare in it, words only between quotation marks.
func (c *checker) textTemplate(where string, t *Texts) {
	if t.Template == "" {
		return
	}
	for _, m := range blankForm.FindAllStringSubmatch(t.Template, -1) {
		if !slices.Contains(textBlanks, m[1]) {
			c.fault(where, "{{%s}} is not known: there are {{%s}}", m[1], strings.Join(textBlanks, "}}, {{"))
			return
		}
	}
	if !strings.Contains(t.Template, "{{text}}") || !strings.Contains(t.Template, "{{to}}") && !strings.Contains(t.Template, "{{to_digits}}") {
		c.fault(where, "must hold {{text}}, and {{to}} or {{to_digits}}")
		return
	}
	trial := TextFields{To: "+4700000100", From: "a b", Text: "a b \"\\\n", ID: "a b"}
	if _, err := t.Body(trial); err != nil {
		c.fault(where, "does not make JSON when it is filled in: words stand between quotation marks, such as \"text\": \"{{text}}\"")
	}
	if t.Format == "form" && (strings.ContainsAny(t.Template, " \n\r\t") || !strings.Contains(t.Template, "=")) {
		c.fault(where, "must be a form such as to={{to}}&text={{text}}")
	}
}
