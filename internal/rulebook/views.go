package rulebook

import (
	"sentral/internal/centre"
	"sentral/internal/config"
)

// Versioned is the document and its version.
type Versioned struct {
	Version  int64           `json:"version"`
	Document config.Document `json:"document"`
}

// Change is one version in the change log.
type Change struct {
	Version int64               `json:"version"`
	At      centre.Instant      `json:"at_ms"`
	Agent   centre.AgentID      `json:"agent_id,omitempty"`
	Who     string              `json:"who"`
	Note    string              `json:"note,omitempty"`
	Undoes  int64               `json:"undoes,omitempty"`
	Lines   []config.Difference `json:"lines" nullable:"false"`
}

// Review is what applying a document would do.
type Review struct {
	Base     int64               `json:"base" doc:"The version it was compared with."`
	Lines    []config.Difference `json:"lines" nullable:"false"`
	Errors   []config.Fault      `json:"errors" nullable:"false" doc:"With any of these nothing can be applied."`
	Warnings []config.Fault      `json:"warnings" nullable:"false"`
}

// Names is what the screens need to name things, without anything secret.
type Names struct {
	Version      int64         `json:"version"`
	Organisation string        `json:"organisation"`
	TimeZone     string        `json:"time_zone"`
	Brands       []NamedBrand  `json:"brands" nullable:"false"`
	Markets      []Named       `json:"markets" nullable:"false"`
	Partners     []Named       `json:"partners" nullable:"false"`
	Teams        []Named       `json:"teams" nullable:"false"`
	Queues       []NamedQueue  `json:"queues" nullable:"false"`
	Skills       []NamedText   `json:"skills" nullable:"false"`
	Reasons      []NamedReason `json:"reasons" nullable:"false"`
	Pauses       []NamedPause  `json:"pauses" nullable:"false"`
	Canned       []NamedCanned `json:"canned" nullable:"false"`
}

// Named is an id and its name.
type Named struct {
	ID   int32  `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

// NamedText is an id and its name in the screens' languages.
type NamedText struct {
	ID   int32       `json:"id"`
	Key  string      `json:"key"`
	Name config.Text `json:"name"`
}

// NamedBrand is a brand as the desk shows it.
type NamedBrand struct {
	Named
	Colour string `json:"colour"`
}

// NamedQueue is a queue as the screens show it.
type NamedQueue struct {
	Named
	Brand       int32    `json:"brand_id"`
	Channels    []string `json:"channels" nullable:"false"`
	TargetMS    int64    `json:"target_ms"`
	GoalPercent int32    `json:"goal_percent"`
	Formula     string   `json:"formula"`
}

// NamedReason is a reason in its tree.
type NamedReason struct {
	NamedText
	Parent int32 `json:"parent_id,omitempty"`
	Active bool  `json:"active"`
}

// NamedPause is a pause reason.
type NamedPause struct {
	NamedText
	Kind     string `json:"kind" enum:"break,meeting,training,other_work,private"`
	LimitMin int32  `json:"limit_min,omitempty"`
}

// NamedCanned is a canned text.
type NamedCanned struct {
	ID    int32       `json:"id"`
	Key   string      `json:"key"`
	Title config.Text `json:"title"`
	Text  config.Text `json:"text"`
	Brand int32       `json:"brand_id,omitempty"`
}
