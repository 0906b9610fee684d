// Package config owns the centre's configuration: one document of plain names and numbers, versioned, validated and explained.
//
// It reads and writes the document as a file, finds what is wrong with it and on which line, says how two documents differ, and turns one into the
// engine's rule book. It refuses secrets (those stay with the rooms that use them), versions (rulebook) and anything that changes by itself. Begin
// reading in document.go, then validate.go.
package config

// Document is the whole configuration. Every entry has an id, given out once and never reused, and a key that people write in files; other
// entries refer to it by key.
type Document struct {
	Organisation Organisation `json:"organisation" yaml:"organisation"`
	Markets      []Market     `json:"markets" yaml:"markets" nullable:"false"`
	Brands       []Brand      `json:"brands" yaml:"brands" nullable:"false"`
	Partners     []Partner    `json:"partners" yaml:"partners,omitempty" nullable:"false"`
	Skills       []Skill      `json:"skills" yaml:"skills" nullable:"false"`
	Capacities   []Capacity   `json:"capacities" yaml:"capacities" nullable:"false"`
	Hours        []Hours      `json:"hours" yaml:"hours" nullable:"false"`
	Teams        []Team       `json:"teams" yaml:"teams" nullable:"false"`
	Queues       []Queue      `json:"queues" yaml:"queues" nullable:"false"`
	Reasons      []Reason     `json:"reasons" yaml:"reasons" nullable:"false"`
	Pauses       []Pause      `json:"pauses" yaml:"pauses" nullable:"false"`
	Canned       []Canned     `json:"canned" yaml:"canned,omitempty" nullable:"false"`
	Lending      []Lending    `json:"lending" yaml:"lending,omitempty" nullable:"false"`
	People       []Person     `json:"people" yaml:"people" nullable:"false"`
	Phone        Phone        `json:"phone" yaml:"phone,omitempty"`
	Rules        Rules        `json:"rules" yaml:"rules"`
}

// Text is words in the languages of the screens: nb, nn, sv, en. A missing language falls back to nb, then to any.
type Text map[string]string

// Identity is what every entry has: an id, given out once and never reused, and the key by which files and other entries refer to it.
type Identity struct {
	ID  int32  `json:"id" yaml:"id,omitempty"`
	Key string `json:"key" yaml:"key" pattern:"^[a-z0-9][a-z0-9-]{0,39}$"`
}

// Ident is where the entry's id stands.
func (e *Identity) Ident() *int32 { return &e.ID }

// Keyed is where the entry's key stands.
func (e *Identity) Keyed() *string { return &e.Key }

// Organisation is the company as a whole.
type Organisation struct {
	Name     string `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Language string `json:"language" yaml:"language" enum:"nb,nn,sv,en"`
	TimeZone string `json:"time_zone" yaml:"time_zone" doc:"IANA name, such as Europe/Oslo."`
}

// Market is a country whose language, holidays and rules apply.
type Market struct {
	Identity `yaml:",inline"`
	Name     string `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Country  string `json:"country" yaml:"country" enum:"NO,SE,DK,FI"`
	Language string `json:"language" yaml:"language" enum:"nb,nn,sv,en"`
	TimeZone string `json:"time_zone" yaml:"time_zone"`
}

// Brand is who the customer thinks they contact.
type Brand struct {
	Identity  `yaml:",inline"`
	Name      string   `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Market    string   `json:"market" yaml:"market"`
	WidgetKey string   `json:"widget_key" yaml:"widget_key" doc:"Public; in the script tag." pattern:"^[a-z0-9-]{8,64}$"`
	Origins   []string `json:"origins" yaml:"origins" nullable:"false" doc:"Sites that may show the widget, such as https://www.fjordkraftlag.example; the centre's own pages always may."`
	Colour    string   `json:"colour" yaml:"colour" pattern:"^#[0-9a-fA-F]{6}$"`
	Greeting  Text     `json:"greeting" yaml:"greeting"`
	Privacy   string   `json:"privacy_url,omitempty" yaml:"privacy_url,omitempty" maxLength:"300"`
	Phone     string   `json:"phone,omitempty" yaml:"phone,omitempty" maxLength:"32"`
	Topics    []Topic  `json:"topics" yaml:"topics" nullable:"false" doc:"What a visitor may choose before the chat; the first is the default."`
}

// Topic is one choice in the widget, and the queue it leads to.
type Topic struct {
	Name  Text   `json:"name" yaml:"name"`
	Queue string `json:"queue" yaml:"queue"`
}

// Partner is an outsourcing partner.
type Partner struct {
	Identity `yaml:",inline"`
	Name     string `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
}

// Skill is something a person may know, at a level from 1 to 9.
type Skill struct {
	Identity `yaml:",inline"`
	Name     Text   `json:"name" yaml:"name"`
	Kind     string `json:"kind" yaml:"kind" enum:"product,language,brand,market,task"`
}

// Capacity is how much one kind of agent carries at once.
type Capacity struct {
	Identity           `yaml:",inline"`
	Name               string         `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Total              int32          `json:"total" yaml:"total" minimum:"1" maximum:"1000"`
	Channels           []ChannelShare `json:"channels" yaml:"channels" nullable:"false"`
	OffersDuringWrapUp bool           `json:"offers_during_wrap_up" yaml:"offers_during_wrap_up,omitempty"`
}

// ChannelShare is what one contact of a channel takes, and what may come beside it.
type ChannelShare struct {
	Channel string   `json:"channel" yaml:"channel" enum:"phone,chat,email,messenger,form,visit,callback,bot"`
	Weight  int32    `json:"weight" yaml:"weight" minimum:"1" maximum:"1000" doc:"Units of the total."`
	Max     int32    `json:"max" yaml:"max" minimum:"0" maximum:"100"`
	Beside  []string `json:"beside" yaml:"beside,omitempty" nullable:"false" doc:"Channels that may be offered while one of this channel is in hand."`
	Parks   []string `json:"parked_by" yaml:"parked_by,omitempty" nullable:"false" doc:"Channels that interrupt this one: it is parked meanwhile."`
}

// Hours is one set of opening hours.
type Hours struct {
	Identity   `yaml:",inline"`
	Name       string      `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Market     string      `json:"market" yaml:"market" doc:"Whose time zone and public holidays apply."`
	Week       []Day       `json:"week" yaml:"week" nullable:"false" doc:"Days that are left out are closed."`
	Holidays   string      `json:"holidays" yaml:"holidays" enum:"closed,as_usual" doc:"What happens on public holidays."`
	Exceptions []Exception `json:"exceptions" yaml:"exceptions,omitempty" nullable:"false"`
}

// Day is the opening periods of one weekday.
type Day struct {
	Day     string   `json:"day" yaml:"day" enum:"mon,tue,wed,thu,fri,sat,sun"`
	Periods []string `json:"periods" yaml:"periods,flow" nullable:"false" doc:"Such as 08:00-12:00; several a day; 24:00 ends a day."`
}

// Exception is one date with hours of its own; no periods means closed.
type Exception struct {
	Date    string   `json:"date" yaml:"date" doc:"2026-12-24"`
	Name    string   `json:"name" yaml:"name"`
	Periods []string `json:"periods" yaml:"periods,flow" nullable:"false"`
}

// Team is the people that one leader leads.
type Team struct {
	Identity `yaml:",inline"`
	Name     string `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Leader   string `json:"leader,omitempty" yaml:"leader,omitempty" doc:"A person's key."`
	Partner  string `json:"partner,omitempty" yaml:"partner,omitempty"`
}

// Queue is contacts waiting for the same kind of help, with a target.
type Queue struct {
	Identity    `yaml:",inline"`
	Name        string   `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Brand       string   `json:"brand" yaml:"brand"`
	Channels    []string `json:"channels" yaml:"channels,flow" nullable:"false" minItems:"1"`
	Hours       string   `json:"hours" yaml:"hours"`
	TargetS     int32    `json:"target_s" yaml:"target_s" minimum:"1" maximum:"2592000" doc:"Answer within so many seconds ..."`
	GoalPercent int32    `json:"goal_percent" yaml:"goal_percent" minimum:"1" maximum:"100" doc:"... for so many of a hundred."`
	Formula     string   `json:"formula" yaml:"formula" enum:"answered_of_offered,answered_of_answered,answered_or_abandoned_of_offered,connect,genesys,genesys_short_off,genesys_abandons_off,cisco_ignored,cisco_negative,cisco_positive" doc:"Which service level the goal speaks of."`
	ShortS      int32    `json:"short_abandon_s" yaml:"short_abandon_s" minimum:"0" maximum:"600" default:"5"`
	Weight      int32    `json:"weight" yaml:"weight" minimum:"1" maximum:"10000" default:"100"`
	GuaranteeS  int32    `json:"age_guarantee_s" yaml:"age_guarantee_s" minimum:"0" maximum:"2592000" doc:"Beyond this wait nothing younger goes first; 0 = none."`
	OfferS      int32    `json:"offer_s" yaml:"offer_s" minimum:"5" maximum:"600" default:"20"`
	WrapUpS     int32    `json:"wrap_up_s" yaml:"wrap_up_s" minimum:"-1" maximum:"3600" doc:"0 = none, -1 = without limit."`
	WrapUpMaxS  int32    `json:"wrap_up_max_s" yaml:"wrap_up_max_s" minimum:"0" maximum:"7200"`
	Steps       []Step   `json:"steps" yaml:"steps" nullable:"false" minItems:"1"`
	Callback    Callback `json:"callback" yaml:"callback,omitempty"`
	Survey      bool     `json:"survey" yaml:"survey" doc:"Ask the customer afterwards."`
}

// Step is what the queue asks for from an age; steps only relax and widen.
type Step struct {
	AfterS   int32      `json:"after_s" yaml:"after_s" minimum:"0"`
	Needs    []NeedText `json:"needs" yaml:"needs,omitempty" nullable:"false"`
	Teams    []string   `json:"teams" yaml:"teams,omitempty,flow" nullable:"false" doc:"Empty means every house team."`
	Partners []string   `json:"partners" yaml:"partners,omitempty,flow" nullable:"false"`
	AllHands bool       `json:"all_hands" yaml:"all_hands,omitempty"`
	DropOwn  bool       `json:"drop_contact_needs" yaml:"drop_contact_needs,omitempty" doc:"Relaxes what the contact itself asked for too."`
}

// NeedText is a skill's key and the least level.
type NeedText struct {
	Skill string `json:"skill" yaml:"skill"`
	Level int32  `json:"level" yaml:"level" minimum:"1" maximum:"9"`
}

// Callback is how promises are kept in a queue.
type Callback struct {
	CustomerFirst bool  `json:"customer_first" yaml:"customer_first,omitempty"`
	Attempts      int32 `json:"attempts" yaml:"attempts,omitempty" minimum:"0" maximum:"10"`
	RetryS        int32 `json:"retry_s" yaml:"retry_s,omitempty" minimum:"0" maximum:"86400"`
	DialS         int32 `json:"dial_s" yaml:"dial_s,omitempty" minimum:"0" maximum:"600" doc:"How long an attempt rings before it counts as not reached; 0 = a minute."`
	Cap           int32 `json:"cap" yaml:"cap,omitempty" minimum:"-1" maximum:"100000"`
}

// Reason is what a contact was about, in a tree.
type Reason struct {
	Identity `yaml:",inline"`
	Name     Text   `json:"name" yaml:"name"`
	Parent   string `json:"parent,omitempty" yaml:"parent,omitempty"`
	Owner    string `json:"owner,omitempty" yaml:"owner,omitempty" doc:"A person's key: who mends the cause (I1)."`
	Active   bool   `json:"active" yaml:"active"`
}

// Pause is why an agent is away from the queues.
type Pause struct {
	Identity `yaml:",inline"`
	Name     Text   `json:"name" yaml:"name"`
	Kind     string `json:"kind" yaml:"kind" enum:"break,meeting,training,other_work,private"`
	LimitMin int32  `json:"limit_min,omitempty" yaml:"limit_min,omitempty" minimum:"0" maximum:"600" doc:"Shown on the desk, never forced."`
}

// Canned is a text to start an answer from, in the agent's own words afterwards (H2).
type Canned struct {
	Identity `yaml:",inline"`
	Title    Text   `json:"title" yaml:"title"`
	Text     Text   `json:"text" yaml:"text" doc:"{{customer}}, {{agent}}, {{brand}} are filled in."`
	Brand    string `json:"brand,omitempty" yaml:"brand,omitempty" doc:"Only for this brand; empty for all."`
}

// Lending lets a team help a queue while its own queues hold their level.
type Lending struct {
	Team              string `json:"team" yaml:"team"`
	Queue             string `json:"queue" yaml:"queue"`
	AfterS            int32  `json:"after_s" yaml:"after_s" minimum:"0"`
	MinFree           int32  `json:"min_free" yaml:"min_free" minimum:"0"`
	OpenBelowPercent  int32  `json:"open_below_percent" yaml:"open_below_percent" minimum:"0" maximum:"1000" doc:"Of the target used by the lender's worst-off contact."`
	CloseAbovePercent int32  `json:"close_above_percent" yaml:"close_above_percent" minimum:"0" maximum:"1000"`
}

// Person is somebody who signs in. Credentials are not here.
type Person struct {
	Identity `yaml:",inline"`
	Name     string      `json:"name" yaml:"name" minLength:"1" maxLength:"100"`
	Email    string      `json:"email" yaml:"email" format:"email" maxLength:"254"`
	Language string      `json:"language" yaml:"language" enum:"nb,nn,sv,en"`
	Team     string      `json:"team,omitempty" yaml:"team,omitempty"`
	Capacity string      `json:"capacity,omitempty" yaml:"capacity,omitempty"`
	Skills   []NeedText  `json:"skills" yaml:"skills,omitempty" nullable:"false"`
	Roles    []GrantText `json:"roles" yaml:"roles" nullable:"false"`
	Active   bool        `json:"active" yaml:"active"`
}

// GrantText is a role within a scope, by keys.
type GrantText struct {
	Role  string `json:"role" yaml:"role" enum:"agent,leader,analyst,planner,administrator,privacy"`
	Scope string `json:"scope" yaml:"scope" enum:"organisation,brand,team,queue,partner"`
	Key   string `json:"key,omitempty" yaml:"key,omitempty" doc:"Of the brand, team, queue or partner."`
}

// Rules are the centre-wide numbers.
type Rules struct {
	PriorityCreditS []int32 `json:"priority_credit_s" yaml:"priority_credit_s,flow" nullable:"false" maxItems:"10" doc:"Waiting credited per priority 0-9, ascending."`
	LostGraceS      int32   `json:"lost_grace_s" yaml:"lost_grace_s" minimum:"0" maximum:"3600" doc:"How long conversations are held for an agent whose connection is gone."`
	ReturnHoldS     int32   `json:"return_hold_s" yaml:"return_hold_s" minimum:"0" maximum:"3600" doc:"How long a returning customer waits for who helped last."`
	LapsesToAway    int32   `json:"lapses_to_away" yaml:"lapses_to_away" minimum:"1" maximum:"10"`
	DeclineCoolS    int32   `json:"decline_cool_s" yaml:"decline_cool_s" minimum:"0" maximum:"3600"`
	LostAfterS      int32   `json:"lost_after_s" yaml:"lost_after_s" minimum:"5" maximum:"600" doc:"A desk that has not been heard from for so long is lost."`
	SurveyOpenH     int32   `json:"survey_open_h" yaml:"survey_open_h" minimum:"1" maximum:"720" doc:"How long a survey can be answered."`
	KeepMonths      int32   `json:"keep_conversations_months" yaml:"keep_conversations_months" minimum:"1" maximum:"120"`
}
